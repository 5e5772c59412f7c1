//! Disjoint sets, for connected parts.

/// Sets of 0..n that can be joined (Tarjan 1975, halving paths). The root of a set is its smallest member.
pub(crate) struct DisjointSets {
    parents: Vec<u32>,
}

impl DisjointSets {
    pub fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    pub fn root(&mut self, mut member: usize) -> usize {
        while self.parents[member] as usize != member {
            let grandparent = self.parents[self.parents[member] as usize];
            self.parents[member] = grandparent;
            member = grandparent as usize;
        }
        member
    }

    /// Whether they were apart.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b) as u32;
        a != b
    }
}
