//! The unit table, struct of arrays, over one shared topology.

use std::collections::HashMap;

use super::columns::TextColumn;
use super::ids::UnitId;
use super::sphere::{Bounds, LonLat};
use super::topology::Topology;

/// The indivisible pieces of map. Every column has one entry per unit.
#[derive(Debug, Clone, Default)]
pub struct Units {
    /// What one unit is called on screen, in the singular: "ZIP area", "county".
    pub kind: String,
    /// Set when the shapes are approximations; shown wherever they are.
    pub approximate: bool,
    /// Where the shapes come from, in one line for the map's attribution. May be empty.
    pub attribution: String,
    /// Codes from outside (ZIP, FIPS), unique, leading zeros kept.
    pub codes: Vec<String>,
    /// Names; the code where there is none.
    pub names: Vec<String>,
    /// A point inside each unit, for labels and distances.
    pub centres: Vec<LonLat>,
    pub areas_km2: Vec<f64>,
    pub bounds: Vec<Bounds>,
    pub attributes: Vec<TextColumn>,
    pub topology: Topology,
    by_code: HashMap<String, UnitId>,
}

impl Units {
    /// A table over `topology`; centres, areas and bounds are computed from it. `codes` and `names` have one entry per unit and
    /// codes are unique: the importer's duty, and what is checked here.
    pub fn new(
        kind: impl Into<String>,
        codes: Vec<String>,
        names: Vec<String>,
        topology: Topology,
    ) -> Result<Self, String> {
        let mut units = Self { kind: kind.into(), codes, names, ..Self::default() };
        for index in 0..topology.unit_count() {
            let shape = topology.shape(UnitId::from_index(index));
            units.centres.push(shape.label_point());
            units.areas_km2.push(shape.area_km2());
            units.bounds.push(shape.bounds());
        }
        units.with_topology(topology)
    }

    /// A table whose columns are known already, as when it comes from a saved project: joins them to their topology and checks that
    /// there is one entry per unit and no code twice.
    pub fn with_topology(mut self, topology: Topology) -> Result<Self, String> {
        let count = topology.unit_count();
        if self.codes.len() != count || self.names.len() != count {
            return Err(format!("{count} shapes, {} codes and {} names", self.codes.len(), self.names.len()));
        }
        if self.centres.len() != count || self.areas_km2.len() != count || self.bounds.len() != count {
            return Err(format!("{count} shapes, but not as many centres, areas and bounds"));
        }
        self.by_code = HashMap::with_capacity(count);
        for (index, code) in self.codes.iter().enumerate() {
            if self.by_code.insert(code.clone(), UnitId::from_index(index)).is_some() {
                return Err(format!("the code \"{code}\" occurs twice"));
            }
        }
        self.topology = topology;
        Ok(self)
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn ids(&self) -> impl Iterator<Item = UnitId> + use<> {
        (0..self.len() as u32).map(UnitId)
    }

    pub fn find(&self, code: &str) -> Option<UnitId> {
        self.by_code.get(code).copied()
    }

    /// "3 ZIP areas", "1 county".
    pub fn count_words(&self, count: usize) -> String {
        match count {
            1 => format!("1 {}", self.kind_of_one()),
            _ => format!("{} {}", grouped(count), self.kind_of_many()),
        }
    }

    /// "ZIP area 43210", "ZIP area 43210 and 3 others": the first of some units by its code.
    pub fn call(&self, units: &[UnitId]) -> String {
        let Some(first) = units.first() else { return self.count_words(0) };
        let name = format!("{} {}", self.kind_of_one(), self.codes.get(first.index()).map_or("", String::as_str));
        match units.len() {
            1 => name,
            2 => format!("{name} and 1 other"),
            count => format!("{name} and {} others", grouped(count - 1)),
        }
    }

    /// "ZIP area", "county"; "unit" where nothing is known.
    pub fn kind_of_one(&self) -> &str {
        if self.kind.is_empty() { "unit" } else { &self.kind }
    }

    /// "ZIP areas", "counties".
    pub fn kind_of_many(&self) -> String {
        plural(self.kind_of_one())
    }
}

/// "counties" of "county".
pub fn plural(kind: &str) -> String {
    kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies"))
}

/// "3,670": thousands separated.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
