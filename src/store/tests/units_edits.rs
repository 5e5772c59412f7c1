//! Edits that replace units: cuts along what is drawn, newer vintages of the boundaries, and units of another kind.

use super::fixture::grid;
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::cutting::{Drawn, Smallest};
use crate::domain::edit::Edit;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::domain::units::Units;
use crate::work::boundaries::{Same, update};
use crate::work::cut::{CutOrder, SplitBy, cut};

/// More units are not cut any further, so that a long script does not slow down.
const MOST_UNITS: usize = 60;

/// Without changes where the draw has nothing to cut.
pub fn units_edit(project: &Project, random: &mut Random) -> Edit {
    if project.units.len() < MOST_UNITS && random.below(3) > 0 {
        cut(project, &any_order(project, random), &Progress::default()).map(|done| done.edit).unwrap_or_default()
    } else {
        newer(project, random)
    }
}

/// A line or a boundary somewhere over the grid, mostly to be given to nobody.
fn any_order(project: &Project, random: &mut Random) -> CutOrder {
    let mut place = || LonLat::new(-90.1 + random.unit() * 0.7, 29.9 + random.unit() * 0.6);
    let line: Vec<LonLat> = (0..3).map(|_| place()).collect();
    let closed = random.below(3) == 0;
    let territories: Vec<_> = project.plan.territories().map(|(id, _)| id).collect();
    let to = (closed && !territories.is_empty()).then(|| territories[random.below(territories.len())]);
    CutOrder {
        drawn: Drawn { lines: vec![line], closed },
        to: to.filter(|_| random.below(2) == 0),
        only: None,
        smallest: Smallest::default(),
        split_by: if random.below(2) == 0 { SplitBy::Accounts } else { SplitBy::Area },
    }
}

/// Other units in place of those that are there: codes come and go, shapes are others, accounts come to lie elsewhere.
fn newer(project: &Project, random: &mut Random) -> Edit {
    let mut units: Units = grid(5, 3 + random.below(3), 1 + random.below(3));
    let draw = random.below(100_000);
    for (nth, code) in units.codes.iter_mut().enumerate().filter(|(nth, _)| (nth + draw).is_multiple_of(4)) {
        *code = format!("N{draw}-{nth}");
    }
    let words: Vec<String> = (0..units.len()).map(|nth| format!("State {}", (nth + draw) % 3)).collect();
    units.attributes.push(TextColumn::new("State", &words));
    let values = (0..units.len()).map(|nth| (nth * draw) as f64 / 7.0).collect();
    let measures = [Measure::sum("Households", "", Subject::Units, values)];
    let same = if random.below(4) == 0 { Same::Nothing } else { Same::ByCode };
    if same == Same::Nothing {
        units.kind = ["ZIP area", "county", "région"][random.below(3)].into();
    }
    let newer = update(project, (&units, &measures), "newer.geojson", same, &Progress::default(), &mut Vec::new());
    newer.map(|newer| newer.edit).unwrap_or_default()
}
