//! The program is killed: what was acknowledged is there, and the rest is whole or absent.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::fixture::{place, project, random_edit};
use crate::domain::edit::{Locks, apply};
use crate::domain::random::Random;
use crate::store::{Access, Existing, Wanted, create, open};

/// Names the file for the child, which is this test program again.
const FILE: &str = "BAILIWICK_TEST_CRASH_FILE";

/// Not a test of its own: what the killed program does. Prints how many edits are on disk.
#[test]
fn child_that_edits_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let (store, opened) = open(Path::new(&path), Wanted::ReadWrite).unwrap();
    assert_eq!(opened.access, Access::ReadWrite);
    let mut plan = (*opened.project.plan).clone();
    let mut random = Random::new(opened.generation);
    let mut made = opened.history.steps().len();
    // Not for ever, should the parent be gone.
    for _ in 0..100_000 {
        let edit = random_edit(&plan, opened.project.accounts.len(), &mut random);
        if apply(&mut plan, &edit, Locks::Pass).is_ok() {
            store.apply(&edit);
            made += 1;
            store.flush().unwrap();
            println!("acknowledged {made}");
            std::io::stdout().flush().unwrap();
        }
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let (_folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let mut random = Random::new(5);
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "store::tests::crash::child_that_edits_until_it_is_killed"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let wanted = 2 + random.below(10);
        let mut seen = 0;
        let mut waiting = true;
        for line in lines.map_while(Result::ok) {
            if let Some(count) = line.split("acknowledged ").nth(1).and_then(|count| count.trim().parse().ok()) {
                acknowledged = count;
                seen += 1;
            }
            if waiting && seen == wanted {
                // Somewhere in the middle of what follows; lines that are on their way are read to the end.
                std::thread::sleep(std::time::Duration::from_micros(random.below(15_000) as u64));
                child.kill().unwrap();
                waiting = false;
            }
        }
        child.wait().unwrap();
        assert!(seen >= wanted, "round {round}: the child has stopped by itself");

        let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
        assert_eq!(opened.access, Access::ReadWrite);
        let steps = opened.history.steps();
        assert!((acknowledged..=acknowledged + 1).contains(&steps.len()), "{acknowledged} of {}", steps.len());
        let mut replayed = (*project.plan).clone();
        for edit in steps {
            apply(&mut replayed, edit, Locks::Pass).unwrap();
        }
        assert_eq!(*opened.project.plan, replayed);
    }
}

/// The state on disk in the middle of a transaction: pages already overwritten, the old ones in the journal beside the file.
#[test]
fn a_transaction_cut_in_the_middle_is_taken_back() {
    let (folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let writing = rusqlite::Connection::open(&path).unwrap();
    // A cache of one page makes SQLite write pages before the commit.
    writing
        .execute_batch(
            "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE; UPDATE assignment SET territory = NULL;
             UPDATE account SET name = name || name || name; DELETE FROM journal; UPDATE unit SET name = 'gone'",
        )
        .unwrap();
    let copy = folder.path().join("crashed.bwk");
    std::fs::copy(&path, &copy).unwrap();
    let journal = folder.path().join("crashed.bwk-journal");
    std::fs::copy(folder.path().join("plan.bwk-journal"), &journal).unwrap();
    assert_ne!(std::fs::read(&copy).unwrap().len(), 0);
    drop(writing);
    let without_journal = folder.path().join("torn.bwk");
    std::fs::copy(&copy, &without_journal).unwrap();
    let torn = open(&without_journal, Wanted::ReadOnly);
    assert!(
        torn.map_or(true, |(_, opened)| opened.project.accounts.names != project.accounts.names),
        "nothing was torn"
    );
    let (_store, opened) = open(&copy, Wanted::ReadWrite).unwrap();
    super::fixture::assert_same(&opened.project, &project);
    assert!(!journal.exists());
}
