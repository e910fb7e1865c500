//! Appointment and hand-off: how they stand, the calendar's free times, and a date by hand where there is no calendar.

use super::console;
use super::icon::{self, icon};
use super::lead::Now;
use super::slice::slice;
use crate::model::Event;
use crate::model::booking::{Day, Stand, Tone, appointment, free_days, hand_off};
use crate::model::work;
use crate::words::{fill, t};
use lead::thread::{self, CalledOff, Slot};
use leptos::html::Input;
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Booking(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let stands = move || {
        case.with(|case| case.as_ref().map(|case| appointment(&case.lead, console.zone)).unwrap_or_default())
    };
    let booked =
        slice(move || case.with(|case| case.as_ref().is_some_and(|case| case.lead.appointment.is_some())));
    let called_off =
        [(CalledOff::Patient, t("They called it off")), (CalledOff::Practice, t("We call it off"))];
    view! {
        {move || stands().into_iter().map(stood).collect_view()}
        <details class="booking">
            <summary>{move || t(if booked.get() { "Move or call off the appointment" } else { "Book an appointment" })}</summary>
            <FreeTimes thread/>
            <ByHand thread/>
            <Show when=move || booked.get()>
                <div class="booking-row even">
                    {called_off.into_iter().map(|(by, words)| view! {
                        <button class="button" on:click=move |_| console.send(Event::Act { thread, event: thread::Event::AppointmentCancelled { by } })>{words}</button>
                    }).collect_view()}
                </div>
            </Show>
        </details>
    }
}

fn stood(stand: Stand) -> AnyView {
    let (class, path) = match stand.tone {
        Tone::Good => ("booked", icon::CHECK),
        Tone::Waiting => ("booked waiting", icon::CLOCK),
        Tone::Look => ("note warn", icon::ALERT),
    };
    view! { <p class=class>{icon(path)}<bdi>{stand.words}</bdi></p> }.into_any()
}

/// The calendar's free times, day by day. Asking for one is signed and sealed; the practice's program books it.
#[component]
fn FreeTimes(thread: ThreadId) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let day = RwSignal::new(0_usize);
    let days =
        slice(move || practice.with(|p| p.as_ref().and_then(|p| free_days(p, console.now(), console.zone))));
    let ask = move |slot: Slot| {
        console.send(Event::Act { thread, event: thread::Event::AppointmentRequested { slot } })
    };
    let picker = move |days: Vec<Day>| {
        let at = day.get().min(days.len().saturating_sub(1));
        let Some(chosen) = days.get(at).cloned() else {
            return view! { <p class="muted">{t("The calendar has no free time.")}</p> }.into_any();
        };
        let choose = move |event: leptos::ev::Event| day.set(event_target_value(&event).parse().unwrap_or(0));
        view! {
            <div class="stack">
                <select aria-label=t("Day") on:change=choose>
                    {days.into_iter().enumerate().map(|(index, day)| view! { <option value=index.to_string() prop:selected=index == at>{fill("{day} · {count} free", &[&day.label, &day.times.len()])}</option> }).collect_view()}
                </select>
                <div class="times" role="group" aria-label=fill("Free times, {day}", &[&chosen.label])>
                    {chosen.times.into_iter().map(|(time, slot)| view! { <button class="button small" on:click=move |_| ask(slot.clone())>{time}</button> }).collect_view()}
                </div>
            </div>
        }
        .into_any()
    };
    move || days.get().map(picker)
}

#[component]
fn ByHand(thread: ThreadId) -> impl IntoView {
    let console = console();
    let input = NodeRef::<Input>::new();
    let wrong = RwSignal::new(false);
    let connected = console.open(|open| open.practice.availability.is_some());
    let book = move |_| {
        let Some(field) = input.get_untracked() else { return };
        match work::appointment(&field.value(), console.zone) {
            Some(event) => {
                wrong.set(false);
                field.set_value("");
                console.send(Event::Act { thread, event });
            }
            None => wrong.set(true),
        }
    };
    view! {
        <div class="stack">
            <Show when=move || connected.get() == Some(true)><p class="fine">{t("Or a time that you made in the calendar yourself:")}</p></Show>
            <div class="booking-row">
                <label class="unseen" for="book-at">{t("Date and time")}</label>
                <input id="book-at" type="datetime-local" node_ref=input aria-invalid=move || wrong.get().to_string() aria-describedby="book-error"/>
                <button class="button" on:click=book>{t("Book")}</button>
            </div>
            <p class="field-error" id="book-error" role="alert">{move || wrong.get().then(|| t("Choose a date and a time."))}</p>
        </div>
    }
}

/// How far the hand-off to the EHR is, and the way to ask for another try.
#[component]
pub(crate) fn HandedOff(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let stand = move || case.with(|case| case.as_ref().and_then(|case| hand_off(&case.lead, console.zone)));
    let look =
        move || case.with(|case| case.as_ref().is_some_and(|case| case.lead.hand_off.needs_a_person()));
    let again = move |_| console.send(Event::Act { thread, event: thread::Event::HandOffAsked });
    view! {
        {move || stand().map(stood)}
        <Show when=look><button class="button" on:click=again>{t("Try the hand-off again")}</button></Show>
    }
}
