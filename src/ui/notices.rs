//! Short messages: what was done, what was refused, what failed. Good news goes by itself, errors stay until they are read.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, RichText, Stroke, Ui, vec2};

use super::widgets::icon_button;
use crate::action::{Action, Command};
use crate::error::UserError;
use crate::theme::{self, Tokens};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Done,
    Refused,
    Failed,
}

#[derive(Debug, Clone)]
pub struct Notice {
    pub kind: Kind,
    pub text: String,
    /// More to read, shown below: reasons, remedies.
    pub details: String,
    /// What can be done about it: the words of a button.
    offer: Option<(&'static str, Command)>,
    /// When it goes by itself, in the window's seconds; never for failures.
    until: Option<f64>,
}

/// The messages on screen, oldest first.
#[derive(Debug, Default)]
pub struct Notices(Vec<Notice>);

const KEPT: usize = 5;

impl Notices {
    pub fn done(&mut self, ctx: &Context, text: impl Into<String>) {
        self.add(ctx, Kind::Done, text.into(), String::new(), Some(4.0));
    }

    pub fn refused(&mut self, ctx: &Context, text: impl Into<String>) {
        self.add(ctx, Kind::Refused, text.into(), String::new(), Some(6.0));
    }

    pub fn failed(&mut self, ctx: &Context, error: &UserError) {
        let details = [error.why.as_str(), error.hint.as_str()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>();
        self.add(ctx, Kind::Failed, error.what.clone(), details.join("\n"), None);
    }

    /// Adds to the last message what can be done about it, and leaves it longer: it asks for something.
    pub fn offer(&mut self, details: String, words: &'static str, command: Command) {
        if let Some(last) = self.0.last_mut() {
            last.details = details;
            last.offer = Some((words, command));
            last.until = last.until.map(|until| until + 8.0);
        }
    }

    /// Another project opened: what was said before is about something else.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The texts on screen, for tests and for those who cannot see.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|notice| notice.text.as_str())
    }

    fn add(&mut self, ctx: &Context, kind: Kind, text: String, details: String, seconds: Option<f64>) {
        let now = ctx.input(|input| input.time);
        self.0.retain(|notice| notice.text != text);
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(Notice { kind, text, details, offer: None, until: seconds.map(|seconds| now + seconds) });
        ctx.request_repaint();
    }
}

pub fn show(ui: &mut Ui, notices: &mut Notices, actions: &mut Vec<Action>) {
    let now = ui.input(|input| input.time);
    notices.0.retain(|notice| notice.until.is_none_or(|until| now < until));
    if let Some(next) = notices.0.iter().filter_map(|notice| notice.until).min_by(f64::total_cmp) {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.05)));
    }
    if notices.0.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    let mut closed = None;
    Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::CENTER_BOTTOM, vec2(0.0, -44.0)).show(
        ui.ctx(),
        |ui| {
            for (index, notice) in notices.0.iter().enumerate() {
                use egui_material_icons::icons::{ICON_CHECK_CIRCLE, ICON_CLOSE, ICON_ERROR, ICON_INFO};
                let (icon, colour) = match notice.kind {
                    Kind::Done => (ICON_CHECK_CIRCLE, tokens.good),
                    Kind::Refused => (ICON_INFO, tokens.warning),
                    Kind::Failed => (ICON_ERROR, tokens.error),
                };
                let shadow = egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow };
                Frame::new()
                    .fill(tokens.panel)
                    .stroke(Stroke::new(1.0, tokens.border))
                    .corner_radius(6.0)
                    .shadow(shadow)
                    .inner_margin(Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.horizontal(|ui| {
                            ui.set_max_width(560.0);
                            ui.label(icon.rich_text().size(18.0).color(colour));
                            ui.vertical(|ui| {
                                ui.label(&notice.text);
                                if !notice.details.is_empty() {
                                    ui.label(RichText::new(&notice.details).size(theme::SMALL).color(tokens.weak));
                                    if let Some((words, command)) = notice.offer {
                                        if ui.button(words).clicked() {
                                            actions.push(Action::Run(command));
                                            closed = Some(index);
                                        }
                                    } else if ui.small_button("Copy details").clicked() {
                                        actions.push(Action::Copy(format!("{}\n{}", notice.text, notice.details)));
                                    }
                                }
                            });
                            if icon_button(ui, ICON_CLOSE, "Close the message", 14.0).clicked() {
                                closed = Some(index);
                            }
                        });
                    });
                ui.add_space(6.0);
            }
        },
    );
    if let Some(index) = closed {
        notices.0.remove(index);
    }
}
