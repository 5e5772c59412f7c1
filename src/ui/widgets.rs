//! Small pieces that several panels share.

use egui::{Button, Color32, FontId, Rect, Response, RichText, Sense, Stroke, Ui, Vec2, WidgetText, pos2, vec2};
use egui_material_icons::MaterialIcon;

use crate::action::{Action, Command};
use crate::theme::{self, Tokens};

/// A tab: underlined when it is the one shown.
pub fn tab(ui: &mut Ui, selected: bool, words: &str) -> Response {
    let tokens = Tokens::of(ui);
    let text = if selected { theme::strong(words).color(tokens.text) } else { RichText::new(words).color(tokens.weak) };
    let response = ui.add(Button::new(text).frame_when_inactive(false).stroke(Stroke::NONE));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, words));
    if selected {
        let rect = response.rect;
        let line =
            Rect::from_min_max(pos2(rect.left() + 8.0, rect.bottom() - 2.0), pos2(rect.right() - 8.0, rect.bottom()));
        ui.painter().rect_filled(line, 1.0, tokens.accent);
    }
    response
}

/// What "Browse…" takes beside the field for a path, with the gap between them.
pub const BROWSE_WIDTH: f32 = 81.0;

/// The button that carries on: filled with the accent.
pub fn primary_button(ui: &mut Ui, enabled: bool, words: &str) -> Response {
    let tokens = Tokens::of(ui);
    let text = RichText::new(words).family(theme::medium()).color(tokens.on_accent);
    ui.add_enabled(enabled, Button::new(text).fill(tokens.accent).stroke(Stroke::NONE))
}

/// A square button with an icon; its name is what it says to those who cannot see it.
pub fn icon_button(ui: &mut Ui, icon: MaterialIcon, name: &str, size: f32) -> Response {
    let button = Button::new(icon.rich_text().size(size)).frame_when_inactive(false).min_size(Vec2::splat(size + 8.0));
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    response.on_hover_text(name)
}

/// An icon button for a command, with words and key on hovering; disabled with a reason.
pub fn command_button(ui: &mut Ui, command: Command, disabled: Option<&str>, actions: &mut Vec<Action>) {
    let button = Button::new(command.icon().rich_text().size(theme::ICON))
        .frame_when_inactive(false)
        .min_size(Vec2::splat(28.0));
    let response = ui.add_enabled(disabled.is_none(), button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, disabled.is_none(), command.words()));
    let response = response.on_hover_text(command_hover(command));
    let response = match disabled {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response,
    };
    if response.clicked() {
        actions.push(Action::Run(command));
    }
}

/// What a command does and its key.
pub fn command_hover(command: Command) -> String {
    let key = command.key_words();
    if key.is_empty() { command.about().to_owned() } else { format!("{} ({key})", command.about()) }
}

/// A patch of colour.
pub fn swatch(ui: &mut Ui, colour: [u8; 3], size: f32) -> Response {
    let [r, g, b] = colour;
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    ui.painter().rect_filled(rect, 3.0, Color32::from_rgb(r, g, b));
    response
}

/// A line of a list of figures: what it is on the left, the figure right-aligned.
pub fn figure_row(ui: &mut Ui, name: &str, value: impl Into<WidgetText>, hover: &str) {
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        let weak = Tokens::of(ui).weak;
        ui.add(egui::Label::new(RichText::new(name).color(weak)).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let response = ui.label(value);
            if !hover.is_empty() {
                response.on_hover_text(hover);
            }
        });
    });
}

/// A bar of load against target: the target is the tick in the middle, the tolerance the band around it.
/// Shows −100 % … +100 %; what lies beyond touches the edge.
pub fn deviation_bar(ui: &Ui, rect: Rect, deviation: f64, tolerance: f64) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    let x = |share: f64| {
        let share = share.clamp(-1.0, 1.0) as f32;
        rect.center().x + share * rect.width() / 2.0
    };
    let track = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    painter.rect_filled(track, 2.0, tokens.pressed);
    let band = Rect::from_x_y_ranges(x(-tolerance)..=x(tolerance), track.y_range());
    painter.rect_filled(band, 0.0, tokens.good.gamma_multiply(0.35));
    let (from, to) = (x(0.0).min(x(deviation)), x(0.0).max(x(deviation)));
    let bar = Rect::from_x_y_ranges(from..=to, (rect.center().y - 4.0)..=(rect.center().y + 4.0));
    painter.rect_filled(bar, 1.0, tokens.deviation(deviation, tolerance));
    painter.vline(x(0.0), (rect.center().y - 7.0)..=(rect.center().y + 7.0), Stroke::new(1.0, tokens.text));
}

/// Text in a cell: cut with "…" at the width, centred vertically, aligned left or right.
pub fn cell_text(ui: &Ui, rect: Rect, text: &str, colour: Color32, right: bool, medium: bool) -> bool {
    let family = if medium { theme::medium() } else { egui::FontFamily::Proportional };
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), FontId::new(theme::BODY, family), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width().max(4.0));
    let galley = ui.painter().layout_job(job);
    let x = if right { rect.right() - galley.size().x } else { rect.left() };
    let cut = galley.elided;
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, colour);
    cut
}

/// Gives boxes to tick and rings to choose from in this part of the window an outline that can be seen.
pub fn outline_marks(ui: &mut Ui) {
    let control = Tokens::of(ui).control;
    ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, control);
}

/// A dialog over the window, with room around its content.
pub fn dialog(ui: &Ui, name: &'static str) -> egui::Modal {
    let tokens = Tokens::of(ui);
    let frame = egui::Frame::new()
        .fill(tokens.panel)
        .stroke(Stroke::new(1.0, tokens.separator))
        .corner_radius(8.0)
        .shadow(egui::Shadow { offset: [0, 8], blur: 28, spread: 0, color: tokens.shadow })
        .inner_margin(20.0);
    egui::Modal::new(egui::Id::unique(name)).frame(frame).backdrop_color(egui::Color32::from_black_alpha(70))
}

/// Gives a new dialog's first field the keyboard. One that opens over another dialog gets it a frame later, when it is the topmost.
pub fn take_focus(response: &Response, has_it: &mut bool) {
    if *has_it {
        return;
    }
    *has_it = response.has_focus();
    if !*has_it {
        response.request_focus();
        response.ctx.request_repaint();
    }
}

/// Tells a table that is finding its widths how wide a column wants to be: cells that are only painted have no width of their own.
pub fn reserve_width(ui: &mut Ui, width: f32) {
    if ui.is_sizing_pass() {
        ui.allocate_space(vec2(width, 1.0));
    }
}

/// A title and a text in the middle of an empty panel.
pub fn empty_state(ui: &mut Ui, icon: MaterialIcon, title: &str, text: &str, add: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.5 - 70.0).max(8.0));
        ui.label(icon.rich_text().size(28.0).color(tokens.weak));
        ui.label(theme::strong(title));
        ui.label(RichText::new(text).color(tokens.weak));
        ui.add_space(6.0);
        add(ui);
    });
}
