//! Why a proposal is as it is: the moves with what each is worth, and the rules that cannot hold together.

use egui::{Align, FontId, Label, Layout, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};
use egui_material_icons::icons::{ICON_ARROW_FORWARD, ICON_SWAP_VERT};

use super::widgets::{cell_text, figure_row};
use crate::action::{Action, SelectHow};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::jobs::spec::JobKind;
use crate::session::Session;
use crate::session::explanation::{Clash, ClashWords, Effect, Explanation, MoveOrder, UnitMove};
use crate::session::proposal::Proposal;
use crate::theme::{self, Tokens};
use crate::words;

const WORTH: &str = "What this move alone gains by all terms, in mean travel: against the proposal with it put back";
const TRAVEL: &str = "How this move alone changes the mean travel of the whole plan";
const BORDERS: &str = "How this move alone changes the length of all borders";
const LOAD: &str = "Distance from the target with this move taken back, and as proposed";
const SHARE: &str = "Share of the load of the whole plan that moves with it";

const ROW: f32 = 40.0;
const TOOLTIP: f32 = 260.0;
/// So many rows are seen at once.
const ROWS_SHOWN: usize = 7;
/// More rules than these are counted only.
const MOST_RULES: usize = 12;

/// What the list remembers.
#[derive(Default)]
pub struct State {
    order: MoveOrder,
    /// The unit whose explanation was brought into view last.
    shown: Option<UnitId>,
}

/// The section of the proposal's panel: the list, and the unit that is selected.
pub fn show(ui: &mut Ui, session: &Session, proposal: &Proposal, state: &mut State, actions: &mut Vec<Action>) {
    let Some(found) = proposal.explanation() else { return };
    if !found.is_empty() {
        ui.add_space(8.0);
        heading(ui, state);
        let count = session.project.units.count_words(found.len());
        ui.label(theme::note(ui, format!("{count}; click one to see it on the map")));
        ui.add_space(2.0);
        list(ui, session, found, state.order, actions);
    }
    selected_unit(ui, session, proposal, found, state);
}

fn heading(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        ui.label(theme::strong("Why did it move"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (words, hover, other) = match state.order {
                MoveOrder::BestFirst => {
                    ("Best first", "What gains most comes first; click for what costs most", MoveOrder::WorstFirst)
                }
                MoveOrder::WorstFirst => {
                    ("Worst first", "What costs most comes first; click for what gains most", MoveOrder::BestFirst)
                }
            };
            let text = format!("{} {words}", ICON_SWAP_VERT.codepoint);
            let button = egui::Button::new(RichText::new(text).size(theme::SMALL)).frame_when_inactive(false);
            let response = ui.add(button).on_hover_text(hover);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Order of the moves: {words}"))
            });
            if response.clicked() {
                state.order = other;
            }
        });
    });
}

/// The rows that can be seen, and no others. In another order the list begins at its top again.
fn list(ui: &mut Ui, session: &Session, found: &Explanation, order: MoveOrder, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let height = ROW * found.len().min(ROWS_SHOWN) as f32;
    let area = ScrollArea::vertical().id_salt(("moves", order)).max_height(height).min_scrolled_height(height);
    ui.spacing_mut().item_spacing.y = 0.0;
    area.auto_shrink([false, true]).show_rows(ui, ROW, found.len(), |ui, range| {
        for found in range.filter_map(|position| found.nth(position, order)) {
            row(ui, session, found, tokens, actions);
        }
    });
    ui.spacing_mut().item_spacing.y = 4.0;
}

fn row(ui: &mut Ui, session: &Session, found: &UnitMove, tokens: Tokens, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let selected = &session.selection.units;
    let chosen = selected.len() == 1 && selected.contains(&found.unit);
    let (name, worth) = (unit_name(session, found.unit), worth(found));
    let (from, to) = (territory(session, found.from), territory(session, found.to));
    let spoken = match &worth {
        Some(worth) => format!("{name}: from {} to {}, worth {worth}", from.0, to.0),
        None => format!("{name}: from {} to {}", from.0, to.0),
    };
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &spoken));
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, if chosen { tokens.selected } else { tokens.hover });
    }
    let inner = rect.shrink2(vec2(6.0, 3.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let worth_width = 68.0;
    cell_text(ui, upper.with_max_x(upper.right() - worth_width), &name, tokens.text, false, false);
    if let (Some(worth), Some(effect)) = (&worth, &found.effect) {
        let colour = if effect.worth_km < 0.0 { tokens.warning } else { tokens.text };
        cell_text(ui, upper.with_min_x(upper.right() - worth_width + 4.0), worth, colour, true, false);
    }
    from_to(ui, lower, [&from, &to], tokens);
    // Beside the list, so that the rows below can be seen.
    let mut tooltip = egui::Tooltip::for_enabled(&response);
    tooltip.popup = tooltip.popup.align(egui::RectAlign::LEFT_START).width(TOOLTIP).gap(8.0);
    tooltip.show(|ui| {
        ui.set_width(TOOLTIP);
        ui.label(theme::strong(&name));
        details(ui, session, found);
    });
    if response.clicked() {
        actions.push(Action::SelectUnits { units: vec![found.unit], how: SelectHow::Replace });
        actions.push(Action::FitUnits(with_neighbours(session, found.unit)));
    }
}

/// What to show of the map so that one sees where a unit lies.
fn with_neighbours(session: &Session, unit: UnitId) -> Vec<UnitId> {
    let topology = &session.project.units.topology;
    let around = topology.neighbours(unit).iter().filter(|neighbour| !neighbour.linked);
    std::iter::once(unit).chain(around.map(|neighbour| neighbour.unit)).collect()
}

/// "● North → ● South", each half cut to its room.
fn from_to(ui: &Ui, rect: Rect, ends: [&(String, Option<[u8; 3]>); 2], tokens: Tokens) {
    let arrow = 16.0;
    let half = (rect.width() - arrow) / 2.0;
    let mut left = rect.left();
    for (nth, (name, colour)) in ends.into_iter().enumerate() {
        let mut room = half;
        if let Some([r, g, b]) = *colour {
            let middle = pos2(left + 4.0, rect.center().y);
            ui.painter().circle_filled(middle, 4.0, egui::Color32::from_rgb(r, g, b));
            left += 12.0;
            room -= 12.0;
        }
        let font = FontId::proportional(theme::SMALL);
        let mut job = egui::text::LayoutJob::simple_singleline(name.clone(), font, tokens.weak);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(4.0));
        let galley = ui.painter().layout_job(job);
        let width = galley.size().x;
        ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, tokens.weak);
        left += width + 4.0;
        if nth == 0 {
            let (at, font) = (pos2(left, rect.center().y), FontId::proportional(theme::SMALL));
            let icon = ICON_ARROW_FORWARD.codepoint;
            let drawn = ui.painter().text(at, egui::Align2::LEFT_CENTER, icon, font, tokens.weak);
            left = drawn.right() + 4.0;
        }
    }
}

/// What a move does, and why it is made.
fn details(ui: &mut Ui, session: &Session, found: &UnitMove) {
    let (from, to) = (territory(session, found.from).0, territory(session, found.to).0);
    ui.add(Label::new(RichText::new(format!("From {from} to {to}")).color(Tokens::of(ui).weak)).wrap());
    if let (Some(effect), Some(proposal)) = (&found.effect, &session.proposal)
        && let Some(explanation) = proposal.explanation()
    {
        effects(ui, effect, explanation, [&from, &to]);
    }
    ui.add_space(2.0);
    ui.add(Label::new(&found.why).wrap());
}

fn effects(ui: &mut Ui, effect: &Effect, explanation: &Explanation, ends: [&String; 2]) {
    let tokens = Tokens::of(ui);
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, 18.0);
    let room = std::mem::replace(&mut ui.spacing_mut().item_spacing.y, 1.0);
    figure_row(ui, "Worth", words::signed_length(effect.worth_km), WORTH);
    figure_row(ui, "Mean travel", words::signed_length(effect.travel_km), TRAVEL);
    figure_row(ui, "Borders", words::signed_length(effect.border_km), BORDERS);
    figure_row(ui, "Load that moves", words::percent(effect.share), SHARE);
    for (measure, change) in explanation.measures.iter().zip(&effect.balances) {
        ui.label(theme::note(ui, format!("{} off target: put back to proposed", measure.name)));
        for (name, [back, now]) in ends.into_iter().zip(change) {
            let mut text = egui::text::LayoutJob::default();
            let mut add = |words: &str, color| {
                let font_id = FontId::proportional(theme::BODY);
                text.append(words, 0.0, egui::TextFormat { font_id, color, ..Default::default() });
            };
            add(&words::signed_percent(*back), tokens.deviation(*back, measure.tolerance));
            add(" to ", tokens.weak);
            add(&words::signed_percent(*now), tokens.deviation(*now, measure.tolerance));
            figure_row(ui, name, text, LOAD);
        }
    }
    (ui.spacing_mut().interact_size.y, ui.spacing_mut().item_spacing.y) = (height, room);
}

/// The explanation of the one unit that is selected, in the list or on the map.
fn selected_unit(ui: &mut Ui, session: &Session, proposal: &Proposal, found: &Explanation, state: &mut State) {
    let selected = &session.selection.units;
    let Some(unit) = selected.first().copied().filter(|_| selected.len() == 1) else {
        state.shown = None;
        return;
    };
    ui.add_space(10.0);
    let response = ui.scope(|ui| {
        let name = unit_name(session, unit);
        let owner = proposal.choice().plan.territory_of(unit);
        let to = territory(session, owner).0;
        match found.of(unit) {
            Some(found) => {
                ui.add(Label::new(theme::strong(format!("Why {name} moved"))).wrap());
                details(ui, session, found);
            }
            None if owner.is_unassigned() => {
                ui.label(theme::note(ui, format!("{name} has no territory, today as in this proposal")));
            }
            None if session.plan().territory_of(unit) == owner => {
                ui.label(theme::note(ui, format!("{name} stays in {to} in this proposal")));
            }
            None => {
                ui.label(theme::note(ui, format!("{name} has no territory today and goes to {to}")));
            }
        }
    });
    // What was asked for by a click is brought into view once.
    if state.shown != Some(unit) {
        state.shown = Some(unit);
        ui.scroll_to_rect(response.response.rect, None);
    }
}

/// Which rules cannot hold together, as far as that is known.
pub fn clash(ui: &mut Ui, clash: &Clash, tokens: Tokens, actions: &mut Vec<Action>) {
    match clash {
        Clash::NotAsked | Clash::Wanted => {}
        Clash::Looking => {
            ui.horizontal(|ui| {
                ui.label(theme::note(ui, "Looking for rules that cannot hold together"));
                if ui.small_button("Stop").on_hover_text("The proposal stays as it is").clicked() {
                    actions.push(Action::Cancel(JobKind::Conflict));
                }
            });
        }
        Clash::Stopped => {
            let hover = "Which of the rules contradict each other, and what would have to give";
            if ui.button("Look for rules that cannot hold together").on_hover_text(hover).clicked() {
                actions.push(Action::LookForConflict);
            }
        }
        Clash::NothingFound => {
            let text = "No rules were found that cannot hold together: more effort or another seed may find a plan that keeps them all";
            ui.add(Label::new(theme::note(ui, text)).wrap());
        }
        Clash::Found(words) => found(ui, words, tokens),
    }
}

fn found(ui: &mut Ui, words: &ClashWords, tokens: Tokens) {
    ui.add_space(4.0);
    ui.add(Label::new(theme::strong(words.title)).wrap());
    bullets(ui, &words.rules, tokens);
    ui.add(Label::new(theme::small(&words.proof).color(tokens.weak)).wrap());
    ui.add_space(2.0);
    ui.add(Label::new(theme::strong(words.relief_title)).wrap());
    bullets(ui, &words.reliefs, tokens);
}

fn bullets(ui: &mut Ui, lines: &[String], tokens: Tokens) {
    for line in lines.iter().take(MOST_RULES) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.spacing_mut().interact_size.y = 16.0;
            let (rect, _) = ui.allocate_exact_size(vec2(6.0, 16.0), Sense::hover());
            ui.painter().circle_filled(rect.center(), 2.0, tokens.weak);
            ui.add(Label::new(line).wrap());
        });
    }
    if lines.len() > MOST_RULES {
        ui.label(theme::note(ui, format!("and {} more", lines.len() - MOST_RULES)));
    }
}

fn worth(found: &UnitMove) -> Option<String> {
    found.effect.as_ref().map(|effect| words::signed_length(effect.worth_km))
}

/// "48009 Washtenaw", or the code alone.
fn unit_name(session: &Session, unit: UnitId) -> String {
    let units = &session.project.units;
    match (units.codes.get(unit.index()), units.names.get(unit.index())) {
        (Some(code), Some(name)) if code != name => format!("{code} {name}"),
        (Some(code), _) => code.clone(),
        _ => String::new(),
    }
}

/// Name and colour of a territory of the proposal, or of the plan of today where it is not in the proposal any more.
fn territory(session: &Session, id: TerritoryId) -> (String, Option<[u8; 3]>) {
    let proposed = session.proposal.as_ref().and_then(|proposal| proposal.choice().plan.territory(id));
    match proposed.or_else(|| session.plan().territory(id)) {
        Some(territory) => (territory.name.clone(), Some(territory.colour)),
        None => ("nobody".to_owned(), None),
    }
}
