//! A reader of PMTiles version 3 archives that are in memory.
//! <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>

use std::io::Read as _;
use std::ops::Range;

use flate2::read::GzDecoder;

/// The length of the header.
const HEADER_BYTES: usize = 127;
/// A directory or tile that unpacks to more than this is damaged.
const MAX_UNPACKED_BYTES: u64 = 64 << 20;
const GZIP: u8 = 2;
/// Directories may point to directories; the format allows three levels.
const MAX_DEPTH: usize = 4;

/// An archive of gzipped tiles.
pub struct PmTiles<'a> {
    bytes: &'a [u8],
    root: Vec<Entry>,
    leaves_at: usize,
    tiles_at: usize,
    pub max_zoom: u8,
}

/// One line of a directory: `run_length` tiles from `tile_id` on share the bytes; 0 means that the bytes are another directory.
#[derive(Clone, Copy)]
struct Entry {
    tile_id: u64,
    run_length: u64,
    length: u64,
    offset: u64,
}

impl<'a> PmTiles<'a> {
    /// Reads the header and the root directory.
    pub fn open(bytes: &'a [u8]) -> Result<Self, String> {
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(b"PMTiles") || bytes[7] != 3 {
            return Err("not a PMTiles archive of version 3".into());
        }
        let (internal_compression, tile_compression) = (bytes[97], bytes[98]);
        if internal_compression != GZIP || tile_compression != GZIP {
            return Err("PMTiles archive: only gzip compression is supported".into());
        }
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        let root = slice(bytes, 0, number(8), number(16))?;
        let position =
            |at: usize| usize::try_from(number(at)).map_err(|_| "PMTiles archive: absurd offset".to_string());
        Ok(Self {
            root: directory(root)?,
            leaves_at: position(40)?,
            tiles_at: position(56)?,
            max_zoom: bytes[101],
            bytes,
        })
    }

    /// The unpacked bytes of a tile; `None` where the archive has none.
    pub fn tile(&self, zoom: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>, String> {
        let Some(id) = tile_id(zoom, x, y) else { return Ok(None) };
        let Some(mut entry) = find(&self.root, id) else { return Ok(None) };
        for _ in 0..MAX_DEPTH {
            if entry.run_length > 0 {
                let held: Range<u64> = entry.tile_id..entry.tile_id.saturating_add(entry.run_length);
                if !held.contains(&id) {
                    return Ok(None);
                }
                return unpack(slice(self.bytes, self.tiles_at, entry.offset, entry.length)?).map(Some);
            }
            let leaf = directory(slice(self.bytes, self.leaves_at, entry.offset, entry.length)?)?;
            match find(&leaf, id) {
                Some(found) => entry = found,
                None => return Ok(None),
            }
        }
        Err("PMTiles archive: directories too deep".into())
    }
}

fn slice(bytes: &[u8], base: usize, offset: u64, length: u64) -> Result<&[u8], String> {
    let start = usize::try_from(offset).ok().and_then(|offset| base.checked_add(offset));
    let end = start.zip(usize::try_from(length).ok()).and_then(|(start, length)| start.checked_add(length));
    start.zip(end).and_then(|(start, end)| bytes.get(start..end)).ok_or_else(|| "PMTiles archive is cut off".into())
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed).take(MAX_UNPACKED_BYTES).read_to_end(&mut bytes);
    read.map_err(|error| format!("PMTiles archive: {error}"))?;
    Ok(bytes)
}

/// The last entry that begins at or before `id`.
fn find(entries: &[Entry], id: u64) -> Option<Entry> {
    entries[..entries.partition_point(|entry| entry.tile_id <= id)].last().copied()
}

/// Number of entries; then the columns tile id (as differences), run length, length, offset (0: follows the entry before it).
fn directory(packed: &[u8]) -> Result<Vec<Entry>, String> {
    let unpacked = unpack(packed)?;
    let mut bytes = unpacked.as_slice();
    let count = varint(&mut bytes)?;
    // Each entry takes at least one byte per column.
    if count > unpacked.len() as u64 / 4 {
        return Err("PMTiles archive: a directory is cut off".into());
    }
    let mut entries = vec![Entry { tile_id: 0, run_length: 0, length: 0, offset: 0 }; count as usize];
    let mut id = 0u64;
    for entry in &mut entries {
        id = id.saturating_add(varint(&mut bytes)?);
        entry.tile_id = id;
    }
    for entry in &mut entries {
        entry.run_length = varint(&mut bytes)?;
    }
    for entry in &mut entries {
        entry.length = varint(&mut bytes)?;
    }
    let mut follows = 0u64;
    for entry in &mut entries {
        entry.offset = varint(&mut bytes)?.checked_sub(1).unwrap_or(follows);
        follows = entry.offset.saturating_add(entry.length);
    }
    Ok(entries)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or("PMTiles archive: a directory is cut off")?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("PMTiles archive: a number is too long".into())
}

/// The number of a tile: all tiles of lower zooms, then its place on the Hilbert curve of its zoom.
fn tile_id(zoom: u8, x: u32, y: u32) -> Option<u64> {
    if zoom > 26 || x >> zoom != 0 || y >> zoom != 0 {
        return None;
    }
    let before = ((1u64 << (2 * zoom)) - 1) / 3;
    let (mut x, mut y, mut along) = (u64::from(x), u64::from(y), 0u64);
    let mut half = (1u64 << zoom) / 2;
    while half > 0 {
        let (right, below) = (u64::from(x & half != 0), u64::from(y & half != 0));
        along += half * half * ((3 * right) ^ below);
        (x, y) = (x & (half - 1), y & (half - 1));
        if below == 0 {
            if right == 1 {
                (x, y) = (half - 1 - x, half - 1 - y);
            }
            (x, y) = (y, x);
        }
        half /= 2;
    }
    Some(before + along)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::basemap::ARCHIVE;

    #[test]
    fn tile_numbers_are_those_of_the_specification() {
        for (tile, id) in [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4)] {
            assert_eq!(tile_id(tile.0, tile.1, tile.2), Some(id));
        }
        assert_eq!(tile_id(12, 3423, 1763), Some(19_078_479));
        assert_eq!(tile_id(3, 8, 0), None);
    }

    #[test]
    fn every_zoom_of_the_embedded_archive_has_tiles() {
        let archive = PmTiles::open(ARCHIVE).unwrap();
        assert_eq!(archive.max_zoom, 7);
        for zoom in 0..=7 {
            let tile = archive.tile(zoom, (1 << zoom) / 4, (3 << zoom) / 8).unwrap();
            assert!(tile.is_some_and(|bytes| bytes.len() > 20), "zoom {zoom}");
        }
        assert_eq!(archive.tile(8, 0, 0), Ok(None));
    }

    #[test]
    fn damaged_archives_are_refused_without_panic() {
        assert!(PmTiles::open(b"PMTiles").is_err());
        let mut bytes = ARCHIVE[..40_000].to_vec();
        let archive = PmTiles::open(&bytes).unwrap();
        assert!(archive.tile(7, 33, 48).is_err());
        for at in 0..HEADER_BYTES {
            bytes[at] ^= 0xff;
            if let Ok(archive) = PmTiles::open(&bytes) {
                for zoom in 0..8 {
                    let _ = archive.tile(zoom, 0, 0);
                }
            }
            bytes[at] ^= 0xff;
        }
    }
}
