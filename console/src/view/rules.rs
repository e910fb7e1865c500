//! The rules that the practice works by, and how each is changed.

use super::console;
use super::settings::go;
use crate::model::rules::{Rule, rules};
use crate::words::t;
use leptos::prelude::*;

#[component]
pub(crate) fn Rules() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let all = move || practice.with(|p| p.as_ref().map(|p| rules(p)).unwrap_or_default());
    view! {
        <p class="lede">{t("What this practice works by, as it is in force, and how each rule is changed. What the root key signs is changed with the root key alone.")}</p>
        {move || {
            // Those of the form and the score; beside them those that the root key signs apart.
            let (here, apart): (Vec<_>, Vec<_>) = all().into_iter().partition(|one| one.is_of_manifest);
            view! {
                <div class="columns">
                    <div class="column">{here.into_iter().map(rule).collect_view()}</div>
                    <div class="column side">{apart.into_iter().map(rule).collect_view()}</div>
                </div>
            }
        }}
    }
}

fn rule(rule: Rule) -> AnyView {
    let console = console();
    let Rule { title, now, how, here, commands, .. } = rule;
    let here = here.map(|tab| {
        view! { " "<button class="link" on:click=move |_| go(console, tab)>{t("Go there")}</button> }
    });
    let commands = (!commands.is_empty()).then(|| {
        let each = commands.iter().map(|one| view! { <li><code class="mono">{*one}</code></li> });
        view! { <ul class="changes">{each.collect_view()}</ul> }
    });
    view! {
        <section class="card" aria-label=title>
            <h2>{title}</h2>
            <dl class="facts">{now.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd><bdi>{value}</bdi></dd></div> }).collect_view()}</dl>
            <p class="fine">{how}{here}</p>
            {commands}
        </section>
    }
    .into_any()
}
