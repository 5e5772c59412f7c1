//! The keyboard in a table: it moves the cell it is at, selects, edits and copies.

use egui::{Event, EventFilter, Id, Key, Modifiers, Ui};

use super::editing::Editing;
use super::{TableState, is_selected, range, select};
use crate::action::{Action, Command, SelectHow};
use crate::session::Session;
use crate::session::tables::TableAction;
use crate::session::tables::field::{Field, Source};
use crate::theme::ROW_HEIGHT;

#[expect(clippy::too_many_arguments)]
pub(super) fn take(
    ui: &mut Ui,
    session: &Session,
    source: Source,
    fields: &[Field],
    rows: &[u32],
    state: &mut TableState,
    id: Id,
    actions: &mut Vec<Action>,
) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let page = ((ui.available_height() - 26.0) / ROW_HEIGHT).floor().max(2.0) as i64 - 1;
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::A) {
        actions.push(select(source.subject, rows.to_vec(), SelectHow::Replace, state.cursor.map(|cursor| cursor.0)));
    }
    let redo = pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y);
    if redo {
        actions.push(Action::Run(Command::Redo));
    } else if pressed(Modifiers::COMMAND, Key::Z) {
        actions.push(Action::Run(Command::Undo));
    }
    if pressed(Modifiers::NONE, Key::F2) || pressed(Modifiers::NONE, Key::Enter) {
        if let Some((row, field)) = state.cursor {
            match Editing::begin(session, source, row, field) {
                Ok(editing) => state.editing = Some(editing),
                Err(why) => actions.push(Action::Refuse(why)),
            }
        }
        return;
    }
    let copies = pressed(Modifiers::COMMAND, Key::C);
    let keys = [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::PageDown, page),
        (Key::PageUp, -page),
        (Key::Home, i64::MIN / 2),
        (Key::End, i64::MAX / 2),
    ];
    // A slow frame may have several strokes of a key in it.
    let strokes =
        |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key)) as i64;
    let mut by = None;
    for (key, step) in keys {
        // With Shift first: a key without modifiers is met with Shift held, too.
        let extending = strokes(Modifiers::SHIFT, key);
        let plain = strokes(Modifiers::NONE, key);
        if extending + plain > 0 {
            by = Some((step.saturating_mul(extending + plain), extending > 0));
        }
    }
    let sideways = strokes(Modifiers::NONE, Key::ArrowRight) - strokes(Modifiers::NONE, Key::ArrowLeft);
    if copies || ui.input(|input| input.events.contains(&Event::Copy)) {
        copy(session, source, fields, rows, actions);
    }
    let Some(last) = rows.len().checked_sub(1) else { return };
    let (row, field) = state.cursor.unwrap_or((rows[0], fields[0]));
    if sideways != 0 {
        let at = fields.iter().position(|&shown| shown == field).unwrap_or(0) as i64;
        let to = (at + sideways).clamp(0, fields.len() as i64 - 1) as usize;
        (state.cursor, state.scroll_to) = (Some((row, fields[to])), Some(row));
    }
    if let Some((step, extends)) = by {
        let at = rows.iter().position(|&shown| shown == row);
        let to = at.map_or(0, |at| (at as i64).saturating_add(step).clamp(0, last as i64) as usize);
        let row = rows[to];
        let anchor = if extends { state.anchor.unwrap_or(row) } else { row };
        (state.cursor, state.anchor, state.scroll_to) = (Some((row, field)), Some(anchor), Some(row));
        actions.push(select(source.subject, range(rows, anchor, row), SelectHow::Replace, Some(row)));
    }
}

/// The selected rows as they are shown; those that are filtered out are not copied.
pub(super) fn copy(session: &Session, source: Source, fields: &[Field], rows: &[u32], actions: &mut Vec<Action>) {
    let chosen: Vec<u32> = rows.iter().copied().filter(|&row| is_selected(session, source.subject, row)).collect();
    if chosen.is_empty() {
        actions.push(Action::Refuse("Select the rows to copy first".to_owned()));
        return;
    }
    actions.push(Action::Table(TableAction::Copy { subject: source.subject, rows: chosen, fields: fields.to_vec() }));
}
