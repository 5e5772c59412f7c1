//! The line above a table: the box for words, the ready filters, how many rows there are, changes of many rows, the columns.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, ComboBox, PopupCloseBehavior, ScrollArea, TextEdit, Ui};
use egui_material_icons::icons::ICON_CLOSE;

use super::{TableState, bulk};
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::session::Session;
use crate::session::columns::ColumnAction;
use crate::session::tables::field::{Field, Source};
use crate::session::tables::{TableAction, row_count};
use crate::theme;
use crate::ui::widgets::{icon_button, outline_marks};
use crate::words;

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    source: Source,
    fields: &[Field],
    state: &mut TableState,
    dialog: &mut bulk::State,
    actions: &mut Vec<Action>,
) {
    let subject = source.subject;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_space(8.0);
        let name = if subject == Subject::Units { "Filter units" } else { "Filter accounts" };
        let width = (ui.available_width() * 0.18).clamp(110.0, 220.0);
        let field = TextEdit::singleline(&mut state.words).hint_text("Filter by any word").desired_width(width);
        ui.add(field.char_limit(200)).accessible_name(name);
        if !state.words.is_empty() && icon_button(ui, ICON_CLOSE, "Clear the filter", 14.0).clicked() {
            state.words.clear();
        }
        toggle(ui, &mut state.unassigned, "Unassigned", "Rows that belong to no territory");
        if subject == Subject::Accounts {
            let about = "Accounts that belong to a territory by name, with the territory of their unit beside it";
            toggle(ui, &mut state.named, "Named", about);
        }
        toggle(ui, &mut state.locked, "Locked", "Rows that are locked themselves");
        if subject == Subject::Accounts && !session.project.segments.is_empty() {
            segments(ui, session, state);
        }
        let about = match subject {
            Subject::Units => "What is selected on the map or here",
            Subject::Accounts => "What is selected on the map or here, and the accounts in selected units",
        };
        toggle(ui, &mut state.only_selected, "Selected", about);
        let shown = session.tables.of(subject).rows.len();
        let all = row_count(session, subject);
        let many = |count: usize| match subject {
            Subject::Units => source.project.units.count_words(count),
            Subject::Accounts => words::counted(count as i128, "account"),
        };
        let text = if shown == all { many(all) } else { format!("{} of {}", words::count(shown as i128), many(all)) };
        ui.add_space(4.0);
        let filters = state.filters.iter().filter(|(field, filter)| filter.test(**field).is_some()).count();
        if filters > 0 {
            let words = words::counted(filters as i128, "column filter");
            let clear = ui.add(Button::new(words).selected(true)).on_hover_text("Clear the filters of columns");
            if clear.clicked() {
                state.filters.clear();
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.add_space(8.0);
            columns(ui, source, fields, actions);
            bulk::menu(ui, session, source, state, dialog, actions);
            let selected = match subject {
                Subject::Units => session.selection.units.len(),
                Subject::Accounts => session.selection.accounts.len(),
            };
            let text =
                if selected > 1 { format!("{text} · {} selected", words::count(selected as i128)) } else { text };
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(theme::note(ui, text)).truncate());
            });
        });
    });
}

fn toggle(ui: &mut Ui, on: &mut bool, words: &str, about: &str) {
    let response = ui.add(Button::selectable(*on, words));
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, true, *on, format!("Only {}", words.to_lowercase()))
    });
    if response.on_hover_text(about).clicked() {
        *on = !*on;
    }
}

/// The accounts of one segment alone.
fn segments(ui: &mut Ui, session: &Session, state: &mut TableState) {
    let chosen = state.segment.as_deref().unwrap_or("Segment is …");
    let combo = ComboBox::from_id_salt("segment shown").selected_text(chosen).width(110.0).truncate();
    let combo = combo.show_ui(ui, |ui| {
        ui.selectable_value(&mut state.segment, None, "All accounts");
        for segment in session.project.segments.iter() {
            ui.selectable_value(&mut state.segment, Some(segment.name.clone()), &segment.name);
        }
    });
    combo.response.accessible_name("Segment is").on_hover_text("Only the accounts of a segment");
}

/// Which columns are shown.
fn columns(ui: &mut Ui, source: Source, fields: &[Field], actions: &mut Vec<Action>) {
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new("Columns").config(config).ui(ui, |ui| {
        ui.set_min_width(220.0);
        outline_marks(ui);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            if ui.button("New column…").on_hover_text("A column that a formula computes").clicked() {
                actions.push(Action::Columns(ColumnAction::New(source.subject)));
                ui.close();
            }
            ui.separator();
            for field in Field::all(source.project, source.subject) {
                let mut shown = fields.contains(&field);
                if ui.checkbox(&mut shown, source.title(field)).clicked() {
                    let (subject, key) = (source.subject, source.key(field));
                    actions.push(Action::Table(TableAction::ToggleColumn { subject, key }));
                }
            }
        });
    });
}

/// The rows that are selected, ascending, whether they are shown or not.
pub(super) fn selected_rows(session: &Session, subject: Subject) -> Vec<u32> {
    match subject {
        Subject::Units => session.selection.units.iter().map(|unit| unit.0).collect(),
        Subject::Accounts => session.selection.accounts.iter().map(|account| account.0).collect(),
    }
}
