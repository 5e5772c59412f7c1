//! Looking on while the engine works: the best plan so far, as often as somebody wants to see it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::report::Terms;

/// The best plan so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Per unit its territory, `None` for excluded units.
    pub assignment: Vec<Option<u16>>,
    pub terms: Terms,
    /// How many rules do not hold in it yet.
    pub violations: usize,
}

/// Shared between the engine, which offers plans, and the one who watches, who takes the newest. It never slows the search: plans
/// are only copied when the last one is older than the interval, and nothing that is found depends on it.
#[derive(Debug, Clone, Default)]
pub struct Watch(Option<Arc<State>>);

#[derive(Debug)]
struct State {
    start: Instant,
    every: Duration,
    /// Milliseconds after `start` at which the next plan is wanted.
    next: AtomicU64,
    latest: Mutex<Option<Snapshot>>,
}

impl Watch {
    /// Wants a plan at most so often.
    pub fn every(interval: Duration) -> Self {
        Self(Some(Arc::new(State {
            start: Instant::now(),
            every: interval,
            next: AtomicU64::new(0),
            latest: Mutex::new(None),
        })))
    }

    /// Nobody looks on.
    pub fn nobody() -> Self {
        Self(None)
    }

    /// The newest plan that has not been taken yet.
    pub fn take(&self) -> Option<Snapshot> {
        self.0.as_ref().and_then(|state| state.latest.lock().ok()?.take())
    }

    /// Shows a plan if one is due; `make` is called only then.
    pub(super) fn offer(&self, make: impl FnOnce() -> Snapshot) {
        let Some(state) = &self.0 else { return };
        let now = state.start.elapsed();
        let due = state.next.load(Relaxed);
        let now_ms = now.as_millis() as u64;
        if now_ms < due {
            return;
        }
        let next = (now + state.every).as_millis() as u64;
        // Of several threads that come at once, one makes the plan.
        if state.next.compare_exchange(due, next, Relaxed, Relaxed).is_ok() {
            let snapshot = make();
            if let Ok(mut latest) = state.latest.lock() {
                *latest = Some(snapshot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_plan_is_taken_once_and_none_is_made_before_it_is_due() {
        let snapshot = || Snapshot { assignment: vec![Some(1)], terms: Terms::default(), violations: 0 };
        let watch = Watch::every(Duration::from_secs(3600));
        assert_eq!(watch.take(), None);
        watch.offer(snapshot);
        watch.offer(|| unreachable!("not due for an hour"));
        assert_eq!(watch.take(), Some(snapshot()));
        assert_eq!(watch.take(), None);
        Watch::nobody().offer(|| unreachable!("nobody looks on"));
    }
}
