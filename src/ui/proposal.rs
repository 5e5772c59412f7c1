//! A proposal of the engine: each term of it beside that of the plan, what is proven, what does not hold, other plans to choose from.

use egui::{Align, FontId, Grid, Label, Layout, RichText, Sense, Ui, pos2, vec2};

use super::building::deviation;
use super::why;
use super::widgets::{cell_text, icon_button, primary_button};
use crate::action::{Action, Command, SelectHow};
use crate::domain::metrics;
use crate::session::Session;
use crate::session::proposal::{Broken, Choice, Figures, Proposal};
use crate::theme::{self, Tokens};
use crate::words;

pub const TRAVEL: &str = "Mean great-circle distance to the territories' centres, weighted with the load";
pub const DEVIATION: &str = "The largest deviation of any territory from its target";
pub const BORDERS: &str = "Length of all borders between territories: the shorter, the rounder they are";
pub const MOVED: &str = "Share of the load that gets another owner than today";

/// More rules than these are counted only.
const MOST_RULES: usize = 12;

pub fn show(ui: &mut Ui, session: &Session, proposal: &Proposal, why: &mut why::State, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.label(theme::strong("Proposal").size(theme::HEADING));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let again = icon_button(ui, egui_material_icons::icons::ICON_REFRESH, "Again…", 16.0);
            if again.on_hover_text("Change the wishes and build again").clicked() {
                actions.push(Action::Run(Command::AutoBuild));
            }
            let text = format!("built in {}", words::duration(proposal.seconds));
            ui.label(RichText::new(text).color(tokens.weak));
        });
    });
    if proposal.cut_short {
        let text = "Cut short by the time limit: another run may give another plan";
        ui.add(Label::new(RichText::new(text).color(tokens.warning)).wrap());
    }
    buttons(ui, session, actions);
    if proposal.choices().len() > 1 {
        alternatives(ui, proposal, tokens, actions);
    }
    ui.add_space(2.0);
    terms(ui, session, proposal, tokens);
    proof(ui, proposal, tokens);
    rules(ui, &proposal.choice().broken, tokens, actions);
    if !proposal.choice().broken.is_empty() {
        why::clash(ui, &proposal.clash, tokens, actions);
    }
    why::show(ui, session, proposal, why, actions);
}

fn terms(ui: &mut Ui, session: &Session, proposal: &Proposal, tokens: Tokens) {
    let height = ui.spacing().interact_size.y;
    let choice = proposal.choice();
    let figures = &choice.figures;
    let right = |ui: &mut Ui, text: RichText| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text));
    };
    let column = 74.0;
    let name_width = (ui.available_width() - 2.0 * (column + 8.0)).max(60.0);
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("terms").num_columns(3).spacing(vec2(8.0, 2.0)).min_col_width(column).show(ui, |ui| {
        let mut row = |name: &str, hover: &str, now: Option<RichText>, then: RichText| {
            ui.scope(|ui| {
                ui.set_width(name_width);
                ui.add(Label::new(RichText::new(name).color(tokens.weak)).truncate()).on_hover_text(hover);
            });
            right(ui, now.unwrap_or_else(|| RichText::new("–").color(tokens.weak)));
            right(ui, then);
            ui.end_row();
        };
        let head = |text: &str| theme::small(text).color(tokens.weak);
        row("", "", Some(head("now")), head("proposed"));
        let now = proposal.before;
        let km = |km: f64| RichText::new(words::kilometres(km));
        row("Mean travel", TRAVEL, now.map(|now| km(now.travel_km)), km(figures.travel_km));
        let single = figures.balances.len() == proposal.goals.len();
        for (position, balance) in figures.balances.iter().enumerate() {
            let goal = proposal.goals.get(position).filter(|_| single);
            let now = goal.and_then(|goal| metrics::balance(session.plan(), &session.totals, goal.measure));
            let now = now.map(|now| {
                let text = format!("± {}", words::percent(now));
                RichText::new(text).color(tokens.deviation(now, balance.tolerance))
            });
            row(&balance.measure, DEVIATION, now, deviation(balance, tokens));
        }
        row("Borders", BORDERS, now.map(|now| km(now.border_km)), km(figures.border_km));
        if let Some(moved) = figures.moved {
            row("Load that moves", MOVED, None, RichText::new(words::percent(moved)));
        }
        let units = choice.plan.assignment().iter().zip(session.plan().assignment());
        let moved = units.filter(|(new, old)| new != old).count();
        let units = &session.project.units;
        let share = words::percent(moved as f64 / units.len().max(1) as f64);
        let many = units.kind_of_many();
        row(
            &format!("{} moved", capitalised(&many)),
            &format!("Of all {many}, {share} change owner"),
            None,
            RichText::new(words::count(moved as i128)),
        );
    });
    ui.spacing_mut().interact_size.y = height;
}

/// "ZIP areas" as it is, "counties" with a capital.
fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn proof(ui: &mut Ui, proposal: &Proposal, tokens: Tokens) {
    let Some(bound) = &proposal.bound else { return };
    if proposal.chosen() > 0 {
        ui.label(theme::note(ui, "What is proven is about the first plan of the list"));
        return;
    }
    ui.add_space(4.0);
    ui.add(Label::new(theme::strong(&bound.short)).wrap());
    ui.add(Label::new(theme::small(&bound.long).color(tokens.weak)).wrap());
}

fn rules(ui: &mut Ui, broken: &[Broken], tokens: Tokens, actions: &mut Vec<Action>) {
    use egui_material_icons::icons::{ICON_CENTER_FOCUS_STRONG, ICON_CHECK_CIRCLE};
    ui.add_space(4.0);
    if broken.is_empty() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(ICON_CHECK_CIRCLE.rich_text().size(16.0).color(tokens.good));
            ui.label("Every rule holds");
        });
        return;
    }
    let title = if broken.len() == 1 {
        "1 rule does not hold".to_owned()
    } else {
        format!("{} rules do not hold", broken.len())
    };
    ui.label(theme::strong(title).color(tokens.error));
    for (position, rule) in broken.iter().take(MOST_RULES).enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            if rule.territory.is_some() || !rule.units.is_empty() {
                let name = format!("Show rule {} on the map", position + 1);
                if icon_button(ui, ICON_CENTER_FOCUS_STRONG, &name, 14.0).clicked() {
                    show_on_map(rule, actions);
                }
            }
            ui.add(Label::new(RichText::new(&rule.words)).wrap());
        });
    }
    if broken.len() > MOST_RULES {
        ui.label(theme::note(ui, format!("and {} more", broken.len() - MOST_RULES)));
    }
}

fn show_on_map(rule: &Broken, actions: &mut Vec<Action>) {
    actions.push(Action::SelectTerritory(rule.territory));
    actions.push(Action::SelectUnits { units: rule.units.clone(), how: SelectHow::Replace });
    match rule.territory {
        Some(territory) if rule.units.is_empty() => actions.push(Action::FitTerritory(territory)),
        _ => actions.push(Action::FitUnits(rule.units.clone())),
    }
}

/// One row per plan: what it is good at, and its figures.
fn alternatives(ui: &mut Ui, proposal: &Proposal, tokens: Tokens, actions: &mut Vec<Action>) {
    ui.add_space(6.0);
    ui.label(theme::strong("Plans to choose from"));
    let moves = proposal.choices().iter().any(|choice| choice.figures.moved.is_some());
    let heads: &[&str] = if moves { &["travel", "balance", "moves"] } else { &["travel", "balance"] };
    let width = ui.available_width();
    let column = 58.0;
    let (head, _) = ui.allocate_exact_size(vec2(width, 16.0), Sense::hover());
    let right_of = |rect: egui::Rect, nth: usize| rect.right() - 6.0 - column * (heads.len() - 1 - nth) as f32;
    for (nth, text) in heads.iter().enumerate() {
        let galley = ui.painter().layout_no_wrap((*text).to_owned(), FontId::proportional(theme::SMALL), tokens.weak);
        ui.painter().galley(pos2(right_of(head, nth) - galley.size().x, head.top()), galley, tokens.weak);
    }
    let names = names(proposal.choices());
    ui.spacing_mut().item_spacing.y = 0.0;
    for (position, (choice, name)) in proposal.choices().iter().zip(names).enumerate() {
        let chosen = position == proposal.chosen();
        let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), Sense::click());
        let label = spoken(position, &name, &choice.figures);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &label));
        if chosen || response.hovered() || response.has_focus() {
            let fill = if chosen { tokens.selected } else { tokens.hover };
            ui.painter().rect_filled(rect, 4.0, fill);
        }
        let figures = &choice.figures;
        let name_rect = egui::Rect::from_min_max(
            pos2(rect.left() + 6.0, rect.top()),
            pos2(right_of(rect, 0) - column + 4.0, rect.bottom()),
        );
        cell_text(ui, name_rect, &name, tokens.text, false, chosen);
        if figures.broken > 0 {
            ui.painter().circle_filled(pos2(rect.left() + 1.0, rect.center().y), 3.0, tokens.error);
        }
        let worst = worst(figures);
        let cells = [
            (words::kilometres(figures.travel_km), tokens.text),
            (worst.map_or("–".to_owned(), |worst| words::percent(worst.0)), balance_colour(figures, tokens)),
            (figures.moved.map_or("–".to_owned(), words::percent), tokens.text),
        ];
        for (nth, (text, colour)) in cells.iter().enumerate().take(heads.len()) {
            let right = right_of(rect, nth);
            let cell = egui::Rect::from_min_max(pos2(right - column + 4.0, rect.top()), pos2(right, rect.bottom()));
            cell_text(ui, cell, text, *colour, true, false);
        }
        let broken = match figures.broken {
            0 => "Every rule holds".to_owned(),
            1 => "1 rule does not hold".to_owned(),
            count => format!("{count} rules do not hold"),
        };
        if response.on_hover_text(format!("{broken}. Click to see it on the map")).clicked() {
            actions.push(Action::ChooseAlternative(position));
        }
    }
    ui.spacing_mut().item_spacing.y = 4.0;
}

/// The largest deviation of all measures, and its share of the tolerance.
fn worst(figures: &Figures) -> Option<(f64, f64)> {
    let all = figures.balances.iter().map(|balance| {
        let share = if balance.tolerance > 0.0 { balance.deviation / balance.tolerance } else { balance.deviation };
        (balance.deviation, share)
    });
    all.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn balance_colour(figures: &Figures, tokens: Tokens) -> egui::Color32 {
    let colours = figures.balances.iter().map(|balance| tokens.deviation(balance.deviation, balance.tolerance));
    let rank = |colour: &egui::Color32| [tokens.good, tokens.warning, tokens.error].iter().position(|c| c == colour);
    colours.max_by_key(rank).unwrap_or(tokens.text)
}

/// What each plan is good at: the first is the engine's own, of the others those that are best in something say so.
fn names(choices: &[Choice]) -> Vec<String> {
    let best = |of: &dyn Fn(&Figures) -> Option<f64>| -> Option<usize> {
        let values = choices.iter().enumerate().filter_map(|(nth, choice)| Some((nth, of(&choice.figures)?)));
        values.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(nth, _)| nth)
    };
    let least_travel = best(&|figures| Some(figures.travel_km));
    let best_balance = best(&|figures| worst(figures).map(|worst| worst.1));
    let least_moved = best(&|figures| figures.moved);
    (0..choices.len())
        .map(|nth| {
            let good_at =
                [(least_travel, "Least travel"), (best_balance, "Best balance"), (least_moved, "Least moved")];
            let good_at = good_at.iter().find(|(best, _)| *best == Some(nth)).map(|(_, words)| *words);
            match good_at {
                _ if nth == 0 => "First choice".to_owned(),
                Some(words) => words.to_owned(),
                None => format!("Plan {}", nth + 1),
            }
        })
        .collect()
}

/// The row for those who cannot see it.
fn spoken(position: usize, name: &str, figures: &Figures) -> String {
    let mut words = format!("Plan {}, {name}: mean travel {}", position + 1, words::kilometres(figures.travel_km));
    if let Some((deviation, _)) = worst(figures) {
        words += &format!(", largest deviation {}", words::percent(deviation));
    }
    if let Some(moved) = figures.moved {
        words += &format!(", {} moves", words::percent(moved));
    }
    words
}

/// Takes or leaves what waits for a yes, and shows the plan without it.
pub fn buttons(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        if primary_button(ui, true, "Accept").on_hover_text("One undo step (Ctrl+Enter)").clicked() {
            actions.push(Action::Run(Command::AcceptProposal));
        }
        if ui.button("Discard").on_hover_text("Keep the plan as it is (Escape)").clicked() {
            actions.push(Action::Run(Command::RejectProposal));
        }
        let compare = ui.button("Hold to compare").on_hover_text("Shows the plan as it is while the button is held");
        let held = compare.is_pointer_button_down_on();
        if held != session.show_current {
            actions.push(Action::ShowCurrent(held));
        }
    });
}
