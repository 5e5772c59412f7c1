//! Layers beside the units as the window sees them: what is drawn of them, what is done with them, and what using one as units would do.

use std::sync::Arc;

use super::Session;
use super::data::NewData;
use super::list::List;
use crate::domain::edit::Edit;
use crate::domain::reference::LayerLook;
use crate::domain::spatial::UnitIndex;
use crate::domain::units::Units;
use crate::jobs::spec::{ImportOrder, Version};
use crate::render::reference::ReferenceLines;

/// What a job makes of the areas of a layer, so that they can be drawn and pointed at.
#[derive(Clone)]
pub struct LayerView {
    pub areas: Arc<Units>,
    pub lines: Arc<ReferenceLines>,
    pub index: Arc<UnitIndex>,
}

/// What is done with layers; each is named by its place in the list.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerAction {
    /// Reads a file as a layer.
    Add(Box<ImportOrder>),
    SetLook(usize, LayerLook),
    Rename(usize, String),
    Remove(usize),
    /// Writes the area that each unit lies in into a column.
    WriteColumn(usize),
    /// Selects all units that lie in the areas in which the selected ones lie.
    SelectAlike(usize),
    /// Works out the figures of the plan by its areas.
    Total(usize, TotalsBy),
    /// Works out what using it as units would do.
    AskUse(usize),
    /// The answer to what that told.
    Use(bool),
}

/// How figures come to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TotalsBy {
    /// Those of units by the share of their surface, those of accounts by where the account is.
    #[default]
    Share,
    /// Those of a unit and of the accounts in it to the area that has most of the unit.
    Main,
}

/// The figures of the plan by area of a layer.
#[derive(Debug, Clone)]
pub struct LayerTotals {
    /// The place of the layer.
    pub at: usize,
    /// What one of its areas is called.
    pub kind: String,
    pub by: TotalsBy,
    pub list: List,
}

/// What using a layer as units would do; waits for a yes.
#[derive(Debug, Clone)]
pub struct LayerUse {
    /// The state that it was made of.
    pub version: Version,
    pub name: String,
    /// What changes, a sentence each.
    pub facts: Vec<String>,
    pub edit: Edit,
    pub data: NewData,
}

impl Session {
    /// The areas of layers that are to be seen.
    pub fn shown_layers(&self) -> impl Iterator<Item = &Arc<Units>> {
        self.project.layers.iter().filter(|layer| layer.look.visible).map(|layer| &layer.areas)
    }

    /// The layer that commands mean which name none: the first one that is to be seen.
    pub fn first_layer(&self) -> Option<usize> {
        self.project.layers.iter().position(|layer| layer.look.visible)
    }
}
