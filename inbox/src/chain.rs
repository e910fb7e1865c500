//! The walk along a log's chain: from its first entry or from a remembered head, page by page, to the
//! end that the relay says it has. What is dropped, repeated, reordered, altered, rewound or withheld
//! is seen here, without any key.

use wire::api::Page;
use wire::log::ChainError;
use wire::{Entry, Head, PracticeId};

/// The end of the year 9999, in milliseconds. Arithmetic on dates is safe up to here.
const LATEST: u64 = 253_402_300_799_999;

/// What is wrong with a log as a relay gave it. Nothing of it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The chain does not hold.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The relay says that there is more and does not hand it out.
    #[error("entry {seq} is missing: the relay says that its log goes on, and hands nothing out")]
    Withheld {
        /// The entry that had to come.
        seq: u64,
    },
    /// The relay gives a time that no clock shows.
    #[error("entry {seq} has an impossible time")]
    Time {
        /// Where.
        seq: u64,
    },
    /// The relay names an end that is not where its entries lead.
    #[error("the log does not end as the relay says: entry {seq} has another hash")]
    OtherEnd {
        /// The last entry.
        seq: u64,
    },
}

impl LogError {
    /// The first bad place in the log.
    #[must_use]
    pub fn seq(&self) -> u64 {
        match *self {
            Self::Chain(ChainError::Gap { expected, .. }) => expected,
            Self::Chain(
                ChainError::Body { seq } | ChainError::Hash { seq } | ChainError::Rewound { seq },
            )
            | Self::Withheld { seq }
            | Self::Time { seq }
            | Self::OtherEnd { seq } => seq,
        }
    }
}

/// Where a reader is in a log.
#[derive(Debug, Clone)]
pub struct Walk {
    at: Head,
    remembered: Option<Head>,
}

impl Walk {
    /// Begins at the first entry. `remembered` is the head of the last reading: the walk must come past it.
    #[must_use]
    pub fn from_start(practice: &PracticeId, remembered: Option<Head>) -> Self {
        Self { at: Head::empty(practice), remembered }
    }

    /// Goes on from a head that was checked.
    #[must_use]
    pub const fn from_head(head: Head) -> Self {
        Self { at: head, remembered: None }
    }

    /// The last entry that was checked; what to ask the relay for comes after it.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.at
    }

    /// Checks a page and moves past it. `true`: this is the end of the log.
    ///
    /// # Errors
    /// [`LogError`], with the first bad seq. The walk stays before the page.
    pub fn step(&mut self, page: &Page) -> Result<bool, LogError> {
        let mut walk = self.clone();
        for entry in &page.entries {
            walk.take(entry)?;
        }
        let done = walk.is_at(page)?;
        *self = walk;
        Ok(done)
    }

    fn take(&mut self, entry: &Entry) -> Result<(), LogError> {
        self.at.advance(entry)?;
        if entry.meta.time > LATEST {
            return Err(LogError::Time { seq: self.at.seq });
        }
        if let Some(remembered) = self.remembered
            && remembered.seq == self.at.seq
            && remembered.hash != self.at.hash
        {
            return Err(ChainError::Rewound { seq: remembered.seq }.into());
        }
        Ok(())
    }

    fn is_at(&self, page: &Page) -> Result<bool, LogError> {
        let end = page.head;
        if let Some(remembered) = self.remembered
            && end.seq < remembered.seq
        {
            return Err(ChainError::Rewound { seq: remembered.seq }.into());
        }
        if end.seq < self.at.seq {
            return Err(ChainError::Rewound { seq: self.at.seq }.into());
        }
        if end.seq == self.at.seq {
            return if end.hash == self.at.hash {
                Ok(true)
            } else {
                Err(LogError::OtherEnd { seq: self.at.seq })
            };
        }
        if page.entries.is_empty() {
            return Err(LogError::Withheld { seq: self.at.seq + 1 });
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::log::EntryMeta;
    use wire::{ChainHash, EntryId, EntryKind, ThreadId};

    fn practice() -> PracticeId {
        "lakeside-ortho".parse().unwrap()
    }

    fn log(bodies: &[&str]) -> Vec<Entry> {
        let mut hash = ChainHash::genesis(&practice());
        let entry = |(seq, body): (u64, &&str)| {
            let meta = EntryMeta {
                seq,
                id: EntryId::from_bytes([seq as u8; 16]),
                kind: EntryKind::Inquiry,
                thread: ThreadId::from_bytes([seq as u8; 16]),
                sha256: ChainHash::of_body(body),
                time: seq,
            };
            hash = hash.next(&meta);
            Entry { meta, hash, body: Some((*body).to_owned()) }
        };
        (1..).zip(bodies).map(entry).collect()
    }

    fn end(entries: &[Entry]) -> Head {
        entries.last().map_or(Head::empty(&practice()), |last| Head { seq: last.meta.seq, hash: last.hash })
    }

    fn page(entries: &[Entry], head: Head) -> Page {
        Page { entries: entries.to_vec(), head }
    }

    #[test]
    fn an_honest_log_is_walked_in_pages_of_any_length() {
        let entries = log(&["a", "b", "c", "d", "e"]);
        let head = end(&entries);
        for size in 1..=5 {
            let mut walk = Walk::from_start(&practice(), Some(end(&entries[..3])));
            let ends: Vec<bool> =
                entries.chunks(size).map(|chunk| walk.step(&page(chunk, head)).unwrap()).collect();
            assert!(ends.iter().rev().skip(1).all(|&done| !done) && ends[ends.len() - 1], "{size}");
            assert_eq!(walk.head(), head);
        }
        let mut walk = Walk::from_head(end(&entries[..3]));
        assert_eq!(walk.step(&page(&entries[3..], head)), Ok(true));
        let mut empty = Walk::from_start(&practice(), None);
        assert_eq!(empty.step(&page(&[], Head::empty(&practice()))), Ok(true));
    }

    #[test]
    fn a_log_that_went_back_in_time_is_seen() {
        let entries = log(&["a", "b", "c", "d"]);
        let remembered = Some(end(&entries));
        let shorter = page(&entries[..2], end(&entries[..2]));
        let rewound = Err(LogError::Chain(ChainError::Rewound { seq: 4 }));
        assert_eq!(Walk::from_start(&practice(), remembered).step(&shorter), rewound);
        // Rewritten before the remembered head, with a chain that holds in itself, and even longer.
        let rewritten = log(&["a", "x", "c", "d", "e"]);
        let longer = page(&rewritten, end(&rewritten));
        assert_eq!(Walk::from_start(&practice(), remembered).step(&longer), rewound);
        assert_eq!(Walk::from_start(&practice(), None).step(&longer), Ok(true));
        // Behind the reader while it walks.
        let mut walk = Walk::from_head(end(&entries));
        assert_eq!(walk.step(&page(&[], end(&entries[..3]))), rewound);
    }

    #[test]
    fn a_time_that_no_clock_shows_is_refused() {
        for (time, fits) in [(LATEST, true), (LATEST + 1, false), (u64::MAX, false)] {
            let mut entries = log(&["a"]);
            entries[0].meta.time = time;
            entries[0].hash = ChainHash::genesis(&practice()).next(&entries[0].meta);
            let end = page(&entries, end(&entries));
            let expected = if fits { Ok(true) } else { Err(LogError::Time { seq: 1 }) };
            assert_eq!(Walk::from_start(&practice(), None).step(&end), expected, "{time}");
        }
    }

    #[test]
    fn a_log_that_does_not_end_where_it_says_is_seen() {
        let entries = log(&["a", "b", "c"]);
        let mut walk = Walk::from_start(&practice(), None);
        assert_eq!(walk.step(&page(&entries[..2], end(&entries))), Ok(false));
        assert_eq!(walk.step(&page(&[], end(&entries))), Err(LogError::Withheld { seq: 3 }));
        let other = Head { seq: 3, hash: ChainHash::of_body("other") };
        assert_eq!(walk.step(&page(&entries[2..], other)), Err(LogError::OtherEnd { seq: 3 }));
        assert_eq!(walk.head().seq, 2, "a page that is refused is not walked past");
        assert_eq!(LogError::Withheld { seq: 3 }.seq(), 3);
    }
}
