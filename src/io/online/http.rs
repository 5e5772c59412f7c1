//! Requests with limits: encrypted, of bounded size and time, made again a few times when the service is busy.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Service, WITHOUT_NETWORK, wait};
use crate::domain::progress::{Cancelled, Progress};
use crate::error::UserError;

/// A name by which the services can tell who asks, as their policies want.
const USER_AGENT: &str =
    concat!("Bailiwick/", env!("CARGO_PKG_VERSION"), " (territory planning; geocoding of accounts)");

/// An answer of 10,000 addresses has some two million bytes.
const LARGEST_ANSWER: u64 = 16 << 20;

const TRIES: u32 = 3;

/// So often it is looked whether the user cancelled while a service takes its time.
const LOOK: Duration = Duration::from_millis(50);

/// What is sent.
#[derive(Clone)]
pub(super) enum Request {
    Get {
        query: Vec<(&'static str, String)>,
    },
    /// The content type and the body.
    Post {
        kind: String,
        body: Vec<u8>,
    },
}

/// Whether a URL may be used: https, or http to this machine.
pub(super) fn check(url: &str) -> Result<(), UserError> {
    let refused = |why: &str| {
        Err(UserError::new(format!("Could not use {}", without_query(url)))
            .because(why)
            .hint("Give a URL such as https://host/search"))
    };
    if url.contains('#') {
        return refused("a part after # is never sent");
    }
    if url.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return refused("a URL has no spaces");
    }
    let Some((scheme, rest)) = url.split_once("://") else { return refused("it is no URL") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return refused("it has no host, or a name and password in it");
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(()),
        "http" if ["localhost", "127.0.0.1", "::1"].contains(&host) => Ok(()),
        "http" => refused("addresses are sent over https only, never in the open"),
        _ => refused("it is no https URL"),
    }
}

/// The text that a service answers.
pub(super) fn fetch(
    service: &Service,
    request: &Request,
    progress: &Progress,
) -> Result<Result<String, UserError>, Cancelled> {
    let mut pause = service.wait_before_retry;
    let mut tries = 1;
    loop {
        progress.check()?;
        match unless_cancelled(service, request, progress)? {
            Ok(text) => return Ok(Ok(text)),
            Err(failure) if failure.may_pass && tries < TRIES => {
                wait(failure.wait.unwrap_or(pause).min(Duration::from_secs(60)), progress)?;
                pause *= 2;
                tries += 1;
            }
            Err(failure) => {
                let error = UserError::new(format!("Could not ask {}", service.url())).because(failure.why);
                return Ok(Err(error.hint(WITHOUT_NETWORK)));
            }
        }
    }
}

struct Failure {
    why: String,
    /// It may be over in a moment.
    may_pass: bool,
    /// How long the service says that one shall wait.
    wait: Option<Duration>,
}

/// Makes the request on a thread of its own: whoever cancels does not wait for the answer, which is dropped when it comes.
fn unless_cancelled(
    service: &Service,
    request: &Request,
    progress: &Progress,
) -> Result<Result<String, Failure>, Cancelled> {
    let (tell, answer) = channel();
    let (service, request) = (service.clone(), request.clone());
    let begun = std::thread::Builder::new().name("geocoder".into()).spawn(move || {
        // Nobody may be waiting any more.
        let _ = tell.send(once(&service, &request));
    });
    let failed = |why: &str| Failure { why: why.to_owned(), may_pass: false, wait: None };
    if begun.is_err() {
        return Ok(Err(failed("no thread could be started")));
    }
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => progress.check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(failed("the request ended in a defect"))),
        }
    }
}

fn once(service: &Service, request: &Request) -> Result<String, Failure> {
    let is_encrypted = service.url.to_ascii_lowercase().starts_with("https://");
    let user_agent = match service.contact.as_str() {
        "" => USER_AGENT.to_owned(),
        contact => format!("{USER_AGENT} {contact}"),
    };
    let config = ureq::Agent::config_builder()
        .https_only(is_encrypted)
        .http_status_as_error(false)
        // Addresses go where the user said, and nowhere else.
        .max_redirects(0)
        .user_agent(user_agent)
        .timeout_connect(Some(service.timeout.min(Duration::from_secs(20))))
        .timeout_global(Some(service.timeout));
    // What is on this machine is not asked through another one.
    let config = if is_encrypted { config } else { config.proxy(None) };
    let agent = config.build().new_agent();
    let sent = match request {
        Request::Get { query } => {
            let query = query.iter().map(|(name, value)| (*name, value.as_str()));
            agent.get(&service.url).query_pairs(query).call()
        }
        Request::Post { kind, body } => agent.post(&service.url).content_type(kind.as_str()).send(body.as_slice()),
    };
    let mut response = sent.map_err(explain)?;
    let status = response.status().as_u16();
    if status != 200 {
        let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let why = match status {
            429 => "it wants fewer requests (status 429)".to_owned(),
            403 => "it does not want these requests (status 403)".to_owned(),
            300..400 => {
                let to = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
                let to = crate::io::accounts::shortened(without_query(to));
                format!(
                    "it sends requests on to \"{to}\" (status {status}), and addresses go nowhere but where you said"
                )
            }
            _ => format!("it answered with status {status}"),
        };
        let may_pass = status == 429 || status >= 500;
        return Err(Failure { why, may_pass, wait: seconds.map(Duration::from_secs) });
    }
    response.body_mut().with_config().limit(LARGEST_ANSWER).lossy_utf8(true).read_to_string().map_err(explain)
}

/// A URL without what stands after the question mark, where keys are.
pub(super) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

fn explain(error: ureq::Error) -> Failure {
    let (why, may_pass) = match &error {
        ureq::Error::Timeout(_) => ("it did not answer in time".to_owned(), true),
        ureq::Error::HostNotFound => ("the host is not known; is there a network?".to_owned(), false),
        ureq::Error::BadUri(_) => ("the URL cannot be used".to_owned(), false),
        ureq::Error::BodyExceedsLimit(_) => ("the answer is larger than an answer can be".to_owned(), false),
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => (format!("no connection: {error}"), true),
        _ => (error.to_string(), false),
    };
    Failure { why, may_pass, wait: None }
}
