//! The inspector of a district, region or other group: its figures are those of all territories in it together.

use egui::{Align, Button, ComboBox, Layout, RichText, Ui, vec2};

use super::widgets::{deviation_bar, figure_row};
use super::{UiState, inspector};
use crate::action::{Action, Command};
use crate::domain::edit::Edit;
use crate::domain::hierarchy::Member;
use crate::domain::ids::{GroupId, MeasureId, RepId, TerritoryId};
use crate::domain::metrics;
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

pub fn show(ui: &mut Ui, session: &Session, id: GroupId, state: &mut UiState, actions: &mut Vec<Action>) {
    let plan = session.shown_plan();
    let Some(group) = plan.hierarchy().group(id) else { return };
    let tokens = Tokens::of(ui);
    let can_edit = session.read_only_words().is_none() && !session.shows_trial();
    inspector::title(ui, session, Member::Group(id), can_edit, state, actions);
    let level = plan.hierarchy().levels().get(usize::from(group.level)).map_or("", String::as_str);
    ui.label(theme::note(ui, level));
    stands_in(ui, session, Member::Group(id), can_edit, actions);
    lead(ui, session, id, group.rep, can_edit, actions);

    let totals = session.shown_totals();
    let territories: Vec<TerritoryId> = plan.territories_in(id).collect();
    let inside = || territories.iter().copied();
    if let Some(goal) = session.goal()
        && let Some(measure) = session.project.measure(goal.measure)
    {
        ui.add_space(4.0);
        let load = totals.load_of(goal.measure, inside());
        let target = metrics::target_of(plan, totals, goal.measure, inside());
        let deviation = metrics::deviation_of(plan, totals, goal.measure, inside());
        ui.horizontal(|ui| {
            ui.label(theme::strong(words::figure(measure, load)).size(theme::TITLE))
                .on_hover_text(words::full_figure(measure, load));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(deviation) = deviation {
                    let colour = tokens.deviation(deviation, goal.tolerance);
                    ui.label(theme::strong(words::signed_percent(deviation)).size(theme::HEADING).color(colour));
                }
            });
        });
        if let Some(deviation) = deviation {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), egui::Sense::hover());
            deviation_bar(ui, rect, deviation, goal.tolerance);
        }
        let hover = "The sum of the targets of its territories";
        figure_row(ui, "Target", words::figure(measure, target), hover);
    }
    figure_row(ui, "Territories", words::count(territories.len() as i128), "");
    figure_row(ui, "Units", words::count(inside().map(|id| i128::from(totals.unit_count(id))).sum::<i128>()), "");
    figure_row(ui, "Accounts", words::count(inside().map(|id| i128::from(totals.account_count(id))).sum::<i128>()), "");
    for (index, measure) in session.project.measures.iter().enumerate() {
        let other = MeasureId::from_index(index);
        if !session.is_prominent(other) || session.goal().is_some_and(|goal| goal.measure == other) {
            continue;
        }
        let load = totals.load_of(other, inside());
        figure_row(ui, &measure.name, words::figure(measure, load), &words::full_figure(measure, load));
    }
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Show").on_hover_text("Move the map to it (Z)").clicked() {
            actions.push(Action::Run(Command::FitTerritory));
        }
        if ui.button("Select units").clicked() {
            actions.push(Action::Run(Command::SelectUnitsOfTerritory));
        }
        let hover = "What it holds goes to the group above it, or into none";
        let reason = "Accept or discard the proposal first, or open the project for writing";
        let response = ui.add_enabled(can_edit, Button::new("Remove")).on_hover_text(hover);
        if response.on_disabled_hover_text(reason).clicked() {
            actions.push(Action::Run(Command::RemoveTerritory));
        }
    });
}

/// Which group a territory or group stands in, to look at and to change. Nothing without levels.
pub fn stands_in(ui: &mut Ui, session: &Session, member: Member, can_edit: bool, actions: &mut Vec<Action>) {
    let plan = session.shown_plan();
    let hierarchy = plan.hierarchy();
    let lowest = match member {
        Member::Territory(_) => 0,
        Member::Group(id) => hierarchy.group(id).map_or(0, |group| usize::from(group.level) + 1),
    };
    if lowest >= hierarchy.levels().len() {
        return;
    }
    let parent = plan.parent_of(member);
    let level = parent.and_then(|id| hierarchy.group(id)).map_or(lowest, |group| usize::from(group.level));
    let name = hierarchy.levels().get(level).map_or("", String::as_str);
    ui.add_enabled_ui(can_edit, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new(name).color(Tokens::of(ui).weak));
            let none = "None".to_owned();
            let words = |id: Option<GroupId>| id.map_or(none.clone(), |id| path_words(session, id));
            ComboBox::from_id_salt("stands in")
                .selected_text(words(parent))
                .width(ui.available_width() - 8.0)
                .truncate()
                .show_ui(ui, |ui| {
                    let groups = hierarchy.iter().filter(|(_, group)| usize::from(group.level) >= lowest);
                    for to in std::iter::once(None).chain(groups.map(|(id, _)| Some(id))) {
                        if ui.selectable_label(to == parent, words(to)).clicked() && to != parent {
                            actions.push(Action::MoveInto { members: vec![member], to });
                        }
                    }
                })
                .response
                .labelled_by(label.id);
        });
    });
}

/// "North · West": a group and those above it.
pub fn path_words(session: &Session, id: GroupId) -> String {
    let above = session.shown_plan().hierarchy().upwards(Some(id));
    above.map(|(_, group)| group.name.as_str()).collect::<Vec<_>>().join(" · ")
}

fn lead(
    ui: &mut Ui,
    session: &Session,
    id: GroupId,
    current: Option<RepId>,
    can_edit: bool,
    actions: &mut Vec<Action>,
) {
    if session.project.reps.is_empty() {
        return;
    }
    let name = |rep: Option<RepId>| {
        rep.and_then(|rep| session.project.reps.get(rep.index())).map_or("Nobody".to_owned(), |rep| rep.name.clone())
    };
    ui.add_enabled_ui(can_edit, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("Led by").color(Tokens::of(ui).weak));
            ComboBox::from_id_salt("lead of the group")
                .selected_text(name(current))
                .width(ui.available_width() - 8.0)
                .truncate()
                .show_ui(ui, |ui| {
                    let all = (0..session.project.reps.len()).map(|index| Some(RepId::from_index(index)));
                    for rep in std::iter::once(None).chain(all) {
                        if ui.selectable_label(rep == current, name(rep)).clicked() && rep != current {
                            let label = format!("Gave {} to {}", session.plan().group_name(Some(id)), name(rep));
                            actions.push(Action::Edit(Edit::alter_group(session.plan(), id, label, |group| {
                                group.rep = rep
                            })));
                        }
                    }
                })
                .response
                .labelled_by(label.id);
        });
    });
}
