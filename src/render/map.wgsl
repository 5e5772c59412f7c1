// Fills, lines and points of the map. Positions are relative to a chunk and become points on the screen by one scale and offset.
// Limits are those of WebGL 2: a texture instead of storage buffers.

// The target expects linear colours; otherwise gamma, as egui's own.
override linear_target: f32 = 0.0;

struct Chunk {
    offset: vec2<f32>,
    viewport: vec2<f32>,
    scale: f32,
    pixels_per_point: f32,
    // Where patterns begin, in points, so that they stay with the map.
    pattern_start: vec2<f32>,
};

struct Style {
    // Fills: the colour of the stripes of what nobody owns. Lines: their colour where they do not take the units'. Points: the casing.
    colour: vec4<f32>,
    // Lines: half the width. Points: the width of the casing.
    width: f32,
    opacity: f32,
    // Lines: 1 takes the units' border colours, and 1 rounds the ends.
    two_sided: f32,
    rounded: f32,
    // Points: what their radius is multiplied with. Two-sided lines: what the width is multiplied with at the layer's edge.
    size: f32,
    padding_a: f32,
    padding_b: f32,
    padding_c: f32,
};

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<uniform> style: Style;
// Two texels per unit: the fill (premultiplied), and the border colour, whose alpha is 255 less the pattern.
@group(0) @binding(2) var paints: texture_2d<f32>;

const NOWHERE: u32 = 0xffffffffu;

fn texel(index: u32) -> vec4<f32> {
    let width = textureDimensions(paints).x;
    return textureLoad(paints, vec2<i32>(i32(index % width), i32(index / width)), 0);
}

fn to_screen(position: vec2<f32>) -> vec2<f32> {
    return position * chunk.scale + chunk.offset;
}

fn to_clip(point: vec2<f32>) -> vec4<f32> {
    return vec4<f32>(2.0 * point.x / chunk.viewport.x - 1.0, 1.0 - 2.0 * point.y / chunk.viewport.y, 0.0, 1.0);
}

fn for_target(colour: vec4<f32>) -> vec4<f32> {
    if linear_target < 0.5 {
        return colour;
    }
    let low = colour.rgb / 12.92;
    let high = pow((colour.rgb + 0.055) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, colour.rgb < vec3<f32>(0.04045)), colour.a);
}

// The corners of two triangles from (-1, -1) to (1, 1).
fn corner(index: u32) -> vec2<f32> {
    let x = select(-1.0, 1.0, index == 1u || index == 2u || index == 4u);
    let y = select(-1.0, 1.0, index == 2u || index == 4u || index == 5u);
    return vec2<f32>(x, y);
}

struct FillOut {
    @builtin(position) position: vec4<f32>,
    @location(0) @interpolate(flat) colour: vec4<f32>,
    @location(1) @interpolate(flat) ink: vec4<f32>,
    @location(2) @interpolate(flat) pattern: u32,
    @location(3) point: vec2<f32>,
};

@vertex
fn vs_fill(@location(0) position: vec2<f32>, @location(1) unit: u32) -> FillOut {
    var out: FillOut;
    out.point = to_screen(position);
    out.position = to_clip(out.point);
    out.colour = texel(unit * 2u);
    let second = texel(unit * 2u + 1u);
    out.pattern = u32(round((1.0 - second.a) * 255.0));
    // Stripes of what nobody owns have the layer's colour, other patterns that of the unit's border.
    out.ink = select(vec4<f32>(second.rgb, 1.0) * 0.85, style.colour, out.pattern == 1u);
    return out;
}

// How much of a pixel lies within `half_width` of something that is `distance` points away.
fn within(distance: f32, half_width: f32) -> f32 {
    return clamp((half_width - distance) * chunk.pixels_per_point + 0.5, 0.0, 1.0);
}

// How far it is to the nearest line, where there is one every `period` points.
fn to_line(along: f32, period: f32) -> f32 {
    return abs(fract(along / period) - 0.5) * period;
}

// How far it is to the nearest dot of a square lattice.
fn to_dot(at: vec2<f32>, period: f32) -> f32 {
    return length((fract(at / period) - 0.5) * period);
}

// The numbers are those of patterns.rs. Every pattern begins again after PERIOD points along x and along y.
fn pattern_coverage(pattern: u32, at: vec2<f32>) -> f32 {
    let period = 9.8994949;
    let down = (at.x + at.y) * 0.70710678;
    let up = (at.x - at.y) * 0.70710678;
    switch pattern {
        case 1u: { return within(to_line(down, 7.0), 0.6); }
        case 2u: { return within(to_line(up, 7.0), 0.7); }
        case 3u: { return within(to_line(at.y, period / 2.0), 0.5); }
        case 4u: { return within(to_dot(at, period / 2.0), 1.1); }
        case 5u: { return within(to_line(at.x, period), 1.0); }
        case 6u: { return max(within(to_line(down, 7.0), 0.5), within(to_line(up, 7.0), 0.5)); }
        case 7u: { return max(within(to_dot(at, period), 2.2), within(to_dot(at + period / 2.0, period), 2.2)); }
        case 8u: { return max(within(to_line(at.x, period), 0.5), within(to_line(at.y, period), 0.5)); }
        case 9u: { return within(to_line(down, 3.5), 0.55); }
        default: {}
    }
    if pattern >= 16u && pattern < 25u {
        return within(to_dot(at, period / 2.0), 0.55 + 0.2 * f32(pattern - 16u));
    }
    if pattern >= 32u && pattern < 41u {
        return within(to_line(at.y, period / 2.0), 0.3 + 0.17 * f32(pattern - 32u));
    }
    return 0.0;
}

@fragment
fn fs_fill(in: FillOut) -> @location(0) vec4<f32> {
    var colour = in.colour;
    if in.pattern > 0u {
        let ink = in.ink * pattern_coverage(in.pattern, in.point - chunk.pattern_start);
        colour = ink + colour * (1.0 - ink.a);
    }
    return for_target(colour * style.opacity);
}

struct LineOut {
    @builtin(position) position: vec4<f32>,
    // Along the line from its start, and across it, positive to the left, in points.
    @location(0) place: vec2<f32>,
    @location(1) @interpolate(flat) extent: f32,
    @location(2) @interpolate(flat) left: vec4<f32>,
    @location(3) @interpolate(flat) right: vec4<f32>,
    @location(4) @interpolate(flat) half_width: f32,
};

@vertex
fn vs_line(
    @builtin(vertex_index) index: u32,
    @location(0) start: vec2<f32>,
    @location(1) end: vec2<f32>,
    @location(2) sides: vec2<u32>,
) -> LineOut {
    let a = to_screen(start);
    let b = to_screen(end);
    let extent = length(b - a);
    var along = vec2<f32>(1.0, 0.0);
    if extent > 0.0001 {
        along = (b - a) / extent;
    }
    // The world's y runs down.
    let left = vec2<f32>(along.y, -along.x);
    let feather = 0.5 / chunk.pixels_per_point;
    let is_edge = sides.x == NOWHERE || sides.y == NOWHERE;
    // Coasts are ragged, and a border towards nobody says less than one between two territories.
    let half_width = style.width * select(1.0, style.size, is_edge && style.two_sided > 0.5);
    let reach = half_width + feather;
    let beyond = select(0.0, reach, style.rounded > 0.5);
    let at = corner(index);
    var out: LineOut;
    out.extent = extent;
    out.half_width = half_width;
    out.place = vec2<f32>(select(-beyond, extent + beyond, at.x > 0.0), at.y * reach);
    out.position = to_clip(a + along * out.place.x + left * out.place.y);
    out.left = style.colour;
    out.right = style.colour;
    if style.two_sided > 0.5 {
        let left_unit = select(sides.x, sides.y, sides.x == NOWHERE);
        let right_unit = select(sides.y, sides.x, sides.y == NOWHERE);
        out.left = vec4<f32>(texel(left_unit * 2u + 1u).rgb, 1.0);
        out.right = vec4<f32>(texel(right_unit * 2u + 1u).rgb, 1.0);
    }
    return out;
}

@fragment
fn fs_line(in: LineOut) -> @location(0) vec4<f32> {
    let beyond = max(max(-in.place.x, in.place.x - in.extent), 0.0);
    let distance = length(vec2<f32>(beyond, in.place.y));
    let coverage = clamp((in.half_width - distance) * chunk.pixels_per_point + 0.5, 0.0, 1.0);
    let to_left = clamp(in.place.y * chunk.pixels_per_point + 0.5, 0.0, 1.0);
    return for_target(mix(in.right, in.left, to_left) * coverage * style.opacity);
}

struct PointOut {
    @builtin(position) position: vec4<f32>,
    @location(0) place: vec2<f32>,
    @location(1) @interpolate(flat) radius: f32,
    @location(2) @interpolate(flat) colour: vec4<f32>,
    // Of the hole in the middle; none where it is negative.
    @location(3) @interpolate(flat) hole: f32,
};

@vertex
fn vs_point(
    @builtin(vertex_index) index: u32,
    @location(0) position: vec2<f32>,
    @location(1) radius: f32,
    @location(2) colour: vec4<f32>,
) -> PointOut {
    var out: PointOut;
    out.radius = abs(radius) * style.size;
    // A negative radius is that of a hollow dot.
    out.hole = select(-8.0, out.radius * 0.55, radius < 0.0);
    // A point without colour is hidden.
    let reach = select(0.0, out.radius + style.width + 0.5 / chunk.pixels_per_point, colour.a > 0.0);
    out.place = corner(index) * reach;
    out.position = to_clip(to_screen(position) + out.place);
    out.colour = colour;
    return out;
}

@fragment
fn fs_point(in: PointOut) -> @location(0) vec4<f32> {
    let distance = length(in.place);
    let inside = clamp((in.radius - distance) * chunk.pixels_per_point + 0.5, 0.0, 1.0);
    let casing = clamp((in.radius + style.width - distance) * chunk.pixels_per_point + 0.5, 0.0, 1.0);
    let hole = clamp((in.hole - distance) * chunk.pixels_per_point + 0.5, 0.0, 1.0);
    let colour = mix(mix(style.colour * casing, in.colour, inside), style.colour, hole);
    return for_target(colour * style.opacity);
}
