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
