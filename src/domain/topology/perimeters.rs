//! How long the borders of territories are.

use super::Topology;
use crate::domain::ids::{ArcId, TerritoryId};

impl Topology {
    /// Per territory the length of its border in kilometres, coasts and holes included. One pass over the arcs.
    pub fn perimeters_km(&self, assignment: &[TerritoryId], slots: usize) -> Vec<f64> {
        let mut perimeters = vec![0.0; slots];
        for arc in (0..self.arc_count()).map(ArcId::from_index) {
            let [left, right] = self.sides_in(assignment, arc);
            if left != right {
                for territory in [left, right].into_iter().flatten() {
                    if let Some(perimeter) = perimeters.get_mut(territory.index()) {
                        *perimeter += self.arc_length_km(arc);
                    }
                }
            }
        }
        perimeters
    }
}
