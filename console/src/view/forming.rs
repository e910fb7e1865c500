//! The form's editor: what patients are asked and told, with the real form beside it.

mod hours;
mod input;
mod preview;
mod questions;
mod texts;
mod website;

use super::icon::{self, icon};
use super::publishing::Publish;
use super::settings::waiting;
use super::{Console, console, file};
use crate::model::case::Same;
use crate::model::forming::{Draft, Edit, Part, other_scoring};
use crate::model::{Event, drafting};
use crate::words::{fill, many, t, tag};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement};

/// What every part of the editor is drawn from.
pub(super) struct Ground {
    console: Console,
    draft: Same<Draft>,
    /// The manifest's languages.
    languages: Vec<String>,
}

impl Ground {
    fn send(&self) -> impl Fn(Edit) + Copy + Send + Sync + 'static {
        let console = self.console;
        move |edit| act(console, edit)
    }
}

/// Changes the draft.
pub(super) fn act(console: Console, edit: Edit) {
    let next = console.with(|state| {
        let open = state.open()?;
        let mut forming = open.forming.clone();
        let focus = forming.step(&open.practice, edit);
        Some((Box::new(forming), focus))
    });
    let Some((next, focus)) = next else { return };
    console.send(Event::Formed(next));
    if let Some(place) = focus {
        give_focus(place);
    }
}

/// With the next frame, when it is drawn: to what stands for the place, or is the head of it.
pub(super) fn give_focus(place: String) {
    request_animation_frame(move || {
        let find = |id: &str| document().get_element_by_id(id)?.dyn_into::<HtmlElement>().ok();
        if let Some(element) = find(&place).or_else(|| find(&format!("{place}-name"))) {
            // A failure to focus is not worth a word: the mouse still works.
            let _ = element.focus();
        }
    });
}

#[component]
pub(crate) fn Form() -> impl IntoView {
    dressed(|| editor().into_any())
}

/// `page`, not before its style sheet is here: it would stand there bare for a moment.
pub(super) fn dressed(page: fn() -> AnyView) -> impl IntoView {
    let dressed = RwSignal::new(false);
    spawn_local(async move {
        // Bare is better than nothing.
        let _ = JsFuture::from(dress("dress")).await;
        let _ = dressed.try_set(true);
    });
    move || if dressed.get() { page() } else { waiting() }
}

#[wasm_bindgen]
extern "C" {
    /// Fetches the editor's style sheet; done, once it is here. (`static/preview.js`, by way of `static/boot.js`)
    #[wasm_bindgen(js_name = anteroomPreview)]
    fn dress(what: &str) -> js_sys::Promise;
}

fn editor() -> impl IntoView {
    let console = console();
    let draft = console.open(|open| open.forming.draft.clone());
    let part = console.open(|open| open.forming.part);
    let opened = console.open(|open| open.forming.opened);
    let ground = move || {
        let draft = draft.get().flatten()?;
        Some(Ground { console, languages: draft.source.languages.clone(), draft })
    };
    let edited = move || {
        let ground = ground()?;
        Some(match part.get()? {
            Part::Questions => questions::questions(&ground, opened.get().flatten()),
            Part::Services => texts::services(&ground),
            Part::Practice => texts::practice(&ground),
            Part::Hours => hours::hours(&ground),
            Part::Texts => texts::texts(&ground),
            Part::Words => texts::words(&ground),
            Part::Website => website::website(&ground),
        })
    };
    let show = move |this| act(console, Edit::Show(this));
    view! {
        <p class="lede">{t("Change here what patients are asked and told, and see it in the form itself. Nothing changes on your website until it is published.")}</p>
        {move || ground().map(|ground| state(&ground))}
        <Publish/>
        <div class="columns forming">
            <div class="column">
                <nav class="form-parts" aria-label=t("Form")>
                    {Part::ALL.into_iter().map(|this| view! {
                        <button class="stage-tab" aria-current=move || (part.get() == Some(this)).then_some("true") on:click=move |_| show(this)>{this.label()}</button>
                    }).collect_view()}
                </nav>
                {edited}
            </div>
            <div class="column side">{preview::Preview()}</div>
        </div>
    }
}

/// How far the draft is from being published, and what is wrong with it.
fn state(ground: &Ground) -> AnyView {
    let Ground { console, draft, .. } = ground;
    let (console, send) = (*console, ground.send());
    let faults = draft.faults(tag());
    let (is_changed, is_sound) = (draft.is_changed, draft.is_sound());
    let words = if !is_sound {
        many(faults.len() as u64, "{count} thing to put right", "{count} things to put right")
    } else if is_changed {
        t("Ready to be published").to_owned()
    } else {
        t("As it is in force").to_owned()
    };
    let fault = move |(at, (place, what, can_go)): (usize, (String, String, bool))| {
        let go = move |_| send(Edit::Find(at));
        let place = if can_go {
            view! { <button class="link" on:click=go><bdi>{place}</bdi></button> }.into_any()
        } else {
            view! { <bdi>{place}</bdi> }.into_any()
        };
        view! { <li>{place}": "{what}</li> }
    };
    let buttons = view! {
        <button class="button" disabled=!is_sound on:click=move |_| download(console)>{t("Download to publish")}</button>
        <button class="button quiet" on:click=move |_| send(Edit::Discard)>{t("Discard the draft")}</button>
    };
    let faults: Vec<_> = faults.into_iter().enumerate().map(fault).collect();
    let began = console.open(|open| open.forming.began.map(|of| (of, open.practice.manifest_version)));
    let began = move || {
        let (of, now) = began.get().flatten()?;
        let words = fill(
            "This draft began with version {of}; version {now} is in force since. What others changed in between is not in the draft.",
            &[&of, &now],
        );
        Some(view! { <p class="note">{icon(icon::ALERT)}<span>{words}</span></p> })
    };
    view! {
        <section class="card draft-state" aria-labelledby="draft-title">
            <div class="tool-row">
                <h2 id="draft-title" aria-live="polite">{words}</h2>
                {is_changed.then_some(buttons)}
                {opener(console)}
            </div>
            {(!is_sound).then(|| view! { <div class="trouble">{icon(icon::ALERT)}<ul>{faults}</ul></div> })}
            {began}
        </section>
    }
    .into_any()
}

/// Both drafts as the file for the command line.
pub(super) fn download(console: Console) {
    let document = console.with(|state| {
        let open = state.open()?;
        Some(open.forming.document(&open.practice, &open.drafting))
    });
    if let Some(document) = document {
        file::save("manifest.json", "application/json", &document);
    }
}

/// A manifest from a file, as the draft.
fn opener(console: Console) -> AnyView {
    let unreadable = console.open(|open| open.forming.unreadable.clone());
    let pick = move |event: leptos::ev::Event| {
        let input = event_target::<HtmlInputElement>(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // So that the same file, chosen again, is a change.
        input.set_value("");
        spawn_local(async move {
            let text = JsFuture::from(file.text()).await;
            let text = text.ok().and_then(|text| text.as_string()).unwrap_or_default();
            let scoring = console.with(|state| other_scoring(&text, &state.open()?.practice));
            act(console, Edit::Text(text));
            if let Some(model) = scoring {
                super::drafting::act(console, drafting::Edit::Text(model));
            }
        });
    };
    let wrong = move || unreadable.get().flatten().map(|why| fill("This is not a manifest: {why}.", &[&why]));
    view! {
        <label class="button quiet opener">{t("Open a file")}<input class="unseen" type="file" accept=".json,application/json" on:change=pick/></label>
        <p class="field-error" role="alert">{wrong}</p>
    }
    .into_any()
}
