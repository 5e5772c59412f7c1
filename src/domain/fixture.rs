//! Tiny layers and projects for tests, those of the whole program too, drawn as text. A row of text is a row of cells, north first; a
//! cell is a tenth of a degree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::accounts::{Accounts, Placement};
use super::columns::{Measure, Subject};
use super::ids::{TerritoryId, UnitId};
use super::plan::{Plan, PlanParts, Territory};
use super::polygon::{Polygon, Shape};
use super::progress::Progress;
use super::project::Project;
use super::sphere::LonLat;
use super::topology::{Topology, build};
use super::units::Units;

/// One unit per letter, in alphabetical order: its cells as one shape. Dots are gaps. Edges have vertices at both ends only where
/// the outline turns, so neighbours of different sizes meet in T-junctions.
pub fn layer(text: &str) -> Vec<Shape> {
    let grid = cells(text);
    let (cells, _) =
        build(&grid.iter().map(|&(_, column, row)| square(column, row)).collect::<Vec<_>>(), &Progress::new())
            .unwrap_or_default();
    let letters: BTreeSet<char> = grid.iter().map(|cell| cell.0).collect();
    letters.iter().map(|&letter| straight(cells.outline(|unit| grid[unit.index()].0 == letter))).collect()
}

/// The topology of [`layer`].
pub fn topology(text: &str) -> Topology {
    build(&layer(text), &Progress::new()).unwrap_or_default().0
}

/// One unit per cell that is no dot, row by row, codes "0", "1", …; letters are territories in alphabetical order from id 1, and a
/// hyphen is an unassigned unit. Every unit has 1 of the measure "load", which is the goal.
pub fn project(text: &str) -> Project {
    let grid = cells(text);
    let shapes: Vec<Shape> = grid.iter().map(|&(_, column, row)| square(column, row)).collect();
    let (topology, _) = build(&shapes, &Progress::new()).unwrap_or_default();
    let codes: Vec<String> = (0..grid.len()).map(|unit| unit.to_string()).collect();
    let units = Units::new("cell", codes.clone(), codes, topology).unwrap_or_default();
    let load = Measure::sum("load", "", Subject::Units, vec![1.0; grid.len()]);
    let plan = plan(text);
    Project { units: Arc::new(units), measures: Arc::new(vec![load]), plan: Arc::new(plan), ..Project::default() }
}

/// [`project`] with an account in the middle of every unit, "a0", "a1", …, each worth its number of the measure "revenue".
pub fn project_with_accounts(text: &str) -> Project {
    let mut project = project(text);
    let count = project.units.len();
    let accounts = Accounts {
        codes: (0..count).map(|index| format!("a{index}")).collect(),
        names: vec![String::new(); count],
        places: project.units.centres.clone(),
        placements: vec![Placement::Coordinates; count],
        precisions_km: vec![0.0; count],
        units: project.units.ids().map(Some).collect(),
        ..Accounts::default()
    };
    project.accounts = Arc::new(accounts);
    let revenue = Measure::sum("revenue", "$", Subject::Accounts, (0..count).map(|index| index as f64).collect());
    Arc::make_mut(&mut project.measures).push(revenue);
    project
}

/// The plan of [`project`].
pub fn plan(text: &str) -> Plan {
    let grid = cells(text);
    let letters: BTreeSet<char> = grid.iter().map(|cell| cell.0).filter(|&letter| letter != '-').collect();
    let ids: BTreeMap<char, TerritoryId> = letters.iter().copied().zip((1..).map(TerritoryId)).collect();
    let assignment = grid.iter().map(|cell| ids.get(&cell.0).copied().unwrap_or_default()).collect();
    let named = |letter: char| Territory { name: letter.to_string(), ..Territory::default() };
    let territories = ids.iter().map(|(&letter, &id)| (id, named(letter))).collect();
    Plan::from_parts(PlanParts { name: "test".into(), assignment, territories, ..PlanParts::default() })
        .unwrap_or_default()
}

/// The units in which two pictures of the same shape differ from each other.
pub fn differing(before: &Plan, after: &Plan) -> Vec<UnitId> {
    let pairs = before.assignment().iter().zip(after.assignment()).enumerate();
    pairs.filter(|(_, (a, b))| a != b).map(|(unit, _)| UnitId::from_index(unit)).collect()
}

/// A square of the grid; rows count southwards.
pub fn square(column: usize, row: usize) -> Shape {
    let corner = |dx: usize, dy: usize| {
        LonLat::new(-90.0 + (column + dx) as f64 * 0.1, 40.0 - (row + 1) as f64 * 0.1 + dy as f64 * 0.1)
    };
    let outer = vec![corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
    Shape { polygons: vec![Polygon { outer, holes: vec![] }] }
}

/// Letter, column and row of every cell that is no gap.
fn cells(text: &str) -> Vec<(char, usize, usize)> {
    let rows = text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    rows.flat_map(|(row, line)| line.chars().enumerate().map(move |(column, letter)| (letter, column, row)))
        .filter(|cell| cell.0 != '.')
        .collect()
}

/// Without vertices on straight edges.
fn straight(mut shape: Shape) -> Shape {
    for polygon in &mut shape.polygons {
        for ring in std::iter::once(&mut polygon.outer).chain(&mut polygon.holes) {
            let old = ring.clone();
            let at = |i: usize| old[i % old.len()];
            let bends = |i: usize| {
                let (a, b, c) = (at(i + old.len() - 1), at(i), at(i + 1));
                ((b.lon - a.lon) * (c.lat - b.lat) - (b.lat - a.lat) * (c.lon - b.lon)).abs() > 1e-9
            };
            *ring = (0..old.len()).filter(|&i| bends(i)).map(at).collect();
        }
    }
    shape
}
