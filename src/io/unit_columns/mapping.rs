//! Which column of a table has the codes of units, and what the others are.

use crate::domain::columns::Subject;
use crate::domain::project::Project;
use crate::io::guess::{self, Profile, Reason};
use crate::io::table::Table;
use crate::io::unit_codes::UnitCodes;

/// So many rows tell what a column is.
const JUDGED: usize = 20_000;

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
        let share = |column: usize| {
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
            // Small numbers are codes that have lost their zeros, perhaps: of two columns the one with whole codes counts.
            (all > 0).then(|| (f64::from(known) / f64::from(all), f64::from(exact) / f64::from(all)))
        };
        let mut code: Option<(usize, (f64, f64))> = None;
        for column in 0..table.columns.len() {
            let Some(share) = share(column).filter(|share| share.0 >= 0.2) else { continue };
            let better = |best: (f64, f64)| share.1 + share.0 * 0.5 > best.1 + best.0 * 0.5;
            if code.is_none_or(|(_, best)| better(best)) {
                code = Some((column, share));
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
