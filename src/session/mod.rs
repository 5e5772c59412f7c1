//! The open project as the window sees it: plan, history, totals, selection, view, and what is only being tried (a gesture's
//! preview, a proposal). Panels and the map read it; only `app` changes it, and only [`Session::apply`] changes the plan.

pub mod colouring;
pub mod columns;
pub mod comparing;
pub mod data;
pub mod dots;
pub mod doubles;
pub mod explanation;
pub mod filter;
pub mod levels;
pub mod list;
pub mod placing;
mod preview;
pub mod proposal;
pub mod recent;
pub mod reference;
pub mod refreshing;
pub mod scenarios;
mod selecting;
pub mod shading;
mod shown;
pub mod suggestion;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::cells;
use crate::domain::computed;
use crate::domain::edit::{Edit, EditError, Effects, Locks};
use crate::domain::history::{History, Made};
use crate::domain::ids::{AccountId, GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::{self, LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::project::{Goal, Project};
use crate::domain::shape::PlanMetrics;
use crate::domain::spatial::{AccountIndex, UnitIndex};
use crate::domain::sphere::Bounds;
use crate::domain::topology::{CutOff, Neighbours};
use crate::io::diagnostic::Diagnostic;
use crate::jobs::spec::Version;
use columns::Formulas;
use comparing::Comparing;
use data::NewData;
use placing::Placing;
use proposal::{LiveBuild, Proposal};
use scenarios::Scenarios;
use suggestion::Suggestion;
use tables::Tables;
use view::View;

pub use self::preview::Preview;
pub use self::shown::Shown;

/// Why the plan cannot be changed while a proposal waits for a yes: the plan is not what is on screen, and a change would void the
/// engine's work.
pub const PROPOSAL_WAITS: &str = "Accept or discard the proposal first";

/// What is selected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    pub units: BTreeSet<UnitId>,
    /// The one that is looked at; also one of `accounts`.
    pub account: Option<AccountId>,
    pub accounts: BTreeSet<AccountId>,
}

/// The slow figures and the generation of the plan they were taken of.
#[derive(Debug, Clone)]
pub struct Measured {
    pub generation: u64,
    pub metrics: Arc<PlanMetrics>,
    /// The territories that do not hang together.
    pub cut_off: Arc<Vec<CutOff>>,
}

/// The open project.
pub struct Session {
    pub project: Project,
    pub path: Option<PathBuf>,
    /// Why nothing can be changed, when it cannot.
    pub read_only: Option<String>,
    /// This is what could be saved of a damaged file; what is missing is among the diagnostics.
    pub damaged: bool,
    pub totals: Totals,
    pub history: History,
    /// The plans of the project.
    pub scenarios: Scenarios,
    /// The open plan is held against another one.
    pub comparing: Option<Comparing>,
    /// Counts the changes of plan and data, and other plans opened, since opening the project.
    pub generation: u64,
    /// Differs with every change of units, accounts or roster, and from one project to the next: tells what a job's result was made of.
    pub data_generation: u64,
    /// Counts the edits of imported values since then.
    pub cells_generation: u64,
    /// Counts the steps since then after which columns had other numbers.
    pub columns_generation: u64,
    /// Counts the edits of places of accounts since then.
    pub places_generation: u64,
    pub unit_index: Arc<UnitIndex>,
    pub account_index: Arc<AccountIndex>,
    pub measured: Option<Measured>,
    /// What the formulas of columns and segments come to.
    pub formulas: Formulas,
    pub selection: Selection,
    /// What the brush paints, and what commands about "the territory" mean.
    pub active: TerritoryId,
    /// The district, region or other group that is looked at and painted instead; a territory or a group is active, never both.
    pub active_group: Option<GroupId>,
    pub view: View,
    pub preview: Option<Preview>,
    /// Counts the previews shown.
    previews: u64,
    pub proposal: Option<Proposal>,
    /// What a command on territories would do.
    pub suggestion: Option<Suggestion>,
    /// Counts the suggestions there were.
    suggestions: u64,
    /// A build under way.
    pub live: Option<LiveBuild>,
    /// The plan is shown instead of the proposal, to compare them.
    pub show_current: bool,
    pub diagnostics: Vec<Diagnostic>,
    /// Who makes changes, for the history.
    pub who: String,
    /// The rows of the tables below the map.
    pub tables: Tables,
    /// Placing accounts by hand.
    pub placing: Placing,
    /// By the setting that keeps it: the file that units, accounts and so on came from last.
    pub imported_files: BTreeMap<String, String>,
    /// Pairs of codes of accounts that somebody has said are no doubles, the smaller first.
    pub no_doubles: BTreeSet<[String; 2]>,
}

/// The indices over units and accounts: slow to make for big projects, so jobs make them.
#[derive(Clone)]
pub struct Indices {
    pub units: Arc<UnitIndex>,
    pub accounts: Arc<AccountIndex>,
    pub loads: Arc<LoadTable>,
}

impl Indices {
    pub fn new(project: &Project) -> Self {
        Self {
            units: Arc::new(UnitIndex::new(&project.units)),
            accounts: Arc::new(AccountIndex::new(&project.accounts)),
            loads: Arc::new(LoadTable::new(project)),
        }
    }
}

impl Session {
    /// `generation` is the file's count of changes; it goes on from there.
    pub fn new(project: Project, history: History, indices: Indices, generation: u64) -> Self {
        let totals = Totals::count(Arc::clone(&indices.loads), &project.plan);
        let mut session = Self {
            path: None,
            read_only: None,
            damaged: false,
            totals,
            history,
            scenarios: Scenarios::default(),
            comparing: None,
            generation,
            data_generation: next_data_generation(),
            cells_generation: 0,
            columns_generation: 0,
            places_generation: 0,
            who: String::new(),
            tables: Tables::default(),
            placing: Placing::default(),
            unit_index: indices.units,
            account_index: indices.accounts,
            measured: None,
            formulas: Formulas::default(),
            selection: Selection::default(),
            active: TerritoryId::UNASSIGNED,
            active_group: None,
            view: View::default(),
            preview: None,
            previews: 0,
            proposal: None,
            suggestion: None,
            suggestions: 0,
            live: None,
            show_current: false,
            diagnostics: Vec::new(),
            imported_files: BTreeMap::new(),
            no_doubles: BTreeSet::new(),
            project,
        };
        session.view.measure = session.project.main_goal().map(|goal| goal.measure);
        session.view.fit = session.plan_bounds();
        session
    }

    /// The plan as it is, without previews and proposals.
    pub fn plan(&self) -> &Plan {
        &self.project.plan
    }

    /// The state that a job is given.
    pub fn version(&self) -> Version {
        Version { generation: self.generation, data_generation: self.data_generation }
    }

    /// Who is whose neighbour in the plan.
    pub fn neighbours(&self) -> Neighbours<'_> {
        Neighbours::of_plan(&self.project.units.topology, &self.project.plan)
    }

    /// The active territory or group may have been one of a plan that is no longer shown, or may be gone.
    fn forget_missing(&mut self) {
        if self.shown_plan().territory(self.active).is_none() {
            self.active = TerritoryId::UNASSIGNED;
        }
        self.active_group = self.active_group.filter(|&id| self.plan().hierarchy().group(id).is_some());
    }

    /// The measure in view and how it shall be balanced.
    pub fn goal(&self) -> Option<Goal> {
        let measure = self.view.measure.or_else(|| self.project.main_goal().map(|goal| goal.measure))?;
        let chosen = self.project.goals.iter().copied().find(|goal| goal.measure == measure);
        let tolerance = self.project.main_goal().map_or(0.10, |goal| goal.tolerance);
        chosen.or(Some(Goal { measure, tolerance, weight: 1.0 }))
    }

    /// (load − target) / target of a territory in the plan shown.
    pub fn deviation(&self, measure: MeasureId, territory: TerritoryId) -> Option<f64> {
        metrics::deviation(self.shown_plan(), self.shown_totals(), measure, territory)
    }

    /// Makes a change: the plan, its totals and the history follow. The caller saves it.
    pub fn apply(&mut self, edit: Edit) -> Result<Effects, EditError> {
        let edit = computed::followed(&self.project, edit)?;
        let effects = self.change(&edit, Locks::Obey, None)?;
        self.record(edit);
        Ok(effects)
    }

    /// The same for a step that was worked out with the locks in mind: those that are in its way are taken off by it.
    pub fn apply_worked_out(&mut self, edit: Edit) -> Result<Effects, EditError> {
        let edit = computed::followed(&self.project, edit)?;
        let effects = self.change(&edit, Locks::Pass, None)?;
        self.record(edit);
        Ok(effects)
    }

    /// A step that was made now, by whoever sits here.
    fn record(&mut self, edit: Edit) {
        let undone = self.undone_labels();
        self.diagnostics.retain(|known| !undone.contains(&known.place.file));
        self.history.push(edit);
        self.history.sign(Made { at: now(), who: self.who.clone() });
    }

    /// What was noticed while accounts were merged is kept under the label of the step. These are the labels of which no step is in force.
    fn undone_labels(&self) -> BTreeSet<String> {
        let (made, undone) = self.history.steps().split_at(self.history.applied());
        let labels = undone.iter().filter(|step| step.accounts_patch().is_some()).map(|step| &step.label);
        labels.filter(|label| made.iter().all(|step| step.label != **label)).cloned().collect()
    }

    /// What was noticed, but for notes about steps that were taken back.
    pub fn standing_diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let undone = self.undone_labels();
        self.diagnostics.iter().filter(move |known| !undone.contains(&known.place.file))
    }

    /// Takes back the last step and returns it (as it was made). One that changes the units is left alone, see [`Self::step_with`].
    pub fn undo(&mut self) -> Option<Edit> {
        let step = self.history.undo_step()?.clone();
        self.change(&step.inverse(), Locks::Pass, None).ok()?;
        self.history.mark_undone();
        Some(step)
    }

    /// Makes the next undone step again and returns it.
    pub fn redo(&mut self) -> Option<Edit> {
        let step = self.history.redo_step()?.clone();
        self.change(&step, Locks::Pass, None).ok()?;
        self.history.mark_redone();
        Some(step)
    }

    /// A step that replaces units or accounts needs the data that it leads to, any other has none.
    fn change(&mut self, edit: &Edit, locks: Locks, data: Option<NewData>) -> Result<Effects, EditError> {
        if edit.replaces_data() != data.is_some() {
            return Err(EditError::Stale);
        }
        let effects = cells::apply_to_project(&mut self.project, edit, locks)?;
        match data {
            Some(data) => {
                self.take_data(data);
                self.scenarios.forget_kept();
            }
            None => self.totals.follow(&self.project.plan, edit),
        }
        if effects.places_edited {
            self.totals.follow_places(&self.project, edit);
            self.account_index = Arc::new(AccountIndex::new(&self.project.accounts));
            self.places_generation += 1;
            self.placing.forget_places(&effects.accounts);
            // Columns of the tables say where accounts are.
            self.cells_generation += 1;
        }
        if effects.columns_edited {
            self.follow_columns(edit);
            self.scenarios.forget_kept();
        } else if effects.cells_edited {
            self.totals.follow_cells(&self.project, edit);
        }
        if effects.cells_edited || effects.columns_edited || effects.segments_edited {
            self.placing.forget_addresses();
            self.cells_generation += 1;
        }
        self.generation += 1;
        self.preview = None;
        self.drop_trials();
        Ok(effects)
    }

    /// Puts new data (units, accounts, roster) in place of the old. History and selection that no longer fit are dropped.
    pub fn replace_data(&mut self, project: Project, indices: Indices, history: History) {
        self.totals = Totals::count(Arc::clone(&indices.loads), &project.plan);
        self.unit_index = indices.units;
        self.account_index = indices.accounts;
        // Other units may be as many as the old ones: their numbers mean something else all the same.
        if !Arc::ptr_eq(&project.units, &self.project.units) {
            self.selection = Selection::default();
            self.measured = None;
        }
        self.selection.account = None;
        self.selection.accounts.clear();
        self.tables = Tables::default();
        self.placing = Placing::default();
        let viewed = self.view.measure.and_then(|measure| self.project.measure(measure));
        let viewed = viewed.and_then(|measure| project.measure_like(measure));
        self.view.measure = viewed;
        self.project = project;
        self.history = history;
        self.scenarios.forget_kept();
        self.generation += 1;
        self.data_generation = next_data_generation();
        self.preview = None;
        self.drop_trials();
        if self.view.measure.is_none_or(|measure| self.project.measure(measure).is_none_or(|m| !m.is_summed())) {
            self.view.measure = self.project.main_goal().map(|goal| goal.measure);
        }
    }

    /// The box around all units, else around all accounts, else around the layers that are to be seen.
    pub fn plan_bounds(&self) -> Option<Bounds> {
        let of_layers = || self.shown_layers().flat_map(|areas| areas.bounds.iter().copied()).collect::<Vec<Bounds>>();
        around(&self.project.units.bounds)
            .or_else(|| Bounds::of(self.project.accounts.places.iter().copied()))
            .or_else(|| around(&of_layers()))
    }

    /// Measures worth a line where there is little room: what is balanced or in view, and the first few of the others.
    pub fn is_prominent(&self, id: MeasureId) -> bool {
        let summed = self.project.measures.iter().enumerate().filter(|(_, measure)| measure.is_summed());
        self.view.measure == Some(id)
            || self.project.goals.iter().any(|goal| goal.measure == id)
            || summed.take(5).any(|(index, _)| index == id.index())
    }

    /// Puts what was noticed while reading a file in place of what was noticed before of the same data; the messages of other
    /// files stay. `setting` names the kind of data.
    pub fn note_import(&mut self, setting: &str, file: &str, diagnostics: Vec<Diagnostic>) {
        let previous = self.imported_files.insert(setting.to_owned(), file.to_owned());
        self.diagnostics.retain(|known| known.place.file != file && Some(&known.place.file) != previous.as_ref());
        self.diagnostics.extend(diagnostics);
    }

    pub fn path_or_none(&self) -> Option<&std::path::Path> {
        self.path.as_deref()
    }

    /// The box around units.
    pub fn units_bounds(&self, units: impl IntoIterator<Item = UnitId>) -> Option<Bounds> {
        units.into_iter().filter_map(|unit| self.project.units.bounds.get(unit.index()).copied()).reduce(Bounds::union)
    }
}

/// The box around areas. What lies far in the east (the Aleutians' end, Guam) is left out where most lies in the west, so that one island
/// does not make the map show the whole world.
fn around(areas: &[Bounds]) -> Option<Bounds> {
    const FAR_EAST: f64 = 140.0;
    let west = areas.iter().filter(|bounds| bounds.max.lon < 0.0).count();
    let mostly_west = west * 2 > areas.len();
    areas.iter().copied().filter(|bounds| !(mostly_west && bounds.max.lon > FAR_EAST)).reduce(Bounds::union)
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// One count for all projects of this window: what was made of one project never seems to be of another.
fn next_data_generation() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}
