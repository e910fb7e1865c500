//! The practice's own affairs: staff, scoring, access log.

use super::slice::slice;
use super::{access, console, drafting, training};
use crate::model::Event;
use crate::model::open::Shown;
use crate::model::settings::{StaffRow, Tab, staff};
use crate::words::{en, fill, t};
use leptos::prelude::*;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let console = console();
    let role = console.open(|open| open.practice.role);
    let tab = console.open(|open| match open.shown {
        Shown::Settings(tab) => Some(tab),
        _ => None,
    });
    let tab = slice(move || tab.get().flatten());
    let tabs = move || role.get().map(Tab::of).unwrap_or_default();
    view! {
        <div class="page-in settings">
            <h1>{t("Practice")}</h1>
            <nav class="stages" aria-label=t("Practice")>
                {move || tabs().iter().map(|&this| view! {
                    <button class="stage-tab" aria-current=move || (tab.get() == Some(this)).then_some("page") on:click=move |_| console.send(Event::OpenSettings(this))>{this.label()}</button>
                }).collect_view()}
            </nav>
            {move || match tab.get() {
                Some(Tab::Access) => access::AccessLog().into_any(),
                Some(Tab::Scoring) => drafting::Scoring().into_any(),
                Some(Tab::Training) => training::Start().into_any(),
                Some(Tab::Staff) => Staff().into_any(),
                None => ().into_any(),
            }}
        </div>
    }
}

#[component]
fn Staff() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let rows = move || {
        practice.with(|p| p.as_ref().map(|p| staff(p, console.now(), console.zone)).unwrap_or_default())
    };
    let kept = move || {
        practice.with(|p| match p.as_ref().and_then(|p| p.retention_days) {
            Some(days) => {
                fill("What is in a lead is deleted {days} days after its last entry, for good.", &[&days])
            }
            None => t("What is in a lead is kept until an owner erases it.").to_owned(),
        })
    };
    let version = move || practice.with(|p| p.as_ref().map_or(0, |p| p.roster_version));
    view! {
        <p class="lede">{t("Who may read and work leads. The relay goes by this list, and so does this browser: an event that nobody on it signed is not shown.")}</p>
        <table class="plain-table stacks">
            <thead><tr>{[en("Name"), en("Role"), en("May do"), en("Since"), en("Now")].map(|head| view! { <th scope="col">{t(head)}</th> }).collect_view()}</tr></thead>
            <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
        </table>
        <p class="note"><span>{kept}</span></p>
        <p class="fine">{move || fill("Roster version {version}, signed by the root key. That key is no business of a browser: the owner adds, removes and renews staff with ", &[&version()])}<code class="mono">{"anteroom staff"}</code>{"."}</p>
    }
}

fn row(row: StaffRow) -> AnyView {
    let StaffRow { name, role, may, since, state, active } = row;
    view! {
        <tr class:gone=!active>
            <th scope="row"><bdi>{name}</bdi></th>
            <td>{role}</td>
            <td class="muted">{may}</td>
            <td class="muted" data-head=t("Since")>{since}</td>
            <td>{state}</td>
        </tr>
    }
    .into_any()
}
