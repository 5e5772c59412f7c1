//! `bailiwick geocode`: addresses looked up by a service on the network.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, places, project};
use crate::domain::spatial::UnitIndex;
use crate::error::UserError;
use crate::io::online::{Kind, Question, Replies, Reply, Service};
use crate::work::places::online::{Proposed, proposed, questions, take};

/// Place accounts by their street with an online service; addresses are sent to it
///
/// Only accounts with a street that have no place, or not a precise one, are asked for. Their street, town, state, postal code and
/// country are sent, and nothing else. Without --yes the answers are listed and nothing is changed.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Which service: census (United States, in batches) or nominatim (one address a second)
    #[arg(long, value_name = "NAME", value_parser = ["census", "nominatim"])]
    service: String,
    /// Where the service is, when it is not the public one; https only
    #[arg(long, value_name = "URL", default_value = "")]
    url: String,
    /// A mail address or site by which the operator of a Nominatim server can reach you; sent with every request
    #[arg(long, value_name = "TEXT", default_value = "")]
    contact: String,
    /// Seconds between two requests to a Nominatim server; the public one is never asked more than once a second
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    pause: f64,
    /// Ask for so many accounts at most
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    most: usize,
    /// Say how many accounts would be asked for, and send nothing
    #[arg(long, conflicts_with = "yes")]
    check: bool,
    /// Take the places that were found, as one step that can be undone
    #[arg(long)]
    yes: bool,
    /// Leave out places farther from the old one than the old one's precision allows
    #[arg(long)]
    near_only: bool,
}

#[derive(Serialize)]
struct Answered {
    command: &'static str,
    plan: String,
    service: String,
    asked: usize,
    matched: usize,
    ties: usize,
    not_found: usize,
    /// Matched, but far from the place that the account has.
    far: usize,
    taken: usize,
    /// Why the service was not asked to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    answers: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    account: String,
    name: String,
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_km: Option<f64>,
    far: bool,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let kind = if arguments.service == "census" { Kind::Census } else { Kind::Nominatim };
    let pause = Duration::try_from_secs_f64(arguments.pause).unwrap_or(Duration::from_secs(1));
    let service = Service::new(kind, &arguments.url)?.polite(&arguments.contact, pause);
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let project = &opened.project;
    let mut asked = questions(project);
    asked.truncate(arguments.most);
    let asking: &[Question] = if arguments.check { &[] } else { &asked };
    let Replies { replies, stopped } = output
        .with_progress(|progress| service.ask(asking, progress))
        .map_err(|_| UserError::new("The service was not asked to the end").because("it was cancelled"))?;
    if let (Some(error), true) = (&stopped, replies.is_empty()) {
        return Err(error.clone());
    }
    let accounts = &project.accounts;
    let all = proposed(project, replies);
    let wanted: Vec<&Proposed> = all.iter().filter(|one| !(arguments.near_only && one.is_far(accounts))).collect();
    let edit = take(project, &UnitIndex::new(&project.units), wanted);
    if arguments.yes {
        places::save(&store, project, &edit)?;
    }
    let count = |wanted: fn(&Reply) -> bool| all.iter().filter(|one| wanted(&one.reply)).count();
    let answered = Answered {
        command: "geocode",
        plan: arguments.plan.display().to_string(),
        service: service.url().to_owned(),
        asked: asked.len(),
        matched: count(|reply| matches!(reply, Reply::Matched { .. })),
        ties: count(|reply| *reply == Reply::Tie),
        not_found: count(|reply| *reply == Reply::None),
        far: all.iter().filter(|one| one.is_far(accounts)).count(),
        taken: if arguments.yes { edit.size() } else { 0 },
        stopped: stopped.as_ref().map(ToString::to_string),
        answers: all.iter().map(|one| answer(accounts, one)).collect(),
    };
    let mut text = String::new();
    for one in &answered.answers {
        let what = one.found.as_deref().unwrap_or(one.answer);
        let distance = one.distance_km.map_or(String::new(), |km| format!(", {km} km from its place of today"));
        let _ =
            writeln!(text, "{}  {}: {what}{distance}{}", one.account, one.name, if one.far { " (far)" } else { "" });
    }
    let _ = writeln!(
        text,
        "{} asked, {} matched, {} ties, {} not found, {} far from their place of today",
        answered.asked, answered.matched, answered.ties, answered.not_found, answered.far
    );
    if arguments.check {
        text = format!("{} would be asked for at {}; nothing was sent\n", answered.asked, answered.service);
        return output.print(&answered, &text).map(|()| Outcome::Done);
    }
    let _ = match (answered.taken, answered.matched) {
        (0, 0) => writeln!(text, "Nothing was changed"),
        (0, _) => writeln!(text, "Nothing was changed; --yes takes what was found"),
        _ => writeln!(text, "{}", edit.label),
    };
    if let Some(why) = &answered.stopped {
        let _ = writeln!(text, "Stopped: {why}");
    }
    output.print(&answered, &text)?;
    Ok(Outcome::Done)
}

fn answer(accounts: &crate::domain::accounts::Accounts, one: &Proposed) -> Answer {
    let at = one.account.index();
    let (word, place, found) = match &one.reply {
        Reply::Matched { place, words, .. } => ("matched", Some(*place), Some(words.clone())),
        Reply::Tie => ("tie", None, None),
        Reply::None => ("not found", None, None),
    };
    Answer {
        account: accounts.codes.get(at).cloned().unwrap_or_default(),
        name: accounts.names.get(at).cloned().unwrap_or_default(),
        answer: word,
        latitude: place.map(|place| place.lat),
        longitude: place.map(|place| place.lon),
        found,
        distance_km: one.distance_km.map(|km| (km * 100.0).round() / 100.0),
        far: one.is_far(accounts),
    }
}
