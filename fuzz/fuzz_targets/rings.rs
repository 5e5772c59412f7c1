//! Polygons with corners on a coarse grid, so that they touch, cross and repeat in every way: as units, and as a newer layer of the units
//! there are.
#![no_main]

use bailiwick::domain::progress::Progress;
use bailiwick::work::boundaries;
use bailiwick::work::columns::UnitColumns;
use bailiwick_fuzz::{file, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // 255 ends a ring, 254 a polygon, 253 a feature.
    let polygon = |bytes: &[u8]| {
        let rings = bytes.split(|&byte| byte == 255).map(|ring| {
            let mut places: Vec<String> = ring
                .iter()
                .map(|byte| format!("[{},{}]", -83.0 + f64::from(byte >> 4) * 0.05, 40.0 + f64::from(byte & 15) * 0.05))
                .collect();
            places.extend(places.first().cloned());
            format!("[{}]", places.join(","))
        });
        format!("[{}]", rings.collect::<Vec<_>>().join(","))
    };
    let features = bytes.split(|&byte| byte == 253).enumerate().map(|(index, feature)| {
        let polygons: Vec<String> = feature.split(|&byte| byte == 254).map(polygon).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"ZIP":"{}","POP":{index}}},"geometry":{{"type":"MultiPolygon","coordinates":[{}]}}}}"#,
            43_000 + index * 3 % 16,
            polygons.join(",")
        )
    });
    let features = features.collect::<Vec<_>>().join(",");
    let path = file("rings.geojson", format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#).as_bytes());
    let (columns, progress) = (UnitColumns::default(), Progress::new());
    if let Ok(read) = bailiwick::work::import::import_units(project(), &path, &columns, &progress) {
        let project = read.value.project;
        let topology = &project.units.topology;
        for unit in project.units.ids() {
            let area = topology.shape(unit).area_km2();
            assert!(area.is_finite() && area >= 0.0, "{area}");
        }
        let _ = topology.outlines(project.plan.assignment(), project.plan.territory_slots());
    }
    let _ = boundaries::update_file(project(), &path, &columns, &progress);
});
