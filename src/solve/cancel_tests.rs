//! A cancelled search ends at the next look, in whatever phase it is, and it looks often enough: counted, not timed.

use super::rebalance_tests::blocks;
use super::tests::grid;
use super::*;
use crate::domain::progress::Phase;

fn run_on(problem: &Problem, progress: &Progress) -> Result<Proposal, SolveError> {
    run(problem, &Options { effort: Effort::Quick, threads: 1, ..Options::default() }, progress)
}

/// Cancels in the middle of every phase and at its first look. Returns the phases that were cancelled.
fn cancel_in_every_phase(problem: &Problem) -> Vec<Phase> {
    let whole = Progress::new();
    run_on(problem, &whole).unwrap();
    let begun = whole.begun();
    let ends = begun.iter().skip(1).map(|next| next.2).chain([whole.looks().0]);
    for (&(phase, _, start), end) in begun.iter().zip(ends) {
        for look in [start + 1, (start + end) / 2, end].into_iter().filter(|look| *look > start) {
            let progress = Progress::cancelling_at(look);
            assert_eq!(run_on(problem, &progress), Err(SolveError::Cancelled), "{phase:?}");
            // One more look per worker and level of the work at most, and a few in loops that end at once.
            let (looks, after) = progress.looks();
            assert!(after <= 8 + problem.places.len() as u64, "{phase:?}: {after} looks after the end");
            assert!(looks <= look + after, "{phase:?}");
            assert_eq!(progress.phase(), phase, "no other phase is begun");
        }
    }
    let mut phases: Vec<Phase> = begun.iter().map(|begun| begun.0).collect();
    phases.dedup();
    phases
}

#[test]
fn every_phase_ends_when_it_is_cancelled() {
    use Phase::{Balancing, Comparing, Improving, Proving, Relocating, Repairing, Seeding};
    let uneven = |unit: usize| 1.0 + (unit * 7919 % 13) as f64;
    let anew = [Seeding, Balancing, Relocating, Repairing, Improving, Proving, Comparing];
    let mut problem = grid(30, 20, 8, uneven);
    assert_eq!(cancel_in_every_phase(&problem), anew);
    problem.contiguous = false;
    assert_eq!(cancel_in_every_phase(&problem), anew);
    problem.centre = Centring::Member;
    assert_eq!(cancel_in_every_phase(&problem), anew);
    problem.together = vec![vec![3, 4, 5], vec![100, 130]];
    assert_eq!(cancel_in_every_phase(&problem)[..7], anew);
}

#[test]
fn rebalancing_ends_when_it_is_cancelled() {
    use Phase::{Balancing, Comparing, Improving, Proving, Seeding};
    let near = [Seeding, Balancing, Improving, Proving, Comparing];
    let mut problem = blocks(|unit| 1.0 + (unit % 24) as f64 / 8.0);
    assert_eq!(cancel_in_every_phase(&problem), near);
    problem.moved_limits = vec![MovedLimit { measure: Some(0), share: 0.5 }];
    assert_eq!(cancel_in_every_phase(&problem), near);
}

#[test]
fn improving_looks_every_few_thousand_steps() {
    let problem = grid(30, 20, 8, |_| 1.0);
    let progress = Progress::new();
    run_on(&problem, &progress).unwrap();
    let begun = progress.begun();
    let nth = begun.iter().position(|begun| begun.0 == Phase::Improving).unwrap();
    let looks = begun[nth + 1].2 - begun[nth].2;
    // Quick is 200 steps per unit, of a problem this small 1.67 times as many, and four plans are carried to the end.
    let steps = 4.0 * 600.0 * 200.0 * 1000.0 / 600.0;
    assert!(looks as f64 >= steps / 4096.0, "{looks} looks in {steps} steps");
}
