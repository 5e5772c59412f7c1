//! A project as a value: the data, the roster, what is to be balanced, and one plan.

use std::sync::Arc;

use super::accounts::Accounts;
use super::columns::{Measure, Subject};
use super::computed::Computed;
use super::ids::MeasureId;
use super::plan::Plan;
use super::reference::ReferenceLayer;
use super::reps::Rep;
use super::segments::Segment;
use super::units::Units;

/// A measure that shall be balanced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    pub measure: MeasureId,
    /// Allowed deviation from the target, as a share: 0.05 is ±5 %.
    pub tolerance: f64,
    /// Part in a weighted mix, > 0. Equal for all where the user said nothing.
    pub weight: f64,
}

/// Everything that is in a project file except its history. Big tables are shared, so a copy for a job is cheap.
#[derive(Debug, Clone, Default)]
pub struct Project {
    pub name: String,
    pub units: Arc<Units>,
    pub accounts: Arc<Accounts>,
    /// Measures of units and of accounts in one list; a `MeasureId` is a position in it.
    pub measures: Arc<Vec<Measure>>,
    pub reps: Arc<Vec<Rep>>,
    /// What is balanced; the first is the one the window shows first. Empty until the user chose.
    pub goals: Vec<Goal>,
    pub plan: Arc<Plan>,
    /// The formulas behind columns, in the order of [`Computed`].
    pub computed: Arc<Vec<Computed>>,
    /// Sets of accounts, in the user's order.
    pub segments: Arc<Vec<Segment>>,
    /// Areas beside the units, in the user's order; the first is drawn first.
    pub layers: Arc<Vec<ReferenceLayer>>,
}

impl Project {
    pub fn find_measure(&self, name: &str) -> Option<MeasureId> {
        let name = name.trim();
        let exact = self.measures.iter().position(|measure| measure.name == name);
        exact
            .or_else(|| self.measures.iter().position(|measure| measure.name.eq_ignore_ascii_case(name)))
            .map(MeasureId::from_index)
    }

    pub fn measure(&self, id: MeasureId) -> Option<&Measure> {
        self.measures.get(id.index())
    }

    /// The measure here that is what `other` is in another state of the project: of the same name, for the same subject.
    pub fn measure_like(&self, other: &Measure) -> Option<MeasureId> {
        let same = |measure: &Measure| measure.subject == other.subject && measure.name == other.name;
        self.measures.iter().position(same).map(MeasureId::from_index)
    }

    pub fn measures_of(&self, subject: Subject) -> impl Iterator<Item = (MeasureId, &Measure)> {
        self.measures
            .iter()
            .enumerate()
            .filter(move |(_, measure)| measure.subject == subject)
            .map(|(index, measure)| (MeasureId::from_index(index), measure))
    }

    /// The goal the window shows first: the first chosen one, else the first measure that can be summed, at ±10 %.
    pub fn main_goal(&self) -> Option<Goal> {
        self.goals.first().copied().or_else(|| {
            let index = self.measures.iter().position(Measure::is_summed)?;
            Some(Goal { measure: MeasureId::from_index(index), tolerance: 0.10, weight: 1.0 })
        })
    }
}
