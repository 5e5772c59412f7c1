//! One field for everything: territories, units, accounts, reps and commands.

use egui::{Align2, Area, Frame, Id, Key, Margin, Order, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, vec2};

use super::top_bar::disabled_reason;
use super::widgets::cell_text;
use crate::action::{Action, Command, SelectHow};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::session::{Session, Shown};
use crate::theme::Tokens;

#[derive(Default)]
pub struct State {
    open: bool,
    text: String,
    cursor: usize,
    focused: bool,
    /// What was found, for which words, in which plan: it is looked for again only when one of them is another.
    hits: Vec<Hit>,
    found_for: Option<(String, Option<Shown>)>,
}

impl State {
    pub fn open(&mut self) {
        *self = Self { open: true, ..Self::default() };
    }

    pub fn is_open(&self) -> bool {
        self.open
    }
}

/// Something that was found.
#[derive(Clone)]
enum Hit {
    Command(Command),
    Territory(TerritoryId),
    Unit(UnitId),
    Account(AccountId),
    /// Every unit that was found.
    Units(Vec<UnitId>),
}

const MOST: usize = 30;

pub fn show(ui: &mut Ui, session: Option<&Session>, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let tokens = Tokens::of(ui);
    let (up, down, enter, escape) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter), pressed(Key::Escape))
    });
    let wanted = (state.text.clone(), session.map(Session::shown));
    if state.found_for.as_ref() != Some(&wanted) {
        state.hits = find(session, &state.text);
        state.found_for = Some(wanted);
    }
    let hits = std::mem::take(&mut state.hits);
    if down {
        state.cursor += 1;
    }
    if up {
        state.cursor = state.cursor.saturating_sub(1);
    }
    state.cursor = state.cursor.min(hits.len().saturating_sub(1));
    let mut chosen = enter.then_some(state.cursor);
    let area = Area::new(Id::unique("search")).order(Order::Foreground).anchor(Align2::CENTER_TOP, vec2(0.0, 52.0));
    let response = area.show(ui.ctx(), |ui| {
        let shadow = egui::Shadow { offset: [0, 8], blur: 28, spread: 0, color: tokens.shadow };
        Frame::new()
            .fill(tokens.panel)
            .stroke(Stroke::new(1.0, tokens.border))
            .corner_radius(8.0)
            .shadow(shadow)
            .inner_margin(Margin::same(8))
            .show(ui, |ui| {
                ui.set_width(520.0);
                let hint = "Territory, unit, account or command";
                let edit = TextEdit::singleline(&mut state.text)
                    .hint_text(hint)
                    .desired_width(f32::INFINITY)
                    .margin(vec2(8.0, 6.0));
                let response = ui.add(edit.char_limit(120)).accessible_name("Search or command");
                if !state.focused {
                    response.request_focus();
                    state.focused = true;
                }
                if response.changed() {
                    state.cursor = 0;
                }
                ui.add_space(2.0);
                if hits.is_empty() && !state.text.trim().is_empty() {
                    ui.label(RichText::new("  Nothing found").color(tokens.weak));
                }
                ScrollArea::vertical().max_height(340.0).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (index, hit) in hits.iter().enumerate() {
                        if row(ui, session, hit, index == state.cursor, up || down, tokens) {
                            chosen = Some(index);
                        }
                    }
                });
            });
    });
    if let Some(hit) = chosen.and_then(|index| hits.get(index).cloned()) {
        choose(session, hit, actions);
        state.open = false;
    }
    state.hits = hits;
    let outside = ui.input(|input| input.pointer.any_pressed())
        && ui.input(|input| input.pointer.interact_pos()).is_some_and(|at| !response.response.rect.contains(at));
    if escape || outside {
        state.open = false;
    }
}

fn row(ui: &mut Ui, session: Option<&Session>, hit: &Hit, current: bool, moved: bool, tokens: Tokens) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    if current || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, if current { tokens.selected } else { tokens.hover });
    }
    if current && moved {
        response.scroll_to_me(None);
    }
    use egui_material_icons::icons::{ICON_MAP, ICON_PIN_DROP, ICON_STORE};
    let (icon, name, kind) = match (hit, session) {
        (Hit::Command(command), _) => {
            let reason = disabled_reason(session, *command);
            let kind = reason.map_or_else(|| command.key_words(), str::to_owned);
            (command.icon(), command.words().to_owned(), kind)
        }
        (Hit::Territory(id), Some(session)) => {
            (ICON_MAP, session.shown_plan().territory_name(*id).to_owned(), "territory".to_owned())
        }
        (Hit::Unit(unit), Some(session)) => {
            let units = &session.project.units;
            let name = format!("{}  {}", units.codes[unit.index()], units.names[unit.index()]);
            (ICON_PIN_DROP, name, units.kind.clone())
        }
        (Hit::Account(account), Some(session)) => {
            (ICON_STORE, session.project.accounts.names[account.index()].clone(), "account".to_owned())
        }
        (Hit::Units(units), Some(session)) => {
            let name = format!("Select all {} found", session.project.units.count_words(units.len()));
            (egui_material_icons::icons::ICON_SELECT_ALL, name, String::new())
        }
        (_, None) => return false,
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let mut inner = rect.shrink2(vec2(8.0, 0.0));
    let font = egui::FontId::proportional(16.0);
    ui.painter().text(inner.left_center(), Align2::LEFT_CENTER, icon.codepoint, font, tokens.weak);
    inner.min.x += 26.0;
    let mut right = inner;
    right.min.x = inner.max.x - 150.0;
    let mut left = inner;
    left.max.x = right.min.x - 8.0;
    cell_text(ui, left, &name, tokens.text, false, false);
    cell_text(ui, right, &kind, tokens.weak, true, false);
    response.clicked()
}

fn choose(session: Option<&Session>, hit: Hit, actions: &mut Vec<Action>) {
    match hit {
        Hit::Command(command) => {
            if disabled_reason(session, command).is_none() {
                actions.push(Action::Run(command));
            }
        }
        Hit::Territory(id) => actions.extend([Action::SelectTerritory(Some(id)), Action::FitTerritory(id)]),
        Hit::Unit(unit) => {
            actions.push(Action::SelectUnits { units: vec![unit], how: SelectHow::Replace });
            actions.push(Action::FitUnits(vec![unit]));
        }
        Hit::Units(units) => {
            actions.push(Action::SelectUnits { units: units.clone(), how: SelectHow::Replace });
            actions.push(Action::FitUnits(units));
        }
        Hit::Account(account) => {
            actions.push(Action::SelectAccount(Some(account)));
            if let Some(place) =
                session.and_then(|session| session.project.accounts.places.get(account.index()).copied())
                && place.is_valid()
            {
                actions.push(Action::ShowPlace { place, zoom: 11.0 });
            }
        }
    }
}

/// What fits the words best: a name that is them before names that begin with them, names of which a word does, and names that
/// contain them.
fn find(session: Option<&Session>, text: &str) -> Vec<Hit> {
    let text = text.trim().to_lowercase();
    // "auto-build" is "auto build".
    let joined = text.replace('-', " ");
    let mut all_units: Vec<UnitId> = Vec::new();
    let rank = |name: &str| -> Option<usize> {
        let name = name.to_lowercase();
        if name == text || name == joined {
            Some(0)
        } else if name.starts_with(&text) || name.starts_with(&joined) {
            Some(1)
        } else if name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&text)) {
            Some(2)
        } else {
            (text.len() > 2 && (name.contains(&text) || name.contains(&joined))).then_some(3)
        }
    };
    let mut best = Best::default();
    if let Some(session) = session
        && !text.is_empty()
    {
        let territories = session.shown_plan().territories().filter_map(|(id, territory)| {
            let rep =
                territory.rep.and_then(|rep| session.project.reps.get(rep.index())).map_or("", |rep| rep.name.as_str());
            Some((rank(&territory.name).or_else(|| rank(rep))?, Hit::Territory(id)))
        });
        best.take(territories, 0);
        let units = &session.project.units;
        let units = units.ids().filter_map(|unit| {
            let found = rank(&units.codes[unit.index()]).or_else(|| rank(&units.names[unit.index()]))?;
            Some((found, unit))
        });
        let units: Vec<(usize, UnitId)> = units.collect();
        best.take(units.iter().map(|&(rank, unit)| (rank, Hit::Unit(unit))), 2);
        all_units = session.in_scope(units.into_iter().map(|(_, unit)| unit).collect());
        let accounts = &session.project.accounts;
        let accounts = accounts.ids().filter_map(|account| {
            let found = rank(&accounts.names[account.index()]).or_else(|| rank(&accounts.codes[account.index()]))?;
            Some((found, Hit::Account(account)))
        });
        best.take(accounts, 3);
    }
    let commands = Command::ALL.iter().filter(|&&command| command != Command::Search);
    let commands = commands.filter_map(|&command| {
        if text.is_empty() {
            return Some((1, Hit::Command(command)));
        }
        // What it is called elsewhere, and what is said of it, count for less than its name.
        let other = || command.other_words().iter().filter_map(|words| rank(words)).min().map(|found| found.max(1) + 1);
        let about = || rank(command.about()).filter(|_| text.len() > 2).map(|_| RANKS);
        Some((rank(command.words()).or_else(other).or_else(about)?, Hit::Command(command)))
    });
    best.take(commands, 1);
    let mut hits: Vec<Hit> = best.0.into_iter().flatten().take(MOST).collect();
    // After the first of them, so that Enter still goes to the best.
    if let (true, Some(first)) = (all_units.len() > 1, hits.iter().position(|hit| matches!(hit, Hit::Unit(_)))) {
        all_units.sort_unstable();
        hits.insert(first + 1, Hit::Units(all_units));
    }
    hits
}

/// Hits by how well they fit, the best first; of each rank no more than can be shown.
#[derive(Default)]
struct Best([Vec<Hit>; RANKS + 1]);

/// The last rank: how well the worst of hits fits.
const RANKS: usize = 6;

impl Best {
    /// Takes hits of one kind, each with its rank among its kind: the kind comes `behind` so many ranks.
    fn take(&mut self, hits: impl Iterator<Item = (usize, Hit)>, behind: usize) {
        let mut perfect = 0;
        for (rank, hit) in hits {
            let list = &mut self.0[(rank + behind).min(RANKS)];
            if list.len() < MOST {
                list.push(hit);
            }
            perfect += usize::from(rank == 0);
            if perfect == MOST {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::accounts::{Accounts, Placement};
    use crate::domain::fixture;
    use crate::domain::history::History;
    use crate::domain::sphere::LonLat;
    use crate::session::Indices;

    #[test]
    fn without_a_project_commands_are_found() {
        assert!(find(None, "undo").iter().any(|hit| matches!(hit, Hit::Command(Command::Undo))));
        assert!(find(None, "zzzz").is_empty());
    }

    #[test]
    fn commands_are_found_by_other_words_than_their_name() {
        let first = |text: &str| match find(None, text).first() {
            Some(Hit::Command(command)) => Some(*command),
            _ => None,
        };
        for words in ["auto-build", "Auto build", "autobuild", "optimise", "OPTIMIZE", "balance", "realign", "solve"] {
            assert_eq!(first(words), Some(Command::AutoBuild), "{words}");
        }
        for (words, command) in [
            ("customers", Command::ImportAccounts),
            ("freeze", Command::LockUnits),
            ("apply", Command::AcceptProposal),
            ("theme", Command::ToggleTheme),
            ("hotkeys", Command::Shortcuts),
            ("salespeople", Command::ImportReps),
            ("delete", Command::RemoveTerritory),
        ] {
            assert_eq!(first(words), Some(command), "{words}");
        }
        // A name goes before another word, and another word before what is said of a command.
        assert_eq!(first("undo"), Some(Command::Undo));
        assert_eq!(first("paint"), Some(Command::ToolBrush));
        assert_eq!(first("import rep"), Some(Command::ImportReps));
        let names = |text: &str| find(None, text).len();
        assert!(names("shapefile") >= 2, "import and export speak of it");
    }

    /// A project with accounts of these names.
    fn session(names: Vec<String>) -> Session {
        let mut project = fixture::project("AB");
        project.accounts = Arc::new(Accounts {
            codes: (0..names.len()).map(|account| format!("c{account}")).collect(),
            places: vec![LonLat::new(-89.95, 39.95); names.len()],
            placements: vec![Placement::Coordinates; names.len()],
            precisions_km: Vec::new(),
            units: vec![None; names.len()],
            attributes: Vec::new(),
            names,
        });
        let indices = Indices::new(&project);
        Session::new(project, History::default(), indices, 0)
    }

    fn names(session: &Session, text: &str) -> Vec<String> {
        let name = |hit: &Hit| match hit {
            Hit::Account(account) => Some(session.project.accounts.names[account.index()].clone()),
            _ => None,
        };
        find(Some(session), text).iter().filter_map(name).collect()
    }

    #[test]
    fn what_fits_best_is_found_though_much_else_comes_before_it() {
        let mut all: Vec<String> = (0..40).map(|number| format!("Domain {number}")).collect();
        all.extend((0..40).map(|number| format!("The Main St {number}")));
        all.extend(["Main Street Deli", "Main"].map(str::to_owned));
        let found = names(&session(all), "main");
        assert_eq!(found[..3], ["Main", "Main Street Deli", "The Main St 0"]);
        assert_eq!(found.len(), MOST);
        assert!(found.iter().all(|name| !name.starts_with("Domain")));
    }
}
