//! Shapes across the antimeridian come in as the same from every way of writing them.

use super::*;
use crate::domain::polygon::Polygon;

/// A box of 4° across the antimeridian with a lake on its far side, as longitudes of one reader or another.
fn feature(lon: impl Fn(f64) -> f64) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let ring = |corners: [(f64, f64); 4]| {
        let mut ring: Vec<[f64; 2]> = corners.iter().map(|&(x, y)| [lon(x), y]).collect();
        ring.push(ring[0]);
        ring
    };
    (
        ring([(178.0, -18.0), (178.0, -16.0), (182.0, -16.0), (182.0, -18.0)]),
        ring([(181.0, -17.5), (181.5, -17.5), (181.5, -17.0), (181.0, -17.0)]),
    )
}

fn jumping(lon: f64) -> f64 {
    if lon > 180.0 { lon - 360.0 } else { lon }
}

fn geojson((outer, hole): (Vec<[f64; 2]>, Vec<[f64; 2]>)) -> String {
    let polygon = serde_json::json!({"type": "Polygon", "coordinates": [outer, hole]});
    serde_json::json!({"type": "Feature", "properties": {"code": "1"}, "geometry": polygon}).to_string()
}

fn read(path: &Path) -> (Shape, Vec<Diagnostic>) {
    let Imported { value, diagnostics } = read_layer(path, &Progress::new()).unwrap();
    (value.shapes[0].clone(), diagnostics)
}

fn is_the_box(shape: &Shape, words: &str) {
    let holes: Vec<usize> = shape.polygons.iter().map(|polygon| polygon.holes.len()).collect();
    assert_eq!((holes.len(), holes.iter().sum::<usize>()), (2, 1), "{words}: {shape:?}");
    assert!(shape.polygons.iter().flat_map(Polygon::rings).flatten().all(|place| place.is_valid()), "{words}");
    let box_km2 = |width: f64, south: f64, north: f64| {
        6371.0088_f64.powi(2) * width.to_radians() * (north.to_radians().sin() - south.to_radians().sin())
    };
    let expected = box_km2(4.0, -18.0, -16.0) - box_km2(0.5, -17.5, -17.0);
    assert!((shape.area_km2() / expected - 1.0).abs() < 1e-9, "{words}: {} for {expected}", shape.area_km2());
}

#[test]
fn whichever_way_longitudes_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    for (words, lon) in
        [("jumping", jumping as fn(f64) -> f64), ("from 0 to 360", |lon| lon), ("from -360 to 0", |lon| lon - 360.0)]
    {
        let path = folder.path().join("box.geojson");
        std::fs::write(&path, geojson(feature(lon))).unwrap();
        let (shape, said) = read(&path);
        is_the_box(&shape, words);
        assert!(said.iter().any(|said| said.message == "1 shape across the antimeridian (±180°)"), "{words}: {said:?}");
    }
}

/// Of a shapefile nothing but the direction says which ring is a hole.
#[test]
fn in_a_shapefile_holes_are_found_on_the_other_side() {
    use ::shapefile::{Point, PolygonRing, ShapeWriter};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box.shp");
    let (outer, hole) = feature(jumping);
    let points = |ring: &[[f64; 2]]| ring.iter().map(|&[x, y]| Point::new(x, y)).collect::<Vec<_>>();
    {
        // The library turns rings by their plane area, which is not what is meant here: the bytes are put right below.
        let rings = vec![PolygonRing::Outer(points(&outer)), PolygonRing::Inner(points(&hole))];
        let mut writer = ShapeWriter::with_shx(
            std::io::Cursor::new(std::fs::File::create(&path).unwrap()).into_inner(),
            std::fs::File::create(path.with_extension("shx")).unwrap(),
        );
        writer.write_shape(&::shapefile::Polygon::with_rings(rings)).unwrap();
        writer.finalize().unwrap();
    }
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 16 * (outer.len() + hole.len());
    let places = outer.iter().chain(&hole).flatten().flat_map(|number| number.to_le_bytes());
    bytes.truncate(at);
    bytes.extend(places);
    std::fs::write(&path, bytes).unwrap();
    std::fs::write(path.with_extension("prj"), "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]").unwrap();
    let name = ::dbase::FieldName::try_from("code").unwrap();
    let mut table = ::dbase::TableWriterBuilder::new()
        .add_character_field(name, 3)
        .build_with_dest(std::fs::File::create(path.with_extension("dbf")).unwrap());
    let mut record = ::dbase::Record::default();
    record.insert("code".into(), ::dbase::FieldValue::Character(Some("1".into())));
    table.write_record(&record).unwrap();
    table.finalize().unwrap();
    let (shape, _) = read(&path);
    is_the_box(&shape, "shapefile");
}

#[test]
fn what_crosses_itself_there_is_left_out_with_a_word() {
    let bow = [[179.0, 0.0], [-179.0, 1.0], [-179.0, 0.0], [179.0, 1.0], [179.0, 0.0]].to_vec();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bow.geojson");
    std::fs::write(&path, geojson((bow, Vec::new())).replace(",[]]", "]")).unwrap();
    match read_layer(&path, &Progress::new()) {
        // It is cut where the inside is, whichever way it is gone around.
        Ok(read) => {
            assert!(read.value.shapes[0].polygons.iter().flat_map(Polygon::rings).flatten().all(|p| p.is_valid()))
        }
        Err(error) => assert!(error.why.contains("crosses itself at the antimeridian"), "{error}"),
    }
}

#[test]
fn points_of_topojson_are_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.topojson");
    let text = r#"{"type":"Topology","transform":{"scale":[0.5,0.5],"translate":[10,0]},"arcs":[],"objects":{"shops":{"type":"GeometryCollection",
        "geometries":[{"type":"Point","coordinates":[2,4],"properties":{"z":"1","a":"x"}},{"type":null,"properties":{"z":"2","a":"y"}},
        {"type":"MultiPoint","coordinates":[[349,2],[1,1]],"properties":{"z":"3"}}]}}}"#;
    std::fs::write(&path, text).unwrap();
    let table = points_table(&path, &ReadOptions::default(), &Progress::new()).unwrap().value;
    assert_eq!(table.columns, ["z", "a", "Longitude", "Latitude"], "in the order of the file");
    let rows: Vec<Vec<&str>> = (0..3).map(|row| (0..4).map(|column| table.cell(row, column)).collect()).collect();
    assert_eq!(rows, [["1", "x", "11", "2"], ["2", "y", "", ""], ["3", "", "-175.5", "1"]]);
}
