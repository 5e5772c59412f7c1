//! A table with what belongs to it on a map: what a format gets to write.

use std::borrow::Cow;

use super::sheet::Sheet;
use crate::domain::polygon::Shape;
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::{ArcPolygon, Topology};

/// A table to be written, with the places of its rows.
#[derive(Debug)]
pub struct Part<'a> {
    /// What a layer, folder, object or file of it is called: "units".
    pub name: String,
    /// What one row is, and several: "territory", "territories".
    pub nouns: [String; 2],
    pub sheet: Sheet<'a>,
    pub geometry: Geometry<'a>,
    /// What a row is called on a map; empty: as in the first column.
    pub labels: Vec<Cow<'a, str>>,
    /// Per row its colour; empty where rows have none.
    pub colours: Vec<Option<[u8; 3]>>,
    /// Folders for formats that have them, and per row the one it lies in.
    pub folders: Folders,
    /// The shapes are approximations.
    pub approximate: bool,
    /// What is in no row at all, in words.
    pub left_out: Option<String>,
}

/// Where the rows of a table are on the map.
#[derive(Debug)]
pub enum Geometry<'a> {
    /// Nowhere.
    None,
    /// One place per row; NaN for none.
    Points(&'a [LonLat], Vec<usize>),
    /// Polygons of shared arcs per row; none for a row without a shape.
    Areas { topology: &'a Topology, rows: Vec<Vec<ArcPolygon>> },
}

/// Folders by their names from the outermost in, and per row which of them.
#[derive(Debug, Default)]
pub struct Folders {
    pub paths: Vec<Vec<String>>,
    pub of: Vec<usize>,
}

impl<'a> Part<'a> {
    /// A table without a map: a list to hand over, figures.
    pub fn table(name: impl Into<String>, sheet: Sheet<'a>) -> Self {
        Self {
            name: name.into(),
            nouns: ["row".into(), "rows".into()],
            sheet,
            geometry: Geometry::None,
            labels: Vec::new(),
            colours: Vec::new(),
            folders: Folders::default(),
            approximate: false,
            left_out: None,
        }
    }

    /// "1 territory", "3 territories".
    pub(super) fn count_words(&self, count: usize) -> String {
        let noun = &self.nouns[usize::from(count != 1)];
        format!("{} {noun}", crate::io::grouped(count))
    }

    /// What a row is called on a map.
    pub(super) fn label(&self, row: usize) -> &str {
        let first = || self.sheet.columns.first().map_or("", |column| column.text(row));
        self.labels.get(row).map_or_else(first, AsRef::as_ref)
    }

    /// The place of a row whose geometry is points.
    pub(super) fn place(&self, row: usize) -> Option<LonLat> {
        match &self.geometry {
            Geometry::Points(places, rows) => {
                rows.get(row).and_then(|&at| places.get(at)).copied().filter(|place| place.is_valid())
            }
            _ => None,
        }
    }

    /// The shape of a row whose geometry is areas; empty for none.
    pub(super) fn shape(&self, row: usize) -> Shape {
        match &self.geometry {
            Geometry::Areas { topology, rows } => {
                rows.get(row).map(|polygons| topology.shape_along(polygons)).unwrap_or_default()
            }
            _ => Shape::default(),
        }
    }

    pub(super) fn has_place(&self, row: usize) -> bool {
        match &self.geometry {
            Geometry::None => false,
            Geometry::Points(..) => self.place(row).is_some(),
            Geometry::Areas { rows, .. } => rows.get(row).is_some_and(|polygons| !polygons.is_empty()),
        }
    }

    /// The rows that a map format writes: all but areas without a shape. Accounts without a place are rows all the same.
    pub(super) fn map_rows(&self) -> impl Iterator<Item = usize> + use<'_> {
        let areas = matches!(self.geometry, Geometry::Areas { .. });
        (0..self.sheet.rows).filter(move |&row| !areas || self.has_place(row))
    }

    /// The box around everything that is written.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        match &self.geometry {
            Geometry::None => None,
            Geometry::Points(..) => Bounds::of((0..self.sheet.rows).filter_map(|row| self.place(row))),
            Geometry::Areas { topology, rows } => Bounds::of(rows.iter().flatten().flat_map(|polygon| {
                polygon.outer.iter().flat_map(|arc_use| topology.arc(arc_use.split().0).iter().copied())
            })),
        }
    }

    /// How many vertices the rings of a row have, their first counted once.
    pub(super) fn vertices(&self, row: usize) -> usize {
        let Geometry::Areas { topology, rows } = &self.geometry else { return 0 };
        let along = |arcs: &Vec<_>| arcs.iter().map(|&arc_use| arc_length(topology, arc_use)).sum::<usize>();
        rows.get(row).into_iter().flatten().flat_map(ArcPolygon::rings).map(along).sum()
    }
}

fn arc_length(topology: &Topology, arc_use: crate::domain::topology::ArcUse) -> usize {
    topology.arc(arc_use.split().0).len() - 1
}
