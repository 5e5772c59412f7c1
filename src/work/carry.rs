//! What of a project lives on when its units or accounts are replaced: owners and locks of units by code, named accounts by code,
//! targets and goals by the measure's name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::accounts::Accounts;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use crate::domain::plan::{Plan, PlanParts, Territory};
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::{Goal, Project};
use crate::domain::spatial::UnitIndex;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::has_word;
use crate::words;

/// Columns that the project computes come along, without values: those are worked out of the new data in the end. What the file has of
/// the same name (it may be an export of this very project) is left out.
fn with_computed(
    project: &Project,
    subject: Subject,
    rows: usize,
    measures: &mut Vec<Measure>,
    attributes: &mut Vec<TextColumn>,
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for computed in project.computed.iter().filter(|column| column.subject == subject) {
        let same = |name: &str| name.eq_ignore_ascii_case(&computed.name);
        let removed = measures.iter().position(|measure| same(&measure.name));
        if removed.is_some() || attributes.iter().any(|column| same(&column.name)) {
            diagnostics.push(
                Diagnostic::note(place.clone().column(&computed.name), "the project computes a column of that name")
                    .hint("the values of the file were not taken"),
            );
        }
        attributes.retain(|column| !same(&column.name));
        if let Some(at) = removed {
            measures.remove(at);
            for measure in measures.iter_mut() {
                if let Aggregate::Mean { weight } = &mut measure.aggregate {
                    *weight = weight.filter(|weight| weight.index() != at).map(|weight| {
                        if weight.index() > at { MeasureId::from_index(weight.index() - 1) } else { weight }
                    });
                }
            }
        }
    }
    for computed in project.computed.iter().filter(|column| column.subject == subject) {
        if !computed.number {
            attributes.push(TextColumn::new(computed.name.clone(), &vec![""; rows]));
            continue;
        }
        let old = project.measures.iter().find(|measure| measure.subject == subject && measure.name == computed.name);
        let mut measure = Measure::sum(computed.name.clone(), "", subject, vec![f64::NAN; rows]);
        if let Some(old) = old {
            measure.unit.clone_from(&old.unit);
            measure.aggregate = match old.aggregate {
                Aggregate::Sum => Aggregate::Sum,
                Aggregate::Mean { weight } => {
                    let name = weight.and_then(|id| project.measure(id)).map(|weight| weight.name.as_str());
                    let at = name.and_then(|name| measures.iter().position(|measure| measure.name == name));
                    Aggregate::Mean { weight: at.map(MeasureId::from_index) }
                }
            };
        }
        measures.push(measure);
    }
}

/// Works the computed columns out after the data were replaced.
fn recompute(project: Project, diagnostics: &mut Vec<Diagnostic>) -> Project {
    let (project, said) = super::formulas::refreshed(project);
    diagnostics.extend(said);
    project
}

/// The project with other units. `measures` are those of the units; weights in them are positions in the list itself.
pub fn with_units(
    project: &Project,
    mut units: Units,
    mut measures: Vec<Measure>,
    place: &Place,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Project, UserError> {
    let plan = &*project.plan;
    let owners = owners(project, &units);
    if !project.units.is_empty() {
        let assigned = |list: &[TerritoryId]| list.iter().filter(|owner| !owner.is_unassigned()).count();
        let (before, kept) = (assigned(plan.assignment()), assigned(&owners));
        diagnostics.push(
            Diagnostic::note(
                place.clone(),
                format!(
                    "the {} were replaced: {} of {} that had a territory keep it by their code",
                    project.units.kind_of_many(),
                    words::count(kept as i128),
                    words::count(before as i128)
                ),
            )
            .hint("earlier steps can no longer be undone"),
        );
    }
    let rows = units.len();
    with_computed(project, Subject::Units, rows, &mut measures, &mut units.attributes, place, diagnostics);
    let joined = Joined::new(project, Subject::Units, measures, place, diagnostics)?;
    let mut accounts = Accounts::clone(&project.accounts);
    locate(&mut accounts, &units, progress)?;
    if !accounts.is_empty() {
        let outside = accounts.ids().filter(|&account| is_outside(&accounts, account)).count();
        if outside > 0 {
            diagnostics.push(outside_words(outside, &units, place));
        }
    }
    let plan = joined.plan(carried(project, &units, &project.accounts, |measure| joined.moved(measure)))?;
    let project = joined.finish(Project {
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        plan: Arc::new(plan),
        ..project.clone()
    });
    Ok(recompute(project, diagnostics))
}

/// The project with other accounts, which are located in its units. `measures` are those of the accounts.
pub fn with_accounts(
    project: &Project,
    mut accounts: Accounts,
    mut measures: Vec<Measure>,
    place: &Place,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Project, UserError> {
    let plan = &*project.plan;
    if project.units.is_empty() {
        diagnostics.push(
            Diagnostic::note(place.clone(), "the project has no units yet")
                .hint("accounts are found in them when they are imported"),
        );
    } else {
        locate(&mut accounts, &project.units, progress)?;
        note_outside(&accounts, &project.units, place, diagnostics);
    }
    if !project.accounts.is_empty() {
        let by_code = accounts.by_code();
        let is_there = |account: &&AccountId| {
            project.accounts.codes.get(account.index()).is_some_and(|code| by_code.contains_key(code.as_str()))
        };
        let (kept, before) = (plan.overrides().keys().filter(is_there).count(), plan.overrides().len());
        let named =
            if before > 0 { format!(": {kept} of {before} named accounts are still there") } else { String::new() };
        diagnostics.push(
            Diagnostic::note(place.clone(), format!("the accounts were replaced{named}"))
                .hint("undo brings the others back; \"refresh\" compares before it replaces"),
        );
    }
    let rows = accounts.len();
    with_computed(project, Subject::Accounts, rows, &mut measures, &mut accounts.attributes, place, diagnostics);
    let joined = Joined::new(project, Subject::Accounts, measures, place, diagnostics)?;
    let plan = joined.plan(carried(project, &project.units, &accounts, |measure| joined.moved(measure)))?;
    let project = joined.finish(Project { accounts: Arc::new(accounts), plan: Arc::new(plan), ..project.clone() });
    Ok(recompute(project, diagnostics))
}

/// The plan of a project for these units and accounts, which are found again by their codes. `moved` says where measures are now.
pub(super) fn carried(
    old: &Project,
    units: &Units,
    accounts: &Accounts,
    moved: impl Fn(MeasureId) -> Option<MeasureId>,
) -> PlanParts {
    let plan = &*old.plan;
    let territories = plan.territories().map(|(id, territory)| {
        let targets = territory.targets.iter().filter_map(|(&id, &target)| Some((moved(id)?, target))).collect();
        (id, Territory { targets, ..territory.clone() })
    });
    let mut parts = PlanParts {
        name: plan.name.clone(),
        territories: territories.collect(),
        hierarchy: plan.hierarchy().clone(),
        ..PlanParts::default()
    };
    if old.units.codes == units.codes {
        parts.assignment = plan.assignment().to_vec();
        parts.locked_units.clone_from(plan.locked_units());
        parts.adjacency.clone_from(plan.adjacency());
    } else {
        let new_unit = |unit: UnitId| units.find(old.units.codes.get(unit.index())?);
        parts.assignment = owners(old, units);
        parts.locked_units = plan.locked_units().iter().filter_map(|&unit| new_unit(unit)).collect();
        let pairs = plan.adjacency().iter().filter_map(|(&[a, b], &adjacency)| {
            let (a, b) = (new_unit(a)?, new_unit(b)?);
            Some(([a.min(b), a.max(b)], adjacency))
        });
        parts.adjacency = pairs.collect();
    }
    if old.accounts.codes == accounts.codes {
        parts.overrides.clone_from(plan.overrides());
        parts.locked_accounts.clone_from(plan.locked_accounts());
    } else {
        let by_code = accounts.by_code();
        let new_account = |account: AccountId| by_code.get(old.accounts.codes.get(account.index())?.as_str()).copied();
        let overrides = plan.overrides().iter().filter_map(|(&account, &owner)| Some((new_account(account)?, owner)));
        parts.overrides = overrides.collect();
        parts.locked_accounts = plan.locked_accounts().iter().filter_map(|&account| new_account(account)).collect();
    }
    parts
}

/// Per unit the territory that the unit of the same code had.
fn owners(old: &Project, units: &Units) -> Vec<TerritoryId> {
    let before = |unit: UnitId| old.units.find(&units.codes[unit.index()]);
    units.ids().map(|unit| before(unit).map_or(TerritoryId::UNASSIGNED, |unit| old.plan.territory_of(unit))).collect()
}

/// What is balanced until the user says otherwise: one measure at ±10 %. Revenue before potential before the first that can be
/// summed, and measures of accounts before those of units. Empty without such a measure.
pub fn default_goals(measures: &[Measure]) -> Vec<Goal> {
    let summed = |subject: Subject| {
        let all = measures.iter().enumerate();
        all.filter(move |(_, measure)| measure.is_summed() && measure.subject == subject)
    };
    // "Revenue 2024-11" is one month of it, not the revenue.
    let called = |subject: Subject, words: &[&str], whole: bool| {
        summed(subject)
            .find(|(_, measure)| {
                let dated = measure.name.chars().filter(char::is_ascii_digit).count() >= 4;
                has_word(&measure.name, words) && !(whole && dated)
            })
            .map(|(index, _)| index)
    };
    const REVENUE: [&str; 5] = ["revenue", "sales", "turnover", "arr", "umsatz"];
    const POTENTIAL: [&str; 3] = ["potential", "opportunity", "opportunities"];
    let chosen = [Subject::Accounts, Subject::Units].into_iter().find_map(|subject| {
        called(subject, &REVENUE, true)
            .or_else(|| called(subject, &POTENTIAL, true))
            .or_else(|| called(subject, &REVENUE, false))
            .or_else(|| summed(subject).next().map(|(index, _)| index))
    });
    let goal = |index| Goal { measure: MeasureId::from_index(index), tolerance: 0.10, weight: 1.0 };
    chosen.map(goal).into_iter().collect()
}

/// Finds the accounts in the units.
pub(super) fn locate(accounts: &mut Accounts, units: &Units, progress: &Progress) -> Result<(), UserError> {
    progress.begin(Phase::PlacingAccounts, accounts.len() as u64).map_err(cancelled)?;
    let index = UnitIndex::new(units);
    accounts.locate(|place| {
        // A cancelled import is thrown away as a whole, just below.
        let _ = progress.tick(1);
        index.unit_at(place)
    });
    progress.check().map_err(cancelled)
}

/// A warning for each account that has a place and no unit, where there are units.
pub(super) fn note_outside(accounts: &Accounts, units: &Units, place: &Place, diagnostics: &mut Vec<Diagnostic>) {
    let unit = units.kind_of_one();
    for account in accounts.ids().filter(|&account| !units.is_empty() && is_outside(accounts, account)) {
        let at = accounts.places[account.index()];
        diagnostics.push(
            Diagnostic::warning(
                place.clone().item(&accounts.codes[account.index()]),
                format!("the account lies outside every {unit}, at latitude {} and longitude {}", at.lat, at.lon),
            )
            .hint("it counts as unassigned"),
        );
    }
}

fn outside_words(count: usize, units: &Units, place: &Place) -> Diagnostic {
    let (lie, hint) = match count {
        1 => ("lies", "it counts as unassigned"),
        _ => ("lie", "they count as unassigned"),
    };
    let accounts = words::counted(count as i128, "account");
    Diagnostic::warning(place.clone(), format!("{accounts} {lie} outside every {}", units.kind_of_one())).hint(hint)
}

fn is_outside(accounts: &Accounts, account: AccountId) -> bool {
    accounts.places[account.index()].is_valid() && accounts.units[account.index()].is_none()
}

/// The measures of a project after those of one subject were replaced, and where the old ones went.
struct Joined {
    measures: Vec<Measure>,
    /// Per old measure its new place.
    moved: Vec<Option<MeasureId>>,
    goals: Vec<Goal>,
}

impl Joined {
    fn new(
        project: &Project,
        subject: Subject,
        mut new: Vec<Measure>,
        place: &Place,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, UserError> {
        let old = &project.measures;
        let kept: Vec<usize> = (0..old.len()).filter(|&index| old[index].subject != subject).collect();
        if kept.len() + new.len() > usize::from(u16::MAX) {
            return Err(UserError::new(format!("Could not import {}", place.file))
                .because(format!("it has {} columns of numbers", new.len()))
                .hint("Name those that are measures"));
        }
        let other = if subject == Subject::Units { "units" } else { "accounts" };
        for measure in &mut new {
            if kept.iter().any(|&index| old[index].name.eq_ignore_ascii_case(&measure.name)) {
                let name = format!("{} ({other})", measure.name);
                diagnostics.push(
                    Diagnostic::warning(
                        place.clone().column(&measure.name),
                        "the project has another measure of that name",
                    )
                    .hint(format!("this one is called \"{name}\"")),
                );
                measure.name = name;
            }
        }
        // Measures of units come first.
        let (first_new, first_kept) = if subject == Subject::Units { (0, new.len()) } else { (kept.len(), 0) };
        let names: HashMap<&str, usize> =
            new.iter().enumerate().map(|(i, measure)| (measure.name.as_str(), i)).collect();
        let moved: Vec<Option<MeasureId>> = old
            .iter()
            .enumerate()
            .map(|(index, measure)| {
                let position = match kept.binary_search(&index) {
                    Ok(position) => first_kept + position,
                    Err(_) => first_new + names.get(measure.name.as_str())?,
                };
                Some(MeasureId::from_index(position))
            })
            .collect();
        for measure in &mut new {
            if let Aggregate::Mean { weight: Some(weight) } = &mut measure.aggregate {
                *weight = MeasureId::from_index(first_new + weight.index());
            }
        }
        let kept = kept.into_iter().map(|index| {
            let mut measure = old[index].clone();
            if let Aggregate::Mean { weight } = &mut measure.aggregate {
                *weight = weight.and_then(|weight| moved.get(weight.index()).copied().flatten());
            }
            measure
        });
        let measures: Vec<Measure> = match subject {
            Subject::Units => new.into_iter().chain(kept).collect(),
            Subject::Accounts => kept.chain(new).collect(),
        };
        let goals = goals(project, &measures, &moved, place, diagnostics);
        Ok(Self { measures, moved, goals })
    }

    /// Where an old measure is now.
    fn moved(&self, measure: MeasureId) -> Option<MeasureId> {
        self.moved.get(measure.index()).copied().flatten()
    }

    fn plan(&self, parts: PlanParts) -> Result<Plan, UserError> {
        Plan::from_parts(parts).map_err(|why| UserError::new("Could not carry the plan over").because(why))
    }

    fn finish(self, project: Project) -> Project {
        Project { measures: Arc::new(self.measures), goals: self.goals, ..project }
    }
}

/// The goals under the new numbers. Goals nobody has chosen are chosen anew, for better measures may have come.
fn goals(
    project: &Project,
    measures: &[Measure],
    moved: &[Option<MeasureId>],
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Goal> {
    let chosen_by_user = !project.goals.is_empty() && project.goals != default_goals(&project.measures);
    let mut kept: Vec<Goal> = Vec::new();
    for goal in project.goals.iter().filter(|_| chosen_by_user) {
        let new = moved.get(goal.measure.index()).copied().flatten();
        match new.filter(|id| measures[id.index()].is_summed()) {
            Some(measure) => kept.push(Goal { measure, ..*goal }),
            None => {
                let name = project.measure(goal.measure).map_or("", |measure| measure.name.as_str());
                diagnostics.push(
                    Diagnostic::warning(place.clone(), format!("the measure \"{name}\" is no longer there"))
                        .hint("it is no longer balanced"),
                );
            }
        }
    }
    if !kept.is_empty() {
        return kept;
    }
    let goals = default_goals(measures);
    if let Some(goal) = goals.first() {
        let name = &measures[goal.measure.index()].name;
        let before = project.goals.first().and_then(|goal| project.measure(goal.measure));
        if before.is_none_or(|before| before.name != *name) {
            diagnostics.push(
                Diagnostic::note(place.clone(), format!("\"{name}\" is what shall be balanced, to ±10 %"))
                    .hint("another choice can be made when territories are built"),
            );
        }
    }
    goals
}
