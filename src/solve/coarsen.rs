//! Stage 2: neighbouring units put together, so that what needs many looks at the whole map can be done on a smaller one
//! (multilevel partitioning, Hendrickson & Leland 1995; Karypis & Kumar 1998).
//!
//! The units are cut in two at the middle of their widest axis again and again, until a cell has its small share of the units and
//! the loads. Where territories hang together, each connected part of a cell is a node of its own, so that a territory that is
//! whole in nodes is whole in units.

use super::instance::Instance;

/// Per unit its node, numbered from 0 in the order of first units; about `wanted` nodes or somewhat more. Units that are fixed or owned
/// differently today are never put together, nor are those that must be apart.
pub(super) fn nodes(instance: &Instance, wanted: usize) -> Vec<u32> {
    let count = instance.units();
    let m = instance.measures;
    let territories = instance.territories().max(1) as f64;
    let mass: Vec<f64> = (0..count)
        .map(|unit| {
            let load: f64 = instance.unit_loads(unit).iter().sum();
            0.5 / count.max(1) as f64 + 0.5 * load / (territories * m.max(1) as f64)
        })
        .collect();
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut cell = vec![0u32; count];
    let mut cells = 0;
    // Cells left to cut, as ranges of `order`.
    let mut open = vec![(0, count)];
    while let Some((start, end)) = open.pop() {
        let units = &mut order[start..end];
        let share: f64 = units.iter().map(|&unit| mass[unit as usize]).sum();
        if units.len() < 2 || share * wanted as f64 <= 1.0 {
            for &unit in units.iter() {
                cell[unit as usize] = cells;
            }
            cells += 1;
            continue;
        }
        let axis = widest_axis(instance, units);
        let place = |unit: u32| instance.points[unit as usize][axis];
        let middle = units.len() / 2;
        units.select_nth_unstable_by(middle, |&a, &b| place(a).total_cmp(&place(b)).then(a.cmp(&b)));
        open.push((start + middle, end));
        open.push((start, start + middle));
    }
    parts_of_cells(instance, &cell)
}

/// Per unit its node, where each group of problem units is one node and every other unit is one of its own.
pub(super) fn joined(instance: &Instance, groups: &[Vec<u32>]) -> Vec<u32> {
    let mut leader: Vec<u32> = (0..instance.units() as u32).collect();
    let unit_of: std::collections::BTreeMap<u32, u32> = instance.names().collect();
    for group in groups {
        let mut units = group.iter().filter_map(|name| unit_of.get(name).copied());
        let Some(first) = units.next() else { continue };
        for unit in units {
            let (a, b) = (root(&mut leader, first), root(&mut leader, unit));
            leader[a.max(b) as usize] = a.min(b);
        }
    }
    let mut node_of = vec![u32::MAX; leader.len()];
    let mut nodes = 0;
    for unit in 0..leader.len() as u32 {
        let root = root(&mut leader, unit) as usize;
        if node_of[root] == u32::MAX {
            node_of[root] = nodes;
            nodes += 1;
        }
        node_of[unit as usize] = node_of[root];
    }
    node_of
}

/// The least unit of a group; shortens the way to it.
fn root(leader: &mut [u32], mut unit: u32) -> u32 {
    while leader[unit as usize] != unit {
        leader[unit as usize] = leader[leader[unit as usize] as usize];
        unit = leader[unit as usize];
    }
    unit
}

fn widest_axis(instance: &Instance, units: &[u32]) -> usize {
    let mut least = [f64::INFINITY; 3];
    let mut most = [f64::NEG_INFINITY; 3];
    for &unit in units {
        for (axis, x) in instance.points[unit as usize].into_iter().enumerate() {
            least[axis] = least[axis].min(x);
            most[axis] = most[axis].max(x);
        }
    }
    let width = |axis: &usize| most[*axis] - least[*axis];
    (0..3).max_by(|a, b| width(a).total_cmp(&width(b))).unwrap_or(0)
}

/// Cells divided so that what is in one node may have one owner.
fn parts_of_cells(instance: &Instance, cell: &[u32]) -> Vec<u32> {
    let alone = |unit: usize| instance.apart.get(unit).is_some_and(|others| !others.is_empty());
    let key = |unit: usize| (cell[unit], instance.fixed[unit], instance.current[unit]);
    let mut node_of = vec![u32::MAX; cell.len()];
    let mut nodes = 0;
    if !instance.contiguous {
        let mut known = std::collections::BTreeMap::new();
        for (unit, node) in node_of.iter_mut().enumerate() {
            let fresh = &mut || {
                nodes += 1;
                nodes - 1
            };
            *node = if alone(unit) { fresh() } else { *known.entry(key(unit)).or_insert_with(fresh) };
        }
        return node_of;
    }
    let mut queue = Vec::new();
    for start in 0..cell.len() {
        if node_of[start] != u32::MAX {
            continue;
        }
        node_of[start] = nodes;
        queue.push(start);
        while let Some(unit) = queue.pop() {
            if alone(unit) {
                continue;
            }
            for &other in instance.graph.neighbours(unit) {
                let other = other as usize;
                if node_of[other] == u32::MAX && key(other) == key(unit) && !alone(other) {
                    node_of[other] = nodes;
                    queue.push(other);
                }
            }
        }
        nodes += 1;
    }
    node_of
}
