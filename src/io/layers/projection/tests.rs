use super::*;

/// Places in the coordinates of many systems, made with PROJ 9.1 (see tests/data/README.md): number, longitude, latitude, x, y, WKT.
const SYSTEMS: &str = include_str!("../../../../tests/data/projections.txt");

struct Case<'a> {
    code: u32,
    place: LonLat,
    at: LonLat,
    wkt: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let case = |line: &'static str| {
        let parts: Vec<&str> = line.splitn(6, '|').collect();
        let number = |index: usize| parts[index].parse::<f64>().unwrap();
        Case {
            code: parts[0].parse().unwrap(),
            place: LonLat::new(number(1), number(2)),
            at: LonLat::new(number(3), number(4)),
            wkt: parts[5],
        }
    };
    SYSTEMS.lines().map(case).collect()
}

/// Metres between where a system puts the place and where it is, and what was said about the precision.
fn off(projection: &Projection, case: &Case) -> f64 {
    let found = projection.to_degrees("a.shp", vec![case.at]).unwrap().unwrap();
    found[0].distance_km(case.place) * 1000.0
}

/// What the file may be off by: PROJ had the shift grids for some countries.
fn allowed(diagnostics: &[Diagnostic]) -> f64 {
    let words = diagnostics.iter().map(ToString::to_string).collect::<String>();
    match words.split("good to about ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok()) {
        Some(metres) => metres,
        None if words.contains("to some metres") => 10.0,
        None if words.is_empty() => 1.6,
        None => 0.0,
    }
}

#[test]
fn coordinate_systems_as_esri_and_gdal_write_them_are_converted_as_exactly_as_is_said() {
    let cases = cases();
    assert!(cases.len() > 60);
    let mut wrong = Vec::new();
    for case in &cases {
        let mut diagnostics = Vec::new();
        match Projection::from_wkt("a.shp", case.wkt, &mut diagnostics) {
            Ok(projection) => {
                let (off, allowed) = (off(&projection, case), allowed(&diagnostics));
                if off > allowed {
                    wrong.push(format!("{}: {off} m off, {allowed} said: {}", case.code, &case.wkt[..60]));
                }
            }
            Err(error) => wrong.push(format!("{}: {error}", case.code)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_system_by_its_epsg_number_is_the_same() {
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| case.code != 0 && case.code != 4807) {
        let mut diagnostics = Vec::new();
        match Projection::from_epsg("a.shp", case.code, &mut diagnostics) {
            Ok(projection) => {
                let (off, allowed) = (off(&projection, case), allowed(&diagnostics));
                if off > allowed {
                    wrong.push(format!("{}: {off} m off, {allowed} said", case.code));
                }
            }
            Err(error) => wrong.push(format!("{}: {error}", case.code)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let error = Projection::from_epsg("a.shp", 1, &mut Vec::new()).map(|_| ()).unwrap_err();
    assert!(error.why.contains("EPSG:1 is not known"));
}

#[test]
fn what_is_no_coordinate_system_is_refused_without_harm() {
    let deep = format!("PROJCS[{}", "GEOGCS[".repeat(100_000));
    for text in ["nonsense", "PROJCS[", "GEOGCS[\"\"]", "PROJCS[\"x\",UNIT[\"m\",nan]]", &deep] {
        assert!(Projection::from_wkt("a.shp", text, &mut Vec::new()).is_err(), "{}", &text[..8]);
    }
    assert!(matches!(Projection::from_wkt("a.shp", " \n", &mut Vec::new()), Ok(Projection::Unknown)));
}
