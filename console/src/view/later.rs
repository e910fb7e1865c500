//! Pages whose code is fetched after the queue is on the screen. The program is cut at the two functions with
//! `wasm_split` (`xtask/src/split.rs`): what only they reach is in a file of its own, which `static/parts.js` fetches.
//!
//! Two parts, not one a page: what two pages share would be a third file, and three pages already make seven.

use super::icon::{self, icon};
use super::{lead, log, pipeline, reports, settings, take, training};
use crate::model::open::Shown;
use crate::words::t;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A page beside the queue, or in its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// A lead, or the call with it; which one, it follows by itself.
    Lead,
    Take,
    Pipeline,
    Reports,
    /// The practice's own affairs; which of them, it follows by itself.
    Settings,
    Log,
    Feedback,
}

type Drawn = Result<AnyView, SplitLoaderError>;

/// A person and the call with them: what the day's work needs first.
#[wasm_split(lead, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_lead))]
fn draw_lead(page: Page) -> Drawn {
    Ok(if page == Page::Take { take::Take().into_any() } else { lead::Page().into_any() })
}

/// What the practice looks at between calls.
#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_office))]
fn draw_office(page: Page) -> Drawn {
    Ok(match page {
        Page::Pipeline => pipeline::Pipeline().into_any(),
        Page::Reports => reports::Reports().into_any(),
        Page::Settings => settings::Settings().into_any(),
        Page::Feedback => training::Feedback().into_any(),
        _ => log::Log().into_any(),
    })
}

impl Page {
    pub(super) fn of(shown: Shown) -> Option<Self> {
        Some(match shown {
            Shown::Nothing => return None,
            Shown::Lead(_) | Shown::Call(_) => Self::Lead,
            Shown::Take => Self::Take,
            Shown::Pipeline => Self::Pipeline,
            Shown::Reports => Self::Reports,
            Shown::Settings(_) => Self::Settings,
            Shown::Log => Self::Log,
            Shown::Feedback => Self::Feedback,
        })
    }

    const fn is_of_a_lead(self) -> bool {
        matches!(self, Self::Lead | Self::Take)
    }

    /// Fetches its part. Does nothing that is already done; what failed is tried again.
    async fn fetch(self) -> Result<(), SplitLoaderError> {
        if self.is_of_a_lead() { fetch_lead().await } else { fetch_office().await }
    }

    fn draw(self) -> Option<Drawn> {
        if self.is_of_a_lead() { at_once(draw_lead(self)) } else { at_once(draw_office(self)) }
    }
}

/// What the future gives without waiting: where a part is here already, its page.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fetched {
    OnItsWay,
    Here,
    Missing,
}

impl From<Result<(), SplitLoaderError>> for Fetched {
    fn from(fetched: Result<(), SplitLoaderError>) -> Self {
        if fetched.is_ok() { Self::Here } else { Self::Missing }
    }
}

/// Fetches all parts one after the other, as soon as what is shown now is drawn, so that hardly anybody waits for them.
pub(super) fn fetch_ahead() {
    request_animation_frame(|| {
        spawn_local(async {
            for page in [Page::Lead, Page::Pipeline] {
                // Who opens the page is told, and can try again.
                let _ = page.fetch().await;
            }
        });
    });
}

/// The page, or what keeps it.
#[component]
pub(super) fn Later(page: Page) -> impl IntoView {
    let fetched = RwSignal::new(at_once(page.fetch()).map_or(Fetched::OnItsWay, Fetched::from));
    let fetch = move || {
        fetched.set(Fetched::OnItsWay);
        spawn_local(async move {
            let now = Fetched::from(page.fetch().await);
            // Nobody may be waiting any more.
            let _ = fetched.try_set(now);
        });
    };
    if fetched.get_untracked() != Fetched::Here {
        fetch();
    }
    move || match fetched.get() {
        Fetched::Here => page.draw().and_then(Result::ok).into_any(),
        Fetched::OnItsWay => {
            view! { <p class="page-none waiting" role="status">{t("Loading…")}</p> }.into_any()
        }
        Fetched::Missing => missing(fetch).into_any(),
    }
}

fn missing(fetch: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="page-none" role="alert">
            {icon(icon::ALERT)}
            <h1>{t("This page could not be loaded.")}</h1>
            <p>{t("What you saved is in the log. Check the connection and try again. If that does not help, the console was renewed since you opened it: load the page again.")}</p>
            <button class="button" on:click=move |_| fetch()>{t("Try again")}</button>
        </div>
    }
}
