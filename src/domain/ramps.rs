//! Colours of classes and categories: ramps from little to much, a diverging scale, and a list for categories. Ramps are drawn through a
//! few colours in Oklab (B. Ottosson, "A perceptual color space for image processing", 2020), so that their steps look equally large and
//! lightness only ever goes one way: that is what stays with deuteranopia, protanopia, and in print without colour.

/// A scale from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Ramp {
    #[default]
    Blue,
    Green,
    Fire,
    Grey,
}

impl Ramp {
    pub const ALL: [Self; 4] = [Self::Blue, Self::Green, Self::Fire, Self::Grey];

    /// From the lightest to the darkest.
    fn stops(self) -> &'static [[u8; 3]] {
        match self {
            Self::Blue => &[[0xF3, 0xF6, 0xE4], [0x9C, 0xCB, 0xD9], [0x3D, 0x84, 0xBC], [0x0B, 0x1F, 0x5C]],
            Self::Green => &[[0xF7, 0xF8, 0xD2], [0xA8, 0xD5, 0x8A], [0x2F, 0x94, 0x6B], [0x03, 0x24, 0x2C]],
            Self::Fire => &[[0xFF, 0xF6, 0xCC], [0xFB, 0xBB, 0x55], [0xD8, 0x55, 0x3A], [0x4F, 0x0B, 0x35]],
            Self::Grey => &[[0xF5, 0xF5, 0xF5], [0x1B, 0x1B, 0x1B]],
        }
    }

    /// The colours of so many classes, from little to much: away from the ground, so darker in the light theme and lighter in the
    /// dark one.
    pub fn colours(self, classes: usize, dark: bool) -> Vec<[u8; 3]> {
        let place = |class: usize| {
            let share = class as f64 / classes.saturating_sub(1).max(1) as f64;
            if dark { 1.0 - share } else { share }
        };
        (0..classes).map(|class| along(self.stops(), place(class))).collect()
    }

    /// The colour at a share of the way from little to much.
    pub fn at(self, share: f64, dark: bool) -> [u8; 3] {
        along(self.stops(), if dark { 1.0 - share } else { share })
    }
}

/// Classes of the scale from far under to far over target; the one in the middle is neutral.
pub const DIVERGING: usize = 7;

/// From far under (blue) over neutral to far over (orange).
pub fn diverging(dark: bool) -> [[u8; 3]; DIVERGING] {
    if dark {
        [
            [0x8F, 0xD4, 0xFF],
            [0x49, 0x9A, 0xDD],
            [0x2E, 0x5F, 0x9E],
            [0x3E, 0x40, 0x44],
            [0x8A, 0x4A, 0x12],
            [0xD0, 0x7C, 0x1E],
            [0xFF, 0xC4, 0x6B],
        ]
    } else {
        [
            [0x08, 0x3A, 0x7A],
            [0x2F, 0x7A, 0xBE],
            [0x95, 0xC3, 0xE4],
            [0xF1, 0xF0, 0xEC],
            [0xF4, 0xBE, 0x75],
            [0xD0, 0x71, 0x12],
            [0x7A, 0x31, 0x02],
        ]
    }
}

/// So many categories have a colour of their own.
pub const CATEGORIES: usize = 8;

/// Colours of categories: hues after M. Okabe and K. Ito, "Color Universal Design" (2008), moved apart in lightness.
pub const CATEGORY_COLOURS: [[u8; 3]; CATEGORIES] = [
    [0x1F, 0x6F, 0xB5],
    [0xF2, 0xA9, 0x00],
    [0x00, 0x68, 0x4A],
    [0xE5, 0x8F, 0xBF],
    [0x8A, 0xD0, 0xF5],
    [0xA6, 0x3A, 0x00],
    [0xF5, 0xEC, 0x5A],
    [0x3B, 0x1A, 0x6E],
];

/// What belongs to none of the categories that have a colour, and what is not known.
pub const OTHER: [u8; 3] = [0x7E, 0x84, 0x8B];
pub const NO_DATA: [u8; 3] = [0xC4, 0xC8, 0xCE];

/// The colour at a share of the way through some colours.
fn along(stops: &[[u8; 3]], share: f64) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let before = (place as usize).min(stops.len().saturating_sub(2));
    let (from, to) = (to_oklab(stops[before]), to_oklab(stops[before + 1]));
    let part = place - before as f64;
    from_oklab(std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * part))
}

fn to_linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn from_linear(value: f64) -> u8 {
    let value = value.clamp(0.0, 1.0);
    let value = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

fn times(matrix: [[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

fn to_oklab(colour: [u8; 3]) -> [f64; 3] {
    const CONES: [[f64; 3]; 3] = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    const LAB: [[f64; 3]; 3] = [
        [0.210_454_255_3, 0.793_617_785, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766],
    ];
    times(LAB, times(CONES, colour.map(to_linear)).map(f64::cbrt))
}

fn from_oklab(lab: [f64; 3]) -> [u8; 3] {
    const CONES: [[f64; 3]; 3] = [
        [1.0, 0.396_337_777_4, 0.215_803_757_3],
        [1.0, -0.105_561_345_8, -0.063_854_172_8],
        [1.0, -0.089_484_177_5, -1.291_485_548],
    ];
    const RGB: [[f64; 3]; 3] = [
        [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
        [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
        [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701],
    ];
    times(RGB, times(CONES, lab).map(|cone| cone.powi(3))).map(from_linear)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classes::{FEWEST_CLASSES, MOST_CLASSES};

    /// How a colour looks to people without one kind of cone: G. M. Machado and others, "A physiologically-based model for simulation
    /// of color vision deficiency" (2009), in full strength.
    const VISIONS: [(&str, [[f64; 3]; 3]); 3] = [
        ("full vision", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ),
    ];

    /// CIE L*a*b* for D65.
    fn lab(colour: [f64; 3]) -> [f64; 3] {
        const XYZ: [[f64; 3]; 3] = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        let xyz = times(XYZ, colour.map(|part| part.clamp(0.0, 1.0)));
        let f = |value: f64| if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 };
        let [x, y, z] = [f(xyz[0] / 0.950_47), f(xyz[1]), f(xyz[2] / 1.088_83)];
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// The colour on the map: nine tenths of itself on the ground.
    fn seen(colour: [u8; 3], vision: [[f64; 3]; 3], dark: bool) -> [f64; 3] {
        let ground = if dark { 0x1B } else { 0xF2 };
        let mixed = colour.map(|part| (f64::from(part) * 0.9 + f64::from(ground) * 0.1).round() as u8);
        lab(times(vision, mixed.map(to_linear)))
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// Every two of some colours that stand beside each other, in every vision and theme.
    fn nearest(colours: impl Fn(bool) -> Vec<[u8; 3]>, all_pairs: bool) -> f64 {
        let mut least = f64::INFINITY;
        for (_, vision) in VISIONS {
            for dark in [false, true] {
                let seen: Vec<_> = colours(dark).into_iter().map(|colour| seen(colour, vision, dark)).collect();
                for (at, &one) in seen.iter().enumerate() {
                    let others = if all_pairs { &seen[at + 1..] } else { seen.get(at + 1..at + 2).unwrap_or(&[]) };
                    least = others.iter().map(|&other| distance(one, other)).fold(least, f64::min);
                }
            }
        }
        least
    }

    #[test]
    fn neighbouring_classes_can_be_told_apart_by_everybody() {
        // A difference of 2.3 can just be noticed side by side.
        for ramp in Ramp::ALL {
            for classes in FEWEST_CLASSES..=MOST_CLASSES {
                let least = nearest(|dark| ramp.colours(classes, dark), true);
                let wanted = if classes <= 5 { 12.0 } else { 6.0 };
                assert!(least >= wanted, "{ramp:?} with {classes} classes: {least:.1}");
            }
        }
        let least = nearest(|dark| diverging(dark).to_vec(), true);
        assert!(least >= 12.0, "diverging: {least:.1}");
    }

    #[test]
    fn lightness_goes_one_way_in_every_vision() {
        for (vision, matrix) in VISIONS {
            for dark in [false, true] {
                let light = |colours: &[[u8; 3]]| -> Vec<f64> {
                    let lightness = colours.iter().map(|&colour| seen(colour, matrix, dark)[0]);
                    lightness.map(|lightness| if dark { lightness } else { -lightness }).collect()
                };
                for ramp in Ramp::ALL {
                    let lightness = light(&ramp.colours(MOST_CLASSES, dark));
                    assert!(lightness.is_sorted_by(|a, b| b - a > 3.0), "{ramp:?}, {vision}: {lightness:?}");
                }
                let mut under = light(&diverging(dark)[..=DIVERGING / 2]);
                under.reverse();
                let over = light(&diverging(dark)[DIVERGING / 2..]);
                for side in [under, over] {
                    assert!(side.is_sorted_by(|a, b| b - a > 3.0), "{vision}: {side:?}");
                }
            }
        }
    }

    #[test]
    fn categories_can_be_told_apart_by_everybody() {
        let mut all = CATEGORY_COLOURS.to_vec();
        all.push(OTHER);
        let least = nearest(|_| all.clone(), true);
        assert!(least >= 14.0, "{least:.1}");
    }

    #[test]
    fn ramps_end_where_they_should() {
        for ramp in Ramp::ALL {
            let stops = ramp.stops();
            let colours = ramp.colours(5, false);
            assert_eq!((colours[0], colours[4]), (stops[0], stops[stops.len() - 1]), "{ramp:?}");
            assert_eq!(ramp.colours(5, true)[0], stops[stops.len() - 1]);
        }
        assert_eq!(Ramp::Grey.colours(1, false).len(), 1);
    }
}
