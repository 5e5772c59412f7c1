//! The hand-over list: which account goes from whom to whom, what it is worth, and why.

use std::collections::BTreeMap;
use std::path::Path;

use super::page_html::html;
use super::pages::pages;
use super::{Move, Reference, rep_of};
use crate::domain::columns::Subject;
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::export::{ExportReport, Part, Sheet, Wish, write_parts};
use crate::io::files::{Writing, ending_of, name_of};

/// The measures of a list: those that are named, else those of accounts that are balanced, else the first that can be summed.
///
/// # Errors
/// A name that is no measure of accounts.
pub fn measures_named(project: &Project, names: &[String]) -> Result<Vec<MeasureId>, UserError> {
    let of_accounts = |id: &MeasureId| {
        project.measure(*id).is_some_and(|measure| measure.subject == Subject::Accounts && measure.is_summed())
    };
    if names.is_empty() {
        let goals: Vec<MeasureId> = project.goals.iter().map(|goal| goal.measure).filter(of_accounts).collect();
        let first = project.measures_of(Subject::Accounts).map(|(id, _)| id).find(of_accounts);
        return Ok(if goals.is_empty() { first.into_iter().collect() } else { goals });
    }
    let find = |name: &String| {
        project.find_measure(name).filter(of_accounts).ok_or_else(|| {
            let all: Vec<&str> = project
                .measures_of(Subject::Accounts)
                .filter(|(_, measure)| measure.is_summed())
                .map(|(_, measure)| measure.name.as_str())
                .collect();
            UserError::new("Could not make the hand-over list")
                .because(format!("\"{name}\" is no measure of accounts"))
                .hint(format!("they are {}", crate::io::table::list_of(&all)))
        })
    };
    names.iter().map(find).collect()
}

/// The accounts that change hands, by the territories they leave and come to; and per territory what it loses and gains.
pub fn handover<'a>(project: &'a Project, reference: &'a Reference, measures: &[MeasureId]) -> [Sheet<'a>; 2] {
    let mut moves: Vec<Move> = reference.moves(project).filter(|moved| moved.territory || moved.rep).collect();
    let key = |moved: &Move| {
        let before = reference.holder(moved).and_then(|holder| holder.territory.clone()).unwrap_or_default();
        (before.to_lowercase(), project.plan.territory_name(moved.after).to_lowercase(), moved.account)
    };
    moves.sort_by_cached_key(key);
    [accounts(project, reference, &moves, measures), sums(project, reference, &moves, measures)]
}

/// Writes the list as CSV, or as a workbook with a second sheet of sums per territory.
///
/// # Errors
/// Another ending, a place that cannot be written to.
pub fn write_handover(
    project: &Project,
    reference: &Reference,
    measures: &[MeasureId],
    path: &Path,
    progress: &Progress,
) -> Result<ExportReport, UserError> {
    let [list, sums] = handover(project, reference, measures);
    let parts = match ending_of(path).as_str() {
        "csv" => vec![Part::table("Hand-over", list)],
        "xlsx" => vec![Part::table("Hand-over", list), Part::table("Per territory", sums)],
        "html" | "htm" => {
            let pages = pages(project, reference, measures);
            let text = html(project, reference, reference.plan.as_ref(), &pages);
            let mut writing = Writing::new();
            writing.add(path, text.as_bytes())?;
            writing.finish()?;
            return Ok(ExportReport { files: vec![path.to_owned()], ..ExportReport::default() });
        }
        ending => {
            return Err(UserError::new(format!("Could not write {}", name_of(path)))
                .because(format!("a hand-over list cannot be written as \".{ending}\""))
                .hint("let the name end in .csv, .xlsx or .html"));
        }
    };
    // Without the mark Excel takes the letters of names for others.
    write_parts(&parts, &Wish { byte_order_mark: true, ..Wish::default() }, path, progress)
}

fn accounts<'a>(project: &'a Project, reference: &'a Reference, moves: &[Move], measures: &[MeasureId]) -> Sheet<'a> {
    let accounts = &project.accounts;
    let mut sheet = Sheet::of(moves.len());
    let unit_of = |moved: &Move| accounts.units.get(moved.account.index()).copied().flatten();
    let said = |moved: &Move| reference.holder(moved);
    sheet.texts("account", moves.iter().map(|moved| accounts.codes[moved.account.index()].as_str()));
    sheet.texts("name", moves.iter().map(|moved| accounts.names[moved.account.index()].as_str()));
    sheet.texts(
        "unit",
        moves.iter().map(|moved| unit_of(moved).map_or("", |unit| project.units.codes[unit.index()].as_str())),
    );
    let before = |moved: &Move| said(moved).and_then(|holder| holder.territory.as_deref()).unwrap_or_default();
    if reference.names_territories() {
        sheet.texts("territory_before", moves.iter().map(before));
    }
    sheet.texts("territory_after", moves.iter().map(|moved| territory(project, moved.after)));
    let rep_before = |moved: &Move| said(moved)?.rep.as_ref();
    if reference.holders.iter().any(|holder| holder.rep.is_some()) {
        let name = |moved: &Move| rep_before(moved).map_or("", |rep| rep_name(project, rep));
        sheet.texts("rep_before", moves.iter().map(name));
    }
    sheet.texts("rep_after", moves.iter().map(|moved| rep(project, moved.after)));
    for measure in measures.iter().filter_map(|id| project.measure(*id)) {
        let value = |moved: &Move| measure.values.get(moved.account.index()).copied().unwrap_or(f64::NAN);
        sheet.numbers(&measure.name, "", moves.iter().map(value));
    }
    sheet.texts("reason", moves.iter().map(|moved| reason(project, reference, moved)));
    sheet
}

/// Per territory, of before or after: how many accounts and how much it loses and gains. Territories that keep theirs have no row.
fn sums<'a>(project: &'a Project, reference: &Reference, moves: &[Move], measures: &[MeasureId]) -> Sheet<'a> {
    #[derive(Default)]
    struct Sums {
        name: String,
        accounts: [usize; 2],
        values: Vec<[f64; 2]>,
    }
    let mut rows: BTreeMap<String, Sums> = BTreeMap::new();
    for moved in moves.iter().filter(|moved| moved.territory) {
        let before = reference.holder(moved).and_then(|holder| holder.territory.as_deref()).unwrap_or_default();
        for (side, name) in [before, territory(project, moved.after)].into_iter().enumerate() {
            let sums = rows.entry(name.to_lowercase()).or_default();
            sums.name = name.to_owned();
            sums.values.resize(measures.len(), [0.0; 2]);
            sums.accounts[side] += 1;
            for (value, measure) in sums.values.iter_mut().zip(measures) {
                let of_account =
                    project.measure(*measure).and_then(|measure| measure.values.get(moved.account.index()));
                value[side] += of_account.copied().filter(|value| value.is_finite()).unwrap_or(0.0);
            }
        }
    }
    let rows: Vec<Sums> = rows.into_values().collect();
    let mut sheet = Sheet::of(rows.len());
    let name = |sums: &Sums| if sums.name.is_empty() { "Unassigned".to_owned() } else { sums.name.clone() };
    sheet.texts("territory", rows.iter().map(name));
    for (side, word) in ["lost", "gained"].into_iter().enumerate() {
        sheet.numbers(&format!("accounts {word}"), "", rows.iter().map(|sums| sums.accounts[side] as f64));
        for (at, measure) in measures.iter().enumerate() {
            let name = project.measure(*measure).map_or("", |measure| measure.name.as_str());
            sheet.numbers(&format!("{name} {word}"), "", rows.iter().map(|sums| sums.values[at][side]));
        }
    }
    sheet
}

/// Why an account changes hands, in a few words.
pub(super) fn reason(project: &Project, reference: &Reference, moved: &Move) -> String {
    let now = territory(project, moved.after);
    let Some(holder) = reference.holder(moved) else { return "new account".into() };
    if !moved.territory && holder.territory.is_some() {
        return match rep(project, moved.after) {
            "" => format!("{now} has no rep any more"),
            name => format!("{now} is {name}'s now"),
        };
    }
    if moved.after.is_unassigned() {
        return "in no territory any more".into();
    }
    if project.plan.overrides().contains_key(&moved.account) {
        return format!("named account of {now}");
    }
    let unit = project.accounts.units.get(moved.account.index()).copied().flatten();
    let code = unit.map_or("", |unit| project.units.codes[unit.index()].as_str());
    format!("{} {code} is in {now} now", project.units.kind_of_one())
}

pub(super) fn territory(project: &Project, id: TerritoryId) -> &str {
    project.plan.territory(id).map_or("", |territory| territory.name.as_str())
}

pub(super) fn rep(project: &Project, id: TerritoryId) -> &str {
    rep_of(project, id).map_or("", |rep| project.reps[rep.index()].name.as_str())
}

/// As the roster calls the rep; else as the reference does.
pub(super) fn rep_name<'a>(project: &'a Project, rep: &'a super::RepWords) -> &'a str {
    rep.known.and_then(|rep| project.reps.get(rep.index())).map_or(rep.name.as_str(), |rep| rep.name.as_str())
}
