//! `crm` and `handover`: what changes, as files that others load, by the real program.

use super::Folder;

/// Two territories with a rep each and five accounts with Salesforce Ids, two of which change hands against `owners.csv`.
fn folder() -> Folder {
    let folder = Folder::with_grid();
    let rows: String = (0..36)
        .map(|unit| {
            format!(
                "{},{},{}\n",
                43000 + unit,
                if unit < 18 { "South" } else { "North" },
                if unit < 18 { "Ann" } else { "Bo" }
            )
        })
        .collect();
    folder.write("reps.csv", "Rep code,Name\n0055e000001AAAA,Ann\nR2,Bo\n");
    folder.ok("import reps plan.bwk reps.csv");
    folder.write("today.csv", format!("ZIP,Territory,Rep\n{rows}"));
    folder.ok("import alignment plan.bwk today.csv");
    folder.write(
        "accounts.csv",
        "Account ID,Name,Longitude,Latitude,Revenue,Salesforce Id,Owner\n\
         007,=Ale,-82.95,40.05,100,0015e00002AbCdEAAV,Ann\n\
         008,\"Bock \"\"Bros\"\", Inc\",-82.85,40.05,200,0015e00002AbCdFAAV,Bo\n\
         009,Cask,-82.95,40.55,400,0015e00002AbCdGAAV,Bo\n\
         010,Dram,-82.85,40.55,800,,Ann\n\
         011,Far,10.0,40.0,1600,0015e00002AbCdHAAV,Ann\n",
    );
    folder.ok("import accounts plan.bwk accounts.csv");
    folder
}

fn text(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).expect("the files are UTF-8")
}

#[test]
fn salesforce_files_of_what_changes() {
    let folder = folder();
    let (seen, code) = folder.json("crm salesforce plan.bwk load --against-column Owner --key Key__c --check");
    assert_eq!((code, seen["written"].as_bool()), (0, Some(false)));
    assert!(!folder.path("load").exists());
    let (done, code) = folder.json("crm salesforce plan.bwk load --against-column Owner --key Key__c");
    assert_eq!(code, 0);
    let files: Vec<&str> =
        done["files"].as_array().expect("a list").iter().filter_map(|file| file["file"].as_str()).collect();
    assert_eq!(
        files,
        [
            "load/1_insert_Territory2.csv",
            "load/2_insert_ObjectTerritory2Association.csv",
            "load/3_insert_UserTerritory2Association.csv",
            "load/4_update_Account.csv",
            "load/missing.csv"
        ]
    );
    assert_eq!(text(&folder, files[3]), "Id,OwnerId\r\n0015e00002AbCdFAAV,0055e000001AAAA\r\n");
    let missing: Vec<&str> =
        done["missing"].as_array().expect("a list").iter().filter_map(|row| row["why"].as_str()).collect();
    assert!(missing[0].contains("no Salesforce Id") && missing[1].contains("no Id of a user"), "{missing:?}");
    // An export of users brings the one that is missing; the names of files stay in their order.
    folder.write(
        "users.csv",
        "\"Id\",\"Name\",\"EmployeeNumber\",\"Email\"\n\"0055e000001BBBB\",\"Bo Bell\",\"R2\",\"bo@x.com\"\n",
    );
    let (done, _) = folder.json("crm salesforce plan.bwk load --against-column Owner --key Key__c --ids users.csv");
    let missing = done["missing"].as_array().expect("a list");
    assert_eq!((missing.len(), missing[0]["code"].as_str()), (1, Some("010")));
    let strict = folder.run("crm salesforce plan.bwk strict --against-column Owner --key Key__c --strict");
    assert_eq!(strict.code, 1, "{}", strict.stderr);
    assert!(!folder.path("strict").exists() && strict.stdout.contains("Nothing was written"), "{}", strict.stdout);
}

#[test]
fn hubspot_companies() {
    let folder = folder();
    folder.write("users.csv", "Name,Email\nAnn,ann@x.com\nBo,bo@x.com\n");
    folder.ok("crm hubspot plan.bwk hub --ids users.csv --account-id code --property Sales~territory");
    assert_eq!(
        text(&folder, "hub/companies.csv"),
        "Record ID,Company owner,Sales territory\r\n007,ann@x.com,South\r\n008,ann@x.com,South\r\n009,bo@x.com,North\r\n010,bo@x.com,North\r\n"
    );
    let said = folder.ok("crm hubspot plan.bwk hub --ids users.csv --account-id code --against-column Owner");
    assert_eq!(text(&folder, "hub/companies.csv").lines().count(), 3, "{said}");
}

#[test]
fn the_hand_over_list_against_a_file_and_a_project() {
    let folder = folder();
    std::fs::copy(folder.path("plan.bwk"), folder.path("before.bwk")).expect("a copy can be made");
    folder.write("move.csv", "ZIP,Territory\n43000,North\n");
    folder.ok("import alignment plan.bwk move.csv");
    let (done, _) = folder.json("handover plan.bwk list.csv --against before.bwk");
    assert_eq!(done["files"][0]["rows"].as_u64(), Some(1));
    let list = text(&folder, "list.csv");
    assert!(
        list.ends_with("007,'=Ale,43000,South,North,Ann,Bo,100,unit 43000 is in North now\r\n")
            || list.contains("43000 is in North now"),
        "{list}"
    );
    folder.ok("export before.bwk before.csv --what accounts");
    let (done, _) = folder.json("handover plan.bwk list.xlsx --against before.csv --measure Revenue");
    assert_eq!((done["files"][0]["rows"].as_u64(), done["written"].as_bool()), (Some(1), Some(true)));
    assert!(folder.path("list.xlsx").is_file());
}

#[test]
fn wishes_that_cannot_be_are_refused() {
    let folder = folder();
    folder.refused("handover plan.bwk list.csv", &["compared with", "hint:"]);
    folder.refused("handover plan.bwk list.csv --against Nirvana", &["no such plan", "its plans are"]);
    folder.refused("handover plan.bwk list.pdf --against-column Owner", &[".xlsx"]);
    folder.refused("handover plan.bwk list.csv --against-column Phone", &["\"Owner\""]);
    folder.refused("crm salesforce plan.bwk load --model 0MA5e", &["not the Id of a territory model"]);
    folder.refused("crm salesforce plan.bwk load --account-access Owner", &["Read, Edit or All"]);
    folder.refused("crm salesforce plan.bwk load --key Key;c", &["not the name of a field"]);
    folder.refused("crm salesforce plan.bwk load --ids reps.csv --account-id Phone", &["no column \"Phone\""]);
    folder.refused("crm salesforce plan.bwk load --ids today.csv", &["Could not take Ids from today.csv", "\"ZIP\""]);
    folder.refused("crm salesforce plan.bwk no/such/folder --key Key__c", &["Could not make the folder"]);
}
