//! The time limit of a run, and how long its stages took.

use std::time::{Duration, Instant};

/// The time limit. It only cuts off: no decision of the search looks at it otherwise.
pub(crate) struct Clock {
    end: Option<Instant>,
    cut: std::sync::atomic::AtomicBool,
}

impl Clock {
    pub fn start(limit: Option<Duration>) -> Self {
        let end = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { end, cut: std::sync::atomic::AtomicBool::new(false) }
    }

    /// Whether the limit has passed; from then on the proposal counts as cut short.
    pub(crate) fn is_over(&self) -> bool {
        let over = self.end.is_some_and(|end| Instant::now() >= end);
        if over {
            self.cut.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        over
    }

    pub fn cut_short(&self) -> bool {
        self.cut.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// How long each stage took.
pub(crate) struct Stages {
    since: Instant,
    pub done: Vec<(&'static str, Duration)>,
}

impl Stages {
    pub fn new() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }

    pub fn end(&mut self, name: &'static str) {
        self.done.push((name, self.since.elapsed()));
        self.since = Instant::now();
    }
}
