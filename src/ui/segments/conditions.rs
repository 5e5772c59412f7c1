//! The conditions of a segment: a column, a comparison and a value each, in a group that holds others one level deep.

use egui::{Button, ComboBox, TextEdit, Ui};
use egui_material_icons::icons::ICON_CLOSE;

use crate::domain::cells::CellColumn;
use crate::domain::columns::Subject;
use crate::domain::formula::{Columns, Kind, Source};
use crate::domain::segments::{Combine, Condition, Group, Operator};
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::ui::widgets::icon_button;
use crate::words;

/// So many different words are offered to choose from.
const MOST_WORDS: usize = 60;

/// `counts` has one for each condition, in the order of [`Group::all`].
pub(super) fn show(ui: &mut Ui, session: &Session, whole: &mut Group, counts: &[Option<usize>]) {
    let columns = Columns::of(&session.project, Subject::Accounts);
    let mut number = 0;
    group(ui, session, &columns, whole, counts, &mut number, "conditions");
    let mut removed = None;
    for (at, inner) in whole.groups.iter_mut().enumerate() {
        ui.indent(("group", at), |ui| {
            ui.horizontal(|ui| {
                ui.label(theme::note(ui, "and a group of which"));
                if icon_button(ui, ICON_CLOSE, &format!("Remove group {}", at + 1), 14.0).clicked() {
                    removed = Some(at);
                }
            });
            group(ui, session, &columns, inner, counts, &mut number, &format!("conditions of group {}", at + 1));
        });
    }
    if let Some(at) = removed {
        whole.groups.remove(at);
    }
    if ui.button("Add a group").on_hover_text("Conditions within: (this or that) and …").clicked() {
        let combine = if whole.combine == Combine::Any { Combine::All } else { Combine::Any };
        whole.groups.push(Group { combine, conditions: vec![Condition::default()], groups: Vec::new() });
    }
}

fn group(
    ui: &mut Ui,
    session: &Session,
    columns: &Columns,
    group: &mut Group,
    counts: &[Option<usize>],
    number: &mut usize,
    name: &str,
) {
    ui.horizontal(|ui| {
        let combo = ComboBox::from_id_salt(("combine", name)).selected_text(words::capital(group.combine.words()));
        let combo = combo.width(170.0).show_ui(ui, |ui| {
            for combine in Combine::ALL {
                ui.selectable_value(&mut group.combine, combine, words::capital(combine.words()));
            }
        });
        combo.response.accessible_name(format!("How many of the {name} must hold"));
        if ui.button("Add a condition").clicked() {
            group.conditions.push(Condition::default());
        }
    });
    let mut removed = None;
    for (at, one) in group.conditions.iter_mut().enumerate() {
        let count = counts.get(*number).copied().flatten();
        *number += 1;
        if condition(ui, session, columns, one, count, *number) {
            removed = Some(at);
        }
    }
    if let Some(at) = removed {
        group.conditions.remove(at);
    }
}

/// Returns whether it shall go.
fn condition(
    ui: &mut Ui,
    session: &Session,
    columns: &Columns,
    condition: &mut Condition,
    count: Option<usize>,
    number: usize,
) -> bool {
    let mut removed = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let source = columns.find(&condition.column).map(|(_, source)| source);
        let chosen = if condition.column.is_empty() { "Column" } else { condition.column.as_str() };
        let combo = ComboBox::from_id_salt(("column", number)).selected_text(chosen).width(150.0).truncate();
        let combo = combo.height(320.0).show_ui(ui, |ui| {
            for (name, source) in columns.names() {
                if ui.selectable_label(name == condition.column, name).clicked() {
                    name.clone_into(&mut condition.column);
                    condition.operator = Operator::of_kind(columns.kind(source))[0];
                }
            }
        });
        combo.response.accessible_name(format!("Column of condition {number}"));
        let kind = columns.find(&condition.column).map_or(Kind::Text, |(_, source)| columns.kind(source));
        let allowed = Operator::of_kind(kind);
        if !allowed.contains(&condition.operator) {
            condition.operator = allowed[0];
        }
        let combo = ComboBox::from_id_salt(("operator", number)).selected_text(condition.operator.words());
        let combo = combo.width(120.0).truncate().height(320.0).show_ui(ui, |ui| {
            for &operator in allowed {
                ui.selectable_value(&mut condition.operator, operator, operator.words());
            }
        });
        combo.response.accessible_name(format!("Comparison of condition {number}"));
        values(ui, session, source, condition, number);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            removed = icon_button(ui, ICON_CLOSE, &format!("Remove condition {number}"), 14.0).clicked();
            if let Some(count) = count {
                let text = theme::small(words::count(count as i128)).color(Tokens::of(ui).weak);
                ui.label(text).on_hover_text("Accounts for which this condition holds by itself");
            }
        });
    });
    removed
}

fn values(ui: &mut Ui, session: &Session, source: Option<Source>, condition: &mut Condition, number: usize) {
    let many = condition.operator.values();
    if many == 0 {
        return;
    }
    let width = if many == 2 { 66.0 } else { 118.0 };
    let field = |text, hint| TextEdit::singleline(text).desired_width(width).char_limit(2_000).hint_text(hint);
    let hint = match condition.operator {
        Operator::OneOf => "OH, IN",
        Operator::Before | Operator::After => "2026-12-31",
        Operator::WithinDays => "90",
        _ => "",
    };
    ui.add(field(&mut condition.value, hint)).accessible_name(format!("Value of condition {number}"));
    if many == 2 {
        ui.label(theme::note(ui, "and"));
        ui.add(field(&mut condition.until, hint)).accessible_name(format!("End of condition {number}"));
    }
    let Some(Source::Cell(CellColumn::Attribute(at))) = source else { return };
    if !matches!(condition.operator, Operator::Is | Operator::IsNot | Operator::OneOf) {
        return;
    }
    let Some(column) = session.project.accounts.attributes.get(usize::from(at)) else { return };
    let known: Vec<&String> = column.words().iter().filter(|word| !word.is_empty()).take(MOST_WORDS + 1).collect();
    if known.is_empty() || known.len() > MOST_WORDS {
        return;
    }
    let menu = ui.menu_button("…", |ui| {
        egui::ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
            for word in known {
                if ui.add(Button::new(word).frame_when_inactive(false)).clicked() {
                    if condition.operator == Operator::OneOf && !condition.value.trim().is_empty() {
                        condition.value = format!("{}, {word}", condition.value.trim().trim_end_matches(','));
                    } else {
                        condition.value.clone_from(word);
                        ui.close();
                    }
                }
            }
        });
    });
    menu.response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Values for condition {number}")));
}
