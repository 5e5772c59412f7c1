//! Tables that the list of tables does not lead to: found by what is left of the list, and else by the form of their rows.
//!
//! Nothing is taken on trust: rows go only into a table that their number of values, their types and its constraints allow, and where
//! several do, into the one whose keys and references they fit. What had to be guessed is said.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::cells::{Read, list, text};
use super::super::connection;
use super::super::tables::quoted;
use super::forms::{Form, described_columns};
use super::literal;
use super::pages::{Kind, Pages, Tree};
use super::salvage::{columns_of, data_columns, make_data_table};

/// So many rows of a tree are looked at to learn what they are.
const SAMPLE: usize = 200;
/// Tables of imported values, with the tables that have their rows' numbers.
const DATA: [(&str, &str); 2] = [("unit_data", "unit"), ("account_data", "account")];
/// Tables with rows that those of imported values can have as well.
const LIKE_DATA: [&str; 2] = ["goal", "segment"];
/// Indexes whose rows could be those of a table, by the rows that they list.
const INDEXES: [(&str, &str); 3] = [
    ("account", "unit IS ?1 AND id IS ?2"),
    ("assignment", "plan IS ?1 AND territory IS ?2 AND unit IS ?3"),
    ("journal", "plan IS ?1 AND step IS ?2 AND id IS ?3"),
];

/// What was found, in words that the list of what is missing is made of.
#[derive(Default)]
pub struct Found {
    /// Tables that were found, and how many rows of them.
    pub rows: BTreeMap<String, usize>,
    /// Those of them that the form of their rows told.
    pub by_form: BTreeSet<String>,
    /// Where two tables were as likely.
    pub guesses: BTreeSet<String>,
}

/// Whether pages hold a project, whatever its first page says.
pub fn is_project(pages: &Pages) -> Read<bool> {
    let scratch = Connection::open_in_memory()?;
    scratch.execute_batch(include_str!("../schema.sql"))?;
    let forms = ["unit", "project", "territory"].map(|table| Form::of(&scratch, table));
    let trees = pages.trees();
    let listed = trees.iter().any(|tree| list_rows(pages, tree).iter().any(|entry| entry.name == "assignment"));
    let forms: Vec<Form> = forms.into_iter().collect::<Read<_>>()?;
    let fits = |tree: &Tree| {
        let sample = pages.sample(tree, SAMPLE);
        forms.iter().any(|form| share_that_fits(tree.kind, &sample, form) > 0.9)
    };
    Ok(listed || trees.iter().any(fits))
}

/// Fills the tables that are lost in whole or in part with rows that are on pages of theirs.
pub fn fill(pages: &Pages, target: &Connection, lost: &BTreeSet<String>) -> Read<Found> {
    if lost.is_empty() {
        return Ok(Found::default());
    }
    let trees = pages.trees();
    let entries: Vec<Entry> = trees.iter().flat_map(|tree| list_rows(pages, tree)).collect();
    let is_listed = |tree: &Tree| tree.root == 1 || entries.iter().any(|entry| entry.root == tree.root);
    let (listed, others): (Vec<Tree>, Vec<Tree>) = trees.into_iter().partition(is_listed);
    let others = others.into_iter().filter(|tree| tree.rows > 0 && list_rows(pages, tree).is_empty()).collect();
    let predicted = predicted(pages.size())?;
    let mut finding = Finding { pages, target, lost, predicted, others, found: Found::default() };
    finding.by_the_list(&entries, &listed)?;
    finding.by_form(|candidates| candidates.len() == 1 && !LIKE_DATA.contains(&candidates[0].as_str()))?;
    finding.data(&entries)?;
    finding.by_form(|_| true)?;
    Ok(finding.found)
}

/// A row of the list of tables.
struct Entry {
    is_table: bool,
    name: String,
    root: u32,
    sql: String,
}

/// The rows of a tree, where they are a piece of the list of tables.
fn list_rows(pages: &Pages, tree: &Tree) -> Vec<Entry> {
    let entry = |row: &[Value]| match row {
        [Value::Text(kind), Value::Text(name), Value::Text(_), Value::Integer(root), sql] => {
            let sql = if let Value::Text(sql) = sql { sql.clone() } else { String::new() };
            let is_kind = ["table", "index", "view", "trigger"].contains(&kind.as_str());
            let root = u32::try_from(*root).ok().filter(|_| is_kind)?;
            Some(Entry { is_table: kind == "table", name: name.clone(), root, sql })
        }
        _ => None,
    };
    if tree.kind != Kind::Rows || pages.sample(tree, 1).iter().all(|row| entry(row).is_none()) {
        return Vec::new();
    }
    let mut entries = Vec::new();
    pages.rows(tree, |row| {
        entries.extend(entry(&row));
        ControlFlow::Continue(())
    });
    entries
}

/// Where the tables of a project begin that this program has made.
fn predicted(page_size: usize) -> Read<BTreeMap<String, u32>> {
    let made = Connection::open_in_memory()?;
    made.pragma_update(None, "page_size", page_size as i64)?;
    made.execute_batch(include_str!("../schema.sql"))?;
    let roots = list(&made, "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'", |row| {
        Ok((text(row, 0), row.get(1)?))
    })?;
    Ok(roots.into_iter().collect())
}

/// The share of rows, among the first, that can be rows of a table.
fn share_that_fits(kind: Kind, sample: &[Vec<Value>], form: &Form) -> f64 {
    if kind != form.kind {
        return 0.0;
    }
    sample.iter().filter(|row| form.takes(row)).count() as f64 / sample.len().max(1) as f64
}

struct Finding<'a> {
    pages: &'a Pages,
    target: &'a Connection,
    lost: &'a BTreeSet<String>,
    predicted: BTreeMap<String, u32>,
    /// Trees that nothing lists.
    others: Vec<Tree>,
    found: Found,
}

/// How a tree fits a table.
struct Fit {
    /// Rows that the table does not take, and references of theirs to what is not there.
    wrong: usize,
    /// It is where the table begins in a file that this program has made, or has as many rows.
    is_expected: bool,
    references: usize,
}

impl Finding<'_> {
    fn by_the_list(&mut self, entries: &[Entry], listed: &[Tree]) -> Read<()> {
        for entry in entries.iter().filter(|entry| entry.is_table && self.lost.contains(&entry.name)) {
            let subject = DATA.iter().find(|(table, _)| *table == entry.name).map(|(_, subject)| *subject);
            if let Some(subject) = subject {
                self.make_data_table(subject, &columns_in_words(&entry.name, &entry.sql)?)?;
            }
            let form = Form::of(self.target, &entry.name)?;
            match listed.iter().find(|tree| tree.root == entry.root && tree.kind == form.kind) {
                // An empty table is found as well.
                Some(tree) if tree.rows == 0 => drop(self.found.rows.entry(entry.name.clone()).or_default()),
                Some(tree) if share_that_fits(tree.kind, &self.pages.sample(tree, SAMPLE), &form) > 0.5 => {
                    self.take(tree, &form)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts trees that nothing lists into the tables that they fit best, the larger first; `wanted` says which are decided upon, by the
    /// tables that come into question.
    fn by_form(&mut self, wanted: impl Fn(&[String]) -> bool) -> Read<()> {
        let is_data = |table: &String| DATA.iter().any(|(data, _)| data == table);
        let forms = self.lost.iter().filter(|table| !is_data(table)).map(|table| Form::of(self.target, table));
        let mut forms: Vec<Form> = forms.collect::<Read<_>>()?;
        // What others refer to comes first.
        forms.sort_by_key(|form| self.predicted.get(&form.table).copied());
        let mut undecided = Vec::new();
        let mut chosen: Vec<(Tree, Vec<&Form>)> = Vec::new();
        for tree in std::mem::take(&mut self.others) {
            let sample = self.pages.sample(&tree, SAMPLE);
            let fitting: Vec<&Form> =
                forms.iter().filter(|form| share_that_fits(tree.kind, &sample, form) > 0.9).collect();
            let names: Vec<String> = fitting.iter().map(|form| form.table.clone()).collect();
            if !fitting.is_empty() && wanted(&names) { chosen.push((tree, fitting)) } else { undecided.push(tree) }
        }
        chosen.sort_by_key(|(tree, fitting)| {
            let first = fitting.first().and_then(|form| self.predicted.get(&form.table).copied());
            (if fitting.len() == 1 { first } else { None }, Reverse(tree.rows), tree.root)
        });
        for (tree, fitting) in chosen {
            if !self.is_index(&tree)? {
                self.decide(&tree, &fitting)?;
            }
        }
        self.others = undecided;
        Ok(())
    }

    fn decide(&mut self, tree: &Tree, forms: &[&Form]) -> Read<()> {
        let mut fits: Vec<(Fit, &Form)> = Vec::new();
        for form in forms {
            let fit = self.fit(tree, form, forms.len() > 1)?;
            if fit.wrong * 2 <= tree.rows {
                fits.push((fit, form));
            }
        }
        fits.sort_by_key(|(fit, _)| (fit.wrong, !fit.is_expected, Reverse(fit.references)));
        let Some((best, form)) = fits.first() else { return Ok(()) };
        if let Some((second, other)) = fits.get(1)
            && best.wrong == second.wrong
            && !best.is_expected
            && best.references == second.references
        {
            let guess = format!(
                "To which table {} {} was guessed: \"{}\" or \"{}\"",
                rows(tree.rows),
                if tree.rows == 1 { "belongs" } else { "belong" },
                form.table,
                other.table
            );
            self.found.guesses.insert(guess);
        }
        self.found.by_form.insert(form.table.clone());
        self.take(tree, form)
    }

    /// Tries a tree in a table, and takes it back. References are looked at, row by row of the whole table, where there is a choice.
    fn fit(&self, tree: &Tree, form: &Form, is_choice: bool) -> Read<Fit> {
        let stray = format!(
            "SELECT count(*) FROM pragma_foreign_key_check({}) WHERE parent NOT IN ({})",
            literal(&form.table),
            self.empty_tables(&form.table)?
        );
        let strays = || if is_choice { self.number(&stray) } else { Ok(0) };
        let before = strays()?;
        self.target.execute_batch("SAVEPOINT fit")?;
        let put = self.put(tree, form);
        let after = strays();
        self.target.execute_batch("ROLLBACK TO fit; RELEASE fit")?;
        // There is one assignment for every unit.
        let is_every_unit = form.table == "assignment" && tree.rows == self.count("unit")?;
        Ok(Fit {
            wrong: tree.rows.saturating_sub(put?) + after?.saturating_sub(before),
            is_expected: is_every_unit || self.predicted.get(&form.table) == Some(&tree.root),
            references: form.references,
        })
    }

    /// Tables without rows that a table refers to, as SQL: of what they held nothing is known.
    fn empty_tables(&self, table: &str) -> Read<String> {
        let sql = format!("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list({})", literal(table));
        let mut empty = Vec::new();
        for parent in list(self.target, &sql, |row| Ok(text(row, 0)))? {
            if parent != table && self.count(&parent)? == 0 {
                empty.push(literal(&parent));
            }
        }
        Ok(empty.join(", "))
    }

    /// Whether a tree is an index of a table that is there.
    fn is_index(&self, tree: &Tree) -> Read<bool> {
        let sample = self.pages.sample(tree, SAMPLE);
        for (table, rule) in INDEXES.iter().filter(|_| tree.kind == Kind::Keys) {
            let mut query = self.target.prepare(&format!("SELECT 1 FROM {table} WHERE {rule}"))?;
            let same_width: Vec<&Vec<Value>> =
                sample.iter().filter(|row| row.len() == query.parameter_count()).collect();
            if same_width.len() < sample.len() || tree.rows * 2 < self.count(table)? {
                continue;
            }
            let mut listed = 0;
            for row in &same_width {
                listed += usize::from(query.exists(params_from_iter(row.iter()))?);
            }
            if listed * 10 > sample.len() * 9 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The tables of imported values: their columns are those that the list of columns has.
    fn data(&mut self, entries: &[Entry]) -> Read<()> {
        let mut forms = Vec::new();
        for (table, subject) in DATA.iter().filter(|(table, _)| self.lost.contains(*table)) {
            if !entries.iter().any(|entry| entry.name == *table) {
                self.make_data_table(subject, &described_columns(self.target, subject)?)?;
            }
            forms.push((Form::of(self.target, table)?, *subject));
        }
        let others = LIKE_DATA.iter().filter(|table| self.lost.contains(**table));
        let others: Vec<Form> = others.map(|table| Form::of(self.target, table)).collect::<Read<_>>()?;
        let mut undecided = Vec::new();
        for tree in std::mem::take(&mut self.others) {
            let mut best: Option<(usize, &Form)> = None;
            let sample = self.pages.sample(&tree, SAMPLE);
            let is_like_others = others.iter().any(|other| share_that_fits(tree.kind, &sample, other) > 0.9);
            for (form, subject) in &forms {
                let expected = self.count(subject)?;
                let is_large = tree.rows * 2 > expected || tree.pages.len() > 1;
                if (is_like_others && !is_large) || share_that_fits(tree.kind, &sample, form) < 0.9 {
                    continue;
                }
                // Its rows are those of the subject, no more and no fewer.
                let strays = format!("SELECT count(*) FROM {0}_data WHERE id NOT IN (SELECT id FROM {0})", subject);
                self.target.execute_batch("SAVEPOINT fit")?;
                let put = self.put(&tree, form);
                let strays = self.number(&strays);
                self.target.execute_batch("ROLLBACK TO fit; RELEASE fit")?;
                let (put, strays) = (put?, strays?);
                if put * 10 < tree.rows * 9 || strays * 2 > put {
                    continue;
                }
                let wrong = expected.abs_diff(put) + strays;
                if best.as_ref().is_some_and(|(least, _)| *least == wrong) {
                    let guess = format!("Whether {} hold values of units or of accounts was guessed", rows(tree.rows));
                    self.found.guesses.insert(guess);
                }
                if best.as_ref().is_none_or(|(least, _)| wrong < *least) {
                    best = Some((wrong, form));
                }
            }
            match best {
                Some((_, form)) => {
                    self.found.by_form.insert(form.table.clone());
                    self.take(&tree, form)?;
                }
                None => undecided.push(tree),
            }
        }
        self.others = undecided;
        Ok(())
    }

    /// Makes a table of imported values anew, where it has no columns yet.
    fn make_data_table(&self, subject: &str, columns: &[(String, &'static str)]) -> Read<()> {
        let table = format!("{subject}_data");
        if columns_of(self.target, &table)?.len() <= 1 && self.count(&table)? == 0 {
            self.target.execute_batch(&format!("DROP TABLE {table}"))?;
            make_data_table(self.target, subject, columns)?;
        }
        Ok(())
    }

    /// Puts the rows of a tree into a table; how many went in.
    fn put(&self, tree: &Tree, form: &Form) -> Read<usize> {
        let (mut put, mut trouble) = (0, None);
        self.pages.rows(tree, |row| match form.put(self.target, &row) {
            Ok(went_in) => {
                put += usize::from(went_in);
                ControlFlow::Continue(())
            }
            Err(error) => {
                trouble = Some(error);
                ControlFlow::Break(())
            }
        });
        trouble.map_or(Ok(put), |error| Err(error.into()))
    }

    fn take(&mut self, tree: &Tree, form: &Form) -> Read<()> {
        let put = self.put(tree, form)?;
        if put > 0 {
            *self.found.rows.entry(form.table.clone()).or_default() += put;
        }
        Ok(())
    }

    fn count(&self, table: &str) -> Read<usize> {
        self.number(&format!("SELECT count(*) FROM {}", quoted(table)))
    }

    fn number(&self, sql: &str) -> Read<usize> {
        Ok(self.target.query_row(sql, [], |row| row.get::<_, u32>(0))? as usize)
    }
}

/// The columns that a statement of the list of tables declares. SQLite itself reads it, as a row of a list of its own: nothing is run.
fn columns_in_words(table: &str, sql: &str) -> Read<Vec<(String, &'static str)>> {
    if !sql.starts_with("CREATE TABLE ") {
        return Ok(Vec::new());
    }
    let scratch = Connection::open_in_memory()?;
    connection::set_up(&scratch)?;
    scratch.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    scratch.pragma_update(None, "writable_schema", true)?;
    scratch.execute_batch("CREATE TABLE first (id)")?;
    scratch
        .execute("UPDATE sqlite_schema SET name = ?1, tbl_name = ?1, sql = ?2 WHERE name = 'first'", [table, sql])?;
    // A statement that cannot be read declares nothing.
    let _ = scratch.execute_batch("PRAGMA writable_schema = RESET");
    Ok(data_columns(&scratch, table).unwrap_or_default())
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
