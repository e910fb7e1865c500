//! The guide for a call: a document of stages, in a small part of Markdown, that a practice can rewrite (`guiding.rs`).
//!
//! `# id: Title` begins a stage, `## Question` a hard question within it, `>` what to say, `-` what to do, and
//! `- [ ] insurance: ...` what to check and record. `{name}`, `{practice}`, `{staff}`, `{service}` and `{phone}` are
//! filled in. A guide for a kind of service says only the stages that differ from the general one.

use lead::manifest::ServiceTier;
use lead::thread::{Edition, Verification};
use wire::StaffId;

/// Stages, in the order of the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Guide {
    pub(crate) stages: Vec<Stage>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stage {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) parts: Vec<Part>,
}

/// A line of a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// To be said, in these words or one's own.
    Say(String),
    /// To be done or kept in mind.
    Hint(String),
    /// To be checked; recorded when it is.
    Check(Verification, String),
    /// What people ask; what follows is a good answer.
    Question(String),
}

/// What the placeholders stand for.
pub(crate) struct Names<'a> {
    pub(crate) name: &'a str,
    pub(crate) practice: &'a str,
    pub(crate) staff: &'a str,
    pub(crate) service: &'a str,
    pub(crate) phone: &'a str,
}

/// Languages that guides ship in.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Language {
    #[default]
    English,
    Spanish,
}

impl Language {
    pub(crate) const ALL: [(Self, &'static str); 2] =
        [(Self::English, "English"), (Self::Spanish, "Español")];

    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Of a language tag; English where there is no guide in it.
    pub(crate) fn of(tag: &str) -> Self {
        if tag.split('-').next() == Some("es") { Self::Spanish } else { Self::English }
    }
}

/// The guide for a service of this kind, as the practice has it, with the names filled in.
pub(crate) fn guide(language: Language, tier: ServiceTier, written: &[Edition], names: &Names<'_>) -> Guide {
    merged(document(written, language, None), document(written, language, Some(tier)), names)
}

/// The general guide, with the stages that `special` has in other words, and those that only it has.
pub(crate) fn merged(general: &str, special: &str, names: &Names<'_>) -> Guide {
    let mut stages = parse(general, names);
    for special in parse(special, names) {
        match stages.iter_mut().find(|stage| stage.id == special.id) {
            Some(stage) => *stage = special,
            None => stages.push(special),
        }
    }
    Guide { stages }
}

/// The text for every service (`None`), or for one kind: the practice's own, or what ships.
pub(crate) fn document(written: &[Edition], language: Language, tier: Option<ServiceTier>) -> &str {
    let own = latest(written, language, tier).and_then(Edition::guide).map(|guide| &*guide.text);
    own.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| shipped(language, tier))
}

/// What an owner published last.
pub(crate) fn latest(written: &[Edition], language: Language, tier: Option<ServiceTier>) -> Option<&Edition> {
    let is_it = |edition: &&Edition| {
        edition.guide().is_some_and(|guide| guide.tier == tier && guide.language == language.tag())
    };
    written.iter().rfind(is_it)
}

/// What ships with the console; empty: nothing does.
pub(crate) const fn shipped(language: Language, tier: Option<ServiceTier>) -> &'static str {
    let (general, surgical, therapy) = match language {
        Language::English => (
            include_str!("../../guides/en/general.md"),
            include_str!("../../guides/en/surgical.md"),
            include_str!("../../guides/en/therapy.md"),
        ),
        Language::Spanish => (
            include_str!("../../guides/es/general.md"),
            include_str!("../../guides/es/surgical.md"),
            include_str!("../../guides/es/therapy.md"),
        ),
    };
    match tier {
        None => general,
        Some(ServiceTier::Surgical) => surgical,
        Some(ServiceTier::Therapy) => therapy,
        Some(ServiceTier::Procedure | ServiceTier::Consultation | ServiceTier::General) => "",
    }
}

/// How a member of staff says their name: `maria-lopez` is Maria Lopez.
pub(crate) fn spoken(staff: &StaffId) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    staff.as_str().split(['-', '_', '.']).filter_map(word).collect::<Vec<_>>().join(" ")
}

/// Lines that are none of the known ones are hints, and what stands before the first stage is one without a title: nothing
/// that a practice wrote is lost.
fn parse(text: &str, names: &Names<'_>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(heading) = line.strip_prefix("# ") {
            let (id, title) = heading.split_once(": ").unwrap_or((heading, heading));
            stages.push(Stage { id: id.to_owned(), title: fill(title, names), parts: Vec::new() });
            continue;
        }
        if stages.is_empty() {
            stages.push(Stage { id: String::new(), title: "–".to_owned(), parts: Vec::new() });
        }
        if let Some(stage) = stages.last_mut() {
            stage.parts.push(part(line, names));
        }
    }
    stages
}

fn part(line: &str, names: &Names<'_>) -> Part {
    let check = line.strip_prefix("- [ ] ").and_then(|rest| rest.split_once(": "));
    if let Some((what, text)) = check.and_then(|(word, text)| Some((verification(word)?, text))) {
        return Part::Check(what, fill(text, names));
    }
    if let Some(question) = line.strip_prefix("## ") {
        return Part::Question(fill(question, names));
    }
    if let Some(words) = line.strip_prefix("> ") {
        return Part::Say(fill(words, names));
    }
    Part::Hint(fill(line.strip_prefix("- ").unwrap_or(line), names))
}

fn verification(word: &str) -> Option<Verification> {
    Some(match word {
        "identity" => Verification::Identity,
        "contact" => Verification::Contact,
        "needs" => Verification::Needs,
        "insurance" => Verification::Insurance,
        "referral" => Verification::Referral,
        "consent" => Verification::Consent,
        _ => return None,
    })
}

/// Fills the placeholders in one pass, so that a name with braces in it is not filled in turn.
fn fill(text: &str, names: &Names<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        let found = after.split_once('}').and_then(|(word, after)| Some((names.of(word)?, after)));
        match found {
            Some((name, after)) => {
                filled += name;
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// The `{words}` of a text that stand for nothing.
pub(crate) fn unknown_words<'a>(text: &'a str, names: &Names<'_>) -> Vec<&'a str> {
    let words = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    words.filter(|word| names.of(word).is_none()).collect()
}

impl Names<'_> {
    fn of(&self, word: &str) -> Option<&str> {
        Some(match word {
            "name" => self.name,
            "practice" => self.practice,
            "staff" => self.staff,
            "service" => self.service,
            "phone" => self.phone,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names {
        name: "{staff}",
        practice: "Lakeside",
        staff: "Sam",
        service: "Knee replacement",
        phone: "+1 555 0100",
    };
    const TIERS: [ServiceTier; 5] = [
        ServiceTier::Surgical,
        ServiceTier::Procedure,
        ServiceTier::Consultation,
        ServiceTier::Therapy,
        ServiceTier::General,
    ];

    #[test]
    fn every_guide_has_every_stage_and_every_check_once() {
        for language in [Language::English, Language::Spanish] {
            for tier in TIERS {
                let guide = guide(language, tier, &[], &NAMES);
                let ids: Vec<&str> = guide.stages.iter().map(|stage| stage.id.as_str()).collect();
                assert_eq!(ids, ["opening", "needs", "insurance", "scheduling", "questions", "closing"]);
                let parts = guide.stages.iter().flat_map(|stage| &stage.parts);
                let mut checks: Vec<Verification> = parts
                    .filter_map(|part| if let Part::Check(what, _) = part { Some(*what) } else { None })
                    .collect();
                checks.sort_by_key(|check| Verification::ALL.iter().position(|one| one == check));
                assert_eq!(checks, Verification::ALL, "{language:?} {tier:?}");
                let questions = &guide.stages[4].parts;
                let asked = questions.iter().filter(|part| matches!(part, Part::Question(_))).count();
                let answered = questions.iter().filter(|part| matches!(part, Part::Say(_))).count();
                assert!(asked >= 5 && asked == answered, "every question has an answer");
            }
        }
    }

    #[test]
    fn both_languages_say_the_same_number_of_things() {
        for tier in TIERS {
            let count =
                |language| guide(language, tier, &[], &NAMES).stages.into_iter().map(|s| s.parts.len());
            assert!(count(Language::English).eq(count(Language::Spanish)), "{tier:?}");
        }
    }

    #[test]
    fn names_are_filled_in_once_and_unknown_words_stay() {
        assert_eq!(fill("{name}, {x} {practice", &NAMES), "{staff}, {x} {practice");
        let surgical = format!("{:?}", guide(Language::English, ServiceTier::Surgical, &[], &NAMES));
        assert!(surgical.contains("You asked about Knee replacement.") && !surgical.contains("{service}"));
    }

    #[test]
    fn what_is_not_known_is_a_hint_and_not_lost() {
        let stages = parse("# a: A\nplain\n- [ ] shoe size: ask\n", &NAMES);
        assert_eq!(stages[0].parts, [Part::Hint("plain".into()), Part::Hint("[ ] shoe size: ask".into())]);
    }
}
