//! "Colour areas by…": what the colours of areas and accounts say. A small window over the map, not a dialog: the map shows each choice
//! at once, and can be moved meanwhile.

use egui::{ComboBox, Grid, Rect, Response, Slider, Ui, vec2};

use super::tool_window;
use super::widgets::outline_marks;
use crate::action::{Action, Command};
use crate::domain::classes::{Breaks, FEWEST_CLASSES, MOST_CLASSES};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::ramps::{Ramp, diverging};
use crate::session::Session;
use crate::session::colouring::{Areas, Colouring, DotSizes, Dots, Heat};
use crate::theme::{self, Tokens};
use crate::words;

#[derive(Default)]
pub struct State {
    open: bool,
    focused: bool,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, focused: false };
    }
}

const FIELD: f32 = 190.0;
const NAMES: f32 = 120.0;
const WIDTH: f32 = NAMES + FIELD + 40.0;

pub fn show(ui: &mut Ui, session: &Session, room: Rect, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let mut wish = session.view.colouring.clone();
    let open = tool_window::show(ui, "Colours", WIDTH, room, |ui| {
        let most = (ui.ctx().content_rect().height() - 160.0).max(160.0);
        egui::ScrollArea::vertical().max_height(most).min_scrolled_height(most).show(ui, |ui| {
            outline_marks(ui);
            ui.spacing_mut().item_spacing.y = 6.0;
            areas(ui, session, &mut wish, state, actions);
            ui.separator();
            accounts(ui, session, &mut wish);
            ui.separator();
            let hover = Command::TogglePatterns.about();
            ui.checkbox(&mut wish.patterns, Command::TogglePatterns.words()).on_hover_text(hover);
            ui.horizontal(|ui| {
                if ui.button("Back to territories").on_hover_text("Everything as it is at first").clicked() {
                    wish = Colouring::default();
                    actions.push(Action::SetColourLevel(None));
                }
                if ui.button("Done").clicked() {
                    state.open = false;
                }
            });
        });
    });
    if wish != session.view.colouring {
        actions.push(Action::SetColouring(Box::new(wish)));
    }
    state.open &= open;
}

fn areas(ui: &mut Ui, session: &Session, wish: &mut Colouring, state: &mut State, actions: &mut Vec<Action>) {
    let level = session.colour_level();
    let whose = |level: Option<usize>| words::capital(&session.level_words(level));
    let chosen = match &wish.areas {
        Areas::Owners => whose(level),
        Areas::Target => Command::ColourByTarget.words().to_owned(),
        Areas::Accounts => "Number of accounts".to_owned(),
        Areas::Measure(name) | Areas::Words(name) => name.clone(),
    };
    Grid::new("colours of areas").num_columns(2).min_col_width(NAMES).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
        let response = choice(ui, "Colour areas by", &chosen, |ui| {
            for level in std::iter::once(None).chain((0..session.plan().hierarchy().levels().len()).map(Some)) {
                let is = wish.areas == Areas::Owners && session.colour_level() == level;
                if ui.selectable_label(is, whose(level)).clicked() {
                    wish.areas = Areas::Owners;
                    actions.push(Action::SetColourLevel(level.map(|level| level as u8)));
                }
            }
            let reason = "Import figures first: there is nothing to balance";
            let target = ui.add_enabled_ui(session.goal().is_some(), |ui| {
                ui.selectable_value(&mut wish.areas, Areas::Target, Command::ColourByTarget.words());
            });
            target.response.on_disabled_hover_text(reason);
            if !session.project.accounts.is_empty() {
                ui.selectable_value(&mut wish.areas, Areas::Accounts, "Number of accounts");
            }
            for measure in session.project.measures.iter() {
                ui.selectable_value(&mut wish.areas, Areas::Measure(measure.name.clone()), &measure.name);
            }
            for column in &session.project.units.attributes {
                ui.selectable_value(&mut wish.areas, Areas::Words(column.name.clone()), &column.name);
            }
        });
        if !state.focused {
            response.request_focus();
            state.focused = true;
        }
        let mean = |name: &str| {
            let measure = session.project.find_measure(name).and_then(|id| session.project.measure(id));
            measure.is_some_and(|measure| !measure.is_summed())
        };
        match &wish.areas {
            Areas::Owners | Areas::Words(_) => {}
            Areas::Target => {
                ui.label("");
                let measure = session.goal().and_then(|goal| session.project.measure(goal.measure));
                let name = measure.map_or("", |measure| &measure.name);
                ui.add(egui::Label::new(theme::note(ui, format!("By {name}"))).truncate());
                ui.end_row();
                ui.label("");
                preview(ui, &diverging(ui.visuals().dark_mode));
                ui.end_row();
            }
            Areas::Accounts | Areas::Measure(_) => {
                let is_mean = matches!(&wish.areas, Areas::Measure(name) if mean(name));
                ui.label("Figures");
                let response = ui.add_enabled(!is_mean, egui::Checkbox::new(&mut wish.per_area, "per km²"));
                response.on_disabled_hover_text("A mean cannot be divided by the area");
                ui.end_row();
            }
        }
        let classed =
            matches!(wish.areas, Areas::Accounts | Areas::Measure(_)) || matches!(wish.dots, Dots::Measure(_));
        if classed {
            classes(ui, wish);
        }
    });
}

fn classes(ui: &mut Ui, wish: &mut Colouring) {
    let label = ui.label("Classes");
    ui.spacing_mut().slider_width = FIELD - 60.0;
    ui.add(Slider::new(&mut wish.classes, FEWEST_CLASSES..=MOST_CLASSES)).labelled_by(label.id);
    ui.end_row();
    let words = |breaks: Breaks| match breaks {
        Breaks::Natural => ("Natural breaks", "Values that lie near each other share a class"),
        Breaks::Quantile => ("Equally many", "Each class holds as many as the next"),
        Breaks::Equal => ("Equally wide", "Each class spans as much as the next"),
    };
    choice(ui, "Limits", words(wish.breaks).0, |ui| {
        for breaks in [Breaks::Natural, Breaks::Quantile, Breaks::Equal] {
            ui.selectable_value(&mut wish.breaks, breaks, words(breaks).0).on_hover_text(words(breaks).1);
        }
    });
    let name = |ramp: Ramp| match ramp {
        Ramp::Blue => "Blue",
        Ramp::Green => "Green",
        Ramp::Fire => "Fire",
        Ramp::Grey => "Grey",
    };
    choice(ui, "Colours", name(wish.ramp), |ui| {
        for ramp in Ramp::ALL {
            ui.horizontal(|ui| {
                ui.set_min_width(FIELD);
                ui.selectable_value(&mut wish.ramp, ramp, name(ramp));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    preview_in(ui, &ramp.colours(7, ui.visuals().dark_mode), 84.0);
                });
            });
        }
    });
    ui.label("");
    preview(ui, &wish.ramp.colours(wish.classes, ui.visuals().dark_mode));
    ui.end_row();
}

fn accounts(ui: &mut Ui, session: &Session, wish: &mut Colouring) {
    if session.project.accounts.is_empty() {
        ui.label(theme::note(ui, "Import accounts to colour them and to see where they are dense"));
        return;
    }
    let measures = || session.project.measures.iter().filter(|measure| measure.subject == Subject::Accounts);
    Grid::new("colours of accounts").num_columns(2).min_col_width(NAMES).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
        let chosen = match &wish.dots {
            Dots::Owners => "Territory",
            Dots::Words(name) | Dots::Measure(name) => name,
            Dots::Segments => "Segment",
        }
        .to_owned();
        choice(ui, "Colour accounts by", &chosen, |ui| {
            ui.selectable_value(&mut wish.dots, Dots::Owners, "Territory");
            if !session.project.segments.is_empty() {
                let about = "An account in several segments has the colour of the first one in the list";
                ui.selectable_value(&mut wish.dots, Dots::Segments, "Segment").on_hover_text(about);
            }
            for column in session.project.accounts.attributes.iter().filter(|column| has_categories(column)) {
                ui.selectable_value(&mut wish.dots, Dots::Words(column.name.clone()), &column.name);
            }
            for Measure { name, .. } in measures() {
                ui.selectable_value(&mut wish.dots, Dots::Measure(name.clone()), name);
            }
        });
        let chosen = match &wish.dot_sizes {
            DotSizes::InView => "The measure in view",
            DotSizes::Same => "All alike",
            DotSizes::Measure(name) => name,
        }
        .to_owned();
        choice(ui, "Size accounts by", &chosen, |ui| {
            ui.selectable_value(&mut wish.dot_sizes, DotSizes::InView, "The measure in view");
            ui.selectable_value(&mut wish.dot_sizes, DotSizes::Same, "All alike");
            for Measure { name, .. } in measures() {
                ui.selectable_value(&mut wish.dot_sizes, DotSizes::Measure(name.clone()), name);
            }
        });
        let chosen = match &wish.heat {
            Heat::Off => "Off",
            Heat::Accounts => "Accounts",
            Heat::Measure(name) => name,
        }
        .to_owned();
        choice(ui, "Heat map", &chosen, |ui| {
            ui.selectable_value(&mut wish.heat, Heat::Off, "Off");
            ui.selectable_value(&mut wish.heat, Heat::Accounts, "Accounts");
            for Measure { name, .. } in measures() {
                ui.selectable_value(&mut wish.heat, Heat::Measure(name.clone()), name);
            }
        });
    });
}

/// A column of which every row has its own word, as a street address, has no categories.
fn has_categories(column: &TextColumn) -> bool {
    column.words().len() <= (column.len() / 2).max(12)
}

/// A row of the grid: what is chosen, and a list to choose from.
fn choice(ui: &mut Ui, name: &str, chosen: &str, list: impl FnOnce(&mut Ui)) -> Response {
    let label = ui.label(name);
    let shown = ComboBox::from_id_salt(name).selected_text(chosen).width(FIELD).truncate().height(320.0);
    let response = shown.show_ui(ui, list).response.labelled_by(label.id);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name));
    ui.end_row();
    response
}

/// The colours side by side.
fn preview(ui: &mut Ui, colours: &[[u8; 3]]) {
    preview_in(ui, colours, FIELD);
}

fn preview_in(ui: &mut Ui, colours: &[[u8; 3]], width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 12.0), egui::Sense::hover());
    let step = rect.width() / colours.len().max(1) as f32;
    for (nth, &[r, g, b]) in colours.iter().enumerate() {
        let left = rect.left() + step * nth as f32;
        let part = egui::Rect::from_x_y_ranges(left..=left + step, rect.y_range());
        ui.painter().rect_filled(part, 0.0, egui::Color32::from_rgb(r, g, b));
    }
    let edge = egui::Stroke::new(1.0, Tokens::of(ui).border);
    ui.painter().rect_stroke(rect, 2.0, edge, egui::StrokeKind::Outside);
}
