//! Scoring documents: what is refused and where, replay, and calibration on outcomes with known weights.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::fault::{Fault, read};
use lead::intent::IntentResult;
use lead::manifest::ServiceTier;
use lead::scoring::calibrate::{Outcome, TooLittle, calibrate};
use lead::scoring::{Appointment, Facts, InsuranceIs, Model, ReferralSource, Replay, Visitor};
use lead::triage::Triage;
use serde_json::{Value, json};

fn seed() -> Value {
    serde_json::from_str(include_str!("../src/scoring/seed.json")).unwrap()
}

fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut document = seed();
    change(&mut document);
    let model: Model = serde_json::from_value(document).unwrap();
    model.faults().iter().map(Fault::to_string).collect()
}

#[test]
fn the_seed_has_no_faults() {
    assert_eq!(faults(|_| {}), [""; 0]);
}

fn with_places(model: &mut Value, places: Value) {
    model["criteria"][0]["when"] = json!({"within_miles": 5});
    model["places"] = places;
}

#[test]
fn each_fault_is_named_with_its_place() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 18] = [
        (|m| m["criteria"][1]["points"] = json!(0), "criteria[1].points: points are not 0"),
        (|m| m["criteria"][3]["group"] = json!("nowhere"), "criteria[3].group: there is no such group"),
        (|m| m["criteria"][0]["half_life_days"] = json!(3), "criteria[0].half_life_days: a half-life"),
        (|m| m["criteria"][0]["requires"] = json!(["x"]), "criteria[0].requires: there is no criterion"),
        (|m| m["criteria"][1]["id"] = json!("surgical-procedure"), "criteria[1].id: stands twice"),
        (|m| m["criteria"][0]["when"] = json!({"service_tier": []}), "criteria[0].when: an empty list"),
        (
            |m| m["criteria"][3]["when"] = json!({"pages": {"kind": "guide", "within_days": 31}}),
            "criteria[3].when.pages.within_days: 1 to 30",
        ),
        (
            |m| m["criteria"][0]["dates"] = json!({"from": "2026-02-30", "to": "2026-03-01"}),
            "criteria[0].dates: a date is written",
        ),
        (
            |m| {
                m["criteria"][0]["requires"] = json!(["insurance"]);
                m["criteria"][2]["unless"] = json!(["surgical-procedure"]);
            },
            "criteria[0]: requires or excludes itself",
        ),
        (|m| m["tiers"][1]["at_least"] = json!(40), "tiers[1].at_least: unreachable: an earlier tier"),
        (|m| m["tiers"][0]["at_least"] = json!(71), "tiers[0].at_least: unreachable: no inquiry"),
        (|m| m["range"]["min"] = json!(-50), "tiers[1].at_least: the last tier takes everything"),
        (|m| m["tiers"] = json!([]), "tiers: a model has at least one tier"),
        (|m| m["name"] = json!(" "), "name: a model has a name"),
        (
            |m| m["criteria"][0]["when"] = json!({"within_miles": 5}),
            "criteria[0].when: a distance needs `places`",
        ),
        (
            |m| m["places"] = json!([{"miles": 5, "zips": ["606"]}]),
            "places: no criterion looks at a distance",
        ),
        (|m| with_places(m, json!([{"miles": 5, "zips": ["6 06"]}])), "places[0].zips: ZIP codes"),
        (
            |m| with_places(m, json!([{"miles": 5, "zips": ["606"]}, {"miles": 9, "zips": ["606"]}])),
            "places[1].zips: a ZIP code stands in an earlier place",
        ),
    ];
    for (change, expected) in cases {
        let found = faults(change);
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected} not in {found:?}");
    }
}

#[test]
fn the_same_criterion_may_stand_again_on_other_days() {
    let with_dates = |first: (&str, &str), second: (&str, &str)| {
        faults(|model| {
            let mut again = model["criteria"][0].clone();
            model["criteria"][0]["dates"] = json!({"from": first.0, "to": first.1});
            again["dates"] = json!({"from": second.0, "to": second.1});
            if let Some(criteria) = model["criteria"].as_array_mut() {
                criteria.push(again);
            }
        })
    };
    assert_eq!(with_dates(("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")), [""; 0]);
    let found = with_dates(("2026-01-01", "2026-07-01"), ("2026-07-01", "2026-12-31"));
    assert!(found[0].starts_with("criteria[5].dates: overlap"), "{found:?}");
}

#[test]
fn unknown_members_are_named_with_their_path_in_json_and_toml() {
    let mut document = seed();
    document["criteria"][2]["pionts"] = json!(3);
    let text = document.to_string();
    let error = read::<Model, _>(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
    assert!(error.to_string().starts_with("criteria[2].pionts: unknown field `pionts`"), "{error}");

    let text = "name = \"x\"\nversion = 1\ntiers = []\n[[criteria]]\nid = \"a\"\npoints = \"many\"\nwhen = \"form_completed\"\n";
    let error = read::<Model, _>(toml::Deserializer::parse(text).unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("criteria[0].points: invalid type: string"), "{error}");
}

fn facts(surgical: bool, wish: bool, insured: bool) -> Facts {
    Facts {
        now_ms: 1_000_000_000_000,
        service: surgical.then(|| ("knee".to_owned(), ServiceTier::Surgical)),
        intent: IntentResult::default(),
        triage: Triage::default(),
        insurance: if insured { InsuranceIs::Given } else { InsuranceIs::NotAnswered },
        referral: ReferralSource::Direct,
        pages: Vec::new(),
        form_completed: true,
        appointment: if wish { Appointment::Answered } else { Appointment::NotRequested },
        contact: None,
        zip: String::new(),
        visitor: Visitor::New,
    }
}

/// A small generator of the kind that Numerical Recipes calls quick and dirty: enough to draw outcomes.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn lead(&mut self) -> Facts {
        facts(self.next() < 0.4, self.next() < 0.5, self.next() < 0.6)
    }
}

#[test]
fn the_longest_zip_code_that_fits_says_how_far_away_it_is() {
    let places = json!([{"miles": 30, "zips": ["60", "61"]}, {"miles": 4, "zips": ["60614", "606"]}]);
    let mut document = seed();
    with_places(&mut document, places);
    document["criteria"][0]["when"] = json!({"within_miles": 10});
    let model: Model = serde_json::from_value(document).unwrap();
    assert_eq!(model.faults(), []);
    let miles = ["60614", "60699-1234", "60099", "61000", "90210", ""].map(|zip| model.miles(zip));
    assert_eq!(miles, [Some(4), Some(4), Some(30), Some(30), None, None]);
    let points = |zip: &str| {
        let facts = Facts { zip: zip.into(), ..facts(false, false, false) };
        lead::scoring::score(&model, &facts).points
    };
    assert_eq!(["60614", "60099", "90210"].map(points), [25, 0, 0]);
}

#[test]
fn replay_says_who_would_move() {
    let mut draft = Model::seed();
    draft.criteria[1].points = 2;
    let leads = [
        facts(true, true, false),
        facts(true, false, true),
        facts(false, true, true),
        facts(false, false, false),
    ];
    let replay = Replay::of(&Model::seed(), &draft, leads.iter());
    assert_eq!((replay.leads, replay.moved.len()), (4, 2));
    assert_eq!(replay.moved[0].from, (45, "care-ready".into()));
    assert_eq!(replay.moved[0].to, (27, "nurture".into()));
    assert_eq!(replay.moves[&("care-ready".into(), "nurture".into())], 2);
    let sums = replay.histogram.values().fold((0, 0), |sum, bar| (sum.0 + bar.0, sum.1 + bar.1));
    assert_eq!(sums, (4, 4));
}

/// No public data set of practice inquiries with outcomes exists: these outcomes are simulated, with weights that
/// the calibration has to find again.
#[test]
fn calibration_finds_known_weights() {
    let mut draws = Draws(7);
    let leads: Vec<(Facts, Outcome)> = (0..4_000)
        .map(|_| {
            let lead = draws.lead();
            let has = |yes: bool, weight: f64| if yes { weight } else { 0.0 };
            let odds = -1.0
                + has(lead.service.is_some(), 1.6)
                + has(lead.appointment == Appointment::Answered, 0.8)
                + has(lead.insurance == InsuranceIs::Given, 0.0);
            let booked = draws.next() < 1.0 / (1.0 + (-odds).exp());
            (lead, if booked { Outcome::Booked } else { Outcome::NotBooked })
        })
        .collect();
    let found = calibrate(&Model::seed(), &leads).unwrap();
    let of = |id: &str| found.criteria.iter().find(|one| one.id == id).unwrap();
    for (id, truth) in [("surgical-procedure", 1.6), ("appointment-request", 0.8), ("insurance", 0.0)] {
        let (low, high) = of(id).interval;
        assert!(low < truth && truth < high && high - low < 0.5, "{id}: {low} {high}");
    }
    assert_eq!(of("surgical-procedure").suggested, 25, "the strongest keeps its points");
    assert!((10..=15).contains(&of("appointment-request").suggested), "half as strong");
    assert_eq!(of("insurance").suggested, 0, "no effect, no points");
    assert_eq!(found.left_out, [("condition-guide".into(), 0), ("solicitation".into(), 0)]);
    assert_eq!(found.reliability.iter().map(|bar| bar.leads).sum::<usize>(), 4_000);
    assert!(found.reliability.iter().all(|bar| (bar.predicted - bar.observed).abs() < 0.08));
}

#[test]
fn calibration_refuses_too_little_and_says_what_is_missing() {
    let mut draws = Draws(1);
    let leads: Vec<(Facts, Outcome)> = (0..200)
        .map(|n| (draws.lead(), if n % 10 == 0 { Outcome::Booked } else { Outcome::NotBooked }))
        .collect();
    let refused = calibrate(&Model::seed(), &leads).unwrap_err();
    assert_eq!(refused, TooLittle::Outcomes { booked: 20, not_booked: 180, criteria: 3, needed: 50 });
    assert!(refused.to_string().contains("50 of each are needed"));
    let same: Vec<_> = (0..200).map(|_| (facts(true, true, true), Outcome::Booked)).collect();
    assert_eq!(calibrate(&Model::seed(), &same), Err(TooLittle::NothingVaries));
}
