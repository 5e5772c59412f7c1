//! The wishes of Auto-build: how many territories, what to balance and how well, and what must hold.

use egui::{DragValue, Grid, RichText, ScrollArea, Ui};

use super::widgets::{dialog, outline_marks, primary_button};
use crate::action::Action;
use crate::domain::ids::MeasureId;
use crate::domain::project::Goal;
use crate::jobs::spec::{BuildOrder, Effort, Territories};
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

pub struct State {
    open: bool,
    /// Opened since the last frame: its place is known only when it has been laid out.
    fresh: bool,
    territories: Territories,
    count: usize,
    goals: Vec<Choice>,
    mix: bool,
    contiguous: bool,
    by_capacity: bool,
    limit_distance: bool,
    distance_km: f64,
    limit_moved: bool,
    moved_percent: f64,
    /// What the limit on moving counts; `None` counts units.
    moved_measure: Option<MeasureId>,
    effort: Effort,
    seed: u64,
}

struct Choice {
    measure: MeasureId,
    chosen: bool,
    tolerance_percent: f64,
    /// The project's tolerance when the dialog was last open: another one since then goes before what was typed here.
    known_percent: f64,
    weight: f64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            open: false,
            fresh: false,
            territories: Territories::Count(12),
            count: 12,
            goals: Vec::new(),
            mix: false,
            contiguous: true,
            by_capacity: false,
            limit_distance: false,
            distance_km: 150.0,
            limit_moved: false,
            moved_percent: 10.0,
            moved_measure: None,
            effort: Effort::Normal,
            seed: 1,
        }
    }
}

impl State {
    /// Opens the dialog, with the project's goals and last time's wishes.
    pub fn open(&mut self, session: &Session) {
        (self.open, self.fresh) = (true, true);
        let main = session.goal();
        let measures = session.project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed());
        let old = std::mem::take(&mut self.goals);
        self.goals = measures
            .map(|(index, _)| {
                let measure = MeasureId::from_index(index);
                let known = session.project.goals.iter().find(|goal| goal.measure == measure);
                let before = old.iter().find(|choice| choice.measure == measure);
                let known_percent = known.or(main.as_ref()).map_or(5.0, |goal| goal.tolerance * 100.0);
                let typed = before.filter(|choice| choice.known_percent == known_percent);
                Choice {
                    measure,
                    chosen: before.map_or(main.is_some_and(|goal| goal.measure == measure), |choice| choice.chosen),
                    tolerance_percent: typed.map_or(known_percent, |choice| choice.tolerance_percent),
                    known_percent,
                    weight: before.map_or(1.0, |choice| choice.weight),
                }
            })
            .collect();
        let current = session.plan().territory_count();
        if old.is_empty() {
            let homes = session.project.reps.iter().filter(|rep| rep.home.is_some()).count();
            self.count = if current > 0 { current } else { homes.max(2) };
            self.territories = if current > 0 { Territories::Current } else { Territories::Count(self.count) };
        } else if current == 0 && self.territories == Territories::Current {
            self.territories = Territories::Count(self.count);
        }
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The project has other measures: wishes that name one begin anew, in an open dialog too.
    pub fn forget_measures(&mut self, session: &Session) {
        let open = self.open;
        *self = Self { effort: self.effort, seed: self.seed, contiguous: self.contiguous, ..Self::default() };
        if open {
            self.open(session);
        }
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    if std::mem::take(&mut state.fresh) {
        ui.ctx().request_repaint();
    }
    let response = dialog(ui, "build dialog").show(ui.ctx(), |ui| {
        ui.set_width(430.0);
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.label(theme::strong("Build territories").size(theme::TITLE));
        let what = session.project.units.count_words(session.project.units.len());
        ui.label(theme::note(ui, format!("From {what}; the result is a proposal you can compare and discard")));
        ui.add_space(4.0);
        // Title and buttons stay in view in a small window.
        let room = (ui.ctx().content_rect().height() - 190.0).max(120.0);
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, |ui| {
            ui.set_width(430.0);
            wishes(ui, session, state);
        });
        ui.add_space(6.0);
        let problem = problem(session, state);
        ui.horizontal(|ui| {
            let response = primary_button(ui, problem.is_none(), "Build");
            let response = response.on_disabled_hover_text(problem.clone().unwrap_or_default());
            // Where something has the keyboard, Enter means that: a button presses itself.
            let free = ui.memory(|memory| memory.focused().is_none());
            let enter = problem.is_none() && free && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if response.clicked() || enter {
                actions.push(Action::Build(order(state)));
                state.open = false;
            }
            if ui.button("Cancel").clicked() {
                state.open = false;
            }
            if let Some(problem) = problem {
                ui.label(RichText::new(problem).color(Tokens::of(ui).warning));
            }
        });
    });
    if response.should_close() {
        state.open = false;
    }
}

fn wishes(ui: &mut Ui, session: &Session, state: &mut State) {
    territories(ui, session, state);
    ui.separator();
    measures(ui, session, state);
    ui.separator();
    limits(ui, session, state);
    ui.separator();
    effort(ui, state);
    let locked = session.plan().locked_units().len();
    let locked_territories =
        session.plan().territories().filter(|&(id, _)| session.plan().is_territory_locked(id)).count();
    if locked + locked_territories > 0 {
        let kept = words::counted_territories(locked_territories);
        let text = format!("Locked and left alone: {kept}, {}", session.project.units.count_words(locked));
        ui.label(theme::note(ui, text));
    }
}

fn territories(ui: &mut Ui, session: &Session, state: &mut State) {
    outline_marks(ui);
    let current = session.plan().territory_count();
    let homes = session.project.reps.iter().filter(|rep| rep.home.is_some()).count();
    let is_count = matches!(state.territories, Territories::Count(_));
    ui.add_enabled_ui(current > 0, |ui| {
        ui.radio_value(
            &mut state.territories,
            Territories::Current,
            match current {
                1 => "Improve the territory of the plan".to_owned(),
                _ => format!("Improve the {current} territories of the plan"),
            },
        )
        .on_hover_text("Starts from today's borders and keeps names, colours and reps");
    });
    ui.horizontal(|ui| {
        let anew = ui.radio(is_count, "New territories, this many");
        let hover = "They take the place of those there are; locked ones stay and are counted in";
        if anew.on_hover_text(hover).clicked() {
            state.territories = Territories::Count(state.count);
        }
        let value = DragValue::new(&mut state.count).range(1..=5000);
        if ui.add(value).accessible_name("Number of territories").changed() {
            state.territories = Territories::Count(state.count);
        }
    });
    ui.add_enabled_ui(homes > 0, |ui| {
        ui.radio_value(
            &mut state.territories,
            Territories::PerRep,
            match homes {
                1 => "One around the home of the rep who has one".to_owned(),
                _ => format!("One around the home of each of {homes} reps"),
            },
        )
        .on_disabled_hover_text("Import reps with their homes first");
    });
    let capacities = session.project.reps.iter().any(|rep| rep.capacity_hours > 0.0);
    if capacities && !is_count {
        ui.checkbox(&mut state.by_capacity, "Targets by the reps' hours instead of equal ones");
    }
}

fn measures(ui: &mut Ui, session: &Session, state: &mut State) {
    ui.label(theme::strong("Balance"));
    let chosen = state.goals.iter().filter(|choice| choice.chosen).count();
    let mix = state.mix && chosen > 1;
    ScrollArea::vertical().id_salt("measures").max_height(180.0).show(ui, |ui| {
        Grid::new("goals").num_columns(3).spacing([12.0, 4.0]).min_col_width(90.0).show(ui, |ui| {
            for choice in &mut state.goals {
                let Some(measure) = session.project.measure(choice.measure) else { continue };
                ui.checkbox(&mut choice.chosen, &measure.name)
                    .on_hover_text(words::figure(measure, session.totals.total(choice.measure)));
                ui.add_enabled_ui(choice.chosen, |ui| {
                    let value =
                        DragValue::new(&mut choice.tolerance_percent).range(0.1..=100.0).speed(0.1).max_decimals(1);
                    ui.add(value.prefix("± ").suffix(" %"))
                        .accessible_name(format!("Tolerance of {}", measure.name))
                        .on_hover_text("How far a territory may be from its target");
                });
                if choice.chosen && mix {
                    let value = DragValue::new(&mut choice.weight).range(0.1..=100.0).speed(0.1).max_decimals(1);
                    ui.add(value.prefix("weight ")).accessible_name(format!("Weight of {}", measure.name));
                }
                ui.end_row();
            }
        });
    });
    ui.add_enabled_ui(chosen > 1, |ui| {
        ui.checkbox(&mut state.mix, "Balance one weighted mix of them instead of each by itself");
    });
}

/// What must hold besides the balance.
fn limits(ui: &mut Ui, session: &Session, state: &mut State) {
    ui.checkbox(&mut state.contiguous, "Every territory in one piece");
    ui.horizontal(|ui| {
        let kind = &session.project.units.kind;
        ui.checkbox(&mut state.limit_distance, format!("No {kind} farther than"));
        ui.add_enabled_ui(state.limit_distance, |ui| {
            let value = DragValue::new(&mut state.distance_km).range(1.0..=5_000.0).speed(1.0).max_decimals(0);
            ui.add(value.suffix(" km")).accessible_name("Largest distance");
            ui.label("from the centre of its territory");
        });
    });
    if state.territories != Territories::Current {
        return;
    }
    ui.horizontal(|ui| {
        ui.checkbox(&mut state.limit_moved, "Move at most");
        ui.add_enabled_ui(state.limit_moved, |ui| {
            let value = DragValue::new(&mut state.moved_percent).range(0.0..=100.0).speed(0.2).max_decimals(1);
            ui.add(value.suffix(" %")).accessible_name("Largest share that moves");
            ui.label("of");
            moved_measure(ui, session, state);
        });
    });
}

fn moved_measure(ui: &mut Ui, session: &Session, state: &mut State) {
    let units = format!("the {}", session.project.units.kind_of_many());
    let name = |measure: Option<MeasureId>| {
        let measure = measure.and_then(|measure| session.project.measure(measure));
        measure.map_or(units.as_str(), |measure| &measure.name)
    };
    // What is not balanced by itself cannot be limited.
    let chosen = state.goals.iter().filter(|choice| choice.chosen).map(|choice| choice.measure);
    let mut chosen: Vec<MeasureId> = chosen.collect();
    if state.mix && chosen.len() > 1 {
        chosen.clear();
    }
    if state.moved_measure.is_some_and(|measure| !chosen.contains(&measure)) {
        state.moved_measure = None;
    }
    let list = egui::ComboBox::from_id_salt("what moves").selected_text(name(state.moved_measure)).show_ui(ui, |ui| {
        for measure in std::iter::once(None).chain(chosen.into_iter().map(Some)) {
            ui.selectable_value(&mut state.moved_measure, measure, name(measure));
        }
    });
    list.response.accessible_name("What the limit on moving counts");
}

fn effort(ui: &mut Ui, state: &mut State) {
    ui.horizontal(|ui| {
        ui.label(theme::strong("Effort"));
        for effort in Effort::ALL {
            ui.selectable_value(&mut state.effort, effort, effort.words()).on_hover_text(effort.about());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let value = DragValue::new(&mut state.seed).range(0..=999_999);
            ui.add(value)
                .accessible_name("Seed")
                .on_hover_text("The same seed and wishes give the same territories; another seed gives another answer");
            ui.label("Seed");
        });
    });
    ui.label(theme::note(ui, state.effort.about()));
}

fn problem(session: &Session, state: &State) -> Option<String> {
    if !state.goals.iter().any(|choice| choice.chosen) {
        return Some("Choose at least one measure".to_owned());
    }
    match state.territories {
        Territories::Count(count) if count > session.project.units.len() => {
            Some(format!("There are only {}", session.project.units.count_words(session.project.units.len())))
        }
        Territories::Current if session.plan().territory_count() == 0 => {
            Some("The plan has no territories to improve".to_owned())
        }
        _ => None,
    }
}

fn order(state: &State) -> BuildOrder {
    let chosen = state.goals.iter().filter(|choice| choice.chosen);
    BuildOrder {
        territories: state.territories,
        goals: chosen
            .map(|choice| Goal {
                measure: choice.measure,
                tolerance: choice.tolerance_percent / 100.0,
                weight: choice.weight,
            })
            .collect(),
        mix: state.mix,
        contiguous: state.contiguous,
        by_capacity: state.by_capacity && !matches!(state.territories, Territories::Count(_)),
        max_distance_km: state.limit_distance.then_some(state.distance_km),
        moved_limit: (state.limit_moved && state.territories == Territories::Current)
            .then_some((state.moved_measure, state.moved_percent / 100.0)),
        effort: state.effort,
        seed: state.seed,
    }
}
