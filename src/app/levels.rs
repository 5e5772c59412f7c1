//! Districts, regions and other groups above territories: made, named, moved into, painted.

use egui::Context;

use super::App;
use crate::action::Action;
use crate::domain::edit::{Change, Edit};
use crate::domain::hierarchy::{Group, Member};
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::palette;
use crate::domain::plan::Plan;
use crate::session::Session;
use crate::ui::inspector::Renaming;
use crate::words;

/// What the first level is called until the user says otherwise.
const FIRST_LEVEL: &str = "District";

impl App {
    pub(super) fn select_group(&mut self, id: Option<GroupId>) {
        let Some(session) = self.session.as_mut() else { return };
        session.active_group = id.filter(|&id| session.shown_plan().hierarchy().group(id).is_some());
        if session.active_group.is_some() {
            session.active = TerritoryId::UNASSIGNED;
        }
        self.ui.renaming = None;
    }

    /// What the command makes: a district around the active territory, a part of the active group or a neighbour of it.
    pub(super) fn new_group_here(&mut self) {
        let Some(session) = self.session.as_ref() else { return };
        let plan = session.plan();
        let action = match (plan.territory(session.active), session.active_group) {
            (Some(territory), _) => {
                let parent = plan.hierarchy().upwards(territory.parent).find(|(_, group)| group.level > 0);
                let members = vec![Member::Territory(session.active)];
                Action::NewGroup { level: 0, parent: parent.map(|(id, _)| id), members }
            }
            (None, Some(id)) => match plan.hierarchy().group(id) {
                Some(group) if group.level > 0 => {
                    Action::NewGroup { level: group.level - 1, parent: Some(id), members: Vec::new() }
                }
                group => {
                    Action::NewGroup { level: 0, parent: group.and_then(|group| group.parent), members: Vec::new() }
                }
            },
            (None, None) => Action::NewGroup { level: 0, parent: None, members: Vec::new() },
        };
        self.actions.push(action);
    }

    pub(super) fn new_group(&mut self, ctx: &Context, level: u8, parent: Option<GroupId>, members: Vec<Member>) {
        let Some(session) = self.session.as_ref() else { return };
        let plan = session.plan();
        let hierarchy = plan.hierarchy();
        if plan.hierarchy().is_locked(parent) {
            self.refuse_locked(ctx, parent);
            return;
        }
        let mut edit = Edit::default();
        let level_name = hierarchy.levels().get(usize::from(level)).map_or(FIRST_LEVEL, String::as_str);
        if hierarchy.levels().is_empty() {
            edit.changes.push(Change::Levels { old: Vec::new(), new: vec![FIRST_LEVEL.to_owned()] });
        }
        let free = |name: &String| hierarchy.find(usize::from(level), name).is_none();
        let name = (1..).map(|number| format!("{level_name} {number}")).find(free).unwrap_or_default();
        let used: Vec<[u8; 3]> = hierarchy.on_level(usize::from(level)).map(|(_, group)| group.colour).collect();
        let group = Group { name: name.clone(), level, parent, colour: palette::least_used(&used), ..Group::default() };
        let (added, id) = Edit::add_group(plan, "", group);
        edit.changes.extend(added.changes);
        edit.changes.extend(Edit::move_into(plan, members, Some(id)).changes);
        edit.label = format!("Made {name}");
        if self.try_make(ctx, edit, true) {
            self.select_group(Some(id));
            if let Some(session) = self.session.as_mut() {
                session.view.show_inspector = true;
                session.view.folded.retain(|folded| Some(*folded) != parent);
            }
            self.ui.renaming = Some(Renaming { of: Member::Group(id), name, focused: false });
        }
    }

    pub(super) fn rename_group(&mut self, ctx: &Context, id: GroupId, name: String) {
        let Some(session) = self.session.as_ref() else { return };
        let plan = session.plan();
        let Some(group) = plan.hierarchy().group(id) else { return };
        if plan.hierarchy().find(usize::from(group.level), &name).is_some_and(|other| other != id) {
            let level = session.level_words(Some(usize::from(group.level)));
            self.ui.notices.refused(ctx, format!("There is a {level} called {name} already"));
            return;
        }
        let edit = Edit::alter_group(plan, id, format!("Renamed {} to {name}", group.name), |group| group.name = name);
        self.make(ctx, edit, false);
    }

    /// Puts territories and groups into a group or out of every one, as one step. What is locked is left out, and said.
    pub(super) fn move_into(&mut self, ctx: &Context, members: Vec<Member>, to: Option<GroupId>) {
        let Some(session) = self.session.as_mut() else { return };
        session.preview = None;
        let plan = session.plan();
        let hierarchy = plan.hierarchy();
        let moving: Vec<Member> = members.into_iter().filter(|&member| plan.parent_of(member) != to).collect();
        if moving.is_empty() {
            return;
        }
        if hierarchy.is_locked(to) {
            self.refuse_locked(ctx, to);
            return;
        }
        let level_of = |id: GroupId| hierarchy.group(id).map(|group| group.level);
        let too_high = |member: &Member| match (member, to.and_then(level_of)) {
            (&Member::Group(id), Some(level)) => level_of(id).is_some_and(|own| own >= level),
            _ => false,
        };
        if let Some(&member) = moving.iter().find(|member| too_high(member)) {
            let name = plan.member_name(member);
            let words = format!("{name} cannot go into {}: it is not on a lower level", plan.group_name(to));
            self.ui.notices.refused(ctx, words);
            return;
        }
        let (free, kept): (Vec<Member>, Vec<Member>) =
            moving.into_iter().partition(|&member| plan.keeper_of(member).is_none());
        let left_out = match (kept.as_slice(), free.is_empty()) {
            ([], _) => None,
            (&[member, ..], true) => {
                let keeper = plan.keeper_of(member).unwrap_or_default();
                Some(format!("{keeper} is locked; unlock it to move {} out of it", plan.member_name(member)))
            }
            (kept, false) => Some(format!("Left out {} because what they are in is locked", kept_words(plan, kept))),
        };
        let mut edit = Edit::move_into(plan, free.iter().copied(), to);
        let what = kept_words(plan, &free);
        edit.label = match to {
            Some(_) => format!("Moved {what} to {}", plan.group_name(to)),
            None => match free.as_slice() {
                [member] => format!("Took {what} out of {}", plan.group_name(plan.parent_of(*member))),
                _ => format!("Took {what} out of their groups"),
            },
        };
        if let Some(words) = left_out {
            self.ui.notices.refused(ctx, words);
        }
        if !edit.is_empty() {
            self.make(ctx, edit, true);
        }
    }

    pub(super) fn lock_group(&mut self, ctx: &Context, id: GroupId) {
        let Some(session) = self.session.as_ref() else { return };
        let Some(group) = session.plan().hierarchy().group(id) else { return };
        let locked = !group.locked;
        let label = format!("{} {}", if locked { "Locked" } else { "Unlocked" }, group.name);
        let edit = Edit::alter_group(session.plan(), id, label, |group| group.locked = locked);
        self.make(ctx, edit, true);
    }

    /// The drawing tools, or the colours of the map, go one level up; from the highest back to territories.
    pub(super) fn next_level(session: &Session, level: Option<usize>) -> Option<u8> {
        let next = level.map_or(0, |level| level + 1);
        (next < session.plan().hierarchy().levels().len()).then_some(next as u8)
    }

    pub(super) fn units_of_group(session: &Session, id: GroupId) -> Vec<UnitId> {
        let plan = session.shown_plan();
        let mut inside = vec![false; plan.territory_slots()];
        plan.territories_in(id).for_each(|territory| inside[territory.index()] = true);
        let units = session.project.units.ids();
        units.filter(|&unit| inside.get(plan.territory_of(unit).index()).copied().unwrap_or(false)).collect()
    }

    fn refuse_locked(&mut self, ctx: &Context, group: Option<GroupId>) {
        let Some(session) = self.session.as_ref() else { return };
        let locked = session.plan().hierarchy().upwards(group).find(|(_, group)| group.locked);
        let name = locked.map_or("It", |(_, group)| group.name.as_str());
        self.ui.notices.refused(ctx, format!("{name} is locked; unlock it to change it"));
    }
}

/// "East", or "3 territories", or "2 groups".
fn kept_words(plan: &Plan, members: &[Member]) -> String {
    match members {
        [member] => plan.member_name(*member).to_owned(),
        _ => {
            let count = words::count(members.len() as i128);
            let all_territories = members.iter().all(|member| matches!(member, Member::Territory(_)));
            let what = if all_territories { "territories" } else { "groups" };
            format!("{count} {what}")
        }
    }
}
