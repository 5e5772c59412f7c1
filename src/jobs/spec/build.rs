//! What commands on territories, cuts and Auto-build are asked for.

use crate::domain::cutting::Drawn;
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::project::Goal;

/// How many territories, and around what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Territories {
    /// This many new ones.
    Count(usize),
    /// One around the home of each rep who has one.
    PerRep,
    /// The plan's own, made better.
    Current,
}

/// A command on territories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerritoryOrder {
    Split {
        territory: TerritoryId,
        parts: usize,
    },
    Merge {
        into: TerritoryId,
        others: Vec<TerritoryId>,
    },
    Dissolve(TerritoryId),
    AbsorbEnclaves(TerritoryId),
    /// `None`: of all territories.
    FillHoles(Option<TerritoryId>),
    Swap(UnitId, UnitId),
    Smooth(TerritoryId),
    Recolour,
}

/// Units to be cut along what was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct CutWish {
    pub drawn: Drawn,
    /// Where what lies inside goes; `None`: it is selected.
    pub to: Option<TerritoryId>,
    /// What is narrower than this is a slip of the hand.
    pub narrowest_km: f64,
}

/// How long the engine shall look for something better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Normal,
    Thorough,
}

impl Effort {
    pub const ALL: [Self; 3] = [Self::Quick, Self::Normal, Self::Thorough];

    pub fn words(self) -> &'static str {
        match self {
            Self::Quick => "Quick",
            Self::Normal => "Normal",
            Self::Thorough => "Thorough",
        }
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Quick => "A first look: balanced, borders not yet at their best",
            Self::Normal => "Good territories, for most purposes good enough to decide on",
            Self::Thorough => "Ten times the search of Normal, often only a little better: for the final plan",
        }
    }
}

/// The wishes of Auto-build.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildOrder {
    pub territories: Territories,
    /// What to balance, each with its tolerance; at least one.
    pub goals: Vec<Goal>,
    /// Balance one weighted sum of the measures instead of each by itself.
    pub mix: bool,
    pub contiguous: bool,
    /// Targets in proportion to the reps' hours instead of equal ones.
    pub by_capacity: bool,
    /// No unit farther than this from its territory's centre.
    pub max_distance_km: Option<f64>,
    /// At most this share of a balanced measure, or of the units, may change owner.
    pub moved_limit: Option<(Option<MeasureId>, f64)>,
    pub effort: Effort,
    pub seed: u64,
}
