//! Places of accounts, changed by hand or by a geocoder: where an account is, how it was placed, how precisely, and the unit that it
//! comes to lie in. They belong to the project's data, not to a plan, and are steps of its history all the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::{Accounts, Placement};
use super::edit::{Change, Edit, EditError};
use super::ids::{AccountId, UnitId};
use super::project::Project;
use super::sphere::LonLat;

/// Everything about where one account is.
#[derive(Debug, Clone, Copy)]
pub struct AccountPlace {
    /// NaN where the account has no place.
    pub place: LonLat,
    pub placement: Placement,
    /// How far the true place may be; NaN where nobody knows.
    pub precision_km: f32,
    /// The unit that it lies in.
    pub unit: Option<UnitId>,
}

/// Compared bit by bit; places that are none are the same.
impl PartialEq for AccountPlace {
    fn eq(&self, other: &Self) -> bool {
        let key = |one: &Self| {
            // There is one zero, as in the project file, and one value for what is not known.
            let bits = |value: f64| if value.is_finite() { (value + 0.0).to_bits() } else { u64::MAX };
            let known = one.placement != Placement::Unplaced;
            let [lon, lat] = if known { [one.place.lon, one.place.lat].map(bits) } else { [u64::MAX; 2] };
            (lon, lat, one.placement, if known { bits(f64::from(one.precision_km)) } else { u64::MAX }, one.unit)
        };
        key(self) == key(other)
    }
}

impl AccountPlace {
    /// An account that is nowhere.
    pub const NOWHERE: Self = Self {
        place: LonLat { lon: f64::NAN, lat: f64::NAN },
        placement: Placement::Unplaced,
        precision_km: f32::NAN,
        unit: None,
    };

    /// A place, and the unit that `unit_at` says it is in. What is no place is [`Self::NOWHERE`].
    pub fn at(
        place: LonLat,
        placement: Placement,
        precision_km: f64,
        unit_at: impl FnOnce(LonLat) -> Option<UnitId>,
    ) -> Self {
        if !place.is_valid() || placement == Placement::Unplaced {
            return Self::NOWHERE;
        }
        let place = LonLat::new(place.lon + 0.0, place.lat + 0.0);
        Self { place, placement, precision_km: precision_km as f32, unit: unit_at(place) }
    }

    /// Where an account is now; `None` for an account that does not exist.
    pub fn of(accounts: &Accounts, row: usize) -> Option<Self> {
        Some(Self {
            place: *accounts.places.get(row)?,
            placement: *accounts.placements.get(row)?,
            precision_km: accounts.precisions_km.get(row).copied().unwrap_or(f32::NAN),
            unit: accounts.units.get(row).copied().flatten(),
        })
    }

    fn is_usable(&self, units: usize) -> bool {
        let placed = self.placement != Placement::Unplaced;
        let fits = self.unit.is_none_or(|unit| placed && unit.index() < units);
        fits && placed == self.place.is_valid()
    }
}

/// Places of accounts, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Accounts by number, ascending.
    pub rows: Vec<u32>,
    /// One per row.
    pub old: Vec<AccountPlace>,
    pub new: Vec<AccountPlace>,
}

impl Places {
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { rows: self.rows.clone(), old: self.new.clone(), new: self.old.clone() }
    }

    /// Makes the change, or leaves everything as it is where a place is not the old one.
    pub(super) fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        let (count, units) = (project.accounts.len(), project.units.len());
        let fits = self.rows.is_sorted_by(|a, b| a < b)
            && self.rows.last().is_none_or(|&row| (row as usize) < count)
            && self.old.len() == self.rows.len()
            && self.new.len() == self.rows.len()
            && self.new.iter().all(|place| place.is_usable(units));
        if !fits {
            return Err(EditError::Unknown);
        }
        let rows = || self.rows.iter().map(|&row| row as usize);
        if rows().zip(&self.old).any(|(row, old)| AccountPlace::of(&project.accounts, row) != Some(*old)) {
            return Err(EditError::Stale);
        }
        let accounts = Arc::make_mut(&mut project.accounts);
        accounts.precisions_km.resize(count, f32::NAN);
        accounts.units.resize(count, None);
        for (row, new) in rows().zip(&self.new) {
            accounts.places[row] = new.place;
            accounts.placements[row] = new.placement;
            accounts.precisions_km[row] = new.precision_km;
            accounts.units[row] = new.unit;
        }
        Ok(())
    }
}

impl Edit {
    /// Puts accounts at other places, leaving out those that are there already. Of several places for one account the last counts.
    pub fn place_accounts(project: &Project, wanted: impl IntoIterator<Item = (AccountId, AccountPlace)>) -> Self {
        let mut places = Places { rows: Vec::new(), old: Vec::new(), new: Vec::new() };
        for (account, new) in wanted.into_iter().collect::<BTreeMap<_, _>>() {
            let Some(old) = AccountPlace::of(&project.accounts, account.index()).filter(|old| *old != new) else {
                continue;
            };
            places.rows.push(account.0);
            places.old.push(old);
            places.new.push(new);
        }
        let mut edit = Self::default();
        if !places.rows.is_empty() {
            edit.changes.push(Change::Places(Arc::new(places)));
        }
        edit
    }

    /// The places that the edit changes.
    pub fn places(&self) -> impl Iterator<Item = &Places> {
        self.changes.iter().filter_map(|change| match change {
            Change::Places(places) => Some(&**places),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cells::apply_to_project;
    use crate::domain::columns::{Aggregate, Measure, Subject};
    use crate::domain::edit::Locks;
    use crate::domain::fixture;
    use crate::domain::ids::{MeasureId, TerritoryId};
    use crate::domain::metrics::{LoadTable, Totals};
    use crate::domain::random::Random;

    /// Four units in two territories; four accounts, the last one nowhere, the first a named account of the second territory.
    fn project() -> Project {
        let mut project = fixture::project("AABB");
        let centres = project.units.centres.clone();
        let mut accounts = Accounts::default();
        for row in 0..4 {
            let at = |_| Some(UnitId(row));
            let place = match row {
                3 => AccountPlace::NOWHERE,
                _ => AccountPlace::at(centres[row as usize], Placement::PostalCode, 4.5, at),
            };
            accounts.codes.push(format!("C{row}"));
            accounts.names.push(format!("Account {row}"));
            accounts.places.push(place.place);
            accounts.placements.push(place.placement);
            accounts.precisions_km.push(place.precision_km);
            accounts.units.push(place.unit);
        }
        project.accounts = Arc::new(accounts);
        let measures = Arc::make_mut(&mut project.measures);
        let revenue = MeasureId::from_index(measures.len());
        measures.push(Measure::sum("Revenue", "$", Subject::Accounts, vec![0.1, 1e14, f64::NAN, 0.7]));
        let mut mean = Measure::sum("Margin", "%", Subject::Accounts, vec![1.5, 2.5, 3.5, f64::NAN]);
        mean.aggregate = Aggregate::Mean { weight: Some(revenue) };
        measures.push(mean);
        let plan = Arc::make_mut(&mut project.plan);
        let named = Change::Override { account: AccountId(0), old: None, new: Some(TerritoryId(2)) };
        super::super::edit::apply(plan, &Edit { changes: vec![named], ..Edit::default() }, Locks::Obey).unwrap();
        project
    }

    fn to(project: &Project, unit: u32) -> AccountPlace {
        AccountPlace::at(project.units.centres[unit as usize], Placement::ByHand, 0.0, |_| Some(UnitId(unit)))
    }

    #[test]
    fn a_place_changes_and_comes_back() {
        let mut project = project();
        let before = project.clone();
        let new = to(&project, 1);
        let edit = Edit::place_accounts(&project, [(AccountId(3), new), (AccountId(0), AccountPlace::NOWHERE)]);
        let effects = apply_to_project(&mut project, &edit, Locks::Obey).unwrap();
        assert_eq!((effects.accounts, effects.places_edited), (vec![AccountId(0), AccountId(3)], true));
        assert_eq!(AccountPlace::of(&project.accounts, 3), Some(new));
        assert_eq!(project.accounts.precision_km(3), Some(0.0));
        assert_eq!((project.accounts.units[0], project.accounts.precision_km(0)), (None, None));
        assert!(Edit::place_accounts(&project, [(AccountId(3), new), (AccountId(99), new)]).is_empty());
        apply_to_project(&mut project, &edit.inverse(), Locks::Pass).unwrap();
        for row in 0..4 {
            assert_eq!(AccountPlace::of(&project.accounts, row), AccountPlace::of(&before.accounts, row));
        }
    }

    #[test]
    fn a_change_that_does_not_fit_changes_nothing() {
        let mut project = project();
        let before = AccountPlace::of(&project.accounts, 1).unwrap();
        let refused = |project: &mut Project, places: Places, error: EditError| {
            let edit = Edit { changes: vec![Change::Places(Arc::new(places))], ..Edit::default() };
            assert_eq!(apply_to_project(project, &edit, Locks::Pass), Err(error));
        };
        let new = to(&project, 0);
        refused(&mut project, Places { rows: vec![1], old: vec![new], new: vec![new] }, EditError::Stale);
        refused(&mut project, Places { rows: vec![9], old: vec![before], new: vec![new] }, EditError::Unknown);
        refused(&mut project, Places { rows: vec![1, 0], old: vec![before; 2], new: vec![new; 2] }, EditError::Unknown);
        refused(&mut project, Places { rows: vec![1], old: vec![before], new: vec![] }, EditError::Unknown);
        let beyond = AccountPlace { unit: Some(UnitId(77)), ..new };
        let nan = AccountPlace { place: LonLat::new(f64::NAN, 1.0), ..new };
        for wrong in [beyond, nan] {
            refused(&mut project, Places { rows: vec![1], old: vec![before], new: vec![wrong] }, EditError::Unknown);
        }
        assert_eq!(AccountPlace::of(&project.accounts, 1), Some(before));
    }

    #[test]
    fn totals_follow_places_and_other_changes_to_the_last_bit() {
        let mut project = project();
        let mut totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
        let mut random = Random::new(5);
        let mut made: Vec<Edit> = Vec::new();
        for step in 0..200 {
            let account = AccountId(random.below(4) as u32);
            let new = match random.below(5) {
                4 => AccountPlace::NOWHERE,
                unit => to(&project, unit as u32),
            };
            let outside = AccountPlace { unit: None, ..to(&project, 0) };
            let mut edit = Edit::place_accounts(&project, [(account, if step % 7 == 0 { outside } else { new })]);
            if random.below(3) == 0 {
                let unit = UnitId(random.below(4) as u32);
                let to = TerritoryId(random.below(3) as u16);
                edit.changes.extend(Edit::assign(&project.plan, [unit], to).changes);
            }
            if random.below(4) == 0 {
                let old = project.plan.overrides().get(&account).copied();
                let new = [None, Some(TerritoryId(1)), Some(TerritoryId(0))][random.below(3)];
                if old != new {
                    edit.changes.push(Change::Override { account, old, new });
                }
            }
            let edit = match made.pop().filter(|_| step % 5 == 4) {
                Some(last) => last.inverse(),
                None => edit,
            };
            if edit.is_empty() {
                continue;
            }
            if apply_to_project(&mut project, &edit, Locks::Obey).is_err() {
                continue;
            }
            totals.follow(&project.plan, &edit);
            totals.follow_places(&project, &edit);
            let counted = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
            assert!(totals == counted, "step {step}: {edit:?}");
            for unit in 0..4 {
                let kept = totals.table();
                let anew = counted.table();
                assert_eq!(kept.accounts_in(UnitId(unit)), anew.accounts_in(UnitId(unit)));
                let load = |table: &LoadTable| table.unit_load(MeasureId(1), UnitId(unit)).to_bits();
                assert_eq!(load(kept), load(anew));
            }
            made = vec![edit];
        }
    }
}
