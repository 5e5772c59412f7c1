//! A heat map of accounts: how many, or how much of a measure, lie around each place. Accounts are counted in small squares, the counts are
//! spread over their surroundings, and the result is one picture that a frame only moves. It is made again when the map comes to
//! its edge, or nearer by.

use std::collections::HashMap;

use eframe::egui::{Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::camera::{Camera, WorldBox, screen_rect};
use super::points::AccountBatches;
use crate::domain::ramps::Ramp;

/// The side of the squares, in points at a whole zoom.
const CELL: f64 = 6.0;
/// Three rounds of means over so many squares to either side are nearly a normal distribution; with 2 its standard deviation
/// is 2.45 squares, 15 points.
const REACH: usize = 2;
const ROUNDS: usize = 3;
/// Squares around the picture that are spread into it.
const EDGE: usize = REACH * ROUNDS;
/// How much more than the view the picture shows, on every side.
const MARGIN: f64 = 0.25;
/// On huge screens squares are larger instead of more.
const MOST_CELLS: f64 = 600_000.0;
/// Hottest is what this many squares on a side hold in the densest half per cent.
const BLOCK: usize = 4;
/// So many accounts are enough to know that.
const SAMPLE: usize = 100_000;
/// A few accounts by themselves are never the hottest.
const LEAST_PEAK: f32 = 4.0;

/// The heat map of one view.
#[derive(Default)]
pub struct Heat {
    /// Per account; `None` counts each once.
    weights: Option<Vec<f32>>,
    version: u64,
    made: Option<Made>,
    /// By whole zoom what is hottest.
    peaks: HashMap<i32, f32>,
    pictures: u64,
}

struct Made {
    zoom: i32,
    version: u64,
    dark: bool,
    shows: WorldBox,
    texture: TextureHandle,
}

impl Heat {
    /// What makes it hot, per account; values that are missing or negative count for nothing. `None`: every account alike.
    pub fn set_weights(&mut self, weights: Option<Vec<f32>>) {
        self.weights = weights;
        self.forget();
    }

    /// The accounts are others.
    pub fn forget(&mut self) {
        self.version += 1;
        self.peaks.clear();
        self.made = None;
    }

    /// Pictures made since the start; for tests.
    pub fn pictures(&self) -> u64 {
        self.pictures
    }

    pub fn draw(&mut self, painter: &Painter, camera: &Camera, accounts: &AccountBatches, dark: bool) {
        let zoom = camera.zoom.round() as i32;
        let visible = camera.visible();
        let fits = |made: &Made| {
            (made.zoom, made.version, made.dark) == (zoom, self.version, dark)
                && (0..2)
                    .all(|axis| made.shows.min[axis] <= visible.min[axis] && visible.max[axis] <= made.shows.max[axis])
        };
        if !self.made.as_ref().is_some_and(fits) {
            self.make(painter, zoom, &visible, accounts, dark);
        }
        if let Some(made) = &self.made {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let painter = painter.with_clip_rect(painter.clip_rect().intersect(camera.rect));
            painter.image(made.texture.id(), screen_rect(camera, &made.shows), whole, Color32::WHITE);
        }
    }

    fn make(&mut self, painter: &Painter, zoom: i32, visible: &WorldBox, accounts: &AccountBatches, dark: bool) {
        let weights = self.weights.as_deref();
        let mut side = CELL / f64::from(zoom).exp2();
        let extent = |axis: usize| (visible.max[axis] - visible.min[axis]) * (1.0 + 2.0 * MARGIN);
        let coarser = (extent(0) * extent(1) / (side * side) / MOST_CELLS).max(1.0).sqrt();
        side *= coarser;
        let mut grid = Grid::around(visible, side);
        grid.count(accounts, weights);
        grid.spread();
        let version = self.version;
        let peak = *self.peaks.entry(zoom).or_insert_with(|| peak(accounts, weights, CELL / f64::from(zoom).exp2()));
        let hottest = peak / (BLOCK * BLOCK) as f32 * (coarser * coarser) as f32;
        let (image, shows) = grid.picture(hottest, dark);
        let texture = painter.ctx().load_texture("heat", image, TextureOptions::LINEAR);
        self.made = Some(Made { zoom, version, dark, shows, texture });
        self.pictures += 1;
    }
}

/// Squares over a part of the world.
struct Grid {
    size: [usize; 2],
    origin: [f64; 2],
    side: f64,
    values: Vec<f32>,
}

impl Grid {
    /// Over what is visible, a margin, and the edge that is spread into it. Squares lie at multiples of their side, so that the next
    /// picture has the same ones.
    fn around(visible: &WorldBox, side: f64) -> Self {
        let range = |axis: usize| {
            let margin = (visible.max[axis] - visible.min[axis]) * MARGIN;
            let first = ((visible.min[axis] - margin) / side).floor() - EDGE as f64;
            let last = ((visible.max[axis] + margin) / side).ceil() + EDGE as f64;
            (first * side, (last - first) as usize)
        };
        let [(left, width), (top, height)] = [range(0), range(1)];
        Self { size: [width, height], origin: [left, top], side, values: vec![0.0; width * height] }
    }

    fn count(&mut self, accounts: &AccountBatches, weights: Option<&[f32]>) {
        let [width, height] = self.size;
        let far = [self.origin[0] + width as f64 * self.side, self.origin[1] + height as f64 * self.side];
        let (origin, per_side) = (self.origin, 1.0 / self.side);
        let values = &mut self.values;
        accounts.each_in(&WorldBox { min: origin, max: far }, |account, [x, y]| {
            let (column, row) = ((x - origin[0]) * per_side, (y - origin[1]) * per_side);
            if column >= 0.0 && row >= 0.0 && (column as usize) < width && (row as usize) < height {
                let weight = weights.map_or(1.0, |weights| weights.get(account).copied().unwrap_or(0.0));
                values[row as usize * width + column as usize] += if weight > 0.0 { weight } else { 0.0 };
            }
        });
    }

    /// Every count spread over its surroundings; the sum stays.
    fn spread(&mut self) {
        let [width, height] = self.size;
        let mut other = vec![0.0; self.values.len()];
        for _ in 0..ROUNDS {
            for (from, to) in self.values.chunks_exact(width).zip(other.chunks_exact_mut(width)) {
                running_means(from, to);
            }
            down(&other, &mut self.values, width, height);
        }
    }

    /// Without the edge, and which part of the world that is.
    fn picture(&self, hottest: f32, dark: bool) -> (ColorImage, WorldBox) {
        let shades = shades(dark);
        let [width, height] = self.size.map(|size| size - 2 * EDGE);
        let scale = 255.0 / hottest.max(f32::MIN_POSITIVE);
        let row = |row: usize| {
            let from = (row + EDGE) * self.size[0] + EDGE;
            &self.values[from..from + width]
        };
        let pixels: Vec<Color32> =
            (0..height).flat_map(row).map(|value| shades[((value * scale) as usize).min(255)]).collect();
        let at = |axis: usize, cells: usize| self.origin[axis] + cells as f64 * self.side;
        let shows = WorldBox { min: [at(0, EDGE), at(1, EDGE)], max: [at(0, EDGE + width), at(1, EDGE + height)] };
        (ColorImage::new([width, height], pixels), shows)
    }
}

/// The mean of each value and those up to [`REACH`] beside it; beyond the ends there is nothing.
fn running_means(from: &[f32], to: &mut [f32]) {
    let share = 1.0 / (2 * REACH + 1) as f32;
    let mut sum: f32 = from.iter().take(REACH).sum();
    for at in 0..from.len() {
        sum += from.get(at + REACH).copied().unwrap_or(0.0);
        to[at] = sum.max(0.0) * share;
        if at >= REACH {
            sum -= from[at - REACH];
        }
    }
}

/// The same along columns, row by row so that memory is read in order.
fn down(from: &[f32], to: &mut [f32], width: usize, height: usize) {
    let share = 1.0 / (2 * REACH + 1) as f32;
    let line = |row: usize| &from[row * width..(row + 1) * width];
    let mut sums = vec![0.0f32; width];
    for row in 0..REACH.min(height) {
        sums.iter_mut().zip(line(row)).for_each(|(sum, value)| *sum += value);
    }
    for row in 0..height {
        if row + REACH < height {
            sums.iter_mut().zip(line(row + REACH)).for_each(|(sum, value)| *sum += value);
        }
        let out = &mut to[row * width..(row + 1) * width];
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = sum.max(0.0) * share);
        if row >= REACH {
            sums.iter_mut().zip(line(row - REACH)).for_each(|(sum, value)| *sum -= value);
        }
    }
}

/// What blocks of squares hold in the densest half per cent of those that hold anything: of all accounts, so that colours stay as they are
/// while the map moves.
fn peak(accounts: &AccountBatches, weights: Option<&[f32]>, side: f64) -> f32 {
    let block = side * BLOCK as f64;
    let step = accounts.len().div_ceil(SAMPLE).max(1);
    let mut blocks: HashMap<[i64; 2], f32> = HashMap::new();
    let (mut all, mut count) = (0.0, 0u32);
    let everywhere = WorldBox { min: [f64::NEG_INFINITY; 2], max: [f64::INFINITY; 2] };
    let mut nth = 0;
    accounts.each_in(&everywhere, |account, at| {
        nth += 1;
        let weight = weights.map_or(1.0, |weights| weights.get(account).copied().unwrap_or(0.0));
        if nth % step == 0 && weight > 0.0 {
            *blocks.entry(at.map(|value| (value / block).floor() as i64)).or_default() += weight;
            all += weight;
            count += 1;
        }
    });
    let mut held: Vec<f32> = blocks.into_values().collect();
    held.sort_unstable_by(f32::total_cmp);
    let densest = held.get(held.len().saturating_sub(1 + held.len() / 200)).copied().unwrap_or(0.0);
    (densest * step as f32).max(LEAST_PEAK * all / count.max(1) as f32)
}

/// Colours by heat, from nothing to hottest.
fn shades(dark: bool) -> Vec<Color32> {
    (0..=255u16)
        .map(|level| {
            // Roots: most of the map is far from the hottest, and shall be seen all the same.
            let share = (f64::from(level) / 255.0).sqrt();
            let [r, g, b] = shade(share, dark);
            let opacity = (share * 4.0).min(1.0) * 0.85;
            Color32::from_rgba_unmultiplied(r, g, b, (opacity * 255.0) as u8)
        })
        .collect()
}

/// The colour at a share of the way from cold to hottest, as the legend shows it.
pub fn shade(share: f64, dark: bool) -> [u8; 3] {
    // Not from the very ends, which are nearly the ground.
    Ramp::Fire.at(0.12 + 0.82 * share, dark)
}

#[cfg(test)]
mod tests {
    use super::super::points::AccountPlaces;
    use super::*;
    use crate::domain::sphere::LonLat;

    fn visible() -> WorldBox {
        WorldBox { min: [60.0, 90.0], max: [60.0 + 1.5, 90.0 + 1.0] }
    }

    #[test]
    fn spreading_keeps_the_sum_and_is_the_same_to_all_sides() {
        let mut grid = Grid::around(&visible(), 0.01);
        let [width, height] = grid.size;
        let middle = (height / 2) * width + width / 2;
        grid.values[middle] = 100.0;
        grid.spread();
        assert!((grid.values.iter().sum::<f32>() - 100.0).abs() < 1e-3);
        for away in 1..=EDGE {
            let around = [middle - away, middle + away, middle - away * width, middle + away * width];
            for at in around {
                assert!((grid.values[at] - grid.values[around[0]]).abs() < 1e-4);
                assert!(grid.values[at] > 0.0 && grid.values[at] < grid.values[middle]);
            }
        }
        assert!(grid.values[middle + EDGE + 1].abs() < 1e-4);
    }

    #[test]
    fn accounts_are_counted_where_they_are_with_their_weight() {
        let here = crate::domain::sphere::from_mercator([60.5, 90.5]);
        let far = LonLat::new(100.0, 10.0);
        let accounts = AccountBatches::new(None, AccountPlaces::new(&[here, far, here, here]));
        let mut grid = Grid::around(&visible(), 0.01);
        grid.count(&accounts, None);
        assert_eq!(grid.values.iter().sum::<f32>(), 3.0, "what is far away is not in it");
        let mut grid = Grid::around(&visible(), 0.01);
        grid.count(&accounts, Some(&[2.0, 50.0, f32::NAN, -7.0]));
        assert_eq!(grid.values.iter().sum::<f32>(), 2.0);
        let at = grid.values.iter().position(|&value| value > 0.0).unwrap();
        let place = [at % grid.size[0], at / grid.size[0]];
        for axis in 0..2 {
            let from = grid.origin[axis] + place[axis] as f64 * grid.side;
            assert!(from <= [60.5, 90.5][axis] && [60.5, 90.5][axis] <= from + grid.side * 1.001);
        }
    }

    #[test]
    fn a_picture_lasts_while_the_map_moves_a_little() {
        let places: Vec<LonLat> = (0..500).map(|nth| LonLat::new(-95.0 + f64::from(nth % 25) * 0.1, 39.0)).collect();
        let accounts = AccountBatches::new(None, AccountPlaces::new(&places));
        let mut heat = Heat::default();
        let rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(800.0, 600.0));
        let mut camera = Camera { rect, centre: crate::domain::sphere::to_mercator(places[0]), zoom: 6.2 };
        let mut harness = |camera: Camera, dark: bool| {
            let ctx = eframe::egui::Context::default();
            let painter = Painter::new(ctx, eframe::egui::LayerId::background(), rect);
            heat.draw(&painter, &camera, &accounts, dark);
            heat.pictures()
        };
        assert_eq!(harness(camera, false), 1);
        camera.centre[0] += 100.0 / camera.scale();
        assert_eq!(harness(camera, false), 1, "a hundred points aside");
        camera.zoom = 6.4;
        assert_eq!(harness(camera, false), 1, "nearer by");
        assert_eq!(harness(camera, true), 2, "in the dark");
        camera.zoom = 7.0;
        assert_eq!(harness(camera, true), 3);
        camera.centre[0] += 1000.0 / camera.scale();
        assert_eq!(harness(camera, true), 4);
    }
}
