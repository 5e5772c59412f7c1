//! What commands print: text for people or one JSON object for programs, messages about the input, progress on a terminal.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde::Serialize;

use super::Result;
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::diagnostic::{self, Diagnostic};
use crate::io::guess::Reason;
use crate::work::records::severity_word;

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    pub all_messages: bool,
}

/// So many messages about the input are listed on a terminal; the rest is counted.
const FIRST_MESSAGES: usize = 20;

/// A message about the input, as JSON. Parts that are not known are left out.
#[derive(Debug, Serialize)]
pub struct Message {
    severity: &'static str,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    column: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    item: String,
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
}

/// What a column was taken for, as JSON.
#[derive(Debug, Serialize)]
pub struct Column {
    column: String,
    taken_as: String,
    why: String,
}

/// A command that failed, as JSON.
#[derive(Serialize)]
struct Failed<'a> {
    error: Failure<'a>,
}

#[derive(Serialize)]
struct Failure<'a> {
    what: &'a str,
    why: &'a str,
    hint: &'a str,
}

impl Output {
    /// Prints the result: the object as JSON, or the text.
    pub fn print(&self, object: &impl Serialize, text: &str) -> Result<()> {
        let text = if self.json {
            let json = serde_json::to_string_pretty(object);
            json.map_err(|error| UserError::new("Could not write the result as JSON").because(error))? + "\n"
        } else {
            harmless(text)
        };
        write_out(&text)
    }

    /// Lists messages about the input on standard error, the worst first. In JSON they are part of the result.
    pub fn list(&self, diagnostics: &[Diagnostic]) {
        if self.json || diagnostics.is_empty() {
            return;
        }
        let most = if self.all_messages { usize::MAX } else { FIRST_MESSAGES };
        let mut text = String::new();
        for diagnostic in sorted(diagnostics).into_iter().take(most) {
            let _ = writeln!(text, "{}: {diagnostic}", severity_word(diagnostic.severity));
        }
        if diagnostics.len() > most {
            let _ = writeln!(text, "… and {} more (--all-messages lists them all)", diagnostics.len() - most);
        }
        let _ = writeln!(text, "{}", counts(diagnostics));
        eprint(&harmless(&text));
    }

    /// Does a long piece of work; on a terminal its progress is shown meanwhile.
    pub fn with_progress<T>(&self, work: impl FnOnce(&Progress) -> T) -> T {
        let progress = Progress::new();
        if !std::io::stderr().is_terminal() {
            return work(&progress);
        }
        let (done, waiting) = channel::<()>();
        std::thread::scope(|scope| {
            let watched = progress.clone();
            scope.spawn(move || {
                let mut shown = false;
                while waiting.recv_timeout(Duration::from_millis(150)) == Err(RecvTimeoutError::Timeout) {
                    let percent = watched.fraction().map_or(String::new(), |done| format!(" {:.0} %", 100.0 * done));
                    eprint(&format!("\r\x1b[K{}{percent} …", watched.phase().words()));
                    shown = true;
                }
                if shown {
                    eprint("\r\x1b[K");
                }
            });
            // Dropped also when the work panics, so that the thread ends.
            let _done = done;
            work(&progress)
        })
    }
}

/// "9 errors, 55 warnings, 2 notes".
pub fn counts(diagnostics: &[Diagnostic]) -> String {
    let counts = diagnostic::count(diagnostics);
    let counted = counts.into_iter().map(|(severity, count)| {
        let noun = severity_word(severity);
        if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// The messages as JSON, the worst first.
pub fn messages(diagnostics: &[Diagnostic]) -> Vec<Message> {
    let message = |diagnostic: &Diagnostic| Message {
        severity: severity_word(diagnostic.severity),
        file: diagnostic.place.file.clone(),
        row: diagnostic.place.row,
        column: diagnostic.place.column.clone(),
        item: diagnostic.place.item.clone(),
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
    };
    sorted(diagnostics).into_iter().map(message).collect()
}

/// The columns as JSON.
pub fn columns(reasons: &[Reason]) -> Vec<Column> {
    let column = |reason: &Reason| Column {
        column: reason.column.clone(),
        taken_as: reason.taken_as.clone(),
        why: reason.why.clone(),
    };
    reasons.iter().map(column).collect()
}

/// A table as text: the first column to the left, the others to the right, two spaces between.
pub fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).chain(header.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut text = String::new();
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = if column == 0 { write!(line, "{cell:<width$}") } else { write!(line, "  {cell:>width$}") };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `error: what: why`, then the hint.
pub fn print_error(error: &UserError, json: bool) {
    let mut text = format!("error: {}", error.what);
    if !error.why.is_empty() {
        let _ = write!(text, ": {}", error.why);
    }
    text.push('\n');
    if !error.hint.is_empty() {
        let _ = writeln!(text, "hint: {}", error.hint);
    }
    eprint(&harmless(&text));
    if json {
        let failed = Failed { error: Failure { what: &error.what, why: &error.why, hint: &error.hint } };
        // Nothing more can be said when standard output is gone as well.
        let _ = serde_json::to_string_pretty(&failed).map(|json| write_out(&(json + "\n")));
    }
}

fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.severity);
    sorted
}

/// Names come from files: none of them shall move the cursor, colour the terminal or turn its text around.
fn harmless(text: &str) -> String {
    let acts = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(acts, "\u{fffd}")
}

/// A reader that has gone away (`bailiwick metrics plan.bwk | head`) is no failure.
fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(UserError::new("Could not write to standard output").because(error))
        }
        _ => Ok(()),
    }
}

fn eprint(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_act_on_the_terminal() {
        assert_eq!(harmless("a\tb\nö \u{1b}[31mred\u{202e}\0\r"), "a\tb\nö \u{fffd}[31mred\u{fffd}\u{fffd}\u{fffd}");
    }

    #[test]
    fn columns_of_a_table_stand_below_each_other() {
        let texts = |row: [&str; 3]| row.map(str::to_owned).to_vec();
        let rows = [texts(["Nord", "12", "–"]), texts(["Süd-West", "3", "4.1 %"])];
        let expected = "Name      Units    Gap\nNord         12      –\nSüd-West      3  4.1 %\n";
        assert_eq!(table(&texts(["Name", "Units", "Gap"]), &rows), expected);
    }
}
