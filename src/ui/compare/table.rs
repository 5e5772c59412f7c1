//! A row per territory of either scenario: figures of now, with how they changed beside them.

use egui::{Sense, Ui};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use crate::action::Action;
use crate::domain::comparison::{Comparison, Row};
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::plan::Plan;
use crate::session::Session;
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::ui::widgets::{cell_text, reserve_width};
use crate::words;

#[derive(Default)]
pub struct State {
    sort: Option<(usize, bool)>,
}

/// What a column tells.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Name,
    Units,
    Accounts,
    /// At this place among the measures compared.
    Load(usize),
    Deviation(usize),
    Travel,
    Compactness,
    Gained,
    Lost,
}

/// A figure before and after, and how both are written.
struct Figures {
    now: String,
    change: String,
    /// For sorting.
    by: f64,
}

pub fn show(
    ui: &mut Ui,
    session: &Session,
    found: &Comparison,
    is_current: bool,
    all: bool,
    state: &mut State,
    actions: &mut Vec<Action>,
) {
    let goal = session.goal().map(|goal| goal.measure);
    let place = |id: Option<MeasureId>| found.measures.iter().position(|measure| Some(*measure) == id);
    let mut fields = vec![Field::Name, Field::Units, Field::Accounts];
    let main = place(goal);
    fields.extend(main.map(Field::Load));
    fields.extend(main.map(Field::Deviation));
    let others = (0..found.measures.len()).filter(|at| Some(*at) != main);
    let others: Vec<usize> = others.filter(|&at| session.is_prominent(found.measures[at])).collect();
    fields.extend(others.into_iter().map(Field::Load));
    fields.extend([Field::Travel, Field::Compactness, Field::Gained, Field::Lost]);
    let mut delegate =
        Delegate { session, found, is_current, fields, rows: Vec::new(), sort: state.sort, clicked: None, actions };
    let mut rows: Vec<&Row> = found.rows.iter().filter(|row| all || !row.is_same()).collect();
    if let Some((column, descending)) = state.sort {
        let field = delegate.fields.get(column).copied().unwrap_or(Field::Name);
        match field {
            Field::Name => rows.sort_by_key(|row| delegate.name(row).to_lowercase()),
            field => rows.sort_by(|a, b| delegate.figures(a, field).by.total_cmp(&delegate.figures(b, field).by)),
        }
        if descending {
            rows.reverse();
        }
    }
    if rows.is_empty() {
        ui.centered_and_justified(|ui| {
            ui.label(egui::RichText::new("No territory differs").color(Tokens::of(ui).weak));
        });
        return;
    }
    delegate.rows = rows;
    let columns: Vec<Column> =
        delegate.fields.iter().map(|&field| Column::new(width_of(field)).range(60.0..=420.0).resizable(true)).collect();
    Table::new()
        .id_salt("compare")
        .num_rows(delegate.rows.len() as u64)
        .columns(columns)
        .num_sticky_cols(1)
        .headers([HeaderRow::new(26.0)])
        .show(ui, &mut delegate);
    if let Some(column) = delegate.clicked {
        let descending = state
            .sort
            .map_or(column != 0, |(sorted, descending)| if sorted == column { !descending } else { column != 0 });
        state.sort = Some((column, descending));
    }
}

fn width_of(field: Field) -> f32 {
    match field {
        Field::Name => 220.0,
        Field::Load(_) => 270.0,
        Field::Deviation(_) => 190.0,
        Field::Gained | Field::Lost => 150.0,
        _ => 136.0,
    }
}

struct Delegate<'a> {
    session: &'a Session,
    found: &'a Comparison,
    is_current: bool,
    fields: Vec<Field>,
    rows: Vec<&'a Row>,
    sort: Option<(usize, bool)>,
    clicked: Option<usize>,
    actions: &'a mut Vec<Action>,
}

impl Delegate<'_> {
    fn plans(&self) -> [Option<&Plan>; 2] {
        [self.session.plan_before().map(|plan| &**plan), Some(self.session.plan())]
    }

    fn name(&self, row: &Row) -> String {
        let plans = self.plans();
        let name = |at: usize| {
            let id: TerritoryId = row.territory[at]?;
            Some(plans[at].map_or("", |plan| plan.territory_name(id)))
        };
        match [name(0), name(1)] {
            [Some(before), Some(after)] if before == after => after.to_owned(),
            [Some(before), Some(after)] => format!("{after} (was {before})"),
            [Some(gone), None] => format!("{gone} (gone)"),
            [None, Some(new)] => format!("{new} (new)"),
            [None, None] => String::new(),
        }
    }

    fn heading(&self, field: Field) -> (String, String) {
        let measure = |at: usize| {
            let measure = self.found.measures.get(at).and_then(|&id| self.session.project.measure(id));
            measure.map_or(String::new(), |measure| measure.name.clone())
        };
        let (words, about) = match field {
            Field::Name => ("Territory".to_owned(), "In either scenario".to_owned()),
            Field::Units => (
                words::capital(&self.session.project.units.kind_of_many()),
                "Now, and how many more or fewer than before".to_owned(),
            ),
            Field::Accounts => ("Accounts".to_owned(), "Now, and how many more or fewer than before".to_owned()),
            Field::Load(at) => (measure(at), format!("{} now, and how much more or less than before", measure(at))),
            Field::Deviation(at) => {
                ("Against target".to_owned(), format!("(load − target) / target of {}, before and now", measure(at)))
            }
            Field::Travel => (
                "Travel km".to_owned(),
                "Mean great-circle distance to the territory's centre, and how much more or less than before"
                    .to_owned(),
            ),
            Field::Compactness => (
                "Compactness".to_owned(),
                "Polsby–Popper: 1 is a circle, 0 a thread; and how much more or less than before".to_owned(),
            ),
            Field::Gained => ("Gained".to_owned(), "Units and accounts that come from other territories".to_owned()),
            Field::Lost => ("Lost".to_owned(), "Units and accounts that go to other territories".to_owned()),
        };
        (words, about)
    }

    fn figures(&self, row: &Row, field: Field) -> Figures {
        let count = |[before, after]: [u32; 2]| {
            let change = i64::from(after) - i64::from(before);
            Figures { now: words::count(after), change: signed(change), by: change as f64 }
        };
        match field {
            Field::Name => Figures { now: self.name(row), change: String::new(), by: 0.0 },
            Field::Units => count(row.units),
            Field::Accounts => count(row.accounts),
            Field::Load(at) => {
                let [before, after] = row.loads[at];
                let measure = self.found.measures.get(at).and_then(|&id| self.session.project.measure(id));
                let figure = |value: f64| measure.map_or(String::new(), |measure| words::figure(measure, value));
                let sign = if after < before { "−" } else { "+" };
                let mut change = String::new();
                if after != before {
                    // The unit stands beside the figure already.
                    let figure = figure((after - before).abs());
                    let unit = measure.map_or("", |measure| measure.unit.as_str());
                    let short = figure.strip_suffix(unit).map_or(figure.as_str(), str::trim_end);
                    change = format!("{sign}{short}");
                    if before > 0.0 {
                        change.push_str(&format!(" ({})", words::signed_percent(after / before - 1.0)));
                    }
                }
                Figures { now: figure(after), change, by: after - before }
            }
            Field::Deviation(at) => {
                let [before, after] = row.deviations[at];
                let words_of = |share: Option<f64>| share.map_or("–".to_owned(), words::signed_percent);
                let change = if before == after { String::new() } else { format!("was {}", words_of(before)) };
                Figures { now: words_of(after), change, by: after.map_or(-1.0, f64::abs) }
            }
            Field::Travel => measured(row.travel_km, 1),
            Field::Compactness => measured(row.compactness, 2),
            Field::Gained => moved(row.units_gained, row.accounts_gained),
            Field::Lost => moved(row.units_lost, row.accounts_lost),
        }
    }
}

/// Units and accounts that move.
fn moved(units: u32, accounts: u32) -> Figures {
    let now = match (units, accounts) {
        (0, 0) => String::new(),
        _ => format!("{} / {}", words::count(units), words::counted(accounts, "account")),
    };
    Figures { now, change: String::new(), by: f64::from(units) }
}

fn measured([before, after]: [Option<f64>; 2], digits: usize) -> Figures {
    let now = after.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
    let change = match (before, after) {
        (Some(before), Some(after))
            if format!("{:.digits$}", after - before).chars().any(|c| ('1'..='9').contains(&c)) =>
        {
            format!("{}{:.digits$}", if after < before { "−" } else { "+" }, (after - before).abs())
        }
        _ => String::new(),
    };
    Figures { now, change, by: after.unwrap_or(0.0) - before.unwrap_or(0.0) }
}

fn signed(change: i64) -> String {
    match change {
        0 => String::new(),
        ..0 => format!("−{}", words::count(-change)),
        _ => format!("+{}", words::count(change)),
    }
}

impl TableDelegate for Delegate<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let tokens = Tokens::of(ui);
        let column = cell.col_range.start;
        let field = self.fields[column];
        reserve_width(ui, width_of(field));
        let (words, about) = self.heading(field);
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.scope_id().with(("compare header", column)), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ColumnHeader, true, &words));
        let mark = match self.sort {
            Some((sorted, descending)) if sorted == column => {
                if descending {
                    " ↓"
                } else {
                    " ↑"
                }
            }
            _ => "",
        };
        cell_text(
            ui,
            rect.shrink2(egui::vec2(8.0, 0.0)),
            &format!("{words}{mark}"),
            tokens.weak,
            field != Field::Name,
            false,
        );
        if response.on_hover_text(about).clicked() {
            self.clicked = Some(column);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Some(row) = self.rows.get(cell.row_nr as usize).copied() else { return };
        let field = self.fields[cell.col_nr];
        let tokens = Tokens::of(ui);
        let text = if self.is_current { tokens.text } else { tokens.weak };
        let rect = ui.max_rect();
        let response =
            ui.interact(rect, ui.scope_id().with(("compare cell", cell.row_nr, cell.col_nr)), Sense::click());
        let now = row.territory[1].filter(|id| !id.is_unassigned());
        let active = now.is_some_and(|id| id == self.session.active);
        if active {
            ui.painter().rect_filled(rect, 0.0, tokens.selected);
        }
        let inner = rect.shrink2(egui::vec2(8.0, 0.0));
        let figures = self.figures(row, field);
        if field == Field::Name {
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Cell, true, active, &figures.now));
            cell_text(ui, inner, &figures.now, text, false, false);
        } else {
            let colour = match field {
                Field::Deviation(at) => match (row.deviations[at][1], self.session.goal()) {
                    (Some(deviation), Some(goal)) => tokens.deviation(deviation, goal.tolerance),
                    _ => text,
                },
                _ => text,
            };
            let both = if figures.change.is_empty() {
                figures.now.clone()
            } else {
                format!("{}  {}", figures.now, figures.change)
            };
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Cell, true, &both));
            // The change stands right, the figure left of it: both columns of figures line up.
            let (figure, change) = inner.split_left_right_at_fraction(
                if figures.change.is_empty() && matches!(field, Field::Gained | Field::Lost) { 1.0 } else { 0.5 },
            );
            cell_text(ui, figure, &figures.now, colour, true, false);
            cell_text(ui, change.shrink2(egui::vec2(4.0, 0.0)), &figures.change, tokens.weak, true, false);
        }
        if response.clicked()
            && let Some(id) = now
        {
            self.actions.push(Action::SelectTerritory(Some(id)));
        }
        if response.double_clicked()
            && let Some(id) = now
        {
            self.actions.push(Action::FitTerritory(id));
        }
    }

    fn default_row_height(&self) -> f32 {
        ROW_HEIGHT
    }
}
