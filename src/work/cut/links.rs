//! What the user said about two neighbours is said about their pieces.

use std::collections::BTreeMap;

use crate::domain::cutting::Cut;
use crate::domain::edit::Change;
use crate::domain::ids::UnitId;
use crate::domain::plan::Adjacency;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;
use crate::domain::topology::{Neighbours, Topology};
use crate::domain::units_patch::UnitsPatch;

/// A barrier stands between all pieces that share the border; a bridge joins the two pieces that are nearest.
pub fn adjacency(project: &Project, cut: &Cut, topology: &Topology, patch: &UnitsPatch) -> Vec<Change> {
    let centre = |unit: UnitId| -> LonLat {
        let row = patch.rows.iter().find(|swap| swap.at == unit.0).and_then(|swap| swap.new.as_ref());
        row.map_or_else(|| project.units.centres[unit.index()], |row| row.centre)
    };
    let pieces = |unit: UnitId| -> Option<Vec<UnitId>> {
        let cut = cut.cuts.iter().find(|cut| cut.unit == unit)?;
        Some(cut.pieces.iter().map(|piece| piece.unit).collect())
    };
    let drawn = Neighbours::as_drawn(topology);
    let before = project.plan.adjacency();
    let mut after: BTreeMap<[UnitId; 2], Adjacency> = BTreeMap::new();
    for (&[a, b], &kind) in before {
        let (first, second) = (pieces(a), pieces(b));
        if first.is_none() && second.is_none() {
            after.insert([a, b], kind);
            continue;
        }
        let (first, second) = (first.unwrap_or_else(|| vec![a]), second.unwrap_or_else(|| vec![b]));
        let pairs = || first.iter().flat_map(|&a| second.iter().map(move |&b| [a.min(b), a.max(b)]));
        match kind {
            Adjacency::Barrier => {
                after.extend(pairs().filter(|&[a, b]| drawn.are_neighbours(a, b)).map(|pair| (pair, kind)));
            }
            Adjacency::Bridge => {
                let far = |[a, b]: &[UnitId; 2]| centre(*a).distance_km(centre(*b));
                after.extend(pairs().min_by(|a, b| far(a).total_cmp(&far(b))).map(|pair| (pair, kind)));
            }
        }
    }
    let changed = |units: &[UnitId; 2]| before.get(units) != after.get(units);
    let pairs: std::collections::BTreeSet<[UnitId; 2]> = before.keys().chain(after.keys()).copied().collect();
    let change = |units: [UnitId; 2]| Change::Adjacency {
        units,
        old: before.get(&units).copied(),
        new: after.get(&units).copied(),
    };
    pairs.into_iter().filter(changed).map(change).collect()
}
