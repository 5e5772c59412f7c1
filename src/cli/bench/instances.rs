//! Instances by their names.

use std::path::{Path, PathBuf};

use super::case::Folders;
use super::{generated, pmedian, shipped, text};
use crate::cli::Result;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::solve::plane::Plane;
use crate::solve::{Centring, Graph};

/// What is to be divided, before anybody says how closely.
#[derive(Debug, Clone, Default)]
pub struct Instance {
    pub territories: usize,
    pub places: Vec<LonLat>,
    /// `[measure][unit]`; travel is weighted with the first, unless centres are members.
    pub loads: Vec<Vec<f64>>,
    /// Empty where territories need not hang together.
    pub graph: Graph,
    pub centre: Centring,
    /// The most of the first measure that a territory may have, instead of a tolerance.
    pub capacity: Option<f64>,
    /// For places that stand for points of a plane.
    pub plane: Option<Plane>,
    /// Distances between points are rounded down to whole numbers where they are added up.
    pub whole_distances: bool,
    /// The least total distance known.
    pub best: Option<f64>,
}

/// What `--help` says about instances.
pub const HELP: &str = "\
Instances:
  counties            counties of the contiguous United States to 50 territories, from the sample files
  zip-areas           ZIP areas of four states to 12 territories, from the sample files
  accounts-N[-K]      N invented accounts around real postal codes, to K territories (half the root of N)
  planted-K-M         K far clusters of M points, centres at members, with a capacity: the best plan is known
  county50, zip200    from the folder of --data
  FILE                the same text format (n m K e; lat lon w1 … wm; a b), also as .gz
  pmedian:FILE[#N]    a capacitated p-median problem in the format of OR-Library or of Lorena and Senne; #N is the
                      Nth problem of the file";

/// Makes the instance of a name.
///
/// # Errors
/// A name that says nothing, or a file that is not there or cannot be read.
pub fn make(name: &str, folders: &Folders) -> Result<Instance> {
    let unknown = |why: &str| {
        UserError::new(format!("There is no instance \"{name}\""))
            .because(why)
            .hint("bailiwick bench engine --help lists the instances")
    };
    if let Some(file) = name.strip_prefix("pmedian:") {
        let (path, number) = match file.rsplit_once('#') {
            Some((path, number)) => (path, number.parse().map_err(|_| unknown("after # a number is expected"))?),
            None => (file, 1),
        };
        return pmedian::read(Path::new(path), number);
    }
    if Path::new(name).is_file() {
        return text::read(Path::new(name));
    }
    let numbers = |rest: &str| -> Option<Vec<usize>> {
        rest.split('-').map(|part| part.parse().ok().filter(|&number| (1..=20_000_000).contains(&number))).collect()
    };
    if let Some(rest) = name.strip_prefix("accounts-") {
        return match numbers(rest).as_deref() {
            Some([count]) => Ok(generated::accounts(*count, None)),
            Some([count, territories]) => Ok(generated::accounts(*count, Some(*territories))),
            _ => Err(unknown("expected accounts-N or accounts-N-K")),
        };
    }
    if let Some(rest) = name.strip_prefix("planted-") {
        return match numbers(rest).as_deref() {
            Some([clusters, points]) if *clusters < usize::from(u16::MAX) => Ok(generated::planted(*clusters, *points)),
            _ => Err(unknown("expected planted-K-M")),
        };
    }
    match name {
        "counties" => return shipped::counties(&sample(folders, name)?),
        "zip-areas" => return shipped::zip_areas(&sample(folders, name)?),
        _ => {}
    }
    let path = find(name, folders).ok_or_else(|| {
        unknown(match &folders.data {
            Some(_) => "neither the folder of --data nor this one has a file of that name",
            None => "no file has that name, and no folder with instances is named",
        })
    })?;
    text::read(&path)
}

fn sample(folders: &Folders, name: &str) -> Result<PathBuf> {
    folders.sample.clone().ok_or_else(|| {
        UserError::new(format!("There is no instance \"{name}\""))
            .because("it is made of the sample files, and there is no folder sample_data here")
            .hint("Run it where the sample files are, or name their folder: --sample FOLDER")
    })
}

/// The file of a name in the folder of the instances or one named `bench` in it, with the usual endings.
fn find(name: &str, folders: &Folders) -> Option<PathBuf> {
    let mut candidates = Vec::new();
    for folder in folders.data.iter().flat_map(|data| [data.clone(), data.join("bench"), data.join("test/bench")]) {
        candidates.extend(["", ".txt", ".txt.gz"].map(|ending| folder.join(format!("{name}{ending}"))));
    }
    candidates.into_iter().find(|path| path.is_file())
}
