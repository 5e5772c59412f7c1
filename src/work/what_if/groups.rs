//! Districts and regions: one becomes two, several become one.

use super::{Answer, Asked, refused};
use crate::domain::edit::{Change, Edit};
use crate::domain::hierarchy::{Group, Member};
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::palette;
use crate::domain::sphere::{LonLat, centroid};
use crate::words;
use crate::work::build::BuildError;

/// A member of a group with where it is and what it carries.
struct Part {
    member: Member,
    middle: LonLat,
    load: f64,
}

impl Asked<'_> {
    /// Along the longer side of the group, where both halves carry most nearly the same; territories stay whole.
    pub(super) fn split_group(&self, id: GroupId) -> Result<Answer, BuildError> {
        let plan = self.plan();
        let Some(group) = plan.hierarchy().group(id) else { return Err(refused("there is no such group")) };
        if plan.hierarchy().is_locked(Some(id)) {
            return Err(refused(format!("{} is locked", group.name)));
        }
        let mut parts = self.parts_of(id);
        if parts.len() < 2 {
            return Err(refused(format!("{} holds one member: it cannot be divided", group.name)));
        }
        sort_along(&mut parts);
        let whole: f64 = parts.iter().map(|part| part.load).sum();
        let mut sum = 0.0;
        let mut best = (1, f64::INFINITY);
        for (at, part) in parts.iter().enumerate().take(parts.len() - 1) {
            sum += part.load;
            let off = (2.0 * sum - whole).abs();
            if off < best.1 {
                best = (at + 1, off);
            }
        }
        let taken: Vec<&str> = plan.hierarchy().iter().map(|(_, group)| group.name.as_str()).collect();
        let name = free_name(&taken, &group.name);
        let used: Vec<[u8; 3]> =
            plan.hierarchy().on_level(usize::from(group.level)).map(|(_, group)| group.colour).collect();
        let new = Group {
            name: name.clone(),
            colour: palette::least_used(&used),
            rep: None,
            locked: false,
            note: String::new(),
            ..group.clone()
        };
        let (mut edit, new_id) = Edit::add_group(plan, "", new);
        let moving = parts.split_off(best.0);
        for part in &moving {
            edit.changes.extend(self.moved_to(part.member, new_id));
        }
        edit.label = format!("Split {} in two", group.name);
        let description = format!("{} becomes two: {} and {name}", group.name, group.name);
        let notes = vec![
            format!("{name} has no manager yet"),
            format!(
                "{} carries {} of what {} did",
                name,
                words::percent(if whole > 0.0 {
                    moving.iter().map(|part| part.load).sum::<f64>() / whole
                } else {
                    0.0
                }),
                group.name
            ),
        ];
        Ok(Answer { name: format!("{} in two", group.name), description, edit, notes })
    }

    pub(super) fn merge_groups(&self, into: GroupId, others: &[GroupId]) -> Result<Answer, BuildError> {
        let plan = self.plan();
        let hierarchy = plan.hierarchy();
        let Some(first) = hierarchy.group(into) else { return Err(refused("there is no such group")) };
        let others: Vec<GroupId> = others.iter().copied().filter(|&id| id != into).collect();
        if others.is_empty() {
            return Err(refused(format!("there is nothing to put together with {}", first.name)));
        }
        let mut edit = Edit::new(String::new());
        let (mut names, mut notes) = (Vec::new(), Vec::new());
        for &id in &others {
            let Some(group) = hierarchy.group(id) else { return Err(refused("there is no such group")) };
            if group.level != first.level {
                return Err(refused(format!("{} and {} are not on the same level", first.name, group.name)));
            }
            if let Some(locked) = [into, id].into_iter().find(|&id| hierarchy.is_locked(Some(id))) {
                return Err(refused(format!("{} is locked", plan.group_name(Some(locked)))));
            }
            for part in self.parts_of(id) {
                edit.changes.extend(self.moved_to(part.member, into));
            }
            if let Some(rep) = group.rep.and_then(|rep| self.project.reps.get(rep.index())) {
                notes.push(format!("{} managed {}, and manages nothing now", rep.name, group.name));
            }
            edit.changes.push(Change::Group { id, old: Some(Box::new(group.clone())), new: None });
            names.push(group.name.clone());
        }
        let all = names.join(", ");
        edit.label = format!("Put {all} and {} together", first.name);
        let description = format!("{all} and {} become one: {}", first.name, first.name);
        Ok(Answer { name: format!("{} with {all}", first.name), description, edit, notes })
    }

    /// What stands right below a group.
    fn parts_of(&self, id: GroupId) -> Vec<Part> {
        let plan = self.plan();
        let totals = self.totals(self.project);
        let measure = self.wish.goals.first().map(|goal| goal.measure);
        let load = |territory: TerritoryId| {
            measure.map_or_else(|| f64::from(totals.unit_count(territory)), |measure| totals.load(measure, territory))
        };
        let middle = |territories: &[TerritoryId]| {
            let inside = |unit: &UnitId| territories.contains(&plan.territory_of(*unit));
            let places =
                self.project.units.ids().filter(inside).map(|unit| (self.project.units.centres[unit.index()], 1.0));
            centroid(places.filter(|(place, _)| place.is_valid())).unwrap_or_default()
        };
        let territories = plan
            .territories()
            .filter(|(_, territory)| territory.parent == Some(id))
            .map(|(id, _)| Member::Territory(id));
        let groups =
            plan.hierarchy().iter().filter(|(_, group)| group.parent == Some(id)).map(|(id, _)| Member::Group(id));
        territories
            .chain(groups)
            .map(|member| {
                let inside: Vec<TerritoryId> = match member {
                    Member::Territory(id) => vec![id],
                    Member::Group(id) => plan.territories_in(id).collect(),
                };
                Part { member, middle: middle(&inside), load: inside.iter().map(|&id| load(id)).sum() }
            })
            .collect()
    }

    /// A member goes from one group into another.
    fn moved_to(&self, member: Member, to: GroupId) -> Option<Change> {
        let plan = self.plan();
        match member {
            Member::Territory(id) => {
                let old = plan.territory(id)?;
                let mut new = old.clone();
                new.parent = Some(to);
                Some(Change::Territory { id, old: Some(Box::new(old.clone())), new: Some(Box::new(new)) })
            }
            Member::Group(id) => {
                let old = plan.hierarchy().group(id)?;
                let mut new = old.clone();
                new.parent = Some(to);
                Some(Change::Group { id, old: Some(Box::new(old.clone())), new: Some(Box::new(new)) })
            }
        }
    }
}

/// From one end of the longer side to the other; degrees of longitude shrink with the latitude.
fn sort_along(parts: &mut [Part]) {
    let mean = parts.iter().map(|part| part.middle.lat).sum::<f64>() / parts.len().max(1) as f64;
    let shrink = mean.to_radians().cos();
    let spread = |of: &dyn Fn(&Part) -> f64| {
        let (low, high) = parts
            .iter()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        high - low
    };
    let wide = spread(&|part| part.middle.lon * shrink) >= spread(&|part| part.middle.lat);
    let along = |part: &Part| if wide { part.middle.lon } else { -part.middle.lat };
    parts.sort_by(|a, b| along(a).total_cmp(&along(b)));
}

fn free_name(taken: &[&str], name: &str) -> String {
    let free = |wanted: &String| taken.iter().all(|known| !known.eq_ignore_ascii_case(wanted));
    (2..).map(|number: usize| format!("{name} {number}")).find(free).unwrap_or_default()
}
