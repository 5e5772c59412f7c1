//! What becomes of measures when accounts are merged.

use std::collections::BTreeMap;

use egui::{ComboBox, ScrollArea, Ui};

use crate::domain::columns::{Measure, Subject};
use crate::jobs::spec::MergeRule;
use crate::session::Session;
use crate::theme;

/// The rule for a measure: sums are added up, means are those of the account that stays, unless something else was chosen.
pub(super) fn rule_of(rules: &BTreeMap<String, MergeRule>, measure: &Measure) -> MergeRule {
    let usual = if measure.is_summed() { MergeRule::Sum } else { MergeRule::Keep };
    rules.get(&measure.name).copied().unwrap_or(usual)
}

/// The measures that are given, not computed.
pub(super) fn measures(session: &Session) -> impl Iterator<Item = &Measure> {
    let project = &session.project;
    let is_given = |measure: &&Measure| project.computed_column(Subject::Accounts, &measure.name).is_none();
    project.measures_of(Subject::Accounts).map(|(_, measure)| measure).filter(is_given)
}

pub(super) fn show(ui: &mut Ui, session: &Session, rules: &mut BTreeMap<String, MergeRule>) {
    let all: Vec<&Measure> = measures(session).collect();
    if all.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, "When merged"));
        ScrollArea::horizontal().id_salt("rules").auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                if all.len() > 1 {
                    everything(ui, &all, rules);
                }
                for measure in &all {
                    let mut rule = rule_of(rules, measure);
                    let before = rule;
                    ui.label(&measure.name);
                    choice(ui, &measure.name, &mut rule);
                    if rule != before {
                        rules.insert(measure.name.clone(), rule);
                    }
                    ui.add_space(6.0);
                }
            });
        });
    });
}

/// One choice for all measures that are summed.
fn everything(ui: &mut Ui, all: &[&Measure], rules: &mut BTreeMap<String, MergeRule>) {
    let summed = || all.iter().filter(|measure| measure.is_summed());
    let mut chosen: Vec<MergeRule> = summed().map(|measure| rule_of(rules, measure)).collect();
    chosen.dedup();
    let mut rule = match chosen.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let before = rule;
    ui.label("all sums");
    ComboBox::from_id_salt("all sums")
        .selected_text(rule.map_or("by column", MergeRule::words))
        .width(108.0)
        .show_ui(ui, |ui| {
            for candidate in MergeRule::ALL {
                ui.selectable_value(&mut rule, Some(candidate), candidate.words());
            }
        })
        .response
        .accessible_name("What becomes of all sums");
    ui.add_space(6.0);
    if let Some(rule) = rule.filter(|_| rule != before) {
        for measure in summed() {
            rules.insert(measure.name.clone(), rule);
        }
    }
}

fn choice(ui: &mut Ui, name: &str, rule: &mut MergeRule) {
    ComboBox::from_id_salt(("rule", name))
        .selected_text(rule.words())
        .width(108.0)
        .show_ui(ui, |ui| {
            for candidate in MergeRule::ALL {
                ui.selectable_value(rule, candidate, candidate.words());
            }
        })
        .response
        .accessible_name(format!("What becomes of {name}"));
}
