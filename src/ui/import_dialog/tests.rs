use super::*;
use crate::jobs::spec::Found;

fn preview(path: &str, what: ImportWhat) -> ImportPreview {
    ImportPreview {
        path: PathBuf::from(path),
        what,
        columns: Vec::new(),
        notes: Vec::new(),
        read: ReadOptions::default(),
        found: Found::default(),
        problems: Vec::new(),
        presets: Vec::new(),
        preset: None,
    }
}

#[test]
fn a_file_that_was_looked_at_late_does_not_turn_another_dialog_over() {
    let mut state = State::default();
    state.take(PathBuf::from("areas.shp"), ImportWhat::Units);
    state.open(ImportWhat::Accounts);
    state.set_preview(preview("areas.shp", ImportWhat::Units));
    assert!(state.preview.is_none() && state.what == Some(ImportWhat::Accounts));
    state.take(PathBuf::from("new.csv"), ImportWhat::Accounts);
    state.set_preview(preview("old.csv", ImportWhat::Accounts));
    assert!(state.preview.is_none());
    state.set_preview(preview("new.csv", ImportWhat::Accounts));
    assert!(state.preview.is_some());
    state.set_error("of the old file".to_owned());
    assert!(state.error.is_empty() && state.preview.is_some());
}

#[test]
fn options_that_do_not_fit_leave_the_choice_open() {
    let mut state = State::default();
    state.take(PathBuf::from("new.csv"), ImportWhat::Accounts);
    state.set_preview(preview("new.csv", ImportWhat::Accounts));
    let read = ReadOptions { header_row: Some(900), ..ReadOptions::default() };
    let path = PathBuf::from("new.csv");
    state.look_again(PeekOrder { path, what: ImportWhat::Accounts, read, preset: PresetWish::Guess, any: false });
    state.set_error("row 900 is not in the file".to_owned());
    assert!(state.preview.is_some() && !state.error.is_empty());
}
