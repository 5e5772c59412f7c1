//! Files that are asked for: the system's dialogs, their answers, and what is dropped on the window.

use std::path::PathBuf;

use egui::Context;

use super::App;
use super::files::{Answer, Wish};
use crate::action::Action;
use crate::error::UserError;
use crate::io::layers;
use crate::jobs::spec::{ImportWhat, JobKind, PresetOrder};
use crate::jobs::tasks;
use crate::session::Session;
use crate::ui::path_dialog::Purpose;
use crate::work::presets::{self, Preset};

impl App {
    pub(super) fn dialog_is_open(&self) -> bool {
        self.ui.build.is_open()
            || self.ui.import.is_open()
            || self.ui.export.is_open()
            || self.ui.refreshing.is_open()
            || self.ui.layers.has_dialog()
            || self.ui.path.is_open()
            || self.ui.levels.is_open()
            || self.ui.scenarios.is_open()
            || self.ui.what_if.is_open()
            || self.ui.filter.is_open()
            || self.ui.online.is_open()
            || self.ui.places.is_open()
            || self.ui.tables.is_open()
            || self.ui.search.is_open()
            || self.ui.show_about
            || self.ui.show_keys
    }

    /// Asks the system for a file.
    pub(super) fn ask(&mut self, ctx: &Context, wish: Wish) {
        let suggestion = self.suggestion(&wish);
        self.dialogs.ask(wish, &suggestion, ctx.clone());
    }

    pub(super) fn suggestion(&self, wish: &Wish) -> PathBuf {
        let open = self.session.as_ref().and_then(Session::path_or_none);
        let folder = open.and_then(|path| path.parent().map(PathBuf::from));
        let folder = folder.unwrap_or_else(|| std::env::current_dir().unwrap_or_default());
        match wish {
            Wish::CreateProject => folder.join("new plan.bwk"),
            Wish::SaveAs => {
                let stem = open.and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
                folder.join(format!("{} copy.bwk", stem.unwrap_or_else(|| "plan".to_owned())))
            }
            Wish::SaveList => folder.join("list.csv"),
            Wish::Handover => {
                let plan = self.session.as_ref().map_or("", |session| session.plan().name.as_str());
                let safe: String = plan.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect();
                folder.join(format!("Hand-over {}.html", safe.trim()))
            }
            Wish::OpenProject | Wish::Import(_) | Wish::ExportTo | Wish::List(_) => folder.join(""),
        }
    }

    /// Dialogs cannot ask the system themselves; they leave a wish.
    pub(super) fn take_dialog_wishes(&mut self, ctx: &Context) {
        if let Some(what) = self.ui.import.browse.take() {
            self.wishes.push(Wish::Import(what));
        }
        if let Some(list) = self.ui.refreshing.save.take().or(self.ui.layers.save.take()) {
            self.list_to_save = Some(list);
            self.wishes.push(Wish::SaveList);
        }
        if self.ui.export.browse.take().is_some() {
            self.wishes.push(Wish::ExportTo);
        }
        if let Some(what) = self.ui.export.lists.browse.take() {
            self.wishes.push(Wish::List(what));
        }
        if let (Some(order), Some(session)) = (self.ui.export.lists.look.take(), &self.session) {
            let (project, path) = (session.project.clone(), session.path.clone());
            self.jobs.start(JobKind::CheckExport, move |progress| {
                tasks::look_at_list(&project, path.as_deref(), order, progress)
            });
        }
        if let (Some(order), Some(session)) = (self.ui.export.check.take(), &self.session) {
            let project = session.project.clone();
            self.jobs.start(JobKind::CheckExport, move |progress| tasks::check_export(&project, order, progress));
        }
        self.look_at_formulas();
        if let Some((text, what)) = self.ui.import.pasted.take() {
            self.take_pasted(ctx, &text, what);
        }
        if let Some(order) = self.ui.import.save_preset.take() {
            self.save_preset(ctx, &order);
        }
        if let Some(name) = self.ui.import.delete_preset.take() {
            match presets::delete(&self.data_folder, &name) {
                Ok(()) => self.ui.notices.done(ctx, format!("Deleted the preset \"{name}\"")),
                Err(error) => self.ui.notices.failed(ctx, &error),
            }
        }
        if let (Some(order), Some(session)) = (self.ui.import.check.take(), &self.session) {
            let project = session.project.clone();
            self.jobs.start(JobKind::Peek, move |progress| tasks::check_alignment(&project, order, progress));
        }
        if let Some(order) = self.ui.import.peek.take() {
            let project = self.session.as_ref().map(|session| session.project.clone());
            let folder = self.data_folder.clone();
            self.jobs.start(JobKind::Peek, move |progress| tasks::peek(project.as_ref(), &folder, &order, progress));
        }
    }

    /// The answers of file dialogs.
    pub(super) fn take_answers(&mut self, ctx: &Context) {
        for wish in std::mem::take(&mut self.wishes) {
            self.ask(ctx, wish);
        }
        while let Some(answer) = self.dialogs.take() {
            match answer {
                Answer::Chosen(Wish::OpenProject, path) => self.actions.push(Action::Open(path)),
                Answer::Chosen(Wish::CreateProject, path) => self.actions.push(Action::Create(with_ending(path))),
                Answer::Chosen(Wish::SaveAs, path) => self.actions.push(Action::SaveAs(with_ending(path))),
                Answer::Chosen(Wish::Import(what), path) => self.ui.import.take(path, what),
                Answer::Chosen(Wish::ExportTo, path) => self.ui.export.set_path(path),
                Answer::Chosen(Wish::SaveList, path) => self.actions.push(Action::SaveList(path)),
                Answer::Chosen(Wish::Handover, path) => self.actions.push(Action::WriteHandover(path)),
                Answer::Chosen(Wish::List(what), path) => self.ui.export.lists.set_path(what, path),
                Answer::Cancelled(_) => {}
                Answer::Unavailable(wish) => {
                    let suggestion = self.suggestion(&wish).display().to_string();
                    match wish {
                        Wish::OpenProject => self.ui.path.open(Purpose::Open, suggestion),
                        Wish::CreateProject => self.ui.path.open(Purpose::Create, suggestion),
                        Wish::SaveAs => self.ui.path.open(Purpose::SaveAs, suggestion),
                        Wish::SaveList => self.ui.path.open(Purpose::SaveList, suggestion),
                        Wish::Handover => self.ui.path.open(Purpose::Handover, suggestion),
                        Wish::Import(_) | Wish::ExportTo | Wish::List(_) => {
                            self.ui.notices.refused(ctx, "This system has no file dialog; type the path");
                        }
                    }
                }
            }
        }
    }

    /// A file from outside: a project opens, a table or layer begins an import. Whether a layer holds units or accounts is for a look at
    /// it to say.
    pub(super) fn take_file(&mut self, ctx: &Context, path: PathBuf) {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            _ if layers::is_layer(&path) => self.ui.import.take_any(path),
            "dbf" | "shx" | "prj" | "cpg" => self.ui.import.take_any(path),
            "csv" | "tsv" | "tab" | "txt" | "gz" | "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => {
                self.ui.import.take(path, ImportWhat::Accounts);
            }
            _ => self.open(ctx, path),
        }
    }

    /// A table from the clipboard: it takes the way of a file, so that what follows is the same.
    fn take_pasted(&mut self, ctx: &Context, text: &str, what: ImportWhat) {
        let path = self.data_folder.join("pasted table.txt");
        let written = std::fs::create_dir_all(&self.data_folder).and_then(|()| std::fs::write(&path, text));
        match written {
            Ok(()) => self.ui.import.take_pasted(path, what),
            Err(error) => {
                let failed = UserError::new("Could not take what was pasted").because(error);
                self.ui.notices.failed(ctx, &failed.hint("save it as a CSV file and import that"));
            }
        }
    }

    fn save_preset(&mut self, ctx: &Context, order: &PresetOrder) {
        let columns = order.roles.iter().map(|(column, role)| (column.clone(), role.key().to_owned())).collect();
        let what = order.what.key().to_owned();
        let preset = Preset { name: order.name.clone(), what, columns, read: order.read.clone() };
        match presets::save(&self.data_folder, &preset) {
            Ok(_) => self.ui.notices.done(ctx, format!("Saved the preset \"{}\"", order.name)),
            Err(error) => self.ui.notices.failed(ctx, &error),
        }
    }

    pub(super) fn save_as(&mut self, path: PathBuf) {
        let Some(store) = &self.store else { return };
        // The writer does the copying, with all that was queued up to now; the job waits for it.
        let saving = store.begin_save_as(&path);
        self.jobs.start(JobKind::SaveAs, move |progress| tasks::save_as(saving, path, progress));
    }

    pub(super) fn take_saved(&mut self, ctx: &Context, path: PathBuf) {
        let Some(session) = self.session.as_mut() else { return };
        self.ui.recent = crate::session::recent::remember(&self.data_folder, &path);
        self.ui.notices.done(ctx, format!("Saved a copy; changes now go to {}", file_name(&path)));
        session.path = Some(path);
        session.read_only = None;
        session.damaged = false;
    }
}

/// The name of a file for a message.
pub(super) fn file_name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| path.display().to_string())
}

fn with_ending(mut path: PathBuf) -> PathBuf {
    if path.extension().is_none() {
        path.set_extension("bwk");
    }
    path
}
