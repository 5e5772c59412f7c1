//! Formulas over accounts and units, and conditions of segments.
#![no_main]

use bailiwick::domain::columns::Subject;
use bailiwick::domain::computed;
use bailiwick::domain::formula::{self, Columns, Renamed};
use bailiwick::work::segments;
use bailiwick_fuzz::project;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let project = project();
    for subject in [Subject::Accounts, Subject::Units] {
        if let Ok(worked) = computed::work_out(project, subject, text, "2026-12-31") {
            assert_eq!(
                worked.values.len(),
                if subject == Subject::Units { project.units.len() } else { project.accounts.len() }
            );
        }
        let _ = formula::renamed(text, &Columns::of(project, subject), None, Renamed::Column, "Revenue", "a [b] \"c\"");
    }
    if let Ok(condition) = segments::read_condition(project, text) {
        let _ = condition.formula(project, "2026-12-31").map(|text| {
            let _ = computed::work_out(project, Subject::Accounts, &text, "2026-12-31");
        });
    }
});
