//! The list: account, address, why it needs a look, and what its address may mean.

use std::ops::Range;

use egui::{Align2, FontId, ScrollArea, Sense, Ui, pos2, vec2};

use super::form;
use crate::action::Action;
use crate::domain::doubts::Doubt;
use crate::domain::ids::AccountId;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::session::tables::{How, TableAction};
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::ui::widgets::cell_text;

/// So many rows beyond those in sight are described with them.
const AHEAD: usize = 40;

const SHARES: [f32; 5] = [0.24, 0.10, 0.28, 0.16, 0.22];

#[derive(Default)]
pub struct State {
    /// The row that was scrolled to last.
    lead: Option<AccountId>,
    /// Where a range of rows begins.
    anchor: Option<AccountId>,
    /// The rows in sight in the last frame.
    seen: Range<usize>,
}

pub fn show(
    ui: &mut Ui,
    session: &Session,
    doubts: &[(AccountId, Doubt)],
    state: &mut State,
    form: &mut form::State,
    actions: &mut Vec<Action>,
) {
    header(ui);
    if doubts.is_empty() {
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            let text = "Accounts without a place, in the middle of their state or outside every area would be listed here. \
                        Select accounts on the map or in their table to move them";
            ui.add(egui::Label::new(theme::note(ui, text)).wrap());
        });
        return;
    }
    let mut area = ScrollArea::vertical().auto_shrink([false, false]).id_salt("places rows");
    let lead = session.selection.account;
    if lead != state.lead {
        state.lead = lead;
        let at = lead.and_then(|lead| doubts.iter().position(|(account, _)| *account == lead));
        if let Some(at) = at.filter(|at| !state.seen.contains(at) || *at + 2 >= state.seen.end) {
            let height = ui.available_height();
            area = area.vertical_scroll_offset((at as f32 * ROW_HEIGHT - height / 2.0).max(0.0));
        }
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ROW_HEIGHT, doubts.len(), |ui, range| {
        let ahead = &doubts[range.start..(range.end + AHEAD).min(doubts.len())];
        let unknown = session.placing.unknown(doubts[range.clone()].iter().map(|(account, _)| *account));
        if !unknown.is_empty() {
            let wanted = session.placing.unknown(ahead.iter().map(|(account, _)| *account));
            actions.push(Action::Places(PlacesAction::Describe(wanted)));
        }
        for &(account, doubt) in &doubts[range.clone()] {
            row(ui, session, doubts, (account, doubt), state, form, actions);
        }
        state.seen = range;
    });
}

fn header(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let tokens = Tokens::of(ui);
    let titles = ["Account", "ID", "Address", "Why", "Likely place"];
    for (column, title) in super::columns(rect.shrink2(vec2(12.0, 0.0)), SHARES).into_iter().zip(titles) {
        let font = FontId::proportional(theme::SMALL);
        ui.painter().text(column.left_center(), Align2::LEFT_CENTER, title, font, tokens.weak);
    }
    let line = rect.bottom() - 0.5;
    ui.painter()
        .line_segment([pos2(rect.left(), line), pos2(rect.right(), line)], egui::Stroke::new(1.0, tokens.separator));
}

fn row(
    ui: &mut Ui,
    session: &Session,
    doubts: &[(AccountId, Doubt)],
    (account, doubt): (AccountId, Doubt),
    state: &mut State,
    form: &mut form::State,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let accounts = &session.project.accounts;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let selected = session.selection.accounts.contains(&account);
    let name = &accounts.names[account.index()];
    let spoken = format!("{name}, {}", doubt.words());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, &spoken));
    if selected || response.hovered() {
        ui.painter().rect_filled(rect, 0.0, if selected { tokens.selected } else { tokens.hover });
    }
    let known = session.placing.described(account);
    let address = known.map_or("", |known| known.address.as_str());
    let likely = known.and_then(|known| known.suggestion.as_ref()).map_or("", |candidate| candidate.words.as_str());
    let [at_name, at_code, at_address, at_doubt, at_likely] = super::columns(rect.shrink2(vec2(12.0, 0.0)), SHARES);
    let mut cut = cell_text(ui, at_name, name, tokens.text, false, true);
    cut |= cell_text(ui, at_code, &accounts.codes[account.index()], tokens.weak, false, false);
    cut |= cell_text(ui, at_address, address, tokens.text, false, false);
    cell_text(ui, at_doubt, doubt.words(), tokens.warning, false, false);
    cut |= cell_text(ui, at_likely, likely, tokens.weak, false, false);
    let full = format!("{name}\n{}\n{address}\n{likely}", accounts.codes[account.index()]);
    let response = if cut { response.on_hover_text(full) } else { response };
    if response.double_clicked()
        && let Some(place) = accounts.places.get(account.index()).copied().filter(|place| place.is_valid())
    {
        actions.push(Action::ShowPlace { place, zoom: 9.0 });
    } else if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        let at = |wanted: AccountId| doubts.iter().position(|(known, _)| *known == wanted);
        let range = state.anchor.filter(|_| modifiers.shift).and_then(at).zip(at(account));
        let (accounts, how) = match range {
            Some((from, to)) => {
                let range = from.min(to)..=from.max(to);
                (doubts[range].iter().map(|(account, _)| *account).collect(), How::Replace)
            }
            None if modifiers.command => (vec![account], How::Toggle),
            None => (vec![account], How::Replace),
        };
        if range.is_none() {
            state.anchor = Some(account);
        }
        actions.push(Action::Table(TableAction::SelectAccounts { accounts, how, lead: Some(account) }));
        form.wants_focus = true;
    }
}
