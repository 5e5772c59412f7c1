//! Segments of accounts: kept with the project, counted, and taken as a part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::formulas;
use crate::domain::accounts::Accounts;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::computed;
use crate::domain::edit::{Change, Edit};
use crate::domain::formula::{Columns, FormulaError, Source};
use crate::domain::ids::{AccountId, MeasureId};
use crate::domain::plan::{Plan, PlanParts};
use crate::domain::project::Project;
use crate::domain::segments::{Condition, Members, Operator, Rule, Segment, members, sources};
use crate::error::UserError;
use crate::words;

/// The longest name of a segment, in letters.
const LONGEST_NAME: usize = 80;

/// Puts a segment at the end of the list, or in the place of the one called `instead_of`.
///
/// # Errors
/// Its name is taken, or its rule is not complete.
pub fn put(project: &Project, segment: &Segment, instead_of: Option<&str>) -> Result<Edit, UserError> {
    let name = segment.name.trim();
    let failed = || UserError::new(format!("Could not keep the segment \"{name}\""));
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(failed().because("a segment needs a name of at most 80 letters"));
    }
    let folded = name.to_lowercase();
    let mut others = project.segments.iter().filter(|other| Some(other.name.as_str()) != instead_of);
    if let Some(other) = others.find(|other| other.name.to_lowercase() == folded) {
        return Err(failed().because(format!("there is a segment \"{}\" already", other.name)));
    }
    segment.check(project).map_err(|error| in_words(failed(), segment, &error))?;
    let mut new = Vec::clone(&project.segments);
    let segment = Segment { name: name.to_owned(), ..segment.clone() };
    let Some(place) = instead_of.and_then(|old| new.iter().position(|known| known.name == old)) else {
        new.push(segment);
        return Ok(with_segments(project, new, format!("Added the segment {name}")));
    };
    if let Some(column) = circle(project, &segment, place) {
        return Err(failed()
            .because(format!("the column \"{column}\" is computed from it, so that would go round in a circle")));
    }
    let old = std::mem::replace(&mut new[place], segment);
    let mut edit = with_segments(project, new, format!("Changed the segment {name}"));
    if old.name != name {
        edit.label = format!("Renamed the segment {} to {name}", old.name);
        formulas::rename_segment(project, place, name, &mut edit);
    }
    Ok(edit)
}

/// A column that the segment names and that is itself made of the segment.
fn circle(project: &Project, segment: &Segment, place: usize) -> Option<String> {
    let mut waiting: Vec<Source> = sources(project, segment).into_iter().collect();
    let mut seen: BTreeSet<Source> = BTreeSet::new();
    while let Some(source) = waiting.pop() {
        let Source::Cell(cell) = source else { continue };
        let Some(column) = project.formula_of(Subject::Accounts, cell).filter(|_| seen.insert(source)) else {
            continue;
        };
        let made_of = computed::sources(project, Subject::Accounts, &column.formula, &column.as_of);
        if made_of.iter().any(|source| matches!(source, Source::Segment(at) if usize::from(*at) == place)) {
            return Some(column.name.clone());
        }
        waiting.extend(made_of);
    }
    None
}

/// # Errors
/// There is no such segment, or columns are computed from it.
pub fn remove(project: &Project, name: &str) -> Result<Edit, UserError> {
    let segment = find(project, name)?;
    let place = project.segments.iter().position(|known| known == segment).unwrap_or_default();
    let users = computed::users_of_segment(project, place);
    if !users.is_empty() {
        let names: Vec<String> = users.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let columns = if names.len() == 1 { "the column" } else { "the columns" };
        let verb = if names.len() == 1 { "needs" } else { "need" };
        return Err(UserError::new(format!("Could not remove the segment \"{}\"", segment.name))
            .because(format!("{columns} {} {verb} it", names.join(", ")))
            .hint("Change or remove that first"));
    }
    let label = format!("Removed the segment {}", segment.name);
    let new = project.segments.iter().filter(|other| *other != segment).cloned().collect();
    Ok(with_segments(project, new, label))
}

/// Puts a segment in another place of the list, counted from 0.
///
/// # Errors
/// There is no such segment.
pub fn shift(project: &Project, name: &str, to: usize) -> Result<Edit, UserError> {
    let segment = find(project, name)?.clone();
    let mut new: Vec<Segment> = project.segments.iter().filter(|other| **other != segment).cloned().collect();
    let label = format!("Moved the segment {} in the list", segment.name);
    new.insert(to.min(new.len()), segment);
    Ok(with_segments(project, new, label))
}

fn with_segments(project: &Project, new: Vec<Segment>, label: String) -> Edit {
    let mut edit = Edit::new(label);
    if new != *project.segments {
        edit.changes.push(Change::Segments { old: Arc::clone(&project.segments), new: Arc::new(new) });
    }
    edit
}

/// The segment of that name, whatever its capitals.
///
/// # Errors
/// There is none.
pub fn find<'a>(project: &'a Project, name: &str) -> Result<&'a Segment, UserError> {
    let folded = name.trim().to_lowercase();
    project.segments.iter().find(|segment| segment.name.to_lowercase() == folded).ok_or_else(|| {
        let error = UserError::new(format!("There is no segment \"{}\"", name.trim()));
        let names: Vec<&str> = project.segments.iter().map(|segment| segment.name.as_str()).collect();
        if names.is_empty() {
            error.because("none has been added yet")
        } else {
            error.hint(format!("There are {}", names.join(", ")))
        }
    })
}

/// A segment's members, with an error in words.
///
/// # Errors
/// The rule does not fit the columns any more.
pub fn members_of(project: &Project, segment: &Segment) -> Result<Members, UserError> {
    let failed = || UserError::new(format!("Could not count the segment \"{}\"", segment.name));
    segment.members(project).map_err(|error| in_words(failed(), segment, &error))
}

fn in_words(error: UserError, segment: &Segment, wrong: &FormulaError) -> UserError {
    let error = match &segment.rule {
        Rule::Formula(formula) => error.because(format!("letter {}: {}", wrong.position(formula), wrong.message)),
        Rule::Conditions(_) => error.because(&wrong.message),
    };
    if wrong.hint.is_empty() { error } else { error.hint(words::capital(&wrong.hint)) }
}

/// How many accounts each condition of a segment holds for by itself, groups within following their own; `None` for one that is not
/// complete.
pub fn counts(project: &Project, segment: &Segment) -> Vec<Option<usize>> {
    let Rule::Conditions(group) = &segment.rule else { return Vec::new() };
    let count = |condition: &Condition| {
        let formula = condition.formula(project, &segment.as_of).ok()?;
        members(project, &formula, &segment.as_of).ok().map(|members| members.count)
    };
    group.all().map(count).collect()
}

/// The sum of a measure over the members.
pub fn sum(project: &Project, members: &Members, measure: MeasureId) -> f64 {
    let measure = project.measure(measure).filter(|measure| measure.subject == Subject::Accounts);
    let values = measure.iter().flat_map(|measure| &measure.values).zip(&members.belongs);
    values.filter(|(value, belongs)| **belongs && !value.is_nan()).map(|(value, _)| value).sum()
}

/// A condition as it is written on the command line: `Annual Revenue at-least 100000`, `State one-of OH, IN`, `Visits between 2..5`.
///
/// # Errors
/// It names no column or no operator.
pub fn read_condition(project: &Project, text: &str) -> Result<Condition, UserError> {
    let failed = || UserError::new(format!("\"{}\" is no condition", text.trim()));
    let example = "Write a column, an operator and a value: \"Annual Revenue at-least 100000\"";
    let columns = Columns::of(project, Subject::Accounts);
    let text = text.trim();
    let starts = |name: &str| {
        let rest = text.get(name.len()..)?;
        let same = text.get(..name.len())?.to_lowercase() == name.to_lowercase();
        (same && rest.starts_with(char::is_whitespace)).then_some(rest)
    };
    let mut names: Vec<&str> = columns.names().map(|(name, _)| name).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let Some((name, rest)) = names.iter().find_map(|name| Some((*name, starts(name)?.trim_start()))) else {
        let first = text.split_whitespace().next().unwrap_or_default();
        let error = failed().because("it does not begin with a column of the accounts");
        return Err(match columns.near(first) {
            Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
            None => error.hint(example),
        });
    };
    let (word, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(operator) = Operator::of_word(&word.to_lowercase()) else {
        let all: Vec<&str> = Operator::ALL.iter().map(|operator| operator.word()).collect();
        return Err(failed()
            .because(format!("\"{word}\" is no operator"))
            .hint(format!("There are {}", all.join(", "))));
    };
    let value = value.trim();
    let (value, until) = match operator {
        Operator::Between => value.split_once("..").ok_or_else(|| failed().hint("Write both ends: between 2..5"))?,
        _ => (value, ""),
    };
    Ok(Condition { column: name.to_owned(), operator, value: value.trim().to_owned(), until: until.trim().to_owned() })
}

/// The project with the accounts of a segment alone: what an export of a segment is made of.
///
/// # Errors
/// The rule does not fit the columns any more.
pub fn only(project: &Project, segment: &Segment) -> Result<Project, UserError> {
    let members = members_of(project, segment)?;
    let kept: Vec<usize> = (0..project.accounts.len()).filter(|&row| members.belongs[row]).collect();
    let renumbered: BTreeMap<AccountId, AccountId> =
        kept.iter().enumerate().map(|(new, &old)| (AccountId::from_index(old), AccountId::from_index(new))).collect();
    let old = &*project.accounts;
    let mut accounts = Accounts::clone(old);
    accounts.codes = kept.iter().map(|&row| old.codes[row].clone()).collect();
    accounts.names = kept.iter().map(|&row| old.names[row].clone()).collect();
    accounts.places = kept.iter().map(|&row| old.places[row]).collect();
    accounts.placements = kept.iter().map(|&row| old.placements[row]).collect();
    accounts.units = kept.iter().map(|&row| old.units.get(row).copied().flatten()).collect();
    accounts.attributes = old.attributes.iter().map(|column| part_of(column, &kept)).collect();
    let mut measures = Vec::clone(&project.measures);
    for measure in measures.iter_mut().filter(|measure| measure.subject == Subject::Accounts) {
        let value = |row: &usize| measure.values.get(*row).copied().unwrap_or(f64::NAN);
        measure.values = kept.iter().map(value).collect();
    }
    let plan = &*project.plan;
    let parts = PlanParts {
        name: plan.name.clone(),
        assignment: plan.assignment().to_vec(),
        territories: plan.territories().map(|(id, territory)| (id, territory.clone())).collect(),
        hierarchy: plan.hierarchy().clone(),
        overrides: plan.overrides().iter().filter_map(|(id, owner)| Some((*renumbered.get(id)?, *owner))).collect(),
        locked_units: plan.locked_units().clone(),
        locked_accounts: plan.locked_accounts().iter().filter_map(|id| renumbered.get(id).copied()).collect(),
        adjacency: plan.adjacency().clone(),
    };
    let plan =
        Plan::from_parts(parts).map_err(|why| UserError::new("Could not take the segment alone").because(why))?;
    Ok(Project { accounts: Arc::new(accounts), measures: Arc::new(measures), plan: Arc::new(plan), ..project.clone() })
}

fn part_of(column: &TextColumn, kept: &[usize]) -> TextColumn {
    let codes: Vec<u32> = kept.iter().map(|&row| column.codes()[row]).collect();
    TextColumn::from_words(column.name.clone(), column.words(), &codes)
}

/// The measures of accounts that can be summed over a segment.
pub fn summed(project: &Project) -> impl Iterator<Item = (MeasureId, &Measure)> {
    project.measures_of(Subject::Accounts).filter(|(_, measure)| measure.aggregate == Aggregate::Sum)
}
