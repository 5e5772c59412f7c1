//! Which column of a table is what, guessed from names as Salesforce, HubSpot, Dynamics and SAP write them, and from the values.

use crate::error::UserError;
use crate::io::guess::{self, Profile, Reason};
use crate::io::numbers::DecimalMark;
use crate::io::postal;
use crate::io::table::Table;

/// Which column holds what, by name. Guess one, change what is wrong, and hand it to the import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountMapping {
    /// The account's code. Without it the row's number is the code.
    pub id: Option<String>,
    pub name: Option<String>,
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub postal: Option<String>,
    pub town: Option<String>,
    pub state: Option<String>,
    /// Rows of other countries are not placed by postal code: the codes of most countries look like those of the United States.
    pub country: Option<String>,
    /// Numeric columns.
    pub measures: Vec<String>,
    /// Columns kept as words: address, segment, owner today, …
    pub attributes: Vec<String>,
    /// Why each column was taken as what, for columns that were guessed.
    pub reasons: Vec<Reason>,
}

/// The mapping as positions in one table.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub id: Option<usize>,
    pub name: Option<usize>,
    pub lon: Option<usize>,
    pub lat: Option<usize>,
    pub postal: Option<usize>,
    pub town: Option<usize>,
    pub state: Option<usize>,
    pub country: Option<usize>,
    pub measures: Vec<usize>,
    pub attributes: Vec<usize>,
}

impl AccountMapping {
    /// Guesses from the header and the rows of a table or a preview of it.
    pub fn guess(table: &Table) -> Self {
        let default = if table.format.delimiter == b';' { DecimalMark::Comma } else { DecimalMark::Point };
        let profiles: Vec<Profile> =
            (0..table.columns.len()).map(|column| Profile::of(table.column(column), default)).collect();
        Guess { table, profiles, taken: vec![None; table.columns.len()], reasons: Vec::new() }.run()
    }

    /// Measures the user names are no attributes, and the other way round: takes a column as a measure.
    pub fn take_measure(&mut self, column: &str) {
        self.attributes.retain(|name| name != column);
        if !self.measures.iter().any(|name| name == column) {
            self.measures.push(column.to_owned());
        }
    }

    /// What was guessed, one line per column.
    pub fn words(&self) -> Vec<String> {
        self.reasons.iter().map(ToString::to_string).collect()
    }

    pub(super) fn resolve(&self, table: &Table) -> Result<Columns, UserError> {
        let one = |name: &Option<String>| table.require_if_named(name.as_deref());
        let many = |names: &[String]| names.iter().map(|name| table.require(name)).collect::<Result<Vec<_>, _>>();
        let columns = Columns {
            id: one(&self.id)?,
            name: one(&self.name)?,
            lon: one(&self.lon)?,
            lat: one(&self.lat)?,
            postal: one(&self.postal)?,
            town: one(&self.town)?,
            state: one(&self.state)?,
            country: one(&self.country)?,
            measures: many(&self.measures)?,
            attributes: many(&self.attributes)?,
        };
        if columns.lon.is_some() != columns.lat.is_some() {
            return Err(UserError::new(format!("Could not import accounts from {}", table.file))
                .because("only one of longitude and latitude has a column")
                .hint("name both, or neither to place the accounts by postal code"));
        }
        Ok(columns)
    }
}

const ID: [&str; 24] = [
    "account id",
    "accountid",
    "customer id",
    "client id",
    "account number",
    "customer number",
    "client number",
    "kunnr",
    "kundennummer",
    "kunden nr",
    "debitor",
    "record id",
    "external id",
    "company id",
    "store id",
    "site id",
    "outlet id",
    "account code",
    "customer code",
    "do not modify account!",
    "id!",
    "code!",
    "account no",
    "number!",
];
const NAME: [&str; 20] = [
    "account name",
    "company name",
    "customer name",
    "client name",
    "business name",
    "organization name",
    "trading name",
    "store name",
    "outlet name",
    "site name",
    "name!",
    "name1!",
    "name 1!",
    "company!",
    "customer!",
    "organization!",
    "account!",
    "business!",
    "firma!",
    "kunde!",
];
const LAT: [&str; 8] = ["latitude", "lat", "geo lat", "geocode lat", "breitengrad", "y!", "lat dd", "ycoord!"];
const LON: [&str; 10] =
    ["longitude", "lon", "lng", "long!", "geo lon", "längengrad", "laengengrad", "x!", "long dd", "xcoord!"];
const POSTAL: [&str; 12] = [
    "billing postal code",
    "billing zip",
    "postal code",
    "zip code",
    "zip",
    "zip5",
    "zipcode",
    "postcode",
    "postalcode",
    "pstlz!",
    "plz",
    "post code",
];
const TOWN: [&str; 7] = ["billing city", "city", "town", "ort01!", "ort!", "municipality", "locality"];
const STATE: [&str; 7] =
    ["billing state", "state", "state province", "province", "regio!", "state region", "bundesland"];
const COUNTRY: [&str; 6] = ["billing country", "country", "country region", "land1!", "country code", "land!"];

/// Words in a name that make it somebody else's code, name or place.
const OTHERS: [&str; 21] = [
    "owner",
    "parent",
    "user",
    "contact",
    "campaign",
    "territory",
    "rep",
    "modified",
    "created",
    "manager",
    "type",
    "first",
    "last",
    "county",
    "street",
    "billto",
    "group",
    "segment",
    "status",
    "tax",
    "currency",
];

struct Guess<'a> {
    table: &'a Table,
    profiles: Vec<Profile>,
    /// Per column what it is taken for.
    taken: Vec<Option<&'static str>>,
    reasons: Vec<(usize, Reason)>,
}

impl Guess<'_> {
    fn run(mut self) -> AccountMapping {
        let degrees = |limit: f64| move |profile: &Profile| profile.is_numeric() && profile.lies_in(-limit, limit);
        // A few impossible values (latitude 123) must not hide the column.
        let numeric = |profile: &Profile| profile.is_numeric();
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
        let table = self.table;
        let looks_postal = |column: usize| {
            let filled = table.column(column).filter(|cell| !cell.is_empty());
            let (mut all, mut fitting) = (0, 0);
            for cell in filled.take(500) {
                all += 1;
                fitting += usize::from(postal::read_code(cell).is_some());
            }
            (all, fitting)
        };
        let postal = self.take("postal code", &POSTAL, |_| true);
        let postal = postal.or_else(|| {
            // No name says so, but nearly all values are five digits, some with the leading zero of the north-east.
            let column = (0..table.columns.len()).find(|&column| {
                let (all, fitting) = looks_postal(column);
                let profile = &self.profiles[column];
                self.taken[column].is_none()
                    && all > 0
                    && fitting * 10 >= all * 9
                    && profile.lengths == (5, 5)
                    && profile.leading_zeros > 0
                    && !profile.is_unique()
            })?;
            self.set(column, "postal code", "its values are five digits, some beginning with 0");
            Some(column)
        });
        let country = self.take("country", &COUNTRY, |_| true);
        let state = self.take("state", &STATE, |profile| !profile.is_numeric());
        let town = self.take("town", &TOWN, |profile| !profile.is_numeric());
        let id = self.take("account code", &ID, |profile| profile.names_rows()).or_else(|| {
            let column = (0..table.columns.len()).find(|&column| {
                let profile = &self.profiles[column];
                let short = profile.lengths.1 <= 40 && !table.column(column).take(50).any(|cell| cell.contains(' '));
                let whole = profile.numbers == 0 || profile.integers == profile.numbers;
                let code = guess::not_a_measure(&table.columns[column], profile).is_some();
                self.taken[column].is_none() && column < 3 && profile.is_unique() && short && whole && code
            })?;
            self.set(column, "account code", "every row has another value");
            Some(column)
        });
        let name = self.take("account name", &NAME, |profile| !profile.is_numeric());
        self.finish([id, name, lon, lat, postal, town, state, country])
    }

    fn finish(mut self, roles: [Option<usize>; 8]) -> AccountMapping {
        let mut mapping = AccountMapping::default();
        let named = |column: Option<usize>| column.map(|column| self.table.columns[column].clone());
        let [id, name, lon, lat, postal, town, state, country] = roles.map(named);
        for column in 0..self.table.columns.len() {
            let title = &self.table.columns[column];
            match self.taken[column] {
                Some("postal code" | "town" | "state" | "country") => mapping.attributes.push(title.clone()),
                Some(_) => {}
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
        let reasons = self.reasons.into_iter().map(|(_, reason)| reason).collect();
        AccountMapping { id, name, lon, lat, postal, town, state, country, reasons, ..mapping }
    }

    /// Takes the free column whose name fits best, among those whose values fit.
    fn take(&mut self, role: &'static str, patterns: &[&str], fits: impl Fn(&Profile) -> bool) -> Option<usize> {
        let mut best: Option<(u32, usize)> = None;
        for (column, name) in self.table.columns.iter().enumerate() {
            if self.taken[column].is_some() || guess::has_word(name, &OTHERS) {
                continue;
            }
            let score = guess::fit(name, patterns);
            let profile = &self.profiles[column];
            if score > 0 && best.is_none_or(|(most, _)| score > most) && (self.table.is_empty() || fits(profile)) {
                best = Some((score, column));
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
            let values = self.table.column(column).filter_map(|cell| cell.replace(',', ".").parse::<f64>().ok());
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
