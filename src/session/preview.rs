//! What a drawing gesture would do if it ended now, and what it would tear apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Session;
use crate::domain::edit::{self, Edit, Locks};
use crate::domain::hierarchy::Member;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::topology::{CutOff, Neighbours};

/// What a drawing gesture would do if it ended now. Every figure on screen is plan plus preview.
#[derive(Debug, Clone)]
pub struct Preview {
    pub to: TerritoryId,
    pub units: Vec<UnitId>,
    /// Territories and groups that a gesture above the level of territories would put into a group, instead of units.
    pub raised: Option<(Vec<Member>, Option<GroupId>)>,
    pub plan: Arc<Plan>,
    pub totals: Totals,
    /// The territories that would not hang together, those that the stroke touches first.
    pub cut_off: Vec<CutOff>,
}

impl Session {
    /// Shows what a gesture would do. Units already in the preview cost nothing; an empty list ends it. A proposal that waits for a
    /// yes is not drawn upon.
    pub fn show_preview(&mut self, units: Vec<UnitId>, to: TerritoryId) {
        // A locked territory will not take them: nothing is shown that will not be.
        let locked = self.plan().is_territory_locked(to);
        if units.is_empty() || locked || self.fixed().is_some() {
            self.preview = None;
            return;
        }
        let extends = self
            .preview
            .as_ref()
            .is_some_and(|preview| preview.to == to && preview.raised.is_none() && units.starts_with(&preview.units));
        if !extends {
            self.preview = Some(Preview {
                to,
                units: Vec::new(),
                raised: None,
                plan: Arc::clone(&self.project.plan),
                totals: self.totals.clone(),
                cut_off: Vec::new(),
            });
        }
        self.previews += 1;
        if let Some(mut preview) = self.preview.take() {
            let fresh = &units[preview.units.len()..];
            let edit = Edit::assign(&preview.plan, fresh.iter().copied(), to);
            if edit::apply(Arc::make_mut(&mut preview.plan), &edit, Locks::Pass).is_ok() {
                preview.totals.follow(&preview.plan, &edit);
            }
            preview.units = units;
            preview.cut_off = self.cut_off_by(&preview);
            self.preview = Some(preview);
        }
    }

    /// What would not hang together after a stroke. Only the territories that it touches are looked at; of the others that is known.
    fn cut_off_by(&self, preview: &Preview) -> Vec<CutOff> {
        let mut touched: BTreeSet<TerritoryId> =
            preview.units.iter().map(|&unit| self.plan().territory_of(unit)).chain([preview.to]).collect();
        touched.remove(&TerritoryId::UNASSIGNED);
        let known = self.measured.as_ref().filter(|measured| measured.generation == self.generation);
        let known = known.iter().flat_map(|measured| measured.cut_off.iter());
        let mut found: Vec<CutOff> = known.filter(|known| !touched.contains(&known.territory)).cloned().collect();
        let neighbours = Neighbours::of_plan(&self.project.units.topology, &preview.plan);
        found.extend(touched.iter().filter_map(|&territory| neighbours.cut_off_of(&preview.plan, territory)));
        // What the stroke tears apart goes first: it is what one sees.
        found.sort_by_key(|found| (!touched.contains(&found.territory), found.territory));
        found
    }

    /// The territories that do not hang together, with what is being drawn; `None` until that is known of the plan as it is, and while
    /// something is only being tried.
    pub fn cut_off(&self) -> Option<&[CutOff]> {
        if self.shows_trial() {
            return None;
        }
        if let Some(preview) = &self.preview {
            return Some(&preview.cut_off);
        }
        let measured = self.measured.as_ref().filter(|measured| measured.generation == self.generation)?;
        Some(&measured.cut_off)
    }
}
