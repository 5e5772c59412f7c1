//! A look at old workbooks (XLS) before the library reads them: it makes room for a sheet's whole rectangle at once, and believes the size that
//! the sheet announces.
//!
//! Sources: [MS-CFB] Compound File Binary File Format, sections 2.2 to 2.6; [MS-XLS] Excel Binary File Format, sections 2.4.84 (Dimensions)
//! and 2.5 (cells).

use crate::error::UserError;

/// What a sheet of an old workbook can have.
const MAX_ROWS: u64 = 65_536;
const MAX_COLUMNS: u64 = 256;

/// Rectangles of all sheets together: half a gigabyte in the library's memory.
const MAX_CELLS: u64 = 20_000_000;

/// Makes sure that the sheets of an old workbook are not larger than they can be.
///
/// # Errors
/// A file that is no workbook, is encrypted, damaged, or whose sheets are too large.
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<(), UserError> {
    let compound = Compound::open(bytes).ok_or_else(|| super::damaged(file, "its list of streams is broken"))?;
    if compound.stream("EncryptedPackage").is_some() {
        return Err(super::refused(file, "password"));
    }
    let Some(stream) = compound.stream("Workbook").or_else(|| compound.stream("Book")) else {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("it is an old Office document, but no workbook")
            .hint("save the table as CSV or XLSX"));
    };
    match cells_of(&stream) {
        Some(cells) if cells <= MAX_CELLS => Ok(()),
        Some(_) => Err(UserError::new(format!("Could not read {file}"))
            .because("its sheets span more than 20 million cells, most of them empty")
            .hint("save it as XLSX")),
        None => Err(super::damaged(file, "a sheet announces a size that no sheet can have")),
    }
}

/// The rectangles of all sheets added up; `None` where one is larger than a sheet can be.
fn cells_of(stream: &[u8]) -> Option<u64> {
    let (mut all, mut rest) = (0, stream);
    let mut corner: Option<[u64; 4]> = None;
    let close = |corner: &mut Option<[u64; 4]>| {
        corner.take().map_or(0, |[top, left, bottom, right]| (bottom - top + 1) * (right - left + 1))
    };
    while let [a, b, c, d, body @ ..] = rest {
        let (kind, length) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let Some(data) = body.get(..length) else { break };
        rest = &body[length..];
        let word = |at: usize| data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])));
        let long = |at: usize| word(at) | word(at + 2) << 16;
        match kind {
            // The beginning of a sheet, and its end.
            0x0809 | 0x000A => all += close(&mut corner),
            0x0200 => {
                let (top, bottom, left, right) = match length {
                    10 => (word(0), word(2), word(4), word(6)),
                    _ => (long(0), long(4), word(8), word(10)),
                };
                let plausible = top <= bottom && bottom <= MAX_ROWS && left <= right && right <= MAX_COLUMNS;
                if !plausible {
                    return None;
                }
                all += (bottom - top) * (right - left);
            }
            // Cells: number, label, rich string, boolean or error, RK number, string of the table, several RK numbers, formula.
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD | 0x0006 if length >= 4 => {
                let (row, column) = (word(0), word(2));
                let last = if kind == 0x00BD { word(length - 2).max(column) } else { column };
                let [top, left, bottom, right] = corner.unwrap_or([row, column, row, last]);
                corner = Some([top.min(row), left.min(column), bottom.max(row), right.max(last)]);
            }
            _ => {}
        }
        if all > MAX_CELLS {
            return Some(all);
        }
    }
    Some(all + close(&mut corner))
}

/// A compound file: a little file system.
struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// Per sector the next of its chain.
    next: Vec<u32>,
    mini_next: Vec<u32>,
    mini_stream: Vec<u8>,
    mini_limit: u64,
    directory: Vec<u8>,
}

/// What ends a chain, and everything else that is no sector.
const LAST_SECTOR: u32 = 0xFFFF_FFFA;

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let shift = word(0x1E).filter(|shift| (7..=12).contains(shift))?;
        let sector = 1_usize << shift;
        let mut compound = Self {
            bytes,
            sector,
            next: Vec::new(),
            mini_next: Vec::new(),
            mini_stream: Vec::new(),
            mini_limit: u64::from(long(0x38)?),
            directory: Vec::new(),
        };
        // The sectors that hold the chains: 109 are named in the header, the others in a chain of their own.
        let mut tables: Vec<u32> = (0..109).filter_map(|at| long(0x4C + at * 4)).collect();
        let mut more = long(0x44)?;
        let most = bytes.len() / sector + 1;
        for _ in 0..most {
            let Some(piece) = compound.sector_at(more) else { break };
            let entries: Vec<u32> = words_of(piece).collect();
            let (next, listed) = entries.split_last()?;
            tables.extend(listed);
            more = *next;
        }
        for table in tables.into_iter().filter(|&table| table < LAST_SECTOR).take(most) {
            let piece = compound.sector_at(table)?;
            compound.next.extend(words_of(piece));
        }
        compound.directory = compound.chain(long(0x30)?);
        compound.mini_next = words_of(&compound.chain(long(0x3C)?)).collect();
        let (start, size) = compound.directory.get(..128).map(place_of)?;
        compound.mini_stream = compound.chain(start);
        compound.mini_stream.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(compound)
    }

    fn sector_at(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = (start + self.sector).min(self.bytes.len());
        (number < LAST_SECTOR).then(|| self.bytes.get(start..end))?
    }

    /// The sectors of a chain, one after the other. A chain that bites its tail ends with the size of the file.
    fn chain(&self, first: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let mut number = first;
        while let Some(piece) = self.sector_at(number) {
            content.extend_from_slice(piece);
            if content.len() > self.bytes.len() {
                break;
            }
            number = self.next.get(number as usize).copied().unwrap_or(u32::MAX);
        }
        content
    }

    fn stream(&self, wanted: &str) -> Option<Vec<u8>> {
        let entry = self.directory.chunks_exact(128).find(|entry| {
            let length = usize::from(u16::from_le_bytes([entry[0x40], entry[0x41]])).clamp(2, 64) - 2;
            let name: Vec<u16> =
                entry[..length].chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
            String::from_utf16_lossy(&name).eq_ignore_ascii_case(wanted)
        })?;
        let (start, size) = place_of(entry);
        let mut content = if size < self.mini_limit {
            let mut content = Vec::new();
            let mut number = start as usize;
            while let Some(piece) = self.mini_stream.get(number * 64..(number * 64 + 64).min(self.mini_stream.len())) {
                content.extend_from_slice(piece);
                match self.mini_next.get(number) {
                    Some(&next) if next < LAST_SECTOR && content.len() <= self.mini_stream.len() => {
                        number = next as usize
                    }
                    _ => break,
                }
            }
            content
        } else {
            self.chain(start)
        };
        content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(content)
    }
}

/// Where a directory entry's stream begins, and its size.
fn place_of(entry: &[u8]) -> (u32, u64) {
    let long = |at: usize| {
        let four = entry.get(at..at + 4).and_then(|four| four.try_into().ok()).unwrap_or([0; 4]);
        u32::from_le_bytes(four)
    };
    (long(0x74), u64::from(long(0x78)))
}

fn words_of(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}
