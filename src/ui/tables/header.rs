//! Headers: a click sorts, the funnel filters.

use egui::{Align2, FontId, Popup, PopupCloseBehavior, Rect, RichText, Sense, Stroke, TextEdit, Ui, pos2, vec2};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_FILTER_ALT};

use super::TableState;
use crate::action::Action;
use crate::session::columns::ColumnAction;
use crate::session::tables::TableAction;
use crate::session::tables::field::{Field, Source};
use crate::session::tables::order::Test;
use crate::theme::{self, Tokens};
use crate::ui::widgets::cell_text;
use crate::words;

/// What is typed into the filter of a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filter {
    how: How,
    text: String,
    from: String,
    to: String,
}

/// How words are compared, or whether there is anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum How {
    #[default]
    Value,
    Is,
    IsNot,
    Empty,
    NotEmpty,
}

impl Filter {
    /// What it asks for; `None` while nothing usable is typed.
    pub fn test(&self, field: Field) -> Option<Test> {
        let text = self.text.trim();
        match self.how {
            How::Empty => Some(Test::Empty),
            How::NotEmpty => Some(Test::NotEmpty),
            _ if field.is_number() => {
                let (from, to) = (words::read_number(&self.from), words::read_number(&self.to));
                (from.is_some() || to.is_some()).then_some(Test::Between(from, to))
            }
            _ if text.is_empty() => None,
            How::Value => Some(Test::Contains(text.to_lowercase())),
            How::Is => Some(Test::Is(text.to_owned())),
            How::IsNot => Some(Test::IsNot(text.to_owned())),
        }
    }

    fn complaint(&self) -> Option<&'static str> {
        let wrong = |text: &String| !text.trim().is_empty() && words::read_number(text).is_none();
        (wrong(&self.from) || wrong(&self.to)).then_some("Write a number such as 1,234.5")
    }
}

/// A header cell.
pub(super) fn show(ui: &mut Ui, source: Source, field: Field, state: &mut TableState, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let title = source.title(field);
    let unit = source.unit(field);
    let shown = if unit.is_empty() { title.clone() } else { format!("{title} ({unit})") };
    let rect = ui.max_rect();
    let response = ui.interact(rect, ui.scope_id().with(("header", field)), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {title}")));
    let over = ui.rect_contains_pointer(rect);
    ui.painter().rect_filled(rect, 0.0, if over { tokens.hover } else { tokens.subtle });
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.separator));
    let filtered = state.filters.get(&field).is_some_and(|filter| filter.test(field).is_some());
    let mut text = rect.shrink2(vec2(8.0, 0.0));

    let funnel = Rect::from_center_size(pos2(rect.right() - 15.0, rect.center().y), vec2(20.0, 22.0));
    let button = ui.interact(funnel, ui.scope_id().with(("filter", field)), Sense::click());
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Filter {title}")));
    let open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&button));
    if over || filtered || open || button.has_focus() {
        let colour = if filtered || button.hovered() { tokens.accent } else { tokens.weak };
        let font = FontId::proportional(14.0);
        ui.painter().text(funnel.center(), Align2::CENTER_CENTER, ICON_FILTER_ALT.codepoint, font, colour);
        text.max.x = funnel.left();
    }
    if let Some((by, descending)) = state.sort
        && by == field
    {
        let icon = if descending { ICON_ARROW_DOWNWARD } else { ICON_ARROW_UPWARD };
        let font = FontId::proportional(13.0);
        ui.painter().text(text.left_center(), Align2::LEFT_CENTER, icon.codepoint, font, tokens.accent);
        text.min.x += 16.0;
    }
    if !unit.is_empty() {
        // The unit stays when there is no room for the whole title.
        let font = FontId::proportional(theme::SMALL);
        let drawn = ui.painter().text(text.right_center(), Align2::RIGHT_CENTER, unit, font, tokens.weak);
        text.max.x = drawn.left() - 6.0;
    }
    let sorted = state.sort.is_some_and(|sort| sort.0 == field);
    let colour = if sorted || filtered { tokens.text } else { tokens.weak };
    cell_text(ui, text, &title, colour, field.is_number(), false);
    let about = source.editable(field).err().unwrap_or("Double-click a cell to edit it");
    if response.on_hover_text(format!("{shown}: click to sort\n{about}")).clicked() {
        state.sort = match state.sort {
            Some((by, descending)) if by == field && descending == field.is_number() => Some((field, !descending)),
            Some((by, _)) if by == field => None,
            _ => Some((field, field.is_number())),
        };
    }
    Popup::menu(&button.on_hover_text("Filter by this column"))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(240.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.label(RichText::new(&title).strong());
            let mut filter = state.filters.get(&field).cloned().unwrap_or_default();
            if field.is_number() {
                numbers(ui, &title, &mut filter)
            } else {
                texts(ui, &title, &mut filter)
            };
            ui.horizontal(|ui| {
                if ui.add_enabled(filter != Filter::default(), egui::Button::new("Clear")).clicked() {
                    filter = Filter::default();
                }
                if ui.button("Hide column").clicked() {
                    let key = source.key(field);
                    actions.push(Action::Table(TableAction::ToggleColumn { subject: source.subject, key }));
                    ui.close();
                }
            });
            ui.separator();
            formulas(ui, source, field, actions);
            if filter == Filter::default() {
                state.filters.remove(&field);
            } else {
                state.filters.insert(field, filter);
            }
            if ui.input(|input| input.key_pressed(egui::Key::Enter)) {
                ui.close();
            }
        });
}

/// What can be done with the formula behind a column.
fn formulas(ui: &mut Ui, source: Source, field: Field, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        if ui.button("New column…").on_hover_text("A column that a formula computes").clicked() {
            actions.push(Action::Columns(ColumnAction::New(source.subject)));
            ui.close();
        }
        let Some(column) = source.computed(field) else { return };
        let response = ui.button("Edit formula…").on_hover_text(&column.formula);
        if response.clicked() {
            actions.push(Action::Columns(ColumnAction::Edit(source.subject, column.name.clone())));
            ui.close();
        }
        if ui.button("Remove column…").clicked() {
            actions.push(Action::Columns(ColumnAction::AskRemove(source.subject, column.name.clone())));
            ui.close();
        }
    });
}

fn choices(ui: &mut Ui, filter: &mut Filter, choices: &[(How, &str)]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for &(how, words) in choices {
            if ui.selectable_label(filter.how == how, words).clicked() {
                filter.how = how;
            }
        }
    });
}

fn texts(ui: &mut Ui, title: &str, filter: &mut Filter) {
    let all = [
        (How::Value, "contains"),
        (How::Is, "is"),
        (How::IsNot, "is not"),
        (How::Empty, "empty"),
        (How::NotEmpty, "not empty"),
    ];
    choices(ui, filter, &all);
    if !matches!(filter.how, How::Empty | How::NotEmpty) {
        let field = TextEdit::singleline(&mut filter.text).desired_width(f32::INFINITY).char_limit(200);
        ui.add(field.hint_text("Text")).accessible_name(format!("{title} is"));
    }
}

fn numbers(ui: &mut Ui, title: &str, filter: &mut Filter) {
    choices(ui, filter, &[(How::Value, "from … to"), (How::Empty, "empty"), (How::NotEmpty, "not empty")]);
    if !matches!(filter.how, How::Empty | How::NotEmpty) {
        ui.horizontal(|ui| {
            let field = |text| TextEdit::singleline(text).desired_width(100.0).char_limit(40);
            ui.add(field(&mut filter.from).hint_text("from")).accessible_name(format!("{title} from"));
            ui.add(field(&mut filter.to).hint_text("to")).accessible_name(format!("{title} to"));
        });
        if let Some(complaint) = filter.complaint() {
            ui.label(RichText::new(complaint).color(Tokens::of(ui).error));
        }
    }
}
