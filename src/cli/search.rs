//! How the engine shall search, as it is written on the command line of every command that uses it.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::solve::{Effort, Options};

/// Options of the engine.
#[derive(Debug, Clone, clap::Args)]
pub struct Search {
    /// The same input, seed and effort give the same plan
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How much to search: quick, normal, thorough, or a number of steps per unit (normal is 1000)
    #[arg(long, value_name = "EFFORT", default_value = "normal", value_parser = effort)]
    pub effort: Effort,
    /// Cut the search off after this time; the plan may then differ from run to run
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Threads to use; changes the time, never the plan
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

impl Search {
    pub fn options(&self) -> Options {
        Options { seed: self.seed, effort: self.effort, threads: threads(self.threads), time_limit: self.time }
    }
}

/// The threads that were asked for, or one per core. What is done outside the engine keeps to them too.
pub fn threads(wanted: Option<NonZeroUsize>) -> usize {
    let count = wanted.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    // It fails when there are threads already, and those do as well.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(count).build_global();
    count
}

/// `quick`, `normal`, `thorough`, or a number of steps.
pub fn effort(text: &str) -> Result<Effort, String> {
    match text.trim() {
        "quick" => Ok(Effort::Quick),
        "normal" => Ok(Effort::Normal),
        "thorough" => Ok(Effort::Thorough),
        number => match number.parse::<u32>() {
            Ok(steps @ 1..=1_000_000) => Ok(Effort::Steps(steps)),
            _ => Err("expected quick, normal, thorough, or a number of steps from 1 to 1000000".to_owned()),
        },
    }
}

/// The effort as it is written.
pub fn effort_word(effort: Effort) -> String {
    match effort {
        Effort::Quick => "quick".to_owned(),
        Effort::Normal => "normal".to_owned(),
        Effort::Thorough => "thorough".to_owned(),
        Effort::Steps(steps) => steps.to_string(),
    }
}

/// A time of more than nothing.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("expected more than 0 seconds".to_owned()),
    }
}

/// An amount of more than nothing.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number of more than 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_is_a_word_or_a_number() {
        for word in ["quick", "normal", "thorough", "1", "2500"] {
            assert_eq!(effort(word).map(effort_word), Ok(word.to_owned()));
        }
        for word in ["", "fast", "0", "-1", "1.5", "99999999"] {
            assert!(effort(word).is_err(), "{word}");
        }
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert!(seconds("0").is_err() && seconds("x").is_err() && positive("nan").is_err());
    }
}
