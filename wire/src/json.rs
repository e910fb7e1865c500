//! JSON, read more strictly than derived readers do, and read and written with less code than `serde_json` brings:
//! what the patient's browser needs of it is here.

mod tree;
mod word;
mod write;

pub use tree::Json;
pub use word::word;
pub use write::to_text;

use serde::Deserialize;

/// Reads the JSON object `json`. A derived reader would take an array of the members' values as well, and
/// RFC 7515 section 4, RFC 7516 section 4 and RFC 7517 section 4 each want an object.
#[must_use]
pub fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::JwkSet;

    #[test]
    fn an_array_of_values_is_no_object() {
        assert!(object::<JwkSet>(br#" {"keys":[]}"#).is_some());
        for wrong in ["[[]]", "null", "", " ", r#"{"keys":[]}}"#, r#""{}""#] {
            assert!(object::<JwkSet>(wrong.as_bytes()).is_none(), "{wrong}");
        }
        // What is guarded against.
        assert!(serde_json::from_str::<JwkSet>("[[]]").is_ok());
    }
}
