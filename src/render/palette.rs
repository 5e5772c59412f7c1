//! From a territory's base colour to what is painted, in the light and the dark theme.

use eframe::egui::Color32;

use super::batches::{MapLook, UnitPaint};
use super::patterns;
use crate::domain::ramps;
use crate::domain::reference::LayerColour;

/// How opaque a territory's fill is: the basemap stays readable below it.
const FILL_OPACITY: f32 = 0.5;

/// A unit of a territory with this base colour.
pub fn territory_paint(colour: [u8; 3], dark: bool) -> UnitPaint {
    UnitPaint { fill: fill_colour(colour, dark), border: border_colour(colour, dark), pattern: patterns::PLAIN }
}

/// A unit that nobody owns: striped grey.
pub fn unassigned_paint(dark: bool) -> UnitPaint {
    let (grey, border) = if dark { (0x60, 0x5a) } else { (0x8c, 0xa6) };
    UnitPaint {
        fill: Color32::from_rgba_unmultiplied(grey, grey, grey + 2, 40),
        border: Color32::from_rgb(border, border + 2, border + 6),
        pattern: patterns::UNASSIGNED,
    }
}

/// A unit of a class or category: nearly its full colour, because that is what the legend shows. With a pattern the colour steps back
/// behind the ink, so that the pattern alone tells the classes apart.
pub fn class_paint([r, g, b]: [u8; 3], pattern: u8, patterned: bool, dark: bool) -> UnitPaint {
    let opacity = if patterned { 0.4 } else { 0.88 };
    let ink = if dark { Color32::from_rgb(0xee, 0xf0, 0xf3) } else { Color32::from_rgb(0x16, 0x1a, 0x20) };
    UnitPaint { fill: Color32::from_rgba_unmultiplied(r, g, b, (opacity * 255.0) as u8), border: ink, pattern }
}

/// A unit of which nothing is known: empty but for the lightest veil.
pub fn no_data_paint(dark: bool) -> UnitPaint {
    let [r, g, b] = ramps::NO_DATA;
    let opacity = if dark { 24 } else { 60 };
    UnitPaint { fill: Color32::from_rgba_unmultiplied(r, g, b, opacity), ..unassigned_paint(dark) }
}

/// The fill of a territory, translucent.
pub fn fill_colour([r, g, b]: [u8; 3], dark: bool) -> Color32 {
    let opacity = if dark { FILL_OPACITY * 0.9 } else { FILL_OPACITY };
    Color32::from_rgba_unmultiplied(r, g, b, (opacity * 255.0) as u8)
}

/// The line around a territory: its own hue, darker on light ground and lighter on dark.
pub fn border_colour(colour: [u8; 3], dark: bool) -> Color32 {
    let toward = |target: f32, share: f32| colour.map(|c| (f32::from(c) * (1.0 - share) + target * share) as u8);
    let [r, g, b] = if dark { toward(255.0, 0.25) } else { toward(0.0, 0.3) };
    Color32::from_rgb(r, g, b)
}

/// A dot of an account whose owner has this colour.
pub fn account_colour(colour: [u8; 3], dark: bool) -> Color32 {
    let toward = |target: f32, share: f32| colour.map(|c| (f32::from(c) * (1.0 - share) + target * share) as u8);
    let [r, g, b] = if dark { toward(255.0, 0.2) } else { toward(0.0, 0.18) };
    Color32::from_rgb(r, g, b)
}

/// A dot of an account that nobody owns.
pub fn unassigned_account_colour(dark: bool) -> Color32 {
    if dark { Color32::from_rgb(0x8a, 0x90, 0x96) } else { Color32::from_rgb(0x7a, 0x80, 0x86) }
}

/// The borders and names of a layer beside the units.
pub fn layer_colour(colour: LayerColour, dark: bool) -> Color32 {
    let [r, g, b] = match (colour, dark) {
        (LayerColour::Grey, false) => [74, 80, 90],
        (LayerColour::Blue, false) => [36, 78, 150],
        (LayerColour::Brown, false) => [122, 78, 32],
        (LayerColour::Green, false) => [32, 102, 66],
        (LayerColour::Purple, false) => [104, 58, 142],
        (LayerColour::Grey, true) => [196, 202, 210],
        (LayerColour::Blue, true) => [150, 190, 255],
        (LayerColour::Brown, true) => [228, 186, 134],
        (LayerColour::Green, true) => [144, 214, 170],
        (LayerColour::Purple, true) => [208, 172, 240],
    };
    Color32::from_rgb(r, g, b)
}

impl MapLook {
    /// The look of a theme; `accent` is the theme's colour of selection.
    pub fn of(dark: bool, accent: Color32) -> Self {
        if dark {
            Self {
                fill_opacity: 1.0,
                stripe: Color32::from_rgba_unmultiplied(200, 205, 210, 38),
                unit_border: Color32::from_rgba_unmultiplied(235, 240, 245, 60),
                territory_border: 3.0,
                plain_borders: false,
                group_border: Color32::from_rgb(0xf0, 0xf2, 0xf5),
                group_casing: Color32::from_rgb(0x10, 0x13, 0x16),
                former_border: Color32::from_rgb(0xff, 0xd6, 0x4a),
                outline: accent,
                casing: Color32::from_rgb(0x10, 0x13, 0x16),
                point_casing: Color32::from_rgb(0x15, 0x18, 0x1b),
            }
        } else {
            Self {
                fill_opacity: 1.0,
                stripe: Color32::from_rgba_unmultiplied(90, 98, 106, 60),
                unit_border: Color32::from_rgba_unmultiplied(60, 70, 80, 80),
                territory_border: 3.0,
                plain_borders: false,
                group_border: Color32::from_rgb(0x1c, 0x20, 0x26),
                group_casing: Color32::WHITE,
                former_border: Color32::from_rgb(0x8a, 0x0f, 0x4d),
                outline: accent,
                casing: Color32::WHITE,
                point_casing: Color32::WHITE,
            }
        }
    }
}
