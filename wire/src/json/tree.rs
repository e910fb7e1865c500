//! A reader for any JSON, in little code: a patient's browser downloads it.

use serde::{Serialize, Serializer};

/// A JSON value (RFC 8259).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent.
    Integer(i64),
    /// Any other number. Nothing of Anteroom's has one, but what comes later may.
    Number,
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object. No name stands twice.
    Object(Vec<(String, Json)>),
}

/// Deeper nesting is refused: a reader's stack has an end.
const DEPTH: usize = 64;

impl Json {
    /// Reads `bytes`, all of them. `None`: not JSON, a name that stands twice in one object (RFC 8725 leaves no room
    /// for two readings), or nested more than 64 deep.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { text: std::str::from_utf8(bytes).ok()?, at: 0 };
        let value = reader.value(DEPTH)?;
        reader.space();
        (reader.at == bytes.len()).then_some(value)
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Object(members) = self else { return None };
        members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Whether this is an object of no other members than these.
    #[must_use]
    pub fn has_only(&self, names: &[&str]) -> bool {
        let Self::Object(members) = self else { return false };
        members.iter().all(|(name, _)| names.contains(&name.as_str()))
    }

    /// The characters of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// [`Json::Number`] is not kept, and is written as `null`.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Number => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Whether `byte` comes next; if so, it is passed.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The same, after white space.
    fn mark(&mut self, byte: u8) -> bool {
        self.space();
        self.take(byte)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        if self.mark(b'{') {
            let mut members: Vec<(String, Json)> = Vec::new();
            while self.another(b'}', members.is_empty())? {
                let name = if self.mark(b'"') { self.string()? } else { return None };
                if members.iter().any(|(known, _)| *known == name) || !self.mark(b':') {
                    return None;
                }
                members.push((name, self.value(depth)?));
            }
            return Some(Json::Object(members));
        }
        if self.take(b'[') {
            let mut items = Vec::new();
            while self.another(b']', items.is_empty())? {
                items.push(self.value(depth)?);
            }
            return Some(Json::List(items));
        }
        if self.take(b'"') {
            return self.string().map(Json::Text);
        }
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Some(value);
            }
        }
        self.number()
    }

    /// Whether a list goes on, or an object. `None`: no comma where one has to be.
    fn another(&mut self, close: u8, is_first: bool) -> Option<bool> {
        if self.mark(close) {
            return Some(false);
        }
        (is_first || self.take(b',')).then_some(true)
    }

    /// The rest of a string, after its first quote.
    fn string(&mut self) -> Option<String> {
        let mut string = String::new();
        loop {
            let plain = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | ..0x20) {
                self.at += 1;
            }
            string.push_str(&self.text[plain..self.at]);
            if self.take(b'"') {
                return Some(string);
            }
            if !self.take(b'\\') {
                return None;
            }
            let escape = self.peek()?;
            self.at += 1;
            string.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode()?,
                _ => return None,
            });
        }
    }

    /// RFC 8259 section 7: beyond the Basic Multilingual Plane, two escapes make one character.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        if !self.take(b'\\') || !self.take(b'u') {
            return None;
        }
        let second = self.hex()?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second)
    }

    fn hex(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code << 4 | char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
        }
        Some(code)
    }

    fn number(&mut self) -> Option<Json> {
        let sign = if self.take(b'-') { -1 } else { 1 };
        let first = self.at;
        let mut value = Some(0_i64);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.and_then(|v| v.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0')));
            self.at += 1;
        }
        let digits = self.at - first;
        if digits == 0 || digits > 1 && self.text.as_bytes()[first] == b'0' {
            return None;
        }
        // A minus before nothing is a float's.
        value = value.filter(|value| sign > 0 || *value != 0);
        if self.take(b'.') {
            value = None;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            value = None;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(value.map_or(Json::Number, Json::Integer))
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let first = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > first).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What serde_json reads of the same bytes.
    fn known(value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => number.as_i64().map_or(Json::Number, Json::Integer),
            Value::String(text) => Json::Text(text),
            Value::Array(items) => Json::List(items.into_iter().map(known).collect()),
            Value::Object(members) => {
                Json::Object(members.into_iter().map(|(name, value)| (name, known(value))).collect())
            }
        }
    }

    #[test]
    fn it_reads_what_serde_json_reads() {
        for text in [
            "null",
            " [ true , false , null ] ",
            "{}",
            "[]",
            r#"{"a":{"b":[1,-2,{"c":""}]},"d":"x"}"#,
            "0",
            "-1",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "1.5",
            "0.0",
            "1e3",
            "1E+3",
            "2.5e-7",
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#,
            "\t\r\n\"x\"\n",
        ] {
            assert_eq!(
                Json::parse(text.as_bytes()),
                Some(known(serde_json::from_str(text).unwrap())),
                "{text}"
            );
        }
    }

    #[test]
    fn it_refuses_what_serde_json_refuses() {
        for text in [
            "",
            " ",
            "nul",
            "truex",
            "01",
            "-",
            "-x",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            r#"{"a" 1}"#,
            r#"{"a":1 "b":2}"#,
            r#"""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\ud800\u0041""#,
            r#""\udc00""#,
            "\"\n\"",
            "\"\u{0}\"",
            "'a'",
            "1 1",
            "{}}",
            "// x\n1",
            "\u{feff}1",
            "NaN",
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
            assert_eq!(Json::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
    }

    #[test]
    fn a_name_stands_once() {
        assert_eq!(Json::parse(br#"{"a":1,"a":1}"#), None);
        assert_eq!(Json::parse(br#"{"a":1,"\u0061":2}"#), None);
        assert_eq!(Json::parse(br#"[{"b":{"a":1,"c":[],"a":1}}]"#), None);
        assert!(Json::parse(br#"{"a":1,"A":1}"#).is_some());
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(nested(DEPTH).as_bytes()).is_some());
        assert_eq!(Json::parse(nested(DEPTH + 1).as_bytes()), None);
        assert_eq!(Json::parse(nested(1 << 20).as_bytes()), None);
    }

    /// Bytes made by cutting, doubling and swapping pieces of JSON: both readers take the same ones, but for names
    /// that stand twice.
    #[test]
    fn it_differs_from_serde_json_in_repeated_names_only() {
        let seed = br#"{"a":[1,-2.5e3,true,null,"\u00e9\n"],"b":{"a":"x","":0}}"#;
        let mut state = 1_u32;
        let mut next = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let mut both = 0;
        for _ in 0..40_000 {
            let mut bytes = seed.to_vec();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, seed[next(seed.len())]),
                    _ => bytes[at] = seed[next(seed.len())],
                }
            }
            let theirs = serde_json::from_slice::<Value>(&bytes).ok();
            match Json::parse(&bytes) {
                Some(ours) => {
                    both += 1;
                    let shown = String::from_utf8_lossy(&bytes).into_owned();
                    assert_eq!(sorted(ours), theirs.map(known).expect(&shown), "{shown}");
                }
                None => assert!(theirs.is_none() || repeats(&bytes), "{}", String::from_utf8_lossy(&bytes)),
            }
        }
        assert!(both > 500, "{both}");
    }

    fn sorted(json: Json) -> Json {
        match json {
            Json::List(items) => Json::List(items.into_iter().map(sorted).collect()),
            Json::Object(mut members) => {
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Json::Object(members.into_iter().map(|(name, value)| (name, sorted(value))).collect())
            }
            other => other,
        }
    }

    /// Whether an object of the seed's shape holds a name twice: writing what was read loses one.
    fn repeats(bytes: &[u8]) -> bool {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return false };
        let colons = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b':').count();
        colons(value.to_string().as_bytes()) < colons(bytes)
    }
}
