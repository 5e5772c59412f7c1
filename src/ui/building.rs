//! The engine at work: what it does, how far it is, and how good its best plan so far is.

use egui::{Align, Layout, Rect, RichText, Sense, Ui, WidgetInfo, vec2};
use egui_plot::{GridMark, Line, Plot, PlotBounds, PlotPoints};

use super::status::Status;
use super::widgets::figure_row;
use crate::action::Action;
use crate::domain::progress::Progress;
use crate::jobs::spec::JobKind;
use crate::session::proposal::{Balance, Figures, LiveBuild, TracePoint};
use crate::theme::{self, Tokens};
use crate::words;

/// A curve of fewer points says nothing.
const FEWEST_POINTS: usize = 4;

pub fn show(ui: &mut Ui, live: &LiveBuild, status: &Status, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let seconds = (ui.input(|input| input.time) - live.begun).max(0.0);
    ui.horizontal(|ui| {
        ui.label(theme::strong("Building territories").size(theme::HEADING));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(words::duration(seconds)).color(tokens.weak)).on_hover_text("Since it began");
        });
    });
    let progress = status.jobs.iter().find(|(kind, _)| *kind == JobKind::Build).map(|(_, progress)| progress);
    if let Some(progress) = progress {
        phase(ui, progress, tokens);
    }
    ui.add_space(4.0);
    match &live.best {
        Some(best) => {
            ui.label(theme::note(ui, "Best plan so far, as on the map"));
            so_far(ui, &best.figures, tokens);
            if live.trace.len() >= FEWEST_POINTS {
                curve(ui, &live.trace, seconds, tokens);
            }
        }
        None => {
            ui.label(theme::note(ui, "The first plan comes in a moment"));
        }
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if ui.button("Cancel").on_hover_text("Keep the plan as it is (Escape)").clicked() {
            actions.push(Action::Cancel(JobKind::Build));
        }
        ui.label(theme::note(ui, "Nothing changes before you accept"));
    });
}

fn phase(ui: &mut Ui, progress: &Progress, tokens: Tokens) {
    let fraction = progress.fraction();
    ui.horizontal(|ui| {
        ui.label(progress.phase().words());
        if let Some(fraction) = fraction {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(format!("{:.0} %", fraction * 100.0)).color(tokens.weak));
            });
        }
    });
    // A bar that cannot tell how far it is stays empty: one that moves for its own sake would keep the window drawing.
    let (track, response) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Progress of the build"));
    ui.painter().rect_filled(track, 3.0, tokens.pressed);
    let done = Rect::from_min_size(track.min, vec2(track.width() * fraction.unwrap_or(0.0), track.height()));
    ui.painter().rect_filled(done, 3.0, tokens.accent);
}

fn so_far(ui: &mut Ui, figures: &Figures, tokens: Tokens) {
    figure_row(ui, "Mean travel", words::kilometres(figures.travel_km), super::proposal::TRAVEL);
    for balance in &figures.balances {
        figure_row(ui, &balance.measure, deviation(balance, tokens), super::proposal::DEVIATION);
    }
    figure_row(ui, "Borders", words::kilometres(figures.border_km), super::proposal::BORDERS);
    if let Some(moved) = figures.moved {
        figure_row(ui, "Changes owner", words::percent(moved), super::proposal::MOVED);
    }
    let broken = match figures.broken {
        0 => RichText::new("none").color(tokens.good),
        count => RichText::new(words::count(count as i128)).color(tokens.error),
    };
    figure_row(ui, "Rules broken", broken, "The work is not over while there are any");
}

/// The largest deviation of a measure in the colour of its tolerance.
pub fn deviation(balance: &Balance, tokens: Tokens) -> RichText {
    let text = format!("± {}", words::percent(balance.deviation));
    RichText::new(text).color(tokens.deviation(balance.deviation, balance.tolerance))
}

/// Travel over time: pale while rules were broken.
fn curve(ui: &mut Ui, trace: &[TracePoint], now: f64, tokens: Tokens) {
    // From the first plan that kept the rules on the curve goes all the way; what was before is drawn apart and pale.
    let first = trace.iter().position(|point| point.keeps_rules).unwrap_or(trace.len() - 1);
    ui.add_space(4.0);
    let pale = if first > 0 || !trace[first].keeps_rules { "; pale while rules were broken" } else { "" };
    ui.label(theme::note(ui, format!("Mean travel in km{pale}")));
    let points = |trace: &[TracePoint]| -> PlotPoints<'static> {
        trace.iter().map(|point| [point.seconds, point.travel_km]).collect::<Vec<_>>().into()
    };
    let last = trace[trace.len() - 1];
    let (from, to) = (trace[0].seconds, now.max(last.seconds).max(trace[0].seconds + 0.1));
    // The last plan is the best until now.
    let kept: Vec<TracePoint> = trace[first..].iter().copied().chain([TracePoint { seconds: to, ..last }]).collect();
    let (low, high) = heights(trace, first);
    Plot::new("travel so far")
        .height(84.0)
        .show_axes([true, true])
        .show_grid([false, true])
        .y_axis_min_width(30.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .label_formatter(|_| None)
        .x_axis_formatter(|mark, _| format!("{} s", mark.value))
        .y_grid_spacer(|input| marks(input.bounds))
        .show(ui, |plot| {
            plot.set_plot_bounds(PlotBounds::from_min_max([from, low], [to, high]));
            if first > 0 {
                let line = Line::new("rules broken", points(&trace[..=first]));
                plot.line(line.color(tokens.control).width(1.5).allow_hover(false));
            }
            let colour = if last.keeps_rules { tokens.accent } else { tokens.control };
            plot.line(Line::new("best so far", points(&kept)).color(colour).width(2.0).allow_hover(false));
        });
}

/// Round heights, three or so.
fn marks((low, high): (f64, f64)) -> Vec<GridMark> {
    let range = (high - low).max(1e-9);
    let power = 10f64.powf((range / 3.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| range / step <= 3.5);
    let step = step.unwrap_or(range);
    let first = (low / step).ceil();
    let marks = (0..8).map(|nth| (first + f64::from(nth)) * step).take_while(|value| *value <= high + 1e-9 * step);
    marks.map(|value| GridMark { value, step_size: step }).collect()
}

/// The range of the curve: all of the plans that kept the rules, and of those before as much as does not flatten them.
fn heights(trace: &[TracePoint], first: usize) -> (f64, f64) {
    let range = |trace: &[TracePoint]| {
        let km = trace.iter().map(|point| point.travel_km);
        km.fold((f64::INFINITY, 0.0f64), |(low, high), km| (low.min(km), high.max(km)))
    };
    let (all, kept) = (range(trace), range(&trace[first..]));
    let spread = (kept.1 - kept.0).max(0.02 * kept.1);
    let (low, high) = (all.0.max(kept.0 - spread), all.1.min(kept.1 + spread));
    let room = 0.1 * (high - low).max(0.002 * high + 1e-9);
    (low - room, high + room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_round_heights_are_marked() {
        for (bounds, expected) in [
            ((50.9, 56.2), vec![52.0, 54.0, 56.0]),
            ((51.0, 51.3), vec![51.0, 51.1, 51.2, 51.3]),
            ((0.0, 1_000.0), vec![0.0, 500.0, 1_000.0]),
        ] {
            let found: Vec<f64> = marks(bounds).iter().map(|mark| (mark.value * 1e6).round() / 1e6).collect();
            assert_eq!(found, expected);
        }
        assert!(marks((5.0, 5.0)).len() < 8);
    }

    #[test]
    fn what_was_before_the_rules_held_does_not_flatten_the_curve() {
        let point = |travel_km: f64, keeps_rules| TracePoint { seconds: 0.0, travel_km, keeps_rules };
        let trace = [point(400.0, false), point(52.0, true), point(51.0, true), point(50.0, true)];
        let (low, high) = heights(&trace, 1);
        assert!(low < 50.0 && low > 45.0, "{low}");
        assert!(high > 52.0 && high < 56.0, "{high}");
        // All alike: still a range that can be drawn.
        let (low, high) = heights(&[point(0.0, true), point(0.0, true)], 0);
        assert!(low < high && low.is_finite());
    }
}
