//! Tiers A, B and C of a column: the form that writes their formula.

use egui::{ComboBox, RichText, TextEdit, Ui};

use crate::domain::columns::Subject;
use crate::domain::formula::{Tiers, percents};
use crate::session::Session;
use crate::theme::{self, Tokens};

pub(super) struct State {
    column: String,
    by_share: bool,
    parts: [String; 3],
}

/// What became of the form.
pub(super) enum Answer {
    Wait,
    Cancel,
    Take(String),
}

impl State {
    pub fn new(session: &Session, subject: Subject) -> Self {
        let column = session.project.measures_of(subject).map(|(_, measure)| measure.name.clone()).next();
        Self { column: column.unwrap_or_default(), by_share: true, parts: ["80", "15", "5"].map(str::to_owned) }
    }
}

pub(super) fn show(ui: &mut Ui, session: &Session, subject: Subject, state: &mut State) -> Answer {
    let mut answer = Answer::Wait;
    egui::Frame::new().fill(Tokens::of(ui).subtle).inner_margin(8.0).corner_radius(f32::from(theme::RADIUS)).show(
        ui,
        |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.horizontal(|ui| {
                ui.label(theme::strong("Tiers of"));
                let combo =
                    ComboBox::from_id_salt("tiers of").selected_text(state.column.as_str()).width(190.0).truncate();
                let combo = combo.show_ui(ui, |ui| {
                    for (_, measure) in session.project.measures_of(subject) {
                        ui.selectable_value(&mut state.column, measure.name.clone(), &measure.name);
                    }
                });
                combo.response.accessible_name("Column to divide into tiers");
            });
            ui.horizontal(|ui| {
                let about = "A are the largest that together make up so much of the total, B the next, C the rest";
                if ui.radio(state.by_share, "By share of the total").on_hover_text(about).clicked() && !state.by_share {
                    (state.by_share, state.parts) = (true, ["80", "15", "5"].map(str::to_owned));
                }
                let about = "A are so many of the rows, the largest ones, B the next, C the rest";
                if ui.radio(!state.by_share, "By share of the rows").on_hover_text(about).clicked() && state.by_share {
                    (state.by_share, state.parts) = (false, ["20", "30", "50"].map(str::to_owned));
                }
            });
            ui.horizontal(|ui| {
                for (name, part) in ["A", "B", "C"].into_iter().zip(&mut state.parts) {
                    ui.label(name);
                    let field = TextEdit::singleline(part).desired_width(40.0).char_limit(6);
                    ui.add(field).accessible_name(format!("Percent of {name}"));
                    ui.label("%");
                }
                let [a, b, c] = &state.parts;
                let found = percents([a, b, c]);
                let usable = found.is_ok() && !state.column.is_empty();
                if ui.add_enabled(usable, egui::Button::new("Write the formula")).clicked()
                    && let Ok(parts) = found
                {
                    let tiers = if state.by_share { Tiers::Share(parts) } else { Tiers::Rows(parts) };
                    answer = Answer::Take(tiers.formula(&state.column));
                }
                if ui.button("Not now").clicked() {
                    answer = Answer::Cancel;
                }
                if let Err(why) = found {
                    ui.label(RichText::new(why).color(Tokens::of(ui).error));
                }
            });
        },
    );
    answer
}
