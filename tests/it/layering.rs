//! Holds every `crate::…` path of the sources against the layers of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which modules each part of the program may know, besides itself. `io::diagnostic` allows that file alone.
const ALLOWED: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("theme", &[]),
    ("words", &["domain"]),
    ("domain", &["error"]),
    ("solve", &["domain", "error"]),
    ("io", &["domain", "error"]),
    ("store", &["domain", "error"]),
    ("render", &["domain", "error", "theme", "words"]),
    ("work", &["domain", "solve", "io", "store", "error", "words"]),
    // Background work fills the session and takes its orders from the specs.
    (
        "jobs::spec",
        &[
            "domain",
            "error",
            "io::alignment::choices",
            "io::export::order",
            "io::export::loss",
            "io::options",
            "io::unit_columns",
        ],
    ),
    ("jobs", &["domain", "solve", "io", "store", "error", "words", "work", "render", "session"]),
    ("session", &["domain", "render", "io::diagnostic", "jobs::spec", "error", "words"]),
    ("action", &["domain", "jobs::spec", "session"]),
    ("map", &["session", "render", "action", "domain", "theme", "words"]),
    ("ui", &["session", "action", "domain", "jobs::spec", "io::diagnostic", "io::options", "theme", "words", "error"]),
    (
        "app",
        &[
            "action", "domain", "error", "io", "jobs", "map", "render", "session", "solve", "store", "theme", "ui",
            "words", "work",
        ],
    ),
    ("cli", &["domain", "error", "io", "solve", "store", "words", "work"]),
];

/// What the domain must not touch: it cannot fail for outside reasons, and the same input gives the same output.
const NOT_IN_DOMAIN: &[&str] = &[
    "std::fs",
    "std::time",
    "std::thread",
    "std::env",
    "std::net",
    "std::process",
    "egui",
    "rusqlite",
    "serde",
    "rand::",
];

#[test]
fn every_layer_knows_only_the_layers_below_it() {
    let mut wrong = Vec::new();
    for file in source_files() {
        let module = module_of(&file);
        let Some((layer, allowed)) = layer_of(&module) else {
            if !matches!(module.as_str(), "lib" | "main") {
                wrong.push(format!("{}: the module \"{module}\" is in no layer; name it in ALLOWED", shown(&file)));
            }
            continue;
        };
        let text = without_tests(&read(&file));
        for (line, path) in crate_paths(&text) {
            if !is_within(&path, layer) && !allowed.iter().any(|allowed| is_within(&path, allowed)) {
                wrong.push(format!("{}:{line}: {module} must not know crate::{path}", shown(&file)));
            }
        }
        let roots = "super::".repeat(module.split("::").count());
        for (line, code) in code_lines(&text) {
            if code.contains(&roots) {
                wrong.push(format!("{}:{line}: write crate:: to leave a layer, so that it can be seen", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_domain_is_pure() {
    let mut wrong = Vec::new();
    for file in source_files().into_iter().filter(|file| top(&module_of(file)) == "domain") {
        for (number, line) in code_lines(&without_tests(&read(&file))) {
            for name in NOT_IN_DOMAIN.iter().filter(|name| names(&line, name)) {
                wrong.push(format!("{}:{number}: the domain must not know {name}", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_layers_have_no_cycle() {
    let known: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(module, allowed)| (*module, allowed.iter().copied().collect())).collect();
    fn reaches<'a>(
        known: &BTreeMap<&'a str, BTreeSet<&'a str>>,
        from: &'a str,
        to: &str,
        seen: &mut BTreeSet<&'a str>,
    ) -> bool {
        let next = known.get(from).into_iter().flatten().copied();
        next.into_iter().any(|next| next == to || (seen.insert(next) && reaches(known, next, to, seen)))
    }
    for module in known.keys() {
        assert!(!reaches(&known, module, module, &mut BTreeSet::new()), "{module} knows itself through others");
    }
}

#[test]
fn paths_are_found_in_every_form() {
    let text = "use crate::io::{self, table::{Table, read}, Imported as X};\n    crate::store::open(path); // crate::ui::x\n\
                use crate::{domain::ids, words};\nlet s = \"crate::app\";\nuse super::super::jobs;";
    let found: Vec<String> = crate_paths(text).into_iter().map(|(_, path)| path).collect();
    let expected = ["io", "io::table::Table", "io::table::read", "io::Imported", "store::open", "domain::ids", "words"];
    assert_eq!(found, expected);
    assert_eq!(
        without_tests("a\n#[cfg(test)]\nmod tests {\n  b\n}\nc\n").lines().collect::<Vec<_>>(),
        ["a", "", "", "", "", "c"]
    );
}

fn source_files() -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(folder).expect("the sources can be read");
        let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                walk(&entry, files);
            } else if entry.extension().is_some_and(|ending| ending == "rs") && !is_test_file(&entry) {
                files.push(entry);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root(), &mut files);
    assert!(files.len() > 50, "the sources were found");
    files
}

/// Tests may use what they like.
fn is_test_file(path: &Path) -> bool {
    let inside = path.strip_prefix(root()).expect("below the sources");
    inside.components().any(|part| part.as_os_str() == "tests")
        || ["tests.rs", "fixture.rs", "real_layers.rs"].iter().any(|name| inside.ends_with(name))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file is a text")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("below the project").display().to_string()
}

/// `src/io/table/mod.rs` is `io::table`.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root()).expect("below the sources").with_extension("");
    let parts: Vec<String> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.into_iter().filter(|part| part != "mod").collect::<Vec<_>>().join("::")
}

fn top(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// The layer of a module and what it may know. The longest name that fits counts: `jobs::spec` before `jobs`.
fn layer_of(module: &str) -> Option<(&'static str, &'static [&'static str])> {
    let fits = ALLOWED.iter().filter(|(layer, _)| is_within(module, layer));
    fits.max_by_key(|(layer, _)| layer.len()).copied()
}

fn is_within(path: &str, module: &str) -> bool {
    path == module || path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
}

/// The text with `#[cfg(test)] mod … { }` blanked, line numbers kept. Relies on rustfmt: the block ends with a brace in its column.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        kept.push('\n');
        let indent = line.len() - line.trim_start().len();
        let Some(first) = lines.next() else { break };
        kept.push('\n');
        if !first.trim_end().ends_with('{') {
            continue;
        }
        for line in lines.by_ref() {
            kept.push('\n');
            if line.trim_end() == format!("{}}}", " ".repeat(indent)) {
                break;
            }
        }
    }
    kept
}

/// Lines without comments and texts in quotes, with their numbers from 1.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    let strip = |line: &str| {
        let mut code = String::new();
        let mut in_text = false;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if in_text => {
                    characters.next();
                }
                '"' => in_text = !in_text,
                '/' if !in_text && characters.peek() == Some(&'/') => break,
                _ if in_text => {}
                _ => code.push(character),
            }
        }
        code
    };
    text.lines().enumerate().map(|(index, line)| (index + 1, strip(line))).collect()
}

/// Whether a line of code has the path `name`, not only a name that ends or begins with it.
fn names(line: &str, name: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(part) && (name.ends_with("::") || !after.is_some_and(part))
    })
}

/// Every path after `crate::`, with the line it begins on; `crate::io::{a, b::c}` gives `io::a` and `io::b::c`.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let lines = code_lines(text);
    let mut joined = String::new();
    let mut starts = Vec::new();
    for (number, line) in &lines {
        starts.push((joined.len(), *number));
        joined.push_str(line);
        joined.push('\n');
    }
    let mut found = Vec::new();
    for (at, _) in joined.match_indices("crate::") {
        if joined[..at]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || before == '_' || before == '$')
        {
            continue;
        }
        let line = starts.iter().rev().find(|(start, _)| *start <= at).map_or(1, |(_, number)| *number);
        let mut paths = Vec::new();
        expand("", &mut joined[at + "crate::".len()..].chars().peekable(), &mut paths);
        found.extend(paths.into_iter().map(|path| (line, path)));
    }
    found
}

/// Reads one path, or the tree of a `use`, and leaves the rest.
fn expand(prefix: &str, rest: &mut std::iter::Peekable<std::str::Chars>, paths: &mut Vec<String>) {
    while rest.peek().is_some_and(|character| character.is_whitespace()) {
        rest.next();
    }
    if rest.peek() == Some(&'{') {
        rest.next();
        loop {
            while rest.peek().is_some_and(|&character| character.is_whitespace() || character == ',') {
                rest.next();
            }
            match rest.peek() {
                Some('}') => {
                    rest.next();
                    return;
                }
                None => return,
                Some(_) => expand(prefix, rest, paths),
            }
            // What comes after a name, such as `as X`.
            while rest.peek().is_some_and(|&character| character != ',' && character != '}') {
                rest.next();
            }
        }
    }
    let mut name = String::new();
    while let Some(&character) =
        rest.peek().filter(|&&character| character.is_alphanumeric() || "_*".contains(character))
    {
        name.push(character);
        rest.next();
    }
    let path = match (prefix, name.as_str()) {
        (_, "self" | "*" | "") => prefix.to_owned(),
        ("", name) => name.to_owned(),
        (prefix, name) => format!("{prefix}::{name}"),
    };
    let mut ahead = rest.clone();
    if ahead.next() == Some(':') && ahead.next() == Some(':') && ahead.peek() != Some(&'<') {
        rest.next();
        rest.next();
        expand(&path, rest, paths);
    } else if !path.is_empty() {
        paths.push(path);
    }
}
