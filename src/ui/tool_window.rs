//! A window over the map that is no dialog: the map shows what is done in it, and can be moved meanwhile. All of them have this head,
//! begin at the same place and close in the same way.

use egui::{Align, Align2, AreaState, Context, Id, Key, Layout, Pos2, Rect, Ui, Window, pos2};
use egui_material_icons::icons::ICON_CLOSE;

use super::widgets::icon_button;
use crate::theme;

/// Where the map leaves less room than this, a window lies over what is beside it.
const LEAST_WIDTH: f32 = 610.0;
/// What the frame takes beside the content.
const MARGINS: f32 = 34.0;

/// Shows a window of this width at first in `room`, where nothing else lies over the map. Returns whether it stays open.
pub fn show(ui: &Ui, title: &str, width: f32, room: Rect, content: impl FnOnce(&mut Ui)) -> bool {
    let ctx = ui.ctx();
    let id = Id::unique(title);
    let screen = ctx.content_rect();
    let width = width.min((room.width() - MARGINS).max(LEAST_WIDTH.min(screen.width() - MARGINS - 16.0)));
    // Escape closes a list first, leaves a field, or is a dialog's; then it is this window's.
    let typed_before = id.with("a field had the keyboard");
    let typing = ctx.data(|data| data.get_temp(typed_before)).unwrap_or(false);
    let taken = typing || egui::Popup::is_any_open(ctx) || ctx.memory(|memory| memory.top_modal_layer().is_some());
    let mut open = taken || !ctx.input(|input| input.key_pressed(Key::Escape));
    let window = Window::new(title).id(id).title_bar(false).collapsible(false).resizable(false);
    let mut window = window.pivot(Align2::RIGHT_TOP).constrain_to(screen);
    // It goes with the map as that changes its place, until somebody moves it.
    let wanted = pos2(room.right().max(room.left() + width + MARGINS), room.top());
    let put_before = id.with("where it was put");
    let put: Option<Put> = ctx.data(|data| data.get_temp(put_before));
    let goes = put.is_none_or(|put| put.wanted != wanted && Some(put.right) == right(ctx, id));
    if goes {
        window = window.current_pos(wanted);
    }
    window.show(ctx, |ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            ui.label(theme::strong(title).size(theme::HEADING));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                open &= !icon_button(ui, ICON_CLOSE, "Close window", 16.0).clicked();
            });
        });
        ui.add_space(4.0);
        content(ui);
    });
    let typing = ctx.text_edit_focused();
    ctx.data_mut(|data| data.insert_temp(typed_before, typing));
    if let (Some(right), true) = (right(ctx, id), goes) {
        ctx.data_mut(|data| data.insert_temp(put_before, Put { wanted, right }));
    }
    open
}

/// Where a window was put, and where its right edge came to be within the screen.
#[derive(Clone, Copy)]
struct Put {
    wanted: Pos2,
    right: f32,
}

/// The right edge of a window. The upper one moves by itself where a window grows.
fn right(ctx: &Context, id: Id) -> Option<f32> {
    Some(AreaState::load(ctx, id)?.pivot_pos?.x)
}
