//! A change of a computed column: what it does to measures, attributes and goals.

use std::sync::Arc;

use super::{Column, ColumnChange, Computed, ComputedColumn};
use crate::domain::cells::CellColumn;
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::edit::EditError;
use crate::domain::ids::MeasureId;
use crate::domain::project::{Goal, Project};

impl ColumnChange {
    #[must_use]
    pub fn inverse(&self) -> Self {
        let Self { subject, at, old, new, goal } = self.clone();
        Self { subject, at, old: new, new: old, goal }
    }

    /// The measure that comes, with its place.
    pub(in crate::domain) fn added_measure(&self) -> Option<MeasureId> {
        match self.at {
            CellColumn::Measure(id) if self.old.is_none() => Some(id),
            _ => None,
        }
    }

    pub(in crate::domain) fn removed_measure(&self) -> Option<MeasureId> {
        match self.at {
            CellColumn::Measure(id) if self.new.is_none() => Some(id),
            _ => None,
        }
    }

    /// The goals after the change, under the new numbers of their measures.
    pub fn follow_goals(&self, goals: &mut Vec<Goal>) {
        if let Some(id) = self.removed_measure() {
            goals.retain(|goal| goal.measure != id);
        }
        for goal in goals.iter_mut() {
            goal.measure = self.moved(goal.measure);
        }
        if let (Some(_), Some((place, goal))) = (self.added_measure(), self.goal) {
            goals.insert(usize::from(place).min(goals.len()), goal);
        }
    }

    /// The number of another measure after the change.
    pub fn moved(&self, id: MeasureId) -> MeasureId {
        if self.added_measure().is_some_and(|added| id >= added) {
            MeasureId(id.0.saturating_add(1))
        } else if self.removed_measure().is_some_and(|removed| id > removed) {
            MeasureId(id.0 - 1)
        } else {
            id
        }
    }

    /// Makes the change of the project's data, or leaves everything as it is. Targets in the plan follow by [`crate::domain::edit::apply`].
    pub(in crate::domain) fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        let rows = project.rows_of(self.subject);
        if self.new.as_ref().is_some_and(|new| new.column.len() != rows) {
            return Err(EditError::Stale);
        }
        match self.at {
            CellColumn::Measure(id) => self.apply_to_measures(project, id)?,
            CellColumn::Attribute(at) => self.apply_to_attributes(project, usize::from(at))?,
            CellColumn::Name => return Err(EditError::Unknown),
        }
        let computed = Arc::make_mut(&mut project.computed);
        if let Some(old) = &self.old {
            computed.retain(|column| column.subject != self.subject || column.name != old.column.name());
        }
        if let Some(new) = self.new.as_ref().filter(|new| !new.formula.is_empty()) {
            computed.push(new.definition(self.subject));
            computed.sort();
        }
        self.follow_goals(&mut project.goals);
        Ok(())
    }

    fn apply_to_measures(&self, project: &mut Project, id: MeasureId) -> Result<(), EditError> {
        let at = id.index();
        let is_known = |known: &Measure, old: &ComputedColumn| matches!(&old.column, Column::Number(measure) if Column::Number(known.clone()) == Column::Number(measure.clone()));
        let new = match self.new.as_deref().map(|new| &new.column) {
            Some(Column::Number(measure)) if measure.subject == self.subject => Some(measure.clone()),
            None => None,
            _ => return Err(EditError::Unknown),
        };
        match &self.old {
            Some(old) if project.measures.get(at).is_none_or(|known| !is_known(known, old)) => {
                return Err(EditError::Stale);
            }
            None if at > project.measures.len() || project.measures.len() >= usize::from(u16::MAX) => {
                return Err(EditError::Stale);
            }
            _ => {}
        }
        let weighs = |measure: &Measure| measure.aggregate == Aggregate::Mean { weight: Some(id) };
        if new.is_none()
            && let Some(other) = project.measures.iter().find(|measure| weighs(measure))
        {
            return Err(EditError::InUse(other.name.clone()));
        }
        let measures = Arc::make_mut(&mut project.measures);
        if self.old.is_some() {
            measures.remove(at);
        }
        for measure in measures.iter_mut() {
            if let Aggregate::Mean { weight: Some(weight) } = &mut measure.aggregate {
                *weight = self.moved(*weight);
            }
        }
        if let Some(new) = new {
            measures.insert(at, new);
        }
        Ok(())
    }

    fn apply_to_attributes(&self, project: &mut Project, at: usize) -> Result<(), EditError> {
        let known = project.attributes(self.subject);
        let new = match self.new.as_deref().map(|new| &new.column) {
            Some(Column::Text(column)) => Some(column.clone()),
            None => None,
            _ => return Err(EditError::Unknown),
        };
        let fits = match self.old.as_deref().map(|old| &old.column) {
            Some(Column::Text(old)) => known.get(at) == Some(old),
            Some(_) => false,
            None => at <= known.len() && known.len() < usize::from(u16::MAX),
        };
        if !fits {
            return Err(EditError::Stale);
        }
        let attributes = match self.subject {
            Subject::Units => &mut Arc::make_mut(&mut project.units).attributes,
            Subject::Accounts => &mut Arc::make_mut(&mut project.accounts).attributes,
        };
        if self.old.is_some() {
            attributes.remove(at);
        }
        if let Some(new) = new {
            attributes.insert(at, new);
        }
        Ok(())
    }
}

impl ComputedColumn {
    pub fn definition(&self, subject: Subject) -> Computed {
        Computed {
            subject,
            number: matches!(self.column, Column::Number(_)),
            name: self.column.name().to_owned(),
            formula: self.formula.clone(),
            as_of: self.as_of.clone(),
        }
    }
}
