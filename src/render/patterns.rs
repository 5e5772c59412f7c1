//! Patterns over fills, by the numbers that map.wgsl knows them by.

/// Nothing over the fill.
pub const PLAIN: u8 = 0;
/// The stripes of what nobody owns.
pub const UNASSIGNED: u8 = 1;
/// The first of [`KINDS`] patterns that say which, not how much: stripes, rows, columns, dots, lattices.
const FIRST_KIND: u8 = 2;
pub const KINDS: u8 = 8;
/// The first of [`GRADES`] dots of growing size, and of lines of growing weight.
const FIRST_DOTS: u8 = 16;
const FIRST_LINES: u8 = 32;
pub const GRADES: u8 = 9;

/// A pattern that says which of several; after the last they begin again.
pub fn kind(nth: usize) -> u8 {
    FIRST_KIND + (nth % usize::from(KINDS)) as u8
}

/// Dots for class `nth` of so many: the first class has none, the last the largest.
pub fn dots(nth: usize, classes: usize) -> u8 {
    grade(nth, classes).map_or(PLAIN, |grade| FIRST_DOTS + grade)
}

/// Lines for class `nth` of so many: the first class has none, the last the heaviest.
pub fn lines(nth: usize, classes: usize) -> u8 {
    grade(nth, classes).map_or(PLAIN, |grade| FIRST_LINES + grade)
}

fn grade(nth: usize, classes: usize) -> Option<u8> {
    let last = classes.saturating_sub(1).max(1);
    (nth > 0).then(|| ((nth.min(last) * usize::from(GRADES) / last) as u8).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_has_a_heavier_pattern() {
        for classes in 2..=usize::from(GRADES) + 1 {
            for pattern in [dots, lines] {
                let all: Vec<u8> = (0..classes).map(|nth| pattern(nth, classes)).collect();
                assert_eq!(all[0], PLAIN);
                assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
            }
            assert_eq!(dots(classes - 1, classes), FIRST_DOTS + GRADES - 1);
        }
        assert_ne!(kind(0), kind(7));
        assert_eq!(kind(1), kind(9));
    }
}
