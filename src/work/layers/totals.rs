//! Figures of the plan by area of a layer.

use std::collections::BTreeSet;

use super::Lying;
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::project::Project;
use crate::domain::reference::ReferenceLayer;
use crate::domain::spatial::UnitIndex;
use crate::words;

/// How figures come to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Those of units by the share of their surface, those of accounts by where the account is.
    #[default]
    Share,
    /// Those of a unit and of the accounts in it go to the area that has most of the unit, as in the column that is written.
    Main,
}

/// What lies in an area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaTotals {
    /// `None`: what lies in no area.
    pub area: Option<UnitId>,
    /// Units of which most lies in it.
    pub units: usize,
    pub accounts: usize,
    /// Territories that have one of these units.
    pub territories: usize,
    /// Per measure of the project its sum or mean; NaN where there is none.
    pub values: Vec<f64>,
}

/// The figures of every area in which something lies, by area; what lies in none comes last. Sums add up to those of the project.
pub fn totals(project: &Project, layer: &ReferenceLayer, lying: &Lying, by: By) -> Vec<AreaTotals> {
    let count = layer.areas.len();
    let slot = |area: Option<UnitId>| area.map_or(count, UnitId::index);
    let in_area = account_areas(project, layer, lying, by);
    let mut units = vec![0; count + 1];
    let mut accounts = vec![0; count + 1];
    let mut territories: Vec<BTreeSet<TerritoryId>> = vec![BTreeSet::new(); count + 1];
    for unit in project.units.ids() {
        let at = slot(lying.main(unit));
        units[at] += 1;
        let owner = project.plan.territory_of(unit);
        if !owner.is_unassigned() {
            territories[at].insert(owner);
        }
    }
    in_area.iter().for_each(|&area| accounts[slot(area)] += 1);
    let parts_of_units: Vec<Vec<(usize, f64)>> =
        project.units.ids().map(|unit| parts(lying, unit, by, count)).collect();
    let parts_of_accounts: Vec<Vec<(usize, f64)>> = in_area.iter().map(|&area| vec![(slot(area), 1.0)]).collect();
    let figures: Vec<Vec<f64>> = project
        .measures
        .iter()
        .map(|measure| match measure.subject {
            Subject::Units => rolled_up(project, measure, &parts_of_units, count + 1),
            Subject::Accounts => rolled_up(project, measure, &parts_of_accounts, count + 1),
        })
        .collect();
    let all = (0..=count).filter(|&at| {
        let some = |figures: &Vec<f64>| figures[at].is_finite() && figures[at] != 0.0;
        units[at] > 0 || accounts[at] > 0 || figures.iter().any(some)
    });
    let row = |at: usize| AreaTotals {
        area: (at < count).then(|| UnitId::from_index(at)),
        units: units[at],
        accounts: accounts[at],
        territories: territories[at].len(),
        values: figures.iter().map(|figures| figures[at]).collect(),
    };
    all.map(row).collect()
}

/// Where the figures of a unit go: shares of all areas that it lies in add up to one.
fn parts(lying: &Lying, unit: UnitId, by: By, outside: usize) -> Vec<(usize, f64)> {
    match (lying.shares(unit), by) {
        ([], _) => vec![(outside, 1.0)],
        ([first, ..], By::Main) => vec![(first.unit.index(), 1.0)],
        (shares, By::Share) => {
            let whole: f64 = shares.iter().map(|share| share.share).sum();
            shares.iter().map(|share| (share.unit.index(), share.share / whole)).collect()
        }
    }
}

fn account_areas(project: &Project, layer: &ReferenceLayer, lying: &Lying, by: By) -> Vec<Option<UnitId>> {
    let accounts = &*project.accounts;
    match by {
        By::Main => accounts.units.iter().map(|unit| lying.main((*unit)?)).collect(),
        By::Share if accounts.is_empty() => Vec::new(),
        By::Share => {
            let index = UnitIndex::new(&layer.areas);
            accounts.places.iter().map(|&place| index.unit_at(place)).collect()
        }
    }
}

/// Sums, or means of what is there weighted as everywhere in the project.
fn rolled_up(project: &Project, measure: &Measure, parts: &[Vec<(usize, f64)>], slots: usize) -> Vec<f64> {
    let weights = match measure.aggregate {
        Aggregate::Mean { weight: Some(weight) } => project.measure(weight).map(|weight| &weight.values),
        _ => None,
    };
    let mut sums = vec![0.0; slots];
    let mut divisors = vec![0.0; slots];
    for (row, parts) in parts.iter().enumerate() {
        let value = measure.values.get(row).copied().unwrap_or(f64::NAN);
        let weight = weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(f64::NAN));
        if !value.is_finite() || (!measure.is_summed() && !weight.is_finite()) {
            continue;
        }
        for &(at, share) in parts {
            let part = if measure.is_summed() { share } else { share * weight };
            sums[at] += value * part;
            divisors[at] += part;
        }
    }
    let figure = |at: usize| match (measure.is_summed(), divisors[at] > 0.0) {
        (_, false) => f64::NAN,
        (true, _) => sums[at],
        (false, _) => sums[at] / divisors[at],
    };
    (0..slots).map(figure).collect()
}

/// The columns of a table of totals.
pub fn totals_header(project: &Project) -> Vec<String> {
    let units = words::capital(&project.units.kind_of_many());
    let fixed = ["Code".to_owned(), "Name".to_owned(), units, "Accounts".to_owned(), "Territories".to_owned()];
    fixed.into_iter().chain(project.measures.iter().map(|measure| measure.name.clone())).collect()
}

/// From this column on a table of totals has figures.
pub const TOTALS_FIGURES_FROM: usize = 2;

/// A row of it.
pub fn totals_cells(
    layer: &ReferenceLayer,
    row: &AreaTotals,
    figure: impl Fn(MeasureId, f64) -> String,
) -> Vec<String> {
    let of_area = |list: &[String]| row.area.map(|area| list[area.index()].clone());
    let counts = [row.units, row.accounts, row.territories].map(|count| count.to_string());
    let name = of_area(&layer.areas.names).unwrap_or_else(|| format!("In no {}", layer.areas.kind_of_one()));
    let figures = row.values.iter().enumerate().map(|(nth, &value)| figure(MeasureId::from_index(nth), value));
    [of_area(&layer.areas.codes).unwrap_or_default(), name].into_iter().chain(counts).chain(figures).collect()
}
