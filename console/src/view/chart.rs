//! Charts: bars with their numbers beside them, the exact ones on hover, and the same as a table.

use crate::model::chart::{Bar, Chart};
use crate::words::t;
use leptos::prelude::*;

pub(crate) fn chart(chart: Chart) -> impl IntoView {
    let Chart { id, title, note, columns, bars } = chart;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let title_id = format!("{id}-title");
    let rows = bars.clone();
    view! {
        <section class="card" aria-labelledby=title_id.clone()>
            <h2 id=title_id.clone()>{title}</h2>
            {if bars.is_empty() {
                view! { <p class="muted">{t("Nothing to count yet.")}</p> }.into_any()
            } else {
                // The table below says the same to who does not see it.
                view! { <div class="chart" aria-hidden="true">{bars.into_iter().map(|bar| drawn(bar, most)).collect_view()}</div> }
                .into_any()
            }}
            {(!note.is_empty()).then(|| view! { <p class="fine">{note}</p> })}
            {(!rows.is_empty()).then(|| table(columns, rows))}
        </section>
    }
}

fn table(columns: Vec<&'static str>, rows: Vec<Bar>) -> AnyView {
    view! {
        <details>
            <summary>{t("As a table")}</summary>
            <table class="numbers">
                <thead><tr>{columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view()}</tr></thead>
                <tbody>
                    {rows.into_iter().map(|bar| view! {
                        <tr><th scope="row"><bdi>{bar.label}</bdi></th>{bar.cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
                    }).collect_view()}
                </tbody>
            </table>
        </details>
    }
    .into_any()
}

fn drawn(bar: Bar, most: u64) -> AnyView {
    let width = |value: u64| format!("{}%", value as f64 * 100.0 / most as f64);
    let whole = bar.part.map(|_| width(bar.value));
    let part = width(bar.part.unwrap_or(bar.value));
    view! {
        <p class="bar-row" title=bar.says>
            <span class="bar-label">{bar.short}</span>
            <span class="bar-track">
                {whole.map(|whole| view! { <span class="bar-fill soft" style:width=whole></span> })}
                <span class="bar-fill" class:late=bar.late style:width=part></span>
            </span>
            <span class="bar-shown">{bar.shown}</span>
        </p>
    }
    .into_any()
}
