//! `bailiwick layer add`.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::super::output::{Column, Message, Output, columns, messages};
use super::super::{Outcome, Result, project};
use super::{LayerInfo, info};
use crate::io::Imported;
use crate::io::options::ReadOptions;
use crate::words;
use crate::work::columns::{Choice, UnitColumns};
use crate::work::layers::{self, LayerWish, Lying};
use crate::work::{formulas, records};

/// Add a layer from a shapefile, GeoPackage, GeoJSON, TopoJSON or KML, also in a .zip, as one undo step
///
/// Which area each unit lies in is worked out at once, for those who read the project file (v_unit_in_layer).
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The file to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the layer is called; without it what its areas are: "Counties"
    #[arg(long)]
    name: Option<String>,
    /// What one area is called, in the singular: "county"
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// The column with the area's code
    #[arg(long, value_name = "FIELD")]
    code: Option<String>,
    /// The column with the area's name
    #[arg(long, value_name = "FIELD")]
    label: Option<String>,
    /// Where the shapes come from, for the map's attribution
    #[arg(long, value_name = "TEXT", default_value = "")]
    attribution: String,
    /// The layer of a file that holds several: of a GeoPackage, a shapefile in an archive, a folder of KML
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// The number of the coordinate system in the EPSG registry, whatever the file says
    #[arg(long, value_name = "NUMBER")]
    epsg: Option<u32>,
    /// Areas with the same value in this column become one
    #[arg(long, value_name = "FIELD")]
    dissolve: Option<String>,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    file: String,
    step: String,
    layer: LayerInfo,
    units_inside: usize,
    units_in_several: usize,
    units_outside: usize,
    columns: Vec<Column>,
    messages: Vec<Message>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let choice = |named: &Option<String>| named.clone().map_or(Choice::Guess, Choice::Column);
    let wish = LayerWish {
        name: arguments.name.clone(),
        columns: UnitColumns {
            code: choice(&arguments.code),
            name: choice(&arguments.label),
            kind: arguments.kind.clone(),
            attribution: arguments.attribution.clone(),
            ..UnitColumns::default()
        },
        read: ReadOptions {
            part: arguments.layer.clone(),
            epsg: arguments.epsg,
            dissolve: arguments.dissolve.clone(),
            ..ReadOptions::default()
        },
    };
    let project = &opened.project;
    let (imported, lying) = output.with_progress(|progress| {
        let imported = layers::add(project, &arguments.file, &wish, progress)?;
        let lying = Lying::new(&project.units, &imported.value.layer.areas, progress).map_err(crate::io::cancelled)?;
        Ok::<_, crate::error::UserError>((imported, lying))
    })?;
    let Imported { value: added, diagnostics } = imported;
    let (_, edit) = formulas::commit(project, added.edit)?;
    store.apply(&edit);
    store.put_unit_shares(added.at as u16, lying.rows());
    let file = crate::io::files::name_of(&arguments.file);
    store.put_problems(records::saved_problems(&opened.problems, None, &file, &diagnostics));
    store.flush()?;
    let [inside, several, outside] = lying.counts();
    let done = Done {
        command: "layer add",
        plan: arguments.plan.display().to_string(),
        file,
        step: edit.label,
        layer: info(&added.layer),
        units_inside: inside,
        units_in_several: several,
        units_outside: outside,
        columns: columns(&added.columns),
        messages: messages(&diagnostics),
    };
    output.list(&diagnostics);
    let mut text = format!("{}\n", done.step);
    if !project.units.is_empty() {
        let units = &project.units;
        let _ = writeln!(
            text,
            "{} lie in one of them, {} of these in several, {} in none",
            units.count_words(inside),
            words::count(several as i128),
            words::count(outside as i128)
        );
    }
    output.print(&done, &text)?;
    Ok(Outcome::Done)
}
