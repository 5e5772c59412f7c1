//! Several territories become one.

use std::collections::BTreeSet;

use super::{Answer, Board, Done, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::TerritoryId;
use crate::domain::metrics;
use crate::words;

/// Gives everything in `others` to `into`, which keeps its name, rep and colour; where one of them has a target of its own, the
/// targets are added up. Emptied territories are removed; locked units and accounts stay, and their territory with them.
pub fn merge(board: &Board, into: TerritoryId, others: impl IntoIterator<Item = TerritoryId>) -> Answer {
    board.demand_free(into)?;
    let others: BTreeSet<TerritoryId> = others.into_iter().filter(|&id| id != into && !id.is_unassigned()).collect();
    if others.is_empty() {
        return Err(refused("Select units of the territories to merge"));
    }
    let plan = board.plan();
    let (mut changes, mut notes, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    for &id in &others {
        board.demand_free(id)?;
        let (locked, free): (Vec<_>, Vec<_>) = plan.units_of(id).partition(|unit| plan.locked_units().contains(unit));
        changes.extend(free.into_iter().map(|unit| Change::Assign { unit, old: id, new: into }));
        let named = plan.overrides().iter().filter(|&(_, &owner)| owner == id);
        let (kept, given): (Vec<_>, Vec<_>) = named.partition(|(account, _)| plan.locked_accounts().contains(account));
        let give = |(&account, _)| Change::Override { account, old: Some(id), new: Some(into) };
        changes.extend(given.into_iter().map(give));
        if board.remove_if_empty(id, &mut changes) {
            merged.push(id);
            continue;
        }
        if !locked.is_empty() {
            notes.push(format!("Left out {}: locked", board.call(&locked)));
        }
        if !kept.is_empty() {
            notes.push(format!("Left out {}: locked", words::counted(kept.len() as i128, "account")));
        }
        notes.push(format!("{} stays with what is locked in it", board.name(id)));
    }
    if changes.is_empty() {
        return Err(refused("Everything in these territories is locked"));
    }
    if let Some(old) = plan.territory(into) {
        let mut new = old.clone();
        for index in 0..board.project.measures.len() {
            let measure = crate::domain::ids::MeasureId::from_index(index);
            let all = || merged.iter().copied().chain([into]);
            let own = |id| plan.territory(id).is_some_and(|territory| territory.targets.contains_key(&measure));
            if all().any(own) {
                let sum = all().map(|id| metrics::target(plan, board.totals, measure, id)).sum();
                new.targets.insert(measure, sum);
            }
        }
        if new != *old {
            let (old, new) = (Some(Box::new(old.clone())), Some(Box::new(new)));
            changes.push(Change::Territory { id: into, old, new });
        }
    }
    let label = match (merged.len(), others.first()) {
        (_, Some(&other)) if others.len() == 1 => format!("Merged {} into {}", board.name(other), board.name(into)),
        _ => format!("Merged {} territories into {}", others.len() + 1, board.name(into)),
    };
    Ok(Done { edit: Edit { label, changes }, notes })
}
