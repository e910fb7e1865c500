//! Charts as SVG: bars with their numbers beside them, the exact ones on hover, and the same as a table.

use crate::model::chart::{Bar, Chart};
use leptos::prelude::*;

/// Of the drawing, in its own units.
const WIDTH: f64 = 480.0;
const ROW: f64 = 30.0;
const LABEL: f64 = 150.0;
const VALUE: f64 = 74.0;

pub(crate) fn chart(chart: Chart) -> impl IntoView {
    let Chart { id, title, note, columns, bars } = chart;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let height = ROW * bars.len().max(1) as f64;
    let title_id = format!("{id}-title");
    let rows = bars.clone();
    view! {
        <section class="card" aria-labelledby=title_id.clone()>
            <h2 id=title_id.clone()>{title}</h2>
            {if bars.is_empty() {
                view! { <p class="muted">{"Nothing to count yet."}</p> }.into_any()
            } else {
                view! {
                    // The table below says the same to who does not see it.
                    <svg class="chart" viewBox=format!("0 0 {WIDTH} {height}") aria-hidden="true">
                        <line class="axis" x1=LABEL y1="0" x2=LABEL y2=height></line>
                        {bars.into_iter().enumerate().map(|(index, bar)| drawn(index, bar, most)).collect_view()}
                    </svg>
                }
                .into_any()
            }}
            {(!note.is_empty()).then(|| view! { <p class="fine">{note}</p> })}
            <details>
                <summary>{"As a table"}</summary>
                <table class="numbers">
                    <thead><tr>{columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view()}</tr></thead>
                    <tbody>
                        {rows.into_iter().map(|bar| view! {
                            <tr><th scope="row"><bdi>{bar.label}</bdi></th>{bar.cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </details>
        </section>
    }
}

fn drawn(index: usize, bar: Bar, most: u64) -> impl IntoView {
    let top = ROW * index as f64;
    let full = WIDTH - LABEL - VALUE;
    let width = |value: u64| (full * value as f64 / most as f64).max(if value > 0 { 1.5 } else { 0.0 });
    let class = if bar.late { "bar-fill late" } else { "bar-fill" };
    let middle = top + ROW / 2.0 + 4.0;
    view! {
        <g>
            <title>{bar.says}</title>
            // Catches the pointer over the whole row.
            <rect x="0" y=top width=WIDTH height=ROW fill="transparent"></rect>
            <text x=LABEL - 8.0 y=middle text-anchor="end">{bar.short}</text>
            {bar.part.map(|_| view! { <rect class="bar-fill soft" x=LABEL y=top + 6.0 width=width(bar.value) height=ROW - 12.0 rx="2"></rect> })}
            <rect class=class x=LABEL y=top + 6.0 width=width(bar.part.unwrap_or(bar.value)) height=ROW - 12.0 rx="2"></rect>
            <text class="value" x=LABEL + width(bar.value) + 6.0 y=middle>{bar.shown}</text>
        </g>
    }
}
