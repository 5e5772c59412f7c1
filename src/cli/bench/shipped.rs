//! Instances of the files that come with the program.

use std::path::Path;

use super::instances::Instance;
use crate::cli::Result;
use crate::domain::columns::Measure;
use crate::domain::progress::Progress;
use crate::domain::random::Random;
use crate::domain::units::Units;
use crate::io::layers::{LayerMapping, build_units, read_layer};
use crate::solve::Graph;

/// States and districts that are not part of the contiguous United States.
const ELSEWHERE: [&str; 7] = ["AK", "HI", "PR", "AS", "GU", "MP", "VI"];

/// The counties of the contiguous United States to 50 territories. The first load is population to the power of 0.7, so that no county
/// exceeds a territory; the second is the first with log-normal noise; the third half the first and half the root of the area.
pub fn counties(folder: &Path) -> Result<Instance> {
    let (units, measures) = read(&folder.join("us_counties.shp"))?;
    let state = units.attributes.iter().find(|column| column.name == "STUSPS");
    let chosen: Vec<usize> =
        (0..units.len()).filter(|&unit| state.is_none_or(|column| !ELSEWHERE.contains(&column.get(unit)))).collect();
    let random = &mut Random::new(50);
    let population = |unit: usize| figure(&measures, "POP", unit).unwrap_or(10_000.0).max(1.0);
    let first: Vec<f64> = chosen.iter().map(|&unit| population(unit).powf(0.7)).collect();
    let second = first.iter().map(|load| load * (0.5 * random.normal()).exp()).collect();
    let roots: Vec<f64> = chosen.iter().map(|&unit| units.areas_km2[unit].max(0.0).sqrt()).collect();
    let per_root = first.iter().sum::<f64>() / roots.iter().sum::<f64>().max(1e-9);
    let third = first.iter().zip(&roots).map(|(load, root)| 0.5 * load + 0.5 * per_root * root).collect();
    Ok(part(&units, &chosen, 50, vec![first, second, third]))
}

/// The ZIP areas of the sample to 12 territories, by population; the second load is the first with log-normal noise.
pub fn zip_areas(folder: &Path) -> Result<Instance> {
    let (units, measures) = read(&folder.join("zip_areas.shp"))?;
    let chosen: Vec<usize> = (0..units.len()).collect();
    let random = &mut Random::new(12);
    let first: Vec<f64> = chosen.iter().map(|&unit| figure(&measures, "POP", unit).unwrap_or(0.0).max(0.0)).collect();
    let second = first.iter().map(|load| load * (0.5 * random.normal()).exp()).collect();
    Ok(part(&units, &chosen, 12, vec![first, second]))
}

fn read(path: &Path) -> Result<(Units, Vec<Measure>)> {
    let progress = Progress::new();
    let layer = read_layer(path, &progress)?.value;
    let mapping = LayerMapping::guess(&layer);
    Ok(build_units(&layer, &mapping, &progress)?.value)
}

fn figure(measures: &[Measure], name: &str, unit: usize) -> Option<f64> {
    let measure = measures.iter().find(|measure| measure.name == name)?;
    measure.values.get(unit).copied().filter(|value| value.is_finite())
}

/// The units chosen, with the neighbours among them.
fn part(units: &Units, chosen: &[usize], territories: usize, loads: Vec<Vec<f64>>) -> Instance {
    let mut to_chosen = vec![u32::MAX; units.len()];
    for (index, &unit) in chosen.iter().enumerate() {
        to_chosen[unit] = index as u32;
    }
    let ids: Vec<_> = units.ids().collect();
    let pairs = chosen.iter().flat_map(|&unit| {
        let to_chosen = &to_chosen;
        units.topology.neighbours(ids[unit]).iter().filter_map(move |neighbour| {
            let other = to_chosen[neighbour.unit.index()];
            (other != u32::MAX && neighbour.unit.index() > unit).then_some((
                to_chosen[unit],
                other,
                neighbour.border_km,
            ))
        })
    });
    Instance {
        territories,
        places: chosen.iter().map(|&unit| units.centres[unit]).collect(),
        loads,
        graph: Graph::from_pairs(chosen.len(), pairs),
        ..Instance::default()
    }
}
