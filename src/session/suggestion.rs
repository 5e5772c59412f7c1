//! What a command on territories would do: shown on the map and in every figure until it is taken or left.

use std::sync::Arc;

use crate::domain::edit::Edit;
use crate::domain::ids::TerritoryId;
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::jobs::spec::TerritoryOrder;

/// A change that waits for a yes.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What was asked for.
    pub order: TerritoryOrder,
    /// The step that would make it.
    pub edit: Edit,
    pub plan: Arc<Plan>,
    pub totals: Totals,
    /// What was left out and what to know, a sentence each.
    pub notes: Vec<String>,
    /// The territories that gain, lose, come or go, by id.
    pub touched: Vec<TerritoryId>,
}
