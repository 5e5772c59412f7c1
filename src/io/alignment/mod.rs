//! An existing alignment: which unit or account belongs to whom today.

mod edit;
mod groups;
mod owner;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use owner::alignment_from_account_owner;

use super::accounts::shortened;
use super::diagnostic::{Diagnostic, Place};
use super::guess::{self, Reason};
use super::options::ReadOptions;
use super::table::{self, Table};
use super::unit_codes::UnitCodes;
use super::{Imported, cancelled, count_of};
use crate::domain::edit::Edit;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::error::UserError;
use edit::EditBuilder;
use groups::Groups;

/// Which column holds what, by name. Either `unit` or `account` is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlignmentMapping {
    /// Codes of units.
    pub unit: Option<String>,
    /// Codes of accounts: those that belong to another territory than their unit become named accounts.
    pub account: Option<String>,
    /// Names of territories.
    pub territory: String,
    /// Names or codes of reps.
    pub rep: Option<String>,
    /// Names of the groups above a territory, from the lowest level up: district, region.
    pub levels: Vec<String>,
    /// Why each column was taken as what, for columns that were guessed.
    pub reasons: Vec<Reason>,
}

impl AlignmentMapping {
    /// Guesses from the header, and from which column holds codes of the project's units or accounts. The territory's name is empty
    /// when no column looks like one.
    pub fn guess(table: &Table, project: &Project) -> Self {
        const TERRITORY: [&str; 12] = [
            "territory name",
            "territory",
            "terr",
            "territory id",
            "territory code",
            "district",
            "region",
            "sales area",
            "area",
            "zone",
            "owner",
            "bezirk",
        ];
        const REP: [&str; 12] = [
            "rep name",
            "rep",
            "sales rep",
            "sales person",
            "salesperson",
            "account owner",
            "owner",
            "owner name",
            "employee",
            "manager",
            "assigned to",
            "vertreter",
        ];
        const DISTRICT: [&str; 4] = ["district name", "district", "sales district", "bezirk"];
        const REGION: [&str; 5] = ["region name", "region", "sales region", "division", "gebiet"];
        let share = |column: usize, known: &dyn Fn(&str) -> bool| {
            let (mut all, mut found) = (0_u32, 0_u32);
            for cell in table.column(column).filter(|cell| !cell.is_empty()).take(2000) {
                all += 1;
                found += u32::from(known(cell));
            }
            if all == 0 { 0.0 } else { f64::from(found) / f64::from(all) }
        };
        let best = |known: &dyn Fn(&str) -> bool| {
            let mut best: Option<(usize, f64)> = None;
            for column in 0..table.columns.len() {
                let share = share(column, known);
                if share > 0.5 && best.is_none_or(|(_, most)| share > most) {
                    best = Some((column, share));
                }
            }
            best.map(|(column, _)| column)
        };
        let units = UnitCodes::of(project);
        let accounts = project.accounts.by_code();
        let account = best(&|cell| accounts.contains_key(cell));
        let unit = best(&|cell| units.find(cell).is_some()).filter(|_| account.is_none());
        let by_name = |patterns: &[&str], free: &dyn Fn(usize) -> bool| {
            let scored = (0..table.columns.len()).map(|column| (guess::fit(&table.columns[column], patterns), column));
            let best = scored.filter(|&(score, column)| score > 0 && free(column));
            best.max_by_key(|&(score, column)| (score, std::cmp::Reverse(column))).map(|(_, column)| column)
        };
        let free = |column: usize| Some(column) != unit && Some(column) != account;
        let territory = by_name(&TERRITORY, &free);
        let rep = by_name(&REP, &|column| free(column) && Some(column) != territory);
        // What is above is only looked for beside a territory: a district alone is the territory.
        let is_left = |column: usize| free(column) && Some(column) != territory && Some(column) != rep;
        let mut levels: Vec<usize> = Vec::new();
        if territory.is_some() {
            let known = project.plan.hierarchy().levels().iter();
            levels = known
                .filter_map(|level| table.columns.iter().position(|column| same_name(column, level)))
                .filter(|&column| is_left(column))
                .collect();
            if levels.is_empty() {
                let district = by_name(&DISTRICT, &is_left);
                let region = by_name(&REGION, &|column| is_left(column) && Some(column) != district);
                levels = [district, region].into_iter().flatten().collect();
            }
        }
        let mut reasons = Vec::new();
        let mut name = |column: Option<usize>, role: &str, why: &str| {
            let name = &table.columns[column?];
            reasons.push(Reason::new(name, role, why));
            Some(name.clone())
        };
        Self {
            unit: name(unit, "unit", "its values are codes of units"),
            account: name(account, "account", "its values are codes of accounts"),
            territory: name(territory, "territory", "its name says so").unwrap_or_default(),
            rep: name(rep, "rep", "its name says so"),
            levels: levels
                .into_iter()
                .filter_map(|column| name(Some(column), "level above territories", "its name says so"))
                .collect(),
            reasons,
        }
    }

    /// What was guessed, one line per column.
    pub fn words(&self) -> Vec<String> {
        self.reasons.iter().map(ToString::to_string).collect()
    }
}

/// Reads an alignment as one edit of the project's plan: missing territories are made, units and accounts given to them. The plan
/// is not changed: apply the edit with `domain::edit::apply`. An edit without changes says that the plan is like the file already.
///
/// Unknown codes, and units that the file gives to two territories, are listed and left as they are.
///
/// # Errors
/// A file that cannot be read as a table, a missing column, no row that fits the project.
pub fn import_alignment(
    path: &Path,
    mapping: &AlignmentMapping,
    project: &Project,
    progress: &Progress,
) -> Result<Imported<Edit>, UserError> {
    let Imported { value: table, mut diagnostics } = table::read(path, &ReadOptions::default(), progress)?;
    let edit = from_table(&table, mapping, project, progress, &mut diagnostics)?;
    Ok(Imported::new(edit, diagnostics))
}

/// As [`import_alignment`], from a table that has been read.
pub fn from_table(
    table: &Table,
    mapping: &AlignmentMapping,
    project: &Project,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not import the alignment from {}", table.file));
    if mapping.territory.is_empty() {
        return Err(failed()
            .because("no column is named as the territory")
            .hint(format!("its columns are {}", table::list_of(&table.columns))));
    }
    let territory = table.require(&mapping.territory)?;
    let rep = table.require_if_named(mapping.rep.as_deref())?;
    let unit = table.require_if_named(mapping.unit.as_deref())?;
    let account = table.require_if_named(mapping.account.as_deref())?;
    let (Some(subject), is_unit) = (unit.or(account), unit.is_some()) else {
        return Err(failed()
            .because("no column holds codes of units or accounts of this project")
            .hint(format!("its columns are {}", table::list_of(&table.columns))));
    };
    let rows = assigned_rows(table, subject, territory, is_unit, project, progress, diagnostics)?;
    if rows.is_empty() {
        return Err(failed()
            .because(format!("no code in \"{}\" is known in this project", table.columns[subject]))
            .hint("choose another column, or import the units or accounts first"));
    }
    let mut builder = EditBuilder::new(project, &table.file);
    for row in &rows {
        builder.add_territory(table.cell(row.row, territory), rep.map(|rep| table.cell(row.row, rep)), || {
            table.place(row.row)
        });
    }
    if !mapping.levels.is_empty() {
        let columns = mapping.levels.iter().map(|name| table.require(name)).collect::<Result<Vec<usize>, _>>()?;
        let names: Vec<&str> = columns.iter().map(|&column| table.columns[column].as_str()).collect();
        let mut groups = Groups::new(project.plan.hierarchy(), &names);
        for row in &rows {
            let names: Vec<&str> = columns.iter().map(|&column| table.cell(row.row, column)).collect();
            if let Some(group) = groups.of_row(&names, || table.place(row.row)) {
                builder.put_territory(table.cell(row.row, territory), group, &groups, || table.place(row.row));
            }
        }
        diagnostics.append(&mut groups.diagnostics);
        builder.add_groups(groups);
    }
    for row in &rows {
        let name = table.cell(row.row, territory);
        match row.item {
            Item::Unit(unit) => builder.assign_unit(unit, name),
            Item::Account(account) => builder.assign_account(account, name),
        }
    }
    builder.finish(diagnostics)
}

/// A unit or account of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    Unit(UnitId),
    Account(AccountId),
}

struct AssignedRow {
    row: usize,
    item: Item,
}

/// The rows that say clearly what belongs where, by item.
fn assigned_rows(
    table: &Table,
    subject: usize,
    territory: usize,
    is_unit: bool,
    project: &Project,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<AssignedRow>, UserError> {
    progress.begin(Phase::Reading, table.len() as u64).map_err(cancelled)?;
    let units = UnitCodes::of(project);
    let accounts = project.accounts.by_code();
    let mut zeros_restored = 0;
    let mut unnamed = 0;
    let mut first: BTreeMap<Item, usize> = BTreeMap::new();
    let mut conflicts: BTreeMap<Item, Vec<usize>> = BTreeMap::new();
    for row in 0..table.len() {
        progress.tick(1).map_err(cancelled)?;
        let code = table.cell(row, subject);
        let place = || table.cell_place(row, subject);
        if code.is_empty() {
            diagnostics.push(Diagnostic::error(place(), "the row has no code").hint("the row is left out"));
            continue;
        }
        let found = if is_unit {
            units.find(code).map(|(unit, restored)| {
                zeros_restored += usize::from(restored);
                Item::Unit(unit)
            })
        } else {
            accounts.get(code).map(|&account| Item::Account(account))
        };
        let Some(item) = found else {
            let what = if is_unit { "unit" } else { "account" };
            let message = format!("no {what} has the code \"{}\"", shortened(code));
            diagnostics.push(Diagnostic::error(place(), message).hint("the row is left out"));
            continue;
        };
        if table.cell(row, territory).is_empty() {
            unnamed += 1;
            continue;
        }
        match first.get(&item) {
            None => {
                first.insert(item, row);
            }
            Some(&before) if same_name(table.cell(before, territory), table.cell(row, territory)) => {}
            Some(_) => conflicts.entry(item).or_default().push(row),
        }
    }
    for (item, rows) in conflicts {
        let Some(before) = first.remove(&item) else { continue };
        for row in rows {
            let message = format!(
                "given to \"{}\" here and to \"{}\" in row {}",
                table.cell(row, territory),
                table.cell(before, territory),
                table.row_number(before)
            );
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, territory).item(table.cell(row, subject)), message)
                    .hint("neither is taken; it stays as it is"),
            );
        }
    }
    if unnamed > 0 {
        let place = Place::file(&table.file).column(&table.columns[territory]);
        let message = format!("no territory is named in {}", count_of(unnamed, "row"));
        diagnostics.push(Diagnostic::note(place, message).hint("what they are about stays as it is"));
    }
    if zeros_restored > 0 {
        diagnostics.push(
            Diagnostic::note(
                Place::file(&table.file).column(&table.columns[subject]),
                format!("{} had lost leading zeros", count_of(zeros_restored, "code")),
            )
            .hint("they are read with them"),
        );
    }
    let mut rows: Vec<AssignedRow> = first.into_iter().map(|(item, row)| AssignedRow { row, item }).collect();
    rows.sort_by_key(|row| row.row);
    Ok(rows)
}

fn same_name(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}
