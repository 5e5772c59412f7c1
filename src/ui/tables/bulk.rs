//! Changes of many rows: the menu that names them, and the dialogs for a value and a territory.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{ComboBox, Key, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui};

use super::{TableState, editing, toolbar};
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::session::Session;
use crate::session::tables::TableAction;
use crate::session::tables::field::{Field, Source};
use crate::theme::{self, Tokens};
use crate::ui::widgets::{dialog, primary_button, swatch, take_focus};
use crate::words;

/// Which rows a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    #[default]
    Selected,
    Shown,
}

#[derive(Default)]
pub(super) struct State {
    open: Option<Asked>,
    rows: Vec<u32>,
    field: Option<Field>,
    value: String,
    focused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Value,
    Territory,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn ask(&mut self, what: Asked, rows: Vec<u32>) {
        (self.open, self.rows, self.focused) = (Some(what), rows, false);
        self.value.clear();
    }
}

pub(super) fn menu(
    ui: &mut Ui,
    session: &Session,
    source: Source,
    state: &mut TableState,
    dialog: &mut State,
    actions: &mut Vec<Action>,
) {
    let subject = source.subject;
    let shown = &session.tables.of(subject).rows;
    let selected = match subject {
        Subject::Units => session.selection.units.len(),
        Subject::Accounts => session.selection.accounts.len(),
    };
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = MenuButton::new("Change").config(config).ui(ui, |ui| {
        ui.set_min_width(230.0);
        if selected == 0 {
            state.scope = Scope::Shown;
        }
        ui.horizontal(|ui| {
            let words = format!("{} selected", words::count(selected as i128));
            ui.add_enabled_ui(selected > 0, |ui| ui.selectable_value(&mut state.scope, Scope::Selected, words));
            ui.selectable_value(&mut state.scope, Scope::Shown, format!("{} shown", words::count(shown.len() as i128)));
        });
        ui.separator();
        if let Some(why) = session.fixed() {
            ui.label(RichText::new(why).color(Tokens::of(ui).weak));
            return;
        }
        let rows =
            || if state.scope == Scope::Selected { toolbar::selected_rows(session, subject) } else { shown.to_vec() };
        let item = |ui: &mut Ui, words: &str| {
            let clicked = ui.button(words).clicked();
            if clicked {
                ui.close();
            }
            clicked
        };
        if item(ui, "Set a column…") {
            dialog.ask(Asked::Value, rows());
        }
        let active = session.active;
        if session.plan().territory(active).is_some() {
            let name = words::cut(session.plan().territory_name(active), 30);
            let verb = if subject == Subject::Units { "Assign to" } else { "Give to" };
            if item(ui, &format!("{verb} {name}")) {
                actions.push(give(subject, rows(), active));
            }
        }
        if item(ui, if subject == Subject::Units { "Assign to a territory…" } else { "Give to a territory…" }) {
            dialog.ask(Asked::Territory, rows());
        }
        match subject {
            Subject::Units => {
                if item(ui, "Unassign") {
                    actions.push(give(subject, rows(), TerritoryId::UNASSIGNED));
                }
            }
            Subject::Accounts => {
                let words = format!("Give back to their {}", source.project.units.kind_of_many());
                if item(ui, &words) {
                    let accounts = rows().into_iter().map(AccountId).collect();
                    actions.push(Action::Table(TableAction::Give { accounts, to: None }));
                }
            }
        }
        ui.separator();
        for (words, locked) in [("Lock", true), ("Unlock", false)] {
            if item(ui, words) {
                actions.push(Action::Table(TableAction::Lock { subject, rows: rows(), locked }));
            }
        }
    });
    response.on_hover_text("Change many rows in one step");
}

fn give(subject: Subject, rows: Vec<u32>, to: TerritoryId) -> Action {
    match subject {
        Subject::Units => Action::Assign { units: rows.into_iter().map(UnitId).collect(), to },
        Subject::Accounts => {
            Action::Table(TableAction::Give { accounts: rows.into_iter().map(AccountId).collect(), to: Some(to) })
        }
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, source: Source, state: &mut State, actions: &mut Vec<Action>) {
    let Some(asked) = state.open else { return };
    let many = match source.subject {
        Subject::Units => source.project.units.count_words(state.rows.len()),
        Subject::Accounts => words::counted(state.rows.len() as i128, "account"),
    };
    let response = dialog(ui, "change rows").show(ui.ctx(), |ui| {
        ui.set_width(380.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        match asked {
            Asked::Value => value(ui, source, &many, state, actions),
            Asked::Territory => territory(ui, session, source.subject, &many, state, actions),
        }
    });
    if response.should_close() {
        state.open = None;
    }
}

fn value(ui: &mut Ui, source: Source, many: &str, state: &mut State, actions: &mut Vec<Action>) {
    ui.label(theme::strong(format!("Set a column of {many}")).size(theme::TITLE));
    let all = Field::all(source.project, source.subject);
    let editable: Vec<Field> = all.into_iter().filter(|&field| source.editable(field).is_ok()).collect();
    let mut field = state.field.filter(|field| editable.contains(field)).unwrap_or(Field::Name);
    let response = ComboBox::from_id_salt("column to set").selected_text(source.title(field)).width(220.0).truncate();
    let response = response.show_ui(ui, |ui| {
        for candidate in editable {
            if ui.selectable_label(candidate == field, source.title(candidate)).clicked() {
                field = candidate;
            }
        }
    });
    response.response.accessible_name("Column to set");
    state.field = Some(field);
    let edit = TextEdit::singleline(&mut state.value).desired_width(f32::INFINITY).char_limit(10_000);
    let edit = ui.add(edit.hint_text("Nothing: empties the cells")).accessible_name("New value");
    take_focus(&edit, &mut state.focused);
    let Ok(column) = source.editable(field) else { return };
    let value = editing::read(column, &state.value);
    if let Err(complaint) = value {
        ui.label(RichText::new(complaint).color(Tokens::of(ui).error));
    }
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        let pressed = primary_button(ui, value.is_ok(), &format!("Set for {many}")).clicked();
        if let (true, Ok(value)) = (pressed || enter, value) {
            let (subject, rows) = (source.subject, std::mem::take(&mut state.rows));
            actions.push(Action::Table(TableAction::SetCells { subject, column, rows, value }));
            state.open = None;
        }
        if ui.button("Cancel").clicked() {
            state.open = None;
        }
    });
}

fn territory(
    ui: &mut Ui,
    session: &Session,
    subject: Subject,
    many: &str,
    state: &mut State,
    actions: &mut Vec<Action>,
) {
    let verb = if subject == Subject::Units { "Assign" } else { "Give" };
    ui.label(theme::strong(format!("{verb} {many} to")).size(theme::TITLE));
    let edit = TextEdit::singleline(&mut state.value).desired_width(f32::INFINITY).char_limit(200);
    let edit = ui.add(edit.hint_text("Find a territory")).accessible_name("Find a territory");
    take_focus(&edit, &mut state.focused);
    let wanted = state.value.to_lowercase();
    let plan = session.plan();
    let mut found: Vec<TerritoryId> = plan
        .territories()
        .filter(|(_, territory)| territory.name.to_lowercase().contains(wanted.trim()))
        .map(|(id, _)| id)
        .collect();
    found.sort_by_cached_key(|&id| plan.territory_name(id).to_lowercase());
    let mut chosen = None;
    ScrollArea::vertical().max_height(260.0).auto_shrink([false, true]).show(ui, |ui| {
        for &id in &found {
            let Some(territory) = plan.territory(id) else { continue };
            ui.horizontal(|ui| {
                swatch(ui, territory.colour, 12.0);
                let locked = plan.is_territory_locked(id);
                if ui.add_enabled(!locked, egui::Button::new(&territory.name).frame_when_inactive(false)).clicked() {
                    chosen = Some(id);
                }
            });
        }
    });
    if let ([only], true) = (&found[..], ui.input(|input| input.key_pressed(Key::Enter))) {
        chosen = Some(*only);
    }
    ui.horizontal(|ui| {
        if subject == Subject::Accounts
            && ui.button("Nobody").on_hover_text("Takes them out of every territory, wherever they lie").clicked()
        {
            chosen = Some(TerritoryId::UNASSIGNED);
        }
        if ui.button("Cancel").clicked() {
            state.open = None;
        }
    });
    if let Some(id) = chosen {
        actions.push(give(subject, std::mem::take(&mut state.rows), id));
        state.open = None;
    }
}
