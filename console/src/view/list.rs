//! The list of leads: search, filters, order, and rows of which only the visible ones are in the page.

use super::icon::{self, icon};
use super::slice::{Slice, slice};
use super::visible::visible;
use super::{console, shell};
use crate::model::case::Case;
use crate::model::due::{Clock, Tone};
use crate::model::queue::{Filter, Group, Listed, Order, Row, Turn, counts, you};
use crate::model::work::stage_word;
use crate::model::{Event, Shown, rows};
use crate::words::t;
use lead::thread::Stage;
use lead::triage::Lane;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;
use wire::ThreadId;

/// The scrolling element's id.
pub(crate) const LIST: &str = "leads";
/// Rows drawn above and below what is visible.
const MARGIN: usize = 6;

pub(crate) fn row_id(thread: ThreadId) -> String {
    format!("row-{thread}")
}

#[component]
pub(crate) fn List() -> impl IntoView {
    view! {
        <nav class="list" aria-label=t("Leads")>
            <Heading/>
            <Tools/>
            <Rows/>
        </nav>
    }
}

/// The page's heading while no other part of it has one.
#[component]
fn Heading() -> impl IntoView {
    let shown = console().open(|open| open.shown);
    view! { <Show when=move || shown.get() == Some(Shown::Nothing)><h1 class="unseen">{t("Leads")}</h1></Show> }
}

#[component]
fn Tools() -> impl IntoView {
    let console = console();
    let text = console.open(|open| open.query.text.clone());
    let filter = console.open(|open| open.query.filter);
    let order = console.open(|open| open.query.order);
    let practice = console.open(|open| open.practice.clone());
    let listed = console.open(|open| open.listed.cases.len());
    let now = console.open(|open| open.now);
    let counts = slice(move || {
        let now = now.get().unwrap_or(0);
        practice.with(|practice| practice.as_ref().map_or([0; 4], |practice| counts(practice, now)))
    });
    view! {
        <div class="tools">
            <label class="search">
                <span class="unseen">{t("Search leads")}</span>
                {icon(icon::SEARCH)}
                <input
                    id=super::focus::SEARCH
                    type="search"
                    placeholder=t("Search names, needs, numbers")
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || text.get().unwrap_or_default()
                    on:input=move |event| console.send(Event::Search(event_target_value(&event)))
                />
                <kbd aria-hidden="true">{"/"}</kbd>
            </label>
            <div class="filters" role="group" aria-label=t("Show")>
                {Filter::ALL.into_iter().enumerate().map(|(index, this)| view! {
                    <button class="filter" aria-pressed=move || (filter.get() == Some(this)).to_string() on:click=move |_| console.send(Event::Filter(this))>
                        <span>{this.label()}</span><span class="count">{move || counts.get()[index]}</span>
                    </button>
                }).collect_view()}
            </div>
            <div class="order">
                <span role="status" aria-live="polite">{move || shell::leads(listed.get().unwrap_or(0))}</span>
                <label>
                    <span class="unseen">{t("Order")}</span>
                    <select on:change=move |event| {
                        let chosen = Order::ALL.into_iter().find(|order| order.label() == event_target_value(&event));
                        if let Some(chosen) = chosen { console.send(Event::Order(chosen)); }
                    }>
                        {Order::ALL.into_iter().map(|this| view! {
                            <option value=this.label() selected=move || order.get() == Some(this)>{this.label()}</option>
                        }).collect_view()}
                    </select>
                </label>
            </div>
        </div>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let console = console();
    let listed = console.open(|open| open.listed.clone());
    let scroller = NodeRef::<Div>::new();
    let row = |listed: &Listed, y: i32| rows::at(&listed.groups, listed.cases.len(), y);
    let at = move |y| listed.with_untracked(|listed| listed.as_ref().map(|listed| row(listed, y)));
    let (seen, measure) = visible(scroller, (0, 12), move || listed.track(), at);
    let count = slice(move || listed.with(|listed| listed.as_ref().map_or(0, |listed| listed.cases.len())));
    let height = move || listed.with(|l| l.as_ref().map_or(0, |l| rows::height(&l.groups, l.cases.len())));
    let drawn = move || {
        let (first, last) = seen.get();
        listed.with(|listed| listed.as_ref().map(|listed| places(listed, first, last)).unwrap_or_default())
    };
    let headings = move || {
        listed.with(|listed| {
            let listed = listed.as_ref()?;
            let groups = listed.groups.iter();
            Some(groups.map(|group| (rows::heading_top(&listed.groups, group), *group)).collect::<Vec<_>>())
        })
    };
    view! {
        <div class="rows" id=LIST node_ref=scroller on:scroll=move |_| measure()>
            <Show when=move || count.get() == 0><Empty/></Show>
            <div class="canvas" style:height=move || format!("{}px", height())>
                {move || headings().into_iter().flatten().map(|(top, group)| heading(top, group)).collect_view()}
                <ol>
                    // A row is drawn anew when its place or its lead changes, and only then.
                    <For each=drawn key=|place| (place.top, place.index, Arc::as_ptr(&place.case) as usize) let(place)>
                        <RowItem place count/>
                    </For>
                </ol>
            </div>
        </div>
    }
}

/// A lead and where its row stands.
#[derive(Clone)]
struct Place {
    index: usize,
    top: i32,
    case: Arc<Case>,
}

fn places(listed: &Listed, first: usize, last: usize) -> Vec<Place> {
    let end = (last + 1 + MARGIN).min(listed.cases.len());
    let first = first.saturating_sub(MARGIN).min(end);
    let place = |index: usize| Place {
        index,
        top: rows::top(&listed.groups, index),
        case: Arc::clone(&listed.cases[index]),
    };
    (first..end).map(place).collect()
}

fn heading(top: i32, group: Group) -> impl IntoView {
    let class = if group.turn == Turn::Emergency { "turn grave" } else { "turn" };
    view! {
        <h2 class=class style:transform=format!("translateY({top}px)")>
            <span>{group.turn.label()}</span><span class="count">{group.count}</span>
        </h2>
    }
}

#[component]
fn RowItem(place: Place, count: Slice<usize>) -> impl IntoView {
    let console = console();
    let Place { index, top, case } = place;
    let thread = case.lead.thread;
    let cursor = console.open(|open| open.cursor);
    let shown = console.open(|open| open.shown);
    let now = console.open(|open| open.now);
    let practice = console.open(|open| open.practice.clone());
    let row = slice(move || {
        let now = now.get().unwrap_or(0);
        practice
            .with(|practice| practice.as_ref().map(|practice| Row::of(&case, practice, now, console.zone)))
    });
    let is_shown = move || shown.get().and_then(Shown::lead) == Some(thread);
    let tab = move || if cursor.get() == Some(Some(thread)) { "0" } else { "-1" };
    view! {
        <li style:transform=format!("translateY({top}px)") aria-setsize=move || count.get().to_string() aria-posinset=(index + 1).to_string()>
            <button class="row" id=row_id(thread) tabindex=tab aria-current=move || is_shown().then_some("true") on:click=move |_| console.send(Event::OpenLead(thread))>
                {move || row.get().map(content)}
            </button>
        </li>
    }
}

fn content(row: Row) -> impl IntoView {
    let Row { name, service, excerpt, lane, score, to_call, clock, holder, stage, when, when_full, .. } = row;
    let tone = if to_call { "tally call" } else { "tally" };
    view! {
        {match score {
            Some((points, tier)) => view! { <span class=tone title=tier.clone()><span class="unseen">{t("Score ")}</span>{points}<span class="unseen">{format!(", {tier}")}</span></span> }.into_any(),
            None => view! { <span class=tone>{"–"}</span> }.into_any(),
        }}
        <span class="row-body">
            <span class="row-head"><bdi class="row-name">{name}</bdi><time title=when_full>{when}</time></span>
            <span class="row-meta">
                {lane_badge(lane)}
                {clock.map(clock_badge)}
                {holder.map(holder_badge)}
                {(stage != stage_word(Stage::New)).then(|| view! { <span class="stage">{stage}</span> })}
                <bdi class="row-service">{service}</bdi>
            </span>
            <bdi class="row-text">{excerpt}</bdi>
        </span>
    }
}

pub(crate) fn lane_badge(lane: Lane) -> Option<impl IntoView> {
    let (class, word) = match lane {
        Lane::Routine => return None,
        Lane::Urgent => ("badge urgent", t("Urgent")),
        Lane::Emergency => ("badge emergency", t("Emergency")),
    };
    Some(view! { <span class=class>{icon(icon::ALERT)}<span>{word}</span></span> })
}

/// How long there is to call.
pub(crate) fn clock_badge(clock: Clock) -> impl IntoView {
    let class = match clock.tone {
        Tone::Calm => "badge clock",
        Tone::Pressing => "badge urgent",
        Tone::Late => "badge emergency",
    };
    view! { <span class=class>{icon(icon::CLOCK)}<span>{clock.words}</span></span> }
}

/// Who works on it.
pub(crate) fn holder_badge(holder: String) -> impl IntoView {
    let class = if holder == you() { "badge mine" } else { "badge held" };
    view! { <span class=class>{icon(icon::PERSON)}<span class="unseen">{t("Claimed by ")}</span><bdi>{holder}</bdi></span> }
}

#[component]
fn Empty() -> impl IntoView {
    let console = console();
    let asked = console.open(|open| !open.query.text.is_empty() || open.query.filter != Filter::All);
    let clear = move |_| {
        console.send(Event::Filter(Filter::All));
        console.send(Event::Search(String::new()));
    };
    view! {
        <div class="empty">
            {move || if asked.get() == Some(true) {
                view! {
                    <p><strong>{t("No lead matches.")}</strong></p>
                    <p>{t("Search looks at names, needs, numbers, addresses, services and references.")}</p>
                    <button class="button" on:click=clear>{t("Show all leads")}</button>
                }.into_any()
            } else {
                view! {
                    <p><strong>{t("No inquiries yet.")}</strong></p>
                    <p>{t("When someone writes through the form on your website, they appear here, by themselves.")}</p>
                    <button class="button" on:click=move |_| console.send(Event::OpenTraining)>{t("Practise with made-up people")}</button>
                }.into_any()
            }}
        </div>
    }
}
