//! The columns that a formula may name.

use std::sync::Arc;

use super::error::near;
use super::values::{Data, Texts, Values};
use crate::domain::cells::CellColumn;
use crate::domain::columns::Subject;
use crate::domain::ids::MeasureId;
use crate::domain::project::Project;
use crate::domain::segments::Segment;

/// Where the values of a name come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Code,
    Lon,
    Lat,
    Area,
    Cell(CellColumn),
    /// Whether an account belongs to the segment at this place of the list.
    Segment(u16),
}

/// The columns of accounts or units of a project.
pub struct Columns<'a> {
    project: &'a Project,
    subject: Subject,
    names: Vec<(String, Source)>,
    /// It is a segment's formula that names them, which cannot be made of segments.
    of_segment: bool,
}

impl<'a> Columns<'a> {
    pub fn of(project: &'a Project, subject: Subject) -> Self {
        let mut names: Vec<(String, Source)> = Vec::new();
        let measures = project.measures_of(subject);
        names.extend(measures.map(|(id, measure)| (measure.name.clone(), Source::Cell(CellColumn::Measure(id)))));
        let attributes = match subject {
            Subject::Units => &project.units.attributes,
            Subject::Accounts => &project.accounts.attributes,
        };
        let attributes = attributes.iter().zip(0..);
        names.extend(attributes.map(|(column, at)| (column.name.clone(), Source::Cell(CellColumn::Attribute(at)))));
        for (name, source) in Self::built_in(subject) {
            if !names.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                names.push((name.to_owned(), source));
            }
        }
        Self { project, subject, names, of_segment: false }
    }

    /// The columns that the formula of a segment may name. A segment is made of columns alone, so segments never go round in a circle.
    pub fn of_segment(project: &'a Project) -> Self {
        Self { of_segment: true, ..Self::of(project, Subject::Accounts) }
    }

    /// What is known of every account or unit, whatever the file had.
    pub fn built_in(subject: Subject) -> Vec<(&'static str, Source)> {
        let mut all = vec![
            ("Code", Source::Code),
            ("Name", Source::Cell(CellColumn::Name)),
            ("Lon", Source::Lon),
            ("Lat", Source::Lat),
        ];
        if subject == Subject::Units {
            all.push(("Area_km2", Source::Area));
        }
        all
    }

    pub fn subject(&self) -> Subject {
        self.subject
    }

    pub fn rows(&self) -> usize {
        match self.subject {
            Subject::Units => self.project.units.len(),
            Subject::Accounts => self.project.accounts.len(),
        }
    }

    /// The code of a row.
    pub fn code(&self, row: usize) -> &'a str {
        let codes = match self.subject {
            Subject::Units => &self.project.units.codes,
            Subject::Accounts => &self.project.accounts.codes,
        };
        codes.get(row).map_or("", String::as_str)
    }

    pub fn names(&self) -> impl Iterator<Item = (&str, Source)> {
        self.names.iter().map(|(name, source)| (name.as_str(), *source))
    }

    /// The column that is meant: by its name, else whatever its capitals, else with `_` for what is neither letter nor digit.
    pub fn find(&self, name: &str) -> Option<(&str, Source)> {
        let exact = self.names().find(|(known, _)| *known == name);
        let folded = name.to_lowercase();
        let alike = || self.names().find(|(known, _)| known.to_lowercase() == folded);
        let plain = || self.names().find(|(known, _)| plain(known) == folded);
        exact.or_else(alike).or_else(plain)
    }

    /// The segment of that name, whatever its capitals, with what stands for it.
    ///
    /// # Errors
    /// Why none can be named, and what to do.
    pub fn segment(&self, name: &str) -> Result<(&'a Segment, Source), (String, String)> {
        let refuse = |why: &str, hint: &str| Err((why.to_owned(), hint.to_owned()));
        if self.subject == Subject::Units {
            return refuse("in_segment is about accounts, and this is a column of units", "");
        }
        if self.of_segment {
            return refuse("a segment cannot be made of other segments", "repeat their conditions here");
        }
        let folded = name.trim().to_lowercase();
        let mut all = self.project.segments.iter().zip(0..);
        let found = all.find(|(segment, _)| segment.name.to_lowercase() == folded);
        let Some((segment, at)) = found else {
            let names = self.project.segments.iter().map(|segment| segment.name.as_str());
            let hint = near(name, names).map_or_else(String::new, |near| format!("did you mean \"{near}\"?"));
            return Err((format!("there is no segment \"{}\"", name.trim()), hint));
        };
        match segment.check(self.project) {
            Ok(()) => Ok((segment, Source::Segment(at))),
            Err(error) => Err((format!("the segment \"{}\" is wrong: {}", segment.name, error.message), error.hint)),
        }
    }

    /// The name most like one that is not there.
    pub fn near(&self, name: &str) -> Option<&str> {
        near(name, self.names.iter().map(|(known, _)| known.as_str()))
    }

    /// What a column holds, without its values.
    pub fn kind(&self, source: Source) -> super::Kind {
        match source {
            Source::Lon | Source::Lat | Source::Area | Source::Cell(CellColumn::Measure(_)) => super::Kind::Number,
            Source::Code | Source::Cell(_) => super::Kind::Text,
            Source::Segment(_) => super::Kind::Flag,
        }
    }

    /// The values of a column.
    pub fn values(&self, source: Source) -> Values {
        let texts = |rows: &[String]| Values::new(Data::Texts(Arc::new(Texts::from_rows(rows))));
        let (units, accounts) = (&self.project.units, &self.project.accounts);
        let (codes, names, attributes, places) = match self.subject {
            Subject::Units => (&units.codes, &units.names, &units.attributes, &units.centres),
            Subject::Accounts => (&accounts.codes, &accounts.names, &accounts.attributes, &accounts.places),
        };
        let rows = self.rows();
        let whole = |mut values: Vec<f64>| {
            values.resize(rows, f64::NAN);
            Values::numbers(values)
        };
        match source {
            Source::Code => texts(codes),
            Source::Cell(CellColumn::Name) => texts(names),
            Source::Lon => whole(places.iter().map(|place| place.lon).collect()),
            Source::Lat => whole(places.iter().map(|place| place.lat).collect()),
            Source::Area => whole(units.areas_km2.clone()),
            Source::Cell(CellColumn::Measure(id)) => whole(self.measure(id)),
            Source::Cell(CellColumn::Attribute(at)) => match attributes.get(usize::from(at)) {
                Some(column) if column.len() == rows => Values::new(Data::Texts(Arc::new(Texts::of(column)))),
                _ => Values::text("").spread(rows),
            },
            Source::Segment(at) => {
                let segment = self.project.segments.get(usize::from(at));
                let members = segment.and_then(|segment| segment.members(self.project).ok()).unwrap_or_default();
                let belongs = |row: usize| Some(members.belongs.get(row).copied().unwrap_or_default());
                Values::flags((0..rows).map(belongs).collect())
            }
        }
    }

    fn measure(&self, id: MeasureId) -> Vec<f64> {
        let measure = self.project.measure(id).filter(|measure| measure.subject == self.subject);
        measure.map_or_else(Vec::new, |measure| measure.values.clone())
    }
}

/// "Annual Revenue ($)" as it may be written without brackets: "annual_revenue".
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        let letter = if letter.is_alphanumeric() { letter } else { '_' };
        if !(letter == '_' && (out.is_empty() || out.ends_with('_'))) {
            out.push(letter);
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}
