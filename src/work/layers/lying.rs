//! In which area of a layer each unit lies.

use crate::domain::ids::UnitId;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::units::Units;
use crate::store::UnitShare;
use crate::work::boundaries::{Share, areas, shares};

/// Per unit the areas it lies in, with their shares of its surface.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lying {
    /// The largest first; without those too small to be more than two outlines drawn differently.
    shares: Vec<Vec<Share>>,
}

impl Lying {
    /// # Errors
    /// It was cancelled.
    pub fn new(units: &Units, layer: &Units, progress: &Progress) -> Result<Self, Cancelled> {
        let wanted: Vec<UnitId> = units.ids().collect();
        let found = areas(units, &wanted, layer, progress)?;
        let shares = wanted.iter().zip(found).map(|(unit, areas)| shares(areas, units.areas_km2[unit.index()]));
        Ok(Self { shares: shares.collect() })
    }

    /// The areas that a unit lies in, the one with most of it first.
    pub fn shares(&self, unit: UnitId) -> &[Share] {
        self.shares.get(unit.index()).map_or(&[], Vec::as_slice)
    }

    /// The area that has most of a unit; `None` where it lies in none.
    pub fn main(&self, unit: UnitId) -> Option<UnitId> {
        self.shares(unit).first().map(|share| share.unit)
    }

    /// The units of which most lies in an area, ascending.
    pub fn units_of(&self, area: UnitId) -> Vec<UnitId> {
        let mains = self.shares.iter().enumerate().filter(|(_, shares)| shares.first().is_some_and(|s| s.unit == area));
        mains.map(|(unit, _)| UnitId::from_index(unit)).collect()
    }

    /// How many units lie in an area, in more than one, and in none.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is: fn(usize) -> bool| self.shares.iter().filter(|shares| is(shares.len())).count();
        [count(|areas| areas > 0), count(|areas| areas > 1), count(|areas| areas == 0)]
    }

    /// As rows of the project file.
    pub fn rows(&self) -> Vec<UnitShare> {
        let of_unit = |(unit, shares): (usize, &Vec<Share>)| {
            let row = move |(nth, share): (usize, &Share)| UnitShare {
                unit: unit as u32,
                area: share.unit.0,
                share: share.share,
                main: nth == 0,
            };
            shares.iter().enumerate().map(row).collect::<Vec<_>>()
        };
        self.shares.iter().enumerate().flat_map(of_unit).collect()
    }
}
