//! Proofs by flows: units that may go to a few territories only, because they are fixed or because of the distance to the homes. If
//! load cannot flow from units to territories within the limits even when units may be cut, no plan exists.
//!
//! Upper and lower limits are asked about one at a time: a network that can bring all load below the upper limits, and enough above
//! the lower ones, can do both at once (Mendelsohn & Dulmage 1958, for flows Hoffman 1960). Maximum flows by Dinic 1970.

use std::collections::BTreeMap;

use super::reach::km_home;
use super::{Case, ConflictRule, Found, Proof, Rules};
use crate::domain::progress::Progress;

/// Networks with more arcs than this are left alone.
const MOST_ARCS: usize = 3_000_000;

/// What all load is in the whole numbers that flow.
const WHOLE: f64 = 1e12;

pub(super) fn prove(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    if !rules.contains(&ConflictRule::Count) {
        return;
    }
    let about_loads = |rule: &ConflictRule| matches!(rule, ConflictRule::Most { .. } | ConflictRule::Least { .. });
    if !rules.iter().any(about_loads) {
        return;
    }
    let near: Rules = [ConflictRule::MaxDistance, ConflictRule::Homes].into();
    let far = case.problem.max_distance_km.filter(|_| near.is_subset(rules)).map(|km| km * (1.0 + 1e-6));
    let classes = classes(case, rules, far);
    let arcs: usize = classes.keys().map(Vec::len).sum();
    if arcs > MOST_ARCS || (far.is_none() && classes.len() < 2) {
        return;
    }
    for measure in 0..case.totals.len() {
        let sides = [(ConflictRule::Most { measure }, true), (ConflictRule::Least { measure }, false)];
        for (rule, upper) in sides.into_iter().filter(|(rule, _)| rules.contains(rule)) {
            let Some((missing, fixed)) = missing(case, rules, &classes, measure, upper) else { continue };
            let mut used = Rules::from([ConflictRule::Count, rule]);
            used.extend(fixed.into_iter().map(|unit| ConflictRule::Fixed { unit }));
            if far.is_some() {
                used.extend(near.iter().copied());
            }
            found.push((Proof::NoFlow { measure, missing }, used));
        }
    }
}

/// The units by the territories that they may go to.
fn classes(case: &Case, rules: &Rules, far: Option<f64>) -> BTreeMap<Vec<u16>, Vec<u32>> {
    let mut classes: BTreeMap<Vec<u16>, Vec<u32>> = BTreeMap::new();
    for (nth_unit, &unit) in case.free.iter().enumerate() {
        if case.progress.is_cancelled() {
            break;
        }
        let fixed = case.fixed_in(unit, rules).and_then(|territory| case.nth(territory));
        let may = |nth: &u16| {
            let near = |far: f64| km_home(case, nth_unit, *nth as usize).is_none_or(|km| km <= far);
            fixed.is_none_or(|fixed| fixed == *nth as usize) && far.is_none_or(near)
        };
        classes.entry((0..case.open.len() as u16).filter(may).collect()).or_default().push(unit);
    }
    classes
}

/// How much load finds no place below the upper limits, or is lacking above the lower ones, and the fixed units that are the cause.
fn missing(
    case: &Case,
    rules: &Rules,
    classes: &BTreeMap<Vec<u16>, Vec<u32>>,
    measure: usize,
    upper: bool,
) -> Option<(f64, Vec<u32>)> {
    let total = case.totals[measure];
    if total <= 0.0 {
        return None;
    }
    // Rounded so that what is proven holds for the true figures: one whole number for every sum that was rounded.
    let slack = classes.len() as f64 + 1.0 + 1e-9 * WHOLE;
    let whole = |load: f64| (load / total * WHOLE).min(4.0 * WHOLE);
    let (first, sink) = (1 + classes.len(), 1 + classes.len() + case.open.len());
    let mut network = Network::new(sink + 1);
    let mut supplied = 0;
    for (nth, (territories, units)) in classes.iter().enumerate() {
        let load: f64 = units.iter().map(|&unit| case.load(unit, measure)).sum();
        let amount = whole(load) as i64;
        supplied += amount;
        network.arc(0, 1 + nth, amount);
        for &territory in territories {
            network.arc(1 + nth, first + territory as usize, i64::MAX / 4);
        }
    }
    let mut wanted = 0;
    for (nth, limits) in case.limits[measure].iter().enumerate() {
        let limit = if upper {
            (whole(limits.most) + slack).ceil().max(0.0)
        } else {
            (whole(limits.least) - slack).floor().max(0.0)
        };
        wanted += limit as i64;
        network.arc(first + nth, sink, limit as i64);
    }
    let aim = if upper { supplied } else { wanted };
    let flow = network.flow(0, sink, case.progress);
    if flow >= aim {
        return None;
    }
    let cut = network.reached();
    let held = classes.values().enumerate().filter(|(nth, _)| cut[1 + nth]).flat_map(|(_, units)| units);
    let fixed = held.copied().filter(|&unit| case.fixed_in(unit, rules).is_some()).collect();
    Some(((aim - flow) as f64 / WHOLE * total, fixed))
}

struct Arc {
    to: usize,
    left: i64,
}

/// A network whose arcs come in pairs, there and back.
struct Network {
    arcs: Vec<Arc>,
    of: Vec<Vec<usize>>,
    level: Vec<usize>,
    next: Vec<usize>,
}

impl Network {
    fn new(nodes: usize) -> Self {
        let of = (0..nodes).map(|_| Vec::new()).collect();
        Self { arcs: Vec::new(), of, level: vec![0; nodes], next: vec![0; nodes] }
    }

    fn arc(&mut self, from: usize, to: usize, capacity: i64) {
        self.of[from].push(self.arcs.len());
        self.arcs.push(Arc { to, left: capacity });
        self.of[to].push(self.arcs.len());
        self.arcs.push(Arc { to: from, left: 0 });
    }

    /// The most that flows; less when it is cancelled on the way.
    fn flow(&mut self, source: usize, sink: usize, progress: &Progress) -> i64 {
        let mut flow = 0;
        while self.levels(source)[sink] != usize::MAX {
            self.next.fill(0);
            while !progress.is_cancelled() {
                let more = self.push(source, sink, i64::MAX / 4);
                if more == 0 {
                    break;
                }
                flow += more;
            }
            if progress.is_cancelled() {
                break;
            }
        }
        flow
    }

    /// Steps from the source over arcs that are not full.
    fn levels(&mut self, source: usize) -> &[usize] {
        self.level.fill(usize::MAX);
        self.level[source] = 0;
        let mut queue = vec![source];
        let mut head = 0;
        while let Some(&node) = queue.get(head) {
            head += 1;
            for &arc in &self.of[node] {
                let Arc { to, left } = self.arcs[arc];
                if left > 0 && self.level[to] == usize::MAX {
                    self.level[to] = self.level[node] + 1;
                    queue.push(to);
                }
            }
        }
        &self.level
    }

    /// Sends what fits along one way of rising levels.
    fn push(&mut self, node: usize, sink: usize, most: i64) -> i64 {
        if node == sink {
            return most;
        }
        while let Some(&arc) = self.of[node].get(self.next[node]) {
            let Arc { to, left } = self.arcs[arc];
            if left > 0 && self.level[to] == self.level[node] + 1 {
                let sent = self.push(to, sink, most.min(left));
                if sent > 0 {
                    self.arcs[arc].left -= sent;
                    self.arcs[arc ^ 1].left += sent;
                    return sent;
                }
            }
            self.next[node] += 1;
        }
        0
    }

    /// What the source still reaches when the flow is at its most: one side of the narrowest cut.
    fn reached(&self) -> Vec<bool> {
        self.level.iter().map(|&level| level != usize::MAX).collect()
    }
}
