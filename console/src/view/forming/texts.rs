//! Services, the practice's name and phone, the texts beside the questions, and its own words for triage.

use super::Ground;
use super::input::{Typed, adder, check, pick, text, texts as said, tools};
use crate::model::forming::Edit;
use crate::words::{LANGUAGES, en, fill, t, tag};
use leptos::prelude::*;
use wire::json::Json;

/// Kinds of care, as a manifest writes them.
const TIERS: [(&str, &str); 5] = [
    ("surgical", en("Surgery")),
    ("procedure", en("Procedure without surgery")),
    ("consultation", en("Visit or second opinion")),
    ("therapy", en("Therapy over several visits")),
    ("general", en("Anything else")),
];
const LANES: [(&str, &str); 2] = [("urgent", en("Urgent")), ("emergency", en("Emergency"))];

pub(super) fn options(of: &[(&str, &'static str)]) -> Vec<(String, String)> {
    of.iter().map(|(value, label)| ((*value).to_owned(), t(label).to_owned())).collect()
}

pub(super) fn set(path: String) -> impl Fn(String) -> Edit + Send + Sync {
    move |text| Edit::Set(path.clone(), Json::Text(text))
}

pub(super) fn services(ground: &Ground) -> AnyView {
    let each = ground.draft.source.services.iter().enumerate().map(|(at, service)| {
        let path = |member: &str| format!("services[{at}].{member}");
        let (label, tier) = (path("label"), path("tier"));
        let chosen = ground.draft.text(&tier);
        view! {
            <li class="item">
                <div class="item-body">
                    {said(ground, &label, t("Name"), Typed::Line)}
                    {pick(ground, &tier, t("Kind of care"), &chosen, options(&TIERS), set(tier.clone()))}
                    <p class="field-error">{ground.draft.wrong(&path("id"))}</p>
                </div>
                {tools(ground, "services", at, service.label.in_language(tag()))}
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="services-title">
            <h2 id="services-title">{t("What patients can ask for")}</h2>
            <p class="fine">{t("The kind of care counts for the score. Patients do not see it.")}</p>
            <ul class="items">{each.collect_view()}</ul>
            <p class="field-error">{ground.draft.wrong("services")}</p>
            {adder(ground, "services", t("A new service"))}
        </section>
    }
    .into_any()
}

pub(super) fn practice(ground: &Ground) -> AnyView {
    let languages = LANGUAGES.into_iter().map(|(tag, name)| {
        let given = ground.languages.iter().any(|language| language == tag);
        check(ground, name.to_owned(), given, move |on| Edit::Language(tag, on))
    });
    view! {
        <section class="card" aria-labelledby="practice-title">
            <h2 id="practice-title">{t("The practice")}</h2>
            {text(ground, "name", t("Name, as patients know it"), Typed::Line)}
            {text(ground, "phone", t("Phone number, as it is shown"), Typed::Line)}
            <div class="field">
                <span class="label" id="languages-label">{t("Languages of the form")}</span>
                <div class="many" role="group" aria-labelledby="languages-label">{languages.collect_view()}</div>
                <p class="field-error">{ground.draft.wrong("languages")}</p>
                <p class="fine">{t("Every text is needed in each of them. Without a language its texts are gone from the draft.")}</p>
            </div>
        </section>
    }
    .into_any()
}

pub(super) fn texts(ground: &Ground) -> AnyView {
    let consents =
        [("consent", en("Consent that everyone gives")), ("follow_up", en("Consent to a later follow-up"))];
    let consents = consents.into_iter().filter(|(path, _)| ground.draft.has(path));
    let consents = consents.map(|(path, label)| {
        view! { {said(ground, &format!("{path}.text"), t(label), Typed::Area)}<p class="field-error">{ground.draft.wrong(path)}</p> }
    });
    let notices = ground.draft.source.notices.iter().enumerate().map(|(at, notice)| {
        let label = match notice.id.as_str() {
            "privacy" => t("Under the form").to_owned(),
            "what-happens-next" => t("After it was sent").to_owned(),
            id => {
                let tier = id.strip_prefix("what-happens-next-").unwrap_or(id);
                let tier =
                    ground.draft.source.scoring.tier(tier).map_or(tier, |tier| tier.label.in_language(tag()));
                fill("After it was sent, for {tier}", &[&tier])
            }
        };
        said(ground, &format!("notices[{at}].text"), &label, Typed::Area)
    });
    view! {
        <section class="card" aria-labelledby="emergency-title">
            <h2 id="emergency-title">{t("In an emergency")}</h2>
            {said(ground, "emergency_note", t("Your own words beside 911, 988 and Poison Control"), Typed::Area)}
        </section>
        <section class="card" aria-labelledby="consent-title">
            <h2 id="consent-title">{t("Consent")}</h2>
            <p class="fine">{t("A text that changed gets the next number, and every inquiry says which one was agreed to.")}</p>
            {consents.collect_view()}
        </section>
        <section class="card" aria-labelledby="notices-title">
            <h2 id="notices-title">{t("What is said")}</h2>
            {notices.collect_view()}
        </section>
    }
    .into_any()
}

pub(super) fn words(ground: &Ground) -> AnyView {
    let each = ground.draft.source.phrases.iter().enumerate().map(|(at, own)| {
        let path = |member: &str| format!("phrases[{at}].{member}");
        let (lane, phrase) = (path("lane"), path("phrase"));
        let chosen = ground.draft.text(&lane);
        view! {
            <li class="item">
                <div class="item-body two">
                    {text(ground, &phrase, t("Words"), Typed::Line)}
                    {pick(ground, &lane, t("Read as"), &chosen, options(&LANES), set(lane.clone()))}
                </div>
                {tools(ground, "phrases", at, &own.phrase)}
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="words-title">
            <h2 id="words-title">{t("Your own words that mean haste")}</h2>
            <p class="fine">{t("They add to those that every form knows, and never replace them. Capital letters and accents do not matter.")}</p>
            <ul class="items">{each.collect_view()}</ul>
            {adder(ground, "phrases", t("New words, such as: my incision opened"))}
        </section>
    }
    .into_any()
}
