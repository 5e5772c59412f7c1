//! Figures of the window itself, for docs/performance.md: with `BAILIWICK_TIMING=1` it says on standard error when the first usable
//! frame was there and, when it is closed, how much processor time the frames took while the map was moving.

use std::sync::OnceLock;
use std::time::Instant;

static STARTED: OnceLock<Instant> = OnceLock::new();

/// The program begins.
pub fn begin() -> Instant {
    *STARTED.get_or_init(Instant::now)
}

/// What is measured; nothing is when nobody asked.
pub struct Timing {
    started: Instant,
    usable: bool,
    /// Seconds of processor time per frame in which the map moved.
    moving: Vec<f32>,
}

impl Timing {
    /// Times count from the first call of [`begin`], else from now.
    pub fn asked_for() -> Option<Self> {
        std::env::var_os("BAILIWICK_TIMING")?;
        let started = begin();
        Some(Self { started, usable: false, moving: Vec::new() })
    }

    /// A frame was drawn. `usable`: the project and its map were on it. `moved`: the map stood elsewhere than before.
    pub fn frame(&mut self, usable: bool, moved: bool, cpu_seconds: Option<f32>) {
        if usable && !self.usable {
            self.usable = true;
            eprintln!("first usable frame after {:.2} s", self.started.elapsed().as_secs_f64());
        }
        if let (true, true, Some(seconds)) = (usable, moved, cpu_seconds) {
            self.moving.push(seconds);
        }
    }

    /// Says what was gathered.
    pub fn report(&mut self) {
        self.moving.sort_by(f32::total_cmp);
        let Some(last) = self.moving.len().checked_sub(1) else { return };
        let at = |share: f64| self.moving[(last as f64 * share) as usize] * 1000.0;
        eprintln!(
            "{} frames with the map moving: {:.2} ms of processor time in the middle, {:.2} ms in 95 of 100, {:.2} ms at most",
            self.moving.len(),
            at(0.5),
            at(0.95),
            at(1.0)
        );
    }
}
