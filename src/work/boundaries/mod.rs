//! Units swapped for a newer vintage: by code, and where codes came or went by the share of area. What changes is told before anything is
//! applied; it is one step, which holds what it replaced.

mod overlay;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::carry;
use super::columns::UnitColumns;
use super::formulas;
use crate::domain::accounts::Accounts;
use crate::domain::columns::{Measure, Subject};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::topology::{Swap, TopologyPatch};
use crate::domain::units::Units;
use crate::domain::units_patch::{UnitRow, UnitsAbout, UnitsPatch};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::Reason;
use crate::io::{Imported, layers};
use crate::words;
use overlay::Overlay;

pub use overlay::{Same, Share, areas, shares};

/// Where two territories have parts of a unit that differ by less than this, its accounts decide.
const TIE: f64 = 0.005;

/// A newer vintage held against the project, and the step that takes it.
#[derive(Debug, Clone)]
pub struct BoundaryUpdate {
    /// The project as it is afterwards, the plan included.
    pub project: Project,
    /// Empty where nothing would change.
    pub edit: Edit,
    pub report: BoundaryReport,
    pub columns: Vec<Reason>,
    /// Computed columns that cannot be worked out any more.
    pub notes: Vec<Diagnostic>,
}

/// What a newer vintage changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoundaryReport {
    pub file: String,
    /// Units found again by their code.
    pub by_code: usize,
    /// New units that lie where units were before, by code.
    pub by_share: Vec<NewUnit>,
    /// New units where there was none, by code.
    pub without: Vec<String>,
    /// Units of before whose code is gone, by code.
    pub vanished: Vec<GoneUnit>,
    /// Accounts that come to lie in another unit, or in one for the first time, or in none any more.
    pub other_unit: usize,
    pub moves: Vec<OwnerMove>,
    /// Columns of units that the file does not have, and how their values were made.
    pub apportioned: Vec<String>,
    /// Columns of the file that the project does not have; they are left out.
    pub left_out: Vec<String>,
}

/// A new unit and what it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUnit {
    pub code: String,
    /// Codes of before with their share of its area, the largest first.
    pub of: Vec<(String, f64)>,
    pub owner: TerritoryId,
    /// The shares were equal, and the accounts in it decided.
    pub by_accounts: bool,
}

/// A unit that is gone and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct GoneUnit {
    pub code: String,
    /// Codes of now with the share of its area that they have, the largest first.
    pub to: Vec<(String, f64)>,
    pub owner: TerritoryId,
    pub locked: bool,
}

/// An account that changes its owner because its unit does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnerMove {
    pub account: AccountId,
    pub from: TerritoryId,
    pub to: TerritoryId,
    /// Of the measure that is balanced first; NaN where accounts have none.
    pub value: f64,
}

impl BoundaryReport {
    /// "3,137 counties by code, 9 by share of area, 0 without any, 8 no longer there".
    pub fn words(&self, units: &Units) -> String {
        let count = |count: usize| words::count(count as i128);
        format!(
            "{} by code, {} by share of area, {} where there was none, {} no longer there",
            units.count_words(self.by_code),
            count(self.by_share.len()),
            count(self.without.len()),
            count(self.vanished.len())
        )
    }
}

/// Reads a newer layer and works out what it changes.
///
/// # Errors
/// The project has no units, the file cannot be read as units, nothing in it lies where the project's units are.
pub fn update_file(
    project: &Project,
    path: &Path,
    columns: &UnitColumns,
    progress: &Progress,
) -> Result<Imported<BoundaryUpdate>, UserError> {
    let failed = || UserError::new(format!("Could not update boundaries from {}", crate::io::files::name_of(path)));
    if project.units.is_empty() {
        return Err(failed().because("the project has no units yet").hint("Import them first"));
    }
    let Imported { value: layer, mut diagnostics } = layers::read_layer_with(path, &columns.read, progress)?;
    let mapping = columns.mapping(&layer)?;
    let built = layers::build_units(&layer, &mapping, progress)?;
    let file = layer.file.clone();
    drop(layer);
    diagnostics.extend(built.diagnostics);
    let (units, measures) = built.value;
    let mut updated = update(project, (&units, &measures), &file, Same::ByCode, progress, &mut diagnostics)?;
    if updated.report.by_code == 0 && updated.report.by_share.is_empty() {
        return Err(failed()
            .because("no unit of it has a code of the project or lies where one of its units is")
            .hint("Check the column with the codes and the projection of the file"));
    }
    updated.columns = mapping.reasons;
    diagnostics.append(&mut updated.notes);
    Ok(Imported::new(updated, diagnostics))
}

/// The same from units that have been read.
pub(crate) fn update(
    project: &Project,
    (units, measures): (&Units, &[Measure]),
    file: &str,
    same: Same,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<BoundaryUpdate, UserError> {
    let failed = |why: String| UserError::new(format!("Could not update boundaries from {file}")).because(why);
    let old = &*project.units;
    let overlay = Overlay::new(old, units, same, progress).map_err(crate::io::cancelled)?;
    let positions = positions(&overlay);
    let mut located = Accounts::clone(&project.accounts);
    carry::locate(&mut located, units, progress)?;
    carry::note_outside(&located, units, &Place::file(file), diagnostics);
    let owners = Owners { project, units, overlay: &overlay, located: &located }.all();
    let columns = values::Columns::new(project, units, measures, &overlay);
    let mut report = BoundaryReport { file: file.to_owned(), ..BoundaryReport::default() };
    (report.apportioned, report.left_out) = (columns.apportioned(), columns.left_out());

    let renumbered = |unit: Option<UnitId>| unit.map(|unit| UnitId(positions[unit.index()]));
    let mut patch = UnitsPatch {
        counts: [old.len() as u32, units.len() as u32],
        topology: TopologyPatch::between(old.topology.arrays(), units.topology.arrays(), &positions),
        about: about(old, units, same),
        ..UnitsPatch::default()
    };
    let mut by_position: Vec<UnitId> = units.ids().collect();
    by_position.sort_unstable_by_key(|unit| positions[unit.index()]);
    for (position, &unit) in (0u32..).zip(&by_position) {
        let before = ((position as usize) < old.len()).then(|| UnitRow::of(project, UnitId(position)));
        let row = columns.row(unit);
        if before.as_ref() != Some(&row) {
            patch.rows.push(Swap { at: position, old: before, new: Some(row) });
        }
    }
    let removed = (units.len() as u32)..(old.len() as u32);
    patch.rows.extend(removed.map(|at| Swap { at, old: Some(UnitRow::of(project, UnitId(at))), new: None }));
    for account in project.accounts.ids() {
        let [before, after] = [&project.accounts.units, &located.units].map(|units| units[account.index()]);
        if before != renumbered(after) {
            patch.homes.push((account, [before, renumbered(after)]));
        }
        report.other_unit +=
            usize::from(before != after.and_then(|unit| overlay.before(unit)) || before.is_none() != after.is_none());
    }
    let is_other = |position: usize| {
        let kept = by_position.get(position).and_then(|&unit| overlay.before(unit));
        kept != Some(UnitId::from_index(position))
    };
    // Nobody is the owner of what is not there.
    let largest = |shares: &[Share], list: fn(&Share) -> UnitId| shares.first().map(list);
    for (position, &unit) in by_position.iter().enumerate().filter(|(position, _)| is_other(*position)) {
        let of = overlay.before(unit).or_else(|| largest(overlay.of_new(unit), |share| share.unit));
        patch.owners[0].push((UnitId::from_index(position), of));
    }
    for position in (0..old.len()).filter(|&position| is_other(position)) {
        let unit = UnitId::from_index(position);
        let to = overlay.after(unit).or_else(|| largest(overlay.of_old(unit), |share| share.unit));
        patch.owners[1].push((unit, renumbered(to)));
    }
    let edit = edit(project, &overlay, &positions, &owners, patch, &is_other);
    report_units(project, units, &overlay, &owners, &mut report);
    finish(project, edit, report).map_err(failed)
}

fn finish(project: &Project, mut edit: Edit, mut report: BoundaryReport) -> Result<BoundaryUpdate, String> {
    let after = edit.data_after(project, false).ok_or("it has no units")??;
    let (mut after, notes) = formulas::refreshed(after);
    let patch = edit.changes.iter_mut().find_map(|change| match change {
        Change::Units(patch) => Some(Arc::make_mut(patch)),
        _ => None,
    });
    if let Some(patch) = patch {
        take_computed(project, &after, patch);
    }
    let is_same = |patch: &UnitsPatch| {
        patch.rows.is_empty()
            && patch.topology.arcs.is_empty()
            && patch.topology.units.is_empty()
            && patch.homes.is_empty()
            && patch.topology.old_links == patch.topology.new_links
    };
    if edit.units_patch().is_some_and(|patch| is_same(patch)) {
        edit.changes.clear();
        return Ok(BoundaryUpdate { project: project.clone(), edit, report, columns: Vec::new(), notes: Vec::new() });
    }
    after.plan = Arc::clone(&project.plan);
    apply(Arc::make_mut(&mut after.plan), &edit, Locks::Pass).map_err(|error| error.to_string())?;
    edit.label = format!(
        "Updated boundaries from {}: {} by code, {} by share",
        report.file,
        after.units.count_words(report.by_code),
        words::count(report.by_share.len() as i128)
    );
    let goal = project.main_goal().and_then(|goal| project.measure(goal.measure));
    let values = goal.filter(|measure| measure.subject == Subject::Accounts).map(|measure| &measure.values);
    for account in project.accounts.ids() {
        let owner = |project: &Project| project.plan.owner_of(account, project.accounts.units[account.index()]);
        let (from, to) = (owner(project), owner(&after));
        if from != to {
            let value = values.and_then(|values| values.get(account.index()).copied()).unwrap_or(f64::NAN);
            report.moves.push(OwnerMove { account, from, to, value });
        }
    }
    Ok(BoundaryUpdate { project: after, edit, report, columns: Vec::new(), notes })
}

/// Columns of units that are computed are those of the new units.
fn take_computed(before: &Project, after: &Project, patch: &mut UnitsPatch) {
    if !before.computed.iter().any(|column| column.subject == Subject::Units) {
        return;
    }
    let old = |at: u32| (at < patch.counts[0]).then(|| UnitRow::of(before, UnitId(at)));
    let row = |at: u32| {
        let (old, new) = (old(at), (at < patch.counts[1]).then(|| UnitRow::of(after, UnitId(at))));
        (old != new).then_some(Swap { at, old, new })
    };
    patch.rows = (0..patch.counts[0].max(patch.counts[1])).filter_map(row).collect();
}

/// What units of another kind are called, and where they come from. A newer vintage is what it was.
fn about(old: &Units, new: &Units, same: Same) -> Option<Box<[UnitsAbout; 2]>> {
    let both = [old, new].map(UnitsAbout::of);
    (same == Same::Nothing && both[0] != both[1]).then(|| Box::new(both))
}

/// The numbers of the new units: who was there before keeps its number where there are still so many, the others fill what is free.
fn positions(overlay: &Overlay) -> Vec<u32> {
    let count = overlay.new_count();
    let mut taken = vec![false; count];
    let mut positions: Vec<Option<u32>> = vec![None; count];
    for unit in (0..count).map(UnitId::from_index) {
        if let Some(kept) = overlay.before(unit).filter(|kept| kept.index() < count) {
            taken[kept.index()] = true;
            positions[unit.index()] = Some(kept.0);
        }
    }
    let mut free = (0..count as u32).filter(|&position| !taken[position as usize]);
    positions.into_iter().map(|position| position.or_else(|| free.next()).unwrap_or_default()).collect()
}

struct Owners<'a> {
    project: &'a Project,
    units: &'a Units,
    overlay: &'a Overlay,
    located: &'a Accounts,
}

impl Owners<'_> {
    /// Per new unit its territory, and whether its accounts decided.
    fn all(&self) -> Vec<(TerritoryId, bool)> {
        let plan = &*self.project.plan;
        let mut in_unit: BTreeMap<UnitId, Vec<AccountId>> = BTreeMap::new();
        for (account, unit) in self.located.ids().zip(&self.located.units) {
            if let Some(unit) = unit {
                in_unit.entry(*unit).or_default().push(account);
            }
        }
        let owner = |unit: UnitId| match self.overlay.before(unit) {
            Some(kept) => (plan.territory_of(kept), false),
            None => self.by_share(unit, in_unit.get(&unit).map_or(&[], Vec::as_slice)),
        };
        self.units.ids().map(owner).collect()
    }

    /// What accounts weigh: the measure of theirs that is balanced first, else their first that is summed.
    fn weights(&self) -> Option<&Vec<f64>> {
        let of_accounts = |measure: &&Measure| measure.subject == Subject::Accounts && measure.is_summed();
        let goals = self.project.goals.iter().filter_map(|goal| self.project.measure(goal.measure));
        let chosen = goals.filter(of_accounts).chain(self.project.measures.iter().filter(of_accounts)).next();
        chosen.map(|measure| &measure.values)
    }

    /// The territory that has most of a new unit's area; of those with as much, the one with most of its accounts.
    fn by_share(&self, unit: UnitId, accounts: &[AccountId]) -> (TerritoryId, bool) {
        let plan = &*self.project.plan;
        let mut shares: BTreeMap<TerritoryId, f64> = BTreeMap::new();
        for share in self.overlay.of_new(unit) {
            *shares.entry(plan.territory_of(share.unit)).or_default() += share.share;
        }
        let most = shares.values().copied().fold(0.0, f64::max);
        let tied: Vec<TerritoryId> =
            shares.iter().filter(|(_, share)| **share > 0.0 && **share >= most - TIE).map(|(id, _)| *id).collect();
        match tied.as_slice() {
            [] => (TerritoryId::UNASSIGNED, false),
            [only] => (*only, false),
            several => {
                let values = self.weights();
                let weight = |account: &AccountId| match values {
                    Some(values) => values.get(account.index()).copied().filter(|v| v.is_finite()).unwrap_or(0.0),
                    None => 1.0,
                };
                let mut weights: BTreeMap<TerritoryId, f64> = several.iter().map(|&id| (id, 0.0)).collect();
                for account in accounts {
                    let before = self.project.accounts.units[account.index()];
                    let owner = before.map_or(TerritoryId::UNASSIGNED, |unit| plan.territory_of(unit));
                    if let Some(sum) = weights.get_mut(&owner) {
                        *sum += weight(account);
                    }
                }
                let heaviest = weights.values().copied().fold(f64::MIN, f64::max);
                let decided = weights.values().any(|&weight| weight < heaviest);
                let first = weights.into_iter().find(|(_, weight)| *weight == heaviest);
                (first.map_or(several[0], |(id, _)| id), decided)
            }
        }
    }
}

/// Frees the numbers that stand for other units, swaps the units, and gives the numbers away again. Locks and what was said about
/// neighbours go with the codes.
fn edit(
    project: &Project,
    overlay: &Overlay,
    positions: &[u32],
    owners: &[(TerritoryId, bool)],
    patch: UnitsPatch,
    is_other: &impl Fn(usize) -> bool,
) -> Edit {
    let (old, plan) = (&*project.units, &*project.plan);
    let now = |unit: UnitId| Some(UnitId(positions[overlay.after(unit)?.index()]));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for unit in old.ids().filter(|unit| is_other(unit.index())) {
        let owner = plan.territory_of(unit);
        if !owner.is_unassigned() {
            before.push(Change::Assign { unit, old: owner, new: TerritoryId::UNASSIGNED });
        }
        if plan.locked_units().contains(&unit) {
            before.push(Change::LockUnit { unit, old: true, new: false });
            after.extend(now(unit).map(|unit| Change::LockUnit { unit, old: false, new: true }));
        }
    }
    for (&pair, &kind) in plan.adjacency() {
        if pair.iter().any(|unit| is_other(unit.index())) {
            before.push(Change::Adjacency { units: pair, old: Some(kind), new: None });
            if let [Some(a), Some(b)] = pair.map(now) {
                after.push(Change::Adjacency { units: [a.min(b), a.max(b)], old: None, new: Some(kind) });
            }
        }
    }
    for unit in (0..owners.len()).map(UnitId::from_index) {
        let (at, (owner, _)) = (UnitId(positions[unit.index()]), owners[unit.index()]);
        if is_other(at.index()) && !owner.is_unassigned() {
            after.push(Change::Assign { unit: at, old: TerritoryId::UNASSIGNED, new: owner });
        }
    }
    let mut changes = before;
    changes.push(Change::Units(Arc::new(patch)));
    changes.extend(after);
    Edit { label: String::new(), changes }
}

fn report_units(
    project: &Project,
    units: &Units,
    overlay: &Overlay,
    owners: &[(TerritoryId, bool)],
    report: &mut BoundaryReport,
) {
    let old = &*project.units;
    let named = |shares: &[Share], codes: &[String]| -> Vec<(String, f64)> {
        shares.iter().map(|share| (codes[share.unit.index()].clone(), share.share)).collect()
    };
    for unit in units.ids() {
        let code = &units.codes[unit.index()];
        let (owner, by_accounts) = owners[unit.index()];
        if overlay.before(unit).is_some() {
            report.by_code += 1;
        } else if overlay.of_new(unit).is_empty() {
            report.without.push(code.clone());
        } else {
            let of = named(overlay.of_new(unit), &old.codes);
            report.by_share.push(NewUnit { code: code.clone(), of, owner, by_accounts });
        }
    }
    for unit in old.ids().filter(|unit| overlay.after(*unit).is_none()) {
        report.vanished.push(GoneUnit {
            code: old.codes[unit.index()].clone(),
            to: named(overlay.of_old(unit), &units.codes),
            owner: project.plan.territory_of(unit),
            locked: project.plan.locked_units().contains(&unit),
        });
    }
    report.by_share.sort_by(|a, b| a.code.cmp(&b.code));
    report.without.sort_unstable();
    report.vanished.sort_by(|a, b| a.code.cmp(&b.code));
}
