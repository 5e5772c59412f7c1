//! Classes of values for a map: where one colour ends and the next begins.

/// How the limits of classes are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Breaks {
    /// Where values come in groups: as little spread within classes as can be.
    #[default]
    Natural,
    /// Equally many values in each class.
    Quantile,
    /// Equally wide classes.
    Equal,
}

/// The fewest and most classes that a map is drawn with.
pub const FEWEST_CLASSES: usize = 3;
pub const MOST_CLASSES: usize = 9;

/// Up to this many different values natural breaks are exact; more are first put into [`GROUPS`] groups of neighbours.
const MOST_EXACT: usize = 50_000;
const GROUPS: usize = 20_000;

/// Values in classes. A class holds what is above the limit of the one before it, up to and including its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Classes {
    /// The smallest value there is.
    pub lowest: f64,
    /// The upper limit of every class, ascending; the last is the largest value.
    pub upper: Vec<f64>,
    /// How many values each class holds.
    pub counts: Vec<usize>,
    /// How many values are missing (not a number).
    pub missing: usize,
    /// There were too many different values for exact natural breaks: they were sought between groups of neighbouring values.
    pub grouped: bool,
}

impl Classes {
    /// Classes of these values, `wanted` of them where the values differ enough for that. In O(n log n).
    pub fn of(values: &[f64], breaks: Breaks, wanted: usize) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut classes = Self { missing: values.len() - sorted.len(), ..Self::default() };
        let (Some(&lowest), Some(&highest)) = (sorted.first(), sorted.last()) else { return classes };
        let wanted = wanted.clamp(1, MOST_CLASSES);
        classes.lowest = lowest;
        classes.upper = match breaks {
            Breaks::Quantile => {
                (1..=wanted).map(|nth| sorted[(sorted.len() * nth).div_ceil(wanted).max(1) - 1]).collect()
            }
            Breaks::Equal => {
                let step = (highest - lowest) / wanted as f64;
                (1..wanted).map(|nth| lowest + step * nth as f64).chain([highest]).collect()
            }
            Breaks::Natural => {
                let mut groups = Group::different(&sorted);
                if groups.len() > MOST_EXACT {
                    classes.grouped = true;
                    groups = Group::fewer(&groups, sorted.len());
                }
                natural(&groups, wanted).into_iter().map(|last| groups[last].largest).collect()
            }
        };
        classes.upper.dedup();
        classes.counts = vec![0; classes.upper.len()];
        let mut from = 0;
        for (upper, count) in classes.upper.iter().zip(&mut classes.counts) {
            let to = sorted.partition_point(|value| value <= upper);
            *count = to - from;
            from = to;
        }
        classes
    }

    pub fn len(&self) -> usize {
        self.upper.len()
    }

    pub fn is_empty(&self) -> bool {
        self.upper.is_empty()
    }

    /// The class of a value, from 0; `None` for one that is missing. What lies outside of all goes to the nearest.
    pub fn class_of(&self, value: f64) -> Option<usize> {
        let last = self.upper.len().checked_sub(1)?;
        value.is_finite().then(|| self.upper.partition_point(|upper| *upper < value).min(last))
    }

    /// From where to where a class goes.
    pub fn limits(&self, class: usize) -> (f64, f64) {
        let from = class.checked_sub(1).map_or(self.lowest, |before| self.upper[before]);
        (from, self.upper[class])
    }
}

/// Equal values, or values beside each other that are taken together.
#[derive(Debug, Clone, Copy)]
struct Group {
    count: f64,
    mean: f64,
    largest: f64,
}

impl Group {
    fn different(sorted: &[f64]) -> Vec<Self> {
        let equal = sorted.chunk_by(|a, b| a == b);
        equal.map(|same| Self { count: same.len() as f64, mean: same[0], largest: same[0] }).collect()
    }

    /// About [`GROUPS`] groups of as many values each as can be.
    fn fewer(groups: &[Self], values: usize) -> Vec<Self> {
        let most = (values as f64 / GROUPS as f64).ceil();
        let mut fewer: Vec<Self> = Vec::with_capacity(GROUPS * 2);
        for group in groups {
            match fewer.last_mut() {
                Some(last) if last.count + group.count <= most => {
                    let count = last.count + group.count;
                    last.mean += (group.mean - last.mean) * group.count / count;
                    last.count = count;
                    last.largest = group.largest;
                }
                _ => fewer.push(*group),
            }
        }
        fewer
    }
}

/// The last group of every class, so that the sum of squared distances from the means of classes is least: W. D. Fisher, "On grouping for
/// maximum homogeneity" (1958), known as natural breaks after Jenks. Exact, by dynamic programming over the sorted values; because the last
/// class never begins earlier when values are added at the end, each round is done by halves, in O(n log n).
fn natural(groups: &[Group], classes: usize) -> Vec<usize> {
    let classes = classes.min(groups.len());
    if classes == 0 {
        return Vec::new();
    }
    let sums = Sums::new(groups);
    // The least cost of the first groups up to each in `round + 1` classes, and where the last of them begins.
    let mut costs: Vec<f64> = (0..groups.len()).map(|last| sums.spread(0, last)).collect();
    let mut begins: Vec<Vec<u32>> = vec![vec![0; groups.len()]];
    for round in 1..classes {
        let mut next = vec![f64::INFINITY; groups.len()];
        let mut begin = vec![round as u32; groups.len()];
        let mut open = vec![(round, groups.len() - 1, round, groups.len() - 1)];
        while let Some((first, last, least, most)) = open.pop() {
            let middle = usize::midpoint(first, last);
            let (mut best, mut at) = (f64::INFINITY, least);
            for start in least..=most.min(middle) {
                let cost = costs[start - 1] + sums.spread(start, middle);
                if cost < best {
                    (best, at) = (cost, start);
                }
            }
            (next[middle], begin[middle]) = (best, at as u32);
            if middle > first {
                open.push((first, middle - 1, least, at));
            }
            if middle < last {
                open.push((middle + 1, last, at, most));
            }
        }
        costs = next;
        begins.push(begin);
    }
    let mut ends = Vec::with_capacity(classes);
    let mut last = groups.len() - 1;
    for begin in begins.iter().rev() {
        ends.push(last);
        last = (begin[last] as usize).saturating_sub(1);
    }
    ends.reverse();
    ends
}

/// Running sums of counts, values and squares, of values moved to their mean and scaled, so that little is lost in the differences.
struct Sums {
    count: Vec<f64>,
    value: Vec<f64>,
    square: Vec<f64>,
}

impl Sums {
    fn new(groups: &[Group]) -> Self {
        let all: f64 = groups.iter().map(|group| group.count).sum();
        let mean = groups.iter().map(|group| group.mean * (group.count / all)).sum::<f64>();
        let reach = groups.iter().map(|group| (group.mean - mean).abs()).fold(f64::MIN_POSITIVE, f64::max);
        let mut sums = Self { count: vec![0.0], value: vec![0.0], square: vec![0.0] };
        let (mut count, mut value, mut square) = (0.0, 0.0, 0.0);
        for group in groups {
            let moved = (group.mean - mean) / reach;
            count += group.count;
            value += group.count * moved;
            square += group.count * moved * moved;
            sums.count.push(count);
            sums.value.push(value);
            sums.square.push(square);
        }
        sums
    }

    /// The sum of squared distances from their mean, of the groups from `first` to `last`.
    fn spread(&self, first: usize, last: usize) -> f64 {
        let of = |sums: &[f64]| sums[last + 1] - sums[first];
        let value = of(&self.value);
        (of(&self.square) - value * value / of(&self.count)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::random::Random;

    /// The sum of squared distances of values from the means of their classes.
    fn spread(values: &[f64], classes: &Classes) -> f64 {
        let mut members = vec![Vec::new(); classes.len()];
        for &value in values {
            members[classes.class_of(value).unwrap()].push(value);
        }
        members.iter().map(|members| spread_of(members)).sum()
    }

    fn spread_of(members: &[f64]) -> f64 {
        let mean = members.iter().sum::<f64>() / members.len().max(1) as f64;
        members.iter().map(|value| (value - mean).powi(2)).sum()
    }

    /// The least there is, by trying every way to cut the sorted values.
    fn least(sorted: &[f64], classes: usize) -> f64 {
        if classes <= 1 || sorted.len() <= 1 {
            return spread_of(sorted);
        }
        let cuts = 1..sorted.len();
        cuts.map(|cut| spread_of(&sorted[..cut]) + least(&sorted[cut..], classes - 1)).fold(spread_of(sorted), f64::min)
    }

    proptest! {
        #[test]
        fn natural_breaks_are_the_best_there_are(values in proptest::collection::vec(-40i32..40, 1..12), wanted in 1usize..6) {
            let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) / 4.0 + 1000.0).collect();
            let classes = Classes::of(&values, Breaks::Natural, wanted);
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            prop_assert!((spread(&values, &classes) - least(&sorted, wanted)).abs() < 1e-6);
        }

        #[test]
        fn every_value_is_in_the_class_that_counts_it(
            values in proptest::collection::vec(prop_oneof![4 => -1e6f64..1e6, 1 => Just(f64::NAN), 1 => Just(0.0)], 0..60),
            wanted in 1usize..10,
            nth in 0usize..3,
        ) {
            let classes = Classes::of(&values, [Breaks::Natural, Breaks::Quantile, Breaks::Equal][nth], wanted);
            prop_assert!(classes.len() <= wanted && classes.upper.is_sorted_by(|a, b| a < b));
            let mut counts = vec![0; classes.len()];
            for value in values.iter().copied() {
                let Some(class) = classes.class_of(value) else { continue };
                counts[class] += 1;
                let (from, to) = classes.limits(class);
                prop_assert!(value <= to && (value > from || class == 0 && value == from));
            }
            prop_assert_eq!(&counts, &classes.counts);
            prop_assert_eq!(counts.iter().sum::<usize>() + classes.missing, values.len());
        }
    }

    #[test]
    fn the_three_ways_of_cutting() {
        let values = [1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0, 50.0, 100.0];
        let upper = |breaks| Classes::of(&values, breaks, 3).upper;
        assert_eq!(upper(Breaks::Natural), [13.0, 50.0, 100.0]);
        assert_eq!(upper(Breaks::Quantile), [3.0, 12.0, 100.0]);
        assert_eq!(upper(Breaks::Equal), [34.0, 67.0, 100.0]);
        assert_eq!(Classes::of(&[5.0; 7], Breaks::Quantile, 4).upper, [5.0], "equal values are never parted");
        let nothing = Classes::of(&[f64::NAN], Breaks::Natural, 5);
        assert_eq!((nothing.len(), nothing.missing, nothing.class_of(1.0)), (0, 1, None));
    }

    #[test]
    fn breaks_between_groups_are_nearly_those_of_all_values() {
        let mut random = Random::new(3);
        let values: Vec<f64> = (0..60_000).map(|_| random.normal().exp() * 1000.0).collect();
        let grouped = Classes::of(&values, Breaks::Natural, 6);
        assert!(grouped.grouped && grouped.len() == 6);
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let groups = Group::different(&sorted);
        let exact = natural(&groups, 6).into_iter().map(|last| groups[last].largest).collect();
        let exact = Classes { upper: exact, ..grouped.clone() };
        let (grouped, exact) = (spread(&values, &grouped), spread(&values, &exact));
        assert!(grouped >= exact * (1.0 - 1e-9) && grouped < exact * 1.001, "{grouped} and {exact}");
    }
}
