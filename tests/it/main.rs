//! Tests of the program as a whole: the real binary in a temporary folder, the window without a screen, and the direction in which
//! the layers may know each other.

#[cfg(feature = "window")]
mod harness;
mod headless;
mod layering;
#[cfg(feature = "window")]
mod window;
