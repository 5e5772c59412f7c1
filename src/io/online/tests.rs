//! Against a server on this machine that answers as the services document it, and as they should not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use super::*;

/// What a request consisted of: its first line and headers, and its body.
struct Seen {
    head: String,
    body: String,
}

/// Answers one connection after the other with these bytes, and tells what was asked. `None` keeps the connection open in silence.
fn server(answers: Vec<Option<Vec<u8>>>) -> (String, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/search", listener.local_addr().unwrap());
    let (tell, seen) = channel();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let Some(request) = read_request(&mut stream) else { continue };
            let _ = tell.send(request);
            match answer {
                // The other side may have gone away already.
                Some(bytes) => drop(stream.write_all(&bytes)),
                None => silent.push(stream),
            }
        }
        std::thread::sleep(Duration::from_secs(if silent.is_empty() { 0 } else { 5 }));
    });
    (url, seen)
}

fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(Seen { head: head.to_owned(), body: body.to_owned() });
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}

fn answer(status: &str, body: &str) -> Option<Vec<u8>> {
    Some(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes())
}

fn service(kind: Kind, url: &str) -> Service {
    let quick = Duration::from_millis(1);
    Service {
        pause: quick,
        wait_before_retry: quick,
        timeout: Duration::from_secs(10),
        ..Service::new(kind, url).unwrap()
    }
}

fn question(account: u32, street: &str) -> Question {
    Question {
        account: AccountId(account),
        street: street.into(),
        town: "Dayton".into(),
        state: "OH".into(),
        postal: "45402".into(),
        country: "United States".into(),
    }
}

fn ask(service: &Service, questions: &[Question]) -> Replies {
    service.ask(questions, &Progress::new()).expect("nobody cancelled")
}

fn why(replies: &Replies) -> String {
    replies.stopped.as_ref().map_or(String::new(), |error| error.why.clone())
}

#[test]
fn a_batch_of_the_census_is_sent_and_read_as_documented() {
    let text = "\"2\",\"9 No St, Dayton, OH, 45402\",\"No_Match\"\r\n\
                \"0\",\"1 Main St, Dayton, OH, 45402\",\"Match\",\"Exact\",\"1 MAIN ST, DAYTON, OH, 45402\",\
                \"-84.19183,39.75895\",\"86410\",\"L\"\r\n\
                \"1\",\"2 Oak, Dayton, OH, 45402\",\"Tie\"\r\n\
                \"3\",\"4 Elm St, Dayton, OH, 45402\",\"Match\",\"Non_Exact\",\"4 ELM AVE\",\"-84.2,39.7\",\"1\",\"R\"\r\n";
    let (url, seen) = server(vec![answer("200 OK", text)]);
    let questions = [
        question(7, "1 Main St"),
        question(8, "2 Oak, \"rear\"\nline two"),
        question(9, "9 No St"),
        question(4, "4 Elm St"),
    ];
    let replies = ask(&service(Kind::Census, &url), &questions);
    assert_eq!(replies.stopped, None);
    let matched = |lon, lat, precision_km, words: &str| Reply::Matched {
        place: LonLat::new(lon, lat),
        precision_km,
        words: words.into(),
    };
    assert_eq!(
        replies.replies,
        [
            (AccountId(7), matched(-84.19183, 39.75895, 0.1, "1 MAIN ST, DAYTON, OH, 45402")),
            (AccountId(8), Reply::Tie),
            (AccountId(9), Reply::None),
            (AccountId(4), matched(-84.2, 39.7, 0.5, "4 ELM AVE")),
        ]
    );
    let Seen { head, body } = seen.recv().unwrap();
    assert!(head.starts_with("POST /search HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("user-agent: bailiwick/"), "{head}");
    assert!(head.to_lowercase().contains("content-type: multipart/form-data; boundary="), "{head}");
    assert!(body.contains("name=\"benchmark\"\r\n\r\nPublic_AR_Current\r\n"), "{body}");
    assert!(body.contains("name=\"addressFile\"; filename=\"addresses.csv\""), "{body}");
    assert!(
        body.contains("0,1 Main St,Dayton,OH,45402\n1,\"2 Oak, \"\"rear\"\" line two\",Dayton,OH,45402\n"),
        "{body}"
    );
}

#[test]
fn nominatim_is_asked_one_by_one_and_read_as_documented() {
    let one = r#"[{"place_id":1,"licence":"ODbL","lat":"39.7589","lon":"-84.1916","category":"building","type":"yes","place_rank":30,
        "importance":0.1,"display_name":"1, Main Street, Dayton","boundingbox":["39.75","39.76","-84.2","-84.1"]}]"#;
    let street = r#"[{"lat":"39.70","lon":"-84.10","place_rank":26,"display_name":"Oak Street","boundingbox":["39.69","39.71","-84.10","-84.10"]}]"#;
    let tie = r#"[{"lat":"39.7","lon":"-84.1","place_rank":26},{"lat":"40.7","lon":"-84.1","place_rank":26}]"#;
    let answers = [one, street, tie, "[]"].map(|text| answer("200 OK", text));
    let (url, seen) = server(answers.to_vec());
    let questions = [question(0, "1 Main St"), question(1, "Straße & 2"), question(2, "3"), question(3, "4")];
    let replies = ask(&service(Kind::Nominatim, &url), &questions);
    assert_eq!(replies.stopped, None);
    let words = "1, Main Street, Dayton".to_owned();
    assert_eq!(
        replies.replies[0].1,
        Reply::Matched { place: LonLat::new(-84.1916, 39.7589), precision_km: 0.05, words }
    );
    let Reply::Matched { precision_km, .. } = replies.replies[1].1 else { panic!("{:?}", replies.replies[1]) };
    assert!((precision_km - 1.11).abs() < 0.02, "{precision_km}");
    assert_eq!(replies.replies[2..], [(AccountId(2), Reply::Tie), (AccountId(3), Reply::None)]);
    let first = seen.recv().unwrap().head;
    assert!(first.starts_with("GET /search?format=jsonv2&limit=3&q="), "{first}");
    let second = seen.recv().unwrap().head;
    // The ampersand belongs to the address.
    assert!(second.contains("%26") && !second.contains("Straße"), "{second}");
}

#[test]
fn a_busy_service_is_asked_again_and_a_refusal_is_not() {
    let (url, seen) = server(vec![
        answer("503 Service Unavailable", "busy"),
        Some(
            b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .to_vec(),
        ),
        answer("200 OK", "[]"),
        answer("403 Forbidden", "go away"),
    ]);
    let asking = service(Kind::Nominatim, &url);
    let replies = ask(&asking, &[question(0, "1"), question(1, "2"), question(2, "3")]);
    assert_eq!(replies.replies, [(AccountId(0), Reply::None)]);
    assert_eq!(why(&replies), "it does not want these requests (status 403)");
    assert_eq!(seen.try_iter().count(), 4);
    let (url, seen) =
        server(vec![answer("500 Oops", ""), answer("500 Oops", ""), answer("500 Oops", ""), answer("200 OK", "[]")]);
    let replies = ask(&service(Kind::Nominatim, &url), &[question(0, "1")]);
    assert_eq!((why(&replies).as_str(), seen.try_iter().count()), ("it answered with status 500", 3));
}

#[test]
fn requests_that_are_sent_elsewhere_end_there() {
    let (elsewhere, seen_elsewhere) = server(vec![answer("200 OK", "[]")]);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        for kind in [Kind::Nominatim, Kind::Census] {
            let moved = format!(
                "HTTP/1.1 {status}\r\nLocation: {elsewhere}?key=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let (url, seen) = server(vec![Some(moved.into_bytes())]);
            let replies = ask(&service(kind, &url), &[question(0, "1 Main St")]);
            assert_eq!(seen.try_iter().count(), 1);
            let why = why(&replies);
            assert!(why.starts_with("it sends requests on to") && !why.contains("key"), "{why}");
        }
    }
    assert_eq!(seen_elsewhere.try_iter().count(), 0);
}

#[test]
fn a_key_in_the_url_is_sent_and_told_to_nobody() {
    let (url, seen) = server(vec![answer("200 OK", "[]"), answer("403 Forbidden", "")]);
    let asking = service(Kind::Nominatim, &format!("{url}?key=Zebra7")).polite("me@example.org", Duration::ZERO);
    let replies = ask(&asking, &[question(0, "1"), question(1, "2")]);
    let head = seen.recv().unwrap().head;
    assert!(head.contains("key=Zebra7") && head.contains("q=1"), "{head}");
    assert!(head.contains("me@example.org"), "{head}");
    let error = replies.stopped.expect("the second was refused");
    assert!(!format!("{error} {}", asking.url()).contains("Zebra7"), "{error}");
    assert!(error.hint.contains("by hand"), "the way out without a network: {}", error.hint);
    for url in ["ftp://a.example/?key=Zebra7", "https://a b.example/?key=Zebra7", "https://a.example/#Zebra7"] {
        let error = Service::new(Kind::Nominatim, url).expect_err("it cannot be used");
        assert!(!error.to_string().contains("Zebra7"), "{error}");
    }
}

#[test]
fn the_public_server_is_asked_once_a_second_at_most() {
    let public = Service::new(Kind::Nominatim, "").unwrap().polite("", Duration::ZERO);
    assert_eq!(public.pause, Duration::from_secs(1));
    let own = Service::new(Kind::Nominatim, "http://localhost/search").unwrap();
    assert_eq!(own.polite("", Duration::ZERO).pause, Duration::ZERO);
}

#[test]
fn whoever_cancels_does_not_wait_for_a_slow_service() {
    let (url, seen) = server(vec![answer("200 OK", "[]"), None]);
    let (asking, progress) = (service(Kind::Nominatim, &url), Progress::new());
    let cancel = progress.clone();
    std::thread::spawn(move || {
        let _ = (seen.recv(), seen.recv());
        cancel.cancel();
    });
    let mut kept = Vec::new();
    let begun = std::time::Instant::now();
    let ended = asking.ask_each(&[question(4, "1"), question(5, "2")], &progress, |replies| kept.extend(replies));
    assert!(ended.is_err() && begun.elapsed() < Duration::from_secs(5));
    assert_eq!(kept, [(AccountId(4), Reply::None)], "what was answered before is kept");
}

#[test]
fn garbage_is_said_to_be_garbage() {
    for (kind, text) in [
        (Kind::Nominatim, "<html>Sign in to the hotel's network</html>"),
        (Kind::Nominatim, "{\"error\": 1}"),
        (Kind::Nominatim, "[[[[[[[["),
        (Kind::Nominatim, "\u{0}\u{1}\u{fffd}"),
        (Kind::Census, "<html>Sign in</html>"),
        (Kind::Census, ""),
        (Kind::Census, "\"99\",\"x\",\"Match\",\"Exact\",\"x\",\"1,1\""),
    ] {
        let (url, _seen) = server(vec![answer("200 OK", text)]);
        let replies = ask(&service(kind, &url), &[question(0, "1")]);
        let error = replies.stopped.unwrap_or_else(|| panic!("{kind:?} {text}"));
        assert!(error.what.starts_with("Could not understand"), "{error}");
    }
    // Places that are none are not taken.
    for (kind, text) in [
        (Kind::Nominatim, r#"[{"lat":"NaN","lon":"1"},{"lat":"91","lon":"0"},{"lat":"","lon":""}]"#),
        (Kind::Census, "\"0\",\"x\",\"Match\",\"Exact\",\"x\",\"500,inf\""),
        (Kind::Census, "\"0\",\"x\",\"Match\",\"Exact\",\"x\",\"\""),
    ] {
        let (url, _seen) = server(vec![answer("200 OK", text)]);
        let replies = ask(&service(kind, &url), &[question(0, "1")]);
        assert_eq!(replies, Replies { replies: vec![(AccountId(0), Reply::None)], stopped: None }, "{text}");
    }
}

#[test]
fn answers_without_end_and_silence_end() {
    let large = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1u64 << 40);
    let mut endless = large.into_bytes();
    endless.extend(vec![b'['; 20 << 20]);
    let (url, _seen) = server(vec![Some(endless)]);
    let replies = ask(&service(Kind::Nominatim, &url), &[question(0, "1")]);
    assert_eq!(why(&replies), "the answer is larger than an answer can be");

    let (url, _seen) = server(vec![None, None, None]);
    let slow = Service { timeout: Duration::from_millis(200), ..service(Kind::Census, &url) };
    assert_eq!(why(&ask(&slow, &[question(0, "1")])), "it did not answer in time");

    let (url, _seen) = server(vec![Some(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[]".to_vec()); 3]);
    assert!(ask(&service(Kind::Nominatim, &url), &[question(0, "1")]).stopped.is_some());
}

#[test]
fn what_is_cancelled_asks_no_more() {
    let (url, seen) = server(vec![answer("200 OK", "[]"), answer("200 OK", "[]")]);
    let progress = Progress::new();
    progress.cancel();
    assert!(service(Kind::Nominatim, &url).ask(&[question(0, "1")], &progress).is_err());
    assert_eq!(seen.try_iter().count(), 0);
}

#[test]
fn only_encrypted_services_are_asked() {
    for url in [
        "https://nominatim.example.org/search",
        "http://127.0.0.1:8080/search",
        "http://localhost/search",
        "http://[::1]:80/x",
        "",
    ] {
        assert!(Service::new(Kind::Nominatim, url).is_ok(), "{url}");
    }
    for url in [
        "http://nominatim.example.org/search",
        "http://127.0.0.1.evil.example/search",
        "http://localhost.evil.example",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "https://user:word@example.org/",
        "https://exa mple.org",
        "example.org/search",
    ] {
        assert!(Service::new(Kind::Nominatim, url).is_err(), "{url}");
    }
    assert_eq!(Service::new(Kind::Nominatim, "").unwrap().pause, Duration::from_secs(1));
}
