//! What the wish for the colours and sizes of accounts comes to, and how hot they make the map.

use super::Session;
use super::colouring::{DotSizes, Dots, Heat};
use super::shading::{NO_CLASS, Row, category_rows, class_words, no_data, without_values};
use crate::domain::categories::Categories;
use crate::domain::classes::Classes;
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::ids::MeasureId;
use crate::domain::ramps::CATEGORIES;
use crate::render::patterns;
use crate::words;

/// What accounts are coloured by.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum DotColours {
    /// Who owns them.
    #[default]
    Owners,
    Classes {
        sample: Measure,
        classes: Classes,
        /// The class of each account, or [`NO_CLASS`].
        of_account: Vec<u8>,
    },
    Words {
        name: String,
        categories: Categories,
        /// The category of each account, the number after the last for other words, or [`NO_CLASS`].
        of_account: Vec<u8>,
    },
}

/// What the areas of dots stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct DotScale {
    pub measure: MeasureId,
    /// The value that has the largest dot. Larger ones have no larger dot, so that the few largest do not make all others invisible.
    pub largest: f64,
}

impl DotColours {
    /// By the wish kept with the view; the owners where it cannot be met.
    pub fn of(session: &Session) -> Self {
        let wish = &session.view.colouring;
        match &wish.dots {
            Dots::Owners => Self::Owners,
            Dots::Words(name) => {
                let columns = &session.project.accounts.attributes;
                let column = columns.iter().find(|column| column.name == *name);
                column.map_or(Self::Owners, Self::of_words)
            }
            Dots::Segments if session.project.segments.is_empty() => Self::Owners,
            Dots::Segments => Self::of_words(&first_segments(session)),
            Dots::Measure(name) => account_measure(session, name).map_or(Self::Owners, |(_, measure)| {
                let classes = Classes::of(&measure.values, wish.breaks, wish.classes);
                let class = |value: &f64| classes.class_of(*value).map_or(NO_CLASS, |class| class as u8);
                let of_account = measure.values.iter().map(class).collect();
                Self::Classes { sample: without_values(measure), classes, of_account }
            }),
        }
    }

    fn of_words(column: &TextColumn) -> Self {
        let categories = Categories::of(column, CATEGORIES);
        let class = |&code: &u32| categories.of_code(code).map_or(NO_CLASS, |class| class as u8);
        let of_account = column.codes().iter().map(class).collect();
        Self::Words { name: column.name.clone(), categories, of_account }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Owners => "",
            Self::Classes { sample, .. } => &sample.name,
            Self::Words { name, .. } => name,
        }
    }

    /// The lines of the legend: from much to little, or from the commonest; what is not known last.
    pub fn rows(&self, session: &Session, dark: bool) -> Vec<Row> {
        match self {
            Self::Owners => Vec::new(),
            Self::Words { categories, .. } => category_rows(categories, |_| patterns::PLAIN),
            Self::Classes { sample, classes, .. } => {
                let colours = session.view.colouring.ramp.colours(classes.len(), dark);
                let row = |class: usize| Row {
                    colour: colours[class],
                    pattern: patterns::PLAIN,
                    words: class_words(classes, class, sample),
                    count: classes.counts[class],
                    empty: false,
                };
                (0..classes.len()).rev().map(row).chain(no_data(classes.missing)).collect()
            }
        }
    }
}

/// Per account the name of the first segment, in the order of the list, that it belongs to.
fn first_segments(session: &Session) -> TextColumn {
    let segments = &session.project.segments;
    let names: Vec<String> = segments.iter().map(|segment| segment.name.clone()).collect();
    // Beyond the list is no word.
    let mut codes = vec![names.len() as u32; session.project.accounts.len()];
    for segment in (0..segments.len()).rev() {
        let Some(members) = session.members(segment).filter(|members| members.belongs.len() == codes.len()) else {
            continue;
        };
        codes
            .iter_mut()
            .zip(&members.belongs)
            .filter(|(_, belongs)| **belongs)
            .for_each(|(code, _)| *code = segment as u32);
    }
    TextColumn::from_words("Segment", &names, &codes)
}

impl DotScale {
    /// `None` where all dots are equally large.
    pub fn of(session: &Session) -> Option<Self> {
        let (id, measure) = match &session.view.colouring.dot_sizes {
            DotSizes::Same => return None,
            DotSizes::Measure(name) => account_measure(session, name)?,
            DotSizes::InView => {
                let id = session.view.measure?;
                let measure = session.project.measure(id).filter(|measure| measure.subject == Subject::Accounts)?;
                (id, measure)
            }
        };
        // The scale ends where one in a hundred is larger.
        let mut values: Vec<f64> = measure.values.iter().copied().filter(|value| *value > 0.0).collect();
        let rank = values.len() * 99 / 100;
        (!values.is_empty())
            .then(|| Self { measure: id, largest: *values.select_nth_unstable_by(rank, f64::total_cmp).1 })
    }

    /// Round values for the legend, the largest first, each about a quarter of the one before: half as wide.
    pub fn examples(&self) -> [f64; 3] {
        let round = |value: f64| {
            let power = 10f64.powf(value.log10().floor());
            let digit = [5.0, 2.0, 1.0].into_iter().find(|digit| digit * power <= value * (1.0 + 1e-9)).unwrap_or(1.0);
            digit * power
        };
        [1.0, 4.0, 16.0].map(|part| round(self.largest / part))
    }
}

/// What makes the map hot, per account; `None` where every account counts alike.
pub fn heat_weights(session: &Session) -> Option<Vec<f32>> {
    let Heat::Measure(name) = &session.view.colouring.heat else { return None };
    let (_, measure) = account_measure(session, name)?;
    Some(measure.values.iter().map(|&value| value as f32).collect())
}

/// What the heat map shows, in words; `None` where there is none.
pub fn heat_words(session: &Session) -> Option<String> {
    match &session.view.colouring.heat {
        Heat::Off => None,
        Heat::Measure(name) if account_measure(session, name).is_some() => {
            Some(format!("Density of {}", words::inside(name)))
        }
        Heat::Accounts | Heat::Measure(_) => Some("Density of accounts".to_owned()),
    }
}

fn account_measure<'a>(session: &'a Session, name: &str) -> Option<(MeasureId, &'a Measure)> {
    let id = session.project.find_measure(name)?;
    let measure = session.project.measure(id)?;
    (measure.subject == Subject::Accounts).then_some((id, measure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_of_sizes_has_round_values_about_a_quarter_of_each_other() {
        let examples = |largest| DotScale { measure: MeasureId::from_index(0), largest }.examples();
        assert_eq!(examples(12_431.0), [10_000.0, 2_000.0, 500.0]);
        assert_eq!(examples(100.0), [100.0, 20.0, 5.0]);
        assert_eq!(examples(0.08), [0.05, 0.02, 0.005]);
    }
}
