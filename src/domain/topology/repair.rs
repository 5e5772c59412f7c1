//! Shapes that are none: borders that cross themselves, parts upon parts, holes outside. They are put right among themselves, on the
//! grid of the vertices: what is not wrong keeps every vertex, so borders shared with neighbours stay shared.

use std::collections::HashMap;

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use rayon::prelude::*;

use super::build::{BuildReport, Finding, Reason};
use super::clean::{CleanRing, Cleaned, TOLERANCE, twice_area, without_repeats};
use super::crossing::{Faults, faults_of, is_outside};
use crate::domain::ids::UnitId;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::LonLat;

/// A unit whose shape was put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    pub unit: UnitId,
    pub faults: Faults,
    /// Where the first of them is.
    pub place: LonLat,
    pub parts_before: usize,
    pub parts_after: usize,
    /// What its rings come to as they stand in the file.
    pub km2_before: f64,
    pub km2_after: f64,
}

/// What is larger than this many grid steps in one direction (about 107°) is not repaired: exact products would not fit.
const MOST_STEPS: i64 = 1 << 30;

/// Puts right what is wrong with single units; returns whether there was something.
pub(super) fn repair(cleaned: &mut Cleaned, progress: &Progress, report: &mut BuildReport) -> Result<bool, Cancelled> {
    let ranges = unit_ranges(&cleaned.rings);
    let found: Vec<Option<(Faults, Outcome)>> = ranges
        .par_iter()
        .map(|range| {
            let rings = &cleaned.rings[range.clone()];
            let faults = faults_of(rings, &cleaned.vertices, progress);
            if !faults.any() {
                return None;
            }
            let outcome = match (faults.is_too_much, faults.is_certain()) {
                (false, _) => put_right(rings, cleaned, &faults),
                (true, true) => Outcome::Impossible,
                (true, false) => Outcome::Sound,
            };
            Some((faults, outcome))
        })
        .collect();
    progress.check()?;
    let mut new_vertices: HashMap<[i32; 2], u32> = HashMap::new();
    let mut repaired: Vec<Option<Vec<CleanRing>>> = Vec::with_capacity(ranges.len());
    for (range, found) in ranges.iter().zip(found) {
        let Some((faults, outcome)) = found else {
            repaired.push(None);
            continue;
        };
        let unit = UnitId(cleaned.rings[range.start].unit);
        match outcome {
            Outcome::Sound => repaired.push(None),
            Outcome::Impossible => {
                report.findings.push(Finding { unit, reason: Reason::SelfCrossing });
                repaired.push(None);
            }
            Outcome::Rings(rings) => {
                let before = shape_of(&cleaned.rings[range.clone()], cleaned);
                let rings = numbered(unit.0, rings, cleaned, &mut new_vertices);
                let after = shape_of(&rings, cleaned);
                if rings.is_empty() {
                    report.dropped_rings += range.len();
                    report.findings.push(Finding { unit, reason: Reason::NothingUsable });
                }
                note(report, unit, &faults, &before, &after);
                repaired.push(Some(rings));
            }
        }
    }
    if repaired.iter().all(Option::is_none) {
        return Ok(false);
    }
    let mut old = std::mem::take(&mut cleaned.rings).into_iter();
    for (range, repaired) in ranges.into_iter().zip(repaired) {
        let as_it_was: Vec<CleanRing> = old.by_ref().take(range.len()).collect();
        cleaned.rings.extend(repaired.unwrap_or(as_it_was));
    }
    Ok(true)
}

/// What became of a unit with something wrong.
enum Outcome {
    /// It only touches itself, which is no harm.
    Sound,
    /// Rings of grid positions, the outer one of each polygon first.
    Rings(Vec<Vec<Vec<[i32; 2]>>>),
    /// It is kept as it is.
    Impossible,
}

/// Every polygon by itself: what its outer ring goes around, less what its holes go around. Then all of them together, so that no place
/// counts twice. Holes outside of their polygon are taken for parts.
fn put_right(rings: &[CleanRing], cleaned: &Cleaned, faults: &Faults) -> Outcome {
    let all = || rings.iter().flat_map(|ring| &ring.path).map(|&vertex| cleaned.vertices[vertex as usize]);
    let (mut least, mut most) = ([i32::MAX; 2], [i32::MIN; 2]);
    for position in all() {
        for axis in 0..2 {
            least[axis] = least[axis].min(position[axis]);
            most[axis] = most[axis].max(position[axis]);
        }
    }
    if (0..2).any(|axis| i64::from(most[axis]) - i64::from(least[axis]) > MOST_STEPS) {
        return if faults.is_certain() { Outcome::Impossible } else { Outcome::Sound };
    }
    let contour = |ring: &CleanRing| -> Contour {
        let place = |&vertex: &u32| {
            let [x, y] = cleaned.vertices[vertex as usize];
            IntPoint::new(x - least[0], y - least[1])
        };
        ring.path.iter().map(place).collect()
    };
    let mut parts: Vec<Vec<Contour>> = Vec::new();
    for polygon in polygons(rings) {
        let outer = contour(&polygon[0]);
        let (mut inside, mut outside): (Vec<Contour>, Vec<Contour>) = (Vec::new(), Vec::new());
        for hole in &polygon[1..] {
            let apart = faults.hole && is_outside(hole, &polygon[0], &cleaned.vertices);
            let hole = contour(hole);
            let apart = apart && overlay(&[&outer], &[&hole], OverlayRule::Intersect).is_empty();
            if apart { outside.push(hole) } else { inside.push(hole) }
        }
        let holes: Vec<&Contour> = inside.iter().collect();
        parts.extend(overlay(&[&outer], &holes, OverlayRule::Difference));
        for hole in &outside {
            parts.extend(overlay(&[hole], &[], OverlayRule::Subject));
        }
    }
    let contours: Vec<&Contour> = parts.iter().flatten().collect();
    let together = overlay(&contours, &[], OverlayRule::Subject);
    let twice =
        |contours: &mut dyn Iterator<Item = Contour>| -> i128 { contours.map(|contour| twice_of(&contour)).sum() };
    let before = twice(&mut rings.iter().map(contour));
    let after = twice(&mut together.iter().flatten().cloned());
    if before == after && !faults.is_certain() {
        return Outcome::Sound;
    }
    let back = |point: &IntPoint| [point.x + least[0], point.y + least[1]];
    let polygons: Vec<Vec<Vec<[i32; 2]>>> = together
        .iter()
        .filter(|polygon| !is_sliver(&polygon[0]))
        .map(|polygon| {
            let kept = polygon.iter().filter(|contour| !is_sliver(contour));
            kept.map(|contour| contour.iter().map(back).collect()).collect()
        })
        .collect();
    Outcome::Rings(polygons)
}

type Contour = Vec<IntPoint>;

/// Valid polygons, outer ring first. A place is inside a list of contours when they go around it, however often. Corners in the middle of
/// a straight line stay, for a neighbour has them too.
fn overlay(subject: &[&Contour], clip: &[&Contour], rule: OverlayRule) -> Vec<Vec<Contour>> {
    let options = IntOverlayOptions {
        preserve_input_collinear: true,
        preserve_output_collinear: true,
        ogc: true,
        ..IntOverlayOptions::default()
    };
    let points = subject.iter().chain(clip).map(|contour| contour.len()).sum();
    let mut overlay = Overlay::new_custom(points, options, Default::default());
    for contour in subject {
        overlay.add_contour(contour, ShapeType::Subject);
    }
    for contour in clip {
        overlay.add_contour(contour, ShapeType::Clip);
    }
    let mut polygons = overlay.overlay(rule, FillRule::NonZero);
    // Holes that touch the outer ring come out of the library in either direction; what goes around counts only with the right one.
    for polygon in &mut polygons {
        for (nth, contour) in polygon.iter_mut().enumerate() {
            if (twice_of(contour) > 0) != (nth == 0) {
                contour.reverse();
            }
        }
    }
    polygons
}

/// Narrower than what makes two vertices one, in the mean.
fn is_sliver(contour: &Contour) -> bool {
    let around: f64 = (0..contour.len())
        .map(|i| {
            let (a, b) = (contour[i], contour[(i + 1) % contour.len()]);
            (f64::from(a.x) - f64::from(b.x)).hypot(f64::from(a.y) - f64::from(b.y))
        })
        .sum();
    (twice_of(contour).unsigned_abs() as f64) < around * TOLERANCE / 2.0
}

fn twice_of(contour: &Contour) -> i128 {
    let mut twice = 0;
    for (i, a) in contour.iter().enumerate() {
        let b = contour[(i + 1) % contour.len()];
        twice += i128::from(i64::from(a.x) * i64::from(b.y)) - i128::from(i64::from(b.x) * i64::from(a.y));
    }
    twice
}

/// Positions become vertices again: those that were there before, also where a crossing lies within their reach, and new ones for the
/// other crossings, which are the same for all units.
fn numbered(
    unit: u32,
    polygons: Vec<Vec<Vec<[i32; 2]>>>,
    cleaned: &mut Cleaned,
    new_vertices: &mut HashMap<[i32; 2], u32>,
) -> Vec<CleanRing> {
    let own: HashMap<[i32; 2], u32> = cleaned
        .rings
        .iter()
        .skip(cleaned.rings.partition_point(|ring| ring.unit < unit))
        .take_while(|ring| ring.unit == unit)
        .flat_map(|ring| &ring.path)
        .map(|&vertex| (cleaned.vertices[vertex as usize], vertex))
        .collect();
    let reach = TOLERANCE as i32;
    let near = |[x, y]: [i32; 2]| {
        let distance = |[other_x, other_y]: [i32; 2]| {
            let (dx, dy) = (i64::from(x) - i64::from(other_x), i64::from(y) - i64::from(other_y));
            dx * dx + dy * dy
        };
        let around = (-reach..=reach).flat_map(|dx| (-reach..=reach).map(move |dy| [x + dx, y + dy]));
        let known = around.filter_map(|position| Some((distance(position), *own.get(&position)?)));
        known.filter(|(squared, _)| *squared <= i64::from(reach) * i64::from(reach)).min().map(|(_, vertex)| vertex)
    };
    let mut rings = Vec::new();
    for polygon in polygons {
        for (nth, positions) in polygon.into_iter().enumerate() {
            let outer = nth == 0;
            let path = positions
                .into_iter()
                .map(|position| {
                    if let Some(vertex) = own.get(&position).copied().or_else(|| near(position)) {
                        return vertex;
                    }
                    *new_vertices.entry(position).or_insert_with(|| {
                        cleaned.vertices.push(position);
                        cleaned.vertices.len() as u32 - 1
                    })
                })
                .collect();
            let mut path = without_repeats(path);
            let twice = twice_area(&path, &cleaned.vertices);
            if path.len() < 3 || twice == 0 {
                if outer {
                    break;
                }
                continue;
            }
            if (twice > 0) != outer {
                path.reverse();
            }
            rings.push(CleanRing { unit, outer, path });
        }
    }
    rings
}

/// One line per unit, however often it was gone through.
fn note(report: &mut BuildReport, unit: UnitId, faults: &Faults, before: &Shape, after: &Shape) {
    let (parts_after, km2_after) = (after.polygons.len(), after.area_km2());
    if let Some(known) = report.repairs.iter_mut().find(|repair| repair.unit == unit) {
        known.faults = known.faults.and(faults);
        (known.parts_after, known.km2_after) = (parts_after, km2_after);
        return;
    }
    report.repairs.push(Repair {
        unit,
        faults: faults.clone(),
        place: faults.place,
        parts_before: before.polygons.len(),
        parts_after,
        km2_before: before.area_km2(),
        km2_after,
    });
}

fn unit_ranges(rings: &[CleanRing]) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    rings
        .chunk_by(|a, b| a.unit == b.unit)
        .map(|run| {
            start += run.len();
            start - run.len()..start
        })
        .collect()
}

/// The polygons of a unit: an outer ring and its holes.
pub(super) fn polygons(rings: &[CleanRing]) -> impl Iterator<Item = &[CleanRing]> {
    rings.chunk_by(|_, next| !next.outer)
}

fn shape_of(rings: &[CleanRing], cleaned: &Cleaned) -> Shape {
    let ring = |ring: &CleanRing| ring.path.iter().map(|&vertex| cleaned.place(vertex)).collect();
    let polygon = |polygon: &[CleanRing]| Polygon {
        outer: polygon.first().map(ring).unwrap_or_default(),
        holes: polygon.iter().skip(1).map(ring).collect(),
    };
    Shape { polygons: polygons(rings).map(polygon).collect() }
}
