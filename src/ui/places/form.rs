//! The form: a place is typed, its meanings are offered, `Enter` takes the marked one; or the map is clicked.

use egui::{Align, Button, Id, Key, Layout, Modifiers, RichText, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2};

use super::{at_hand, wanted};
use crate::action::Action;
use crate::domain::accounts::Placement;
use crate::domain::ids::AccountId;
use crate::jobs::spec::places::Candidate;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme::{self, Tokens};
use crate::ui::widgets::{cell_text, primary_button};
use crate::words;

/// The buttons beside the name are so wide.
const OTHER_WAYS: f32 = 180.0;

#[derive(Default)]
pub struct State {
    text: String,
    /// The candidate that `Enter` takes.
    cursor: usize,
    /// `Enter` came before the text was looked up.
    enter: Option<String>,
    /// The account that the text was typed for.
    of: Option<AccountId>,
    pub wants_focus: bool,
}

impl State {
    /// For the next account.
    pub fn begin(&mut self) {
        *self = Self { of: self.of, wants_focus: true, ..Self::default() };
    }
}

/// Keys of the field that are not text.
#[derive(Default)]
struct Keys {
    up: bool,
    down: bool,
    enter: bool,
    next: bool,
    previous: bool,
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 4.0;
    let accounts = at_hand(session);
    if state.of != session.selection.account {
        // What was typed for another account is not meant for this one.
        *state = State { of: session.selection.account, wants_focus: state.wants_focus, ..State::default() };
    }
    if accounts.is_empty() {
        ui.label(theme::note(ui, "Choose an account in the list, on the map or in the table of accounts"));
        return;
    }
    let fixed = session.fixed();
    let all = ui.add_enabled_ui(fixed.is_none(), |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
        let (left, right) = rect.split_left_right_at_x(rect.right() - OTHER_WAYS);
        who(&mut ui.new_child(UiBuilder::new().max_rect(left).id_salt("who")), session, &accounts);
        let beside = UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)).id_salt("ways");
        other_ways(&mut ui.new_child(beside), session, &accounts, actions);
        place(ui, session, &accounts, state, actions);
    });
    all.response.on_disabled_hover_text(fixed.unwrap_or_default());
}

/// Beside typing: the map, and another account.
fn other_ways(ui: &mut Ui, session: &Session, accounts: &[AccountId], actions: &mut Vec<Action>) {
    if ui.button("Skip").on_hover_text("The next account of the list (Page Down); Page Up goes back").clicked() {
        actions.push(Action::Places(PlacesAction::Skip(true)));
    }
    let picking = session.placing.picking.is_some();
    let words = if picking { "Leave the map" } else { "Click on the map" };
    let hover = "The next click on the map places what is at hand; Escape leaves";
    if ui.add(Button::new(words)).on_hover_text(hover).clicked() {
        let pick = (!picking).then(|| accounts.to_vec());
        actions.push(Action::Places(PlacesAction::Pick(pick)));
    }
}

/// Who is at hand, and where that is today.
fn who(ui: &mut Ui, session: &Session, at_hand: &[AccountId]) {
    let accounts = &session.project.accounts;
    let (title, note) = match at_hand {
        [one] => {
            let row = one.index();
            let address = session.placing.described(*one).map_or("", |known| known.address.as_str());
            let placed = words::placed_within(accounts, row);
            let today = if accounts.placements.get(row) == Some(&Placement::Unplaced) {
                placed
            } else {
                format!("placed {placed}")
            };
            let note = if address.is_empty() { words::capital(&today) } else { format!("{address} · {today}") };
            (accounts.names.get(row).cloned().unwrap_or_default(), note)
        }
        many => {
            let title = format!("{} selected", words::counted(many.len() as i128, "account"));
            (title, "All of them go to the same place".to_owned())
        }
    };
    ui.add(egui::Label::new(theme::strong(title)).truncate());
    ui.add(egui::Label::new(theme::note(ui, note)).truncate());
}

fn place(ui: &mut Ui, session: &Session, accounts: &[AccountId], state: &mut State, actions: &mut Vec<Action>) {
    let id = Id::unique("place of accounts");
    let mut keys = Keys::default();
    if ui.memory(|memory| memory.has_focus(id)) {
        ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            keys = Keys {
                up: pressed(Key::ArrowUp),
                down: pressed(Key::ArrowDown),
                enter: pressed(Key::Enter),
                next: pressed(Key::PageDown),
                previous: pressed(Key::PageUp),
            };
        });
    }
    let mut pressed = false;
    let field = ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut state.text)
            .id(id)
            .hint_text("Dayton, OH · 45402 · 39.76, -84.19")
            .desired_width((ui.available_width() - 88.0).max(80.0))
            .char_limit(160);
        let edit = ui.add(edit).accessible_name("Place");
        pressed = primary_button(ui, true, "Place here").on_hover_text("Enter does the same").clicked();
        edit
    });
    let edit = field.inner;
    if std::mem::take(&mut state.wants_focus) {
        edit.request_focus();
    }
    if edit.changed() {
        (state.cursor, state.enter) = (0, None);
    }
    if keys.next || keys.previous {
        actions.push(Action::Places(PlacesAction::Skip(keys.next)));
        return;
    }
    let (candidates, is_known) = candidates(session, accounts, state, actions);
    if keys.down {
        state.cursor += 1;
    }
    if keys.up {
        state.cursor = state.cursor.saturating_sub(1);
    }
    state.cursor = state.cursor.min(candidates.len().saturating_sub(1));
    if keys.enter || pressed {
        state.enter = Some(state.text.clone());
    }
    let mut chosen = None;
    if is_known && state.enter.take().is_some_and(|text| text == state.text) {
        chosen = candidates.get(state.cursor);
    }
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("candidates").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if is_known && candidates.is_empty() {
            let words = if state.text.trim().is_empty() {
                "Its address says nothing that is known; type a place or click on the map"
            } else {
                "Nothing of that name is known; add the state or country, or click on the map"
            };
            ui.add(egui::Label::new(theme::note(ui, words)).wrap());
        }
        for (at, candidate) in candidates.iter().enumerate() {
            if row(ui, candidate, at == state.cursor) {
                chosen = Some(candidate);
            }
        }
    });
    if let Some(at) = chosen.cloned() {
        actions.push(Action::Places(PlacesAction::Put { accounts: accounts.to_vec(), at }));
    }
}

/// What the text may mean, and whether that is known of this very text; without a text what the address may mean.
fn candidates<'a>(
    session: &'a Session,
    accounts: &[AccountId],
    state: &State,
    actions: &mut Vec<Action>,
) -> (&'a [Candidate], bool) {
    let wanted = wanted(session, &state.text);
    if wanted.text.is_empty() {
        let [one] = accounts else { return (&[], false) };
        let Some(known) = session.placing.described(*one) else {
            if !session.placing.unknown(std::iter::once(*one)).is_empty() {
                actions.push(Action::Places(PlacesAction::Describe(vec![*one])));
            }
            return (&[], false);
        };
        return (known.suggestion.as_slice(), true);
    }
    if session.placing.lacks(&wanted) {
        actions.push(Action::Places(PlacesAction::LookUp(wanted.clone())));
    }
    match session.placing.found(&wanted) {
        Some(found) => (found, true),
        None => (session.placing.found_last(), false),
    }
}

fn row(ui: &mut Ui, candidate: &Candidate, current: bool) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, current, &candidate.words));
    if current || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, if current { tokens.selected } else { tokens.hover });
    }
    let kind = match candidate.placement {
        Placement::PostalCode => "postal code",
        Placement::Town => "town",
        Placement::Region => "state",
        _ => "",
    };
    let note = match (kind, candidate.precision_km) {
        ("", _) => String::new(),
        (kind, km) => format!("{kind}, {}", words::within(km)),
    };
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let galley = ui.painter().layout_no_wrap(note, egui::FontId::proportional(theme::SMALL), tokens.weak);
    let right = inner.right() - galley.size().x;
    ui.painter().galley(egui::pos2(right, inner.center().y - galley.size().y / 2.0), galley, tokens.weak);
    let left = egui::Rect::from_x_y_ranges(inner.left()..=right - 8.0, inner.y_range());
    let cut = cell_text(ui, left, &candidate.words, tokens.text, false, current);
    let response = if cut { response.on_hover_text(RichText::new(&candidate.words)) } else { response };
    response.clicked()
}
