//! What the rows of an alignment claim: which unit or account belongs to which territory, and where they contradict each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::choices::{Choices, Conflict, OnConflict, OnNewTerritory};
use super::same_name;
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::accounts::{is_number_column, shortened};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::numbers::{self, Cell};
use crate::io::table::Table;
use crate::io::unit_codes::UnitCodes;
use crate::io::{cancelled, count_of};

/// A unit or account of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    Unit(UnitId),
    Account(AccountId),
}

/// The columns of an alignment, by position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub unit: Option<usize>,
    pub account: Option<usize>,
    pub territory: usize,
}

/// A row that is taken for an item.
pub(super) struct AssignedRow {
    pub row: usize,
    pub item: Item,
}

/// The rows of a file by what they are about.
pub(super) struct Claims<'a> {
    table: &'a Table,
    columns: Columns,
    /// Per item the rows that name a territory for it, in their order.
    rows: BTreeMap<Item, Vec<usize>>,
    /// Rows and columns with codes that the project does not have.
    unknown: Vec<(usize, usize)>,
    without_code: Vec<usize>,
    /// Items that are named without a territory.
    unclaimed: HashSet<Item>,
    without_territory: usize,
    zeros_restored: usize,
    /// Rows left out because their territory is new.
    of_new_territories: usize,
    /// Units are told of by the rows of their accounts, so that several territories are a matter of the majority.
    by_majority: bool,
}

impl<'a> Claims<'a> {
    pub fn read(
        table: &'a Table,
        columns: Columns,
        project: &Project,
        choices: &Choices,
        progress: &Progress,
    ) -> Result<Self, UserError> {
        progress.begin(Phase::Reading, table.len() as u64).map_err(cancelled)?;
        let units = UnitCodes::of(project);
        let accounts = project.accounts.by_code();
        let follow_accounts = columns.unit.is_none() && choices.units_by_accounts;
        let mut claims = Self {
            table,
            columns,
            rows: BTreeMap::new(),
            unknown: Vec::new(),
            without_code: Vec::new(),
            unclaimed: HashSet::new(),
            without_territory: 0,
            zeros_restored: 0,
            of_new_territories: 0,
            by_majority: columns.account.is_some() && (columns.unit.is_some() || follow_accounts),
        };
        let mut is_new: HashMap<&str, bool> = HashMap::new();
        for row in 0..table.len() {
            progress.tick(1).map_err(cancelled)?;
            let mut items: Vec<Item> = Vec::with_capacity(2);
            let mut has_code = false;
            if let Some(column) = columns.unit {
                let code = table.cell(row, column);
                has_code |= !code.is_empty();
                match units.find(code) {
                    _ if code.is_empty() => {}
                    Some((unit, restored)) => {
                        claims.zeros_restored += usize::from(restored);
                        items.push(Item::Unit(unit));
                    }
                    None => claims.unknown.push((row, column)),
                }
            }
            if let Some(column) = columns.account {
                let code = table.cell(row, column);
                has_code |= !code.is_empty();
                match accounts.get(code) {
                    _ if code.is_empty() => {}
                    Some(&account) => {
                        items.push(Item::Account(account));
                        let unit = project.accounts.units.get(account.index()).copied().flatten();
                        items.extend(unit.filter(|_| follow_accounts).map(Item::Unit));
                    }
                    None => claims.unknown.push((row, column)),
                }
            }
            if !has_code {
                claims.without_code.push(row);
                continue;
            }
            let territory = table.cell(row, columns.territory);
            if territory.is_empty() {
                claims.without_territory += usize::from(!items.is_empty());
                claims.unclaimed.extend(items);
                continue;
            }
            if choices.new_territory == OnNewTerritory::LeaveOut {
                let is_new =
                    *is_new.entry(territory).or_insert_with(|| project.plan.find_territory(territory).is_none());
                if is_new {
                    claims.of_new_territories += usize::from(!items.is_empty());
                    claims.unclaimed.extend(items);
                    continue;
                }
            }
            for item in items {
                claims.rows.entry(item).or_default().push(row);
            }
        }
        Ok(claims)
    }

    /// The rows that are taken, in their order.
    pub fn decide(&self, choices: &Choices) -> Vec<AssignedRow> {
        let mut taken: Vec<AssignedRow> = self
            .rows
            .iter()
            .filter_map(|(&item, rows)| Some(AssignedRow { row: self.decided(item, rows, &choices.conflict)?, item }))
            .collect();
        taken.sort_by_key(|taken| taken.row);
        taken
    }

    /// Codes that are given to several territories.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let found = self.contradictions().map(|(item, rows)| {
            let mut territories: Vec<(String, usize)> = Vec::new();
            for &row in rows {
                let name = self.territory(row);
                match territories.iter_mut().find(|(known, _)| same_name(known, name)) {
                    Some((_, count)) => *count += 1,
                    None => territories.push((name.to_owned(), 1)),
                }
            }
            Conflict { code: self.code(item, rows[0]), is_account: matches!(item, Item::Account(_)), territories }
        });
        found.collect()
    }

    /// How many of those would belong to another territory than today.
    pub fn moves(&self, way: &OnConflict, project: &Project) -> usize {
        let plan = &project.plan;
        let moved = self.contradictions().filter(|&(item, rows)| {
            let Some(row) = self.decided(item, rows, way) else { return false };
            let today = match item {
                Item::Unit(unit) => plan.territory_of(unit),
                Item::Account(account) => {
                    plan.owner_of(account, project.accounts.units.get(account.index()).copied().flatten())
                }
            };
            today == TerritoryId::UNASSIGNED || !same_name(plan.territory_name(today), self.territory(row))
        });
        moved.count()
    }

    /// Columns by whose sums the territory of most could be found.
    pub fn is_measure(&self, column: usize) -> bool {
        let Columns { unit, account, territory } = self.columns;
        ![unit, account, Some(territory)].contains(&Some(column)) && is_number_column(self.table, column)
    }

    pub fn unknown_codes(&self) -> Vec<(String, u64)> {
        let code =
            |&(row, column): &(usize, usize)| (self.table.cell(row, column).to_owned(), self.table.row_number(row));
        self.unknown.iter().map(code).collect()
    }

    /// Territories that the plan does not have, with the number of their rows, in the order of the file.
    pub fn new_territories(&self, project: &Project) -> Vec<(String, usize)> {
        let mut rows: Vec<usize> = self.rows.values().flatten().copied().collect();
        rows.sort_unstable();
        rows.dedup();
        let mut positions: HashMap<String, Option<usize>> = HashMap::new();
        let mut found: Vec<(String, usize)> = Vec::new();
        for row in rows {
            let name = self.territory(row);
            let position = *positions.entry(name.to_lowercase()).or_insert_with(|| {
                let is_new = project.plan.find_territory(name).is_none();
                is_new.then(|| {
                    found.push((name.to_owned(), 0));
                    found.len() - 1
                })
            });
            if let Some(position) = position {
                found[position].1 += 1;
            }
        }
        found
    }

    /// Units with a territory that no row names.
    pub fn unnamed_units<'p>(&'p self, project: &'p Project) -> impl Iterator<Item = UnitId> + 'p {
        // A file of accounts alone says nothing of units.
        let tells_of_units = self.columns.unit.is_some() || self.by_majority;
        project.units.ids().filter(move |&unit| {
            let item = Item::Unit(unit);
            tells_of_units
                && project.plan.territory_of(unit) != TerritoryId::UNASSIGNED
                && !self.rows.contains_key(&item)
                && !self.unclaimed.contains(&item)
        })
    }

    pub fn clear_count(&self) -> usize {
        self.rows.len() - self.contradictions().count()
    }

    /// Units whose rows name several territories, where the majority counts.
    pub fn by_majority_count(&self) -> usize {
        let disputed = |(item, rows): (&Item, &Vec<usize>)| self.is_by_majority(*item) && self.differ(rows);
        self.rows.iter().filter(|entry| disputed(*entry)).count()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether something in the file is of this project, if only without a territory.
    pub fn knows_something(&self) -> bool {
        !self.rows.is_empty() || !self.unclaimed.is_empty()
    }

    /// Everything that is not clear, row by row, with what becomes of it.
    pub fn report(&self, choices: &Choices, diagnostics: &mut Vec<Diagnostic>) {
        let table = self.table;
        let mut lines: Vec<(usize, Diagnostic)> = Vec::new();
        let subject = self.columns.unit.or(self.columns.account).unwrap_or(self.columns.territory);
        for &row in &self.without_code {
            let place = table.cell_place(row, subject);
            lines.push((row, Diagnostic::error(place, "the row has no code").hint("the row is left out")));
        }
        for &(row, column) in &self.unknown {
            let what = if Some(column) == self.columns.unit { "unit" } else { "account" };
            let message = format!("no {what} has the code \"{}\"", shortened(table.cell(row, column)));
            let other = self.columns.unit.is_some() && self.columns.account.is_some();
            let hint = if other { "the row is left out for it" } else { "the row is left out" };
            lines.push((row, Diagnostic::error(table.cell_place(row, column), message).hint(hint)));
        }
        lines.sort_by_key(|(row, _)| *row);
        diagnostics.extend(lines.into_iter().map(|(_, line)| line));
        for (item, rows) in self.contradictions() {
            let before = rows[0];
            for &row in rows.iter().filter(|&&row| !same_name(self.territory(row), self.territory(before))) {
                let message = format!(
                    "given to \"{}\" here and to \"{}\" in row {}",
                    self.territory(row),
                    self.territory(before),
                    table.row_number(before)
                );
                let place = table.cell_place(row, self.columns.territory).item(self.code(item, row));
                let is_open = choices.conflict == OnConflict::Leave;
                let line =
                    if is_open { Diagnostic::error(place, message) } else { Diagnostic::warning(place, message) };
                diagnostics.push(line.hint(choices.conflict.outcome()));
            }
        }
        let column = |column: usize| Place::file(&table.file).column(&table.columns[column]);
        let mut note = |place: Place, message: String, hint: &str| {
            diagnostics.push(Diagnostic::note(place, message).hint(hint));
        };
        if self.by_majority_count() > 0 {
            let message = format!("{} with rows of several territories", count_of(self.by_majority_count(), "unit"));
            let hint = "each goes to the territory of most of them; accounts that differ become named accounts";
            note(column(self.columns.territory), message, hint);
        }
        if self.of_new_territories > 0 {
            let message =
                format!("{} of territories that the plan does not have", count_of(self.of_new_territories, "row"));
            note(column(self.columns.territory), message, "left out, as was wished");
        }
        if self.without_territory > 0 {
            let message = format!("no territory is named in {}", count_of(self.without_territory, "row"));
            note(column(self.columns.territory), message, "what they are about stays as it is");
        }
        if self.zeros_restored > 0 {
            let message = format!("{} had lost leading zeros", count_of(self.zeros_restored, "code"));
            note(column(subject), message, "they are read with them");
        }
    }

    /// Items whose rows contradict each other, where no majority decides.
    fn contradictions(&self) -> impl Iterator<Item = (Item, &Vec<usize>)> {
        let rows = self.rows.iter().map(|(&item, rows)| (item, rows));
        rows.filter(|&(item, rows)| !self.is_by_majority(item) && self.differ(rows))
    }

    fn is_by_majority(&self, item: Item) -> bool {
        self.by_majority && matches!(item, Item::Unit(_))
    }

    fn differ(&self, rows: &[usize]) -> bool {
        rows.iter().any(|&row| !same_name(self.territory(row), self.territory(rows[0])))
    }

    /// The row that counts; `None` where nothing is decided.
    fn decided(&self, item: Item, rows: &[usize], way: &OnConflict) -> Option<usize> {
        let first = *rows.first()?;
        if !self.differ(rows) {
            return Some(first);
        }
        let most_rows = OnConflict::MostRows;
        let way = match way {
            OnConflict::MostOf(_) => way,
            _ if self.is_by_majority(item) => &most_rows,
            _ => way,
        };
        let measure = match way {
            OnConflict::Leave => return None,
            OnConflict::FirstRow => return Some(first),
            OnConflict::LastRow => return rows.last().copied(),
            OnConflict::MostRows => None,
            OnConflict::MostOf(column) => self.table.find(column),
        };
        let weight = |row: usize| match measure {
            None => 1.0,
            Some(column) => match numbers::read(self.table.cell(row, column), self.table.decimal_mark(column)) {
                Cell::Number(number) => number,
                _ => 0.0,
            },
        };
        // Per territory its first row, its sum and the number of its rows.
        let mut sums: Vec<(usize, f64, usize)> = Vec::new();
        for &row in rows {
            match sums.iter_mut().find(|(known, ..)| same_name(self.territory(*known), self.territory(row))) {
                Some((_, sum, count)) => {
                    *sum += weight(row);
                    *count += 1;
                }
                None => sums.push((row, weight(row), 1)),
            }
        }
        let best = sums.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)).then(b.0.cmp(&a.0)));
        best.map(|(row, ..)| *row)
    }

    fn territory(&self, row: usize) -> &'a str {
        self.table.cell(row, self.columns.territory)
    }

    /// As the file writes it.
    fn code(&self, item: Item, row: usize) -> String {
        let column = match item {
            Item::Unit(_) => self.columns.unit,
            Item::Account(_) => self.columns.account,
        };
        column.map_or_else(String::new, |column| self.table.cell(row, column).to_owned())
    }
}
