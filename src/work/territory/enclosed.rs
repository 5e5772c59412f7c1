//! What lies inside one territory without belonging to it: holes that belong to nobody, and enclaves of others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Board, Done, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{TerritoryId, UnitId};

/// Gives what belongs to nobody and is enclosed by one territory to that territory; `None` looks into all territories.
pub fn fill_holes(board: &Board, only: Option<TerritoryId>) -> Answer {
    if let Some(id) = only {
        board.demand_free(id)?;
    }
    let mut taken = Taken::default();
    for piece in enclosed(board, |owner| owner.is_unassigned()) {
        if only.is_none_or(|only| only == piece.inside) {
            taken.take(board, &piece);
        }
    }
    let whose = only.map_or_else(String::new, |id| format!(" of {}", board.name(id)));
    let label = match taken.pieces {
        0 => return Err(taken.refused(format!("There are no holes{whose} to fill"))),
        1 => format!("Filled a hole{whose}"),
        count => format!("Filled {count} holes{whose}"),
    };
    Ok(taken.done(label))
}

/// Gives the cut-off pieces of other territories that a territory encloses to it. A territory that lies inside as a whole stays.
pub fn absorb_enclaves(board: &Board, into: TerritoryId) -> Answer {
    board.demand_free(into)?;
    let mut taken = Taken::default();
    let pieces: Vec<Enclosed> =
        enclosed(board, |owner| !owner.is_unassigned()).into_iter().filter(|piece| piece.inside == into).collect();
    // A territory may lie inside in several pieces, and may have units without a shape.
    let mut enclosed_units: BTreeMap<TerritoryId, usize> = BTreeMap::new();
    for piece in &pieces {
        *enclosed_units.entry(piece.owner).or_default() += piece.units.len();
    }
    let topology = board.neighbours.topology();
    let drawn = |id: TerritoryId| board.plan().units_of(id).filter(|&unit| topology.has_shape(unit)).count();
    let mut whole: BTreeSet<TerritoryId> = BTreeSet::new();
    for (&owner, &count) in &enclosed_units {
        if count == drawn(owner) {
            whole.insert(owner);
            taken.notes.push(format!("{} lies inside as a whole and stays", board.name(owner)));
        }
    }
    for piece in pieces {
        if !whole.contains(&piece.owner) {
            taken.take(board, &piece);
        }
    }
    let name = board.name(into);
    let label = match taken.pieces {
        0 => return Err(taken.refused(format!("{name} encloses no pieces of other territories"))),
        1 => format!("Gave an enclave to {name}"),
        count => format!("Gave {count} enclaves to {name}"),
    };
    Ok(taken.done(label))
}

/// A connected piece of one owner around which there is one territory alone.
struct Enclosed {
    owner: TerritoryId,
    units: Vec<UnitId>,
    inside: TerritoryId,
}

fn enclosed(board: &Board, wanted: impl Fn(TerritoryId) -> bool) -> Vec<Enclosed> {
    let owners = board.plan().assignment();
    let topology = board.neighbours.topology();
    let mut seen = vec![false; owners.len()];
    let mut found = Vec::new();
    for start in board.project.units.ids() {
        let owner = owners[start.index()];
        if seen[start.index()] || !wanted(owner) || !topology.has_shape(start) {
            continue;
        }
        seen[start.index()] = true;
        let (mut units, mut around, mut open, mut next) = (vec![start], BTreeSet::new(), false, 0);
        while let Some(&unit) = units.get(next) {
            next += 1;
            // The edge of the map lies beside it: it is at a coast, not inside.
            open |= topology.arcs_of(unit).iter().any(|arc_use| topology.sides(arc_use.split().0).contains(&None));
            for neighbour in board.neighbours.of(unit) {
                let other = owners[neighbour.unit.index()];
                if other != owner {
                    around.insert(other);
                } else if !seen[neighbour.unit.index()] {
                    seen[neighbour.unit.index()] = true;
                    units.push(neighbour.unit);
                }
            }
        }
        if let (false, 1, Some(&inside)) = (open, around.len(), around.first())
            && !inside.is_unassigned()
        {
            units.sort_unstable();
            found.push(Enclosed { owner, units, inside });
        }
    }
    found
}

#[derive(Default)]
struct Taken {
    changes: Vec<Change>,
    pieces: usize,
    notes: Vec<String>,
}

impl Taken {
    /// A piece goes as a whole or not at all: a part of it would leave more pieces behind.
    fn take(&mut self, board: &Board, piece: &Enclosed) {
        let plan = board.plan();
        let locked = piece.units.iter().any(|&unit| plan.is_locked(unit)) || !board.is_free(piece.inside);
        if locked {
            self.notes.push(format!("Left out {}: locked", board.call(&piece.units)));
            return;
        }
        let assign = |&unit: &UnitId| Change::Assign { unit, old: piece.owner, new: piece.inside };
        self.changes.extend(piece.units.iter().map(assign));
        self.pieces += 1;
    }

    fn refused(self, otherwise: String) -> super::Refused {
        refused(self.notes.into_iter().next().unwrap_or(otherwise))
    }

    fn done(self, label: String) -> Done {
        Done { edit: Edit { label, changes: self.changes }, notes: self.notes }
    }
}
