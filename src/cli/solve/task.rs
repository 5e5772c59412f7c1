//! From the command line and the files it names to a problem for the engine.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Arguments, load_of};
use crate::cli::{Result, goals};
use crate::domain::progress::Progress;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::diagnostic::Diagnostic;
use crate::io::points::{Centre, PointColumns, Points, Position, read_centres, read_neighbours, read_points};
use crate::solve::neighbours::delaunay;
use crate::solve::plane::Plane;
use crate::solve::{Centring, Graph, Limits, MeasureGoal, Problem, TerritoryGoal};

/// What the engine shall do, and what its numbers stand for.
pub struct Task {
    pub problem: Problem,
    pub points: Points,
    /// For positions on a plane: how lengths are turned back into its unit.
    pub plane: Option<Plane>,
    /// The territories' names: numbers from 1, or the IDs of the centres.
    pub names: Vec<String>,
    /// Per measure the most a territory may have, where that was asked for.
    pub most: Vec<Option<f64>>,
    pub neighbours: &'static str,
    pub diagnostics: Vec<Diagnostic>,
    pub stages: Vec<(&'static str, Duration)>,
}

/// The tolerance of a load that is named without one.
const DEFAULT_TOLERANCE: f64 = 0.10;

/// How far apart two centres in one place are put, so that they can be told apart: degrees, or parts of a plane's extent.
const NUDGE: f64 = 0.02;
const NUDGE_ON_PLANE: f64 = 1e-4;

impl Task {
    pub fn read(arguments: &Arguments, progress: &Progress) -> Result<Self> {
        let start = Instant::now();
        let loads: Vec<(String, Option<f64>)> = arguments.load.iter().map(|text| load_of(text)).collect();
        let columns = columns(arguments, &loads);
        for (nth, (name, _)) in loads.iter().enumerate() {
            if loads[..nth].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Err(UserError::new(format!("The load \"{name}\" is named twice"))
                    .hint("Name each load once, with its tolerance"));
            }
        }
        let Imported { value: points, mut diagnostics } = read_points(&arguments.points, &columns, progress)
            .map_err(|error| wrong_tolerance(arguments, progress).unwrap_or(error))?;
        let plane = points.planar.then(|| Plane::around(points.positions.iter().copied()));
        let places = match &plane {
            Some(plane) => points.positions.iter().map(|&point| plane.place(point)).collect(),
            None => points.places(),
        };
        let centres = match arguments.centre.split_once(':') {
            Some(("fixed", file)) => {
                let read = read_centres(Path::new(file), &columns, &points, progress)?;
                diagnostics.extend(read.diagnostics);
                Some(read.value)
            }
            _ => None,
        };
        let centring = match arguments.centre.as_str() {
            "centroid" => Centring::Centroid,
            "member" => Centring::Member,
            _ if centres.is_some() => Centring::Centroid,
            other => return Err(unknown("--centre", other, "centroid, member, or fixed:FILE")),
        };
        let (mut territories, names) = territories(arguments, centres.as_deref(), plane.as_ref())?;
        let mut task = Self {
            most: most(arguments, &loads, &points)?,
            plane,
            names,
            neighbours: "none",
            stages: vec![("read", start.elapsed())],
            diagnostics,
            problem: Problem::default(),
            points,
        };
        for (nth, (column, (_, tolerance))) in task.points.loads.iter().zip(&loads).enumerate() {
            let target = column.values.iter().sum::<f64>() / territories.len() as f64;
            let most = task.most[nth];
            for territory in &mut territories {
                territory.targets.push(target);
                territory.limits.push(most.map(|most| Limits { least: 0.0, most }));
            }
            let tolerance = tolerance.unwrap_or(DEFAULT_TOLERANCE);
            let tolerance = most.map_or(tolerance, |most| (most / target - 1.0).max(0.0));
            let tolerance = if tolerance.is_finite() { tolerance } else { DEFAULT_TOLERANCE };
            task.problem.goals.push(MeasureGoal { name: column.name.clone(), tolerance, ..MeasureGoal::default() });
        }
        let weights = match (&task.points.weights, task.points.loads.first()) {
            (Some(weights), _) => weights.values.clone(),
            (None, Some(first)) if arguments.travel_weight.is_none() => first.values.clone(),
            _ => vec![1.0; task.points.len()],
        };
        let loads = task.points.loads.iter().map(|column| column.values.clone()).collect();
        task.problem = Problem {
            places,
            loads,
            travel_weights: weights,
            border_weight_km: arguments.border_weight.unwrap_or(0.0),
            territories,
            max_distance_km: arguments.max_distance.map(|length| task.km(length)),
            centre: centring,
            ..task.problem
        };
        task.link(&arguments.neighbours, progress)?;
        Ok(task)
    }

    /// Kilometres for the engine from a length as it was given.
    pub fn km(&self, length: f64) -> f64 {
        self.plane.map_or(length, |plane| plane.km(length))
    }

    /// A length to be shown from kilometres of the engine.
    pub fn length(&self, km: f64) -> f64 {
        self.plane.map_or(km, |plane| plane.length(km))
    }

    /// "km", or nothing for lengths in the unit of the table.
    pub fn unit(&self) -> &'static str {
        if self.plane.is_some() { "" } else { " km" }
    }

    /// Gives the problem its neighbours.
    fn link(&mut self, wanted: &str, progress: &Progress) -> Result<()> {
        let start = Instant::now();
        match wanted {
            "none" => return Ok(()),
            "delaunay" => {
                self.neighbours = "delaunay";
                self.problem.graph = delaunay(&self.problem.places, None);
            }
            _ if wanted.starts_with("delaunay:") => {
                let longest = wanted.trim_start_matches("delaunay:");
                let longest = crate::cli::search::positive(longest)
                    .map_err(|why| unknown("--neighbours", wanted, "delaunay:LONGEST with a length").because(why))?;
                self.neighbours = "delaunay";
                self.problem.graph = delaunay(&self.problem.places, Some(self.km(longest)));
            }
            file => {
                self.neighbours = "file";
                let Imported { value: pairs, diagnostics } = read_neighbours(Path::new(file), &self.points, progress)?;
                self.diagnostics.extend(diagnostics);
                let pairs = pairs.into_iter().map(|pair| (pair.a, pair.b, self.km(pair.border)));
                self.problem.graph = Graph::from_pairs(self.points.len(), pairs);
            }
        }
        // One point is a whole by itself; the engine wants neighbours where there are several.
        self.problem.contiguous = self.points.len() > 1;
        self.stages.push(("neighbours", start.elapsed()));
        Ok(())
    }
}

/// Where a load was named whose column is not there: whether it is there without what stands behind the colon, which then was meant
/// as a tolerance and is none.
fn wrong_tolerance(arguments: &Arguments, progress: &Progress) -> Option<UserError> {
    let mut loads: Vec<(String, Option<f64>)> = arguments.load.iter().map(|text| load_of(text)).collect();
    let mut wrong = None;
    for ((name, tolerance), text) in loads.iter_mut().zip(&arguments.load) {
        if let (None, Some((column, rest))) = (&tolerance, text.rsplit_once(':')) {
            *name = column.trim().to_owned();
            wrong = wrong.or(goals::tolerance_of(rest.trim()).err());
        }
    }
    wrong.filter(|_| read_points(&arguments.points, &columns(arguments, &loads), progress).is_ok())
}

fn columns(arguments: &Arguments, loads: &[(String, Option<f64>)]) -> PointColumns {
    let position = match (&arguments.lon, &arguments.lat, &arguments.x, &arguments.y) {
        (Some(lon), Some(lat), ..) => Position::LonLat(lon.clone(), lat.clone()),
        (.., Some(x), Some(y)) => Position::Plane(x.clone(), y.clone()),
        _ => Position::Guessed,
    };
    PointColumns {
        id: arguments.id.clone(),
        position,
        loads: loads.iter().map(|(name, _)| name.clone()).collect(),
        weight: arguments.travel_weight.clone().filter(|weight| weight != "1"),
        ..PointColumns::default()
    }
}

/// Per measure the most that was asked for.
fn most(arguments: &Arguments, loads: &[(String, Option<f64>)], points: &Points) -> Result<Vec<Option<f64>>> {
    let mut most: Vec<Option<f64>> = vec![None; loads.len()];
    for text in &arguments.max_load {
        let (name, number) = match text.rsplit_once(':') {
            Some((name, number)) => (Some(name.trim()), number),
            None => (None, text.as_str()),
        };
        let number = crate::cli::search::positive(number)
            .map_err(|why| unknown("--max-load", text, "N or COL:N").because(why))?;
        let nth = match name {
            Some(name) => points.loads.iter().position(|column| column.name.eq_ignore_ascii_case(name)),
            None => (!loads.is_empty()).then_some(0),
        };
        let Some(nth) = nth else {
            return Err(unknown("--max-load", text, "a column that is a load")
                .because("no --load names that column")
                .hint("Name it: --load COL --max-load COL:N"));
        };
        if loads[nth].1.is_some() {
            return Err(UserError::new(format!("\"{}\" has a tolerance and a most", points.loads[nth].name))
                .because("a territory may then have as little as comes out, so that the tolerance says nothing")
                .hint("Leave out one of the two"));
        }
        most[nth] = Some(number);
    }
    Ok(most)
}

/// The territories to fill and their names.
fn territories(
    arguments: &Arguments,
    centres: Option<&[Centre]>,
    plane: Option<&Plane>,
) -> Result<(Vec<TerritoryGoal>, Vec<String>)> {
    let Some(centres) = centres else {
        let Some(count) = arguments.territories else {
            return Err(UserError::new("The number of territories is not known").hint("Say it: --territories K"));
        };
        let (count, most) = (count.get(), usize::from(u16::MAX) - 1);
        if count > most {
            return Err(
                UserError::new(format!("{count} territories were asked for")).because(format!("{most} is the most"))
            );
        }
        return Ok((vec![TerritoryGoal::default(); count], (1..=count).map(|number| number.to_string()).collect()));
    };
    if let Some(count) = arguments.territories.filter(|count| count.get() != centres.len()) {
        return Err(UserError::new(format!(
            "{count} territories were asked for, but there are {} centres",
            centres.len()
        ))
        .hint("Leave out --territories, or give as many centres"));
    }
    let mut homes: Vec<LonLat> = Vec::with_capacity(centres.len());
    let mut taken = std::collections::HashSet::new();
    let key = |place: LonLat| (place.lon.to_bits(), place.lat.to_bits());
    for centre in centres {
        let [x, y] = centre.position;
        let mut home = plane.map_or_else(|| LonLat::new(x, y), |plane| plane.place(centre.position));
        let step = if plane.is_some() { NUDGE_ON_PLANE * 0.006 } else { NUDGE };
        // Two centres in one place cannot be told apart: the second stands a little beside the first.
        while !taken.insert(key(home)) {
            let east = home.lon + step;
            home = LonLat::new(if east > 180.0 { east - 360.0 } else { east }, home.lat);
        }
        if !home.is_valid() {
            return Err(UserError::new(format!("The centre \"{}\" is too far away from the points", centre.id))
                .hint("Give centres in the coordinates of the points"));
        }
        homes.push(home);
    }
    let goal = |home: LonLat| TerritoryGoal { home: Some(home), ..TerritoryGoal::default() };
    Ok((homes.into_iter().map(goal).collect(), centres.iter().map(|centre| centre.id.clone()).collect()))
}

fn unknown(option: &str, found: &str, expected: &str) -> UserError {
    UserError::new(format!("{option} does not know \"{found}\"")).hint(format!("Write {expected}"))
}
