//! Base colours of territories: sixteen hues that differ in lightness too, so that people with deuteranopia or protanopia can tell
//! neighbours apart. After Paul Tol's "Colour Schemes" (technical note SRON/EPS/TN/09-002), extended.

/// Red, green, blue; in the order in which they are given out.
pub const PALETTE: [[u8; 3]; 16] = [
    [0x44, 0x77, 0xAA],
    [0xEE, 0x77, 0x33],
    [0x22, 0x88, 0x33],
    [0xAA, 0x33, 0x77],
    [0xCC, 0xBB, 0x44],
    [0x5A, 0xC3, 0xE6],
    [0xE5, 0x5B, 0x6E],
    [0x4B, 0x3A, 0xA6],
    [0x44, 0xAA, 0x99],
    [0x88, 0x22, 0x55],
    [0x99, 0x99, 0x33],
    [0xDD, 0xAA, 0x33],
    [0x99, 0x4F, 0x00],
    [0x8A, 0x6F, 0xD8],
    [0x11, 0x77, 0x66],
    [0xC2, 0x6A, 0xB0],
];

/// The colour of the palette that occurs least often among `used`; the first of those that occur equally often.
pub fn least_used(used: &[[u8; 3]]) -> [u8; 3] {
    let count = |colour: &[u8; 3]| used.iter().filter(|known| *known == colour).count();
    PALETTE.into_iter().min_by_key(count).unwrap_or(PALETTE[0])
}

/// Colours in which neighbours differ. Who differs from all neighbours keeps its colour; the others get the colour of the palette
/// that is farthest from those around them.
///
/// Goes through the graph so that everybody has as few neighbours as can be before it (smallest last, after Matula and Beck 1983):
/// at most five on a map without bridges, so that there is always a colour left.
pub fn apart(neighbours: &[Vec<usize>], colours: &[[u8; 3]]) -> Vec<[u8; 3]> {
    let mut degree: Vec<usize> = neighbours.iter().map(Vec::len).collect();
    let mut taken = vec![false; degree.len()];
    let mut order = Vec::with_capacity(degree.len());
    while let Some(last) = (0..degree.len()).filter(|&at| !taken[at]).min_by_key(|&at| (degree[at], at)) {
        taken[last] = true;
        order.push(last);
        for &other in &neighbours[last] {
            degree[other] = degree[other].saturating_sub(1);
        }
    }
    let mut chosen: Vec<Option<[u8; 3]>> = vec![None; colours.len()];
    for &at in order.iter().rev() {
        let around: Vec<[u8; 3]> = neighbours[at].iter().filter_map(|&other| chosen[other]).collect();
        let nearest = |colour: [u8; 3]| around.iter().map(|&other| distance(colour, other)).min().unwrap_or(u32::MAX);
        let keeps = nearest(colours[at]) >= ALIKE;
        // Of those that are equally far the first of the palette.
        let best = PALETTE.into_iter().rev().max_by_key(|&colour| nearest(colour)).unwrap_or(PALETTE[0]);
        chosen[at] = Some(if keeps { colours[at] } else { best });
    }
    chosen.into_iter().zip(colours).map(|(chosen, &colour)| chosen.unwrap_or(colour)).collect()
}

/// Colours nearer than this are taken for the same beside each other.
const ALIKE: u32 = 40 * 40;

/// The square of the distance between two colours.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_who_looks_like_a_neighbour_gets_another_colour() {
        let line = vec![vec![1], vec![0, 2], vec![1]];
        let colours = [PALETTE[0], PALETTE[1], PALETTE[0]];
        assert_eq!(apart(&line, &colours), colours);
        let after = apart(&line, &[PALETTE[3]; 3]);
        assert!(after[0] != after[1] && after[1] != after[2]);
        assert_eq!(after.iter().filter(|colour| **colour != PALETTE[3]).count(), 1, "one change is enough: {after:?}");
    }

    proptest! {
        #[test]
        fn neighbours_on_a_grid_never_look_alike(width in 1usize..9, height in 1usize..9, first in proptest::collection::vec(0usize..3, 64)) {
            let at = |x: usize, y: usize| y * width + x;
            let mut lists = vec![Vec::new(); width * height];
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                // The diagonal too: triangles.
                for (dx, dy) in [(1, 0), (0, 1), (1, 1)] {
                    if x + dx < width && y + dy < height {
                        lists[at(x, y)].push(at(x + dx, y + dy));
                        lists[at(x + dx, y + dy)].push(at(x, y));
                    }
                }
            }
            let colours: Vec<[u8; 3]> = first[..width * height].iter().map(|&nth| PALETTE[nth]).collect();
            let after = apart(&lists, &colours);
            for (one, list) in lists.iter().enumerate() {
                for &other in list {
                    prop_assert!(distance(after[one], after[other]) >= ALIKE);
                }
            }
            prop_assert_eq!(apart(&lists, &after), after, "who differs keeps it");
        }
    }

    #[test]
    fn a_new_territory_takes_a_colour_that_is_free() {
        assert_eq!(least_used(&[]), PALETTE[0]);
        assert_eq!(least_used(&PALETTE[..3]), PALETTE[3]);
        assert_eq!(least_used(&PALETTE), PALETTE[0]);
    }
}
