//! Geometry to batches on the GPU. World coordinates are those of [`crate::domain::sphere::to_mercator`]: a square of 256 × 256, y
//! down. Each coordinate is projected once; a frame sends one scale and offset per chunk.

pub mod batches;
mod borders;
pub mod camera;
mod chunks;
pub mod clusters;
pub mod geometry;
mod gpu;
pub mod heat;
pub mod labels;
mod outline;
pub mod palette;
pub mod patterns;
pub mod points;
pub mod reference;
#[cfg(test)]
mod tests;
