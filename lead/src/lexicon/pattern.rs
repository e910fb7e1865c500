//! Patterns, and reading them from the compiled text.

use super::{Concept, Lexicon, Target, Trigger};
use crate::intent::Intent;
use crate::order::sort;
use crate::triage::{Help, Lane};

/// Ids from here on are classes of tokens and marks, not words.
pub(super) const CLASSES: u16 = 0xff00;

/// Something that one token matches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Atom {
    /// A word or a class, by id.
    Is(u16),
    /// A number between these, in tenths.
    Between(u32, u32),
}

/// A set of ids, so small that looking costs nothing: an id that is not in it is surely not meant, one that is may be
/// (Bloom 1970, with one hash).
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u64);

impl Signs {
    /// Anything, and nothing at all.
    pub(super) const ANY: Self = Self(u64::MAX);

    pub(super) fn add(&mut self, id: u16) {
        self.0 |= 1 << (id % 64);
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// One of these.
pub(super) struct Choice {
    pub(super) alternatives: Vec<Parts>,
    /// What the first token of it may be.
    pub(super) begins: Signs,
}

/// A part of a pattern.
pub(super) enum Part {
    /// A token.
    Token(Atom),
    /// One of these.
    Group(Choice),
    /// One of a named set.
    Set(u16),
    /// Up to so many tokens.
    Gap(u8),
}

/// Parts in order, and whether each may be left out.
pub(super) type Parts = Vec<(Part, bool)>;

/// A pattern.
pub(super) struct Pattern {
    pub(super) target: Target,
    pub(super) parts: Parts,
    /// What the token after the first one may be, where that is known before the pattern is tried.
    pub(super) second: Signs,
    pub(super) at_start: bool,
    pub(super) at_end: bool,
}

/// The id of a class or mark.
pub(super) fn class(name: &str) -> Option<u16> {
    const NAMES: [&str; 9] = ["<time>", "<date>", "<number>", "<money>", "<link>", ",", "\\?", "!", ":"];
    NAMES.iter().position(|known| *known == name).map(|at| CLASSES + at as u16)
}

/// Reads what `build.rs` wrote: `@name=alternatives` lines, then a `!` line for each target and one line for
/// each of its patterns. What `build.rs` has checked is not checked again.
pub(super) fn read(compiled: &'static str) -> Lexicon {
    let mut lexicon = Lexicon {
        concepts: Vec::new(),
        words: words(compiled),
        sets: Vec::new(),
        stops: Vec::new(),
        patterns: Vec::new(),
        by_first: Vec::new(),
    };
    let mut names: Vec<&str> = Vec::new();
    let mut target = Target::Known;
    for line in compiled.lines() {
        if let Some(header) = line.strip_prefix('!') {
            target = read_target(&mut lexicon, header);
            continue;
        }
        let reader = Reader { words: &lexicon.words, names: &names, sets: &lexicon.sets };
        if let Some((name, alternatives)) = line.strip_prefix('@').and_then(|set| set.split_once('=')) {
            let set = reader.choice(alternatives);
            if name == "stop" {
                set.alternatives.iter().for_each(|parts| first_ids(parts, &[], &mut lexicon.stops));
            }
            lexicon.sets.push(set);
            names.push(name);
        } else {
            let pattern = reader.pattern(target, line);
            lexicon.patterns.push(pattern);
        }
    }
    index(&mut lexicon);
    lexicon
}

fn words(compiled: &'static str) -> Vec<&'static str> {
    let lines = compiled.lines().filter(|line| !line.starts_with('!'));
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '@' | '#' | '<');
    let mut words: Vec<&str> =
        lines
            .map(|line| {
                if line.starts_with('@') { line.split_once('=').map_or(line, |(_, rest)| rest) } else { line }
            })
            .flat_map(|line| line.split(move |c| !is_part(c)))
            .filter(|word| word.starts_with(|c: char| c.is_ascii_alphanumeric()))
            .collect();
    sort(&mut words, |a, b| a.cmp(b));
    words.dedup();
    words
}

fn read_target(lexicon: &mut Lexicon, header: &'static str) -> Target {
    let mut words = header.split(' ');
    let mut next = || words.next().unwrap_or_default();
    match next() {
        "c" => {
            let id = next();
            let lane = |word: &str| match word {
                "e" => Lane::Emergency,
                "u" => Lane::Urgent,
                _ => Lane::Routine,
            };
            let (first, second, long) = (lane(next()), lane(next()), lane(next()));
            let help = match next() {
                "988" => Help::Call988,
                "poison" => Help::PoisonControl,
                _ => Help::Call911,
            };
            let known = lexicon.concepts.iter().position(|concept| concept.id == id);
            if known.is_none() {
                lexicon.concepts.push(Concept { id, lane: first, otherwise: second, long, help });
            }
            Target::Concept(known.unwrap_or(lexicon.concepts.len() - 1) as u16)
        }
        "t" => Target::Trigger(match next() {
            "negated-after" => Trigger::NegatedAfter,
            "negated-before" => Trigger::NegatedBefore,
            "past-after" => Trigger::PastAfter,
            "past-before" => Trigger::PastBefore,
            "other-after" => Trigger::OtherAfter,
            "other-before" => Trigger::OtherBefore,
            "hypothetical-after" => Trigger::HypotheticalAfter,
            "hypothetical-before" => Trigger::HypotheticalBefore,
            "now" => Trigger::Now,
            "long" => Trigger::Long,
            "pseudo" => Trigger::Pseudo,
            "idiom" => Trigger::Idiom,
            _ => Trigger::End,
        }),
        "i" => {
            let intent = match next() {
                "book" => Intent::Book,
                "find-provider" => Intent::FindProvider,
                "insurance" => Intent::Insurance,
                "price" => Intent::Price,
                "clinical" => Intent::Clinical,
                "records" => Intent::Records,
                "existing-patient" => Intent::ExistingPatient,
                "physician-referral" => Intent::PhysicianReferral,
                "solicitation" => Intent::Solicitation,
                _ => Intent::Other,
            };
            Target::Clue(intent, next().parse().unwrap_or(0))
        }
        _ => Target::Known,
    }
}

struct Reader<'a> {
    words: &'a [&'static str],
    names: &'a [&'static str],
    /// Those of `names`.
    sets: &'a [Choice],
}

impl Reader<'_> {
    fn pattern(&self, target: Target, line: &str) -> Pattern {
        let (line, at_start) = line.strip_prefix("^ ").map_or((line, false), |rest| (rest, true));
        let (line, at_end) = line.strip_suffix(" $").map_or((line, false), |rest| (rest, true));
        let parts = self.parts(line);
        let second = match parts.split_first() {
            Some(((Part::Token(_), false), rest)) => self.begins(rest),
            _ => Signs::ANY,
        };
        Pattern { target, parts, second, at_start, at_end }
    }

    fn choice(&self, text: &str) -> Choice {
        let alternatives: Vec<Parts> = pieces(text, '|').map(|alternative| self.parts(alternative)).collect();
        let all = alternatives.iter().fold(0, |all, parts| all | self.begins(parts).0);
        Choice { alternatives, begins: Signs(all) }
    }

    /// What the first token of a match may be; [`Signs::ANY`] also where a match may have none.
    fn begins(&self, parts: &[(Part, bool)]) -> Signs {
        let mut begins = Signs::default();
        for (part, optional) in parts {
            match part {
                Part::Token(Atom::Is(id)) => begins.add(*id),
                Part::Token(Atom::Between(..)) => begins.add(NUMBER),
                Part::Group(choice) => begins.0 |= choice.begins.0,
                Part::Set(set) => {
                    begins.0 |= self.sets.get(usize::from(*set)).map_or(Signs::ANY, |set| set.begins).0;
                }
                Part::Gap(_) => return Signs::ANY,
            }
            if !optional {
                return begins;
            }
        }
        Signs::ANY
    }

    fn parts(&self, text: &str) -> Parts {
        pieces(text, ' ').map(|piece| self.part(piece)).collect()
    }

    fn part(&self, piece: &str) -> (Part, bool) {
        let (piece, optional) = match piece.strip_suffix('?') {
            Some(rest) if rest != "\\" => (rest, true),
            _ => (piece, false),
        };
        let part = if piece == ".." {
            Part::Gap(3)
        } else if piece == "..." {
            Part::Gap(6)
        } else if let Some(name) = piece.strip_prefix('@') {
            Part::Set(self.names.iter().rposition(|known| *known == name).unwrap_or_default() as u16)
        } else if let Some(inner) = piece.strip_prefix('(') {
            Part::Group(self.choice(inner.strip_suffix(')').unwrap_or(inner)))
        } else {
            Part::Token(self.atom(piece))
        };
        (part, optional)
    }

    fn atom(&self, word: &str) -> Atom {
        if let Some((low, high)) = word.strip_prefix('#').and_then(|range| range.split_once('-')) {
            let tenths = |text: &str| text.parse::<u32>().unwrap_or(0) * 10;
            return Atom::Between(tenths(low), tenths(high) + 9);
        }
        let id = class(word).or_else(|| self.words.binary_search(&word).ok().map(|at| at as u16));
        Atom::Is(id.unwrap_or(u16::MAX))
    }
}

/// Splits outside parentheses.
fn pieces(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == separator && depth == 0
    })
}

/// Numbers are filed under their class.
const NUMBER: u16 = CLASSES + 2;

fn index(lexicon: &mut Lexicon) {
    let mut by_first: Vec<Vec<u16>> = (0..lexicon.words.len() + 16).map(|_| Vec::new()).collect();
    let mut firsts = Vec::new();
    for (n, pattern) in lexicon.patterns.iter().enumerate() {
        firsts.clear();
        first_ids(&pattern.parts, &lexicon.sets, &mut firsts);
        for &id in &firsts {
            let filed = &mut by_first[place(lexicon.words.len(), id)];
            if filed.last() != Some(&(n as u16)) {
                filed.push(n as u16);
            }
        }
    }
    lexicon.by_first = by_first;
}

/// The ids that a match can begin with.
fn first_ids(parts: &[(Part, bool)], sets: &[Choice], into: &mut Vec<u16>) {
    for (part, optional) in parts {
        match part {
            Part::Token(Atom::Is(id)) => into.push(*id),
            Part::Token(Atom::Between(..)) => into.push(NUMBER),
            Part::Group(choice) => {
                choice.alternatives.iter().for_each(|parts| first_ids(parts, sets, into));
            }
            Part::Set(set) => {
                sets[usize::from(*set)].alternatives.iter().for_each(|parts| first_ids(parts, sets, into));
            }
            Part::Gap(_) => {}
        }
        if !optional {
            break;
        }
    }
}

/// Where the patterns that begin with `id` are filed.
pub(super) fn place(words: usize, id: u16) -> usize {
    if id >= CLASSES { words + usize::from(id - CLASSES).min(15) } else { usize::from(id) }
}
