//! Units cut along a drawn line: new units with their shares of every column, the accounts that lie in them, and one edit that can be
//! taken back. What was done to each unit is told in words.

mod codes;
mod links;
#[cfg(test)]
mod mixed_tests;
mod report;
mod split;
#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::columns::Subject;
use crate::domain::cutting::{self, Cut, CutUnit, Drawn, Smallest, WhyWhole};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::topology::{Swap, Topology};
use crate::domain::units_patch::{UnitRow, UnitsPatch};
use crate::store::SavedProblem;
use crate::work::territory::Refused;

pub use report::{CutReport, MeasureReport, PieceReport, Report, WholeReport};
pub use split::SplitBy;

/// What is to be cut.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOrder {
    pub drawn: Drawn,
    /// What lies inside the boundary goes to this territory; `None`: nothing changes hands.
    pub to: Option<TerritoryId>,
    /// Units of this territory alone are cut and given (of nobody: `UNASSIGNED`); `None`: all.
    pub only: Option<TerritoryId>,
    pub smallest: Smallest,
    pub split_by: SplitBy,
}

/// A cut that can be made.
#[derive(Debug, Clone)]
pub struct CutDone {
    /// The project as it is afterwards, the plan included.
    pub project: Project,
    pub edit: Edit,
    pub report: Report,
    /// What lies inside the boundary, numbered as afterwards; ascending.
    pub inside: Vec<UnitId>,
}

/// Works a cut out. One edit does it, and undo of it brings every bit of the units back.
///
/// # Errors
/// Nothing would be cut or given, the territory is locked, the line is no line, or the work was cancelled.
pub fn cut(project: &Project, order: &CutOrder, progress: &Progress) -> Result<CutDone, Refused> {
    let plan = &*project.plan;
    let kind = project.units.kind_of_one();
    if let Some(to) = order.to {
        if plan.territory(to).is_none() {
            return Err(Refused::Because("Choose a territory first".into()));
        }
        if plan.is_territory_locked(to) {
            let name = plan.territory_name(to);
            return Err(Refused::Because(format!("{name} is locked; unlock it to change it")));
        }
    }
    let in_scope = |unit: UnitId| order.only.is_none_or(|only| plan.territory_of(unit) == only);
    // Both pieces of a unit that is the territory's already would be its own.
    let is_own = |unit: UnitId| order.to.is_some_and(|to| plan.territory_of(unit) == to);
    let may_cut = |unit: UnitId| in_scope(unit) && !plan.is_locked(unit) && !is_own(unit);
    let cut = cutting::cut(&project.units, &order.drawn, &may_cut, order.smallest, progress).map_err(|refused| {
        let why = match refused {
            cutting::Refused::Cancelled => return Refused::Cancelled,
            cutting::Refused::TooShort => "What was drawn is too small to cut along",
            cutting::Refused::TooLong => "What was drawn has more than 200,000 corners",
            cutting::Refused::Tangled => "What was drawn crosses itself and the borders too often to cut along",
        };
        Refused::Because(why.into())
    })?;
    let mut done = Making { project, order, cut: &cut }.make(progress)?;
    let told = |unit: &UnitId| in_scope(*unit) && !is_own(*unit);
    for (unit, why) in cut.whole.iter().filter(|(unit, _)| told(unit)) {
        done.report.whole.push(WholeReport { unit: project.units.codes[unit.index()].clone(), why: *why });
    }
    let given: Vec<UnitId> = cut.inside.iter().copied().filter(|unit| in_scope(*unit)).collect();
    done.inside.extend(&given);
    done.inside.sort_unstable();
    if let Some(to) = order.to {
        let assign = Edit::assign(plan, given.iter().copied(), to);
        done.report.locked_inside =
            given.iter().filter(|&&unit| plan.is_locked(unit) && plan.territory_of(unit) != to).count();
        done.report.given_whole = assign.changes.len();
        done.edit.changes.extend(assign.changes);
    }
    if done.edit.is_empty() {
        let kept = cut.whole.iter().any(|(_, why)| *why == WhyWhole::Kept);
        let why = match cut.whole.is_empty() {
            false if kept => format!("Nothing was cut: every {kind} that the line crosses is locked or out of reach"),
            false => format!("Nothing was cut: the line runs along the borders of every {kind} it touches"),
            true if order.drawn.closed => "There is nothing to cut or to give inside the boundary".to_owned(),
            true => format!("The line crosses no {kind} from side to side"),
        };
        return Err(Refused::Because(why));
    }
    done.edit.label = done.report.label(project, order);
    let notes = done.report.notes(project);
    if let Some(Change::Units(patch)) = done.edit.changes.first_mut() {
        Arc::make_mut(patch).notes = notes;
    }
    let mut plan = Arc::clone(&project.plan);
    apply(Arc::make_mut(&mut plan), &done.edit, Locks::Obey)
        .map_err(|error| Refused::Because(format!("{}: not done, {error}", done.edit.label)))?;
    done.project.plan = plan;
    Ok(done)
}

/// The project after an edit is made (`back`: taken back), which changes its units or accounts. `None` for an edit of the plan alone.
///
/// # Errors
/// The units are not those that the edit was made for.
pub fn data_after(project: &Project, edit: &Edit, back: bool) -> Option<Result<Project, String>> {
    edit.data_after(project, back)
}

/// What is to be looked at in a project, with what a cut did to each unit; without it, when the cut was taken back.
pub fn problems_after(mut problems: Vec<SavedProblem>, edit: &Edit, back: bool) -> Vec<SavedProblem> {
    problems.retain(|problem| problem.file != edit.label);
    if let (Some(patch), false) = (edit.units_patch(), back) {
        problems.extend(patch.notes.iter().map(|[item, message]| SavedProblem {
            severity: "note".to_owned(),
            file: edit.label.clone(),
            item: item.clone(),
            message: message.clone(),
            ..SavedProblem::default()
        }));
    }
    problems
}

struct Making<'a> {
    project: &'a Project,
    order: &'a CutOrder,
    cut: &'a Cut,
}

impl Making<'_> {
    fn make(&self, progress: &Progress) -> Result<CutDone, Refused> {
        let Self { project, cut, .. } = *self;
        let mut done =
            CutDone { project: project.clone(), edit: Edit::default(), report: Report::default(), inside: Vec::new() };
        if cut.cuts.is_empty() {
            return Ok(done);
        }
        let topology = cut.patch.apply(&project.units.topology);
        let topology = topology.map_err(|why| Refused::Because(format!("The units cannot be cut there: {why}")))?;
        let mut patch = UnitsPatch { topology: cut.patch.clone(), ..UnitsPatch::default() };
        patch.counts = [project.units.len() as u32, topology.unit_count() as u32];
        let accounts = self.accounts_by_unit();
        let mut codes = codes::Codes::new(&project.units);
        let columns = split::Columns::new(project, self.order.split_by);
        for unit in &cut.cuts {
            progress.tick(1).map_err(|_| Refused::Cancelled)?;
            let of_unit = accounts.get(&unit.unit).map_or(&[][..], Vec::as_slice);
            self.cut_unit(unit, &topology, of_unit, &columns, &mut codes, &mut patch, &mut done);
        }
        patch.rows.sort_by_key(|swap| swap.at);
        patch.homes.sort_unstable();
        let links = links::adjacency(project, cut, &topology, &patch);
        done.edit.changes.insert(0, Change::Units(Arc::new(patch.clone())));
        done.edit.changes.extend(links);
        done.project =
            patch.apply(project).map_err(|why| Refused::Because(format!("The units cannot be cut there: {why}")))?;
        Ok(done)
    }

    /// The accounts in units that are cut.
    fn accounts_by_unit(&self) -> BTreeMap<UnitId, Vec<AccountId>> {
        let cut: BTreeSet<UnitId> = self.cut.cuts.iter().map(|cut| cut.unit).collect();
        let mut found: BTreeMap<UnitId, Vec<AccountId>> = BTreeMap::new();
        for (account, unit) in self.project.accounts.ids().zip(&self.project.accounts.units) {
            if let Some(unit) = unit.filter(|unit| cut.contains(unit)) {
                found.entry(unit).or_default().push(account);
            }
        }
        found
    }

    #[allow(clippy::too_many_arguments)]
    fn cut_unit(
        &self,
        unit: &CutUnit,
        topology: &Topology,
        accounts: &[AccountId],
        columns: &split::Columns,
        codes: &mut codes::Codes,
        patch: &mut UnitsPatch,
        done: &mut CutDone,
    ) {
        let Self { project, order, .. } = *self;
        let plan = &*project.plan;
        let old = UnitRow::of(project, unit.unit);
        let shapes: Vec<_> = unit.pieces.iter().map(|piece| topology.shape(piece.unit)).collect();
        let mut of_piece: Vec<Vec<AccountId>> = vec![Vec::new(); shapes.len()];
        for &account in accounts {
            let place = project.accounts.places[account.index()];
            // On the line itself it stays where it was.
            let nth = shapes.iter().position(|shape| shape.contains(place)).unwrap_or(0);
            of_piece[nth].push(account);
            if nth > 0 {
                patch.homes.push((account, [Some(unit.unit), Some(unit.pieces[nth].unit)]));
            }
        }
        let shares: Vec<f64> = unit.pieces.iter().map(|piece| piece.share).collect();
        let (values, measures) = columns.split(&old.values, &shares, &of_piece);
        let names = codes.pieces(&old.code, &old.name, shapes.len());
        let areas = split::in_parts(old.area_km2, &shares, false);
        let mut pieces = Vec::new();
        for (nth, piece) in unit.pieces.iter().enumerate() {
            let (code, name) = names[nth].clone();
            let row = UnitRow {
                code: code.clone(),
                name,
                centre: shapes[nth].label_point(),
                area_km2: areas[nth],
                bounds: shapes[nth].bounds(),
                values: values[nth].clone(),
                words: old.words.clone(),
            };
            patch.rows.push(Swap { at: piece.unit.0, old: (nth == 0).then(|| old.clone()), new: Some(row) });
            let before = plan.territory_of(unit.unit);
            let after = order.to.filter(|_| piece.inside).unwrap_or(before);
            if nth > 0 {
                patch.origins.push([piece.unit, unit.unit]);
                if !after.is_unassigned() {
                    let old = TerritoryId::UNASSIGNED;
                    done.edit.changes.push(Change::Assign { unit: piece.unit, old, new: after });
                }
            }
            if piece.inside {
                done.inside.push(piece.unit);
            }
            pieces.push(PieceReport {
                code,
                share: piece.share,
                inside: piece.inside,
                accounts: of_piece[nth].len(),
                territory: after,
            });
        }
        done.report.cuts.push(CutReport { unit: old.code, pieces, measures, sliver: unit.sliver });
    }
}

/// The columns of units that are split, in the order of a row.
fn unit_measures(project: &Project) -> impl Iterator<Item = &crate::domain::columns::Measure> {
    project.measures_of(Subject::Units).map(|(_, measure)| measure)
}
