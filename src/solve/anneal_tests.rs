//! What the search keeps current move by move is what a fresh count gives.

use proptest::prelude::*;

use super::*;
use crate::solve::exhaustive_tests::fixed_seed;
use crate::solve::problem::{Centring, MovedLimit, Problem};
use crate::solve::tests::grid;

/// Anneals a grid that has every kind of rule, at a temperature where much is moved, and holds the end against a fresh count.
fn anneal_and_count(problem: &Problem, seed: u64, steps: usize) -> Result<(), TestCaseError> {
    let instance = Instance::new(problem).unwrap();
    let owner: Vec<u16> = instance.current.clone();
    let prices = vec![0.0; instance.target.len()];
    let quench = Quench { temperature: 20.0, price: 50.0, steps_per_unit: 1.0, strain: 2.0 };
    let mut search = Search::new(&instance, owner.clone(), prices, quench);
    search.run(steps, &mut Random::new(seed), &Progress::new()).unwrap();
    let found = search.owner.clone();
    prop_assert!(found.iter().zip(&owner).filter(|(a, b)| a != b).count() > 20, "hardly anything has moved");
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    prop_assert!(near(&search.loads, &instance.loads_of(&found)));
    let moved: Vec<f64> = instance.moved.iter().map(|cap| instance.moved_amount(cap, &found)).collect();
    prop_assert!(near(&search.moved, &moved), "{:?} {moved:?}", search.moved);
    for territory in 0..instance.territories() {
        let size = found.iter().filter(|&&owner| owner as usize == territory).count();
        prop_assert!(size > 0 && search.sizes[territory] as usize == size);
        let strain = search.strain_with(territory, &[], 0.0, &[], 0.0);
        prop_assert!((search.strain[territory] - strain).abs() < 1e-6 * strain.abs().max(1.0));
    }
    match &search.ways {
        Ways::Borders(border) => prop_assert!(border.is_true(&instance, &found)),
        Ways::Near(contested) => prop_assert!(contested.is_true(&found)),
    }
    if let Some(medians) = &mut search.medians {
        prop_assert!(medians.is_true(&instance, &found));
        prop_assert_eq!(medians.sizes().iter().sum::<usize>(), found.len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(fixed_seed(24))]

    #[test]
    fn what_is_kept_current_equals_a_recount(seed in any::<u64>(), contiguous in any::<bool>(), member in any::<bool>()) {
        // 300 units in three territories and a small one: beyond all that the medians count exactly, and within.
        let mut problem = grid(20, 15, 4, |unit| 1.0 + (unit * 7919 % 13) as f64);
        let today = |unit: usize| if unit < 8 { 3 } else { (unit % 20 / 7) as u16 };
        problem.current = Some((0..300).map(|unit| Some(today(unit))).collect());
        problem.moved_limits =
            vec![MovedLimit { measure: Some(0), share: 0.3 }, MovedLimit { measure: None, share: 0.2 }];
        problem.apart = vec![[30, 31], [31, 50], [100, 200]];
        problem.goals[0].closeness_km = 3.0;
        problem.border_weight_km = 0.02;
        problem.contiguous = contiguous;
        problem.max_distance_km = Some(90.0);
        problem.centre = if member { Centring::Member } else { Centring::Centroid };
        anneal_and_count(&problem, seed, 3_000)?;
    }
}

#[test]
fn what_rules_cost_more_is_the_difference_of_what_they_cost() {
    let mut problem = grid(8, 4, 3, |_| 1.0);
    problem.contiguous = false;
    problem.current = Some((0..32).map(|unit| Some((unit % 3) as u16)).collect());
    problem.moved_limits = vec![MovedLimit { measure: None, share: 0.0 }];
    problem.apart = vec![[0, 1], [1, 2], [2, 5], [0, 5]];
    let instance = Instance::new(&problem).unwrap();
    let quench = Quench { temperature: 1.0, price: 1.0, steps_per_unit: 1.0, strain: 2.0 };
    let mut random = Random::new(5);
    let mut changes = 0;
    for _ in 0..500 {
        let owner: Vec<u16> = (0..32).map(|_| random.below(3) as u16).collect();
        let search = Search::new(&instance, owner.clone(), vec![0.0; 3], quench);
        let rules = |owner: &[u16]| instance.moved_excess(owner) + PAIR * instance.pairs_joined(owner) as f64;
        let (a, b) = (random.below(6), random.below(6));
        let to = |unit: usize, random: &mut Random| (owner[unit] as usize + 1 + random.below(2)) % 3;
        let first = Move { unit: a, from: owner[a] as usize, to: to(a, &mut random) };
        let second = Move { unit: b, from: owner[b] as usize, to: to(b, &mut random) };
        let moves = if a == b { vec![first] } else { vec![first, second] };
        let mut after = owner.clone();
        moves.iter().for_each(|m| after[m.unit] = m.to as u16);
        let change = rules(&after) - rules(&owner);
        changes += usize::from(change != 0.0);
        assert!((search.rule_change(&moves) - change).abs() < 1e-9, "{moves:?}");
    }
    assert!(changes > 300, "{changes}");
}
