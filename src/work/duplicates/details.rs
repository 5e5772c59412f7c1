//! Phone numbers, websites and streets, where the columns have them, in a form that can be compared.

use strsim::jaro_winkler;

use super::names::fold;
use crate::domain::columns::TextColumn;
use crate::domain::project::Project;
use crate::io::guess::has_word;

/// Names of streets that are spelled this much alike are the same.
const SAME_STREET: f64 = 0.85;

/// The columns that tell accounts apart.
#[derive(Debug, Default)]
pub struct Details<'a> {
    phone: Option<&'a TextColumn>,
    website: Option<&'a TextColumn>,
    street: Option<&'a TextColumn>,
    town: Option<&'a TextColumn>,
}

impl<'a> Details<'a> {
    pub fn of(project: &'a Project) -> Self {
        let find = |words: &[&str], not: &[&str]| {
            let fits = |column: &&TextColumn| has_word(&column.name, words) && !has_word(&column.name, not);
            project.accounts.attributes.iter().find(fits)
        };
        Self {
            phone: find(&["phone", "telephone", "tel", "telefon", "mobile", "téléphone"], &["fax", "type"]),
            website: find(&["website", "url", "web", "homepage", "webseite", "domain"], &["logo", "type"]),
            street: find(
                &["street", "address", "strasse", "straße", "rue", "addr"],
                &["email", "type", "2", "3", "ip", "web"],
            ),
            town: find(&["city", "town", "ort", "ville", "municipality"], &["type", "code"]),
        }
    }

    /// The last ten digits; empty for fewer than seven.
    pub fn phone(&self, row: usize) -> String {
        let digits: String = text(self.phone, row).chars().filter(char::is_ascii_digit).collect();
        let start = digits.len().saturating_sub(10);
        if digits.len() < 7 { String::new() } else { digits[start..].to_owned() }
    }

    /// Without scheme, "www." and what follows a question mark.
    pub fn website(&self, row: usize) -> String {
        let text = text(self.website, row).trim().to_lowercase();
        let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        let text = text.strip_prefix("www.").unwrap_or(text);
        let text = text.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
        if text.contains('.') { text.to_owned() } else { String::new() }
    }

    pub fn street(&self, row: usize) -> String {
        fold(text(self.street, row))
    }

    pub fn town(&self, row: usize) -> String {
        fold(text(self.town, row))
    }
}

fn text(column: Option<&TextColumn>, row: usize) -> &str {
    column.map_or("", |column| column.get(row))
}

/// Whether two texts are the same; `None` where one is empty.
pub fn same(a: &str, b: &str) -> Option<bool> {
    (!a.is_empty() && !b.is_empty()).then(|| a == b)
}

/// Whether two folded streets are the same: house numbers decide, and then the name. `None` where one is empty, or only one has a number.
pub fn same_street(a: &str, b: &str) -> Option<bool> {
    if a == b {
        return same(a, b);
    }
    let parted = |text: &str| -> (Vec<String>, String) {
        let (numbers, words): (Vec<&str>, Vec<&str>) =
            text.split(' ').partition(|word| word.starts_with(|letter: char| letter.is_ascii_digit()));
        (numbers.into_iter().map(str::to_owned).collect(), words.join(" "))
    };
    let ((numbers, street), (others, other)) = (parted(a), parted(b));
    match (numbers.first(), others.first()) {
        _ if a.is_empty() || b.is_empty() => None,
        (Some(number), Some(other_number)) if number != other_number => Some(false),
        (Some(_), Some(_)) => Some(jaro_winkler(&street, &other) >= SAME_STREET),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_compared_by_number_then_by_name() {
        assert_eq!(same_street("12 main st", "12 main street"), Some(true));
        assert_eq!(same_street("12 main st", "14 main st"), Some(false));
        assert_eq!(same_street("12 main st", "12 elm avenue"), Some(false));
        assert_eq!(same_street("main st", "12 main st"), None);
        assert_eq!(same_street("", ""), None);
    }
}
