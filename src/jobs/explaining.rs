//! The jobs that say why a proposal is as it is.

use std::sync::Arc;

use super::JobOutput;
use crate::domain::progress::{Cancelled, Progress};
use crate::session::explanation::{Balanced, ClashWords, Effect, Explanation, UnitMove};
use crate::solve::{ConflictWords, Move};
use crate::work::explain::{Moved, Reasons};

/// Explains the moves of one of a proposal's plans. `proposal` and `choice` say which, for whoever takes the result.
pub fn explain(reasons: &Reasons, proposal: u64, choice: usize, progress: &Progress) -> JobOutput {
    match explanation(reasons, progress) {
        Ok(explanation) => JobOutput::Explained { proposal, choice, explanation: Arc::new(explanation) },
        Err(Cancelled) => JobOutput::Cancelled,
    }
}

fn explanation(reasons: &Reasons, progress: &Progress) -> Result<Explanation, Cancelled> {
    let measures = reasons.measures().map(|goal| Balanced { name: goal.name.clone(), tolerance: goal.tolerance });
    let moves = reasons.moves(progress)?.into_iter().map(unit_move).collect();
    Ok(Explanation::new(measures.collect(), moves))
}

fn unit_move(moved: Moved) -> UnitMove {
    let Moved { unit, from, to, effect, why } = moved;
    let effect = effect.map(|Move { travel_km, border_km, balance, disruption, better_by_km, .. }| Effect {
        worth_km: better_by_km,
        travel_km,
        border_km,
        share: disruption,
        balances: balance.iter().map(|change| [change.from, change.to]).collect(),
    });
    UnitMove { unit, from, to, effect, why }
}

/// Looks for rules that cannot hold together.
pub fn find_conflict(reasons: &Reasons, proposal: u64, progress: &Progress) -> JobOutput {
    match reasons.conflict(progress) {
        Ok(found) => JobOutput::LookedForConflict { proposal, found: found.map(clash_words) },
        Err(Cancelled) => JobOutput::Cancelled,
    }
}

fn clash_words(words: ConflictWords) -> ClashWords {
    let (title, relief_title) = (words.title(), words.relief_title());
    let ConflictWords { rules, proof, reliefs } = words;
    ClashWords { title, rules, proof, relief_title, reliefs }
}
