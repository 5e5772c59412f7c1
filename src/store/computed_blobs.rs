//! Changes of computed columns and of segments in the journal. Values are written whole, old and new, so that nothing has to be worked
//! out when a step is taken back.

use std::sync::Arc;

use super::blobs::{Bytes, put_text, put_u32};
use crate::domain::cells::CellColumn;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::computed::{Column, ColumnChange, ComputedColumn};
use crate::domain::edit::Change;
use crate::domain::ids::MeasureId;
use crate::domain::project::Goal;
use crate::domain::segments::{Combine, Condition, Group, Operator, Rule, Segment};

const COLUMN: u8 = 0;
const SEGMENTS: u8 = 1;

pub(super) fn encode(out: &mut Vec<u8>, change: &ColumnChange) {
    out.push(COLUMN);
    out.push(u8::from(change.subject == Subject::Accounts));
    let (kind, at) = match change.at {
        CellColumn::Measure(id) => (2, id.0),
        CellColumn::Attribute(at) => (1, at),
        CellColumn::Name => (0, 0),
    };
    out.push(kind);
    out.extend(at.to_le_bytes());
    for side in [&change.old, &change.new] {
        out.push(u8::from(side.is_some()));
        if let Some(column) = side {
            put_column(out, column);
        }
    }
    out.push(u8::from(change.goal.is_some()));
    if let Some((place, goal)) = change.goal {
        out.push(place);
        out.extend(goal.measure.0.to_le_bytes());
        out.extend(goal.tolerance.to_le_bytes());
        out.extend(goal.weight.to_le_bytes());
    }
}

fn put_column(out: &mut Vec<u8>, column: &ComputedColumn) {
    put_text(out, column.column.name());
    put_text(out, &column.formula);
    put_text(out, &column.as_of);
    match &column.column {
        Column::Number(measure) => {
            put_text(out, &measure.unit);
            let (aggregate, weight) = match measure.aggregate {
                Aggregate::Sum => (0, 0),
                Aggregate::Mean { weight: None } => (1, 0),
                Aggregate::Mean { weight: Some(weight) } => (2, weight.0),
            };
            out.push(aggregate);
            out.extend(u16::to_le_bytes(weight));
            put_u32(out, measure.values.len());
            measure.values.iter().for_each(|value| out.extend(value.to_le_bytes()));
        }
        Column::Text(words) => {
            put_u32(out, words.words().len());
            words.words().iter().for_each(|word| put_text(out, word));
            put_u32(out, words.len());
            words.codes().iter().for_each(|code| out.extend(code.to_le_bytes()));
        }
    }
}

pub(super) fn encode_segments(out: &mut Vec<u8>, sides: [&Arc<Vec<Segment>>; 2]) {
    out.push(SEGMENTS);
    for segments in sides {
        put_u32(out, segments.len());
        for segment in segments.iter() {
            put_text(out, &segment.name);
            put_text(out, &segment.as_of);
            match &segment.rule {
                Rule::Formula(formula) => {
                    out.push(0);
                    put_text(out, formula);
                }
                Rule::Conditions(group) => {
                    out.push(1);
                    put_group(out, group);
                    put_u32(out, group.groups.len());
                    group.groups.iter().for_each(|group| put_group(out, group));
                }
            }
        }
    }
}

fn put_group(out: &mut Vec<u8>, group: &Group) {
    put_text(out, group.combine.word());
    put_u32(out, group.conditions.len());
    for condition in &group.conditions {
        for text in [&condition.column, condition.operator.word(), &condition.value, &condition.until] as [&str; 4] {
            put_text(out, text);
        }
    }
}

pub(super) fn decode(bytes: &mut Bytes) -> Result<Change, String> {
    match bytes.u8()? {
        COLUMN => column_change(bytes).map(|change| Change::Column(Arc::new(change))),
        SEGMENTS => {
            let mut side = || segments(bytes).map(Arc::new);
            Ok(Change::Segments { old: side()?, new: side()? })
        }
        other => Err(format!("a change of a column of unknown kind {other}")),
    }
}

fn column_change(bytes: &mut Bytes) -> Result<ColumnChange, String> {
    let subject = if bytes.flag()? { Subject::Accounts } else { Subject::Units };
    let (kind, at) = (bytes.u8()?, bytes.u16()?);
    let at = match kind {
        1 => CellColumn::Attribute(at),
        2 => CellColumn::Measure(MeasureId(at)),
        other => return Err(format!("a computed column of unknown kind {other}")),
    };
    let mut side = || {
        let there = bytes.flag()?;
        Ok::<_, String>(if there { Some(Box::new(column(bytes, subject, kind == 2)?)) } else { None })
    };
    let (old, new) = (side()?, side()?);
    let goal = if bytes.flag()? {
        let (place, measure) = (bytes.u8()?, MeasureId(bytes.u16()?));
        let (tolerance, weight) = (f64::from_le_bytes(bytes.array()?), f64::from_le_bytes(bytes.array()?));
        let usable = tolerance >= 0.0 && weight > 0.0 && (tolerance + weight).is_finite();
        usable.then_some((place, Goal { measure, tolerance, weight }))
    } else {
        None
    };
    Ok(ColumnChange { subject, at, old, new, goal })
}

fn column(bytes: &mut Bytes, subject: Subject, number: bool) -> Result<ComputedColumn, String> {
    let (name, formula, as_of) = (bytes.text()?, bytes.text()?, bytes.text()?);
    let column = if number {
        let unit = bytes.text()?;
        let (aggregate, weight) = (bytes.u8()?, MeasureId(bytes.u16()?));
        let aggregate = match aggregate {
            0 => Aggregate::Sum,
            1 => Aggregate::Mean { weight: None },
            _ => Aggregate::Mean { weight: Some(weight) },
        };
        let count = bytes.count(8)?;
        let values = (0..count).map(|_| bytes.array().map(f64::from_le_bytes)).collect::<Result<Vec<f64>, _>>()?;
        let usable = |value: f64| if value.abs() <= crate::domain::columns::MAX_VALUE { value } else { f64::NAN };
        Column::Number(Measure { name, unit, subject, aggregate, values: values.into_iter().map(usable).collect() })
    } else {
        let count = bytes.count(4)?;
        let words = (0..count).map(|_| bytes.text()).collect::<Result<Vec<String>, _>>()?;
        let count = bytes.count(4)?;
        let codes = (0..count).map(|_| bytes.u32()).collect::<Result<Vec<u32>, _>>()?;
        Column::Text(TextColumn::from_words(name, &words, &codes))
    };
    Ok(ComputedColumn { formula, as_of, column })
}

fn segments(bytes: &mut Bytes) -> Result<Vec<Segment>, String> {
    let count = bytes.count(9)?;
    let mut segments = Vec::with_capacity(count);
    for _ in 0..count {
        let (name, as_of) = (bytes.text()?, bytes.text()?);
        let rule = match bytes.u8()? {
            0 => Rule::Formula(bytes.text()?),
            _ => {
                let mut whole = group(bytes)?;
                let within = bytes.count(8)?;
                whole.groups = (0..within).map(|_| group(bytes)).collect::<Result<_, _>>()?;
                Rule::Conditions(whole)
            }
        };
        segments.push(Segment { name, rule, as_of });
    }
    Ok(segments)
}

fn group(bytes: &mut Bytes) -> Result<Group, String> {
    let combine = Combine::of_word(&bytes.text()?).ok_or("conditions are combined in an unknown way")?;
    let count = bytes.count(16)?;
    let mut conditions = Vec::with_capacity(count);
    for _ in 0..count {
        let (column, operator) = (bytes.text()?, bytes.text()?);
        let operator = Operator::of_word(&operator).ok_or("a condition of unknown kind")?;
        conditions.push(Condition { column, operator, value: bytes.text()?, until: bytes.text()? });
    }
    Ok(Group { combine, conditions, groups: Vec::new() })
}
