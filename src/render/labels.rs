//! labels
use eframe::egui::Color32;

/// How a label is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelStyle {
    pub size: f32,
    pub colour: Color32,
    pub halo: Color32,
}
