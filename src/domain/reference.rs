//! Layers of areas beside the units that the plan is made of: counties over ZIP areas, states, the sales regions of somebody else. They
//! belong to the project's data; adding, renaming and removing one are steps of its history.

use std::sync::Arc;

use super::columns::Measure;
use super::edit::EditError;
use super::project::Project;
use super::units::Units;

/// A project can have so many.
pub const MOST_LAYERS: usize = 64;

/// Areas beside the units, and how they are drawn.
#[derive(Debug, Clone, Default)]
pub struct ReferenceLayer {
    /// Unique within the project, as the user wrote it.
    pub name: String,
    /// The areas: what one is called, where they come from, their codes, names, words and shapes.
    pub areas: Arc<Units>,
    /// Figures of the areas, one value each; they are those of the units when the layer is used as units.
    pub measures: Arc<Vec<Measure>>,
    pub look: LayerLook,
}

/// How the borders of a layer are drawn. Not part of its history: it is a matter of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerLook {
    pub visible: bool,
    pub colour: LayerColour,
    pub width: LayerWidth,
}

impl Default for LayerLook {
    fn default() -> Self {
        Self { visible: true, colour: LayerColour::default(), width: LayerWidth::default() }
    }
}

/// Colours that stand back behind those of territories; what each is in light and dark is the theme's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LayerColour {
    #[default]
    Grey,
    Blue,
    Brown,
    Green,
    Purple,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LayerWidth {
    Thin,
    #[default]
    Medium,
    Thick,
}

/// What a step does to the layers of a project.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerChange {
    /// Adds (`old` is none), removes (`new` is none) or replaces the layer at this place. Those behind it move up or down.
    Whole {
        at: u16,
        old: Option<Box<ReferenceLayer>>,
        new: Option<Box<ReferenceLayer>>,
    },
    Renamed {
        at: u16,
        old: String,
        new: String,
    },
}

/// Whether it is the same layer; how it is drawn does not count. What areas and figures are is compared value by value, for a layer that
/// was read from the file is not the one that was written.
impl PartialEq for ReferenceLayer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && (Arc::ptr_eq(&self.areas, &other.areas) || same_areas(&self.areas, &other.areas))
            && (Arc::ptr_eq(&self.measures, &other.measures) || same_figures(&self.measures, &other.measures))
    }
}

fn same_areas(a: &Units, b: &Units) -> bool {
    (&a.kind, a.approximate, &a.attribution) == (&b.kind, b.approximate, &b.attribution)
        && a.codes == b.codes
        && a.names == b.names
        && a.attributes == b.attributes
        && a.topology.arrays() == b.topology.arrays()
}

fn same_figures(a: &[Measure], b: &[Measure]) -> bool {
    let same = |(a, b): (&Measure, &Measure)| {
        let bits = |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        (&a.name, &a.unit, a.aggregate) == (&b.name, &b.unit, b.aggregate)
            && a.values.iter().map(bits).eq(b.values.iter().map(bits))
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

impl LayerColour {
    pub const ALL: [Self; 5] = [Self::Grey, Self::Blue, Self::Brown, Self::Green, Self::Purple];

    /// What the file and the screen call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Blue => "blue",
            Self::Brown => "brown",
            Self::Green => "green",
            Self::Purple => "purple",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.word() == word)
    }
}

impl LayerWidth {
    pub const ALL: [Self; 3] = [Self::Thin, Self::Medium, Self::Thick];

    /// What the file and the screen call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Thin => "thin",
            Self::Medium => "medium",
            Self::Thick => "thick",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|width| width.word() == word)
    }
}

impl LayerChange {
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Whole { at, old, new } => Self::Whole { at, old: new, new: old },
            Self::Renamed { at, old, new } => Self::Renamed { at, old: new, new: old },
        }
    }

    /// Makes the change, or leaves everything as it is where the layers are not those it was made for.
    pub(super) fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        let layers = &project.layers;
        let at = usize::from(self.at());
        let known = layers.get(at);
        let others = |name: &str, but: Option<usize>| {
            layers.iter().enumerate().any(|(place, layer)| Some(place) != but && layer.name == name)
        };
        match self {
            Self::Whole { old: Some(old), .. } if known != Some(old) => return Err(EditError::Stale),
            Self::Whole { old: None, .. } if at > layers.len() || layers.len() >= MOST_LAYERS => {
                return Err(EditError::Stale);
            }
            Self::Whole { old, new: Some(new), .. } if others(&new.name, old.as_ref().map(|_| at)) => {
                return Err(EditError::Stale);
            }
            Self::Renamed { old, new, .. } if known.is_none_or(|layer| layer.name != *old) || others(new, Some(at)) => {
                return Err(EditError::Stale);
            }
            Self::Whole { .. } | Self::Renamed { .. } => {}
        }
        let layers = Arc::make_mut(&mut project.layers);
        match self {
            Self::Whole { old, new, .. } => {
                if old.is_some() {
                    layers.remove(at);
                }
                if let Some(new) = new {
                    layers.insert(at, ReferenceLayer::clone(new));
                }
            }
            Self::Renamed { new, .. } => layers[at].name.clone_from(new),
        }
        Ok(())
    }

    /// The place of the layer that it is about.
    pub fn at(&self) -> u16 {
        match self {
            Self::Whole { at, .. } | Self::Renamed { at, .. } => *at,
        }
    }

    /// About how many bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let bytes = |layer: &ReferenceLayer| {
            let arrays = layer.areas.topology.arrays();
            arrays.points.len() * 16 + arrays.ring_arcs.len() * 12 + layer.areas.len() * 160
        };
        match self {
            Self::Whole { old, new, .. } => old.iter().chain(new).map(|layer| bytes(layer)).sum(),
            Self::Renamed { .. } => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cells::apply_to_project;
    use crate::domain::edit::{Change, Edit, Locks};
    use crate::domain::fixture;

    fn layer(name: &str, map: &str) -> Box<ReferenceLayer> {
        let areas = Arc::clone(&fixture::project(map).units);
        Box::new(ReferenceLayer { name: name.into(), areas, ..ReferenceLayer::default() })
    }

    fn edit(changes: impl IntoIterator<Item = LayerChange>) -> Edit {
        Edit { label: String::new(), changes: changes.into_iter().map(|c| Change::Layer(Arc::new(c))).collect() }
    }

    fn names(project: &Project) -> Vec<&str> {
        project.layers.iter().map(|layer| layer.name.as_str()).collect()
    }

    #[test]
    fn layers_come_get_other_names_and_go_and_all_of_it_is_taken_back() {
        let mut project = fixture::project("AABB");
        let added = edit([
            LayerChange::Whole { at: 0, old: None, new: Some(layer("Counties", "ABCD")) },
            LayerChange::Whole { at: 0, old: None, new: Some(layer("States", "AABB")) },
        ]);
        let renamed = edit([LayerChange::Renamed { at: 1, old: "Counties".into(), new: "Kreise".into() }]);
        let removed = edit([LayerChange::Whole { at: 0, old: Some(layer("States", "AABB")), new: None }]);
        let steps = [added, renamed, removed];
        let expected: [&[&str]; 3] = [&["States", "Counties"], &["States", "Kreise"], &["Kreise"]];
        for (step, expected) in steps.iter().zip(expected) {
            apply_to_project(&mut project, step, Locks::Obey).unwrap();
            assert_eq!(names(&project), expected);
        }
        // How a layer is drawn is no matter of the history, and stays with it.
        Arc::make_mut(&mut project.layers)[0].look.visible = false;
        for step in steps.iter().rev().take(2) {
            apply_to_project(&mut project, &step.inverse(), Locks::Pass).unwrap();
        }
        assert_eq!(names(&project), ["States", "Counties"]);
        assert!(!project.layers[1].look.visible);
        apply_to_project(&mut project, &steps[0].inverse(), Locks::Pass).unwrap();
        assert!(project.layers.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut project = fixture::project("AABB");
        let states = edit([LayerChange::Whole { at: 0, old: None, new: Some(layer("States", "AABB")) }]);
        apply_to_project(&mut project, &states, Locks::Obey).unwrap();
        let refused = [
            LayerChange::Whole { at: 0, old: None, new: Some(layer("States", "ABCD")) },
            LayerChange::Whole { at: 2, old: None, new: Some(layer("Far", "ABCD")) },
            LayerChange::Whole { at: 0, old: Some(layer("States", "AB")), new: None },
            LayerChange::Renamed { at: 0, old: "Other".into(), new: "New".into() },
            LayerChange::Renamed { at: 1, old: "States".into(), new: "New".into() },
        ];
        for change in refused {
            assert_eq!(apply_to_project(&mut project, &edit([change]), Locks::Pass), Err(EditError::Stale));
            assert_eq!(names(&project), ["States"]);
        }
    }
}
