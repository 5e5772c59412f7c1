//! Figures of the window itself, for docs/performance.md: with `BAILIWICK_TIMING=1` it says on standard error when the first usable
//! frame was there, how soon a build ended that was cancelled and, when it is closed, how much processor time the frames took
//! while the map was moving and while territories were built. With `BAILIWICK_TIMING=tour` it moves its map by itself and ends.

use std::sync::OnceLock;
use std::time::Instant;

use crate::action::{Action, Command};

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
    /// Of these, what the program itself took by the clock: not the shapes that egui makes of it, nor the graphics driver.
    own: Vec<f32>,
    /// The same as `moving` while territories were built.
    building: Vec<f32>,
    cancelled: Option<Instant>,
    /// Steps of the tour still to go.
    tour: Option<u32>,
    /// Processor time of the window's thread at the end of the last frame, in seconds.
    spent: Option<f64>,
    /// When this frame began.
    begun: Option<Instant>,
}

/// So many frames a tour has.
const TOUR: u32 = 120;

/// What a frame was like.
pub struct Frame {
    /// The project and its map were on it.
    pub usable: bool,
    /// The map stood elsewhere than before.
    pub moved: bool,
    /// Territories were being built.
    pub building: bool,
    pub cpu_seconds: Option<f32>,
}

impl Timing {
    /// Times count from the first call of [`begin`], else from now.
    pub fn asked_for() -> Option<Self> {
        let wish = std::env::var_os("BAILIWICK_TIMING")?;
        let tour = (wish == "tour").then_some(TOUR);
        let started = begin();
        Some(Self {
            started,
            usable: false,
            moving: Vec::new(),
            own: Vec::new(),
            building: Vec::new(),
            cancelled: None,
            tour,
            spent: None,
            begun: None,
        })
    }

    /// A frame begins.
    pub fn begin_frame(&mut self) {
        self.begun = Some(Instant::now());
    }

    /// A frame was drawn.
    pub fn frame(&mut self, frame: Frame) {
        if frame.usable && !self.usable {
            self.usable = true;
            eprintln!("first usable frame after {:.2} s", self.started.elapsed().as_secs_f64());
        }
        // From the end of one frame to the end of the next, of this thread alone: what others do on the machine is not in it.
        let spent = thread_seconds();
        let of_thread = spent.zip(self.spent).map(|(now, before)| (now - before) as f32);
        self.spent = spent;
        if let (true, Some(seconds)) = (frame.usable, of_thread.or(frame.cpu_seconds)) {
            if frame.moved {
                self.moving.push(seconds);
                self.own.extend(self.begun.map(|begun| begun.elapsed().as_secs_f32()));
            }
            if frame.building {
                self.building.push(seconds);
            }
        }
    }

    /// What the tour does next, once there is a map: pan to and fro, closer half of the time, and leave.
    pub fn next_of_tour(&mut self) -> Option<Action> {
        let left = self.tour.filter(|_| self.usable)?;
        self.tour = left.checked_sub(1);
        if left.is_multiple_of(20) {
            eprintln!("{left} steps to go");
        }
        Some(match left {
            0 => Action::Run(Command::Quit),
            left if left == TOUR / 2 => Action::ZoomAt { delta: 2.0, dx: 0.0, dy: 0.0 },
            left => {
                let along = if left / 30 % 2 == 0 { 9.0 } else { -9.0 };
                Action::Pan { dx: along, dy: along / 2.0 }
            }
        })
    }

    /// Somebody cancelled a build.
    pub fn build_cancelled(&mut self) {
        self.cancelled = Some(Instant::now());
    }

    /// A build ended.
    pub fn build_ended(&mut self) {
        if let Some(cancelled) = self.cancelled.take() {
            eprintln!("the build ended {:.0} ms after it was cancelled", cancelled.elapsed().as_secs_f64() * 1000.0);
        }
    }

    /// Says what was gathered.
    pub fn report(&mut self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        for (field, what) in [("VmRSS:", "resident"), ("VmHWM:", "at most")] {
            let kilobytes = status.lines().find_map(|line| line.strip_prefix(field));
            if let Some(kilobytes) =
                kilobytes.and_then(|text| text.trim().trim_end_matches("kB").trim().parse::<f64>().ok())
            {
                eprintln!("{:.0} MB {what}", kilobytes / 1024.0);
            }
        }
        let lists = [
            (&mut self.moving, "with the map moving, processor time of the window's thread"),
            (&mut self.own, "with the map moving, the program alone, without egui's shapes and the driver"),
            (&mut self.building, "while building, processor time of the window's thread"),
        ];
        for (frames, what) in lists {
            frames.sort_by(f32::total_cmp);
            let Some(last) = frames.len().checked_sub(1) else { continue };
            let at = |share: f64| frames[(last as f64 * share) as usize] * 1000.0;
            eprintln!(
                "{} frames {what}: {:.2} ms in the middle, {:.2} ms in 95 of 100, {:.2} ms at most",
                frames.len(),
                at(0.5),
                at(0.95),
                at(1.0)
            );
        }
    }
}

/// The processor time of this thread so far, where the system tells.
fn thread_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}
