//! Dissolving equals summing: of numbers, of areas, and no border stays within what was put together.

use proptest::prelude::*;

use super::*;
use crate::domain::columns::{Aggregate, Measure};
use crate::domain::ids::MeasureId;
use crate::domain::sphere::LonLat;
use crate::domain::units::Units;

/// Squares of a tenth of a degree in rows of `width`; each with its code, a group, a number and a mean.
fn layer(width: usize, groups: &[u8], people: &[u16], income: &[u16]) -> Layer {
    let square = |index: usize| {
        let [x, y] = [(index % width) as f64 / 10.0, (index / width) as f64 / 10.0];
        let corners = [(x, y), (x + 0.1, y), (x + 0.1, y + 0.1), (x, y + 0.1)];
        let outer = corners.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect();
        Shape { polygons: vec![crate::domain::polygon::Polygon { outer, holes: Vec::new() }] }
    };
    let column = |name: &str, values: Vec<String>| RawColumn { name: name.into(), values };
    let count = groups.len();
    let code = |index: usize| format!("{}{index:03}", groups[index]);
    Layer {
        file: "squares.geojson".into(),
        shapes: (0..count).map(square).collect(),
        columns: vec![
            column("code", (0..count).map(code).collect()),
            column("state", groups.iter().map(u8::to_string).collect()),
            column("population", people.iter().map(u16::to_string).collect()),
            column("median_income", income.iter().map(u16::to_string).collect()),
            column("colour", (0..count).map(|index| if groups[index] < 2 { "red" } else { "" }.to_owned()).collect()),
        ],
        ..Layer::default()
    }
}

fn mapping(layer: &Layer, dissolve: Option<Dissolve>) -> LayerMapping {
    let mut mapping = LayerMapping { dissolve, ..LayerMapping::guess(layer) };
    mapping.take_measure("population");
    mapping.take_measure("median_income");
    mapping
}

fn built(layer: &Layer, dissolve: Option<Dissolve>) -> (Units, Vec<Measure>, Vec<String>) {
    let built = build_units(layer, &mapping(layer, dissolve), &Progress::new()).unwrap();
    let words = built.diagnostics.iter().map(ToString::to_string).collect();
    (built.value.0, built.value.1, words)
}

fn by(column: &str, characters: Option<usize>) -> Option<Dissolve> {
    Some(Dissolve { column: column.into(), characters })
}

fn named<'a>(measures: &'a [Measure], name: &str) -> &'a Measure {
    measures.iter().find(|measure| measure.name == name).expect("the measure is there")
}

#[test]
fn squares_of_one_value_become_one_unit() {
    let layer = layer(3, &[1, 1, 2, 1, 2, 2], &[10, 20, 5, 70, 0, 5], &[1, 2, 3, 4, 5, 6]);
    let (units, measures, said) = built(&layer, by("state", None));
    assert_eq!((units.codes.as_slice(), units.kind.as_str()), (&["1".to_owned(), "2".to_owned()][..], "state"));
    let population = named(&measures, "population");
    assert_eq!(population.values, [100.0, 10.0]);
    let income = named(&measures, "median_income");
    let weight = measures.iter().position(|measure| measure.name == "population").map(MeasureId::from_index);
    assert_eq!(income.aggregate, Aggregate::Mean { weight });
    assert_eq!(income.values, [(10.0 + 40.0 + 280.0) / 100.0, (15.0 + 30.0) / 10.0]);
    // Both have one ring each, and one border between them.
    for unit in units.ids() {
        let shape = units.topology.shape(unit);
        assert_eq!((shape.polygons.len(), shape.polygons[0].holes.len()), (1, 0));
    }
    assert_eq!(units.topology.arc_count(), 3);
    let colour = units.attributes.iter().find(|column| column.name == "colour").unwrap();
    assert_eq!((colour.get(0), colour.get(1)), ("red", ""));
    let note = "squares.geojson, column \"state\": 6 areas dissolved into 2 — numbers are added up, means are weighted";
    assert!(said.iter().any(|line| line == note), "{said:?}");
}

#[test]
fn first_characters_make_larger_areas_and_what_has_no_value_is_said() {
    let mut layer = layer(3, &[1, 1, 2, 1, 2, 2], &[1; 6], &[1; 6]);
    let (units, measures, _) = built(&layer, by("code", Some(1)));
    assert_eq!(units.codes, ["1", "2"]);
    assert_eq!(units.kind, "1-digit unit");
    assert_eq!(named(&measures, "population").values, [3.0, 3.0]);
    layer.columns[1].values[0].clear();
    layer.columns[2].values[1] = "many".into();
    let (units, measures, said) = built(&layer, by("state", None));
    assert_eq!(named(&measures, "population").values, [1.0, 3.0]);
    assert_eq!(units.len(), 2);
    for expected in [
        "squares.geojson, column \"state\", 1000: there is no value to dissolve it by — it is left out",
        "squares.geojson, column \"population\": 1 area without a number among those dissolved — the figures are those of the others",
    ] {
        assert!(said.iter().any(|line| line == expected), "{said:?}");
    }
    layer.columns[1].values.iter_mut().for_each(String::clear);
    assert!(build_units(&layer, &mapping(&layer, by("state", None)), &Progress::new()).is_err());
    assert!(build_units(&layer, &mapping(&layer, by("nothing", None)), &Progress::new()).is_err());
}

proptest! {
    #[test]
    fn dissolving_equals_summing(
        width in 1_usize..6,
        squares in prop::collection::vec((0_u8..4, 0_u16..500, 1_u16..900), 1..30),
    ) {
        let groups: Vec<u8> = squares.iter().map(|(group, ..)| *group).collect();
        let people: Vec<u16> = squares.iter().map(|(_, people, _)| *people).collect();
        let income: Vec<u16> = squares.iter().map(|(.., income)| *income).collect();
        let layer = layer(width, &groups, &people, &income);
        let (parts, part_measures, _) = built(&layer, None);
        let (units, measures, _) = built(&layer, by("state", None));
        let population = named(&measures, "population");
        for (index, code) in units.codes.iter().enumerate() {
            let members: Vec<usize> = (0..groups.len()).filter(|&row| groups[row].to_string() == *code).collect();
            let sum: f64 = members.iter().map(|&row| named(&part_measures, "population").values[row]).sum();
            prop_assert_eq!(population.values[index], sum);
            let area: f64 = members.iter().map(|&row| parts.areas_km2[row]).sum();
            prop_assert!((units.areas_km2[index] / area - 1.0).abs() < 1e-9);
        }
        prop_assert_eq!(population.values.iter().sum::<f64>(), people.iter().map(|&n| f64::from(n)).sum::<f64>());
        // No arc has the same unit on both sides, and every shape is valid.
        for arc in 0..units.topology.arc_count() {
            let [left, right] = units.topology.sides(crate::domain::ids::ArcId::from_index(arc));
            prop_assert!(left != right);
        }
        for unit in units.ids() {
            use geo::Validation;
            let shape = units.topology.shape(unit);
            let line = |ring: &Vec<LonLat>| geo::LineString::from_iter(ring.iter().map(|place| (place.lon, place.lat)));
            let polygons = shape.polygons.iter().map(|polygon| {
                geo::Polygon::new(line(&polygon.outer), polygon.holes.iter().map(line).collect())
            });
            let all = geo::MultiPolygon::new(polygons.collect());
            prop_assert!(all.is_valid(), "{:?}", all.validation_errors());
        }
        // Dissolving what is dissolved changes nothing.
        let shapes: Vec<Shape> = units.ids().map(|unit| units.topology.shape(unit)).collect();
        let (again, report) = crate::domain::topology::build(&shapes, &Progress::new()).unwrap();
        prop_assert_eq!(report.inserted_vertices, 0);
        prop_assert_eq!(again.arc_count(), units.topology.arc_count());
    }
}
