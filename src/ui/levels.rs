//! Two dialogs: the levels above territories, and where to put a territory or group.

use egui::{Button, Grid, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::group::path_words;
use super::widgets::{dialog, icon_button, primary_button, swatch};
use crate::action::Action;
use crate::domain::edit::Edit;
use crate::domain::hierarchy::{MOST_LEVELS, Member};
use crate::domain::ids::GroupId;
use crate::session::Session;
use crate::theme::{self, Tokens};

#[derive(Default)]
pub struct State {
    open: Option<Dialog>,
}

enum Dialog {
    Levels(Vec<Level>),
    Where(Member),
}

/// A line of the dialog, from the lowest level up.
struct Level {
    /// Its position in the plan; none yet for one that is added.
    was: Option<usize>,
    name: String,
    groups: usize,
    focus: bool,
}

/// What new levels are called, from the lowest up.
const NAMES: [&str; 4] = ["District", "Region", "Area", "Division"];

impl State {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn open(&mut self, session: &Session) {
        let hierarchy = session.plan().hierarchy();
        let levels = hierarchy.levels().iter().enumerate().map(|(level, name)| Level {
            was: Some(level),
            name: name.clone(),
            groups: hierarchy.on_level(level).count(),
            focus: false,
        });
        let mut levels: Vec<Level> = levels.collect();
        if levels.is_empty() {
            add(&mut levels);
        }
        self.open = Some(Dialog::Levels(levels));
    }

    /// Asks for the group that something shall go into.
    pub fn ask_where(&mut self, member: Member) {
        self.open = Some(Dialog::Where(member));
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let close = match &mut state.open {
        None => return,
        Some(Dialog::Levels(levels)) => edit_levels(ui, session, levels, actions),
        Some(Dialog::Where(member)) => choose_group(ui, session, *member, actions),
    };
    if close {
        state.open = None;
    }
}

fn add(levels: &mut Vec<Level>) {
    let free = |name: &&&str| levels.iter().all(|level| !level.name.eq_ignore_ascii_case(name));
    let name = NAMES.iter().find(free).map_or_else(|| format!("Level {}", levels.len() + 1), |name| (*name).to_owned());
    levels.push(Level { was: None, name, groups: 0, focus: true });
}

fn edit_levels(ui: &mut Ui, session: &Session, levels: &mut Vec<Level>, actions: &mut Vec<Action>) -> bool {
    let mut close = false;
    let response = dialog(ui, "levels dialog").show(ui.ctx(), |ui| {
        ui.set_width(400.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong("Levels").size(theme::TITLE));
        ui.label(theme::note(ui, "What stands above territories, the highest first"));
        let room = levels.len() < MOST_LEVELS;
        let words = "Add a level above";
        if ui
            .add_enabled(room, Button::new(words))
            .on_disabled_hover_text("There can be eight levels, no more")
            .clicked()
        {
            add(levels);
        }
        let mut removed = None;
        Grid::new("levels").num_columns(3).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
            for (position, level) in levels.iter_mut().enumerate().rev() {
                // A grid would give the field no more than its first guess of the column's width.
                let edit = TextEdit::singleline(&mut level.name).char_limit(60);
                let response =
                    ui.add_sized(vec2(200.0, 26.0), edit).accessible_name(format!("Name of level {}", position + 1));
                if std::mem::take(&mut level.focus) {
                    response.request_focus();
                }
                let count = match level.groups {
                    0 => "empty".to_owned(),
                    1 => "1 group".to_owned(),
                    many => format!("{many} groups"),
                };
                ui.label(RichText::new(count).color(Tokens::of(ui).weak));
                let name = format!("Remove level {}", position + 1);
                let reason = "Only an empty level can be removed; move or remove its groups first";
                ui.add_enabled_ui(level.groups == 0, |ui| {
                    let icon = egui_material_icons::icons::ICON_DELETE;
                    if icon_button(ui, icon, &name, 16.0).on_disabled_hover_text(reason).clicked() {
                        removed = Some(position);
                    }
                });
                ui.end_row();
            }
            ui.label(RichText::new("Territory").color(Tokens::of(ui).weak));
            ui.label(RichText::new(format!("{}", session.plan().territory_count())).color(Tokens::of(ui).weak));
            ui.end_row();
        });
        if let Some(position) = removed {
            levels.remove(position);
        }
        let names: Vec<String> = levels.iter().map(|level| level.name.trim().to_lowercase()).collect();
        let unnamed = names.iter().any(String::is_empty);
        let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
        if twice {
            let warning = Tokens::of(ui).warning;
            ui.label(RichText::new("Two levels have the same name").color(warning));
        }
        ui.horizontal(|ui| {
            let enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
            let usable = !unnamed && !twice;
            if primary_button(ui, usable, "Save levels").clicked() || (enter && usable) {
                let wanted: Vec<(Option<usize>, String)> =
                    levels.iter().map(|level| (level.was, level.name.trim().to_owned())).collect();
                let mut edit = Edit::set_levels(session.plan(), &wanted);
                edit.label = "Changed the levels".to_owned();
                actions.push(Action::Edit(edit));
                close = true;
            }
            close |= ui.button("Cancel").clicked();
        });
    });
    close || response.should_close()
}

fn choose_group(ui: &mut Ui, session: &Session, member: Member, actions: &mut Vec<Action>) -> bool {
    let plan = session.plan();
    let hierarchy = plan.hierarchy();
    let own = match member {
        Member::Territory(_) => None,
        Member::Group(id) => hierarchy.group(id).map(|group| group.level),
    };
    let parent = plan.parent_of(member);
    let mut groups: Vec<(GroupId, u8, String)> = hierarchy
        .iter()
        .filter(|(_, group)| own.is_none_or(|level| group.level > level))
        .map(|(id, group)| (id, group.level, path_words(session, id)))
        .collect();
    groups.sort_by(|a, b| (a.1, &a.2).cmp(&(b.1, &b.2)));
    let mut close = false;
    let response = dialog(ui, "move dialog").show(ui.ctx(), |ui| {
        ui.set_width(360.0);
        ui.spacing_mut().item_spacing.y = 6.0;
        let title = theme::strong(format!("Move {} to", plan.member_name(member))).size(theme::TITLE);
        ui.add(egui::Label::new(title).truncate());
        if groups.is_empty() {
            ui.label(theme::note(ui, "There is nothing above it"));
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            ui.set_width(ui.available_width());
            for (id, level, words) in &groups {
                let level = session.level_words(Some(usize::from(*level)));
                let locked = hierarchy.is_locked(Some(*id));
                ui.horizontal(|ui| {
                    swatch(ui, hierarchy.group(*id).map_or([0; 3], |group| group.colour), 12.0);
                    let button = Button::selectable(parent == Some(*id), words.as_str()).truncate();
                    let response = ui.add_enabled(!locked, button.min_size(vec2(ui.available_width() - 8.0, 26.0)));
                    if response.on_hover_text(&level).on_disabled_hover_text("It is locked").clicked() {
                        actions.push(Action::MoveInto { members: vec![member], to: Some(*id) });
                        close = true;
                    }
                });
            }
        });
        ui.horizontal(|ui| {
            if parent.is_some() && ui.button("Out of every group").clicked() {
                actions.push(Action::MoveInto { members: vec![member], to: None });
                close = true;
            }
            close |= ui.button("Cancel").clicked();
        });
    });
    close || response.should_close()
}
