//! A territory is given up: its neighbours grow into it, the emptiest first.

use std::collections::{BTreeMap, BTreeSet};

use super::balance::Balance;
use super::{Answer, Board, Done, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::words;

/// Divides a territory among its neighbours and removes it. Time after time the neighbour that is farthest below its target takes
/// the unit with the longest border to it, so that each grows in one piece. Locked units and accounts stay, and so does the
/// territory then.
pub fn dissolve(board: &Board, leaver: TerritoryId) -> Answer {
    board.demand_free(leaver)?;
    let plan = board.plan();
    let mut balance = Balance::new(board);
    let mut owners = plan.assignment().to_vec();
    let (locked, free): (Vec<UnitId>, Vec<UnitId>) =
        plan.units_of(leaver).partition(|unit| plan.locked_units().contains(unit));
    let mut left: BTreeSet<UnitId> = free.into_iter().collect();
    let mut takers: BTreeSet<TerritoryId> = BTreeSet::new();
    let mut front: BTreeMap<TerritoryId, BTreeSet<UnitId>> = BTreeMap::new();
    for &unit in &left {
        for neighbour in board.neighbours.of(unit) {
            let owner = owners[neighbour.unit.index()];
            if owner != leaver && board.is_free(owner) {
                front.entry(owner).or_default().insert(unit);
            }
        }
    }
    let had_units = !left.is_empty();
    loop {
        front.retain(|_, units| !units.is_empty());
        let emptiest =
            front.keys().copied().min_by(|&a, &b| balance.fill(a).total_cmp(&balance.fill(b)).then(a.cmp(&b)));
        let Some(taker) = emptiest else { break };
        let border = |unit: UnitId| {
            let borders = board.borders(unit, &owners);
            borders.iter().find(|border| border.0 == taker).map_or(0.0, |border| border.1)
        };
        let candidates = front[&taker].iter().map(|&unit| (unit, border(unit)));
        let Some((unit, _)) = candidates.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) else { break };
        owners[unit.index()] = taker;
        balance.carry(unit, leaver, taker);
        left.remove(&unit);
        takers.insert(taker);
        for units in front.values_mut() {
            units.remove(&unit);
        }
        for neighbour in board.neighbours.of(unit).iter().filter(|neighbour| left.contains(&neighbour.unit)) {
            front.entry(taker).or_default().insert(neighbour.unit);
        }
    }
    if had_units && takers.is_empty() {
        return Err(refused(format!("{} has no neighbour that may take its units", board.name(leaver))));
    }
    let mut changes = board.assignments(&owners);
    let mut locked_accounts = 0;
    for (&account, _) in plan.overrides().iter().filter(|&(_, &owner)| owner == leaver) {
        if plan.locked_accounts().contains(&account) {
            locked_accounts += 1;
        } else {
            changes.push(Change::Override { account, old: Some(leaver), new: None });
        }
    }
    let mut notes = Vec::new();
    if !locked.is_empty() {
        notes.push(format!("Left out {}: locked", board.call(&locked)));
    }
    if locked_accounts > 0 {
        let stay = if locked_accounts == 1 { "stays" } else { "stay" };
        let accounts = words::counted(locked_accounts, "locked account");
        notes.push(format!("{accounts} {stay} with {}", board.name(leaver)));
    }
    let left: Vec<UnitId> = left.into_iter().collect();
    if !left.is_empty() {
        notes.push(format!("Left out {}: no neighbour reaches there", board.call(&left)));
    }
    let gone = board.remove_if_empty(leaver, &mut changes);
    if !gone {
        notes.push(format!("{} stays with what could not go", board.name(leaver)));
    }
    if changes.is_empty() {
        return Err(refused(format!("Everything in {} is locked", board.name(leaver))));
    }
    let label = match takers.len() {
        0 => format!("Removed territory {}", board.name(leaver)),
        1 => format!("Dissolved {} into its neighbour", board.name(leaver)),
        count => format!("Dissolved {} into {count} neighbours", board.name(leaver)),
    };
    Ok(Done { edit: Edit { label, changes }, notes })
}
