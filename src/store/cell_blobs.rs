//! Changes of imported values in the journal: the column, then row by row the old and the new value.

use super::blobs::{Bytes, put_text, put_u32};
use crate::domain::cells::{CellColumn, CellValues, Cells};
use crate::domain::columns::Subject;
use crate::domain::ids::MeasureId;

pub(super) fn encode(out: &mut Vec<u8>, cells: &Cells) {
    out.push(u8::from(cells.subject == Subject::Accounts));
    let (kind, at) = match cells.column {
        CellColumn::Name => (0, 0),
        CellColumn::Attribute(at) => (1, at),
        CellColumn::Measure(id) => (2, id.0),
    };
    out.push(kind);
    out.extend(at.to_le_bytes());
    put_u32(out, cells.rows.len());
    cells.rows.iter().for_each(|row| out.extend(row.to_le_bytes()));
    match &cells.values {
        CellValues::Texts { old, new } => [old, new].into_iter().flatten().for_each(|text| put_text(out, text)),
        CellValues::Numbers { old, new } => {
            // NaN stands for a missing value.
            let numbers = [old, new].into_iter().flatten();
            numbers.for_each(|number| out.extend(number.unwrap_or(f64::NAN).to_le_bytes()));
        }
    }
}

pub(super) fn decode(bytes: &mut Bytes) -> Result<Cells, String> {
    let subject = if bytes.flag()? { Subject::Accounts } else { Subject::Units };
    let (kind, at) = (bytes.u8()?, bytes.u16()?);
    let column = match kind {
        0 => CellColumn::Name,
        1 => CellColumn::Attribute(at),
        2 => CellColumn::Measure(MeasureId(at)),
        other => return Err(format!("a column of unknown kind {other}")),
    };
    let count = bytes.u32()? as usize;
    // A row and its values take twelve bytes at least: a count beyond that is damage, and must not make us reserve memory for it.
    if count > bytes.left() / 12 {
        return Err("it is cut off".into());
    }
    let rows = (0..count).map(|_| bytes.u32()).collect::<Result<_, _>>()?;
    let values = if matches!(column, CellColumn::Measure(_)) {
        let mut side = || {
            let numbers = (0..count).map(|_| bytes.array().map(f64::from_le_bytes));
            let known = |number: f64| Some(number).filter(|number| !number.is_nan());
            numbers.map(|number| number.map(known)).collect::<Result<Vec<Option<f64>>, String>>()
        };
        CellValues::Numbers { old: side()?, new: side()? }
    } else {
        let mut side = || (0..count).map(|_| bytes.text()).collect::<Result<Vec<String>, String>>();
        CellValues::Texts { old: side()?, new: side()? }
    };
    Ok(Cells { subject, column, rows, values })
}
