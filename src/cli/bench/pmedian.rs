//! Capacitated p-median problems in the text formats in which they are published: every point is a customer and may be a centre, the
//! sum of the distances to the centres is least, and no centre serves more than its capacity.
//!
//! OR-Library (Beasley 1990; Osman & Christofides 1994): `number best`, `n p Q`, then n lines `i x y demand`; a file of several problems
//! begins with how many. Distances are rounded down to whole numbers. Lorena & Senne (2004), Stefanello et al. (2015): `n p`, then
//! n lines `x y capacity demand`. Distances are not rounded.

use std::path::Path;

use super::instances::Instance;
use crate::cli::Result;
use crate::error::UserError;
use crate::io::files;
use crate::solve::Centring;
use crate::solve::plane::Plane;

/// Reads the `number`th problem of a file, counted from 1.
///
/// # Errors
/// A file that cannot be read, has neither format, or has no problem of that number; centres of different capacities.
pub fn read(path: &Path, number: usize) -> Result<Instance> {
    let bytes = files::read_all(path, files::MAX_TABLE_BYTES)?;
    parse(&String::from_utf8_lossy(&bytes), number).map_err(|why| {
        UserError::new(format!("Could not read {}", files::name_of(path)))
            .because(why)
            .hint("Expected a capacitated p-median problem of OR-Library, or one of Lorena and Senne")
    })
}

/// A problem as it stands in a file.
#[derive(Default)]
struct Read {
    territories: usize,
    capacity: f64,
    best: Option<f64>,
    points: Vec<[f64; 2]>,
    demands: Vec<f64>,
}

pub fn parse(text: &str, number: usize) -> std::result::Result<Instance, String> {
    let lines: Vec<Vec<f64>> = text
        .lines()
        .map(|line| line.split_ascii_whitespace().map(|word| word.parse::<f64>().unwrap_or(f64::NAN)).collect())
        .filter(|line: &Vec<f64>| !line.is_empty())
        .collect();
    if lines.iter().flatten().any(|value| !value.is_finite()) {
        return Err("there are words in it where numbers are expected".to_owned());
    }
    let numbers: Vec<f64> = lines.iter().flatten().copied().collect();
    let widths: Vec<usize> = lines.iter().take(3).map(Vec::len).collect();
    match widths.as_slice() {
        [1, 2, 3] => or_library(&numbers[1..], number),
        [2, 3, ..] => or_library(&numbers, number),
        [2, 4, ..] if number == 1 => lorena(&numbers),
        [2, 4, ..] => Err(format!("there is no problem {number} in it, only one")),
        _ => Err(format!("its first lines have {widths:?} numbers")),
    }
}

fn or_library(mut numbers: &[f64], number: usize) -> std::result::Result<Instance, String> {
    for problem in 1.. {
        let [_, best, count, territories, capacity, rest @ ..] = numbers else {
            return Err(format!("there is no problem {number} in it, only {}", problem - 1));
        };
        let count = whole(*count, rest.len() / 4)?;
        if problem == number {
            let mut read = Read {
                territories: whole(*territories, count)?,
                capacity: *capacity,
                best: Some(*best),
                ..Read::default()
            };
            for row in rest.chunks_exact(4).take(count) {
                read.points.push([row[1], row[2]]);
                read.demands.push(row[3]);
            }
            return instance(read, true);
        }
        numbers = &rest[4 * count..];
    }
    Err("there is no problem in it".to_owned())
}

fn lorena(numbers: &[f64]) -> std::result::Result<Instance, String> {
    let [count, territories, rest @ ..] = numbers else { return Err("it ends too early".to_owned()) };
    let count = whole(*count, rest.len() / 4)?;
    let mut read = Read { territories: whole(*territories, count)?, ..Read::default() };
    for row in rest.chunks_exact(4).take(count) {
        read.points.push([row[0], row[1]]);
        read.demands.push(row[3]);
        if read.capacity > 0.0 && row[2] != read.capacity {
            return Err(format!(
                "its centres have different capacities ({} and {}), and the engine knows one for all",
                read.capacity, row[2]
            ));
        }
        read.capacity = row[2];
    }
    instance(read, false)
}

fn whole(value: f64, most: usize) -> std::result::Result<usize, String> {
    if value >= 1.0 && value.fract() == 0.0 && value <= most as f64 {
        Ok(value as usize)
    } else {
        Err(format!("expected a number from 1 to {most}, found {value}"))
    }
}

fn instance(read: Read, whole_distances: bool) -> std::result::Result<Instance, String> {
    if let Some(demand) = read.demands.iter().find(|&&demand| demand < 0.0) {
        return Err(format!("expected demands of 0 or more, found {demand}"));
    }
    let plane = Plane::around(read.points.iter().copied());
    Ok(Instance {
        territories: read.territories,
        places: read.points.iter().map(|&point| plane.place(point)).collect(),
        loads: vec![read.demands],
        centre: Centring::Member,
        capacity: Some(read.capacity),
        plane: Some(plane),
        whole_distances,
        best: read.best,
        ..Instance::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read() {
        let one = "1 713\n3 2 12\n1 0 0 5\n2 3 4 6\n3 9 9 7\n";
        let read = parse(one, 1).expect("it can be read");
        assert_eq!(
            (read.territories, read.capacity, read.best, read.whole_distances),
            (2, Some(12.0), Some(713.0), true)
        );
        assert_eq!(read.loads[0], [5.0, 6.0, 7.0]);
        let several = format!("2\n{one} 2 820\n 1 1 9\n 1 5 5 9\n");
        assert_eq!(parse(&several, 2).expect("the second").best, Some(820.0));
        assert!(parse(&several, 3).expect_err("no third").contains("only 2"));
        let lorena = parse("2 1\n0 0 20 4\n5 5 20 6\n", 1).expect("it can be read");
        assert_eq!((lorena.capacity, lorena.whole_distances, lorena.places.len()), (Some(20.0), false, 2));
        assert!(parse("2 1\n0 0 20 4\n5 5 30 6\n", 1).expect_err("two capacities").contains("different capacities"));
        for broken in ["", "a b\n", "1 2 3 4\n", "1 7\n9 2 3\n1 0 0 5\n", "2 9\n0 0 20 4\n5 5 20 6\n"] {
            assert!(parse(broken, 1).is_err(), "{broken}");
        }
    }
}
