//! `what-if` and the pages of a hand-over, by the real program: figures are recounted from the file.

use super::Folder;

/// Three territories of twelve units, a rep each, an account in every unit.
fn folder() -> Folder {
    let folder = Folder::with_grid();
    folder.write("reps.csv", "Rep code,Name\nR1,Ann\nR2,Bo <b>\nR3,Cy\n");
    folder.ok("import reps plan.bwk reps.csv");
    let name = |unit: usize| ["South", "Middle", "North"][unit / 12];
    folder.align("Territory,Rep", |unit| format!("{},R{}", name(unit), unit / 12 + 1));
    folder.add_accounts();
    folder
}

#[test]
fn a_rep_leaves_and_every_number_can_be_recounted_with_the_sql_of_the_docs() {
    let folder = folder();
    let (done, code) = folder.json("what-if rep-leaves plan.bwk --rep Ann --measure Revenue:10%");
    assert_eq!(code, 0);
    assert_eq!((&done["scenario"], &done["units_moved"]), (&"Ann leaves".into(), &12.into()));
    assert_eq!(done["territories"], serde_json::json!([3, 2]));
    folder.ok("handover plan.bwk pages.html --against Plan");
    let page = String::from_utf8(folder.read("pages.html")).expect("it is UTF-8");
    // Names cannot become markup.
    assert!(page.contains("Bo &lt;b&gt;") && !page.contains("Bo <b>") && page.contains("Account &amp; 3"));

    let docs =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/file-format.md")).expect("it is there");
    let section = docs.split("### Recounting a hand-over").nth(1).expect("the section is there");
    let sql = section.split("```sql").nth(1).and_then(|rest| rest.split("```").next()).expect("it has a query");
    let connection = rusqlite::Connection::open(folder.path("plan.bwk")).expect("it is a database");
    let mut query = connection.prepare(sql).expect("the query is sound");
    let rows: Vec<(String, [i64; 4], [f64; 4])> = query
        .query_map([], |row| {
            let count = |at: usize| row.get::<_, i64>(at);
            let value = |at: usize| row.get::<_, f64>(at);
            Ok((
                row.get(0)?,
                [count(1)?, count(2)?, count(3)?, count(4)?],
                [value(5)?, value(6)?, value(7)?, value(8)?],
            ))
        })
        .and_then(|rows| rows.collect())
        .expect("it can be run");
    let first = page.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next()).expect("a first table");
    let printed: Vec<Vec<String>> = first
        .split("<tr")
        .filter(|row| row.contains("<td"))
        .map(|row| row.split("<td").skip(1).map(text_of).collect())
        .collect();
    let mut together = [0; 4];
    for (name, counts, values) in &rows {
        let row = printed.iter().find(|row| row[0] == *name).unwrap_or_else(|| panic!("{name} is not on the page"));
        assert_eq!(row[2..6], counts.map(|count| count.to_string()), "{name}");
        let money: Vec<f64> =
            row[6..10].iter().map(|cell| cell.replace([',', '$'], "").parse().expect("a number")).collect();
        assert_eq!(money, values, "{name}");
        assert_eq!(counts[0] - counts[1] + counts[2], counts[3]);
        together.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    assert_eq!((together[0], together[1], together[3]), (36, together[2], 36));
    assert_eq!(together[1], 12, "what Ann had");
}

/// What a cell says: what is between its tags.
fn text_of(cell: &str) -> String {
    let inside = cell.split_once('>').map_or("", |(_, rest)| rest).split("</td>").next().unwrap_or_default();
    let mut text = String::new();
    let mut is_tag = false;
    for letter in inside.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let pages = || {
        let folder = folder();
        folder.ok("what-if rep-leaves plan.bwk --rep R2 --measure Revenue --others-move 10");
        folder.ok("handover plan.bwk pages.html --against Plan");
        folder.read("pages.html")
    };
    assert_eq!(pages(), pages());
}

#[test]
fn what_cannot_be_answered_leaves_the_file_as_it_was() {
    let folder = folder();
    folder.refused("what-if rep-leaves plan.bwk --rep Eve", &["There is no rep \"Eve\"", "Ann"]);
    folder.refused("what-if grow plan.bwk --territories 2", &["3 territories already"]);
    folder.refused("what-if split-group plan.bwk --group West", &["There is no district or other group \"West\""]);
    folder.refused("what-if rep-joins plan.bwk --rep Eve", &["Nobody knows where Eve lives", "--home"]);
    assert_eq!(folder.json("scenario list plan.bwk").0["scenarios"].as_array().map(Vec::len), Some(1));
    folder.ok("what-if rep-joins plan.bwk --rep Eve --home=-82.7,40.3 --measure Revenue");
    folder.ok("what-if part-time plan.bwk --rep Cy --share 60 --measure Revenue");
    folder.ok("what-if grow plan.bwk --territories 6 --measure Revenue");
}
