//! The rules that the practice works by, as they are in force, and how each is changed: what the owners' editors cover
//! there, the rest where the root key is.

use super::case::Practice;
use super::settings::Tab;
use crate::words::{fill, many, t};
use lead::hours::{Opening, Weekday};
use lead::scoring::Action;
use lead::thread::FollowUpState;
use std::collections::BTreeMap;
use wire::practice::Role;

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rule {
    pub(crate) title: &'static str,
    /// Whether the manifest says it; else the roster does.
    pub(crate) is_of_manifest: bool,
    /// How it is now, as labels and values.
    pub(crate) now: Vec<(String, String)>,
    /// How it is changed, for who may.
    pub(crate) how: String,
    /// Where in the console, if it can be changed here.
    pub(crate) here: Option<Tab>,
    /// What to type, otherwise.
    pub(crate) commands: &'static [&'static str],
}

/// All of them. Whoever may not change one is told who can.
pub(crate) fn rules(practice: &Practice) -> Vec<Rule> {
    let mut all = vec![hours(practice), retention(practice), follow_up(practice), staff(practice)];
    if practice.role != Role::Owner {
        for rule in &mut all {
            rule.how = t("An owner changes this.").to_owned();
            (rule.here, rule.commands) = (None, &[]);
        }
    }
    all
}

fn hours(practice: &Practice) -> Rule {
    let hours = &practice.source.hours;
    let mut now: Vec<(String, String)> = hours.open.iter().map(opening).collect();
    let closed = match hours.holidays.as_slice() {
        [] => t("no further dates").to_owned(),
        dates => dates.join(", "),
    };
    now.push((t("Closed on").to_owned(), closed));
    Rule {
        title: t("When somebody answers the phone"),
        is_of_manifest: true,
        now,
        how: t("Change them in the form's editor, under Hours.").to_owned(),
        here: Some(Tab::Form),
        commands: &[],
    }
}

fn opening(opening: &Opening) -> (String, String) {
    let days: Vec<&str> = opening.days.iter().map(|day| day_word(*day)).collect();
    (days.join(", "), format!("{}–{}", opening.from, opening.to))
}

fn day_word(day: Weekday) -> &'static str {
    t(match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    })
}

/// For how long what is in a lead is kept.
pub(crate) fn kept(retention_days: Option<u32>) -> String {
    match retention_days {
        Some(days) => {
            fill("What is in a lead is deleted {days} days after its last entry, for good.", &[&days])
        }
        None => t("What is in a lead is kept until an owner erases it.").to_owned(),
    }
}

fn retention(practice: &Practice) -> Rule {
    Rule {
        title: t("How long inquiries are kept"),
        is_of_manifest: false,
        now: vec![(t("Now").to_owned(), kept(practice.retention_days))],
        how: t("Signed by the root key. Days are counted from a lead's last entry; without --days nothing is deleted by itself.").to_owned(),
        here: None,
        commands: &["anteroom staff retain --days 730 --dir keys"],
    }
}

fn follow_up(practice: &Practice) -> Rule {
    let tiers = practice.source.scoring.tiers.iter().map(|tier| {
        let does = match &tier.action {
            Action::Call { within_business_minutes } => {
                fill("Call within {minutes} business minutes", &[within_business_minutes])
            }
            Action::Sequence(name) => fill("Follow-up sequence “{name}”", &[name]),
            Action::Nothing => t("No action").to_owned(),
        };
        (super::score::tier(tier), does)
    });
    let sent = sent(practice);
    let sent = sent.into_iter().map(|(sequence, [sent, failed])| {
        let sent = many(sent, "{count} message sent", "{count} messages sent");
        let failed = (failed > 0).then(|| many(failed, "{count} not delivered", "{count} not delivered"));
        let words = std::iter::once(sent).chain(failed).collect::<Vec<_>>().join(", ");
        (fill("Sequence “{name}” so far", &[&super::plain::plain_line(sequence)]), words)
    });
    Rule {
        title: t("Follow-up by e-mail"),
        is_of_manifest: true,
        now: tiers.chain(sent).collect(),
        how: t("Which tier begins which sequence stands in the scoring model. What a sequence says, and when, is edited under Follow-up; a sequence that the log does not have is a file beside the desk's settings.").to_owned(),
        here: Some(Tab::FollowUp),
        commands: &["anteroom sequence list --settings desk/desk.toml --credential keys/NAME.credential"],
    }
}

/// Messages of each sequence: sent, and refused for good.
fn sent(practice: &Practice) -> BTreeMap<&str, [u64; 2]> {
    let mut found: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for message in practice.cases.iter().flat_map(|case| &case.lead.follow_ups) {
        let counts = found.entry(&message.step.sequence).or_default();
        match message.state {
            FollowUpState::Sent => counts[0] += 1,
            FollowUpState::Failed => counts[1] += 1,
            FollowUpState::Claimed | FollowUpState::Unclear => {}
        }
    }
    found
}

fn staff(practice: &Practice) -> Rule {
    let version = fill("Version {version}, signed by the root key", &[&practice.roster_version]);
    Rule {
        title: t("Who works here"),
        is_of_manifest: false,
        now: vec![(t("Roster").to_owned(), version)],
        how: t("Signed by the root key, on the machine where it lies. Whoever is removed reads nothing that comes later.").to_owned(),
        here: Some(Tab::Staff),
        commands: &[
            "anteroom staff add NAME --role coordinator --dir keys",
            "anteroom staff rotate NAME --dir keys",
            "anteroom staff remove NAME --dir keys",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    fn practice(role: Role) -> Practice {
        Practice { role, ..samples::practice(Vec::new(), Vec::new()) }
    }

    #[test]
    fn an_owner_sees_what_is_in_force_and_the_command_that_changes_it() {
        let rules = rules(&practice(Role::Owner));
        assert_eq!(rules[0].now[0].1, "08:00–17:00");
        assert!(rules[0].now.last().unwrap().1.contains("2026-12-25"));
        let follow_up = rules[2].now.iter().map(|(_, does)| does.as_str()).collect::<Vec<_>>();
        assert!(follow_up[0].starts_with("Call within"), "{follow_up:?}");
        assert!(rules.iter().all(|rule| rule.here.is_some() || !rule.commands.is_empty()));
    }

    #[test]
    fn who_may_not_change_them_is_told_who_may() {
        let rules = rules(&practice(Role::Coordinator));
        assert!(rules.iter().all(|rule| rule.here.is_none() && rule.commands.is_empty()));
        assert!(rules.iter().all(|rule| !rule.now.is_empty()));
    }

    #[test]
    fn retention_is_told_as_it_is_signed() {
        let kept = |days| {
            let practice = Practice { retention_days: days, ..practice(Role::Owner) };
            retention(&practice).now[0].1.clone()
        };
        assert!(kept(Some(730)).contains("730 days after its last entry"));
        assert!(kept(None).contains("until an owner erases it"));
    }
}
