//! All leads, as a table or as a board by stage: which are shown, in which order, and which are ticked for work on
//! several at once.
//!
//! A view can be kept. What is kept is which filters are on, never what was searched for: it lies in the browser's
//! storage in clear.

use super::case::{Case, Practice, Same};
use super::open::Open;
use super::queue::{lane, words};
use super::work::closed;
use super::{Effect, Event, score};
use crate::words::{en, fill, t};
use lead::manifest::ManifestSource;
use lead::scoring::ReferralSource;
use lead::thread::{ClosedReason, HandOff, Lead, Stage, Verification};
use lead::triage::Lane;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::ThreadId;

/// Events that one click may write: each is signed, sealed and appended by itself.
pub(crate) const MOST_AT_ONCE: usize = 100;
/// Views that are kept.
pub(crate) const MOST_VIEWS: usize = 12;
/// Height of a row of the table, in CSS pixels; the style sheet says the same.
pub(crate) const ROW: i32 = 60;

/// How leads are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Layout {
    #[default]
    Table,
    Board,
}

/// Where a lead stands, as a column of the board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Column {
    New,
    Contacted,
    /// Identity or insurance was checked, as in reports.
    Verified,
    Booked,
    HandedOver,
    Lost,
}

impl Column {
    pub(crate) const ALL: [Self; 6] =
        [Self::New, Self::Contacted, Self::Verified, Self::Booked, Self::HandedOver, Self::Lost];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::New => "New",
            Self::Contacted => "Contacted",
            Self::Verified => "Verified",
            Self::Booked => "Booked",
            Self::HandedOver => "Handed over",
            Self::Lost => "Lost",
        })
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Contacted => "contacted",
            Self::Verified => "verified",
            Self::Booked => "booked",
            Self::HandedOver => "handed-over",
            Self::Lost => "lost",
        }
    }

    pub(crate) fn of(lead: &Lead) -> Self {
        let checked = |what| lead.verified.iter().any(|verified| verified.what == what);
        match lead.stage {
            Stage::Closed => Self::Lost,
            _ if matches!(lead.hand_off, HandOff::Done { .. }) => Self::HandedOver,
            Stage::Patient => Self::HandedOver,
            Stage::Booked => Self::Booked,
            _ if checked(Verification::Identity) || checked(Verification::Insurance) => Self::Verified,
            Stage::New => Self::New,
            Stage::Contacting | Stage::Reached | Stage::Nurture => Self::Contacted,
        }
    }
}

/// What leads can be filtered by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Facet {
    Lane,
    Tier,
    Stage,
    Service,
    Source,
}

const SOURCES: [(ReferralSource, &str); 5] = [
    (ReferralSource::Physician, en("Physician")),
    (ReferralSource::Search, en("Search engine")),
    (ReferralSource::Social, en("Social network")),
    (ReferralSource::Website, en("Another website")),
    (ReferralSource::Direct, en("Directly")),
];
const LANES: [(Lane, &str, &str); 3] = [
    (Lane::Emergency, "emergency", en("Emergency")),
    (Lane::Urgent, "urgent", en("Urgent")),
    (Lane::Routine, "routine", en("Routine")),
];

impl Facet {
    pub(crate) const ALL: [Self; 5] = [Self::Lane, Self::Tier, Self::Stage, Self::Service, Self::Source];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Lane => en("Lane"),
            Self::Tier => en("Tier"),
            Self::Stage => en("Stage"),
            Self::Service => en("Service"),
            Self::Source => en("Source"),
        }
    }

    /// What can be chosen: ids, and words for them.
    pub(crate) fn options(self, source: &ManifestSource) -> Vec<(String, String)> {
        let pair = |id: &str, words: &str| (id.to_owned(), words.to_owned());
        match self {
            Self::Lane => LANES.iter().map(|(_, id, words)| pair(id, t(words))).collect(),
            Self::Tier => {
                source.scoring.tiers.iter().map(|tier| (tier.id.clone(), score::tier(tier))).collect()
            }
            Self::Stage => Column::ALL.iter().map(|column| pair(column.as_str(), column.label())).collect(),
            Self::Service => {
                let offered = source.services.iter();
                let offered =
                    offered.map(|service| (service.id.clone(), score::service(source, &service.id)));
                offered.chain([pair("", t("None of these"))]).collect()
            }
            Self::Source => SOURCES.iter().map(|(source, words)| pair(source.as_str(), t(words))).collect(),
        }
    }

    /// What a lead is, by id.
    fn of<'a>(self, case: &'a Case, source: &'a ManifestSource) -> &'a str {
        match self {
            Self::Lane => LANES.iter().find(|known| known.0 == lane(case)).map_or("", |known| known.1),
            Self::Tier => case.assessment.as_ref().map_or("", |assessment| &assessment.score.tier),
            Self::Stage => Column::of(&case.lead).as_str(),
            // A service that the practice does not offer is whatever someone sent.
            Self::Service => service(case, source).map_or("", |service| &service.id),
            Self::Source => referral(case).map_or("", ReferralSource::as_str),
        }
    }
}

/// By what the table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Sort {
    #[default]
    Received,
    Name,
    Score,
    Stage,
    Service,
    Activity,
}

impl Sort {
    pub(crate) const ALL: [Self; 6] =
        [Self::Name, Self::Score, Self::Stage, Self::Service, Self::Received, Self::Activity];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Received => en("Received"),
            Self::Name => en("Name"),
            Self::Score => en("Score"),
            Self::Stage => en("Stage"),
            Self::Service => en("Service"),
            Self::Activity => en("Last activity"),
        }
    }
}

/// Which leads, how, and in which order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct View {
    pub(crate) layout: Layout,
    pub(crate) text: String,
    pub(crate) chosen: BTreeMap<Facet, String>,
    pub(crate) sort: Sort,
    /// The other way round: oldest first, fewest points first, from Z to A.
    pub(crate) turned: bool,
}

impl View {
    /// In the practice's words: `Urgent · Knee replacement · by score`.
    pub(crate) fn label(&self, source: &ManifestSource) -> String {
        let chosen = self.chosen.iter().map(|(facet, id)| {
            let options = facet.options(source);
            options.into_iter().find(|option| option.0 == *id).map_or_else(|| id.clone(), |option| option.1)
        });
        let mut parts: Vec<String> = chosen.collect();
        if parts.is_empty() {
            parts.push(t("All leads").into());
        }
        if self.layout == Layout::Board {
            parts.push(t("board").into());
        } else if self.sort != Sort::default() {
            parts.push(fill("by {column}", &[&t(self.sort.label()).to_lowercase()]));
        }
        parts.join(" · ")
    }

    /// Its filters and order as a line to keep; what was searched for is not in it.
    pub(crate) fn to_line(&self) -> String {
        let mut words = vec![
            if self.layout == Layout::Board { "board" } else { "table" }.to_owned(),
            format!("by={}", self.sort.label()),
        ];
        words.extend(self.turned.then(|| "turned".to_owned()));
        words.extend(self.chosen.iter().map(|(facet, id)| format!("{}={id}", facet.label())));
        words.join("\t")
    }

    /// What [`Self::to_line`] wrote; what is not known is left out.
    pub(crate) fn of_line(line: &str) -> Self {
        let mut view = Self::default();
        for word in line.split('\t') {
            match word.split_once('=') {
                None if word == "board" => view.layout = Layout::Board,
                None => view.turned |= word == "turned",
                Some(("by", name)) => {
                    view.sort = Sort::ALL.into_iter().find(|sort| sort.label() == name).unwrap_or_default();
                }
                Some((name, id)) => {
                    if let Some(facet) = Facet::ALL.into_iter().find(|facet| facet.label() == name) {
                        view.chosen.insert(facet, id.to_owned());
                    }
                }
            }
        }
        view
    }
}

/// The table or board, and the work on several leads.
#[derive(Clone)]
pub(crate) struct Pipeline {
    pub(crate) view: View,
    /// Follows from practice and view, while it is in front.
    pub(crate) listed: Same<Vec<Arc<Case>>>,
    pub(crate) ticked: Same<BTreeSet<ThreadId>>,
    /// Kept views, without what was searched for.
    pub(crate) kept: Vec<View>,
}

impl Default for Pipeline {
    fn default() -> Self {
        let (listed, ticked) = (Same(Arc::default()), Same(Arc::default()));
        Self { view: View::default(), listed, ticked, kept: Vec::new() }
    }
}

/// What a person does there.
pub(crate) enum Do {
    Layout(Layout),
    Search(String),
    /// Only these; `None`: whatever they are.
    Choose(Facet, Option<String>),
    /// By this; once more: the other way round.
    Sort(Sort),
    /// Ticks a lead, or takes the tick away.
    Tick(ThreadId),
    /// The same for the lead under the cursor.
    TickCursor,
    /// Ticks all that are listed; none, where all are.
    TickAll,
    Untick,
    /// Claims the ticked leads that nobody holds.
    Claim,
    /// Closes the ticked leads.
    Close(ClosedReason, String),
    /// Everything again, unfiltered.
    Clear,
    /// Keeps this view.
    Keep,
    /// Shows a kept one, by place.
    Use(usize),
    /// Forgets a kept one, by place.
    Forget(usize),
    /// What was kept before, as lines.
    Recalled(Vec<String>),
}

impl Open {
    pub(crate) fn in_pipeline(&mut self, act: Do) -> Vec<Effect> {
        match act {
            Do::Layout(layout) => self.pipeline.view.layout = layout,
            Do::Search(text) => self.pipeline.view.text = text,
            Do::Choose(facet, Some(id)) => drop(self.pipeline.view.chosen.insert(facet, id)),
            Do::Choose(facet, None) => drop(self.pipeline.view.chosen.remove(&facet)),
            Do::Sort(sort) => {
                let view = &mut self.pipeline.view;
                view.turned = view.sort == sort && !view.turned;
                view.sort = sort;
            }
            Do::Clear => {
                let view = &mut self.pipeline.view;
                view.text.clear();
                view.chosen.clear();
            }
            Do::Tick(thread) => self.tick(thread),
            Do::TickCursor => {
                if let Some(thread) = self.cursor {
                    self.tick(thread);
                }
            }
            Do::TickAll => {
                let all: BTreeSet<ThreadId> =
                    self.pipeline.listed.iter().map(|case| case.lead.thread).collect();
                let none = all.len() == self.pipeline.ticked.len();
                self.pipeline.ticked = Same(Arc::new(if none { BTreeSet::new() } else { all }));
            }
            Do::Untick => self.pipeline.ticked = Same(Arc::default()),
            Do::Claim => {
                return self.of_ticked(|case, now| {
                    case.lead.holder(now).is_none().then_some(lead::thread::Event::Claimed { over: None })
                });
            }
            Do::Close(reason, note) => {
                return self
                    .of_ticked(|case, _| (case.lead.stage != Stage::Closed).then(|| closed(reason, &note)));
            }
            Do::Keep => {
                let view = View { text: String::new(), ..self.pipeline.view.clone() };
                if !self.pipeline.kept.contains(&view) && self.pipeline.kept.len() < MOST_VIEWS {
                    self.pipeline.kept.push(view);
                }
                return vec![self.keep_views()];
            }
            Do::Use(at) => {
                if let Some(view) = self.pipeline.kept.get(at) {
                    self.pipeline.view = view.clone();
                }
            }
            Do::Forget(at) => {
                if at < self.pipeline.kept.len() {
                    self.pipeline.kept.remove(at);
                }
                return vec![self.keep_views()];
            }
            Do::Recalled(lines) => {
                self.pipeline.kept = lines.iter().take(MOST_VIEWS).map(|line| View::of_line(line)).collect();
            }
        }
        self.relist();
        Vec::new()
    }

    fn tick(&mut self, thread: ThreadId) {
        let mut ticked = (*self.pipeline.ticked.0).clone();
        if !ticked.remove(&thread) {
            ticked.insert(thread);
        }
        self.pipeline.ticked = Same(Arc::new(ticked));
    }

    /// Writes what `event` makes of each ticked lead, and takes the ticks away.
    fn of_ticked(&mut self, event: impl Fn(&Case, u64) -> Option<lead::thread::Event>) -> Vec<Effect> {
        let now = self.now;
        let cases: Vec<Arc<Case>> = self.ticked_cases().into_iter().take(MOST_AT_ONCE).collect();
        let mut effects = Vec::new();
        for case in cases {
            if let Some(event) = event(&case, now) {
                effects.extend(self.act(case.lead.thread, event));
            }
        }
        self.pipeline.ticked = Same(Arc::default());
        effects
    }

    /// The ticked leads, in the order in which they are listed.
    pub(crate) fn ticked_cases(&self) -> Vec<Arc<Case>> {
        let ticked = |case: &&Arc<Case>| self.pipeline.ticked.contains(&case.lead.thread);
        self.pipeline.listed.iter().filter(ticked).map(Arc::clone).collect()
    }

    fn keep_views(&self) -> Effect {
        Effect::KeepViews(self.pipeline.kept.iter().map(View::to_line).collect())
    }

    /// Lists the leads anew. A tick on a lead that is not listed any more is gone: nobody acts on what they do not see.
    pub(crate) fn relist_pipeline(&mut self) {
        let listed = select(&self.practice, &self.pipeline.view);
        let before = &self.pipeline.listed;
        let same =
            listed.len() == before.len() && listed.iter().zip(before.iter()).all(|(a, b)| Arc::ptr_eq(a, b));
        if same {
            return;
        }
        if !self.pipeline.ticked.is_empty() {
            let here: BTreeSet<ThreadId> = listed.iter().map(|case| case.lead.thread).collect();
            let kept = self.pipeline.ticked.intersection(&here).copied().collect();
            self.pipeline.ticked = Same(Arc::new(kept));
        }
        self.pipeline.listed = Same(Arc::new(listed));
    }
}

/// The leads of a view, in its order; ties are broken by arrival, latest first. What goes on in another lead is left to
/// that one.
pub(crate) fn select(practice: &Practice, view: &View) -> Vec<Arc<Case>> {
    let (words, source) = (words(&view.text), &practice.source);
    let mut found: Vec<&Arc<Case>> = practice
        .cases
        .iter()
        .filter(|case| case.lead.merged_into.is_none())
        .filter(|case| view.chosen.iter().all(|(facet, id)| facet.of(case, source) == id))
        .filter(|case| case.matches(&words) || case.is_referred_to_as(&view.text))
        .collect();
    found.sort_by_cached_key(|case| (Reverse(case.received()), case.lead.thread));
    match view.sort {
        Sort::Received => {}
        Sort::Name => found.sort_by_cached_key(|case| super::queue::fold(&case.name())),
        Sort::Score => found.sort_by_key(|case| Reverse(case.points())),
        Sort::Stage => found.sort_by_key(|case| Column::of(&case.lead)),
        Sort::Service => found.sort_by_cached_key(|case| {
            service(case, source)
                .map_or_else(|| "~".to_owned(), |service| score::service(source, &service.id))
        }),
        Sort::Activity => found.sort_by_key(|case| Reverse(case.lead.last_activity)),
    }
    if view.turned {
        found.reverse();
    }
    found.into_iter().map(Arc::clone).collect()
}

/// The service asked for, if the practice offers it.
fn service<'a>(case: &Case, source: &'a ManifestSource) -> Option<&'a lead::manifest::Service> {
    let answers = case.answers()?;
    source.service(answers.service.as_deref()?)
}

fn referral(case: &Case) -> Option<ReferralSource> {
    let inquiry = case.lead.inquiry()?;
    Some(ReferralSource::of(&inquiry.answers, &inquiry.signals))
}

/// How the person came, in words.
pub(crate) fn source_word(case: &Case) -> &'static str {
    let came = referral(case);
    SOURCES.iter().find(|known| Some(known.0) == came).map_or("", |known| t(known.1))
}

/// The same, by the id of a way to come.
pub(crate) fn source_label(id: &str) -> &'static str {
    t(SOURCES.iter().find(|known| known.0.as_str() == id).map_or(en("Directly"), |known| known.1))
}

impl From<Do> for Event {
    fn from(act: Do) -> Self {
        Self::Pipeline(act)
    }
}

#[cfg(test)]
mod tests;
