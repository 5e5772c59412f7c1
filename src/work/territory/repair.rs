//! Territories that fell apart hang together again.

use std::collections::BTreeMap;

use super::{Answer, Board, Done, refused};
use crate::domain::edit::Edit;
use crate::domain::ids::{TerritoryId, UnitId};

/// Joins every piece of a territory but the largest to the neighbour that it touches most; `None` does so for all territories. A
/// piece goes as a whole or, where something in it is locked or it touches nobody, stays as a whole.
pub fn repair(board: &Board, only: Option<TerritoryId>) -> Answer {
    if let Some(id) = only {
        board.demand_free(id)?;
    }
    let plan = board.plan();
    let mut owners = plan.assignment().to_vec();
    // Whether a unit hangs together with the largest piece of its territory: only there a cut-off piece is well joined.
    let mut whole = vec![true; owners.len()];
    let (mut notes, mut waiting): (Vec<String>, Vec<Vec<UnitId>>) = (Vec::new(), Vec::new());
    let broken = board.neighbours.cut_off(plan);
    for territory in broken.iter().map(|found| found.territory) {
        for piece in board.neighbours.pieces_of(plan.assignment(), territory).into_iter().skip(1) {
            for unit in &piece {
                whole[unit.index()] = false;
            }
            if only.is_some_and(|only| only != territory) {
                continue;
            }
            if piece.iter().any(|&unit| plan.is_locked(unit)) {
                notes.push(format!("Left out {} of {}: locked", board.call(&piece), board.name(territory)));
            } else {
                waiting.push(piece);
            }
        }
    }
    let none = match only {
        Some(id) => format!("{} hangs together", board.name(id)),
        None => "Every territory hangs together".to_owned(),
    };
    if waiting.is_empty() {
        return Err(refused(notes.into_iter().next().unwrap_or(none)));
    }
    let (mut joined, mut moved) = (0, 0);
    let mut into = BTreeMap::new();
    loop {
        let before = waiting.len();
        waiting.retain(|piece| {
            let Some(taker) = touched_most(board, piece, &owners, &whole) else { return true };
            for unit in piece {
                owners[unit.index()] = taker;
                whole[unit.index()] = true;
            }
            (joined, moved) = (joined + 1, moved + piece.len());
            into.insert(taker, ());
            false
        });
        if waiting.len() == before || waiting.is_empty() {
            break;
        }
    }
    for piece in &waiting {
        notes.push(format!("Left out {}: no territory touches it that may take it", board.call(piece)));
    }
    let label = match (joined, into.first_key_value()) {
        (0, _) => return Err(refused(notes.into_iter().next().unwrap_or(none))),
        (_, Some((&taker, ()))) if into.len() == 1 => {
            format!("Joined {} that were cut off to {}", board.count(moved), board.name(taker))
        }
        _ => format!("Joined {} that were cut off to their neighbours", board.count(moved)),
    };
    let label = if moved == 1 { label.replace("that were", "that was") } else { label };
    Ok(Done { edit: Edit { label, changes: board.assignments(&owners) }, notes })
}

/// The other territory with the longest border to a piece; of equally long ones the first.
fn touched_most(board: &Board, piece: &[UnitId], owners: &[TerritoryId], whole: &[bool]) -> Option<TerritoryId> {
    let own = owners[piece.first()?.index()];
    let mut borders: BTreeMap<TerritoryId, f64> = BTreeMap::new();
    for neighbour in piece.iter().flat_map(|&unit| board.neighbours.of(unit)) {
        let owner = owners[neighbour.unit.index()];
        if owner != own && whole[neighbour.unit.index()] && board.is_free(owner) {
            *borders.entry(owner).or_default() += neighbour.border_km;
        }
    }
    borders.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(id, _)| id)
}
