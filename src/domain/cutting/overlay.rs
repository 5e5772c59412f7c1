//! The drawn line and the borders that it meets get vertices where they meet, the same for both.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Refused;
use super::fixed::{Edge, NEAR, Point, crossing, distance, foot, is_beside, lies_on, on_grid, place};
use crate::domain::ids::{ArcId, UnitId};
use crate::domain::progress::Progress;
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::units::Units;

/// A vertex of a border.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vertex {
    pub at: Point,
    /// It was there before.
    pub old: bool,
}

/// Borders near the line, and the line, both with the vertices of the other.
pub(super) struct Overlay {
    /// Arcs of all units whose box meets the line's.
    pub arcs: BTreeMap<u32, Vec<Vertex>>,
    /// The drawn lines; of a closed one the first point is repeated at its end.
    pub paths: Vec<Vec<Point>>,
    closed: bool,
    /// Vertices that were there before, with their exact places.
    originals: HashMap<Point, LonLat>,
}

/// How far a vertex of the line moves and where to; and into which edge of which border, when not to a vertex of it.
type Move = (f64, Point, Option<(usize, usize)>);

type Indexed = GeomWithData<Rectangle<[f64; 2]>, (usize, usize)>;

impl Overlay {
    pub fn new(units: &Units, candidates: &[UnitId], lines: &[Vec<LonLat>], closed: bool) -> Self {
        let paths = lines.iter().map(|line| clean(line, closed)).filter(|path| path.len() > 1 + usize::from(closed));
        let ids: BTreeSet<u32> = candidates
            .iter()
            .flat_map(|&unit| units.topology.arcs_of(unit))
            .map(|arc_use| arc_use.split().0.0)
            .collect();
        let mut originals = HashMap::new();
        let mut vertex = |place: LonLat| {
            let at = on_grid(place).unwrap_or_default();
            originals.insert(at, place);
            Vertex { at, old: true }
        };
        let path = |&arc: &u32| (arc, units.topology.arc(ArcId(arc)).iter().map(|&place| vertex(place)).collect());
        let arcs = ids.iter().map(path).collect();
        Self { arcs, paths: paths.collect(), closed, originals }
    }

    /// The place of a vertex: as it was before, where it was there before.
    pub fn place(&self, point: Point) -> LonLat {
        self.originals.get(&point).copied().unwrap_or_else(|| place(point))
    }

    /// Adds vertices until no two edges cross.
    pub fn meet(&mut self, progress: &Progress) -> Result<(), Refused> {
        // A vertex that is added bends its edge by less than can be measured, which can still bring about another meeting.
        const ROUNDS: usize = 24;
        for _ in 0..ROUNDS {
            progress.check().map_err(|_| Refused::Cancelled)?;
            if !self.snap() && !self.cross() {
                return Ok(());
            }
        }
        Err(Refused::Tangled)
    }

    /// All edges of the line, with path and position.
    fn line_edges(&self) -> RTree<Indexed> {
        let edges = self.paths.iter().enumerate().flat_map(|(path, points)| {
            let edge = move |(at, pair): (usize, &[Point])| {
                GeomWithData::new(Rectangle::from_corners(numbers(pair[0]), numbers(pair[1])), (path, at))
            };
            points.windows(2).enumerate().map(edge)
        });
        RTree::bulk_load(edges.collect())
    }

    fn line_edge(&self, (path, at): (usize, usize)) -> Edge {
        [self.paths[path][at], self.paths[path][at + 1]]
    }

    /// Brings vertices that are near each other together: the line gives way to borders, and passes through their vertices. Returns
    /// whether anything changed.
    fn snap(&mut self) -> bool {
        let tree = self.line_edges();
        let fixed: HashSet<Point> = self.arcs.values().flatten().map(|vertex| vertex.at).collect();
        // By vertex of the line.
        let mut moved: BTreeMap<(usize, usize), Move> = BTreeMap::new();
        let mut offer = |at: (usize, usize), to: Move| {
            // A vertex of a border comes before its edge.
            let rank = |to: &Move| (to.2.is_some(), to.0, to.1);
            let best = moved.entry(at).or_insert(to);
            if rank(&to) < rank(best) {
                *best = to;
            }
        };
        let mut into_line = Additions::default();
        let mut into_arcs = Additions::default();
        for (&arc, path) in &self.arcs {
            for (position, pair) in path.windows(2).enumerate() {
                let edge = [pair[0].at, pair[1].at];
                for near in tree.locate_in_envelope_intersecting(&around(edge)) {
                    let at = near.data;
                    let line = self.line_edge(at);
                    for point in edge.into_iter().filter(|point| !line.contains(point)) {
                        let ends = [(line[0], at.1), (line[1], at.1 + 1)];
                        let end = ends.into_iter().map(|(end, nth)| (distance(end, point), nth, end));
                        let nearest = end.min_by(|a, b| a.0.total_cmp(&b.0));
                        match nearest.filter(|found| found.0 <= NEAR) {
                            Some((far, nth, end)) if !fixed.contains(&end) => {
                                offer((at.0, nth), (far, point, None));
                            }
                            Some(_) => {}
                            None if is_beside(point, line) => into_line.add(at, point),
                            None => {}
                        }
                    }
                    for (point, nth) in [(line[0], at.1), (line[1], at.1 + 1)] {
                        let apart = edge.iter().all(|&end| distance(end, point) > NEAR);
                        if apart && is_beside(point, edge) && !fixed.contains(&point) {
                            let foot = foot(point, edge);
                            offer((at.0, nth), (distance(point, foot), foot, Some((arc as usize, position))));
                        }
                    }
                }
            }
        }
        if !moved.is_empty() {
            for (&(path, nth), &(_, to, border)) in &moved {
                self.paths[path][nth] = to;
                if let Some(edge) = border {
                    into_arcs.add(edge, to);
                }
            }
            self.insert(Additions::default(), into_arcs);
            for path in self.paths.iter_mut().filter(|_| self.closed) {
                // The end of a closed line is its beginning.
                let last = path.len() - 1;
                path[last] = path[0];
            }
            self.paths.iter_mut().for_each(Vec::dedup);
            self.paths.retain(|path| path.len() > 1);
            return true;
        }
        self.insert(into_line, into_arcs)
    }

    /// Adds the points where the line crosses borders, or itself.
    fn cross(&mut self) -> bool {
        let tree = self.line_edges();
        let mut into_line = Additions::default();
        let mut into_arcs = Additions::default();
        for (&arc, path) in &self.arcs {
            for (position, pair) in path.windows(2).enumerate() {
                let edge = [pair[0].at, pair[1].at];
                for near in tree.locate_in_envelope_intersecting(&around(edge)) {
                    if let Some(point) = crossing(edge, self.line_edge(near.data)) {
                        into_line.add(near.data, point);
                        into_arcs.add((arc as usize, position), point);
                    }
                }
            }
        }
        for (path, points) in self.paths.iter().enumerate() {
            for (position, pair) in points.windows(2).enumerate() {
                let edge = [pair[0], pair[1]];
                for near in tree.locate_in_envelope_intersecting(&around(edge)) {
                    let other = self.line_edge(near.data);
                    if let Some(point) = crossing(edge, other) {
                        into_line.add((path, position), point);
                        into_line.add(near.data, point);
                    }
                    for point in other.into_iter().filter(|&point| lies_on(point, edge)) {
                        into_line.add((path, position), point);
                    }
                }
            }
        }
        self.insert(into_line, into_arcs)
    }

    fn insert(&mut self, into_line: Additions, into_arcs: Additions) -> bool {
        let mut changed = false;
        for ((path, position), points) in into_line.0.into_iter().rev() {
            let edge = self.line_edge((path, position));
            let fresh = in_order(edge, points);
            changed |= !fresh.is_empty();
            self.paths[path].splice(position + 1..position + 1, fresh);
        }
        for ((arc, position), points) in into_arcs.0.into_iter().rev() {
            let Some(path) = self.arcs.get_mut(&(arc as u32)) else { continue };
            let fresh = in_order([path[position].at, path[position + 1].at], points);
            changed |= !fresh.is_empty();
            let vertices = fresh.into_iter().map(|at| Vertex { at, old: false });
            path.splice(position + 1..position + 1, vertices);
        }
        changed
    }
}

/// Points to be added, by line or arc and position.
#[derive(Default)]
struct Additions(BTreeMap<(usize, usize), BTreeSet<Point>>);

impl Additions {
    fn add(&mut self, at: (usize, usize), point: Point) {
        self.0.entry(at).or_default().insert(point);
    }
}

/// Points to add to an edge, from its beginning to its end.
fn in_order(edge: Edge, points: BTreeSet<Point>) -> Vec<Point> {
    let mut points: Vec<Point> = points.into_iter().filter(|point| !edge.contains(point)).collect();
    points.sort_by(|&a, &b| distance(edge[0], a).total_cmp(&distance(edge[0], b)));
    points
}

/// On the grid, without vertices that are nearly the same.
fn clean(line: &[LonLat], closed: bool) -> Vec<Point> {
    let mut path: Vec<Point> = Vec::with_capacity(line.len() + 1);
    for point in line.iter().filter_map(|&place| on_grid(place)) {
        if path.last().is_none_or(|&last| distance(last, point) > NEAR) {
            path.push(point);
        }
    }
    while closed && path.len() > 1 && distance(path[0], path[path.len() - 1]) <= NEAR {
        path.pop();
    }
    if closed && path.len() > 2 {
        path.push(path[0]);
    }
    path
}

fn numbers(point: Point) -> [f64; 2] {
    point.map(|value| value as f64)
}

fn around([a, b]: Edge) -> AABB<[f64; 2]> {
    let (a, b) = (numbers(a), numbers(b));
    let reach = 2.0 * NEAR;
    AABB::from_corners(
        [a[0].min(b[0]) - reach, a[1].min(b[1]) - reach],
        [a[0].max(b[0]) + reach, a[1].max(b[1]) + reach],
    )
}

/// The box around the lines, a little larger.
pub(super) fn bounds_of(lines: &[Vec<LonLat>]) -> Option<Bounds> {
    const MARGIN: f64 = 1e-5;
    Some(Bounds::of(lines.iter().flatten().copied())?.grown(MARGIN))
}
