//! Lists of values before and after rows were removed and added: what differs is kept, so that either list can be made of the other
//! to the last bit.

use super::accounts::Placement;
use super::columns::TextColumn;
use super::ids::UnitId;
use super::sphere::LonLat;

/// Which rows go and which come. The others keep their order, and so each is found again by counting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowPatch {
    /// How many rows there are before and after.
    pub counts: [u32; 2],
    /// Rows of the table before; ascending.
    pub removed: Vec<u32>,
    /// Rows of the table after; ascending.
    pub added: Vec<u32>,
}

impl RowPatch {
    /// From the row of the table before that each row after is, which must be ascending.
    ///
    /// # Errors
    /// Rows would change their order, or one would be taken twice.
    pub fn new(before: usize, origins: &[Option<u32>]) -> Result<Self, &'static str> {
        let kept: Vec<u32> = origins.iter().copied().flatten().collect();
        if !kept.is_sorted_by(|a, b| a < b) || kept.last().is_some_and(|&row| row as usize >= before) {
            return Err("rows that stay must keep their order");
        }
        let mut stays = vec![false; before];
        kept.iter().for_each(|&row| stays[row as usize] = true);
        let positions = |list: &mut dyn Iterator<Item = bool>| -> Vec<u32> {
            list.zip(0..).filter_map(|(wanted, row)| wanted.then_some(row)).collect()
        };
        Ok(Self {
            counts: [before as u32, origins.len() as u32],
            removed: positions(&mut stays.iter().map(|stays| !stays)),
            added: positions(&mut origins.iter().map(Option::is_none)),
        })
    }

    #[must_use]
    pub fn inverse(self) -> Self {
        let Self { counts: [before, after], removed, added } = self;
        Self { counts: [after, before], removed: added, added: removed }
    }

    /// Whether rows stay what they are.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// Whether the numbers fit together; what comes from a file may not.
    pub fn fits(&self) -> bool {
        let [before, after] = self.counts;
        let inside =
            |rows: &[u32], count: u32| rows.is_sorted_by(|a, b| a < b) && rows.last().is_none_or(|&row| row < count);
        inside(&self.removed, before)
            && inside(&self.added, after)
            && before as usize - self.removed.len() == after as usize - self.added.len()
    }

    /// The rows that stay: as they are counted before, and after.
    pub fn kept(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        others(&self.removed, self.counts[0]).zip(others(&self.added, self.counts[1]))
    }

    /// Per row before, its row after.
    pub fn moved(&self) -> Vec<Option<u32>> {
        let mut moved = vec![None; self.counts[0] as usize];
        self.kept().for_each(|(before, after)| moved[before as usize] = Some(after));
        moved
    }
}

/// The numbers below `count` that are not in the list, which is ascending.
fn others(list: &[u32], count: u32) -> impl Iterator<Item = u32> + '_ {
    let mut next = list.iter().copied().peekable();
    (0..count).filter(move |row| next.next_if_eq(row).is_none())
}

/// A list of values of which some can be taken, compared and put together.
pub trait List: Sized + Clone {
    fn count(&self) -> usize;
    /// Whether two values are the same in the project file, where a missing number is like another and there is one zero.
    fn same(&self, row: usize, other: &Self, other_row: usize) -> bool;
    /// A list like this one of values of several lists.
    fn assemble(&self, lists: &[&Self], rows: &[(u8, u32)]) -> Self;
    /// Roughly how many bytes it takes.
    fn bytes(&self) -> usize;

    fn pick(&self, rows: impl Iterator<Item = u32>) -> Self {
        self.assemble(&[self], &rows.map(|row| (0, row)).collect::<Vec<_>>())
    }

    fn equals(&self, other: &Self) -> bool {
        self.count() == other.count() && (0..self.count()).all(|row| self.same(row, other, row))
    }
}

/// A value of a plain list.
pub trait Value: Clone {
    fn same(&self, other: &Self) -> bool;

    /// Bytes beyond the value itself.
    fn heap(&self) -> usize {
        0
    }
}

/// As the project file keeps it.
fn bits(number: f64) -> u64 {
    if number.is_finite() { (number + 0.0).to_bits() } else { f64::NAN.to_bits() }
}

impl Value for f64 {
    fn same(&self, other: &Self) -> bool {
        bits(*self) == bits(*other)
    }
}

impl Value for f32 {
    fn same(&self, other: &Self) -> bool {
        bits(f64::from(*self)) == bits(f64::from(*other))
    }
}

impl Value for LonLat {
    fn same(&self, other: &Self) -> bool {
        if !self.is_valid() || !other.is_valid() {
            return self.is_valid() == other.is_valid();
        }
        self.lon.same(&other.lon) && self.lat.same(&other.lat)
    }
}

impl Value for Placement {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for Option<UnitId> {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for String {
    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn heap(&self) -> usize {
        self.len()
    }
}

impl<T: Value> List for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
        match (self.get(row), other.get(other_row)) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        }
    }

    fn assemble(&self, lists: &[&Self], rows: &[(u8, u32)]) -> Self {
        rows.iter().filter_map(|&(list, row)| lists.get(usize::from(list))?.get(row as usize).cloned()).collect()
    }

    fn bytes(&self) -> usize {
        self.iter().map(|value| size_of::<T>() + value.heap()).sum()
    }
}

impl List for TextColumn {
    fn count(&self) -> usize {
        self.len()
    }

    fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
        self.get(row) == other.get(other_row)
    }

    fn assemble(&self, lists: &[&Self], rows: &[(u8, u32)]) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut firsts: Vec<u32> = Vec::new();
        for list in lists {
            firsts.push(words.len() as u32);
            words.extend_from_slice(list.words());
        }
        let at = |&(list, row): &(u8, u32)| {
            let list = usize::from(list);
            let code = lists.get(list).and_then(|list| list.codes().get(row as usize));
            code.map_or(u32::MAX, |code| firsts[list] + code)
        };
        let codes: Vec<u32> = rows.iter().map(at).collect();
        Self::from_words(self.name.clone(), &words, &codes)
    }

    fn bytes(&self) -> usize {
        4 * self.len() + self.words().iter().map(|word| size_of::<String>() + word.len()).sum::<usize>()
    }
}

/// What becomes of a list when rows go and come, and values of others change.
#[derive(Debug, Clone)]
pub struct ListPatch<L> {
    /// Rows that stay and whose value changes, counted among those that stay; ascending.
    pub changed: Vec<u32>,
    pub old: L,
    pub new: L,
    /// The values of the rows that go.
    pub removed: L,
    /// The values of the rows that come.
    pub added: L,
}

impl<L: List> PartialEq for ListPatch<L> {
    fn eq(&self, other: &Self) -> bool {
        self.changed == other.changed
            && self.old.equals(&other.old)
            && self.new.equals(&other.new)
            && self.removed.equals(&other.removed)
            && self.added.equals(&other.added)
    }
}

impl<L: List> ListPatch<L> {
    /// What differs between two lists whose rows correspond in that way.
    pub fn between(old: &L, new: &L, rows: &RowPatch) -> Self {
        let differs = |&(_, (before, after)): &(u32, (u32, u32))| !old.same(before as usize, new, after as usize);
        let changed: Vec<(u32, (u32, u32))> = (0..).zip(rows.kept()).filter(differs).collect();
        Self {
            old: old.pick(changed.iter().map(|&(_, (before, _))| before)),
            new: new.pick(changed.iter().map(|&(_, (_, after))| after)),
            changed: changed.into_iter().map(|(nth, _)| nth).collect(),
            removed: old.pick(rows.removed.iter().copied()),
            added: new.pick(rows.added.iter().copied()),
        }
    }

    #[must_use]
    pub fn inverse(self) -> Self {
        let Self { changed, old, new, removed, added } = self;
        Self { changed, old: new, new: old, removed: added, added: removed }
    }

    /// The list after the change; `None` where the list is not the one that it was made for.
    pub fn apply(&self, list: &L, rows: &RowPatch) -> Option<L> {
        let fits = list.count() == rows.counts[0] as usize
            && self.removed.count() == rows.removed.len()
            && self.added.count() == rows.added.len()
            && [&self.old, &self.new].iter().all(|side| side.count() == self.changed.len());
        let gone = |(&row, nth): (&u32, usize)| list.same(row as usize, &self.removed, nth);
        if !fits || !rows.removed.iter().zip(0..).all(gone) {
            return None;
        }
        // Sources: the list itself, new values, added ones.
        let mut sources = vec![(2u8, 0u32); rows.counts[1] as usize];
        for (nth, &row) in (0..).zip(&rows.added) {
            *sources.get_mut(row as usize)? = (2, nth);
        }
        let mut changed = (0..).zip(&self.changed).peekable();
        for (nth, (before, after)) in (0..).zip(rows.kept()) {
            let source = sources.get_mut(after as usize)?;
            *source = match changed.next_if(|&(_, &row)| row == nth) {
                Some((at, _)) if list.same(before as usize, &self.old, at as usize) => (1, at),
                Some(_) => return None,
                None => (0, before),
            };
        }
        changed.next().is_none().then(|| list.assemble(&[list, &self.new, &self.added], &sources))
    }

    /// How many values it holds.
    pub fn values(&self) -> usize {
        self.changed.len() + self.removed.count() + self.added.count()
    }

    /// Whether no value of a row that stays changes.
    pub fn keeps_values(&self) -> bool {
        self.changed.is_empty()
    }

    /// Roughly how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let lists = [&self.old, &self.new, &self.removed, &self.added];
        4 * self.changed.len() + lists.iter().map(|list| list.bytes()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origins(before: usize, draws: &[u8]) -> Vec<Option<u32>> {
        let mut next = 0;
        let mut origins = Vec::new();
        for draw in draws {
            match draw % 4 {
                0 => origins.push(None),
                1 => next += 1,
                _ if next < before as u32 => {
                    origins.push(Some(next));
                    next += 1;
                }
                _ => {}
            }
        }
        origins
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_list_becomes_the_other_and_comes_back(
            old in prop::collection::vec(prop::sample::select(vec![0.0, -0.0, 1.5, f64::NAN]), 0..20),
            draws in prop::collection::vec(0u8..8, 0..30),
        ) {
            let origins = origins(old.len(), &draws);
            let rows = RowPatch::new(old.len(), &origins).expect("in order");
            let value = |origin: &Option<u32>, nth: usize| match origin {
                Some(row) if !nth.is_multiple_of(3) => old[*row as usize],
                _ => nth as f64,
            };
            let new: Vec<f64> = origins.iter().zip(0..).map(|(origin, nth)| value(origin, nth)).collect();
            let words = |list: &[f64]| TextColumn::new("W", &list.iter().map(|v| (v + 0.0).to_string()).collect::<Vec<_>>());
            let (patch, text) = (ListPatch::between(&old, &new, &rows), ListPatch::between(&words(&old), &words(&new), &rows));
            prop_assert!(rows.fits());
            prop_assert!(patch.apply(&old, &rows).is_some_and(|made| made.equals(&new)));
            prop_assert_eq!(text.apply(&words(&old), &rows), Some(words(&new)));
            let back = rows.clone().inverse();
            prop_assert!(patch.inverse().apply(&new, &back).is_some_and(|made| made.equals(&old)));
            prop_assert_eq!(text.inverse().apply(&words(&new), &back), Some(words(&old)));
        }
    }

    #[test]
    fn another_list_is_refused() {
        let rows = RowPatch::new(3, &[Some(0), Some(2), None]).expect("in order");
        let (old, new) = (vec![1.0, 2.0, 3.0], vec![1.0, 4.0, 5.0]);
        let patch = ListPatch::between(&old, &new, &rows);
        assert_eq!(patch.apply(&old, &rows), Some(new));
        for other in [vec![1.0, 9.0, 3.0], vec![1.0, 2.0, 9.0], vec![1.0, 2.0]] {
            assert_eq!(patch.apply(&other, &rows), None);
        }
        assert!(RowPatch::new(3, &[Some(2), Some(0)]).is_err());
        assert!(RowPatch::new(3, &[Some(3)]).is_err());
    }
}
