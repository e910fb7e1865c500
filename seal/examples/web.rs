//! The browser's half of the interoperability test: opens, verifies and unlocks by WebCrypto what was
//! made outside the browser, and seals and signs the same content for the way back.
//! `tests/interop/web.mjs` drives it in Chromium.
#![cfg(target_arch = "wasm32")]

mod lines;

use lines::{Bound, Line, encode};
use seal::credential::{self, Rounds};
use seal::web::{WebKey, WebSigner};
use seal::{
    Embed, OpenError, Opener, PrivateKey, PublicKey, Signer, Zeroizing, entry, jws, keyring, random, web,
};
use std::fmt::{Debug, Display};
use wasm_bindgen::prelude::wasm_bindgen;
use wire::header::Envelope;

/// The browser's side of every key.
#[wasm_bindgen]
pub struct Reader {
    inbox: [WebKey; 2],
    staff: WebKey,
    signer: WebSigner,
    signing: PublicKey,
    /// Who a keyring is sealed to.
    readers: [PublicKey; 3],
    /// What a keyring holds. The console never makes one; this is to have one to send back.
    content: [PrivateKey; 2],
}

#[wasm_bindgen]
impl Reader {
    /// Imports the keys of the first line.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn import(line: String) -> Result<Reader, String> {
        let Line::Keys { inbox: [one, two], staff, signing } = parse(&line)? else {
            return Err("the first line must hold the keys".into());
        };
        let private = |jwk: &str| PrivateKey::from_jwk(jwk).map_err(words);
        let content = [private(&one)?, private(&two)?];
        let readers = [private(&staff)?.public(), content[0].public(), content[1].public()];
        let signing_key = private(&signing)?.public();
        let signer = <WebSigner as Signer>::import(Zeroizing::new(signing)).await.map_err(words)?;
        let inbox = [opener(one).await?, opener(two).await?];
        Ok(Self { inbox, staff: opener(staff).await?, signer, signing: signing_key, readers, content })
    }

    /// Checks one line and answers with the same content, made here. Many may be under way at once.
    ///
    /// # Errors
    /// What was not as it should be, in words.
    pub async fn answer(&self, line: String) -> Result<String, String> {
        let mut line = parse(&line)?;
        match &mut line {
            Line::Keys { .. } => return Err("keys in the middle".into()),
            Line::Entry { inbox, binding, plaintext, text } => {
                let envelope = Envelope::parse(text.clone()).map_err(words)?;
                let opened = self.inbox[*inbox].open(envelope).await.map_err(words)?;
                same(&encode(&opened.plaintext), plaintext)?;
                same(&Bound::from(opened.header), binding)?;
                let to = self.content[*inbox].public();
                // By the browser, as the widget does, and by the `rsa` crate in the browser.
                let again = if binding.manifest.is_multiple_of(2) {
                    web::seal(&binding.clone().into(), &opened.plaintext, &to.to_jwk()).await
                } else {
                    entry::seal(&binding.clone().into(), &opened.plaintext, &to)
                };
                *text = again.map_err(words)?;
            }
            Line::Signed { typ, embedded, plaintext, text } => {
                let claims = jws::verify(text, typ, &self.signing).map_err(words)?;
                same(&encode(&claims), plaintext)?;
                let embed = if *embedded { Embed::Jwk } else { Embed::Nothing };
                if *embedded {
                    let pin = self.signing.thumbprint();
                    let pinned = web::verify_pinned(text, typ, &pin).await.map_err(words)?;
                    same(&pinned, &jws::verify_pinned(text, typ, &pin).map_err(words)?)?;
                }
                *text = self.signer.sign(typ, &claims, embed).await.map_err(words)?;
            }
            Line::Keyring { practice, version, text } => {
                for reader in [&self.staff, &self.inbox[0], &self.inbox[1]] {
                    let opened = reader.open_keyring(text).await.map_err(words)?;
                    same(&(&opened.practice, opened.version), &(practice, *version))?;
                    let content = self.content.each_ref().map(PrivateKey::to_jwk);
                    same(&opened.keys.as_slice(), &content.as_slice())?;
                }
                *text = keyring::seal(practice, *version, &self.content.each_ref(), &self.readers)
                    .map_err(words)?;
            }
            Line::Credential { passphrase, plaintext, text } => {
                let plain = web::unlock(text, passphrase).await.map_err(words)?;
                same(&encode(&plain), plaintext)?;
                *text = credential::lock(&plain, passphrase, Rounds::DEFAULT).map_err(words)?;
            }
        }
        serde_json::to_string(&line).map_err(words)
    }

    /// Opens an entry to the first inbox key and gives its text, or the refusal in words.
    ///
    /// # Errors
    /// The refusal.
    pub async fn open(&self, compact: String) -> Result<String, String> {
        let envelope = Envelope::parse(compact).map_err(|error| words(OpenError::from(error)))?;
        let opened = self.inbox[0].open(envelope).await.map_err(words)?;
        Ok(String::from_utf8_lossy(&opened.plaintext).into_owned())
    }
}

/// Unlocks a credential file.
///
/// # Errors
/// The refusal.
#[wasm_bindgen]
pub async fn unlock(file: String, passphrase: String) -> Result<String, String> {
    let plain = web::unlock(&file, &passphrase).await.map_err(words)?;
    Ok(String::from_utf8_lossy(&plain).into_owned())
}

/// Verifies a token against a pin, by WebCrypto and by the `rsa` crate; they must agree.
///
/// # Errors
/// The refusal.
#[wasm_bindgen]
pub async fn verify_pinned(token: String, typ: String, pin: String) -> Result<String, String> {
    let pin = pin.parse().map_err(words)?;
    let found = web::verify_pinned(&token, &typ, &pin).await;
    same(&found, &jws::verify_pinned(&token, &typ, &pin))?;
    Ok(String::from_utf8_lossy(&found.map_err(words)?.claims).into_owned())
}

/// Seals to a public JWK by WebCrypto.
///
/// # Errors
/// The refusal.
#[wasm_bindgen]
pub async fn seal_to(jwk: String, length: usize) -> Result<String, String> {
    let binding = seal::entry::Binding {
        typ: wire::EntryKind::Inquiry,
        practice: "lakeside-ortho".parse().map_err(words)?,
        thread: random::make_thread_id().map_err(words)?,
        entry: random::make_entry_id(1_790_000_000_000).map_err(words)?,
        manifest: 1,
    };
    let jwk = serde_json::from_str(&jwk).map_err(words)?;
    web::seal(&binding, &vec![b'x'; length], &jwk).await.map_err(words)
}

/// Imports a private JWK as a key that opens, and gives its thumbprint.
///
/// # Errors
/// The refusal.
#[wasm_bindgen]
pub async fn import_opener(jwk: String) -> Result<String, String> {
    Ok(opener(jwk).await?.thumbprint().to_string())
}

async fn opener(jwk: String) -> Result<WebKey, String> {
    <WebKey as Opener>::import(Zeroizing::new(jwk)).await.map_err(words)
}

fn parse(line: &str) -> Result<Line, String> {
    serde_json::from_str(line).map_err(words)
}

fn words(error: impl Display) -> String {
    error.to_string()
}

fn same<T: PartialEq + Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{found:?}, not {expected:?}")) }
}
