//! Background work: one job of a kind at a time, run on its own thread against snapshots. Results come back over one channel; the
//! window takes them between frames and drops what has become old.

pub mod building;
pub mod columns;
pub mod cutting;
pub mod explaining;
pub mod layers;
mod look;
pub mod online;
pub mod placing;
mod preview;
pub mod replacing;
pub mod spec;
pub mod suggesting;
pub mod tables;
pub mod tasks;
pub mod what_if;

use std::collections::{BTreeMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::domain::comparison::Comparison;
use crate::domain::edit::Edit;
use crate::domain::progress::Progress;
use crate::domain::shape::PlanMetrics;
use crate::domain::topology::CutOff;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;
use crate::render::geometry::UnitGeometry;
use crate::render::points::AccountPlaces;
use crate::session::Session;
use crate::session::columns::{FormulaLook, Formulas, SegmentLook};
use crate::session::comparing::Compared;
use crate::session::data::NewData;
use crate::session::explanation::{ClashWords, Explanation};
use crate::session::proposal::Proposal;
use crate::session::reference::LayerView;
use crate::session::suggestion::Suggestion;
use crate::session::tables::Wish;
use crate::store::{OpenedPlan, PlanId, Store};
use crate::work::explain::Reasons;
use columns::MakeWish;
use spec::places::{Again, Answers, Candidate, Described, LookUp, OnlineOrder, OnlinePreview};
use spec::{
    ExportOrder, Foreseen, ImportOrder, ImportPreview, ImportWhat, JobKind, ListOrder, Listed, Unclear, Version,
};

/// What a job brought.
pub enum JobOutput {
    Opened(Box<OpenedProject>),
    Peeked(Box<ImportPreview>),
    /// What a file of territories leaves open, or why it cannot be read.
    AlignmentChecked {
        order: Box<ImportOrder>,
        unclear: Result<Unclear, String>,
    },
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
        /// Of the project that was exported.
        data_generation: u64,
        notes: Vec<String>,
    },
    /// What an export would lose, or why it cannot be.
    ExportChecked {
        order: Box<ExportOrder>,
        foreseen: Result<Foreseen, String>,
    },
    /// What lists would hold and what was noticed of their input, or why they cannot be.
    ListLooked {
        order: Box<ListOrder>,
        looked: Result<(Listed, Vec<String>), String>,
    },
    Saved(PathBuf),
    Measured {
        generation: u64,
        metrics: Arc<PlanMetrics>,
        cut_off: Arc<Vec<CutOff>>,
    },
    /// The answer to a question about the plan of this version.
    WhatIf {
        version: Version,
        name: String,
        description: String,
        edit: Box<Edit>,
        notes: Vec<String>,
    },
    /// What two plans differ in.
    ScenariosCompared {
        of: Box<Compared>,
        found: Box<Comparison>,
    },
    /// A plan of the file that is not the open one, or why it cannot be read.
    PlanRead {
        id: PlanId,
        data_generation: u64,
        read: Result<Box<OpenedPlan>, UserError>,
    },
    /// What a command would do to the plan of this version, or why it can do nothing.
    Suggested {
        version: Version,
        answer: Result<Box<Suggestion>, String>,
    },
    /// The units as they are after a step that changes them was taken back (or made again), from the plan of this version.
    Stepped {
        version: Version,
        back: bool,
        data: Result<Box<NewData>, String>,
    },
    Geometry {
        data_generation: u64,
        geometry: Arc<UnitGeometry>,
        accounts: AccountPlaces,
    },
    /// The rows of a table.
    Ordered {
        wish: Box<Wish>,
        rows: Vec<u32>,
    },
    /// A newer file, held against the project.
    Compared(Box<replacing::Compared>),
    /// What choices about a newer file do.
    WorkedOut(Box<replacing::WorkedOut>),
    FoundDoubles(Box<replacing::FoundDoubles>),
    /// Double accounts made one.
    Merged(Box<replacing::Merged>),
    /// Rows as text for a spreadsheet.
    Copied {
        text: String,
        rows: usize,
    },
    /// Addresses and suggestions for rows of the list of doubtful accounts.
    PlacesDescribed {
        data_generation: u64,
        described: Vec<Described>,
    },
    /// What a typed text may mean.
    PlaceLookedUp {
        wanted: LookUp,
        found: Vec<Candidate>,
    },
    /// The step that would place accounts by their columns again.
    PlacedAgain {
        version: Version,
        again: Again,
    },
    /// What an online geocoder would be asked.
    GeocodePreviewed {
        data_generation: u64,
        order: Box<OnlineOrder>,
        preview: OnlinePreview,
    },
    /// What it answered.
    Geocoded {
        data_generation: u64,
        answers: Answers,
    },
    /// What the formulas of columns and segments come to.
    Formulas(Formulas),
    LookedAtFormula(Box<FormulaLook>),
    LookedAtSegment(Box<SegmentLook>),
    /// A computed column or a segment as a step from the state of this version, or why it cannot be made.
    ColumnMade {
        version: Version,
        wish: Box<MakeWish>,
        edit: Result<Edit, UserError>,
    },
    /// What came of something that was done with a layer, in the state of this version.
    Layer {
        version: Version,
        done: layers::LayerDone,
    },
    /// What is drawn of layers.
    LayerViews(Vec<LayerView>),
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
    /// The project that the import was made of, and its data generation. Plan and goals may have changed since; newer data makes the
    /// import void.
    pub began: crate::domain::project::Project,
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
    /// Begin one after the other when the running one has ended.
    waiting: VecDeque<Work>,
}

impl Runner {
    /// `wake` is called from other threads whenever there is something to take.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, slots: BTreeMap::new(), wake: Arc::new(wake), next: 1 }
    }

    /// Starts a job. It begins when a running one of the same kind has ended, which is cancelled where the newer takes its place.
    pub fn start(&mut self, kind: JobKind, work: impl FnOnce(&Progress) -> JobOutput + Send + 'static) {
        match self.slots.get_mut(&kind) {
            Some(slot) => {
                if !kind.waits_its_turn() {
                    slot.progress.cancel();
                    slot.waiting.clear();
                }
                slot.waiting.push_back(Box::new(work));
            }
            None => self.spawn(kind, Box::new(work), VecDeque::new()),
        }
    }

    /// What jobs call that have something to show before they end.
    pub fn wake(&self) -> Arc<dyn Fn() + Send + Sync> {
        Arc::clone(&self.wake)
    }

    /// Cancels the running job; of those that wait their turn the next one begins.
    pub fn cancel(&mut self, kind: JobKind) {
        if let Some(slot) = self.slots.get_mut(&kind) {
            slot.progress.cancel();
            if !kind.waits_its_turn() {
                slot.waiting.clear();
            }
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
        self.slots.get(&kind).is_some_and(|slot| !slot.waiting.is_empty() || !slot.progress.is_cancelled())
    }

    /// The next result, if there is one. What was cancelled comes as [`JobOutput::Cancelled`], but not where something newer takes its
    /// place.
    pub fn take(&mut self) -> Option<(JobKind, JobOutput)> {
        loop {
            let (kind, number, output) = self.receiver.try_recv().ok()?;
            let Some(slot) = self.slots.get_mut(&kind).filter(|slot| slot.number == number) else { continue };
            let cancelled = slot.progress.is_cancelled();
            let mut waiting = std::mem::take(&mut slot.waiting);
            self.slots.remove(&kind);
            let next = waiting.pop_front();
            let replaced = next.is_some() && !kind.waits_its_turn();
            if let Some(work) = next {
                self.spawn(kind, work, waiting);
            }
            match output {
                _ if replaced => {}
                // A job that was cancelled too late to notice is as cancelled as any other.
                _ if cancelled => return Some((kind, JobOutput::Cancelled)),
                output => return Some((kind, output)),
            }
        }
    }

    fn spawn(&mut self, kind: JobKind, work: Work, waiting: VecDeque<Work>) {
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
        self.slots.insert(kind, Slot { number, progress, waiting });
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

    fn until_cancelled(progress: &Progress) -> JobOutput {
        while progress.check().is_ok() {
            std::thread::yield_now();
        }
        JobOutput::Cancelled
    }

    fn saved(name: &'static str) -> impl FnOnce(&Progress) -> JobOutput + Send {
        move |_| JobOutput::Saved(PathBuf::from(name))
    }

    #[test]
    fn of_three_jobs_the_last_is_the_one_that_is_done() {
        let mut runner = Runner::new(|| {});
        runner.start(JobKind::Measure, until_cancelled);
        runner.start(JobKind::Measure, saved("second"));
        runner.start(JobKind::Measure, saved("third"));
        assert!(matches!(wait(&mut runner).1, JobOutput::Saved(path) if path == *"third"));
        assert!(runner.take().is_none());
    }

    #[test]
    fn files_are_written_one_after_the_other() {
        let mut runner = Runner::new(|| {});
        let begun = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        for nth in 0..3 {
            let begun = Arc::clone(&begun);
            runner.start(JobKind::Export, move |progress| {
                assert_eq!(begun.fetch_add(1, std::sync::atomic::Ordering::SeqCst), nth, "in their order");
                assert!(!progress.is_cancelled());
                JobOutput::Saved(PathBuf::from(nth.to_string()))
            });
        }
        for nth in 0..3 {
            assert!(matches!(wait(&mut runner).1, JobOutput::Saved(path) if path == *nth.to_string()));
        }
        assert!(!runner.is_running(JobKind::Export));
    }

    #[test]
    fn cancelling_one_export_leaves_those_that_wait() {
        let mut runner = Runner::new(|| {});
        runner.start(JobKind::Export, until_cancelled);
        runner.start(JobKind::Export, saved("second"));
        runner.cancel(JobKind::Export);
        assert!(matches!(wait(&mut runner).1, JobOutput::Cancelled), "the cancelled one is told");
        assert!(matches!(wait(&mut runner).1, JobOutput::Saved(path) if path == *"second"));
    }

    #[test]
    fn a_panic_becomes_a_message() {
        let mut runner = Runner::new(|| {});
        runner.start(JobKind::Build, |_| panic!("on purpose"));
        let (_, output) = wait(&mut runner);
        assert!(matches!(output, JobOutput::Failed(error) if error.why == "on purpose"));
    }
}
