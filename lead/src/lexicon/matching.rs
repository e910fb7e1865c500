//! Finding patterns in tokens. For each token only the patterns that can begin with it are tried, and every
//! pattern is bounded in length, so the work is linear in the text.

use super::pattern::{Atom, Part, Parts, Pattern, class, place};
use super::tokens::{Kind, Tokens};
use super::{Lexicon, Target};

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
}

impl Ids {
    fn push(&mut self, id: u16) {
        if let Some(free) = self.ids.get_mut(usize::from(self.len)) {
            *free = id;
            self.len += 1;
        }
    }

    fn all(&self) -> &[u16] {
        &self.ids[..usize::from(self.len)]
    }
}

/// All patterns found in `tokens`, in the order of their first token.
pub(crate) fn hits(lexicon: &Lexicon, tokens: &Tokens) -> Vec<Hit> {
    let ids: Vec<Ids> =
        tokens.all.iter().map(|token| ids(lexicon, tokens.normal(token), token.kind)).collect();
    let text = Text { lexicon, tokens, ids: &ids };
    let mut found = Vec::new();
    for (start, ids) in ids.iter().enumerate() {
        for &id in ids.all() {
            for &n in &lexicon.by_first[place(lexicon.words.len(), id)] {
                let pattern = &lexicon.patterns[usize::from(n)];
                if let Some(end) = text.matches(pattern, start) {
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
    // '*' sorts before every letter: a prefix stands before the words that begin with it.
    let at = match words.binary_search(&normal) {
        Ok(at) => {
            ids.push(at as u16);
            at
        }
        Err(at) => at,
    };
    let mut prefix = String::with_capacity(normal.len() + 1);
    for c in normal.chars().take(16) {
        prefix.push(c);
        if prefix.len() < 3 {
            continue;
        }
        prefix.push('*');
        if let Ok(at) = words.binary_search(&prefix.as_str()) {
            ids.push(at as u16);
        }
        prefix.pop();
    }
    if ids.len == 0
        && let Some(id) = one_slip(words, normal, at)
    {
        ids.push(id);
    }
}

/// Shortest word in which a slip is forgiven, in bytes.
const FORGIVEN_FROM: usize = 6;

/// The word that differs from `normal` by one letter left out, added, changed or two swapped; not the first.
fn one_slip(words: &[&str], normal: &str, at: usize) -> Option<u16> {
    if normal.len() < FORGIVEN_FROM - 1 || !normal.is_ascii() {
        return None;
    }
    // Words with the same two first letters stand together around `at`; a slip in the second letter is not forgiven.
    let same = |word: &&str| word.as_bytes().get(..2) == normal.as_bytes().get(..2);
    let before = words[..at].iter().rposition(|word| !same(word)).map_or(0, |last| last + 1);
    words[before..]
        .iter()
        .take_while(|word| same(word))
        .position(|word| {
            word.len() >= FORGIVEN_FROM
                && !word.ends_with('*')
                && is_one_slip(word.as_bytes(), normal.as_bytes())
        })
        .map(|offset| (before + offset) as u16)
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
            Part::Group(alternatives) => self.one_of(alternatives, rest, at, sentence, then),
            Part::Set(set) => self.one_of(&self.lexicon.sets[usize::from(*set)], rest, at, sentence, then),
        };
        found || (*optional && self.go(rest, at, sentence, then))
    }

    fn one_of(
        &self,
        alternatives: &[Parts],
        rest: &[(Part, bool)],
        at: usize,
        sentence: u32,
        then: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        alternatives
            .iter()
            .any(|parts| self.go(parts, at, sentence, &mut |middle| self.go(rest, middle, sentence, then)))
    }

    fn may_pass(&self, at: usize, sentence: u32) -> bool {
        self.is_in(at, sentence) && !self.ids[at].all().iter().any(|id| self.lexicon.stops.contains(id))
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

    #[test]
    fn class_ids_lie_above_all_words() {
        assert!(super::super::full().words.len() < usize::from(super::super::pattern::CLASSES));
    }
}
