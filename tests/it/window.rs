//! The window as a person uses it: mouse, keyboard and dialogs, in front of small plans drawn as text and of the sample.

mod build;
mod colours;
mod columns;
mod commands;
mod cutting;
mod doubles;
mod drawing;
mod drawn;
mod exporting;
mod files;
mod importing;
mod keys;
mod layers;
mod leaving;
mod levels;
mod live;
mod opening;
mod placing;
mod placing_online;
mod refreshing;
mod scenarios;
mod segments;
mod selecting;
mod tables;
mod territories;
mod together;
mod what_if;
mod why;

use crate::harness::AppHarness;

/// Two territories of twelve units each, in four rows of six.
const HALVES: &str = "AAABBB\nAAABBB\nAAABBB\nAAABBB\n";

/// The codes of the selected units.
fn selected(app: &AppHarness) -> Vec<&str> {
    let session = app.session();
    session.selection.units.iter().map(|unit| session.project.units.codes[unit.index()].as_str()).collect()
}

/// How many steps can be undone.
fn steps(app: &AppHarness) -> usize {
    app.session().history.applied()
}
