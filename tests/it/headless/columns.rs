//! `column`: columns that a formula computes, used everywhere like any other.

use super::{Folder, messages};

/// The grid with four accounts, one of which has no visits.
pub fn with_accounts() -> Folder {
    let folder = Folder::with_grid();
    folder.write(
        "accounts.csv",
        "ID,Name,Latitude,Longitude,Segment,Annual Revenue,Visits,Last Visit\n\
         C1,Deli,40.05,-82.95,pub,100,4,2026-01-31\n\
         C2,Bar,40.05,-82.85,bar,300,0,2026-06-30\n\
         C3,Inn,40.55,-82.55,pub,50,2,\n\
         C4,Arms,40.55,-82.45,inn,550,5,2025-12-31\n",
    );
    folder.ok("import accounts plan.bwk accounts.csv --measure Annual~Revenue --measure Visits");
    folder
}

fn column(folder: &Folder, name: &str) -> serde_json::Value {
    let (result, _) = folder.json("column plan.bwk list");
    let columns = result["columns"].as_array().expect("a list").clone();
    columns.into_iter().find(|column| column["name"] == name).unwrap_or_default()
}

#[test]
fn a_column_is_added_used_changed_renamed_and_removed() {
    let folder = with_accounts();
    let (added, code) = folder.json("column plan.bwk add --name Score --formula 0.6*[Annual~Revenue]+10*visits");
    assert_eq!((code, added["column"]["kind"].as_str()), (0, Some("number")));
    assert_eq!(added["step"], "Added the computed column Score");
    // It is balanced, exported, and metrics sum it.
    let (built, _) = folder.json("build plan.bwk --territories 2 --measure Score:50% --effort quick");
    assert_eq!(built["command"], "build");
    folder.ok("export plan.bwk accounts_out.csv --what accounts --columns code,Score");
    let text = String::from_utf8(folder.read("accounts_out.csv")).expect("a text");
    assert_eq!(text.replace('\r', ""), "code,Score\nC1,100\nC2,180\nC3,50\nC4,380\n");
    for file in ["a.gpkg", "a.geojson", "a.shp", "a.kml", "a.kmz", "a.topojson", "a.xlsx"] {
        folder.ok(&format!("export plan.bwk {file} --what accounts"));
    }
    let geojson = String::from_utf8(folder.read("a.geojson")).expect("a text");
    assert!(geojson.contains("\"Score\":380"), "{geojson}");
    // Others that name it follow its name and hold it.
    folder.ok("column plan.bwk add --name Tier --formula tier([Score],80,95)");
    folder.ok("segment plan.bwk add --name Best --where Score~at-least~150");
    folder.ok("column plan.bwk set --name Score --rename Worth");
    assert_eq!(column(&folder, "Tier")["formula"], "tier([Worth],80,95)");
    folder.refused("column plan.bwk remove --name Worth", &["the column \"Tier\"", "the segment \"Best\"", "need it"]);
    folder.ok("column plan.bwk remove --name Tier");
    folder.ok("segment plan.bwk remove --name Best");
    let (removed, _) = folder.json("column plan.bwk remove --name Worth");
    assert_eq!(removed["lost"][0], "Worth is no longer balanced");
    folder.ok("undo plan.bwk");
    assert_eq!(column(&folder, "Worth")["rows"], 4);
}

#[test]
fn rows_with_an_error_are_listed_and_kept_with_the_project() {
    let folder = with_accounts();
    let (added, _) = folder.json("column plan.bwk add --name Share --formula [Annual~Revenue]/[Visits]");
    assert_eq!((added["column"]["errors"].as_u64(), added["column"]["missing"].as_u64()), (Some(1), Some(1)));
    assert_eq!(messages(&added, "division by zero").len(), 1);
    assert_eq!(added["messages"][0]["item"], "C2");
    let info = folder.run("info plan.bwk --all-messages");
    let all = format!("{}{}", info.stdout, info.stderr);
    assert!(all.contains("1 row: division by zero"), "{all}");
    // What is mended is no longer said, and comes back with undo.
    folder.ok("column plan.bwk set --name Share --formula if([Visits]>0,[Annual~Revenue]/[Visits],0)");
    let info = folder.run("info plan.bwk --all-messages");
    assert!(!format!("{}{}", info.stdout, info.stderr).contains("division by zero"));
    folder.ok("undo plan.bwk");
    let info = folder.run("info plan.bwk --all-messages");
    assert!(format!("{}{}", info.stdout, info.stderr).contains("division by zero"));
}

#[test]
fn check_shows_what_a_formula_gives_or_where_it_is_wrong() {
    let folder = with_accounts();
    let (checked, code) = folder.json("column plan.bwk check --formula [Annual~Revenue]/visits");
    assert_eq!((code, checked["ok"].as_bool(), checked["errors"].as_u64()), (0, Some(true), Some(1)));
    assert_eq!(checked["inputs"], serde_json::json!(["Annual Revenue", "Visits"]));
    assert_eq!(checked["first"][0], serde_json::json!({ "code": "C1", "inputs": ["100", "4"], "value": "25" }));
    assert_eq!(checked["worst"][0], serde_json::json!({ "code": "C2", "error": "division by zero" }));
    assert_eq!((checked["numbers"]["min"].as_f64(), checked["numbers"]["max"].as_f64()), (Some(25.0), Some(110.0)));
    let (words, _) = folder.json("column plan.bwk check --formula upper(segment)");
    assert_eq!(words["commonest"][0], serde_json::json!({ "word": "PUB", "rows": 2 }));
    let (wrong, code) = folder.json("column plan.bwk check --formula 1+[Anual~Revenue]");
    assert_eq!((code, wrong["ok"].as_bool(), wrong["error"]["position"].as_u64()), (1, Some(false), Some(3)));
    assert!(wrong["error"]["hint"].as_str().is_some_and(|hint| hint.contains("Annual Revenue")));
    let shown = folder.run("column plan.bwk check --formula 1+[Anual~Revenue]");
    assert!(shown.stdout.contains("1+[Anual Revenue]\n  ^\nletter 3:"), "{}", shown.stdout);
    let (all, _) = folder.json("column plan.bwk functions");
    assert!(all["functions"].as_array().expect("a list").iter().any(|function| function["name"] == "in_segment"));
}

#[test]
fn values_follow_imports_and_today_stays_until_it_is_renewed() {
    let folder = with_accounts();
    folder.refused("column plan.bwk add --name Days --formula days_between([Last~Visit],today())", &["as-of date"]);
    folder.ok("column plan.bwk add --name Days --formula days_between([Last~Visit],today()) --as-of 2026-07-01");
    folder.ok("column plan.bwk add --name Double --formula 2*[Annual~Revenue]");
    folder.write(
        "newer.csv",
        "ID,Name,Latitude,Longitude,Segment,Annual Revenue,Visits,Last Visit\nC1,Deli,40.05,-82.95,pub,111,4,2026-06-30\n",
    );
    folder.ok("import accounts plan.bwk newer.csv --measure Annual~Revenue --measure Visits");
    folder.ok("export plan.bwk out.csv --what accounts --columns code,Days,Double");
    let text = String::from_utf8(folder.read("out.csv")).expect("a text").replace('\r', "");
    assert_eq!(text, "code,Days,Double\nC1,1,222\n");
    folder.ok("column plan.bwk set --name Days --as-of 2026-07-31");
    assert_eq!(column(&folder, "Days")["as_of"], "2026-07-31");
    // A file without a column that a formula names leaves the column there, without values, and says so.
    folder.write("poorer.csv", "ID,Name,Latitude,Longitude,Segment\nC1,Deli,40.05,-82.95,pub\n");
    let (poorer, _) = folder.json("import accounts plan.bwk poorer.csv");
    assert!(!messages(&poorer, "Annual Revenue").is_empty(), "{poorer}");
    assert!(column(&folder, "Double")["error"]["message"].as_str().is_some_and(|why| why.contains("Annual Revenue")));
}

#[test]
fn columns_cannot_go_round_in_a_circle_not_even_through_a_segment() {
    let folder = with_accounts();
    folder.ok("column plan.bwk add --name A --formula [Annual~Revenue]");
    folder.ok("column plan.bwk add --name B --formula [A]+1");
    folder.refused("column plan.bwk set --name A --formula [B]", &["\"B\", which is computed from it"]);
    folder.ok("segment plan.bwk add --name Large --where A~more-than~100");
    folder.ok("column plan.bwk add --name C --formula if(in_segment(\"Large\"),1,0)");
    folder.refused("column plan.bwk set --name A --formula if(in_segment(\"Large\"),1,0)", &["segment \"Large\""]);
    folder.refused("segment plan.bwk add --name Large --replace --where C~is~1", &["\"C\"", "circle"]);
    folder.refused("segment plan.bwk remove --name Large", &["\"C\"", "needs it"]);
    // Another rule of the segment is followed by the column.
    folder.ok("segment plan.bwk add --name Large --replace --where A~more-than~60");
    folder.ok("export plan.bwk out.csv --what accounts --columns code,C");
    let text = String::from_utf8(folder.read("out.csv")).expect("a text").replace('\r', "");
    assert_eq!(text, "code,C\nC1,1\nC2,1\nC3,0\nC4,1\n");
}
