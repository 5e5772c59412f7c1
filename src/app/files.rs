//! Asking the system for a file. The answer comes later, as an action or a path for an open dialog, so the window never waits.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::jobs::spec::ImportWhat;
use crate::ui::export_dialog::lists::Browse;

/// What the file is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    OpenProject,
    CreateProject,
    SaveAs,
    Import(ImportWhat),
    ExportTo,
    /// A list that is looked at as CSV.
    SaveList,
    /// What each rep gains and loses, as pages or as a list.
    Handover,
    /// Something that the lists of the export dialog want.
    List(Browse),
}

/// The system's answer to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Chosen(Wish, PathBuf),
    Cancelled(Wish),
    /// The system has no file dialog: the program asks for a path itself.
    Unavailable(Wish),
}

/// Where file dialogs come from: the system, or a test's script.
pub trait FileDialogs {
    /// Asks; the answer comes through [`FileDialogs::take`]. `suggestion` is a file or folder to begin with.
    fn ask(&mut self, wish: Wish, suggestion: &Path, repaint: egui::Context);
    fn take(&mut self) -> Option<Answer>;
    /// A dialog is open.
    fn is_asking(&self) -> bool;
}

/// The dialogs of the desktop, through the XDG portal or zenity on Linux.
pub struct SystemDialogs {
    sender: Sender<Answer>,
    receiver: Receiver<Answer>,
    asking: bool,
}

impl Default for SystemDialogs {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, asking: false }
    }
}

/// The endings of layers and of tables that can be read.
const LAYERS: [&str; 13] = [
    "shp", "gpkg", "geojson", "json", "topojson", "geojsonl", "geojsons", "ndjson", "jsonl", "kml", "kmz", "zip", "gz",
];
const TABLES: [&str; 10] = ["csv", "tsv", "tab", "txt", "gz", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// A dialog that comes back empty this fast was never on the screen.
const NO_DIALOG: Duration = Duration::from_millis(250);

impl FileDialogs for SystemDialogs {
    fn ask(&mut self, wish: Wish, suggestion: &Path, repaint: egui::Context) {
        if self.asking {
            return;
        }
        let mut dialog = rfd::AsyncFileDialog::new();
        if let Some(folder) = suggestion.parent().filter(|folder| folder.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = suggestion.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        dialog = match &wish {
            Wish::OpenProject | Wish::CreateProject | Wish::SaveAs => dialog.add_filter("Bailiwick project", &["bwk"]),
            Wish::Import(ImportWhat::Units | ImportWhat::Layer) => dialog.add_filter("Areas", &LAYERS),
            Wish::Import(_) => {
                let all: Vec<&str> = TABLES.iter().chain(&LAYERS).copied().collect();
                dialog.add_filter("Tables and points", &all).add_filter("Tables", &TABLES).add_filter("Points", &LAYERS)
            }
            Wish::SaveList => dialog.add_filter("CSV", &["csv"]),
            Wish::Handover => dialog
                .add_filter("Pages to print", &["html"])
                .add_filter("Excel", &["xlsx"])
                .add_filter("CSV", &["csv"]),
            Wish::ExportTo | Wish::List(Browse::Out | Browse::Folder) => dialog,
            Wish::List(Browse::Project) => dialog.add_filter("Bailiwick project", &["bwk"]),
            Wish::List(Browse::Before | Browse::Known) => {
                dialog.add_filter("Tables", &["csv", "tsv", "txt", "xlsx", "xls", "ods"])
            }
        };
        let saves = matches!(
            wish,
            Wish::CreateProject
                | Wish::SaveAs
                | Wish::ExportTo
                | Wish::SaveList
                | Wish::Handover
                | Wish::List(Browse::Out)
        );
        let folder = wish == Wish::List(Browse::Folder);
        // The dialog is made on this thread, as macOS wants it; another waits for the answer.
        let asked = Instant::now();
        let sender = self.sender.clone();
        let wait = move |file: Option<rfd::FileHandle>| match file {
            Some(file) => Answer::Chosen(wish, file.path().to_owned()),
            None if asked.elapsed() < NO_DIALOG => Answer::Unavailable(wish),
            None => Answer::Cancelled(wish),
        };
        let (save, open, pick) = match (saves, folder) {
            (true, _) => (Some(dialog.save_file()), None, None),
            (false, true) => (None, None, Some(dialog.pick_folder())),
            (false, false) => (None, Some(dialog.pick_file()), None),
        };
        self.asking = std::thread::Builder::new()
            .name("file dialog".into())
            .spawn(move || {
                let file = match (save, open, pick) {
                    (Some(save), _, _) => block_on(save),
                    (None, Some(open), _) => block_on(open),
                    (None, None, Some(pick)) => block_on(pick),
                    (None, None, None) => None,
                };
                let _ = sender.send(wait(file));
                repaint.request_repaint();
            })
            .is_ok();
    }

    fn take(&mut self) -> Option<Answer> {
        let answer = self.receiver.try_recv().ok()?;
        self.asking = false;
        Some(answer)
    }

    fn is_asking(&self) -> bool {
        self.asking
    }
}

/// Runs one future on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

/// Answers laid out beforehand, for tests.
#[derive(Default)]
pub struct ScriptedDialogs {
    pub paths: VecDeque<PathBuf>,
    answers: VecDeque<Answer>,
}

impl ScriptedDialogs {
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { paths: paths.into_iter().collect(), answers: VecDeque::new() }
    }
}

impl FileDialogs for ScriptedDialogs {
    fn ask(&mut self, wish: Wish, _suggestion: &Path, repaint: egui::Context) {
        self.answers.push_back(match self.paths.pop_front() {
            Some(path) => Answer::Chosen(wish, path),
            None => Answer::Unavailable(wish),
        });
        repaint.request_repaint();
    }

    fn take(&mut self) -> Option<Answer> {
        self.answers.pop_front()
    }

    fn is_asking(&self) -> bool {
        false
    }
}
