//! The scenarios of the project: which plans there are, which one is open, and those that are at hand, so that coming back to one takes
//! no reading.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Measured, Session};
use crate::domain::comparison::{self, Disruption};
use crate::domain::history::History;
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::metrics::{self, Totals};
use crate::domain::plan::Plan;
use crate::domain::plans::{PlanId, PlanInfo, PlanStatus, Plans};

/// Why an approved plan cannot be changed.
pub const APPROVED: &str = "This scenario is approved: make a copy of it, or set it back to draft";

/// What can be done with scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScenarioAction {
    /// Copies one under a name, and opens the copy.
    Copy {
        of: PlanId,
        name: String,
        description: String,
    },
    Open(PlanId),
    Rename {
        id: PlanId,
        name: String,
    },
    Describe {
        id: PlanId,
        description: String,
    },
    SetStatus {
        id: PlanId,
        status: PlanStatus,
    },
    /// Others are held against it.
    SetReference(PlanId),
    Delete(PlanId),
    Comment {
        on: PlanId,
        territory: Option<TerritoryId>,
        text: String,
    },
    /// Nothing is left to be done about a comment, or there is after all.
    SettleComment {
        id: i64,
        done: bool,
    },
    DeleteComment(i64),
}

/// A plan of the project that is not the open one, as it will be when it is opened.
#[derive(Debug, Clone)]
pub struct KeptPlan {
    pub plan: Arc<Plan>,
    pub history: History,
    /// As the file counts.
    pub generation: u64,
    /// Its slow figures, with the values they were taken of.
    measured: Option<(Measured, Values)>,
}

/// Tells whether the values that figures are made of are still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Values {
    data: u64,
    cells: u64,
    places: u64,
}

impl KeptPlan {
    /// A plan as it was read.
    pub fn new(plan: Arc<Plan>, history: History, generation: u64) -> Self {
        Self { plan, history, generation, measured: None }
    }
}

/// What is told of a scenario in the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    pub territories: usize,
    pub unassigned: usize,
    /// The largest absolute deviation of the main goal.
    pub balance: Option<f64>,
    /// Against the reference.
    pub disruption: Disruption,
}

/// What figures were made of.
#[derive(Debug, Clone)]
struct MadeOf {
    plan: Arc<Plan>,
    reference: Arc<Plan>,
    values: Values,
    goal: Option<MeasureId>,
}

impl PartialEq for MadeOf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan)
            && Arc::ptr_eq(&self.reference, &other.reference)
            && (self.values, self.goal) == (other.values, other.goal)
    }
}

/// What the session knows of the project's plans.
#[derive(Debug, Clone, Default)]
pub struct Scenarios {
    pub plans: Plans,
    kept: BTreeMap<PlanId, KeptPlan>,
    figures: BTreeMap<PlanId, (MadeOf, Figures)>,
    /// The session's generation when the plan was opened: what was worked out before that is about another plan.
    pub since: u64,
    /// What the session's generation is ahead of the one that the file counts for the open plan.
    ahead: u64,
}

impl Scenarios {
    pub fn new(plans: Plans) -> Self {
        Self { plans, ..Self::default() }
    }

    /// A plan that is at hand and not the open one.
    pub fn kept(&self, id: PlanId) -> Option<&KeptPlan> {
        self.kept.get(&id)
    }

    /// The next plan that is neither open nor at hand, behind `after` in the list.
    pub fn missing(&self) -> impl Iterator<Item = PlanId> + '_ {
        let missing = |id: &PlanId| *id != self.plans.active && !self.kept.contains_key(id);
        self.plans.all.iter().map(|plan| plan.id).filter(missing)
    }

    /// What is known of a scenario for the list; of the plans and values as they were when the list was last looked at.
    pub fn figures(&self, id: PlanId) -> Option<&Figures> {
        self.figures.get(&id).map(|(_, figures)| figures)
    }

    /// Takes what was read of the file.
    pub fn keep(&mut self, id: PlanId, plan: KeptPlan) {
        if id != self.plans.active && self.plans.get(id).is_some() {
            self.kept.insert(id, plan);
        }
    }

    /// The file has other units, accounts or columns: what is at hand of other plans speaks of the former ones.
    pub(super) fn forget_kept(&mut self) {
        self.kept.clear();
    }
}

impl Session {
    /// Why nothing of the open scenario can be changed, whatever is being tried: the file cannot be written, or it is approved.
    pub fn read_only_words(&self) -> Option<&str> {
        let approved = self.scenarios.plans.active_status() == PlanStatus::Approved;
        self.read_only.as_deref().or(approved.then_some(APPROVED))
    }

    /// The generation that the file counts for the open plan, of one that the session counts.
    pub fn file_generation(&self, generation: u64) -> u64 {
        generation.saturating_sub(self.scenarios.ahead)
    }

    /// The content of a plan that is open or at hand.
    pub fn plan_of(&self, id: PlanId) -> Option<&Arc<Plan>> {
        if id == self.scenarios.plans.active {
            return Some(&self.project.plan);
        }
        self.scenarios.kept.get(&id).map(|kept| &kept.plan)
    }

    /// The slow figures of a plan that is open or at hand, where they are those of the plan and the values as they are.
    pub fn measured_of(&self, id: PlanId) -> Option<&Measured> {
        if id == self.scenarios.plans.active {
            return self.measured.as_ref().filter(|measured| measured.generation == self.generation);
        }
        let (measured, values) = self.scenarios.kept.get(&id)?.measured.as_ref()?;
        (*values == self.values()).then_some(measured)
    }

    /// Adds a plan that is a copy of another, which is open or at hand. Its history is its own and begins empty.
    pub fn add_plan(&mut self, info: PlanInfo, plan: Arc<Plan>) {
        let of = info.parent.and_then(|parent| self.measured_of(parent)).cloned();
        let measured = of.map(|measured| (measured, self.values()));
        let id = info.id;
        self.scenarios.plans.all.push(info);
        self.scenarios.kept.insert(id, KeptPlan { measured, ..KeptPlan::new(plan, History::default(), 0) });
    }

    /// Takes a plan out that is not the open one.
    pub fn remove_plan(&mut self, id: PlanId) {
        self.scenarios.plans.remove(id);
        self.scenarios.kept.remove(&id);
    }

    /// Opens another plan that is at hand; the present one stays at hand. Returns whether it did: not where the plan is missing or does not
    /// fit the units.
    pub fn switch_plan(&mut self, id: PlanId) -> bool {
        let fits = |kept: &KeptPlan| kept.plan.assignment().len() == self.project.units.len();
        if !self.scenarios.kept.get(&id).is_some_and(fits) {
            return false;
        }
        let Some(kept) = self.scenarios.kept.remove(&id) else { return false };
        let values = self.values();
        let current = self.measured.take().filter(|measured| measured.generation == self.generation);
        let left = KeptPlan {
            plan: std::mem::replace(&mut self.project.plan, kept.plan),
            history: std::mem::replace(&mut self.history, kept.history),
            generation: self.file_generation(self.generation),
            measured: current.map(|measured| (measured, values)),
        };
        self.scenarios.kept.insert(self.scenarios.plans.active, left);
        self.scenarios.plans.active = id;
        self.generation = self.generation.max(kept.generation) + 1;
        self.scenarios.since = self.generation;
        self.scenarios.ahead = self.generation - kept.generation;
        let fresh = kept.measured.filter(|(_, taken_of)| *taken_of == values);
        self.measured = fresh.map(|(measured, _)| Measured { generation: self.generation, ..measured });
        self.totals = Totals::count(Arc::clone(self.totals.table()), &self.project.plan);
        self.preview = None;
        self.drop_trials();
        true
    }

    /// Brings the figures of the list up to date. A few milliseconds for each scenario that changed.
    pub fn follow_figures(&mut self) {
        let Some(reference) = self.plan_of(self.scenarios.plans.reference()).cloned() else { return };
        let goal = self.project.main_goal().map(|goal| goal.measure);
        let ids: Vec<PlanId> = self.scenarios.plans.all.iter().map(|plan| plan.id).collect();
        self.scenarios.figures.retain(|id, _| ids.contains(id));
        for id in ids {
            let Some(plan) = self.plan_of(id).cloned() else { continue };
            let made_of = MadeOf { plan, reference: Arc::clone(&reference), values: self.values(), goal };
            if self.scenarios.figures.get(&id).is_some_and(|(known, _)| *known == made_of) {
                continue;
            }
            let plan = &made_of.plan;
            let totals = match id == self.scenarios.plans.active {
                true => self.totals.clone(),
                false => Totals::count(Arc::clone(self.totals.table()), plan),
            };
            let figures = Figures {
                territories: plan.territory_count(),
                unassigned: totals.unit_count(TerritoryId::UNASSIGNED) as usize,
                balance: goal.and_then(|goal| metrics::balance(plan, &totals, goal)),
                disruption: comparison::disruption(&self.project, &reference, plan),
            };
            self.scenarios.figures.insert(id, (made_of, figures));
        }
    }

    pub fn rename_plan(&mut self, id: PlanId, name: &str) {
        if let Some(info) = self.scenarios.plans.get_mut(id) {
            name.clone_into(&mut info.name);
        }
        let plan = if id == self.scenarios.plans.active {
            Some(&mut self.project.plan)
        } else {
            self.scenarios.kept.get_mut(&id).map(|kept| &mut kept.plan)
        };
        if let Some(plan) = plan {
            name.clone_into(&mut Arc::make_mut(plan).name);
        }
    }

    fn values(&self) -> Values {
        Values { data: self.data_generation, cells: self.cells_generation, places: self.places_generation }
    }
}
