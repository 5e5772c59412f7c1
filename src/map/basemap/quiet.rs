//! The embedded vector basemap: decodes tiles on a thread of its own, keeps them, and draws each tile at most once per frame.
//!
//! It is a `walkers::Layer` and not `walkers::Tiles`, for two reasons: beyond the last zoom of the archive `Tiles` would draw the same
//! large tile once for every small one on the screen; and the labels of `Tiles` are painted below everything that is not a walkers
//! drawable, while ours belong above the territories, and must not collide with their names.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};

use eframe::egui::emath::TSTransform;
use eframe::egui::{Context, Rect};
use walkers::{Canvas, Drawables, Tile, TileId};

use super::pmtiles::PmTiles;
use super::style::{BasemapColours, PlaceKind};
use crate::render::camera::{Camera, WorldBox, screen_rect};

/// The embedded archive; sources and licences are in assets/basemap/README.md.
pub const ARCHIVE: &[u8] = include_bytes!("../../../assets/basemap/basemap_z0-7.pmtiles");

/// What a tile is drawn at when the map is at the tile's own zoom: twice the usual, so that fewer tiles cover the map.
const TILE_POINTS: u32 = 512;
/// Entries of the places' source that carry the population of the whole city they are a part of.
const NOT_CITIES: [&str; 2] = ["Meads", "New South Memphis"];
const KEPT_TILES: usize = 160;
/// A view as wide as several screens; a bound against absurd windows.
const MAX_VISIBLE_TILES: usize = 256;

/// The name of a place and where it is in the world.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceName {
    pub name: Arc<str>,
    pub world: [f64; 2],
    pub kind: PlaceKind,
}

/// The embedded basemap of one theme. Created once and kept.
pub struct QuietBasemap {
    dark: bool,
    max_zoom: u8,
    tiles: HashMap<TileId, Kept>,
    wanted: Arc<Wanted>,
    decoded: Receiver<(TileId, Option<Decoded>)>,
    frame: u64,
}

struct Kept {
    /// `None` for a tile that the archive lacks or that could not be read.
    tile: Option<Decoded>,
    last_used: u64,
}

struct Decoded {
    drawables: Drawables,
    names: Vec<PlaceName>,
}

/// The tiles that the last frame missed, most wanted last; `None` when the thread shall end.
struct Wanted {
    tiles: Mutex<Option<Vec<TileId>>>,
    changed: Condvar,
}

impl QuietBasemap {
    /// Starts the thread that decodes. `context` is asked to repaint when a tile is ready.
    pub fn new(context: Context, dark: bool) -> Result<Self, String> {
        let archive = PmTiles::open(ARCHIVE)?;
        let max_zoom = archive.max_zoom;
        let wanted = Arc::new(Wanted { tiles: Mutex::new(Some(Vec::new())), changed: Condvar::new() });
        let (sender, decoded) = channel();
        let style = BasemapColours::of(dark).style()?;
        let for_thread = wanted.clone();
        std::thread::Builder::new()
            .name("basemap".into())
            .spawn(move || decode_wanted(&archive, &style, &for_thread, &sender, &context))
            .map_err(|error| error.to_string())?;
        Ok(Self { dark, max_zoom, tiles: HashMap::new(), wanted, decoded, frame: 0 })
    }

    pub fn is_dark(&self) -> bool {
        self.dark
    }

    /// Draws the tiles in view; where one is still being decoded, the part of a larger one that is there.
    pub fn draw(&mut self, canvas: &mut Canvas, camera: &Camera) {
        self.frame += 1;
        self.receive();
        let mut missing = Vec::new();
        for (tile, shown_in) in self.shown(camera, &mut missing) {
            let area = screen_rect(camera, &world_of(tile));
            if let Some(kept) = self.tiles.get_mut(&tile) {
                kept.last_used = self.frame;
                if let Some(decoded) = &kept.tile {
                    canvas.add_drawables(
                        decoded.drawables.clone().with_transform(onto(area)).with_clip_rect(whole_points(shown_in)),
                    );
                }
            }
        }
        self.ask_for(missing);
        self.forget();
    }

    /// The places in view whose tiles are there, in the order of the tiles, each once.
    pub fn place_names(&self, camera: &Camera) -> Vec<PlaceName> {
        let visible = camera.visible();
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        for (tile, shown_in) in self.shown(camera, &mut Vec::new()) {
            let Some(decoded) = self.tiles.get(&tile).and_then(|kept| kept.tile.as_ref()) else { continue };
            for place in &decoded.names {
                let inside = WorldBox { min: place.world, max: place.world }.intersects(&visible);
                // Tiles overlap a little, so that a place near an edge is in two of them.
                let is_useful = camera.zoom <= place.kind.last_zoom();
                if inside
                    && is_useful
                    && shown_in.contains(camera.to_screen(place.world))
                    && seen.insert(place.name.clone())
                {
                    names.push(place.clone());
                }
            }
        }
        names.sort_by_key(|place| place.kind);
        names
    }

    /// What to draw: tiles that are there, and the part of the screen each is for. Tiles of the camera's own zoom that are not
    /// there are put in `missing`.
    fn shown(&self, camera: &Camera, missing: &mut Vec<TileId>) -> Vec<(TileId, Rect)> {
        let mut shown = Vec::new();
        for tile in visible_tiles(camera, self.max_zoom) {
            let area = screen_rect(camera, &world_of(tile));
            if !self.tiles.contains_key(&tile) {
                missing.push(tile);
            }
            let mut ancestor = Some(tile);
            while let Some(candidate) = ancestor {
                if self.tiles.contains_key(&candidate) {
                    shown.push((candidate, area));
                    break;
                }
                ancestor = parent(candidate);
            }
        }
        shown
    }

    fn receive(&mut self) {
        while let Ok((id, tile)) = self.decoded.try_recv() {
            self.tiles.insert(id, Kept { tile, last_used: self.frame });
        }
    }

    fn ask_for(&self, mut missing: Vec<TileId>) {
        let Ok(mut tiles) = self.wanted.tiles.lock() else { return };
        // The thread takes from the end: nearest the middle first, as `visible_tiles` orders them.
        missing.reverse();
        if tiles.as_ref() != Some(&missing) {
            *tiles = Some(missing);
            self.wanted.changed.notify_one();
        }
    }

    fn forget(&mut self) {
        if self.tiles.len() > KEPT_TILES {
            let mut ages: Vec<u64> = self.tiles.values().map(|kept| kept.last_used).collect();
            ages.sort_unstable();
            let oldest_kept = ages[self.tiles.len() - KEPT_TILES].min(self.frame);
            self.tiles.retain(|_, kept| kept.last_used >= oldest_kept);
        }
    }
}

impl Drop for QuietBasemap {
    fn drop(&mut self) {
        if let Ok(mut tiles) = self.wanted.tiles.lock() {
            *tiles = None;
        }
        self.wanted.changed.notify_one();
    }
}

/// The thread: takes the most wanted tile, decodes it, hands it over, until nobody listens.
fn decode_wanted(
    archive: &PmTiles,
    style: &walkers::Style,
    wanted: &Wanted,
    sender: &Sender<(TileId, Option<Decoded>)>,
    context: &Context,
) {
    // Tiles handed over that the window may not have received when it asked again.
    let mut recent: Vec<TileId> = Vec::new();
    loop {
        let next = {
            let Ok(mut tiles) = wanted.tiles.lock() else { return };
            loop {
                match tiles.as_mut() {
                    None => return,
                    Some(list) => match list.pop() {
                        Some(tile) => break tile,
                        None => match wanted.changed.wait(tiles) {
                            Ok(guard) => tiles = guard,
                            Err(_) => return,
                        },
                    },
                }
            }
        };
        if recent.contains(&next) {
            recent.retain(|&tile| tile != next);
            continue;
        }
        let decoded = decode(archive, style, next);
        if sender.send((next, decoded)).is_err() {
            return;
        }
        recent.push(next);
        if recent.len() > 8 {
            recent.remove(0);
        }
        context.request_repaint();
    }
}

fn decode(archive: &PmTiles, style: &walkers::Style, id: TileId) -> Option<Decoded> {
    let bytes = archive.tile(id.zoom, id.x, id.y).ok()??;
    let Ok(Tile::Vector { drawables, texts }) = Tile::from_mvt(&bytes, style, id.zoom, TILE_POINTS) else {
        return None;
    };
    let world = world_of(id);
    let per_point = (world.max[0] - world.min[0]) / f64::from(TILE_POINTS);
    let names = texts.into_iter().filter_map(|text| {
        let world = [
            world.min[0] + f64::from(text.position.x) * per_point,
            world.min[1] + f64::from(text.position.y) * per_point,
        ];
        if NOT_CITIES.contains(&text.text.as_str()) {
            return None;
        }
        Some(PlaceName { name: text.text.into(), world, kind: PlaceKind::of_layer(text.layer)? })
    });
    Some(Decoded { names: names.collect(), drawables: Drawables::new(Arc::unwrap_or_clone(drawables)) })
}

/// The tiles in view at the zoom that suits the camera, nearest the middle first.
fn visible_tiles(camera: &Camera, max_zoom: u8) -> Vec<TileId> {
    let zoom = (camera.zoom.round() - 1.0).clamp(0.0, f64::from(max_zoom)) as u8;
    let count = 1u32 << zoom;
    let size = 256.0 / f64::from(count);
    let visible = camera.visible();
    let range = |axis: usize| {
        let tile = |world: f64| (world / size).floor().clamp(0.0, f64::from(count - 1)) as u32;
        tile(visible.min[axis])..=tile(visible.max[axis])
    };
    let mut tiles: Vec<TileId> =
        range(1).flat_map(|y| range(0).map(move |x| TileId { x, y, zoom })).take(MAX_VISIBLE_TILES).collect();
    let distance = |tile: &TileId| {
        let middle = world_of(*tile).centre();
        (middle[0] - camera.centre[0]).powi(2) + (middle[1] - camera.centre[1]).powi(2)
    };
    tiles.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    tiles
}

fn parent(tile: TileId) -> Option<TileId> {
    Some(TileId { x: tile.x / 2, y: tile.y / 2, zoom: tile.zoom.checked_sub(1)? })
}

fn world_of(tile: TileId) -> WorldBox {
    let size = 256.0 / f64::from(1u32 << tile.zoom);
    let min = [f64::from(tile.x) * size, f64::from(tile.y) * size];
    WorldBox { min, max: [min[0] + size, min[1] + size] }
}

fn onto(area: Rect) -> TSTransform {
    TSTransform { scaling: area.width() / TILE_POINTS as f32, translation: area.min.to_vec2() }
}

/// Neighbouring tiles shall share an edge after rounding, with neither a gap nor an overlap.
fn whole_points(area: Rect) -> Rect {
    Rect::from_min_max(area.min.round(), area.max.round())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sphere::{LonLat, to_mercator};
    use eframe::egui::{Pos2, vec2};

    fn camera(zoom: f64) -> Camera {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(1440.0, 900.0));
        Camera { rect, centre: to_mercator(LonLat::new(-83.0, 40.0)), zoom }
    }

    #[test]
    fn every_zoom_has_tiles_that_cover_the_view_and_few_of_them() {
        for zoom in [4.0, 5.2, 8.4, 12.0, 18.0] {
            let camera = camera(zoom);
            let tiles = visible_tiles(&camera, 7);
            assert!(tiles.iter().all(|tile| tile.zoom <= 7));
            assert!((1..=24).contains(&tiles.len()), "{} tiles at zoom {zoom}", tiles.len());
            for corner in [camera.rect.min, camera.rect.center(), camera.rect.max] {
                let world = camera.to_world(corner);
                let point = WorldBox { min: world, max: world };
                assert!(tiles.iter().any(|&tile| world_of(tile).intersects(&point)), "{corner:?} at zoom {zoom}");
            }
        }
    }

    #[test]
    fn a_tile_of_ohio_has_land_borders_and_its_cities() {
        let archive = PmTiles::open(ARCHIVE).unwrap();
        let style = BasemapColours::of(false).style().unwrap();
        let tile = decode(&archive, &style, TileId { x: 17, y: 24, zoom: 6 }).unwrap();
        let columbus = tile.names.iter().find(|place| &*place.name == "Columbus").unwrap();
        assert!(columbus.kind <= PlaceKind::City);
        let there = to_mercator(LonLat::new(-82.999, 39.961));
        assert!((columbus.world[0] - there[0]).abs() < 0.02 && (columbus.world[1] - there[1]).abs() < 0.02);
    }

    #[test]
    fn a_missing_tile_is_stood_in_for_by_the_nearest_larger_one() {
        let mut basemap = QuietBasemap::new(Context::default(), false).unwrap();
        let child = visible_tiles(&camera(7.0), 7)[0];
        let grandparent = parent(parent(child).unwrap()).unwrap();
        basemap.tiles.insert(grandparent, Kept { tile: None, last_used: 0 });
        let mut missing = Vec::new();
        let shown = basemap.shown(&camera(7.0), &mut missing);
        assert!(missing.contains(&child));
        assert!(shown.iter().any(|(tile, _)| *tile == grandparent));
    }
}
