//! When somebody answers the phone.

use super::super::icon::{self, icon};
use super::Ground;
use super::input::{Typed, check, lines, pick, text, tools};
use crate::model::forming::Edit;
use crate::words::{en, fill, t};
use leptos::prelude::*;
use wire::json::Json;

const DAYS: [(&str, &str); 7] = [
    ("mon", en("Mon")),
    ("tue", en("Tue")),
    ("wed", en("Wed")),
    ("thu", en("Thu")),
    ("fri", en("Fri")),
    ("sat", en("Sat")),
    ("sun", en("Sun")),
];
/// Name, minutes from UTC, rule of daylight time.
const ZONES: [(&str, i64, &str); 8] = [
    (en("Atlantic"), -240, "none"),
    (en("Eastern"), -300, "united-states"),
    (en("Central"), -360, "united-states"),
    (en("Mountain"), -420, "united-states"),
    (en("Arizona"), -420, "none"),
    (en("Pacific"), -480, "united-states"),
    (en("Alaska"), -540, "united-states"),
    (en("Hawaii"), -600, "none"),
];

pub(super) fn hours(ground: &Ground) -> AnyView {
    let send = ground.send();
    let each = (0..ground.draft.source.hours.open.len()).map(|at| opening(ground, at));
    let add = move |_| send(Edit::Add("hours.open".into(), String::new()));
    view! {
        <section class="card" aria-labelledby="hours-title">
            <h2 id="hours-title">{t("When somebody answers the phone")}</h2>
            <p class="fine">{t("Deadlines for calls count these hours alone, and the form says when you open again.")}</p>
            <ul class="items">{each.collect_view()}</ul>
            <p class="field-error">{ground.draft.wrong("hours.open")}</p>
            <button class="button" id="hours.open-new" on:click=add>{icon(icon::PLUS)}<span>{t("More hours")}</span></button>
            {zone(ground)}
            {lines(ground, "hours.holidays", t("Closed on these dates, such as 2026-12-25, one a line"))}
        </section>
    }
    .into_any()
}

fn opening(ground: &Ground, at: usize) -> AnyView {
    let path = |member: &str| format!("hours.open[{at}].{member}");
    let days = path("days");
    let open = ground.draft.words(&days);
    let each = DAYS.map(|(day, label)| {
        let path = days.clone();
        check(ground, t(label).into(), open.contains(&day), move |on| {
            Edit::Tick(path.clone(), day.into(), on)
        })
    });
    let name = fill("Hours {number}", &[&(at + 1)]);
    view! {
        <li class="item">
            <div class="item-body">
                <div class="many" role="group" aria-label=t("Days")>{each.into_iter().collect_view()}</div>
                <p class="field-error">{ground.draft.wrong(&days)}</p>
                <div class="item-body two">
                    {text(ground, &path("from"), t("From"), Typed::Time)}
                    {text(ground, &path("to"), t("Until"), Typed::Time)}
                </div>
                <p class="field-error">{ground.draft.wrong(&format!("hours.open[{at}]"))}</p>
            </div>
            {tools(ground, "hours.open", at, &name)}
        </li>
    }
    .into_any()
}

/// A zone that is none of the list stays as it is.
fn zone(ground: &Ground) -> AnyView {
    let (offset, daylight) = ("hours.zone.utc_offset_minutes", "hours.zone.daylight");
    let now = (ground.draft.text(offset), ground.draft.text(daylight));
    let chosen = ZONES.iter().position(|(_, minutes, rule)| now == (minutes.to_string(), (*rule).to_owned()));
    let mut options: Vec<(String, String)> =
        ZONES.iter().enumerate().map(|(at, (name, ..))| (at.to_string(), t(name).to_owned())).collect();
    if chosen.is_none() {
        options.push((String::new(), fill("UTC and {minutes} minutes", &[&now.0])));
    }
    let chosen = chosen.map_or_else(String::new, |at| at.to_string());
    pick(ground, "hours.zone", t("Time zone"), &chosen, options, |chosen| {
        let (_, minutes, rule) =
            chosen.parse::<usize>().ok().and_then(|at| ZONES.get(at)).unwrap_or(&ZONES[1]);
        let minutes = ("utc_offset_minutes".to_owned(), Json::Integer(*minutes));
        let daylight = ("daylight".to_owned(), Json::Text((*rule).to_owned()));
        Edit::Set("hours.zone".into(), Json::Object(vec![minutes, daylight]))
    })
}
