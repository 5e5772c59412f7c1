use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::edit::{Locks, apply};
use crate::domain::fixture;
use crate::domain::metrics::LoadTable;
use crate::domain::plan::{Adjacency, Territory};
use crate::domain::progress::Progress;

fn totals(project: &Project) -> Totals {
    Totals::count(Arc::new(LoadTable::new(project)), &project.plan)
}

fn goal(project: &Project) -> Option<Goal> {
    Some(Goal { tolerance: 0.2, ..project.main_goal().expect("there is a measure") })
}

fn with_board<T>(project: &Project, run: impl FnOnce(&Board) -> T) -> T {
    let totals = totals(project);
    run(&Board::new(project, &totals, goal(project)))
}

/// A project with this edit made.
fn after(project: &Project, edit: &Edit) -> Project {
    let mut project = project.clone();
    apply(Arc::make_mut(&mut project.plan), edit, Locks::Obey)
        .unwrap_or_else(|error| panic!("{}: {error}", edit.label));
    project
}

fn picture(project: &Project, width: usize) -> String {
    let plan = &project.plan;
    let letter = |id: &TerritoryId| plan.territory(*id).and_then(|territory| territory.name.chars().next());
    let letters: Vec<char> = plan.assignment().iter().map(|id| letter(id).unwrap_or('-')).collect();
    letters.chunks(width).map(|row| row.iter().collect::<String>()).collect::<Vec<_>>().join("/")
}

fn done(answer: Answer) -> Done {
    answer.expect("it can be done")
}

fn said(answer: Answer) -> String {
    match answer {
        Err(Refused::Because(why)) => why,
        other => panic!("{other:?}"),
    }
}

const A: TerritoryId = TerritoryId(1);
const B: TerritoryId = TerritoryId(2);
const C: TerritoryId = TerritoryId(3);

fn lock(project: &Project, unit: u32) -> Project {
    after(
        project,
        &Edit { changes: vec![Change::LockUnit { unit: UnitId(unit), old: false, new: true }], ..Edit::default() },
    )
}

fn lock_territory(project: &Project, id: TerritoryId) -> Project {
    after(project, &Edit::alter(&project.plan, id, "", |territory| territory.locked = true))
}

#[test]
fn a_territory_splits_into_equal_whole_parts() {
    let project = fixture::project("AAAAAABB\nAAAAAABB\nAAAAAABB\nAAAAAABB");
    let done = done(with_board(&project, |board| split(board, A, 3, &Progress::new())));
    assert_eq!(done.edit.label, "Split A into 3 territories");
    let split = after(&project, &done.edit);
    let counts: Vec<usize> = split.plan.territories().map(|(id, _)| split.plan.units_of(id).count()).collect();
    assert_eq!(counts, [8, 8, 8, 8]);
    let names: Vec<&str> = split.plan.territories().map(|(_, territory)| territory.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "A 2", "A 3"]);
    let neighbours = Neighbours::of_plan(&split.units.topology, &split.plan);
    assert!(neighbours.cut_off(&split.plan).is_empty());
    assert_eq!(split.plan.units_of(B).collect::<Vec<_>>(), project.plan.units_of(B).collect::<Vec<_>>());

    assert!(said(with_board(&project, |board| split_of(board, B, 9))).contains("too few"));
    let locked = lock_territory(&project, A);
    assert!(said(with_board(&locked, |board| split_of(board, A, 2))).contains("locked"));
}

fn split_of(board: &Board, id: TerritoryId, parts: usize) -> Answer {
    split(board, id, parts, &Progress::new())
}

#[test]
fn a_split_leaves_what_is_unassigned_and_keeps_locked_units() {
    let project = lock(&fixture::project("AAAA-\nAAAA-\nAAAAB"), 0);
    let done = done(with_board(&project, |board| split_of(board, A, 2)));
    let split = after(&project, &done.edit);
    assert_eq!(split.plan.territory_of(UnitId(0)), A);
    assert_eq!(split.plan.units_of(TerritoryId::UNASSIGNED).count(), 2);
    assert_eq!(split.plan.units_of(A).count(), 6);
}

#[test]
fn merging_empties_and_removes_the_others() {
    let mut project = fixture::project("AABBC\nAABBC");
    let measure = project.find_measure("load").expect("there is a measure");
    let edit = Edit::alter(&project.plan, B, "", |territory| {
        territory.targets.insert(measure, 7.0);
    });
    project = after(&project, &edit);
    let done = done(with_board(&project, |board| merge(board, A, [B])));
    assert_eq!(done.edit.label, "Merged B into A");
    let merged = after(&project, &done.edit);
    assert_eq!(picture(&merged, 5), "AAAAC/AAAAC");
    assert!(merged.plan.territory(B).is_none());
    let target = merged.plan.territory(A).and_then(|territory| territory.targets.get(&measure).copied());
    assert_eq!(target, Some(7.0 + 10.0 / 3.0), "B's own and A's equal share");

    let locked = lock(&project, 2);
    let done = self::done(with_board(&locked, |board| merge(board, A, [B, C])));
    assert_eq!(picture(&after(&locked, &done.edit), 5), "AABAA/AAAAA");
    assert_eq!(done.notes, ["Left out cell 2: locked", "B stays with what is locked in it"]);
    assert!(said(with_board(&lock_territory(&project, C), |board| merge(board, A, [B, C]))).contains("C is locked"));
    assert!(said(with_board(&project, |board| merge(board, A, [A]))).contains("Select"));
}

#[test]
fn a_dissolved_territory_goes_to_its_neighbours_evenly() {
    let project = fixture::project("AABBBBCC\nAABBBBCC");
    let done = done(with_board(&project, |board| dissolve(board, B)));
    assert_eq!(done.edit.label, "Dissolved B into 2 neighbours");
    let dissolved = after(&project, &done.edit);
    assert_eq!(picture(&dissolved, 8), "AAAACCCC/AAAACCCC");
    assert!(dissolved.plan.territory(B).is_none());
    let locked = lock_territory(&project, A);
    let done = self::done(with_board(&locked, |board| dissolve(board, B)));
    assert_eq!(picture(&after(&locked, &done.edit), 8), "AACCCCCC/AACCCCCC");
    let held = lock(&project, 3);
    let done = self::done(with_board(&held, |board| dissolve(board, B)));
    assert!(after(&held, &done.edit).plan.territory(B).is_some());
    assert_eq!(done.notes, ["Left out cell 3: locked", "B stays with what could not go"]);
    let alone = fixture::project("A.B");
    let barred = after(&alone, &Edit::set_adjacency(&alone.plan, UnitId(0), UnitId(1), Some(Adjacency::Barrier)));
    assert!(said(with_board(&barred, |board| dissolve(board, A))).contains("no neighbour"));
}

#[test]
fn holes_are_filled_and_enclaves_absorbed_but_not_what_lies_at_the_edge() {
    let project = fixture::project("AAAAA-\nA-ABA-\nAAAAAB\n--BBBB");
    let done = done(with_board(&project, |board| fill_holes(board, Some(A))));
    assert_eq!(done.edit.label, "Filled a hole of A");
    assert_eq!(picture(&after(&project, &done.edit), 6), "AAAAA-/AAABA-/AAAAAB/--BBBB");
    let done = self::done(with_board(&project, |board| absorb_enclaves(board, A)));
    assert_eq!(picture(&after(&project, &done.edit), 6), "AAAAA-/A-AAA-/AAAAAB/--BBBB");
    assert!(said(with_board(&project, |board| fill_holes(board, Some(B)))).contains("no holes"));
    let locked = lock(&project, 7);
    assert_eq!(said(with_board(&locked, |board| fill_holes(board, None))), "Left out cell 7: locked");
    let in_two = fixture::project("AAAAA\nABABA\nAAAAA");
    assert!(said(with_board(&in_two, |board| absorb_enclaves(board, A))).contains("lies inside as a whole"));
    let whole = fixture::project("AAA\nABA\nAAA");
    assert!(said(with_board(&whole, |board| absorb_enclaves(board, A))).contains("lies inside as a whole"));
}

#[test]
fn two_units_change_places() {
    let project = fixture::project("AAB\nABB");
    let done = done(with_board(&project, |board| swap(board, UnitId(1), UnitId(4))));
    assert_eq!(done.edit.label, "Swapped 1 and 4");
    assert_eq!(picture(&after(&project, &done.edit), 3), "ABB/AAB");
    let same = said(with_board(&project, |board| swap(board, UnitId(0), UnitId(1))));
    assert!(same.contains("different territories"));
    let done = self::done(with_board(&project, |board| swap(board, UnitId(0), UnitId(5))));
    assert!(done.notes.iter().any(|note| note.contains("pieces")), "{:?}", done.notes);
    assert!(said(with_board(&lock(&project, 1), |board| swap(board, UnitId(1), UnitId(4)))).contains("locked"));
}

#[test]
fn a_ragged_border_becomes_straight_within_the_tolerance() {
    let project = fixture::project("AAABBB\nAAAABB\nAABBBB\nAAABBB");
    let done = done(with_board(&project, |board| smooth(board, A)));
    let smooth = after(&project, &done.edit);
    assert_eq!(picture(&smooth, 6), "AAABBB/AAABBB/AAABBB/AAABBB");
    let straight = said(with_board(&smooth, |board| super::smooth(board, A)));
    assert!(straight.contains("No unit along the border"), "{straight}");
    // What is full already takes no more.
    let project = fixture::project("AAABBB\nAAAABB\nAAABBB\nAABBBB");
    let totals = totals(&project);
    let tight = Goal { tolerance: 0.01, ..goal(&project).expect("there is a measure") };
    let answer = super::smooth(&Board::new(&project, &totals, Some(tight)), A);
    assert!(said(answer).contains("balance"));
}

#[test]
fn a_cut_off_piece_joins_the_neighbour_it_touches_most() {
    let project = fixture::project("AABBBA\nAABBCC\nAABBCC");
    let done = done(with_board(&project, |board| repair(board, Some(A))));
    // Its border with B is a cell's height, that with C a cell's width, which is shorter up there.
    assert_eq!(picture(&after(&project, &done.edit), 6), "AABBBB/AABBCC/AABBCC");
    assert_eq!(done.edit.label, "Joined 1 cell that was cut off to B");
    assert!(said(with_board(&project, |board| repair(board, Some(B)))).contains("hangs together"));
    assert!(said(with_board(&lock(&project, 5), |board| repair(board, None))).contains("locked"));
    // Not to another piece that is cut off itself.
    let project = fixture::project("AABBBA\nAABBBC\nAABBBC");
    let done = self::done(with_board(&project, |board| repair(board, None)));
    assert_eq!(picture(&after(&project, &done.edit), 6), "AABBBB/AABBBC/AABBBC");
}

#[test]
fn neighbours_get_colours_that_differ() {
    let project = fixture::project("AABB\nCCDD");
    let done = done(with_board(&project, recolour));
    let coloured = after(&project, &done.edit);
    let colours: Vec<[u8; 3]> = coloured.plan.territories().map(|(_, territory)| territory.colour).collect();
    assert!(colours[0] != colours[1] && colours[0] != colours[2] && colours[1] != colours[3]);
    assert!(said(with_board(&coloured, recolour)).contains("already"));
}

/// Every command on a random plan with random locks: what must hold of all of them.
fn check_all(
    letters: &[u8],
    locks: &[u32],
    locked_territory: u16,
    said: &[(u32, u32, bool)],
) -> Result<(), TestCaseError> {
    let text: String = letters.chunks(6).map(|row| String::from_utf8_lossy(row).into_owned() + "\n").collect();
    let mut project = fixture::project(&text);
    for &unit in locks {
        let old = project.plan.locked_units().contains(&UnitId(unit));
        let change = Change::LockUnit { unit: UnitId(unit), old, new: true };
        project = after(&project, &Edit { changes: vec![change], ..Edit::default() });
    }
    for &(a, b, bridge) in said {
        let what = if bridge { Adjacency::Bridge } else { Adjacency::Barrier };
        let edit = Edit::set_adjacency(&project.plan, UnitId(a), UnitId(b), Some(what));
        if !edit.is_empty() {
            project = after(&project, &edit);
        }
    }
    if project.plan.territory(TerritoryId(locked_territory)).is_some() {
        project = lock_territory(&project, TerritoryId(locked_territory));
    }
    let ids: Vec<TerritoryId> = project.plan.territories().map(|(id, _)| id).collect();
    let Some(&first) = ids.first() else { return Ok(()) };
    type Command = fn(&Board, TerritoryId) -> Answer;
    let commands: [(&str, Command); 7] = [
        ("split", |board, id| split(board, id, 2, &Progress::new())),
        ("dissolve", dissolve),
        ("absorb", absorb_enclaves),
        ("fill", |board, _| fill_holes(board, None)),
        ("smooth", smooth),
        ("repair", |board, _| repair(board, None)),
        ("merge", |board, id| {
            merge(board, id, board.plan().territories().map(|(id, _)| id).take(2).collect::<Vec<_>>())
        }),
    ];
    for (name, command) in commands {
        let answer = with_board(&project, |board| command(board, first));
        prop_assert_eq!(&with_board(&project, |board| command(board, first)), &answer, "{} twice", name);
        let done = match answer {
            Ok(done) => done,
            Err(Refused::Because(why)) => {
                prop_assert!(!why.is_empty());
                continue;
            }
            Err(Refused::Cancelled) => unreachable!("nobody cancelled"),
        };
        prop_assert!(!done.edit.is_empty() && !done.edit.label.is_empty());
        let mut plan = (*project.plan).clone();
        // Obeying locks: an edit that touches what is locked is refused.
        let made = apply(&mut plan, &done.edit, Locks::Obey);
        prop_assert!(made.is_ok(), "{}: {:?}", name, made);
        for (unit, owner) in plan.assignment().iter().enumerate() {
            prop_assert!(owner.is_unassigned() || plan.territory(*owner).is_some());
            let before = project.plan.territory_of(UnitId::from_index(unit));
            prop_assert!(*owner == before || !project.plan.is_locked(UnitId::from_index(unit)));
        }
        let pieces = |plan: &Plan| {
            let neighbours = Neighbours::of_plan(&project.units.topology, plan);
            neighbours.components(plan.assignment(), plan.territory_slots())
        };
        let (before, now) = (pieces(&project.plan), pieces(&plan));
        // Merging puts apart what was apart already; what is split was perhaps apart, and locked units may lie anywhere.
        if !matches!(name, "merge" | "split" | "dissolve") {
            for (id, _) in plan.territories() {
                prop_assert!(now[id.index()] <= before[id.index()].max(1), "{}: {} {:?} {:?}", name, id.0, before, now);
            }
        }
        if name == "dissolve" {
            for (id, _) in plan.territories().filter(|&(id, _)| id != first) {
                prop_assert!(now[id.index()] <= before[id.index()].max(1), "dissolve: {} {:?} {:?}", id.0, before, now);
            }
        }
        apply(&mut plan, &done.edit.inverse(), Locks::Pass).expect("it can be taken back");
        prop_assert_eq!(&plan, &*project.plan, "{} undone", name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn commands_keep_the_plan_a_partition_obey_locks_and_can_be_taken_back(
        letters in proptest::collection::vec(prop_oneof![4 => Just(b'A'), 4 => Just(b'B'), 2 => Just(b'C'), 1 => Just(b'-')], 36),
        locks in proptest::collection::vec(0u32..36, 0..3),
        locked_territory in 0u16..6,
        said in proptest::collection::vec((0u32..36, 0u32..36, any::<bool>()), 0..4),
    ) {
        check_all(&letters, &locks, locked_territory, &said)?;
    }
}

#[test]
fn a_territory_in_a_locked_group_is_locked() {
    let project = fixture::project("AABB\nAABB");
    let levels =
        Edit { changes: vec![Change::Levels { old: vec![], new: vec!["District".into()] }], ..Edit::default() };
    let project = after(&project, &levels);
    let group = crate::domain::hierarchy::Group { name: "North".into(), locked: true, ..Default::default() };
    let (edit, id) = Edit::add_group(&project.plan, "", group);
    let project = after(&project, &edit);
    let mut unlocked = project.clone();
    let put = Change::Territory {
        id: A,
        old: project.plan.territory(A).cloned().map(Box::new),
        new: project.plan.territory(A).cloned().map(|t| Box::new(Territory { parent: Some(id), ..t })),
    };
    apply(Arc::make_mut(&mut unlocked.plan), &Edit { changes: vec![put], ..Edit::default() }, Locks::Pass)
        .expect("it fits");
    assert!(said(with_board(&unlocked, |board| dissolve(board, A))).contains("locked"));
    assert!(said(with_board(&unlocked, |board| dissolve(board, B))).contains("no neighbour"));
}
