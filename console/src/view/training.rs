//! Practising with people who do not exist: how it begins, what says that it is no real work, and what it has shown.

use super::console;
use super::icon::{self, icon};
use crate::model::Event;
use crate::model::open::Patients;
use crate::model::training::feedback::{self, Point, Review};
use crate::model::training::{Outside, Practising};
use crate::words::{fill, many, t};
use leptos::prelude::*;

/// What it is, and the way to begin.
#[component]
pub(crate) fn Start() -> impl IntoView {
    let console = console();
    let patients = console.open(|open| open.patients);
    view! {
        <p class="lede">{t("Twelve people who do not exist write to your practice. Triage, score and guide are the real ones. Nothing is sent or stored, and nobody is called: say the calls aloud, to yourself or with a colleague.")}</p>
        <ul class="plain-list">
            <li>{icon(icon::ALERT)}<span>{t("Real inquiries are still watched. You are told when one comes in.")}</span></li>
            <li>{icon(icon::CLOCK)}<span>{t("The clock runs as if you were open, whatever the hour.")}</span></li>
            <li>{icon(icon::CHECK)}<span>{t("At any time you see what you did well, and what a good call would have done.")}</span></li>
        </ul>
        <button class="button primary" on:click=move |_| console.send(Event::OpenTraining)>{t("Practise with made-up people")}</button>
        <p class="field-error" role="alert">{move || (patients.get() == Some(Patients::Missing)).then(|| t("The made-up people could not be fetched. Check the network, and try again."))}</p>
    }
}

/// Says that this is practice and how to leave, and tells of what comes in meanwhile.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let outside = console().training(|training| training.outside());
    move || outside.get().map(banner)
}

fn banner(outside: Outside) -> AnyView {
    let console = console();
    view! {
        <section class="training" aria-label=t("Training")>
            <p>{icon(icon::PERSON)}<span><strong>{t("Training.")}</strong>" "{t("These people do not exist. Nothing is sent or stored.")}</span></p>
            <button class="button" on:click=move |_| console.send(Event::LeaveTraining(None))>{t("End training")}</button>
        </section>
        <div role="alert">{real(outside)}</div>
    }
    .into_any()
}

/// What waits in the real practice.
fn real(outside: Outside) -> Option<AnyView> {
    let console = console();
    let Outside { emergencies, first, news } = outside;
    let (class, words) = if emergencies > 0 {
        (
            "training grave",
            many(emergencies as u64, "{count} real emergency waits.", "{count} real emergencies wait."),
        )
    } else if news > 0 {
        (
            "training soon",
            many(news as u64, "{count} real inquiry came in.", "{count} real inquiries came in."),
        )
    } else {
        return None;
    };
    let go = move |_| console.send(Event::LeaveTraining(first));
    Some(
        view! {
            <section class=class aria-label=t("Real work")>
                <p>{icon(icon::ALERT)}<strong>{words}</strong></p>
                <button class="button" on:click=go>{t("Go there now")}</button>
            </section>
        }
        .into_any(),
    )
}

/// What practising has shown.
#[component]
pub(crate) fn Feedback() -> impl IntoView {
    let console = console();
    let review = console.training(|training: &dyn Practising| training.review());
    view! {
        <div class="page-in feedback">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{t("Leads")}</span></button>
            <h1>{t("Feedback")}</h1>
            <p class="lede">{t("It looks at what you did here, and nobody else sees it. When you end the training it is gone.")}</p>
            {move || review.get().map(reviewed)}
            <button class="button" on:click=move |_| console.send(Event::LeaveTraining(None))>{t("End training")}</button>
        </div>
    }
}

fn reviewed(review: Review) -> AnyView {
    let Review { figures, people, waiting } = review;
    if people.is_empty() {
        let words =
            t("You have not worked on anybody yet. Press N for the next call: claim, call, say how it went.");
        return view! { <p class="note">{words}</p> }.into_any();
    }
    view! {
        <section class="card" aria-label=t("Figures")>
            <dl class="figures">
                {figures.into_iter().map(|(label, count, of)| view! { <div><dt class="muted">{label}</dt><dd><strong>{fill("{count} of {all}", &[&count, &of])}</strong></dd></div> }).collect_view()}
            </dl>
        </section>
        {people.into_iter().map(person).collect_view()}
        {(!waiting.is_empty()).then(|| view! { <p class="muted">{fill("Still waiting: {names}.", &[&waiting.join(", ")])}</p> })}
    }
    .into_any()
}

fn person(one: feedback::Feedback) -> AnyView {
    let console = console();
    let feedback::Feedback { thread, name, points, good } = one;
    view! {
        <section class="card">
            <h2><button class="link" on:click=move |_| console.send(Event::OpenLead(thread))><bdi>{name}</bdi></button></h2>
            <ul class="points">{points.into_iter().map(point).collect_view()}</ul>
            <p class="good"><strong>{t("A good call: ")}</strong>{good}</p>
        </section>
    }
    .into_any()
}

fn point(point: Point) -> AnyView {
    let Point { done, words } = point;
    let (class, path, says) = if done {
        ("point done", icon::CHECK, t("Done: "))
    } else {
        ("point", icon::CROSS, t("To do better: "))
    };
    view! { <li class=class>{icon(path)}<span><span class="unseen">{says}</span>{words}</span></li> }
        .into_any()
}
