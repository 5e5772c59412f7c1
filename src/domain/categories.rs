//! Categories of a column of words: the commonest ones, and all others together.

use super::columns::TextColumn;

/// Which category each row is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categories {
    /// The commonest words with their rows counted, the commonest first.
    pub words: Vec<(String, usize)>,
    /// How many different words are none of these, and how many rows have them.
    pub other_words: usize,
    pub other: usize,
    /// Rows without a word.
    pub missing: usize,
    /// By position in [`TextColumn::words`].
    of_word: Vec<Option<usize>>,
}

impl Categories {
    /// The `most` commonest words of a column; equally common ones in alphabetical order.
    pub fn of(column: &TextColumn, most: usize) -> Self {
        let mut rows = vec![0; column.words().len()];
        column.codes().iter().for_each(|&word| rows[word as usize] += 1);
        let mut order: Vec<usize> = (0..rows.len()).filter(|&word| !column.words()[word].is_empty()).collect();
        order.sort_by_key(|&word| (std::cmp::Reverse(rows[word]), word));
        let mut categories = Self { of_word: vec![None; rows.len()], ..Self::default() };
        categories.missing = column.codes().len() - order.iter().map(|&word| rows[word]).sum::<usize>();
        for (nth, word) in order.into_iter().enumerate() {
            if nth < most {
                categories.words.push((column.words()[word].clone(), rows[word]));
            } else {
                categories.other_words += 1;
                categories.other += rows[word];
            }
            categories.of_word[word] = Some(nth.min(most));
        }
        categories
    }

    /// The category of a row's word, from 0; [`Self::words`] has as many as there are, and the number after the last stands for all
    /// others. `None` for no word.
    pub fn of_code(&self, word: u32) -> Option<usize> {
        self.of_word.get(word as usize).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_words_come_first_and_the_others_are_counted_together() {
        let column = TextColumn::new("Segment", &["b", "a", "b", "", "c", "d", "a", "b"]);
        let categories = Categories::of(&column, 2);
        assert_eq!(categories.words, [("b".to_owned(), 3), ("a".to_owned(), 2)]);
        assert_eq!((categories.other_words, categories.other, categories.missing), (2, 2, 1));
        let of: Vec<_> = column.codes().iter().map(|&word| categories.of_code(word)).collect();
        assert_eq!(of, [Some(0), Some(1), Some(0), None, Some(2), Some(2), Some(1), Some(0)]);
        assert_eq!(Categories::of(&column, 9).other, 0);
    }
}
