//! Jobs about the places of accounts that need no network: addresses with suggestions, what a typed text may mean, placing again.

use super::JobOutput;
use super::spec::Version;
use super::spec::places::{Again, Candidate, Described, LookUp};
use crate::domain::ids::AccountId;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::spatial::UnitIndex;
use crate::io::gazetteer::Found;
use crate::work::places::address;

/// What stands in the rows of these accounts.
pub fn describe(
    project: &Project,
    index: &UnitIndex,
    accounts: &[AccountId],
    data_generation: u64,
    progress: &Progress,
) -> JobOutput {
    let Ok(found) = address::describe(project, index, accounts, progress) else { return JobOutput::Cancelled };
    let described = found.into_iter().map(|one| Described {
        account: one.account,
        address: one.address,
        suggestion: one.suggestion.map(candidate),
    });
    JobOutput::PlacesDescribed { data_generation, described: described.collect() }
}

/// What a text may mean.
pub fn look_up(project: &Project, index: &UnitIndex, wanted: LookUp) -> JobOutput {
    let found = address::candidates(project, index, wanted.account, &wanted.text);
    JobOutput::PlaceLookedUp { wanted, found: found.into_iter().map(candidate).collect() }
}

/// Which accounts would be placed by their columns again.
pub fn again(project: &Project, index: &UnitIndex, version: Version, progress: &Progress) -> JobOutput {
    match address::again(project, index, progress) {
        Ok(again) => {
            let words = again.words();
            JobOutput::PlacedAgain { version, again: Again { edit: again.edit, words } }
        }
        Err(_) => JobOutput::Cancelled,
    }
}

fn candidate(found: Found) -> Candidate {
    let Found { place, placement, precision_km, words } = found;
    Candidate { place, placement, precision_km, words }
}
