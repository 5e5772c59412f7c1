//! The words and signs of a formula, each with its place.

use std::ops::Range;

use super::error::FormulaError;
use super::{MAX_LENGTH, MAX_TOKENS};

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64),
    /// In quotation marks.
    Text(String),
    /// A plain word: a column, a function, `and`.
    Word(String),
    /// `[Annual Revenue]`
    Bracketed(String),
    /// As a spreadsheet writes it: `=`, `<>`, `&`.
    Sign(&'static str),
    Open,
    Close,
    Comma,
}

pub type Placed = (Token, Range<usize>);

/// The signs, the longer ones first, with what each of them means.
const SIGNS: [(&str, &str); 23] = [
    ("<>", "<>"),
    ("!=", "<>"),
    ("<=", "<="),
    (">=", ">="),
    ("==", "="),
    ("**", "^"),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "<>"),
    ("−", "-"),
    ("×", "*"),
    ("÷", "/"),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("^", "^"),
    ("&", "&"),
];

/// Takes a formula apart. A leading `=`, as spreadsheets want it, is passed over.
pub fn tokens(text: &str) -> Result<Vec<Placed>, FormulaError> {
    if text.len() > MAX_LENGTH {
        return Err(FormulaError::new(0..0, format!("the formula is longer than {MAX_LENGTH} letters"))
            .hint("make columns of its parts"));
    }
    let mut found: Vec<Placed> = Vec::new();
    let mut at = text.len() - text.trim_start().len();
    if text[at..].starts_with('=') {
        at += 1;
    }
    while let Some(letter) = text[at..].chars().next() {
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let (token, length) = match letter {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' | ';' => (Token::Comma, 1),
            '[' => bracketed(text, at)?,
            '"' | '\'' | '“' | '”' | '„' => quoted(text, at, letter)?,
            _ if letter.is_ascii_digit() || is_fraction(&text[at..]) => number(text, at)?,
            _ if letter.is_alphabetic() || letter == '_' => {
                let rest = text[at..].find(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let length = rest.unwrap_or(text.len() - at);
                (Token::Word(text[at..at + length].to_owned()), length)
            }
            _ => match SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign)) {
                Some(&(sign, meaning)) if meaning.starts_with(char::is_alphabetic) => {
                    (Token::Word(meaning.to_owned()), sign.len())
                }
                Some(&(sign, meaning)) => (Token::Sign(meaning), sign.len()),
                None => {
                    let error =
                        FormulaError::new(at..at + letter.len_utf8(), format!("\"{letter}\" means nothing here"));
                    return Err(match letter {
                        '%' => error.hint("write 0.05 for 5 %, and mod(a, b) for what is left of a division"),
                        '{' | '}' | '\\' | '`' | '$' | '#' | '@' | '!' | '?' | ':' | '|' | '~' => {
                            error.hint("a column name goes into [brackets], words into \"quotation marks\"")
                        }
                        _ => error,
                    });
                }
            },
        };
        found.push((token, at..at + length));
        if found.len() > MAX_TOKENS {
            return Err(FormulaError::new(at..at, "the formula has too many parts").hint("make columns of its parts"));
        }
        at += length;
    }
    Ok(found)
}

fn is_fraction(rest: &str) -> bool {
    let mut letters = rest.chars();
    letters.next() == Some('.') && letters.next().is_some_and(|letter| letter.is_ascii_digit())
}

fn bracketed(text: &str, at: usize) -> Result<(Token, usize), FormulaError> {
    let open = || FormulaError::new(at..at + 1, "\"[\" is not closed").hint("write \"]\" behind the column's name");
    let inside = &text[at + 1..];
    let mut name = String::new();
    let mut letters = inside.char_indices().peekable();
    // A closing bracket within a name is written twice.
    while let Some((offset, letter)) = letters.next() {
        if letter == ']' && letters.next_if(|&(_, next)| next == ']').is_none() {
            return Ok((Token::Bracketed(name.trim().to_owned()), offset + 2));
        }
        name.push(letter);
    }
    Err(open())
}

fn quoted(text: &str, at: usize, mark: char) -> Result<(Token, usize), FormulaError> {
    let ends = |letter: char| match mark {
        '"' | '\'' => letter == mark,
        _ => matches!(letter, '“' | '”'),
    };
    let start = at + mark.len_utf8();
    let mut words = String::new();
    let mut letters = text[start..].char_indices().peekable();
    // A quotation mark within the words is written twice.
    while let Some((offset, letter)) = letters.next() {
        if ends(letter) && letters.next_if(|&(_, next)| next == letter).is_none() {
            return Ok((Token::Text(words), mark.len_utf8() + offset + letter.len_utf8()));
        }
        words.push(letter);
    }
    Err(FormulaError::new(at..start, "the words that begin here have no closing quotation mark"))
}

fn number(text: &str, at: usize) -> Result<(Token, usize), FormulaError> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = at + digits(at);
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        end += digits(end);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let rest = text[end..].chars().next();
    let value: Option<f64> = text[at..end].parse().ok().filter(|value: &f64| value.is_finite());
    match (value, rest) {
        (Some(value), rest) if rest.is_none_or(|rest| !rest.is_alphanumeric() && rest != '_' && rest != '.') => {
            Ok((Token::Number(value), end - at))
        }
        _ => Err(FormulaError::new(at..end, format!("expected a number, found \"{}\"", &text[at..end]))
            .hint("a column whose name begins with a digit goes into [brackets]")),
    }
}
