//! Guessing which column of a table is what, from its name and its values.

use rayon::prelude::*;

use super::mapping::AccountMapping;
use super::words::{COUNTRY, ID, ID_BY_VALUES, LAT, LON, NAME, OTHERS, POSTAL, STATE, STREET, TOWN};
use crate::domain::columns::Subject;
use crate::io::guess::{self, Profile, Reason};
use crate::io::table::Table;
use crate::io::{own, postal};

/// So many rows tell what a column is.
const JUDGED: usize = 20_000;

pub(super) struct Guess<'a> {
    table: &'a Table,
    /// Rows that are looked at, all over the table.
    rows: Vec<usize>,
    profiles: Vec<Profile>,
    /// Per column what it is taken for.
    taken: Vec<Option<&'static str>>,
    reasons: Vec<(usize, Reason)>,
}

impl<'a> Guess<'a> {
    pub fn new(table: &'a Table) -> Self {
        let step = table.len().div_ceil(JUDGED).max(1);
        let rows: Vec<usize> = (0..table.len()).step_by(step).collect();
        let default = table.default_mark();
        let count = table.columns.len();
        let profile = |column: usize| Profile::of(rows.iter().map(|&row| table.cell(row, column)), default);
        let profiles = (0..count).into_par_iter().map(profile).collect();
        Self { table, rows, profiles, taken: vec![None; count], reasons: Vec::new() }
    }

    pub fn run(mut self) -> AccountMapping {
        let (lat, lon) = self.coordinates();
        let postal =
            self.take("postal code", &POSTAL, |_, profile| !profile.is_dates).or_else(|| self.postal_by_values());
        let words_or_codes = |_: usize, profile: &Profile| !profile.is_numeric() || profile.lengths.1 <= 3;
        let country = self.take("country", &COUNTRY, |_, profile| !profile.is_numeric());
        // A sales region is called "Region" too; only short codes are certainly those of states.
        let state = self.take("state", &STATE, |_, profile| !profile.is_numeric() || profile.lengths.1 <= 3);
        let state = match state {
            Some(column)
                if guess::fit(&self.table.columns[column], &["region!"]) > 0 && self.profiles[column].lengths.1 > 3 =>
            {
                self.release(column);
                None
            }
            state => state,
        };
        let town = self.take("town", &TOWN, words_or_codes);
        let street = self.take("street", &STREET, |_, profile| !profile.is_numeric());
        let id = self
            .take("account code", &ID, |_, profile| profile.names_rows())
            .or_else(|| self.code_by_values())
            .or_else(|| self.first_unique());
        let name = self.take("account name", &NAME, |_, profile| !profile.is_numeric() && !profile.is_dates);
        let roles = Roles { id, name, lon, lat, postal, town, state, country, street };
        self.finish(roles)
    }

    fn coordinates(&mut self) -> (Option<usize>, Option<usize>) {
        let degrees =
            |limit: f64| move |_: usize, profile: &Profile| profile.is_numeric() && profile.lies_in(-limit, limit);
        // A few impossible values (latitude 123) must not hide the column.
        let numeric = |_: usize, profile: &Profile| profile.is_numeric();
        let mut lat = self.take("latitude", &LAT, degrees(90.0)).or_else(|| self.take("latitude", &LAT, numeric));
        let mut lon = self.take("longitude", &LON, degrees(180.0)).or_else(|| self.take("longitude", &LON, numeric));
        if let (Some(a), Some(b)) = (lat, lon) {
            self.exchange_if_swapped(a, b, &mut lat, &mut lon);
        }
        if lat.is_some() != lon.is_some() {
            // One without the other places nothing.
            for column in [lat.take(), lon.take()].into_iter().flatten() {
                self.release(column);
            }
        }
        (lat, lon)
    }

    /// No name says so, but nearly all values are five digits, some with the leading zero of the north-east.
    fn postal_by_values(&mut self) -> Option<usize> {
        let column = (0..self.table.columns.len()).find(|&column| {
            let profile = &self.profiles[column];
            let (mut all, mut fitting) = (0, 0);
            for cell in self.values(column).filter(|cell| !cell.is_empty()).take(500) {
                all += 1;
                fitting += usize::from(postal::read_code(cell).is_some());
            }
            self.taken[column].is_none()
                && all > 0
                && fitting * 10 >= all * 9
                && profile.lengths == (5, 5)
                && profile.leading_zeros > 0
                && !profile.is_unique()
        })?;
        self.set(column, "postal code", "its values are five digits, some beginning with 0");
        Some(column)
    }

    /// A column called "Customer" whose values are codes rather than names.
    fn code_by_values(&mut self) -> Option<usize> {
        let (table, rows) = (self.table, self.rows.clone());
        self.take("account code", &ID_BY_VALUES, |column, profile| {
            let mut values = rows.iter().map(|&row| table.cell(row, column)).filter(|cell| !cell.is_empty()).take(200);
            let is_code =
                |cell: &str| cell.len() <= 20 && !cell.contains(' ') && cell.bytes().any(|byte| byte.is_ascii_digit());
            profile.names_rows() && values.all(is_code)
        })
    }

    fn first_unique(&mut self) -> Option<usize> {
        let column = (0..self.table.columns.len().min(3)).find(|&column| {
            let profile = &self.profiles[column];
            let short = profile.lengths.1 <= 40 && !self.values(column).take(50).any(|cell| cell.contains(' '));
            let whole = profile.numbers == 0 || profile.integers == profile.numbers;
            let code = guess::not_a_measure(&self.table.columns[column], profile).is_some();
            self.taken[column].is_none() && profile.is_unique() && short && whole && code && !profile.is_dates
        })?;
        self.set(column, "account code", "every row has another value");
        Some(column)
    }

    fn values(&self, column: usize) -> impl Iterator<Item = &'a str> {
        let table = self.table;
        self.rows.iter().map(move |&row| table.cell(row, column))
    }

    fn finish(mut self, roles: Roles) -> AccountMapping {
        let mut mapping = AccountMapping::default();
        let of_the_plan = own::of_the_plan(&self.table.columns, Subject::Accounts);
        for column in 0..self.table.columns.len() {
            let title = &self.table.columns[column];
            match self.taken[column] {
                Some("postal code" | "town" | "state" | "country" | "street") => mapping.attributes.push(title.clone()),
                Some(_) => {}
                None if of_the_plan[column] || (of_the_plan.contains(&true) && is_place_again(title)) => {
                    self.reasons.push((column, Reason::new(title, "nothing", own::WHY)));
                }
                None => {
                    if let Some(why) = guess::not_a_measure(title, &self.profiles[column]) {
                        mapping.attributes.push(title.clone());
                        self.reasons.push((column, Reason::new(title, "attribute", why)));
                    } else {
                        mapping.measures.push(title.clone());
                        let profile = &self.profiles[column];
                        let why = if profile.numbers == profile.filled {
                            "its values are numbers".to_owned()
                        } else {
                            format!("{} of {} values are numbers", profile.numbers, profile.filled)
                        };
                        self.reasons.push((column, Reason::new(title, "measure", why)));
                    }
                }
            }
        }
        self.reasons.sort_by_key(|(column, _)| *column);
        let named = |column: Option<usize>| column.map(|column| self.table.columns[column].clone());
        AccountMapping {
            id: named(roles.id),
            name: named(roles.name),
            lon: named(roles.lon),
            lat: named(roles.lat),
            postal: named(roles.postal),
            town: named(roles.town),
            state: named(roles.state),
            country: named(roles.country),
            street: named(roles.street),
            reasons: self.reasons.into_iter().map(|(_, reason)| reason).collect(),
            ..mapping
        }
    }

    /// Takes the free column whose name fits best, among those whose values fit.
    fn take(&mut self, role: &'static str, patterns: &[&str], fits: impl Fn(usize, &Profile) -> bool) -> Option<usize> {
        let mut best: Option<(u32, usize)> = None;
        for (column, name) in self.table.columns.iter().enumerate() {
            if self.taken[column].is_some() || guess::has_word(name, &OTHERS) {
                continue;
            }
            let score = guess::fit(name, patterns);
            if score > 0 && best.is_none_or(|(most, _)| score > most) {
                let profile = &self.profiles[column];
                // A column without values may be anything its name says, but one with values is better.
                if self.table.is_empty() || (profile.filled > 0 && fits(column, profile)) {
                    best = Some((score, column));
                }
            }
        }
        let (_, column) = best?;
        self.set(column, role, "its name says so");
        Some(column)
    }

    fn set(&mut self, column: usize, role: &'static str, why: &str) {
        self.taken[column] = Some(role);
        self.reasons.retain(|(other, _)| *other != column);
        self.reasons.push((column, Reason::new(&self.table.columns[column], role, why)));
    }

    fn release(&mut self, column: usize) {
        self.taken[column] = None;
        self.reasons.retain(|(other, _)| *other != column);
    }

    /// Some exports fill the latitude with longitudes. Values beyond ±90 in most rows of one and none of the other tell.
    fn exchange_if_swapped(&mut self, a: usize, b: usize, lat: &mut Option<usize>, lon: &mut Option<usize>) {
        let beyond = |column: usize| {
            let values = self.values(column).filter_map(|cell| cell.replace(',', ".").parse::<f64>().ok());
            let (mut all, mut over) = (0, 0);
            for value in values {
                all += 1;
                over += usize::from(value.abs() > 90.0);
            }
            (all, over)
        };
        let ((rows, over), (_, other)) = (beyond(a), beyond(b));
        if over * 2 > rows && other == 0 {
            self.set(a, "longitude", "most values lie beyond 90 degrees, so they cannot be latitudes");
            self.set(b, "latitude", "the column named as latitude holds the longitudes");
            (*lat, *lon) = (Some(b), Some(a));
        }
    }
}

/// The place as a column, where a point says it too: an export to a map has both.
fn is_place_again(title: &str) -> bool {
    let title = title.to_lowercase();
    ["longitude", "latitude", "longitude of the point", "latitude of the point"].contains(&title.as_str())
}

/// The columns that were found.
struct Roles {
    id: Option<usize>,
    name: Option<usize>,
    lon: Option<usize>,
    lat: Option<usize>,
    postal: Option<usize>,
    town: Option<usize>,
    state: Option<usize>,
    country: Option<usize>,
    street: Option<usize>,
}
