//! What a problem's rules come to for one territory, counted from the problem itself.

use super::problem::{Limits, Problem};

impl Problem {
    /// What a territory may carry of a measure; `None` where nothing is asked of it.
    pub(super) fn allowed(&self, territory: usize, measure: usize) -> Option<Limits> {
        let goal = self.territories.get(territory)?;
        if let Some(limits) = goal.limits.get(measure).copied().flatten() {
            return Some(limits);
        }
        let target = goal.targets.get(measure).copied().filter(|&target| target > 0.0)?;
        let tolerance = self.goals.get(measure)?.tolerance;
        Some(Limits { least: (target * (1.0 - tolerance)).max(0.0), most: target * (1.0 + tolerance) })
    }
}
