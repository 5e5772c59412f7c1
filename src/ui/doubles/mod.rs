//! "Find double accounts…": groups of accounts that are probably one, side by side, to be merged or not. A window over the map, not a
//! dialog: the map shows where they are meanwhile.

mod group;
mod keys;
mod rules;

use std::collections::BTreeMap;

use egui::{Align, Align2, ComboBox, Id, Layout, Rect, RichText, ScrollArea, Sense, Ui, vec2};
use egui_material_icons::icons::{ICON_CALL_MERGE, ICON_CLOSE};

use super::tool_window;
use super::widgets::{cell_text, empty_state, outline_marks, primary_button};
use crate::action::Action;
use crate::domain::ids::AccountId;
use crate::jobs::spec::{JobKind, MergeRule, MergeWish};
use crate::session::Session;
use crate::session::doubles::{DoubleGroup, DoublesAction};
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::words;

const WIDTH: f32 = 760.0;
const HEIGHT: f32 = 500.0;

#[derive(Default)]
pub struct State {
    open: bool,
    items: Vec<Item>,
    /// The group that is looked at.
    at: usize,
    /// Of the accounts that the groups are about; `None` before anything was found.
    data_generation: Option<u64>,
    /// How sure it must be.
    least: Sureness,
    finding: bool,
    error: String,
    /// What becomes of measures, where something was chosen.
    rules: BTreeMap<String, MergeRule>,
    /// The list has been given the keyboard.
    focused: bool,
    scroll: bool,
}

/// A group and what was decided about it.
struct Item {
    group: DoubleGroup,
    /// The account that stays.
    keep: AccountId,
    decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Open,
    Merge,
    NoDouble,
}

/// From which score on pairs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sureness {
    AlmostCertain,
    VeryLikely,
    #[default]
    Likely,
    Perhaps,
}

impl Sureness {
    const ALL: [Self; 4] = [Self::AlmostCertain, Self::VeryLikely, Self::Likely, Self::Perhaps];

    fn words(self) -> &'static str {
        match self {
            Self::AlmostCertain => "almost certain",
            Self::VeryLikely => "very likely",
            Self::Likely => "likely",
            Self::Perhaps => "perhaps",
        }
    }

    fn least(self) -> f64 {
        match self {
            Self::AlmostCertain => 0.95,
            Self::VeryLikely => 0.88,
            Self::Likely => 0.80,
            Self::Perhaps => 0.70,
        }
    }
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens, and looks for doubles.
    pub fn open(&mut self, actions: &mut Vec<Action>) {
        self.open = true;
        self.focused = false;
        self.find(actions);
    }

    fn find(&mut self, actions: &mut Vec<Action>) {
        self.finding = true;
        self.error.clear();
        (self.items, self.at, self.data_generation) = (Vec::new(), 0, None);
        actions.push(Action::Doubles(DoublesAction::Find { least: self.least.least() }));
    }

    pub fn set_groups(&mut self, groups: Vec<DoubleGroup>, data_generation: u64) {
        let item = |group: DoubleGroup| Item { keep: group.keep, group, decision: Decision::Open };
        self.items = groups.into_iter().map(item).collect();
        (self.at, self.finding, self.data_generation) = (0, false, Some(data_generation));
    }

    /// Nothing was found out, and why.
    pub fn fail(&mut self, why: &str) {
        (self.finding, self.error) = (false, why.to_owned());
    }

    /// After a merge accounts have other numbers, and groups that were merged are gone.
    pub fn follow(&mut self, moved: &[Option<AccountId>], data_generation: u64) {
        let now = |account: AccountId| moved.get(account.index()).copied().flatten();
        self.items.retain(|item| item.decision != Decision::Merge);
        self.items.retain_mut(|item| {
            let accounts: Option<Vec<AccountId>> = item.group.accounts.iter().map(|&account| now(account)).collect();
            match (accounts, now(item.keep)) {
                (Some(accounts), Some(keep)) => {
                    (item.group.accounts, item.keep) = (accounts, keep);
                    true
                }
                _ => false,
            }
        });
        self.at = self.at.min(self.items.len().saturating_sub(1));
        self.data_generation = Some(data_generation);
    }

    fn to_merge(&self) -> usize {
        self.items.iter().filter(|item| item.decision == Decision::Merge).count()
    }

    fn wish(&self) -> MergeWish {
        let marked = self.items.iter().filter(|item| item.decision == Decision::Merge);
        let groups = marked.map(|item| {
            (item.keep, item.group.accounts.iter().copied().filter(|&account| account != item.keep).collect())
        });
        MergeWish { groups: groups.collect(), rules: self.rules.clone() }
    }

    fn go(&mut self, to: usize) {
        self.at = to.min(self.items.len().saturating_sub(1));
        self.scroll = true;
    }

    /// Decides about the group that is looked at, and goes on to the next.
    fn decide(&mut self, decision: Decision, actions: &mut Vec<Action>) {
        let Some(item) = self.items.get_mut(self.at) else { return };
        let decision = if item.decision == decision { Decision::Open } else { decision };
        let dismissed = |is: Decision| is == Decision::NoDouble;
        if dismissed(item.decision) != dismissed(decision) {
            let accounts = item.group.accounts.clone();
            actions.push(Action::Doubles(DoublesAction::Dismiss { accounts, dismissed: dismissed(decision) }));
        }
        item.decision = decision;
        if decision != Decision::Open {
            self.go(self.at + 1);
        }
    }
}

pub fn show(ui: &mut Ui, session: &Session, room: Rect, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let open = tool_window::show(ui, "Double accounts", WIDTH, room, |ui| {
        ui.set_height((ui.ctx().content_rect().height() - 190.0).min(HEIGHT));
        outline_marks(ui);
        ui.spacing_mut().item_spacing.y = 6.0;
        header(ui, session, state, actions);
        ui.separator();
        let stale = state.data_generation.is_some_and(|of| of != session.data_generation);
        if state.finding {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(JobKind::Duplicates.words());
                if ui.button("Cancel").clicked() {
                    actions.push(Action::Cancel(JobKind::Duplicates));
                    state.fail("Cancelled");
                }
            });
        } else if stale || !state.error.is_empty() {
            ui.label(if stale { "The accounts are others now" } else { state.error.as_str() });
            if primary_button(ui, true, "Look again").clicked() {
                state.find(actions);
            }
        } else if state.items.is_empty() {
            let text = "No two accounts are this much alike in name, place and details";
            empty_state(ui, egui_material_icons::icons::ICON_CHECK, "No doubles found", text, |_| {});
        } else {
            body(ui, session, state, actions);
        }
    });
    if !open {
        state.open = false;
        if state.finding {
            state.finding = false;
            actions.push(Action::Cancel(JobKind::Duplicates));
        }
    }
}

fn header(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let accounts: usize = state.items.iter().map(|item| item.group.accounts.len()).sum();
        if !state.items.is_empty() {
            let all = words::counted(session.project.accounts.len() as i128, "account");
            let groups = words::counted(state.items.len() as i128, "group");
            let found = words::count(accounts as i128);
            ui.label(theme::strong(format!("{groups}: {found} of {all} may be doubles")));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut least = state.least;
            ComboBox::from_id_salt("sureness")
                .selected_text(least.words())
                .width(120.0)
                .show_ui(ui, |ui| {
                    for sureness in Sureness::ALL {
                        ui.selectable_value(&mut least, sureness, sureness.words());
                    }
                })
                .response
                .accessible_name("How sure it must be");
            ui.label("Show what is");
            if least != state.least {
                state.least = least;
                state.find(actions);
            }
        });
    });
}

/// The groups on the left, the one that is looked at on the right, what is done with those decided below.
fn body(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    const LIST: f32 = 212.0;
    let height = (ui.available_height() - 84.0).max(140.0);
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(LIST, height), Layout::top_down(Align::Min), |ui| {
            ui.set_width(LIST);
            list(ui, session, state, height, actions);
        });
        ui.separator();
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            group::show(ui, session, state, height, actions);
        });
    });
    ui.separator();
    let why = session.fixed();
    rules::show(ui, session, &mut state.rules);
    ui.horizontal(|ui| {
        let count = state.to_merge();
        let words = format!("Merge {}", words::counted(count as i128, "group"));
        let usable = count > 0 && why.is_none();
        let reason = why.unwrap_or("Mark groups with Enter first");
        let button = primary_button(ui, usable, &words).on_hover_text("One undo step");
        if button.on_disabled_hover_text(reason).clicked() {
            actions.push(Action::Doubles(DoublesAction::Merge(state.wish())));
        }
        let certain = |item: &Item| item.group.score >= Sureness::AlmostCertain.least();
        let open = state.items.iter().filter(|item| certain(item) && item.decision == Decision::Open).count();
        if open > 0 {
            let words = format!("Mark {} that {} almost certain", words::count(open as i128), are(open));
            if ui.button(words).clicked() {
                let open = |item: &&mut Item| certain(item) && item.decision == Decision::Open;
                state.items.iter_mut().filter(open).for_each(|item| item.decision = Decision::Merge);
            }
        }
        ui.label(theme::note(ui, "Enter merge · N not a double · arrows go on and choose which is kept"));
    });
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn list(ui: &mut Ui, session: &Session, state: &mut State, height: f32, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let id = Id::unique("list of doubles");
    let around = ui.interact(ui.available_rect_before_wrap(), id, Sense::focusable_noninteractive());
    around.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListBox, true, "Groups of doubles"));
    if !state.focused {
        state.focused = around.has_focus();
        around.request_focus();
        ui.ctx().request_repaint();
    }
    if around.has_focus() {
        keys::take(ui, state, id, actions);
    }
    let row_height = ROW_HEIGHT + 10.0;
    let mut area = ScrollArea::vertical().id_salt("groups").max_height(height).auto_shrink([false, false]);
    if std::mem::take(&mut state.scroll) {
        let top = state.at as f32 * row_height;
        area = area.vertical_scroll_offset((top - height * 0.4).max(0.0));
    }
    let mut chosen = None;
    area.show_rows(ui, row_height, state.items.len(), |ui, rows| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in rows {
            let item = &state.items[row];
            let name = session.project.accounts.names.get(item.keep.index()).map_or("", String::as_str);
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row_height), Sense::click());
            let said = match item.decision {
                Decision::Open => item.group.score_words(),
                Decision::Merge => "To be merged",
                Decision::NoDouble => "Not a double",
            };
            let at = row == state.at;
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, at, format!("{name}: {said}"))
            });
            if at {
                ui.painter().rect_filled(rect, 4.0, tokens.selected);
            } else if response.hovered() {
                ui.painter().rect_filled(rect, 4.0, tokens.hover);
            }
            let mut inner = rect.shrink2(vec2(8.0, 3.0));
            let icon = match item.decision {
                Decision::Open => None,
                Decision::Merge => Some((ICON_CALL_MERGE, tokens.accent)),
                Decision::NoDouble => Some((ICON_CLOSE, tokens.weak)),
            };
            if let Some((icon, colour)) = icon {
                let font = egui::FontId::proportional(16.0);
                ui.painter().text(inner.right_center(), Align2::RIGHT_CENTER, icon.codepoint, font, colour);
                inner.max.x -= 22.0;
            }
            let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
            let colour = if item.decision == Decision::NoDouble { tokens.weak } else { tokens.text };
            cell_text(ui, upper, name, colour, false, at);
            cell_text(ui, lower, said, tokens.weak, false, false);
            if response.clicked() {
                chosen = Some(row);
            }
        }
    });
    if let Some(row) = chosen {
        state.at = row;
        ui.memory_mut(|memory| memory.request_focus(id));
    }
}

/// A line with a colour of its own, for what is said of a group.
fn said(ui: &mut Ui, text: impl Into<String>, colour: egui::Color32) {
    ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
}
