//! The pages of a damaged file, read without SQLite and without the list of tables: which of them hang together, and the rows on them.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read as _, Result, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::types::Value;

use super::record::{Payload, values, varint};

/// How a file of SQLite begins.
pub const BEGINNING: &[u8; 16] = b"SQLite format 3\0";
/// So many pages are looked at to find out how large they are.
const TRIED: u32 = 4_000;
/// So often each page can be read as the continuation of a row. Rows that go on in circles would take hours.
const MOST_CONTINUED: u64 = 64;

/// A file as pages, which count from 1.
pub struct Pages {
    file: File,
    size: usize,
    count: u32,
    /// The first page of the list of free pages, 0 for none; unknown where the file does not begin as it should.
    first_free: Option<u32>,
    /// How many pages may still be read as continuations of rows.
    left: Cell<u64>,
}

/// A page of the list of free pages: the next one, and the free pages that it names.
struct Trunk {
    next: u32,
    named: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A table whose rows have numbers.
    Rows,
    /// An index, or a table WITHOUT ROWID.
    Keys,
}

/// Pages that hang together: a table or an index, or what is left of one.
#[derive(Debug)]
pub struct Tree {
    /// The page that no other leads to.
    pub root: u32,
    pub kind: Kind,
    /// Those with rows on them.
    pub pages: Vec<u32>,
    pub rows: usize,
}

/// What is on a page of a tree.
struct Node {
    kind: Kind,
    /// Where its cells begin.
    cells: Vec<usize>,
    /// The pages it leads to, in order; none where it is a leaf.
    children: Vec<u32>,
}

impl Pages {
    /// The pages of a file; those at its end that are not whole do not count.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut header = [0; 36];
        let is_sound = file.read_exact(&mut header).is_ok() && header.starts_with(BEGINNING);
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let first_free = number_at(&header, 32).filter(|_| is_sound);
        let of_size = |size: usize| -> Result<Self> {
            let count = u32::try_from(length / size as u64).unwrap_or(u32::MAX);
            let left = Cell::new(u64::from(count) * MOST_CONTINUED);
            Ok(Self { file: file.try_clone()?, size, count, first_free, left })
        };
        if is_sound && size.is_power_of_two() && size >= 512 {
            return of_size(size);
        }
        // Of the right size more pages look like pages than of any other.
        let mut best = (0, of_size(4_096)?);
        for size in (9..=16).map(|power| 1 << power) {
            let pages = of_size(size)?;
            let nodes = (2..=pages.count.min(TRIED)).filter_map(|number| pages.node(number, &pages.read(number)?));
            let found = nodes.filter(|node| !node.cells.is_empty()).count();
            if found > best.0 {
                best = (found, pages);
            }
        }
        Ok(best.1)
    }

    pub fn size(&self) -> usize {
        self.size
    }

    fn read(&self, number: u32) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.size];
        let mut file = &self.file;
        let at = u64::from(number.checked_sub(1)?) * self.size as u64;
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).ok()?;
        Some(bytes)
    }

    /// A page that a row goes on to.
    fn continued(&self, number: u32) -> Option<Vec<u8>> {
        self.left.set(self.left.get().checked_sub(1)?);
        self.read(number)
    }

    /// All trees but those whose pages are free, by root.
    pub fn trees(&self) -> Vec<Tree> {
        let mut nodes: HashMap<u32, Node> = HashMap::new();
        let mut trunks: HashMap<u32, Trunk> = HashMap::new();
        for number in 1..=self.count {
            let Some(bytes) = self.read(number) else { continue };
            match self.node(number, &bytes) {
                Some(node) => drop(nodes.insert(number, node)),
                None => trunks.extend(self.trunk(&bytes).map(|trunk| (number, trunk))),
            }
        }
        let free = match self.first_free {
            Some(first) => listed_free(first, trunks),
            None => {
                for page in self.parts_of_long_rows(&nodes) {
                    trunks.remove(&page);
                }
                likely_free(&nodes, &trunks)
            }
        };
        let leads = |node: &Node, child: &u32| nodes.get(child).is_some_and(|below| below.kind == node.kind);
        let led_to: HashSet<u32> = nodes
            .iter()
            .filter(|(number, _)| !free.contains(number))
            .flat_map(|(_, node)| node.children.iter().filter(|child| leads(node, child)).copied())
            .collect();
        let mut roots: Vec<u32> =
            nodes.keys().copied().filter(|number| !free.contains(number) && !led_to.contains(number)).collect();
        roots.sort_unstable();
        let mut seen = HashSet::new();
        roots.iter().filter_map(|&root| tree(&nodes, root, &mut seen)).collect()
    }

    /// What a page holds, where it looks like a page of a tree in every respect.
    fn node(&self, number: u32, bytes: &[u8]) -> Option<Node> {
        let start = if number == 1 { 100 } else { 0 };
        let short = |at: usize| Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
        let (kind, is_leaf) = match bytes.get(start)? {
            2 => (Kind::Keys, false),
            5 => (Kind::Rows, false),
            10 => (Kind::Keys, true),
            13 => (Kind::Rows, true),
            _ => return None,
        };
        let header = start + if is_leaf { 8 } else { 12 };
        let count = short(start + 3)?;
        let content = match short(start + 5)? {
            0 => 65_536,
            content => content,
        };
        let hole = short(start + 1)?;
        let is_sound = content <= self.size
            && header + 2 * count <= content
            && (hole == 0 || (content..self.size).contains(&hole))
            && bytes[start + 7] <= 60
            && (is_leaf || count > 0);
        if !is_sound {
            return None;
        }
        let cells: Vec<usize> = (0..count).map(|nth| short(header + 2 * nth)).collect::<Option<_>>()?;
        if !cells.iter().all(|cell| (content..=self.size - 4).contains(cell)) {
            return None;
        }
        let mut children = Vec::new();
        if !is_leaf {
            for at in cells.iter().copied().chain([start + 8]) {
                children.push(number_at(bytes, at).filter(|child| (2..=self.count).contains(child))?);
            }
        }
        Some(Node { kind, cells, children })
    }

    /// What a page says as one of the list of free pages, where it can be one.
    fn trunk(&self, bytes: &[u8]) -> Option<Trunk> {
        let (next, count) = (number_at(bytes, 0)?, number_at(bytes, 4)? as usize);
        if next > self.count || count > self.size / 4 - 2 {
            return None;
        }
        let named: Vec<u32> = (0..count).filter_map(|nth| number_at(bytes, 8 + 4 * nth)).collect();
        let different: HashSet<u32> = named.iter().copied().filter(|page| (2..=self.count).contains(page)).collect();
        (different.len() == count).then_some(Trunk { next, named })
    }

    /// The pages that rows go on to which do not fit on their own: their content can look like anything. Where such a page was given up and
    /// is of the list of free pages by now, the row ends too early, or has its numbers in the middle of a text.
    fn parts_of_long_rows(&self, nodes: &HashMap<u32, Node>) -> HashSet<u32> {
        let mut parts = HashSet::new();
        for (&number, node) in nodes.iter().filter(|(_, node)| node.kind == Kind::Keys || node.children.is_empty()) {
            let Some(bytes) = self.read(number) else { continue };
            for &cell in &node.cells {
                let cell = if node.children.is_empty() { cell } else { cell + 4 };
                let Some(pages) = self.pages_of_row(node.kind, &bytes, cell) else { continue };
                let is_torn = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
                if self.row(node.kind, &bytes, cell).is_some_and(|row| !row.iter().any(is_torn)) {
                    parts.extend(pages);
                }
            }
        }
        parts
    }

    /// The pages that a row goes on to, where there are some and they end as they should.
    fn pages_of_row(&self, kind: Kind, bytes: &[u8], cell: usize) -> Option<Vec<u32>> {
        let (length, mut at) = varint(bytes, cell)?;
        if kind == Kind::Rows {
            at = varint(bytes, at)?.1;
        }
        let payload = Payload::of(length, self.size, kind == Kind::Rows)?;
        let count = (payload.length - payload.here).div_ceil(self.size - 4);
        let mut pages = Vec::new();
        let mut next = number_at(bytes, at + payload.here).filter(|_| (1..self.count as usize).contains(&count))?;
        while pages.len() < count {
            pages.push(next);
            next = number_at(&self.continued(next)?, 0)?;
        }
        (next == 0).then_some(pages)
    }

    /// The rows of a tree, each with its values; of a table whose rows have numbers the number stands in place of a first value that
    /// is missing. Rows that cannot be read are passed over.
    pub fn rows(&self, tree: &Tree, mut take: impl FnMut(Vec<Value>) -> ControlFlow<()>) {
        for &page in &tree.pages {
            let Some(bytes) = self.read(page) else { continue };
            let Some(node) = self.node(page, &bytes) else { continue };
            for cell in &node.cells {
                let cell = if node.children.is_empty() { *cell } else { cell + 4 };
                let Some(row) = self.row(tree.kind, &bytes, cell) else { continue };
                if take(row).is_break() {
                    return;
                }
            }
        }
    }

    /// The first rows of a tree.
    pub fn sample(&self, tree: &Tree, most: usize) -> Vec<Vec<Value>> {
        let mut sample = Vec::new();
        self.rows(tree, |row| {
            sample.push(row);
            if sample.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        sample
    }

    fn row(&self, kind: Kind, bytes: &[u8], cell: usize) -> Option<Vec<Value>> {
        let (length, mut at) = varint(bytes, cell)?;
        let mut number = None;
        if kind == Kind::Rows {
            let (row, behind) = varint(bytes, at)?;
            (number, at) = (Some(row as i64), behind);
        }
        let payload = Payload::of(length, self.size, kind == Kind::Rows)?;
        if payload.length as u64 > u64::from(self.count) * self.size as u64 {
            return None;
        }
        let mut record = bytes.get(at..at + payload.here)?.to_vec();
        if payload.here < payload.length {
            let mut next = number_at(bytes, at + payload.here)?;
            while record.len() < payload.length {
                let page = self.continued(next)?;
                next = number_at(&page, 0)?;
                record.extend(&page[4..self.size.min(4 + payload.length - record.len())]);
            }
        }
        let mut row = values(&record)?;
        if let (Some(number), Some(first @ Value::Null)) = (number, row.first_mut()) {
            *first = Value::Integer(number);
        }
        Some(row)
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The pages that the list of free pages names. They hold rows of before, which nobody wants back.
fn listed_free(first: u32, mut trunks: HashMap<u32, Trunk>) -> HashSet<u32> {
    let (mut free, mut next) = (HashSet::new(), first);
    while let Some(trunk) = trunks.remove(&next) {
        free.extend(trunk.named);
        next = trunk.next;
    }
    free
}

/// The same where the file does not say any more where the list begins. Other pages can look like one of the list by chance, but not
/// lead to another and name no page that a table leads to.
fn likely_free(nodes: &HashMap<u32, Node>, trunks: &HashMap<u32, Trunk>) -> HashSet<u32> {
    let named: HashSet<u32> = trunks.values().flat_map(|trunk| trunk.named.iter().copied()).collect();
    let in_use: HashSet<u32> = nodes
        .iter()
        .filter(|(number, _)| !named.contains(number))
        .flat_map(|(_, node)| node.children.iter().copied())
        .collect();
    let is_likely = |trunk: &&Trunk| {
        (trunk.next == 0 || trunks.contains_key(&trunk.next)) && !trunk.named.iter().any(|page| in_use.contains(page))
    };
    trunks.values().filter(is_likely).flat_map(|trunk| trunk.named.iter().copied()).collect()
}

/// Everything below a page that no other tree has.
fn tree(nodes: &HashMap<u32, Node>, root: u32, seen: &mut HashSet<u32>) -> Option<Tree> {
    let kind = nodes.get(&root)?.kind;
    let mut tree = Tree { root, kind, pages: Vec::new(), rows: 0 };
    let mut waiting = vec![root];
    while let Some(number) = waiting.pop() {
        let Some(node) = nodes.get(&number).filter(|node| node.kind == kind) else { continue };
        if !seen.insert(number) {
            continue;
        }
        if kind == Kind::Keys || node.children.is_empty() {
            tree.pages.push(number);
            tree.rows += node.cells.len();
        }
        waiting.extend(node.children.iter().rev());
    }
    Some(tree)
}
