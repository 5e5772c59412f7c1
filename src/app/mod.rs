//! The window: the only place that holds the session mutably. `logic` takes results and carries out actions, `ui` draws.

mod asking;
mod building;
mod columns;
mod comparing;
mod cutting;
mod dispatch;
mod explaining;
mod files;
mod graphics;
mod input;
mod layers;
mod leaving;
mod levels;
mod online;
mod places;
mod plan_edits;
mod receive;
mod replacing;
mod run;
mod sample;
mod scenarios;
mod status;
mod tables;
mod territory_commands;
mod timing;
mod what_if;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use eframe::egui_wgpu::RenderState;
use egui::{Context, Ui};

use crate::action::Action;
use crate::domain::units::Units;
use crate::jobs::Runner;
use crate::jobs::building::Inbox;
use crate::jobs::spec::ImportOrder;
use crate::map::MapState;
use crate::session::Session;
use crate::session::comparing::Compared;
use crate::session::list::List;
use crate::session::recent::recent_projects;
use crate::session::reference::LayerUse;
use crate::session::view::Camera;
use crate::store::Store;
use crate::theme;
use crate::ui::{self, UiState, online_dialog};

pub use files::{FileDialogs, ScriptedDialogs, SystemDialogs};
pub use run::run;

/// The program.
pub struct App {
    session: Option<Session>,
    store: Option<Store>,
    ui: UiState,
    map: MapState,
    jobs: Runner,
    dialogs: Box<dyn FileDialogs>,
    data_folder: PathBuf,
    actions: Vec<Action>,
    /// What dialogs want from the system's file dialog.
    wishes: Vec<files::Wish>,
    /// The generation that a measuring job was last asked for.
    measuring: Option<u64>,
    /// The generation of the data that a geometry job was last asked for.
    geometry_asked: Option<u64>,
    /// The state of the data whose formulas a job works out.
    formulas_asked: Option<(u64, u64)>,
    /// The columns as the dialogs know them.
    columns_seen: u64,
    /// The list that a file was asked for.
    list_to_save: Option<List>,
    /// The layers that were last asked to be made ready for the map.
    layers_asked: Vec<Arc<Units>>,
    /// What using a layer as units would do, while it waits for a yes.
    layer_use: Option<Box<LayerUse>>,
    /// Imports that begin when the one under way has ended, for each is made of the data that the one before it left.
    imports: VecDeque<ImportOrder>,
    /// The newer file that is looked at.
    newer: replacing::Newer,
    /// While a step is taken back or made again that takes a job: how many steps shall be in force at last.
    steps_wanted: Option<usize>,
    /// Files of projects left behind are being closed.
    closing: Vec<JoinHandle<()>>,
    /// Where the build under way leaves its best plan.
    best_plans: Inbox,
    explaining: explaining::Explaining,
    scenarios: scenarios::Asked,
    /// What a job holds against each other, or did last.
    comparing: Option<Compared>,
    /// Where a geocoder leaves its answers as they come.
    online_answers: crate::jobs::online::Inbox,
    /// The settings last sent to the file.
    saved_settings: BTreeMap<String, String>,
    /// Settings that differ from those, and since when they are as they are; they are saved when the view rests.
    view_changed: Option<(f64, BTreeMap<String, String>)>,
    title: String,
    /// A text field had the keyboard at the end of the last frame.
    typing: bool,
    /// Leaving the project waits for something.
    leaving: Option<leaving::Wish>,
    /// Nothing would be lost by closing the window, or a person said that it shall be.
    may_close: bool,
    /// A dialog was open at the end of the last frame.
    dialog_drawn: bool,
    timing: Option<timing::Timing>,
    /// Where the map stood in the last frame, for the timing.
    stood: Option<Camera>,
}

impl App {
    /// `render_state` is `None` where nothing is drawn on a GPU. `data_folder` is where the user's copy of the sample, the list of
    /// recent projects and downloaded tiles are.
    pub fn new(
        ctx: &Context,
        render_state: Option<RenderState>,
        dialogs: Box<dyn FileDialogs>,
        data_folder: PathBuf,
    ) -> Self {
        theme::install(ctx);
        if render_state.as_ref().is_some_and(graphics::is_software) {
            theme::still_cursor(ctx);
        }
        let repaint = ctx.clone();
        Self {
            session: None,
            store: None,
            ui: UiState {
                recent: recent_projects(&data_folder),
                online: online_dialog::State::of(online::remembered(&data_folder)),
                ..UiState::default()
            },
            map: MapState::new(render_state, &data_folder),
            jobs: Runner::new(move || repaint.request_repaint()),
            dialogs,
            data_folder,
            actions: Vec::new(),
            wishes: Vec::new(),
            measuring: None,
            geometry_asked: None,
            formulas_asked: None,
            columns_seen: 0,
            list_to_save: None,
            layers_asked: Vec::new(),
            layer_use: None,
            imports: VecDeque::new(),
            newer: replacing::Newer::default(),
            steps_wanted: None,
            closing: Vec::new(),
            best_plans: Inbox::default(),
            explaining: explaining::Explaining::default(),
            scenarios: scenarios::Asked::default(),
            comparing: None,
            online_answers: Default::default(),
            saved_settings: BTreeMap::new(),
            view_changed: None,
            title: String::new(),
            typing: false,
            leaving: None,
            may_close: false,
            dialog_drawn: false,
            timing: timing::Timing::asked_for(),
            stood: None,
        }
    }

    /// Opens a project file, or the sample where none is named.
    pub fn open_at_start(&mut self, path: Option<PathBuf>) {
        self.actions.push(match path {
            Some(path) => Action::Take(path),
            None => Action::Run(crate::action::Command::OpenSample),
        });
    }

    /// The open project, for tests.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Something for the next frame to do, as if a person had.
    pub fn push(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Whether background work is under way.
    pub fn is_busy(&self) -> bool {
        self.jobs.running().next().is_some() || !self.actions.is_empty() || self.leaves_soon()
    }

    /// The messages on screen.
    pub fn notices(&self) -> Vec<String> {
        self.ui.notices.texts().map(str::to_owned).collect()
    }

    /// The panel of colours is open; for tests.
    pub fn is_choosing_colours(&self) -> bool {
        self.ui.colours.is_open()
    }

    /// The switch for looking up addresses online is on; for tests.
    pub fn looks_up_online(&self) -> bool {
        self.ui.online.settings.on
    }

    /// The map, for tests that look for a unit on the screen.
    pub fn map(&self) -> &MapState {
        &self.map
    }

    fn draw(&mut self, ui: &mut Ui) {
        let status = self.status(ui.ctx());
        let Self { session, ui: state, map, actions, .. } = self;
        ui::show(ui, session.as_ref(), &status, state, actions, |ui, session, actions| {
            map.show(ui, session, actions);
        });
        self.take_dialog_wishes(ui.ctx());
    }
}

impl App {
    fn time_frame(&mut self, cpu_seconds: Option<f32>) {
        let camera = self.session.as_ref().map(|session| session.view.camera);
        let usable = self.session.as_ref().is_some_and(|session| self.map.has_geometry(session.data_generation));
        let building = self.session.as_ref().is_some_and(|session| session.live.is_some());
        if let Some(timing) = &mut self.timing {
            timing.frame(timing::Frame { usable, moved: camera != self.stood, building, cpu_seconds });
            self.actions.extend(timing.next_of_tour());
        }
        self.stood = camera;
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        if let Some(timing) = &mut self.timing {
            timing.begin_frame();
        }
        self.take_input(ctx);
        self.receive(ctx);
        self.dispatch_all(ctx);
        self.follow_leaving(ctx);
        self.follow_up(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.draw(ui);
        // What was under the pointer before a dialog opened is not any more, and one that was closed by this frame is still in it.
        let dialog = self.dialog_is_open() || self.leaving_words(ui.ctx()).is_some();
        if std::mem::replace(&mut self.dialog_drawn, dialog) != dialog {
            ui.ctx().request_repaint();
        }
        self.time_frame(frame.info().cpu_usage);
        self.typing = ui.ctx().egui_wants_keyboard_input();
        if !self.actions.is_empty() {
            ui.ctx().request_repaint();
        }
    }

    fn on_exit(&mut self) {
        if let Some(timing) = &mut self.timing {
            timing.report();
        }
        self.save_settings();
        if let Some(store) = &self.store
            && let Err(error) = store.flush()
        {
            eprintln!("error: {error}");
        }
        for closing in self.closing.drain(..) {
            // What a panic there left undone cannot be helped from here.
            let _ = closing.join();
        }
    }
}
