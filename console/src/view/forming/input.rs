//! Fields of the editor. Each stands for a place in the document, and shows what is wrong there.

use super::super::icon::{self, icon};
use super::Ground;
use crate::model::forming::Edit;
use crate::words::{fill, t};
use leptos::prelude::*;
use wire::json::Json;

/// What a change of a field does.
type Change = Box<dyn Fn(String) -> Edit + Send + Sync>;

/// How a text is typed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Typed {
    Line,
    Time,
    Area,
}

/// A text in each of the manifest's languages.
pub(super) fn texts(ground: &Ground, path: &str, label: &str, typed: Typed) -> AnyView {
    let one = ground.languages.len() == 1;
    let each = ground.languages.iter().map(|language| {
        let label = if one { label.to_owned() } else { format!("{label} ({})", named(language)) };
        let at = format!("{path}.{language}");
        let (path, language) = (path.to_owned(), language.clone());
        let change: Change = Box::new(move |text| Edit::Say(path.clone(), language.clone(), text));
        field(ground, at, label, typed, None, change)
    });
    view! { <div class="twin">{each.collect_view()}</div> }.into_any()
}

/// One text.
pub(super) fn text(ground: &Ground, path: &str, label: &str, typed: Typed) -> AnyView {
    let at = path.to_owned();
    let change: Change = Box::new(move |text| Edit::Set(at.clone(), Json::Text(text)));
    field(ground, path.to_owned(), label.to_owned(), typed, None, change)
}

/// A whole number.
pub(super) fn number(ground: &Ground, path: &str, label: &str) -> AnyView {
    let at = path.to_owned();
    let change: Change =
        Box::new(move |text| Edit::Set(at.clone(), Json::Integer(text.trim().parse().unwrap_or(0))));
    field(ground, path.to_owned(), label.to_owned(), Typed::Line, None, change)
}

/// A list of texts, one a line.
pub(super) fn lines(ground: &Ground, path: &str, label: &str) -> AnyView {
    let at = path.to_owned();
    let change: Change = Box::new(move |text| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Edit::Set(at.clone(), Json::List(lines.map(|line| Json::Text(line.to_owned())).collect()))
    });
    let value = ground.draft.words(path).join("\n");
    field(ground, path.to_owned(), label.to_owned(), Typed::Area, Some(value), change)
}

fn field(
    ground: &Ground,
    at: String,
    label: String,
    typed: Typed,
    value: Option<String>,
    change: Change,
) -> AnyView {
    let send = ground.send();
    let value = value.unwrap_or_else(|| ground.draft.text(&at));
    let wrong = ground.draft.wrong(&at);
    let (invalid, why) = (wrong.is_some().to_string(), format!("{at}-wrong"));
    let change = move |event: leptos::ev::Event| send(change(event_target_value(&event)));
    let control = if typed == Typed::Area {
        view! { <textarea id=at.clone() rows="3" prop:value=value aria-invalid=invalid aria-describedby=why.clone() on:input=change></textarea> }.into_any()
    } else {
        let kind = if typed == Typed::Time { "time" } else { "text" };
        view! { <input id=at.clone() type=kind autocomplete="off" prop:value=value aria-invalid=invalid aria-describedby=why.clone() on:input=change/> }.into_any()
    };
    view! {
        <div class="field">
            <label for=at>{label}</label>
            {control}
            <p class="field-error" id=why>{wrong}</p>
        </div>
    }
    .into_any()
}

/// One of several.
pub(super) fn pick(
    ground: &Ground,
    id: &str,
    label: &str,
    chosen: &str,
    options: Vec<(String, String)>,
    change: impl Fn(String) -> Edit + Send + Sync + 'static,
) -> AnyView {
    let send = ground.send();
    let change: Change = Box::new(change);
    let change = move |event: leptos::ev::Event| send(change(event_target_value(&event)));
    let wrong = ground.draft.wrong(id);
    let options = options.into_iter().map(|(value, label)| {
        let is_chosen = value == chosen;
        view! { <option value=value prop:selected=is_chosen>{label}</option> }
    });
    view! {
        <div class="field">
            <label for=id.to_owned()>{label.to_owned()}</label>
            <select id=id.to_owned() on:change=change>{options.collect_view()}</select>
            <p class="field-error">{wrong}</p>
        </div>
    }
    .into_any()
}

/// Yes or no.
pub(super) fn check(
    ground: &Ground,
    label: String,
    checked: bool,
    change: impl Fn(bool) -> Edit + Send + Sync + 'static,
) -> AnyView {
    let send = ground.send();
    let change: Box<dyn Fn(bool) -> Edit + Send + Sync> = Box::new(change);
    let change = move |event: leptos::ev::Event| send(change(event_target_checked(&event)));
    view! { <label class="check"><input type="checkbox" prop:checked=checked on:change=change/><span>{label}</span></label> }
        .into_any()
}

/// Up and out, for an item of a list.
pub(super) fn tools(ground: &Ground, list: &str, at: usize, name: &str) -> AnyView {
    let (up, out) = (list.to_owned(), list.to_owned());
    let (up, out) = (move || Edit::Swap(up.clone(), at), move || Edit::Remove(out.clone(), at));
    let here = format!("{list}[{at}]");
    view! {
        <span class="item-tools">
            {press(ground, &here, Tool::Up, name, at > 0, up)}
            {press(ground, &here, Tool::Out, name, true, out)}
        </span>
    }
    .into_any()
}

/// What a small button does to an item.
#[derive(Clone, Copy)]
pub(super) enum Tool {
    Up,
    Down,
    Out,
}

/// A small button with an icon, named by what it does to `name`. One that cannot do anything now keeps the focus.
pub(super) fn press(
    ground: &Ground,
    item: &str,
    tool: Tool,
    name: &str,
    can: bool,
    edit: impl Fn() -> Edit + Send + Sync + 'static,
) -> AnyView {
    let send = ground.send();
    let edit: Box<dyn Fn() -> Edit + Send + Sync> = Box::new(edit);
    let (mark, path, label) = match tool {
        Tool::Up => ("up", icon::UP, fill("Up: {name}", &[&name])),
        Tool::Down => ("down", icon::DOWN, fill("Down: {name}", &[&name])),
        Tool::Out => ("out", icon::CROSS, fill("Take out: {name}", &[&name])),
    };
    let act = move |_| {
        if can {
            send(edit());
        }
    };
    view! { <button type="button" id=format!("{item}-{mark}") class="icon-button" title=label.clone() aria-label=label aria-disabled=(!can).to_string() on:click=act>{icon(path)}</button> }
        .into_any()
}

/// A field that adds an item by its name.
pub(super) fn adder(ground: &Ground, list: &str, label: &'static str) -> AnyView {
    let send = ground.send();
    let list = list.to_owned();
    let id = format!("{list}-new");
    let input = NodeRef::<leptos::html::Input>::new();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let name = input.value().trim().to_owned();
        if !name.is_empty() {
            input.set_value("");
            send(Edit::Add(list.clone(), name));
        }
    };
    view! {
        <form class="adder" on:submit=add>
            <label class="unseen" for=id.clone()>{label}</label>
            <input id=id type="text" autocomplete="off" placeholder=label node_ref=input/>
            <button class="button" type="submit">{icon(icon::PLUS)}<span>{t("Add")}</span></button>
        </form>
    }
    .into_any()
}

/// A language by its own name, where it is one of the interface's.
pub(super) fn named(tag: &str) -> &str {
    crate::words::LANGUAGES.into_iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}
