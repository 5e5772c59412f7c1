//! The panels around the map. They read the session and push actions; what they remember for themselves (sorting, open dialogs) is
//! in [`UiState`], which is not part of the project.

pub mod about;
pub mod accounts;
pub mod balance;
pub mod build_dialog;
pub mod building;
pub mod colours;
pub mod columns;
pub mod compare;
pub mod doubles;
pub mod export_dialog;
pub mod filter_dialog;
pub mod group;
pub mod hint;
pub mod history;
pub mod import_dialog;
pub mod inspector;
pub mod layers;
pub mod leaving;
pub mod levels;
pub mod list_view;
pub mod notices;
pub mod online_dialog;
pub mod over_map;
pub mod path_dialog;
pub mod places;
pub mod problems;
pub mod proposal;
pub mod refreshing;
pub mod scenarios;
pub mod search;
pub mod segments;
pub mod start;
pub mod status;
pub mod suggestion;
pub mod tables;
pub mod territories;
pub mod tool_rail;
pub mod tool_window;
pub mod top_bar;
pub mod tree;
pub mod tree_row;
pub mod what_if;
pub mod why;
pub mod widgets;

use std::path::PathBuf;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::action::{Action, Command};
use crate::domain::columns::Subject;
use crate::domain::hierarchy::Member;
use crate::jobs::spec::JobKind;
use crate::session::Session;
use crate::session::view::BottomTab;
use crate::theme::{self, Tokens};
use crate::words;

/// What the panels remember for themselves.
#[derive(Default)]
pub struct UiState {
    pub territories: territories::State,
    pub tables: tables::State,
    pub search: search::State,
    pub colours: colours::State,
    pub columns: columns::State,
    pub segments: segments::State,
    pub build: build_dialog::State,
    pub import: import_dialog::State,
    pub export: export_dialog::State,
    pub refreshing: refreshing::State,
    pub doubles: doubles::State,
    pub layers: layers::State,
    pub scenarios: scenarios::State,
    pub compare: compare::State,
    pub what_if: what_if::State,
    pub levels: levels::State,
    pub path: path_dialog::State,
    pub leaving: leaving::State,
    pub filter: filter_dialog::State,
    pub places: places::State,
    pub online: online_dialog::State,
    pub notices: notices::Notices,
    pub why: why::State,
    pub problems: problems::PlanProblems,
    /// Projects opened lately, newest first.
    pub recent: Vec<PathBuf>,
    pub show_about: bool,
    pub show_keys: bool,
    /// The territory or group whose name is being typed in the inspector.
    pub renaming: Option<inspector::Renaming>,
    /// A colour being chosen, and whose it will be.
    pub recolouring: Option<(Member, [u8; 3])>,
    /// The three-step hint of the first run, until it is dismissed.
    pub show_hint: bool,
}

/// The whole window: panels around the map. `map` draws the map into the space that is left; `ui` and `map` do not know each other.
pub fn show(
    ui: &mut Ui,
    session: Option<&Session>,
    status: &status::Status,
    state: &mut UiState,
    actions: &mut Vec<Action>,
    map: impl FnOnce(&mut Ui, &Session, &mut Vec<Action>),
) {
    let tokens = Tokens::of(ui);
    let bar = |margin: Margin| Frame::new().fill(tokens.panel).inner_margin(margin);
    Panel::top("top bar")
        .frame(bar(Margin::symmetric(10, 6)))
        .show(ui, |ui| top_bar::show(ui, session, &state.recent, actions));
    Panel::bottom("status bar")
        .frame(bar(Margin::symmetric(12, 4)))
        .show(ui, |ui| status::show(ui, session, status, actions));
    match session {
        None => {
            CentralPanel::default()
                .frame(Frame::new().fill(tokens.subtle))
                .show(ui, |ui| start::show(ui, &state.recent, actions));
        }
        Some(session) => {
            let mut table_open = session.view.show_table;
            Panel::bottom("tables")
                .frame(bar(Margin::ZERO))
                .resizable(true)
                .default_size(236.0_f32.min(ui.available_height() * 0.36))
                .size_range(96.0..=(ui.available_height() * 0.5).max(97.0))
                .show_collapsible(ui, &mut table_open, |ui| tables(ui, session, state, actions));
            if table_open != session.view.show_table {
                actions.push(Action::Run(Command::ToggleTable));
            }
            Panel::left("tools")
                .frame(bar(Margin::symmetric(6, 8)))
                .resizable(false)
                .exact_size(theme::TOOL_BUTTON.x + 12.0)
                .show(ui, |ui| tool_rail::show(ui, session, actions));
            let mut inspector_open = session.view.show_inspector;
            Panel::right("inspector")
                .frame(bar(Margin::ZERO))
                .resizable(true)
                .default_size(292.0)
                .size_range(240.0..=440.0)
                .show_collapsible(ui, &mut inspector_open, |ui| inspector::show(ui, session, status, state, actions));
            if inspector_open != session.view.show_inspector {
                actions.push(Action::Run(Command::ToggleInspector));
            }
            let map = CentralPanel::default().frame(Frame::new().fill(tokens.subtle)).show(ui, |ui| {
                let rect = ui.available_rect_before_wrap();
                map(ui, session, actions);
                let mut over = ui.new_child(egui::UiBuilder::new().max_rect(rect));
                let room = over_map::show(&mut over, session, actions);
                hint::show(&mut over, session, state, actions);
                room
            });
            let room = map.inner;
            colours::show(ui, session, room, &mut state.colours, actions);
            columns::show(ui, session, room, &mut state.columns, actions);
            segments::show(ui, session, room, &mut state.segments, actions);
            layers::show(ui, session, room, &mut state.layers, actions);
            build_dialog::show(ui, session, &mut state.build, actions);
            doubles::show(ui, session, room, &mut state.doubles, actions);
            refreshing::show(ui, session, &mut state.refreshing, actions);
            levels::show(ui, session, &mut state.levels, actions);
            scenarios::show_dialog(ui, session, &mut state.scenarios, actions);
            what_if::show(ui, session, &mut state.what_if, actions);
            export_dialog::show(ui, session, &mut state.export, actions);
            filter_dialog::show(ui, session, &mut state.filter, actions);
            let is_asking = status.jobs.iter().any(|(kind, _)| *kind == JobKind::Geocode);
            online_dialog::show(ui, session, &mut state.online, is_asking, actions);
        }
    }
    import_dialog::show(ui, session, &mut state.import, actions);
    leaving::show(ui, status.leaving.as_ref(), &mut state.leaving, actions);
    path_dialog::show(ui, &mut state.path, actions);
    search::show(ui, session, &mut state.search, actions);
    about::show(ui, state, session);
    notices::show(ui, &mut state.notices, actions);
}

fn tables(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let problems = problems::count(session, &mut state.problems);
    let places = places::count(session, &mut state.places);
    let kind = session.project.units.kind_of_many();
    let numbered = |name: &str, count: usize| match count {
        0 => name.to_owned(),
        _ => format!("{name} {}", words::count(count as i128)),
    };
    let scenarios = session.scenarios.plans.all.len();
    let tabs = [
        (BottomTab::Territories, "Territories".to_owned(), "What each territory has, against its target".to_owned()),
        (BottomTab::Units, words::capital(&kind), format!("All {kind} with their columns")),
        (BottomTab::Accounts, "Accounts".to_owned(), "All accounts with their columns".to_owned()),
        (BottomTab::Balance, "Balance".to_owned(), "Territories side by side, as a chart".to_owned()),
        (BottomTab::Places, numbered("Places", places), places::about(places, &kind)),
        (BottomTab::Problems, numbered("Problems", problems), problems::about(problems)),
        (BottomTab::History, "History".to_owned(), "Every step that was made, to go back to".to_owned()),
        (
            BottomTab::Scenarios,
            numbered("Scenarios", if scenarios > 1 { scenarios } else { 0 }),
            "The plans of this project: open, describe, decide".to_owned(),
        ),
        (
            BottomTab::Compare,
            "Comparison".to_owned(),
            "What differs between the open scenario and another one".to_owned(),
        ),
    ];
    Frame::new().inner_margin(Margin { left: 8, right: 8, top: 4, bottom: 0 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (tab, words, about) in tabs {
                if widgets::tab(ui, session.view.tab == tab, &words).on_hover_text(about).clicked() {
                    actions.push(Action::SetTab(tab));
                }
            }
        });
    });
    ui.add_space(2.0);
    match session.view.tab {
        BottomTab::Territories => territories::show(ui, session, &mut state.territories, actions),
        BottomTab::Units => tables::show(ui, session, Subject::Units, &mut state.tables, actions),
        BottomTab::Accounts => tables::show(ui, session, Subject::Accounts, &mut state.tables, actions),
        BottomTab::Balance => balance::show(ui, session, actions),
        BottomTab::Places => places::show(ui, session, &mut state.places, actions),
        BottomTab::Problems => problems::show(ui, session, &mut state.problems, actions),
        BottomTab::History => history::show(ui, session, actions),
        BottomTab::Scenarios => scenarios::show(ui, session, &mut state.scenarios, actions),
        BottomTab::Compare => compare::show(ui, session, &mut state.compare, actions),
    }
}
