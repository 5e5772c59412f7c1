//! Proofs by what hangs together: parts of the map that no border joins, and units of a territory that are cut off from each other.

use super::{Case, ConflictRule, Found, Proof, Rules, TRIED};

pub(super) fn prove(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    if !rules.contains(&ConflictRule::Contiguous) {
        return;
    }
    parts(case, rules, found);
    cuts(case, rules, found);
}

/// The parts of the free units, each with its units in order.
fn parts_of(case: &Case) -> Vec<Vec<u32>> {
    let mut open = vec![false; case.problem.places.len()];
    case.free.iter().for_each(|&unit| open[unit as usize] = true);
    let mut parts = Vec::new();
    for &start in &case.free {
        if open[start as usize] {
            parts.push(reached(case, start, &mut open));
        }
    }
    parts
}

/// What can be reached over units that are open; they are closed on the way.
fn reached(case: &Case, start: u32, open: &mut [bool]) -> Vec<u32> {
    open[start as usize] = false;
    let mut units = vec![start];
    let mut head = 0;
    while let Some(&unit) = units.get(head) {
        head += 1;
        for &other in case.problem.graph.neighbours(unit as usize) {
            if std::mem::replace(&mut open[other as usize], false) {
                units.push(other);
            }
        }
    }
    units
}

/// Every part is shared out among whole territories. How many it takes follows from its load and the limits.
fn parts(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    let parts = parts_of(case);
    let territories = case.open.len();
    let count = rules.contains(&ConflictRule::Count);
    if count && parts.len() > territories {
        let proof = Proof::Parts { parts: parts.len(), territories };
        found.push((proof, Rules::from([ConflictRule::Contiguous, ConflictRule::Count])));
    }
    let (mut all_least, mut all_most) = (0, 0);
    let mut used = [Rules::new(), Rules::new()];
    for units in &parts {
        let (mut at_least, mut at_most) = (1, units.len());
        let mut asking = [None, None];
        for measure in 0..case.totals.len() {
            let load: f64 = units.iter().map(|&unit| case.load(unit, measure)).sum();
            let slack = case.slack(measure);
            if rules.contains(&ConflictRule::Most { measure }) {
                let needed = fewest(case, measure, load - slack);
                if needed > at_least {
                    (at_least, asking[0]) = (needed, Some(ConflictRule::Most { measure }));
                }
            }
            if rules.contains(&ConflictRule::Least { measure }) {
                let fed = most(case, measure, load + slack);
                if fed < at_most {
                    (at_most, asking[1]) = (fed, Some(ConflictRule::Least { measure }));
                }
            }
        }
        let alike = (0..case.totals.len()).all(|measure| case.are_alike(measure));
        if at_least > at_most && (alike || count) {
            let mut rules: Rules = asking.into_iter().flatten().collect();
            rules.insert(ConflictRule::Contiguous);
            if !alike || at_least > territories {
                rules.insert(ConflictRule::Count);
            }
            let unit = units[0];
            if count || !rules.contains(&ConflictRule::Count) {
                found.push((Proof::Part { unit, units: units.len(), at_least, at_most }, rules));
            }
        }
        all_least += at_least;
        all_most += at_most;
        used[0].extend(asking[0]);
        used[1].extend(asking[1]);
    }
    let [needing, feeding] = used;
    for (broken, mut rules) in [(all_least > territories, needing), (all_most < territories, feeding)] {
        if broken && count {
            rules.extend([ConflictRule::Contiguous, ConflictRule::Count]);
            found.push((Proof::AllParts { at_least: all_least, at_most: all_most, territories }, rules));
        }
    }
}

/// The fewest territories that may have so much; one more than there are if all are too few.
fn fewest(case: &Case, measure: usize, load: f64) -> usize {
    let mut mosts: Vec<f64> = case.limits[measure].iter().map(|limits| limits.most).collect();
    mosts.sort_by(|a, b| b.total_cmp(a));
    let mut sum = 0.0;
    for (nth, most) in mosts.iter().enumerate() {
        sum += most;
        if sum >= load {
            return nth + 1;
        }
    }
    mosts.len() + 1
}

/// The most territories that can be fed with so much.
fn most(case: &Case, measure: usize, load: f64) -> usize {
    let mut leasts: Vec<f64> = case.limits[measure].iter().map(|limits| limits.least).collect();
    leasts.sort_by(f64::total_cmp);
    let mut sum = 0.0;
    for (nth, least) in leasts.iter().enumerate() {
        sum += least;
        if sum > load {
            return nth;
        }
    }
    usize::MAX / 1024
}

/// Units fixed to a territory that cannot reach each other without crossing units fixed to others.
fn cuts(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    let mut held: Vec<Vec<u32>> = vec![Vec::new(); case.open.len()];
    for &unit in &case.free {
        if let Some(nth) = case.fixed_in(unit, rules).and_then(|territory| case.nth(territory)) {
            held[nth].push(unit);
        }
    }
    for (nth, own) in held.iter().enumerate().filter(|entry| entry.1.len() > 1) {
        if case.progress.is_cancelled() {
            return;
        }
        let territory = case.open[nth];
        let passable = |unit: u32| case.fixed_in(unit, rules).is_none_or(|other| other == territory);
        let inside = reach_of(case, own[0], &passable);
        let Some(&lost) = own.iter().find(|&&unit| !inside[unit as usize]) else { continue };
        let mut walls: Vec<u32> = case
            .free
            .iter()
            .copied()
            .filter(|&unit| !passable(unit))
            .filter(|&unit| case.problem.graph.neighbours(unit as usize).iter().any(|&other| inside[other as usize]))
            .collect();
        // Walls that the cut can do without.
        let mut at = 0;
        while walls.len() <= TRIED && at < walls.len() && !case.progress.is_cancelled() {
            let wall = walls.remove(at);
            if reach_of(case, own[0], &|unit| !walls.contains(&unit))[lost as usize] {
                walls.insert(at, wall);
                at += 1;
            }
        }
        let mut rules = Rules::from([ConflictRule::Contiguous]);
        rules.extend([own[0], lost].into_iter().chain(walls).map(|unit| ConflictRule::Fixed { unit }));
        found.push((Proof::Cut { territory, units: [own[0], lost] }, rules));
    }
}

fn reach_of(case: &Case, start: u32, passable: &dyn Fn(u32) -> bool) -> Vec<bool> {
    let mut open = vec![false; case.problem.places.len()];
    case.free.iter().for_each(|&unit| open[unit as usize] = passable(unit));
    let mut inside = vec![false; open.len()];
    for unit in reached(case, start, &mut open) {
        inside[unit as usize] = true;
    }
    inside
}
