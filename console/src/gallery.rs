//! Screens with made-up leads and without a relay, for looking at while designing. `?scene=` chooses one.

use crate::model::case::samples;
use crate::model::case::{Case, Refusal};
use crate::model::locked::Progress;
use crate::model::{Effect, Event, LockReason, Trouble};
use crate::view::{App, Console, focus};
use lead::inquiry::{Answers, AppointmentWish, ConsentGiven, Contact, ContactWay, Insurance, Voicemail};
use lead::signals::Signals;
use leptos::prelude::*;
use zeroize::Zeroizing;

pub(crate) fn start() {
    let scene = window().location().search().unwrap_or_default();
    let scene = scene.strip_prefix("?scene=").unwrap_or("list").to_owned();
    let zone = |ms: u64| -(js_sys::Date::new(&(ms as f64).into()).get_timezone_offset() as i32);
    let console = Console::new(perform, zone, || Some(wire::ThreadId::from_bytes([255; 16])));
    mount_to_body(move || App(crate::view::AppProps { console }));
    console.send(Event::Tick(now()));
    play(console, &scene);
}

fn now() -> u64 {
    js_sys::Date::now() as u64
}

fn perform(console: Console, effect: Effect) {
    if let Effect::Focus(to) = effect {
        focus::focus(console, to);
    }
}

fn play(console: Console, scene: &str) {
    if scene == "gate" {
        return;
    }
    if scene == "wrong" {
        console.send(Event::FilePicked { name: "holiday.jpg".into(), text: "no".into() });
        return;
    }
    console.send(Event::FilePicked { name: "maria-lopez.credential".into(), text: "a.b.c.d.e".into() });
    if scene == "picked" {
        return;
    }
    console.send(Event::Unlock { passphrase: Zeroizing::new("x".into()) });
    match scene {
        "busy" => return console.send(Event::Progress(Progress::Read { entries: 500, of: 1204 })),
        "failed" => return console.send(Event::Failed(Trouble::Passphrase)),
        "untrusted" => {
            let found = "the manifest is older than one seen before".into();
            return console.send(Event::Failed(Trouble::Untrusted(found)));
        }
        _ => {}
    }
    let count = match scene {
        "empty" => 0,
        "many" => 10_000,
        _ => 41,
    };
    let refused = if scene == "refused" { refused() } else { Vec::new() };
    console.send(Event::Opened(Box::new(samples::practice(cases(count), refused))));
    match scene {
        "lead" => console.send(Event::OpenCursor),
        "call" => console.send(Event::CallHere),
        "take" => console.send(Event::OpenTake),
        "reports" => console.send(Event::OpenReports),
        "emergency" => {
            console.send(Event::Search("chest".into()));
            console.send(Event::OpenCursor);
        }
        "refused" => console.send(Event::OpenLog),
        "nomatch" => console.send(Event::Search("zzz".into())),
        "keys" => console.send(Event::Shortcuts),
        "locked" => console.send(Event::Lock(LockReason::Idle)),
        "offline" => console.send(Event::Unreachable),
        _ => {}
    }
}

fn refused() -> Vec<Refusal> {
    [(17, "the signature is forged"), (29, "altered, or never sealed properly")]
        .map(|(seq, why)| Refusal {
            seq,
            entry: "u8Yd0c3Q".into(),
            time: now() - seq * 3_600_000,
            why: why.into(),
            by_relay: false,
        })
        .into()
}

const NEEDS: [&str; 8] = [
    "My left knee has been getting worse since last summer. Stairs are hard, I can't kneel in the garden any more, and my doctor said it may be time to talk about a replacement. I'd like to book a consultation this week if you can fit me in.",
    "Do you accept Example Health?",
    "Hola, mi mamá se cayó y le duele mucho la cadera. ¿Pueden verla esta semana?",
    "We help practices like yours rank first on Google. Can I get five minutes?",
    "I had chest pain this morning while climbing and it went to my arm. Should I still come for my shoulder?",
    "How much is a cortisone injection without insurance?",
    "<b>Hello</b> <img src=x onerror=alert(1)> \u{202E}txet desrever",
    "مرحبا، أحتاج إلى موعد لركبتي",
];
const NAMES: [&str; 8] = [
    "Ana Example-Rivera",
    "Ben Sample",
    "Carmen Prueba",
    "Growth Wizards LLC",
    "Dan Specimen",
    "Eve Placeholder",
    "<script>alert(1)</script>\u{202E}",
    "مريم مثال",
];

fn cases(count: u64) -> Vec<Case> {
    let source = samples::source();
    (0..count)
        .map(|n| {
            let pick = n as usize % NEEDS.len();
            let sent = now() - n * n * 190_000 - 60_000;
            let answers = Answers {
                contact: Contact {
                    name: format!("{}{}", NAMES[pick], if n < 8 { String::new() } else { format!(" {n}") }),
                    phone: (pick != 3).then(|| format!("(555) 555-01{:02}", n % 100)),
                    email: Some(format!("person{n}@example.com")),
                    prefer: Some(if pick % 2 == 0 { ContactWay::Phone } else { ContactWay::Email }),
                    times: vec!["mornings".into()],
                    voicemail: Some(if pick == 0 { Voicemail::Never } else { Voicemail::Welcome }),
                },
                service: Some(["knee-replacement", "not-sure", "hip-replacement", "not-sure", "shoulder-surgery", "injections", "second-opinion", "knee-replacement"][pick].into()),
                needs: NEEDS[pick].into(),
                insurance: (pick % 2 == 0).then(|| Insurance::Plan { carrier: "Example Health".into(), plan: Some("PPO Silver".into()), member_id: Some("XH-0100-77".into()) }),
                appointment: (pick % 3 == 0).then(|| AppointmentWish { windows: vec!["this-week".into(), "mornings".into()] }),
                consent: Some(ConsentGiven { version: 1 }),
                ..Answers::default()
            };
            let visits = format!(
                r#"[{{"path":"/","ms":{},"referrer":"search","dwell_ms":42000}},{{"path":"/guides/knee-replacement","ms":{},"dwell_ms":190000}},{{"path":"/pricing","ms":{},"dwell_ms":65000,"campaign":{{"source":"newsletter","name":"spring"}}}},{{"path":"/appointments","ms":{}}}]"#,
                sent - 6 * 86_400_000, sent - 6 * 86_400_000 + 60_000, sent - 1_200_000, sent - 300_000
            );
            let mut inquiry = samples::inquiry(answers, Signals::from_loader(&visits, sent), sent);
            if pick == 4 {
                inquiry.preliminary.points += 50;
            }
            let seed = (n as u8).wrapping_mul(7).wrapping_add(3);
            let mut lead = samples::lead(seed, inquiry, sent + 900);
            let mut bytes = [seed; 16];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            lead.thread = wire::ThreadId::from_bytes(bytes);
            Case::new(lead, &source)
        })
        .collect()
}
