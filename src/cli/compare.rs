//! `bailiwick compare`: two scenarios of a project, territory by territory.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result, project};
use crate::domain::columns::Measure;
use crate::domain::comparison::{Comparison, Row};
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::words;
use crate::work::scenarios::{comparison, content, found};

/// Compare two scenarios: units, accounts, measures, travel and compactness per territory, and what changes hands
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The scenario that is looked at; without it the open one
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
    /// The scenario that it is held against; without it the project's reference
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// Print territories without any change too
    #[arg(long)]
    all: bool,
}

/// The first of two figures is that of the plan before. Shares are shares: 0.05 is 5 %. What is not known is null.
#[derive(Serialize)]
struct Printed {
    command: &'static str,
    plan: String,
    before: String,
    after: String,
    disruption: DisruptionPrinted,
    balance: Vec<BalancePrinted>,
    mean_travel_km: [Option<f64>; 2],
    territories: Vec<RowPrinted>,
}

#[derive(Serialize)]
struct DisruptionPrinted {
    units_moved: usize,
    unit_share: f64,
    accounts_moved: usize,
    account_share: f64,
    accounts_with_another_rep: usize,
    units_taken_up: usize,
    accounts_taken_up: usize,
    measures: Vec<MovedPrinted>,
}

#[derive(Serialize)]
struct MovedPrinted {
    measure: String,
    moved: f64,
    of: f64,
    share: f64,
}

#[derive(Serialize)]
struct BalancePrinted {
    measure: String,
    balance: [Option<f64>; 2],
}

#[derive(Serialize)]
struct RowPrinted {
    /// The name in either scenario; null where it is not in it, "Unassigned" for what nobody has.
    territory: [Option<String>; 2],
    rep: [Option<String>; 2],
    units: [u32; 2],
    units_gained: u32,
    units_lost: u32,
    accounts: [u32; 2],
    accounts_gained: u32,
    accounts_lost: u32,
    mean_travel_km: [Option<f64>; 2],
    polsby_popper: [Option<f64>; 2],
    loads: Vec<LoadPrinted>,
}

#[derive(Serialize)]
struct LoadPrinted {
    measure: String,
    load: [f64; 2],
    gained: f64,
    lost: f64,
    deviation: [Option<f64>; 2],
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (store, opened) = project::open_beside(&arguments.plan)?;
    let plans = &opened.plans;
    let id = |name: &Option<String>, otherwise| name.as_ref().map_or(Ok(otherwise), |name| found(plans, name));
    let ids = [id(&arguments.against, plans.reference())?, id(&arguments.scenario, plans.active)?];
    let before = content(&store, &opened.project, plans, ids[0])?;
    let after = content(&store, &opened.project, plans, ids[1])?;
    let found = output
        .with_progress(|progress| comparison(&opened.project, &before, &after, progress))
        .map_err(|_| crate::error::UserError::new("The comparison was cancelled"))?;
    let names = ids.map(|id| plans.name(id).to_owned());
    let printed = printed(arguments, &opened.project, [&before, &after], &names, &found);
    let text = text(&opened.project, [&before, &after], &names, &found, arguments.all);
    output.print(&printed, &text)?;
    Ok(Outcome::Done)
}

fn printed(
    arguments: &Arguments,
    project: &Project,
    plans: [&Plan; 2],
    [before, after]: &[String; 2],
    found: &Comparison,
) -> Printed {
    let name = |id: MeasureId| project.measure(id).map_or(String::new(), |measure| measure.name.clone());
    let disruption = &found.disruption;
    let measures = found.measures.iter().enumerate();
    let rep = |plan: &Plan, id: TerritoryId| {
        let rep = plan.territory(id)?.rep?;
        project.reps.get(rep.index()).map(|rep| rep.name.clone())
    };
    let row = |row: &Row| RowPrinted {
        territory: [0, 1].map(|at| row.territory[at].map(|id| plans[at].territory_name(id).to_owned())),
        rep: [0, 1].map(|at| row.territory[at].and_then(|id| rep(plans[at], id))),
        units: row.units,
        units_gained: row.units_gained,
        units_lost: row.units_lost,
        accounts: row.accounts,
        accounts_gained: row.accounts_gained,
        accounts_lost: row.accounts_lost,
        mean_travel_km: row.travel_km,
        polsby_popper: row.compactness,
        loads: measures
            .clone()
            .map(|(at, &measure)| LoadPrinted {
                measure: name(measure),
                load: row.loads[at],
                gained: row.gained[at],
                lost: row.lost[at],
                deviation: row.deviations[at],
            })
            .collect(),
    };
    Printed {
        command: "compare",
        plan: arguments.plan.display().to_string(),
        before: before.clone(),
        after: after.clone(),
        disruption: DisruptionPrinted {
            units_moved: disruption.units,
            unit_share: disruption.unit_share(),
            accounts_moved: disruption.accounts,
            account_share: disruption.account_share(),
            accounts_with_another_rep: disruption.accounts_with_other_rep,
            units_taken_up: disruption.units_taken_up,
            accounts_taken_up: disruption.accounts_taken_up,
            measures: measures
                .clone()
                .map(|(at, &measure)| MovedPrinted {
                    measure: name(measure),
                    moved: disruption.values[at][0],
                    of: disruption.values[at][1],
                    share: disruption.value_share(at),
                })
                .collect(),
        },
        balance: measures
            .clone()
            .map(|(at, &measure)| BalancePrinted { measure: name(measure), balance: found.balance[at] })
            .collect(),
        mean_travel_km: found.travel_km,
        territories: found.rows.iter().filter(|found| arguments.all || !found.is_same()).map(row).collect(),
    }
}

fn text(project: &Project, plans: [&Plan; 2], names: &[String; 2], found: &Comparison, all: bool) -> String {
    let goal = project.main_goal().map(|goal| goal.measure);
    let shown = goal.or(found.measures.first().copied());
    let at = shown.and_then(|id| found.measures.iter().position(|&known| known == id));
    let measure = shown.and_then(|id| project.measure(id));
    let mut text = String::new();
    let _ = writeln!(text, "{} held against {}\n", names[1], names[0]);
    let disruption = &found.disruption;
    let mut line = |what: &str, words: String| {
        let _ = writeln!(text, "{what:<22} {words}");
    };
    let of = |count: usize, share: f64| format!("{} ({})", words::count(count as i128), words::percent(share));
    line("Units that move", of(disruption.units, disruption.unit_share()));
    line("Accounts that move", of(disruption.accounts, disruption.account_share()));
    line("Accounts, other rep", words::count(disruption.accounts_with_other_rep as i128));
    if let (Some(at), Some(measure)) = (at, measure) {
        let moved = words::figure(measure, disruption.values[at][0]);
        line(
            &format!("{} that moves", measure.name),
            format!("{moved} ({})", words::percent(disruption.value_share(at))),
        );
        let balance = found.balance[at].map(|balance| balance.map_or("–".to_owned(), words::percent));
        line("Balance", balance.join(" → "));
    }
    line("Mean travel", found.travel_km.map(|km| km.map_or("–".to_owned(), words::kilometres)).join(" → "));
    text.push('\n');
    let rows: Vec<Vec<String>> =
        found.rows.iter().filter(|row| all || !row.is_same()).map(|row| cells(row, plans, at, measure)).collect();
    if rows.is_empty() {
        text.push_str("No territory changes\n");
        return text;
    }
    let load = measure.map_or(String::new(), |measure| measure.name.clone());
    let head = ["Territory", "Units", "", "Accounts", "", &load, "", "Against target", "Travel km"].map(str::to_owned);
    text.push_str(&table(&head, &rows));
    text
}

fn cells(row: &Row, plans: [&Plan; 2], at: Option<usize>, measure: Option<&Measure>) -> Vec<String> {
    let name = |side: usize| row.territory[side].map(|id| plans[side].territory_name(id));
    let territory = match [name(0), name(1)] {
        [Some(before), Some(after)] if before != after => format!("{before} → {after}"),
        [Some(name), Some(_)] => name.to_owned(),
        [Some(gone), None] => format!("{gone} (gone)"),
        [None, new] => format!("{} (new)", new.unwrap_or_default()),
    };
    let signed = |[before, after]: [u32; 2]| {
        let change = i64::from(after) - i64::from(before);
        if change == 0 {
            String::new()
        } else {
            format!("{}{}", if change > 0 { "+" } else { "−" }, words::count(change.abs()))
        }
    };
    let mut cells = vec![
        territory,
        words::count(row.units[1]),
        signed(row.units),
        words::count(row.accounts[1]),
        signed(row.accounts),
    ];
    match (at, measure) {
        (Some(at), Some(measure)) => {
            let [before, after] = row.loads[at];
            cells.push(words::figure(measure, after));
            cells.push(if before > 0.0 { words::signed_percent(after / before - 1.0) } else { String::new() });
            cells.push(row.deviations[at].map(|share| share.map_or("–".to_owned(), words::signed_percent)).join(" → "));
        }
        _ => cells.extend([String::new(), String::new(), String::new()]),
    }
    cells.push(row.travel_km.map(|km| km.map_or("–".to_owned(), |km| format!("{km:.1}"))).join(" → "));
    cells
}
