//! Values of JSON as the texts that a table would hold. They are written as they are read, so that a value with many values in it takes no
//! more room than it is long.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A single value. Nothing where there is none; texts without blanks around them; lists and objects as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text(pub String);

/// The members of an object in the order of the file. None where something else stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Properties(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        Writing { text: &mut text, is_inside: false }.deserialize(deserializer)?;
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("properties")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut members = Vec::new();
                while let Some((name, Text(value))) = map.next_entry::<String, Text>()? {
                    members.push((name, value));
                }
                members.shrink_to_fit();
                Ok(Properties(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Properties, A::Error> {
                while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
                Ok(Properties::default())
            }

            fn visit_str<E>(self, _: &str) -> Result<Properties, E> {
                Ok(Properties::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<Properties, E> {
                Ok(Properties::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Properties, E> {
                Ok(Properties::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Properties, E> {
                Ok(Properties::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Properties, E> {
                Ok(Properties::default())
            }

            fn visit_unit<E>(self) -> Result<Properties, E> {
                Ok(Properties::default())
            }
        }
        deserializer.deserialize_any(Members)
    }
}

/// Writes a value behind a text.
struct Writing<'a> {
    text: &'a mut String,
    /// In a list or an object, where texts have quotation marks and nothing is `null`.
    is_inside: bool,
}

impl<'de> DeserializeSeed<'de> for Writing<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Writing<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.is_inside {
            quote(text, self.text)
        } else {
            self.text.push_str(text.trim())
        }
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.text.push_str(&number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.text.push_str(&number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.text.push_str(&Number::from_f64(number).map(|number| number.to_string()).unwrap_or_default());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.is_inside {
            self.text.push_str("null");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.text.push('[');
        let start = self.text.len();
        loop {
            let before = self.text.len();
            if before > start {
                self.text.push(',');
            }
            if list.next_element_seed(Writing { text: self.text, is_inside: true })?.is_none() {
                self.text.truncate(before);
                break;
            }
        }
        self.text.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.text.push('{');
        let start = self.text.len();
        while let Some(name) = map.next_key::<String>()? {
            if self.text.len() > start {
                self.text.push(',');
            }
            quote(&name, self.text);
            self.text.push(':');
            map.next_value_seed(Writing { text: self.text, is_inside: true })?;
        }
        self.text.push('}');
        Ok(())
    }
}

/// A text as JSON writes it.
fn quote(text: &str, into: &mut String) {
    // Writing a text cannot fail.
    into.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts() {
        let text = |json: &str| serde_json::from_str::<Text>(json).expect(json).0;
        assert_eq!(text("null"), "");
        assert_eq!(text("\" 00501 \""), "00501");
        assert_eq!([text("1"), text("1.0"), text("-2.5e3"), text("true")], ["1", "1.0", "-2500.0", "true"]);
        let nested = r#"{"b":[1,null,"x\"y",[],{}],"a":{"c":false}}"#;
        assert_eq!(text(nested), nested);
        assert_eq!(text("[]"), "[]");
        assert_eq!(text("[[],[[1]]]"), "[[],[[1]]]");
    }

    #[test]
    fn what_are_no_properties_are_none() {
        let properties = |json: &str| serde_json::from_str::<Properties>(json).expect(json).0;
        for json in ["null", "1", "-1", "1.5", "\"x\"", "true", "[1,{\"a\":2}]", "{}"] {
            assert_eq!(properties(json), [], "{json}");
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(properties(r#"{"a":1,"a":null}"#), [pair("a", "1"), pair("a", "")]);
    }
}
