//! Conflicts of every kind, and tiny problems where the exhaustive solver tells whether what is said is true.

use proptest::prelude::*;

use super::*;
use crate::solve::exhaustive::{self, Keep};
use crate::solve::exhaustive_tests::fixed_seed;
use crate::solve::explain::{Lengths, Names};
use crate::solve::problem::{Graph, MovedLimit};
use crate::solve::tests::grid;
use crate::solve::tiny::{Features, tiny};

/// The rules as the exhaustive solver takes them. Without homes, centres are where the units are.
fn keep(problem: &Problem, rules: &[ConflictRule]) -> (Problem, Keep) {
    let mut keep = Keep::nothing(problem);
    let mut problem = problem.clone();
    for rule in rules {
        match *rule {
            ConflictRule::Count => keep.filled = true,
            ConflictRule::Most { measure } => keep.most[measure] = true,
            ConflictRule::Least { measure } => keep.least[measure] = true,
            ConflictRule::Contiguous => keep.contiguous = true,
            ConflictRule::MaxDistance => keep.max_distance = true,
            ConflictRule::Homes => (),
            ConflictRule::Fixed { unit } => keep.fixed[unit as usize] = true,
            ConflictRule::Together { group } => keep.together[group] = true,
            ConflictRule::Apart { pair } => keep.apart[pair] = true,
            ConflictRule::Moved { limit } => keep.moved[limit] = true,
        }
    }
    if !rules.contains(&ConflictRule::Homes) {
        problem.travel_table.clear();
        problem.territories.iter_mut().for_each(|goal| goal.home = None);
    }
    (problem, keep)
}

fn is_possible(problem: &Problem, rules: &[ConflictRule]) -> bool {
    let (problem, keep) = keep(problem, rules);
    exhaustive::is_possible(&problem, &keep)
}

proptest! {
    #![proptest_config(fixed_seed(400))]

    #[test]
    fn what_is_in_conflict_cannot_be_and_all_that_cannot_be_is_in_conflict(seed in any::<u64>()) {
        let problem = tiny(seed, 8, Features::ALL);
        let all: Vec<ConflictRule> = Case::new(&problem, &Progress::new()).rules().into_iter().collect();
        let possible = is_possible(&problem, &all);
        let Some(found) = conflict(&problem) else {
            prop_assert!(possible, "nothing was found");
            return Ok(());
        };
        prop_assert!(!possible, "{found:?}");
        prop_assert!(!is_possible(&problem, &found.rules), "{found:?} {problem:?}");
        prop_assert_eq!(found.rules.len(), found.relief.len());
        // Where the set is called the smallest, it is irreducible, homes and all, with the number of territories as it is.
        for rule in found.rules.iter().filter(|rule| found.smallest && **rule != ConflictRule::Count) {
            let mut fewer: Rules = found.rules.iter().copied().filter(|other| other != rule).collect();
            fewer.insert(ConflictRule::Count);
            let fewer: Vec<ConflictRule> = fewer.into_iter().collect();
            prop_assert!(is_possible(&problem, &fewer), "{rule:?} is not needed in {found:?}");
        }
        // Without any one of the rules there is a plan. The number of territories is another matter: it cannot just be left out.
        for &rule in &found.rules {
            if matches!(rule, ConflictRule::Count | ConflictRule::Homes) {
                continue;
            }
            let fewer: Vec<ConflictRule> = found.rules.iter().copied().filter(|&other| other != rule).collect();
            // Where the number of territories is no part of the conflict, there may be as many as it takes, and anywhere.
            let takes_more = |rule: &ConflictRule| {
                matches!(rule, ConflictRule::Most { .. } | ConflictRule::MaxDistance | ConflictRule::Apart { .. })
            };
            if fewer.iter().any(takes_more) && !found.rules.contains(&ConflictRule::Count) {
                continue;
            }
            prop_assert!(is_possible(&problem, &fewer), "{rule:?} is not needed in {found:?}");
        }
    }

    #[test]
    fn what_a_rule_must_give_is_necessary(seed in any::<u64>()) {
        let problem = tiny(seed, 7, Features::ALL);
        let Some(found) = conflict(&problem) else { return Ok(()) };
        for relief in &found.relief {
            let mut eased = problem.clone();
            match *relief {
                Relief::Tolerance { measure, at_least } => eased.goals[measure].tolerance = at_least * (1.0 - 1e-6),
                Relief::Distance { at_least_km } => eased.max_distance_km = Some(at_least_km * (1.0 - 1e-5)),
                Relief::Share { limit, at_least } => eased.moved_limits[limit].share = at_least * (1.0 - 1e-6),
                _ => continue,
            }
            prop_assert!(!is_possible(&eased, &found.rules), "{relief:?} {found:?}");
        }
    }
}

fn conflict(problem: &Problem) -> Option<Conflict> {
    super::conflict(problem, &Progress::new()).unwrap()
}

fn found(problem: &Problem) -> Conflict {
    conflict(problem).unwrap_or_else(|| panic!("no conflict was found"))
}

#[test]
fn homes_that_are_not_needed_are_not_named() {
    // Three places far from each other, two territories: wherever their centres are, one is too far.
    let mut problem = grid(5, 1, 2, |_| 1.0);
    for (unit, lon) in [-84.0, -84.1, -80.0, -80.1, -76.0].into_iter().enumerate() {
        problem.places[unit].lon = lon;
    }
    problem.contiguous = false;
    problem.max_distance_km = Some(30.0);
    for (territory, home) in problem.territories.iter_mut().zip([0, 2]) {
        territory.home = Some(problem.places[home]);
    }
    problem.goals[0].tolerance = 1.0;
    let found = found(&problem);
    assert_eq!((found.rules, found.smallest), (vec![ConflictRule::Count, ConflictRule::MaxDistance], true));
    // Two places, but the homes are both in one of them: here they are to blame.
    problem.places[4].lon = -80.2;
    problem.territories[1].home = Some(problem.places[1]);
    let found = self::found(&problem);
    let to_blame = vec![ConflictRule::Count, ConflictRule::MaxDistance, ConflictRule::Homes];
    assert_eq!((found.rules, found.smallest), (to_blame, true));
}

#[test]
fn a_set_is_the_smallest_only_where_that_is_proven() {
    let mut seen = [0, 0];
    for seed in 0..400 {
        let problem = tiny(seed, 8, Features::ALL);
        let Some(found) = conflict(&problem) else { continue };
        seen[usize::from(found.smallest)] += 1;
    }
    assert!(seen[1] > 50, "{seen:?}");
    // A hundred units cannot be tried: two rules besides the number may or may not be the fewest.
    let mut problem = grid(10, 10, 4, |_| 1.0);
    problem.fixed = vec![None; 100];
    (problem.fixed[0], problem.fixed[5], problem.together) = (Some(0), Some(1), vec![vec![0, 5]]);
    assert!(!found(&problem).smallest);
}

#[test]
fn lengths_are_told_in_the_unit_of_the_plane() {
    let mut problem = grid(10, 10, 4, |_| 1.0);
    problem.max_distance_km = Some(15.0);
    let in_unit = |per_km: f64, unit: &str| {
        let names = Names {
            unit: &|unit| format!("Point {unit}"),
            territory: &|territory| format!("Territory {territory}"),
            measure: &|_| "Load".into(),
            lengths: Lengths { per_km, unit },
            amount: &|_, amount| format!("{amount}"),
            kind: ["point", "points"],
        };
        let words = found(&problem).words(&problem, &names);
        (words.rules[1].clone(), words.reliefs.last().unwrap().clone())
    };
    let (rule, relief) = in_unit(1.0, "km");
    assert_eq!(rule, "No point is farther than 15 km from the centre of its territory");
    assert!(relief.ends_with(" km"), "{relief}");
    let (rule, relief) = in_unit(1e4, "");
    assert_eq!(rule, "No point is farther than 150000 from the centre of its territory");
    assert!(
        relief.starts_with("The largest distance would have to be at least ") && !relief.contains("km"),
        "{relief}"
    );
    assert_eq!(Lengths { per_km: 1e-6, unit: "" }.words(15.0, 1), "0.000015");
    assert_eq!(Lengths::KM.words_up(12.341_2), "12.35 km");
    assert_eq!(Lengths::KM.words_up(12.35), "12.35 km");
}

#[test]
fn a_cancelled_search_for_conflicts_ends() {
    let mut problem = grid(30, 30, 9, |unit| 1.0 + (unit % 7) as f64);
    problem.goals[0].tolerance = 1e-5;
    problem.max_distance_km = Some(12.0);
    for territory in 0..9 {
        problem.territories[territory].home = Some(problem.places[37 * territory]);
    }
    let whole = Progress::new();
    assert!(super::conflict(&problem, &whole).unwrap().is_some());
    let looks = whole.looks().0;
    assert!(looks > 1000, "{looks}");
    for part in [0.0, 0.1, 0.5, 0.9] {
        let progress = Progress::cancelling_at(1 + (part * looks as f64) as u64);
        assert_eq!(super::conflict(&problem, &progress), Err(Cancelled));
        assert!(progress.looks().1 < 10, "{} looks after the end", progress.looks().1);
    }
}

#[test]
fn each_kind_of_conflict_is_proven_with_its_figures() {
    use ConflictRule::{Apart, Contiguous, Count, Fixed, Homes, Least, MaxDistance, Most, Moved, Together};
    let base = || grid(10, 10, 4, |_| 1.0);
    let of = |change: &dyn Fn(&mut Problem)| {
        let mut problem = base();
        change(&mut problem);
        found(&problem)
    };
    let most = Most { measure: 0 };
    let least = Least { measure: 0 };

    let heavy = of(&|p| p.loads[0][7] = 60.0);
    assert_eq!(heavy.rules, [most]);
    assert!(matches!(&heavy.proof, Proof::Heavy { units, territory: None, .. } if units == &[7]));
    assert!(matches!(heavy.relief[0], Relief::Tolerance { at_least, .. } if (at_least - 1.4).abs() < 1e-5));

    let total = of(&|p| p.territories.iter_mut().for_each(|t| t.targets[0] = 20.0));
    assert_eq!(total.rules, [Count, most]);
    assert!(matches!(total.proof, Proof::Total { limit, .. } if (limit - 84.0).abs() < 1e-9));
    assert!(matches!(total.relief[1], Relief::Tolerance { at_least, .. } if (at_least - 0.25).abs() < 1e-6));

    let held = of(&|p| p.fixed = (0..100).map(|unit| (unit < 30).then_some(2)).collect());
    assert_eq!(held.rules.len(), 28, "27 units are one too many, {:?}", held.rules);
    assert!(matches!(held.proof, Proof::Heavy { territory: Some(2), .. }));

    let three = |p: &mut Problem| {
        let pairs = (0..99).filter(|unit| unit % 10 != 9).map(|unit| (unit, unit + 1, 1.0));
        p.graph = Graph::from_pairs(100, pairs);
    };
    let parts = of(&three);
    assert_eq!(parts.rules, [Count, Contiguous]);
    assert_eq!(parts.proof, Proof::Parts { parts: 10, territories: 4 });

    // Two parts of 40 and 60: neither is a whole number of quarters to within 5 %.
    let two = of(&|p| {
        let right = (0..99).filter(|unit| unit % 10 != 9).map(|unit| (unit, unit + 1, 1.0));
        let up = (0..90).filter(|unit| !(30..40).contains(unit)).map(|unit| (unit, unit + 10, 1.0));
        p.graph = Graph::from_pairs(100, right.chain(up));
    });
    assert_eq!(two.rules, [most, least, Contiguous]);
    assert!(matches!(two.proof, Proof::Part { at_least: 2, at_most: 1, units: 40, .. }), "{:?}", two.proof);

    let cut = of(&|p| {
        p.fixed = vec![None; 100];
        (p.fixed[0], p.fixed[99], p.fixed[1], p.fixed[10]) = (Some(0), Some(0), Some(1), Some(2));
    });
    assert_eq!(cut.rules, [Contiguous, Fixed { unit: 0 }, Fixed { unit: 1 }, Fixed { unit: 10 }, Fixed { unit: 99 }]);

    let torn = of(&|p| {
        p.fixed = vec![None; 100];
        (p.fixed[0], p.fixed[5]) = (Some(0), Some(1));
        p.together = vec![vec![0, 3], vec![3, 5], vec![50, 51]];
    });
    let groups = [Fixed { unit: 0 }, Fixed { unit: 5 }, Together { group: 0 }, Together { group: 1 }];
    assert_eq!(torn.rules, groups);
    let joined = of(&|p| (p.together, p.apart) = (vec![vec![0, 3, 5]], vec![[3, 5]]));
    assert_eq!(joined.rules, [Together { group: 0 }, Apart { pair: 0 }]);

    let homes = |p: &mut Problem| {
        for (territory, unit) in [0, 1, 10, 11].into_iter().enumerate() {
            p.territories[territory].home = Some(p.places[unit]);
        }
    };
    let out = of(&|p| {
        homes(p);
        p.max_distance_km = Some(100.0);
    });
    assert_eq!(out.rules, [Count, MaxDistance, Homes]);
    assert!(
        matches!(out.relief[1], Relief::Distance { at_least_km } if (115.0..125.0).contains(&at_least_km)),
        "{:?}",
        out.relief
    );
    // Everything is within reach of some home, but too little is within reach of one of them.
    let flow = of(&|p| {
        p.territories[0].home = Some(p.places[0]);
        for territory in 1..4 {
            p.territories[territory].home = Some(p.places[77]);
        }
        p.places[0] = crate::domain::sphere::LonLat::new(-84.3, 32.7);
        p.territories[0].home = Some(p.places[0]);
        p.max_distance_km = Some(85.0);
        p.contiguous = false;
    });
    assert_eq!(flow.rules, [Count, most, MaxDistance, Homes], "{:?}", flow.proof);
    assert!(matches!(flow.proof, Proof::NoFlow { .. }));
    let scattered = of(&|p| p.max_distance_km = Some(15.0));
    assert_eq!(scattered.rules, [Count, MaxDistance]);

    let today: Vec<Option<u16>> =
        (0..100).map(|unit| Some(if unit < 40 { 0 } else { 1 + (unit % 3) as u16 })).collect();
    let stay = of(&|p| {
        p.current = Some(today.clone());
        p.moved_limits = vec![MovedLimit { measure: Some(0), share: 0.1 }];
    });
    assert_eq!(stay.rules, [most, Moved { limit: 0 }]);
    // 40 are there today, 26.25 may stay.
    assert!(matches!(stay.proof, Proof::MustMove { least, .. } if (least - 13.75).abs() < 1e-9), "{:?}", stay.proof);
    assert!(matches!(stay.relief[1], Relief::Share { at_least, .. } if (at_least - 0.1375).abs() < 1e-6));

    let few = grid(3, 1, 5, |_| 1.0);
    assert_eq!(found(&few).rules, [Count]);
    assert_eq!(found(&few).relief, [Relief::Territories { count: 3 }]);
    assert_eq!(conflict(&base()), None);
    assert!(Conflict::none_found().contains("not known"));
}

#[test]
fn a_conflict_speaks_in_words() {
    let mut problem = grid(10, 10, 4, |_| 1.0);
    problem.loads[0][7] = 60.0;
    let names = Names {
        unit: &|unit| format!("County {unit}"),
        territory: &|territory| format!("Territory {territory}"),
        measure: &|_| "Revenue".into(),
        lengths: Lengths::KM,
        amount: &|_, amount| format!("${amount}"),
        kind: ["county", "counties"],
    };
    let words = found(&problem).words(&problem, &names);
    assert_eq!(words.proof, "County 7 has $60 of Revenue, but a territory may have at most $26.25");
    let rule = "No territory is more than 5 % above its target of Revenue";
    assert_eq!(words.rules, [rule]);
    assert_eq!(words.reliefs, ["The tolerance of Revenue would have to be at least 140 %"]);
    assert_eq!(words.lines().len(), 3);
    assert_eq!(words.lines()[0], format!("This rule cannot hold: {rule}"));

    // Units are called what the project calls them, in every rule and every proof.
    let few = grid(3, 1, 5, |_| 1.0);
    let words = found(&few).words(&few, &names);
    assert_eq!(words.proof, "3 counties cannot fill 5 territories");
    assert_eq!(words.rules[0], "5 territories, each with a county at least");
    let far = Problem { max_distance_km: Some(15.0), ..grid(10, 10, 4, |_| 1.0) };
    let words = found(&far).words(&far, &names);
    let told = words.lines().join("\n");
    assert!(told.contains("No county is farther than 15 km from the centre of its territory"), "{told}");
    assert!(!told.contains("unit"), "{told}");
    let [count, distance] = words.rules.as_slice() else { panic!("{words:?}") };
    assert!(told.starts_with(&format!("These rules cannot hold together: {count}; {distance}\n")), "{told}");
    // Only what is known is said of what would have to give.
    assert!(words.reliefs.iter().all(|relief| !relief.starts_with("No change")), "{words:?}");
}
