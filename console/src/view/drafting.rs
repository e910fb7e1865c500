//! The scoring model: what gives points, a draft of it, and what that would change.

use super::forming::download;
use super::icon::{self, icon};
use super::publishing::Publish;
use super::slice::slice;
use super::{Console, console, shell};
use crate::model::Event;
use crate::model::case::Same;
use crate::model::drafting::{
    Advice, Advised, Edit, LEADS, Line, Moved, Preview, Trial, advice, criteria, preview, text, tiers,
};
use crate::words::{fill, t};
use lead::scoring::Versions;
use leptos::html::Textarea;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub(crate) fn Scoring() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let versions = console.open(|open| open.drafting.versions(&open.practice.source.scoring));
    // A draft is tried on the leads of this moment; they are read once, and not before there is one.
    let drafts =
        slice(move || versions.with(|versions| versions.as_ref().is_some_and(|v| v.draft().is_some())));
    let trial = slice(move || {
        let practice = practice.get().filter(|_| drafts.get())?;
        Some(Same(Arc::new(Trial::of(&practice))))
    });
    let seen = slice(move || preview(&*versions.get()?, &*trial.get()?));
    let named =
        move || versions.with(|v| v.as_ref().map(|v| (v.current().name.clone(), v.current().version)));
    let title = move || {
        named().map(|(name, version)| fill("{name}, version {version}, is in force.", &[&name, &version]))
    };
    view! {
        <p class="lede">{title}" "{t("It orders work and says nothing about how serious anything is. Change it here as a draft: nobody's score changes until it is published.")}</p>
        <div class="columns scoring">
            <div class="column">
                {move || versions.get().map(|versions| points(&versions))}
                {move || versions.get().map(|versions| thresholds(&versions))}
                <AsText/>
            </div>
            <div class="column side">
                <section class="card" aria-labelledby="preview-title">
                    <h2 id="preview-title">{t("What would change")}</h2>
                    {move || seen.get().map_or_else(nothing, drawn)}
                </section>
                <Publish/>
                <History/>
            </div>
        </div>
    }
}

/// Changes the draft.
pub(super) fn act(console: Console, edit: Edit) {
    let next = console.with(|state| {
        let open = state.open()?;
        let mut drafting = open.drafting.clone();
        drafting.step(&open.practice.source.scoring, edit);
        Some(Box::new(drafting))
    });
    if let Some(next) = next {
        console.send(Event::Drafted(next));
    }
}

/// What the practice's own outcomes say of the points; worked out when it is asked for.
#[component]
fn History() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let said = RwSignal::new(None::<Advice>);
    let ask = move |_| said.set(practice.with_untracked(|practice| practice.as_ref().map(|p| advice(p))));
    view! {
        <section class="card" aria-labelledby="history-title">
            <h2 id="history-title">{t("What your history says")}</h2>
            <p class="fine">{fill("From your latest {count} leads that are booked or closed: how strongly each criterion goes with an appointment. It changes nothing, and cannot tell cause from company.", &[&LEADS])}</p>
            <button class="button" on:click=ask>{t("Ask your history")}</button>
            <div aria-live="polite">{move || said.get().map(advised)}</div>
        </section>
    }
}

fn advised(advice: Advice) -> AnyView {
    match advice {
        Advice::TooLittle(why) => view! { <p class="muted">{why}</p> }.into_any(),
        Advice::Found { leads, booked, lines } => {
            let summary = fill("{booked} of {leads} were booked.", &[&booked, &leads]);
            let line = |one: Advised| {
                let Advised { label, held, booked, points, suggested } = one;
                let seen = fill("{booked} of {held} booked", &[&booked, &held]);
                let change = fill("{points} now, {suggested} suggested", &[&points, &suggested]);
                view! { <li><bdi>{label}</bdi><span class="muted">{seen}" · "{change}</span></li> }
            };
            let lines: Vec<_> = lines.into_iter().map(line).collect();
            view! { <p>{summary}</p><ul class="moved">{lines}</ul> }.into_any()
        }
    }
}

fn nothing() -> AnyView {
    let words =
        fill("Change a number, and see here which of your latest {count} leads would move.", &[&LEADS]);
    view! { <p class="muted">{words}</p> }.into_any()
}

/// A number that is edited in place. What is no whole number changes nothing.
fn number(label: String, value: String, edit: impl Fn(i32) -> Edit + Send + Sync + 'static) -> AnyView {
    let console = console();
    let change = move |event: leptos::ev::Event| {
        if let Ok(number) = event_target_value(&event).trim().parse() {
            act(console, edit(number));
        }
    };
    view! { <input class="number" type="text" inputmode="numeric" aria-label=label prop:value=value on:change=change/> }
        .into_any()
}

fn line(at: usize, line: Line, what: &'static str, edit: fn(usize, i32) -> Edit) -> AnyView {
    let Line { label, now, draft } = line;
    let was = match now {
        None => Some(t("new").to_owned()),
        Some(now) if now != draft => Some(fill("was {points}", &[&now])),
        Some(_) => None,
    };
    let field = number(format!("{what}: {label}"), draft.to_string(), move |number| edit(at, number));
    view! { <div class="line"><span><bdi>{label}</bdi>{was.map(|was| view! { <span class="was">{was}</span> })}</span>{field}</div> }
        .into_any()
}

fn points(versions: &Versions) -> AnyView {
    let lines =
        criteria(versions).into_iter().enumerate().map(|(at, one)| line(at, one, t("Points"), Edit::Points));
    view! {
        <section class="card" aria-labelledby="criteria-title">
            <h2 id="criteria-title">{t("What gives points")}</h2>
            {lines.collect_view()}
        </section>
    }
    .into_any()
}

fn thresholds(versions: &Versions) -> AnyView {
    let lines = tiers(versions).into_iter().enumerate().map(|(at, (one, minutes))| {
        let call = minutes.map(|minutes| {
            let label = fill("Business minutes to call in: {tier}", &[&one.label]);
            let edit = move |number: i32| Edit::Minutes(at, u32::try_from(number).unwrap_or(minutes));
            view! { <div class="line indented"><span class="muted">{t("Call within, in business minutes")}</span>{number(label, minutes.to_string(), edit)}</div> }
        });
        view! { {line(at, one, t("From points"), Edit::AtLeast)}{call} }
    });
    view! {
        <section class="card" aria-labelledby="tiers-title">
            <h2 id="tiers-title">{t("Tiers, from so many points on")}</h2>
            {lines.collect_view()}
        </section>
    }
    .into_any()
}

/// Everything that has no field of its own: conditions, groups, half-lives.
#[component]
fn AsText() -> impl IntoView {
    let console = console();
    let versions = console.open(|open| open.drafting.versions(&open.practice.source.scoring));
    let unreadable = console.open(|open| open.drafting.unreadable.clone());
    let field = NodeRef::<Textarea>::new();
    let apply = move |_| {
        if let Some(field) = field.get_untracked() {
            act(console, Edit::Text(field.value()));
        }
    };
    let json = move || {
        versions.with(|versions| versions.as_ref().map(|versions| text(versions)).unwrap_or_default())
    };
    let wrong = move || unreadable.get().flatten();
    view! {
        <details class="card as-text">
            <summary>{t("The whole model as text")}</summary>
            <label class="unseen" for="model-text">{t("The model as JSON")}</label>
            <textarea id="model-text" class="mono" rows="18" spellcheck="false" node_ref=field prop:value=json aria-invalid=move || wrong().is_some().to_string() aria-describedby="model-error"></textarea>
            <p class="field-error" id="model-error" role="alert">{move || wrong().map(|why| fill("This is not a scoring model: {why}.", &[&why]))}</p>
            <button class="button" on:click=apply>{t("Take it as the draft")}</button>
        </details>
    }
}

fn drawn(preview: Preview) -> AnyView {
    let console = console();
    let Preview { changes, faults, leads, moves, moved } = preview;
    let sound = faults.is_empty();
    let none = moves.is_empty();
    let more = moves.iter().map(|(_, _, count)| count).sum::<usize>().saturating_sub(moved.len());
    let tried = shell::leads(leads);
    view! {
        <ul class="changes">{changes.into_iter().map(|change| view! { <li>{change}</li> }).collect_view()}</ul>
        {(!sound).then(|| view! { <div class="trouble" role="alert">{icon(icon::ALERT)}<ul>{faults.into_iter().map(|fault| view! { <li>{fault}</li> }).collect_view()}</ul></div> })}
        <p role="status">
            {fill(if none { "Of your latest {leads}, none would move to another tier." } else { "Of your latest {leads}:" }, &[&tried])}
        </p>
        <ul class="moves">
            {moves.into_iter().map(|(from, to, count)| view! { <li><strong>{count}</strong>" "{format!("{from} → {to}")}</li> }).collect_view()}
        </ul>
        <ul class="moved">{moved.into_iter().map(mover).collect_view()}</ul>
        {(more > 0).then(|| view! { <p class="fine">{fill("and {count} more", &[&more])}</p> })}
        <div class="stack">
            <button class="button" disabled=!sound on:click=move |_| download(console)>{t("Download to publish")}</button>
            <button class="button quiet" on:click=move |_| act(console, Edit::Discard)>{t("Discard the draft")}</button>
        </div>
    }
    .into_any()
}

fn mover(moved: Moved) -> AnyView {
    let console = console();
    let Moved { thread, name, points, tiers } = moved;
    view! {
        <li>
            <button class="link" on:click=move |_| console.send(Event::OpenLead(thread))><bdi>{name}</bdi></button>
            <span class="muted">{fill("{before} → {now} points, {from} → {to}", &[&points.0, &points.1, &tiers.0, &tiers.1])}</span>
        </li>
    }
    .into_any()
}
