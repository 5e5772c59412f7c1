use super::*;
use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;
use crate::io::Imported;
use crate::io::diagnostic::Severity;
use crate::io::options::ReadOptions;
use crate::io::table;

const LINES: &str = "\
Account ID,Account Name,BillingCity,BillingState,BillingPostalCode,Billing Latitude,Billing Longitude,Annual Revenue,Phone,Owner
0001,Ale & Co,Columbus,OH,43215,39.96,-83.00,\"$1,200.50\",6145551234,Ann
0002,Bock,Cambridge,MA,2139,,,n/a,6145559999,Ann
0003,Cider,Columbus,OH,43215-1234,123,-83.0,300,6145550000,Bo
0004,Dunkel,Columbus,OH,43215,-83.0,39.96,many,6145551111,Bo
0005,Eis,Columbus,OH,,0,0,5,6145552222,Bo
,Fass,Columbus,OH,43215,39.96,-83.0,5,6145553333,Bo
0001,Gose,Columbus,OH,43215,39.96,-83.0,5,6145554444,Bo
0008,Helles,Nowhere,ZZ,00000,,,5,6145555555,Bo
";

fn table(text: &str) -> Table {
    table::parse("accounts.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).expect("a readable table").value
}

fn import(text: &str) -> Imported<AccountTable> {
    let table = table(text);
    let mapping = AccountMapping::guess(&table);
    import_with(&table, &mapping).expect("an import")
}

fn import_with(table: &Table, mapping: &AccountMapping) -> Result<Imported<AccountTable>, UserError> {
    let mut diagnostics = Vec::new();
    let value = from_table(table, mapping, PostalTable::embedded(), &Progress::new(), &mut diagnostics)?;
    Ok(Imported::new(value, diagnostics))
}

fn guess(text: &str) -> AccountMapping {
    AccountMapping::guess(&table(text))
}

fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn every_row_loads_or_is_listed_with_its_reason() {
    let read = import(LINES);
    let accounts = &read.value.accounts;
    assert_eq!(accounts.codes, ["0001", "0002", "0003", "0004", "0005", "0008"]);
    let words: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "accounts.csv, row 7, column \"Account ID\": the account has no code — the row is left out",
            "accounts.csv, row 8, column \"Account ID\": the code \"0001\" is that of row 2 already — the first is kept, this row \
             is left out",
            "accounts.csv, row 4, column \"Billing Latitude\", 0003: expected a latitude from -90 to 90, found 123 — placed by its \
             postal code",
            "accounts.csv, row 5, column \"Billing Latitude\", 0004: latitude -83 lies in Antarctica: latitude and longitude are \
             probably exchanged — placed by its postal code; the other way round they are 39.96, -83",
            "accounts.csv, row 6, column \"Billing Latitude\", 0005: latitude and longitude are 0, a place in the Atlantic — \
             placed by its town",
            "accounts.csv, row 9, 0008: no coordinates, and the postal code \"00000\" is not known — the account is kept without \
             a place",
            "accounts.csv, column \"BillingPostalCode\": 1 postal code had lost leading zeros — 2139 is read as 02139; keep the \
             column as text in the spreadsheet",
            "accounts.csv: 3 accounts placed by postal code, 1 by town, 1 not at all",
            "accounts.csv, row 5, column \"Annual Revenue\": expected a number, found \"many\" — row kept without Annual Revenue",
        ]
    );
    use Placement::{Coordinates, PostalCode, Town, Unplaced};
    assert_eq!(accounts.placements, [Coordinates, PostalCode, PostalCode, PostalCode, Town, Unplaced]);
    assert_eq!(accounts.precision_km(0), Some(0.0));
    assert!(accounts.precision_km(1).is_some_and(|km| (0.3..5.0).contains(&km)), "{:?}", accounts.precision_km(1));
    assert_eq!(accounts.precision_km(5), None);
    assert_eq!(accounts.places[0], LonLat::new(-83.0, 39.96));
    assert!(accounts.places[1].distance_km(LonLat::new(-71.1, 42.36)) < 10.0);
    assert!(!accounts.places[5].is_valid());
    assert_eq!(accounts.units.len(), accounts.len());
}

#[test]
fn figures_and_words_become_columns() {
    let read = import(LINES);
    let [revenue] = read.value.measures.as_slice() else { panic!("{:?}", read.value.measures) };
    assert_eq!((revenue.name.as_str(), revenue.unit.as_str()), ("Annual Revenue", "$"));
    assert_eq!(revenue.values[0], 1200.5);
    assert!(revenue.values[1].is_nan() && revenue.values[3].is_nan());
    let owner = read.value.accounts.attribute("Owner").expect("the owner is kept");
    assert_eq!((owner.get(1), owner.get(2)), ("Ann", "Bo"));
    assert_eq!(read.value.accounts.attribute("Phone").map(|phone| phone.get(0)), Some("6145551234"));
    assert_eq!(read.value.accounts.attribute("BillingPostalCode").map(|zip| zip.get(1)), Some("2139"));
}

#[test]
fn headers_of_the_usual_systems_are_understood() {
    let salesforce = guess(LINES);
    assert_eq!(salesforce.id, name("Account ID"));
    assert_eq!(salesforce.name, name("Account Name"));
    assert_eq!((salesforce.lat, salesforce.lon), (name("Billing Latitude"), name("Billing Longitude")));
    assert_eq!(salesforce.postal, name("BillingPostalCode"));
    assert_eq!(salesforce.measures, ["Annual Revenue"]);

    let hubspot = guess(
        "Record ID,Company name,Company owner,Postal Code,City,State/Region,Annual Revenue,Number of Employees,Create Date\n\
         88121,Ale,Ann,43215,Columbus,OH,1200,12,2023-01-02\n88122,Bock,Bo,02139,Cambridge,MA,,7,2023-01-03\n",
    );
    assert_eq!(
        (hubspot.id, hubspot.name, hubspot.postal),
        (name("Record ID"), name("Company name"), name("Postal Code"))
    );
    assert_eq!(hubspot.state, name("State/Region"));
    assert!(hubspot.measures.contains(&"Annual Revenue".to_owned()), "{:?}", hubspot.measures);
    assert!(hubspot.attributes.contains(&"Create Date".to_owned()));

    let sap = guess(
        "KUNNR;NAME1;STRAS;ORT01;PSTLZ;REGIO;LAND1;TELF1;UMSATZ\n\
         0000100001;Brauhaus;Weg 1;Columbus;43215;OH;US;614555;1.234,50\n\
         0000100002;Kneipe;Weg 2;Cambridge;02139;MA;US;617555;99,00\n",
    );
    assert_eq!((sap.id, sap.name), (name("KUNNR"), name("NAME1")));
    assert_eq!((sap.postal, sap.town, sap.country), (name("PSTLZ"), name("ORT01"), name("LAND1")));
    assert_eq!(sap.measures, ["UMSATZ"]);

    let dynamics = guess(
        "(Do Not Modify) Account,Account Name,Account Number,Address 1: ZIP/Postal Code,Address 1: Latitude,Address 1: Longitude,\
         Owner,Parent Account\n\
         b-1,Ale,A1,43215,39.9,-83.0,Ann,\nb-2,Bock,A2,43216,39.8,-83.1,Bo,Ale\n",
    );
    assert_eq!((dynamics.id, dynamics.name), (name("Account Number"), name("Account Name")));
    assert_eq!(dynamics.lat, name("Address 1: Latitude"));
    assert_eq!(dynamics.postal, name("Address 1: ZIP/Postal Code"));
}

#[test]
fn the_guess_can_be_told_in_words() {
    let words = guess(LINES).words();
    assert_eq!(words[0], "\"Account ID\" is taken as account code: its name says so");
    assert!(
        words.contains(&"\"Annual Revenue\" is taken as measure: 6 of 7 values are numbers".to_owned()),
        "{words:?}"
    );
    assert!(words.iter().any(|line| line.starts_with("\"Phone\" is taken as attribute")), "{words:?}");
}

#[test]
fn columns_filled_the_wrong_way_round_are_exchanged() {
    let text = "id,latitude,longitude\na,-122.4,37.7\nb,-118.2,34.0\nc,-96.8,32.8\n";
    let mapping = guess(text);
    assert_eq!((mapping.lat, mapping.lon), (name("longitude"), name("latitude")));
    assert_eq!(import(text).value.accounts.places[0], LonLat::new(-122.4, 37.7));
}

#[test]
fn without_a_code_column_rows_are_numbered() {
    let read = import("name,revenue,zip\nSame,5,43215\nSame,6,43215\n");
    assert_eq!(read.value.accounts.codes, ["2", "3"]);
    assert_eq!(read.value.accounts.names, ["Same", "Same"]);
}

#[test]
fn exchanged_coordinates_are_found_by_the_postal_code() {
    // Both values are possible latitudes, so only the postal code tells.
    let read =
        import("id,zip,lat,lon\n1,96813,21.3,-57.8\n2,99501,-49.9,61.2\n3,73301,30.3,-97.7\n4,99501,61.2,-149.9\n");
    assert!(
        read.diagnostics
            .iter()
            .any(|d| d.to_string().contains("row 2") && d.message.contains("km from the postal code"))
    );
    assert_eq!(read.value.accounts.placements[3], Placement::Coordinates);
}

#[test]
fn postal_codes_of_other_countries_are_not_taken_for_american_ones() {
    let read = import("id,postal_code,country\n1,96317,Germany\n2,43215,United States\n3,43215,\n");
    assert_eq!(read.value.accounts.placements, [Placement::PostalCode; 3]);
    assert!(read.value.accounts.places[0].distance_km(LonLat::new(11.33, 50.24)) < 10.0);
    assert!(read.value.accounts.places[2].distance_km(LonLat::new(-83.0, 39.96)) < 10.0);
}

fn said(text: &str) -> (Vec<Placement>, Vec<String>) {
    let read = import(text);
    let words = read.diagnostics.iter().filter(|said| said.severity != Severity::Note).map(ToString::to_string);
    (read.value.accounts.placements, words.collect())
}

#[test]
fn a_town_that_many_states_have_is_listed_and_not_guessed() {
    let (placements, words) = said("id,city,state,revenue\n1,Springfield,,5\n2,Springfield,IL,5\n3,Springfield,Oz,5\n");
    assert_eq!(placements, [Placement::Unplaced, Placement::Town, Placement::Unplaced]);
    assert_eq!(words.len(), 2);
    let begin = "accounts.csv, row 2, 1: the town \"Springfield\" may be Springfield, MO, United States; ";
    assert!(words[0].starts_with(begin) && words[0].contains("Springfield, IL, United States"), "{}", words[0]);
    assert!(words[0].ends_with("the account is kept without a place"), "{}", words[0]);
}

#[test]
fn towns_of_other_countries_are_found_however_they_are_written() {
    let read = import(
        "id,city,state,country,revenue\n1,MÜNCHEN,Bayern,Deutschland,5\n2,Koeln,,DE,5\n3,Montreal,QC,Canada,5\n4,St. Gallen,,CHE,5\n\
         5,London,,UK,5\n6,Nowhere,,Atlantis,5\n",
    );
    let accounts = &read.value.accounts;
    let near = [(11.58, 48.14), (6.96, 50.94), (-73.59, 45.5), (9.37, 47.42), (-0.13, 51.5)];
    for (row, (lon, lat)) in near.into_iter().enumerate() {
        assert!(
            accounts.places[row].distance_km(LonLat::new(lon, lat)) < 12.0,
            "row {row}: {:?}",
            accounts.places[row]
        );
        assert_eq!(accounts.placements[row], Placement::Town);
    }
    assert_eq!(accounts.placements[5], Placement::Unplaced);
    assert!(read.diagnostics.iter().any(|said| said.message.contains("the country \"Atlantis\" is not known")));
}

#[test]
fn a_file_that_does_not_say_its_country_is_understood_by_its_towns() {
    let read =
        import("Kundennummer;Ort;PLZ;Umsatz\n1;Dresden;1067;5\n2;München;80331;6\n3;Köln;50667;7\n4;Hamburg;20095;7\n");
    let accounts = &read.value.accounts;
    assert_eq!(accounts.placements, [Placement::PostalCode; 4]);
    assert!(accounts.places[0].distance_km(LonLat::new(13.74, 51.05)) < 10.0);
    let words: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|said| said.contains("rows without a country are taken to be in Germany")), "{words:?}");
    assert!(words.iter().any(|said| said.contains("1 postal code had lost leading zeros")), "{words:?}");
}

#[test]
fn a_state_alone_gives_its_middle_and_says_so() {
    let (placements, words) =
        said("id,zip,city,state,revenue\n1,,,OH,5\n2,99998,,TX,5\n3,,Franklin County,OH,5\n4,,,,5\n");
    use Placement::{Region, Unplaced};
    assert_eq!(placements, [Region, Region, Region, Unplaced]);
    assert!(
        words[0].contains("only its state is known — placed at the middle of Ohio, United States, up to "),
        "{words:?}"
    );
    assert!(words[1].contains("the postal code \"99998\" is not known, only its state is"), "{words:?}");
    assert!(words[2].contains("the middle of Franklin County, Ohio"), "{words:?}");
}

#[test]
fn coordinates_far_from_the_postal_code_are_told_with_the_distance() {
    let (placements, words) =
        said("id,zip,lat,lon\n1,43215,41.5,-81.69\n2,43215,39.97,-83.0\n3,43215,0,0\n4,45402,-84.19,39.76\n");
    use Placement::{Coordinates, PostalCode};
    assert_eq!(placements, [Coordinates, Coordinates, PostalCode, PostalCode]);
    assert!(
        words[0].contains("row 2, 1: the coordinates lie 20") && words[0].contains(" km from the postal code"),
        "{words:?}"
    );
    assert!(words[1].contains("latitude and longitude are 0"), "{words:?}");
    assert!(words[2].ends_with("placed by its postal code; the other way round they are 39.76, -84.19"), "{words:?}");
}

#[test]
fn a_code_that_stands_for_a_wide_area_gives_way_to_the_town() {
    let read = import("id,postcode,city,country,revenue\n1,AB10 1AA,Aberdeen,UK,5\n2,K1A 0B1,,Canada,5\n");
    let accounts = &read.value.accounts;
    assert_eq!(accounts.placements, [Placement::Town, Placement::PostalCode]);
    assert!(accounts.places[1].distance_km(LonLat::new(-75.7, 45.42)) < 10.0);
}

#[test]
fn a_mapped_column_that_is_missing_is_an_error_that_lists_what_there_is() {
    let table = table(LINES);
    let mut mapping = AccountMapping::guess(&table);
    mapping.measures.push("Potential".into());
    let error = import_with(&table, &mapping).unwrap_err();
    assert_eq!(error.what, "accounts.csv has no column \"Potential\"");
    assert!(error.why.contains("\"Annual Revenue\""), "{error}");
    let mut half = AccountMapping::guess(&table);
    half.lon = None;
    assert!(import_with(&table, &half).is_err());
}

#[test]
fn percentages_and_averages_are_not_summed() {
    let read = import("id,zip,win rate,revenue\n1,43215,12%,5\n2,43215,8%,6\n");
    let kinds: Vec<bool> = read.value.measures.iter().map(Measure::is_summed).collect();
    assert_eq!(kinds, [false, true]);
    assert_eq!(read.value.measures[0].unit, "%");
}

#[test]
fn rows_whose_fields_slipped_are_left_out() {
    // Row 3 lost its street, row 4 has a comma without quotation marks; row 5 only lacks its last, empty field.
    let good: String = (5..15).map(|id| format!("{id},Main St,43215,{id},Ann\n")).collect();
    let read = import(&format!(
        "id,street,zip,revenue,owner\n1,Main St,43215,5,Ann\n2,43215,7,Ann\n3,Main St, 5,43215,8,Ann\n4,Main St,43215,9\n{good}"
    ));
    assert_eq!(read.value.accounts.codes[..4], ["1", "3", "4", "5"]);
    let said: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    let expected = "t.csv, row 3, column \"revenue\": found \"Ann\" under this header — a field is missing or too many, so the \
                    others stand under wrong headers; the row is left out";
    assert!(said.contains(&expected.replace("t.csv", "accounts.csv")), "{said:?}");
}

#[test]
fn real_exports_load() {
    let Some(folder) = crate::io::outside_data("test/accounts") else { return };
    let progress = Progress::new();
    for (file, rows, placed) in [("us_breweries_sample.csv", 7160, 7100), ("open_brewery_db.csv", 11_822, 9000)] {
        let path = folder.join(file);
        let mapping =
            AccountMapping::guess(&table::preview(&path, &ReadOptions::default(), 500, &progress).unwrap().value);
        assert_eq!((mapping.id.as_deref(), mapping.name.as_deref()), (Some("id"), Some("name")), "{file}");
        let table = table::read(&path, &ReadOptions::default(), &progress).unwrap().value;
        let read = import_with(&table, &mapping).unwrap();
        let accounts = &read.value.accounts;
        assert_eq!(accounts.len(), rows, "{file}");
        let on_map = accounts.places.iter().filter(|place| place.is_valid()).count();
        assert!(on_map >= placed, "{file}: {on_map} placed");
        assert!(read.diagnostics.iter().all(|d| d.severity != Severity::Error));
    }
}
