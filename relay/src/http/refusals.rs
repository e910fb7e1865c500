//! With which problems an operation may answer, for the OpenAPI document. An operation names the groups that
//! belong to it; what is its own it says itself.

use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};
use wire::problem::{CONTENT_TYPE, Problem};

type Responses = BTreeMap<String, RefOr<Response>>;

fn problem((status, words): &(u16, &str)) -> (String, RefOr<Response>) {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(*words).content(CONTENT_TYPE, content).build();
    (status.to_string(), RefOr::T(response))
}

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $words:literal),+;)*) => { $(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> Responses {
                [$(($status, $words)),+].iter().map(problem).collect()
            }
        }
    )* };
}

groups! {
    /// Of everything that looks at the database.
    Always: 503 "Too busy, or the disk cannot be written; Retry-After says when to come back";
    /// Of everything below one practice.
    AtPractice: 404 "No such practice";
    /// Of everything that reads a query or a body.
    Reading: 400 "The request cannot be read";
    /// Of everything that takes a body.
    WithBody:
        408 "The body took too long",
        413 "Body too large",
        415 "Wrong content type";
    /// Of everything for members of staff.
    WithToken: 401 "No valid access token for this practice";
    /// Of everything for some roles.
    ByRole: 403 "The role does not allow it";
    /// Of everything that is limited by address.
    Limited: 429 "Over a limit; Retry-After says when to come back";
    /// Of everything that adds to the log.
    Storing: 507 "The practice's storage is full; Retry-After says when to come back";
}
