//! Undo and redo: the steps that were made and how many of them are in force.

use super::edit::Edit;

/// The steps of one plan, oldest first. `edits[..applied]` can be undone, the rest redone.
#[derive(Debug, Clone, Default)]
pub struct History {
    edits: Vec<Edit>,
    /// Who made each of them, and when, as far as that is known.
    made: Vec<Option<Made>>,
    applied: usize,
}

/// Who made a step, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Seconds since 1970.
    pub at: i64,
    pub who: String,
}

/// Two histories are the same when their steps are, whoever made them.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.edits == other.edits && self.applied == other.applied
    }
}

impl History {
    /// From saved steps; `applied` is cut to their number.
    pub fn from_parts(edits: Vec<Edit>, applied: usize) -> Self {
        let applied = applied.min(edits.len());
        let made = vec![None; edits.len()];
        Self { edits, made, applied }
    }

    /// The same with who made the steps, one entry per step.
    #[must_use]
    pub fn signed(mut self, made: Vec<Option<Made>>) -> Self {
        self.made = made;
        self.made.resize(self.edits.len(), None);
        self
    }

    /// Says who made the newest step.
    pub fn sign(&mut self, made: Made) {
        if let Some(last) = self.made.last_mut() {
            *last = Some(made);
        }
    }

    /// Who made a step, counted from 0, and when.
    pub fn made(&self, step: usize) -> Option<&Made> {
        self.made.get(step)?.as_ref()
    }

    /// A new step was made: what could be redone is gone.
    pub fn push(&mut self, edit: Edit) {
        self.edits.truncate(self.applied);
        self.made.truncate(self.applied);
        self.edits.push(edit);
        self.made.push(None);
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
