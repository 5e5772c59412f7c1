//! Newer files held against the project, doubles found and merged: steps that replace units or accounts, worked out with the data that
//! they lead to.

use std::sync::Arc;

use super::JobOutput;
use super::preview::plain_path;
use super::spec::{ImportOrder, ImportWhat, MergeRule, MergeWish, RefreshWish, Vanished, Version};
use super::tasks::{account_columns, finish, unit_columns};
use crate::domain::columns::Subject;
use crate::domain::edit::Edit;
use crate::domain::effect::effect;
use crate::domain::ids::UnitId;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;
use crate::io::export::{number, write_rows};
use crate::session::Indices;
use crate::session::data::NewData;
use crate::session::doubles::DoubleGroup;
use crate::session::list::List;
use crate::session::refreshing::{AccountsReport, ColumnLine, Outcome, Report, UnitsReport, Whose};
use crate::words;
use crate::work::boundaries::{BoundaryUpdate, update_file};
use crate::work::duplicates::{self, DuplicatesWish, MergeOrder, OnMerge};
use crate::work::refresh::{
    Comparison, DIFFERENCE_COLUMNS, OnVanished, RefreshOrder, all_differences, compare_file, difference_row,
};

/// A newer file, held against the project of this version.
pub struct Compared {
    pub version: Version,
    pub order: ImportOrder,
    pub report: Report,
    /// Of accounts, what the choices are made on.
    pub comparison: Option<Arc<Comparison>>,
    /// Of units, what there is to make; `None` where they are like that already.
    pub replacement: Option<Replacement>,
    pub diagnostics: Vec<Diagnostic>,
    pub file: String,
}

/// A step that replaces units or accounts, ready to be made in the project of this version.
pub struct Replacement {
    pub version: Version,
    pub edit: Edit,
    pub data: NewData,
    /// What is to be kept among the problems.
    pub diagnostics: Vec<Diagnostic>,
}

/// What choices about a newer file do, and the step; `None` where nothing would change.
pub struct WorkedOut {
    pub outcome: Outcome,
    pub replacement: Option<Replacement>,
}

/// Groups of accounts that are probably one.
pub struct FoundDoubles {
    pub data_generation: u64,
    /// Somebody asked for them; else they are only counted.
    pub asked: bool,
    pub groups: Vec<DoubleGroup>,
}

/// Accounts merged, and what should be known of it.
pub struct Merged {
    pub replacement: Option<Replacement>,
    pub notes: Vec<String>,
}

/// Reads a newer file and holds it against the project.
pub fn compare(project: &Project, version: Version, order: ImportOrder, progress: &Progress) -> JobOutput {
    let compared = match order.what {
        ImportWhat::Units => compare_units(project, version, &order, progress),
        _ => compare_accounts(project, version, &order, progress),
    };
    if order.pasted {
        // It was written for this alone; nobody looks for it where it is.
        let _ = std::fs::remove_file(&order.path);
    }
    finish(compared.map_err(Some).map(|compared| JobOutput::Compared(Box::new(compared))))
}

fn compare_accounts(
    project: &Project,
    version: Version,
    order: &ImportOrder,
    progress: &Progress,
) -> Result<Compared, UserError> {
    let found = compare_file(project, &plain_path(&order.path), &account_columns(order), progress)?;
    let comparison = Arc::new(found.value);
    Ok(Compared {
        version,
        order: order.clone(),
        report: Report::Accounts(accounts_report(project, &comparison)),
        file: comparison.file.clone(),
        comparison: Some(comparison),
        replacement: None,
        diagnostics: found.diagnostics,
    })
}

/// What a comparison tells, with its differences as a list.
pub fn accounts_report(project: &Project, comparison: &Arc<Comparison>) -> AccountsReport {
    let columns = comparison.columns.iter().map(|column| {
        let measure = project.measures.iter().find(|measure| measure.name == column.name);
        ColumnLine {
            name: column.name.clone(),
            unit: measure.filter(|_| column.sums.is_some()).map_or_else(String::new, |measure| measure.unit.clone()),
            whose: match (column.is_new(), column.is_missing()) {
                (true, _) => Whose::File,
                (_, true) => Whose::Project,
                _ => Whose::Both,
            },
            changed: column.changed.len(),
            // Means are not summed.
            sums: column.sums.filter(|_| measure.is_none_or(|measure| measure.is_summed())),
        }
    });
    let all = all_differences(comparison);
    let (gone, new) = (comparison.vanished.len(), comparison.new_count());
    let values = all.len() - gone - new;
    let parts = vec![
        (format!("All {}", words::count(all.len() as i128)), 0..all.len()),
        (format!("{} changed", words::counted(values as i128, "value")), 0..values),
        (format!("{} no longer there", words::count(gone as i128)), values..values + gone),
        (format!("{} new", words::count(new as i128)), values + gone..all.len()),
    ];
    let (of, project_then) = (Arc::clone(comparison), project.clone());
    let row = move |row: usize| match all.get(row) {
        Some(&difference) => difference_row(&of, &project_then, difference).to_vec(),
        None => vec![String::new(); DIFFERENCE_COLUMNS.len()],
    };
    AccountsReport {
        file: comparison.file.clone(),
        new,
        changed: comparison.changed.len(),
        vanished: gone,
        vanished_named: comparison.vanished.iter().filter(|vanished| vanished.named || vanished.locked).count(),
        unchanged: comparison.unchanged_count(),
        columns: columns.collect(),
        list: List::new(&DIFFERENCE_COLUMNS, parts, row),
    }
}

fn compare_units(
    project: &Project,
    version: Version,
    order: &ImportOrder,
    progress: &Progress,
) -> Result<Compared, UserError> {
    let found = update_file(project, &plain_path(&order.path), &unit_columns(order), progress)?;
    let BoundaryUpdate { project: after, edit, .. } = &found.value;
    progress.begin(Phase::Measuring, 0).map_err(crate::io::cancelled)?;
    let replacement = (!edit.is_empty()).then(|| Replacement {
        version,
        edit: edit.clone(),
        data: NewData { indices: Indices::new(after), project: after.clone() },
        diagnostics: found.diagnostics.clone(),
    });
    Ok(Compared {
        version,
        order: order.clone(),
        report: Report::Units(units_report(project, &found.value)),
        comparison: None,
        replacement,
        diagnostics: found.diagnostics,
        file: found.value.report.file.clone(),
    })
}

const UNIT_COLUMNS: [&str; 6] = ["What", "Code", "With", "Territory before", "Afterwards", "Value"];

fn units_report(project: &Project, update: &BoundaryUpdate) -> UnitsReport {
    let report = &update.report;
    let kind = project.units.kind_of_many();
    let name = |id| project.plan.territory_name(id).to_owned();
    let parts = |list: &[(String, f64)]| {
        let shown = list.iter().take(4).map(|(unit, share)| format!("{unit} {}", words::percent(*share)));
        let mut shown: Vec<String> = shown.collect();
        if list.len() > 4 {
            shown.push(format!("{} more", list.len() - 4));
        }
        shown.join(", ")
    };
    let mut rows: Vec<[String; 6]> = Vec::new();
    let none = String::new;
    for new in &report.by_share {
        let what = if new.by_accounts { "new, its accounts decided" } else { "new, by share of area" };
        rows.push([what.into(), new.code.clone(), parts(&new.of), none(), name(new.owner), none()]);
    }
    let by_share = rows.len();
    for code in &report.without {
        rows.push(["new, where there was none".into(), code.clone(), none(), none(), none(), none()]);
    }
    let without = rows.len();
    for gone in &report.vanished {
        let what = if gone.locked { "no longer there, was locked" } else { "no longer there" };
        rows.push([what.into(), gone.code.clone(), parts(&gone.to), name(gone.owner), none(), none()]);
    }
    let vanished = rows.len();
    for moved in &report.moves {
        let (code, called) =
            (&project.accounts.codes[moved.account.index()], &project.accounts.names[moved.account.index()]);
        let row = [name(moved.from), name(moved.to), number(moved.value)];
        let [from, to, value] = row;
        rows.push(["account with another owner".into(), code.clone(), called.clone(), from, to, value]);
    }
    let count = |count: usize| words::count(count as i128);
    let list_parts = vec![
        (format!("All {}", count(rows.len())), 0..rows.len()),
        (format!("{} by share of area", count(by_share)), 0..by_share),
        (format!("{} where there was none", count(without - by_share)), by_share..without),
        (format!("{} no longer there", count(vanished - without)), without..vanished),
        (format!("{} with another owner", words::counted(report.moves.len() as i128, "account")), vanished..rows.len()),
    ];
    let mut facts = Vec::new();
    if !report.apportioned.is_empty() {
        let names = report.apportioned.join(", ");
        facts.push(format!("Not in the file: {names}. Kept by code, divided by area where codes changed"));
    }
    if !report.left_out.is_empty() {
        facts.push(format!("Left out, for the project has no such columns: {}", report.left_out.join(", ")));
    }
    let goal = project.main_goal().and_then(|goal| project.measure(goal.measure));
    let value: f64 = report.moves.iter().map(|moved| moved.value).filter(|value| value.is_finite()).sum();
    let codes = report.vanished.iter().map(|gone| &gone.code);
    let sources = report.by_share.iter().flat_map(|new| new.of.iter().map(|(code, _)| code));
    let mut touched: Vec<UnitId> = codes.chain(sources).filter_map(|code| project.units.find(code)).collect();
    touched.sort_unstable();
    touched.dedup();
    UnitsReport {
        file: report.file.clone(),
        kind,
        by_code: report.by_code,
        by_share: report.by_share.len(),
        without: report.without.len(),
        vanished: report.vanished.len(),
        other_unit: report.other_unit,
        moved: report.moves.len(),
        moved_value: goal.filter(|measure| measure.subject == Subject::Accounts).map(|_| value),
        facts,
        effect: effect(project, &update.project),
        touched,
        nothing: update.edit.is_empty(),
        list: List::new(&UNIT_COLUMNS, list_parts, move |row| {
            rows.get(row).map_or_else(|| vec![String::new(); UNIT_COLUMNS.len()], |row| row.to_vec())
        }),
    }
}

/// Works out what the choices do, with the data that they lead to.
pub fn refresh(
    project: &Project,
    version: Version,
    comparison: &Comparison,
    wish: RefreshWish,
    progress: &Progress,
) -> JobOutput {
    let order = RefreshOrder {
        take_new: wish.take_new,
        columns: wish.columns.clone(),
        keep_where_empty: wish.keep_where_empty,
        vanished: match wish.vanished {
            Vanished::Keep => OnVanished::Keep,
            Vanished::KeepNamed => OnVanished::KeepNamed,
            Vanished::Remove => OnVanished::Remove,
        },
        remove_columns: wish.remove_columns,
    };
    let done = match comparison.refresh(project, &order) {
        _ if progress.check().is_err() => return JobOutput::Cancelled,
        Ok(done) => done,
        Err(error) => return JobOutput::Failed(error),
    };
    let outcome = Outcome {
        wish,
        added: done.added,
        changed: done.changed,
        removed: done.removed,
        effect: effect(project, &done.project),
        notes: done.notes.iter().map(ToString::to_string).collect(),
    };
    let replacement = replacement(version, done.project, done.edit, done.notes);
    JobOutput::WorkedOut(Box::new(WorkedOut { outcome, replacement }))
}

fn replacement(version: Version, after: Project, edit: Edit, diagnostics: Vec<Diagnostic>) -> Option<Replacement> {
    let data = || NewData { indices: Indices::new(&after), project: after.clone() };
    (!edit.is_empty()).then(|| Replacement { version, data: data(), edit, diagnostics })
}

/// Writes a list.
pub fn save_list(list: &List, path: &std::path::Path, data_generation: u64, progress: &Progress) -> JobOutput {
    let begun = progress.begin(Phase::Writing, 0).map_err(|_| None);
    finish(begun.and_then(|()| {
        let header: Vec<&str> = list.columns.iter().map(String::as_str).collect();
        write_rows(path, &header, (0..list.len()).map(|row| list.plain_row(row))).map_err(Some)?;
        Ok(JobOutput::Exported { path: path.to_owned(), files: 1, data_generation, notes: Vec::new() })
    }))
}

/// Looks for accounts that are one.
pub fn find_doubles(
    project: &Project,
    data_generation: u64,
    asked: bool,
    least: f64,
    no_doubles: std::collections::BTreeSet<[String; 2]>,
    progress: &Progress,
) -> JobOutput {
    let wish = DuplicatesWish { least, dismissed: no_doubles };
    let Ok(groups) = duplicates::find(project, &wish, progress) else { return JobOutput::Cancelled };
    let group = |group: duplicates::Group| DoubleGroup {
        score: group.score(),
        why: group.pairs.first().map_or_else(String::new, duplicates::Pair::words),
        accounts: group.accounts,
        keep: group.keep,
    };
    let groups = groups.into_iter().map(group).collect();
    JobOutput::FoundDoubles(Box::new(FoundDoubles { data_generation, asked, groups }))
}

/// Works out a merge, with the data that it leads to.
pub fn merge(project: &Project, version: Version, wish: MergeWish, progress: &Progress) -> JobOutput {
    let rule = |rule: MergeRule| match rule {
        MergeRule::Sum => OnMerge::Sum,
        MergeRule::Largest => OnMerge::Largest,
        MergeRule::Keep => OnMerge::Keep,
    };
    let measures = wish.rules.into_iter().map(|(name, chosen)| (name, rule(chosen))).collect();
    let order = MergeOrder { groups: wish.groups, measures };
    match duplicates::merge(project, &order) {
        _ if progress.check().is_err() => JobOutput::Cancelled,
        Err(error) => JobOutput::Failed(error),
        Ok(done) => {
            let replacement = replacement(version, done.project, done.edit, Vec::new());
            JobOutput::Merged(Box::new(Merged { replacement, notes: done.notes }))
        }
    }
}
