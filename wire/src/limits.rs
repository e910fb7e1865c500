//! Bounds that writers keep and readers check first.

use std::ops::RangeInclusive;

/// Padded plaintext sizes: an entry's length says which of these it fits in and no more.
pub const PADDING_CLASSES: [usize; 6] = [2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];

/// Longest entry on the wire, in bytes: 64 KiB in base64url, with key, header, IV and tag.
pub const ENTRY_BYTES: usize = 96 << 10;

/// Longest protected header, in base64url characters.
pub const HEADER_CHARS: usize = 1024;

/// Longest protected header of a signature, in base64url characters: room for a 4096-bit public key.
pub const SIGNED_HEADER_CHARS: usize = 2048;

/// Longest token request, in bytes: a form around one assertion.
pub const TOKEN_REQUEST_BYTES: usize = 8 << 10;

/// An RSA-wrapped key in base64url: moduli of 3072 to 4096 bits.
pub const WRAPPED_KEY_CHARS: RangeInclusive<usize> = 512..=683;

/// Longest manifest (compact JWS), in bytes.
pub const MANIFEST_BYTES: usize = 256 << 10;

/// Longest roster (compact JWS), in bytes.
pub const ROSTER_BYTES: usize = 256 << 10;

/// Longest keyring (general JSON JWE), in bytes.
pub const KEYRING_BYTES: usize = 256 << 10;

/// Most entries that one request erases.
pub const ERASURE_ENTRIES: usize = 1_000;

/// Longest request to erase, in bytes: one sealed event, and ids.
pub const ERASURE_BYTES: usize = ENTRY_BYTES + 32 * ERASURE_ENTRIES;

/// Most entries in one page.
pub const PAGE_ENTRIES: u32 = 500;

/// A token request's assertion lives at most this long, in seconds (RFC 7523 section 3, item 4).
pub const ASSERTION_SECONDS: u64 = 60;

/// Clock difference that is forgiven between a member of staff and the relay, in seconds.
pub const CLOCK_SKEW_SECONDS: u64 = 30;

/// A page is cut after the entry that takes its bodies beyond this many bytes, so that a reader and
/// the relay hold no more at once.
pub const PAGE_BYTES: usize = 4 << 20;

/// A staff access token lives this long, in seconds.
pub const TOKEN_SECONDS: u64 = 900;
