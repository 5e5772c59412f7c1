//! What the files hold, to the letter.

use super::*;
use crate::io::export::order::{HubSpot, Salesforce};
use crate::io::table;

const MODEL: &str = "0MA5e000000CaRdGAK";
const ANN: Person = Person { code: "0055e000001AAAA", name: "Ann" };
const BO: Person = Person { code: "R2", name: "Bo Bell" };

fn known(tables: &[&str]) -> Known {
    let mut known = Known::default();
    for text in tables {
        let table = table::parse("ids.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
        known.add(&table).unwrap();
    }
    known
}

fn texts(loader: &Loader) -> Vec<(String, String)> {
    let text = |file: &LoadFile| String::from_utf8(csv::write(&file.sheet, Path::new(&file.name)).unwrap()).unwrap();
    loader.files.iter().map(|file| (file.name.clone(), text(file))).collect()
}

fn missing(loader: &Loader) -> Vec<String> {
    loader.missing.iter().map(|m| format!("{} {} {}: {}", m.what, m.code, m.name, m.why)).collect()
}

/// A region with two territories, led by nobody; Ann's has two accounts, Bo's one, nobody has the fourth.
fn alignment<'a>() -> Alignment<'a> {
    let node = |name, level, parent, person| Node { name, level, parent, person, ..Node::default() };
    let account = |code, id, node| Account {
        code,
        name: "An account",
        id,
        node,
        moves: true,
        changes_rep: true,
        ..Account::default()
    };
    Alignment {
        nodes: vec![
            node("Middle \"West\"", Some("Sales region"), None, None),
            node("Ohio North", None, Some(0), Some(0)),
            node("=Ohio North", None, Some(0), Some(1)),
        ],
        people: vec![ANN, BO],
        accounts: vec![
            account("1", "0015e00002AbCdEAAV", Some(1)),
            account("2", "0015e00002AbCdF", Some(1)),
            account("3", "0015e00002AbCdGAAV", Some(2)),
            account("4", "0015e00002AbCdHAAV", None),
        ],
        only_changes: false,
    }
}

#[test]
fn the_first_run_makes_what_needs_no_id() {
    let wish = Salesforce { model: MODEL.into(), ..Salesforce::default() };
    let loader = salesforce(&alignment(), &Known::default(), &wish);
    assert_eq!(
        texts(&loader),
        [
            (
                "1_insert_Territory2_Sales_region.csv".to_owned(),
                "Name,DeveloperName,Territory2ModelId,Territory2TypeId,ParentTerritory2Id\r\n\
                 \"Middle \"\"West\"\"\",Middle_West,0MA5e000000CaRdGAK,,\r\n"
                    .to_owned()
            ),
            (
                "2_update_Account.csv".into(),
                "Id,OwnerId\r\n0015e00002AbCdEAAV,0055e000001AAAA\r\n0015e00002AbCdF,0055e000001AAAA\r\n".into()
            ),
        ]
    );
    assert_eq!(
        missing(&loader),
        [
            "territory  Ohio North: \"Middle \"West\"\" above it has no Id yet: load that one first, then write again with its file of successes",
            "territory  =Ohio North: \"Middle \"West\"\" above it has no Id yet: load that one first, then write again with its file of successes",
            "territory  Ohio North: no Id yet, with 2 accounts in it: write again with the file of successes of its insert",
            "territory  =Ohio North: no Id yet, with 1 account in it: write again with the file of successes of its insert",
            "rep R2 Bo Bell: no Id of a user is known (give an export of User): the owner stays for 1 account",
        ]
    );
    assert!(
        loader.notes.iter().any(|note| note.starts_with("Territory2TypeId of new territories")),
        "{:?}",
        loader.notes
    );
    assert!(loader.notes.iter().any(|note| note.starts_with("1 Id of an account has 15")), "{:?}", loader.notes);
    assert!(loader.notes.iter().any(|note| note.starts_with("1 account in no territory")), "{:?}", loader.notes);
}

#[test]
fn a_run_with_ids_goes_on_where_the_one_before_ended() {
    let known = known(&[
        "\"ID\",\"STATUS\",\"NAME\",\"DEVELOPERNAME\"\n0MI5e000000CaReGAK,Item Created,\"Middle \"\"West\"\"\",Middle_West\n",
        "Id,Name,EmployeeNumber,Email,IsActive\n0055e000001BBBB,Robert Bell,R2,bo@example.com,true\n",
    ]);
    let wish = Salesforce {
        model: MODEL.into(),
        role: "Sales Rep".into(),
        long_ids: true,
        account_access: "Edit".into(),
        ..Salesforce::default()
    };
    let files = texts(&salesforce(&alignment(), &known, &wish));
    assert_eq!(
        files[0].1,
        "Name,DeveloperName,Territory2ModelId,Territory2TypeId,ParentTerritory2Id,AccountAccessLevel\r\n\
         Ohio North,Ohio_North,0MA5e000000CaRdGAK,,0MI5e000000CaReGAK,Edit\r\n\
         '=Ohio North,Ohio_North_2,0MA5e000000CaRdGAK,,0MI5e000000CaReGAK,Edit\r\n"
    );
    assert_eq!(files[1].0, "2_update_Account.csv");
    assert!(files[1].1.contains("0015e00002AbCdFAAV,0055e000001AAAAAA4\r\n"), "{}", files[1].1);
    assert!(files[1].1.contains("0015e00002AbCdGAAV,0055e000001BBBBAA4\r\n"), "{}", files[1].1);
}

#[test]
fn with_an_external_id_one_run_is_enough() {
    let wish = Salesforce { key: "Key__c".into(), ..Salesforce::default() };
    let loader = salesforce(&alignment(), &Known::default(), &wish);
    let files = texts(&loader);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "1_insert_Territory2_Sales_region.csv",
            "2_insert_Territory2.csv",
            "3_insert_ObjectTerritory2Association.csv",
            "4_insert_UserTerritory2Association.csv",
            "5_update_Account.csv"
        ]
    );
    assert!(files[1].1.starts_with("Name,DeveloperName,Territory2ModelId,Territory2TypeId,ParentTerritory2.Key__c,Key__c\r\nOhio North,Ohio_North,,,Middle_West,Ohio_North\r\n"), "{}", files[1].1);
    assert!(
        files[2].1.starts_with(
            "ObjectId,Territory2.Key__c,AssociationCause\r\n0015e00002AbCdEAAV,Ohio_North,Territory2Manual\r\n"
        ),
        "{}",
        files[2].1
    );
    assert_eq!(files[3].1, "UserId,Territory2.Key__c\r\n0055e000001AAAA,Ohio_North\r\n");
}

/// Both territories are there, Ann moved from the second to the first and account 1 with her.
fn changed<'a>() -> Alignment<'a> {
    let mut alignment = alignment();
    alignment.only_changes = true;
    for (node, before) in alignment.nodes.iter_mut().zip([None, Some(vec![BO]), Some(vec![ANN])]) {
        (node.was_there, node.before) = (true, before);
    }
    for account in &mut alignment.accounts {
        (account.moves, account.changes_rep) = (account.code == "1", account.code == "1");
        account.before = Some("=Ohio North");
    }
    alignment
}

const TERRITORIES: &str = "Id,Name,DeveloperName,ParentTerritory2Id\n\
    0MI000000000001GAA,\"Middle \"\"West\"\"\",MW,\n0MI000000000002GAA,Ohio North,ON,0MI000000000001GAA\n\
    0MI000000000003GAA,=Ohio North,ON2,0MI000000000009GAA\n";

#[test]
fn changes_alone_and_what_goes_is_deleted_by_its_id() {
    let known = known(&[
        TERRITORIES,
        "Id,ObjectId,Territory2Id,AssociationCause\n0ti000000000001AAA,0015e00002AbCdE,0MI000000000003,Territory2Manual\n\
         0ti000000000002AAA,0015e00002AbCdEAAV,0MI000000000077GAA,Territory2Manual\n\
         0ti000000000003AAA,0015e00002AbCdFAAV,0MI000000000003GAA,Territory2Manual\n",
        "Id,UserId,Territory2Id\n0tu000000000001AAA,0055e000001AAAAAA4,0MI000000000003GAA\n\
         0tu000000000002AAA,005000000000009AAA,0MI000000000003GAA\n",
        "Id,Name,EmployeeNumber,Email\n0055e000001BBBB,Bo Bell,R2,bo@example.com\n",
    ]);
    let loader = salesforce(&changed(), &known, &Salesforce::default());
    let expected = [
        (
            "1_update_Territory2.csv",
            "Id,Name,ParentTerritory2Id\r\n0MI000000000003GAA,'=Ohio North,0MI000000000001GAA\r\n",
        ),
        (
            "2_insert_ObjectTerritory2Association.csv",
            "ObjectId,Territory2Id,AssociationCause\r\n0015e00002AbCdEAAV,0MI000000000002GAA,Territory2Manual\r\n",
        ),
        // Not those of a territory that the plan does not know, nor of accounts that stay.
        ("3_delete_ObjectTerritory2Association.csv", "Id\r\n0ti000000000001AAA\r\n"),
        (
            "4_insert_UserTerritory2Association.csv",
            "UserId,Territory2Id\r\n0055e000001AAAA,0MI000000000002GAA\r\n0055e000001BBBB,0MI000000000003GAA\r\n",
        ),
        // Who is no rep of the roster stays in the territory.
        ("5_delete_UserTerritory2Association.csv", "Id\r\n0tu000000000001AAA\r\n"),
        ("6_update_Account.csv", "Id,OwnerId\r\n0015e00002AbCdEAAV,0055e000001AAAA\r\n"),
    ];
    assert_eq!(texts(&loader), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    assert_eq!(missing(&loader), [""; 0]);
}

#[test]
fn what_goes_without_an_id_is_told() {
    let loader = salesforce(&changed(), &known(&[TERRITORIES]), &Salesforce::default());
    let files = texts(&loader);
    let find = files.iter().find(|(name, _)| name.contains("find_Object")).unwrap();
    assert_eq!(
        find.1,
        "ObjectId,Territory2Id,Account,Territory\r\n0015e00002AbCdEAAV,0MI000000000003GAA,1,'=Ohio North\r\n"
    );
    assert!(!files.iter().any(|(name, _)| name.contains("delete")));
    assert!(loader.notes.iter().any(|note| note.contains("deletes by Id")), "{:?}", loader.notes);
}

#[test]
fn an_owner_who_has_the_account_already_is_no_change() {
    let mut alignment = alignment();
    alignment.accounts[0].owner_id = "0055e000001AAAAAA4";
    let files = texts(&salesforce(&alignment, &Known::default(), &Salesforce::default()));
    assert_eq!(files.last().unwrap().1, "Id,OwnerId\r\n0015e00002AbCdF,0055e000001AAAA\r\n");
}

#[test]
fn accounts_without_a_usable_id_are_listed() {
    let mut alignment = alignment();
    let ids = ["", "0015E00002ABCDEAAV", "A-17", "0015e00002AbCdHAAV"];
    for (account, id) in alignment.accounts.iter_mut().zip(ids) {
        account.id = id;
    }
    alignment.accounts[3].node = Some(1);
    let twin = Account { code: "5", id: "0015e00002AbCdH", node: Some(1), moves: true, ..Account::default() };
    alignment.accounts.push(twin);
    let said = missing(&salesforce(&alignment, &Known::default(), &Salesforce::default()));
    let words = ["no Salesforce Id", "lost its capitals", "\"A-17\" is not the Id", "the same Id as 4"];
    let said: Vec<&String> = said.iter().filter(|said| said.starts_with("account")).collect();
    assert_eq!(said.len(), words.len(), "{said:?}");
    for (said, word) in said.iter().zip(words) {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn hubspot_gets_owners_by_email() {
    let mut alignment = alignment();
    for (account, id) in alignment.accounts.iter_mut().zip(["8812134567", "", "8812134569", "8812134570"]) {
        account.id = id;
    }
    alignment.people[0].code = "ann@example.com";
    let wish = HubSpot { property: "Sales territory".into() };
    let loader = hubspot(&alignment, &Known::default(), &wish);
    assert_eq!(
        texts(&loader),
        [(
            "companies.csv".to_owned(),
            "Record ID,Company owner,Sales territory\r\n8812134567,ann@example.com,Ohio North\r\n8812134569,,'=Ohio North\r\n".to_owned()
        )]
    );
    assert_eq!(
        missing(&loader),
        [
            "account 2 An account: no Record ID",
            "account 4 An account: in no territory: an import cannot take the owner away",
            "rep R2 Bo Bell: no email address is known (give an export of the users): the owner stays for 1 account",
        ]
    );
    let known = known(&["Name,Email\nBo Bell,bo@example.com\n"]);
    assert!(texts(&hubspot(&alignment, &known, &wish))[0].1.contains("8812134569,bo@example.com,"));
}

#[test]
fn a_table_of_something_else_is_refused() {
    let table = table::parse("x.csv", b"Zip,Town\n1,2\n", true, usize::MAX, &Progress::new()).unwrap().value;
    let error = Known::default().add(&table).unwrap_err();
    assert!(error.why.contains("\"Zip\" and \"Town\""), "{error}");
}

#[test]
fn files_of_an_earlier_run_are_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("crm");
    salesforce(&alignment(), &Known::default(), &Salesforce { key: "Key__c".into(), ..Salesforce::default() })
        .write(&out, &Progress::new())
        .unwrap();
    let loader = salesforce(&alignment(), &Known::default(), &Salesforce::default());
    let left = loader.left_behind(&out);
    assert!(
        left.contains(&"5_update_Account.csv".to_owned())
            && !left.contains(&"1_insert_Territory2_Sales_region.csv".to_owned()),
        "{left:?}"
    );
    let files = loader.write(&out, &Progress::new()).unwrap();
    let table = std::fs::read_to_string(files.last().unwrap()).unwrap();
    assert!(table.starts_with("what,code,name,why\r\nterritory,,Ohio North,"), "{table}");
}
