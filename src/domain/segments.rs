//! Segments: named sets of accounts, by rules or by a formula that says yes or no. Rules are spelled as a formula too, so that one
//! evaluator decides everything.

use super::columns::Subject;
use super::formula::{Columns, Data, Formula, FormulaError, Kind, Source, as_reference, as_text};
use super::project::Project;

/// A named set of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub name: String,
    pub rule: Rule,
    /// What `today()` means, in ISO form; empty where nothing was said.
    pub as_of: String,
}

/// Who belongs to a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Whoever the formula says yes to.
    Formula(String),
    Conditions(Group),
}

/// Conditions, and groups of them within; those hold conditions alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    pub combine: Combine,
    pub conditions: Vec<Condition>,
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    #[default]
    All,
    Any,
    None,
}

/// A column compared with something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// The column's name.
    pub column: String,
    pub operator: Operator,
    /// As the user wrote it; several values are parted by commas, or by lines.
    pub value: String,
    /// The other end of "between".
    pub until: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operator {
    #[default]
    Is,
    IsNot,
    Contains,
    BeginsWith,
    OneOf,
    Between,
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
    Before,
    After,
    /// In the days up to the as-of date, so many of them.
    WithinDays,
    IsEmpty,
    IsNotEmpty,
}

impl Operator {
    pub const ALL: [Self; 15] = [
        Self::Is,
        Self::IsNot,
        Self::Contains,
        Self::BeginsWith,
        Self::OneOf,
        Self::Between,
        Self::AtLeast,
        Self::AtMost,
        Self::MoreThan,
        Self::LessThan,
        Self::Before,
        Self::After,
        Self::WithinDays,
        Self::IsEmpty,
        Self::IsNotEmpty,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Contains => "contains",
            Self::BeginsWith => "begins with",
            Self::OneOf => "is one of",
            Self::Between => "is between",
            Self::AtLeast => "is at least",
            Self::AtMost => "is at most",
            Self::MoreThan => "is more than",
            Self::LessThan => "is less than",
            Self::Before => "is before",
            Self::After => "is after",
            Self::WithinDays => "is in the last … days",
            Self::IsEmpty => "is empty",
            Self::IsNotEmpty => "is not empty",
        }
    }

    /// As the file and the command line write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is-not",
            Self::Contains => "contains",
            Self::BeginsWith => "begins-with",
            Self::OneOf => "one-of",
            Self::Between => "between",
            Self::AtLeast => "at-least",
            Self::AtMost => "at-most",
            Self::MoreThan => "more-than",
            Self::LessThan => "less-than",
            Self::Before => "before",
            Self::After => "after",
            Self::WithinDays => "within-days",
            Self::IsEmpty => "empty",
            Self::IsNotEmpty => "not-empty",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.word() == word)
    }

    /// How many values it takes.
    pub fn values(self) -> usize {
        match self {
            Self::IsEmpty | Self::IsNotEmpty => 0,
            Self::Between => 2,
            _ => 1,
        }
    }

    /// The operators that make sense for a column.
    pub fn of_kind(kind: Kind) -> &'static [Self] {
        use Operator::*;
        match kind {
            Kind::Number => &[AtLeast, AtMost, MoreThan, LessThan, Between, Is, IsNot, OneOf, IsEmpty, IsNotEmpty],
            _ => &[Is, IsNot, Contains, BeginsWith, OneOf, IsEmpty, IsNotEmpty, Before, After, Between, WithinDays],
        }
    }
}

impl Combine {
    pub const ALL: [Self; 3] = [Self::All, Self::Any, Self::None];

    pub fn words(self) -> &'static str {
        match self {
            Self::All => "all of these hold",
            Self::Any => "any of these holds",
            Self::None => "none of these holds",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "none",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|combine| combine.word() == word)
    }
}

/// Which accounts belong, and how many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Members {
    /// One per account.
    pub belongs: Vec<bool>,
    pub count: usize,
    /// Rows of which the formula cannot say it, because of an error in them; they do not belong.
    pub faults: usize,
}

impl Segment {
    /// The rule as a formula.
    ///
    /// # Errors
    /// A condition is not complete, or names a column that is not there.
    pub fn formula(&self, project: &Project) -> Result<String, FormulaError> {
        match &self.rule {
            Rule::Formula(formula) => Ok(formula.clone()),
            Rule::Conditions(group) => group.formula(project, &self.as_of),
        }
    }

    /// Whether its rule can be worked out, without doing so.
    ///
    /// # Errors
    /// As [`Segment::members`].
    pub fn check(&self, project: &Project) -> Result<(), FormulaError> {
        let formula = self.formula(project)?;
        let columns = Columns::of_segment(project);
        match parse(&formula, &columns, &self.as_of)?.check(&columns)? {
            Kind::Flag => Ok(()),
            kind => Err(no_flag(&formula, kind)),
        }
    }

    /// The accounts that belong to it.
    ///
    /// # Errors
    /// The rule is not complete, or gives something else than yes or no.
    pub fn members(&self, project: &Project) -> Result<Members, FormulaError> {
        members(project, &self.formula(project)?, &self.as_of)
    }
}

/// The accounts that a formula says yes to.
///
/// # Errors
/// It is wrong, or gives something else than yes or no.
pub fn members(project: &Project, formula: &str, as_of: &str) -> Result<Members, FormulaError> {
    let columns = Columns::of_segment(project);
    let values = parse(formula, &columns, as_of)?.evaluate(&columns)?;
    let Data::Flags(flags) = &values.data else { return Err(no_flag(formula, values.kind())) };
    let belongs: Vec<bool> = flags.iter().map(|flag| *flag == Some(true)).collect();
    let count = belongs.iter().filter(|belongs| **belongs).count();
    Ok(Members { belongs, count, faults: values.faults.len() })
}

fn parse(formula: &str, columns: &Columns, as_of: &str) -> Result<Formula, FormulaError> {
    Formula::parse(formula, columns, (!as_of.is_empty()).then_some(as_of))
}

fn no_flag(formula: &str, kind: Kind) -> FormulaError {
    FormulaError::new(0..formula.len(), format!("a segment needs a yes or no, found {}", kind.words()))
        .hint("for example: [Annual Revenue] > 100000")
}

/// The columns that a formula of a segment, or its conditions, name; none of a wrong one.
pub fn sources(project: &Project, segment: &Segment) -> std::collections::BTreeSet<Source> {
    let Ok(formula) = segment.formula(project) else { return Default::default() };
    let parsed = parse(&formula, &Columns::of_segment(project), &segment.as_of);
    parsed.map_or_else(|_| Default::default(), |parsed| parsed.columns().iter().map(|used| used.source).collect())
}

impl Group {
    /// # Errors
    /// As [`Segment::formula`].
    pub fn formula(&self, project: &Project, as_of: &str) -> Result<String, FormulaError> {
        let mut parts = Vec::new();
        for condition in &self.conditions {
            parts.push(condition.formula(project, as_of)?);
        }
        for group in self.groups.iter().filter(|group| !group.is_empty()) {
            parts.push(format!("({})", group.formula(project, as_of)?));
        }
        Ok(match (self.combine, parts.as_slice()) {
            // No condition leaves nobody out.
            (_, []) => "true".to_owned(),
            (Combine::All, parts) => parts.join(" and "),
            (Combine::Any, parts) => parts.join(" or "),
            (Combine::None, parts) => format!("not ({})", parts.join(" or ")),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.groups.iter().all(Self::is_empty)
    }

    /// All conditions, those of groups within too.
    pub fn all(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().chain(self.groups.iter().flat_map(|group| &group.conditions))
    }

    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Condition> {
        self.conditions.iter_mut().chain(self.groups.iter_mut().flat_map(|group| &mut group.conditions))
    }
}

impl Condition {
    /// The condition as a formula. It says no where the column is empty, unless that is what it asks.
    ///
    /// # Errors
    /// As [`Segment::formula`].
    pub fn formula(&self, project: &Project, as_of: &str) -> Result<String, FormulaError> {
        let columns = Columns::of(project, Subject::Accounts);
        let wrong = |message: String| FormulaError::new(0..0, message);
        if self.column.is_empty() {
            return Err(wrong("choose a column".to_owned()));
        }
        let Some((name, source)) = columns.find(&self.column) else {
            let error = wrong(format!("the accounts have no column \"{}\"", self.column));
            return Err(match columns.near(&self.column) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error,
            });
        };
        let column = as_reference(name);
        let kind = columns.kind(source);
        if !Operator::of_kind(kind).contains(&self.operator) {
            return Err(wrong(format!(
                "\"{name}\" holds {}: it cannot be asked whether it {}",
                kind.words(),
                self.operator.words()
            )));
        }
        let value = |text: &str| self.value_of(text, kind, name);
        let date = |text: &str| {
            let text = text.trim();
            super::formula::day_number(text)
                .map(|_| format!("date(\"{text}\")"))
                .ok_or_else(|| wrong(format!("\"{name}\": expected a date like 2026-12-31, found \"{text}\"")))
        };
        let known = |text: String| format!("coalesce({text}, false)");
        let compared = |sign: &str| Ok::<_, FormulaError>(known(format!("{column} {sign} {}", value(&self.value)?)));
        Ok(match self.operator {
            Operator::Is => compared("=")?,
            Operator::IsNot => format!("coalesce({column} <> {}, true)", value(&self.value)?),
            Operator::AtLeast => compared(">=")?,
            Operator::AtMost => compared("<=")?,
            Operator::MoreThan => compared(">")?,
            Operator::LessThan => compared("<")?,
            Operator::Contains => format!("contains({column}, {})", value(&self.value)?),
            Operator::BeginsWith => format!("begins_with({column}, {})", value(&self.value)?),
            Operator::OneOf => {
                let values = self.value.split([',', '\n', ';']).filter(|part| !part.trim().is_empty());
                let values = values.map(value).collect::<Result<Vec<String>, _>>()?;
                match values.as_slice() {
                    [] => return Err(wrong(format!("\"{name}\": write the values, parted by commas"))),
                    // No function takes any number of values: a long list is asked in parts.
                    values => {
                        let parts: Vec<String> =
                            values.chunks(40).map(|part| format!("{column} in ({})", part.join(", "))).collect();
                        known(parts.join(" or "))
                    }
                }
            }
            Operator::Between if kind == Kind::Number => {
                known(format!("{column} >= {} and {column} <= {}", value(&self.value)?, value(&self.until)?))
            }
            Operator::Between => {
                known(format!("{column} >= {} and {column} <= {}", date(&self.value)?, date(&self.until)?))
            }
            Operator::Before => known(format!("{column} < {}", date(&self.value)?)),
            Operator::After => known(format!("{column} > {}", date(&self.value)?)),
            Operator::WithinDays => {
                if as_of.is_empty() {
                    return Err(wrong(format!("\"{name}\": say from which date the days are counted back")));
                }
                let days = self.number(&self.value, name)?;
                let between = format!("days_between({column}, {})", date(as_of)?);
                known(format!("{between} >= 0 and {between} <= {days}"))
            }
            Operator::IsEmpty => format!("isempty({column})"),
            Operator::IsNotEmpty => format!("not isempty({column})"),
        })
    }

    fn value_of(&self, text: &str, kind: Kind, name: &str) -> Result<String, FormulaError> {
        if kind == Kind::Number {
            return self.number(text, name);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(FormulaError::new(0..0, format!("\"{name}\": write what it is compared with")));
        }
        Ok(as_text(text))
    }

    fn number(&self, text: &str, name: &str) -> Result<String, FormulaError> {
        let plain: String = text.chars().filter(|letter| !matches!(letter, ',' | ' ' | '$')).collect();
        let usable = plain.parse::<f64>().ok().filter(|number| number.is_finite() && !plain.contains(['n', 'i']));
        usable
            .map(|number| number.to_string())
            .ok_or_else(|| FormulaError::new(0..0, format!("\"{name}\": expected a number, found \"{}\"", text.trim())))
    }
}
