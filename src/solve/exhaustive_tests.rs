//! The engine against the exhaustive solver: what it calls a plan is one, what cannot be is named, and what can be is found.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::exhaustive::{self, Centres, Keep};
use super::tests::grid;
use super::tiny::{Features, tiny};
use super::*;
use crate::domain::sphere::LonLat;

/// The features that the stages obey and name: all there are.
const SUPPORTED: Features = Features::ALL;

pub(super) fn fixed_seed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

fn solve(problem: &Problem) -> Result<Proposal, SolveError> {
    let options = Options { effort: Effort::Steps(100), threads: 1, ..Options::default() };
    run(problem, &options, &Progress::new())
}

proptest! {
    #![proptest_config(fixed_seed(150))]

    #[test]
    fn a_plan_without_violations_keeps_every_rule_and_none_is_promised_where_none_exists(seed in any::<u64>()) {
        let problem = tiny(seed, 8, SUPPORTED);
        let keep = Keep::everything(&problem);
        match solve(&problem) {
            Ok(proposal) if proposal.violations.is_empty() => {
                prop_assert!(exhaustive::holds(&problem, &keep, &proposal.assignment), "{problem:?}");
                let counted = exhaustive::mean_km(&problem, &proposal.assignment, Centres::AsAsked);
                prop_assert!((proposal.terms.travel_km - counted).abs() < 1e-6, "{} {counted}", proposal.terms.travel_km);
                let gap = proposal.bound.map(|bound| bound.gap.expect("the plan is within its limits"));
                prop_assert!(gap.is_none_or(|gap| gap >= -1e-9), "{gap:?} {problem:?}");
            }
            Ok(proposal) => {
                prop_assert!(!exhaustive::holds(&problem, &keep, &proposal.assignment), "{:?}", proposal.violations);
            }
            Err(error) => {
                prop_assert!(!exhaustive::is_possible(&problem, &keep), "{error}");
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

#[test]
fn nearly_every_plan_that_exists_is_found_and_is_near_the_best() {
    let (mut possible, mut found, mut near) = (0, 0, 0);
    for seed in 0..200 {
        let problem = tiny(seed, 8, SUPPORTED);
        let Some((best, _)) = exhaustive::best(&problem, &Keep::everything(&problem), Centres::AsAsked) else {
            continue;
        };
        possible += 1;
        if let Some(proposal) = solve(&problem).ok().filter(|proposal| proposal.violations.is_empty()) {
            found += 1;
            assert!(proposal.terms.travel_km >= best - 1e-6, "seed {seed}: {} {best}", proposal.terms.travel_km);
            near += usize::from(proposal.terms.travel_km <= 1.05 * best + 1e-6);
        }
    }
    println!("{possible} problems have a plan, the engine found {found}, {near} of them within 5 % of the best");
    assert!(possible > 60, "{possible}");
    assert!(10 * found >= 9 * possible, "{found} of {possible}");
    assert!(10 * near >= 9 * found, "{near} of {found}");
}

#[test]
fn what_is_wrong_is_refused_or_named() {
    let good = || grid(4, 4, 2, |_| 1.0);
    let with = |change: &dyn Fn(&mut Problem)| {
        let mut problem = good();
        change(&mut problem);
        let named = match solve(&problem) {
            Ok(proposal) => !proposal.violations.is_empty(),
            Err(error) => !matches!(error, SolveError::Cancelled),
        };
        (named, problem)
    };
    type Change = Box<dyn Fn(&mut Problem)>;
    let cases: Vec<(&str, Change)> = vec![
        ("all loads are nothing", Box::new(|p| p.loads[0].fill(0.0))),
        ("a load is negative", Box::new(|p| p.loads[0][1] = -1.0)),
        ("a load is no number", Box::new(|p| p.loads[0][1] = f64::NAN)),
        ("a load has no end", Box::new(|p| p.loads[0][1] = f64::INFINITY)),
        ("a weight is no number", Box::new(|p| p.travel_weights[1] = f64::NAN)),
        ("a unit is heavier than a territory may be", Box::new(|p| p.loads[0][5] = 90.0)),
        ("there are more territories than units", Box::new(|p| p.territories.resize(17, p.territories[0].clone()))),
        (
            "a tolerance of nothing that no sum meets",
            Box::new(|p| {
                p.goals[0].tolerance = 0.0;
                p.loads[0][0] = 1.5;
            }),
        ),
        (
            "there are more parts than territories",
            Box::new(|p| {
                p.graph = Graph::from_pairs(16, [(0, 1, 1.0), (4, 5, 1.0), (8, 9, 1.0)]);
            }),
        ),
        (
            "units of both corners are fixed across each other",
            Box::new(|p| {
                p.fixed = vec![None; 16];
                (p.fixed[0], p.fixed[15], p.fixed[1], p.fixed[4]) = (Some(0), Some(0), Some(1), Some(1));
                (p.fixed[11], p.fixed[14]) = (Some(1), Some(1));
            }),
        ),
        ("everything is fixed to one territory", Box::new(|p| p.fixed = vec![Some(0); 16])),
        ("the largest distance is too short", Box::new(|p| p.max_distance_km = Some(1.0))),
        ("targets of nothing", Box::new(|p| p.territories.iter_mut().for_each(|t| t.targets[0] = 0.0))),
        ("targets add up to half of the load", Box::new(|p| p.territories.iter_mut().for_each(|t| t.targets[0] = 4.0))),
    ];
    for (what, change) in cases {
        let (named, problem) = with(&*change);
        assert!(named, "{what}: {problem:?}");
    }
    // These are no more than unusual.
    let unusual: Vec<(&str, Change)> = vec![
        ("all units at one place", Box::new(|p| p.places.fill(LonLat::new(5.0, 50.0)))),
        ("no weight at all", Box::new(|p| p.travel_weights.fill(0.0))),
        ("a tolerance of nothing that sums meet", Box::new(|p| p.goals[0].tolerance = 0.0)),
        (
            "both poles and the date line",
            Box::new(|p| {
                p.places[0] = LonLat::new(0.0, 90.0);
                p.places[1] = LonLat::new(180.0, -90.0);
                p.places[2] = LonLat::new(-180.0, 0.0);
            }),
        ),
        (
            "a territory with a single unit",
            Box::new(|p| {
                p.territories[0].targets[0] = 1.0;
                p.territories[1].targets[0] = 15.0;
            }),
        ),
    ];
    for (what, change) in unusual {
        let (named, problem) = with(&*change);
        assert!(!named, "{what}: {problem:?}");
    }
}
