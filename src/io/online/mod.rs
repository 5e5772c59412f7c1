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

/// Which way a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The batch service of the U.S. Census Bureau: addresses in the United States, up to 10,000 at once.
    Census,
    /// Any server that speaks as Nominatim does, the search of OpenStreetMap: one address at a time.
    Nominatim,
}

/// A service, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    pub kind: Kind,
    url: String,
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
                "The address of each account is sent to the server, one a second, without its name or figures. The public server \
                 of OpenStreetMap is for small numbers; its answers are © OpenStreetMap contributors."
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
        Ok(Self { kind, url: url.to_owned(), pause, wait_before_retry: Duration::from_secs(2), timeout })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks all questions, one after the other or in batches. What was answered before a failure is kept.
    ///
    /// # Errors
    /// The user cancelled.
    pub fn ask(&self, questions: &[Question], progress: &Progress) -> Result<Replies, Cancelled> {
        progress.begin(Phase::AskingGeocoder, questions.len() as u64)?;
        let mut all = Replies::default();
        let size = if self.kind == Kind::Census { census::LARGEST_BATCH } else { 1 };
        for (nth, batch) in questions.chunks(size).enumerate() {
            if nth > 0 {
                wait(self.pause, progress)?;
            }
            progress.check()?;
            let answer = match self.kind {
                Kind::Census => census::ask(self, batch, progress)?,
                Kind::Nominatim => nominatim::ask(self, &batch[0], progress)?.map(|reply| vec![reply]),
            };
            match answer {
                Ok(replies) => all.replies.extend(batch.iter().map(|question| question.account).zip(replies)),
                Err(error) => {
                    all.stopped = Some(error);
                    break;
                }
            }
            progress.tick(batch.len() as u64)?;
        }
        Ok(all)
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
