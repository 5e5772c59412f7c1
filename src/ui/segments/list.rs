//! The list of segments with their counts.

use egui::{Label, RichText, ScrollArea, Ui};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_DELETE, ICON_EDIT};

use super::builder::Builder;
use super::{Next, Page};
use crate::action::Action;
use crate::domain::segments::{Combine, Group, Rule, Segment};
use crate::session::Session;
use crate::session::colouring::{Colouring, Dots};
use crate::session::columns::SegmentAction;
use crate::theme::{self, Tokens};
use crate::ui::widgets::{icon_button, outline_marks, primary_button};
use crate::words;

pub(super) fn show(ui: &mut Ui, session: &Session, refused: &Option<String>, actions: &mut Vec<Action>) -> Next {
    let mut next = Next::Stay;
    outline_marks(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    if session.project.accounts.is_empty() {
        ui.label(theme::strong("No accounts yet"));
        ui.label(RichText::new("A segment is a set of accounts: import some first").color(Tokens::of(ui).weak));
        if ui.button("Close").clicked() {
            next = Next::Close;
        }
        return next;
    }
    let segments = &session.project.segments;
    if segments.is_empty() {
        ui.label(theme::strong("No segments yet"));
        let about = "A named set of accounts: key accounts, those without a visit this quarter, one industry";
        ui.label(RichText::new(about).color(Tokens::of(ui).weak));
    } else {
        ui.label(theme::note(
            ui,
            "An account can be in several; where only one counts, as for colours, it is the first one here",
        ));
        let most = (ui.ctx().content_rect().height() - 280.0).max(120.0);
        ScrollArea::vertical().max_height(most).show(ui, |ui| {
            for at in 0..segments.len() {
                if let Some(page) = row(ui, session, at, actions) {
                    next = Next::Page(page);
                }
                ui.separator();
            }
        });
        let mut coloured = session.view.colouring.dots == Dots::Segments;
        if ui.checkbox(&mut coloured, "Colour accounts by segment").clicked() {
            let dots = if coloured { Dots::Segments } else { Dots::Owners };
            let colouring = Colouring { dots, ..session.view.colouring.clone() };
            actions.push(Action::SetColouring(Box::new(colouring)));
        }
    }
    if let Some(why) = refused {
        ui.label(RichText::new(why).color(Tokens::of(ui).error));
    }
    ui.horizontal(|ui| {
        let fixed = session.fixed();
        let button = primary_button(ui, fixed.is_none(), "New segment…");
        if button.on_disabled_hover_text(fixed.unwrap_or_default()).clicked() {
            next = Next::Page(Page::Builder(Box::new(Builder::new(session))));
        }
        if ui.button("Close").clicked() {
            next = Next::Close;
        }
    });
    next
}

fn row(ui: &mut Ui, session: &Session, at: usize, actions: &mut Vec<Action>) -> Option<Page> {
    let segments = &session.project.segments;
    let segment = &segments[at];
    let name = &segment.name;
    let tokens = Tokens::of(ui);
    let mut page = None;
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - 260.0);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::strong(name.as_str()));
            ui.add(Label::new(theme::note(ui, rule_words(segment))).truncate());
            match session.formulas.segments.get(at) {
                Some(Ok(members)) => {
                    let all = session.project.accounts.len().max(1);
                    let share = words::percent(members.count as f64 / all as f64);
                    let text = format!("{} ({share})", words::counted(members.count as i128, "account"));
                    ui.label(theme::small(text));
                }
                Some(Err(why)) => {
                    ui.label(theme::small(format!("Cannot be counted: {why}")).color(tokens.error));
                }
                None => {
                    ui.label(theme::note(ui, "Counting…"));
                }
            }
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let act = |action: SegmentAction, actions: &mut Vec<Action>| actions.push(Action::Segments(action));
            if icon_button(ui, ICON_DELETE, &format!("Remove {name}"), 16.0).clicked() {
                act(SegmentAction::Remove(name.clone()), actions);
            }
            if icon_button(ui, ICON_EDIT, &format!("Edit {name}…"), 16.0).clicked() {
                page = Some(Page::Builder(Box::new(Builder::of(session, segment))));
            }
            ui.add_enabled_ui(at + 1 < segments.len(), |ui| {
                if icon_button(ui, ICON_ARROW_DOWNWARD, &format!("Move {name} down"), 16.0).clicked() {
                    act(SegmentAction::Move(name.clone(), at + 1), actions);
                }
            });
            ui.add_enabled_ui(at > 0, |ui| {
                if icon_button(ui, ICON_ARROW_UPWARD, &format!("Move {name} up"), 16.0).clicked() {
                    act(SegmentAction::Move(name.clone(), at - 1), actions);
                }
            });
            let usable = session.members(at).is_some_and(|members| members.count > 0);
            let button = ui.add_enabled(usable, egui::Button::new("Select"));
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, usable, format!("Select {name}")));
            if button.on_hover_text("Select its accounts on the map and in the table").clicked() {
                act(SegmentAction::Select(name.clone()), actions);
            }
        });
    });
    page
}

/// "Annual Revenue is at least 100000, and State is one of OH, IN".
pub(super) fn rule_words(segment: &Segment) -> String {
    match &segment.rule {
        Rule::Formula(formula) => formula.split_whitespace().collect::<Vec<_>>().join(" "),
        Rule::Conditions(group) if group.is_empty() => "Every account".to_owned(),
        Rule::Conditions(group) => group_words(group),
    }
}

fn group_words(group: &Group) -> String {
    let conditions = group.conditions.iter().map(|condition| {
        let operator = condition.operator.words();
        let text = match condition.operator.values() {
            0 => format!("{} {operator}", condition.column),
            2 => format!("{} {operator} {} and {}", condition.column, condition.value, condition.until),
            _ if operator.contains('…') => {
                format!("{} {}", condition.column, operator.replace('…', &condition.value))
            }
            _ => format!("{} {operator} {}", condition.column, condition.value),
        };
        text.replace('\n', ", ")
    });
    let groups = group.groups.iter().filter(|group| !group.is_empty()).map(|group| format!("({})", group_words(group)));
    let parts: Vec<String> = conditions.chain(groups).collect();
    match group.combine {
        Combine::All => parts.join(" and "),
        Combine::Any => parts.join(" or "),
        Combine::None => format!("none of: {}", parts.join("; ")),
    }
}
