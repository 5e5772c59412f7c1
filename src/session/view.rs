//! How the project is looked at: camera, tool, layers, panels. Not part of the plan and not undone; kept in the project file's settings.

use std::collections::{BTreeMap, BTreeSet};

use super::colouring::Colouring;
use super::comparing::CompareView;
use crate::domain::columns::Subject;
use crate::domain::ids::{GroupId, MeasureId, TerritoryId};
use crate::domain::spatial::Inside;
use crate::domain::sphere::{Bounds, LonLat, from_mercator, to_mercator};

/// What the pointer does on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Tool {
    #[default]
    Select,
    Rectangle,
    Lasso,
    Brush,
    Polygon,
    Radius,
    Line,
}

impl Tool {
    /// It changes the plan, not the selection.
    pub fn assigns(self) -> bool {
        matches!(self, Self::Brush | Self::Polygon)
    }

    /// It draws something that units can be cut along.
    pub fn can_cut(self) -> bool {
        self.bounds() || self == Self::Line
    }

    /// It draws a boundary, of which units can lie in and out.
    pub fn bounds(self) -> bool {
        matches!(self, Self::Rectangle | Self::Lasso | Self::Polygon | Self::Radius)
    }
}

/// Which units tools may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Scope {
    #[default]
    Everything,
    Unassigned,
    Only(TerritoryId),
}

/// What lies under the territories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum BasemapChoice {
    /// The embedded one: needs no network.
    #[default]
    Quiet,
    OpenStreetMap,
    None,
}

/// The table shown below the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum BottomTab {
    #[default]
    Territories,
    Units,
    Accounts,
    Balance,
    /// Accounts without a good place.
    Places,
    Problems,
    History,
    Scenarios,
    /// What differs between the open scenario and another one.
    Compare,
}

/// Where the map looks: the place in its middle and the zoom (256 pixels × 2^zoom for the world).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    pub centre: LonLat,
    pub zoom: f64,
}

pub const MIN_ZOOM: f64 = 2.0;
pub const MAX_ZOOM: f64 = 18.0;

impl Default for Camera {
    fn default() -> Self {
        Self { centre: LonLat::new(-96.0, 38.5), zoom: 4.0 }
    }
}

impl Camera {
    /// The camera that shows a box in a map of `width` × `height` points, with a margin around it.
    pub fn fitting(bounds: Bounds, width: f32, height: f32) -> Self {
        let (a, b) = (to_mercator(bounds.min), to_mercator(bounds.max));
        let (wide, high) = ((b[0] - a[0]).abs().max(1e-6), (b[1] - a[1]).abs().max(1e-6));
        let room = |points: f32| f64::from((points - 64.0).max(64.0));
        let zoom = (room(width) / wide).min(room(height) / high).log2().clamp(MIN_ZOOM, 14.0);
        Self { centre: from_mercator([(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]), zoom }
    }

    /// Moves by points on the screen.
    pub fn pan(&mut self, dx: f32, dy: f32) {
        let scale = self.zoom.exp2();
        let [x, y] = to_mercator(self.centre);
        self.centre = from_mercator([
            (x - f64::from(dx) / scale).clamp(0.0, 256.0),
            (y - f64::from(dy) / scale).clamp(0.0, 256.0),
        ]);
    }

    /// Changes the zoom by `delta` while the place at (`dx`, `dy`) points off the middle stays where it is.
    pub fn zoom_at(&mut self, delta: f64, dx: f32, dy: f32) {
        let zoom = (self.zoom + delta).clamp(MIN_ZOOM, MAX_ZOOM);
        self.pan(-dx, -dy);
        self.zoom = zoom;
        self.pan(dx, dy);
    }
}

/// The state of the view.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub camera: Camera,
    /// Where the camera is going, when it moves by itself.
    pub target: Option<Camera>,
    /// Set when a box shall be shown as soon as the size of the map is known.
    pub fit: Option<Bounds>,
    /// The camera has been somewhere meaningful: from now on it moves instead of jumping.
    pub arrived: bool,
    pub tool: Tool,
    /// Radius of the brush in points on the screen.
    pub brush_radius: f32,
    /// Which units a drawn boundary takes.
    pub inside: Inside,
    /// Units are cut along what is drawn instead.
    pub cut: bool,
    /// Which units all tools take. Not saved: a limit nobody remembers would only puzzle.
    pub scope: Scope,
    /// Links between neighbours, and what was said of neighbours by hand, are on the map.
    pub show_links: bool,
    pub basemap: BasemapChoice,
    /// The measure shown in labels, bars and chart.
    pub measure: Option<MeasureId>,
    pub tab: BottomTab,
    /// How two scenarios are shown on the map while they are compared.
    pub compare: CompareView,
    /// The level at which drawing tools work, from 0 for the one next to territories; `None`: they take units.
    pub paint_level: Option<u8>,
    /// The level by which the map is coloured; `None`: by territory.
    pub colour_level: Option<u8>,
    /// What the colours of areas and accounts say.
    pub colouring: Colouring,
    /// Groups that are folded in the table of territories; group 0 stands for what is in no group.
    pub folded: BTreeSet<GroupId>,
    /// By table the columns that are shown though they are hidden at first, or hidden though they are shown.
    pub columns: BTreeMap<Subject, BTreeSet<String>>,
    pub show_accounts: bool,
    pub show_labels: bool,
    pub show_legend: bool,
    pub show_inspector: bool,
    pub show_table: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            camera: Camera::default(),
            target: None,
            fit: None,
            arrived: false,
            tool: Tool::Select,
            brush_radius: 18.0,
            inside: Inside::Centre,
            cut: false,
            scope: Scope::Everything,
            show_links: false,
            basemap: BasemapChoice::Quiet,
            measure: None,
            tab: BottomTab::Territories,
            compare: CompareView::default(),
            paint_level: None,
            colour_level: None,
            colouring: Colouring::default(),
            folded: BTreeSet::new(),
            columns: BTreeMap::new(),
            show_accounts: true,
            show_labels: true,
            show_legend: true,
            show_inspector: true,
            show_table: true,
        }
    }
}

impl View {
    /// As settings of the project file: words to words.
    pub fn to_settings(&self) -> BTreeMap<String, String> {
        let camera = self.target.unwrap_or(self.camera);
        let basemap = match self.basemap {
            BasemapChoice::Quiet => "quiet",
            BasemapChoice::OpenStreetMap => "openstreetmap",
            BasemapChoice::None => "none",
        };
        [
            ("camera", format!("{:.6} {:.6} {:.4}", camera.centre.lon, camera.centre.lat, camera.zoom)),
            ("basemap", basemap.to_owned()),
            ("brush_radius", self.brush_radius.to_string()),
            ("colour_level", self.colour_level.map_or(String::new(), |level| level.to_string())),
            ("folded", self.folded.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(" ")),
            ("columns_of_accounts", self.toggled(Subject::Accounts)),
            ("columns_of_units", self.toggled(Subject::Units)),
            ("show_accounts", self.show_accounts.to_string()),
            ("show_labels", self.show_labels.to_string()),
            ("show_legend", self.show_legend.to_string()),
        ]
        .into_iter()
        .chain(self.colouring.to_settings())
        .map(|(key, value)| (format!("view.{key}"), value))
        .collect()
    }

    fn toggled(&self, subject: Subject) -> String {
        let keys = self.columns.get(&subject).into_iter().flatten().map(|key| key.replace('\n', " "));
        keys.collect::<Vec<_>>().join("\n")
    }

    /// From settings; what is missing or unreadable keeps its default.
    pub fn from_settings(settings: &BTreeMap<String, String>) -> Self {
        let get = |key: &str| settings.get(&format!("view.{key}")).map(String::as_str);
        let flag = |key: &str| get(key).is_none_or(|value| value != "false");
        let mut view = Self {
            show_accounts: flag("show_accounts"),
            show_labels: flag("show_labels"),
            show_legend: flag("show_legend"),
            colouring: Colouring::from_map(settings, "view."),
            ..Self::default()
        };
        let camera: Vec<f64> = get("camera").unwrap_or("").split(' ').filter_map(|part| part.parse().ok()).collect();
        if let [lon, lat, zoom] = camera[..]
            && LonLat::new(lon, lat).is_valid()
            && zoom.is_finite()
        {
            view.arrived = true;
            view.camera = Camera { centre: LonLat::new(lon, lat), zoom: zoom.clamp(MIN_ZOOM, MAX_ZOOM) };
        }
        view.basemap = match get("basemap") {
            Some("openstreetmap") => BasemapChoice::OpenStreetMap,
            Some("none") => BasemapChoice::None,
            _ => BasemapChoice::Quiet,
        };
        view.colour_level = get("colour_level").and_then(|value| value.parse().ok());
        let folded = get("folded").unwrap_or("").split(' ');
        view.folded = folded.filter_map(|id| id.parse().ok().map(GroupId)).collect();
        for (subject, key) in [(Subject::Accounts, "columns_of_accounts"), (Subject::Units, "columns_of_units")] {
            let keys: BTreeSet<String> = get(key).unwrap_or("").lines().map(str::to_owned).collect();
            if !keys.is_empty() {
                view.columns.insert(subject, keys);
            }
        }
        if let Some(radius) = get("brush_radius").and_then(|value| value.parse::<f32>().ok()) {
            view.brush_radius = radius.clamp(4.0, 120.0);
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_under_the_pointer_stays_there_while_zooming() {
        let mut camera = Camera { centre: LonLat::new(-84.0, 40.0), zoom: 6.0 };
        let under = |camera: &Camera| {
            let [x, y] = to_mercator(camera.centre);
            let scale = camera.zoom.exp2();
            [x + 100.0 / scale, y - 50.0 / scale]
        };
        let before = under(&camera);
        camera.zoom_at(1.5, 100.0, -50.0);
        let after = under(&camera);
        assert!((before[0] - after[0]).abs() < 1e-9 && (before[1] - after[1]).abs() < 1e-9);
    }

    #[test]
    fn a_view_comes_back_from_its_settings() {
        let view = View {
            arrived: true,
            basemap: BasemapChoice::None,
            show_labels: false,
            colour_level: Some(1),
            folded: BTreeSet::from([GroupId(0), GroupId(7)]),
            brush_radius: 40.0,
            columns: [(Subject::Accounts, BTreeSet::from(["measure A b".to_owned(), "rep".to_owned()]))].into(),
            ..View::default()
        };
        assert_eq!(View::from_settings(&view.to_settings()), view);
    }
}
