//! Levels of detail. Arcs are simplified one by one and keep their ends, so neighbours stay without gaps between them.

use super::Topology;
use crate::domain::ids::ArcId;
use crate::domain::sphere::{LonLat, to_mercator};

impl Topology {
    /// The arc with fewer places: no place left out lies farther than `tolerance` from the line drawn (Douglas & Peucker 1973).
    /// The tolerance is in pixels of the Web Mercator world at zoom 0 (256 wide): half a pixel at zoom z is 0.5 / 2^z. An arc that
    /// closes on itself keeps at least a triangle (four places).
    pub fn simplified(&self, arc: ArcId, tolerance: f64) -> Vec<LonLat> {
        let places = self.arc(arc);
        let last = places.len() - 1;
        let positions: Vec<[f64; 2]> = places.iter().map(|&place| to_mercator(place)).collect();
        let mut kept = vec![false; places.len()];
        kept[0] = true;
        kept[last] = true;
        if places[0] == places[last] && places.len() > 4 {
            // A triangle that cannot vanish: the place farthest from the start, and the one farthest off the line between them.
            let far = farthest(&positions, 0, last).0;
            let (before, after) = (farthest(&positions, 0, far), farthest(&positions, far, last));
            let side = if before.1 > after.1 { before.0 } else { after.0 };
            let mut corners = [0, far.min(side), far.max(side), last];
            corners.sort_unstable();
            for pair in corners.windows(2) {
                kept[pair[0]] = true;
                keep_far_places(&positions, pair[0], pair[1], tolerance, &mut kept);
            }
        } else if places[0] == places[last] {
            kept.fill(true);
        } else {
            keep_far_places(&positions, 0, last, tolerance, &mut kept);
        }
        places.iter().zip(kept).filter(|&(_, kept)| kept).map(|(&place, _)| place).collect()
    }
}

/// Marks the places that the line from `first` to `last` cannot do without. Without recursion: arcs may be very long.
fn keep_far_places(positions: &[[f64; 2]], first: usize, last: usize, tolerance: f64, kept: &mut [bool]) {
    // A border that was drawn has some fifty parts within parts. One that has its farthest place always near its end would be gone
    // through again for every place of it; it is halved from there on.
    const DEEP: u32 = 200;
    let mut open = vec![(first, last, 0)];
    while let Some((first, last, depth)) = open.pop() {
        let (far, distance) = farthest(positions, first, last);
        if last - first > 1 && distance > tolerance {
            let middle = if depth < DEEP { far } else { first.midpoint(last) };
            kept[far] = true;
            kept[middle] = true;
            open.push((first, middle, depth + 1));
            open.push((middle, last, depth + 1));
        }
    }
}

/// The position between `first` and `last` that is farthest from the line between them, and how far; the first of equals.
fn farthest(positions: &[[f64; 2]], first: usize, last: usize) -> (usize, f64) {
    let mut best = (first, -1.0);
    for i in first + 1..last {
        let distance = distance_to_segment(positions[i], positions[first], positions[last]);
        if distance > best.1 {
            best = (i, distance);
        }
    }
    best
}

pub(super) fn distance_to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let squared = dx * dx + dy * dy;
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let along = if squared > 0.0 { ((px * dx + py * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    (px - along * dx).hypot(py - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Teeth that become smaller one after the other: the farthest place is always the next. All of them stay.
    #[test]
    fn a_border_that_unwinds_from_its_end_keeps_its_teeth() {
        let count = 20_000;
        let positions: Vec<[f64; 2]> = (0..count)
            .map(|i| [f64::from(i) * 1e-9, f64::from(count - i) * 1e-9 * if i % 2 == 0 { 1.0 } else { -1.0 }])
            .collect();
        let mut kept = vec![false; positions.len()];
        keep_far_places(&positions, 0, positions.len() - 1, 1e-12, &mut kept);
        assert!(kept.iter().filter(|&&kept| kept).count() > positions.len() / 2);
    }
}
