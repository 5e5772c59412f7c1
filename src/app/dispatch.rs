//! Carries out actions: a change of state, or a job.

use std::path::PathBuf;

use egui::{Context, Key};

use super::App;
use super::files::{Answer, Wish};
use crate::action::{Action, Command, SelectHow};
use crate::domain::edit::{Change, Edit, EditError};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::palette;
use crate::domain::plan::Territory;
use crate::domain::project::Goal;
use crate::jobs::spec::{ImportWhat, JobKind};
use crate::jobs::tasks;
use crate::session::Session;
use crate::session::view::{BottomTab, Camera, Tool};
use crate::ui::inspector::Renaming;
use crate::ui::path_dialog::Purpose;

impl App {
    /// Keys and dropped files become actions.
    pub(super) fn take_input(&mut self, ctx: &Context) {
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        self.actions.extend(dropped.into_iter().map(Action::Take));
        if ctx.input(|input| input.viewport().close_requested()) {
            self.save_settings();
        }
        // A field that Escape takes the keyboard from has lost it already when this frame begins.
        let typing = ctx.egui_wants_keyboard_input() || self.typing;
        let modal = self.dialog_is_open();
        if modal {
            return;
        }
        // A shortcut is met with more modifiers held than it names, too: those with Shift go first, or Ctrl+Shift+Z would undo.
        let mut shortcuts: Vec<_> =
            Command::ALL.iter().filter_map(|&command| Some((command, command.shortcut()?))).collect();
        shortcuts.sort_by_key(|(_, shortcut)| !shortcut.modifiers.shift);
        for (command, shortcut) in shortcuts {
            // Plain keys belong to a text field that has the keyboard; so do the field's own undo and select all.
            let plain = !shortcut.modifiers.command;
            let text_key = matches!(command, Command::Undo | Command::Redo | Command::SelectAll);
            if typing && (plain || text_key) {
                continue;
            }
            if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                self.actions.push(Action::Run(command));
            }
        }
        let redo_as_y = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, Key::Y);
        if !typing && ctx.input_mut(|input| input.consume_shortcut(&redo_as_y)) {
            self.actions.push(Action::Run(Command::Redo));
        }
        if !typing && ctx.input(|input| input.key_pressed(Key::Backspace)) && !self.map.has_gesture() {
            self.actions.push(Action::Run(Command::UnassignSelection));
        }
        if !typing && ctx.input(|input| input.key_pressed(Key::Escape)) {
            self.back_out();
        }
    }

    /// Escape backs out one step: the gesture, the proposal's comparison, the selection, the active territory, the tool.
    fn back_out(&mut self) {
        let mut actions = Vec::new();
        let dropped = self.map.cancel_gesture(&mut actions);
        self.actions.append(&mut actions);
        let Some(session) = &self.session else { return };
        if dropped {
            return;
        }
        let next = if session.proposal.is_some() {
            Action::Run(Command::RejectProposal)
        } else if session.selection.account.is_some() {
            Action::SelectAccount(None)
        } else if !session.selection.units.is_empty() {
            Action::Run(Command::ClearSelection)
        } else if session.view.tool != Tool::Select {
            Action::SetTool(Tool::Select)
        } else {
            Action::SelectTerritory(None)
        };
        self.actions.push(next);
    }

    pub(super) fn dispatch_all(&mut self, ctx: &Context) {
        // What one action leads to is done in the same frame; a bound keeps a defect from hanging the window.
        for _ in 0..8 {
            let actions = std::mem::take(&mut self.actions);
            if actions.is_empty() {
                break;
            }
            for action in actions {
                self.dispatch(ctx, action);
            }
        }
    }

    fn dispatch(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Run(command) => self.run_command(ctx, command),
            Action::Open(path) => self.open(ctx, path),
            Action::Create(path) => self.create(path),
            Action::SaveAs(path) => self.save_as(ctx, &path),
            Action::Take(path) => self.take_file(ctx, path),
            Action::Cancel(kind) => self.jobs.cancel(kind),
            Action::RetrySaving => {
                if let Some(store) = &self.store {
                    store.retry();
                }
            }
            Action::DismissHint => self.remember_hint(),
            Action::Copy(text) => ctx.copy_text(text),
            Action::Import(order) => self.start_import(*order),
            other => self.dispatch_to_session(ctx, other),
        }
    }

    fn dispatch_to_session(&mut self, ctx: &Context, action: Action) {
        let Some(session) = self.session.as_mut() else { return };
        match action {
            Action::Edit(edit) => self.make(ctx, edit, true),
            Action::Preview { units, to } => session.show_preview(units, to),
            Action::Assign { units, to } => self.assign(ctx, units, to),
            Action::SelectUnits { units, how } => {
                let selection = &mut session.selection.units;
                match how {
                    SelectHow::Replace => *selection = units.into_iter().collect(),
                    SelectHow::Add => selection.extend(units),
                    SelectHow::Toggle => {
                        for unit in units {
                            if !selection.remove(&unit) {
                                selection.insert(unit);
                            }
                        }
                    }
                }
            }
            Action::SelectTerritory(id) => {
                session.active = id.filter(|&id| session.shown_plan().territory(id).is_some()).unwrap_or_default();
                self.ui.renaming = None;
            }
            Action::SelectAccount(account) => session.selection.account = account,
            Action::JumpTo(count) => self.jump_to(ctx, count),
            Action::RenameTerritory { id, name } => {
                let old = session.plan().territory_name(id).to_owned();
                let taken = session.plan().find_territory(&name).is_some_and(|other| other != id);
                if taken {
                    self.ui.notices.refused(ctx, format!("There is a territory called {name} already"));
                    return;
                }
                let edit = Edit::alter(session.plan(), id, format!("Renamed {old} to {name}"), |territory| {
                    territory.name = name
                });
                self.make(ctx, edit, false);
            }
            Action::RecolourTerritory { id, colour } => {
                let label = format!("Recoloured {}", session.plan().territory_name(id));
                let edit = Edit::alter(session.plan(), id, label, |territory| territory.colour = colour);
                self.make(ctx, edit, false);
            }
            Action::LockTerritory { id, locked } => {
                let verb = if locked { "Locked" } else { "Unlocked" };
                let label = format!("{verb} {}", session.plan().territory_name(id));
                let edit = Edit::alter(session.plan(), id, label, |territory| territory.locked = locked);
                self.make(ctx, edit, true);
            }
            Action::SetTool(tool) => session.view.tool = tool,
            Action::SetBrushRadius(radius) => session.view.brush_radius = radius.clamp(4.0, 120.0),
            Action::SetBasemap(choice) => session.view.basemap = choice,
            Action::SetMeasure(measure) => {
                session.view.measure = Some(measure);
            }
            Action::SetTolerance(tolerance) => self.set_tolerance(tolerance),
            Action::SetTab(tab) => {
                session.view.tab = tab;
                session.view.show_table = true;
            }
            Action::Pan { dx, dy } => {
                session.view.target = None;
                session.view.camera.pan(dx, dy);
            }
            Action::ZoomAt { delta, dx, dy } => {
                session.view.target = None;
                session.view.camera.zoom_at(delta, dx, dy);
            }
            Action::MapSize { width, height } => {
                if let Some(bounds) = session.view.fit.take() {
                    let camera = Camera::fitting(bounds, width, height);
                    // The first view of a project is simply there; later ones move.
                    if session.view.arrived {
                        session.view.target = Some(camera);
                    } else {
                        session.view.camera = camera;
                        session.view.arrived = true;
                    }
                }
                ctx.request_repaint();
            }
            Action::ShowCurrent(held) => session.show_current = held,
            Action::ShowPlace { place, zoom } => {
                session.view.target = Some(Camera { centre: place, zoom: zoom.max(session.view.camera.zoom) });
            }
            Action::FitUnits(units) => session.view.fit = session.units_bounds(units),
            Action::FitTerritory(id) => {
                let units: Vec<UnitId> = session.shown_plan().units_of(id).collect();
                session.view.fit = session.units_bounds(units);
            }
            Action::Build(order) => {
                session.proposal = None;
                let (project, generation) = (session.project.clone(), session.generation);
                self.jobs.start(JobKind::Build, move |progress| tasks::build(&project, generation, &order, progress));
            }
            Action::Export(order) => {
                let project = session.project.clone();
                self.jobs.start(JobKind::Export, move |progress| tasks::export(&project, &order, progress));
            }
            Action::Run(_)
            | Action::Open(_)
            | Action::Create(_)
            | Action::SaveAs(_)
            | Action::Take(_)
            | Action::Cancel(_)
            | Action::RetrySaving
            | Action::DismissHint
            | Action::Copy(_)
            | Action::Import(_) => {}
        }
    }

    fn run_command(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::NewProject => self.ask(ctx, Wish::CreateProject),
            Command::OpenProject => self.ask(ctx, Wish::OpenProject),
            Command::OpenSample => self.open_sample(ctx),
            Command::SaveAs => self.ask(ctx, Wish::SaveAs),
            Command::Quit => self.quit = true,
            Command::ToggleTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                ctx.set_theme(if dark { egui::Theme::Light } else { egui::Theme::Dark });
            }
            Command::Search => self.ui.search.open(),
            Command::Shortcuts => self.ui.show_keys = true,
            Command::About => self.ui.show_about = true,
            _ => self.run_in_session(ctx, command),
        }
    }

    fn run_in_session(&mut self, ctx: &Context, command: Command) {
        let reason = crate::ui::top_bar::disabled_reason(self.session.as_ref(), command);
        if let Some(reason) = reason {
            self.ui.notices.refused(ctx, reason);
            return;
        }
        let Some(session) = self.session.as_mut() else { return };
        let active = session.active;
        let selected: Vec<UnitId> = session.selection.units.iter().copied().collect();
        match command {
            Command::ImportUnits => self.ui.import.open(ImportWhat::Units),
            Command::ImportAccounts => self.ui.import.open(ImportWhat::Accounts),
            Command::ImportAlignment => self.ui.import.open(ImportWhat::Alignment),
            Command::ImportReps => self.ui.import.open(ImportWhat::Reps),
            Command::Export => self.ui.export.open(session),
            Command::Undo => self.undo(ctx),
            Command::Redo => self.redo(ctx),
            Command::SelectAll => session.selection.units = session.project.units.ids().collect(),
            Command::ClearSelection => session.selection.units.clear(),
            Command::AssignSelection => self.assign(ctx, selected, active),
            Command::UnassignSelection => self.assign(ctx, selected, TerritoryId::UNASSIGNED),
            Command::LockUnits => {
                let plan = session.plan();
                let unlock = selected.iter().all(|unit| plan.locked_units().contains(unit));
                let verb = if unlock { "Unlocked" } else { "Locked" };
                let mut edit = Edit::new(format!("{verb} {}", session.project.units.count_words(selected.len())));
                for unit in selected {
                    let old = plan.locked_units().contains(&unit);
                    if old == unlock {
                        edit.changes.push(Change::LockUnit { unit, old, new: !old });
                    }
                }
                self.make(ctx, edit, true);
            }
            Command::NewTerritory => self.new_territory(ctx, selected),
            Command::RenameTerritory => {
                session.view.show_inspector = true;
                let name = session.plan().territory_name(active).to_owned();
                self.ui.renaming = Some(Renaming { id: active, name, focused: false });
            }
            Command::RemoveTerritory => {
                let edit = Edit::remove(session.plan(), active);
                self.make(ctx, edit, true);
            }
            Command::LockTerritory => {
                let locked = session.plan().territory(active).is_some_and(|territory| territory.locked);
                self.actions.push(Action::LockTerritory { id: active, locked: !locked });
            }
            Command::SelectUnitsOfTerritory => {
                session.selection.units = session.shown_plan().units_of(active).collect()
            }
            Command::FitTerritory => self.actions.push(Action::FitTerritory(active)),
            Command::AutoBuild => self.ui.build.open(session),
            Command::AcceptProposal => {
                if let Some(proposal) = session.proposal.take() {
                    session.show_current = false;
                    if self.try_make(ctx, proposal.edit, true) {
                        self.set_goals(proposal.goals);
                    }
                }
            }
            Command::RejectProposal => {
                session.proposal = None;
                session.show_current = false;
            }
            Command::ToolSelect => session.view.tool = Tool::Select,
            Command::ToolRectangle => session.view.tool = Tool::Rectangle,
            Command::ToolLasso => session.view.tool = Tool::Lasso,
            Command::ToolBrush => session.view.tool = Tool::Brush,
            Command::ToolPolygon => session.view.tool = Tool::Polygon,
            Command::FitPlan => session.view.fit = session.plan_bounds(),
            Command::ZoomIn => self.zoom_by(1.0),
            Command::ZoomOut => self.zoom_by(-1.0),
            Command::ToggleAccounts => session.view.show_accounts ^= true,
            Command::ToggleLabels => session.view.show_labels ^= true,
            Command::ToggleLegend => session.view.show_legend ^= true,
            Command::ToggleInspector => session.view.show_inspector ^= true,
            Command::ToggleTable => session.view.show_table ^= true,
            Command::NewProject
            | Command::OpenProject
            | Command::OpenSample
            | Command::SaveAs
            | Command::Quit
            | Command::ToggleTheme
            | Command::Search
            | Command::Shortcuts
            | Command::About => {}
        }
    }

    fn zoom_by(&mut self, delta: f64) {
        let Some(session) = self.session.as_mut() else { return };
        let mut target = session.view.target.unwrap_or(session.view.camera);
        target.zoom_at(delta, 0.0, 0.0);
        session.view.target = Some(target);
    }

    fn assign(&mut self, ctx: &Context, units: Vec<UnitId>, to: TerritoryId) {
        let Some(session) = self.session.as_mut() else { return };
        session.preview = None;
        let plan = session.plan();
        if plan.territory(to).is_some_and(|territory| territory.locked) {
            let name = plan.territory_name(to);
            self.ui.notices.refused(ctx, format!("{name} is locked; unlock it to change it"));
            return;
        }
        let locked = units.iter().filter(|&&unit| plan.territory_of(unit) != to && plan.is_locked(unit)).count();
        let mut edit = Edit::assign(plan, units, to);
        let words = session.project.units.count_words(edit.changes.len());
        edit.label = if to.is_unassigned() {
            format!("Unassigned {words}")
        } else {
            format!("Assigned {words} to {}", plan.territory_name(to))
        };
        if locked > 0 {
            let left = session.project.units.count_words(locked);
            self.ui.notices.refused(ctx, format!("Left out {left} because they are locked"));
        }
        if !edit.is_empty() {
            self.make(ctx, edit, true);
        }
    }

    fn new_territory(&mut self, ctx: &Context, units: Vec<UnitId>) {
        let Some(session) = self.session.as_mut() else { return };
        let plan = session.plan();
        let id = plan.next_territory_id();
        let name = (1..)
            .map(|number| format!("Territory {number}"))
            .find(|name| plan.find_territory(name).is_none())
            .unwrap_or_default();
        let used: Vec<[u8; 3]> = plan.territories().map(|(_, territory)| territory.colour).collect();
        let territory = Territory { name: name.clone(), colour: palette::least_used(&used), ..Territory::default() };
        let mut edit = Edit::new(String::new());
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
        let assign = Edit::assign(plan, units, id);
        edit.label = if assign.is_empty() {
            format!("Made {name}")
        } else {
            format!("Made {name} of {}", session.project.units.count_words(assign.changes.len()))
        };
        edit.changes.extend(assign.changes);
        if self.try_make(ctx, edit, true) {
            if let Some(session) = self.session.as_mut() {
                session.active = id;
                session.view.show_inspector = true;
                session.selection.units.clear();
            }
            self.ui.renaming = Some(Renaming { id, name, focused: false });
        }
    }

    fn make(&mut self, ctx: &Context, edit: Edit, tell: bool) {
        self.try_make(ctx, edit, tell);
    }

    /// Applies an edit, saves it, and says so. Returns whether it was made.
    fn try_make(&mut self, ctx: &Context, edit: Edit, tell: bool) -> bool {
        let Some(session) = self.session.as_mut() else { return false };
        if let Some(why) = &session.read_only {
            self.ui.notices.refused(ctx, why.clone());
            return false;
        }
        if edit.is_empty() {
            return false;
        }
        let label = edit.label.clone();
        match session.apply(edit) {
            Ok(_) => {
                if let (Some(store), Some(step)) = (&self.store, session.history.undo_step()) {
                    store.apply(step);
                }
                if tell {
                    self.ui.notices.done(ctx, label);
                }
                true
            }
            Err(EditError::Nothing) => false,
            Err(error) => {
                self.ui.notices.refused(ctx, format!("{label}: not done, {error}"));
                false
            }
        }
    }

    fn undo(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        if let Some(step) = session.undo() {
            if let Some(store) = &self.store {
                store.undo(&step);
            }
            self.ui.notices.done(ctx, format!("Undone: {}", step.label));
        }
    }

    fn redo(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        if let Some(step) = session.redo() {
            if let Some(store) = &self.store {
                store.redo(&step);
            }
            self.ui.notices.done(ctx, format!("Made again: {}", step.label));
        }
    }

    fn jump_to(&mut self, ctx: &Context, count: usize) {
        loop {
            let Some(session) = self.session.as_ref() else { return };
            let applied = session.history.applied();
            match applied.cmp(&count) {
                std::cmp::Ordering::Greater => self.undo(ctx),
                std::cmp::Ordering::Less => self.redo(ctx),
                std::cmp::Ordering::Equal => return,
            }
            let Some(session) = self.session.as_ref() else { return };
            if session.history.applied() == applied {
                return;
            }
        }
    }

    fn set_tolerance(&mut self, tolerance: f64) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(mut goal) = session.goal() else { return };
        goal.tolerance = tolerance.clamp(0.001, 1.0);
        match session.project.goals.iter_mut().find(|known| known.measure == goal.measure) {
            Some(known) => *known = goal,
            None => session.project.goals.insert(0, goal),
        }
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_goals(&session.project.goals);
        }
    }

    fn set_goals(&mut self, goals: Vec<Goal>) {
        let Some(session) = self.session.as_mut() else { return };
        session.project.goals = goals;
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_goals(&session.project.goals);
        }
    }

    fn dialog_is_open(&self) -> bool {
        self.ui.build.is_open()
            || self.ui.import.is_open()
            || self.ui.export.is_open()
            || self.ui.path.is_open()
            || self.ui.search.is_open()
            || self.ui.show_about
            || self.ui.show_keys
    }

    /// Asks the system for a file.
    pub(super) fn ask(&mut self, ctx: &Context, wish: Wish) {
        let suggestion = self.suggestion(&wish);
        self.dialogs.ask(wish, &suggestion, ctx.clone());
    }

    fn suggestion(&self, wish: &Wish) -> PathBuf {
        let open = self.session.as_ref().and_then(Session::path_or_none);
        let folder = open.and_then(|path| path.parent().map(PathBuf::from));
        let folder = folder.unwrap_or_else(|| std::env::current_dir().unwrap_or_default());
        match wish {
            Wish::CreateProject => folder.join("new plan.bwk"),
            Wish::SaveAs => {
                let stem = open.and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
                folder.join(format!("{} copy.bwk", stem.unwrap_or_else(|| "plan".to_owned())))
            }
            Wish::OpenProject | Wish::Import(_) | Wish::ExportTo => folder.join(""),
        }
    }

    /// Dialogs cannot ask the system themselves; they leave a wish.
    pub(super) fn take_dialog_wishes(&mut self) {
        if let Some(what) = self.ui.import.browse.take() {
            self.wishes.push(Wish::Import(what));
        }
        if self.ui.export.browse.take().is_some() {
            self.wishes.push(Wish::ExportTo);
        }
        if let Some((path, what)) = self.ui.import.peek.take() {
            let project = self.session.as_ref().map(|session| session.project.clone());
            self.jobs.start(JobKind::Peek, move |progress| tasks::peek(project.as_ref(), &path, what, progress));
        }
    }

    /// The answers of file dialogs.
    pub(super) fn take_answers(&mut self, ctx: &Context) {
        for wish in std::mem::take(&mut self.wishes) {
            self.ask(ctx, wish);
        }
        while let Some(answer) = self.dialogs.take() {
            match answer {
                Answer::Chosen(Wish::OpenProject, path) => self.actions.push(Action::Open(path)),
                Answer::Chosen(Wish::CreateProject, path) => self.actions.push(Action::Create(with_ending(path))),
                Answer::Chosen(Wish::SaveAs, path) => self.actions.push(Action::SaveAs(with_ending(path))),
                Answer::Chosen(Wish::Import(what), path) => self.ui.import.take(path, what),
                Answer::Chosen(Wish::ExportTo, path) => self.ui.export.set_path(path),
                Answer::Cancelled(_) => {}
                Answer::Unavailable(wish) => {
                    let suggestion = self.suggestion(&wish).display().to_string();
                    match wish {
                        Wish::OpenProject => self.ui.path.open(Purpose::Open, suggestion),
                        Wish::CreateProject => self.ui.path.open(Purpose::Create, suggestion),
                        Wish::SaveAs => self.ui.path.open(Purpose::SaveAs, suggestion),
                        Wish::Import(_) | Wish::ExportTo => {
                            self.ui.notices.refused(ctx, "This system has no file dialog; type the path");
                        }
                    }
                }
            }
        }
    }

    /// A file from outside: a project opens, a table or layer begins an import.
    fn take_file(&mut self, ctx: &Context, path: PathBuf) {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let what = match ending.as_str() {
            "csv" | "tsv" | "txt" => Some(ImportWhat::Accounts),
            "shp" | "geojson" | "json" | "topojson" => Some(ImportWhat::Units),
            _ => None,
        };
        match what {
            Some(what) => self.ui.import.take(path, what),
            None => self.open(ctx, path),
        }
    }

    fn save_as(&mut self, ctx: &Context, path: &std::path::Path) {
        let (Some(store), Some(session)) = (&self.store, self.session.as_mut()) else { return };
        // The writer does the copying; this waits for it, as for opening a window, because afterwards everything goes there.
        match store.save_as(path) {
            Ok(()) => {
                session.path = Some(path.to_owned());
                session.read_only = None;
                self.ui.recent = crate::session::recent::remember(&self.data_folder, path);
                self.ui.notices.done(ctx, format!("Saved a copy; changes now go to {}", file_name(path)));
            }
            Err(error) => self.ui.notices.failed(ctx, &error),
        }
    }

    fn tab_for_problems(&mut self) {
        if let Some(session) = self.session.as_mut() {
            session.view.tab = BottomTab::Problems;
            session.view.show_table = true;
        }
    }

    /// After an import that left something out.
    pub(super) fn show_problems(&mut self) {
        self.tab_for_problems();
    }
}

/// The name of a file for a message.
pub(super) fn file_name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| path.display().to_string())
}

fn with_ending(mut path: PathBuf) -> PathBuf {
    if path.extension().is_none() {
        path.set_extension("bwk");
    }
    path
}
