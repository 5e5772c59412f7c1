//! The levels above territories as the window sees them: at which one it paints and colours, the active group, what a gesture above
//! the level of territories would do.

use std::sync::Arc;

use super::{Preview, Session};
use crate::domain::edit::{self, Edit, Locks};
use crate::domain::hierarchy::Member;
use crate::domain::ids::{GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::metrics;
use crate::words;

impl Session {
    /// The level at which drawing tools work; `None` is that of territories.
    pub fn paint_level(&self) -> Option<usize> {
        self.view.paint_level.map(usize::from).filter(|&level| level < self.plan().hierarchy().levels().len())
    }

    /// The level by which the map is coloured; `None` is that of territories.
    pub fn colour_level(&self) -> Option<usize> {
        self.view.colour_level.map(usize::from).filter(|&level| level < self.shown_plan().hierarchy().levels().len())
    }

    /// What a level is called inside a sentence: "district"; "territory" for none, "district" for the first that is not
    /// there yet.
    pub fn level_words(&self, level: Option<usize>) -> String {
        match level {
            None => "territory".to_owned(),
            Some(level) => {
                self.plan().hierarchy().levels().get(level).map_or("district".to_owned(), |name| words::inside(name))
            }
        }
    }

    /// What the map is coloured with: the territory's colour, or that of its group. `None` where nobody owns it, or no group.
    pub fn map_colour(&self, id: TerritoryId) -> Option<[u8; 3]> {
        let plan = self.shown_plan();
        let territory = plan.territory(id)?;
        match self.colour_level() {
            None => Some(territory.colour),
            Some(level) => {
                let group = plan.hierarchy().at_level(territory.parent, level)?;
                plan.hierarchy().group(group).map(|group| group.colour)
            }
        }
    }

    /// What goes into a group of a level when these units are taken there: whole territories, or the whole groups that hold them, each
    /// once, in the order of the units.
    pub fn members_at(&self, units: &[UnitId], level: usize) -> Vec<Member> {
        let plan = self.plan();
        let mut seen = vec![false; plan.territory_slots()];
        let mut members = Vec::new();
        for &unit in units {
            let id = plan.territory_of(unit);
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            if let Some(member) = plan.member_below(id, level)
                && !members.contains(&member)
            {
                members.push(member);
            }
        }
        members
    }

    /// Shows what moving these into a group (or out of every group) would do. What is locked is left out.
    pub fn show_raised_preview(&mut self, members: Vec<Member>, to: Option<GroupId>) {
        let plan = self.plan();
        let free = members.iter().copied().filter(|&member| plan.keeper_of(member).is_none());
        let edit = Edit::move_into(plan, free, to);
        if edit.is_empty() || plan.hierarchy().is_locked(to) || self.fixed().is_some() {
            self.preview = None;
            return;
        }
        let mut changed = Arc::clone(&self.project.plan);
        if edit::apply(Arc::make_mut(&mut changed), &edit, Locks::Pass).is_err() {
            self.preview = None;
            return;
        }
        self.previews += 1;
        self.preview = Some(Preview {
            to: TerritoryId::UNASSIGNED,
            units: Vec::new(),
            raised: Some((members, to)),
            plan: changed,
            totals: self.totals.clone(),
            cut_off: self.cut_off().unwrap_or_default().to_vec(),
        });
    }

    /// The load of a group in the plan shown, and (load − target) / target.
    pub fn group_figures(&self, measure: MeasureId, group: GroupId) -> (f64, Option<f64>) {
        let (plan, totals) = (self.shown_plan(), self.shown_totals());
        let inside: Vec<TerritoryId> = plan.territories_in(group).collect();
        let ids = inside.iter().copied();
        (totals.load_of(measure, ids.clone()), metrics::deviation_of(plan, totals, measure, ids))
    }
}
