//! The list of computed columns, and the question before one is removed.

use egui::{Label, RichText, ScrollArea, Ui};
use egui_material_icons::icons::{ICON_DELETE, ICON_EDIT};

use super::{Next, subject_words};
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::domain::computed::{Computed, dependents};
use crate::domain::formula::Kind;
use crate::session::Session;
use crate::session::columns::{ColumnAction, today};
use crate::theme::{self, Tokens};
use crate::ui::widgets::{icon_button, primary_button};
use crate::words;

pub(super) fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) -> Next {
    let mut next = Next::Stay;
    ui.spacing_mut().item_spacing.y = 8.0;
    let about = "A formula over the other columns; used everywhere like a column that was imported, and kept current with every change";
    ui.label(theme::note(ui, about));
    if session.project.computed.is_empty() {
        ui.add_space(12.0);
        ui.label(theme::strong("No computed columns yet"));
        ui.label(
            RichText::new("A score of several figures, tiers A, B and C, days since the last visit")
                .color(Tokens::of(ui).weak),
        );
        ui.add_space(12.0);
    } else {
        let most = (ui.ctx().content_rect().height() - 260.0).max(120.0);
        ScrollArea::vertical().max_height(most).show(ui, |ui| {
            for column in session.project.computed.iter() {
                row(ui, session, column, actions);
                ui.separator();
            }
        });
    }
    ui.horizontal(|ui| {
        let fixed = session.fixed();
        for (subject, words) in new_buttons(session) {
            let response = if subject == first_subject(session) {
                primary_button(ui, fixed.is_none(), &words)
            } else {
                ui.add_enabled(fixed.is_none(), egui::Button::new(words))
            };
            if response.on_disabled_hover_text(fixed.unwrap_or_default()).clicked() {
                actions.push(Action::Columns(ColumnAction::New(subject)));
            }
        }
        if ui.button("Close").clicked() {
            next = Next::Close;
        }
    });
    next
}

fn first_subject(session: &Session) -> Subject {
    if session.project.accounts.is_empty() { Subject::Units } else { Subject::Accounts }
}

fn new_buttons(session: &Session) -> Vec<(Subject, String)> {
    let usable = |subject: &Subject| session.project.rows_of(*subject) > 0;
    let all = [Subject::Accounts, Subject::Units].into_iter().filter(usable);
    all.map(|subject| (subject, format!("New column of {}…", subject_words(session, subject)))).collect()
}

fn row(ui: &mut Ui, session: &Session, column: &Computed, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let (subject, name) = (column.subject, &column.name);
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - 84.0);
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                ui.label(theme::strong(name.as_str()));
                let kind = if column.number { "numbers" } else { "words" };
                ui.label(theme::note(ui, format!("{kind} of {}", subject_words(session, subject))));
                faults(ui, session, column, actions);
            });
            let one_line = column.formula.split_whitespace().collect::<Vec<_>>().join(" ");
            ui.add(Label::new(RichText::new(one_line).font(theme::code()).color(tokens.weak)).truncate());
            if !column.as_of.is_empty() {
                ui.horizontal(|ui| {
                    ui.label(theme::note(ui, format!("as of {}", column.as_of)));
                    let renewed = today();
                    let usable = session.fixed().is_none() && renewed != column.as_of;
                    let response = ui.add_enabled(usable, egui::Button::new(theme::small("Renew")));
                    response.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::Button, usable, format!("Renew the date of {name}"))
                    });
                    if response.on_hover_text(format!("Let today() mean {renewed}")).clicked() {
                        let order = Box::new(crate::domain::computed::ColumnOrder {
                            as_of: renewed,
                            ..session.project.order_of(column)
                        });
                        actions.push(Action::Columns(ColumnAction::Put { instead_of: Some(name.clone()), order }));
                    }
                });
            }
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if icon_button(ui, ICON_DELETE, &format!("Remove {name}…"), 16.0).clicked() {
                actions.push(Action::Columns(ColumnAction::AskRemove(subject, name.clone())));
            }
            if icon_button(ui, ICON_EDIT, &format!("Edit {name}…"), 16.0).clicked() {
                actions.push(Action::Columns(ColumnAction::Edit(subject, name.clone())));
            }
        });
    });
}

/// How many rows have an error; a click leads to them.
fn faults(ui: &mut Ui, session: &Session, column: &Computed, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let of_it = session
        .formulas
        .faulty
        .iter()
        .filter(|faulty| (faulty.subject, faulty.name.as_str()) == (column.subject, column.name.as_str()));
    for faulty in of_it {
        if faulty.whole {
            ui.label(theme::small(format!("No values: {}", faulty.what)).color(tokens.error));
            continue;
        }
        let text = format!("{}: {}", words::counted(faulty.rows.len() as i128, "row"), faulty.what);
        if ui.link(theme::small(text).color(tokens.warning)).on_hover_text("Show them").clicked() {
            actions.push(Action::Columns(ColumnAction::ShowRows(faulty.subject, faulty.rows.clone())));
        }
    }
}

/// Says what hangs on a column before it is removed.
pub(super) fn ask_remove(
    ui: &mut Ui,
    session: &Session,
    subject: Subject,
    name: &str,
    refused: &Option<String>,
    actions: &mut Vec<Action>,
) -> Next {
    let Some(column) = session.project.computed_column(subject, name) else { return Next::List };
    let tokens = Tokens::of(ui);
    let mut next = Next::Stay;
    ui.spacing_mut().item_spacing.y = 8.0;
    let kind = if column.number { Kind::Number } else { Kind::Text };
    ui.label(theme::strong(format!("Remove {name}?")).size(theme::HEADING));
    let hangs = dependents(&session.project, column);
    for needing in &hangs.needing {
        ui.label(
            RichText::new(format!("{} needs it: change or remove that first", words::capital(needing)))
                .color(tokens.error),
        );
    }
    let mut lost: Vec<String> = Vec::new();
    if hangs.goal {
        lost.push("It is no longer balanced".to_owned());
    }
    if hangs.targets > 0 {
        lost.push(format!("{} lose their target of it", words::counted_territories(hangs.targets)));
    }
    lost.extend(uses_in_view(session, subject, name, kind));
    for lost in &lost {
        ui.label(RichText::new(lost).color(tokens.warning));
    }
    if hangs.needing.is_empty() {
        ui.label(theme::note(ui, "Undo brings it back with all that goes with it"));
    }
    if let Some(why) = refused {
        ui.label(RichText::new(why).color(tokens.error));
    }
    ui.horizontal(|ui| {
        let usable = hangs.needing.is_empty() && session.fixed().is_none();
        if primary_button(ui, usable, "Remove").clicked() {
            actions.push(Action::Columns(ColumnAction::Remove(subject, name.to_owned())));
        }
        if ui.button("Cancel").clicked() {
            next = Next::List;
        }
    });
    next
}

/// Where the window uses a column: colours, and the order of rows.
fn uses_in_view(session: &Session, subject: Subject, name: &str, kind: Kind) -> Vec<String> {
    use crate::session::colouring::{Areas, DotSizes, Dots, Heat};
    use crate::session::tables::field::Field;
    let colours = &session.view.colouring;
    let mut uses = Vec::new();
    let number = kind == Kind::Number;
    let areas = match &colours.areas {
        Areas::Measure(used) => number && used == name,
        Areas::Words(used) => !number && subject == Subject::Units && used == name,
        _ => false,
    };
    let dots = match &colours.dots {
        Dots::Measure(used) => number && used == name,
        Dots::Words(used) => !number && subject == Subject::Accounts && used == name,
        _ => false,
    } || colours.dot_sizes == DotSizes::Measure(name.to_owned());
    if areas {
        uses.push("Areas get the colours of their territories again".to_owned());
    }
    if dots || colours.heat == Heat::Measure(name.to_owned()) {
        uses.push("Accounts are no longer coloured, sized or weighed by it".to_owned());
    }
    let is_it = |field: Field| match field {
        Field::Measure(id) => session.project.measure(id).is_some_and(|measure| number && measure.name == name),
        Field::Attribute(at) => {
            !number && session.project.attributes(subject).get(at).is_some_and(|column| column.name == name)
        }
        _ => false,
    };
    let wish = session.tables.of(subject).of.as_ref();
    if wish.is_some_and(|wish| wish.sort.is_some_and(|sort| is_it(sort.0))) {
        uses.push("The table is no longer sorted by it".to_owned());
    }
    if wish.is_some_and(|wish| wish.tests.iter().any(|test| is_it(test.0))) {
        uses.push("The table is no longer filtered by it".to_owned());
    }
    if number
        && session.view.measure.and_then(|id| session.project.measure(id)).is_some_and(|measure| measure.name == name)
    {
        uses.push("Labels, bars and chart show another measure".to_owned());
    }
    uses
}
