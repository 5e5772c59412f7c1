//! Every difference as a row of text, for a file or a list.

use super::{ColumnComparison, Comparison, Field};
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;
use crate::io::export::number;

/// The header of [`differences`].
pub const DIFFERENCE_COLUMNS: [&str; 9] =
    ["Status", "Account", "Name", "Column", "Old", "New", "Territory", "Named", "Locked"];

/// New accounts, every value that changes, and accounts that are no longer there with what hangs on them; in the order of the
/// project, new ones last.
pub fn differences<'a>(comparison: &'a Comparison, project: &'a Project) -> impl Iterator<Item = Vec<String>> + 'a {
    let (old, new) = (&*project.accounts, &comparison.found.accounts);
    let plan = &*project.plan;
    let head = move |status: &str, code: &str, name: &str| vec![status.to_owned(), code.to_owned(), name.to_owned()];
    let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
    let hanging = move |account: AccountId| {
        let unit = old.units.get(account.index()).copied().flatten();
        let named = plan.overrides().contains_key(&account);
        let locked = plan.locked_accounts().contains(&account);
        [plan.territory_name(plan.owner_of(account, unit)).to_owned(), yes(named), yes(locked)]
    };
    let changed = comparison.changed.iter().flat_map(move |&account| {
        let row = comparison.rows[account.index()].unwrap_or_default() as usize;
        comparison.columns.iter().filter(move |column| column.changed.binary_search(&account).is_ok()).map(
            move |column| {
                let mut cells = head("changed", &old.codes[account.index()], &old.names[account.index()]);
                let [before, after] = values(comparison, project, column, account, row);
                cells.extend([column.name.clone(), before, after]);
                cells.extend(hanging(account));
                cells
            },
        )
    });
    let vanished = comparison.vanished.iter().map(move |vanished| {
        let at = vanished.account.index();
        let mut cells = head("not in the file", &old.codes[at], &old.names[at]);
        cells.extend([String::new(), number(vanished.value), String::new()]);
        cells.extend(hanging(vanished.account));
        cells
    });
    let added = comparison.new_rows().map(move |row| {
        let mut cells = head("new", &new.codes[row], &new.names[row]);
        let owner = new.units[row].map_or_else(Default::default, |unit| plan.territory_of(unit));
        cells.extend([String::new(), String::new(), String::new()]);
        cells.extend([plan.territory_name(owner).to_owned(), String::new(), String::new()]);
        cells
    });
    changed.chain(vanished).chain(added)
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
