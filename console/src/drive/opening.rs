//! From a credential file and a passphrase to a session that can read the log; for an auditor, to what the relay shows
//! an auditor.

use super::relay::Relay;
use super::session::{Desk, Session};
use super::store::Era;
use super::trouble::{key_trouble, unlock_trouble};
use super::trust::{Trusted, Vouched, remember as remember_versions, sign_in, trust, vouch};
use super::{crew, kept, remembered};
use crate::model::case::{Practice, Signed};
use crate::model::settings::colleagues;
use crate::model::{Chosen, Progress, Remember, Trouble};
use inbox::Credential;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use seal::web::{WebKey, WebSigner};
use seal::{Opener, Signer};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use wire::Head;
use wire::practice::Role;
use zeroize::Zeroizing;

/// What a credential opens.
pub(super) enum Opened {
    Staff(Rc<Session>),
    /// No key to leads, and none of them.
    Auditor(Rc<Desk>, Box<Practice>),
}

/// Opens the credential, remembers it if that is wanted, signs in, and checks what the root key vouches for.
pub(super) async fn open(
    credential: Chosen,
    passphrase: Zeroizing<String>,
    remember: Remember,
    report: impl Fn(Progress),
) -> Result<Opened, Trouble> {
    let era = Era::now().await;
    let file = match credential {
        Chosen::File { text, .. } => text,
        Chosen::Remembered(remembered) => remembered::recall(&remembered).await?,
    };
    let plain = seal::web::unlock(&file, &passphrase).await.map_err(unlock_trouble)?;
    drop(passphrase);
    let credential = Credential::parse(&plain).map_err(|_| Trouble::NotACredential)?;
    drop(plain);
    remembered::remember(&file, remember, &credential, &era).await?;
    let Credential { relay: base, anchor, staff, role, signing, encryption } = credential;
    let key = match encryption {
        Some(key) => Some(WebKey::import(key).await.map_err(key_trouble)?),
        None => None,
    };
    let signer = WebSigner::import(signing).await.map_err(key_trouble)?;
    let base = base.trim_end_matches('/').to_owned();
    let relay = Relay::new(&base, &anchor.practice);
    let desk = Desk { base, relay, anchor, staff, role, signer, era, token: RefCell::new(None) };

    report(Progress::SignIn);
    // The workers start while the relay answers.
    let hired = async {
        if key.is_some() {
            crew::hire().await;
        }
    };
    let (signed_in, ()) = futures_util::future::join(sign_in(&desk), hired).await;
    let opened = match signed_in {
        Ok(()) => {
            report(Progress::Trust);
            with_key(&desk, key).await
        }
        Err(trouble) => Err(trouble),
    };
    // Whoever is off the roster, or holds no key to leads any more, leaves nothing here.
    if let Err(Trouble::SignIn | Trouble::NoInbox) | Ok(Held::Nothing(_)) = opened {
        kept::forget(&desk.anchor, &desk.staff).await;
    }
    Ok(match opened? {
        Held::Nothing(vouched) => {
            let desk = Rc::new(desk);
            let late = |_| Trouble::Unreachable { relay: desk.base.clone(), elsewhere: false };
            let practice = audited(Rc::clone(&desk), vouched).await.map_err(late)?;
            Opened::Auditor(desk, practice)
        }
        Held::Key(key, trusted) => {
            report(Progress::Read { entries: 0, of: 0 });
            Opened::Staff(Rc::new(Session::new(desk, key, *trusted)))
        }
    })
}

/// What of the practice's documents somebody can open.
enum Held {
    Key(WebKey, Box<Trusted>),
    Nothing(Box<Vouched>),
}

/// The roster decides who an auditor is, not the file.
async fn with_key(desk: &Desk, key: Option<WebKey>) -> Result<Held, Trouble> {
    let vouched = vouch(desk).await?;
    let role = vouched.staff.roster().member(&desk.staff).map_or(desk.role, |member| member.role);
    if role == Role::Auditor {
        return Ok(Held::Nothing(Box::new(vouched)));
    }
    let key = key.ok_or(Trouble::NoInbox)?;
    let trusted = trust(desk, &key, vouched).await?;
    Ok(Held::Key(key, Box::new(trusted)))
}

/// The practice as an auditor sees it: documents and staff, and no lead. In the part with the pages that show it.
#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn audited(desk: Rc<Desk>, vouched: Box<Vouched>) -> Result<Box<Practice>, SplitLoaderError> {
    let Vouched { manifest, staff, signed, .. } = *vouched;
    remember_versions(&desk, &manifest, &staff);
    let roster = staff.roster();
    let [signed_manifest, signed_roster] = signed;
    Ok(Box::new(Practice {
        staff: desk.staff.clone(),
        role: Role::Auditor,
        relay: desk.base.clone(),
        source: manifest.source,
        manifest_version: manifest.version,
        roster_version: roster.version,
        colleagues: colleagues(roster),
        retention_days: roster.retention_days,
        availability: None,
        documents: Arc::default(),
        head: Head::empty(&desk.anchor.practice),
        cases: Vec::new(),
        refused: Vec::new(),
        reading: None,
        signed: Some(Signed {
            pin: desk.anchor.pin.to_string(),
            manifest: signed_manifest,
            roster: signed_roster,
        }),
    }))
}
