//! The field in a cell that is being edited.

use egui::{Area, Frame, Id, Key, Order, Rect, RichText, TextEdit, Ui, vec2};

use crate::action::Action;
use crate::domain::cells::{Cell, CellColumn, cell};
use crate::domain::columns::MAX_VALUE;
use crate::session::Session;
use crate::session::tables::TableAction;
use crate::session::tables::field::{Field, Source};
use crate::theme::Tokens;
use crate::words;

/// A value being typed.
#[derive(Debug, Clone)]
pub(super) struct Editing {
    pub row: u32,
    pub field: Field,
    column: CellColumn,
    text: String,
    had_focus: bool,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Not,
    /// By the keyboard, which goes back to the table.
    Left,
    /// By a click elsewhere.
    Lost,
}

/// The text of a value in full, as it can be typed.
pub(super) fn typed(value: &Cell) -> String {
    match value {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.map_or(String::new(), |number| number.to_string()),
    }
}

/// What was typed as a value of a column; says what is wrong with it.
pub(super) fn read(column: CellColumn, text: &str) -> Result<Cell, &'static str> {
    let text = text.trim();
    if !matches!(column, CellColumn::Measure(_)) {
        return Ok(Cell::Text(text.to_owned()));
    }
    if text.is_empty() {
        return Ok(Cell::Number(None));
    }
    match words::read_number(text) {
        Some(number) if number.abs() <= MAX_VALUE => Ok(Cell::Number(Some(number))),
        Some(_) => Err("The number is too large"),
        None => Err("Write a number such as 1,234.5, or nothing"),
    }
}

impl Editing {
    /// Begins to edit a cell; says why it cannot be.
    pub fn begin(session: &Session, source: Source, row: u32, field: Field) -> Result<Self, String> {
        if let Some(why) = session.fixed() {
            return Err(why.to_owned());
        }
        let column = source.editable(field)?;
        let value = cell(source.project, source.subject, column, row as usize).ok_or("There is no such cell")?;
        Ok(Self { row, field, column, text: typed(&value), had_focus: false })
    }

    pub fn show(&mut self, ui: &mut Ui, rect: Rect, source: Source, actions: &mut Vec<Action>) -> Ended {
        let tokens = Tokens::of(ui);
        let of = source.names().get(self.row as usize).map_or("", String::as_str);
        let name = format!("{} of {of}", source.title(self.field));
        let value = read(self.column, &self.text);
        let right = self.field.is_number();
        let align = if right { egui::Align2::RIGHT_CENTER } else { egui::Align2::LEFT_CENTER };
        let mut field = TextEdit::singleline(&mut self.text)
            .id(Id::unique("cell being edited"))
            .margin(vec2(6.0, 4.0))
            .char_limit(10_000)
            .align(align);
        if value.is_err() {
            field = field.text_color(tokens.error);
        }
        let response = ui.put(rect.shrink(1.0), field).accessible_name(name);
        if !self.had_focus {
            response.request_focus();
            self.had_focus = response.has_focus();
            select_all(ui, response.id, self.text.chars().count());
            ui.ctx().request_repaint();
            return Ended::Not;
        }
        if let Err(complaint) = value {
            let place = rect.left_bottom() + vec2(0.0, 2.0);
            Area::new(Id::unique("what is wrong with the cell")).order(Order::Tooltip).fixed_pos(place).show(
                ui.ctx(),
                |ui| {
                    Frame::popup(ui.style()).show(ui, |ui| ui.label(RichText::new(complaint).color(tokens.error)));
                },
            );
        }
        if response.has_focus() {
            return Ended::Not;
        }
        let (escape, enter) = ui.input(|input| (input.key_pressed(Key::Escape), input.key_pressed(Key::Enter)));
        let by_key = escape || enter;
        match read(self.column, &self.text) {
            _ if escape => {}
            // Enter on something unusable: the field keeps the keyboard.
            Err(_) if enter => {
                self.had_focus = false;
                return Ended::Not;
            }
            Err(complaint) => actions.push(Action::Refuse(format!("Not changed. {complaint}"))),
            Ok(value) => {
                if cell(source.project, source.subject, self.column, self.row as usize).as_ref() != Some(&value) {
                    let (subject, column, rows) = (source.subject, self.column, vec![self.row]);
                    actions.push(Action::Table(TableAction::SetCells { subject, column, rows, value }));
                }
            }
        }
        if by_key { Ended::Left } else { Ended::Lost }
    }
}

/// What is typed first takes the place of the value.
fn select_all(ui: &Ui, id: Id, letters: usize) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let range = egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(letters));
    state.cursor.set_char_range(Some(range));
    state.store(ui.ctx(), id);
}
