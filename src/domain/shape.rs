//! The slow figures of a plan: outlines, compactness, pieces, travel, balance and Gini. Measured against a snapshot.
//!
//! Areas and perimeters are those of the globe. What needs a plane (hull, circle, inertia) is measured in a Lambert azimuthal
//! equal-area projection around the territory's own middle, so that areas are true and shapes nearly so.

use std::f64::consts::{PI, TAU};

use geo::{ConvexHull, MultiPoint, Point};
use rayon::prelude::*;

use super::columns::Subject;
use super::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use super::metrics::{Totals, balance, deviation, target};
use super::polygon::Shape;
use super::progress::{Cancelled, Phase, Progress};
use super::project::Project;
use super::random::Random;
use super::sphere::{EARTH_RADIUS_KM, LonLat, centroid};
use super::topology::Neighbours;

/// Everything slow about a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanMetrics {
    /// The existing territories, by id.
    pub territories: Vec<TerritoryMetrics>,
    /// By territory slot; the first is that of the unassigned units, removed territories have empty ones.
    pub outlines: Vec<Shape>,
    /// One entry per measure that is summed.
    pub measures: Vec<MeasureMetrics>,
    pub unassigned_units: u32,
    pub unassigned_accounts: u32,
    /// What travel is weighted with; `None`: every unit counts 1.
    pub travel_measure: Option<MeasureId>,
    /// Sum of weight × kilometres to the own territory's centre.
    pub travel_total: f64,
    /// Kilometres per weight; NaN where nothing is assigned.
    pub travel_mean_km: f64,
}

/// One measure over the whole plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureMetrics {
    pub measure: MeasureId,
    /// The largest absolute deviation from the target; `None` without territories or targets.
    pub balance: Option<f64>,
    /// Gini coefficient of the territories' loads, 0 (all equal) to 1; `None` without positive load.
    pub gini: Option<f64>,
    /// What nobody owns.
    pub unassigned: f64,
}

/// One territory.
#[derive(Debug, Clone, PartialEq)]
pub struct TerritoryMetrics {
    pub territory: TerritoryId,
    pub units: u32,
    pub accounts: u32,
    /// One entry per measure that is summed, in the order of [`PlanMetrics::measures`].
    pub loads: Vec<Load>,
    pub area_km2: f64,
    pub perimeter_km: f64,
    /// How much the shape is like a disc, in four ways, each in 0..=1; NaN for a territory without area, and
    /// all but the first for one that cannot be drawn on a plane because a ring of it jumps over the antimeridian.
    /// Here 4π · area / perimeter² (Polsby & Popper 1991).
    pub polsby_popper: f64,
    /// Area / area of the convex hull.
    pub hull_ratio: f64,
    /// Area / area of the smallest enclosing circle (Reock 1961).
    pub reock: f64,
    /// Area² / (2π · second moment of area about the centroid) (Weaver & Hess 1963; Li, Goodchild & Church 2013).
    pub inertia: f64,
    /// Connected pieces; links over water connect.
    pub pieces: u32,
    /// The weighted centroid; `None` for a territory without places.
    pub centre: Option<LonLat>,
    /// Weighted mean and greatest great-circle distance to the centre; NaN without places.
    pub travel_mean_km: f64,
    pub travel_max_km: f64,
    /// The same to the rep's home, where there is one.
    pub home_mean_km: Option<f64>,
    pub home_max_km: Option<f64>,
}

/// A measure in a territory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    pub measure: MeasureId,
    pub load: f64,
    pub target: f64,
    /// (load − target) / target; `None` where the target is not positive.
    pub deviation: Option<f64>,
}

impl PlanMetrics {
    /// Measures the plan of a project; `totals` are those of the same plan. Weights of travel are the main goal's measure: loads of
    /// units at their centres, or loads of accounts at their places with their owners; without a goal every unit counts 1.
    pub fn measure(project: &Project, totals: &Totals, progress: &Progress) -> Result<Self, Cancelled> {
        let plan = &*project.plan;
        let topology = &project.units.topology;
        let slots = plan.territory_slots();
        progress.begin(Phase::Measuring, plan.territory_count() as u64 + 2)?;
        let outlines = topology.outlines(plan.assignment(), slots);
        progress.tick(1)?;
        let perimeters = topology.perimeters_km(plan.assignment(), slots);
        let pieces = Neighbours::of_plan(topology, plan).components(plan.assignment(), slots);
        let mut areas = vec![0.0; slots];
        for (owner, area) in plan.assignment().iter().zip(&project.units.areas_km2) {
            areas[owner.index()] += area;
        }
        let travel_measure = project.main_goal().map(|goal| goal.measure);
        let places = weighted_places(project, totals, travel_measure, slots);
        progress.tick(1)?;

        let measures = summed_measures(project, totals);
        let ids: Vec<TerritoryId> = plan.territories().map(|(id, _)| id).collect();
        let measured: Vec<(TerritoryMetrics, [f64; 2])> = ids
            .par_iter()
            .map(|&id| {
                let slot = id.index();
                let compactness = compactness(&outlines[slot], areas[slot], perimeters[slot]);
                let centre = centroid(places[slot].iter().copied());
                let home = plan.territory(id).and_then(|territory| project.reps.get(territory.rep?.index())?.home);
                let travel = centre.map(|centre| distances(&places[slot], centre));
                let home = home.filter(|_| centre.is_some()).map(|home| distances(&places[slot], home));
                progress.tick(1)?;
                let metrics = TerritoryMetrics {
                    territory: id,
                    units: totals.unit_count(id),
                    accounts: totals.account_count(id),
                    loads: measures.iter().map(|entry| load(project, totals, entry.measure, id)).collect(),
                    area_km2: areas[slot],
                    perimeter_km: perimeters[slot],
                    polsby_popper: compactness.polsby_popper,
                    hull_ratio: compactness.hull_ratio,
                    reock: compactness.reock,
                    inertia: compactness.inertia,
                    pieces: pieces[slot],
                    centre,
                    travel_mean_km: travel.map_or(f64::NAN, |travel| travel.total / travel.weight),
                    travel_max_km: travel.map_or(f64::NAN, |travel| travel.greatest),
                    home_mean_km: home.map(|home| home.total / home.weight),
                    home_max_km: home.map(|home| home.greatest),
                };
                Ok((metrics, travel.map_or([0.0; 2], |travel| [travel.total, travel.weight])))
            })
            .collect::<Result<_, Cancelled>>()?;
        let travel_total = measured.iter().map(|(_, [total, _])| total).sum();
        let weight: f64 = measured.iter().map(|(_, [_, weight])| weight).sum();
        Ok(Self {
            territories: measured.into_iter().map(|(metrics, _)| metrics).collect(),
            outlines,
            measures,
            unassigned_units: totals.unit_count(TerritoryId::UNASSIGNED),
            unassigned_accounts: totals.account_count(TerritoryId::UNASSIGNED),
            travel_measure,
            travel_total,
            travel_mean_km: travel_total / weight,
        })
    }

    pub fn territory(&self, id: TerritoryId) -> Option<&TerritoryMetrics> {
        let found = self.territories.binary_search_by_key(&id, |metrics| metrics.territory).ok()?;
        self.territories.get(found)
    }

    /// A measure that is summed; `None` for others.
    pub fn of(&self, measure: MeasureId) -> Option<&MeasureMetrics> {
        self.measures.iter().find(|metrics| metrics.measure == measure)
    }

    /// The Gini coefficient of a measure.
    pub fn gini(&self, measure: MeasureId) -> Option<f64> {
        self.of(measure)?.gini
    }
}

/// The Gini coefficient of loads: half the mean absolute difference over the mean, which is Σ (2i − n − 1) xᵢ / (n Σ xᵢ) for
/// ascending xᵢ, i from 1 (Gini 1912). `None` without positive total or with negative loads.
pub fn gini(loads: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut loads: Vec<f64> = loads.into_iter().collect();
    loads.sort_by(f64::total_cmp);
    let (total, count): (f64, f64) = (loads.iter().sum(), loads.len() as f64);
    if total <= 0.0 || !total.is_finite() || loads[0] < 0.0 {
        return None;
    }
    let ranked: f64 = loads.iter().enumerate().map(|(i, load)| (2.0 * (i + 1) as f64 - count - 1.0) * load).sum();
    Some(ranked / (count * total))
}

fn summed_measures(project: &Project, totals: &Totals) -> Vec<MeasureMetrics> {
    let plan = &project.plan;
    let summed = project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed());
    summed
        .map(|(index, _)| {
            let measure = MeasureId::from_index(index);
            MeasureMetrics {
                measure,
                balance: balance(plan, totals, measure),
                gini: gini(plan.territories().map(|(id, _)| totals.load(measure, id))),
                unassigned: totals.load(measure, TerritoryId::UNASSIGNED),
            }
        })
        .collect()
}

fn load(project: &Project, totals: &Totals, measure: MeasureId, id: TerritoryId) -> Load {
    Load {
        measure,
        load: totals.load(measure, id),
        target: target(&project.plan, totals, measure, id),
        deviation: deviation(&project.plan, totals, measure, id),
    }
}

/// Per territory what has to be travelled to, with weights > 0.
fn weighted_places(
    project: &Project,
    totals: &Totals,
    measure: Option<MeasureId>,
    slots: usize,
) -> Vec<Vec<(LonLat, f64)>> {
    let (plan, units, accounts) = (&project.plan, &project.units, &project.accounts);
    let mut places: Vec<Vec<(LonLat, f64)>> = vec![Vec::new(); slots];
    let mut add = |owner: TerritoryId, place: LonLat, weight: f64| {
        if weight > 0.0 && weight.is_finite() && place.is_valid() {
            places[owner.index()].push((place, weight));
        }
    };
    let column = measure.and_then(|id| project.measure(id));
    if let Some(column) = column.filter(|column| column.subject == Subject::Accounts) {
        for (index, (&place, &weight)) in accounts.places.iter().zip(&column.values).enumerate() {
            let unit = accounts.units.get(index).copied().flatten();
            add(plan.owner_of(AccountId::from_index(index), unit), place, weight);
        }
    } else {
        for unit in units.ids().filter(|&unit: &UnitId| units.topology.has_shape(unit)) {
            let weight = measure.map_or(1.0, |measure| totals.table().unit_load(measure, unit));
            add(plan.territory_of(unit), units.centres[unit.index()], weight);
        }
    }
    places
}

#[derive(Clone, Copy)]
struct Distances {
    weight: f64,
    /// Sum of weight × kilometres.
    total: f64,
    greatest: f64,
}

fn distances(places: &[(LonLat, f64)], to: LonLat) -> Distances {
    let mut sums = Distances { weight: 0.0, total: 0.0, greatest: 0.0 };
    for &(place, weight) in places {
        let distance = place.distance_km(to);
        sums.weight += weight;
        sums.total += weight * distance;
        sums.greatest = sums.greatest.max(distance);
    }
    sums
}

struct Compactness {
    polsby_popper: f64,
    hull_ratio: f64,
    reock: f64,
    inertia: f64,
}

fn compactness(outline: &Shape, area_km2: f64, perimeter_km: f64) -> Compactness {
    let nan = f64::NAN;
    let none = Compactness { polsby_popper: nan, hull_ratio: nan, reock: nan, inertia: nan };
    let outer = outline.polygons.iter().flat_map(|polygon| polygon.outer.iter());
    let Some(middle) = centroid(outer.map(|&place| (place, 1.0))) else { return none };
    let project = |ring: &Vec<LonLat>| ring.iter().map(|&place| equal_area(middle, place)).collect::<Vec<_>>();
    let rings: Vec<Vec<[f64; 2]>> = outline.polygons.iter().flat_map(|polygon| polygon.rings()).map(project).collect();
    let (area, second_moment) = moments(&rings);
    if area_km2 <= 0.0 || perimeter_km <= 0.0 {
        return none;
    }
    let polsby_popper = 4.0 * PI * area_km2 / (perimeter_km * perimeter_km);
    // A ring that jumps over the antimeridian, or one around half the globe, has no true picture on a plane.
    if (area / area_km2 - 1.0).abs() > 0.2 || second_moment <= 0.0 {
        return Compactness { polsby_popper, ..none };
    }
    let points: MultiPoint<f64> = rings.iter().flatten().map(|&[x, y]| Point::new(x, y)).collect();
    let hull: Vec<[f64; 2]> = points.convex_hull().exterior().coords().map(|c| [c.x, c.y]).collect();
    let radius = enclosing_radius(&hull);
    Compactness {
        polsby_popper,
        hull_ratio: (area / moments(&[hull]).0).min(1.0),
        reock: (area / (PI * radius * radius)).min(1.0),
        inertia: (area * area / (TAU * second_moment)).min(1.0),
    }
}

/// Lambert azimuthal equal-area projection around `middle`, in kilometres (Snyder 1987, p. 185).
fn equal_area(middle: LonLat, place: LonLat) -> [f64; 2] {
    let (lat0, lat) = (middle.lat.to_radians(), place.lat.to_radians());
    let turn = (place.lon - middle.lon).to_radians();
    let towards = lat0.sin() * lat.sin() + lat0.cos() * lat.cos() * turn.cos();
    let scale = EARTH_RADIUS_KM * (2.0 / (1.0 + towards).max(1e-9)).sqrt();
    [scale * lat.cos() * turn.sin(), scale * (lat0.cos() * lat.sin() - lat0.sin() * lat.cos() * turn.cos())]
}

/// Area of rings with the inside on the left, and its second moment about its centroid (Green's theorem).
fn moments(rings: &[Vec<[f64; 2]>]) -> (f64, f64) {
    let (mut area, mut first, mut second) = (0.0, [0.0; 2], 0.0);
    for ring in rings {
        for (i, &[ax, ay]) in ring.iter().enumerate() {
            let [bx, by] = ring[(i + 1) % ring.len()];
            let cross = ax * by - bx * ay;
            area += cross / 2.0;
            first[0] += cross * (ax + bx) / 6.0;
            first[1] += cross * (ay + by) / 6.0;
            second += cross * (ax * ax + ax * bx + bx * bx + ay * ay + ay * by + by * by) / 12.0;
        }
    }
    (area, second - (first[0] * first[0] + first[1] * first[1]) / area)
}

/// Radius of the smallest circle around the points (Welzl 1991, as the incremental loop of de Berg et al., "Computational
/// Geometry", section 4.7). Linear time expected.
fn enclosing_radius(points: &[[f64; 2]]) -> f64 {
    let mut points = points.to_vec();
    Random::new(1).shuffle(&mut points);
    let outside = |circle: ([f64; 2], f64), p: [f64; 2]| distance(circle.0, p) > circle.1 * (1.0 + 1e-12) + 1e-12;
    let mut circle = (points.first().copied().unwrap_or_default(), 0.0);
    for i in 1..points.len() {
        if !outside(circle, points[i]) {
            continue;
        }
        circle = (points[i], 0.0);
        for j in 0..i {
            if !outside(circle, points[j]) {
                continue;
            }
            circle = circle_of_two(points[i], points[j]);
            for k in 0..j {
                if outside(circle, points[k]) {
                    circle = circle_of_three(points[i], points[j], points[k]);
                }
            }
        }
    }
    circle.1
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn circle_of_two(a: [f64; 2], b: [f64; 2]) -> ([f64; 2], f64) {
    ([(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0], distance(a, b) / 2.0)
}

/// Through three points; for points on one line around the two that are farthest apart.
fn circle_of_three(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> ([f64; 2], f64) {
    let (b0, c0) = ([b[0] - a[0], b[1] - a[1]], [c[0] - a[0], c[1] - a[1]]);
    let cross = 2.0 * (b0[0] * c0[1] - b0[1] * c0[0]);
    let (b2, c2) = (b0[0] * b0[0] + b0[1] * b0[1], c0[0] * c0[0] + c0[1] * c0[1]);
    let centre = [a[0] + (c0[1] * b2 - b0[1] * c2) / cross, a[1] + (b0[0] * c2 - c0[0] * b2) / cross];
    let radius = distance(centre, a);
    if radius.is_finite() {
        return (centre, radius);
    }
    let pairs = [circle_of_two(a, b), circle_of_two(b, c), circle_of_two(a, c)];
    pairs.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((a, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::metrics::LoadTable;
    use std::sync::Arc;

    fn measured(project: &Project) -> PlanMetrics {
        let totals = Totals::count(Arc::new(LoadTable::new(project)), &project.plan);
        PlanMetrics::measure(project, &totals, &Progress::new()).expect("nobody cancelled")
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not within {tolerance} of {b}");
    }

    #[test]
    fn a_square_has_the_compactness_of_a_square() {
        // 0.2 degrees of latitude high and, at 39.9° north, about 0.767 as wide: w = 17.06 km, h = 22.24 km.
        let metrics = measured(&fixture::project("AA\nAA"));
        let [territory] = metrics.territories.as_slice() else { panic!("one territory: {metrics:?}") };
        let (w, h) = (17.062_f64, 22.239_f64);
        close(territory.area_km2, w * h, 0.1);
        close(territory.perimeter_km, 2.0 * (w + h), 0.01);
        close(territory.polsby_popper, 4.0 * PI * w * h / (2.0 * (w + h)).powi(2), 1e-3);
        close(territory.hull_ratio, 1.0, 1e-3);
        close(territory.reock, w * h / (PI * (w * w + h * h) / 4.0), 1e-3);
        close(territory.inertia, (w * h).powi(2) / (TAU * w * h * (w * w + h * h) / 12.0), 1e-3);
        close(territory.travel_mean_km, w.hypot(h) / 4.0, 0.01);
    }

    #[test]
    fn compactness_of_a_ring_counts_its_hole() {
        let metrics = measured(&fixture::project("AAA\nA-A\nAAA"));
        let territory = &metrics.territories[0];
        close(territory.hull_ratio, 8.0 / 9.0, 1e-3);
        assert_eq!(territory.pieces, 1);
        assert_eq!((metrics.unassigned_units, metrics.measures[0].unassigned), (1, 1.0));
        assert_eq!(metrics.outlines[1].polygons[0].holes.len(), 1);
        close(metrics.outlines[1].area_km2(), territory.area_km2, 1e-6);
    }

    #[test]
    fn balance_and_gini_follow_the_loads() {
        let metrics = measured(&fixture::project("AAAB"));
        assert_eq!(metrics.measures[0].balance, Some(0.5));
        assert_eq!(metrics.measures[0].gini, Some(0.25));
        assert_eq!(metrics.territories[1].loads[0].deviation, Some(-0.5));
        // A: two of three cells lie a cell from the middle one, 0.1° at 39.95° north.
        close(metrics.territories[0].travel_mean_km, 2.0 / 3.0 * 8.524, 0.01);
        close(metrics.travel_total, 2.0 * 8.524, 0.02);
        close(metrics.travel_mean_km, 2.0 / 4.0 * 8.524, 0.01);
    }

    #[test]
    fn a_territory_without_units_is_measured_as_nothing() {
        let mut project = fixture::project("AAB");
        let plan = Arc::make_mut(&mut project.plan);
        plan.assignment.fill(TerritoryId(1));
        let metrics = measured(&project);
        let empty = &metrics.territories[1];
        assert_eq!((empty.units, empty.area_km2, empty.pieces, empty.centre), (0, 0.0, 0, None));
        assert!(empty.travel_mean_km.is_nan() && empty.reock.is_nan());
    }

    #[test]
    fn the_enclosing_circle_holds_all_points_and_touches_two() {
        let mut random = Random::new(7);
        for _ in 0..100 {
            let points: Vec<[f64; 2]> = (0..20).map(|_| [random.normal(), random.normal()]).collect();
            let radius = enclosing_radius(&points);
            let widest = points.iter().flat_map(|&a| points.iter().map(move |&b| distance(a, b))).fold(0.0, f64::max);
            // Jung's theorem in the plane.
            assert!(widest / 2.0 <= radius + 1e-9 && radius <= widest / 3.0_f64.sqrt() + 1e-9);
        }
        close(enclosing_radius(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), 1.0, 1e-12);
    }
}
