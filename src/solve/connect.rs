//! Whether territories hang together, and whether they still do without one of their units.

use super::instance::NONE;
use super::problem::Graph;

/// The connected pieces of every territory: per unit the number of its piece. Pieces are numbered from 0 in the order of their
/// first units. Units without territory have piece `u32::MAX`.
pub(super) fn pieces(graph: &Graph, owner: &[u16]) -> (Vec<u32>, usize) {
    let mut piece = vec![u32::MAX; owner.len()];
    let mut count = 0;
    let mut queue = Vec::new();
    for start in 0..owner.len() {
        if owner[start] == NONE || piece[start] != u32::MAX {
            continue;
        }
        piece[start] = count;
        queue.push(start as u32);
        while let Some(unit) = queue.pop() {
            for &other in graph.neighbours(unit as usize) {
                if piece[other as usize] == u32::MAX && owner[other as usize] == owner[start] {
                    piece[other as usize] = count;
                    queue.push(other);
                }
            }
        }
        count += 1;
    }
    (piece, count as usize)
}

/// Tests whether a unit may leave its territory without cutting it. Keeps its scratch space between questions.
#[derive(Debug, Default)]
pub(super) struct Connectivity {
    mark: Vec<u32>,
    base: u32,
    fronts: Vec<Front>,
}

#[derive(Debug, Default)]
struct Front {
    queue: Vec<u32>,
    head: usize,
    leader: usize,
}

impl Connectivity {
    /// Searches from all neighbours of the same owner at once, one unit each in turn, until they have met or one has nowhere to
    /// go. The first turn is the test of the ring around the unit, which decides most cases; the cost of the others is that of
    /// the smaller side.
    pub fn may_leave(&mut self, graph: &Graph, owner: &[u16], unit: usize) -> bool {
        let own = owner[unit];
        if self.mark.len() != owner.len() || self.base > u32::MAX / 2 {
            self.mark = vec![0; owner.len()];
            self.base = 1;
        }
        let base = self.base;
        let mut count = 0;
        for &other in graph.neighbours(unit) {
            if owner[other as usize] == own {
                if self.fronts.len() == count {
                    self.fronts.push(Front::default());
                }
                let front = &mut self.fronts[count];
                front.queue.clear();
                front.queue.push(other);
                front.head = 0;
                front.leader = count;
                self.mark[other as usize] = base + count as u32;
                count += 1;
            }
        }
        self.base += count as u32;
        if count <= 1 {
            return true;
        }
        let mut groups = count;
        loop {
            for at in 0..count {
                let front = &mut self.fronts[at];
                let Some(&next) = front.queue.get(front.head) else { continue };
                front.head += 1;
                for &other in graph.neighbours(next as usize) {
                    if owner[other as usize] != own || other as usize == unit {
                        continue;
                    }
                    let mark = self.mark[other as usize];
                    if mark >= base {
                        if self.join(at, (mark - base) as usize, count) {
                            groups -= 1;
                            if groups == 1 {
                                return true;
                            }
                        }
                    } else {
                        self.mark[other as usize] = base + at as u32;
                        self.fronts[at].queue.push(other);
                    }
                }
                if self.is_exhausted(at, count) {
                    return false;
                }
            }
        }
    }

    /// Puts two fronts into one group; whether they were in two.
    fn join(&mut self, a: usize, b: usize, count: usize) -> bool {
        let (a, b) = (self.fronts[a].leader, self.fronts[b].leader);
        if a == b {
            return false;
        }
        for front in &mut self.fronts[..count] {
            if front.leader == b {
                front.leader = a;
            }
        }
        true
    }

    fn is_exhausted(&self, at: usize, count: usize) -> bool {
        let leader = self.fronts[at].leader;
        self.fronts[..count].iter().filter(|front| front.leader == leader).all(|front| front.head >= front.queue.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_may_leave_unless_it_holds_its_territory_together() {
        // A ring of six with a tail: 0-1-2-3-4-5-0, 3-6.
        let ring = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (3, 6)];
        let graph = Graph::from_pairs(7, ring.map(|(a, b)| (a, b, 1.0)));
        let mut test = Connectivity::default();
        let whole = [0; 7];
        let may: Vec<bool> = (0..7).map(|unit| test.may_leave(&graph, &whole, unit)).collect();
        assert_eq!(may, [true, true, true, false, true, true, true]);
        let half = [0, 0, 0, 0, 1, 1, 0];
        assert!(!test.may_leave(&graph, &half, 1));
        assert!(test.may_leave(&graph, &half, 0));
        assert_eq!(pieces(&graph, &half).1, 2);
    }
}
