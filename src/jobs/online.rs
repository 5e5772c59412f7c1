//! The job that asks a geocoder on the network. It is the only one that sends anything, and does not begin where that is switched off.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::JobOutput;
use super::spec::places::{
    Answer, Answers, Candidate, Geocoder, OnlineOrder, OnlinePreview, OnlineScope, OnlineSettings,
};
use crate::domain::accounts::Placement;
use crate::domain::ids::AccountId;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::online::{Kind, Question, Reply, Service};
use crate::words;
use crate::work::places::online;

/// So many addresses are shown as they would be sent.
const EXAMPLES: usize = 4;

/// Answers as they come in, so that those are kept that came before a cancel.
#[derive(Debug, Clone, Default)]
pub struct Inbox(Arc<Mutex<Vec<(AccountId, Reply)>>>);

impl Inbox {
    fn add(&self, replies: Vec<(AccountId, Reply)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(replies);
    }

    pub fn take(&self) -> Vec<(AccountId, Reply)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What would be asked. Sends nothing.
pub fn preview(project: &Project, data_generation: u64, order: OnlineOrder) -> JobOutput {
    let questions = questions(project, &order.scope);
    let service = service(&order.settings);
    let seconds = match &service {
        Ok(service) if service.kind == Kind::Nominatim => service.pause.as_secs_f64() * questions.len() as f64,
        _ => 0.0,
    };
    let host = service.as_ref().map(|service| host(service.url())).map_err(|error| error.why.clone());
    let examples = questions.iter().take(EXAMPLES).map(|question| sent(question, order.settings.geocoder)).collect();
    let preview = OnlinePreview { asked: questions.len(), examples, host, seconds };
    JobOutput::GeocodePreviewed { data_generation, order: Box::new(order), preview }
}

/// Asks, and proposes what was found.
pub fn ask(
    project: &Project,
    data_generation: u64,
    order: &OnlineOrder,
    inbox: &Inbox,
    progress: &Progress,
) -> JobOutput {
    if !order.settings.on {
        return JobOutput::Failed(
            UserError::new("Nothing was sent")
                .because("looking up addresses online is switched off")
                .hint("Switch it on under File, Look up addresses online…"),
        );
    }
    let service = match service(&order.settings) {
        Ok(service) => service,
        Err(error) => return JobOutput::Failed(error),
    };
    let questions = questions(project, &order.scope);
    let stopped = match service.ask_each(&questions, progress, |replies| inbox.add(replies)) {
        Ok(stopped) => stopped,
        Err(_) => return JobOutput::Cancelled,
    };
    let replies = inbox.take();
    match stopped {
        Some(error) if replies.is_empty() => JobOutput::Failed(error),
        stopped => {
            let answers = answers(project, replies, order.settings.geocoder, stopped.map(|error| error.to_string()));
            JobOutput::Geocoded { data_generation, answers }
        }
    }
}

/// Replies beside the places of today; the nearest first, so that what is far stands together at the end.
pub fn answers(
    project: &Project,
    replies: Vec<(AccountId, Reply)>,
    geocoder: Geocoder,
    stopped: Option<String>,
) -> Answers {
    let credit = match geocoder {
        Geocoder::Census => "U.S. Census Bureau",
        Geocoder::Nominatim => "© OpenStreetMap contributors",
    };
    let mut all = Answers { asked: replies.len(), stopped, credit, ..Answers::default() };
    for proposed in online::proposed(project, replies) {
        let far = proposed.is_far(&project.accounts);
        match proposed.reply {
            Reply::Matched { place, precision_km, words } => all.found.push(Answer {
                account: proposed.account,
                candidate: Candidate { place, placement: Placement::Online, precision_km, words },
                distance_km: proposed.distance_km,
                far,
            }),
            Reply::Tie => all.ties += 1,
            Reply::None => all.not_found += 1,
        }
    }
    all.found.sort_by_key(|answer| answer.far);
    all
}

fn questions(project: &Project, scope: &OnlineScope) -> Vec<Question> {
    match scope {
        OnlineScope::Imprecise => online::questions(project),
        OnlineScope::These(accounts) => online::questions_of(project, accounts.iter().copied()),
    }
}

fn service(settings: &OnlineSettings) -> Result<Service, UserError> {
    let (kind, url) = match settings.geocoder {
        // The batch service is at one place.
        Geocoder::Census => (Kind::Census, settings.url.as_str()),
        Geocoder::Nominatim => (Kind::Nominatim, settings.url.as_str()),
    };
    let pause = Duration::from_secs_f64(settings.pause_seconds.clamp(0.0, 3600.0));
    Ok(Service::new(kind, url)?.polite(&settings.contact, pause))
}

/// The parts of an address that are sent, in one line.
fn sent(question: &Question, geocoder: Geocoder) -> String {
    let Question { street, town, state, postal, country, .. } = question;
    // The service of the Census Bureau is for one country, and is told none.
    let country = if geocoder == Geocoder::Census { "" } else { country.as_str() };
    let parts = [street.as_str(), town, state, postal, country];
    words::cut(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "), 120)
}

/// "nominatim.openstreetmap.org".
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
