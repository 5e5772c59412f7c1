//! Changes of places of accounts in the journal: account by account the old and the new place.

use super::blobs::{Bytes, put_u32};
use crate::domain::accounts::Placement;
use crate::domain::ids::UnitId;
use crate::domain::places::{AccountPlace, Places};
use crate::domain::sphere::LonLat;

/// The numbers of kinds in the journal, which stay what they are.
const KINDS: [Placement; 7] = [
    Placement::Unplaced,
    Placement::Coordinates,
    Placement::PostalCode,
    Placement::Town,
    Placement::Region,
    Placement::Online,
    Placement::ByHand,
];

pub(super) fn encode(out: &mut Vec<u8>, places: &Places) {
    put_u32(out, places.rows.len());
    for ((row, old), new) in places.rows.iter().zip(&places.old).zip(&places.new) {
        out.extend(row.to_le_bytes());
        for side in [old, new] {
            out.extend(side.place.lon.to_le_bytes());
            out.extend(side.place.lat.to_le_bytes());
            out.push(KINDS.iter().position(|kind| *kind == side.placement).unwrap_or(0) as u8);
            out.extend(side.precision_km.to_le_bytes());
            out.extend(side.unit.map_or(u32::MAX, |unit| unit.0).to_le_bytes());
        }
    }
}

pub(super) fn decode(bytes: &mut Bytes) -> Result<Places, String> {
    let count = bytes.count(4 + 2 * 25)?;
    let mut places = Places { rows: Vec::with_capacity(count), old: Vec::new(), new: Vec::new() };
    for _ in 0..count {
        places.rows.push(bytes.u32()?);
        for side in [&mut places.old, &mut places.new] {
            let place = LonLat::new(f64::from_le_bytes(bytes.array()?), f64::from_le_bytes(bytes.array()?));
            let kind = bytes.u8()?;
            let placement = *KINDS.get(usize::from(kind)).ok_or_else(|| format!("a place of unknown kind {kind}"))?;
            let precision_km = f32::from_le_bytes(bytes.array()?);
            let unit = Some(bytes.u32()?).filter(|&unit| unit != u32::MAX).map(UnitId);
            side.push(AccountPlace { place, placement, precision_km, unit });
        }
    }
    Ok(places)
}
