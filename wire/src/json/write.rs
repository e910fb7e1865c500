//! A writer of little code: a patient's browser downloads it.

use serde::Serialize;
use serde::ser::{self, Serializer};
use std::fmt;

/// `value` as JSON without white space, byte for byte as `serde_json` writes it. `None`: it holds a fraction, bytes
/// or a name that is not a text, and none of Anteroom's formats does.
#[must_use]
pub fn to_text<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let mut writer = Writer(String::new());
    value.serialize(&mut writer).ok()?;
    Some(writer.0)
}

struct Writer(String);

/// There is no way of writing it.
#[derive(Debug)]
struct Unwritable;

type Written = Result<(), Unwritable>;

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no way of writing it")
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl Writer {
    /// RFC 8259 section 7, with the short escapes where there are any.
    #[inline(never)]
    fn string(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            let escape = match c {
                '"' | '\\' => c,
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\0'..='\x1f' => {
                    self.0.push_str(if c < '\x10' { "\\u000" } else { "\\u001" });
                    self.0.push(char::from(b"0123456789abcdef"[c as usize & 15]));
                    continue;
                }
                _ => {
                    self.0.push(c);
                    continue;
                }
            };
            self.0.push('\\');
            self.0.push(escape);
        }
        self.0.push('"');
    }

    #[inline(never)]
    fn number(&mut self, is_negative: bool, mut number: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        if is_negative {
            self.0.push('-');
        }
        digits[first..].iter().for_each(|&digit| self.0.push(char::from(digit)));
    }

    /// The name of a member, after a comma where one stood before it.
    #[inline(never)]
    fn name(&mut self, name: &str) {
        self.comma();
        self.string(name);
        self.0.push(':');
    }

    fn comma(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }

    #[inline(never)]
    fn begin(&mut self, variant: &str, open: char, close: &'static str) -> Parts<'_> {
        if !variant.is_empty() {
            self.0.push('{');
            self.name(variant);
        }
        self.0.push(open);
        Parts { writer: self, close }
    }
}

/// What has begun, and how it ends.
struct Parts<'a> {
    writer: &'a mut Writer,
    close: &'static str,
}

impl Parts<'_> {
    fn finish(self) -> Written {
        self.writer.0.push_str(self.close);
        Ok(())
    }
}

macro_rules! integers {
    ($($name:ident $type:ty),+) => {$(
        fn $name(self, value: $type) -> Written {
            self.serialize_i64(value.into())
        }
    )+};
}

/// What has parts begins with a variant's name or none, and a bracket.
macro_rules! begins {
    ($($name:ident($($given:tt)*) $variant:tt $open:literal $close:literal;)+) => {$(
        fn $name(self, $($given)*) -> Result<Parts<'a>, Unwritable> {
            Ok(self.begin($variant, $open, $close))
        }
    )+};
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    integers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32);
    integers!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32);

    fn serialize_i64(self, value: i64) -> Written {
        self.number(value < 0, value.unsigned_abs());
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Written {
        self.number(false, value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Written {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Written {
        Err(Unwritable)
    }

    fn serialize_f64(self, _: f64) -> Written {
        Err(Unwritable)
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(Unwritable)
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.0.push('{');
        self.name(variant);
        value.serialize(&mut *self)?;
        self.0.push('}');
        Ok(())
    }

    begins! {
        serialize_seq(_: Option<usize>) "" '[' "]";
        serialize_tuple(_: usize) "" '[' "]";
        serialize_tuple_struct(_: &'static str, _: usize) "" '[' "]";
        serialize_map(_: Option<usize>) "" '{' "}";
        serialize_struct(_: &'static str, _: usize) "" '{' "}";
        serialize_tuple_variant(_: &'static str, _: u32, variant: &'static str, _: usize) variant '[' "]}";
        serialize_struct_variant(_: &'static str, _: u32, variant: &'static str, _: usize) variant '{' "}}";
    }
}

macro_rules! items {
    ($($of:ident $method:ident),+) => {$(
        impl ser::$of for Parts<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.writer.comma();
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Written {
                self.finish()
            }
        }
    )+};
}

items!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! members {
    ($($of:ident),+) => {$(
        impl ser::$of for Parts<'_> {
            type Ok = ();
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.writer.name(name);
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Written {
                self.finish()
            }
        }
    )+};
}

members!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Written {
        self.writer.comma();
        let at = self.writer.0.len();
        name.serialize(&mut *self.writer)?;
        // RFC 8259 section 4: names are strings.
        if self.writer.0[at..].starts_with('"') { Ok(()) } else { Err(Unwritable) }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.writer.0.push(':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Written {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    enum Kind {
        Plain,
        One(String),
        Two(u32, i16),
        Named { a: u8, b: Option<bool> },
    }

    #[derive(Serialize)]
    struct Everything {
        text: String,
        numbers: (u64, i64, i32, u16),
        kinds: Vec<Kind>,
        map: BTreeMap<String, Vec<()>>,
        nothing: Option<char>,
        c: Option<char>,
        empty: Vec<u8>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        skipped: Vec<u8>,
        nested: Box<Option<Everything>>,
    }

    fn everything(nested: Option<Everything>) -> Everything {
        Everything {
            text: (0..0x250).filter_map(char::from_u32).chain("{[\u{2028}\u{1F600}".chars()).collect(),
            numbers: (u64::MAX, i64::MIN, -1, 0),
            kinds: vec![
                Kind::Plain,
                Kind::One("[".into()),
                Kind::Two(10, -10),
                Kind::Named { a: 255, b: Some(true) },
                Kind::Named { a: 0, b: None },
            ],
            map: [("{".into(), vec![]), ("b".into(), vec![(), ()])].into(),
            nothing: None,
            c: Some('"'),
            empty: vec![],
            skipped: vec![],
            nested: Box::new(nested),
        }
    }

    #[test]
    fn it_writes_what_serde_json_writes() {
        let value = everything(Some(everything(None)));
        assert_eq!(to_text(&value), serde_json::to_string(&value).ok());
        assert_eq!(to_text(&[1, 2]), Some("[1,2]".into()));
        assert_eq!(to_text("x"), Some("\"x\"".into()));
    }

    #[test]
    fn it_writes_no_fraction_and_no_odd_name() {
        assert_eq!(to_text(&1.5), None);
        assert_eq!(to_text(&[1.0_f32]), None);
        assert_eq!(to_text(&BTreeMap::from([(1, 2)])), None);
    }
}
