//! The open scenario held against another one: which, how it is shown on the map, and what differs.

use std::sync::Arc;

use super::Session;
use crate::domain::comparison::Comparison;
use crate::domain::plan::Plan;
use crate::domain::plans::PlanId;

/// How two scenarios are shown on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompareView {
    /// One map: the borders before over the territories of now.
    #[default]
    Borders,
    /// Two maps that move together, the one before on the left.
    SideBySide,
    /// One map, as it always is.
    Plain,
}

impl CompareView {
    pub const ALL: [Self; 3] = [Self::Borders, Self::SideBySide, Self::Plain];

    pub fn words(self) -> &'static str {
        match self {
            Self::Borders => "Old borders",
            Self::SideBySide => "Side by side",
            Self::Plain => "Only this one",
        }
    }

    pub fn about(self) -> &'static str {
        match self {
            Self::Borders => "One map: borders that are no more, as dark red lines over the territories of now",
            Self::SideBySide => "Two maps that move together, the one before on the left",
            Self::Plain => "The map as it always is",
        }
    }
}

/// What a comparison is made of.
#[derive(Debug, Clone)]
pub struct Compared {
    pub before: Arc<Plan>,
    pub after: Arc<Plan>,
    /// Counts of changes of units and accounts, of values, and of places.
    pub data: [u64; 3],
}

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.before, &other.before) && Arc::ptr_eq(&self.after, &other.after) && self.data == other.data
    }
}

/// A comparison under way.
#[derive(Debug, Clone)]
pub struct Comparing {
    /// The scenario that the open one is held against.
    pub with: PlanId,
    pub view: CompareView,
    /// The latest result, and of what.
    pub result: Option<(Compared, Arc<Comparison>)>,
}

/// What can be done with a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareAction {
    /// Holds the open scenario against this one.
    With(PlanId),
    Show(CompareView),
    End,
}

impl Session {
    /// The plan that the open one is held against, when one is and it is at hand.
    pub fn plan_before(&self) -> Option<&Arc<Plan>> {
        self.plan_of(self.comparing.as_ref()?.with)
    }

    /// What the present comparison is to be made of.
    pub fn to_compare(&self) -> Option<Compared> {
        Some(Compared {
            before: Arc::clone(self.plan_before()?),
            after: Arc::clone(&self.project.plan),
            data: [self.data_generation, self.cells_generation, self.places_generation],
        })
    }

    /// The latest result, and whether it is of the plans as they are now.
    pub fn compared(&self) -> Option<(&Arc<Comparison>, bool)> {
        let (of, found) = self.comparing.as_ref()?.result.as_ref()?;
        Some((found, self.to_compare().as_ref() == Some(of)))
    }

    /// The scenario that the open one is held against where nobody says which: the reference, else the one it comes from, else another.
    pub fn usual_comparison(&self) -> Option<PlanId> {
        let plans = &self.scenarios.plans;
        let parent = plans.get(plans.active).and_then(|plan| plan.parent);
        let newest = plans.all.iter().rev().map(|plan| plan.id);
        let wanted = std::iter::once(plans.reference()).chain(parent).chain(newest);
        wanted.into_iter().find(|&id| id != plans.active && plans.get(id).is_some())
    }
}
