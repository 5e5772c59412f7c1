//! The area that each unit lies in, written as a column of the units: filters, colours, exports and groups take it from there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Lying;
use crate::domain::cells::{CellColumn, CellValues, Cells};
use crate::domain::columns::{Subject, TextColumn};
use crate::domain::computed::{Column, ColumnChange, ComputedColumn};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::UnitId;
use crate::domain::project::Project;
use crate::domain::reference::ReferenceLayer;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::words;
use crate::work::formulas::usable_name;

/// What shall be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnWish {
    /// What the column is called; `None`: what the areas are.
    pub title: Option<String>,
    /// Another column, with the areas' codes.
    pub codes: bool,
}

/// The step that writes the columns, and what is in them.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedColumn {
    /// Empty where the columns are like that already.
    pub edit: Edit,
    pub titles: Vec<String>,
    /// Units that lie in an area, in more than one, and in none.
    pub counts: [usize; 3],
}

/// What the column of a layer is called where nothing is said: "County"; "County (Counties)" where another column has that name. One in
/// which nothing but names of its areas stands is the layer's own, from last time.
pub fn column_title(project: &Project, layer: &ReferenceLayer) -> String {
    let title = words::capital(layer.areas.kind_of_one());
    let folded = title.to_lowercase();
    let is_own = |column: &TextColumn| {
        let names: BTreeSet<String> = distinct_names(&layer.areas).into_iter().collect();
        column.name == title && column.words().iter().all(|word| word.is_empty() || names.contains(word))
    };
    let alike = project.units.attributes.iter().find(|column| column.name.to_lowercase() == folded);
    let measured = project.measures.iter().any(|measure| measure.name.to_lowercase() == folded);
    match alike {
        Some(column) if !is_own(column) => format!("{title} ({})", layer.name),
        None if measured => format!("{title} ({})", layer.name),
        _ => title,
    }
}

/// Writes into a column of the units which area has most of each. A column of that name that came from no formula gets the new values.
///
/// # Errors
/// The name is taken by a measure or a computed column, or cannot be.
pub fn join(
    project: &Project,
    layer: &ReferenceLayer,
    lying: &Lying,
    wish: &ColumnWish,
) -> Result<JoinedColumn, UserError> {
    let title = wish.title.clone().unwrap_or_else(|| column_title(project, layer));
    let title = title.trim().to_owned();
    let names = distinct_names(&layer.areas);
    let in_words = |words: &[String]| -> Vec<String> {
        let word = |unit: UnitId| lying.main(unit).map_or_else(String::new, |area| words[area.index()].clone());
        project.units.ids().map(word).collect()
    };
    let mut columns = vec![(title.clone(), in_words(&names))];
    if wish.codes {
        columns.push((format!("{title} code"), in_words(&layer.areas.codes)));
    }
    let mut edit = Edit::default();
    let mut place = project.units.attributes.len();
    for (title, values) in &columns {
        let change = change(project, title, values, &mut place).map_err(|why| {
            UserError::new(format!("Could not write the column \"{title}\"")).because(why).hint("Give it another name")
        })?;
        edit.changes.extend(change);
    }
    let titles: Vec<String> = columns.into_iter().map(|(title, _)| title).collect();
    edit.label = format!("Wrote {} of {} as {}", layer.name, project.units.kind_of_many(), titles.join(" and "));
    Ok(JoinedColumn { edit, titles, counts: lying.counts() })
}

/// A new column at `place`, which moves on; or other values in the one there is.
fn change(project: &Project, title: &str, values: &[String], place: &mut usize) -> Result<Option<Change>, String> {
    let known = project.units.attributes.iter().position(|column| column.name == title);
    if let Some(at) = known.filter(|_| project.computed_column(Subject::Units, title).is_none()) {
        let column = &project.units.attributes[at];
        let differs = |row: &usize| column.get(*row) != values[*row];
        let rows: Vec<usize> = (0..values.len()).filter(differs).collect();
        let cells = Cells {
            subject: Subject::Units,
            column: CellColumn::Attribute(u16::try_from(at).map_err(|_| "there are too many columns")?),
            rows: rows.iter().map(|&row| row as u32).collect(),
            values: CellValues::Texts {
                old: rows.iter().map(|&row| column.get(row).to_owned()).collect(),
                new: rows.iter().map(|&row| values[row].clone()).collect(),
            },
        };
        return Ok((!rows.is_empty()).then(|| Change::Cells(Arc::new(cells))));
    }
    let name = usable_name(project, Subject::Units, title)?;
    let at = CellColumn::Attribute(u16::try_from(*place).map_err(|_| "there are too many columns")?);
    *place += 1;
    let column = ComputedColumn {
        formula: String::new(),
        as_of: String::new(),
        column: Column::Text(TextColumn::new(name, values)),
    };
    let new = Some(Box::new(column));
    Ok(Some(Change::Column(Arc::new(ColumnChange { subject: Subject::Units, at, old: None, new, goal: None }))))
}

/// Names, with the code behind those that several areas have: there are thirty Washington Counties.
fn distinct_names(areas: &Units) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    areas.names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let name = |(name, code): (&String, &String)| match counts.get(name.as_str()) {
        Some(1) => name.clone(),
        _ => format!("{name} ({code})"),
    };
    areas.names.iter().zip(&areas.codes).map(name).collect()
}
