//! The editor of a computed column: its name and formula, what the formula gives while it is typed, what belongs to the column besides.

use egui::{ComboBox, RichText, TextEdit, Ui, vec2};

use super::{Next, formula_field, look, picker, subject_words, tiers};
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::domain::computed::{ColumnOrder, Computed, How};
use crate::domain::formula::{Columns, Formula, FormulaError, Kind};
use crate::domain::project::Project;
use crate::session::Session;
use crate::session::columns::{ColumnAction, FormulaDraft, FormulaLook, today};
use crate::theme::{self, Tokens};
use crate::ui::widgets::{outline_marks, primary_button, take_focus};

/// A column being made or altered.
pub(super) struct Editor {
    /// The column that is altered.
    instead_of: Option<String>,
    pub order: ColumnOrder,
    pub field: formula_field::State,
    pub picker: picker::State,
    pub tiers: Option<tiers::State>,
    /// Whether the formula can be read, of the columns as they were.
    checked: Option<((FormulaDraft, u64), Result<Kind, FormulaError>)>,
    /// What somebody was asked to look at, of the values as they were.
    asked: Option<(FormulaDraft, (u64, u64))>,
    pub look: Option<FormulaLook>,
    focused: bool,
    /// The column is being made.
    pub waiting: bool,
}

const NAMES: f32 = 76.0;

impl Editor {
    pub fn new(subject: Subject) -> Self {
        let order = ColumnOrder {
            subject,
            name: String::new(),
            formula: String::new(),
            as_of: String::new(),
            unit: String::new(),
            how: How::Sum,
        };
        Self::with(None, order)
    }

    pub fn of(project: &Project, column: &Computed) -> Self {
        Self::with(Some(column.name.clone()), project.order_of(column))
    }

    fn with(instead_of: Option<String>, order: ColumnOrder) -> Self {
        Self {
            instead_of,
            order,
            field: formula_field::State::default(),
            picker: picker::State::default(),
            tiers: None,
            checked: None,
            asked: None,
            look: None,
            focused: false,
            waiting: false,
        }
    }

    pub fn set_look(&mut self, look: FormulaLook) {
        self.look = Some(look);
    }

    fn draft(&self) -> FormulaDraft {
        FormulaDraft {
            subject: self.order.subject,
            formula: self.order.formula.clone(),
            as_of: self.order.as_of.trim().to_owned(),
        }
    }

    /// Whether the formula can be read: known at once, without a single value. What it gives is worked out by a job.
    fn check(&mut self, session: &Session, wanted: &mut Option<FormulaDraft>) -> Result<Kind, FormulaError> {
        let draft = self.draft();
        let key = (draft.clone(), session.generation);
        let known = self.checked.as_ref().filter(|(of, _)| *of == key).map(|(_, found)| found.clone());
        let found = known.unwrap_or_else(|| {
            let columns = Columns::of(&session.project, draft.subject);
            let as_of = (!draft.as_of.is_empty()).then_some(draft.as_of.as_str());
            let found = Formula::parse(&draft.formula, &columns, as_of).and_then(|formula| formula.check(&columns));
            self.checked = Some((key, found.clone()));
            found
        });
        let values = session.formulas_of();
        if found.is_ok() && self.asked.as_ref() != Some(&(draft.clone(), values)) {
            self.asked = Some((draft.clone(), values));
            *wanted = Some(draft);
        }
        // Only the values can tell of some errors: a share that is none, say.
        match (&found, &self.look) {
            (Ok(_), Some(FormulaLook { of, found: Err(error) })) if *of == self.draft() => Err(error.clone()),
            _ => found,
        }
    }
}

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    editor: &mut Editor,
    refused: &Option<String>,
    wanted: &mut Option<FormulaDraft>,
    actions: &mut Vec<Action>,
) -> Next {
    let mut next = Next::Stay;
    let before = editor.order.clone();
    outline_marks(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    let height = (ui.ctx().content_rect().height() - 250.0).clamp(260.0, 430.0);
    // Of a fixed height: the line between would take all there is, and the window with it, a little more in every frame.
    let room = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(room, egui::Layout::left_to_right(egui::Align::Min), |ui| {
        let right = 232.0;
        let left = ui.available_width() - right - 20.0;
        ui.allocate_ui_with_layout(vec2(left, height), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(left);
            ui.set_min_height(height);
            egui::ScrollArea::vertical().id_salt("column editor").max_height(height).auto_shrink([false, false]).show(
                ui,
                |ui| {
                    name(ui, session, editor);
                    let found = editor.check(session, wanted);
                    formula(ui, session, editor, &found);
                    details(ui, session, editor, &found);
                    ui.separator();
                    look::show(ui, session, editor, &found, actions);
                },
            );
        });
        ui.separator();
        ui.allocate_ui_with_layout(vec2(right, height), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(right);
            picker::show(ui, session, editor, height);
        });
    });
    if let Some(why) = refused {
        ui.label(RichText::new(why).color(Tokens::of(ui).error));
    }
    ui.horizontal(|ui| {
        let fixed = session.fixed();
        let found = editor.check(session, wanted);
        let complete = !editor.order.name.trim().is_empty() && found.is_ok();
        let verb = if editor.instead_of.is_some() { "Save column" } else { "Add column" };
        let why = fixed.unwrap_or("Give it a name and a formula that can be worked out");
        let usable = complete && fixed.is_none() && !editor.waiting;
        let enter = usable && ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
        let button = primary_button(ui, usable, verb).on_disabled_hover_text(why).on_hover_text("Ctrl+Enter");
        if button.clicked() || enter {
            let order = ColumnOrder {
                name: editor.order.name.trim().to_owned(),
                as_of: editor.order.as_of.trim().to_owned(),
                ..editor.order.clone()
            };
            let instead_of = editor.instead_of.clone();
            actions.push(Action::Columns(ColumnAction::Put { instead_of, order: Box::new(order) }));
            editor.waiting = true;
        }
        if ui.button("Cancel").clicked() {
            next = Next::List;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let hover = "Divide a column into A, B and C";
            if ui.button("Tiers…").on_hover_text(hover).clicked() {
                editor.tiers = match editor.tiers {
                    Some(_) => None,
                    None => Some(tiers::State::new(session, editor.order.subject)),
                };
            }
        });
    });
    if refused.is_some() && editor.order != before {
        next = Next::Again;
    }
    next
}

/// A line with what it is about on the left.
fn line(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.allocate_ui_with_layout(
            vec2(NAMES, ui.spacing().interact_size.y),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(NAMES);
                ui.label(theme::note(ui, title));
            },
        );
        add(ui);
    });
}

fn name(ui: &mut Ui, session: &Session, editor: &mut Editor) {
    line(ui, "Name", |ui| {
        let field = TextEdit::singleline(&mut editor.order.name).desired_width(220.0).char_limit(80);
        let response = ui.add(field.hint_text("Score")).accessible_name("Name of the column");
        if editor.instead_of.is_none() {
            take_focus(&response, &mut editor.focused);
        }
        ui.label(theme::note(ui, format!("of {}", subject_words(session, editor.order.subject))));
    });
}

fn formula(ui: &mut Ui, session: &Session, editor: &mut Editor, found: &Result<Kind, FormulaError>) {
    if let Some(state) = &mut editor.tiers {
        match tiers::show(ui, session, editor.order.subject, state) {
            tiers::Answer::Wait => {}
            tiers::Answer::Cancel => editor.tiers = None,
            tiers::Answer::Take(formula) => {
                editor.order.formula = formula;
                editor.tiers = None;
            }
        }
    }
    let error = found.as_ref().err().filter(|_| !editor.order.formula.trim().is_empty());
    let focus = editor.instead_of.is_some() && !editor.focused;
    let response = formula_field::show(ui, session, editor, error);
    if focus {
        take_focus(&response, &mut editor.focused);
    }
    let tokens = Tokens::of(ui);
    match error {
        Some(error) => {
            let place = error.position(&editor.order.formula);
            let text = format!("Letter {place}: {}", error.message);
            ui.label(RichText::new(text).color(tokens.error));
            if !error.hint.is_empty() {
                ui.label(theme::note(ui, crate::words::capital(&error.hint)));
            }
        }
        None => {
            let text = match found {
                Ok(kind) => format!("Gives {}", kind.words()),
                Err(_) => "For example: 0.6 * [Annual Revenue] + 0.4 * [Potential]".to_owned(),
            };
            ui.label(theme::note(ui, text));
        }
    }
}

fn details(ui: &mut Ui, session: &Session, editor: &mut Editor, found: &Result<Kind, FormulaError>) {
    let uses_today = editor.order.formula.to_lowercase().contains("today");
    if uses_today || !editor.order.as_of.is_empty() {
        line(ui, "As of", |ui| {
            let field = TextEdit::singleline(&mut editor.order.as_of).desired_width(96.0).char_limit(10);
            ui.add(field.hint_text("2026-12-31")).accessible_name("The date that today() means");
            if ui.button("Today").on_hover_text("today() means this day, until it is renewed").clicked() {
                editor.order.as_of = today();
            }
            ui.label(theme::note(ui, "what today() means; it stays until you renew it"));
        });
    }
    if *found != Ok(Kind::Number) {
        return;
    }
    line(ui, "Territories", |ui| {
        let words = |how: &How| match how {
            How::Sum => "Sum".to_owned(),
            How::Mean => "Mean".to_owned(),
            How::WeightedBy(name) => format!("Mean weighted by {name}"),
        };
        let combo = ComboBox::from_id_salt("how territories show it").selected_text(words(&editor.order.how));
        let combo = combo.width(170.0).truncate().show_ui(ui, |ui| {
            let own = editor.instead_of.as_deref();
            let weights = session.project.measures_of(editor.order.subject).map(|(_, measure)| measure);
            let weights = weights.filter(|measure| measure.is_summed() && own != Some(measure.name.as_str()));
            let all = [How::Sum, How::Mean].into_iter();
            for how in all.chain(weights.map(|measure| How::WeightedBy(measure.name.clone()))) {
                let text = words(&how);
                ui.selectable_value(&mut editor.order.how, how, text);
            }
        });
        combo.response.accessible_name("What territories show").on_hover_text("Only a sum can be balanced");
        ui.label(theme::note(ui, "unit"));
        let field = TextEdit::singleline(&mut editor.order.unit).desired_width(48.0).char_limit(12);
        ui.add(field.hint_text("$")).accessible_name("Unit of the column");
    });
}
