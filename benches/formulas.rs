//! Formulas and segments over whole columns: `cargo bench --bench formulas`.

use std::sync::Arc;
use std::time::Instant;

use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::computed::preview;
use bailiwick::domain::formula::{Columns, Formula};
use bailiwick::domain::project::Project;
use bailiwick::domain::segments::{Combine, Condition, Group, Operator, Rule, Segment};
use bailiwick::domain::sphere::LonLat;

fn main() -> anyhow::Result<()> {
    for count in [100_000, 1_000_000] {
        measure_rows(count)?;
    }
    Ok(())
}

fn measure_rows(count: usize) -> anyhow::Result<()> {
    let value = |row: usize| (row as f64 * 7919.0) % 100_003.0;
    let words: Vec<String> = (0..count).map(|row| format!("City {}", row % 5_000)).collect();
    let accounts = Accounts {
        codes: (0..count).map(|row| row.to_string()).collect(),
        names: (0..count).map(|row| format!("Account {row}")).collect(),
        places: vec![LonLat::new(1.0, 2.0); count],
        placements: vec![Placement::Coordinates; count],
        precisions_km: Vec::new(),
        units: vec![None; count],
        attributes: vec![TextColumn::new("City", &words)],
    };
    let measure = |name: &str, shift: usize| {
        Measure::sum(name, "", Subject::Accounts, (0..count).map(|row| value(row + shift)).collect())
    };
    let measures = vec![measure("revenue", 0), measure("potential", 5)];
    let project = Project { accounts: Arc::new(accounts), measures: Arc::new(measures), ..Project::default() };
    let columns = Columns::of(&project, Subject::Accounts);
    for formula in [
        "0.6*revenue + 0.4*potential",
        "if(revenue > 50000, \"A\", if(revenue > 10000, \"B\", \"C\"))",
        "tier(revenue, 80, 95)",
        "upper(City) & \" \" & left(City, 3)",
        "contains(name, \"99\") and revenue > 1000",
        "distance_km(lon, lat, -83, 40)",
    ] {
        let begun = Instant::now();
        let values = Formula::parse(formula, &columns, None)?.evaluate(&columns)?;
        println!("{count:>9} rows {:>8.1} ms  {formula}", begun.elapsed().as_secs_f64() * 1e3);
        assert_eq!(values.len(), count);
    }
    let begun = Instant::now();
    let formula = "0.6*revenue + 0.4*potential";
    Formula::parse(formula, &columns, None).and_then(|formula| formula.check(&columns))?;
    println!("{count:>9} rows {:>8.3} ms  the check of a keystroke", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    preview(&project, Subject::Accounts, formula, "")?;
    println!("{count:>9} rows {:>8.1} ms  what the editor shows of a formula", begun.elapsed().as_secs_f64() * 1e3);
    let condition = |column: &str, operator: Operator, value: &str| Condition {
        column: column.to_owned(),
        operator,
        value: value.to_owned(),
        until: String::new(),
    };
    let conditions = vec![
        condition("revenue", Operator::AtLeast, "50000"),
        condition("City", Operator::OneOf, "City 1, City 2, City 3"),
        condition("name", Operator::Contains, "99"),
    ];
    let rule = Rule::Conditions(Group { combine: Combine::Any, conditions, groups: Vec::new() });
    let segment = Segment { name: "S".to_owned(), rule, as_of: String::new() };
    let begun = Instant::now();
    let members = segment.members(&project)?;
    println!("{count:>9} rows {:>8.1} ms  a segment of three conditions", begun.elapsed().as_secs_f64() * 1e3);
    assert!(members.count > 0);
    Ok(())
}
