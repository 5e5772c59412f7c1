//! Named accounts: those that belong to a territory whatever their unit. They have a mark of their own, and from close by, or when they or
//! their territory are chosen, a thin line to where their territory is.

use egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

use crate::domain::ids::{AccountId, TerritoryId};
use crate::domain::sphere::to_mercator;
use crate::render::camera::Camera;
use crate::render::labels::central_place;
use crate::render::palette;
use crate::session::{Session, Shown};
use crate::theme::Tokens;

/// From this zoom on every named account in view has its line.
const LINE_ZOOM: f64 = 8.5;
/// More marks than these are a pattern that says nothing.
const MOST_MARKS: usize = 2_000;
const MOST_LINES: usize = 300;
/// Half of a mark's width in points, and how much smaller it is from afar.
const HALF: f32 = 5.5;
const HALF_FROM_AFAR: f32 = 3.5;

/// Where named accounts and their territories are; made anew when the plan shown changes.
#[derive(Default)]
pub struct Named {
    accounts: Vec<Account>,
    /// By territory the middle of its units.
    middles: Vec<Option<[f64; 2]>>,
    seen: Option<Shown>,
}

struct Account {
    id: AccountId,
    world: [f64; 2],
    owner: TerritoryId,
}

impl Named {
    pub fn draw(&mut self, painter: &Painter, camera: &Camera, session: &Session, tokens: &Tokens, dark: bool) {
        if !session.view.show_accounts || session.shown_plan().overrides().is_empty() {
            return;
        }
        let shown = session.shown();
        if self.seen.as_ref() != Some(&shown) {
            self.follow(session);
            self.seen = Some(shown);
        }
        let visible = camera.visible();
        let in_view = |account: &&Account| {
            (0..2).all(|axis| (visible.min[axis]..=visible.max[axis]).contains(&account.world[axis]))
        };
        let seen: Vec<&Account> = self.accounts.iter().filter(in_view).take(MOST_MARKS + 1).collect();
        if seen.len() > MOST_MARKS {
            return;
        }
        let plan = session.shown_plan();
        let colour = |owner: TerritoryId| match plan.territory(owner) {
            Some(territory) => palette::border_colour(territory.colour, dark),
            None => palette::unassigned_account_colour(dark),
        };
        let chosen = |account: &Account| {
            session.selection.account == Some(account.id)
                || (!account.owner.is_unassigned() && account.owner == session.active)
        };
        let lined = seen.iter().filter(|account| camera.zoom >= LINE_ZOOM || chosen(account));
        for account in lined.take(MOST_LINES) {
            if let Some(&Some(middle)) = self.middles.get(account.owner.index()) {
                line(
                    painter,
                    [camera.to_screen(account.world), camera.to_screen(middle)],
                    colour(account.owner),
                    tokens,
                );
            }
        }
        let half = if camera.zoom >= LINE_ZOOM { HALF } else { HALF_FROM_AFAR };
        for account in seen {
            mark(painter, camera.to_screen(account.world), half, colour(account.owner), tokens);
        }
    }

    fn follow(&mut self, session: &Session) {
        let plan = session.shown_plan();
        let places = &session.project.accounts.places;
        let placed = plan.overrides().iter().filter_map(|(&id, &owner)| {
            let place = places.get(id.index()).copied().filter(|place| place.is_valid())?;
            Some(Account { id, world: to_mercator(place), owner })
        });
        self.accounts = placed.collect();
        let units = &session.project.units;
        let mut parts: Vec<(Vec<[f64; 2]>, Vec<f64>)> = vec![Default::default(); plan.territory_slots()];
        let mut wanted = vec![false; plan.territory_slots()];
        self.accounts.iter().for_each(|account| wanted[account.owner.index()] = true);
        for (unit, owner) in plan.assignment().iter().enumerate() {
            if wanted[owner.index()] && !owner.is_unassigned() {
                parts[owner.index()].0.push(to_mercator(units.centres[unit]));
                parts[owner.index()].1.push(units.areas_km2[unit].max(1e-6));
            }
        }
        self.middles = parts.iter().map(|(places, weights)| central_place(places, weights)).collect();
    }
}

fn line(painter: &Painter, ends: [Pos2; 2], colour: Color32, tokens: &Tokens) {
    painter.line_segment(ends, Stroke::new(2.5, tokens.map_halo.gamma_multiply(0.6)));
    painter.line_segment(ends, Stroke::new(1.0, colour));
}

/// A diamond in the owner's colour, with a casing and a light heart: unlike every dot.
fn mark(painter: &Painter, at: Pos2, half: f32, colour: Color32, tokens: &Tokens) {
    let diamond =
        |half: f32| vec![at - vec2(0.0, half), at + vec2(half, 0.0), at + vec2(0.0, half), at - vec2(half, 0.0)];
    painter.add(Shape::convex_polygon(diamond(half + 1.5), tokens.map_halo, Stroke::NONE));
    painter.add(Shape::convex_polygon(diamond(half), colour, Stroke::NONE));
    painter.add(Shape::convex_polygon(diamond(half * 0.4), tokens.map_halo, Stroke::NONE));
}
