//! Where an account is: by its coordinates, or else by its postal code, or else by its town.

use super::mapping::Columns;
use super::shortened;
use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::postal::{self, PostalTable};
use crate::io::table::Table;

/// Coordinates farther than this from the point of the row's postal code are worth a look.
const FAR_KM: f64 = 250.0;

/// Where an account was put, and how.
pub(super) struct Placing {
    pub place: LonLat,
    pub placement: Placement,
}

pub(super) struct Placer<'a> {
    table: &'a Table,
    columns: &'a Columns,
    postal: &'a PostalTable,
    zeros_restored: usize,
}

/// What the coordinates of a row say.
enum Coordinates {
    None,
    Good(LonLat),
    /// The column to blame and the reason.
    Bad(usize, String),
}

impl<'a> Placer<'a> {
    pub fn new(table: &'a Table, columns: &'a Columns, postal: &'a PostalTable) -> Self {
        Self { table, columns, postal, zeros_restored: 0 }
    }

    pub fn place(&mut self, row: usize, code: &str, diagnostics: &mut Vec<Diagnostic>) -> Placing {
        let by_postal = self.by_postal_code(row);
        let coordinates = match self.coordinates(row) {
            Coordinates::Good(place) => self.check_against(place, by_postal.as_ref().ok().copied()),
            other => other,
        };
        let fallback = match (&by_postal, &coordinates) {
            (Ok(point), _) => Some(*point),
            (Err(_), Coordinates::Good(_)) => None,
            (Err(_), _) => self.by_town(row),
        };
        match coordinates {
            Coordinates::Good(place) => {
                if let Some(point) = by_postal.ok().filter(|point| point.distance_km(place) > FAR_KM) {
                    let km = point.distance_km(place).round();
                    diagnostics.push(
                        Diagnostic::warning(
                            self.table.place(row).item(code),
                            format!("the coordinates lie {km} km from the postal code"),
                        )
                        .hint("placed by its coordinates"),
                    );
                }
                return Placing { place, placement: Placement::Coordinates };
            }
            Coordinates::Bad(column, problem) => {
                let hint = match (&fallback, &by_postal) {
                    (Some(_), Ok(_)) => "placed by its postal code",
                    (Some(_), Err(_)) => "placed by its town",
                    (None, _) => "the account is kept without a place",
                };
                let place = self.table.cell_place(row, column).item(code);
                diagnostics.push(Diagnostic::warning(place, problem).hint(hint));
            }
            Coordinates::None if fallback.is_none() => {
                let problem = by_postal.err().unwrap_or_default();
                let problem = match (problem.is_empty(), self.columns.lat.is_some()) {
                    (false, true) => format!("no coordinates, and {problem}"),
                    (false, false) => problem,
                    (true, _) => "no coordinates and no postal code".to_owned(),
                };
                diagnostics.push(
                    Diagnostic::warning(self.table.place(row).item(code), problem)
                        .hint("the account is kept without a place"),
                );
            }
            Coordinates::None => {}
        }
        match fallback {
            Some(place) => Placing { place, placement: Placement::PostalCode },
            None => Placing { place: LonLat::new(f64::NAN, f64::NAN), placement: Placement::Unplaced },
        }
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
    }

    fn coordinates(&self, row: usize) -> Coordinates {
        let (Some(lon_column), Some(lat_column)) = (self.columns.lon, self.columns.lat) else {
            return Coordinates::None;
        };
        let (lon, lat) = (self.degrees(row, lon_column), self.degrees(row, lat_column));
        let (lon, lat) = match (lon, lat) {
            (Ok(Some(lon)), Ok(Some(lat))) => (lon, lat),
            (Ok(None), Ok(None)) => return Coordinates::None,
            (Err(text), _) => return Coordinates::Bad(lon_column, format!("expected a longitude, found \"{text}\"")),
            (_, Err(text)) => return Coordinates::Bad(lat_column, format!("expected a latitude, found \"{text}\"")),
            (Ok(None), _) => return Coordinates::Bad(lon_column, "the longitude is missing".into()),
            (_, Ok(None)) => return Coordinates::Bad(lat_column, "the latitude is missing".into()),
        };
        // People live between these latitudes.
        let exchanged = LonLat::new(lat, lon).is_valid() && (-60.0..85.0).contains(&lon);
        if lat.abs() > 90.0 {
            let problem = if exchanged {
                format!("latitude {lat} and longitude {lon} are probably exchanged")
            } else {
                format!("expected a latitude from -90 to 90, found {lat}")
            };
            return Coordinates::Bad(lat_column, problem);
        }
        if lon.abs() > 180.0 {
            return Coordinates::Bad(lon_column, format!("expected a longitude from -180 to 180, found {lon}"));
        }
        if lat == 0.0 && lon == 0.0 {
            return Coordinates::Bad(lat_column, "latitude and longitude are 0, a place in the Atlantic".into());
        }
        if lat < -60.0 && exchanged {
            return Coordinates::Bad(
                lat_column,
                format!("latitude {lat} lies in Antarctica: latitude and longitude are probably exchanged"),
            );
        }
        Coordinates::Good(LonLat::new(lon, lat))
    }

    /// Coordinates far from the postal code that would be near it the other way round are exchanged.
    fn check_against(&self, place: LonLat, point: Option<LonLat>) -> Coordinates {
        let exchanged = LonLat::new(place.lat, place.lon);
        match (point, self.columns.lat) {
            (Some(point), Some(column))
                if exchanged.is_valid()
                    && point.distance_km(place) > 1000.0
                    && point.distance_km(exchanged) < FAR_KM =>
            {
                let problem = format!("latitude {} and longitude {} are exchanged", place.lat, place.lon);
                Coordinates::Bad(column, problem)
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

    /// The point of the row's postal code, or why there is none.
    fn by_postal_code(&mut self, row: usize) -> Result<LonLat, String> {
        let Some(column) = self.columns.postal else { return Err(String::new()) };
        let text = self.table.cell(row, column);
        if numbers::is_missing(text) {
            return Err(String::new());
        }
        if !self.is_in_united_states(row) {
            return Err("postal codes are known for the United States only".into());
        }
        let unknown = || format!("the postal code \"{}\" is not known", shortened(text));
        let code = postal::read_code(text).ok_or_else(unknown)?;
        let found = self.postal.find(&code.code).ok_or_else(unknown)?;
        self.zeros_restored += usize::from(code.zeros_restored);
        Ok(found.place)
    }

    fn by_town(&self, row: usize) -> Option<LonLat> {
        let (town, state) = (self.columns.town?, self.columns.state?);
        self.is_in_united_states(row)
            .then(|| self.postal.find_town(self.table.cell(row, town), self.table.cell(row, state)))?
    }

    fn is_in_united_states(&self, row: usize) -> bool {
        const NAMES: [&str; 6] = ["us", "usa", "u.s.", "u.s.a.", "united states", "united states of america"];
        let Some(column) = self.columns.country else { return true };
        let country = self.table.cell(row, column);
        country.is_empty() || NAMES.iter().any(|name| country.eq_ignore_ascii_case(name))
    }
}
