//! The program is killed: what was acknowledged is there, and the rest is whole or absent.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::fixture::{place, project};
use super::script::Script;
use crate::domain::random::Random;
use crate::store::connection::journal_path;
use crate::store::{Access, Existing, Wanted, create, open};

/// Names the file for the child, which is this test program again.
const FILE: &str = "BAILIWICK_TEST_CRASH_FILE";
/// What the child's changes follow from.
const SEED: &str = "BAILIWICK_TEST_CRASH_SEED";

/// Where the child saves the project as another one.
fn copy_of(path: &Path) -> PathBuf {
    path.with_file_name("copy.bwk")
}

/// Not a test of its own: what the killed program does. Prints how many changes are on disk.
#[test]
fn child_that_edits_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let path = Path::new(&path);
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let (store, opened) = open(path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.access, Access::ReadWrite);
    let mut script = Script::new(&opened.project, seed);
    // Not for ever, should the parent be gone.
    while script.made < 20_000 {
        // One change at a time, some, or as fast as they can be made.
        let together = [1, 8, 200][seed as usize % 3];
        for _ in 0..together {
            script.step(Some(&store));
        }
        if together < 200 {
            store.flush().unwrap();
        }
        while store.status().last_queued - store.status().last_written > 400 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        if seed % 4 == 1 && script.made.is_multiple_of(5) {
            store.save_as(&copy_of(path)).unwrap();
        }
        println!("acknowledged {}", store.status().last_written);
        std::io::stdout().flush().unwrap();
    }
}

/// Forty in every run of the tests; `BAILIWICK_KILLS=1000` for all that docs/testing.md speaks of.
fn kills() -> u64 {
    std::env::var("BAILIWICK_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let (folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let whole = std::fs::read(&path).unwrap();
    let mut random = Random::new(5);
    let (mut in_the_middle, mut changes) = (0, 0);
    for seed in 1..=kills() {
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        std::fs::write(&path, &whole).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "store::tests::crash::child_that_edits_until_it_is_killed"])
            .env(FILE, &path)
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut acknowledged, mut seen) = (0, 0);
        let wanted = 1 + random.below(6);
        for line in lines.map_while(Result::ok) {
            if let Some(count) = line.split("acknowledged ").nth(1).and_then(|count| count.trim().parse().ok()) {
                acknowledged = count;
                seen += 1;
            }
            if seen == wanted {
                // Somewhere in the middle of what follows; lines that are on their way are read to the end.
                std::thread::sleep(std::time::Duration::from_micros(random.below(15_000) as u64));
                child.kill().unwrap();
                seen += 1;
            }
        }
        child.wait().unwrap();
        assert!(seen > wanted, "seed {seed}: the child has stopped by itself");
        in_the_middle += u64::from(std::fs::metadata(journal_path(&path)).is_ok_and(|found| found.len() > 0));

        // After Save a copy the work goes on in the copy.
        let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
        assert_eq!(opened.access, Access::ReadWrite);
        let copied = copy_of(&path).exists().then(|| open(&copy_of(&path), Wanted::ReadWrite).unwrap());
        let newest = copied.as_ref().map(|(_, opened)| opened).filter(|copy| copy.generation >= opened.generation);
        Script::check(&project, seed, 0, &opened);
        Script::check(&project, seed, acknowledged, newest.unwrap_or(&opened));
        changes += newest.unwrap_or(&opened).generation;
        drop(store);
    }
    println!("{} kills, {in_the_middle} in the middle of a transaction, {changes} changes", kills());
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
