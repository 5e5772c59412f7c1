//! The builder of a segment: its name, its conditions or formula, and what they come to while one changes them.

use egui::{ComboBox, RichText, TextEdit, Ui};

use super::{Next, Page, conditions, figures};
use crate::action::Action;
use crate::domain::formula::FormulaError;
use crate::domain::ids::MeasureId;
use crate::domain::segments::{Condition, Group, Rule, Segment};
use crate::session::Session;
use crate::session::columns::{SegmentAction, SegmentDraft, SegmentLook, today};
use crate::theme::{self, Tokens};
use crate::ui::widgets::{outline_marks, primary_button, take_focus};
use crate::words;

/// A segment being made or altered.
pub(super) struct Builder {
    instead_of: Option<String>,
    name: String,
    by_formula: bool,
    formula: String,
    pub group: Group,
    as_of: String,
    /// The name of the measure that is summed over it.
    measure: String,
    checked: Option<((Segment, u64), Result<(), FormulaError>)>,
    asked: Option<(SegmentDraft, (u64, u64), u64)>,
    pub look: Option<SegmentLook>,
    focused: bool,
    pub waiting: bool,
}

impl Builder {
    pub fn new(session: &Session) -> Self {
        let group = Group { conditions: vec![Condition::default()], ..Group::default() };
        Self::with(session, None, String::new(), Rule::Conditions(group), String::new())
    }

    pub fn of(session: &Session, segment: &Segment) -> Self {
        let Segment { name, rule, as_of } = segment.clone();
        Self::with(session, Some(name.clone()), name, rule, as_of)
    }

    fn with(session: &Session, instead_of: Option<String>, name: String, rule: Rule, as_of: String) -> Self {
        let viewed = session.view.measure.filter(|id| measures(session).any(|(known, _)| known == *id));
        let measure = viewed.or_else(|| measures(session).next().map(|(id, _)| id));
        let measure = measure.and_then(|id| session.project.measure(id)).map(|measure| measure.name.clone());
        let (by_formula, formula, group) = match rule {
            Rule::Formula(formula) => (true, formula, Group::default()),
            Rule::Conditions(group) => (false, String::new(), group),
        };
        Self {
            instead_of,
            name,
            by_formula,
            formula,
            group,
            as_of,
            measure: measure.unwrap_or_default(),
            checked: None,
            asked: None,
            look: None,
            focused: false,
            waiting: false,
        }
    }

    fn segment(&self) -> Segment {
        let rule = if self.by_formula {
            Rule::Formula(self.formula.trim().to_owned())
        } else {
            Rule::Conditions(self.group.clone())
        };
        Segment { name: self.name.trim().to_owned(), rule, as_of: self.as_of.trim().to_owned() }
    }

    /// Whether the rule is complete; asks for its counts where it is.
    fn check(&mut self, session: &Session, wanted: &mut Option<SegmentDraft>) -> Result<(), FormulaError> {
        // Its name does not matter to what it holds.
        let segment = Segment { name: String::new(), ..self.segment() };
        let key = (segment.clone(), session.generation);
        let known = self.checked.as_ref().filter(|(of, _)| *of == key).map(|(_, found)| found.clone());
        let found = known.unwrap_or_else(|| {
            let found = segment.check(&session.project);
            self.checked = Some((key, found.clone()));
            found
        });
        let measure = session.project.find_measure(&self.measure);
        let asked = (SegmentDraft { segment, measure }, session.formulas_of(), session.generation);
        // Conditions that are complete are counted although others are not yet.
        if self.asked.as_ref() != Some(&asked) {
            *wanted = Some(asked.0.clone());
            self.asked = Some(asked);
        }
        found
    }
}

/// The measures of accounts that can be summed.
fn measures(session: &Session) -> impl Iterator<Item = (MeasureId, &crate::domain::columns::Measure)> {
    session.project.measures_of(crate::domain::columns::Subject::Accounts).filter(|(_, measure)| measure.is_summed())
}

pub(super) fn show(
    ui: &mut Ui,
    session: &Session,
    builder: &mut Builder,
    refused: &Option<String>,
    wanted: &mut Option<SegmentDraft>,
    actions: &mut Vec<Action>,
) -> Next {
    let mut next = Next::Stay;
    let before = builder.segment();
    outline_marks(ui);
    ui.spacing_mut().item_spacing.y = 8.0;
    let found = builder.check(session, wanted);
    ui.horizontal(|ui| {
        let field =
            TextEdit::singleline(&mut builder.name).desired_width(230.0).char_limit(80).hint_text("Key accounts");
        let response = ui.add(field).accessible_name("Name of the segment");
        take_focus(&response, &mut builder.focused);
        ui.add_space(8.0);
        ui.radio_value(&mut builder.by_formula, false, "Conditions");
        ui.add_space(4.0);
        let formula = ui.radio_value(&mut builder.by_formula, true, "Formula");
        if formula.on_hover_text("A formula that says yes or no").clicked() && builder.formula.trim().is_empty() {
            // The conditions as a formula, to go on from.
            builder.formula = builder.group.formula(&session.project, &builder.as_of).unwrap_or_default();
        }
    });
    let most = (ui.ctx().content_rect().height() - 480.0).clamp(90.0, 220.0);
    egui::ScrollArea::vertical().id_salt("rule of the segment").max_height(most).show(ui, |ui| {
        if builder.by_formula {
            let field = TextEdit::multiline(&mut builder.formula)
                .font(theme::code())
                .desired_rows(3)
                .desired_width(f32::INFINITY)
                .char_limit(4_000)
                .hint_text("[Annual Revenue] > 100000 and not contains([Name], \"test\")");
            ui.add(field).accessible_name("Formula of the segment");
        } else {
            let look = builder.look.as_ref().map_or(&[][..], |look| look.conditions.as_slice());
            conditions::show(ui, session, &mut builder.group, look);
        }
    });
    as_of(ui, builder);
    let tokens = Tokens::of(ui);
    if let Err(error) = &found {
        let place = match builder.by_formula {
            true if !builder.formula.trim().is_empty() => format!("Letter {}: ", error.position(&builder.formula)),
            _ => String::new(),
        };
        ui.label(RichText::new(words::capital(&format!("{place}{}", error.message))).color(tokens.warning));
        if !error.hint.is_empty() {
            ui.label(theme::note(ui, words::capital(&error.hint)));
        }
    }
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, "Summed"));
        let combo = ComboBox::from_id_salt("measure of the segment").selected_text(builder.measure.as_str());
        let combo = combo.width(190.0).truncate().show_ui(ui, |ui| {
            for (_, measure) in measures(session) {
                ui.selectable_value(&mut builder.measure, measure.name.clone(), &measure.name);
            }
        });
        combo.response.accessible_name("Measure summed over the segment");
    });
    figures::show(ui, session, builder.look.as_ref(), found.is_ok());
    if let Some(why) = refused {
        ui.label(RichText::new(why).color(tokens.error));
    }
    ui.horizontal(|ui| {
        let fixed = session.fixed();
        let complete = !builder.name.trim().is_empty() && found.is_ok();
        let usable = complete && fixed.is_none() && !builder.waiting;
        let verb = if builder.instead_of.is_some() { "Save segment" } else { "Add segment" };
        let why = fixed.unwrap_or("Give it a name, and conditions that are complete");
        if primary_button(ui, usable, verb).on_disabled_hover_text(why).clicked() {
            let (instead_of, segment) = (builder.instead_of.clone(), Box::new(builder.segment()));
            actions.push(Action::Segments(SegmentAction::Put { instead_of, segment }));
            builder.waiting = true;
        }
        if ui.button("Cancel").clicked() {
            next = Next::Page(Page::List);
        }
    });
    if refused.is_some() && builder.segment() != before {
        next = Next::Again;
    }
    next
}

/// From which date days are counted back, where the rule counts any.
fn as_of(ui: &mut Ui, builder: &mut Builder) {
    use crate::domain::segments::Operator;
    let counts_days = match builder.by_formula {
        true => builder.formula.to_lowercase().contains("today"),
        false => builder.group.all().any(|condition| condition.operator == Operator::WithinDays),
    };
    if !counts_days && builder.as_of.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, "As of"));
        let field = TextEdit::singleline(&mut builder.as_of).desired_width(96.0).char_limit(10);
        ui.add(field.hint_text("2026-12-31")).accessible_name("The date from which days are counted back");
        if ui.button("Today").clicked() {
            builder.as_of = today();
        }
        ui.label(theme::note(ui, "days are counted back from here, until you renew it"));
    });
}
