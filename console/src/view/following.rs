//! The practice's follow-up sequences: what there is, an editor for owners, each message as a person would see it, and the
//! editions before.

use super::forming::dressed;
use super::guiding::keep_up;
use super::icon::{self, icon};
use super::slice::{Slice, slice};
use super::{Console, console};
use crate::model::Event;
use crate::model::case::{Practice, Same};
use crate::model::following::{
    CONDITIONS, Change, Edit, Part, Row, condition_word, place_words, seen, starts_word, timeline, typed,
    when_words,
};
use crate::model::when::full;
use crate::model::writing::Writing;
use crate::words::{LANGUAGES, fill, t, tag};
use lead::Text;
use lead::sequence::{Basis, Email, Quiet, Sequence, Starts, Step, StepAction, Timing, VARIABLES};
use lead::thread::{Document, Edition, WrittenSequence};
use leptos::prelude::*;
use wire::practice::Role;

/// Changes what is edited.
fn act(console: Console, edit: Edit) {
    let next = console.with(|state| {
        let open = state.open()?;
        let mut writing = open.writing.clone();
        writing.sequence_step(&open.practice, edit);
        Some(Box::new(writing))
    });
    if let Some(next) = next {
        console.send(Event::Written(next));
    }
}

fn change(console: Console, change: Change) {
    act(console, Edit::Change(change));
}

/// What an editor is drawn from.
#[derive(Clone)]
struct Ground {
    console: Console,
    practice: Same<Practice>,
    sequence: Sequence,
    faults: Vec<(String, String)>,
}

impl Ground {
    /// What is wrong at a place, or below one that ends with a dot.
    fn wrong(&self, at: &str) -> Option<String> {
        let here = self.faults.iter().filter(|(path, _)| path == at);
        let all: Vec<&str> = here.map(|(_, what)| what.as_str()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    fn languages(&self) -> Vec<String> {
        self.practice.source.languages.clone()
    }
}

/// Not before the editors' style sheet is here.
#[component]
pub(crate) fn FollowUp() -> impl IntoView {
    dressed(sequences)
}

fn sequences() -> AnyView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let writing = console.open(|open| open.writing.clone());
    let both =
        move || practice.with(|practice| writing.with(|writing| Some((practice.clone()?, writing.clone()?))));
    Effect::new(move |_| {
        practice.track();
        keep_up(console);
    });
    let is_owner = console.open(|open| open.practice.role == Role::Owner);
    let rows =
        slice(move || both().map(|(practice, writing)| writing.sequences(&practice)).unwrap_or_default());
    let ground = move || {
        let (practice, writing): (Same<Practice>, Writing) = both()?;
        let sequence = writing.sequence(&practice)?;
        let faults = writing.sequence_faults(&practice);
        Some(Ground { console, practice, sequence, faults })
    };
    let chosen = slice(move || both().and_then(|(_, writing)| writing.sequence));
    view! {
        <p class="lede">{t("What the practice writes to people by itself, and when. An owner's edition is sealed into the log, and the desk works by it at once; where the log has none, the desk goes by its files.")}</p>
        <div class="columns guiding following">
            <div class="column">
                <section class="card" aria-labelledby="sequences-title">
                    <h2 id="sequences-title">{t("Sequences")}</h2>
                    <ul class="sequences">{move || rows.get().into_iter().map(|one| row(console, one, chosen)).collect_view()}</ul>
                    {move || (is_owner.get() == Some(true)).then(|| adder(console))}
                </section>
                {move || ground().map(|ground| editor(&ground, is_owner.get() == Some(true)))}
                {move || (is_owner.get() == Some(true) && chosen.get().is_some()).then(|| saving(console))}
            </div>
            <div class="column side">
                {move || ground().map(|ground| aside(&ground))}
                {move || chosen.get().map(|_| editions(console))}
            </div>
        </div>
    }
    .into_any()
}

fn row(console: Console, row: Row, chosen: Slice<Option<String>>) -> AnyView {
    let Row { id, name, state, begins, has_draft } = row;
    let this = id.clone();
    let is_this = move || (chosen.get().as_ref() == Some(&this)).then_some("true");
    let draft = has_draft.then(|| view! { <span class="was">{t("draft")}</span> });
    let look = {
        let id = id.clone();
        move |_| act(console, Edit::Look(Some(id.clone())))
    };
    view! {
        <li>
            <button class="link" aria-current=is_this on:click=look><bdi>{name}</bdi></button>{draft}
            <span class="muted"><code class="mono">{id}</code>" · "{state}</span>
            <span class="muted"><bdi>{begins}</bdi></span>
        </li>
    }
    .into_any()
}

fn adder(console: Console) -> AnyView {
    let input = NodeRef::<leptos::html::Input>::new();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let name = input.value().trim().to_owned();
        if !name.is_empty() {
            input.set_value("");
            act(console, Edit::Begin(name));
        }
    };
    view! {
        <form class="adder" on:submit=add>
            <label class="unseen" for="sequence-new">{t("Name of a new sequence")}</label>
            <input id="sequence-new" type="text" autocomplete="off" placeholder=t("Name of a new sequence") node_ref=input/>
            <button class="button" type="submit">{icon(icon::PLUS)}<span>{t("Add")}</span></button>
        </form>
    }
    .into_any()
}

fn editor(ground: &Ground, is_owner: bool) -> AnyView {
    let Ground { console, sequence, .. } = ground.clone();
    let steps = sequence.steps.iter().enumerate().map(|(at, one)| step(ground, at, one)).collect_view();
    let add = view! {
        <div class="tool-row">
            <button type="button" class="button" on:click=move |_| change(console, Change::AddEmail)>{icon(icon::PLUS)}<span>{t("Add an e-mail")}</span></button>
            <button type="button" class="button" on:click=move |_| change(console, Change::AddCall)>{icon(icon::PLUS)}<span>{t("Add a call")}</span></button>
        </div>
    };
    view! {
        <fieldset class="plain" disabled=!is_owner>
            {frame(ground)}
            {steps}
            <p class="field-error">{ground.wrong("steps")}</p>
            {is_owner.then_some(add)}
        </fieldset>
    }
    .into_any()
}

/// What is said of all its steps.
fn frame(ground: &Ground) -> AnyView {
    let Ground { console, sequence, .. } = ground.clone();
    let starts = [Starts::Inquiry, Starts::Booking, Starts::Cancellation];
    let begin = move |chosen: String| {
        let starts = chosen.parse().ok().and_then(|at: usize| starts.get(at).copied());
        starts.map(Change::Starts)
    };
    let starts_now = starts.iter().position(|one| *one == sequence.starts).unwrap_or_default();
    let starts = starts.map(|one| starts_word(one).to_owned()).to_vec();
    let consent = ground.practice.source.consent.version;
    let basis_now = match sequence.basis {
        Basis::Request => 0,
        Basis::Consent { .. } => 1,
    };
    let version = match sequence.basis {
        Basis::Request => consent,
        Basis::Consent { version } => version,
    };
    let basis = vec![
        t("They asked, and this is the answer").to_owned(),
        fill("They agreed to the consent text, version {version} or later", &[&version]),
    ];
    let based = move |chosen: String| Some(Change::Consent((chosen == "1").then_some(version)));
    let (from, to) = (sequence.quiet.from.clone(), sequence.quiet.to.clone());
    let until = to.clone();
    let since = from.clone();
    let on_from = move |from: String| Some(Change::Quiet(Quiet { from, to: until.clone() }));
    let on_to = move |to: String| Some(Change::Quiet(Quiet { from: since.clone(), to }));
    let give_up = |hours: String| hours.trim().parse().ok().map(Change::GiveUp);
    let title = if sequence.name.trim().is_empty() { sequence.id.clone() } else { sequence.name.clone() };
    let label = title.clone();
    view! {
        <section class="card" aria-label=label>
            <h2><bdi>{title}</bdi></h2>
            {text(console, "sequence-name", t("Name for staff").to_owned(), ("text", sequence.name), ground.wrong("name"), |name| Some(Change::Name(name)))}
            {pick(console, "sequence-starts", t("Begins with").to_owned(), starts_now, starts, begin)}
            {pick(console, "sequence-basis", t("Why they may be written to").to_owned(), basis_now, basis, based)}
            <div class="twin">
                {text(console, "quiet-from", t("No message from").to_owned(), ("time", from), ground.wrong("quiet"), on_from)}
                {text(console, "quiet-to", t("No message until").to_owned(), ("time", to), None, on_to)}
            </div>
            {text(console, "give-up", t("Hours after which a message that cannot be sent is given up").to_owned(), ("text", sequence.give_up_after_hours.to_string()), ground.wrong("give_up_after_hours"), give_up)}
        </section>
    }
    .into_any()
}

fn step(ground: &Ground, at: usize, step: &Step) -> AnyView {
    let console = ground.console;
    let title = match &step.action {
        StepAction::Email(_) => fill("Step {number}: e-mail", &[&(at + 1)]),
        StepAction::Call { .. } => fill("Step {number}: call", &[&(at + 1)]),
    };
    let content = match &step.action {
        StepAction::Email(email) => mail(ground, at, email),
        StepAction::Call { note } => {
            let label = t("What staff should know or say");
            says(ground, at, Part::Note, note, label, &format!("steps[{at}].do.call.note"))
        }
    };
    let conditions = CONDITIONS.into_iter().map(|condition| {
        let holds = step.conditions.contains(&condition);
        let tick = move |event: leptos::ev::Event| {
            change(console, Change::If(at, condition, event_target_checked(&event)));
        };
        view! { <label class="check"><input type="checkbox" prop:checked=holds on:change=tick/><span>{condition_word(condition)}</span></label> }
    });
    let label = title.clone();
    let (up, out) = (fill("Up: {name}", &[&title]), fill("Take out: {name}", &[&title]));
    let go_up = move |_| {
        if at > 0 {
            change(console, Change::Swap(at));
        }
    };
    let faults = [format!("steps[{at}].id"), format!("steps[{at}].when")];
    let faults = faults.iter().filter_map(|at| ground.wrong(at)).collect::<Vec<_>>().join("; ");
    view! {
        <section class="card step" aria-label=label>
            <header class="guide-head">
                <h3>{title}</h3>
                <span class="item-tools">
                    <button type="button" class="icon-button" title=up.clone() aria-label=up aria-disabled=(at == 0).to_string() on:click=go_up>{icon(icon::UP)}</button>
                    <button type="button" class="icon-button" title=out.clone() aria-label=out on:click=move |_| change(console, Change::Remove(at))>{icon(icon::CROSS)}</button>
                </span>
            </header>
            {timing(ground, at, step.when)}
            <p class="field-error">{faults}</p>
            <details class="conditions" open=!step.conditions.is_empty()>
                <summary>{t("Only if")}</summary>
                {conditions.collect_view()}
            </details>
            {content}
        </section>
    }
    .into_any()
}

/// Kinds of times, each with a number.
fn timings(number: u32) -> [Timing; 5] {
    let small = u16::try_from(number).unwrap_or(u16::MAX);
    [
        Timing::Minutes(number),
        Timing::BusinessMinutes(number),
        Timing::Days(small),
        Timing::BusinessDays(small),
        Timing::HoursBeforeAppointment(small),
    ]
}

fn timing(ground: &Ground, at: usize, when: Timing) -> AnyView {
    let console = ground.console;
    let (kind, number) = match when {
        Timing::Minutes(number) => (0, number),
        Timing::BusinessMinutes(number) => (1, number),
        Timing::Days(number) => (2, number.into()),
        Timing::BusinessDays(number) => (3, number.into()),
        Timing::HoursBeforeAppointment(number) => (4, number.into()),
    };
    let kinds = [
        t("minutes later"),
        t("minutes of opening hours later"),
        t("days later"),
        t("business days later"),
        t("hours before the appointment"),
    ];
    let kinds = kinds.map(str::to_owned).to_vec();
    let count = move |text: String| {
        let number = text.trim().parse().ok()?;
        Some(Change::When(at, timings(number)[kind]))
    };
    let choose = move |chosen: String| {
        let kind: usize = chosen.parse().ok()?;
        Some(Change::When(at, *timings(number).get(kind)?))
    };
    view! {
        <div class="twin when">
            {text(console, &format!("step-{at}-number"), t("When, after the step before it").to_owned(), ("text", number.to_string()), None, count)}
            {pick(console, &format!("step-{at}-kind"), t("Unit").to_owned(), kind, kinds, choose)}
        </div>
    }
    .into_any()
}

fn mail(ground: &Ground, at: usize, email: &Email) -> AnyView {
    let console = ground.console;
    let path = |member: &str| format!("steps[{at}].do.email.{member}");
    let tick = move |event: leptos::ev::Event| {
        change(console, Change::Calendar(at, event_target_checked(&event)));
    };
    let has_calendar = ground.sequence.starts != Starts::Inquiry || email.calendar;
    let calendar = has_calendar.then(|| {
        view! { <label class="check"><input type="checkbox" prop:checked=email.calendar on:change=tick/><span>{t("With the appointment as a calendar file")}</span></label> }
    });
    view! {
        {says(ground, at, Part::Subject, &email.subject, t("Subject"), &path("subject"))}
        {says(ground, at, Part::Preview, &email.preview, t("Preview in a list of mails"), &path("preview"))}
        {says(ground, at, Part::Body, &email.body, t("Message"), &path("body"))}
        {calendar}
        <p class="field-error">{ground.wrong(&path("calendar"))}</p>
    }
    .into_any()
}

/// A text in each of the practice's languages.
fn says(ground: &Ground, at: usize, part: Part, said: &Text, label: &str, path: &str) -> AnyView {
    let console = ground.console;
    let wrong = ground.wrong(path);
    let why = format!("{path}-wrong");
    let is_wrong = wrong.is_some().to_string();
    let languages = ground.languages();
    let each = languages.iter().map(|language| {
        let name = LANGUAGES.into_iter().find(|(known, _)| known == language).map_or(language.as_str(), |(_, name)| name);
        let (id, label) = (format!("{path}.{language}"), format!("{label} ({name})"));
        let value = typed(said, language).to_owned();
        let lang = language.clone();
        let language = language.clone();
        let say = move |event: leptos::ev::Event| {
            change(console, Change::Say(at, part, language.clone(), event_target_value(&event)));
        };
        let control = if matches!(part, Part::Body | Part::Note) {
            let rows = if part == Part::Body { "8" } else { "3" };
            view! { <textarea id=id.clone() rows=rows lang=lang spellcheck="true" prop:value=value aria-invalid=is_wrong.clone() aria-describedby=why.clone() on:input=say></textarea> }.into_any()
        } else {
            view! { <input id=id.clone() type="text" autocomplete="off" lang=lang prop:value=value aria-invalid=is_wrong.clone() aria-describedby=why.clone() on:input=say/> }.into_any()
        };
        view! { <div class="field"><label for=id>{label}</label>{control}</div> }
    });
    view! { <div class="twin">{each.collect_view()}</div><p class="field-error" id=why.clone()>{wrong}</p> }
        .into_any()
}

/// What is done when a field changes. The boxed `edit` keeps it in the program once.
fn setter(console: Console, edit: Box<dyn Fn(String) -> Option<Change>>) -> impl Fn(leptos::ev::Event) {
    move |event| {
        if let Some(edit) = edit(event_target_value(&event)) {
            change(console, edit);
        }
    }
}

fn text(
    console: Console,
    id: &str,
    label: String,
    (kind, value): (&'static str, String),
    wrong: Option<String>,
    edit: impl Fn(String) -> Option<Change> + 'static,
) -> AnyView {
    let set = setter(console, Box::new(edit));
    let (is_wrong, why) = (wrong.is_some().to_string(), format!("{id}-wrong"));
    view! {
        <div class="field">
            <label for=id.to_owned()>{label}</label>
            <input id=id.to_owned() type=kind autocomplete="off" prop:value=value aria-invalid=is_wrong aria-describedby=why.clone() on:change=set/>
            <p class="field-error" id=why>{wrong}</p>
        </div>
    }
    .into_any()
}

fn pick(
    console: Console,
    id: &str,
    label: String,
    chosen: usize,
    options: Vec<String>,
    edit: impl Fn(String) -> Option<Change> + 'static,
) -> AnyView {
    let set = setter(console, Box::new(edit));
    let options = options.into_iter().enumerate().map(|(at, label)| {
        view! { <option value=at.to_string() prop:selected=at == chosen>{label}</option> }
    });
    view! {
        <div class="field">
            <label for=id.to_owned()>{label}</label>
            <select id=id.to_owned() on:change=set>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// What keeps it from being saved, and the way into the log.
fn saving(console: Console) -> AnyView {
    let practice = console.open(|open| open.practice.clone());
    let writing = console.open(|open| open.writing.clone());
    let both =
        move || practice.with(|practice| writing.with(|writing| Some((practice.clone()?, writing.clone()?))));
    let overtaken = slice(move || both().and_then(|(p, writing)| writing.sequence_overtaken_by(&p)));
    let faults = slice(move || both().map(|(p, writing)| writing.sequence_faults(&p)).unwrap_or_default());
    let is_changed = slice(move || both().is_some_and(|(p, writing)| writing.is_sequence_changed(&p)));
    let can = slice(move || both().is_some_and(|(p, writing)| writing.publishable(&p).is_some()));
    let is_in_log = slice(move || {
        let state = both().map(|(p, writing)| writing.sequence_editions(&p));
        state.and_then(|all| all.into_iter().next()).is_some_and(|(_, text, _)| !text.is_empty())
    });
    let publish = move |_| {
        act(console, Edit::Number);
        let document = console.with(|state| {
            let open = state.open()?;
            open.writing.publishable(&open.practice)
        });
        if let Some(document) = document {
            console.send(Event::Publish(Box::new(document.published())));
        }
    };
    let back = move |_| {
        if let Some(id) = console.with(|state| state.open()?.writing.sequence.clone()) {
            let back = Document::Sequence(WrittenSequence::back(&id));
            console.send(Event::Publish(Box::new(back.published())));
        }
    };
    view! {
        <div class="card">
            <div aria-live="polite">
                {move || overtaken.get().map(|who| {
                    let words = fill("{name} published another text after you began yours. It is the latest below; yours takes its place if you save it.", &[&who]);
                    view! { <p class="trouble">{icon(icon::ALERT)}<span><bdi>{words}</bdi></span></p> }
                })}
                {move || {
                    let faults = faults.get();
                    (!faults.is_empty()).then(|| view! { <div class="trouble">{icon(icon::ALERT)}<ul>{faults.into_iter().map(|(place, what)| view! { <li><bdi>{place_words(&place)}{what}</bdi></li> }).collect_view()}</ul></div> })
                }}
            </div>
            <p class="fine">{t("Links are checked by the desk, which knows your website. Whoever is in the middle of a sequence goes on by the new edition; a step that you add is for whom it falls due from now on.")}</p>
            <div class="tool-row">
                <button class="button primary" disabled=move || !can.get() on:click=publish>{t("Save for everyone")}</button>
                <button class="button quiet" disabled=move || !is_changed.get() on:click=move |_| act(console, Edit::Discard)>{t("Discard the draft")}</button>
                {move || is_in_log.get().then(|| view! { <button class="button quiet" on:click=back>{t("Take it out of the log")}</button> })}
            </div>
        </div>
    }
    .into_any()
}

/// The course of it, and each message.
fn aside(ground: &Ground) -> AnyView {
    let lines = timeline(&ground.sequence, tag());
    let messages = ground.sequence.steps.iter().enumerate().filter_map(|(at, step)| match &step.action {
        StepAction::Email(email) => Some(message(ground, at, email, step.when)),
        StepAction::Call { .. } => None,
    });
    view! {
        <section class="card" aria-labelledby="course-title">
            <h2 id="course-title">{t("What happens")}</h2>
            <ol class="course">{lines.into_iter().map(|line| view! { <li><bdi>{line}</bdi></li> }).collect_view()}</ol>
            <p class="fine">{t("It ends when they book, answer, stop messages or are closed, and nothing goes out in the quiet hours where they live.")}</p>
        </section>
        <section class="card seen" aria-labelledby="seen-title">
            <h2 id="seen-title">{t("As a person would see it")}</h2>
            {messages.collect_view()}
            <Help/>
        </section>
    }
    .into_any()
}

fn message(ground: &Ground, at: usize, email: &Email, when: Timing) -> AnyView {
    let each = ground.languages().into_iter().map(|language| {
        let seen = seen(email, &language, &ground.practice);
        view! {
            <article class="letter" lang=language>
                <p><strong><bdi>{seen.subject}</bdi></strong>" "<span class="muted"><bdi>{seen.preview}</bdi></span></p>
                <p class="letter-body"><bdi>{seen.body}</bdi></p>
            </article>
        }
    });
    view! { <h3>{fill("Step {number}: e-mail", &[&(at + 1)])}" · "{when_words(when)}</h3>{each.collect_view()} }.into_any()
}

/// What a message may name.
#[component]
fn Help() -> impl IntoView {
    let names = VARIABLES.map(|name| format!("{{{{ {name} }}}}")).join(" ");
    view! {
        <details class="fine">
            <summary>{t("What can be filled in")}</summary>
            <p><code class="mono">{names}</code></p>
            <p>{t("Messages travel and lie in the clear: they say nothing of health, and the services of your practice are not named.")}</p>
        </details>
    }
}

fn editions(console: Console) -> AnyView {
    let practice = console.open(|open| open.practice.clone());
    let writing = console.open(|open| open.writing.clone());
    let all = slice(move || {
        let both = practice.with(|p| writing.with(|writing| Some((p.clone()?, writing.clone()?))));
        both.map(|(p, writing)| writing.sequence_editions(&p)).unwrap_or_default()
    });
    let is_owner = console.open(|open| open.practice.role == Role::Owner);
    view! {
        <section class="card" aria-labelledby="editions-title">
            <h2 id="editions-title">{t("Editions")}</h2>
            {move || {
                let all = all.get();
                if all.is_empty() {
                    view! { <p class="muted">{t("None is in the log.")}</p> }.into_any()
                } else {
                    let can = is_owner.get() == Some(true);
                    view! { <ul class="moved">{all.into_iter().map(|one| edition(console, one, can)).collect_view()}</ul> }.into_any()
                }
            }}
        </section>
    }
    .into_any()
}

fn edition(console: Console, (edition, text, state): (Edition, String, String), can: bool) -> AnyView {
    let when = full(edition.time, console.zone);
    let bring_back = (can && !text.is_empty()).then(|| {
        let put = move |_| act(console, Edit::Put(text.clone()));
        view! { <button class="link" on:click=put>{t("Put it into the editor")}</button> }
    });
    view! {
        <li>
            <span><bdi>{edition.author.to_string()}</bdi>" · "{when}</span>
            <span class="muted"><bdi>{state}</bdi></span>
            {bring_back}
        </li>
    }
    .into_any()
}
