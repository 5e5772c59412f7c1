//! `bailiwick duplicates`: accounts that are probably the same customer twice, listed, merged, or remembered as no doubles.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, project};
use crate::domain::columns::Subject;
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::export::{number, write_rows};
use crate::words;
use crate::work::duplicates::{
    DISMISSED_SETTING, DuplicatesWish, Group, LIKELY, MergeDone, MergeOrder, OnMerge, Pair, code_pair, dismissed,
    dismissed_setting, find, merge, pairs_of,
};

/// List accounts that are probably the same customer twice; merge them, or say that they are not
///
/// Names, places and what phone, website and street columns say are held against each other. Nothing is changed without --merge,
/// --merge-all or --dismiss. A merge is one undo step: sums are added up, means are those of the account that stays; words that it does
/// not have come from the others, and so does an owner of its own.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// From 0 to 1: pairs less alike are left out
    #[arg(long, value_name = "SCORE", default_value_t = LIKELY, value_parser = score)]
    least: f64,
    /// Write the list to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
    /// Merge a group, by its number in the list, or accounts, by their codes; may be given several times
    #[arg(long, value_name = "GROUP|CODE,CODE")]
    merge: Vec<String>,
    /// The account of a group that stays; without it the one with an owner of its own, else the one of which most is known
    #[arg(long, value_name = "CODE")]
    keep: Vec<String>,
    /// Merge every group of the list
    #[arg(long, conflicts_with = "merge")]
    merge_all: bool,
    /// What becomes of a measure: sum, largest, or keep (that of the account that stays); may be given several times
    #[arg(long, value_name = "COL:RULE", value_parser = rule)]
    measure: Vec<(String, OnMerge)>,
    /// Remember accounts as no doubles of each other, by their codes; may be given several times
    #[arg(long, value_name = "CODE,CODE")]
    dismiss: Vec<String>,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    least: f64,
    accounts: usize,
    /// As they were before anything was merged, those said to be no doubles left out.
    groups: Vec<GroupInfo>,
    /// The undo step; null where nothing was merged.
    step: Option<String>,
    kept: usize,
    merged: usize,
    notes: Vec<String>,
    /// Pairs of codes that are remembered as no doubles.
    dismissed: usize,
}

#[derive(Serialize)]
struct GroupInfo {
    group: usize,
    score: f64,
    /// The account that would stay.
    keep: String,
    accounts: Vec<AccountInfo>,
    pairs: Vec<PairInfo>,
}

#[derive(Serialize)]
struct AccountInfo {
    account: String,
    name: String,
    /// Null when nobody owns it.
    territory: Option<String>,
    named: bool,
    locked: bool,
    /// Of the measure that is balanced first.
    value: Option<f64>,
}

#[derive(Serialize)]
struct PairInfo {
    accounts: [String; 2],
    score: f64,
    name: f64,
    /// Null where one has no place.
    km: Option<f64>,
    /// Null where one has none.
    same_phone: Option<bool>,
    same_website: Option<bool>,
    same_street: Option<bool>,
    why: String,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let merges = arguments.merge_all || !arguments.merge.is_empty();
    let (store, opened) = if merges || !arguments.dismiss.is_empty() {
        let (store, opened) = project::open_to_write(&arguments.plan)?;
        (Some(store), opened)
    } else {
        (None, project::open_to_read(&arguments.plan)?)
    };
    let project = &opened.project;
    let mut no_doubles = dismissed(opened.settings.get(DISMISSED_SETTING).map(String::as_str));
    for codes in &arguments.dismiss {
        no_doubles.extend(pairs_of(project, &accounts(project, codes)?));
    }
    let wish = DuplicatesWish { least: arguments.least, dismissed: no_doubles };
    let groups = output.with_progress(|progress| find(project, &wish, progress)).map_err(crate::io::cancelled)?;
    if let Some(path) = &arguments.out {
        write_rows(path, &LIST_COLUMNS, rows(project, &groups))?;
    }
    let mut done = None;
    if merges {
        let order = order(arguments, project, &groups)?;
        done = Some(merge(project, &order)?);
    }
    if let Some(store) = &store {
        if let Some(done) = done.as_ref().filter(|done| !done.edit.is_empty()) {
            store.apply_to_data(&done.project, &done.edit)?;
        }
        if !arguments.dismiss.is_empty() {
            store.put_setting(DISMISSED_SETTING, dismissed_setting(&wish.dismissed).as_deref());
        }
        store.flush()?;
    }
    let step = done.as_ref().filter(|done| !done.edit.is_empty()).map(|done| done.edit.label.clone());
    let text = text(project, &groups, done.as_ref(), wish.dismissed.len(), &arguments.dismiss);
    let result = Done {
        command: "duplicates",
        plan: arguments.plan.display().to_string(),
        least: arguments.least,
        accounts: project.accounts.len(),
        groups: groups.iter().zip(1..).map(|(group, nth)| group_info(project, group, nth)).collect(),
        step,
        kept: done.as_ref().map_or(0, |done| done.kept),
        merged: done.as_ref().map_or(0, |done| done.merged),
        notes: done.map_or_else(Vec::new, |done| done.notes),
        dismissed: wish.dismissed.len(),
    };
    output.print(&result, &text)?;
    Ok(Outcome::Done)
}

/// What is merged into what.
fn order(arguments: &Arguments, project: &Project, groups: &[Group]) -> Result<MergeOrder> {
    let kept: Vec<AccountId> = arguments.keep.iter().map(|code| account(project, code)).collect::<Result<_>>()?;
    let mut wanted: Vec<(Vec<AccountId>, Option<AccountId>)> = Vec::new();
    if arguments.merge_all {
        wanted.extend(groups.iter().map(|group| (group.accounts.clone(), Some(group.keep))));
    }
    for text in &arguments.merge {
        if text.contains(',') {
            let accounts = accounts(project, text)?;
            let group = groups.iter().find(|group| accounts.iter().all(|account| group.accounts.contains(account)));
            let keep = group.map(|group| group.keep).filter(|keep| accounts.contains(keep));
            wanted.push((accounts, keep));
            continue;
        }
        let nth = text.trim().parse::<usize>().ok().and_then(|nth| groups.get(nth.checked_sub(1)?));
        let group = nth.ok_or_else(|| {
            UserError::new(format!("There is no group \"{text}\""))
                .because(format!("{} found", words::counted(groups.len() as i128, "group")))
                .hint("Name its number in the list with the same --least, or the codes of its accounts")
        })?;
        wanted.push((group.accounts.clone(), Some(group.keep)));
    }
    if let Some(stray) = kept.iter().find(|keep| !wanted.iter().any(|(accounts, _)| accounts.contains(keep))) {
        let code = &project.accounts.codes[stray.index()];
        return Err(UserError::new(format!("Could not keep account {code}"))
            .because("it is in none of the groups that are merged"));
    }
    let groups = wanted.into_iter().map(|(accounts, suggested)| {
        let chosen = kept.iter().copied().find(|keep| accounts.contains(keep));
        let keep = chosen.or(suggested).or_else(|| accounts.first().copied()).unwrap_or_default();
        (keep, accounts.into_iter().filter(|&account| account != keep).collect())
    });
    let measures: Result<BTreeMap<String, OnMerge>> =
        arguments.measure.iter().map(|(name, rule)| Ok((measure_name(project, name)?, *rule))).collect();
    Ok(MergeOrder { groups: groups.collect(), measures: measures? })
}

fn measure_name(project: &Project, name: &str) -> Result<String> {
    let mut of_accounts = project.measures_of(Subject::Accounts).map(|(_, measure)| &measure.name);
    of_accounts.find(|known| known.eq_ignore_ascii_case(name)).cloned().ok_or_else(|| {
        let names: Vec<&str> =
            project.measures_of(Subject::Accounts).map(|(_, measure)| measure.name.as_str()).collect();
        UserError::new(format!("The accounts have no measure \"{name}\""))
            .hint(format!("their measures are {}", names.join(", ")))
    })
}

/// Accounts by their codes, parted by commas.
fn accounts(project: &Project, codes: &str) -> Result<Vec<AccountId>> {
    let list: Vec<AccountId> = codes.split(',').map(|code| account(project, code.trim())).collect::<Result<_>>()?;
    if list.len() < 2 {
        return Err(
            UserError::new(format!("\"{codes}\" is one account")).hint("Name two or more codes, parted by commas")
        );
    }
    Ok(list)
}

fn account(project: &Project, code: &str) -> Result<AccountId> {
    let position = project.accounts.codes.iter().position(|known| known == code);
    position
        .map(AccountId::from_index)
        .ok_or_else(|| UserError::new(format!("There is no account \"{code}\"")).because("no account has that code"))
}

fn group_info(project: &Project, group: &Group, nth: usize) -> GroupInfo {
    GroupInfo {
        group: nth,
        score: rounded(group.score()),
        keep: project.accounts.codes[group.keep.index()].clone(),
        accounts: group.accounts.iter().map(|&account| account_info(project, account)).collect(),
        pairs: group.pairs.iter().map(|pair| pair_info(project, pair)).collect(),
    }
}

fn account_info(project: &Project, account: AccountId) -> AccountInfo {
    let (accounts, plan, row) = (&project.accounts, &project.plan, account.index());
    let owner = plan.owner_of(account, accounts.units.get(row).copied().flatten());
    let measure = project.main_goal().and_then(|goal| project.measure(goal.measure));
    let value = measure.filter(|measure| measure.subject == Subject::Accounts).and_then(|m| m.values.get(row).copied());
    AccountInfo {
        account: accounts.codes[row].clone(),
        name: accounts.names[row].clone(),
        territory: plan.territory(owner).map(|territory| territory.name.clone()),
        named: plan.overrides().contains_key(&account),
        locked: plan.locked_accounts().contains(&account),
        value: value.filter(|value| value.is_finite()),
    }
}

fn pair_info(project: &Project, pair: &Pair) -> PairInfo {
    PairInfo {
        accounts: code_pair(project, pair.accounts),
        score: rounded(pair.score),
        name: rounded(pair.parts.name),
        km: pair.parts.km.map(rounded),
        same_phone: pair.parts.phone,
        same_website: pair.parts.website,
        same_street: pair.parts.street,
        why: pair.words(),
    }
}

fn rounded(score: f64) -> f64 {
    (1000.0 * score).round() / 1000.0
}

const LIST_COLUMNS: [&str; 10] =
    ["Group", "Score", "Why", "Account", "Name", "Stays", "Territory", "Named", "Locked", "Value"];

fn rows<'a>(project: &'a Project, groups: &'a [Group]) -> impl Iterator<Item = Vec<String>> + 'a {
    let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
    groups.iter().zip(1..).flat_map(move |(group, nth)| {
        let why = group.pairs.first().map_or_else(String::new, Pair::words);
        group.accounts.iter().map(move |&account| {
            let info = account_info(project, account);
            let (nth, score) = (nth.to_string(), format!("{:.2}", group.score()));
            let owner = info.territory.unwrap_or_default();
            let value = info.value.map_or_else(String::new, number);
            let [stays, named, locked] = [account == group.keep, info.named, info.locked].map(yes);
            vec![nth, score, why.clone(), info.account, info.name, stays, owner, named, locked, value]
        })
    })
}

/// So many groups are listed in the text; all are in JSON and in the file.
const LISTED: usize = 40;

fn text(
    project: &Project,
    groups: &[Group],
    done: Option<&MergeDone>,
    dismissed: usize,
    just_dismissed: &[String],
) -> String {
    let mut text = String::new();
    for (group, nth) in groups.iter().zip(1..).take(LISTED) {
        let why = group.pairs.first().map_or_else(String::new, Pair::words);
        let _ = writeln!(text, "{nth}. {:.2}  {why}", group.score());
        for &account in &group.accounts {
            let info = account_info(project, account);
            let stays = if account == group.keep { "  (stays)" } else { "" };
            let owner = info.territory.unwrap_or_else(|| "Unassigned".to_owned());
            let _ = writeln!(text, "   {}  {}  {owner}{stays}", info.account, words::cut(&info.name, 50));
        }
    }
    if groups.len() > LISTED {
        let _ = writeln!(text, "… and {} more", words::count((groups.len() - LISTED) as i128));
    }
    let accounts: usize = groups.iter().map(|group| group.accounts.len()).sum();
    let _ = writeln!(
        text,
        "{} of {} are probably doubles, in {}",
        words::count(accounts as i128),
        words::counted(project.accounts.len() as i128, "account"),
        words::counted(groups.len() as i128, "group")
    );
    if dismissed > 0 {
        let what = if just_dismissed.is_empty() { "" } else { ", the new ones included" };
        let _ = writeln!(text, "{} remembered as no doubles{what}", words::counted(dismissed as i128, "pair"));
    }
    match done {
        Some(done) if done.edit.is_empty() => text.push_str("Nothing was merged\n"),
        Some(done) => {
            done.notes.iter().for_each(|note| {
                let _ = writeln!(text, "{note}");
            });
            let _ = writeln!(text, "{}", done.edit.label);
        }
        None => {}
    }
    text
}

fn score(word: &str) -> std::result::Result<f64, String> {
    let score = word.parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

fn rule(word: &str) -> std::result::Result<(String, OnMerge), String> {
    let (name, rule) = word.rsplit_once(':').ok_or("expected a measure and a rule: \"Annual Revenue:largest\"")?;
    let rule = match rule.trim() {
        "sum" => OnMerge::Sum,
        "largest" => OnMerge::Largest,
        "keep" => OnMerge::Keep,
        other => return Err(format!("expected sum, largest or keep, found \"{other}\"")),
    };
    Ok((name.trim().to_owned(), rule))
}
