//! Stage 8: why a unit moved. For every unit that has another owner than today: what its move does to each term, and which rule
//! would break if it alone were put back.
//!
//! Everything is counted exactly, one unit at a time: sums and medians are kept per territory, so a unit costs the size of the two
//! territories it is about, and the cut test of [`super::connect`].

use rayon::prelude::*;

use super::SolveError;
use super::connect::{Connectivity, pieces};
use super::instance::NONE;
use super::problem::Problem;
use super::recount::{Members, Recount};
use crate::domain::progress::{Cancelled, Phase, Progress};

/// The move of one unit. Changes are those from the plan with the unit put back to the plan as it is: negative is a gain.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub unit: u32,
    pub from: u16,
    pub to: u16,
    /// Kilometres of mean travel.
    pub travel_km: f64,
    pub border_km: f64,
    /// Per measure.
    pub balance: Vec<BalanceChange>,
    /// Share of the first measure's load (of the units, without measures) that this move is.
    pub disruption: f64,
    /// What the move is worth by all terms that the problem gives a weight, in kilometres of mean travel; positive is a gain.
    pub better_by_km: f64,
    /// The rule that would break, or break more, with the unit back; `None` if the move is for the better alone.
    pub binding: Option<Binding>,
}

/// Deviations from the target as shares, with the unit put back and as it is. 0 where a territory has no target.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BalanceChange {
    /// Of the territory that the unit left.
    pub from: [f64; 2],
    /// Of the territory that it went to.
    pub to: [f64; 2],
    /// The largest of all, without sign.
    pub worst: [f64; 2],
}

/// The rule that keeps a unit from being put back. Loads are shares of the target, or amounts where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Binding {
    /// The unit is fixed to where it is now.
    Fixed,
    /// The territory of today is locked and takes nothing.
    Locked,
    /// The territory it is in now would have no unit.
    Empty,
    /// A territory would be in pieces.
    Pieces {
        territory: u16,
    },
    TooMuch {
        territory: u16,
        measure: usize,
        found: f64,
        allowed: f64,
    },
    TooLittle {
        territory: u16,
        measure: usize,
        found: f64,
        allowed: f64,
    },
    TooFar {
        territory: u16,
        found_km: f64,
        allowed_km: f64,
    },
    /// It must be in one territory with this unit.
    Together {
        other: u32,
    },
    /// It must not be in one territory with this unit.
    Apart {
        other: u32,
    },
}

/// What lengths are shown in: kilometres, or the unit of a plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths<'a> {
    /// What a kilometre is in the unit.
    pub per_km: f64,
    /// The unit, to follow a figure: "km". Empty for a plane, whose unit nobody knows.
    pub unit: &'a str,
}

impl Lengths<'_> {
    pub const KM: Lengths<'static> = Lengths { per_km: 1.0, unit: "km" };

    /// A length with so many digits behind the point, more for lengths below 1.
    pub fn words(&self, km: f64, digits: usize) -> String {
        let length = km * self.per_km;
        // A plane may be one of millimetres, or of degrees.
        let more = if length.abs() > 0.0 { (-length.abs().log10()).ceil().clamp(0.0, 12.0) as usize } else { 0 };
        self.with_unit(format!("{length:.*}", digits + more))
    }

    /// The same, rounded up to four figures.
    pub fn words_up(&self, km: f64) -> String {
        let length = km * self.per_km;
        let scale = 10f64.powf((length.abs().max(1e-300).log10()).floor() - 3.0);
        let up = (length / scale * (1.0 - 1e-12)).ceil();
        let digits = (-scale.log10()).round().clamp(0.0, 15.0) as usize;
        self.with_unit(format!("{:.digits$}", up * scale))
    }

    fn with_unit(&self, figure: String) -> String {
        let figure = match figure.contains('.') {
            true => figure.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => figure,
        };
        if self.unit.is_empty() { figure } else { format!("{figure} {}", self.unit) }
    }
}

/// What things are called.
pub struct Names<'a> {
    pub unit: &'a dyn Fn(u32) -> String,
    pub territory: &'a dyn Fn(u16) -> String,
    pub measure: &'a dyn Fn(usize) -> String,
    /// What lengths are shown in.
    pub lengths: Lengths<'a>,
    /// An amount of a measure: "$1.2 M".
    pub amount: &'a dyn Fn(usize, f64) -> String,
    /// One unit and several: "county" and "counties".
    pub kind: [&'a str; 2],
}

/// Explains every move of an assignment against the current one, by unit. Units that had no owner or have none now are left out.
///
/// # Errors
/// What [`Problem::check`] refuses, no current assignment, an assignment of another length, and cancellation.
pub fn explain(problem: &Problem, assignment: &[Option<u16>], progress: &Progress) -> Result<Vec<Move>, SolveError> {
    problem.check()?;
    let Some(current) = &problem.current else {
        return Err(SolveError::Unusable("There is no current assignment to compare with".into()));
    };
    let known = |owner: &Option<u16>| owner.is_none_or(|owner| (owner as usize) < problem.territories.len());
    if assignment.len() != problem.places.len() || !assignment.iter().all(known) {
        return Err(SolveError::Unusable("The assignment does not fit the problem".into()));
    }
    let plan = Plan::new(problem, assignment);
    let moves: Vec<(u32, u16, u16)> = current
        .iter()
        .zip(assignment)
        .enumerate()
        .filter_map(|(unit, (from, to))| Some((unit as u32, (*from)?, (*to)?)))
        .filter(|(_, from, to)| from != to)
        .collect();
    progress.begin(Phase::Measuring, moves.len() as u64)?;
    let explained: Result<Vec<Move>, Cancelled> = moves
        .into_par_iter()
        .with_min_len(64)
        .map_init(Connectivity::default, |cuts, (unit, from, to)| {
            progress.tick(1)?;
            Ok(plan.explain(unit, from, to, cuts))
        })
        .collect();
    Ok(explained?)
}

/// A plan with all that is counted once.
struct Plan<'a> {
    problem: &'a Problem,
    assignment: &'a [Option<u16>],
    recount: Recount<'a>,
    territories: Vec<Members>,
    owner: Vec<u16>,
    pieces: Vec<usize>,
    /// `[measure][territory]`.
    loads: Vec<Vec<f64>>,
    /// Per measure the three territories that are farthest off.
    worst: Vec<Vec<(usize, f64)>>,
    weight: f64,
    /// Weight times kilometres, of all territories that are open.
    travel: f64,
    /// Amount that disruption is a share of.
    amount: f64,
    open: f64,
    groups: Vec<Vec<u32>>,
    rivals: Vec<Vec<u32>>,
}

impl Binding {
    /// The rule in a word, for tables that programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Locked => "locked",
            Self::Empty => "empty-territory",
            Self::Pieces { .. } => "pieces",
            Self::TooMuch { .. } => "too-much",
            Self::TooLittle { .. } => "too-little",
            Self::TooFar { .. } => "too-far",
            Self::Together { .. } => "together",
            Self::Apart { .. } => "apart",
        }
    }
}

impl<'a> Plan<'a> {
    fn new(problem: &'a Problem, assignment: &'a [Option<u16>]) -> Self {
        let recount = Recount::new(problem);
        let territories = recount.territories(assignment);
        let owner: Vec<u16> = assignment.iter().map(|owner| owner.unwrap_or(NONE)).collect();
        let mut parts = vec![0; territories.len()];
        let (piece, count) = pieces(&problem.graph, &owner);
        let mut seen = vec![false; count];
        for (&piece, &owner) in piece.iter().zip(&owner).filter(|entry| *entry.1 != NONE) {
            parts[owner as usize] += usize::from(!std::mem::replace(&mut seen[piece as usize], true));
        }
        let load = |measure: usize, members: &Members| -> f64 {
            members.units.iter().map(|&unit| problem.loads[measure][unit as usize]).sum()
        };
        let measures = 0..problem.goals.len();
        let loads: Vec<Vec<f64>> = measures
            .map(|measure| {
                territories
                    .iter()
                    .enumerate()
                    .map(|(territory, members)| load(measure, members) + problem.named_load(territory, measure))
                    .collect()
            })
            .collect();
        let units =
            || (0..assignment.len()).filter(|&unit| assignment[unit].is_some_and(|owner| problem.is_open(owner)));
        let mut plan = Self {
            problem,
            assignment,
            weight: units().map(|unit| problem.travel_weights[unit]).sum(),
            amount: (0..assignment.len())
                .filter(|&unit| problem.may_move(unit))
                .map(|unit| amount(problem, unit))
                .sum(),
            open: problem.territories.iter().filter(|goal| !goal.locked).count().max(1) as f64,
            groups: vec![Vec::new(); assignment.len()],
            rivals: vec![Vec::new(); assignment.len()],
            worst: Vec::new(),
            travel: 0.0,
            pieces: parts,
            recount,
            territories,
            owner,
            loads,
        };
        plan.travel = plan.travel();
        for measure in 0..problem.goals.len() {
            let open = (0..plan.territories.len()).filter(|&territory| problem.is_open(territory as u16));
            let mut worst: Vec<(usize, f64)> =
                open.map(|territory| (territory, plan.deviation(measure, territory, 0.0).abs())).collect();
            worst.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            worst.truncate(3);
            plan.worst.push(worst);
        }
        for group in &problem.together {
            for &unit in group {
                if let Some(others) = plan.groups.get_mut(unit as usize) {
                    others.extend(group.iter().filter(|&&other| other != unit));
                }
            }
        }
        for &[a, b] in &problem.apart {
            for (unit, other) in [(a, b), (b, a)] {
                if let Some(rivals) = plan.rivals.get_mut(unit as usize) {
                    rivals.push(other);
                }
            }
        }
        plan
    }

    /// Share of the target by which a territory is off with so much more load; 0 without target.
    fn deviation(&self, measure: usize, territory: usize, more: f64) -> f64 {
        let target = self.problem.territories[territory].targets[measure];
        if target > 0.0 { (self.loads[measure][territory] + more - target) / target } else { 0.0 }
    }

    fn explain(&self, unit: u32, from: u16, to: u16, cuts: &mut Connectivity) -> Move {
        let (index, problem) = (unit as usize, self.problem);
        let (source, target) = (&self.territories[from as usize], &self.territories[to as usize]);
        let back = self.recount.changed(source, from as usize, None, Some(unit));
        let rest = self.recount.changed(target, to as usize, Some(unit), None);
        // A locked territory is not part of what is travelled.
        let part = |territory: u16, travel: f64| if problem.is_open(territory) { travel } else { 0.0 };
        let now = self.travel;
        let then = now - part(from, source.reach.travel) - part(to, target.reach.travel)
            + part(from, back.travel)
            + part(to, rest.travel);
        let weight = problem.travel_weights[index];
        let weight_then = self.weight - part(to, weight) + part(from, weight);
        let mean = |travel: f64, weight: f64| if weight > 0.0 { travel / weight } else { 0.0 };
        let travel_km = mean(now, self.weight) - mean(then, weight_then);
        let mut border_km = 0.0;
        for (other, km) in problem.graph.borders(index) {
            let owner = self.assignment[other as usize];
            border_km += f64::from(km) * (f64::from(owner != Some(to)) - f64::from(owner != Some(from)));
        }
        let balance: Vec<BalanceChange> =
            (0..problem.goals.len()).map(|measure| self.balance(measure, index, from, to)).collect();
        let disruption = if self.amount > 0.0 { amount(problem, index) / self.amount } else { 0.0 };
        let mut worse_km = travel_km + problem.border_weight_km * border_km / self.open;
        worse_km += mean(problem.stay_worth_km * weight, self.weight);
        for (goal, change) in problem.goals.iter().zip(&balance) {
            let off = |at: usize| part(from, change.from[at].abs()) + part(to, change.to[at].abs());
            worse_km += goal.closeness_km * (off(1) - off(0)) / self.open;
        }
        let far = [(from, source.reach.farthest, back.farthest), (to, target.reach.farthest, rest.farthest)];
        let binding = self.binding(unit, from, to, &balance, far, cuts);
        Move { unit, from, to, travel_km, border_km, balance, disruption, better_by_km: -worse_km, binding }
    }

    fn travel(&self) -> f64 {
        let open = self.territories.iter().enumerate().filter(|entry| self.problem.is_open(entry.0 as u16));
        open.map(|(_, members)| members.reach.travel).sum()
    }

    fn balance(&self, measure: usize, unit: usize, from: u16, to: u16) -> BalanceChange {
        let load = self.problem.loads[measure][unit];
        let (source, target) = (from as usize, to as usize);
        let others = self.worst[measure].iter().find(|entry| entry.0 != source && entry.0 != target);
        let others = others.map_or(0.0, |entry| entry.1);
        let from = [self.deviation(measure, source, load), self.deviation(measure, source, 0.0)];
        let to = [self.deviation(measure, target, -load), self.deviation(measure, target, 0.0)];
        let open = |territory: usize, deviation: f64| {
            if self.problem.is_open(territory as u16) { deviation.abs() } else { 0.0 }
        };
        let worst = [0, 1].map(|at| others.max(open(source, from[at])).max(open(target, to[at])));
        BalanceChange { from, to, worst }
    }

    /// The first rule that would break, in the order in which one would look.
    fn binding(
        &self,
        unit: u32,
        from: u16,
        to: u16,
        balance: &[BalanceChange],
        far: [(u16, f64, f64); 2],
        cuts: &mut Connectivity,
    ) -> Option<Binding> {
        let (index, problem) = (unit as usize, self.problem);
        if problem.fixed.get(index).copied().flatten() == Some(to) {
            return Some(Binding::Fixed);
        }
        if !problem.is_open(from) {
            return Some(Binding::Locked);
        }
        if self.territories[to as usize].units.len() == 1 && problem.is_open(to) {
            return Some(Binding::Empty);
        }
        let owned_by = |other: &u32, territory: u16| self.assignment[*other as usize] == Some(territory);
        if let Some(&other) = self.groups[index].iter().find(|other| owned_by(other, to)) {
            return Some(Binding::Together { other });
        }
        if let Some(&other) = self.rivals[index].iter().find(|other| owned_by(other, from)) {
            return Some(Binding::Apart { other });
        }
        if problem.contiguous {
            let source = &self.territories[from as usize].units;
            if !source.is_empty() && !problem.graph.neighbours(index).iter().any(|other| owned_by(other, from)) {
                return Some(Binding::Pieces { territory: from });
            }
            if problem.is_open(to)
                && self.pieces[to as usize] <= 1
                && !cuts.may_leave(&problem.graph, &self.owner, index)
            {
                return Some(Binding::Pieces { territory: to });
            }
        }
        for (measure, change) in balance.iter().enumerate() {
            if let Some(binding) = self.load_rule(measure, index, from, to, change) {
                return Some(binding);
            }
        }
        let allowed_km = problem.max_distance_km?;
        let broken = |&&(territory, now, then): &&(u16, f64, f64)| {
            problem.is_open(territory) && then > allowed_km && then > now + 1e-9
        };
        far.iter().find(broken).map(|&(territory, _, found_km)| Binding::TooFar { territory, found_km, allowed_km })
    }

    fn load_rule(&self, measure: usize, unit: usize, from: u16, to: u16, change: &BalanceChange) -> Option<Binding> {
        let load = self.problem.loads[measure][unit];
        if load <= 0.0 {
            return None;
        }
        let share = |territory: u16, amount: f64, deviation: Option<f64>| {
            let target = self.problem.territories[territory as usize].targets[measure];
            if target > 0.0 { deviation.unwrap_or(amount / target - 1.0) } else { amount }
        };
        let slack = |limit: f64| 1e-9 * limit.abs().max(load);
        if let Some(limits) = self.problem.asked(from as usize, measure) {
            let found = self.loads[measure][from as usize] + load;
            if found > limits.most + slack(limits.most) {
                let (found, allowed) = (share(from, found, Some(change.from[0])), share(from, limits.most, None));
                return Some(Binding::TooMuch { territory: from, measure, found, allowed });
            }
        }
        let limits = self.problem.asked(to as usize, measure).filter(|_| self.problem.is_open(to))?;
        let found = self.loads[measure][to as usize] - load;
        (found < limits.least - slack(limits.least)).then(|| Binding::TooLittle {
            territory: to,
            measure,
            found: share(to, found, Some(change.to[0])),
            allowed: share(to, limits.least, None),
        })
    }
}

fn amount(problem: &Problem, unit: usize) -> f64 {
    problem.loads.first().map_or(1.0, |loads| loads[unit])
}
