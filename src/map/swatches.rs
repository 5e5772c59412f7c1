//! The patterns of map.wgsl, small, for the legend.

use egui::{Color32, Painter, Rect, Stroke, pos2, vec2};

/// Draws a pattern into a patch; the painter clips it.
pub fn pattern(painter: &Painter, rect: Rect, pattern: u8, ink: Color32) {
    let ink = ink.gamma_multiply(0.85);
    let slanted = |distance: f32, width: f32, up: bool| {
        let mut x = rect.left() - rect.height();
        while x < rect.right() + rect.height() {
            let (top, bottom) = (pos2(x, rect.top()), pos2(x + rect.height(), rect.bottom()));
            let ends = if up { [top, bottom] } else { [pos2(x + rect.height(), rect.top()), pos2(x, rect.bottom())] };
            painter.line_segment(ends, Stroke::new(width, ink));
            x += distance;
        }
    };
    let rows = |distance: f32, width: f32| {
        let mut y = rect.top() + distance / 2.0;
        while y < rect.bottom() {
            painter.hline(rect.x_range(), y, Stroke::new(width, ink));
            y += distance;
        }
    };
    let columns = |distance: f32, width: f32| {
        let mut x = rect.left() + distance / 2.0;
        while x < rect.right() {
            painter.vline(x, rect.y_range(), Stroke::new(width, ink));
            x += distance;
        }
    };
    let dots = |distance: f32, radius: f32| {
        let mut at = rect.min + vec2(distance / 2.0, distance / 2.0);
        while at.y < rect.bottom() {
            while at.x < rect.right() {
                painter.circle_filled(at, radius, ink);
                at.x += distance;
            }
            at = pos2(rect.left() + distance / 2.0, at.y + distance);
        }
    };
    match pattern {
        2 => slanted(9.9, 1.4, true),
        3 => rows(4.95, 1.0),
        4 => dots(4.95, 1.1),
        5 => columns(9.9, 2.0),
        6 => {
            slanted(9.9, 1.0, true);
            slanted(9.9, 1.0, false);
        }
        7 => dots(7.0, 2.2),
        8 => {
            rows(9.9, 1.0);
            columns(9.9, 1.0);
        }
        9 => slanted(4.95, 1.1, false),
        16..=24 => dots(4.95, 0.55 + 0.2 * f32::from(pattern - 16)),
        32..=40 => rows(4.95, 2.0 * (0.3 + 0.17 * f32::from(pattern - 32))),
        _ => {}
    }
}
