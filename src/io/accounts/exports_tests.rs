//! Columns as the usual systems export them. The files are made up, their headers are those of the systems.

use std::path::{Path, PathBuf};

use super::*;
use crate::io::Imported;
use crate::io::options::ReadOptions;
use crate::io::table;

/// What is to be found: id, name, longitude, latitude, postal code, town, state, country, street ("" for none), measures, and some of the
/// attributes with their first value.
struct Expected {
    file: &'static str,
    roles: [&'static str; 9],
    measures: &'static [&'static str],
    attributes: &'static [(&'static str, &'static str)],
}

const EXPECTED: [Expected; 14] = [
    Expected {
        file: "salesforce_report.csv",
        roles: [
            "Account ID",
            "Account Name",
            "",
            "",
            "Billing Zip/Postal Code",
            "Billing City",
            "Billing State/Province",
            "Billing Country",
            "Billing Street",
        ],
        measures: &["Annual Revenue", "Employees"],
        attributes: &[
            ("Account Owner", "Ann Archer"),
            ("Territory", "Ohio North"),
            ("Phone", "(614) 555-0101"),
            ("Last Activity", "2026-01-15"),
            ("Created Date", "2019-03-14"),
        ],
    },
    Expected {
        file: "salesforce_dataloader.csv",
        roles: [
            "ID",
            "NAME",
            "BILLINGLONGITUDE",
            "BILLINGLATITUDE",
            "BILLINGPOSTALCODE",
            "BILLINGCITY",
            "BILLINGSTATE",
            "BILLINGCOUNTRY",
            "BILLINGSTREET",
        ],
        measures: &["ANNUALREVENUE", "NUMBEROFEMPLOYEES", "POTENTIAL__C"],
        attributes: &[
            ("OWNERID", "0055e000001AAAA"),
            ("TERRITORY__C", "Ohio North"),
            ("PHONE", "6145550101"),
            ("CREATEDDATE", "2019-03-14T10:15:00Z"),
            ("LASTACTIVITYDATE", "2026-01-15"),
        ],
    },
    Expected {
        file: "hubspot_companies.csv",
        roles: [
            "Record ID",
            "Company name",
            "",
            "",
            "Postal Code",
            "City",
            "State/Region",
            "Country/Region",
            "Street Address",
        ],
        measures: &["Annual Revenue", "Number of Employees"],
        attributes: &[
            ("Company owner", "Ann Archer (ann@example.com)"),
            ("Create Date", "2019-03-14T10:15:00"),
            ("Phone Number", "+1 614-555-0101"),
        ],
    },
    Expected {
        file: "dynamics_accounts.csv",
        roles: [
            "Account Number",
            "Account Name",
            "Address 1: Longitude",
            "Address 1: Latitude",
            "Address 1: ZIP/Postal Code",
            "Address 1: City",
            "Address 1: State/Province",
            "Address 1: Country/Region",
            "Address 1: Street 1",
        ],
        measures: &["Annual Revenue", "Number of Employees"],
        attributes: &[("Owner", "Ann Archer"), ("Territory", "Ohio North"), ("Created On", "2019-03-14T10:15:00")],
    },
    Expected {
        file: "sap_kna1.csv",
        roles: ["KUNNR", "NAME1", "", "", "PSTLZ", "ORT01", "REGIO", "LAND1", "STRAS"],
        measures: &["UMSAT", "JMZAH"],
        attributes: &[("ERDAT", "2019-03-14"), ("UMJAH", "2025"), ("MANDT", "100"), ("VKBUR", "1010"), ("REGIO", "09")],
    },
    Expected {
        file: "sap_german.csv",
        roles: ["Debitor", "Name 1", "", "", "Postleitzahl", "Ort", "Region", "Land", "Straße"],
        measures: &["Jahresumsatz"],
        attributes: &[("Angelegt am", "2019-03-14"), ("Vertriebsbeauftragter", "Archer"), ("Verkaufsbüro", "1010")],
    },
    Expected {
        file: "sap_english.txt",
        roles: ["Customer", "Name 1", "", "", "Postal Code", "City", "Region", "Country", "Street"],
        measures: &["Annual sales"],
        attributes: &[("Created on", "2019-03-14"), ("Telephone 1", "6145550101"), ("Client", "100")],
    },
    Expected {
        file: "sap_c4c.csv",
        roles: ["Account ID", "Account", "", "", "Postal Code", "City", "State", "Country/Region", "Street"],
        measures: &["Annual Revenue"],
        attributes: &[
            ("Owner", "Ann Archer"),
            ("Owner ID", "8000012"),
            ("Territory", "Ohio North"),
            ("House Number", "12"),
            ("Created On", "2019-03-14"),
            ("Changed On", "2026-01-15"),
        ],
    },
    Expected {
        file: "pipedrive_organizations.csv",
        roles: [
            "Organization - ID",
            "Organization - Name",
            "",
            "",
            "Organization - ZIP/Postal code of Address",
            "Organization - City/town/village/locality of Address",
            "Organization - State/county of Address",
            "Organization - Country of Address",
            "Organization - Street/road name of Address",
        ],
        measures: &["Organization - Open deals", "Organization - Won deals", "Organization - Revenue"],
        attributes: &[
            ("Organization - Owner", "Ann Archer"),
            ("Organization - House number of Address", "12"),
            ("Organization - Organization created", "2019-03-14T10:15:00"),
        ],
    },
    Expected {
        file: "zoho_accounts.csv",
        roles: [
            "Record Id",
            "Account Name",
            "",
            "",
            "Billing Code",
            "Billing City",
            "Billing State",
            "Billing Country",
            "Billing Street",
        ],
        measures: &["Annual Revenue", "Employees"],
        attributes: &[("Account Owner", "Ann Archer"), ("SIC Code", "2082"), ("Territories", "Ohio North")],
    },
    Expected {
        file: "plain_english.csv",
        roles: ["Cust #", "Customer", "", "", "Zip", "City", "ST", "", "Address"],
        measures: &["2025 Sales", "Calls/Year"],
        attributes: &[("Rep", "Ann"), ("Territory", "Ohio North"), ("Last Visit", "2026-01-15")],
    },
    Expected {
        file: "plain_german.csv",
        roles: ["Kundennr.", "Kunde", "Längengrad", "Breitengrad", "PLZ", "Ort", "Bundesland", "Land", "Straße"],
        measures: &["Umsatz 2025", "Potenzial", "Besuche/Jahr"],
        attributes: &[("Außendienst", "Anna"), ("Gebiet", "Süd"), ("letzter Besuch", "2026-01-15")],
    },
    Expected {
        file: "plain_french.csv",
        roles: [
            "N° client",
            "Raison sociale",
            "Longitude",
            "Latitude",
            "Code postal",
            "Ville",
            "Département",
            "Pays",
            "Adresse",
        ],
        measures: &["Chiffre d'affaires", "Visites par an"],
        attributes: &[("Commercial", "Anne"), ("Secteur", "Nord"), ("Date de création", "2019-03-14")],
    },
    Expected {
        file: "plain_spanish.csv",
        roles: ["Código cliente", "Razón social", "", "", "C.P.", "Población", "Provincia", "País", "Dirección"],
        measures: &["Facturación (€)", "Visitas"],
        attributes: &[("Comercial", "Ana"), ("Zona", "Centro"), ("Fecha alta", "2019-03-14")],
    },
];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables").join(name)
}

fn read(name: &str) -> (Table, AccountMapping, Imported<AccountTable>) {
    let progress = Progress::new();
    let Imported { value: table, mut diagnostics } =
        table::read(&file(name), &ReadOptions::default(), &progress).expect("a table");
    let mapping = AccountMapping::guess(&table);
    let value = from_table(&table, &mapping, PostalTable::embedded(), &progress, &mut diagnostics).expect("accounts");
    (table, mapping, Imported::new(value, diagnostics))
}

#[test]
fn columns_of_the_usual_systems_are_taken_right() {
    for expected in EXPECTED {
        let (table, mapping, imported) = read(expected.file);
        let roles = [
            &mapping.id,
            &mapping.name,
            &mapping.lon,
            &mapping.lat,
            &mapping.postal,
            &mapping.town,
            &mapping.state,
            &mapping.country,
            &mapping.street,
        ];
        let roles = roles.map(|role| role.as_deref().unwrap_or_default());
        assert_eq!(roles, expected.roles, "{}: {:#?}", expected.file, mapping.words());
        assert_eq!(mapping.measures, expected.measures, "{}: {:#?}", expected.file, mapping.words());
        let accounts = &imported.value.accounts;
        assert_eq!(accounts.len(), 3, "{}: {:?}", expected.file, imported.diagnostics);
        for (name, value) in expected.attributes {
            let found = accounts.attribute(name).map(|attribute| attribute.get(0));
            assert_eq!(found, Some(*value), "{}, {name}", expected.file);
        }
        // Nothing is lost: every column is a role, a measure or an attribute.
        for column in &table.columns {
            let known = roles.contains(&column.as_str())
                || mapping.measures.contains(column)
                || mapping.attributes.contains(column);
            assert!(known, "{}: {column}", expected.file);
        }
    }
}

#[test]
fn codes_and_postal_codes_keep_their_zeros_and_figures_their_value() {
    let (_, _, sap) = read("sap_kna1.csv");
    assert_eq!(sap.value.accounts.codes, ["0000100001", "0000100002", "0000100003"]);
    assert_eq!(sap.value.measures[0].values, [1_250_000.0, 310_500.5, 0.0]);
    let (_, _, german) = read("plain_german.csv");
    assert_eq!(german.value.accounts.codes[0], "0007");
    assert_eq!(german.value.measures[0].values, [1_250_000.0, 310_500.5, -1_200.0]);
    assert_eq!(german.value.measures[0].unit, "€");
    assert_eq!(german.value.accounts.attribute("PLZ").map(|plz| plz.get(2)), Some("01067"));
    assert_eq!(german.value.accounts.places[2].lat, 51.0577);
    let (_, _, french) = read("plain_french.csv");
    assert_eq!(french.value.accounts.names[1], "Café Bœuf");
    assert_eq!(french.value.measures[0].values, [1_250_000.0, 310_500.5, -1_200.0]);
    let (_, _, spanish) = read("plain_spanish.csv");
    assert_eq!(spanish.value.accounts.names[2], "Café Ñandú");
    let (_, _, english) = read("plain_english.csv");
    assert_eq!(english.value.measures[0].values, [1_250_000.0, 310_500.0, -1_200.0]);
}

#[test]
fn what_reports_put_around_the_table_is_left_out_and_said() {
    let said = |name: &str| read(name).2.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let report = said("salesforce_report.csv");
    assert!(report.contains("row 6: 4 lines below the table — left out"), "{report}");
    let plain = said("plain_english.csv");
    assert!(plain.contains("3 rows above the table — left out; the table begins in row 4"), "{plain}");
    assert!(
        plain.contains("row 8: the last row begins with \"total\" and holds sums — the row is left out"),
        "{plain}"
    );
}
