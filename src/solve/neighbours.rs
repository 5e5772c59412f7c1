//! Neighbours of places without areas, such as the accounts of a table.
//!
//! Every place has a cell: what is nearer to it than to any other (Voronoi 1908). Two places are neighbours when their cells meet
//! within the outline of all places, which is the Delaunay triangulation without what only meets outside: seen from the outside, an
//! edge goes when the third corner of its triangle lies in the circle that has the edge as its diameter, for then the border of
//! the two cells lies beyond the edge. That is repeated until no such edge is left. So no edge runs along the hull from one
//! side of a bay to the other when there are places between them. The edges of the shortest tree that joins all places always stay
//! (they have no place in that circle; Gabriel & Sokal 1969), so the graph is connected.
//!
//! The triangulation is made on a stereographic map around the middle of the places. That map takes circles to circles, so the
//! triangulation is the one of the sphere, at any latitude and across the date line (Brown 1979).

use spade::handles::{DirectedEdgeHandle, FixedDirectedEdgeHandle};
use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation};

use super::geometry::{Vector, distance_km, dot, minus, normalised, plane_at};
use super::problem::Graph;
use crate::domain::sphere::LonLat;
use crate::domain::topology::DisjointSets;

/// The neighbours of places, with the length of the border between their cells inside the outline, at most as long as the places are
/// apart; 0 where they only touch the outline.
///
/// Neighbours farther apart than `longest_km` are separated, as far as that leaves the graph connected: parts that would fall
/// apart stay joined by the shortest edges. Places that coincide are neighbours of the first of them and of some of its neighbours.
/// Places that are not valid have no neighbours.
pub fn delaunay(places: &[LonLat], longest_km: Option<f64>) -> Graph {
    let sites = Sites::new(places);
    let mut edges = sites.edges();
    edges.sort_unstable_by_key(|edge| edge.ends);
    let mut parts = DisjointSets::new(places.len());
    let longest = longest_km.unwrap_or(f64::INFINITY);
    let (mut kept, mut long): (Vec<Edge>, Vec<Edge>) = edges.into_iter().partition(|edge| edge.km <= longest);
    for edge in &kept {
        parts.join(edge.ends[0] as usize, edge.ends[1] as usize);
    }
    long.sort_by(|a, b| a.km.total_cmp(&b.km).then(a.ends.cmp(&b.ends)));
    kept.extend(long.into_iter().filter(|edge| parts.join(edge.ends[0] as usize, edge.ends[1] as usize)));
    // Nothing is left to join unless the triangulation failed on coordinates it could not tell apart.
    for pair in sites.distinct.windows(2) {
        let ends = [pair[0].unit, pair[1].unit];
        if parts.join(ends[0] as usize, ends[1] as usize) {
            kept.push(Edge { ends: [ends[0].min(ends[1]), ends[0].max(ends[1])], km: 0.0, border_km: 0.0 });
        }
    }
    let doubles = sites.doubles(&kept, places.len());
    let pairs = kept.iter().map(|edge| (edge.ends[0], edge.ends[1], edge.border_km));
    Graph::from_pairs(places.len(), pairs.chain(doubles))
}

/// To so many neighbours of the first place there a place at the same spot is linked.
const LINKS_OF_DOUBLES: usize = 8;

/// Two places, the lower number first.
struct Edge {
    ends: [u32; 2],
    km: f64,
    border_km: f64,
}

#[derive(Clone, Copy)]
struct Site {
    position: Point2<f64>,
    unit: u32,
}

impl HasPosition for Site {
    type Scalar = f64;
    fn position(&self) -> Point2<f64> {
        self.position
    }
}

struct Sites {
    vectors: Vec<Vector>,
    /// One per spot, sorted by position.
    distinct: Vec<Site>,
    /// Places at the spot of another one, with the number of that.
    doubled: Vec<(u32, u32)>,
}

impl Sites {
    fn new(places: &[LonLat]) -> Self {
        let vectors: Vec<Vector> = places.iter().map(|place| place.to_unit_vector()).collect();
        let mut sum = [0.0; 3];
        for vector in vectors.iter().zip(places).filter(|(_, place)| place.is_valid()).map(|(vector, _)| vector) {
            (0..3).for_each(|axis| sum[axis] += vector[axis]);
        }
        let middle = normalised(sum.map(|x| x / places.len().max(1) as f64)).unwrap_or([1.0, 0.0, 0.0]);
        let [east, north] = plane_at(middle);
        // Seen from the point opposite the middle. The difference to the middle is small where places are close together, and exact.
        let flat = |v: Vector| {
            let scale = 2.0 / (1.0 + dot(v, middle)).max(1e-9);
            let away = minus(v, middle);
            [scale * dot(away, east), scale * dot(away, north)]
        };
        let flat: Vec<[f64; 2]> = vectors.iter().map(|&vector| flat(vector)).collect();
        let extent = flat.iter().flatten().fold(0.0f64, |extent, value| extent.max(value.abs()));
        let grid = GRID / if extent > 0.0 { extent } else { 1.0 };
        // A grid far finer than any figure, because spade refuses numbers next to nothing; adding 0 makes 0 of -0.
        let clean = |value: f64| (value * grid).round() / GRID + 0.0;
        let mut sites: Vec<Site> = (0..places.len())
            .filter(|&unit| places[unit].is_valid())
            .map(|unit| Site { position: Point2::new(clean(flat[unit][0]), clean(flat[unit][1])), unit: unit as u32 })
            .collect();
        sites.sort_unstable_by(|a, b| {
            let (p, q) = (a.position, b.position);
            p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y)).then(a.unit.cmp(&b.unit))
        });
        let mut distinct: Vec<Site> = Vec::with_capacity(sites.len());
        let mut doubled = Vec::new();
        for site in sites {
            match distinct.last() {
                Some(first) if first.position == site.position => doubled.push((site.unit, first.unit)),
                _ => distinct.push(site),
            }
        }
        Self { vectors, distinct, doubled }
    }

    /// The edges of the triangulation within the outline.
    fn edges(&self) -> Vec<Edge> {
        // It fails for coordinates that are not finite or tiny, which the grid rules out.
        let Ok(triangles) = DelaunayTriangulation::<Site>::bulk_load(self.distinct.clone()) else { return Vec::new() };
        let outline = Outline::of(&triangles, &self.vectors);
        let vector = |unit: u32| self.vectors[unit as usize];
        let mut edges = Vec::with_capacity(triangles.num_undirected_edges());
        for edge in triangles.undirected_edges() {
            let side = edge.as_directed();
            if outline.cut[edge.fix().index()] {
                continue;
            }
            let [a, b] = edge.vertices().map(|vertex| vertex.data().unit);
            let km = distance_km(vector(a), vector(b));
            let middles =
                [side, side.rev()].map(|side| if outline.is_beyond(side) { None } else { Some(self.middle_of(side)) });
            let border_km = match middles {
                [Some(a), Some(b)] => a.zip(b).map(|(a, b)| distance_km(a, b)),
                [Some(one), None] | [None, Some(one)] => {
                    one.zip(halfway(vector(a), vector(b))).map(|(a, b)| distance_km(a, b))
                }
                [None, None] => Some(0.0),
            };
            let border_km = border_km.unwrap_or(km).min(km);
            edges.push(Edge { ends: [a.min(b), a.max(b)], km, border_km });
        }
        edges
    }

    /// The middle of the circle through the corners of the triangle left of an edge, on the sphere: the corner of three cells.
    fn middle_of(&self, side: Side) -> Option<Vector> {
        let [a, b, c] = corners(side).map(|unit| self.vectors[unit as usize]);
        let (u, v) = (normalised(minus(b, a))?, normalised(minus(c, a))?);
        let across = normalised([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]])?;
        Some(if dot(across, a) < 0.0 { across.map(|x| -x) } else { across })
    }

    /// Links of places at the spot of another one: to that, and to its first neighbours, so that the place hangs together with what
    /// is around it whoever owns the other one.
    fn doubles(&self, edges: &[Edge], count: usize) -> Vec<(u32, u32, f64)> {
        if self.doubled.is_empty() {
            return Vec::new();
        }
        let graph = Graph::from_pairs(count, edges.iter().map(|edge| (edge.ends[0], edge.ends[1], 0.0)));
        let links = self.doubled.iter().flat_map(|&(unit, first)| {
            let around = graph.neighbours(first as usize).iter().take(LINKS_OF_DOUBLES);
            std::iter::once(first).chain(around.copied()).map(move |other| (unit, other, 0.0))
        });
        links.collect()
    }
}

/// Steps of the grid of positions per extent of the map.
const GRID: f64 = (1u64 << 44) as f64;

type Side<'a> = DirectedEdgeHandle<'a, Site, (), (), ()>;

/// What is left of the triangulation when edges that only meet outside are peeled off.
struct Outline {
    /// Per triangle whether it was peeled off.
    peeled: Vec<bool>,
    /// Per edge whether it was.
    cut: Vec<bool>,
}

impl Outline {
    fn of(triangles: &DelaunayTriangulation<Site>, vectors: &[Vector]) -> Self {
        let mut outline =
            Self { peeled: vec![false; triangles.num_all_faces()], cut: vec![false; triangles.num_undirected_edges()] };
        // Edges with the outside to their right.
        let mut outer: Vec<FixedDirectedEdgeHandle> =
            triangles.directed_edges().filter(|side| side.rev().is_outer_edge()).map(|side| side.fix()).collect();
        while let Some(side) = outer.pop() {
            let side = triangles.directed_edge(side);
            let Some(face) = side.face().as_inner() else { continue };
            if outline.peeled[face.fix().index()] {
                continue;
            }
            let [a, b, c] = corners(side).map(|unit| vectors[unit as usize]);
            if dot(minus(a, c), minus(b, c)) >= 0.0 {
                continue;
            }
            outline.peeled[face.fix().index()] = true;
            outline.cut[side.as_undirected().fix().index()] = true;
            outer.extend([side.next(), side.prev()].map(|inside| inside.rev().fix()));
        }
        outline
    }

    /// Whether there is no triangle left of an edge any more.
    fn is_beyond(&self, side: Side) -> bool {
        side.face().as_inner().is_none_or(|face| self.peeled[face.fix().index()])
    }
}

/// The ends of an edge and the third corner of the triangle left of it.
fn corners(side: Side) -> [u32; 3] {
    [side.from().data().unit, side.to().data().unit, side.next().to().data().unit]
}

fn halfway(a: Vector, b: Vector) -> Option<Vector> {
    normalised([a[0] + b[0], a[1] + b[1], a[2] + b[2]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::connect::pieces;
    use proptest::prelude::*;

    fn places(points: &[(f64, f64)]) -> Vec<LonLat> {
        points.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect()
    }

    fn pairs(graph: &Graph, count: usize) -> Vec<(u32, u32)> {
        let from = |unit: usize| graph.neighbours(unit).iter().map(move |&other| (unit as u32, other));
        (0..count).flat_map(from).filter(|pair| pair.0 < pair.1).collect()
    }

    fn piece_count(graph: &Graph, count: usize) -> usize {
        pieces(graph, &vec![0; count]).1
    }

    #[test]
    fn few_places_and_places_in_a_row_are_neighbours_one_after_the_other() {
        assert!(delaunay(&[], None).is_empty());
        assert!(delaunay(&places(&[(1.0, 2.0)]), None).is_empty());
        let two = delaunay(&places(&[(1.0, 2.0), (3.0, 4.0)]), None);
        assert_eq!(pairs(&two, 2), [(0, 1)]);
        let row: Vec<(f64, f64)> = (0..50).map(|i| (f64::from(i) * 0.25, 0.0)).collect();
        let row = delaunay(&places(&row), None);
        assert_eq!(pairs(&row, 50), (0..49).map(|i| (i, i + 1)).collect::<Vec<_>>());
        let meridian: Vec<(f64, f64)> = (0..50).map(|i| (7.0, f64::from(i) * 0.25)).collect();
        assert_eq!(piece_count(&delaunay(&places(&meridian), None), 50), 1);
    }

    #[test]
    fn cells_of_a_grid_share_their_sides() {
        let points: Vec<(f64, f64)> = (0..100).map(|i| (0.1 * f64::from(i % 10), 0.1 * f64::from(i / 10))).collect();
        let graph = delaunay(&places(&points), None);
        let side = LonLat::new(0.0, 0.0).distance_km(LonLat::new(0.1, 0.0));
        for (other, km) in graph.borders(55) {
            let next_to_it = [45, 54, 56, 65].contains(&other);
            let expected = if next_to_it { side } else { 0.0 };
            assert!((f64::from(km) - expected).abs() < 0.01 * side, "{other}: {km}");
        }
        assert!([45, 54, 56, 65].iter().all(|other| graph.neighbours(55).contains(other)));
        let at_the_edge = graph.borders(5).find(|entry| entry.0 == 4).map_or(0.0, |entry| f64::from(entry.1));
        assert!((at_the_edge - side / 2.0).abs() < 0.01 * side, "{at_the_edge}");
    }

    #[test]
    fn no_edge_runs_along_the_hull_past_other_places() {
        // A shallow arc: its ends are a side of the hull.
        let arc: Vec<(f64, f64)> =
            (0..=20).map(|i| (f64::from(i), 0.05 * f64::from(i - 10) * f64::from(i - 10))).collect();
        let graph = delaunay(&places(&arc), None);
        assert_eq!(pairs(&graph, 21), (0..20).map(|i| (i, i + 1)).collect::<Vec<_>>());
    }

    #[test]
    fn long_edges_go_as_far_as_all_stays_joined() {
        let mut points: Vec<(f64, f64)> = (0..25).map(|i| (0.1 * f64::from(i % 5), 0.1 * f64::from(i / 5))).collect();
        points.extend(points.clone().into_iter().map(|(lon, lat)| (lon + 10.0, lat)));
        let places = places(&points);
        let graph = delaunay(&places, Some(20.0));
        let bridges: Vec<(u32, u32)> =
            pairs(&graph, 50).into_iter().filter(|pair| pair.0 < 25 && pair.1 >= 25).collect();
        assert_eq!(bridges.len(), 1, "{bridges:?}");
        assert_eq!(piece_count(&graph, 50), 1);
        assert!(pairs(&delaunay(&places, None), 50).iter().filter(|pair| pair.0 < 25 && pair.1 >= 25).count() > 1);
    }

    #[test]
    fn the_date_line_and_the_pole_divide_nothing() {
        let points: Vec<(f64, f64)> = [177.0, 178.0, 179.0, -180.0, -179.0, -178.0]
            .into_iter()
            .flat_map(|lon| [(lon, 10.0), (lon, 11.0)])
            .collect();
        let graph = delaunay(&places(&points), None);
        assert!(graph.neighbours(4).contains(&6) && graph.neighbours(6).contains(&8));
        let pole: Vec<(f64, f64)> =
            (0..12).map(|i| (-180.0 + 30.0 * f64::from(i), 80.0)).chain([(0.0, 90.0)]).collect();
        let graph = delaunay(&places(&pole), None);
        assert_eq!(graph.neighbours(12).len(), 12);
    }

    #[test]
    fn places_at_one_spot_hang_together_with_those_around_it() {
        let mut points = vec![(0.5, 0.5); 40];
        points.extend([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
        let graph = delaunay(&places(&points), None);
        let mut owner = vec![0; 44];
        owner[0] = 1;
        assert_eq!(pieces(&graph, &owner).1, 2, "without the first of them the others still hang together");
        assert_eq!(piece_count(&delaunay(&places(&[(3.0, 3.0); 9]), None), 9), 1);
    }

    proptest! {
        #[test]
        fn the_graph_is_connected_and_holds_the_shortest_tree(
            points in proptest::collection::vec((0..40_i32, 0..40_i32), 1..60),
            spread in prop_oneof![Just(1e-6), Just(0.01), Just(1.0), Just(2.2)],
        ) {
            let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (spread * f64::from(x), spread * f64::from(y))).collect();
            let places = places(&points);
            let graph = delaunay(&places, None);
            prop_assert_eq!(piece_count(&graph, places.len()), 1);
            for unit in 0..places.len() {
                for &other in graph.neighbours(unit) {
                    prop_assert!(graph.neighbours(other as usize).contains(&(unit as u32)));
                }
            }
            // The longest edge of the shortest tree is the least length at which all hangs together.
            let tree = |edges: Vec<(f64, usize, usize)>| {
                let mut edges = edges;
                edges.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut parts = DisjointSets::new(places.len());
                edges.into_iter().filter(|&(_, a, b)| parts.join(a, b)).map(|edge| edge.0).sum::<f64>()
            };
            let km = |a: usize, b: usize| places[a].distance_km(places[b]);
            let all = (0..places.len()).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| (km(a, b), a, b)).collect();
            let ours = pairs(&graph, places.len()).into_iter().map(|(a, b)| (km(a as usize, b as usize), a as usize, b as usize)).collect();
            let (least, found) = (tree(all), tree(ours));
            prop_assert!((found - least).abs() <= 1e-6 * least.max(1e-9), "{} {}", found, least);
        }
    }
}
