//! Whether the import can begin.

use super::{State, areas};
use crate::action::Command;
use crate::jobs::spec::{ImportWhat, Role};
use crate::session::Session;
use crate::ui::top_bar::disabled_reason;

/// Why the import cannot begin; `None` when it can.
pub(super) fn problem(session: Option<&Session>, state: &State) -> Option<String> {
    let State { preview: Some(preview), refreshes, .. } = state else { return None };
    let has = |role: Role| preview.columns.iter().any(|column| column.role == role);
    let missing = match preview.what {
        // A newer file may have figures alone: accounts stay where they are.
        ImportWhat::Accounts if *refreshes => {
            (!has(Role::Code)).then_some("Choose the column with the ID: accounts are found again by it")
        }
        ImportWhat::Accounts => {
            let placed = has(Role::PostalCode) || has(Role::Town) || (has(Role::Longitude) && has(Role::Latitude));
            (!placed).then_some("Choose longitude and latitude, the postal code, or the town")
        }
        ImportWhat::Alignment if !has(Role::Unit) && !has(Role::Account) => {
            Some("Choose the column with the codes of units, or of accounts")
        }
        ImportWhat::Alignment if !has(Role::Territory) => Some("Choose the column with the territory"),
        ImportWhat::Columns if !has(Role::Unit) => Some("Choose the column with the unit's code"),
        ImportWhat::Columns if !has(Role::Measure) && !has(Role::Attribute) => {
            Some("Choose a column that shall be taken")
        }
        ImportWhat::Reps if !has(Role::Name) && !has(Role::Code) => Some("Choose the column with the rep's name"),
        _ => None,
    };
    let refused = refusal(session, preview.what).or(missing).map(str::to_owned);
    refused.or_else(|| areas::problem(session?, preview, &state.areas))
}

/// Why nothing of this kind can be imported now; `None` when it can.
pub fn refusal(session: Option<&Session>, what: ImportWhat) -> Option<&'static str> {
    if session.is_none() {
        return Some("Open or create a project first");
    }
    let command = match what {
        ImportWhat::Units => Command::ImportUnits,
        ImportWhat::Accounts => Command::ImportAccounts,
        ImportWhat::Alignment => Command::ImportAlignment,
        ImportWhat::Reps => Command::ImportReps,
        ImportWhat::Columns => Command::ImportColumns,
        ImportWhat::Layer => Command::AddLayer,
    };
    disabled_reason(session, command)
}
