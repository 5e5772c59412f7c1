//! Opening a project for a command.

use std::path::Path;

use crate::domain::plans::PlanStatus;
use crate::error::UserError;
use crate::store::{self, Access, Opened, Store, Wanted};

use super::Result;

/// For looking at it. Works while a window has it open.
pub fn open_to_read(path: &Path) -> Result<Opened> {
    store::open(path, Wanted::ReadOnly).map(|(_, opened)| opened)
}

/// For looking at it even where it is damaged: then what can be saved, and what the damage is.
pub fn open_even_damaged(path: &Path) -> Result<(Opened, Option<String>)> {
    let (_, opened) = store::open_or_rescue(path, Wanted::ReadOnly)?;
    let damage = opened.damage.clone();
    Ok((opened, damage))
}

/// For looking at several of its plans.
pub fn open_beside(path: &Path) -> Result<(Store, Opened)> {
    store::open(path, Wanted::ReadOnly)
}

/// For changing it; fails when changes could not be written, or the open plan is approved.
pub fn open_to_write(path: &Path) -> Result<(Store, Opened)> {
    let (store, opened) = open_whatever_status(path)?;
    if opened.plans.active_status() == PlanStatus::Approved {
        let name = opened.plans.name(opened.plans.active);
        return Err(UserError::new(format!("Could not change {}", path.display()))
            .because(format!("the scenario {name} is approved"))
            .hint("copy it with \"scenario new\", or set it back with \"scenario status\""));
    }
    Ok((store, opened))
}

/// For changing what is said of its plans, approved ones too.
pub fn open_whatever_status(path: &Path) -> Result<(Store, Opened)> {
    let (store, opened) = store::open(path, Wanted::ReadWrite)?;
    match &opened.access {
        Access::ReadWrite => Ok((store, opened)),
        Access::ReadOnly { why } => Err(UserError::new(format!("Could not change {}", path.display()))
            .because(why)
            .hint("Close it where it is open, or copy it to a folder that you may write to")),
    }
}
