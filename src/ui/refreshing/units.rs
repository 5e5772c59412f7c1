//! What a newer vintage of units changes.

use egui::{Label, RichText, ScrollArea, Ui};

use super::{effect, figure};
use crate::session::Session;
use crate::session::refreshing::UnitsReport;
use crate::theme::Tokens;
use crate::words;

/// Room for what it does to the territories.
const HEIGHT: f32 = 150.0;

pub(super) fn show(ui: &mut Ui, session: &Session, report: &UnitsReport) {
    let count = |count: usize| words::count(count as i128);
    ui.horizontal(|ui| {
        figure(ui, &count(report.by_code), "found again by code");
        figure(ui, &count(report.by_share), "new, by share of area");
        figure(ui, &count(report.without), "new, where there was none");
        figure(ui, &count(report.vanished), "no longer there");
        figure(ui, &count(report.moved), "accounts with another owner");
    });
    ScrollArea::vertical().id_salt("effect").max_height(HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let other = words::counted(report.other_unit as i128, "account");
        let lie = if report.other_unit == 1 { "lies" } else { "lie" };
        let goal = session.project.main_goal().and_then(|goal| session.project.measure(goal.measure));
        let value = match (report.moved_value, goal) {
            (Some(value), Some(measure)) if report.moved > 0 => {
                format!(" with {} of {}", words::figure(measure, value), measure.name)
            }
            _ => String::new(),
        };
        let moved = words::counted(report.moved as i128, "account");
        ui.label(format!("{other} {lie} in another unit, {moved}{value} come to another owner"));
        for fact in &report.facts {
            ui.add(Label::new(RichText::new(fact).color(Tokens::of(ui).weak)).wrap());
        }
        effect::show(ui, session, &report.effect, &[]);
    });
}
