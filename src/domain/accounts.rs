//! The account table, struct of arrays.

use std::collections::HashMap;

use rayon::prelude::*;

use super::columns::TextColumn;
use super::ids::{AccountId, UnitId};
use super::sphere::LonLat;

/// How an account got its place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Its row had a longitude and latitude.
    Coordinates,
    /// By its postal code, to the code's point.
    PostalCode,
    /// By its town, to the town's point.
    Town,
    /// By its state, province or county alone, to the middle of it.
    Region,
    /// By an online geocoder, from its address.
    Online,
    /// By a person, who typed a place or pointed at the map.
    ByHand,
    /// Not at all: it counts as unassigned and is listed.
    Unplaced,
}

impl Placement {
    /// Every kind, the most precise ones first.
    pub const ALL: [Self; 7] =
        [Self::Coordinates, Self::ByHand, Self::Online, Self::PostalCode, Self::Town, Self::Region, Self::Unplaced];

    /// What it is called in the project file, in exports and in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coordinates => "coordinates",
            Self::PostalCode => "postal code",
            Self::Town => "town",
            Self::Region => "state",
            Self::Online => "online",
            Self::ByHand => "by hand",
            Self::Unplaced => "unplaced",
        }
    }

    /// The kind that a word of [`Self::word`] stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placement| placement.word() == word)
    }
}

/// An account that is less precise than this is placed roughly. Most postal codes are more precise.
pub const ROUGH_KM: f64 = 10.0;

/// Customers and prospects. Every column has one entry per account.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// Codes from outside, unique, as text.
    pub codes: Vec<String>,
    pub names: Vec<String>,
    /// NaN for unplaced accounts.
    pub places: Vec<LonLat>,
    pub placements: Vec<Placement>,
    /// How far in kilometres the true place may be from the one that is known; 0 where the place is exact, NaN where nobody knows.
    /// Rows beyond its end count as unknown: ask [`Accounts::precision_km`].
    pub precisions_km: Vec<f32>,
    /// The unit each account lies in; `None` outside every unit. Kept by [`Accounts::locate`].
    pub units: Vec<Option<UnitId>>,
    /// Attributes: address, segment, owner today, …
    pub attributes: Vec<TextColumn>,
}

impl Accounts {
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn ids(&self) -> impl Iterator<Item = AccountId> + use<> {
        (0..self.len() as u32).map(AccountId)
    }

    pub fn attribute(&self, name: &str) -> Option<&TextColumn> {
        self.attributes.iter().find(|column| column.name == name)
    }

    /// How far in kilometres the true place may be from the one that is known, where that is known. Unplaced accounts have none.
    pub fn precision_km(&self, row: usize) -> Option<f64> {
        let placed = self.placements.get(row).is_some_and(|placement| *placement != Placement::Unplaced);
        let known = self.precisions_km.get(row).copied().filter(|km| km.is_finite() && *km >= 0.0);
        known.filter(|_| placed).map(f64::from)
    }

    /// Its true place may be so far from the one that is known that it may lie in another unit.
    pub fn is_rough(&self, row: usize) -> bool {
        self.placements.get(row) == Some(&Placement::Region) || self.precision_km(row).is_some_and(|km| km > ROUGH_KM)
    }

    /// [`Self::precisions_km`] with a value for every account.
    pub fn all_precisions_km(&self) -> Vec<f32> {
        (0..self.len()).map(|row| self.precision_km(row).map_or(f32::NAN, |km| km as f32)).collect()
    }

    /// The number of accounts of each kind that there is, in the order of [`Placement::ALL`].
    pub fn placement_counts(&self) -> Vec<(Placement, usize)> {
        let count = |kind: Placement| self.placements.iter().filter(|&&placement| placement == kind).count();
        Placement::ALL.into_iter().map(|kind| (kind, count(kind))).filter(|(_, count)| *count > 0).collect()
    }

    /// Codes to ids, made when asked for.
    pub fn by_code(&self) -> HashMap<&str, AccountId> {
        self.codes.iter().map(String::as_str).zip(self.ids()).collect()
    }

    /// Fills [`Accounts::units`] from the places, on all processors.
    pub fn locate(&mut self, unit_at: impl Fn(LonLat) -> Option<UnitId> + Sync) {
        let unit_of = |&place: &LonLat| if place.is_valid() { unit_at(place) } else { None };
        self.units = self.places.par_iter().map(unit_of).collect();
    }
}
