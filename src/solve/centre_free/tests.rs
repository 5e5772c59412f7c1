//! A bound is a proof: it is held against the exhaustive solver, with centres at units and anywhere.

use proptest::prelude::*;

use super::*;
use crate::domain::sphere::LonLat;
use crate::solve::exhaustive::{self, Centres, Keep};
use crate::solve::exhaustive_tests::fixed_seed;
use crate::solve::problem::Limits;
use crate::solve::tests::grid;
use crate::solve::tiny::{Features, tiny};
use crate::solve::{Effort, Options, run};

const STEPS: usize = 150;

fn plan(problem: &Problem) -> Option<Proposal> {
    let options = Options { effort: Effort::Steps(50), threads: 1, ..Options::default() };
    run(problem, &options, &Progress::new()).ok()
}

fn bounds(problem: &Problem, plan: &Proposal, threads: usize) -> Option<CentreFree> {
    centre_free_bound(problem, plan, STEPS, threads, &Progress::new(), &mut |_| ()).unwrap()
}

/// Of the rules a bound keeps only the loads, and not even that no territory is empty.
fn loads_alone(problem: &Problem) -> Keep {
    let all = vec![true; problem.goals.len()];
    Keep { most: all.clone(), least: all, ..Keep::nothing(problem) }
}

proptest! {
    #![proptest_config(fixed_seed(60))]

    #[test]
    fn no_plan_within_the_limits_travels_less_than_the_bounds(seed in any::<u64>()) {
        let with = Features { travel_table: false, ..Features::ALL };
        let problem = tiny(seed, 7, with);
        let Some(plan) = plan(&problem) else { return Ok(()) };
        let Some(bounds) = bounds(&problem, &plan, 1) else { return Ok(()) };
        let keep = loads_alone(&problem);
        for (bound, centres) in [(bounds.at_units, Centres::Members), (bounds.anywhere, Centres::Anywhere)] {
            if let (Some(bound), Some((best, _))) = (bound, exhaustive::best(&problem, &keep, centres)) {
                prop_assert!(bound.travel_km <= best + 1e-9, "{:?}: {} above {best}", bound.kind, bound.travel_km);
            }
        }
    }

    #[test]
    fn no_plan_with_the_same_centres_travels_less_than_the_bound_for_them(seed in any::<u64>()) {
        let with = Features { travel_table: false, member: false, limits: false, ..Features::ALL };
        let problem = tiny(seed, 7, with);
        let Some(plan) = plan(&problem) else { return Ok(()) };
        let Some(bound) = plan.bound else { return Ok(()) };
        let centre = |territory: usize| {
            let members: Vec<usize> =
                (0..problem.places.len()).filter(|&unit| plan.assignment[unit] == Some(territory as u16)).collect();
            if members.is_empty() {
                return problem.places[0];
            }
            exhaustive::centre(&problem, &members, territory as u16, Centres::AsAsked)
        };
        let centres: Vec<LonLat> = (0..problem.territories.len()).map(centre).collect();
        let keep = Keep { fixed: vec![true; problem.places.len()], ..loads_alone(&problem) };
        if let Some((best, _)) = exhaustive::best(&problem, &keep, Centres::Given(&centres)) {
            prop_assert!(bound.travel_km <= best + 1e-9, "{} above {best}", bound.travel_km);
        }
    }
}

#[test]
fn the_bounds_are_close_on_a_plane_full_of_units() {
    let problem = grid(24, 24, 9, |_| 1.0);
    let plan = plan(&problem).unwrap();
    let bounds = bounds(&problem, &plan, 2).unwrap();
    let (at_units, anywhere) = (bounds.at_units.unwrap(), bounds.anywhere.unwrap());
    assert_eq!((at_units.kind, anywhere.kind), (BoundKind::CentresAtUnits, BoundKind::CentresAnywhere));
    // Blocks of eight by eight are no more than a few percent above discs, which no plan can beat.
    assert!((0.0..0.06).contains(&at_units.gap.unwrap()), "{at_units:?}");
    assert!((0.0..0.06).contains(&anywhere.gap.unwrap()), "{anywhere:?}");
    assert_eq!(bounds.for_plan(), Some(anywhere));
}

#[test]
fn threads_do_not_change_the_bounds_and_every_step_up_is_told() {
    let problem = grid(20, 15, 7, |unit| 1.0 + (unit * 31 % 7) as f64);
    let plan = plan(&problem).unwrap();
    assert_eq!(bounds(&problem, &plan, 1), bounds(&problem, &plan, 2));
    let mut told = Vec::new();
    let last = centre_free_bound(&problem, &plan, STEPS, 1, &Progress::new(), &mut |bounds| told.push(bounds));
    assert_eq!(told.last().copied(), last.unwrap());
    let at_units: Vec<f64> = told.iter().filter_map(|bounds| bounds.at_units).map(|bound| bound.travel_km).collect();
    assert!(at_units.is_sorted() && at_units.len() > 2, "{at_units:?}");
}

#[test]
fn a_home_in_every_territory_or_no_travel_leaves_nothing_to_bound() {
    let mut problem = grid(6, 6, 2, |_| 1.0);
    let plan = plan(&problem).unwrap();
    problem.territories[0].home = Some(problem.places[7]);
    let bound = bounds(&problem, &plan, 1).unwrap().anywhere.unwrap();
    assert!(bound.travel_km > 0.0);
    problem.territories[1].home = Some(problem.places[28]);
    assert_eq!(bounds(&problem, &plan, 1), None);
    let mut idle = grid(6, 6, 2, |_| 1.0);
    idle.travel_weights.fill(0.0);
    assert_eq!(bounds(&idle, &plan, 1), None);
    let mut same = grid(6, 6, 2, |_| 1.0);
    same.places.fill(LonLat::new(3.0, 50.0));
    assert_eq!(bounds(&same, &plan, 1), None);
}

#[test]
fn limits_of_one_territory_widen_what_all_may_carry() {
    // Half of the units may be in one territory, so most can be near a centre only if the limits are taken as they are.
    let mut problem = grid(12, 4, 3, |_| 1.0);
    let plan = plan(&problem).unwrap();
    let before = bounds(&problem, &plan, 1).unwrap().at_units.unwrap().travel_km;
    problem.territories[0].limits = vec![Some(Limits { least: 0.0, most: f64::INFINITY })];
    let after = bounds(&problem, &plan, 1).unwrap().at_units.unwrap().travel_km;
    assert!(after <= 1.01 * before && after > 0.5 * before, "{after} {before}");
}

#[test]
fn a_cancelled_search_ends() {
    let problem = grid(20, 20, 4, |_| 1.0);
    let plan = plan(&problem).unwrap();
    let progress = Progress::new();
    let stop = progress.clone();
    let ended = centre_free_bound(&problem, &plan, 100_000, 2, &progress, &mut |_| stop.cancel());
    assert_eq!(ended, Err(SolveError::Cancelled));
}

#[test]
fn a_search_for_bounds_can_be_cancelled_before_its_first_step() {
    let problem = grid(20, 20, 4, |_| 1.0);
    let plan = plan(&problem).unwrap();
    let bound = |progress: &Progress| centre_free_bound(&problem, &plan, 10, 1, progress, &mut |_| ());
    let whole = Progress::new();
    bound(&whole).unwrap();
    // One look per unit for the best member, and one for where to start.
    let begun = whole.begun();
    assert_eq!(begun[1].2 - begun[0].2, 1 + 2 * 400, "{begun:?}");
    for look in [2, 300, 700] {
        let progress = Progress::cancelling_at(look);
        assert_eq!(bound(&progress), Err(SolveError::Cancelled));
        assert!(progress.looks().1 < 10);
    }
}
