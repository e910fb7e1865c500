//! `anteroom desk`: follows the practice's log, and does what is due.
//!
//! It works inside the practice's trust domain: it holds a credential of its own, opens the log in memory, and
//! keeps on disk nothing that can be read without the practice's keys. [`engine`] decides and records; around it
//! are the log ([`follower`]), mail ([`letter`], [`smtp`]), alerts ([`alert`], [`notify`]), the EHR ([`crate::ehr`])
//! and the console ([`serve`]).

pub(crate) mod alert;
pub(crate) mod documents;
mod engine;
mod follower;
mod journal;
mod letter;
mod notify;
pub(crate) mod ports;
mod serve;
pub(crate) mod settings;
pub(crate) mod smtp;
pub(crate) mod template;
mod watch;

#[cfg(test)]
mod simulation;

use crate::clock;
use crate::commands::Context;
use crate::ehr::Target;
use crate::ehr::settings::Calendar;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::output::Output;
use crate::session::Session;
use engine::{Ahead, Engine, Halt, HandOffRules, Rules, Times, Turn};
use follower::Follower;
use journal::Journal;
use letter::Letters;
use notify::{Alerts, webhook_secret};
use ports::Log as _;
use seal::random::make_entry_id;
use serde_json::json;
use settings::Settings;
use smtp::Smtp;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use watch::Watch;

/// Longest wait between two looks at what is due.
const LOOK: Duration = Duration::from_secs(30);

type Desk = Engine<Follower, Smtp, Alerts, Target>;

/// What `anteroom desk` is asked to do.
pub(crate) struct Order<'a> {
    /// The credential file.
    pub(crate) credential: &'a Path,
    /// `desk.toml`.
    pub(crate) settings: &'a Path,
    /// Do what is due, and end.
    pub(crate) once: bool,
    /// As if it were then, in milliseconds; for tests.
    pub(crate) at: Option<u64>,
}

/// Runs until it is told to end, or once.
pub(crate) async fn run(context: &Context, order: &Order<'_>) -> Result<(), Failure> {
    let settings = Settings::read(order.settings)?;
    let session = Session::open(context, order.credential)?;
    files::create_directory(&settings.state)?;
    let lock = lock(&settings.state, order.once, context.output).await?;
    let console = match &settings.console {
        Some(console) if !order.once => {
            let practice = session.credential.anchor.practice.clone();
            let address = serve::start(console, session.relay.address(), practice).await?;
            let url = format!("http://{address}/console/");
            context.output.progress(&format!("The staff console is at {url}"));
            url
        }
        _ => session.relay.address().to_owned() + "/console/",
    };
    let follower = Follower::open(session).await?;
    let mut desk = assemble(&settings, follower, console)?;
    let now = order.at.unwrap_or_else(clock::now_ms);
    let unclear = desk.recover(now).await?;
    if unclear > 0 {
        context.output.warn(&format!(
            "{unclear} messages or leads were being handed over when the desk died: unclear now"
        ));
    }
    let end = if order.once { once(context, &mut desk, now).await } else { work(context, &mut desk).await };
    drop(lock);
    end
}

/// One program for each state folder; the next one waits.
async fn lock(state: &Path, once: bool, output: Output) -> Result<File, Failure> {
    let path = state.join("lock");
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{}: {error}", path.display()), "check that you may write there")
    };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let mut said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if once => {
                return Err(Failure::new(
                    Exit::Failed,
                    "another desk works with this state folder",
                    "leave the work to it, or end it first",
                ));
            }
            Err(TryLockError::WouldBlock) => {
                if !said {
                    output.progress("Another desk works with this state folder; standing by.");
                    said = true;
                }
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

fn assemble(settings: &Settings, follower: Follower, console: String) -> Result<Desk, Failure> {
    let files = documents::read_all(&settings.sequences)?;
    let published = ports::Log::documents(&follower);
    let manifest = &ports::Log::manifest(&follower).source;
    let mistakes = documents::mistakes(&files, &published, &settings.sender, manifest);
    if let Some(first) = mistakes.first() {
        return Err(Failure::new(
            Exit::Document,
            format!("the sequences have {} mistake(s), the first: {first}", mistakes.len()),
            "run `anteroom sequence check` and correct them; nothing is sent until then",
        ));
    }
    let smtp = Smtp::new(settings.smtp.clone(), settings.smtp_password()?)?;
    let letters = Letters { sender: settings.sender.clone(), dkim: settings.dkim()? };
    let steps = settings.alerts.steps.clone();
    let secrets = steps
        .iter()
        .map(|step| step.webhook.as_ref().map(|webhook| secret(&webhook.secret_file)).transpose())
        .collect::<Result<_, _>>()?;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    let notifier =
        Alerts { steps: steps.clone(), secrets, letters: letters.clone(), smtp: smtp.clone(), http, console };
    let journal = Journal::open(&settings.state.join("journal.db"))?;
    let ehr = settings.ehr.as_ref().map(|ehr| Target::open(ehr, settings.calendar.as_ref())).transpose()?;
    let hand_off = settings.ehr.as_ref().map_or_else(HandOffRules::default, |ehr| HandOffRules {
        system: ehr.system.clone(),
        minutes: ehr.minutes,
    });
    let times = match (&settings.slots, &settings.calendar) {
        (Some(template), _) => Some(Times::Weekly(template.clone())),
        (None, Some(calendar)) => {
            let Calendar { notice_hours, ahead_days, .. } = *calendar;
            Some(Times::Calendar(Ahead { notice_hours, days: ahead_days }))
        }
        (None, None) => None,
    };
    let rules =
        Rules { files, alerts: steps, digest_minutes: settings.alerts.digest_minutes, hand_off, times };
    Ok(Engine::new((follower, smtp, notifier, ehr), journal, rules, letters))
}

fn secret(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    let text = zeroize::Zeroizing::new(files::read(path)?);
    webhook_secret(text.lines().next().unwrap_or_default()).ok_or_else(|| {
        Failure::new(
            Exit::Document,
            format!("{} holds no webhook secret", path.display()),
            "it is whsec_ and 24 to 64 bytes in base64, as the receiver shows it",
        )
    })
}

async fn once(context: &Context, desk: &mut Desk, now: u64) -> Result<(), Failure> {
    let refused = || {
        Failure::new(
            Exit::Relay,
            "the relay did not take everything",
            "run the command again; nothing is done twice",
        )
    };
    let mut done = turn(context, desk, now).await?.ok_or_else(refused)?;
    if done.booked > 0 {
        // What follows from an appointment waits until the log was read again.
        desk.log.refresh().await?;
        done = done.then(turn(context, desk, now).await?.ok_or_else(refused)?);
    }
    let turn = done;
    let json = json!({
        "sent": turn.sent, "failed": turn.failed, "unclear": turn.unclear, "calls": turn.calls,
        "alerts": turn.alerts, "handed": turn.handed, "booked": turn.booked, "troubles": turn.troubles, "next": turn.wake.map(clock::rfc3339),
    });
    context.output.print(&json, || {
        let next = turn.wake.map_or_else(String::new, |at| format!(" Next: {}.", clock::local(at)));
        format!(
            "{} sent, {} failed, {} unclear, {} calls asked for, {} alerts, {} handed to the EHR, {} booked.{next}",
            turn.sent, turn.failed, turn.unclear, turn.calls, turn.alerts, turn.handed, turn.booked
        )
    })
}

async fn turn(context: &Context, desk: &mut Desk, now: u64) -> Result<Option<Turn>, Failure> {
    told(context, desk.turn(now).await)
}

/// Says what went wrong; `None`: the relay was away in the middle of it.
fn told(context: &Context, turn: Result<Turn, Halt>) -> Result<Option<Turn>, Failure> {
    match turn {
        Ok(turn) => {
            turn.troubles.iter().for_each(|trouble| context.output.warn(trouble));
            Ok(Some(turn))
        }
        Err(Halt::Log(error)) => {
            context.output.warn(&error.to_string());
            Ok(None)
        }
        Err(Halt::Failure(failure)) => Err(failure),
    }
}

/// How long nothing is to be done after a turn.
fn pause(turn: &Turn) -> Duration {
    if turn.did_something() {
        // What was done is in the log: it is read back before anything is concluded from it.
        return Duration::ZERO;
    }
    let until = turn.wake.map(|wake| Duration::from_millis(wake.saturating_sub(clock::now_ms())));
    until.map_or(LOOK, |until| until.clamp(Duration::from_millis(100), LOOK))
}

async fn work(context: &Context, desk: &mut Desk) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error, "report this");
    let now = clock::now_ms();
    let instance = make_entry_id(now).map_err(|error| failed(&error))?;
    desk.log.announce(instance, now).await.map_err(|error| match error {
        Halt::Log(error) => {
            Failure::new(Exit::Relay, error, "check that the relay is running, and run the command again")
        }
        Halt::Failure(failure) => failure,
    })?;
    desk.log.refresh().await?;
    context.output.progress("The desk is at work.");
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| failed(&error))?;
    let mut watch = Watch::new(instance, now);
    loop {
        let now = clock::now_ms();
        let done = told(context, desk.take_part(&mut watch, now).await)?;
        let pause = done.as_ref().map_or(LOOK, pause);
        tokio::select! {
            () = desk.log.wait(pause) => {}
            _ = terminate.recv() => return Ok(()),
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
        match desk.log.refresh().await {
            Err(failure) if failure.exit == Exit::Relay => {
                context.output.warn(&failure.what);
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            refreshed => refreshed?,
        }
    }
}
