//! All leads: what is shown of them, kept views, and the work on several at once. The leads themselves are in `table`
//! and `board`.

use super::icon::{self, icon};
use super::slice::slice;
use super::{board, console, file, shell, table};
use crate::model::Event;
use crate::model::export::csv;
use crate::model::pipeline::{Do, Facet, Layout, MOST_AT_ONCE, MOST_VIEWS, View};
use crate::model::work::{NOTE_CHARS, Way, reason_word};
use crate::words::{fill, many, t};
use lead::thread::ClosedReason;
use leptos::html::{Input, Select};
use leptos::prelude::*;

/// Stands for "whatever it is" among the ids of a filter, which begin with another letter.
const ANY: &str = "*";

#[component]
pub(crate) fn Pipeline() -> impl IntoView {
    let console = console();
    let layout = console.open(|open| open.pipeline.view.layout);
    let count = console.open(|open| open.pipeline.listed.len());
    let layouts = [(Layout::Table, t("Table")), (Layout::Board, t("Board"))];
    view! {
        <div class="pipeline">
            <div class="pipeline-head">
                <h1>{t("Pipeline")}</h1>
                <span class="muted" role="status">{move || shell::leads(count.get().unwrap_or(0))}</span>
                <div class="filters" role="group" aria-label=t("Layout")>
                    {layouts.into_iter().map(|(this, word)| view! {
                        <button class="filter" aria-pressed=move || (layout.get() == Some(this)).to_string() on:click=move |_| console.send(Do::Layout(this).into())>{word}</button>
                    }).collect_view()}
                </div>
            </div>
            <Filters/>
            <Kept/>
            <Ticked/>
            {move || match layout.get() {
                Some(Layout::Board) => board::Board().into_any(),
                _ => table::Table().into_any(),
            }}
        </div>
    }
}

#[component]
fn Filters() -> impl IntoView {
    let console = console();
    let text = console.open(|open| open.pipeline.view.text.clone());
    let narrowed = console.open(|open| is_narrowed(&open.pipeline.view));
    view! {
        <div class="facets">
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
                    on:input=move |event| console.send(Do::Search(event_target_value(&event)).into())
                />
                <kbd aria-hidden="true">{"/"}</kbd>
            </label>
            <div class="facet-row">
                {Facet::ALL.into_iter().map(facet).collect_view()}
                <Show when=move || narrowed.get() == Some(true)>
                    <button class="button quiet" on:click=move |_| console.send(Do::Clear.into())>{t("Clear")}</button>
                </Show>
            </div>
        </div>
    }
}

fn is_narrowed(view: &View) -> bool {
    !view.text.is_empty() || !view.chosen.is_empty()
}

fn facet(facet: Facet) -> AnyView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let view = console.open(|open| open.pipeline.view.chosen.clone());
    let chosen = slice(move || {
        view.with(|view| {
            view.as_ref()
                .and_then(|view| view.get(&facet))
                .map_or_else(|| ANY.to_owned(), |id| format!("={id}"))
        })
    });
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        console.send(Do::Choose(facet, value.strip_prefix('=').map(str::to_owned)).into());
    };
    let options = practice.with_untracked(|practice| {
        practice.as_ref().map(|practice| facet.options(&practice.source)).unwrap_or_default()
    });
    let all = [(ANY.to_owned(), fill("{column}: all", &[&t(facet.label())]))];
    let options = all.into_iter().chain(options.into_iter().map(|(id, words)| (format!("={id}"), words)));
    let option = move |(value, words): (String, String)| {
        let this = value.clone();
        view! { <option value=value prop:selected=move || chosen.get() == this>{words}</option> }
    };
    view! {
        <select class="facet" aria-label=t(facet.label()) class:chosen=move || chosen.get() != ANY on:change=choose>
            {options.map(option).collect_view()}
        </select>
    }
    .into_any()
}

/// Views that a person keeps, and the way to keep this one.
#[component]
fn Kept() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let kept = console.open(|open| {
        let now = View { text: String::new(), ..open.pipeline.view.clone() };
        (open.pipeline.kept.clone(), now)
    });
    let chips = move || {
        let (kept, now) = kept.get()?;
        let practice = practice.get()?;
        let chip = |(at, view): (usize, &View)| {
            let label = view.label(&practice.source);
            let forget = fill("Forget the view {view}", &[&label]);
            view! {
                <li class="kept">
                    <button class="chip-view" aria-pressed=(*view == now).to_string() on:click=move |_| console.send(Do::Use(at).into())>{label}</button>
                    <button class="chip-forget" aria-label=forget title=t("Forget this view") on:click=move |_| console.send(Do::Forget(at).into())>{icon(icon::CROSS)}</button>
                </li>
            }
        };
        let can_keep = now != View::default() && !kept.contains(&now) && kept.len() < MOST_VIEWS;
        Some(view! {
            <ul class="views" aria-label=t("Kept views")>{kept.iter().enumerate().map(chip).collect_view()}</ul>
            {can_keep.then(|| view! { <button class="button quiet small" title=t("Filters, layout and order are kept in this browser; what you searched for is not") on:click=move |_| console.send(Do::Keep.into())>{icon(icon::PLUS)}<span>{t("Keep this view")}</span></button> })}
        })
    };
    view! { <div class="views-row">{move || chips()}</div> }
}

/// What can be done with the ticked leads, and how far that is.
#[component]
fn Ticked() -> impl IntoView {
    let console = console();
    let ticked = console.open(|open| open.pipeline.ticked.len());
    let reading = console.open(|open| open.practice.reading.is_some());
    let (reason, note) = (NodeRef::<Select>::new(), NodeRef::<Input>::new());
    let close = move |_| {
        let (Some(reason), Some(note)) = (reason.get_untracked(), note.get_untracked()) else { return };
        let word = reason.value();
        if let Some(chosen) = ClosedReason::ALL.into_iter().find(|reason| reason_word(*reason) == word) {
            console.send(Do::Close(chosen, note.value()).into());
        }
    };
    let export = move |_| {
        let table = console
            .with(|state| state.open().map(|open| csv(&open.practice, &open.ticked_cases(), console.zone)));
        if let Some(table) = table {
            file::save("leads.csv", "text/csv;charset=utf-8", &table);
        }
    };
    let too_many = move || ticked.get().unwrap_or(0) > MOST_AT_ONCE;
    let cannot = move || too_many() || reading.get() == Some(true);
    view! {
        <Show when=move || ticked.get().unwrap_or(0) != 0>
            <section class="ticked" aria-label=t("Ticked leads")>
                <strong role="status">{move || many(ticked.get().unwrap_or(0) as u64, "{count} lead ticked", "{count} leads ticked")}</strong>
                <button class="button" disabled=cannot on:click=move |_| console.send(Do::Claim.into())>{t("Claim")}</button>
                <button class="button" title=t("In clear: keep the file where only your staff can read it") on:click=export>{t("Export (CSV)")}</button>
                <details class="bulk-close">
                    <summary class="button">{t("Close…")}</summary>
                    <div class="bulk-form">
                        <select aria-label=t("Reason") node_ref=reason>
                            {ClosedReason::ALL.into_iter().map(|reason| view! { <option value=reason_word(reason)>{reason_word(reason)}</option> }).collect_view()}
                        </select>
                        <input type="text" aria-label=t("To whom, or why") placeholder=t("To whom, or why") maxlength=NOTE_CHARS.to_string() node_ref=note/>
                        <button class="button primary" disabled=cannot on:click=close>{t("Close these leads")}</button>
                    </div>
                </details>
                <button class="button quiet" on:click=move |_| console.send(Do::Untick.into())>{t("Untick")}</button>
                <Show when=too_many><p class="fine">{fill("Claiming and closing: at most {count} at once.", &[&MOST_AT_ONCE])}</p></Show>
            </section>
        </Show>
        <OnTheWay/>
    }
}

/// Everything that is not in the log yet, in one line.
#[component]
fn OnTheWay() -> impl IntoView {
    let console = console();
    let outgoing = console.open(|open| {
        let count = |way: Way| open.outgoing.iter().filter(|outgoing| outgoing.way == way).count();
        (count(Way::Sending), count(Way::Waiting), count(Way::Refused))
    });
    let settled = move |way: Way| {
        console.with(|state| {
            let all = state.open().into_iter().flat_map(|open| &open.outgoing);
            all.filter(|outgoing| outgoing.way == way).map(|outgoing| outgoing.ticket).collect::<Vec<_>>()
        })
    };
    let again =
        move |_| settled(Way::Waiting).into_iter().for_each(|ticket| console.send(Event::Resend(ticket)));
    let discard =
        move |_| settled(Way::Refused).into_iter().for_each(|ticket| console.send(Event::Discard(ticket)));
    let lines = move || {
        let (sending, waiting, refused) = outgoing.get().unwrap_or_default();
        view! {
            {(sending > 0).then(|| view! { <span>{fill("Saving {count}…", &[&sending])}</span> })}
            {(waiting > 0).then(|| view! { <span class="settled">{fill("{count} not saved: the relay does not answer", &[&waiting])}</span><button class="button quiet small" on:click=again>{t("Try again")}</button> })}
            {(refused > 0).then(|| view! { <span class="settled">{fill("{count} not saved: the relay refuses it", &[&refused])}</span><button class="button quiet small" on:click=discard>{t("Discard")}</button> })}
        }
    };
    view! { <p class="on-the-way" role="status" aria-live="polite">{move || lines()}</p> }
}

/// Nothing fits the view.
#[component]
pub(crate) fn Empty() -> impl IntoView {
    let console = console();
    let narrowed = console.open(|open| is_narrowed(&open.pipeline.view));
    view! {
        <div class="empty">
            {move || if narrowed.get() == Some(true) {
                view! {
                    <p><strong>{t("No lead fits this view.")}</strong></p>
                    <button class="button" on:click=move |_| console.send(Do::Clear.into())>{t("Show all leads")}</button>
                }.into_any()
            } else {
                view! {
                    <p><strong>{t("No inquiries yet.")}</strong></p>
                    <p>{t("Every lead appears here, from the first message to the appointment.")}</p>
                }.into_any()
            }}
        </div>
    }
}
