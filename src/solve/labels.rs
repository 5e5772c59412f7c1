//! Which territory is which: a plan made from nothing takes the names of the plan of today where the two overlap most.

use std::collections::BTreeMap;

use super::instance::{Instance, NONE};

/// Renames the territories of an assignment so that as much load as possible keeps its owner, in so far as every territory stays
/// within the limits of its new name. Territories with homes or fixed units keep theirs.
///
/// Pairs by the largest overlap first, then exchanges names while that gains: the optimum to within what a chain of three
/// exchanges could still gain.
pub(super) fn match_current(instance: &Instance, owner: &mut [u16]) {
    let (k, m) = (instance.territories(), instance.measures);
    let loads = instance.loads_of(owner);
    let mut bound: Vec<bool> = instance.homes.iter().map(Option::is_some).collect();
    for &territory in instance.fixed.iter().filter(|&&territory| territory != NONE) {
        bound[territory as usize] = true;
    }
    let fits = |shape: usize, name: usize| {
        let loads = &loads[shape * m..(shape + 1) * m];
        let free = !bound[shape] && !bound[name];
        shape == name || free && instance.excess(name, loads) <= instance.excess(shape, loads)
    };
    let overlaps = overlaps(instance, owner);
    let overlap = |shape: usize, name: usize| overlaps.get(&(shape as u16, name as u16)).copied().unwrap_or(0.0);
    let mut name_of: Vec<usize> = (0..k).collect();
    let mut shape_of: Vec<usize> = (0..k).collect();
    let mut order: Vec<(&(u16, u16), &f64)> = overlaps.iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
    // Each exchange gains, so this ends; the number of rounds is a guard against gains of rounding.
    for _ in 0..100 {
        let mut any = false;
        for &(&(shape, name), _) in &order {
            let (shape, name) = (shape as usize, name as usize);
            let (other, old) = (shape_of[name], name_of[shape]);
            let gain = overlap(shape, name) + overlap(other, old) - overlap(shape, old) - overlap(other, name);
            if old != name && gain > 1e-9 && fits(shape, name) && fits(other, old) {
                (name_of[shape], name_of[other]) = (name, old);
                (shape_of[name], shape_of[old]) = (shape, other);
                any = true;
            }
        }
        if !any {
            break;
        }
    }
    for territory in owner.iter_mut().filter(|territory| **territory != NONE) {
        *territory = name_of[*territory as usize] as u16;
    }
}

/// The pairing of rows with columns whose values add up to most, per row its column; pairs without value are left out. `values` are
/// those of `[row][column]`, not negative, in rows of equal length. The Hungarian method with potentials (Kuhn 1955), O(n³).
pub(super) fn best_pairs(values: &[Vec<f64>]) -> Vec<Option<usize>> {
    let columns = values.first().map_or(0, Vec::len);
    let size = values.len().max(columns);
    let value = |row: usize, column: usize| values.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0);
    // Rows and columns count from 1; column 0 is where a row waits for its place.
    let (mut row_price, mut column_price) = (vec![0.0; size + 1], vec![0.0; size + 1]);
    let mut row_of = vec![0; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let mut at = 0;
        let mut least = vec![f64::INFINITY; size + 1];
        let mut came_from = vec![0; size + 1];
        let mut seen = vec![false; size + 1];
        while row_of[at] != 0 {
            seen[at] = true;
            let (here, mut step, mut next) = (row_of[at], f64::INFINITY, 0);
            for column in (1..=size).filter(|&column| !seen[column]) {
                let cost = -value(here - 1, column - 1) - row_price[here] - column_price[column];
                if cost < least[column] {
                    (least[column], came_from[column]) = (cost, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=size {
                if seen[column] {
                    row_price[row_of[column]] += step;
                    column_price[column] -= step;
                } else {
                    least[column] -= step;
                }
            }
            at = next;
            // No finite step: the values were no numbers.
            if at == 0 {
                break;
            }
        }
        while at != 0 {
            row_of[at] = row_of[came_from[at]];
            at = came_from[at];
        }
    }
    let mut pairs = vec![None; values.len()];
    for (column, &row) in row_of.iter().enumerate().take(columns + 1).skip(1) {
        if row > 0 && row <= values.len() && value(row - 1, column - 1) > 0.0 {
            pairs[row - 1] = Some(column - 1);
        }
    }
    pairs
}

/// Per pair of a territory and one of today the weight that is in both.
fn overlaps(instance: &Instance, owner: &[u16]) -> BTreeMap<(u16, u16), f64> {
    let mut overlaps = BTreeMap::new();
    for (unit, (&shape, &name)) in owner.iter().zip(&instance.current).enumerate() {
        if shape != NONE && name != NONE {
            *overlaps.entry((shape, name)).or_default() += instance.pulls[unit];
        }
    }
    overlaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_pairs_are_not_always_the_largest_one_and_the_rest() {
        // Taking the 5 leaves 0 for the other row: 4 + 3 is more. The column without value stays free.
        assert_eq!(best_pairs(&[vec![5.0, 4.0, 0.0], vec![3.0, 0.0, 0.0]]), [Some(1), Some(0)]);
        assert_eq!(best_pairs(&[vec![0.0], vec![2.0], vec![1.0]]), [None, Some(0), None]);
        assert_eq!(best_pairs(&[]), []);
    }

    #[test]
    fn names_go_to_the_largest_overlap_where_the_limits_allow() {
        let instance = |high: [f64; 3]| Instance {
            measures: 1,
            loads: vec![1.0; 7],
            pulls: vec![1.0; 7],
            fixed: vec![NONE; 7],
            current: vec![0, 0, 1, 1, 2, 2, NONE],
            low: vec![0.0; 3],
            high: high.to_vec(),
            importance: vec![1.0],
            homes: vec![None; 3],
            ..Instance::default()
        };
        let turned = [1, 1, 2, 2, 0, 0, 0];
        let mut owner = turned;
        match_current(&instance([3.0; 3]), &mut owner);
        assert_eq!(owner, [0, 0, 1, 1, 2, 2, 2]);
        // The territory of three units may not be number 2: the other two exchange names all the same.
        let mut owner = turned;
        match_current(&instance([3.0, 3.0, 2.0]), &mut owner);
        assert_eq!(owner, [0, 0, 2, 2, 1, 1, 1]);
    }
}
