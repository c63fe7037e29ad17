//! Size of a text in a cell, estimated without a font: full-width characters are one em, all others half.
//!
//! Excel does not fit merged cells to their text, so their heights are computed here, rather too large than too small.

use unicode_width::UnicodeWidthChar;

/// Pixels between a cell's text and its left and right border together.
const PADDING: f64 = 9.0;
/// Height of a line in ems, and points above and below all lines together.
const LINE: f64 = 1.42;
const ROOM: f64 = 6.0;

/// Lines that a text takes in `width` pixels at `size` points; at least 1.
pub fn lines(text: &str, width: u32, size: f64) -> usize {
    let em = size * 4.0 / 3.0;
    let usable = (f64::from(width) - PADDING).max(em);
    text.split('\n').map(|line| lines_of_one(line, usable, em)).sum()
}

fn lines_of_one(line: &str, usable: f64, em: f64) -> usize {
    let (mut count, mut x) = (1, 0.0);
    // Width of the Latin word at the end of the line so far; a word wraps as a whole unless it is wider than a line.
    let mut word = 0.0;
    for c in line.chars() {
        let width = c.width_cjk().unwrap_or(0) as f64 * em / 2.0;
        word = if c.is_ascii_graphic() { word + width } else { 0.0 };
        x += width;
        if x > usable {
            count += 1;
            x = if word <= usable { word.max(width) } else { width };
            word = word.min(x);
        }
    }
    count
}

/// Height in points of a row that shows a text in `width` pixels at `size` points.
pub fn height(text: &str, width: u32, size: f64) -> f64 {
    // Marks that may not begin a line make long texts about 4 % longer.
    let count = lines(text, width, size) as f64;
    (count * if count > 4.0 { 1.04 } else { 1.0 }).ceil() * size * LINE + ROOM
}

/// Width in pixels that a number needs on one line at `size` points.
pub fn number_width(digits: &str, size: f64) -> u32 {
    let em = size * 4.0 / 3.0;
    let ems: f64 = digits.chars().map(|c| c.width_cjk().unwrap_or(0) as f64 / 2.0).sum();
    // Digits of some fonts are a tenth wider than half an em.
    (ems * em * 1.1 + PADDING).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_ems() {
        // 14 px an em at 10.5 pt; 10 characters in 149 px.
        let width = 149;
        for (text, count) in [
            ("", 1),
            ("一二三四五六七八九十", 1),
            ("一二三四五六七八九十一", 2),
            ("12345678901234567890", 1),
            ("一二三四五六七八九十\n一", 2),
            ("一二三四五六七八九word", 2),
            ("𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷", 2),
        ] {
            assert_eq!(lines(text, width, 10.5), count, "{text}");
        }
        assert_eq!(lines(&"a".repeat(200), width, 10.5), 10);
        assert_eq!(lines("一二三", 1, 10.5), 3);
    }
}
