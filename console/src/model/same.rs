//! Leads that may be the same person. A hint for people: nothing is merged by it.

use super::case::Case;
use super::queue::fold;
use crate::words::{fill, t};
use lead::inquiry::Contact;
use std::sync::Arc;
use wire::ThreadId;

/// What two leads are compared by; empty parts match nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Traits {
    name: String,
    phone: String,
    email: String,
}

/// Another lead, and what it has in common.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Twin {
    pub(crate) thread: ThreadId,
    pub(crate) name: String,
    /// `same phone and e-mail`.
    pub(crate) why: String,
    /// It goes on in this one already.
    pub(crate) merged: bool,
}

impl Traits {
    pub(crate) fn of(contact: &Contact) -> Self {
        let digits: String =
            contact.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect();
        // With and without the country's 1 it is the same number; fewer than seven digits are no number.
        let phone = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&digits).to_owned();
        let phone = if phone.len() < 7 { String::new() } else { phone };
        let name = fold(&contact.name).split_whitespace().collect::<Vec<_>>().join(" ");
        let email = contact.email.as_deref().map(|email| fold(email.trim())).unwrap_or_default();
        Self { name, phone, email }
    }

    fn in_common(&self, other: &Self) -> String {
        let same = |one: &str, two: &str| !one.is_empty() && one == two;
        let parts = [
            (t("phone"), same(&self.phone, &other.phone)),
            (t("e-mail"), same(&self.email, &other.email)),
            (t("name"), same(&self.name, &other.name)),
        ];
        parts.iter().filter(|(_, same)| *same).map(|(what, _)| *what).collect::<Vec<_>>().join(t(" and "))
    }
}

/// Other leads with the same phone, e-mail or name, at most ten.
pub(crate) fn twins(case: &Case, all: &[Arc<Case>]) -> Vec<Twin> {
    all.iter()
        .filter(|other| other.lead.thread != case.lead.thread)
        .filter_map(|other| {
            let common = case.traits.in_common(&other.traits);
            (!common.is_empty()).then(|| Twin {
                thread: other.lead.thread,
                name: other.name(),
                why: fill("same {traits}", &[&common]),
                merged: other.lead.merged_into == Some(case.lead.thread),
            })
        })
        .take(10)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(name: &str, phone: &str, email: &str) -> Traits {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Traits::of(&Contact {
            name: name.into(),
            phone: some(phone),
            email: some(email),
            ..Contact::default()
        })
    }

    #[test]
    fn numbers_and_names_are_the_same_however_they_are_written() {
        let one = traits("José  Núñez", "+1 (312) 555-0101", "Jose@Example.com");
        assert_eq!(
            one.in_common(&traits("jose nunez", "312.555.0101", "jose@example.com ")),
            "phone and e-mail and name"
        );
        assert_eq!(one.in_common(&traits("Ana", "3125550101", "ana@example.com")), "phone");
        assert_eq!(one.in_common(&traits("Ana", "3125550102", "ana@example.com")), "");
    }

    #[test]
    fn what_was_not_given_is_not_the_same() {
        assert_eq!(traits("", "", "").in_common(&traits("", "", "")), "");
        assert_eq!(traits("", "12", "").in_common(&traits("", "12", "")), "");
    }
}
