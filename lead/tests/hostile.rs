//! Text from strangers: any Unicode, up to the 64 KiB of an inquiry, without a panic and without quadratic time.

use lead::intent::classify;
use lead::manifest::OwnPhrase;
use lead::scoring::Model;
use lead::triage::{Lane, find_words, status_of, triage, watch};
use proptest::prelude::*;
use std::time::Instant;

fn read_in_every_way(text: &str) {
    let own = [OwnPhrase { lane: Lane::Urgent, phrase: "my incision opened".into() }];
    for found in [triage(text, &own), watch(text, &own)] {
        for mention in found.mentions {
            let (start, end) = (mention.span.0 as usize, mention.span.1 as usize);
            assert!(text.get(start..end).is_some(), "a span is on character boundaries");
        }
    }
    for clue in classify(text).evidence {
        assert!(text.get(clue.span.0 as usize..clue.span.1 as usize).is_some());
    }
    if let Some(span) = find_words(text, "no chest pain") {
        let _ = status_of(text, span);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read_in_every_way(&text);
    }

    #[test]
    fn any_mixture_of_telling_words_is_read(words in prop::collection::vec(
        prop::sample::select(vec![
            "no", "chest", "pain", "not", "only", "if", "i", "can't", "breathe", "bleeding", "won't", "stop", "but",
            ",", ".", "?", "history", "of", "stroke", "mi", "papá", "tuvo", "un", "infarto", "hace", "5", "años", "2",
            "week", "old", "fever", "$40", "11:30", "appointment", "tomorrow", "Ñ", "🙂", "e\u{301}", "\u{0}", "’",
        ]),
        0..80,
    )) {
        read_in_every_way(&words.join(" "));
        read_in_every_way(&words.concat());
    }

    #[test]
    fn any_model_document_is_read_or_refused(text in ".{0,300}") {
        if let Ok(model) = serde_json::from_str::<Model>(&text) {
            let _ = model.faults();
        }
    }
}

/// The time for `pieces` repeated to 64 KiB, beside that for a quarter of it.
fn growth(piece: &str) -> (f64, f64) {
    let time = |bytes: usize| {
        let mut text = piece.repeat(bytes / piece.len());
        text.truncate(text.floor_char_boundary(bytes));
        let best = (0..2).map(|_| {
            let start = Instant::now();
            read_in_every_way(&text);
            start.elapsed().as_secs_f64()
        });
        best.fold(f64::MAX, f64::min)
    };
    let whole = time(64 << 10);
    (whole / time(16 << 10), whole)
}

#[test]
fn four_times_the_text_takes_about_four_times_as_long() {
    let _ = triage("warms the lexicon", &[]);
    let pieces = [
        "a",
        "no ",
        "chest pain ",
        "no chest pain but ",
        "a.b@c.d.",
        "1,",
        "''''",
        "?",
        "suicid ",
        "what are the symptoms of ",
        "appointment ",
        "🙂",
        "the the the the ",
        "my my my my left arm is ",
    ];
    for piece in pieces {
        let (ratio, seconds) = growth(piece);
        // A quadratic reader would take sixteen times as long. Small times are mostly noise.
        assert!(ratio < 10.0 || seconds < 0.1, "{piece:?}: {ratio:.1} times as long, {seconds:.3} s");
    }
}
