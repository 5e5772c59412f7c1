//! What floats on the map: legend, scale bar, attribution, zoom buttons, the brush and its words, what lies under the pointer.

use egui::{Align2, Area, Color32, FontId, Frame, Id, Margin, Order, Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::action::{Action, Command};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::sphere::{KM_PER_MILE, LonLat};
use crate::render::camera::Camera;
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

/// A card in the look of the map's furniture.
pub fn card(ui: &Ui) -> Frame {
    let tokens = Tokens::of(ui);
    Frame::new()
        .fill(tokens.panel.gamma_multiply(0.96))
        .stroke(Stroke::new(1.0, tokens.separator))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(10, 8))
}

/// Zoom and fit buttons, right edge.
pub fn zoom_buttons(ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>) {
    let area = Area::new(Id::unique("zoom buttons"))
        .order(Order::Middle)
        .constrain_to(rect)
        .fixed_pos(rect.right_top() + vec2(-46.0, 12.0));
    area.show(ui.ctx(), |ui| {
        card(ui).inner_margin(Margin::same(2)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for command in [Command::ZoomIn, Command::ZoomOut, Command::FitPlan] {
                let button = egui::Button::new(command.icon().rich_text().size(theme::ICON))
                    .frame_when_inactive(false)
                    .min_size(Vec2::splat(28.0));
                let hover = format!("{} ({})", command.words(), command.key_words());
                if ui.add(button).accessible_name(command.words()).on_hover_text(hover).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
    });
}

/// Scale bar and attribution, bottom right.
pub fn scale_and_attribution(ui: &Ui, camera: &Camera, attribution: &str) {
    let tokens = Tokens::of(ui);
    let rect = camera.rect;
    let painter = ui.painter().with_clip_rect(rect);
    let font = FontId::proportional(10.0);
    let galley = painter.layout(attribution.to_owned(), font, tokens.weak, (rect.width() - 24.0).max(60.0));
    let size = galley.size() + vec2(10.0, 4.0);
    let back = Rect::from_min_size(rect.right_bottom() - size, size);
    painter.rect_filled(back, 0.0, tokens.panel.gamma_multiply(0.75));
    painter.galley(back.min + vec2(5.0, 2.0), galley, tokens.weak);

    let middle = camera.screen_to_place(rect.center());
    let km_per_point = camera
        .screen_to_place(rect.center() - vec2(50.0, 0.0))
        .distance_km(camera.screen_to_place(rect.center() + vec2(50.0, 0.0)))
        / 100.0;
    if !middle.is_valid() || km_per_point <= 0.0 {
        return;
    }
    let bar = |per_point: f64, unit: &str, small: &str, small_factor: f64, top: f32, down: bool| {
        let (length, words) = round_length(per_point * 110.0, unit, small, small_factor);
        let width = (length / per_point) as f32;
        let right = rect.right() - 14.0;
        let y = back.top() - top;
        let tick = if down { 4.0 } else { -4.0 };
        let stroke = Stroke::new(1.5, tokens.map_text);
        for (a, b) in [
            (pos2(right - width, y), pos2(right, y)),
            (pos2(right - width, y), pos2(right - width, y + tick)),
            (pos2(right, y), pos2(right, y + tick)),
        ] {
            painter.line_segment([a, b], Stroke::new(4.0, tokens.map_halo.gamma_multiply(0.7)));
            painter.line_segment([a, b], stroke);
        }
        let anchor = if down { Align2::RIGHT_TOP } else { Align2::RIGHT_BOTTOM };
        let at = pos2(right - 4.0, y + if down { 1.0 } else { -1.0 });
        halo_text(&painter, at, anchor, &words, 10.0, tokens);
    };
    bar(km_per_point, "km", "m", 1000.0, 20.0, false);
    bar(km_per_point / KM_PER_MILE, "mi", "ft", 5280.0, 20.0, true);
}

/// The longest round length of at most `longest`.
fn round_length(longest: f64, unit: &str, small: &str, small_factor: f64) -> (f64, String) {
    let (value, factor, unit) =
        if longest < 1.0 { (longest * small_factor, small_factor, small) } else { (longest, 1.0, unit) };
    let power = 10f64.powf(value.max(1e-9).log10().floor());
    let digit = [5.0, 2.0, 1.0].into_iter().find(|digit| digit * power <= value).unwrap_or(1.0);
    let round = digit * power;
    (round / factor, format!("{round} {unit}"))
}

fn halo_text(painter: &egui::Painter, at: Pos2, anchor: Align2, text: &str, size: f32, tokens: Tokens) {
    for offset in [vec2(-1.0, 0.0), vec2(1.0, 0.0), vec2(0.0, -1.0), vec2(0.0, 1.0)] {
        painter.text(at + offset, anchor, text, FontId::proportional(size), tokens.map_halo);
    }
    painter.text(at, anchor, text, FontId::proportional(size), tokens.map_text);
}

/// The circle of the brush and what the stroke has done so far: "East +3 ZIP areas, +$214 k, +2.1 %".
pub fn brush(ui: &Ui, session: &Session, camera: &Camera, at: Pos2, words: &str) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(camera.rect);
    let radius = session.view.brush_radius;
    painter.circle_stroke(at, radius, Stroke::new(3.0, tokens.map_halo.gamma_multiply(0.8)));
    painter.circle_stroke(at, radius, Stroke::new(1.5, tokens.accent));
    strip(ui, &painter, at + vec2(radius + 10.0, -12.0), words);
}

/// What a stroke into this territory has done so far, or whose it will be.
pub fn stroke_words(session: &Session, to: TerritoryId) -> String {
    preview_words(session).unwrap_or_else(|| session.plan().territory_name(to).to_owned())
}

/// Words beside the pointer.
pub fn words_at(ui: &Ui, camera: &Camera, at: Pos2, words: &str) {
    strip(ui, &ui.painter().with_clip_rect(camera.rect), at + vec2(16.0, -12.0), words);
}

/// What the preview does, in words; `None` without one.
pub fn preview_words(session: &Session) -> Option<String> {
    let preview = session.preview.as_ref()?;
    let to = preview.to;
    let moved = preview
        .units
        .iter()
        .filter(|&&unit| preview.plan.territory_of(unit) != session.plan().territory_of(unit))
        .count();
    let name = preview.plan.territory_name(to);
    let mut words = format!("{name} +{}", session.project.units.count_words(moved));
    if let Some(goal) = session.goal()
        && let Some(measure) = session.project.measure(goal.measure)
    {
        let gained = preview.totals.load(goal.measure, to) - session.totals.load(goal.measure, to);
        let sign = if gained < 0.0 { "−" } else { "+" };
        words.push_str(&format!(", {sign}{}", words::figure(measure, gained.abs())));
        if let Some(deviation) = session.deviation(goal.measure, to) {
            words.push_str(&format!("   {}", words::signed_percent(deviation)));
        }
    }
    Some(words)
}

/// How far it is and what lies within: "12.4 km · 7.7 mi · 14 ZIP areas".
pub fn radius(ui: &Ui, session: &Session, camera: &Camera, at: Pos2, km: f64, from: LonLat) {
    let painter = ui.painter().with_clip_rect(camera.rect);
    let units = super::tool::inside(session, &super::tool::circle(from, km)).len();
    let words = format!("{km:.1} km · {:.1} mi · {}", km / KM_PER_MILE, session.project.units.count_words(units));
    strip(ui, &painter, at + vec2(16.0, -12.0), &words);
}

/// What closing the boundary here would do, at the pointer.
pub fn hint_at(ui: &Ui, session: &Session, camera: &Camera, at: Pos2) {
    let painter = ui.painter().with_clip_rect(camera.rect);
    let words = preview_words(session).unwrap_or_else(|| {
        if session.active.is_unassigned() {
            "Click corners; Enter selects what is inside (choose a territory to assign)".to_owned()
        } else {
            format!("Click corners; Enter assigns to {}", session.plan().territory_name(session.active))
        }
    });
    strip(ui, &painter, at + vec2(16.0, -12.0), &words);
}

fn strip(ui: &Ui, painter: &egui::Painter, at: Pos2, text: &str) {
    let tokens = Tokens::of(ui);
    let galley = painter.layout_no_wrap(text.to_owned(), FontId::proportional(12.0), tokens.panel);
    let mut rect = Rect::from_min_size(at, galley.size() + vec2(16.0, 8.0));
    let clip = painter.clip_rect();
    if rect.right() > clip.right() - 4.0 {
        rect = rect.translate(vec2(clip.right() - 4.0 - rect.right(), 30.0));
    }
    painter.rect_filled(rect, 4.0, tokens.text.gamma_multiply(0.92));
    painter.galley(rect.min + vec2(8.0, 4.0), galley, tokens.panel);
}

/// In which areas of layers beside the units the pointer is.
pub fn areas(ui: &mut Ui, areas: &[(String, String)]) {
    for (kind, name) in areas {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(theme::small(kind).color(Tokens::of(ui).weak));
            ui.label(name);
        });
    }
}

/// The unit under the pointer and its figures.
pub fn unit_card(ui: &mut Ui, session: &Session, unit: UnitId) {
    let units = &session.project.units;
    let plan = session.shown_plan();
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
    let (code, name) = (&units.codes[unit.index()], &units.names[unit.index()]);
    let title = if code == name { code.clone() } else { format!("{code}  {name}") };
    ui.label(theme::strong(title));
    let territory = plan.territory_of(unit);
    ui.horizontal(|ui| {
        if let Some(territory) = plan.territory(territory) {
            let [r, g, b] = territory.colour;
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, Color32::from_rgb(r, g, b));
            ui.spacing_mut().item_spacing.x = 6.0;
        }
        ui.label(plan.territory_name(territory));
        if plan.is_locked(unit) {
            ui.label(egui_material_icons::icons::ICON_LOCK.rich_text().size(13.0).color(tokens.weak));
        }
    });
    let table = session.totals.table();
    egui::Grid::new("unit figures").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
        ui.label(theme::note(ui, "Accounts"));
        ui.label(words::count(table.accounts_in(unit)));
        ui.end_row();
        for (index, measure) in session.project.measures.iter().enumerate() {
            let id = crate::domain::ids::MeasureId::from_index(index);
            if !session.is_prominent(id) {
                continue;
            }
            ui.label(theme::note(ui, &measure.name));
            ui.label(words::figure(measure, table.unit_load(id, unit)));
            ui.end_row();
        }
    });
    if units.approximate {
        ui.label(theme::note(ui, format!("Approximate {}", units.kind)));
    }
}

/// The account under the pointer.
pub fn account_card(ui: &mut Ui, session: &Session, account: AccountId) {
    let accounts = &session.project.accounts;
    let index = account.index();
    ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
    ui.label(theme::strong(accounts.names[index].clone()));
    let owner = session.shown_plan().owner_of(account, accounts.units[index]);
    ui.label(session.shown_plan().territory_name(owner));
    egui::Grid::new("account figures").num_columns(2).spacing(vec2(16.0, 2.0)).show(ui, |ui| {
        for column in accounts.attributes.iter().take(5) {
            ui.label(theme::note(ui, &column.name));
            ui.label(column.get(index));
            ui.end_row();
        }
        for (_, measure) in session.project.measures_of(crate::domain::columns::Subject::Accounts).take(4) {
            ui.label(theme::note(ui, &measure.name));
            ui.label(words::figure(measure, measure.values.get(index).copied().unwrap_or(f64::NAN)));
            ui.end_row();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_bar_has_round_lengths() {
        for (longest, expected) in [(137.0, "100 km"), (73.0, "50 km"), (2.4, "2 km"), (0.33, "200 m")] {
            assert_eq!(round_length(longest, "km", "m", 1000.0).1, expected);
        }
    }
}
