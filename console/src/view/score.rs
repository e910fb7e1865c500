//! A score and the lines that sum to it, beside what the browser said.

use crate::model::score::{Explained, Preliminary, signed};
use crate::words::{fill, t};
use leptos::prelude::*;

pub(crate) fn score(explained: Explained, preliminary: Preliminary) -> impl IntoView {
    let Explained { points, tier, action, lines, model, model_hash } = explained;
    let largest = lines.iter().map(|(_, points)| points.unsigned_abs()).max().unwrap_or(1).max(1);
    view! {
        <section class="card score at-score" aria-labelledby="score-title">
            <h2 id="score-title">{t("Score")}</h2>
            <p class="score-head">
                <span class="score-points">{points}</span>
                <span><strong>{tier}</strong><br/><span class="muted">{action}</span></span>
            </p>
            <table>
                <caption class="unseen">{t("The lines that sum to the score")}</caption>
                <thead class="unseen"><tr><th scope="col">{t("Why")}</th><th scope="col">{t("Points")}</th></tr></thead>
                <tbody>
                    {lines.into_iter().map(|(label, points)| {
                        let width = format!("{}%", points.unsigned_abs() * 100 / largest);
                        view! {
                            <tr class:negative=points < 0>
                                <th scope="row">{label}<span class="share" aria-hidden="true"><span style:width=width></span></span></th>
                                <td>{signed(points)}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
                <tfoot><tr><th scope="row">{t("Sum")}</th><td>{points}</td></tr></tfoot>
            </table>
            {beside(preliminary)}
            <p class="fine">{fill("Computed here by “{model}”.", &[&model])}" "<span class="mono" title=model_hash.clone()>{model_hash.chars().take(8).collect::<String>()}</span></p>
        </section>
    }
}

fn beside(preliminary: Preliminary) -> impl IntoView {
    match preliminary {
        Preliminary::Same => view! { <p class="fine">{t("The browser's preliminary score was the same.")}</p> }.into_any(),
        Preliminary::Inconsistent { points } => view! {
            <p class="note warn">{fill("The inquiry came with a preliminary score of {points} whose lines do not sum to it: whoever sent it made it up. It is not used.", &[&points])}</p>
        }
        .into_any(),
        Preliminary::Different { points, why, lines } => view! {
            <details class="difference">
                <summary>{fill("Preliminary score: {points}", &[&points])}</summary>
                <p>{why}</p>
                <ul>
                    {lines.into_iter().map(|(label, before, after)| view! {
                        <li><bdi>{label}</bdi>{fill(": {before} there, {now} here", &[&signed(before), &signed(after)])}</li>
                    }).collect_view()}
                </ul>
            </details>
        }
        .into_any(),
    }
}
