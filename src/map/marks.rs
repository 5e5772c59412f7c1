//! Marks on the map: padlocks where something is locked, and who was made or unmade a neighbour.

use egui::{Align2, FontId, Painter, Pos2, Stroke, vec2};
use egui_material_icons::icons::ICON_LOCK;

use crate::domain::ids::{ArcId, UnitId};
use crate::domain::plan::Adjacency;
use crate::domain::sphere::LonLat;
use crate::render::camera::Camera;
use crate::session::Session;
use crate::theme::Tokens;

/// Units smaller than this on the screen, in points, have no room for a padlock.
const LEAST_ROOM: f64 = 16.0;
/// More marks than these are a pattern that says nothing.
const MOST_MARKS: usize = 2_000;
/// From this zoom on accounts are far enough apart.
const ACCOUNT_ZOOM: f64 = 8.0;

/// A padlock on every locked unit and account. Locked territories have theirs beside their name.
pub fn locks(painter: &Painter, session: &Session, camera: &Camera, tokens: &Tokens) {
    let (plan, units) = (session.shown_plan(), &session.project.units);
    let visible = painter.clip_rect();
    let (west_north, east_south) =
        (camera.screen_to_place(visible.left_top()), camera.screen_to_place(visible.right_bottom()));
    let (lons, lats) = (west_north.lon..=east_south.lon, east_south.lat..=west_north.lat);
    let near = |place: &LonLat| lons.contains(&place.lon) && lats.contains(&place.lat);
    // Of a degree of longitude, and at least that of one of latitude: what is out of sight or too small is not projected.
    let points_per_degree = camera.scale() * 256.0 / 360.0;
    let roomy = |unit: &&UnitId| {
        let bounds = units.bounds[unit.index()];
        let least = (bounds.max.lon - bounds.min.lon).min(bounds.max.lat - bounds.min.lat);
        least * points_per_degree >= LEAST_ROOM
    };
    let locked_units = plan.locked_units().iter().filter(roomy).map(|unit| units.centres[unit.index()]).filter(near);
    let places = &session.project.accounts.places;
    let shows_accounts = session.view.show_accounts && camera.zoom >= ACCOUNT_ZOOM;
    let locked_accounts = plan.locked_accounts().iter().filter(|_| shows_accounts);
    let locked_accounts = locked_accounts.filter_map(|account| places.get(account.index()).copied()).filter(near);
    let at_units = locked_units.map(|place| (camera.place_to_screen(place), 14.0));
    let beside = |place| camera.place_to_screen(place) + vec2(7.0, -7.0);
    let at_accounts = locked_accounts.map(|place| (beside(place), 11.0));
    for (at, size) in at_units.chain(at_accounts).take(MOST_MARKS) {
        painter.circle_filled(at, size * 0.68, tokens.map_halo.gamma_multiply(0.85));
        let font = FontId::proportional(size);
        painter.text(at, Align2::CENTER_CENTER, ICON_LOCK.codepoint, font, tokens.map_text);
    }
}

/// Rings around the selected accounts in sight; the one that is looked at has a heavier one.
pub fn selected_accounts(painter: &Painter, session: &Session, camera: &Camera, tokens: &Tokens) {
    let (selection, places) = (&session.selection, &session.project.accounts.places);
    let visible = painter.clip_rect().expand(8.0);
    let placed = selection.accounts.iter().filter_map(|&account| Some((account, *places.get(account.index())?)));
    let on_screen =
        placed.filter(|(_, place)| place.is_valid()).map(|(account, place)| (account, camera.place_to_screen(place)));
    // Rings around many would hide the map.
    let crowded = selection.accounts.len() > 200;
    for (account, at) in on_screen.filter(|(_, at)| visible.contains(*at)).take(MOST_MARKS) {
        if crowded && selection.account != Some(account) {
            painter.circle_filled(at, 2.5, tokens.accent);
            continue;
        }
        let (radius, width) = if selection.account == Some(account) { (8.0, 2.5) } else { (6.5, 1.5) };
        painter.circle_stroke(at, radius, Stroke::new(width + 2.0, tokens.map_halo));
        painter.circle_stroke(at, radius, Stroke::new(width, tokens.accent));
    }
}

/// Lines between units that are neighbours without a border, and bars across borders that count for nothing.
pub fn links(painter: &Painter, session: &Session, camera: &Camera, tokens: &Tokens) {
    if !session.view.show_links {
        return;
    }
    let units = &session.project.units;
    let on_screen = |unit: UnitId| camera.place_to_screen(units.centres[unit.index()]);
    let adjacency = session.plan().adjacency();
    let is_seen = |pair: [UnitId; 2]| {
        let [from, to] = pair.map(on_screen);
        painter.clip_rect().intersects(egui::Rect::from_two_pos(from, to))
    };
    let links = units.topology.arrays().links.iter().map(|&[a, b]| [UnitId(a), UnitId(b)]);
    for pair in links.filter(|&pair| is_seen(pair)).take(MOST_MARKS) {
        if !adjacency.contains_key(&pair) {
            line(painter, pair.map(on_screen), Stroke::new(1.5, tokens.weak), tokens, true);
        }
    }
    // A bar lies along a border, which may be far from both middles.
    let near = |pair: [UnitId; 2]| {
        is_seen(pair)
            || pair.iter().any(|unit| {
                let bounds = units.bounds[unit.index()];
                let corners = [bounds.min, bounds.max].map(|corner| camera.place_to_screen(corner));
                painter.clip_rect().intersects(egui::Rect::from_two_pos(corners[0], corners[1]))
            })
    };
    for (&[a, b], &said) in adjacency.iter().filter(|(pair, _)| near(**pair)).take(MOST_MARKS) {
        match said {
            Adjacency::Bridge => line(painter, [a, b].map(on_screen), Stroke::new(2.5, tokens.accent), tokens, false),
            Adjacency::Barrier => barrier(painter, session, camera, [a, b], tokens),
        }
    }
}

fn line(painter: &Painter, ends: [Pos2; 2], stroke: Stroke, tokens: &Tokens, dashed: bool) {
    if !painter.clip_rect().intersects(egui::Rect::from_two_pos(ends[0], ends[1])) {
        return;
    }
    if dashed {
        painter.add(egui::Shape::dashed_line(&ends, stroke, 5.0, 4.0));
        return;
    }
    painter.line_segment(ends, Stroke::new(stroke.width + 3.0, tokens.map_halo));
    painter.line_segment(ends, stroke);
    for end in ends {
        painter.circle(end, 4.0, stroke.color, Stroke::new(1.5, tokens.map_halo));
    }
}

/// The border of two units, drawn over in red; a short bar between their middles where they have none.
fn barrier(painter: &Painter, session: &Session, camera: &Camera, [a, b]: [UnitId; 2], tokens: &Tokens) {
    let topology = &session.project.units.topology;
    let mut drawn = false;
    for arc in topology.arcs_of(a).iter().map(|arc_use| arc_use.split().0) {
        let sides = topology.sides(arc);
        if sides.contains(&Some(a)) && sides.contains(&Some(b)) {
            border(painter, session, camera, arc, tokens);
            drawn = true;
        }
    }
    if !drawn {
        let [from, to] = [a, b].map(|unit| camera.place_to_screen(session.project.units.centres[unit.index()]));
        let (middle, across) = (from.lerp(to, 0.5), (to - from).normalized().rot90() * 8.0);
        painter.line_segment([middle - across, middle + across], Stroke::new(4.0, tokens.error));
    }
}

fn border(painter: &Painter, session: &Session, camera: &Camera, arc: ArcId, tokens: &Tokens) {
    let places = session.project.units.topology.arc(arc);
    let line: Vec<Pos2> = places.iter().map(|&place| camera.place_to_screen(place)).collect();
    painter.add(egui::Shape::line(line.clone(), Stroke::new(7.0, tokens.map_halo)));
    painter.add(egui::Shape::line(line, Stroke::new(4.0, tokens.error)));
}
