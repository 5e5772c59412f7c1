//! "What if…": the questions of a manager. The answer is a scenario of its own, held against the one that was open.

use egui::{ComboBox, DragValue, RichText, Slider, TextEdit, Ui};

use super::widgets::{dialog, outline_marks, primary_button};
use crate::action::Action;
use crate::domain::ids::{GroupId, RepId};
use crate::jobs::spec::{Question, WhatIfOrder};
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Leaves,
    Joins,
    PartTime,
    Grow,
    Split,
    Merge,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Leaves, Self::Joins, Self::PartTime, Self::Grow, Self::Split, Self::Merge];

    fn words(self, session: &Session) -> String {
        let group = session.level_words(Some(0));
        match self {
            Self::Leaves => "A rep leaves".to_owned(),
            Self::Joins => "A rep joins".to_owned(),
            Self::PartTime => "A rep works part-time".to_owned(),
            Self::Grow => "More territories".to_owned(),
            Self::Split => format!("A {group} becomes two"),
            Self::Merge => format!("Two {group}s become one"),
        }
    }
}

pub struct State {
    open: bool,
    kind: Kind,
    rep: Option<RepId>,
    others_move: bool,
    others_percent: f64,
    share_percent: f64,
    count: usize,
    /// A rep of the roster joins, else a new territory of this name at the selected unit.
    of_roster: bool,
    name: String,
    group: Option<GroupId>,
    other: Option<GroupId>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            open: false,
            kind: Kind::Leaves,
            rep: None,
            others_move: true,
            others_percent: 10.0,
            share_percent: 60.0,
            count: 0,
            of_roster: true,
            name: String::new(),
            group: None,
            other: None,
        }
    }
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Asks about the rep of the active territory first.
    pub fn open(&mut self, session: &Session) {
        self.open = true;
        let active = session.plan().territory(session.active).and_then(|territory| territory.rep);
        self.rep = active.or(self.rep).filter(|rep| rep.index() < session.project.reps.len());
        self.count = session.plan().territory_count() + 1;
        self.group = session.active_group.or(self.group);
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let mut close = false;
    let response = dialog(ui, "what if dialog").show(ui.ctx(), |ui| {
        ui.set_width(420.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        outline_marks(ui);
        ui.label(theme::strong("What if…").size(theme::TITLE));
        let about = format!("The answer is a new scenario; {} stays as it is", session.plan().name);
        ui.label(theme::note(ui, about));
        for kind in Kind::ALL {
            ui.radio_value(&mut state.kind, kind, kind.words(session));
        }
        ui.separator();
        fields(ui, session, state);
        let order = order(session, state);
        ui.horizontal(|ui| {
            let usable = order.is_ok();
            let enter = usable && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let button = primary_button(ui, usable, "Work it out");
            if button.clicked() || (enter && ui.memory(|memory| memory.focused().is_none())) {
                if let Ok(order) = &order {
                    actions.push(Action::AskWhatIf(Box::new(order.clone())));
                }
                close = true;
            }
            close |= ui.button("Cancel").clicked();
            if let Err(why) = &order {
                ui.label(RichText::new(why).color(Tokens::of(ui).warning));
            }
        });
    });
    if close || response.should_close() {
        state.open = false;
    }
}

fn fields(ui: &mut Ui, session: &Session, state: &mut State) {
    match state.kind {
        Kind::Leaves => {
            let has = |rep: RepId| session.plan().territories().any(|(_, territory)| territory.rep == Some(rep));
            choose_rep(ui, session, &mut state.rep, has);
            ui.horizontal(|ui| {
                ui.checkbox(&mut state.others_move, "Let the others' territories change too, by at most");
                let most = DragValue::new(&mut state.others_percent).range(0.5..=100.0).speed(0.5).suffix(" %");
                ui.add_enabled(state.others_move, most).accessible_name("Most that may change");
            });
            let note = match state.others_move {
                true => "Territories beside those of the rep grow, and pass some of theirs on",
                false => "Only what the rep has goes to others",
            };
            ui.label(theme::note(ui, note));
        }
        Kind::Joins => {
            ui.radio_value(&mut state.of_roster, true, "A rep of the roster who has no territory");
            if state.of_roster {
                let free = |rep: RepId| {
                    let home = session.project.reps.get(rep.index()).is_some_and(|rep| rep.home.is_some());
                    home && session.plan().territories().all(|(_, territory)| territory.rep != Some(rep))
                };
                choose_rep(ui, session, &mut state.rep, free);
            }
            let kind = session.project.units.kind_of_one();
            ui.radio_value(&mut state.of_roster, false, format!("Somebody new, at the selected {kind}"));
            if !state.of_roster {
                let edit = TextEdit::singleline(&mut state.name).char_limit(60).hint_text("Name");
                ui.add(edit).accessible_name("Name of who joins");
            }
        }
        Kind::PartTime => {
            let has = |rep: RepId| session.plan().territories().any(|(_, territory)| territory.rep == Some(rep));
            choose_rep(ui, session, &mut state.rep, has);
            let slider = Slider::new(&mut state.share_percent, 10.0..=95.0).step_by(5.0).suffix(" %");
            ui.add(slider.text("of a full position"));
        }
        Kind::Grow => {
            ui.horizontal(|ui| {
                let least = session.plan().territory_count() + 1;
                ui.label("Territories in all");
                let count = DragValue::new(&mut state.count).range(least..=least + 500);
                ui.add(count).accessible_name("Territories in all");
            });
            ui.label(theme::note(ui, "The fullest territories are divided, then all are balanced from there"));
        }
        Kind::Split => {
            choose_group(ui, session, "Group", &mut state.group, |_| true);
            ui.label(theme::note(ui, "Territories stay whole; both halves carry as nearly the same as they can"));
        }
        Kind::Merge => {
            choose_group(ui, session, "Group that stays", &mut state.group, |_| true);
            let level = |id: GroupId| session.plan().hierarchy().group(id).map(|group| group.level);
            let stays = state.group;
            choose_group(ui, session, "Goes into it", &mut state.other, |id| {
                Some(id) != stays && stays.is_some_and(|stays| level(stays) == level(id))
            });
        }
    }
}

fn choose_rep(ui: &mut Ui, session: &Session, chosen: &mut Option<RepId>, fits: impl Fn(RepId) -> bool) {
    *chosen = chosen.filter(|&rep| fits(rep));
    let name = |rep: RepId| session.project.reps.get(rep.index()).map_or("", |rep| rep.name.as_str());
    ui.horizontal(|ui| {
        ui.label("Rep");
        let shown = chosen.map_or("Choose", name);
        let combo = ComboBox::from_id_salt("what if rep").selected_text(shown).width(240.0).truncate();
        let response = combo.show_ui(ui, |ui| {
            let all = (0..session.project.reps.len()).map(RepId::from_index).filter(|&rep| fits(rep));
            let mut any = false;
            for rep in all {
                any = true;
                if ui.selectable_label(*chosen == Some(rep), name(rep)).clicked() {
                    *chosen = Some(rep);
                }
            }
            if !any {
                ui.label(RichText::new("Nobody").color(Tokens::of(ui).weak));
            }
        });
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Rep"));
    });
}

fn choose_group(
    ui: &mut Ui,
    session: &Session,
    label: &str,
    chosen: &mut Option<GroupId>,
    fits: impl Fn(GroupId) -> bool,
) {
    let hierarchy = session.plan().hierarchy();
    *chosen = chosen.filter(|&id| hierarchy.group(id).is_some() && fits(id));
    let name = |id: GroupId| session.plan().group_name(Some(id));
    ui.horizontal(|ui| {
        ui.label(label);
        let combo =
            ComboBox::from_id_salt(("what if", label)).selected_text(chosen.map_or("Choose", name)).width(240.0);
        let response = combo.show_ui(ui, |ui| {
            for (id, group) in hierarchy.iter().filter(|(id, _)| fits(*id)) {
                let level = session.level_words(Some(usize::from(group.level)));
                if ui.selectable_label(*chosen == Some(id), format!("{} ({level})", group.name)).clicked() {
                    *chosen = Some(id);
                }
            }
        });
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, label));
    });
}

/// What is asked, or what is still missing.
fn order(session: &Session, state: &State) -> Result<WhatIfOrder, String> {
    if session.goal().is_none() {
        return Err("Import figures to balance first".to_owned());
    }
    let rep = || state.rep.ok_or_else(|| "Choose a rep".to_owned());
    let group = || state.group.ok_or_else(|| "Choose a group".to_owned());
    let question = match state.kind {
        Kind::Leaves => Question::RepLeaves(rep()?),
        Kind::Joins if state.of_roster => {
            let rep = rep()?;
            let home = session.project.reps.get(rep.index()).and_then(|rep| rep.home);
            let home = home.ok_or_else(|| "The rep has no home on the map".to_owned())?;
            Question::RepJoins { rep: Some(rep), name: String::new(), home }
        }
        Kind::Joins => {
            let unit = session.selection.units.first().ok_or_else(|| {
                format!("Close this, select the {} of the home, and ask again", session.project.units.kind_of_one())
            })?;
            if state.name.trim().is_empty() {
                return Err("Say who joins".to_owned());
            }
            let home = session.project.units.centres[unit.index()];
            Question::RepJoins { rep: None, name: state.name.trim().to_owned(), home }
        }
        Kind::PartTime => Question::PartTime { rep: rep()?, share: state.share_percent / 100.0 },
        Kind::Grow => Question::GrowTo(state.count),
        Kind::Split => Question::SplitGroup(group()?),
        Kind::Merge => {
            let other = state.other.ok_or_else(|| "Choose what goes into it".to_owned())?;
            Question::MergeGroups { into: group()?, others: vec![other] }
        }
    };
    let others_move = if state.others_move { state.others_percent / 100.0 } else { 0.0 };
    Ok(WhatIfOrder { question, others_move })
}

/// What is said when an answer is there.
pub fn answered(description: &str, notes: &[String]) -> String {
    match notes {
        [] => words::capital(description),
        [first] => format!("{}. {first}", words::capital(description)),
        [first, others @ ..] => {
            let count = words::counted(others.len() as i128, "other note");
            format!("{}. {first}, and {count}", words::capital(description))
        }
    }
}
