//! What stands above territories: districts, regions, as many levels as the user names. A tree, because the parent of a group is
//! always of a higher level.

use super::ids::{GroupId, RepId, TerritoryId};

/// A district, a region, or what the user calls it: it holds territories and groups of lower levels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    pub name: String,
    /// Position in [`Hierarchy::levels`]; 0 is the level next to territories.
    pub level: u8,
    /// A group of a higher level.
    pub parent: Option<GroupId>,
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// Who leads it.
    pub rep: Option<RepId>,
    /// Neither hand nor solver may change the territories in it.
    pub locked: bool,
    /// The user's words about it.
    pub note: String,
}

/// What can stand in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    Territory(TerritoryId),
    Group(GroupId),
}

/// The levels above territories and the groups on them. Changed by [`super::edit::apply`] alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hierarchy {
    /// What each level is called, from the lowest up: "District", "Region".
    pub(super) levels: Vec<String>,
    /// By id; slot 0 is never used, a removed group leaves an empty slot so that ids stay what they were.
    pub(super) groups: Vec<Option<Group>>,
}

/// So many levels can stand above territories.
pub const MOST_LEVELS: usize = 8;

impl Hierarchy {
    /// From saved parts. Refuses parts that do not fit together, saying which.
    pub fn from_parts(levels: Vec<String>, groups: impl IntoIterator<Item = (GroupId, Group)>) -> Result<Self, String> {
        if levels.len() > MOST_LEVELS {
            return Err(format!("there are {} levels, {MOST_LEVELS} is the most", levels.len()));
        }
        let mut hierarchy = Self { levels, groups: Vec::new() };
        for (id, group) in groups {
            if id == GroupId::default() {
                return Err("group 0 is reserved".into());
            }
            *hierarchy.slot(id) = Some(group);
        }
        if let Some((id, group)) = hierarchy.iter().find(|(_, group)| !hierarchy.fits(group)) {
            return Err(format!("the group {} ({}) is on a level that cannot be", group.name, id.0));
        }
        Ok(hierarchy)
    }

    /// What each level is called, from the lowest up.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(id.index())?.as_ref()
    }

    /// The existing groups, by id.
    pub fn iter(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        let slots = self.groups.iter().enumerate();
        slots.filter_map(|(index, slot)| Some((GroupId::from_index(index), slot.as_ref()?)))
    }

    /// The groups of one level, by id.
    pub fn on_level(&self, level: usize) -> impl Iterator<Item = (GroupId, &Group)> {
        self.iter().filter(move |(_, group)| usize::from(group.level) == level)
    }

    /// A group and those above it, from the lowest up.
    pub fn upwards(&self, from: Option<GroupId>) -> impl Iterator<Item = (GroupId, &Group)> {
        let known = |id: Option<GroupId>| id.and_then(|id| Some((id, self.group(id)?)));
        std::iter::successors(known(from), move |(_, group)| known(group.parent))
    }

    /// The group of a level that `from` is, or lies in.
    pub fn at_level(&self, from: Option<GroupId>, level: usize) -> Option<GroupId> {
        self.upwards(from).find(|(_, group)| usize::from(group.level) == level).map(|(id, _)| id)
    }

    /// The level of that name, ignoring case, or of that number: 1 is the one next to territories.
    pub fn find_level(&self, name: &str) -> Option<usize> {
        let wanted = name.trim().to_lowercase();
        let named = self.levels.iter().position(|level| level.to_lowercase() == wanted);
        let numbered = || wanted.parse::<usize>().ok()?.checked_sub(1).filter(|&level| level < self.levels.len());
        named.or_else(numbered)
    }

    /// Whether a group, or one above it, is locked.
    pub fn is_locked(&self, id: Option<GroupId>) -> bool {
        self.upwards(id).any(|(_, group)| group.locked)
    }

    /// An id for a new group, never used before.
    pub fn next_id(&self) -> GroupId {
        GroupId::from_index(self.groups.len().max(1))
    }

    /// The group of that name on a level, ignoring case.
    pub fn find(&self, level: usize, name: &str) -> Option<GroupId> {
        let name = name.trim().to_lowercase();
        self.on_level(level).find(|(_, group)| group.name.to_lowercase() == name).map(|(id, _)| id)
    }

    /// Whether a group's level exists and its parent is on a higher one, which is what keeps this a tree.
    pub(super) fn fits(&self, group: &Group) -> bool {
        let below = |parent: GroupId| self.group(parent).is_some_and(|parent| parent.level > group.level);
        usize::from(group.level) < self.levels.len() && group.parent.is_none_or(below)
    }

    /// Whether the groups in `id` may stay there when it comes to stand on another level.
    pub(super) fn holds(&self, id: GroupId, level: u8) -> bool {
        self.iter().all(|(_, group)| group.parent != Some(id) || group.level < level)
    }

    pub(super) fn slot(&mut self, id: GroupId) -> &mut Option<Group> {
        if id.index() >= self.groups.len() {
            self.groups.resize(id.index() + 1, None);
        }
        &mut self.groups[id.index()]
    }

    /// The same hierarchy is the same value whatever was added and removed on the way.
    pub(super) fn trim(&mut self) {
        while self.groups.last().is_some_and(Option::is_none) {
            self.groups.pop();
        }
    }
}
