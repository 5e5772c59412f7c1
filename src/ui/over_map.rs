//! What lies over the map at the top: why nothing can be changed, which units the tools take, and what has fallen apart.

use egui::{
    Align, Align2, Area, Button, Checkbox, ComboBox, Frame, Id, Layout, Margin, Order, Rect, RichText, Stroke, Ui,
    pos2, vec2,
};

use super::widgets::{command_hover, outline_marks};
use crate::action::{Action, Command, SelectHow};
use crate::domain::plans::PlanStatus;
use crate::domain::spatial::Inside;
use crate::session::Session;
use crate::session::scenarios::ScenarioAction;
use crate::session::view::{BottomTab, Scope, Tool};
use crate::theme::Tokens;
use crate::words;

/// What the zoom buttons take at the right.
const BUTTONS: f32 = 58.0;

/// Returns where the map is free: below what is shown here, beside the zoom buttons.
pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) -> Rect {
    let rect = ui.available_rect_before_wrap();
    let top = cards(ui, session, rect, actions).unwrap_or(rect.top() + 4.0);
    Rect::from_min_max(pos2(rect.left() + 8.0, top + 8.0), pos2(rect.right() - BUTTONS, rect.bottom()))
}

/// Returns the lower edge of what there is to show.
fn cards(ui: &Ui, session: &Session, rect: Rect, actions: &mut Vec<Action>) -> Option<f32> {
    let scope = session.scope();
    let options = session.view.tool != Tool::Select || scope != Scope::Everything;
    let broken = session.cut_off().unwrap_or_default();
    if !options && broken.is_empty() && session.read_only_words().is_none() {
        return None;
    }
    // Between the legend on the left and the zoom buttons on the right.
    let legend = if session.view.show_legend && rect.width() >= 480.0 { 252.0 } else { 12.0 };
    let width = (rect.width() - BUTTONS - 6.0 - legend).clamp(220.0, 720.0);
    let area = Area::new(Id::unique("over the map")).order(Order::Middle).constrain_to(rect);
    let at = rect.right_top() + vec2(-BUTTONS, 12.0);
    let shown = area.pivot(Align2::RIGHT_TOP).fixed_pos(at).show(ui.ctx(), |ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.y = 6.0;
        if let Some(why) = &session.read_only {
            card(ui, Tokens::of(ui).warning).show(ui, |ui| read_only(ui, session, why, actions));
        } else if session.read_only_words().is_some() {
            card(ui, Tokens::of(ui).separator).show(ui, |ui| approved(ui, session, actions));
        }
        if options {
            card(ui, Tokens::of(ui).separator).show(ui, |ui| {
                outline_marks(ui);
                // In a narrow window one below the other.
                let layout =
                    if width > 430.0 { Layout::left_to_right(Align::Center) } else { Layout::top_down(Align::Min) };
                let room = vec2(ui.available_width(), ui.spacing().interact_size.y);
                ui.allocate_ui_with_layout(room, layout, |ui| tool_options(ui, session, scope, actions));
            });
        }
        if let Some(first) = broken.first() {
            card(ui, Tokens::of(ui).warning).show(ui, |ui| warning(ui, session, first, broken.len() - 1, actions));
        }
    });
    Some(shown.response.rect.bottom())
}

fn card(ui: &Ui, edge: egui::Color32) -> Frame {
    let tokens = Tokens::of(ui);
    Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(10, 6))
}

fn read_only(ui: &mut Ui, session: &Session, why: &str, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(egui_material_icons::icons::ICON_LOCK.rich_text().size(16.0).color(tokens.warning));
        ui.label(format!("Opened read-only: {}", words::inside(why)));
        if session.damaged && ui.button("What is missing").on_hover_text("Lists it below, in Problems").clicked() {
            actions.push(Action::SetTab(BottomTab::Problems));
        }
        if ui.button("Save a copy…").on_hover_text(command_hover(Command::SaveAs)).clicked() {
            actions.push(Action::Run(Command::SaveAs));
        }
    });
}

/// What can be done in a scenario that nobody shall change any more.
fn approved(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(egui_material_icons::icons::ICON_LOCK.rich_text().size(16.0).color(tokens.weak));
        ui.label(format!("{} is approved", session.plan().name));
        if ui.button("New scenario…").on_hover_text("Make a copy of it, and change that").clicked() {
            actions.push(Action::Run(Command::NewScenario));
        }
        if ui.button("Back to draft").on_hover_text("Allow changes again").clicked() {
            let id = session.scenarios.plans.active;
            actions.push(Action::Scenarios(ScenarioAction::SetStatus { id, status: PlanStatus::Draft }));
        }
    });
}

fn tool_options(ui: &mut Ui, session: &Session, scope: Scope, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 10.0;
    // At the level of districts nothing is cut, and a line has nothing to choose.
    let can_cut = session.view.tool.can_cut() && session.paint_level().is_none() && session.read_only_words().is_none();
    if session.view.tool.bounds() || can_cut {
        ui.horizontal(|ui| {
            let words = |inside: Inside| match inside {
                Inside::Centre => "centre inside",
                Inside::Mostly => "mostly inside",
                Inside::Touched => "touched",
            };
            const CUT: &str = "cut along the line";
            let choices: &[Inside] = match session.view.tool.bounds() {
                true => &[Inside::Centre, Inside::Mostly, Inside::Touched],
                false => &[Inside::Touched],
            };
            let chosen = match (session.cuts(), session.view.tool.bounds()) {
                (true, _) => CUT,
                (false, true) => words(session.view.inside),
                (false, false) => words(Inside::Touched),
            };
            let label = ui.label(RichText::new("Takes").color(Tokens::of(ui).weak));
            let response =
                ComboBox::from_id_salt("what a boundary takes").selected_text(chosen).width(124.0).show_ui(ui, |ui| {
                    for &inside in choices {
                        if ui.selectable_label(words(inside) == chosen, words(inside)).clicked() {
                            // What a line takes says nothing of boundaries.
                            let of_boundary = session.view.tool.bounds();
                            actions.push(if of_boundary { Action::SetInside(inside) } else { Action::SetCut(false) });
                        }
                    }
                    if can_cut {
                        let response = ui.selectable_label(chosen == CUT, CUT);
                        if response.on_hover_text("Parts every unit where the line crosses it").clicked() {
                            actions.push(Action::SetCut(true));
                        }
                    }
                });
            let units = session.project.units.kind_of_many();
            let hover = format!("Which {units} belong to what is drawn, or that they are cut along it");
            response.response.labelled_by(label.id).on_hover_text(hover);
        });
    }
    let (mut only_one, mut only_free) = (matches!(scope, Scope::Only(_)), scope == Scope::Unassigned);
    let of = match scope {
        Scope::Only(id) => Some(id),
        _ => (!session.active.is_unassigned()).then_some(session.active),
    };
    let name = of.map_or("this territory", |id| session.plan().territory_name(id));
    let response = ui.add_enabled(of.is_some(), Checkbox::new(&mut only_one, format!("Only from {name}")));
    let response = response.on_hover_text(Command::OnlyTerritory.about());
    if response.on_disabled_hover_text("Choose a territory first").changed() {
        let only = of.filter(|_| only_one).map_or(Scope::Everything, Scope::Only);
        actions.push(Action::SetScope(only));
    }
    let response = ui.checkbox(&mut only_free, "Only unassigned").on_hover_text(Command::OnlyUnassigned.about());
    if response.changed() {
        actions.push(Action::SetScope(if only_free { Scope::Unassigned } else { Scope::Everything }));
    }
}

fn warning(
    ui: &mut Ui,
    session: &Session,
    first: &crate::domain::topology::CutOff,
    more: usize,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(egui_material_icons::icons::ICON_WARNING.rich_text().size(16.0).color(tokens.warning));
        ui.label(words::cut_off(&session.project, first));
        if more > 0 {
            let others = if more == 1 { "1 more territory".to_owned() } else { format!("{more} more territories") };
            ui.label(RichText::new(format!("and {others}")).color(tokens.weak));
        }
        if ui.button("Show").on_hover_text("Select what is cut off and move the map there").clicked() {
            actions.push(Action::SelectTerritory(Some(first.territory)));
            actions.push(Action::SelectUnits { units: first.units.clone(), how: SelectHow::Replace });
            actions.push(Action::FitUnits(first.units.clone()));
        }
        let locked = session.plan().is_territory_locked(first.territory);
        let repair = ui.add_enabled(session.read_only_words().is_none() && !locked, Button::new("Repair"));
        let reason = if locked { "The territory is locked" } else { "The project is open for reading only" };
        if repair.on_hover_text(command_hover(Command::RepairPieces)).on_disabled_hover_text(reason).clicked() {
            actions.push(Action::Repair(Some(first.territory)));
        }
    });
}
