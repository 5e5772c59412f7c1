//! What a long piece of work says of itself while it runs: phase, done, total; and the flag that ends it early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The work was told to stop. Not an error to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Shared between the one who works (writes) and the one who watches (reads, cancels). Atomics only, so reading never waits.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    cancelled: AtomicBool,
    phase: AtomicU64,
    done: AtomicU64,
    total: AtomicU64,
    #[cfg(test)]
    trace: Trace,
}

/// The phases a person can tell apart. Kept as an enum so that reading one is a single atomic load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u64)]
pub enum Phase {
    #[default]
    Waiting,
    Reading,
    FindingBorders,
    PlacingAccounts,
    Seeding,
    Balancing,
    Repairing,
    Improving,
    Measuring,
    Writing,
    Relocating,
    Proving,
    Comparing,
    Clashing,
    Cutting,
    AskingGeocoder,
}

impl Phase {
    const ALL: [Self; 16] = [
        Self::Waiting,
        Self::Reading,
        Self::FindingBorders,
        Self::PlacingAccounts,
        Self::Seeding,
        Self::Balancing,
        Self::Repairing,
        Self::Improving,
        Self::Measuring,
        Self::Writing,
        Self::Relocating,
        Self::Proving,
        Self::Comparing,
        Self::Clashing,
        Self::Cutting,
        Self::AskingGeocoder,
    ];

    /// Words for the status bar.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Reading => "Reading",
            Self::FindingBorders => "Finding shared borders",
            Self::PlacingAccounts => "Placing accounts",
            Self::Seeding => "Choosing centres",
            Self::Balancing => "Balancing loads",
            Self::Repairing => "Joining pieces",
            Self::Improving => "Improving borders",
            Self::Measuring => "Measuring",
            Self::Writing => "Writing",
            Self::Relocating => "Moving centres",
            Self::Proving => "Proving how good it is",
            Self::Comparing => "Looking for other plans",
            Self::Clashing => "Looking for rules that clash",
            Self::Cutting => "Cutting",
            Self::AskingGeocoder => "Asking the geocoder",
        }
    }
}

impl Progress {
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a phase of `total` steps; 0 when the number is not known.
    pub fn begin(&self, phase: Phase, total: u64) -> Result<(), Cancelled> {
        self.0.phase.store(phase as u64, Relaxed);
        self.0.done.store(0, Relaxed);
        self.0.total.store(total, Relaxed);
        #[cfg(test)]
        self.0.trace.begin(phase, total);
        self.check()
    }

    /// `steps` more are done. Cheap; call it every few microseconds of work or more rarely.
    pub fn tick(&self, steps: u64) -> Result<(), Cancelled> {
        self.0.done.fetch_add(steps, Relaxed);
        self.check()
    }

    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    pub fn cancel(&self) {
        self.0.cancelled.store(true, Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        #[cfg(test)]
        if self.0.trace.look(self.0.cancelled.load(Relaxed)) {
            self.cancel();
        }
        self.0.cancelled.load(Relaxed)
    }

    pub fn phase(&self) -> Phase {
        Phase::ALL[(self.0.phase.load(Relaxed) as usize).min(Phase::ALL.len() - 1)]
    }

    /// Done and total of the phase; the total is 0 when it is not known.
    pub fn steps(&self) -> (u64, u64) {
        (self.0.done.load(Relaxed), self.0.total.load(Relaxed))
    }

    /// Share of the phase that is done, in 0..=1; `None` when the total is not known.
    pub fn fraction(&self) -> Option<f32> {
        let (done, total) = self.steps();
        (total > 0).then(|| (done as f32 / total as f32).min(1.0))
    }
}

/// For tests: what was begun, and how often somebody looked whether the work is cancelled. Cancels at a given look.
#[cfg(test)]
#[derive(Debug, Default)]
struct Trace {
    /// Phases with their totals, and how many looks there had been when they began.
    begun: std::sync::Mutex<Vec<(Phase, u64, u64)>>,
    looks: AtomicU64,
    cancel_at: AtomicU64,
    looks_after: AtomicU64,
}

#[cfg(test)]
impl Trace {
    fn begin(&self, phase: Phase, total: u64) {
        self.begun.lock().unwrap().push((phase, total, self.looks.load(Relaxed)));
    }

    /// Whether to cancel now.
    fn look(&self, cancelled: bool) -> bool {
        if cancelled {
            self.looks_after.fetch_add(1, Relaxed);
        }
        self.looks.fetch_add(1, Relaxed) + 1 == self.cancel_at.load(Relaxed)
    }
}

#[cfg(test)]
impl Progress {
    /// Cancels at the look of that number, counted from 1.
    pub fn cancelling_at(look: u64) -> Self {
        let progress = Self::new();
        progress.0.trace.cancel_at.store(look, Relaxed);
        progress
    }

    /// The phases begun, each with its total and the number of looks before it.
    pub fn begun(&self) -> Vec<(Phase, u64, u64)> {
        self.0.trace.begun.lock().unwrap().clone()
    }

    /// How often somebody looked whether the work is cancelled: in all, and after it was.
    pub fn looks(&self) -> (u64, u64) {
        (self.0.trace.looks.load(Relaxed), self.0.trace.looks_after.load(Relaxed))
    }
}
