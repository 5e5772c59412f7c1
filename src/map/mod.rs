//! map
pub mod basemap;
