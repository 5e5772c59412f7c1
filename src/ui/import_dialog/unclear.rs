//! What a file of territories leaves open: each kind of question with its codes, what may become of them, and what that would do.

use egui::{ComboBox, Frame, RichText, ScrollArea, TextEdit, Ui};

use crate::jobs::spec::{ImportOrder, JobKind, OnConflict, OnNewTerritory, OnUnknown, Unclear, UnnamedUnits};
use crate::theme::{self, Tokens};
use crate::ui::widgets::{outline_marks, primary_button};
use crate::words;

/// The step after the columns are chosen.
pub(super) struct Step {
    pub order: ImportOrder,
    /// Nothing until the file was gone through.
    pub found: Option<Unclear>,
}

impl Step {
    pub fn new(order: ImportOrder) -> Self {
        Self { order, found: None }
    }
}

pub(super) enum Answer {
    None,
    Back,
    Cancel,
    Import,
}

/// Codes that are shown; all are copied.
const SHOWN: usize = 500;

pub(super) fn show(ui: &mut Ui, step: &mut Step) -> Answer {
    let Step { order, found } = step;
    let Some(found) = found else {
        ui.horizontal(|ui| {
            ui.add(egui::Spinner::new().size(14.0));
            ui.label(theme::note(ui, JobKind::Peek.words()));
        });
        return if ui.button("Cancel").clicked() { Answer::Cancel } else { Answer::None };
    };
    if !found.asks() {
        return Answer::Import;
    }
    let file = order.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let clear = words::counted(found.clear as i128, "code");
    ui.label(theme::note(ui, format!("{file}: {clear} clear. Nothing is changed before you press Import")));
    let height = (ui.ctx().content_rect().height() - 220.0).clamp(160.0, 620.0);
    outline_marks(ui);
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
    area.auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        // Beside the bar, not under it.
        ui.set_max_width(ui.available_width() - 12.0);
        conflicts(ui, order, found);
        unknown(ui, order, found);
        new_territories(ui, order, found);
        unnamed(ui, order, found);
    });
    ui.add_space(4.0);
    let stops = order.choices.unknown == OnUnknown::Stop && !found.unknown.is_empty();
    let mut answer = Answer::None;
    ui.horizontal(|ui| {
        let why = "Unknown codes stop the import; correct the file, or leave them out";
        if primary_button(ui, !stops, "Import").on_disabled_hover_text(why).clicked() {
            answer = Answer::Import;
        }
        if ui.button("Back").on_hover_text("To the columns of the file").clicked() {
            answer = Answer::Back;
        }
        if ui.button("Cancel").clicked() {
            answer = Answer::Cancel;
        }
        if stops {
            ui.label(RichText::new(why).color(Tokens::of(ui).warning));
        }
    });
    answer
}

fn conflicts(ui: &mut Ui, order: &mut ImportOrder, found: &Unclear) {
    let count = found.conflicts.len();
    if count == 0 {
        return;
    }
    let lines = found.conflicts.iter().map(|conflict| {
        let rows = |(name, rows): &(String, usize)| format!("{name} ({})", words::counted(*rows as i128, "row"));
        let territories: Vec<String> = conflict.territories.iter().map(rows).collect();
        format!("{}\t{}", conflict.code, territories.join(", "))
    });
    let title = format!("{} given to several territories", words::counted(count as i128, "code"));
    group(ui, &title, "Codes given to several territories", lines.collect());
    let moves = |way: &OnConflict| {
        let known = found.conflict_moves.iter().find(|(known, _)| known == way);
        let moved = known.map_or(0, |(_, moved)| *moved);
        format!("{} of {} would change territory", words::count(moved as i128), words::count(count as i128))
    };
    let chosen = &mut order.choices.conflict;
    choice(ui, chosen, OnConflict::Leave, "Leave them as they are", &moves(&OnConflict::Leave));
    choice(ui, chosen, OnConflict::FirstRow, "Take the first row", &moves(&OnConflict::FirstRow));
    choice(ui, chosen, OnConflict::LastRow, "Take the last row", &moves(&OnConflict::LastRow));
    choice(ui, chosen, OnConflict::MostRows, "Take the territory with most rows", &moves(&OnConflict::MostRows));
    let sums: Vec<&OnConflict> =
        found.conflict_moves.iter().map(|(way, _)| way).filter(|way| matches!(way, OnConflict::MostOf(_))).collect();
    let Some(first) = sums.first() else { return };
    let column = |way: &OnConflict| match way {
        OnConflict::MostOf(column) => column.clone(),
        _ => String::new(),
    };
    let mut way = if matches!(chosen, OnConflict::MostOf(_)) { chosen.clone() } else { (*first).clone() };
    ui.horizontal(|ui| {
        choice(ui, chosen, way.clone(), "Take the territory with the largest sum of", "");
        let before = way.clone();
        ComboBox::from_id_salt("sum")
            .selected_text(column(&way))
            .width(150.0)
            .truncate()
            .show_ui(ui, |ui| {
                for other in &sums {
                    ui.selectable_value(&mut way, (*other).clone(), column(other));
                }
            })
            .response
            .accessible_name("Column of the sum");
        if way != before {
            *chosen = way.clone();
        }
        ui.label(theme::note(ui, moves(&way)));
    });
}

fn unknown(ui: &mut Ui, order: &mut ImportOrder, found: &Unclear) {
    let count = found.unknown.len();
    if count == 0 {
        return;
    }
    let lines = found.unknown.iter().map(|(code, row)| format!("{code}\trow {row}"));
    let rows = words::counted(count as i128, "row");
    group(ui, &format!("{rows} with codes that the project does not have"), "Unknown codes", lines.collect());
    let chosen = &mut order.choices.unknown;
    choice(ui, chosen, OnUnknown::LeaveOut, "Leave them out", &format!("{rows} would not count"));
    choice(ui, chosen, OnUnknown::Stop, "Stop the import", "nothing would be changed");
}

fn new_territories(ui: &mut Ui, order: &mut ImportOrder, found: &Unclear) {
    if found.new_territories.is_empty() || !found.has_territories {
        return;
    }
    let row = |(name, rows): &(String, usize)| format!("{name}\t{}", words::counted(*rows as i128, "row"));
    let count = words::counted_territories(found.new_territories.len());
    let rows: usize = found.new_territories.iter().map(|(_, rows)| rows).sum();
    let rows = words::counted(rows as i128, "row");
    let lines = found.new_territories.iter().map(row).collect();
    group(ui, &format!("{count} that the plan does not have"), "New territories", lines);
    let chosen = &mut order.choices.new_territory;
    choice(ui, chosen, OnNewTerritory::Make, "Make them", &format!("{count} more, from {rows}"));
    choice(ui, chosen, OnNewTerritory::LeaveOut, "Leave their rows out", &format!("{rows} would not count"));
}

fn unnamed(ui: &mut Ui, order: &mut ImportOrder, found: &Unclear) {
    let count = found.unnamed_units.len();
    if count == 0 {
        return;
    }
    let units = words::counted(count as i128, "unit");
    let title = format!("{units} with a territory that the file does not name");
    group(ui, &title, "Units that the file does not name", found.unnamed_units.clone());
    let chosen = &mut order.choices.unnamed_units;
    choice(ui, chosen, UnnamedUnits::Keep, "Keep them with it", &format!("{units} would stay"));
    choice(ui, chosen, UnnamedUnits::Unassign, "Unassign them", &format!("{units} would have no territory"));
}

/// What the question is about, and a list that can be scrolled, selected and copied.
fn group(ui: &mut Ui, title: &str, name: &str, lines: Vec<String>) {
    let tokens = Tokens::of(ui);
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.label(theme::strong(title));
        let about =
            if lines.len() > SHOWN { format!("The first {SHOWN} are shown, all are copied") } else { String::new() };
        let button = ui.small_button("Copy").accessible_name(format!("Copy: {name}"));
        let button = if about.is_empty() { button } else { button.on_hover_text(about) };
        if button.clicked() {
            ui.copy_text(lines.join("\n"));
        }
    });
    let mut shown = lines[..lines.len().min(SHOWN)].join("\n");
    if lines.len() > SHOWN {
        shown.push_str(&format!("\n… and {} more", words::count((lines.len() - SHOWN) as i128)));
    }
    Frame::new().stroke(egui::Stroke::new(1.0, tokens.separator)).corner_radius(4.0).inner_margin(4.0).show(ui, |ui| {
        ScrollArea::vertical().id_salt(name).max_height(72.0).auto_shrink([false, true]).show(ui, |ui| {
            // A text that takes no typing can still be selected and copied.
            let mut text = shown.as_str();
            let edit = TextEdit::multiline(&mut text).frame(Frame::NONE).desired_rows(1).desired_width(f32::INFINITY);
            ui.add(edit).accessible_name(name);
        });
    });
}

fn choice<T: PartialEq>(ui: &mut Ui, chosen: &mut T, value: T, what: &str, effect: &str) {
    ui.horizontal(|ui| {
        ui.radio_value(chosen, value, what);
        if !effect.is_empty() {
            ui.label(theme::note(ui, effect));
        }
    });
}
