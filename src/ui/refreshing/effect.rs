//! What a step does to accounts and territories, in numbers.

use egui::{Align, Grid, Label, Layout, RichText, Ui, vec2};

use crate::domain::columns::Measure;
use crate::domain::effect::Effect;
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

/// More territories than these are counted only.
const MOST_ROWS: usize = 8;

pub(super) fn show(ui: &mut Ui, session: &Session, effect: &Effect, notes: &[String]) {
    let tokens = Tokens::of(ui);
    let measure = effect.measure.and_then(|[before, _]| session.project.measure(before));
    let right = |ui: &mut Ui, text: RichText| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    };
    let name_width = (ui.available_width() - 3.0 * 82.0).max(60.0);
    let name = |ui: &mut Ui, text: RichText| {
        ui.scope(|ui| {
            ui.set_width(name_width);
            ui.add(Label::new(text).truncate());
        });
    };
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("effect").num_columns(4).spacing(vec2(8.0, 2.0)).min_col_width(72.0).show(ui, |ui| {
        name(ui, theme::small("What it does").color(tokens.weak));
        for words in ["now", "then", "change"] {
            right(ui, theme::small(words).color(tokens.weak));
        }
        ui.end_row();
        let [before, after] = effect.accounts.map(|count| count as i128);
        name(ui, theme::strong("Accounts"));
        right(ui, RichText::new(words::count(before)));
        right(ui, RichText::new(words::count(after)));
        right(ui, RichText::new(signed_count(after - before)));
        ui.end_row();
        let Some(measure) = measure else { return };
        let [before, after] = effect.total;
        name(ui, theme::strong(&measure.name));
        right(ui, RichText::new(words::figure(measure, before)));
        right(ui, RichText::new(words::figure(measure, after)));
        right(ui, RichText::new(signed_figure(measure, after - before)));
        ui.end_row();
        for change in effect.territories.iter().take(MOST_ROWS) {
            name(ui, RichText::new(session.plan().territory_name(change.territory)));
            right(ui, RichText::new(words::figure(measure, change.value[0])));
            right(ui, RichText::new(words::figure(measure, change.value[1])));
            right(ui, RichText::new(signed_figure(measure, change.change())));
            ui.end_row();
        }
    });
    match effect.territories.len() {
        0 => ui.label(theme::note(ui, "No territory gains or loses anything")),
        count if count > MOST_ROWS => {
            let more = words::counted_territories(count - MOST_ROWS);
            ui.label(theme::note(ui, format!("and {more} with smaller changes")))
        }
        _ => ui.label(""),
    };
    for note in notes {
        ui.add(Label::new(RichText::new(words::capital(note)).color(tokens.warning)).wrap());
    }
}

fn signed_count(by: i128) -> String {
    if by > 0 { format!("+{}", words::count(by)) } else { words::count(by) }
}

fn signed_figure(measure: &Measure, by: f64) -> String {
    match by {
        by if by > 0.0 => format!("+{}", words::figure(measure, by)),
        by if by < 0.0 => format!("−{}", words::figure(measure, -by)),
        _ => "0".to_owned(),
    }
}
