//! "Layers…": areas beside the units. A small window over the map, as that of colours: the map shows each choice at once.

mod totals;

use egui::{Align, ComboBox, Key, Layout, Rect, RichText, ScrollArea, TextEdit, Ui};
use egui_material_icons::icons::{
    ICON_DELETE, ICON_EDIT, ICON_SELECT_ALL, ICON_SWAP_HORIZ, ICON_TABLE_CHART, ICON_VIEW_COLUMN,
};

use super::tool_window;
use super::widgets::{dialog, icon_button, outline_marks, primary_button, take_focus};
use crate::action::{Action, Command};
use crate::domain::reference::{LayerColour, LayerWidth, ReferenceLayer};
use crate::session::Session;
use crate::session::list::List;
use crate::session::reference::{LayerAction, LayerTotals, TotalsBy};
use crate::theme::{self, Tokens};
use crate::words;
use totals::Totals;

#[derive(Default)]
pub struct State {
    open: bool,
    /// The layer whose name is being typed.
    renaming: Option<(usize, String, bool)>,
    /// A layer that shall be used as units, and what that would change.
    asked: Option<(String, Vec<String>)>,
    /// Figures by area that are looked at.
    totals: Option<Totals>,
    /// Set when a list shall be saved to a file.
    pub save: Option<List>,
}

const WIDTH: f32 = 430.0;

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A question waits for its answer, or a table is looked at.
    pub fn has_dialog(&self) -> bool {
        self.asked.is_some() || self.totals.is_some()
    }

    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, ..Self::default() };
    }

    /// Shows figures by area. How they are counted may have been changed in the table that is looked at.
    pub fn set_totals(&mut self, found: LayerTotals) {
        match &mut self.totals {
            Some(totals) => totals.found = found,
            None => self.totals = Some(Totals::new(found)),
        }
    }

    /// Tells what using a layer as units would change.
    pub fn ask(&mut self, name: String, facts: Vec<String>) {
        self.asked = Some((name, facts));
    }
}

pub fn show(ui: &mut Ui, session: &Session, room: Rect, state: &mut State, actions: &mut Vec<Action>) {
    question(ui, state, actions);
    if let Some(shown) = &mut state.totals
        && totals::show(ui, shown, &mut state.save, actions)
    {
        state.totals = None;
    }
    if !state.open {
        return;
    }
    let open = tool_window::show(ui, "Layers", WIDTH, room, |ui| {
        outline_marks(ui);
        ui.spacing_mut().item_spacing.y = 6.0;
        let units = session.project.units.kind_of_many();
        if session.project.layers.is_empty() {
            ui.label(theme::strong("No layers yet"));
            let words = format!(
                "Areas beside the {units}: counties, states, somebody else's regions. Their borders are drawn on the map, and figures are counted by them"
            );
            ui.label(RichText::new(words).color(Tokens::of(ui).weak));
        }
        let most = (ui.ctx().content_rect().height() - 260.0).max(120.0);
        ScrollArea::vertical().max_height(most).show(ui, |ui| {
            for (at, layer) in session.project.layers.iter().enumerate() {
                if at > 0 {
                    ui.separator();
                }
                row(ui, session, state, at, layer, actions);
            }
        });
        if !session.project.layers.is_empty() {
            ui.separator();
        }
        let (command, fixed) = (Command::AddLayer, session.fixed());
        let add = primary_button(ui, fixed.is_none(), command.words()).on_hover_text(command.about());
        if add.on_disabled_hover_text(fixed.unwrap_or_default()).clicked() {
            actions.push(Action::Run(command));
        }
    });
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
            let fixed = session.fixed();
            let units = session.project.units.kind_of_many();
            let mut tool = |ui: &mut Ui, refused: Option<&str>, icon, words: &str, action: LayerAction| {
                ui.add_enabled_ui(refused.is_none(), |ui| {
                    let button = icon_button(ui, icon, words, theme::ICON);
                    if button.on_disabled_hover_text(refused.unwrap_or_default()).clicked() {
                        actions.push(Action::Layers(action));
                    }
                });
            };
            tool(ui, fixed, ICON_DELETE, &format!("Remove {name}"), LayerAction::Remove(at));
            tool(ui, fixed, ICON_SWAP_HORIZ, &format!("Use {name} as units…"), LayerAction::AskUse(at));
            let write = format!("Write as column: the {kind} of each unit");
            tool(ui, fixed, ICON_VIEW_COLUMN, &write, LayerAction::WriteColumn(at));
            let nothing = session.project.units.is_empty().then_some("There are no units to be counted");
            let total = format!("Figures of the plan by {kind}…");
            tool(ui, nothing, ICON_TABLE_CHART, &total, LayerAction::Total(at, TotalsBy::default()));
            let select = format!("Select all {units} of this {kind}");
            let none = session.selection.units.is_empty().then_some("Select some on the map first");
            tool(ui, none, ICON_SELECT_ALL, &select, LayerAction::SelectAlike(at));
            ui.add_enabled_ui(fixed.is_none(), |ui| {
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
