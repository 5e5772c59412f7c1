//! A bar per territory: load against target, with the tolerance as a band.

use egui::{Color32, Ui};
use egui_plot::{Bar, BarChart, HLine, LineStyle, Plot, PlotPoint, Polygon};

use super::widgets::empty_state;
use crate::action::Action;
use crate::domain::ids::TerritoryId;
use crate::domain::metrics;
use crate::session::Session;
use crate::theme::{self, Tokens};
use crate::words;

pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let plan = session.shown_plan();
    let totals = session.shown_totals();
    let (Some(goal), true) = (session.goal(), plan.territory_count() > 0) else {
        let icon = egui_material_icons::icons::ICON_BALANCE;
        empty_state(ui, icon, "Nothing to compare yet", "Territories and a measure make this chart", |_| {});
        return;
    };
    let Some(measure) = session.project.measure(goal.measure) else { return };
    let tokens = Tokens::of(ui);
    let mut bars: Vec<(TerritoryId, &str, [u8; 3], f64, f64)> = plan
        .territories()
        .map(|(id, territory)| {
            let target = metrics::target(plan, totals, goal.measure, id);
            (id, territory.name.as_str(), territory.colour, totals.load(goal.measure, id), target)
        })
        .collect();
    bars.sort_by(|a, b| b.3.total_cmp(&a.3).then(a.0.cmp(&b.0)));

    let names: Vec<String> = bars.iter().map(|bar| bar.1.to_owned()).collect();
    let chart: Vec<Bar> = bars
        .iter()
        .enumerate()
        .map(|(index, &(id, name, [r, g, b], load, target))| {
            let fill = Color32::from_rgb(r, g, b);
            let deviation = if target > 0.0 { words::signed_percent((load - target) / target) } else { String::new() };
            let text = format!(
                "{name}\n{}  {deviation}\ntarget {}",
                words::figure(measure, load),
                words::figure(measure, target)
            );
            let active = id == session.active;
            let stroke = if active { egui::Stroke::new(2.0, tokens.text) } else { egui::Stroke::NONE };
            Bar::new(index as f64, load).width(0.72).fill(fill).stroke(stroke).name(text)
        })
        .collect();
    let equal = bars.windows(2).all(|pair| (pair[0].4 - pair[1].4).abs() < 1e-6 * pair[0].4.abs().max(1.0));
    let top = bars.iter().map(|bar| bar.3.max(bar.4 * (1.0 + goal.tolerance))).fold(1e-9, f64::max) * 1.08;
    let count = bars.len() as f64;
    let measure_for_axis = measure.clone();
    ui.horizontal(|ui| {
        ui.add_space(12.0);
        let tolerance = words::percent(goal.tolerance);
        ui.label(theme::note(ui, format!("{} per territory; the band is the target ± {tolerance}", measure.name)));
    });
    let response = Plot::new("balance")
        .show_grid([false, true])
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .include_x(-0.6)
        .include_x(count - 0.4)
        .include_y(0.0)
        .include_y(top)
        .set_margin_fraction(egui::Vec2::ZERO)
        .y_axis_formatter(move |mark, _| words::figure(&measure_for_axis, mark.value))
        .x_axis_formatter(move |mark, _| {
            let index = mark.value.round();
            let whole = (mark.value - index).abs() < 0.01 && index >= 0.0;
            let name = if whole { names.get(index as usize).cloned().unwrap_or_default() } else { String::new() };
            if name.chars().count() > 14 { name.chars().take(13).chain(['…']).collect() } else { name }
        })
        .x_grid_spacer(|input| {
            let (from, to) = (input.bounds.0.ceil() as i64, input.bounds.1.floor() as i64);
            (from..=to.min(from + 400))
                .map(|value| egui_plot::GridMark { value: value as f64, step_size: 1.0 })
                .collect()
        })
        .label_formatter(|_| None)
        .show(ui, |plot| {
            if equal && let Some(first) = bars.first() {
                let (low, high) = (first.4 * (1.0 - goal.tolerance), first.4 * (1.0 + goal.tolerance));
                let band = vec![[-0.6, low], [count - 0.4, low], [count - 0.4, high], [-0.6, high]];
                plot.polygon(
                    Polygon::new("tolerance", band)
                        .fill_color(tokens.good.gamma_multiply(0.16))
                        .stroke(egui::Stroke::NONE)
                        .allow_hover(false),
                );
                plot.hline(
                    HLine::new("target", first.4)
                        .color(tokens.good)
                        .width(1.0)
                        .style(LineStyle::dashed_loose())
                        .allow_hover(false),
                );
            }
            plot.bar_chart(BarChart::new("load", chart).element_formatter(Box::new(|bar, _| bar.name.clone())));
            if !equal {
                for (index, bar) in bars.iter().enumerate() {
                    let at = index as f64;
                    let tick = vec![[at - 0.42, bar.4], [at + 0.42, bar.4]];
                    plot.line(egui_plot::Line::new("target", tick).color(tokens.text).width(2.0).allow_hover(false));
                }
            }
            plot.pointer_coordinate()
        });
    if response.response.clicked()
        && let Some(PlotPoint { x, .. }) = response.inner
        && let Some(bar) = bars.get(x.round().max(0.0) as usize)
    {
        actions.push(Action::SelectTerritory(Some(bar.0)));
    }
}
