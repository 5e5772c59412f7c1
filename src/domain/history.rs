//! Undo and redo: the steps that were made and how many of them are in force.

use super::edit::Edit;

/// The steps of one plan, oldest first. `edits[..applied]` can be undone, the rest redone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    edits: Vec<Edit>,
    applied: usize,
}

impl History {
    /// From saved steps; `applied` is cut to their number.
    pub fn from_parts(edits: Vec<Edit>, applied: usize) -> Self {
        let applied = applied.min(edits.len());
        Self { edits, applied }
    }

    /// A new step was made: what could be redone is gone.
    pub fn push(&mut self, edit: Edit) {
        self.edits.truncate(self.applied);
        self.edits.push(edit);
        self.applied += 1;
    }

    /// The step that undo would take back.
    pub fn undo_step(&self) -> Option<&Edit> {
        self.edits.get(self.applied.checked_sub(1)?)
    }

    /// The step that redo would make again.
    pub fn redo_step(&self) -> Option<&Edit> {
        self.edits.get(self.applied)
    }

    pub fn mark_undone(&mut self) {
        self.applied = self.applied.saturating_sub(1);
    }

    pub fn mark_redone(&mut self) {
        self.applied = (self.applied + 1).min(self.edits.len());
    }

    /// All steps, oldest first.
    pub fn steps(&self) -> &[Edit] {
        &self.edits
    }

    /// How many of the steps are in force.
    pub fn applied(&self) -> usize {
        self.applied
    }
}
