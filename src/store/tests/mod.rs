//! Tests of the project file, by what a user relies on.

mod bad_files;
mod crash;
mod fixture;
mod history;
mod plain_sql;
mod plans;
mod round_trip;
mod safety;
mod thousand;
