//! What a person should look at: rows that could not be read, accounts without a place, territories in pieces. A click jumps there.

use egui::{RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::widgets::{cell_text, empty_state};
use crate::action::{Action, SelectHow};
use crate::domain::columns::Subject;
use crate::domain::doubts::{Doubt, doubt_of};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::io::diagnostic::{Diagnostic, Severity};
use crate::session::columns::ColumnAction;
use crate::session::placing::PlacesAction;
use crate::session::{Session, Shown};
use crate::theme::{ROW_HEIGHT, Tokens};
use crate::words;

/// Where a problem can be seen.
#[derive(Clone)]
enum Jump {
    Nowhere,
    /// A unit or account of a file, by its code.
    Item(String),
    Territory(TerritoryId),
    Account(AccountId),
    Units(Vec<UnitId>),
    /// The list of accounts without a good place, with one at hand.
    Places(AccountId),
    /// Rows of a table.
    Rows(Subject, Vec<u32>),
}

/// What is wrong with the plan, looked for again only when something changed: it goes through all units and accounts.
#[derive(Default)]
pub struct PlanProblems {
    found: Vec<Problem>,
    seen: Option<Seen>,
}

type Problem = (Severity, String, Jump);

#[derive(PartialEq)]
struct Seen {
    shown: Shown,
    /// The generation of the slow figures and whether they are those of the plan.
    measured: Option<(u64, bool)>,
    formulas: Option<(u64, u64)>,
}

impl PlanProblems {
    fn of(&mut self, session: &Session) -> &[Problem] {
        let is_current = session.metrics().is_some_and(|(_, current)| current);
        let measured = session.measured.as_ref().map(|measured| (measured.generation, is_current));
        let seen = Seen { shown: session.shown(), measured, formulas: session.formulas.made_of };
        if self.seen.as_ref() != Some(&seen) {
            self.found = plan_problems(session);
            self.found.extend(of_columns(session));
            self.seen = Some(seen);
        }
        &self.found
    }
}

/// The number on the tab: what is wrong with the plan, and what imports left out.
pub fn count(session: &Session, problems: &mut PlanProblems) -> usize {
    let left_out = of_files(session).filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    left_out + problems.of(session).len()
}

/// What that number counts.
pub fn about(count: usize) -> String {
    match count {
        0 => "What files left out and what is wrong with the plan: nothing".to_owned(),
        _ => format!(
            "{} to look at: rows that files left out, accounts without a place, territories in pieces, formulas with an error",
            words::counted(count as i128, "thing")
        ),
    }
}

/// What was noticed in files; what is wrong with computed columns is known of the values as they are now.
fn of_files(session: &Session) -> impl Iterator<Item = &Diagnostic> {
    session.standing_diagnostics().filter(|diagnostic| !diagnostic.is_about_columns())
}

/// "Score: 12 rows, division by zero".
fn of_columns(session: &Session) -> impl Iterator<Item = Problem> {
    session.formulas.faulty.iter().map(|faulty| {
        if faulty.whole {
            return (Severity::Error, format!("{}: no values, {}", faulty.name, faulty.what), Jump::Nowhere);
        }
        let rows = words::counted(faulty.rows.len() as i128, "row");
        let text = format!("{}: {rows}, {}", faulty.name, faulty.what);
        (Severity::Warning, text, Jump::Rows(faulty.subject, faulty.rows.clone()))
    })
}

pub fn show(ui: &mut Ui, session: &Session, problems: &mut PlanProblems, actions: &mut Vec<Action>) {
    let plan = problems.of(session);
    let rows = plan.len() + of_files(session).count();
    if rows == 0 {
        empty_state(
            ui,
            egui_material_icons::icons::ICON_CHECK,
            "No problems",
            "Everything that was imported has its place",
            |_| {},
        );
        return;
    }
    let tokens = Tokens::of(ui);
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW_HEIGHT - 2.0, rows, |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in range {
            let (severity, text, jump) = match plan.get(row) {
                Some((severity, text, jump)) => (*severity, text.clone(), jump.clone()),
                None => {
                    let Some(diagnostic) = of_files(session).nth(row - plan.len()) else { continue };
                    (diagnostic.severity, diagnostic.to_string(), Jump::to_item(&diagnostic.place.item))
                }
            };
            let leads = !matches!(jump, Jump::Nowhere);
            let (sense, role) =
                if leads { (Sense::click(), egui::Role::Button) } else { (Sense::hover(), egui::Role::Label) };
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), sense);
            response.widget_info(|| egui::WidgetInfo::labeled(role, true, &text));
            if leads && response.hovered() {
                ui.painter().rect_filled(rect, 0.0, tokens.hover);
            }
            use egui_material_icons::icons::{ICON_ERROR, ICON_INFO, ICON_WARNING};
            let (icon, colour) = match severity {
                Severity::Error => (ICON_ERROR, tokens.error),
                Severity::Warning => (ICON_WARNING, tokens.warning),
                Severity::Note => (ICON_INFO, tokens.weak),
            };
            let mut inner = rect.shrink2(vec2(12.0, 0.0));
            if let Jump::Places(account) = jump {
                let at =
                    egui::Rect::from_min_max(pos2(inner.right() - 96.0, inner.top() + 2.0), inner.max - vec2(0.0, 2.0));
                inner.max.x = at.left() - 8.0;
                let name = format!("Place them: {text}");
                let mut beside = ui.new_child(egui::UiBuilder::new().max_rect(at).id_salt(("place", row)));
                let button = beside.add_sized(at.size(), egui::Button::new("Place them…").small());
                button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if button.clicked() {
                    actions.push(Action::Places(PlacesAction::Show(vec![account])));
                }
            }
            let font = egui::FontId::proportional(16.0);
            ui.painter().text(inner.left_center(), egui::Align2::LEFT_CENTER, icon.codepoint, font, colour);
            inner.min.x += 26.0;
            let cut = cell_text(ui, inner, &text, tokens.text, false, false);
            let response = if cut { response.on_hover_text(RichText::new(&text)) } else { response };
            if response.clicked() {
                jump.go(session, actions);
            }
        }
    });
}

impl Jump {
    fn to_item(code: &str) -> Self {
        if code.is_empty() { Self::Nowhere } else { Self::Item(code.to_owned()) }
    }

    fn go(self, session: &Session, actions: &mut Vec<Action>) {
        match self {
            Self::Nowhere => {}
            Self::Territory(id) => actions.extend([Action::SelectTerritory(Some(id)), Action::FitTerritory(id)]),
            Self::Account(account) => {
                actions.push(Action::SelectAccount(Some(account)));
                let place = session.project.accounts.places.get(account.index()).copied();
                if let Some(place) = place.filter(|place| place.is_valid()) {
                    actions.push(Action::ShowPlace { place, zoom: 9.0 });
                }
            }
            Self::Places(account) => Self::Account(account).go(session, actions),
            Self::Units(units) => {
                actions.push(Action::SelectUnits { units: units.clone(), how: SelectHow::Replace });
                actions.push(Action::FitUnits(units));
            }
            Self::Rows(subject, rows) => actions.push(Action::Columns(ColumnAction::ShowRows(subject, rows))),
            Self::Item(code) => {
                let accounts = &session.project.accounts;
                let account = accounts.codes.iter().position(|known| *known == code).map(AccountId::from_index);
                match (account, session.project.units.find(&code)) {
                    (Some(account), _) => Self::Account(account).go(session, actions),
                    (None, Some(unit)) => Self::Units(vec![unit]).go(session, actions),
                    // It was left out.
                    (None, None) => {}
                }
            }
        }
    }
}

fn plan_problems(session: &Session) -> Vec<Problem> {
    let mut problems = Vec::new();
    let units = &session.project.units;
    let accounts = &session.project.accounts;
    if let Some((metrics, true)) = session.metrics().filter(|_| !session.shows_proposal()) {
        for (id, territory) in session.plan().territories() {
            let Some(figures) = metrics.territory(id) else { continue };
            if figures.pieces > 1 {
                let text = format!("{} is in {} separate pieces", territory.name, figures.pieces);
                problems.push((Severity::Warning, text, Jump::Territory(id)));
            }
            if figures.units == 0 {
                problems.push((
                    Severity::Warning,
                    format!("{} has no {}", territory.name, units.kind_of_many()),
                    Jump::Territory(id),
                ));
            }
        }
    }
    let unassigned = session.totals.unit_count(TerritoryId::UNASSIGNED) as usize;
    if unassigned > 0 && session.plan().territory_count() > 0 {
        let list: Vec<UnitId> = session.plan().units_of(TerritoryId::UNASSIGNED).collect();
        let held = session.totals.account_count(TerritoryId::UNASSIGNED);
        let mut text = format!("{} unassigned", units.count_words(unassigned));
        if held > 0 {
            text.push_str(&format!(", with {} nobody owns", words::counted(held, "account")));
        }
        problems.push((Severity::Warning, text, Jump::Units(list)));
    }
    for doubt in [Doubt::Outside, Doubt::Middle, Doubt::Unplaced] {
        let mut lost = accounts.ids().filter(|&account| doubt_of(&session.project, account) == Some(doubt));
        let Some(account) = lost.next() else { continue };
        let count = 1 + lost.count();
        let (one, many) = match doubt {
            Doubt::Outside => {
                let outside = format!("outside every {}", units.kind_of_one());
                (format!("lies {outside}"), format!("lie {outside}"))
            }
            Doubt::Middle => {
                ("lies in the middle of its state".to_owned(), "lie in the middle of their state".to_owned())
            }
            Doubt::Unplaced => {
                let on_map = "could not be placed on the map";
                (on_map.to_owned(), on_map.to_owned())
            }
        };
        let example = &accounts.names[account.index()];
        let text = match count {
            1 => format!("1 account, {example}, {one}"),
            _ => format!("{} accounts {many}, {example} for instance", words::count(count as i128)),
        };
        problems.push((Severity::Warning, text, Jump::Places(account)));
    }
    problems
}
