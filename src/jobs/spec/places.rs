//! What is asked about the places of accounts, and what comes back: from the gazetteer, and from a service on the network.

use crate::domain::accounts::Placement;
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::domain::sphere::LonLat;

/// A place that a text or an address may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub place: LonLat,
    pub placement: Placement,
    /// How far the true place may be from this one.
    pub precision_km: f64,
    /// "Dayton, OH, United States"; empty for a place that was shown on the map.
    pub words: String,
}

/// An account with its address in one line and what that may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub account: AccountId,
    pub address: String,
    pub suggestion: Option<Candidate>,
}

/// A text that is being typed, and the account that it is typed for: what lies in its state comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    pub text: String,
    pub account: Option<AccountId>,
}

/// The step that would place accounts by their columns again.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    pub edit: Edit,
    /// "12 accounts would come to lie elsewhere".
    pub words: String,
}

/// Which service looks addresses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Geocoder {
    #[default]
    Census,
    Nominatim,
}

/// How addresses are looked up online. Kept on this machine, not in the project, and off until somebody switches it on.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlineSettings {
    pub on: bool,
    pub geocoder: Geocoder,
    /// Of a Nominatim server; empty for the public one.
    pub url: String,
    /// Where the operator of the server can reach the user.
    pub contact: String,
    /// Between two requests.
    pub pause_seconds: f64,
}

impl Default for OnlineSettings {
    fn default() -> Self {
        let (url, contact) = (String::new(), String::new());
        Self { on: false, geocoder: Geocoder::Census, url, contact, pause_seconds: 1.0 }
    }
}

/// Which accounts are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OnlineScope {
    /// Those that have no place, or not a precise one.
    #[default]
    Imprecise,
    These(Vec<AccountId>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct OnlineOrder {
    pub settings: OnlineSettings,
    pub scope: OnlineScope,
}

/// What would be asked, before anything is.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlinePreview {
    /// Accounts with a street.
    pub asked: usize,
    /// The first addresses exactly as they would be sent.
    pub examples: Vec<String>,
    /// The host that they would go to, or why they cannot go anywhere.
    pub host: Result<String, String>,
    /// How long it takes at least.
    pub seconds: f64,
}

/// What a service found for an account, beside the place of today.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub account: AccountId,
    pub candidate: Candidate,
    /// From the place of today, which some do not have.
    pub distance_km: Option<f64>,
    /// Farther than the precision of the place of today allows.
    pub far: bool,
}

/// The answers of a service, waiting for a yes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    pub found: Vec<Answer>,
    pub asked: usize,
    /// Several places fitted as well.
    pub ties: usize,
    pub not_found: usize,
    /// Why the service was not asked to the end.
    pub stopped: Option<String>,
    /// Whom the answers are to be credited to.
    pub credit: &'static str,
}
