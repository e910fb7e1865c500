//! Between the relay's types and PostgreSQL's.

use crate::store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::ChainHash;

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        // The server's own message may quote values of a row; its code does not.
        let code = error.code().map(|code| code.code().to_owned());
        Self::Unavailable(code.map_or_else(|| error.to_string(), |code| format!("PostgreSQL error {code}")))
    }
}

/// Seqs, versions and times stay far below 2^63; a forged larger one is stored as the largest.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

pub(super) fn bytes(bytes: &[u8]) -> &[u8] {
    bytes
}

pub(super) fn hash(bytes: &[u8]) -> Result<ChainHash, StoreError> {
    array(bytes).map(ChainHash::from_bytes)
}

pub(super) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| damaged("a stored hash or id has the wrong length"))
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Unavailable(what.into())
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unavailable(error.to_string()))
}
