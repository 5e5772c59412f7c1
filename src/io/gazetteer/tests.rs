use super::*;
use crate::domain::accounts::Placement;
use crate::io::postal::PostalTable;

fn gazetteer() -> &'static Gazetteer {
    Gazetteer::embedded()
}

fn country(name: &str) -> CountryId {
    gazetteer().country(name).unwrap_or_else(|| panic!("{name} is a country")).0
}

fn one(place: (&str, &str, &str)) -> Found {
    let (town, region, of) = place;
    let of = country(of);
    let region = if region.is_empty() { None } else { Some(gazetteer().region(of, region).expect(region)) };
    match gazetteer().town(of, region, town) {
        Towns::One(found) => found,
        other => panic!("{place:?}: {other:?}"),
    }
}

#[test]
fn the_tables_are_whole() {
    let all = gazetteer();
    assert!(all.towns.len() > 180_000, "{}", all.towns.len());
    assert_eq!(all.countries.len(), 252);
    assert!(all.regions.len() > 3_500, "{}", all.regions.len());
    assert!(all.counties.len() > 3_000, "{}", all.counties.len());
    assert_eq!(all.codes.len(), 11);
    assert!(all.towns.iter().all(|town| town.place.is_valid()));
    assert!(all.regions.iter().all(|region| region.centre.is_valid() && region.radius_km > 0.0));
}

#[test]
fn countries_by_code_and_by_name() {
    for (name, code) in [
        ("US", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("Deutschland", "DE"),
        ("DEU", "DE"),
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("uk", "GB"),
        ("Scotland", "GB"),
        ("The Netherlands", "NL"),
        ("Netherlands", "NL"),
        ("Philippines", "PH"),
        ("A", "AT"),
        ("AE", "AE"),
        ("U.A.E.", "AE"),
        ("AND", "AD"),
        ("South Korea", "KR"),
        ("Côte d'Ivoire", "CI"),
    ] {
        assert_eq!(gazetteer().country_code(country(name)), code, "{name}");
    }
    assert_eq!(gazetteer().country("Atlantis"), None);
    assert_eq!(gazetteer().country(""), None);
}

#[test]
fn towns_however_they_are_written() {
    for (place, lon, lat) in [
        (("Saint Louis", "MO", "US"), -90.2, 38.63),
        (("ST. LOUIS", "Missouri", "US"), -90.2, 38.63),
        (("Ft. Worth", "TX", "US"), -97.33, 32.75),
        (("München", "", "Germany"), 11.58, 48.14),
        (("Muenchen", "Bayern", "DE"), 11.58, 48.14),
        (("Köln", "NRW", "Deutschland"), 6.96, 50.94),
        (("Frankfurt", "Hessen", "DE"), 8.68, 50.12),
        (("Montréal", "QC", "Canada"), -73.59, 45.51),
        (("Montreal", "Québec", "CAN"), -73.59, 45.51),
        (("Sao Paulo", "", "Brazil"), -46.64, -23.55),
        (("Kraków", "", "Poland"), 19.94, 50.06),
        (("London", "ON", "CA"), -81.23, 42.98),
        (("London", "", "UK"), -0.13, 51.51),
        (("Graz", "Steiermark", "Austria"), 15.44, 47.07),
        (("Sydney", "NSW", "Australia"), 151.21, -33.87),
    ] {
        let found = one(place);
        let km = found.place.distance_km(LonLat::new(lon, lat));
        assert!(km < 12.0, "{place:?} is {km} km away, at {}", found.words);
        assert_eq!(found.placement, Placement::Town);
        assert!((1.0..=30.0).contains(&found.precision_km));
    }
    let kingdom = country("UK");
    assert_eq!(gazetteer().town(kingdom, None, "No Such Town"), Towns::None);
    assert_eq!(gazetteer().town(kingdom, None, " "), Towns::None);
}

#[test]
fn every_state_is_known_by_its_name_and_its_letters() {
    let us = country("US");
    for (letters, name) in [
        ("MD", "Maryland"),
        ("DC", "District of Columbia"),
        ("VA", "Virginia"),
        ("WV", "West Virginia"),
        ("KS", "Kansas"),
    ] {
        let region = gazetteer().region(us, letters);
        assert!(region.is_some() && region == gazetteer().region(us, name), "{name}");
    }
    assert!(one(("Rockville", "Maryland", "US")).place.distance_km(LonLat::new(-77.15, 39.08)) < 5.0);
}

#[test]
fn what_is_being_typed_and_what_has_a_slip_is_completed() {
    let words = |text: &str, home: &str| -> Vec<String> {
        gazetteer().suggest(text, home).into_iter().map(|found| found.words).collect()
    };
    assert_eq!(words("Dayt", "OH")[0], "Dayton, OH, United States");
    assert_eq!(words("Springfield", "IL")[0], "Springfield, IL, United States");
    assert!(words("Springfield", "").len() >= 5, "none is guessed");
    assert_eq!(words("Springfield, MO", "IL")[0], "Springfield, MO, United States", "what is typed counts");
    assert_eq!(
        words("Münch", "Bayern, Germany")[0].split(',').next(),
        Some("Munich"),
        "{:?}",
        words("Münch", "Germany")
    );
    assert_eq!(words("Colombus, OH", "")[0], "Columbus, OH, United States");
    assert_eq!(words("Cincinatti", "Ohio, United States")[0], "Cincinnati, OH, United States");
    assert_eq!(words("45402", "")[0], "45402, Dayton, OH, United States");
    for text in ["", ",", "x", "qwertzuiop, OH", "💥", "a, b, c, d"] {
        let _ = words(text, "OH");
    }
    assert!(words("qwertzuiop", "OH").is_empty());
    let many = words("San", "");
    assert!(many.len() <= 8 && many.iter().all(|one| !one.is_empty()), "{many:?}");
}

#[test]
fn an_address_is_placed_by_what_is_most_precise_of_it() {
    let us = country("US");
    let place = |postal, town, state, country| {
        let address = address::Address { postal, town, state, country };
        gazetteer().place_address(&address, us, PostalTable::embedded())
    };
    let kind =
        |placed: &address::AddressPlace| placed.place.as_ref().map(|found| found.placement).map_err(String::clone);
    assert_eq!(kind(&place("45402", "Dayton", "OH", "")), Ok(Placement::PostalCode));
    assert_eq!(kind(&place("", "Dayton", "OH", "")), Ok(Placement::Town));
    assert_eq!(kind(&place("99999", "Dayton", "OH", "")), Ok(Placement::Town));
    assert_eq!(kind(&place("", "Xyzzy", "OH", "")), Ok(Placement::Region));
    assert!(kind(&place("", "Springfield", "", "")).is_err_and(|why| why.contains("Springfield, IL")));
    assert!(kind(&place("", "", "", "Atlantis")).is_err_and(|why| why.contains("Atlantis")));
    // The letters of a British code say less than the town.
    assert_eq!(kind(&place("IV2 7XX", "Inverness", "", "UK")), Ok(Placement::Town));
    let typed = [("80331", "München"), ("50667", "Köln"), ("20095", "Hamburg")];
    let german = typed.map(|(postal, town)| address::Address { postal, town, ..address::Address::default() });
    assert_eq!(gazetteer().country_code(gazetteer().usual_country(german.into_iter())), "DE");
    assert_eq!(gazetteer().usual_country(std::iter::empty()), us);
}

#[test]
fn a_name_that_several_towns_have_is_not_decided() {
    let us = country("US");
    let Towns::Several(springfields) = gazetteer().town(us, None, "Springfield") else { panic!("there are many") };
    assert!(springfields.len() >= 5);
    assert!(springfields.iter().any(|town| town.words == "Springfield, IL, United States"), "{springfields:?}");
    let Towns::Several(portlands) = gazetteer().town(us, None, "Portland") else { panic!("Oregon and Maine") };
    assert!(portlands.len() >= 2);
    // Nobody means the village in Ohio.
    let Towns::One(chicago) = gazetteer().town(us, None, "Chicago") else { panic!("one is far larger") };
    assert!(chicago.words.starts_with("Chicago, IL"));
}

#[test]
fn postal_codes_of_several_countries() {
    for (of, text, code, zeros) in [
        ("US", "45402-1234", "45402", false),
        ("US", "2139", "02139", true),
        ("PR", "00901", "00901", false),
        ("DE", "80331", "80331", false),
        ("DE", "D-80331", "80331", false),
        ("DE", "1067", "01067", true),
        ("CA", "K1A 0B1", "K1A", false),
        ("CA", "k1a0b1", "K1A", false),
        ("GB", "SW1A 1AA", "SW", false),
        ("PL", "00-950", "00950", false),
        ("AU", "800", "0800", true),
        ("BE", "1000", "1000", false),
    ] {
        let hit = gazetteer().postal(country(of), text);
        let hit = hit.unwrap_or_else(|why| panic!("{of} {text}: {why:?}"));
        assert_eq!((hit.code.as_str(), hit.zeros_restored), (code, zeros), "{of} {text}");
        assert!(hit.radius_km > 0.0 && hit.radius_km < 200.0, "{of} {text}: {}", hit.radius_km);
    }
    let munich = gazetteer().postal(country("DE"), "80331").unwrap();
    assert!(munich.place.distance_km(LonLat::new(11.57, 48.14)) < 5.0);
    assert_eq!(gazetteer().postal(country("JP"), "100-0001"), Err(NoPostal::NoTable));
    for text in ["", "ABC", "99999999", "0", "💥", "000000000000000000000000"] {
        assert!(gazetteer().postal(country("DE"), text).is_err(), "{text}");
        assert!(gazetteer().postal(country("GB"), text).is_err(), "{text}");
    }
}

#[test]
fn a_code_may_tell_its_country() {
    for (text, code) in [("K1A 0B1", "CA"), ("SW1A 1AA", "GB"), ("D-80331", "DE"), ("00-950", "PL"), ("A-1010", "AT")] {
        let found = gazetteer().country_of_code(text).map(|country| gazetteer().country_code(country));
        assert_eq!(found, Some(code), "{text}");
    }
    for text in ["45402", "80331", "45402-1234", ""] {
        assert_eq!(gazetteer().country_of_code(text), None, "{text}");
    }
}

#[test]
fn the_middle_of_a_state_is_called_that() {
    let ohio = gazetteer().region(country("US"), "OH").unwrap();
    assert_eq!(gazetteer().region(country("US"), "Ohio"), Some(ohio));
    let middle = gazetteer().middle_of(ohio).unwrap();
    assert_eq!((middle.placement, middle.words.as_str()), (Placement::Region, "the middle of Ohio, United States"));
    assert!(middle.precision_km > 100.0 && middle.place.distance_km(LonLat::new(-82.9, 40.4)) < 80.0);
    let franklin = gazetteer().county(ohio, "Franklin County").unwrap();
    assert!(franklin.place.distance_km(LonLat::new(-83.0, 39.97)) < 15.0);
    assert!(gazetteer().county(ohio, "Franklin").is_some());
    assert_eq!(gazetteer().county(ohio, "Los Angeles County"), None);
}

#[test]
fn coordinates_as_people_type_them() {
    let dayton = LonLat::new(-84.19, 39.76);
    for text in [
        "39.76, -84.19",
        "39.76 -84.19",
        "39.76;-84.19",
        "39.76° N, 84.19° W",
        "39.76N 84.19W",
        "39.76 N 84.19 W",
        "39.76,−84.19",
    ] {
        assert_eq!(ask::coordinates(text), Some(dayton), "{text}");
    }
    for text in ["", "39.76", "91, 0", "0, 181", "a, b", "1, 2, 3", "NaN, 5", "inf, 5", "Dayton, OH"] {
        assert_eq!(ask::coordinates(text), None, "{text}");
    }
}

#[test]
fn what_is_typed_has_candidates() {
    let first = |text: &str| gazetteer().ask(text).into_iter().next().unwrap_or_else(|| panic!("{text} is known"));
    for (text, lon, lat) in [
        ("Dayton, OH", -84.19, 39.76),
        ("45402", -84.19, 39.76),
        ("Dayton, OH 45402", -84.19, 39.76),
        ("dayton, ohio, usa", -84.19, 39.76),
        ("Munich", 11.58, 48.14),
        ("80331 München, Germany", 11.58, 48.14),
        ("D-80331", 11.58, 48.14),
        ("Graz, Austria", 15.44, 47.07),
        ("Toronto, ON", -79.4, 43.7),
        ("New York", -74.0, 40.71),
        ("Franklin County, OH", -83.0, 39.97),
        ("39.76, -84.19", -84.19, 39.76),
    ] {
        let found = first(text);
        let km = found.place.distance_km(LonLat::new(lon, lat));
        assert!(km < 15.0, "{text}: {} is {km} km away", found.words);
    }
    assert!(gazetteer().ask("Springfield").len() >= 5);
    assert_eq!(first("Bavaria, Germany").placement, Placement::Region);
    for text in ["", ",", ",,,", "qwertzuiop", "💥, 💥"] {
        assert_eq!(gazetteer().ask(text), [], "{text}");
    }
}
