//! What a patient reads out on the telephone to name an inquiry: `K7Q-3XM`.
//!
//! It is short, so it names and does not prove: two inquiries may share one, and whoever makes an entry
//! id can choose it.

use crate::EntryId;

/// Crockford's base 32: no I, L, O or U, so that nothing is misread or misheard as a word.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl EntryId {
    /// The first 30 bits, as six characters in two groups of three.
    #[must_use]
    pub fn reference(&self) -> String {
        let [a, b, c, d, ..] = *self.as_bytes();
        let bits = u32::from_be_bytes([a, b, c, d]) >> 2;
        let character = |at: u32| char::from(ALPHABET[(bits >> (25 - 5 * at)) as usize & 31]);
        let mut text: String = (0..6).map(character).collect();
        text.insert(3, '-');
        text
    }

    /// Whether `text`, as someone typed it, is this entry's reference: in any case, with or without the
    /// hyphen, O for 0, I or L for 1.
    #[must_use]
    pub fn is_referred_to_as(&self, text: &str) -> bool {
        let read = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        });
        read.eq(self.reference().chars().filter(|&c| c != '-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frozen: patients have it written down.
    #[test]
    fn frozen_references() {
        let of = |bytes: [u8; 4]| {
            let mut id = [0xff; 16];
            id[..4].copy_from_slice(&bytes);
            EntryId::from_bytes(id).reference()
        };
        assert_eq!(of([0; 4]), "000-000");
        assert_eq!(of([0xff; 4]), "ZZZ-ZZZ");
        assert_eq!(of([0x9a, 0x3b, 0x07, 0xc4]), "K8X-GFH");
    }

    #[test]
    fn it_is_recognised_however_it_is_typed() {
        let id = EntryId::from_bytes([0x00; 16]);
        for typed in ["000-000", "000000", "ooo-ooo", "OOO 000"] {
            assert!(id.is_referred_to_as(typed), "{typed}");
        }
        let id = EntryId::from_bytes([0x08; 16]);
        assert_eq!(id.reference(), "104-0G2");
        assert!(id.is_referred_to_as("lO4-oG2"));
        for other in ["100-G21", "100-G2", "104-0G20", ""] {
            assert!(!id.is_referred_to_as(other), "{other}");
        }
    }
}
