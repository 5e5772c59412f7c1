//! What a format will lose is said before, and it is what is lost.

use super::round_trip::with_levels;
use super::*;

fn foresee(project: &Project, wish: &Wish, format: Format) -> Result<Foreseen, UserError> {
    let totals = Totals::count(Arc::new(LoadTable::new(project)), &project.plan);
    let metrics = PlanMetrics::measure(project, &totals, &Progress::new()).unwrap();
    losses(wish, format, Source { project, totals: &totals, metrics: &metrics })
}

#[test]
fn what_is_foreseen_is_what_the_report_says() {
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let what = vec![What::Territories, What::Groups(0), What::Units, What::Accounts];
        let wish = Wish { what, decimals: Some(7), ..Wish::default() };
        let foreseen = foresee(&project, &wish, format).unwrap();
        let report = write_wish(&project, &wish, &folder.path().join(format!("x.{}", format.ending()))).unwrap();
        assert_eq!(foreseen.losses, report.losses, "{format:?}");
        assert!(foreseen.columns.contains(&"Annual revenue".to_owned()));
        let rounded = foreseen.losses.iter().any(|loss| loss.message.contains("7 decimals (about 1 cm)"));
        assert_eq!(rounded, format.has_decimals(), "{format:?}");
    }
}

#[test]
fn tables_lose_shapes_by_nature_and_accounts_nothing() {
    let project = project();
    let of = |what, format| foresee(&project, &Wish { what: vec![what], ..Wish::default() }, format).unwrap().losses;
    for format in [Format::Csv, Format::Xlsx] {
        assert_eq!(of(What::Accounts, format), []);
        let units = of(What::Units, format);
        assert!(units.len() == 1 && units[0].by_nature, "{units:?}");
    }
    assert!(of(What::Accounts, Format::GeoPackage).iter().all(|loss| loss.by_nature));
}

#[test]
fn numbers_that_do_not_fit_a_field_are_told_with_their_rows() {
    let mut project = project();
    let measures = Arc::make_mut(&mut project.measures);
    measures.push(Measure::sum("Huge", "", Subject::Units, vec![1e300, -1.5, f64::NAN]));
    measures.push(Measure::sum("Fine", "", Subject::Units, vec![0.1 + 0.2, 123_456_789_012.345_67, 1e-30]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("u.shp");
    let report = write(&project, What::Units, &path).unwrap();
    let told = lost(&report);
    assert!(told.contains(&"1 number in \"Huge\" too large for a field and left empty (row 1)".into()), "{told:?}");
    let rounded = told.iter().find(|line| line.contains("\"Fine\"")).expect("it is told");
    assert!(rounded.contains("rounded to 15 decimals"), "{rounded}");
    let layer = read_layer(&path, &Progress::new()).unwrap().value;
    assert_eq!(column(&layer, "Huge"), ["", "-1.5", ""]);
    assert!(column(&layer, "Fine")[1].starts_with("123456789012.345"));
}

#[test]
fn more_columns_than_a_table_beside_shapes_can_hold_are_named() {
    let mut project = project();
    let units = Arc::make_mut(&mut project.units);
    units.attributes = (0..300).map(|at| TextColumn::new(format!("column {at}"), &["a", "b", "c"])).collect();
    let folder = tempfile::tempdir().unwrap();
    let report = write(&project, What::Units, &folder.path().join("u.shp")).unwrap();
    let told = lost(&report);
    let left_out = told.iter().find(|line| line.starts_with("columns beyond")).expect("it is told");
    assert!(left_out.ends_with("column 299"), "{left_out}");
    let layer = read_layer(&folder.path().join("u.shp"), &Progress::new()).unwrap().value;
    assert_eq!(layer.columns.len(), 255);
}

#[test]
fn wishes_that_cannot_be_are_refused_with_a_reason() {
    let project = project();
    let why = |wish: Wish, format| foresee(&project, &wish, format).unwrap_err().why;
    let of = |what: Vec<What>| Wish { what, ..Wish::default() };
    assert!(why(of(Vec::new()), Format::Csv).contains("nothing to write"));
    assert!(why(of(vec![What::Units, What::Units]), Format::Csv).contains("twice"));
    assert!(why(of(vec![What::Groups(0)]), Format::Csv).contains("no level 1"));
    assert!(why(of(vec![What::Metrics]), Format::Kml).contains("KML holds no metrics"));
    assert!(why(Wish { decimals: Some(2), ..of(vec![What::Units]) }, Format::Kml).contains("5 to 15"));
    assert!(
        why(Wish { columns: vec!["units".into()], ..of(vec![What::Territories, What::Accounts]) }, Format::Xlsx)
            .contains("none of the chosen columns is in accounts")
    );
}
