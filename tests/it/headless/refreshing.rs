//! `refresh accounts` and `refresh units`: what is told, what is taken, what stays, and that it can be taken back.

use super::{Folder, messages};

const ACCOUNTS: &str = "\
Account ID,Account Name,ZIP,Latitude,Longitude,Segment,Revenue,Visits
001,Anchor,43000,40.05,-82.95,pub,100,4
002,Bell,43001,40.05,-82.85,shop,50,2
003,Crown,43004,40.05,-82.55,pub,70,1
004,Duke,43005,40.05,-82.45,hotel,30,1
005,Eagle,43005,40.05,-82.45,pub,10,1
";

/// Revenue changed, one account moved to another ZIP, 005 is gone, 006 is new, and there is a new column.
const NEWER: &str = "\
Account ID;Account Name;ZIP;Latitude;Longitude;Segment;Revenue;Visits;Region
001;Anchor;43000;40,05;-82,95;pub;110,5;4;N
002;Bell;43004;40,05;-82,55;;50;2;N
003;Crown & Anchor;43004;40,05;-82,55;pub;70;1;S
004;Duke;43005;40,05;-82,45;hotel;30;1;S
006;Fox;43000;40,05;-82,95;shop;25;3;S
";

/// West and East with five accounts; 004 is a named account of West, and there are a target, a computed column and a segment.
fn project() -> Folder {
    let folder = Folder::with_grid();
    let side = |index: usize| if index % 6 < 3 { "West" } else { "East" };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, side(index))).collect();
    folder.write("halves.csv", format!("ZIP,Territory\n{rows}"));
    folder.ok("import alignment plan.bwk halves.csv");
    folder.write("accounts.csv", ACCOUNTS);
    folder.ok("import accounts plan.bwk accounts.csv --measure Revenue --measure Visits");
    folder.write("named.csv", "Account,Territory\n004,West\n");
    folder.ok("import alignment plan.bwk named.csv --account Account");
    folder.ok("column plan.bwk add --name Score --formula [Revenue]+10*[Visits]");
    folder.ok("segment plan.bwk add --name Large --where Score~at-least~100");
    folder
}

fn load(folder: &Folder, territory: &str, measure: &str) -> f64 {
    let (metrics, _) = folder.json("metrics plan.bwk");
    let territories = metrics["territories"].as_array().expect("a list");
    let found = territories.iter().find(|entry| entry["name"] == territory).expect("it is there");
    let loads = found["loads"].as_array().expect("a list");
    loads.iter().find(|load| load["measure"] == measure).and_then(|load| load["load"].as_f64()).expect("a load")
}

fn accounts(folder: &Folder) -> String {
    folder.ok("export plan.bwk all.csv --what accounts");
    String::from_utf8(folder.read("all.csv")).expect("text")
}

#[test]
fn a_comparison_tells_and_changes_nothing() {
    let folder = project();
    folder.write("newer.csv", NEWER);
    let before = folder.read("plan.bwk");
    let (told, code) = folder.json("refresh accounts plan.bwk newer.csv --decimal comma --differences changes.csv");
    assert_eq!((code, told["applied"].as_bool(), told["step"].is_null()), (0, Some(false), true));
    assert_eq!(told["new"][0]["account"], "006");
    assert_eq!(told["new"][0]["territory"], "West");
    assert_eq!(told["vanished"][0]["account"], "005");
    assert_eq!(told["unchanged"], 1);
    let changed: Vec<&str> =
        told["changed"].as_array().expect("a list").iter().filter_map(|one| one["account"].as_str()).collect();
    assert_eq!(changed, ["001", "002", "003"]);
    let column = |name: &str| {
        let all = told["compared"].as_array().expect("a list").iter();
        all.clone().find(|column| column["column"] == name).cloned().unwrap_or_default()
    };
    assert_eq!((column("Revenue")["changed"].as_u64(), column("Revenue")["after"].as_f64()), (Some(1), Some(285.5)));
    assert_eq!(column("Region")["in"], "file");
    assert!(column("Score").is_null(), "what is computed is not compared");
    assert_eq!(told["effect"]["accounts_after"], 6);
    assert_eq!(folder.read("plan.bwk"), before);
    let list = String::from_utf8(folder.read("changes.csv")).expect("text");
    assert!(list.contains("changed,001,Anchor,Revenue,100,110.5,West,,"), "{list}");
}

#[test]
fn what_was_decided_stays_and_the_step_is_taken_back_after_reopening() {
    let folder = project();
    folder.write("newer.csv", NEWER);
    let before = accounts(&folder);
    let line = "refresh accounts plan.bwk newer.csv --delimiter semicolon --decimal comma --vanished remove --apply";
    let (done, _) = folder.json(line);
    assert_eq!(done["step"], "Refreshed accounts from newer.csv: 1 new, 3 changed, 1 removed");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["accounts"].as_u64(), info["named_accounts"].as_u64()), (Some(5), Some(1)));
    // 001 and 006 and the named 004 belong to West.
    assert_eq!((load(&folder, "West", "Revenue"), load(&folder, "East", "Revenue")), (165.5, 120.0));
    assert_eq!(load(&folder, "West", "Score"), 150.5 + 55.0 + 40.0, "computed columns follow");
    let (listed, _) = folder.json("segment plan.bwk list");
    assert_eq!(listed["segments"][0]["accounts"], 1);
    let (again, _) = folder.json(line);
    assert!(again["step"].is_null(), "the same file changes nothing: {}", again["step"]);
    folder.ok("undo plan.bwk");
    assert_eq!(accounts(&folder), before);
    assert_eq!(folder.json("info plan.bwk").0["named_accounts"], 1);
    // What was done before can be taken back, too.
    folder.ok("redo plan.bwk");
    folder.ok("undo plan.bwk");
    assert!(folder.ok("undo plan.bwk").contains("Large"));
    assert!(folder.ok("undo plan.bwk").contains("Score"));
    folder.ok("redo plan.bwk");
    folder.ok("redo plan.bwk");
    folder.ok("redo plan.bwk");
    assert_eq!(load(&folder, "West", "Revenue"), 165.5);
}

#[test]
fn a_file_is_read_as_it_is_said_and_presets_are_kept() {
    let folder = project();
    let text: String = NEWER.lines().map(|line| line.replace(';', "|") + "\n").collect();
    folder.write("newer.txt", format!("Exported on Monday\n{text}"));
    let line = "refresh accounts plan.bwk newer.txt --delimiter bar --header-row 2 --decimal comma";
    assert_eq!(folder.json(line).0["new"][0]["account"], "006");
    folder.refused("refresh accounts plan.bwk newer.txt --preset none-such", &["none-such"]);
    // Codes whose zeros were lost are no other accounts.
    folder.write("zeros.csv", "Account ID,Revenue\n1,5\n2,6\n");
    folder.refused("refresh accounts plan.bwk zeros.csv", &["none of its 2 accounts", "zeros in front were lost"]);
    // A column of codes that is called something else is found by its values.
    folder.write("other.csv", "Ref,Revenue,Notes\n001,5,a\n002,50,b\n003,70,c\n");
    let (other, _) = folder.json("refresh accounts plan.bwk other.csv");
    assert_eq!((other["changed"][0]["account"].as_str(), other["unchanged"].as_u64()), (Some("001"), Some(2)));
}

#[test]
fn columns_that_are_needed_stay() {
    let folder = project();
    folder.write("short.csv", "Account ID,Account Name,Segment\n001,Anchor,pub\n002,Bell,shop\n003,Crown,pub\n");
    let (done, _) = folder.json("refresh accounts plan.bwk short.csv --remove-columns --apply");
    let kept = messages(&done, "the file does not have the column");
    assert_eq!(kept.len(), 2, "{:?}", done["messages"]);
    let (info, _) = folder.json("info plan.bwk");
    let names: Vec<&str> =
        info["measures"].as_array().expect("a list").iter().filter_map(|measure| measure["name"].as_str()).collect();
    assert_eq!(names, ["POP", "Revenue", "Visits", "Score"]);
    assert!(!accounts(&folder).lines().next().expect("a header").contains("ZIP"));
    folder.ok("undo plan.bwk");
    assert!(accounts(&folder).lines().next().expect("a header").contains("ZIP"));
}

#[test]
fn places_by_postal_code_do_not_move_accounts_whose_place_is_known() {
    let folder = project();
    // No coordinates: the codes are those of before but for Bell's.
    let commas = NEWER.replace(';', ",");
    let text = commas.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{},{}\n", cells[0], cells[1], cells[2])
    });
    folder.write("codes.csv", text.collect::<String>());
    let (told, _) = folder.json("refresh accounts plan.bwk codes.csv");
    let place = told["compared"].as_array().expect("a list").iter().find(|column| column["column"] == "Place");
    assert_eq!(place.and_then(|place| place["changed"].as_u64()), Some(1), "{:?}", told["compared"]);
}

#[test]
fn units_are_swapped_as_one_step_with_computed_columns_worked_out_anew() {
    let folder = project();
    folder.ok("column plan.bwk add --subject units --name Double --formula 2*[POP]");
    // The two northern rows become one unit per pair; POP is not in the file.
    let mut features = Vec::new();
    for index in 0..30 {
        let (column, row) = (index % 6, index / 6);
        let height = if row == 4 { 2 } else { 1 };
        let (west, south) = (-83.0 + column as f64 / 10.0, 40.0 + row as f64 / 10.0);
        let (east, north) = (west + 0.1, south + 0.1 * height as f64);
        let code = if row == 4 { format!("5000{column}") } else { (43000 + index).to_string() };
        let corner = |x: f64, y: f64| format!("[{x:.1},{y:.1}]");
        let ring =
            [corner(west, south), corner(east, south), corner(east, north), corner(west, north), corner(west, south)];
        features.push(format!(
            r#"{{"type":"Feature","properties":{{"ZIP":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
            ring.join(",")
        ));
    }
    folder.write("newer.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",")));
    let (told, _) = folder.json("refresh units plan.bwk newer.geojson");
    assert_eq!(told["by_code"], 24);
    assert_eq!(told["by_share"].as_array().map(Vec::len), Some(6));
    assert_eq!(told["vanished"].as_array().map(Vec::len), Some(12));
    assert_eq!(told["accounts_in_other_units"], 0);
    folder.ok("refresh units plan.bwk newer.geojson --apply");
    folder.ok("export plan.bwk units.csv --what units");
    let units = String::from_utf8(folder.read("units.csv")).expect("text");
    let of = |code: &str| units.lines().find(|line| line.starts_with(code)).unwrap_or("").to_owned();
    assert!(of("50000").contains("West") && of("50005").contains("East"), "{units}");
    assert!(of("50000").contains("200") && of("50000").contains("400"), "{}", of("50000"));
    let (again, _) = folder.json("refresh units plan.bwk newer.geojson --apply");
    assert!(again["step"].is_null(), "{}", again["step"]);
    folder.ok("undo plan.bwk");
    assert_eq!(folder.json("info plan.bwk").0["units"].as_u64().or(Some(36)), Some(36));
    assert!(folder.ok("undo plan.bwk").contains("Double"), "history before stays");
}
