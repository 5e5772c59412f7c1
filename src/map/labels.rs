//! The labels of territories: name, rep, deviation; from afar those of the districts or regions that hold them. With the names of
//! places they share the room on the map.

use std::cell::OnceCell;
use std::sync::Arc;

use egui::{Color32, FontId, Painter, Rect, vec2};

use super::basemap::Basemap;
use crate::domain::ids::{GroupId, MeasureId, TerritoryId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::sphere::{Bounds, LonLat, to_mercator};
use crate::domain::units::Units;
use crate::render::camera::{Camera, WorldBox, screen_rect};
use crate::render::labels::{Label, LabelStyle, central_place, draw_labels};
use crate::session::{Session, Shown};
use crate::theme::{self, Tokens};
use crate::words;

/// The labels, made anew when the plan shown changes.
#[derive(Default)]
pub struct Labels {
    /// Those of territories, then of each level above them.
    levels: Vec<Vec<Label>>,
    seen: Option<Seen>,
    /// Of the units of this generation of the data: a stroke changes whose they are, not where.
    places: Vec<Place>,
    places_of: Option<u64>,
}

/// Where a unit is, in world coordinates.
struct Place {
    centre: [f64; 2],
    bounds: WorldBox,
}

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    shown: Shown,
    dark: bool,
    measure: Option<MeasureId>,
    tolerance: Option<f64>,
    /// Letters are measured in whole pixels.
    pixels_per_point: f32,
}

impl Labels {
    #[expect(clippy::too_many_arguments, reason = "each is one thing that decides what is written where")]
    pub fn draw(
        &mut self,
        painter: &Painter,
        camera: &Camera,
        session: &Session,
        basemap: &Basemap,
        dark: bool,
        taken: &[Rect],
        of_layers: &[&Label],
    ) {
        let seen = Seen {
            shown: session.shown(),
            dark,
            measure: session.view.measure,
            tolerance: session.goal().map(|goal| goal.tolerance),
            pixels_per_point: painter.pixels_per_point(),
        };
        if self.seen.as_ref() != Some(&seen) {
            if self.places_of != Some(session.data_generation) {
                self.places = places_of(session);
                self.places_of = Some(session.data_generation);
            }
            self.levels = labels_by_level(session, &self.places, dark);
            self.seen = Some(seen);
        }
        let places: Vec<Label> = basemap.place_names(camera).iter().map(|place| place.label(dark)).collect();
        let of_level: &[Label] = match self.level_for(camera, session) {
            Some(level) if session.view.show_labels => &self.levels[level],
            _ => &[],
        };
        let labels: Vec<&Label> = of_level.iter().chain(of_layers.iter().copied()).chain(&places).collect();
        draw_labels(painter, camera, &labels, taken);
    }
}

impl Labels {
    /// The lowest level whose territories or groups are large enough on the screen to be written on; the highest where none are. Never
    /// lower than the level by which the map is coloured, unless that is being looked at from close by.
    fn level_for(&self, camera: &Camera, session: &Session) -> Option<usize> {
        let lowest = session.colour_level().map_or(0, |level| level + 1);
        let is_large = |level: usize| typical_width(&self.levels[level], camera).is_some_and(|width| width >= ROOM);
        let known = 0..self.levels.len();
        let from = if !self.levels.is_empty() && is_large(0) && camera.zoom >= CLOSE { 0 } else { lowest };
        known.clone().skip(from).find(|&level| is_large(level)).or_else(|| {
            // From very far away, the highest level that has any groups at all.
            known.rev().find(|&level| !self.levels[level].is_empty())
        })
    }
}

/// Labels of things narrower than this, in points, would mostly be left out.
const ROOM: f32 = 72.0;
/// From here on, territories have their labels whatever the map is coloured by.
const CLOSE: f64 = 9.0;

/// The median width on the screen of what labels are about.
fn typical_width(labels: &[Label], camera: &Camera) -> Option<f32> {
    let mut widths: Vec<f32> =
        labels.iter().filter_map(|label| Some(screen_rect(camera, &label.extent?).width())).collect();
    widths.sort_by(f32::total_cmp);
    widths.get(widths.len() / 2).copied()
}

fn places_of(session: &Session) -> Vec<Place> {
    let units = &session.project.units;
    let place = |(centre, bounds): (&LonLat, &Bounds)| Place {
        centre: to_mercator(*centre),
        bounds: WorldBox::of_bounds(*bounds),
    };
    units.centres.iter().zip(&units.bounds).map(place).collect()
}

fn labels_by_level(session: &Session, places: &[Place], dark: bool) -> Vec<Vec<Label>> {
    let plan = session.shown_plan();
    let parts = parts_of(plan, &session.project.units, places);
    let mut levels = vec![Vec::new()];
    for level in 0..plan.hierarchy().levels().len() {
        let of_group = |id| {
            let mut whole = Part::default();
            for territory in plan.territories_in(id) {
                whole.add(&parts[territory.index()]);
            }
            group_label(session, id, whole, dark)
        };
        levels.push(plan.hierarchy().on_level(level).filter_map(|(id, _)| of_group(id)).collect());
    }
    levels[0] = territory_labels(session, parts, dark);
    levels
}

/// Where each territory is.
fn parts_of(plan: &Plan, units: &Units, places: &[Place]) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![Part::default(); plan.territory_slots()];
    for (index, (owner, place)) in plan.assignment().iter().zip(places).enumerate() {
        if owner.is_unassigned() {
            continue;
        }
        let part = &mut parts[owner.index()];
        part.extent.include(place.bounds.min);
        part.extent.include(place.bounds.max);
        part.places.push(place.centre);
        part.weights.push(units.areas_km2[index].max(1e-6));
    }
    parts
}

/// The names of the territories of any plan of the project, and of their reps.
pub fn names_of_plan(session: &Session, plan: &Plan, dark: bool) -> Vec<Label> {
    let tokens = Tokens::for_mode(dark);
    let mut parts = parts_of(plan, &session.project.units, &places_of(session));
    let label = |(id, territory): (TerritoryId, &Territory)| {
        let mut lines = vec![name_line(&territory.name, false, theme::BODY, tokens)];
        let rep = territory.rep.and_then(|rep| session.project.reps.get(rep.index()));
        let small = LabelStyle { font: FontId::proportional(theme::SMALL), colour: tokens.map_text };
        lines.extend(rep.map(|rep| (rep.name.clone(), small)));
        std::mem::take(&mut parts[id.index()]).label(lines, tokens.map_halo)
    };
    plan.territories().filter_map(label).collect()
}

/// Where something is: the middles of its units with their areas, and the box around it.
#[derive(Clone)]
struct Part {
    places: Vec<[f64; 2]>,
    weights: Vec<f64>,
    extent: WorldBox,
}

impl Default for Part {
    fn default() -> Self {
        Self { places: Vec::new(), weights: Vec::new(), extent: WorldBox::EMPTY }
    }
}

impl Part {
    fn add(&mut self, other: &Self) {
        self.places.extend_from_slice(&other.places);
        self.weights.extend_from_slice(&other.weights);
        if !other.places.is_empty() {
            self.extent.include(other.extent.min);
            self.extent.include(other.extent.max);
        }
    }

    fn label(self, lines: Vec<(String, LabelStyle)>, halo: Color32) -> Option<Label> {
        let anchor = central_place(&self.places, &self.weights)?;
        Some(Label {
            lines,
            halo,
            anchor,
            // Territories before every place name; the larger before the smaller.
            priority: 1000.0 + self.weights.iter().sum::<f64>().log10() as f32,
            elsewhere: Arc::from(self.places),
            extent: Some(self.extent),
            margin: vec2(6.0, 4.0),
            sizes: OnceCell::new(),
        })
    }
}

fn name_line(name: &str, locked: bool, size: f32, tokens: Tokens) -> (String, LabelStyle) {
    let text =
        if locked { format!("{name} {}", egui_material_icons::icons::ICON_LOCK.codepoint) } else { name.to_owned() };
    (text, LabelStyle { font: FontId::new(size, theme::medium()), colour: tokens.map_text })
}

fn deviation_line(deviation: Option<f64>, tolerance: f64, tokens: Tokens) -> Option<(String, LabelStyle)> {
    let deviation = deviation?;
    let style =
        LabelStyle { font: FontId::new(theme::SMALL, theme::medium()), colour: tokens.deviation(deviation, tolerance) };
    Some((words::signed_percent(deviation), style))
}

fn group_label(session: &Session, id: GroupId, part: Part, dark: bool) -> Option<Label> {
    let group = session.shown_plan().hierarchy().group(id)?;
    let tokens = Tokens::for_mode(dark);
    let mut lines = vec![name_line(&group.name, group.locked, theme::HEADING, tokens)];
    if let Some(goal) = session.goal() {
        lines.extend(deviation_line(session.group_figures(goal.measure, id).1, goal.tolerance, tokens));
    }
    part.label(lines, tokens.map_halo)
}

fn territory_labels(session: &Session, mut parts: Vec<Part>, dark: bool) -> Vec<Label> {
    let plan = session.shown_plan();
    let tokens = Tokens::for_mode(dark);
    let goal = session.goal();
    let mut labels = Vec::new();
    for (id, territory) in plan.territories() {
        let mut lines = vec![name_line(&territory.name, plan.is_territory_locked(id), theme::BODY, tokens)];
        if let Some(goal) = goal {
            lines.extend(deviation_line(session.deviation(goal.measure, id), goal.tolerance, tokens));
        }
        if let Some(rep) = territory.rep.and_then(|rep| session.project.reps.get(rep.index()))
            && rep.name != territory.name
        {
            let style = LabelStyle { font: FontId::proportional(theme::SMALL), colour: tokens.map_text };
            lines.push((rep.name.clone(), style));
        }
        labels.extend(std::mem::take(&mut parts[id.index()]).label(lines, tokens.map_halo));
    }
    labels
}
