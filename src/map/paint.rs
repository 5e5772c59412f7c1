//! From the session to what is painted: which colour each unit and account has, told to the GPU when it changed.

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;
use egui::{Painter, Rect};

use crate::domain::columns::Subject;
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::{GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::plan::Plan;
use crate::render::batches::{MapBatches, MapLook, OutlineKind, UnitPaint, Work};
use crate::render::camera::Camera;
use crate::render::geometry::UnitGeometry;
use crate::render::palette;
use crate::render::points::{AccountBatches, AccountPaint, radius_for};
use crate::session::{Session, Shown};

/// The largest dot, in points; its area stands for the value of the large accounts.
const LARGEST_RADIUS: f32 = 6.0;

pub struct Layers {
    render_state: Option<RenderState>,
    units: Option<MapBatches>,
    accounts: Option<AccountBatches>,
    /// The data that is on the GPU.
    data_generation: u64,
    /// What the colours were computed from.
    seen: Option<Seen>,
    selection: Vec<UnitId>,
    hover: Vec<UnitId>,
}

/// What decides the colours of units and accounts.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    shown: Shown,
    dark: bool,
    measure: Option<MeasureId>,
    level: Option<usize>,
}

impl Layers {
    pub fn new(render_state: Option<RenderState>) -> Self {
        Self {
            render_state,
            units: None,
            accounts: None,
            data_generation: 0,
            seen: None,
            selection: Vec::new(),
            hover: Vec::new(),
        }
    }

    pub fn can_draw(&self) -> bool {
        self.render_state.is_some()
    }

    pub fn set_geometry(&mut self, geometry: Arc<UnitGeometry>, session: &Session) {
        self.units = Some(MapBatches::new(self.render_state.as_ref(), geometry));
        self.accounts = Some(AccountBatches::new(self.render_state.as_ref(), &session.project.accounts.places));
        self.data_generation = session.data_generation;
        self.seen = None;
        self.selection.clear();
        self.hover.clear();
    }

    pub fn forget_geometry(&mut self) {
        (self.units, self.accounts, self.seen) = (None, None, None);
        self.selection.clear();
        self.hover.clear();
        self.data_generation = 0;
    }

    pub fn has_geometry(&self, data_generation: u64) -> bool {
        self.data_generation == data_generation && self.units.is_some()
    }

    pub fn work(&self) -> Work {
        self.units.as_ref().map(MapBatches::work).unwrap_or_default()
    }

    pub fn is_software(&self) -> bool {
        self.units.as_ref().is_some_and(MapBatches::is_software)
    }

    /// Takes over what changed in the session since the last frame. Nothing, mostly.
    pub fn follow(&mut self, session: &Session, dark: bool) {
        if !self.has_geometry(session.data_generation) {
            return;
        }
        let seen = Seen { shown: session.shown(), dark, measure: session.view.measure, level: session.colour_level() };
        if self.seen.as_ref() != Some(&seen) {
            self.colour_units(session, dark);
            self.colour_accounts(session, dark);
            self.seen = Some(seen);
        }
        // Without selected units the active territory or group is what is selected.
        let selection: Vec<UnitId> = if session.selection.units.is_empty() {
            let plan = session.shown_plan();
            match session.active_group {
                Some(group) => units_in(plan, group),
                None if session.active.is_unassigned() => Vec::new(),
                None => plan.units_of(session.active).collect(),
            }
        } else {
            session.selection.units.iter().copied().collect()
        };
        if selection != self.selection {
            self.selection = selection;
            if let Some(units) = &mut self.units {
                units.set_outline(OutlineKind::Selection, &self.selection);
            }
        }
    }

    pub fn set_outline(&mut self, kind: OutlineKind, outlined: &[UnitId]) {
        if self.hover != outlined {
            self.hover = outlined.to_vec();
            if let Some(units) = &mut self.units {
                units.set_outline(kind, outlined);
            }
        }
    }

    pub fn draw(&mut self, painter: &Painter, camera: &Camera, look: &MapLook, accounts: bool) {
        if let Some(units) = &mut self.units {
            units.draw_units(painter, camera, look);
        }
        if let (Some(dots), true) = (&mut self.accounts, accounts) {
            dots.draw(painter, camera, look);
        }
        if let Some(units) = &mut self.units {
            units.draw_outlines(painter, camera, look);
        }
    }

    /// Where labels may not be: under the legend and the buttons.
    pub fn taken(&self, session: &Session, camera: &Camera) -> Vec<Rect> {
        let rect = camera.rect;
        let buttons = Rect::from_min_size(rect.right_top() + egui::vec2(-56.0, 0.0), egui::vec2(56.0, 112.0));
        let scale = Rect::from_min_size(rect.right_bottom() + egui::vec2(-170.0, -64.0), egui::vec2(170.0, 64.0));
        let mut taken = vec![buttons, scale];
        if session.view.show_legend {
            let rows = session.shown_plan().territory_count().min(14) as f32;
            taken.push(Rect::from_min_size(rect.min, egui::vec2(240.0, 56.0 + rows * 23.0)));
        }
        taken
    }

    fn colour_units(&mut self, session: &Session, dark: bool) {
        let Some(units) = &mut self.units else { return };
        let plan = session.shown_plan();
        let unassigned = palette::unassigned_paint(dark);
        // Owned, though by no group of the level that is shown.
        let loose = UnitPaint { hatched: false, ..unassigned };
        let paints = paints_by_territory(session, unassigned, loose, |colour| palette::territory_paint(colour, dark));
        let of_unit: Vec<UnitPaint> = plan.assignment().iter().map(|id| paints[id.index()]).collect();
        units.set_unit_paints(&of_unit);
        units.set_assignment(plan.assignment(), &groups_above(plan));
    }

    fn colour_accounts(&mut self, session: &Session, dark: bool) {
        let Some(dots) = &mut self.accounts else { return };
        let plan = session.shown_plan();
        let accounts = &session.project.accounts;
        let unassigned = palette::unassigned_account_colour(dark);
        let colours =
            paints_by_territory(session, unassigned, unassigned, |colour| palette::account_colour(colour, dark));
        let measure = session
            .view
            .measure
            .and_then(|id| session.project.measure(id))
            .filter(|measure| measure.subject == Subject::Accounts);
        // The largest few would make all others invisible: the scale ends where one in a hundred is larger.
        let largest = measure.map_or(0.0, |measure| {
            let mut values: Vec<f64> = measure.values.iter().copied().filter(|value| *value > 0.0).collect();
            let rank = values.len() * 99 / 100;
            if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(rank, f64::total_cmp).1 }
        });
        let paints: Vec<AccountPaint> = accounts
            .ids()
            .map(|account| {
                let owner = plan.owner_of(account, accounts.units[account.index()]);
                let radius =
                    measure.map_or(2.5, |measure| radius_for(measure.values[account.index()], largest, LARGEST_RADIUS));
                AccountPaint { radius, colour: colours[owner.index()] }
            })
            .collect();
        dots.set_paints(&paints);
    }
}

/// A table by territory: what nobody owns first; `loose` for what stands in no group of the level that is shown.
fn paints_by_territory<T: Copy>(session: &Session, unassigned: T, loose: T, paint: impl Fn([u8; 3]) -> T) -> Vec<T> {
    let plan = session.shown_plan();
    let mut paints = vec![unassigned; plan.territory_slots()];
    for (id, _) in plan.territories() {
        paints[id.index()] = session.map_colour(id).map_or(loose, &paint);
    }
    paints
}

/// Per territory its group on every level; group 0 where there is none.
fn groups_above(plan: &Plan) -> Vec<[GroupId; MOST_LEVELS]> {
    let mut above = vec![[GroupId::default(); MOST_LEVELS]; plan.territory_slots()];
    for (id, territory) in plan.territories() {
        for (group, properties) in plan.hierarchy().upwards(territory.parent) {
            above[id.index()][usize::from(properties.level)] = group;
        }
    }
    above
}

fn units_in(plan: &Plan, group: GroupId) -> Vec<UnitId> {
    let mut inside = vec![false; plan.territory_slots()];
    plan.territories_in(group).for_each(|id| inside[id.index()] = true);
    let owners = plan.assignment().iter().enumerate();
    let units = owners.filter(|(_, owner): &(usize, &TerritoryId)| inside[owner.index()]);
    units.map(|(unit, _)| UnitId::from_index(unit)).collect()
}
