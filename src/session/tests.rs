//! What is shown, and whether it is another than before.

use super::*;
use crate::domain::fixture;

fn session(picture: &str) -> Session {
    let project = fixture::project(picture);
    let indices = Indices::new(&project);
    Session::new(project, History::default(), indices, 0)
}

#[test]
fn a_preview_of_other_units_is_another_plan_though_it_has_as_many_and_ends_alike() {
    let mut session = session("AAABBB\nAAABBB\n");
    let to = TerritoryId(2);
    let mut seen = vec![session.shown()];
    for units in [[0, 1, 8], [0, 2, 8], [1, 2, 8], [0, 1, 8]] {
        session.show_preview(units.map(UnitId).to_vec(), to);
        let shown = session.shown();
        assert!(!seen.contains(&shown), "{units:?}");
        assert_eq!(shown, session.shown(), "nothing changed since");
        seen.push(shown);
    }
    session.show_preview(Vec::new(), to);
    assert_eq!(session.shown(), seen[0]);
}

#[test]
fn no_two_projects_have_the_same_data_generation() {
    let (mut first, second) = (session("AB"), session("AB"));
    let before = first.data_generation;
    assert_ne!(before, second.data_generation);
    let project = first.project.clone();
    let indices = Indices::new(&project);
    first.replace_data(project, indices, History::default());
    assert!(first.data_generation != before && first.data_generation != second.data_generation);
}
