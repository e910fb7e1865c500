//! Steps and their questions.

use super::Ground;
use super::input::{Tool, Typed, adder, check, lines, number, pick, press, text, texts, tools};
use crate::model::forming::{Edit, condition, kind_word, offers, question};
use crate::model::score;
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
            <summary id=format!("form.steps[{step}].fields-new")>{t("Ask something else")}</summary>
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
    let toggle = move |_| send(Edit::Open((!is_open).then_some((step, at))));
    let is_bound = !field.tiers.is_empty() || field.show_if.is_some();
    let marks = [(field.required, en("required")), (is_bound, en("some visitors only"))];
    let marks = marks.into_iter().filter(|(shown, _)| *shown);
    view! {
        <li class="item" class:open=is_open class:wrong=wrong>
            <div class="item-head">
                <button class="item-name" id=format!("{path}-name") aria-expanded=is_open.to_string() on:click=toggle>
                    <bdi>{name.clone()}</bdi>
                    <span class="muted">{kind_word(&field.kind)}{marks.map(|(_, mark)| view! { " · "{t(mark)} }).collect_view()}</span>
                </button>
                <span class="item-tools">
                    {press(ground, &path, Tool::Up, &name, step > 0 || at > 0, move || Edit::Lift(step, at))}
                    {press(ground, &path, Tool::Down, &name, step < last || at < ends, move || Edit::Lower(step, at))}
                    {press(ground, &path, Tool::Out, &name, true, move || Edit::Remove(list.clone(), at))}
                </span>
            </div>
            {is_open.then(|| details(ground, &path, (step, at), field))}
        </li>
    }
    .into_any()
}

fn details(ground: &Ground, path: &str, place: (usize, usize), field: &Field) -> AnyView {
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
            {asked(ground, path, place, field)}
        </div>
    }
    .into_any()
}

/// Who is asked.
fn asked(ground: &Ground, path: &str, place: (usize, usize), field: &Field) -> AnyView {
    let draft = &ground.draft;
    let (show_if, tiers) = (format!("{path}.show_if"), format!("{path}.tiers"));
    let depends = format!("{show_if}.field");
    let everyone = (String::new(), t("No: everyone is asked").to_owned());
    let earlier = std::iter::once(everyone).chain(draft.earlier(place, tag())).collect();
    let set = show_if.clone();
    let depend = move |field| Edit::Set(set.clone(), condition(field));
    let among = field.show_if.as_ref().map(|now| {
        let answers = draft.answers(&show_if, tag()).into_iter().map(|(id, label)| {
            let (path, on) = (format!("{show_if}.any_of"), now.any_of.contains(&id));
            check(ground, label, on, move |on| Edit::Tick(path.clone(), id.clone(), on))
        });
        group(t("Asked after one of these answers; with none ticked, after any"), answers.collect())
    });
    let of = draft.source.scoring.tiers.iter().map(|tier| (tier.id.clone(), score::tier(tier)));
    let lost = field.tiers.iter().filter(|id| draft.source.scoring.tier(id).is_none());
    let of = of.chain(lost.map(|id| (id.clone(), id.clone()))).map(|(id, label)| {
        let (path, on) = (tiers.clone(), field.tiers.contains(&id));
        check(ground, label, on, move |on| Edit::Tick(path.clone(), id.clone(), on))
    });
    view! {
        <div class="asked">
            <h3>{t("Who is asked")}</h3>
            {pick(ground, &depends, t("It depends on an earlier answer"), &draft.text(&depends), earlier, depend)}
            {among}
            <p class="field-error">{draft.wrong(&format!("{show_if}.any_of"))}</p>
            {group(t("Only visitors whose answers so far put them here; with none ticked, everyone"), of.collect())}
            <p class="field-error">{draft.wrong(&tiers)}</p>
        </div>
    }
    .into_any()
}

fn group(label: &'static str, ticks: Vec<AnyView>) -> Option<AnyView> {
    (!ticks.is_empty()).then(|| {
        view! {
            <fieldset class="ticks">
                <legend>{label}</legend>
                <div class="many">{ticks.into_iter().collect_view()}</div>
            </fieldset>
        }
        .into_any()
    })
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
        check(ground, t(label).into(), given.contains(&way), move |on| {
            Edit::Tick(path.clone(), way.into(), on)
        })
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
