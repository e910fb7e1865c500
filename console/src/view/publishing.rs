//! Publishing the drafts of form and scoring model with the root key, on both pages that edit them; where the page comes
//! from the relay, why that is done elsewhere.

use super::forming::{act, give_focus};
use super::gate::LARGEST_FILE;
use super::icon::{self, icon};
use super::settings::go;
use super::slice::{Slice, slice};
use super::{Console, console, origin};
use crate::model::Event;
use crate::model::forming::Edit;
use crate::model::publishing::{
    BEGIN, DAYS, DONE, FILE, Offer, Order, PASSPHRASE, Publishing, Stage, Trouble, days, offer, whole,
};
use crate::model::settings::Tab;
use crate::model::when::full;
use crate::words::{fill, many, t};
use lead::manifest::publication::DEFAULT_DAYS;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cmp::Ordering;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, SubmitEvent};
use wire::practice::Role;
use zeroize::Zeroizing;

/// A card while there is something to publish, or to say of it.
#[component]
pub(crate) fn Publish() -> impl IntoView {
    let console = console();
    let role = console.open(|open| open.practice.role);
    let version = console.open(|open| open.practice.manifest_version);
    Effect::new(move |_| {
        version.track();
        // What came into force is no draft any more, whichever of the two pages is shown.
        if role.get_untracked() == Some(Role::Owner) {
            act(console, Edit::KeepUp);
        }
    });
    let drafts =
        console.open(|open| (open.practice.clone(), open.forming.draft.clone(), open.drafting.clone()));
    let offered = slice(move || {
        drafts.track();
        let offered = console
            .with(|state| state.open().map(|open| offer(&open.practice, &open.forming, &open.drafting)));
        offered.unwrap_or_default()
    });
    let publishing = console.open(|open| open.publishing.clone());
    let publishing = slice(move || publishing.get().unwrap_or_default());
    let is_wanted = slice(move || {
        offered.with(|offered| !offered.changes.is_empty())
            || publishing.with(|now| *now != Publishing::Resting)
    });
    let is_own = console.with(|state| state.open().is_some_and(|open| origin::is_own(&open.practice.relay)));
    let may_here = move || is_own && role.get() == Some(Role::Owner);
    move || match (is_wanted.get(), may_here()) {
        (false, _) => ().into_any(),
        (true, false) => elsewhere(is_own, offered).into_any(),
        (true, true) => here(offered, publishing).into_any(),
    }
}

/// The root key is not asked for on this page.
fn elsewhere(is_own: bool, offered: Slice<Offer>) -> impl IntoView {
    let why = if is_own {
        t("Only owners publish.")
    } else {
        t(
            "This page comes from the relay. Whoever runs it could change the page, and take a key that is typed into it: so the root key is not asked for here. In the console that the practice's own computer serves (anteroom desk), an owner publishes on this page.",
        )
    };
    view! {
        <section class="card publishing" aria-labelledby="publish-title">
            <h2 id="publish-title">{t("Publish")}</h2>
            {move || changes(offered)}
            <p>{t("Download the manifest, and sign it where the root key is: ")}<code class="mono">{"anteroom manifest publish manifest.json --dir keys"}</code></p>
            <p class="fine">{why}</p>
            <p class="fine">{kept()}</p>
        </section>
    }
}

fn changes(offered: Slice<Offer>) -> AnyView {
    let changes = offered.with(|offered| offered.changes.clone());
    if changes.is_empty() {
        return ().into_any();
    }
    view! {
        <p>{t("What patients and colleagues get, other than now:")}</p>
        <ul class="changes">{changes.into_iter().map(|change| view! { <li><bdi>{change}</bdi></li> }).collect_view()}</ul>
    }
    .into_any()
}

fn kept() -> &'static str {
    t(
        "The drafts of form and scoring model go together. They stay on this machine, encrypted, until they are published or discarded, or for 30 days.",
    )
}

fn here(offered: Slice<Offer>, publishing: Slice<Publishing>) -> impl IntoView {
    let console = console();
    let is_asked = slice(move || publishing.with(Publishing::is_asked));
    let is_sound = slice(move || offered.with(Offer::is_sound));
    let is_changed = slice(move || offered.with(|offered| !offered.changes.is_empty()));
    let begin = move |_| {
        tell(console, Publishing::Asking);
        give_focus(FILE.into());
    };
    // The focus goes along with what is said.
    Effect::new(move |before: Option<Publishing>| {
        let now = publishing.get();
        if before.is_some_and(|before| before != now) {
            match &now {
                Publishing::Failed(trouble) => give_focus(trouble.place().into()),
                Publishing::Done { .. } => give_focus(DONE.into()),
                Publishing::Resting | Publishing::Asking | Publishing::Working(_) => {}
            }
        }
        now
    });
    view! {
        <section class="card publishing" aria-labelledby="publish-title">
            <h2 id="publish-title">{t("Publish")}</h2>
            {move || publishing.with(|now| match now {
                Publishing::Done { version, until } => Some(done(console, *version, *until)),
                _ => None,
            })}
            {move || changes(offered)}
            {move || faults(console, offered.with(|offered| offered.mistakes))}
            {move || if is_asked.get() {
                ask(console, publishing, is_sound).into_any()
            } else if is_changed.get() {
                view! {
                    <div class="tool-row"><button class="button primary" id=BEGIN disabled=move || !is_sound.get() on:click=begin>{t("Publish…")}</button></div>
                    <p class="fine">{kept()}</p>
                }.into_any()
            } else {
                ().into_any()
            }}
        </section>
    }
}

fn tell(console: Console, now: Publishing) {
    console.send(Event::Publishing(Box::new(now)));
}

fn done(console: Console, version: u64, until: u64) -> AnyView {
    let words =
        fill("Version {version} is in force, valid until {time}.", &[&version, &full(until, console.zone)]);
    view! {
        <p class="note" id=DONE tabindex="-1" role="status">{icon(icon::CHECK)}<span>{words}" "{t("The snippet on your website stays as it is.")}</span></p>
    }
    .into_any()
}

/// Mistakes are put right where they are.
fn faults(console: Console, [form, scoring]: [u64; 2]) -> AnyView {
    let line = move |count: u64, tab: Tab| {
        let words = many(count, "{count} thing to put right", "{count} things to put right");
        (count > 0).then(|| view! { <li><button class="link" on:click=move |_| go(console, tab)>{tab.label()}</button>": "{words}</li> })
    };
    if form + scoring == 0 {
        return ().into_any();
    }
    view! { <div class="trouble">{icon(icon::ALERT)}<ul>{line(form, Tab::Form)}{line(scoring, Tab::Scoring)}</ul></div> }.into_any()
}

/// The root key's file, its passphrase, and for how long. What is typed stays in the fields until it is used, and goes nowhere else.
fn ask(console: Console, publishing: Slice<Publishing>, is_sound: Slice<bool>) -> impl IntoView {
    let is_working = slice(move || publishing.with(Publishing::is_working));
    let (file, passphrase, valid) =
        (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let chosen = RwSignal::new(None::<String>);
    let pick = move |_| chosen.set(picked(file).map(|file| file.name()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(secret), Some(valid)) = (passphrase.get_untracked(), valid.get_untracked()) else { return };
        if is_working.get_untracked() {
            return;
        }
        let typed = Zeroizing::new(secret.value());
        match given(picked(file), &typed, &valid.value()) {
            Err(trouble) => {
                // The same trouble again is no change, and moves no focus by itself.
                give_focus(trouble.place().into());
                tell(console, Publishing::Failed(trouble));
            }
            Ok((file, days)) => {
                secret.set_value("");
                tell(console, Publishing::Working(Stage::Checking));
                spawn_local(order(console, file, typed, days));
            }
        }
    };
    let cancel = move |_| {
        tell(console, Publishing::Resting);
        give_focus(BEGIN.into());
    };
    let trouble = move || {
        publishing.with(|now| match now {
            Publishing::Failed(trouble) => Some(told(trouble)),
            _ => None,
        })
    };
    view! {
        <form class="stack root-key" on:submit=submit novalidate aria-busy=move || is_working.get().to_string() aria-label=t("The root key signs it")>
            <p class="fine">{t("The root key signs it: it is opened in this browser for one signature, and then forgotten. Nothing of it is kept or sent.")}</p>
            <div class="field">
                <span class="label" id="root-label">{t("Root key file")}</span>
                <label class="drop" class:chosen=move || chosen.with(Option::is_some)>
                    <input class="unseen" type="file" id=FILE accept=".key,.jwe,text/plain" node_ref=file aria-labelledby="root-label root-name" disabled=move || is_working.get() on:change=pick/>
                    {move || icon(if chosen.with(Option::is_some) { icon::CHECK } else { icon::FILE })}
                    <span class="drop-words" id="root-name">{move || match chosen.get() {
                        Some(name) => view! { <bdi class="file-name">{name}</bdi> }.into_any(),
                        None => view! { <strong>{t("Choose root.key")}</strong> }.into_any(),
                    }}</span>
                </label>
            </div>
            <div class="field">
                <label for=PASSPHRASE>{t("Its passphrase")}</label>
                <input id=PASSPHRASE type="password" autocomplete="off" autocapitalize="off" spellcheck="false" node_ref=passphrase disabled=move || is_working.get()/>
            </div>
            <div class="field">
                <label for=DAYS>{t("Valid for, in days")}</label>
                <input id=DAYS class="number" type="text" inputmode="numeric" autocomplete="off" value=DEFAULT_DAYS.to_string() node_ref=valid disabled=move || is_working.get()/>
            </div>
            {trouble}
            <div class="tool-row">
                <button class="button primary" type="submit" disabled=move || is_working.get() || !is_sound.get()>{move || t(if is_working.get() { "Publishing…" } else { "Publish now" })}</button>
                <button class="button quiet" type="button" disabled=move || is_working.get() on:click=cancel>{t("Not now")}</button>
            </div>
            {move || stage(publishing).map(steps)}
            <p class="unseen" role="status">{move || stage(publishing).map(Stage::label)}</p>
        </form>
    }
}

fn picked(input: NodeRef<Input>) -> Option<File> {
    input.get_untracked()?.files()?.get(0)
}

/// What is complete; or the first thing that is not.
fn given(file: Option<File>, passphrase: &str, valid: &str) -> Result<(File, u32), Trouble> {
    let file = file.ok_or(Trouble::NoFile)?;
    if file.size() > LARGEST_FILE {
        return Err(Trouble::NotARootKey);
    }
    if passphrase.is_empty() {
        return Err(Trouble::NoPassphrase);
    }
    Ok((file, days(valid)?))
}

/// Orders what the drafts are at this moment.
async fn order(console: Console, file: File, passphrase: Zeroizing<String>, days: u32) {
    let ordered = console.with(|state| {
        let open = state.open()?;
        Some((whole(&open.practice, &open.forming, &open.drafting), open.practice.manifest_version))
    });
    let Some((source, of)) = ordered else { return };
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    match text {
        Some(file) => {
            console.send(Event::PublishManifest(Box::new(Order { file, passphrase, days, source, of })))
        }
        None => tell(console, Publishing::Failed(Trouble::NotARootKey)),
    }
}

fn told(trouble: &Trouble) -> AnyView {
    view! {
        <div class="trouble" role="alert">{icon(icon::ALERT)}<p><strong>{trouble.what()}</strong>" "<span>{trouble.remedy()}</span></p></div>
    }
    .into_any()
}

fn stage(publishing: Slice<Publishing>) -> Option<Stage> {
    publishing.with(|now| match now {
        Publishing::Working(stage) => Some(*stage),
        _ => None,
    })
}

fn steps(now: Stage) -> AnyView {
    let state = |this: Stage| match now.cmp(&this) {
        Ordering::Greater => "done",
        Ordering::Equal => "now",
        Ordering::Less => "waiting",
    };
    view! {
        <ol class="steps" aria-label=t("Progress")>
            {Stage::ALL.into_iter().map(|this| view! { <li data-state=state(this)><span class="step-dot">{icon(icon::CHECK)}</span><span>{this.label()}</span></li> }).collect_view()}
        </ol>
    }
    .into_any()
}
