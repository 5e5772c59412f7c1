//! The power fails: what was not brought to disk is there in part, in any order, or not at all. Whatever of it is there, the file opens
//! whole and has every change that was acknowledged.

use std::collections::BTreeMap;
use std::path::Path;

use super::faults::{self, Event, Fault};
use super::fixture::{place, project};
use super::script::Script;
use crate::domain::random::Random;
use crate::store::{Access, Existing, Wanted, create, open};

/// A disk takes so many bytes at once.
const SECTOR: usize = 512;

/// A file with what is sure to be on disk, and what has been asked for since.
#[derive(Clone, Default)]
struct Contents {
    safe: Vec<u8>,
    waiting: Vec<Event>,
}

/// A folder as the program sees it, and as the disk has it.
#[derive(Clone, Default)]
struct Disk {
    files: Vec<Contents>,
    seen: BTreeMap<String, usize>,
    safe: BTreeMap<String, usize>,
}

impl Disk {
    fn with(name: &str, bytes: Vec<u8>) -> Self {
        let names = BTreeMap::from([(name.to_owned(), 0)]);
        Self { files: vec![Contents { safe: bytes, waiting: Vec::new() }], seen: names.clone(), safe: names }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::Created { file } => {
                self.seen.insert(file.clone(), self.files.len());
                self.files.push(Contents::default());
            }
            Event::Write { file, .. } | Event::Truncate { file, .. } => {
                if let Some(&at) = self.seen.get(file) {
                    self.files[at].waiting.push(event.clone());
                }
            }
            Event::Sync { file } => {
                let Some(&at) = self.seen.get(file) else { return };
                let contents = &mut self.files[at];
                for event in std::mem::take(&mut contents.waiting) {
                    put(&mut contents.safe, &event, |_| true);
                }
                // SQLite brings the folder to disk with the first synchronisation of a new journal.
                if self.safe.get(file) != Some(&at) {
                    self.safe = self.seen.clone();
                }
            }
            Event::Deleted { file, synced } => {
                self.seen.remove(file);
                if *synced {
                    self.safe = self.seen.clone();
                }
            }
            Event::Acknowledged(_) => {}
        }
    }

    /// The files after a power cut at this moment.
    fn cut(&self, random: &mut Random) -> BTreeMap<String, Vec<u8>> {
        // The folder as it was last brought to disk, or as it was meant to be.
        let names = if random.below(2) == 0 { &self.safe } else { &self.seen };
        // From all to nothing of what was waiting.
        let share = random.below(5);
        let files = names.iter().map(|(name, &at)| {
            let Contents { mut safe, waiting } = self.files[at].clone();
            for event in &waiting {
                put(&mut safe, event, |_| random.below(4) < share);
            }
            (name.clone(), safe)
        });
        files.collect()
    }
}

/// Carries a change out, sector by sector where `takes` says so.
fn put(contents: &mut Vec<u8>, event: &Event, mut takes: impl FnMut(usize) -> bool) {
    match event {
        Event::Write { at, bytes, .. } => {
            let mut from = 0;
            while from < bytes.len() {
                let start = *at as usize + from;
                let to = bytes.len().min(from + SECTOR - start % SECTOR);
                if takes(start) {
                    let end = start + to - from;
                    contents.resize(contents.len().max(end), 0);
                    contents[start..end].copy_from_slice(&bytes[from..to]);
                }
                from = to;
            }
        }
        Event::Truncate { length, .. } if takes(0) => contents.resize(*length as usize, 0),
        _ => {}
    }
}

fn write_all(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for name in ["plan.bwk", "plan.bwk-journal"] {
        let path = folder.join(name);
        match files.get(name) {
            Some(bytes) => std::fs::write(path, bytes).unwrap(),
            None => drop(std::fs::remove_file(path)),
        }
    }
}

/// How many moments are tried: all of a short run, or as many as are asked for.
fn moments() -> usize {
    std::env::var("BAILIWICK_POWER_CUTS").ok().and_then(|count| count.parse().ok()).unwrap_or(400)
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged() {
    if !faults::in_a_process_of_its_own("power_cut::a_power_cut_at_any_moment_loses_nothing_acknowledged") {
        return;
    }
    let (folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let whole = std::fs::read(&path).unwrap();
    let mut random = Random::new(3);
    let (mut tried, mut behind, mut rolled_back, mut seed) = (0, 0, 0, 0);
    while tried < moments() {
        seed += 1;
        std::fs::write(&path, &whole).unwrap();
        let (store, _) = open(&path, Wanted::ReadWrite).unwrap();
        faults::record();
        let mut script = Script::new(&project, seed);
        for _ in 0..12 {
            for _ in 0..1 + random.below(4) {
                script.step(Some(&store));
            }
            store.flush().unwrap();
            faults::note(Event::Acknowledged(script.made));
        }
        drop(store);
        let events = faults::recorded();
        assert!(events.len() > 100, "{}", events.len());
        let elsewhere = folder.path().join("cut");
        std::fs::create_dir_all(&elsewhere).unwrap();
        let cut_path = elsewhere.join("plan.bwk");
        let mut disk = Disk::with("plan.bwk", whole.clone());
        let mut acknowledged = 0;
        for event in &events {
            disk.take(event);
            if let Event::Acknowledged(made) = event {
                acknowledged = *made;
            }
            // After an acknowledgement always, for that is what a user relies on.
            if !matches!(event, Event::Acknowledged(_)) && random.below(4) > 0 {
                continue;
            }
            let files = disk.cut(&mut random);
            write_all(&elsewhere, &files);
            let (store, opened) =
                open(&cut_path, Wanted::ReadWrite).unwrap_or_else(|error| panic!("{error}: {event:?}"));
            assert_eq!(opened.access, Access::ReadWrite);
            Script::check(&project, seed, acknowledged, &opened);
            drop(store);
            tried += 1;
            behind += usize::from(opened.generation > acknowledged);
            rolled_back += usize::from(files.get("plan.bwk-journal").is_some_and(|journal| !journal.is_empty()));
        }
    }
    println!("{tried} power cuts, {rolled_back} with a journal left, {behind} with more than was acknowledged");
    assert!(rolled_back > tried / 10 && behind > 0);
}

#[test]
fn a_disk_that_fills_up_at_any_write_costs_nothing() {
    if !faults::in_a_process_of_its_own("power_cut::a_disk_that_fills_up_at_any_write_costs_nothing") {
        return;
    }
    let (folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let whole = std::fs::read(&path).unwrap();
    let mut failed = 0;
    for after in 0..60 {
        for fault in [Fault::Full { after }, Fault::Sync { after: after / 4 }] {
            std::fs::write(&path, &whole).unwrap();
            let (store, _) = open(&path, Wanted::ReadWrite).unwrap();
            let mut script = Script::new(&project, after as u64);
            faults::set_fault(Some(fault));
            let mut acknowledged = 0;
            for _ in 0..3 {
                script.step(Some(&store));
                script.step(Some(&store));
                match store.flush() {
                    Ok(()) => acknowledged = script.made,
                    Err(error) => {
                        assert!(faults::fault_is_active(), "{error}");
                        let words =
                            if matches!(fault, Fault::Full { .. }) { "the disk is full" } else { "the disk reports" };
                        assert!(error.why.contains(words) && !error.hint.is_empty(), "{error}");
                        failed += 1;
                    }
                }
            }
            // What another program would find meanwhile.
            faults::set_fault(None);
            let copy = folder.path().join("copy.bwk");
            std::fs::copy(&path, &copy).unwrap();
            let journal = folder.path().join("plan.bwk-journal");
            if journal.exists() {
                std::fs::copy(&journal, folder.path().join("copy.bwk-journal")).unwrap();
            }
            let (copied, opened) = open(&copy, Wanted::ReadWrite).unwrap();
            Script::check(&project, after as u64, acknowledged, &opened);
            drop(copied);
            // There is room again.
            store.flush().unwrap();
            drop(store);
            let opened = open(&path, Wanted::ReadWrite).unwrap().1;
            Script::check(&project, after as u64, script.made, &opened);
            assert_eq!(*opened.project.plan, *script.plan());
        }
    }
    assert!(failed > 60, "{failed}");
}
