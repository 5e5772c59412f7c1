//! The columns and functions to pick from, each with a line about it. A click puts it where the cursor is.

use egui::{RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use super::editor::Editor;
use crate::domain::columns::Subject;
use crate::domain::formula::{Columns, FUNCTIONS, as_reference, as_text};
use crate::session::Session;
use crate::theme::{self, Tokens};

#[derive(Default)]
pub(super) struct State {
    find: String,
}

pub(super) fn show(ui: &mut Ui, session: &Session, editor: &mut Editor, height: f32) {
    let field = TextEdit::singleline(&mut editor.picker.find).desired_width(f32::INFINITY).char_limit(60);
    ui.add(field.hint_text("Find a column or function")).accessible_name("Find a column or function");
    let words = editor.picker.find.trim().to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&words);
    let subject = editor.order.subject;
    let columns = Columns::of(&session.project, subject);
    let mut chosen: Option<(String, usize)> = None;
    ScrollArea::vertical().id_salt("columns and functions").max_height(height - 34.0).auto_shrink([false, false]).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(theme::note(ui, "Columns"));
            for (name, source) in columns.names().filter(|(name, _)| fits(name)) {
                if entry(ui, name, columns.kind(source).words(), false) {
                    chosen = Some((as_reference(name), 0));
                }
            }
            let segments = if subject == Subject::Accounts { session.project.segments.as_slice() } else { &[] };
            for segment in segments.iter().filter(|segment| fits(&segment.name)) {
                if entry(ui, &format!("in {}", segment.name), "yes or no: a segment", false) {
                    chosen = Some((format!("in_segment({})", as_text(&segment.name)), 0));
                }
            }
            ui.add_space(8.0);
            ui.label(theme::note(ui, "Functions"));
            for function in FUNCTIONS.iter().filter(|function| fits(function.name) || fits(function.help)) {
                if entry(ui, function.usage, function.help, true) {
                    let takes = *function.counts.end() > 0;
                    chosen = Some((format!("{}()", function.name), usize::from(takes)));
                }
            }
        },
    );
    if let Some((text, back)) = chosen {
        editor.field.insert(text, back);
    }
}

/// A line of the list: what it is and a line about it. Returns whether it was chosen, by a click or with the keyboard.
fn entry(ui: &mut Ui, name: &str, about: &str, code: bool) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Insert {name}")));
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, f32::from(theme::RADIUS), tokens.hover);
    }
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(vec2(6.0, 2.0))));
    child.spacing_mut().item_spacing.y = 0.0;
    let title = if code { RichText::new(name).font(theme::code()) } else { RichText::new(name) };
    child.add(egui::Label::new(title).truncate().selectable(false));
    child.add(egui::Label::new(theme::note(ui, about)).truncate().selectable(false));
    response.on_hover_text(format!("{name}\n{about}")).clicked()
}
