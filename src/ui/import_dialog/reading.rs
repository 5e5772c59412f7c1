//! How a file is read: what was found out, and what may be chosen instead.

use egui::{ComboBox, Ui};

use crate::io::options::{DateOrder, DecimalMark, ENCODINGS, ReadOptions};
use crate::jobs::spec::{ImportPreview, PeekOrder, PresetWish};
use crate::theme;

/// Header rows that can be chosen.
const HEADER_ROWS: u64 = 20;

/// A line of choices, those that apply to the file. Returns how the file shall be looked at anew when one was made.
pub(super) fn show(ui: &mut Ui, preview: &ImportPreview) -> Option<PeekOrder> {
    let found = &preview.found;
    let mut read = preview.read.clone();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if !found.parts.is_empty() {
            let parts = found.parts.iter().map(|part| (Some(part.clone()), part.clone()));
            choice(ui, "Sheet", &mut read.part, &found.part, parts, 150.0);
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
        read = ReadOptions { part: read.part, ..ReadOptions::default() };
    }
    let preset = match (&preview.preset, other_sheet) {
        (Some(name), false) => PresetWish::Named(name.clone()),
        (None, false) => PresetWish::Guess,
        (_, true) => PresetWish::Fitting,
    };
    Some(PeekOrder { path: preview.path.clone(), what: preview.what, read, preset })
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
