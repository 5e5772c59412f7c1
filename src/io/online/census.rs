//! The batch service of the U.S. Census Bureau: a CSV file of addresses goes in a form, a CSV file of answers comes back, as in
//! <https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html>.

use std::collections::HashMap;

use super::http::{self, Request};
use super::{Question, Reply, Service};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;

/// The service takes 10,000 addresses at once, and minutes for them. In smaller batches one sees how far it is, and keeps what was answered.
pub(super) const BATCH: usize = 1_000;

/// The edition of the street file: the newest.
const BENCHMARK: &str = "Public_AR_Current";

/// Points are put along the street by the house number; half a block in town. Where the address was only nearly that of the street
/// file, it may be another block.
const EXACT_KM: f64 = 0.1;
const NEARLY_KM: f64 = 0.5;

pub(super) fn ask(
    service: &Service,
    questions: &[Question],
    progress: &Progress,
) -> Result<Result<String, UserError>, Cancelled> {
    let file = match addresses(questions) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let mut boundary = "bailiwick-form-boundary".to_owned();
    while contains(&file, boundary.as_bytes()) {
        boundary.push('x');
    }
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"benchmark\"\r\n\r\n{BENCHMARK}\r\n--{boundary}\r\n\
         Content-Disposition: form-data; name=\"addressFile\"; filename=\"addresses.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    )
    .into_bytes();
    body.extend(&file);
    body.extend(format!("\r\n--{boundary}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    http::fetch(service, &Request::Post { kind, body }, progress)
}

/// Running number, street, town, state, ZIP code.
fn addresses(questions: &[Question]) -> Result<Vec<u8>, UserError> {
    let failed =
        |error: &dyn std::fmt::Display| UserError::new("Could not write the addresses").because(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (nth, question) in questions.iter().enumerate() {
        let number = nth.to_string();
        let fields = [&number, &question.street, &question.town, &question.state, &question.postal];
        // A line break inside a field would be read as another address.
        let fields = fields.map(|field| field.split_whitespace().collect::<Vec<_>>().join(" "));
        writer.write_record(&fields).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The answers in the order of the questions; the service sends them in any order. Fields: number, address sent, `Match`, `No_Match` or
/// `Tie`, `Exact` or `Non_Exact`, address found, `longitude,latitude`, street line, side.
pub(super) fn read(text: &str, count: usize) -> Result<Vec<Reply>, String> {
    let mut replies: HashMap<usize, Reply> = HashMap::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let field = |at: usize| record.get(at).unwrap_or_default().trim();
        let Some(number) = field(0).parse::<usize>().ok().filter(|&number| number < count) else { continue };
        let reply = match field(2) {
            "Match" => match place(field(5)) {
                Some(place) => Reply::Matched {
                    place,
                    precision_km: if field(3) == "Exact" { EXACT_KM } else { NEARLY_KM },
                    words: super::super::accounts::shortened(field(4)),
                },
                None => Reply::None,
            },
            "Tie" => Reply::Tie,
            "No_Match" => Reply::None,
            _ => continue,
        };
        replies.entry(number).or_insert(reply);
    }
    if replies.is_empty() && count > 0 {
        return Err("none of its lines is an answer to an address".into());
    }
    Ok((0..count).map(|number| replies.remove(&number).unwrap_or(Reply::None)).collect())
}

fn place(text: &str) -> Option<LonLat> {
    let (lon, lat) = text.split_once(',')?;
    let place = LonLat::new(lon.trim().parse().ok()?, lat.trim().parse().ok()?);
    (place.is_valid() && place != LonLat::default()).then_some(place)
}
