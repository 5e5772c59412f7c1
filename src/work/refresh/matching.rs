//! Which columns of a newer file are which of the project.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::domain::columns::{Subject, TextColumn};
use crate::domain::project::Project;
use crate::io::accounts::AccountMapping;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::Reason;
use crate::io::table::Table;
use crate::work::columns::{AccountColumns, Choice};

/// Takes a column that the project has as what it is there, whatever its values look like now; `columns` is what a person said, which
/// stands. The column of codes is the one that has those of the project.
pub fn as_in_project(project: &Project, columns: &AccountColumns, table: &Table, mapping: &mut AccountMapping) {
    if columns.id == Choice::Guess {
        find_codes(project, table, mapping);
    }
    let is_measure = |name: &str| find_measure(project, name).is_some();
    let is_attribute = |name: &str| find_attribute(&project.accounts.attributes, name).is_some();
    if columns.measures.is_none() {
        let to_words: Vec<String> =
            mapping.measures.iter().filter(|name| is_attribute(name) && !is_measure(name)).cloned().collect();
        mapping.measures.retain(|name| !to_words.contains(name));
        to_words.iter().for_each(|name| say(mapping, name, "attribute"));
        mapping.attributes.extend(to_words);
    }
    if columns.attributes.is_none() {
        let to_numbers: Vec<String> =
            mapping.attributes.iter().filter(|name| is_measure(name) && !is_attribute(name)).cloned().collect();
        to_numbers.iter().for_each(|name| {
            say(mapping, name, "measure");
            mapping.take_measure(name);
        });
    }
}

fn say(mapping: &mut AccountMapping, column: &str, role: &str) {
    mapping.reasons.retain(|reason| reason.column != column);
    mapping.reasons.push(Reason::new(column, role, "it is that in the project"));
}

/// Where the guessed column of codes has none of the project's, the column with most of them.
fn find_codes(project: &Project, table: &Table, mapping: &mut AccountMapping) {
    let known: HashSet<&str> = project.accounts.codes.iter().map(String::as_str).collect();
    let hits = |column: usize| {
        let found: HashSet<&str> = table.column(column).filter(|cell| known.contains(cell)).collect();
        found.len()
    };
    let position = |name: &String| table.columns.iter().position(|column| column == name);
    if mapping.id.as_ref().and_then(position).is_some_and(|column| hits(column) > 0) {
        return;
    }
    let columns = (0..table.columns.len()).map(|column| (hits(column), Reverse(column)));
    let best = columns.max().filter(|(hits, _)| *hits > 0 && 2 * hits >= table.len());
    let Some((_, Reverse(column))) = best else { return };
    let name = table.columns[column].clone();
    let role = "account code";
    mapping.reasons.retain(|reason| reason.taken_as != role && reason.column != name);
    mapping.reasons.push(Reason::new(&name, role, "its values are the codes of the project"));
    mapping.measures.retain(|column| *column != name);
    mapping.attributes.retain(|column| *column != name);
    mapping.id = Some(name);
}

/// Columns that the project computes are not taken from a file: it may be an export of this very project.
pub(super) fn leave_computed(
    project: &Project,
    mapping: &mut AccountMapping,
    file: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_computed = |name: &str| {
        let mut computed = project.computed.iter().filter(|column| column.subject == Subject::Accounts);
        computed.any(|column| column.name.eq_ignore_ascii_case(name))
    };
    for name in mapping.measures.iter().chain(&mapping.attributes).filter(|name| is_computed(name)) {
        let place = Place::file(file).column(name);
        diagnostics.push(
            Diagnostic::note(place, "the project computes a column of that name")
                .hint("the values of the file were not taken"),
        );
    }
    mapping.measures.retain(|name| !is_computed(name));
    mapping.attributes.retain(|name| !is_computed(name));
}

/// The measure of accounts that a column of a file is. One that is called like a measure of units got another name.
pub(super) fn find_measure(project: &Project, name: &str) -> Option<usize> {
    let find = |is: &dyn Fn(&str) -> bool| {
        project.measures.iter().position(|measure| measure.subject == Subject::Accounts && is(&measure.name))
    };
    let renamed = format!("{name} (accounts)");
    find(&|known| known == name).or_else(|| find(&|known| known == renamed)).or_else(|| {
        // Capitals change from one export to the next.
        find(&|known| known.eq_ignore_ascii_case(name))
    })
}

pub(super) fn find_attribute(columns: &[TextColumn], name: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == name);
    exact.or_else(|| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
}

/// What to do where no code of a file is in the project, when it is the zeros in front that are missing.
pub(super) fn lost_zeros(project: &Project, codes: &[String]) -> Option<String> {
    let plain = |code: &str| code.trim_start_matches('0').to_owned();
    let known: HashSet<String> = project.accounts.codes.iter().map(|code| plain(code)).collect();
    let alike = codes.iter().find(|code| known.contains(&plain(code)))?;
    let whole = project.accounts.codes.iter().find(|code| plain(code) == plain(alike))?;
    Some(format!(
        "\"{alike}\" is probably \"{whole}\": the zeros in front were lost, write the column as text in the spreadsheet"
    ))
}
