//! What a sales manager expects of an improved plan: territories stay where they are, and their borders make sense.

use proptest::prelude::*;

use super::tests::grid;
use super::*;

/// 24 × 16 units in 3 × 2 blocks of 8 × 8, which are the plan of today, as [`from_plan`] would ask.
pub(super) fn blocks(load: impl Fn(usize) -> f64) -> Problem {
    let current = (0..384).map(|unit| Some(((unit % 24) / 8 + 3 * (unit / 24 / 8)) as u16)).collect();
    Problem {
        current: Some(current),
        start_from_current: true,
        stay_worth_km: 12.0,
        least_weight: 0.05,
        border_weight_km: 0.02,
        ..grid(24, 16, 6, load)
    }
}

fn solve(problem: &Problem) -> Proposal {
    run(problem, &Options { effort: Effort::Quick, ..Options::default() }, &Progress::new()).unwrap()
}

/// Per territory the loads that come from each of today's.
fn origins(problem: &Problem, proposal: &Proposal) -> Vec<Vec<f64>> {
    let count = problem.territories.len();
    let mut origins = vec![vec![0.0; count]; count];
    for (unit, (after, before)) in proposal.assignment.iter().zip(problem.current.iter().flatten()).enumerate() {
        if let (Some(after), Some(before)) = (after, before) {
            origins[*after as usize][*before as usize] += problem.loads[0][unit];
        }
    }
    origins
}

fn own_part_is_largest(problem: &Problem, proposal: &Proposal) -> bool {
    let origins = origins(problem, proposal);
    origins
        .iter()
        .enumerate()
        .all(|(own, from)| from.iter().enumerate().all(|(at, &load)| at == own || load < from[own]))
}

#[test]
fn a_plan_within_its_limits_hardly_changes() {
    let even = solve(&blocks(|_| 1.0));
    assert_eq!(even.terms.disruption, Some(0.0));
    let uneven = solve(&blocks(|unit| 1.0 + (unit * 7919 % 13) as f64 / 200.0));
    assert!(uneven.terms.disruption.unwrap() < 0.02, "{:?}", uneven.terms);
    // Strips travel farther than blocks would, but that is no reason to give everybody another territory.
    let mut strips = blocks(|_| 1.0);
    strips.current = Some((0..384).map(|unit| Some((unit % 24 / 4) as u16)).collect());
    assert!(solve(&strips).terms.disruption.unwrap() < 0.1);
}

#[test]
fn a_slope_of_load_is_balanced_and_every_territory_stays_where_it_is() {
    let problem = blocks(|unit| 1.0 + (unit % 24) as f64 / 8.0);
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert!(own_part_is_largest(&problem, &proposal), "{:?}", origins(&problem, &proposal));
    // A third of the load of the heavy column of blocks has to leave, and as much the one beside it: 27 % of all.
    assert!(proposal.terms.disruption.unwrap() < 0.33, "{:?}", proposal.terms);
}

#[test]
fn targets_stay_with_their_territories() {
    let mut problem = blocks(|_| 1.0);
    for (territory, share) in problem.territories.iter_mut().zip([1.3, 1.0, 0.7, 0.7, 1.0, 1.3]) {
        territory.targets[0] *= share;
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert!(own_part_is_largest(&problem, &proposal));
}

#[test]
fn units_without_owner_and_split_pieces_go_to_the_territories_around_them() {
    let mut problem = blocks(|_| 1.0);
    let current = problem.current.as_mut().unwrap();
    // A hole within block 0, and a piece of block 0 within block 5.
    for unit in [24 * 3 + 3, 24 * 3 + 4, 24 * 4 + 3] {
        current[unit] = None;
    }
    for unit in [24 * 12 + 20, 24 * 12 + 21] {
        current[unit] = Some(0);
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert_eq!([75, 76, 99].map(|unit: usize| proposal.assignment[unit]), [Some(0); 3]);
    assert_eq!([308, 309].map(|unit: usize| proposal.assignment[unit]), [Some(5); 2]);
}

#[test]
fn a_territory_without_units_gets_its_share() {
    let mut problem = blocks(|_| 1.0);
    for owner in problem.current.as_mut().unwrap().iter_mut().filter(|owner| **owner == Some(5)) {
        *owner = Some(4);
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert!(proposal.terms.disruption.unwrap() < 0.6, "{:?}", proposal.terms);
}

#[test]
fn units_without_load_lie_within_the_territory_around_them() {
    for current in [false, true] {
        // All the load is in the lower left; the rest of the map is empty but for a village here and there.
        let mut problem = blocks(|unit| match (unit % 24, unit / 24) {
            (0..=7, 0..=7) => 1.0,
            (column, row) if column % 5 == 2 && row % 5 == 2 => 0.5,
            _ => 0.0,
        });
        if !current {
            (problem.current, problem.start_from_current, problem.stay_worth_km) = (None, false, 0.0);
        }
        problem.goals[0].tolerance = 0.15;
        let proposal = solve(&problem);
        assert_eq!(proposal.violations, []);
        for unit in (0..384).filter(|&unit| problem.loads[0][unit] == 0.0) {
            let around: Vec<_> =
                problem.graph.neighbours(unit).iter().map(|&other| proposal.assignment[other as usize]).collect();
            let same = around.iter().filter(|&&owner| owner == proposal.assignment[unit]).count();
            assert!(2 * same >= around.len() - 1, "unit {unit}: {same} of {}", around.len());
        }
    }
}

#[test]
fn threads_do_not_change_a_rebalanced_plan() {
    let problem = blocks(|unit| 1.0 + (unit % 24) as f64 / 8.0 + (unit * 7919 % 13) as f64);
    let with = |threads| {
        let options = Options { effort: Effort::Quick, threads, seed: 3, time_limit: None };
        run(&problem, &options, &Progress::new()).unwrap()
    };
    assert_eq!(with(1).assignment, with(2).assignment);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn rebalancing_keeps_every_territory_where_it_is(loads in prop::collection::vec(0.5f64..4.0, 384)) {
        let mut problem = blocks(|unit| loads[unit] * if unit / 24 < 8 { 1.0 } else { 1.8 });
        problem.goals[0].tolerance = 0.1;
        let proposal = solve(&problem);
        prop_assert_eq!(&proposal.violations, &[]);
        prop_assert!(own_part_is_largest(&problem, &proposal), "{:?}", origins(&problem, &proposal));
    }
}
