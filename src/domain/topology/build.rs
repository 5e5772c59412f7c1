//! From polygons to shared arcs.

use super::Topology;
use crate::domain::polygon::Shape;
use crate::domain::progress::{Cancelled, Progress};

/// What was found and done while building.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BuildReport {}

/// Builds the topology of a layer.
pub fn build(_shapes: &[Shape], _progress: &Progress) -> Result<(Topology, BuildReport), Cancelled> {
    unimplemented!()
}
