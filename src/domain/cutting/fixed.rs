//! Places on a grid so fine (2⁻⁴⁴ degrees, some nanometres) that rounding to it moves nothing anybody could measure. On it
//! turns and areas are exact, so no two questions about the same lines can have answers that contradict each other.

use crate::domain::sphere::LonLat;

/// Longitude and latitude in grid steps.
pub(super) type Point = [i64; 2];

/// Two directed ends.
pub(super) type Edge = [Point; 2];

const STEPS_PER_DEGREE: f64 = (1_u64 << 44) as f64;

/// What is nearer than this to a vertex or border counts as on it: about 0.1 m, as in the topology.
pub(super) const NEAR: f64 = 1e-6 * STEPS_PER_DEGREE;

/// `None` for what is no place.
pub(super) fn on_grid(place: LonLat) -> Option<Point> {
    let usable = (-200.0..=200.0).contains(&place.lon) && (-90.0..=90.0).contains(&place.lat);
    usable.then(|| [place.lon, place.lat].map(|degrees| (degrees * STEPS_PER_DEGREE).round() as i64))
}

/// Exact: a step has fewer digits than a double.
pub(super) fn place(point: Point) -> LonLat {
    LonLat::new(point[0] as f64 / STEPS_PER_DEGREE, point[1] as f64 / STEPS_PER_DEGREE)
}

/// Twice the area of the triangle a, b, c; positive when it turns left.
pub(super) fn turn(a: Point, b: Point, c: Point) -> i128 {
    cross(minus(b, a), minus(c, a))
}

pub(super) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

pub(super) fn cross(a: Point, b: Point) -> i128 {
    i128::from(a[0]) * i128::from(b[1]) - i128::from(a[1]) * i128::from(b[0])
}

pub(super) fn dot(a: Point, b: Point) -> i128 {
    i128::from(a[0]) * i128::from(b[0]) + i128::from(a[1]) * i128::from(b[1])
}

/// Where two edges cross at a point inside both, rounded to the grid.
pub(super) fn crossing([a, b]: Edge, [c, d]: Edge) -> Option<Point> {
    let (from_a, from_b) = (turn(c, d, a), turn(c, d, b));
    if from_a.signum() * from_b.signum() >= 0 || turn(a, b, c).signum() * turn(a, b, d).signum() >= 0 {
        return None;
    }
    let share = from_a as f64 / (from_a - from_b) as f64;
    let along = |axis: usize| a[axis] + ((b[axis] - a[axis]) as f64 * share).round() as i64;
    Some([along(0), along(1)])
}

/// Whether the point lies exactly on the edge, between its ends.
pub(super) fn lies_on(point: Point, [a, b]: Edge) -> bool {
    point != a && point != b && turn(a, b, point) == 0 && dot(minus(a, point), minus(b, point)) < 0
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    let [x, y] = minus(a, b);
    (x as f64).hypot(y as f64)
}

/// Whether the point is near the edge, beside it and not beyond its ends.
pub(super) fn is_beside(point: Point, [a, b]: Edge) -> bool {
    let ([dx, dy], [px, py]) = (minus(b, a).map(|v| v as f64), minus(point, a).map(|v| v as f64));
    let squared = dx * dx + dy * dy;
    let along = px * dx + py * dy;
    along > 0.0 && along < squared && (px * dy - py * dx).abs() <= NEAR * squared.sqrt()
}

/// The point of the edge that is nearest to a point beside it.
pub(super) fn foot(point: Point, [a, b]: Edge) -> Point {
    let ([dx, dy], [px, py]) = (minus(b, a).map(|v| v as f64), minus(point, a).map(|v| v as f64));
    let share = (px * dx + py * dy) / (dx * dx + dy * dy);
    [a[0] + (dx * share).round() as i64, a[1] + (dy * share).round() as i64]
}

/// Where a point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    In,
    On,
    Out,
}

/// Where the middle of `a` and `b` (a point itself, when they are the same) lies in the area that these edges go around. Exact, by
/// the even-odd rule.
pub(super) fn locate(edges: impl IntoIterator<Item = Edge>, a: Point, b: Point) -> Where {
    let doubled = |p: Point| [p[0] * 2, p[1] * 2];
    let middle = [a[0] + b[0], a[1] + b[1]];
    let mut inside = false;
    for [from, to] in edges {
        let [low, high] = if from[1] <= to[1] { [from, to] } else { [to, from] }.map(doubled);
        if middle[1] < low[1] || middle[1] > high[1] {
            continue;
        }
        let side = turn(low, high, middle);
        if side == 0 && dot(minus(low, middle), minus(high, middle)) <= 0 {
            return Where::On;
        }
        // The lower end belongs to the edge, the upper one does not.
        inside ^= middle[1] < high[1] && side > 0;
    }
    if inside { Where::In } else { Where::Out }
}

/// The edges of a closed ring whose first point is not repeated.
pub(super) fn ring_edges(ring: &[Point]) -> impl Iterator<Item = Edge> + '_ {
    (0..ring.len()).map(|at| [ring[at], ring[(at + 1) % ring.len()]])
}

/// Twice the area of a ring, positive when it runs counter-clockwise.
pub(super) fn twice_area(ring: &[Point]) -> i128 {
    let Some(&first) = ring.first() else { return 0 };
    ring.windows(2).map(|pair| turn(first, pair[0], pair[1])).sum()
}
