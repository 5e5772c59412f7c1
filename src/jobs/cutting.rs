//! The jobs that work out what a cut would do, and take one back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::JobOutput;
use super::spec::{CutWish, Version};
use crate::domain::cutting::{Smallest, WhyWhole};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::render::geometry::triangles_of;
use crate::session::Indices;
use crate::session::data::NewData;
use crate::session::suggestion::{CutPreview, Suggestion};
use crate::work::cut::{self, CutDone, CutOrder, SplitBy};
use crate::work::territory::Refused;

/// Works out what the cut would do to the plan of this version. `only`: units of this territory alone.
pub fn suggest(
    project: &Project,
    wish: CutWish,
    only: Option<TerritoryId>,
    version: Version,
    progress: &Progress,
) -> JobOutput {
    let least = Smallest::default();
    let smallest = Smallest { width_km: wish.narrowest_km.max(least.width_km), ..least };
    let order = CutOrder { drawn: wish.drawn, to: wish.to, only, smallest, split_by: SplitBy::default() };
    let done = match cut::cut(project, &order, progress) {
        Ok(done) => done,
        Err(Refused::Cancelled) => return JobOutput::Cancelled,
        Err(Refused::Because(why)) => return JobOutput::Suggested { version, answer: Err(why) },
    };
    let answer = shown(project, &order, done).map(Box::new);
    if progress.is_cancelled() {
        return JobOutput::Cancelled;
    }
    JobOutput::Suggested { version, answer }
}

fn shown(project: &Project, order: &CutOrder, done: CutDone) -> Result<Suggestion, String> {
    let count = project.units.len();
    let indices = Indices::new(&done.project);
    let totals = Totals::count(Arc::clone(&indices.loads), &done.project.plan);
    // On the map the units are what they were; what lies inside is drawn upon them.
    let is_old = |change: &Change| matches!(change, Change::Assign { unit, .. } if unit.index() < count);
    let whole =
        Edit { label: String::new(), changes: done.edit.changes.iter().filter(|c| is_old(c)).cloned().collect() };
    let mut plan = Arc::clone(&project.plan);
    if !whole.is_empty() {
        apply(Arc::make_mut(&mut plan), &whole, Locks::Obey).map_err(|error| error.to_string())?;
    }
    let mut touched: BTreeSet<TerritoryId> = BTreeSet::new();
    for cut in done.report.cuts.iter().filter(|_| order.to.is_some()) {
        touched.extend(cut.pieces.iter().map(|piece| piece.territory));
    }
    for change in &whole.changes {
        if let Change::Assign { old, new, .. } = change {
            touched.extend([*old, *new]);
        }
    }
    touched.remove(&TerritoryId::UNASSIGNED);
    let is_piece = |unit: &&UnitId| unit.index() >= count;
    let shapes = done.inside.iter().filter(is_piece).map(|&unit| done.project.units.topology.shape(unit));
    let lines = order.drawn.lines.iter().map(|line| {
        let first = line.first().filter(|_| order.drawn.closed);
        line.iter().chain(first).copied().collect()
    });
    let details = done.edit.units_patch().map(|patch| patch.notes.clone()).unwrap_or_default();
    let preview = CutPreview {
        lines: lines.collect(),
        triangles: shapes.flat_map(|shape| triangles_of(&shape)).collect(),
        colour: order.to.and_then(|to| project.plan.territory(to)).map(|territory| territory.colour),
        select: if order.to.is_none() { done.inside.clone() } else { Vec::new() },
        details,
        data: NewData { project: done.project.clone(), indices },
    };
    Ok(Suggestion {
        order: None,
        facts: facts(project, &done),
        notes: notes(project, &done),
        edit: done.edit,
        plan,
        totals,
        touched: touched.into_iter().collect(),
        cut: Some(Box::new(preview)),
    })
}

/// In short: how many units, and how their figures are divided.
fn facts(project: &Project, done: &CutDone) -> Vec<String> {
    let report = &done.report;
    if report.cuts.is_empty() {
        return Vec::new();
    }
    let pieces: usize = report.cuts.iter().map(|cut| cut.pieces.len()).sum();
    let kind = project.units.kind_of_many();
    let mut facts = vec![format!("{} become {pieces} {kind}", project.units.count_words(report.cuts.len()))];
    let summed = |measure: &&cut::MeasureReport| measure.how.starts_with("by ");
    let by_area = |cut: &&cut::CutReport| cut.measures.iter().filter(summed).all(|measure| measure.how == "by area");
    let has_measures = report.cuts.iter().any(|cut| cut.measures.iter().any(|measure| summed(&measure)));
    let of_area = report.cuts.iter().filter(by_area).count();
    if has_measures {
        facts.push(match (of_area, report.cuts.len() - of_area) {
            (_, 0) => format!("Figures of the {kind} are divided by area"),
            (0, _) => format!("Figures of the {kind} are divided by the accounts in the parts"),
            (area, accounts) => format!(
                "Figures of {} are divided by the accounts in the parts, of {} without accounts by area",
                project.units.count_words(accounts),
                project.units.count_words(area)
            ),
        });
    }
    facts
}

fn notes(project: &Project, done: &CutDone) -> Vec<String> {
    let whole = |is: fn(&WhyWhole) -> bool| done.report.whole.iter().filter(|whole| is(&whole.why)).count();
    let say = |count: usize, why: &str| {
        let stay = if count == 1 { "stays" } else { "stay" };
        (count > 0).then(|| format!("{} {stay} whole: {why}", project.units.count_words(count)))
    };
    let locked = whole(|why| *why == WhyWhole::Kept) + done.report.locked_inside;
    [
        say(whole(|why| matches!(why, WhyWhole::Sliver(_))), "only a sliver would be cut off"),
        say(locked, "locked"),
        say(whole(|why| *why == WhyWhole::Tangled), "the line crosses itself there too often"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Works out units and accounts as they are when a step is taken back, or made again.
pub fn step(project: &Project, step: &Edit, back: bool, version: Version) -> JobOutput {
    let data = match cut::data_after(project, step, back) {
        None => Err("the step replaces neither units nor accounts".to_owned()),
        Some(Err(why)) => Err(why),
        Some(Ok(project)) => Ok(Box::new(NewData { indices: Indices::new(&project), project })),
    };
    JobOutput::Stepped { version, back, data }
}
