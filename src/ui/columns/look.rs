//! What a formula gives: its first rows beside what went into them, all values at a glance, the rows with an error.

use egui::{Align, Color32, Grid, Label, Layout, RichText, Ui};

use super::editor::Editor;
use crate::action::Action;
use crate::domain::cells::Cell;
use crate::domain::computed::{Figures, Preview};
use crate::domain::formula::{FormulaError, Kind};
use crate::session::Session;
use crate::session::columns::{ColumnAction, FormulaLook};
use crate::theme::{self, Tokens};
use crate::words;

/// So many columns that went in are shown; a formula may name more.
const MOST_INPUTS: usize = 4;

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    editor: &Editor,
    found: &Result<Kind, FormulaError>,
    actions: &mut Vec<Action>,
) {
    let Some(FormulaLook { of, found: Ok(preview) }) = &editor.look else {
        ui.label(theme::note(ui, "What the formula gives is shown here"));
        return;
    };
    // What was found of an older formula is dimmed until the newer one is worked out.
    let current = found.is_ok() && of.formula == editor.order.formula && of.subject == editor.order.subject;
    ui.scope(|ui| {
        if !current {
            ui.set_opacity(0.5);
        }
        counts(ui, preview);
        figures(ui, preview);
        first(ui, session, editor, preview);
        worst(ui, session, editor, preview, actions);
    });
}

fn counts(ui: &mut Ui, preview: &Preview) {
    let count = |count: usize| words::count(count as i128);
    let known = preview.rows - preview.missing;
    let mut text = format!("{} of {} rows have a value", count(known), count(preview.rows));
    if preview.errors > 0 {
        text.push_str(&format!(", {} have an error", count(preview.errors)));
    }
    ui.label(text);
}

fn figures(ui: &mut Ui, preview: &Preview) {
    let text = match &preview.figures {
        Figures::Nothing => return,
        Figures::Numbers { min, mean, max, sum } => format!(
            "from {} to {} · mean {} · sum {}",
            words::in_cell(*min),
            words::in_cell(*max),
            words::in_cell(*mean),
            words::in_cell(*sum)
        ),
        Figures::Words { commonest, others } => {
            let one =
                |(word, rows): &(String, usize)| format!("{} {}", words::cut(word, 24), words::count(*rows as i128));
            let mut list: Vec<String> = commonest.iter().map(one).collect();
            if *others > 0 {
                list.push(format!("{} more", words::count(*others as i128)));
            }
            list.join(" · ")
        }
    };
    ui.label(theme::note(ui, text));
}

fn first(ui: &mut Ui, session: &Session, editor: &Editor, preview: &Preview) {
    if preview.first.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    let inputs = preview.inputs.len().min(MOST_INPUTS);
    Grid::new("first rows").num_columns(inputs + 3).spacing([16.0, 3.0]).show(ui, |ui| {
        // A head stands over its values: on the right over figures.
        let head = |ui: &mut Ui, text: &str, below: Option<&Cell>| {
            let text = theme::note(ui, words::cut(text, 22));
            aligned(ui, matches!(below, Some(Cell::Number(_))), text);
        };
        head(ui, "", None);
        let first = preview.first.first();
        for (at, name) in preview.inputs[..inputs].iter().enumerate() {
            head(ui, name, first.and_then(|row| row.inputs.get(at)));
        }
        let name = editor.order.name.trim();
        head(ui, if name.is_empty() { "Result" } else { name }, first.map(|row| &row.value));
        // The last column of a grid takes the room that is left: an empty one, or figures would go to its far end.
        ui.label("");
        ui.end_row();
        for row in &preview.first {
            ui.label(RichText::new(words::cut(name_of(session, editor, row.row), 22)).color(tokens.weak));
            for cell in &row.inputs[..inputs] {
                show_cell(ui, cell, tokens.weak);
            }
            show_cell(ui, &row.value, tokens.text);
            ui.end_row();
        }
    });
}

fn show_cell(ui: &mut Ui, cell: &Cell, colour: Color32) {
    aligned(ui, matches!(cell, Cell::Number(_)), RichText::new(cell_words(cell)).color(colour));
}

fn aligned(ui: &mut Ui, right: bool, text: RichText) {
    match right {
        true => ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text)).inner,
        false => ui.label(text),
    };
}

fn cell_words(cell: &Cell) -> String {
    match cell {
        Cell::Number(Some(number)) => words::in_cell(*number),
        Cell::Number(None) => "–".to_owned(),
        Cell::Text(text) if text.is_empty() => "–".to_owned(),
        Cell::Text(text) => words::cut(text, 24),
    }
}

fn name_of<'a>(session: &'a Session, editor: &Editor, row: u32) -> &'a str {
    let names = match editor.order.subject {
        crate::domain::columns::Subject::Units => &session.project.units.names,
        crate::domain::columns::Subject::Accounts => &session.project.accounts.names,
    };
    names.get(row as usize).map_or("", String::as_str)
}

fn worst(ui: &mut Ui, session: &Session, editor: &Editor, preview: &Preview, actions: &mut Vec<Action>) {
    if preview.worst.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    ui.add_space(4.0);
    ui.label(theme::note(ui, "Rows with an error; their values are missing"));
    for (row, code, fault) in &preview.worst {
        let name = name_of(session, editor, *row);
        let text = format!("{}: {}", if name.is_empty() { code } else { name }, fault.words());
        if ui.link(RichText::new(text).color(tokens.warning)).on_hover_text("Show it").clicked() {
            actions.push(Action::Columns(ColumnAction::ShowRows(editor.order.subject, vec![*row])));
        }
    }
    if preview.errors > preview.worst.len() {
        let more = words::count((preview.errors - preview.worst.len()) as i128);
        ui.add(Label::new(theme::note(ui, format!("and {more} more"))));
    }
}
