//! The interface's language: what was chosen in this browser, or else what the browser itself speaks.

use super::icon::{self, icon};
use crate::words::{self, ENGLISH, LANGUAGES, t};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Response};

/// Where the choice is remembered.
const REMEMBERED: &str = "anteroom.language";
/// The choice's id.
const CHOICE: &str = "language";

/// The language on the screen; `None` until it is known.
#[derive(Clone, Copy)]
struct Spoken(RwSignal<Option<&'static str>>);

/// Begins with the language that is wanted here. What the signal tells has to be drawn anew.
pub(crate) fn begin() -> RwSignal<Option<&'static str>> {
    let spoken = Spoken(RwSignal::new(None));
    provide_context(spoken);
    speak(spoken, remembered().or_else(of_browser).unwrap_or(ENGLISH), || {});
    spoken.0
}

/// The choice of a language; `short` where there is no room for more than its tag.
#[component]
pub(crate) fn Language(#[prop(optional)] short: bool) -> impl IntoView {
    let spoken: Spoken = expect_context();
    let choose = move |event: leptos::ev::Event| {
        if let Some(chosen) = known(&event_target_value(&event)) {
            remember(chosen);
            // Everything is drawn anew, this field too.
            speak(spoken, chosen, || request_animation_frame(focus));
        }
    };
    let option = move |(this, name): (&'static str, &'static str)| {
        view! { <option value=this lang=this selected=this == words::tag()>{if short { this } else { name }}</option> }
    };
    view! {
        <label class="language" class:short=short>
            {icon(icon::GLOBE)}<span class="unseen">{t("Language")}</span>
            <select id=CHOICE on:change=choose>{LANGUAGES.into_iter().map(option).collect_view()}</select>
        </label>
    }
}

/// Speaks `tag` once its words are here. Without them it stays as it was, and is drawn so.
fn speak(spoken: Spoken, tag: &'static str, then: fn()) {
    let draw = move |tag: &'static str, file: &str| {
        words::speak(tag, file);
        if let Some(page) = document().document_element() {
            let _ = page.set_attribute("lang", words::tag());
        }
        spoken.0.set(Some(words::tag()));
        then();
    };
    if tag == ENGLISH {
        return draw(tag, "{}");
    }
    spawn_local(async move { draw(tag, &fetched(tag).await.unwrap_or_default()) });
}

async fn fetched(tag: &str) -> Result<String, JsValue> {
    let answer = JsFuture::from(window().fetch_with_str(&format!("words.{tag}.json"))).await?;
    let text = JsFuture::from(answer.unchecked_into::<Response>().text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// One of ours for a tag of BCP 47: `es` for `es-MX`.
fn known(tag: &str) -> Option<&'static str> {
    let base = tag.split('-').next()?;
    LANGUAGES.into_iter().map(|(known, _)| known).find(|known| *known == base)
}

/// The first of the browser's languages that is one of ours.
fn of_browser() -> Option<&'static str> {
    window().navigator().languages().iter().find_map(|tag| known(&tag.as_string()?))
}

fn remembered() -> Option<&'static str> {
    known(&window().local_storage().ok()??.get_item(REMEMBERED).ok()??)
}

/// Without storage it is asked for again next time.
fn remember(tag: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(REMEMBERED, tag);
    }
}

fn focus() {
    let choice = document().get_element_by_id(CHOICE);
    if let Some(choice) = choice.and_then(|choice| choice.dyn_into::<HtmlElement>().ok()) {
        let _ = choice.focus();
    }
}
