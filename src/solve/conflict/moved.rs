//! Proofs by what has to move: load that a territory of today has too much or too little of, and units fixed elsewhere.

use super::{Case, ConflictRule, Found, Proof, Rules};

pub(super) fn prove(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    let Some(current) = &case.problem.current else { return };
    for (limit, cap) in case.problem.moved_limits.iter().enumerate() {
        let moved = ConflictRule::Moved { limit };
        if !rules.contains(&moved) {
            continue;
        }
        let amount = |unit: u32| cap.measure.map_or(1.0, |measure| case.load(unit, measure));
        let all: f64 =
            (0..current.len()).filter(|&unit| case.problem.may_move(unit)).map(|unit| amount(unit as u32)).sum();
        let most = cap.share * all;
        let owner = |unit: u32| current[unit as usize];
        let is_fixed_elsewhere = |unit: &u32| {
            owner(*unit).is_some() && case.fixed_in(*unit, rules).is_some_and(|to| Some(to) != owner(*unit))
        };
        let mut elsewhere: Vec<u32> = case.free.iter().copied().filter(is_fixed_elsewhere).collect();
        // The largest of them, as many as are more than may move.
        elsewhere.sort_by(|&a, &b| amount(b).total_cmp(&amount(a)).then(a.cmp(&b)));
        let mut sum = 0.0;
        let enough = elsewhere.iter().position(|&unit| {
            sum += amount(unit);
            sum > most + super::SLACK * all
        });
        elsewhere.truncate(enough.map_or(0, |last| last + 1));
        let mut tell = |least: f64, rest: Rules| {
            if least > most + super::SLACK * all {
                let mut rules = rest;
                rules.insert(moved);
                found.push((Proof::MustMove { limit, least, most }, rules));
            }
        };
        let least = elsewhere.iter().map(|&unit| amount(unit)).sum();
        tell(least, elsewhere.iter().map(|&unit| ConflictRule::Fixed { unit }).collect());
        for measure in 0..case.totals.len() {
            let mut kept = vec![0.0; case.open.len()];
            let mut owned: Vec<Vec<u32>> = vec![Vec::new(); case.open.len()];
            let mut loose = 0.0;
            for &unit in &case.free {
                match owner(unit).map(|territory| case.nth(territory)) {
                    Some(Some(nth)) => {
                        kept[nth] += case.load(unit, measure);
                        owned[nth].push(unit);
                    }
                    // What nobody has today may go anywhere for nothing.
                    None => loose += case.load(unit, measure),
                    Some(None) => (),
                }
            }
            if rules.contains(&ConflictRule::Most { measure }) {
                let over = kept.iter().zip(&case.limits[measure]).zip(&owned);
                let least = over
                    .map(|((kept, limits), units)| lightest(case, units, measure, kept - limits.most, &amount))
                    .sum();
                tell(least, Rules::from([ConflictRule::Most { measure }]));
            }
            if rules.contains(&ConflictRule::Least { measure }) && rules.contains(&ConflictRule::Count) {
                let under = kept.iter().zip(&case.limits[measure]).map(|(kept, limits)| (limits.least - kept).max(0.0));
                let units: Vec<u32> = case.free.iter().copied().filter(|&unit| owner(unit).is_some()).collect();
                let least = lightest(case, &units, measure, under.sum::<f64>() - loose, &amount);
                tell(least, Rules::from([ConflictRule::Least { measure }, ConflictRule::Count]));
            }
        }
    }
}

/// The least amount of units that have so much load of a measure together, units divisible.
fn lightest(case: &Case, units: &[u32], measure: usize, load: f64, amount: &dyn Fn(u32) -> f64) -> f64 {
    let mut left = load;
    if left <= 0.0 {
        return 0.0;
    }
    let mut order: Vec<(f64, f64)> =
        units.iter().map(|&unit| (amount(unit), case.load(unit, measure))).filter(|entry| entry.1 > 0.0).collect();
    order.sort_by(|a, b| (a.0 * b.1).total_cmp(&(b.0 * a.1)));
    let mut sum = 0.0;
    for (amount, load) in order {
        let part = (left / load).min(1.0);
        sum += part * amount;
        left -= part * load;
        if left <= 0.0 {
            break;
        }
    }
    sum
}
