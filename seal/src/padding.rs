//! Padding to one of a few lengths, so that the length of a sealed entry says little. The padding is
//! spaces after the JSON, which every JSON parser skips (RFC 8259 section 2).

use wire::limits::PADDING_CLASSES;
use zeroize::Zeroizing;

/// Longer than the largest class.
#[derive(Debug)]
pub(crate) struct TooLong;

/// `plaintext` and as many spaces as fill its class. There is room behind it for the tag, so that
/// encrypting in place leaves no copy.
pub(crate) fn pad(plaintext: &[u8], spare: usize) -> Result<Zeroizing<Vec<u8>>, TooLong> {
    let class = PADDING_CLASSES.into_iter().find(|&class| plaintext.len() <= class).ok_or(TooLong)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(class + spare));
    padded.extend_from_slice(plaintext);
    padded.resize(class, b' ');
    Ok(padded)
}

/// Whether a padded plaintext can have this length.
pub(crate) fn is_class(length: usize) -> bool {
    PADDING_CLASSES.contains(&length)
}

/// Takes the spaces off again.
pub(crate) fn trim(plaintext: &mut Zeroizing<Vec<u8>>) {
    let end = plaintext.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    plaintext.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn classes_begin_and_end_where_they_should() {
        for (length, class) in [(0, 2048), (1, 2048), (2048, 2048), (2049, 4096), (65_536, 65_536)] {
            assert_eq!(pad(&vec![b'x'; length], 16).unwrap().len(), class, "{length}");
        }
        assert!(pad(&vec![b'x'; 65_537], 16).is_err());
    }

    proptest! {
        #[test]
        fn what_was_padded_is_trimmed(text in "(.|\n){0,300}[^ ]") {
            let mut padded = pad(text.as_bytes(), 16).unwrap();
            prop_assert!(is_class(padded.len()));
            trim(&mut padded);
            prop_assert_eq!(&**padded, text.as_bytes());
        }
    }
}
