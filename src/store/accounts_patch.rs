//! Accounts that were replaced: as bytes of the journal, and as rows.

use rusqlite::{Connection, Result, params};

use super::blobs::{Bytes, put_text, put_u32};
use super::failure::Trouble;
use super::read::{accounts, goals};
use super::read_columns::{columns, measures};
use super::tables;
use crate::domain::accounts::Placement;
use crate::domain::accounts_patch::{AccountsPatch, ColumnPatch};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::lists::{List, ListPatch, RowPatch};
use crate::domain::project::{Goal, Project};
use crate::domain::sphere::LonLat;

/// How no unit stands in the bytes.
const NOWHERE: u32 = u32::MAX;

/// How no measure stands in the bytes.
const NO_MEASURE: u16 = u16::MAX;

pub fn encode(out: &mut Vec<u8>, patch: &AccountsPatch) {
    patch.rows.counts.iter().for_each(|count| out.extend(count.to_le_bytes()));
    put_rows(out, &patch.rows.removed);
    put_rows(out, &patch.rows.added);
    put_patch(out, &patch.codes);
    put_patch(out, &patch.names);
    put_patch(out, &patch.places);
    put_patch(out, &patch.placements);
    put_patch(out, &patch.precisions_km);
    put_patch(out, &patch.units);
    for heads in &patch.measures {
        put_u32(out, heads.len());
        heads.iter().for_each(|head| put_head(out, head));
    }
    put_columns(out, &patch.measure_values);
    for names in &patch.attributes {
        put_u32(out, names.len());
        names.iter().for_each(|name| put_text(out, name));
    }
    put_columns(out, &patch.attribute_values);
    for goals in &patch.goals {
        put_u32(out, goals.len());
        for goal in goals {
            out.extend(goal.measure.0.to_le_bytes());
            out.extend(goal.tolerance.to_le_bytes());
            out.extend(goal.weight.to_le_bytes());
        }
    }
}

/// The inverse of [`encode`]. Whether the patch fits the project is seen when it is applied.
pub fn decode(bytes: &mut Bytes) -> Result<AccountsPatch, String> {
    let counts = [bytes.u32()?, bytes.u32()?];
    let rows = RowPatch { counts, removed: get_rows(bytes)?, added: get_rows(bytes)? };
    let (codes, names) = (get_patch(bytes)?, get_patch(bytes)?);
    let (places, placements) = (get_patch(bytes)?, get_patch(bytes)?);
    let (precisions_km, units) = (get_patch(bytes)?, get_patch(bytes)?);
    let mut heads = || (0..bytes.count(10)?).map(|_| get_head(bytes)).collect::<Result<Vec<Measure>, String>>();
    let measures = [heads()?, heads()?];
    let measure_values = get_columns(bytes)?;
    let mut names_of = || (0..bytes.count(4)?).map(|_| bytes.text()).collect::<Result<Vec<String>, String>>();
    let attributes = [names_of()?, names_of()?];
    let attribute_values = get_columns(bytes)?;
    let mut goals = || (0..bytes.count(18)?).map(|_| get_goal(bytes)).collect::<Result<Vec<Goal>, String>>();
    let goals = [goals()?, goals()?];
    Ok(AccountsPatch {
        rows,
        codes,
        names,
        places,
        placements,
        precisions_km,
        units,
        measures,
        measure_values,
        attributes,
        attribute_values,
        goals,
    })
}

/// A list as bytes.
trait Coded: List {
    fn put(&self, out: &mut Vec<u8>);
    fn get(bytes: &mut Bytes) -> Result<Self, String>;
}

/// A value as bytes.
trait CodedValue: Sized {
    /// The fewest bytes that it takes.
    const LEAST: usize;
    fn put(&self, out: &mut Vec<u8>);
    fn get(bytes: &mut Bytes) -> Result<Self, String>;
}

impl<T: CodedValue> Coded for Vec<T>
where
    Self: List,
{
    fn put(&self, out: &mut Vec<u8>) {
        put_u32(out, self.len());
        self.iter().for_each(|value| value.put(out));
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        (0..bytes.count(T::LEAST)?).map(|_| T::get(bytes)).collect()
    }
}

impl Coded for TextColumn {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(out, &self.name);
        put_u32(out, self.words().len());
        self.words().iter().for_each(|word| put_text(out, word));
        put_rows(out, self.codes());
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        let name = bytes.text()?;
        let words = (0..bytes.count(4)?).map(|_| bytes.text()).collect::<Result<Vec<String>, String>>()?;
        Ok(Self::from_words(name, &words, &get_rows(bytes)?))
    }
}

impl CodedValue for String {
    const LEAST: usize = 4;

    fn put(&self, out: &mut Vec<u8>) {
        put_text(out, self);
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        bytes.text()
    }
}

impl CodedValue for f64 {
    const LEAST: usize = 8;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        Ok(Self::from_le_bytes(bytes.array()?))
    }
}

impl CodedValue for f32 {
    const LEAST: usize = 4;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        Ok(Self::from_le_bytes(bytes.array()?))
    }
}

impl CodedValue for LonLat {
    const LEAST: usize = 16;

    fn put(&self, out: &mut Vec<u8>) {
        self.lon.put(out);
        self.lat.put(out);
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        Ok(Self::new(f64::get(bytes)?, f64::get(bytes)?))
    }
}

impl CodedValue for Placement {
    const LEAST: usize = 1;

    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::Unplaced => 0,
            Self::Coordinates => 1,
            Self::PostalCode => 2,
            Self::Town => 3,
            Self::Region => 4,
            Self::Online => 5,
            Self::ByHand => 6,
        });
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        match bytes.u8()? {
            0 => Ok(Self::Unplaced),
            1 => Ok(Self::Coordinates),
            2 => Ok(Self::PostalCode),
            3 => Ok(Self::Town),
            4 => Ok(Self::Region),
            5 => Ok(Self::Online),
            6 => Ok(Self::ByHand),
            other => Err(format!("an account placed in the unknown way {other}")),
        }
    }
}

impl CodedValue for Option<UnitId> {
    const LEAST: usize = 4;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.map_or(NOWHERE, |unit| unit.0).to_le_bytes());
    }

    fn get(bytes: &mut Bytes) -> Result<Self, String> {
        Ok(Some(bytes.u32()?).filter(|&unit| unit != NOWHERE).map(UnitId))
    }
}

fn put_rows(out: &mut Vec<u8>, rows: &[u32]) {
    put_u32(out, rows.len());
    rows.iter().for_each(|row| out.extend(row.to_le_bytes()));
}

fn get_rows(bytes: &mut Bytes) -> Result<Vec<u32>, String> {
    (0..bytes.count(4)?).map(|_| bytes.u32()).collect()
}

fn put_patch<L: Coded>(out: &mut Vec<u8>, patch: &ListPatch<L>) {
    put_rows(out, &patch.changed);
    [&patch.old, &patch.new, &patch.removed, &patch.added].iter().for_each(|list| list.put(out));
}

fn get_patch<L: Coded>(bytes: &mut Bytes) -> Result<ListPatch<L>, String> {
    let changed = get_rows(bytes)?;
    Ok(ListPatch { changed, old: L::get(bytes)?, new: L::get(bytes)?, removed: L::get(bytes)?, added: L::get(bytes)? })
}

fn put_columns<L: Coded>(out: &mut Vec<u8>, columns: &[ColumnPatch<L>]) {
    put_u32(out, columns.len());
    for column in columns {
        match column {
            ColumnPatch::Kept { places, values } => {
                out.push(if values.is_some() { 1 } else { 0 });
                places.iter().for_each(|at| out.extend(at.to_le_bytes()));
                values.iter().for_each(|values| put_patch(out, values));
            }
            ColumnPatch::Removed { at, values } => {
                out.push(2);
                out.extend(at.to_le_bytes());
                values.put(out);
            }
            ColumnPatch::Added { at, values } => {
                out.push(3);
                out.extend(at.to_le_bytes());
                values.put(out);
            }
        }
    }
}

fn get_columns<L: Coded>(bytes: &mut Bytes) -> Result<Vec<ColumnPatch<L>>, String> {
    let column = |bytes: &mut Bytes| {
        let kind = bytes.u8()?;
        let at = bytes.u16()?;
        Ok(match kind {
            0 => ColumnPatch::Kept { places: [at, bytes.u16()?], values: None },
            1 => ColumnPatch::Kept { places: [at, bytes.u16()?], values: Some(get_patch(bytes)?) },
            2 => ColumnPatch::Removed { at, values: L::get(bytes)? },
            3 => ColumnPatch::Added { at, values: L::get(bytes)? },
            other => return Err(format!("a column of unknown kind {other}")),
        })
    };
    (0..bytes.count(5)?).map(|_| column(bytes)).collect()
}

fn put_head(out: &mut Vec<u8>, head: &Measure) {
    put_text(out, &head.name);
    put_text(out, &head.unit);
    let (mean, weight) = match head.aggregate {
        Aggregate::Sum => (false, None),
        Aggregate::Mean { weight } => (true, weight),
    };
    out.extend([u8::from(head.subject == Subject::Accounts), u8::from(mean)]);
    out.extend(weight.map_or(NO_MEASURE, |weight| weight.0).to_le_bytes());
}

fn get_head(bytes: &mut Bytes) -> Result<Measure, String> {
    let (name, unit) = (bytes.text()?, bytes.text()?);
    let subject = if bytes.flag()? { Subject::Accounts } else { Subject::Units };
    let (mean, weight) = (bytes.flag()?, bytes.u16()?);
    let weight = Some(weight).filter(|&weight| weight != NO_MEASURE).map(MeasureId);
    let aggregate = if mean { Aggregate::Mean { weight } } else { Aggregate::Sum };
    Ok(Measure { name, unit, subject, aggregate, values: Vec::new() })
}

fn get_goal(bytes: &mut Bytes) -> Result<Goal, String> {
    Ok(Goal { measure: MeasureId(bytes.u16()?), tolerance: f64::get(bytes)?, weight: f64::get(bytes)? })
}

/// Puts the accounts after the change in place of those before. What hangs on accounts and measures that stay follows them in every
/// plan; on those that go nothing hangs any more in the plan that the change is a step of, and other plans lose it. Their undo
/// histories begin anew, because their steps speak of accounts and measures by number.
pub fn write(connection: &Connection, plan: super::PlanId, patch: &AccountsPatch) -> Result<()> {
    let before = read(connection).map_err(in_sql)?;
    // The rows of computed columns, which are written anew with the others, hold the formulas.
    let computed = super::computed::read(connection).map_err(in_sql)?;
    let (accounts, measures) = patch
        .apply_to_table(&before.accounts, &before.measures)
        .map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))?;
    let goals = patch.goals_after(&before.goals);
    connection.execute_batch(
        "CREATE TEMP TABLE moved_account (before INTEGER PRIMARY KEY, after INTEGER);
         CREATE TEMP TABLE moved_measure (before INTEGER PRIMARY KEY, after INTEGER)",
    )?;
    let mut put = connection.prepare("INSERT INTO temp.moved_account VALUES (?1, ?2)")?;
    for (before, after) in (0u32..).zip(patch.accounts_moved()) {
        put.execute(params![before, after.map(|account| account.0)])?;
    }
    let mut put = connection.prepare("INSERT INTO temp.moved_measure VALUES (?1, ?2)")?;
    for (before, after) in (0u32..).zip(patch.measures_moved()) {
        put.execute(params![before, after.map(|measure| measure.0)])?;
    }
    connection.execute_batch(
        "CREATE TEMP TABLE kept_override AS SELECT plan, after AS account, territory FROM override
           JOIN temp.moved_account ON before = account WHERE after IS NOT NULL;
         CREATE TEMP TABLE kept_account_lock AS SELECT plan, after AS account FROM locked_account
           JOIN temp.moved_account ON before = account WHERE after IS NOT NULL;
         CREATE TEMP TABLE kept_target AS SELECT plan, territory, after AS measure, value FROM target
           JOIN temp.moved_measure ON before = measure WHERE after IS NOT NULL;
         DELETE FROM override; DELETE FROM locked_account; DELETE FROM target; DELETE FROM account",
    )?;
    tables::put_accounts(connection, &accounts)?;
    let project = Project {
        accounts: accounts.into(),
        measures: measures.into(),
        computed: computed.into(),
        ..Project::default()
    };
    connection.execute_batch(
        "DELETE FROM measure WHERE subject = 'account'; UPDATE measure SET id = -1 - id WHERE subject = 'unit'",
    )?;
    let mut put = connection.prepare("UPDATE measure SET id = ?2, weight = ?3 WHERE id = -1 - ?1")?;
    for (before, after) in (0u32..).zip(patch.measures_moved()) {
        let Some(head) = after.and_then(|after| project.measure(after)) else { continue };
        let weight = if let Aggregate::Mean { weight } = head.aggregate { weight } else { None };
        put.execute(params![before, after.map(|after| after.0), weight.map(|weight| weight.0)])?;
    }
    tables::put_account_columns(connection, &project)?;
    tables::put_goals(connection, &goals)?;
    connection.execute_batch(
        "INSERT INTO override SELECT plan, account, territory FROM temp.kept_override ORDER BY plan, account;
         INSERT INTO locked_account SELECT plan, account FROM temp.kept_account_lock ORDER BY plan, account;
         INSERT INTO target SELECT plan, territory, measure, value FROM temp.kept_target;
         DROP TABLE temp.kept_override; DROP TABLE temp.kept_account_lock; DROP TABLE temp.kept_target;
         DROP TABLE temp.moved_account; DROP TABLE temp.moved_measure",
    )?;
    connection.execute("UPDATE journal SET step = NULL WHERE step IS NOT NULL AND plan <> ?1", [plan.0])?;
    connection.execute("UPDATE plan SET applied = 0, generation = generation + 1 WHERE id <> ?1", [plan.0])?;
    Ok(())
}

/// The accounts with their columns, all measures (those of units without their values), and the goals, as they are in the file.
fn read(connection: &Connection) -> Result<Project, Trouble> {
    let units: i64 = connection.query_row("SELECT count(*) FROM unit", [], |row| row.get(0))?;
    let mut notes = Vec::new();
    let mut accounts = accounts(connection, usize::try_from(units).unwrap_or(0), &mut notes)?;
    let mut measures = measures(connection)?;
    accounts.attributes = columns(connection, Subject::Accounts, accounts.len(), &mut measures, &mut notes)?;
    let goals = goals(connection, measures.len())?;
    Ok(Project { accounts: accounts.into(), measures: measures.into(), goals, ..Project::default() })
}

fn in_sql(trouble: Trouble) -> rusqlite::Error {
    match trouble {
        Trouble::Sql(error) => error,
        Trouble::Damaged(why) => rusqlite::Error::ToSqlConversionFailure(why.into()),
    }
}
