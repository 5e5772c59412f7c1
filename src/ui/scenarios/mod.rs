//! The list of scenarios below the map, as a family tree, and beside it what is said about the chosen one.

mod details;
mod dialog;

use egui::{Panel, Rect, ScrollArea, Sense, Ui, pos2, vec2};

use super::widgets::cell_text;
use crate::action::Action;
use crate::domain::plans::{PlanId, PlanStatus, Plans};
use crate::session::Session;
use crate::session::scenarios::ScenarioAction;
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::words;

#[derive(Default)]
pub struct State {
    /// The one that is looked at; the open one where none was chosen.
    chosen: Option<PlanId>,
    details: details::State,
    dialog: Option<dialog::Dialog>,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.dialog.is_some()
    }

    /// Asks what a copy shall be called.
    pub fn open_new(&mut self, session: &Session, of: PlanId) {
        self.dialog = Some(dialog::Dialog::copy(session, of));
    }
}

/// A column of the list: its heading, what it means, how wide it is, and whether it holds figures.
struct Column {
    heading: &'static str,
    about: &'static str,
    width: f32,
    right: bool,
}

const COLUMNS: [Column; 7] = [
    Column {
        heading: "Status",
        about: "Draft, proposed, or approved: then nobody changes it any more",
        width: 86.0,
        right: false,
    },
    Column { heading: "Territories", about: "How many there are", width: 84.0, right: true },
    Column { heading: "Unassigned", about: "Units in no territory", width: 88.0, right: true },
    Column {
        heading: "Balance",
        about: "The largest deviation of any territory from its target, of the first measure that is balanced",
        width: 76.0,
        right: true,
    },
    Column {
        heading: "Units moved",
        about: "Share of the units that have another territory than in the reference",
        width: 92.0,
        right: true,
    },
    Column {
        heading: "Accounts moved",
        about: "Share of the accounts that have another territory than in the reference",
        width: 112.0,
        right: true,
    },
    Column { heading: "Comments", about: "Comments that are not settled yet", width: 82.0, right: true },
];

const HEADER: f32 = 26.0;
const INDENT: f32 = 18.0;

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let plans = &session.scenarios.plans;
    let chosen = state.chosen.filter(|&id| plans.get(id).is_some()).unwrap_or(plans.active);
    let wide = ui.available_width() > 760.0;
    let width = if wide { 380.0 } else { ui.available_width() * 0.45 };
    Panel::right("scenario details").exact_size(width).resizable(false).show(ui, |ui| {
        details::show(ui, session, chosen, &mut state.details, &mut state.dialog, actions);
    });
    list(ui, session, chosen, &mut state.chosen, actions);
}

/// Dialogs that may be open whatever is below the map.
pub fn show_dialog(ui: &Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if let Some(dialog) = &mut state.dialog
        && dialog::show(ui, session, dialog, actions)
    {
        state.dialog = None;
    }
}

fn list(ui: &mut Ui, session: &Session, chosen: PlanId, choice: &mut Option<PlanId>, actions: &mut Vec<Action>) {
    let plans = &session.scenarios.plans;
    let tokens = Tokens::of(ui);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let places = places(head);
    cell_text(ui, name_place(head, 12.0), "Scenario", tokens.weak, false, false);
    for (column, place) in COLUMNS.iter().zip(&places) {
        let Some(place) = place else { continue };
        cell_text(ui, *place, column.heading, tokens.weak, column.right, false);
        ui.interact(*place, ui.scope_id().with(column.heading), Sense::hover()).on_hover_text(column.about);
    }
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for branch in plans.family() {
            let Some(plan) = plans.get(branch.id) else { continue };
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
            let (is_chosen, is_open) = (plan.id == chosen, plan.id == plans.active);
            let said = format!("Scenario {}{}", plan.name, if is_open { ", open" } else { "" });
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, is_chosen, &said));
            if is_chosen {
                ui.painter().rect_filled(rect, 0.0, tokens.selected);
            } else if response.hovered() {
                ui.painter().rect_filled(rect, 0.0, tokens.hover);
            }
            if is_open {
                let mark = Rect::from_min_max(rect.min, pos2(rect.min.x + 3.0, rect.max.y));
                ui.painter().rect_filled(mark, 0.0, tokens.accent);
            }
            let mut name = plan.name.clone();
            if plan.id == plans.reference() && plans.all.len() > 1 {
                name.push_str("  (reference)");
            }
            let indent = 12.0 + INDENT * branch.depth.min(8) as f32;
            if branch.depth > 0 {
                elbow(ui, rect, indent - 12.0);
            }
            cell_text(ui, name_place(rect, indent), &name, tokens.text, false, is_open);
            row(ui, session, plans, plan.id, rect);
            let hover = if is_open { "It is open" } else { "Click to look at it, double-click to open it" };
            let mut hover = hover.to_owned();
            if !plan.description.is_empty() {
                hover = format!("{}\n{hover}", words::cut(&plan.description, 300));
            }
            let response = response.on_hover_text(hover);
            if response.clicked() {
                *choice = Some(plan.id);
            }
            if response.double_clicked() && !is_open {
                actions.push(Action::Scenarios(ScenarioAction::Open(plan.id)));
            }
        }
    });
}

fn row(ui: &Ui, session: &Session, plans: &Plans, id: PlanId, rect: Rect) {
    let tokens = Tokens::of(ui);
    let Some(plan) = plans.get(id) else { return };
    let figures = session.scenarios.figures(id);
    let goal = session.project.main_goal();
    let comments = plans.comments_on(id).filter(|comment| !comment.done).count();
    let is_reference = id == plans.reference();
    let status = match plan.status {
        PlanStatus::Draft => tokens.weak,
        PlanStatus::Proposed => tokens.text,
        PlanStatus::Approved => tokens.good,
    };
    let share = |share: f64| if is_reference { "–".to_owned() } else { words::percent(share) };
    let known = |text: Option<String>| text.unwrap_or_else(|| "…".to_owned());
    let balance = figures.and_then(|figures| figures.balance);
    let cells = [
        (plan.status.words().to_owned(), status),
        (known(figures.map(|of| words::count(of.territories as i128))), tokens.text),
        (known(figures.map(|of| words::count(of.unassigned as i128))), tokens.text),
        (
            known(figures.map(|_| balance.map_or("–".to_owned(), words::percent))),
            match (balance, goal) {
                (Some(balance), Some(goal)) => tokens.deviation(balance, goal.tolerance),
                _ => tokens.text,
            },
        ),
        (known(figures.map(|of| share(of.disruption.unit_share()))), tokens.text),
        (known(figures.map(|of| share(of.disruption.account_share()))), tokens.text),
        (if comments > 0 { words::count(comments as i128) } else { String::new() }, tokens.text),
    ];
    for ((text, colour), (column, place)) in cells.iter().zip(COLUMNS.iter().zip(places(rect))) {
        if let Some(place) = place {
            cell_text(ui, place, text, *colour, column.right, false);
        }
    }
}

/// Where the columns are in a row; those that have no room are left out from the right.
fn places(rect: Rect) -> [Option<Rect>; COLUMNS.len()] {
    let mut left = rect.left() + name_width(rect);
    std::array::from_fn(|at| {
        let (from, to) = (left, left + COLUMNS[at].width);
        left = to + 12.0;
        (to <= rect.right() - 4.0).then(|| Rect::from_x_y_ranges(from..=to, rect.y_range()))
    })
}

fn name_width(rect: Rect) -> f32 {
    let columns: f32 = COLUMNS.iter().map(|column| column.width + 12.0).sum();
    (rect.width() - columns).clamp(180.0, 420.0)
}

fn name_place(rect: Rect, indent: f32) -> Rect {
    let right = rect.left() + name_width(rect) - 12.0;
    Rect::from_x_y_ranges((rect.left() + indent).min(right)..=right, rect.y_range())
}

/// The line from a scenario to the one that it was copied from.
fn elbow(ui: &Ui, rect: Rect, indent: f32) {
    let stroke = egui::Stroke::new(1.0, Tokens::of(ui).control);
    let x = rect.left() + indent + 2.0;
    ui.painter().vline(x, rect.top()..=rect.center().y, stroke);
    ui.painter().hline(x..=x + 7.0, rect.center().y, stroke);
}
