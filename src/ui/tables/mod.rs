//! The tables of units and accounts: virtual rows that are one with the selection on the map, sorted and filtered by any column, whose
//! cells can be edited.

mod bulk;
mod cells;
mod editing;
mod header;
mod keys;
mod toolbar;

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Id, Sense, Ui};
use egui_table::{Column, HeaderRow, Table};

use super::widgets::{empty_state, primary_button};
use crate::action::{Action, Command, SelectHow};
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, UnitId};
use crate::session::tables::field::{Field, Source};
use crate::session::tables::{How, TableAction, Wish, row_count};
use crate::session::{Selection, Session};

/// What the two tables and their dialog remember for themselves.
#[derive(Default)]
pub struct State {
    units: TableState,
    accounts: TableState,
    bulk: bulk::State,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.bulk.is_open()
    }
}

/// What one table remembers.
#[derive(Default)]
pub(super) struct TableState {
    words: String,
    filters: BTreeMap<Field, header::Filter>,
    unassigned: bool,
    named: bool,
    locked: bool,
    /// The accounts of this segment alone.
    segment: Option<String>,
    only_selected: bool,
    /// The selection that the rows are limited to.
    only: Option<Arc<Selection>>,
    sort: Option<(Field, bool)>,
    /// The cell that the keyboard is at.
    cursor: Option<(u32, Field)>,
    /// Where a range of rows begins.
    anchor: Option<u32>,
    editing: Option<editing::Editing>,
    /// The table had the keyboard in the last frame.
    had_focus: bool,
    /// The row that was selected last; one selected on the map is scrolled to, once.
    lead: Option<u32>,
    /// To be scrolled to when it is known where it is.
    scroll_to: Option<u32>,
    /// The rows the next change is about.
    scope: bulk::Scope,
}

pub fn show(ui: &mut Ui, session: &Session, subject: Subject, state: &mut State, actions: &mut Vec<Action>) {
    if row_count(session, subject) == 0 {
        empty(ui, session, subject, actions);
        return;
    }
    let State { units, accounts, bulk } = state;
    let table = if subject == Subject::Units { units } else { accounts };
    let source = Source {
        project: &session.project,
        plan: session.shown_plan(),
        loads: session.shown_totals().table(),
        subject,
    };
    let fields = fields(session, source, table.named);
    toolbar::show(ui, session, source, &fields, table, bulk, actions);
    ask_for_rows(session, subject, table, actions);
    let rows = Arc::clone(&session.tables.of(subject).rows);
    follow_selection(session, subject, table);

    let name = if subject == Subject::Units { "units" } else { "accounts" };
    let id = Id::unique(("table", name));
    let around = ui.interact(ui.available_rect_before_wrap(), id, Sense::focusable_noninteractive());
    around.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Table, true, format!("Table of {name}")));
    let focused = around.has_focus();
    if focused && !std::mem::replace(&mut table.had_focus, focused) {
        // Arrow keys are the table's own from the frame after the one in which it has got the keyboard.
        ui.ctx().request_repaint();
    }
    table.had_focus = focused;
    let edits = table.editing.is_some();
    if focused && !edits {
        keys::take(ui, session, source, &fields, &rows, table, id, actions);
    }

    let columns: Vec<Column> = fields
        .iter()
        .map(|&field| {
            Column::new(width_of(source, field)).range(48.0..=600.0).id(Id::unique((name, source.key(field))))
        })
        .collect();
    let mut drawn = Table::new()
        .id_salt(name)
        .num_rows(rows.len() as u64)
        .columns(columns)
        .num_sticky_cols(2.min(fields.len()))
        .headers([HeaderRow::new(26.0)]);
    if let Some(row) = table.scroll_to.take()
        && let Some(at) = rows.iter().position(|&shown| shown == row)
    {
        drawn = drawn.scroll_to_row(at as u64, None);
        if let Some((_, field)) = table.cursor
            && let Some(column) = fields.iter().position(|&shown| shown == field).filter(|&column| column >= 2)
        {
            drawn = drawn.scroll_to_column(column, None);
        }
    }
    let pointed = ui.input(|input| input.pointer.hover_pos()).filter(|_| around.contains_pointer()).map(|at| at.y);
    let mut delegate = cells::Delegate::new(session, source, &fields, &rows, table, actions);
    (delegate.focused, delegate.pointed) = (focused, pointed);
    drawn.show(ui, &mut delegate);
    if delegate.wants_focus {
        ui.memory_mut(|memory| memory.request_focus(id));
        ui.ctx().request_repaint();
    }
    bulk::show(ui, session, source, bulk, actions);
}

fn empty(ui: &mut Ui, session: &Session, subject: Subject, actions: &mut Vec<Action>) {
    let (icon, title, text, words, command) = match subject {
        Subject::Accounts => (
            egui_material_icons::icons::ICON_STORE,
            "No accounts yet",
            "Drop a CSV file or a workbook of customers and prospects here, or choose one",
            "Import accounts…",
            Command::ImportAccounts,
        ),
        Subject::Units => (
            egui_material_icons::icons::ICON_MAP,
            "No units yet",
            "Drop a layer of ZIP areas or counties here, or choose one",
            "Import units…",
            Command::ImportUnits,
        ),
    };
    empty_state(ui, icon, title, text, |ui| {
        if primary_button(ui, session.read_only_words().is_none(), words).clicked() {
            actions.push(Action::Run(command));
        }
    });
}

/// The columns that are shown. Among named accounts the territory of the unit stands beside the owner.
fn fields(session: &Session, source: Source, named: bool) -> Vec<Field> {
    let toggled = session.view.columns.get(&source.subject);
    let is_shown = |field: &Field| {
        let turned = toggled.is_some_and(|keys| keys.contains(&source.key(*field)));
        field.is_shown_at_first() != turned || (named && *field == Field::UnitTerritory)
    };
    let mut shown: Vec<Field> = Field::all(source.project, source.subject).into_iter().filter(is_shown).collect();
    if shown.is_empty() {
        shown.push(Field::Code);
    }
    shown
}

/// Asks for the rows, where those there are were made of something else.
fn ask_for_rows(session: &Session, subject: Subject, state: &mut TableState, actions: &mut Vec<Action>) {
    if !state.only_selected {
        state.only = None;
    } else if state.only.as_deref() != Some(&session.selection) {
        state.only = Some(Arc::new(session.selection.clone()));
    }
    let segments = &session.project.segments;
    state.segment.take_if(|name| !segments.iter().any(|segment| segment.name == *name));
    let words = state.words.to_lowercase();
    let tests = state.filters.iter().filter_map(|(&field, filter)| Some((field, filter.test(field)?)));
    let wish = Wish {
        words: words.split_whitespace().map(str::to_owned).collect(),
        tests: tests.collect(),
        unassigned: state.unassigned,
        named: state.named,
        locked: state.locked,
        segment: state.segment.clone(),
        only: state.only.clone(),
        sort: state.sort,
        ..Wish::all(subject)
    };
    let wish = wish.now(session);
    if session.tables.lacks(&wish) {
        actions.push(Action::Table(TableAction::Order(Box::new(wish))));
    }
}

/// What was selected on the map is scrolled to.
fn follow_selection(session: &Session, subject: Subject, state: &mut TableState) {
    let lead = match subject {
        Subject::Units => session.selection.units.first().map(|unit| unit.0),
        Subject::Accounts => session.selection.account.map(|account| account.0),
    };
    if lead == state.lead {
        return;
    }
    state.lead = lead;
    let Some(row) = lead else { return };
    if is_selected(session, subject, state.cursor.map_or(row, |cursor| cursor.0)) && state.cursor.is_some() {
        return;
    }
    let field = state.cursor.map_or(Field::Name, |cursor| cursor.1);
    (state.cursor, state.anchor, state.scroll_to) = (Some((row, field)), Some(row), Some(row));
}

fn is_selected(session: &Session, subject: Subject, row: u32) -> bool {
    match subject {
        Subject::Units => session.selection.units.contains(&UnitId(row)),
        Subject::Accounts => session.selection.accounts.contains(&AccountId(row)),
    }
}

/// Selects rows here and on the map.
fn select(subject: Subject, rows: Vec<u32>, how: SelectHow, lead: Option<u32>) -> Action {
    match subject {
        Subject::Units => Action::SelectUnits { units: rows.into_iter().map(UnitId).collect(), how },
        Subject::Accounts => {
            let how = match how {
                SelectHow::Replace => How::Replace,
                SelectHow::Add => How::Add,
                SelectHow::Toggle => How::Toggle,
            };
            let accounts = rows.into_iter().map(AccountId).collect();
            Action::Table(TableAction::SelectAccounts { accounts, how, lead: lead.map(AccountId) })
        }
    }
}

/// The rows from one to another, as they are shown.
fn range(rows: &[u32], from: u32, to: u32) -> Vec<u32> {
    let at = |row: u32| rows.iter().position(|&shown| shown == row);
    match (at(from), at(to)) {
        (Some(from), Some(to)) => rows[from.min(to)..=from.max(to)].to_vec(),
        _ => vec![to],
    }
}

/// Shows a row on the map.
fn show_on_map(source: Source, row: u32) -> Option<Action> {
    match source.subject {
        Subject::Units => Some(Action::FitUnits(vec![UnitId(row)])),
        Subject::Accounts => {
            let place = *source.project.accounts.places.get(row as usize)?;
            place.is_valid().then_some(Action::ShowPlace { place, zoom: 11.0 })
        }
    }
}

/// What a column is wide at first.
fn width_of(source: Source, field: Field) -> f32 {
    // Wide enough for most titles; eight points a letter are plenty.
    let title = || (source.title(field).chars().count() + source.unit(field).chars().count()) as f32;
    match field {
        Field::Name => 210.0,
        Field::Territory | Field::UnitTerritory | Field::Rep => 150.0,
        Field::Code | Field::Unit | Field::Accounts | Field::Named | Field::Locked => 88.0,
        Field::Area | Field::Longitude | Field::Latitude | Field::Placed | Field::Precision => 100.0,
        Field::Attribute(_) | Field::Measure(_) => (title() * 8.0 + 36.0).clamp(88.0, 190.0).round(),
    }
}
