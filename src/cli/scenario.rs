//! `bailiwick scenario`: the plans of a project. Each is a whole assignment; units, accounts and measures are shared.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result, project};
use crate::domain::plans::{Comment, LONGEST_TEXT, PlanInfo, PlanStatus, Plans};
use crate::error::UserError;
use crate::store::{Opened, Store, now, user_name};
use crate::work::scenarios::found;

/// Work with the scenarios of a project: copy, open, describe, decide
#[derive(Debug, Subcommand)]
pub enum Scenario {
    /// List the scenarios as a family tree, with what was said about them
    List(Of),
    /// Copy a scenario; the copy is opened
    New(New),
    /// Open a scenario: all other commands are about the open one
    Open(Named),
    /// Give a scenario another name
    Rename(Rename),
    /// Say what a scenario is for
    Describe(Describe),
    /// Make a scenario draft, proposed or approved; an approved one cannot be changed
    Status(SetStatus),
    /// Compare others with this scenario from now on
    Reference(Named),
    /// Delete a scenario; what was done in it stays in the journal
    Delete(Named),
    /// Say something about a scenario, or about one of its territories
    Comment(Say),
}

#[derive(Debug, Args)]
pub struct Of {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

#[derive(Debug, Args)]
pub struct Named {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Debug, Args)]
pub struct New {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// What the copy is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The scenario that is copied; without it the open one
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// Leave the scenario open that is open now
    #[arg(long)]
    keep_open: bool,
}

#[derive(Debug, Args)]
pub struct Rename {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario
    #[arg(value_name = "NAME")]
    name: String,
    /// Its new name
    #[arg(value_name = "NEW NAME")]
    to: String,
}

#[derive(Debug, Args)]
pub struct Describe {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is for
    #[arg(value_name = "TEXT")]
    text: String,
}

#[derive(Debug, Args)]
pub struct SetStatus {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(value_name = "STATUS", value_parser = ["draft", "proposed", "approved"])]
    status: String,
}

#[derive(Debug, Args)]
pub struct Say {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario
    #[arg(value_name = "NAME")]
    name: String,
    /// What is said
    #[arg(value_name = "TEXT")]
    text: String,
    /// The territory that it is about; without it the whole scenario
    #[arg(long, value_name = "NAME")]
    territory: Option<String>,
}

#[derive(Serialize)]
struct Printed {
    command: String,
    plan: String,
    open: String,
    reference: String,
    scenarios: Vec<PlanPrinted>,
}

#[derive(Serialize)]
struct PlanPrinted {
    id: i64,
    name: String,
    /// The scenario that it was copied from.
    parent: Option<String>,
    /// How many scenarios it comes from, one after the other.
    depth: usize,
    status: &'static str,
    description: String,
    made_at: Option<i64>,
    made_by: String,
    open: bool,
    reference: bool,
    comments: Vec<CommentPrinted>,
}

#[derive(Serialize)]
struct CommentPrinted {
    territory: Option<u16>,
    at: Option<i64>,
    who: String,
    text: String,
    done: bool,
}

pub fn run(scenario: &Scenario, output: &Output) -> Result<Outcome> {
    let (command, path) = match scenario {
        Scenario::List(Of { plan }) => {
            let opened = project::open_to_read(plan)?;
            return print("list", plan, &opened.plans, "", output);
        }
        Scenario::New(New { plan, .. }) => ("new", plan),
        Scenario::Open(Named { plan, .. }) => ("open", plan),
        Scenario::Rename(Rename { plan, .. }) => ("rename", plan),
        Scenario::Describe(Describe { plan, .. }) => ("describe", plan),
        Scenario::Status(SetStatus { plan, .. }) => ("status", plan),
        Scenario::Reference(Named { plan, .. }) => ("reference", plan),
        Scenario::Delete(Named { plan, .. }) => ("delete", plan),
        Scenario::Comment(Say { plan, .. }) => ("comment", plan),
    };
    let (mut store, mut opened) = project::open_whatever_status(path)?;
    let said = change(scenario, &mut store, &mut opened)?;
    store.flush()?;
    print(command, path, &opened.plans, &said, output)
}

/// Makes the change in the file and in what is printed of it; gives what was done in words.
fn change(scenario: &Scenario, store: &mut Store, opened: &mut Opened) -> Result<String> {
    let plans = &mut opened.plans;
    Ok(match scenario {
        Scenario::List(_) => String::new(),
        Scenario::New(new) => {
            let parent = match &new.from {
                Some(name) => found(plans, name)?,
                None => plans.active,
            };
            let name = plans
                .checked_name(None, &new.name)
                .map_err(|why| UserError::new("Could not make the scenario").because(why))?;
            let of = match parent == plans.active {
                true => (*opened.project.plan).clone(),
                false => store.read_plan(parent)?.plan,
            };
            let info = PlanInfo::of_copy(parent, &name, &text_of(&new.description)?, now(), &user_name());
            let id = store.create_plan(&Arc::new(of.renamed(&name)), info.clone());
            plans.all.push(PlanInfo { id, ..info });
            if !new.keep_open {
                store.activate_plan(id);
                plans.active = id;
            }
            format!("Made {name}, a copy of {}", plans.name(parent))
        }
        Scenario::Open(named) => {
            let id = found(plans, &named.name)?;
            store.activate_plan(id);
            plans.active = id;
            format!("Opened {}", plans.name(id))
        }
        Scenario::Rename(rename) => {
            let id = found(plans, &rename.name)?;
            let name = plans
                .checked_name(Some(id), &rename.to)
                .map_err(|why| UserError::new("Could not rename the scenario").because(why))?;
            store.rename_plan(id, &name);
            let said = format!("{} is called {name} now", plans.name(id));
            if let Some(plan) = plans.get_mut(id) {
                plan.name = name;
            }
            said
        }
        Scenario::Describe(describe) => {
            let (id, text) = (found(plans, &describe.name)?, text_of(&describe.text)?);
            store.describe_plan(id, &text);
            if let Some(plan) = plans.get_mut(id) {
                plan.description = text;
            }
            format!("Described {}", plans.name(id))
        }
        Scenario::Status(set) => {
            let id = found(plans, &set.name)?;
            let status = PlanStatus::from_word(&set.status).unwrap_or_default();
            store.put_plan_status(id, status);
            if let Some(plan) = plans.get_mut(id) {
                plan.status = status;
            }
            format!("{} is {} now", plans.name(id), status.word())
        }
        Scenario::Reference(named) => {
            let id = found(plans, &named.name)?;
            store.put_reference_plan(id);
            plans.chosen_reference = Some(id);
            format!("Others are compared with {} now", plans.name(id))
        }
        Scenario::Delete(named) => {
            let id = found(plans, &named.name)?;
            let name = plans.name(id).to_owned();
            if let Some(why) = plans.keeps(id) {
                return Err(UserError::new(format!("Could not delete {name}"))
                    .because(why)
                    .hint("open another scenario first, or set it back to draft"));
            }
            store.delete_plan(id, &name)?;
            plans.remove(id);
            format!("Deleted {name}")
        }
        Scenario::Comment(say) => {
            let (id, text) = (found(plans, &say.name)?, text_of(&say.text)?);
            if text.is_empty() {
                return Err(UserError::new("Could not add the comment").because("it is empty"));
            }
            let territory = match &say.territory {
                None => None,
                Some(name) => {
                    let plan = match id == plans.active {
                        true => (*opened.project.plan).clone(),
                        false => store.read_plan(id)?.plan,
                    };
                    let known = plan.find_territory(name);
                    Some(known.ok_or_else(|| UserError::new(format!("There is no territory \"{name}\"")))?)
                }
            };
            let number = plans.comments.iter().map(|comment| comment.id).max().unwrap_or(0) + 1;
            let comment =
                Comment { id: number, plan: id, territory, at: Some(now()), who: user_name(), text, done: false };
            store.put_comment(&comment, &format!("Commented: {}", crate::words::cut(&comment.text, 60)));
            plans.comments.push(comment);
            format!("Commented on {}", plans.name(id))
        }
    })
}

fn text_of(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length > LONGEST_TEXT {
        return Err(UserError::new("The text is too long")
            .because(format!("it has {length} characters, at most {LONGEST_TEXT} are possible")));
    }
    Ok(text.to_owned())
}

fn print(command: &str, path: &std::path::Path, plans: &Plans, said: &str, output: &Output) -> Result<Outcome> {
    let scenarios: Vec<PlanPrinted> = plans
        .family()
        .into_iter()
        .filter_map(|branch| {
            let plan = plans.get(branch.id)?;
            let comments = plans.comments_on(plan.id).map(|comment| CommentPrinted {
                territory: comment.territory.map(|id| id.0),
                at: comment.at,
                who: comment.who.clone(),
                text: comment.text.clone(),
                done: comment.done,
            });
            Some(PlanPrinted {
                id: plan.id.0,
                name: plan.name.clone(),
                parent: plan.parent.and_then(|parent| plans.get(parent)).map(|parent| parent.name.clone()),
                depth: branch.depth,
                status: plan.status.word(),
                description: plan.description.clone(),
                made_at: plan.made_at,
                made_by: plan.made_by.clone(),
                open: plan.id == plans.active,
                reference: plan.id == plans.reference(),
                comments: comments.collect(),
            })
        })
        .collect();
    let mut text = String::new();
    if !said.is_empty() {
        let _ = writeln!(text, "{said}\n");
    }
    let rows: Vec<Vec<String>> = scenarios
        .iter()
        .map(|plan| {
            let mut marks = vec![];
            marks.extend(plan.open.then_some("open"));
            marks.extend(plan.reference.then_some("reference"));
            let name = format!("{}{}", "  ".repeat(plan.depth), plan.name);
            vec![name, plan.status.to_owned(), marks.join(", "), crate::words::cut(&plan.description, 60)]
        })
        .collect();
    text.push_str(&table(&["Scenario", "Status", "", "Description"].map(str::to_owned), &rows));
    for plan in scenarios.iter().filter(|plan| !plan.comments.is_empty()) {
        let _ = writeln!(text, "\n{}", plan.name);
        for comment in &plan.comments {
            let done = if comment.done { " (settled)" } else { "" };
            let _ = writeln!(text, "  {}: {}{done}", comment.who, comment.text);
        }
    }
    let printed = Printed {
        command: format!("scenario {command}"),
        plan: path.display().to_string(),
        open: plans.name(plans.active).to_owned(),
        reference: plans.name(plans.reference()).to_owned(),
        scenarios,
    };
    output.print(&printed, &text)?;
    Ok(Outcome::Done)
}
