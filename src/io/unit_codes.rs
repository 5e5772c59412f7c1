//! Units found by the codes that files have for them.

use std::collections::HashMap;

use crate::domain::ids::UnitId;
use crate::domain::project::Project;

/// Codes of units, also as spreadsheets spoil them: where all codes have the same length, lost leading zeros are put back.
pub struct UnitCodes<'a> {
    by_code: HashMap<&'a str, UnitId>,
    length: Option<usize>,
}

impl<'a> UnitCodes<'a> {
    pub fn of(project: &'a Project) -> Self {
        let codes = &project.units.codes;
        let by_code = codes.iter().map(String::as_str).zip(project.units.ids()).collect();
        let length = codes.first().map(String::len).filter(|&length| {
            codes.iter().all(|code| code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit()))
        });
        Self { by_code, length }
    }

    /// The unit, and whether zeros had to be put back.
    pub fn find(&self, code: &str) -> Option<(UnitId, bool)> {
        if let Some(&unit) = self.by_code.get(code) {
            return Some((unit, false));
        }
        let digits = code.strip_suffix(".0").unwrap_or(code);
        let length = self.length.filter(|&length| {
            !digits.is_empty() && digits.len() <= length && digits.bytes().all(|byte| byte.is_ascii_digit())
        })?;
        self.by_code.get(format!("{digits:0>length$}").as_str()).map(|&unit| (unit, true))
    }
}
