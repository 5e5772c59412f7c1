//! Units by a condition: column, comparison, value.

use egui::{ComboBox, Key, RichText, TextEdit, Ui};

use super::widgets::{dialog, primary_button};
use crate::action::{Action, SelectHow};
use crate::session::Session;
use crate::session::filter::{Column, Comparison, matching};
use crate::theme::{self, Tokens};

#[derive(Default)]
pub struct State {
    open: bool,
    column: Option<Column>,
    comparison: Option<Comparison>,
    value: String,
    focused: bool,
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
    let mut column = state.column.unwrap_or(Column::Name);
    let response = dialog(ui, "filter dialog").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let kind = session.project.units.kind_of_many();
        ui.label(theme::strong(format!("Select {kind} by filter")).size(theme::TITLE));
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
            let edit = edit.accessible_name("Value");
            if !state.focused {
                edit.request_focus();
                state.focused = true;
            }
        });
        state.column = Some(column);
        let comparison = state.comparison.unwrap_or(column.comparisons()[0]);
        let found = matching(session, column, comparison, &state.value);
        let tokens = Tokens::of(ui);
        match &found {
            Ok(units) => ui.label(format!("{} found", session.project.units.count_words(units.len()))),
            Err(why) => ui.label(RichText::new(*why).color(tokens.weak)),
        };
        let enter = ui.input(|input| input.key_pressed(Key::Enter));
        let usable = found.as_ref().is_ok_and(|units| !units.is_empty());
        let mut chosen = None;
        ui.horizontal(|ui| {
            if primary_button(ui, usable, "Select them").clicked() || (enter && usable) {
                chosen = Some(SelectHow::Replace);
            }
            if ui.add_enabled(usable, egui::Button::new("Add to the selection")).clicked() {
                chosen = Some(SelectHow::Add);
            }
            if ui.button("Cancel").clicked() {
                state.open = false;
            }
        });
        if let (Some(how), Ok(units)) = (chosen, found) {
            actions.push(Action::FitUnits(units.clone()));
            actions.push(Action::SelectUnits { units, how });
            state.open = false;
        }
    });
    if response.should_close() {
        state.open = false;
    }
}
