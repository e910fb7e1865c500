//! From a text to words, numbers and marks, each with its place in the text. Linear in the text's length.

/// A word, number or mark.
pub(crate) struct Token {
    /// Bytes of the text.
    pub(crate) start: u32,
    /// Bytes of the text.
    pub(crate) end: u32,
    /// Which sentence it is in; a sentence's closing mark belongs to it.
    pub(crate) sentence: u32,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its place in [`Tokens::normal`].
    normal: (u32, u32),
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, perhaps with digits.
    Word,
    /// A number, in tenths.
    Number(u32),
    /// `11:30`, `3pm`.
    Time,
    /// `3rd`, `3/14`, `2026-03-14`.
    Date,
    /// `$40`.
    Money,
    /// An address on the web, or an e-mail address.
    Link,
    /// One of `, ? ! . ; : ( )`.
    Mark,
}

/// A longer sentence is cut, so that the work for each of its words stays bounded.
const SENTENCE_TOKENS: usize = 150;

/// Marks join words into addresses up to this many bytes, so that looking back stays bounded.
const MOST_ADDRESS: usize = 200;

/// A text in tokens.
pub(crate) struct Tokens {
    /// In order.
    pub(crate) all: Vec<Token>,
    /// Normal forms, one after another: lower case, without accents and apostrophes.
    normal: String,
}

impl Tokens {
    /// Splits `text`.
    pub(crate) fn of(text: &str) -> Self {
        let mut tokens = Self { all: Vec::new(), normal: String::with_capacity(text.len()) };
        let mut sentence = 0;
        let mut first = 0;
        let mut chars = text.char_indices().peekable();
        while let Some(&(start, c)) = chars.peek() {
            if is_letter_or_digit(c) || c == '$' || is_mark_within(c) {
                let from = tokens.normal.len();
                let mut end = start;
                while let Some(&(at, c)) = chars.peek() {
                    if !goes_on(c, text, at, start) {
                        break;
                    }
                    fold(c, &mut tokens.normal);
                    end = at + c.len_utf8();
                    chars.next();
                }
                if end == start {
                    chars.next();
                    continue;
                }
                tokens.push(text, start, end, sentence, from);
                if tokens.all.len() - first >= SENTENCE_TOKENS {
                    sentence += 1;
                    first = tokens.all.len();
                }
                continue;
            }
            chars.next();
            let after = start + c.len_utf8();
            let ends = match c {
                '?' | '!' | ';' | '¡' | '\n' | '•' | '…' => true,
                '.' => tokens.ends_at_dot(text, after),
                _ => false,
            };
            // A second closing mark says no more than the first.
            let repeats = ends && tokens.all.len() == first;
            if matches!(c, ',' | '?' | '!' | '.' | ';' | ':' | '(' | ')') && (c != '.' || ends) && !repeats {
                let from = tokens.normal.len();
                tokens.normal.push(c);
                let normal = (from as u32, tokens.normal.len() as u32);
                tokens.all.push(Token {
                    start: start as u32,
                    end: after as u32,
                    sentence,
                    kind: Kind::Mark,
                    normal,
                });
            }
            if ends && tokens.all.len() > first {
                sentence += 1;
                first = tokens.all.len();
            }
        }
        tokens
    }

    /// The normal form of a token.
    pub(crate) fn normal(&self, token: &Token) -> &str {
        &self.normal[token.normal.0 as usize..token.normal.1 as usize]
    }

    fn push(&mut self, text: &str, start: usize, end: usize, sentence: u32, from: usize) {
        let kind = classify(&text[start..end], &self.normal[from..]);
        self.all.push(Token {
            start: start as u32,
            end: end as u32,
            sentence,
            kind,
            normal: (from as u32, self.normal.len() as u32),
        });
    }

    /// A dot ends a sentence unless it is inside a word or number, or closes an abbreviation.
    fn ends_at_dot(&self, text: &str, after: usize) -> bool {
        let next = text[after..].chars().next();
        if next.is_some_and(|c| !c.is_whitespace() && !matches!(c, '"' | ')' | '\'' | '.')) {
            return false;
        }
        let last = self.all.last().map_or("", |token| self.normal(token));
        let abbreviated =
            matches!(last, "dr" | "dra" | "mr" | "mrs" | "ms" | "sr" | "sra" | "st" | "vs" | "approx");
        let initial = last.len() == 1 && last != "i" && next.is_some();
        !(abbreviated || initial)
    }
}

/// Apostrophes belong to the word they stand in.
const fn is_mark_within(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´')
}

fn goes_on(c: char, text: &str, at: usize, start: usize) -> bool {
    if is_letter_or_digit(c) || is_mark_within(c) || is_combining(c) {
        return true;
    }
    if c == '$' {
        return at == start;
    }
    if !matches!(c, '.' | ':' | ',' | '/' | '@' | '-' | '_') || at - start > MOST_ADDRESS {
        return false;
    }
    // Inside numbers, times, dates and addresses: between two digits, or around `@`, `://` and `.com`.
    let before = text[..at].chars().next_back();
    let after = text[at + c.len_utf8()..].chars().next();
    let digits = before.is_some_and(|b| b.is_ascii_digit()) && after.is_some_and(|a| a.is_ascii_digit());
    let link = matches!(c, '@' | '/' | ':' | '_') && {
        let so_far = &text[start..at];
        c == '@' || so_far.starts_with("http") || so_far.starts_with("www")
    };
    let dotted = c == '.' && before.is_some_and(is_letter_or_digit) && {
        let rest = &text.as_bytes()[at + 1..];
        [&b"com"[..], b"net", b"org", b"example"].iter().any(|end| rest.starts_with(end))
            || text[start..at].starts_with("www")
            || has(&text[start..at], "@")
    };
    (digits && c != '_' && c != '@') || link || dotted
}

const fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Lower case, without accents and apostrophes.
fn fold(c: char, into: &mut String) {
    if c.is_ascii() {
        if !is_mark_within(c) {
            into.push(c.to_ascii_lowercase());
        }
        return;
    }
    if is_mark_within(c) || is_combining(c) {
        return;
    }
    let plain = match lower(c) {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    into.push(plain);
}

/// Lower case in the scripts of Europe. The tables for all scripts weigh five kilobytes for every patient.
fn lower(c: char) -> char {
    let step = match c {
        '\u{d7}' => 0,
        '\u{c0}'..='\u{de}' | '\u{391}'..='\u{3a9}' | '\u{410}'..='\u{42f}' => 0x20,
        '\u{400}'..='\u{40f}' => 0x50,
        '\u{100}'..='\u{12e}' | '\u{14a}'..='\u{176}' if (c as u32).is_multiple_of(2) => 1,
        '\u{139}'..='\u{147}' | '\u{179}'..='\u{17d}' if !(c as u32).is_multiple_of(2) => 1,
        _ => 0,
    };
    char::from_u32(c as u32 + step).unwrap_or(c)
}

/// Letters and digits, without the tables that `char::is_alphanumeric` brings along: beyond ASCII everything is a
/// letter but spaces, punctuation, symbols and pictures. The lexicons are English and Spanish: no more is needed.
const fn is_letter_or_digit(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        'ª' | 'º' => true,
        '\u{80}'..='\u{bf}' | '×' | '÷' => false,
        '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{2bff}' | '\u{3000}'..='\u{303f}' => false,
        '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' => false,
        '\u{1f000}'..='\u{1faff}' | '\u{e0000}'.. => false,
        _ => true,
    }
}

/// Whether `text` holds `part`; the standard library's search is larger than this tokenizer.
fn has(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

fn classify(raw: &str, normal: &str) -> Kind {
    if raw.starts_with('$') {
        return Kind::Money;
    }
    if ["@", "://", ".com"].iter().any(|part| has(normal, part)) || normal.starts_with("www.") {
        return Kind::Link;
    }
    if !normal.starts_with(|c: char| c.is_ascii_digit()) {
        return Kind::Word;
    }
    let digits = normal.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = normal.split_at(digits);
    let whole: u32 = whole.parse().unwrap_or(u32::MAX / 20);
    let whole = whole.min(u32::MAX / 20);
    match rest {
        "" => Kind::Number(whole * 10),
        "am" | "pm" | "a.m" | "p.m" => Kind::Time,
        "st" | "nd" | "rd" | "th" => Kind::Date,
        _ if rest.starts_with(':') => Kind::Time,
        _ if rest.starts_with('/') || rest.matches('-').count() == 2 => Kind::Date,
        _ if rest.starts_with('.') => {
            let tenth =
                rest.as_bytes().get(1).copied().map_or(0, |digit| u32::from(digit.wrapping_sub(b'0')).min(9));
            Kind::Number(whole * 10 + tenth)
        }
        // Thousands: "1,200".
        _ if rest.starts_with(',') => {
            let all: String = normal.chars().filter(char::is_ascii_digit).take(8).collect();
            Kind::Number(all.parse::<u32>().unwrap_or(0) * 10)
        }
        // "103f", "2yo": the number and its unit written together.
        _ => Kind::Number(whole * 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> Vec<String> {
        let tokens = Tokens::of(text);
        tokens.all.iter().map(|token| tokens.normal(token).to_owned()).collect()
    }

    #[test]
    fn words_lose_case_accents_and_apostrophes() {
        assert_eq!(normal("I CAN’T breathe"), ["i", "cant", "breathe"]);
        assert_eq!(normal("Está pálido, señor"), ["esta", "palido", ",", "senor"]);
        assert_eq!(normal("short-of-breath and/or faint"), ["short", "of", "breath", "and", "or", "faint"]);
        assert_eq!(normal("cafe\u{301}"), ["cafe"]);
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        let sentences = |text: &str| Tokens::of(text).all.last().map(|token| token.sentence + 1);
        assert_eq!(sentences("Dr. Lee said so. It hurts"), Some(2));
        assert_eq!(sentences("a fever of 101.5 since Monday"), Some(1));
        assert_eq!(sentences("no pain\nfever\n\nchills"), Some(3));
        assert_eq!(sentences("why?! it hurts..."), Some(2));
    }

    #[test]
    fn numbers_times_and_addresses_are_told_apart() {
        let kinds = |text: &str| Tokens::of(text).all.iter().map(|token| token.kind).collect::<Vec<_>>();
        assert!(kinds("103.5 104F 3 1,200") == [1035, 1040, 30, 12000].map(Kind::Number));
        assert!(kinds("11:30 3pm") == [Kind::Time, Kind::Time]);
        assert!(kinds("3rd 3/14 2026-03-14") == [Kind::Date, Kind::Date, Kind::Date]);
        assert!(kinds("a@example.com https://example.com/x $40") == [Kind::Link, Kind::Link, Kind::Money]);
    }

    #[test]
    fn spans_are_bytes_of_the_text() {
        let text = "Ñandú: ¿qué?";
        let tokens = Tokens::of(text);
        let spans: Vec<&str> =
            tokens.all.iter().map(|token| &text[token.start as usize..token.end as usize]).collect();
        assert_eq!(spans, ["Ñandú", ":", "qué", "?"]);
    }
}
