//! What is chosen: tables, format, rows, columns, how coordinates are written.

use egui::{ComboBox, ScrollArea, Ui};

use super::State;
use crate::domain::columns::Subject;
use crate::jobs::spec::{Format, Scope, What};
use crate::session::Session;
use crate::theme;
use crate::words;

/// Which rows, as the dialog offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    All,
    /// Of the active territory.
    Active,
    SelectedUnits,
    SelectedAccounts,
    /// What the filters of the table leave.
    ShownUnits,
    ShownAccounts,
    /// The accounts of a segment, by its place in the list.
    Segment(usize),
}

impl Rows {
    const ALL: [Self; 6] =
        [Self::All, Self::Active, Self::SelectedUnits, Self::SelectedAccounts, Self::ShownUnits, Self::ShownAccounts];

    /// There is something behind the words.
    pub fn is_there(self, session: &Session) -> bool {
        let filtered = |subject| session.tables.of(subject).of.as_ref().is_some_and(|wish| wish.filters());
        match self {
            Self::All => true,
            Self::Active => session.plan().territory(session.active).is_some(),
            Self::SelectedUnits => !session.selection.units.is_empty(),
            Self::SelectedAccounts => !session.selection.accounts.is_empty(),
            Self::ShownUnits => filtered(Subject::Units),
            Self::ShownAccounts => filtered(Subject::Accounts),
            Self::Segment(at) => session.members(at).is_some(),
        }
    }

    fn words(self, session: &Session) -> String {
        let units = |count| session.project.units.count_words(count);
        let accounts = |count: usize| words::counted(count as i128, "account");
        let shown = |subject| session.tables.of(subject).rows.len();
        match self {
            Self::All => "Everything".into(),
            Self::Active => format!("{} alone", session.plan().territory_name(session.active)),
            Self::SelectedUnits => format!("Selected: {}", units(session.selection.units.len())),
            Self::SelectedAccounts => format!("Selected: {}", accounts(session.selection.accounts.len())),
            Self::ShownUnits => format!("Shown in the table: {}", units(shown(Subject::Units))),
            Self::ShownAccounts => format!("Shown in the table: {}", accounts(shown(Subject::Accounts))),
            Self::Segment(at) => {
                let name = session.project.segments.get(at).map_or("", |segment| segment.name.as_str());
                let count = session.members(at).map_or(0, |members| members.count);
                format!("Segment {name}: {}", accounts(count))
            }
        }
    }

    pub fn scope(self, session: &Session) -> Scope {
        use crate::domain::ids::{AccountId, UnitId};
        let shown = |subject| session.tables.of(subject).rows.iter().copied();
        match self {
            Self::All => Scope::Everything,
            Self::Active => Scope::Territories(vec![session.active]),
            Self::SelectedUnits => Scope::Units(session.selection.units.iter().copied().collect()),
            Self::SelectedAccounts => Scope::Accounts(session.selection.accounts.iter().copied().collect()),
            Self::ShownUnits => Scope::Units(shown(Subject::Units).map(UnitId).collect()),
            Self::ShownAccounts => Scope::Accounts(shown(Subject::Accounts).map(AccountId).collect()),
            Self::Segment(at) => {
                let belongs = session.members(at).map_or(&[][..], |members| members.belongs.as_slice());
                let rows = (0..belongs.len()).filter(|&row| belongs[row]);
                Scope::Accounts(rows.map(AccountId::from_index).collect())
            }
        }
    }
}

/// What it is called in the name of a file.
pub fn file_words(session: &Session, what: What) -> String {
    let words = match what {
        What::Groups(level) => session.plan().hierarchy().levels().get(usize::from(level)).cloned().unwrap_or_default(),
        What::Metrics => "figures".into(),
        What::Layer(at) => {
            session.project.layers.get(usize::from(at)).map(|layer| layer.name.clone()).unwrap_or_default()
        }
        _ => what.words().to_owned(),
    };
    words.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect::<String>().to_lowercase()
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State) {
    tables(ui, session, state);
    formats(ui, state);
    rows(ui, session, state);
    columns(ui, session, state);
    coordinates(ui, state);
}

/// A line with what it is about on the left.
pub(super) fn line(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui)) {
    const TITLE: f32 = 92.0;
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(
            egui::vec2(TITLE, ui.spacing().interact_size.y),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(TITLE);
                ui.label(theme::note(ui, title));
            },
        );
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            add(ui);
        });
    });
}

fn tables(ui: &mut Ui, session: &Session, state: &mut State) {
    let levels = session.plan().hierarchy().levels();
    let mut all = vec![(What::Territories, "Territories".to_owned())];
    all.extend(levels.iter().enumerate().map(|(level, name)| (What::Groups(level as u8), name.clone())));
    all.push((What::Units, words::capital(&session.project.units.kind_of_many())));
    all.push((What::Accounts, "Accounts".into()));
    all.push((What::Metrics, "Figures".into()));
    checkboxes(ui, state, "What", all);
    let layers = session.project.layers.iter().enumerate();
    let layers: Vec<_> = layers.map(|(at, layer)| (What::Layer(at as u8), layer.name.clone())).collect();
    if !layers.is_empty() {
        checkboxes(ui, state, "Layers", layers);
    }
}

fn checkboxes(ui: &mut Ui, state: &mut State, title: &str, all: Vec<(What, String)>) {
    line(ui, title, |ui| {
        ui.horizontal_wrapped(|ui| {
            for (what, name) in all {
                let mut chosen = state.what.contains(&what);
                let about = about(what);
                if ui.checkbox(&mut chosen, name).on_hover_text(about).changed() {
                    if chosen {
                        state.what.insert(what);
                    } else {
                        state.what.remove(&what);
                    }
                    state.without.clear();
                    if !state.what.iter().all(|what| state.format.takes(*what)) {
                        state.format = Format::Xlsx;
                    }
                    state.typed = false;
                }
            }
        });
    });
}

fn about(what: What) -> &'static str {
    match what {
        What::Territories => {
            "One area per territory with rep, loads, targets and shape figures; neighbours share their border exactly"
        }
        What::Groups(_) => "One area per group with what its territories carry together",
        What::Units => "Every unit with its territory, rep and figures",
        What::Accounts => "Every account with its territory and rep, all columns kept",
        What::Layer(_) => "Every area of this layer, with the columns it came with",
        What::Metrics => "One row per territory: loads, targets, deviations, shape and travel",
    }
}

fn formats(ui: &mut Ui, state: &mut State) {
    let groups = [
        (
            "Map",
            [Format::GeoPackage, Format::Shapefile, Format::GeoJson, Format::TopoJson, Format::Kml, Format::Kmz]
                .as_slice(),
        ),
        ("Table", [Format::Xlsx, Format::Csv].as_slice()),
    ];
    for (title, formats) in groups {
        line(ui, title, |ui| {
            ui.horizontal_wrapped(|ui| {
                for &format in formats {
                    let fits = state.what.iter().all(|what| format.takes(*what));
                    let name = format!("{} (.{})", format.words(), format.ending());
                    let radio = ui.add_enabled(fits, egui::RadioButton::new(state.format == format, name));
                    if radio.on_disabled_hover_text("Figures have no place on a map").clicked() {
                        state.format = format;
                        state.typed = false;
                    }
                }
            });
        });
    }
}

fn rows(ui: &mut Ui, session: &Session, state: &mut State) {
    line(ui, "Rows", |ui| {
        let combo = ComboBox::from_id_salt("export rows").selected_text(state.rows.words(session)).width(300.0);
        let combo = combo.show_ui(ui, |ui| {
            let segments = (0..session.project.segments.len()).map(Rows::Segment);
            for rows in Rows::ALL.into_iter().chain(segments).filter(|rows| rows.is_there(session)) {
                if ui.selectable_label(state.rows == rows, rows.words(session)).clicked() {
                    state.rows = rows;
                }
            }
        });
        combo.response.accessible_name("Rows");
    });
}

fn columns(ui: &mut Ui, session: &Session, state: &mut State) {
    let all = match &state.foreseen {
        Some((_, _, Ok(foreseen))) => foreseen.columns.clone(),
        _ => Vec::new(),
    };
    line(ui, "Columns", |ui| {
        let kept = all.iter().filter(|name| !state.without.contains(*name)).count();
        let title = if kept == all.len() { "All".to_owned() } else { format!("{kept} of {}", all.len()) };
        let menu = ui.menu_button(title, |ui| {
            ui.horizontal(|ui| {
                if ui.button("All").clicked() {
                    state.without.clear();
                }
                if ui.button("None").clicked() {
                    state.without = all.iter().cloned().collect();
                }
            });
            ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
                for name in &all {
                    let mut kept = !state.without.contains(name);
                    if ui.checkbox(&mut kept, name).changed() {
                        if kept {
                            state.without.remove(name);
                        } else {
                            state.without.insert(name.clone());
                        }
                    }
                }
            });
        });
        menu.response.accessible_name("Columns");
    });
    if state.what.contains(&What::Accounts) && !session.project.segments.is_empty() {
        line(ui, "", |ui| {
            let about = "Beside each account whether it belongs: yes or no";
            ui.checkbox(&mut state.segments, "A column per segment").on_hover_text(about);
        });
    }
}

fn coordinates(ui: &mut Ui, state: &mut State) {
    if state.format.has_decimals() {
        line(ui, "Coordinates", |ui| {
            ui.horizontal(|ui| {
                let words = |decimals: Option<u8>| match decimals {
                    None => "Exact".to_owned(),
                    Some(5) => "5 decimals (1 m)".to_owned(),
                    Some(6) => "6 decimals (0.1 m)".to_owned(),
                    Some(decimals) => format!("{decimals} decimals (1 cm)"),
                };
                let combo = ComboBox::from_id_salt("export decimals").selected_text(words(state.decimals)).width(160.0);
                let combo = combo.show_ui(ui, |ui| {
                    for decimals in [None, Some(7), Some(6), Some(5)] {
                        ui.selectable_value(&mut state.decimals, decimals, words(decimals));
                    }
                });
                combo.response.accessible_name("Decimals of coordinates");
                ui.label(theme::note(ui, "longitude and latitude (WGS 84)"));
            });
        });
    } else if state.format.is_map() {
        line(ui, "Coordinates", |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(ui.spacing().interact_size.y);
                ui.label(theme::note(ui, "Exact, longitude and latitude (WGS 84, EPSG:4326)"));
            });
        });
    } else if state.format == Format::Csv {
        line(ui, "For Excel", |ui| {
            ui.checkbox(&mut state.byte_order_mark, "Mark the file as UTF-8")
                .on_hover_text("A byte order mark at its beginning, without which Excel misreads letters like ü");
        });
    }
}
