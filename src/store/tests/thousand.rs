//! A thousand edits of every kind through the file, closed and opened in between, all taken back and made again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::ValueRef;

use super::fixture::{assert_same, layer, place, project, random_edit, stepped};
use super::units_edits::units_edit;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::accounts_patch::AccountsPatch;
use crate::domain::cells::{Cell, CellColumn};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::computed::{Column, ColumnChange, Computed, ComputedColumn, followed, work_out};
use crate::domain::edit::{Change, Edit};
use crate::domain::formula::Columns;
use crate::domain::history::History;
use crate::domain::ids::{AccountId, MeasureId, UnitId};
use crate::domain::places::AccountPlace;
use crate::domain::project::{Goal, Project};
use crate::domain::random::Random;
use crate::domain::reference::LayerChange;
use crate::domain::segments::{Rule, Segment};
use crate::store::{Existing, Store, Wanted, create, open};

/// The window in small: project and history, every step of which goes to the file.
struct Desk {
    project: Project,
    history: History,
    store: Store,
}

impl Desk {
    /// Makes a step or takes it back: the data that it leads to, and the plan.
    fn step(&mut self, edit: &Edit, back: bool) -> bool {
        let Some(next) = stepped(&self.project, edit, back) else { return false };
        self.project = next;
        true
    }

    fn make(&mut self, edit: Edit) -> bool {
        // Nobody sets cells of a computed column.
        let Ok(edit) = followed(&self.project, edit) else { return false };
        let made = self.step(&edit, false);
        if made {
            self.store.apply(&edit);
            self.history.push(edit);
        }
        made
    }

    fn undo(&mut self) -> bool {
        let Some(edit) = self.history.undo_step().cloned() else { return false };
        assert!(self.step(&edit, true));
        self.store.undo(&edit);
        self.history.mark_undone();
        true
    }

    fn redo(&mut self) -> bool {
        let Some(edit) = self.history.redo_step().cloned() else { return false };
        assert!(self.step(&edit, false));
        self.store.redo(&edit);
        self.history.mark_redone();
        true
    }

    /// Closes the file and goes on with what is read from it.
    fn reopen(self, path: &Path) -> Self {
        self.store.flush().unwrap();
        drop(self.store);
        let (store, opened) = open(path, Wanted::ReadWrite).unwrap();
        assert_eq!(opened.notes, Vec::<String>::new());
        assert_same(&opened.project, &self.project);
        assert_eq!(opened.history, self.history);
        Self { project: opened.project, history: opened.history, store }
    }
}

/// Every value of every table, with its type, bit for bit; without the journal, which only grows, and the plans' counters of changes.
fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let names = |sql: &str| -> Vec<String> {
        let mut query = connection.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'journal' ORDER BY name");
    let rows = |table: &String| {
        let columns = names(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let kept = columns.iter().filter(|column| (table.as_str(), column.as_str()) != ("plan", "generation"));
        let kept: Vec<String> = kept.map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
        let mut query = connection.prepare(&format!("SELECT {} FROM \"{table}\"", kept.join(", "))).unwrap();
        let row = |row: &rusqlite::Row| {
            let value = |at: usize| match row.get_ref(at).unwrap() {
                ValueRef::Real(number) => format!("real {:016x}", number.to_bits()),
                other => format!("{other:?}"),
            };
            Ok((0..kept.len()).map(value).collect::<Vec<_>>().join("|"))
        };
        let mut rows: Vec<String> = query.query_map([], row).unwrap().map(Result::unwrap).collect();
        rows.sort_unstable();
        rows
    };
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// An edit of any kind.
pub fn any_edit(project: &Project, random: &mut Random) -> Edit {
    let subject = if random.below(2) == 0 { Subject::Units } else { Subject::Accounts };
    let rows = if subject == Subject::Units { project.units.len() } else { project.accounts.len() };
    let chosen: Vec<u32> = (0..1 + random.below(6)).map(|_| random.below(rows) as u32).collect();
    let word = ["", "pub", "Ohio", "a \"b\"; --", "ß𝄞", "new word"][random.below(6)];
    let number = [None, Some(0.1), Some(-0.0), Some(1e15), Some(-12.5), Some(random.unit())][random.below(6)];
    let mut edit = match random.below(30) {
        27..30 => return units_edit(project, random),
        25..27 => return layer_edit(project, random),
        24 => return other_accounts(project, random),
        0..2 => Edit::set_cells(
            project,
            subject,
            CellColumn::Name,
            &chosen,
            &Cell::Text(format!("{word} {}", random.below(9))),
        ),
        2..4 => {
            let at = CellColumn::Attribute(random.below(4) as u16);
            Edit::set_cells(project, subject, at, &chosen, &Cell::Text(word.to_owned()))
        }
        4..6 => {
            let column = CellColumn::Measure(MeasureId(random.below(project.measures.len()) as u16));
            Edit::set_cells(project, subject, column, &chosen, &Cell::Number(number))
        }
        7..9 => {
            let somewhere = |random: &mut Random| {
                let unit = UnitId::from_index(random.below(project.units.len()));
                let centre = project.units.centres[unit.index()];
                match random.below(5) {
                    0 => AccountPlace::NOWHERE,
                    kind => AccountPlace::at(centre, Placement::ALL[kind], random.unit(), |_| Some(unit)),
                }
            };
            let wanted = chosen.iter().map(|&row| (AccountId(row), somewhere(random)));
            Edit::place_accounts(project, wanted.collect::<Vec<_>>())
        }
        6 => {
            let levels = project.plan.hierarchy().levels();
            let kept = levels.len().saturating_sub(random.below(2));
            let names = (0..kept).map(|level| (Some(level), format!("Level {}", random.below(99))));
            Edit::set_levels(&project.plan, &names.collect::<Vec<_>>())
        }
        9..11 => return column_edit(project, subject, random),
        11 => {
            let formula = ["Revenue > 5", "name = \"\"", "lon > 0"][random.below(3)].to_owned();
            let segment = Segment {
                name: format!("Segment {}", random.below(99)),
                rule: Rule::Formula(formula),
                as_of: String::new(),
            };
            let mut new = Vec::clone(&project.segments);
            new.truncate(random.below(4));
            new.push(segment);
            let change = Change::Segments { old: Arc::clone(&project.segments), new: Arc::new(new) };
            Edit { changes: vec![change], ..Edit::default() }
        }
        _ => return random_edit(&project.plan, project.accounts.len(), random),
    };
    edit.label = "Set cells".to_owned();
    edit
}

/// Accounts go and come, values change, a column comes or goes, another measure is balanced.
fn other_accounts(project: &Project, random: &mut Random) -> Edit {
    let old = &*project.accounts;
    let mut rows: Vec<Option<AccountId>> = old.ids().map(Some).collect();
    for _ in 0..random.below(4).min(rows.len() / 2) {
        rows.remove(random.below(rows.len()));
    }
    for _ in 0..random.below(4) {
        rows.insert(random.below(rows.len() + 1), None);
    }
    let draw = random.below(100_000);
    let is_new = |nth: usize| rows[nth].is_none() || (nth + draw).is_multiple_of(9);
    let word = |nth: usize, old: &str| if is_new(nth) { format!("new {}", (nth + draw) % 7) } else { old.to_owned() };
    let at = |nth: usize| rows[nth].map_or(0, |account| account.index());
    let all = 0..rows.len();
    let mut accounts = Accounts {
        codes: all.clone().map(|n| rows[n].map_or(format!("N-{draw}-{n}"), |a| old.codes[a.index()].clone())).collect(),
        names: all.clone().map(|nth| word(nth, &old.names[at(nth)])).collect(),
        places: all.clone().map(|nth| old.places[at(nth)]).collect(),
        placements: all.clone().map(|nth| old.placements[at(nth)]).collect(),
        precisions_km: all.clone().map(|nth| old.all_precisions_km()[at(nth)]).collect(),
        units: all.clone().map(|nth| old.units[at(nth)]).collect(),
        attributes: Vec::new(),
    };
    for column in &old.attributes {
        let words: Vec<String> = all.clone().map(|nth| word(nth, column.get(at(nth)))).collect();
        accounts.attributes.push(TextColumn::new(column.name.clone(), &words));
    }
    let value = |nth: usize, old: f64| if is_new(nth) { (nth * draw) as f64 / 3.0 } else { old };
    let mut measures: Vec<Measure> = Vec::clone(&project.measures);
    for measure in measures.iter_mut().filter(|measure| measure.subject == Subject::Accounts) {
        measure.values = all.clone().map(|nth| value(nth, measure.values[at(nth)])).collect();
    }
    // Whoever replaces accounts keeps the computed columns.
    let computed = |name: &str| project.computed_column(Subject::Accounts, name).is_some();
    match random.below(6) {
        0 if accounts.attributes.len() < 6 => {
            let words: Vec<String> = all.map(|nth| format!("{}", nth % 3)).collect();
            accounts.attributes.insert(random.below(2), TextColumn::new(format!("Column {draw}"), &words));
        }
        1 if accounts.attributes.len() > 3 => {
            let at = random.below(3);
            if !computed(&accounts.attributes[at].name) {
                accounts.attributes.remove(at);
            }
        }
        2 if measures.len() < 6 => {
            let values = all.map(|nth| nth as f64 * 0.1).collect();
            measures.push(Measure::sum(format!("Measure {draw}"), "", Subject::Accounts, values));
        }
        3 if measures
            .last()
            .is_some_and(|measure| measure.subject == Subject::Accounts && !computed(&measure.name)) =>
        {
            measures.pop();
        }
        4 => {
            // The measures change places; the income's weight stays the households.
            if let Some(at) = measures.iter().position(|measure| measure.subject == Subject::Accounts) {
                let moved = measures.remove(at);
                measures.push(moved);
            }
        }
        _ => {}
    }
    let goal = Goal { measure: MeasureId::from_index(random.below(measures.len())), tolerance: 0.2, weight: 1.0 };
    let new = Project { accounts: accounts.into(), measures: measures.into(), goals: vec![goal], ..project.clone() };
    let patch = AccountsPatch::between(project, &new, &rows).expect("two states of a project");
    Edit::replace_accounts(&project.plan, patch.into(), "Replaced accounts")
}

/// A layer beside the units comes, goes, gets another name, or another takes its place.
fn layer_edit(project: &Project, random: &mut Random) -> Edit {
    let layers = &project.layers;
    let name = format!("Layer {}", random.below(1_000_000));
    let new = Box::new(layer(&name, 1 + random.below(3)));
    let at = random.below(layers.len() + 1);
    let old = layers.get(at).cloned().map(Box::new);
    let whole = |old, new| LayerChange::Whole { at: at as u16, old, new };
    let change = match (old, random.below(5)) {
        (None, _) => whole(None, Some(new)),
        (Some(_), 0) if layers.len() < 5 => whole(None, Some(new)),
        (Some(old), 1) => whole(Some(old), Some(new)),
        (Some(old), 2) => whole(Some(old), None),
        (Some(old), _) => LayerChange::Renamed { at: at as u16, old: old.name, new: name },
    };
    Edit { label: "Changed a layer".into(), changes: vec![Change::Layer(Arc::new(change))] }
}

/// A computed column comes, goes or gets another formula.
fn column_edit(project: &Project, subject: Subject, random: &mut Random) -> Edit {
    let known: Vec<&Computed> = project.computed.iter().filter(|column| column.subject == subject).collect();
    let old = known.get(random.below(known.len() + 2));
    let state = |column: &Computed, at: CellColumn| ComputedColumn {
        formula: column.formula.clone(),
        as_of: column.as_of.clone(),
        column: match at {
            CellColumn::Measure(id) => Column::Number(project.measures[id.index()].clone()),
            CellColumn::Attribute(at) => Column::Text(project.attributes(subject)[usize::from(at)].clone()),
            CellColumn::Name => unreachable!(),
        },
    };
    let name =
        old.map_or_else(|| format!("Score {}", project.computed.len() + random.below(3)), |old| old.name.clone());
    let free = Columns::of(project, subject).find(&name).is_none() && project.find_measure(&name).is_none();
    let numbers = old.map_or_else(|| random.below(2) == 0, |old| old.number);
    let formula = match (numbers, random.below(3)) {
        (true, 0) => "coalesce(lon, 0) * 0.1".to_owned(),
        (true, 1) => "rank(lat)".to_owned(),
        (true, _) => {
            project.measures_of(subject).next().map_or("1".into(), |(_, first)| format!("[{}] / 3", first.name))
        }
        (false, 0) => "upper(name) & \"-\" & code".to_owned(),
        (false, 1) => "if(lon > 0, \"ß\", \"\")".to_owned(),
        (false, _) => "tier(lat, 50, 90)".to_owned(),
    };
    let at = match old {
        Some(old) => project.place_of(old).unwrap(),
        None if numbers => CellColumn::Measure(MeasureId(project.measures.len() as u16)),
        None => CellColumn::Attribute(project.attributes(subject).len() as u16),
    };
    let removes = old.is_some() && random.below(2) == 0;
    let new = (!removes && (old.is_some() || free)).then(|| {
        let values = work_out(project, subject, &formula, "").unwrap().values;
        let column = Column::of_values(&values, &name, subject);
        Box::new(ComputedColumn { formula, as_of: String::new(), column })
    });
    let goal = project.goals.iter().zip(0..).find(|(goal, _)| CellColumn::Measure(goal.measure) == at);
    let change = ColumnChange {
        subject,
        at,
        old: old.map(|old| Box::new(state(old, at))),
        goal: goal.filter(|_| removes).map(|(goal, place)| (place, *goal)),
        new,
    };
    // Without either side there is nothing to do.
    let is_change = change.old.is_some() || change.new.is_some();
    Edit {
        label: "Changed a column".into(),
        changes: is_change.then(|| Change::Column(Arc::new(change))).into_iter().collect(),
    }
}

fn kind(change: &Change) -> &'static str {
    match change {
        Change::Assign { .. } => "assign",
        Change::Override { .. } => "override",
        Change::Territory { old: None, .. } => "territory made",
        Change::Territory { new: None, .. } => "territory removed",
        Change::Territory { .. } => "territory altered",
        Change::LockUnit { .. } => "unit locked",
        Change::LockAccount { .. } => "account locked",
        Change::Levels { .. } => "levels",
        Change::Group { .. } => "group",
        Change::Adjacency { .. } => "adjacency",
        Change::Units(patch) if patch.renumbers() => "units replaced",
        Change::Units(_) => "units cut",
        Change::Places(_) => "places",
        Change::Accounts(_) => "accounts",
        Change::Column(change) => match (&change.old, &change.new, change.at) {
            (None, _, CellColumn::Measure(_)) => "computed figures added",
            (None, ..) => "computed words added",
            (_, None, _) => "computed removed",
            _ => "computed altered",
        },
        Change::Segments { .. } => "segments",
        Change::Layer(change) => match &**change {
            LayerChange::Renamed { .. } => "layer renamed",
            LayerChange::Whole { old: None, .. } => "layer added",
            LayerChange::Whole { new: None, .. } => "layer removed",
            LayerChange::Whole { .. } => "layer replaced",
        },
        Change::Cells(cells) => match cells.column {
            CellColumn::Name => "name",
            CellColumn::Attribute(_) => "words",
            CellColumn::Measure(_) => "figures",
        },
    }
}

fn check(seed: u64, steps: usize) -> BTreeSet<&'static str> {
    let (_folder, path) = place();
    let project = project();
    let store = create(&path, &project, Existing::Refuse).unwrap();
    let begun = dump(&path);
    let mut desk = Desk { project, history: History::default(), store };
    let mut random = Random::new(seed);
    let mut made = 0;
    while made < steps {
        match random.below(24) {
            0 => drop(desk.undo()),
            1 => drop(desk.redo()),
            2 if random.below(4) == 0 => desk = desk.reopen(&path),
            _ => {
                let edit = any_edit(&desk.project, &mut random);
                made += usize::from(desk.make(edit));
            }
        }
    }
    while desk.redo() {}
    let kinds = desk.history.steps().iter().flat_map(|edit| edit.changes.iter().map(kind)).collect();
    desk = desk.reopen(&path);
    let ended = dump(&path);
    assert_ne!(begun, ended);
    while desk.undo() {}
    desk = desk.reopen(&path);
    assert_eq!(dump(&path), begun);
    while desk.redo() {}
    drop(desk.reopen(&path));
    assert_eq!(dump(&path), ended);
    kinds
}

#[test]
fn a_thousand_edits_of_every_kind_are_taken_back_and_made_again_to_the_bit() {
    let kinds = check(11, 1_000);
    assert_eq!(kinds.len(), 26, "{kinds:?}");
}

#[test]
fn other_edits_are_too() {
    for seed in 100..104 {
        check(seed, 60);
    }
}
