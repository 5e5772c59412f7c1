//! Drawing above the level of territories: what the tools would do to units, done to whole territories, or to whole districts when
//! regions are drawn.

use std::collections::BTreeMap;

use egui::Pos2;

use super::tool::{Gesture, ToolContext};
use crate::action::Action;
use crate::domain::hierarchy::Member;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::sphere::LonLat;
use crate::render::camera::Camera;
use crate::session::Session;
use crate::session::view::Tool;
use crate::words;

/// Where a stroke goes: a group, or out of every group.
pub type Target = Option<GroupId>;

/// A gesture at a level above territories.
#[derive(Debug, Clone, Copy)]
pub struct Raised {
    pub level: usize,
    /// Alt was held when it began: it takes out.
    pub erases: bool,
}

impl Raised {
    /// The group that is drawn: the active one, that of the active territory, or that in which the gesture begins. `None` where there is
    /// none on this level.
    pub fn target(&self, session: &Session, first: Option<UnitId>) -> Option<Target> {
        if self.erases {
            return Some(None);
        }
        let plan = session.plan();
        let of_territory = |id: TerritoryId| plan.group_of(id, self.level);
        let group = match session.active_group {
            Some(active) => plan.hierarchy().at_level(Some(active), self.level),
            None if session.active.is_unassigned() => first.and_then(|unit| of_territory(plan.territory_of(unit))),
            None => of_territory(session.active),
        };
        group.map(Some)
    }

    /// Turns what a gesture asks for into what it means at this level. `before` is the gesture as it was before this frame.
    pub fn translate(&self, context: &ToolContext, was_click: bool, asked: Vec<Action>, actions: &mut Vec<Action>) {
        let session = context.session;
        let tool = session.view.tool;
        for action in asked {
            match action {
                Action::Preview { units, .. } if !units.is_empty() => {}
                Action::Assign { units, .. } => {
                    let outlined = tool == Tool::Polygon;
                    self.finish(session, &units, outlined, actions);
                }
                Action::SelectUnits { units, .. } if tool != Tool::Select => {
                    // A line takes what it goes through, as the brush does.
                    self.finish(session, &units, !was_click && tool != Tool::Line, actions);
                }
                Action::SelectAccount(_) | Action::SelectTerritory(_) if tool != Tool::Select => {}
                Action::SelectTerritory(Some(id)) => match session.plan().group_of(id, self.level) {
                    Some(group) => actions.push(Action::SelectGroup(Some(group))),
                    None => actions.push(Action::SelectTerritory(Some(id))),
                },
                other => actions.push(other),
            }
        }
    }

    /// Shows what the gesture would move if it ended at the pointer; says nothing when that is shown already.
    pub fn preview(
        &self,
        session: &Session,
        camera: &Camera,
        gesture: &Gesture,
        pointer: Option<Pos2>,
        actions: &mut Vec<Action>,
    ) {
        let place = pointer.map(|at| camera.screen_to_place(at));
        let (units, outlined) = match gesture {
            Gesture::Brush { units, .. } => (units.clone(), false),
            Gesture::Rectangle { from } if session.view.tool == Tool::Rectangle => {
                let Some(to) = place else { return };
                let ring = [*from, LonLat::new(to.lon, from.lat), to, LonLat::new(from.lon, to.lat)];
                (super::tool::inside(session, &ring), true)
            }
            Gesture::Lasso { points } if points.len() > 2 => (super::tool::inside(session, points), true),
            Gesture::Radius { from, to } => {
                (super::tool::inside(session, &super::tool::circle(*from, from.distance_km(*to))), true)
            }
            Gesture::Line { points } if points.len() > 1 => {
                (session.in_scope(session.unit_index.units_along(points)), true)
            }
            Gesture::Polygon { corners } => {
                let mut ring = corners.clone();
                ring.extend(place);
                if ring.len() < 3 {
                    return;
                }
                (super::tool::inside(session, &ring), true)
            }
            _ => return,
        };
        let Some(to) = self.target(session, units.first().copied().filter(|_| !outlined)) else { return };
        let members = self.members(session, &units, outlined, to);
        let shown = session.preview.as_ref().and_then(|preview| preview.raised.as_ref());
        let is_shown = match shown {
            Some((known, known_to)) => *known_to == to && *known == members,
            None => members.is_empty() || !self.can_move(session, &members, to),
        };
        if !is_shown {
            actions.push(Action::PreviewInto { members, to });
        }
    }

    /// Whether anything of it may go there.
    fn can_move(&self, session: &Session, members: &[Member], to: Target) -> bool {
        let plan = session.plan();
        session.fixed().is_none()
            && !plan.hierarchy().is_locked(to)
            && members.iter().any(|&member| plan.keeper_of(member).is_none())
    }

    fn finish(&self, session: &Session, units: &[UnitId], outlined: bool, actions: &mut Vec<Action>) {
        if units.is_empty() {
            return;
        }
        let Some(to) = self.target(session, units.first().copied().filter(|_| !outlined)) else {
            let level = session.level_words(Some(self.level));
            actions.push(Action::Preview { units: Vec::new(), to: TerritoryId::UNASSIGNED });
            actions.push(Action::Refuse(format!("Choose a {level} first, in the table or on the map")));
            return;
        };
        let members = self.members(session, units, outlined, to);
        actions.push(Action::PreviewInto { members: Vec::new(), to: None });
        actions.push(Action::MoveInto { members, to });
    }

    /// What is moved: what the brush touches, or what an outline has the most units of inside. What is there already is not moved.
    fn members(&self, session: &Session, units: &[UnitId], outlined: bool, to: Target) -> Vec<Member> {
        let plan = session.plan();
        let mut members = session.members_at(units, self.level);
        if outlined {
            let mut inside: BTreeMap<Member, u32> = BTreeMap::new();
            for &unit in units {
                if let Some(member) = plan.member_below(plan.territory_of(unit), self.level) {
                    *inside.entry(member).or_default() += 1;
                }
            }
            let all = |member: Member| match member {
                Member::Territory(id) => session.totals.unit_count(id),
                Member::Group(id) => plan.territories_in(id).map(|id| session.totals.unit_count(id)).sum(),
            };
            members.retain(|member| inside.get(member).is_some_and(|&count| count * 2 > all(*member)));
        }
        members.retain(|&member| plan.parent_of(member) != to);
        if self.erases {
            // What lies directly in a higher group is in none of this level to be taken out of.
            let on_level = |id: GroupId| plan.hierarchy().group(id).is_some_and(|g| usize::from(g.level) == self.level);
            members.retain(|&member| plan.parent_of(member).is_some_and(on_level));
        }
        members
    }
}

/// What the preview does, in words: "North +3 territories, +$214 k   +2.1 %"; what would be drawn, without one.
pub fn words_of(session: &Session, target: Option<Target>, level: usize) -> String {
    let level_words = session.level_words(Some(level));
    let moved = session.preview.as_ref().and_then(|preview| Some((preview, preview.raised.as_ref()?)));
    let Some((preview, (members, to))) = moved else {
        return match target {
            None => format!("Choose a {level_words} first"),
            Some(None) => format!("Out of the {level_words}"),
            Some(to) => session.plan().group_name(to).to_owned(),
        };
    };
    let count = words::count(members.len() as i128);
    let what = match (members.as_slice(), level) {
        ([member], _) => session.plan().member_name(*member).to_owned(),
        (_, 0) => format!("{count} territories"),
        _ => format!("{count} groups and territories"),
    };
    let Some(group) = *to else { return format!("{what} out of the {level_words}") };
    let mut text = format!("{} +{what}", preview.plan.group_name(*to));
    if let Some(goal) = session.goal()
        && let Some(measure) = session.project.measure(goal.measure)
    {
        let before =
            session.totals.load_of(goal.measure, session.plan().territories_in(group).collect::<Vec<_>>().into_iter());
        let (load, deviation) = session.group_figures(goal.measure, group);
        let gained = load - before;
        let sign = if gained < 0.0 { "−" } else { "+" };
        text.push_str(&format!(", {sign}{}", words::figure(measure, gained.abs())));
        if let Some(deviation) = deviation {
            text.push_str(&format!("   {}", words::signed_percent(deviation)));
        }
    }
    text
}
