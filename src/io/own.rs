//! Tables that this program wrote: what an export adds to the data that came in is told by the plan, and is no data of its own. Taken in
//! again it would stand beside what the next export adds.

use crate::domain::columns::Subject;

/// Per column of a table whether an export of this program put it there to say what the plan has: territory, rep, groups, what is counted
/// or measured anew. None is where the table is no such export.
pub(super) fn of_the_plan<S: AsRef<str>>(names: &[S], subject: Subject) -> Vec<bool> {
    let at = |name: &str| names.iter().position(|column| column.as_ref() == name);
    // Groups are called as the project calls its levels, but they stand between the rep and what comes after it. A shapefile shortens names.
    let (begins, ends): (&[&str], &[&str]) = match subject {
        Subject::Units => (&["territory", "rep", "rep_code"], &["accounts"]),
        Subject::Accounts => (&["unit", "territory", "rep", "rep_code"], &["named_account", "named_acco"]),
    };
    let none = vec![false; names.len()];
    let (Some(from), Some(to)) = (at(begins[0]), ends.iter().find_map(|name| at(name))) else { return none };
    let is_export = names[from..].iter().map(AsRef::as_ref).zip(begins).all(|(found, expected)| found == *expected);
    if !is_export || to < from + begins.len() {
        return none;
    }
    let alone: &[&str] = match subject {
        Subject::Units => &["area_km2"],
        Subject::Accounts => &["placed_by", "precision_km", "precision"],
    };
    let is_alone = |name: &str| alone.contains(&name);
    names.iter().enumerate().map(|(at, name)| (from..=to).contains(&at) || is_alone(name.as_ref())).collect()
}

/// Why such a column is left out.
pub(super) const WHY: &str =
    "an export of this program put it there; the alignment of the same file brings territories back";

/// The columns of an export of accounts that say how each was placed, and how precisely in kilometres.
pub(super) fn placing_columns<S: AsRef<str>>(names: &[S]) -> Option<(usize, usize)> {
    if !of_the_plan(names, Subject::Accounts).contains(&true) {
        return None;
    }
    let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_ref()));
    Some((at(&["placed_by"])?, at(&["precision_km", "precision"])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_told_by_all_its_columns() {
        let units = ["code", "name", "territory", "rep", "rep_code", "Bezirk", "accounts", "POP", "area_km2", "Note"];
        let found = of_the_plan(&units, Subject::Units);
        let left: Vec<&str> = units.iter().zip(found).filter(|(_, left)| *left).map(|(name, _)| *name).collect();
        assert_eq!(left, ["territory", "rep", "rep_code", "Bezirk", "accounts", "area_km2"]);
        for others in [&units[..6], &["ZIP", "territory", "accounts", "area_km2"], &[]] {
            assert!(!of_the_plan(others, Subject::Units).contains(&true), "{others:?}");
        }
    }
}
