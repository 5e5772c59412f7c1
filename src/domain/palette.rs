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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_territory_takes_a_colour_that_is_free() {
        assert_eq!(least_used(&[]), PALETTE[0]);
        assert_eq!(least_used(&PALETTE[..3]), PALETTE[3]);
        assert_eq!(least_used(&PALETTE), PALETTE[0]);
    }
}
