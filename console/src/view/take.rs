//! Takes a call: the practice's own form, asked by a person. What is typed is triaged and scored at once.

use super::icon::{self, icon};
use super::slice::slice;
use super::{cards, console};
use crate::model::Event;
use crate::model::drafts::Drafts;
use crate::model::score::explain;
use crate::model::take::{Ask, ask, assess, choose, put, said, take, version};
use crate::model::unfinished::Taking;
use crate::model::work::{CHANNELS, channel_word};
use crate::words::{t, tag};
use lead::inquiry::Answers;
use lead::manifest::{Field, ManifestSource};
use lead::thread::AnswerField;
use leptos::prelude::*;

/// Not before what an earlier opening left is here: the form begins with it.
#[component]
pub(crate) fn Take() -> impl IntoView {
    let console = console();
    let is_here = console.open(|open| open.unfinished.recalled == Drafts::Here);
    // Counts how often it was begun anew.
    let begun = RwSignal::new(0_u32);
    move || {
        begun.track();
        (is_here.get() == Some(true)).then(|| view! { <Form begun/> })
    }
}

#[component]
fn Form(begun: RwSignal<u32>) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let unfinished = console.open(|open| open.unfinished.clone());
    let earlier = unfinished.with_untracked(|all| all.as_ref().map(|all| all.taking()).unwrap_or_default());
    let is_new = earlier == Taking::default();
    let channel = RwSignal::new(earlier.channel);
    let answers = RwSignal::new(earlier.answers);
    Effect::new(move |before: Option<()>| {
        let taking = Taking { channel: channel.get(), answers: answers.get() };
        // The first time it is what there was.
        if before.is_some() {
            console.send(Event::Taking(Some(Box::new(taking))));
        }
    });
    let start_over = move |_| {
        console.send(Event::Taking(None));
        begun.update(|begun| *begun += 1);
    };
    let wrong = RwSignal::new(None::<&'static str>);
    let found = move || {
        let practice = practice.get_untracked()?;
        let (_, assessment) = answers
            .with(|answers| assess(&practice.source, practice.manifest_version, answers, console.now()));
        let explained = explain(&assessment.score, &practice.source.scoring);
        Some(view! {
            {cards::lane_note(assessment.triage.lane, &assessment.triage.help())}
            <p class="so-far"><strong>{explained.points}</strong><span>{format!("{} · {}", explained.tier, explained.action)}</span></p>
        })
    };
    let save = move || {
        let (Some(practice), Some(thread)) = (practice.get_untracked(), (console.make_thread)()) else {
            return;
        };
        let made = answers.with_untracked(|answers| {
            take(&practice.source, practice.manifest_version, channel.get_untracked(), answers, console.now())
        });
        match made {
            Ok(event) => console.send(Event::TakeDown { thread, event: Box::new(event) }),
            Err(words) => wrong.set(Some(words)),
        }
    };
    let fields = move || {
        let practice = practice.get_untracked();
        practice.map(|practice| {
            let source = &practice.source;
            source.form.fields().map(|field| asked(source, field, answers)).collect_view()
        })
    };
    view! {
        <div class="page-in take">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{t("Leads")}</span></button>
            <h1>{t("Take a call")}</h1>
            <p class="lede">{t("Ask what your form asks. What you write is triaged, scored, signed by you and sealed like every inquiry.")}</p>
            {(!is_new).then(|| view! {
                <p class="note tool-row" role="status"><span>{t("This is as far as you were.")}</span><button type="button" class="button quiet" on:click=start_over>{t("Start over")}</button></p>
            })}
            <form class="card take-form" on:submit=move |event| { event.prevent_default(); save(); }>
                <div class="filters" role="group" aria-label=t("How it came")>
                    {CHANNELS.into_iter().map(|this| view! {
                        <button type="button" class="filter" aria-pressed=move || (channel.get() == this).to_string() on:click=move |_| channel.set(this)>{channel_word(this)}</button>
                    }).collect_view()}
                </div>
                {fields}
                <div aria-live="polite">{found}</div>
                <p class="field-error" role="alert">{move || wrong.get()}</p>
                <button class="button primary" type="submit">{t("Save the inquiry")}</button>
            </form>
        </div>
    }
}

/// One question, as long as the answers so far call for it.
fn asked(source: &ManifestSource, field: &Field, answers: RwSignal<Answers>) -> impl IntoView + use<> {
    let form = StoredValue::new((source.form.clone(), field.clone()));
    let shown =
        slice(move || form.with_value(|(form, field)| answers.with(|answers| form.is_shown(field, answers))));
    let version = version(source, field);
    let ask = StoredValue::new(ask(source, field));
    let id = StoredValue::new(format!("take-{}", field.id));
    let label = StoredValue::new(field.label.in_language(tag()).to_owned());
    let set = move |text: String| {
        form.with_value(|(_, field)| answers.update(|answers| put(field, answers, &text, version)));
    };
    let control = move || {
        let id = id.get_value();
        let read = |read: fn(&Field, &Answers) -> String| {
            form.with_value(|(_, field)| answers.with_untracked(|answers| read(field, answers)))
        };
        let begins = read(said);
        let number = read(|_, answers| AnswerField::MemberId.of(answers).to_owned());
        let chosen: Vec<String> = form.with_value(|(_, field)| {
            answers.with_untracked(|answers| field.values(answers).into_iter().map(str::to_owned).collect())
        });
        let typed = move |event: leptos::ev::Event| set(event_target_value(&event));
        match ask.get_value() {
            Ask::Line(kind, most) => view! { <input id=id type=kind maxlength=most.to_string() autocomplete="off" prop:value=begins on:input=typed/> }.into_any(),
            Ask::Area(most) => view! { <textarea id=id rows="4" maxlength=most.to_string() prop:value=begins on:input=typed></textarea> }.into_any(),
            Ask::Pick(options) => view! {
                <select id=id on:change=typed>
                    <option value="">{t("Not said")}</option>
                    {options.into_iter().map(|(id, label)| {
                        let selected = id == begins;
                        view! { <option value=id selected=selected>{label}</option> }
                    }).collect_view()}
                </select>
            }
            .into_any(),
            Ask::Many(options) => view! {
                <div class="many" id=id role="group" aria-label=label.get_value()>
                    {options.into_iter().map(|(id, label)| {
                        let checked = chosen.contains(&id);
                        let toggle = move |event: leptos::ev::Event| {
                            let on = event_target_checked(&event);
                            form.with_value(|(_, field)| answers.update(|answers| choose(field, answers, &id, on)));
                        };
                        view! { <label class="check"><input type="checkbox" checked=checked on:change=toggle/><span>{label}</span></label> }
                    }).collect_view()}
                </div>
            }
            .into_any(),
            Ask::Plan => {
                let member = move |event: leptos::ev::Event| {
                    let text = event_target_value(&event);
                    answers.update(|answers| AnswerField::MemberId.set(answers, text.trim()));
                };
                view! {
                    <div class="booking-row even">
                        <input id=id type="text" maxlength="100" placeholder=t("Insurance company") autocomplete="off" prop:value=begins on:input=typed/>
                        <input type="text" maxlength="60" placeholder=t("Member ID") aria-label=t("Member ID") autocomplete="off" prop:value=number on:input=member/>
                    </div>
                }
                .into_any()
            }
            Ask::Yes => {
                let toggle = move |event: leptos::ev::Event| {
                    set(if event_target_checked(&event) { "yes".into() } else { String::new() });
                };
                view! { <label class="check"><input id=id type="checkbox" checked=!begins.is_empty() on:change=toggle/><span>{t("They agreed; the text was read to them")}</span></label> }.into_any()
            }
        }
    };
    view! {
        <Show when=move || shown.get()>
            <div class="field">
                <label for=id.get_value()>{label.get_value()}</label>
                {control()}
            </div>
        </Show>
    }
}
