//! What colours mean on the map: the wish of the person looking, kept with the view. Columns are named, not numbered, so that the wish
//! outlives an import; one that names a column which is gone is as good as none.

use std::collections::BTreeMap;

use crate::domain::classes::{Breaks, FEWEST_CLASSES, MOST_CLASSES};
use crate::domain::ramps::Ramp;

/// How areas and accounts are coloured.
#[derive(Debug, Clone, PartialEq)]
pub struct Colouring {
    pub areas: Areas,
    /// Figures of areas are divided by their square kilometres.
    pub per_area: bool,
    pub breaks: Breaks,
    pub classes: usize,
    pub ramp: Ramp,
    /// Patterns beside colours, for print.
    pub patterns: bool,
    pub dots: Dots,
    pub dot_sizes: DotSizes,
    pub heat: Heat,
}

/// What the areas' colours say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Areas {
    /// Whose they are.
    #[default]
    Owners,
    /// How far their territory (or its group) is over or under its target of the measure in view.
    Target,
    /// How many accounts they hold.
    Accounts,
    /// A measure, by its name.
    Measure(String),
    /// A column of words, by its name.
    Words(String),
}

/// What the colours of accounts say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Dots {
    #[default]
    Owners,
    Words(String),
    Measure(String),
    /// The first segment, in the order of the list, that they belong to.
    Segments,
}

/// What the sizes of accounts say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DotSizes {
    /// The measure in view, where it is one of accounts.
    #[default]
    InView,
    Same,
    Measure(String),
}

/// What is dense where the map is hot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Heat {
    #[default]
    Off,
    Accounts,
    Measure(String),
}

impl Default for Colouring {
    fn default() -> Self {
        Self {
            areas: Areas::default(),
            per_area: false,
            breaks: Breaks::default(),
            classes: 5,
            ramp: Ramp::default(),
            patterns: false,
            dots: Dots::default(),
            dot_sizes: DotSizes::default(),
            heat: Heat::default(),
        }
    }
}

const BREAKS: [(Breaks, &str); 3] =
    [(Breaks::Natural, "natural"), (Breaks::Quantile, "quantile"), (Breaks::Equal, "equal")];
const RAMPS: [(Ramp, &str); 4] =
    [(Ramp::Blue, "blue"), (Ramp::Green, "green"), (Ramp::Fire, "fire"), (Ramp::Grey, "grey")];

/// The word of a choice.
fn word_of<T: PartialEq>(list: &[(T, &'static str)], wanted: &T) -> String {
    list.iter().find(|(choice, _)| choice == wanted).map_or(String::new(), |(_, word)| (*word).to_owned())
}

/// The choice that a word stands for; the default for other words.
fn choice_of<T: Copy + Default>(list: &[(T, &str)], word: Option<&str>) -> T {
    list.iter().find(|(_, known)| Some(*known) == word).map_or_else(T::default, |(choice, _)| *choice)
}

impl Colouring {
    /// Over and under target, or by owner again.
    pub fn toggle_target(&mut self) {
        self.areas = if self.areas == Areas::Target { Areas::Owners } else { Areas::Target };
    }

    pub fn toggle_heat(&mut self) {
        self.heat = if self.heat == Heat::Off { Heat::Accounts } else { Heat::Off };
    }

    /// As settings, by keys of their own.
    pub fn to_settings(&self) -> Vec<(&'static str, String)> {
        let areas = match &self.areas {
            Areas::Owners => "owners".to_owned(),
            Areas::Target => "target".to_owned(),
            Areas::Accounts => "accounts".to_owned(),
            Areas::Measure(name) => format!("measure:{name}"),
            Areas::Words(name) => format!("words:{name}"),
        };
        let dots = match &self.dots {
            Dots::Owners => "owners".to_owned(),
            Dots::Words(name) => format!("words:{name}"),
            Dots::Measure(name) => format!("measure:{name}"),
            Dots::Segments => "segments".to_owned(),
        };
        let sizes = match &self.dot_sizes {
            DotSizes::InView => "in view".to_owned(),
            DotSizes::Same => "same".to_owned(),
            DotSizes::Measure(name) => format!("measure:{name}"),
        };
        let heat = match &self.heat {
            Heat::Off => "off".to_owned(),
            Heat::Accounts => "accounts".to_owned(),
            Heat::Measure(name) => format!("measure:{name}"),
        };
        vec![
            ("areas", areas),
            ("areas_per_km2", self.per_area.to_string()),
            ("breaks", word_of(&BREAKS, &self.breaks)),
            ("classes", self.classes.to_string()),
            ("ramp", word_of(&RAMPS, &self.ramp)),
            ("patterns", self.patterns.to_string()),
            ("dots", dots),
            ("dot_sizes", sizes),
            ("heat", heat),
        ]
    }

    /// From settings; what is missing or unreadable keeps its default.
    pub fn from_settings<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let named = |key: &str| get(key).and_then(|value| value.split_once(':'));
        let areas = match (get("areas"), named("areas")) {
            (_, Some(("measure", name))) => Areas::Measure(name.to_owned()),
            (_, Some(("words", name))) => Areas::Words(name.to_owned()),
            (Some("target"), _) => Areas::Target,
            (Some("accounts"), _) => Areas::Accounts,
            _ => Areas::Owners,
        };
        let dots = match named("dots") {
            Some(("measure", name)) => Dots::Measure(name.to_owned()),
            Some(("words", name)) => Dots::Words(name.to_owned()),
            _ if get("dots") == Some("segments") => Dots::Segments,
            _ => Dots::Owners,
        };
        let dot_sizes = match (get("dot_sizes"), named("dot_sizes")) {
            (_, Some(("measure", name))) => DotSizes::Measure(name.to_owned()),
            (Some("same"), _) => DotSizes::Same,
            _ => DotSizes::InView,
        };
        let heat = match (get("heat"), named("heat")) {
            (_, Some(("measure", name))) => Heat::Measure(name.to_owned()),
            (Some("accounts"), _) => Heat::Accounts,
            _ => Heat::Off,
        };
        let classes = get("classes").and_then(|value| value.parse().ok()).unwrap_or(Self::default().classes);
        Self {
            areas,
            per_area: get("areas_per_km2") == Some("true"),
            breaks: choice_of(&BREAKS, get("breaks")),
            classes: classes.clamp(FEWEST_CLASSES, MOST_CLASSES),
            ramp: choice_of(&RAMPS, get("ramp")),
            patterns: get("patterns") == Some("true"),
            dots,
            dot_sizes,
            heat,
        }
    }

    /// From the settings of a file, where every key begins with `prefix`.
    pub fn from_map(settings: &BTreeMap<String, String>, prefix: &str) -> Self {
        Self::from_settings(|key| settings.get(&format!("{prefix}{key}")).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colouring_comes_back_from_its_settings() {
        let name = || "Revenue: this year".to_owned();
        let all = [
            Colouring::default(),
            Colouring {
                areas: Areas::Measure(name()),
                per_area: true,
                breaks: Breaks::Quantile,
                classes: 9,
                ramp: Ramp::Fire,
                patterns: true,
                dots: Dots::Words(name()),
                dot_sizes: DotSizes::Measure(name()),
                heat: Heat::Measure(name()),
            },
            Colouring {
                areas: Areas::Words(name()),
                breaks: Breaks::Equal,
                ramp: Ramp::Grey,
                dots: Dots::Measure(name()),
                dot_sizes: DotSizes::Same,
                heat: Heat::Accounts,
                ..Colouring::default()
            },
            Colouring { areas: Areas::Target, ramp: Ramp::Green, ..Colouring::default() },
            Colouring { areas: Areas::Accounts, dots: Dots::Segments, ..Colouring::default() },
        ];
        for colouring in all {
            let settings = colouring.to_settings();
            let map = settings.into_iter().map(|(key, value)| (format!("view.{key}"), value)).collect();
            assert_eq!(Colouring::from_map(&map, "view."), colouring);
        }
    }

    #[test]
    fn unreadable_settings_keep_the_defaults() {
        let map = [("classes", "ninety"), ("areas", "rainbow"), ("ramp", "")]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(Colouring::from_map(&map, ""), Colouring::default());
        let map = BTreeMap::from([("classes".to_owned(), "400".to_owned())]);
        assert_eq!(Colouring::from_map(&map, "").classes, MOST_CLASSES);
    }
}
