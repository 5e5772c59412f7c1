//! Two units change places.

use super::{Answer, Board, Done, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::UnitId;

/// Gives each of two units to the territory of the other. Where a territory falls apart by that, a note says so.
pub fn swap(board: &Board, a: UnitId, b: UnitId) -> Answer {
    let plan = board.plan();
    let (of_a, of_b) = (plan.territory_of(a), plan.territory_of(b));
    if of_a == of_b {
        return Err(refused("Select two units of different territories to swap them"));
    }
    if let Some(&unit) = [a, b].iter().find(|&&unit| plan.is_locked(unit)) {
        return Err(refused(format!("{} is locked", board.call(&[unit]))));
    }
    let mut owners = plan.assignment().to_vec();
    (owners[a.index()], owners[b.index()]) = (of_b, of_a);
    let slots = plan.territory_slots();
    let before = board.neighbours.components(plan.assignment(), slots);
    let after = board.neighbours.components(&owners, slots);
    let apart = [of_a, of_b].into_iter().filter(|id| !id.is_unassigned() && after[id.index()] > before[id.index()]);
    let notes = apart.map(|id| format!("{} would be in {} pieces", board.name(id), after[id.index()])).collect();
    let codes = &board.project.units.codes;
    let label = format!("Swapped {} and {}", codes[a.index()], codes[b.index()]);
    let changes =
        vec![Change::Assign { unit: a, old: of_a, new: of_b }, Change::Assign { unit: b, old: of_b, new: of_a }];
    Ok(Done { edit: Edit { label, changes }, notes })
}
