//! The field for a formula: the place of an error is underlined, columns and functions are completed as one types.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::{
    Color32, CompletionPopup, Galley, Id, Key, RectAlign, Response, Stroke, Suggestion, TextBuffer, TextEdit, Ui,
};

use super::editor::Editor;
use crate::domain::columns::Subject;
use crate::domain::formula::{Columns, FUNCTIONS, FormulaError, as_reference};
use crate::session::Session;
use crate::theme::{self, Tokens};

#[derive(Default)]
pub(super) struct State {
    /// What is selected, in letters.
    cursor: Option<Range<usize>>,
    /// To be put in place of what is selected, and how many letters from its end the cursor goes.
    insert: Option<(String, usize)>,
}

impl State {
    /// Puts words where the cursor is.
    pub fn insert(&mut self, words: impl Into<String>, back: usize) {
        self.insert = Some((words.into(), back));
    }
}

/// So many suggestions are shown.
const MOST: usize = 12;
/// Words of the language itself; nothing longer is meant by them.
const OWN_WORDS: [&str; 4] = ["and", "or", "not", "in"];

pub(super) fn show(ui: &mut Ui, session: &Session, editor: &mut Editor, error: Option<&FormulaError>) -> Response {
    let id = Id::unique("formula of the column");
    let mut taken = false;
    if let Some((words, back)) = editor.field.insert.take() {
        put(ui, id, editor, &words, back);
        taken = true;
    }
    let tokens = Tokens::of(ui);
    let wrong = error.map(|error| marked(&editor.order.formula, &error.at));
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| -> Arc<Galley> {
        let job = layout(text.as_str(), wrong.clone(), width, &tokens);
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let inside = is_inside_name(&editor.order.formula, editor.field.cursor.as_ref().map_or(0, |cursor| cursor.end));
    let subject = editor.order.subject;
    let field = TextEdit::multiline(&mut editor.order.formula)
        .font(theme::code())
        .desired_rows(4)
        .desired_width(f32::INFINITY)
        .char_limit(4_000)
        .hint_text("A formula over the columns")
        .layouter(&mut layouter);
    let popup = CompletionPopup::new(id)
        .align(RectAlign::BOTTOM_START)
        .word_boundary(move |letter| if inside { letter == '[' } else { !(letter.is_alphanumeric() || letter == '_') })
        .accept_keys([Key::Enter, Key::Tab]);
    let output = popup.show(ui, field, |query| suggestions(session, subject, query));
    let response = output.text_edit.response.response.clone().accessible_name("Formula");
    if taken {
        response.request_focus();
    }
    if let Some(range) = output.text_edit.cursor_range {
        let range = range.as_sorted_char_range();
        let cursor = Some(range.start.0..range.end.0);
        if editor.field.cursor != cursor {
            editor.field.cursor = cursor;
            // What a word is depends on the brackets around the cursor.
            ui.ctx().request_repaint();
        }
    }
    response
}

/// Puts words in place of what is selected.
fn put(ui: &Ui, id: Id, editor: &mut Editor, words: &str, back: usize) {
    let text = &mut editor.order.formula;
    let letters = text.chars().count();
    let at = editor.field.cursor.clone().unwrap_or(letters..letters);
    let byte = |letter: usize| text.char_indices().nth(letter).map_or(text.len(), |(at, _)| at);
    let (from, to) = (byte(at.start.min(letters)), byte(at.end.min(letters)));
    text.replace_range(from..to, words);
    let cursor = at.start.min(letters) + words.chars().count() - back;
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(cursor))));
    state.store(ui.ctx(), id);
    editor.field.cursor = Some(cursor..cursor);
}

/// Whether the cursor stands in a bracket that holds a column's name.
fn is_inside_name(text: &str, cursor: usize) -> bool {
    let before: String = text.chars().take(cursor).collect();
    before.rfind('[').is_some_and(|open| before.rfind(']').is_none_or(|close| close < open))
}

fn suggestions(session: &Session, subject: Subject, query: &egui::CompletionQuery) -> Vec<Suggestion> {
    let word = query.word.to_lowercase();
    let columns = Columns::of(&session.project, subject);
    let begins = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with(&word)
            || (word.chars().count() >= 2 && name.split_whitespace().any(|part| part.starts_with(&word)))
    };
    if is_inside_name(query.text, query.word_range.end.0) {
        if word.starts_with('[') {
            return Vec::new();
        }
        let names = columns.names().filter(|(name, _)| begins(name)).take(MOST);
        return names
            .map(|(name, source)| {
                let rest = as_reference(name)[1..].to_owned();
                Suggestion::new(rest).content(name.to_owned()).description(columns.kind(source).words())
            })
            .collect();
    }
    let begun = word.chars().count() >= 2 && word.starts_with(char::is_alphabetic);
    if !begun || OWN_WORDS.contains(&word.as_str()) {
        return Vec::new();
    }
    let names = columns.names().filter(|(name, _)| begins(name));
    let names = names.map(|(name, source)| {
        Suggestion::new(as_reference(name)).content(name.to_owned()).description(columns.kind(source).words())
    });
    let functions = FUNCTIONS.iter().filter(|function| function.name.starts_with(&word));
    let functions = functions.map(|function| {
        Suggestion::new(format!("{}(", function.name)).content(function.name).description(function.help)
    });
    names.chain(functions).take(MOST).collect()
}

/// The place of an error; where something is missing at the end, the last letter before.
fn marked(text: &str, at: &Range<usize>) -> Range<usize> {
    let floor = |mut place: usize| {
        place = place.min(text.len());
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        place
    };
    let (from, to) = (floor(at.start), floor(at.end));
    if from < to {
        return from..to;
    }
    match text[from..].chars().next() {
        Some(letter) => from..from + letter.len_utf8(),
        None => text[..from].char_indices().next_back().map_or(0..0, |(last, _)| last..from),
    }
}

fn layout(text: &str, wrong: Option<Range<usize>>, width: f32, tokens: &Tokens) -> LayoutJob {
    let format = |wrong: bool| TextFormat {
        font_id: theme::code(),
        color: if wrong { tokens.error } else { tokens.text },
        underline: if wrong { Stroke::new(1.5, tokens.error) } else { Stroke::NONE },
        background: Color32::TRANSPARENT,
        ..TextFormat::default()
    };
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let fits = |wrong: &Range<usize>| {
        wrong.end <= text.len() && text.is_char_boundary(wrong.start) && text.is_char_boundary(wrong.end)
    };
    match wrong.filter(fits) {
        Some(wrong) => {
            job.append(&text[..wrong.start], 0.0, format(false));
            job.append(&text[wrong.clone()], 0.0, format(true));
            job.append(&text[wrong.end..], 0.0, format(false));
        }
        None => job.append(text, 0.0, format(false)),
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_error_is_always_a_place_in_the_text() {
        assert_eq!(marked("a + ", &(4..4)), 3..4);
        assert_eq!(marked("é +", &(0..2)), 0..2);
        assert_eq!(marked("é", &(1..1)), 0..2);
        assert_eq!(marked("", &(0..9)), 0..0);
        assert_eq!(marked("ab", &(0..0)), 0..1);
    }

    #[test]
    fn a_name_in_brackets_is_one_word() {
        assert!(is_inside_name("1 + [Annual Re", 14));
        assert!(!is_inside_name("1 + [Annual Revenue]", 20));
        assert!(!is_inside_name("rou", 3));
    }
}
