//! The table of territories: sortable, linked with the map both ways, bars of load against target in the cells.

use egui::{Align2, FontId, Sense, Stroke, Ui, vec2};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use super::tree::{self, Field, Row, Sort, number};
use super::tree_row;
use super::widgets::{cell_text, deviation_bar, empty_state, primary_button, reserve_width};
use crate::action::{Action, Command};
use crate::domain::hierarchy::Member;
use crate::domain::ids::MeasureId;
use crate::domain::project::Goal;
use crate::session::Session;
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::words;

/// How the table is sorted, and which row was scrolled to last.
#[derive(Default)]
pub struct State {
    sort: Sort,
    shown: Option<Member>,
}

struct Delegate<'a> {
    session: &'a Session,
    goal: Option<Goal>,
    rows: &'a [Row],
    fields: &'a [Field],
    sort: Sort,
    clicked_header: Option<Field>,
    actions: &'a mut Vec<Action>,
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if session.plan().territory_count() == 0 && session.plan().hierarchy().levels().is_empty() && !session.shows_trial()
    {
        let no_units = session.project.units.is_empty();
        let (title, text) = if no_units {
            ("No units yet", "Import ZIP areas or counties first; territories are made of them")
        } else {
            ("No territories yet", "Let the program build them, or make one and paint")
        };
        empty_state(ui, egui_material_icons::icons::ICON_MAP, title, text, |ui| {
            let (words, command) = if no_units {
                ("Import units…", Command::ImportUnits)
            } else {
                ("Build territories…", Command::AutoBuild)
            };
            if primary_button(ui, session.read_only_words().is_none(), words).clicked() {
                actions.push(Action::Run(command));
            }
        });
        return;
    }
    let goal = session.goal();
    let mut fields = vec![Field::Name, Field::Rep, Field::Units, Field::Accounts];
    if goal.is_some() {
        fields.extend([Field::Load, Field::Target, Field::Deviation]);
    }
    let others = session.project.goals.iter().filter(|other| Some(other.measure) != goal.map(|goal| goal.measure));
    fields.extend(others.map(|goal| Field::Measure(goal.measure)));
    fields.extend([Field::Travel, Field::Compactness, Field::Pieces]);

    let rows = tree::rows(session, goal, state.sort);
    let columns: Vec<Column> =
        fields.iter().map(|&field| Column::new(width_of(field)).range(56.0..=420.0).resizable(true)).collect();
    let mut delegate =
        Delegate { session, goal, rows: &rows, fields: &fields, sort: state.sort, clicked_header: None, actions };
    let mut table = Table::new()
        .id_salt("territories")
        .num_rows(rows.len() as u64)
        .columns(columns)
        .num_sticky_cols(1)
        .headers([HeaderRow::new(26.0)]);
    // A territory chosen on the map is scrolled to, once.
    let active = active_member(session);
    if state.shown != active {
        state.shown = active;
        if let Some(row) = rows.iter().position(|row| row.member.is_some() && row.member == active) {
            table = table.scroll_to_row(row as u64, None);
        }
    }
    table.show(ui, &mut delegate);
    if let Some(field) = delegate.clicked_header {
        let descending =
            if state.sort.by == field { !state.sort.descending } else { field != Field::Name && field != Field::Rep };
        state.sort = Sort { by: field, descending };
    }
}

fn active_member(session: &Session) -> Option<Member> {
    let territory = (!session.active.is_unassigned()).then_some(Member::Territory(session.active));
    session.active_group.map(Member::Group).or(territory)
}

/// What a column is wide at first.
fn width_of(field: Field) -> f32 {
    match field {
        Field::Name => 230.0,
        Field::Rep => 150.0,
        Field::Deviation => 210.0,
        Field::Units | Field::Pieces => 76.0,
        _ => 116.0,
    }
}

impl Delegate<'_> {
    fn header_words(&self, field: Field) -> (String, String) {
        let measure =
            |id: MeasureId| self.session.project.measure(id).map_or(String::new(), |measure| measure.name.clone());
        let goal = self.goal.map_or(String::new(), |goal| measure(goal.measure));
        let (words, hover) = match field {
            Field::Name => ("Territory".to_owned(), "Click to sort"),
            Field::Rep => ("Rep".to_owned(), "Who owns it"),
            Field::Units => ("Units".to_owned(), "Number of units"),
            Field::Accounts => ("Accounts".to_owned(), "Number of accounts"),
            Field::Load => (goal, "The load of the measure in view"),
            Field::Target => ("Target".to_owned(), "What it should carry: its own target, else an equal share"),
            Field::Deviation => {
                ("Against target".to_owned(), "(load − target) / target; the green band is the tolerance")
            }
            Field::Measure(id) => (measure(id), "Deviation from the target of this measure"),
            Field::Travel => {
                ("Travel km".to_owned(), "Mean great-circle distance to the territory's centre, weighted with the load")
            }
            Field::Compactness => ("Compactness".to_owned(), "Polsby–Popper: 1 is a circle, 0 a thread"),
            Field::Pieces => ("Pieces".to_owned(), "Separate pieces; 1 is contiguous"),
        };
        (words, hover.to_owned())
    }
}

impl TableDelegate for Delegate<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let tokens = Tokens::of(ui);
        let field = self.fields[cell.col_range.start];
        reserve_width(ui, width_of(field));
        let (words, hover) = self.header_words(field);
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.scope_id().with(("header", cell.col_range.start)), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {words}")));
        ui.painter().rect_filled(rect, 0.0, if response.hovered() { tokens.hover } else { tokens.subtle });
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.separator));
        let inner = rect.shrink2(vec2(10.0, 0.0));
        let right = !matches!(field, Field::Name | Field::Rep | Field::Deviation);
        let sorted = self.sort.by == field;
        let mut text_rect = inner;
        if sorted {
            let icon = if self.sort.descending {
                egui_material_icons::icons::ICON_ARROW_DOWNWARD
            } else {
                egui_material_icons::icons::ICON_ARROW_UPWARD
            };
            let at = if right { inner.left_center() } else { inner.right_center() };
            let anchor = if right { Align2::LEFT_CENTER } else { Align2::RIGHT_CENTER };
            ui.painter().text(at, anchor, icon.codepoint, FontId::proportional(13.0), tokens.accent);
            if right {
                text_rect.min.x += 16.0;
            } else {
                text_rect.max.x -= 16.0;
            }
        }
        cell_text(ui, text_rect, &words, if sorted { tokens.text } else { tokens.weak }, right, false);
        if response.on_hover_text(hover).clicked() {
            self.clicked_header = Some(field);
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, row_nr: u64) {
        if let Some(row) = self.rows.get(row_nr as usize) {
            tree_row::show(ui, self.session, row, active_member(self.session), self.actions);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Some(row) = self.rows.get(cell.row_nr as usize) else { return };
        let tokens = Tokens::of(ui);
        let field = self.fields[cell.col_nr];
        let rect = ui.max_rect().shrink2(vec2(10.0, 0.0));
        let stale = self.session.metrics().is_none_or(|(_, current)| !current);
        let value = number(self.session, self.goal, field, row);
        match field {
            Field::Name => tree_row::name_cell(ui, rect, row, self.actions),
            Field::Rep => {
                cell_text(ui, rect, &row.rep, tokens.text, false, false);
            }
            Field::Units | Field::Accounts => {
                cell_text(ui, rect, &words::count(value.unwrap_or(0.0) as i128), tokens.text, true, false);
            }
            Field::Load | Field::Target => {
                if let (Some(goal), Some(value)) = (self.goal, value)
                    && let Some(measure) = self.session.project.measure(goal.measure)
                {
                    let colour = if field == Field::Load { tokens.text } else { tokens.weak };
                    cell_text(ui, rect, &words::figure(measure, value), colour, true, false);
                }
            }
            Field::Deviation => {
                let tolerance = self.goal.map_or(0.1, |goal| goal.tolerance);
                if let Some(value) = value {
                    let mut bar = rect;
                    bar.max.x -= 66.0;
                    deviation_bar(ui, bar, value, tolerance);
                    cell_text(ui, rect, &words::signed_percent(value), tokens.deviation(value, tolerance), true, false);
                }
            }
            Field::Measure(id) => {
                let tolerance = self
                    .session
                    .project
                    .goals
                    .iter()
                    .find(|goal| goal.measure == id)
                    .map_or(0.1, |goal| goal.tolerance);
                if let Some(value) = value {
                    cell_text(ui, rect, &words::signed_percent(value), tokens.deviation(value, tolerance), true, false);
                }
            }
            Field::Travel | Field::Compactness | Field::Pieces => {
                let text = match (field, value) {
                    (_, None) => "–".to_owned(),
                    (Field::Compactness, Some(value)) => format!("{value:.2}"),
                    (Field::Pieces, Some(value)) => format!("{value:.0}"),
                    (_, Some(value)) => words::short(value),
                };
                let broken = field == Field::Pieces && value.is_some_and(|pieces| pieces > 1.0);
                // Figures behind the plan are dimmed, never hidden.
                let colour = match (stale, broken) {
                    (true, _) => tokens.weak.gamma_multiply(0.7),
                    (false, true) => tokens.warning,
                    (false, false) => tokens.text,
                };
                cell_text(ui, rect, &text, colour, true, false);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        ROW_HEIGHT
    }
}
