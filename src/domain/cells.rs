//! Values of imported columns, changed by hand: names, words and figures of units and accounts. They belong to the project's data, not
//! to a plan, and are steps of its history all the same.

use std::sync::Arc;

use super::columns::{MAX_VALUE, Subject};
use super::edit::{Change, Edit, EditError, Effects, Locks, apply};
use super::ids::MeasureId;
use super::project::Project;

/// A column that can be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellColumn {
    Name,
    /// A column of words, by its position.
    Attribute(u16),
    Measure(MeasureId),
}

/// A value of a cell. A number is finite and at most [`MAX_VALUE`]; `None` where it is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(Option<f64>),
}

/// Cells of one column, with their values before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    pub subject: Subject,
    pub column: CellColumn,
    /// Units or accounts by number, ascending.
    pub rows: Vec<u32>,
    /// One per row.
    pub values: CellValues,
}

/// Old and new values, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValues {
    Texts { old: Vec<String>, new: Vec<String> },
    Numbers { old: Vec<Option<f64>>, new: Vec<Option<f64>> },
}

impl Cells {
    #[must_use]
    pub fn inverse(&self) -> Self {
        let values = match self.values.clone() {
            CellValues::Texts { old, new } => CellValues::Texts { old: new, new: old },
            CellValues::Numbers { old, new } => CellValues::Numbers { old: new, new: old },
        };
        Self { subject: self.subject, column: self.column, rows: self.rows.clone(), values }
    }

    /// Makes the change, or leaves everything as it is where a value is not the old one.
    pub(super) fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        let count = if self.subject == Subject::Units { project.units.len() } else { project.accounts.len() };
        let ascending = self.rows.is_sorted_by(|a, b| a < b);
        if !ascending || self.rows.last().is_some_and(|&row| row as usize >= count) {
            return Err(EditError::Unknown);
        }
        let rows = || self.rows.iter().map(|&row| row as usize);
        match (&self.values, self.column) {
            (CellValues::Texts { old, new }, column @ (CellColumn::Name | CellColumn::Attribute(_))) => {
                if old.len() != self.rows.len() || new.len() != self.rows.len() {
                    return Err(EditError::Unknown);
                }
                for (row, old) in rows().zip(old) {
                    match text(project, self.subject, column, row) {
                        Some(found) if found == old => {}
                        Some(_) => return Err(EditError::Stale),
                        None => return Err(EditError::Unknown),
                    }
                }
                let (names, attributes) = match self.subject {
                    Subject::Units => {
                        let units = Arc::make_mut(&mut project.units);
                        (&mut units.names, &mut units.attributes)
                    }
                    Subject::Accounts => {
                        let accounts = Arc::make_mut(&mut project.accounts);
                        (&mut accounts.names, &mut accounts.attributes)
                    }
                };
                match column {
                    CellColumn::Attribute(at) => {
                        if let Some(column) = attributes.get_mut(usize::from(at)) {
                            column.set(rows().zip(new.iter().map(String::as_str)));
                        }
                    }
                    _ => rows().zip(new).for_each(|(row, new)| names[row].clone_from(new)),
                }
            }
            (CellValues::Numbers { old, new }, CellColumn::Measure(id)) => {
                let measure = project.measures.get(id.index()).filter(|measure| measure.subject == self.subject);
                let measure = measure.filter(|measure| measure.values.len() == count).ok_or(EditError::Unknown)?;
                let usable = |value: &Option<f64>| value.is_none_or(|value| value.abs() <= MAX_VALUE);
                if old.len() != self.rows.len() || new.len() != self.rows.len() || !new.iter().all(usable) {
                    return Err(EditError::Unknown);
                }
                let known = |row: usize| Some(measure.values[row]).filter(|value| !value.is_nan());
                if rows().zip(old).any(|(row, old)| known(row) != *old) {
                    return Err(EditError::Stale);
                }
                let values = &mut Arc::make_mut(&mut project.measures)[id.index()].values;
                rows().zip(new).for_each(|(row, new)| values[row] = new.unwrap_or(f64::NAN));
            }
            _ => return Err(EditError::Unknown),
        }
        Ok(())
    }
}

fn text(project: &Project, subject: Subject, column: CellColumn, row: usize) -> Option<&str> {
    let (names, attributes) = match subject {
        Subject::Units => (&project.units.names, &project.units.attributes),
        Subject::Accounts => (&project.accounts.names, &project.accounts.attributes),
    };
    match column {
        CellColumn::Name => names.get(row).map(String::as_str),
        CellColumn::Attribute(at) => attributes.get(usize::from(at)).map(|column| column.get(row)),
        CellColumn::Measure(_) => None,
    }
}

/// The value of a cell; `None` where there is no such cell.
pub fn cell(project: &Project, subject: Subject, column: CellColumn, row: usize) -> Option<Cell> {
    match column {
        CellColumn::Measure(id) => {
            let measure = project.measure(id).filter(|measure| measure.subject == subject)?;
            let value = *measure.values.get(row)?;
            Some(Cell::Number(Some(value).filter(|value| !value.is_nan())))
        }
        _ => text(project, subject, column, row).map(|text| Cell::Text(text.to_owned())),
    }
}

/// What a column is called.
pub fn column_name(project: &Project, subject: Subject, column: CellColumn) -> &str {
    let attributes = if subject == Subject::Units { &project.units.attributes } else { &project.accounts.attributes };
    match column {
        CellColumn::Name => "Name",
        CellColumn::Attribute(at) => attributes.get(usize::from(at)).map_or("", |column| &column.name),
        CellColumn::Measure(id) => project.measure(id).map_or("", |measure| &measure.name),
    }
}

impl Edit {
    /// Puts a value into a column of some rows, leaving out those that have it already. The rows may come in any order.
    pub fn set_cells(project: &Project, subject: Subject, column: CellColumn, rows: &[u32], value: &Cell) -> Self {
        let mut rows: Vec<u32> = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        let before = |row: u32| cell(project, subject, column, row as usize);
        rows.retain(|&row| before(row).is_some_and(|old| old != *value));
        let count = rows.len();
        let olds = rows.iter().filter_map(|&row| before(row));
        let values = match value {
            Cell::Text(new) => CellValues::Texts {
                old: olds.filter_map(|old| if let Cell::Text(old) = old { Some(old) } else { None }).collect(),
                new: vec![new.clone(); count],
            },
            // The file knows no negative zero.
            Cell::Number(new) => CellValues::Numbers {
                old: olds.filter_map(|old| if let Cell::Number(old) = old { Some(old) } else { None }).collect(),
                new: vec![new.map(|new| new + 0.0); count],
            },
        };
        let mut edit = Self::default();
        if count > 0 {
            edit.changes.push(Change::Cells(Arc::new(Cells { subject, column, rows, values })));
        }
        edit
    }

    /// The cells that the edit changes.
    pub fn cells(&self) -> impl Iterator<Item = &Cells> {
        self.changes.iter().filter_map(|change| match change {
            Change::Cells(cells) => Some(&**cells),
            _ => None,
        })
    }
}

/// Makes the changes of an edit of plan and data, all or none; other units come from elsewhere.
pub fn apply_to_project(project: &mut Project, edit: &Edit, locks: Locks) -> Result<Effects, EditError> {
    let effects = apply(Arc::make_mut(&mut project.plan), edit, locks)?;
    let changes: Vec<&Change> = edit.changes.iter().filter(|change| change.is_of_data()).collect();
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = apply_to_data(project, change) {
            // Taking back what was just made cannot fail.
            for &change in changes[..done].iter().rev() {
                let _ = apply_to_data(project, &change.clone().inverse());
            }
            let _ = apply(Arc::make_mut(&mut project.plan), &edit.inverse(), Locks::Pass);
            return Err(error);
        }
    }
    Ok(effects)
}

fn apply_to_data(project: &mut Project, change: &Change) -> Result<(), EditError> {
    match change {
        Change::Cells(cells) => cells.apply(project),
        Change::Places(places) => places.apply(project),
        Change::Column(change) => change.apply(project),
        Change::Layer(change) => change.apply(project),
        Change::Segments { old, .. } if project.segments != *old => Err(EditError::Stale),
        Change::Segments { new, .. } => {
            project.segments = Arc::clone(new);
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::columns::{Measure, TextColumn};
    use crate::domain::fixture;
    use crate::domain::ids::{TerritoryId, UnitId};
    use crate::domain::metrics::{LoadTable, Totals};

    fn project() -> Project {
        let mut project = fixture::project("AABB");
        let units = Arc::make_mut(&mut project.units);
        units.attributes.push(TextColumn::new("State", &["Ohio", "Iowa", "Ohio", ""]));
        project
    }

    const STATE: CellColumn = CellColumn::Attribute(0);
    const LOAD: CellColumn = CellColumn::Measure(MeasureId(0));

    #[test]
    fn words_and_numbers_change_and_come_back() {
        let mut project = project();
        let before = project.clone();
        let texas = Cell::Text("Texas".to_owned());
        let edit = Edit::set_cells(&project, Subject::Units, STATE, &[3, 0, 3], &texas);
        apply_to_project(&mut project, &edit, Locks::Obey).unwrap();
        assert_eq!(project.units.attributes[0], TextColumn::new("State", &["Texas", "Iowa", "Ohio", "Texas"]));
        let number = Edit::set_cells(&project, Subject::Units, LOAD, &[1], &Cell::Number(None));
        apply_to_project(&mut project, &number, Locks::Obey).unwrap();
        assert!(project.measures[0].values[1].is_nan());
        for edit in [number, edit] {
            apply_to_project(&mut project, &edit.inverse(), Locks::Pass).unwrap();
        }
        assert_eq!(project.units.attributes, before.units.attributes);
        assert_eq!(project.measures, before.measures);
    }

    #[test]
    fn a_value_that_is_there_already_is_no_change() {
        let project = project();
        let edit = Edit::set_cells(&project, Subject::Units, STATE, &[0, 2], &Cell::Text("Ohio".to_owned()));
        assert!(edit.is_empty());
        let other_kind = Edit::set_cells(&project, Subject::Units, LOAD, &[99], &Cell::Number(Some(1.0)));
        assert!(other_kind.is_empty());
    }

    #[test]
    fn an_edit_that_fails_half_way_changes_nothing() {
        let mut project = project();
        let before = project.clone();
        let mut edit = Edit::set_cells(&project, Subject::Units, LOAD, &[0], &Cell::Number(Some(5.0)));
        let to = TerritoryId(2);
        edit.changes.push(Change::Assign { unit: UnitId(0), old: TerritoryId(1), new: to });
        let stale = CellValues::Texts { old: vec!["Utah".into()], new: vec!["Ohio".into()] };
        let cells = Cells { subject: Subject::Units, column: STATE, rows: vec![1], values: stale };
        edit.changes.push(Change::Cells(Arc::new(cells)));
        assert_eq!(apply_to_project(&mut project, &edit, Locks::Obey), Err(EditError::Stale));
        assert_eq!((&project.measures, &project.plan), (&before.measures, &before.plan));
        let beyond = CellValues::Numbers { old: vec![None], new: vec![Some(f64::INFINITY)] };
        for (column, values) in
            [(LOAD, beyond), (CellColumn::Attribute(7), CellValues::Texts { old: vec![], new: vec![] })]
        {
            let cells = Cells { subject: Subject::Units, column, rows: vec![9], values };
            let edit = Edit { changes: vec![Change::Cells(Arc::new(cells))], ..Edit::default() };
            assert_eq!(apply_to_project(&mut project, &edit, Locks::Pass), Err(EditError::Unknown));
        }
    }

    #[test]
    fn totals_follow_a_cell_to_the_last_bit() {
        let mut project = project();
        let mut mean = Measure::sum("Income", "$", Subject::Units, vec![10.0, f64::NAN, 1e14, 7.5]);
        mean.aggregate = crate::domain::columns::Aggregate::Mean { weight: Some(MeasureId(0)) };
        Arc::make_mut(&mut project.measures).push(mean);
        let mut totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
        for (column, row, value) in
            [(LOAD, 0, Some(0.1)), (CellColumn::Measure(MeasureId(1)), 2, Some(3.0)), (LOAD, 3, None)]
        {
            let edit = Edit::set_cells(&project, Subject::Units, column, &[row], &Cell::Number(value));
            apply_to_project(&mut project, &edit, Locks::Obey).unwrap();
            totals.follow(&project.plan, &edit);
            totals.follow_cells(&project, &edit);
            let counted = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
            assert!(totals == counted, "{column:?}");
        }
    }
}
