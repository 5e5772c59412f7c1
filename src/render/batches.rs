//! Units, their borders and outlines on the GPU. Say every frame, or whenever it changes, what shall be seen; what is uploaded is the
//! difference to what is there: a recoloured unit is one row of a small texture, a moved unit the borders of the chunks it touches.

use std::sync::Arc;

use eframe::egui::{Color32, Painter};
use eframe::egui_wgpu::RenderState;
use eframe::wgpu;

use super::borders::{CLASSES, TerritoryBorders};
use super::camera::Camera;
use super::geometry::{LEVELS, Segment, UnitGeometry};
use super::gpu::{Batch, DrawList, Gpu, Kind, StyleSlot, TEXTURE_WIDTH, components};
use super::outline::Outline;
use super::reference::ReferenceBatches;
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};

/// How one unit is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPaint {
    pub fill: Color32,
    /// The colour of the unit's side of a territory border, and of its pattern.
    pub border: Color32,
    /// Over the fill; see `patterns`.
    pub pattern: u8,
}

/// The looks that do not belong to a single unit. See `palette::MapLook::of` for the two themes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapLook {
    /// Multiplies the fills' own opacity.
    pub fill_opacity: f32,
    pub stripe: Color32,
    pub unit_border: Color32,
    /// Width of territory borders in points, both sides together.
    pub territory_border: f32,
    /// The fills say something else than whose the units are: borders of territories are drawn in one colour, and cased.
    pub plain_borders: bool,
    /// The lines between districts, and, wider and cased, between regions and what is above.
    pub group_border: Color32,
    pub group_casing: Color32,
    /// The borders of the scenario that this one is held against.
    pub former_border: Color32,
    pub outline: Color32,
    pub casing: Color32,
    pub point_casing: Color32,
}

/// What is outlined. Later ones are drawn over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlineKind {
    /// What the pointer is over: a thin line.
    Hover,
    /// What is selected: 3 points in the accent colour, with a casing.
    Selection,
}

/// What was rebuilt and uploaded since the start; for tests and for the curious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Rows of the units' paints.
    pub paint_rows: u64,
    /// Chunks whose territory borders were rebuilt.
    pub border_chunks: u64,
    /// Chunks whose triangles or unit borders were uploaded, each once per level of detail.
    pub static_chunks: u64,
}

/// The batches of one view. Without a GPU (tests, no wgpu) it keeps count of changes and draws nothing.
pub struct MapBatches {
    geometry: Arc<UnitGeometry>,
    gpu: Option<Arc<Gpu>>,
    texture: Option<wgpu::Texture>,
    paints: Vec<UnitPaint>,
    texels: Vec<[u8; 4]>,
    /// By level, then chunk.
    fills: Vec<Option<Batch>>,
    unit_borders: Vec<Option<Batch>>,
    borders: TerritoryBorders,
    /// Borders of another plan over those of this one.
    former: Option<TerritoryBorders>,
    outlines: [Outline; 2],
    work: Work,
}

impl MapBatches {
    /// Nothing is uploaded before it is seen. Units are unassigned and transparent until said otherwise.
    pub fn new(render_state: Option<&RenderState>, geometry: Arc<UnitGeometry>) -> Self {
        let gpu = render_state.map(Gpu::of);
        let texels = (geometry.unit_count() * 2).next_multiple_of(TEXTURE_WIDTH as usize).max(TEXTURE_WIDTH as usize);
        let texture = gpu.as_ref().map(|gpu| gpu.texture(texels as u32 / TEXTURE_WIDTH));
        let slots = geometry.chunk_count() * LEVELS;
        Self {
            gpu,
            texture,
            paints: Vec::new(),
            texels: vec![[0; 4]; texels],
            fills: vec![None; slots],
            unit_borders: vec![None; slots],
            borders: TerritoryBorders::new(&geometry),
            former: None,
            outlines: [Outline::default(), Outline::default()],
            work: Work::default(),
            geometry,
        }
    }

    pub fn geometry(&self) -> &Arc<UnitGeometry> {
        &self.geometry
    }

    /// Whether the map is drawn by the processor, and everything costly should be left out.
    pub fn is_software(&self) -> bool {
        self.gpu.as_ref().is_some_and(|gpu| gpu.is_software)
    }

    pub fn work(&self) -> Work {
        self.work
    }

    /// How every unit is painted, one entry per unit. Rows of 1,024 units that differ from what is there are uploaded.
    pub fn set_unit_paints(&mut self, paints: &[UnitPaint]) {
        let per_row = TEXTURE_WIDTH as usize / 2;
        for (row, new) in paints.chunks(per_row).enumerate() {
            let from = row * per_row;
            if self.paints.get(from..from + new.len()) == Some(new) || (from + new.len()) * 2 > self.texels.len() {
                continue;
            }
            for (i, paint) in new.iter().enumerate() {
                let [r, g, b, _] = paint.border.to_array();
                self.texels[(from + i) * 2] = paint.fill.to_array();
                self.texels[(from + i) * 2 + 1] = [r, g, b, 255 - paint.pattern];
            }
            self.work.paint_rows += 1;
            if let (Some(gpu), Some(texture)) = (&self.gpu, &self.texture) {
                let texels = &self.texels[row * TEXTURE_WIDTH as usize..(row + 1) * TEXTURE_WIDTH as usize];
                gpu.write_rows(texture, row as u32, texels);
            }
        }
        self.paints.clear();
        self.paints.extend_from_slice(paints);
    }

    /// Which territory each unit is in, one entry per unit; a preview of an edit is simply the plan as it would be. Borders are
    /// rebuilt when they are next seen, in the chunks that changed units touch. `above` has per territory its group on every level,
    /// group 0 where there is none: it decides the weight of a border.
    pub fn set_assignment(&mut self, assignment: &[TerritoryId], above: &[[GroupId; MOST_LEVELS]]) {
        self.borders.set_assignment(&self.geometry, assignment, above);
        if let Some(former) = &mut self.former {
            former.set_except(&self.geometry, assignment);
        }
    }

    /// The borders that another assignment has and this one has not, to be drawn in a colour of their own; `None` for none.
    pub fn set_former(&mut self, assignment: Option<&[TerritoryId]>) {
        match assignment {
            None => self.former = None,
            Some(assignment) => {
                let former = self.former.get_or_insert_with(|| TerritoryBorders::new(&self.geometry));
                former.set_assignment(&self.geometry, assignment, &[]);
                former.set_except(&self.geometry, self.borders.assignment());
            }
        }
    }

    /// Outlines these units, borders between them left out; an empty slice removes the outline.
    pub fn set_outline(&mut self, kind: OutlineKind, units: &[UnitId]) {
        self.outlines[kind as usize].set_units(&self.geometry, units);
    }

    /// Fills, unit borders, the borders of layers beside the units, the first of them lowest, and territory borders.
    pub fn draw_units(
        &mut self,
        painter: &Painter,
        camera: &Camera,
        look: &MapLook,
        layers: &mut [&mut ReferenceBatches],
    ) {
        let Some((gpu, mut list, level)) = self.begin(painter, camera) else { return };
        let geometry = self.geometry.clone();
        let visible = camera.visible();
        let in_view: Vec<(usize, u32)> = (0..geometry.chunks.len())
            .filter(|&chunk| geometry.chunks[chunk].bounds.intersects(&visible))
            .map(|chunk| (chunk, list.chunk(camera, geometry.chunks[chunk].origin)))
            .collect();
        let fill = list.style(&StyleSlot {
            colour: components(look.stripe),
            opacity: look.fill_opacity,
            ..StyleSlot::default()
        });
        for &(chunk, slot) in &in_view {
            list.push(Kind::Fills, self.fill_batch(&gpu, level, chunk), slot, fill);
        }
        let opacity = self.unit_border_opacity(camera.zoom);
        if opacity > 0.0 {
            let style = StyleSlot { colour: components(look.unit_border), width: 0.4, opacity, ..StyleSlot::default() };
            let style = list.style(&style);
            for &(chunk, slot) in &in_view {
                list.push(Kind::Lines, self.unit_border_batch(&gpu, level, chunk), slot, style);
            }
        }
        for layer in layers.iter_mut() {
            layer.push(&gpu, &mut list, camera, level);
        }
        // Thinner from afar, where territories are small.
        let nearness = ((camera.zoom - 3.5) / 3.0).clamp(0.0, 1.0) as f32;
        let style = list.style(&StyleSlot {
            width: look.territory_border / 2.0 * (0.6 + 0.4 * nearness),
            opacity: 1.0,
            two_sided: 1.0,
            rounded: 1.0,
            size: 0.25 + 0.25 * nearness,
            ..StyleSlot::default()
        });
        // The heavier classes lie over the lighter ones, so class by class, not chunk by chunk.
        let line = |colour: Color32, width: f32, opacity: f32| StyleSlot {
            colour: components(colour),
            width: width / 2.0 * (0.6 + 0.4 * nearness),
            opacity,
            rounded: 1.0,
            ..StyleSlot::default()
        };
        let plain = [
            list.style(&line(look.group_casing, 3.6, 0.75)),
            list.style(&line(look.group_border, if look.plain_borders { 1.5 } else { 1.75 }, 0.8)),
        ];
        let own = [style];
        let territories: &[u32] = if look.plain_borders { &plain } else { &own };
        let passes: [&[u32]; CLASSES] = [
            territories,
            &[if look.plain_borders { plain[0] } else { style }, plain[1]],
            &[list.style(&line(look.group_casing, 6.5, 0.85)), list.style(&line(look.group_border, 3.5, 1.0))],
        ];
        for (class, styles) in passes.iter().enumerate() {
            for &style in *styles {
                for &(chunk, slot) in &in_view {
                    let rebuilt = &mut self.work.border_chunks;
                    let batches = self.borders.batches(&gpu, &geometry, level, chunk, rebuilt);
                    list.push(Kind::Lines, &batches[class], slot, style);
                }
            }
        }
        if let Some(former) = &mut self.former {
            for (colour, width, opacity) in [(look.group_casing, 4.0, 0.9), (look.former_border, 2.0, 1.0)] {
                let style = list.style(&line(colour, width, opacity));
                for &(chunk, slot) in &in_view {
                    let batches = former.batches(&gpu, &geometry, level, chunk, &mut self.work.border_chunks);
                    list.push(Kind::Lines, &batches[0], slot, style);
                }
            }
        }
        self.finish(list, painter, camera);
    }

    /// The outlines of what is hovered and selected: above the accounts, or below, as the map likes.
    pub fn draw_outlines(&mut self, painter: &Painter, camera: &Camera, look: &MapLook) {
        let Some((gpu, mut list, level)) = self.begin(painter, camera) else { return };
        let line = |colour: Color32, width: f32| StyleSlot {
            colour: components(colour),
            width: width / 2.0,
            opacity: 1.0,
            rounded: 1.0,
            ..StyleSlot::default()
        };
        let passes = [
            vec![line(look.casing, 3.5), line(look.outline, 1.5)],
            vec![line(look.casing, 6.0), line(look.outline, 3.0)],
        ];
        for (outline, styles) in self.outlines.iter_mut().zip(&passes) {
            let batches = outline.batches(&gpu, &self.geometry, level);
            let slots: Vec<u32> =
                batches.iter().map(|(chunk, _)| list.chunk(camera, self.geometry.chunks[*chunk].origin)).collect();
            for style in styles {
                let style = list.style(style);
                for ((_, batch), &slot) in batches.iter().zip(&slots) {
                    list.push(Kind::Lines, batch, slot, style);
                }
            }
        }
        self.finish(list, painter, camera);
    }

    fn begin(&self, painter: &Painter, camera: &Camera) -> Option<(Arc<Gpu>, DrawList, usize)> {
        let gpu = self.gpu.clone()?;
        let zoom = if gpu.is_software { camera.zoom - 1.0 } else { camera.zoom };
        Some((gpu.clone(), DrawList::new(gpu, painter), UnitGeometry::level_for(zoom)))
    }

    fn finish(&self, list: DrawList, painter: &Painter, camera: &Camera) {
        if let Some(texture) = &self.texture {
            list.paint(&painter.with_clip_rect(painter.clip_rect().intersect(camera.rect)), texture);
        }
    }

    /// Unit borders appear as units become large enough to be told apart.
    fn unit_border_opacity(&self, zoom: f64) -> f32 {
        let points = if self.is_software() { 24.0 } else { 12.0 };
        ((zoom - self.geometry.zoom_for_unit_size(points)) / 0.8).clamp(0.0, 1.0) as f32
    }

    fn fill_batch(&mut self, gpu: &Gpu, level: usize, chunk: usize) -> &Batch {
        let slot = &mut self.fills[level * self.geometry.chunks.len() + chunk];
        slot.get_or_insert_with(|| {
            self.work.static_chunks += 1;
            let fills = &self.geometry.chunks[chunk].levels[level].fills;
            gpu.batch(&fills.vertices, Some(&fills.indices))
        })
    }

    fn unit_border_batch(&mut self, gpu: &Gpu, level: usize, chunk: usize) -> &Batch {
        let slot = &mut self.unit_borders[level * self.geometry.chunks.len() + chunk];
        slot.get_or_insert_with(|| {
            self.work.static_chunks += 1;
            let mut segments: Vec<Segment> = Vec::new();
            for position in 0..self.geometry.chunks[chunk].arcs.len() {
                self.geometry.push_segments(chunk, level, position, &mut segments);
            }
            gpu.batch(&segments, None)
        })
    }
}
