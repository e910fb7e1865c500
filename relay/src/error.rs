//! Everything that can be wrong with a request. What a client is told of each is fixed in
//! `http/problem.rs`; what is carried here beyond that goes to the log only.

use crate::publication::PublicationError;
use crate::signature::SignatureError;
use crate::store::StoreError;
use wire::header::EnvelopeError;
use wire::proof::Challenge;

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No such practice, entry, asset or path.
    #[error("not found")]
    NotFound,
    /// The path exists, but not with this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The request's form is wrong: body, query, header.
    #[error("malformed: {0}")]
    Malformed(String),
    /// `Content-Type` is not the one that the endpoint takes.
    #[error("wrong content type")]
    MediaType,
    /// The body is larger than the endpoint takes.
    #[error("body too large")]
    TooLarge,
    /// The client took too long to send its request.
    #[error("request too slow")]
    TooSlow,
    /// Not a sealed entry.
    #[error("not a sealed entry: {0}")]
    Envelope(#[from] EnvelopeError),
    /// A sealed entry, but not for this practice or not of a kind that is taken here.
    #[error("sealed for another place")]
    Misdirected,
    /// Sealed to a key, or under a manifest, that is not valid now.
    #[error("sealed to a key that is not valid now")]
    StaleKey,
    /// Work has to be shown first: no proof, one for something else, or an old one.
    #[error("no valid proof of work")]
    ProofNeeded(Box<Challenge>),
    /// No token, or one that is unknown, expired, of another practice or of a former member.
    #[error("no valid access token")]
    Unauthenticated,
    /// The role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// The invite is unknown, used or expired.
    #[error("invite refused")]
    InviteRefused,
    /// The assertion of a token request is not accepted.
    #[error("assertion refused: {0}")]
    AssertionRefused(AssertionError),
    /// A manifest or roster is not accepted.
    #[error("publication refused: {0}")]
    Publication(#[from] PublicationError),
    /// The version is not above the current one.
    #[error("not newer than what is published")]
    NotNewer,
    /// Another practice has this name.
    #[error("name taken")]
    NameTaken,
    /// Another entry has this id.
    #[error("another entry has this id")]
    Conflict,
    /// The token of an unsubscribe link belongs to another thread.
    #[error("the token belongs to another thread")]
    TokenTaken,
    /// The practice's log is as large as it may get.
    #[error("over the practice's quota")]
    Full,
    /// An entry to be erased is not in the thread that the evidence belongs to, or is a document.
    #[error("an entry to be erased is not in this thread")]
    UnknownEntry,
    /// More than the limits allow.
    #[error("over the limit")]
    TooMany {
        /// Until the next one is allowed.
        seconds: u64,
    },
    /// Too much at once.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error("{0}")]
    Unavailable(String),
    /// A defect of the relay.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for RelayError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}

/// Why a token request is refused: RFC 7523 section 3.
#[derive(Debug, thiserror::Error)]
pub enum AssertionError {
    /// `grant_type` is not the JWT bearer one.
    #[error("another grant type")]
    GrantType,
    /// Not signed by the key of the member that it names.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The key belongs to nobody who may act now.
    #[error("no active member has this key")]
    UnknownKey,
    /// `iss` and `sub` are not the key's owner.
    #[error("iss or sub is not the owner of the key")]
    WrongSubject,
    /// `aud` is not this token endpoint.
    #[error("aud is another endpoint")]
    WrongAudience,
    /// Expired, issued in the future, or living too long.
    #[error("not valid at this time, or valid for too long")]
    Time,
    /// `jti` is too short or too long.
    #[error("jti is not 16 to 128 characters")]
    Jti,
    /// Seen before.
    #[error("used before")]
    Replayed,
}
