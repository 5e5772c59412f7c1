//! An existing alignment: which unit or account belongs to whom today.

pub mod choices;
mod claims;
mod edit;
mod groups;
mod owner;
#[cfg(test)]
mod tests;

pub use choices::{Choices, Conflict, OnConflict, OnNewTerritory, OnUnknown, Unclear, UnnamedUnits};
pub use owner::alignment_from_account_owner;

use super::diagnostic::Diagnostic;
use super::guess::{self, Reason};
use super::table::{self, Table};
use super::unit_codes::UnitCodes;
use crate::domain::edit::Edit;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use claims::{Claims, Columns, Item};
use edit::EditBuilder;
use groups::Groups;

/// Which column holds what, by name. Either `unit` or `account` is needed. Where a file has both, units go to the territory of most of
/// their rows, and accounts that belong to another one become named accounts.
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
        const TERRITORY: [&str; 18] = [
            "territory name",
            "territory",
            "territory label",
            "territory2id",
            "territory2",
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
            "verkaufsbezirk",
            "vertriebsgebiet",
            "gebiet",
        ];
        const REP: [&str; 17] = [
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
            "vertriebsmitarbeiter",
            "aussendienstmitarbeiter",
            "aussendienst",
            "verkaufer",
            "betreuer",
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
        let unit = best(&|cell| units.find(cell).is_some()).filter(|&column| Some(column) != account);
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
/// What is not clear is decided as the choices say, and listed in any case.
///
/// # Errors
/// A missing column, no row that fits the project, an unknown code where that shall stop the import.
pub fn from_table(
    table: &Table,
    mapping: &AlignmentMapping,
    choices: &Choices,
    project: &Project,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not import the alignment from {}", table.file));
    let columns = columns_of(table, mapping)?;
    if let OnConflict::MostOf(column) = &choices.conflict {
        table.require(column)?;
    }
    let Columns { territory, .. } = columns;
    let rep = table.require_if_named(mapping.rep.as_deref())?;
    let claims = Claims::read(table, columns, project, choices, progress)?;
    let unknown = claims.unknown_codes();
    if choices.unknown == OnUnknown::Stop && !unknown.is_empty() {
        const NAMED: usize = 8;
        let first = unknown.iter().take(NAMED).map(|(code, row)| format!("\"{code}\" in row {row}"));
        let mut named: Vec<String> = first.collect();
        if unknown.len() > NAMED {
            named.push(format!("{} more", super::grouped(unknown.len() - NAMED)));
        }
        return Err(failed()
            .because(format!("{} not in this project: {}", super::count_of(unknown.len(), "code"), named.join(", ")))
            .hint("correct them, or leave out unknown codes"));
    }
    if claims.is_empty() && !claims.knows_something() {
        let subject = columns.unit.or(columns.account).unwrap_or(territory);
        return Err(failed()
            .because(format!("no code in \"{}\" is known in this project", table.columns[subject]))
            .hint("choose another column, or import the units or accounts first"));
    }
    claims.report(choices, diagnostics);
    let rows = claims.decide(choices);
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
    if choices.unnamed_units == UnnamedUnits::Unassign {
        claims.unnamed_units(project).for_each(|unit| builder.unassign_unit(unit));
    }
    builder.finish(diagnostics)
}

/// What the table leaves open, before anything is decided but whether units follow their accounts.
///
/// # Errors
/// A missing column.
pub fn unclear(
    table: &Table,
    mapping: &AlignmentMapping,
    units_by_accounts: bool,
    project: &Project,
    progress: &Progress,
) -> Result<Unclear, UserError> {
    let choices = Choices { units_by_accounts, ..Choices::default() };
    let claims = Claims::read(table, columns_of(table, mapping)?, project, &choices, progress)?;
    Ok(Unclear::of(&claims, table, project))
}

fn columns_of(table: &Table, mapping: &AlignmentMapping) -> Result<Columns, UserError> {
    let failed = |why: &str| {
        UserError::new(format!("Could not import the alignment from {}", table.file))
            .because(why)
            .hint(format!("its columns are {}", table::list_of(&table.columns)))
    };
    if mapping.territory.is_empty() {
        return Err(failed("no column is named as the territory"));
    }
    let territory = table.require(&mapping.territory)?;
    let unit = table.require_if_named(mapping.unit.as_deref())?;
    let account = table.require_if_named(mapping.account.as_deref())?;
    if unit.is_none() && account.is_none() {
        return Err(failed("no column holds codes of units or accounts of this project"));
    }
    Ok(Columns { unit, account, territory })
}

fn same_name(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}
