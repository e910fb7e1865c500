//! The draft in the real form, in a sealed frame that `static/preview.js` makes.

use super::input::named;
use crate::model::forming::Edit;
use crate::view::console;
use crate::view::slice::slice;
use crate::words::{t, tag};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

#[wasm_bindgen]
extern "C" {
    /// Shows the source of a manifest in `host`, in a while; what was asked for last counts. (`static/boot.js`)
    #[wasm_bindgen(js_name = anteroomPreview)]
    fn call(what: &str, host: &HtmlElement, source: &str, language: &str);
}

#[component]
pub(crate) fn Preview() -> impl IntoView {
    let console = console();
    let shown = console.open(|open| open.forming.shown());
    let language = console.open(|open| open.forming.language.clone());
    let step = console.open(|open| open.forming.step);
    let titles = console.open(|open| {
        let draft = open.forming.draft.as_ref();
        let steps = draft.map(|draft| draft.source.form.steps.iter());
        let titles = steps.map(|steps| steps.map(|step| step.title.in_language(tag()).to_owned()));
        titles.map(Iterator::collect::<Vec<_>>).unwrap_or_default()
    });
    let languages = console.open(|open| {
        open.forming.draft.as_ref().map(|draft| draft.source.languages.clone()).unwrap_or_default()
    });
    let spoken =
        slice(move || language.get().filter(|chosen| !chosen.is_empty()).unwrap_or_else(|| tag().into()));
    let host = NodeRef::<Div>::new();
    Effect::new(move |_| {
        let (Some(host), Some(Some(source))) = (host.get(), shown.get()) else { return };
        call("show", &host, &source, &spoken.get());
    });
    let send = move |edit| super::act(console, edit);
    let look = move |event| send(Edit::Preview(event_target_value(&event).parse().ok()));
    let speak = move |event| send(Edit::Speak(event_target_value(&event)));
    let steps = move || {
        let chosen = step.get().flatten();
        let titles = titles.get().unwrap_or_default().into_iter().enumerate();
        let steps = titles.map(|(at, title)| (Some(at), title));
        let all = std::iter::once((None, t("From the beginning").to_owned())).chain(steps);
        all.map(|(at, title)| {
            let value = at.map(|at| at.to_string()).unwrap_or_default();
            view! { <option value=value prop:selected=at == chosen>{title}</option> }
        })
        .collect_view()
    };
    let tongues = move || {
        let all = languages.get().unwrap_or_default();
        (all.len() > 1).then(|| {
            let options = all.into_iter().map(|language| {
                let is_spoken = language == spoken.get();
                view! { <option value=language.clone() prop:selected=is_spoken>{named(&language).to_owned()}</option> }
            });
            view! { <select aria-label=t("Language of the preview") on:change=speak>{options.collect_view()}</select> }
        })
    };
    view! {
        <section class="card preview" aria-labelledby="form-preview-title">
            <h2 id="form-preview-title">{t("As patients see it")}</h2>
            <div class="preview-tools">
                <select aria-label=t("What is shown") on:change=look>{steps}</select>
                {tongues}
            </div>
            <div class="preview-host" tabindex="0" role="group" aria-labelledby="form-preview-title" node_ref=host></div>
            <p class="trouble preview-failed">{t("The form cannot be shown like this. Put right what is named above.")}</p>
            <p class="fine">{t("This is the form itself. What you type into it is sent to nobody.")}</p>
        </section>
    }
}
