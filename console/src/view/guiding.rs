//! The guides for calls, for owners: text, how a call goes by it, and the editions before.

use super::icon::{self, icon};
use super::slice::slice;
use super::{Console, console};
use crate::model::Event;
use crate::model::case::{Practice, Same};
use crate::model::guide::{Language, Part, Stage};
use crate::model::guiding::{Edit, KINDS, kind_word};
use crate::model::when::full;
use crate::model::writing::Writing;
use crate::words::{fill, t};
use lead::thread::{Document, Edition};
use leptos::prelude::*;

/// Changes what is edited.
fn act(console: Console, edit: Edit) {
    let next = console.with(|state| {
        let open = state.open()?;
        let mut writing = open.writing.clone();
        writing.guide_step(&open.practice, edit);
        Some(Box::new(writing))
    });
    if let Some(next) = next {
        console.send(Event::Written(next));
    }
}

/// What was published is a draft no more.
pub(super) fn keep_up(console: Console) {
    let next = console.with(|state| {
        let open = state.open()?;
        let mut writing = open.writing.clone();
        writing.keep_up(&open.practice);
        Some(Box::new(writing)).filter(|next| **next != open.writing)
    });
    if let Some(next) = next {
        console.send(Event::Written(next));
    }
}

#[component]
pub(crate) fn Guides() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let guiding = console.open(|open| open.writing.clone());
    // What is shown of the two, while both are there.
    let both = move |practice: &Option<Same<Practice>>, guiding: &Option<Writing>| {
        Some((practice.clone()?, guiding.clone()?))
    };
    let both = move || practice.with(|practice| guiding.with(|guiding| both(practice, guiding)));
    Effect::new(move |_| {
        practice.track();
        keep_up(console);
    });
    let of = move |look: fn(&Writing, &Practice) -> String| {
        move || both().map(|(practice, guiding)| look(&guiding, &practice)).unwrap_or_default()
    };
    let language = slice(move || guiding.with(|guiding| guiding.as_ref().map(|it| it.language)));
    let kind = slice(move || guiding.with(|guiding| guiding.as_ref().map(|it| it.kind)));
    let text = of(|guiding, practice| guiding.text(practice));
    let preview = slice(move || both().map(|(practice, guiding)| guiding.preview(&practice)));
    let problems = move || both().map(|(p, guiding)| guiding.problems(&p)).unwrap_or_default();
    let editions = slice(move || both().map(|(p, guiding)| guiding.editions(&p)).unwrap_or_default());
    let is_changed = slice(move || both().is_some_and(|(p, guiding)| guiding.is_changed(&p)));
    let overtaken = slice(move || both().and_then(|(p, guiding)| guiding.overtaken_by(&p)));
    let look = move |language, kind| act(console, Edit::Look(language, kind));
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event).parse().ok().and_then(|at: usize| KINDS.get(at).copied());
        look(language.get_untracked().unwrap_or_default(), chosen.unwrap_or_default());
    };
    let publish = move |_| {
        let guide = both().and_then(|(practice, guiding)| guiding.guide(&practice));
        if let Some(guide) = guide {
            console.send(Event::Publish(Box::new(Document::Guide(guide).published())));
        }
    };
    view! {
        <p class="lede">{t("What you and your colleagues say, ask and check on a call. Your words are sealed for your practice, like everything in the log; what you have not rewritten is the guide that comes with Anteroom.")}</p>
        <div class="columns guiding">
            <section class="card" aria-labelledby="guiding-title">
                <header class="guide-head">
                    <h2 id="guiding-title">{t("Guide")}</h2>
                    <div class="filters" role="group" aria-label=t("Language of the guide")>
                        {Language::ALL.into_iter().map(|(this, word)| view! {
                            <button class="filter" aria-pressed=move || (language.get() == Some(this)).to_string() on:click=move |_| look(this, kind.get_untracked().flatten())>{word}</button>
                        }).collect_view()}
                    </div>
                </header>
                <div class="field">
                <label for="guide-kind">{t("For")}</label>
                <select id="guide-kind" on:change=choose>
                    {KINDS.into_iter().enumerate().map(|(at, this)| view! {
                        <option value=at.to_string() selected=move || kind.get() == Some(this)>{kind_word(this)}</option>
                    }).collect_view()}
                </select>
                </div>
                {move || kind.get().flatten().map(|_| view! { <p class="fine">{t("Write the stages that are different for these services; the rest comes from the guide for every service.")}</p> })}
                <div class="field">
                <label for="guide-words">{t("Text")}</label>
                <textarea
                    id="guide-words"
                    rows="22"
                    spellcheck="true"
                    lang=move || language.get().unwrap_or_default().tag()
                    prop:value=text
                    on:input=move |event| act(console, Edit::Type(event_target_value(&event)))
                ></textarea>
                </div>
                <div aria-live="polite">
                    {move || overtaken.get().map(|who| {
                        let words = fill("{name} published another text after you began yours. It is the latest below; yours takes its place if you save it.", &[&who]);
                        view! { <p class="trouble">{icon(icon::ALERT)}<span><bdi>{words}</bdi></span></p> }
                    })}
                    {move || {
                        let problems = problems();
                        (!problems.is_empty()).then(|| view! { <div class="trouble">{icon(icon::ALERT)}<ul>{problems.into_iter().map(|problem| view! { <li><bdi>{problem}</bdi></li> }).collect_view()}</ul></div> })
                    }}
                </div>
                <div class="tool-row">
                    <button class="button primary" disabled=move || !is_changed.get() on:click=publish>{t("Save for everyone")}</button>
                    <button class="button quiet" disabled=move || !is_changed.get() on:click=move |_| act(console, Edit::Discard)>{t("Discard the draft")}</button>
                </div>
                <Help/>
            </section>
            <div class="column side">
                <section class="card guide" aria-labelledby="guide-preview">
                    <h2 id="guide-preview">{t("On a call")}</h2>
                    {move || preview.get().map(|guide| guide.stages.into_iter().map(stage).collect_view())}
                </section>
                <section class="card" aria-labelledby="editions-title">
                    <h2 id="editions-title">{t("Editions")}</h2>
                    {move || {
                        let editions = editions.get();
                        if editions.is_empty() {
                            view! { <p class="muted">{t("Nobody has rewritten this one.")}</p> }.into_any()
                        } else {
                            view! { <ul class="moved">{editions.into_iter().map(|one| edition(console, one)).collect_view()}</ul> }.into_any()
                        }
                    }}
                </section>
            </div>
        </div>
    }
}

/// How a guide is written.
#[component]
fn Help() -> impl IntoView {
    let signs = [
        ("# id: …", t("begins a stage")),
        ("> …", t("what to say")),
        ("- …", t("what to do or keep in mind")),
        ("## …", t("a question that people ask")),
        ("- [ ] identity: …", t("what to check; also contact, needs, insurance, referral, consent")),
        ("{name} {practice} {staff} {service} {phone}", t("are filled in")),
    ];
    view! {
        <details class="fine">
            <summary>{t("How it is written")}</summary>
            <dl class="facts">{signs.into_iter().map(|(sign, what)| view! { <div><dt><code class="mono">{sign}</code></dt><dd>{what}</dd></div> }).collect_view()}</dl>
        </details>
    }
}

fn stage(stage: Stage) -> AnyView {
    let part = |part| match part {
        Part::Say(words) => view! { <blockquote class="say"><bdi>{words}</bdi></blockquote> }.into_any(),
        Part::Hint(words) => view! { <p class="hint"><bdi>{words}</bdi></p> }.into_any(),
        Part::Question(words) => view! { <h4 class="asked"><bdi>{words}</bdi></h4> }.into_any(),
        Part::Check(_, words) => {
            view! { <ul class="checked"><li>{icon(icon::CHECK)}<bdi>{words}</bdi></li></ul> }.into_any()
        }
    };
    let parts = stage.parts.into_iter().map(part).collect_view();
    view! { <div class="guide-text"><h3><bdi>{stage.title}</bdi></h3>{parts}</div> }.into_any()
}

fn edition(console: Console, (edition, text): (Edition, String)) -> AnyView {
    let when = full(edition.time, console.zone);
    let ships = text
        .trim()
        .is_empty()
        .then(|| view! { <span class="muted">{t("back to the guide that comes with Anteroom")}</span> });
    let bring_back = move |_| act(console, Edit::Type(text.clone()));
    view! {
        <li>
            <span><bdi>{edition.author.to_string()}</bdi>" · "{when}</span>
            {ships}
            <button class="link" on:click=bring_back>{t("Put it into the editor")}</button>
        </li>
    }
    .into_any()
}
