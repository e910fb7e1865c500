//! The pipeline as a table, of which only the visible rows are in the page.

use super::list::{LIST, clock_badge, holder_badge, lane_badge, row_id};
use super::slice::slice;
use super::visible::visible;
use super::{console, pipeline};
use crate::model::Event;
use crate::model::case::Case;
use crate::model::pipeline::{Do, ROW, Sort, source_word};
use crate::model::queue::Row;
use crate::model::when::brief;
use crate::words::{en, fill, t};
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// Rows drawn above and below what is visible.
const MARGIN: usize = 8;

/// Columns in their order; `None` is one that nothing is sorted by.
const COLUMNS: [(Option<Sort>, &str, &str); 7] = [
    (Some(Sort::Name), en("Name"), "c-name"),
    (Some(Sort::Score), en("Score"), "c-score"),
    (Some(Sort::Stage), en("Stage"), "c-stage"),
    (Some(Sort::Service), en("Service"), "c-service"),
    (None, en("Source"), "c-source"),
    (Some(Sort::Received), en("Received"), "c-when"),
    (Some(Sort::Activity), en("Last activity"), "c-when"),
];

#[component]
pub(crate) fn Table() -> impl IntoView {
    let console = console();
    let listed = console.open(|open| open.pipeline.listed.clone());
    let count = slice(move || listed.with(|listed| listed.as_ref().map_or(0, |listed| listed.len())));
    let scroller = NodeRef::<Div>::new();
    let at = |y: i32| Some(usize::try_from(y / ROW).unwrap_or(0));
    let (seen, measure) = visible(scroller, (0, 16), move || listed.track(), at);
    let range = slice(move || {
        let (first, last) = seen.get();
        let end = (last + 1 + MARGIN).min(count.get());
        (first.saturating_sub(MARGIN).min(end), end)
    });
    let drawn = move || {
        let (first, end) = range.get();
        let cases = listed.with(|listed| listed.as_ref().map(|listed| listed[first..end].to_vec()));
        (first..end).zip(cases.unwrap_or_default()).collect::<Vec<_>>()
    };
    let gap =
        |rows: usize| format!("{}px", i32::try_from(rows).unwrap_or(i32::MAX / ROW).saturating_mul(ROW));
    view! {
        <div class="table-scroll" id=LIST node_ref=scroller on:scroll=move |_| measure()>
            <Show when=move || count.get() == 0><pipeline::Empty/></Show>
            <table class="leads" class:empty-table=move || count.get() == 0 aria-rowcount=move || (count.get() + 1).to_string()>
                <Head/>
                <tbody>
                    <tr aria-hidden="true" style:height=move || gap(range.get().0)></tr>
                    <For each=drawn key=|(index, case)| (*index, Arc::as_ptr(case) as usize) let((index, case))>
                        <LeadRow index case/>
                    </For>
                    <tr aria-hidden="true" style:height=move || gap(count.get() - range.get().1.min(count.get()))></tr>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Head() -> impl IntoView {
    let console = console();
    let sort = console.open(|open| (open.pipeline.view.sort, open.pipeline.view.turned));
    let all = console.open(|open| {
        !open.pipeline.ticked.is_empty() && open.pipeline.ticked.len() == open.pipeline.listed.len()
    });
    let head = move |(by, label, class): (Option<Sort>, &'static str, &'static str)| {
        let Some(this) = by else { return view! { <th scope="col" class=class>{t(label)}</th> }.into_any() };
        let order = move || match sort.get() {
            Some((by, turned)) if by == this => {
                Some(if turned == falls(this) { "ascending" } else { "descending" })
            }
            _ => None,
        };
        view! {
            <th scope="col" class=class aria-sort=order>
                <button class="sort" on:click=move |_| console.send(Do::Sort(this).into())>{t(label)}</button>
            </th>
        }
        .into_any()
    };
    view! {
        <thead>
            <tr>
                <th scope="col" class="c-tick"><label class="tick"><input type="checkbox" aria-label=t("Tick all leads") prop:checked=move || all.get() == Some(true) on:change=move |_| console.send(Do::TickAll.into())/></label></th>
                {COLUMNS.into_iter().map(head).collect_view()}
            </tr>
        </thead>
    }
}

/// Whether its usual order is from much to little.
const fn falls(sort: Sort) -> bool {
    matches!(sort, Sort::Received | Sort::Score | Sort::Activity)
}

#[component]
fn LeadRow(index: usize, case: Arc<Case>) -> impl IntoView {
    let console = console();
    let thread = case.lead.thread;
    let (activity, source) = (case.lead.last_activity, source_word(&case));
    let cursor = console.open(|open| open.cursor);
    let ticked = console.open(|open| open.pipeline.ticked.clone());
    let is_ticked =
        slice(move || ticked.with(|ticked| ticked.as_ref().is_some_and(|ticked| ticked.contains(&thread))));
    let now = console.open(|open| open.now);
    let practice = console.open(|open| open.practice.clone());
    let row = slice(move || {
        let now = now.get().unwrap_or(0);
        practice
            .with(|practice| practice.as_ref().map(|practice| Row::of(&case, practice, now, console.zone)))
    });
    let at_cursor = move || cursor.get() == Some(Some(thread));
    let tab = move || if at_cursor() { "0" } else { "-1" };
    let tick = move || {
        fill("Tick {name}", &[&row.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default())])
    };
    let cells = move || {
        let row = row.get()?;
        let (points, tier) = row.score.clone().unzip();
        let points = points.map_or_else(|| "–".to_owned(), |points| points.to_string());
        let class = if row.to_call { "tally call" } else { "tally" };
        Some(
            view! {
                <td class="c-score"><span class=class>{points}</span><span class="tier">{tier}</span></td>
                <td class="c-stage"><span class="stage">{row.column}</span></td>
                <td class="c-service"><bdi>{row.service}</bdi></td>
                <td class="c-source">{source}</td>
                <td class="c-when" title=row.when_full>{row.when}</td>
                <td class="c-when">{brief(activity, now.get().unwrap_or(0), console.zone)}</td>
            }
            .into_any(),
        )
    };
    let name = move || {
        let row = row.get()?;
        Some(
            view! {
                <bdi class="row-name">{row.name}</bdi>
                <span class="row-line">
                    {lane_badge(row.lane)}{row.clock.map(clock_badge)}{row.holder.map(holder_badge)}
                    <span class="stage only-narrow">{row.column}</span>
                    <bdi class="row-text">{row.excerpt}</bdi>
                </span>
            }
            .into_any(),
        )
    };
    view! {
        <tr class:ticked-row=move || is_ticked.get() aria-rowindex=(index + 2).to_string()>
            <td class="c-tick"><label class="tick"><input type="checkbox" tabindex=tab aria-label=tick prop:checked=move || is_ticked.get() on:change=move |_| console.send(Do::Tick(thread).into())/></label></td>
            <th scope="row" class="c-name"><button class="lead-link" id=row_id(thread) tabindex=tab on:click=move |_| console.send(Event::OpenLead(thread))>{move || name()}</button></th>
            {move || cells()}
        </tr>
    }
}
