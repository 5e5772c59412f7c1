//! Reading a reference: another plan of the file, another project, a table of who has what, a column of the accounts.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::{Holder, People, Reference, RepWords, rep_of};
use crate::domain::ids::{AccountId, TerritoryId};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::alignment::AlignmentMapping;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::export::order::Against;
use crate::io::files::{ending_of, name_of};
use crate::io::options::ReadOptions;
use crate::io::table::{self, Table, list_of};
use crate::io::unit_codes::UnitCodes;
use crate::store::{self, Wanted};

/// Reads what the project is to be held against. `path` is the project's file: other plans are read from there.
///
/// # Errors
/// A plan, file or column that is not there, or that says nothing of the project's accounts.
pub fn reference(
    project: &Project,
    path: Option<&Path>,
    against: &Against,
    progress: &Progress,
) -> Result<Imported<Reference>, UserError> {
    match against {
        Against::Plan(name) => Ok(Imported::new(of_plan(project, path, name)?, Vec::new())),
        Against::File(file) if ending_of(file) == "bwk" => {
            let (_, opened) = store::open(file, Wanted::ReadOnly)?;
            of_project(project, &opened.project, &name_of(file))
        }
        Against::File(file) => {
            let Imported { value: table, mut diagnostics } = table::read(file, &ReadOptions::default(), progress)?;
            let reference = of_table(project, &table, &mut diagnostics)?;
            Ok(Imported::new(reference, diagnostics))
        }
        Against::Column(name) => Ok(Imported::new(of_column(project, name)?, Vec::new())),
    }
}

fn of_plan(project: &Project, path: Option<&Path>, name: &str) -> Result<Reference, UserError> {
    let failed = || UserError::new(format!("Could not compare with the plan \"{name}\""));
    let path = path.ok_or_else(|| failed().because("the project has no file yet").hint("Save it first"))?;
    let (store, opened) = store::open(path, Wanted::ReadOnly)?;
    let found = opened.plans.find(name).ok_or_else(|| {
        let names: Vec<&str> = opened.plans.all.iter().map(|plan| plan.name.as_str()).collect();
        failed().because("the project has no such plan").hint(format!("its plans are {}", list_of(&names)))
    })?;
    let plan = store.read_plan(found.id)?.plan;
    if plan.assignment().len() != project.units.len() || opened.project.accounts.len() != project.accounts.len() {
        return Err(failed()
            .because("the file has other units or accounts")
            .hint("Wait until it is saved, and try again"));
    }
    of_plan_at_hand(project, &Arc::new(plan))
}

/// Another plan over the same units and accounts.
///
/// # Errors
/// It knows none of the accounts.
pub fn of_plan_at_hand(project: &Project, plan: &Arc<Plan>) -> Result<Reference, UserError> {
    let other = Project { plan: Arc::clone(plan), ..project.clone() };
    let read = of_project(project, &other, &format!("the scenario {}", plan.name))?;
    Ok(Reference { plan: Some(Arc::clone(plan)), ..read.value })
}

/// Accounts of another project, or of another plan, are found by their codes.
fn of_project(project: &Project, other: &Project, name: &str) -> Result<Imported<Reference>, UserError> {
    let people = People::of(project);
    let mut builder = Builder::new(name, project.accounts.len());
    let by_code = other.accounts.by_code();
    let owner = |account: AccountId| {
        let unit = other.accounts.units.get(account.index()).copied().flatten();
        other.plan.owner_of(account, unit)
    };
    let mut holders: HashMap<TerritoryId, usize> = HashMap::new();
    for (row, code) in project.accounts.codes.iter().enumerate() {
        let Some(&account) = by_code.get(code.as_str()) else { continue };
        let territory = owner(account);
        let holder = *holders.entry(territory).or_insert_with(|| {
            let rep = rep_of(other, territory).and_then(|rep| other.reps.get(rep.index()));
            let rep = rep.map_or_else(RepWords::default, |rep| RepWords {
                name: rep.name.clone(),
                known: people.find(&rep.code).or_else(|| people.find(&rep.name)),
            });
            let name = other.plan.territory(territory).map_or("", |territory| territory.name.as_str());
            builder.holder(Holder { territory: Some(name.to_owned()), rep: Some(rep) })
        });
        builder.reference.of[row] = Some(holder);
    }
    // Also those that no account is in: they are there.
    for (id, territory) in other.plan.territories().filter(|(id, _)| !holders.contains_key(id)) {
        let rep = rep_of(other, id).and_then(|rep| other.reps.get(rep.index()));
        let rep = rep.map_or_else(RepWords::default, |rep| people.words(&rep.code));
        builder.holder(Holder { territory: Some(territory.name.clone()), rep: Some(rep) });
    }
    builder.reference.groups =
        other.plan.hierarchy().iter().map(|(_, group)| group.name.trim().to_lowercase()).collect();
    let mut diagnostics = Vec::new();
    let reference = builder.finish(project, &mut diagnostics)?;
    Ok(Imported::new(reference, diagnostics))
}

fn of_table(project: &Project, table: &Table, diagnostics: &mut Vec<Diagnostic>) -> Result<Reference, UserError> {
    let failed = || UserError::new(format!("Could not compare with {}", table.file));
    let mapping = AlignmentMapping::guess(table, project);
    let find = |name: &Option<String>| name.as_deref().and_then(|name| table.find(name));
    let (account, unit) = (find(&mapping.account), find(&mapping.unit));
    let (Some(subject), by_account) = (account.or(unit), account.is_some()) else {
        return Err(failed()
            .because("no column holds codes of accounts or units of this project")
            .hint(format!("its columns are {}", list_of(&table.columns))));
    };
    let people = People::of(project);
    let (mut territory, mut rep) = (table.find(&mapping.territory), find(&mapping.rep));
    // A column called "owner" may hold either.
    if let (Some(column), None) = (territory, rep)
        && names_people(project, &people, table.column(column))
    {
        (territory, rep) = (None, Some(column));
    }
    let code = table.find("rep_code").or_else(|| table.find("Rep code"));
    if territory.is_none() && rep.is_none() {
        return Err(failed()
            .because("no column looks like one of territories or reps")
            .hint(format!("its columns are {}", list_of(&table.columns))));
    }
    let mut builder = Builder::new(&table.file, project.accounts.len());
    let accounts = project.accounts.by_code();
    let units = UnitCodes::of(project);
    let mut of_unit: HashMap<_, usize> = HashMap::new();
    let mut unknown = 0;
    let mut twice = 0;
    for row in 0..table.len() {
        let said = Holder {
            territory: territory.map(|column| table.cell(row, column).to_owned()),
            rep: rep.map(|column| {
                let words = people.words(table.cell(row, column));
                let known = code.and_then(|code| people.find(table.cell(row, code))).or(words.known);
                RepWords { known, ..words }
            }),
        };
        let subject = table.cell(row, subject);
        let known = if by_account {
            accounts.get(subject).map(|account| builder.of(account.index(), said))
        } else {
            units.find(subject).map(|(unit, _)| {
                let holder = builder.holder(said);
                *of_unit.entry(unit).or_insert(holder) == holder
            })
        };
        match known {
            None => unknown += 1,
            Some(is_new) => twice += usize::from(!is_new),
        }
    }
    if !by_account {
        for (row, unit) in project.accounts.units.iter().enumerate() {
            builder.reference.of[row] = unit.and_then(|unit| of_unit.get(&unit).copied());
        }
    }
    let levels = mapping.levels.iter().filter_map(|name| table.find(name));
    let groups: BTreeSet<String> =
        levels.flat_map(|column| table.column(column)).map(|name| name.trim().to_lowercase()).collect();
    builder.reference.groups = groups.into_iter().filter(|name| !name.is_empty()).collect();
    let mut note = |count: usize, words: &str, hint: &str| {
        if count > 0 {
            let message = format!("{} {words}", crate::io::count_of(count, "row"));
            diagnostics.push(Diagnostic::warning(Place::file(&table.file), message).hint(hint));
        }
    };
    note(unknown, "about codes that are not in the project", "they are left out of the comparison");
    note(twice, "against what a row before says", "the first is taken");
    builder.finish(project, diagnostics)
}

fn of_column(project: &Project, name: &str) -> Result<Reference, UserError> {
    let accounts = &project.accounts;
    let small = name.trim().to_lowercase();
    let column = accounts.attributes.iter().find(|column| column.name.to_lowercase() == small).ok_or_else(|| {
        let names: Vec<&str> = accounts.attributes.iter().map(|column| column.name.as_str()).collect();
        UserError::new(format!("Could not compare with the column \"{name}\""))
            .because("accounts have no such column")
            .hint(format!("their columns of words are {}", list_of(&names)))
    })?;
    let people = People::of(project);
    let rows = || (0..accounts.len()).map(|row| column.get(row));
    let territories = !names_people(project, &people, rows()) && names_territories(project, rows());
    let mut builder = Builder::new(&format!("the column {}", column.name), accounts.len());
    for (row, text) in rows().enumerate() {
        let said = if territories {
            Holder { territory: Some(text.to_owned()), rep: None }
        } else {
            Holder { territory: None, rep: Some(people.words(text)) }
        };
        builder.of(row, said);
    }
    builder.finish(project, &mut Vec::new())
}

/// Whether more of the texts are reps of the roster than names of territories.
fn names_people<'t>(project: &Project, people: &People, texts: impl Iterator<Item = &'t str> + Clone) -> bool {
    let found = texts.clone().filter(|text| people.find(text).is_some()).count();
    found > texts.filter(|text| project.plan.find_territory(text).is_some()).count()
}

fn names_territories<'t>(project: &Project, mut texts: impl Iterator<Item = &'t str>) -> bool {
    texts.any(|text| project.plan.find_territory(text).is_some())
}

struct Builder {
    reference: Reference,
    positions: HashMap<Holder, usize>,
}

impl Builder {
    fn new(name: &str, accounts: usize) -> Self {
        let reference = Reference { name: name.to_owned(), of: vec![None; accounts], ..Reference::default() };
        Self { reference, positions: HashMap::new() }
    }

    fn holder(&mut self, holder: Holder) -> usize {
        let next = self.reference.holders.len();
        let at = *self.positions.entry(holder.clone()).or_insert(next);
        if at == next {
            self.reference.holders.push(holder);
        }
        at
    }

    /// The first that is said of an account counts; whether this agrees with it.
    fn of(&mut self, row: usize, said: Holder) -> bool {
        let holder = self.holder(said);
        *self.reference.of[row].get_or_insert(holder) == holder
    }

    fn finish(self, project: &Project, diagnostics: &mut Vec<Diagnostic>) -> Result<Reference, UserError> {
        let reference = self.reference;
        let unknown = reference.of.iter().filter(|of| of.is_none()).count();
        if unknown == project.accounts.len() && unknown > 0 {
            return Err(UserError::new(format!("Could not compare with {}", reference.name))
                .because("it knows none of the project's accounts")
                .hint("choose another one, or all instead of changes"));
        }
        if unknown > 0 {
            let message = format!("{} it does not know", crate::io::count_of(unknown, "account"));
            diagnostics.push(Diagnostic::note(Place::file(&reference.name), message).hint("they count as new"));
        }
        Ok(reference)
    }
}
