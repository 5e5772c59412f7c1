//! Edits of what stands above territories: groups made, altered, moved and removed, levels named, added and removed.

use super::edit::{Change, Edit};
use super::hierarchy::{Group, Member};
use super::ids::{GroupId, TerritoryId};
use super::plan::{Plan, Territory};

impl Edit {
    /// Replaces the properties of a group.
    pub fn alter_group(plan: &Plan, id: GroupId, label: impl Into<String>, alter: impl FnOnce(&mut Group)) -> Self {
        let mut edit = Self::new(label);
        if let Some(old) = plan.hierarchy.group(id) {
            let mut new = old.clone();
            alter(&mut new);
            if new != *old {
                edit.changes.push(Change::Group { id, old: Some(Box::new(old.clone())), new: Some(Box::new(new)) });
            }
        }
        edit
    }

    /// Adds a group.
    pub fn add_group(plan: &Plan, label: impl Into<String>, group: Group) -> (Self, GroupId) {
        let id = plan.hierarchy.next_id();
        let mut edit = Self::new(label);
        edit.changes.push(Change::Group { id, old: None, new: Some(Box::new(group)) });
        (edit, id)
    }

    /// Removes a group; what it holds goes to the group above it.
    pub fn remove_group(plan: &Plan, id: GroupId) -> Self {
        let Some(old) = plan.hierarchy.group(id) else { return Self::default() };
        let mut edit = Self::new(format!("Removed {}", old.name));
        for (territory, properties) in plan.territories().filter(|(_, territory)| territory.parent == Some(id)) {
            let new = Territory { parent: old.parent, ..properties.clone() };
            edit.changes.push(Change::Territory {
                id: territory,
                old: Some(Box::new(properties.clone())),
                new: Some(Box::new(new)),
            });
        }
        for (group, properties) in plan.hierarchy.iter().filter(|(_, group)| group.parent == Some(id)) {
            let new = Group { parent: old.parent, ..properties.clone() };
            edit.changes.push(Change::Group {
                id: group,
                old: Some(Box::new(properties.clone())),
                new: Some(Box::new(new)),
            });
        }
        edit.changes.push(Change::Group { id, old: Some(Box::new(old.clone())), new: None });
        edit
    }

    /// Puts territories into a group, or out of every group.
    pub fn move_to_group(plan: &Plan, territories: impl IntoIterator<Item = TerritoryId>, to: Option<GroupId>) -> Self {
        Self::move_into(plan, territories.into_iter().map(Member::Territory), to)
    }

    /// Puts territories and groups into a group, or out of every group; those that are there stay.
    pub fn move_into(plan: &Plan, members: impl IntoIterator<Item = Member>, to: Option<GroupId>) -> Self {
        let mut edit = Self::default();
        for member in members {
            edit.changes.extend(match member {
                Member::Territory(id) => Self::alter(plan, id, "", |territory| territory.parent = to).changes,
                Member::Group(id) => Self::alter_group(plan, id, "", |group| group.parent = to).changes,
            });
        }
        edit
    }

    /// Replaces the levels. Each new one is a level there was (its position) or is none yet, with its name, from the lowest up; those
    /// there were keep their order. A level that is left out must be empty: [`super::edit::apply`] refuses the edit otherwise.
    pub fn set_levels(plan: &Plan, levels: &[(Option<usize>, String)]) -> Self {
        let mut edit = Self::default();
        let old = plan.hierarchy.levels.clone();
        let new: Vec<String> = levels.iter().map(|(_, name)| name.clone()).collect();
        let position_of = |level: u8| levels.iter().position(|(was, _)| *was == Some(usize::from(level)));
        // While groups go down, the lowest go first, and parents stay above their members. Levels are inserted on top alone.
        let mut moved: Vec<(GroupId, &Group, u8)> = Vec::new();
        for (id, group) in plan.hierarchy.iter() {
            // The group of a level that is left out is put where no level is, which is refused.
            let level = position_of(group.level).map_or(u8::MAX, |level| level as u8);
            if level != group.level {
                moved.push((id, group, level));
            }
        }
        moved.sort_by_key(|&(id, group, _)| (group.level, id));
        for (id, group, level) in moved {
            let new = Group { level, ..group.clone() };
            edit.changes.push(Change::Group { id, old: Some(Box::new(group.clone())), new: Some(Box::new(new)) });
        }
        if old != new {
            edit.changes.push(Change::Levels { old, new });
        }
        edit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::{EditError, Locks, apply};
    use crate::domain::fixture;

    fn names(levels: &[&str]) -> Vec<(Option<usize>, String)> {
        levels.iter().map(|name| (None, (*name).to_owned())).collect()
    }

    /// Two districts in a region; the territories A and B in the first, C in the second.
    fn plan() -> (Plan, [GroupId; 3]) {
        let mut plan = (*fixture::project("ABC").plan).clone();
        let mut make = |edit: &Edit| apply(&mut plan, edit, Locks::Obey).unwrap();
        make(&Edit::set_levels(&Plan::empty("", 0), &names(&["District", "Region"])));
        let mut ids = Vec::new();
        for (name, level, parent) in [("West", 1, None), ("North", 0, Some(0)), ("South", 0, Some(0))] {
            let parent = parent.map(|at: usize| ids[at]);
            let (edit, id) =
                Edit::add_group(&plan, "", Group { name: name.to_owned(), level, parent, ..Group::default() });
            apply(&mut plan, &edit, Locks::Obey).unwrap();
            ids.push(id);
        }
        let members = ["A", "B"].map(|name| Member::Territory(plan.find_territory(name).unwrap()));
        let edit = Edit::move_into(&plan, members, Some(ids[1]));
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        let c = plan.find_territory("C").unwrap();
        let edit = Edit::move_into(&plan, [Member::Territory(c)], Some(ids[2]));
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        (plan, [ids[0], ids[1], ids[2]])
    }

    #[test]
    fn an_empty_level_in_between_is_removed_and_comes_back() {
        let (mut plan, [west, north, _]) = plan();
        let with_area = [(Some(0), "District".to_owned()), (Some(1), "Region".to_owned()), (None, "Nation".to_owned())];
        let edit = Edit::set_levels(&plan, &with_area);
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        let edit = Edit::alter_group(&plan, west, "", |group| group.level = 2);
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        let before = plan.clone();
        let without = [(Some(0), "Bezirk".to_owned()), (Some(2), "Nation".to_owned())];
        let edit = Edit::set_levels(&plan, &without);
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        assert_eq!(plan.hierarchy().levels(), ["Bezirk", "Nation"]);
        assert_eq!(plan.hierarchy().group(west).unwrap().level, 1);
        assert_eq!(plan.hierarchy().group(north).unwrap().parent, Some(west));
        apply(&mut plan, &edit.inverse(), Locks::Pass).unwrap();
        assert_eq!(plan, before);
    }

    #[test]
    fn a_level_that_holds_groups_is_not_removed() {
        let (mut plan, _) = plan();
        let before = plan.clone();
        let edit = Edit::set_levels(&plan, &[(Some(1), "Region".to_owned())]);
        assert_eq!(apply(&mut plan, &edit, Locks::Obey), Err(EditError::WrongLevel));
        assert_eq!(plan, before);
    }

    #[test]
    fn above_its_own_level_a_territory_goes_with_its_whole_group() {
        let (plan, [_, north, south]) = plan();
        let a = plan.find_territory("A").unwrap();
        assert_eq!(plan.member_below(a, 0), Some(Member::Territory(a)));
        assert_eq!(plan.member_below(a, 1), Some(Member::Group(north)));
        assert_eq!(plan.territories_in(south).count(), 1);
        assert_eq!(plan.member_below(TerritoryId::UNASSIGNED, 0), None);
    }

    #[test]
    fn what_a_locked_group_holds_is_kept_there() {
        let (mut plan, [west, north, south]) = plan();
        let a = Member::Territory(plan.find_territory("A").unwrap());
        assert_eq!(plan.keeper_of(a), None);
        let edit = Edit::alter_group(&plan, west, "", |group| group.locked = true);
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        assert_eq!(plan.keeper_of(a), Some("West"));
        assert_eq!(plan.keeper_of(Member::Group(north)), Some("West"));
        assert_eq!(plan.keeper_of(Member::Group(west)), None, "it may go elsewhere itself");
        let edit = Edit::move_into(&plan, [a], Some(south));
        assert_eq!(apply(&mut plan, &edit, Locks::Obey), Err(EditError::GroupLocked("West".to_owned())));
    }
}
