//! An alignment from what the CRM says about accounts: each unit goes to the owner of most of it.

use std::collections::BTreeMap;

use super::edit::EditBuilder;
use crate::domain::columns::Subject;
use crate::domain::edit::Edit;
use crate::domain::ids::{AccountId, MeasureId, UnitId};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{Imported, count_of};

/// Gives each unit to the owner of most of its accounts, by count or by a measure of accounts (revenue). Owners are the words of
/// an attribute; each becomes a territory of that name, with the rep of that name if there is one. Units without accounts stay as
/// they are. Accounts of other owners are not made named accounts: they are counted in a note.
///
/// # Errors
/// An attribute or measure that the accounts do not have, accounts outside every unit only.
pub fn alignment_from_account_owner(
    project: &Project,
    attribute: &str,
    measure: Option<MeasureId>,
) -> Result<Imported<Edit>, UserError> {
    let failed = || UserError::new(format!("Could not take the alignment from \"{attribute}\""));
    let accounts = &project.accounts;
    let names: Vec<&str> = accounts.attributes.iter().map(|column| column.name.as_str()).collect();
    let owners = accounts.attribute(attribute).ok_or_else(|| {
        failed()
            .because("accounts have no such attribute")
            .hint(format!("their attributes are {}", crate::io::table::list_of(&names)))
    })?;
    let weights = match measure {
        None => None,
        Some(id) => Some(
            project
                .measure(id)
                .filter(|measure| measure.subject == Subject::Accounts && measure.is_summed())
                .ok_or_else(|| failed().because("the measure is not one of accounts that can be summed"))?,
        ),
    };
    let weight = |account: AccountId| match weights {
        None => 1.0,
        Some(measure) => measure.values.get(account.index()).copied().filter(|value| *value > 0.0).unwrap_or(0.0),
    };
    let mut per_unit: BTreeMap<UnitId, BTreeMap<u32, (f64, usize)>> = BTreeMap::new();
    let mut without_owner = 0;
    for account in accounts.ids() {
        let Some(unit) = accounts.units.get(account.index()).copied().flatten() else { continue };
        if owners.get(account.index()).is_empty() {
            without_owner += 1;
            continue;
        }
        let owner = owners.codes()[account.index()];
        let entry = per_unit.entry(unit).or_default().entry(owner).or_default();
        entry.0 += weight(account);
        entry.1 += 1;
    }
    if per_unit.is_empty() {
        return Err(failed()
            .because("no account with an owner lies in a unit")
            .hint("import the units that the accounts lie in first"));
    }
    let mut builder = EditBuilder::new(project, attribute);
    let mut elsewhere = 0;
    let mut best = Vec::with_capacity(per_unit.len());
    for (unit, shares) in per_unit {
        let all: usize = shares.values().map(|(_, count)| count).sum();
        // Most weight, then most accounts, then the first name.
        let winner = shares
            .iter()
            .max_by(|(a_owner, a), (b_owner, b)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(b_owner.cmp(a_owner)));
        if let Some((&owner, &(_, count))) = winner {
            elsewhere += all - count;
            best.push((unit, owners.words()[owner as usize].as_str()));
        }
    }
    let mut names: Vec<&str> = best.iter().map(|(_, name)| *name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        // Owners need not be reps of the roster; a territory of their name is what is asked for.
        let is_rep = project.reps.iter().any(|rep| rep.name.eq_ignore_ascii_case(name) || rep.code == name);
        builder.add_territory(name, is_rep.then_some(name), Place::default);
    }
    for (unit, name) in best {
        builder.assign_unit(unit, name);
    }
    let mut diagnostics = Vec::new();
    let mut note = |count: usize, words: &str| {
        if count > 0 {
            let place = Place::default().column(attribute);
            diagnostics.push(Diagnostic::note(place, format!("{} {words}", count_of(count, "account"))));
        }
    };
    note(without_owner, "without an owner");
    note(elsewhere, "in units that go to another owner");
    let mut edit = builder.finish(&mut diagnostics)?;
    edit.label = format!("Took the alignment from {attribute}");
    Ok(Imported::new(edit, diagnostics))
}
