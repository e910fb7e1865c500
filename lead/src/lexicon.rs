//! Words and patterns in patients' texts: the machinery under [`crate::triage`] and [`crate::intent`].
//!
//! The lexicons are data (`lead/lexicon/*.toml`, sources named there). `build.rs` checks them and writes compact
//! texts, which are read once, on first use. The patterns, in the words of those files:
//!
//! | written | matches |
//! |---|---|
//! | `chest` | the word, in any case, with or without accents and apostrophes; one slip in a long word is forgiven |
//! | `vomit*` | words that begin so |
//! | `(hurts\|is tight)` | one of these |
//! | `@cant` | one of the named set |
//! | `really?` | the word or nothing; also `(a\|b)?` and `@set?`; groups may hold all of this |
//! | `..` and `...` | up to three, up to six words of the same sentence, none of `@stop` |
//! | `#101-110` | a number in the range |
//! | `<time>` `<date>` `<number>` `<money>` `<link>` | a token of that class |
//! | `,` `\?` | the mark |
//! | `^` first, `$` last | begin and end of a sentence |

mod matching;
mod pattern;
mod tokens;

pub(crate) use matching::{Hit, hits};
pub(crate) use tokens::{Kind, Tokens};

use crate::intent::Intent;
use crate::triage::{Help, Lane};
use pattern::Pattern;
use std::sync::OnceLock;

/// What a pattern stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A mention of a concept, by index.
    Concept(u16),
    /// A word about other words.
    Trigger(Trigger),
    /// Something that speaks for an intent, by so many hundredths of a log-odds unit.
    Clue(Intent, i16),
    /// Known words: keeps one-slip spelling from taking them for something else.
    Known,
}

/// Words that decide what is said about a concept near them: the categories of ConText (Harkema et al. 2009).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Negates what follows.
    NegatedAfter,
    /// Negates what stands before.
    NegatedBefore,
    /// What follows was so.
    PastAfter,
    /// What stands before was so.
    PastBefore,
    /// What follows is someone else's history.
    OtherAfter,
    /// What stands before is someone else's history.
    OtherBefore,
    /// What follows is asked about or supposed.
    HypotheticalAfter,
    /// What stands before is asked about or supposed.
    HypotheticalBefore,
    /// It is so now, whatever else the sentence says about when and who.
    Now,
    /// It has been so for weeks or longer.
    Long,
    /// Looks like a trigger and is none.
    Pseudo,
    /// A figure of speech, or a name: what is mentioned inside it is not.
    Idiom,
    /// Ends every scope.
    End,
}

/// A concept of the lexicon.
pub(crate) struct Concept {
    /// Its name.
    pub(crate) id: &'static str,
    /// Where it leads when it is so now.
    pub(crate) lane: Lane,
    /// Where it leads when it was so, or is supposed: routine for most.
    pub(crate) otherwise: Lane,
    /// Where it leads when it has been so for weeks.
    pub(crate) long: Lane,
    /// Whom to call.
    pub(crate) help: Help,
}

/// The compiled lexicons.
pub(crate) struct Lexicon {
    pub(crate) concepts: Vec<Concept>,
    /// All words, sorted; a word's place is its id. A `*` at the end marks a prefix.
    words: Vec<&'static str>,
    sets: Vec<pattern::Choice>,
    /// Words that a gap does not pass over: the set `stop`.
    stops: Vec<u16>,
    patterns: Vec<Pattern>,
    /// Patterns by the id of a word that they may begin with.
    by_first: Vec<Vec<u16>>,
}

/// Written by `build.rs`.
const COMPILED: &str = include_str!(concat!(env!("OUT_DIR"), "/lexicon.txt"));

/// All of it; read once.
pub(crate) fn full() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| pattern::read(COMPILED))
}
