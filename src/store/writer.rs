//! The thread that owns the connection. Writes wait in a queue until they are on disk; one that fails stays at its head, and those
//! behind it wait, so that the file never has a later change without an earlier one.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::connection::Content;
use super::copy::{self, FileIdentity, Target, TargetLock};
use super::failure::{explain, short_name};
use super::write::{Entry, Write, make_rows};
use super::{Access, OpenedPlan, PlanId, Sequence, WriterStatus, connection, read};
use crate::error::UserError;

/// After a failure it is tried again by itself this often.
const RETRY_EVERY: Duration = Duration::from_secs(5);

/// Writes that wait are written together, at most so many: all of them or none, in their order.
const TOGETHER: usize = 64;

/// The queue's near end, and the thread at its other end.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    last_queued: AtomicU64,
    last_written: AtomicU64,
    failed: AtomicBool,
    state: Mutex<State>,
    /// Something was queued, asked, written or failed.
    changed: Condvar,
    notify: Mutex<Option<Box<dyn Fn() + Send>>>,
}

struct State {
    queue: VecDeque<Arc<Entry>>,
    requests: VecDeque<Request>,
    failure: Option<(SystemTime, UserError)>,
    /// How often writing has failed: lets those who wait notice another failure.
    failures: u64,
    retry: bool,
    closing: bool,
    /// The thread has ended.
    ended: bool,
    path: PathBuf,
    access: Access,
}

/// What the thread is asked besides writing; the asker waits for the answer.
enum Request {
    SaveAs(PathBuf, mpsc::Sender<Result<(), UserError>>),
    ReadPlan(PlanId, mpsc::Sender<Result<OpenedPlan, UserError>>),
}

/// What the thread will have done, for any thread to wait for.
#[derive(Debug)]
pub struct Answer<T>(mpsc::Receiver<Result<T, UserError>>);

impl<T> Answer<T> {
    pub fn wait(self) -> Result<T, UserError> {
        self.0.recv().unwrap_or_else(|_| Err(ended()))
    }
}

/// Seconds since 1970, for what a plan or a comment says of when it was made.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The name that goes into the journal.
pub fn user_name() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|variable| std::env::var(variable).ok().filter(|name| !name.trim().is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}

impl Writer {
    pub fn start(target: Target) -> Self {
        let shared = Arc::new(Shared {
            last_queued: AtomicU64::new(0),
            last_written: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            state: Mutex::new(State {
                queue: VecDeque::new(),
                requests: VecDeque::new(),
                failure: None,
                failures: 0,
                retry: false,
                closing: false,
                ended: false,
                path: target.path.clone(),
                access: access_of(&target),
            }),
            changed: Condvar::new(),
            notify: Mutex::new(None),
        });
        let ours = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || {
            let _ending = Ending(&ours);
            let known = Content::of(&target.connection).ok();
            Work { shared: &ours, target, known, who: user_name(), next_try: Instant::now() }.run();
        });
        if thread.is_err() {
            Ending(&shared);
        }
        Self { shared, thread: thread.ok() }
    }

    pub fn queue(&self, plan: PlanId, write: Write) -> Sequence {
        let mut state = self.shared.lock();
        let sequence = self.shared.last_queued.load(Ordering::Relaxed) + 1;
        state.queue.push_back(Arc::new(Entry { sequence, plan, at: SystemTime::now(), write }));
        self.shared.last_queued.store(sequence, Ordering::Release);
        self.shared.changed.notify_all();
        sequence
    }

    pub fn status(&self) -> WriterStatus {
        // Read in this order, so that nothing counts as written before it counts as queued.
        let last_written = self.shared.last_written.load(Ordering::Acquire);
        let last_queued = self.shared.last_queued.load(Ordering::Acquire);
        let failed = self.shared.failed.load(Ordering::Acquire);
        let (failed_since, failures) = if failed {
            let state = self.shared.lock();
            (state.failure.clone(), state.failures)
        } else {
            (None, 0)
        };
        WriterStatus { last_queued, last_written, failed_since, failures }
    }

    pub fn path(&self) -> PathBuf {
        self.shared.lock().path.clone()
    }

    pub fn access(&self) -> Access {
        self.shared.lock().access.clone()
    }

    pub fn set_notify(&self, notify: Box<dyn Fn() + Send>) {
        *self.shared.notify.lock().unwrap_or_else(PoisonError::into_inner) = Some(notify);
    }

    pub fn retry(&self) {
        self.shared.lock().retry = true;
        self.shared.changed.notify_all();
    }

    pub fn flush(&self) -> Result<(), UserError> {
        let wanted = self.shared.last_queued.load(Ordering::Acquire);
        let mut state = self.shared.lock();
        let failures_before = state.failures;
        // A failure that is known already gets one more try.
        state.retry = true;
        self.shared.changed.notify_all();
        loop {
            if self.shared.last_written.load(Ordering::Acquire) >= wanted {
                return Ok(());
            }
            match &state.failure {
                Some((_, error)) if state.failures > failures_before || state.ended => return Err(error.clone()),
                None if state.ended => return Err(ended()),
                _ => {}
            }
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn save_as(&self, path: &std::path::Path) -> Answer<()> {
        self.ask(|answer| Request::SaveAs(path.to_owned(), answer))
    }

    /// A plan as it is in the file after everything queued is written.
    pub fn read_plan(&self, id: PlanId) -> Result<OpenedPlan, UserError> {
        self.begin_read_plan(id).wait()
    }

    /// The thread writes what is queued before it reads. Of a file opened read-only nothing can be written; plans that were in it can be
    /// read all the same.
    pub fn begin_read_plan(&self, id: PlanId) -> Answer<OpenedPlan> {
        self.ask(|answer| Request::ReadPlan(id, answer))
    }

    /// A thread that has ended drops the request, and the answer says so.
    fn ask<T>(&self, request: impl FnOnce(mpsc::Sender<Result<T, UserError>>) -> Request) -> Answer<T> {
        let (sender, answer) = mpsc::channel();
        let mut state = self.shared.lock();
        if !state.ended {
            state.requests.push_back(request(sender));
        }
        drop(state);
        self.shared.changed.notify_all();
        Answer(answer)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.notify_all();
        if let Some(notify) = &*self.notify.lock().unwrap_or_else(PoisonError::into_inner) {
            notify();
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("queued", &self.last_queued).field("written", &self.last_written).finish()
    }
}

/// Whatever way the thread ends, those who wait for it learn of it.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.requests.clear();
        if !state.queue.is_empty() && state.failure.is_none() {
            state.failure = Some((state.queue[0].at, ended()));
            self.0.failed.store(true, Ordering::Release);
        }
        drop(state);
        self.0.tell();
    }
}

fn ended() -> UserError {
    UserError::new("Changes are no longer written")
        .because("the writing part of the program has stopped")
        .hint("This is a fault of the program: close the project, open it again, and please report it")
}

fn access_of(target: &Target) -> Access {
    match &target.lock {
        TargetLock::Writable { .. } => Access::ReadWrite,
        TargetLock::ReadOnly { why } => Access::ReadOnly { why: why.clone() },
    }
}

/// The thread's own part.
struct Work<'a> {
    shared: &'a Shared,
    target: Target,
    /// The content of the file as we left it.
    known: Option<Content>,
    who: String,
    /// After a failure, when to try again.
    next_try: Instant,
}

impl Work<'_> {
    fn run(mut self) {
        loop {
            let mut state = self.shared.lock();
            loop {
                let pause = self.next_try.saturating_duration_since(Instant::now());
                let may_write = state.failure.is_none() || state.retry || pause.is_zero() || state.closing;
                if !state.requests.is_empty() || (!state.queue.is_empty() && may_write) || state.closing {
                    break;
                }
                if state.failure.is_some() {
                    let waited = self.shared.changed.wait_timeout(state, pause);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                } else {
                    state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
            if let Some(request) = state.requests.pop_front() {
                drop(state);
                self.answer(request);
                continue;
            }
            let closing = state.closing;
            let together = if state.failure.is_some() { 1 } else { TOGETHER };
            let batch: Vec<_> = state.queue.iter().take(together).cloned().collect();
            state.retry = false;
            drop(state);
            if batch.is_empty() {
                return;
            }
            let result = self.write(&batch);
            let failed = result.is_err();
            self.next_try = Instant::now() + RETRY_EVERY;
            self.report(batch.len(), result);
            if closing && failed {
                return;
            }
        }
    }

    fn write(&mut self, batch: &[Arc<Entry>]) -> Result<(), UserError> {
        let what = "Changes could not be saved";
        match &self.target.lock {
            TargetLock::ReadOnly { why } => {
                return Err(UserError::new("Changes are not saved")
                    .because(why)
                    .hint("Save the project under another name with Save a copy as"));
            }
            TargetLock::Writable { file, .. } => {
                if FileIdentity::of(&self.target.path) != *file {
                    return Err(UserError::new(what)
                        .because(format!("{} has been moved or deleted", short_name(&self.target.path)))
                        .hint("Put it back, or save the project again with Save a copy as"));
                }
            }
        }
        let known = self.known.as_ref();
        let written = write_all(&mut self.target.connection, batch, &self.who, |connection| {
            known.is_none_or(|known| known.is_in(connection))
        });
        match written {
            Ok(true) => {
                self.known = Content::of(&self.target.connection).ok();
                Ok(())
            }
            // What we hold and what is there now must not be mixed.
            Ok(false) => Err(self.replaced(what.to_owned())),
            Err(error) => Err(explain(what.to_owned(), &error)),
        }
    }

    fn replaced(&self, what: String) -> UserError {
        UserError::new(what)
            .because(format!("another program has replaced what was in {}", short_name(&self.target.path)))
            .hint("Put the file back as it was and retry, or export from this window what you need")
    }

    /// Takes what was written off the queue, or says that it was not.
    fn report(&self, count: usize, result: Result<(), UserError>) {
        let mut state = self.shared.lock();
        match result {
            Ok(()) => {
                let written = state.queue.drain(..count).next_back().map(|entry| entry.sequence);
                state.failure = None;
                if let Some(sequence) = written {
                    self.shared.last_written.store(sequence, Ordering::Release);
                }
            }
            Err(error) => {
                state.failures += 1;
                // Where nothing waits, nothing is lost.
                if let Some(first) = state.queue.front() {
                    state.failure = Some((first.at, error));
                }
            }
        }
        self.shared.failed.store(state.failure.is_some(), Ordering::Release);
        drop(state);
        self.shared.tell();
    }

    fn answer(&mut self, request: Request) {
        // An asker who no longer waits needs no answer.
        match request {
            Request::SaveAs(path, answer) => drop(answer.send(self.save_as(&path))),
            Request::ReadPlan(id, answer) => drop(answer.send(self.read_plan(id))),
        }
    }

    fn read_plan(&mut self, id: PlanId) -> Result<OpenedPlan, UserError> {
        if matches!(self.target.lock, TargetLock::Writable { .. }) {
            self.write_queue()?;
        }
        read::read_plan(&self.target, id)
    }

    /// Everything that waits, now.
    fn write_queue(&mut self) -> Result<(), UserError> {
        let batch: Vec<_> = self.shared.lock().queue.iter().cloned().collect();
        if batch.is_empty() {
            return Ok(());
        }
        let written = self.write(&batch);
        self.report(batch.len(), written.clone());
        written
    }

    fn save_as(&mut self, path: &std::path::Path) -> Result<(), UserError> {
        let what = format!("Could not save as {}", short_name(path));
        let path = connection::resolve(path, &what)?;
        // The old file is to have everything up to now, where that can still be.
        let written = self.write_queue();
        if let TargetLock::Writable { file, .. } = &self.target.lock
            && path == self.target.path
        {
            if FileIdentity::of(&path) == *file {
                return written;
            }
            // Our file is gone from there. Give up the lock we hold on its name, so that a new one can be made.
            self.target.lock = TargetLock::ReadOnly { why: "It has been moved or deleted".to_owned() };
            self.shared.lock().access = access_of(&self.target);
        }
        // What is copied is the file's content, so it must be ours; of a file that is gone it still is.
        if self.known.as_ref().is_some_and(|known| !known.is_in(&self.target.connection)) {
            return Err(self.replaced(what));
        }
        let batch: Vec<_> = self.shared.lock().queue.iter().cloned().collect();
        let (source, who) = (&self.target.connection, &self.who);
        let target = copy::replace(&path, &what, |copy| {
            connection::copy_into(source, copy)?;
            connection::set_up(copy)?;
            write_all(copy, &batch, who, |_| true).map(drop)
        })?;
        self.known = Content::of(&target.connection).ok();
        self.target = target;
        {
            let mut state = self.shared.lock();
            state.path.clone_from(&self.target.path);
            state.access = access_of(&self.target);
        }
        self.report(batch.len(), Ok(()));
        Ok(())
    }
}

/// All of them in one transaction, unless `may_write` says no once nobody else can write any more.
fn write_all(
    connection: &mut rusqlite::Connection,
    batch: &[Arc<Entry>],
    who: &str,
    may_write: impl FnOnce(&rusqlite::Connection) -> bool,
) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if !may_write(&transaction) {
        return Ok(false);
    }
    for entry in batch {
        make_rows(&transaction, entry, who)?;
    }
    transaction.commit()?;
    Ok(true)
}
