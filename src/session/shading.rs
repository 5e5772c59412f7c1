//! What the wish for colours comes to on this data: classes, categories, deviations, which one each area is in, and the lines of
//! a legend.

use super::Session;
use super::colouring::Areas;
use crate::domain::categories::Categories;
use crate::domain::classes::Classes;
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::ids::{GroupId, MeasureId, TerritoryId};
use crate::domain::ramps::{self, CATEGORIES, DIVERGING};
use crate::render::patterns;
use crate::words;

/// What has no class.
pub const NO_CLASS: u8 = u8::MAX;

/// What the areas are coloured by.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shading {
    /// Their territories.
    #[default]
    Owners,
    Classes(ShadedClasses),
    Words {
        name: String,
        categories: Categories,
        /// The category of each area, the number after the last for other words, or [`NO_CLASS`].
        of_unit: Vec<u8>,
    },
    Target(Targets),
}

/// Areas by the class of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadedClasses {
    pub name: String,
    /// What the figures are written like: the unit of the measure, and "/km²".
    pub sample: Measure,
    pub per_area: bool,
    pub classes: Classes,
    /// The class of each area, or [`NO_CLASS`].
    pub of_unit: Vec<u8>,
}

/// Areas by how far their territory is from its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    pub name: String,
    pub tolerance: f64,
    /// "territory", or what the map is coloured by above it.
    pub what: String,
    /// The class of each territory, or [`NO_CLASS`].
    pub of_territory: Vec<u8>,
    /// How many territories (or groups) each class holds.
    pub counts: [usize; DIVERGING],
    pub without: usize,
}

/// A line of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub colour: [u8; 3],
    pub pattern: u8,
    pub words: String,
    /// How many it stands for.
    pub count: usize,
    /// It stands for what is not known.
    pub empty: bool,
}

impl Shading {
    /// By the wish kept with the view; the territories where it cannot be met.
    pub fn of(session: &Session) -> Self {
        let wish = &session.view.colouring;
        let shading = match &wish.areas {
            Areas::Owners => None,
            Areas::Target => Targets::of(session).map(Self::Target),
            Areas::Accounts => {
                let table = session.totals.table();
                let sample = Measure::sum("Accounts", "", Subject::Units, Vec::new());
                let value = session.project.units.ids().map(|unit| f64::from(table.accounts_in(unit)));
                Some(Self::Classes(ShadedClasses::of(session, sample, value.collect())))
            }
            Areas::Measure(name) => session.project.find_measure(name).and_then(|id| {
                let measure = session.project.measure(id)?;
                let figures = unit_figures(session, id, measure);
                Some(Self::Classes(ShadedClasses::of(session, without_values(measure), figures)))
            }),
            Areas::Words(name) => {
                let column = session.project.units.attributes.iter().find(|column| column.name == *name);
                column.map(|column| {
                    let categories = Categories::of(column, CATEGORIES);
                    let class = |&code: &u32| categories.of_code(code).map_or(NO_CLASS, |class| class as u8);
                    let of_unit = column.codes().iter().map(class).collect();
                    Self::Words { name: name.clone(), categories, of_unit }
                })
            }
        };
        shading.unwrap_or_default()
    }

    /// What it is called above the legend, and a word of explanation.
    pub fn heading(&self) -> (String, String) {
        match self {
            Self::Owners => (String::new(), String::new()),
            Self::Classes(shaded) => {
                let per_area = if shaded.per_area { "per km²" } else { "" };
                (shaded.name.clone(), per_area.to_owned())
            }
            Self::Words { name, .. } => (name.clone(), String::new()),
            Self::Target(targets) => ("Over and under target".to_owned(), targets.name.clone()),
        }
    }

    /// The lines of the legend: from much to little, or from the commonest; what is not known last.
    pub fn rows(&self, session: &Session, dark: bool) -> Vec<Row> {
        let patterned = session.view.colouring.patterns;
        let pattern = |number: u8| if patterned { number } else { patterns::PLAIN };
        match self {
            Self::Owners => Vec::new(),
            Self::Classes(shaded) => {
                let count = shaded.classes.len();
                let colours = session.view.colouring.ramp.colours(count, dark);
                let row = |class: usize| Row {
                    colour: colours[class],
                    pattern: pattern(patterns::dots(class, count)),
                    words: shaded.limits(class),
                    count: shaded.classes.counts[class],
                    empty: false,
                };
                (0..count).rev().map(row).chain(no_data(shaded.classes.missing)).collect()
            }
            Self::Words { categories, .. } => category_rows(categories, |class| pattern(patterns::kind(class))),
            Self::Target(targets) => {
                let row = |class: usize| Row {
                    colour: ramps::diverging(dark)[class],
                    pattern: pattern(target_pattern(class)),
                    words: targets.limits(class),
                    count: targets.counts[class],
                    empty: false,
                };
                let without = Row { words: "No target".to_owned(), ..no_data_row(targets.without) };
                let without = (targets.without > 0).then_some(without);
                (0..DIVERGING).rev().map(row).chain(without).collect()
            }
        }
    }
}

/// The lines of a legend of categories.
pub fn category_rows(categories: &Categories, pattern: impl Fn(usize) -> u8) -> Vec<Row> {
    let named = categories.words.iter().enumerate().map(|(class, (word, count))| Row {
        colour: category_colour(class),
        pattern: pattern(class),
        words: word.clone(),
        count: *count,
        empty: false,
    });
    let other = (categories.other > 0).then(|| Row {
        colour: ramps::OTHER,
        pattern: patterns::PLAIN,
        words: format!("Other ({})", words::count(categories.other_words as i128)),
        count: categories.other,
        empty: false,
    });
    named.chain(other).chain(no_data(categories.missing)).collect()
}

/// The colour of a category; of what is none of them for the number after the last.
pub fn category_colour(class: usize) -> [u8; 3] {
    ramps::CATEGORY_COLOURS.get(class).copied().unwrap_or(ramps::OTHER)
}

/// Under target lines, the heavier the farther; over target dots, the larger the farther; in between nothing.
pub fn target_pattern(class: usize) -> u8 {
    let middle = DIVERGING / 2;
    if class < middle {
        patterns::lines(middle - class, middle + 1)
    } else {
        patterns::dots(class - middle, middle + 1)
    }
}

fn no_data_row(count: usize) -> Row {
    Row { colour: ramps::NO_DATA, pattern: patterns::PLAIN, words: "No data".to_owned(), count, empty: true }
}

/// The line for what is not known, where there is any.
pub fn no_data(count: usize) -> Option<Row> {
    (count > 0).then(|| no_data_row(count))
}

/// The measure's name and unit, to write figures like its own.
pub fn without_values(measure: &Measure) -> Measure {
    let plain = Measure::sum(measure.name.clone(), measure.unit.clone(), measure.subject, Vec::new());
    Measure { aggregate: measure.aggregate, ..plain }
}

/// A measure of every area; NaN where it is not known. What is summed over accounts is 0 where there are none.
fn unit_figures(session: &Session, id: MeasureId, measure: &Measure) -> Vec<f64> {
    let table = session.totals.table();
    let given = measure.subject == Subject::Units && measure.aggregate == Aggregate::Sum;
    let figure = |unit: crate::domain::ids::UnitId| {
        if given { measure.values.get(unit.index()).copied().unwrap_or(f64::NAN) } else { table.unit_load(id, unit) }
    };
    session.project.units.ids().map(figure).collect()
}

impl ShadedClasses {
    fn of(session: &Session, sample: Measure, mut values: Vec<f64>) -> Self {
        let wish = &session.view.colouring;
        // A mean is not of the area, but of what is in it.
        let per_area = wish.per_area && sample.is_summed();
        if per_area {
            for (value, area) in values.iter_mut().zip(&session.project.units.areas_km2) {
                *value = if *area > 0.0 { *value / area } else { f64::NAN };
            }
        }
        let classes = Classes::of(&values, wish.breaks, wish.classes);
        let class = |value: &f64| classes.class_of(*value).map_or(NO_CLASS, |class| class as u8);
        let of_unit = values.iter().map(class).collect();
        Self { name: sample.name.clone(), sample, per_area, classes, of_unit }
    }

    /// "$1.24 M – $2.10 M".
    pub fn limits(&self, class: usize) -> String {
        class_words(&self.classes, class, &self.sample)
    }
}

/// The limits of a class of a measure.
pub fn class_words(classes: &Classes, class: usize, measure: &Measure) -> String {
    let (from, to) = classes.limits(class);
    let (first, last) = (words::figure(measure, from), words::figure(measure, to));
    if from == to || first == last { last } else { format!("{first} – {last}") }
}

impl Targets {
    fn of(session: &Session) -> Option<Self> {
        let goal = session.goal()?;
        let plan = session.shown_plan();
        let name = session.project.measure(goal.measure)?.name.clone();
        let level = session.colour_level();
        let mut targets = Self {
            name,
            tolerance: goal.tolerance,
            what: session.level_words(level),
            of_territory: vec![NO_CLASS; plan.territory_slots()],
            counts: [0; DIVERGING],
            without: 0,
        };
        let class = |deviation: Option<f64>| {
            deviation
                .filter(|deviation| deviation.is_finite())
                .map_or(NO_CLASS, |deviation| class_of_deviation(deviation, goal.tolerance) as u8)
        };
        match level {
            None => {
                for (id, _) in plan.territories() {
                    targets.of_territory[id.index()] = class(session.deviation(goal.measure, id));
                }
                let classes: Vec<u8> = plan.territories().map(|(id, _)| targets.of_territory[id.index()]).collect();
                targets.count(classes);
            }
            Some(level) => {
                let groups: Vec<(GroupId, u8)> = plan
                    .hierarchy()
                    .on_level(level)
                    .map(|(id, _)| (id, class(session.group_figures(goal.measure, id).1)))
                    .collect();
                for &(group, class) in &groups {
                    let inside: Vec<TerritoryId> = plan.territories_in(group).collect();
                    inside.into_iter().for_each(|id| targets.of_territory[id.index()] = class);
                }
                targets.count(groups.into_iter().map(|(_, class)| class));
            }
        }
        Some(targets)
    }

    fn count(&mut self, classes: impl IntoIterator<Item = u8>) {
        for class in classes {
            match self.counts.get_mut(usize::from(class)) {
                Some(count) => *count += 1,
                None => self.without += 1,
            }
        }
    }

    /// "Over +20.0 %", "+10.0 % to +20.0 %", "Within ±10.0 %".
    pub fn limits(&self, class: usize) -> String {
        let middle = DIVERGING / 2;
        let times = |steps: usize| steps as f64 * self.tolerance;
        let over = |steps: usize| words::signed_percent(times(steps));
        let under = |steps: usize| words::signed_percent(-times(steps));
        match class {
            0 => format!("Below {}", under(middle)),
            class if class < middle => format!("{} to {}", under(middle - class + 1), under(middle - class)),
            class if class == middle => format!("Within ±{}", words::percent(self.tolerance)),
            class if class + 1 < DIVERGING => format!("{} to {}", over(class - middle), over(class - middle + 1)),
            _ => format!("Above {}", over(middle)),
        }
    }
}

/// Neutral within the tolerance, then a class for every further width of it.
fn class_of_deviation(deviation: f64, tolerance: f64) -> usize {
    let middle = DIVERGING / 2;
    // What is shown as ±10.0 % counts as within ±10 %, as everywhere in the window.
    let size = (deviation.abs() * 1000.0).round() / 1000.0;
    let steps = (1..=middle).take_while(|&steps| size > steps as f64 * tolerance + 1e-9).count();
    if deviation < 0.0 { middle - steps } else { middle + steps }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::classes::Breaks;
    use crate::domain::columns::TextColumn;
    use crate::domain::fixture;
    use crate::domain::history::History;
    use crate::domain::ids::UnitId;
    use crate::domain::project::Goal;
    use crate::session::Indices;
    use crate::session::colouring::Colouring;

    /// Six areas with the values 1, 2, 3, 10, 20 and none.
    fn session(areas: Areas) -> Session {
        let mut project = fixture::project("AAABBB\n");
        let values = vec![1.0, 2.0, 3.0, 10.0, 20.0, f64::NAN];
        Arc::make_mut(&mut project.measures).push(Measure::sum("Revenue", "$", Subject::Units, values));
        Arc::make_mut(&mut project.units).attributes = vec![TextColumn::new("State", &["x", "y", "y", "", "y", "x"])];
        let load = project.find_measure("load").unwrap();
        project.goals = vec![Goal { measure: load, tolerance: 0.10, weight: 1.0 }];
        let indices = Indices::new(&project);
        let mut session = Session::new(project, History::default(), indices, 0);
        session.view.colouring = Colouring { areas, breaks: Breaks::Equal, classes: 3, ..Colouring::default() };
        session
    }

    #[test]
    fn areas_have_the_class_of_their_figure_and_missing_ones_are_counted() {
        let shading = Shading::of(&session(Areas::Measure("Revenue".to_owned())));
        let Shading::Classes(shaded) = &shading else { panic!("{shading:?}") };
        assert_eq!(shaded.of_unit, [0, 0, 0, 1, 2, NO_CLASS]);
        let session = session(Areas::Measure("Revenue".to_owned()));
        let rows: Vec<(String, usize)> =
            shading.rows(&session, false).into_iter().map(|row| (row.words, row.count)).collect();
        let expected = [("$13.7 – $20", 1), ("$7.33 – $13.7", 1), ("$1 – $7.33", 3), ("No data", 1)];
        assert_eq!(rows, expected.map(|(words, count)| (words.to_owned(), count)));
    }

    #[test]
    fn density_is_by_square_kilometre() {
        let mut session = session(Areas::Measure("Revenue".to_owned()));
        session.view.colouring.per_area = true;
        let shading = Shading::of(&session);
        let Shading::Classes(shaded) = &shading else { panic!("{shading:?}") };
        let area = session.project.units.areas_km2[4];
        assert!((shaded.classes.upper[2] - 20.0 / area).abs() < 1e-9);
        assert_eq!(shading.heading(), ("Revenue".to_owned(), "per km²".to_owned()));
    }

    #[test]
    fn words_are_categories_and_what_is_gone_is_the_territories() {
        let shading = Shading::of(&session(Areas::Words("State".to_owned())));
        let Shading::Words { of_unit, .. } = &shading else { panic!("{shading:?}") };
        assert_eq!(of_unit, &[1, 0, 0, NO_CLASS, 0, 1]);
        assert_eq!(Shading::of(&session(Areas::Words("gone".to_owned()))), Shading::Owners);
        assert_eq!(Shading::of(&session(Areas::Measure("gone".to_owned()))), Shading::Owners);
    }

    #[test]
    fn a_stroke_moves_territories_over_and_under_their_target() {
        let mut session = session(Areas::Target);
        let classes = |session: &Session| {
            let shading = Shading::of(session);
            let Shading::Target(targets) = shading else { panic!("{shading:?}") };
            (targets.of_territory[1], targets.of_territory[2], targets.counts, targets.without)
        };
        assert_eq!(classes(&session), (3, 3, [0, 0, 0, 2, 0, 0, 0], 0));
        // 4 and 2 of 3 each: a third over and under.
        session.show_preview(vec![UnitId(3)], TerritoryId(1));
        assert_eq!(classes(&session), (6, 0, [1, 0, 0, 0, 0, 0, 1], 0));
        session.show_preview(Vec::new(), TerritoryId(1));
        assert_eq!(classes(&session), (3, 3, [0, 0, 0, 2, 0, 0, 0], 0));
    }

    #[test]
    fn deviations_are_neutral_within_the_tolerance_and_go_in_steps_of_it() {
        let class = |deviation| class_of_deviation(deviation, 0.05);
        assert_eq!([0.0, 0.05, -0.05, 0.0504, -0.0504].map(class), [3; 5]);
        assert_eq!([0.06, 0.10, 0.11, 0.15, 0.16, 9.0].map(class), [4, 4, 5, 5, 6, 6]);
        assert_eq!([-0.06, -0.10, -0.11, -0.15, -0.16, -1.0].map(class), [2, 2, 1, 1, 0, 0]);
        let targets = Shading::of(&session(Areas::Target));
        let words: Vec<String> =
            targets.rows(&session(Areas::Target), false).into_iter().map(|row| row.words).collect();
        assert_eq!(words[..4], ["Above +30.0 %", "+20.0 % to +30.0 %", "+10.0 % to +20.0 %", "Within ±10.0 %"]);
        assert_eq!(words[4..], ["−20.0 % to −10.0 %", "−30.0 % to −20.0 %", "Below −30.0 %"]);
    }
}
