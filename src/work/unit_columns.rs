//! Columns of units from a table, joined to the units by their code, as one step: population, income, anything that is known by area.

use std::path::Path;
use std::sync::Arc;

use super::carry::default_goals;
use super::columns::UnitTableColumns;
use super::{Change, ChangeKind};
use crate::domain::cells::{CellColumn, apply_to_project};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::computed::{Column, ColumnChange, ComputedColumn, followed};
use crate::domain::edit::{Change as PlanChange, Edit, Locks};
use crate::domain::ids::MeasureId;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::has_word;
use crate::io::unit_columns::{self, UnitColumnsMapping, UnitColumnsTable};
use crate::io::{Imported, table};
use crate::words;

/// Adds columns to the units, or brings those up to date that are there, as one undo step. Units without a row keep what they have.
///
/// # Errors
/// The project has no units, the file cannot be read as a table, none of its codes is that of a unit.
pub fn import_unit_columns(
    project: &Project,
    path: &Path,
    columns: &UnitTableColumns,
    progress: &Progress,
) -> Result<Imported<Change>, UserError> {
    let failed = || UserError::new(format!("Could not import columns from {}", crate::io::files::name_of(path)));
    if project.units.is_empty() {
        return Err(failed().because("the project has no units yet").hint("import them first"));
    }
    let Imported { value: table, mut diagnostics } = table::read(path, &columns.read, progress)?;
    let mapping = columns.mapping(&table, UnitColumnsMapping::guess(&table, project))?;
    let found = unit_columns::from_table(&table, &mapping, project, columns.on_repeat, progress, &mut diagnostics)?;
    let file = table.file.clone();
    drop(table);
    let (edit, taken) = step(project, found, &file, &mut diagnostics);
    let edit = followed(project, edit).map_err(|error| failed().because(error))?;
    let mut after = project.clone();
    if edit.is_empty() {
        let note = Diagnostic::note(Place::file(&file), "the project has these values already");
        diagnostics.push(note.hint("nothing was changed"));
    } else {
        apply_to_project(&mut after, &edit, Locks::Obey).map_err(|error| failed().because(error))?;
    }
    let label = edit.label.clone();
    let change = Change { project: after, label, kind: ChangeKind::Columns(edit), taken, columns: mapping.reasons };
    Ok(Imported::new(change, diagnostics))
}

/// The edit that takes the columns, and for how many units it does.
fn step(project: &Project, found: UnitColumnsTable, file: &str, diagnostics: &mut Vec<Diagnostic>) -> (Edit, usize) {
    let matched = found.matched();
    let count = found.measures.len() + found.attributes.len();
    let columns = words::counted(count as i128, "column");
    let label = format!("Imported {columns} for {} from {file}", project.units.count_words(matched));
    let mut step = Step { project, edit: Edit::new(label), added: Vec::new(), names: Vec::new(), file, diagnostics };
    // Means go last: what they are weighted with may come with them.
    let (means, sums): (Vec<Measure>, Vec<Measure>) =
        found.measures.into_iter().partition(|measure| matches!(measure.aggregate, Aggregate::Mean { .. }));
    for measure in sums.into_iter().chain(means) {
        step.take_measure(measure, &found.has_row);
    }
    for column in found.attributes {
        step.take_attribute(column, &found.has_row);
    }
    step.choose_goal();
    (step.edit, matched)
}

/// An edit as it grows.
struct Step<'a> {
    project: &'a Project,
    edit: Edit,
    /// New measures, which stand behind those of the project in this order.
    added: Vec<Measure>,
    /// New columns of words.
    names: Vec<String>,
    file: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Step<'_> {
    fn take_measure(&mut self, mut found: Measure, has_row: &[bool]) {
        if self.is_computed(&found.name) {
            return;
        }
        let of_units = |measure: &Measure| measure.subject == Subject::Units;
        let same = |measure: &&Measure| measure.name.eq_ignore_ascii_case(&found.name);
        let known = self.project.measures.iter().position(|measure| of_units(measure) && same(&measure));
        if let Some(at) = known {
            let old = self.project.measures[at].clone();
            let mut new = old.clone();
            for ((new, &value), &has) in new.values.iter_mut().zip(&found.values).zip(has_row) {
                *new = if has { value } else { *new };
            }
            self.change(CellColumn::Measure(MeasureId::from_index(at)), Some(Column::Number(old)), Column::Number(new));
            return;
        }
        if self.project.measures.iter().chain(&self.added).any(|measure| same(&measure)) {
            let name = format!("{} (units)", found.name);
            let place = Place::file(self.file).column(&found.name);
            self.diagnostics.push(
                Diagnostic::warning(place, "the project has another measure of that name")
                    .hint(format!("this one is called \"{name}\"")),
            );
            found.name = name;
        }
        if let Aggregate::Mean { weight } = &mut found.aggregate {
            *weight = self.weight_of(&found.name);
        }
        let at = MeasureId::from_index(self.project.measures.len() + self.added.len());
        self.added.push(found.clone());
        self.change(CellColumn::Measure(at), None, Column::Number(found));
    }

    fn take_attribute(&mut self, found: TextColumn, has_row: &[bool]) {
        if self.is_computed(&found.name) {
            return;
        }
        let attributes = &self.project.units.attributes;
        let same = |column: &TextColumn| column.name.eq_ignore_ascii_case(&found.name);
        if let Some((at, old)) = (0..).zip(attributes).find(|(_, column)| same(column)) {
            let word = |(row, &has): (usize, &bool)| if has { found.get(row) } else { old.get(row) };
            let words: Vec<&str> = has_row.iter().enumerate().map(word).collect();
            let new = TextColumn::new(old.name.clone(), &words);
            self.change(CellColumn::Attribute(at), Some(Column::Text(old.clone())), Column::Text(new));
            return;
        }
        let Ok(at) = u16::try_from(attributes.len() + self.names.len()) else { return };
        self.names.push(found.name.clone());
        self.change(CellColumn::Attribute(at), None, Column::Text(found));
    }

    /// A column that a formula gives is not overwritten.
    fn is_computed(&mut self, name: &str) -> bool {
        let of_units = self.project.computed.iter().filter(|column| column.subject == Subject::Units);
        let computed = of_units.into_iter().any(|column| column.name.eq_ignore_ascii_case(name));
        if computed {
            let place = Place::file(self.file).column(name);
            self.diagnostics.push(
                Diagnostic::warning(place, "the project computes a column of that name")
                    .hint("the values of the file were not taken"),
            );
        }
        computed
    }

    fn change(&mut self, at: CellColumn, old: Option<Column>, new: Column) {
        if old.as_ref() == Some(&new) {
            return;
        }
        let plain = |column| Box::new(ComputedColumn { formula: String::new(), as_of: String::new(), column });
        let change =
            ColumnChange { subject: Subject::Units, at, old: old.map(plain), new: Some(plain(new)), goal: None };
        self.edit.changes.push(PlanChange::Column(Arc::new(change)));
    }

    /// Incomes are weighted by households, other means by people, where there are such columns.
    fn weight_of(&self, name: &str) -> Option<MeasureId> {
        let find = |words: &[&str]| {
            let all = self.project.measures.iter().chain(&self.added);
            let fits = |measure: &Measure| {
                measure.subject == Subject::Units && measure.is_summed() && has_word(&measure.name, words)
            };
            all.into_iter().position(fits).map(MeasureId::from_index)
        };
        let households = find(&["households", "household", "hh"]);
        let people = find(&["population", "pop", "people", "persons"]);
        let by_household = has_word(name, &["household", "households", "income", "hh"]);
        if by_household { households.or(people) } else { people.or(households) }
    }

    /// Where nothing could be balanced yet, one of the new columns is.
    fn choose_goal(&mut self) {
        if !self.project.goals.is_empty() {
            return;
        }
        let all: Vec<Measure> = self.project.measures.iter().chain(&self.added).cloned().collect();
        let Some(goal) = default_goals(&all).first().copied() else { return };
        for change in &mut self.edit.changes {
            if let PlanChange::Column(change) = change
                && change.old.is_none()
                && change.at == CellColumn::Measure(goal.measure)
            {
                Arc::make_mut(change).goal = Some((0, goal));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::io::unit_columns::OnRepeat;

    fn import(project: &Project, text: &str) -> Result<Imported<Change>, UserError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("census.csv");
        std::fs::write(&path, text).unwrap();
        let columns = UnitTableColumns { on_repeat: OnRepeat::First, ..UnitTableColumns::default() };
        import_unit_columns(project, &path, &columns, &Progress::new())
    }

    const CENSUS: &str =
        "code,Population,Households,Median income,County\n0,10,4,100,East\n1,20,6,200,East\n3,40,9,,West\n";

    #[test]
    fn columns_come_as_one_step_and_go_again() {
        let project = fixture::project("AABB");
        let change = import(&project, CENSUS).unwrap().value;
        assert_eq!(change.label, "Imported 4 columns for 3 cells from census.csv");
        let after = &change.project;
        let population = after.measures.iter().find(|measure| measure.name == "Population").unwrap();
        assert_eq!(population.values[..2], [10.0, 20.0]);
        assert!(population.values[2].is_nan());
        let income = after.measures.iter().find(|measure| measure.name == "Median income").unwrap();
        let households = after.measures.iter().position(|measure| measure.name == "Households");
        assert_eq!(income.aggregate, Aggregate::Mean { weight: households.map(MeasureId::from_index) });
        assert_eq!(after.units.attributes[0].get(3), "West");
        let ChangeKind::Columns(edit) = &change.kind else { panic!("a step is expected") };
        let mut back = after.clone();
        apply_to_project(&mut back, &edit.inverse(), Locks::Pass).unwrap();
        assert_eq!(back.measures.len(), project.measures.len());
        assert!(back.units.attributes.is_empty());
        assert_eq!(back.plan, project.plan);
    }

    #[test]
    fn what_is_there_is_brought_up_to_date_and_the_rest_stays() {
        let project = import(&fixture::project("AABB"), CENSUS).unwrap().value.project;
        let change = import(&project, "code,population,County\n1,25,South\n2,30,West\n").unwrap().value;
        let after = &change.project;
        assert_eq!(after.measures.len(), project.measures.len());
        let population = after.measures.iter().find(|measure| measure.name == "Population").unwrap();
        assert_eq!(population.values, [10.0, 25.0, 30.0, 40.0]);
        let words: Vec<&str> = (0..4).map(|row| after.units.attributes[0].get(row)).collect();
        assert_eq!(words, ["East", "South", "West", "West"]);
        let again = import(after, "code,population,County\n1,25,South\n2,30,West\n").unwrap();
        assert!(matches!(&again.value.kind, ChangeKind::Columns(edit) if edit.is_empty()));
        assert!(again.diagnostics.iter().any(|said| said.message.contains("has these values already")));
    }
}
