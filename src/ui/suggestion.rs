//! What a command on territories would do: its totals, what is left out, and whether to take it.

use egui::{Align, Button, CollapsingHeader, Grid, Label, Layout, RichText, Ui, vec2};

use super::proposal;
use crate::action::Action;
use crate::domain::ids::TerritoryId;
use crate::domain::metrics;
use crate::jobs::spec::TerritoryOrder;
use crate::session::Session;
use crate::session::suggestion::{CutPreview, Suggestion};
use crate::theme::{self, Tokens};
use crate::words;

/// More territories than these are counted only.
const MOST_ROWS: usize = 14;

pub fn show(ui: &mut Ui, session: &Session, suggestion: &Suggestion, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.label(theme::note(ui, "Shown on the map, not yet done"));
    ui.add(Label::new(theme::strong(&suggestion.edit.label).size(theme::HEADING)).wrap());
    if let Some(TerritoryOrder::Split { territory, parts }) = suggestion.order {
        parts_row(ui, territory, parts, actions);
    }
    proposal::buttons(ui, session, actions);
    ui.add_space(2.0);
    if !suggestion.touched.is_empty() {
        totals(ui, session, suggestion, tokens);
    }
    for fact in &suggestion.facts {
        ui.add(Label::new(fact).wrap());
    }
    for note in &suggestion.notes {
        ui.add(Label::new(RichText::new(note).color(tokens.warning)).wrap());
    }
    if let Some(cut) = &suggestion.cut {
        details(ui, cut);
    }
}

/// What becomes of each unit; all of it is in Problems afterwards.
fn details(ui: &mut Ui, cut: &CutPreview) {
    const MOST: usize = 60;
    ui.add_space(4.0);
    CollapsingHeader::new("Unit by unit").id_salt("cut details").show(ui, |ui| {
        for [code, words] in cut.details.iter().take(MOST) {
            ui.add(Label::new(theme::strong(code)).truncate());
            ui.add(Label::new(theme::small(words::capital(words))).wrap());
            ui.add_space(2.0);
        }
        if cut.details.len() > MOST {
            let more = format!("and {} more; Problems lists them all afterwards", cut.details.len() - MOST);
            ui.label(theme::note(ui, more));
        }
    });
}

fn parts_row(ui: &mut Ui, territory: TerritoryId, parts: usize, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Parts").color(Tokens::of(ui).weak));
        let less = ui.add_enabled(parts > 2, Button::new("−").min_size(vec2(24.0, 0.0)));
        if less.accessible_name("One part less").on_hover_text("One part less").clicked() {
            actions.push(Action::Suggest(TerritoryOrder::Split { territory, parts: parts - 1 }));
        }
        ui.label(theme::strong(parts.to_string()));
        let more = ui.add(Button::new("+").min_size(vec2(24.0, 0.0)));
        if more.accessible_name("One part more").on_hover_text("One part more").clicked() {
            actions.push(Action::Suggest(TerritoryOrder::Split { territory, parts: parts + 1 }));
        }
    });
}

/// Per territory that it touches: its load now and then, and how far that is from its target.
fn totals(ui: &mut Ui, session: &Session, suggestion: &Suggestion, tokens: Tokens) {
    let goal = session.goal();
    let measure = goal.and_then(|goal| session.project.measure(goal.measure));
    let head = measure.map_or("Units".to_owned(), |measure| measure.name.clone());
    let height = ui.spacing().interact_size.y;
    ui.spacing_mut().interact_size.y = 18.0;
    let column = 52.0;
    let name_width = (ui.available_width() - 3.0 * (column + 6.0)).max(50.0);
    let right = |ui: &mut Ui, text: RichText| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    };
    Grid::new("suggested totals").num_columns(4).spacing(vec2(6.0, 2.0)).min_col_width(column).show(ui, |ui| {
        let name = |ui: &mut Ui, text: RichText| {
            ui.scope(|ui| {
                ui.set_width(name_width);
                ui.add(Label::new(text).truncate());
            });
        };
        name(ui, theme::small(&head).color(tokens.weak));
        for words in ["now", "then", ""] {
            right(ui, theme::small(words).color(tokens.weak));
        }
        ui.end_row();
        for &id in suggestion.touched.iter().take(MOST_ROWS) {
            let (before, after) = (session.plan().territory(id), suggestion.plan.territory(id));
            let called = after.or(before).map_or("", |territory| &territory.name);
            name(ui, RichText::new(called));
            let figure = |there: bool, totals: &metrics::Totals| match (there, goal, measure) {
                (false, ..) => "–".to_owned(),
                (true, Some(goal), Some(measure)) => words::figure(measure, totals.load(goal.measure, id)),
                (true, ..) => words::count(totals.unit_count(id)),
            };
            right(ui, RichText::new(figure(before.is_some(), &session.totals)));
            right(ui, RichText::new(figure(after.is_some(), &suggestion.totals)));
            let deviation = goal.filter(|_| after.is_some()).and_then(|goal| {
                let off = metrics::deviation(&suggestion.plan, &suggestion.totals, goal.measure, id)?;
                Some(RichText::new(words::signed_percent(off)).color(tokens.deviation(off, goal.tolerance)))
            });
            right(ui, deviation.unwrap_or_default());
            ui.end_row();
        }
    });
    ui.spacing_mut().interact_size.y = height;
    if suggestion.touched.len() > MOST_ROWS {
        ui.label(theme::note(ui, format!("and {} more", suggestion.touched.len() - MOST_ROWS)));
    }
    if let Some(goal) = goal
        && let Some(now) = metrics::balance(session.plan(), &session.totals, goal.measure)
        && let Some(then) = metrics::balance(&suggestion.plan, &suggestion.totals, goal.measure)
    {
        let words = format!("Balance of the plan: {} now, {} then", words::percent(now), words::percent(then));
        ui.label(theme::note(ui, words));
    }
}
