//! What was chosen of a newer file, as one step.

use std::sync::Arc;

use super::{ColumnComparison, Comparison, Field, OnVanished, RefreshOrder, Vanished};
use crate::domain::accounts::Accounts;
use crate::domain::accounts_patch::{AccountsPatch, ColumnPatch};
use crate::domain::cells::CellColumn;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::computed::users_of;
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{AccountId, MeasureId};
use crate::domain::project::{Goal, Project};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::words;
use crate::work::carry::default_goals;
use crate::work::formulas;

/// A refresh that can be made.
#[derive(Debug, Clone)]
pub struct RefreshDone {
    /// The project as it is afterwards, the plan included.
    pub project: Project,
    /// One step; empty where nothing would change.
    pub edit: Edit,
    pub added: usize,
    /// Accounts of which a value changes.
    pub changed: usize,
    pub removed: usize,
    /// Computed columns that cannot be worked out any more, columns that stay because they are needed.
    pub notes: Vec<Diagnostic>,
}

impl Comparison {
    /// Whether the order takes an account that the file no longer has out of the project.
    pub fn removes(&self, order: &RefreshOrder, vanished: &Vanished) -> bool {
        match order.vanished {
            OnVanished::Keep => false,
            OnVanished::KeepNamed => !vanished.named && !vanished.locked,
            OnVanished::Remove => true,
        }
    }

    /// Works out what the order does to the project, which must be the one that was compared.
    ///
    /// # Errors
    /// The accounts have changed since, or the order names a column that there is not.
    pub fn refresh(&self, project: &Project, order: &RefreshOrder) -> Result<RefreshDone, UserError> {
        let failed = || UserError::new(format!("Could not refresh accounts from {}", self.file));
        if project.accounts.len() != self.rows.len() {
            return Err(failed().because("the accounts have changed in between").hint("Compare the file again"));
        }
        for name in order.columns.iter().flatten() {
            if !self.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
                let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
                return Err(failed()
                    .because(format!("there is no column \"{name}\""))
                    .hint(format!("its columns are {}", names.join(", "))));
            }
        }
        let mut goes = vec![false; project.accounts.len()];
        for vanished in self.vanished.iter().filter(|vanished| self.removes(order, vanished)) {
            goes[vanished.account.index()] = true;
        }
        let mut rows: Vec<Source> = Vec::new();
        rows.extend(
            project.accounts.ids().filter(|account| !goes[account.index()]).map(|account| Source {
                account: Some(account),
                row: self.rows[account.index()].map(|row| row as usize),
            }),
        );
        if order.take_new {
            rows.extend(self.new_rows().map(|row| Source { account: None, row: Some(row) }));
        }
        let needed = if order.remove_columns { self.needed(project) } else { Vec::new() };
        let new = Making { comparison: self, project, order, rows: &rows, needed: &needed }.project();
        let (new, mut notes) = formulas::refreshed(new);
        notes.extend(needed.iter().map(|(_, name, by)| {
            let place = Place::file(&self.file).column(name);
            let need = if by.len() == 1 { "needs" } else { "need" };
            Diagnostic::note(place, "the file does not have the column")
                .hint(format!("it stays, for {} {need} it", by.join(", ")))
        }));
        let origins: Vec<Option<AccountId>> = rows.iter().map(|source| source.account).collect();
        let patch = AccountsPatch::between(project, &new, &origins).map_err(|why| failed().because(why))?;
        let (added, removed) = (patch.rows.added.len(), patch.rows.removed.len());
        let changed = changed_accounts(project, &patch);
        let label = label(&self.file, added, changed, removed);
        let (project, edit) = finish(project, new, patch, label)?;
        Ok(RefreshDone { project, edit, added, changed, removed, notes })
    }

    /// Columns that the file does not have and that formulas or segments name, with their names and what needs them.
    fn needed(&self, project: &Project) -> Vec<(Field, String, Vec<String>)> {
        let missing = self.columns.iter().filter(|column| column.is_missing());
        let needed = missing.filter_map(|column| {
            let at = match column.field {
                Field::Measure([Some(at), _]) => CellColumn::Measure(MeasureId::from_index(at)),
                Field::Attribute([Some(at), _]) => CellColumn::Attribute(u16::try_from(at).ok()?),
                _ => return None,
            };
            let by = users_of(project, Subject::Accounts, at);
            (!by.is_empty()).then(|| (column.field, column.name.clone(), by))
        });
        needed.collect()
    }
}

/// The project with accounts in place of all it has, as one step. `new` has them in any order, and the columns and goals that it
/// shall have; the accounts with a code that was there already keep their place in the table.
pub fn replaced(project: &Project, new: Project, label: String) -> Result<(Project, Edit), UserError> {
    let by_code = project.accounts.by_code();
    let known: Vec<Option<AccountId>> =
        new.accounts.codes.iter().map(|code| by_code.get(code.as_str()).copied()).collect();
    let mut order: Vec<usize> = (0..known.len()).collect();
    // Stable: new ones follow in the order of the file.
    order.sort_by_key(|&row| known[row].map_or(u32::MAX, |account| account.0));
    let origins: Vec<Option<AccountId>> = order.iter().map(|&row| known[row]).collect();
    let new = if order.is_sorted() { new } else { in_order(new, &order) };
    let patch = AccountsPatch::between(project, &new, &origins)
        .map_err(|why| UserError::new("Could not replace the accounts").because(why))?;
    finish(project, new, patch, label)
}

fn finish(
    project: &Project,
    mut new: Project,
    patch: AccountsPatch,
    label: String,
) -> Result<(Project, Edit), UserError> {
    if patch.is_empty() && patch.goals[0] == patch.goals[1] {
        return Ok((project.clone(), Edit::new(label)));
    }
    let edit = Edit::replace_accounts(&project.plan, Arc::new(patch), label);
    new.plan = Arc::clone(&project.plan);
    apply(Arc::make_mut(&mut new.plan), &edit, Locks::Pass)
        .map_err(|error| UserError::new(format!("{}: not done", edit.label)).because(error))?;
    Ok((new, edit))
}

fn in_order(mut project: Project, order: &[usize]) -> Project {
    let accounts = Arc::make_mut(&mut project.accounts);
    fn pick<T: Clone>(list: &mut Vec<T>, order: &[usize]) {
        *list = order.iter().map(|&row| list[row].clone()).collect();
    }
    // Before the placements that they are asked of have another order.
    accounts.precisions_km = accounts.all_precisions_km();
    pick(&mut accounts.codes, order);
    pick(&mut accounts.names, order);
    pick(&mut accounts.places, order);
    pick(&mut accounts.placements, order);
    pick(&mut accounts.precisions_km, order);
    pick(&mut accounts.units, order);
    for column in &mut accounts.attributes {
        let rows: Vec<u32> = order.iter().map(|&row| column.codes()[row]).collect();
        *column = TextColumn::from_words(column.name.clone(), column.words(), &rows);
    }
    let of_accounts = |measure: &&mut Measure| measure.subject == Subject::Accounts;
    Arc::make_mut(&mut project.measures)
        .iter_mut()
        .filter(of_accounts)
        .for_each(|measure| pick(&mut measure.values, order));
    project
}

/// "Refreshed accounts from crm.csv: 12 new, 340 changed, 5 removed".
fn label(file: &str, added: usize, changed: usize, removed: usize) -> String {
    let parts = [(added, "new"), (changed, "changed"), (removed, "removed")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", words::count(*count as i128)))
        .collect();
    if parts.is_empty() {
        return format!("Refreshed accounts from {file}");
    }
    format!("Refreshed accounts from {file}: {}", parts.join(", "))
}

/// Accounts that stay and of which a value of a column that stays changes.
fn changed_accounts(project: &Project, patch: &AccountsPatch) -> usize {
    // A rank may change for everybody where one account is new.
    let is_computed =
        |name: Option<&String>| name.is_some_and(|name| project.computed_column(Subject::Accounts, name).is_some());
    let mut rows: Vec<u32> = [&patch.codes.changed, &patch.names.changed, &patch.places.changed]
        .into_iter()
        .chain([&patch.placements.changed, &patch.precisions_km.changed, &patch.units.changed])
        .flatten()
        .copied()
        .collect();
    for column in &patch.measure_values {
        if let ColumnPatch::Kept { values: Some(values), places: [before, _] } = column
            && !is_computed(patch.measures[0].get(usize::from(*before)).map(|head| &head.name))
        {
            rows.extend(&values.changed);
        }
    }
    for column in &patch.attribute_values {
        if let ColumnPatch::Kept { values: Some(values), places: [before, _] } = column
            && !is_computed(patch.attributes[0].get(usize::from(*before)))
        {
            rows.extend(&values.changed);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows.len()
}

/// Where an account afterwards comes from: the project, the file, or both.
struct Source {
    account: Option<AccountId>,
    row: Option<usize>,
}

struct Making<'a> {
    comparison: &'a Comparison,
    project: &'a Project,
    order: &'a RefreshOrder,
    rows: &'a [Source],
    needed: &'a [(Field, String, Vec<String>)],
}

impl Making<'_> {
    fn project(&self) -> Project {
        let Self { comparison, project, order, rows, .. } = *self;
        let (old, found) = (&*project.accounts, &comparison.found);
        let new = &found.accounts;
        let takes = |field: Field| {
            comparison.columns.iter().find(|column| column.field == field).is_some_and(|column| order.takes(column))
        };
        let (takes_names, takes_places) = (takes(Field::Name), takes(Field::Place));
        let mut accounts = Accounts::default();
        for source in rows {
            let (account, row) = (source.account.map(AccountId::index), source.row);
            accounts.codes.push(match (account, row) {
                (Some(account), _) => old.codes[account].clone(),
                (None, row) => new.codes[row.unwrap_or_default()].clone(),
            });
            let from_file = |takes: bool| row.filter(|_| takes || account.is_none());
            accounts.names.push(match (from_file(takes_names), account) {
                (Some(row), _) => new.names[row].clone(),
                (None, account) => old.names[account.unwrap_or_default()].clone(),
            });
            let moves = |row: &usize| account.is_none_or(|at| super::is_elsewhere(project, found, at, *row));
            let (table, at) = match (from_file(takes_places).filter(moves), account) {
                (Some(row), _) => (new, row),
                (None, account) => (old, account.unwrap_or_default()),
            };
            accounts.places.push(table.places[at]);
            accounts.placements.push(table.placements[at]);
            accounts.precisions_km.push(table.precision_km(at).map_or(f32::NAN, |km| km as f32));
            accounts.units.push(table.units[at]);
        }
        let mut measures: Vec<Measure> = Vec::new();
        // Where the project's measures are afterwards.
        let mut moved: Vec<Option<MeasureId>> = vec![None; project.measures.len()];
        for (at, measure) in project.measures.iter().enumerate() {
            let column = comparison.columns.iter().find(|c| matches!(c.field, Field::Measure([Some(b), _]) if b == at));
            let in_file = column.and_then(|column| match column.field {
                Field::Measure([_, after]) => Some((after?, order.takes(column))),
                _ => None,
            });
            if measure.subject == Subject::Accounts && in_file.is_none() && self.goes(column) {
                continue;
            }
            let mut kept = measure.clone();
            if measure.subject == Subject::Accounts {
                kept.values = rows.iter().map(|source| self.number(source, Some(&measure.values), in_file)).collect();
            }
            moved[at] = Some(MeasureId::from_index(measures.len()));
            measures.push(kept);
        }
        for measure in &mut measures {
            if let Aggregate::Mean { weight } = &mut measure.aggregate {
                *weight = weight.and_then(|weight| moved.get(weight.index()).copied().flatten());
            }
        }
        for column in comparison.columns.iter().filter(|column| order.takes(column)) {
            if let Field::Measure([None, Some(after)]) = column.field {
                let mut added = found.measures[after].clone();
                let taken = |name: &str| measures.iter().any(|known| known.name.eq_ignore_ascii_case(name));
                if taken(&added.name) {
                    added.name = format!("{} (accounts)", added.name);
                }
                added.values = rows.iter().map(|source| self.number(source, None, Some((after, true)))).collect();
                measures.push(added);
            }
        }
        for (at, column) in old.attributes.iter().enumerate() {
            let compared =
                comparison.columns.iter().find(|c| matches!(c.field, Field::Attribute([Some(b), _]) if b == at));
            let in_file = compared.and_then(|column| match column.field {
                Field::Attribute([_, after]) => Some((after?, order.takes(column))),
                _ => None,
            });
            if in_file.is_some() || !self.goes(compared) {
                accounts.attributes.push(self.words(&column.name, Some(column), in_file));
            }
        }
        for column in comparison.columns.iter().filter(|column| order.takes(column)) {
            if let Field::Attribute([None, Some(after)]) = column.field {
                accounts.attributes.push(self.words(&column.name, None, Some((after, true))));
            }
        }
        let goal = |goal: &Goal| {
            let measure = moved.get(goal.measure.index()).copied().flatten()?;
            Some(Goal { measure, ..*goal })
        };
        let mut goals: Vec<Goal> = project.goals.iter().filter_map(goal).collect();
        if goals.is_empty() && !project.goals.is_empty() {
            goals = default_goals(&measures);
        }
        Project { accounts: Arc::new(accounts), measures: Arc::new(measures), goals, ..project.clone() }
    }

    /// Whether a column that the file does not have is removed. Computed ones are not compared, and stay.
    fn goes(&self, column: Option<&ColumnComparison>) -> bool {
        self.order.remove_columns
            && column.is_some_and(|column| !self.needed.iter().any(|(field, ..)| *field == column.field))
    }

    fn number(&self, source: &Source, old: Option<&Vec<f64>>, in_file: Option<(usize, bool)>) -> f64 {
        let before = source.account.and_then(|account| old?.get(account.index()).copied());
        let after = match (source.row, in_file) {
            (Some(row), Some((column, takes))) if takes || source.account.is_none() => {
                Some(self.comparison.found.measures[column].values[row])
            }
            _ => None,
        };
        match after {
            // The file knows no negative zero.
            Some(after) if after.is_finite() || before.is_none() || !self.order.keep_where_empty => after + 0.0,
            _ => before.unwrap_or(f64::NAN),
        }
    }

    fn words(&self, name: &str, old: Option<&TextColumn>, in_file: Option<(usize, bool)>) -> TextColumn {
        let word = |source: &Source| {
            let before = source.account.and_then(|account| Some(old?.get(account.index())));
            let after = match (source.row, in_file) {
                (Some(row), Some((column, takes))) if takes || source.account.is_none() => {
                    Some(self.comparison.found.accounts.attributes[column].get(row))
                }
                _ => None,
            };
            match after {
                Some(after) if !after.is_empty() || before.is_none() || !self.order.keep_where_empty => after,
                _ => before.unwrap_or(""),
            }
        };
        let words: Vec<&str> = self.rows.iter().map(word).collect();
        TextColumn::new(name, &words)
    }
}
