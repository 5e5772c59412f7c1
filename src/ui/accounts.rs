//! The table of accounts: virtual rows, sortable by any column, filtered by words; and what is known of one account.

use egui::{Align2, FontId, RichText, Sense, Stroke, TextEdit, Ui, vec2};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use super::widgets::{cell_text, empty_state, figure_row, icon_button, primary_button, reserve_width};
use crate::action::{Action, Command};
use crate::domain::accounts::Placement;
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, MeasureId};
use crate::session::Session;
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::words;

/// Sorting, filter, and the order that follows from them: computed when they or the data change, never per frame.
#[derive(Default)]
pub struct State {
    filter: String,
    only_unassigned: bool,
    sort: Option<(Field, bool)>,
    order: Vec<AccountId>,
    order_of: Option<OrderKey>,
    shown: Option<AccountId>,
}

/// What the order was computed from.
#[derive(Debug, Clone, PartialEq)]
struct OrderKey {
    filter: String,
    only_unassigned: bool,
    sort: Option<(Field, bool)>,
    data_generation: u64,
    /// Owners matter only when they are sorted by or filtered for.
    generation: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Code,
    Name,
    Territory,
    Attribute(usize),
    Measure(MeasureId),
}

struct Delegate<'a> {
    session: &'a Session,
    order: &'a [AccountId],
    fields: &'a [Field],
    sort: Option<(Field, bool)>,
    clicked_header: Option<Field>,
    actions: &'a mut Vec<Action>,
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let accounts = &session.project.accounts;
    if accounts.is_empty() {
        empty_state(
            ui,
            egui_material_icons::icons::ICON_STORE,
            "No accounts yet",
            "Drop a CSV of customers and prospects here, or choose one",
            |ui| {
                if primary_button(ui, session.read_only.is_none(), "Import accounts…").clicked() {
                    actions.push(Action::Run(Command::ImportAccounts));
                }
            },
        );
        return;
    }
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        ui.add(
            TextEdit::singleline(&mut state.filter)
                .hint_text("Filter by any word")
                .desired_width(220.0)
                .char_limit(200),
        )
        .accessible_name("Filter accounts");
        if !state.filter.is_empty()
            && icon_button(ui, egui_material_icons::icons::ICON_CLOSE, "Clear the filter", 14.0).clicked()
        {
            state.filter.clear();
        }
        ui.checkbox(&mut state.only_unassigned, "Only unassigned");
        let shown = words::count(state.order.len() as i128);
        ui.label(theme::note(ui, format!("{shown} of {} accounts", words::count(accounts.len() as i128))));
    });
    refresh_order(session, state);

    let mut fields = vec![Field::Code, Field::Name, Field::Territory];
    fields.extend((0..accounts.attributes.len()).map(Field::Attribute));
    fields.extend(session.project.measures_of(Subject::Accounts).map(|(id, _)| Field::Measure(id)));
    let columns: Vec<Column> = fields.iter().map(|&field| Column::new(width_of(field)).range(50.0..=500.0)).collect();
    let mut delegate =
        Delegate { session, order: &state.order, fields: &fields, sort: state.sort, clicked_header: None, actions };
    let mut table = Table::new()
        .id_salt("accounts")
        .num_rows(state.order.len() as u64)
        .columns(columns)
        .num_sticky_cols(2)
        .headers([HeaderRow::new(26.0)]);
    if state.shown != session.selection.account {
        state.shown = session.selection.account;
        if let Some(row) = state.order.iter().position(|&account| Some(account) == state.shown) {
            table = table.scroll_to_row(row as u64, None);
        }
    }
    table.show(ui, &mut delegate);
    if let Some(field) = delegate.clicked_header {
        state.sort = match state.sort {
            Some((by, descending)) if by == field => Some((field, !descending)),
            _ => Some((field, matches!(field, Field::Measure(_)))),
        };
    }
}

/// What a column is wide at first.
fn width_of(field: Field) -> f32 {
    match field {
        Field::Name => 210.0,
        Field::Territory => 150.0,
        Field::Code => 84.0,
        Field::Attribute(_) | Field::Measure(_) => 112.0,
    }
}

fn refresh_order(session: &Session, state: &mut State) {
    let owners_matter = state.only_unassigned || matches!(state.sort, Some((Field::Territory, _)));
    let key = OrderKey {
        filter: state.filter.trim().to_lowercase(),
        only_unassigned: state.only_unassigned,
        sort: state.sort,
        data_generation: session.data_generation,
        generation: if owners_matter { session.generation } else { 0 },
    };
    if state.order_of.as_ref() == Some(&key) {
        return;
    }
    let accounts = &session.project.accounts;
    let plan = session.plan();
    let words: Vec<&str> = key.filter.split_whitespace().collect();
    // A word is looked for once per different value of a column, not once per row.
    let matching: Vec<Vec<Vec<bool>>> = words
        .iter()
        .map(|word| {
            let hit = |text: &String| text.to_lowercase().contains(word);
            accounts.attributes.iter().map(|column| column.words().iter().map(hit).collect()).collect()
        })
        .collect();
    let matches_all = |index: usize| {
        words.iter().zip(&matching).all(|(word, columns)| {
            accounts.codes[index].to_lowercase().contains(word)
                || accounts.names[index].to_lowercase().contains(word)
                || accounts.attributes.iter().zip(columns).any(|(column, hits)| hits[column.codes()[index] as usize])
        })
    };
    let owner = |account: AccountId| plan.owner_of(account, accounts.units[account.index()]);
    state.order = accounts
        .ids()
        .filter(|&account| !key.only_unassigned || owner(account).is_unassigned())
        .filter(|account| words.is_empty() || matches_all(account.index()))
        .collect();
    if let Some((field, descending)) = key.sort {
        match field {
            Field::Code => state.order.sort_by(|a, b| accounts.codes[a.index()].cmp(&accounts.codes[b.index()])),
            Field::Name => state.order.sort_by_cached_key(|account| accounts.names[account.index()].to_lowercase()),
            Field::Territory => {
                state.order.sort_by_cached_key(|&account| plan.territory_name(owner(account)).to_owned())
            }
            Field::Attribute(column) => {
                if let Some(column) = accounts.attributes.get(column) {
                    state.order.sort_by_key(|account| column.codes()[account.index()]);
                }
            }
            Field::Measure(id) => {
                if let Some(measure) = session.project.measure(id) {
                    // Missing values stay at the end of an ascending list and at the end of a descending one.
                    let worst = if descending { f64::NEG_INFINITY } else { f64::INFINITY };
                    let value = |account: &AccountId| {
                        measure.values.get(account.index()).copied().filter(|value| !value.is_nan()).unwrap_or(worst)
                    };
                    state.order.sort_by(|a, b| value(a).total_cmp(&value(b)));
                }
            }
        }
        if descending {
            state.order.reverse();
        }
    }
    state.order_of = Some(key);
}

impl TableDelegate for Delegate<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let tokens = Tokens::of(ui);
        let field = self.fields[cell.col_range.start];
        reserve_width(ui, width_of(field));
        let words = match field {
            Field::Code => "ID".to_owned(),
            Field::Name => "Account".to_owned(),
            Field::Territory => "Territory".to_owned(),
            Field::Attribute(column) => self.session.project.accounts.attributes[column].name.clone(),
            Field::Measure(id) => {
                self.session.project.measure(id).map_or(String::new(), |measure| measure.name.clone())
            }
        };
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.scope_id().with(("header", cell.col_range.start)), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {words}")));
        ui.painter().rect_filled(rect, 0.0, if response.hovered() { tokens.hover } else { tokens.subtle });
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.separator));
        let right = matches!(field, Field::Measure(_));
        let mut text = rect.shrink2(vec2(8.0, 0.0));
        if let Some((by, descending)) = self.sort
            && by == field
        {
            use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD};
            let icon = if descending { ICON_ARROW_DOWNWARD } else { ICON_ARROW_UPWARD };
            let (at, anchor) = if right {
                (text.left_center(), Align2::LEFT_CENTER)
            } else {
                (text.right_center(), Align2::RIGHT_CENTER)
            };
            ui.painter().text(at, anchor, icon.codepoint, FontId::proportional(13.0), tokens.accent);
            if right {
                text.min.x += 16.0;
            } else {
                text.max.x -= 16.0;
            }
        }
        cell_text(ui, text, &words, tokens.weak, right, false);
        if response.on_hover_text(format!("{words}: click to sort")).clicked() {
            self.clicked_header = Some(field);
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, row_nr: u64) {
        let Some(&account) = self.order.get(row_nr as usize) else { return };
        let tokens = Tokens::of(ui);
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.scope_id().with(("row", account)), Sense::click());
        let selected = self.session.selection.account == Some(account);
        let name = &self.session.project.accounts.names[account.index()];
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, format!("Account {name}"))
        });
        if selected || response.hovered() {
            ui.painter().rect_filled(rect, 0.0, if selected { tokens.selected } else { tokens.hover });
        }
        if response.clicked() {
            self.actions.push(Action::SelectAccount(Some(account)));
        }
        if response.double_clicked() {
            let place = self.session.project.accounts.places[account.index()];
            if place.is_valid() {
                self.actions.push(Action::ShowPlace { place, zoom: 11.0 });
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Some(&account) = self.order.get(cell.row_nr as usize) else { return };
        let tokens = Tokens::of(ui);
        let accounts = &self.session.project.accounts;
        let index = account.index();
        let rect = ui.max_rect().shrink2(vec2(8.0, 0.0));
        match self.fields[cell.col_nr] {
            Field::Code => cell_text(ui, rect, &accounts.codes[index], tokens.weak, false, false),
            Field::Name => cell_text(ui, rect, &accounts.names[index], tokens.text, false, true),
            Field::Territory => {
                let plan = self.session.shown_plan();
                let owner = plan.owner_of(account, accounts.units[index]);
                let colour = if owner.is_unassigned() { tokens.warning } else { tokens.text };
                cell_text(ui, rect, plan.territory_name(owner), colour, false, false)
            }
            Field::Attribute(column) => {
                cell_text(ui, rect, accounts.attributes[column].get(index), tokens.text, false, false)
            }
            Field::Measure(id) => {
                let Some(measure) = self.session.project.measure(id) else { return };
                let value = measure.values.get(index).copied().unwrap_or(f64::NAN);
                cell_text(ui, rect, &words::full_figure(measure, value), tokens.text, true, false)
            }
        };
    }

    fn default_row_height(&self) -> f32 {
        ROW_HEIGHT
    }
}

/// What is known of one account, for the inspector.
pub fn inspect(ui: &mut Ui, session: &Session, account: AccountId, actions: &mut Vec<Action>) {
    let accounts = &session.project.accounts;
    let index = account.index();
    if index >= accounts.len() {
        return;
    }
    let tokens = Tokens::of(ui);
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
    let placed = match accounts.placements[index] {
        Placement::Coordinates => RichText::new("by coordinates"),
        Placement::PostalCode => RichText::new("by postal code").color(tokens.weak),
        Placement::Unplaced => RichText::new("not placed").color(tokens.warning),
    };
    figure_row(ui, "Place", placed, "How the account got its place on the map");
    for column in accounts.attributes.iter().take(12) {
        figure_row(ui, &column.name, column.get(index), column.get(index));
    }
    for (_, measure) in session.project.measures_of(Subject::Accounts).take(6) {
        let value = measure.values.get(index).copied().unwrap_or(f64::NAN);
        figure_row(ui, &measure.name, words::figure(measure, value), &words::full_figure(measure, value));
    }
    let place = accounts.places[index];
    ui.horizontal(|ui| {
        if place.is_valid() && ui.button("Show on the map").clicked() {
            actions.push(Action::ShowPlace { place, zoom: 11.0 });
        }
        let locked = session.plan().locked_accounts().contains(&account);
        let lock = egui::Button::new(if locked { "Unlock account" } else { "Lock account" });
        let lock = ui.add_enabled(session.read_only.is_none() && !session.shows_trial(), lock);
        if lock.on_hover_text("A locked account stays with its territory, wherever its unit goes").clicked() {
            actions.push(Action::Run(crate::action::Command::LockAccounts));
        }
    });
}
