//! Units by a condition: column, comparison, value. Accounts by a segment.

use egui::{ComboBox, Key, RichText, TextEdit, Ui};

use super::widgets::{dialog, outline_marks, primary_button, take_focus};
use crate::action::{Action, SelectHow};
use crate::domain::ids::AccountId;
use crate::session::Session;
use crate::session::columns::SegmentAction;
use crate::session::filter::{Column, Comparison, matching};
use crate::session::tables::{How, TableAction};
use crate::session::view::BottomTab;
use crate::theme::{self, Tokens};
use crate::words;

#[derive(Default)]
pub struct State {
    open: bool,
    column: Option<Column>,
    comparison: Option<Comparison>,
    value: String,
    focused: bool,
    /// Accounts are selected, not units.
    of_accounts: bool,
    /// The name of the segment.
    segment: String,
    /// Those that are not in it.
    outside: bool,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens with what was asked last; at first with the measure in view.
    pub fn open(&mut self, session: &Session) {
        let known = self.column.filter(|column| Column::all(session).contains(column));
        self.column = known.or_else(|| session.goal().map(|goal| Column::Measure(goal.measure)));
        (self.open, self.focused) = (true, false);
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let response = dialog(ui, "filter dialog").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong("Select by filter").size(theme::TITLE));
        outline_marks(ui);
        ui.horizontal(|ui| {
            let units = words::capital(&session.project.units.kind_of_many());
            let of_accounts = state.of_accounts;
            ui.radio_value(&mut state.of_accounts, false, units);
            ui.radio_value(&mut state.of_accounts, true, "Accounts");
            state.focused &= of_accounts == state.of_accounts;
        });
        match state.of_accounts {
            true => accounts(ui, session, state, actions),
            false => units(ui, session, state, actions),
        }
    });
    if response.should_close() {
        state.open = false;
    }
}

fn units(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let mut column = state.column.unwrap_or(Column::Name);
    ui.horizontal(|ui| {
        let response = ComboBox::from_id_salt("filter column").selected_text(column.words(session)).width(150.0);
        let response = response.truncate().show_ui(ui, |ui| {
            for candidate in Column::all(session) {
                if ui.selectable_label(candidate == column, candidate.words(session)).clicked() {
                    column = candidate;
                }
            }
        });
        response.response.accessible_name("Column");
        let allowed = column.comparisons();
        let mut comparison = state.comparison.filter(|known| allowed.contains(known)).unwrap_or(allowed[0]);
        let response = ComboBox::from_id_salt("filter comparison").selected_text(comparison.words()).width(90.0);
        let response = response.show_ui(ui, |ui| {
            for &candidate in allowed {
                if ui.selectable_label(candidate == comparison, candidate.words()).clicked() {
                    comparison = candidate;
                }
            }
        });
        response.response.accessible_name("Comparison");
        state.comparison = Some(comparison);
        let edit = ui.add(TextEdit::singleline(&mut state.value).desired_width(f32::INFINITY).char_limit(120));
        take_focus(&edit.accessible_name("Value"), &mut state.focused);
    });
    state.column = Some(column);
    let comparison = state.comparison.unwrap_or(column.comparisons()[0]);
    let found = matching(session, column, comparison, &state.value);
    match &found {
        Ok(units) => ui.label(format!("{} found", session.project.units.count_words(units.len()))),
        Err(why) => ui.label(RichText::new(*why).color(Tokens::of(ui).weak)),
    };
    let usable = found.as_ref().is_ok_and(|units| !units.is_empty());
    if let (Some(add), Ok(units)) = (buttons(ui, state, usable), found) {
        actions.push(Action::FitUnits(units.clone()));
        actions.push(Action::SelectUnits { units, how: if add { SelectHow::Add } else { SelectHow::Replace } });
    }
}

fn accounts(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let segments = &session.project.segments;
    let at = segments.iter().position(|segment| segment.name == state.segment);
    let Some(at) = at.or((!segments.is_empty()).then_some(0)) else {
        let text = "A segment is a named set of accounts, by conditions or a formula. There is none yet";
        ui.label(RichText::new(text).color(Tokens::of(ui).weak));
        ui.horizontal(|ui| {
            if primary_button(ui, true, "Make a segment…").clicked() {
                actions.push(Action::Segments(SegmentAction::Show));
                state.open = false;
            }
            state.open &= !ui.button("Cancel").clicked();
        });
        return;
    };
    state.segment.clone_from(&segments[at].name);
    ui.horizontal(|ui| {
        let words = |outside: bool| if outside { "not in segment" } else { "in segment" };
        let response = ComboBox::from_id_salt("in or out").selected_text(words(state.outside)).width(130.0);
        let response = response.show_ui(ui, |ui| {
            for outside in [false, true] {
                ui.selectable_value(&mut state.outside, outside, words(outside));
            }
        });
        response.response.accessible_name("In or not in the segment");
        let response = ComboBox::from_id_salt("segment").selected_text(state.segment.as_str()).width(240.0);
        let response = response.truncate().height(320.0).show_ui(ui, |ui| {
            for segment in segments.iter() {
                ui.selectable_value(&mut state.segment, segment.name.clone(), &segment.name);
            }
        });
        take_focus(&response.response.accessible_name("Segment"), &mut state.focused);
    });
    let members = session.members(at);
    let count = members.map_or(0, |members| match state.outside {
        true => members.belongs.len() - members.count,
        false => members.count,
    });
    match members {
        Some(_) => ui.label(format!("{} found", words::counted(count as i128, "account"))),
        None => ui.label(RichText::new("Its accounts are not counted yet").color(Tokens::of(ui).weak)),
    };
    if let (Some(add), Some(members)) = (buttons(ui, state, count > 0), members) {
        let rows = (0..members.belongs.len()).filter(|&row| members.belongs[row] != state.outside);
        let accounts: Vec<AccountId> = rows.map(AccountId::from_index).collect();
        let (lead, how) = (accounts.first().copied(), if add { How::Add } else { How::Replace });
        actions.push(Action::Table(TableAction::SelectAccounts { accounts, how, lead }));
        actions.push(Action::SetTab(BottomTab::Accounts));
    }
}

/// Whether what was found shall be selected, and if so, added to what is.
fn buttons(ui: &mut Ui, state: &mut State, usable: bool) -> Option<bool> {
    let enter = ui.input(|input| input.key_pressed(Key::Enter)) && !egui::Popup::is_any_open(ui.ctx());
    let mut chosen = None;
    ui.horizontal(|ui| {
        if primary_button(ui, usable, "Select them").clicked() || (enter && usable) {
            chosen = Some(false);
        }
        if ui.add_enabled(usable, egui::Button::new("Add to the selection")).clicked() {
            chosen = Some(true);
        }
        state.open &= !ui.button("Cancel").clicked();
    });
    state.open &= chosen.is_none();
    chosen
}
