//! Base64url without padding (RFC 7515 section 2). `base64ct` refuses padding, white space and set
//! trailing bits, so a value has one spelling, and its running time does not depend on the value.

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

/// The text is not canonical base64url.
#[derive(Debug)]
pub(crate) struct NotBase64Url;

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Callers check the length of `text` first.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| NotBase64Url)
}

/// For what anyone may see, such as ciphertext: as strict as [`decode`], and several times as fast, because it looks its
/// letters up.
pub(crate) fn decode_public(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = Vec::with_capacity(groups.len() * 3 + 2);
    let value = |letter: u8| u32::from(VALUES[usize::from(letter)]);
    let mut wrong = 0;
    for &[a, b, c, d] in groups {
        let (a, b, c, d) = (value(a), value(b), value(c), value(d));
        wrong |= a | b | c | d;
        let [_, bytes_of @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        bytes.extend_from_slice(&bytes_of);
    }
    // Bits that belong to no byte are not set, so that a value has one spelling.
    match *rest {
        [] => {}
        [a, b] => {
            let (a, b) = (value(a), value(b));
            wrong |= a | b | (b & 0xf) << 6;
            bytes.push((a << 2 | b >> 4) as u8);
        }
        [a, b, c] => {
            let (a, b, c) = (value(a), value(b), value(c));
            wrong |= a | b | c | (c & 3) << 6;
            bytes.extend_from_slice(&[(a << 2 | b >> 4) as u8, (b << 4 | c >> 2) as u8]);
        }
        _ => return Err(NotBase64Url),
    }
    if wrong < 64 { Ok(bytes) } else { Err(NotBase64Url) }
}

/// What each letter stands for; 64 and more: nothing.
const VALUES: [u8; 256] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut values, mut at) = ([64; 256], 0);
    while at < letters.len() {
        values[letters[at] as usize] = at as u8;
        at += 1;
    }
    values
};

pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], NotBase64Url> {
    let mut bytes = [0; N];
    match Base64UrlUnpadded::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        _ => Err(NotBase64Url),
    }
}

/// For secrets: neither the bytes nor what an error leaves behind outlives the call.
pub(crate) fn decode_secret(text: &str) -> Result<Zeroizing<Vec<u8>>, NotBase64Url> {
    let mut bytes = Zeroizing::new(vec![0; text.len()]);
    let length = Base64UrlUnpadded::decode(text, &mut bytes).map_err(|_| NotBase64Url)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

pub(crate) fn encode_secret(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both(text: &str) -> [Option<Vec<u8>>; 2] {
        [decode_public(text).ok(), decode(text).ok()]
    }

    proptest! {
        #[test]
        fn what_is_public_is_decoded_alike(text in "[A-Za-z0-9_-]{0,12}", other in ".{0,6}") {
            let [public, constant] = both(&text);
            prop_assert_eq!(public, constant);
            let [public, constant] = both(&(text + &other));
            prop_assert_eq!(public, constant);
        }
    }

    #[test]
    fn a_value_has_one_spelling() {
        for text in ["", "AA", "AB", "AAA", "AAB", "A", "AAAA", "AAAAA", "AA==", "A+", "A/", "A A"] {
            let [public, constant] = both(text);
            assert_eq!(public, constant, "{text}");
        }
        assert!(decode_public("AB").is_err() && decode_public("AAB").is_err());
    }
}
