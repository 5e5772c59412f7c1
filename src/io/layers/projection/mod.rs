//! From the coordinates of a file to longitude and latitude.

mod datum;
#[cfg(test)]
mod tests;

use proj4rs::Proj;
use proj4rs::transform::transform;
use proj4wkt::builder::Node;
use proj4wkt::{Builder, Formatter};

use super::rings::BadRing;
use crate::domain::polygon::Ring;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use datum::Datum;

/// How a file's coordinates become degrees.
pub(super) enum Projection {
    /// Nothing is said; they must look like degrees.
    Unknown,
    /// They are longitude and latitude, in a system that differs from WGS 84 by a metre or two at most.
    Degrees,
    Projected {
        name: String,
        from: Box<Proj>,
        to: Box<Proj>,
        /// Radians in one unit of the coordinates, where these are longitude and latitude: degrees or grads.
        radians: f64,
    },
}

impl Projection {
    /// From the text of a .prj file (WKT of OGC or ESRI, version 1 or 2).
    ///
    /// # Errors
    /// A coordinate system that cannot be converted.
    pub fn from_wkt(file: &str, wkt: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Self, UserError> {
        let wkt = wkt.trim_start_matches('\u{feff}').trim();
        if wkt.is_empty() {
            return Ok(Self::Unknown);
        }
        let name = wkt.split('"').nth(1).unwrap_or("without a name").to_owned();
        let refused = |why: String| refuse(file, why);
        let cannot = |why: &dyn std::fmt::Display| {
            refused(format!("its coordinate system \"{name}\" cannot be converted ({why})"))
        };
        let upper = wkt.to_uppercase();
        if !upper.contains("CS[") && !upper.contains("CRS[") {
            return Err(refused("its .prj file does not describe a coordinate system".into()));
        }
        if wkt.len() > 1 << 16 || nesting(wkt) > 40 {
            return Err(refused("the description of its coordinate system is too long".into()));
        }
        // Web Mercator is a sphere's projection of an ellipsoid's degrees. Only its name, or what is said to PROJ, tells it from Mercator's.
        if upper.contains("PSEUDO-MERCATOR") || upper.contains("AUXILIARY_SPHERE") || upper.contains("+NADGRIDS=@NULL")
        {
            return Self::from_epsg(file, 3857, diagnostics);
        }
        let node = Builder::new().parse(wkt).map_err(|error| cannot(&error))?;
        let mut text = Vec::new();
        Formatter::new(&mut text).format(&node).map_err(|error| cannot(&error))?;
        let mut text = String::from_utf8_lossy(&text).into_owned();
        let (datum_name, degree) = match &node {
            Node::GEOGCRS(system) => (system.datum.name, system.unit.as_ref().map(|unit| unit.factor)),
            Node::PROJCRS(system) => (system.geogcs.datum.name, None),
            Node::COMPOUNDCRS(_) => {
                (upper.split("DATUM[\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or(""), None)
            }
            _ => ("", None),
        };
        let datum = datum::by_name(datum_name);
        let radians = degree.filter(|factor| factor.is_finite() && *factor > 0.0).unwrap_or(1_f64.to_radians());
        if matches!(node, Node::GEOGCRS(_))
            && datum == Datum::LikeWgs84
            && !text.contains("+pm=")
            && (radians - 1_f64.to_radians()).abs() < 1e-9
        {
            return Ok(Self::Degrees);
        }
        text = with_shift(&text, datum);
        let projection = Self::from_proj(&name, &text, radians).map_err(|error| cannot(&error))?;
        say_precision(file, &name, datum, text.contains("+towgs84="), diagnostics);
        Ok(projection)
    }

    /// From the number of a coordinate system in the EPSG registry.
    ///
    /// # Errors
    /// A number that is not known, or a system that cannot be converted.
    pub fn from_epsg(file: &str, code: u32, diagnostics: &mut Vec<Diagnostic>) -> Result<Self, UserError> {
        // Longitude and latitude in systems that agree with WGS 84.
        if matches!(code, 4326 | 4269 | 4258 | 4979 | 4171 | 4283 | 4167 | 4152 | 4617 | 4674 | 4619 | 7844 | 6318) {
            return Ok(Self::Degrees);
        }
        let unknown = || {
            UserError::new(format!("Could not read {file}"))
                .because(format!("the coordinate system EPSG:{code} is not known"))
                .hint("save the layer in WGS 84 longitude and latitude (EPSG:4326)")
        };
        let definition = match code {
            900_913 | 3785 | 102_100 | 102_113 => crs_definitions::from_code(3857),
            code => u16::try_from(code).ok().and_then(crs_definitions::from_code),
        };
        let text = definition.ok_or_else(unknown)?.proj4;
        let named = text.split_whitespace().find_map(|part| part.strip_prefix("+datum=")).unwrap_or_default();
        let datum = match (datum::by_name(named), named) {
            (Datum::Unknown, "") if text.contains("+towgs84=0,0,0") || text.contains("+nadgrids=@null") => {
                Datum::LikeWgs84
            }
            (datum, _) => datum,
        };
        // Grids are not there, and the library has some datums with the wrong sign.
        let mut kept: Vec<String> = Vec::new();
        for part in text.split_whitespace() {
            match (part.strip_prefix("+datum="), datum) {
                (Some(_), Datum::Shifted(_)) => kept.push(format!("+ellps={}", ellipsoid_of(named))),
                _ if part.starts_with("+nadgrids=") && part != "+nadgrids=@null" => {}
                _ => kept.push(part.to_owned()),
            }
        }
        let text = with_shift(&kept.join(" "), datum);
        let failed = |error| refuse(file, format!("its coordinate system EPSG:{code} cannot be converted ({error})"));
        let projection = Self::from_proj(&format!("EPSG:{code}"), &text, 1_f64.to_radians()).map_err(failed)?;
        let shifted = text.contains("+towgs84=") || text.contains("+datum=");
        say_precision(file, &format!("EPSG:{code}"), datum, shifted, diagnostics);
        Ok(projection)
    }

    /// From the old `crs` member of GeoJSON: `urn:ogc:def:crs:EPSG::3857`, `EPSG:4326`.
    ///
    /// # Errors
    /// As [`Self::from_epsg`].
    pub fn from_crs_name(file: &str, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Self, UserError> {
        let upper = name.to_uppercase();
        let code = upper.rsplit(':').next().unwrap_or_default();
        if matches!(code, "CRS84" | "CRS83" | "CRS84H") {
            return Ok(Self::Degrees);
        }
        match code.parse() {
            Ok(number) if upper.contains("EPSG") => Self::from_epsg(file, number, diagnostics),
            _ => Err(UserError::new(format!("Could not read {file}"))
                .because(format!("its coordinates are in \"{name}\", GeoJSON is longitude and latitude"))
                .hint("save the layer in WGS 84 longitude and latitude (EPSG:4326)")),
        }
    }

    /// What it is, for people.
    pub fn words(&self) -> &str {
        match self {
            Self::Unknown => "not said, read as longitude and latitude",
            Self::Degrees => "longitude and latitude",
            Self::Projected { name, .. } => name,
        }
    }

    fn from_proj(name: &str, text: &str, radians: f64) -> Result<Self, proj4rs::errors::Error> {
        let from = Box::new(Proj::from_proj_string(text)?);
        let to = Box::new(Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs")?);
        Ok(Self::Projected { name: name.to_owned(), from, to, radians })
    }

    /// A ring in degrees.
    ///
    /// # Errors
    /// Where nothing is said about the coordinates and they cannot be degrees: then none of the file are.
    pub fn to_degrees(&self, file: &str, mut ring: Ring) -> Result<Result<Ring, BadRing>, UserError> {
        match self {
            Self::Degrees => Ok(Ok(ring)),
            Self::Unknown => match ring.iter().find(|place| place.lon.abs() > 360.5 || place.lat.abs() > 90.5) {
                None => Ok(Ok(ring)),
                Some(place) if !place.lon.is_finite() || !place.lat.is_finite() => {
                    Ok(Err(BadRing::OffTheGlobe(place.lon, place.lat)))
                }
                Some(place) => Err(not_degrees(file, *place)),
            },
            Self::Projected { from, to, radians, .. } => {
                for place in &mut ring {
                    match convert(from, to, *radians, *place) {
                        Some(converted) => *place = converted,
                        None => return Ok(Err(BadRing::OffTheGlobe(place.lon, place.lat))),
                    }
                }
                Ok(Ok(ring))
            }
        }
    }
}

fn not_degrees(file: &str, place: LonLat) -> UserError {
    UserError::new(format!("Could not read {file}"))
        .because(format!(
            "its coordinates ({}, {}) are not degrees, and nothing says what they are",
            place.lon, place.lat
        ))
        .hint("add the .prj file that belongs to it, name its coordinate system (its EPSG number), or save the layer in WGS 84 (EPSG:4326)")
}

fn convert(from: &Proj, to: &Proj, radians: f64, place: LonLat) -> Option<LonLat> {
    let mut point = (place.lon, place.lat, 0.0);
    if from.is_latlong() {
        point = (point.0 * radians, point.1 * radians, 0.0);
    }
    if !point.0.is_finite() || !point.1.is_finite() {
        return None;
    }
    transform(from, to, &mut point).ok()?;
    // About a tenth of a millimetre: shared places stay shared whatever the direction they were converted in.
    let round = |radians: f64| (radians.to_degrees() * 1e9).round() / 1e9;
    let converted = LonLat::new(round(point.0), round(point.1));
    converted.is_valid().then_some(converted)
}

/// The description with the datum's shift in it, unless it has one.
fn with_shift(text: &str, datum: Datum) -> String {
    let has_own = text.contains("+towgs84=") && !text.contains("+towgs84=0,0,0");
    match datum {
        Datum::Shifted(shift) if !has_own => {
            let parts = text.split_whitespace().filter(|part| !part.starts_with("+towgs84="));
            let mut parts: Vec<String> = parts.map(str::to_owned).collect();
            parts.push(format!("+towgs84={}", shift.to_wgs84));
            parts.join(" ")
        }
        _ => text.to_owned(),
    }
}

/// What a conversion cannot know is said: how exact the places are afterwards.
fn say_precision(file: &str, name: &str, datum: Datum, shifted: bool, diagnostics: &mut Vec<Diagnostic>) {
    let place = Place::file(file);
    let exact =
        "save the layer in WGS 84 (EPSG:4326) with a program that has the country's shift grids, if that matters";
    match datum {
        Datum::LikeWgs84 => {}
        Datum::Shifted(shift) => diagnostics.push(
            Diagnostic::note(
                place,
                format!(
                    "the coordinate system \"{name}\" rests on an older datum; places are good to about {} metres",
                    shift.metres
                ),
            )
            .hint(exact),
        ),
        Datum::Unknown if shifted => diagnostics.push(
            Diagnostic::note(place, format!("the coordinate system \"{name}\" is converted as its file says, to some metres"))
                .hint(exact),
        ),
        Datum::Unknown => diagnostics.push(
            Diagnostic::warning(
                place,
                format!("the coordinate system \"{name}\" rests on a datum that is not known; places may be off by some 100 metres"),
            )
            .hint("save the layer in WGS 84 for exact places"),
        ),
    }
}

/// The ellipsoid of PROJ's named datums that have a shift here.
fn ellipsoid_of(datum: &str) -> &'static str {
    match datum {
        "NAD27" => "clrk66",
        "OSGB36" | "osgb36" | "osni52" => "airy",
        "ire65" => "mod_airy",
        "nzgd49" | "rnb72" => "intl",
        "GGRS87" => "GRS80",
        _ => "bessel",
    }
}

fn refuse(file: &str, why: String) -> UserError {
    UserError::new(format!("Could not read {file}"))
        .because(why)
        .hint("save the layer in WGS 84 longitude and latitude (EPSG:4326), for instance with QGIS or ogr2ogr")
}

/// How deep brackets are nested: the library follows them by calling itself.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'(' => depth += 1,
            b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
