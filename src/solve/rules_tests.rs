//! Rules as the search sees them: every unit has an owner, nothing is asked where the target is nothing, distances are rules like
//! loads, and what may not change counts nowhere as moved.

use super::rebalance_tests::blocks;
use super::tests::grid;
use super::*;
use crate::domain::progress::Phase;

fn solve(problem: &Problem) -> Proposal {
    run(problem, &Options { effort: Effort::Quick, ..Options::default() }, &Progress::new()).unwrap()
}

#[test]
fn a_unit_without_owner_gets_one_where_territories_need_not_hang_together() {
    let mut problem = blocks(|_| 1.0);
    problem.contiguous = false;
    problem.current.as_mut().unwrap()[75] = None;
    let proposal = solve(&problem);
    assert_eq!((proposal.assignment[75], &proposal.violations), (Some(0), &vec![]));
}

#[test]
fn a_target_of_nothing_asks_for_nothing() {
    let mut problem = grid(6, 1, 2, |_| 1.0);
    problem.goals[0].tolerance = 0.6;
    for (territory, (target, home)) in problem.territories.iter_mut().zip([(0.0, 1), (6.0, 4)]) {
        (territory.targets[0], territory.home) = (target, Some(problem.places[home]));
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert_eq!(proposal.assignment, [0, 0, 0, 1, 1, 1].map(Some), "the nearest home is the best there is");
    let bound = proposal.bound.unwrap();
    assert!((-1e-9..0.01).contains(&bound.gap.unwrap()), "{bound:?}");
}

#[test]
fn what_a_territory_has_by_name_counts_for_its_target_and_limits() {
    // Targets of 50, ±5 %; one has 40 by name, so that its units bring 7.5 to 12.5 of their threes and ones.
    let mut problem = grid(7, 1, 2, |unit| if unit < 3 { 3.0 } else { 12.0 });
    for (territory, named) in problem.territories.iter_mut().zip([40.0, 0.0]) {
        (territory.targets[0], territory.named) = (50.0, vec![named]);
    }
    let proposal = solve(&problem);
    assert_eq!(proposal.assignment, [0, 0, 0, 1, 1, 1, 1].map(Some));
    assert_eq!(proposal.violations, []);
    assert!((proposal.terms.imbalance[0] - 0.04).abs() < 1e-12, "{:?}", proposal.terms);
    assert!(exhaustive::holds(&problem, &exhaustive::Keep::everything(&problem), &proposal.assignment));
    // Too much by name alone cannot be mended, and is named with the figure of the whole.
    problem.territories[0].named[0] = 60.0;
    let found = solve(&problem).violations;
    let much = found.iter().find(|violation| violation.rule == Rule::TooMuch).unwrap();
    assert_eq!(much.territory, 0);
    assert!((much.found - 0.26).abs() < 1e-9, "{much:?}: 60 by name and one unit of 3");
}

#[test]
fn the_largest_distance_comes_before_the_worth_of_staying() {
    let mut problem = grid(10, 1, 2, |_| 1.0);
    for (territory, home) in problem.territories.iter_mut().zip([0, 9]) {
        territory.home = Some(problem.places[home]);
    }
    problem.goals[0].tolerance = 0.25;
    problem.current = Some((0..10).map(|unit| Some(u16::from(unit > 5))).collect());
    (problem.start_from_current, problem.stay_worth_km, problem.max_distance_km) = (true, 30.0, Some(46.5));
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
    assert_eq!(proposal.assignment, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(Some));
}

#[test]
fn units_without_load_obey_the_largest_distance_too() {
    // Borders are dear, and the unit on the wrong side weighs nothing.
    let mut problem = grid(10, 3, 2, |unit| if unit % 10 == 5 { 0.0 } else { 1.0 });
    for (territory, home) in problem.territories.iter_mut().zip([10, 19]) {
        territory.home = Some(problem.places[home]);
    }
    problem.goals[0].tolerance = 0.3;
    (problem.least_weight, problem.border_weight_km) = (0.0, 2.0);
    problem.current = Some((0..30).map(|unit| Some(u16::from(unit % 10 > 5))).collect());
    (problem.start_from_current, problem.stay_worth_km, problem.max_distance_km) = (true, 30.0, Some(46.0));
    let proposal = solve(&problem);
    assert_eq!(proposal.violations, []);
}

#[test]
fn what_may_not_change_counts_nowhere_as_moved() {
    let mut problem = blocks(|_| 1.0);
    problem.excluded = vec![false; 384];
    problem.excluded[5] = true;
    problem.moved_limits = vec![MovedLimit { measure: None, share: 0.0 }, MovedLimit { measure: Some(0), share: 0.0 }];
    let proposal = solve(&problem);
    assert_eq!((proposal.assignment[5], proposal.terms.disruption), (None, Some(0.0)));
    assert_eq!(proposal.violations, []);
}

#[test]
fn what_moves_is_a_share_of_what_has_an_owner() {
    let problem = Problem { current: Some(vec![Some(0), Some(0), Some(1), None]), ..grid(4, 1, 2, |_| 1.0) };
    let after = [Some(0), Some(1), Some(1), Some(1)];
    assert_eq!(problem.moved_share(&after, None), Some(1.0 / 3.0));
    assert_eq!(problem.moved_share(&after, Some(0)), Some(1.0 / 3.0));
    assert_eq!(Problem { current: None, ..problem }.moved_share(&after, None), None);
}

#[test]
fn two_units_that_must_be_apart_may_be_exchanged() {
    // Only by an exchange of units 1 and 2 does either come nearer to its home.
    let mut problem = grid(4, 1, 2, |_| 1.0);
    problem.contiguous = false;
    for (territory, home) in problem.territories.iter_mut().zip([0, 3]) {
        territory.home = Some(problem.places[home]);
    }
    problem.goals[0].tolerance = 0.0;
    problem.apart = vec![[1, 2]];
    problem.current = Some([0, 1, 0, 1].map(Some).to_vec());
    problem.start_from_current = true;
    assert_eq!(solve(&problem).assignment, [0, 0, 1, 1].map(Some));
}

#[test]
fn the_last_plan_shown_is_one_that_may_be_proposed() {
    let problem = blocks(|unit| 1.0 + (unit % 24) as f64 / 8.0);
    let watch = Watch::every(Duration::ZERO);
    let options = Options { effort: Effort::Quick, ..Options::default() };
    let proposal = run_watched(&problem, &options, &Progress::new(), &watch).unwrap();
    assert!(!proposal.alternatives.is_empty(), "there were others to show");
    assert_eq!(watch.take().unwrap().assignment, proposal.assignment);
}

#[test]
fn attempts_side_by_side_are_one_phase() {
    let mut problem = blocks(|unit| 1.0 + (unit % 24) as f64 / 8.0);
    problem.moved_limits = vec![MovedLimit { measure: None, share: 0.5 }];
    let progress = Progress::new();
    run(&problem, &Options { effort: Effort::Quick, ..Options::default() }, &progress).unwrap();
    let phases: Vec<Phase> = progress.begun().iter().map(|begun| begun.0).collect();
    assert_eq!(phases, [Phase::Seeding, Phase::Balancing, Phase::Improving, Phase::Proving, Phase::Comparing]);
    assert_eq!(progress.begun()[2].1, 3 * 40 * 384, "three attempts of forty rounds");
}

#[test]
fn of_few_plans_all_are_tried_before_a_rule_is_called_broken() {
    let mut cases = 0;
    for seed in 0..300 {
        let problem = tiny::tiny(seed, 8, tiny::Features::ALL);
        let keep = exhaustive::Keep::everything(&problem);
        let options = Options { effort: Effort::Steps(1), threads: 1, ..Options::default() };
        let Ok(proposal) = run(&problem, &options, &Progress::new()) else { continue };
        if !proposal.violations.is_empty() {
            assert!(!exhaustive::is_possible(&problem, &keep), "seed {seed}: {:?}", proposal.violations);
            cases += 1;
        }
    }
    assert!(cases > 30, "{cases}");
}

#[test]
fn rules_in_words_tell_figures_apart() {
    let names = Names {
        unit: &|unit| format!("County {unit}"),
        territory: &|_| "East".into(),
        measure: &|_| "Revenue".into(),
        lengths: Lengths::KM,
        amount: &|_, amount| format!("{amount}"),
        kind: ["county", "counties"],
    };
    let words = |rule: Rule, found: f64, allowed: f64| {
        let load = matches!(rule, Rule::TooMuch | Rule::TooLittle);
        Violation { measure: load.then_some(0), ..Violation::new(rule, 0, found, allowed) }.words(&names)
    };
    assert_eq!(words(Rule::TooMuch, 0.123, 0.05), "East: Revenue is +12.3 % off its target, +5.0 % is allowed");
    assert_eq!(words(Rule::TooMuch, 0.050008, 0.05), "East: Revenue is +5.001 % off its target, +5.000 % is allowed");
    assert_eq!(words(Rule::TooLittle, -0.123, -0.05), "East: Revenue is −12.3 % off its target, −5.0 % is allowed");
    assert_eq!(words(Rule::TooFar, 300.2, 300.0), "East reaches 300.2 km from its centre, 300 km is allowed");
    assert_eq!(words(Rule::TooFar, 300.002, 300.0), "East reaches 300.002 km from its centre, 300 km is allowed");
    assert_eq!(words(Rule::Moved, 0.1049, 0.105), "10.49 % of counties would get another owner, 10.50 % may");
    assert_eq!(words(Rule::Empty, 0.0, 1.0), "East has no counties");
    let own = Violation { measure: Some(0), amounts: Some([13.4, 12.0]), ..Violation::new(Rule::TooMuch, 0, 0.1, 0.0) };
    assert_eq!(own.words(&names), "East has 13.4 of Revenue, 12 is the most it may have");
}

#[test]
fn a_pair_that_must_be_apart_is_named_once() {
    let mut problem = grid(4, 1, 1, |_| 1.0);
    problem.apart = vec![[1, 2]];
    let violations = solve(&problem).violations;
    assert_eq!(violations.len(), 1);
    assert_eq!((violations[0].unit, violations[0].other), (Some(1), Some(2)));
}
