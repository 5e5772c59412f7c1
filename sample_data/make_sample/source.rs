//! The public data that the sample is made from: counties, ZIP points, towns.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use bailiwick::domain::sphere::LonLat;

use crate::grid::GridPoint;

/// The states that have ZIP areas and accounts. Counties are made for the whole country.
pub const STATES: [&str; 4] = ["MI", "OH", "IN", "KY"];

/// The folder with the source data.
pub struct Source {
    folder: PathBuf,
}

/// A row of the county table.
pub struct CountyRow {
    pub geoid: String,
    pub state: String,
    pub state_name: String,
    pub name: String,
    pub full_name: String,
    pub area_km2: f64,
    pub population: Option<f64>,
    pub households: Option<f64>,
    pub income: Option<f64>,
}

/// A county with its polygons: outer ring first, holes after it, open rings.
pub struct County {
    pub geoid: String,
    pub name: String,
    pub parts: Vec<Vec<Vec<GridPoint>>>,
}

/// A ZIP with its point.
#[derive(Debug, Clone)]
pub struct Zip {
    pub code: String,
    pub city: String,
    pub state: String,
    pub county: String,
    pub place: LonLat,
    pub population: f64,
    pub households: f64,
    pub income: Option<f64>,
}

/// A town with its centre.
#[derive(Debug, Clone)]
pub struct Town {
    pub name: String,
    pub state: String,
    pub place: LonLat,
    pub population: f64,
}

impl Source {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The county shapefile without its ending.
    pub fn county_shapefile(&self) -> PathBuf {
        self.folder.join("us/counties_5m_shp/us_counties_2023_5m.shp")
    }

    pub fn county_rows(&self) -> Result<Vec<CountyRow>> {
        let mut rows = Vec::new();
        for row in self.table("us/county_table.csv")? {
            rows.push(CountyRow {
                geoid: text(&row, "geoid")?,
                state: text(&row, "stusps")?,
                state_name: text(&row, "state_name")?,
                name: text(&row, "name")?,
                full_name: repaired(text(&row, "namelsad")?),
                area_km2: number(&row, "area_km2").unwrap_or(0.0),
                population: number(&row, "population_est"),
                households: number(&row, "households_est"),
                income: number(&row, "median_income_est"),
            });
        }
        Ok(rows)
    }

    /// The codes of the county shapefile's records, in their order.
    pub fn county_codes(&self) -> Result<Vec<String>> {
        let mut reader = shapefile::dbase::Reader::from_path(self.county_shapefile().with_extension("dbf"))?;
        reader.read()?.iter().map(code_of_record).collect()
    }

    /// The counties of [`STATES`], by code.
    pub fn counties(&self) -> Result<Vec<County>> {
        let rows: HashMap<String, CountyRow> =
            self.county_rows()?.into_iter().map(|row| (row.geoid.clone(), row)).collect();
        let mut counties = Vec::new();
        for (shape, record) in shapefile::read(self.county_shapefile())? {
            let geoid = code_of_record(&record)?;
            let row = rows.get(&geoid).with_context(|| format!("County {geoid} is not in the county table"))?;
            if !STATES.contains(&row.state.as_str()) {
                continue;
            }
            let shapefile::Shape::Polygon(polygon) = shape else { continue };
            let mut parts: Vec<Vec<Vec<GridPoint>>> = Vec::new();
            for ring in polygon.rings() {
                let mut points: Vec<GridPoint> =
                    ring.points().iter().map(|p| GridPoint::from_place(LonLat::new(p.x, p.y))).collect();
                points.dedup();
                if points.len() > 1 && points.first() == points.last() {
                    points.pop();
                }
                match (ring, parts.last_mut()) {
                    (shapefile::PolygonRing::Inner(_), Some(part)) => part.push(points),
                    _ => parts.push(vec![points]),
                }
            }
            counties.push(County { geoid, name: row.name.clone(), parts });
        }
        counties.sort_by(|a, b| a.geoid.cmp(&b.geoid));
        Ok(counties)
    }

    /// Standard ZIPs (no post-office boxes, no single receivers) of [`STATES`], by code.
    pub fn zips(&self) -> Result<Vec<Zip>> {
        let mut zips = Vec::new();
        for row in self.table("postal/us_zip_codes.csv")? {
            let state = text(&row, "state")?;
            if text(&row, "zip_type")? != "Standard" || !STATES.contains(&state.as_str()) {
                continue;
            }
            let (Some(lon), Some(lat)) = (number(&row, "lon"), number(&row, "lat")) else { continue };
            zips.push(Zip {
                code: text(&row, "zip")?,
                city: text(&row, "city")?,
                state,
                county: text(&row, "county_geoid_2023")?,
                place: LonLat::new(lon, lat),
                population: number(&row, "population").unwrap_or(0.0),
                households: number(&row, "households").unwrap_or(0.0),
                income: number(&row, "median_household_income").filter(|&income| income > 0.0),
            });
        }
        zips.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(zips)
    }

    /// The towns of [`STATES`], largest first. Towns that are larger than all ZIPs around them together are mistakes of the source,
    /// and a second entry of nearly the same place and population is the same town again.
    pub fn towns(&self, zips: &[Zip]) -> Result<Vec<Town>> {
        let mut towns: Vec<Town> = Vec::new();
        for row in self.table("postal/us_cities_1000.csv")? {
            let state = text(&row, "state")?;
            let (Some(lon), Some(lat)) = (number(&row, "lon"), number(&row, "lat")) else { continue };
            if STATES.contains(&state.as_str()) {
                let population = number(&row, "population").unwrap_or(0.0);
                towns.push(Town { name: text(&row, "name")?, state, place: LonLat::new(lon, lat), population });
            }
        }
        towns.sort_by(|a, b| b.population.total_cmp(&a.population).then_with(|| a.name.cmp(&b.name)));
        let mut kept: Vec<Town> = Vec::new();
        for town in towns {
            let radius = 6.0 + 0.02 * town.population.sqrt();
            let around: f64 =
                zips.iter().filter(|z| z.place.distance_km(town.place) < radius).map(|z| z.population).sum();
            let again = kept.iter().any(|other| {
                let km = other.place.distance_km(town.place);
                let alike = (other.population / town.population - 1.0).abs() < 0.1;
                alike && (km < 4.0 || km < 15.0 && town.name.starts_with(&other.name))
            });
            if town.population <= 1.3 * around && !again {
                kept.push(town);
            }
        }
        Ok(kept)
    }

    fn table(&self, name: &str) -> Result<Vec<HashMap<String, String>>> {
        let path = self.folder.join(name);
        let mut reader = csv::Reader::from_path(&path).with_context(|| format!("Cannot read {}", path.display()))?;
        reader.deserialize().map(|row| row.with_context(|| format!("In {}", path.display()))).collect()
    }
}

fn code_of_record(record: &shapefile::dbase::Record) -> Result<String> {
    match record.get("GEOID") {
        Some(shapefile::dbase::FieldValue::Character(Some(code))) => Ok(code.clone()),
        _ => Err(anyhow!("A county without GEOID")),
    }
}

fn text(row: &HashMap<String, String>, column: &str) -> Result<String> {
    row.get(column).cloned().with_context(|| format!("The column {column} is missing"))
}

/// Undoes UTF-8 that was read as Latin-1 on its way into the source ("DoÃ±a").
fn repaired(text: String) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

fn number(row: &HashMap<String, String>, column: &str) -> Option<f64> {
    row.get(column)?.trim().parse().ok()
}
