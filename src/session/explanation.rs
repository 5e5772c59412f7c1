//! Why a proposal is as it is: what each move does, and which rules cannot hold together.

use crate::domain::ids::{TerritoryId, UnitId};

/// The moves of one of the proposal's plans.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// What was balanced, in the order of [`Effect::balances`].
    pub measures: Vec<Balanced>,
    /// By unit.
    moves: Vec<UnitMove>,
    /// Positions in `moves`, the move that is worth most first; then those whose worth cannot be counted.
    by_worth: Vec<usize>,
    counted: usize,
}

/// A measure that was balanced.
#[derive(Debug, Clone, PartialEq)]
pub struct Balanced {
    pub name: String,
    /// Share of the target that a territory may be off.
    pub tolerance: f64,
}

/// A unit that had a territory and gets another, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitMove {
    pub unit: UnitId,
    pub from: TerritoryId,
    pub to: TerritoryId,
    /// `None` where it cannot be counted, because the territory of today is not in the proposal.
    pub effect: Option<Effect>,
    /// Why it is not put back.
    pub why: String,
}

/// What a move does: the plan as it is against the plan with this unit alone put back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effect {
    /// What it is worth by all terms, in kilometres of mean travel; positive is a gain.
    pub worth_km: f64,
    pub travel_km: f64,
    pub border_km: f64,
    /// Share of the first measure's load that moves with it.
    pub share: f64,
    /// Per measure the deviations from the target of the territory it leaves and of the one it goes to, each [put back, as it is].
    pub balances: Vec<[[f64; 2]; 2]>,
}

/// How the list of moves is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MoveOrder {
    #[default]
    BestFirst,
    WorstFirst,
}

impl Explanation {
    pub fn new(measures: Vec<Balanced>, mut moves: Vec<UnitMove>) -> Self {
        moves.sort_by_key(|found| found.unit);
        let worth = |position: &usize| moves[*position].effect.as_ref().map(|effect| effect.worth_km);
        let (mut by_worth, unknown): (Vec<usize>, Vec<usize>) =
            (0..moves.len()).partition(|position| worth(position).is_some());
        by_worth.sort_by(|a, b| worth(b).unwrap_or(0.0).total_cmp(&worth(a).unwrap_or(0.0)).then(a.cmp(b)));
        let counted = by_worth.len();
        by_worth.extend(unknown);
        Self { measures, moves, by_worth, counted }
    }

    pub fn len(&self) -> usize {
        self.moves.len()
    }

    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// The move at a position of the sorted list.
    pub fn nth(&self, position: usize, order: MoveOrder) -> Option<&UnitMove> {
        let position = match order {
            MoveOrder::WorstFirst if position < self.counted => self.counted - 1 - position,
            _ => position,
        };
        self.moves.get(*self.by_worth.get(position)?)
    }

    /// The move of a unit; `None` when it stays where it is.
    pub fn of(&self, unit: UnitId) -> Option<&UnitMove> {
        let position = self.moves.binary_search_by_key(&unit, |found| found.unit).ok()?;
        self.moves.get(position)
    }
}

/// What is known of why rules do not hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Clash {
    /// The engine kept every rule: there is nothing to ask.
    #[default]
    NotAsked,
    /// It shall be looked for.
    Wanted,
    Looking,
    /// The search was ended before it found anything.
    Stopped,
    Found(ClashWords),
    /// Nothing was proven: there may be a plan that keeps all rules, or not.
    NothingFound,
}

/// Rules that provably cannot hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClashWords {
    /// "These rules cannot hold together".
    pub title: &'static str,
    pub rules: Vec<String>,
    /// Why they cannot, with figures.
    pub proof: String,
    /// "One of these would have to give".
    pub relief_title: &'static str,
    pub reliefs: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_move(unit: u32, worth_km: Option<f64>) -> UnitMove {
        let effect = worth_km.map(|worth_km| Effect { worth_km, ..Effect::default() });
        UnitMove { unit: UnitId(unit), from: TerritoryId(1), to: TerritoryId(2), effect, why: String::new() }
    }

    #[test]
    fn moves_are_sorted_by_worth_both_ways_and_those_without_come_last() {
        let moves = vec![a_move(9, Some(0.1)), a_move(4, None), a_move(2, Some(-0.3)), a_move(7, Some(2.0))];
        let found = Explanation::new(Vec::new(), moves);
        let listed = |order: MoveOrder| -> Vec<u32> {
            (0..found.len()).filter_map(|position| found.nth(position, order)).map(|found| found.unit.0).collect()
        };
        assert_eq!(listed(MoveOrder::BestFirst), [7, 9, 2, 4]);
        assert_eq!(listed(MoveOrder::WorstFirst), [2, 9, 7, 4]);
        assert_eq!(found.nth(4, MoveOrder::BestFirst), None);
        assert_eq!(
            found.of(UnitId(2)).and_then(|found| found.effect.as_ref()).map(|effect| effect.worth_km),
            Some(-0.3)
        );
        assert_eq!(found.of(UnitId(3)), None);
    }
}
