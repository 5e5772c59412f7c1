//! The accounts of a group side by side: what differs is emphasised, and what would become of each measure stands at the end.

use egui::{Align, Grid, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::rules::{measures, rule_of};
use super::{Decision, State, said};
use crate::action::Action;
use crate::domain::ids::AccountId;
use crate::jobs::spec::MergeRule;
use crate::session::Session;
use crate::session::doubles::DoublesAction;
use crate::theme::{self, Tokens};
use crate::words;

/// A line of the comparison.
struct Line {
    name: String,
    /// One per account.
    cells: Vec<String>,
    /// What the account that stays has afterwards; empty where that is its own.
    merged: String,
    number: bool,
}

impl Line {
    fn differs(&self) -> bool {
        self.cells.windows(2).any(|pair| pair[0] != pair[1])
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, state: &mut State, height: f32, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let Some(item) = state.items.get(state.at) else { return };
    let decision = item.decision;
    said(ui, format!("{}: {}", item.group.score_words(), item.group.why), tokens.weak);
    let mut keep = item.keep;
    let accounts = item.group.accounts.clone();
    let lines = lines(session, state, &accounts, keep);
    ScrollArea::both()
        .id_salt(("group", state.at))
        .max_height(height - 76.0)
        .min_scrolled_height(height - 76.0)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let width = ((ui.available_width() - 110.0 - 90.0) / accounts.len() as f32 - 12.0).clamp(110.0, 220.0);
            let columns = accounts.len() + 2;
            Grid::new("side by side").num_columns(columns).spacing(vec2(12.0, 3.0)).show(ui, |ui| {
                ui.label("");
                for &account in &accounts {
                    let code = session.project.accounts.codes.get(account.index()).map_or("", String::as_str);
                    let button = ui.radio_value(&mut keep, account, "Keep this one");
                    button.accessible_name(format!("Keep {code}"));
                }
                ui.label(theme::small("Merged").color(tokens.weak));
                ui.end_row();
                for line in lines.iter().filter(|line| line.differs()) {
                    ui.add(Label::new(RichText::new(words::cut(&line.name, 24)).color(tokens.weak)));
                    for (cell, account) in line.cells.iter().zip(&accounts) {
                        let text = if *account == keep { theme::strong(cell) } else { RichText::new(cell) };
                        fixed(ui, width, text.color(tokens.warning), line.number).on_hover_text(cell);
                    }
                    fixed(ui, 84.0, RichText::new(&line.merged), line.number);
                    ui.end_row();
                }
                for line in lines.iter().filter(|line| !line.differs()) {
                    ui.add(Label::new(RichText::new(words::cut(&line.name, 24)).color(tokens.weak)));
                    for cell in &line.cells {
                        fixed(ui, width, RichText::new(cell).color(tokens.weak), line.number).on_hover_text(cell);
                    }
                    fixed(ui, 84.0, RichText::new(&line.merged).color(tokens.weak), line.number);
                    ui.end_row();
                }
            });
        });
    if let Some(item) = state.items.get_mut(state.at) {
        item.keep = keep;
    }
    ui.horizontal(|ui| {
        if ui
            .selectable_label(decision == Decision::Merge, "Merge")
            .on_hover_text("Mark it to be merged (Enter)")
            .clicked()
        {
            state.decide(Decision::Merge, actions);
        }
        let hover = "Remember that they are not one (N); again to forget that";
        if ui.selectable_label(decision == Decision::NoDouble, "Not a double").on_hover_text(hover).clicked() {
            state.decide(Decision::NoDouble, actions);
        }
        if ui.button("Skip").on_hover_text("Go on without deciding (arrow down)").clicked() {
            state.go(state.at + 1);
        }
        if ui.button("Show on the map").clicked() {
            actions.push(Action::Doubles(DoublesAction::Show(accounts)));
        }
    });
}

fn fixed(ui: &mut Ui, width: f32, text: RichText, right: bool) -> egui::Response {
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.allocate_ui_with_layout(vec2(width, 18.0), layout, |ui| {
        ui.set_width(width);
        ui.add(Label::new(text).truncate())
    })
    .inner
}

fn lines(session: &Session, state: &State, accounts: &[AccountId], keep: AccountId) -> Vec<Line> {
    let (project, plan) = (&session.project, session.plan());
    let table = &project.accounts;
    let words_of = |name: &str, cell: &dyn Fn(usize) -> String| Line {
        name: name.to_owned(),
        cells: accounts.iter().map(|account| cell(account.index())).collect(),
        merged: String::new(),
        number: false,
    };
    let owner = |row: usize| {
        let account = AccountId::from_index(row);
        let unit = table.units.get(row).copied().flatten();
        let mut words = plan.territory_name(plan.owner_of(account, unit)).to_owned();
        if plan.overrides().contains_key(&account) {
            words.push_str(", named");
        }
        if plan.locked_accounts().contains(&account) {
            words.push_str(", locked");
        }
        words
    };
    let text = |list: &[String], row: usize| list.get(row).cloned().unwrap_or_default();
    let mut lines = vec![
        words_of("Name", &|row| text(&table.names, row)),
        words_of("ID", &|row| text(&table.codes, row)),
        words_of("Owner", &owner),
        words_of("Placed", &|row| table.placements.get(row).map_or("", |placement| placement.word()).to_owned()),
    ];
    for measure in measures(session) {
        let value = |account: AccountId| measure.values.get(account.index()).copied().unwrap_or(f64::NAN);
        let shown = |value: f64| if value.is_finite() { words::full_figure(measure, value) } else { String::new() };
        let others = accounts.iter().copied().filter(|&account| account != keep);
        let known = std::iter::once(keep).chain(others).map(value).filter(|value| value.is_finite());
        let merged = match rule_of(&state.rules, measure) {
            MergeRule::Sum => known.reduce(|sum, value| sum + value),
            MergeRule::Largest => known.reduce(f64::max),
            MergeRule::Keep => { known }.next(),
        };
        lines.push(Line {
            name: measure.name.clone(),
            cells: accounts.iter().map(|&account| shown(value(account))).collect(),
            merged: merged.map_or_else(String::new, shown),
            number: true,
        });
    }
    lines.extend(table.attributes.iter().map(|column| words_of(&column.name, &|row| column.get(row).to_owned())));
    lines.retain(|line| line.cells.iter().any(|cell| !cell.is_empty()));
    lines
}
