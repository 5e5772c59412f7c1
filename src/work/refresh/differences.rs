//! Every difference as a row of text, for a file or a list.

use super::{ColumnComparison, Comparison, Field};
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;
use crate::io::export::number;

/// The header of [`differences`].
pub const DIFFERENCE_COLUMNS: [&str; 9] =
    ["Status", "Account", "Name", "Column", "Old", "New", "Territory", "Named", "Locked"];

/// One difference; [`difference_row`] makes words of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// A value of this column.
    Changed { account: AccountId, column: u16 },
    /// By its place among those that are no longer there.
    Vanished(u32),
    /// By its row in the file.
    New(u32),
}

impl Difference {
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Vanished(_) => "not in the file",
            Self::New(_) => "new",
        }
    }
}

/// New accounts, every value that changes, and accounts that are no longer there with what hangs on them; in the order of the
/// project, new ones last.
pub fn differences<'a>(comparison: &'a Comparison, project: &'a Project) -> impl Iterator<Item = Vec<String>> + 'a {
    let all = all_differences(comparison).into_iter();
    all.map(move |difference| difference_row(comparison, project, difference).to_vec())
}

/// The same, not yet in words.
pub fn all_differences(comparison: &Comparison) -> Vec<Difference> {
    let columns = (0u16..).zip(&comparison.columns);
    let mut values: Vec<(AccountId, u16)> =
        columns.flat_map(|(at, column)| column.changed.iter().map(move |&account| (account, at))).collect();
    values.sort_unstable();
    let changed = values.into_iter().map(|(account, column)| Difference::Changed { account, column });
    let vanished = (0..comparison.vanished.len() as u32).map(Difference::Vanished);
    let added = comparison.new_rows().map(|row| Difference::New(row as u32));
    changed.chain(vanished).chain(added).collect()
}

/// One difference in words, under [`DIFFERENCE_COLUMNS`]. Empty where the comparison is of another project.
pub fn difference_row(comparison: &Comparison, project: &Project, difference: Difference) -> [String; 9] {
    row(comparison, project, difference).unwrap_or_default()
}

fn row(comparison: &Comparison, project: &Project, difference: Difference) -> Option<[String; 9]> {
    let (old, new) = (&*project.accounts, &comparison.found.accounts);
    let plan = &*project.plan;
    let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
    let hanging = |account: AccountId| {
        let unit = old.units.get(account.index()).copied().flatten();
        let named = plan.overrides().contains_key(&account);
        let locked = plan.locked_accounts().contains(&account);
        [plan.territory_name(plan.owner_of(account, unit)).to_owned(), yes(named), yes(locked)]
    };
    let (code, name, [column, before, after], [territory, named, locked]) = match difference {
        Difference::Changed { account, column } => {
            let column = comparison.columns.get(usize::from(column))?;
            let row = (*comparison.rows.get(account.index())?)? as usize;
            let [before, after] = values(comparison, project, column, account, row);
            let at = account.index();
            (old.codes.get(at)?, old.names.get(at)?, [column.name.clone(), before, after], hanging(account))
        }
        Difference::Vanished(nth) => {
            let vanished = comparison.vanished.get(nth as usize)?;
            let at = vanished.account.index();
            let value = [String::new(), number(vanished.value), String::new()];
            (old.codes.get(at)?, old.names.get(at)?, value, hanging(vanished.account))
        }
        Difference::New(row) => {
            let row = row as usize;
            let owner = new.units.get(row)?.map_or_else(Default::default, |unit| plan.territory_of(unit));
            let owner = [plan.territory_name(owner).to_owned(), String::new(), String::new()];
            (new.codes.get(row)?, new.names.get(row)?, Default::default(), owner)
        }
    };
    let status = difference.word().to_owned();
    Some([status, code.clone(), name.clone(), column, before, after, territory, named, locked])
}

/// The value of a column before and after, as text; empty where it is missing.
pub(super) fn values(
    comparison: &Comparison,
    project: &Project,
    column: &ColumnComparison,
    account: AccountId,
    row: usize,
) -> [String; 2] {
    let (old, found) = (&*project.accounts, &comparison.found);
    let place = |place: LonLat| {
        if place.is_valid() { format!("{}, {}", place.lat, place.lon) } else { String::new() }
    };
    match column.field {
        Field::Name => [old.names[account.index()].clone(), found.accounts.names[row].clone()],
        Field::Place => [place(old.places[account.index()]), place(found.accounts.places[row])],
        Field::Measure([before, after]) => [
            before.map_or(String::new(), |at| number(project.measures[at].values[account.index()])),
            after.map_or(String::new(), |at| number(found.measures[at].values[row])),
        ],
        Field::Attribute([before, after]) => [
            before.map_or(String::new(), |at| old.attributes[at].get(account.index()).to_owned()),
            after.map_or(String::new(), |at| found.accounts.attributes[at].get(row).to_owned()),
        ],
    }
}
