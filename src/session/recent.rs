//! The list of projects opened lately: a text file in the user's data folder, one path a line, newest first.

use std::path::{Path, PathBuf};

const KEPT: usize = 8;
const LIST: &str = "recent.txt";

/// The user's data folder for Bailiwick; `BAILIWICK_DATA` overrides it.
pub fn data_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("BAILIWICK_DATA") {
        return folder;
    }
    let base = if cfg!(target_os = "windows") {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    base.unwrap_or_else(std::env::temp_dir).join("bailiwick")
}

/// Recent projects that still exist, newest first. `folder` is the data folder.
pub fn recent_projects(folder: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(folder.join(LIST)).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_file()).take(KEPT).collect()
}

/// Puts a project at the head of the list in the data folder and returns the list. Failing to remember is not worth a message.
pub fn remember(folder: &Path, path: &Path) -> Vec<PathBuf> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut list = recent_projects(folder);
    list.retain(|known| *known != path);
    list.insert(0, path);
    list.truncate(KEPT);
    let lines: Vec<String> = list.iter().map(|path| path.display().to_string()).collect();
    let _ = std::fs::create_dir_all(folder);
    let _ = std::fs::write(folder.join(LIST), lines.join("\n"));
    list
}
