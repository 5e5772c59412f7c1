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
    /// Not at all: it counts as unassigned and is listed.
    Unplaced,
}

/// Customers and prospects. Every column has one entry per account.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// Codes from outside, unique, as text.
    pub codes: Vec<String>,
    pub names: Vec<String>,
    /// NaN for unplaced accounts.
    pub places: Vec<LonLat>,
    pub placements: Vec<Placement>,
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
