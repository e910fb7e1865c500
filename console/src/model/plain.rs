//! Hostile text made harmless to look at. The views put it into text nodes inside `<bdi>`; what is done
//! here is about characters that deceive the eye even there.

/// `text` with control characters and bidirectional overrides (Unicode TR36 section 2.6) made visible.
/// Marks that Arabic and Hebrew writing needs stay.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if deceives(c) { '\u{FFFD}' } else { c }).collect()
}

/// The same in one line: every run of white space is one space.
pub(crate) fn plain_line(text: &str) -> String {
    plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `text` cut after `chars` characters, with an ellipsis where something is left out.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

fn deceives(c: char) -> bool {
    let override_or_isolate = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let invisible =
        matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{00AD}' | '\u{E0000}'..='\u{E007F}');
    override_or_isolate || invisible || (c.is_control() && c != '\n' && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_and_controls_are_shown_and_writing_is_kept() {
        assert_eq!(plain("Ann\u{202E}gpj.exe"), "Ann\u{FFFD}gpj.exe");
        assert_eq!(plain("a\u{0}b\u{1B}[31m"), "a\u{FFFD}b\u{FFFD}[31m");
        for name in ["Zoë O'Hara-Núñez", "مريم \u{200F}حداد", "山田 太郎", "👩‍👧"] {
            assert_eq!(plain(name), name);
        }
        assert_eq!(plain_line("  two\n\t lines "), "two lines");
    }

    #[test]
    fn cutting_counts_characters_not_bytes() {
        assert_eq!(cut("日本語のテスト", 3), "日本語…");
        assert_eq!(cut("short", 10), "short");
    }
}
