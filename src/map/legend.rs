//! The legend, top left on the map: the territories with their deviations, or what the colours of areas and accounts say.

use egui::{Area, Color32, FontId, Id, Order, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use super::overlay::card;
use crate::action::{Action, Command};
use crate::domain::ids::TerritoryId;
use crate::render::heat;
use crate::session::Session;
use crate::session::dots::{DotColours, DotScale, heat_words};
use crate::session::shading::{Row, Shading};
use crate::theme::{self, Tokens};
use crate::words;

/// What the map is coloured by.
pub struct Content<'a> {
    pub shading: &'a Shading,
    pub dots: &'a DotColours,
    pub scale: Option<&'a DotScale>,
    /// The radius of the largest dot on the screen as it is now.
    pub largest_dot: f32,
    /// Accounts that are placed roughly.
    pub rough: usize,
}

const WIDTH: f32 = 200.0;

/// Draws it and says where it lies; `None` where there is nothing to say or no room.
pub fn legend(
    ui: &mut Ui,
    session: &Session,
    content: &Content,
    rect: Rect,
    actions: &mut Vec<Action>,
) -> Option<Rect> {
    let nothing = session.shown_plan().territory_count() == 0 && *content.shading == Shading::Owners;
    if nothing && *content.dots == DotColours::Owners && heat_words(session).is_none() || rect.width() < 480.0 {
        return None;
    }
    let area =
        Area::new(Id::unique("legend")).order(Order::Middle).constrain_to(rect).fixed_pos(rect.min + vec2(12.0, 12.0));
    let shown = area.show(ui.ctx(), |ui| {
        card(ui).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
            ui.set_max_width(WIDTH + 20.0);
            if !heading(ui, session, content, actions) {
                return;
            }
            // What stands below takes its room from the list of territories.
            let extra = content.dots.rows(session, false).len() as f32 * 23.0 + 60.0;
            let extra = if *content.dots == DotColours::Owners { 0.0 } else { extra };
            let rows = ((rect.height() - 160.0 - extra) / 22.0).max(3.0) as usize;
            if *content.shading == Shading::Owners {
                owners(ui, session, rows, actions);
            } else {
                let dark = ui.visuals().dark_mode;
                content.shading.rows(session, dark).iter().for_each(|row| value_row(ui, row));
                if matches!(content.shading, Shading::Classes(shaded) if shaded.classes.grouped) {
                    ui.label(theme::note(ui, "Limits found on groups of near values"));
                }
            }
            accounts(ui, session, content);
        });
    });
    Some(shown.response.rect)
}

/// The title, the way to other colours, and the fold. Returns whether it is unfolded.
fn heading(ui: &mut Ui, session: &Session, content: &Content, actions: &mut Vec<Action>) -> bool {
    let level = session.colour_level();
    let owners = level.and_then(|level| session.shown_plan().hierarchy().levels().get(level).cloned());
    let measure = session.goal().and_then(|goal| session.project.measure(goal.measure));
    let (title, note) = match content.shading {
        Shading::Owners => {
            let measure = measure.map_or(String::new(), |measure| measure.name.clone());
            (owners.unwrap_or_else(|| "Territories".to_owned()), measure)
        }
        shading => shading.heading(),
    };
    let open_id = Id::unique("legend open");
    let mut open = ui.data_mut(|data| *data.get_persisted_mut_or(open_id, true));
    ui.horizontal(|ui| {
        ui.set_width(WIDTH);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            use egui_material_icons::icons::{ICON_EXPAND_LESS, ICON_EXPAND_MORE};
            let icon = if open { ICON_EXPAND_LESS } else { ICON_EXPAND_MORE };
            let button = egui::Button::new(icon.rich_text().size(16.0)).frame(false);
            let words = if open { "Fold the legend" } else { "Unfold the legend" };
            if ui.add(button).accessible_name(words).on_hover_text(words).clicked() {
                open = !open;
                ui.data_mut(|data| data.insert_persisted(open_id, open));
            }
            let icon = Command::Colours.icon().rich_text().size(16.0);
            let hover = format!("{} ({})", Command::Colours.about(), Command::Colours.key_words());
            let button = ui.add(egui::Button::new(icon).frame(false)).accessible_name(Command::Colours.words());
            if button.on_hover_text(hover).clicked() {
                actions.push(Action::Run(Command::Colours));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(theme::strong(title.clone())).truncate()).on_hover_text(title);
                if !note.is_empty() && ui.available_width() > 24.0 {
                    ui.add(egui::Label::new(theme::note(ui, note.clone())).truncate()).on_hover_text(note);
                }
            });
        });
    });
    open
}

/// What the colours and sizes of accounts say, and the heat.
fn accounts(ui: &mut Ui, session: &Session, content: &Content) {
    let dark = ui.visuals().dark_mode;
    if let Some(words) = heat_words(session) {
        ui.add_space(4.0);
        ui.label(theme::strong(words));
        heat_bar(ui, dark);
    }
    if !session.view.show_accounts {
        return;
    }
    if *content.dots != DotColours::Owners {
        ui.add_space(4.0);
        let title = format!("Accounts: {}", content.dots.name());
        ui.add(egui::Label::new(theme::strong(title.clone())).truncate()).on_hover_text(title);
        content.dots.rows(session, dark).iter().for_each(|row| value_row(ui, row));
    }
    let chosen = session.view.colouring.dot_sizes != crate::session::colouring::DotSizes::InView;
    if let Some(scale) = content.scale.filter(|_| chosen || *content.dots != DotColours::Owners) {
        sizes(ui, session, scale, content.largest_dot);
    }
    if content.rough > 0 {
        rough(ui, content.rough);
    }
}

/// What hollow dots are.
fn rough(ui: &mut Ui, count: usize) {
    let tokens = Tokens::of(ui);
    ui.add_space(2.0);
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 20.0), Sense::hover());
    let count = words::count(count as i128);
    let name = format!("Legend: Placed roughly, {count}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    ui.painter().circle_stroke(pos2(rect.left() + 8.0, rect.center().y), 3.5, Stroke::new(2.0, tokens.weak));
    let figure = ui.painter().layout_no_wrap(count, FontId::proportional(theme::SMALL), tokens.weak);
    let right = rect.right() - figure.size().x;
    ui.painter().galley(pos2(right, rect.center().y - figure.size().y / 2.0), figure, tokens.weak);
    let text = Rect::from_x_y_ranges(rect.left() + 25.0..=right - 6.0, rect.y_range());
    clipped_text(ui, text, "Placed roughly", tokens.text);
    let km = crate::domain::accounts::ROUGH_KM;
    response.on_hover_text(format!("The true place of these accounts may be more than {km} km away"));
}

fn heat_bar(ui: &mut Ui, dark: bool) {
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 10.0), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Few to many"));
    let steps = 24;
    for step in 0..steps {
        let [r, g, b] = heat::shade(step as f64 / f64::from(steps - 1), dark);
        let x = |step: i32| rect.left() + rect.width() * step as f32 / steps as f32;
        let part = Rect::from_x_y_ranges(x(step)..=x(step + 1), rect.y_range());
        ui.painter().rect_filled(part, 0.0, Color32::from_rgb(r, g, b));
    }
    ui.horizontal(|ui| {
        ui.set_width(WIDTH);
        ui.label(theme::note(ui, "few"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(theme::note(ui, "many")));
    });
}

/// Circles of round values, as large as they are on the map.
fn sizes(ui: &mut Ui, session: &Session, scale: &DotScale, largest_dot: f32) {
    let Some(measure) = session.project.measure(scale.measure) else { return };
    let tokens = Tokens::of(ui);
    ui.add_space(4.0);
    ui.add(egui::Label::new(theme::note(ui, format!("Size: {}", measure.name))).truncate());
    for value in scale.examples() {
        let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 18.0), Sense::hover());
        let words = words::figure(measure, value);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Size of {words}")));
        let radius = (value / scale.largest).min(1.0).sqrt() as f32 * largest_dot;
        let middle = pos2(rect.left() + 8.0, rect.center().y);
        ui.painter().circle(middle, radius.max(1.0), tokens.weak, Stroke::new(1.0, tokens.panel));
        let font = FontId::proportional(theme::SMALL);
        let at = pos2(rect.left() + 22.0, rect.center().y);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, words, font, tokens.text);
    }
}

/// A class or category: colour and pattern, its words, and how many it stands for.
fn value_row(ui: &mut Ui, row: &Row) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 20.0), Sense::hover());
    let count = words::count(row.count as i128);
    let name = format!("Legend: {}, {count}", row.words);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
    let swatch = Rect::from_center_size(pos2(rect.left() + 9.0, rect.center().y), vec2(18.0, 14.0));
    let [r, g, b] = row.colour;
    let fill = Color32::from_rgb(r, g, b).gamma_multiply(if row.pattern > 0 { 0.4 } else { 1.0 });
    let fill = if row.empty { fill.gamma_multiply(0.3) } else { fill };
    ui.painter().rect_filled(swatch, 2.0, fill);
    super::swatches::pattern(&ui.painter().with_clip_rect(swatch), swatch, row.pattern, tokens.map_text);
    let edge = Stroke::new(1.0, tokens.map_text.gamma_multiply(0.3));
    ui.painter().rect_stroke(swatch, 2.0, edge, egui::StrokeKind::Inside);
    let figure = ui.painter().layout_no_wrap(count, FontId::proportional(theme::SMALL), tokens.weak);
    let right = rect.right() - figure.size().x;
    ui.painter().galley(pos2(right, rect.center().y - figure.size().y / 2.0), figure, tokens.weak);
    let text = Rect::from_x_y_ranges(rect.left() + 25.0..=right - 6.0, rect.y_range());
    clipped_text(ui, text, &row.words, tokens.text);
    response.on_hover_text(&row.words);
}

fn clipped_text(ui: &Ui, rect: Rect, text: &str, colour: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(theme::BODY), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width().max(10.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, colour);
}

/// The territories or groups with their deviations.
fn owners(ui: &mut Ui, session: &Session, rows: usize, actions: &mut Vec<Action>) {
    let (tokens, plan, goal) = (Tokens::of(ui), session.shown_plan(), session.goal());
    if let Some(level) = session.colour_level() {
        legend_of_groups(ui, session, level, rows, actions);
        return;
    }
    for (id, territory) in plan.territories().take(rows) {
        let deviation = goal.and_then(|goal| Some((session.deviation(goal.measure, id)?, goal.tolerance)));
        legend_row(ui, tokens, territory.colour, &territory.name, deviation, id == session.active, || {
            actions.push(Action::SelectTerritory(Some(id)));
        });
    }
    if plan.territory_count() > rows {
        ui.label(theme::note(ui, format!("and {} more in the table", plan.territory_count() - rows)));
    }
    let unassigned = session.shown_totals().unit_count(TerritoryId::UNASSIGNED);
    if unassigned > 0 {
        let words = format!("Unassigned · {}", session.project.units.count_words(unassigned as usize));
        legend_row(ui, tokens, [158, 163, 170], &words, None, false, || {});
    }
}

fn legend_of_groups(ui: &mut Ui, session: &Session, level: usize, rows: usize, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let plan = session.shown_plan();
    let goal = session.goal();
    for (id, group) in plan.hierarchy().on_level(level).take(rows) {
        let deviation = goal.and_then(|goal| Some((session.group_figures(goal.measure, id).1?, goal.tolerance)));
        legend_row(ui, tokens, group.colour, &group.name, deviation, session.active_group == Some(id), || {
            actions.push(Action::SelectGroup(Some(id)));
        });
    }
    let count = plan.hierarchy().on_level(level).count();
    if count > rows {
        ui.label(theme::note(ui, format!("and {} more in the table", count - rows)));
    }
    let loose = plan.territories().filter(|(id, _)| plan.group_of(*id, level).is_none()).count();
    if loose > 0 {
        let words = format!("In no {} · {loose}", session.level_words(Some(level)));
        legend_row(ui, tokens, LOOSE, &words, None, false, || {});
    }
}

/// What stands in no group of the level that the map is coloured by.
const LOOSE: [u8; 3] = [158, 163, 170];

fn legend_row(
    ui: &mut Ui,
    tokens: Tokens,
    colour: [u8; 3],
    name: &str,
    deviation: Option<(f64, f64)>,
    active: bool,
    on_click: impl FnOnce(),
) {
    let (rect, response) = ui.allocate_exact_size(vec2(200.0, 20.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Legend: {name}")));
    if active || response.hovered() {
        let fill = if active { tokens.selected } else { tokens.hover };
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), 4.0, fill);
    }
    let [r, g, b] = colour;
    let swatch = Rect::from_center_size(pos2(rect.left() + 7.0, rect.center().y), Vec2::splat(12.0));
    ui.painter().rect(
        swatch,
        3.0,
        Color32::from_rgb(r, g, b),
        Stroke::new(1.0, tokens.map_text.gamma_multiply(0.25)),
        egui::StrokeKind::Inside,
    );
    let mut right = rect.right();
    if let Some((deviation, tolerance)) = deviation {
        let text = words::signed_percent(deviation);
        let font = FontId::proportional(theme::SMALL);
        let galley = ui.painter().layout_no_wrap(text, font, tokens.deviation(deviation, tolerance));
        right -= galley.size().x;
        let colour = tokens.deviation(deviation, tolerance);
        ui.painter().galley(pos2(right, rect.center().y - galley.size().y / 2.0), galley, colour);
    }
    let text = Rect::from_x_y_ranges(rect.left() + 20.0..=right - 6.0, rect.y_range());
    clipped_text(ui, text, name, tokens.text);
    if response.clicked() {
        on_click();
    }
}
