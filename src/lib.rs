//! Bailiwick plans sales territories on a map. One library, two front ends: the window (`app`) and the headless commands (`cli`).
//! ARCHITECTURE.md has the code map and the direction in which the layers may know each other.

pub mod cli;
pub mod domain;
pub mod error;
pub mod io;
pub mod solve;
pub mod store;

#[cfg(feature = "window")]
pub mod map;
#[cfg(feature = "window")]
pub mod render;
