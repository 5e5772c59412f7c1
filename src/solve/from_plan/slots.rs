//! Which territories are built: those of the plan, so many new ones, or one around each rep's home.

use std::collections::BTreeMap;

use super::{BuildRequest, Wanted, refusal};
use crate::domain::ids::{RepId, TerritoryId};
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::domain::sphere::{LonLat, centroid};
use crate::error::UserError;
use crate::solve::instance::counted;
use crate::solve::names::ids_left;
use crate::solve::problem::MAX_TERRITORIES;

/// A territory to be built.
pub(super) struct Slot {
    /// The territory of the plan that it is, where that is known beforehand.
    pub id: Option<TerritoryId>,
    pub rep: Option<RepId>,
    pub home: Option<LonLat>,
    pub near: Option<LonLat>,
}

/// The territories to be built: first those that must stay because units are locked in them or accounts are given to them by name.
pub(super) fn slots(project: &Project, request: &BuildRequest) -> Result<Vec<Slot>, UserError> {
    let plan = &*project.plan;
    let locked = plan.territories().filter(|&(id, _)| plan.is_territory_locked(id)).count();
    let free: Vec<TerritoryId> =
        plan.territories().filter(|&(id, _)| !plan.is_territory_locked(id)).map(|(id, _)| id).collect();
    let must_stay = |id: TerritoryId| {
        plan.locked_units().iter().any(|&unit| plan.territory_of(unit) == id)
            || plan.overrides().values().any(|&owner| owner == id)
    };
    let middle = |id: TerritoryId| {
        let places = plan.units_of(id).map(|unit| (project.units.centres[unit.index()], 1.0));
        centroid(places.filter(|(place, _)| place.is_valid()))
    };
    let kept = |id: TerritoryId| Slot {
        id: Some(id),
        rep: plan.territory(id).and_then(|territory| territory.rep),
        home: None,
        near: middle(id),
    };
    match request.territories {
        Wanted::Current => {
            if free.is_empty() {
                let error = refusal().because("the plan has no territories that are free to change");
                return Err(error.hint("Ask for a number of territories, or unlock some"));
            }
            Ok(free.into_iter().map(kept).collect())
        }
        Wanted::Count(count) => {
            if count == 0 {
                return Err(refusal().because("0 territories were asked for").hint("Ask for at least 1"));
            }
            if count > MAX_TERRITORIES {
                let most = MAX_TERRITORIES;
                let why = format!("{count} territories were asked for, and {most} is the most");
                return Err(refusal().because(why).hint("Ask for fewer"));
            }
            let staying: Vec<TerritoryId> = free.into_iter().filter(|&id| must_stay(id)).collect();
            let least = locked + staying.len();
            if count < least.max(locked + 1) {
                let verb =
                    |count: usize, one: &str, many: &str| if count == 1 { one.to_owned() } else { many.to_owned() };
                let mut why = format!(
                    "{} {} asked for, but {locked} {} locked",
                    counted(count, "territory"),
                    verb(count, "was", "were"),
                    verb(locked, "is", "are")
                );
                if !staying.is_empty() {
                    let holds = verb(staying.len(), "holds", "hold");
                    why += &format!(" and {} more {holds} locked units or named accounts", staying.len());
                }
                return Err(refusal().because(why).hint("Ask for more, or unlock some"));
            }
            let new = (0..count - least).map(|_| Slot { id: None, rep: None, home: None, near: None });
            let slots: Vec<Slot> = staying.into_iter().map(kept).chain(new).collect();
            check_ids(plan, &slots)?;
            Ok(slots)
        }
        Wanted::PerRepHome => per_rep(project, &free, must_stay),
    }
}

fn per_rep(
    project: &Project,
    free: &[TerritoryId],
    must_stay: impl Fn(TerritoryId) -> bool,
) -> Result<Vec<Slot>, UserError> {
    let plan = &*project.plan;
    let has_locked = |rep: RepId| {
        plan.territories().any(|(id, territory)| plan.is_territory_locked(id) && territory.rep == Some(rep))
    };
    let mut slots: Vec<Slot> = Vec::new();
    let mut at_one_home: BTreeMap<[u64; 2], usize> = BTreeMap::new();
    for (index, rep) in project.reps.iter().enumerate().take(MAX_TERRITORIES) {
        let rep_id = RepId::from_index(index);
        let Some(mut home) = rep.home.filter(|home| home.is_valid()) else { continue };
        if has_locked(rep_id) {
            continue;
        }
        let at_home = *at_one_home.entry(place_key(home)).and_modify(|count| *count += 1).or_insert(0);
        if at_home > 0 {
            home = beside(home, at_home);
        }
        // Of several, one that must stay.
        let owned = || free.iter().copied().filter(|&id| plan.territory(id).and_then(|it| it.rep) == Some(rep_id));
        let id = owned().find(|&id| must_stay(id)).or_else(|| owned().next());
        slots.push(Slot { id, rep: Some(rep_id), home: Some(home), near: None });
    }
    if slots.is_empty() {
        let error = refusal().because("no rep has a home on the map and a territory that is free to change");
        return Err(error.hint("Give the reps homes, or ask for a number of territories"));
    }
    let stranded = free.iter().find(|&&id| must_stay(id) && slots.iter().all(|slot| slot.id != Some(id)));
    if let Some(&id) = stranded {
        let name = plan.territory_name(id);
        let holds = format!("{name} holds locked units or named accounts");
        let rep = plan.territory(id).and_then(|territory| territory.rep);
        let person = rep.and_then(|rep| project.reps.get(rep.index())).map(|rep| rep.name.trim()).unwrap_or_default();
        let (why, hint) = match rep {
            Some(rep) if has_locked(rep) => (
                format!("{holds}, but {person}, whose it is, has a locked territory besides"),
                "Unlock that one, or give this one another rep with a home",
            ),
            Some(rep) if slots.iter().any(|slot| slot.rep == Some(rep)) => (
                format!("{holds}, and so does another territory of {person}, who can have one"),
                "Give one of them another rep with a home, or unlock it",
            ),
            _ => (format!("{holds}, but no rep with a home owns it"), "Give it a rep with a home, or unlock it"),
        };
        return Err(refusal().because(why).hint(hint));
    }
    check_ids(plan, &slots)?;
    Ok(slots)
}

/// Refuses more new territories than the plan has numbers for: every territory that ever was has used one up.
fn check_ids(plan: &Plan, slots: &[Slot]) -> Result<(), UserError> {
    let kept = slots.iter().filter(|slot| slot.id.is_some()).count();
    let free = plan.territories().filter(|&(id, _)| !plan.is_territory_locked(id)).count();
    let left = ids_left(plan, free.saturating_sub(kept));
    let new = slots.len() - kept;
    if new > left {
        let why = format!("{new} new territories would be needed, and the plan has numbers for {left} more");
        return Err(refusal().because(why).hint("Ask for fewer"));
    }
    Ok(())
}

fn place_key(place: LonLat) -> [u64; 2] {
    // -0 and 0 are one place.
    [place.lon + 0.0, place.lat + 0.0].map(f64::to_bits)
}

/// Two centres in one place cannot be told apart: the others stand a little beside the first, on a spiral of equal areas (Vogel 1979).
fn beside(home: LonLat, nth: usize) -> LonLat {
    let (sin, cos) = (GOLDEN_ANGLE * nth as f64).sin_cos();
    let away = BESIDE * (nth as f64).sqrt();
    let shrink = home.lat.to_radians().cos().max(0.01);
    let lon = home.lon + away * cos / shrink;
    let lon = if lon > 180.0 {
        lon - 360.0
    } else if lon < -180.0 {
        lon + 360.0
    } else {
        lon
    };
    LonLat::new(lon, (home.lat + away * sin).clamp(-90.0, 90.0))
}

/// Some 2 km, in degrees.
const BESIDE: f64 = 0.02;
/// The angle from one to the next on the spiral, in radians.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;
