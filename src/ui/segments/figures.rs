//! How large a segment is: accounts and a measure, in all and per territory.

use egui::{ScrollArea, Sense, Ui, vec2};

use crate::domain::columns::Measure;
use crate::session::Session;
use crate::session::columns::{SegmentFigures, SegmentLook, SegmentPart};
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::ui::widgets::cell_text;
use crate::words;

const HEIGHT: f32 = 150.0;

pub(super) fn show(ui: &mut Ui, session: &Session, look: Option<&SegmentLook>, current: bool) {
    let Some(SegmentLook { of, found: Ok(found), .. }) = look else {
        ui.label(theme::note(ui, "Counts are shown here"));
        return;
    };
    let measure = of.measure.and_then(|id| session.project.measure(id));
    ui.scope(|ui| {
        if !current {
            ui.set_opacity(0.5);
        }
        ui.label(summary(session, found, measure));
        if found.errors > 0 {
            let text = format!(
                "{} left out because of an error in their values",
                words::counted(found.errors as i128, "account")
            );
            ui.label(theme::small(text).color(Tokens::of(ui).warning));
        }
        table(ui, session, found, measure);
    });
}

/// "1,204 of 12,024 accounts (10 %) · $4.2 M of Annual Revenue (23 %)".
fn summary(session: &Session, found: &SegmentFigures, measure: Option<&Measure>) -> String {
    let all = session.project.accounts.len();
    let share = words::percent(found.accounts as f64 / all.max(1) as f64);
    let count = words::count(found.accounts as i128);
    let mut text = format!("{count} of {} ({share})", words::counted(all as i128, "account"));
    if let Some(measure) = measure {
        let all: f64 = measure.values.iter().filter(|value| !value.is_nan()).sum();
        let share = if all == 0.0 { String::new() } else { format!(" ({})", words::percent(found.value / all)) };
        text.push_str(&format!(" · {} of {}{share}", words::figure(measure, found.value), measure.name));
    }
    text
}

fn table(ui: &mut Ui, session: &Session, found: &SegmentFigures, measure: Option<&Measure>) {
    let value = measure.map_or("", |measure| measure.name.as_str());
    row(ui, ["Territory", "Accounts", "of its accounts", value, "of its total"].map(str::to_owned), true);
    ScrollArea::vertical().id_salt("segment per territory").max_height(HEIGHT).show_rows(
        ui,
        ROW_HEIGHT - 6.0,
        found.territories.len(),
        |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for part in &found.territories[range] {
                row(ui, cells(session, part, measure), false);
            }
        },
    );
}

fn cells(session: &Session, part: &SegmentPart, measure: Option<&Measure>) -> [String; 5] {
    let share = |value: f64, of: f64| if of > 0.0 { words::percent(value / of) } else { "–".to_owned() };
    [
        session.plan().territory_name(part.territory).to_owned(),
        words::count(part.accounts as i128),
        share(part.accounts as f64, part.of as f64),
        measure.map_or_else(String::new, |measure| words::figure(measure, part.value)),
        measure.map_or_else(String::new, |_| share(part.value, part.of_value)),
    ]
}

fn row(ui: &mut Ui, cells: [String; 5], head: bool) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT - 6.0), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, cells.join(", ")));
    if head {
        ui.painter().rect_filled(rect, 0.0, tokens.subtle);
    }
    let widths = [0.34, 0.13, 0.17, 0.21, 0.15];
    let mut left = rect.left();
    for (at, (text, width)) in cells.iter().zip(widths).enumerate() {
        let right = left + rect.width() * width;
        let cell = egui::Rect::from_x_y_ranges(left + 6.0..=right - 6.0, rect.y_range());
        cell_text(ui, cell, text, if head || at == 2 || at == 4 { tokens.weak } else { tokens.text }, at > 0, false);
        left = right;
    }
}
