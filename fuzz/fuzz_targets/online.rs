//! What the services on the network answer.
#![no_main]

use bailiwick::domain::ids::AccountId;
use bailiwick::io::online::{Kind, Question, Reply, Service};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let question = Question {
        account: AccountId(0),
        street: "1 Main Street".into(),
        town: "Dayton".into(),
        state: "OH".into(),
        postal: "45402".into(),
        country: String::new(),
    };
    let questions = vec![question; 3];
    for kind in [Kind::Census, Kind::Nominatim] {
        let Ok(service) = Service::new(kind, "") else { continue };
        let Ok(replies) = service.understand(&questions, text) else { continue };
        for reply in replies {
            if let Reply::Matched { place, precision_km, .. } = reply {
                assert!(place.is_valid() && precision_km.is_finite());
            }
        }
    }
});
