//! Units by what is known of them: "revenue at least 40,000", "state is Ohio".

use super::Session;
use crate::domain::ids::{MeasureId, UnitId};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Code,
    Name,
    Territory,
    Accounts,
    Measure(MeasureId),
    /// A column of text, by its position.
    Attribute(usize),
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    AtLeast,
    AtMost,
    Equal,
    Contains,
    IsNot,
}

impl Comparison {
    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::Equal => "is",
            Self::Contains => "contains",
            Self::IsNot => "is not",
        }
    }
}

impl Column {
    /// The columns there are.
    pub fn all(session: &Session) -> Vec<Self> {
        let project = &session.project;
        let mut columns = vec![Self::Code, Self::Name, Self::Territory, Self::Accounts];
        columns.extend((0..project.measures.len()).map(|index| Self::Measure(MeasureId::from_index(index))));
        columns.extend((0..project.units.attributes.len()).map(Self::Attribute));
        columns
    }

    pub fn words(self, session: &Session) -> String {
        match self {
            Self::Code => "Code".to_owned(),
            Self::Name => "Name".to_owned(),
            Self::Territory => "Territory".to_owned(),
            Self::Accounts => "Accounts".to_owned(),
            Self::Measure(id) => session.project.measure(id).map_or_else(String::new, |measure| measure.name.clone()),
            Self::Attribute(at) => {
                session.project.units.attributes.get(at).map_or_else(String::new, |column| column.name.clone())
            }
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Accounts | Self::Measure(_))
    }

    /// The comparisons that make sense.
    pub fn comparisons(self) -> &'static [Comparison] {
        if self.is_number() {
            &[Comparison::AtLeast, Comparison::AtMost, Comparison::Equal, Comparison::IsNot]
        } else {
            &[Comparison::Equal, Comparison::Contains, Comparison::IsNot]
        }
    }

    fn number(self, session: &Session, unit: UnitId) -> f64 {
        let table = session.totals.table();
        match self {
            Self::Measure(id) => table.unit_load(id, unit),
            _ => f64::from(table.accounts_in(unit)),
        }
    }

    fn text(self, session: &Session, unit: UnitId) -> &str {
        let units = &session.project.units;
        match self {
            Self::Code => &units.codes[unit.index()],
            Self::Name => &units.names[unit.index()],
            Self::Territory => session.plan().territory_name(session.plan().territory_of(unit)),
            Self::Attribute(at) => units.attributes.get(at).map_or("", |column| column.get(unit.index())),
            Self::Accounts | Self::Measure(_) => "",
        }
    }
}

/// The units for which the comparison holds, as far as tools may take them. Says what is wrong with the value.
pub fn matching(
    session: &Session,
    column: Column,
    comparison: Comparison,
    value: &str,
) -> Result<Vec<UnitId>, &'static str> {
    let value = value.trim();
    let units = session.project.units.ids();
    let found = if column.is_number() {
        let plain: String = value.chars().filter(|letter| !matches!(letter, ',' | ' ' | '$')).collect();
        let wanted: f64 = plain.parse().map_err(|_| "Write a number")?;
        // Sums are of values rounded to a fine grid: what is equal on screen is equal here.
        let slack = 1e-6_f64.max(wanted.abs() * 1e-12);
        let holds = |found: f64| match comparison {
            Comparison::AtLeast => found >= wanted - slack,
            Comparison::AtMost => found <= wanted + slack,
            Comparison::Equal | Comparison::Contains => (found - wanted).abs() <= slack,
            Comparison::IsNot => (found - wanted).abs() > slack,
        };
        units.filter(|&unit| holds(column.number(session, unit))).collect()
    } else {
        let wanted = value.to_lowercase();
        let holds = |found: &str| match comparison {
            Comparison::Contains => found.to_lowercase().contains(&wanted),
            Comparison::IsNot => found.to_lowercase() != wanted,
            _ => found.to_lowercase() == wanted,
        };
        units.filter(|&unit| holds(column.text(session, unit))).collect()
    };
    Ok(session.in_scope(found))
}
