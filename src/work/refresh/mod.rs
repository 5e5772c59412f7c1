//! A newer file of accounts: what of it is new, changed, gone and the same, before anything is applied; and then one step that takes
//! what was chosen. Accounts are found again by their codes; territories, overrides, locks and notes stay.

mod apply;
mod differences;
mod matching;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::carry;
use super::columns::AccountColumns;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, MeasureId, TerritoryId};
use crate::domain::lists::Value as _;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::accounts::{self, AccountMapping, AccountTable};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::{Reason, has_word};
use crate::io::postal::PostalTable;
use crate::io::{Imported, cancelled, table};
use crate::words;

pub use apply::{RefreshDone, replaced};
pub use differences::{DIFFERENCE_COLUMNS, Difference, all_differences, difference_row, differences};
pub use matching::as_in_project;
use matching::{find_attribute, find_measure, leave_computed, lost_zeros};

/// Places nearer than this are the same: files round their coordinates.
const SAME_PLACE_KM: f64 = 0.001;

/// What a newer file says, held against the accounts of a project.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The file's name, for messages.
    pub file: String,
    /// The accounts of the file, located in the project's units.
    pub found: AccountTable,
    /// Per account of the file, the project's.
    pub known: Vec<Option<AccountId>>,
    /// Per account of the project, the file's.
    pub rows: Vec<Option<u32>>,
    pub columns: Vec<ColumnComparison>,
    /// Accounts of both whose values differ; ascending.
    pub changed: Vec<AccountId>,
    /// Accounts of the project that the file does not have; ascending.
    pub vanished: Vec<Vanished>,
    /// What each column of the file was taken for, and why.
    pub reasons: Vec<Reason>,
}

/// A column as it is in the project and in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnComparison {
    pub name: String,
    pub field: Field,
    /// Accounts of both whose values differ; ascending. Empty for a column that only one has.
    pub changed: Vec<AccountId>,
    /// Of a measure, the sum over all accounts of the project, and over all of the file.
    pub sums: Option<[f64; 2]>,
}

/// What a column is; positions are those of the project and of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Name,
    Place,
    Measure([Option<usize>; 2]),
    Attribute([Option<usize>; 2]),
}

/// An account that is no longer in the file, and what hangs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Vanished {
    pub account: AccountId,
    pub owner: TerritoryId,
    /// It belongs to its owner whatever its unit's is.
    pub named: bool,
    pub locked: bool,
    /// Of the measure that is balanced first; NaN where there is none.
    pub value: f64,
}

/// What is done with accounts that are no longer in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnVanished {
    #[default]
    Keep,
    /// Those with an owner of their own or a lock stay.
    KeepNamed,
    Remove,
}

/// What of a newer file is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshOrder {
    pub take_new: bool,
    /// Columns whose changes are taken; `None`: all.
    pub columns: Option<Vec<String>>,
    /// A value stays where the file has none.
    pub keep_where_empty: bool,
    pub vanished: OnVanished,
    /// Columns that the file does not have are removed; else they stay.
    pub remove_columns: bool,
}

impl Default for RefreshOrder {
    fn default() -> Self {
        let vanished = OnVanished::default();
        Self { take_new: true, columns: None, keep_where_empty: false, vanished, remove_columns: false }
    }
}

impl RefreshOrder {
    fn takes(&self, column: &ColumnComparison) -> bool {
        let named = |names: &Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        self.columns.as_ref().is_none_or(named)
    }
}

impl ColumnComparison {
    /// Whether only the file has it, or only the project.
    pub fn is_new(&self) -> bool {
        matches!(self.field, Field::Measure([None, _]) | Field::Attribute([None, _]))
    }

    pub fn is_missing(&self) -> bool {
        matches!(self.field, Field::Measure([_, None]) | Field::Attribute([_, None]))
    }
}

impl Comparison {
    /// Accounts of the file that the project does not have.
    pub fn new_rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.known.iter().enumerate().filter(|(_, known)| known.is_none()).map(|(row, _)| row)
    }

    pub fn new_count(&self) -> usize {
        self.known.iter().filter(|known| known.is_none()).count()
    }

    pub fn unchanged_count(&self) -> usize {
        self.known.len() - self.new_count() - self.changed.len()
    }

    /// "12 new, 340 changed, 5 no longer in the file, 11,634 unchanged".
    pub fn words(&self) -> String {
        let count = |count: usize| words::count(count as i128);
        format!(
            "{} new, {} changed, {} no longer in the file, {} unchanged",
            count(self.new_count()),
            count(self.changed.len()),
            count(self.vanished.len()),
            count(self.unchanged_count())
        )
    }
}

/// Reads a newer file and holds it against the project's accounts. Nothing is changed.
///
/// # Errors
/// The project has no accounts, the file cannot be read, or it has no code in common with the project.
pub fn compare_file(
    project: &Project,
    path: &Path,
    columns: &AccountColumns,
    progress: &Progress,
) -> Result<Imported<Comparison>, UserError> {
    let failed = || UserError::new(format!("Could not refresh accounts from {}", crate::io::files::name_of(path)));
    if project.accounts.is_empty() {
        return Err(failed().because("the project has no accounts yet").hint("Import them first"));
    }
    let Imported { value: table, mut diagnostics } = table::read(path, &columns.read, progress)?;
    let mut mapping = columns.mapping(&table)?;
    as_in_project(project, columns, &table, &mut mapping);
    leave_computed(project, &mut mapping, &table.file, &mut diagnostics);
    let found = accounts::from_table(&table, &mapping, PostalTable::embedded(), progress, &mut diagnostics)?;
    let file = table.file.clone();
    drop(table);
    let comparison = compare(project, found, mapping, &file, progress, &mut diagnostics)?;
    if comparison.known.iter().all(Option::is_none) {
        let id = comparison.reasons.iter().find(|reason| reason.taken_as == "account code");
        let which =
            id.map_or("its rows have no code".to_owned(), |id| format!("the codes are those of \"{}\"", id.column));
        return Err(failed()
            .because(format!(
                "none of its {} is in the project; {which}",
                words::counted(comparison.known.len() as i128, "account")
            ))
            .hint(lost_zeros(project, &comparison.found.accounts.codes).unwrap_or_else(|| {
                "Name the column with the codes, or import the file to replace all accounts".to_owned()
            })));
    }
    Ok(Imported::new(comparison, diagnostics))
}

/// Holds accounts against those of the project. The places of the accounts are found in the units.
pub(super) fn compare(
    project: &Project,
    mut found: AccountTable,
    mapping: AccountMapping,
    file: &str,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Comparison, UserError> {
    let old = &*project.accounts;
    carry::locate(&mut found.accounts, &project.units, progress)?;
    carry::note_outside(&found.accounts, &project.units, &Place::file(file), diagnostics);
    progress.begin(Phase::Comparing, 0).map_err(cancelled)?;
    let by_code: HashMap<&str, AccountId> = old.by_code();
    let known: Vec<Option<AccountId>> =
        found.accounts.codes.iter().map(|code| by_code.get(code.as_str()).copied()).collect();
    let mut rows: Vec<Option<u32>> = vec![None; old.len()];
    for (row, account) in (0..).zip(&known) {
        if let Some(account) = account {
            rows[account.index()] = Some(row);
        }
    }
    let mut fields: Vec<(String, Field)> = Vec::new();
    if mapping.name.is_some() {
        fields.push(("Name".to_owned(), Field::Name));
    }
    if mapping.lon.is_some() || mapping.postal.is_some() || mapping.town.is_some() {
        fields.push(("Place".to_owned(), Field::Place));
    }
    let of_accounts = |(_, measure): &(usize, &crate::domain::columns::Measure)| measure.subject == Subject::Accounts;
    // What a formula gives is no news of a file, and does not go where a file does not have it.
    let is_computed = |name: &str| project.computed_column(Subject::Accounts, name).is_some();
    let mut taken: Vec<usize> = Vec::new();
    for (at, measure) in found.measures.iter().enumerate() {
        let known = find_measure(project, &measure.name).filter(|known| !taken.contains(known));
        taken.extend(known);
        let name = known.map_or(&measure.name, |known| &project.measures[known].name);
        fields.push((name.clone(), Field::Measure([known, Some(at)])));
    }
    for (at, measure) in project.measures.iter().enumerate().filter(of_accounts) {
        if !taken.contains(&at) && !is_computed(&measure.name) {
            fields.push((measure.name.clone(), Field::Measure([Some(at), None])));
        }
    }
    let mut taken: Vec<usize> = Vec::new();
    for (at, column) in found.accounts.attributes.iter().enumerate() {
        let known = find_attribute(&old.attributes, &column.name).filter(|known| !taken.contains(known));
        taken.extend(known);
        let name = known.map_or(&column.name, |known| &old.attributes[known].name);
        fields.push((name.clone(), Field::Attribute([known, Some(at)])));
    }
    for (at, column) in old.attributes.iter().enumerate() {
        if !taken.contains(&at) && !is_computed(&column.name) {
            fields.push((column.name.clone(), Field::Attribute([Some(at), None])));
        }
    }
    note_by_hand(project, &found, &rows, file, diagnostics);
    let compare =
        |(name, field): (String, Field)| progress.check().map(|()| column(project, &found, &rows, name, field));
    let columns: Vec<ColumnComparison> =
        fields.into_par_iter().map(compare).collect::<Result<_, _>>().map_err(cancelled)?;
    let mut is_changed = vec![false; old.len()];
    columns.iter().flat_map(|column| &column.changed).for_each(|account| is_changed[account.index()] = true);
    let changed = old.ids().filter(|account| is_changed[account.index()]).collect();
    let vanished = old.ids().filter(|account| rows[account.index()].is_none());
    let vanished = vanished.map(|account| hanging(project, account)).collect();
    Ok(Comparison { file: file.to_owned(), found, known, rows, columns, changed, vanished, reasons: mapping.reasons })
}

fn column(
    project: &Project,
    found: &AccountTable,
    rows: &[Option<u32>],
    name: String,
    field: Field,
) -> ColumnComparison {
    let (old, new) = (&*project.accounts, &found.accounts);
    let differs = |account: usize, row: usize| match field {
        Field::Name => old.names[account] != new.names[row],
        Field::Place => is_elsewhere(project, found, account, row),
        Field::Measure([Some(before), Some(after)]) => {
            !project.measures[before].values[account].same(&found.measures[after].values[row])
        }
        Field::Attribute([Some(before), Some(after)]) => {
            old.attributes[before].get(account) != new.attributes[after].get(row)
        }
        _ => false,
    };
    let both = rows.iter().enumerate().filter_map(|(account, row)| Some((account, (*row)? as usize)));
    let changed =
        both.filter(|&(account, row)| differs(account, row)).map(|(account, _)| AccountId::from_index(account));
    let sum = |values: &[f64]| values.iter().filter(|value| value.is_finite()).sum::<f64>();
    let sums = match field {
        Field::Measure([before, after]) => Some([
            before.map_or(0.0, |at| sum(&project.measures[at].values)),
            after.map_or(0.0, |at| sum(&found.measures[at].values)),
        ]),
        _ => None,
    };
    ColumnComparison { name, field, changed: changed.collect(), sums }
}

/// Whether the file puts an account elsewhere. A row without a usable place says nothing; a place that a person chose stays; and one by
/// postal code, town or state does not move an account whose place is better known, unless those words have changed.
fn is_elsewhere(project: &Project, found: &AccountTable, account: usize, row: usize) -> bool {
    let (old, new) = (&*project.accounts, &found.accounts);
    let (before, after) = (old.places[account], new.places[row]);
    match (before.is_valid(), after.is_valid()) {
        (_, false) => false,
        (false, true) => true,
        (true, true) if old.placements[account] == Placement::ByHand => false,
        (true, true) => {
            before.distance_km(after) > SAME_PLACE_KM
                && (rank(new.placements[row]) <= rank(old.placements[account])
                    || place_words_differ(old, new, account, row))
        }
    }
}

/// The lower, the better a place is known.
fn rank(placement: Placement) -> usize {
    match placement {
        Placement::Coordinates | Placement::ByHand | Placement::Online => 0,
        Placement::PostalCode => 1,
        Placement::Town => 2,
        Placement::Region => 3,
        Placement::Unplaced => 4,
    }
}

/// Whether the words that a rough place was made of are others now: the account has moved.
fn place_words_differ(old: &Accounts, new: &Accounts, account: usize, row: usize) -> bool {
    const PLACE: [&str; 10] = ["zip", "postal", "postcode", "plz", "city", "town", "ort", "ville", "state", "province"];
    let of_places = new.attributes.iter().filter(|column| has_word(&column.name, &PLACE));
    let mut both = of_places.filter_map(|column| Some((find_attribute(&old.attributes, &column.name)?, column)));
    both.any(|(known, column)| old.attributes[known].get(account) != column.get(row))
}

/// Accounts that a person placed stay where they are; what the file says of them is told.
fn note_by_hand(
    project: &Project,
    found: &AccountTable,
    rows: &[Option<u32>],
    file: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let old = &*project.accounts;
    for (account, row) in rows.iter().enumerate().filter(|(at, _)| old.placements[*at] == Placement::ByHand) {
        let Some(row) = row.map(|row| row as usize) else { continue };
        let (before, after) = (old.places[account], found.accounts.places[row]);
        let precise = rank(found.accounts.placements[row]) == 0;
        if before.is_valid() && after.is_valid() && precise && before.distance_km(after) > SAME_PLACE_KM {
            let place = Place::file(file).item(&old.codes[account]);
            let message =
                format!("placed by hand; the file puts it {} away", words::kilometres(before.distance_km(after)));
            diagnostics.push(Diagnostic::note(place, message).hint("it stays where it is"));
        }
    }
}

fn hanging(project: &Project, account: AccountId) -> Vanished {
    let plan = &*project.plan;
    let unit = project.accounts.units.get(account.index()).copied().flatten();
    let of_accounts = |id: &MeasureId| project.measure(*id).is_some_and(|m| m.subject == Subject::Accounts);
    let measure = project.main_goal().map(|goal| goal.measure).filter(of_accounts);
    let value = measure.and_then(|id| project.measure(id)?.values.get(account.index()).copied());
    Vanished {
        account,
        owner: plan.owner_of(account, unit),
        named: plan.overrides().contains_key(&account),
        locked: plan.locked_accounts().contains(&account),
        value: value.unwrap_or(f64::NAN),
    }
}
