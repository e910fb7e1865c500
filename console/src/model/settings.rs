//! The practice's own affairs: who works there, who did what, and the scoring model. What the relay refuses a role is
//! not offered to it.

use super::case::Practice;
use super::drafts::Drafts;
use super::open::{Open, Shown};
use super::when::{Zone, full};
use super::{Effect, access};
use crate::words::{fill, t, tag};
use wire::StaffId;
use wire::practice::{Member, Role, Roster};

/// A part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tab {
    Staff,
    /// What the practice works by, and how it is changed.
    Rules,
    Scoring,
    /// Practising with people who do not exist.
    Training,
    /// What patients are asked, and what they are told.
    Form,
    /// What is said on calls.
    Guides,
    /// What is written to people by itself.
    FollowUp,
    /// Who did what at the relay.
    Access,
    /// What the root key signed.
    Documents,
}

impl Tab {
    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Staff => "Staff",
            Self::Rules => "Rules",
            Self::Scoring => "Scoring",
            Self::Training => "Training",
            Self::Form => "Form",
            Self::Guides => "Call guides",
            Self::FollowUp => "Follow-up",
            Self::Access => "Access log",
            Self::Documents => "Documents",
        })
    }

    /// Those that `role` may look into.
    pub(crate) const fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Owner => &[
                Self::Staff,
                Self::Rules,
                Self::Form,
                Self::Scoring,
                Self::Guides,
                Self::FollowUp,
                Self::Training,
                Self::Access,
            ],
            Role::Coordinator => &[Self::Staff, Self::Rules, Self::Scoring, Self::FollowUp, Self::Training],
            Role::Auditor => &[Self::Access, Self::Staff, Self::Documents],
        }
    }
}

/// A member of staff, as the root key signed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Colleague {
    pub(crate) id: StaffId,
    pub(crate) role: Role,
    /// In milliseconds.
    since: u64,
    /// In milliseconds; `None`: still.
    until: Option<u64>,
    /// Signing keys of before.
    former_keys: usize,
}

/// The same as a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StaffRow {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) may: &'static str,
    pub(crate) since: String,
    pub(crate) state: String,
    pub(crate) active: bool,
}

impl Colleague {
    fn of(member: &Member) -> Self {
        Self {
            id: member.id.clone(),
            role: member.role,
            since: member.not_before.saturating_mul(1000),
            until: member.not_after.map(|end| end.saturating_mul(1000)),
            former_keys: member.former.len(),
        }
    }
}

/// Everyone of a roster.
pub(crate) fn colleagues(roster: &Roster) -> Vec<Colleague> {
    roster.staff.iter().map(Colleague::of).collect()
}

pub(crate) fn role_word(role: Role) -> &'static str {
    t(match role {
        Role::Owner => "Owner",
        Role::Coordinator => "Coordinator",
        Role::Auditor => "Auditor",
    })
}

fn may(role: Role) -> &'static str {
    t(match role {
        Role::Owner => "Works leads, erases, reads the access log",
        Role::Coordinator => "Works leads",
        Role::Auditor => "Reads the access log; holds no key to any lead",
    })
}

/// What the practice's documents say, as labels and values. None of it is about anyone's health.
pub(crate) fn documents(practice: &Practice) -> Vec<(&'static str, String)> {
    let source = &practice.source;
    let signed = |version: u64| fill("version {version}, signed by the pinned key", &[&version]);
    let pin = practice.signed.as_ref().map(|signed| signed.pin.clone());
    let asked = source.form.fields().map(|field| field.label.in_language(tag()));
    vec![
        (t("Relay"), practice.relay.clone()),
        (t("Thumbprint of the root key"), pin.unwrap_or_default()),
        (t("Manifest"), signed(practice.manifest_version)),
        (t("Roster and keyring"), signed(practice.roster_version)),
        (t("What the form asks"), asked.collect::<Vec<_>>().join(" · ")),
        (t("Consent"), source.consent.text.in_language(tag()).to_owned()),
        (t("Scoring"), fill("{name}, version {version}", &[&source.scoring.name, &source.scoring.version])),
    ]
}

/// Who works here first, then who did.
pub(crate) fn staff(practice: &Practice, now: u64, zone: Zone) -> Vec<StaffRow> {
    let row = |one: &Colleague| {
        let active = one.since <= now && one.until.is_none_or(|end| now < end);
        let state = match one.until {
            Some(end) => fill(if active { "Until {time}" } else { "Ended {time}" }, &[&full(end, zone)]),
            None if !active => t("Not yet").to_owned(),
            None if one.former_keys > 0 => t("Active, with a new key").to_owned(),
            None => t("Active").to_owned(),
        };
        let name =
            if one.id == practice.staff { fill("{name} (you)", &[&one.id]) } else { one.id.to_string() };
        let (role, may, since) = (role_word(one.role), may(one.role), full(one.since, zone));
        StaffRow { name, role, may, since, state, active }
    };
    let mut rows: Vec<StaffRow> = practice.colleagues.iter().map(row).collect();
    rows.sort_by_key(|row| !row.active);
    rows
}

impl Open {
    /// The access log is read anew each time: it tells of what happened a moment ago.
    pub(crate) fn open_settings(&mut self, tab: Tab) -> Vec<Effect> {
        let allowed = Tab::of(self.practice.role);
        let tab = if allowed.contains(&tab) { tab } else { Tab::Staff };
        let mut effects = self.show(Shown::Settings(tab));
        if tab == Tab::Access && !self.access.is_reading() {
            self.access.step(access::Found::Reading { read: 0, of: 0 });
            effects.push(Effect::ReadAccess);
        }
        if matches!(tab, Tab::Form | Tab::Scoring | Tab::Guides | Tab::FollowUp)
            && self.drafts == Drafts::NotAsked
        {
            self.drafts = Drafts::Asked;
            effects.push(Effect::RecallDrafts);
        }
        effects
    }
}

/// Synthetic colleagues.
#[cfg(any(test, feature = "gallery"))]
pub(crate) fn sample_colleagues() -> Vec<Colleague> {
    let one = |id: &str, role| Colleague {
        id: id.parse().expect("a name"),
        role,
        since: 1_700_000_000_000,
        until: None,
        former_keys: 0,
    };
    vec![one("maria-lopez", Role::Owner), one("sam-rivera", Role::Coordinator)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Event;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    fn opened(role: Role) -> Open {
        Open::new(Practice { role, ..samples::practice(Vec::new(), Vec::new()) }, NOW)
    }

    #[test]
    fn a_role_is_offered_what_the_relay_lets_it_do() {
        let mut open = opened(Role::Coordinator);
        let effects = open.step(Event::OpenSettings(Tab::Access));
        assert!(!effects.contains(&Effect::ReadAccess));
        assert_eq!(open.shown, Shown::Settings(Tab::Staff));
        let mut open = opened(Role::Owner);
        assert!(open.step(Event::OpenSettings(Tab::Access)).contains(&Effect::ReadAccess));
        assert!(!open.step(Event::OpenSettings(Tab::Access)).contains(&Effect::ReadAccess), "once at a time");
    }

    #[test]
    fn an_auditor_sees_who_did_what_and_comes_to_no_lead() {
        let practice = samples::practice(vec![samples::case(1, "knee", NOW)], Vec::new());
        let mut open = Open::new(Practice { role: Role::Auditor, ..practice }, NOW);
        assert_eq!(open.begin(), [Effect::Focus(crate::model::Focus::Page), Effect::ReadAccess]);
        let thread = wire::ThreadId::from_bytes([1; 16]);
        let event = lead::thread::Event::Released;
        let taken = Box::new(event.clone());
        let tried = [
            Event::OpenLead(thread),
            Event::OpenCursor,
            Event::CallNext,
            Event::ClaimHere,
            Event::OpenQueue,
            Event::OpenPipeline,
            Event::OpenReports,
            Event::OpenLog,
            Event::OpenTake,
            Event::TakeDown { thread, event: taken },
            Event::Act { thread, event },
            Event::OpenTraining,
            Event::OpenSettings(Tab::Scoring),
            Event::Back,
        ];
        for event in tried {
            let effects = open.step(event);
            assert!(effects.iter().all(|effect| matches!(effect, Effect::Focus(_))), "{effects:?}");
            assert!(matches!(open.shown, Shown::Settings(Tab::Access | Tab::Staff)), "{:?}", open.shown);
        }
        open.step(Event::OpenSettings(Tab::Documents));
        assert_eq!(open.shown, Shown::Settings(Tab::Documents));
    }

    #[test]
    fn only_an_owner_erases() {
        let erase = |role| {
            let practice = samples::practice(vec![samples::case(1, "knee", NOW)], Vec::new());
            let mut open = Open::new(Practice { role, ..practice }, NOW);
            let ground = lead::thread::ErasureGround::Request;
            open.step(Event::Erase { thread: wire::ThreadId::from_bytes([1; 16]), ground })
        };
        assert_eq!(erase(Role::Coordinator), []);
        assert!(matches!(erase(Role::Owner)[..], [Effect::Erase { ticket: 1, .. }]));
    }

    #[test]
    fn who_left_stands_last() {
        let mut practice = samples::practice(Vec::new(), Vec::new());
        practice.colleagues[0].until = Some(NOW - 1);
        let rows = staff(&practice, NOW, |_| 0);
        assert_eq!(rows.iter().map(|row| row.active).collect::<Vec<_>>(), [true, false]);
        assert!(rows[1].name.ends_with("(you)") && rows[1].state.starts_with("Ended"));
    }
}
