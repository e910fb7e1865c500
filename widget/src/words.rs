//! The widget's own words. What a practice asks is in its manifest; these are the buttons, the problems
//! and the reassurances around it. Adding a language is one file beside [`en`], and its name in [`ALL`].

pub mod en;
pub mod es;

use lead::hours::Presence;
use lead::validate::Problem;

/// One language's words. `{}` stands for what the caller fills in with [`fill`].
#[derive(Debug)]
pub struct Words {
    /// Its tag (BCP 47), without a region.
    pub tag: &'static str,
    /// Its name in itself, for the switch.
    pub name: &'static str,
    /// Read from right to left.
    pub right_to_left: bool,
    /// Names the frame for screen readers.
    pub frame: &'static str,
    /// Names the button that closes the dialog.
    pub close: &'static str,
    /// Step `{}` of `{}`.
    pub step: &'static str,
    /// Marks a question that may stay open.
    pub optional: &'static str,
    /// First entry of a menu.
    pub choose: &'static str,
    /// Goes on.
    pub next: &'static str,
    /// Goes back.
    pub back: &'static str,
    /// Goes to the review.
    pub review: &'static str,
    /// Title of the review.
    pub review_title: &'static str,
    /// Its explanation.
    pub review_hint: &'static str,
    /// Changes a step's answers.
    pub change: &'static str,
    /// Sends.
    pub send: &'static str,
    /// While it is sent.
    pub sending: &'static str,
    /// Under the form: that it is encrypted, and for whom: `{}` is the practice.
    pub sealed_for: &'static str,
    /// Explains the line above.
    pub sealed_how: &'static str,
    /// Title of the confirmation; `{}` is the name.
    pub sent_title: &'static str,
    /// Title of the confirmation, without a name.
    pub sent_title_plain: &'static str,
    /// The practice `{}` has it.
    pub sent_delivered: &'static str,
    /// Waits in this browser, sealed, for `{}`.
    pub sent_waiting: &'static str,
    /// Waits in this page only, as the browser keeps nothing.
    pub sent_waiting_here: &'static str,
    /// Stands before the reference.
    pub reference: &'static str,
    /// What the reference is for.
    pub reference_hint: &'static str,
    /// Title over what comes next.
    pub next_title: &'static str,
    /// Someone reads it; `{}` is the practice.
    pub next_read: &'static str,
    /// They call, write or text: by phone.
    pub next_phone: &'static str,
    /// By text message.
    pub next_text: &'static str,
    /// By e-mail.
    pub next_email: &'static str,
    /// In whatever way.
    pub next_any: &'static str,
    /// Someone answers the phone now.
    pub open: &'static str,
    /// Nobody does, but then: `{}` is one of the next three.
    pub opens: &'static str,
    /// Later today: in the morning, in the afternoon.
    pub today: [&'static str; 2],
    /// Tomorrow: in the morning, in the afternoon.
    pub tomorrow: [&'static str; 2],
    /// On a later day, `{}`: in the morning, in the afternoon.
    pub on_day: [&'static str; 2],
    /// Days of the week, from Monday.
    pub weekdays: [&'static str; 7],
    /// Title over the guides asked for.
    pub guides: &'static str,
    /// Sooner: call `{}`.
    pub next_sooner: &'static str,
    /// Starts afresh.
    pub another: &'static str,
    /// Clears the screen for the next person.
    pub done: &'static str,
    /// Could not be sent.
    pub refused_title: &'static str,
    /// What to do then; `{}` is the phone number.
    pub refused: &'static str,
    /// Tries again.
    pub retry: &'static str,
    /// Title of the emergency guidance.
    pub emergency_title: &'static str,
    /// Call 911.
    pub emergency_911: &'static str,
    /// Call 988.
    pub emergency_988: &'static str,
    /// Text 988.
    pub emergency_988_text: &'static str,
    /// Call Poison Control.
    pub emergency_poison: &'static str,
    /// That the form is not watched, and may be finished later.
    pub emergency_form: &'static str,
    /// Names the switch of languages.
    pub language: &'static str,
    /// Says how many answers need another look: one.
    pub one_problem: &'static str,
    /// Several: `{}`.
    pub problems: &'static str,
    /// Characters left: `{}`.
    pub characters_left: &'static str,
    /// Asks people to leave the trap for programs empty.
    pub trap: &'static str,
    /// Offered answers, and labels of parts.
    pub yes: &'static str,
    /// See [`Words::yes`].
    pub no: &'static str,
    /// See [`Words::yes`].
    pub myself: &'static str,
    /// See [`Words::yes`].
    pub any_time: &'static str,
    /// See [`Words::yes`].
    pub insured: &'static str,
    /// See [`Words::yes`].
    pub self_pay: &'static str,
    /// See [`Words::yes`].
    pub unknown_insurance: &'static str,
    /// See [`Words::yes`].
    pub by_phone: &'static str,
    /// See [`Words::yes`].
    pub by_text: &'static str,
    /// See [`Words::yes`].
    pub by_email: &'static str,
    /// See [`Words::yes`].
    pub patient_name: &'static str,
    /// See [`Words::yes`].
    pub physician: &'static str,
    /// See [`Words::yes`].
    pub physician_practice: &'static str,
    /// See [`Words::yes`].
    pub carrier: &'static str,
    /// See [`Words::yes`].
    pub plan: &'static str,
    /// See [`Words::yes`].
    pub member_id: &'static str,
    /// What is wrong.
    pub problem: fn(Problem) -> &'static str,
}

/// All languages, English first.
pub const ALL: [&Words; 2] = [&en::WORDS, &es::WORDS];

/// The words of `language`, a tag; English where there are none.
#[must_use]
pub fn of(language: &str) -> &'static Words {
    let base = language.split('-').next();
    ALL.into_iter().find(|words| Some(words.tag) == base).unwrap_or(ALL[0])
}

impl Words {
    /// When someone answers the phone; nothing where that is more than a week away.
    #[must_use]
    pub fn presence(&self, presence: Presence) -> Option<String> {
        let (in_days, weekday, morning) = match presence {
            Presence::Open => return Some(self.open.to_owned()),
            Presence::Opens { in_days, weekday, morning } => (in_days, weekday, morning),
            Presence::Closed => return None,
        };
        let half = usize::from(!morning);
        let then = match in_days {
            0 => self.today[half].to_owned(),
            1 => self.tomorrow[half].to_owned(),
            2..=6 => fill(self.on_day[half], self.weekdays[weekday as usize]),
            _ => return None,
        };
        Some(fill(self.opens, &then))
    }
}

/// Puts `part` in place of the first `{}`.
#[must_use]
pub fn fill(words: &str, part: &str) -> String {
    words.replacen("{}", part, 1)
}

/// The language to begin with: the first of `wanted` that the practice has, else the practice's first.
#[must_use]
pub fn choose(wanted: &[&str], offered: &[String]) -> String {
    fn base(tag: &str) -> &str {
        tag.split('-').next().unwrap_or(tag)
    }
    wanted
        .iter()
        .find_map(|tag| offered.iter().find(|have| base(have).eq_ignore_ascii_case(base(tag))))
        .or_else(|| offered.first())
        .map_or_else(|| "en".to_owned(), Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lead::hours::Weekday;

    #[test]
    fn the_language_follows_the_page_then_the_browser_then_the_practice() {
        let offered = ["en".to_owned(), "es".to_owned()];
        assert_eq!(choose(&["es-MX", "en"], &offered), "es");
        assert_eq!(choose(&["de", "es"], &offered), "es");
        assert_eq!(choose(&["de", "fr"], &offered), "en");
        assert_eq!(choose(&[], &[]), "en");
    }

    #[test]
    fn when_the_practice_answers_is_said_as_people_say_it() {
        let opens = |in_days, morning| Presence::Opens { in_days, weekday: Weekday::Mon, morning };
        let said = |words: &Words, presence| words.presence(presence).unwrap_or_default();
        assert_eq!(
            said(&en::WORDS, opens(3, true)),
            "We are closed right now and open again on Monday morning."
        );
        assert_eq!(
            said(&en::WORDS, opens(0, false)),
            "We are closed right now and open again this afternoon."
        );
        assert_eq!(said(&es::WORDS, opens(1, true)), "Ahora está cerrado; abrimos mañana por la mañana.");
        assert_eq!(said(&es::WORDS, opens(6, false)), "Ahora está cerrado; abrimos el lunes por la tarde.");
        assert_eq!(en::WORDS.presence(opens(7, true)), None, "which Monday?");
        assert_eq!(en::WORDS.presence(Presence::Closed), None);
    }

    /// Each word of a language by its name, as `Debug` lists them.
    fn listed(words: &Words) -> Vec<(String, String)> {
        let text = format!("{words:#?}");
        let mut name = String::new();
        let mut found = Vec::new();
        for line in text.lines().map(str::trim) {
            let (member, value) = line.split_once(": ").unwrap_or(("", line));
            if !member.is_empty() && !member.starts_with('"') {
                name = member.to_owned();
            }
            if value.starts_with('"') {
                found.push((name.clone(), value.trim_end_matches(',').trim_matches('"').to_owned()));
            }
        }
        found
    }

    #[test]
    fn no_language_misses_a_word() {
        let english = listed(&en::WORDS);
        assert!(english.len() > 75, "{}", english.len());
        // Written alike.
        let alike = ["right_to_left", "plan", "no"];
        for words in ALL {
            let theirs = listed(words);
            assert_eq!(theirs.len(), english.len(), "{}", words.tag);
            for ((name, text), (_, in_english)) in theirs.iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{}: {name} is empty", words.tag);
                let places = |text: &str| text.matches("{}").count();
                assert_eq!(places(text), places(in_english), "{}: {name}", words.tag);
                let translated = words.tag == "en" || text != in_english || alike.contains(&name.as_str());
                assert!(translated, "{}: {name} is still English", words.tag);
            }
            for problem in PROBLEMS {
                let text = (words.problem)(problem);
                assert!(text.len() > 10, "{}: {problem:?}", words.tag);
                assert!(
                    words.tag == "en" || text != (en::WORDS.problem)(problem),
                    "{}: {problem:?}",
                    words.tag
                );
            }
        }
    }

    const PROBLEMS: [Problem; 12] = [
        Problem::Missing,
        Problem::NotChosen,
        Problem::NotAgreed,
        Problem::Email,
        Problem::Phone,
        Problem::Zip,
        Problem::Date,
        Problem::TooLong,
        Problem::NoWayBack,
        Problem::PhoneForThat,
        Problem::EmailForThat,
        Problem::NotOffered,
    ];
}
