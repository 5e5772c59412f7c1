//! Layers beside the units on the map: their borders, their names, and what lies under the pointer.

use std::cell::OnceCell;
use std::sync::Arc;

use egui::{FontId, vec2};

use crate::domain::ids::UnitId;
use crate::domain::reference::{LayerLook, LayerWidth};
use crate::domain::sphere::{LonLat, to_mercator};
use crate::domain::units::Units;
use crate::render::camera::{Camera, WorldBox, screen_rect};
use crate::render::labels::{Label, LabelStyle};
use crate::render::palette;
use crate::render::reference::{ReferenceBatches, ReferenceLook};
use crate::session::Session;
use crate::session::reference::LayerView;
use crate::theme::{self, Tokens};

/// Areas narrower on the screen, in points, have no room for their name.
const ROOM: f32 = 84.0;

/// What the map keeps of layers that are, or were, to be seen.
#[derive(Default)]
pub struct Reference {
    layers: Vec<Drawn>,
}

struct Drawn {
    view: LayerView,
    batches: ReferenceBatches,
    /// By area, in the colours of the last frame.
    labels: Vec<Label>,
    labels_of: Option<(LayerLook, bool)>,
}

impl Reference {
    pub fn has(&self, areas: &Arc<Units>) -> bool {
        self.layers.iter().any(|drawn| Arc::ptr_eq(&drawn.view.areas, areas))
    }

    pub fn take(&mut self, views: Vec<LayerView>) {
        for view in views {
            if !self.has(&view.areas) {
                let batches = ReferenceBatches::new(Arc::clone(&view.lines), look(LayerLook::default(), false));
                self.layers.push(Drawn { view, batches, labels: Vec::new(), labels_of: None });
            }
        }
    }

    pub fn forget(&mut self) {
        self.layers.clear();
    }

    /// Borders that are to be seen, for tests.
    pub fn line_count(&self, session: &Session) -> usize {
        let shown = |areas: &Arc<Units>| self.layers.iter().find(|drawn| Arc::ptr_eq(&drawn.view.areas, areas));
        session.shown_layers().filter_map(shown).map(|drawn| drawn.view.lines.line_count()).sum()
    }

    /// Takes up how layers are drawn, and drops what no layer of the project is any more. Nothing, mostly.
    pub fn follow(&mut self, session: &Session, dark: bool) {
        if self.layers.is_empty() {
            return;
        }
        let layers = &session.project.layers;
        self.layers.retain(|drawn| layers.iter().any(|layer| Arc::ptr_eq(&layer.areas, &drawn.view.areas)));
        for drawn in &mut self.layers {
            let Some(layer) = layers.iter().find(|layer| Arc::ptr_eq(&layer.areas, &drawn.view.areas)) else {
                continue;
            };
            if drawn.labels_of != Some((layer.look, dark)) {
                drawn.labels_of = Some((layer.look, dark));
                drawn.batches.look = look(layer.look, dark);
                drawn.labels = labels(&drawn.view.areas, layer.look, dark);
            }
        }
    }

    /// What is drawn, the first layer of the list over the others.
    pub fn batches(&mut self, session: &Session) -> Vec<&mut ReferenceBatches> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let place = |drawn: &Drawn| {
            let layers = session.project.layers.iter();
            layers.filter(|layer| layer.look.visible).position(|layer| Arc::ptr_eq(&layer.areas, &drawn.view.areas))
        };
        let mut shown: Vec<(usize, &mut Drawn)> =
            self.layers.iter_mut().filter_map(|drawn| Some((place(drawn)?, drawn))).collect();
        shown.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        shown.into_iter().map(|(_, drawn)| &mut drawn.batches).collect()
    }

    /// The names of areas in view that have room for them.
    pub fn labels(&self, session: &Session, camera: &Camera) -> Vec<&Label> {
        if self.layers.is_empty() || !session.view.show_labels {
            return Vec::new();
        }
        let visible = camera.visible();
        let shown = |drawn: &&Drawn| session.shown_layers().any(|areas| Arc::ptr_eq(areas, &drawn.view.areas));
        let roomy = |label: &&Label| {
            label
                .extent
                .is_some_and(|extent| extent.intersects(&visible) && screen_rect(camera, &extent).width() >= ROOM)
        };
        self.layers.iter().filter(shown).flat_map(|drawn| &drawn.labels).filter(roomy).collect()
    }

    /// Per layer to be seen the area at a place: "County" and its name.
    pub fn at(&self, session: &Session, place: LonLat) -> Vec<(String, String)> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let found = |areas: &Arc<Units>| {
            let drawn = self.layers.iter().find(|drawn| Arc::ptr_eq(&drawn.view.areas, areas))?;
            let area: UnitId = drawn.view.index.unit_at(place)?;
            Some((crate::words::capital(areas.kind_of_one()), areas.names[area.index()].clone()))
        };
        session.shown_layers().filter_map(found).collect()
    }
}

fn look(look: LayerLook, dark: bool) -> ReferenceLook {
    let width = match look.width {
        LayerWidth::Thin => 0.9,
        LayerWidth::Medium => 1.5,
        LayerWidth::Thick => 2.4,
    };
    let tokens = Tokens::for_mode(dark);
    ReferenceLook { colour: palette::layer_colour(look.colour, dark), width, casing: tokens.map_halo }
}

fn labels(areas: &Units, look: LayerLook, dark: bool) -> Vec<Label> {
    let tokens = Tokens::for_mode(dark);
    let style =
        LabelStyle { font: FontId::proportional(theme::SMALL), colour: palette::layer_colour(look.colour, dark) };
    let label = |area: usize| Label {
        lines: vec![(areas.names[area].clone(), style.clone())],
        halo: tokens.map_halo,
        anchor: to_mercator(areas.centres[area]),
        elsewhere: Arc::from([]),
        extent: Some(WorldBox::of_bounds(areas.bounds[area])),
        // After the names of territories, before those of towns; larger areas before smaller ones.
        priority: 500.0 + areas.areas_km2[area].max(1e-6).log10() as f32,
        margin: vec2(6.0, 4.0),
        sizes: OnceCell::new(),
    };
    (0..areas.len()).map(label).collect()
}
