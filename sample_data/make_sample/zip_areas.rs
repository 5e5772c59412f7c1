//! Approximate ZIP areas: Voronoi cells of the ZIP points, clipped to their county.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};

use crate::coverage::{self, Edge, edges_of};
use crate::grid::{GridPoint, GridRing, part_contains, twice_area};
use crate::source::{County, Zip};
use crate::voronoi;

/// An approximate ZIP area.
pub struct ZipArea {
    pub zip: Zip,
    pub county: String,
    /// Polygons, outer ring first.
    pub shape: Vec<Vec<GridRing>>,
}

impl ZipArea {
    pub fn contains(&self, point: GridPoint) -> bool {
        self.shape.iter().any(|part| part_contains(part, point))
    }

    pub fn area_km2(&self) -> f64 {
        self.shape.iter().map(|part| area_km2(part)).sum()
    }
}

/// A polygon of the cut, on its way to a ZIP.
struct Piece {
    county: usize,
    rings: Vec<GridRing>,
    zip: usize,
}

/// Makes the areas, by ZIP, and proves that they cover the counties without gap or overlap.
pub fn make(counties: &[County], zips: &[Zip]) -> Result<Vec<ZipArea>> {
    let county_index: HashMap<&str, usize> =
        counties.iter().enumerate().map(|(index, county)| (county.geoid.as_str(), index)).collect();
    let mut sites = vec![Vec::new(); counties.len()];
    for (index, zip) in zips.iter().enumerate() {
        if let Some(&county) = county_index.get(zip.county.as_str()) {
            sites[county].push(index);
        }
    }
    let mut pieces = Vec::new();
    for (index, county) in counties.iter().enumerate() {
        let zips_here = &sites[index];
        (!zips_here.is_empty()).then_some(()).with_context(|| format!("{} County has no ZIP point", county.name))?;
        cut_county(index, county, zips, zips_here, &mut pieces);
    }
    let mut whole: Vec<GridRing> = counties.iter().flat_map(|county| county.parts.iter().flatten().cloned()).collect();
    for ring in &mut whole {
        // Rings of the source run the shapefile way round.
        ring.reverse();
    }
    let fixed: Vec<GridPoint> = whole.iter().flatten().copied().collect();
    let rings = pieces.iter_mut().flat_map(|piece| &mut piece.rings).chain(&mut whole);
    coverage::node(rings, fixed.into_iter());
    for piece in &mut pieces {
        piece.rings.retain(|ring| !ring.is_empty());
    }
    pieces.retain(|piece| !piece.rings.is_empty());

    let groups = join_fragments(&pieces, zips);
    let areas = to_areas(&pieces, &groups, counties, zips);
    let shapes: Vec<_> = areas.iter().map(|area| area.shape.clone()).collect();
    coverage::check(&shapes, &coverage::outline(whole.iter()))?;
    Ok(areas)
}

/// Cuts every part of a county among the ZIPs whose points lie in it; a part without any (an island) goes whole to the nearest.
fn cut_county(index: usize, county: &County, zips: &[Zip], zips_here: &[usize], pieces: &mut Vec<Piece>) {
    let point = |zip: usize| GridPoint::from_place(zips[zip].place);
    let mut by_part = vec![Vec::new(); county.parts.len()];
    for &zip in zips_here {
        let site = point(zip);
        let home = county.parts.iter().position(|part| part_contains(part, site)).or_else(|| {
            let distance = |part: &Vec<GridRing>| part[0].iter().map(|p| p.distance2(site)).min();
            (0..county.parts.len()).min_by_key(|&part| distance(&county.parts[part]))
        });
        if let Some(home) = home {
            by_part[home].push(zip);
        }
    }
    for (part, here) in county.parts.iter().zip(&by_part) {
        if here.is_empty() {
            let nearest =
                zips_here.iter().copied().min_by_key(|&zip| part[0].iter().map(|p| p.distance2(point(zip))).min());
            let mut rings = part.clone();
            rings.iter_mut().for_each(|ring| ring.reverse());
            pieces.extend(nearest.map(|zip| Piece { county: index, rings, zip }));
            continue;
        }
        let sites: Vec<GridPoint> = here.iter().map(|&zip| point(zip)).collect();
        for (cells, &zip) in voronoi::cut(part, &sites).into_iter().zip(here) {
            pieces.extend(cells.into_iter().map(|rings| Piece { county: index, rings, zip }));
        }
    }
}

/// Gives every piece the ZIP it ends up in. Pieces cut off from their ZIP's point by a bend of the county line join the
/// neighbour in their county with which they share the longest border.
fn join_fragments(pieces: &[Piece], zips: &[Zip]) -> Vec<usize> {
    let mut owner_of_edge = HashMap::<Edge, usize>::new();
    for (index, piece) in pieces.iter().enumerate() {
        for edge in piece.rings.iter().flat_map(edges_of) {
            owner_of_edge.insert(edge, index);
        }
    }
    // A group is the list of pieces that move together; it is named by its leading piece.
    let mut leader: Vec<usize> = (0..pieces.len()).collect();
    let mut main = vec![None; zips.len()];
    for (index, piece) in pieces.iter().enumerate() {
        let site = GridPoint::from_place(zips[piece.zip].place);
        let rank = |i: usize| (part_contains(&pieces[i].rings, site), area_km2(&pieces[i].rings));
        if main[piece.zip].is_none_or(|best: usize| rank(index) > rank(best)) {
            main[piece.zip] = Some(index);
        }
    }
    let is_main = |index: usize| main[pieces[index].zip] == Some(index);
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by(|&a, &b| area_km2(&pieces[a].rings).total_cmp(&area_km2(&pieces[b].rings)).then(a.cmp(&b)));
    for index in order {
        if leader[index] != index || is_main(index) {
            continue;
        }
        let mut border = BTreeMap::<usize, f64>::new();
        for member in (0..pieces.len()).filter(|&member| leader[member] == index) {
            for (a, b) in pieces[member].rings.iter().flat_map(edges_of) {
                if let Some(&other) = owner_of_edge.get(&(b, a)) {
                    let group = leader[other];
                    if group != index && pieces[group].county == pieces[index].county {
                        *border.entry(group).or_default() += a.place().distance_km(b.place());
                    }
                }
            }
        }
        // An island touches nothing and keeps its ZIP.
        let longest = border.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(group, _)| group);
        if let Some(group) = longest {
            leader.iter_mut().filter(|leader| **leader == index).for_each(|leader| *leader = group);
        }
    }
    leader.into_iter().map(|index| pieces[index].zip).collect()
}

fn to_areas(pieces: &[Piece], groups: &[usize], counties: &[County], zips: &[Zip]) -> Vec<ZipArea> {
    let mut members = BTreeMap::<usize, Vec<usize>>::new();
    for (index, &zip) in groups.iter().enumerate() {
        members.entry(zip).or_default().push(index);
    }
    members
        .iter()
        .map(|(&zip, members)| ZipArea {
            zip: zips[zip].clone(),
            county: counties[pieces[members[0]].county].name.clone(),
            shape: coverage::polygons(&coverage::outline(members.iter().flat_map(|&member| &pieces[member].rings))),
        })
        .collect()
}

fn area_km2(rings: &[GridRing]) -> f64 {
    // Square steps to square kilometres at the latitude of the first vertex.
    let lat = rings[0][0].place().lat.to_radians();
    rings.iter().map(|ring| twice_area(ring)).sum::<i128>() as f64 / 2.0 * 1e-12 * 111.195f64.powi(2) * lat.cos()
}
