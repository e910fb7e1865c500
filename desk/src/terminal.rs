//! What may reach a terminal. The text of patients, and whatever a relay answers, is hostile: a
//! control character can clear the screen or rename the window, a bidi override can turn a phone
//! number around, a line break can imitate a line of ours.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Shown in place of what was taken out, so that a reader sees that something was there.
const REMOVED: char = '\u{FFFD}';

/// More combining marks than this on one letter are a drawing over the neighbouring lines.
const MARKS: usize = 4;

/// One line: line breaks become spaces, everything dangerous becomes U+FFFD.
pub(crate) fn clean_line(text: &str) -> String {
    clean(text, |c| if matches!(c, '\n' | '\r' | '\t') { Some(' ') } else { None })
}

/// Several lines: keeps `\n`, so the caller must indent or quote every line of it.
pub(crate) fn clean_block(text: &str) -> String {
    clean(&text.replace("\r\n", "\n"), |c| match c {
        '\n' => Some('\n'),
        '\r' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

/// Hostile text of several lines, each behind a bar that the text cannot imitate.
pub(crate) fn quote(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in clean_block(text).lines() {
        lines.extend(wrap(paragraph, width.saturating_sub(4)).into_iter().map(|line| format!("  | {line}")));
    }
    lines.join("\n")
}

/// JSON with every character that a terminal might obey written as an escape: the same value to a
/// parser, harmless to a screen.
pub(crate) fn clean_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_dangerous(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn clean(text: &str, allow: impl Fn(char) -> Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if let Some(allowed) = allow(c) {
            out.push(allowed);
            continue;
        }
        if is_dangerous(c) {
            out.push(REMOVED);
            continue;
        }
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if marks <= MARKS {
            out.push(c);
        }
    }
    out
}

fn is_dangerous(c: char) -> bool {
    // C0, DEL and C1: ESC, CSI, OSC, BEL and their like.
    c.is_control()
        || matches!(c,
            // Directional marks, embeddings, overrides and isolates: Unicode TR 9 section 2.
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}'
            // Line and paragraph separators; what is not seen at all; interlinear annotation; tags.
            | '\u{2028}' | '\u{2029}' | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Breaks a cleaned line at spaces so that no piece is wider than `width` columns.
pub(crate) fn wrap(line: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in line.split_inclusive(' ') {
        if column > 0 && column + word.trim_end().width() > width {
            lines.push(String::new());
            column = 0;
        }
        for c in word.chars() {
            let columns = c.width().unwrap_or(0);
            if column + columns > width && c != ' ' {
                lines.push(String::new());
                column = 0;
            }
            if let Some(last) = lines.last_mut() {
                last.push(c);
            }
            column += columns;
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Cuts a cleaned line to `width` columns.
fn shorten(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut column = 0;
    for c in line.chars() {
        column += c.width().unwrap_or(0);
        if column >= width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A column of a [`table`].
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Cells are cut to this many columns.
    pub(crate) widest: usize,
    /// Where cells stand.
    pub(crate) side: Side,
}

/// Where a cell stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table without rules. Cells are cleaned here, so a caller cannot forget.
pub(crate) fn table(columns: &[Column], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            row.iter().zip(columns).map(|(cell, column)| shorten(&clean_line(cell), column.widest)).collect()
        })
        .collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
            cells.max(column.title.width())
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let mut out = String::new();
        for ((cell, column), width) in cells.into_iter().zip(columns).zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            match column.side {
                Side::Left => out.push_str(&format!("{cell}{pad}  ")),
                Side::Right => out.push_str(&format!("{pad}{cell}  ")),
            }
        }
        out.trim_end().to_owned()
    };
    let mut lines = vec![line(columns.iter().map(|column| column.title).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        let hostile = "a\x1b[2Jb\x07c\u{9b}31md\u{202e}0155-555\u{2066}e\u{200b}f\x7fg\u{e0041}\u{2028}h";
        for cleaned in [clean_line(hostile), clean_block(hostile)] {
            assert!(!cleaned.chars().any(|c| c != '\n' && is_dangerous(c)), "{cleaned:?}");
            assert!(cleaned.starts_with("a\u{fffd}[2Jb\u{fffd}c"), "{cleaned:?}");
        }
        let json = clean_json(&serde_json::to_string(hostile).unwrap());
        assert!(!json.chars().any(is_dangerous), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }

    #[test]
    fn hostile_lines_cannot_imitate_ours() {
        assert_eq!(clean_line("Ana\nScore 99\r\nTier"), "Ana Score 99  Tier");
        let quoted = quote("pain\nScore  99\r\rTier care-ready", 60);
        assert!(quoted.lines().all(|line| line.starts_with("  | ")), "{quoted}");
    }

    #[test]
    fn ordinary_text_of_many_scripts_is_left_alone() {
        for text in ["Mañana a las 3", "Łukasz Żółć", "患者さん", "مرحبا", "👩‍👧 ok", "e\u{301}"]
        {
            assert_eq!(clean_line(text), text);
        }
    }

    #[test]
    fn a_tower_of_marks_is_cut() {
        let tower = format!("Z{}", "\u{0316}".repeat(200));
        assert_eq!(clean_line(&tower).chars().count(), 1 + MARKS);
    }

    #[test]
    fn a_table_lines_up_whatever_is_in_it() {
        let columns = [
            Column { title: "NAME", widest: 6, side: Side::Left },
            Column { title: "SCORE", widest: 5, side: Side::Right },
        ];
        let rows = vec![vec!["Ana\x1b".into(), "7".into()], vec!["患者さんです".into(), "45".into()]];
        assert_eq!(table(&columns, &rows), "NAME   SCORE\nAna\u{fffd}       7\n患者…     45");
    }

    #[test]
    fn wrapping_keeps_every_word_and_breaks_long_ones() {
        let line = format!("short words and {}", "x".repeat(50));
        let pieces = wrap(&line, 24);
        assert!(pieces.iter().all(|piece| piece.width() <= 24), "{pieces:?}");
        assert_eq!(pieces.concat().replace(' ', ""), line.replace(' ', ""));
    }

    proptest::proptest! {
        #[test]
        fn whatever_anyone_writes_is_harmless(text in "\\PC*|[\u{0}-\u{ff}]*|(.|[\u{202a}-\u{202e}\u{2066}-\u{2069}\\x1b\r\n])*") {
            for cleaned in [clean_line(&text), clean_block(&text), quote(&text, 40)] {
                proptest::prop_assert!(!cleaned.chars().any(|c| c != '\n' && is_dangerous(c)));
            }
            proptest::prop_assert!(!clean_line(&text).contains('\n'));
            proptest::prop_assert!(quote(&text, 40).lines().all(|line| line.starts_with("  | ")));
            let json = clean_json(&serde_json::to_string(&text).unwrap());
            proptest::prop_assert!(!json.chars().any(is_dangerous));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
