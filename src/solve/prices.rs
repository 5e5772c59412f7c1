//! One step of the prices towards loads within limits.
//!
//! The prices are the dual variables of the transport problem with fixed centres. Its dual function is concave and piecewise
//! linear; smoothed over the units that are nearly contested, it has a second derivative that is the Laplacian of the graph of
//! adjacent territories, each pair joined by the load that changes sides per kilometre of price. A step solves that small system
//! (a semi-smooth Newton step), so that surplus crosses the whole map at once instead of one border at a time.

use super::instance::Instance;

/// How much load two territories exchange per unit of price difference.
#[derive(Debug, Default)]
pub(super) struct Links {
    measures: usize,
    /// Per territory the higher-numbered ones it meets and the position of their block.
    rows: Vec<Vec<(u16, u32)>>,
    /// `measures × measures` figures per pair.
    blocks: Vec<f64>,
}

impl Links {
    pub fn clear(&mut self, instance: &Instance) {
        self.measures = instance.measures;
        self.rows.resize(instance.territories(), Vec::new());
        for row in &mut self.rows {
            row.clear();
        }
        self.blocks.clear();
    }

    /// A unit that is contested between `a` and `b`: its loads count `times` their products.
    pub fn add(&mut self, a: u16, b: u16, loads: &[f64], times: f64) {
        let (a, b) = (a.min(b), a.max(b));
        let row = &mut self.rows[a as usize];
        let size = self.measures * self.measures;
        let at = match row.iter().find(|entry| entry.0 == b) {
            Some(entry) => entry.1 as usize,
            None => {
                let at = self.blocks.len();
                row.push((b, at as u32));
                self.blocks.resize(at + size, 0.0);
                at
            }
        };
        for (p, &first) in loads.iter().enumerate() {
            for (q, &second) in loads.iter().enumerate() {
                self.blocks[at + p * self.measures + q] += first * second * times;
            }
        }
    }

    /// The Laplacian times `x`, plus `ridge` times `x`.
    fn times(&self, x: &[f64], ridge: &[f64], out: &mut [f64]) {
        let m = self.measures;
        for ((out, x), ridge) in out.iter_mut().zip(x).zip(ridge) {
            *out = x * ridge;
        }
        for (a, row) in self.rows.iter().enumerate() {
            for &(b, block) in row {
                let (a, b, block) = (a * m, b as usize * m, &self.blocks[block as usize..]);
                for p in 0..m {
                    let mut flow = 0.0;
                    for q in 0..m {
                        flow += block[p * m + q] * (x[a + q] - x[b + q]);
                    }
                    out[a + p] += flow;
                    out[b + p] -= flow;
                }
            }
        }
    }

    /// What is known of a link holds near the present prices alone. Links whose prices would move apart by more than the reach of
    /// both are made stiffer in proportion; whether there were any.
    fn stiffen(&mut self, change: &[f64], reach: &[f64]) -> bool {
        let m = self.measures;
        let mut any = false;
        for (a, row) in self.rows.iter().enumerate() {
            for &(b, block) in row {
                let apart = (0..m).map(|p| {
                    let (a, b) = (a * m + p, b as usize * m + p);
                    (change[a] - change[b]).abs() / harmonic_mean(reach[a], reach[b])
                });
                let apart = apart.fold(0.0, f64::max);
                if apart > 1.0 {
                    any = true;
                    for value in &mut self.blocks[block as usize..block as usize + m * m] {
                        *value *= apart;
                    }
                }
            }
        }
        any
    }

    fn diagonal(&self, length: usize) -> Vec<f64> {
        let m = self.measures;
        let mut diagonal = vec![0.0; length];
        for (a, row) in self.rows.iter().enumerate() {
            for &(b, block) in row {
                for p in 0..m {
                    let flow = self.blocks[block as usize + p * m + p];
                    diagonal[a * m + p] += flow;
                    diagonal[b as usize * m + p] += flow;
                }
            }
        }
        diagonal
    }
}

/// The way of the prices: steps forward, and back again where a step made things worse.
#[derive(Debug, Clone, Default)]
pub(super) struct Descent {
    damping: f64,
    /// The prices before the last step and how far the loads were off then.
    last: Option<(f64, Vec<f64>)>,
}

impl Descent {
    pub fn new() -> Self {
        Self { damping: BOLDEST, last: None }
    }

    /// The problem has changed: what is known of the last step says nothing any more.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// Moves the prices and returns by how many targets' worth the loads are off. `loads` are those at the present prices,
    /// `reach` the change per variable within which the links are to be trusted.
    ///
    /// A price is positive only where the load presses against its upper limit and negative only at the lower one. Here the
    /// wanted load rises from the lower to the upper limit while the price crosses a narrow range around nothing, which keeps
    /// the step smooth.
    pub fn step(
        &mut self,
        instance: &Instance,
        links: &mut Links,
        loads: &[f64],
        reach: &[f64],
        prices: &mut Vec<f64>,
    ) -> f64 {
        let count = prices.len();
        let mut surplus = vec![0.0; count];
        let mut slope = vec![0.0; count];
        for at in 0..count {
            let (low, high) = (instance.low[at], instance.high[at]);
            let range = SMOOTH * reach[at];
            let position = (prices[at] / range).clamp(-1.0, 1.0);
            surplus[at] = loads[at] - (low + (high - low) * 0.5 * (1.0 + position));
            if position.abs() < 1.0 {
                slope[at] = (high - low) / (2.0 * range);
            }
        }
        let off: f64 = surplus.iter().map(|surplus| surplus.abs()).sum();
        if let Some((before, last)) = self.last.take() {
            if off > WORSE * before {
                *prices = last;
                self.damping = (self.damping * 0.4).max(SHYEST);
                return off;
            }
            self.damping = (self.damping * 1.5).min(BOLDEST);
        }
        self.last = Some((off, prices.clone()));
        let change = solve(links, &surplus, &slope, reach);
        for at in 0..count {
            prices[at] += self.damping * change[at];
        }
        off
    }
}

/// Parts of a full step, and how much worse a step may make things.
const BOLDEST: f64 = 0.9;
const SHYEST: f64 = 0.02;
const WORSE: f64 = 1.1;

fn solve(links: &mut Links, surplus: &[f64], slope: &[f64], reach: &[f64]) -> Vec<f64> {
    let count = surplus.len();
    let mut change = vec![0.0; count];
    for _ in 0..STIFFENINGS {
        let mut diagonal = links.diagonal(count);
        let mean = diagonal.iter().sum::<f64>() / count.max(1) as f64;
        let ridge: Vec<f64> =
            diagonal.iter().zip(slope).map(|(&d, &slope)| slope + 0.003 * d + 0.001 * mean + 1e-12).collect();
        for (d, r) in diagonal.iter_mut().zip(&ridge) {
            *d += r;
        }
        change = conjugate_gradients(links, &ridge, &diagonal, surplus);
        if !links.stiffen(&change, reach) {
            break;
        }
    }
    // A territory that meets no other is not held by anything but its own reach.
    let widest = 3.0 * reach.iter().sum::<f64>() / count.max(1) as f64;
    for (at, diagonal) in links.diagonal(count).into_iter().enumerate() {
        let limit = if diagonal > 0.0 { widest } else { reach[at] };
        change[at] = change[at].clamp(-limit, limit);
    }
    change
}

/// How often a step is solved again with stiffer links.
const STIFFENINGS: usize = 4;

pub(super) fn harmonic_mean(a: f64, b: f64) -> f64 {
    2.0 * a * b / (a + b).max(1e-300)
}

/// The range around nothing in which a price stands for a load between the limits, as part of the reach of a step.
const SMOOTH: f64 = 0.25;

/// Solves for the change (Hestenes & Stiefel 1952), with the diagonal as preconditioner.
fn conjugate_gradients(links: &Links, ridge: &[f64], diagonal: &[f64], right: &[f64]) -> Vec<f64> {
    let count = right.len();
    let mut x = vec![0.0; count];
    let mut residual = right.to_vec();
    let precondition = |r: &[f64]| -> Vec<f64> { r.iter().zip(diagonal).map(|(r, d)| r / d).collect() };
    let mut z = precondition(&residual);
    let mut direction = z.clone();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut energy = product(&residual, &z);
    let goal = energy * 1e-6;
    let mut image = vec![0.0; count];
    for _ in 0..60 {
        if energy.is_nan() || energy <= goal || energy <= 1e-300 {
            break;
        }
        links.times(&direction, ridge, &mut image);
        let along = product(&direction, &image);
        if along.is_nan() || along <= 0.0 {
            break;
        }
        let length = energy / along;
        for at in 0..count {
            x[at] += length * direction[at];
            residual[at] -= length * image[at];
        }
        z = precondition(&residual);
        let next = product(&residual, &z);
        let turn = next / energy;
        energy = next;
        for at in 0..count {
            direction[at] = z[at] + turn * direction[at];
        }
    }
    x
}
