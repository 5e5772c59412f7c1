//! The hand-over as one HTML file to read, to send and to print: a first page with what changes for whom, then a page per rep. Nothing in
//! it comes from the network, and every text of the project is escaped.

use std::fmt::Write as _;
use std::sync::Arc;

use quick_xml::escape::escape;

use super::handover::{reason, rep, rep_name, territory};
use super::page_map::Maps;
use super::pages::{Page, Pages, Sum, value};
use super::{Move, Reference};
use crate::domain::columns::Measure;
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::words;

/// So many rows of a list are written into the page; the rest is counted, and stands in the CSV or workbook.
const MOST_ROWS: usize = 2_000;

const STYLE: &str = "
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: #1c2026; margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 0 0 .25rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0 .75rem; } .quiet { color: #5a626b; }
section { border-top: 1px solid #d5d9dd; padding-top: 1.5rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #e4e7ea; vertical-align: top; }
th { font-weight: 600; color: #5a626b; white-space: nowrap; vertical-align: bottom; } th.group { text-align: center; } .first { padding-left: 1rem; } td.n, th.n { text-align: right; white-space: nowrap; }
tr.sum td { font-weight: 600; border-top: 2px solid #9aa2ab; }
.gain { color: #1b7f4b; } .loss { color: #b3261e; }
svg.map { width: 100%; height: auto; border: 1px solid #e4e7ea; border-radius: 6px; background: #fff; }
.key span { display: inline-block; margin-right: 1.2rem; } .key i { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .35rem; }
.key i.line { border-radius: 0; height: 0; width: 1.4rem; border-top: 2px dashed #8a0f4d; vertical-align: middle; }
a { color: #1d5bd6; text-decoration: none; } a:hover { text-decoration: underline; }
@media print { .scroll { overflow: visible; } body { padding: 0; max-width: none; font-size: 11px; } section { break-before: page; border: 0; margin: 0; padding: 0; } tr, svg.map { break-inside: avoid; } thead { display: table-header-group; } a { color: inherit; } }
";

/// The whole document. `before` is the plan that was, where one is known, for the maps.
pub fn html(project: &Project, reference: &Reference, before: Option<&Arc<Plan>>, pages: &Pages) -> String {
    let writer = Writer { project, reference, pages };
    let title = format!("Hand-over: {}", project.plan.name);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        escape(&title)
    );
    writer.first_page(&mut out);
    let maps = Maps::new(project, before);
    for (number, page) in pages.pages.iter().enumerate().filter(|(_, page)| !page.is_same()) {
        writer.page(&mut out, number, page, maps.draw(page));
    }
    out.push_str("</body>\n</html>\n");
    out
}

struct Writer<'a> {
    project: &'a Project,
    reference: &'a Reference,
    pages: &'a Pages,
}

impl Writer<'_> {
    fn measures(&self) -> impl Iterator<Item = &Measure> + '_ {
        self.pages.measures.iter().filter_map(|id| self.project.measure(*id))
    }

    fn first_page(&self, out: &mut String) {
        let (plan, pages) = (&self.project.plan, self.pages);
        let _ = write!(out, "<h1>Hand-over: {}</h1>\n<p class=\"quiet\">", escape(&plan.name));
        let _ = writeln!(out, "{}, compared with {}</p>", escape(&self.project.name), escape(&self.reference.name));
        let mut moved = vec![share_words("account", pages.moved.accounts as f64, pages.total.accounts as f64, None)];
        for (at, measure) in self.measures().enumerate() {
            moved.push(share_words(&measure.name, pages.moved.values[at], pages.total.values[at], Some(measure)));
        }
        let _ = writeln!(out, "<p>What changes hands: {}.</p>", moved.join("; "));
        let same = pages.pages.iter().filter(|page| page.is_same()).count();
        let names: Vec<&str> =
            std::iter::once("Accounts").chain(self.measures().map(|measure| measure.name.as_str())).collect();
        out.push_str(
            "<div class=\"scroll\"><table>\n<thead><tr><th rowspan=\"2\">Rep</th><th rowspan=\"2\">Territory</th>",
        );
        for name in &names {
            let _ = write!(out, "<th class=\"group\" colspan=\"4\">{}</th>", escape(*name));
        }
        out.push_str("</tr>\n<tr>");
        for _ in &names {
            out.push_str("<th class=\"n first\">Before</th><th class=\"n\">Lost</th><th class=\"n\">Gained</th><th class=\"n\">Now</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        let mut sums: [Sum; 4] = std::array::from_fn(|_| Sum { accounts: 0, values: vec![0.0; pages.measures.len()] });
        for (number, page) in pages.pages.iter().enumerate() {
            let four = [&page.before, &page.lost, &page.gained, &page.now];
            for (sum, part) in sums.iter_mut().zip(four) {
                sum.accounts += part.accounts;
                sum.values.iter_mut().zip(&part.values).for_each(|(sum, value)| *sum += value);
            }
            let name = escape(&page.name);
            let link = if page.is_same() { name.to_string() } else { format!("<a href=\"#p{number}\">{name}</a>") };
            let _ = write!(out, "<tr><td>{link}</td><td>{}</td>", escape(self.territories(page)));
            self.four(out, four);
            out.push_str("</tr>\n");
        }
        out.push_str("<tr class=\"sum\"><td>Together</td><td></td>");
        self.four(out, sums.each_ref());
        out.push_str("</tr>\n</tbody></table></div>\n");
        out.push_str("<p class=\"quiet\">In every row, before − lost + gained = now. ");
        let known = sums[0].accounts == sums[3].accounts;
        out.push_str(if known {
            "Together, what is lost is what is gained.</p>\n"
        } else {
            "Accounts that the comparison does not know are gained by somebody and lost by nobody.</p>\n"
        });
        if same > 0 {
            let count = words::count(same as i128);
            let _ = writeln!(out, "<p class=\"quiet\">Nothing changes for {count} of them; they have no page.</p>");
        }
    }

    /// Before, lost, gained and now, of accounts and every measure.
    fn four(&self, out: &mut String, four: [&Sum; 4]) {
        const CLASSES: [&str; 4] = ["n first", "n loss", "n gain", "n"];
        for (sum, class) in four.iter().zip(CLASSES) {
            let _ = write!(out, "<td class=\"{class}\">{}</td>", words::count(sum.accounts as i128));
        }
        for (at, measure) in self.measures().enumerate() {
            for (sum, class) in four.iter().zip(CLASSES) {
                let _ =
                    write!(out, "<td class=\"{class}\">{}</td>", escape(words::full_figure(measure, sum.values[at])));
            }
        }
    }

    fn territories(&self, page: &Page) -> String {
        let names: Vec<&str> = page.territories.iter().map(|&id| territory(self.project, id)).collect();
        names.join(", ")
    }

    fn page(&self, out: &mut String, number: usize, page: &Page, map: Option<String>) {
        let _ = writeln!(out, "<section id=\"p{number}\">\n<h2>{}</h2>", escape(&page.name));
        let mut about = Vec::new();
        if page.is_rep {
            let (before, now) = (page.territories_before.join(", "), self.territories(page));
            if before == now {
                about.push(now);
            } else {
                let or_none = |names: String| if names.is_empty() { "no territory".to_owned() } else { names };
                about.push(format!("{} → {}", or_none(before), or_none(now)));
            }
        }
        let _ = writeln!(out, "<p class=\"quiet\">{}</p>", escape(about.join("; ")));
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th></th><th class=\"n\">Before</th><th class=\"n\">Lost</th><th class=\"n\">Gained</th><th class=\"n\">Now</th><th class=\"n\">Kept</th></tr></thead>\n<tbody>\n");
        let parts = [&page.before, &page.lost, &page.gained, &page.now, &page.kept];
        let mut line = |name: &str, figures: [String; 5]| {
            let _ = write!(out, "<tr><td>{}</td>", escape(name));
            for (figure, class) in figures.iter().zip(["n", "n loss", "n gain", "n", "n"]) {
                let _ = write!(out, "<td class=\"{class}\">{}</td>", escape(figure));
            }
            out.push_str("</tr>\n");
        };
        line("Accounts", parts.map(|sum| words::count(sum.accounts as i128)));
        for (at, measure) in self.measures().enumerate() {
            line(&measure.name, parts.map(|sum| words::full_figure(measure, sum.values[at])));
        }
        out.push_str("</tbody></table></div>\n");
        if let Some(map) = map {
            out.push_str(&map);
            out.push_str("\n<p class=\"quiet key\"><span><i style=\"background:#1b7f4b\"></i>gained</span><span><i style=\"background:#b3261e\"></i>lost</span><span><i class=\"line\"></i>border before</span></p>\n");
        }
        self.list(out, "Gained", &page.accounts_gained, true);
        self.list(out, "Lost", &page.accounts_lost, false);
        if !page.accounts_moved_along.is_empty() {
            self.list(out, "Stays with the rep, in another territory", &page.accounts_moved_along, true);
        }
        out.push_str("</section>\n");
    }

    /// Accounts with whom they come from, or go to.
    fn list(&self, out: &mut String, heading: &str, moves: &[Move], comes: bool) {
        let count = words::counted(moves.len() as i128, "account");
        let _ = writeln!(out, "<h3>{} ({count})</h3>", escape(heading));
        if moves.is_empty() {
            out.push_str("<p class=\"quiet\">None</p>\n");
            return;
        }
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>Account</th><th>Name</th>");
        let _ = write!(out, "<th>{}</th>", if comes { "From" } else { "To" });
        for measure in self.measures() {
            let _ = write!(out, "<th class=\"n\">{}</th>", escape(&measure.name));
        }
        out.push_str("<th>Reason</th></tr></thead>\n<tbody>\n");
        for moved in moves.iter().take(MOST_ROWS) {
            let accounts = &self.project.accounts;
            let row = moved.account.index();
            let other = if comes { self.from(moved) } else { self.to(moved) };
            let _ = write!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td>",
                escape(&accounts.codes[row]),
                escape(&accounts.names[row]),
                escape(&other)
            );
            for (id, measure) in self.pages.measures.iter().zip(self.measures()) {
                let figure = words::full_figure(measure, value(self.project, *id, moved.account));
                let _ = write!(out, "<td class=\"n\">{}</td>", escape(&figure));
            }
            let _ = writeln!(out, "<td>{}</td></tr>", escape(reason(self.project, self.reference, moved)));
        }
        out.push_str("</tbody></table></div>\n");
        if moves.len() > MOST_ROWS {
            let more = words::count((moves.len() - MOST_ROWS) as i128);
            let _ = writeln!(out, "<p class=\"quiet\">… and {more} more, which the list as CSV or Excel has.</p>");
        }
    }

    /// "Ann, East".
    fn from(&self, moved: &Move) -> String {
        let Some(holder) = self.reference.holder(moved) else { return "new".to_owned() };
        let rep = holder.rep.as_ref().map_or("", |rep| rep_name(self.project, rep));
        joined(rep, holder.territory.as_deref().unwrap_or_default())
    }

    fn to(&self, moved: &Move) -> String {
        joined(rep(self.project, moved.after), territory(self.project, moved.after))
    }
}

fn joined(rep: &str, territory: &str) -> String {
    match (rep.is_empty(), territory.is_empty()) {
        (true, true) => "nobody".to_owned(),
        (true, false) => territory.to_owned(),
        (false, true) => rep.to_owned(),
        (false, false) => format!("{rep}, {territory}"),
    }
}

/// "37 of 1,200 accounts (3.1 %)", as HTML.
fn share_words(name: &str, moved: f64, total: f64, measure: Option<&Measure>) -> String {
    let share = if total > 0.0 { format!(" ({})", words::percent(moved / total)) } else { String::new() };
    let text = match measure {
        None => format!("{} of {}{share}", words::count(moved as i128), words::counted(total as i128, name)),
        Some(measure) => {
            format!("{} of {} {name}{share}", words::full_figure(measure, moved), words::full_figure(measure, total))
        }
    };
    escape(&text).into_owned()
}
