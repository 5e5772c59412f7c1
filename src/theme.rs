//! Every colour, size and font of the window. Light and dark; a test holds the contrasts.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Shadow, Stroke,
    Style, TextStyle, Theme, Ui, Vec2, Visuals, vec2,
};

/// Text sizes in points: notes, body, headings of panels, titles.
pub const SMALL: f32 = 11.0;
/// Of formulas, whose letters are all equally wide.
pub const CODE: f32 = 12.0;
pub const BODY: f32 = 13.0;
pub const HEADING: f32 = 15.0;
pub const TITLE: f32 = 20.0;

pub const ROW_HEIGHT: f32 = 28.0;
pub const PANEL_PADDING: i8 = 12;
pub const RADIUS: u8 = 4;
pub const TOOL_BUTTON: Vec2 = vec2(32.0, 32.0);
pub const ICON: f32 = 18.0;

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    pub panel: Color32,
    /// Table headers, fields, the tracks of bars.
    pub subtle: Color32,
    pub hover: Color32,
    pub pressed: Color32,
    pub separator: Color32,
    pub border: Color32,
    /// Around boxes to tick, which are nothing but their outline: 3 : 1 against the panel.
    pub control: Color32,
    pub text: Color32,
    pub weak: Color32,
    /// Action and selection.
    pub accent: Color32,
    pub on_accent: Color32,
    /// The background of what is selected.
    pub selected: Color32,
    /// A violated rule.
    pub error: Color32,
    pub warning: Color32,
    /// Within target, and nothing else.
    pub good: Color32,
    /// Labels on the map and what surrounds them.
    pub map_text: Color32,
    pub map_halo: Color32,
    pub shadow: Color32,
}

const LIGHT: Tokens = Tokens {
    panel: Color32::from_rgb(255, 255, 255),
    subtle: Color32::from_rgb(244, 245, 247),
    hover: Color32::from_rgb(237, 239, 242),
    pressed: Color32::from_rgb(226, 229, 233),
    separator: Color32::from_rgb(228, 230, 234),
    border: Color32::from_rgb(206, 210, 216),
    control: Color32::from_rgb(138, 146, 156),
    text: Color32::from_rgb(28, 32, 38),
    weak: Color32::from_rgb(92, 100, 112),
    accent: Color32::from_rgb(29, 91, 214),
    on_accent: Color32::WHITE,
    selected: Color32::from_rgb(224, 235, 254),
    error: Color32::from_rgb(190, 32, 36),
    warning: Color32::from_rgb(143, 86, 0),
    good: Color32::from_rgb(20, 115, 52),
    map_text: Color32::from_rgb(28, 32, 38),
    map_halo: Color32::from_rgb(255, 255, 255),
    shadow: Color32::from_black_alpha(28),
};

const DARK: Tokens = Tokens {
    panel: Color32::from_rgb(27, 29, 33),
    subtle: Color32::from_rgb(36, 39, 44),
    hover: Color32::from_rgb(45, 49, 55),
    pressed: Color32::from_rgb(56, 60, 67),
    separator: Color32::from_rgb(47, 51, 57),
    border: Color32::from_rgb(72, 77, 85),
    control: Color32::from_rgb(112, 119, 129),
    text: Color32::from_rgb(231, 233, 236),
    weak: Color32::from_rgb(160, 167, 177),
    accent: Color32::from_rgb(110, 163, 255),
    on_accent: Color32::from_rgb(12, 22, 40),
    selected: Color32::from_rgb(34, 55, 92),
    error: Color32::from_rgb(255, 128, 120),
    warning: Color32::from_rgb(232, 182, 76),
    good: Color32::from_rgb(96, 205, 120),
    map_text: Color32::from_rgb(240, 242, 245),
    map_halo: Color32::from_rgb(20, 22, 26),
    shadow: Color32::from_black_alpha(110),
};

impl Tokens {
    pub fn of(ui: &Ui) -> Self {
        Self::for_mode(ui.visuals().dark_mode)
    }

    pub fn for_mode(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// The colour of a deviation: green inside the tolerance, amber up to twice of it, red beyond.
    pub fn deviation(&self, deviation: f64, tolerance: f64) -> Color32 {
        // What is shown as ±10.0 % counts as within ±10 %.
        let size = (deviation.abs() * 1000.0).round() / 1000.0;
        if size <= tolerance {
            self.good
        } else if size <= 2.0 * tolerance {
            self.warning
        } else {
            self.error
        }
    }
}

/// Sets fonts and styles. Call once when the window is made.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    // Where the system does not say, light: paper and screenshots are.
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    ctx.set_style_of(Theme::Light, style(LIGHT, Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(DARK, Visuals::dark()));
}

/// A cursor that does not blink. Where the processor draws, one that does has the whole window drawn twice a second while a field waits.
pub fn still_cursor(ctx: &Context) {
    ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
}

/// The family of emphasised text.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// The font of formulas.
pub fn code() -> FontId {
    FontId::new(CODE, FontFamily::Monospace)
}

/// Emphasis by weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(medium())
}

pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(SMALL)
}

/// Explaining text: small and weak.
pub fn note(ui: &Ui, text: impl Into<String>) -> RichText {
    small(text).color(Tokens::of(ui).weak)
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("roboto", include_bytes!("../assets/fonts/Roboto-Regular.ttf"));
    add("roboto-medium", include_bytes!("../assets/fonts/Roboto-Medium.ttf"));
    let icons = egui_material_icons::font_insert();
    fonts.font_data.insert(icons.name.clone(), Arc::new(icons.data));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, first) in [(FontFamily::Proportional, "roboto"), (medium(), "roboto-medium")] {
        let mut list = vec![first.to_owned(), icons.name.clone()];
        list.extend(fallback.iter().cloned());
        fonts.families.insert(family, list);
    }
    for insert in icons.families {
        fonts.families.entry(insert.family).or_default().push(icons.name.clone());
    }
    fonts
}

fn style(tokens: Tokens, mut visuals: Visuals) -> Style {
    let radius = CornerRadius::same(RADIUS);
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.weak);
    visuals.hyperlink_color = tokens.accent;
    visuals.faint_bg_color = tokens.subtle;
    visuals.extreme_bg_color = tokens.panel;
    visuals.text_edit_bg_color = Some(tokens.subtle);
    visuals.code_bg_color = tokens.subtle;
    visuals.warn_fg_color = tokens.warning;
    visuals.error_fg_color = tokens.error;
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.panel;
    visuals.window_stroke = Stroke::new(1.0, tokens.separator);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 28, spread: 0, color: tokens.shadow };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow };
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    visuals.slider_trailing_fill = true;
    visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let widgets = &mut visuals.widgets;
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = radius;
        widget.expansion = 0.0;
        widget.fg_stroke = Stroke::new(1.0, tokens.text);
        widget.bg_stroke = Stroke::NONE;
    }
    widgets.noninteractive.bg_fill = tokens.panel;
    widgets.noninteractive.weak_bg_fill = tokens.panel;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.separator);
    // Boxes to tick are filled with this and outlined; buttons are filled with the weak one.
    widgets.inactive.bg_fill = tokens.panel;
    widgets.inactive.weak_bg_fill = tokens.subtle;
    widgets.inactive.bg_stroke = Stroke::new(1.0, tokens.border);
    widgets.hovered.bg_fill = tokens.pressed;
    widgets.hovered.weak_bg_fill = tokens.hover;
    widgets.hovered.bg_stroke = Stroke::new(1.0, tokens.control);
    widgets.active.bg_fill = tokens.pressed;
    widgets.active.weak_bg_fill = tokens.pressed;
    widgets.active.bg_stroke = Stroke::new(1.0, tokens.accent);
    widgets.open.bg_fill = tokens.hover;
    widgets.open.weak_bg_fill = tokens.hover;
    widgets.open.bg_stroke = Stroke::new(1.0, tokens.border);

    let mut style = Style { visuals, animation_time: 0.12, ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, FontId::new(SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(BODY, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(HEADING, medium())),
        (TextStyle::Monospace, FontId::new(CODE, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 4.0);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size = vec2(36.0, 26.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.icon_width = 16.0;
    style.spacing.icon_width_inner = 9.0;
    style.spacing.tooltip_width = 320.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color32) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    }

    /// WCAG 2.2 contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        for (theme, tokens) in [("light", LIGHT), ("dark", DARK)] {
            let text = [
                ("text", tokens.text),
                ("weak", tokens.weak),
                ("accent", tokens.accent),
                ("error", tokens.error),
                ("warning", tokens.warning),
                ("good", tokens.good),
            ];
            for (name, colour) in text {
                for (ground, fill) in [("panel", tokens.panel), ("subtle", tokens.subtle), ("hover", tokens.hover)] {
                    let ratio = contrast(colour, fill);
                    assert!(ratio >= 4.5, "{theme}: {name} on {ground} has only {ratio:.2} : 1");
                }
            }
            assert!(contrast(tokens.control, tokens.panel) >= 3.0, "{theme}: the outline of controls");
            assert!(contrast(tokens.on_accent, tokens.accent) >= 4.5, "{theme}: text on the accent");
            assert!(contrast(tokens.text, tokens.selected) >= 4.5, "{theme}: text on a selected row");
            assert!(contrast(tokens.map_text, tokens.map_halo) >= 7.0, "{theme}: labels on the map");
        }
    }
}
