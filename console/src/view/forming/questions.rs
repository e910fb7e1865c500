//! Steps and their questions.

use super::super::icon;
use super::Ground;
use super::input::{Typed, adder, check, lines, number, press, text, texts, tools};
use crate::model::forming::{Edit, kind_word, offers, question};
use crate::words::{en, fill, t, tag};
use lead::manifest::{Field, FieldKind, Step};
use leptos::prelude::*;
use wire::json::Json;

pub(super) fn questions(ground: &Ground, opened: Option<(usize, usize)>) -> AnyView {
    let steps = ground.draft.source.form.steps.iter().enumerate();
    let steps = steps.map(|(at, one)| step(ground, at, one, opened));
    let wrong = ["form", "form.steps"].into_iter().filter_map(|path| ground.draft.wrong(path));
    view! {
        {wrong.map(|why| view! { <p class="field-error">{why}</p> }).collect_view()}
        {steps.collect_view()}
        <section class="card">{adder(ground, "form.steps", t("A new step"))}</section>
    }
    .into_any()
}

fn step(ground: &Ground, at: usize, step: &Step, opened: Option<(usize, usize)>) -> AnyView {
    let path = format!("form.steps[{at}]");
    let fields = step.fields.iter().enumerate().map(|(place, field)| {
        let here = (at, place);
        item(ground, here, field, opened == Some(here))
    });
    let title = fill("Step {number}", &[&(at + 1)]);
    // What is asked can be moved first; a step that asks nothing can go.
    let gone = step.fields.is_empty().then(|| tools(ground, "form.steps", at, &title));
    let heading = format!("step-{at}");
    view! {
        <section class="card" aria-labelledby=heading.clone()>
            <div class="item-head"><h2 id=heading.clone()>{title}</h2>{gone}</div>
            {texts(ground, &format!("{path}.title"), t("Heading"), Typed::Line)}
            <ul class="items">{fields.collect_view()}</ul>
            <p class="field-error">{ground.draft.wrong(&format!("{path}.fields"))}</p>
            {more(ground, at)}
        </section>
    }
    .into_any()
}

/// Questions that are not asked yet.
fn more(ground: &Ground, step: usize) -> AnyView {
    let send = ground.send();
    let offered = ground
        .console
        .with(|state| state.open().map(|open| offers(&open.practice, &ground.draft)).unwrap_or_default());
    let offered = offered.into_iter().enumerate().map(|(at, offer)| {
        view! { <li><button class="link" on:click=move |_| send(Edit::Ask(step, at))>{offer.label(tag())}</button></li> }
    });
    view! {
        <details class="more">
            <summary>{t("Ask something else")}</summary>
            <ul>{offered.collect_view()}</ul>
        </details>
    }
    .into_any()
}

fn item(ground: &Ground, (step, at): (usize, usize), field: &Field, is_open: bool) -> AnyView {
    let send = ground.send();
    let path = question((step, at));
    let name = field.label.in_language(tag()).to_owned();
    let wrong = ground.draft.is_wrong(&path);
    let last = ground.draft.source.form.steps.len() - 1;
    let ends = ground.draft.source.form.steps[step].fields.len() - 1;
    let list = format!("form.steps[{step}].fields");
    let (up, down) = (fill("Up: {name}", &[&name]), fill("Down: {name}", &[&name]));
    let out = fill("Take out: {name}", &[&name]);
    let toggle = move |_| send(Edit::Open((!is_open).then_some((step, at))));
    let marks = [(field.required, en("required")), (!field.tiers.is_empty(), en("some visitors only"))];
    let marks = marks.into_iter().filter(|(shown, _)| *shown);
    view! {
        <li class="item" class:open=is_open class:wrong=wrong>
            <div class="item-head">
                <button class="item-name" aria-expanded=is_open.to_string() on:click=toggle>
                    <bdi>{name}</bdi>
                    <span class="muted">{kind_word(&field.kind)}{marks.map(|(_, mark)| view! { " · "{t(mark)} }).collect_view()}</span>
                </button>
                <span class="item-tools">
                    {press(ground, icon::UP, up, step > 0 || at > 0, move || Edit::Lift(step, at))}
                    {press(ground, icon::DOWN, down, step < last || at < ends, move || Edit::Lower(step, at))}
                    {press(ground, icon::CROSS, out, true, move || Edit::Remove(list.clone(), at))}
                </span>
            </div>
            {is_open.then(|| details(ground, &path, field))}
        </li>
    }
    .into_any()
}

fn details(ground: &Ground, path: &str, field: &Field) -> AnyView {
    let at = |name: &str| format!("{path}.{name}");
    let required = at("required");
    let is_required = ground.draft.holds(&required);
    let must = {
        let required = required.clone();
        check(ground, t("Must be answered").into(), is_required, move |on| {
            Edit::Set(required.clone(), Json::Bool(on))
        })
    };
    let wrong = ["required", "id", "kind"].into_iter().filter_map(|name| ground.draft.wrong(&at(name)));
    view! {
        <div class="item-body">
            {texts(ground, &at("label"), t("Question"), Typed::Line)}
            {texts(ground, &at("hint"), t("Help, if any"), Typed::Line)}
            {texts(ground, &at("error"), t("Own words for an answer that does not fit"), Typed::Line)}
            {must}
            {wrong.map(|why| view! { <p class="field-error">{why}</p> }).collect_view()}
            {kind(ground, &at("kind"), &field.kind)}
            {bounds(ground, path, field)}
        </div>
    }
    .into_any()
}

/// Who is asked, if not everyone.
fn bounds(ground: &Ground, path: &str, field: &Field) -> AnyView {
    let send = ground.send();
    let condition = ground.draft.condition(field, tag());
    let tiers = (!field.tiers.is_empty()).then(|| {
        let scoring = &ground.draft.source.scoring;
        let names = field.tiers.iter().map(|id| {
            scoring.tier(id).map_or_else(|| id.clone(), |tier| tier.label.in_language(tag()).to_owned())
        });
        let names = names.collect::<Vec<_>>().join(", ");
        fill("Asked only of visitors whose answers so far make them: {tiers}.", &[&names])
    });
    let bound = |words: Option<String>, member: &str, wrong: &[&str], all: Json| {
        let at = format!("{path}.{member}");
        let wrong: Vec<String> =
            wrong.iter().filter_map(|name| ground.draft.wrong(&format!("{path}.{name}"))).collect();
        words.map(|words| view! {
            <p class="note"><span>{words}" "<button class="link" on:click=move |_| send(Edit::Set(at.clone(), all.clone()))>{t("Ask everyone")}</button></span></p>
            <p class="field-error">{wrong.join("; ")}</p>
        })
    };
    view! {
        {bound(condition, "show_if", &["show_if.field", "show_if.any_of"], Json::Null)}
        {bound(tiers, "tiers", &["tiers"], Json::List(Vec::new()))}
    }
    .into_any()
}

/// What a kind of question has of its own.
fn kind(ground: &Ground, path: &str, kind: &FieldKind) -> AnyView {
    let at = |name: &str| format!("{path}.{name}");
    match kind {
        FieldKind::Needs { .. } | FieldKind::Text { .. } | FieldKind::LongText { .. } => {
            number(ground, &at("max_chars"), t("Longest answer, in characters"))
        }
        FieldKind::Insurance { .. } => {
            lines(ground, &at("carriers"), t("Insurance companies to choose from, one a line"))
        }
        FieldKind::Contact { .. } => ways(ground, &at("contact.ways")),
        FieldKind::Guides { .. } => answers(ground, &at("options"), true),
        FieldKind::Times { .. }
        | FieldKind::OnBehalfOf { .. }
        | FieldKind::Appointment { .. }
        | FieldKind::Select { .. }
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. } => answers(ground, &at("options"), false),
        _ => ().into_any(),
    }
}

fn ways(ground: &Ground, path: &str) -> AnyView {
    let given = ground.draft.words(path);
    let ways = [("phone", en("A call")), ("text", en("A text message")), ("email", en("An e-mail"))];
    let ways = ways.map(|(way, label)| {
        let path = path.to_owned();
        check(ground, t(label).into(), given.contains(&way), move |on| Edit::Tick(path.clone(), way, on))
    });
    view! { <div class="many" role="group" aria-label=t("Ways of contact")>{ways.into_iter().collect_view()}</div><p class="field-error">{ground.draft.wrong(path)}</p> }
        .into_any()
}

/// The answers to choose from.
fn answers(ground: &Ground, path: &str, has_path: bool) -> AnyView {
    let each = (0..ground.draft.count(path)).map(|at| {
        let item = |member: &str| format!("{path}[{at}].{member}");
        let name = fill("Answer {number}", &[&(at + 1)]);
        let words = t("Path on your website, such as /guides/knee.pdf");
        let address = has_path.then(|| text(ground, &item("path"), words, Typed::Line));
        view! {
            <li class="answer">
                <div>{texts(ground, &item("label"), &name, Typed::Line)}{address}<p class="field-error">{ground.draft.wrong(&item("id"))}</p></div>
                {tools(ground, path, at, &name)}
            </li>
        }
    });
    view! {
        <div class="answers">
            <h3>{t("Answers to choose from")}</h3>
            <ul class="items">{each.collect_view()}</ul>
            <p class="field-error">{ground.draft.wrong(path)}</p>
            {adder(ground, path, t("A new answer"))}
        </div>
    }
    .into_any()
}
