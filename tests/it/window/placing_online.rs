//! Addresses looked up online, against a server on this machine that speaks as Nominatim does: off until it is switched on, what is sent is
//! told before, answers are a proposal.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use bailiwick::action::{Action, Command};
use bailiwick::domain::accounts::Placement;
use bailiwick::jobs::spec::places::OnlineScope;
use bailiwick::session::placing::PlacesAction;
use bailiwick::session::view::BottomTab;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::placing::project;
use super::steps;
use crate::harness::AppHarness;

/// The lines that were asked for, in order.
type Asked = Arc<Mutex<Vec<String>>>;

/// Answers every request by its street: near the grid, far from it, or with what is given as a whole.
fn server(whole: Option<&'static str>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/search", listener.local_addr().expect("it has an address"));
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request: Vec<u8> = Vec::new();
            let mut buffer = [0; 2048];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend(&buffer[..count]),
                }
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let place = |lat: f64, lon: f64, name: &str| {
                format!(r#"[{{"lat":"{lat}","lon":"{lon}","place_rank":30,"display_name":"{name}"}}]"#)
            };
            let body = if request.contains("Main") {
                place(39.75, -89.65, "2 Main Street, Springfield")
            } else if request.contains("Far") {
                place(52.0, 10.0, "Far Lane")
            } else {
                "[]".to_owned()
            };
            seen.lock().expect("nobody panics with it").push(request.clone());
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(whole.unwrap_or(&answer).as_bytes());
        }
    });
    (url, asked)
}

/// The dialog, with a server chosen and no pause between requests.
fn dialog(url: &str) -> AppHarness {
    let mut project = project();
    let accounts = Arc::make_mut(&mut project.accounts);
    // Cask lies in the middle of its state, and its street is far away.
    accounts.attributes[0].set([(3, "3 Far Lane"), (2, "9 Nowhere St")]);
    let mut app = AppHarness::of(project);
    std::fs::write(app.path("online_geocoder.txt"), format!("geocoder=nominatim\nurl={url}\npause_seconds=0\n"))
        .expect("a file can be written");
    app = app.reopen();
    app.run(Command::LookUpOnline);
    app
}

fn is_enabled(app: &mut AppHarness, words: &str) -> bool {
    use egui_kittest::kittest::NodeT as _;
    !app.window().get_by_role_and_label(Role::Button, words).accesskit_node().is_disabled()
}

#[test]
fn nothing_is_sent_while_it_is_off() {
    let (url, asked) = server(None);
    let mut app = dialog(&url);
    assert!(!app.app().looks_up_online(), "off is the default");
    assert!(app.shows("Sent to 127.0.0.1"), "what would be sent is told all the same");
    assert!(app.shows("3 accounts") && app.shows("no names, no IDs, no figures"));
    assert!(app.shows("2 Main St, Springfield"));
    assert!(!is_enabled(&mut app, "Look up 3 addresses"));
    // Not even by a way around the button.
    app.act(Action::Places(PlacesAction::AskOnline(OnlineScope::Imprecise)));
    assert!(app.was_told("Nothing was sent"), "{:?}", app.messages());
    app.press_button("Close");
    // Nor by anything else that has to do with places.
    app.run(Command::PlaceAccounts);
    app.type_text("Springfield");
    app.press_button("Place by address again…");
    app.press_button("Cancel");
    app.write("more.csv", "ID,Name,Street,City,State\n1,Ada,1 Main St,Springfield,IL\n");
    app.act(Action::Take(app.path("more.csv")));
    app.press_button("Import");
    assert!(app.was_told("Imported 1 account"), "{:?}", app.messages());
    assert_eq!(asked.lock().expect("it is whole").len(), 0);
}

#[test]
fn answers_are_a_proposal_that_is_taken_in_one_step() {
    let (url, asked) = server(None);
    let mut app = dialog(&url);
    app.tick("Look up addresses online on this computer");
    assert!(app.app().looks_up_online());
    app.press_button("Look up 3 addresses");
    app.settle();
    let requests = asked.lock().expect("it is whole").clone();
    assert_eq!(requests.len(), 3, "those with coordinates are not asked for");
    assert!(requests.iter().all(|request| !request.contains("Acme") && !request.contains("Bolt")), "{requests:?}");
    assert_eq!(app.session().view.tab, BottomTab::Places);
    assert!(app.shows("3 asked, 2 found, 1 not found, 1 far from the place of today, not ticked"));
    assert!(app.shows("OpenStreetMap contributors"));
    assert_eq!(steps(&app), 0, "shown, not done");
    // What is far away is not ticked.
    app.tick("Take the place of Cask");
    assert!(app.shows("Take 2 places"));
    app.tick("Take the place of Cask");
    app.press_button("Take 1 place");
    let accounts = &app.session().project.accounts;
    assert_eq!((accounts.placements[1], accounts.placements[3]), (Placement::Online, Placement::Region));
    assert_eq!(accounts.precision_km(1), Some(f64::from(0.05_f32)));
    assert_eq!((app.shown_load("B"), steps(&app)), (10.0, 1));
    app.run(Command::Undo);
    assert_eq!((app.shown_load("B"), app.session().project.accounts.placements[1]), (0.0, Placement::Unplaced));
}

#[test]
fn the_switch_is_of_the_machine_and_a_key_is_kept_nowhere() {
    let (url, _asked) = server(None);
    let mut app = dialog(&url);
    app.tick("Look up addresses online on this computer");
    app.fill_in("URL", &format!("{url}?key=Zebra7"));
    app.press_button("Close");
    app = app.reopen();
    assert!(app.app().looks_up_online());
    let kept = std::fs::read_to_string(app.path("online_geocoder.txt")).expect("it is remembered");
    assert!(kept.contains("on=true") && kept.contains(&url) && !kept.contains("Zebra7"), "{kept}");
    let project = std::fs::read(app.path("plan.bwk")).expect("the project is there");
    for word in ["online_geocoder", "Zebra7", "127.0.0.1"] {
        assert!(!project.windows(word.len()).any(|part| part == word.as_bytes()), "{word} is in the project");
    }
    app.run(Command::LookUpOnline);
    app.tick("Look up addresses online on this computer");
    app.press_button("Close");
    assert!(!app.reopen().app().looks_up_online());
}

#[test]
fn a_service_that_fails_says_why_and_the_way_out() {
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let garbage = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\n<html/>";
    for (answer, what) in [(refusal, "Could not ask"), (elsewhere, "Could not ask"), (garbage, "Could not understand")]
    {
        let (url, asked) = server(Some(answer));
        let mut app = dialog(&url);
        app.tick("Look up addresses online on this computer");
        app.press_button("Look up 3 addresses");
        app.settle();
        assert!(app.was_told(what), "{:?}", app.messages());
        assert_eq!(asked.lock().expect("it is whole").len(), 1);
        assert_eq!((steps(&app), app.session().placing.answers.is_none()), (0, true));
        if what == "Could not ask" {
            assert!(app.shows("or by hand"), "the way out is told");
        }
    }
}

#[test]
fn a_url_that_is_not_encrypted_is_refused_before_anything_is_sent() {
    let mut app = dialog("http://geocoder.example/search");
    app.tick("Look up addresses online on this computer");
    assert!(app.shows("This URL cannot be used: addresses are sent over https only"));
    assert!(!is_enabled(&mut app, "Look up"));
}
