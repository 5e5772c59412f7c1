//! Where an account is: by its coordinates, or else by its postal code or its town, whichever is more precise, or else in the middle of
//! its state. Each account says how it was placed and how far its true place may be.

use super::mapping::Columns;
use super::shortened;
use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::gazetteer::{CountryId, Found, Gazetteer, NoPostal, PostalHit, RegionId, Towns};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::postal::PostalTable;
use crate::io::table::Table;

/// Coordinates farther than this from the area of the row's postal code are worth a look.
const FAR_KM: f64 = 50.0;

/// A town's point is taken in place of a postal code's when it is so many times as precise: the letters of a British code stand for a
/// whole county.
const MORE_PRECISE: f64 = 3.0;

/// So many rows are looked at to learn the country of a file that does not say it.
const LEARNED_FROM: usize = 500;

/// Where an account was put, and how.
pub(super) struct Placing {
    pub place: LonLat,
    pub placement: Placement,
    /// NaN where there is no place.
    pub precision_km: f32,
}

pub(super) struct Placer<'a> {
    table: &'a Table,
    columns: &'a Columns,
    gazetteer: &'a Gazetteer,
    /// Of the United States.
    postal: &'a PostalTable,
    /// The country of rows that do not say one.
    country: CountryId,
    zeros_restored: usize,
    counts: [usize; Placement::ALL.len()],
}

/// What the coordinates of a row say.
enum Coordinates {
    None,
    Good(LonLat),
    /// The column to blame, the reason, and the place that would be meant if they were exchanged.
    Bad(usize, String, Option<LonLat>),
}

/// What the words of a row say: country, state, postal code, town.
struct Words {
    postal: Result<PostalHit, String>,
    /// The place to take, or why there is none.
    place: Result<Found, String>,
    /// What was noticed on the way although there is a place.
    doubt: Option<String>,
}

impl<'a> Placer<'a> {
    pub fn new(table: &'a Table, columns: &'a Columns, postal: &'a PostalTable) -> Self {
        let gazetteer = Gazetteer::embedded();
        let country = gazetteer.united_states();
        let mut placer =
            Self { table, columns, gazetteer, postal, country, zeros_restored: 0, counts: Default::default() };
        placer.country = placer.usual_country();
        placer
    }

    pub fn place(&mut self, row: usize, code: &str, diagnostics: &mut Vec<Diagnostic>) -> Placing {
        let words = self.words(row);
        let coordinates = match self.coordinates(row) {
            Coordinates::Good(place) => self.check_against(place, words.postal.as_ref().ok()),
            other => other,
        };
        let here = self.table.place(row).item(code);
        let placing = match coordinates {
            Coordinates::Good(place) => {
                let far = |hit: &PostalHit| {
                    Some(hit.place.distance_km(place)).filter(|km| *km > FAR_KM + 3.0 * hit.radius_km)
                };
                if let Some(km) = words.postal.as_ref().ok().and_then(far) {
                    let message = format!("the coordinates lie {km:.0} km from the postal code");
                    diagnostics.push(Diagnostic::warning(here, message).hint("placed by its coordinates"));
                }
                Placing { place, placement: Placement::Coordinates, precision_km: 0.0 }
            }
            Coordinates::Bad(column, problem, exchanged) => {
                let mut hint = match words.place.as_ref().map(|found| found.placement) {
                    Ok(Placement::PostalCode) => "placed by its postal code".to_owned(),
                    Ok(Placement::Town) => "placed by its town".to_owned(),
                    Ok(_) => "placed in the middle of its state".to_owned(),
                    Err(_) => "the account is kept without a place".to_owned(),
                };
                if let Some(place) = exchanged {
                    hint.push_str(&format!("; the other way round they are {}, {}", place.lat, place.lon));
                }
                let place = self.table.cell_place(row, column).item(code);
                diagnostics.push(Diagnostic::warning(place, problem).hint(hint));
                placing(words.place.ok())
            }
            Coordinates::None => match words.place {
                Ok(found) => {
                    if found.placement == Placement::Region {
                        let why = words.postal.as_ref().err().filter(|why| !why.is_empty());
                        let why =
                            why.map_or("only its state is known".to_owned(), |why| format!("{why}, only its state is"));
                        let hint = format!("placed at {}, up to {:.0} km away", found.words, found.precision_km);
                        diagnostics.push(Diagnostic::warning(here, why).hint(hint));
                    } else if let Some(doubt) = words.doubt {
                        diagnostics.push(Diagnostic::warning(here, doubt).hint(format!("placed at {}", found.words)));
                    }
                    placing(Some(found))
                }
                Err(problem) => {
                    let problem = match (problem.is_empty(), self.columns.lat.is_some()) {
                        (false, true) => format!("no coordinates, and {problem}"),
                        (false, false) => problem,
                        (true, _) => "no coordinates, no postal code and no town".to_owned(),
                    };
                    diagnostics.push(Diagnostic::warning(here, problem).hint("the account is kept without a place"));
                    placing(None)
                }
            },
        };
        if let Some(at) = Placement::ALL.iter().position(|kind| *kind == placing.placement) {
            self.counts[at] += 1;
        }
        placing
    }

    /// Notes about choices that were made for many rows.
    pub fn sum_up(&self, diagnostics: &mut Vec<Diagnostic>) {
        if let (Some(column), true) = (self.columns.postal, self.zeros_restored > 0) {
            diagnostics.push(
                Diagnostic::note(
                    Place::file(&self.table.file).column(&self.table.columns[column]),
                    format!("{} had lost leading zeros", count_of(self.zeros_restored, "postal code")),
                )
                .hint("2139 is read as 02139; keep the column as text in the spreadsheet"),
            );
        }
        let count = |wanted: Placement| {
            Placement::ALL.iter().zip(self.counts).find(|(kind, _)| **kind == wanted).map_or(0, |(_, count)| count)
        };
        let ways = [
            (Placement::PostalCode, "by postal code"),
            (Placement::Town, "by town"),
            (Placement::Region, "in the middle of the state"),
            (Placement::Unplaced, "not at all"),
        ];
        let said: Vec<String> = ways
            .into_iter()
            .map(|(kind, words)| (count(kind), words))
            .filter(|(count, _)| *count > 0)
            .enumerate()
            .map(|(nth, (count, words))| match nth {
                0 => format!("{} placed {words}", count_of(count, "account")),
                _ => format!("{} {words}", crate::words::count(count as i128)),
            })
            .collect();
        let by_words = ways[..3].iter().any(|(kind, _)| count(*kind) > 0);
        if by_words {
            diagnostics.push(Diagnostic::note(Place::file(&self.table.file), said.join(", ")));
        }
        let us = self.gazetteer.united_states();
        if self.country != us && by_words {
            let message =
                format!("rows without a country are taken to be in {}", self.gazetteer.country_name(self.country));
            let hint =
                "most of their postal codes and towns fit together there; a column with the country decides otherwise";
            diagnostics.push(Diagnostic::note(Place::file(&self.table.file), message).hint(hint));
        }
    }

    fn coordinates(&self, row: usize) -> Coordinates {
        let (Some(lon_column), Some(lat_column)) = (self.columns.lon, self.columns.lat) else {
            return Coordinates::None;
        };
        let bad = |column, problem: String| Coordinates::Bad(column, problem, None);
        let (lon, lat) = (self.degrees(row, lon_column), self.degrees(row, lat_column));
        let (lon, lat) = match (lon, lat) {
            (Ok(Some(lon)), Ok(Some(lat))) => (lon, lat),
            (Ok(None), Ok(None)) => return Coordinates::None,
            (Err(text), _) => return bad(lon_column, format!("expected a longitude, found \"{text}\"")),
            (_, Err(text)) => return bad(lat_column, format!("expected a latitude, found \"{text}\"")),
            (Ok(None), _) => return bad(lon_column, "the longitude is missing".into()),
            (_, Ok(None)) => return bad(lat_column, "the latitude is missing".into()),
        };
        // People live between these latitudes.
        let turned = LonLat::new(lat, lon);
        let exchanged = turned.is_valid() && (-60.0..85.0).contains(&lon);
        if lat.abs() > 90.0 {
            let problem = if exchanged {
                format!("latitude {lat} and longitude {lon} are probably exchanged")
            } else {
                format!("expected a latitude from -90 to 90, found {lat}")
            };
            return Coordinates::Bad(lat_column, problem, exchanged.then_some(turned));
        }
        if lon.abs() > 180.0 {
            return bad(lon_column, format!("expected a longitude from -180 to 180, found {lon}"));
        }
        if lat == 0.0 && lon == 0.0 {
            return bad(lat_column, "latitude and longitude are 0, a place in the Atlantic".into());
        }
        if lat < -60.0 && exchanged {
            let problem = format!("latitude {lat} lies in Antarctica: latitude and longitude are probably exchanged");
            return Coordinates::Bad(lat_column, problem, Some(turned));
        }
        Coordinates::Good(LonLat::new(lon, lat))
    }

    /// Coordinates far from the postal code that would be near it the other way round are exchanged.
    fn check_against(&self, place: LonLat, hit: Option<&PostalHit>) -> Coordinates {
        let exchanged = LonLat::new(place.lat, place.lon);
        match (hit, self.columns.lat) {
            (Some(hit), Some(column))
                if exchanged.is_valid()
                    && hit.place.distance_km(place) > 1000.0
                    && hit.place.distance_km(exchanged) < 5.0 * FAR_KM =>
            {
                let problem = format!("latitude {} and longitude {} are exchanged", place.lat, place.lon);
                Coordinates::Bad(column, problem, Some(exchanged))
            }
            _ => Coordinates::Good(place),
        }
    }

    /// A number of degrees, nothing, or the text that is neither.
    fn degrees(&self, row: usize, column: usize) -> Result<Option<f64>, String> {
        let text = self.table.cell(row, column);
        // Degrees have no groups of thousands, so a lone comma is a decimal one.
        let mark = if text.contains(',') && !text.contains('.') { DecimalMark::Comma } else { DecimalMark::Point };
        match numbers::read(text.trim_end_matches('°'), mark) {
            Cell::Number(number) => Ok(Some(number)),
            Cell::Missing => Ok(None),
            Cell::Text | Cell::TooLarge => Err(shortened(text)),
        }
    }

    fn cell(&self, row: usize, column: Option<usize>) -> &'a str {
        let text = column.map_or("", |column| self.table.cell(row, column));
        if numbers::is_missing(text) { "" } else { text }
    }

    /// The place that country, state, postal code and town of a row give.
    fn words(&mut self, row: usize) -> Words {
        let (postal, town) = (self.cell(row, self.columns.postal), self.cell(row, self.columns.town));
        let nothing = |why: String| Words { postal: Err(why.clone()), place: Err(why), doubt: None };
        let (country, region) = match self.country_and_region(row) {
            Ok(found) => found,
            Err(why) => return nothing(why),
        };
        let hit = if postal.is_empty() { Err(String::new()) } else { self.by_postal_code(country, postal) };
        // Looking for the town of every row that has a good postal code would cost more than it tells.
        let precise = hit.as_ref().is_ok_and(|hit| hit.radius_km <= 15.0);
        let towns = if town.is_empty() || precise { Towns::None } else { self.gazetteer.town(country, region, town) };
        let mut doubt = None;
        let place = match (&hit, towns) {
            (Ok(hit), Towns::One(town)) => {
                let km = hit.place.distance_km(town.place);
                if km > FAR_KM + 2.0 * hit.radius_km + town.precision_km {
                    doubt = Some(format!("the postal code lies {km:.0} km from the town {}", town.words));
                    Ok(by_code(hit, self.gazetteer.country_name(country)))
                } else if hit.radius_km > MORE_PRECISE * town.precision_km {
                    Ok(town)
                } else {
                    Ok(by_code(hit, self.gazetteer.country_name(country)))
                }
            }
            (Ok(hit), _) => Ok(by_code(hit, self.gazetteer.country_name(country))),
            (Err(why), Towns::One(town)) => {
                // The file had a code that is not known: said, since the town is less precise.
                doubt = (!why.is_empty() && !why.starts_with(NO_TABLE)).then(|| why.clone());
                Ok(town)
            }
            (Err(_), Towns::Several(several)) => {
                let names: Vec<&str> = several.iter().map(|town| town.words.as_str()).collect();
                Err(format!("the town \"{}\" may be {}", shortened(town), names.join("; ")))
            }
            (Err(why), Towns::None) => self.by_region(region, town, why),
        };
        Words { postal: hit, place, doubt }
    }

    /// What is left where neither code nor town is known.
    fn by_region(&self, region: Option<RegionId>, town: &str, why: &str) -> Result<Found, String> {
        let county = region.filter(|_| !town.is_empty()).and_then(|region| self.gazetteer.county(region, town));
        let middle = region.and_then(|region| self.gazetteer.middle_of(region));
        county.or(middle).ok_or_else(|| match (why.is_empty(), town.is_empty()) {
            (true, false) => format!("the town \"{}\" is not known", shortened(town)),
            _ => why.to_owned(),
        })
    }

    /// The country of a row, and its state as far as that is known.
    fn country_and_region(&self, row: usize) -> Result<(CountryId, Option<RegionId>), String> {
        let (country, state) = (self.cell(row, self.columns.country), self.cell(row, self.columns.state));
        if country.is_empty() {
            let of_code = self.gazetteer.country_of_code(self.cell(row, self.columns.postal));
            let country = of_code.unwrap_or(self.country);
            // "PR" in a column of states.
            let island =
                || ["PR", "GU", "VI", "AS", "MP"].contains(&state).then(|| self.gazetteer.country(state)).flatten();
            return Ok(match self.gazetteer.region(country, state) {
                Some(region) => (country, Some(region)),
                None => island().unwrap_or((country, None)),
            });
        }
        let Some((country, of_name)) = self.gazetteer.country(country) else {
            return Err(format!("the country \"{}\" is not known", shortened(country)));
        };
        Ok((country, self.gazetteer.region(country, state).or(of_name)))
    }

    /// The point of a postal code, or why there is none.
    fn by_postal_code(&mut self, country: CountryId, text: &str) -> Result<PostalHit, String> {
        let hit = self.gazetteer.postal_in(country, text, self.postal).map_err(|why| match why {
            NoPostal::Unknown => format!("the postal code \"{}\" is not known", shortened(text)),
            NoPostal::NoTable => format!("{NO_TABLE} for {}", self.gazetteer.country_name(country)),
        })?;
        self.zeros_restored += usize::from(hit.zeros_restored);
        Ok(hit)
    }

    /// The country in which most postal codes lie near the town beside them, for rows that do not say their country.
    fn usual_country(&self) -> CountryId {
        let us = self.gazetteer.united_states();
        let (Some(postal), Some(town)) = (self.columns.postal, self.columns.town) else { return us };
        let silent = |row: &usize| self.cell(*row, self.columns.country).is_empty();
        let rows: Vec<usize> = (0..self.table.len()).filter(silent).take(LEARNED_FROM).collect();
        let fits = |country: CountryId| {
            let near = |row: &&usize| {
                let Ok(hit) = self.gazetteer.postal(country, self.table.cell(**row, postal)) else { return false };
                let near = |town: &Found| town.place.distance_km(hit.place) < FAR_KM + hit.radius_km;
                match self.gazetteer.town(country, None, self.table.cell(**row, town)) {
                    Towns::None => false,
                    Towns::One(town) => near(&town),
                    Towns::Several(several) => several.iter().any(near),
                }
            };
            rows.iter().filter(near).count()
        };
        let at_home = fits(us);
        // Where the United States fit, nobody else is asked.
        if 2 * at_home >= rows.len() {
            return us;
        }
        let others = self.gazetteer.countries_with_codes().into_iter().map(|country| (fits(country), country));
        let best = others.max_by_key(|&(count, country)| (count, country == us));
        best.filter(|&(count, _)| count > 0).map_or(us, |(_, country)| country)
    }
}

const NO_TABLE: &str = "there is no table of postal codes";

fn by_code(hit: &PostalHit, country: &str) -> Found {
    let words = if hit.town.is_empty() { country } else { &hit.town };
    Found {
        place: hit.place,
        placement: Placement::PostalCode,
        precision_km: hit.radius_km,
        words: format!("{}, {words}", hit.code),
    }
}

fn placing(found: Option<Found>) -> Placing {
    match found {
        Some(found) => {
            Placing { place: found.place, placement: found.placement, precision_km: found.precision_km as f32 }
        }
        None => {
            let place = LonLat::new(f64::NAN, f64::NAN);
            Placing { place, placement: Placement::Unplaced, precision_km: f32::NAN }
        }
    }
}
