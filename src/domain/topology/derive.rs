//! Checks saved arrays, and works out what follows from them: lengths, ends, neighbours.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{ArcUse, Neighbour, OUTSIDE, Topology, TopologyArrays};
use crate::domain::ids::UnitId;
use crate::domain::sphere::{LonLat, length_km};

impl Topology {
    /// From saved arrays. Says what does not fit together: a project file may have been damaged or made by anybody.
    pub fn from_arrays(arrays: TopologyArrays) -> Result<Self, String> {
        if arrays == TopologyArrays::default() {
            return Ok(Self::default());
        }
        check(&arrays)?;
        Ok(Self::derive(arrays))
    }

    /// From arrays that fit together.
    pub(super) fn derive(arrays: TopologyArrays) -> Self {
        let mut topology = Self { arrays, ..Self::default() };
        let arcs = 0..topology.arc_count();
        topology.arc_lengths_km =
            arcs.into_par_iter().map(|arc| length_km(topology.arc(super::ArcId::from_index(arc)))).collect();
        topology.arc_ends = arc_ends(&topology.arrays);
        (topology.neighbour_starts, topology.neighbours) = neighbours(&topology);
        topology
    }
}

fn check(arrays: &TopologyArrays) -> Result<(), String> {
    let arcs = check_starts("arcs", &arrays.arc_starts, arrays.points.len())?;
    let rings = check_starts("rings", &arrays.ring_starts, arrays.ring_arcs.len())?;
    let polygons = check_starts("polygons", &arrays.polygon_starts, rings)?;
    let units = check_starts("units", &arrays.unit_starts, polygons)?;
    if let Some(place) = arrays.points.iter().find(|place| !is_on_map(**place)) {
        return Err(format!("the place {}, {} is not on the globe", place.lon, place.lat));
    }
    if let Some(arc) = arrays.arc_starts.windows(2).position(|pair| pair[1] - pair[0] < 2) {
        return Err(format!("arc {arc} has fewer than two places"));
    }
    if let Some(ring) = arrays.ring_starts.windows(2).position(|pair| pair[0] == pair[1]) {
        return Err(format!("ring {ring} has no arcs"));
    }
    if let Some(polygon) = arrays.polygon_starts.windows(2).position(|pair| pair[0] == pair[1]) {
        return Err(format!("polygon {polygon} has no rings"));
    }
    for (name, sides) in [("left", &arrays.arc_left), ("right", &arrays.arc_right)] {
        if sides.len() != arcs {
            return Err(format!("{arcs} arcs have {} units on the {name}", sides.len()));
        }
        if let Some(&unit) = sides.iter().find(|&&unit| unit != OUTSIDE && unit as usize >= units) {
            return Err(format!("an arc has unit {unit} on the {name}, but there are {units} units"));
        }
    }
    if let Some(pair) = arrays.links.iter().find(|pair| pair[0] >= pair[1] || pair[1] as usize >= units) {
        return Err(format!("units {} and {} cannot be linked; there are {units} units", pair[0], pair[1]));
    }
    if arrays.links.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err("the links are not in order".into());
    }
    check_rings(arrays)
}

/// The number of lists that the starts describe, which must be `total` entries long together.
fn check_starts(name: &str, starts: &[u32], total: usize) -> Result<usize, String> {
    let fits = starts.first() == Some(&0)
        && starts.last().is_some_and(|&last| last as usize == total)
        && starts.windows(2).all(|pair| pair[0] <= pair[1]);
    if fits {
        Ok(starts.len() - 1)
    } else {
        Err(format!("the list of {name} does not fit the {total} entries it divides"))
    }
}

fn is_on_map(place: LonLat) -> bool {
    (-200.0..=200.0).contains(&place.lon) && (-90.0..=90.0).contains(&place.lat)
}

/// Rings are closed chains of arcs that have the unit on the right side, and no side of an arc is used twice.
fn check_rings(arrays: &TopologyArrays) -> Result<(), String> {
    let arcs = arrays.arc_left.len();
    let mut used = vec![[false; 2]; arcs];
    for unit in 0..arrays.unit_starts.len() - 1 {
        let rings = |unit: usize| arrays.polygon_starts[arrays.unit_starts[unit] as usize] as usize;
        for ring in rings(unit)..rings(unit + 1) {
            let uses = &arrays.ring_arcs[arrays.ring_starts[ring] as usize..arrays.ring_starts[ring + 1] as usize];
            if uses.iter().any(|arc_use| arc_use.split().0.index() >= arcs) {
                return Err(format!("ring {ring} uses an arc that does not exist"));
            }
            let mut at = ends(arrays, uses[uses.len() - 1])[1];
            for &arc_use in uses {
                let [start, end] = ends(arrays, arc_use);
                if start != at {
                    return Err(format!("the arcs of ring {ring} do not meet"));
                }
                at = end;
                let (arc, backwards) = arc_use.split();
                let sides = if backwards { &arrays.arc_right } else { &arrays.arc_left };
                let used = &mut used[arc.index()][usize::from(backwards)];
                if sides[arc.index()] as usize != unit || *used {
                    return Err(format!("unit {unit} uses a side of arc {} that is not its own", arc.index()));
                }
                *used = true;
            }
        }
    }
    for (arc, used) in used.iter().enumerate() {
        if used[0] != (arrays.arc_left[arc] != OUTSIDE) || used[1] != (arrays.arc_right[arc] != OUTSIDE) {
            return Err(format!("arc {arc} has a unit beside it that does not use it"));
        }
    }
    Ok(())
}

/// The first and last place of an arc in the direction of its use.
fn ends(arrays: &TopologyArrays, arc_use: ArcUse) -> [LonLat; 2] {
    let (arc, backwards) = arc_use.split();
    let first = arrays.points[arrays.arc_starts[arc.index()] as usize];
    let last = arrays.points[arrays.arc_starts[arc.index() + 1] as usize - 1];
    if backwards { [last, first] } else { [first, last] }
}

/// Per arc the numbers of the places where it starts and ends.
fn arc_ends(arrays: &TopologyArrays) -> Vec<[u32; 2]> {
    let mut numbers: HashMap<[u64; 2], u32> = HashMap::new();
    let mut number = |place: LonLat| {
        // Adding 0 makes one zero of the two.
        let key = [(place.lon + 0.0).to_bits(), (place.lat + 0.0).to_bits()];
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    };
    (0..arrays.arc_left.len()).map(|arc| ends(arrays, ArcUse(arc as i32)).map(&mut number)).collect()
}

/// Starts and entries of the neighbour lists.
fn neighbours(topology: &Topology) -> (Vec<u32>, Vec<Neighbour>) {
    let arrays = &topology.arrays;
    let mut pairs: Vec<(u32, u32, f64, bool)> = Vec::new();
    for (arc, (&left, &right)) in arrays.arc_left.iter().zip(&arrays.arc_right).enumerate() {
        if left != OUTSIDE && right != OUTSIDE && left != right {
            let length = topology.arc_lengths_km[arc];
            pairs.push((left, right, length, false));
            pairs.push((right, left, length, false));
        }
    }
    for &[a, b] in &arrays.links {
        pairs.push((a, b, 0.0, true));
        pairs.push((b, a, 0.0, true));
    }
    // Stable, so that lengths are summed in the order of arcs; borders come before links.
    pairs.par_sort_by_key(|&(unit, other, ..)| (unit, other));
    let mut starts = vec![0; topology.unit_count() + 1];
    let mut neighbours: Vec<Neighbour> = Vec::new();
    for run in pairs.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (unit, other, _, linked) = run[0];
        let border_km = run.iter().map(|&(_, _, length, _)| length).sum();
        neighbours.push(Neighbour { unit: UnitId(other), border_km, linked });
        starts[unit as usize + 1] = neighbours.len() as u32;
    }
    for unit in 1..starts.len() {
        starts[unit] = starts[unit].max(starts[unit - 1]);
    }
    (starts, neighbours)
}
