//! The labels of territories: name, rep, deviation. With the names of places they share the room on the map.

use std::sync::Arc;

use egui::{Color32, FontId, Painter, Rect, vec2};

use super::basemap::Basemap;
use crate::domain::ids::MeasureId;
use crate::domain::sphere::to_mercator;
use crate::render::camera::{Camera, WorldBox};
use crate::render::labels::{Label, LabelStyle, central_place, draw_labels};
use crate::session::{Session, Shown};
use crate::theme::{self, Tokens};
use crate::words;

/// The labels, made anew when the plan shown changes.
#[derive(Default)]
pub struct Labels {
    labels: Vec<Label>,
    seen: Option<Seen>,
}

#[derive(Debug, Clone, PartialEq)]
struct Seen {
    shown: Shown,
    dark: bool,
    measure: Option<MeasureId>,
    tolerance: Option<f64>,
}

impl Labels {
    pub fn draw(
        &mut self,
        painter: &Painter,
        camera: &Camera,
        session: &Session,
        basemap: &Basemap,
        dark: bool,
        taken: &[Rect],
    ) {
        let seen = Seen {
            shown: session.shown(),
            dark,
            measure: session.view.measure,
            tolerance: session.goal().map(|goal| goal.tolerance),
        };
        if self.seen.as_ref() != Some(&seen) {
            self.labels = territory_labels(session, dark);
            self.seen = Some(seen);
        }
        let mut labels: Vec<Label> = if session.view.show_labels { self.labels.clone() } else { Vec::new() };
        labels.extend(basemap.place_names(camera).iter().map(|place| place.label(dark)));
        draw_labels(painter, camera, &labels, taken);
    }
}

fn territory_labels(session: &Session, dark: bool) -> Vec<Label> {
    let plan = session.shown_plan();
    let units = &session.project.units;
    let tokens = Tokens::for_mode(dark);
    let slots = plan.territory_slots();
    let mut places: Vec<Vec<[f64; 2]>> = vec![Vec::new(); slots];
    let mut weights: Vec<Vec<f64>> = vec![Vec::new(); slots];
    let mut extents = vec![WorldBox::EMPTY; slots];
    for (index, owner) in plan.assignment().iter().enumerate() {
        if owner.is_unassigned() {
            continue;
        }
        let bounds = WorldBox::of_bounds(units.bounds[index]);
        extents[owner.index()].include(bounds.min);
        extents[owner.index()].include(bounds.max);
        places[owner.index()].push(to_mercator(units.centres[index]));
        weights[owner.index()].push(units.areas_km2[index].max(1e-6));
    }
    let goal = session.goal();
    let mut labels = Vec::new();
    for (id, territory) in plan.territories() {
        let Some(anchor) = central_place(&places[id.index()], &weights[id.index()]) else { continue };
        let medium = |size: f32| FontId::new(size, theme::medium());
        let plain = |size: f32| FontId::proportional(size);
        let name = if plan.is_territory_locked(id) {
            format!("{} {}", territory.name, egui_material_icons::icons::ICON_LOCK.codepoint)
        } else {
            territory.name.clone()
        };
        let mut lines = vec![(name, LabelStyle { font: medium(theme::BODY), colour: tokens.map_text })];
        if let Some(goal) = goal
            && let Some(deviation) = session.deviation(goal.measure, id)
        {
            let colour: Color32 = tokens.deviation(deviation, goal.tolerance);
            lines.push((words::signed_percent(deviation), LabelStyle { font: medium(theme::SMALL), colour }));
        }
        if let Some(rep) = territory.rep.and_then(|rep| session.project.reps.get(rep.index()))
            && rep.name != territory.name
        {
            lines.push((rep.name.clone(), LabelStyle { font: plain(theme::SMALL), colour: tokens.map_text }));
        }
        labels.push(Label {
            lines,
            halo: tokens.map_halo,
            anchor,
            elsewhere: Arc::from(std::mem::take(&mut places[id.index()])),
            extent: Some(extents[id.index()]),
            // Territories before every place name; the larger before the smaller.
            priority: 1000.0 + weights[id.index()].iter().sum::<f64>().log10() as f32,
            margin: vec2(6.0, 4.0),
        });
    }
    labels
}
