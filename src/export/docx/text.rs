//! Text → runs, and the units of a DOCX.
//!
//! Takes any text, gives a run of legal XML. It never changes a character that XML can contain; all others are omitted.

use docx_rs::{BreakType, Run, RunFonts};

/// Twentieths of a point.
pub(super) fn twips(points: f32) -> i32 {
    (points * 20.0).round() as i32
}

/// Points of a length in millimetres.
pub(super) fn points(millimetres: f32) -> f32 {
    millimetres / 25.4 * 72.0
}

/// Half points, the unit of `w:sz`.
pub(super) fn half_points(points: f32) -> usize {
    (points * 2.0).round() as usize
}

/// Whether XML 1.0 can contain a character (production 2, Char).
pub(super) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// One line of text for an attribute or a property: no illegal character, no line break, no tab.
pub(super) fn line(text: &str) -> String {
    text.chars().filter(|&c| is_legal(c) && !matches!(c, '\n' | '\r' | '\t')).collect()
}

/// Whether Word needs a hint that a character is Chinese: quotes, dashes, dots and the like belong to both scripts, and without
/// the hint Word sets them in the Latin font at half the width.
fn is_ambiguous(c: char) -> bool {
    ('\u{A1}'..'\u{2E80}').contains(&c)
}

/// A run that contains the text.
pub(super) fn run(text: &str) -> Run {
    add(hinted(Run::new(), text), text)
}

/// The run with the East Asian hint if its text needs it.
pub(super) fn hinted(run: Run, text: &str) -> Run {
    if text.chars().any(is_ambiguous) { run.fonts(RunFonts::new().hint("eastAsia")) } else { run }
}

/// Adds text to a run; line breaks and tabs become elements, since XML would fold them into spaces.
pub(super) fn add(mut run: Run, text: &str) -> Run {
    let mut piece = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\t' => {
                if !piece.is_empty() {
                    run = run.add_text(std::mem::take(&mut piece));
                }
                run = if c == '\t' { run.add_tab() } else { run.add_break(BreakType::TextWrapping) };
            }
            c if is_legal(c) => piece.push(c),
            _ => {}
        }
    }
    if piece.is_empty() { run } else { run.add_text(piece) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_xml_can_hold_is_kept() {
        assert_eq!(line("a\u{0}b\u{B}c\u{FFFE}\u{FFFF}\u{1F}𠮷\u{10FFFF}"), "abc𠮷\u{10FFFF}");
        assert_eq!(line("一\r\n二\t三"), "一二三");
    }

    #[test]
    fn a_line_break_is_written_once() {
        let breaks = |t: &str| run(t).children.len();
        assert_eq!(breaks("一\r\n二"), 3);
        assert_eq!(breaks("一\r二\n"), 4);
        assert_eq!(breaks(""), 0);
    }

    #[test]
    fn quotes_and_dashes_are_hinted_as_chinese() {
        assert!(run("“三审”").run_property.fonts.is_some());
        assert!(run("三审 2024").run_property.fonts.is_none());
    }
}
