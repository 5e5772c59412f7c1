//! The map of the scenario that the open one is held against, beside the map of the open one. Both look at the same place.

use std::sync::Arc;

use egui::{Align2, FontId, Rect, Ui, vec2};
use walkers::MapMemory;

use super::basemap::Basemap;
use super::ground::{self, show_ground, zoom_by_wheel};
use super::labels::names_of_plan;
use super::paint::{Layers, groups_above};
use crate::action::Action;
use crate::domain::plan::Plan;
use crate::render::batches::{MapBatches, MapLook, UnitPaint};
use crate::render::camera::Camera;
use crate::render::labels::{Label, draw_labels};
use crate::render::palette;
use crate::session::Session;
use crate::session::comparing::CompareView;
use crate::theme::{self, Tokens};

/// Narrower halves would show nothing.
const LEAST_WIDTH: f32 = 420.0;

/// What is kept between frames.
#[derive(Default)]
pub struct Before {
    memory: MapMemory,
    batches: Option<MapBatches>,
    labels: Vec<Label>,
    /// What the colours and labels are of.
    seen: Option<Seen>,
}

struct Seen {
    plan: Arc<Plan>,
    dark: bool,
    level: Option<usize>,
}

/// Whether there shall be, and can be, two maps.
pub fn is_wished(session: &Session, rect: Rect) -> bool {
    let wished = session.comparing.as_ref().is_some_and(|comparing| comparing.view == CompareView::SideBySide);
    wished && rect.width() >= LEAST_WIDTH && session.plan_before().is_some() && !session.shows_trial()
}

impl Before {
    pub fn show(
        &mut self,
        ui: &mut Ui,
        session: &Session,
        basemap: &Basemap,
        layers: &Layers,
        actions: &mut Vec<Action>,
    ) {
        let Some(plan) = session.plan_before() else { return };
        let dark = ui.visuals().dark_mode;
        let rect = ui.available_rect_before_wrap();
        let camera = ground::aim(&mut self.memory, session, rect);
        ui.painter().rect_filled(rect, 0.0, basemap.ground());
        let response = show_ground(ui, &mut self.memory, basemap, session, &format!("Map of {}", plan.name));
        self.follow(session, plan, layers, dark);
        let tokens = Tokens::of(ui);
        let look = MapLook::of(dark, tokens.accent);
        let painter = ui.painter().with_clip_rect(rect);
        if let Some(batches) = &mut self.batches {
            batches.draw_units(&painter, &camera, &look, &mut []);
        }
        if session.view.show_labels {
            let labels: Vec<&Label> = self.labels.iter().collect();
            let caption = Rect::from_min_size(rect.min, vec2(rect.width(), 34.0));
            draw_labels(&painter, &camera, &labels, &[caption]);
        }
        steer(ui, &camera, &response, actions);
        if let Some(pointer) = response.hover_pos()
            && let Some(unit) = session.unit_index.unit_at(camera.screen_to_place(pointer))
        {
            let (owner, units) = (plan.territory_of(unit), &session.project.units);
            let kind = crate::words::capital(units.kind_of_one());
            let words =
                format!("{kind} {}\n{} in {}", units.codes[unit.index()], plan.territory_name(owner), plan.name);
            response.on_hover_text_at_pointer(words);
        }
    }

    /// Takes up another plan, or other colours. Nothing, mostly.
    fn follow(&mut self, session: &Session, plan: &Arc<Plan>, layers: &Layers, dark: bool) {
        let level = session.colour_level();
        let is_same = |seen: &Seen| Arc::ptr_eq(&seen.plan, plan) && (seen.dark, seen.level) == (dark, level);
        if self.batches.is_some() && self.seen.as_ref().is_some_and(is_same) {
            return;
        }
        if self.batches.is_none() {
            self.batches = layers.second();
        }
        let Some(batches) = &mut self.batches else { return };
        let unassigned = palette::unassigned_paint(dark);
        let mut paints: Vec<UnitPaint> = vec![unassigned; plan.territory_slots()];
        for (id, territory) in plan.territories() {
            let colour = match level {
                None => Some(territory.colour),
                Some(level) => {
                    let group = plan.hierarchy().at_level(territory.parent, level);
                    group.and_then(|group| plan.hierarchy().group(group)).map(|group| group.colour)
                }
            };
            paints[id.index()] = colour.map_or(unassigned, |colour| palette::territory_paint(colour, dark));
        }
        let of_unit: Vec<UnitPaint> = plan.assignment().iter().map(|id| paints[id.index()]).collect();
        batches.set_unit_paints(&of_unit);
        batches.set_assignment(plan.assignment(), &groups_above(plan));
        self.labels = names_of_plan(session, plan, dark);
        self.seen = Some(Seen { plan: Arc::clone(plan), dark, level });
    }
}

/// Wheel and drag move both maps.
fn steer(ui: &Ui, camera: &Camera, response: &egui::Response, actions: &mut Vec<Action>) {
    zoom_by_wheel(ui, camera, response, actions);
    if response.dragged() {
        let delta = response.drag_delta();
        actions.push(Action::Pan { dx: delta.x, dy: delta.y });
    }
}

/// Which scenario is on which side, and the line between them.
pub fn captions(ui: &Ui, session: &Session, left: Rect, right: Rect) {
    let tokens = Tokens::of(ui);
    ui.painter().vline(right.left(), right.y_range(), egui::Stroke::new(2.0, tokens.control));
    let before = session.comparing.as_ref().map_or("", |comparing| session.scenarios.plans.name(comparing.with));
    for (rect, name, what) in [(left, before, "Before"), (right, session.plan().name.as_str(), "Now")] {
        let words = format!("{what}: {}", crate::words::cut(name, 40));
        let font = FontId::new(theme::BODY, theme::medium());
        let galley = ui.painter().layout_no_wrap(words, font, tokens.text);
        // Between the legend and the buttons of the map of now.
        let (left, right) = match what {
            "Now" if session.view.show_legend && rect.width() >= 480.0 => (252.0, 58.0),
            "Now" => (8.0, 58.0),
            _ => (8.0, 8.0),
        };
        let middle = egui::pos2((rect.left() + left + rect.right() - right) / 2.0, rect.top() + 8.0);
        let place = Align2::CENTER_TOP.anchor_size(middle, galley.size() + vec2(20.0, 10.0));
        ui.painter().rect(place, 5.0, tokens.panel, egui::Stroke::new(1.0, tokens.separator), egui::StrokeKind::Inside);
        ui.painter().galley(place.min + vec2(10.0, 5.0), galley, tokens.text);
    }
}
