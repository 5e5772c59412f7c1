//! Labels on the map: which are shown, where, and how they are written. Labels never overlap; the more important ones are placed
//! first; a territory's label moves to another of its places when its own is out of view.

use std::cell::OnceCell;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Color32, FontId, Galley, Painter, Pos2, Rect, Vec2, vec2};

use super::camera::{Camera, WorldBox, screen_rect};

/// More than this many labels are never on the screen.
const MOST_LABELS: usize = 150;
/// Where to stamp copies of the text in the halo's colour, in points: a ring, and a closer one so that nothing shows between.
const HALO: [Vec2; 12] = [
    vec2(1.8, 0.0),
    vec2(1.3, 1.3),
    vec2(0.0, 1.8),
    vec2(-1.3, 1.3),
    vec2(-1.8, 0.0),
    vec2(-1.3, -1.3),
    vec2(0.0, -1.8),
    vec2(1.3, -1.3),
    vec2(0.9, 0.0),
    vec2(0.0, 0.9),
    vec2(-0.9, 0.0),
    vec2(0.0, -0.9),
];

/// How one line of a label is written.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelStyle {
    pub font: FontId,
    pub colour: Color32,
}

/// Something to write on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// From the most important down; all but the first are left out where there is no room for them.
    pub lines: Vec<(String, LabelStyle)>,
    pub halo: Color32,
    /// Where the middle of the label belongs, in world coordinates.
    pub anchor: [f64; 2],
    /// Where else it may be when its anchor is out of view: the middles of a territory's units.
    pub elsewhere: Arc<[[f64; 2]]>,
    /// What the label is about. A label much wider than that on the screen is not shown.
    pub extent: Option<WorldBox>,
    /// Higher is placed first; equal ones in the order given.
    pub priority: f32,
    /// Free space kept around it, in points.
    pub margin: Vec2,
    /// Its sizes in full and with the first line alone, once they were measured.
    pub sizes: OnceCell<[Vec2; 2]>,
}

/// A label that found a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The position in the list of candidates.
    pub label: usize,
    pub rect: Rect,
    /// Without the lines after the first.
    pub is_short: bool,
}

/// What placing needs to know of a label: its sizes in full and with the first line alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    pub label: &'a Label,
    pub full: Vec2,
    pub short: Vec2,
}

/// Chooses and places labels: pure, deterministic, in O(shown × candidates). Nothing lies outside `camera.rect`, in `taken`, or on
/// another label.
pub fn place_labels(candidates: &[Candidate], camera: &Camera, taken: &[Rect]) -> Vec<Placed> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&a, &b| candidates[b].label.priority.total_cmp(&candidates[a].label.priority).then(a.cmp(&b)));
    let mut occupied = taken.to_vec();
    let mut placed = Vec::new();
    for index in order {
        if placed.len() == MOST_LABELS {
            break;
        }
        let candidate = &candidates[index];
        if let Some((rect, is_short)) = find_place(candidate, camera, &occupied) {
            occupied.push(rect.expand2(candidate.label.margin));
            placed.push(Placed { label: index, rect, is_short });
        }
    }
    placed
}

/// Lays out, places and paints the labels; returns where they are, for hovering and clicking.
pub fn draw_labels(painter: &Painter, camera: &Camera, labels: &[&Label], taken: &[Rect]) -> Vec<Placed> {
    let candidates: Vec<Candidate> = labels
        .iter()
        .map(|&label| {
            let measure = || [label.lines.len(), 1].map(|lines| layout(painter, label, lines).size());
            let &[full, short] = label.sizes.get_or_init(measure);
            Candidate { label, full, short }
        })
        .collect();
    let placed = place_labels(&candidates, camera, taken);
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(camera.rect));
    for place in &placed {
        let label = labels[place.label];
        let galley = layout(&painter, label, if place.is_short { 1 } else { label.lines.len() });
        paint(&painter, &galley, place.rect, label.halo);
    }
    placed
}

/// The place that stands for a set of places: the one nearest to their weighted mean, so that it is inside what they are inside of.
/// `None` without places.
pub fn central_place(places: &[[f64; 2]], weights: &[f64]) -> Option<[f64; 2]> {
    let (mut sum, mut total) = ([0.0; 2], 0.0);
    for (place, &weight) in places.iter().zip(weights) {
        if weight > 0.0 && place.iter().all(|value| value.is_finite()) {
            sum = [sum[0] + place[0] * weight, sum[1] + place[1] * weight];
            total += weight;
        }
    }
    let mean = if total > 0.0 { [sum[0] / total, sum[1] / total] } else { *places.first()? };
    nearest(places.iter().copied(), mean)
}

fn find_place(candidate: &Candidate, camera: &Camera, occupied: &[Rect]) -> Option<(Rect, bool)> {
    let label = candidate.label;
    let room = label.extent.map_or(Vec2::INFINITY, |extent| screen_rect(camera, &extent).size());
    let anchor = anchor_in_view(label, camera, candidate.short)?;
    let fits = |size: Vec2| size.x <= room.x * 1.1 && size.y <= room.y * 1.1;
    let sizes = [(candidate.full, false), (candidate.short, true)];
    for (size, is_short) in sizes.into_iter().skip(usize::from(label.lines.len() == 1)) {
        // The name alone may stick out more, since it is all that there is.
        if !(fits(size) || is_short && fits(size * vec2(0.65, 0.8))) {
            continue;
        }
        for shift in [0.0, -0.55, 0.55, -1.1, 1.1] {
            let rect = Rect::from_center_size(anchor + vec2(0.0, shift * candidate.short.y), size);
            let moved = keep_inside(rect, camera.rect.shrink(4.0));
            let is_free = !occupied.iter().any(|other| other.intersects(moved.expand2(label.margin)));
            if is_free && camera.rect.contains_rect(moved) && (moved.center() - rect.center()).length() < size.x {
                return Some((moved, is_short));
            }
            if label.extent.is_none() {
                break;
            }
        }
    }
    None
}

/// The anchor, or when it is out of view the place elsewhere that is in view and nearest to the middle of those that are.
fn anchor_in_view(label: &Label, camera: &Camera, size: Vec2) -> Option<Pos2> {
    let view = camera.rect.shrink2((size / 2.0).min(camera.rect.size() / 4.0));
    let anchor = camera.to_screen(label.anchor);
    if view.contains(anchor) {
        return Some(anchor);
    }
    let corners = [camera.to_world(view.min), camera.to_world(view.max)];
    let in_view = |place: &[f64; 2]| (0..2).all(|axis| (corners[0][axis]..=corners[1][axis]).contains(&place[axis]));
    let seen: Vec<[f64; 2]> = label.elsewhere.iter().filter(|place| in_view(place)).copied().collect();
    central_place(&seen, &vec![1.0; seen.len()]).map(|place| camera.to_screen(place))
}

fn nearest(places: impl Iterator<Item = [f64; 2]>, to: [f64; 2]) -> Option<[f64; 2]> {
    let distance = |place: &[f64; 2]| (place[0] - to[0]).powi(2) + (place[1] - to[1]).powi(2);
    places.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn keep_inside(rect: Rect, within: Rect) -> Rect {
    let shift = |from: f32, to: f32, min: f32, max: f32| (min - from).max(0.0) + (max - to).min(0.0);
    rect.translate(vec2(
        shift(rect.min.x, rect.max.x, within.min.x, within.max.x),
        shift(rect.min.y, rect.max.y, within.min.y, within.max.y),
    ))
}

fn layout(painter: &Painter, label: &Label, lines: usize) -> Arc<Galley> {
    let mut job = LayoutJob { halign: Align::Center, ..LayoutJob::default() };
    for (i, (text, style)) in label.lines.iter().take(lines).enumerate() {
        if i > 0 {
            job.append("\n", 0.0, TextFormat::simple(style.font.clone(), style.colour));
        }
        job.append(text, 0.0, TextFormat::simple(style.font.clone(), style.colour));
    }
    painter.layout_job(job)
}

fn paint(painter: &Painter, galley: &Arc<Galley>, rect: Rect, halo: Color32) {
    // A centred galley hangs to both sides of its position. Whole pixels keep the letters sharp.
    let at = (rect.center_top() - vec2(galley.rect.center().x, 0.0)).round();
    if halo != Color32::TRANSPARENT {
        for offset in HALO {
            painter.galley_with_override_text_color(at + offset, galley.clone(), halo);
        }
    }
    painter.galley(at, galley.clone(), Color32::PLACEHOLDER);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Random;
    use crate::domain::sphere::{LonLat, to_mercator};

    fn camera() -> Camera {
        let rect = Rect::from_min_size(Pos2::new(50.0, 20.0), vec2(1000.0, 600.0));
        Camera { rect, centre: to_mercator(LonLat::new(-83.0, 40.0)), zoom: 6.0 }
    }

    fn label(anchor: [f64; 2], priority: f32) -> Label {
        Label {
            lines: vec![],
            halo: Color32::WHITE,
            anchor,
            elsewhere: Arc::new([]),
            extent: None,
            priority,
            margin: vec2(2.0, 2.0),
            sizes: OnceCell::new(),
        }
    }

    fn at(position: Pos2, priority: f32) -> Label {
        label(camera().to_world(position), priority)
    }

    fn place(labels: &[Label]) -> Vec<Placed> {
        let candidates: Vec<Candidate> =
            labels.iter().map(|label| Candidate { label, full: vec2(80.0, 42.0), short: vec2(60.0, 14.0) }).collect();
        place_labels(&candidates, &camera(), &[])
    }

    #[test]
    fn labels_never_overlap_and_stay_in_the_map() {
        let mut random = Random::new(3);
        let labels: Vec<Label> = (0..400)
            .map(|_| {
                let position = Pos2::new(random.unit() as f32 * 1200.0 - 50.0, random.unit() as f32 * 700.0);
                at(position, random.unit() as f32)
            })
            .collect();
        let placed = place(&labels);
        assert!((30..=MOST_LABELS).contains(&placed.len()), "{}", placed.len());
        for (i, a) in placed.iter().enumerate() {
            assert!(camera().rect.contains_rect(a.rect));
            assert!(placed[i + 1..].iter().all(|b| !a.rect.intersects(b.rect)));
        }
        assert_eq!(placed, place(&labels));
    }

    #[test]
    fn of_two_at_one_place_the_more_important_is_shown() {
        let middle = camera().rect.center();
        let placed = place(&[at(middle, 1.0), at(middle, 2.0)]);
        assert_eq!(placed.iter().map(|place| place.label).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_label_moves_to_the_part_of_its_territory_in_view() {
        let camera = camera();
        let far = camera.to_world(camera.rect.min - vec2(900.0, 0.0));
        let mut off = label(far, 1.0);
        assert!(place(std::slice::from_ref(&off)).is_empty());
        let seen = camera.rect.left_center() + vec2(120.0, 0.0);
        off.elsewhere = Arc::new([far, camera.to_world(seen)]);
        let placed = place(&[off]);
        assert_eq!(placed.len(), 1);
        assert!((placed[0].rect.center() - seen).length() < 1.0);
    }

    #[test]
    fn where_room_is_short_only_the_name_is_left_and_then_nothing() {
        let camera = camera();
        let with_room = |points: f32| {
            let half = vec2(points, points) / 2.0;
            let middle = camera.rect.center();
            let extent = WorldBox { min: camera.to_world(middle - half), max: camera.to_world(middle + half) };
            let lines = vec![("East".to_string(), style()), ("+4.1 %".to_string(), style())];
            place(&[Label { extent: Some(extent), lines, ..label(camera.centre, 1.0) }])
        };
        assert!(!with_room(200.0)[0].is_short);
        assert!(with_room(64.0)[0].is_short);
        assert!(with_room(20.0).is_empty());
    }

    #[test]
    fn the_central_place_is_one_of_the_places() {
        let places = [[0.0, 0.0], [10.0, 0.0], [11.0, 1.0]];
        assert_eq!(central_place(&places, &[1.0, 1.0, 1.0]), Some([10.0, 0.0]));
        assert_eq!(central_place(&places, &[100.0, 1.0, 1.0]), Some([0.0, 0.0]));
        assert_eq!(central_place(&[], &[]), None);
    }

    fn style() -> LabelStyle {
        LabelStyle { font: FontId::proportional(12.0), colour: Color32::BLACK }
    }
}
