//! Texts as XML can carry them.

use super::loss::fits_xml;

/// Adds a text with its markup escaped; characters that XML 1.0 cannot carry are left out.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A bare one would be read as a line feed.
            '\r' => out.push_str("&#13;"),
            c if fits_xml(c) => out.push(c),
            _ => {}
        }
    }
}
