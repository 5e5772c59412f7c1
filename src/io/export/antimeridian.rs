//! Shapes across the antimeridian, cut there into parts that stay within ±180° (RFC 7946, section 3.1.9).
//!
//! A polygon is unrolled so that no edge jumps, then cut along the meridian: the pieces of its rings on one side are joined along the
//! meridian where the inside is, which is between the first and second crossing, the third and fourth, and so on.

use std::borrow::Cow;

use crate::domain::polygon::{Polygon, Ring, Shape, ring_contains};
use crate::domain::sphere::{Bounds, LonLat};

/// Whether an edge jumps over the antimeridian, or a place lies beyond it.
pub(super) fn crosses(shape: &Shape) -> bool {
    shape.polygons.iter().any(polygon_crosses)
}

/// The shape with every part within ±180°. One around a pole stays as it is.
pub(super) fn cut(shape: &Shape) -> Cow<'_, Shape> {
    if !crosses(shape) {
        return Cow::Borrowed(shape);
    }
    let mut polygons = Vec::new();
    for polygon in &shape.polygons {
        match polygon_crosses(polygon).then(|| cut_polygon(polygon)).flatten() {
            Some(parts) => polygons.extend(parts),
            None => polygons.push(polygon.clone()),
        }
    }
    Cow::Owned(Shape { polygons })
}

/// The box around parts of a map as RFC 7946 (section 5.2) has it: west, south, east, north. West is greater than east where the parts
/// lie on both sides of the antimeridian and that is the shorter way around them.
pub(super) fn bounding_box(parts: impl IntoIterator<Item = Bounds>) -> Option<[f64; 4]> {
    let parts: Vec<Bounds> = parts.into_iter().collect();
    let all = parts.iter().copied().reduce(Bounds::union)?;
    let mut spans: Vec<(f64, f64)> = parts.iter().map(|part| (part.min.lon, part.max.lon)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut west, mut east, mut widest) = (all.min.lon, all.max.lon, all.min.lon + 360.0 - all.max.lon);
    let mut reached = f64::NEG_INFINITY;
    for (from, to) in spans {
        if reached.is_finite() && from - reached > widest {
            (west, east, widest) = (from, reached, from - reached);
        }
        reached = reached.max(to);
    }
    Some([west, all.min.lat, east, all.max.lat])
}

fn polygon_crosses(polygon: &Polygon) -> bool {
    polygon.rings().any(|ring| {
        let last = ring.last().copied();
        let jump = |a: &LonLat, b: &LonLat| (b.lon - a.lon).abs() > 180.0;
        ring.iter().any(|place| place.lon.abs() > 180.0)
            || ring.windows(2).any(|pair| jump(&pair[0], &pair[1]))
            || last.zip(ring.first()).is_some_and(|(last, first)| jump(&last, first))
    })
}

fn cut_polygon(polygon: &Polygon) -> Option<Vec<Polygon>> {
    let mut rings = Vec::new();
    for ring in polygon.rings() {
        rings.push(unrolled(ring)?);
    }
    let around = Bounds::of(rings.first()?.iter().copied())?;
    for hole in rings.iter_mut().skip(1) {
        let first = hole.first()?.lon;
        let turns = [-360.0, 0.0, 360.0]
            .into_iter()
            .find(|turn| (around.min.lon..=around.max.lon).contains(&(first + turn)))?;
        hole.iter_mut().for_each(|place| place.lon += turns);
    }
    let mut parts = Vec::new();
    let mut rest = rings;
    for meridian in [-180.0, 180.0] {
        let (west, east) = split(&rest, meridian)?;
        parts.extend(assemble(west, if meridian < 0.0 { 360.0 } else { 0.0 })?);
        rest = east;
    }
    parts.extend(assemble(rest, -360.0)?);
    Some(parts)
}

/// The ring without jumps. `None` where it goes around a pole.
fn unrolled(ring: &Ring) -> Option<Ring> {
    let mut shift = 0.0;
    let mut out: Ring = Vec::with_capacity(ring.len());
    for (at, place) in ring.iter().enumerate() {
        if at > 0 {
            shift += turn(ring[at - 1].lon, place.lon);
        }
        out.push(LonLat::new(place.lon + shift, place.lat));
    }
    let back = shift + turn(ring.last()?.lon, ring.first()?.lon);
    (back == 0.0).then_some(out)
}

fn turn(from: f64, to: f64) -> f64 {
    match to - from {
        jump if jump > 180.0 => -360.0,
        jump if jump < -180.0 => 360.0,
        _ => 0.0,
    }
}

/// A piece of a ring on one side of the meridian, from one crossing to another.
struct Chain {
    from: usize,
    to: usize,
    places: Vec<LonLat>,
}

/// The rings west and east of the meridian; outer rings and holes that do not reach it stay what they are.
fn split(rings: &[Ring], meridian: f64) -> Option<(Vec<Ring>, Vec<Ring>)> {
    let mut whole = [Vec::new(), Vec::new()];
    let mut chains: [Vec<Chain>; 2] = [Vec::new(), Vec::new()];
    let mut crossings: Vec<f64> = Vec::new();
    for ring in rings {
        let side = |place: &LonLat| usize::from(place.lon > meridian);
        let Some(start) = (0..ring.len()).find(|&at| side(&ring[at]) != side(&ring[(at + 1) % ring.len()])) else {
            whole[ring.first().map_or(0, side)].push(ring.clone());
            continue;
        };
        let first = crossings.len();
        let mut chain = Chain { from: first, to: 0, places: Vec::new() };
        for step in 0..ring.len() {
            let (a, b) = (ring[(start + step) % ring.len()], ring[(start + step + 1) % ring.len()]);
            if side(&a) != side(&b) {
                // The same place for the neighbour, who comes the other way.
                let (west, east) = if side(&a) == 0 { (a, b) } else { (b, a) };
                let lat = west.lat + (meridian - west.lon) / (east.lon - west.lon) * (east.lat - west.lat);
                let place = LonLat::new(meridian, lat);
                let number = crossings.len();
                crossings.push(lat);
                if step > 0 {
                    chain.places.push(place);
                    chain.to = number;
                    chains[side(&a)].push(chain);
                }
                chain = Chain { from: number, to: 0, places: vec![place] };
            }
            chain.places.push(b);
        }
        // Back at the crossing it began with.
        chain.places.pop();
        let last = ring[start];
        chain.places.push(last);
        chain.places.push(LonLat::new(meridian, crossings[first]));
        chain.to = first;
        chains[side(&last)].push(chain);
    }
    let mut order: Vec<usize> = (0..crossings.len()).collect();
    order.sort_by(|&a, &b| crossings[a].total_cmp(&crossings[b]).then(a.cmp(&b)));
    let mut partner = vec![0; crossings.len()];
    for pair in order.chunks_exact(2) {
        partner[pair[0]] = pair[1];
        partner[pair[1]] = pair[0];
    }
    let [west, east] = chains;
    let [mut whole_west, mut whole_east] = whole;
    whole_west.extend(join(west, &partner)?);
    whole_east.extend(join(east, &partner)?);
    Some((whole_west, whole_east))
}

/// Rings from the pieces of one side.
fn join(mut chains: Vec<Chain>, partner: &[usize]) -> Option<Vec<Ring>> {
    let mut rings = Vec::new();
    while let Some(chain) = chains.pop() {
        let (first, mut end, mut ring) = (chain.from, chain.to, chain.places);
        while partner[end] != first {
            let next = chains.iter().position(|chain| chain.from == partner[end])?;
            let chain = chains.swap_remove(next);
            end = chain.to;
            ring.extend(chain.places);
        }
        ring.dedup();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        if ring.len() > 2 {
            rings.push(ring);
        }
    }
    Some(rings)
}

/// Polygons from rings, moved by whole turns: those that run counter-clockwise are outer ones, the others holes in them.
fn assemble(rings: Vec<Ring>, shift: f64) -> Option<Vec<Polygon>> {
    let (outers, holes): (Vec<Ring>, Vec<Ring>) = rings.into_iter().partition(|ring| twice_area(ring) >= 0.0);
    let mut polygons: Vec<Polygon> = outers.into_iter().map(|outer| Polygon { outer, holes: Vec::new() }).collect();
    for hole in holes {
        let middle = LonLat::new((hole[0].lon + hole[1].lon) / 2.0, (hole[0].lat + hole[1].lat) / 2.0);
        polygons.iter_mut().find(|polygon| ring_contains(&polygon.outer, middle))?.holes.push(hole);
    }
    for polygon in &mut polygons {
        for ring in std::iter::once(&mut polygon.outer).chain(&mut polygon.holes) {
            ring.iter_mut().for_each(|place| place.lon += shift);
        }
    }
    Some(polygons)
}

fn twice_area(ring: &[LonLat]) -> f64 {
    let next = |at: usize| ring[(at + 1) % ring.len()];
    ring.iter().enumerate().map(|(at, a)| a.lon * next(at).lat - next(at).lon * a.lat).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(places: &[(f64, f64)]) -> Ring {
        places.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect()
    }

    fn shape(outer: &[(f64, f64)], holes: &[&[(f64, f64)]]) -> Shape {
        Shape { polygons: vec![Polygon { outer: ring(outer), holes: holes.iter().map(|hole| ring(hole)).collect() }] }
    }

    fn areas(shape: &Shape) -> f64 {
        shape.polygons.iter().flat_map(Polygon::rings).map(|ring| twice_area(ring) / 2.0).sum()
    }

    #[test]
    fn a_square_across_becomes_two_that_meet_there() {
        for square in [
            [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0)],
            [(170.0, 0.0), (190.0, 0.0), (190.0, 10.0), (170.0, 10.0)],
        ] {
            let parts = cut(&shape(&square, &[])).into_owned();
            assert_eq!(parts.polygons.len(), 2);
            assert!((areas(&parts) - 200.0).abs() < 1e-9, "{parts:?}");
            let bounds = parts.polygons.iter().map(|polygon| Bounds::of(polygon.outer.iter().copied()).unwrap());
            assert_eq!(bounding_box(bounds), Some([170.0, 0.0, -170.0, 10.0]));
            assert!(!crosses(&parts));
        }
    }

    #[test]
    fn a_comb_with_a_hole_across_keeps_its_area() {
        // Two teeth reach over the meridian; a hole lies across it in the first tooth, another one on the near side.
        let outer = [
            (170.0, 0.0),
            (-175.0, 0.0),
            (-175.0, 4.0),
            (175.0, 4.0),
            (175.0, 6.0),
            (-175.0, 6.0),
            (-175.0, 10.0),
            (170.0, 10.0),
        ];
        let across = [(179.0, 1.0), (179.0, 3.0), (-179.0, 3.0), (-179.0, 1.0)];
        let near = [(171.0, 1.0), (171.0, 2.0), (172.0, 2.0), (172.0, 1.0)];
        let parts = cut(&shape(&outer, &[&across, &near])).into_owned();
        assert_eq!(parts.polygons.len(), 3, "{parts:?}");
        assert!((areas(&parts) - (150.0 - 20.0 - 4.0 - 1.0)).abs() < 1e-9, "{}", areas(&parts));
        assert!(!crosses(&parts));
    }

    #[test]
    fn a_ring_around_the_pole_and_a_plain_one_stay() {
        let pole = shape(&[(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -60.0), (-180.0, -70.0)], &[]);
        assert_eq!(cut(&pole).into_owned(), pole);
        let plain = shape(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], &[]);
        assert!(matches!(cut(&plain), Cow::Borrowed(_)));
        assert_eq!(bounding_box([]), None);
    }
}
