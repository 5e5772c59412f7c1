//! What areas are called and where they come from.

use egui::{TextEdit, Ui};

use crate::domain::units::plural;
use crate::jobs::spec::{AreaWords, ImportPreview, ImportWhat};
use crate::session::Session;
use crate::theme;
use crate::words;

/// A line of fields; what stays empty is taken from the file.
pub(super) fn show(ui: &mut Ui, session: Option<&Session>, preview: &ImportPreview, areas: &mut AreaWords) {
    ui.horizontal_wrapped(|ui| {
        let field = |ui: &mut Ui, label: &str, text: &mut String, hint: &str, width: f32, hover: &str| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let label = ui.label(theme::note(ui, label));
                let edit = TextEdit::singleline(text).hint_text(hint).desired_width(width).char_limit(80);
                ui.add(edit).labelled_by(label.id).on_hover_text(hover);
            });
            ui.add_space(4.0);
        };
        let kind = if areas.kind.trim().is_empty() { preview.found.kind.clone() } else { areas.kind.trim().to_owned() };
        if preview.what == ImportWhat::Layer {
            let name = default_name(session, &kind);
            field(ui, "Name of the layer", &mut areas.name, &name, 150.0, "As it stands in the list of layers");
        }
        let hover = "In the singular: county, state, sales region";
        field(ui, "One area is a", &mut areas.kind, &preview.found.kind, 110.0, hover);
        let hover = "Where the shapes come from; it is written on the map, as many licences ask for";
        field(ui, "Source", &mut areas.attribution, "not named", 170.0, hover);
    });
}

/// Why a layer cannot have its name.
pub(super) fn problem(session: &Session, preview: &ImportPreview, areas: &AreaWords) -> Option<String> {
    let name = areas.name.trim().to_lowercase();
    let layers = session.project.layers.iter();
    let taken = layers.map(|layer| &layer.name).find(|known| known.to_lowercase() == name)?;
    (preview.what == ImportWhat::Layer).then(|| format!("There is a layer {taken} already"))
}

/// What a layer without a name is called: what its areas are, with a number where that is taken.
fn default_name(session: Option<&Session>, kind: &str) -> String {
    let name = words::capital(&plural(kind));
    let is_taken = |name: &str| {
        let mut layers = session.iter().flat_map(|session| session.project.layers.iter());
        layers.any(|layer| layer.name.to_lowercase() == name.to_lowercase())
    };
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}
