//! What formulas mean, what is said about wrong ones, and that none of them does harm.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::project::Project;
use crate::domain::segments::{Rule, Segment};
use crate::domain::sphere::LonLat;

fn project() -> Project {
    let nan = f64::NAN;
    let numbers = |name: &str, values: [f64; 4]| Measure::sum(name, "$", Subject::Accounts, values.to_vec());
    let accounts = Accounts {
        codes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        names: ["Dental Care", "Bäckerei Süd", "Acme Inc.", ""].map(str::to_owned).to_vec(),
        places: vec![LonLat::new(-83.0, 40.0), LonLat::new(0.0, 0.0), LonLat::new(nan, nan), LonLat::new(10.0, 50.0)],
        placements: vec![Placement::Coordinates; 4],
        precisions_km: Vec::new(),
        units: vec![None; 4],
        attributes: vec![
            TextColumn::new("State", &["OH", "IN", "oh", ""]),
            TextColumn::new("Since", &["2020-02-29", "2026-01-31", "soon", ""]),
            TextColumn::new("Staff", &["12", "1,250.5", "n/a", ""]),
        ],
    };
    let measures =
        vec![numbers("Annual Revenue", [1_000.0, 200.0, nan, 0.0]), numbers("Potential", [10.0, 0.0, 30.0, 40.0])];
    Project { accounts: Arc::new(accounts), measures: Arc::new(measures), ..Project::default() }
}

/// The values of all rows as text, missing ones as "-".
fn shown(formula: &str) -> String {
    let project = project();
    let columns = Columns::of(&project, Subject::Accounts);
    let found = Formula::parse(formula, &columns, Some("2026-01-31")).and_then(|formula| formula.evaluate(&columns));
    let values = match found {
        Ok(values) => values,
        Err(error) => return format!("{}: {error}", error.position(formula)),
    };
    let words = texts::as_text(&values);
    let Data::Texts(texts) = &words.data else { panic!("texts are texts") };
    let word = |row: usize| match (values.fault(row), texts.get(row)) {
        (Some(fault), "") => format!("{fault:?}"),
        (None, "") => "-".to_owned(),
        (None, word) => word.to_owned(),
        (Some(fault), word) => format!("{word} although {fault:?}"),
    };
    (0..4).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn formulas_calculate_as_spreadsheets_do() {
    for (formula, expected) in [
        ("0.6*annual_revenue + 0.4*potential", "604 120 - 16"),
        ("= 1/2", "0.5 0.5 0.5 0.5"),
        ("[Annual Revenue] / [Potential]", "100 DivisionByZero - 0"),
        ("2 + 3 * 4 ^ 2 / 8 - -1", "9 9 9 9"),
        ("-2 ^ 2", "4 4 4 4"),
        ("(2 + 3) * 4", "20 20 20 20"),
        ("if([Annual Revenue] > 500, \"A\", if(annual_revenue > 100, \"B\", \"C\"))", "A B - C"),
        ("if(Potential = 0, 0, [Annual Revenue] / Potential)", "100 0 - 0"),
        ("if(Potential > 20, Potential)", "- - 30 40"),
        ("coalesce([Annual Revenue], 0) + 1", "1001 201 1 1"),
        ("coalesce([Annual Revenue] / Potential, 7)", "100 7 7 0"),
        ("isempty([Annual Revenue])", "no no yes no"),
        ("State = \"oh\"", "yes no yes no"),
        ("State in (\"OH\", \"MI\") and not Potential > 20", "yes no no no"),
        ("State not in ('OH')", "no yes no yes"),
        ("not State = \"OH\" or Potential >= 30", "no yes yes yes"),
        ("[Annual Revenue] > 500 or Potential >= 30", "yes no yes yes"),
        ("[Annual Revenue] > 500 and Potential >= 10", "yes no - no"),
        ("Potential <> 0", "yes no yes yes"),
        ("State & \"-\" & 1 + 1 & \"x\" = \"OH-2x\"", "yes no yes no"),
        ("upper(left(Name, 2)) + \"!\"", "DE! BÄ! AC! !"),
        ("State = 'OH' and (Potential = 0 or Potential = 1)", "no no no no"),
        ("State = 'OH' or (not (State = 'IN'))", "yes no yes yes"),
        ("State & State & left(State, 1)", "OHOHO ININI ohoho -"),
        ("mid(name, 2, 3)", "ent äck cme -"),
        ("right(State, 1) & len(Name)", "H11 N12 h9 0"),
        ("contains(Name, \"CARE\") or begins_with(name, \"acme\") or ends_with(name, \"Süd\")", "yes yes yes no"),
        ("replace(Name, \"Inc.\", \"Ltd\")", "Dental Care Bäckerei Süd Acme Ltd -"),
        ("number(Staff) * 2", "24 2501 NoNumber -"),
        ("year(Since)", "2020 2026 NoDate -"),
        ("days_between(Since, date(\"2026-02-01\"))", "2164 1 NoDate -"),
        ("age_years(Since, date('2026-02-28'))", "5 0 NoDate -"),
        ("Since > date(\"2021-01-01\")", "no yes NoDate -"),
        ("date(Since) + 1", "2020-03-01 2026-02-01 NoDate -"),
        ("today() - date(\"2026-01-01\")", "30 30 30 30"),
        ("rank(Potential)", "3 4 2 1"),
        ("percentile(Potential)", "33.333333333333336 0 66.66666666666667 100"),
        ("tier(Potential, 50, 90)", "B C B A"),
        ("sum(Potential) / count(Potential) = mean(Potential)", "yes yes yes yes"),
        ("Potential / max(Potential)", "0.25 0 0.75 1"),
        ("min([Annual Revenue], Potential)", "10 0 - 0"),
        ("median(Potential)", "20 20 20 20"),
        ("round(Potential / 7, 1)", "1.4 0 4.3 5.7"),
        ("round(123456, -3)", "123000 123000 123000 123000"),
        ("mod(-1, 3) + abs(-2) + sqrt(9) + floor(1.7) + ceil(1.2)", "10 10 10 10"),
        ("ln(Potential - 10)", "Undefined Undefined 2.995732273553991 3.4011973816621555"),
        ("Potential * 1e15", "TooLarge 0 TooLarge TooLarge"),
        ("round(distance_km(lon, lat, -83.0, 40.0))", "0 9412 - 6915"),
        ("if(true, missing(), 1)", "- - - -"),
        ("Potential ≥ 30; ", "15: a comma belongs between the values of a function"),
    ] {
        let found = shown(formula);
        assert!(found == expected || found.starts_with(expected) && expected.contains(':'), "{formula}: {found}");
    }
}

#[test]
fn a_wrong_formula_is_told_where_and_what() {
    for (formula, place, words) in [
        ("", 1, "expected a formula"),
        ("0.6 * Anual_Revenue", 7, "did you mean [Annual Revenue]?"),
        ("[Potental] + 1", 1, "did you mean [Potential]?"),
        ("uper(State)", 1, "did you mean upper?"),
        ("round()", 1, "round takes 1 to 2 values, found 0"),
        ("tier(Potential, 80)", 1, "tier takes 3 values, found 2"),
        ("1 + ", 4, "expected a value, found the end"),
        ("1 + * 2", 5, "expected a value, found \"*\""),
        ("(1 + 2", 1, "not closed"),
        ("1 + 2)", 6, "closes nothing"),
        ("Potential 5", 11, "expected an operator"),
        ("0,6 * Potential", 2, "decimals are written with a point"),
        ("State in \"OH\"", 7, "expected a list in brackets"),
        ("\"open", 1, "no closing quotation mark"),
        ("[open", 1, "is not closed"),
        ("State * 2", 7, "works with numbers, found words"),
        ("1 + State", 3, "adds numbers or joins words"),
        ("State > 5", 7, "compares words with a number"),
        ("if(Potential, 1, 2)", 1, "works with yes or no, found a number"),
        ("if(Potential > 1, 1, \"x\")", 1, "a number in one case and words in the other"),
        ("territory = \"East\"", 1, "territories cannot be used"),
        ("territory()", 1, "cannot be used"),
        ("date(\"31.12.2026\")", 1, "expected a date like 2026-12-31, found \"31.12.2026\""),
        ("Potential % 2", 11, "means nothing here"),
        ("let x = 1", 1, "have no column \"let\""),
        ("1; 2", 2, "a comma belongs"),
        ("while(true)", 1, "no function \"while\""),
        ("1e999", 1, "expected a number"),
        ("12abc", 1, "brackets"),
    ] {
        let found = shown(formula);
        let (position, message) = found.split_once(": ").unwrap_or(("", &found));
        assert!(message.contains(words) && position == place.to_string(), "{formula}: {found}");
    }
    let project = project();
    let columns = Columns::of(&project, Subject::Accounts);
    let error = Formula::parse("today()", &columns, None).unwrap_err();
    assert!(error.to_string().contains("as-of date"), "{error}");
}

#[test]
fn equal_values_are_treated_alike_in_tiers_and_the_largest_is_always_in_the_first() {
    let project = Project {
        measures: Arc::new(vec![Measure::sum("x", "", Subject::Accounts, vec![90.0, 5.0, 5.0, -3.0])]),
        ..project()
    };
    let columns = Columns::of(&project, Subject::Accounts);
    let values = Formula::parse("tier(x, 80, 92)", &columns, None).unwrap().evaluate(&columns).unwrap();
    let Data::Texts(texts) = &values.data else { panic!("tiers are words") };
    assert_eq!([0, 1, 2, 3].map(|row| texts.get(row)), ["A", "B", "B", "C"]);
}

#[test]
fn a_formula_follows_a_column_to_its_new_name() {
    let project = project();
    let columns = Columns::of(&project, Subject::Accounts);
    let formula = "if(annual_revenue > 5, [Annual Revenue], \"annual_revenue\" = State)";
    let renamed = renamed(formula, &columns, None, Renamed::Column, "Annual Revenue", "Sales [net]").unwrap();
    assert_eq!(renamed, "if([Sales [net]]] > 5, [Sales [net]]], \"annual_revenue\" = State)");
}

#[test]
fn a_table_without_rows_and_one_with_a_single_row_work() {
    let project = Project::default();
    let columns = Columns::of(&project, Subject::Accounts);
    for formula in
        ["rank(lon)", "tier(lat, 80, 95)", "sum(lon) + mean(lat)", "code & name", "if(lon > 1, \"a\", code)", "1"]
    {
        let values = Formula::parse(formula, &columns, None).unwrap().evaluate(&columns).unwrap();
        assert_eq!(values.len(), 0, "{formula}");
    }
}

/// What would be a way out of the language, or too much for it: refused in words, at once.
#[test]
fn hostile_formulas_are_refused() {
    let deep = |open: &str, close: &str, times: usize| open.repeat(times) + "1" + close.repeat(times).as_str();
    for formula in [
        deep("(", ")", 5_000),
        deep("abs(", ")", 900),
        deep("if(true, ", ", 1)", 200),
        "not ".repeat(900) + "true",
        "-".repeat(3_000) + "1",
        "1".repeat(100_000),
        "\"".to_owned() + "x".repeat(100_000).as_str(),
        "1+".repeat(1_900) + "1",
        "loop { }".to_owned(),
        "`${loop {}}`".to_owned(),
        "\"a\"; while true { print(1) }".to_owned(),
        "eval(\"loop {}\")".to_owned(),
        "k0 + c0".to_owned(),
        "f_if(true, 1, 2)".to_owned(),
        "list(1)".to_owned(),
        "1 join 2".to_owned(),
        "\u{0}".to_owned(),
        "replace(\"aaaa\", \"\", \"b\")".to_owned(),
    ] {
        let project = project();
        let columns = Columns::of(&project, Subject::Accounts);
        let found = Formula::parse(&formula, &columns, None).and_then(|formula| formula.evaluate(&columns));
        let start: String = formula.chars().take(40).collect();
        assert!(found.is_err(), "{start}");
    }
    // As long as it may be.
    for formula in [
        "1+".repeat(298) + "1",
        "1^".repeat(298) + "1",
        deep("-(", ")", 39),
        "abs(-".repeat(38) + "1" + ")".repeat(38).as_str(),
    ] {
        assert!(!shown(&formula).contains(':'), "{}", shown(&formula));
    }
    // Words that double with every step end where a text may be no longer.
    let double = "replace(".repeat(30) + "\"a\"" + ", \"a\", \"aa\")".repeat(30).as_str();
    assert!(shown(&double).contains("longer than"), "{}", shown(&double));
}

#[test]
fn dates_are_read_and_written_the_same() {
    for date in ["0001-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "9999-12-31"] {
        assert_eq!(day_number(date).and_then(iso_date).as_deref(), Some(date));
    }
    for wrong in ["", "2026-02-30", "2026-2-3", "20260101", "2026-13-01", "2026-01-01x", "+026-01-01", "ä026-01-0"] {
        assert_eq!(day_number(wrong), None, "{wrong}");
    }
    assert_eq!(day_number("2026-01-31T10:00:00Z"), day_number(" 2026-01-31 "));
    assert_eq!(iso_date(1e12), None);
}

const PIECES: [&str; 40] = [
    "[Annual Revenue]",
    "potential",
    "State",
    "Since",
    "Staff",
    "lon",
    "(",
    ")",
    "(",
    ")",
    ",",
    ",",
    "+",
    "-",
    "*",
    "/",
    "^",
    "&",
    "=",
    "<>",
    "<",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "1",
    "0",
    "1e15",
    "\"x\"",
    "\"2026-01-01\"",
    "if(",
    "tier(",
    "rank(",
    "sum(",
    "coalesce(",
    "number(",
    "date(",
    "left(",
    "days_between(",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is written, there is an answer: values for every row within bounds, or an error with a place in the text.
    #[test]
    fn no_text_does_harm(text in prop_oneof!["\\PC{0,60}", "[-a-z0-9()\\[\\]\",.+*/^&<>= ]{0,80}"]) {
        check(&text)?;
    }

    #[test]
    fn no_formula_of_known_pieces_does_harm(pieces in prop::collection::vec(0..PIECES.len(), 1..40)) {
        check(&pieces.into_iter().map(|piece| PIECES[piece]).collect::<Vec<_>>().join(" "))?;
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let project = project();
    let columns = Columns::of(&project, Subject::Accounts);
    let parsed = Formula::parse(text, &columns, Some("2026-01-31"));
    match parsed.and_then(|formula| formula.evaluate(&columns)) {
        Ok(values) => {
            prop_assert_eq!(values.len(), 4);
            if let Data::Numbers(numbers) = &values.data {
                prop_assert!(numbers.iter().all(|value| value.is_nan() || value.abs() <= 1e15));
            }
            prop_assert!(values.faults.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(values.faults.iter().all(|&(row, _)| row < 4 && values.is_missing(row as usize)));
        }
        Err(error) => {
            prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error);
            prop_assert!(!error.message.is_empty());
        }
    }
    Ok(())
}

#[test]
fn the_page_about_formulas_lists_every_function_with_its_help() {
    let page = include_str!("../../../docs/formulas.md").replace("\r\n", "\n");
    for function in FUNCTIONS {
        let line = format!("| `{}` | {} |", function.usage, function.help);
        assert!(page.contains(&line), "docs/formulas.md lacks the line\n{line}");
    }
    let listed = page.split("## Functions").nth(1).and_then(|rest| rest.split("## ").next()).unwrap_or_default();
    let lines = listed.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(lines, FUNCTIONS.len(), "docs/formulas.md lists a function that there is not");
}

#[test]
fn formulas_can_ask_for_a_segment_and_segments_never_go_round_in_a_circle() {
    let mut project = project();
    let segment = |name: &str, formula: &str| Segment {
        name: name.to_owned(),
        rule: Rule::Formula(formula.to_owned()),
        as_of: String::new(),
    };
    let segments = vec![segment("Key \"A\"", "begins_with(code, \"a\") or code = \"c\""), segment("Wrong", "1 + 1")];
    project.segments = Arc::new(segments);
    let columns = Columns::of(&project, Subject::Accounts);
    let formula = "if(in_segment(\"key \"\"a\"\"\"), 1, 0)";
    let values = Formula::parse(formula, &columns, None).unwrap().evaluate(&columns).unwrap();
    let Data::Numbers(numbers) = &values.data else { panic!("numbers are expected") };
    assert_eq!(**numbers, [1.0, 0.0, 1.0, 0.0]);
    let called = renamed(formula, &columns, None, Renamed::Segment, "Key \"A\"", "Best").unwrap();
    assert_eq!(called, "if(in_segment(\"Best\"), 1, 0)");
    let wrong = |text: &str, columns: &Columns| {
        let read = Formula::parse(text, columns, None).and_then(|formula| formula.evaluate(columns).map(|_| ()));
        read.unwrap_err().message
    };
    assert!(wrong("in_segment(\"Best\")", &columns).contains("no segment \"Best\""));
    assert!(wrong("in_segment(\"Wrong\")", &columns).contains("yes or no"));
    assert!(wrong("in_segment(name)", &columns).contains("quotation marks"));
    assert!(wrong("in_segment(\"Wrong\")", &Columns::of_segment(&project)).contains("other segments"));
    assert!(wrong("in_segment(\"Wrong\")", &Columns::of(&project, Subject::Units)).contains("accounts"));
}
