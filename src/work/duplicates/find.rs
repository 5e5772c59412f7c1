//! Which pairs are looked at, and what they score.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::details::{Details, same, same_street};
use super::names::{Dictionary, Words};
use super::{DuplicatesWish, Group, Pair, Parts, code_pair};
use crate::domain::accounts::Placement;
use crate::domain::columns::Subject;
use crate::domain::ids::AccountId;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;

/// Accounts farther apart are looked at only when they share a phone number, website or street.
const NEAR_KM: f64 = 0.6;

/// The height of a block of the grid in degrees, a little more than [`NEAR_KM`].
const BLOCK_DEGREES: f64 = 0.006;

/// Up to so many accounts in a block and its neighbours each is held against each; among more only those that share a word.
const ALL_PAIRS: usize = 300;

/// What more accounts than this share (the phone number of a head office) is no hint.
const MOST_SHARING: usize = 40;

/// In a crowded block a word that more accounts have is no hint either.
const MOST_WITH_WORD: usize = 200;

/// Less alike names are never one account.
const LEAST_NAME: f64 = 0.55;

/// What is compared of each account.
struct Records<'a> {
    project: &'a Project,
    dictionary: Dictionary,
    words: Vec<Words>,
    phones: Vec<String>,
    websites: Vec<String>,
    streets: Vec<String>,
    towns: Vec<String>,
}

/// Finds groups of accounts that are probably one, the most certain first. The same project gives the same answer.
///
/// # Errors
/// It was cancelled.
pub fn find(project: &Project, wish: &DuplicatesWish, progress: &Progress) -> Result<Vec<Group>, Cancelled> {
    let accounts = &*project.accounts;
    progress.begin(Phase::Comparing, 0)?;
    let details = Details::of(project);
    let (dictionary, words) = Dictionary::new(accounts.names.iter().map(String::as_str));
    let rows = 0..accounts.len();
    let records = Records {
        project,
        dictionary,
        words,
        phones: rows.clone().into_par_iter().map(|row| details.phone(row)).collect(),
        websites: rows.clone().into_par_iter().map(|row| details.website(row)).collect(),
        streets: rows.clone().into_par_iter().map(|row| details.street(row)).collect(),
        towns: rows.into_par_iter().map(|row| details.town(row)).collect(),
    };
    let mut pairs = records.near(wish.least, progress)?;
    pairs.extend(records.sharing(wish.least, progress)?);
    pairs.sort_unstable_by_key(|pair| pair.accounts);
    pairs.dedup_by_key(|pair| pair.accounts);
    pairs.retain(|pair| wish.dismissed.is_empty() || !wish.dismissed.contains(&code_pair(project, pair.accounts)));
    Ok(groups(project, pairs))
}

impl Records<'_> {
    /// Pairs that lie near each other, by blocks of a grid.
    fn near(&self, least: f64, progress: &Progress) -> Result<Vec<Pair>, Cancelled> {
        let mut blocks: BTreeMap<(i32, i32), Vec<u32>> = BTreeMap::new();
        for (row, place) in (0..).zip(&self.project.accounts.places) {
            if let Some(block) = block_of(*place) {
                blocks.entry(block).or_default().push(row);
            }
        }
        let total: usize = blocks.values().map(Vec::len).sum();
        progress.begin(Phase::Comparing, total as u64)?;
        let list: Vec<(&(i32, i32), &Vec<u32>)> = blocks.iter().collect();
        let found: Vec<Vec<Pair>> = list
            .into_par_iter()
            .map(|(&(y, x), inside)| {
                progress.tick(inside.len() as u64)?;
                // Each pair of blocks once. Meridians converge, so blocks of neighbouring rows are found by their degrees.
                let beside = [(y, x + 1), (y + 1, x - 1), (y + 1, x), (y + 1, x + 1)];
                let around: Vec<u32> = beside.iter().filter_map(|block| blocks.get(block)).flatten().copied().collect();
                let mut pairs = Vec::new();
                let mut look = |a: u32, b: u32| {
                    if let Some(pair) = self.pair(a, b, Some(NEAR_KM)).filter(|pair| pair.score >= least) {
                        pairs.push(pair);
                    }
                };
                if inside.len() + around.len() <= ALL_PAIRS {
                    for (nth, &a) in inside.iter().enumerate() {
                        inside[nth + 1..].iter().chain(&around).for_each(|&b| look(a, b));
                    }
                } else {
                    self.with_common_words(inside, &around).into_iter().for_each(|[a, b]| look(a, b));
                }
                Ok(pairs)
            })
            .collect::<Result<_, Cancelled>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Pairs of one list, and of one list with the other, that share a word which not too many have.
    fn with_common_words(&self, inside: &[u32], around: &[u32]) -> BTreeSet<[u32; 2]> {
        let mut by_word: BTreeMap<u32, [Vec<u32>; 2]> = BTreeMap::new();
        for (side, list) in [inside, around].into_iter().enumerate() {
            for &row in list {
                self.words[row as usize].iter().for_each(|&word| by_word.entry(word).or_default()[side].push(row));
            }
        }
        let mut pairs = BTreeSet::new();
        for [inside, around] in by_word.values().filter(|[a, b]| a.len() + b.len() <= MOST_WITH_WORD) {
            for (nth, &a) in inside.iter().enumerate() {
                pairs.extend(inside[nth + 1..].iter().chain(around).map(|&b| [a.min(b), a.max(b)]));
            }
        }
        pairs
    }

    /// Pairs with the same phone number, website or street and town, and unplaced accounts with the same name and town.
    fn sharing(&self, least: f64, progress: &Progress) -> Result<Vec<Pair>, Cancelled> {
        let with_town = |list: &[String], row: usize| {
            let both = !list[row].is_empty() && !self.towns[row].is_empty();
            both.then(|| format!("{}|{}", list[row], self.towns[row]))
        };
        let rarest = |row: usize| {
            let word = self.dictionary.rarest(&self.words[row])?;
            (!self.towns[row].is_empty()).then(|| format!("{word}|{}", self.towns[row]))
        };
        let filled = |list: &[String], row: usize| Some(list[row].clone()).filter(|text| !text.is_empty());
        let mut candidates: BTreeSet<[u32; 2]> = BTreeSet::new();
        let mut gather = |key: &dyn Fn(usize) -> Option<String>, wanted: &dyn Fn(u32, u32) -> bool| {
            progress.check()?;
            let mut sharing: HashMap<String, Vec<u32>> = HashMap::new();
            for row in 0..self.words.len() {
                if let Some(key) = key(row) {
                    sharing.entry(key).or_default().push(row as u32);
                }
            }
            for rows in sharing.values().filter(|rows| (2..=MOST_SHARING).contains(&rows.len())) {
                for (nth, &a) in rows.iter().enumerate() {
                    candidates.extend(rows[nth + 1..].iter().filter(|&&b| wanted(a, b)).map(|&b| [a, b]));
                }
            }
            Ok::<_, Cancelled>(())
        };
        let placed = |row: u32| self.project.accounts.places[row as usize].is_valid();
        gather(&|row| filled(&self.phones, row), &|_, _| true)?;
        gather(&|row| filled(&self.websites, row), &|_, _| true)?;
        gather(&|row| with_town(&self.streets, row), &|_, _| true)?;
        gather(&rarest, &|a, b| !placed(a) || !placed(b))?;
        let candidates: Vec<[u32; 2]> = candidates.into_iter().collect();
        let pairs = candidates.into_par_iter().filter_map(|[a, b]| self.pair(a, b, None));
        Ok(pairs.filter(|pair| pair.score >= least).collect())
    }

    /// Two accounts held against each other; `None` where their names or places rule it out.
    fn pair(&self, a: u32, b: u32, most_km: Option<f64>) -> Option<Pair> {
        let (i, j) = (a as usize, b as usize);
        let accounts = &*self.project.accounts;
        let places = [accounts.places[i], accounts.places[j]];
        let km = places.iter().all(|place| place.is_valid()).then(|| places[0].distance_km(places[1]));
        if most_km.is_some_and(|most| km.is_none_or(|km| km > most)) {
            return None;
        }
        let name = self.dictionary.likeness(&self.words[i], &self.words[j]);
        if name < LEAST_NAME {
            return None;
        }
        let rough = [i, j].iter().any(|&row| accounts.placements[row] == Placement::PostalCode);
        let parts = Parts {
            name,
            km,
            rough,
            phone: same(&self.phones[i], &self.phones[j]),
            website: same(&self.websites[i], &self.websites[j]),
            street: same_street(&self.streets[i], &self.streets[j]),
        };
        let numbers_differ = self.dictionary.numbers_differ(&self.words[i], &self.words[j]);
        let accounts = [AccountId(a.min(b)), AccountId(a.max(b))];
        Some(Pair { accounts, score: score(&parts, numbers_differ), parts })
    }
}

/// Name counts 55, place 25, details 20 parts of a hundred. What is not known counts half; another house number speaks against it, and
/// so does another number in the name (Shop 12, Shop 14).
fn score(parts: &Parts, numbers_differ: bool) -> f64 {
    let place = match parts.km {
        None => 0.3,
        Some(km) if parts.rough => match km {
            km if km < 0.02 => 0.6,
            km if km < 10.0 => 0.4,
            _ => 0.0,
        },
        Some(km) => ((0.5 - km) / 0.45).clamp(0.0, 1.0),
    };
    let known = [parts.phone, parts.website, parts.street];
    let details = match (known.contains(&Some(true)), parts.street, parts.phone) {
        (_, Some(false), Some(true)) => 0.6,
        (_, Some(false), _) => 0.0,
        (true, _, _) => 1.0,
        (false, _, Some(false)) => 0.35,
        _ => 0.5,
    };
    let score = 0.55 * parts.name + 0.25 * place + 0.2 * details;
    if numbers_differ && parts.street != Some(true) { 0.8 * score } else { score }
}

/// The block of the grid that a place lies in. Blocks are twice as wide in degrees of longitude towards the poles.
fn block_of(place: LonLat) -> Option<(i32, i32)> {
    if !place.is_valid() {
        return None;
    }
    // One width for the whole world would make blocks at 60° half as wide as they are high; three are enough.
    let width = match place.lat.abs() {
        lat if lat < 48.0 => 1.5,
        lat if lat < 68.0 => 2.7,
        _ => 12.0,
    };
    Some(((place.lat / BLOCK_DEGREES).floor() as i32, (place.lon / (BLOCK_DEGREES * width)).floor() as i32))
}

/// Pairs that hang together are a group.
fn groups(project: &Project, pairs: Vec<Pair>) -> Vec<Group> {
    let mut parents: HashMap<AccountId, AccountId> = HashMap::new();
    fn root(parents: &mut HashMap<AccountId, AccountId>, account: AccountId) -> AccountId {
        let mut at = account;
        while let Some(&above) = parents.get(&at).filter(|&&above| above != at) {
            at = above;
        }
        parents.insert(account, at);
        at
    }
    for pair in &pairs {
        let [a, b] = pair.accounts.map(|account| root(&mut parents, account));
        parents.insert(a.max(b), a.min(b));
    }
    let mut found: BTreeMap<AccountId, Vec<Pair>> = BTreeMap::new();
    for pair in pairs {
        found.entry(root(&mut parents, pair.accounts[0])).or_default().push(pair);
    }
    let mut groups: Vec<Group> = found
        .into_values()
        .map(|mut pairs| {
            let accounts: BTreeSet<AccountId> = pairs.iter().flat_map(|pair| pair.accounts).collect();
            pairs.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.accounts.cmp(&b.accounts)));
            let keep =
                accounts.iter().copied().max_by_key(|&account| (worth(project, account), std::cmp::Reverse(account)));
            Group { keep: keep.unwrap_or_default(), accounts: accounts.into_iter().collect(), pairs }
        })
        .collect();
    groups.sort_by(|a, b| b.score().total_cmp(&a.score()).then(a.accounts.cmp(&b.accounts)));
    groups
}

/// What speaks for keeping an account: a lock, an owner of its own, then how much is known of it.
fn worth(project: &Project, account: AccountId) -> (bool, bool, usize) {
    let (accounts, row) = (&*project.accounts, account.index());
    let plan = &*project.plan;
    let words = accounts.attributes.iter().filter(|column| !column.get(row).is_empty()).count();
    let has_number = |values: &[f64]| values.get(row).is_some_and(|value| value.is_finite() && *value != 0.0);
    let numbers = project.measures_of(Subject::Accounts).filter(|(_, measure)| has_number(&measure.values)).count();
    let precise = usize::from(accounts.placements[row] == Placement::Coordinates);
    (plan.locked_accounts().contains(&account), plan.overrides().contains_key(&account), words + numbers + precise)
}
