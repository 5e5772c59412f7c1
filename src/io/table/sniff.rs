//! Finding out how a text is delimited.

/// The delimiter, and the text without a line `sep=;` that Excel puts before the header.
pub(super) fn delimiter(text: &str, wanted: Option<u8>) -> (u8, &str) {
    if let Some((first, rest)) = text.split_once('\n')
        && let Some(mark) = first.trim_end().strip_prefix("sep=")
        && let [mark] = mark.as_bytes()
    {
        return (wanted.unwrap_or(*mark), rest);
    }
    if let Some(wanted) = wanted {
        return (wanted, text);
    }
    let mut best = (b',', 0.0);
    for candidate in [b',', b';', b'\t', b'|'] {
        let counts: Vec<usize> = reader(start_of(text), candidate)
            .records()
            .take(60)
            .filter_map(|record| Some(record.ok()?.len()))
            .collect();
        let Some(columns) = most_frequent(&counts) else { continue };
        // The delimiter that gives most rows the same number of fields; of several the one that gives more.
        let agree = counts.iter().filter(|&&count| count == columns).count() as f64 / counts.len() as f64;
        let in_header = counts.first() == Some(&columns);
        let score = agree * (columns as f64).ln();
        if score > best.1 && (in_header || agree > 0.5) {
            best = (candidate, score);
        }
    }
    (best.0, text)
}

/// The number of fields that most rows have, those of one field left aside; of equals the larger.
fn most_frequent(counts: &[usize]) -> Option<usize> {
    let mut tally = std::collections::BTreeMap::new();
    for &count in counts.iter().filter(|&&count| count > 1) {
        *tally.entry(count).or_insert(0_usize) += 1;
    }
    tally.into_iter().max_by_key(|&(count, rows)| (rows, count)).map(|(count, _)| count)
}

/// A reader that takes rows of any length.
pub(super) fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes())
}

/// Enough of a text to judge it by, cut at a line.
pub(super) fn start_of(text: &str) -> &str {
    const ENOUGH: usize = 1 << 16;
    if text.len() <= ENOUGH {
        return text;
    }
    match text.as_bytes()[..ENOUGH].iter().rposition(|&byte| byte == b'\n') {
        Some(at) => &text[..=at],
        None => text,
    }
}
