//! The pipelines of the map on the GPU, and the list of draws of one frame that egui's renderer is handed as a paint callback.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Painter, Rect, Shape};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, RenderState};
use eframe::wgpu;
use wgpu::util::DeviceExt as _;

use super::camera::Camera;

/// Texels per row of the units' paints: what the smallest supported GPUs can do.
pub(super) const TEXTURE_WIDTH: u32 = 2048;
/// Offsets of uniforms are multiples of this on every GPU.
const SLOT: usize = 256;
/// After so many points every pattern begins again, along x and along y; see `pattern_coverage`.
const PATTERN_PERIOD: f64 = 7.0 / std::f64::consts::FRAC_1_SQRT_2;

/// Pipelines for one device. Made once and found again in egui's renderer.
pub(super) struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    /// No graphics hardware: every pixel and vertex costs time that the window would need.
    pub is_software: bool,
    layout: wgpu::BindGroupLayout,
    fills: wgpu::RenderPipeline,
    lines: wgpu::RenderPipeline,
    points: wgpu::RenderPipeline,
}

/// What a draw's vertices are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Indexed triangles of `FillVertex`.
    Fills,
    /// One `Segment` per instance.
    Lines,
    /// One `PointInstance` per instance.
    Points,
}

/// Buffers kept between frames. Cheap to clone.
#[derive(Clone)]
pub(super) struct Batch {
    pub vertices: wgpu::Buffer,
    /// The bytes of `vertices` to use.
    pub bytes: Range<u64>,
    pub indices: Option<wgpu::Buffer>,
    /// Indices or instances.
    pub count: u32,
}

#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct ChunkSlot {
    offset: [f32; 2],
    viewport: [f32; 2],
    scale: f32,
    pixels_per_point: f32,
    pattern_start: [f32; 2],
}

/// The look of one layer; what each field means to which kind is said in map.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct StyleSlot {
    pub colour: [f32; 4],
    pub width: f32,
    pub opacity: f32,
    pub two_sided: f32,
    pub rounded: f32,
    pub size: f32,
    pub padding: [f32; 3],
}

impl Gpu {
    /// The pipelines for egui's own device, made when first asked for.
    pub fn of(render_state: &RenderState) -> Arc<Self> {
        let mut renderer = render_state.renderer.write();
        renderer.callback_resources.entry().or_insert_with(|| Arc::new(Self::new(render_state))).clone()
    }

    fn new(render_state: &RenderState) -> Self {
        let device = &render_state.device;
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("map"),
            source: wgpu::ShaderSource::Wgsl(include_str!("map.wgsl").into()),
        });
        let uniform = |binding, visibility| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: None,
            },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("map"),
            entries: &[
                uniform(0, wgpu::ShaderStages::VERTEX_FRAGMENT),
                uniform(1, wgpu::ShaderStages::VERTEX_FRAGMENT),
                wgpu::BindGroupLayoutEntry {
                    binding: 2,
                    visibility: wgpu::ShaderStages::VERTEX,
                    ty: wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: false },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                    count: None,
                },
            ],
        });
        let pipeline = |name: &str, step_mode, attributes: &[wgpu::VertexAttribute], stride| {
            make_pipeline(device, &shader, &layout, render_state.target_format, name, step_mode, attributes, stride)
        };
        use wgpu::VertexStepMode::{Instance, Vertex};
        Self {
            fills: pipeline("fill", Vertex, &wgpu::vertex_attr_array![0 => Float32x2, 1 => Uint32], 12),
            lines: pipeline(
                "line",
                Instance,
                &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Uint32x2],
                24,
            ),
            points: pipeline(
                "point",
                Instance,
                &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32, 2 => Unorm8x4],
                16,
            ),
            is_software: render_state.adapter.get_info().device_type == wgpu::DeviceType::Cpu,
            device: device.clone(),
            queue: render_state.queue.clone(),
            layout,
        }
    }

    /// A buffer with these vertices or instances.
    pub fn batch<T: bytemuck::Pod>(&self, vertices: &[T], indices: Option<&[u32]>) -> Batch {
        let buffer = |contents: &[u8], usage| {
            self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("map"),
                contents,
                usage: usage | wgpu::BufferUsages::COPY_DST,
            })
        };
        let bytes: &[u8] = bytemuck::cast_slice(vertices);
        Batch {
            vertices: buffer(bytes, wgpu::BufferUsages::VERTEX),
            bytes: 0..bytes.len() as u64,
            indices: indices.map(|indices| buffer(bytemuck::cast_slice(indices), wgpu::BufferUsages::INDEX)),
            count: indices.map_or(vertices.len(), <[u32]>::len) as u32,
        }
    }

    /// A texture of rows of [`TEXTURE_WIDTH`] texels.
    pub fn texture(&self, rows: u32) -> wgpu::Texture {
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("map paints"),
            size: wgpu::Extent3d { width: TEXTURE_WIDTH, height: rows.max(1), depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        })
    }

    /// Writes whole rows, from row `first` on.
    pub fn write_rows(&self, texture: &wgpu::Texture, first: u32, texels: &[[u8; 4]]) {
        let rows = texels.len() as u32 / TEXTURE_WIDTH;
        self.queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture,
                mip_level: 0,
                origin: wgpu::Origin3d { x: 0, y: first, z: 0 },
                aspect: wgpu::TextureAspect::All,
            },
            bytemuck::cast_slice(texels),
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(TEXTURE_WIDTH * 4), rows_per_image: None },
            wgpu::Extent3d { width: TEXTURE_WIDTH, height: rows, depth_or_array_layers: 1 },
        );
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the one descriptor it fills")]
fn make_pipeline(
    device: &wgpu::Device,
    shader: &wgpu::ShaderModule,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
    name: &str,
    step_mode: wgpu::VertexStepMode,
    attributes: &[wgpu::VertexAttribute],
    stride: u64,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("map"),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let constants = [("linear_target", f64::from(u8::from(format.is_srgb())))];
    // egui's alpha is premultiplied.
    let blend = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(name),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: shader,
            entry_point: Some(&format!("vs_{name}")),
            compilation_options: wgpu::PipelineCompilationOptions { constants: &constants, ..Default::default() },
            buffers: &[Some(wgpu::VertexBufferLayout { array_stride: stride, step_mode, attributes })],
        },
        fragment: Some(wgpu::FragmentState {
            module: shader,
            entry_point: Some(&format!("fs_{name}")),
            compilation_options: wgpu::PipelineCompilationOptions { constants: &constants, ..Default::default() },
            targets: &[Some(wgpu::ColorTargetState { format, blend: Some(blend), write_mask: wgpu::ColorWrites::ALL })],
        }),
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        multiview_mask: None,
        cache: None,
    })
}

/// The draws of one frame, in order.
pub(super) struct DrawList {
    gpu: Arc<Gpu>,
    viewport: Rect,
    pixels_per_point: f32,
    slots: Vec<u8>,
    draws: Vec<Draw>,
}

struct Draw {
    kind: Kind,
    batch: Batch,
    chunk: u32,
    style: u32,
}

impl DrawList {
    pub fn new(gpu: Arc<Gpu>, painter: &Painter) -> Self {
        let context = painter.ctx();
        // The whole screen, since a viewport that hangs over its edge would be cut, and everything in it shifted.
        let (viewport, pixels_per_point) = (context.viewport_rect(), context.pixels_per_point());
        Self { gpu, viewport, pixels_per_point, slots: Vec::new(), draws: Vec::new() }
    }

    /// Where a chunk's positions are on the screen; for [`DrawList::push`].
    pub fn chunk(&mut self, camera: &Camera, origin: [f64; 2]) -> u32 {
        let scale = camera.scale();
        let on_screen = |axis: usize, middle: f32, from: f32| {
            (origin[axis] - camera.centre[axis]) * scale + f64::from(middle) - f64::from(from)
        };
        let middle = camera.rect.center();
        let offset = [on_screen(0, middle.x, self.viewport.min.x), on_screen(1, middle.y, self.viewport.min.y)];
        let start = |axis: usize| (offset[axis] - origin[axis] * scale).rem_euclid(PATTERN_PERIOD) as f32;
        let pattern_start = [start(0), start(1)];
        self.slot(&ChunkSlot {
            offset: offset.map(|value| value as f32),
            viewport: [self.viewport.width(), self.viewport.height()],
            scale: scale as f32,
            pixels_per_point: self.pixels_per_point,
            pattern_start,
        })
    }

    /// The look of a layer; for [`DrawList::push`].
    pub fn style(&mut self, style: &StyleSlot) -> u32 {
        self.slot(style)
    }

    pub fn push(&mut self, kind: Kind, batch: &Batch, chunk: u32, style: u32) {
        if batch.count > 0 {
            self.draws.push(Draw { kind, batch: batch.clone(), chunk, style });
        }
    }

    fn slot<T: bytemuck::Pod>(&mut self, value: &T) -> u32 {
        let at = self.slots.len();
        self.slots.resize(at + SLOT, 0);
        let bytes = bytemuck::bytes_of(value);
        self.slots[at..at + bytes.len()].copy_from_slice(bytes);
        at as u32
    }

    /// Puts the draws on the painter, within its clip rectangle.
    pub fn paint(self, painter: &Painter, texture: &wgpu::Texture) {
        if self.draws.is_empty() {
            return;
        }
        let device = &self.gpu.device;
        let uniforms = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("map uniforms"),
            contents: &self.slots,
            usage: wgpu::BufferUsages::UNIFORM,
        });
        let slot = || {
            let size = std::num::NonZeroU64::new(SLOT as u64);
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer: &uniforms, offset: 0, size })
        };
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("map"),
            layout: &self.gpu.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: slot() },
                wgpu::BindGroupEntry { binding: 1, resource: slot() },
                wgpu::BindGroupEntry { binding: 2, resource: wgpu::BindingResource::TextureView(&view) },
            ],
        });
        let viewport = self.viewport;
        let callback = Drawn { gpu: self.gpu, draws: self.draws, bind_group };
        painter.add(Shape::from(Callback::new_paint_callback(viewport, callback)));
    }
}

/// A finished list in egui's hands.
struct Drawn {
    gpu: Arc<Gpu>,
    draws: Vec<Draw>,
    bind_group: wgpu::BindGroup,
}

impl CallbackTrait for Drawn {
    fn paint(
        &self,
        _info: eframe::egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        _resources: &CallbackResources,
    ) {
        let mut current = None;
        for draw in &self.draws {
            if current != Some(draw.kind) {
                current = Some(draw.kind);
                pass.set_pipeline(match draw.kind {
                    Kind::Fills => &self.gpu.fills,
                    Kind::Lines => &self.gpu.lines,
                    Kind::Points => &self.gpu.points,
                });
            }
            pass.set_bind_group(0, &self.bind_group, &[draw.chunk, draw.style]);
            pass.set_vertex_buffer(0, draw.batch.vertices.slice(draw.batch.bytes.clone()));
            match &draw.batch.indices {
                Some(indices) => {
                    pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
                    pass.draw_indexed(0..draw.batch.count, 0, 0..1);
                }
                None => pass.draw(0..6, 0..draw.batch.count),
            }
        }
    }
}

/// Components in 0..=1, alpha premultiplied, as the shader takes them.
pub(super) fn components(colour: eframe::egui::Color32) -> [f32; 4] {
    colour.to_array().map(|component| f32::from(component) / 255.0)
}
