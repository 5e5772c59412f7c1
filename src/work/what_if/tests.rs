use std::sync::Arc;

use super::*;
use crate::domain::edit::Change;
use crate::domain::fixture;
use crate::domain::hierarchy::Group;
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::metrics::balance;
use crate::domain::reps::Rep;
use crate::domain::sphere::LonLat;
use crate::work::scenarios::comparison;

/// Three territories side by side with a rep each, 1 of the measure "load" per unit.
const THREE: &str = "AAAABBBBCCCC\nAAAABBBBCCCC\nAAAABBBBCCCC\nAAAABBBBCCCC\n";

fn project() -> Project {
    let mut project = fixture::project(THREE);
    let names = ["Ann", "Bo", "Cy", "Di"];
    project.reps = Arc::new(
        names
            .map(|name| Rep {
                code: name.into(),
                name: name.into(),
                home: Some(LonLat::new(-89.85, 39.8)),
                ..Rep::default()
            })
            .to_vec(),
    );
    let mut plan = Plan::clone(&project.plan);
    for (at, id) in (1..=3).map(TerritoryId).enumerate() {
        let edit = Edit::alter(&plan, id, "rep", |territory| territory.rep = Some(RepId::from_index(at)));
        apply(&mut plan, &edit, Locks::Pass).unwrap();
    }
    project.plan = Arc::new(plan);
    project.goals = vec![Goal { measure: MeasureId(0), tolerance: 0.1, weight: 1.0 }];
    project
}

fn asked(project: &Project, question: Question, others_move: f64) -> Result<(Answer, Project), BuildError> {
    let wish = Wish { goals: project.goals.clone(), others_move };
    let answer = answer(project, &question, &wish, &Options::default(), &Progress::new())?;
    let mut plan = Plan::clone(&project.plan);
    apply(&mut plan, &answer.edit, Locks::Pass).expect("the edit fits the plan");
    let after = Project { plan: Arc::new(plan), ..project.clone() };
    // One undo step: taken back, everything is as it was.
    let mut back = Plan::clone(&after.plan);
    apply(&mut back, &answer.edit.inverse(), Locks::Pass).expect("it can be taken back");
    assert_eq!(back, *project.plan);
    Ok((answer, after))
}

fn why(result: Result<(Answer, Project), BuildError>) -> String {
    match result {
        Err(BuildError::Refused(error) | BuildError::Infeasible(error)) => error.to_string(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[test]
fn when_a_rep_leaves_only_what_the_rep_had_moves() {
    let project = project();
    let (answer, after) = asked(&project, Question::RepLeaves(RepId(1)), 0.0).unwrap();
    assert_eq!(answer.name, "Bo leaves");
    assert_eq!(after.plan.territory_count(), 2);
    let moved = comparison(&project, &project.plan, &after.plan, &Progress::new()).unwrap().disruption;
    assert_eq!(moved.units, 16, "those of Bo and no others");
    assert_eq!(after.plan.units_of(TerritoryId::UNASSIGNED).count(), 0);
    let units = |id: u16| after.plan.units_of(TerritoryId(id)).count();
    assert_eq!((units(1), units(3)), (24, 24));
}

#[test]
fn when_a_rep_leaves_at_the_edge_others_may_move_up_to_the_limit() {
    let project = project();
    let limit = 0.3;
    let (_, after) = asked(&project, Question::RepLeaves(RepId(0)), limit).unwrap();
    let totals = Totals::count(Arc::new(LoadTable::new(&after)), &after.plan);
    let balanced = balance(&after.plan, &totals, MeasureId(0)).unwrap();
    assert!(balanced <= 0.1 + 1e-9, "{balanced}");
    let kept = project.plan.assignment().iter().zip(after.plan.assignment());
    let moved = kept.filter(|(before, now)| before.0 != 1 && before != now).count();
    assert!(moved as f64 <= limit * 32.0, "{moved}");
    // Without that the one beside Ann gets everything.
    let (_, alone) = asked(&project, Question::RepLeaves(RepId(0)), 0.0).unwrap();
    assert_eq!(alone.plan.units_of(TerritoryId(2)).count(), 32);
}

#[test]
fn locks_of_a_rep_who_leaves_are_taken_off_and_said() {
    let mut project = project();
    let mut plan = Plan::clone(&project.plan);
    let mut edit = Edit::new("lock");
    edit.changes.push(Change::LockUnit { unit: UnitId(0), old: false, new: true });
    apply(&mut plan, &edit, Locks::Pass).unwrap();
    project.plan = Arc::new(plan);
    let (answer, after) = asked(&project, Question::RepLeaves(RepId(0)), 0.0).unwrap();
    assert!(after.plan.locked_units().is_empty());
    assert!(answer.notes.iter().any(|note| note.contains("locked to Ann")), "{:?}", answer.notes);
}

#[test]
fn a_rep_who_joins_gets_an_equal_share_around_the_home() {
    let project = project();
    let question = Question::RepJoins { rep: Some(RepId(3)), name: String::new(), home: LonLat::new(-89.85, 39.8) };
    let (answer, after) = asked(&project, question, 0.0).unwrap();
    assert_eq!(answer.name, "Di joins");
    let new = after.plan.find_territory("Territory of Di").expect("it is there");
    assert_eq!(after.plan.territory(new).unwrap().rep, Some(RepId(3)));
    let units = after.plan.units_of(new).count();
    assert!((11..=13).contains(&units), "{units}");
}

#[test]
fn who_works_less_carries_less() {
    let project = project();
    let (_, after) = asked(&project, Question::PartTime { rep: RepId(0), share: 0.5 }, 0.0).unwrap();
    // 48 units over 2.5 positions: 9.6 for half a one, 19.2 for the others.
    let units = after.plan.units_of(TerritoryId(1)).count();
    assert!((9..=10).contains(&units), "{units}");
    assert!(why(asked(&project, Question::PartTime { rep: RepId(0), share: 1.0 }, 0.0)).contains("less than 100 %"));
}

#[test]
fn there_are_as_many_territories_as_asked_for() {
    let project = project();
    let (_, after) = asked(&project, Question::GrowTo(5), 0.0).unwrap();
    assert_eq!(after.plan.territory_count(), 5);
    let totals = Totals::count(Arc::new(LoadTable::new(&after)), &after.plan);
    assert!(balance(&after.plan, &totals, MeasureId(0)).unwrap() <= 0.1 + 1e-9);
    assert!(why(asked(&project, Question::GrowTo(3), 0.0)).contains("3 territories already"));
}

#[test]
fn districts_are_divided_and_put_together() {
    let mut project = project();
    let mut plan = Plan::clone(&project.plan);
    let edit = Edit::set_levels(&plan, &[(None, "District".to_owned())]);
    apply(&mut plan, &edit, Locks::Pass).unwrap();
    let (edit, id) = Edit::add_group(&plan, "", Group { name: "All".into(), ..Group::default() });
    apply(&mut plan, &edit, Locks::Pass).unwrap();
    let edit = Edit::move_to_group(&plan, (1..=3).map(TerritoryId), Some(id));
    apply(&mut plan, &edit, Locks::Pass).unwrap();
    project.plan = Arc::new(plan);
    let (_, after) = asked(&project, Question::SplitGroup(id), 0.0).unwrap();
    let second = after.plan.hierarchy().find(0, "All 2").expect("there are two");
    assert_eq!(after.plan.territories_in(id).chain(after.plan.territories_in(second)).count(), 3);
    assert!(after.plan.territories_in(second).count() >= 1);
    let (_, again) = asked(&after, Question::MergeGroups { into: id, others: vec![second] }, 0.0).unwrap();
    assert_eq!(again.plan.territories_in(id).count(), 3);
    assert_eq!(again.plan.hierarchy().on_level(0).count(), 1);
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let project = project();
    assert!(why(asked(&project, Question::RepLeaves(RepId(3)), 0.0)).contains("Di has no territory"));
    let nowhere = Question::RepJoins { rep: None, name: "Eve".into(), home: LonLat::new(f64::NAN, 0.0) };
    assert!(why(asked(&project, nowhere, 0.0)).contains("Eve has no home"));
}

#[test]
fn the_same_question_has_the_same_answer() {
    let project = project();
    let once = || asked(&project, Question::RepLeaves(RepId(0)), 0.2).unwrap().0;
    assert_eq!(once(), once());
}
