//! Names and colours of several assignments of one problem.

use std::sync::Arc;

use super::*;
use crate::domain::edit::{Locks, apply};
use crate::domain::fixture;
use crate::domain::ids::MeasureId;
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::project::{Goal, Project};

/// Nobody's: every territory will be a new one.
const EMPTY: &str = "
------
------
------
------";

/// Per unit the letter of a picture: a is 0.
fn owners(picture: &str) -> Vec<Option<u16>> {
    picture.chars().filter(|letter| letter.is_alphabetic()).map(|letter| Some(letter as u16 - 'a' as u16)).collect()
}

fn prepared(picture: &str, territories: Wanted) -> (Project, Problem, TerritoryPlan) {
    let project = fixture::project(picture);
    let totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
    let request = BuildRequest {
        territories,
        goals: vec![Goal { measure: MeasureId(0), tolerance: 0.1, weight: 1.0 }],
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limits: Vec::new(),
        frozen: Vec::new(),
    };
    let (problem, plan) = Problem::from_project(&project, &totals, &request).unwrap();
    (project, problem, plan)
}

fn proposal(picture: &str, alternatives: &[&str]) -> Proposal {
    let alternative = |picture: &&str| Alternative {
        assignment: owners(picture),
        terms: Terms { travel_km: 7.0, ..Terms::default() },
        violations: vec![Violation::new(Rule::Pieces, 0, 2.0, 1.0)],
    };
    Proposal {
        assignment: owners(picture),
        terms: Terms::default(),
        violations: Vec::new(),
        bound: Some(Bound { kind: BoundKind::FixedCentres, travel_km: 1.0, gap: Some(0.0) }),
        alternatives: alternatives.iter().map(alternative).collect(),
        stages: Vec::new(),
        cut_short: false,
    }
}

fn after(project: &Project, edit: &crate::domain::edit::Edit) -> Plan {
    let mut plan = (*project.plan).clone();
    apply(&mut plan, edit, Locks::Obey).unwrap();
    let mut back = plan.clone();
    apply(&mut back, &edit.inverse(), Locks::Pass).unwrap();
    assert_eq!(back, *project.plan, "the edit can be taken back");
    plan
}

const HALVES: &str = "
aaabbb
aaabbb
aaabbb
aaabbb";
/// The same halves but for one column, numbered the other way round.
const HALVES_TURNED: &str = "
bbaaaa
bbaaaa
bbaaaa
bbaaaa";

#[test]
fn what_lies_in_the_same_place_is_called_and_coloured_the_same_in_every_alternative() {
    let (project, problem, names) = prepared(EMPTY, Wanted::Count(2));
    let proposal = proposal(HALVES, &[HALVES_TURNED]);
    let (best, alternatives) = names.into_built(&project, &problem, proposal, &Progress::new()).unwrap();
    let (plan, other) = (after(&project, &best.edit), after(&project, &alternatives[0].edit));
    assert!(plan.territories().eq(other.territories()), "the same two territories");
    // Only the third column has another owner.
    let third: Vec<u32> = (0..4).map(|row| 6 * row + 2).collect();
    let moved: Vec<u32> = fixture::differing(&plan, &other).into_iter().map(|unit| unit.0).collect();
    assert_eq!(moved, third);
    let alternative = &alternatives[0];
    assert_eq!(alternative.proposal.terms.travel_km, 7.0);
    assert_eq!(alternative.proposal.bound, None, "a bound is for the centres of the proposal alone");
    // Its own numbering: territory 0 of the alternative is the second one of the proposal.
    assert_eq!(alternative.violations, ["Territory 2 is in 2 pieces"]);
}

#[test]
fn territories_of_the_plan_stay_what_they_are_in_alternatives() {
    let (project, problem, names) = prepared(&HALVES.replace('a', "A"), Wanted::Current);
    let proposal = proposal(HALVES, &[HALVES, HALVES_TURNED]);
    let (_, alternatives) = names.into_built(&project, &problem, proposal, &Progress::new()).unwrap();
    assert!(alternatives[0].edit.is_empty(), "it is the plan of today");
    // Which territory is which was decided beforehand, wherever it lies.
    let turned = after(&project, &alternatives[1].edit);
    assert_eq!(turned.assignment(), fixture::plan(HALVES_TURNED).assignment());
}

#[test]
fn a_plan_on_the_way_keeps_the_names_of_the_one_before() {
    let (project, problem, names) = prepared(EMPTY, Wanted::Count(2));
    let first = names.sketch(&project, &problem, owners(HALVES), None);
    let second = names.sketch(&project, &problem, owners(HALVES_TURNED), Some(&first));
    let (one, two) = (after(&project, &first.edit), after(&project, &second.edit));
    assert!(one.territories().eq(two.territories()));
    assert_eq!(fixture::differing(&one, &two).len(), 4);
    let colours: Vec<[u8; 3]> = one.territories().map(|(_, territory)| territory.colour).collect();
    assert_ne!(colours[0], colours[1]);
}

#[test]
fn new_neighbours_differ_in_every_plan_on_the_way() {
    let (project, problem, names) = prepared(EMPTY, Wanted::Count(6));
    let pictures = [
        "aabbcc\naabbcc\nddeeff\nddeeff",
        "abcdef\nabcdef\nabcdef\nabcdef",
        "fedcba\nfedcba\nfedcba\nfedcba",
        "aaaaaa\nbbccdd\nbbccdd\neeefff",
    ];
    let mut before = None;
    for picture in pictures {
        let sketch = names.sketch(&project, &problem, owners(picture), before.as_ref());
        let plan = after(&project, &sketch.edit);
        assert_eq!(plan.territory_count(), 6);
        for unit in project.units.ids() {
            for neighbour in project.units.topology.neighbours(unit) {
                let (one, other) = (plan.territory_of(unit), plan.territory_of(neighbour.unit));
                let colour = |id| plan.territory(id).unwrap().colour;
                assert!(one == other || colour(one) != colour(other), "{picture}");
            }
        }
        before = Some(sketch);
    }
}
