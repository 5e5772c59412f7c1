//! Layers beside the units, as rows: what an edit of them writes, and how they are read.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result, params};

use super::blobs::{decode_topology, encode_topology};
use super::cells::{Read, index, integer, list, real, text};
use super::failure::Trouble;
use super::tables::{aggregate_words, number};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::MeasureId;
use crate::domain::reference::{LayerChange, LayerColour, LayerLook, LayerWidth, MOST_LAYERS, ReferenceLayer};
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::Topology;
use crate::domain::units::Units;

/// Which share of a unit lies in an area of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitShare {
    pub unit: u32,
    pub area: u32,
    pub share: f64,
    /// The area with the largest share of the unit.
    pub main: bool,
}

/// Makes a change of the layers.
pub fn write(connection: &Connection, change: &LayerChange) -> Result<()> {
    match change {
        LayerChange::Renamed { at, new, .. } => {
            connection.execute("UPDATE layer SET name = ?2 WHERE id = ?1", params![at, new]).map(drop)
        }
        LayerChange::Whole { at, old, new } => {
            if old.is_some() {
                connection.execute("DELETE FROM layer WHERE id = ?1", [at])?;
            }
            if old.is_none() != new.is_none() {
                let by = if new.is_some() { 1_i64 } else { -1 };
                // Numbers pass through negative ones, because a number may not occur twice on the way.
                connection.execute("UPDATE layer SET id = -1 - (id + ?2) WHERE id >= ?1", params![at, by])?;
                connection.execute("UPDATE layer SET id = -1 - id WHERE id < 0", [])?;
            }
            new.as_ref().map_or(Ok(()), |layer| put(connection, *at, layer))
        }
    }
}

/// All layers, into empty tables.
pub fn put_all(connection: &Connection, layers: &[ReferenceLayer]) -> Result<()> {
    layers.iter().zip(0..).try_for_each(|(layer, at)| put(connection, at, layer))
}

pub fn put_look(connection: &Connection, at: u16, look: LayerLook) -> Result<()> {
    connection
        .execute(
            "UPDATE layer SET visible = ?2, colour = ?3, width = ?4 WHERE id = ?1",
            params![at, look.visible, look.colour.word(), look.width.word()],
        )
        .map(drop)
}

/// In which areas the units lie, in place of what was known of it. A layer that is no longer there has no rows.
pub fn put_shares(connection: &Connection, at: u16, shares: &[UnitShare]) -> Result<()> {
    connection.execute("DELETE FROM unit_in_layer WHERE layer = ?1", [at])?;
    let mut put =
        connection.prepare("INSERT OR IGNORE INTO unit_in_layer SELECT id, ?2, ?3, ?4, ?5 FROM layer WHERE id = ?1")?;
    for share in shares {
        put.execute(params![at, share.unit, share.area, share.share, share.main])?;
    }
    Ok(())
}

fn put(connection: &Connection, at: u16, layer: &ReferenceLayer) -> Result<()> {
    let (areas, look) = (&*layer.areas, layer.look);
    connection.execute(
        "INSERT INTO layer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            at,
            layer.name,
            areas.kind,
            areas.approximate,
            areas.attribution,
            look.visible,
            look.colour.word(),
            look.width.word()
        ],
    )?;
    let mut put = connection.prepare("INSERT INTO layer_area VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for area in 0..areas.len() {
        let (centre, Bounds { min, max }) = (areas.centres[area], areas.bounds[area]);
        put.execute(params![
            at,
            area as i64,
            areas.codes[area],
            areas.names[area],
            centre.lon,
            centre.lat,
            areas.areas_km2[area],
            min.lon,
            min.lat,
            max.lon,
            max.lat,
        ])?;
    }
    for (name, blob) in encode_topology(areas.topology.arrays()) {
        connection.execute("INSERT INTO layer_topology VALUES (?1, ?2, ?3)", params![at, name, blob])?;
    }
    put_columns(connection, at, layer)
}

fn put_columns(connection: &Connection, at: u16, layer: &ReferenceLayer) -> Result<()> {
    let mut put = connection.prepare("INSERT INTO layer_column VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (position, measure) in layer.measures.iter().enumerate() {
        let (aggregate, weight) = aggregate_words(measure.aggregate);
        put.execute(params![at, position as i64, measure.name, measure.unit, aggregate, weight])?;
    }
    let first = layer.measures.len();
    for (nth, column) in layer.areas.attributes.iter().enumerate() {
        put.execute(params![at, (first + nth) as i64, column.name, "", "text", None::<u16>])?;
    }
    let mut put = connection.prepare("INSERT INTO layer_value VALUES (?1, ?2, ?3, ?4)")?;
    let mut value = |column: usize, area: usize, value: Value| {
        put.execute(params![at, column as i64, area as i64, value]).map(drop)
    };
    for (position, measure) in layer.measures.iter().enumerate() {
        for (area, figure) in measure.values.iter().enumerate() {
            if let Some(figure) = number(*figure) {
                value(position, area, Value::Real(figure))?;
            }
        }
    }
    for (nth, column) in layer.areas.attributes.iter().enumerate() {
        for area in (0..column.len()).filter(|&area| !column.get(area).is_empty()) {
            value(first + nth, area, Value::Text(column.get(area).to_owned()))?;
        }
    }
    Ok(())
}

/// All layers, in their order.
pub fn read(connection: &Connection) -> Read<Vec<ReferenceLayer>> {
    let ids: Vec<i64> = list(connection, "SELECT id FROM layer ORDER BY id", |row| Ok(integer(row, 0)))?;
    if ids.len() > MOST_LAYERS || ids.iter().zip(0..).any(|(&id, at)| id != at) {
        return Err(Trouble::Damaged("the layers beside the units are not numbered as they should be".to_owned()));
    }
    ids.into_iter().map(|id| read_one(connection, id)).collect()
}

/// The layer of that number.
pub fn read_one(connection: &Connection, id: i64) -> Read<ReferenceLayer> {
    let mut areas = Units::default();
    let (name, look) = connection.query_row(
        "SELECT name, kind, approximate, attribution, visible, colour, width FROM layer WHERE id = ?1",
        [id],
        |row| {
            (areas.kind, areas.approximate, areas.attribution) = (text(row, 1), integer(row, 2) == 1, text(row, 3));
            let look = LayerLook {
                visible: integer(row, 4) != 0,
                colour: LayerColour::of_word(&text(row, 5)).unwrap_or_default(),
                width: LayerWidth::of_word(&text(row, 6)).unwrap_or_default(),
            };
            Ok((text(row, 0), look))
        },
    )?;
    let damaged = |why: String| Trouble::Damaged(format!("the layer \"{name}\" cannot be read: {why}"));
    read_areas(connection, id, &mut areas).map_err(|why| match why {
        Trouble::Damaged(why) => damaged(why),
        other => other,
    })?;
    let measures = read_columns(connection, id, &mut areas)?;
    let topology = topology(connection, id).and_then(|topology| Ok(areas.with_topology(topology)?));
    let areas = topology.map_err(|why| match why {
        Trouble::Damaged(why) => damaged(why),
        other => other,
    })?;
    Ok(ReferenceLayer { areas: areas.into(), measures: measures.into(), look, name })
}

fn topology(connection: &Connection, id: i64) -> Read<Topology> {
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut query = connection.prepare("SELECT name, value FROM layer_topology WHERE layer = ?1")?;
    let mut rows = query.query([id])?;
    while let Some(row) = rows.next()? {
        if let ValueRef::Blob(blob) = row.get_ref(1)? {
            blobs.push((text(row, 0), blob.to_vec()));
        }
    }
    let arrays = decode_topology(blobs.iter().map(|(name, blob)| (name.as_str(), blob.as_slice())))?;
    Ok(Topology::from_arrays(arrays)?)
}

fn read_areas(connection: &Connection, id: i64, areas: &mut Units) -> Read<()> {
    let mut query = connection.prepare(
        "SELECT id, code, name, lon, lat, area_km2, west, south, east, north FROM layer_area WHERE layer = ?1 ORDER BY id",
    )?;
    let mut rows = query.query([id])?;
    while let Some(row) = rows.next()? {
        let place = |at: usize| LonLat::new(real(row, at), real(row, at + 1));
        let (centre, area, bounds) = (place(3), real(row, 5), Bounds { min: place(6), max: place(8) });
        let numbers = [bounds.min.lon, bounds.min.lat, bounds.max.lon, bounds.max.lat, area];
        let usable = centre.is_valid() && numbers.iter().all(|number| number.is_finite()) && area >= 0.0;
        if integer(row, 0) != areas.codes.len() as i64 || !usable {
            return Err(Trouble::Damaged(format!("its area {} is missing or has no place", areas.codes.len())));
        }
        areas.codes.push(text(row, 1));
        areas.names.push(text(row, 2));
        areas.centres.push(centre);
        areas.areas_km2.push(area);
        areas.bounds.push(bounds);
    }
    Ok(())
}

fn read_columns(connection: &Connection, id: i64, areas: &mut Units) -> Read<Vec<Measure>> {
    let count = areas.codes.len();
    let sql = format!(
        "SELECT name, unit, aggregate, weight FROM layer_column WHERE layer = {id} ORDER BY position LIMIT 2000"
    );
    let columns = list(connection, &sql, |row| {
        let weight = u16::try_from(integer(row, 3)).ok().map(MeasureId);
        let aggregate = match text(row, 2).as_str() {
            "sum" => Some(Aggregate::Sum),
            "mean" => Some(Aggregate::Mean { weight }),
            _ => None,
        };
        Ok((text(row, 0), text(row, 1), aggregate))
    })?;
    let numbers = columns.iter().take_while(|(.., aggregate)| aggregate.is_some()).count();
    let mut figures = vec![vec![f64::NAN; count]; numbers];
    let mut words = vec![vec![String::new(); count]; columns.len() - numbers];
    let mut query = connection.prepare("SELECT \"column\", area, value FROM layer_value WHERE layer = ?1")?;
    let mut rows = query.query([id])?;
    while let Some(row) = rows.next()? {
        let (Some(column), Some(area)) = (index(row, 0, columns.len()), index(row, 1, count)) else { continue };
        match column.checked_sub(numbers) {
            None => figures[column][area] = real(row, 2),
            Some(column) => words[column][area] = text(row, 2),
        }
    }
    let mut measures = Vec::with_capacity(numbers);
    for ((name, unit, aggregate), values) in columns.iter().zip(figures) {
        let weighted = |weight: &MeasureId| weight.index() < numbers;
        let aggregate = match aggregate {
            Some(Aggregate::Mean { weight }) => Aggregate::Mean { weight: weight.filter(weighted) },
            _ => Aggregate::Sum,
        };
        measures.push(Measure { name: name.clone(), unit: unit.clone(), subject: Subject::Units, aggregate, values });
    }
    for ((name, ..), words) in columns[numbers..].iter().zip(words) {
        areas.attributes.push(TextColumn::new(name.clone(), &words));
    }
    Ok(measures)
}
