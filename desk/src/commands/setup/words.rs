//! Words that a program makes up, for passphrases that are printed and typed back: proquints (Wilkerson 2009,
//! arXiv:0901.4016), which can be said aloud in English and in Spanish and need no list.

use seal::Zeroizing;
use seal::random::{RandomError, make_secret};

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";
/// 96 random bits.
const WORDS: usize = 6;

/// A new passphrase, as it is printed.
pub(super) fn make() -> Result<Zeroizing<String>, RandomError> {
    let random = make_secret()?;
    let words = random.as_chunks::<2>().0.iter().take(WORDS).map(|pair| word(u16::from_be_bytes(*pair)));
    Ok(Zeroizing::new(words.collect::<Vec<_>>().join("-")))
}

/// What somebody typed, as it was printed: capital letters and other marks between the words do not matter.
pub(super) fn typed(text: &str) -> Zeroizing<String> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    Zeroizing::new(words.collect::<Vec<_>>().join("-").to_ascii_lowercase())
}

fn word(bits: u16) -> String {
    let consonant = |shift: u16| char::from(CONSONANTS[usize::from(bits >> shift & 15)]);
    let vowel = |shift: u16| char::from(VOWELS[usize::from(bits >> shift & 3)]);
    [consonant(12), vowel(10), consonant(6), vowel(4), consonant(0)].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_proposal() {
        assert_eq!([word(0x7f00), word(0x0001)].join("-"), "lusab-babad");
        assert_eq!([word(0x3f54), word(0xdcc1)].join("-"), "gutih-tugad");
    }

    #[test]
    fn a_passphrase_is_six_words_and_another_each_time() {
        let (one, two) = (make().unwrap(), make().unwrap());
        assert_eq!(one.split('-').count(), WORDS);
        assert!(one.split('-').all(|word| word.len() == 5));
        assert_ne!(one, two);
    }

    #[test]
    fn what_is_typed_back_may_look_otherwise() {
        assert_eq!(*typed(" Lusab babad\tGUTIH - tugad "), "lusab-babad-gutih-tugad");
    }
}
