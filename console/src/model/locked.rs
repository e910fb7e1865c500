//! The locked console: a credential file, a passphrase, and how far opening is.

use super::{Effect, Event, Focus, LockReason};
use crate::words::{fill, t};

/// What the unlock screen shows.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Locked {
    pub(crate) file: Option<CredentialFile>,
    pub(crate) phase: Phase,
    /// Why it is locked; `None` at first.
    pub(crate) left: Option<Left>,
    pub(crate) now: u64,
}

/// A chosen file, still encrypted.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CredentialFile {
    pub(crate) name: String,
    text: String,
}

/// Who was here before, and why they are not any more.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) reason: LockReason,
    pub(crate) staff: String,
}

#[derive(Clone, PartialEq, Default)]
pub(crate) enum Phase {
    #[default]
    Waiting,
    Working(Progress),
    Failed(Trouble),
}

/// The steps of opening, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Progress {
    /// Deriving the key from the passphrase.
    Passphrase,
    /// Signing in to the relay.
    SignIn,
    /// Checking manifest, roster and keyring against the pin.
    Trust,
    /// Fetching entries, checking their chain, decrypting: so many of so many.
    Read { entries: u64, of: u64 },
}

impl Progress {
    /// Its place among the steps shown, from 0.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Passphrase => 0,
            Self::SignIn => 1,
            Self::Trust => 2,
            Self::Read { .. } => 3,
        }
    }
}

/// What went wrong, as a person can act on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The file is no credential file.
    NotACredential,
    /// The file cannot be read.
    Unreadable,
    /// The passphrase, or the file, is wrong.
    Passphrase,
    /// The browser has no WebCrypto here.
    NoCrypto,
    /// The relay does not answer. `elsewhere`: it is not where this page comes from.
    Unreachable { relay: String, elsewhere: bool },
    /// The relay refuses the sign-in.
    SignIn,
    /// The person holds no key to leads.
    NoInbox,
    /// Manifest, roster or keyring are not the practice's: what was found.
    Untrusted(String),
    /// The relay's log does not check: what was found.
    Log(String),
}

impl Trouble {
    /// What is wrong.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::NotACredential => t("This is not a credential file.").into(),
            Self::Unreadable => t("The file could not be read.").into(),
            Self::Passphrase => t("The passphrase does not open this file.").into(),
            Self::NoCrypto => t("This browser offers no cryptography on this page.").into(),
            Self::Unreachable { relay, .. } => fill("The relay at {relay} does not answer.", &[relay]),
            Self::SignIn => t("The relay does not accept this credential.").into(),
            Self::NoInbox => t("This credential holds no key to inquiries.").into(),
            Self::Untrusted(found) => {
                fill("The relay's documents are not your practice's: {found}.", &[found])
            }
            Self::Log(found) => fill("The relay's log does not check: {found}.", &[found]),
        }
    }

    /// What to do.
    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::NotACredential => t("Choose the file that ends in .credential, as you were given it.").into(),
            Self::Unreadable => t("Choose it again, or copy it to this machine first.").into(),
            Self::Passphrase => {
                t("Check capital letters and keyboard layout, and type it again. Nobody can reset it.").into()
            }
            Self::NoCrypto => t("Open the console over https, or from this machine.").into(),
            Self::Unreachable { relay, elsewhere: true } => {
                fill("This page comes from another place. Open {relay}/console/ instead, or check the network.", &[relay])
            }
            Self::Unreachable { .. } => t("Check the network, and try again.").into(),
            Self::SignIn => {
                t("Ask the owner whether you are on the roster, and check this machine's clock.").into()
            }
            Self::NoInbox => t("An auditor reads the access log only. Ask the owner for another role.").into(),
            Self::Untrusted(_) | Self::Log(_) => {
                t("Nothing is shown. Tell the owner before you go on: somebody may have changed what the relay holds.").into()
            }
        }
    }
}

impl Locked {
    pub(crate) fn after(reason: LockReason, staff: String) -> Self {
        Self { left: Some(Left { reason, staff }), ..Self::default() }
    }

    pub(crate) const fn is_working(&self) -> bool {
        matches!(self.phase, Phase::Working(_))
    }

    pub(crate) fn step(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::FilePicked { name, text } if !self.is_working() => {
                let text = text.trim().to_owned();
                if looks_like_credential(&text) {
                    self.file = Some(CredentialFile { name, text });
                    self.phase = Phase::Waiting;
                    return vec![Effect::Focus(Focus::Passphrase)];
                }
                self.file = None;
                self.phase = Phase::Failed(Trouble::NotACredential);
            }
            Event::FileRefused(trouble) if !self.is_working() => {
                self.file = None;
                self.phase = Phase::Failed(trouble);
            }
            Event::Unlock { passphrase } if !self.is_working() => {
                let Some(file) = &self.file else { return Vec::new() };
                self.phase = Phase::Working(Progress::Passphrase);
                return vec![Effect::Unlock { file: file.text.clone(), passphrase }];
            }
            Event::Progress(progress) if self.is_working() => self.phase = Phase::Working(progress),
            Event::Failed(trouble) if self.is_working() => {
                let again = trouble == Trouble::Passphrase;
                self.phase = Phase::Failed(trouble);
                let focus = again.then_some(Effect::Focus(Focus::Passphrase));
                return [Effect::Forget].into_iter().chain(focus).collect();
            }
            Event::Tick(now) => self.now = now,
            _ => {}
        }
        Vec::new()
    }
}

/// Five base64url parts of a credential's size: enough to tell a wrong file before a passphrase is typed.
fn looks_like_credential(text: &str) -> bool {
    let base64url = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    text.len() <= 64 << 10 && text.split('.').count() == 5 && text.split('.').all(base64url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{State, step};
    use zeroize::Zeroizing;

    fn picked(name: &str) -> Event {
        Event::FilePicked { name: name.into(), text: "e30.a.b.c.d\n".into() }
    }

    fn unlock() -> Event {
        Event::Unlock { passphrase: Zeroizing::new("correct horse".into()) }
    }

    fn phase(state: &State) -> &Phase {
        match state {
            State::Locked(locked) => &locked.phase,
            State::Open(_) => panic!("open"),
        }
    }

    #[test]
    fn a_file_then_a_passphrase() {
        let mut state = State::default();
        assert_eq!(step(&mut state, unlock()), [], "nothing to unlock yet");
        assert_eq!(step(&mut state, picked("maria.credential")), [Effect::Focus(Focus::Passphrase)]);
        let effects = step(&mut state, unlock());
        assert!(matches!(&effects[..], [Effect::Unlock { file, .. }] if file == "e30.a.b.c.d"));
        assert!(matches!(phase(&state), Phase::Working(Progress::Passphrase)));
        assert_eq!(step(&mut state, unlock()), [], "once is enough");
        assert_eq!(step(&mut state, picked("other.credential")), [], "too late for another file");
    }

    #[test]
    fn a_wrong_passphrase_asks_again_and_keeps_the_file() {
        let mut state = State::default();
        step(&mut state, picked("maria.credential"));
        step(&mut state, unlock());
        let effects = step(&mut state, Event::Failed(Trouble::Passphrase));
        assert_eq!(effects, [Effect::Forget, Effect::Focus(Focus::Passphrase)]);
        assert!(matches!(step(&mut state, unlock())[..], [Effect::Unlock { .. }]));
    }

    #[test]
    fn a_wrong_file_is_told_before_a_passphrase_is_typed() {
        for text in ["", "hello", "a.b.c", "a.b.c.d.e.f", "{\"keys\":[]}", "a.b.c.d.é"] {
            let mut state = State::default();
            step(&mut state, Event::FilePicked { name: "holiday.jpg".into(), text: text.into() });
            assert!(matches!(phase(&state), Phase::Failed(Trouble::NotACredential)), "{text}");
        }
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let mut state = State::default();
        step(&mut state, Event::Progress(Progress::SignIn));
        step(&mut state, Event::Failed(Trouble::SignIn));
        assert!(matches!(phase(&state), Phase::Waiting));
    }
}
