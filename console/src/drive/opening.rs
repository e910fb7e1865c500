//! From a credential file and a passphrase to a session that can read the log.

use super::crew;
use super::relay::Relay;
use super::session::{Desk, Session};
use super::trouble::{key_trouble, unlock_trouble};
use super::trust::{Trusted, sign_in, trust};
use crate::model::{Progress, Trouble};
use inbox::Credential;
use seal::web::{WebKey, WebSigner};
use seal::{Opener, Signer};
use std::cell::RefCell;
use zeroize::Zeroizing;

/// Opens the credential, signs in, and checks what the root key vouches for.
pub(super) async fn open(
    file: &str,
    passphrase: Zeroizing<String>,
    report: impl Fn(Progress),
) -> Result<Session, Trouble> {
    let plain = seal::web::unlock(file, &passphrase).await.map_err(unlock_trouble)?;
    drop(passphrase);
    let Credential { relay: base, anchor, staff, role, signing, encryption } =
        Credential::parse(&plain).map_err(|_| Trouble::NotACredential)?;
    drop(plain);
    let key = WebKey::import(encryption.ok_or(Trouble::NoInbox)?).await.map_err(key_trouble)?;
    let signer = WebSigner::import(signing).await.map_err(key_trouble)?;
    let base = base.trim_end_matches('/').to_owned();
    let relay = Relay::new(&base, &anchor.practice);
    let desk = Desk { base, relay, anchor, staff, role, signer, token: RefCell::new(None) };

    report(Progress::SignIn);
    // The workers start while the relay answers.
    let (signed_in, ()) = futures_util::future::join(sign_in(&desk), crew::hire()).await;
    signed_in?;
    report(Progress::Trust);
    let Trusted { manifest, inbox } = trust(&desk, &key).await?;
    report(Progress::Read { entries: 0, of: 0 });
    Ok(Session::new(desk, key, manifest, inbox))
}
