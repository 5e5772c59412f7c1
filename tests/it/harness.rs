//! The window without a screen, and verbs for what a person does with it. Everything runs through real input events; what came of it
//! is asked of the session.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick::action::{Action, Command};
use bailiwick::app::{App, ScriptedDialogs};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{TerritoryId, UnitId};
use bailiwick::domain::metrics::Totals;
use bailiwick::domain::project::{Goal, Project};
use bailiwick::session::Session;
use bailiwick::store::{self, Existing};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, ViewportCommand, ViewportEvent, ViewportId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tempfile::TempDir;

/// A window on a project in a temporary folder, which is its data folder too.
pub struct AppHarness {
    window: Harness<'static, App>,
    folder: Rc<TempDir>,
    /// Every message there was since the window opened, gone ones included.
    said: Vec<String>,
}

/// How the window begins.
struct Start<'a> {
    folder: Rc<TempDir>,
    /// `None` opens the sample.
    project: Option<&'a str>,
    /// The answers of the system's file dialog, in order.
    chosen: Vec<PathBuf>,
    /// Draw on the software renderer. Without, nothing is drawn, and everything else is the same.
    drawn: bool,
}

const PROJECT: &str = "plan.bwk";
/// Only a defect needs as long as this, even on a slow machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);
/// Seconds of the window's clock between two frames.
const FRAME: f32 = 0.1;

impl AppHarness {
    /// A window on a project drawn as text: a letter is a unit and its territory, a hyphen an unassigned one. Codes count from "0",
    /// row by row; each has 1 of the measure "load", to be balanced within 10 %.
    pub fn grid(picture: &str) -> Self {
        Self::grid_choosing(picture, &[])
    }

    /// The same; the system's file dialog will answer with these files of the project's folder.
    pub fn grid_choosing(picture: &str, files: &[&str]) -> Self {
        let folder = temporary_folder();
        let mut project = fixture::project(picture);
        project.name = "Grid".to_owned();
        let measure = project.find_measure("load").expect("a fixture has the measure load");
        project.goals = vec![Goal { measure, tolerance: 0.10, weight: 1.0 }];
        let made = store::create(&folder.path().join(PROJECT), &project, Existing::Refuse);
        drop(made.expect("a project can be made"));
        let chosen = files.iter().map(|name| folder.path().join(name)).collect();
        Self::start(Start { folder, project: Some(PROJECT), chosen, drawn: false })
    }

    /// A window on a project that a test made.
    pub fn of(project: Project) -> Self {
        let folder = temporary_folder();
        drop(store::create(&folder.path().join(PROJECT), &project, Existing::Refuse).expect("a project can be made"));
        Self::start(Start { folder, project: Some(PROJECT), chosen: Vec::new(), drawn: false })
    }

    /// What a new user sees: the sample.
    pub fn sample() -> Self {
        Self::start(Start { folder: temporary_folder(), project: None, chosen: Vec::new(), drawn: false })
    }

    /// The sample on the software renderer.
    pub fn drawn_sample() -> Self {
        Self::start(Start { folder: temporary_folder(), project: None, chosen: Vec::new(), drawn: true })
    }

    /// A window on a file of a folder of its own with these contents.
    pub fn file(name: &str, contents: &[u8]) -> Self {
        let folder = temporary_folder();
        std::fs::write(folder.path().join(name), contents).expect("a file can be written");
        Self::start(Start { folder, project: Some(name), chosen: Vec::new(), drawn: false })
    }

    /// Closes the window and opens a new one on the same file.
    pub fn reopen(self) -> Self {
        self.reopen_with(Some(PROJECT))
    }

    /// Closes the window and opens a new one as at first, on the sample.
    pub fn reopen_sample(self) -> Self {
        self.reopen_with(None)
    }

    /// Closes the window and opens a new one on another file of its folder.
    pub fn reopen_on(self, name: &str) -> Self {
        self.reopen_with(Some(name))
    }

    fn reopen_with(self, project: Option<&str>) -> Self {
        let folder = Rc::clone(&self.folder);
        let mut app = self.window.into_state();
        eframe::App::on_exit(&mut app);
        drop(app);
        Self::start(Start { folder, project, chosen: Vec::new(), drawn: false })
    }

    /// Another project in the same folder, drawn as text like that of [`Self::grid`].
    pub fn make_project(&self, name: &str, picture: &str) {
        let project = Project { name: name.to_owned(), ..fixture::project(picture) };
        drop(store::create(&self.path(name), &project, Existing::Refuse).expect("a project can be made"));
    }

    /// A second window on the file that this one has open.
    pub fn second_window(&self) -> Self {
        let folder = Rc::clone(&self.folder);
        Self::start(Start { folder, project: Some(PROJECT), chosen: Vec::new(), drawn: false })
    }

    fn start(start: Start) -> Self {
        let folder = start.folder.path().to_owned();
        let builder = Harness::builder().with_size(vec2(1280.0, 800.0)).with_step_dt(FRAME).with_max_steps(12);
        let builder = if start.drawn { builder.wgpu() } else { builder };
        let window = builder.build_eframe(|context| {
            let dialogs = Box::new(ScriptedDialogs::new(start.chosen));
            let render_state = context.wgpu_render_state.clone();
            let mut app = App::new(&context.egui_ctx, render_state, dialogs, folder.clone());
            app.open_at_start(start.project.map(|name| folder.join(name)));
            app
        });
        let said = window.state().notices();
        let mut harness = Self { window, folder: start.folder, said };
        harness.settle();
        harness
    }

    pub fn app(&self) -> &App {
        self.window.state()
    }

    /// The open project.
    pub fn session(&self) -> &Session {
        self.app().session().expect("a project is open")
    }

    pub fn window(&mut self) -> &mut Harness<'static, App> {
        &mut self.window
    }

    /// A file of the project's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, contents: &str) {
        std::fs::write(self.path(name), contents).expect("a file can be written");
    }

    /// Whether a message said this, on screen or gone by now.
    pub fn was_told(&self, words: &str) -> bool {
        self.said.iter().any(|said| said.contains(words))
    }

    pub fn messages(&self) -> &[String] {
        &self.said
    }

    /// The plan as a picture, `width` units a row: the first letter of every unit's territory.
    pub fn picture(&self, width: usize) -> String {
        let plan = self.session().plan();
        let letter = |id: &TerritoryId| plan.territory(*id).and_then(|territory| territory.name.chars().next());
        let letters: Vec<char> = plan.assignment().iter().map(|id| letter(id).unwrap_or('-')).collect();
        letters.chunks(width).map(|row| row.iter().collect::<String>() + "\n").collect()
    }

    pub fn unit(&self, code: &str) -> UnitId {
        self.session().project.units.find(code).unwrap_or_else(|| panic!("no unit {code}"))
    }

    pub fn territory(&self, name: &str) -> TerritoryId {
        self.session().plan().find_territory(name).unwrap_or_else(|| panic!("no territory {name}"))
    }

    /// A territory's total of the measure in view, with what a gesture or proposal would change.
    pub fn shown_load(&self, territory: &str) -> f64 {
        let measure = self.session().goal().expect("there is a measure").measure;
        self.session().shown_totals().load(measure, self.territory(territory))
    }

    /// Where a unit is on the screen.
    pub fn place_of(&self, code: &str) -> Pos2 {
        let centre = self.session().project.units.centres[self.unit(code).index()];
        self.app().map().camera().place_to_screen(centre)
    }

    /// One frame for everything that was done since the last, or an idle one.
    pub fn step(&mut self) {
        let before: Vec<String> = self.app().notices();
        self.window.step();
        let fresh: Vec<String> = self.app().notices().into_iter().filter(|text| !before.contains(text)).collect();
        self.said.extend(fresh);
    }

    /// Frames until nothing is under way: no job, no movement.
    pub fn settle(&mut self) {
        let begun = Instant::now();
        loop {
            self.step();
            let busy = self.app().is_busy();
            if !busy && !self.wants_repaint() {
                return self.check();
            }
            assert!(begun.elapsed() < PATIENCE, "still busy; messages so far: {:?}", self.said);
            if busy {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// What always holds: every input has a name for those who cannot see, and the totals that followed the changes one by one are
    /// those of a full count.
    fn check(&self) {
        self.window.check_accessibility();
        if let Some(session) = self.app().session() {
            let counted = Totals::count(Arc::clone(session.totals.table()), session.plan());
            assert!(session.totals == counted, "the totals are not those of the plan");
        }
    }

    /// The last frame asked for another one at once.
    pub fn wants_repaint(&self) -> bool {
        self.repaint_delay() == Duration::ZERO
    }

    /// After what time the window wants to be drawn again; `Duration::MAX` when it is idle.
    pub fn repaint_delay(&self) -> Duration {
        self.window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
    }

    pub fn key(&mut self, key: Key) {
        self.key_with(Modifiers::NONE, key);
    }

    pub fn key_with(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Types into the field that has the keyboard.
    pub fn type_text(&mut self, text: &str) {
        self.window.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// For the next frame to do, all at once.
    pub fn push(&mut self, actions: impl IntoIterator<Item = Action>) {
        for action in actions {
            self.window.state_mut().push(action);
        }
    }

    /// The window is told to close, as by the cross in its frame. Returns whether it does, now or when what it waits for is done.
    pub fn close(&mut self) -> bool {
        self.window.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
        self.step();
        if !self.commands().contains(&ViewportCommand::CancelClose) {
            return true;
        }
        self.closes()
    }

    /// Whether the window closes by itself, once what it waits for is done.
    pub fn closes(&mut self) -> bool {
        let begun = Instant::now();
        loop {
            if self.commands().contains(&ViewportCommand::Close) {
                return true;
            }
            if !self.app().is_busy() && !self.wants_repaint() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "still busy; messages so far: {:?}", self.said);
            std::thread::sleep(Duration::from_millis(2));
            self.step();
        }
    }

    fn commands(&self) -> &[ViewportCommand] {
        &self.window.output().viewport_output[&ViewportId::ROOT].commands
    }

    /// Replaces what is in the field of that name.
    pub fn fill_in(&mut self, field: &str, text: &str) {
        self.window.get_by_role_and_label(Role::TextInput, field).focus();
        self.step();
        self.key_with(Modifiers::COMMAND, Key::A);
        self.type_text(text);
    }

    /// Presses the button with these words.
    pub fn press_button(&mut self, words: &str) {
        self.window.get_by_role_and_label(Role::Button, words).scroll_to_me();
        self.settle();
        self.window.get_by_role_and_label(Role::Button, words).click();
        self.settle();
        self.rest();
    }

    /// Ticks the box with these words, or takes the tick away.
    pub fn tick(&mut self, words: &str) {
        self.window.get_by_role_and_label(Role::CheckBox, words).click();
        self.settle();
        self.rest();
    }

    /// Chooses from the list of that name.
    pub fn choose(&mut self, list: &str, words: &str) {
        self.window.get_by_role_and_label(Role::ComboBox, list).click();
        self.settle();
        self.press_button(words);
    }

    /// Ctrl+C, as windows hear it; returns what is on the clipboard then.
    pub fn copy(&mut self) -> String {
        self.window.input_mut().events.push(Event::Copy);
        for _ in 0..200 {
            self.step();
            let commands = &self.window.output().platform_output.commands;
            if let Some(text) = commands.iter().find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            }) {
                return text;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("nothing was copied");
    }

    /// The pointer rests somewhere.
    pub fn hover(&mut self, at: Pos2) {
        self.window.event(Event::PointerMoved(at));
        self.settle();
    }

    /// Two clicks, each in a frame of its own: the harness's clock would let them lie too far apart otherwise.
    pub fn double_click(&mut self, at: Pos2) {
        self.window.event(Event::PointerMoved(at));
        self.step();
        for _ in 0..2 {
            for pressed in [true, false] {
                let button = PointerButton::Primary;
                let event = Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
                self.window.input_mut().events.push(event);
            }
            self.step();
        }
        self.settle();
    }

    /// Clicks the row of a table.
    pub fn click_list_item(&mut self, words: &str) {
        // A table with columns that stay when it is scrolled sideways has every row in two parts.
        let mut parts = self.window.query_all_by_role_and_label(Role::ListItem, words);
        parts.next().unwrap_or_else(|| panic!("no row {words}")).click();
        drop(parts);
        self.settle();
        self.rest();
    }

    /// Presses the key that the command table names for a command.
    pub fn press_key_of(&mut self, command: Command) {
        let shortcut = command.shortcut().expect("the command has a key");
        self.key_with(shortcut.modifiers, shortcut.logical_key);
    }

    /// Where a row of a table can be taken hold of: at its name, which no message covers.
    pub fn row(&self, words: &str) -> Pos2 {
        let mut parts = self.window.query_all_by_role_and_label(Role::ListItem, words);
        let rect = parts.next().unwrap_or_else(|| panic!("no row {words}")).rect();
        rect.left_center() + vec2(90.0, 0.0)
    }

    /// Gives a row the keyboard.
    pub fn focus_row(&mut self, words: &str) {
        let mut parts = self.window.query_all_by_role_and_label(Role::ListItem, words);
        parts.next().unwrap_or_else(|| panic!("no row {words}")).focus();
        drop(parts);
        self.settle();
    }

    /// Whether a table has the row.
    pub fn has_row(&self, words: &str) -> bool {
        self.window.query_all_by_role_and_label(Role::ListItem, words).next().is_some()
    }

    /// Does what a panel or the map would ask for.
    pub fn act(&mut self, action: Action) {
        self.window.state_mut().push(action);
        self.settle();
    }

    pub fn run(&mut self, command: Command) {
        self.act(Action::Run(command));
    }

    pub fn shows(&self, words: &str) -> bool {
        self.window.query_all_by_label_contains(words).next().is_some()
    }

    pub fn click(&mut self, at: Pos2) {
        self.click_with(Modifiers::NONE, at);
    }

    pub fn click_with(&mut self, modifiers: Modifiers, at: Pos2) {
        self.pointer_down(modifiers, at);
        self.pointer_up(modifiers, at);
        self.settle();
        self.rest();
    }

    pub fn click_unit(&mut self, code: &str) {
        self.click(self.place_of(code));
    }

    /// Presses, moves along the way in small steps, and releases.
    pub fn drag(&mut self, way: &[Pos2]) {
        self.begin_drag(way);
        self.end_drag(way[way.len() - 1]);
    }

    /// A drag over the centres of units.
    pub fn drag_over(&mut self, codes: &[&str]) {
        let way = self.way_over(codes);
        self.drag(&way);
    }

    pub fn way_over(&self, codes: &[&str]) -> Vec<Pos2> {
        codes.iter().map(|code| self.place_of(code)).collect()
    }

    /// Presses and moves along the way; the button stays down.
    pub fn begin_drag(&mut self, way: &[Pos2]) {
        self.pointer_down(Modifiers::NONE, way[0]);
        for pair in way.windows(2) {
            for step in 1..=4 {
                self.window.event(Event::PointerMoved(pair[0].lerp(pair[1], step as f32 / 4.0)));
            }
        }
        // The last frame carries out what the one before it asked for.
        self.step();
        self.step();
    }

    pub fn end_drag(&mut self, at: Pos2) {
        self.pointer_up(Modifiers::NONE, at);
        self.settle();
        self.rest();
    }

    fn pointer_down(&mut self, modifiers: Modifiers, at: Pos2) {
        self.window.event(Event::PointerMoved(at));
        self.window.event(Event::ModifiersChanged(modifiers));
        self.window.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed: true, modifiers });
        self.step();
    }

    fn pointer_up(&mut self, modifiers: Modifiers, at: Pos2) {
        self.window.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed: false, modifiers });
        self.window.event(Event::ModifiersChanged(Modifiers::NONE));
        self.step();
    }

    /// Long enough that the next click is not the second of a double click.
    fn rest(&mut self) {
        for _ in 0..4 {
            self.step();
        }
    }
}

fn temporary_folder() -> Rc<TempDir> {
    Rc::new(tempfile::tempdir().expect("a temporary folder can be made"))
}
