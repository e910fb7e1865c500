//! Words of a closed list, in the spelling that serde derives for an enumeration.

use serde::de::{self, DeserializeSeed, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use std::fmt;

/// What `text` names: a variant without data, or anything else that is read from a string. Unlike serde's own
/// deserializers it formats no error message, which nobody would read.
#[must_use]
pub fn word<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    T::deserialize(Word(text)).ok()
}

struct Word<'a>(&'a str);

/// It names nothing.
#[derive(Debug)]
struct Unknown;

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a word of the list")
    }
}

impl std::error::Error for Unknown {}

impl de::Error for Unknown {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Word<'de> {
    type Error = Unknown;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'a> EnumAccess<'a> for Word<'a> {
    type Error = Unknown;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Unknown> {
        let variant = seed.deserialize(Word(self.0))?;
        Ok((variant, self))
    }
}

impl<'a> VariantAccess<'a> for Word<'a> {
    type Error = Unknown;

    fn unit_variant(self) -> Result<(), Unknown> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, _: T) -> Result<T::Value, Unknown> {
        Err(Unknown)
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value, Unknown> {
        Err(Unknown)
    }

    fn struct_variant<V: Visitor<'a>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Unknown> {
        Err(Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwk::KeyUse;
    use crate::{EntryKind, PracticeId};

    #[test]
    fn words_are_those_of_the_derived_reader() {
        assert_eq!(word::<KeyUse>("sig"), Some(KeyUse::Sig));
        assert_eq!(word::<EntryKind>("inquiry"), Some(EntryKind::Inquiry));
        assert_eq!(word::<EntryKind>("Inquiry"), None);
        assert_eq!(word::<EntryKind>(""), None);
        assert!(word::<PracticeId>("lakeside-ortho").is_some());
        assert!(word::<PracticeId>("Lakeside").is_none());
    }

    #[test]
    fn a_variant_with_data_is_no_word() {
        #[derive(Debug, Deserialize, PartialEq)]
        enum Mixed {
            Plain,
            Full(u8),
            Named { n: u8 },
        }
        assert_eq!(word::<Mixed>("Plain"), Some(Mixed::Plain));
        assert_eq!(word::<Mixed>("Full"), None);
        assert_eq!(word::<Mixed>("Named"), None);
        assert_ne!(Mixed::Full(1), Mixed::Named { n: 1 });
    }
}
