//! Borders become straighter: units that lie more with the other side go there.

use super::balance::Balance;
use super::{Answer, Board, Done, refused};
use crate::domain::edit::Edit;
use crate::domain::ids::{TerritoryId, UnitId};

/// A unit that just changed sides may make another one want to; so often at most.
const MOST_ROUNDS: usize = 8;

/// Moves single units along a territory's border, out of it and into it, whose border is longer with the other side than with their
/// own. No territory leaves the tolerance of the goal or falls apart by it. Every move shortens the border, so that it ends.
pub fn smooth(board: &Board, id: TerritoryId) -> Answer {
    board.demand_free(id)?;
    let plan = board.plan();
    let mut owners = plan.assignment().to_vec();
    let mut balance = Balance::new(board);
    let (mut unbalanced, mut locked) = (0, 0);
    for _ in 0..MOST_ROUNDS {
        let mut wishes: Vec<(f64, UnitId)> = board
            .project
            .units
            .ids()
            .filter_map(|unit| Some((better_side(board, id, unit, &owners)?.1, unit)))
            .collect();
        wishes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut moved = false;
        (unbalanced, locked) = (0, 0);
        for (_, unit) in wishes {
            // What went before may have changed its mind.
            let Some((to, _)) = better_side(board, id, unit, &owners) else { continue };
            let from = owners[unit.index()];
            if plan.is_locked(unit) {
                locked += 1;
            } else if !balance.allows(unit, from, to) {
                unbalanced += 1;
            } else if board.can_go(unit, &owners) {
                owners[unit.index()] = to;
                balance.carry(unit, from, to);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let changes = board.assignments(&owners);
    let mut notes = Vec::new();
    if unbalanced > 0 {
        notes.push(format!("Left out {}: balance would leave its tolerance", board.count(unbalanced)));
    }
    if locked > 0 {
        notes.push(format!("Left out {}: locked", board.count(locked)));
    }
    if changes.is_empty() {
        let otherwise = format!("No unit along the border of {} lies more with the other side", board.name(id));
        return Err(refused(notes.into_iter().next().unwrap_or(otherwise)));
    }
    Ok(Done { edit: Edit { label: format!("Smoothed the border of {}", board.name(id)), changes }, notes })
}

/// Where a unit has more border than with its own territory, and by how many kilometres; one of the two is `id`.
fn better_side(board: &Board, id: TerritoryId, unit: UnitId, owners: &[TerritoryId]) -> Option<(TerritoryId, f64)> {
    let own = owners[unit.index()];
    if own.is_unassigned() {
        return None;
    }
    let borders = board.borders(unit, owners);
    let here = borders.iter().find(|border| border.0 == own).map_or(0.0, |border| border.1);
    let others = borders.iter().filter(|border| border.0 != own && board.is_free(border.0));
    let others = others.filter(|border| own == id || border.0 == id);
    let &(to, there) = others.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    // A hair's breadth, so that equal sides stay.
    (there > here + 1e-3).then_some((to, there - here))
}
