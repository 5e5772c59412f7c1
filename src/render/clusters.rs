//! Too many accounts to draw one by one: counted discs in their stead.

use std::collections::HashMap;

use eframe::egui::{Align2, Color32, FontId, Painter, Stroke};

use super::batches::MapLook;
use super::camera::Camera;

/// The side of the squares whose accounts become one disc, in points at a whole zoom.
const CELL: f64 = 72.0;
const SMALLEST_RADIUS: f32 = 9.0;
const LARGEST_RADIUS: f32 = 24.0;

/// Accounts near each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The mean of their places, in world coordinates.
    pub world: [f64; 2],
    pub count: u32,
    /// That of most of them.
    pub colour: Color32,
}

/// The clusters at a whole zoom, by place, of points with their colours; transparent ones are left out. Points near each other should
/// follow each other: most then fall into the same square as the one before, which costs next to nothing.
pub fn clusters(points: impl Iterator<Item = ([f64; 2], Color32)>, zoom: i32) -> Vec<Cluster> {
    let per_side = f64::from(zoom).exp2() / CELL;
    let mut cells: Vec<([i64; 2], Cell)> = Vec::new();
    let mut known: HashMap<[i64; 2], usize> = HashMap::new();
    let mut last = ([i64::MIN; 2], 0);
    for (world, colour) in points.filter(|(_, colour)| colour.a() > 0) {
        let place = world.map(|value| (value * per_side).floor() as i64);
        if last.0 != place {
            let at = *known.entry(place).or_insert(cells.len());
            if at == cells.len() {
                cells.push((place, Cell::default()));
            }
            last = (place, at);
        }
        cells[last.1].1.add(world, colour);
    }
    cells.sort_unstable_by_key(|(place, _)| *place);
    cells.into_iter().map(|(_, cell)| cell.cluster()).collect()
}

#[derive(Default)]
struct Cell {
    sum: [f64; 2],
    count: u32,
    colours: Vec<(Color32, u32)>,
    /// The position in `colours` of the colour that came last.
    last: usize,
}

impl Cell {
    fn add(&mut self, world: [f64; 2], colour: Color32) {
        self.count += 1;
        self.sum = [self.sum[0] + world[0], self.sum[1] + world[1]];
        if self.colours.get(self.last).is_none_or(|(other, _)| *other != colour) {
            self.last = self.colours.iter().position(|(other, _)| *other == colour).unwrap_or(self.colours.len());
            if self.last == self.colours.len() {
                self.colours.push((colour, 0));
            }
        }
        self.colours[self.last].1 += 1;
    }

    fn cluster(self) -> Cluster {
        let most = self.colours.iter().max_by_key(|(colour, count)| (*count, colour.to_array()));
        Cluster {
            world: self.sum.map(|sum| sum / f64::from(self.count)),
            count: self.count,
            colour: most.map_or(Color32::GRAY, |(colour, _)| *colour),
        }
    }
}

/// Paints the discs in view, the smaller ones on top; their areas are in proportion to their counts, above a smallest size.
pub fn draw_clusters(painter: &Painter, camera: &Camera, clusters: &[Cluster], look: &MapLook) {
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(camera.rect));
    let reach = camera.rect.expand(LARGEST_RADIUS);
    let mut seen: Vec<_> = clusters
        .iter()
        .map(|cluster| (camera.to_screen(cluster.world), cluster))
        .filter(|(position, _)| reach.contains(*position))
        .collect();
    seen.sort_by_key(|(_, cluster)| std::cmp::Reverse(cluster.count));
    let largest = seen.first().map_or(1, |(_, cluster)| cluster.count);
    for (position, cluster) in seen {
        let share = (f64::from(cluster.count) / f64::from(largest)).sqrt() as f32;
        let radius = (share * LARGEST_RADIUS).max(SMALLEST_RADIUS);
        painter.circle(position, radius, cluster.colour, Stroke::new(1.5, look.point_casing));
        let ink = ink_on(cluster.colour);
        painter.text(position, Align2::CENTER_CENTER, short_count(cluster.count), FontId::proportional(11.0), ink);
    }
}

/// "87", "1.2k", "34k".
fn short_count(count: u32) -> String {
    match count {
        0..1000 => count.to_string(),
        1000..9950 => format!("{:.1}k", f64::from(count) / 1000.0),
        _ => format!("{:.0}k", f64::from(count) / 1000.0),
    }
}

/// Black or white, whichever stands out (luma of Rec. 601).
fn ink_on(colour: Color32) -> Color32 {
    let [r, g, b, _] = colour.to_array().map(f32::from);
    if 0.299 * r + 0.587 * g + 0.114 * b > 140.0 { Color32::from_gray(20) } else { Color32::WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_count_every_visible_point_once_and_take_the_colour_of_most() {
        let near = |x: f64| [100.0 + x, 90.0];
        let points = [
            (near(0.0), Color32::RED),
            (near(0.2), Color32::BLUE),
            (near(0.4), Color32::BLUE),
            (near(0.1), Color32::TRANSPARENT),
            ([60.0, 90.0], Color32::RED),
        ];
        let found = clusters(points.into_iter(), 4);
        assert_eq!(found.iter().map(|cluster| cluster.count).sum::<u32>(), 4);
        let crowd = found.iter().find(|cluster| cluster.count == 3).unwrap();
        assert_eq!(crowd.colour, Color32::BLUE);
        assert!((crowd.world[0] - 100.2).abs() < 1e-9);
        // From nearer by they come apart.
        assert_eq!(clusters(points.into_iter(), 12).len(), 4);
    }

    #[test]
    fn counts_are_short() {
        assert_eq!(
            [7, 999, 1000, 1249, 9949, 9950, 123_456].map(short_count),
            ["7", "999", "1.0k", "1.2k", "9.9k", "10k", "123k"]
        );
    }
}
