//! How the quiet basemap looks: one set of rules, two sets of colours. It is a background: land and water hardly differ from paper,
//! borders are there for who looks for them, and nothing in it competes with a territory.

use eframe::egui::{Color32, FontId, vec2};
use walkers::{Style, json};

use super::quiet::PlaceName;
use crate::render::labels::{Label, LabelStyle};

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BasemapColours {
    pub land: Color32,
    pub water: Color32,
    country_line: Color32,
    region_line: Color32,
    county_line: Color32,
    country_name: Color32,
    region_name: Color32,
    place_name: Color32,
    halo: Color32,
}

const LIGHT: BasemapColours = BasemapColours {
    land: Color32::from_rgb(0xf7, 0xf7, 0xf4),
    water: Color32::from_rgb(0xd3, 0xdd, 0xe3),
    country_line: Color32::from_rgb(0x9a, 0xa1, 0xa8),
    region_line: Color32::from_rgb(0xb9, 0xbf, 0xc4),
    county_line: Color32::from_rgb(0xe0, 0xe2, 0xe2),
    country_name: Color32::from_rgb(0x6a, 0x72, 0x7a),
    region_name: Color32::from_rgb(0x7d, 0x85, 0x8d),
    place_name: Color32::from_rgb(0x4f, 0x57, 0x5f),
    halo: Color32::from_rgba_premultiplied(0xe0, 0xe0, 0xde, 0xe2),
};

const DARK: BasemapColours = BasemapColours {
    land: Color32::from_rgb(0x22, 0x25, 0x29),
    water: Color32::from_rgb(0x16, 0x1a, 0x1f),
    country_line: Color32::from_rgb(0x6e, 0x76, 0x7e),
    region_line: Color32::from_rgb(0x4c, 0x53, 0x5a),
    county_line: Color32::from_rgb(0x2d, 0x31, 0x36),
    country_name: Color32::from_rgb(0x94, 0x9d, 0xa6),
    region_name: Color32::from_rgb(0x83, 0x8c, 0x95),
    place_name: Color32::from_rgb(0xb4, 0xbc, 0xc4),
    halo: Color32::from_rgba_premultiplied(0x12, 0x15, 0x18, 0xc8),
};

/// What a place label names, most important first: the order of the style's symbol layers, and of the labels' ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    Country,
    /// More than a million people.
    Metropolis,
    /// A state or province.
    Region,
    /// More than 200,000 people.
    City,
    /// More than 50,000 people.
    LargeTown,
    Town,
}

impl PlaceKind {
    const ALL: [Self; 6] = [Self::Country, Self::Metropolis, Self::Region, Self::City, Self::LargeTown, Self::Town];

    /// The kind whose symbol layer has this position in the style.
    pub(super) fn of_layer(layer: usize) -> Option<Self> {
        Self::ALL.get(layer.checked_sub(PAINTED_LAYERS)?).copied()
    }
}

impl PlaceKind {
    /// Up to which zoom the name says something: who sees a county need not be told the country.
    pub(super) fn last_zoom(self) -> f64 {
        match self {
            Self::Country => 6.0,
            Self::Region => 7.0,
            _ => f64::INFINITY,
        }
    }
}

impl PlaceName {
    /// The name as a label, less important than any label of a territory (whose priorities are positive).
    pub fn label(&self, dark: bool) -> Label {
        let colours = BasemapColours::of(dark);
        let (size, colour) = match self.kind {
            PlaceKind::Country => (13.0, colours.country_name),
            PlaceKind::Metropolis => (13.0, colours.place_name),
            PlaceKind::Region => (12.0, colours.region_name),
            PlaceKind::City => (12.0, colours.place_name),
            PlaceKind::LargeTown | PlaceKind::Town => (11.0, colours.place_name),
        };
        let style = LabelStyle { font: FontId::proportional(size), colour };
        Label {
            sizes: Default::default(),
            lines: vec![(self.name.to_string(), style)],
            halo: colours.halo,
            anchor: self.world,
            elsewhere: Default::default(),
            extent: None,
            priority: -1.0 - self.kind as u8 as f32,
            // Small places are many: keep them apart.
            margin: match self.kind {
                PlaceKind::Country | PlaceKind::Metropolis | PlaceKind::Region | PlaceKind::City => vec2(14.0, 9.0),
                PlaceKind::LargeTown => vec2(24.0, 16.0),
                PlaceKind::Town => vec2(36.0, 26.0),
            },
        }
    }
}

/// The layers before the symbols.
const PAINTED_LAYERS: usize = 6;

impl BasemapColours {
    pub fn of(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// The rules for walkers. Numbers of the tiles' features other than `sort_key` cannot be read there (they are unsigned), so the
    /// rules go by `kind`, and by `sort_key`, which is minus the population for places.
    pub(super) fn style(self) -> Result<Style, String> {
        let name = |filter| {
            json!({ "type": "symbol", "source-layer": "places", "filter": filter,
            "layout": { "text-field": ["get", "name"], "text-size": 12 } })
        };
        let people = |more_than: i64, at_most: i64| {
            json!([
                "all",
                ["==", ["get", "kind"], "locality"],
                ["<", ["get", "sort_key"], -more_than],
                [">=", ["get", "sort_key"], -at_most]
            ])
        };
        let kind = |kind: &str| json!(["==", ["get", "kind"], kind]);
        let line = |name: &str, colour: Color32, width: serde_json::Value| {
            json!({ "type": "line", "source-layer": "boundaries", "filter": kind(name),
                "paint": { "line-color": hex(colour), "line-width": width } })
        };
        let by_zoom = |from: f64, to: f64| json!(["interpolate", ["linear"], ["zoom"], 3, from, 7, to]);
        let style = json!({ "layers": [
            { "type": "background", "paint": { "background-color": hex(self.water) } },
            { "type": "fill", "source-layer": "earth", "paint": { "fill-color": hex(self.land) } },
            { "type": "fill", "source-layer": "water", "filter": kind("lake"), "paint": { "fill-color": hex(self.water) } },
            line("county", self.county_line, json!(0.8)),
            line("region", self.region_line, by_zoom(0.7, 1.3)),
            line("country", self.country_line, by_zoom(0.9, 1.6)),
            name(kind("country")),
            name(people(1_000_000, i64::MAX)),
            name(kind("region")),
            name(people(200_000, 1_000_000)),
            name(people(50_000, 200_000)),
            name(people(0, 50_000)),
        ] });
        serde_json::from_value(style).map_err(|error| error.to_string())
    }
}

fn hex(colour: Color32) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.r(), colour.g(), colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_layers_are_the_kinds_of_places_in_order() {
        for dark in [false, true] {
            let style = BasemapColours::of(dark).style().unwrap();
            let symbols: Vec<_> = style
                .layers
                .iter()
                .enumerate()
                .filter(|(_, layer)| matches!(layer, walkers::StyleLayer::Symbol { .. }))
                .map(|(index, _)| PlaceKind::of_layer(index))
                .collect();
            assert_eq!(symbols, PlaceKind::ALL.map(Some));
        }
    }
}
