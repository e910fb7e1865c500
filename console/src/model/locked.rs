//! The locked console: a credential file, a passphrase, and how far opening is.

use super::{Effect, Event, Focus, LockReason};
use crate::words::{self, fill, t};

/// What the unlock screen shows.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Locked {
    pub(crate) chosen: Option<Chosen>,
    pub(crate) remember: Remember,
    pub(crate) phase: Phase,
    /// Why it is locked; `None` at first.
    pub(crate) left: Option<Left>,
    pub(crate) machine: Machine,
    pub(crate) now: u64,
}

/// A credential that a passphrase is to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Chosen {
    /// A file, still encrypted.
    File { name: String, text: String },
    /// One that this browser remembers.
    Remembered(Remembered),
}

impl Chosen {
    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File { name, .. } => name,
            Self::Remembered(remembered) => &remembered.staff,
        }
    }
}

/// A credential file that this browser remembers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remembered {
    /// What it is stored as.
    pub(crate) record: String,
    pub(crate) staff: String,
    pub(crate) practice: String,
    /// Whether a passkey is asked for, beside the passphrase.
    pub(crate) passkey: bool,
}

/// Whether a file is to be remembered on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Remember {
    #[default]
    No,
    /// As it is: its passphrase opens it.
    File,
    /// Encrypted once more, under what only a passkey gives.
    WithPasskey,
}

/// What this browser keeps for a next opening.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Machine {
    /// Anything at all.
    pub(crate) keeps: bool,
    pub(crate) remembered: Vec<Remembered>,
    /// Whether it can ask for a passkey that gives a secret.
    pub(crate) passkeys: bool,
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
    /// No passkey answered, or one without a secret.
    Passkey,
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
            Self::Passkey => t("No passkey answered, or it gives no secret.").into(),
            Self::Passphrase => t("The passphrase does not open this file.").into(),
            Self::NoCrypto => t("This browser offers no cryptography on this page.").into(),
            Self::Unreachable { relay, .. } => fill("The relay at {relay} does not answer.", &[relay]),
            Self::SignIn => t("The relay does not accept this credential.").into(),
            Self::NoInbox => t("This credential holds no key to inquiries.").into(),
            Self::Untrusted(found) => {
                fill("The relay's documents are not your practice's: {found}.", &[&words::found(found)])
            }
            Self::Log(found) => fill("The relay's log does not check: {found}.", &[&words::found(found)]),
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
            Self::Passkey => {
                t("Try again, or choose your credential file and open it without a passkey.").into()
            }
            Self::NoCrypto => t("Open the console over https, or from this machine.").into(),
            Self::Unreachable { relay, elsewhere: true } => {
                fill("This page comes from another place. Open {relay}/console/ instead, or check the network.", &[relay])
            }
            Self::Unreachable { .. } => t("Check the network, and try again.").into(),
            Self::SignIn => {
                t("Ask the owner whether you are on the roster, and check this machine's clock.").into()
            }
            Self::NoInbox => t("Ask the owner to make you a new credential file.").into(),
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
                    return self.choose(Chosen::File { name, text });
                }
                self.chosen = None;
                self.phase = Phase::Failed(Trouble::NotACredential);
            }
            Event::FileRefused(trouble) if !self.is_working() => {
                self.chosen = None;
                self.phase = Phase::Failed(trouble);
            }
            Event::Recalled(remembered) if !self.is_working() => {
                return self.choose(Chosen::Remembered(remembered));
            }
            Event::Remember(remember) => self.remember = remember,
            Event::Machine(machine) => return self.look_at(machine),
            Event::ForgetMachine if !self.is_working() => return vec![Effect::ForgetMachine],
            Event::Unlock { passphrase } if !self.is_working() => {
                let Some(credential) = self.chosen.clone() else { return Vec::new() };
                self.phase = Phase::Working(Progress::Passphrase);
                return vec![Effect::Unlock { credential, passphrase, remember: self.remember }];
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

impl Locked {
    fn choose(&mut self, chosen: Chosen) -> Vec<Effect> {
        self.chosen = Some(chosen);
        self.remember = Remember::No;
        self.phase = Phase::Waiting;
        vec![Effect::Focus(Focus::Passphrase)]
    }

    /// The only credential that is remembered is the one that is wanted, until another is chosen.
    fn look_at(&mut self, machine: Machine) -> Vec<Effect> {
        self.machine = machine;
        match (&self.chosen, self.machine.remembered.as_slice()) {
            (None, [only]) if !self.is_working() => {
                self.chosen = Some(Chosen::Remembered(only.clone()));
                vec![Effect::Focus(Focus::Passphrase)]
            }
            (Some(Chosen::Remembered(chosen)), remembered) if !remembered.contains(chosen) => {
                self.chosen = None;
                Vec::new()
            }
            _ => Vec::new(),
        }
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
            State::Open(_) | State::Training(_) => panic!("open"),
        }
    }

    #[test]
    fn a_file_then_a_passphrase() {
        let mut state = State::default();
        assert_eq!(step(&mut state, unlock()), [], "nothing to unlock yet");
        assert_eq!(step(&mut state, picked("maria.credential")), [Effect::Focus(Focus::Passphrase)]);
        let effects = step(&mut state, unlock());
        let text = |chosen: &Chosen| matches!(chosen, Chosen::File { text, .. } if text == "e30.a.b.c.d");
        assert!(matches!(&effects[..], [Effect::Unlock { credential, .. }] if text(credential)));
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

    fn machine(remembered: &[&str]) -> Event {
        let remembered = remembered.iter().map(|staff| Remembered {
            record: format!("credential.{staff}"),
            staff: (*staff).to_owned(),
            practice: "lakeside-ortho".to_owned(),
            passkey: true,
        });
        Event::Machine(Machine { keeps: true, remembered: remembered.collect(), passkeys: true })
    }

    fn locked(state: &State) -> &Locked {
        match state {
            State::Locked(locked) => locked,
            State::Open(_) | State::Training(_) => panic!("open"),
        }
    }

    #[test]
    fn what_the_browser_keeps_is_forgotten_when_asked_but_not_while_it_is_read() {
        let mut state = State::default();
        step(&mut state, machine(&["maria-lopez"]));
        assert_eq!(step(&mut state, Event::ForgetMachine), [Effect::ForgetMachine]);
        step(&mut state, Event::Machine(Machine::default()));
        assert!(locked(&state).chosen.is_none() && !locked(&state).machine.keeps);
        step(&mut state, picked("maria.credential"));
        step(&mut state, unlock());
        assert_eq!(step(&mut state, Event::ForgetMachine), []);
    }

    #[test]
    fn the_only_credential_that_is_remembered_is_chosen_by_itself() {
        let mut state = State::default();
        assert_eq!(step(&mut state, machine(&["maria-lopez"])), [Effect::Focus(Focus::Passphrase)]);
        let effects = step(&mut state, unlock());
        assert!(
            matches!(&effects[..], [Effect::Unlock { credential, .. }] if credential.name() == "maria-lopez")
        );
        let mut state = State::default();
        assert_eq!(step(&mut state, machine(&["maria-lopez", "sam-rivera"])), []);
        assert!(locked(&state).chosen.is_none(), "two people: each says who they are");
        step(&mut state, picked("other.credential"));
        step(&mut state, machine(&["maria-lopez"]));
        assert_eq!(locked(&state).chosen.as_ref().map(Chosen::name), Some("other.credential"));
    }

    #[test]
    fn what_is_chosen_is_remembered_only_if_that_was_said_of_it() {
        let mut state = State::default();
        step(&mut state, picked("maria.credential"));
        step(&mut state, Event::Remember(Remember::WithPasskey));
        step(&mut state, picked("other.credential"));
        assert_eq!(locked(&state).remember, Remember::No);
        step(&mut state, Event::Remember(Remember::File));
        let effects = step(&mut state, unlock());
        assert!(matches!(&effects[..], [Effect::Unlock { remember: Remember::File, .. }]));
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let mut state = State::default();
        step(&mut state, Event::Progress(Progress::SignIn));
        step(&mut state, Event::Failed(Trouble::SignIn));
        assert!(matches!(phase(&state), Phase::Waiting));
    }
}
