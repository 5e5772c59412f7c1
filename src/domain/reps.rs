//! Reps: the people who own territories.

use super::sphere::LonLat;

/// A sales person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rep {
    /// The employee number or other code from outside; unique.
    pub code: String,
    pub name: String,
    pub home: Option<LonLat>,
    /// The place of the home in words.
    pub home_town: String,
    /// Field hours per year; NaN when not known. Targets can be shared out by it.
    pub capacity_hours: f64,
    pub skills: Vec<String>,
}
