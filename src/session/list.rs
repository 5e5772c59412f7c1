//! A long list that a job made, to be looked at, copied and saved: what a newer file changes, figures by area of a layer.

use std::ops::Range;
use std::sync::Arc;

/// Rows become words only when they are looked at.
#[derive(Clone)]
pub struct List {
    pub columns: Vec<String>,
    /// From this column on they are figures.
    pub figures_from: usize,
    /// What its rows are about, one kind after the other.
    pub parts: Vec<(String, Range<usize>)>,
    row: RowWords,
    /// The same for files and clipboards, where figures have all their digits.
    plain: RowWords,
}

type RowWords = Arc<dyn Fn(usize) -> Vec<String> + Send + Sync>;

impl List {
    pub fn new(
        columns: &[&str],
        parts: Vec<(String, Range<usize>)>,
        row: impl Fn(usize) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        let row: RowWords = Arc::new(row);
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        Self { figures_from: columns.len(), columns, parts, plain: Arc::clone(&row), row }
    }

    /// The columns from `from` on are figures, of which `plain` has all digits.
    #[must_use]
    pub fn with_figures(mut self, from: usize, plain: impl Fn(usize) -> Vec<String> + Send + Sync + 'static) -> Self {
        self.figures_from = from;
        self.plain = Arc::new(plain);
        self
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(|(_, rows)| rows.end).max().unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row as it is shown, one text per column.
    pub fn row(&self, row: usize) -> Vec<String> {
        (self.row)(row)
    }

    /// A row as it is copied and saved.
    pub fn plain_row(&self, row: usize) -> Vec<String> {
        (self.plain)(row)
    }
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "list of {} rows", self.len())
    }
}
