//! New colours where neighbours look alike.

use super::{Answer, Board, Done, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::TerritoryId;
use crate::domain::palette;

/// Gives neighbouring territories colours that differ. A territory that differs from its neighbours keeps its colour. A colour is
/// not what a lock protects, so locked territories take part.
pub fn recolour(board: &Board) -> Answer {
    let plan = board.plan();
    let lists = board.neighbours.territory_neighbours(plan.assignment(), plan.territory_slots());
    let ids: Vec<TerritoryId> = plan.territories().map(|(id, _)| id).collect();
    let position = |id: &TerritoryId| ids.binary_search(id).ok();
    let neighbours: Vec<Vec<usize>> =
        ids.iter().map(|id| lists[id.index()].iter().filter_map(position).collect()).collect();
    let colours: Vec<[u8; 3]> = plan.territories().map(|(_, territory)| territory.colour).collect();
    let mut edit = Edit::default();
    for (&id, colour) in ids.iter().zip(palette::apart(&neighbours, &colours)) {
        edit.changes.extend(Edit::alter(plan, id, "", |territory| territory.colour = colour).changes);
    }
    edit.label = match edit.changes.iter().filter(|change| matches!(change, Change::Territory { .. })).count() {
        0 => return Err(refused("Neighbouring territories differ already")),
        1 => "Recoloured 1 territory".to_owned(),
        count => format!("Recoloured {count} territories"),
    };
    Ok(Done { edit, notes: Vec::new() })
}
