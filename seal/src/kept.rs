//! Content keys of entries that were opened before, each wrapped again under a key that is derived from the inbox
//! key: with them the next opening needs no RSA. They may be stored beside nothing else. Without the inbox key they open
//! nothing, and with it nobody needs them: the entries open without them too.
//!
//! `web` wraps and unwraps; this is the table between two openings. Nonce and tag are those of AES-GCM, whose additional
//! data are the key as the entry carries it, wrapped by RSA: a record that was put in another's place is of no use.

use std::collections::HashMap;
use wire::EntryId;

/// Most records: 3.8 MB. What comes after is opened by RSA.
const MOST: usize = 50_000;

/// Nonce, wrapped content key, tag.
pub type Wrapped = [u8; 12 + 32 + 16];

const ID: usize = 16;
const RECORD: usize = ID + size_of::<Wrapped>();

/// New records that are worth a write of the whole table.
const WORTH: usize = 200;

/// The table. A record is 76 bytes: entry id, nonce, wrapped key, tag.
#[derive(Debug, Default)]
pub struct Kept {
    records: HashMap<EntryId, Record>,
    added: usize,
    forgotten: bool,
}

#[derive(Debug)]
struct Record {
    wrapped: Wrapped,
    /// Whether the entry was opened since the table was read: what nobody asks for any more is not kept.
    used: bool,
}

impl Kept {
    /// Reads what [`Self::to_bytes`] wrote; nothing, if it is anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (records, rest) = bytes.as_chunks::<RECORD>();
        if !rest.is_empty() || records.len() > MOST {
            return Self::default();
        }
        let record = |bytes: &[u8; RECORD]| {
            let (id, wrapped) = bytes.split_first_chunk::<ID>()?;
            Some((EntryId::from_bytes(*id), Record { wrapped: wrapped.try_into().ok()?, used: false }))
        };
        Self { records: records.iter().filter_map(record).collect(), ..Self::default() }
    }

    /// The records whose entries were opened since the table was read, or made since then.
    #[must_use]
    pub fn to_bytes(&mut self) -> Vec<u8> {
        (self.added, self.forgotten) = (0, false);
        let used = self.records.iter().filter(|(_, record)| record.used);
        used.flat_map(|(id, record)| id.as_bytes().iter().chain(&record.wrapped)).copied().collect()
    }

    /// Whether it has changed enough since it was written.
    #[must_use]
    pub const fn is_due(&self) -> bool {
        self.forgotten || self.added >= WORTH
    }

    /// Forgets what belongs to an entry that was erased.
    pub fn forget(&mut self, entry: &EntryId) {
        self.forgotten |= self.records.remove(entry).is_some();
    }

    /// The wrapped key of an entry that is being opened.
    #[must_use]
    pub fn find(&mut self, entry: &EntryId) -> Option<Wrapped> {
        let record = self.records.get_mut(entry)?;
        record.used = true;
        Some(record.wrapped)
    }

    /// Takes the wrapped key of an entry that was opened.
    pub fn put(&mut self, entry: EntryId, wrapped: Wrapped) {
        if self.records.len() < MOST || self.records.contains_key(&entry) {
            self.records.insert(entry, Record { wrapped, used: true });
            self.added += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u32) -> EntryId {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        EntryId::from_bytes(bytes)
    }

    fn with(numbers: std::ops::Range<u32>) -> Kept {
        let mut kept = Kept::default();
        for number in numbers {
            kept.put(entry(number), [number as u8; 60]);
        }
        kept
    }

    #[test]
    fn what_is_used_is_kept_and_the_rest_goes() {
        let mut kept = Kept::from_bytes(&with(0..3).to_bytes());
        assert_eq!(kept.find(&entry(1)), Some([1; 60]));
        assert_eq!(kept.find(&entry(9)), None);
        kept.put(entry(9), [9; 60]);
        let mut again = Kept::from_bytes(&kept.to_bytes());
        let found = [0, 1, 2, 9].map(|number| again.find(&entry(number)).map(|wrapped| wrapped[0]));
        assert_eq!(found, [None, Some(1), None, Some(9)]);
    }

    #[test]
    fn what_is_forgotten_is_written_without_delay() {
        let mut kept = Kept::from_bytes(&with(0..3).to_bytes());
        assert!(kept.find(&entry(1)).is_some());
        kept.forget(&entry(7));
        assert!(!kept.is_due(), "it was not there");
        kept.forget(&entry(1));
        assert!(kept.is_due());
        assert!(kept.to_bytes().is_empty());
        assert!(!kept.is_due());
    }

    #[test]
    fn new_ones_are_written_together() {
        assert!(!with(0..199).is_due());
        assert!(with(0..200).is_due());
    }

    #[test]
    fn there_is_an_end_to_it() {
        let mut kept = with(0..50_001);
        assert_eq!(kept.find(&entry(50_000)), None);
        kept.put(entry(0), [7; 60]);
        assert_eq!(kept.find(&entry(0)), Some([7; 60]));
        let bytes = kept.to_bytes();
        assert_eq!(bytes.len(), 50_000 * 76);
        assert!(Kept::from_bytes(&bytes).find(&entry(1)).is_some());
        assert!(Kept::from_bytes(&[&bytes[..], &[0; 76]].concat()).records.is_empty());
    }

    #[test]
    fn anything_else_is_nothing() {
        for length in [1, 75, 77] {
            assert!(Kept::from_bytes(&vec![0; length]).records.is_empty(), "{length}");
        }
    }
}
