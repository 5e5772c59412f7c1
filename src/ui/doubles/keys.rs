//! The keyboard in the list of doubles: it goes from group to group and decides.

use egui::{EventFilter, Id, Key, Modifiers, Ui};

use super::{Decision, State};
use crate::action::{Action, Command};

pub(super) fn take(ui: &Ui, state: &mut State, id: Id, actions: &mut Vec<Action>) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let strokes = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
    // The list has no undo of its own.
    if strokes(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) > 0 {
        actions.push(Action::Run(Command::Redo));
    } else if strokes(Modifiers::COMMAND, Key::Z) > 0 {
        actions.push(Action::Run(Command::Undo));
    }
    let pressed = |key: Key| strokes(Modifiers::NONE, key);
    let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
    if down + up > 0 {
        state.go((state.at + down).saturating_sub(up));
    }
    let sideways = pressed(Key::ArrowRight) as i64 - pressed(Key::ArrowLeft) as i64;
    if let Some(item) = state.items.get_mut(state.at).filter(|_| sideways != 0) {
        let accounts = &item.group.accounts;
        let at = accounts.iter().position(|&account| account == item.keep).unwrap_or(0) as i64;
        item.keep = accounts[(at + sideways).clamp(0, accounts.len() as i64 - 1) as usize];
    }
    for _ in 0..pressed(Key::Enter) {
        state.decide(Decision::Merge, actions);
    }
    for _ in 0..pressed(Key::N) {
        state.decide(Decision::NoDouble, actions);
    }
}
