//! The access log: who did what at the relay.

use super::icon::{self, icon};
use super::slice::slice;
use super::{console, file};
use crate::model::Event;
use crate::model::access::{
    ACTIONS, Access, AccessFilter, AccessRow, Found, Stand, action_word, actors, csv, rows,
};
use crate::model::settings::Tab;
use crate::words::{en, fill, t};
use leptos::prelude::*;

/// Stands for anyone, and anything.
const ANY: &str = "*";

#[component]
pub(crate) fn AccessLog() -> impl IntoView {
    let console = console();
    let access = console.open(|open| open.access.clone());
    let stand = slice(move || {
        access.with(|access| access.as_ref().map(|access| access.stand.clone()).unwrap_or_default())
    });
    let again = move |_| console.send(Event::OpenSettings(Tab::Access));
    let body = move || match stand.get() {
        Stand::Unread | Stand::Reading { .. } => {
            let words = move || match stand.get() {
                Stand::Reading { read, of } if of > 0 => fill("Reading {read} of {all}…", &[&read, &of]),
                _ => t("Reading…").to_owned(),
            };
            view! { <p class="muted" role="status">{move || words()}</p> }.into_any()
        }
        Stand::Failed(trouble) => {
            view! { <p class="trouble" role="alert">{icon(icon::ALERT)}<span>{trouble.words()}</span></p> }
                .into_any()
        }
        Stand::Read(records) => {
            let checked = fill(
                "{count} records, each following from the one before it, to the end that the relay names.",
                &[&records.len()],
            );
            view! {
                <p class="note">{icon(icon::SHIELD)}<span>{checked}</span></p>
                <Filters actors=actors(&records)/>
                <Records/>
            }
            .into_any()
        }
    };
    view! {
        <p class="lede">{t("Everyone who signed in, read, wrote, published or was refused. It names staff and places in the log, never a patient, and no address.")}</p>
        <div class="tool-row">
            <button class="button" on:click=again>{t("Read it again")}</button>
        </div>
        {move || body()}
    }
}

#[component]
fn Filters(actors: Vec<String>) -> impl IntoView {
    let console = console();
    let filter = console.open(|open| open.access.filter.clone());
    let change = move |edit: &dyn Fn(&mut AccessFilter)| {
        let mut now = filter.get_untracked().unwrap_or_default();
        edit(&mut now);
        console.send(Event::Access(Found::Filter(now)));
    };
    let export = move |_| {
        let table = console.with(|state| state.open().map(|open| csv(&open.access, console.zone)));
        if let Some(table) = table {
            file::save("access-log.csv", "text/csv;charset=utf-8", &table);
        }
    };
    view! {
        <div class="tool-row" role="group" aria-label=t("Show")>
            <select class="facet" aria-label=t("Who") on:change=move |event| {
                let who = Some(event_target_value(&event)).filter(|who| who != ANY);
                change(&|filter| filter.actor.clone_from(&who));
            }>
                <option value=ANY>{t("Everyone")}</option>
                {actors.into_iter().map(|who| view! { <option value=who.clone()>{who.clone()}</option> }).collect_view()}
            </select>
            <select class="facet" aria-label=t("What") on:change=move |event| {
                let what = event_target_value(&event);
                let action = ACTIONS.into_iter().find(|action| action_word(*action) == what);
                change(&|filter| filter.action = action);
            }>
                <option value=ANY>{t("Everything")}</option>
                {ACTIONS.into_iter().map(|action| view! { <option value=action_word(action)>{action_word(action)}</option> }).collect_view()}
            </select>
            <label class="check"><input type="checkbox" on:change=move |event| {
                let refused = event_target_checked(&event);
                change(&|filter| filter.refused = refused);
            }/><span>{t("Refused only")}</span></label>
            <button class="button" on:click=export>{t("Export (CSV)")}</button>
        </div>
    }
}

#[component]
fn Records() -> impl IntoView {
    let console = console();
    let access = console.open(|open| open.access.clone());
    let shown = slice(move || {
        access.with(|access| rows(access.as_ref().unwrap_or(&Access::default()), console.zone))
    });
    let more = move || shown.with(|(rows, count)| count.saturating_sub(rows.len()));
    view! {
        <p class="muted" role="status">{move || shown.with(|(_, count)| fill("{count} shown", &[count]))}</p>
        <table class="plain-table stacks">
            <thead><tr>{[en("When"), en("Who"), en("What"), en("To"), en("Result")].map(|head| view! { <th scope="col">{t(head)}</th> }).collect_view()}</tr></thead>
            <tbody>{move || shown.with(|(rows, _)| rows.iter().cloned().map(record).collect_view())}</tbody>
        </table>
        <Show when=move || { more() > 0 }>
            <button class="button" on:click=move |_| console.send(Event::Access(Found::More))>{move || fill("Show more ({count} left)", &[&more()])}</button>
        </Show>
    }
}

fn record(row: AccessRow) -> AnyView {
    let AccessRow { seq, when, who, role, what, to, refused } = row;
    view! {
        <tr class:refused-row=refused>
            <td title=fill("Record {seq}", &[&seq])>{when}</td>
            <th scope="row"><bdi>{who}</bdi>" "<span class="muted">{role}</span></th>
            <td>{what}</td>
            <td class="mono">{to}</td>
            <td>{t(if refused { "Refused" } else { "Done" })}</td>
        </tr>
    }
    .into_any()
}
