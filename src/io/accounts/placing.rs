//! Where an account is: by its coordinates, or else by its postal code or its town, whichever is more precise, or else in the middle of
//! its state. Each account says how it was placed and how far its true place may be.

use super::mapping::Columns;
use super::shortened;
use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::gazetteer::address::{Address, FAR_KM};
use crate::io::gazetteer::{CountryId, Found, Gazetteer, PostalHit};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::own;
use crate::io::postal::PostalTable;
use crate::io::table::Table;

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
    /// Of an export of this program the columns that say how accounts were placed and how precisely.
    said: Option<(usize, usize)>,
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

impl<'a> Placer<'a> {
    pub fn new(table: &'a Table, columns: &'a Columns, postal: &'a PostalTable) -> Self {
        let gazetteer = Gazetteer::embedded();
        let country = gazetteer.united_states();
        let said = own::placing_columns(&table.columns);
        let mut placer =
            Self { table, columns, gazetteer, postal, country, said, zeros_restored: 0, counts: Default::default() };
        if columns.postal.is_some() && columns.town.is_some() {
            placer.country = gazetteer.usual_country((0..table.len()).map(|row| placer.address(row)));
        }
        placer
    }

    pub fn place(&mut self, row: usize, code: &str, diagnostics: &mut Vec<Diagnostic>) -> Placing {
        let words = self.gazetteer.place_address(&self.address(row), self.country, self.postal);
        self.zeros_restored += usize::from(words.postal.as_ref().is_ok_and(|hit| hit.zeros_restored));
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
                let (placement, precision_km) = self.as_exported(row).unwrap_or((Placement::Coordinates, 0.0));
                Placing { place, placement, precision_km }
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

    /// How a row was placed before it was exported: what was a guess does not become certain on the way.
    fn as_exported(&self, row: usize) -> Option<(Placement, f32)> {
        let (how, precision) = self.said?;
        let placement = Placement::from_word(self.table.cell(row, how)).filter(|how| *how != Placement::Unplaced)?;
        Some((placement, self.table.cell(row, precision).replace(',', ".").parse().unwrap_or(f32::NAN)))
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
                _ => format!("{count} {words}"),
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

    /// The parts of the address of a row.
    fn address(&self, row: usize) -> Address<'a> {
        let Columns { postal, town, state, country, .. } = *self.columns;
        Address {
            postal: self.cell(row, postal),
            town: self.cell(row, town),
            state: self.cell(row, state),
            country: self.cell(row, country),
        }
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
