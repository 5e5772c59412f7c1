//! Opening and making projects. The sample is a copy in the user's data folder; the shipped one, inside the program, is never written.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use egui::Context;
use flate2::read::GzDecoder;

use super::App;
use super::asking::file_name;
use crate::error::UserError;
use crate::jobs::spec::JobKind;
use crate::jobs::tasks;

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
        self.jobs.start(JobKind::Open, move |progress| tasks::open(&path, progress));
    }

    fn has_open(&self, path: &Path) -> bool {
        let open = self.session.as_ref().filter(|session| session.read_only.is_none());
        let open = open.and_then(|session| session.path.as_ref()?.canonicalize().ok());
        open.is_some() && open == path.canonicalize().ok()
    }

    pub(super) fn create(&mut self, path: PathBuf) {
        self.jobs.start(JobKind::Open, move |progress| tasks::create(&path, progress));
    }

    pub(super) fn open_sample(&mut self, ctx: &Context) {
        match sample_copy(&self.data_folder) {
            Ok(path) => {
                self.ui.show_hint = !self.data_folder.join(HINT_READ).exists();
                self.open(ctx, path);
            }
            Err(error) => self.ui.notices.failed(ctx, &error),
        }
    }

    /// The hint of the first run was read: a file in the data folder says so. Failing to remember is not worth a message.
    pub(super) fn remember_hint(&self) {
        let _ = std::fs::write(self.data_folder.join(HINT_READ), "");
    }
}

/// The user's copy of the sample project in the data folder, made when there is none.
fn sample_copy(folder: &Path) -> Result<PathBuf, UserError> {
    let path = folder.join("sample.bwk");
    let failed = |error: std::io::Error| {
        UserError::new("Could not copy the sample project to your data folder")
            .because(format!("{error}: {}", path.display()))
            .hint("set BAILIWICK_DATA to a folder you can write to")
    };
    if path.is_file() {
        return Ok(path);
    }
    let mut bytes = Vec::new();
    GzDecoder::new(SAMPLE).take(SAMPLE_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
    std::fs::create_dir_all(folder).map_err(failed)?;
    let part = folder.join(".sample.bwk.part");
    std::fs::write(&part, bytes).map_err(failed)?;
    std::fs::rename(&part, &path).map_err(failed)?;
    Ok(path)
}
