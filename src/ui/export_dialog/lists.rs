//! Lists that others act upon: the hand-over list, files for Salesforce and HubSpot. What they will hold is said before anything is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use egui::{ComboBox, RichText, TextEdit, Ui};

use super::choices::line;
use super::report;
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::jobs::spec::{Against, HubSpot, List, ListOrder, ListWish, Listed, Salesforce};
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::ui::widgets::{BROWSE_WIDTH, icon_button, primary_button};

/// What of the dialog is shown besides tables and maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Handover,
    Salesforce,
    HubSpot,
}

/// What the plan is held against, as the dialog offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Column,
    Project,
    Table,
}

/// What a file is asked of the system for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browse {
    /// The project that the plan is held against.
    Project,
    /// The table that it is held against.
    Before,
    /// An export with Ids.
    Known,
    /// Where the hand-over list shall be.
    Out,
    /// The folder for a CRM's files.
    Folder,
}

/// What a wish came to: what the files would hold and what was noticed of the input, or why it cannot be.
pub type Looked = Result<(Listed, Vec<String>), String>;

pub struct State {
    before: Before,
    column: String,
    /// The project, and the table, that were named: going from one to the other forgets neither.
    project: String,
    table: String,
    id_column: Option<String>,
    known: Vec<PathBuf>,
    /// A path that is not yet in the list.
    typed: String,
    measures: BTreeSet<String>,
    salesforce: Salesforce,
    hubspot: HubSpot,
    path: String,
    /// The path was typed or chosen by hand and is not made up anew.
    path_typed: bool,
    shown: Option<Kind>,
    /// The path that was looked for, and whether something is there.
    checked: (String, bool),
    looked: Option<(ListWish, Looked)>,
    asked: Option<ListWish>,
    /// Set when somebody shall look at what the lists would hold.
    pub look: Option<ListOrder>,
    pub browse: Option<Browse>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            before: Before::Nothing,
            column: String::new(),
            project: String::new(),
            table: String::new(),
            id_column: None,
            known: Vec::new(),
            typed: String::new(),
            measures: BTreeSet::new(),
            salesforce: Salesforce::default(),
            hubspot: HubSpot::default(),
            path: String::new(),
            path_typed: false,
            shown: None,
            checked: Default::default(),
            looked: None,
            asked: None,
            look: None,
            browse: None,
        }
    }
}

impl State {
    /// The plan may have changed since it was looked at.
    pub fn open(&mut self, session: &Session) {
        (self.looked, self.asked) = (None, None);
        self.path_typed = false;
        let columns: Vec<&str> = columns(session).collect();
        if !columns.contains(&self.column.as_str()) {
            let owner = columns.iter().find(|name| name.to_lowercase().contains("owner"));
            self.column = owner.copied().unwrap_or_default().to_owned();
            self.before = if self.column.is_empty() { Before::Nothing } else { Before::Column };
        }
        self.id_column = self.id_column.take().filter(|column| columns.contains(&column.as_str()));
    }

    /// The answer of the system's file dialog.
    pub fn set_path(&mut self, asked: Browse, path: PathBuf) {
        match asked {
            Browse::Project => {
                self.project = path.display().to_string();
                self.before = Before::Project;
            }
            Browse::Before => {
                self.table = path.display().to_string();
                self.before = Before::Table;
            }
            Browse::Known => self.add_known(path),
            Browse::Out | Browse::Folder => {
                self.path = path.display().to_string();
                self.path_typed = true;
            }
        }
    }

    pub fn set_looked(&mut self, wish: &ListWish, looked: Looked) {
        if let Some(wish) = self.asked.take_if(|asked| asked == wish) {
            self.looked = Some((wish, looked));
        }
    }

    /// What was asked for is not answered any more.
    pub fn forget_asking(&mut self) {
        self.asked = None;
    }

    fn add_known(&mut self, path: PathBuf) {
        if !path.as_os_str().is_empty() && !self.known.contains(&path) {
            self.known.push(path);
        }
    }

    fn wish(&self, kind: Kind) -> Option<ListWish> {
        let list = match kind {
            Kind::Handover => List::Handover { measures: self.measures.iter().cloned().collect() },
            Kind::Salesforce => List::Salesforce(self.salesforce.clone()),
            Kind::HubSpot => List::HubSpot(self.hubspot.clone()),
        };
        let against = match self.before {
            Before::Nothing => None,
            Before::Column => Some(Against::Column(self.column.clone())),
            Before::Project => Some(Against::File(named(&self.project)?)),
            Before::Table => Some(Against::File(named(&self.table)?)),
        };
        if against.is_none() && kind == Kind::Handover {
            return None;
        }
        let crm = kind != Kind::Handover;
        Some(ListWish {
            list,
            against,
            id_column: self.id_column.clone().filter(|_| crm),
            known: if crm { self.known.clone() } else { Vec::new() },
        })
    }

    /// Has somebody look at what the lists would hold, once for each wish.
    fn ask(&mut self, wish: &ListWish) {
        let known = self.looked.as_ref().is_some_and(|(of, _)| of == wish);
        if !known && self.asked.as_ref() != Some(wish) {
            self.asked = Some(wish.clone());
            self.look = Some(ListOrder { wish: wish.clone(), path: PathBuf::new() });
        }
    }

    fn suggest(&mut self, session: &Session, kind: Kind, folder: &Path) {
        let name = super::file_stem(session);
        let name = match kind {
            Kind::Handover => format!("{name}_handover.xlsx"),
            Kind::Salesforce => format!("{name}_salesforce"),
            Kind::HubSpot => format!("{name}_hubspot"),
        };
        self.path = folder.join(name).display().to_string();
    }
}

/// The dialog's body; whether it is done with.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    state: &mut State,
    kind: Kind,
    folder: &Path,
    actions: &mut Vec<Action>,
) -> bool {
    if state.shown != Some(kind) {
        (state.shown, state.path_typed) = (Some(kind), false);
    }
    before(ui, session, state, kind);
    match kind {
        Kind::Handover => measures(ui, session, state),
        Kind::Salesforce => {
            ids(ui, session, state, "territories, users, associations");
            salesforce(ui, &mut state.salesforce);
        }
        Kind::HubSpot => {
            ids(ui, session, state, "users with their email");
            line(ui, "Property", |ui| {
                let edit = TextEdit::singleline(&mut state.hubspot.property).desired_width(200.0);
                ui.add(edit)
                    .accessible_name("Property for the territory")
                    .on_hover_text("The property of companies that holds the territory");
            });
        }
    }
    let wish = state.wish(kind);
    if let Some(wish) = &wish {
        state.ask(wish);
    }
    ui.separator();
    let looked = state.looked.as_ref().filter(|(of, _)| Some(of) == wish.as_ref()).map(|(_, looked)| looked);
    report::show(ui, looked, wish.is_some());
    let usable = matches!(looked, Some(Ok((listed, _))) if listed.files.iter().any(|file| file.rows > 0));
    ui.separator();
    target(ui, session, state, kind, folder);
    let mut done = false;
    ui.horizontal(|ui| {
        let words = if kind == Kind::Handover { "Export list" } else { "Export files" };
        if primary_button(ui, usable && !state.path.trim().is_empty(), words).clicked()
            && let Some(wish) = wish
        {
            actions.push(Action::WriteList(ListOrder { wish, path: PathBuf::from(state.path.trim()) }));
            done = true;
        }
        done |= ui.button("Cancel").clicked();
    });
    done
}

fn columns(session: &Session) -> impl Iterator<Item = &str> {
    session.project.accounts.attributes.iter().map(|column| column.name.as_str())
}

fn before(ui: &mut Ui, session: &Session, state: &mut State, kind: Kind) {
    line(ui, "Compare with", |ui| {
        ui.horizontal_wrapped(|ui| {
            if kind != Kind::Handover {
                ui.radio_value(&mut state.before, Before::Nothing, "Nothing: write all")
                    .on_hover_text("Every account in a territory, whoever has it today");
            }
            ui.add_enabled_ui(columns(session).next().is_some(), |ui| {
                ui.radio_value(&mut state.before, Before::Column, "Owner column")
                    .on_hover_text("Only accounts whose owner changes against a column of theirs");
            });
            let project = ui
                .radio_value(&mut state.before, Before::Project, "Another project…")
                .on_hover_text("Only what changes against the plan of another project file");
            if project.clicked() && state.project.trim().is_empty() {
                state.browse = Some(Browse::Project);
            }
            ui.radio_value(&mut state.before, Before::Table, "Table")
                .on_hover_text("Only what changes against an earlier export, or a table of who has what today");
        });
        match state.before {
            Before::Nothing => {}
            Before::Column => column(ui, session, "Owner column", &mut state.column),
            Before::Project => {
                let name = "Project to compare with";
                state.browse = file(ui, &mut state.project, name, Browse::Project).or(state.browse);
            }
            Before::Table => {
                let name = "Table to compare with";
                state.browse = file(ui, &mut state.table, name, Browse::Before).or(state.browse);
            }
        }
    });
}

/// A path to type or to ask the system for.
fn file(ui: &mut Ui, path: &mut String, name: &'static str, browse: Browse) -> Option<Browse> {
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(path).desired_width(ui.available_width() - BROWSE_WIDTH);
        ui.add(edit).accessible_name(name);
        ui.button("Browse…").clicked().then_some(browse)
    })
    .inner
}

fn named(path: &str) -> Option<PathBuf> {
    Some(path.trim()).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn column(ui: &mut Ui, session: &Session, name: &'static str, chosen: &mut String) {
    let combo = ComboBox::from_id_salt(name).selected_text(chosen.as_str()).width(240.0);
    let combo = combo.show_ui(ui, |ui| {
        for column in columns(session) {
            ui.selectable_value(chosen, column.to_owned(), column);
        }
    });
    combo.response.accessible_name(format!("Choose the {}", name.to_lowercase()));
}

fn measures(ui: &mut Ui, session: &Session, state: &mut State) {
    line(ui, "Value", |ui| {
        let all: Vec<&str> = session
            .project
            .measures_of(Subject::Accounts)
            .filter(|(_, measure)| measure.is_summed())
            .map(|(_, measure)| measure.name.as_str())
            .collect();
        let title = match state.measures.len() {
            0 => "What is balanced".to_owned(),
            1 => state.measures.first().cloned().unwrap_or_default(),
            count => format!("{count} measures"),
        };
        let menu = ui.menu_button(title, |ui| {
            egui::ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
                for name in all {
                    let mut kept = state.measures.contains(name);
                    if ui.checkbox(&mut kept, name).changed() {
                        if kept {
                            state.measures.insert(name.to_owned());
                        } else {
                            state.measures.remove(name);
                        }
                    }
                }
            });
        });
        menu.response.accessible_name("Measures");
    });
}

/// Which column holds the Ids of accounts, and files that say which Ids there are.
fn ids(ui: &mut Ui, session: &Session, state: &mut State, of_what: &str) {
    line(ui, "Account Id", |ui| {
        let words = state.id_column.clone().unwrap_or_else(|| "Found by its values".into());
        let combo = ComboBox::from_id_salt("id column").selected_text(words).width(240.0);
        let combo = combo.show_ui(ui, |ui| {
            ui.selectable_value(&mut state.id_column, None, "Found by its values");
            for column in columns(session) {
                ui.selectable_value(&mut state.id_column, Some(column.to_owned()), column);
            }
        });
        combo.response.accessible_name("Column with the Ids of accounts");
    });
    line(ui, "Known Ids", |ui| {
        let mut remove = None;
        for (at, path) in state.known.iter().enumerate() {
            ui.horizontal(|ui| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                ui.label(&name).on_hover_text(path.display().to_string());
                if icon_button(ui, egui_material_icons::icons::ICON_CLOSE, &format!("Leave out {name}"), theme::BODY)
                    .clicked()
                {
                    remove = Some(at);
                }
            });
        }
        if let Some(at) = remove {
            state.known.remove(at);
        }
        ui.horizontal(|ui| {
            let hint = format!("Export of {of_what}");
            let edit = TextEdit::singleline(&mut state.typed)
                .hint_text(hint)
                .desired_width(ui.available_width() - 50.0 - BROWSE_WIDTH);
            let edit = ui.add(edit).accessible_name("Export with Ids");
            let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let filled = !state.typed.trim().is_empty();
            if (ui.add_enabled(filled, egui::Button::new("Add")).clicked() || enter) && filled {
                let path = PathBuf::from(std::mem::take(&mut state.typed).trim());
                state.add_known(path);
            }
            if ui.button("Browse…").clicked() {
                state.browse = Some(Browse::Known);
            }
        });
    });
}

fn salesforce(ui: &mut Ui, wish: &mut Salesforce) {
    let field = |ui: &mut Ui, text: &mut String, name: &str, hint: &str, about: &str| {
        let edit = TextEdit::singleline(text).hint_text(hint).desired_width(150.0);
        ui.add(edit).accessible_name(name).on_hover_text(format!("{name}: {about}"));
    };
    line(ui, "Territories", |ui| {
        ui.horizontal(|ui| {
            field(
                ui,
                &mut wish.model,
                "Territory model",
                "Id of the model",
                "the Id of the model that new territories belong to (0MA…)",
            );
            field(
                ui,
                &mut wish.territory_type,
                "Territory type",
                "Id of the type",
                "the Id of the type that new territories have (0M5…)",
            );
            let words =
                if wish.account_access.is_empty() { "Access as usual" } else { &wish.account_access }.to_owned();
            let combo = ComboBox::from_id_salt("access").selected_text(words).width(110.0).show_ui(ui, |ui| {
                for (value, words) in [("", "Access as usual"), ("Read", "Read"), ("Edit", "Edit"), ("All", "All")] {
                    ui.selectable_value(&mut wish.account_access, value.to_owned(), words);
                }
            });
            combo.response.accessible_name("Access to accounts");
        });
        ui.horizontal(|ui| {
            field(ui, &mut wish.role, "Role of reps", "Role of reps", "what a rep is in a territory, as your Salesforce calls it");
            let about = "a field of Territory2 that is an external Id and holds the DeveloperName; territories are then named by it, not by their Ids";
            field(ui, &mut wish.key, "External Id field", "Field__c, if any", about);
            ui.checkbox(&mut wish.long_ids, "18-character Ids").on_hover_text("Write Ids of 15 characters with 18");
        });
    });
}

/// Where to.
fn target(ui: &mut Ui, session: &Session, state: &mut State, kind: Kind, folder: &Path) {
    if !state.path_typed {
        state.suggest(session, kind, folder);
    }
    let name = if kind == Kind::Handover { "List to write" } else { "Folder to write into" };
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut state.path).desired_width(ui.available_width() - BROWSE_WIDTH);
        if ui.add(edit).accessible_name(name).changed() {
            state.path_typed = true;
        }
        if ui.button("Browse…").clicked() {
            state.browse = Some(if kind == Kind::Handover { Browse::Out } else { Browse::Folder });
        }
    });
    if state.checked.0 != state.path {
        let there = Path::new(state.path.trim());
        let there = if kind == Kind::Handover { there.exists() } else { there.is_dir() };
        state.checked = (state.path.clone(), there);
    }
    if state.checked.1 {
        let words = match kind {
            Kind::Handover => "There is such a file already; it will be replaced",
            Kind::Salesforce | Kind::HubSpot => "There is such a folder already; files of the same names are replaced",
        };
        ui.label(RichText::new(words).color(Tokens::of(ui).warning));
    }
}
