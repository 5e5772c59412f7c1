//! `bailiwick what-if`: a manager's question, answered in a scenario of its own.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::Output;
use super::search::Search;
use super::{Outcome, Result, goals, project};
use crate::domain::ids::{GroupId, RepId};
use crate::domain::plan::Plan;
use crate::domain::plans::PlanInfo;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::cancelled;
use crate::store::{now, user_name};
use crate::words;
use crate::work::build::BuildError;
use crate::work::scenarios::{comparison, content, found};
use crate::work::what_if::{Question, Wish, answer};

/// Ask what would be if; the answer is a new scenario, which is opened, and what it costs
#[derive(Debug, Subcommand)]
pub enum WhatIf {
    /// A rep leaves: the others take what the rep had
    RepLeaves(RepLeaves),
    /// A rep joins at a home: a new territory around it
    RepJoins(RepJoins),
    /// A rep works part of a full position
    PartTime(PartTime),
    /// There shall be so many territories in all
    Grow(Grow),
    /// A district, or another group, becomes two
    SplitGroup(SplitGroup),
    /// Districts, or groups of another level, become one
    MergeGroups(MergeGroups),
}

#[derive(Debug, Args)]
struct Common {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// What the scenario is called; without it after the question
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The scenario that is asked about; without it the open one
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    #[arg(long, value_name = "NAME[:TOLERANCE]", help = goals::HELP)]
    measure: Vec<String>,
    #[command(flatten)]
    search: Search,
}

#[derive(Debug, Args)]
pub struct RepLeaves {
    #[command(flatten)]
    common: Common,
    /// The rep, by name or code
    #[arg(long, value_name = "REP")]
    rep: String,
    /// At most so much of the others' territories may change hands too, of the measure that is balanced first
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = percent)]
    others_move: f64,
}

#[derive(Debug, Args)]
pub struct RepJoins {
    #[command(flatten)]
    common: Common,
    /// A rep of the roster without a territory, by name or code; or what the new territory is called after
    #[arg(long, value_name = "REP")]
    rep: String,
    /// Where the rep lives, as longitude,latitude; without it the home of the roster
    #[arg(long, value_name = "LON,LAT", value_parser = place, allow_hyphen_values = true)]
    home: Option<LonLat>,
}

#[derive(Debug, Args)]
pub struct PartTime {
    #[command(flatten)]
    common: Common,
    /// The rep, by name or code
    #[arg(long, value_name = "REP")]
    rep: String,
    /// How much of a full position
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    share: f64,
}

#[derive(Debug, Args)]
pub struct Grow {
    #[command(flatten)]
    common: Common,
    /// So many in all
    #[arg(long, value_name = "N")]
    territories: usize,
}

#[derive(Debug, Args)]
pub struct SplitGroup {
    #[command(flatten)]
    common: Common,
    /// The district or other group, by name
    #[arg(long, value_name = "NAME")]
    group: String,
}

#[derive(Debug, Args)]
pub struct MergeGroups {
    #[command(flatten)]
    common: Common,
    /// The group that stays, by name
    #[arg(long, value_name = "NAME")]
    into: String,
    /// A group that goes into it; may be given several times
    #[arg(long, value_name = "NAME", required = true)]
    with: Vec<String>,
}

#[derive(Serialize)]
struct Printed {
    command: &'static str,
    plan: String,
    scenario: String,
    from: String,
    description: String,
    units_moved: usize,
    unit_share: f64,
    accounts_moved: usize,
    account_share: f64,
    balance: [Option<f64>; 2],
    mean_travel_km: [Option<f64>; 2],
    territories: [usize; 2],
    notes: Vec<String>,
}

pub fn run(what_if: &WhatIf, output: &Output) -> Result<Outcome> {
    let common = match what_if {
        WhatIf::RepLeaves(RepLeaves { common, .. })
        | WhatIf::RepJoins(RepJoins { common, .. })
        | WhatIf::PartTime(PartTime { common, .. })
        | WhatIf::Grow(Grow { common, .. })
        | WhatIf::SplitGroup(SplitGroup { common, .. })
        | WhatIf::MergeGroups(MergeGroups { common, .. }) => common,
    };
    let (mut store, mut opened) = project::open_whatever_status(&common.plan)?;
    let from = match &common.from {
        Some(name) => found(&opened.plans, name)?,
        None => opened.plans.active,
    };
    let before = content(&store, &opened.project, &opened.plans, from)?;
    opened.project.plan = Arc::clone(&before);
    let project = &opened.project;
    let question = question(what_if, project)?;
    let others_move = if let WhatIf::RepLeaves(leaves) = what_if { leaves.others_move } else { 0.0 };
    let wish = Wish { goals: goals::read(&common.measure, project)?, others_move };
    let answered =
        output.with_progress(|progress| answer(project, &question, &wish, &common.search.options(), progress));
    let answered = match answered {
        Ok(answered) => answered,
        Err(BuildError::Cancelled) => return Err(UserError::new("Cancelled")),
        Err(BuildError::Refused(error) | BuildError::Infeasible(error)) => return Err(error),
    };
    let name = match &common.name {
        Some(name) => opened
            .plans
            .checked_name(None, name)
            .map_err(|why| UserError::new("Could not make the scenario").because(why))?,
        None => opened.plans.free_name(&answered.name),
    };
    let copy = Arc::new(before.renamed(&name));
    let mut after = Plan::clone(&copy);
    crate::domain::edit::apply(&mut after, &answered.edit, crate::domain::edit::Locks::Pass)
        .map_err(|error| UserError::new("Could not make the scenario").because(error))?;
    let after = Arc::new(after);
    let info = PlanInfo::of_copy(from, &name, &answered.description, now(), &user_name());
    let id = store.create_plan(&copy, info);
    store.activate_plan(id);
    store.apply(&answered.edit);
    store.flush()?;
    let compared =
        output.with_progress(|progress| comparison(project, &before, &after, progress)).map_err(cancelled)?;
    let main = wish.goals.first().map(|goal| goal.measure);
    let at = compared.measures.iter().position(|&measure| Some(measure) == main);
    let disruption = &compared.disruption;
    let printed = Printed {
        command: "what-if",
        plan: common.plan.display().to_string(),
        scenario: name,
        from: opened.plans.name(from).to_owned(),
        description: answered.description,
        units_moved: disruption.units,
        unit_share: disruption.unit_share(),
        accounts_moved: disruption.accounts,
        account_share: disruption.account_share(),
        balance: at.map_or([None; 2], |at| compared.balance[at]),
        mean_travel_km: compared.travel_km,
        territories: [before.territory_count(), after.territory_count()],
        notes: answered.notes,
    };
    let mut text = format!("Made the scenario {}, and opened it\n{}\n\n", printed.scenario, printed.description);
    let mut line = |what: &str, words: String| {
        let _ = writeln!(text, "{what:<20} {words}");
    };
    let of = |count: usize, share: f64| format!("{} ({})", words::count(count as i128), words::percent(share));
    line("Units that move", of(printed.units_moved, printed.unit_share));
    line("Accounts that move", of(printed.accounts_moved, printed.account_share));
    line("Balance", printed.balance.map(|share| share.map_or("–".to_owned(), words::percent)).join(" → "));
    line("Mean travel", printed.mean_travel_km.map(|km| km.map_or("–".to_owned(), words::kilometres)).join(" → "));
    line("Territories", printed.territories.map(|count| count.to_string()).join(" → "));
    for note in &printed.notes {
        let _ = writeln!(text, "note: {note}");
    }
    output.print(&printed, &text)?;
    Ok(Outcome::Done)
}

fn question(what_if: &WhatIf, project: &Project) -> Result<Question> {
    Ok(match what_if {
        WhatIf::RepLeaves(leaves) => Question::RepLeaves(rep(project, &leaves.rep)?),
        WhatIf::RepJoins(joins) => {
            let known = rep(project, &joins.rep).ok();
            let home = joins.home.or_else(|| project.reps.get(known?.index())?.home);
            let home = home.ok_or_else(|| {
                UserError::new(format!("Nobody knows where {} lives", joins.rep)).hint("give --home LON,LAT")
            })?;
            Question::RepJoins { rep: known, name: joins.rep.clone(), home }
        }
        WhatIf::PartTime(part) => Question::PartTime { rep: rep(project, &part.rep)?, share: part.share },
        WhatIf::Grow(grow) => Question::GrowTo(grow.territories),
        WhatIf::SplitGroup(split) => Question::SplitGroup(group(project, &split.group)?),
        WhatIf::MergeGroups(merge) => Question::MergeGroups {
            into: group(project, &merge.into)?,
            others: merge.with.iter().map(|name| group(project, name)).collect::<Result<Vec<_>>>()?,
        },
    })
}

fn rep(project: &Project, text: &str) -> Result<RepId> {
    let wanted = text.trim().to_lowercase();
    let is = |known: &str| known.trim().to_lowercase() == wanted;
    let by_code = project.reps.iter().position(|rep| !rep.code.is_empty() && is(&rep.code));
    let found = by_code.or_else(|| project.reps.iter().position(|rep| is(&rep.name)));
    found.map(RepId::from_index).ok_or_else(|| {
        let names: Vec<&str> = project.reps.iter().map(|rep| rep.name.as_str()).collect();
        UserError::new(format!("There is no rep \"{}\"", text.trim()))
            .hint(format!("the reps are {}", crate::io::table::list_of(&names)))
    })
}

pub(super) fn group(project: &Project, name: &str) -> Result<GroupId> {
    let hierarchy = project.plan.hierarchy();
    let found = (0..hierarchy.levels().len()).find_map(|level| hierarchy.find(level, name));
    found.ok_or_else(|| {
        let names: Vec<&str> = hierarchy.iter().map(|(_, group)| group.name.as_str()).collect();
        UserError::new(format!("There is no district or other group \"{}\"", name.trim()))
            .hint(format!("the groups are {}", crate::io::table::list_of(&names)))
    })
}

/// "60", "60%" or "0.6" as a share.
pub(super) fn percent(text: &str) -> std::result::Result<f64, String> {
    let text = text.trim();
    let (number, is_percent) = text.strip_suffix('%').map_or((text, false), |number| (number.trim(), true));
    let value: f64 = number.parse().map_err(|_| "expected a percentage, such as 60".to_owned())?;
    let share = if is_percent || value > 1.0 { value / 100.0 } else { value };
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("expected 0 to 100".to_owned()) }
}

fn place(text: &str) -> std::result::Result<LonLat, String> {
    let parsed = text.split_once(',').and_then(|(lon, lat)| Some((lon.trim().parse().ok()?, lat.trim().parse().ok()?)));
    let place = parsed.map(|(lon, lat)| LonLat::new(lon, lat)).filter(|place| place.is_valid());
    place.ok_or_else(|| "expected longitude,latitude in degrees, such as -83.1,40.2".to_owned())
}
