//! Which column of a table has the codes of units, and what the others are.

use crate::domain::columns::Subject;
use crate::domain::project::Project;
use crate::io::guess::{self, Profile, Reason};
use crate::io::table::Table;
use crate::io::unit_codes::UnitCodes;

/// So many rows tell what a column is.
const JUDGED: usize = 20_000;

/// Names of columns with codes of areas.
const CODE: [&str; 14] = [
    "zip code",
    "zipcode",
    "zip",
    "zcta",
    "postal code",
    "postcode",
    "plz",
    "geoid",
    "fips",
    "fips code",
    "geo id",
    "unit code",
    "code",
    "id!",
];

/// Which column holds what, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitColumnsMapping {
    pub code: Option<String>,
    pub measures: Vec<String>,
    pub attributes: Vec<String>,
    /// Why each column was taken as what, for columns that were guessed.
    pub reasons: Vec<Reason>,
}

impl UnitColumnsMapping {
    /// Guesses the column with the codes from which values are codes of the project's units, and the others from names and values. What
    /// the project has already is taken as what it is there.
    pub fn guess(table: &Table, project: &Project) -> Self {
        let codes = UnitCodes::of(project);
        let step = table.len().div_ceil(JUDGED).max(1);
        let rows: Vec<usize> = (0..table.len()).step_by(step).collect();
        // How well a column fits: codes as they are, codes that lost their zeros, and whether its name says so. Small numbers are codes
        // without their zeros, perhaps, so the name decides between two such columns.
        let score = |column: usize| {
            let cells = rows.iter().map(|&row| table.cell(row, column)).filter(|cell| !cell.is_empty());
            let (mut all, mut known, mut exact) = (0_u32, 0_u32, 0_u32);
            for cell in cells.take(2000) {
                all += 1;
                match codes.find(cell) {
                    Some((_, false)) => (known, exact) = (known + 1, exact + 1),
                    Some((_, true)) => known += 1,
                    None => {}
                }
            }
            let named = guess::fit(&table.columns[column], &CODE) > 0;
            let share = |count: u32| f64::from(count) / f64::from(all.max(1));
            (share(known) >= 0.2).then(|| share(exact) + 0.5 * share(known) + if named { 0.5 } else { 0.0 })
        };
        let mut code: Option<(usize, f64)> = None;
        for column in 0..table.columns.len() {
            let Some(score) = score(column) else { continue };
            if code.is_none_or(|(_, best)| score > best) {
                code = Some((column, score));
            }
        }
        let code = code.map(|(column, _)| column);
        let mut mapping = Self::default();
        for (column, title) in table.columns.iter().enumerate() {
            if Some(column) == code {
                mapping.code = Some(title.clone());
                let why = format!("its values are codes of the project's {}", project.units.kind_of_many());
                mapping.reasons.push(Reason::new(title, "unit code", why));
                continue;
            }
            let profile = Profile::of(rows.iter().map(|&row| table.cell(row, column)), table.default_mark());
            let (is_measure, why) = what_it_is(project, title, &profile);
            if is_measure {
                mapping.measures.push(title.clone());
            } else {
                mapping.attributes.push(title.clone());
            }
            mapping.reasons.push(Reason::new(title, if is_measure { "measure" } else { "attribute" }, why));
        }
        mapping
    }
}

fn what_it_is(project: &Project, title: &str, profile: &Profile) -> (bool, String) {
    let same = |name: &str| name.eq_ignore_ascii_case(title);
    let of_units = |measure: &&crate::domain::columns::Measure| measure.subject == Subject::Units;
    if project.measures.iter().filter(of_units).any(|measure| same(&measure.name)) {
        return (true, "the project has a measure of that name".to_owned());
    }
    if project.units.attributes.iter().any(|column| same(&column.name)) {
        return (false, "the project has an attribute of that name".to_owned());
    }
    match guess::not_a_measure(title, profile) {
        Some(why) => (false, why),
        None => (true, "its values are numbers".to_owned()),
    }
}
