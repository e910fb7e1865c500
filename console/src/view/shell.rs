//! The frame around list and page: practice, state of the log, who is signed in, lock.

use super::icon::{self, icon};
use super::later::{Later, Page, fetch_ahead};
use super::slice::{Slice, slice};
use super::{Console, console, history, keys, language, list, training};
use crate::model::open::{Link, Open, Shown};
use crate::model::settings::Tab;
use crate::model::{Event, LockReason, shortcut};
use crate::words::{en, fill, many, t};
use leptos::prelude::*;
use wire::practice::Role;

#[component]
pub(crate) fn Shell() -> impl IntoView {
    let console = console();
    keys::listen(console);
    history::keep(console);
    fetch_ahead();
    let shown = console.open(|open| open.shown);
    let page = slice(move || shown.get().and_then(Page::of));
    let whole = console.open(takes_all);
    let page = move || match page.get() {
        Some(page) => view! { <Later page/> }.into_any(),
        None => nothing().into_any(),
    };
    let beside = move || if matches!(shown.get(), None | Some(Shown::Nothing)) { "list" } else { "page" };
    view! {
        <div class="shell" data-front=beside class:whole=move || whole.get() == Some(true)>
            <Bar/>
            <training::Banner/>
            // On a narrow screen one of the two is shown, and the page has a main part in either case.
            <div class="panes" inert=covered(console) role=move || (beside() == "list").then_some("main")>
                <Show when=move || whole.get() != Some(true)><list::List/></Show>
                <div
                    class="page"
                    id=super::focus::PAGE
                    tabindex="-1"
                    role=move || (beside() == "page").then_some("main")
                    aria-label=move || (beside() == "page").then(|| name(shown.get()))
                >
                    {page}
                </div>
            </div>
            <Shortcuts/>
        </div>
    }
}

/// Nothing is chosen.
fn nothing() -> impl IntoView {
    view! {
        <div class="page-none">
            {icon(icon::MARK)}
            <p><strong>{t("Choose a lead.")}</strong></p>
            <p>{t("Use the arrow keys and Enter, or press ")}<kbd>{"?"}</kbd>{t(" for all keys.")}</p>
        </div>
    }
}

/// Whether what is shown takes the list's place too.
fn takes_all(open: &Open) -> bool {
    open.is_pipeline() || matches!(open.shown, Shown::Settings(_) | Shown::Feedback)
}

/// What the page is called, for who hears it.
fn name(shown: Option<Shown>) -> &'static str {
    t(match shown {
        Some(Shown::Pipeline) => "Pipeline",
        Some(Shown::Reports) => "Reports",
        Some(Shown::Settings(_)) => "Practice",
        Some(Shown::Take) => "Take a call",
        Some(Shown::Log) => "The log",
        Some(Shown::Feedback) => "Feedback",
        _ => "Lead",
    })
}

/// The parts of the console: at the top, and on a phone at the bottom.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Today,
    Pipeline,
    Reports,
    Practice,
    Feedback,
}

impl Part {
    fn of(open: &Open) -> Self {
        match open.shown {
            _ if open.is_pipeline() => Self::Pipeline,
            Shown::Reports => Self::Reports,
            Shown::Settings(_) => Self::Practice,
            Shown::Feedback => Self::Feedback,
            _ => Self::Today,
        }
    }
}

const PARTS: [(Part, &str, &str, &str); 5] = [
    (Part::Today, en("Today"), en("The day's work (D)"), icon::TODAY),
    (Part::Pipeline, en("Pipeline"), en("All leads (P)"), icon::BOARD),
    (Part::Reports, en("Reports"), en("What the numbers say (R)"), icon::CHART),
    (Part::Practice, en("Practice"), en("Staff, scoring, access log"), icon::HOUSE),
    (Part::Feedback, en("Feedback"), en("What practising has shown (R)"), icon::CHECK),
];

/// What is done here, which decides what the bar offers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Leads,
    /// With people who do not exist.
    Training,
    /// Without a key to any lead.
    Audit,
}

impl Work {
    fn has(self, part: Part) -> bool {
        match self {
            Self::Leads => part != Part::Feedback,
            Self::Training => matches!(part, Part::Today | Part::Feedback),
            Self::Audit => part == Part::Practice,
        }
    }
}

fn work(console: Console) -> Slice<Work> {
    let training = console.training(|_| ());
    let role = console.open(|open| open.practice.role);
    slice(move || match role.get() {
        _ if training.get().is_some() => Work::Training,
        Some(Role::Auditor) => Work::Audit,
        _ => Work::Leads,
    })
}

#[component]
fn Parts() -> impl IntoView {
    let console = console();
    let here = console.open(Part::of);
    let work = work(console);
    let part = move |(part, label, title, path): (Part, &'static str, &'static str, &'static str)| {
        let open = move |_| {
            console.send(match part {
                Part::Today => Event::OpenQueue,
                Part::Pipeline => Event::OpenPipeline,
                Part::Reports => Event::OpenReports,
                Part::Practice => Event::OpenSettings(Tab::Staff),
                Part::Feedback => Event::OpenFeedback,
            });
        };
        view! { <button class="part" title=t(title) hidden=move || !work.get().has(part) aria-current=move || (here.get() == Some(part)).then_some("page") on:click=open>{icon(path)}<span>{t(label)}</span></button> }
    };
    view! { <nav class="parts" aria-label=t("Sections")>{PARTS.into_iter().map(part).collect_view()}</nav> }
}

/// Whether a dialog covers everything else.
fn covered(console: Console) -> impl Fn() -> bool + Copy + Send + Sync + 'static {
    let open = console.open(|open| open.shortcuts);
    move || open.get() == Some(true)
}

#[component]
fn Bar() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let name = move || practice.with(|p| p.as_ref().map(|p| p.source.name.clone()));
    let staff = move || practice.with(|p| p.as_ref().map(|p| p.staff.to_string()));
    let covered = covered(console);
    let work = work(console);
    let made_up = move || work.get() != Work::Leads;
    let no_calls = move || work.get() == Work::Audit;
    view! {
        <header class="bar" inert=covered>
            <p class="brand" title=name>{icon(icon::MARK)}<bdi>{name}</bdi></p>
            <Parts/>
            <div hidden=made_up><LogState/></div>
            <button class="button primary" hidden=no_calls title=t("Next call (N)") on:click=move |_| console.send(Event::CallNext)>{icon(icon::PHONE)}<span>{t("Next call")}</span></button>
            <button class="button quiet tool" hidden=no_calls aria-label=t("Take a call") title=t("Take a call (T)") on:click=move |_| console.send(Event::OpenTake)>{icon(icon::PLUS)}</button>
            <div hidden=made_up><Bell/></div>
            <div class="only-wide"><language::Language short=true/></div>
            <span class="staff" title=t("Signed in as")>{staff}</span>
            <button class="button quiet only-wide roomy" hidden=no_calls aria-label=t("Keyboard shortcuts") title=t("Keyboard shortcuts (?)") on:click=move |_| console.send(Event::Shortcuts)>{icon(icon::KEYBOARD)}</button>
            <button class="button" on:click=move |_| console.send(Event::Lock(LockReason::Asked))>{icon(icon::LOCK)}<span>{t("Lock")}</span></button>
        </header>
    }
}

/// Tells of new inquiries outside the page, without a word about them.
#[component]
fn Bell() -> impl IntoView {
    let console = console();
    let on = console.open(|open| open.notify);
    let title = move || {
        t(if on.get() == Some(true) { "New inquiries are told of" } else { "Tell me of new inquiries" })
    };
    view! {
        <button class="button quiet tool only-wide" aria-label=t("Notifications") aria-pressed=move || (on.get() == Some(true)).to_string() title=title on:click=move |_| console.send(Event::Notifications)>{icon(icon::BELL)}</button>
    }
}

/// Whether the log checks: one line, and the way to what was refused.
#[component]
fn LogState() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let link = console.open(|open| open.link);
    let refused = slice(move || practice.with(|p| p.as_ref().map_or(0, |p| p.refused.len())));
    let reading = slice(move || practice.with(|p| p.as_ref().and_then(|p| p.reading)));
    view! {
        <div class="log-state">
            {move || match link.get() {
                _ if reading.get().is_some() => {
                    let words = move || reading.get().map(|(read, of)| fill("Reading {read} of {all}", &[&read, &of]));
                    view! { <span class="chip warn" role="status" title=t("Nothing can be changed until the log is read to its end")>{icon(icon::CLOCK)}<span>{words}</span></span> }.into_any()
                }
                Some(Link::Unreachable) => view! { <span class="chip warn">{icon(icon::ALERT)}<span>{t("Relay unreachable")}</span></span> }.into_any(),
                _ => view! { <button class="chip good" title=t("What was checked") on:click=move |_| console.send(Event::OpenLog)>{icon(icon::SHIELD)}<span>{t("Log verified")}</span></button> }.into_any(),
            }}
            <Show when=move || { refused.get() > 0 }>
                <button class="chip bad" on:click=move |_| console.send(Event::OpenLog)>
                    {icon(icon::ALERT)}<span>{move || fill("{count} refused", &[&refused.get()])}</span>
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Shortcuts() -> impl IntoView {
    let console = console();
    let open = console.open(|open| open.shortcuts);
    view! {
        <Show when=move || open.get() == Some(true)>
            <div class="veil" on:click=move |_| console.send(Event::Shortcuts)></div>
            <section class="map" role="dialog" aria-modal="true" aria-labelledby="map-title">
                <h2 id="map-title">{t("Keyboard")}</h2>
                <dl>
                    {shortcut::MAP.into_iter().map(|(keys, does)| view! { <div><dt>{t(keys)}</dt><dd>{t(does)}</dd></div> }).collect_view()}
                </dl>
                <button class="button" autofocus on:click=move |_| console.send(Event::Shortcuts)>{t("Close")}</button>
            </section>
        </Show>
    }
}

/// `3 leads`, for headings.
pub(crate) fn leads(count: usize) -> String {
    many(count as u64, "{count} lead", "{count} leads")
}
