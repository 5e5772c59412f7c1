//! What every JSON result keeps to.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Refuses a text in which an object has a key twice: which of the two counts would be up to whoever reads it.
pub fn has_no_key_twice(text: &str) -> Result<(), String> {
    serde_json::from_str::<Once>(text).map(drop).map_err(|error| error.to_string())
}

struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Once)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<Once>()?;
            if let Some(key) = seen.replace(key) {
                return Err(A::Error::custom(format!("the key {key} is there twice")));
            }
        }
        Ok(Self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Once>()?.is_some() {}
        Ok(Self)
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(Self)
    }
}

#[test]
fn a_key_that_is_there_twice_is_found_at_any_depth() {
    let _: IgnoredAny = serde_json::from_str(r#"{"a":1,"a":2}"#).expect("it is JSON, though");
    assert!(has_no_key_twice(r#"{"a":[1,-1,1.5,"a",null,true,{"a":{}}],"b":{"a":1}}"#).is_ok());
    assert!(has_no_key_twice(r#"{"b":[{"a":1,"c":0,"a":2}]}"#).unwrap_err().contains("the key a"));
}
