//! Tiers as a formula that one can read: A, B, C by share of the total, or by place among the others.

use super::naming::as_reference;

/// How a column is divided into three tiers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tiers {
    /// A are the largest that together make up the first share of the total, B the next, C the rest. In percent.
    Share([f64; 3]),
    /// A are the largest, so many percent of the rows; B the next; C the rest.
    Rows([f64; 3]),
}

impl Tiers {
    /// The formula.
    pub fn formula(self, column: &str) -> String {
        let column = as_reference(column);
        match self {
            Self::Share([a, b, _]) => format!("tier({column}, {}, {})", plain(a), plain(a + b)),
            Self::Rows([a, b, _]) => {
                let (first, second) = (plain(100.0 - a), plain(100.0 - a - b));
                format!(
                    "if(percentile({column}) >= {first}, \"A\",\n if(percentile({column}) >= {second}, \"B\", \"C\"))"
                )
            }
        }
    }
}

/// Three shares out of words like "80 / 15 / 5"; they add up to 100.
///
/// # Errors
/// What is wrong with them.
pub fn percents(words: [&str; 3]) -> Result<[f64; 3], &'static str> {
    let read = |word: &str| word.trim().trim_end_matches('%').trim().parse::<f64>().ok();
    let [Some(a), Some(b), Some(c)] = words.map(read) else { return Err("Write three numbers, in percent") };
    let all = [a, b, c];
    if all.iter().any(|share| !(0.0..=100.0).contains(share)) || (a + b + c - 100.0).abs() > 1e-6 {
        return Err("The three parts must add up to 100 %");
    }
    Ok(all)
}

/// Without the tail that 100 − 33.3 has in binary.
fn plain(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    (rounded + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_formulas_that_one_can_read() {
        assert_eq!(Tiers::Share([80.0, 15.0, 5.0]).formula("Annual Revenue"), "tier([Annual Revenue], 80, 95)");
        let rows = Tiers::Rows([33.3, 33.3, 33.4]).formula("x]");
        assert_eq!(rows, "if(percentile([x]]]) >= 66.7, \"A\",\n if(percentile([x]]]) >= 33.4, \"B\", \"C\"))");
        assert_eq!(percents(["80", " 15 %", "5"]), Ok([80.0, 15.0, 5.0]));
        assert!(percents(["80", "15", "6"]).is_err() && percents(["NaN", "1", "1"]).is_err());
    }
}
