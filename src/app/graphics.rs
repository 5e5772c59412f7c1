//! Which of the machine's graphics drivers draws the window.

use std::sync::Arc;

use eframe::egui_wgpu::{NativeAdapterSelectorMethod, RenderState, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::{Adapter, Backend, DeviceType, Surface};

/// eframe's own choice, but for machines without graphics hardware: there OpenGL draws, where it is installed. Mesa's software Vulkan
/// keeps the triangles of many frames when the processor has other work, and has held 800 MB where its OpenGL holds 220.
/// `WGPU_BACKEND` limits what is there to choose from.
pub fn setup() -> WgpuSetup {
    let selector: NativeAdapterSelectorMethod = Arc::new(choose);
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(selector);
    setup.into()
}

/// Whether the processor draws.
pub fn is_software(render_state: &RenderState) -> bool {
    render_state.adapter.get_info().device_type == DeviceType::Cpu
}

fn choose(adapters: &[Adapter], surface: Option<&Surface<'_>>) -> Result<Adapter, String> {
    let can_draw = |adapter: &&Adapter| surface.is_none_or(|surface| adapter.is_surface_supported(surface));
    // The first of those that are equally good, which is the order of wgpu.
    let best = adapters.iter().filter(can_draw).min_by_key(|adapter| {
        let info = adapter.get_info();
        rank(info.device_type, info.backend)
    });
    best.cloned().ok_or_else(|| "no graphics driver can draw on this display".to_owned())
}

/// Lower is better.
fn rank(device: DeviceType, backend: Backend) -> u8 {
    match device {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::Other => 2,
        DeviceType::VirtualGpu => 3,
        DeviceType::Cpu if backend == Backend::Gl => 4,
        DeviceType::Cpu => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_comes_before_software_and_there_opengl_first() {
        let software_vulkan = rank(DeviceType::Cpu, Backend::Vulkan);
        assert!(rank(DeviceType::Cpu, Backend::Gl) < software_vulkan);
        for device in [DeviceType::DiscreteGpu, DeviceType::IntegratedGpu, DeviceType::VirtualGpu, DeviceType::Other] {
            for backend in [Backend::Vulkan, Backend::Gl, Backend::Metal, Backend::Dx12] {
                assert!(rank(device, backend) < rank(DeviceType::Cpu, Backend::Gl), "{device:?} {backend:?}");
            }
        }
        // With hardware the backend is wgpu's choice.
        assert_eq!(rank(DeviceType::IntegratedGpu, Backend::Gl), rank(DeviceType::IntegratedGpu, Backend::Vulkan));
    }
}
