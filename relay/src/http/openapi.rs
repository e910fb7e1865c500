//! The OpenAPI 3.1 document of everything under `/v1`, made from the handlers' own annotations.

use super::{auditor, owner, public, staff, unsubscribe};
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Anteroom relay",
        description = "Keeps sealed entries for medical practices; it can read none of them.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        public::manifest,
        public::challenge,
        public::submit,
        public::token,
        public::register,
        staff::entries,
        staff::append,
        staff::heads,
        staff::roster,
        staff::link_unsubscribe,
        staff::opt_outs,
        auditor::access_log,
        auditor::checkpoint,
        owner::put_roster,
        owner::put_manifest,
        owner::erase,
        unsubscribe::page,
        unsubscribe::opt_out,
    ),
    components(schemas(wire::problem::Problem)),
    tags(
        (name = "public", description = "Anyone, from any website"),
        (name = "staff", description = "Every role that may read or work leads"),
        (name = "auditor", description = "Owners and auditors"),
        (name = "owner", description = "Owners"),
    ),
    modifiers(&Bearers),
)]
struct Document;

/// The two bearer secrets.
struct Bearers;

impl Modify for Bearers {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for name in ["token", "invite"] {
            components.add_security_scheme(name, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}

/// Made once: it is large, and anyone may ask for it.
static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| serde_json::to_vec(&Document::openapi()).unwrap_or_default().into());

pub(super) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}
