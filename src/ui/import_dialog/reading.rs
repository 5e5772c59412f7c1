//! How a file is read: what was found out, and what may be chosen instead.

use egui::{ComboBox, TextEdit, Ui};

use crate::io::options::{DateOrder, DecimalMark, ENCODINGS, ReadOptions};
use crate::jobs::spec::{ImportPreview, PeekOrder, PresetWish};
use crate::theme;

/// Header rows that can be chosen.
const HEADER_ROWS: u64 = 20;
/// First characters that can be chosen.
const CHARACTERS: usize = 10;

/// What is being typed.
#[derive(Default)]
pub(super) struct State {
    /// The number of a coordinate system, while it differs from what the file was read with.
    epsg: Option<String>,
}

/// A line of choices, those that apply to the file. Returns how the file shall be looked at anew when one was made.
pub(super) fn show(ui: &mut Ui, state: &mut State, preview: &ImportPreview) -> Option<PeekOrder> {
    let found = &preview.found;
    let mut read = preview.read.clone();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if !found.parts.is_empty() {
            let parts = found.parts.iter().map(|part| (Some(part.clone()), part.clone()));
            let label = if found.system.is_some() { "Layer" } else { "Sheet" };
            choice(ui, label, &mut read.part, &found.part, parts, 150.0);
        }
        if let Some(system) = &found.system {
            coordinates(ui, state, &mut read.epsg, system);
        }
        if preview.what.is_of_areas() {
            dissolve(ui, preview, &mut read);
        }
        if let Some(row) = found.header_row {
            let words = |row: u64| if row == 0 { "none".to_owned() } else { format!("row {row}") };
            let rows = (0..=HEADER_ROWS).map(|row| (Some(row), words(row)));
            choice(ui, "Header", &mut read.header_row, &words(row), rows, 76.0);
        }
        if let Some(delimiter) = found.delimiter {
            let all = [b',', b';', b'\t', b'|'].map(|delimiter| (Some(delimiter), delimiter_words(delimiter)));
            choice(ui, "Separated by", &mut read.delimiter, &delimiter_words(delimiter), all, 104.0);
        }
        if let Some(encoding) = &found.encoding {
            let all = ENCODINGS.map(|(name, words)| (Some(name.to_owned()), words.to_owned()));
            let known = ENCODINGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(encoding));
            choice(ui, "Encoding", &mut read.encoding, known.map_or(encoding, |(_, words)| words), all, 150.0);
        }
        if let Some(mark) = found.decimal_mark {
            let words = |mark| if mark == DecimalMark::Comma { "1.234,5".to_owned() } else { "1,234.5".to_owned() };
            let all = [DecimalMark::Point, DecimalMark::Comma].map(|mark| (Some(mark), words(mark)));
            choice(ui, "Numbers", &mut read.decimal_mark, &words(mark), all, 84.0);
        }
        if let Some(order) = found.date_order {
            let words = |order| match order {
                DateOrder::DayMonthYear => "31.12.2026".to_owned(),
                DateOrder::MonthDayYear => "12/31/2026".to_owned(),
                DateOrder::YearMonthDay => "2026-12-31".to_owned(),
            };
            let all = DateOrder::ALL.map(|order| (Some(order), words(order)));
            choice(ui, "Dates", &mut read.date_order, &words(order), all, 104.0);
        }
    });
    let other_sheet = read.part != preview.read.part;
    if read == preview.read {
        return None;
    }
    if other_sheet {
        // What was said of the other sheet does not hold for this one.
        read = ReadOptions { part: read.part, epsg: read.epsg, ..ReadOptions::default() };
    }
    let preset = match (&preview.preset, other_sheet) {
        (Some(name), false) => PresetWish::Named(name.clone()),
        (None, false) => PresetWish::Guess,
        (_, true) => PresetWish::Fitting,
    };
    Some(PeekOrder { path: preview.path.clone(), what: preview.what, read, preset, any: false })
}

/// The number of the coordinate system, where what the file says is not right or it says nothing.
pub(super) fn coordinates(ui: &mut Ui, state: &mut State, epsg: &mut Option<u32>, system: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(theme::note(ui, "EPSG"));
        let said = epsg.map(|code| code.to_string()).unwrap_or_default();
        let mut text = state.epsg.clone().unwrap_or_else(|| said.clone());
        let edit = TextEdit::singleline(&mut text).hint_text("find out").desired_width(64.0).char_limit(6);
        let response = ui.add(edit).accessible_name("EPSG number of the coordinate system");
        let response = response.on_hover_text(format!(
            "The coordinates of the file: {system}. Where that is wrong, type the number of the right system in the EPSG registry, 4326 for longitude and latitude"
        ));
        if response.changed() {
            text.retain(|character| character.is_ascii_digit());
            state.epsg = Some(text.clone());
        }
        if response.lost_focus() {
            if text != said {
                *epsg = text.parse().ok();
            }
            state.epsg = None;
        }
    });
    ui.add_space(4.0);
}

/// By which column areas are put together, and how much of its values counts.
fn dissolve(ui: &mut Ui, preview: &ImportPreview, read: &mut ReadOptions) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(theme::note(ui, "Dissolve by"));
        let shown = match (&read.dissolve, read.dissolve_prefix) {
            (Some(column), _) => column.as_str(),
            (None, Some(_)) => "the code",
            (None, None) => "nothing",
        };
        let mut chosen = read.dissolve.clone();
        let before = chosen.clone();
        ComboBox::from_id_salt("dissolve")
            .selected_text(shown)
            .width(130.0)
            .truncate()
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, "nothing");
                for column in &preview.columns {
                    ui.selectable_value(&mut chosen, Some(column.name.clone()), &column.name);
                }
            })
            .response
            .accessible_name("Dissolve by")
            .on_hover_text(
                "Areas with the same value in this column become one unit: numbers are added up, means weighted",
            );
        if chosen != before {
            read.dissolve_prefix = read.dissolve_prefix.filter(|_| chosen.is_some());
            read.dissolve = chosen;
        }
        if read.dissolve.is_some() || read.dissolve_prefix.is_some() {
            let words = |characters: Option<usize>| match characters {
                None => "whole values".to_owned(),
                Some(1) => "first character".to_owned(),
                Some(characters) => format!("first {characters} characters"),
            };
            ComboBox::from_id_salt("characters")
                .selected_text(words(read.dissolve_prefix))
                .width(132.0)
                .show_ui(ui, |ui| {
                    for characters in std::iter::once(None).chain((1..=CHARACTERS).map(Some)) {
                        ui.selectable_value(&mut read.dissolve_prefix, characters, words(characters));
                    }
                })
                .response
                .accessible_name("Characters that count")
                .on_hover_text("How much of a value counts: the first 3 characters make 3-digit areas of ZIP codes");
        }
    });
    ui.add_space(4.0);
}

/// A label and a list: what was found out first, then what may be chosen instead.
fn choice<T: Clone + PartialEq>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut Option<T>,
    found: &str,
    all: impl IntoIterator<Item = (Option<T>, String)>,
    width: f32,
) {
    // A label and its list stay on one line.
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(theme::note(ui, label));
        let about = if chosen.is_some() { "You chose this" } else { "Found out from the file" };
        ComboBox::from_id_salt(("read", label))
            .selected_text(found)
            .width(width)
            .truncate()
            .show_ui(ui, |ui| {
                ui.selectable_value(chosen, None, "find out");
                for (value, words) in all {
                    ui.selectable_value(chosen, value, words);
                }
            })
            .response
            .accessible_name(label)
            .on_hover_text(about);
    });
    ui.add_space(4.0);
}

fn delimiter_words(delimiter: u8) -> String {
    match delimiter {
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        b'\t' => "tabs".to_owned(),
        b'|' => "bars".to_owned(),
        b' ' => "spaces".to_owned(),
        other => char::from(other).to_string(),
    }
}
