//! How accounts were placed, placing them by hand and again, and the online geocoder against a server on this machine.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::Folder;

/// The grid's south-west corner is 83° W 40° N; Sunbury, Ohio lies in it, Springfield does not.
const ACCOUNTS: &str = "ID,Name,Street,City,State,ZIP,Lat,Lon,Revenue
1,Exact,1 Main St,Sunbury,OH,43074,40.15,-82.85,10
2,By code,2 Main St,,OH,43074,,,20
3,By town,3 Main St,Sunbury,OH,,,,30
4,Nowhere,4 Main St,Springfield,,,,,40
5,By state,,Xyzzy,OH,,,,50
6,Abroad,,,,,51.5,-0.1,60
";

fn with_accounts() -> Folder {
    let folder = Folder::with_grid();
    folder.write("accounts.csv", ACCOUNTS);
    folder.ok("import accounts plan.bwk accounts.csv");
    folder
}

fn accounts(folder: &Folder, options: &str) -> Vec<(String, String)> {
    let (result, code) = folder.json(&format!("places plan.bwk {options}"));
    assert_eq!(code, 0);
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let rows = result["accounts"].as_array().expect("a list");
    rows.iter().map(|row| (word(&row["account"]), word(&row["placed_by"]))).collect()
}

#[test]
fn every_account_says_how_it_was_placed_and_how_precisely() {
    let folder = with_accounts();
    let (result, _) = folder.json("places plan.bwk");
    let counts: Vec<String> = result["counts"]
        .as_array()
        .expect("counts")
        .iter()
        .map(|count| format!("{} {}", count["placed_by"].as_str().unwrap_or(""), count["accounts"]))
        .collect();
    assert_eq!(counts, ["coordinates 2", "postal code 1", "town 1", "state 1", "unplaced 1"]);
    let row = &result["accounts"][1];
    assert!(row["precision_km"].as_f64().is_some_and(|km| km > 1.0 && km < 20.0), "{row}");
    assert_eq!(row["address"], "2 Main St, 43074, OH");
    assert!(row["unit"].as_str().is_some_and(|unit| unit.starts_with("430")), "{row}");
    let doubtful: Vec<String> = accounts(&folder, "--doubtful").into_iter().map(|row| row.0).collect();
    assert_eq!(doubtful, ["4", "5", "6"]);
    assert_eq!(accounts(&folder, "--kind town --kind unplaced").len(), 2);
    folder.refused("places plan.bwk --kind guess", &["no way of placing", "postal-code"]);
    assert!(folder.ok("info plan.bwk").contains("1 by postal code"));
}

#[test]
fn an_account_is_placed_by_a_town_a_code_or_coordinates_and_that_is_undone() {
    let folder = with_accounts();
    folder.refused("place plan.bwk --account 4 --town Springfield", &["it may be", "Springfield, IL", "Add the state"]);
    let (placed, _) = folder.json("place plan.bwk --account 4 --town Sunbury,~OH");
    assert_eq!(placed["label"], "Placed Nowhere at Sunbury, OH, United States");
    assert_eq!((&placed["placed"], &placed["written"]), (&1.into(), &true.into()));
    assert_eq!(accounts(&folder, "--kind by-hand"), [("4".to_owned(), "by hand".to_owned())]);
    folder.ok("place plan.bwk --account 6 --at 40.25,-82.75");
    // Poland has that code, too; only one of them lies in an area.
    folder.ok("place plan.bwk --account 5 --postal 43074");
    assert!(accounts(&folder, "--doubtful").is_empty());
    folder.ok("undo plan.bwk");
    folder.ok("undo plan.bwk");
    assert_eq!(accounts(&folder, "--doubtful").len(), 2);
    folder.refused("place plan.bwk --account 99 --postal 43074", &["no account \"99\""]);
    folder.refused("place plan.bwk --account 4 --at 91,0", &["Could not read"]);
}

#[test]
fn many_accounts_are_placed_from_a_file_in_one_step() {
    let folder = with_accounts();
    folder.write(
        "fixes.csv",
        "account,place\n4,\"Sunbury, OH\"\n6,\"43074, USA\"\n5,\"40.15, -82.85\"\n77,Rome\n3,Springfield\n",
    );
    let (placed, _) = folder.json("place plan.bwk --from fixes.csv");
    assert_eq!(placed["placed"], 3, "{placed:#}");
    let messages = placed["messages"].as_array().expect("messages");
    assert_eq!(messages.iter().filter(|message| message["severity"] == "error").count(), 2);
    assert!(accounts(&folder, "--doubtful").is_empty());
    folder.ok("undo plan.bwk");
    assert_eq!(accounts(&folder, "--doubtful").len(), 3);
}

#[test]
fn accounts_are_placed_by_their_columns_again_and_told_before() {
    let folder = with_accounts();
    let (nothing, _) = folder.json("place plan.bwk --again");
    assert_eq!((&nothing["placed"], &nothing["written"]), (&0.into(), &false.into()), "nothing changed since");
    folder.ok("place plan.bwk --account 2 --at 40.5,-82.5");
    let (check, _) = folder.json("place plan.bwk --again --check");
    assert_eq!(check["placed"], 0, "what was placed by hand stays");
}

#[test]
fn a_measurement_says_how_precise_the_gazetteer_is() {
    let folder = Folder::new();
    folder.write("accounts.csv", ACCOUNTS);
    let (result, code) = folder.json("bench placing accounts.csv --rows");
    assert_eq!(code, 0, "{result:#}");
    let file = &result["files"][0];
    assert_eq!(file["accounts"], 2, "those with coordinates");
    let kind = &file["kinds"][0];
    for field in ["placed_by", "accounts", "share", "median_km", "p90_km", "stated_km", "within_stated"] {
        assert!(kind.get(field).is_some(), "{field} in {kind:#}");
    }
    assert_eq!(kind["placed_by"], "postal code");
    folder.write("bare.csv", "ID,City\n1,Rome\n");
    folder.refused("bench placing bare.csv", &["no coordinates to compare with"]);
}

/// Answers so many requests as Nominatim does.
fn server(answers: Vec<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/search", listener.local_addr().expect("it has an address"));
    std::thread::spawn(move || {
        for body in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut request: Vec<u8> = Vec::new();
            let mut buffer = [0; 2048];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend(&buffer[..count]),
                }
            }
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + body).as_bytes());
        }
    });
    url
}

#[test]
fn a_geocoder_is_asked_for_imprecise_accounts_and_nothing_is_taken_without_a_yes() {
    let folder = with_accounts();
    let found = r#"[{"lat":"40.25","lon":"-82.85","place_rank":30,"display_name":"2 Main Street, Sunbury"}]"#;
    let far = r#"[{"lat":"50.0","lon":"8.0","place_rank":30,"display_name":"Elsewhere"}]"#;
    let ask = |options: &str| {
        let url = server(vec![found, far, "[]"]);
        folder.json(&format!("geocode plan.bwk --service nominatim --url {url} --pause 0 {options}")).0
    };
    let result = ask("--check");
    assert_eq!((&result["asked"], &result["answers"]), (&3.into(), &serde_json::json!([])), "nothing was sent");
    let result = ask("");
    assert_eq!(
        (&result["asked"], &result["matched"], &result["taken"]),
        (&3.into(), &2.into(), &0.into()),
        "{result:#}"
    );
    assert_eq!((&result["far"], &result["not_found"]), (&1.into(), &1.into()));
    assert!(accounts(&folder, "--kind online").is_empty());
    let result = ask("--yes --near-only");
    assert_eq!(result["taken"], 1);
    assert_eq!(accounts(&folder, "--kind online"), [("2".to_owned(), "online".to_owned())]);
    folder.ok("undo plan.bwk");
    assert!(accounts(&folder, "--kind online").is_empty());
    folder.refused(
        "geocode plan.bwk --service nominatim --url http://geocoder.example/?key=Zebra7",
        &["Could not use http://geocoder.example/", "https only"],
    );
}
