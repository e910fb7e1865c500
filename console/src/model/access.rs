//! The access log: who did what at the relay, when, and how it ended. `drive` reads it whole and follows its chain; what
//! does not follow is not shown.

use super::case::Same;
use super::export::line;
use super::settings::role_word;
use super::when::{Zone, full};
use crate::words::{self, en, fill, t};
use std::sync::Arc;
use wire::access::{AccessRecord, Action, Ending, Subject};

/// Rows that are drawn at first, and that are added each time more are asked for.
pub(crate) const ROWS_AT_ONCE: usize = 200;

/// How far reading is.
#[derive(Clone, PartialEq, Default)]
pub(crate) enum Stand {
    #[default]
    Unread,
    Reading {
        read: u64,
        of: u64,
    },
    /// All of it, and its chain holds.
    Read(Same<Vec<AccessRecord>>),
    Failed(AccessTrouble),
}

/// Why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum AccessTrouble {
    Unreachable,
    Refused,
    /// What is wrong with it.
    Broken(String),
}

/// Which records are shown.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct AccessFilter {
    /// By this member of staff; `None`: by anyone.
    pub(crate) actor: Option<String>,
    /// Of this kind; `None`: of any.
    pub(crate) action: Option<Action>,
    pub(crate) refused: bool,
}

/// The log, and what is shown of it.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Access {
    pub(crate) stand: Stand,
    pub(crate) filter: AccessFilter,
    /// So many pages of rows.
    pub(crate) pages: usize,
}

/// What became of reading it, or what is asked of it.
pub(crate) enum Found {
    Reading { read: u64, of: u64 },
    Read(Vec<AccessRecord>),
    Failed(AccessTrouble),
    Filter(AccessFilter),
    More,
}

impl Access {
    pub(crate) const fn is_reading(&self) -> bool {
        matches!(self.stand, Stand::Reading { .. })
    }

    pub(crate) fn step(&mut self, found: Found) {
        match found {
            Found::Reading { read, of } => self.stand = Stand::Reading { read, of },
            Found::Read(records) => self.stand = Stand::Read(Same(Arc::new(records))),
            Found::Failed(trouble) => self.stand = Stand::Failed(trouble),
            Found::Filter(filter) => (self.filter, self.pages) = (filter, 0),
            Found::More => self.pages += 1,
        }
    }
}

impl AccessTrouble {
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Unreachable => t("The relay does not answer. Open this page again in a moment.").into(),
            Self::Refused => {
                t("The relay does not show you the access log: owners and auditors may read it.").into()
            }
            Self::Broken(found) => fill(
                "The access log does not check: {found}. None of it is shown. Tell whoever runs the relay.",
                &[&words::found(found)],
            ),
        }
    }
}

/// A record as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct AccessRow {
    pub(crate) seq: u64,
    pub(crate) when: String,
    pub(crate) who: String,
    pub(crate) role: &'static str,
    pub(crate) what: &'static str,
    pub(crate) to: String,
    pub(crate) refused: bool,
}

impl AccessRow {
    fn of(record: &AccessRecord, zone: Zone) -> Self {
        Self {
            seq: record.seq,
            when: full(record.time, zone),
            who: who(record).to_owned(),
            role: record.actor.as_ref().map_or("", |actor| role_word(actor.role)),
            what: action_word(record.action),
            to: match record.subject {
                Subject::None => String::new(),
                Subject::Range { first, last } if first == last => fill("entry {id}", &[&first]),
                Subject::Range { first, last } => fill("entries {first} to {last}", &[&first, &last]),
                Subject::Entry(id) => fill("entry {id}", &[&id]),
                Subject::Version(version) => fill("version {version}", &[&version]),
            },
            refused: record.ending == Ending::Refused,
        }
    }
}

/// What was done without a name was done by the holder of an invite, or by the relay itself.
fn who(record: &AccessRecord) -> &str {
    record.actor.as_ref().map_or_else(|| t("the relay"), |actor| actor.staff.as_str())
}

/// The records that `filter` lets through, latest first.
pub(crate) fn shown<'a>(
    records: &'a [AccessRecord],
    filter: &'a AccessFilter,
) -> impl Iterator<Item = &'a AccessRecord> {
    let lets = |record: &&AccessRecord| {
        filter.actor.as_deref().is_none_or(|actor| who(record) == actor)
            && filter.action.is_none_or(|action| record.action == action)
            && (!filter.refused || record.ending == Ending::Refused)
    };
    records.iter().rev().filter(lets)
}

/// Rows for the page, and how many there are in all.
pub(crate) fn rows(access: &Access, zone: Zone) -> (Vec<AccessRow>, usize) {
    let Stand::Read(records) = &access.stand else { return (Vec::new(), 0) };
    let count = shown(records, &access.filter).count();
    let most = ROWS_AT_ONCE * (access.pages + 1);
    (shown(records, &access.filter).take(most).map(|record| AccessRow::of(record, zone)).collect(), count)
}

/// Everyone who is in the log, in the order of the alphabet.
pub(crate) fn actors(records: &[AccessRecord]) -> Vec<String> {
    let mut names: Vec<&str> = records.iter().map(who).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

/// The records that are shown, as a table for a spreadsheet.
pub(crate) fn csv(access: &Access, zone: Zone) -> String {
    let head = [
        en("Record"),
        en("Time"),
        en("Milliseconds"),
        en("Who"),
        en("Role"),
        en("What"),
        en("To"),
        en("Result"),
        en("Request"),
    ];
    let mut table = line(&head.map(|head| t(head).to_owned()));
    if let Stand::Read(records) = &access.stand {
        for record in shown(records, &access.filter) {
            let row = AccessRow::of(record, zone);
            table += &line(&[
                row.seq.to_string(),
                row.when,
                record.time.to_string(),
                row.who,
                row.role.to_owned(),
                row.what.to_owned(),
                row.to,
                t(if row.refused { "Refused" } else { "Done" }).to_owned(),
                record.request.to_string(),
            ]);
        }
    }
    table
}

/// All, for the filter.
pub(crate) const ACTIONS: [Action; 14] = [
    Action::SignIn,
    Action::ReadEntries,
    Action::Append,
    Action::Erase,
    Action::Expire,
    Action::ReadRoster,
    Action::PublishRoster,
    Action::PublishManifest,
    Action::ReadAccessLog,
    Action::ReadCheckpoint,
    Action::Follow,
    Action::LinkUnsubscribe,
    Action::ReadOptOuts,
    Action::Register,
];

pub(crate) fn action_word(action: Action) -> &'static str {
    t(match action {
        Action::Register => "Registered the practice",
        Action::SignIn => "Signed in",
        Action::ReadEntries => "Read entries",
        Action::Append => "Wrote an entry",
        Action::ReadRoster => "Read the roster",
        Action::PublishRoster => "Published a roster",
        Action::PublishManifest => "Published a manifest",
        Action::ReadAccessLog => "Read the access log",
        Action::Follow => "Waited for new entries",
        Action::Erase => "Erased entries",
        Action::Expire => "Erased what was kept long enough",
        Action::LinkUnsubscribe => "Made an unsubscribe link",
        Action::ReadOptOuts => "Looked for opt-outs",
        Action::ReadCheckpoint => "Had a checkpoint signed",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::access::{Actor, RequestId};
    use wire::practice::Role;

    fn record(seq: u64, staff: &str, action: Action, ending: Ending) -> AccessRecord {
        let actor = Some(Actor { staff: staff.parse().unwrap(), role: Role::Coordinator });
        let subject = Subject::Range { first: seq, last: seq };
        AccessRecord { seq, time: seq, request: RequestId::new(seq), actor, action, ending, subject }
    }

    fn read() -> Access {
        let mut access = Access::default();
        access.step(Found::Read(vec![
            record(1, "sam-rivera", Action::SignIn, Ending::Done),
            record(2, "maria-lopez", Action::ReadEntries, Ending::Done),
            record(3, "sam-rivera", Action::ReadAccessLog, Ending::Refused),
        ]));
        access
    }

    fn seqs(access: &Access) -> Vec<u64> {
        rows(access, |_| 0).0.into_iter().map(|row| row.seq).collect()
    }

    #[test]
    fn filters_narrow_what_is_shown_and_what_is_exported() {
        let mut access = read();
        assert_eq!(seqs(&access), [3, 2, 1]);
        let actor = Some("sam-rivera".to_owned());
        access.step(Found::Filter(AccessFilter { actor: actor.clone(), ..AccessFilter::default() }));
        assert_eq!(seqs(&access), [3, 1]);
        access.step(Found::Filter(AccessFilter { actor, refused: true, ..AccessFilter::default() }));
        assert_eq!(seqs(&access), [3]);
        assert_eq!(csv(&access, |_| 0).lines().count(), 2);
        access.step(Found::Filter(AccessFilter { action: Some(Action::Erase), ..AccessFilter::default() }));
        assert_eq!(seqs(&access), [0_u64; 0]);
    }

    #[test]
    fn a_long_log_is_drawn_in_pages() {
        let mut access = Access::default();
        let many = (1..=500).map(|seq| record(seq, "sam-rivera", Action::SignIn, Ending::Done)).collect();
        access.step(Found::Read(many));
        assert_eq!((seqs(&access).len(), rows(&access, |_| 0).1), (ROWS_AT_ONCE, 500));
        access.step(Found::More);
        assert_eq!(seqs(&access).len(), 2 * ROWS_AT_ONCE);
    }

    #[test]
    fn every_action_can_be_filtered_by() {
        for (at, action) in ACTIONS.iter().enumerate() {
            assert!(!ACTIONS[..at].contains(action));
        }
        assert_eq!(actors(&[record(1, "sam-rivera", Action::Follow, Ending::Done)]), ["sam-rivera"]);
    }
}
