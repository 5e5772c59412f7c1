//! Columns of units from a table.

use super::{Folder, messages};

#[test]
fn columns_join_the_units_by_code_and_can_be_undone() {
    let folder = Folder::with_grid();
    folder.write("census.csv", "zip;Households;County\n43000;1.000;Adams\n43001;2.000;Brown\n99999;5;Nowhere\n");
    let (done, code) = folder.json("import columns plan.bwk census.csv");
    assert_eq!(code, 0, "{done}");
    assert_eq!(done["taken"], 2);
    assert_eq!(done["label"], "Imported 2 columns for 2 ZIP areas from census.csv");
    assert_eq!(messages(&done, "no ZIP area has the code \"99999\"").len(), 1);
    assert_eq!(messages(&done, "no row for 34 ZIP areas").len(), 1);
    let total = |name: &str| {
        let (info, _) = folder.json("info plan.bwk");
        let measures = info["measures"].as_array().cloned().unwrap_or_default();
        measures.iter().find(|measure| measure["name"] == name).and_then(|measure| measure["total"].as_f64())
    };
    assert_eq!(total("Households"), Some(3000.0));
    folder.ok("export plan.bwk units.csv --what units");
    let written = String::from_utf8(folder.read("units.csv")).expect("UTF-8");
    assert!(written.contains("Adams") && written.contains("Brown"), "{written}");
    folder.ok("undo plan.bwk");
    assert_eq!(total("Households"), None);
    folder.ok("redo plan.bwk");
    assert_eq!(total("Households"), Some(3000.0));
    assert_eq!(total("POP"), Some(3600.0), "what was there stays");
}

#[test]
fn repeated_codes_are_the_users_choice() {
    let folder = Folder::with_grid();
    folder.write("twice.csv", "zip,Shops\n43000,1\n43000,2\n43001,4\n");
    let total = |line: &str| {
        let folder = Folder::with_grid();
        folder.write("twice.csv", "zip,Shops\n43000,1\n43000,2\n43001,4\n");
        let (done, _) = folder.json(&format!("import columns plan.bwk twice.csv {line}"));
        let (info, _) = folder.json("info plan.bwk");
        let measures = info["measures"].as_array().cloned().unwrap_or_default();
        let shops = measures.iter().find(|measure| measure["name"] == "Shops");
        (shops.and_then(|shops| shops["total"].as_f64()), messages(&done, "is that of row 2 already").len())
    };
    assert_eq!(total(""), (Some(4.0), 1));
    assert_eq!(total("--on-repeat first"), (Some(5.0), 1));
    assert_eq!(total("--on-repeat last"), (Some(6.0), 1));
    assert_eq!(total("--on-repeat add-up"), (Some(7.0), 0));
    let ran = folder.run("import columns plan.bwk twice.csv --on-repeat perhaps");
    assert!(ran.code == 2 && ran.stderr.contains("expected leave-out, first, last or add-up"), "{}", ran.stderr);
}

#[test]
fn a_table_of_something_else_changes_nothing() {
    let folder = Folder::with_grid();
    folder.write("other.csv", "town,people\nDayton,5\n");
    let before = folder.read("plan.bwk");
    let ran = folder.run("import columns plan.bwk other.csv");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no column holds codes of the project's ZIP areas"), "{}", ran.stderr);
    assert!(folder.read("plan.bwk") == before);
}
