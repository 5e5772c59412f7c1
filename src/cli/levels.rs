//! The figures of a level above territories: what its groups carry together.

use serde::Serialize;

use super::Result;
use super::metrics::LoadFigures;
use super::output::table;
use crate::domain::ids::{GroupId, MeasureId, TerritoryId};
use crate::domain::metrics::{Totals, deviation_of, target_of};
use crate::domain::project::{Goal, Project};
use crate::error::UserError;
use crate::words;

/// What the groups of a level carry. Territories in none of them are the last entry, without a name.
#[derive(Serialize)]
pub struct LevelFigures {
    level: String,
    groups: Vec<GroupFigures>,
}

#[derive(Serialize)]
struct GroupFigures {
    id: Option<u16>,
    name: Option<String>,
    /// The groups above it, from the lowest up.
    above: Vec<String>,
    rep: Option<String>,
    locked: bool,
    territories: Vec<String>,
    units: u64,
    accounts: u64,
    loads: Vec<LoadFigures>,
}

/// The level that is meant.
///
/// # Errors
/// There is none of that name or number.
pub fn find(project: &Project, level: &str) -> Result<usize> {
    let hierarchy = project.plan.hierarchy();
    hierarchy.find_level(level).ok_or_else(|| {
        let error = UserError::new(format!("There is no level \"{level}\""));
        match hierarchy.levels() {
            [] => error.because("the plan has no levels above territories"),
            levels => error.hint(format!("the levels are, from the lowest up: {}", levels.join(", "))),
        }
    })
}

/// The figures as JSON.
pub fn figures(project: &Project, totals: &Totals, level: usize) -> LevelFigures {
    let plan = &*project.plan;
    let hierarchy = plan.hierarchy();
    let mut groups: Vec<GroupFigures> = hierarchy
        .on_level(level)
        .map(|(id, _)| group_figures(project, totals, Some(id), &plan.territories_in(id).collect::<Vec<_>>()))
        .collect();
    let loose: Vec<TerritoryId> =
        plan.territories().map(|(id, _)| id).filter(|&id| plan.group_of(id, level).is_none()).collect();
    if !loose.is_empty() {
        groups.push(group_figures(project, totals, None, &loose));
    }
    LevelFigures { level: hierarchy.levels().get(level).cloned().unwrap_or_default(), groups }
}

fn group_figures(project: &Project, totals: &Totals, id: Option<GroupId>, inside: &[TerritoryId]) -> GroupFigures {
    let plan = &*project.plan;
    let group = id.and_then(|id| plan.hierarchy().group(id));
    let ids = || inside.iter().copied();
    let above = plan.hierarchy().upwards(group.and_then(|group| group.parent));
    let rep = group.and_then(|group| project.reps.get(group.rep?.index()));
    let measures = project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed());
    GroupFigures {
        id: id.map(|id| id.0),
        name: group.map(|group| group.name.clone()),
        above: above.map(|(_, group)| group.name.clone()).collect(),
        rep: rep.map(|rep| rep.name.clone()),
        locked: plan.hierarchy().is_locked(id),
        territories: ids().map(|id| plan.territory_name(id).to_owned()).collect(),
        units: ids().map(|id| u64::from(totals.unit_count(id))).sum(),
        accounts: ids().map(|id| u64::from(totals.account_count(id))).sum(),
        loads: measures
            .map(|(index, measure)| {
                let id = MeasureId::from_index(index);
                LoadFigures {
                    measure: measure.name.clone(),
                    load: totals.load_of(id, ids()),
                    target: target_of(plan, totals, id, ids()),
                    deviation: deviation_of(plan, totals, id, ids()),
                }
            })
            .collect(),
    }
}

/// The figures as a table: what is balanced.
pub fn text(project: &Project, goals: &[Goal], figures: &LevelFigures) -> String {
    let mut header: Vec<String> =
        [figures.level.as_str(), "In", "Territories", "Units", "Accounts"].map(str::to_owned).to_vec();
    for goal in goals {
        header.push(project.measure(goal.measure).map_or_else(String::new, |measure| measure.name.clone()));
        header.push("off target".to_owned());
    }
    let rows: Vec<Vec<String>> = figures
        .groups
        .iter()
        .map(|group| {
            let mut row = vec![
                group.name.clone().unwrap_or_else(|| format!("(in no {})", words::inside(&figures.level))),
                if group.above.is_empty() { "–".to_owned() } else { group.above.join(", ") },
                words::count(group.territories.len() as i128),
                words::count(group.units),
                words::count(group.accounts),
            ];
            for goal in goals {
                let measure = project.measure(goal.measure);
                let load = measure.and_then(|measure| group.loads.iter().find(|load| load.measure == measure.name));
                row.push(measure.zip(load).map_or("–".to_owned(), |(measure, load)| words::figure(measure, load.load)));
                row.push(load.and_then(|load| load.deviation).map_or("–".to_owned(), words::signed_percent));
            }
            row
        })
        .collect();
    if rows.is_empty() { format!("The level {} is empty\n", figures.level) } else { table(&header, &rows) }
}
