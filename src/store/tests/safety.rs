use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::fixture::{place, project, random_edit};
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::lock::lock_path;
use crate::store::write::Write;
use crate::store::{Access, Existing, Store, Wanted, create, open};

fn why_read_only(access: &Access) -> &str {
    match access {
        Access::ReadWrite => "",
        Access::ReadOnly { why } => why,
    }
}

/// Edits made and written, and the plan after them.
fn edit(store: &Store, plan: &mut Plan, count: usize) {
    let mut random = Random::new(count as u64);
    for _ in 0..count {
        let edit = random_edit(plan, 60, &mut random);
        if apply(plan, &edit, Locks::Pass).is_ok() {
            store.apply(&edit);
        }
    }
}

#[track_caller]
fn assert_plan(path: &Path, plan: &Plan) {
    assert_eq!(*open(path, Wanted::ReadOnly).unwrap().1.project.plan, *plan);
}

fn new_project() -> (tempfile::TempDir, std::path::PathBuf, Store, Project, Plan) {
    let (folder, path) = place();
    let project = project();
    let store = create(&path, &project, Existing::Refuse).unwrap();
    let plan = (*project.plan).clone();
    (folder, path, store, project, plan)
}

#[test]
fn a_second_window_reads_and_can_save_its_changes_elsewhere() {
    let (folder, path, first, _, mut plan) = new_project();
    let (second, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert!(why_read_only(&opened.access).contains("open in another window"), "{:?}", opened.access);
    let mut second_plan = (*opened.project.plan).clone();
    // Each goes on; neither disturbs the other.
    edit(&first, &mut plan, 20);
    first.flush().unwrap();
    edit(&second, &mut second_plan, 30);
    let error = second.flush().unwrap_err();
    assert!(error.hint.contains("Save a copy as"), "{error}");
    assert!(second.status().failed_since.is_some() && !second.status().all_saved());
    assert!(second.save_as(&path).unwrap_err().why.contains("another window"));
    let elsewhere = folder.path().join("mine.bwk");
    second.save_as(&elsewhere).unwrap();
    assert_eq!(second.access(), Access::ReadWrite);
    assert_eq!(second.path().file_name(), elsewhere.file_name());
    assert!(second.status().all_saved() && second.status().failed_since.is_none());
    edit(&second, &mut second_plan, 5);
    second.flush().unwrap();
    assert_plan(&path, &plan);
    assert_plan(&elsewhere, &second_plan);
    drop(first);
    let (_third, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.access, Access::ReadWrite);
}

#[test]
fn a_folder_that_cannot_be_written_opens_read_only() {
    let (_folder, path, store, ..) = new_project();
    drop(store);
    std::fs::create_dir(lock_path(&path)).unwrap();
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert!(why_read_only(&opened.access).contains("cannot be written"), "{:?}", opened.access);
}

#[test]
fn a_full_disk_keeps_changes_until_there_is_room() {
    let (folder, path, store, _, mut plan) = new_project();
    let (sender, told) = mpsc::channel();
    store.set_notify(Box::new(move || sender.send(()).unwrap_or_default()));
    store.queue(Write::Sql("CREATE TABLE filler (bytes BLOB)".into()));
    store.flush().unwrap();
    told.recv_timeout(Duration::from_secs(20)).unwrap();
    // No page more than there are, and an edit that needs some.
    store.queue(Write::Sql("PRAGMA max_page_count = 1".into()));
    store.flush().unwrap();
    let mut large = Edit::assign(&plan, (12..20).map(UnitId), TerritoryId(1));
    large.label = "Assigned ".repeat(20_000);
    apply(&mut plan, &large, Locks::Obey).unwrap();
    let sequence = store.apply(&large);
    edit(&store, &mut plan, 10);
    let error = store.flush().unwrap_err();
    assert!(error.why.contains("disk is full") && !error.hint.is_empty(), "{error}");
    let status = store.status();
    assert!(status.last_written < sequence && status.last_queued > sequence, "{status:?}");
    let since = status.failed_since.unwrap().0;
    store.flush().unwrap_err();
    assert_eq!(store.status().failed_since.unwrap().0, since);
    // What is on disk is what was there before.
    let before = open(&path, Wanted::ReadOnly).unwrap().1;
    assert!(before.history.steps().is_empty());
    // Elsewhere there is room.
    let rescue = folder.path().join("rescue.bwk");
    store.save_as(&rescue).unwrap();
    assert!(store.status().all_saved());
    edit(&store, &mut plan, 3);
    store.flush().unwrap();
    assert_plan(&rescue, &plan);
    assert!(told.try_iter().count() >= 2);
}

#[test]
fn retry_writes_what_waited() {
    let (_folder, path, store, _, mut plan) = new_project();
    let before = plan.clone();
    // Another program holds the file.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    edit(&store, &mut plan, 15);
    let error = store.flush().unwrap_err();
    assert!(error.why.contains("another program"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_plan(&path, &before);
    store.retry();
    store.flush().unwrap();
    assert_eq!(store.status().failed_since, None);
    assert_plan(&path, &plan);
}

#[cfg(unix)]
#[test]
fn a_file_that_was_deleted_is_noticed_and_saved_again() {
    let (_folder, path, store, _, mut plan) = new_project();
    std::fs::remove_file(&path).unwrap();
    edit(&store, &mut plan, 8);
    let error = store.flush().unwrap_err();
    assert!(error.why.contains("moved or deleted"), "{error}");
    store.save_as(&path).unwrap();
    assert_eq!(store.access(), Access::ReadWrite);
    edit(&store, &mut plan, 8);
    store.flush().unwrap();
    assert_plan(&path, &plan);
}

#[test]
fn save_as_goes_on_in_the_new_file_and_leaves_the_old_one() {
    let (folder, path, store, _, mut plan) = new_project();
    edit(&store, &mut plan, 10);
    let old = plan.clone();
    let copy = folder.path().join("copy.bwk");
    std::fs::write(&copy, "to be replaced").unwrap();
    store.save_as(&copy).unwrap();
    edit(&store, &mut plan, 10);
    store.flush().unwrap();
    assert_plan(&path, &old);
    assert_plan(&copy, &plan);
    assert_eq!(open(&path, Wanted::ReadWrite).unwrap().1.access, Access::ReadWrite);
    assert!(why_read_only(&open(&copy, Wanted::ReadWrite).unwrap().1.access).contains("another window"));
    // Into its own file it is an ordinary write.
    edit(&store, &mut plan, 2);
    store.save_as(&copy).unwrap();
    assert_plan(&copy, &plan);
    let error = store.save_as(&folder.path().join("no/such/folder.bwk")).unwrap_err();
    assert!(error.why.contains("no such"), "{error}");
    assert!(store.save_as(folder.path()).unwrap_err().why.contains("folder"));
    edit(&store, &mut plan, 2);
    store.flush().unwrap();
    assert_plan(&copy, &plan);
}

#[test]
fn closing_writes_what_is_queued() {
    let (_folder, path, store, _, mut plan) = new_project();
    edit(&store, &mut plan, 300);
    drop(store);
    assert_plan(&path, &plan);
}

#[test]
fn the_window_is_told_of_every_state() {
    let (_folder, _path, store, _, mut plan) = new_project();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    store.set_notify(Box::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    }));
    assert!(store.status().all_saved());
    edit(&store, &mut plan, 1);
    store.flush().unwrap();
    drop(store);
    assert!(calls.load(Ordering::SeqCst) >= 1);
}

#[test]
fn more_columns_than_a_table_can_have_are_refused_at_once() {
    let (_folder, _path, store, mut project, _) = new_project();
    let column = crate::domain::columns::TextColumn::new("Same name", &["x"; 60]);
    let mut accounts = (*project.accounts).clone();
    accounts.attributes = vec![column.clone(); 1_899];
    project.accounts = Arc::new(accounts.clone());
    store.put_accounts(&project, "Imported").unwrap();
    store.flush().unwrap();
    accounts.attributes.push(column);
    project.accounts = Arc::new(accounts);
    assert!(store.put_accounts(&project, "Imported").unwrap_err().why.contains("1901 columns"));
}

#[test]
fn another_file_in_its_place_is_noticed_and_left_alone() {
    let (folder, path, store, mut other, mut plan) = new_project();
    other.name = "Another".into();
    let other_path = folder.path().join("other.bwk");
    drop(create(&other_path, &other, Existing::Refuse).unwrap());
    edit(&store, &mut plan, 5);
    store.flush().unwrap();
    // As a synchronising program does it: renamed over ours.
    std::fs::rename(&other_path, &path).unwrap();
    let theirs = std::fs::read(&path).unwrap();
    edit(&store, &mut plan, 5);
    #[cfg(unix)]
    {
        let error = store.flush().unwrap_err();
        assert!(error.why.contains("moved or deleted") && error.hint.contains("Save a copy"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), theirs);
        let rescue = folder.path().join("rescue.bwk");
        store.save_as(&rescue).unwrap();
        assert_plan(&rescue, &plan);
        assert_eq!(std::fs::read(&path).unwrap(), theirs);
    }
}

#[test]
fn other_content_in_the_same_file_is_noticed_and_left_alone() {
    let (folder, path, store, mut other, mut plan) = new_project();
    edit(&store, &mut plan, 5);
    store.flush().unwrap();
    let ours = std::fs::read(&path).unwrap();
    other = Project { name: "Other".into(), units: other.units, ..Project::default() };
    other.plan = Arc::new(Plan::empty("Other", other.units.len()));
    let other_path = folder.path().join("other.bwk");
    drop(create(&other_path, &other, Existing::Refuse).unwrap());
    for content in [std::fs::read(&other_path).unwrap(), Vec::new()] {
        // As a backup is put back with cp: the same file, other bytes.
        std::fs::write(&path, &content).unwrap();
        edit(&store, &mut plan, 3);
        let error = store.flush().unwrap_err();
        assert!(!error.why.is_empty() && !error.hint.is_empty(), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), content, "{error}");
        // A copy would be made of what is there now.
        store.save_as(&folder.path().join("copy.bwk")).unwrap_err();
    }
    std::fs::write(&path, &ours).unwrap();
    store.flush().unwrap();
    assert_plan(&path, &plan);
}

#[test]
fn a_value_that_another_tool_has_changed_is_no_harm() {
    let (_folder, path, store, _, mut plan) = new_project();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("UPDATE setting SET value = 'x'; REPLACE INTO setting VALUES ('k', 'v')").unwrap();
    edit(&store, &mut plan, 5);
    store.flush().unwrap();
    edit(&store, &mut plan, 5);
    store.flush().unwrap();
    assert_plan(&path, &plan);
}

/// A super-journal is named at the end of a journal, and SQLite removes it once the journal is rolled back.
#[test]
fn a_journal_that_would_have_another_file_removed_is_refused() {
    let (folder, path, store, ..) = new_project();
    drop(store);
    let precious = folder.path().join("precious.txt");
    std::fs::write(&precious, "the user's own").unwrap();
    let name = precious.to_str().unwrap().as_bytes();
    let mut journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec();
    journal.extend([0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
    journal.extend([0, 0, 2, 0, 0, 0, 16, 0]);
    journal.resize(512, 0);
    journal.extend([0x40, 0, 0, 0]);
    journal.extend(name);
    journal.extend((name.len() as u32).to_be_bytes());
    journal.extend(name.iter().map(|&byte| u32::from(byte)).sum::<u32>().to_be_bytes());
    journal.extend(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
    for wanted in [Wanted::ReadWrite, Wanted::ReadOnly] {
        std::fs::write(crate::store::connection::journal_path(&path), &journal).unwrap();
        let error = open(&path, wanted).unwrap_err();
        assert!(error.why.contains("another file"), "{error}");
        assert!(precious.exists());
    }
}
