//! The project that is measured: real areas, invented accounts, territories with three levels above them.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::Result;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject};
use crate::domain::cut::cut_by_grid;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::hierarchy::Group;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::polygon::Shape;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::layers::{LayerMapping, build_units, read_layer};

/// Of the reference project; twice the size has twice of each.
pub const UNITS: usize = 33_000;
pub const ACCOUNTS: usize = 100_000;
pub const TERRITORIES: usize = 300;
pub const MEASURES: usize = 30;
/// How many of what is below a group of each level holds.
const LEVELS: [(&str, usize); 3] = [("District", 10), ("Region", 6), ("Area", 3)];

/// Reads a layer as an import does.
pub fn layer(path: &Path, progress: &Progress) -> Result<Units> {
    let layer = read_layer(path, progress)?.value;
    let mapping = LayerMapping::guess(&layer);
    Ok(build_units(&layer, &mapping, progress)?.value.0)
}

/// The counties of a file cut finer along a grid, until there are about so many pieces.
pub fn cut_finer(counties: &Units, wanted: usize, progress: &Progress) -> Result<Units> {
    let shapes: Vec<Shape> = counties.ids().map(|unit| counties.topology.shape(unit)).collect();
    let cut = |step: f64| -> Vec<Vec<Shape>> { shapes.par_iter().map(|shape| cut_by_grid(shape, step)).collect() };
    // Every piece takes about a cell, and every border that a cell crosses one more.
    let mut step = 0.3;
    let mut pieces = cut(step);
    for _ in 0..4 {
        let count: usize = pieces.iter().map(Vec::len).sum();
        let share = (count as f64 / wanted as f64).sqrt();
        if (0.97..1.03).contains(&share) {
            break;
        }
        step *= share;
        pieces = cut(step);
    }
    let shapes: Vec<Shape> = pieces.into_iter().flatten().collect();
    let failed = |why: String| UserError::new("Could not cut the counties finer").because(why);
    let (topology, _) = topology::build(&shapes, progress).map_err(|error| failed(error.to_string()))?;
    let codes: Vec<String> = (0..shapes.len()).map(|unit| format!("{unit:06}")).collect();
    Units::new("cell", codes.clone(), codes, topology).map_err(failed)
}

/// Accounts, measures and territories of a size, on these units.
pub fn project(units: Units, scale: usize, accounts: Option<usize>) -> Result<Project> {
    let mut random = Random::new(1);
    let count = accounts.unwrap_or(ACCOUNTS * scale);
    let mut accounts = Accounts::default();
    for index in 0..count {
        let unit = UnitId::from_index(random.below(units.len()));
        accounts.codes.push(format!("{index:07}"));
        accounts.names.push(format!("Account {index}"));
        accounts.places.push(units.centres[unit.index()]);
        accounts.placements.push(Placement::Coordinates);
        accounts.units.push(Some(unit));
    }
    let values = |random: &mut Random| (0..count).map(|_| random.normal().exp() * 1000.0).collect();
    let measures: Vec<Measure> = (0..MEASURES)
        .map(|nth| Measure::sum(format!("Measure {}", nth + 1), "$", Subject::Accounts, values(&mut random)))
        .collect();
    let plan = plan(&units, TERRITORIES * scale)?;
    Ok(Project {
        name: "Drawing".to_owned(),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        plan: Arc::new(plan),
        ..Project::default()
    })
}

fn plan(units: &Units, territories: usize) -> Result<Plan> {
    let mut plan = Plan::empty("Drawing", units.len());
    let mut edit = Edit::new("Made");
    edit.changes.push(Change::Levels { old: vec![], new: LEVELS.map(|level| level.0.to_owned()).to_vec() });
    // From the highest level down, so that what is above is there already; ids go on from level to level.
    let mut counts = [0; LEVELS.len()];
    let mut below = territories;
    for (count, (_, holds)) in counts.iter_mut().zip(LEVELS) {
        below = below.div_ceil(holds);
        *count = below;
    }
    let first = |level: usize| 1 + counts[level + 1..].iter().sum::<usize>();
    for level in (0..LEVELS.len()).rev() {
        for nth in 0..counts[level] {
            let parent =
                (level + 1 < LEVELS.len()).then(|| GroupId::from_index(first(level + 1) + nth / LEVELS[level + 1].1));
            let name = format!("{} {}", LEVELS[level].0, nth + 1);
            let group = Group { name, level: level as u8, parent, ..Group::default() };
            let id = GroupId::from_index(first(level) + nth);
            edit.changes.push(Change::Group { id, old: None, new: Some(Box::new(group)) });
        }
    }
    for nth in 0..territories {
        let parent = Some(GroupId::from_index(first(0) + nth / LEVELS[0].1));
        let shade = |shift: usize| 60 + ((nth * 2_654_435_761) >> shift) as u8 % 160;
        let colour = [shade(0), shade(8), shade(16)];
        let territory = Territory { name: format!("Territory {}", nth + 1), colour, parent, ..Territory::default() };
        let id = TerritoryId::from_index(nth + 1);
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
    }
    let mut all: Vec<UnitId> = units.ids().collect();
    share_out(&units.centres, &mut all, 0, territories, &mut edit);
    let failed = |why| UserError::new("Could not make the plan to be measured").because(why);
    apply(&mut plan, &edit, Locks::Obey).map_err(failed)?;
    Ok(plan)
}

/// Halves of halves, so that the territories are compact and equal in units.
fn share_out(centres: &[LonLat], units: &mut [UnitId], first: usize, count: usize, edit: &mut Edit) {
    if count <= 1 {
        let new = TerritoryId::from_index(first + 1);
        edit.changes.extend(units.iter().map(|&unit| Change::Assign { unit, old: TerritoryId::UNASSIGNED, new }));
        return;
    }
    let span = |key: fn(&LonLat) -> f64| {
        let keys = units.iter().map(|unit| key(&centres[unit.index()]));
        keys.clone().fold(f64::MIN, f64::max) - keys.fold(f64::MAX, f64::min)
    };
    let key: fn(&LonLat) -> f64 =
        if span(|place| place.lon) > span(|place| place.lat) { |place| place.lon } else { |place| place.lat };
    units.sort_by(|a, b| key(&centres[a.index()]).total_cmp(&key(&centres[b.index()])).then(a.cmp(b)));
    let (left, right) = units.split_at_mut(units.len() * (count / 2) / count);
    share_out(centres, left, first, count / 2, edit);
    share_out(centres, right, first + count / 2, count - count / 2, edit);
}
