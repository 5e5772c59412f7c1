//! What a cut did, for people and for programs.

use super::CutOrder;
use crate::domain::cutting::WhyWhole;
use crate::domain::ids::TerritoryId;
use crate::domain::project::Project;
use crate::words;

/// Everything that a cut did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    pub cuts: Vec<CutReport>,
    /// What the line crosses and what was left whole.
    pub whole: Vec<WholeReport>,
    /// How many whole units changed hands.
    pub given_whole: usize,
    /// How many whole units inside did not, because they are locked.
    pub locked_inside: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CutReport {
    /// The code that the unit had.
    pub unit: String,
    pub pieces: Vec<PieceReport>,
    pub measures: Vec<MeasureReport>,
    /// The largest share of it that was too small to be cut off.
    pub sliver: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PieceReport {
    pub code: String,
    /// Of the unit's area.
    pub share: f64,
    pub inside: bool,
    pub accounts: usize,
    pub territory: TerritoryId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MeasureReport {
    pub name: String,
    /// "by the Revenue of 12 accounts", "by area", "copied: it is a mean", "missing".
    pub how: String,
    /// Per piece.
    pub values: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WholeReport {
    pub unit: String,
    pub why: WhyWhole,
}

impl WholeReport {
    /// The reason, as the end of a sentence.
    pub fn words(&self) -> String {
        match self.why {
            WhyWhole::Sliver(share) => {
                format!("left whole: the line would cut off only a sliver of {}", small_percent(share))
            }
            WhyWhole::Kept => "left whole: it is locked".to_owned(),
            WhyWhole::Tangled => "left whole: the line crosses itself there too often".to_owned(),
        }
    }
}

impl Report {
    /// The words of the undo menu: "Cut 5 ZIP areas at the boundary of East".
    pub fn label(&self, project: &Project, order: &CutOrder) -> String {
        let units = &project.units;
        let given = units.count_words(self.given_whole);
        match (order.to.map(|to| project.plan.territory_name(to)), self.cuts.len()) {
            (Some(to), 0) => format!("Assigned {given} to {to}"),
            (Some(to), count) if self.given_whole > 0 => {
                format!("Cut {} and assigned {given} and the parts inside to {to}", units.count_words(count))
            }
            (Some(to), count) => format!("Cut {} and assigned the parts inside to {to}", units.count_words(count)),
            (None, count) => {
                let what = if order.drawn.closed { "boundary" } else { "line" };
                format!("Cut {} along a {what}", units.count_words(count))
            }
        }
    }

    /// A code and a sentence for every unit that the line crosses.
    pub fn notes(&self, project: &Project) -> Vec<[String; 2]> {
        let cuts = self.cuts.iter().map(|cut| [cut.unit.clone(), cut.words(project)]);
        let whole = self.whole.iter().map(|whole| [whole.unit.clone(), whole.words()]);
        let locked = (self.locked_inside > 0).then(|| {
            let words = project.units.count_words(self.locked_inside);
            [String::new(), format!("left out {words} inside the boundary because they are locked")]
        });
        cuts.chain(whole).chain(locked).collect()
    }
}

impl CutReport {
    /// "cut into 10001-a (62.0 % of the area, 3 accounts; West) and 10001-b (38.0 % of the area, 9 accounts; inside, East); Households
    /// by the Revenue of 12 accounts, 71.0 % : 29.0 %".
    pub fn words(&self, project: &Project) -> String {
        let any = self.pieces.iter().any(|piece| piece.accounts > 0);
        let piece = |piece: &PieceReport| {
            let accounts = words::counted(piece.accounts as i128, "account");
            let accounts = if any { format!(", {accounts}") } else { String::new() };
            let to = project.plan.territory_name(piece.territory);
            let inside = if piece.inside { "inside, " } else { "" };
            format!("{} ({} of the area{accounts}; {inside}{to})", piece.code, words::percent(piece.share))
        };
        let pieces: Vec<String> = self.pieces.iter().map(piece).collect();
        let mut words = format!("cut into {}", pieces.join(" and "));
        // Columns that were divided the same way stand together.
        let mut ways: Vec<(String, Vec<&str>)> = Vec::new();
        for measure in &self.measures {
            let how = match measure.shares() {
                Some(shares) if measure.how.starts_with("by ") => format!("{}, {shares}", measure.how),
                _ => measure.how.clone(),
            };
            match ways.iter_mut().find(|way| way.0 == how) {
                Some(way) => way.1.push(&measure.name),
                None => ways.push((how, vec![&measure.name])),
            }
        }
        for (how, names) in ways {
            words += &format!("; {} {how}", names.join(", "));
        }
        if self.sliver > 0.0 {
            words += &format!("; slivers up to {} were not cut off", small_percent(self.sliver));
        }
        words
    }
}

impl MeasureReport {
    /// "62 % : 38 %"; `None` for nothing.
    fn shares(&self) -> Option<String> {
        let total: f64 = self.values.iter().sum();
        let share = |value: &f64| words::percent(value / total);
        (total.is_finite() && total != 0.0).then(|| self.values.iter().map(share).collect::<Vec<_>>().join(" : "))
    }
}

/// Also of what a percentage with one digit would call nothing.
fn small_percent(share: f64) -> String {
    if share < 1e-4 { "less than 0.01 %".to_owned() } else { format!("{:.2} %", share * 100.0) }
}
