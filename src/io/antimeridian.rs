//! Shapes across the antimeridian, cut there into parts that stay within ±180° (RFC 7946, section 3.1.9): what comes in, so that every
//! shape of a project lies on one plane, and what goes out of projects that were made before.
//!
//! Files have such shapes in three ways: a ring jumps from one end of the world to the other, it goes on beyond ±180°, or it goes around a
//! pole and never comes back to where it began. Each is unrolled so that no edge jumps, one around a pole is led over it, and then it is
//! cut along the meridian: the pieces of its rings on one side are joined along the meridian where the inside is, which is between the
//! first and second crossing, the third and fourth, and so on.

use std::borrow::Cow;

use crate::domain::polygon::{Polygon, Ring, Shape, ring_contains};
use crate::domain::sphere::{Bounds, LonLat};

/// An edge longer than this jumps. Borders of land have none of half the globe, but boxes drawn by hand have some of 200°.
const JUMP: f64 = 270.0;

/// Whether an edge jumps over the antimeridian, or a place lies beyond it.
pub(super) fn crosses(shape: &Shape) -> bool {
    shape.polygons.iter().any(polygon_crosses)
}

/// The shape with every part within ±180°. What crosses itself at the meridian stays as it is.
pub(super) fn cut(shape: &Shape) -> Cow<'_, Shape> {
    if !crosses(shape) {
        return Cow::Borrowed(shape);
    }
    let mut polygons = Vec::new();
    for polygon in &shape.polygons {
        let rings = || polygon.rings().cloned().collect();
        match polygon_crosses(polygon).then(|| parts(rings(), &mut { u64::MAX })).flatten() {
            Some(parts) => polygons.extend(parts),
            None => polygons.push(polygon.clone()),
        }
    }
    Cow::Owned(Shape { polygons })
}

/// A polygon, its outer ring first and each ring in any direction, as parts within ±180°. `None` where it crosses itself at the meridian,
/// or would take more than `work` looks at boxes and edges, which becomes less by what was taken.
pub(super) fn parts(rings: Vec<Ring>, work: &mut u64) -> Option<Vec<Polygon>> {
    let mut rings = unrolled(rings, work)?;
    for (at, ring) in rings.iter_mut().enumerate() {
        if (twice_area(ring) >= 0.0) != (at == 0) {
            ring[1..].reverse();
        }
    }
    parts_of_unrolled(rings, work)
}

/// The same of a polygon whose rings are unrolled, the outer one counter-clockwise, holes clockwise.
pub(super) fn parts_of_unrolled(rings: Vec<Ring>, work: &mut u64) -> Option<Vec<Polygon>> {
    let mut parts = Vec::new();
    let mut rest = rings;
    for (meridian, turn) in [(-180.0, 360.0), (180.0, 0.0), (540.0, -360.0)] {
        let (west, east) = split(&rest, meridian)?;
        parts.extend(assemble(west, turn, work)?);
        rest = east;
    }
    parts.extend(assemble(rest, -720.0, work)?);
    Some(parts)
}

/// The rings of a polygon or of a whole feature without jumps, in their directions. Those that lie inside of one across the antimeridian
/// are moved to where that is.
pub(super) fn unrolled(mut rings: Vec<Ring>, work: &mut u64) -> Option<Vec<Ring>> {
    let mut boxes = Vec::with_capacity(rings.len());
    for ring in &mut rings {
        if ring_crosses(ring) {
            *ring = unroll(ring);
        }
        boxes.push(Bounds::of(ring.iter().copied())?);
    }
    let is_across = |around: &Bounds| around.min.lon < -180.0 || around.max.lon > 180.0;
    let across: Vec<Bounds> = boxes.iter().copied().filter(is_across).collect();
    for (ring, own) in rings.iter_mut().zip(&boxes).filter(|(_, own)| !is_across(own)) {
        *work = work.checked_sub(across.len() as u64)?;
        let moved = |turn: f64| own.moved(turn, 0.0);
        let fits = |turn: &f64| {
            across.iter().any(|around| around.contains(moved(*turn).min) && around.contains(moved(*turn).max))
        };
        let turn = [0.0, 360.0, -360.0].into_iter().find(fits).unwrap_or(0.0);
        ring.iter_mut().for_each(|place| place.lon += turn);
    }
    Some(rings)
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
    polygon.rings().any(|ring| ring_crosses(ring))
}

pub(super) fn ring_crosses(ring: &[LonLat]) -> bool {
    if ring.iter().any(|place| place.lon.abs() > 180.0) {
        return true;
    }
    let (mut jumps, mut whole_turns) = (0, 0);
    for (at, place) in ring.iter().enumerate() {
        let across = (ring[(at + 1) % ring.len()].lon - place.lon).abs();
        jumps += usize::from(across > JUMP);
        whole_turns += usize::from(across == 360.0);
    }
    if jumps == 0 || jumps > whole_turns {
        return jumps > 0;
    }
    // From one end of the world to the other exactly: a step over the meridian, and another one back, or else a box around it, or a pole
    // drawn as a line.
    let (line, turns) = walked(ring);
    jumps % 2 == 0 && turns == 0.0 && Bounds::of(line).is_some_and(|around| around.max.lon > around.min.lon)
}

/// The ring without jumps, its westernmost place within ±180°; one around a pole from -180° to 180° and over the pole.
fn unroll(ring: &[LonLat]) -> Ring {
    let (mut line, turns) = walked(ring);
    if turns != 0.0 {
        return over_the_pole(&line, turns);
    }
    let west = line.iter().map(|place| place.lon).fold(f64::INFINITY, f64::min);
    let away = ((west + 180.0) / 360.0).floor() * 360.0;
    line.iter_mut().for_each(|place| place.lon -= away);
    line
}

/// The places of a ring without jumps, and how many degrees from its beginning its end is: whole turns, or none.
fn walked(ring: &[LonLat]) -> (Ring, f64) {
    let mut line = Ring::with_capacity(ring.len());
    let Some(first) = ring.first() else { return (line, 0.0) };
    let mut lon = first.lon;
    for place in ring {
        lon = without_jump(lon, place.lon);
        line.push(LonLat::new(lon, place.lat));
    }
    (line, without_jump(lon, first.lon) - first.lon)
}

/// The longitude moved by whole turns, so that it is no jump from the one before.
fn without_jump(before: f64, lon: f64) -> f64 {
    let step = lon - before;
    let turns = ((step.abs() - JUMP) / 360.0).ceil().max(0.0);
    lon - turns * 360.0 * step.signum()
}

/// A ring around a pole, walked without jumps: from one end of the world to the other, and back over the pole that is nearer.
fn over_the_pole(line: &[LonLat], turns: f64) -> Ring {
    let north = line.iter().map(|place| place.lat).sum::<f64>() >= 0.0;
    let towards = if north { 1.0 } else { -1.0 };
    // It begins where it steps over the antimeridian; where it does so several times, next to the pole.
    let mut start: Option<(f64, usize, f64)> = None;
    for (at, a) in line.iter().enumerate() {
        let b = line.get(at + 1).copied().unwrap_or(LonLat::new(line[0].lon + turns, line[0].lat));
        let meridian = ((a.lon.max(b.lon) - 180.0) / 360.0).floor() * 360.0 + 180.0;
        if a.lon == b.lon || meridian < a.lon.min(b.lon) {
            continue;
        }
        let lat = a.lat + (meridian - a.lon) / (b.lon - a.lon) * (b.lat - a.lat);
        if start.is_none_or(|(most, ..)| lat * towards > most * towards) {
            start = Some((lat, at, meridian));
        }
    }
    let Some((lat, at, meridian)) = start else { return line.to_vec() };
    let (from, to) = if turns > 0.0 { (-180.0, 180.0) } else { (180.0, -180.0) };
    let mut ring = vec![LonLat::new(from, lat)];
    let moved = |place: &LonLat, by: f64| LonLat::new(place.lon + by + from - meridian, place.lat);
    ring.extend(line[at + 1..].iter().map(|place| moved(place, 0.0)));
    ring.extend(line[..=at].iter().map(|place| moved(place, turns)));
    ring.push(LonLat::new(to, lat));
    ring.push(LonLat::new(to, 90.0 * towards));
    ring.push(LonLat::new(from, 90.0 * towards));
    ring.dedup();
    ring
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
fn join(chains: Vec<Chain>, partner: &[usize]) -> Option<Vec<Ring>> {
    let mut rings = Vec::new();
    let mut from: Vec<Option<Chain>> = partner.iter().map(|_| None).collect();
    for chain in chains {
        let place = from.get_mut(chain.from)?;
        *place = Some(chain);
    }
    for first in 0..from.len() {
        let Some(chain) = from[first].take() else { continue };
        let (mut end, mut ring) = (chain.to, chain.places);
        while partner[end] != first {
            let chain = from[partner[end]].take()?;
            end = chain.to;
            ring.extend(chain.places);
        }
        ring.dedup();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        // What only runs along the meridian has no inside.
        if ring.len() > 2 && ring.iter().any(|place| place.lon != ring[0].lon) {
            rings.push(ring);
        }
    }
    Some(rings)
}

/// Polygons from rings, moved by whole turns: those that run counter-clockwise are outer ones, the others holes in them.
fn assemble(rings: Vec<Ring>, turn: f64, work: &mut u64) -> Option<Vec<Polygon>> {
    let (outers, holes): (Vec<Ring>, Vec<Ring>) = rings.into_iter().partition(|ring| twice_area(ring) >= 0.0);
    let mut polygons: Vec<Polygon> = outers.into_iter().map(|outer| Polygon { outer, holes: Vec::new() }).collect();
    for hole in holes {
        let middle = LonLat::new((hole[0].lon + hole[1].lon) / 2.0, (hole[0].lat + hole[1].lat) / 2.0);
        let mut around = None;
        for (at, polygon) in polygons.iter().enumerate() {
            *work = work.checked_sub(polygon.outer.len() as u64)?;
            if ring_contains(&polygon.outer, middle) {
                around = Some(at);
                break;
            }
        }
        polygons[around?].holes.push(hole);
    }
    for polygon in &mut polygons {
        for ring in std::iter::once(&mut polygon.outer).chain(&mut polygon.holes) {
            ring.iter_mut().for_each(|place| place.lon += turn);
        }
    }
    Some(polygons)
}

/// From the first place on, so that small rings keep their precision; positive counter-clockwise.
fn twice_area(ring: &[LonLat]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    let from = |place: &LonLat| (place.lon - origin.lon, place.lat - origin.lat);
    ring.windows(2).map(|pair| (from(&pair[0]), from(&pair[1]))).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
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
    fn poles_that_are_drawn_and_boxes_around_the_world_stay() {
        for stays in [
            &[(-180.0, -90.0), (180.0, -90.0), (180.0, -70.0), (0.0, -60.0), (-180.0, -70.0)][..],
            &[(-180.0, -60.0), (180.0, -60.0), (180.0, 60.0), (-180.0, 60.0)],
            &[(-20.0, -60.0), (179.0, -60.0), (179.0, 60.0), (-20.0, 60.0)],
            &[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)],
        ] {
            assert!(matches!(cut(&shape(stays, &[])), Cow::Borrowed(_)), "{stays:?}");
        }
        assert_eq!(bounding_box([]), None);
    }

    #[test]
    fn a_ring_around_a_pole_is_led_over_it() {
        // Eastwards around the north, westwards around the south, and one that steps over the antimeridian three times.
        let plain: Vec<(f64, f64)> = (0..12).map(|at| (-165.0 + 30.0 * f64::from(at), 70.0)).collect();
        let south: Vec<(f64, f64)> = plain.iter().rev().map(|&(lon, lat)| (lon, -lat)).collect();
        let mut wild = plain.clone();
        wild.extend([(-175.0, 72.0), (175.0, 75.0)]);
        for (ring, expected) in [(plain, 360.0 * 20.0), (south, 360.0 * 20.0), (wild, 360.0 * 20.0 - 20.0)] {
            let parts = cut(&shape(&ring, &[])).into_owned();
            assert!(!crosses(&parts), "{parts:?}");
            let all = || parts.polygons.iter().flat_map(Polygon::rings).flatten();
            assert!(all().all(|place| place.lon.abs() <= 180.0), "{parts:?}");
            assert_eq!(all().filter(|place| place.lat.abs() == 90.0).count(), 2, "{parts:?}");
            assert!((areas(&parts) - expected).abs() < 60.0, "{}", areas(&parts));
            // What was cut once stays as it is.
            assert!(matches!(cut(&parts), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn a_hole_on_the_other_side_is_one_of_the_part_there() {
        let far = [(-179.0, 1.0), (-179.0, 2.0), (-178.0, 2.0), (-178.0, 1.0)];
        for outer in [
            [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0)],
            [(-190.0, 10.0), (-170.0, 10.0), (-170.0, 0.0), (-190.0, 0.0)],
        ] {
            let parts = cut(&shape(&outer, &[&far])).into_owned();
            let holes: Vec<usize> = parts.polygons.iter().map(|polygon| polygon.holes.len()).collect();
            assert_eq!((holes.len(), holes.iter().sum::<usize>()), (2, 1), "{parts:?}");
            assert!((areas(&parts) - 199.0).abs() < 1e-9, "{parts:?}");
        }
    }

    #[test]
    fn what_touches_the_meridian_has_no_part_without_width() {
        for ring in [
            [(180.0, 0.0), (185.0, 0.0), (185.0, 5.0), (180.0, 5.0)],
            [(179.0, 0.0), (180.0, 2.5), (180.0, 2.6), (179.0, 5.0)],
            [(-180.0, 0.0), (180.0, 1.0), (179.0, 1.0), (179.0, 0.0)],
        ] {
            assert_eq!(cut(&shape(&ring, &[])).polygons.len(), 1, "{ring:?}");
        }
    }
}
