//! Keys, sealed entries, keyrings, credential files and signatures, all of them JOSE: what is written
//! here opens with any JOSE library, and what is read here is one suite each and nothing else.
//!
//! | what | how | where |
//! |---|---|---|
//! | entry of the log | compact JWE, RSA-OAEP-256 and A256GCM | [`entry`] |
//! | keyring | general JSON JWE, the same suite, several recipients | [`keyring`] |
//! | manifest, roster, event | compact JWS, PS256 | [`jws`] |
//! | credential file | compact JWE, PBES2-HS512+A256KW and A256GCM | [`credential`] |
//!
//! Two implementations stand behind [`Opener`] and [`Signer`]: [`PrivateKey`] by the `rsa` crate, and
//! `web::WebKey` with `web::WebSigner` by WebCrypto, where the browser keeps the key and does not give
//! it back. What needs no private key is there twice too: [`entry::seal`] and [`jws::verify_pinned`], and
//! the same in `web`, of which the widget is made.
//!
//! The primitives are in a private module; no caller can combine them anew. There is no I/O and no
//! clock here, and what the claims and plaintexts say is the business of `lead`.

mod base64url;
pub mod credential;
pub mod entry;
mod hazmat;
mod jwe;
pub mod jws;
pub mod kept;
mod key;
pub mod keyring;
mod operations;
mod padding;
mod private;
pub mod random;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;

pub use entry::{OpenError, Opened};
pub use jws::{Embed, SignError, SignatureError};
pub use kept::Kept;
pub use key::{KeyError, PublicKey};
pub use keyring::Keyring;
pub use operations::{Opener, Signer};
pub use private::PrivateKey;
pub use wire::jwk::{KeyUse, PublicJwk, Thumbprint};
pub use zeroize::Zeroizing;
