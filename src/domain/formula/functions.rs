//! The functions there are, with what people are told about them.

use std::ops::RangeInclusive;

use super::operators::Worked;
use super::values::Values;
use super::{dates, numbers, ranking, texts};

/// As many values as a function with any number of them takes.
pub const MANY: usize = 40;

/// A function of formulas.
pub struct Function {
    pub name: &'static str,
    /// How many values it takes.
    pub counts: RangeInclusive<usize>,
    /// How it is written.
    pub usage: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Works on whole columns of so many rows.
    pub(super) work: fn(usize, &[Values]) -> Worked,
}

const fn function(
    name: &'static str,
    counts: RangeInclusive<usize>,
    usage: &'static str,
    help: &'static str,
    work: fn(usize, &[Values]) -> Worked,
) -> Function {
    Function { name, counts, usage, help, work }
}

/// By what they are about.
pub const FUNCTIONS: &[Function] = &[
    function(
        "if",
        2..=3,
        "if([Revenue] > 1000, \"A\", \"B\")",
        "One value where a condition holds, else another",
        numbers::if_,
    ),
    function("coalesce", 1..=MANY, "coalesce([Revenue], 0)", "The first value that is not missing", numbers::coalesce_),
    function("isempty", 1..=1, "isempty([Revenue])", "Whether a value is missing", numbers::isempty),
    function("missing", 0..=0, "missing()", "No value", numbers::missing),
    function("not", 1..=1, "not [Revenue] > 1000", "Yes becomes no", numbers::not),
    function(
        "tier",
        3..=3,
        "tier([Revenue], 80, 95)",
        "A, B or C by the share of the total, in percent, that the largest make up",
        ranking::tier,
    ),
    function("rank", 1..=1, "rank([Revenue])", "1 for the largest", ranking::rank),
    function(
        "percentile",
        1..=1,
        "percentile([Revenue])",
        "How many percent of the others are smaller",
        ranking::percentile,
    ),
    function(
        "sum",
        1..=MANY,
        "sum([Revenue])",
        "The sum of all rows; with several values, their sum in each row",
        numbers::sum,
    ),
    function(
        "mean",
        1..=MANY,
        "mean([Revenue])",
        "The mean of all rows; with several values, their mean in each row",
        numbers::mean,
    ),
    function("median", 1..=1, "median([Revenue])", "The middle value of all rows", numbers::median),
    function("count", 1..=1, "count([Revenue])", "In how many rows there is a value", numbers::count),
    function(
        "min",
        1..=MANY,
        "min([Revenue], 1000)",
        "The smallest of several values; with one column, of all rows",
        numbers::min,
    ),
    function(
        "max",
        1..=MANY,
        "max([Revenue], 0)",
        "The largest of several values; with one column, of all rows",
        numbers::max,
    ),
    function("round", 1..=2, "round([Revenue], 2)", "Rounded to so many decimals", numbers::round),
    function("floor", 1..=1, "floor([Revenue])", "Rounded down to a whole number", numbers::floor),
    function("ceil", 1..=1, "ceil([Revenue])", "Rounded up to a whole number", numbers::ceil),
    function("abs", 1..=1, "abs([Growth])", "Without its sign", numbers::abs),
    function("mod", 2..=2, "mod([Visits], 4)", "What is left of a division", numbers::mod_),
    function("power", 2..=2, "power([Size], 0.5)", "A power; also written [Size] ^ 0.5", numbers::power),
    function("sqrt", 1..=1, "sqrt([Size])", "The square root", numbers::sqrt),
    function("ln", 1..=1, "ln([Revenue])", "The natural logarithm", numbers::ln),
    function("log10", 1..=1, "log10([Revenue])", "The logarithm to base 10", numbers::log10),
    function("exp", 1..=1, "exp([Growth])", "e to the power of a number", numbers::exp),
    function(
        "distance_km",
        4..=4,
        "distance_km(lon, lat, -83.0, 39.96)",
        "Kilometres between two places as the crow flies",
        numbers::distance_km,
    ),
    function("upper", 1..=1, "upper([City])", "In capitals", texts::upper),
    function("lower", 1..=1, "lower([City])", "In small letters", texts::lower),
    function("trim", 1..=1, "trim([City])", "Without blanks around, and single ones between", texts::trim),
    function("left", 2..=2, "left([ZIP], 3)", "The first letters", texts::left),
    function("right", 2..=2, "right([ZIP], 2)", "The last letters", texts::right),
    function("mid", 3..=3, "mid([ZIP], 2, 3)", "From the second letter on, three letters", texts::mid),
    function("len", 1..=1, "len([Name])", "How many letters", texts::len),
    function("replace", 3..=3, "replace([Name], \"Inc.\", \"\")", "With other words in place of some", texts::replace),
    function(
        "contains",
        2..=2,
        "contains([Name], \"dental\")",
        "Whether words are in it, whatever their capitals",
        texts::contains,
    ),
    function("begins_with", 2..=2, "begins_with([ZIP], \"43\")", "Whether it begins like that", texts::begins),
    function("ends_with", 2..=2, "ends_with([Name], \"GmbH\")", "Whether it ends like that", texts::ends),
    function("number", 1..=1, "number([Employees])", "Words as a number", texts::to_number),
    function("text", 1..=1, "text([Revenue])", "Anything as words", |_, values| Ok(texts::as_text(&values[0]))),
    function("date", 1..=1, "date(\"2026-12-31\")", "Words as a date", dates::date),
    function(
        "days_between",
        2..=2,
        "days_between([Last visit], date(\"2026-12-31\"))",
        "Days from one date to another",
        dates::days_between,
    ),
    function(
        "age_years",
        2..=2,
        "age_years([Customer since], date(\"2026-12-31\"))",
        "Full years from one date to another",
        dates::age_years,
    ),
    function("year", 1..=1, "year([Last visit])", "The year of a date", dates::year),
    function("month", 1..=1, "month([Last visit])", "The month of a date, 1 to 12", dates::month),
    function("day", 1..=1, "day([Last visit])", "The day of the month", dates::day),
    function(
        "in_segment",
        1..=1,
        "in_segment(\"Key accounts\")",
        "Whether the account belongs to a segment",
        numbers::in_segment,
    ),
    function("today", 0..=0, "today()", "The column's as-of date, which stays the same", dates::today),
];
