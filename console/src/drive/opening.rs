//! From a credential file and a passphrase to a session that can read the log.

use super::relay::Relay;
use super::session::{Desk, Session};
use super::trouble::{key_trouble, unlock_trouble};
use super::trust::{sign_in, trust};
use super::{crew, kept, remembered};
use crate::model::{Chosen, Progress, Remember, Trouble};
use inbox::Credential;
use seal::web::{WebKey, WebSigner};
use seal::{Opener, Signer};
use std::cell::RefCell;
use zeroize::Zeroizing;

/// Opens the credential, remembers it if that is wanted, signs in, and checks what the root key vouches for.
pub(super) async fn open(
    credential: Chosen,
    passphrase: Zeroizing<String>,
    remember: Remember,
    report: impl Fn(Progress),
) -> Result<Session, Trouble> {
    let file = match credential {
        Chosen::File { text, .. } => text,
        Chosen::Remembered(remembered) => remembered::recall(&remembered).await?,
    };
    let plain = seal::web::unlock(&file, &passphrase).await.map_err(unlock_trouble)?;
    drop(passphrase);
    let credential = Credential::parse(&plain).map_err(|_| Trouble::NotACredential)?;
    drop(plain);
    remembered::remember(&file, remember, &credential).await?;
    let Credential { relay: base, anchor, staff, role, signing, encryption } = credential;
    let key = WebKey::import(encryption.ok_or(Trouble::NoInbox)?).await.map_err(key_trouble)?;
    let signer = WebSigner::import(signing).await.map_err(key_trouble)?;
    let base = base.trim_end_matches('/').to_owned();
    let relay = Relay::new(&base, &anchor.practice);
    let desk = Desk { base, relay, anchor, staff, role, signer, token: RefCell::new(None) };

    report(Progress::SignIn);
    // The workers start while the relay answers.
    let (signed_in, ()) = futures_util::future::join(sign_in(&desk), crew::hire()).await;
    let trusted = match signed_in {
        Ok(()) => {
            report(Progress::Trust);
            trust(&desk, &key).await
        }
        Err(trouble) => Err(trouble),
    };
    // Whoever is off the roster, or holds no key to leads any more, leaves nothing here.
    if let Err(Trouble::SignIn | Trouble::NoInbox) = trusted {
        kept::forget(&desk.anchor, &desk.staff).await;
    }
    let trusted = trusted?;
    report(Progress::Read { entries: 0, of: 0 });
    Ok(Session::new(desk, key, trusted))
}
