//! One thing to measure: an instance, what is asked of it, and how long to search.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::search::effort_word;
use crate::solve::Effort;

/// One thing to measure, for several seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub instance: String,
    /// Instead of the instance's own number.
    pub territories: Option<usize>,
    /// How many of the instance's measures are balanced, at least one.
    pub measures: usize,
    /// Per measure; the last one stands for those after it.
    pub tolerances: Vec<f64>,
    pub effort: Effort,
    pub time: Option<Duration>,
    /// Balance anew from a plan that is about 30 % out of balance, moving at most this share of the first measure.
    pub max_moved: Option<f64>,
    pub goal: Option<Goal>,
}

/// What must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Goal {
    pub most_km: Option<f64>,
    pub most_gap: Option<f64>,
    pub most_memory_mb: Option<f64>,
    /// The total distance may be so much more than the best one known.
    pub most_over_best: Option<f64>,
}

/// Where outside data lies: the instances of the engine's bench, and the sample files of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    pub data: Option<PathBuf>,
    pub sample: Option<PathBuf>,
}

/// Whether the instance lies on a plane, with lengths in a unit of its own and a capacity instead of tolerances.
pub fn on_a_plane(instance: &str) -> bool {
    ["pmedian:", "planted-"].iter().any(|kind| instance.starts_with(kind))
}

impl Case {
    pub fn of(instance: &str) -> Self {
        Self {
            instance: instance.to_owned(),
            territories: None,
            measures: 1,
            tolerances: vec![0.05],
            effort: Effort::Normal,
            time: None,
            max_moved: None,
            goal: None,
        }
    }

    pub fn tolerance(&self, measure: usize) -> f64 {
        self.tolerances.get(measure).or(self.tolerances.last()).copied().unwrap_or(0.05)
    }

    /// "county50 ±1 %", with what differs from the usual.
    pub fn name(&self) -> String {
        if on_a_plane(&self.instance) {
            // A capacity instead of tolerances.
            return self.instance.clone();
        }
        let percent = |share: f64| format!("{}", (10_000.0 * share).round() / 100.0);
        let tolerances: Vec<String> = (0..self.measures).map(|measure| percent(self.tolerance(measure))).collect();
        let moved = self.max_moved.map_or(String::new(), |share| format!(", moved ≤ {} %", percent(share)));
        format!("{} ±{} %{moved}", self.instance, tolerances.join("/"))
    }

    /// The arguments with which a process of its own runs the case once.
    pub fn arguments(&self, seed: u64, threads: usize, folders: &Folders) -> Vec<OsString> {
        let mut words: Vec<OsString> = ["bench", "engine", "--once", "--json"].map(OsString::from).to_vec();
        let mut option = |name: &str, value: OsString| words.extend([OsString::from(name), value]);
        option("--seed", seed.to_string().into());
        option("--threads", threads.to_string().into());
        option("--measures", self.measures.to_string().into());
        let shares: Vec<String> = self.tolerances.iter().map(|share| format!("{}%", 100.0 * share)).collect();
        option("--tolerance", shares.join(",").into());
        option("--effort", effort_word(self.effort).into());
        if let Some(time) = self.time {
            option("--time", time.as_secs_f64().to_string().into());
        }
        if let Some(count) = self.territories {
            option("--territories", count.to_string().into());
        }
        if let Some(share) = self.max_moved {
            option("--max-moved", format!("{}%", 100.0 * share).into());
        }
        if let Some(folder) = &folders.data {
            option("--data", folder.into());
        }
        if let Some(folder) = &folders.sample {
            option("--sample", folder.into());
        }
        words.push("--".into());
        words.push(self.instance.clone().into());
        words
    }
}
