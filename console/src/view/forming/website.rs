//! What pages of the practice's website stand for.

use super::Ground;
use super::input::{Typed, adder, pick, text, tools};
use super::texts::set;
use crate::model::forming::{Edit, KINDS};
use crate::model::visits;
use crate::words::t;
use leptos::prelude::*;

pub(super) fn website(ground: &Ground) -> AnyView {
    let kinds: Vec<(String, String)> =
        KINDS.iter().map(|(name, kind)| ((*name).to_owned(), visits::kind(*kind).to_owned())).collect();
    let each = ground.draft.source.pages.iter().enumerate().map(|(at, page)| {
        let path = |member: &str| format!("pages[{at}].{member}");
        let (kind, pattern) = (path("kind"), path("pattern"));
        let chosen = ground.draft.text(&kind);
        view! {
            <li class="item">
                <div class="item-body two">
                    {text(ground, &pattern, t("Address"), Typed::Line)}
                    {pick(ground, &kind, t("Counts as"), &chosen, kinds.clone(), set(kind.clone()))}
                </div>
                {tools(ground, "pages", at, &page.pattern)}
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="pages-title">
            <h2 id="pages-title">{t("Pages of your website")}</h2>
            <p class="fine">{t("Which pages somebody read before writing counts for the score, and stands beside the inquiry. * stands for anything, as in /guides/*; where several fit, the first counts.")}</p>
            <ul class="items">{each.collect_view()}</ul>
            {adder(ground, "pages", t("A new address, such as /prices or /guides/*"))}
        </section>
        <section class="card" aria-labelledby="try-title">
            <h2 id="try-title">{t("Try an address")}</h2>
            {attempt(ground)}
        </section>
    }
    .into_any()
}

/// An address, and what it counts as by the draft.
fn attempt(ground: &Ground) -> AnyView {
    let (console, send) = (ground.console, ground.send());
    let typed = console.open(|open| open.forming.tried.clone());
    let found = console.open(|open| open.forming.tried());
    let change = move |event: leptos::ev::Event| send(Edit::Try(event_target_value(&event)));
    view! {
        <div class="field">
            <label for="try-address">{t("Copy one from your browser, and see what it counts as")}</label>
            <input id="try-address" type="text" autocomplete="off" spellcheck="false" prop:value=move || typed.get().unwrap_or_default() on:input=change/>
            <p role="status"><bdi>{move || found.get().flatten()}</bdi></p>
        </div>
    }
    .into_any()
}
