//! Doubles become one account, as one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::CodePair;
use crate::domain::accounts_patch::AccountsPatch;
use crate::domain::columns::{MAX_VALUE, Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::words;
use crate::work::formulas;

/// What becomes of the values of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMerge {
    /// The sum: each of the doubles has a part.
    #[default]
    Sum,
    /// That of the account that stays; the others' where it has none.
    Keep,
    /// The largest.
    Largest,
}

/// Which accounts become one, and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MergeOrder {
    /// The account that stays, and those that go into it.
    pub groups: Vec<(AccountId, Vec<AccountId>)>,
    /// What is not in it is summed where the measure is one that is summed, and kept where it is a mean.
    pub measures: BTreeMap<String, OnMerge>,
}

/// A merge that can be made.
#[derive(Debug, Clone)]
pub struct MergeDone {
    /// The project as it is afterwards, the plan included.
    pub project: Project,
    pub edit: Edit,
    /// How many accounts stay, and how many go into them.
    pub kept: usize,
    pub merged: usize,
    /// What should be known: owners that go over, owners that are lost.
    pub notes: Vec<String>,
}

/// Works out a merge. Words, a name and a place that the account which stays does not have come from the first of the others that has
/// them. It keeps its owner; one without an owner of its own takes over that of a named or locked one.
///
/// # Errors
/// An account is in two groups, or is not there, or a measure is not.
pub fn merge(project: &Project, order: &MergeOrder) -> Result<MergeDone, UserError> {
    let failed = || UserError::new("Could not merge the accounts");
    let accounts = &*project.accounts;
    let mut into: Vec<Option<AccountId>> = vec![None; accounts.len()];
    let mut taken = vec![false; accounts.len()];
    for (keep, others) in &order.groups {
        for &account in std::iter::once(keep).chain(others) {
            let taken = taken.get_mut(account.index()).ok_or_else(|| failed().because("an account is not there"))?;
            if std::mem::replace(taken, true) {
                let code = &accounts.codes[account.index()];
                return Err(failed().because(format!("account {code} is named twice")));
            }
            if account != *keep {
                into[account.index()] = Some(*keep);
            }
        }
    }
    for name in order.measures.keys() {
        let is_there = |measure: &Measure| measure.subject == Subject::Accounts && measure.name == *name;
        if !project.measures.iter().any(is_there) {
            return Err(failed().because(format!("the accounts have no measure \"{name}\"")));
        }
    }
    let merged = into.iter().flatten().count();
    let kept = order.groups.iter().filter(|(_, others)| !others.is_empty()).count();
    let mut notes = Vec::new();
    let stay: Vec<AccountId> = accounts.ids().filter(|account| into[account.index()].is_none()).collect();
    let new = together(project, order, &stay, &mut notes);
    let (new, failures) = formulas::refreshed(new);
    notes.extend(failures.iter().map(ToString::to_string));
    let origins: Vec<Option<AccountId>> = stay.iter().copied().map(Some).collect();
    let patch = AccountsPatch::between(project, &new, &origins).map_err(|why| failed().because(why))?;
    let moved = patch.accounts_moved();
    let label = match (merged, kept) {
        (1, _) => {
            let pair = order.groups.iter().find(|(_, others)| !others.is_empty());
            let name = pair.map_or("", |(keep, _)| accounts.names[keep.index()].as_str());
            format!("Merged 1 account into {}", words::cut(name, 40))
        }
        _ => format!("Merged {} into {}", words::counted(merged as i128, "account"), words::count(kept as i128)),
    };
    let mut edit = Edit::replace_accounts(&project.plan, Arc::new(patch), label);
    if merged == 0 {
        return Ok(MergeDone { project: project.clone(), edit: Edit::new(edit.label), kept, merged, notes });
    }
    edit.changes.extend(owners(project, order, &moved, &mut notes));
    let mut new = new;
    new.plan = Arc::clone(&project.plan);
    apply(Arc::make_mut(&mut new.plan), &edit, Locks::Pass).map_err(|error| failed().because(error))?;
    Ok(MergeDone { project: new, edit, kept, merged, notes })
}

/// The accounts that stay, with what they take over.
fn together(project: &Project, order: &MergeOrder, stay: &[AccountId], notes: &mut Vec<String>) -> Project {
    let mut accounts = (*project.accounts).clone();
    let mut measures = Vec::clone(&project.measures);
    for (keep, others) in &order.groups {
        let to = keep.index();
        let first = |is: &dyn Fn(usize) -> bool| others.iter().map(|other| other.index()).find(|&other| is(other));
        let is_named = |row: usize| !accounts.names[row].is_empty() && accounts.names[row] != accounts.codes[row];
        if !is_named(to)
            && let Some(from) = first(&is_named)
        {
            accounts.names[to] = accounts.names[from].clone();
        }
        if !accounts.places[to].is_valid()
            && let Some(from) = first(&|row| accounts.places[row].is_valid())
        {
            accounts.places[to] = accounts.places[from];
            accounts.placements[to] = accounts.placements[from];
            accounts.precisions_km = accounts.all_precisions_km();
            accounts.precisions_km[to] = accounts.precisions_km[from];
            accounts.units[to] = accounts.units[from];
        }
        // What is computed follows from the others.
        let is_given = |measure: &&mut Measure| {
            measure.subject == Subject::Accounts && project.computed_column(Subject::Accounts, &measure.name).is_none()
        };
        for measure in measures.iter_mut().filter(is_given) {
            let usual = if measure.is_summed() { OnMerge::Sum } else { OnMerge::Keep };
            let how = order.measures.get(&measure.name).copied().unwrap_or(usual);
            let known = std::iter::once(to)
                .chain(others.iter().map(|other| other.index()))
                .map(|row| measure.values[row])
                .filter(|value| value.is_finite());
            let value = match how {
                OnMerge::Sum => known.fold(f64::NAN, |sum, value| if sum.is_nan() { value } else { sum + value }),
                OnMerge::Keep => known.into_iter().next().unwrap_or(f64::NAN),
                OnMerge::Largest => known.fold(f64::NAN, f64::max),
            };
            if value.abs() > MAX_VALUE {
                notes.push(format!(
                    "{}: the sum of {} is too large and was left as it is",
                    accounts.codes[to], measure.name
                ));
            } else {
                measure.values[to] = value + 0.0;
            }
        }
    }
    for column in &mut accounts.attributes {
        let filled: Vec<(usize, String)> = order
            .groups
            .iter()
            .filter(|(keep, _)| column.get(keep.index()).is_empty())
            .filter_map(|(keep, others)| {
                let word = others.iter().map(|other| column.get(other.index())).find(|word| !word.is_empty())?;
                Some((keep.index(), word.to_owned()))
            })
            .collect();
        column.set(filled.iter().map(|(row, word)| (*row, word.as_str())));
    }
    fn pick<T: Clone>(list: &mut Vec<T>, rows: &[AccountId]) {
        *list = rows.iter().map(|row| list[row.index()].clone()).collect();
    }
    // Before the columns that they are asked of are shorter.
    accounts.precisions_km = accounts.all_precisions_km();
    pick(&mut accounts.codes, stay);
    pick(&mut accounts.names, stay);
    pick(&mut accounts.places, stay);
    pick(&mut accounts.placements, stay);
    pick(&mut accounts.precisions_km, stay);
    pick(&mut accounts.units, stay);
    for column in &mut accounts.attributes {
        let codes: Vec<u32> = stay.iter().map(|row| column.codes()[row.index()]).collect();
        *column = TextColumn::from_words(column.name.clone(), column.words(), &codes);
    }
    for measure in measures.iter_mut().filter(|measure| measure.subject == Subject::Accounts) {
        pick(&mut measure.values, stay);
    }
    Project { accounts: Arc::new(accounts), measures: Arc::new(measures), ..project.clone() }
}

/// Owners and locks that the accounts which stay take over, by their new numbers.
fn owners(project: &Project, order: &MergeOrder, moved: &[Option<AccountId>], notes: &mut Vec<String>) -> Vec<Change> {
    let plan = &*project.plan;
    let mut changes = Vec::new();
    for (keep, others) in &order.groups {
        let Some(account) = moved.get(keep.index()).copied().flatten() else { continue };
        let code = |account: &AccountId| &project.accounts.codes[account.index()];
        let named = |account: &&AccountId| plan.overrides().contains_key(account);
        match (plan.overrides().get(keep), others.iter().find(named)) {
            (None, Some(other)) => {
                let owner = plan.overrides()[other];
                changes.push(Change::Override { account, old: None, new: Some(owner) });
                let name = plan.territory_name(owner);
                notes.push(format!("{} takes over the owner of {}: {name}", code(keep), code(other)));
            }
            (Some(owner), Some(_)) => {
                let lost = others.iter().filter(|other| plan.overrides().get(other).is_some_and(|of| of != owner));
                notes.extend(lost.map(|other| {
                    let (name, kept) = (plan.territory_name(plan.overrides()[other]), plan.territory_name(*owner));
                    format!("{} was owned by {name}; {} stays with {kept}", code(other), code(keep))
                }));
            }
            _ => {}
        }
        let locked = |account: &AccountId| plan.locked_accounts().contains(account);
        if !locked(keep) && others.iter().any(locked) {
            changes.push(Change::LockAccount { account, old: false, new: true });
        }
    }
    changes
}

/// The pairs of a group, to be remembered as no doubles.
pub fn pairs_of(project: &Project, accounts: &[AccountId]) -> Vec<CodePair> {
    let mut pairs = Vec::new();
    for (nth, &a) in accounts.iter().enumerate() {
        pairs.extend(accounts[nth + 1..].iter().map(|&b| super::code_pair(project, [a, b])));
    }
    pairs
}
