//! The lines that the two halves of the interoperability test exchange.

use base64ct::{Base64UrlUnpadded, Encoding};
use seal::entry::Binding;
use serde::{Deserialize, Serialize};
use wire::{EntryId, EntryKind, PracticeId, SealedHeader, ThreadId};

/// One line. Keys are private JWKs as text, payloads are base64url.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Line {
    Keys { inbox: [String; 2], staff: String, signing: String },
    Entry { inbox: usize, binding: Bound, plaintext: String, text: String },
    Signed { typ: String, embedded: bool, plaintext: String, text: String },
    Keyring { practice: PracticeId, version: u64, text: String },
    Credential { passphrase: String, plaintext: String, text: String },
}

/// The members of an entry's header that are not the same for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) typ: EntryKind,
    pub(crate) practice: PracticeId,
    pub(crate) thread: ThreadId,
    pub(crate) entry: EntryId,
    pub(crate) manifest: u64,
}

impl From<Binding> for Bound {
    fn from(binding: Binding) -> Self {
        let Binding { typ, practice, thread, entry, manifest } = binding;
        Self { typ, practice, thread, entry, manifest }
    }
}

impl From<SealedHeader> for Bound {
    fn from(header: SealedHeader) -> Self {
        let SealedHeader { typ, practice, thread, entry, manifest, .. } = header;
        Self { typ, practice, thread, entry, manifest }
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

impl From<Bound> for Binding {
    fn from(bound: Bound) -> Self {
        let Bound { typ, practice, thread, entry, manifest } = bound;
        Self { typ, practice, thread, entry, manifest }
    }
}
