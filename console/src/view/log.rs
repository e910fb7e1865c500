//! What was checked of the practice's log, and the entries that were not believed, each with the reason.

use super::console;
use super::icon::{self, icon};
use crate::model::Event;
use crate::model::case::{Practice, Refusal};
use crate::model::settings::role_word;
use crate::model::when::full;
use crate::words::{fill, t};
use leptos::prelude::*;

#[component]
pub(crate) fn Log() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let refused = move || practice.with(|p| p.as_ref().map(|p| p.refused.clone()).unwrap_or_default());
    view! {
        <div class="page-in">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{t("Leads")}</span></button>
            <h1>{t("The log")}</h1>
            <p class="lede">{t("Everything your practice receives and does is in one log on the relay, sealed. This browser checked it from the first entry to the last: none is missing, repeated, out of order or altered. What a relay can still do is to hold back the newest for a while.")}</p>
            {move || practice.with(|practice| practice.as_ref().map(|practice| checked(practice)))}
            {move || {
                let refused = refused();
                if refused.is_empty() {
                    view! { <p class="note">{icon(icon::CHECK)}<span>{t("No entry was refused.")}</span></p> }.into_any()
                } else {
                    table(refused, console.zone).into_any()
                }
            }}
        </div>
    }
}

fn checked(practice: &Practice) -> impl IntoView + use<> {
    let signed = |version: u64| fill("version {version}, signed by the pinned key", &[&version]);
    let facts = [
        (t("Entries"), practice.head.seq.to_string()),
        (t("Hash of the last one"), practice.head.hash.to_string()),
        (t("Manifest"), signed(practice.manifest_version)),
        (t("Roster and keyring"), signed(practice.roster_version)),
        (t("Relay"), practice.relay.clone()),
        (t("Signed in"), format!("{}, {}", practice.staff, role_word(practice.role).to_lowercase())),
    ];
    view! {
        <section class="card log-facts" aria-label=t("What was checked")>
            <dl class="facts">
                {facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()}
            </dl>
        </section>
    }
}

fn table(refused: Vec<Refusal>, zone: crate::model::when::Zone) -> impl IntoView {
    view! {
        <h2 class="refused-title">{t("Refused entries")}</h2>
        <p class="lede">{t("These are in the log, but are not what they claim to be, or cannot be opened. Nothing in them was applied. If you did not expect them, tell the owner.")}</p>
        <table class="refused">
            <thead><tr><th scope="col">{t("Entry")}</th><th scope="col">{t("Received")}</th><th scope="col">{t("Why it was refused")}</th></tr></thead>
            <tbody>
                {refused.into_iter().map(|refusal| row(&refusal, zone)).collect_view()}
            </tbody>
        </table>
    }
}

fn row(refusal: &Refusal, zone: crate::model::when::Zone) -> impl IntoView + use<> {
    view! {
        <tr>
            <td><strong>{refusal.seq}</strong>" "<span class="mono">{refusal.entry.clone()}</span></td>
            <td>{full(refusal.time, zone)}</td>
            <td>{refusal.words()}</td>
        </tr>
    }
}
