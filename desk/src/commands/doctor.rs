//! `anteroom doctor`: everything that has to be right for a practice to be reached, and to stay so.

use super::Context;
use super::staff::role_name;
use crate::cli::Doctor;
use crate::clock;
use crate::daemon::documents;
use crate::daemon::settings::Settings;
use crate::daemon::smtp::Smtp;
use crate::ehr::Target;
use crate::ehr::settings::{Calendar, EhrSettings};
use crate::failure::{Exit, Failure};
use crate::files;
use crate::findings::Findings;
use crate::keyfile::{recovery_path, root_path};
use crate::session::{Session, no_keyring};
use inbox::Staff;
use lead::Manifest;
use lead::handover::untold;
use lead::sequence::{Origin, Sequences};
use lead::thread::{Edition, Lead};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// A manifest that ends sooner than this should be published again.
const SOON: u64 = 30 * 86_400;

/// Looks at everything; goes on after a problem wherever it can.
pub(super) async fn doctor(context: &Context, options: &Doctor) -> Result<(), Failure> {
    let mut findings = Findings::default();
    let of = &options.of;
    let opened = Session::open(context, &of.credential);
    if let Some(mut session) = findings.take(opened) {
        look_at_files(&mut findings, &of.credential);
        let known = look_at_practice(&mut findings, &mut session).await.unwrap_or_default();
        if let Some(settings) = &options.settings {
            look_at_desk(&mut findings, &mut session, settings, &known).await;
        }
    }
    findings.conclude(context.output)
}

/// What the log holds, where it could be read.
#[derive(Default)]
struct Known {
    leads: Vec<Lead>,
    sequences: Arc<Vec<Edition>>,
}

async fn look_at_desk(findings: &mut Findings, session: &mut Session, path: &Path, known: &Known) {
    let Some(settings) = findings.take(Settings::read(path)) else { return };
    if let Some(ehr) = &settings.ehr {
        look_at_ehr(findings, ehr, settings.calendar.as_ref(), &known.leads).await;
    }
    let Some(sequences) = findings.take(documents::read_all(&settings.sequences)) else { return };
    let manifest = session.manifest().await;
    if let Some(manifest) = findings.take(manifest) {
        let (sender, source) = (&settings.sender, &manifest.source);
        let mistakes = documents::mistakes(&sequences, &known.sequences, sender, source);
        let all = Sequences::of(&sequences, &known.sequences, source, Some(sender));
        for left in all.left_out.iter().filter(|left| left.origin != Origin::File) {
            findings.warning(
                documents::left_out_words(left),
                "correct it in the console, or publish it anew; what was in force before it stays in force",
            );
        }
        findings.check(
            mistakes.is_empty(),
            &format!("{} sequences are well", all.in_force.len()),
            Exit::Document,
            format!("the sequences have {} mistake(s)", mistakes.len()),
            "run `anteroom sequence check`; the desk sends nothing until they are corrected",
        );
    }
    findings.take(settings.dkim());
    let password = findings.take(settings.smtp_password()).flatten();
    let Some(smtp) = findings.take(Smtp::new(settings.smtp.clone(), password)) else { return };
    let server = format!("{}:{}", settings.smtp.host, settings.smtp.port);
    match smtp.greet().await {
        Ok(()) => findings.well(format!("the mail server {server} answers and lets the desk in")),
        Err(why) => findings.problem(
            Exit::Failed,
            format!("{server}: {why}"),
            "check host, port, tls, user and password_file under [smtp]",
        ),
    }
    if settings.alerts.steps.is_empty() {
        findings
            .warning("nobody is alerted of a lead that waits", "add [[alerts.steps]] to the desk's settings");
    }
}

async fn look_at_ehr(
    findings: &mut Findings,
    settings: &EhrSettings,
    calendar: Option<&Calendar>,
    leads: &[Lead],
) {
    let Some(mut target) = findings.take(Target::open(settings, calendar)) else { return };
    let address = target.address();
    match target.probe().await {
        Err(why) => findings.problem(
            Exit::Failed,
            format!("{address}: {why}"),
            "nothing is lost: leads wait; `anteroom ehr check` asks again",
        ),
        Ok(found) => match found["leaves"].as_array().map(Vec::as_slice) {
            Some([]) | None => findings.well(format!("the EHR at {address} answers")),
            Some(leaves) => {
                let leaves: Vec<&str> = leaves.iter().filter_map(Value::as_str).collect();
                findings.warning(
                    format!("the EHR at {address} answers, and does not take {}", leaves.join(", ")),
                    "these are left out of what is handed over; ask its administrator if you need them",
                );
            }
        },
    }
    let behind = leads.iter().filter(|lead| untold(lead).is_some()).count();
    if behind > 0 {
        findings.warning(
            format!("the EHR does not know of the last change of {behind} appointment(s)"),
            "the desk tells it again and again; run `anteroom ehr status`, and change them in the EHR if it does not take them",
        );
    }
    let waiting: Vec<u64> =
        leads.iter().filter_map(|lead| lead.hand_off.waits_for_a_person_since()).collect();
    match waiting.iter().max() {
        None => findings.well("nobody waits on the way into the EHR for a person to look"),
        Some(last) => findings.warning(
            format!(
                "{} lead(s) wait on the way into the EHR for a person to look, the last since {}",
                waiting.len(),
                clock::local(*last)
            ),
            "run `anteroom ehr status`, put it right, then `anteroom ehr retry`",
        ),
    }
}

fn look_at_files(findings: &mut Findings, credential: &Path) {
    findings.well(format!("{} opens", credential.display()));
    if files::is_open_to_others(credential).unwrap_or(true) {
        findings.warning(
            format!("others on this machine may read {}", credential.display()),
            format!("chmod 600 {}", credential.display()),
        );
    }
    let directory = credential.parent().unwrap_or(Path::new("."));
    for (path, todo) in [
        (root_path(directory), "keep the root key offline, and bring it only to publish"),
        (recovery_path(directory), "print the recovery key or put it in a safe, and delete it here"),
    ] {
        if path.exists() {
            findings.warning(format!("{} lies beside the credential", path.display()), todo);
        }
    }
}

async fn look_at_practice(findings: &mut Findings, session: &mut Session) -> Option<Known> {
    findings.take(session.relay.is_ready().await)?;
    findings.well(format!("the relay at {} answers", session.relay.address()));
    if let Ok(skew) = session.relay.clock_skew().await {
        findings.check(
            skew <= wire::limits::CLOCK_SKEW_SECONDS,
            "this machine's clock and the relay's agree",
            Exit::Relay,
            format!("this machine's clock and the relay's differ by {skew} seconds"),
            "set this machine's clock by the network (NTP)",
        );
    }
    let manifest = session.manifest().await;
    let manifest = findings.take(manifest);
    if let Some(manifest) = &manifest {
        look_at_manifest(findings, manifest);
    }
    let signed_in = session.sign_in().await;
    let signed_in = findings.take(signed_in)?;
    findings.well(format!("the relay lets {} in", session.credential.staff));
    let staff = session.staff(&signed_in).await;
    let staff = findings.take(staff)?;
    look_at_membership(findings, session, &staff);
    session.credential.encryption.as_ref()?;
    let key = findings.take(session.encryption())?;
    let keys = staff.open_keyring(&key).await.map_err(no_keyring);
    let keys = findings.take(keys)?;
    let lacks = manifest.iter().flat_map(|manifest| &manifest.inbox.keys).map(wire::PublicJwk::thumbprint);
    let lacks: Vec<String> = lacks.filter(|key| keys.key(key).is_none()).map(|key| key.to_string()).collect();
    findings.check(
        lacks.is_empty(),
        "the keyring opens what patients send now",
        Exit::Trust,
        format!("patients seal to {}, which the keyring does not hold", lacks.join(", ")),
        "publish the manifest anew: anteroom manifest publish FILE --dir DIR",
    );
    let inbox = session.read_with(&signed_in, staff, keys).await;
    let inbox = findings.take(inbox)?;
    findings.well(format!("the log is intact: {} entries", inbox.head().seq));
    if !inbox.refused().is_empty() {
        findings.warning(
            format!("{} entries of the log are refused", inbox.refused().len()),
            "run `anteroom log verify` and read why",
        );
    }
    Some(Known { leads: inbox.leads(), sequences: Arc::clone(inbox.documents()) })
}

fn look_at_manifest(findings: &mut Findings, manifest: &Manifest) {
    let until = clock::local(manifest.exp * 1000);
    if manifest.exp.saturating_sub(clock::now_s()) < SOON {
        findings.warning(
            format!("the manifest ends on {until}; the form on your website ends with it"),
            "publish it again: anteroom manifest publish FILE --dir DIR",
        );
    } else {
        findings.well(format!("the manifest is yours, version {}, valid until {until}", manifest.version));
    }
    let mistakes = lead::manifest::check::mistakes(&manifest.source);
    if let Some(first) = mistakes.first() {
        findings.warning(
            format!("the manifest has {} mistake(s), the first: {first}", mistakes.len()),
            "run `anteroom manifest check FILE`, correct it, and publish it again",
        );
    }
}

fn look_at_membership(findings: &mut Findings, session: &Session, staff: &Staff) {
    let credential = &session.credential;
    let Some(member) = staff.roster().member(&credential.staff) else {
        findings.problem(
            Exit::Trust,
            format!("{} is not on the roster", credential.staff),
            "ask the practice's owner",
        );
        return;
    };
    findings.check(
        member.is_active(clock::now_s()),
        &format!("{} is on the roster as {}", member.id, role_name(member.role)),
        Exit::Trust,
        format!("{}'s time on the roster is over, or has not begun", member.id),
        "ask the practice's owner",
    );
}
