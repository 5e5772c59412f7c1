//! Opening the window, and words for what may go wrong with that.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use eframe::egui_wgpu::WgpuConfiguration;
use egui::ViewportBuilder;

use super::{App, SystemDialogs};
use crate::error::UserError;
use crate::io::files::data_folder;

/// Opens the window and returns when it is closed. `path` is a project or a file to import; without one the sample opens.
pub fn run(path: Option<PathBuf>) -> Result<(), UserError> {
    super::timing::begin();
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default();
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Bailiwick")
            .with_app_id("bailiwick")
            .with_icon(icon)
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 600.0]),
        persistence_path: Some(data_folder().join("window.ron")),
        wgpu_options: WgpuConfiguration { wgpu_setup: super::graphics::setup(), ..WgpuConfiguration::default() },
        ..Default::default()
    };
    let run = move || {
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
    };
    // The keyboard library panics when it cannot load its shared library; that is a missing package and no defect.
    match std::panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|error| explain(&error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            match text.filter(|text| text.contains("could not be loaded")) {
                Some(text) => Err(explain(text)),
                None => std::panic::resume_unwind(panic),
            }
        }
    }
}

/// What a person can do about a window that does not open.
fn explain(text: &str) -> UserError {
    let lower = text.to_lowercase();
    let failed = UserError::new("Could not open the window");
    if lower.contains("shared librar") || lower.contains("could not be loaded") {
        failed.because(text).hint(
            "a library of the X window system is missing: on Debian, apt-get install libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0; \
             the headless commands work without (bailiwick --help)",
        )
    } else if lower.contains("display")
        || lower.contains("eventloop")
        || lower.contains("event loop")
        || lower.contains("compositor")
        || lower.contains("xcb")
    {
        failed.because(text).hint(
            "no display was found: run it in a desktop session, or with Xvfb (Debian: apt-get install xvfb; xvfb-run bailiwick); \
             the headless commands work without (bailiwick --help)",
        )
    } else {
        failed.because(text).hint(
            "no graphics driver was found: install Mesa's software Vulkan (Debian: apt-get install mesa-vulkan-drivers libvulkan1; \
             Fedora: dnf install mesa-vulkan-drivers), or try WGPU_BACKEND=gl with libgl1-mesa-dri; the headless commands work without \
             (bailiwick --help)",
        )
    }
}
