//! Problems that contradict themselves are refused in words; none ends in a panic.

use super::tests::grid;
use super::*;
use crate::domain::sphere::LonLat;

fn refused(change: impl FnOnce(&mut Problem)) -> String {
    let mut problem = grid(4, 4, 2, |_| 1.0);
    change(&mut problem);
    run(&problem, &Options::default(), &Progress::new()).unwrap_err().to_string()
}

fn graph(starts: &[u32], targets: &[u32], border_km: &[f32]) -> Graph {
    Graph { starts: starts.to_vec(), targets: targets.to_vec(), border_km: border_km.to_vec() }
}

#[test]
fn free_units_need_a_territory_that_is_not_locked() {
    let found = refused(|p| p.territories.iter_mut().for_each(|territory| territory.locked = true));
    assert!(
        found.contains("Every territory is locked, so that nothing can take the 16 units that are free"),
        "{found}"
    );
    // Nothing free and nothing open: there is nothing to do.
    let mut problem = grid(2, 2, 1, |_| 1.0);
    (problem.territories[0].locked, problem.fixed) = (true, vec![Some(0); 4]);
    (problem.loads, problem.goals) = (vec![], vec![]);
    problem.territories[0].targets.clear();
    let proposal = run(&problem, &Options::default(), &Progress::new()).unwrap();
    assert_eq!(proposal.assignment, [Some(0); 4]);
}

#[test]
fn a_plan_of_today_has_all_units() {
    assert!(refused(|p| p.current = Some(vec![])).contains("Expected 16 current territories"));
}

#[test]
fn figures_of_an_assignment_that_is_too_short_count_the_rest_as_nobodys() {
    let problem = grid(4, 4, 2, |_| 1.0);
    let found = figures::figures(&problem, &[Some(0), Some(1)]);
    assert_eq!(found.iter().map(|territory| (territory.units, territory.pieces)).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    assert_eq!(figures::figures(&problem, &[Some(0); 40])[0].units, 16);
}

#[test]
fn units_all_around_the_globe_have_a_median_too() {
    let lon = |unit: usize| if unit < 30 { 0.0 } else { 180.0 };
    let places: Vec<LonLat> =
        (0..60).map(|unit| LonLat::new(lon(unit), 0.0)).chain([LonLat::new(1.0, 0.0); 2]).collect();
    let path = (1..62).map(|unit| (unit - 1, unit, 1.0));
    let problem = Problem {
        graph: Graph::from_pairs(62, path),
        travel_weights: vec![1.0; 62],
        fixed: (0..62).map(|unit| (unit < 60).then_some(0)).collect(),
        centre: Centring::Member,
        contiguous: false,
        territories: vec![TerritoryGoal::default(); 2],
        places,
        ..Problem::default()
    };
    let proposal = run(&problem, &Options::default(), &Progress::new()).unwrap();
    assert!(proposal.assignment.iter().all(Option::is_some));
}

#[test]
fn neighbours_are_others_and_listed_once_with_borders_that_are_lengths() {
    let of_three = |targets: &[u32], starts: &[u32], km: f32| {
        let borders = vec![km; targets.len()];
        let mut problem = grid(3, 1, 1, |_| 1.0);
        problem.graph = graph(starts, targets, &borders);
        run(&problem, &Options::default(), &Progress::new()).unwrap_err().to_string()
    };
    assert!(of_three(&[1, 1, 0, 2, 1], &[0, 1, 4, 5], 1.0).contains("its own neighbour"));
    assert!(of_three(&[1, 1, 0, 0, 2, 1], &[0, 2, 5, 6], 1.0).contains("more than once"));
    assert!(of_three(&[1, 0, 2, 1], &[0, 1, 3, 4], -1.0).contains("found -1 km"));
    assert!(of_three(&[1, 0, 2, 1], &[0, 1, 3, 4], f32::NAN).contains("found NaN km"));
}

#[test]
fn groups_that_share_a_unit_are_one_group() {
    let torn = refused(|p| {
        p.together = vec![vec![0, 1], vec![1, 2]];
        p.fixed = vec![None; 16];
        (p.fixed[0], p.fixed[2]) = (Some(0), Some(1));
    });
    assert!(torn.contains("Units 0 and 2 must be together, but they are fixed"), "{torn}");
    let apart = refused(|p| {
        p.together = vec![vec![0, 1], vec![1, 2]];
        p.apart = vec![[0, 2]];
    });
    assert!(apart.contains("Units 0 and 2 must be both together and apart"), "{apart}");
    // A unit that takes part in nothing joins nothing.
    let mut problem = grid(4, 4, 2, |_| 1.0);
    problem.together = vec![vec![0, 1], vec![1, 2]];
    problem.apart = vec![[0, 2]];
    (problem.excluded, problem.contiguous) = (vec![false; 16], false);
    problem.excluded[1] = true;
    problem.goals[0].tolerance = 0.2;
    let proposal = run(&problem, &Options::default(), &Progress::new()).unwrap();
    assert_eq!(proposal.violations, []);
    assert_ne!(proposal.assignment[0], proposal.assignment[2]);
}

#[test]
fn figures_given_to_a_territory_fit_its_measures() {
    assert!(refused(|p| p.territories[1].named = vec![1.0, 2.0]).contains("Territory 2: expected 1 named loads"));
    assert!(refused(|p| p.territories[1].named = vec![-1.0]).contains("named loads of 0 or more, found -1"));
}
