//! "Layers…": areas beside the units. A small window over the map, as that of colours: the map shows each choice at once.

use std::path::PathBuf;

use egui::{Align, Align2, Button, ComboBox, Id, Key, Layout, RichText, ScrollArea, TextEdit, Ui, Window, vec2};
use egui_material_icons::icons::{
    ICON_ADD, ICON_DELETE, ICON_EDIT, ICON_SELECT_ALL, ICON_SWAP_HORIZ, ICON_VIEW_COLUMN,
};

use super::widgets::{dialog, icon_button, outline_marks, primary_button, take_focus};
use crate::action::Action;
use crate::domain::reference::{LayerColour, LayerWidth, ReferenceLayer};
use crate::session::Session;
use crate::session::reference::LayerAction;
use crate::theme::{self, Tokens};
use crate::words;

#[derive(Default)]
pub struct State {
    open: bool,
    focused: bool,
    /// The file that shall become a layer.
    path: String,
    /// The layer whose name is being typed.
    renaming: Option<(usize, String, bool)>,
    /// A layer that shall be used as units, and what that would change.
    asked: Option<(String, Vec<String>)>,
    /// Set when the system's file dialog shall be opened.
    pub browse: bool,
}

const WIDTH: f32 = 380.0;

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A question waits for its answer.
    pub fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, ..Self::default() };
    }

    pub fn set_path(&mut self, path: PathBuf) {
        self.open = true;
        self.path = path.display().to_string();
    }

    /// Tells what using a layer as units would change.
    pub fn ask(&mut self, name: String, facts: Vec<String>) {
        self.asked = Some((name, facts));
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    question(ui, state, actions);
    if !state.open {
        return;
    }
    let popup = egui::Popup::is_any_open(ui.ctx());
    let mut open = true;
    let room = ui.ctx().content_rect();
    let window = Window::new("Layers").id(Id::unique("layers")).open(&mut open).collapsible(false).resizable(false);
    let window = window.pivot(Align2::RIGHT_TOP).default_pos(room.right_top() + vec2(-360.0, 64.0));
    window.show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        outline_marks(ui);
        ui.spacing_mut().item_spacing.y = 6.0;
        let units = session.project.units.kind_of_many();
        if session.project.layers.is_empty() {
            let words = format!("Areas beside the {units}: counties, states, somebody else's regions. Their borders are drawn on the map, and each unit knows in which of them it lies");
            ui.label(theme::note(ui, words));
        }
        let most = (room.height() - 260.0).max(120.0);
        ScrollArea::vertical().max_height(most).show(ui, |ui| {
            for (at, layer) in session.project.layers.iter().enumerate() {
                if at > 0 {
                    ui.separator();
                }
                row(ui, session, state, at, layer, actions);
            }
        });
        ui.separator();
        add(ui, session, state, actions);
    });
    let typing = state.renaming.is_some();
    // Escape closes a list first, then a name that is being typed, then this.
    if ui.input(|input| input.key_pressed(Key::Escape)) && !popup && state.asked.is_none() {
        state.renaming = None;
        open &= typing;
    }
    state.open &= open;
}

fn row(
    ui: &mut Ui,
    session: &Session,
    state: &mut State,
    at: usize,
    layer: &ReferenceLayer,
    actions: &mut Vec<Action>,
) {
    let mut look = layer.look;
    if let Some((_, name, focused)) = state.renaming.as_mut().filter(|(of, ..)| *of == at) {
        let edit = TextEdit::singleline(name).char_limit(80).desired_width(f32::INFINITY);
        let response = ui.add(edit).accessible_name("Name of the layer");
        take_focus(&response, focused);
        if response.lost_focus() {
            let taken = ui.input(|input| input.key_pressed(Key::Enter)).then(|| name.clone());
            actions.extend(taken.map(|name| Action::Layers(LayerAction::Rename(at, name))));
            state.renaming = None;
        }
    } else {
        ui.horizontal(|ui| {
            let hover = "Show its borders and names on the map";
            ui.checkbox(&mut look.visible, theme::strong(&layer.name)).on_hover_text(hover);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let count = layer.areas.count_words(layer.areas.len());
                ui.add(egui::Label::new(RichText::new(count).color(Tokens::of(ui).weak)).truncate());
            });
        });
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let colour =
            ComboBox::from_id_salt(("colour", at)).selected_text(words::capital(look.colour.word())).width(84.0);
        let response = colour.show_ui(ui, |ui| {
            for colour in LayerColour::ALL {
                ui.selectable_value(&mut look.colour, colour, words::capital(colour.word()));
            }
        });
        let name = format!("Colour of {}", layer.name);
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        let width = ComboBox::from_id_salt(("width", at)).selected_text(words::capital(look.width.word())).width(84.0);
        let response = width.show_ui(ui, |ui| {
            for width in LayerWidth::ALL {
                ui.selectable_value(&mut look.width, width, words::capital(width.word()));
            }
        });
        let name = format!("Line of {}", layer.name);
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let (name, kind) = (&layer.name, layer.areas.kind_of_one());
            let changes = session.fixed().is_none();
            let why = session.fixed().unwrap_or_default();
            let mut tool = |ui: &mut Ui, usable: bool, icon, words: &str, action: LayerAction| {
                ui.add_enabled_ui(usable, |ui| {
                    if icon_button(ui, icon, words, theme::ICON).on_disabled_hover_text(why).clicked() {
                        actions.push(Action::Layers(action));
                    }
                });
            };
            tool(ui, changes, ICON_DELETE, &format!("Remove {name}"), LayerAction::Remove(at));
            tool(ui, changes, ICON_SWAP_HORIZ, &format!("Use {name} as units…"), LayerAction::AskUse(at));
            tool(
                ui,
                changes,
                ICON_VIEW_COLUMN,
                &format!("Write as column: the {kind} of each unit"),
                LayerAction::WriteColumn(at),
            );
            let select = format!("Select all units of this {kind}");
            tool(ui, !session.selection.units.is_empty(), ICON_SELECT_ALL, &select, LayerAction::SelectAlike(at));
            ui.add_enabled_ui(changes, |ui| {
                if icon_button(ui, ICON_EDIT, &format!("Rename {name}"), theme::ICON).clicked() {
                    state.renaming = Some((at, name.clone(), false));
                }
            });
        });
    });
    if look != layer.look {
        actions.push(Action::Layers(LayerAction::SetLook(at, look)));
    }
}

fn add(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    ui.label("Add a layer from a file");
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut state.path)
            .hint_text("Path of a file")
            .desired_width(ui.available_width() - 152.0);
        let response = ui.add(edit).accessible_name("Path of the layer's file");
        // Where there are layers already, the keys are the map's.
        if session.project.layers.is_empty() {
            take_focus(&response, &mut state.focused);
        }
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        state.browse |= ui.button("Browse…").clicked();
        let path = state.path.trim().to_owned();
        let usable = !path.is_empty() && session.fixed().is_none();
        let button = ui.add_enabled(usable, Button::new((ICON_ADD.rich_text(), RichText::new("Add"))));
        let button = button.on_hover_text(
            "Read ZIP areas, counties or other areas from a shapefile, GeoPackage, GeoJSON, TopoJSON or KML",
        );
        let button = button.on_disabled_hover_text(session.fixed().unwrap_or("Choose a file first"));
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, usable, "Add layer"));
        if (button.clicked() || enter) && usable {
            actions.push(Action::Layers(LayerAction::Add(path.into())));
            state.path.clear();
        }
    });
}

/// What using a layer as units would change, before it is done.
fn question(ui: &mut Ui, state: &mut State, actions: &mut Vec<Action>) {
    let Some((name, facts)) = &state.asked else { return };
    let mut answer = None;
    let response = dialog(ui, "use layer").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong(format!("Use {name} as units")).size(theme::TITLE));
        for fact in facts {
            ui.label(fact);
        }
        ui.label(theme::note(ui, "One undo step, which brings units and territories back as they are"));
        ui.horizontal(|ui| {
            if primary_button(ui, true, "Use as units").clicked() {
                answer = Some(true);
            }
            if ui.button("Cancel").clicked() {
                answer = Some(false);
            }
        });
    });
    if response.should_close() {
        answer = answer.or(Some(false));
    }
    if let Some(yes) = answer {
        state.asked = None;
        actions.push(Action::Layers(LayerAction::Use(yes)));
    }
}
