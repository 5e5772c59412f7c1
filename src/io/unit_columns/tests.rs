use std::sync::Arc;

use super::*;
use crate::domain::fixture;
use crate::io::Imported;
use crate::io::options::ReadOptions;

/// Nine units with codes "0" to "8".
fn project() -> Project {
    fixture::project("AAA\nBBB\nCCC")
}

/// The same with codes "00001" to "00009".
fn with_long_codes() -> Project {
    let mut project = project();
    let units = Arc::make_mut(&mut project.units);
    let codes: Vec<String> = (1..=9).map(|code| format!("{code:05}")).collect();
    *units = crate::domain::units::Units::new("ZIP area", codes.clone(), codes, units.topology.clone()).unwrap();
    project
}

fn read(project: &Project, text: &str, on_repeat: OnRepeat) -> (Result<UnitColumnsTable, UserError>, Vec<String>) {
    let progress = Progress::new();
    let bytes = text.as_bytes().to_vec();
    let Imported { value: table, mut diagnostics } =
        table::from_bytes("census.csv", bytes, &ReadOptions::default(), &progress).unwrap();
    let mapping = UnitColumnsMapping::guess(&table, project);
    let found = from_table(&table, &mapping, project, on_repeat, &progress, &mut diagnostics);
    (found, diagnostics.iter().map(ToString::to_string).collect())
}

#[test]
fn rows_find_their_units_whatever_their_order() {
    let (found, said) = read(&project(), "place,people,county\n8,80,West\n0,10,East\n4,n/a,East\n", OnRepeat::LeaveOut);
    let found = found.unwrap();
    assert_eq!(found.matched(), 3);
    let people = &found.measures[0];
    assert_eq!((people.name.as_str(), people.subject), ("people", Subject::Units));
    assert_eq!((people.values[0], people.values[8]), (10.0, 80.0));
    assert!(people.values[4].is_nan() && people.values[1].is_nan());
    assert_eq!(found.attributes[0].get(8), "West");
    assert_eq!(found.attributes[0].get(1), "");
    assert!(said.iter().any(|said| said.contains("no row for 6 cells")), "{said:?}");
}

#[test]
fn lost_zeros_come_back_and_unknown_codes_are_listed() {
    let text = "zip,people\n1,5\n2,6\n77777,7\n,8\n";
    let (found, said) = read(&with_long_codes(), text, OnRepeat::LeaveOut);
    assert_eq!(found.unwrap().measures[0].values[..2], [5.0, 6.0]);
    assert!(said.iter().any(|said| said.contains("2 codes had lost leading zeros")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("row 4") && said.contains("no ZIP area has the code \"77777\"")));
    assert!(said.iter().any(|said| said.contains("row 5") && said.contains("the row has no code")));
}

#[test]
fn repeated_codes_are_a_choice() {
    let text = "zip,people,median age,county\n00001,5,30,\n00001,7,50,East\n00002,1,20,West\n";
    let project = with_long_codes();
    let values = |on_repeat| {
        let (found, said) = read(&project, text, on_repeat);
        let found = found.unwrap();
        let first = |measure: usize| found.measures[measure].values[0];
        (first(0), first(1), found.attributes[0].get(0).to_owned(), said.join("\n"))
    };
    let (people, _, county, said) = values(OnRepeat::LeaveOut);
    assert!(people.is_nan() && county.is_empty());
    assert!(said.contains("row 3") && said.contains("is that of row 2 already") && said.contains("none of these rows"));
    let (people, age, county, _) = values(OnRepeat::First);
    assert_eq!((people, age, county.as_str()), (5.0, 30.0, ""));
    let (people, age, county, _) = values(OnRepeat::Last);
    assert_eq!((people, age, county.as_str()), (7.0, 50.0, "East"));
    let (people, age, county, said) = values(OnRepeat::AddUp);
    assert_eq!((people, age, county.as_str()), (12.0, 40.0, "East"));
    assert!(said.contains("1 code stand"), "{said}");
}

#[test]
fn a_table_about_something_else_is_refused() {
    let (found, _) = read(&with_long_codes(), "town,people\nDayton,50000\nColumbus,60000\n", OnRepeat::First);
    let error = found.unwrap_err().to_string();
    assert!(error.contains("no column holds codes of the project's ZIP areas"), "{error}");
}
