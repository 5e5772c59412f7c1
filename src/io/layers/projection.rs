//! From the coordinates of a file to longitude and latitude.

use proj4rs::Proj;
use proj4rs::transform::transform;

use super::rings::BadRing;
use crate::domain::polygon::Ring;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};

/// How a file's coordinates become degrees.
pub(super) enum Projection {
    /// Nothing is said; they must look like degrees.
    Unknown,
    /// They are longitude and latitude, in a system that differs from WGS 84 by a metre or two at most.
    Degrees,
    Projected {
        from: Box<Proj>,
        to: Box<Proj>,
    },
}

impl Projection {
    /// From the text of a .prj file.
    ///
    /// # Errors
    /// A coordinate system that cannot be converted.
    pub fn from_wkt(file: &str, wkt: &str, diagnostics: &mut Vec<Diagnostic>) -> Result<Self, UserError> {
        let wkt = wkt.trim_start_matches('\u{feff}').trim();
        if wkt.is_empty() {
            return Ok(Self::Unknown);
        }
        let upper = wkt.to_uppercase();
        let geographic = upper.starts_with("GEOG");
        let datum = datum(&upper);
        if geographic && datum == Datum::LikeWgs84 && upper.contains("DEGREE") && !has_other_meridian(&upper) {
            return Ok(Self::Degrees);
        }
        let name = wkt.split('"').nth(1).unwrap_or("without a name").to_owned();
        let refused = |why: String| {
            UserError::new(format!("Could not read {file}"))
                .because(why)
                .hint("save the layer in WGS 84 longitude and latitude (EPSG:4326), for instance with QGIS or ogr2ogr")
        };
        let refused_projection = |why: &dyn std::fmt::Display| {
            refused(format!("its coordinate system \"{name}\" cannot be converted ({why})"))
        };
        if !upper.contains("CS[") && !upper.contains("CRS[") {
            return Err(refused("its .prj file does not describe a coordinate system".into()));
        }
        let text = proj4wkt::wkt_to_projstring(wkt).map_err(|error| refused_projection(&error))?;
        let projection = Self::from_proj(&text).map_err(|error| refused_projection(&error))?;
        if datum == Datum::Other {
            diagnostics.push(
                Diagnostic::warning(
                    Place::file(file),
                    format!(
                        "the coordinate system \"{name}\" rests on an older datum; places may be off by 100 metres"
                    ),
                )
                .hint("save the layer in WGS 84 for exact places"),
            );
        }
        Ok(projection)
    }

    /// From the old `crs` member of GeoJSON: `urn:ogc:def:crs:EPSG::3857`, `EPSG:4326`.
    pub fn from_crs_name(file: &str, name: &str) -> Result<Self, UserError> {
        let upper = name.to_uppercase();
        let code = upper.rsplit(':').next().unwrap_or_default();
        match code {
            "CRS84" | "CRS83" | "4326" | "4269" | "4258" | "4979" => Ok(Self::Degrees),
            "3857" | "900913" | "3785" => {
                let text = "+proj=merc +a=6378137 +b=6378137 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs";
                Self::from_proj(text).map_err(|error| UserError::new(format!("Could not read {file}")).because(error))
            }
            _ => Err(UserError::new(format!("Could not read {file}"))
                .because(format!("its coordinates are in \"{name}\", GeoJSON is longitude and latitude"))
                .hint("save the layer in WGS 84 longitude and latitude (EPSG:4326)")),
        }
    }

    fn from_proj(text: &str) -> Result<Self, proj4rs::errors::Error> {
        let from = Box::new(Proj::from_proj_string(text)?);
        let to = Box::new(Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs")?);
        Ok(Self::Projected { from, to })
    }

    /// A ring in degrees.
    ///
    /// # Errors
    /// Where nothing is said about the coordinates and they cannot be degrees: then none of the file are.
    pub fn to_degrees(&self, file: &str, ring: Ring) -> Result<Result<Ring, BadRing>, UserError> {
        match self {
            Self::Degrees => Ok(Ok(ring)),
            Self::Unknown => match ring.iter().find(|place| place.lon.abs() > 181.0 || place.lat.abs() > 90.5) {
                None => Ok(Ok(ring)),
                Some(place) if !place.lon.is_finite() || !place.lat.is_finite() => {
                    Ok(Err(BadRing::OffTheGlobe(place.lon, place.lat)))
                }
                Some(place) => Err(UserError::new(format!("Could not read {file}"))
                    .because(format!(
                        "its coordinates ({}, {}) are not degrees, and nothing says what they are",
                        place.lon, place.lat
                    ))
                    .hint("add the .prj file that belongs to it, or save the layer in WGS 84 (EPSG:4326)")),
            },
            Self::Projected { from, to } => Ok(reproject(from, to, ring)),
        }
    }
}

fn reproject(from: &Proj, to: &Proj, mut ring: Ring) -> Result<Ring, BadRing> {
    for place in &mut ring {
        let bad = BadRing::OffTheGlobe(place.lon, place.lat);
        let mut point = (place.lon, place.lat, 0.0);
        if from.is_latlong() {
            point = (point.0.to_radians(), point.1.to_radians(), 0.0);
        }
        if !point.0.is_finite() || !point.1.is_finite() || transform(from, to, &mut point).is_err() {
            return Err(bad);
        }
        // About a tenth of a millimetre: shared places stay shared whatever the direction they were converted in.
        let round = |radians: f64| (radians.to_degrees() * 1e9).round() / 1e9;
        *place = LonLat::new(round(point.0), round(point.1));
        if !place.is_valid() {
            return Err(bad);
        }
    }
    Ok(ring)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Datum {
    /// WGS 84 and those that agree with it within two metres.
    LikeWgs84,
    Other,
}

/// The datum of a description in capitals.
fn datum(upper: &str) -> Datum {
    const ALIKE: [&str; 12] = [
        "WGS_1984",
        "WGS 84",
        "WGS84",
        "WORLD GEODETIC SYSTEM 1984",
        "WGS_84",
        "NAD83",
        "NORTH_AMERICAN_1983",
        "NORTH_AMERICAN_DATUM_1983",
        "NORTH AMERICAN DATUM 1983",
        "NORTH AMERICAN 1983",
        "ETRS",
        "EUROPEAN_TERRESTRIAL",
    ];
    if ALIKE.iter().any(|name| upper.contains(name)) { Datum::LikeWgs84 } else { Datum::Other }
}

fn has_other_meridian(upper: &str) -> bool {
    upper.contains("PRIMEM[")
        && !upper.contains("PRIMEM[\"GREENWICH\"")
        && !upper.contains("PRIMEM[\"REFERENCE_MERIDIAN\"")
}
