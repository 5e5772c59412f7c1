//! Proofs by adding up: too few units, too much or too little in all, too much that goes to one territory, groups that are torn.

use super::{Case, ConflictRule, Found, Proof, Rules};

pub(super) fn prove(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    if rules.contains(&ConflictRule::Count) {
        count(case, found);
        for measure in 0..case.totals.len() {
            total(case, rules, measure, found);
        }
    }
    let groups = Groups::new(case, rules);
    for measure in 0..case.totals.len() {
        if rules.contains(&ConflictRule::Most { measure }) {
            heavy(case, measure, &groups, found);
            fixed_load(case, rules, measure, found);
        }
    }
    torn(case, rules, &groups, found);
}

fn count(case: &Case, found: &mut Vec<Found>) {
    let (units, territories) = (case.free.len(), case.open.len());
    if units < territories {
        found.push((Proof::TooFewUnits { units, territories }, Rules::from([ConflictRule::Count])));
    }
}

fn total(case: &Case, rules: &Rules, measure: usize, found: &mut Vec<Found>) {
    let (total, territories) = (case.totals[measure], case.open.len());
    let most: f64 = case.limits[measure].iter().map(|limits| limits.most).sum();
    let least: f64 = case.limits[measure].iter().map(|limits| limits.least).sum();
    let sides = [
        (ConflictRule::Most { measure }, total > most + case.slack(measure), most),
        (ConflictRule::Least { measure }, total < least - case.slack(measure), least),
    ];
    for (rule, broken, limit) in sides {
        if broken && rules.contains(&rule) {
            let proof = Proof::Total { measure, total, limit, territories };
            found.push((proof, Rules::from([ConflictRule::Count, rule])));
        }
    }
}

/// A unit, or a group, that is more than any territory may have.
fn heavy(case: &Case, measure: usize, groups: &Groups, found: &mut Vec<Found>) {
    let most = case.limits[measure].iter().map(|limits| limits.most).fold(0.0, f64::max);
    for (units, used) in groups.all() {
        let load: f64 = units.iter().map(|&unit| case.load(unit, measure)).sum();
        if load > most + case.slack(measure) {
            let mut rules = Rules::from([ConflictRule::Most { measure }]);
            rules.extend(used.iter().map(|&group| ConflictRule::Together { group }));
            found.push((Proof::Heavy { units: units.clone(), territory: None, measure, load, most }, rules));
            return;
        }
    }
}

/// The heaviest units that are fixed to a territory, as many as are more than it may have.
fn fixed_load(case: &Case, rules: &Rules, measure: usize, found: &mut Vec<Found>) {
    let mut held: Vec<Vec<u32>> = vec![Vec::new(); case.open.len()];
    for &unit in &case.free {
        if let Some(nth) = case.fixed_in(unit, rules).and_then(|territory| case.nth(territory)) {
            held[nth].push(unit);
        }
    }
    for (nth, mut units) in held.into_iter().enumerate() {
        let most = case.limits[measure][nth].most;
        units.sort_by(|&a, &b| case.load(b, measure).total_cmp(&case.load(a, measure)).then(a.cmp(&b)));
        let mut load = 0.0;
        for taken in 0..units.len() {
            load += case.load(units[taken], measure);
            if load > most + case.slack(measure) {
                units.truncate(taken + 1);
                let mut rules = Rules::from([ConflictRule::Most { measure }]);
                rules.extend(units.iter().map(|&unit| ConflictRule::Fixed { unit }));
                found.push((Proof::Heavy { units, territory: Some(case.open[nth]), measure, load, most }, rules));
                break;
            }
        }
    }
}

/// Groups fixed to two territories, and pairs that must be apart but cannot be.
fn torn(case: &Case, rules: &Rules, groups: &Groups, found: &mut Vec<Found>) {
    let mut holder: Vec<Option<u32>> = vec![None; case.problem.places.len()];
    let together = |root: u32| groups.used[root as usize].iter().map(|&group| ConflictRule::Together { group });
    for &unit in &case.free {
        let Some(territory) = case.fixed_in(unit, rules) else { continue };
        let root = groups.root[unit as usize];
        match holder[root as usize] {
            None => holder[root as usize] = Some(unit),
            Some(other) if case.fixed_to(other) != Some(territory) => {
                let mut rules = Rules::from([other, unit].map(|unit| ConflictRule::Fixed { unit }));
                rules.extend(together(root));
                found.push((Proof::Torn { units: [other, unit] }, rules));
            }
            Some(_) => (),
        }
    }
    for (pair, &[a, b]) in case.problem.apart.iter().enumerate() {
        let free = |unit: u32| case.free.binary_search(&unit).is_ok();
        if !rules.contains(&ConflictRule::Apart { pair }) || !free(a) || !free(b) {
            continue;
        }
        let (one, two) = (groups.root[a as usize], groups.root[b as usize]);
        let mut rules = Rules::from([ConflictRule::Apart { pair }]);
        rules.extend(together(one).chain(together(two)));
        if one != two {
            let (Some(x), Some(y)) = (holder[one as usize], holder[two as usize]) else { continue };
            if case.fixed_to(x) != case.fixed_to(y) {
                continue;
            }
            rules.extend([x, y].map(|unit| ConflictRule::Fixed { unit }));
        }
        found.push((Proof::Joined { units: [a, b] }, rules));
    }
}

/// Units that must be together, directly or by way of others.
struct Groups {
    root: Vec<u32>,
    /// Per root the groups that made it.
    used: Vec<Vec<usize>>,
    members: Vec<Vec<u32>>,
}

impl Groups {
    fn new(case: &Case, rules: &Rules) -> Self {
        let count = case.problem.places.len();
        let mut groups =
            Self { root: (0..count as u32).collect(), used: vec![Vec::new(); count], members: vec![Vec::new(); count] };
        for &unit in &case.free {
            groups.members[unit as usize] = vec![unit];
        }
        for (group, units) in case.problem.together.iter().enumerate() {
            if !rules.contains(&ConflictRule::Together { group }) {
                continue;
            }
            let free: Vec<u32> = units.iter().copied().filter(|unit| case.free.binary_search(unit).is_ok()).collect();
            let Some((&first, rest)) = free.split_first() else { continue };
            for &unit in rest {
                groups.join(first, unit);
            }
            let root = groups.root[first as usize] as usize;
            groups.used[root].push(group);
        }
        groups
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root[a as usize] as usize, self.root[b as usize] as usize);
        if a == b {
            return;
        }
        let (moved, used) = (std::mem::take(&mut self.members[b]), std::mem::take(&mut self.used[b]));
        for &unit in &moved {
            self.root[unit as usize] = a as u32;
        }
        self.members[a].extend(moved);
        self.used[a].extend(used);
    }

    fn all(&self) -> impl Iterator<Item = (&Vec<u32>, &Vec<usize>)> {
        self.members.iter().zip(&self.used).filter(|entry| !entry.0.is_empty())
    }
}
