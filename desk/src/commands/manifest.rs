//! `anteroom manifest`: what the practice publishes about its intake.

use super::Context;
use super::staff::owner_session;
use crate::cli::ManifestPublish;
use crate::clock;
use crate::document;
use crate::failure::{Exit, Failure, Reason};
use crate::keyfile::{RootFile, root_path};
use crate::publication::{in_days, sign};
use crate::session::{Session, no_keyring};
use inbox::Memory;
use lead::manifest::publication::{Next, NotNext, Published, model_follows};
use lead::{Manifest, ManifestSource};
use seal::jws;
use serde_json::json;
use std::path::Path;
use wire::practice::MANIFEST_TYP;

/// Looks for mistakes.
pub(super) fn check(context: &Context, file: &Path) -> Result<(), Failure> {
    let source = document::read_manifest(file)?;
    let fields = source.form.fields().count();
    let json = json!({
        "ok": true,
        "name": source.name,
        "languages": source.languages,
        "services": source.services.len(),
        "steps": source.form.steps.len(),
        "fields": fields,
        "criteria": source.scoring.criteria.len(),
        "model": { "name": source.scoring.name, "version": source.scoring.version, "hash": source.scoring.hash() },
    });
    context.output.print(&json, || {
        format!(
            "{}: no mistakes found.\n  {} services, {} steps with {} fields, {} scoring criteria, in {}",
            file.display(),
            source.services.len(),
            source.form.steps.len(),
            fields,
            source.scoring.criteria.len(),
            source.languages.join(", "),
        )
    })
}

/// Signs and publishes.
pub(super) async fn publish(context: &Context, options: ManifestPublish) -> Result<(), Failure> {
    let source = document::read_manifest(&options.file)?;
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let mut session = owner_session(context, &root, &options.dir)?;
    let published =
        put_in_force(&root, &mut session, (&options.file, source), in_days(options.valid_days)).await?;
    let (practice, version) = (&root.anchor.practice, published.version);
    let expires = published.exp * 1000;
    let json = json!({ "practice": practice, "version": version, "expires": clock::rfc3339(expires) });
    context.output.print(&json, || {
        format!(
            "Published: version {version} of {practice}'s manifest, valid until {}.\nThe snippet on your website stays as it is.",
            clock::local(expires)
        )
    })
}

/// Signs what was read from `file`, and publishes it until `exp` (seconds), with the inbox key in use.
pub(super) async fn put_in_force(
    root: &RootFile,
    session: &mut Session,
    (file, source): (&Path, ManifestSource),
    exp: u64,
) -> Result<Manifest, Failure> {
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let inbox = staff.inbox_key(&session.encryption()?).await.map_err(no_keyring)?;

    // The one in force may have expired: only its signature, version and model matter here.
    let published = session.relay.manifest(&root.anchor.practice).await?;
    let claims = jws::verify_pinned(&published, MANIFEST_TYP, &root.anchor.pin).map(|pinned| pinned.claims);
    let next = Next {
        practice: root.anchor.practice.clone(),
        inbox,
        source,
        remembered: session.state.memory().manifest,
        now: clock::now_s(),
        exp,
    };
    let manifest = Published::of_claims(&claims.unwrap_or_default())
        .followed_by(next)
        .map_err(|error| not_next(file, &error))?;
    let version = manifest.version;
    let signed = sign(&root.root, manifest)?;
    signed_in.put_manifest(signed.jws).await?;
    session.state.remember(Memory { manifest: Some(version), ..Memory::default() })?;
    Ok(signed.manifest)
}

/// Whether the model of what was read from `file` may follow the one in force.
pub(super) fn check_model(
    file: &Path,
    in_force: ManifestSource,
    next: &ManifestSource,
) -> Result<(), Failure> {
    model_follows(in_force.scoring, &next.scoring).map_err(|error| not_next(file, &error))
}

fn not_next(file: &Path, error: &NotNext) -> Failure {
    let failure = |todo: String| Failure::new(Exit::Document, format!("{}: {error}", file.display()), todo);
    match error {
        NotNext::Model { next, .. } => {
            failure(format!("set scoring.version to {next}; `anteroom score replay` shows whom it moves"))
                .because(Reason::Model)
        }
        NotNext::Mistakes(_) => failure("correct them there".to_owned()),
        NotNext::NoVersions => failure("report this".to_owned()),
    }
}
