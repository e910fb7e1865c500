//! `anteroom recovery test`: would the recovery key read everything, if all credentials were lost today?

use super::Context;
use crate::cli::RecoveryTest;
use crate::failure::{Exit, Failure};
use crate::findings::Findings;
use crate::keyfile::RecoveryFile;
use crate::session::{Session, no_keyring};
use inbox::Refusal;
use seal::Opener;

/// Reads the whole log with the recovery key.
pub(super) async fn test(context: &Context, options: &RecoveryTest) -> Result<(), Failure> {
    let recovery = RecoveryFile::open(&options.recovery, &context.passphrases)?;
    let mut session = Session::open(context, &options.of.credential)?;
    if recovery.anchor != session.credential.anchor {
        return Err(Failure::new(
            Exit::Locked,
            format!("{} is the recovery key of another practice", options.recovery.display()),
            "use the one that `anteroom init` made with your credential",
        ));
    }
    let mut findings = Findings::default();
    findings.well(format!("{} opens with its passphrase", options.recovery.display()));
    let manifest = session.manifest().await?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let keys = staff.open_keyring(&recovery.key).await.map_err(no_keyring)?;
    findings.well(format!(
        "the keyring of roster version {} opens with it, and holds {} inbox key{}",
        staff.roster().version,
        keys.count(),
        if keys.count() == 1 { "" } else { "s" }
    ));
    for key in &manifest.inbox.keys {
        let thumbprint = key.thumbprint();
        findings.check(
            keys.key(&thumbprint).is_some_and(|key| Opener::thumbprint(key) == thumbprint),
            "what patients send now is sealed to a key of this keyring",
            Exit::Trust,
            format!("patients seal to {thumbprint}, which the keyring does not hold"),
            "publish the manifest anew: anteroom manifest publish FILE --dir DIR",
        );
    }
    let inbox = session.read_with(&signed_in, staff, keys).await?;
    let lost = inbox.refused().iter().filter(|refused| refused.refusal == Refusal::OtherKey).count();
    findings.check(
        lost == 0,
        &format!("all {} entries of the log are sealed to keys that it gives", inbox.head().seq),
        Exit::Refused,
        format!("{lost} entries are sealed to keys that it does not give"),
        "look for an older keyring in your backups",
    );
    findings.conclude(context.output)
}
