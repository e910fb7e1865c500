//! What the numbers say: figures, charts with their tables, and the leads as a file for a spreadsheet.

use super::chart::chart;
use super::icon::{self, icon};
use super::slice::slice;
use super::{console, file};
use crate::model::Event;
use crate::model::export::csv;
use crate::model::report::{Period, Sheet, sheet};
use crate::words::t;
use leptos::prelude::*;

#[component]
pub(crate) fn Reports() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let period = RwSignal::new(Period::Month);
    let report = slice(move || practice.with(|p| p.as_ref().map(|p| sheet(p, period.get(), console.now()))));
    let export = move |_| {
        let table = practice.with_untracked(|p| p.as_ref().map(|p| csv(p, &p.cases, console.zone)));
        if let Some(table) = table {
            file::save("leads.csv", "text/csv;charset=utf-8", &table);
        }
    };
    view! {
        <div class="page-in">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{t("Leads")}</span></button>
            <h1>{t("Reports")}</h1>
            <div class="report-tools">
                <div class="filters" role="group" aria-label=t("Inquiries of the last")>
                    {Period::ALL.into_iter().map(|this| view! {
                        <button class="filter" aria-pressed=move || (period.get() == this).to_string() on:click=move |_| period.set(this)>{this.label()}</button>
                    }).collect_view()}
                </div>
                <button class="button" title=t("All leads, in clear: keep the file where only your staff can read it") on:click=export>{t("Export leads (CSV)")}</button>
                <button class="button quiet" on:click=move |_| { let _ = window().print(); }>{t("Print")}</button>
            </div>
            {move || report.get().map(drawn)}
        </div>
    }
}

fn drawn(sheet: Sheet) -> AnyView {
    if sheet.empty {
        return view! {
            <div class="empty card">
                <p><strong>{t("No inquiries in this time.")}</strong></p>
                <p>{t("How far leads get, how soon they are called and where they come from stands here once there are some.")}</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="report-grid">
            <section class="card wide" aria-label=t("Figures")>
                <dl class="figures">
                    {sheet.figures.into_iter().map(|figure| view! { <div><dt class="muted">{figure.label}</dt><dd><strong>{figure.value}</strong></dd></div> }).collect_view()}
                </dl>
            </section>
            {sheet.charts.into_iter().map(chart).collect_view()}
        </div>
    }
    .into_any()
}
