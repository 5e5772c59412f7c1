//! What a project keeps of each of its plans besides the plan itself: where it came from, how far it is decided, what was said about it.
//! On the screen a plan is a scenario.

use std::collections::BTreeMap;

use super::ids::TerritoryId;

/// A plan of the project. 1 is the plan that a new project has; ids of deleted plans are not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanId(pub i64);

impl PlanId {
    /// The plan that a new project has.
    pub const FIRST: Self = Self(1);
}

impl Default for PlanId {
    fn default() -> Self {
        Self::FIRST
    }
}

/// How far a plan is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PlanStatus {
    #[default]
    Draft,
    Proposed,
    /// Nobody changes it any more.
    Approved,
}

impl PlanStatus {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Proposed, Self::Approved];

    /// As it stands in the project file and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Proposed => "proposed",
            Self::Approved => "approved",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// As it stands on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Proposed => "Proposed",
            Self::Approved => "Approved",
        }
    }
}

/// A plan without its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanInfo {
    pub id: PlanId,
    pub name: String,
    /// What it is for, in the user's words.
    pub description: String,
    /// The plan that it was copied from, while that is there.
    pub parent: Option<PlanId>,
    pub status: PlanStatus,
    /// Seconds since 1970, where that is known.
    pub made_at: Option<i64>,
    pub made_by: String,
}

impl PlanInfo {
    /// Of a copy that is made now; its id is given by whoever keeps it. `at`: seconds since 1970.
    pub fn of_copy(parent: PlanId, name: &str, description: &str, at: i64, who: &str) -> Self {
        Self {
            id: PlanId::default(),
            name: name.to_owned(),
            description: description.trim().chars().take(LONGEST_TEXT).collect(),
            parent: Some(parent),
            status: PlanStatus::Draft,
            made_at: Some(at),
            made_by: who.to_owned(),
        }
    }
}

/// What somebody said about a plan, or about one of its territories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    pub plan: PlanId,
    /// `None`: it is about the plan as a whole.
    pub territory: Option<TerritoryId>,
    /// Seconds since 1970, where that is known.
    pub at: Option<i64>,
    pub who: String,
    pub text: String,
    /// Nothing is left to be done about it.
    pub done: bool,
}

/// The plans of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plans {
    /// By id; there is always one.
    pub all: Vec<PlanInfo>,
    /// The one that is open, which edits are about.
    pub active: PlanId,
    /// The one that others are held against, when one was chosen: see [`Plans::reference`].
    pub chosen_reference: Option<PlanId>,
    /// By id.
    pub comments: Vec<Comment>,
}

/// A plan in the family tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    pub id: PlanId,
    /// 0 for a plan that comes from no other.
    pub depth: usize,
}

/// No name is longer than this many characters.
pub const LONGEST_NAME: usize = 80;

/// A description or a comment has at most so many characters.
pub const LONGEST_TEXT: usize = 4_000;

impl Plans {
    pub fn get(&self, id: PlanId) -> Option<&PlanInfo> {
        self.all.iter().find(|plan| plan.id == id)
    }

    pub fn get_mut(&mut self, id: PlanId) -> Option<&mut PlanInfo> {
        self.all.iter_mut().find(|plan| plan.id == id)
    }

    /// The plan of that name, ignoring case.
    pub fn find(&self, name: &str) -> Option<&PlanInfo> {
        let wanted = name.trim().to_lowercase();
        self.all.iter().find(|plan| plan.name.trim().to_lowercase() == wanted)
    }

    /// The name of a plan; empty for one that is not there.
    pub fn name(&self, id: PlanId) -> &str {
        self.get(id).map_or("", |plan| &plan.name)
    }

    /// The plan that others are held against: the chosen one, else the oldest.
    pub fn reference(&self) -> PlanId {
        let chosen = self.chosen_reference.filter(|&id| self.get(id).is_some());
        chosen.or_else(|| self.all.iter().map(|plan| plan.id).min()).unwrap_or_default()
    }

    /// The status of the plan that is open.
    pub fn active_status(&self) -> PlanStatus {
        self.get(self.active).map(|plan| plan.status).unwrap_or_default()
    }

    /// The plans as a family: each before those that were copied from it, brothers and sisters by id.
    pub fn family(&self) -> Vec<Branch> {
        let mut children: BTreeMap<Option<PlanId>, Vec<PlanId>> = BTreeMap::new();
        for plan in &self.all {
            // An ancestor has the smaller id, so that nothing goes round in a circle.
            let parent = plan.parent.filter(|&parent| parent < plan.id && self.get(parent).is_some());
            children.entry(parent).or_default().push(plan.id);
        }
        let mut family = Vec::with_capacity(self.all.len());
        let mut waiting: Vec<Branch> = Vec::new();
        let branches = |parent, depth| {
            let of = children.get(&parent).into_iter().flatten().rev();
            of.map(move |&id| Branch { id, depth }).collect::<Vec<_>>()
        };
        waiting.extend(branches(None, 0));
        while let Some(branch) = waiting.pop() {
            family.push(branch);
            waiting.extend(branches(Some(branch.id), branch.depth + 1));
        }
        family
    }

    /// `wanted`, with a number behind it where a plan is called so already.
    pub fn free_name(&self, wanted: &str) -> String {
        let wanted: String = wanted.trim().chars().take(LONGEST_NAME).collect();
        let wanted = if wanted.is_empty() { "Scenario".to_owned() } else { wanted };
        if self.find(&wanted).is_none() {
            return wanted;
        }
        let numbered = (2..).map(|number: usize| format!("{wanted} {number}"));
        numbered.into_iter().find(|name| self.find(name).is_none()).unwrap_or(wanted)
    }

    /// A name for the plan `id`, or why it cannot be called so.
    pub fn checked_name(&self, id: Option<PlanId>, name: &str) -> Result<String, String> {
        let name = name.trim();
        if name.is_empty() {
            return Err("it has no name".to_owned());
        }
        let length = name.chars().count();
        if length > LONGEST_NAME {
            return Err(format!("its name has {length} characters, at most {LONGEST_NAME} are possible"));
        }
        match self.find(name) {
            Some(other) if Some(other.id) != id => Err(format!("there is a scenario \"{}\" already", other.name)),
            _ => Ok(name.to_owned()),
        }
    }

    /// Why a plan cannot be deleted; `None` when it can.
    pub fn keeps(&self, id: PlanId) -> Option<String> {
        let plan = self.get(id)?;
        if id == self.active {
            return Some("it is open".to_owned());
        }
        (plan.status == PlanStatus::Approved).then(|| "it is approved".to_owned())
    }

    /// Takes a plan out. Those that were copied from it come from where it came from.
    pub fn remove(&mut self, id: PlanId) {
        let parent = self.get(id).and_then(|plan| plan.parent);
        self.all.retain(|plan| plan.id != id);
        for plan in self.all.iter_mut().filter(|plan| plan.parent == Some(id)) {
            plan.parent = parent;
        }
        self.comments.retain(|comment| comment.plan != id);
        self.chosen_reference = self.chosen_reference.filter(|&chosen| chosen != id);
    }

    /// What was said about a plan, oldest first.
    pub fn comments_on(&self, plan: PlanId) -> impl Iterator<Item = &Comment> {
        self.comments.iter().filter(move |comment| comment.plan == plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(parents: &[(i64, Option<i64>)]) -> Plans {
        let info = |&(id, parent): &(i64, Option<i64>)| PlanInfo {
            id: PlanId(id),
            name: format!("Plan {id}"),
            parent: parent.map(PlanId),
            ..PlanInfo::default()
        };
        Plans { all: parents.iter().map(info).collect(), ..Plans::default() }
    }

    #[test]
    fn a_family_shows_each_plan_below_the_one_it_was_copied_from() {
        let plans = plans(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2)), (7, None), (8, Some(99))]);
        let family: Vec<(i64, usize)> = plans.family().iter().map(|branch| (branch.id.0, branch.depth)).collect();
        assert_eq!(family, [(1, 0), (2, 1), (4, 2), (3, 1), (7, 0), (8, 0)]);
    }

    #[test]
    fn plans_that_claim_each_other_as_parents_are_all_shown() {
        let plans = plans(&[(1, Some(2)), (2, Some(1)), (3, Some(3))]);
        let family: Vec<(i64, usize)> = plans.family().iter().map(|branch| (branch.id.0, branch.depth)).collect();
        assert_eq!(family, [(1, 0), (2, 1), (3, 0)]);
    }

    #[test]
    fn children_of_a_deleted_plan_come_from_its_parent() {
        let mut plans = plans(&[(1, None), (2, Some(1)), (3, Some(2))]);
        plans.chosen_reference = Some(PlanId(2));
        plans.remove(PlanId(2));
        assert_eq!(plans.get(PlanId(3)).unwrap().parent, Some(PlanId(1)));
        assert_eq!(plans.reference(), PlanId(1));
    }

    #[test]
    fn names_are_taken_once() {
        let plans = plans(&[(1, None), (2, None)]);
        assert_eq!(plans.free_name(" plan 1 "), "plan 1 2");
        assert_eq!(plans.free_name(""), "Scenario");
        assert_eq!(plans.checked_name(None, "PLAN 2"), Err("there is a scenario \"Plan 2\" already".to_owned()));
        assert_eq!(plans.checked_name(Some(PlanId(2)), "PLAN 2"), Ok("PLAN 2".to_owned()));
        assert!(plans.checked_name(None, " ").is_err());
        assert!(plans.checked_name(None, &"x".repeat(81)).is_err());
    }

    #[test]
    fn what_is_open_or_approved_is_not_deleted() {
        let mut plans = plans(&[(1, None), (2, None), (3, None)]);
        plans.get_mut(PlanId(2)).unwrap().status = PlanStatus::Approved;
        assert_eq!(plans.keeps(PlanId(1)).as_deref(), Some("it is open"));
        assert_eq!(plans.keeps(PlanId(2)).as_deref(), Some("it is approved"));
        assert_eq!(plans.keeps(PlanId(3)), None);
    }
}
