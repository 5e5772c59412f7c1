//! Out in every format and in again into a new project, by the real program: assignments, groups, reps, named accounts and shapes are what
//! they were, and the second export is the first, byte for byte.

use std::collections::BTreeMap;
use std::io::Write as _;

use bailiwick::domain::ids::UnitId;
use bailiwick::domain::polygon::Shape;
use bailiwick::domain::project::Project;
use bailiwick::store::{self, Wanted};
use serde_json::{Value, json};

use super::{Folder, sample};

/// Everything that is written; those that have no shapes take them from elsewhere.
const FORMATS: [&str; 8] = ["shp", "geojson", "gpkg", "kml", "kmz", "topojson", "csv", "xlsx"];
const MAPS: usize = 6;

const UNIT_COLUMNS: &str =
    "code,name,territory,rep,rep_code,District,Region,POP,HOUSEHOLDS,MED_INCOME,area_km2,STATE,COUNTY";
const ACCOUNT_COLUMNS: &str = "code,name,longitude,latitude,placed_by,precision_km,unit,territory,rep,rep_code,District,Region,\
                               named_account,Segment,Since,Revenue";

/// Territory, its district, region and rep.
const TERRITORIES: [[&str; 4]; 5] = [
    ["Nord, \"A\"", "Übersee; 1", "=Alle", "Ann \"X\" Ö"],
    ["Süd & <Co>", "Übersee; 1", "=Alle", "Bo, Jr."],
    ["+Ost", "007", "=Alle", ""],
    ["@West", "-8", "Rest 🍺", "Ann \"X\" Ö"],
    ["00", "-8", "Rest 🍺", "Bo, Jr."],
];
const NAMES: [&str; 6] = ["Zoë, \"the\" <b>&amp;", "=1+1", "two words", "O'Fallon; Süd", "00501", "'quoted'"];

fn open(folder: &Folder, plan: &str) -> Project {
    store::open(&folder.path(plan), Wanted::ReadOnly).expect("it opens").1.project
}

/// The units that one of the sample's reps has today, with their accounts, in territories, districts and regions with names that have been
/// lost on the way before; some accounts belong to another territory than their unit.
fn piece() -> Folder {
    let folder = Folder::new();
    folder.ok("new all.bwk");
    folder.ok(&format!("import units all.bwk {}", sample("zip_areas.shp")));
    folder.ok(&format!("import alignment all.bwk {}", sample("todays_territories.csv")));
    folder.ok("export all.bwk all.geojson --what units --territories Bluegrass");
    let mut layer: Value = serde_json::from_slice(&folder.read("all.geojson")).expect("it is JSON");
    let features = layer["features"].as_array_mut().expect("a list");
    let text = |feature: &Value, name: &str| feature["properties"][name].as_str().unwrap_or_default().to_owned();
    let mut counties: Vec<String> = features.iter().map(|feature| text(feature, "COUNTY")).collect();
    counties.sort();
    counties.dedup();
    let of_county = |county: &str| counties.iter().position(|known| known == county).unwrap_or(0) % 6;
    // Folders of KML put what belongs together side by side.
    features.sort_by_key(|feature| (of_county(&text(feature, "COUNTY")), text(feature, "code")));
    let mut today = csv::Writer::from_writer(Vec::new());
    today.write_record(["ZIP", "Territory", "District", "Region", "Rep"]).expect("in memory");
    let mut codes = BTreeMap::new();
    for (at, feature) in features.iter_mut().enumerate() {
        // Zeros in front, which a number would lose.
        let zip = text(feature, "code");
        let code = format!("00{}", &zip[1..]);
        let of = of_county(&text(feature, "COUNTY"));
        if let Some([territory, district, region, rep]) = TERRITORIES.get(of) {
            today.write_record([code.as_str(), territory, district, region, rep]).expect("in memory");
        }
        let properties = &feature["properties"];
        feature["properties"] = json!({
            "ZIP": &code,
            "NAME": if at % 3 == 0 { json!(NAMES[at / 3 % NAMES.len()]) } else { properties["name"].clone() },
            "POP": properties["POP"], "HOUSEHOLDS": properties["HOUSEHOLDS"], "MED_INCOME": properties["MED_INCOME"],
            "STATE": if at == 0 { json!("") } else { properties["STATE"].clone() }, "COUNTY": properties["COUNTY"],
        });
        codes.insert(zip, code);
    }
    folder.write("piece.geojson", layer.to_string());
    folder.write("today.csv", today.into_inner().expect("in memory"));
    folder.write("reps.csv", "Rep code,Name\n007,\"Ann \"\"X\"\" Ö\"\n8,\"Bo, Jr.\"\n");
    let mut accounts = csv::Reader::from_path(sample("accounts.csv")).expect("the sample is there");
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut named = csv::Writer::from_writer(Vec::new());
    out.write_record(["Account ID", "Account Name", "ZIP", "Latitude", "Longitude", "Segment", "Revenue", "Since"])
        .expect("in memory");
    named.write_record(["Account ID", "Territory"]).expect("in memory");
    // Broken rows of the sample are for other tests.
    let rows = accounts.records().flatten().filter(|row| codes.contains_key(&row[5]));
    for (at, row) in rows.take(300).enumerate() {
        let name = if at % 5 == 0 { NAMES[at / 5 % NAMES.len()] } else { &row[1] };
        // The first stand nowhere.
        let place = |column: usize| if at < 2 { "" } else { &row[column] };
        let revenue = if at % 7 == 0 { "0.1" } else { &row[12] };
        out.write_record([&row[0], name, place(5), place(6), place(7), &row[8], revenue, &row[17]]).expect("in memory");
        if at % 20 == 0 {
            named.write_record([&row[0], TERRITORIES[at / 20 % TERRITORIES.len()][0]]).expect("in memory");
        }
    }
    folder.write("accounts.csv", out.into_inner().expect("in memory"));
    folder.write("named.csv", named.into_inner().expect("in memory"));
    folder.ok("new plan.bwk");
    units(&folder, "plan.bwk", "piece.geojson", "ZIP");
    folder.ok("import reps plan.bwk reps.csv");
    folder.ok("import accounts plan.bwk accounts.csv");
    folder.ok("import alignment plan.bwk today.csv");
    folder.ok("import alignment plan.bwk named.csv --account Account~ID");
    folder
}

fn units(folder: &Folder, plan: &str, file: &str, code: &str) {
    let measures = "--measure POP --measure HOUSEHOLDS --measure MED_INCOME";
    folder.ok(&format!("import units {plan} {file} --code {code} --kind ZIP~area {measures}"));
}

fn export(folder: &Folder, plan: &str, file: &str, what: &str, columns: &str) -> Value {
    let (told, code) = folder.json(&format!("export {plan} {file} --what {what} --columns {columns}"));
    assert_eq!(code, 0, "{file}");
    told
}

/// Who has what: per unit and per account all that a person would miss.
fn owners(project: &Project) -> (Vec<[String; 6]>, BTreeMap<String, [String; 8]>) {
    let plan = &project.plan;
    let owner = |id| {
        let rep = plan.territory(id).and_then(|territory| territory.rep).map(|rep| &project.reps[rep.index()]);
        let group = |level| plan.group_name(plan.group_of(id, level)).to_owned();
        let rep = rep.map_or(String::new(), |rep| format!("{} {}", rep.code, rep.name));
        [plan.territory_name(id).to_owned(), rep, group(0), group(1)]
    };
    let unit = |unit: UnitId| {
        let [territory, rep, district, region] = owner(plan.territory_of(unit));
        let at = unit.index();
        [project.units.codes[at].clone(), project.units.names[at].clone(), territory, rep, district, region]
    };
    let accounts = &project.accounts;
    let account = |account: bailiwick::domain::ids::AccountId| {
        let at = account.index();
        let [territory, rep, district, _] = owner(plan.owner_of(account, accounts.units[at]));
        let is_named = plan.overrides().contains_key(&account);
        let place = accounts.places[at];
        let placed = format!("{} {:?} {:?}", accounts.placements[at].word(), place.lon, place.lat);
        let since = accounts.attribute("Since").map_or("", |column| column.get(at)).to_owned();
        let unit = accounts.units[at].map_or(String::new(), |unit| project.units.codes[unit.index()].clone());
        let values = [accounts.names[at].clone(), territory, rep, district, is_named.to_string(), placed, since, unit];
        (accounts.codes[at].clone(), values)
    };
    (project.units.ids().map(unit).collect(), accounts.ids().map(account).collect())
}

/// A shape, wherever its rings begin and in whatever order its parts are.
fn turned(mut shape: Shape) -> Vec<Vec<Vec<[u64; 2]>>> {
    let mut polygons: Vec<Vec<Vec<[u64; 2]>>> = Vec::new();
    for polygon in &mut shape.polygons {
        let rings = std::iter::once(&polygon.outer).chain(&polygon.holes).map(|ring| {
            let mut ring: Vec<[u64; 2]> = ring.iter().map(|place| [place.lon.to_bits(), place.lat.to_bits()]).collect();
            let first = (0..ring.len()).min_by_key(|&at| ring[at]).unwrap_or(0);
            ring.rotate_left(first);
            ring
        });
        let mut rings: Vec<_> = rings.collect();
        rings[1..].sort();
        polygons.push(rings);
    }
    polygons.sort();
    polygons
}

#[track_caller]
fn same_shapes(one: &Project, other: &Project, format: &str) {
    for unit in one.units.ids() {
        let code = &one.units.codes[unit.index()];
        let found = other.units.find(code).unwrap_or_else(|| panic!("{format}: {code} is lost"));
        let shape = |project: &Project, unit| turned(project.units.topology.shape(unit));
        assert_eq!(shape(one, unit), shape(other, found), "{format}: {code}");
        let area = |project: &Project, unit: UnitId| project.units.areas_km2[unit.index()];
        assert!((area(one, unit) - area(other, found)).abs() <= 1e-9 * area(one, unit), "{format}: {code}");
        let neighbours = |project: &Project, unit| {
            let all = project.units.topology.neighbours(unit).iter();
            let mut codes: Vec<String> = all.map(|next| project.units.codes[next.unit.index()].clone()).collect();
            codes.sort();
            codes
        };
        assert_eq!(neighbours(one, unit), neighbours(other, found), "{format}: {code}");
    }
}

/// The file in the folder "again" is the same, with the table that belongs to it.
#[track_caller]
fn same_bytes(folder: &Folder, file: &str) {
    let table = file.replace(".shp", ".dbf");
    for file in [file, &table] {
        assert!(folder.read(&format!("again/{file}")) == folder.read(file), "{file} came out in another way");
    }
}

/// A shapefile and what belongs to it, in one archive.
fn zipped(folder: &Folder, stem: &str) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(folder.path(&format!("{stem}.zip"))).expect("a file"));
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        let name = format!("{stem}.{ending}");
        archive.start_file(&name, zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(&folder.read(&name)).expect("in memory");
    }
    archive.finish().expect("an archive");
}

/// GDAL opens the file, reads all of it, and has nothing to say.
fn gdal_is_silent(folder: &Folder, file: &str) {
    for (program, arguments) in [("ogrinfo", &["-al", "-ro"][..]), ("ogr2ogr", &["-f", "CSV", "/vsistdout/"])] {
        let ran = std::process::Command::new(program).args(arguments).arg(folder.path(file)).output();
        let Ok(ran) = ran else {
            assert!(std::env::var_os("BAILIWICK_NEEDS_GDAL").is_none(), "{program} (Debian: gdal-bin) is not there");
            return;
        };
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success() && said.is_empty(), "{program} {file}: {said}");
    }
}

#[test]
fn units_accounts_and_their_owners_come_back_from_every_format() {
    let folder = piece();
    let before = open(&folder, "plan.bwk");
    let (units_before, accounts_before) = owners(&before);
    assert!(units_before.len() > 50 && accounts_before.len() == 300, "{}", units_before.len());
    assert!(accounts_before.values().filter(|account| account[4] == "true").count() > 5);
    std::fs::create_dir(folder.path("again")).expect("a folder");
    for (at, format) in FORMATS.into_iter().enumerate() {
        let (unit_file, account_file) = (format!("units.{format}"), format!("accounts.{format}"));
        for (file, what, columns) in [(&unit_file, "units", UNIT_COLUMNS), (&account_file, "accounts", ACCOUNT_COLUMNS)]
        {
            let told = export(&folder, "plan.bwk", file, what, columns);
            let losses = told["losses"].as_array().expect("a list");
            let lost: Vec<&str> = losses
                .iter()
                .filter(|loss| loss["by_nature"] == json!(false))
                .filter_map(|loss| loss["message"].as_str())
                .collect();
            // Ten letters, and points that are somewhere, are all that a shapefile has; it is said before.
            match (format, what) {
                ("shp", "accounts") => {
                    assert!(lost[0].contains("2 accounts without a place") && lost.len() == 2, "{lost:?}")
                }
                _ => assert!(lost.is_empty(), "{file}: {lost:?}"),
            }
            gdal_is_silent(&folder, file);
        }
        let plan = format!("{format}.bwk");
        folder.ok(&format!("new {plan}"));
        units(&folder, &plan, if at < MAPS { &unit_file } else { "units.geojson" }, "code");
        folder.ok(&format!("import reps {plan} reps.csv"));
        folder.ok(&format!("import accounts {plan} {account_file} --measure Revenue"));
        folder.ok(&format!("import alignment {plan} {unit_file} --unit code"));
        folder.ok(&format!("import alignment {plan} {account_file} --account code"));
        let after = open(&folder, &plan);
        let (units_after, accounts_after) = owners(&after);
        let by_code = |units: &[[String; 6]]| units.iter().map(|unit| (unit[0].clone(), unit.clone())).collect();
        let (one, other): (BTreeMap<_, _>, BTreeMap<_, _>) = (by_code(&units_before), by_code(&units_after));
        assert_eq!(one, other, "{format}");
        let placed = |account: &&String| format != "shp" || !accounts_before[*account][5].starts_with("unplaced");
        for code in accounts_before.keys().filter(placed) {
            assert_eq!(accounts_after.get(code), accounts_before.get(code), "{format}: {code}");
        }
        same_shapes(&before, &after, format);
        // Nothing is left that the second export could write in another way.
        for (file, what, columns) in [(&unit_file, "units", UNIT_COLUMNS), (&account_file, "accounts", ACCOUNT_COLUMNS)]
        {
            export(&folder, &plan, &format!("again/{file}"), what, columns);
            same_bytes(&folder, file);
        }
    }
    zipped(&folder, "units");
    folder.ok("new zip.bwk");
    units(&folder, "zip.bwk", "units.zip", "code");
    same_shapes(&before, &open(&folder, "zip.bwk"), "zip");
}

/// What crosses the antimeridian in the three ways that files have for it, units that meet there, and one around each pole.
fn antipodes() -> String {
    let feature = |code: &str, coordinates: Value, kind: &str| {
        json!({"type": "Feature", "properties": {"code": code, "name": code},
               "geometry": {"type": kind, "coordinates": coordinates}})
    };
    let around = |lat: f64| {
        let ring: Vec<[f64; 2]> = (0..=18).map(|at| [f64::from(at % 18) * 20.0 - 170.0, lat]).collect();
        json!([ring])
    };
    let features = [
        feature(
            "FJ-1",
            json!([
                [[178.0, -18.0], [-178.0, -18.0], [-178.0, -16.0], [178.0, -16.0], [178.0, -18.0]],
                [[-179.5, -17.5], [-179.5, -17.0], [-179.0, -17.0], [-179.0, -17.5], [-179.5, -17.5]],
                [[179.5, -16.8], [179.5, -16.5], [-179.5, -16.5], [-179.5, -16.8], [179.5, -16.8]]
            ]),
            "Polygon",
        ),
        feature(
            "FJ-2",
            json!([[[176.0, -18.0], [178.0, -18.0], [178.0, -16.0], [176.0, -16.0], [176.0, -18.0]]]),
            "Polygon",
        ),
        feature(
            "CH-W",
            json!([[[175.0, 66.0], [180.0, 66.0], [180.0, 68.0], [175.0, 68.0], [175.0, 66.0]]]),
            "Polygon",
        ),
        feature(
            "CH-E",
            json!([[[-180.0, 67.0], [-175.0, 67.0], [-175.0, 69.0], [-180.0, 69.0], [-180.0, 67.0]]]),
            "Polygon",
        ),
        feature(
            "AL",
            json!([
                [[[172.0, 52.0], [173.0, 52.0], [173.0, 53.0], [172.0, 53.0], [172.0, 52.0]]],
                [[[179.0, 51.0], [182.0, 51.0], [182.0, 52.0], [179.0, 52.0], [179.0, 51.0]]],
                [[[190.0, 53.0], [193.0, 53.0], [193.0, 54.0], [190.0, 54.0], [190.0, 53.0]]]
            ]),
            "MultiPolygon",
        ),
        feature("ARC", around(82.0), "Polygon"),
        feature("ANT", around(-70.0), "Polygon"),
    ];
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

#[test]
fn what_lies_across_the_antimeridian_or_around_a_pole_comes_back_from_every_format() {
    let folder = Folder::new();
    folder.write("antipodes.geojson", antipodes());
    folder.ok("new plan.bwk");
    let (told, _) = folder.json("import units plan.bwk antipodes.geojson --code code");
    assert_eq!(super::messages(&told, "4 shapes across the antimeridian").len(), 1, "{told}");
    let before = open(&folder, "plan.bwk");
    // Between two meridians and two parallels, exactly.
    let box_km2 = |width: f64, south: f64, north: f64| {
        6371.0088_f64.powi(2) * width.to_radians() * (north.to_radians().sin() - south.to_radians().sin())
    };
    let area = |code: &str| before.units.areas_km2[before.units.find(code).expect("it is there").index()];
    let lakes = box_km2(0.5, -17.5, -17.0) + box_km2(1.0, -16.8, -16.5);
    for (code, expected) in [
        ("FJ-1", box_km2(4.0, -18.0, -16.0) - lakes),
        ("CH-E", box_km2(5.0, 67.0, 69.0)),
        ("AL", box_km2(1.0, 52.0, 53.0) + box_km2(3.0, 51.0, 52.0) + box_km2(3.0, 53.0, 54.0)),
        ("ARC", box_km2(360.0, 82.0, 90.0)),
        ("ANT", box_km2(360.0, -90.0, -70.0)),
    ] {
        assert!((area(code) / expected - 1.0).abs() < 1e-6, "{code}: {} for {expected}", area(code));
    }
    let touches = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|code| before.units.find(code).expect("it is there"));
        before.units.topology.neighbours(one).iter().any(|next| next.unit == other)
    };
    assert!(touches("FJ-1", "FJ-2") && touches("CH-W", "CH-E"), "units that meet at ±180° are neighbours");
    std::fs::create_dir(folder.path("again")).expect("a folder");
    for format in &FORMATS[..MAPS] {
        let (file, plan) = (format!("units.{format}"), format!("{format}.bwk"));
        export(&folder, "plan.bwk", &file, "units", "code,name");
        gdal_is_silent(&folder, &file);
        folder.ok(&format!("new {plan}"));
        let (told, _) = folder.json(&format!("import units {plan} {file} --code code"));
        assert!(super::messages(&told, "antimeridian").is_empty(), "{format}: it was cut once: {told}");
        same_shapes(&before, &open(&folder, &plan), format);
        export(&folder, &plan, &format!("again/{file}"), "units", "code,name");
        same_bytes(&folder, &file);
    }
    let text = String::from_utf8(folder.read("units.geojson")).expect("UTF-8");
    assert!(text.contains("\"bbox\":[-180,-90,180,90]"), "{}", &text[..200]);
}

#[test]
fn a_layer_beside_the_units_goes_out_and_comes_back() {
    let folder = Folder::with_grid();
    let square = |x: f64| json!([[[x, 40.0], [x + 0.3, 40.0], [x + 0.3, 40.6], [x, 40.6], [x, 40.0]]]);
    let county = |code: &str, name: &str, people: Value, x: f64| {
        json!({"type": "Feature", "properties": {"FIPS": code, "NAME": name, "POP": people, "STATE": "Ohio"},
               "geometry": {"type": "Polygon", "coordinates": square(x)}})
    };
    let features = [county("007", "=Adams, \"A\"", json!(1.5), -83.0), county("008", "Brün", Value::Null, -82.7)];
    folder.write("counties.geojson", json!({"type": "FeatureCollection", "features": features}).to_string());
    folder.ok("layer add plan.bwk counties.geojson --code FIPS --label NAME --kind county --name Old~counties");
    for format in FORMATS {
        let line = format!("export plan.bwk layer.{format} --what layers --layer old~COUNTIES");
        let (told, code) = folder.json(&line);
        assert_eq!((code, &told["what"]), (0, &json!(["Old counties"])), "{format}");
        gdal_is_silent(&folder, &format!("layer.{format}"));
        if ["csv", "xlsx"].contains(&format) {
            assert!(told["losses"][0]["message"].as_str().is_some_and(|words| words.contains("no shapes")), "{told}");
            continue;
        }
        assert_eq!(told["losses"], json!([]), "{format}");
        let plan = format!("{format}.bwk");
        std::fs::copy(folder.path("plan.bwk"), folder.path(&plan)).expect("a copy");
        folder.ok(&format!("layer add {plan} layer.{format} --code code --label name --kind county --name Again"));
        folder.ok(&format!("layer remove {plan} Old~counties"));
        folder.ok(&format!("layer rename {plan} Again Old~counties"));
        let [one, other] = ["plan.bwk", &plan].map(|plan| open(&folder, plan).layers[0].clone());
        assert_eq!(one, other, "{format}");
    }
    assert_eq!(
        String::from_utf8(folder.read("layer.csv")).expect("UTF-8"),
        "code,name,POP,STATE\r\n007,\"'=Adams, \"\"A\"\"\",1.5,Ohio\r\n008,Brün,,Ohio\r\n"
    );
    // Beside units, with a border of each once: two topologies in one file.
    folder.ok("export plan.bwk both.topojson --what units,layers");
    let both: Value = serde_json::from_slice(&folder.read("both.topojson")).expect("JSON");
    let highest = |value: &Value| {
        let mut highest = 0;
        let mut open = vec![value.clone()];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(list) => open.extend(list),
                other => highest = highest.max(other.as_i64().map_or(0, |arc| if arc < 0 { !arc } else { arc })),
            }
        }
        highest
    };
    let arcs = both["arcs"].as_array().expect("a list").len() as i64;
    let of_layer = both["objects"]["Old counties"]["geometries"].as_array().expect("a list");
    assert_eq!(of_layer.iter().map(|area| highest(&area["arcs"])).max(), Some(arcs - 1));
    folder.refused("export plan.bwk l.gpkg --what layers --layer New", &["no layer \"New\"", "Old counties"]);
    folder.refused("export plan.bwk l.gpkg --what units --layer Old~counties", &["add layers to --what"]);
    Folder::with_grid().refused("export plan.bwk l.gpkg --what layers", &["none beside its units"]);
}
