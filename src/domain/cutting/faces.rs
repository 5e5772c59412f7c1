//! The faces that lines divide one unit into: half-edges are followed around, keeping to the left.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::fixed::{Edge, Point, Where, cross, dot, locate, minus, ring_edges, twice_area};
use crate::domain::sphere::{LonLat, length_km, signed_ring_area_km2};

/// One edge of a border, as it is walked: positions in the vertices of an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub arc: u32,
    pub from: u32,
    pub to: u32,
}

/// A ring of a unit: where each step begins.
pub(super) type Border = Vec<(Point, Step)>;

/// A stretch of border or of the drawn line between two nodes.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub path: Vec<Point>,
    /// Empty for the drawn line.
    pub steps: Vec<Step>,
    pub km: f64,
}

impl Chain {
    pub fn is_border(&self) -> bool {
        !self.steps.is_empty()
    }
}

/// A use of a chain; backwards when the second is set.
pub(super) type Half = (usize, bool);

/// A ring around a face or a hole in it.
#[derive(Debug, Clone)]
pub(super) enum Ring {
    /// Chains, one after the other.
    Traced(Vec<Half>),
    /// A ring of the unit that the line does not meet, by its number.
    Loose(usize),
}

/// A connected piece: its outer ring, then the holes in it.
#[derive(Debug, Clone)]
pub(super) struct Face {
    pub rings: Vec<Ring>,
    pub points: Vec<Vec<Point>>,
    pub area_km2: f64,
}

/// A unit with the lines that cross it.
pub(super) struct Cell {
    pub borders: Vec<Border>,
    /// First stretches of border, then those of the line.
    pub chains: Vec<Chain>,
    loose: Vec<usize>,
}

impl Cell {
    /// `drawn` are the edges of the line inside the unit. Ends that lead nowhere are left out.
    pub fn new(borders: Vec<Border>, drawn: &[Edge], place: &dyn Fn(Point) -> LonLat) -> Self {
        let on_border: HashSet<Point> = borders.iter().flatten().map(|step| step.0).collect();
        let lines = chains_of(drawn, &on_border);
        let nodes: HashSet<Point> = lines.iter().flat_map(|path| [path[0], path[path.len() - 1]]).collect();
        let km = |path: &[Point]| length_km(&path.iter().map(|&point| place(point)).collect::<Vec<_>>());
        let mut cell = Self { borders, chains: Vec::new(), loose: Vec::new() };
        for (nth, border) in cell.borders.iter().enumerate() {
            let Some(first) = border.iter().position(|step| nodes.contains(&step.0)) else {
                cell.loose.push(nth);
                continue;
            };
            let around = border[first..].iter().chain(&border[..first]);
            let mut chain = Chain { path: Vec::new(), steps: Vec::new(), km: 0.0 };
            for &(at, step) in around {
                if nodes.contains(&at) && !chain.path.is_empty() {
                    chain.path.push(at);
                    cell.chains
                        .push(std::mem::replace(&mut chain, Chain { path: Vec::new(), steps: Vec::new(), km: 0.0 }));
                }
                chain.path.push(at);
                chain.steps.push(step);
            }
            chain.path.push(border[first].0);
            cell.chains.push(chain);
        }
        cell.chains.extend(lines.into_iter().map(|path| Chain { path, steps: Vec::new(), km: 0.0 }));
        for chain in &mut cell.chains {
            chain.km = km(&chain.path);
        }
        cell
    }

    /// The numbers of the stretches of the line.
    pub fn lines(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.chains.len()).filter(|&chain| !self.chains[chain].is_border())
    }

    /// The points of a half-edge in its direction.
    fn path(&self, (chain, backwards): Half) -> Vec<Point> {
        let mut path = self.chains[chain].path.clone();
        if backwards {
            path.reverse();
        }
        path
    }

    /// Twice the area of the whole unit.
    pub fn twice_area(&self) -> i128 {
        let ring = |border: &Border| twice_area(&border.iter().map(|step| step.0).collect::<Vec<_>>());
        self.borders.iter().map(ring).sum()
    }

    /// The faces when these stretches of the line divide the unit.
    pub fn faces(&self, divides: impl Fn(usize) -> bool, place: &dyn Fn(Point) -> LonLat) -> Vec<Face> {
        let mut rings: Vec<(Ring, Vec<Point>, i128)> = Vec::new();
        for &nth in &self.loose {
            let points: Vec<Point> = self.borders[nth].iter().map(|step| step.0).collect();
            let area = twice_area(&points);
            rings.push((Ring::Loose(nth), points, area));
        }
        for ring in self.trace(divides) {
            let mut points = Vec::new();
            for &half in &ring {
                let path = self.path(half);
                points.extend_from_slice(&path[..path.len() - 1]);
            }
            let area = twice_area(&points);
            rings.push((Ring::Traced(ring), points, area));
        }
        let (mut outer, holes): (Vec<_>, Vec<_>) =
            rings.into_iter().filter(|ring| ring.2 != 0).partition(|ring| ring.2 > 0);
        // The smallest around a hole is the one that it is in.
        outer.sort_by_key(|ring| ring.2);
        let mut faces: Vec<Face> = Vec::new();
        let areas: Vec<i128> = outer.iter().map(|ring| ring.2).collect();
        for (ring, points, _) in outer {
            faces.push(Face { rings: vec![ring], points: vec![points], area_km2: 0.0 });
        }
        for (ring, points, area) in holes {
            let around = (0..faces.len()).find(|&face| areas[face] > -area && is_in(&points, &faces[face].points[0]));
            if let Some(around) = around {
                faces[around].rings.push(ring);
                faces[around].points.push(points);
            }
        }
        for face in &mut faces {
            let area = |ring: &Vec<Point>| signed_ring_area_km2(&ring.iter().map(|&p| place(p)).collect::<Vec<_>>());
            face.area_km2 = face.points.iter().map(area).sum();
        }
        faces
    }

    /// Rings of half-edges with the face on their left, each point visited once.
    fn trace(&self, divides: impl Fn(usize) -> bool) -> Vec<Vec<Half>> {
        let halves = (0..self.chains.len()).flat_map(|chain| {
            let line = !self.chains[chain].is_border();
            let used = !line || divides(chain);
            [(chain, false), (chain, true)].into_iter().filter(move |half| used && (line || !half.1))
        });
        let halves: Vec<Half> = halves.collect();
        let mut outgoing: HashMap<Point, Vec<Half>> = HashMap::new();
        for &half in &halves {
            outgoing.entry(self.ends(half)[0]).or_default().push(half);
        }
        let mut seen: BTreeSet<Half> = BTreeSet::new();
        let mut rings = Vec::new();
        for &start in &halves {
            if seen.contains(&start) {
                continue;
            }
            let mut walk: Vec<Half> = Vec::new();
            let mut half = start;
            while seen.insert(half) {
                walk.push(half);
                let [_, end] = self.ends(half);
                let back = minus(self.beside_end(half), end);
                let candidates = outgoing.get(&end).map_or(&[][..], Vec::as_slice);
                let next = candidates.iter().copied().min_by(|&a, &b| {
                    let direction = |half: Half| minus(self.beside_start(half), end);
                    clockwise(back, direction(a), direction(b))
                });
                let Some(next) = next else { break };
                half = next;
            }
            rings.extend(self.simple(walk));
        }
        rings
    }

    /// A walk that comes to a node twice is as many rings.
    fn simple(&self, walk: Vec<Half>) -> Vec<Vec<Half>> {
        let mut rings = Vec::new();
        let mut open: Vec<Half> = Vec::new();
        for half in walk {
            open.push(half);
            let end = self.ends(half)[1];
            if let Some(begin) = open.iter().position(|&half| self.ends(half)[0] == end) {
                rings.push(open.split_off(begin));
            }
        }
        rings
    }

    fn ends(&self, (chain, backwards): Half) -> [Point; 2] {
        let path = &self.chains[chain].path;
        let (first, last) = (path[0], path[path.len() - 1]);
        if backwards { [last, first] } else { [first, last] }
    }

    fn beside_start(&self, (chain, backwards): Half) -> Point {
        let path = &self.chains[chain].path;
        if backwards { path[path.len() - 2] } else { path[1] }
    }

    fn beside_end(&self, (chain, backwards): Half) -> Point {
        self.beside_start((chain, !backwards))
    }
}

/// Which of two directions comes first when turning clockwise from `from`; `from` itself comes last.
fn clockwise(from: Point, a: Point, b: Point) -> Ordering {
    let part = |direction: Point| match (cross(from, direction).signum(), dot(from, direction) > 0) {
        (-1, _) => 0,
        (0, false) => 1,
        (0, true) => 3,
        _ => 2,
    };
    part(a).cmp(&part(b)).then_with(|| cross(a, b).cmp(&0))
}

/// Whether a ring lies in another; their points may touch.
fn is_in(ring: &[Point], around: &[Point]) -> bool {
    let sides = ring.iter().map(|&point| locate(ring_edges(around), point, point));
    sides.into_iter().find(|&side| side != Where::On).is_none_or(|side| side == Where::In)
}

/// Edges joined to stretches between nodes: points on the border, and points where more or fewer than two edges meet. What hangs in
/// the air is left out.
fn chains_of(drawn: &[Edge], on_border: &HashSet<Point>) -> Vec<Vec<Point>> {
    let mut around: BTreeMap<Point, BTreeSet<Point>> = BTreeMap::new();
    for &[a, b] in drawn {
        around.entry(a).or_default().insert(b);
        around.entry(b).or_default().insert(a);
    }
    let mut loose: Vec<Point> = around.keys().copied().collect();
    while let Some(point) = loose.pop() {
        let others = around.get(&point).filter(|others| others.len() == 1 && !on_border.contains(&point));
        if let Some(&other) = others.and_then(|others| others.first()) {
            around.remove(&point);
            if let Some(others) = around.get_mut(&other) {
                others.remove(&point);
            }
            loose.push(other);
        }
    }
    around.retain(|_, others| !others.is_empty());
    let is_node = |point: &Point| on_border.contains(point) || around[point].len() != 2;
    let mut seen: HashSet<Edge> = HashSet::new();
    let mut chains = Vec::new();
    // First from nodes; what is left are loops without any.
    for nodes in [true, false] {
        for (&start, others) in around.iter().filter(|(point, _)| !nodes || is_node(point)) {
            for &next in others {
                let mut path = vec![start];
                let (mut before, mut at) = (start, next);
                while seen.insert([before, at]) && seen.insert([at, before]) {
                    path.push(at);
                    if at == start || is_node(&at) {
                        break;
                    }
                    let Some(&after) = around[&at].iter().find(|&&after| after != before) else { break };
                    (before, at) = (at, after);
                }
                if path.len() > 1 {
                    chains.push(path);
                }
            }
        }
    }
    chains
}
