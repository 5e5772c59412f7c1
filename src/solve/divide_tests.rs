//! A start that divides several measures, and what comes of it.

use super::divide::divide;
use super::instance::Instance;
use super::tests::grid;
use super::*;
use crate::domain::random::Random;

/// A grid with a city in the middle: one measure lies mostly there, the other everywhere alike, as people and postal codes do.
fn city(columns: usize, rows: usize, count: usize) -> Problem {
    let away = |unit: usize| {
        let (x, y) = ((unit % columns) as f64, (unit / columns) as f64);
        (x - columns as f64 / 2.0).hypot(y - rows as f64 / 2.0)
    };
    let mut problem = grid(columns, rows, count, |unit| 0.2 + 40.0 / (9.0 + away(unit) * away(unit)));
    let units = columns * rows;
    problem.loads.push(vec![1.0; units]);
    problem.goals.push(MeasureGoal { name: "Codes".into(), tolerance: 0.25, ..problem.goals[0].clone() });
    for territory in &mut problem.territories {
        territory.targets.push(units as f64 / count as f64);
    }
    problem
}

fn worst(instance: &Instance, owner: &[u16], measure: usize) -> f64 {
    let loads = instance.loads_of(owner);
    let off = |at: usize| (loads[at] / instance.target[at] - 1.0).abs();
    (0..instance.territories()).map(|territory| off(territory * instance.measures + measure)).fold(0.0, f64::max)
}

#[test]
fn cuts_divide_both_measures_where_one_alone_would_not() {
    let problem = city(60, 60, 8);
    let instance = Instance::new(&problem).unwrap();
    let owner = divide(&instance, &mut Random::new(3), &Progress::new()).unwrap();
    let off = [0, 1].map(|measure| worst(&instance, &owner, measure));
    assert!(off[0] < 0.10 && off[1] < 0.30, "{off:?}");
    assert_eq!(connect::pieces(&instance.graph, &owner).1, 8);
    // By the mean of both, half of the territories are all city or have none of it.
    let one_by_one = seed::bisect(&instance, &mut Random::new(3));
    let off = worst(&instance, &one_by_one, 1);
    assert!(off > 0.30, "{off}");
}

#[test]
fn every_unit_gets_an_owner_and_every_territory_a_unit() {
    for (columns, rows, count) in [(1, 1, 1), (3, 1, 3), (7, 5, 5), (40, 3, 11), (5, 5, 25)] {
        let problem = city(columns, rows, count);
        let instance = Instance::new(&problem).unwrap();
        for seed in 0..4 {
            let owner = divide(&instance, &mut Random::new(seed), &Progress::new()).unwrap();
            let mut found: Vec<u16> = owner.clone();
            found.sort_unstable();
            found.dedup();
            assert_eq!(found, (0..count as u16).collect::<Vec<_>>(), "{columns} x {rows} -> {count}, seed {seed}");
            assert_eq!(owner, divide(&instance, &mut Random::new(seed), &Progress::new()).unwrap());
        }
    }
}

#[test]
fn a_division_can_be_cancelled() {
    let problem = city(20, 20, 4);
    let progress = Progress::new();
    progress.cancel();
    assert!(divide(&Instance::new(&problem).unwrap(), &mut Random::new(1), &progress).is_err());
}

#[test]
fn a_city_is_shared_out_so_that_both_measures_fit() {
    let problem = city(60, 60, 8);
    let options = Options { effort: Effort::Quick, ..Options::default() };
    let proposal = run(&problem, &options, &Progress::new()).unwrap();
    assert_eq!(proposal.violations, []);
}
