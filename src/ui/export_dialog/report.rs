//! What the files for a CRM would hold: creates, changes, deletes, and what is missing.

use std::collections::BTreeMap;

use egui::{RichText, ScrollArea, Ui};

use super::lists::Looked;
use crate::jobs::spec::{Listed, ListedFile};
use crate::theme::Tokens;
use crate::words;

/// What the dialog takes above the line for the path, so that its tabs stay where they are.
const UP_TO_PATH: f32 = 418.0;
const LEAST: f32 = 110.0;
/// Longer words are shown on hovering.
const MOST_LETTERS: usize = 200;

pub fn show(ui: &mut Ui, looked: Option<&Looked>, wanted: bool) {
    let tokens = Tokens::of(ui);
    let height = (UP_TO_PATH - (ui.cursor().top() - ui.min_rect().top())).max(LEAST);
    ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
        ui.set_min_height(height);
        ui.spacing_mut().item_spacing.y = 4.0;
        match looked {
            _ if !wanted => drop(ui.label(RichText::new("Choose what to compare with").color(tokens.weak))),
            None => drop(ui.label(RichText::new("Looking at what changes…").color(tokens.weak))),
            Some(Err(why)) => drop(ui.label(RichText::new(why).color(tokens.error))),
            Some(Ok((listed, said))) => list(ui, listed, said),
        }
    });
}

fn list(ui: &mut Ui, listed: &Listed, said: &[String]) {
    let tokens = Tokens::of(ui);
    ScrollArea::vertical().id_salt("report").auto_shrink([false, true]).show(ui, |ui| {
        let mut say = |words: String, colour: egui::Color32| {
            let label = ui.label(RichText::new(words::cut(&words, MOST_LETTERS)).color(colour));
            if words.chars().count() > MOST_LETTERS {
                label.on_hover_text(words);
            }
        };
        if listed.files.iter().all(|file| file.operation.is_empty() && !is_list(file)) {
            say("Nothing changes".into(), tokens.text);
        }
        for file in listed.files.iter().filter(|file| !file.operation.is_empty() || is_list(file)) {
            say(words_of(file), tokens.text);
        }
        for words in missing(listed) {
            say(words::capital(&words), tokens.warning);
        }
        for note in &listed.notes {
            say(note.clone(), tokens.text);
        }
        for note in said {
            say(words::capital(note), tokens.weak);
        }
    });
}

fn is_list(file: &ListedFile) -> bool {
    file.name.is_empty()
}

/// "Territory2: 12 to insert".
fn words_of(file: &ListedFile) -> String {
    let count = words::count(file.rows as i128);
    match file.operation {
        "" if file.rows == 0 => "No account changes hands".into(),
        "" if file.rows == 1 => "1 account changes hands".into(),
        "" => format!("{count} accounts change hands"),
        "find" => format!("{}: {count} to take away, whose Ids are not known", file.object),
        operation => format!("{}: {count} to {operation}", file.object),
    }
}

/// What is missing: one line for each cause, with the first that it is about.
fn missing(listed: &Listed) -> Vec<String> {
    let mut causes: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    for missing in &listed.missing {
        let name = if missing.name.is_empty() { &missing.code } else { &missing.name };
        causes.entry((missing.what, &missing.why)).or_insert((0, name)).0 += 1;
    }
    let words = |((what, why), (count, name)): ((&str, &str), (usize, &str))| {
        let name = words::cut(name, 40);
        match (count, what) {
            (1, _) => format!("{what} {name}: {why}"),
            (_, "territory") => format!("{} ({name} …): {why}", words::counted_territories(count)),
            _ => format!("{} ({name} …): {why}", words::counted(count as i128, what)),
        }
    };
    causes.into_iter().map(words).collect()
}
