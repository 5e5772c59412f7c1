//! Opening and making projects. The sample is a copy in the user's data folder; the shipped one, inside the program, is never written.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use egui::Context;
use flate2::read::GzDecoder;

use super::App;
use super::asking::file_name;
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::jobs::spec::JobKind;
use crate::jobs::{JobOutput, tasks};
use crate::store::Store;

const SAMPLE_NAME: &str = "sample.bwk";
const SAMPLE: &[u8] = include_bytes!("../../sample_data/sample.bwk.gz");
/// Far above the size of the sample; a bound for the decoder.
const SAMPLE_LIMIT: u64 = 256 << 20;
const HINT_READ: &str = "first-steps-read";

impl App {
    pub(super) fn open(&mut self, ctx: &Context, path: PathBuf) {
        // It would be opened for reading only, because this window has it for writing.
        if self.has_open(&path) {
            self.ui.notices.done(ctx, format!("{} is open already", file_name(&path)));
            return;
        }
        self.start_opening(move |progress| tasks::open(&path, progress));
    }

    fn has_open(&self, path: &Path) -> bool {
        let open = self.session.as_ref().filter(|session| session.read_only.is_none());
        let open = open.and_then(|session| session.path.as_ref()?.canonicalize().ok());
        open.is_some() && open == path.canonicalize().ok()
    }

    pub(super) fn create(&mut self, path: PathBuf) {
        self.start_opening(move |progress| tasks::create(&path, progress));
    }

    pub(super) fn open_sample(&mut self, ctx: &Context) {
        self.ui.show_hint = !self.data_folder.join(HINT_READ).exists();
        let path = self.data_folder.join(SAMPLE_NAME);
        if path.is_file() {
            self.open(ctx, path);
            return;
        }
        let folder = self.data_folder.clone();
        self.start_opening(move |progress| match sample_copy(&folder) {
            Ok(path) => tasks::open(&path, progress),
            Err(error) => JobOutput::Failed(error),
        });
    }

    fn start_opening(&mut self, work: impl FnOnce(&Progress) -> JobOutput + Send + 'static) {
        // The file may be one that is just being closed here: while it is, it could be opened for reading only.
        let closing = std::mem::take(&mut self.closing);
        self.jobs.start(JobKind::Open, move |progress| {
            for closing in closing {
                let _ = closing.join();
            }
            work(progress)
        });
    }

    /// Closes the file of a project that is left behind, on a thread of its own: it may still have something to write.
    pub(super) fn close(&mut self, store: Store) {
        self.closing.retain(|closing| !closing.is_finished());
        // Without another thread it is closed on this one.
        self.closing.extend(std::thread::Builder::new().name("closing".into()).spawn(move || drop(store)).ok());
    }

    /// The hint of the first run was read: a file in the data folder says so. Failing to remember is not worth a message.
    pub(super) fn remember_hint(&self) {
        let _ = std::fs::write(self.data_folder.join(HINT_READ), "");
    }
}

/// Makes the user's copy of the sample project in the data folder.
fn sample_copy(folder: &Path) -> Result<PathBuf, UserError> {
    let path = folder.join(SAMPLE_NAME);
    let failed = |error: std::io::Error| {
        UserError::new("Could not copy the sample project to your data folder")
            .because(format!("{error}: {}", path.display()))
            .hint("set BAILIWICK_DATA to a folder you can write to")
    };
    let mut bytes = Vec::new();
    GzDecoder::new(SAMPLE).take(SAMPLE_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
    std::fs::create_dir_all(folder).map_err(failed)?;
    let part = folder.join(".sample.bwk.part");
    std::fs::write(&part, bytes).map_err(failed)?;
    std::fs::rename(&part, &path).map_err(failed)?;
    Ok(path)
}
