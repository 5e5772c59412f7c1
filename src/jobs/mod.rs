//! Background work: one slot per kind, run on its own thread against snapshots. Results come back over one channel; the window
//! takes them between frames and drops what has become old.

pub mod building;
pub mod explaining;
pub mod spec;
pub mod tasks;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::domain::edit::Edit;
use crate::domain::progress::Progress;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;
use crate::render::geometry::UnitGeometry;
use crate::session::Session;
use crate::session::explanation::{ClashWords, Explanation};
use crate::session::proposal::Proposal;
use crate::store::Store;
use crate::work::explain::Reasons;
use spec::{ImportPreview, ImportWhat, JobKind};

/// What a job brought.
pub enum JobOutput {
    Opened(Box<OpenedProject>),
    Peeked(ImportPreview),
    Imported(Box<ImportedData>),
    /// The engine's answer to the plan of this generation.
    Built {
        generation: u64,
        proposal: Box<Proposal>,
        /// Per plan of the proposal what explains it.
        reasons: Vec<Reasons>,
    },
    /// Why units moved in one of the plans of the proposal of this number.
    Explained {
        proposal: u64,
        choice: usize,
        explanation: Arc<Explanation>,
    },
    /// Whether there are rules that cannot hold together for the proposal of this number.
    LookedForConflict {
        proposal: u64,
        found: Option<ClashWords>,
    },
    Exported {
        path: PathBuf,
        files: usize,
        notes: Vec<String>,
    },
    Saved(PathBuf),
    Measured {
        generation: u64,
        metrics: Arc<PlanMetrics>,
    },
    Geometry {
        data_generation: u64,
        geometry: Arc<UnitGeometry>,
    },
    Failed(UserError),
    Cancelled,
}

/// A project read from its file, with everything slow already made.
pub struct OpenedProject {
    pub store: Store,
    pub session: Session,
}

/// New data on the way into the session.
pub struct ImportedData {
    pub what: ImportWhat,
    /// The project with the new data in it, and its indices; for data that is not a change of the plan.
    pub replaced: Option<(crate::domain::project::Project, crate::session::Indices)>,
    /// The step that brings it into the plan.
    pub edit: Option<Edit>,
    /// "Imported 12,024 accounts".
    pub label: String,
    pub diagnostics: Vec<Diagnostic>,
    /// The file's name, and the setting of the project that remembers it.
    pub file: String,
    pub file_setting: &'static str,
    /// The data that the import was made against; a newer one makes it void.
    pub data_generation: u64,
}

type Work = Box<dyn FnOnce(&Progress) -> JobOutput + Send>;

/// Runs jobs. Dropping it cancels all of them.
pub struct Runner {
    sender: Sender<(JobKind, u64, JobOutput)>,
    receiver: Receiver<(JobKind, u64, JobOutput)>,
    slots: BTreeMap<JobKind, Slot>,
    wake: Arc<dyn Fn() + Send + Sync>,
    next: u64,
}

struct Slot {
    number: u64,
    progress: Progress,
    /// Begins when the running one has ended.
    waiting: Option<Work>,
}

impl Runner {
    /// `wake` is called from other threads whenever there is something to take.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, slots: BTreeMap::new(), wake: Arc::new(wake), next: 1 }
    }

    /// Starts a job. A running one of the same kind is cancelled, and this one begins when it has ended.
    pub fn start(&mut self, kind: JobKind, work: impl FnOnce(&Progress) -> JobOutput + Send + 'static) {
        match self.slots.get_mut(&kind) {
            Some(slot) => {
                slot.progress.cancel();
                slot.waiting = Some(Box::new(work));
            }
            None => self.spawn(kind, Box::new(work)),
        }
    }

    /// What jobs call that have something to show before they end.
    pub fn wake(&self) -> Arc<dyn Fn() + Send + Sync> {
        Arc::clone(&self.wake)
    }

    pub fn cancel(&mut self, kind: JobKind) {
        if let Some(slot) = self.slots.get_mut(&kind) {
            slot.progress.cancel();
            slot.waiting = None;
        }
    }

    /// Running jobs, in the order of their kinds.
    pub fn running(&self) -> impl Iterator<Item = (JobKind, &Progress)> {
        self.slots.iter().map(|(&kind, slot)| (kind, &slot.progress))
    }

    pub fn is_running(&self, kind: JobKind) -> bool {
        self.slots.contains_key(&kind)
    }

    /// A job of this kind runs, or waits to run, that nobody has cancelled.
    pub fn is_wanted(&self, kind: JobKind) -> bool {
        self.slots.get(&kind).is_some_and(|slot| slot.waiting.is_some() || !slot.progress.is_cancelled())
    }

    /// The next result, if there is one. What was cancelled comes as [`JobOutput::Cancelled`], once, unless something newer waits.
    pub fn take(&mut self) -> Option<(JobKind, JobOutput)> {
        loop {
            let (kind, number, output) = self.receiver.try_recv().ok()?;
            let Some(slot) = self.slots.get_mut(&kind).filter(|slot| slot.number == number) else { continue };
            let cancelled = slot.progress.is_cancelled();
            let waiting = slot.waiting.take();
            self.slots.remove(&kind);
            match waiting {
                Some(work) => self.spawn(kind, work),
                // A job that was cancelled too late to notice is as cancelled as any other.
                None if cancelled => return Some((kind, JobOutput::Cancelled)),
                None => return Some((kind, output)),
            }
        }
    }

    fn spawn(&mut self, kind: JobKind, work: Work) {
        let number = self.next;
        self.next += 1;
        let progress = Progress::new();
        let (sender, wake, job_progress) = (self.sender.clone(), Arc::clone(&self.wake), progress.clone());
        let spawned = std::thread::Builder::new().name(format!("job {kind:?}")).stack_size(16 << 20).spawn(move || {
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| work(&job_progress)));
            let output = outcome.unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<String>().cloned();
                let text =
                    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
                JobOutput::Failed(
                    UserError::new(format!("{} stopped because of a defect in the program", kind.words()))
                        .because(text)
                        .hint("Nothing in the project was changed; please report this"),
                )
            });
            // The window may have gone.
            let _ = sender.send((kind, number, output));
            wake();
        });
        if let Err(error) = spawned {
            let failed = UserError::new(format!("{} could not be started", kind.words())).because(error);
            let _ = self.sender.send((kind, number, JobOutput::Failed(failed)));
            (self.wake)();
        }
        self.slots.insert(kind, Slot { number, progress, waiting: None });
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        for slot in self.slots.values() {
            slot.progress.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(runner: &mut Runner) -> (JobKind, JobOutput) {
        loop {
            if let Some(result) = runner.take() {
                return result;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_newer_job_of_a_kind_takes_the_place_of_the_older() {
        let mut runner = Runner::new(|| {});
        runner.start(JobKind::Measure, |progress| {
            while progress.check().is_ok() {
                std::thread::yield_now();
            }
            JobOutput::Cancelled
        });
        runner.start(JobKind::Measure, |_| JobOutput::Saved(PathBuf::from("second")));
        let (_, output) = wait(&mut runner);
        assert!(matches!(output, JobOutput::Saved(path) if path == *"second"));
        assert!(!runner.is_running(JobKind::Measure));
    }

    #[test]
    fn a_panic_becomes_a_message() {
        let mut runner = Runner::new(|| {});
        runner.start(JobKind::Build, |_| panic!("on purpose"));
        let (_, output) = wait(&mut runner);
        assert!(matches!(output, JobOutput::Failed(error) if error.why == "on purpose"));
    }
}
