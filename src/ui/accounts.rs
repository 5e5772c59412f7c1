//! What is known of one account, and of several that are selected.

use egui::{RichText, Ui};

use super::widgets::{figure_row, icon_button};
use crate::action::Action;
use crate::domain::accounts::Placement;
use crate::domain::columns::Subject;
use crate::domain::ids::AccountId;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme::{self, Tokens};
use crate::words;

/// What is known of one account, for the inspector.
pub fn inspect(ui: &mut Ui, session: &Session, account: AccountId, actions: &mut Vec<Action>) {
    let accounts = &session.project.accounts;
    let index = account.index();
    if index >= accounts.len() {
        return;
    }
    let tokens = Tokens::of(ui);
    let selected = session.selection.accounts.len();
    if selected > 1 {
        ui.label(theme::strong(format!("{} selected", words::counted(selected as i128, "account"))));
    }
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(theme::strong(accounts.names[index].clone()).size(theme::HEADING)).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icon_button(ui, egui_material_icons::icons::ICON_CLOSE, "Close the account", 14.0).clicked() {
                actions.push(Action::SelectAccount(None));
            }
        });
    });
    let owner = session.shown_plan().owner_of(account, accounts.units[index]);
    figure_row(ui, "ID", accounts.codes[index].as_str(), "");
    figure_row(ui, "Territory", session.shown_plan().territory_name(owner), "");
    let colour = match accounts.placements[index] {
        Placement::Unplaced | Placement::Region => tokens.warning,
        Placement::PostalCode | Placement::Town => tokens.weak,
        Placement::Coordinates | Placement::Online | Placement::ByHand => tokens.text,
    };
    let placed = RichText::new(words::placed_within(accounts, index)).color(colour);
    figure_row(ui, "Place", placed, "How the account got its place on the map, and how far its true place may be");
    for column in accounts.attributes.iter().take(12) {
        figure_row(ui, &column.name, column.get(index), column.get(index));
    }
    for (_, measure) in session.project.measures_of(Subject::Accounts).take(6) {
        let value = measure.values.get(index).copied().unwrap_or(f64::NAN);
        figure_row(ui, &measure.name, words::figure(measure, value), &words::full_figure(measure, value));
    }
    let place = accounts.places[index];
    ui.horizontal_wrapped(|ui| {
        if place.is_valid() && ui.button("Show on the map").clicked() {
            actions.push(Action::ShowPlace { place, zoom: 11.0 });
        }
        let verb = if place.is_valid() { "Move" } else { "Place" };
        let words = match selected {
            0 | 1 => format!("{verb} this account…"),
            many => format!("Move {}…", words::counted(many as i128, "account")),
        };
        let move_it = ui.add_enabled(session.fixed().is_none(), egui::Button::new(words));
        if move_it.on_hover_text("Type a place for it, or click on the map").clicked() {
            let mut accounts = vec![account];
            accounts.extend(session.selection.accounts.iter().copied().filter(|other| *other != account));
            actions.push(Action::Places(PlacesAction::Show(accounts)));
        }
        let locked = session.plan().locked_accounts().contains(&account);
        let lock = egui::Button::new(if locked { "Unlock account" } else { "Lock account" });
        let lock = ui.add_enabled(session.read_only_words().is_none() && !session.shows_trial(), lock);
        if lock.on_hover_text("A locked account stays with its territory, wherever its unit goes").clicked() {
            actions.push(Action::Run(crate::action::Command::LockAccounts));
        }
    });
}
