//! A patient's own words, cut where triage found something in them.

use super::plain::plain;
use crate::words::{fill, t};
use lead::triage::{Lane, Mention, Status, Triage};

/// A stretch of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stretch {
    pub(crate) text: String,
    pub(crate) mark: Option<Mark>,
}

/// What was found in a stretch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    pub(crate) lane: Lane,
    pub(crate) affirmed: bool,
    /// `chest pain`, or `chest pain (not now: past)`.
    pub(crate) says: String,
}

/// Cuts `text` at the mentions. Joined, the stretches are the text again (made plain). Of mentions that
/// overlap, the graver one is marked.
pub(crate) fn stretches(text: &str, triage: &Triage) -> Vec<Stretch> {
    let mut marked: Vec<(usize, usize, &Mention)> = triage
        .mentions
        .iter()
        .filter_map(|mention| {
            let (start, end) = (mention.span.0 as usize, mention.span.1 as usize);
            // `get` is None past the end or inside a character: such a span marks nothing.
            text.get(start..end).filter(|found| !found.is_empty()).map(|_| (start, end, mention))
        })
        .collect();
    marked.sort_by_key(|&(start, _, mention)| (std::cmp::Reverse(gravity(mention)), start));
    let mut kept: Vec<(usize, usize, &Mention)> = Vec::new();
    for candidate in marked {
        if kept.iter().all(|&(start, end, _)| candidate.1 <= start || end <= candidate.0) {
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|&(start, ..)| start);

    let mut cut = Vec::new();
    let mut at = 0;
    for (start, end, mention) in kept {
        push(&mut cut, &text[at..start], None);
        push(&mut cut, &text[start..end], Some(Mark::of(mention)));
        at = end;
    }
    push(&mut cut, &text[at..], None);
    cut
}

fn push(cut: &mut Vec<Stretch>, text: &str, mark: Option<Mark>) {
    if !text.is_empty() {
        cut.push(Stretch { text: plain(text), mark });
    }
}

fn gravity(mention: &Mention) -> (bool, Lane) {
    (mention.status == Status::Affirmed, mention.lane)
}

impl Mark {
    fn of(mention: &Mention) -> Self {
        let concept = t(mention.concept).replace('-', " ");
        let says = match mention.status {
            Status::Affirmed => concept,
            Status::Negated => fill("{finding}: denied", &[&concept]),
            Status::Past => fill("{finding}: in the past", &[&concept]),
            Status::Other => fill("{finding}: someone else", &[&concept]),
            Status::Hypothetical => fill("{finding}: only a possibility", &[&concept]),
        };
        Self { lane: mention.lane, affirmed: mention.status == Status::Affirmed, says }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lead::triage::Help;

    fn mention(concept: &'static str, status: Status, lane: Lane, span: (u32, u32)) -> Mention {
        Mention { concept, status, lane, help: Help::Call911, span }
    }

    fn cut(text: &str, mentions: Vec<Mention>) -> Vec<(String, Option<String>)> {
        let triage = Triage { lane: Lane::Urgent, mentions };
        stretches(text, &triage)
            .into_iter()
            .map(|stretch| (stretch.text, stretch.mark.map(|mark| mark.says)))
            .collect()
    }

    #[test]
    fn marks_stand_where_they_were_found() {
        let text = "No fever but severe knee pain since May.";
        let found = cut(
            text,
            vec![
                mention("severe-pain", Status::Affirmed, Lane::Urgent, (13, 29)),
                mention("fever", Status::Negated, Lane::Urgent, (3, 8)),
            ],
        );
        let expected = [
            ("No ", None),
            ("fever", Some("fever: denied")),
            (" but ", None),
            ("severe knee pain", Some("severe pain")),
            (" since May.", None),
        ];
        assert_eq!(found, expected.map(|(text, says)| (text.to_owned(), says.map(str::to_owned))));
    }

    #[test]
    fn bad_and_overlapping_spans_lose_no_text() {
        let text = "Dolor de pecho, mañana";
        let found = cut(
            text,
            vec![
                mention("pain", Status::Affirmed, Lane::Routine, (0, 5)),
                mention("chest-pain", Status::Affirmed, Lane::Emergency, (0, 14)),
                mention("inside-a-character", Status::Affirmed, Lane::Urgent, (18, 19)),
                mention("past-the-end", Status::Affirmed, Lane::Urgent, (20, 900)),
                mention("backwards", Status::Affirmed, Lane::Urgent, (9, 3)),
            ],
        );
        assert_eq!(found.iter().map(|(text, _)| text.as_str()).collect::<String>(), text);
        assert_eq!(found[0].1.as_deref(), Some("chest pain"));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
