//! Geometries as databases hold them: well-known binary (OGC 06-103r4; ISO 13249-3 for the numbers of kinds with heights and
//! measures) in the envelope that GeoPackage puts around it (OGC 12-128r18, 2.1.3).

use super::found::Features;
use crate::domain::polygon::Ring;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;

/// A collection in a collection in a collection: deeper ones are not followed.
const MAX_DEPTH: usize = 16;

/// Why a geometry cannot be used. `Failed` ends the whole import.
pub(super) enum Wrong {
    Geometry(&'static str),
    Failed(UserError),
}

impl From<UserError> for Wrong {
    fn from(error: UserError) -> Self {
        Self::Failed(error)
    }
}

/// Adds the geometry in a GeoPackage's blob to the feature at work. Tells whether it had heights or measures.
pub(super) fn add_geopackage(
    blob: &[u8],
    features: &mut Features,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<bool, Wrong> {
    let (Some(b"GP"), Some(&flags)) = (blob.get(..2), blob.get(3)) else {
        return Err(Wrong::Geometry("the geometry is not in GeoPackage's form"));
    };
    if flags & 0b10_0000 != 0 {
        return Err(Wrong::Geometry("the geometry is of a kind of its own (an extension)"));
    }
    let envelope = match (flags >> 1) & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(Wrong::Geometry("the envelope of the geometry is damaged")),
    };
    if flags & 0b1_0000 != 0 {
        return Err(Wrong::Geometry("the geometry is empty"));
    }
    let mut reader = Reader { bytes: blob.get(8 + envelope..).unwrap_or_default(), has_more: false };
    reader.geometry(features, diagnostics, 0)?;
    Ok(reader.has_more)
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Heights or measures were skipped.
    has_more: bool,
}

/// How numbers are written, and how many of them a vertex has.
#[derive(Clone, Copy)]
struct Form {
    little: bool,
    numbers: usize,
}

const CUT_OFF: Wrong = Wrong::Geometry("the geometry is cut off");

impl Reader<'_> {
    fn geometry(
        &mut self,
        features: &mut Features,
        diagnostics: &mut Vec<Diagnostic>,
        depth: usize,
    ) -> Result<(), Wrong> {
        if depth > MAX_DEPTH {
            return Err(Wrong::Geometry("the geometry is nested too deeply"));
        }
        let (kind, form) = self.head()?;
        match kind {
            1 => {
                let place = self.place(form)?;
                // A point without a place is written as two numbers that are none.
                if !place.lon.is_nan() {
                    features.point(place, diagnostics)?;
                }
            }
            3 | 17 => {
                let rings = self.rings(form)?;
                features.polygon(rings, diagnostics)?;
            }
            4..=7 | 12 | 15 | 16 => {
                let count = self.count(form, 5)?;
                for _ in 0..count {
                    self.geometry(features, diagnostics, depth + 1)?;
                }
            }
            2 => {
                let count = self.count(form, 8 * form.numbers)?;
                self.skip(count * 8 * form.numbers)?;
                features.other("LineString", diagnostics);
            }
            // Their lengths cannot be known without understanding them: the rest of the geometry is lost, too.
            8..=11 | 13 | 14 => {
                self.bytes = &[];
                return Err(Wrong::Geometry("the geometry has curves, which are not supported"));
            }
            _ => return Err(Wrong::Geometry("the geometry is of a kind that is not known")),
        }
        Ok(())
    }

    fn head(&mut self) -> Result<(u32, Form), Wrong> {
        let little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return Err(Wrong::Geometry("the geometry is damaged")),
        };
        let written = self.u32(little)?;
        // PostGIS sets bits for heights, measures and the coordinate system; ISO adds thousands.
        let (bits, plain) = (written & 0xE000_0000, written & 0x1FFF_FFFF);
        if bits & 0x2000_0000 != 0 {
            self.take::<4>()?;
        }
        let (thousands, kind) = (plain / 1000, plain % 1000);
        let more = match thousands {
            0 => (bits >> 31) as usize + ((bits >> 30) & 1) as usize,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(Wrong::Geometry("the geometry is of a kind that is not known")),
        };
        self.has_more |= more > 0;
        Ok((kind, Form { little, numbers: 2 + more }))
    }

    fn rings(&mut self, form: Form) -> Result<Vec<Ring>, Wrong> {
        let count = self.count(form, 4)?;
        // An empty ring takes more room here than in the file.
        let mut rings = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            let places = self.count(form, 8 * form.numbers)?;
            let mut ring = Vec::with_capacity(places);
            for _ in 0..places {
                ring.push(self.place(form)?);
            }
            rings.push(ring);
        }
        Ok(rings)
    }

    fn place(&mut self, form: Form) -> Result<LonLat, Wrong> {
        let mut number = || {
            let bytes = self.take::<8>()?;
            Ok::<f64, Wrong>(if form.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
        };
        let place = LonLat::new(number()?, number()?);
        self.skip(8 * (form.numbers - 2))?;
        Ok(place)
    }

    /// A number of things that take at least `bytes` each: more than there is room for are none.
    fn count(&mut self, form: Form, bytes: usize) -> Result<usize, Wrong> {
        let count = self.u32(form.little)? as usize;
        if count > self.bytes.len() / bytes { Err(CUT_OFF) } else { Ok(count) }
    }

    fn u32(&mut self, little: bool) -> Result<u32, Wrong> {
        let bytes = self.take::<4>()?;
        Ok(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let (first, rest) = self.bytes.split_first_chunk::<N>().ok_or(CUT_OFF)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn skip(&mut self, count: usize) -> Result<(), Wrong> {
        self.bytes = self.bytes.get(count..).ok_or(CUT_OFF)?;
        Ok(())
    }
}
