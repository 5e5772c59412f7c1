//! Bailiwick plans sales territories on a map. One library, two front ends: the window (`app`) and the headless commands (`cli`).
//! ARCHITECTURE.md has the code map and the direction in which the layers may know each other.

pub mod cli;
pub mod domain;
pub mod error;
pub mod io;
pub mod solve;
pub mod store;
pub mod words;
pub mod work;

#[cfg(feature = "window")]
pub mod action;
#[cfg(feature = "window")]
pub mod app;
#[cfg(feature = "window")]
pub mod jobs;
#[cfg(feature = "window")]
pub mod map;
#[cfg(feature = "window")]
pub mod render;
#[cfg(feature = "window")]
pub mod session;
#[cfg(feature = "window")]
pub mod theme;
#[cfg(feature = "window")]
pub mod ui;
