//! The open scenario held against another: what moves, and a table of the territories of both.

mod table;

use egui::{ComboBox, Frame, Margin, RichText, Ui};

use super::widgets::{command_hover, empty_state, icon_button, outline_marks, primary_button};
use crate::action::{Action, Command};
use crate::domain::comparison::Comparison;
use crate::session::Session;
use crate::session::comparing::{CompareAction, CompareView};
use crate::theme::Tokens;
use crate::words;

/// What the table remembers.
#[derive(Default)]
pub struct State {
    table: table::State,
    /// Territories without any change are shown too.
    all: bool,
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if session.comparing.is_none() {
        let icon = egui_material_icons::icons::ICON_COMPARE;
        let several = session.scenarios.plans.all.len() > 1;
        let (title, text, words, command) = match several {
            true => (
                "Nothing is compared",
                "Hold the open scenario against another one: figures per territory, and what changes hands",
                "Compare scenarios",
                Command::CompareScenarios,
            ),
            false => (
                "There is one scenario",
                "Make a copy of it, change the copy, and see here what the change would do",
                "New scenario…",
                Command::NewScenario,
            ),
        };
        empty_state(ui, icon, title, text, |ui| {
            if primary_button(ui, true, words).clicked() {
                actions.push(Action::Run(command));
            }
        });
        return;
    }
    Frame::new().inner_margin(Margin::symmetric(12, 2)).show(ui, |ui| {
        head(ui, session, state, actions);
        if let Some((found, _)) = session.compared() {
            ui.label(RichText::new(summary(session, found)).color(Tokens::of(ui).weak));
        }
    });
    match session.compared() {
        Some((found, is_current)) => table::show(ui, session, found, is_current, state.all, &mut state.table, actions),
        None => {
            ui.centered_and_justified(|ui| ui.label(RichText::new("Comparing…").color(Tokens::of(ui).weak)));
        }
    }
}

fn head(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let Some(comparing) = &session.comparing else { return };
    let plans = &session.scenarios.plans;
    ui.horizontal_wrapped(|ui| {
        outline_marks(ui);
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(RichText::new(&session.plan().name).strong());
        ui.label(RichText::new("against").color(Tokens::of(ui).weak));
        let combo =
            ComboBox::from_id_salt("compare with").selected_text(plans.name(comparing.with)).width(150.0).truncate();
        let response = combo.show_ui(ui, |ui| {
            for branch in plans.family().into_iter().filter(|branch| branch.id != plans.active) {
                if ui.selectable_label(branch.id == comparing.with, plans.name(branch.id)).clicked() {
                    actions.push(Action::Compare(CompareAction::With(branch.id)));
                }
            }
        });
        let response = response.response.on_hover_text("The scenario before");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Compared with"));
        for view in CompareView::ALL {
            let chosen = comparing.view == view;
            if ui.selectable_label(chosen, view.words()).on_hover_text(view.about()).clicked() {
                actions.push(Action::Compare(CompareAction::Show(view)));
            }
        }
        ui.checkbox(&mut state.all, "All territories").on_hover_text("Show territories without any change too");
        let handover = ui.button("Hand-over pages…").on_hover_text(command_hover(Command::Handover));
        if handover.clicked() {
            actions.push(Action::Run(Command::Handover));
        }
        if icon_button(ui, egui_material_icons::icons::ICON_CLOSE, "End the comparison", 16.0).clicked() {
            actions.push(Action::Compare(CompareAction::End));
        }
    });
}

/// "214 units (3.1 %), 502 accounts (2.9 %) and $1.2 M (3.0 %) move; 17 accounts get another rep".
fn summary(session: &Session, found: &Comparison) -> String {
    let of = &found.disruption;
    let units = session.project.units.count_words(of.units);
    let mut moved = vec![format!("{units} ({})", words::percent(of.unit_share()))];
    if !session.project.accounts.is_empty() {
        let accounts = words::counted(of.accounts as i128, "account");
        moved.push(format!("{accounts} ({})", words::percent(of.account_share())));
    }
    let goal = session.goal().map(|goal| goal.measure);
    let at = goal.and_then(|goal| found.measures.iter().position(|&measure| measure == goal));
    if let (Some(at), Some(measure)) = (at, goal.and_then(|goal| session.project.measure(goal))) {
        let value = words::figure(measure, of.values[at][0]);
        moved.push(format!("{value} of {} ({})", measure.name, words::percent(of.value_share(at))));
    }
    let last = moved.pop().unwrap_or_default();
    let moved = if moved.is_empty() { last } else { format!("{} and {last}", moved.join(", ")) };
    let mut text = format!("{moved} change hands");
    if of.accounts_with_other_rep > 0 {
        let count = words::counted(of.accounts_with_other_rep as i128, "account");
        text.push_str(&format!("; {count} get another rep"));
    }
    if of.units_taken_up > 0 {
        text.push_str(&format!("; {} had no territory before", session.project.units.count_words(of.units_taken_up)));
    }
    text
}
