//! What the map and the map beside it have in common: the ground that they draw on, and the wheel.

use egui::{Rect, Response, Sense, Ui, Vec2};
use walkers::{Map, MapMemory, lon_lat};

use super::basemap::Basemap;
use crate::action::Action;
use crate::domain::sphere::to_mercator;
use crate::render::camera::Camera;
use crate::session::Session;

/// Brings the basemap to where the session looks, and gives the camera of a map in `rect`.
pub(super) fn aim(memory: &mut MapMemory, session: &Session, rect: Rect) -> Camera {
    let view = session.view.camera;
    memory.center_at(lon_lat(view.centre.lon, view.centre.lat));
    let _ = memory.set_zoom(view.zoom);
    Camera { rect, centre: to_mercator(view.centre), zoom: view.zoom }
}

/// Lays the basemap over what is free. It moves with the camera alone: all input is ours.
pub(super) fn show_ground(
    ui: &mut Ui,
    memory: &mut MapMemory,
    basemap: &Basemap,
    session: &Session,
    name: &str,
) -> Response {
    let centre = session.view.camera.centre;
    let map = Map::new(None, memory, lon_lat(centre.lon, centre.lat))
        .zoom_gesture(false)
        .panning(false)
        .double_click_to_zoom(false)
        .drag_pan_buttons(egui::DragPanButtons::empty())
        .with_layer(basemap, 1.0);
    let response = map.show(ui, |_, _, _, _| ()).response;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, name));
    response.interact(Sense::click_and_drag())
}

/// Wheel and pinch come closer at the pointer, or go further away.
pub(super) fn zoom_by_wheel(ui: &Ui, camera: &Camera, response: &Response, actions: &mut Vec<Action>) {
    if !response.contains_pointer() {
        return;
    }
    let (scroll, pinch, pointer) =
        ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.pointer.hover_pos()));
    let delta = f64::from(scroll.y) / 140.0 + f64::from(pinch).log2();
    if delta.abs() > 1e-4 {
        let at = pointer.map_or(Vec2::ZERO, |pointer| pointer - camera.rect.center());
        actions.push(Action::ZoomAt { delta, dx: at.x, dy: at.y });
    }
}
