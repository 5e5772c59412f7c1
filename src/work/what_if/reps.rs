//! Reps who leave, join or work less, and more territories.

use std::collections::BTreeMap;

use super::{Answer, Asked, edit_of, notes_of, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::palette;
use crate::domain::plan::Territory;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;
use crate::words;
use crate::work::build::BuildError;
use crate::work::territory::{self, Board, Refused};

impl Asked<'_> {
    /// The territories of a rep who goes are given up; the engine gives their units to the others. What else moves is limited.
    pub(super) fn rep_leaves(&self, rep: RepId) -> Result<Answer, BuildError> {
        let name = self.rep_name(rep)?.to_owned();
        let plan = self.plan();
        let gone: Vec<TerritoryId> =
            plan.territories().filter(|(_, territory)| territory.rep == Some(rep)).map(|(id, _)| id).collect();
        if gone.is_empty() {
            return Err(refused(format!("{name} has no territory in this scenario")));
        }
        if gone.len() == plan.territory_count() {
            return Err(refused(format!("nobody is left who could take over from {name}")));
        }
        let mut edit = Edit::new(format!("{name} leaves"));
        let mut notes = Vec::new();
        let freed = self.free(&gone, &mut edit, &mut notes);
        for &id in &gone {
            edit.changes.extend(Edit::remove(plan, id).changes);
        }
        for (group, properties) in plan.hierarchy().iter().filter(|(_, group)| group.rep == Some(rep)) {
            let mut new = properties.clone();
            new.rep = None;
            let old = Some(Box::new(properties.clone()));
            edit.changes.push(Change::Group { id: group, old, new: Some(Box::new(new)) });
            notes.push(format!("{} has no manager any more", properties.name));
        }
        let without = self.after(&edit)?;
        let keeps = self.wish.others_move <= 0.0;
        let frozen: Vec<UnitId> = match keeps {
            true => plan
                .assignment()
                .iter()
                .zip(self.project.units.ids())
                .filter(|(owner, _)| !gone.contains(owner))
                .map(|(_, unit)| unit)
                .collect(),
            // What nobody had before stays so.
            false => plan.units_of(TerritoryId::UNASSIGNED).collect(),
        };
        let building = self.balanced(&without, frozen, !keeps)?;
        notes.extend(notes_of(&building));
        edit.changes.extend(edit_of(building).changes);
        if freed > 0 {
            notes.push(format!("{} were locked to {name}, and are free now", self.project.units.count_words(freed)));
        }
        let also = match keeps {
            true => String::new(),
            false => format!(
                "; up to {} of what the others have may change hands too",
                words::percent(self.wish.others_move)
            ),
        };
        Ok(Answer {
            description: format!("{name} leaves; the others take what {name} had{also}"),
            name: format!("{name} leaves"),
            edit,
            notes,
        })
    }

    /// Somebody begins at a place: the units around it until an equal share is reached, then all are balanced from there.
    pub(super) fn rep_joins(&self, rep: Option<RepId>, name: &str, home: LonLat) -> Result<Answer, BuildError> {
        let plan = self.plan();
        let person = match rep {
            Some(rep) => self.rep_name(rep)?.to_owned(),
            None => name.trim().to_owned(),
        };
        if person.is_empty() {
            return Err(refused("the new territory has no name"));
        }
        if !home.is_valid() {
            return Err(refused(format!("{person} has no home on the map")));
        }
        let (mut edit, id) = self.new_territory(&person, rep);
        let totals = self.totals(self.project);
        let count = plan.territory_count() + 1;
        let measure = self.wish.goals.first().map(|goal| goal.measure);
        let load = |unit: UnitId| measure.map_or(1.0, |measure| totals.table().unit_load(measure, unit));
        let whole = measure.map_or(self.project.units.len() as f64, |measure| totals.total(measure));
        let wanted = whole / count as f64;
        let mut near: Vec<(f64, UnitId)> = self
            .project
            .units
            .ids()
            .filter(|&unit| !plan.is_locked(unit) && self.project.units.centres[unit.index()].is_valid())
            .map(|unit| (self.project.units.centres[unit.index()].distance_km(home), unit))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut taken, mut units) = (0.0, Vec::new());
        for (_, unit) in near {
            if taken >= wanted {
                break;
            }
            taken += load(unit);
            units.push(unit);
        }
        if units.is_empty() {
            return Err(refused("every unit is locked"));
        }
        edit.changes.extend(Edit::assign(plan, units, id).changes);
        edit.label = format!("{person} joins");
        self.finish_joined(edit, format!("{person} joins"), format!("{person} begins, around the home on the map"))
    }

    /// Others keep nearly all they have: only what balance needs moves.
    fn finish_joined(&self, mut edit: Edit, name: String, description: String) -> Result<Answer, BuildError> {
        let with = self.after(&edit)?;
        let building = self.balanced(&with, Vec::new(), false)?;
        let notes = notes_of(&building);
        edit.changes.extend(edit_of(building).changes);
        Ok(Answer { name, description, edit, notes })
    }

    /// Targets in proportion: the rep's territories carry this share of a full one.
    pub(super) fn part_time(&self, rep: RepId, share: f64) -> Result<Answer, BuildError> {
        let name = self.rep_name(rep)?.to_owned();
        if !(share > 0.0 && share < 1.0) {
            return Err(refused(format!(
                "{} is no part of a full position: give more than 0 and less than 100 %",
                words::percent(share)
            )));
        }
        let plan = self.plan();
        let own = |territory: &Territory| territory.rep == Some(rep);
        let theirs = plan.territories().filter(|(_, territory)| own(territory)).count();
        if theirs == 0 {
            return Err(refused(format!("{name} has no territory in this scenario")));
        }
        let totals = self.totals(self.project);
        let positions = (plan.territory_count() - theirs) as f64 + theirs as f64 * share;
        let mut edit = Edit::new(format!("{name} works {}", words::percent(share)));
        for (id, territory) in plan.territories() {
            let mut new = territory.clone();
            for goal in &self.wish.goals {
                let part = if own(territory) { share } else { 1.0 };
                new.targets.insert(goal.measure, totals.total(goal.measure) * part / positions);
            }
            if new != *territory {
                let old = Some(Box::new(territory.clone()));
                edit.changes.push(Change::Territory { id, old, new: Some(Box::new(new)) });
            }
        }
        let name_of = format!("{name} at {}", words::percent(share));
        let description = format!("{name} works {} of a full position", words::percent(share));
        self.finish_joined(edit, name_of, description)
    }

    /// The fullest territory is split in two, time after time; then all are balanced from there.
    pub(super) fn grow_to(&self, count: usize) -> Result<Answer, BuildError> {
        let now = self.plan().territory_count();
        if count <= now {
            return Err(refused(format!("there are {now} territories already")));
        }
        let goal = self.wish.goals.first().copied();
        let measure = goal.map(|goal| goal.measure);
        let mut edit = Edit::new(format!("Grew to {count} territories"));
        let mut project = self.project.clone();
        while project.plan.territory_count() < count {
            let totals = self.totals(&project);
            let fullest = fullest(&project, &totals, measure)
                .ok_or_else(|| refused("every territory is locked or too small to be split"))?;
            let board = Board::new(&project, &totals, goal);
            let done = match territory::split(&board, fullest, 2, self.progress) {
                Ok(done) => done,
                Err(Refused::Cancelled) => return Err(BuildError::Cancelled),
                Err(Refused::Because(why)) => return Err(refused(why)),
            };
            edit.changes.extend(done.edit.changes);
            project = self.after(&edit)?;
        }
        self.finish_joined(edit, format!("{count} territories"), format!("{count} territories instead of {now}"))
    }

    /// A territory called after a person, without units.
    fn new_territory(&self, person: &str, rep: Option<RepId>) -> (Edit, TerritoryId) {
        let plan = self.plan();
        let id = plan.next_territory_id();
        let used: Vec<[u8; 3]> = plan.territories().map(|(_, territory)| territory.colour).collect();
        let wanted = format!("Territory of {person}");
        let numbered = (2..).map(|number: usize| format!("{wanted} {number}"));
        let free = std::iter::once(wanted.clone()).chain(numbered).find(|name| plan.find_territory(name).is_none());
        let territory =
            Territory { name: free.unwrap_or(wanted), colour: palette::least_used(&used), rep, ..Territory::default() };
        let mut edit = Edit::new(String::new());
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
        (edit, id)
    }

    /// Takes locks off what is given up: there is nobody any more to keep it for. Gives how many units were locked.
    fn free(&self, gone: &[TerritoryId], edit: &mut Edit, notes: &mut Vec<String>) -> usize {
        let plan = self.plan();
        let mut freed = 0;
        for &unit in plan.locked_units().iter().filter(|&&unit| gone.contains(&plan.territory_of(unit))) {
            edit.changes.push(Change::LockUnit { unit, old: true, new: false });
            freed += 1;
        }
        let mut accounts: BTreeMap<&str, usize> = BTreeMap::new();
        for &account in plan.locked_accounts() {
            let unit = self.project.accounts.units.get(account.index()).copied().flatten();
            let owner = plan.owner_of(account, unit);
            if gone.contains(&owner) {
                edit.changes.push(Change::LockAccount { account, old: true, new: false });
                *accounts.entry(plan.territory_name(owner)).or_default() += 1;
            }
        }
        for (name, count) in accounts {
            let accounts = words::counted(count as i128, "account");
            notes.push(format!("{accounts} locked to {name} {} free now", if count == 1 { "is" } else { "are" }));
        }
        freed
    }
}

/// The territory with most of a measure (with most units, where there is none) among those that may be split.
fn fullest(project: &Project, totals: &Totals, measure: Option<MeasureId>) -> Option<TerritoryId> {
    let plan = &*project.plan;
    let load =
        |id: TerritoryId| measure.map_or_else(|| f64::from(totals.unit_count(id)), |measure| totals.load(measure, id));
    let free =
        plan.territories().map(|(id, _)| id).filter(|&id| !plan.is_territory_locked(id) && totals.unit_count(id) > 1);
    free.max_by(|&a, &b| load(a).total_cmp(&load(b)).then(b.cmp(&a)))
}
