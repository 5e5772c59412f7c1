//! Looking addresses up online: the switch, the service, and in plain words what would be sent where. Nothing is sent before the button
//! is pressed, and the button works only where the switch is on.

use egui::{DragValue, RichText, TextEdit, Ui};

use super::widgets::{dialog, outline_marks, primary_button};
use crate::action::Action;
use crate::jobs::spec::places::{Geocoder, OnlineOrder, OnlinePreview, OnlineScope, OnlineSettings};
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme::{self, Tokens};
use crate::words;

const WIDTH: f32 = 520.0;

#[derive(Default)]
pub struct State {
    open: bool,
    /// Of this machine.
    pub settings: OnlineSettings,
    /// The selected accounts instead of those without a precise place.
    selected: bool,
    /// The preview that was asked for last.
    asked: Option<OnlineOrder>,
}

impl State {
    pub fn of(settings: OnlineSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn open(&mut self) {
        (self.open, self.selected, self.asked) = (true, false, None);
    }

    pub fn close(&mut self) {
        self.open = false;
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, is_asking: bool, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let before = state.settings.clone();
    let response = dialog(ui, "online dialog").show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 8.0;
        outline_marks(ui);
        ui.label(theme::strong("Look up addresses online").size(theme::TITLE));
        let text = "A service on the network places accounts by their street, more precisely than by postal code or town. Bailiwick sends \
                    nothing to it until you switch this on and press the button. The switch is remembered on this computer, not in the \
                    project";
        ui.add(egui::Label::new(text).wrap());
        ui.checkbox(&mut state.settings.on, "Look up addresses online on this computer");
        ui.separator();
        service(ui, &mut state.settings);
        ui.separator();
        let order = OnlineOrder { settings: state.settings.clone(), scope: scope(ui, session, state) };
        let known = session.placing.preview.as_ref().filter(|(of, _)| *of == order).map(|(_, preview)| preview);
        if known.is_none() && state.asked.as_ref() != Some(&order) {
            state.asked = Some(order.clone());
            actions.push(Action::Places(PlacesAction::PreviewOnline(Box::new(order.clone()))));
        }
        what_is_sent(ui, &state.settings, known);
        buttons(ui, session, state, known, order.scope, is_asking, actions);
    });
    if response.should_close() {
        state.open = false;
    }
    if state.settings != before {
        actions.push(Action::Places(PlacesAction::SetOnline(state.settings.clone())));
    }
}

fn service(ui: &mut Ui, settings: &mut OnlineSettings) {
    let choices = [
        (Geocoder::Census, "U.S. Census Bureau: addresses in the United States, many at once"),
        (Geocoder::Nominatim, "Nominatim, the search of OpenStreetMap, or a server that speaks as it does"),
    ];
    for (geocoder, words) in choices {
        ui.radio_value(&mut settings.geocoder, geocoder, words);
    }
    if settings.geocoder == Geocoder::Census {
        return;
    }
    egui::Grid::new("online service").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        let label = ui.label("URL");
        let hover = "Empty: the public server. A key after a question mark is sent to the server, and kept nowhere";
        let edit = ui.add(field(&mut settings.url, "https://nominatim.openstreetmap.org/search")).labelled_by(label.id);
        edit.on_hover_text(hover);
        ui.end_row();
        let label = ui.label("Contact");
        let hover = "Sent with every request: operators want to reach those who ask much";
        let edit = ui.add(field(&mut settings.contact, "you@example.com")).labelled_by(label.id);
        edit.on_hover_text(hover);
        ui.end_row();
        let label = ui.label("Pause");
        let value = DragValue::new(&mut settings.pause_seconds).range(0.0..=60.0).speed(0.05).max_decimals(2);
        let hover = "Between two requests. The public server allows one request a second at most, whatever stands here";
        ui.add(value.suffix(" s")).labelled_by(label.id).on_hover_text(hover);
        ui.end_row();
    });
}

fn field<'a>(text: &'a mut String, hint: &'static str) -> TextEdit<'a> {
    TextEdit::singleline(text).hint_text(hint).desired_width(360.0).char_limit(400)
}

fn scope(ui: &mut Ui, session: &Session, state: &mut State) -> OnlineScope {
    let selected = &session.selection.accounts;
    ui.radio_value(&mut state.selected, false, "Accounts without a place, or not placed precisely");
    let words = match selected.len() {
        0 => "Selected accounts".to_owned(),
        count => format!("Selected accounts: {}", words::count(count as i128)),
    };
    ui.add_enabled_ui(!selected.is_empty(), |ui| ui.radio_value(&mut state.selected, true, words));
    if state.selected && !selected.is_empty() {
        OnlineScope::These(selected.iter().copied().collect())
    } else {
        OnlineScope::Imprecise
    }
}

/// What would be sent where.
fn what_is_sent(ui: &mut Ui, settings: &OnlineSettings, known: Option<&OnlinePreview>) {
    let tokens = Tokens::of(ui);
    let Some(preview) = known else {
        ui.label(RichText::new("Counting addresses…").color(tokens.weak));
        return;
    };
    let host = match &preview.host {
        Ok(host) => host,
        Err(why) => {
            ui.label(RichText::new(format!("This URL cannot be used: {why}")).color(tokens.error));
            return;
        }
    };
    if preview.asked == 0 {
        let words = "No account with a street needs it; a column called Street or Address has the streets";
        ui.label(RichText::new(words).color(tokens.weak));
        return;
    }
    let parts = match settings.geocoder {
        Geocoder::Census => "street, town, state and ZIP code",
        Geocoder::Nominatim => "street, town, state, postal code and country",
    };
    let contact = match (settings.geocoder, settings.contact.trim()) {
        (Geocoder::Census, _) | (_, "") => "",
        _ => " and your contact",
    };
    let many = words::counted(preview.asked as i128, "account");
    let text = format!("Sent to {host}: {parts} of {many}{contact}. Nothing else: no names, no IDs, no figures");
    ui.add(egui::Label::new(theme::strong(text)).wrap());
    for example in &preview.examples {
        ui.add(egui::Label::new(theme::note(ui, example)).truncate());
    }
    if preview.asked > preview.examples.len() {
        ui.label(theme::note(
            ui,
            format!("and {} more", words::count((preview.asked - preview.examples.len()) as i128)),
        ));
    }
    if preview.seconds >= 10.0 {
        let text =
            format!("Takes at least {}; what was answered is kept when you cancel", words::duration(preview.seconds));
        ui.label(theme::note(ui, text));
    }
}

fn buttons(
    ui: &mut Ui,
    session: &Session,
    state: &mut State,
    known: Option<&OnlinePreview>,
    scope: OnlineScope,
    is_asking: bool,
    actions: &mut Vec<Action>,
) {
    let asked = known.filter(|preview| preview.host.is_ok()).map_or(0, |preview| preview.asked);
    let refused = if !state.settings.on {
        Some("Switch it on first")
    } else if is_asking {
        Some("A look-up is under way")
    } else if asked == 0 {
        Some("There is nothing to look up")
    } else {
        session.fixed()
    };
    ui.horizontal(|ui| {
        let words = match asked {
            0 => "Look up".to_owned(),
            1 => "Look up 1 address".to_owned(),
            _ => format!("Look up {} addresses", words::count(asked as i128)),
        };
        let button = primary_button(ui, refused.is_none(), &words);
        if button.on_disabled_hover_text(refused.unwrap_or_default()).clicked() {
            actions.push(Action::Places(PlacesAction::AskOnline(scope)));
            state.open = false;
        }
        if ui.button("Close").clicked() {
            state.open = false;
        }
    });
}
