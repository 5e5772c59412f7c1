//! Neighbours share their border to the last bit in every polygon format: no gaps, no overlaps.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::readers::rows;
use super::round_trip::POLYGON_FORMATS;
use super::*;
use crate::domain::fixture;

/// How often each edge is walked in each direction.
fn edges<'a>(shapes: impl Iterator<Item = &'a Shape>) -> BTreeMap<[u64; 4], u32> {
    let mut edges = BTreeMap::new();
    for ring in shapes.flat_map(|shape| &shape.polygons).flat_map(Polygon::rings) {
        for (at, a) in ring.iter().enumerate() {
            let b = ring[(at + 1) % ring.len()];
            *edges.entry([a.lon, a.lat, b.lon, b.lat].map(f64::to_bits)).or_default() += 1;
        }
    }
    edges
}

fn way_back(edge: &[u64; 4]) -> [u64; 4] {
    [edge[2], edge[3], edge[0], edge[1]]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_keeps_its_topology_and_its_assignment(
        cells in proptest::collection::vec("[A-D.-]{5}", 4),
        decimals in proptest::option::of(6_u8..9),
    ) {
        let text = cells.join("\n");
        prop_assume!(text.contains(['A', 'B', 'C', 'D']));
        let project = fixture::project(&text);
        let units = &project.units;
        let folder = tempfile::tempdir().unwrap();
        let wish = |what| Wish { what: vec![what], decimals, ..Wish::default() };
        let assigned: f64 = units.ids()
            .filter(|&unit| !project.plan.territory_of(unit).is_unassigned())
            .map(|unit| units.areas_km2[unit.index()])
            .sum();
        for format in POLYGON_FORMATS {
            let path = folder.path().join(format!("t.{}", format.ending()));
            write_wish(&project, &wish(What::Territories), &path).unwrap();
            let read = rows(&path, "territories");
            let found = edges(read.iter().map(|row| &row.shape));
            // Nothing lies upon anything: no edge is walked twice in one direction.
            prop_assert!(found.values().all(|&count| count == 1), "{format:?}\n{text}");
            // And what is no border to another territory is one to the outside: as many edges as between cells in the drawing.
            let outer = found.keys().filter(|edge| !found.contains_key(&way_back(edge))).count();
            prop_assert_eq!(outer, borders(&project), "{:?}\n{}", format, text);
            let area: f64 = read.iter().map(|row| row.shape.area_km2()).sum();
            let exact = if decimals.is_some() { 1e-5 } else { 1e-9 };
            prop_assert!((area - assigned).abs() <= exact * assigned, "{format:?}: {area} for {assigned}\n{text}");

            let path = folder.path().join(format!("u.{}", format.ending()));
            write_wish(&project, &wish(What::Units), &path).unwrap();
            let read = rows(&path, "units");
            prop_assert_eq!(read.len(), units.len());
            for row in &read {
                let unit = units.find(row.get("code")).unwrap();
                let owner = project.plan.territory(project.plan.territory_of(unit)).map_or("", |owner| &owner.name);
                prop_assert_eq!(row.get("territory"), owner, "{:?}", format);
            }
            let found = edges(read.iter().map(|row| &row.shape));
            prop_assert!(found.values().all(|&count| count == 1), "{format:?}\n{text}");
        }
    }
}

/// Edges between a territory and what is none.
fn borders(project: &Project) -> usize {
    let topology = &project.units.topology;
    let is_owned = |unit: Option<UnitId>| unit.is_some_and(|unit| !project.plan.territory_of(unit).is_unassigned());
    (0..topology.arc_count())
        .map(crate::domain::ids::ArcId::from_index)
        .filter(|&arc| {
            let [left, right] = topology.sides(arc).map(is_owned);
            left != right
        })
        .map(|arc| topology.arc(arc).len() - 1)
        .sum()
}
