//! Geometry to batches on the GPU. World coordinates are those of [`crate::domain::sphere::to_mercator`]: a square of 256 × 256, y down.

pub mod camera;
pub mod labels;
