//! The program: the window, or with a subcommand the headless commands.

use std::path::PathBuf;
use std::process::ExitCode;

use bailiwick::cli::{self, Request};

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Request::Headless(command) => cli::run(&command),
        Request::Window(path) => open_window(path),
    }
}

#[cfg(feature = "window")]
fn open_window(path: Option<PathBuf>) -> ExitCode {
    match bailiwick::app::run(path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::fail(&error, false),
    }
}

#[cfg(not(feature = "window"))]
fn open_window(_: Option<PathBuf>) -> ExitCode {
    let error = bailiwick::error::UserError::new("Could not open the window")
        .because("this program was built without it")
        .hint("Give it a command (bailiwick --help), or build it with the feature \"window\"");
    cli::fail(&error, false)
}
