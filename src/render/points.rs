//! Accounts as dots on the GPU: one instance each, in chunks, with a size in points on the screen whatever the zoom. Where too many
//! are in view, counted discs in their stead.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Color32, Painter};
use eframe::egui_wgpu::RenderState;
use eframe::wgpu;

use super::batches::MapLook;
use super::camera::{Camera, WorldBox};
use super::chunks::split_into_chunks;
use super::clusters::{Cluster, clusters, draw_clusters};
use super::gpu::{Batch, DrawList, Gpu, Kind, StyleSlot, components};
use crate::domain::sphere::{LonLat, to_mercator};

const CHUNK_POINTS: usize = 2048;
/// Where dots are this far apart or farther, in points, they have their full size.
const ROOM_FOR_FULL_SIZE: f64 = 16.0;
/// What remains of a dot's size where they are crowded.
const SMALLEST: f64 = 0.32;

/// With more dots in view than this, clusters are drawn; fewer are affordable without graphics hardware.
const MOST_DOTS: usize = 200_000;
const MOST_DOTS_IN_SOFTWARE: usize = 25_000;

/// How one account is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccountPaint {
    /// In points, when there is room.
    pub radius: f32,
    /// Transparent hides the account.
    pub colour: Color32,
    /// A ring instead of a disc.
    pub hollow: bool,
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
struct PointInstance {
    position: [f32; 2],
    /// Negative for a hollow one.
    radius: f32,
    colour: [u8; 4],
}

/// The dots of one view. Without a GPU it draws nothing.
pub struct AccountBatches {
    gpu: Option<Arc<Gpu>>,
    /// The shader's layout wants a texture; dots do not read it.
    texture: Option<wgpu::Texture>,
    chunks: Vec<PointChunk>,
    /// In the order of the chunks.
    instances: Vec<PointInstance>,
    /// Per instance its account.
    accounts: Vec<u32>,
    buffer: Option<wgpu::Buffer>,
    /// How far apart accounts typically are, in world coordinates.
    spacing: f64,
    uploads: u64,
    /// The clusters of a whole zoom, and the number of uploads they were made after.
    clusters: Option<(i32, u64, Vec<Cluster>)>,
}

/// Where accounts are, sorted into chunks of neighbours: made once, heavy enough for a job.
#[derive(Debug, Default)]
pub struct AccountPlaces {
    chunks: Vec<PointChunk>,
    instances: Vec<PointInstance>,
    accounts: Vec<u32>,
    spacing: f64,
}

#[derive(Debug)]
struct PointChunk {
    origin: [f64; 2],
    bounds: WorldBox,
    range: Range<usize>,
}

impl AccountPlaces {
    /// To be made anew when accounts are added or moved. Unplaced accounts (NaN) are left out.
    pub fn new(places: &[LonLat]) -> Self {
        let world: Vec<[f64; 2]> =
            places.iter().map(|&place| if place.is_valid() { to_mercator(place) } else { [f64::NAN; 2] }).collect();
        let mut sorted = Self::default();
        for members in split_into_chunks(&world, CHUNK_POINTS) {
            let mut bounds = WorldBox::EMPTY;
            members.iter().for_each(|&account| bounds.include(world[account as usize]));
            let origin = bounds.centre();
            let from = sorted.instances.len();
            sorted.instances.extend(members.iter().map(|&account| {
                let at = world[account as usize];
                let position = [(at[0] - origin[0]) as f32, (at[1] - origin[1]) as f32];
                PointInstance { position, radius: 0.0, colour: [0; 4] }
            }));
            sorted.accounts.extend(&members);
            sorted.chunks.push(PointChunk { origin, bounds, range: from..sorted.instances.len() });
        }
        sorted.spacing = typical_spacing(&sorted.chunks);
        sorted
    }
}

impl AccountBatches {
    /// Nothing is uploaded before it is seen.
    pub fn new(render_state: Option<&RenderState>, places: AccountPlaces) -> Self {
        let gpu = render_state.map(Gpu::of);
        let AccountPlaces { chunks, instances, accounts, spacing } = places;
        Self {
            texture: gpu.as_ref().map(|gpu| gpu.texture(1)),
            gpu,
            chunks,
            instances,
            accounts,
            buffer: None,
            spacing,
            uploads: 0,
            clusters: None,
        }
    }

    /// How many accounts have a place.
    pub fn len(&self) -> usize {
        self.instances.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    /// Every account of the chunks that reach into a box, by its number, with its place in the world: those in the box and some beside.
    pub fn each_in(&self, around: &WorldBox, mut visit: impl FnMut(usize, [f64; 2])) {
        for chunk in self.chunks.iter().filter(|chunk| chunk.bounds.intersects(around)) {
            for i in chunk.range.clone() {
                let [x, y] = self.instances[i].position;
                visit(self.accounts[i] as usize, [chunk.origin[0] + f64::from(x), chunk.origin[1] + f64::from(y)]);
            }
        }
    }

    /// How every account is painted, by its number. Chunks that differ from what is there are uploaded.
    pub fn set_paints(&mut self, paint_of: impl Fn(usize) -> AccountPaint) {
        for chunk in &self.chunks {
            let mut changed = false;
            for i in chunk.range.clone() {
                let paint = paint_of(self.accounts[i] as usize);
                let radius = if paint.hollow { -paint.radius } else { paint.radius };
                let new = PointInstance { radius, colour: paint.colour.to_array(), ..self.instances[i] };
                if self.instances[i] != new {
                    self.instances[i] = new;
                    changed = true;
                }
            }
            if changed {
                self.uploads += 1;
                if let (Some(gpu), Some(buffer)) = (&self.gpu, &self.buffer) {
                    let bytes = bytemuck::cast_slice(&self.instances[chunk.range.clone()]);
                    gpu.queue.write_buffer(buffer, (chunk.range.start * size_of::<PointInstance>()) as u64, bytes);
                }
            }
        }
    }

    /// Chunks uploaded since the start; for tests.
    pub fn uploads(&self) -> u64 {
        self.uploads
    }

    /// What radii are multiplied with at a zoom, so that dots do not hide the map where they are crowded.
    pub fn size_at(&self, zoom: f64) -> f32 {
        (self.spacing * zoom.exp2() / ROOM_FOR_FULL_SIZE).sqrt().clamp(SMALLEST, 1.0) as f32
    }

    /// Dots; or clusters, where there are too many of them.
    pub fn draw(&mut self, painter: &Painter, camera: &Camera, look: &MapLook) {
        if self.is_crowded(camera) {
            draw_clusters(painter, camera, self.clusters_at(camera.zoom.floor() as i32), look);
        } else {
            self.draw_dots(painter, camera, look);
        }
    }

    /// Whether [`AccountBatches::draw`] draws clusters.
    pub fn is_crowded(&self, camera: &Camera) -> bool {
        let is_software = self.gpu.as_ref().is_some_and(|gpu| gpu.is_software);
        let visible = camera.visible();
        let in_view = self.chunks.iter().filter(|chunk| chunk.bounds.intersects(&visible));
        let dots: usize = in_view.map(|chunk| chunk.range.len()).sum();
        dots > if is_software { MOST_DOTS_IN_SOFTWARE } else { MOST_DOTS }
    }

    /// The clusters of a whole zoom, made again when accounts changed.
    fn clusters_at(&mut self, zoom: i32) -> &[Cluster] {
        let is_there =
            matches!(&self.clusters, Some((made_for, after, _)) if (*made_for, *after) == (zoom, self.uploads));
        if !is_there {
            let points = self.chunks.iter().flat_map(|chunk| {
                self.instances[chunk.range.clone()].iter().map(|instance| {
                    let [x, y] = instance.position.map(f64::from);
                    let [r, g, b, a] = instance.colour;
                    ([chunk.origin[0] + x, chunk.origin[1] + y], Color32::from_rgba_premultiplied(r, g, b, a))
                })
            });
            self.clusters = Some((zoom, self.uploads, clusters(points, zoom)));
        }
        self.clusters.as_ref().map_or(&[], |(_, _, clusters)| clusters)
    }

    fn draw_dots(&mut self, painter: &Painter, camera: &Camera, look: &MapLook) {
        let (Some(gpu), Some(texture)) = (self.gpu.clone(), &self.texture) else { return };
        if self.instances.is_empty() {
            return;
        }
        let size = self.size_at(camera.zoom);
        let buffer = self.buffer.get_or_insert_with(|| gpu.batch(&self.instances, None).vertices);
        let mut list = DrawList::new(gpu, painter);
        let style = list.style(&StyleSlot {
            colour: components(look.point_casing),
            // The casing goes before the dots become too small to have one.
            width: (size - SMALLEST as f32).min(0.35) * 2.2,
            opacity: 0.6 + 0.4 * size,
            size,
            ..StyleSlot::default()
        });
        let visible = camera.visible();
        for chunk in self.chunks.iter().filter(|chunk| chunk.bounds.intersects(&visible)) {
            let bytes = |at: usize| (at * size_of::<PointInstance>()) as u64;
            let batch = Batch {
                vertices: buffer.clone(),
                bytes: bytes(chunk.range.start)..bytes(chunk.range.end),
                indices: None,
                count: chunk.range.len() as u32,
            };
            let slot = list.chunk(camera, chunk.origin);
            list.push(Kind::Points, &batch, slot, style);
        }
        list.paint(&painter.with_clip_rect(painter.clip_rect().intersect(camera.rect)), texture);
    }
}

/// The radius of a dot for a value of a measure: its area is in proportion to the value, and the largest is `largest` points.
/// Values that are missing or not positive get the smallest dot.
pub fn radius_for(value: f64, largest_value: f64, largest: f32) -> f32 {
    const SMALLEST_RADIUS: f32 = 1.8;
    if value.is_finite() && value > 0.0 && largest_value > 0.0 {
        ((value / largest_value).min(1.0).sqrt() as f32 * largest).max(SMALLEST_RADIUS)
    } else {
        SMALLEST_RADIUS
    }
}

/// The square root of the area per account in the median chunk.
fn typical_spacing(chunks: &[PointChunk]) -> f64 {
    let spacing = |chunk: &PointChunk| {
        let extent = |axis: usize| chunk.bounds.max[axis] - chunk.bounds.min[axis];
        (extent(0) * extent(1) / chunk.range.len().max(1) as f64).sqrt()
    };
    let mut spacings: Vec<f64> = chunks.iter().filter(|chunk| chunk.range.len() > 1).map(spacing).collect();
    spacings.sort_by(f64::total_cmp);
    spacings.get(spacings.len() / 2).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Random;

    fn places(count: usize) -> Vec<LonLat> {
        let mut random = Random::new(5);
        (0..count).map(|_| LonLat::new(-120.0 + 50.0 * random.unit(), 30.0 + 18.0 * random.unit())).collect()
    }

    #[test]
    fn changing_one_account_uploads_one_chunk() {
        let mut batches = AccountBatches::new(None, AccountPlaces::new(&places(20_000)));
        let mut paints = vec![AccountPaint { radius: 2.5, colour: Color32::RED, hollow: false }; 20_000];
        batches.set_paints(|account| paints[account]);
        let before = batches.uploads();
        assert!(before > 5);
        batches.set_paints(|account| paints[account]);
        assert_eq!(batches.uploads(), before);
        paints[123].colour = Color32::BLUE;
        batches.set_paints(|account| paints[account]);
        assert_eq!(batches.uploads(), before + 1);
    }

    #[test]
    fn a_country_of_too_many_accounts_is_drawn_as_clusters() {
        let mut batches = AccountBatches::new(None, AccountPlaces::new(&places(210_000)));
        let rect = eframe::egui::Rect::from_min_size(eframe::egui::Pos2::ZERO, eframe::egui::vec2(1440.0, 900.0));
        let country = Camera { rect, centre: to_mercator(LonLat::new(-95.0, 39.0)), zoom: 4.5 };
        assert!(batches.is_crowded(&country));
        assert!(!batches.is_crowded(&Camera { zoom: 8.0, ..country }));
        batches.set_paints(|_| AccountPaint { radius: 2.0, colour: Color32::RED, hollow: true });
        let counted: u32 = batches.clusters_at(4).iter().map(|cluster| cluster.count).sum();
        assert_eq!(counted, 210_000);
        batches.set_paints(|_| AccountPaint { radius: 2.0, colour: Color32::TRANSPARENT, hollow: false });
        assert!(batches.clusters_at(4).is_empty());
    }

    #[test]
    fn unplaced_accounts_are_left_out_and_places_are_exact() {
        let mut all = places(50);
        all[7] = LonLat::new(f64::NAN, f64::NAN);
        all[8] = LonLat::new(0.0, 123.0);
        let batches = AccountBatches::new(None, AccountPlaces::new(&all));
        assert_eq!(batches.instances.len(), 48);
        for chunk in &batches.chunks {
            for i in chunk.range.clone() {
                let expected = to_mercator(all[batches.accounts[i] as usize]);
                for (axis, expected) in expected.into_iter().enumerate() {
                    let there = chunk.origin[axis] + f64::from(batches.instances[i].position[axis]);
                    // A tenth of a point at zoom 18.
                    assert!((there - expected).abs() < 0.1 / 262_144.0);
                }
            }
        }
    }

    #[test]
    fn dots_have_areas_in_proportion_and_full_size_when_there_is_room() {
        assert_eq!(radius_for(100.0, 100.0, 8.0), 8.0);
        assert_eq!(radius_for(25.0, 100.0, 8.0), 4.0);
        assert_eq!(radius_for(f64::NAN, 100.0, 8.0), radius_for(0.0, 100.0, 8.0));
        let batches = AccountBatches::new(None, AccountPlaces::new(&places(5000)));
        assert!(batches.size_at(4.0) < 0.6);
        assert_eq!(batches.size_at(14.0), 1.0);
    }
}
