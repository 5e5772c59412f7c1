//! What a cut would cut off, upon the units as they are.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Shape, Stroke, Ui};

use crate::render::camera::Camera;
use crate::render::palette;
use crate::session::Session;
use crate::session::suggestion::CutPreview;
use crate::theme::Tokens;

pub fn draw(ui: &Ui, session: &Session, camera: &Camera) {
    let Some(cut) = session.suggestion.as_ref().filter(|_| !session.show_current).and_then(|s| s.cut.as_deref()) else {
        return;
    };
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(camera.rect);
    // As the territory will be, though names and accounts under it shine through.
    let dark = ui.visuals().dark_mode;
    let fill = match cut.colour {
        Some(colour) => palette::territory_paint(colour, dark).fill.gamma_multiply(0.85),
        None => tokens.accent.gamma_multiply(0.35),
    };
    if cut.colour.is_some() {
        // The colour of the territory that it is taken from must not show through.
        painter.add(Shape::mesh(mesh(cut, camera, tokens.panel.gamma_multiply(0.9))));
    }
    painter.add(Shape::mesh(mesh(cut, camera, fill)));
    for line in &cut.lines {
        let points: Vec<Pos2> = line.iter().map(|&place| camera.place_to_screen(place)).collect();
        painter.add(Shape::line(points.clone(), Stroke::new(4.0, tokens.panel)));
        painter.add(Shape::line(points, Stroke::new(2.0, tokens.accent)));
    }
}

fn mesh(cut: &CutPreview, camera: &Camera, fill: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for triangle in &cut.triangles {
        let first = mesh.vertices.len() as u32;
        for &corner in triangle {
            mesh.vertices.push(Vertex { pos: camera.place_to_screen(corner), uv: WHITE_UV, color: fill });
        }
        mesh.add_triangle(first, first + 1, first + 2);
    }
    mesh
}
