//! Named lists of cases.

use std::time::Duration;

use clap::ValueEnum;

use super::case::{Case, Goal};
use crate::solve::Effort;

/// A list of cases with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// What the engine must reach, with goal and figure beside each other
    Goals,
    /// From 3,000 to 1,000,000 accounts: time per account
    Growth,
    /// Centres at members, with capacities: the best plans are known
    Pmedian,
    /// Everything that needs no file from elsewhere, of moderate size
    Shipped,
}

/// How many accounts the growth is measured with.
const GROWTH: [usize; 6] = [3_000, 10_000, 33_000, 100_000, 300_000, 1_000_000];

impl Suite {
    pub fn cases(self) -> Vec<Case> {
        match self {
            Self::Goals => goals(),
            Self::Growth => {
                let quick = |count| Case { effort: Effort::Quick, ..Case::of(&format!("accounts-{count}")) };
                GROWTH.into_iter().map(quick).collect()
            }
            Self::Pmedian => ["planted-5-20", "planted-10-50", "planted-25-40", "planted-50-100"].map(planted).to_vec(),
            Self::Shipped => {
                let mut cases = ["counties", "zip-areas", "accounts-3000", "accounts-10000"].map(Case::of).to_vec();
                cases.push(planted("planted-10-50"));
                cases
            }
        }
    }
}

fn planted(instance: &str) -> Case {
    let goal = Some(Goal { most_over_best: Some(0.005), ..Goal::default() });
    Case { time: Some(Duration::from_secs(60)), goal, ..Case::of(instance) }
}

fn goals() -> Vec<Case> {
    let case = |instance: &str, effort: Effort, seconds: u64, goal: Goal| Case {
        effort,
        time: Some(Duration::from_secs(seconds)),
        goal: Some(goal),
        ..Case::of(instance)
    };
    let km = |most: f64| Goal { most_km: Some(most), ..Goal::default() };
    let feasible = Goal::default();
    let (normal, thorough) = (Effort::Normal, Effort::Thorough);
    let close = |instance: &str| Case { tolerances: vec![0.01], ..case(instance, normal, 30, feasible) };
    let rebalanced = |instance: &str| Case { max_moved: Some(0.10), ..case(instance, normal, 5, feasible) };
    vec![
        case("county50", normal, 3, km(121.0)),
        case("county50", thorough, 30, km(120.0)),
        case("zip200", normal, 10, Goal { most_gap: Some(0.01), ..km(45.6) }),
        case("zip200", thorough, 60, km(44.9)),
        Case { measures: 3, tolerances: vec![0.05, 0.10, 0.25], ..case("zip200", normal, 30, feasible) },
        case("accounts-100000-100", normal, 15, feasible),
        close("county50"),
        close("zip200"),
        case("accounts-1000000-500", Effort::Quick, 90, Goal { most_memory_mb: Some(1536.0), ..Goal::default() }),
        rebalanced("county50"),
        rebalanced("zip200"),
    ]
}
