use std::collections::BTreeMap;
use std::sync::Arc;

use super::fixture::{grid, place, project};
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan};
use crate::domain::plans::PlanInfo;
use crate::store::{Existing, PlanId, Wanted, create, open};

#[test]
fn plans_have_their_own_territories_and_history() {
    let (_folder, path) = place();
    let project = project();
    let mut store = create(&path, &project, Existing::Refuse).unwrap();
    let mut baseline = (*project.plan).clone();
    let first = Edit::assign(&baseline, [UnitId(13)], TerritoryId(1));
    apply(&mut baseline, &first, Locks::Obey).unwrap();
    store.apply(&first);

    let mut what_if = baseline.clone();
    what_if.name = "What if".into();
    let id = store.create_plan(&Arc::new(what_if.clone()), PlanInfo { name: "What if".into(), ..PlanInfo::default() });
    let opened = store.switch_plan(id).unwrap();
    assert_eq!(opened.plan, what_if);
    assert_eq!((opened.history.steps().len(), opened.generation), (0, 0));
    let second = Edit::assign(&what_if, [UnitId(14), UnitId(15)], TerritoryId(1));
    apply(&mut what_if, &second, Locks::Obey).unwrap();
    store.apply(&second);

    let opened = store.switch_plan(PlanId::FIRST).unwrap();
    assert_eq!((opened.plan, opened.history.steps(), opened.generation), (baseline, &[first][..], 1));
    store.switch_plan(id).unwrap();
    store.rename_plan(PlanId::FIRST, "Today");
    drop(store);

    let (mut store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.plans.active, id);
    assert_eq!(*opened.project.plan, what_if);
    assert_eq!(opened.history.steps(), [second]);
    assert_eq!(opened.plans.all.iter().map(|plan| plan.name.as_str()).collect::<Vec<_>>(), ["Today", "What if"]);
    assert!(store.delete_plan(id, "What if").is_err());
    store.delete_plan(PlanId::FIRST, "Today").unwrap();
    assert_eq!(store.create_plan(&Arc::new(what_if.clone()), PlanInfo::default()), PlanId(3));
    store.flush().unwrap();
    assert!(store.switch_plan(PlanId::FIRST).is_err());
    assert_eq!(store.active_plan(), id);
}

#[test]
fn other_plans_keep_what_they_can_when_units_are_imported_anew() {
    let (_folder, path) = place();
    let old = project();
    let mut store = create(&path, &old, Existing::Refuse).unwrap();
    let what_if = store.create_plan(&old.plan, PlanInfo::default());
    // A larger grid: the same codes lie elsewhere in the list.
    let mut new = old.clone();
    let mut units = grid(6, 5, 1);
    units.codes.reverse();
    let topology = std::mem::take(&mut units.topology);
    new.units = Arc::new(units.with_topology(topology).unwrap());
    let mut measures = (*old.measures).clone();
    measures.remove(0);
    measures[0].values.truncate(60);
    measures[1].aggregate = crate::domain::columns::Aggregate::Sum;
    new.measures = Arc::new(measures);
    new.goals.clear();
    new.plan = Arc::new(Plan::empty("Baseline", new.units.len()));
    store.put_units(&new, "Imported 30 counties").unwrap();
    store.flush().unwrap();
    let plan = store.switch_plan(what_if).unwrap().plan;
    let owners = |plan: &Plan, codes: &[String]| -> BTreeMap<String, TerritoryId> {
        codes.iter().zip(plan.assignment()).map(|(code, &owner)| (code.clone(), owner)).collect()
    };
    let before = owners(&old.plan, &old.units.codes);
    for (code, owner) in owners(&plan, &new.units.codes) {
        assert_eq!(owner, before.get(&code).copied().unwrap_or_default(), "{code}");
    }
    assert_eq!(plan.overrides(), old.plan.overrides());
    assert_eq!(plan.locked_units().iter().map(|unit| &new.units.codes[unit.index()]).collect::<Vec<_>>(), ["00002"]);
    assert_eq!(plan.locked_accounts(), old.plan.locked_accounts());
    assert_eq!(plan.hierarchy(), old.plan.hierarchy());
    let pairs = plan.adjacency().iter().map(|(pair, &kind)| (pair.map(|unit| &*new.units.codes[unit.index()]), kind));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by_key(|entry| entry.0);
    assert_eq!(pairs, [(["00002", "00001"], Adjacency::Barrier), (["00007", "00000"], Adjacency::Bridge)]);
    // The target was on "Revenue", which was the second measure and is the first.
    assert_eq!(plan.territory(TerritoryId(1)).unwrap().targets, [(MeasureId(0), 1234.5)].into());
}
