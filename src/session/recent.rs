//! The list of projects opened lately: a text file in the user's data folder, one path a line, newest first.

use std::path::{Path, PathBuf};

const KEPT: usize = 8;
const LIST: &str = "recent.txt";

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
