//! What the program is about: units, accounts, plans, edits, figures. Pure: no files, clock, threads, windows or SQL, and randomness
//! only from a seed, so nothing here can fail for outside reasons.

pub mod accounts;
pub mod accounts_patch;
mod apply;
pub mod categories;
pub mod cells;
pub mod classes;
pub mod columns;
pub mod comparison;
pub mod computed;
pub mod cut;
pub mod cutting;
pub mod doubts;
pub mod edit;
pub mod effect;
pub mod fixture;
pub mod formula;
pub mod hierarchy;
pub mod history;
pub mod ids;
mod level_edits;
pub mod lists;
pub mod metrics;
pub mod palette;
pub mod places;
pub mod plan;
pub mod plans;
pub mod polygon;
pub mod progress;
pub mod project;
pub mod ramps;
pub mod random;
pub mod reference;
pub mod reps;
pub mod segments;
pub mod shape;
pub mod spatial;
pub mod sphere;
pub mod topology;
pub mod units;
pub mod units_patch;
pub mod what_if;

#[cfg(test)]
mod tests;
