//! What a command on territories would do: shown on the map and in every figure until it is taken or left.

use std::sync::Arc;

use super::data::NewData;
use crate::domain::edit::Edit;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::sphere::LonLat;
use crate::jobs::spec::TerritoryOrder;

/// A change that waits for a yes.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What was asked for; `None` for a cut.
    pub order: Option<TerritoryOrder>,
    /// The step that would make it.
    pub edit: Edit,
    /// Of a cut: with the units as they are, so without the pieces.
    pub plan: Arc<Plan>,
    pub totals: Totals,
    /// What would be done, a sentence each.
    pub facts: Vec<String>,
    /// What was left out and what to know, a sentence each.
    pub notes: Vec<String>,
    /// The territories that gain, lose, come or go, by id.
    pub touched: Vec<TerritoryId>,
    pub cut: Option<Box<CutPreview>>,
}

/// Units that would be cut.
#[derive(Debug, Clone)]
pub struct CutPreview {
    pub data: NewData,
    /// What was drawn; of a boundary the first place is repeated at the end.
    pub lines: Vec<Vec<LonLat>>,
    /// The pieces inside, as triangles.
    pub triangles: Vec<[LonLat; 3]>,
    /// The colour of the territory that they go to.
    pub colour: Option<[u8; 3]>,
    /// What is selected afterwards, by the numbers of then.
    pub select: Vec<UnitId>,
    /// A code and a sentence for each unit.
    pub details: Vec<[String; 2]>,
}
