//! The blobs of the file: little-endian, a version byte first, every length checked. docs/file-format.md has the layout.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::accounts_patch;
use super::cell_blobs;
use super::computed_blobs;
use super::layer_blobs;
use super::place_blobs;
use super::units_patch;
use crate::domain::edit::{Change, Edit};
use crate::domain::hierarchy::Group;
use crate::domain::ids::{AccountId, GroupId, MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Territory};
use crate::domain::sphere::LonLat;
use crate::domain::topology::{ArcUse, TopologyArrays};

/// The layout version that is written; the first byte of every blob.
const VERSION: u8 = 1;

/// The changes of a large edit are compressed: this byte, the length before in four bytes, a zlib stream of the rest.
const COMPRESSED: u8 = 2;

/// From so many bytes on they are. Replaced units and accounts take megabytes, everything else a few bytes a change.
const LARGE: usize = 64 * 1024;

/// A zlib stream does not shrink anything further: a longer length is a lie.
const MOST_SHRUNK: usize = 1_100;

/// The kind of change that replaces accounts.
const ACCOUNTS: u8 = 13;
/// The kind of change that replaces units.
const UNITS: u8 = 12;
/// The same for a new vintage of units, in which numbers stand for other units.
const VINTAGE: u8 = 17;
/// The kind of change of imported values.
const CELLS: u8 = 10;
const PLACES: u8 = 14;
/// The kind of changes of computed columns and of segments.
const COMPUTED: u8 = 15;
/// The kind of changes of layers beside the units.
const LAYER: u8 = 18;

/// An array of numbers: version, element width in bytes, two zero bytes, then the elements.
const ARRAY_HEADER: usize = 4;

/// The arrays of a topology as rows of the table `topology`.
pub fn encode_topology(arrays: &TopologyArrays) -> Vec<(&'static str, Vec<u8>)> {
    let plain = |list: &[u32]| encode_array(list.iter().map(|value| value.to_le_bytes()));
    vec![
        ("points", encode_array(arrays.points.iter().flat_map(|p| [p.lon.to_le_bytes(), p.lat.to_le_bytes()]))),
        ("arc_starts", plain(&arrays.arc_starts)),
        ("arc_left", plain(&arrays.arc_left)),
        ("arc_right", plain(&arrays.arc_right)),
        ("ring_arcs", encode_array(arrays.ring_arcs.iter().map(|arc| arc.0.to_le_bytes()))),
        ("ring_starts", plain(&arrays.ring_starts)),
        ("polygon_starts", plain(&arrays.polygon_starts)),
        ("unit_starts", plain(&arrays.unit_starts)),
        ("links", encode_array(arrays.links.iter().flat_map(|pair| pair.map(u32::to_le_bytes)))),
    ]
}

/// The inverse of [`encode_topology`]. Missing arrays are empty, unknown ones ignored; whether they fit together is checked by
/// `Topology::from_arrays`.
pub fn decode_topology<'a>(rows: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<TopologyArrays, String> {
    let mut arrays = TopologyArrays::default();
    for (name, blob) in rows {
        let plain = || decode_array(blob, u32::from_le_bytes);
        let decoded = match name {
            "points" => decode_array(blob, f64::from_le_bytes).and_then(|numbers| {
                let (pairs, rest) = numbers.as_chunks::<2>();
                arrays.points = pairs.iter().map(|&[lon, lat]| LonLat::new(lon, lat)).collect();
                if rest.is_empty() { Ok(()) } else { Err("an odd count of coordinates".into()) }
            }),
            "arc_starts" => plain().map(|list| arrays.arc_starts = list),
            "arc_left" => plain().map(|list| arrays.arc_left = list),
            "arc_right" => plain().map(|list| arrays.arc_right = list),
            "ring_arcs" => decode_array(blob, |bytes| ArcUse(i32::from_le_bytes(bytes))).map(|l| arrays.ring_arcs = l),
            "ring_starts" => plain().map(|list| arrays.ring_starts = list),
            "polygon_starts" => plain().map(|list| arrays.polygon_starts = list),
            "unit_starts" => plain().map(|list| arrays.unit_starts = list),
            "links" => plain().and_then(|numbers| {
                let (pairs, rest) = numbers.as_chunks::<2>();
                arrays.links = pairs.to_vec();
                if rest.is_empty() { Ok(()) } else { Err("an odd count of linked units".into()) }
            }),
            _ => Ok(()),
        };
        decoded.map_err(|why| format!("array \"{name}\": {why}"))?;
    }
    Ok(arrays)
}

/// The changes of an edit: version, count, then per change a kind and its values.
pub fn encode_changes(changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::with_capacity(5 + changes.len() * 9);
    out.push(VERSION);
    put_u32(&mut out, changes.len());
    for change in changes {
        match change {
            Change::Assign { unit, old, new } => {
                out.push(1);
                out.extend(unit.0.to_le_bytes());
                out.extend(old.0.to_le_bytes());
                out.extend(new.0.to_le_bytes());
            }
            Change::Override { account, old, new } => {
                out.push(2);
                out.extend(account.0.to_le_bytes());
                for owner in [old, new] {
                    out.push(u8::from(owner.is_some()));
                    out.extend(owner.unwrap_or_default().0.to_le_bytes());
                }
            }
            Change::Territory { id, old, new } => {
                out.push(5);
                out.extend(id.0.to_le_bytes());
                for territory in [old, new] {
                    out.push(u8::from(territory.is_some()));
                    if let Some(territory) = territory {
                        put_territory(&mut out, territory);
                    }
                }
            }
            Change::LockUnit { unit, old, new } => {
                out.push(4);
                out.extend(unit.0.to_le_bytes());
                out.extend([u8::from(*old), u8::from(*new)]);
            }
            Change::LockAccount { account, old, new } => {
                out.push(6);
                out.extend(account.0.to_le_bytes());
                out.extend([u8::from(*old), u8::from(*new)]);
            }
            Change::Levels { old, new } => {
                out.push(7);
                for names in [old, new] {
                    out.push(u8::try_from(names.len()).unwrap_or(u8::MAX));
                    names.iter().for_each(|name| put_text(&mut out, name));
                }
            }
            Change::Group { id, old, new } => {
                out.push(8);
                out.extend(id.0.to_le_bytes());
                for group in [old, new] {
                    out.push(u8::from(group.is_some()));
                    if let Some(group) = group {
                        put_group(&mut out, group);
                    }
                }
            }
            Change::Adjacency { units, old, new } => {
                out.push(9);
                units.iter().for_each(|unit| out.extend(unit.0.to_le_bytes()));
                out.extend([old, new].map(|adjacency| adjacency_byte(*adjacency)));
            }
            Change::Units(patch) if patch.renumbers() => {
                out.push(VINTAGE);
                units_patch::encode(&mut out, patch);
                units_patch::encode_owners(&mut out, patch);
            }
            Change::Units(patch) => {
                out.push(UNITS);
                units_patch::encode(&mut out, patch);
            }
            Change::Accounts(patch) => {
                out.push(ACCOUNTS);
                accounts_patch::encode(&mut out, patch);
            }
            Change::Cells(cells) => {
                out.push(CELLS);
                cell_blobs::encode(&mut out, cells);
            }
            Change::Places(places) => {
                out.push(PLACES);
                place_blobs::encode(&mut out, places);
            }
            Change::Column(change) => {
                out.push(COMPUTED);
                computed_blobs::encode(&mut out, change);
            }
            Change::Segments { old, new } => {
                out.push(COMPUTED);
                computed_blobs::encode_segments(&mut out, [old, new]);
            }
            Change::Layer(change) => {
                out.push(LAYER);
                layer_blobs::encode(&mut out, change);
            }
        }
    }
    if out.len() >= LARGE { compressed(&out).unwrap_or(out) } else { out }
}

/// The same in fewer bytes. The fastest level: the writer must not fall behind, and half of what can be saved is saved by it.
fn compressed(changes: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![COMPRESSED];
    out.extend(u32::try_from(changes.len()).ok()?.to_le_bytes());
    let mut encoder = ZlibEncoder::new(out, Compression::fast());
    encoder.write_all(changes).ok()?;
    encoder.finish().ok()
}

fn inflated(mut bytes: Bytes) -> Result<Vec<u8>, String> {
    let length = bytes.u32()? as usize;
    if length > bytes.left().saturating_mul(MOST_SHRUNK) {
        return Err("its length cannot be right".into());
    }
    // What is announced need not be there.
    let mut out = Vec::with_capacity(length.min(64 << 20));
    let read = ZlibDecoder::new(bytes.0).take(length as u64 + 1).read_to_end(&mut out);
    match read {
        Ok(read) if read == length => Ok(out),
        _ => Err("it cannot be unpacked".into()),
    }
}

/// The inverse of [`encode_changes`].
pub fn decode_changes(label: String, blob: &[u8]) -> Result<Edit, String> {
    let mut bytes = Bytes(blob);
    if blob.first() == Some(&COMPRESSED) {
        let _ = bytes.u8()?;
        let plain = inflated(bytes)?;
        // Only once: a stream within a stream is no edit.
        return if plain.first() == Some(&VERSION) {
            decode_changes(label, &plain)
        } else {
            Err("it is no edit".into())
        };
    }
    let version = bytes.u8()?;
    if version != VERSION {
        return Err(format!("layout version {version}, expected {VERSION}"));
    }
    let count = bytes.u32()? as usize;
    // The smallest change takes seven bytes: a count beyond that is damage, and must not make us reserve memory for it.
    let mut changes = Vec::with_capacity(count.min(blob.len() / 7));
    for _ in 0..count {
        changes.push(match bytes.u8()? {
            1 => Change::Assign { unit: UnitId(bytes.u32()?), old: bytes.territory()?, new: bytes.territory()? },
            2 => Change::Override { account: AccountId(bytes.u32()?), old: bytes.owner()?, new: bytes.owner()? },
            // Kind 3 was written before territories could stand in groups.
            kind @ (3 | 5) => {
                let id = bytes.territory()?;
                let mut side =
                    || Ok::<_, String>(if bytes.flag()? { Some(bytes.properties(kind == 5)?) } else { None });
                Change::Territory { id, old: side()?, new: side()? }
            }
            4 => Change::LockUnit { unit: UnitId(bytes.u32()?), old: bytes.flag()?, new: bytes.flag()? },
            6 => Change::LockAccount { account: AccountId(bytes.u32()?), old: bytes.flag()?, new: bytes.flag()? },
            7 => {
                let mut names = || (0..bytes.u8()?).map(|_| bytes.text()).collect::<Result<Vec<String>, String>>();
                Change::Levels { old: names()?, new: names()? }
            }
            8 => {
                let id = GroupId(bytes.u16()?);
                let mut side = || Ok::<_, String>(if bytes.flag()? { Some(bytes.group()?) } else { None });
                Change::Group { id, old: side()?, new: side()? }
            }
            9 => Change::Adjacency {
                units: [UnitId(bytes.u32()?), UnitId(bytes.u32()?)],
                old: bytes.adjacency()?,
                new: bytes.adjacency()?,
            },
            UNITS => Change::Units(Arc::new(units_patch::decode(&mut bytes)?)),
            VINTAGE => Change::Units(Arc::new(units_patch::decode_with_owners(&mut bytes)?)),
            ACCOUNTS => Change::Accounts(Arc::new(accounts_patch::decode(&mut bytes)?)),
            CELLS => Change::Cells(Arc::new(cell_blobs::decode(&mut bytes)?)),
            PLACES => Change::Places(Arc::new(place_blobs::decode(&mut bytes)?)),
            COMPUTED => computed_blobs::decode(&mut bytes)?,
            LAYER => Change::Layer(Arc::new(layer_blobs::decode(&mut bytes)?)),
            kind => return Err(format!("a change of unknown kind {kind}")),
        });
    }
    if bytes.0.is_empty() { Ok(Edit { label, changes }) } else { Err("bytes after the last change".into()) }
}

fn encode_array<const N: usize>(elements: impl Iterator<Item = [u8; N]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(ARRAY_HEADER + elements.size_hint().0 * N);
    out.extend([VERSION, N as u8, 0, 0]);
    for element in elements {
        out.extend(element);
    }
    out
}

fn decode_array<const N: usize, T>(blob: &[u8], decode: impl Fn([u8; N]) -> T) -> Result<Vec<T>, String> {
    let Some((header, elements)) = blob.split_at_checked(ARRAY_HEADER) else { return Err("it is cut off".into()) };
    if header[0] != VERSION {
        return Err(format!("layout version {}, expected {VERSION}", header[0]));
    }
    let (elements, rest) = elements.as_chunks::<N>();
    if usize::from(header[1]) != N || !rest.is_empty() {
        return Err(format!("expected elements of {N} bytes"));
    }
    Ok(elements.iter().map(|&element| decode(element)).collect())
}

pub(super) fn put_u32(out: &mut Vec<u8>, value: usize) {
    out.extend(u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_u32(out, text.len());
    out.extend(text.as_bytes());
}

fn put_territory(out: &mut Vec<u8>, territory: &Territory) {
    put_text(out, &territory.name);
    out.extend(territory.colour);
    out.push(u8::from(territory.rep.is_some()));
    out.extend(territory.rep.unwrap_or_default().0.to_le_bytes());
    out.push(u8::from(territory.locked));
    put_text(out, &territory.note);
    put_u32(out, territory.targets.len());
    for (measure, target) in &territory.targets {
        out.extend(measure.0.to_le_bytes());
        out.extend(target.to_le_bytes());
    }
    out.extend(territory.parent.unwrap_or_default().0.to_le_bytes());
}

fn put_group(out: &mut Vec<u8>, group: &Group) {
    put_text(out, &group.name);
    out.push(group.level);
    out.extend(group.parent.unwrap_or_default().0.to_le_bytes());
    out.extend(group.colour);
    out.push(u8::from(group.rep.is_some()));
    out.extend(group.rep.unwrap_or_default().0.to_le_bytes());
    out.push(u8::from(group.locked));
    put_text(out, &group.note);
}

fn adjacency_byte(adjacency: Option<Adjacency>) -> u8 {
    match adjacency {
        None => 0,
        Some(Adjacency::Bridge) => 1,
        Some(Adjacency::Barrier) => 2,
    }
}

/// What is left to read of a blob.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or("it is cut off")?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The length of a list whose entries take so many bytes at least: a number beyond what is left is damage.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, String> {
        let count = self.u32()? as usize;
        if count <= self.0.len() / least { Ok(count) } else { Err("it is cut off".into()) }
    }

    /// How many bytes there are.
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }

    pub(super) fn u8(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn flag(&mut self) -> Result<bool, String> {
        Ok(self.u8()? != 0)
    }

    pub(super) fn u16(&mut self) -> Result<u16, String> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn text(&mut self) -> Result<String, String> {
        let length = self.u32()? as usize;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn territory(&mut self) -> Result<TerritoryId, String> {
        Ok(TerritoryId(self.u16()?))
    }

    fn owner(&mut self) -> Result<Option<TerritoryId>, String> {
        let (some, id) = (self.flag()?, self.territory()?);
        Ok(some.then_some(id))
    }

    fn properties(&mut self, with_parent: bool) -> Result<Box<Territory>, String> {
        let name = self.text()?;
        let colour = self.array()?;
        let (has_rep, rep) = (self.flag()?, RepId(self.u16()?));
        let locked = self.flag()?;
        let note = self.text()?;
        let mut targets = BTreeMap::new();
        for _ in 0..self.u32()? {
            let (measure, target) = (MeasureId(self.u16()?), f64::from_le_bytes(self.array()?));
            if target.is_finite() {
                targets.insert(measure, target);
            }
        }
        let parent = if with_parent { self.parent()? } else { None };
        Ok(Box::new(Territory { name, colour, rep: has_rep.then_some(rep), parent, targets, locked, note }))
    }

    fn group(&mut self) -> Result<Box<Group>, String> {
        let (name, level, parent, colour) = (self.text()?, self.u8()?, self.parent()?, self.array()?);
        let (has_rep, rep) = (self.flag()?, RepId(self.u16()?));
        let (locked, note) = (self.flag()?, self.text()?);
        Ok(Box::new(Group { name, level, parent, colour, rep: has_rep.then_some(rep), locked, note }))
    }

    /// Groups count from 1; 0 is none.
    fn parent(&mut self) -> Result<Option<GroupId>, String> {
        Ok(Some(GroupId(self.u16()?)).filter(|&id| id != GroupId::default()))
    }

    fn adjacency(&mut self) -> Result<Option<Adjacency>, String> {
        match self.u8()? {
            0 => Ok(None),
            1 => Ok(Some(Adjacency::Bridge)),
            2 => Ok(Some(Adjacency::Barrier)),
            other => Err(format!("neighbours of unknown kind {other}")),
        }
    }
}
