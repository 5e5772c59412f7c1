//! A formula as people write it, spelled as the library wants it: names become variables, constants too, operators their function.
//! What cannot be an expression is found on the way, with its place and what was expected there.

use std::ops::Range;

use super::columns::{Columns, Source};
use super::error::{FormulaError, near};
use super::functions::{FUNCTIONS, Function};
use super::naming::as_reference;
use super::tokens::{Placed, Token, tokens};
use super::values::Values;
use super::{MAX_DEPTH, day_number};

/// A formula that can be evaluated: its names are bound to columns.
#[derive(Debug, Clone)]
pub struct Formula {
    /// The expression in the library's spelling. Variables `c0`, `c1`, … are columns, `k0`, … constants.
    pub(super) expression: String,
    /// Each column once, as `c0`, `c1`, …
    pub(super) columns: Vec<ColumnUse>,
    pub(super) constants: Vec<Values>,
    /// Where in the expression a part begins, and which part of the formula it is.
    parts: Vec<(usize, Range<usize>)>,
}

/// A column that a formula names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// As the project writes it.
    pub name: String,
    pub source: Source,
    /// Where in the formula, each time.
    pub at: Vec<Range<usize>>,
}

/// What an open bracket belongs to.
struct Frame<'a> {
    /// `None` for brackets that only group.
    function: Option<&'a Function>,
    /// The list behind `in`.
    list: bool,
    at: Range<usize>,
    commas: usize,
    /// How many `not` wait for the end of what they are about.
    nots: usize,
    /// Whether anything stands between the bracket and here.
    empty: bool,
}

impl Formula {
    /// Reads a formula. `as_of` is what `today()` means, as an ISO date.
    ///
    /// # Errors
    /// What is wrong, where, and what was expected.
    pub fn parse(text: &str, columns: &Columns, as_of: Option<&str>) -> Result<Self, FormulaError> {
        let tokens = tokens(text)?;
        let end = text.trim_end().len();
        let writer = Writer {
            formula: Self { expression: String::new(), columns: Vec::new(), constants: Vec::new(), parts: Vec::new() },
            columns,
            as_of,
            end: end..end,
        };
        writer.write(&tokens)
    }

    /// The columns that it names, in the order of their first mention.
    pub fn columns(&self) -> &[ColumnUse] {
        &self.columns
    }

    /// The part of the formula that a place in the expression, counted from 0, belongs to.
    pub(super) fn part_at(&self, offset: usize) -> Range<usize> {
        let part = self.parts.partition_point(|part| part.0 <= offset).checked_sub(1);
        part.map_or(0..0, |part| self.parts[part].1.clone())
    }
}

struct Writer<'a, 'c> {
    formula: Formula,
    columns: &'a Columns<'c>,
    as_of: Option<&'a str>,
    end: Range<usize>,
}

impl Writer<'_, '_> {
    fn write(mut self, tokens: &[Placed]) -> Result<Formula, FormulaError> {
        if tokens.is_empty() {
            return Err(FormulaError::new(self.end.clone(), "expected a formula, found nothing")
                .hint("for example: 0.6 * [Annual Revenue]"));
        }
        let mut frames = vec![Frame { function: None, list: false, at: 0..0, commas: 0, nots: 0, empty: true }];
        // Whether a value must come next, and what it stands behind.
        let mut wants_value = true;
        let mut before: Option<Range<usize>> = None;
        let mut position = 0;
        while let Some((token, at)) = tokens.get(position) {
            let next = tokens.get(position + 1).map(|(token, _)| token);
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { break };
            let word = match token {
                Token::Word(word) => word.to_lowercase(),
                _ => String::new(),
            };
            let calls = matches!((token, next), (Token::Word(_), Some(Token::Open)));
            match token {
                Token::Close => {
                    if depth == 1 {
                        return Err(FormulaError::new(at.clone(), "\")\" closes nothing"));
                    }
                    let empty_call = frame.empty && frame.function.is_some();
                    if wants_value && !empty_call {
                        return Err(expected_value(at.clone(), before.as_ref(), ")"));
                    }
                    let closing = ")".repeat(frame.nots + 1);
                    check_count(frame)?;
                    frames.pop();
                    self.put(&closing, at);
                    wants_value = false;
                }
                Token::Comma => {
                    if wants_value {
                        return Err(expected_value(at.clone(), before.as_ref(), ","));
                    }
                    if frame.function.is_none() && !frame.list {
                        return Err(FormulaError::new(at.clone(), "a comma belongs between the values of a function")
                            .hint("decimals are written with a point: 0.6"));
                    }
                    frame.commas += 1;
                    self.close_nots(frame, at);
                    self.put(",", at);
                    wants_value = true;
                }
                // Also before a bracket: behind a value it is no function.
                Token::Word(_) if matches!(word.as_str(), "and" | "or") && !wants_value => {
                    self.close_nots(frame, at);
                    self.put(if word == "and" { "&" } else { "|" }, at);
                    wants_value = true;
                }
                Token::Word(_) if word == "not" && wants_value => {
                    if frame.nots > MAX_DEPTH {
                        return Err(too_deep(at));
                    }
                    frame.nots += 1;
                    frame.empty = false;
                    self.put("f_not(", at);
                }
                Token::Word(_) if matches!(word.as_str(), "in" | "not") && !wants_value => {
                    let negated = word == "not";
                    let is_in = |token: Option<&Placed>| matches!(token, Some((Token::Word(word), _)) if word.eq_ignore_ascii_case("in"));
                    if negated && !is_in(tokens.get(position + 1)) {
                        return Err(FormulaError::new(at.clone(), "expected \"in\" behind \"not\""));
                    }
                    position += usize::from(negated);
                    let Some((Token::Open, open)) = tokens.get(position + 1) else {
                        return Err(FormulaError::new(at.clone(), "expected a list in brackets behind \"in\"")
                            .hint("for example: [State] in (\"OH\", \"IN\")"));
                    };
                    self.put(if negated { "!in list(" } else { "in list(" }, at);
                    position += 1;
                    frames.push(Frame {
                        function: None,
                        list: true,
                        at: open.clone(),
                        commas: 0,
                        nots: 0,
                        empty: true,
                    });
                    wants_value = true;
                }
                Token::Sign(sign @ ("+" | "-")) if wants_value => {
                    frame.empty = false;
                    if *sign == "-" {
                        self.put("-", at);
                    }
                }
                Token::Sign(sign) => {
                    if wants_value {
                        return Err(expected_value(at.clone(), before.as_ref(), sign));
                    }
                    let spelled = match *sign {
                        "=" => "==",
                        "<>" => "!=",
                        "&" => "join",
                        "^" => "**",
                        sign => sign,
                    };
                    self.put(spelled, at);
                    wants_value = true;
                }
                _ if !wants_value => {
                    return Err(FormulaError::new(at.clone(), format!("expected an operator before {}", shown(token)))
                        .hint(
                            "values are joined by + - * / & = < > and, or; those of a function are parted by commas",
                        ));
                }
                Token::Open => {
                    frame.empty = false;
                    frames.push(Frame { function: None, list: false, at: at.clone(), commas: 0, nots: 0, empty: true });
                    self.put("(", at);
                }
                Token::Word(name) if calls => {
                    frame.empty = false;
                    let function = find_function(name, &word, at)?;
                    if function.name == "today" && matches!(tokens.get(position + 2), Some((Token::Close, _))) {
                        let day = self.as_of(at)?;
                        self.constant(day, at);
                        wants_value = false;
                        before = Some(at.clone());
                        position += 3;
                        continue;
                    }
                    let (named, closed) = (tokens.get(position + 2), tokens.get(position + 3));
                    if let ("in_segment", Some((Token::Text(name), place)), Some((Token::Close, _))) =
                        (function.name, named, closed)
                    {
                        self.segment(name, place)?;
                        wants_value = false;
                        before = Some(place.clone());
                        position += 4;
                        continue;
                    }
                    self.put(&format!("f_{}(", function.name), at);
                    frames.push(Frame {
                        function: Some(function),
                        list: false,
                        at: at.clone(),
                        commas: 0,
                        nots: 0,
                        empty: true,
                    });
                    // The bracket is written already.
                    position += 1;
                }
                Token::Number(number) => {
                    frame.empty = false;
                    self.constant(Values::numbers(vec![*number]), at);
                    wants_value = false;
                }
                Token::Text(text) => {
                    frame.empty = false;
                    self.constant(Values::text(text.as_str()), at);
                    wants_value = false;
                }
                Token::Word(name) | Token::Bracketed(name) => {
                    frame.empty = false;
                    let plain = matches!(token, Token::Word(_));
                    self.name(name, &word, plain, at)?;
                    wants_value = false;
                }
            }
            if frames.len() > MAX_DEPTH {
                return Err(too_deep(at));
            }
            before = Some(at.clone());
            position += 1;
        }
        match frames.pop() {
            Some(open) if !frames.is_empty() => {
                let what = if wants_value { "a value and " } else { "" };
                Err(FormulaError::new(
                    open.at,
                    format!("the bracket that begins here is not closed: expected {what}\")\" at the end"),
                ))
            }
            Some(_) if wants_value => Err(expected_value(self.end.clone(), before.as_ref(), "")),
            whole => {
                let nots = whole.map_or(0, |frame| frame.nots);
                let end = self.end.clone();
                self.put(&")".repeat(nots), &end);
                Ok(self.formula)
            }
        }
    }

    fn put(&mut self, spelled: &str, at: &Range<usize>) {
        self.formula.parts.push((self.formula.expression.len(), at.clone()));
        self.formula.expression.push_str(spelled);
        self.formula.expression.push(' ');
    }

    fn close_nots(&mut self, frame: &mut Frame, at: &Range<usize>) {
        self.put(&")".repeat(frame.nots), at);
        frame.nots = 0;
    }

    fn constant(&mut self, value: Values, at: &Range<usize>) {
        let name = format!("k{}", self.formula.constants.len());
        self.formula.constants.push(value);
        self.put(&name, at);
    }

    /// A name that stands for a value: a column, `true`, `false`.
    fn name(&mut self, name: &str, word: &str, plain: bool, at: &Range<usize>) -> Result<(), FormulaError> {
        if let Some((known, source)) = self.columns.find(name) {
            let known = known.to_owned();
            self.column(&known, source, at);
            return Ok(());
        }
        match word {
            "true" | "yes" if plain => self.constant(Values::flags(vec![Some(true)]), at),
            "false" | "no" if plain => self.constant(Values::flags(vec![Some(false)]), at),
            "territory" | "rep" | "owner" => {
                return Err(FormulaError::new(
                    at.clone(),
                    format!("\"{name}\" is no column: territories cannot be used in a formula"),
                )
                .hint("what a territory gets depends on the columns, so that would go round in a circle"));
            }
            _ => {
                let subject = match self.columns.subject() {
                    crate::domain::columns::Subject::Units => "units",
                    crate::domain::columns::Subject::Accounts => "accounts",
                };
                let error = FormulaError::new(at.clone(), format!("the {subject} have no column \"{name}\""));
                let function = FUNCTIONS.iter().find(|function| plain && function.name == word);
                return Err(match (function, self.columns.near(name)) {
                    (Some(function), _) => error.hint(format!("the function is written {}", function.usage)),
                    (None, Some(near)) => error.hint(format!("did you mean {}?", as_reference(near))),
                    (None, None) if plain => error.hint("words that are no column go into \"quotation marks\""),
                    (None, None) => error,
                });
            }
        }
        Ok(())
    }
}

impl Writer<'_, '_> {
    fn column(&mut self, name: &str, source: Source, at: &Range<usize>) {
        let columns = &mut self.formula.columns;
        let nth = columns.iter().position(|column| column.source == source).unwrap_or_else(|| {
            columns.push(ColumnUse { name: name.to_owned(), source, at: Vec::new() });
            columns.len() - 1
        });
        columns[nth].at.push(at.clone());
        self.put(&format!("c{nth}"), at);
    }

    /// What `in_segment("…")` stands for.
    fn segment(&mut self, name: &str, at: &Range<usize>) -> Result<(), FormulaError> {
        match self.columns.segment(name) {
            Ok((segment, source)) => {
                self.column(&segment.name, source, at);
                Ok(())
            }
            Err((message, hint)) => Err(FormulaError::new(at.clone(), message).hint(hint)),
        }
    }

    /// What `today()` stands for.
    fn as_of(&self, at: &Range<usize>) -> Result<Values, FormulaError> {
        let day = self.as_of.and_then(day_number);
        let missing = || FormulaError::new(at.clone(), "today() needs a date that stays the same");
        day.map(|day| Values::dates(vec![day]))
            .ok_or_else(|| missing().hint("set the column's as-of date, or write date(\"2026-01-31\")"))
    }
}

fn find_function(name: &str, word: &str, at: &Range<usize>) -> Result<&'static Function, FormulaError> {
    if matches!(word, "territory" | "rep" | "owner") {
        return Err(FormulaError::new(at.clone(), format!("{word}() cannot be used in a formula"))
            .hint("what a territory gets depends on the columns, so that would go round in a circle"));
    }
    FUNCTIONS.iter().find(|function| function.name == word).ok_or_else(|| {
        let error = FormulaError::new(at.clone(), format!("there is no function \"{name}\""));
        match near(name, FUNCTIONS.iter().map(|function| function.name)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error,
        }
    })
}

fn check_count(frame: &Frame) -> Result<(), FormulaError> {
    let Some(function) = frame.function else { return Ok(()) };
    let count = if frame.empty { 0 } else { frame.commas + 1 };
    if function.counts.contains(&count) {
        return Ok(());
    }
    let [least, most] = [*function.counts.start(), *function.counts.end()];
    let wanted = match (least, most) {
        (0, 0) => "no value".to_owned(),
        (1, 1) => "1 value".to_owned(),
        (least, most) if least == most => format!("{least} values"),
        (least, most) if most >= super::functions::MANY => format!("{least} values or more"),
        (least, most) => format!("{least} to {most} values"),
    };
    Err(FormulaError::new(frame.at.clone(), format!("{} takes {wanted}, found {count}", function.name))
        .hint(format!("it is written {}", function.usage)))
}

fn expected_value(at: Range<usize>, before: Option<&Range<usize>>, found: &str) -> FormulaError {
    let found = match found {
        "" => "the end".to_owned(),
        sign => format!("\"{sign}\""),
    };
    match before {
        None => FormulaError::new(at, format!("expected a value, found {found}")),
        Some(_) => FormulaError::new(at, format!("expected a value, found {found}"))
            .hint("a column, a number, words in \"quotation marks\", a function or a bracket"),
    }
}

fn too_deep(at: &Range<usize>) -> FormulaError {
    FormulaError::new(at.clone(), "there are too many brackets within each other").hint("make columns of the parts")
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(number) => number.to_string(),
        Token::Text(text) => format!("\"{}\"", text.chars().take(20).collect::<String>()),
        Token::Word(word) => format!("\"{word}\""),
        Token::Bracketed(name) => format!("[{name}]"),
        Token::Sign(sign) => format!("\"{sign}\""),
        Token::Open => "\"(\"".to_owned(),
        Token::Close => "\")\"".to_owned(),
        Token::Comma => "\",\"".to_owned(),
    }
}
