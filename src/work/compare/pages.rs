//! The hand-over seen by each person: what a rep gains, loses and keeps. Every sum is that of the rows below it, and of each person
//! before − lost + gained = now.

use std::collections::BTreeMap;

use super::{Move, Reference, RepWords, rep_of};
use crate::domain::ids::{AccountId, MeasureId, TerritoryId};
use crate::domain::project::Project;

/// Accounts and what they are worth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sum {
    pub accounts: usize,
    /// Per measure of the list.
    pub values: Vec<f64>,
}

/// What changes for one rep; or for a territory that has none, or for what is unassigned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The rep, else the territory.
    pub name: String,
    pub is_rep: bool,
    /// The territories that the rep had and has.
    pub territories_before: Vec<String>,
    pub territories: Vec<TerritoryId>,
    pub before: Sum,
    pub lost: Sum,
    pub gained: Sum,
    pub now: Sum,
    pub kept: Sum,
    /// The most valuable first.
    pub accounts_lost: Vec<Move>,
    pub accounts_gained: Vec<Move>,
    /// Accounts that stay with the rep though their territory is another.
    pub accounts_moved_along: Vec<Move>,
}

/// All pages, by name: reps, then territories without one, then what nobody has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pages {
    pub measures: Vec<MeasureId>,
    pub pages: Vec<Page>,
    /// Over all accounts, each counted once.
    pub moved: Sum,
    pub total: Sum,
}

/// Who has something: by this it is known whether two are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Person {
    Rep(String),
    Territory(String),
    Nobody,
}

/// Sorts every account to whom it was with and is with.
pub fn pages(project: &Project, reference: &Reference, measures: &[MeasureId]) -> Pages {
    let empty = Sum { accounts: 0, values: vec![0.0; measures.len()] };
    let page = |person: &Person| Page {
        name: match person {
            Person::Rep(name) | Person::Territory(name) => name.clone(),
            Person::Nobody => "Unassigned".to_owned(),
        },
        is_rep: matches!(person, Person::Rep(_)),
        before: empty.clone(),
        lost: empty.clone(),
        gained: empty.clone(),
        now: empty.clone(),
        kept: empty.clone(),
        ..Page::default()
    };
    let mut pages: BTreeMap<Person, Page> = BTreeMap::new();
    let (mut moved_sum, mut total) = (empty.clone(), empty.clone());
    let people_now = people_now(project);
    for (id, person) in &people_now {
        pages.entry(person.clone()).or_insert_with(|| page(person)).territories.push(*id);
    }
    for moved in reference.moves(project) {
        let values: Vec<f64> = measures.iter().map(|&measure| value(project, measure, moved.account)).collect();
        let now = people_now.get(&moved.after).cloned().unwrap_or(Person::Nobody);
        let before = person_before(project, reference, &moved);
        total.add(&values);
        let side = pages.entry(now.clone()).or_insert_with(|| page(&now));
        side.now.add(&values);
        // An account that the reference does not know comes from nowhere: it is gained, and nobody loses it.
        let same = before.as_ref() == Some(&now);
        if same {
            side.kept.add(&values);
            if moved.territory {
                side.accounts_moved_along.push(moved);
            }
        } else {
            side.gained.add(&values);
            side.accounts_gained.push(moved);
            moved_sum.add(&values);
        }
        let Some(before) = before else { continue };
        let side = pages.entry(before.clone()).or_insert_with(|| page(&before));
        side.before.add(&values);
        if !same {
            side.lost.add(&values);
            side.accounts_lost.push(moved);
        }
        let territory = reference.holder(&moved).and_then(|holder| holder.territory.as_deref()).unwrap_or_default();
        if !territory.is_empty() && !side.territories_before.iter().any(|known| known == territory) {
            side.territories_before.push(territory.to_owned());
        }
    }
    let first = measures.first().copied();
    let by_value = |list: &mut Vec<Move>| {
        let worth = |moved: &Move| first.map_or(0.0, |measure| value(project, measure, moved.account));
        list.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.account.cmp(&b.account)));
    };
    for page in pages.values_mut() {
        page.territories_before.sort();
        by_value(&mut page.accounts_lost);
        by_value(&mut page.accounts_gained);
        by_value(&mut page.accounts_moved_along);
    }
    Pages { measures: measures.to_vec(), pages: pages.into_values().collect(), moved: moved_sum, total }
}

impl Sum {
    fn add(&mut self, values: &[f64]) {
        self.accounts += 1;
        for (sum, value) in self.values.iter_mut().zip(values) {
            *sum += value;
        }
    }
}

impl Page {
    /// Nothing is gained or lost.
    pub fn is_same(&self) -> bool {
        self.lost.accounts + self.gained.accounts == 0
    }
}

/// The value of a measure; what is missing counts as nothing.
pub fn value(project: &Project, measure: MeasureId, account: AccountId) -> f64 {
    let values = project.measure(measure).map(|measure| &measure.values);
    values.and_then(|values| values.get(account.index())).copied().filter(|value| value.is_finite()).unwrap_or(0.0)
}

/// Whose each territory is.
fn people_now(project: &Project) -> BTreeMap<TerritoryId, Person> {
    let territories = project.plan.territories();
    territories
        .map(|(id, territory)| {
            let rep = rep_of(project, id).and_then(|rep| project.reps.get(rep.index()));
            (id, rep.map_or_else(|| Person::Territory(territory.name.clone()), |rep| Person::Rep(rep.name.clone())))
        })
        .collect()
}

/// With whom an account was; `None` where the reference does not know it.
fn person_before(project: &Project, reference: &Reference, moved: &Move) -> Option<Person> {
    let holder = reference.holder(moved)?;
    let territory = holder.territory.as_deref().unwrap_or_default().trim();
    let rep = holder.rep.as_ref().map(|rep: &RepWords| match rep.known.and_then(|id| project.reps.get(id.index())) {
        Some(known) => known.name.clone(),
        None => rep.name.trim().to_owned(),
    });
    Some(match rep {
        Some(name) if !name.is_empty() => Person::Rep(name),
        // Nothing is said of reps: the rep is whoever has the territory of that name now.
        None => match project.plan.find_territory(territory).and_then(|id| rep_of(project, id)) {
            Some(rep) => Person::Rep(project.reps[rep.index()].name.clone()),
            None if territory.is_empty() => Person::Nobody,
            None => Person::Territory(territory.to_owned()),
        },
        Some(_) if territory.is_empty() => Person::Nobody,
        Some(_) => Person::Territory(territory.to_owned()),
    })
}
