//! The pipeline as a board: a column for each stage, with the first leads of each. On a phone the columns stand below
//! each other.

use super::list::{clock_badge, holder_badge, lane_badge, row_id};
use super::slice::slice;
use super::{console, pipeline};
use crate::model::Event;
use crate::model::case::Case;
use crate::model::pipeline::{Column, Do, Facet, Layout};
use crate::model::queue::Row;
use crate::words::{fill, t};
use leptos::prelude::*;
use std::sync::Arc;

/// Cards drawn in a column; the table has them all.
const CARDS: usize = 40;

#[component]
pub(crate) fn Board() -> impl IntoView {
    let console = console();
    let listed = console.open(|open| open.pipeline.listed.clone());
    let columns = move || {
        let listed = listed.get()?;
        if listed.is_empty() {
            return Some(view! { <pipeline::Empty/> }.into_any());
        }
        let mut by_column: [Vec<Arc<Case>>; 6] = Default::default();
        for case in listed.iter() {
            by_column[Column::of(&case.lead) as usize].push(Arc::clone(case));
        }
        let columns =
            Column::ALL.into_iter().zip(by_column).map(|(column, cases)| drawn(column, cases)).collect_view();
        Some(view! { <div class="board">{columns}</div> }.into_any())
    };
    view! { {move || columns()} }
}

fn drawn(column: Column, cases: Vec<Arc<Case>>) -> AnyView {
    let console = console();
    let id = format!("column-{}", column.as_str());
    let count = cases.len();
    let all = move |_| {
        console.send(Do::Layout(Layout::Table).into());
        console.send(Do::Choose(Facet::Stage, Some(column.as_str().to_owned())).into());
    };
    view! {
        <section class="board-column" aria-labelledby=id.clone()>
            <h2 id=id.clone()><span>{column.label()}</span><span class="count">{count}</span></h2>
            {(count == 0).then(|| view! { <p class="fine">{t("Nobody")}</p> })}
            <ul>{cases.into_iter().take(CARDS).map(|case| view! { <Card case/> }).collect_view()}</ul>
            {(count > CARDS).then(|| view! { <button class="button quiet small" on:click=all>{fill("All {count} in the table", &[&count])}</button> })}
        </section>
    }
    .into_any()
}

#[component]
fn Card(case: Arc<Case>) -> impl IntoView {
    let console = console();
    let thread = case.lead.thread;
    let cursor = console.open(|open| open.cursor);
    let now = console.open(|open| open.now);
    let practice = console.open(|open| open.practice.clone());
    let row = slice(move || {
        let now = now.get().unwrap_or(0);
        practice
            .with(|practice| practice.as_ref().map(|practice| Row::of(&case, practice, now, console.zone)))
    });
    let tab = move || if cursor.get() == Some(Some(thread)) { "0" } else { "-1" };
    let content = move || {
        let row = row.get()?;
        let class = if row.to_call { "tally call" } else { "tally" };
        Some(view! {
            <span class="row-head"><bdi class="row-name">{row.name}</bdi>{row.score.map(|(points, _)| view! { <span class=class><span class="unseen">{t("Score ")}</span>{points}</span> })}</span>
            <span class="card-meta"><bdi class="row-service">{row.service}</bdi><span class="muted">{row.when}</span></span>
            <span class="card-meta">{lane_badge(row.lane)}{row.clock.map(clock_badge)}{row.holder.map(holder_badge)}</span>
        }.into_any())
    };
    view! { <li><button class="lead-card" id=row_id(thread) tabindex=tab on:click=move |_| console.send(Event::OpenLead(thread))>{move || content()}</button></li> }
}
