//! Patterns, and reading them from the compiled text.

use super::{Concept, Lexicon, Target, Trigger};
use crate::intent::Intent;
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

/// A part of a pattern.
pub(super) enum Part {
    /// One of these sequences.
    OneOf(Vec<Vec<Atom>>),
    /// One of a named set's sequences.
    Set(u16),
    /// Up to so many tokens.
    Gap(u8),
}

/// A pattern.
pub(super) struct Pattern {
    pub(super) target: Target,
    /// Each part, and whether it may be left out.
    pub(super) parts: Vec<(Part, bool)>,
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
    let (vocabulary, rest) = compiled.split_once('\n').unwrap_or_default();
    let mut lexicon = Lexicon {
        concepts: Vec::new(),
        words: vocabulary.split(' ').collect(),
        sets: Vec::new(),
        patterns: Vec::new(),
        by_first: Vec::new(),
    };
    let mut names: Vec<&str> = Vec::new();
    let mut target = Target::Known;
    for line in rest.lines() {
        if let Some(set) = line.strip_prefix('@') {
            let (name, alternatives) = set.split_once('=').unwrap_or_default();
            let sequences = sequences(&lexicon, alternatives);
            names.push(name);
            lexicon.sets.push(sequences);
        } else if let Some(header) = line.strip_prefix('!') {
            target = read_target(&mut lexicon, header);
        } else {
            let pattern = read_pattern(&lexicon, &names, target, line);
            lexicon.patterns.push(pattern);
        }
    }
    index(&mut lexicon);
    lexicon
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
            let (first, second) = (lane(next()), lane(next()));
            let help = match next() {
                "988" => Help::Call988,
                "poison" => Help::PoisonControl,
                _ => Help::Call911,
            };
            lexicon.concepts.push(Concept { id, lane: first, otherwise: second, help });
            Target::Concept(lexicon.concepts.len() as u16 - 1)
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
            "pseudo" => Trigger::Pseudo,
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

fn read_pattern(lexicon: &Lexicon, names: &[&str], target: Target, line: &str) -> Pattern {
    let mut pattern = Pattern { target, parts: Vec::new(), at_start: false, at_end: false };
    for piece in pieces(line) {
        let (piece, optional) = match piece.strip_suffix('?') {
            Some(rest) if rest != "\\" => (rest, true),
            _ => (piece, false),
        };
        let part = match piece {
            "^" => {
                pattern.at_start = true;
                continue;
            }
            "$" => {
                pattern.at_end = true;
                continue;
            }
            ".." => Part::Gap(3),
            "..." => Part::Gap(6),
            _ => {
                if let Some(name) = piece.strip_prefix('@') {
                    Part::Set(names.iter().position(|known| *known == name).unwrap_or_default() as u16)
                } else {
                    Part::OneOf(sequences(lexicon, piece.trim_matches(['(', ')'])))
                }
            }
        };
        pattern.parts.push((part, optional));
    }
    pattern
}

/// Splits at spaces outside parentheses.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    line.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ' ' && depth == 0
    })
}

fn sequences(lexicon: &Lexicon, alternatives: &str) -> Vec<Vec<Atom>> {
    alternatives
        .split('|')
        .map(|sequence| sequence.split(' ').map(|word| atom(lexicon, word)).collect())
        .collect()
}

fn atom(lexicon: &Lexicon, word: &str) -> Atom {
    if let Some((low, high)) = word.strip_prefix('#').and_then(|range| range.split_once('-')) {
        let tenths = |text: &str| text.parse::<u32>().unwrap_or(0) * 10;
        return Atom::Between(tenths(low), tenths(high) + 9);
    }
    let id = class(word).or_else(|| lexicon.words.binary_search(&word).ok().map(|at| at as u16));
    Atom::Is(id.unwrap_or(u16::MAX))
}

/// Numbers are filed under their class.
const NUMBER: u16 = CLASSES + 2;

fn index(lexicon: &mut Lexicon) {
    let places = lexicon.words.len() + 16;
    let mut by_first: Vec<Vec<u16>> = (0..places).map(|_| Vec::new()).collect();
    for (n, pattern) in lexicon.patterns.iter().enumerate() {
        for (part, optional) in &pattern.parts {
            let sequences: &[Vec<Atom>] = match part {
                Part::OneOf(sequences) => sequences,
                Part::Set(set) => &lexicon.sets[usize::from(*set)],
                Part::Gap(_) => &[],
            };
            for first in sequences.iter().filter_map(|sequence| sequence.first()) {
                let id = match first {
                    Atom::Is(id) => *id,
                    Atom::Between(..) => NUMBER,
                };
                let filed = &mut by_first[place(lexicon.words.len(), id)];
                if filed.last() != Some(&(n as u16)) {
                    filed.push(n as u16);
                }
            }
            if !optional {
                break;
            }
        }
    }
    lexicon.by_first = by_first;
}

/// Where the patterns that begin with `id` are filed.
pub(super) fn place(words: usize, id: u16) -> usize {
    if id >= CLASSES { words + usize::from(id - CLASSES).min(15) } else { usize::from(id) }
}
