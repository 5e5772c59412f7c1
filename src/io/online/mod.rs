//! Addresses looked up by a service on the network. Nothing here runs unless somebody switched it on: what is sent is the street,
//! town, state, postal code and country of the accounts asked for, and nothing else.

mod census;
mod http;
mod nominatim;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::domain::ids::AccountId;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;

/// The way out where a service cannot be asked.
const WITHOUT_NETWORK: &str = "What was answered before is kept; ask again for the rest later. Without a network accounts are placed by \
                               postal code and town, or by hand";

/// Which way a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The batch service of the U.S. Census Bureau: addresses in the United States, many at once.
    Census,
    /// Any server that speaks as Nominatim does, the search of OpenStreetMap: one address at a time.
    Nominatim,
}

/// A service, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    pub kind: Kind,
    /// With a key that may stand after its question mark, which is in no message.
    url: String,
    /// Where the operator can reach the user, as policies want; sent with every request. May be empty.
    contact: String,
    /// Between two requests. A second for Nominatim, as the public server's policy asks.
    pub pause: Duration,
    /// Before a request that failed is made again; twice as long the second time.
    pub wait_before_retry: Duration,
    /// For one answer.
    pub timeout: Duration,
}

/// An address to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub account: AccountId,
    pub street: String,
    pub town: String,
    pub state: String,
    pub postal: String,
    pub country: String,
}

/// What a service says of an address.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Matched {
        place: LonLat,
        /// How far the true place may be.
        precision_km: f64,
        /// The address as the service writes it.
        words: String,
    },
    /// Several places fit as well.
    Tie,
    /// Nothing fits.
    None,
}

/// What came of the questions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replies {
    /// In the order of the questions, as far as they were answered.
    pub replies: Vec<(AccountId, Reply)>,
    /// Why the rest has no answer.
    pub stopped: Option<UserError>,
}

impl Kind {
    pub fn usual_url(self) -> &'static str {
        match self {
            Self::Census => "https://geocoding.geo.census.gov/geocoder/locations/addressbatch",
            Self::Nominatim => "https://nominatim.openstreetmap.org/search",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Census => "U.S. Census Bureau",
            Self::Nominatim => "Nominatim (OpenStreetMap)",
        }
    }

    /// A plain sentence on what is sent where.
    pub fn what_is_sent(self) -> &'static str {
        match self {
            Self::Census => {
                "Street, town, state and ZIP code of the accounts are sent to the U.S. Census Bureau, with a running number and \
                 without their names or figures."
            }
            Self::Nominatim => {
                "Street, town, state, postal code and country of the accounts are sent to the server, one address after the other, \
                 without their names or figures. The public server of OpenStreetMap is for small numbers; its answers are \
                 © OpenStreetMap contributors."
            }
        }
    }
}

impl Service {
    /// A service at a URL; an empty one stands for the usual.
    ///
    /// # Errors
    /// A URL that is none, or one without encryption: http:// is allowed for this machine alone.
    pub fn new(kind: Kind, url: &str) -> Result<Self, UserError> {
        let url = url.trim();
        let url = if url.is_empty() { kind.usual_url() } else { url };
        http::check(url)?;
        let pause = if kind == Kind::Nominatim { Duration::from_secs(1) } else { Duration::ZERO };
        // The Census Bureau takes minutes for a full batch.
        let timeout = Duration::from_secs(if kind == Kind::Census { 600 } else { 30 });
        let contact = String::new();
        Ok(Self { kind, url: url.to_owned(), contact, pause, wait_before_retry: Duration::from_secs(2), timeout })
    }

    /// With a contact that is sent along, and a pause between requests. The public server is not asked more often than its policy allows.
    #[must_use]
    pub fn polite(mut self, contact: &str, pause: Duration) -> Self {
        let plain = |letter: &char| letter.is_ascii_graphic() || *letter == ' ';
        self.contact = contact.trim().chars().filter(plain).take(200).collect();
        let least = if self.is_public_nominatim() { Duration::from_secs(1) } else { Duration::ZERO };
        self.pause = if self.kind == Kind::Nominatim { pause.max(least) } else { self.pause };
        self
    }

    fn is_public_nominatim(&self) -> bool {
        let host = self.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', ':']).next());
        host.is_some_and(|host| host.to_ascii_lowercase().ends_with("openstreetmap.org"))
    }

    /// Where it is, without a key.
    pub fn url(&self) -> &str {
        http::without_query(&self.url)
    }

    /// Asks all questions, one after the other or in batches. What was answered before a failure is kept.
    ///
    /// # Errors
    /// The user cancelled.
    pub fn ask(&self, questions: &[Question], progress: &Progress) -> Result<Replies, Cancelled> {
        let mut all = Vec::new();
        let stopped = self.ask_each(questions, progress, |replies| all.extend(replies))?;
        Ok(Replies { replies: all, stopped })
    }

    /// The same; hands over the answers as they come, which a user who cancels can keep. Returns why the rest has no answer.
    ///
    /// # Errors
    /// The user cancelled.
    pub fn ask_each(
        &self,
        questions: &[Question],
        progress: &Progress,
        mut take: impl FnMut(Vec<(AccountId, Reply)>),
    ) -> Result<Option<UserError>, Cancelled> {
        progress.begin(Phase::AskingGeocoder, questions.len() as u64)?;
        let size = if self.kind == Kind::Census { census::BATCH } else { 1 };
        for (nth, batch) in questions.chunks(size).enumerate() {
            if nth > 0 {
                wait(self.pause, progress)?;
            }
            progress.check()?;
            let text = match self.kind {
                Kind::Census => census::ask(self, batch, progress)?,
                Kind::Nominatim => nominatim::ask(self, &batch[0], progress)?,
            };
            match text.and_then(|text| self.understand(batch, &text)) {
                Ok(replies) => take(batch.iter().map(|question| question.account).zip(replies).collect()),
                Err(error) => return Ok(Some(error)),
            }
            progress.tick(batch.len() as u64)?;
        }
        Ok(None)
    }

    /// What an answer says of the questions, in their order. It comes from the network, so it may be anything.
    ///
    /// # Errors
    /// It is no answer.
    pub fn understand(&self, questions: &[Question], text: &str) -> Result<Vec<Reply>, UserError> {
        let understood = match self.kind {
            Kind::Census => census::read(text, questions.len()),
            Kind::Nominatim => nominatim::read(text).map(|reply| vec![reply]),
        };
        understood.map_err(|why| {
            let hint = match self.kind {
                Kind::Census => "Check the URL: it must be that of a batch service for addresses",
                Kind::Nominatim => "Check the URL: it must be that of the search of a Nominatim server",
            };
            UserError::new(format!("Could not understand what {} answered", self.url)).because(why).hint(hint)
        })
    }
}

/// Waits, and stops when the user cancels.
fn wait(time: Duration, progress: &Progress) -> Result<(), Cancelled> {
    const STEP: Duration = Duration::from_millis(50);
    let mut left = time;
    while !left.is_zero() {
        progress.check()?;
        std::thread::sleep(left.min(STEP));
        left = left.saturating_sub(STEP);
    }
    Ok(())
}
