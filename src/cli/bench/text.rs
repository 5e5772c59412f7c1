//! The text format of the engine's instances: `n m K e`, then n lines `lat lon w1 … wm`, then e lines `a b`.
//!
//! n units, m measures, K territories, e pairs of neighbours, each once, by the units' numbers from 0; degrees; numbers separated by
//! blanks. Files that end in `.gz` are packed.

use std::fmt::Write as _;
use std::path::Path;

use super::instances::Instance;
use crate::cli::Result;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::files;
use crate::solve::Graph;

/// The most units, measures or pairs that are believed of a header.
const MOST: usize = 50_000_000;

/// Reads an instance.
///
/// # Errors
/// A file that cannot be read, or does not hold what its first line says.
pub fn read(path: &Path) -> Result<Instance> {
    let bytes = files::read_all(path, files::MAX_TABLE_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    parse(&text).map_err(|why| {
        UserError::new(format!("Could not read {}", files::name_of(path)))
            .because(why)
            .hint("Expected \"n m K e\", then n lines \"lat lon w1 … wm\", then e lines \"a b\"")
    })
}

pub fn parse(text: &str) -> std::result::Result<Instance, String> {
    let mut words = text.split_ascii_whitespace();
    let mut next = |what: &str| -> std::result::Result<f64, String> {
        let word = words.next().ok_or_else(|| format!("it ends where {what} is expected"))?;
        let number: f64 = word.parse().map_err(|_| format!("expected {what}, found \"{word}\""))?;
        if number.is_finite() { Ok(number) } else { Err(format!("expected {what}, found \"{word}\"")) }
    };
    let mut count = |what: &str| match next(what) {
        Ok(number) if number >= 0.0 && number.fract() == 0.0 && number <= MOST as f64 => Ok(number as usize),
        Ok(number) => Err(format!("expected {what}, found {number}")),
        Err(why) => Err(why),
    };
    let units = count("the number of units")?;
    let measures = count("the number of measures")?;
    let territories = count("the number of territories")?;
    let pairs = count("the number of neighbours")?;
    if measures == 0 || measures > 100 || territories == 0 {
        return Err(format!("{measures} measures and {territories} territories are nothing to work on"));
    }
    let mut instance = Instance { territories, loads: vec![Vec::new(); measures], ..Instance::default() };
    for _ in 0..units {
        let lat = next("a latitude")?;
        let place = LonLat::new(next("a longitude")?, lat);
        if !place.is_valid() {
            return Err(format!("expected a latitude and longitude in degrees, found {} {}", place.lat, place.lon));
        }
        instance.places.push(place);
        for loads in &mut instance.loads {
            let load = next("a load")?;
            if load < 0.0 {
                return Err(format!("expected a load of 0 or more, found {load}"));
            }
            loads.push(load);
        }
    }
    let mut edges = Vec::new();
    for _ in 0..pairs {
        let pair = [next("a neighbour")?, next("a neighbour")?];
        if pair.iter().any(|&unit| unit < 0.0 || unit >= units as f64 || unit.fract() != 0.0) {
            let last = units.saturating_sub(1);
            return Err(format!("expected two units by whole numbers from 0 to {last}, found {} {}", pair[0], pair[1]));
        }
        edges.push((pair[0] as u32, pair[1] as u32, 1.0));
    }
    instance.graph = Graph::from_pairs(units, edges);
    Ok(instance)
}

/// The instance as text.
pub fn write(instance: &Instance) -> String {
    let pairs: Vec<(u32, u32)> = (0..instance.places.len())
        .flat_map(|unit| instance.graph.neighbours(unit).iter().map(move |&other| (unit as u32, other)))
        .filter(|(a, b)| a < b)
        .collect();
    let (units, measures) = (instance.places.len(), instance.loads.len());
    let mut text = format!("{units} {measures} {} {}\n", instance.territories, pairs.len());
    for (unit, place) in instance.places.iter().enumerate() {
        let _ = write!(text, "{} {}", place.lat, place.lon);
        for loads in &instance.loads {
            let _ = write!(text, " {}", loads[unit]);
        }
        text.push('\n');
    }
    for (a, b) in pairs {
        let _ = writeln!(text, "{a} {b}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_comes_back_as_it_was() {
        let text = "3 2 2 2\n40.5 -83 1 2\n41 -83.25 3 4.5\n42 -84 5 6\n0 1\n1 2\n";
        let instance = parse(text).expect("it can be read");
        assert_eq!((instance.territories, &instance.loads[1]), (2, &vec![2.0, 4.5, 6.0]));
        assert_eq!(instance.places[1], LonLat::new(-83.25, 41.0));
        assert_eq!(write(&instance), text);
        for (broken, why) in [
            ("3 2", "ends"),
            ("1 1 1 0\n40 x 1", "\"x\""),
            ("1 1 1 0\n95 0 1", "degrees"),
            ("2 1 1 1\n0 0 1\n1 1 1\n0 7", "from 0 to 1"),
            ("9 0 1 0", "nothing to work on"),
            ("99999999999 1 1 0", "number of units"),
        ] {
            let found = parse(broken).expect_err(broken);
            assert!(found.contains(why), "{broken}: {found}");
        }
    }
}
