//! Smaller problems out of one: some of its territories alone, or with units put together.

use super::geometry::normalised;
use super::instance::{Instance, MovedCap, NONE};
use super::problem::Graph;

impl Instance {
    /// The problem of some units and territories alone, in their own numbering. Units of `units` must be owned by these
    /// territories; what they are fixed to is kept.
    pub fn part(&self, units: &[u32], territories: &[u16]) -> Self {
        let mut to_territory = vec![NONE; self.territories()];
        for (index, &territory) in territories.iter().enumerate() {
            to_territory[territory as usize] = index as u16;
        }
        let renamed = |owner: u16| if owner == NONE { NONE } else { to_territory[owner as usize] };
        let m = self.measures;
        let per_territory = |list: &[f64]| -> Vec<f64> {
            territories.iter().flat_map(|&t| &list[t as usize * m..(t as usize + 1) * m]).copied().collect()
        };
        Self {
            measures: m,
            points: units.iter().map(|&unit| self.points[unit as usize]).collect(),
            weights: units.iter().map(|&unit| self.weights[unit as usize]).collect(),
            pulls: units.iter().map(|&unit| self.pulls[unit as usize]).collect(),
            loads: units.iter().flat_map(|&unit| self.unit_loads(unit as usize)).copied().collect(),
            priced_loads: units.iter().flat_map(|&unit| self.priced_loads(unit as usize)).copied().collect(),
            prices: if self.prices.is_empty() { Vec::new() } else { per_territory(&self.prices) },
            border_price: self.border_price,
            graph: Graph::default(),
            contiguous: false,
            fixed: units.iter().map(|&unit| renamed(self.fixed[unit as usize])).collect(),
            current: units.iter().map(|&unit| renamed(self.current[unit as usize])).collect(),
            stay_worth_km: self.stay_worth_km,
            max_distance_km: self.max_distance_km,
            start_from_current: false,
            medians: self.medians,
            table: self.part_of_table(units, territories),
            moved: Vec::new(),
            apart: self.part_of_apart(units),
            closeness: self.closeness.clone(),
            low: per_territory(&self.low),
            high: per_territory(&self.high),
            target: per_territory(&self.target),
            named: per_territory(&self.named),
            importance: self.importance.clone(),
            homes: territories.iter().map(|&territory| self.homes[territory as usize]).collect(),
            near: vec![None; territories.len()],
            unit_names: units.to_vec(),
            members: Vec::new(),
            territory_names: territories.to_vec(),
        }
    }

    fn part_of_table(&self, units: &[u32], territories: &[u16]) -> Vec<f32> {
        if self.table.is_empty() {
            return Vec::new();
        }
        let all = self.territories();
        let row = |&unit: &u32| territories.iter().map(move |&t| self.table[unit as usize * all + t as usize]);
        units.iter().flat_map(row).collect()
    }

    fn part_of_apart(&self, units: &[u32]) -> Vec<Vec<u32>> {
        if self.apart.is_empty() {
            return Vec::new();
        }
        let mut to_unit = vec![u32::MAX; self.units()];
        for (index, &unit) in units.iter().enumerate() {
            to_unit[unit as usize] = index as u32;
        }
        let inside = |&other: &u32| Some(to_unit[other as usize]).filter(|&unit| unit != u32::MAX);
        units.iter().map(|&unit| self.apart[unit as usize].iter().filter_map(inside).collect()).collect()
    }

    /// The same problem with units put together: `node_of` has per unit its node, numbered from 0 without gaps. Units of one node
    /// have the same owner from then on; it stands at their middle. Prices of the merged problem are those of this one times
    /// `merged.units() / self.units()`, because weights are kept at a mean of 1.
    pub fn merged(&self, node_of: &[u32]) -> Self {
        let nodes = node_of.iter().max().map_or(0, |&last| last as usize + 1);
        let ratio = nodes as f64 / self.units().max(1) as f64;
        let m = self.measures;
        let sums = |amounts: &[f64], times: f64| {
            let mut sums = vec![0.0; nodes];
            for (unit, &node) in node_of.iter().enumerate() {
                sums[node as usize] += times * amounts[unit];
            }
            sums
        };
        let load_sums = |amounts: &[f64]| {
            let mut sums = vec![0.0; nodes * m];
            for (unit, &node) in node_of.iter().enumerate() {
                for measure in 0..m {
                    sums[node as usize * m + measure] += amounts[unit * m + measure];
                }
            }
            sums
        };
        let mut middles = vec![[0.0; 3]; nodes];
        let mut fixed = vec![NONE; nodes];
        let mut current = vec![NONE; nodes];
        for (unit, &node) in node_of.iter().enumerate() {
            let node = node as usize;
            for (sum, x) in middles[node].iter_mut().zip(self.points[unit]) {
                *sum += self.pulls[unit] * x;
            }
            if fixed[node] == NONE {
                fixed[node] = self.fixed[unit];
            }
            if current[node] == NONE {
                current[node] = self.current[unit];
            }
        }
        let first: Vec<usize> = {
            let mut first = vec![usize::MAX; nodes];
            for (unit, &node) in node_of.iter().enumerate().rev() {
                first[node as usize] = unit;
            }
            first
        };
        let points = (0..nodes).map(|node| normalised(middles[node]).unwrap_or(self.points[first[node]])).collect();
        let moved =
            self.moved.iter().map(|cap| MovedCap { amounts: sums(&cap.amounts, 1.0), most: cap.most, all: cap.all });
        let pulls = sums(&self.pulls, 1.0);
        let mut apart = Vec::new();
        if !self.apart.is_empty() {
            apart = vec![Vec::new(); nodes];
            for (unit, others) in self.apart.iter().enumerate() {
                let others = others.iter().map(|&other| node_of[other as usize]);
                apart[node_of[unit] as usize].extend(others.filter(|&other| other != node_of[unit]));
            }
        }
        Self {
            points,
            weights: sums(&self.weights, ratio),
            loads: load_sums(&self.loads),
            priced_loads: load_sums(&self.priced_loads),
            prices: self.prices.iter().map(|price| price * ratio).collect(),
            border_price: self.border_price * ratio,
            graph: merged_graph(&self.graph, node_of, nodes),
            fixed,
            current,
            moved: moved.collect(),
            apart,
            table: self.merged_table(node_of, &pulls),
            closeness: self.closeness.iter().map(|closeness| closeness * ratio).collect(),
            members: self.names().map(|(name, unit)| (name, node_of[unit as usize])).collect(),
            unit_names: first.iter().map(|&unit| self.unit_names[unit]).collect(),
            pulls: pulls.into_iter().map(|pull| pull * ratio).collect(),
            measures: m,
            contiguous: self.contiguous,
            stay_worth_km: self.stay_worth_km,
            max_distance_km: self.max_distance_km,
            start_from_current: self.start_from_current,
            medians: self.medians,
            low: self.low.clone(),
            high: self.high.clone(),
            target: self.target.clone(),
            named: self.named.clone(),
            importance: self.importance.clone(),
            homes: self.homes.clone(),
            near: self.near.clone(),
            territory_names: self.territory_names.clone(),
        }
    }

    /// Each unit of the problem with its unit here.
    pub fn names(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let own = self.unit_names.iter().enumerate().map(|(unit, &name)| (name, unit as u32));
        let own = own.filter(|_| self.members.is_empty());
        self.members.iter().copied().chain(own)
    }

    /// Mean kilometres of the units of each node.
    fn merged_table(&self, node_of: &[u32], pulls: &[f64]) -> Vec<f32> {
        if self.table.is_empty() {
            return Vec::new();
        }
        let k = self.territories();
        let mut sums = vec![0.0f64; pulls.len() * k];
        for (unit, &node) in node_of.iter().enumerate() {
            for territory in 0..k {
                let km = f64::from(self.table[unit * k + territory]);
                sums[node as usize * k + territory] += self.pulls[unit] * km / pulls[node as usize];
            }
        }
        sums.into_iter().map(|km| km as f32).collect()
    }
}

fn merged_graph(graph: &Graph, node_of: &[u32], nodes: usize) -> Graph {
    if graph.starts.is_empty() {
        return Graph::default();
    }
    let pairs = (0..node_of.len()).flat_map(|unit| {
        let a = node_of[unit];
        let neighbours = graph.borders(unit).filter(move |&(other, _)| (other as usize) > unit);
        neighbours.map(move |(other, km)| (a, node_of[other as usize], f64::from(km)))
    });
    Graph::from_pairs(nodes, pairs)
}

/// The neighbours among the units chosen, in their numbering.
pub(super) fn subgraph(graph: &Graph, count: usize, units: &[u32]) -> Graph {
    if graph.starts.is_empty() || units.len() == count {
        return graph.clone();
    }
    let mut to_unit = vec![u32::MAX; count];
    for (index, &unit) in units.iter().enumerate() {
        to_unit[unit as usize] = index as u32;
    }
    let mut part = Graph { starts: vec![0], ..Graph::default() };
    for &unit in units {
        for (other, km) in graph.borders(unit as usize) {
            if to_unit[other as usize] != u32::MAX {
                part.targets.push(to_unit[other as usize]);
                part.border_km.push(km);
            }
        }
        part.starts.push(part.targets.len() as u32);
    }
    part
}
