use super::*;
use crate::io::table::parse;

fn read(text: &str, wanted: &PointColumns) -> Result<Imported<Points>, UserError> {
    let table = parse("points.csv", text.as_bytes(), true, usize::MAX, &Progress::new())?.value;
    let mut diagnostics = Vec::new();
    let found = wanted.find(&table, &table)?;
    let points = from_table(&table, found, &Progress::new(), &mut diagnostics)?;
    Ok(Imported::new(points, diagnostics))
}

fn loads(names: &[&str]) -> PointColumns {
    PointColumns { loads: names.iter().map(|name| (*name).to_owned()).collect(), ..PointColumns::default() }
}

#[test]
fn columns_are_guessed_and_x_and_y_are_a_plane() {
    let text = "Customer ID,Latitude,Longitude,Revenue\n007,40.5,-83.25,10\n008,41,-83,20\n";
    let points = read(text, &loads(&["revenue"])).expect("it can be read").value;
    assert_eq!(points.ids, ["007", "008"]);
    assert_eq!(points.positions, [[-83.25, 40.5], [-83.0, 41.0]]);
    assert_eq!(points.loads, [Column { name: "Revenue".into(), values: vec![10.0, 20.0] }]);
    assert_eq!((points.planar, points.guessed.len()), (false, 3));
    let plane = read("X,Y,w\n1000,2000,1\n-1500,7,1\n", &loads(&["w"])).expect("it can be read").value;
    assert!(plane.planar);
    assert_eq!(plane.positions, [[1000.0, 2000.0], [-1500.0, 7.0]]);
    assert_eq!(plane.ids, ["2", "3"], "without IDs the rows' numbers are");
    let error = read("a,b\n1,2\n", &PointColumns::default()).expect_err("no positions");
    assert!(error.why.contains("\"a\" and \"b\"") && error.hint.contains("--lon"), "{error:?}");
}

#[test]
fn rows_that_cannot_be_used_are_listed_once_each_and_the_others_load() {
    let text = "id,lat,lon,w,v\n1,40,-83,1,1\n,40,-83,1,1\n1,40,-83,1,1\n2,95,-83,1,1\n3,40,,1,1\n4,40,-83,x,1\n\
                5,40,-83,-1,1\n6,40,-83,,1\n7,40,-83,,bad\n8,40,-83,2,1\n";
    let Imported { value: points, diagnostics } = read(text, &loads(&["w", "v"])).expect("some rows are good");
    assert_eq!(points.ids, ["1", "6", "8"]);
    assert_eq!(points.loads[0].values, [1.0, 0.0, 2.0]);
    let said: Vec<(Option<u64>, &str, &str)> =
        diagnostics.iter().map(|said| (said.place.row, said.place.column.as_str(), said.message.as_str())).collect();
    let expected = [
        (3, "id", "the point has no ID"),
        (4, "id", "the ID \"1\" is that of row 2 already"),
        (5, "lat", "expected a latitude from -90 to 90, found \"95\""),
        (6, "lon", "expected a longitude from -180 to 180, found nothing"),
        (7, "w", "expected a number, found \"x\""),
        (8, "w", "expected a number of 0 or more, found \"-1\""),
        (9, "w", "expected a number, found nothing"),
        (10, "v", "expected a number, found \"bad\""),
    ];
    assert_eq!(said, expected.map(|(row, column, message)| (Some(row), column, message)));
    assert_eq!(points.left_out, 7);
    let none = read(
        "id,lat,lon\n1,x,y\n",
        &PointColumns { position: Position::LonLat("lon".into(), "lat".into()), ..PointColumns::default() },
    );
    assert!(none.expect_err("no row is good").why.contains("none of its 1 rows"));
}
