//! From a project to a CRM's files.

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::TextColumn;
use crate::domain::fixture;
use crate::domain::ids::UnitId;
use crate::domain::sphere::LonLat;
use crate::io::export::order::{Against, HubSpot, List};
use std::sync::Arc;

/// A territory with accounts of which the second column looks like Ids.
fn project(ids: [&str; 3]) -> Project {
    let mut project = fixture::project("AB\nA-");
    project.accounts = Arc::new(Accounts {
        codes: ["1", "2", "3"].map(str::to_owned).to_vec(),
        names: ["x", "y", "z"].map(str::to_owned).to_vec(),
        places: vec![LonLat::new(f64::NAN, f64::NAN); 3],
        placements: vec![Placement::Unplaced; 3],
        units: vec![Some(UnitId(0)), Some(UnitId(1)), Some(UnitId(3))],
        attributes: vec![TextColumn::new("Phone", &["001", "2", "3"]), TextColumn::new("Key", &ids)],
        ..Accounts::default()
    });
    project
}

fn wish(list: List) -> ListWish {
    ListWish { list, ..ListWish::default() }
}

#[test]
fn ids_are_found_by_their_values_and_can_be_named() {
    let project = project(["0015e00002AbCdEAAV", "0015e00002AbCdFAAV", ""]);
    let seen = look(
        &project,
        None,
        &wish(List::Salesforce(Salesforce { key: "K__c".into(), ..Salesforce::default() })),
        &Progress::new(),
    )
    .unwrap();
    assert!(
        seen.diagnostics.iter().any(|said| said.message == "Salesforce Ids are taken from the column \"Key\""),
        "{:?}",
        seen.diagnostics
    );
    let links = seen.value.files.iter().find(|file| file.object == "ObjectTerritory2Association").unwrap();
    assert_eq!(links.rows, 2, "the third is in no territory");
    let named = ListWish { id_column: Some("phone".into()), ..wish(List::Salesforce(Salesforce::default())) };
    let seen = look(&project, None, &named, &Progress::new()).unwrap().value;
    assert_eq!(seen.missing.iter().filter(|missing| missing.what == "account").count(), 2, "{:?}", seen.missing);
    let wrong = ListWish { id_column: Some("Fax".into()), ..named };
    assert!(
        look(&project, None, &wrong, &Progress::new()).unwrap_err().why.contains("\"code\", \"Phone\" and \"Key\"")
    );
}

#[test]
fn without_ids_everything_is_missing_and_said() {
    let project = project(["a", "b", "c"]);
    let seen = look(&project, None, &wish(List::HubSpot(HubSpot::default())), &Progress::new()).unwrap();
    assert!(seen.diagnostics.iter().any(|said| said.message.contains("no column of accounts holds Record IDs")));
    assert_eq!(seen.value.missing.len(), 2);
    assert_eq!(seen.value.files.len(), 1, "the list of what is missing");
    let error = look(&project, None, &wish(List::default()), &Progress::new()).unwrap_err();
    assert!(error.hint.contains("today's owners"), "{error}");
    let column = ListWish { against: Some(Against::Column("Key".into())), ..wish(List::default()) };
    assert!(look(&project, None, &column, &Progress::new()).is_ok());
    assert!(look(&Project::default(), None, &column, &Progress::new()).unwrap_err().why.contains("no accounts"));
}
