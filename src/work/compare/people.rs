//! Whom a text means: a rep by code, by name, or as CRMs write one: "Ann Archer (ann@example.com)".

use std::collections::HashMap;

use super::RepWords;
use crate::domain::ids::RepId;
use crate::domain::project::Project;

/// The roster by what people call its members.
#[derive(Debug)]
pub struct People {
    by_words: HashMap<String, RepId>,
}

impl People {
    pub fn of(project: &Project) -> Self {
        let mut by_words = HashMap::new();
        let ids = || project.reps.iter().enumerate().map(|(index, rep)| (RepId::from_index(index), rep));
        for (id, rep) in ids() {
            by_words.entry(small(&rep.name)).or_insert(id);
        }
        // Codes after names: a code says more clearly who is meant.
        for (id, rep) in ids().filter(|(_, rep)| !rep.code.is_empty()) {
            by_words.insert(small(&rep.code), id);
        }
        by_words.remove("");
        Self { by_words }
    }

    pub fn find(&self, text: &str) -> Option<RepId> {
        let known = |text: &str| self.by_words.get(&small(text)).copied();
        known(text).or_else(|| {
            let (before, inside) = text.trim().strip_suffix(')')?.split_once('(')?;
            known(inside).or_else(|| known(before))
        })
    }

    pub fn words(&self, text: &str) -> RepWords {
        RepWords { name: text.trim().to_owned(), known: self.find(text) }
    }
}

fn small(text: &str) -> String {
    text.trim().to_lowercase()
}
