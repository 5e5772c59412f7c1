//! Units that were cut: as bytes of the journal, and as rows.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, params, params_from_iter};

use super::PlanId;
use super::blobs::{Bytes, decode_topology, encode_topology, put_text, put_u32};
use super::tables::{number, quoted};
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::{ArcRow, ArcUse, Swap, TopologyPatch, UnitRings};
use crate::domain::units_patch::{UnitRow, UnitsAbout, UnitsPatch};

/// How no unit stands in the bytes.
const NOWHERE: u32 = u32::MAX;

pub fn encode(out: &mut Vec<u8>, patch: &UnitsPatch) {
    patch.counts.iter().for_each(|count| out.extend(count.to_le_bytes()));
    put_list(out, &patch.rows, |out, swap| put_swap(out, swap, put_row));
    put_list(out, &patch.topology.arcs, |out, swap| put_swap(out, swap, put_arc));
    put_list(out, &patch.topology.units, |out, swap| put_swap(out, swap, put_rings));
    for links in [&patch.topology.old_links, &patch.topology.new_links] {
        put_list(out, links, |out, pair| pair.iter().for_each(|unit| out.extend(unit.to_le_bytes())));
    }
    put_list(out, &patch.origins, |out, pair| pair.iter().for_each(|unit| out.extend(unit.0.to_le_bytes())));
    put_list(out, &patch.homes, |out, (account, units)| {
        out.extend(account.0.to_le_bytes());
        units.iter().for_each(|unit| out.extend(unit.map_or(NOWHERE, |unit| unit.0).to_le_bytes()));
    });
    put_list(out, &patch.notes, |out, note| note.iter().for_each(|text| put_text(out, text)));
}

/// What a new vintage of units has besides.
pub fn encode_owners(out: &mut Vec<u8>, patch: &UnitsPatch) {
    for side in &patch.owners {
        put_list(out, side, |out, (unit, of)| {
            out.extend(unit.0.to_le_bytes());
            out.extend(of.map_or(NOWHERE, |of| of.0).to_le_bytes());
        });
    }
    out.push(u8::from(patch.about.is_some()));
    for about in patch.about.iter().flat_map(|about| about.iter()) {
        put_text(out, &about.kind);
        out.push(u8::from(about.approximate));
        put_text(out, &about.attribution);
    }
}

/// The inverse of [`encode`] and [`encode_owners`].
pub fn decode_with_owners(bytes: &mut Bytes) -> Result<UnitsPatch, String> {
    let mut patch = decode(bytes)?;
    let owner =
        |bytes: &mut Bytes| Ok((UnitId(bytes.u32()?), Some(bytes.u32()?).filter(|&of| of != NOWHERE).map(UnitId)));
    patch.owners = [list(bytes, 8, owner)?, list(bytes, 8, owner)?];
    if bytes.flag()? {
        let mut about = || {
            Ok::<_, String>(UnitsAbout { kind: bytes.text()?, approximate: bytes.flag()?, attribution: bytes.text()? })
        };
        patch.about = Some(Box::new([about()?, about()?]));
    }
    Ok(patch)
}

/// The inverse of [`encode`]. Whether the patch fits the project is seen when it is applied.
pub fn decode(bytes: &mut Bytes) -> Result<UnitsPatch, String> {
    let counts = [bytes.u32()?, bytes.u32()?];
    let rows = list(bytes, 6, |bytes| swap(bytes, row))?;
    let arcs = list(bytes, 6, |bytes| swap(bytes, arc))?;
    let units = list(bytes, 6, |bytes| swap(bytes, rings))?;
    let mut links = || list(bytes, 8, |bytes| Ok([bytes.u32()?, bytes.u32()?]));
    let (old_links, new_links) = (links()?, links()?);
    let origins = list(bytes, 8, |bytes| Ok([UnitId(bytes.u32()?), UnitId(bytes.u32()?)]))?;
    let homes = list(bytes, 12, |bytes| {
        let account = AccountId(bytes.u32()?);
        let mut home = || Ok::<_, String>(Some(bytes.u32()?).filter(|&unit| unit != NOWHERE).map(UnitId));
        Ok((account, [home()?, home()?]))
    })?;
    let notes = list(bytes, 8, |bytes| Ok([bytes.text()?, bytes.text()?]))?;
    let topology = TopologyPatch { arcs, units, old_links, new_links };
    Ok(UnitsPatch { counts, rows, topology, origins, homes, owners: Default::default(), about: None, notes })
}

fn put_list<T>(out: &mut Vec<u8>, list: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    put_u32(out, list.len());
    list.iter().for_each(|entry| put(out, entry));
}

fn put_swap<T>(out: &mut Vec<u8>, swap: &Swap<T>, put: impl Fn(&mut Vec<u8>, &T)) {
    out.extend(swap.at.to_le_bytes());
    for side in [&swap.old, &swap.new] {
        out.push(u8::from(side.is_some()));
        side.iter().for_each(|value| put(out, value));
    }
}

fn put_numbers(out: &mut Vec<u8>, numbers: impl IntoIterator<Item = f64>) {
    numbers.into_iter().for_each(|number| out.extend(number.to_le_bytes()));
}

fn put_row(out: &mut Vec<u8>, row: &UnitRow) {
    put_text(out, &row.code);
    put_text(out, &row.name);
    let Bounds { min, max } = row.bounds;
    put_numbers(out, [row.centre.lon, row.centre.lat, row.area_km2, min.lon, min.lat, max.lon, max.lat]);
    put_list(out, &row.values, |out, &value| put_numbers(out, [value]));
    put_list(out, &row.words, |out, word| put_text(out, word));
}

fn put_arc(out: &mut Vec<u8>, arc: &ArcRow) {
    arc.sides.iter().for_each(|side| out.extend(side.to_le_bytes()));
    put_list(out, &arc.points, |out, place| put_numbers(out, [place.lon, place.lat]));
}

fn put_rings(out: &mut Vec<u8>, rings: &UnitRings) {
    put_list(out, rings, |out, polygon| {
        put_list(out, polygon, |out, ring| {
            put_list(out, ring, |out, arc_use| out.extend(arc_use.0.to_le_bytes()));
        });
    });
}

fn list<T>(
    bytes: &mut Bytes,
    least: usize,
    mut entry: impl FnMut(&mut Bytes) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let count = bytes.count(least)?;
    (0..count).map(|_| entry(bytes)).collect()
}

fn swap<T>(bytes: &mut Bytes, value: impl Fn(&mut Bytes) -> Result<T, String>) -> Result<Swap<T>, String> {
    let at = bytes.u32()?;
    let mut side = || if bytes.flag()? { value(bytes).map(Some) } else { Ok(None) };
    Ok(Swap { at, old: side()?, new: side()? })
}

fn real(bytes: &mut Bytes) -> Result<f64, String> {
    Ok(f64::from_le_bytes(bytes.array()?))
}

fn place(bytes: &mut Bytes) -> Result<LonLat, String> {
    Ok(LonLat::new(real(bytes)?, real(bytes)?))
}

fn row(bytes: &mut Bytes) -> Result<UnitRow, String> {
    Ok(UnitRow {
        code: bytes.text()?,
        name: bytes.text()?,
        centre: place(bytes)?,
        area_km2: real(bytes)?,
        bounds: Bounds { min: place(bytes)?, max: place(bytes)? },
        values: list(bytes, 8, real)?,
        words: list(bytes, 4, |bytes| bytes.text())?,
    })
}

fn arc(bytes: &mut Bytes) -> Result<ArcRow, String> {
    Ok(ArcRow { sides: [bytes.u32()?, bytes.u32()?], points: list(bytes, 16, place)? })
}

fn rings(bytes: &mut Bytes) -> Result<UnitRings, String> {
    let arc_use = |bytes: &mut Bytes| Ok(ArcUse(i32::from_le_bytes(bytes.array()?)));
    list(bytes, 4, |bytes| list(bytes, 4, |bytes| list(bytes, 4, arc_use)))
}

/// Puts the units after the change in place of those before. New ones belong to nobody in the plan that the change is a step of; in
/// other plans they belong to whom the unit belongs that they are a part of, and the undo history of those begins anew, because its
/// steps speak of whole units.
pub fn write(connection: &Connection, plan: PlanId, patch: &UnitsPatch) -> Result<()> {
    let [before, after] = patch.counts;
    connection.execute("DELETE FROM unit_in_layer", [])?;
    if let Some([_, about]) = patch.about.as_deref() {
        connection.execute(
            "UPDATE project SET unit_kind = ?1, unit_approximate = ?2, unit_attribution = ?3",
            params![about.kind, about.approximate, about.attribution],
        )?;
    }
    write_topology(connection, &patch.topology)?;
    if patch.renumbers() {
        free_codes(connection, patch)?;
    }
    let mut put = connection.prepare(
        "INSERT INTO unit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET code = excluded.code,
         name = excluded.name, lon = excluded.lon, lat = excluded.lat, area_km2 = excluded.area_km2, west = excluded.west,
         south = excluded.south, east = excluded.east, north = excluded.north",
    )?;
    let columns = columns(connection)?;
    let marks = ", ?".repeat(columns.len());
    let names: String = columns.iter().map(|name| format!(", {}", quoted(name))).collect();
    let mut put_data = connection.prepare(&format!("REPLACE INTO unit_data (id{names}) VALUES (?{marks})"))?;
    for swap in &patch.rows {
        let Some(row) = &swap.new else { continue };
        let UnitRow { code, name, centre, area_km2, bounds: Bounds { min, max }, values, words } = row;
        put.execute(params![
            swap.at, code, name, centre.lon, centre.lat, area_km2, min.lon, min.lat, max.lon, max.lat
        ])?;
        if !columns.is_empty() {
            let id = rusqlite::types::Value::from(i64::from(swap.at));
            let values = values.iter().map(|&value| number(value).map_or(rusqlite::types::Value::Null, Into::into));
            let words = words.iter().map(|word| rusqlite::types::Value::from(word.clone()));
            put_data.execute(params_from_iter(std::iter::once(id).chain(values).chain(words)))?;
        }
    }
    let mut locate = connection.prepare("UPDATE account SET unit = ?2 WHERE id = ?1")?;
    for (account, [_, unit]) in &patch.homes {
        locate.execute(params![account.0, unit.map(|unit| unit.0)])?;
    }
    if after > before {
        let mut assign = connection.prepare(
            "INSERT INTO assignment SELECT plan.id, ?1, CASE WHEN plan.id = ?3 THEN NULL ELSE assignment.territory END
             FROM plan LEFT JOIN assignment ON assignment.plan = plan.id AND assignment.unit = ?2",
        )?;
        for [unit, of] in &patch.origins {
            assign.execute(params![unit.0, of.0, plan.0])?;
        }
    }
    if patch.renumbers() {
        renew_owners(connection, plan, patch)?;
    }
    for sql in [
        "DELETE FROM assignment WHERE unit >= ?1",
        "DELETE FROM locked_unit WHERE unit >= ?1",
        "DELETE FROM adjacency WHERE b >= ?1",
        "DELETE FROM unit_data WHERE id >= ?1",
        "DELETE FROM unit WHERE id >= ?1",
    ] {
        connection.execute(sql, [after])?;
    }
    connection.execute("UPDATE journal SET step = NULL WHERE step IS NOT NULL AND plan <> ?1", [plan.0])?;
    connection.execute("UPDATE plan SET applied = 0, generation = generation + 1 WHERE id <> ?1", [plan.0])?;
    Ok(())
}

/// Codes are unique, and those of a new vintage may stand at other numbers: they are taken off first. What other plans say about units
/// by number is kept by code.
fn free_codes(connection: &Connection, patch: &UnitsPatch) -> Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE kept_assignment AS SELECT plan, unit, territory FROM assignment;
         CREATE TEMP TABLE kept_lock AS SELECT locked_unit.plan, unit.code
           FROM locked_unit JOIN unit ON unit.id = locked_unit.unit;
         CREATE TEMP TABLE kept_adjacency AS SELECT adjacency.plan, first.code AS a, second.code AS b, adjacency.kind
           FROM adjacency JOIN unit AS first ON first.id = adjacency.a JOIN unit AS second ON second.id = adjacency.b",
    )?;
    let mut free = connection.prepare("UPDATE unit SET code = char(1) || id WHERE id = ?1")?;
    for swap in &patch.rows {
        free.execute([swap.at])?;
    }
    Ok(())
}

/// Numbers that stand for other units belong to nobody in the plan that the change is a step of, whose edit gives them away; in other
/// plans to whom the unit belonged that they take most of.
fn renew_owners(connection: &Connection, plan: PlanId, patch: &UnitsPatch) -> Result<()> {
    let mut put = connection.prepare(
        "REPLACE INTO assignment SELECT plan.id, ?1, CASE WHEN plan.id = ?3 THEN NULL ELSE kept.territory END
         FROM plan LEFT JOIN temp.kept_assignment AS kept ON kept.plan = plan.id AND kept.unit = ?2",
    )?;
    for (unit, of) in &patch.owners[0] {
        put.execute(params![unit.0, of.map(|of| of.0), plan.0])?;
    }
    connection.execute_batch(&format!(
        "DELETE FROM locked_unit WHERE plan <> {plan}; DELETE FROM adjacency WHERE plan <> {plan}",
        plan = plan.0
    ))?;
    // Of units of another kind the same code means nothing: that of a ZIP area may be that of a county.
    if patch.about.is_none() {
        connection.execute_batch(&format!(
            "INSERT INTO locked_unit SELECT kept_lock.plan, unit.id FROM temp.kept_lock JOIN unit ON unit.code = kept_lock.code
               WHERE kept_lock.plan <> {plan};
             INSERT INTO adjacency SELECT kept_adjacency.plan, min(first.id, second.id), max(first.id, second.id), kept_adjacency.kind
               FROM temp.kept_adjacency JOIN unit AS first ON first.code = kept_adjacency.a
               JOIN unit AS second ON second.code = kept_adjacency.b WHERE kept_adjacency.plan <> {plan}",
            plan = plan.0
        ))?;
    }
    connection
        .execute_batch("DROP TABLE temp.kept_assignment; DROP TABLE temp.kept_lock; DROP TABLE temp.kept_adjacency")
}

/// The columns of `unit_data`, as the values and words of a row are ordered.
fn columns(connection: &Connection) -> Result<Vec<String>> {
    let mut columns = Vec::new();
    for sql in [
        "SELECT sql_name FROM measure WHERE subject = 'unit' ORDER BY id",
        "SELECT sql_name FROM attribute WHERE subject = 'unit' ORDER BY position",
    ] {
        let mut query = connection.prepare(sql)?;
        let names = query.query_map([], |row| row.get::<_, String>(0))?;
        columns.extend(names.collect::<Result<Vec<String>>>()?);
    }
    Ok(columns)
}

fn write_topology(connection: &Connection, patch: &TopologyPatch) -> Result<()> {
    let mut query = connection.prepare("SELECT name, value FROM topology")?;
    let mut rows = query.query([])?;
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(row) = rows.next()? {
        if let ValueRef::Blob(blob) = row.get_ref(1)? {
            blobs.push((row.get(0)?, blob.to_vec()));
        }
    }
    let arrays = decode_topology(blobs.iter().map(|(name, blob)| (name.as_str(), blob.as_slice())));
    let arrays = arrays.and_then(|arrays| patch.apply_to_arrays(&arrays));
    let arrays = arrays.map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    drop(blobs);
    for (name, blob) in encode_topology(&arrays) {
        connection.execute("REPLACE INTO topology VALUES (?1, ?2)", params![name, blob])?;
    }
    Ok(())
}
