//! Stage 4: from the relaxed plan to one whose territories hang together and are nowhere empty.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::allocate::{Relaxed, priced};
use super::connect::{Connectivity, pieces};
use super::instance::{Instance, NONE};

/// Gives every unit a territory, every territory at least one unit and, where they shall hang together, keeps the main piece of each and lets the
/// territories around grow into the rest, cheapest units first.
pub(super) fn make_whole(instance: &Instance, relaxed: &Relaxed, owner: &mut [u16]) {
    if instance.contiguous {
        drop_side_pieces(instance, owner);
        grow(instance, relaxed, owner);
    } else {
        place_loose(instance, relaxed, owner);
    }
    fill_empty(instance, relaxed, owner);
}

/// What a unit costs in a territory, in weighted kilometres.
fn cost(instance: &Instance, relaxed: &Relaxed, unit: usize, territory: usize) -> f64 {
    let km = instance.cost_km(unit, territory, &relaxed.centres[territory]);
    instance.pulls[unit] * km + priced(instance.priced_loads(unit), &relaxed.prices[territory * instance.measures..])
}

/// Takes away all but the heaviest piece of every territory, except pieces that hold fixed units.
fn drop_side_pieces(instance: &Instance, owner: &mut [u16]) {
    let (piece, count) = pieces(&instance.graph, owner);
    let mut weight = vec![0.0; count];
    let mut held = vec![false; count];
    let mut territory_of = vec![NONE; count];
    for (unit, &piece) in piece.iter().enumerate() {
        if owner[unit] != NONE {
            let piece = piece as usize;
            weight[piece] += instance.unit_loads(unit).iter().sum::<f64>() + 1e-6 * instance.pulls[unit];
            held[piece] |= instance.fixed[unit] != NONE;
            territory_of[piece] = owner[unit];
        }
    }
    let mut main: Vec<Option<usize>> = vec![None; instance.territories()];
    for piece in 0..count {
        let main = &mut main[territory_of[piece] as usize];
        let better = |best: usize| (held[piece], weight[piece]) > (held[best], weight[best]);
        if main.is_none_or(better) {
            *main = Some(piece);
        }
    }
    for (unit, &piece) in piece.iter().enumerate() {
        if owner[unit] != NONE && main[owner[unit] as usize] != Some(piece as usize) && !held[piece as usize] {
            owner[unit] = NONE;
        }
    }
}

/// Lets the territories grow into units without one, in the order of what it costs over the unit's best territory.
fn grow(instance: &Instance, relaxed: &Relaxed, owner: &mut [u16]) {
    let mut heap: BinaryHeap<Reverse<(u64, u32, u16)>> = BinaryHeap::new();
    let mut least = vec![f64::NAN; instance.units()];
    let mut offer = |heap: &mut BinaryHeap<Reverse<(u64, u32, u16)>>, unit: usize, territory: u16| {
        if least[unit].is_nan() {
            let costs = (0..instance.territories()).map(|territory| cost(instance, relaxed, unit, territory));
            least[unit] = costs.fold(f64::INFINITY, f64::min);
        }
        let loss = (cost(instance, relaxed, unit, territory as usize) - least[unit]).max(0.0) / instance.pulls[unit];
        // The bits of floats that are not negative have the order of the floats.
        heap.push(Reverse((loss.to_bits(), unit as u32, territory)));
    };
    for unit in 0..instance.units() {
        if owner[unit] == NONE {
            for &other in instance.graph.neighbours(unit) {
                if owner[other as usize] != NONE {
                    offer(&mut heap, unit, owner[other as usize]);
                }
            }
        }
    }
    while let Some(Reverse((_, unit, territory))) = heap.pop() {
        let unit = unit as usize;
        if owner[unit] != NONE {
            continue;
        }
        owner[unit] = territory;
        for &other in instance.graph.neighbours(unit) {
            if owner[other as usize] == NONE {
                offer(&mut heap, other as usize, territory);
            }
        }
    }
    place_islands(instance, relaxed, owner);
}

/// Units without a territory go each to the one where they cost least.
fn place_loose(instance: &Instance, relaxed: &Relaxed, owner: &mut [u16]) {
    for (unit, owner) in owner.iter_mut().enumerate().filter(|entry| *entry.1 == NONE) {
        let cost = |territory: &u16| cost(instance, relaxed, unit, *territory as usize);
        let territories = 0..instance.territories() as u16;
        *owner = territories.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or(NONE);
    }
}

/// Parts of the map that no territory touches go whole to the territory that costs least.
fn place_islands(instance: &Instance, relaxed: &Relaxed, owner: &mut [u16]) {
    for start in 0..instance.units() {
        if owner[start] != NONE {
            continue;
        }
        let mut island = vec![start as u32];
        let mut known = std::collections::HashSet::from([start as u32]);
        let mut at = 0;
        while let Some(&unit) = island.get(at) {
            at += 1;
            for &other in instance.graph.neighbours(unit as usize) {
                if owner[other as usize] == NONE && known.insert(other) {
                    island.push(other);
                }
            }
        }
        let total = |territory: usize| -> f64 {
            island.iter().map(|&unit| cost(instance, relaxed, unit as usize, territory)).sum()
        };
        let costs: Vec<f64> = (0..instance.territories()).map(total).collect();
        let best = (0..costs.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
        for unit in island {
            owner[unit as usize] = best as u16;
        }
    }
}

/// Gives every territory without units the nearest one that its owner can spare.
fn fill_empty(instance: &Instance, relaxed: &Relaxed, owner: &mut [u16]) {
    let mut sizes = vec![0usize; instance.territories()];
    for &territory in owner.iter().filter(|&&territory| territory != NONE) {
        sizes[territory as usize] += 1;
    }
    let mut connectivity = Connectivity::default();
    for territory in 0..instance.territories() {
        if sizes[territory] > 0 {
            continue;
        }
        let centre = relaxed.centres[territory].at;
        // The bits of distances have the order of the distances.
        let mut near: BinaryHeap<Reverse<(u64, usize)>> = (0..instance.units())
            .filter(|&unit| instance.fixed[unit] == NONE && owner[unit] != NONE && sizes[owner[unit] as usize] > 1)
            .map(|unit| Reverse((super::geometry::distance_km(instance.points[unit], centre).to_bits(), unit)))
            .collect();
        let mut spare = None;
        while let Some(Reverse((_, unit))) = near.pop() {
            if !instance.contiguous || connectivity.may_leave(&instance.graph, owner, unit) {
                spare = Some(unit);
                break;
            }
        }
        if let Some(unit) = spare {
            sizes[owner[unit] as usize] -= 1;
            owner[unit] = territory as u16;
            sizes[territory] += 1;
        }
    }
}
