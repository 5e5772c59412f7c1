//! The job that answers a manager's question.

use std::time::Duration;

use super::JobOutput;
use super::spec::{Version, WhatIfOrder};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::solve::{self, Options};
use crate::work::build::BuildError;
use crate::work::what_if::{Question, Wish, answer};

/// Nobody waits longer for a first answer. Where limits cannot be kept the engine would go on trying.
const LONGEST: Duration = Duration::from_secs(6);

/// Works it out of the plan that is open.
pub fn ask(project: &Project, version: Version, order: WhatIfOrder, progress: &Progress) -> JobOutput {
    let wish = Wish { goals: project.goals.clone(), others_move: order.others_move };
    let wish =
        if wish.goals.is_empty() { Wish { goals: project.main_goal().into_iter().collect(), ..wish } } else { wish };
    // A first answer to decide on; Build makes it better, at leisure.
    let options = Options {
        seed: 1,
        effort: solve::Effort::Quick,
        threads: std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
        time_limit: Some(LONGEST),
    };
    let question: Question = order.question;
    match answer(project, &question, &wish, &options, progress) {
        Ok(answer) => JobOutput::WhatIf {
            version,
            name: answer.name,
            description: answer.description,
            edit: Box::new(answer.edit),
            notes: answer.notes,
        },
        Err(BuildError::Cancelled) => JobOutput::Cancelled,
        Err(BuildError::Refused(error) | BuildError::Infeasible(error)) => JobOutput::Failed(error),
    }
}
