//! What is wrong in single rows of computed columns, or with all of one.

use super::work_out;
use crate::domain::columns::Subject;
use crate::domain::formula::Fault;
use crate::domain::project::Project;
use std::collections::BTreeMap;

/// Rows of a computed column that have no value for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty {
    pub subject: Subject,
    /// The column's name.
    pub name: String,
    /// "division by zero".
    pub what: String,
    /// Ascending; none where the formula cannot be worked out at all.
    pub rows: Vec<u32>,
    /// What is wrong with the formula itself, so that no row has a value.
    pub whole: bool,
}

/// What is wrong, by column in the order of their names, the commonest fault first.
pub fn faulty(project: &Project) -> Vec<Faulty> {
    let mut all = Vec::new();
    for column in project.computed.iter() {
        let of = |what: String, rows: Vec<u32>, whole: bool| Faulty {
            subject: column.subject,
            name: column.name.clone(),
            what,
            rows,
            whole,
        };
        match work_out(project, column.subject, &column.formula, &column.as_of) {
            Err(error) => all.push(of(error.message, Vec::new(), true)),
            Ok(worked) => {
                let mut rows: BTreeMap<Fault, Vec<u32>> = BTreeMap::new();
                for &(row, fault) in worked.values.faults.iter() {
                    rows.entry(fault).or_default().push(row);
                }
                let mut rows: Vec<(Fault, Vec<u32>)> = rows.into_iter().collect();
                rows.sort_by_key(|(fault, rows)| (std::cmp::Reverse(rows.len()), *fault));
                all.extend(rows.into_iter().map(|(fault, rows)| of(fault.words().to_owned(), rows, false)));
            }
        }
    }
    all
}
