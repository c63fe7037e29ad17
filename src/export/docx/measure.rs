//! Text measured without a font: widths in em, possible line breaks, number of lines at a width.
//!
//! An estimate: a Chinese character is one em in the fonts of a report, a digit half an em. Word breaks the actual lines.

use unicode_width::UnicodeWidthChar;

/// Marks that must not begin a line.
const NOT_FIRST: &str = "，。、；：？！）》】”’％%…—";
/// Marks that must not end a line.
const NOT_LAST: &str = "（《【“‘";
/// Word's automatic space between Chinese and Latin or digits.
const BETWEEN_SCRIPTS: f32 = 0.25;

/// A piece of text inside which a line must not break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece<'t> {
    pub text: &'t str,
    /// Width in em.
    pub em: f32,
    /// Whether it is a line break.
    pub forced: bool,
}

/// The pieces of a text; joined, they are the text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, mut previous) = chars.next()?;
        let forced = previous == '\n';
        let mut em = width(previous);
        let mut end = rest.len();
        for (at, next) in chars {
            let word = previous.is_ascii_graphic() && next.is_ascii_graphic();
            if forced || next == '\n' || !(word || NOT_FIRST.contains(next) || NOT_LAST.contains(previous)) {
                end = at;
                break;
            }
            em += width(next);
            previous = next;
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(Piece { text: piece, em, forced })
    })
}

/// Above this many bytes the lines of a text are only estimated from its length: it takes several pages anyway.
const RECKONED: usize = 8192;

/// Number of lines that text takes at a width in em; at least one.
pub(super) fn lines(text: &str, width: f32) -> usize {
    let width = width.max(1.0);
    if text.len() > RECKONED {
        // Three bytes, a Chinese character, are one em; Latin text is underestimated.
        return (text.len() as f32 / 3.0 / width).ceil() as usize;
    }
    let (mut lines, mut at) = (1, 0.0);
    for Piece { em, forced, .. } in pieces(text) {
        if forced {
            (lines, at) = (lines + 1, 0.0);
        } else if at + em <= width {
            at += em;
        } else if em <= width {
            (lines, at) = (lines + 1, em);
        } else {
            // Longer than a line: it fills this one and those after it.
            let over = at + em;
            let full = (over / width).floor();
            (lines, at) = (lines + full as usize, over - full * width);
        }
    }
    lines
}

/// Width of a line in em, with the space between scripts.
pub(super) fn em(text: &str) -> f32 {
    let mut previous = None;
    let mut total = 0.0;
    for c in text.chars() {
        if previous.is_some_and(|p: bool| p != c.is_ascii()) {
            total += BETWEEN_SCRIPTS;
        }
        total += width(c);
        previous = Some(c.is_ascii());
    }
    total
}

/// Inset in em on each side of a cell of `width` em that makes its centred label fill its lines evenly (甲乙/丙丁, not 甲乙丙/丁). 0 if
/// the label is not all plain Chinese characters, fits on a line, or has more than 64 characters.
pub(super) fn inset(label: &str, width: f32) -> f32 {
    let plain = pieces(label).all(|p| p.em == 1.0 && p.text.chars().count() == 1);
    let (count, fit) = (label.chars().count(), width.floor());
    if !plain || fit < 2.0 || count as f32 <= width || count > 64 {
        return 0.0;
    }
    let lines = (count as f32 / fit).ceil();
    let even = (count as f32 / lines).ceil();
    // Half an em stays free, so that rounding cannot move the last character to another line.
    ((width - even - 0.5) / 2.0).max(0.0)
}

/// Width of a character in em.
fn width(c: char) -> f32 {
    match c.width_cjk() {
        Some(2) => 1.0,
        // Capitals are wider; digits are half an em in every font that a report uses.
        Some(1) if c.is_ascii_uppercase() => 0.7,
        Some(1) => 0.5,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text() {
        for text in ["", "一二。三（四）", "2024年\n\n——……，", "a b,c 12.5%", "\u{0}\u{301}𠮷😀"] {
            assert_eq!(pieces(text).map(|p| p.text).collect::<String>(), text);
        }
        let broken: Vec<_> = pieces("共12件。（一）").map(|p| p.text).collect();
        assert_eq!(broken, ["共", "12", "件。", "（一）"]);
    }

    #[test]
    fn lines_are_counted_as_they_break() {
        assert_eq!(lines("", 5.0), 1);
        assert_eq!(lines("一二三四五", 5.0), 1);
        assert_eq!(lines("一二三四五六", 5.0), 2);
        // The full stop moves to the next line together with the character before it.
        assert_eq!(lines("一二三四五。", 5.0), 2);
        assert_eq!(lines("一二三四12345", 5.0), 2);
        assert_eq!(lines("一\n二", 5.0), 2);
        assert_eq!(lines(&"1".repeat(100), 5.0), 11);
        assert_eq!(lines("一", -3.0), 1);
    }

    #[test]
    fn labels_fill_their_lines_evenly() {
        // Without an inset, three of the four characters fit on a line; with it, two and a half em are left.
        assert_eq!(3.4 - 2.0 * inset("结果维持", 3.4), 2.5);
        assert_eq!(inset("结果维持", 2.2), 0.0);
        assert_eq!(inset("结果维持", 4.5), 0.0);
        assert_eq!(inset("（三）不予公开", 4.5), 0.0);
        assert_eq!(inset("", 4.5), 0.0);
    }
}
