//! The ToUnicode map of a font: the texts of its codes.
//!
//! Takes a font, gives the text of each of its two-byte codes. A map in a notation that our writer does not use is an error.

use std::ops::Range;

use hayro_syntax::object::Stream;
use hayro_syntax::object::dict::Dict;

use super::stream::decoded;

/// The texts of a font's codes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Codes {
    text: String,
    /// By code, the position of its text; empty for codes without one.
    places: Vec<Range<usize>>,
}

impl Codes {
    /// The text of a code; `None` if the font's map has none.
    pub fn get(&self, code: u16) -> Option<&str> {
        self.places.get(usize::from(code)).filter(|p| !p.is_empty()).map(|p| &self.text[p.clone()])
    }

    fn insert(&mut self, code: u16, units: &[u16]) -> Option<()> {
        let (start, code) = (self.text.len(), usize::from(code));
        for c in char::decode_utf16(units.iter().copied()) {
            self.text.push(c.ok()?);
        }
        if self.places.len() <= code {
            self.places.resize(code + 1, 0..0);
        }
        self.places[code] = start..self.text.len();
        Some(())
    }
}

/// The ToUnicode map of a font: bfchar and bfrange.
pub(super) fn codes(font: &Dict<'_>) -> Result<Codes, &'static str> {
    let map: Stream<'_> = font.get("ToUnicode").ok_or("字体的字符表")?;
    let text = decoded(&map)?;
    parse_codes(simdutf8::basic::from_utf8(&text).map_err(|_| "字体的字符表")?).ok_or("字体的字符表")
}

fn parse_codes(text: &str) -> Option<Codes> {
    let mut codes = Codes::default();
    let (mut mode, mut units) = ("", Vec::new());
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        match [words.next(), words.next(), words.next(), words.next()] {
            [Some(_), Some(begin @ ("beginbfchar" | "beginbfrange")), None, None] => mode = begin,
            [Some("endbfchar" | "endbfrange"), None, ..] => mode = "",
            [Some(code), Some(to), None, None] if mode == "beginbfchar" => {
                hex(to, &mut units)?;
                codes.insert(one_code(code)?, &units)?;
            }
            [Some(from), Some(to), Some(first), None] if mode == "beginbfrange" => {
                hex(first, &mut units)?;
                for code in one_code(from)?..=one_code(to)? {
                    codes.insert(code, &units)?;
                    let last = units.last_mut()?;
                    *last = last.checked_add(1)?;
                }
            }
            _ if mode.is_empty() => {}
            _ => return None,
        }
    }
    Some(codes)
}

/// Reads the UTF-16 units of a text in hexadecimal.
fn hex(text: &str, units: &mut Vec<u16>) -> Option<()> {
    let digits = text.strip_prefix('<')?.strip_suffix('>')?;
    units.clear();
    for at in (0..digits.len()).step_by(4) {
        units.push(u16::from_str_radix(digits.get(at..at + 4)?, 16).ok()?);
    }
    Some(())
}

fn one_code(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('<')?.strip_suffix('>').filter(|d| d.len() == 4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_codes_is_read_line_by_line() {
        let map = "begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n2 beginbfchar\n<0001> <4E00>\n<0003> <D842DFB7>\n\
            endbfchar\n1 beginbfrange\n<0005> <0006> <0041>\nendbfrange\nendcmap";
        let codes = parse_codes(map).unwrap();
        let texts: Vec<_> = (0..8).map(|c| codes.get(c)).collect();
        let expected = [None, Some("一"), None, Some("𠮷"), None, Some("A"), Some("B"), None];
        assert_eq!(texts, expected);
        for spoiled in [
            "1 beginbfchar\n<0001> <D842>",
            "1 beginbfchar\n<01> <4E00>",
            "1 beginbfchar\n<0001>",
            "1 beginbfrange\n<0001> <0002> [<4E00>]",
        ] {
            assert_eq!(parse_codes(spoiled), None, "{spoiled}");
        }
    }
}
