//! How the figures of a unit are divided among its pieces.

use super::report::MeasureReport;
use super::unit_measures;
use crate::domain::columns::{Measure, Subject};
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::work::carry::default_goals;

/// By what the figures of a unit are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SplitBy {
    /// By the accounts in the pieces; by area where the unit has none.
    #[default]
    Accounts,
    /// By area always.
    Area,
}

/// The columns of units, and what the accounts in a piece weigh.
pub struct Columns<'a> {
    columns: Vec<Column<'a>>,
    /// The measure that accounts are weighed by.
    load: Option<&'a Measure>,
    by: SplitBy,
}

struct Column<'a> {
    measure: &'a Measure,
    /// All its values are whole numbers, and those of pieces stay so.
    whole: bool,
}

impl<'a> Columns<'a> {
    pub fn new(project: &'a Project, by: SplitBy) -> Self {
        let is_whole = |measure: &Measure| {
            let mut values = measure.values.iter().filter(|value| value.is_finite());
            measure.is_summed() && values.all(|value| value.fract() == 0.0)
        };
        let columns = unit_measures(project).map(|measure| Column { measure, whole: is_whole(measure) }).collect();
        // What is balanced, if it is counted by account; else what would be.
        let of_accounts = |id| {
            let measure: Option<&Measure> = project.measure(id);
            measure.filter(|measure| measure.subject == Subject::Accounts && measure.is_summed())
        };
        let chosen = project.goals.iter().find_map(|goal| of_accounts(goal.measure));
        let usual = || default_goals(&project.measures).first().and_then(|goal| of_accounts(goal.measure));
        Self { columns, load: chosen.or_else(usual), by }
    }

    /// The values of each piece, and how each column was divided. Pieces together have what the unit had, exactly.
    pub fn split(
        &self,
        values: &[f64],
        areas: &[f64],
        accounts: &[Vec<AccountId>],
    ) -> (Vec<Vec<f64>>, Vec<MeasureReport>) {
        let (shares, by) = self.shares(areas, accounts);
        let mut pieces: Vec<Vec<f64>> = vec![Vec::with_capacity(values.len()); areas.len()];
        let mut reports = Vec::with_capacity(values.len());
        for (column, &value) in self.columns.iter().zip(values) {
            let summed = column.measure.is_summed();
            let parts = if !value.is_finite() || !summed {
                vec![value; areas.len()]
            } else {
                in_parts(value, &shares, column.whole)
            };
            let how = if !summed {
                "copied: it is a mean".to_owned()
            } else if value.is_finite() {
                by.clone()
            } else {
                "missing".to_owned()
            };
            for (piece, &part) in pieces.iter_mut().zip(&parts) {
                piece.push(part);
            }
            reports.push(MeasureReport { name: column.measure.name.clone(), how, values: parts });
        }
        (pieces, reports)
    }

    /// Each piece's share, and by what: "by the Revenue of 12 accounts", "by area".
    fn shares(&self, areas: &[f64], accounts: &[Vec<AccountId>]) -> (Vec<f64>, String) {
        let count: usize = accounts.iter().map(Vec::len).sum();
        if count == 0 || self.by == SplitBy::Area {
            return (areas.to_vec(), "by area".to_owned());
        }
        let of = if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") };
        if let Some(measure) = self.load {
            let value = |account: &AccountId| measure.values.get(account.index()).copied().unwrap_or(0.0).max(0.0);
            let loads: Vec<f64> = accounts.iter().map(|piece| piece.iter().map(value).sum()).collect();
            let total: f64 = loads.iter().sum();
            if total.is_finite() && total > 0.0 {
                return (loads.iter().map(|load| load / total).collect(), format!("by the {} of {of}", measure.name));
            }
        }
        let shares = accounts.iter().map(|piece| piece.len() as f64 / count as f64);
        (shares.collect(), format!("by the number of {of}"))
    }
}

/// A value divided by shares, such that the parts are the value: each but the largest is rounded to a step that the value is a multiple
/// of (or to whole numbers), and the largest is what is left. The sums of totals, which are exact, stay what they were.
pub fn in_parts(value: f64, shares: &[f64], whole: bool) -> Vec<f64> {
    // The grid of the totals.
    const GRID: f64 = 1.0 / (1_u64 << 40) as f64;
    let magnitude = value.abs();
    let step = if whole { 1.0 } else { GRID.max(magnitude.next_up() - magnitude) };
    let mut parts: Vec<f64> = shares.iter().map(|share| (value * share / step).round() * step + 0.0).collect();
    let largest = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b])).unwrap_or(0);
    let others: f64 = parts.iter().enumerate().filter(|&(nth, _)| nth != largest).map(|(_, part)| part).sum();
    if let Some(part) = parts.get_mut(largest) {
        *part = value - others;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_stay_whole() {
        assert_eq!(in_parts(1001.0, &[0.38, 0.62], true), [380.0, 621.0]);
        assert_eq!(in_parts(0.0, &[0.38, 0.62], true), [0.0, 0.0]);
        assert_eq!(in_parts(-10.0, &[0.25, 0.75], false), [-2.5, -7.5]);
    }

    proptest! {
        /// Rounded to the grid of the totals, the parts add up to the value to the last bit.
        #[test]
        fn parts_are_the_value(value in -1e15..1e15f64, a in 0.0..1.0f64, b in 0.0..1.0f64, small: bool) {
            let value = if small { value * 1e-14 } else { value };
            let total = a + b + 0.1;
            let parts = in_parts(value, &[a / total, b / total, 0.1 / total], false);
            let grid = |value: f64| (value * (1_u64 << 40) as f64).round() as i128;
            prop_assert_eq!(parts.iter().map(|&part| grid(part)).sum::<i128>(), grid(value));
        }
    }
}
