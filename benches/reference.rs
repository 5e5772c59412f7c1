//! A project as large as the reference: 33,124 cells with as many border places as the ZIP areas of the United States, 300 territories.

use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::edit::{Change, Edit, Locks, apply};
use bailiwick::domain::ids::TerritoryId;
use bailiwick::domain::plan::{Plan, Territory};
use bailiwick::domain::polygon::{Polygon, Shape};
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::domain::sphere::LonLat;
use bailiwick::domain::topology;
use bailiwick::domain::units::Units;

/// 182 × 182 is 33,124.
const SIDE: usize = 182;
/// Pieces of a side of a cell: as many vertices as the ZIP areas have.
const PIECES: usize = 13;
const TERRITORIES: usize = 300;

/// Cells with ragged borders that neighbours share.
pub fn grid(progress: &Progress) -> anyhow::Result<Project> {
    // A ragged line from one corner to the next, the same from both ends: the way depends on the corners alone.
    let corner = |column: usize, row: usize| LonLat::new(-120.0 + column as f64 * 0.3, 26.0 + row as f64 * 0.12);
    let side = |from: (usize, usize), to: (usize, usize)| {
        let (a, b) = if from <= to { (from, to) } else { (to, from) };
        let (start, end) = (corner(a.0, a.1), corner(b.0, b.1));
        let mut line: Vec<LonLat> = (0..=PIECES)
            .map(|piece| {
                let share = piece as f64 / PIECES as f64;
                let noise = ((a.0 * 7919 + a.1 * 104_729 + b.0 * 31 + piece * 613) % 997) as f64 / 997.0 - 0.5;
                let inside = if piece == 0 || piece == PIECES { 0.0 } else { noise * 0.02 };
                // Upright sides sway east and west, level ones north and south.
                let (east, north) = if a.0 == b.0 { (inside, 0.0) } else { (0.0, inside) };
                LonLat::new(
                    start.lon + (end.lon - start.lon) * share + east,
                    start.lat + (end.lat - start.lat) * share + north,
                )
            })
            .collect();
        if from > to {
            line.reverse();
        }
        line.pop();
        line
    };
    let cell = |column: usize, row: usize| {
        let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
        let outer = (0..4).flat_map(|at| side(corners[at], corners[(at + 1) % 4])).collect();
        Shape { polygons: vec![Polygon { outer, holes: Vec::new() }] }
    };
    let shapes: Vec<Shape> = (0..SIDE * SIDE).map(|at| cell(at % SIDE, at / SIDE)).collect();
    let (topology, _) = topology::build(&shapes, progress)?;
    let count = shapes.len();
    let codes: Vec<String> = (0..count).map(|at| format!("{at:05}")).collect();
    let names = codes.iter().map(|code| format!("Area {code}")).collect();
    let mut units = Units::new("ZIP area", codes, names, topology).map_err(anyhow::Error::msg)?;
    let states: Vec<String> = (0..count).map(|at| format!("State {}", at % 50)).collect();
    units.attributes = vec![TextColumn::new("State", &states)];
    let measure = |name: &str, factor: f64| {
        let values = (0..count).map(|at| ((at * 7919) % 10_007) as f64 * factor).collect();
        Measure::sum(name, "", Subject::Units, values)
    };
    let measures = vec![measure("Population", 1.0), measure("Households", 0.5), measure("Revenue", 12.25)];
    Ok(Project { units: units.into(), measures: measures.into(), ..Project::default() })
}

/// Territories by rows of the table: where neighbours come after each other they are pieces of the map.
pub fn give_territories(project: &mut Project) -> anyhow::Result<()> {
    let units = &project.units;
    let mut edit = Edit::default();
    for index in 1..=TERRITORIES {
        let colour = [(index * 37 % 256) as u8, (index * 91 % 256) as u8, (index * 53 % 256) as u8];
        let territory = Territory { name: format!("Territory {index}"), colour, ..Territory::default() };
        edit.changes.push(Change::Territory {
            id: TerritoryId::from_index(index),
            old: None,
            new: Some(Box::new(territory)),
        });
    }
    for unit in units.ids() {
        let place = units.centres[unit.index()];
        // A raster of 20 by 15 over the lower 48 states; what lies beyond goes to its edge.
        let column = (((place.lon + 125.0) / 58.0 * 20.0) as usize).min(19);
        let row = (((place.lat - 25.0) / 24.0 * 15.0) as usize).min(14);
        let new = TerritoryId::from_index(1 + column + row * 20);
        edit.changes.push(Change::Assign { unit, old: TerritoryId::UNASSIGNED, new });
    }
    let mut plan = Plan::empty("Bench", units.len());
    apply(&mut plan, &edit, Locks::Obey).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    project.plan = plan.into();
    Ok(())
}
