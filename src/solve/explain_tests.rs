//! Explanations against a recount of the whole plan with the unit put back.

use proptest::prelude::*;

use super::exhaustive::{self, Centres, Keep};
use super::exhaustive_tests::fixed_seed;
use super::tests::grid;
use super::tiny::{Features, tiny};
use super::*;
use crate::domain::progress::Progress;
use crate::domain::random::Random;

fn names() -> [fn(u32) -> String; 1] {
    [|unit| format!("unit {unit}")]
}

fn border_km(problem: &Problem, assignment: &[Option<u16>]) -> f64 {
    let rows =
        (0..assignment.len()).flat_map(|unit| problem.graph.borders(unit).map(move |(other, km)| (unit, other, km)));
    let cut = rows.filter(|&(unit, other, _)| unit < other as usize && assignment[unit] != assignment[other as usize]);
    cut.map(|(.., km)| f64::from(km)).sum()
}

fn worst(problem: &Problem, assignment: &[Option<u16>], measure: usize) -> f64 {
    let load = |territory: usize| -> f64 {
        let units = (0..assignment.len()).filter(|&unit| assignment[unit] == Some(territory as u16));
        units.map(|unit| problem.loads[measure][unit]).sum()
    };
    let open = (0..problem.territories.len()).filter(|&territory| !problem.territories[territory].locked);
    open.filter(|&territory| problem.territories[territory].targets[measure] > 0.0)
        .map(|territory| (load(territory) / problem.territories[territory].targets[measure] - 1.0).abs())
        .fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(fixed_seed(1500))]

    #[test]
    fn every_change_and_every_binding_rule_is_that_of_a_recount(seed in any::<u64>()) {
        let mut problem = tiny(seed, 9, Features::ALL);
        let mut random = Random::new(seed);
        let count = problem.territories.len();
        let units = problem.places.len();
        problem.current = Some((0..units).map(|_| Some(random.below(count) as u16)).collect());
        let owner = |unit: usize, random: &mut Random| {
            if problem.excluded[unit] { return None; }
            let any = (0..count as u16).filter(|&t| !problem.territories[t as usize].locked).collect::<Vec<_>>();
            Some(problem.fixed[unit].unwrap_or(any[random.below(any.len())]))
        };
        if problem.check().is_err() || problem.territories.iter().all(|goal| goal.locked) { return Ok(()) }
        let assignment: Vec<Option<u16>> = (0..units).map(|unit| owner(unit, &mut random)).collect();
        let all = Keep::everything(&problem);
        let holds = exhaustive::holds(&problem, &all, &assignment);
        for found in explain(&problem, &assignment, &Progress::new()).unwrap() {
            let mut back = assignment.clone();
            back[found.unit as usize] = Some(found.from);
            let km = |plan: &[Option<u16>]| exhaustive::mean_km(&problem, plan, Centres::AsAsked);
            prop_assert!((found.travel_km - (km(&assignment) - km(&back))).abs() < 1e-6, "{found:?}");
            let border = border_km(&problem, &assignment) - border_km(&problem, &back);
            prop_assert!((found.border_km - border).abs() < 1e-4, "{found:?} {border}");
            for (measure, change) in found.balance.iter().enumerate() {
                prop_assert!((change.worst[0] - worst(&problem, &back, measure)).abs() < 1e-9);
                prop_assert!((change.worst[1] - worst(&problem, &assignment, measure)).abs() < 1e-9);
            }
            // From a plan that keeps all rules, exactly the moves back that break one have one that binds.
            if holds && problem.moved_limits.is_empty() {
                let kept = exhaustive::holds(&problem, &all, &back)
                    && problem.fixed[found.unit as usize].is_none()
                    && !problem.territories[found.from as usize].locked;
                prop_assert_eq!(kept, found.binding.is_none(), "{:?}", found);
            }
        }
    }
}

#[test]
fn each_rule_that_binds_is_named_in_words() {
    let [unit] = names();
    let names = Names {
        unit: &unit,
        territory: &|territory| ["North", "South"][territory as usize].into(),
        measure: &|_| "Revenue".into(),
        lengths: Lengths::KM,
        amount: &|_, amount| format!("{amount:.1}"),
        kind: ["county", "counties"],
    };
    // A line of six: today the left five are in the north.
    let base = || {
        let mut problem = grid(6, 1, 2, |_| 1.0);
        problem.goals[0].tolerance = 1.0;
        problem.current = Some(vec![Some(0), Some(0), Some(0), Some(0), Some(0), Some(1)]);
        problem
    };
    let halves: Vec<Option<u16>> = [0, 0, 0, 1, 1, 1].map(Some).to_vec();
    let words_of = |change: &dyn Fn(&mut Problem), assignment: &[Option<u16>], unit: u32| {
        let mut problem = base();
        change(&mut problem);
        let moves = explain(&problem, assignment, &Progress::new()).unwrap();
        moves.iter().find(|found| found.unit == unit).unwrap().words(&problem, &names)
    };
    type Case<'a> = (&'a dyn Fn(&mut Problem), u32, &'a str);
    let cases: [Case; 8] = [
        (&|p| p.goals[0].tolerance = 0.1, 3, "Revenue of North would be +33.3 % off its target; +10.0 % is allowed"),
        (&|_| (), 4, "North would be in pieces"),
        (&|p| p.max_distance_km = Some(12.0), 3, "North would reach 14 km from its centre; 12 km is allowed"),
        (&|p| p.together = vec![vec![3, 5]], 3, "It must be together with unit 5"),
        (&|p| p.apart = vec![[3, 0]], 3, "It must not be together with unit 0"),
        (&|p| p.fixed = vec![None, None, None, Some(1), None, None], 3, "It is fixed to South"),
        (&|p| p.territories[0].locked = true, 3, "North is locked and takes nothing"),
        (&|_| (), 3, "No rule asks for it: it is better by"),
    ];
    for (change, unit, words) in cases {
        let found = words_of(change, &halves, unit);
        assert!(found.contains(words), "{found}");
    }
    let whole = [0, 0, 0, 0, 0, 1].map(Some);
    assert_eq!(explain(&base(), &whole, &Progress::new()).unwrap(), []);
    let mut nothing = base();
    nothing.current = None;
    assert!(explain(&nothing, &whole, &Progress::new()).is_err());
    assert!(explain(&base(), &whole[1..], &Progress::new()).is_err());
    let stopped = Progress::new();
    stopped.cancel();
    assert_eq!(explain(&base(), &halves, &stopped), Err(SolveError::Cancelled));
}
