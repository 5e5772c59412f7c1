//! `rebalance`, by the real program.

use super::Folder;

/// South has 30 of 36 units, North six; an account in every unit.
fn folder() -> Folder {
    let folder = Folder::with_grid();
    folder.align("Territory", |unit| if unit < 30 { "South" } else { "North" }.to_owned());
    folder.add_accounts();
    folder
}

#[test]
fn answers_keep_their_limits_and_only_a_chosen_one_changes_the_plan() {
    let folder = folder();
    let before = folder.read("plan.bwk");
    let (found, _) = folder.json("rebalance plan.bwk --measure POP:10% --max-moved 40% --max-accounts 40");
    assert_eq!(folder.read("plan.bwk"), before);
    let candidates = found["candidates"].as_array().expect("a list");
    assert!(candidates.len() >= 2, "{found}");
    for candidate in candidates {
        let part = candidate["of_limit"].as_f64().expect("a number");
        assert!(candidate["unit_share"].as_f64().expect("a number") <= 0.4 * part + 1e-9);
        assert!(candidate["account_share"].as_f64().expect("a number") <= 0.4 * part + 1e-9);
        let balance = |at: usize| candidate["balance"][at].as_f64().expect("a number");
        assert!(balance(1) <= balance(0));
    }
    let last = candidates.len();
    let (chosen, code) = folder.json(&format!(
        "rebalance plan.bwk --measure POP:10% --max-moved 40% --max-accounts 40 --choose {last} --scenario Better"
    ));
    assert_eq!((code, chosen["scenario"].as_str()), (0, Some("Better")));
    let (compared, _) = folder.json("compare plan.bwk");
    assert_eq!(compared["disruption"]["unit_share"], candidates[last - 1]["unit_share"]);
    assert!(folder.ok("undo plan.bwk").contains("Rebalanced"));
}

#[test]
fn kept_accounts_keep_their_territory() {
    let folder = folder();
    folder.ok("rebalance plan.bwk --measure POP:10% --keep [Revenue]~>=~30 --choose 1 --scenario Kept");
    let connection = rusqlite::Connection::open(folder.path("plan.bwk")).expect("it is a database");
    let moved = |condition: &str| -> i64 {
        let sql = format!(
            "SELECT count(*) FROM v_account_owner AS before JOIN v_account_owner AS after ON after.account = before.account
             JOIN v_account AS account ON account.id = before.account
             WHERE before.plan = 1 AND after.plan = 2 AND before.territory_name <> after.territory_name AND {condition}"
        );
        connection.query_row(&sql, [], |row| row.get(0)).expect("the query is sound")
    };
    assert_eq!(moved("\"Revenue\" >= 30"), 0);
    let units: i64 = connection
        .query_row("SELECT count(*) FROM assignment WHERE plan = 2 AND territory = (SELECT id FROM territory WHERE plan = 2 AND name = 'North')", [], |row| row.get(0))
        .expect("the query is sound");
    assert!(units > 6, "units move all the same");
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = folder();
    folder.refused(
        "rebalance plan.bwk --measure POP --only-group West",
        &["There is no district or other group \"West\""],
    );
    folder.write("codes.txt", "43000\n99999\n");
    folder.refused("rebalance plan.bwk --measure POP --only-units codes.txt", &["codes.txt", "99999"]);
    folder.refused("rebalance plan.bwk --measure POP --keep [Nothing]>1", &["[Nothing]>1"]);
    folder.refused("rebalance plan.bwk --measure POP --choose 9", &["There is no answer 9"]);
}
