//! What readers of every format hand over: features with shapes or points, and their columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::projection::Projection;
use super::{Layer, MAX_PLACES, RawColumn, rings};
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::options::ReadOptions;
use crate::io::{antimeridian, count_of};

/// What is wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Polygons; points and lines are left out with a word.
    Areas,
    /// Points; of a polygon a point inside it.
    Points,
}

/// What is wanted, and how the file shall be read.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub wanted: Wanted,
    pub options: &'a ReadOptions,
}

impl Wish<'_> {
    /// The coordinate system that the user names, if any; else what the file says.
    pub fn projection(
        &self,
        file: &str,
        diagnostics: &mut Vec<Diagnostic>,
        of_file: impl FnOnce(&mut Vec<Diagnostic>) -> Result<Projection, UserError>,
    ) -> Result<Projection, UserError> {
        match self.options.epsg {
            Some(code) => Projection::from_epsg(file, code, diagnostics),
            None => of_file(diagnostics),
        }
    }
}

/// A layer, and in the order of its shapes the points of features that are points.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub layer: Layer,
    pub points: Vec<Option<LonLat>>,
}

/// Collects the features of a file.
pub(super) struct Features {
    file: String,
    wanted: Wanted,
    projection: Projection,
    shapes: Vec<Shape>,
    points: Vec<Option<LonLat>>,
    /// Of the feature at work.
    place: Place,
    shape: Shape,
    point: Option<LonLat>,
    more_points: bool,
    places: usize,
    /// Features with several points.
    several: usize,
    /// Geometries that cannot be used, by their kind.
    left_out: BTreeMap<&'static str, usize>,
    /// Problems that are not listed.
    unsaid: usize,
    /// How much may still be done to find out which holes lie in which rings.
    work: u64,
    /// Features that were cut at the antimeridian.
    cut: usize,
    /// That at work was.
    is_cut: bool,
}

/// So many features that cannot be used are named one by one.
const NAMED: usize = 20;

/// More problems of features than a person reads: a file made to do so could have one in every few bytes.
const MOST_SAID: usize = 10_000;

/// Features of one layer; the census blocks of the whole United States are eight million.
const MAX_FEATURES: usize = 10_000_000;

impl Features {
    pub fn new(file: &str, wanted: Wanted, projection: Projection) -> Self {
        Self {
            file: file.to_owned(),
            wanted,
            projection,
            shapes: Vec::new(),
            points: Vec::new(),
            place: Place::file(file),
            shape: Shape::default(),
            point: None,
            more_points: false,
            places: 0,
            several: 0,
            left_out: BTreeMap::new(),
            unsaid: 0,
            work: 3_000_000_000,
            cut: 0,
            is_cut: false,
        }
    }

    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// The place of the feature at work, for messages.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Begins a feature. Its number is said where it has no better name.
    pub fn begin(&mut self, item: Option<String>) {
        let item = item.unwrap_or_else(|| format!("feature {}", self.shapes.len() + 1));
        self.place = Place::file(&self.file).item(item);
    }

    /// A polygon in the file's coordinates: the outer ring, then its holes.
    pub fn polygon(&mut self, lines: Vec<Ring>, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        let mut usable = Vec::with_capacity(lines.len());
        for (index, line) in lines.into_iter().enumerate() {
            self.count(line.len())?;
            match self.projection.to_degrees(&self.file, line)?.and_then(rings::clean) {
                Ok(ring) => usable.push(ring),
                Err(bad) => {
                    self.say(rings::diagnose(bad, &self.place), diagnostics);
                    if index == 0 {
                        // Holes of nothing.
                        return Ok(());
                    }
                }
            }
        }
        if usable.iter().any(|ring| antimeridian::ring_crosses(ring)) {
            let parts = antimeridian::parts(usable, &mut self.work);
            self.add_parts(parts, diagnostics);
        } else if !usable.is_empty() {
            let outer = usable.remove(0);
            self.shape.polygons.push(rings::polygon(outer, usable));
        }
        Ok(())
    }

    /// Rings in the file's coordinates whose direction says whether they are holes.
    pub fn rings(&mut self, lines: Vec<Ring>, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        let mut usable = Vec::with_capacity(lines.len());
        for line in lines {
            self.count(line.len())?;
            match self.projection.to_degrees(&self.file, line)?.and_then(rings::clean) {
                Ok(ring) => usable.push(ring),
                Err(bad) => self.say(rings::diagnose(bad, &self.place), diagnostics),
            }
        }
        let crosses = usable.iter().any(|ring| antimeridian::ring_crosses(ring));
        let usable = if crosses { antimeridian::unrolled(usable, &mut self.work) } else { Some(usable) };
        match usable.and_then(|usable| rings::polygons_by_direction(usable, &mut self.work)) {
            Some(polygons) if crosses => {
                for polygon in polygons {
                    let rings = std::iter::once(polygon.outer).chain(polygon.holes).collect();
                    let parts = antimeridian::parts_of_unrolled(rings, &mut self.work);
                    self.add_parts(parts, diagnostics);
                }
            }
            Some(polygons) => self.shape.polygons.extend(polygons),
            None => self.say(
                Diagnostic::error(self.place.clone(), "its rings lie in each other in too many ways")
                    .hint("the shape is left out"),
                diagnostics,
            ),
        }
        Ok(())
    }

    /// What became of a polygon across the antimeridian.
    fn add_parts(&mut self, parts: Option<Vec<Polygon>>, diagnostics: &mut Vec<Diagnostic>) {
        match parts {
            Some(parts) => {
                self.is_cut = true;
                self.shape.polygons.extend(parts);
            }
            None => self.say(
                Diagnostic::error(self.place.clone(), "a polygon crosses itself at the antimeridian (±180°)")
                    .hint("it is left out"),
                diagnostics,
            ),
        }
    }

    /// A point in the file's coordinates. The first of a feature counts.
    pub fn point(&mut self, place: LonLat, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        if self.wanted == Wanted::Areas {
            self.other("Point", diagnostics);
            return Ok(());
        }
        self.count(1)?;
        if self.point.is_some() {
            self.more_points = true;
            return Ok(());
        }
        let found = self.projection.to_degrees(&self.file, vec![place])?;
        let on_globe = |place: LonLat| {
            // Some count from 0 to 360.
            let beyond = place.lon.abs() > 180.0 && place.lon.abs() <= 360.0;
            let lon = if beyond { place.lon - 360.0_f64.copysign(place.lon) } else { place.lon };
            Some(LonLat::new(lon, place.lat)).filter(|place| place.is_valid())
        };
        match found.ok().and_then(|found| found.first().copied()).and_then(on_globe) {
            Some(found) => self.point = Some(found),
            None => {
                self.say(rings::diagnose(rings::BadRing::OffTheGlobe(place.lon, place.lat), &self.place), diagnostics)
            }
        }
        Ok(())
    }

    /// A geometry that cannot be used: "LineString", "a curve".
    pub fn other(&mut self, kind: &'static str, diagnostics: &mut Vec<Diagnostic>) {
        let count = self.left_out.entry(kind).or_default();
        *count += 1;
        if *count <= NAMED {
            let expected = if self.wanted == Wanted::Areas { "Polygon or MultiPolygon" } else { "Point or Polygon" };
            diagnostics.push(
                Diagnostic::error(self.place.clone(), format!("expected a {expected}, found {kind}"))
                    .hint("it is left out"),
            );
        }
    }

    /// Says something about the feature, unless enough was said.
    fn say(&mut self, what: Diagnostic, diagnostics: &mut Vec<Diagnostic>) {
        if diagnostics.len() < MOST_SAID { diagnostics.push(what) } else { self.unsaid += 1 }
    }

    /// Ends the feature.
    ///
    /// # Errors
    /// There are too many.
    pub fn end(&mut self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        if diagnostics.len() > MOST_SAID {
            self.unsaid += diagnostics.len() - MOST_SAID;
            diagnostics.truncate(MOST_SAID);
        }
        if self.shapes.len() >= MAX_FEATURES {
            return Err(too_large(&self.file, &format!("it has more than {}", count_of(MAX_FEATURES, "feature"))));
        }
        self.several += usize::from(std::mem::take(&mut self.more_points));
        self.cut += usize::from(std::mem::take(&mut self.is_cut));
        self.shapes.push(std::mem::take(&mut self.shape));
        if self.wanted == Wanted::Points {
            self.points.push(self.point.take());
        }
        Ok(())
    }

    pub fn finish(self, columns: Vec<RawColumn>, diagnostics: &mut Vec<Diagnostic>) -> Found {
        for (kind, count) in self.left_out.iter().filter(|(_, count)| **count > NAMED) {
            let message = format!("{} of the kind {kind}", count_of(*count, "feature"));
            diagnostics.push(Diagnostic::warning(Place::file(&self.file), message).hint("all of them are left out"));
        }
        if self.unsaid > 0 {
            let message = format!("{} with features, not listed one by one", count_of(self.unsaid, "more problem"));
            diagnostics.push(Diagnostic::warning(Place::file(&self.file), message));
        }
        if self.cut > 0 {
            let message = format!("{} across the antimeridian (±180°)", count_of(self.cut, "shape"));
            diagnostics.push(Diagnostic::note(Place::file(&self.file), message).hint("cut there into parts"));
        }
        if self.several > 0 {
            let message = format!("{} with several points", count_of(self.several, "feature"));
            diagnostics
                .push(Diagnostic::note(Place::file(&self.file), message).hint("the first point of each is taken"));
        }
        let system = self.projection.words().to_owned();
        let layer = Layer { file: self.file, shapes: self.shapes, columns, system, part: String::new() };
        Found { layer, points: self.points }
    }

    fn count(&mut self, places: usize) -> Result<(), UserError> {
        self.places += places;
        if self.places > MAX_PLACES {
            return Err(UserError::new(format!("Could not read {}", self.file))
                .because("it has more vertices than can be handled")
                .hint("simplify the layer first"));
        }
        Ok(())
    }
}

fn too_large(file: &str, why: &str) -> UserError {
    UserError::new(format!("Could not read {file}"))
        .because(why)
        .hint("split it, or leave out the columns that are not needed")
}

/// Columns in the order in which they first appear; features may have different ones.
#[derive(Default)]
pub(super) struct Columns {
    rows: usize,
    columns: Vec<RawColumn>,
    by_name: HashMap<String, usize>,
    /// Cells, those of features without the column among them.
    cells: usize,
    left_out: HashSet<String>,
}

/// More columns than this no table has; a file that makes a new one in every feature would fill the memory.
const MAX_COLUMNS: usize = 4096;

/// Each takes 24 bytes even when it is empty.
pub(super) const MAX_CELLS: usize = 80_000_000;

impl Columns {
    /// The value of the row at work. Of two values of one name the first counts.
    pub fn set(&mut self, name: &str, value: String) {
        self.put(name, value, false);
    }

    /// The same where the last of two values counts.
    pub fn set_last(&mut self, name: &str, value: String) {
        self.put(name, value, true);
    }

    fn put(&mut self, name: &str, value: String, last_counts: bool) {
        let index = match self.by_name.get(name) {
            Some(&index) => index,
            None if self.columns.len() >= MAX_COLUMNS => {
                if self.left_out.len() < MAX_COLUMNS {
                    self.left_out.insert(name.to_owned());
                }
                return;
            }
            None => {
                self.by_name.insert(name.to_owned(), self.columns.len());
                self.columns.push(RawColumn { name: name.to_owned(), values: Vec::new() });
                self.columns.len() - 1
            }
        };
        let values = &mut self.columns[index].values;
        if values.len() <= self.rows {
            self.cells += self.rows + 1 - values.len();
            values.resize(self.rows, String::new());
            values.push(value);
        } else if last_counts {
            values[self.rows] = value;
        }
    }

    /// Ends the row.
    ///
    /// # Errors
    /// There are too many values.
    pub fn end_row(&mut self, file: &str) -> Result<(), UserError> {
        self.rows += 1;
        // Columns that are filled up at the end count, too.
        if self.cells.max(self.rows.saturating_mul(self.columns.len())) > MAX_CELLS {
            return Err(too_large(file, &format!("it has more than {}", count_of(MAX_CELLS, "value"))));
        }
        Ok(())
    }

    pub fn finish(mut self, file: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<RawColumn> {
        if !self.left_out.is_empty() {
            let count = self.left_out.len();
            let (more, message) = (if count < MAX_COLUMNS { "" } else { " or more" }, count_of(count, "column"));
            let message = format!("{message}{more} beyond the first {}", count_of(MAX_COLUMNS, "column"));
            diagnostics.push(Diagnostic::warning(Place::file(file), message).hint("left out"));
        }
        for column in &mut self.columns {
            column.values.resize(self.rows, String::new());
        }
        self.columns
    }
}
