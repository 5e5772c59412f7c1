//! `bailiwick bench drawing`: from an edit to the figures on screen, opening, memory and frames, at the size of the reference project
//! and at multiples of it.

mod scene;
mod window;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{once, sample_folder};
use crate::cli::output::Output;
use crate::cli::{Outcome, Result};
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::domain::shape::PlanMetrics;
use crate::domain::spatial::{AccountIndex, UnitIndex};
use crate::error::UserError;
use crate::store::{Existing, Wanted, create, open};

/// Measure drawing: edits to updated totals at all levels, slow figures, opening, memory
///
/// The reference project has 33,000 units, 100,000 accounts with 30 measures, and 300 territories with three levels above them; its units
/// are the shipped counties cut finer, and the ZIP areas of the whole country where they are there. Every size is a process of its own.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Times the size of the reference project, separated by commas
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1")]
    scale: Vec<usize>,
    /// The folder that holds us/us_zcta_2010.topojson.gz [default: BAILIWICK_TEST_DATA]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The folder of the sample files [default: sample_data, here or above the program]
    #[arg(long, value_name = "FOLDER")]
    sample: Option<PathBuf>,
    /// So many accounts instead of 100,000 times the scale
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    accounts: Option<u32>,
    /// Open each project in the window too and move its map: needs a display
    #[arg(long)]
    window: bool,
    /// Seconds after which a window that does not end is closed
    #[arg(long, value_name = "S", default_value_t = 600)]
    window_limit: u64,
    /// Measure one layer in this process
    #[arg(long, hide = true, value_name = "LAYER")]
    once: Option<String>,
}

/// What one project gave; times in milliseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Row {
    layer: String,
    units: usize,
    accounts: usize,
    territories: usize,
    measures: usize,
    /// To read the layer and make its topology.
    import_ms: f64,
    edit_1_ms: f64,
    edit_5000_ms: f64,
    edit_all_ms: f64,
    /// The same with a hundredth of the accounts named.
    edit_1_named_ms: f64,
    recount_ms: f64,
    slow_figures_ms: f64,
    save_ms: f64,
    /// Until it can be edited: read, checked, indexed.
    open_ms: f64,
    file_mb: f64,
    peak_memory_mb: Option<f64>,
    /// What the window says of itself.
    window: Vec<String>,
}

#[derive(Serialize)]
struct Benched {
    command: &'static str,
    runs: Vec<Row>,
}

const ZIP_AREAS: &str = "ZIP areas";
const COUNTIES: &str = "counties cut finer";

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    if let Some(layer) = &arguments.once {
        let scale = arguments.scale.first().copied().unwrap_or(1);
        let row = measure(layer, scale, arguments)?;
        output.print(&row, &format!("{row:#?}\n"))?;
        return Ok(Outcome::Done);
    }
    let zips = zip_file(arguments).is_some_and(|path| path.is_file());
    let mut runs = Vec::new();
    for &scale in &arguments.scale {
        if !(1..=64).contains(&scale) {
            return Err(UserError::new("Could not measure")
                .because(format!("{scale} times the size was asked for"))
                .hint("Write 1 to 64"));
        }
        let layers: &[&str] = if zips && scale == 1 { &[ZIP_AREAS, COUNTIES] } else { &[COUNTIES] };
        for layer in layers {
            runs.push(in_a_process(layer, scale, arguments)?);
        }
    }
    let mut text = table(&runs);
    if !zips {
        text.push_str("\nThe ZIP areas of the whole country were not there: --data FOLDER\n");
    }
    output.print(&Benched { command: "bench drawing", runs }, &text)?;
    Ok(Outcome::Done)
}

fn zip_file(arguments: &Arguments) -> Option<PathBuf> {
    let folder = arguments.data.clone().or_else(|| std::env::var_os("BAILIWICK_TEST_DATA").map(PathBuf::from))?;
    Some(folder.join("us").join("us_zcta_2010.topojson.gz"))
}

fn in_a_process(layer: &str, scale: usize, arguments: &Arguments) -> Result<Row> {
    let failed = |why: String| UserError::new(format!("Could not measure {layer}, {scale} times")).because(why);
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    command.args(["bench", "drawing", "--json", "--once", layer, "--scale", &scale.to_string()]);
    for (option, folder) in [("--data", &arguments.data), ("--sample", &arguments.sample)] {
        if let Some(folder) = folder {
            command.arg(option).arg(folder);
        }
    }
    if let Some(accounts) = arguments.accounts {
        command.args(["--accounts", &accounts.to_string()]);
    }
    if arguments.window {
        command.args(["--window", "--window-limit", &arguments.window_limit.to_string()]);
        // What the window says on its way.
        command.stderr(std::process::Stdio::inherit());
    }
    let done = command.output().map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&done.stderr);
    serde_json::from_slice(&done.stdout).map_err(|_| failed(said.lines().next().unwrap_or("it ended").to_owned()))
}

fn measure(layer: &str, scale: usize, arguments: &Arguments) -> Result<Row> {
    let progress = Progress::new();
    let counties = |folder: &Path| scene::layer(&folder.join("us_counties.shp"), &progress);
    let start = Instant::now();
    let units = if layer == ZIP_AREAS {
        let path = zip_file(arguments)
            .ok_or_else(|| UserError::new("There are no ZIP areas to measure").hint("--data FOLDER"))?;
        scene::layer(&path, &progress)?
    } else {
        let folder = sample_folder(arguments.sample.as_deref())
            .ok_or_else(|| UserError::new("The sample files were not found").hint("--sample FOLDER"))?;
        scene::cut_finer(&counties(&folder)?, scene::UNITS * scale, &progress)?
    };
    let import_ms = ms(start);
    let project = scene::project(units, scale, arguments.accounts.map(|count| count as usize))?;
    let mut row = Row {
        layer: layer.to_owned(),
        units: project.units.len(),
        accounts: project.accounts.len(),
        territories: project.plan.territory_count(),
        measures: project.measures.len(),
        import_ms,
        ..Row::default()
    };
    edits(&project, &mut row);
    file(project, arguments, &mut row)?;
    row.peak_memory_mb = once::peak_memory_mb();
    Ok(row)
}

/// Edits of plan and totals with the roll-ups of every level.
fn edits(project: &Project, row: &mut Row) {
    let table = Arc::new(LoadTable::new(project));
    let totals = Totals::count(Arc::clone(&table), &project.plan);
    let mut random = Random::new(7);
    row.edit_1_ms = edit(&project.plan, &totals, project, 1, 201, &mut random);
    row.edit_5000_ms = edit(&project.plan, &totals, project, 5_000.min(row.units), 51, &mut random);
    row.edit_all_ms = edit(&project.plan, &totals, project, row.units, 15, &mut random);
    let mut named = (*project.plan).clone();
    let accounts = project.accounts.ids().step_by(100);
    let lock = Edit::lock_accounts(&named, accounts, |account| project.accounts.units[account.index()], true);
    let mut with_named = totals.clone();
    if apply(&mut named, &lock, Locks::Obey).is_ok() {
        with_named.follow(&named, &lock);
    }
    row.edit_1_named_ms = edit(&named, &with_named, project, 1, 201, &mut random);
    let start = Instant::now();
    black_box(Totals::count(table, &project.plan));
    row.recount_ms = ms(start);
    let start = Instant::now();
    black_box(PlanMetrics::measure(project, &totals, &Progress::new()).is_ok());
    row.slow_figures_ms = ms(start);
}

/// The median of some edits that give so many units, near each other in the list, to another territory.
fn edit(plan: &Plan, totals: &Totals, project: &Project, size: usize, times: usize, random: &mut Random) -> f64 {
    let (mut plan, mut totals) = (plan.clone(), totals.clone());
    let territories = plan.territory_count();
    let mut taken: Vec<f64> = (0..times)
        .map(|_| {
            let first = random.below(project.units.len() - size + 1);
            let to = TerritoryId::from_index(1 + random.below(territories));
            let start = Instant::now();
            let edit = Edit::assign(&plan, (first..first + size).map(UnitId::from_index), to);
            if apply(&mut plan, &edit, Locks::Obey).is_ok() {
                totals.follow(&plan, &edit);
            }
            black_box(roll_ups(&plan, &totals, project));
            ms(start)
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken[times / 2]
}

/// Every measure of every territory and group, as the panels show them.
fn roll_ups(plan: &Plan, totals: &Totals, project: &Project) -> f64 {
    let hierarchy = plan.hierarchy();
    let mut sum = 0.0;
    let mut within: Vec<Vec<TerritoryId>> = Vec::new();
    for (id, territory) in plan.territories() {
        for (group, _) in hierarchy.upwards(territory.parent) {
            if within.len() <= group.index() {
                within.resize(group.index() + 1, Vec::new());
            }
            within[group.index()].push(id);
        }
    }
    for measure in (0..project.measures.len()).map(MeasureId::from_index) {
        sum += plan.territories().map(|(id, _)| totals.load(measure, id)).sum::<f64>();
        sum += within.iter().map(|list| totals.load_of(measure, list.iter().copied())).sum::<f64>();
    }
    sum
}

/// The project file, and with it the window.
fn file(project: Project, arguments: &Arguments, row: &mut Row) -> Result<()> {
    let failed = |error: std::io::Error| UserError::new("Could not make a file to measure").because(error);
    let folder = Folder::new().map_err(failed)?;
    let path = folder.0.join("drawing.bwk");
    let start = Instant::now();
    create(&path, &project, Existing::Refuse)?.flush()?;
    row.save_ms = ms(start);
    drop(project);
    row.file_mb = std::fs::metadata(&path).map_err(failed)?.len() as f64 / 1e6;
    let start = Instant::now();
    let (store, opened) = open(&path, Wanted::ReadWrite)?;
    let indices = (
        UnitIndex::new(&opened.project.units),
        AccountIndex::new(&opened.project.accounts),
        Totals::count(Arc::new(LoadTable::new(&opened.project)), &opened.project.plan),
    );
    row.open_ms = ms(start);
    drop((store, opened, indices));
    if arguments.window {
        row.window = window::tour(&path, Duration::from_secs(arguments.window_limit))?;
    }
    Ok(())
}

/// A folder for a file, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("bailiwick-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

fn table(runs: &[Row]) -> String {
    let mut text = String::new();
    let mut line = |what: &str, limit: &str, figure: &dyn Fn(&Row) -> String| {
        let figures: Vec<String> = runs.iter().map(|row| format!("{:>20}", figure(row))).collect();
        text.push_str(&format!("{what:<44}{limit:>10}{}\n", figures.concat()));
    };
    let time = |ms: f64| match ms {
        ms if ms < 1.0 => format!("{ms:.3} ms"),
        ms if ms < 1000.0 => format!("{ms:.1} ms"),
        ms => format!("{:.2} s", ms / 1000.0),
    };
    line("", "limit", &|row| row.layer.clone());
    line("units", "", &|row| row.units.to_string());
    line("accounts", "", &|row| row.accounts.to_string());
    line("territories, with three levels above", "", &|row| row.territories.to_string());
    line("layer to units with neighbours", "20 s", &|row| time(row.import_ms));
    line("edit of 1 unit to totals at all levels", "1 ms", &|row| time(row.edit_1_ms));
    line("the same, 1 % of the accounts named", "1 ms", &|row| time(row.edit_1_named_ms));
    line("edit of 5,000 units", "16 ms", &|row| time(row.edit_5000_ms));
    line("edit of all units", "50 ms", &|row| time(row.edit_all_ms));
    line("slow figures, in the background", "150 ms", &|row| time(row.slow_figures_ms));
    line("full recount", "", &|row| time(row.recount_ms));
    line("project file written", "", &|row| time(row.save_ms));
    line("project file opened for editing", "3 s", &|row| time(row.open_ms));
    line("its size", "", &|row| format!("{:.0} MB", row.file_mb));
    line("most memory of this measurement", "", &|row| {
        row.peak_memory_mb.map_or("–".into(), |mb| format!("{mb:.0} MB"))
    });
    for row in runs.iter().filter(|row| !row.window.is_empty()) {
        text.push_str(&format!("\n{}, {} units, in the window:\n", row.layer, row.units));
        row.window.iter().for_each(|said| text.push_str(&format!("  {said}\n")));
    }
    text
}
