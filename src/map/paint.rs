//! From the session to what is painted: which colour each unit and account has, told to the GPU when it changed.

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;
use egui::{Color32, Painter, Rect};

use super::legend;
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::{AccountId, GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::plan::Plan;
use crate::domain::ramps;
use crate::render::batches::{MapBatches, MapLook, OutlineKind, UnitPaint, Work};
use crate::render::camera::Camera;
use crate::render::geometry::UnitGeometry;
use crate::render::heat::Heat;
use crate::render::points::{AccountBatches, AccountPaint, AccountPlaces, radius_for};
use crate::render::reference::ReferenceBatches;
use crate::render::{palette, patterns};
use crate::session::colouring::{Areas, Colouring, Heat as HeatWish};
use crate::session::comparing::CompareView;
use crate::session::dots::{DotColours, DotScale, heat_weights};
use crate::session::shading::{NO_CLASS, Shading, category_colour, target_pattern};
use crate::session::{Session, Shown};

/// The largest dot, in points; its area stands for the value of the large accounts.
const LARGEST_RADIUS: f32 = 6.0;
/// What share of their full size dots must have to be drawn over a heat map.
const LEAST_SIZE_OVER_HEAT: f32 = 0.8;

pub struct Layers {
    render_state: Option<RenderState>,
    units: Option<MapBatches>,
    accounts: Option<AccountBatches>,
    /// The data that is on the GPU.
    data_generation: u64,
    /// The places of accounts that are on the GPU.
    places_generation: u64,
    /// What the colours were computed from.
    seen: Option<Seen>,
    /// What the classes and categories were made from, and what they are.
    wish: Option<Wish>,
    shading: Shading,
    dots: DotColours,
    scale: Option<DotScale>,
    /// How many accounts are placed roughly.
    rough: usize,
    heat: Heat,
    /// Patterns that tell neighbouring territories apart, by territory, and the plan they were chosen for.
    territory_patterns: Vec<u8>,
    patterns_of: Option<(u64, u64)>,
    selection: Vec<UnitId>,
    hover: Vec<UnitId>,
    /// The plan whose borders are drawn over those of the one shown.
    former: Option<Arc<Plan>>,
}

/// What decides the colours of units and accounts.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    shown: Shown,
    dark: bool,
    measure: Option<MeasureId>,
    level: Option<usize>,
    tolerance: Option<f64>,
}

/// What decides the classes of areas and accounts.
#[derive(Debug, Clone, PartialEq)]
struct Wish {
    data_generation: u64,
    cells_generation: u64,
    /// Accounts can have the colours of segments, which a job counts.
    formulas: Option<(u64, u64)>,
    measure: Option<MeasureId>,
    colouring: Colouring,
}

impl Layers {
    pub fn new(render_state: Option<RenderState>) -> Self {
        Self {
            render_state,
            units: None,
            accounts: None,
            data_generation: 0,
            places_generation: 0,
            seen: None,
            wish: None,
            shading: Shading::default(),
            dots: DotColours::default(),
            scale: None,
            rough: 0,
            heat: Heat::default(),
            territory_patterns: Vec::new(),
            patterns_of: None,
            selection: Vec::new(),
            hover: Vec::new(),
            former: None,
        }
    }

    pub fn can_draw(&self) -> bool {
        self.render_state.is_some()
    }

    pub fn set_geometry(&mut self, geometry: Arc<UnitGeometry>, accounts: AccountPlaces, session: &Session) {
        self.units = Some(MapBatches::new(self.render_state.as_ref(), geometry));
        self.accounts = Some(AccountBatches::new(self.render_state.as_ref(), accounts));
        self.data_generation = session.data_generation;
        self.places_generation = session.places_generation;
        self.seen = None;
        self.wish = None;
        self.selection.clear();
        self.hover.clear();
        self.former = None;
    }

    pub fn forget_geometry(&mut self) {
        (self.units, self.accounts, self.seen) = (None, None, None);
        self.wish = None;
        self.heat.forget();
        self.selection.clear();
        self.hover.clear();
        self.former = None;
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
        if self.places_generation != session.places_generation {
            // Dots are sorted into chunks by their place, so all of them are put anew.
            let places = AccountPlaces::new(&session.project.accounts.places);
            self.accounts = Some(AccountBatches::new(self.render_state.as_ref(), places));
            self.places_generation = session.places_generation;
            (self.seen, self.wish) = (None, None);
        }
        let tolerance = session.goal().map(|goal| goal.tolerance);
        let (measure, level) = (session.view.measure, session.colour_level());
        let seen = Seen { shown: session.shown(), dark, measure, level, tolerance };
        let wished = self.take_wish(session);
        if wished || self.seen.as_ref() != Some(&seen) {
            if wished || session.view.colouring.areas == Areas::Target {
                self.shading = Shading::of(session);
            }
            if session.view.colouring.patterns {
                self.choose_patterns(session);
            }
            self.colour_units(session, dark);
            // A stroke changes the colours of accounts only where they are those of their owners.
            let same_look = self.seen.as_ref().is_some_and(|old| (old.dark, old.measure) == (dark, measure));
            if wished || !same_look || self.dots == DotColours::Owners {
                self.colour_accounts(session, dark);
            }
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

    /// Whether the fills say something else than whose the areas are.
    pub fn is_shaded(&self) -> bool {
        self.shading != Shading::Owners
    }

    /// What the legend explains.
    pub fn legend(&self, zoom: f64) -> legend::Content<'_> {
        let size = self.accounts.as_ref().map_or(1.0, |dots| dots.size_at(zoom));
        let largest_dot = size * LARGEST_RADIUS;
        let (shading, dots, scale) = (&self.shading, &self.dots, self.scale.as_ref());
        legend::Content { shading, dots, scale, largest_dot, rough: self.rough }
    }

    /// Makes classes and categories anew when something else is wished, or of other data. Returns whether that was so.
    fn take_wish(&mut self, session: &Session) -> bool {
        let is_same = self.wish.as_ref().is_some_and(|wish| {
            wish.data_generation == session.data_generation
                && wish.cells_generation == session.cells_generation
                && wish.formulas == session.formulas.made_of
                && wish.measure == session.view.measure
                && wish.colouring == session.view.colouring
        });
        if is_same {
            return false;
        }
        self.dots = DotColours::of(session);
        self.scale = DotScale::of(session);
        let old_heat =
            self.wish.as_ref().map(|wish| (wish.data_generation, wish.cells_generation, &wish.colouring.heat));
        if old_heat != Some((session.data_generation, session.cells_generation, &session.view.colouring.heat)) {
            self.heat.set_weights(heat_weights(session));
        }
        self.wish = Some(Wish {
            data_generation: session.data_generation,
            cells_generation: session.cells_generation,
            formulas: session.formulas.made_of,
            measure: session.view.measure,
            colouring: session.view.colouring.clone(),
        });
        true
    }

    /// Of the plan as it is, not as a stroke would make it: patterns that jump while one paints would only confuse.
    fn choose_patterns(&mut self, session: &Session) {
        let made_of = (session.data_generation, session.generation);
        let plan = session.plan();
        if self.patterns_of == Some(made_of) && self.territory_patterns.len() >= plan.territory_slots() {
            return;
        }
        let lists = session.neighbours().territory_neighbours(plan.assignment(), plan.territory_slots());
        self.territory_patterns = told_apart(&lists);
        self.patterns_of = Some(made_of);
    }

    /// The borders of the scenario that the open one is held against, drawn over its own where that is wished.
    pub fn follow_former(&mut self, session: &Session) {
        let Some(units) = &mut self.units else { return };
        let wished = session.comparing.as_ref().is_some_and(|comparing| comparing.view == CompareView::Borders);
        let former = session.plan_before().filter(|_| wished && !session.shows_trial());
        let same = match (&self.former, former) {
            (Some(known), Some(former)) => Arc::ptr_eq(known, former),
            (known, former) => known.is_none() && former.is_none(),
        };
        if !same {
            units.set_former(former.map(|plan| plan.assignment()));
            self.former = former.cloned();
        }
    }

    /// What a second map of the same units is made with.
    pub fn second(&self) -> Option<MapBatches> {
        let geometry = self.units.as_ref()?.geometry();
        Some(MapBatches::new(self.render_state.as_ref(), Arc::clone(geometry)))
    }

    pub fn set_outline(&mut self, kind: OutlineKind, outlined: &[UnitId]) {
        if self.hover != outlined {
            self.hover = outlined.to_vec();
            if let Some(units) = &mut self.units {
                units.set_outline(kind, outlined);
            }
        }
    }

    pub fn draw(
        &mut self,
        painter: &Painter,
        camera: &Camera,
        look: &MapLook,
        session: &Session,
        dark: bool,
        layers: &mut [&mut ReferenceBatches],
    ) {
        let is_hot = session.view.colouring.heat != HeatWish::Off;
        if let Some(units) = &mut self.units {
            units.draw_units(painter, camera, look, layers);
        }
        if let Some(dots) = &mut self.accounts {
            if is_hot {
                self.heat.draw(painter, camera, dots, dark);
            }
            // Over a heat map, dots come when there is room for them.
            let crowded = is_hot && (dots.size_at(camera.zoom) < LEAST_SIZE_OVER_HEAT || dots.is_crowded(camera));
            if session.view.show_accounts && !crowded {
                dots.draw(painter, camera, look);
            }
        }
        if let Some(units) = &mut self.units {
            units.draw_outlines(painter, camera, look);
        }
    }

    /// Where labels may not be: under the legend, as it was in the last frame, and the buttons.
    pub fn taken(camera: &Camera, legend: Option<Rect>) -> Vec<Rect> {
        let rect = camera.rect;
        let buttons = Rect::from_min_size(rect.right_top() + egui::vec2(-56.0, 0.0), egui::vec2(56.0, 112.0));
        let scale = Rect::from_min_size(rect.right_bottom() + egui::vec2(-170.0, -64.0), egui::vec2(170.0, 64.0));
        [buttons, scale].into_iter().chain(legend).collect()
    }

    fn colour_units(&mut self, session: &Session, dark: bool) {
        let Some(units) = &mut self.units else { return };
        let plan = session.shown_plan();
        let wish = &session.view.colouring;
        let unassigned = palette::unassigned_paint(dark);
        let no_data = palette::no_data_paint(dark);
        let pattern = |number: u8| if wish.patterns { number } else { patterns::PLAIN };
        let class_paint = |colour, number| palette::class_paint(colour, pattern(number), wish.patterns, dark);
        let by_class = |of_unit: &[u8], paints: Vec<UnitPaint>| -> Vec<UnitPaint> {
            of_unit.iter().map(|&class| paints.get(usize::from(class)).copied().unwrap_or(no_data)).collect()
        };
        let of_unit: Vec<UnitPaint> = match &self.shading {
            Shading::Owners => {
                // Owned, though by no group of the level that is shown.
                let loose = UnitPaint { pattern: patterns::PLAIN, ..unassigned };
                let mut paints =
                    paints_by_territory(session, unassigned, loose, |colour| palette::territory_paint(colour, dark));
                if wish.patterns {
                    for (paint, &number) in paints.iter_mut().zip(&self.territory_patterns).skip(1) {
                        paint.pattern = number;
                    }
                }
                plan.assignment().iter().map(|id| paints[id.index()]).collect()
            }
            Shading::Classes(shaded) => {
                let count = shaded.classes.len();
                let colours = wish.ramp.colours(count, dark).into_iter().enumerate();
                let paints = colours.map(|(class, colour)| class_paint(colour, patterns::dots(class, count)));
                by_class(&shaded.of_unit, paints.collect())
            }
            Shading::Words { categories, of_unit, .. } => {
                let named = categories.words.len();
                let kind = |class: usize| if class < named { patterns::kind(class) } else { patterns::PLAIN };
                let paint = |class: usize| {
                    let colour = if class < named { category_colour(class) } else { category_colour(usize::MAX) };
                    class_paint(colour, kind(class))
                };
                by_class(of_unit, (0..=named).map(paint).collect())
            }
            Shading::Target(targets) => {
                let colours = ramps::diverging(dark);
                let paint = |id: &TerritoryId| match targets.of_territory.get(id.index()) {
                    _ if id.is_unassigned() => unassigned,
                    Some(&class) if class != NO_CLASS => {
                        class_paint(colours[usize::from(class)], target_pattern(usize::from(class)))
                    }
                    _ => no_data,
                };
                plan.assignment().iter().map(paint).collect()
            }
        };
        units.set_unit_paints(&of_unit);
        units.set_assignment(plan.assignment(), &groups_above(plan));
    }

    fn colour_accounts(&mut self, session: &Session, dark: bool) {
        let Some(dots) = &mut self.accounts else { return };
        let plan = session.shown_plan();
        let accounts = &session.project.accounts;
        let unknown = palette::unassigned_account_colour(dark);
        let owners = paints_by_territory(session, unknown, unknown, |colour| palette::account_colour(colour, dark));
        let classes: Vec<Color32> = match &self.dots {
            DotColours::Owners => Vec::new(),
            DotColours::Words { categories, .. } => {
                let named = categories.words.len();
                let colour = |class: usize| category_colour(if class < named { class } else { usize::MAX });
                (0..=named).map(|class| rgb(colour(class))).collect()
            }
            DotColours::Classes { classes, .. } => {
                session.view.colouring.ramp.colours(classes.len(), dark).into_iter().map(rgb).collect()
            }
        };
        let colour_of = |account: usize| match &self.dots {
            DotColours::Owners => {
                let owner = plan.owner_of(AccountId::from_index(account), accounts.units[account]);
                owners[owner.index()]
            }
            DotColours::Words { of_account, .. } | DotColours::Classes { of_account, .. } => {
                let class = of_account.get(account).copied().unwrap_or(NO_CLASS);
                classes.get(usize::from(class)).copied().unwrap_or(unknown)
            }
        };
        let values = self
            .scale
            .as_ref()
            .and_then(|scale| Some((session.project.measure(scale.measure)?.values.as_slice(), scale.largest)));
        let radius_of = |account: usize| match values {
            Some((values, largest)) => {
                radius_for(values.get(account).copied().unwrap_or(f64::NAN), largest, LARGEST_RADIUS)
            }
            None => 2.5,
        };
        dots.set_paints(|account| AccountPaint {
            radius: radius_of(account),
            colour: colour_of(account),
            hollow: accounts.is_rough(account),
        });
        self.rough = (0..accounts.len()).filter(|&row| accounts.is_rough(row)).count();
    }
}

fn rgb([r, g, b]: [u8; 3]) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// A pattern for each territory, none of which its neighbours have as long as there are enough: the most neighbours first, each takes the
/// one that fewest of its neighbours have.
fn told_apart(neighbours: &[Vec<TerritoryId>]) -> Vec<u8> {
    let mut order: Vec<usize> = (0..neighbours.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(neighbours[at].len()), at));
    let mut chosen: Vec<Option<usize>> = vec![None; neighbours.len()];
    for at in order {
        let mut used = [0; patterns::KINDS as usize];
        for other in &neighbours[at] {
            if let Some(kind) = chosen.get(other.index()).copied().flatten() {
                used[kind] += 1;
            }
        }
        // Begin at different ones, so that all are used.
        let kinds = (0..used.len()).map(|kind| (kind + at) % used.len());
        chosen[at] = kinds.min_by_key(|&kind| used[kind]);
    }
    chosen.into_iter().map(|kind| patterns::kind(kind.unwrap_or(0))).collect()
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
pub fn groups_above(plan: &Plan) -> Vec<[GroupId; MOST_LEVELS]> {
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
