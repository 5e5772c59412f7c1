//! What users of the engine rely on: a partition, rules obeyed or named, the same result for the same seed, clear refusals.

use proptest::prelude::*;

use super::*;
use crate::domain::sphere::LonLat;

/// A grid of units, ten to the degree, that are neighbours by their sides; one measure, equal targets.
pub(super) fn grid(columns: usize, rows: usize, count: usize, load: impl Fn(usize) -> f64) -> Problem {
    let units = columns * rows;
    let at = |unit: usize| (unit % columns, unit / columns);
    let places =
        (0..units).map(|unit| LonLat::new(-84.0 + at(unit).0 as f64 * 0.1, 33.0 + at(unit).1 as f64 * 0.1)).collect();
    let right = (0..units).filter(|&unit| at(unit).0 + 1 < columns).map(|unit| (unit as u32, unit as u32 + 1, 10.0));
    let up = (0..units).filter(|&unit| at(unit).1 + 1 < rows).map(|unit| (unit as u32, (unit + columns) as u32, 10.0));
    let loads: Vec<f64> = (0..units).map(load).collect();
    let target = loads.iter().sum::<f64>() / count.max(1) as f64;
    Problem {
        places,
        graph: Graph::from_pairs(units, right.chain(up)),
        travel_weights: loads.clone(),
        loads: vec![loads],
        goals: vec![MeasureGoal { name: "Revenue".into(), tolerance: 0.05, weight: 1.0, ..MeasureGoal::default() }],
        contiguous: true,
        territories: vec![TerritoryGoal { targets: vec![target], ..TerritoryGoal::default() }; count],
        ..Problem::default()
    }
}

fn solve(problem: &Problem) -> Proposal {
    let options = Options { effort: Effort::Quick, ..Options::default() };
    run(problem, &options, &Progress::new()).unwrap()
}

fn refusal(problem: &Problem) -> String {
    run(problem, &Options::default(), &Progress::new()).unwrap_err().to_string()
}

fn pieces_of(problem: &Problem, proposal: &Proposal, territory: u16) -> usize {
    let owner: Vec<u16> =
        proposal.assignment.iter().map(|&owner| if owner == Some(territory) { 0 } else { instance::NONE }).collect();
    connect::pieces(&problem.graph, &owner).1
}

#[test]
fn an_even_grid_is_balanced_and_whole() {
    let problem = grid(20, 20, 8, |_| 1.0);
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert!(proposal.terms.imbalance[0] <= 0.05);
    for territory in 0..8 {
        assert_eq!(pieces_of(&problem, &proposal, territory), 1);
    }
    let bound = proposal.bound.unwrap();
    assert!(bound.travel_km > 0.0 && bound.gap.unwrap() >= -1e-9, "{bound:?}");
    // Eight blocks of 50 cells of some 10 km: near 27 km if they are compact.
    assert!(proposal.terms.travel_km < 32.0, "{}", proposal.terms.travel_km);
}

#[test]
fn threads_do_not_change_the_result() {
    let problem = grid(40, 30, 12, |unit| 1.0 + (unit * 7919 % 13) as f64);
    let with = |threads| {
        let options = Options { effort: Effort::Quick, threads, seed: 7, time_limit: None };
        run(&problem, &options, &Progress::new()).unwrap()
    };
    let (one, two, again) = (with(1), with(2), with(2));
    assert_eq!(one.assignment, two.assignment);
    assert_eq!(two.assignment, again.assignment);
    assert!(!one.alternatives.is_empty());
    assert_eq!((&one.terms, one.bound, &one.alternatives), (&two.terms, two.bound, &two.alternatives));
}

#[test]
fn threads_do_not_change_the_result_of_any_kind_of_problem() {
    type Change = fn(&mut Problem);
    let kinds: [Change; 5] = [
        |p| p.contiguous = false,
        |p| p.centre = Centring::Member,
        |p| (p.centre, p.contiguous) = (Centring::Member, false),
        |p| p.together = vec![vec![0, 1, 2], vec![100, 130], vec![130, 160]],
        |p| {
            p.current = Some((0..600).map(|unit| Some((unit % 30 / 5) as u16)).collect());
            p.moved_limits = vec![MovedLimit { measure: Some(0), share: 0.3 }];
            (p.start_from_current, p.stay_worth_km) = (true, 10.0);
        },
    ];
    for (nth, change) in kinds.into_iter().enumerate() {
        let mut problem = grid(30, 20, 6, |unit| 1.0 + (unit * 7919 % 13) as f64);
        change(&mut problem);
        let with = |threads| {
            let options = Options { effort: Effort::Steps(50), threads, seed: 7, time_limit: None };
            let proposal = run(&problem, &options, &Progress::new()).unwrap();
            (proposal.assignment, proposal.terms, proposal.violations, proposal.bound, proposal.alternatives)
        };
        assert_eq!(with(1), with(2), "kind {nth}");
    }
}

#[test]
fn a_large_map_is_divided_in_nodes_first() {
    for contiguous in [true, false] {
        let mut problem = grid(60, 40, 6, |unit| ((unit * 7919 % 13) as f64 - 3.0).max(0.0));
        (problem.contiguous, problem.least_weight, problem.border_weight_km) = (contiguous, 0.05, 0.02);
        problem.fixed = vec![None; 2400];
        for unit in [0, 1, 2, 60] {
            problem.fixed[unit] = Some(4);
        }
        let with = |threads| {
            let options = Options { effort: Effort::Quick, threads, seed: 3, time_limit: None };
            let (clock, progress, watch) = (Clock::start(None), Progress::new(), Watch::nobody());
            let coarsening = Coarsening { above: 1000, nodes: 300 };
            let (problem, options, progress) = (&problem, &options, &progress);
            run_stages(&Run { problem, options, clock: &clock, progress, watch: &watch, coarsening }).unwrap()
        };
        let (one, two) = (with(1), with(2));
        assert_eq!((&one.assignment, &one.terms, one.bound), (&two.assignment, &two.terms, two.bound));
        assert_eq!(one.violations, []);
        assert!(one.assignment.iter().all(Option::is_some));
        assert_eq!([0, 1, 2, 60].map(|unit: usize| one.assignment[unit]), [Some(4); 4]);
        let stages: Vec<&str> = one.stages.iter().map(|stage| stage.0).collect();
        assert!(stages.starts_with(&["coarsen"]) && stages.contains(&"refine"), "{stages:?}");
        // As good as without, to within a few percent.
        let directly = solve(&problem).terms.travel_km;
        assert!(one.terms.travel_km < 1.03 * directly, "{} {directly}", one.terms.travel_km);
    }
}

#[test]
fn the_bound_is_below_every_plan_that_has_the_same_centres() {
    // Two territories of three units on a line, fixed homes: the best plan can be seen.
    let mut problem = grid(6, 1, 2, |_| 1.0);
    problem.goals[0].tolerance = 0.0;
    problem.territories[0].home = Some(problem.places[1]);
    problem.territories[1].home = Some(problem.places[4]);
    let proposal = solve(&problem);
    assert_eq!(proposal.assignment, [0, 0, 0, 1, 1, 1].map(Some));
    let bound = proposal.bound.unwrap();
    let best = proposal.terms.travel_km;
    assert!(bound.travel_km <= best + 1e-9 && bound.travel_km > 0.9 * best, "{bound:?} {best}");
}

#[test]
fn locks_are_obeyed() {
    let mut problem = grid(12, 12, 4, |_| 1.0);
    problem.fixed = vec![None; 144];
    problem.excluded = vec![false; 144];
    problem.fixed[0] = Some(2);
    problem.fixed[143] = Some(3);
    problem.excluded[70] = true;
    problem.territories[1].locked = true;
    for unit in 0..6 {
        problem.fixed[unit + 24] = Some(1);
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.assignment[0], Some(2));
    assert_eq!(proposal.assignment[143], Some(3));
    assert_eq!(proposal.assignment[70], None);
    let locked: Vec<usize> = (0..144).filter(|&unit| proposal.assignment[unit] == Some(1)).collect();
    assert_eq!(locked, [24, 25, 26, 27, 28, 29]);
}

#[test]
fn what_cannot_be_worked_on_is_refused_in_words() {
    let good = || grid(4, 4, 2, |_| 1.0);
    let with = |change: fn(&mut Problem)| {
        let mut problem = good();
        change(&mut problem);
        refusal(&problem)
    };
    type Case = (fn(&mut Problem), &'static str);
    let cases: [Case; 10] = [
        (|p| p.territories.clear(), "at least 1"),
        (|p| p.territories.resize(17, p.territories[0].clone()), "every territory needs at least one"),
        (|p| p.loads[0].fill(0.0), "nothing to balance"),
        (|p| p.loads[0][3] = -2.0, "found -2 at unit 3"),
        (|p| p.loads[0][3] = f64::NAN, "found NaN at unit 3"),
        (|p| p.places[5] = LonLat::new(f64::NAN, 0.0), "Unit 5 has no usable place"),
        (|p| p.goals[0].tolerance = f64::INFINITY, "tolerance"),
        (|p| p.graph = Graph::default(), "no unit has a neighbour"),
        (|p| p.fixed = vec![Some(9); 16], "does not exist"),
        (
            |p| {
                p.fixed = vec![Some(0); 16];
                p.excluded = vec![true; 16];
            },
            "both fixed",
        ),
    ];
    for (change, words) in cases {
        let found = with(change);
        assert!(found.contains(words), "{found}");
    }
}

#[test]
fn rules_that_cannot_hold_are_named() {
    // One unit is heavier than a territory may be.
    let heavy = solve(&grid(6, 6, 4, |unit| if unit == 0 { 100.0 } else { 1.0 }));
    let named = heavy.violations.iter().find(|violation| violation.rule == Rule::TooMuch).unwrap();
    assert_eq!(named.unit, Some(0));
    // A tolerance of nothing with loads that do not divide.
    let mut exact = grid(5, 5, 2, |_| 1.0);
    exact.goals[0].tolerance = 0.0;
    assert_eq!(solve(&exact).violations.len(), 2);
    // Three islands, two territories.
    let mut islands = grid(9, 1, 2, |_| 1.0);
    islands.graph = Graph::from_pairs(9, [(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8)].map(|(a, b)| (a, b, 1.0)));
    let proposal = solve(&islands);
    assert!(proposal.assignment.iter().all(Option::is_some));
    assert!(proposal.violations.iter().any(|violation| violation.rule == Rule::Pieces), "{:?}", proposal.violations);
    // Locked units at both ends and the middle of a line.
    let mut apart = grid(9, 1, 2, |_| 1.0);
    apart.fixed = vec![Some(0), None, None, None, Some(1), None, None, None, Some(0)];
    let proposal = solve(&apart);
    assert_eq!((proposal.assignment[0], proposal.assignment[8]), (Some(0), Some(0)));
    assert!(proposal.violations.iter().any(|violation| violation.rule == Rule::Pieces && violation.territory == 0));
}

#[test]
fn one_place_no_weights_and_no_measures_are_solved() {
    let mut same = grid(6, 6, 4, |_| 1.0);
    same.places.fill(LonLat::new(-84.0, 33.0));
    assert!(solve(&same).assignment.iter().all(Option::is_some));
    let mut empty = grid(10, 10, 4, |unit| if unit < 50 { 1.0 } else { 0.0 });
    empty.travel_weights.fill(0.0);
    let proposal = solve(&empty);
    assert!(proposal.assignment.iter().all(Option::is_some));
    let mut free = grid(10, 10, 4, |_| 1.0);
    (free.loads, free.goals) = (Vec::new(), Vec::new());
    free.territories.fill(TerritoryGoal::default());
    let proposal = solve(&free);
    assert!((0..4).all(|territory| proposal.assignment.contains(&Some(territory))));
    let one = solve(&grid(3, 3, 1, |_| 1.0));
    assert_eq!(one.assignment, [Some(0); 9]);
}

#[test]
fn a_cancelled_search_ends_at_once_and_a_time_limit_says_so() {
    let problem = grid(60, 60, 30, |_| 1.0);
    let progress = Progress::new();
    progress.cancel();
    assert_eq!(run(&problem, &Options::default(), &progress).unwrap_err(), SolveError::Cancelled);
    let options = Options { time_limit: Some(Duration::ZERO), effort: Effort::Thorough, ..Options::default() };
    let cut = run(&problem, &options, &Progress::new()).unwrap();
    assert!(cut.cut_short && cut.assignment.iter().all(Option::is_some));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_result_is_a_partition_that_obeys_or_names(
        columns in 2usize..12, rows in 2usize..12, count in 1usize..9, seed in 0u64..1000,
        loads in prop::collection::vec(0.0f64..9.0, 144), fixed in prop::collection::vec((0usize..144, 0u16..9), 0..5),
    ) {
        let count = count.min(columns * rows);
        let mut problem = grid(columns, rows, count, |unit| loads[unit] + 1e-3);
        problem.fixed = vec![None; columns * rows];
        for (unit, owner) in fixed {
            problem.fixed[unit % (columns * rows)] = Some(owner % count as u16);
        }
        let options = Options { seed, effort: Effort::Steps(50), threads: 2, time_limit: None };
        let proposal = run(&problem, &options, &Progress::new()).unwrap();
        for (unit, owner) in proposal.assignment.iter().enumerate() {
            prop_assert!(owner.is_some_and(|owner| (owner as usize) < count));
            prop_assert!(problem.fixed[unit].is_none_or(|fixed| *owner == Some(fixed)));
        }
        for territory in 0..count as u16 {
            let broken = |rule| proposal.violations.iter().any(|v| v.rule == rule && v.territory == territory);
            let pieces = pieces_of(&problem, &proposal, territory);
            prop_assert_eq!(pieces > 1, broken(Rule::Pieces));
            prop_assert_eq!(pieces == 0, broken(Rule::Empty));
            let load: f64 = (0..columns * rows)
                .filter(|&unit| proposal.assignment[unit] == Some(territory))
                .map(|unit| problem.loads[0][unit])
                .sum();
            let deviation = load / problem.territories[0].targets[0] - 1.0;
            prop_assert_eq!(deviation.abs() > 0.05 + 1e-9, broken(Rule::TooMuch) || broken(Rule::TooLittle));
        }
        let fits = !proposal.violations.iter().any(|v| matches!(v.rule, Rule::TooMuch | Rule::TooLittle));
        let gap = proposal.bound.and_then(|bound| bound.gap);
        prop_assert!(gap.is_none_or(|gap| gap >= -1e-9), "{:?}", proposal.bound);
        prop_assert!(gap.is_none() || fits, "a gap is told of plans within the limits alone");
    }
}
