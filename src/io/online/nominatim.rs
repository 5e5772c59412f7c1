//! A server that speaks as Nominatim does: `search?format=jsonv2&q=…`, see <https://nominatim.org/release-docs/latest/api/Search/>.

use serde::Deserialize;

use super::http::{self, Request};
use super::{Question, Reply, Service};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;

/// Two answers farther apart than this, of the same rank, are a tie.
const SAME_PLACE_KM: f64 = 1.0;

/// The rank of buildings and house numbers; smaller ones are larger things: 26 a street, 16 a town.
const BUILDING: i64 = 30;

/// One of the places of an answer, as far as it matters here. Numbers of coordinates are texts in it.
#[derive(Deserialize)]
struct Place {
    lat: String,
    lon: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    place_rank: i64,
    /// South, north, west, east.
    #[serde(default)]
    boundingbox: Vec<String>,
}

pub(super) fn ask(
    service: &Service,
    question: &Question,
    progress: &Progress,
) -> Result<Result<String, UserError>, Cancelled> {
    let town = [question.postal.as_str(), question.town.as_str()].join(" ");
    let parts = [question.street.as_str(), town.trim(), &question.state, &question.country];
    let address = parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(", ");
    let query = vec![("format", "jsonv2".to_owned()), ("limit", "3".to_owned()), ("q", address)];
    http::fetch(service, &Request::Get { query }, progress)
}

pub(super) fn read(text: &str) -> Result<Reply, String> {
    let places: Vec<Place> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(reply(&places))
}

fn reply(places: &[Place]) -> Reply {
    let point = |place: &Place| {
        let point = LonLat::new(place.lon.trim().parse().ok()?, place.lat.trim().parse().ok()?);
        point.is_valid().then_some(point)
    };
    let mut known = places.iter().filter_map(|place| Some((place, point(place)?)));
    let Some((first, place)) = known.next() else { return Reply::None };
    if known.any(|(other, at)| other.place_rank == first.place_rank && at.distance_km(place) > SAME_PLACE_KM) {
        return Reply::Tie;
    }
    let precision_km =
        if first.place_rank >= BUILDING { 0.05 } else { half_diagonal_km(first).unwrap_or(1.0).max(0.05) };
    Reply::Matched { place, precision_km, words: super::super::accounts::shortened(&first.display_name) }
}

fn half_diagonal_km(place: &Place) -> Option<f64> {
    let sides: Vec<f64> = place.boundingbox.iter().filter_map(|side| side.trim().parse().ok()).collect();
    let [south, north, west, east] = sides.as_slice() else { return None };
    let (a, b) = (LonLat::new(*west, *south), LonLat::new(*east, *north));
    (a.is_valid() && b.is_valid()).then(|| a.distance_km(b) / 2.0)
}
