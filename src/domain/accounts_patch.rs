//! What a change of the account table replaces: rows that go and come, single values, whole columns. Old and new values are both in
//! it, so that it is made and taken back the same way, to the last bit. The sibling of [`super::units_patch`].

use std::sync::Arc;

use super::accounts::{Accounts, Placement};
use super::columns::{Measure, Subject, TextColumn};
use super::edit::{Change, Edit};
use super::ids::{AccountId, MeasureId, UnitId};
use super::lists::{List, ListPatch, RowPatch};
use super::plan::Plan;
use super::project::{Goal, Project};
use super::sphere::LonLat;

/// What becomes of a column.
#[derive(Debug, Clone)]
pub enum ColumnPatch<L> {
    /// It stays, at another place of the list perhaps; without values where its rows are not those of accounts.
    Kept { places: [u16; 2], values: Option<ListPatch<L>> },
    /// With the values of all rows before.
    Removed { at: u16, values: L },
    /// With the values of all rows after.
    Added { at: u16, values: L },
}

/// Accounts replaced by others.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountsPatch {
    pub rows: RowPatch,
    pub codes: ListPatch<Vec<String>>,
    pub names: ListPatch<Vec<String>>,
    pub places: ListPatch<Vec<LonLat>>,
    pub placements: ListPatch<Vec<Placement>>,
    pub precisions_km: ListPatch<Vec<f32>>,
    pub units: ListPatch<Vec<Option<UnitId>>>,
    /// The project's list of measures before and after, without values. Those of units stay what they are.
    pub measures: [Vec<Measure>; 2],
    pub measure_values: Vec<ColumnPatch<Vec<f64>>>,
    /// The names of the columns of words before and after.
    pub attributes: [Vec<String>; 2],
    pub attribute_values: Vec<ColumnPatch<TextColumn>>,
    /// What is balanced, before and after.
    pub goals: [Vec<Goal>; 2],
}

const STALE: &str = "the accounts have changed in between";

impl<L: List> PartialEq for ColumnPatch<L> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Kept { places: a, values: x }, Self::Kept { places: b, values: y }) => a == b && x == y,
            (Self::Removed { at: a, values: x }, Self::Removed { at: b, values: y })
            | (Self::Added { at: a, values: x }, Self::Added { at: b, values: y }) => a == b && x.equals(y),
            _ => false,
        }
    }
}

impl<L: List> ColumnPatch<L> {
    fn inverse(self) -> Self {
        match self {
            Self::Kept { places: [before, after], values } => {
                Self::Kept { places: [after, before], values: values.map(ListPatch::inverse) }
            }
            Self::Removed { at, values } => Self::Added { at, values },
            Self::Added { at, values } => Self::Removed { at, values },
        }
    }

    /// The position before and the position after.
    pub fn positions(&self) -> [Option<u16>; 2] {
        match *self {
            Self::Kept { places: [before, after], .. } => [Some(before), Some(after)],
            Self::Removed { at, .. } => [Some(at), None],
            Self::Added { at, .. } => [None, Some(at)],
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Kept { values, .. } => values.as_ref().map_or(0, ListPatch::bytes),
            Self::Removed { values, .. } | Self::Added { values, .. } => values.bytes(),
        }
    }
}

impl AccountsPatch {
    /// What differs between the accounts of two states of a project, with the same units and their measures in the same order.
    /// `origins` says of each account after which one before it is; those that stay must keep their order. Columns are found again by
    /// their names.
    ///
    /// # Errors
    /// The two are not states of one project, or accounts would change their order.
    pub fn between(old: &Project, new: &Project, origins: &[Option<AccountId>]) -> Result<Self, String> {
        let origins: Vec<Option<u32>> = origins.iter().map(|origin| origin.map(|account| account.0)).collect();
        let rows = RowPatch::new(old.accounts.len(), &origins)?;
        if rows.counts[1] as usize != new.accounts.len() {
            return Err("each account must have an origin or be new".into());
        }
        let (a, b) = (&*old.accounts, &*new.accounts);
        let heads = |project: &Project| project.measures.iter().map(head).collect::<Vec<Measure>>();
        let same_measure = |i: usize, j: usize| {
            let (a, b) = (&old.measures[i], &new.measures[j]);
            a.name == b.name && a.subject == b.subject
        };
        let pairs = pairs(old.measures.len(), new.measures.len(), same_measure);
        let mut measure_values = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let of_accounts = |id: usize, project: &Project| project.measures[id].subject == Subject::Accounts;
            measure_values.push(match pair {
                [Some(i), Some(j)] => ColumnPatch::Kept {
                    places: [i as u16, j as u16],
                    values: of_accounts(i, old)
                        .then(|| ListPatch::between(&old.measures[i].values, &new.measures[j].values, &rows)),
                },
                [Some(i), None] if of_accounts(i, old) => {
                    ColumnPatch::Removed { at: i as u16, values: old.measures[i].values.clone() }
                }
                [None, Some(j)] if of_accounts(j, new) => {
                    ColumnPatch::Added { at: j as u16, values: new.measures[j].values.clone() }
                }
                _ => return Err("measures of units must stay".into()),
            });
        }
        let names = |accounts: &Accounts| accounts.attributes.iter().map(|column| column.name.clone()).collect();
        let same_name = |i: usize, j: usize| a.attributes[i].name == b.attributes[j].name;
        let attribute = |pair: [Option<usize>; 2]| match pair {
            [Some(i), Some(j)] => ColumnPatch::Kept {
                places: [i as u16, j as u16],
                values: Some(ListPatch::between(&a.attributes[i], &b.attributes[j], &rows)),
            },
            [Some(i), None] => ColumnPatch::Removed { at: i as u16, values: a.attributes[i].clone() },
            [_, j] => {
                let j = j.unwrap_or_default();
                ColumnPatch::Added { at: j as u16, values: b.attributes[j].clone() }
            }
        };
        let attribute_values =
            self::pairs(a.attributes.len(), b.attributes.len(), same_name).into_iter().map(attribute).collect();
        Ok(Self {
            codes: ListPatch::between(&a.codes, &b.codes, &rows),
            names: ListPatch::between(&a.names, &b.names, &rows),
            places: ListPatch::between(&a.places, &b.places, &rows),
            placements: ListPatch::between(&a.placements, &b.placements, &rows),
            precisions_km: ListPatch::between(&a.all_precisions_km(), &b.all_precisions_km(), &rows),
            units: ListPatch::between(&a.units, &b.units, &rows),
            measures: [heads(old), heads(new)],
            measure_values,
            attributes: [names(a), names(b)],
            attribute_values,
            goals: [old.goals.clone(), new.goals.clone()],
            rows,
        })
    }

    /// The patch that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let swap = |[before, after]: [Vec<Goal>; 2]| [after, before];
        let this = self.clone();
        let [measures_before, measures_after] = this.measures;
        let [attributes_before, attributes_after] = this.attributes;
        Self {
            rows: this.rows.inverse(),
            codes: this.codes.inverse(),
            names: this.names.inverse(),
            places: this.places.inverse(),
            placements: this.placements.inverse(),
            precisions_km: this.precisions_km.inverse(),
            units: this.units.inverse(),
            measures: [measures_after, measures_before],
            measure_values: this.measure_values.into_iter().map(ColumnPatch::inverse).collect(),
            attributes: [attributes_after, attributes_before],
            attribute_values: this.attribute_values.into_iter().map(ColumnPatch::inverse).collect(),
            goals: swap(this.goals),
        }
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        let stays = |positions: [Option<u16>; 2]| positions[0] == positions[1];
        fn keeps<L: List>(column: &ColumnPatch<L>) -> bool {
            matches!(column, ColumnPatch::Kept { values, .. } if values.as_ref().is_none_or(ListPatch::keeps_values))
        }
        self.rows.is_empty()
            && self.codes.keeps_values()
            && self.names.keeps_values()
            && self.places.keeps_values()
            && self.placements.keeps_values()
            && self.precisions_km.keeps_values()
            && self.units.keeps_values()
            && self.measures[0] == self.measures[1]
            && self.attributes[0] == self.attributes[1]
            && self.measure_values.iter().all(|column| keeps(column) && stays(column.positions()))
            && self.attribute_values.iter().all(|column| keeps(column) && stays(column.positions()))
    }

    /// The project with the other accounts. Its plan is left as it is: that follows by [`super::edit::apply`].
    ///
    /// # Errors
    /// The project is not the one that the patch was made for.
    pub fn apply(&self, project: &Project) -> Result<Project, String> {
        let (accounts, measures) = self.apply_to_table(&project.accounts, &project.measures)?;
        if accounts.units.iter().flatten().any(|unit| unit.index() >= project.units.len()) {
            return Err("there are other units than there were".into());
        }
        Ok(Project {
            accounts: Arc::new(accounts),
            measures: Arc::new(measures),
            goals: self.goals_after(&project.goals),
            ..project.clone()
        })
    }

    /// The same for the table alone. Measures of units may come without their values.
    pub fn apply_to_table(&self, old: &Accounts, measures: &[Measure]) -> Result<(Accounts, Vec<Measure>), String> {
        let rows = &self.rows;
        let same_head = |(known, found): (&Measure, &Measure)| *known == head(found);
        let same_columns = self.measures[0].len() == measures.len()
            && self.measures[0].iter().zip(measures).all(same_head)
            && self.attributes[0].iter().eq(old.attributes.iter().map(|column| &column.name));
        if !rows.fits() || old.len() != rows.counts[0] as usize || !same_columns {
            return Err(STALE.into());
        }
        let accounts = || {
            Some(Accounts {
                codes: self.codes.apply(&old.codes, rows)?,
                names: self.names.apply(&old.names, rows)?,
                places: self.places.apply(&old.places, rows)?,
                placements: self.placements.apply(&old.placements, rows)?,
                precisions_km: self.precisions_km.apply(&old.all_precisions_km(), rows)?,
                units: self.units.apply(&old.units, rows)?,
                attributes: Vec::new(),
            })
        };
        let mut accounts = accounts().ok_or(STALE)?;
        let lists: Vec<&TextColumn> = old.attributes.iter().collect();
        accounts.attributes = columns(&self.attribute_values, &lists, self.attributes[1].len(), rows).ok_or(STALE)?;
        for (column, name) in accounts.attributes.iter_mut().zip(&self.attributes[1]) {
            column.name.clone_from(name);
        }
        let lists: Vec<&Vec<f64>> = measures.iter().map(|measure| &measure.values).collect();
        let values = columns(&self.measure_values, &lists, self.measures[1].len(), rows).ok_or(STALE)?;
        let measures = self.measures[1].iter().zip(values).map(|(head, values)| Measure { values, ..head.clone() });
        Ok((accounts, measures.collect()))
    }

    /// Per measure before, where it is after.
    pub fn measures_moved(&self) -> Vec<Option<MeasureId>> {
        let mut moved = vec![None; self.measures[0].len()];
        for column in &self.measure_values {
            if let [Some(before), Some(after)] = column.positions()
                && let Some(slot) = moved.get_mut(usize::from(before))
            {
                *slot = Some(MeasureId(after));
            }
        }
        moved
    }

    /// What is balanced afterwards: what the patch says, or, where another choice was made meanwhile, that with the new numbers.
    pub fn goals_after(&self, present: &[Goal]) -> Vec<Goal> {
        if present == self.goals[0] {
            return self.goals[1].clone();
        }
        let moved = self.measures_moved();
        let goal = |goal: &Goal| {
            let measure = moved.get(goal.measure.index()).copied().flatten()?;
            Some(Goal { measure, ..*goal })
        };
        present.iter().filter_map(goal).collect()
    }

    /// Per account before, its number after.
    pub fn accounts_moved(&self) -> Vec<Option<AccountId>> {
        self.rows.moved().into_iter().map(|row| row.map(AccountId)).collect()
    }

    /// Roughly how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.codes.bytes()
            + self.names.bytes()
            + self.places.bytes()
            + self.placements.bytes()
            + self.precisions_km.bytes()
            + self.units.bytes()
            + self.measure_values.iter().map(ColumnPatch::bytes).sum::<usize>()
            + self.attribute_values.iter().map(ColumnPatch::bytes).sum::<usize>()
    }
}

impl Edit {
    /// One step that replaces accounts: what hangs on accounts and measures that go is taken off first, so that undo puts it back.
    /// Overrides, locks and targets of the others follow by themselves.
    pub fn replace_accounts(plan: &Plan, patch: Arc<AccountsPatch>, label: impl Into<String>) -> Self {
        let mut edit = Self::new(label);
        for &row in &patch.rows.removed {
            let account = AccountId(row);
            if plan.locked_accounts().contains(&account) {
                edit.changes.push(Change::LockAccount { account, old: true, new: false });
            }
            if let Some(&owner) = plan.overrides().get(&account) {
                edit.changes.push(Change::Override { account, old: Some(owner), new: None });
            }
        }
        let moved = patch.measures_moved();
        let stays = |measure: &MeasureId| moved.get(measure.index()).is_some_and(Option::is_some);
        for (id, territory) in plan.territories() {
            if !territory.targets.keys().all(stays) {
                let mut new = territory.clone();
                new.targets.retain(|measure, _| stays(measure));
                let old = Some(Box::new(territory.clone()));
                edit.changes.push(Change::Territory { id, old, new: Some(Box::new(new)) });
            }
        }
        edit.changes.push(Change::Accounts(patch));
        edit
    }
}

/// A measure without its values.
fn head(measure: &Measure) -> Measure {
    let Measure { name, unit, subject, aggregate, values: _ } = measure;
    Measure { name: name.clone(), unit: unit.clone(), subject: *subject, aggregate: *aggregate, values: Vec::new() }
}

/// The entries of two lists that are the same thing, each once; then those of the first and of the second that are left.
fn pairs(before: usize, after: usize, same: impl Fn(usize, usize) -> bool) -> Vec<[Option<usize>; 2]> {
    let mut taken = vec![false; after];
    let mut pairs: Vec<[Option<usize>; 2]> = Vec::with_capacity(before + after);
    for i in 0..before {
        let found = (0..after).find(|&j| !taken[j] && same(i, j));
        if let Some(j) = found {
            taken[j] = true;
        }
        pairs.push([Some(i), found]);
    }
    pairs.extend((0..after).filter(|&j| !taken[j]).map(|j| [None, Some(j)]));
    pairs
}

/// All columns after; `None` where they are not those that the patches were made for.
fn columns<L: List>(patches: &[ColumnPatch<L>], old: &[&L], count: usize, rows: &RowPatch) -> Option<Vec<L>> {
    let mut new: Vec<Option<L>> = vec![None; count];
    let mut used = vec![false; old.len()];
    for patch in patches {
        let [before, after] = patch.positions().map(|at| at.map(usize::from));
        if let Some(before) = before {
            let used = used.get_mut(before)?;
            if std::mem::replace(used, true) {
                return None;
            }
        }
        let made = match patch {
            ColumnPatch::Kept { values: Some(values), .. } => values.apply(old.get(before?)?, rows)?,
            ColumnPatch::Kept { values: None, .. } => L::clone(old.get(before?)?),
            ColumnPatch::Removed { values, .. } => {
                if !values.equals(old.get(before?)?) {
                    return None;
                }
                continue;
            }
            ColumnPatch::Added { values, .. } => {
                if values.count() != rows.counts[1] as usize {
                    return None;
                }
                values.clone()
            }
        };
        let slot = new.get_mut(after?)?;
        if slot.replace(made).is_some() {
            return None;
        }
    }
    if used.iter().all(|used| *used) { new.into_iter().collect() } else { None }
}
