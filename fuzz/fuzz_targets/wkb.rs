//! Geometries in a GeoPackage: each input is the blob of a feature.
#![no_main]

use std::sync::OnceLock;

use bailiwick_fuzz::{file, folder, read_layer};
use libfuzzer_sys::fuzz_target;
use rusqlite::Connection;

const SCHEMA: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, srs_id INTEGER);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
    INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
    CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT);
    INSERT INTO gpkg_contents VALUES ('areas', 'features', 'areas', 4326);
    INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 'GEOMETRY', 4326, 0, 0)";

fuzz_target!(|bytes: &[u8]| {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let path = folder().join("template.gpkg");
        Connection::open(&path).and_then(|database| database.execute_batch(SCHEMA)).expect("a file can be made");
        std::fs::read(&path).expect("the file is there")
    });
    let path = file("input.gpkg", template);
    let Ok(database) = Connection::open(&path) else { return };
    let _ = database.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    let _ = database.execute("INSERT INTO areas (geom, code) VALUES (?1, 'A'), (?1, 'B')", [bytes]);
    drop(database);
    read_layer(&path);
});
