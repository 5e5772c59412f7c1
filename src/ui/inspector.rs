//! What is selected, and its figures against target.

use std::collections::BTreeSet;

use egui::{Align, Button, ComboBox, DragValue, Frame, Layout, Margin, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::status::Status;
use super::widgets::{deviation_bar, figure_row, icon_button, swatch};
use super::{UiState, building, proposal};
use crate::action::{Action, Command, SelectHow};
use crate::domain::edit::Edit;
use crate::domain::hierarchy::Member;
use crate::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::metrics;
use crate::domain::plan::Adjacency;
use crate::session::Session;
use crate::theme::{self, PANEL_PADDING, Tokens};
use crate::words;

/// A name being typed.
pub struct Renaming {
    pub of: Member,
    pub name: String,
    /// The field has had the keyboard: losing it then means "done".
    pub focused: bool,
}

pub fn show(ui: &mut Ui, session: &Session, status: &Status, state: &mut UiState, actions: &mut Vec<Action>) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(PANEL_PADDING)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            if let Some(live) = &session.live {
                building::show(ui, live, status, actions);
            } else if let Some(proposal) = &session.proposal {
                proposal::show(ui, session, proposal, &mut state.why, actions);
            } else if let Some(suggestion) = &session.suggestion {
                super::suggestion::show(ui, session, suggestion, actions);
            }
            if session.shows_trial() {
                ui.add_space(8.0);
                ui.separator();
            }
            measure_in_view(ui, session, actions);
            ui.add_space(4.0);
            ui.separator();
            if let Some(account) = session.selection.account {
                super::accounts::inspect(ui, session, account, actions);
                ui.separator();
            }
            if !session.selection.units.is_empty() {
                selection(ui, session, actions);
                ui.add_space(4.0);
                ui.separator();
            }
            if let Some(group) = session.active_group {
                super::group::show(ui, session, group, state, actions);
            } else if session.active.is_unassigned() {
                overview(ui, session, actions);
                if !session.plan().adjacency().is_empty() {
                    neighbours_by_hand(ui, session, None, actions);
                }
            } else {
                territory(ui, session, session.active, state, actions);
            }
        });
    });
}

fn measure_in_view(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let Some(goal) = session.goal() else {
        ui.label(theme::note(ui, "Import accounts or units with figures to balance them"));
        return;
    };
    let name = session.project.measure(goal.measure).map_or("", |measure| &measure.name);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Measure").color(Tokens::of(ui).weak));
        let response = ComboBox::from_id_salt("measure in view")
            .selected_text(name)
            .width((ui.available_width() - 84.0).max(80.0))
            .truncate()
            .show_ui(ui, |ui| {
                for (index, measure) in session.project.measures.iter().enumerate().filter(|(_, m)| m.is_summed()) {
                    let id = MeasureId::from_index(index);
                    if ui.selectable_label(id == goal.measure, &measure.name).clicked() {
                        actions.push(Action::SetMeasure(id));
                    }
                }
            })
            .response
            .labelled_by(label.id);
        response.on_hover_text("The measure shown on the map, in the table and in the chart");
        let mut percent = goal.tolerance * 100.0;
        let value =
            DragValue::new(&mut percent).range(0.1..=100.0).speed(0.2).max_decimals(1).prefix("± ").suffix(" %");
        let response =
            ui.add(value).accessible_name("Tolerance").on_hover_text("How far a territory may be from its target");
        if response.changed() {
            actions.push(Action::SetTolerance(percent / 100.0));
        }
    });
}

fn selection(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let units = &session.selection.units;
    let table = session.totals.table();
    ui.horizontal(|ui| {
        ui.label(theme::strong(format!("{} selected", session.project.units.count_words(units.len()))));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, egui_material_icons::icons::ICON_CLOSE, "Clear selection", 14.0).clicked() {
                actions.push(Action::Run(Command::ClearSelection));
            }
        });
    });
    if let (1, Some(&unit)) = (units.len(), units.first()) {
        let (code, name) = (&session.project.units.codes[unit.index()], &session.project.units.names[unit.index()]);
        ui.label(if code == name { code.clone() } else { format!("{code}  {name}") });
        for column in session.project.units.attributes.iter().take(4) {
            figure_row(ui, &column.name, column.get(unit.index()), "");
        }
    }
    let accounts: u64 = units.iter().map(|&unit| u64::from(table.accounts_in(unit))).sum();
    figure_row(ui, "Accounts", words::count(accounts), "");
    for (index, measure) in session.project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed()) {
        let id = MeasureId::from_index(index);
        if !session.is_prominent(id) {
            continue;
        }
        let sum: f64 = units.iter().map(|&unit: &UnitId| table.unit_load(id, unit)).sum();
        figure_row(ui, &measure.name, words::figure(measure, sum), &words::full_figure(measure, sum));
    }
    if units.len() <= 2 && session.plan().adjacency().keys().flatten().any(|unit| units.contains(unit)) {
        neighbours_by_hand(ui, session, Some(units), actions);
    }
    ui.add_space(2.0);
    let fixed = session.fixed();
    let buttons = ui.add_enabled_ui(fixed.is_none(), |ui| {
        ui.horizontal_wrapped(|ui| {
            assign_menu(ui, session, actions);
            if ui.button("Unassign").on_hover_text("Take them out of their territories (Delete)").clicked() {
                actions.push(Action::Run(Command::UnassignSelection));
            }
            let locked = units.iter().all(|unit| session.plan().locked_units().contains(unit));
            let hover = "What is locked stays where it is, whoever draws or builds (Ctrl+L)";
            if ui.button(if locked { "Unlock" } else { "Lock" }).on_hover_text(hover).clicked() {
                actions.push(Action::Run(Command::LockUnits));
            }
            if let Some([a, b]) = session.selected_pair() {
                let (command, words) = if session.neighbours().are_neighbours(a, b) {
                    (Command::PartNeighbours, "Part")
                } else {
                    (Command::JoinNeighbours, "Join as neighbours")
                };
                if ui.button(words).on_hover_text(command.about()).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
    });
    buttons.response.on_disabled_hover_text(fixed.unwrap_or_default());
}

/// What was said of neighbours by hand, with a way to take it back; `of` names the units that it shall be about.
fn neighbours_by_hand(ui: &mut Ui, session: &Session, of: Option<&BTreeSet<UnitId>>, actions: &mut Vec<Action>) {
    const MOST: usize = 20;
    let adjacency = session.plan().adjacency();
    let wanted = |pair: &[UnitId; 2]| of.is_none_or(|units| pair.iter().any(|unit| units.contains(unit)));
    ui.add_space(6.0);
    ui.label(theme::strong("Neighbours by hand"));
    let codes = &session.project.units.codes;
    for (&units, said) in adjacency.iter().filter(|(pair, _)| wanted(pair)).take(MOST) {
        let [a, b] = units.map(|unit| codes[unit.index()].as_str());
        let words = match said {
            Adjacency::Bridge => format!("{a} and {b} joined"),
            Adjacency::Barrier => format!("{a} and {b} parted"),
        };
        ui.horizontal(|ui| {
            if ui.link(&words).on_hover_text("Show them on the map").clicked() {
                actions.push(Action::SelectUnits { units: units.to_vec(), how: SelectHow::Replace });
                actions.push(Action::FitUnits(units.to_vec()));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_enabled_ui(session.read_only_words().is_none(), |ui| {
                    let name = format!("Take back: {words}");
                    if icon_button(ui, egui_material_icons::icons::ICON_CLOSE, &name, 14.0).clicked() {
                        actions.push(Action::SetAdjacency { units, adjacency: None });
                    }
                });
            });
        });
    }
    let count = adjacency.keys().filter(|pair| wanted(pair)).count();
    if count > MOST {
        ui.label(theme::note(ui, format!("and {} more", count - MOST)));
    }
}

fn assign_menu(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    ui.menu_button("Assign to…", |ui| {
        ui.set_min_width(200.0);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (id, territory) in session.plan().territories() {
                ui.horizontal(|ui| {
                    swatch(ui, territory.colour, 12.0);
                    let button = Button::new(&territory.name).frame_when_inactive(false).min_size(vec2(170.0, 24.0));
                    if ui
                        .add_enabled(!session.plan().is_territory_locked(id), button)
                        .on_disabled_hover_text("This territory is locked")
                        .clicked()
                    {
                        actions
                            .push(Action::Assign { units: session.selection.units.iter().copied().collect(), to: id });
                        ui.close();
                    }
                });
            }
        });
        ui.separator();
        if ui.add(Button::new("New territory").frame_when_inactive(false).min_size(vec2(190.0, 24.0))).clicked() {
            actions.push(Action::Run(Command::NewTerritory));
            ui.close();
        }
    });
}

fn overview(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let project = &session.project;
    ui.label(theme::strong("Plan").size(theme::HEADING));
    figure_row(ui, "Territories", words::count(session.shown_plan().territory_count() as i128), "");
    figure_row(ui, &words::capital(&project.units.kind_of_many()), words::count(project.units.len() as i128), "");
    figure_row(ui, "Accounts", words::count(project.accounts.len() as i128), "");
    figure_row(ui, "Reps", words::count(project.reps.len() as i128), "");
    for (index, measure) in project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed()) {
        if !session.is_prominent(MeasureId::from_index(index)) {
            continue;
        }
        let total = session.totals.total(MeasureId::from_index(index));
        figure_row(ui, &measure.name, words::figure(measure, total), &words::full_figure(measure, total));
    }
    if let Some((metrics, current)) = session.metrics() {
        let weak = Tokens::of(ui).weak;
        let dim = |text: String| if current { RichText::new(text) } else { RichText::new(text).color(weak) };
        figure_row(
            ui,
            "Mean travel",
            dim(words::kilometres(metrics.travel_mean_km)),
            "Mean great-circle distance to the centres, weighted with the load",
        );
        if let Some(gini) = session.goal().and_then(|goal| metrics.gini(goal.measure)) {
            figure_row(
                ui,
                "Inequality (Gini)",
                dim(format!("{gini:.3}")),
                "0 when all territories carry the same, towards 1 when one carries all",
            );
        }
    }
    if !project.accounts.is_empty() || !project.units.is_empty() {
        ui.add_space(6.0);
        ui.label(theme::note(ui, "Click a territory in the table or on the map to see it here"));
    }
    if project.accounts.is_empty() && ui.button("Import accounts…").clicked() {
        actions.push(Action::Run(Command::ImportAccounts));
    }
}

fn territory(ui: &mut Ui, session: &Session, id: TerritoryId, state: &mut UiState, actions: &mut Vec<Action>) {
    let plan = session.shown_plan();
    let Some(territory) = plan.territory(id) else { return };
    let tokens = Tokens::of(ui);
    let can_edit = session.read_only_words().is_none() && !session.shows_trial();
    title(ui, session, Member::Territory(id), can_edit, state, actions);
    super::group::stands_in(ui, session, Member::Territory(id), can_edit, actions);

    rep(ui, session, id, territory.rep, can_edit, actions);
    let totals = session.shown_totals();
    if let Some(goal) = session.goal()
        && let Some(deviation) = session.deviation(goal.measure, id)
        && let Some(measure) = session.project.measure(goal.measure)
    {
        ui.add_space(4.0);
        let load = totals.load(goal.measure, id);
        let target = metrics::target(plan, totals, goal.measure, id);
        ui.horizontal(|ui| {
            ui.label(theme::strong(words::figure(measure, load)).size(theme::TITLE))
                .on_hover_text(words::full_figure(measure, load));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let colour = tokens.deviation(deviation, goal.tolerance);
                ui.label(theme::strong(words::signed_percent(deviation)).size(theme::HEADING).color(colour));
            });
        });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), egui::Sense::hover());
        deviation_bar(ui, rect, deviation, goal.tolerance);
        figure_row(ui, "Target", words::figure(measure, target), &words::full_figure(measure, target));
    }
    let kind = session.project.units.kind_of_many();
    figure_row(ui, &words::capital(&kind), words::count(totals.unit_count(id)), "");
    figure_row(ui, "Accounts", words::count(totals.account_count(id)), "");
    for (index, measure) in session.project.measures.iter().enumerate() {
        let measure_id = MeasureId::from_index(index);
        if !session.is_prominent(measure_id) {
            continue;
        }
        if session.goal().is_some_and(|goal| goal.measure == measure_id) {
            continue;
        }
        let load = totals.load(measure_id, id);
        figure_row(ui, &measure.name, words::figure(measure, load), &words::full_figure(measure, load));
    }
    if let Some((metrics, current)) = session.metrics()
        && let Some(slow) = metrics.territory(id)
    {
        ui.add_space(4.0);
        ui.label(theme::note(
            ui,
            if current { "Shape and travel" } else { "Shape and travel, before the last change" },
        ));
        let dim = |text: String| if current { RichText::new(text) } else { RichText::new(text).color(tokens.weak) };
        figure_row(ui, "Area", dim(format!("{} km²", words::short(slow.area_km2))), "");
        figure_row(ui, "Perimeter", dim(words::kilometres(slow.perimeter_km)), "");
        figure_row(
            ui,
            "Compactness",
            dim(format!("{:.2}", slow.polsby_popper)),
            "Polsby–Popper: 4π × area / perimeter²",
        );
        figure_row(
            ui,
            "Mean travel",
            dim(words::kilometres(slow.travel_mean_km)),
            "To the territory's centre, great circle, weighted with the load",
        );
        let pieces = dim(words::count(slow.pieces));
        figure_row(
            ui,
            "Pieces",
            if slow.pieces > 1 && current { pieces.color(tokens.warning) } else { pieces },
            "1 is contiguous",
        );
    }
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Show").on_hover_text("Move the map to it (Z)").clicked() {
            actions.push(Action::Run(Command::FitTerritory));
        }
        if ui.button(format!("Select {kind}")).clicked() {
            actions.push(Action::Run(Command::SelectUnitsOfTerritory));
        }
        ui.add_enabled_ui(can_edit, |ui| {
            ui.menu_button("Change…", |ui| {
                ui.set_min_width(220.0);
                for command in [
                    Command::SplitTerritory,
                    Command::MergeTerritories,
                    Command::DissolveTerritory,
                    Command::SmoothBorder,
                    Command::FillHoles,
                    Command::AbsorbEnclaves,
                    Command::RepairPieces,
                ] {
                    super::top_bar::item(ui, Some(session), command, actions);
                }
            });
        });
        let reason = "Accept or discard the proposal first, or open the project for writing";
        if ui.add_enabled(can_edit, Button::new("Remove")).on_disabled_hover_text(reason).clicked() {
            actions.push(Action::Run(Command::RemoveTerritory));
        }
    });
}

/// Colour, name, lock and pencil of a territory or a group.
pub fn title(
    ui: &mut Ui,
    session: &Session,
    of: Member,
    can_edit: bool,
    state: &mut UiState,
    actions: &mut Vec<Action>,
) {
    let plan = session.shown_plan();
    let (known_colour, locked, what) = match of {
        Member::Territory(id) => match plan.territory(id) {
            Some(territory) => (territory.colour, territory.locked, "territory".to_owned()),
            None => return,
        },
        Member::Group(id) => match plan.hierarchy().group(id) {
            Some(group) => (group.colour, group.locked, session.level_words(Some(usize::from(group.level)))),
            None => return,
        },
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let mut colour = match state.recolouring {
            Some((member, colour)) if member == of => colour,
            _ => known_colour,
        };
        ui.add_enabled_ui(can_edit, |ui| {
            let response = ui.color_edit_button_srgb(&mut colour);
            let name = format!("Colour of the {what}");
            if response.accessible_name(&name).on_hover_text("Change the colour").changed() {
                state.recolouring = Some((of, colour));
            }
        });
        // Dragging through the colours is one gesture: the step is made when the button is let go.
        if !ui.input(|input| input.pointer.any_down())
            && let Some((member, colour)) = state.recolouring.take()
        {
            actions.push(super::tree_row::recoloured(session, member, colour));
        }
        match &mut state.renaming {
            Some(renaming) if renaming.of == of => {
                let edit =
                    TextEdit::singleline(&mut renaming.name).desired_width(ui.available_width() - 60.0).char_limit(120);
                let response = ui.add(edit).accessible_name(format!("Name of the {what}"));
                if !renaming.focused {
                    response.request_focus();
                    renaming.focused = true;
                } else if response.lost_focus() {
                    let escaped = ui.input(|input| input.key_pressed(egui::Key::Escape));
                    let name = renaming.name.trim().to_owned();
                    if !escaped && !name.is_empty() {
                        actions.push(match of {
                            Member::Territory(id) => Action::RenameTerritory { id, name },
                            Member::Group(id) => Action::RenameGroup { id, name },
                        });
                    }
                    state.renaming = None;
                }
            }
            _ => {
                let label = egui::Label::new(theme::strong(plan.member_name(of)).size(theme::HEADING))
                    .truncate()
                    .sense(egui::Sense::click());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    use egui_material_icons::icons::{ICON_EDIT, ICON_LOCK, ICON_LOCK_OPEN};
                    ui.add_enabled_ui(can_edit, |ui| {
                        let (icon, verb) = if locked { (ICON_LOCK, "Unlock") } else { (ICON_LOCK_OPEN, "Lock") };
                        if icon_button(ui, icon, &format!("{verb} the {what}"), 16.0).clicked() {
                            actions.push(Action::Run(Command::LockTerritory));
                        }
                        if icon_button(ui, ICON_EDIT, &format!("Rename the {what}"), 16.0).clicked() {
                            actions.push(Action::Run(Command::RenameTerritory));
                        }
                    });
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        if ui.add(label).double_clicked() && can_edit {
                            actions.push(Action::Run(Command::RenameTerritory));
                        }
                    });
                });
            }
        }
    });
}

fn rep(
    ui: &mut Ui,
    session: &Session,
    id: TerritoryId,
    current: Option<RepId>,
    can_edit: bool,
    actions: &mut Vec<Action>,
) {
    let name = |rep: Option<RepId>| {
        rep.and_then(|rep| session.project.reps.get(rep.index())).map_or("Nobody".to_owned(), |rep| rep.name.clone())
    };
    if session.project.reps.is_empty() {
        return;
    }
    ui.add_enabled_ui(can_edit, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("Rep").color(Tokens::of(ui).weak));
            ComboBox::from_id_salt("rep of the territory")
                .selected_text(name(current))
                .width(ui.available_width() - 8.0)
                .show_ui(ui, |ui| {
                    let all = (0..session.project.reps.len()).map(|index| Some(RepId::from_index(index)));
                    for rep in std::iter::once(None).chain(all) {
                        if ui.selectable_label(rep == current, name(rep)).clicked() && rep != current {
                            let label = format!("Gave {} to {}", session.plan().territory_name(id), name(rep));
                            actions.push(Action::Edit(Edit::alter(session.plan(), id, label, |territory| {
                                territory.rep = rep
                            })));
                        }
                    }
                })
                .response
                .labelled_by(label.id);
        });
    });
}
