//! Rows and cells as they are drawn, and what the pointer does with them.

use egui::{Align2, Color32, FontId, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};
use egui_material_icons::icons::{ICON_LOCK, ICON_PUSH_PIN};
use egui_table::{CellInfo, HeaderCellInfo, TableDelegate};

use super::editing::{Editing, Ended};
use super::{TableState, header, is_selected, keys, range, select, show_on_map, width_of};
use crate::action::{Action, SelectHow};
use crate::domain::columns::Subject;
use crate::domain::ids::TerritoryId;
use crate::session::Session;
use crate::session::tables::field::{Field, Source};
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::ui::widgets::{cell_text, reserve_width};
use crate::words;

pub(super) struct Delegate<'a> {
    session: &'a Session,
    source: Source<'a>,
    fields: &'a [Field],
    rows: &'a [u32],
    state: &'a mut TableState,
    /// The table has the keyboard.
    pub focused: bool,
    /// How far down the pointer is, while it is over the table.
    pub pointed: Option<f32>,
    actions: &'a mut Vec<Action>,
    /// The table shall have it from now on.
    pub wants_focus: bool,
    /// A row that was clicked in this frame, where, and whether twice.
    clicked: Option<(u32, Pos2, bool)>,
}

impl<'a> Delegate<'a> {
    pub fn new(
        session: &'a Session,
        source: Source<'a>,
        fields: &'a [Field],
        rows: &'a [u32],
        state: &'a mut TableState,
        actions: &'a mut Vec<Action>,
    ) -> Self {
        Self {
            session,
            source,
            fields,
            rows,
            state,
            focused: false,
            pointed: None,
            actions,
            wants_focus: false,
            clicked: None,
        }
    }

    fn click(&mut self, row: u32, modifiers: egui::Modifiers) {
        let subject = self.source.subject;
        let (rows, how) = match self.state.anchor {
            Some(anchor) if modifiers.shift => (range(self.rows, anchor, row), SelectHow::Replace),
            _ if modifiers.command => (vec![row], SelectHow::Toggle),
            _ => (vec![row], SelectHow::Replace),
        };
        if !modifiers.shift {
            self.state.anchor = Some(row);
        }
        self.actions.push(select(subject, rows, how, Some(row)));
        self.wants_focus = true;
    }

    fn begin_editing(&mut self, row: u32, field: Field) {
        match Editing::begin(self.session, self.source, row, field) {
            Ok(editing) => self.state.editing = Some(editing),
            Err(why) => self.actions.push(Action::Refuse(why)),
        }
    }

    fn owner_cell(&self, ui: &Ui, mut rect: Rect, owner: TerritoryId) -> bool {
        let tokens = Tokens::of(ui);
        let name = self.source.plan.territory_name(owner);
        let Some(territory) = self.source.plan.territory(owner) else {
            return cell_text(ui, rect, name, tokens.warning, false, false);
        };
        let [r, g, b] = territory.colour;
        let patch = Rect::from_center_size(pos2(rect.left() + 5.0, rect.center().y), vec2(10.0, 10.0));
        ui.painter().rect_filled(patch, 2.0, Color32::from_rgb(r, g, b));
        rect.min.x += 16.0;
        cell_text(ui, rect, name, tokens.text, false, false)
    }

    fn mark(&self, ui: &Ui, rect: &mut Rect, icon: egui_material_icons::MaterialIcon) {
        let weak = Tokens::of(ui).weak;
        ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, icon.codepoint, FontId::proportional(13.0), weak);
        rect.max.x -= 16.0;
    }
}

impl TableDelegate for Delegate<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let field = self.fields[cell.col_range.start];
        reserve_width(ui, width_of(self.source, field));
        header::show(ui, self.source, field, self.state, self.actions);
    }

    fn row_ui(&mut self, ui: &mut Ui, row_nr: u64) {
        let Some(&row) = self.rows.get(row_nr as usize) else { return };
        let tokens = Tokens::of(ui);
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.scope_id().with(("row", row)), Sense::click());
        let subject = self.source.subject;
        let selected = is_selected(self.session, subject, row);
        let spoken = match subject {
            Subject::Accounts => format!("Account {}", self.source.text(Field::Name, row as usize)),
            Subject::Units => {
                let kind = words::capital(self.source.project.units.kind_of_one());
                format!("{kind} {}", self.source.text(Field::Code, row as usize))
            }
        };
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, &spoken));
        // A row is drawn in two parts, of which one stays when the table is scrolled sideways.
        let pointed = self.pointed.is_some_and(|y| rect.top() <= y && y < rect.bottom());
        if selected || pointed {
            ui.painter().rect_filled(rect, 0.0, if selected { tokens.selected } else { tokens.hover });
        }
        if let Some(at) = response.interact_pointer_pos().filter(|_| response.clicked()) {
            let double = response.double_clicked();
            if !double {
                self.click(row, ui.input(|input| input.modifiers));
            }
            self.clicked = Some((row, at, double));
        }
        if response.secondary_clicked() && !selected {
            self.click(row, egui::Modifiers::NONE);
        }
        response.context_menu(|ui| {
            if ui.button("Show on the map").clicked() {
                self.actions.extend(show_on_map(self.source, row));
                ui.close();
            }
            if ui.button("Copy the selected rows").clicked() {
                keys::copy(self.session, self.source, self.fields, self.rows, self.actions);
                ui.close();
            }
        });
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Some(&row) = self.rows.get(cell.row_nr as usize) else { return };
        let field = self.fields[cell.col_nr];
        let whole = ui.max_rect();
        if let Some((clicked, at, double)) = self.clicked
            && clicked == row
            && whole.contains(at)
        {
            self.state.cursor = Some((row, field));
            if double {
                self.begin_editing(row, field);
            }
        }
        if let Some(mut editing) = self.state.editing.take_if(|editing| (editing.row, editing.field) == (row, field)) {
            match editing.show(ui, whole, self.source, self.actions) {
                Ended::Not => self.state.editing = Some(editing),
                Ended::Left => self.wants_focus = true,
                Ended::Lost => {}
            }
            return;
        }
        let tokens = Tokens::of(ui);
        let mut rect = whole.shrink2(vec2(8.0, 0.0));
        let index = row as usize;
        let full = if field.is_number() {
            let value = self.source.number(field, index);
            let text = if matches!(field, Field::Longitude | Field::Latitude) && value.is_finite() {
                format!("{value:.5}")
            } else {
                words::in_cell(value)
            };
            let cut = cell_text(ui, rect, &text, tokens.text, true, false);
            let exact = value.to_string();
            let told = text.replace(',', "").replace('−', "-");
            (value.is_finite() && (cut || told != exact)).then_some(exact)
        } else {
            let text = self.source.text(field, index);
            let cut = match field {
                Field::Territory | Field::UnitTerritory => {
                    let named = field == Field::Territory && self.source.is_named(index);
                    if named {
                        self.mark(ui, &mut rect, ICON_PUSH_PIN);
                    }
                    let owner =
                        if field == Field::Territory { self.source.owner(index) } else { self.source.home(index) };
                    let cut = self.owner_cell(ui, rect, owner);
                    if named {
                        hover(ui, whole, cell, &format!("{text}, as a named account"));
                        return;
                    }
                    cut
                }
                Field::Name => {
                    if self.source.is_locked(index) {
                        self.mark(ui, &mut rect, ICON_LOCK);
                    }
                    cell_text(ui, rect, text, tokens.text, false, true)
                }
                Field::Code => cell_text(ui, rect, text, tokens.weak, false, false),
                _ => cell_text(ui, rect, text, tokens.text, false, false),
            };
            cut.then(|| text.to_owned())
        };
        if let Some(full) = full {
            hover(ui, whole, cell, &full);
        }
        if self.focused && self.state.cursor == Some((row, field)) {
            let stroke = Stroke::new(1.5, tokens.accent);
            ui.painter().rect_stroke(whole.shrink(0.5), 2.0, stroke, StrokeKind::Inside);
        }
    }

    fn default_row_height(&self) -> f32 {
        ROW_HEIGHT
    }
}

/// Words that appear when the pointer rests on a cell; the row gets its clicks all the same.
fn hover(ui: &Ui, rect: Rect, cell: &CellInfo, text: &str) {
    let id = ui.scope_id().with(("cell", cell.row_nr, cell.col_nr));
    ui.interact(rect, id, Sense::hover()).on_hover_text(text);
}
