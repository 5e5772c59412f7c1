//! Saved mappings: choosing one, keeping the one at hand, deleting.

use egui::{ComboBox, TextEdit, Ui};

use crate::io::options::ReadOptions;
use crate::jobs::spec::{ImportPreview, PeekOrder, PresetOrder, PresetWish};
use crate::theme;
use crate::ui::widgets::take_focus;

#[derive(Default)]
pub(super) struct State {
    /// The name under which the columns shall be kept, while it is typed.
    name: Option<String>,
    focused: bool,
}

/// The line about presets. Returns how the file shall be looked at anew when another is chosen.
pub(super) fn show(
    ui: &mut Ui,
    state: &mut State,
    preview: &ImportPreview,
    save: &mut Option<PresetOrder>,
    delete: &mut Option<String>,
) -> Option<PeekOrder> {
    let look = |preset: PresetWish| {
        // The options of the preset that was chosen before are not those of the next.
        let read = if preview.preset.is_some() { ReadOptions::default() } else { preview.read.clone() };
        let read = ReadOptions { part: preview.read.part.clone(), ..read };
        Some(PeekOrder { path: preview.path.clone(), what: preview.what, read, preset, any: false })
    };
    let mut again = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if let Some(name) = &mut state.name {
            ui.label(theme::note(ui, "Preset"));
            let response = ui.add(TextEdit::singleline(name).hint_text("Name").desired_width(220.0));
            let response = response.accessible_name("Name of the preset");
            take_focus(&response, &mut state.focused);
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let name = name.trim().to_owned();
            let usable = !name.is_empty() && name.chars().count() <= 60;
            let replaces = preview.presets.contains(&name);
            let words = if replaces { "Replace" } else { "Save preset" };
            let clicked = ui.add_enabled(usable, egui::Button::new(words)).clicked();
            if usable && (clicked || enter) {
                let roles = preview.columns.iter().map(|column| (column.name.clone(), column.role)).collect();
                *save = Some(PresetOrder { name: name.clone(), what: preview.what, roles, read: preview.read.clone() });
                again = look(PresetWish::Named(name));
                *state = State::default();
            } else if ui.button("Back").clicked() {
                *state = State::default();
            }
            return;
        }
        if !preview.presets.is_empty() {
            ui.label(theme::note(ui, "Preset"));
            let mut chosen = preview.preset.clone();
            ComboBox::from_id_salt("preset")
                .selected_text(chosen.as_deref().unwrap_or("none"))
                .width(180.0)
                .truncate()
                .show_ui(ui, |ui| {
                    ui.selectable_value(&mut chosen, None, "none");
                    for name in &preview.presets {
                        ui.selectable_value(&mut chosen, Some(name.clone()), name);
                    }
                })
                .response
                .accessible_name("Preset");
            if chosen != preview.preset {
                again = look(chosen.map_or(PresetWish::Guess, PresetWish::Named));
            }
        }
        let hover = "Keep what the columns are taken as, for files like this one";
        if ui.button("Save as preset…").on_hover_text(hover).clicked() {
            state.name = Some(preview.preset.clone().unwrap_or_default());
        }
        if let Some(name) = &preview.preset
            && ui.button("Delete preset").on_hover_text(format!("Delete \"{name}\"")).clicked()
        {
            *delete = Some(name.clone());
            again = look(PresetWish::Guess);
        }
    });
    again
}
