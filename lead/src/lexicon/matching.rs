//! Finding patterns in tokens. For each token only the patterns that can begin with it are tried, and every
//! pattern is bounded in length, so the work is linear in the text.

use super::pattern::{Atom, Choice, Part, Pattern, Signs, class, place};
use super::tokens::{Kind, Tokens};
use super::{Lexicon, Target};
use std::ops::Range;

/// A pattern found.
#[derive(Clone, Copy)]
pub(crate) struct Hit {
    /// What it stands for.
    pub(crate) target: Target,
    /// First token.
    pub(crate) start: usize,
    /// After the last token.
    pub(crate) end: usize,
}

/// The ids that a token answers to: itself, prefixes, its class. Zero-terminated would waste an id, so counted.
#[derive(Clone, Copy, Default)]
struct Ids {
    ids: [u16; 6],
    len: u8,
    signs: Signs,
    /// Whether a gap does not pass over it.
    is_stop: bool,
}

impl Ids {
    fn push(&mut self, id: u16) {
        if let Some(free) = self.ids.get_mut(usize::from(self.len)) {
            *free = id;
            self.len += 1;
            self.signs.add(id);
        }
    }

    fn all(&self) -> &[u16] {
        &self.ids[..usize::from(self.len)]
    }
}

/// All patterns found in `tokens`, in the order of their first token.
pub(crate) fn hits(lexicon: &Lexicon, tokens: &Tokens) -> Vec<Hit> {
    let ids = |token| {
        let mut ids = ids(lexicon, tokens.normal(token), token.kind);
        ids.is_stop = ids.all().iter().any(|id| lexicon.stops.contains(id));
        ids
    };
    let ids: Vec<Ids> = tokens.all.iter().map(ids).collect();
    let text = Text { lexicon, tokens, ids: &ids };
    let mut found = Vec::new();
    for (start, ids) in ids.iter().enumerate() {
        for &id in ids.all() {
            for &n in &lexicon.by_first[place(lexicon.words.len(), id)] {
                let pattern = &lexicon.patterns[usize::from(n)];
                if text.may_begin(pattern.second, start + 1)
                    && let Some(end) = text.matches(pattern, start)
                {
                    found.push(Hit { target: pattern.target, start, end });
                }
            }
        }
    }
    found
}

fn ids(lexicon: &Lexicon, normal: &str, kind: Kind) -> Ids {
    let mut ids = Ids::default();
    let name = match kind {
        Kind::Word => {
            word_ids(lexicon, normal, &mut ids);
            return ids;
        }
        Kind::Number(_) => "<number>",
        Kind::Time => "<time>",
        Kind::Date => "<date>",
        Kind::Money => "<money>",
        Kind::Link => "<link>",
        Kind::Mark if normal == "?" => "\\?",
        Kind::Mark => normal,
    };
    if let Some(id) = class(name) {
        ids.push(id);
    }
    if let Ok(at) = lexicon.words.binary_search(&normal) {
        ids.push(at as u16);
    }
    ids
}

fn word_ids(lexicon: &Lexicon, normal: &str, ids: &mut Ids) {
    let words = &lexicon.words;
    let letters = normal.as_bytes();
    // The words that begin as this one does, fewer with every letter.
    let (mut first, mut end) = (0, words.len());
    let mut alike = 0..0;
    let mut prefixes = Ids::default();
    for (n, letter) in letters.iter().enumerate() {
        let there = words[first..end].partition_point(|word| word.as_bytes().get(n) < Some(letter));
        first += there;
        end = first + words[first..end].partition_point(|word| word.as_bytes().get(n) == Some(letter));
        if n == 1 {
            alike = first..end;
        }
        if first == end {
            break;
        }
        let length = n + 1;
        if (3..=LONGEST_PREFIX).contains(&length) {
            // '*' sorts before every letter: a prefix stands before the words that begin with it, behind the word itself.
            let stars = |word: &&str| word.len() == length + 1 && word.ends_with('*');
            if let Some(at) = words[first..end].iter().take(2).position(stars) {
                prefixes.push((first + at) as u16);
            }
        }
    }
    if let Some(word) = words[first..end].first()
        && word.len() == letters.len()
    {
        ids.push(first as u16);
    }
    prefixes.all().iter().for_each(|id| ids.push(*id));
    if ids.len == 0
        && let Some(id) = one_slip(words, normal, alike)
    {
        ids.push(id);
    }
}

/// Longer prefixes are not looked for, in bytes.
const LONGEST_PREFIX: usize = 16;

/// Shortest word in which a slip is forgiven, in bytes.
const FORGIVEN_FROM: usize = 6;

/// The word that differs from `normal` by one letter left out, added, changed or two swapped; not in the first two, which
/// the words in `alike` share with it.
fn one_slip(words: &[&str], normal: &str, alike: Range<usize>) -> Option<u16> {
    if normal.len() < FORGIVEN_FROM - 1 || !normal.is_ascii() {
        return None;
    }
    let begin = alike.start;
    words[alike]
        .iter()
        .position(|word| {
            word.len() >= FORGIVEN_FROM
                && word.len().abs_diff(normal.len()) <= 1
                && !word.ends_with('*')
                && is_one_slip(word.as_bytes(), normal.as_bytes())
        })
        .map(|offset| (begin + offset) as u16)
}

fn is_one_slip(right: &[u8], written: &[u8]) -> bool {
    let common = right.iter().zip(written).take_while(|(a, b)| a == b).count();
    let (right, written) = (&right[common..], &written[common..]);
    match (right, written) {
        ([_, right @ ..], [_, written @ ..]) if right == written => true,
        ([a, b, right @ ..], [c, d, written @ ..]) if a == d && b == c && right == written => true,
        ([_, right @ ..], _) if right == written => true,
        (_, [_, written @ ..]) => right == written,
        _ => false,
    }
}

struct Text<'a> {
    lexicon: &'a Lexicon,
    tokens: &'a Tokens,
    ids: &'a [Ids],
}

impl Text<'_> {
    fn matches(&self, pattern: &Pattern, start: usize) -> Option<usize> {
        let sentence = self.tokens.all[start].sentence;
        if pattern.at_start && start > 0 && self.tokens.all[start - 1].sentence == sentence {
            return None;
        }
        let mut found = None;
        self.go(&pattern.parts, start, sentence, &mut |end| {
            let fits = !pattern.at_end || self.is_at_end(end, sentence);
            if fits {
                found = Some(end);
            }
            fits
        });
        found
    }

    fn is_at_end(&self, end: usize, sentence: u32) -> bool {
        let closes = |at: usize| self.is_in(at, sentence) && self.tokens.all[at].kind == Kind::Mark;
        // The closing mark itself may follow.
        !self.is_in(end, sentence) || (closes(end) && !self.is_in(end + 1, sentence))
    }

    /// Matches `parts` from token `at`, and what comes `then`; tries the next way where that fails.
    fn go(
        &self,
        parts: &[(Part, bool)],
        at: usize,
        sentence: u32,
        then: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        let Some(((part, optional), rest)) = parts.split_first() else { return then(at) };
        let found = match part {
            Part::Token(atom) => self.fits(*atom, at, sentence) && self.go(rest, at + 1, sentence, then),
            Part::Gap(most) => (0..=usize::from(*most))
                .take_while(|n| *n == 0 || self.may_pass(at + n - 1, sentence))
                .any(|n| self.go(rest, at + n, sentence, then)),
            Part::Group(choice) => self.one_of(choice, rest, at, sentence, then),
            Part::Set(set) => self.one_of(&self.lexicon.sets[usize::from(*set)], rest, at, sentence, then),
        };
        found || (*optional && self.go(rest, at, sentence, then))
    }

    fn one_of(
        &self,
        choice: &Choice,
        rest: &[(Part, bool)],
        at: usize,
        sentence: u32,
        then: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        self.may_begin(choice.begins, at)
            && choice.alternatives.iter().any(|parts| {
                self.go(parts, at, sentence, &mut |middle| self.go(rest, middle, sentence, then))
            })
    }

    /// Whether something that begins so may stand at `at`.
    fn may_begin(&self, begins: Signs, at: usize) -> bool {
        begins == Signs::ANY || self.ids.get(at).is_some_and(|ids| ids.signs.meets(begins))
    }

    fn may_pass(&self, at: usize, sentence: u32) -> bool {
        self.is_in(at, sentence) && !self.ids[at].is_stop
    }

    fn is_in(&self, at: usize, sentence: u32) -> bool {
        self.tokens.all.get(at).is_some_and(|token| token.sentence == sentence)
    }

    fn fits(&self, atom: Atom, at: usize, sentence: u32) -> bool {
        if !self.is_in(at, sentence) {
            return false;
        }
        match (atom, self.tokens.all[at].kind) {
            (Atom::Is(id), _) => self.ids[at].all().contains(&id),
            (Atom::Between(low, high), Kind::Number(tenths)) => (low..=high).contains(&tenths),
            (Atom::Between(..), _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_of_four() {
        for written in ["sucide", "suuicide", "suicode", "suicied"] {
            assert!(is_one_slip(b"suicide", written.as_bytes()), "{written}");
        }
        for written in ["suicide", "sucid", "sidewalk", "suicidal", ""] {
            assert!(!is_one_slip(b"suicide", written.as_bytes()) || written == "suicide", "{written}");
        }
    }

    /// What [`word_ids`] finds, in as many looks as there are prefixes.
    fn looked_up(words: &[&str], normal: &str) -> Vec<u16> {
        let place = |word: &str| words.binary_search(&word).ok().map(|at| at as u16);
        let ends = normal.char_indices().map(|(at, c)| at + c.len_utf8()).take(16).filter(|end| *end >= 3);
        let prefixes = ends.filter_map(|end| place(&format!("{}*", &normal[..end])));
        let mut found: Vec<u16> = place(normal).into_iter().chain(prefixes).take(6).collect();
        if found.is_empty() && normal.len() >= FORGIVEN_FROM - 1 && normal.is_ascii() {
            let slip = |word: &&str| {
                word.len() >= FORGIVEN_FROM
                    && !word.ends_with('*')
                    && word.as_bytes()[..2] == normal.as_bytes()[..2]
                    && is_one_slip(word.as_bytes(), normal.as_bytes())
            };
            found.extend(words.iter().position(slip).map(|at| at as u16));
        }
        found
    }

    #[test]
    fn words_are_found_as_they_would_be_one_by_one() {
        let lexicon = super::super::full();
        for word in &lexicon.words {
            let word = word.trim_end_matches('*');
            let (start, end) = word.split_at(word.len() / 2);
            let others = ["", "s", "ing", "é"].map(|more| format!("{word}{more}"));
            let shorter = [start.to_owned(), word[..word.len() - 1].to_owned()];
            let slips = [format!("{start}q{end}"), format!("{start}{}", end.get(1..).unwrap_or_default())];
            for normal in others.iter().chain(&shorter).chain(&slips) {
                let mut ids = Ids::default();
                word_ids(lexicon, normal, &mut ids);
                assert_eq!(ids.all(), looked_up(&lexicon.words, normal), "{normal}");
            }
        }
    }

    #[test]
    fn class_ids_lie_above_all_words() {
        assert!(super::super::full().words.len() < usize::from(super::super::pattern::CLASSES));
    }
}
