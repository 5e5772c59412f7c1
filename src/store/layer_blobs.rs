//! Changes of layers in the journal: a layer that comes or goes is written whole, so that taking the step back needs nothing else.

use super::blobs::{Bytes, decode_topology, encode_topology, put_text, put_u32};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::MeasureId;
use crate::domain::reference::{LayerChange, LayerColour, LayerLook, LayerWidth, ReferenceLayer};
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::Topology;
use crate::domain::units::Units;

const WHOLE: u8 = 0;
const RENAMED: u8 = 1;

pub(super) fn encode(out: &mut Vec<u8>, change: &LayerChange) {
    match change {
        LayerChange::Whole { at, old, new } => {
            out.push(WHOLE);
            out.extend(at.to_le_bytes());
            for side in [old, new] {
                out.push(u8::from(side.is_some()));
                if let Some(layer) = side {
                    put_layer(out, layer);
                }
            }
        }
        LayerChange::Renamed { at, old, new } => {
            out.push(RENAMED);
            out.extend(at.to_le_bytes());
            put_text(out, old);
            put_text(out, new);
        }
    }
}

fn put_layer(out: &mut Vec<u8>, layer: &ReferenceLayer) {
    let (areas, look) = (&*layer.areas, layer.look);
    for text in [&layer.name, &areas.kind, &areas.attribution] {
        put_text(out, text);
    }
    out.extend([u8::from(areas.approximate), u8::from(look.visible)]);
    put_text(out, look.colour.word());
    put_text(out, look.width.word());
    put_u32(out, areas.len());
    for area in 0..areas.len() {
        put_text(out, &areas.codes[area]);
        put_text(out, &areas.names[area]);
        let (centre, Bounds { min, max }) = (areas.centres[area], areas.bounds[area]);
        let numbers = [centre.lon, centre.lat, areas.areas_km2[area], min.lon, min.lat, max.lon, max.lat];
        numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
    }
    put_u32(out, areas.attributes.len());
    for column in &areas.attributes {
        put_text(out, &column.name);
        put_u32(out, column.words().len());
        column.words().iter().for_each(|word| put_text(out, word));
        column.codes().iter().for_each(|code| out.extend(code.to_le_bytes()));
    }
    put_u32(out, layer.measures.len());
    for measure in layer.measures.iter() {
        put_text(out, &measure.name);
        put_text(out, &measure.unit);
        let (aggregate, weight) = match measure.aggregate {
            Aggregate::Sum => (0, 0),
            Aggregate::Mean { weight: None } => (1, 0),
            Aggregate::Mean { weight: Some(weight) } => (2, weight.0),
        };
        out.push(aggregate);
        out.extend(u16::to_le_bytes(weight));
        measure.values.iter().for_each(|value| out.extend(value.to_le_bytes()));
    }
    let arrays = encode_topology(areas.topology.arrays());
    put_u32(out, arrays.len());
    for (name, blob) in arrays {
        put_text(out, name);
        put_u32(out, blob.len());
        out.extend(blob);
    }
}

pub(super) fn decode(bytes: &mut Bytes) -> Result<LayerChange, String> {
    let (kind, at) = (bytes.u8()?, bytes.u16()?);
    match kind {
        WHOLE => {
            let mut side = || Ok::<_, String>(if bytes.flag()? { Some(Box::new(layer(bytes)?)) } else { None });
            Ok(LayerChange::Whole { at, old: side()?, new: side()? })
        }
        RENAMED => Ok(LayerChange::Renamed { at, old: bytes.text()?, new: bytes.text()? }),
        other => Err(format!("a change of a layer of unknown kind {other}")),
    }
}

fn layer(bytes: &mut Bytes) -> Result<ReferenceLayer, String> {
    let name = bytes.text()?;
    let mut areas = Units::default();
    (areas.kind, areas.attribution) = (bytes.text()?, bytes.text()?);
    areas.approximate = bytes.flag()?;
    let visible = bytes.flag()?;
    let colour = LayerColour::of_word(&bytes.text()?).unwrap_or_default();
    let width = LayerWidth::of_word(&bytes.text()?).unwrap_or_default();
    let count = bytes.count(64)?;
    for _ in 0..count {
        areas.codes.push(bytes.text()?);
        areas.names.push(bytes.text()?);
        areas.centres.push(place(bytes)?);
        areas.areas_km2.push(real(bytes)?);
        areas.bounds.push(Bounds { min: place(bytes)?, max: place(bytes)? });
    }
    for _ in 0..bytes.count(8)? {
        let name = bytes.text()?;
        let words = (0..bytes.count(4)?).map(|_| bytes.text()).collect::<Result<Vec<String>, _>>()?;
        let codes = column(bytes, count, 4, |bytes| bytes.u32())?;
        areas.attributes.push(TextColumn::from_words(name, &words, &codes));
    }
    let mut measures = Vec::new();
    for _ in 0..bytes.count(11)? {
        let (name, unit, aggregate, weight) = (bytes.text()?, bytes.text()?, bytes.u8()?, MeasureId(bytes.u16()?));
        let aggregate = match aggregate {
            0 => Aggregate::Sum,
            1 => Aggregate::Mean { weight: None },
            _ => Aggregate::Mean { weight: Some(weight) },
        };
        let values = column(bytes, count, 8, real)?;
        measures.push(Measure { name, unit, subject: Subject::Units, aggregate, values });
    }
    let mut arrays = Vec::new();
    for _ in 0..bytes.count(8)? {
        let (name, length) = (bytes.text()?, bytes.count(1)?);
        arrays.push((name, bytes.take(length)?));
    }
    let arrays = decode_topology(arrays.iter().map(|(name, blob)| (name.as_str(), *blob)))?;
    let areas = areas.with_topology(Topology::from_arrays(arrays)?)?;
    let look = LayerLook { visible, colour, width };
    Ok(ReferenceLayer { name, areas: areas.into(), measures: measures.into(), look })
}

/// One value per area.
fn column<T>(
    bytes: &mut Bytes,
    count: usize,
    width: usize,
    value: impl Fn(&mut Bytes) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    if bytes.left() / width < count {
        return Err("it is cut off".into());
    }
    (0..count).map(|_| value(bytes)).collect()
}

fn real(bytes: &mut Bytes) -> Result<f64, String> {
    Ok(f64::from_le_bytes(bytes.array()?))
}

fn place(bytes: &mut Bytes) -> Result<LonLat, String> {
    Ok(LonLat::new(real(bytes)?, real(bytes)?))
}
