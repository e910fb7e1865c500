//! Entries that are in the log and were not believed, each with the reason.

use super::console;
use super::icon::{self, icon};
use crate::model::Event;
use crate::model::when::full;
use leptos::prelude::*;

#[component]
pub(crate) fn Refused() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    view! {
        <div class="page-in">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{"Leads"}</span></button>
            <h1>{"Refused entries"}</h1>
            <p class="lede">{"These are in the log, but are not what they claim to be, or cannot be opened. Nothing in them was applied. If you did not expect them, tell the owner."}</p>
            <table class="refused">
                <thead><tr><th scope="col">{"Entry"}</th><th scope="col">{"Received"}</th><th scope="col">{"Why it was refused"}</th></tr></thead>
                <tbody>
                    {move || practice.with(|practice| practice.as_ref().map(|practice| practice.refused.iter().map(|refusal| view! {
                        <tr>
                            <td><strong>{refusal.seq}</strong>" "<span class="mono">{refusal.entry.clone()}</span></td>
                            <td>{full(refusal.time, console.zone)}</td>
                            <td>{refusal.why.clone()}</td>
                        </tr>
                    }).collect_view()))}
                </tbody>
            </table>
        </div>
    }
}
