//! The pointer while the next click says where accounts are. Dragging moves the map, as ever.

use egui::vec2;

use super::tool::ToolContext;
use crate::action::Action;
use crate::domain::ids::AccountId;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::words;

/// A hand hits what it means within so many points.
const STEADY_POINTS: f32 = 4.0;
/// Nobody needs an account more precisely than this.
const EXACT_KM: f64 = 0.02;

pub fn follow(context: &ToolContext, actions: &mut Vec<Action>) {
    let response = context.response;
    if response.dragged() {
        let delta = response.drag_delta();
        if delta != egui::Vec2::ZERO {
            actions.push(Action::Pan { dx: delta.x, dy: delta.y });
        }
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        let place = context.camera.screen_to_place(at);
        let aside = context.camera.screen_to_place(at + vec2(STEADY_POINTS, 0.0));
        // On a map of a whole country a click says little.
        let precision_km = Some(aside.distance_km(place)).filter(|km| *km > EXACT_KM).unwrap_or(0.0);
        actions.push(Action::Places(PlacesAction::PutHere { place, precision_km }));
    }
}

/// "Click where Ada's Deli is".
pub fn words_of(session: &Session, accounts: &[AccountId]) -> String {
    match accounts {
        [one] => {
            let name = session.project.accounts.names.get(one.index()).map_or("", String::as_str);
            format!("Click where {} is", words::cut(name, 40))
        }
        many => format!("Click where the {} are", words::counted(many.len() as i128, "account")),
    }
}
