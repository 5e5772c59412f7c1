//! Opening the window, and words for what may go wrong with that.

use std::path::PathBuf;

use egui::ViewportBuilder;

use super::{App, SystemDialogs};
use crate::error::UserError;
use crate::session::recent::data_folder;

/// Opens the window and returns when it is closed. `path` is a project or a file to import; without one the sample opens.
pub fn run(path: Option<PathBuf>) -> Result<(), UserError> {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default();
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Bailiwick")
            .with_app_id("bailiwick")
            .with_icon(icon)
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 600.0]),
        persistence_path: Some(data_folder().join("window.ron")),
        ..Default::default()
    };
    eframe::run_native(
        "bailiwick",
        options,
        Box::new(move |context| {
            let mut app = App::new(
                &context.egui_ctx,
                context.wgpu_render_state.clone(),
                Box::new(SystemDialogs::default()),
                data_folder(),
            );
            app.open_at_start(path);
            Ok(Box::new(app))
        }),
    )
    .map_err(explain)
}

/// What a person can do about a window that does not open.
fn explain(error: eframe::Error) -> UserError {
    let text = error.to_string();
    let lower = text.to_lowercase();
    let failed = UserError::new("Could not open the window");
    if lower.contains("display")
        || lower.contains("event loop")
        || lower.contains("compositor")
        || lower.contains("xcb")
    {
        failed.because(text).hint(
            "no display was found: run it in a desktop session, or with Xvfb (Debian: apt-get install xvfb; xvfb-run bailiwick); \
             on Debian the window needs libx11-6 libxcursor1 libxi6 libxkbcommon-x11-0; the headless commands work without (bailiwick --help)",
        )
    } else {
        failed.because(text).hint(
            "no graphics driver was found: install Mesa's software Vulkan (Debian: apt-get install mesa-vulkan-drivers libvulkan1; \
             Fedora: dnf install mesa-vulkan-drivers), or try WGPU_BACKEND=gl with libgl1-mesa-dri; the headless commands work without \
             (bailiwick --help)",
        )
    }
}
