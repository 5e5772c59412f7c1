//! Why units change their territory, as a table and as JSON, and which rules cannot hold together, as lines.

use std::path::Path;

use serde::Serialize;

use super::Result;
use crate::io::export::{MoveTable, write_moves};
use crate::solve::{BalanceChange, Conflict, ConflictWords, MeasureGoal, Move};
use crate::work::build::Building;
use crate::work::explain::Moved;

/// A unit that moved, as JSON. Changes are those from the plan with this unit put back to the plan as it is.
#[derive(Debug, Serialize)]
pub struct Explained {
    unit: String,
    name: String,
    from: String,
    to: Option<String>,
    worth_km: Option<f64>,
    mean_travel_change_km: Option<f64>,
    border_change_km: Option<f64>,
    share_moved: Option<f64>,
    measures: Vec<Change>,
    rule: Option<&'static str>,
    why: String,
}

/// Deviations from the target as shares, [with the unit put back, as it is].
#[derive(Debug, Serialize)]
struct Change {
    measure: String,
    worst: [f64; 2],
    from: [f64; 2],
    to: [f64; 2],
}

pub fn explained(building: &Building, moves: &[Moved]) -> Vec<Explained> {
    let explain = |moved: &Moved| {
        let effect = moved.effect.as_ref();
        let [unit, name, from, to] = called(building, moved);
        let change = |(goal, change): (&MeasureGoal, &BalanceChange)| Change {
            measure: goal.name.clone(),
            worst: change.worst,
            from: change.from,
            to: change.to,
        };
        let changes = effect.into_iter().flat_map(|effect| building.goals.iter().zip(&effect.balance).map(change));
        Explained {
            unit,
            name,
            from,
            to: Some(to).filter(|name| !name.is_empty()),
            worth_km: effect.map(|effect| effect.better_by_km),
            mean_travel_change_km: effect.map(|effect| effect.travel_km),
            border_change_km: effect.map(|effect| effect.border_km),
            share_moved: effect.map(|effect| effect.disruption),
            measures: changes.collect(),
            rule: effect.and_then(|effect| effect.binding).map(|binding| binding.word()),
            why: moved.why.clone(),
        }
    };
    moves.iter().map(explain).collect()
}

/// Writes one row per unit that moved. Deviations are percentages, as in the other tables.
pub fn write(building: &Building, moves: &[Moved], path: &Path) -> Result<()> {
    let number = |of: &dyn Fn(&Move) -> f64| -> Vec<f64> {
        moves.iter().map(|moved| moved.effect.as_ref().map_or(f64::NAN, of)).collect()
    };
    let mut numbers = vec![
        ("worth_km".to_owned(), number(&|effect| effect.better_by_km)),
        ("mean_travel_change_km".to_owned(), number(&|effect| effect.travel_km)),
        ("border_change_km".to_owned(), number(&|effect| effect.border_km)),
        ("load_moved %".to_owned(), number(&|effect| 100.0 * effect.disruption)),
    ];
    type Side = fn(&BalanceChange) -> [f64; 2];
    let sides: [(&str, Side); 3] =
        [("worst", |change| change.worst), ("of from", |change| change.from), ("of to", |change| change.to)];
    for (measure, goal) in building.goals.iter().enumerate() {
        for (side, of) in sides {
            for (at, when) in ["before", "after"].into_iter().enumerate() {
                let deviation =
                    |effect: &Move| effect.balance.get(measure).map_or(f64::NAN, |change| 100.0 * of(change)[at]);
                numbers.push((format!("{} deviation {side} {when} %", goal.name), number(&deviation)));
            }
        }
    }
    let rule = |moved: &Moved| {
        moved.effect.as_ref().and_then(|effect| effect.binding).map_or("", |binding| binding.word()).to_owned()
    };
    let mut table = MoveTable {
        numbers,
        rules: moves.iter().map(rule).collect(),
        why: moves.iter().map(|moved| moved.why.clone()).collect(),
        ..MoveTable::default()
    };
    for [code, name, from, to] in moves.iter().map(|moved| called(building, moved)) {
        table.codes.push(code);
        table.names.push(name);
        table.from.push(from);
        table.to.push(to);
    }
    write_moves(table, path).map(drop)
}

/// Which rules cannot hold together, or that it is not known.
pub fn conflict_lines(found: Option<&ConflictWords>) -> Vec<String> {
    found.map_or_else(|| vec![Conflict::none_found().to_owned()], ConflictWords::lines)
}

/// Code and name of a unit, and the territories it goes from and to; the last is empty for none.
fn called(building: &Building, moved: &Moved) -> [String; 4] {
    let (before, after) = (&building.reasons.before().plan, &building.change.project);
    let to = if moved.to.is_unassigned() { "" } else { after.plan.territory_name(moved.to) };
    let units = &after.units;
    let (code, name) = (&units.codes[moved.unit.index()], &units.names[moved.unit.index()]);
    [code, name, before.territory_name(moved.from), to].map(str::to_owned)
}
