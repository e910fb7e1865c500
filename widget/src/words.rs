//! The widget's own words. What a practice asks is in its manifest; these are the buttons, the problems
//! and the reassurances around it. Adding a language is one file beside [`en`], and a line in [`of`].

pub mod en;
pub mod es;

use crate::validate::Problem;

/// One language's words. `{}` stands for what the caller fills in with [`fill`].
#[derive(Debug)]
pub struct Words {
    /// Its name in itself, for the switch.
    pub name: &'static str,
    /// Read from right to left.
    pub right_to_left: bool,
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
    /// Title of the confirmation; `{}` is the first name.
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
    /// Sooner: call `{}`.
    pub next_sooner: &'static str,
    /// Starts afresh.
    pub another: &'static str,
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
    /// Call or text 988.
    pub emergency_988: &'static str,
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

/// The words of `language`, a tag; English where there are none.
#[must_use]
pub fn of(language: &str) -> &'static Words {
    match language.split('-').next() {
        Some("es") => &es::WORDS,
        _ => &en::WORDS,
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

    #[test]
    fn the_language_follows_the_page_then_the_browser_then_the_practice() {
        let offered = ["en".to_owned(), "es".to_owned()];
        assert_eq!(choose(&["es-MX", "en"], &offered), "es");
        assert_eq!(choose(&["de", "es"], &offered), "es");
        assert_eq!(choose(&["de", "fr"], &offered), "en");
        assert_eq!(choose(&[], &[]), "en");
    }

    #[test]
    fn every_language_fills_the_same_places() {
        for (english, spanish) in [
            (en::WORDS.step, es::WORDS.step),
            (en::WORDS.sealed_for, es::WORDS.sealed_for),
            (en::WORDS.sent_title, es::WORDS.sent_title),
            (en::WORDS.sent_delivered, es::WORDS.sent_delivered),
            (en::WORDS.sent_waiting, es::WORDS.sent_waiting),
            (en::WORDS.next_read, es::WORDS.next_read),
            (en::WORDS.next_sooner, es::WORDS.next_sooner),
            (en::WORDS.refused, es::WORDS.refused),
            (en::WORDS.problems, es::WORDS.problems),
        ] {
            assert_eq!(english.matches("{}").count(), spanish.matches("{}").count(), "{english}");
            assert_ne!(english, spanish);
        }
    }
}
