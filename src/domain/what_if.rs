//! What a manager asks of a plan.

use super::ids::{GroupId, RepId};
use super::sphere::LonLat;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// A rep leaves; others take what the rep had.
    RepLeaves(RepId),
    /// Somebody begins here: a rep of the roster without a territory, or a new territory of this name.
    RepJoins { rep: Option<RepId>, name: String, home: LonLat },
    /// A rep works this share of a full position, in 0..1.
    PartTime { rep: RepId, share: f64 },
    /// So many territories in all.
    GrowTo(usize),
    /// A district, or another group, becomes two.
    SplitGroup(GroupId),
    /// Groups of one level become one, which is called as the first.
    MergeGroups { into: GroupId, others: Vec<GroupId> },
}
