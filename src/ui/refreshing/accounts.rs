//! What a newer file of accounts changes, and what of it is taken.

use egui::{Align, Grid, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::{State, effect, figure};
use crate::jobs::spec::Vanished;
use crate::session::Session;
use crate::session::refreshing::{AccountsReport, ColumnLine, Whose};
use crate::theme::{self, Tokens};
use crate::words;

/// Room for the choices, and for what they do.
const HEIGHT: f32 = 252.0;

pub(super) fn show(ui: &mut Ui, session: &Session, report: &AccountsReport, state: &mut State) {
    let count = |count: usize| words::count(count as i128);
    ui.horizontal(|ui| {
        figure(ui, &count(report.new), "new");
        figure(ui, &count(report.changed), "changed");
        figure(ui, &count(report.vanished), "no longer in the file");
        figure(ui, &count(report.unchanged), "unchanged");
    });
    ui.horizontal_top(|ui| {
        let width = ui.available_width();
        let column = |ui: &mut Ui, width: f32, name: &str, add: &mut dyn FnMut(&mut Ui)| {
            ui.allocate_ui_with_layout(vec2(width, HEIGHT), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ScrollArea::vertical().id_salt(name.to_owned()).max_height(HEIGHT).auto_shrink([false, false]).show(
                    ui,
                    |ui| {
                        ui.spacing_mut().item_spacing.y = 5.0;
                        add(ui);
                    },
                );
            });
        };
        column(ui, (width * 0.56).round() - 12.0, "choices", &mut |ui| choices(ui, report, state));
        ui.add_space(8.0);
        column(ui, (width * 0.44).round() - 12.0, "effect", &mut |ui| match state.current() {
            None if !state.error.is_empty() => {
                ui.label(RichText::new(&state.error).color(Tokens::of(ui).error));
            }
            None => {
                ui.horizontal(|ui| {
                    ui.add(egui::Spinner::new().size(14.0));
                    ui.label(theme::note(ui, "Working out what this changes…"));
                });
            }
            Some(outcome) => effect::show(ui, session, &outcome.effect, &outcome.notes),
        });
    });
}

fn choices(ui: &mut Ui, report: &AccountsReport, state: &mut State) {
    let wish = &mut state.wish;
    let take_new = format!("Take {}", new_accounts(report.new));
    ui.add_enabled_ui(report.new > 0, |ui| ui.checkbox(&mut wish.take_new, take_new));
    ui.checkbox(&mut wish.keep_where_empty, "A value stays where the file has none");
    if report.vanished > 0 {
        let named = match report.vanished_named {
            0 => "None of them is named or locked".to_owned(),
            count => format!("{} of them named or locked", words::count(count as i128)),
        };
        let are = words::counted(report.vanished as i128, "account");
        ui.label(format!("{are} no longer in the file")).on_hover_text(&named);
        ui.horizontal(|ui| {
            ui.radio_value(&mut wish.vanished, Vanished::Keep, "Keep");
            ui.radio_value(&mut wish.vanished, Vanished::KeepNamed, "Keep named and locked").on_hover_text(named);
            ui.radio_value(&mut wish.vanished, Vanished::Remove, "Remove");
        });
    }
    let missing: Vec<&str> =
        report.columns.iter().filter(|line| line.whose == Whose::Project).map(|line| line.name.as_str()).collect();
    if !missing.is_empty() {
        let words = format!("Remove {} that the file does not have", words::counted(missing.len() as i128, "column"));
        ui.checkbox(&mut wish.remove_columns, words)
            .on_hover_text(format!("{}\nOne that a formula or a segment needs stays", missing.join(", ")));
    }
    columns(ui, report, &mut wish.columns);
}

fn new_accounts(count: usize) -> String {
    if count == 1 { "1 new account".to_owned() } else { format!("{} new accounts", words::count(count as i128)) }
}

/// Columns of which something changes, each with how much, to tick.
fn columns(ui: &mut Ui, report: &AccountsReport, chosen: &mut Option<Vec<String>>) {
    let tokens = Tokens::of(ui);
    let news = |line: &&ColumnLine| line.whose == Whose::File || line.changed > 0;
    let lines: Vec<&ColumnLine> = report.columns.iter().filter(news).collect();
    if lines.is_empty() {
        ui.label(RichText::new("No value of any column changes").color(tokens.weak));
        return;
    }
    ui.horizontal(|ui| {
        ui.label("Values of these columns");
        if ui.small_button("All").clicked() {
            *chosen = None;
        }
        if ui.small_button("None").clicked() {
            *chosen = Some(Vec::new());
        }
    });
    let right = |ui: &mut Ui, text: RichText| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    };
    let name_width = (ui.available_width() - 3.0 * 84.0).max(90.0);
    // Many columns in little room.
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("changed columns").num_columns(4).spacing(vec2(8.0, 2.0)).min_col_width(72.0).show(ui, |ui| {
        ui.label(theme::note(ui, "Column"));
        for words in ["changed", "sum now", "in the file"] {
            right(ui, theme::small(words).color(tokens.weak));
        }
        ui.end_row();
        for line in &lines {
            let mut taken = chosen.as_ref().is_none_or(|names| names.contains(&line.name));
            let before = taken;
            ui.scope(|ui| {
                ui.set_width(name_width);
                ui.checkbox(&mut taken, words::cut(&line.name, 34)).on_hover_text(&line.name);
            });
            let changed = match line.whose {
                Whose::File => "new column".to_owned(),
                _ => words::count(line.changed as i128),
            };
            right(ui, RichText::new(changed));
            let sum = |at: usize| {
                let shown = line.sums.map(|sums| sums[at]).filter(|_| at == 1 || line.whose == Whose::Both);
                shown.map_or_else(String::new, |sum| format!("{}{}", money(&line.unit), words::short(sum)))
            };
            right(ui, RichText::new(sum(0)));
            right(ui, RichText::new(sum(1)));
            ui.end_row();
            if taken != before {
                let all = lines.iter().map(|line| line.name.clone());
                let mut names = chosen.take().unwrap_or_else(|| all.collect());
                if taken {
                    names.push(line.name.clone());
                } else {
                    names.retain(|name| *name != line.name);
                }
                *chosen = (names.len() < lines.len()).then_some(names);
            }
        }
    });
    let same = report.columns.iter().filter(|line| line.whose == Whose::Both && line.changed == 0).count();
    if same > 0 {
        let words = format!("{} without a change", words::counted(same as i128, "column"));
        ui.add(Label::new(theme::note(ui, words)));
    }
}

fn money(unit: &str) -> &str {
    if matches!(unit, "$" | "€" | "£") { unit } else { "" }
}
