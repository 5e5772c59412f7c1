//! Saved mappings: which column of a file is what, and how the file is read, under a name. Each is a JSON file in the folder `presets` of
//! the user's data folder, for both front ends; one that was sent by a colleague works by its path.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::columns::{AccountColumns, AlignmentColumns, Choice, RepColumns, UnitColumns, UnitTableColumns};
use crate::error::UserError;
use crate::io::files;
use crate::io::guess::Reason;
use crate::io::options::{DateOrder, DecimalMark, ReadOptions};

/// A mapping with a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preset {
    pub name: String,
    /// "units", "accounts", "alignment", "reps", "columns", "layer".
    pub what: String,
    /// Columns by name, in the file's order, and what each is: one of [`ROLES`].
    pub columns: Vec<(String, String)>,
    pub read: ReadOptions,
}

/// What a column can be, in the words of the preset's file.
pub const ROLES: [&str; 19] = [
    "id",
    "name",
    "longitude",
    "latitude",
    "postal code",
    "town",
    "state",
    "country",
    "street",
    "measure",
    "attribute",
    "leave out",
    "unit",
    "account",
    "territory",
    "rep",
    "level",
    "hours per year",
    "skills",
];

/// A preset as its file holds it.
#[derive(Serialize, Deserialize)]
struct Saved {
    /// Of this form of the file.
    version: u32,
    name: String,
    #[serde(rename = "for")]
    what: String,
    columns: Vec<SavedColumn>,
    #[serde(default)]
    read: SavedOptions,
}

#[derive(Serialize, Deserialize)]
struct SavedColumn {
    column: String,
    #[serde(rename = "as")]
    role: String,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct SavedOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header_row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dates: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsg: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dissolve: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dissolve_prefix: Option<usize>,
}

const VERSION: u32 = 1;
const MAX_BYTES: u64 = 1 << 20;
const LONGEST_NAME: usize = 60;

/// The presets of a data folder by name, and what is wrong with those that cannot be read.
pub fn list(data_folder: &Path) -> (Vec<Preset>, Vec<UserError>) {
    let entries = std::fs::read_dir(folder(data_folder)).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| files::ending_of(path) == "json").collect();
    paths.sort();
    let (mut presets, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match read(&path) {
            Ok(preset) => presets.push(preset),
            Err(problem) => problems.push(problem),
        }
    }
    presets.sort_by(|a, b| (a.name.to_lowercase(), &a.name).cmp(&(b.name.to_lowercase(), &b.name)));
    (presets, problems)
}

/// The preset of that name, or in the file of that path.
///
/// # Errors
/// There is none, or its file cannot be read.
pub fn find(data_folder: &Path, name_or_path: &str) -> Result<Preset, UserError> {
    let path = Path::new(name_or_path);
    if files::ending_of(path) == "json" && path.is_file() {
        return read(path);
    }
    let (presets, _) = list(data_folder);
    let wanted = name_or_path.trim().to_lowercase();
    let names: Vec<String> = presets.iter().map(|preset| preset.name.clone()).collect();
    presets.into_iter().find(|preset| preset.name.to_lowercase() == wanted).ok_or_else(|| {
        let known = if names.is_empty() {
            "none is saved yet".to_owned()
        } else {
            format!("those saved are {}", crate::io::table::list_of(&names))
        };
        UserError::new(format!("There is no preset \"{name_or_path}\""))
            .because(known)
            .hint("check the name, or give the path of a .json file")
    })
}

/// Saves a preset, in place of one of the same name.
///
/// # Errors
/// A name that is empty or too long, a folder that cannot be written.
pub fn save(data_folder: &Path, preset: &Preset) -> Result<PathBuf, UserError> {
    let name = preset.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(UserError::new("Could not save the preset")
            .because(format!("a name has from 1 to {LONGEST_NAME} characters"))
            .hint("give it another name"));
    }
    let folder = folder(data_folder);
    std::fs::create_dir_all(&folder).map_err(|error| {
        UserError::new(format!("Could not save the preset \"{name}\""))
            .because(error)
            .hint("set BAILIWICK_DATA to a folder you can write to")
    })?;
    let columns =
        preset.columns.iter().map(|(column, role)| SavedColumn { column: column.clone(), role: role.clone() });
    let saved = Saved {
        version: VERSION,
        name: name.to_owned(),
        what: preset.what.clone(),
        columns: columns.collect(),
        read: SavedOptions::of(&preset.read),
    };
    let text = serde_json::to_string_pretty(&saved)
        .map_err(|error| UserError::new(format!("Could not save the preset \"{name}\"")).because(error))?;
    let path = path_of(data_folder, name);
    let mut writing = files::Writing::new();
    writing.add(&path, (text + "\n").as_bytes())?;
    writing.finish()?;
    Ok(path)
}

/// Deletes the preset of that name.
///
/// # Errors
/// Its file cannot be deleted.
pub fn delete(data_folder: &Path, name: &str) -> Result<(), UserError> {
    std::fs::remove_file(path_of(data_folder, name))
        .map_err(|error| UserError::new(format!("Could not delete the preset \"{name}\"")).because(error))
}

/// The preset made for files with these columns: all the same names, in whatever order.
pub fn fitting<'a>(presets: &'a [Preset], what: &str, columns: &[String]) -> Option<&'a Preset> {
    let sorted = |names: &mut dyn Iterator<Item = &'a String>| {
        let mut names: Vec<String> = names.map(|name| name.to_lowercase()).collect();
        names.sort();
        names
    };
    let mut wanted: Vec<String> = columns.iter().map(|name| name.to_lowercase()).collect();
    wanted.sort();
    presets
        .iter()
        .find(|preset| preset.what == what && sorted(&mut preset.columns.iter().map(|(column, _)| column)) == wanted)
}

impl Preset {
    /// A preset of what an import took its columns for.
    pub fn of_reasons(name: &str, what: &str, reasons: &[Reason], read: &ReadOptions) -> Self {
        let role = |reason: &Reason| match (what, reason.taken_as.as_str()) {
            ("units", "unit code") => "id",
            ("alignment", "account code") => "account",
            (_, taken_as) => role_of(taken_as),
        };
        let named = reasons.iter().filter(|reason| !reason.column.is_empty());
        let columns = named.map(|reason| (reason.column.clone(), role(reason).to_owned()));
        Self { name: name.to_owned(), what: what.to_owned(), columns: columns.collect(), read: read.clone() }
    }

    pub fn unit_columns(&self) -> UnitColumns {
        UnitColumns {
            code: self.single("id"),
            name: self.single("name"),
            measures: Some(self.many("measure")),
            attributes: Some(self.many("attribute")),
            read: self.read.clone(),
            ..UnitColumns::default()
        }
    }

    pub fn account_columns(&self) -> AccountColumns {
        AccountColumns {
            id: self.single("id"),
            name: self.single("name"),
            lon: self.single("longitude"),
            lat: self.single("latitude"),
            postal: self.single("postal code"),
            town: self.single("town"),
            state: self.single("state"),
            country: self.single("country"),
            street: self.single("street"),
            measures: Some(self.many("measure")),
            attributes: Some(self.attributes()),
            read: self.read.clone(),
        }
    }

    pub fn alignment_columns(&self) -> AlignmentColumns {
        AlignmentColumns {
            unit: self.single("unit"),
            account: self.single("account"),
            territory: self.single("territory"),
            rep: self.single("rep"),
            levels: Some(self.many("level")),
            read: self.read.clone(),
            ..AlignmentColumns::default()
        }
    }

    pub fn unit_table_columns(&self) -> UnitTableColumns {
        UnitTableColumns {
            code: self.single("unit"),
            measures: Some(self.many("measure")),
            attributes: Some(self.many("attribute")),
            read: self.read.clone(),
            ..UnitTableColumns::default()
        }
    }

    pub fn rep_columns(&self) -> RepColumns {
        RepColumns {
            code: self.single("id"),
            name: self.single("name"),
            lon: self.single("longitude"),
            lat: self.single("latitude"),
            postal: self.single("postal code"),
            town: self.single("town"),
            capacity_hours: self.single("hours per year"),
            skills: self.single("skills"),
            read: self.read.clone(),
        }
    }

    fn single(&self, role: &str) -> Choice {
        let found = self.columns.iter().find(|(_, taken)| taken == role);
        found.map_or(Choice::None, |(column, _)| Choice::Column(column.clone()))
    }

    fn many(&self, role: &str) -> Vec<String> {
        self.columns.iter().filter(|(_, taken)| taken == role).map(|(column, _)| column.clone()).collect()
    }

    /// Where an account is stays readable beside its place.
    fn attributes(&self) -> Vec<String> {
        let is_kept =
            |role: &str| matches!(role, "attribute" | "postal code" | "town" | "state" | "country" | "street");
        self.columns.iter().filter(|(_, taken)| is_kept(taken)).map(|(column, _)| column.clone()).collect()
    }
}

/// The role that an import tells in words.
fn role_of(taken_as: &str) -> &'static str {
    let words = taken_as.trim_end_matches(" of the home");
    match words {
        "account code" | "rep code" => "id",
        "account name" | "rep name" | "unit name" => "name",
        "unit code" => "unit",
        "level above territories" => "level",
        "capacity in hours per year" => "hours per year",
        other => ROLES.iter().find(|role| **role == other).copied().unwrap_or("leave out"),
    }
}

fn folder(data_folder: &Path) -> PathBuf {
    data_folder.join("presets")
}

/// Letters, digits, spaces and `-_` stay, so that a file can be told by its name; everything else is written as `%` and its number.
fn path_of(data_folder: &Path, name: &str) -> PathBuf {
    let mut file = String::new();
    for character in name.trim().chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '-' | '_') {
            file.push(character);
        } else {
            file.push_str(&format!("%{:X}", u32::from(character)));
        }
    }
    folder(data_folder).join(format!("{file}.json"))
}

fn read(path: &Path) -> Result<Preset, UserError> {
    let failed = |why: String| {
        UserError::new(format!("Could not read the preset {}", files::name_of(path)))
            .because(why)
            .hint("save it again, or delete the file")
    };
    let bytes = files::read_all(path, MAX_BYTES)?;
    let saved: Saved = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    if saved.version > VERSION {
        return Err(failed("a newer version of the program wrote it".to_owned()));
    }
    let unknown = saved.columns.iter().find(|column| !ROLES.contains(&column.role.as_str()));
    if let Some(SavedColumn { column, role }) = unknown {
        return Err(failed(format!("column \"{column}\" is taken as \"{role}\", which is not known")));
    }
    Ok(Preset {
        name: saved.name,
        what: saved.what,
        columns: saved.columns.into_iter().map(|column| (column.column, column.role)).collect(),
        read: saved.read.options().map_err(failed)?,
    })
}

impl SavedOptions {
    fn of(options: &ReadOptions) -> Self {
        Self {
            sheet: options.part.clone(),
            header_row: options.header_row,
            delimiter: options.delimiter.map(|delimiter| char::from(delimiter).to_string()),
            encoding: options.encoding.clone(),
            decimal: options.decimal_mark.map(|mark| mark.word().to_owned()),
            dates: options.date_order.map(|order| order.word().to_owned()),
            epsg: options.epsg,
            dissolve: options.dissolve.clone(),
            dissolve_prefix: options.dissolve_prefix,
        }
    }

    fn options(self) -> Result<ReadOptions, String> {
        let delimiter = match self.delimiter.as_deref().map(str::as_bytes) {
            None => None,
            Some([one]) => Some(*one),
            Some(_) => return Err("the delimiter is no single character".to_owned()),
        };
        let decimal_mark =
            self.decimal.map(|word| DecimalMark::of_word(&word).ok_or(format!("no decimal mark is called \"{word}\"")));
        let date_order =
            self.dates.map(|word| DateOrder::of_word(&word).ok_or(format!("no order of dates is called \"{word}\"")));
        Ok(ReadOptions {
            part: self.sheet,
            header_row: self.header_row,
            delimiter,
            encoding: self.encoding,
            decimal_mark: decimal_mark.transpose()?,
            date_order: date_order.transpose()?,
            epsg: self.epsg,
            dissolve: self.dissolve,
            dissolve_prefix: self.dissolve_prefix,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> Preset {
        Preset {
            name: "CRM: weekly / north".into(),
            what: "accounts".into(),
            columns: vec![
                ("Nr".into(), "id".into()),
                ("PLZ".into(), "postal code".into()),
                ("Umsatz".into(), "measure".into()),
                ("Notiz".into(), "leave out".into()),
            ],
            read: ReadOptions {
                delimiter: Some(b';'),
                decimal_mark: Some(DecimalMark::Comma),
                date_order: Some(DateOrder::DayMonthYear),
                header_row: Some(3),
                ..ReadOptions::default()
            },
        }
    }

    #[test]
    fn a_saved_preset_comes_back_by_name_and_by_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), &preset()).unwrap();
        assert_eq!(path.file_name().unwrap(), "CRM%3A weekly %2F north.json");
        assert_eq!(find(folder.path(), "crm: Weekly / North"), Ok(preset()));
        assert_eq!(find(Path::new("/nowhere"), &path.display().to_string()), Ok(preset()));
        let columns = preset().account_columns();
        assert_eq!((columns.id, columns.name), (Choice::Column("Nr".into()), Choice::None));
        assert_eq!(columns.attributes, Some(vec!["PLZ".to_owned()]));
        delete(folder.path(), "CRM: weekly / north").unwrap();
        assert!(find(folder.path(), "CRM: weekly / north").is_err());
    }

    #[test]
    fn a_preset_is_offered_for_the_same_columns() {
        let presets = [preset()];
        let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(fitting(&presets, "accounts", &columns(&["Umsatz", "nr", "PLZ", "Notiz"])).is_some());
        assert!(fitting(&presets, "reps", &columns(&["Umsatz", "Nr", "PLZ", "Notiz"])).is_none());
        assert!(fitting(&presets, "accounts", &columns(&["Nr", "PLZ", "Umsatz"])).is_none());
    }

    #[test]
    fn broken_presets_are_said_and_do_not_hide_the_others() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), &preset()).unwrap();
        let broken = folder.path().join("presets/broken.json");
        for text in [
            "{",
            "{\"version\":9,\"name\":\"x\",\"for\":\"accounts\",\"columns\":[]}",
            "{\"version\":1,\"name\":\"x\",\"for\":\"accounts\",\"columns\":[{\"column\":\"a\",\"as\":\"king\"}]}",
            "{\"version\":1,\"name\":\"x\",\"for\":\"accounts\",\"columns\":[],\"read\":{\"decimal\":\"dot dot\"}}",
        ] {
            std::fs::write(&broken, text).unwrap();
            let (presets, problems) = list(folder.path());
            assert_eq!((presets.len(), problems.len()), (1, 1), "{text}");
        }
        assert!(save(folder.path(), &Preset { name: "  ".into(), ..preset() }).is_err());
    }
}
