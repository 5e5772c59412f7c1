//! Tests of the project file, by what a user relies on.

mod bad_files;
mod crash;
mod damaged;
mod faults;
mod fixture;
mod history;
mod lost_list;
mod plain_sql;
mod plans;
mod power_cut;
mod round_trip;
mod safety;
mod script;
mod thousand;
mod units_edits;
