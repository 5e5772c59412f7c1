//! Carries out actions: a change of state, or a job.

use egui::Context;

use super::App;
use super::files::Wish;
use super::leaving::Next;
use crate::action::{Action, Command, SelectHow};
use crate::domain::edit::{Change, Edit};
use crate::domain::hierarchy::Member;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::jobs::spec::{CutWish, ImportWhat, JobKind};
use crate::jobs::tasks;
use crate::session::reference::LayerAction;
use crate::session::view::{BottomTab, Camera, Scope, Tool};
use crate::ui::inspector::Renaming;

impl App {
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
            Action::SaveAs(path) => self.save_as(path),
            Action::Take(path) => self.take_file(ctx, path),
            Action::Cancel(JobKind::Build) => self.stop_build(),
            Action::Cancel(JobKind::Conflict) => self.stop_looking_for_conflict(),
            Action::LookForConflict => self.look_for_conflict(),
            Action::Cancel(kind) => {
                if kind.can_be_cancelled() {
                    self.jobs.cancel(kind);
                }
            }
            Action::Leave { anyway: true } => self.leave_now(ctx),
            Action::Leave { anyway: false } => self.stay(ctx),
            Action::RetrySaving => {
                if let Some(store) = &self.store {
                    store.retry();
                }
            }
            Action::DismissHint => self.remember_hint(),
            Action::Copy(text) => ctx.copy_text(text),
            Action::Table(action) => self.do_in_table(ctx, action),
            Action::Places(action) => self.do_with_places(ctx, action),
            Action::Columns(action) => self.do_with_columns(action),
            Action::Segments(action) => self.do_with_segments(ctx, action),
            Action::Refresh(action) => self.do_refresh(ctx, action),
            Action::SaveList(path) => self.save_list(path),
            Action::Doubles(action) => self.do_doubles(ctx, action),
            Action::Layers(action) => self.do_with_layers(ctx, action),
            Action::Scenarios(action) => self.do_with_scenarios(ctx, action),
            Action::Compare(action) => self.do_compare(action),
            Action::AskWhatIf(order) => self.ask_what_if(*order),
            Action::WriteHandover(path) => self.write_handover(ctx, path),
            Action::Import(order) => self.start_import(ctx, *order),
            Action::Suggest(order) => self.suggest(order),
            Action::Cut { drawn, to, narrowest_km } => self.cut(ctx, CutWish { drawn, to, narrowest_km }),
            Action::Repair(territory) => self.repair(ctx, territory),
            Action::SetAdjacency { units, adjacency } => self.set_adjacency(ctx, units, adjacency),
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
                session.active_group = None;
                self.ui.renaming = None;
            }
            Action::SelectGroup(id) => self.select_group(id),
            Action::NewGroup { level, parent, members } => self.new_group(ctx, level, parent, members),
            Action::RenameGroup { id, name } => self.rename_group(ctx, id, name),
            Action::MoveInto { members, to } => self.move_into(ctx, members, to),
            Action::PreviewInto { members, to } => session.show_raised_preview(members, to),
            Action::Fold { group, folded: true } => drop(session.view.folded.insert(group)),
            Action::Fold { group, folded: false } => drop(session.view.folded.remove(&group)),
            Action::SetPaintLevel(level) => {
                session.view.paint_level = level;
                session.preview = None;
            }
            Action::SetColourLevel(level) => session.view.colour_level = level,
            Action::SetColouring(colouring) => session.view.colouring = *colouring,
            Action::FitGroup(id) => {
                let units = Self::units_of_group(session, id);
                session.view.fit = session.units_bounds(units);
            }
            Action::Refuse(words) => self.ui.notices.refused(ctx, words),
            Action::SelectAccount(account) => {
                session.selection.account = account;
                session.selection.accounts = account.into_iter().collect();
            }
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
            Action::SetInside(inside) => (session.view.inside, session.view.cut) = (inside, false),
            Action::SetCut(cut) => session.view.cut = cut,
            Action::SetScope(scope) => session.view.scope = scope,
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
            Action::ChooseAlternative(position) => {
                if let Some(proposal) = session.proposal.as_mut() {
                    proposal.choose(position);
                    session.show_current = false;
                }
            }
            Action::Build(order) => self.start_build(ctx, order),
            Action::Export(order) => {
                let project = session.project.clone();
                let data = session.data_generation;
                self.jobs.start(JobKind::Export, move |progress| tasks::export(&project, data, &order, progress));
            }
            Action::WriteList(order) => {
                let (project, path) = (session.project.clone(), session.path.clone());
                let data = session.data_generation;
                self.jobs.start(JobKind::Export, move |progress| {
                    tasks::write_list(&project, path.as_deref(), data, &order, progress)
                });
            }
            Action::Run(_)
            | Action::Open(_)
            | Action::Create(_)
            | Action::SaveAs(_)
            | Action::Take(_)
            | Action::Cancel(_)
            | Action::LookForConflict
            | Action::Leave { .. }
            | Action::RetrySaving
            | Action::DismissHint
            | Action::Copy(_)
            | Action::Table(_)
            | Action::Places(_)
            | Action::Columns(_)
            | Action::Segments(_)
            | Action::Refresh(_)
            | Action::SaveList(_)
            | Action::Doubles(_)
            | Action::Layers(_)
            | Action::Scenarios(_)
            | Action::Compare(_)
            | Action::AskWhatIf(_)
            | Action::WriteHandover(_)
            | Action::Suggest(_)
            | Action::Cut { .. }
            | Action::Repair(_)
            | Action::SetAdjacency { .. }
            | Action::Import(_) => {}
        }
    }

    fn run_command(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::NewProject => self.ask(ctx, Wish::CreateProject),
            Command::OpenProject => self.ask(ctx, Wish::OpenProject),
            Command::OpenSample => self.open_sample(ctx),
            Command::SaveAs => self.ask(ctx, Wish::SaveAs),
            Command::Quit => self.leave(ctx, Next::Nothing),
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
        let group = session.active_group;
        let selected: Vec<UnitId> = session.selection.units.iter().copied().collect();
        match command {
            Command::ImportUnits => self.ui.import.open(ImportWhat::Units),
            Command::ImportAccounts => self.ui.import.open(ImportWhat::Accounts),
            Command::ImportAlignment => self.ui.import.open(ImportWhat::Alignment),
            Command::ImportReps => self.ui.import.open(ImportWhat::Reps),
            Command::ImportColumns => self.ui.import.open(ImportWhat::Columns),
            Command::AddLayer => self.ui.import.open(ImportWhat::Layer),
            Command::RefreshAccounts => self.ui.import.open_to_refresh(ImportWhat::Accounts),
            Command::UpdateBoundaries => self.ui.import.open_to_refresh(ImportWhat::Units),
            Command::FindDoubles => self.ui.doubles.open(&mut self.actions),
            Command::PasteTable => self.ui.import.open_to_paste(ImportWhat::Accounts),
            Command::PlaceAccounts => self.show_places(),
            Command::LookUpOnline => self.ui.online.open(),
            Command::Export => self.ui.export.open(session),
            Command::Undo => self.undo(ctx),
            Command::Redo => self.redo(ctx),
            Command::SelectAll => {
                let all = session.project.units.ids().collect();
                session.selection.units = session.in_scope(all).into_iter().collect();
            }
            Command::GrowSelection => session.selection.units = session.grown_selection(),
            Command::ShrinkSelection => session.selection.units = session.shrunk_selection(),
            Command::SelectByFilter => self.ui.filter.open(session),
            Command::Columns => self.ui.columns.open(),
            Command::Segments => self.ui.segments.open(),
            Command::OnlyTerritory => {
                let on = matches!(session.scope(), Scope::Only(_)) || active.is_unassigned();
                session.view.scope = if on { Scope::Everything } else { Scope::Only(active) };
            }
            Command::OnlyUnassigned => {
                let on = session.scope() == Scope::Unassigned;
                session.view.scope = if on { Scope::Everything } else { Scope::Unassigned };
            }
            Command::JoinNeighbours | Command::PartNeighbours => {
                self.change_neighbours(ctx, command == Command::JoinNeighbours);
            }
            Command::LockAccounts => self.lock_accounts(ctx),
            Command::SplitTerritory
            | Command::MergeTerritories
            | Command::DissolveTerritory
            | Command::AbsorbEnclaves
            | Command::FillHoles
            | Command::SwapUnits
            | Command::SmoothBorder
            | Command::RecolourAll => self.order(command),
            Command::RepairPieces => {
                let broken = session.cut_off().unwrap_or_default().iter().any(|found| found.territory == active);
                self.actions.push(Action::Repair(broken.then_some(active)));
            }
            Command::ClearSelection => session.selection.units.clear(),
            Command::AssignSelection => self.assign(ctx, selected, active),
            Command::UnassignSelection => self.assign(ctx, selected, TerritoryId::UNASSIGNED),
            Command::LockUnits => {
                let plan = session.plan();
                let unlock = selected.iter().all(|unit| plan.locked_units().contains(unit));
                let verb = if unlock { "Unlocked" } else { "Locked" };
                let mut edit = Edit::default();
                for unit in selected {
                    let old = plan.locked_units().contains(&unit);
                    if old == unlock {
                        edit.changes.push(Change::LockUnit { unit, old, new: !old });
                    }
                }
                edit.label = format!("{verb} {}", session.project.units.count_words(edit.changes.len()));
                self.make(ctx, edit, true);
            }
            Command::NewTerritory => self.new_territory(ctx, selected),
            Command::NewGroup => self.new_group_here(),
            Command::MoveToGroup => self.ui.levels.ask_where(group.map_or(Member::Territory(active), Member::Group)),
            Command::Levels => self.ui.levels.open(session),
            Command::NextPaintLevel => {
                session.view.paint_level = Self::next_level(session, session.paint_level());
            }
            Command::NextColourLevel => {
                session.view.colour_level = Self::next_level(session, session.colour_level());
            }
            Command::RenameTerritory => {
                session.view.show_inspector = true;
                let of = group.map_or(Member::Territory(active), Member::Group);
                let name = session.plan().member_name(of).to_owned();
                self.ui.renaming = Some(Renaming { of, name, focused: false });
            }
            Command::RemoveTerritory => {
                let edit = match group {
                    Some(id) => Edit::remove_group(session.plan(), id),
                    None => Edit::remove(session.plan(), active),
                };
                self.make(ctx, edit, true);
            }
            Command::LockTerritory if group.is_some() => {
                if let Some(id) = group {
                    self.lock_group(ctx, id);
                }
            }
            Command::LockTerritory => {
                let locked = session.plan().territory(active).is_some_and(|territory| territory.locked);
                self.actions.push(Action::LockTerritory { id: active, locked: !locked });
            }
            Command::SelectUnitsOfTerritory => {
                session.selection.units = match group {
                    Some(id) => Self::units_of_group(session, id).into_iter().collect(),
                    None => session.shown_plan().units_of(active).collect(),
                }
            }
            Command::FitTerritory if group.is_some() => self.actions.extend(group.map(Action::FitGroup)),
            Command::FitTerritory => self.actions.push(Action::FitTerritory(active)),
            Command::AutoBuild => self.ui.build.open(session),
            Command::AcceptProposal if session.suggestion.is_some() => self.accept_suggestion(ctx),
            Command::AcceptProposal => self.accept_proposal(ctx),
            Command::RejectProposal => {
                session.drop_trials();
                // What was asked for on top of it goes too.
                self.jobs.cancel(JobKind::Suggest);
            }
            Command::ToolSelect => session.view.tool = Tool::Select,
            Command::ToolRectangle => session.view.tool = Tool::Rectangle,
            Command::ToolLasso => session.view.tool = Tool::Lasso,
            Command::ToolBrush => session.view.tool = Tool::Brush,
            Command::ToolPolygon => session.view.tool = Tool::Polygon,
            Command::ToolRadius => session.view.tool = Tool::Radius,
            Command::ToolLine => session.view.tool = Tool::Line,
            Command::Colours => self.ui.colours.toggle(),
            Command::Layers => self.ui.layers.toggle(),
            Command::NewScenario => self.ui.scenarios.open_new(session, session.scenarios.plans.active),
            Command::Scenarios => self.show_scenarios(),
            Command::WhatIf => self.ui.what_if.open(session),
            Command::CompareScenarios => self.compare_scenarios(ctx),
            Command::Handover => {
                self.compare_scenarios(ctx);
                self.ask(ctx, Wish::Handover);
            }
            Command::SelectAlike => {
                let layer = session.first_layer();
                self.actions.extend(layer.map(|at| Action::Layers(LayerAction::SelectAlike(at))));
            }
            Command::ColourByTarget => session.view.colouring.toggle_target(),
            Command::ToggleHeat => session.view.colouring.toggle_heat(),
            Command::TogglePatterns => session.view.colouring.patterns ^= true,
            Command::ToggleLinks => session.view.show_links ^= true,
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

    /// After an import that left something out.
    pub(super) fn show_problems(&mut self) {
        if let Some(session) = self.session.as_mut() {
            session.view.tab = BottomTab::Problems;
            session.view.show_table = true;
        }
    }
}
