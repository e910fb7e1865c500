//! One-click unsubscribe: RFC 8058. A mail program posts; a person who follows the link gets a page with a
//! button that does. To look opts nobody out: link checkers only look.

use super::extract::Link;
use super::problem::ForPeople;
use super::refusals::Always;
use crate::access::Visitor;
use crate::error::RelayError;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use wire::unsubscribe::ONE_CLICK;

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1.25rem;\
color:#17313b;background:#f6f8f8}h1{font-size:1.5rem;line-height:1.25}p{margin:.75rem 0}[lang=es]{color:#4a626b}\
button{font:600 17px system-ui,sans-serif;min-height:48px;padding:0 24px;border:0;border-radius:12px;\
color:#fff;background:#0b6b6f;cursor:pointer}button:focus-visible{outline:3px solid #17313b;outline-offset:3px}\
@media(prefers-color-scheme:dark){body{color:#e8f0f0;background:#10191c}[lang=es]{color:#a9bcc2}}";

/// The page's own style sheet and its own form, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = Base64::encode_string(&Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// What the page says, in both languages.
pub(super) struct Words {
    status: StatusCode,
    english: [&'static str; 2],
    spanish: [&'static str; 2],
    /// The button's two labels.
    button: Option<&'static str>,
}

const ASK: Words = Words {
    status: StatusCode::OK,
    english: ["Stop these messages?", "You will get no more follow-up messages from this practice."],
    spanish: [
        "¿Dejar de recibir estos mensajes?",
        "El consultorio no le enviará más mensajes de seguimiento.",
    ],
    button: Some("Stop messages · No más mensajes"),
};

const DONE: Words = Words {
    status: StatusCode::OK,
    english: [
        "Done. No more messages.",
        "It can take a few minutes to reach the practice. You can still call them at any time.",
    ],
    spanish: [
        "Listo. No más mensajes.",
        "Puede tardar unos minutos en llegar al consultorio. Puede llamarles cuando quiera.",
    ],
    button: None,
};

const UNKNOWN: Words = Words {
    status: StatusCode::NOT_FOUND,
    english: [
        "This link is not known here.",
        "It may be incomplete. Please call the practice, or answer its message, to get no more of them.",
    ],
    spanish: [
        "No conocemos este enlace.",
        "Tal vez esté incompleto. Llame al consultorio o responda a su mensaje para no recibir más.",
    ],
    button: None,
};

impl IntoResponse for Words {
    fn into_response(self) -> Response {
        let Self { status, english: [title, text], spanish: [titulo, texto], button } = self;
        let (name, value) = ONE_CLICK.split_once('=').unwrap_or_default();
        let form = button.map_or(String::new(), |label| {
            format!(
                "<form method=post><input type=hidden name={name} value={value}><button>{label}</button></form>"
            )
        });
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\"><meta name=robots content=noindex>\
             <title>{title}</title><style>{STYLE}</style>\
             <main><h1>{title}</h1><p>{text}</p><p lang=es><strong>{titulo}</strong> {texto}</p>{form}</main></html>"
        );
        let headers: [(HeaderName, &str); 2] =
            [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, &POLICY)];
        let mut response = (status, headers, html).into_response();
        response.extensions_mut().insert(ForPeople);
        response
    }
}

/// What a link in a message names.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "for the OpenAPI document; `Link` reads it")]
struct InMessage {
    /// Name of the practice
    practice: String,
    /// As in the message
    token: String,
}

/// A page with a button. Opts nobody out.
#[utoipa::path(
    get, path = "/u/{practice}/{token}", operation_id = "unsubscribePage", tag = "public",
    params(InMessage),
    responses(
        (status = 200, description = "A page for people", body = String, content_type = "text/html"),
        (status = 404, description = "No such link; a page for people", body = String, content_type = "text/html"),
        Always,
    ),
)]
pub(super) async fn page(link: Link) -> Result<Words, RelayError> {
    answer(link, ASK, async |visitor, token| visitor.is_unsubscribe_link(&token).await).await
}

/// Opts out whomever the message with this link was sent to. The body does not matter.
#[utoipa::path(
    post, path = "/u/{practice}/{token}", operation_id = "unsubscribe", tag = "public",
    params(InMessage),
    responses(
        (status = 200, description = "Opted out, now or before; a page for people", body = String, content_type = "text/html"),
        (status = 404, description = "No such link; a page for people", body = String, content_type = "text/html"),
        Always,
    ),
)]
pub(super) async fn opt_out(link: Link) -> Result<Words, RelayError> {
    answer(link, DONE, async |visitor, token| visitor.opt_out(&token).await).await
}

/// `words` if `ask` knows the link.
async fn answer(
    link: Link,
    words: Words,
    ask: impl AsyncFnOnce(Visitor, String) -> Result<bool, RelayError>,
) -> Result<Words, RelayError> {
    let is_known = match link.0 {
        Some((visitor, token)) => ask(visitor, token).await?,
        None => false,
    };
    Ok(if is_known { words } else { UNKNOWN })
}
