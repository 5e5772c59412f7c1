//! Reps from a table.

use std::collections::HashMap;

use super::accounts::shortened;
use super::cancelled;
use super::diagnostic::Diagnostic;
use super::guess::{self, Reason};
use super::numbers::{self, Cell, DecimalMark};
use super::postal::{self, PostalTable};
use super::table::{self, Table};
use crate::domain::progress::{Phase, Progress};
use crate::domain::reps::Rep;
use crate::domain::sphere::LonLat;
use crate::error::UserError;

/// Which column holds what, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepMapping {
    /// Without it the name is the code.
    pub code: Option<String>,
    /// Without it the code is the name.
    pub name: Option<String>,
    /// Where names are in two columns the one that comes second.
    pub last_name: Option<String>,
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub postal: Option<String>,
    pub town: Option<String>,
    pub state: Option<String>,
    /// Field hours per year.
    pub capacity_hours: Option<String>,
    /// Words separated by commas, semicolons, bars or slashes.
    pub skills: Option<String>,
    /// Why each column was taken as what.
    pub reasons: Vec<Reason>,
}

impl RepMapping {
    pub fn guess(table: &Table) -> Self {
        let mut mapping = Self::default();
        // Exports have every column that the system knows, and many of them are empty.
        let is_filled = |column: usize| table.is_empty() || table.column(column).any(|cell| !cell.is_empty());
        let mut taken: Vec<usize> = (0..table.columns.len()).filter(|&column| !is_filled(column)).collect();
        let mut take = |role: &str, patterns: &[&str]| {
            let scored = table.columns.iter().enumerate().filter(|(column, _)| !taken.contains(column));
            let scored = scored.map(|(column, name)| (guess::fit(name, patterns), std::cmp::Reverse(column)));
            let (_, std::cmp::Reverse(column)) = scored.filter(|(score, _)| *score > 0).max()?;
            taken.push(column);
            mapping.reasons.push(Reason::new(&table.columns[column], role, "its name says so"));
            Some(table.columns[column].clone())
        };
        let code = take(
            "rep code",
            &[
                "rep code",
                "rep id",
                "employee id",
                "employee number",
                "personnel number",
                "personalnummer",
                "user id",
                "code",
                "id",
                "number!",
            ],
        );
        let name = take(
            "rep name",
            &[
                "rep name",
                "full name",
                "name!",
                "display name",
                "first name",
                "vorname",
                "given name",
                "name",
                "rep",
                "sales rep",
                "employee",
                "salesperson",
                "mitarbeiter",
            ],
        );
        let is_first =
            name.as_deref().is_some_and(|name| guess::has_word(name, &["first", "firstname", "given", "vorname"]));
        let last_name =
            is_first.then(|| take("rep name", &["last name", "surname", "family name", "nachname"])).flatten();
        let lat = take("latitude of the home", &["home lat", "latitude", "lat"]);
        let lon = take("longitude of the home", &["home lon", "longitude", "lon", "lng", "long!"]);
        let postal = take("postal code of the home", &["home zip", "postal code", "zip code", "zip", "zipcode", "plz"]);
        let town = take("town of the home", &["home town", "home city", "city", "town", "home", "location", "base"]);
        let state = take("state of the home", &["home state", "state", "province"]);
        let capacity_hours = take(
            "capacity in hours per year",
            &["capacity hours", "hours per year", "field hours", "capacity", "hours", "available hours"],
        );
        let skills = take("skills", &["skills", "skill", "qualifications", "segments", "products", "languages"]);
        Self { code, name, last_name, lon, lat, postal, town, state, capacity_hours, skills, ..mapping }
    }

    /// What was guessed, one line per column.
    pub fn words(&self) -> Vec<String> {
        self.reasons.iter().map(ToString::to_string).collect()
    }
}

/// Reads the roster from a table.
///
/// # Errors
/// A mapped column that the table does not have, neither a code nor a name, no usable row.
pub fn from_table(
    table: &Table,
    mapping: &RepMapping,
    postal: &PostalTable,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Rep>, UserError> {
    let column = |name: &Option<String>| table.require_if_named(name.as_deref());
    let (code, name) = (column(&mapping.code)?, column(&mapping.name)?);
    let last_name = column(&mapping.last_name)?;
    let failed = || UserError::new(format!("Could not import reps from {}", table.file));
    let Some(key) = code.or(name) else {
        return Err(failed()
            .because("no column holds codes or names of reps")
            .hint(format!("its columns are {}", table::list_of(&table.columns))));
    };
    let home = HomeColumns {
        lon: column(&mapping.lon)?,
        lat: column(&mapping.lat)?,
        postal: column(&mapping.postal)?,
        town: column(&mapping.town)?,
        state: column(&mapping.state)?,
    };
    let (hours, skills) = (column(&mapping.capacity_hours)?, column(&mapping.skills)?);
    let mark = hours.map_or(DecimalMark::Point, |hours| table.decimal_mark(hours));
    progress.begin(Phase::Reading, table.len() as u64).map_err(cancelled)?;
    let mut reps: Vec<Rep> = Vec::new();
    let mut first_rows: HashMap<&str, u64> = HashMap::new();
    for row in 0..table.len() {
        progress.tick(1).map_err(cancelled)?;
        let rep_code = table.cell(row, key);
        if rep_code.is_empty() {
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, key), "the rep has neither code nor name")
                    .hint("the row is left out"),
            );
            continue;
        }
        if let Some(first) = first_rows.insert(rep_code, table.row_number(row)) {
            first_rows.insert(rep_code, first);
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, key), format!("\"{rep_code}\" is in row {first} already"))
                    .hint("the first is kept, this row is left out"),
            );
            continue;
        }
        if reps.len() >= usize::from(u16::MAX) {
            return Err(failed().because("it has more than 65,535 rows").hint("choose the file with the reps"));
        }
        let names = [name, last_name].into_iter().flatten().map(|column| table.cell(row, column));
        let rep_name = names.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let capacity_hours = match hours.map(|hours| (hours, numbers::read(table.cell(row, hours), mark))) {
            Some((_, Cell::Number(number))) if number >= 0.0 => number,
            Some((hours, Cell::Number(_) | Cell::Text | Cell::TooLarge)) => {
                let message = format!("expected a number of hours, found \"{}\"", shortened(table.cell(row, hours)));
                diagnostics
                    .push(Diagnostic::warning(table.cell_place(row, hours), message).hint("rep kept without capacity"));
                f64::NAN
            }
            Some((_, Cell::Missing)) | None => f64::NAN,
        };
        let skill_text = skills.map_or("", |skills| table.cell(row, skills));
        let skill_words = skill_text.split([',', ';', '|', '/']).map(str::trim).filter(|skill| !skill.is_empty());
        let place = home.place(table, row, postal);
        if place.is_none() && home.is_named() {
            diagnostics.push(
                Diagnostic::warning(table.place(row).item(rep_code), "the home cannot be placed")
                    .hint("give longitude and latitude, a postal code, or a town with its state"),
            );
        }
        reps.push(Rep {
            code: rep_code.to_owned(),
            name: if rep_name.is_empty() { rep_code.to_owned() } else { rep_name },
            home: place,
            home_town: home.words(table, row),
            capacity_hours,
            skills: skill_words.map(str::to_owned).collect(),
        });
    }
    if reps.is_empty() {
        return Err(failed().because("no row has a code or a name").hint("choose another column for the code"));
    }
    Ok(reps)
}

struct HomeColumns {
    lon: Option<usize>,
    lat: Option<usize>,
    postal: Option<usize>,
    town: Option<usize>,
    state: Option<usize>,
}

impl HomeColumns {
    fn is_named(&self) -> bool {
        (self.lon.is_some() && self.lat.is_some())
            || self.postal.is_some()
            || (self.town.is_some() && self.state.is_some())
    }

    fn place(&self, table: &Table, row: usize, postal: &PostalTable) -> Option<LonLat> {
        let degrees = |column: usize| {
            let text = table.cell(row, column);
            let mark = if text.contains(',') { DecimalMark::Comma } else { DecimalMark::Point };
            if let Cell::Number(number) = numbers::read(text, mark) { Some(number) } else { None }
        };
        let coordinates = self.lon.zip(self.lat).and_then(|(lon, lat)| Some(LonLat::new(degrees(lon)?, degrees(lat)?)));
        if let Some(place) = coordinates.filter(|place| place.is_valid() && *place != LonLat::default()) {
            return Some(place);
        }
        let code = self.postal.and_then(|column| postal::read_code(table.cell(row, column)));
        if let Some(found) = code.and_then(|code| postal.find(&code.code)) {
            return Some(found.place);
        }
        // "Columbus, OH" in one column is as good as two.
        let town = table.cell(row, self.town?);
        match (self.state, town.rsplit_once(',')) {
            (Some(state), _) => postal.find_town(town, table.cell(row, state)),
            (None, Some((town, state))) => postal.find_town(town, state),
            (None, None) => None,
        }
    }

    fn words(&self, table: &Table, row: usize) -> String {
        let parts = [self.town, self.state].into_iter().flatten().map(|column| table.cell(row, column));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Imported, table};

    fn read(text: &str) -> Imported<Vec<Rep>> {
        let table = table::parse("reps.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
        let mut diagnostics = Vec::new();
        let mapping = RepMapping::guess(&table);
        let reps = from_table(&table, &mapping, PostalTable::embedded(), &Progress::new(), &mut diagnostics).unwrap();
        Imported::new(reps, diagnostics)
    }

    #[test]
    fn rosters_of_the_usual_systems_are_taken_right() {
        let salesforce = "ID,USERNAME,LASTNAME,FIRSTNAME,NAME,EMAIL,POSTALCODE,CITY,STATE,EMPLOYEENUMBER\n\
            0055e0000001,ann@example.com,Archer,Ann,Ann Archer,ann@example.com,43081,Westerville,OH,\n";
        let hubspot = "User ID,First name,Last name,Email,Teams\n41,Ann,Archer,ann@example.com,North\n";
        let dynamics = "(Do Not Modify) User,Full Name,Primary Email,City\n1f3c,Ann Archer,ann@example.com,Columbus\n";
        let sap = "Personalnummer;Vorname;Nachname;PLZ\n00004711;Ann;Archer;43081\n";
        for (text, code) in [(salesforce, "0055e0000001"), (hubspot, "41"), (dynamics, "Ann Archer"), (sap, "00004711")]
        {
            let reps = read(text).value;
            assert_eq!((reps.len(), reps[0].code.as_str(), reps[0].name.as_str()), (1, code, "Ann Archer"), "{text}");
        }
    }

    #[test]
    fn homes_come_from_coordinates_postal_codes_or_towns() {
        let reps = read(
            "Rep code,Name,Lon,Lat,Zip,City,State,Capacity hours,Skills\n\
             R1,Ada,-83.1,40.1,,,,1400,draft; retail\n\
             R2,Ben,,,2139,,,,\n\
             R3,Cy,,,,Columbus,OH,many,\n\
             R1,Dee,,,,,,,\n\
             R5,Eve,,,,Nowhere,OH,1200,\n",
        );
        let [ada, ben, cy, eve] = reps.value.as_slice() else { panic!("{:?}", reps.value) };
        assert_eq!(ada.home, Some(LonLat::new(-83.1, 40.1)));
        assert_eq!(
            (ada.capacity_hours, ada.skills.as_slice()),
            (1400.0, &["draft".to_owned(), "retail".to_owned()][..])
        );
        assert!(ben.home.is_some_and(|home| home.distance_km(LonLat::new(-71.1, 42.36)) < 10.0));
        assert!(cy.home.is_some() && cy.capacity_hours.is_nan());
        assert_eq!(cy.home_town, "Columbus, OH");
        assert_eq!(eve.home, None);
        let words: Vec<String> = reps.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "reps.csv, row 4, column \"Capacity hours\": expected a number of hours, found \"many\" — rep kept without capacity",
                "reps.csv, row 5, column \"Rep code\": \"R1\" is in row 2 already — the first is kept, this row is left out",
                "reps.csv, row 6, R5: the home cannot be placed — give longitude and latitude, a postal code, or a town with its state",
            ]
        );
    }
}
