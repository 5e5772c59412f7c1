//! What the map shows: the one place where world coordinates become points on the screen.

use eframe::egui::{Pos2, Rect, Vec2, pos2};

use crate::domain::sphere::{Bounds, LonLat, from_mercator, to_mercator};

/// A view of the world, north up. Cheap to make, once per frame; nothing in it needs trigonometry per point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Where on the screen the map is, in points.
    pub rect: Rect,
    /// The world position in the middle of `rect`.
    pub centre: [f64; 2],
    /// At zoom 0 the world is 256 points wide, and twice that with every level.
    pub zoom: f64,
}

impl Camera {
    /// The view that walkers shows.
    pub fn of(projector: &walkers::Projector) -> Self {
        let rect = projector.clip_rect();
        let middle = projector.unproject(rect.center().to_vec2());
        Self { rect, centre: to_mercator(LonLat::new(middle.x(), middle.y())), zoom: projector.zoom() }
    }

    /// Points on the screen per unit of the world.
    pub fn scale(&self) -> f64 {
        self.zoom.exp2()
    }

    pub fn to_screen(&self, world: [f64; 2]) -> Pos2 {
        let scale = self.scale();
        let offset = |axis: usize| ((world[axis] - self.centre[axis]) * scale) as f32;
        self.rect.center() + Vec2::new(offset(0), offset(1))
    }

    pub fn to_world(&self, position: Pos2) -> [f64; 2] {
        let offset = position - self.rect.center();
        let scale = self.scale();
        [self.centre[0] + f64::from(offset.x) / scale, self.centre[1] + f64::from(offset.y) / scale]
    }

    /// Where a place is on the screen. For a few places per frame; whoever has many keeps their world positions.
    pub fn place_to_screen(&self, place: LonLat) -> Pos2 {
        self.to_screen(to_mercator(place))
    }

    pub fn screen_to_place(&self, position: Pos2) -> LonLat {
        from_mercator(self.to_world(position))
    }

    /// The part of the world in view.
    pub fn visible(&self) -> WorldBox {
        WorldBox { min: self.to_world(self.rect.min), max: self.to_world(self.rect.max) }
    }

    /// The centre and zoom at which `bounds` fills a map of `size` points but for a margin on each side.
    pub fn fitting(bounds: Bounds, size: Vec2, margin: f32) -> (LonLat, f64) {
        let world = WorldBox::of_bounds(bounds);
        let room = |length: f32| f64::from((length - 2.0 * margin).max(16.0));
        let zoom_for = |room: f64, extent: f64| (room / extent.max(1e-6)).log2();
        let zoom = zoom_for(room(size.x), world.max[0] - world.min[0])
            .min(zoom_for(room(size.y), world.max[1] - world.min[1]))
            .clamp(1.0, 16.0);
        let middle = [(world.min[0] + world.max[0]) / 2.0, (world.min[1] + world.max[1]) / 2.0];
        (from_mercator(middle), zoom)
    }
}

/// A box in world coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldBox {
    pub min: [f64; 2],
    pub max: [f64; 2],
}

impl WorldBox {
    /// Holds nothing; grows with [`WorldBox::include`].
    pub const EMPTY: Self = Self { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };

    pub fn of_bounds(bounds: Bounds) -> Self {
        let [west, south] = to_mercator(bounds.min);
        let [east, north] = to_mercator(bounds.max);
        Self { min: [west, north], max: [east, south] }
    }

    pub fn include(&mut self, point: [f64; 2]) {
        let [x, y] = point;
        self.min = [self.min[0].min(x), self.min[1].min(y)];
        self.max = [self.max[0].max(x), self.max[1].max(y)];
    }

    pub fn intersects(&self, other: &Self) -> bool {
        (0..2).all(|axis| self.min[axis] <= other.max[axis] && other.min[axis] <= self.max[axis])
    }

    pub fn centre(&self) -> [f64; 2] {
        [(self.min[0] + self.max[0]) / 2.0, (self.min[1] + self.max[1]) / 2.0]
    }
}

/// The screen rectangle of a box in the world.
pub fn screen_rect(camera: &Camera, world: &WorldBox) -> Rect {
    let (min, max) = (camera.to_screen(world.min), camera.to_screen(world.max));
    Rect::from_min_max(pos2(min.x, min.y), pos2(max.x, max.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::vec2;

    fn camera() -> Camera {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(800.0, 600.0));
        Camera { rect, centre: to_mercator(LonLat::new(-83.0, 40.0)), zoom: 7.3 }
    }

    #[test]
    fn a_point_on_the_screen_comes_back() {
        let there = pos2(321.0, 456.0);
        let back = camera().to_screen(camera().to_world(there));
        assert!((back - there).length() < 0.01, "{back:?}");
    }

    #[test]
    fn the_camera_agrees_with_walkers() {
        let mut memory = walkers::MapMemory::default();
        memory.set_zoom(7.3).unwrap();
        let projection = walkers::MercatorProjection;
        let projector = walkers::Projector::new(camera().rect, &projection, &memory, walkers::lon_lat(-83.0, 40.0));
        let camera = Camera::of(&projector);
        for (lon, lat) in [(-83.0, 40.0), (-80.0, 42.0), (-90.0, 36.5)] {
            let theirs = projector.project(walkers::lon_lat(lon, lat)).to_pos2();
            let ours = camera.place_to_screen(LonLat::new(lon, lat));
            assert!((theirs - ours).length() < 0.05, "{theirs:?} {ours:?}");
        }
    }

    #[test]
    fn a_fitted_box_lies_inside_the_margin_and_touches_it() {
        let bounds = Bounds { min: LonLat::new(-85.0, 38.0), max: LonLat::new(-80.0, 42.0) };
        let size = vec2(900.0, 500.0);
        let (centre, zoom) = Camera::fitting(bounds, size, 40.0);
        let camera = Camera { rect: Rect::from_min_size(Pos2::ZERO, size), centre: to_mercator(centre), zoom };
        let shown = screen_rect(&camera, &WorldBox::of_bounds(bounds));
        let inner = camera.rect.shrink(40.0).expand(0.5);
        assert!(inner.contains_rect(shown), "{shown:?}");
        assert!((shown.height() - 420.0).abs() < 0.5 || (shown.width() - 820.0).abs() < 0.5);
    }
}
