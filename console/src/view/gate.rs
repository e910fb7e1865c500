//! The unlock screen: a credential file, a passphrase, and what happens with them.

use super::focus::PASSPHRASE;
use super::icon::{self, icon};
use super::slice::{Slice, slice};
use super::{Console, console, language};
use crate::model::locked::{Left, Phase, Progress};
use crate::model::{Chosen, Event, LockReason, Locked, Remember, Remembered, Trouble};
use crate::words::{fill, t};
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement, SubmitEvent};
use zeroize::Zeroizing;

#[component]
pub(crate) fn Gate() -> impl IntoView {
    let console = console();
    let locked = console.locked();
    let read = move |f: fn(&Locked) -> bool| slice(move || locked.with(|l| l.as_ref().is_some_and(f)));
    let working = read(Locked::is_working);
    let keeps = read(|locked| locked.machine.keeps && !locked.is_working());
    let chosen = slice(move || locked.with(|locked| locked.as_ref()?.chosen.clone()));
    let passphrase = NodeRef::<Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = passphrase.get_untracked() else { return };
        let text = Zeroizing::new(input.value());
        if !text.is_empty() {
            input.set_value("");
            console.send(Event::Unlock { passphrase: text });
        }
    };
    view! {
        <main class="gate">
            <section class="gate-story">
                <p class="brand">{icon(icon::MARK)}<span>{"Anteroom"}</span></p>
                <p class="gate-line">{t("Inquiries are opened here, in this browser, and nowhere else.")}</p>
                <ul class="gate-facts">
                    <li>{icon(icon::FILE)}<span>{t("Your credential file stays on this machine. It is not uploaded.")}</span></li>
                    <li>{icon(icon::SHIELD)}<span>{t("The relay holds sealed entries only. This page checks that none is missing, altered or forged.")}</span></li>
                    <li>{icon(icon::LOCK)}<span>{t("Nothing decrypted is stored. Locking, or closing this page, forgets it all.")}</span></li>
                </ul>
            </section>
            <form class="gate-card" on:submit=submit aria-busy=move || working.get().to_string()>
                <div class="gate-language"><language::Language/></div>
                <h1>{t("Unlock the console")}</h1>
                {move || locked.with(|locked| locked.as_ref()?.left.as_ref().map(left))}
                <People locked working/>
                <FilePicker chosen working/>
                <div class="field">
                    <label for=PASSPHRASE>{t("Passphrase")}</label>
                    <PassphraseInput node=passphrase enabled=Signal::derive(move || chosen.with(Option::is_some) && !working.get())/>
                </div>
                <Remembering locked working/>
                {move || locked.with(|locked| match &locked.as_ref()?.phase {
                    Phase::Failed(trouble) => Some(trouble_box(trouble)),
                    Phase::Waiting | Phase::Working(_) => None,
                })}
                <button class="button primary wide" type="submit" disabled=move || working.get() || chosen.with(Option::is_none)>
                    {move || t(if working.get() { "Unlocking…" } else { "Unlock" })}
                </button>
                <Steps locked/>
                {move || keeps.get().then(|| view! {
                    <p class="gate-machine">
                        <span>{t("What this browser keeps for the next opening is encrypted.")}</span>
                        <button class="button quiet" type="button" on:click=move |_| console.send(Event::ForgetMachine)>{t("Forget this machine")}</button>
                    </p>
                })}
            </form>
        </main>
    }
}

fn left(left: &Left) -> impl IntoView + use<> {
    let why = t(match left.reason {
        LockReason::Asked => "Locked.",
        LockReason::OtherTab => "Locked from another tab.",
        LockReason::Idle => "Locked after a while without use.",
        LockReason::Left => "Locked because you left this page.",
        LockReason::Slept => "Locked because this machine slept.",
    });
    view! {
        <p class="note" role="status">{icon(icon::LOCK)}<span>{why}" "{t("Everything decrypted is forgotten. ")}{fill("{name} was signed in.", &[&left.staff])}</span></p>
    }
}

fn trouble_box(trouble: &Trouble) -> impl IntoView + use<> {
    view! {
        <div class="trouble" role="alert">
            {icon(icon::ALERT)}
            <p><strong>{trouble.what()}</strong>" "<span>{trouble.remedy()}</span></p>
        </div>
    }
}

/// Those whose credential file this browser remembers.
#[component]
fn People(locked: Slice<Option<Locked>>, working: Slice<bool>) -> impl IntoView {
    let console = console();
    let people = slice(move || {
        locked.with(|locked| {
            locked.as_ref().map(|locked| locked.machine.remembered.clone()).unwrap_or_default()
        })
    });
    let person = move |person: Remembered| {
        let one = Chosen::Remembered(person.clone());
        let is_chosen =
            move || locked.with(|locked| locked.as_ref().is_some_and(|l| l.chosen.as_ref() == Some(&one)));
        let mut name = format!("{} · {}", person.staff, person.practice);
        if person.passkey {
            name = name + " · " + t("with a passkey");
        }
        view! {
            <button
                class="button person"
                type="button"
                aria-pressed=move || is_chosen().to_string()
                disabled=move || working.get()
                on:click=move |_| console.send(Event::Recalled(person.clone()))
            >{name}</button>
        }
    };
    move || {
        let people = people.get();
        (!people.is_empty()).then(|| {
            view! {
                <div class="field" role="group" aria-labelledby="people-label">
                    <span class="label" id="people-label">{t("Remembered on this machine")}</span>
                    {people.into_iter().map(person).collect_view()}
                </div>
            }
        })
    }
}

/// Whether the chosen file is to be remembered.
#[component]
fn Remembering(locked: Slice<Option<Locked>>, working: Slice<bool>) -> impl IntoView {
    let console = console();
    let read = move |f: fn(&Locked) -> bool| slice(move || locked.with(|l| l.as_ref().is_some_and(f)));
    let of_file = read(|locked| matches!(locked.chosen, Some(Chosen::File { .. })));
    let remembers = read(|locked| locked.remember != Remember::No);
    let offered = read(|locked| {
        let remembers = locked.remember != Remember::No && locked.machine.passkeys;
        remembers && matches!(locked.chosen, Some(Chosen::File { .. }))
    });
    let with_passkey = read(|locked| locked.remember == Remember::WithPasskey);
    let tick = move |says: &'static str, ticked: Slice<bool>, yes: Remember, no: Remember| {
        let change = move |event| {
            console.send(Event::Remember(if event_target_checked(&event) { yes } else { no }));
        };
        view! {
            <label class="check">
                <input type="checkbox" disabled=move || working.get() prop:checked=move || ticked.get() on:change=change/>
                <span>{says}</span>
            </label>
        }
    };
    let here = move || tick(t("Remember this file on this machine"), remembers, Remember::File, Remember::No);
    let second = t("and open it here only with a passkey as well");
    let passkey = move || tick(second, with_passkey, Remember::WithPasskey, Remember::File);
    view! {
        {move || of_file.get().then(here)}
        {move || offered.get().then(passkey)}
    }
}

#[component]
fn FilePicker(chosen: Slice<Option<Chosen>>, working: Slice<bool>) -> impl IntoView {
    let console = console();
    let chosen = slice(move || {
        chosen.with(|chosen| {
            chosen.as_ref().filter(|c| matches!(c, Chosen::File { .. })).map(|c| c.name().to_owned())
        })
    });
    let over = RwSignal::new(false);
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0))
        {
            take(console, file);
        }
    };
    let pick = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                take(console, file);
            }
            // So that the same file, chosen again, is a change.
            input.set_value("");
        }
    };
    view! {
        <div class="field">
            <span class="label" id="file-label">{t("Credential file")}</span>
            <label
                class="drop"
                class:over=over
                class:chosen=move || chosen.with(Option::is_some)
                on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true); }
                on:dragleave=move |_| over.set(false)
                on:drop=drop
            >
                <input class="unseen" type="file" id="credential" accept=".credential,.jwe,text/plain" aria-labelledby="file-label file-name" disabled=move || working.get() on:change=pick/>
                {move || if chosen.with(Option::is_some) { icon(icon::CHECK).into_any() } else { icon(icon::FILE).into_any() }}
                <span class="drop-words">
                    <span id="file-name">{move || match chosen.get() {
                        Some(name) => view! { <bdi class="file-name">{name}</bdi> }.into_any(),
                        None => view! { <strong>{t("Choose your .credential file")}</strong> }.into_any(),
                    }}</span>
                    <small>{move || t(if chosen.with(Option::is_some) { "Press to choose another" } else { "or drop it here" })}</small>
                </span>
            </label>
        </div>
    }
}

/// A credential file is a few kilobytes: more than this is something else, and is not read.
pub(super) const LARGEST_FILE: f64 = 65_536.0;

fn take(console: Console, file: File) {
    if file.size() > LARGEST_FILE {
        console.send(Event::FileRefused(Trouble::NotACredential));
        return;
    }
    leptos::task::spawn_local(async move {
        let text = wasm_bindgen_futures::JsFuture::from(file.text()).await;
        console.send(match text.ok().and_then(|text| text.as_string()) {
            Some(text) => Event::FilePicked { name: file.name(), text },
            None => Event::FileRefused(Trouble::Unreadable),
        });
    });
}

#[component]
fn PassphraseInput(node: NodeRef<Input>, enabled: Signal<bool>) -> impl IntoView {
    let visible = RwSignal::new(false);
    view! {
        <div class="with-button">
            <input
                node_ref=node
                id=PASSPHRASE
                type=move || if visible.get() { "text" } else { "password" }
                autocomplete="current-password"
                autocapitalize="off"
                spellcheck="false"
                required
                disabled=move || !enabled.get()
            />
            <button
                type="button"
                class="button quiet"
                aria-pressed=move || visible.get().to_string()
                aria-controls=PASSPHRASE
                on:click=move |_| visible.update(|visible| *visible = !*visible)
            >{move || t(if visible.get() { "Hide" } else { "Show" })}</button>
        </div>
    }
}

#[component]
fn Steps(locked: Slice<Option<Locked>>) -> impl IntoView {
    let progress = slice(move || {
        locked.with(|locked| match &locked.as_ref()?.phase {
            Phase::Working(progress) => Some(*progress),
            Phase::Waiting | Phase::Failed(_) => None,
        })
    });
    let names = [
        t("Deriving the key"),
        t("Signing in"),
        t("Checking the practice's documents"),
        t("Opening entries"),
    ];
    let shown = move || progress.with(Option::is_some);
    let at = move |index: usize| move || progress.get().map_or("waiting", |progress| state(progress, index));
    let count = move |index: usize| {
        move || match progress.get() {
            Some(Progress::Read { entries, of }) if index == 3 && of > 0 => {
                fill("{count} of {all}", &[&entries, &of])
            }
            _ => String::new(),
        }
    };
    view! {
        <Show when=shown>
            <ol class="steps" aria-label=t("Progress") aria-live="polite">
                {names.into_iter().enumerate().map(|(index, name)| view! {
                    <li data-state=at(index)>
                        <span class="step-dot">{icon(icon::CHECK)}</span>
                        <span>{name}</span>
                        <span class="step-count">{count(index)}</span>
                    </li>
                }).collect_view()}
            </ol>
        </Show>
    }
}

fn state(progress: Progress, index: usize) -> &'static str {
    match progress.index().cmp(&index) {
        std::cmp::Ordering::Greater => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Less => "waiting",
    }
}
