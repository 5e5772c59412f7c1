//! The tools of the map: what a press, a drag and a release mean. A gesture keeps only its own state; the plan changes when it ends,
//! through one action.

use std::collections::HashSet;

use egui::{Color32, Key, Modifiers, PointerButton, Pos2, Response, Shape, Stroke, Ui, Vec2};

use crate::action::{Action, SelectHow};
use crate::domain::cutting::Drawn;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::spatial::Inside;
use crate::domain::sphere::{Bounds, EARTH_RADIUS_KM, LonLat};
use crate::render::camera::Camera;
use crate::session::Session;
use crate::session::view::Tool;

/// What the pointer is in the middle of.
#[derive(Debug, Default)]
pub enum Gesture {
    #[default]
    None,
    Pan,
    Rectangle {
        from: LonLat,
    },
    Lasso {
        points: Vec<LonLat>,
    },
    Brush {
        to: TerritoryId,
        units: Vec<UnitId>,
        seen: HashSet<UnitId>,
        last: Pos2,
    },
    Radius {
        from: LonLat,
        to: LonLat,
    },
    Line {
        points: Vec<LonLat>,
    },
    /// Corners so far; goes on between clicks.
    Polygon {
        corners: Vec<LonLat>,
    },
}

/// What a tool may look at.
pub struct ToolContext<'a> {
    pub session: &'a Session,
    pub camera: Camera,
    pub response: &'a Response,
    /// The unit under the pointer.
    pub unit: Option<UnitId>,
}

impl Gesture {
    /// Whether Escape would drop something.
    pub fn is_active(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// The lines drawn by hand so far, for the preview on the map.
    pub fn paint(&self, ui: &Ui, camera: &Camera, accent: Color32) {
        let stroke = Stroke::new(1.5, accent);
        let fill = accent.gamma_multiply(0.10);
        let painter = ui.painter().with_clip_rect(camera.rect);
        let pointer = ui.input(|input| input.pointer.hover_pos());
        match self {
            Self::Rectangle { from } => {
                if let Some(pointer) = pointer {
                    let rect = egui::Rect::from_two_pos(camera.place_to_screen(*from), pointer);
                    painter.rect(rect, 0.0, fill, stroke, egui::StrokeKind::Middle);
                }
            }
            Self::Lasso { points } => {
                let line: Vec<Pos2> = points.iter().map(|&point| camera.place_to_screen(point)).collect();
                if line.len() > 2 {
                    painter.add(Shape::dashed_line(&[line[line.len() - 1], line[0]], stroke, 4.0, 4.0));
                }
                painter.add(Shape::line(line, stroke));
            }
            Self::Radius { from, to } => {
                let ring: Vec<Pos2> =
                    circle(*from, from.distance_km(*to)).iter().map(|&place| camera.place_to_screen(place)).collect();
                painter.add(Shape::convex_polygon(ring, fill, stroke));
                painter.line_segment([camera.place_to_screen(*from), camera.place_to_screen(*to)], stroke);
                painter.circle(camera.place_to_screen(*from), 3.5, Color32::WHITE, stroke);
            }
            Self::Line { points } => {
                let line: Vec<Pos2> = points.iter().map(|&point| camera.place_to_screen(point)).collect();
                painter.add(Shape::line(line, Stroke::new(3.0, accent)));
            }
            Self::Polygon { corners } => {
                let mut line: Vec<Pos2> = corners.iter().map(|&corner| camera.place_to_screen(corner)).collect();
                for &corner in &line {
                    painter.circle(corner, 3.5, Color32::WHITE, stroke);
                }
                line.extend(pointer);
                if line.len() > 2 {
                    painter.add(Shape::dashed_line(&[line[line.len() - 1], line[0]], stroke, 4.0, 4.0));
                }
                painter.add(Shape::line(line, stroke));
            }
            Self::None | Self::Pan | Self::Brush { .. } => {}
        }
    }

    /// Escape: drops the gesture and its preview. Returns whether there was one.
    pub fn cancel(&mut self, actions: &mut Vec<Action>) -> bool {
        let had = self.is_active();
        if had {
            actions.push(Action::Preview { units: Vec::new(), to: TerritoryId::UNASSIGNED });
        }
        *self = Self::None;
        had
    }

    /// Follows the pointer for one frame.
    pub fn update(&mut self, ui: &Ui, context: &ToolContext, actions: &mut Vec<Action>) {
        let response = context.response;
        let modifiers = ui.input(|input| input.modifiers);
        let pointer = response.interact_pointer_pos().or_else(|| response.hover_pos());
        if context.session.view.tool != Tool::Polygon && matches!(self, Self::Polygon { .. }) {
            self.cancel(actions);
        }
        if response.drag_started()
            && !matches!(self, Self::Polygon { .. })
            && let Some(start) = ui.input(|input| input.pointer.press_origin())
        {
            self.start(ui, context, start, modifiers, actions);
        }
        if response.clicked()
            && let Some(position) = pointer
        {
            self.click(context, position, modifiers, actions);
        }
        if response.double_clicked() && matches!(self, Self::Polygon { .. }) {
            self.finish(context, modifiers, actions);
            return;
        }
        if matches!(self, Self::Polygon { .. }) && !ui.ctx().egui_wants_keyboard_input() {
            let (enter, back) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Backspace)));
            if enter {
                self.finish(context, modifiers, actions);
                return;
            }
            if let (true, Self::Polygon { corners }) = (back, &mut *self) {
                corners.pop();
                if corners.is_empty() {
                    self.cancel(actions);
                    return;
                }
                self.preview_polygon(context, None, actions);
            }
        }
        if let Some(position) = pointer {
            self.follow(context, position, response.dragged(), actions);
        }
        if response.drag_stopped() && !matches!(self, Self::Polygon { .. }) {
            self.finish(context, modifiers, actions);
        }
    }

    fn start(&mut self, ui: &Ui, context: &ToolContext, start: Pos2, modifiers: Modifiers, actions: &mut Vec<Action>) {
        let primary = context.response.drag_started_by(PointerButton::Primary);
        let space = ui.input(|input| input.key_down(Key::Space));
        let place = context.camera.screen_to_place(start);
        *self = match context.session.view.tool {
            _ if !primary || space => Self::Pan,
            Tool::Select if modifiers.shift => Self::Rectangle { from: place },
            Tool::Select | Tool::Polygon => Self::Pan,
            Tool::Rectangle => Self::Rectangle { from: place },
            Tool::Lasso => Self::Lasso { points: vec![place] },
            Tool::Radius => Self::Radius { from: place, to: place },
            Tool::Line => Self::Line { points: vec![place] },
            Tool::Brush => {
                let mut brush = Self::brush(context, start, modifiers);
                brush.follow(context, start, true, actions);
                brush
            }
        };
    }

    /// A stroke paints the active territory; without one it carries on the territory in which it begins.
    fn brush(context: &ToolContext, start: Pos2, modifiers: Modifiers) -> Self {
        let session = context.session;
        let here = session.unit_index.unit_at(context.camera.screen_to_place(start));
        let to = if modifiers.alt {
            TerritoryId::UNASSIGNED
        } else if session.active.is_unassigned() {
            here.map_or(TerritoryId::UNASSIGNED, |unit| session.plan().territory_of(unit))
        } else {
            session.active
        };
        Self::Brush { to, units: Vec::new(), seen: HashSet::new(), last: start }
    }

    fn click(&mut self, context: &ToolContext, position: Pos2, modifiers: Modifiers, actions: &mut Vec<Action>) {
        match context.session.view.tool {
            Tool::Polygon => {
                let corner = context.camera.screen_to_place(position);
                match self {
                    Self::Polygon { corners } => {
                        let first = context.camera.place_to_screen(corners[0]);
                        if corners.len() > 2 && first.distance(position) < 10.0 {
                            self.finish(context, modifiers, actions);
                            return;
                        }
                        corners.push(corner);
                    }
                    _ => *self = Self::Polygon { corners: vec![corner] },
                }
                self.preview_polygon(context, None, actions);
            }
            Tool::Brush => {
                // A click is a stroke of one point.
                *self = Self::brush(context, position, modifiers);
                self.follow(context, position, true, actions);
                self.finish(context, modifiers, actions);
            }
            Tool::Select | Tool::Rectangle | Tool::Lasso | Tool::Radius | Tool::Line => {
                let how = if modifiers.shift || modifiers.command { SelectHow::Toggle } else { SelectHow::Replace };
                if how == SelectHow::Replace {
                    actions.push(Action::SelectAccount(None));
                }
                let units = context.session.in_scope(context.unit.into_iter().collect());
                actions.push(Action::SelectUnits { units, how });
                if let (Some(unit), SelectHow::Replace) = (context.unit, how) {
                    let territory = context.session.shown_plan().territory_of(unit);
                    actions.push(Action::SelectTerritory((!territory.is_unassigned()).then_some(territory)));
                }
            }
        }
    }

    fn follow(&mut self, context: &ToolContext, position: Pos2, dragged: bool, actions: &mut Vec<Action>) {
        match self {
            Self::Pan if dragged => {
                let delta = context.response.drag_delta();
                if delta != Vec2::ZERO {
                    actions.push(Action::Pan { dx: delta.x, dy: delta.y });
                }
            }
            Self::Radius { to, .. } => *to = context.camera.screen_to_place(position),
            Self::Lasso { points } | Self::Line { points } => {
                let far =
                    points.last().is_none_or(|&last| context.camera.place_to_screen(last).distance(position) > 3.0);
                if far {
                    points.push(context.camera.screen_to_place(position));
                }
            }
            Self::Brush { to, units, seen, last } => {
                let radius = context.session.view.brush_radius;
                let before = units.len();
                let steps = (last.distance(position) / (radius * 0.5)).ceil().max(1.0) as usize;
                for step in 1..=steps.min(200) {
                    let at = last.lerp(position, step as f32 / steps as f32);
                    touch(context, at, radius, seen, units);
                }
                *last = position;
                if units.len() > before {
                    actions.push(Action::Preview { units: units.clone(), to: *to });
                }
            }
            Self::Polygon { .. } => self.preview_polygon(context, Some(position), actions),
            Self::None | Self::Pan | Self::Rectangle { .. } => {}
        }
    }

    /// Shows what the boundary would take if it were closed at the pointer.
    fn preview_polygon(&self, context: &ToolContext, pointer: Option<Pos2>, actions: &mut Vec<Action>) {
        let Self::Polygon { corners } = self else { return };
        let mut ring = corners.clone();
        ring.extend(pointer.map(|position| context.camera.screen_to_place(position)));
        let to = context.session.active;
        let locked = to.is_unassigned() || context.session.plan().is_territory_locked(to);
        // What cannot be drawn upon has no preview either, which would be asked for in every frame.
        if ring.len() > 2 && !locked && context.session.fixed().is_none() {
            let units = inside(context.session, &ring);
            // Only what differs from what is shown: a boundary at rest lets the window rest.
            let shown = context.session.preview.as_ref().filter(|preview| preview.to == to);
            if shown.map_or(&[][..], |preview| &preview.units) != units {
                actions.push(Action::Preview { units, to });
            }
        }
    }

    fn finish(&mut self, context: &ToolContext, modifiers: Modifiers, actions: &mut Vec<Action>) {
        let how = match (modifiers.shift, modifiers.command) {
            (true, _) => SelectHow::Add,
            (false, true) => SelectHow::Toggle,
            (false, false) => SelectHow::Replace,
        };
        let session = context.session;
        let cuts = session.cuts();
        match std::mem::take(self) {
            Self::None | Self::Pan => {}
            Self::Rectangle { from } => {
                if let Some(position) = context.response.interact_pointer_pos().or_else(|| context.response.hover_pos())
                {
                    let to = context.camera.screen_to_place(position);
                    let ring = [from, LonLat::new(to.lon, from.lat), to, LonLat::new(from.lon, to.lat)];
                    if cuts && session.view.tool == Tool::Rectangle {
                        actions.push(cut(context, ring.to_vec(), true, None));
                        return;
                    }
                    actions.push(Action::SelectUnits { units: inside(session, &ring), how });
                }
            }
            Self::Lasso { points } if cuts && points.len() > 2 => actions.push(cut(context, points, true, None)),
            Self::Radius { from, to } if cuts => {
                actions.push(cut(context, circle(from, from.distance_km(to)), true, None));
            }
            Self::Line { points } if cuts => actions.push(cut(context, points, false, None)),
            Self::Lasso { points } => {
                if points.len() > 2 {
                    actions.push(Action::SelectUnits { units: inside(session, &points), how });
                }
            }
            Self::Radius { from, to } => {
                let ring = circle(from, from.distance_km(to));
                actions.push(Action::SelectUnits { units: inside(session, &ring), how });
            }
            Self::Line { points } => {
                let units = session.in_scope(session.unit_index.units_along(&points));
                actions.push(Action::SelectUnits { units, how });
            }
            Self::Brush { to, units, .. } => actions.push(Action::Assign { units, to }),
            Self::Polygon { corners } => {
                actions.push(Action::Preview { units: Vec::new(), to: TerritoryId::UNASSIGNED });
                if corners.len() > 2 && cuts {
                    let to = Some(session.active).filter(|active| !active.is_unassigned());
                    actions.push(cut(context, corners, true, to));
                } else if corners.len() > 2 {
                    let units = inside(session, &corners);
                    // Without an active territory the boundary selects, so that the work is not lost.
                    if context.session.active.is_unassigned() {
                        actions.push(Action::SelectUnits { units, how });
                    } else {
                        actions.push(Action::Assign { units, to: context.session.active });
                    }
                }
            }
        }
    }
}

/// Asks for units to be cut along what was drawn. What is narrower than a pixel, or than 100 m where a pixel is more, is a slip.
fn cut(context: &ToolContext, line: Vec<LonLat>, closed: bool, to: Option<TerritoryId>) -> Action {
    const MOST_KM: f64 = 0.1;
    let middle = context.camera.rect.center();
    let [here, beside] = [middle, middle + Vec2::new(1.0, 0.0)].map(|at| context.camera.screen_to_place(at));
    let drawn = Drawn { lines: vec![line], closed };
    Action::Cut { drawn, to, narrowest_km: here.distance_km(beside).min(MOST_KM) }
}

/// The units that a drawn boundary takes.
pub fn inside(session: &Session, ring: &[LonLat]) -> Vec<UnitId> {
    // Until it is cut, a unit counts where most of it is.
    let how = if session.cuts() { Inside::Mostly } else { session.view.inside };
    session.in_scope(session.unit_index.units_inside(ring, how))
}

/// The places at a distance from a place, counterclockwise from the east.
pub fn circle(from: LonLat, km: f64) -> Vec<LonLat> {
    const CORNERS: usize = 90;
    let (sin_lat, cos_lat) = from.lat.to_radians().sin_cos();
    let (sin_reach, cos_reach) = (km / EARTH_RADIUS_KM).sin_cos();
    (0..CORNERS)
        .map(|corner| {
            let (north, east) = (std::f64::consts::TAU * corner as f64 / CORNERS as f64).sin_cos();
            let lat = (sin_lat * cos_reach + cos_lat * sin_reach * north).clamp(-1.0, 1.0).asin();
            let turn = (east * sin_reach * cos_lat).atan2(cos_reach - sin_lat * lat.sin());
            LonLat::new(from.lon + turn.to_degrees(), lat.to_degrees())
        })
        .collect()
}

/// Adds the unit under a point of the brush, and those whose centres lie within its radius.
fn touch(context: &ToolContext, at: Pos2, radius: f32, seen: &mut HashSet<UnitId>, units: &mut Vec<UnitId>) {
    let session = context.session;
    let corner = |dx: f32, dy: f32| context.camera.screen_to_place(at + Vec2::new(dx, dy));
    let (a, b) = (corner(-radius, radius), corner(radius, -radius));
    let under = session.unit_index.unit_at(context.camera.screen_to_place(at));
    let near = session.unit_index.units_in(Bounds { min: a, max: b });
    let inside = near.into_iter().filter(|unit| {
        let centre = session.project.units.centres[unit.index()];
        context.camera.place_to_screen(centre).distance(at) <= radius
    });
    for unit in session.in_scope(under.into_iter().chain(inside).collect()) {
        if seen.insert(unit) {
            units.push(unit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_everywhere_as_far_from_its_middle() {
        for (lon, lat, km) in [(-84.5, 39.1, 25.0), (10.0, 60.0, 400.0), (0.0, 0.0, 0.5)] {
            let from = LonLat::new(lon, lat);
            let ring = circle(from, km);
            assert!(ring.iter().all(|place| (place.distance_km(from) / km - 1.0).abs() < 1e-6));
            assert!(ring[0].lon > lon && ring[ring.len() / 4].lat > lat);
        }
    }
}
