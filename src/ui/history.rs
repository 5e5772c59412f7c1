//! Every step that was made, newest first: who made it, and when. A click goes back or forward to it.

use std::time::{SystemTime, UNIX_EPOCH};

use egui::{Rect, ScrollArea, Sense, Ui, pos2, vec2};

use super::widgets::{cell_text, empty_state};
use crate::action::Action;
use crate::domain::history::Made;
use crate::session::Session;
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::words;

const HEIGHT: f32 = ROW_HEIGHT - 4.0;

pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let steps = session.history.steps();
    if steps.is_empty() {
        empty_state(
            ui,
            egui_material_icons::icons::ICON_HISTORY,
            "No changes yet",
            "Every change is kept here and can be taken back, even after closing the file",
            |_| {},
        );
        return;
    }
    let tokens = Tokens::of(ui);
    let applied = session.history.applied();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    // Row 0 is the newest step; the last row is the state before the first.
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, HEIGHT, steps.len() + 1, |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in range {
            let count = steps.len() - row;
            let label = if count == 0 { "The plan as it was at first" } else { steps[count - 1].label.as_str() };
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
            let (current, undone) = (count == applied, count > applied);
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, current, label));
            if current {
                ui.painter().rect_filled(rect, 0.0, tokens.selected);
            } else if response.hovered() {
                ui.painter().rect_filled(rect, 0.0, tokens.hover);
            }
            if current {
                let mark = Rect::from_min_max(rect.min, pos2(rect.min.x + 3.0, rect.max.y));
                ui.painter().rect_filled(mark, 0.0, tokens.accent);
            }
            let made = count.checked_sub(1).and_then(|step| session.history.made(step));
            let weak = if undone { tokens.weak.gamma_multiply(0.8) } else { tokens.weak };
            let column = |from: f32, to: f32| {
                let (left, right) = (rect.left() + from, (rect.left() + to).min(rect.right() - 12.0));
                Rect::from_min_max(pos2(left, rect.top()), pos2(right.max(left), rect.bottom()))
            };
            cell_text(ui, column(12.0, 56.0), &words::count(count as i128), weak, true, false);
            if let Some(made) = made {
                cell_text(ui, column(68.0, 168.0), &ago(now - made.at), weak, false, false);
                cell_text(ui, column(176.0, 276.0), &made.who, weak, false, false);
            }
            let colour = if undone { weak } else { tokens.text };
            let note = if undone {
                "taken back"
            } else if current {
                "now"
            } else {
                ""
            };
            let words = column(288.0, f32::INFINITY);
            let (text, right) = words.split_left_right_at_x((words.right() - 76.0).max(words.left()));
            cell_text(ui, text, label, colour, false, current);
            cell_text(ui, right, note, if current { tokens.accent } else { weak }, true, false);
            let hover = if undone {
                "Make the changes again up to here"
            } else if current {
                "This is the plan as it is"
            } else {
                "Take back everything after this"
            };
            let hover = made.map_or(hover.to_owned(), |made| format!("{label}\n{}\n{hover}", signed(made)));
            if response.on_hover_text(hover).clicked() && session.read_only_words().is_none() {
                actions.push(Action::JumpTo(count));
            }
        }
    });
}

/// "just now", "12 min ago", "3 h ago", "5 days ago".
pub fn ago(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} ago", words::counted(seconds / 86_400, "day")),
    }
}

/// "anna, 2026-03-01 14:05 UTC".
fn signed(made: &Made) -> String {
    let (days, seconds) = (made.at.div_euclid(86_400), made.at.rem_euclid(86_400));
    let (year, month, day) = date(days);
    format!("{}, {year}-{month:02}-{day:02} {:02}:{:02} UTC", made.who, seconds / 3_600, seconds / 60 % 60)
}

/// Year, month and day of a count of days since 1970, by the calendar that begins each year in March, so that a leap day is the last of
/// its year (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + turn, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told() {
        assert_eq!(
            [0, -5, 61, 7_300, 86_400, 260_000].map(ago),
            ["just now", "just now", "1 min ago", "2 h ago", "1 day ago", "3 days ago"]
        );
        let at = |at| signed(&Made { at, who: "anna".to_owned() });
        assert_eq!(at(0), "anna, 1970-01-01 00:00 UTC");
        assert_eq!(at(1_709_210_700), "anna, 2024-02-29 12:45 UTC");
        assert_eq!(at(951_868_799), "anna, 2000-02-29 23:59 UTC");
    }
}
