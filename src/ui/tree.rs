//! The rows of the table of territories: region, district, territory, as far as they are unfolded, sorted among their neighbours, each
//! with its figures. A group's figures are those of all territories in it.

use std::collections::BTreeMap;

use crate::domain::hierarchy::Member;
use crate::domain::ids::{GroupId, MeasureId, RepId, TerritoryId};
use crate::domain::metrics;
use crate::domain::plan::Plan;
use crate::domain::project::Goal;
use crate::session::Session;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    Name,
    Rep,
    Units,
    Accounts,
    Load,
    Target,
    Deviation,
    Measure(MeasureId),
    Travel,
    Compactness,
    Pieces,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sort {
    pub by: Field,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { by: Field::Name, descending: false }
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Row {
    /// `None`: what stands in no group, while there are levels.
    pub member: Option<Member>,
    /// How many groups it is drawn inside of.
    pub depth: u8,
    pub name: String,
    /// What a group's level is called; empty for a territory.
    pub level: String,
    pub rep: String,
    pub colour: Option<[u8; 3]>,
    /// Locked itself, or kept by a group above.
    pub locked: bool,
    /// Of a group: whether its members are shown.
    pub unfolded: Option<bool>,
    /// The territories in it; itself for a territory.
    pub inside: Vec<TerritoryId>,
}

impl Row {
    /// Group 0 stands for what is in no group.
    pub fn fold_id(&self) -> Option<GroupId> {
        match self.member {
            Some(Member::Group(id)) => Some(id),
            None => Some(GroupId::default()),
            Some(Member::Territory(_)) => None,
        }
    }

    /// What it is to those who cannot see it.
    pub fn spoken(&self) -> String {
        match self.member {
            Some(Member::Territory(_)) => format!("Territory {}", self.name),
            Some(Member::Group(_)) => format!("{} {}", self.level, self.name),
            None => self.name.clone(),
        }
    }
}

/// The rows to show, top down.
pub fn rows(session: &Session, goal: Option<Goal>, sort: Sort) -> Vec<Row> {
    let plan = session.shown_plan();
    let mut members: BTreeMap<Option<GroupId>, Vec<Member>> = BTreeMap::new();
    for (id, group) in plan.hierarchy().iter() {
        members.entry(group.parent).or_default().push(Member::Group(id));
    }
    for (id, territory) in plan.territories() {
        members.entry(territory.parent).or_default().push(Member::Territory(id));
    }
    let builder = Builder { session, plan, goal, sort, members };
    if plan.hierarchy().levels().is_empty() {
        return builder.below(None, 0, |_| true);
    }
    let mut rows = builder.below(None, 0, |member| matches!(member, Member::Group(_)));
    let mut loose = builder.below(None, 1, |member| matches!(member, Member::Territory(_)));
    let folded = session.view.folded.contains(&GroupId::default());
    if !loose.is_empty() {
        rows.push(Row {
            member: None,
            depth: 0,
            name: format!("In no {}", session.level_words(Some(0))),
            level: String::new(),
            rep: String::new(),
            colour: None,
            locked: false,
            unfolded: Some(!folded),
            inside: loose.iter().flat_map(|row| row.inside.iter().copied()).collect(),
        });
        if !folded {
            rows.append(&mut loose);
        }
    }
    rows
}

struct Builder<'a> {
    session: &'a Session,
    plan: &'a Plan,
    goal: Option<Goal>,
    sort: Sort,
    members: BTreeMap<Option<GroupId>, Vec<Member>>,
}

impl Builder<'_> {
    /// The rows below a group, sorted: groups of higher levels first, then lower ones, then territories.
    fn below(&self, parent: Option<GroupId>, depth: u8, wanted: fn(Member) -> bool) -> Vec<Row> {
        let members = self.members.get(&parent).map_or(&[][..], Vec::as_slice);
        let mut heads: Vec<Row> =
            members.iter().filter(|&&member| wanted(member)).map(|&member| self.row(member, depth)).collect();
        sort_rows(self.session, self.goal, &mut heads, self.sort);
        // Stable: the order within a level stays.
        heads.sort_by_key(|row| match row.member {
            Some(Member::Group(id)) => u8::MAX - self.plan.hierarchy().group(id).map_or(0, |group| group.level),
            _ => u8::MAX,
        });
        let mut rows = Vec::new();
        for head in heads {
            let open = head.unfolded == Some(true);
            let member = head.member;
            rows.push(head);
            if let (Some(Member::Group(id)), true) = (member, open) {
                rows.extend(self.below(Some(id), depth + 1, |_| true));
            }
        }
        rows
    }

    fn row(&self, member: Member, depth: u8) -> Row {
        let rep_name = |rep: Option<RepId>| {
            let rep = rep.and_then(|rep| self.session.project.reps.get(rep.index()));
            rep.map_or(String::new(), |rep| rep.name.clone())
        };
        let hierarchy = self.plan.hierarchy();
        let empty = Row {
            member: Some(member),
            depth,
            name: self.plan.member_name(member).to_owned(),
            level: String::new(),
            rep: String::new(),
            colour: None,
            locked: false,
            unfolded: None,
            inside: Vec::new(),
        };
        match member {
            Member::Territory(id) => match self.plan.territory(id) {
                Some(territory) => Row {
                    rep: rep_name(territory.rep),
                    colour: Some(territory.colour),
                    locked: self.plan.is_territory_locked(id),
                    inside: vec![id],
                    ..empty
                },
                None => empty,
            },
            Member::Group(id) => match hierarchy.group(id) {
                Some(group) => Row {
                    level: hierarchy.levels().get(usize::from(group.level)).cloned().unwrap_or_default(),
                    rep: rep_name(group.rep),
                    colour: Some(group.colour),
                    locked: hierarchy.is_locked(Some(id)),
                    unfolded: Some(!self.session.view.folded.contains(&id)),
                    inside: self.inside(id),
                    ..empty
                },
                None => empty,
            },
        }
    }

    fn inside(&self, group: GroupId) -> Vec<TerritoryId> {
        let mut inside = Vec::new();
        for &member in self.members.get(&Some(group)).into_iter().flatten() {
            match member {
                Member::Territory(id) => inside.push(id),
                // Levels fall from parent to member, so this ends.
                Member::Group(id) => inside.extend(self.inside(id)),
            }
        }
        inside
    }
}

fn sort_rows(session: &Session, goal: Option<Goal>, rows: &mut [Row], sort: Sort) {
    match sort.by {
        Field::Name => rows.sort_by(|a, b| natural(&a.name, &b.name)),
        Field::Rep => rows.sort_by(|a, b| a.rep.cmp(&b.rep)),
        field => rows.sort_by_cached_key(|row| {
            let value = number(session, goal, field, row).unwrap_or(f64::NEG_INFINITY);
            (Total(value), row.member)
        }),
    }
    if sort.descending {
        rows.reverse();
    }
}

/// A number in its total order, to sort by.
#[derive(PartialEq)]
struct Total(f64);

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// "Territory 9" before "Territory 10".
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let split = |text: &str| {
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        (stem.to_lowercase(), text[stem.len()..].parse::<u64>().unwrap_or(0))
    };
    split(a).cmp(&split(b))
}

/// The figure of a row: of a territory, or of all territories in a group together. `None` where there is none.
pub fn number(session: &Session, goal: Option<Goal>, field: Field, row: &Row) -> Option<f64> {
    let (plan, totals) = (session.shown_plan(), session.shown_totals());
    let inside = || row.inside.iter().copied();
    let slow = |id: TerritoryId| session.metrics().and_then(|(metrics, _)| metrics.territory(id));
    let deviation = |measure: MeasureId| match row.inside.as_slice() {
        [] => None,
        _ => metrics::deviation_of(plan, totals, measure, inside()),
    };
    match field {
        Field::Name | Field::Rep => None,
        Field::Units => Some(inside().map(|id| f64::from(totals.unit_count(id))).sum()),
        Field::Accounts => Some(inside().map(|id| f64::from(totals.account_count(id))).sum()),
        Field::Load => Some(totals.load_of(goal?.measure, inside())),
        Field::Target => Some(metrics::target_of(plan, totals, goal?.measure, inside())),
        Field::Deviation => deviation(goal?.measure),
        Field::Measure(measure) => deviation(measure),
        Field::Travel => {
            // The mean of a group is weighted as those of its territories are: by load, else by units.
            let weight = |id: TerritoryId| match session.metrics().and_then(|(metrics, _)| metrics.travel_measure) {
                Some(measure) => totals.load(measure, id),
                None => f64::from(totals.unit_count(id)),
            };
            if let [id] = row.inside[..] {
                return slow(id).map(|figures| figures.travel_mean_km);
            }
            let (mut sum, mut all) = (0.0, 0.0);
            for (weight, figures) in inside().filter_map(|id| Some((weight(id), slow(id)?))) {
                if figures.travel_mean_km.is_finite() && weight > 0.0 {
                    sum += weight * figures.travel_mean_km;
                    all += weight;
                }
            }
            (all > 0.0).then(|| sum / all)
        }
        // A group's own shape is not measured.
        Field::Compactness | Field::Pieces => match row.member {
            Some(Member::Territory(id)) if field == Field::Compactness => slow(id).map(|figures| figures.polsby_popper),
            Some(Member::Territory(id)) => slow(id).map(|figures| f64::from(figures.pieces)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_names_sort_by_their_number() {
        let mut names = vec!["Territory 10", "East", "Territory 9"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["East", "Territory 9", "Territory 10"]);
    }
}
