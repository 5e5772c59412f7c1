//! The map: basemap, territories, accounts and labels in order, the camera, and the tools. It reads the session and pushes actions.

pub mod basemap;
mod before;
mod cut_preview;
mod ground;
mod labels;
mod legend;
mod marks;
mod named;
mod overlay;
mod paint;
mod picking;
mod raised;
mod reference;
mod swatches;
mod tool;

use std::path::Path;
use std::sync::Arc;

use eframe::egui_wgpu::RenderState;
use egui::{CursorIcon, Key, PointerButton, Pos2, Rect, Ui, UiBuilder, Vec2};
use walkers::MapMemory;

use crate::action::{Action, SelectHow};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::units::Units;
use crate::render::batches::{MapLook, OutlineKind, Work};
use crate::render::camera::Camera;
use crate::render::geometry::UnitGeometry;
use crate::render::points::AccountPlaces;
use crate::session::Session;
use crate::session::reference::LayerView;
use crate::session::tables::{How, TableAction};
use crate::session::view::{BasemapChoice, Tool};
use crate::theme::Tokens;
use basemap::Basemap;
use ground::{show_ground, zoom_by_wheel};
use paint::Layers;
use raised::Raised;
use tool::{Gesture, ToolContext};

/// What the map keeps between frames: what is on the GPU, the basemap, and the gesture under way.
pub struct MapState {
    memory: MapMemory,
    basemap: Basemap,
    layers: Layers,
    labels: labels::Labels,
    named: named::Named,
    reference: reference::Reference,
    before: before::Before,
    gesture: Gesture,
    /// Alt was held when the gesture began.
    erases: bool,
    camera: Camera,
    hover: Hover,
    /// What the map showed when `hover` was looked for.
    hovered: Option<Hovered>,
    /// In which areas of layers the pointer is: what they are, and their names.
    hovered_areas: Vec<(String, String)>,
    /// Where the legend lay in the last frame.
    legend: Option<Rect>,
}

/// Where what is seen comes from: the units, layers beside them, the basemap; each named once.
fn attribution(session: &Session, basemap: &str) -> String {
    let units = &session.project.units;
    let approximate = if units.approximate { format!("Approximate {}", units.kind_of_many()) } else { String::new() };
    let layers = session.shown_layers().map(|areas| areas.attribution.as_str());
    let mut sources: Vec<&str> = Vec::new();
    for source in [approximate.as_str(), &units.attribution].into_iter().chain(layers).chain([basemap]) {
        if !source.is_empty() && !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources.join(" · ")
}

/// What decides what lies under the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Hovered {
    pointer: Pos2,
    camera: Camera,
    data_generation: u64,
    /// Accounts can be pointed at.
    accounts: bool,
    /// So many layers are to be seen.
    layers: usize,
}

/// What lies under the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Hover {
    unit: Option<UnitId>,
    account: Option<AccountId>,
}

impl MapState {
    /// `render_state` is `None` where nothing is drawn on a GPU; downloaded tiles are kept in `data_folder`.
    pub fn new(render_state: Option<RenderState>, data_folder: &Path) -> Self {
        if render_state.is_some() {
            walkers::install_renderer(render_state.as_ref());
        }
        Self {
            memory: MapMemory::default(),
            basemap: Basemap::new(BasemapChoice::None, Some(data_folder.join("tiles"))),
            layers: Layers::new(render_state),
            labels: labels::Labels::default(),
            named: named::Named::default(),
            reference: reference::Reference::default(),
            before: before::Before::default(),
            gesture: Gesture::None,
            erases: false,
            camera: Camera { rect: Rect::ZERO, centre: [128.0, 128.0], zoom: 4.0 },
            hover: Hover::default(),
            hovered: None,
            hovered_areas: Vec::new(),
            legend: None,
        }
    }

    /// Takes over the triangles and borders of the units, made by a job.
    pub fn set_geometry(&mut self, geometry: Arc<UnitGeometry>, accounts: AccountPlaces, session: &Session) {
        self.layers.set_geometry(geometry, accounts, session);
        self.before = before::Before::default();
    }

    /// Another project opened: what is on the GPU is not of its units.
    pub fn forget_geometry(&mut self) {
        self.layers.forget_geometry();
        self.reference.forget();
        self.before = before::Before::default();
        (self.hover, self.hovered) = (Hover::default(), None);
    }

    /// Whether the geometry of this generation of the data is there.
    pub fn has_geometry(&self, data_generation: u64) -> bool {
        self.layers.has_geometry(data_generation)
    }

    /// Takes over what is drawn of layers beside the units, made by a job.
    pub fn take_layers(&mut self, views: Vec<LayerView>) {
        self.reference.take(views);
        self.hovered = None;
    }

    /// Whether a layer with these areas can be drawn.
    pub fn has_layer(&self, areas: &Arc<Units>) -> bool {
        self.reference.has(areas)
    }

    /// How many borders of layers are to be seen; for tests.
    pub fn layer_lines(&self, session: &Session) -> usize {
        self.reference.line_count(session)
    }

    /// The view of the last frame, for finding a unit on the screen.
    pub fn camera(&self) -> Camera {
        self.camera
    }

    /// What was uploaded since the geometry was set; for tests.
    pub fn work(&self) -> Work {
        self.layers.work()
    }

    /// The map is drawn by the processor.
    pub fn is_software(&self) -> bool {
        self.layers.is_software()
    }

    /// A gesture is under way: its keys go first.
    pub fn has_gesture(&self) -> bool {
        self.gesture.is_active()
    }

    /// Escape. Returns whether there was a gesture to drop.
    pub fn cancel_gesture(&mut self, actions: &mut Vec<Action>) -> bool {
        self.gesture.cancel(actions)
    }

    /// Draws the map into the space that is left and follows the pointer; beside the map of another scenario, when two are compared so.
    pub fn show(&mut self, ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
        let whole = ui.available_rect_before_wrap();
        if !before::is_wished(session, whole) {
            self.before = before::Before::default();
            self.show_open(ui, session, actions);
            return;
        }
        let (left, right) = whole.split_left_right_at_fraction(0.5);
        let mut half = |rect: Rect, name: &str| {
            let mut half = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(name));
            half.set_clip_rect(rect);
            half
        };
        let (mut left_half, mut right_half) = (half(left, "map before"), half(right, "map now"));
        self.show_open(&mut right_half, session, actions);
        self.before.show(&mut left_half, session, &self.basemap, &self.layers, actions);
        before::captions(ui, session, left, right);
        ui.advance_cursor_after_rect(whole);
    }

    /// The map of the open scenario.
    fn show_open(&mut self, ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
        let dark = ui.visuals().dark_mode;
        let rect = ui.available_rect_before_wrap();
        self.aim(session, rect, actions);
        // Without a GPU there is nothing to draw tiles with.
        let choice = if self.layers.can_draw() { session.view.basemap } else { BasemapChoice::None };
        self.basemap.update(ui.ctx(), choice, dark);
        ui.painter().rect_filled(rect, 0.0, self.basemap.ground());
        self.layers.follow(session, dark);
        self.layers.follow_former(session);
        self.reference.follow(session, dark);

        let response = show_ground(ui, &mut self.memory, &self.basemap, session, "Map");

        let tokens = Tokens::of(ui);
        let look = MapLook { plain_borders: self.layers.is_shaded(), ..MapLook::of(dark, tokens.accent) };
        let camera = self.camera;
        let painter = ui.painter().with_clip_rect(rect);
        self.find_hover(session, &response);
        self.layers.set_outline(OutlineKind::Hover, self.hover.unit.as_slice());
        self.layers.draw(&painter, &camera, &look, session, dark, &mut self.reference.batches(session));
        self.named.draw(&painter, &camera, session, &tokens, dark);
        // Names lie over padlocks.
        marks::selected_accounts(&painter, session, &camera, &tokens);
        marks::locks(&painter, session, &camera, &tokens);
        let taken = Layers::taken(&camera, self.legend.filter(|_| session.view.show_legend));
        let of_layers = self.reference.labels(session, &camera);
        self.labels.draw(&painter, &camera, session, &self.basemap, dark, &taken, &of_layers);

        marks::links(&painter, session, &camera, &tokens);

        self.steer(ui, session, &response, actions);
        let context = ToolContext { session, camera, response: &response, unit: self.hover.unit };
        if session.placing.picking.is_some() {
            picking::follow(&context, actions);
        } else if session.read_only_words().is_none() || !session.view.tool.assigns() {
            self.follow_pointer(ui, &context, actions);
        }
        self.furniture(ui, session, &response, actions);
    }

    /// The tools, at the level that is drawn at.
    fn follow_pointer(&mut self, ui: &Ui, context: &ToolContext, actions: &mut Vec<Action>) {
        let response = context.response;
        if response.drag_started() || response.clicked() {
            self.erases = ui.input(|input| input.modifiers.alt);
        }
        let Some(level) = context.session.paint_level().filter(|_| context.session.read_only_words().is_none()) else {
            self.gesture.update(ui, context, actions);
            return;
        };
        let raised = Raised { level, erases: self.erases };
        let was_click = !self.gesture.is_active();
        let mut asked = Vec::new();
        self.gesture.update(ui, context, &mut asked);
        raised.translate(context, was_click, asked, actions);
        let pointer = response.interact_pointer_pos().or_else(|| response.hover_pos());
        raised.preview(context.session, &context.camera, &self.gesture, pointer, actions);
    }

    /// Brings the camera to where the session says, taking up a wish to show a box now that the size of the map is known.
    fn aim(&mut self, session: &Session, rect: Rect, actions: &mut Vec<Action>) {
        if session.view.fit.is_some() {
            actions.push(Action::MapSize { width: rect.width(), height: rect.height() });
        }
        self.camera = ground::aim(&mut self.memory, session, rect);
    }

    fn find_hover(&mut self, session: &Session, response: &egui::Response) {
        let pointer = response.hover_pos().filter(|_| !matches!(self.gesture, Gesture::Pan));
        let accounts = session.view.show_accounts && session.view.tool == Tool::Select && self.camera.zoom >= 7.0;
        let data_generation = session.data_generation;
        let layers = session.project.layers.iter().filter(|layer| layer.look.visible).count();
        let hovered =
            pointer.map(|pointer| Hovered { pointer, camera: self.camera, data_generation, accounts, layers });
        // The map may move, or become another one, under a pointer that rests.
        if self.hovered == hovered {
            return;
        }
        self.hovered = hovered;
        self.hovered_areas =
            pointer.map_or_else(Vec::new, |pointer| self.reference.at(session, self.camera.screen_to_place(pointer)));
        self.hover = pointer.map_or_else(Hover::default, |pointer| {
            let place = self.camera.screen_to_place(pointer);
            let near = self.camera.screen_to_place(pointer + Vec2::new(7.0, 0.0)).distance_km(place);
            Hover {
                unit: session.unit_index.unit_at(place),
                account: if accounts { session.account_index.nearest(place, near) } else { None },
            }
        });
    }

    /// Wheel, double click and keys that move the camera.
    fn steer(&mut self, ui: &Ui, session: &Session, response: &egui::Response, actions: &mut Vec<Action>) {
        zoom_by_wheel(ui, &self.camera, response, actions);
        if response.double_clicked_by(PointerButton::Primary)
            && session.view.tool == Tool::Select
            && session.placing.picking.is_none()
            && let Some(position) = response.interact_pointer_pos()
        {
            let at = position - self.camera.rect.center();
            actions.push(Action::ZoomAt { delta: 1.0, dx: at.x, dy: at.y });
        }
        if !ui.ctx().egui_wants_keyboard_input() {
            let steps = ui.input(|input| {
                let held = |key| f32::from(input.key_pressed(key));
                let x = held(Key::ArrowLeft) - held(Key::ArrowRight);
                let y = held(Key::ArrowUp) - held(Key::ArrowDown);
                Vec2::new(x, y) * 80.0
            });
            if steps != Vec2::ZERO {
                actions.push(Action::Pan { dx: steps.x, dy: steps.y });
            }
            let brush = ui.input(|input| {
                f32::from(input.key_pressed(Key::CloseBracket)) - f32::from(input.key_pressed(Key::OpenBracket))
            });
            if brush != 0.0 {
                actions.push(Action::SetBrushRadius(session.view.brush_radius * 1.25f32.powf(brush)));
            }
        }
    }

    /// An outline is being drawn by hand that is not there to select.
    fn draws_outline(&self, session: &Session) -> bool {
        match self.gesture {
            Gesture::Polygon { .. } | Gesture::Lasso { .. } | Gesture::Line { .. } => true,
            Gesture::Rectangle { .. } => session.view.tool == Tool::Rectangle,
            _ => false,
        }
    }

    /// What floats above the map, and the shape of the pointer.
    fn furniture(&mut self, ui: &mut Ui, session: &Session, response: &egui::Response, actions: &mut Vec<Action>) {
        let rect = self.camera.rect;
        let tokens = Tokens::of(ui);
        cut_preview::draw(ui, session, &self.camera);
        self.gesture.paint(ui, &self.camera, tokens.accent);
        let pointer = response.hover_pos();
        let drawing = session.read_only_words().is_none();
        let picking = session.placing.picking.as_deref();
        let cursor = match (session.view.tool, &self.gesture) {
            _ if picking.is_some() => CursorIcon::Crosshair,
            (_, Gesture::Pan) => CursorIcon::Grabbing,
            (Tool::Select, _) => CursorIcon::Default,
            (Tool::Brush, _) if drawing => CursorIcon::None,
            _ => CursorIcon::Crosshair,
        };
        if response.hovered() {
            ui.ctx().set_cursor_icon(cursor);
        }
        if let Some(accounts) = picking {
            if let Some(at) = pointer {
                overlay::words_at(ui, &self.camera, at, &picking::words_of(session, accounts));
            }
        } else if let (Tool::Brush, Some(at), true) =
            (session.view.tool, pointer.or(response.interact_pointer_pos()), drawing)
        {
            let alt = ui.input(|input| input.modifiers.alt);
            let words = match session.paint_level() {
                Some(level) => {
                    let erases = if self.gesture.is_active() { self.erases } else { alt };
                    let target = Raised { level, erases }.target(session, self.hover.unit);
                    raised::words_of(session, target, level)
                }
                None => {
                    let to = match &self.gesture {
                        Gesture::Brush { to, .. } => *to,
                        _ if alt => TerritoryId::UNASSIGNED,
                        _ if !session.active.is_unassigned() => session.active,
                        _ => self.hover.unit.map_or(TerritoryId::UNASSIGNED, |unit| session.plan().territory_of(unit)),
                    };
                    overlay::stroke_words(session, to)
                }
            };
            overlay::brush(ui, session, &self.camera, at, &words);
        } else if let (Some(level), true, Some(at)) = (session.paint_level(), self.draws_outline(session), pointer) {
            let target = Raised { level, erases: self.erases }.target(session, None);
            overlay::words_at(ui, &self.camera, at, &raised::words_of(session, target, level));
        } else if let (Gesture::Polygon { .. }, Some(at)) = (&self.gesture, pointer) {
            overlay::hint_at(ui, session, &self.camera, at);
        } else if let (Gesture::Radius { from, to }, Some(at)) = (&self.gesture, response.interact_pointer_pos()) {
            overlay::radius(ui, session, &self.camera, at, from.distance_km(*to), *from);
        } else if matches!(self.gesture, Gesture::None) && response.hovered() {
            if let Some(account) = self.hover.account {
                response.clone().on_hover_ui_at_pointer(|ui| overlay::account_card(ui, session, account));
            } else if let Some(unit) = self.hover.unit {
                response.clone().on_hover_ui_at_pointer(|ui| {
                    overlay::unit_card(ui, session, unit);
                    overlay::areas(ui, &self.hovered_areas);
                });
            } else if !self.hovered_areas.is_empty() {
                response.clone().on_hover_ui_at_pointer(|ui| overlay::areas(ui, &self.hovered_areas));
            }
        }
        overlay::scale_and_attribution(ui, &self.camera, &attribution(session, self.basemap.attribution()));
        if session.view.show_legend {
            let content = self.layers.legend(self.camera.zoom);
            self.legend = legend::legend(ui, session, &content, rect, actions);
        }
        overlay::zoom_buttons(ui, rect, actions);
        if let Some(account) = self.hover.account
            && response.clicked()
            && session.view.tool == Tool::Select
            && picking.is_none()
        {
            let modifiers = ui.input(|input| input.modifiers);
            if modifiers.shift || modifiers.command {
                // The click was meant for the account, not for the unit under it.
                actions.retain(|action| !matches!(action, Action::SelectUnits { how: SelectHow::Toggle, .. }));
                let (accounts, how, lead) = (vec![account], How::Toggle, Some(account));
                actions.push(Action::Table(TableAction::SelectAccounts { accounts, how, lead }));
            } else {
                actions.push(Action::SelectAccount(Some(account)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::history::History;
    use crate::domain::reference::ReferenceLayer;
    use crate::session::Indices;

    #[test]
    fn every_source_of_what_is_seen_is_named_once() {
        let mut project = fixture::project("AB");
        let areas = |attribution: &str| {
            let mut areas = (*project.units).clone();
            areas.attribution = attribution.into();
            Arc::new(areas)
        };
        let layer = |name: &str, attribution| ReferenceLayer {
            name: name.into(),
            areas: areas(attribution),
            ..ReferenceLayer::default()
        };
        let mut layers = vec![layer("Counties", "Census"), layer("States", "Census"), layer("Regions", "Head office")];
        layers[2].look.visible = false;
        (project.units, project.layers) = (areas("Post"), Arc::new(layers));
        let indices = Indices::new(&project);
        let mut session = Session::new(project, History::default(), indices, 0);
        assert_eq!(attribution(&session, "Natural Earth"), "Post · Census · Natural Earth");
        Arc::make_mut(&mut session.project.layers)[2].look.visible = true;
        assert_eq!(attribution(&session, ""), "Post · Census · Head office");
    }
}
