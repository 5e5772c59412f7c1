//! The window on a project, moving its map by itself.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::cli::Result;
use crate::error::UserError;

/// What the window says of its frames and its memory. Whatever it says is passed on to standard error as it comes; a window that has
/// not ended after `limit` is closed, and that is an error.
pub fn tour(project: &Path, limit: Duration) -> Result<Vec<String>> {
    let failed = |why: String| {
        UserError::new("The window could not be measured").because(why).hint("It needs a display: xvfb-run")
    };
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    command.arg(project).env("BAILIWICK_TIMING", "tour").stdin(Stdio::null()).stdout(Stdio::null());
    let mut window = command.stderr(Stdio::piped()).spawn().map_err(|error| failed(error.to_string()))?;
    let (sender, lines) = channel();
    let said = window.stderr.take();
    let reader = std::thread::spawn(move || {
        for line in said.into_iter().flat_map(|said| BufReader::new(said).lines().map_while(std::io::Result::ok)) {
            eprintln!("window: {line}");
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let end = Instant::now() + limit;
    let mut all = Vec::new();
    let ended = loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => all.push(line),
            Err(RecvTimeoutError::Disconnected) => break true,
            Err(RecvTimeoutError::Timeout) => break false,
        }
    };
    if !ended {
        // It may have ended by itself meanwhile.
        let _ = window.kill();
    }
    let _ = window.wait();
    let _ = reader.join();
    let figures: Vec<String> =
        all.iter().filter(|line| line.contains("frame") || line.contains("MB")).cloned().collect();
    match all.last() {
        _ if !ended => Err(failed(format!("it had not ended after {} s", limit.as_secs()))),
        _ if figures.iter().any(|line| line.contains("map moving")) => Ok(figures),
        last => Err(failed(last.cloned().unwrap_or_else(|| "it said nothing".to_owned()))),
    }
}
