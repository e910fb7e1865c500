//! The practice's own affairs: staff, rules, form, scoring, access log.

use super::icon::{self, icon};
use super::slice::slice;
use super::{Console, access, console, drafting, file, following, forming, guiding, rules, training};
use crate::model::Event;
use crate::model::case::Signed;
use crate::model::drafts::Drafts;
use crate::model::open::Shown;
use crate::model::rules::kept;
use crate::model::settings::{StaffRow, Tab, documents, staff};
use crate::words::{en, fill, t};
use leptos::prelude::*;
use wire::practice::Role;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let console = console();
    let role = console.open(|open| open.practice.role);
    let tab = console.open(|open| match open.shown {
        Shown::Settings(tab) => Some(tab),
        _ => None,
    });
    let tab = slice(move || tab.get().flatten());
    // What an earlier opening left is looked for first: nothing is edited over it.
    let drafts = console.open(|open| open.drafts == Drafts::Here);
    let tabs = move || role.get().map(Tab::of).unwrap_or_default();
    view! {
        <div class="page-in settings">
            <h1>{t("Practice")}</h1>
            {move || (role.get() == Some(Role::Auditor)).then(|| view! {
                <p class="note">{icon(icon::LOCK)}<span><strong>{t("You are signed in as an auditor.")}</strong>" "{t("This credential holds no key to inquiries, and the relay hands none out to it: leads cannot be opened with it.")}</span></p>
            })}
            <nav class="stages" aria-label=t("Practice")>
                {move || tabs().iter().map(|&this| view! {
                    <button class="stage-tab" aria-current=move || (tab.get() == Some(this)).then_some("page") on:click=move |_| go(console, this)>{this.label()}</button>
                }).collect_view()}
            </nav>
            {move || match tab.get() {
                Some(Tab::Access) => access::AccessLog().into_any(),
                Some(Tab::Form | Tab::Scoring | Tab::Guides | Tab::FollowUp) if drafts.get() != Some(true) => waiting(),
                Some(Tab::Form) => forming::Form().into_any(),
                Some(Tab::Guides) => guiding::Guides().into_any(),
                Some(Tab::FollowUp) => following::FollowUp().into_any(),
                Some(Tab::Scoring) => drafting::Scoring().into_any(),
                Some(Tab::Training) => training::Start().into_any(),
                Some(Tab::Staff) => Staff().into_any(),
                Some(Tab::Rules) => rules::Rules().into_any(),
                Some(Tab::Documents) => Documents().into_any(),
                None => ().into_any(),
            }}
        </div>
    }
}

pub(super) fn go(console: Console, tab: Tab) {
    console.send(Event::OpenSettings(tab));
}

/// It takes a moment.
pub(super) fn waiting() -> AnyView {
    view! { <p class="waiting" role="status">{t("Loading…")}</p> }.into_any()
}

#[component]
fn Staff() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let rows = move || {
        practice.with(|p| p.as_ref().map(|p| staff(p, console.now(), console.zone)).unwrap_or_default())
    };
    let kept = move || practice.with(|p| kept(p.as_ref().and_then(|p| p.retention_days)));
    let version = move || practice.with(|p| p.as_ref().map_or(0, |p| p.roster_version));
    view! {
        <p class="lede">{t("Who may read and work leads. The relay goes by this list, and so does this browser: an event that nobody on it signed is not shown.")}</p>
        <table class="plain-table stacks">
            <thead><tr>{[en("Name"), en("Role"), en("May do"), en("Since"), en("Now")].map(|head| view! { <th scope="col">{t(head)}</th> }).collect_view()}</tr></thead>
            <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
        </table>
        <p class="note"><span>{kept}</span></p>
        <p class="fine">{move || fill("Roster version {version}, signed by the root key. Where that key is, the owner adds, removes and renews staff with ", &[&version()])}<code class="mono">{"anteroom staff"}</code>{"."}</p>
    }
}

/// What the root key signed, and the way to have it checked elsewhere.
#[component]
fn Documents() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let facts = move || practice.with(|p| p.as_ref().map(|p| documents(p)).unwrap_or_default());
    let save = move |name: &'static str, of: fn(&Signed) -> &str| {
        practice.with_untracked(|p| {
            if let Some(signed) = p.as_ref().and_then(|p| p.signed.as_ref()) {
                file::save(name, "application/jose", of(signed));
            }
        });
    };
    view! {
        <p class="lede">{t("What every form and every colleague goes by. The root key signed it; nothing in it is about a patient.")}</p>
        <div class="tool-row">
            <button class="button" on:click=move |_| save("manifest.jws", |signed| &signed.manifest)>{t("Save the manifest (JWS)")}</button>
            <button class="button" on:click=move |_| save("roster.jws", |signed| &signed.roster)>{t("Save the roster (JWS)")}</button>
        </div>
        <section class="card" aria-label=t("Documents")>
            <dl class="facts">{move || facts().into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()}</dl>
        </section>
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
