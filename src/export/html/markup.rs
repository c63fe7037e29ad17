//! Writes markup: elements are always closed, texts always escaped.
//!
//! Takes names and texts, gives UTF-8. Names of elements and attributes are constants of the writer, never text of a report.

use std::borrow::Cow;

use quick_xml::escape::escape;

use super::breaks::Breaks;
use crate::model::is_invisible;

/// The markup written so far.
pub(super) struct Markup<'c> {
    /// Where labels may break.
    pub breaks: &'c Breaks,
    out: String,
    open: Vec<&'static str>,
}

impl<'c> Markup<'c> {
    pub fn new(breaks: &'c Breaks) -> Markup<'c> {
        Markup { breaks, out: String::new(), open: Vec::new() }
    }

    pub fn doctype(&mut self) {
        self.out.push_str("<!DOCTYPE html>\n");
    }

    /// Opens an element. Attributes without a value are omitted.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.void(name, attributes);
        self.open.push(name);
    }

    /// Writes an element without content and end tag: `meta`, `col`.
    pub fn void(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.out.push_str(&escape(one_line(value)));
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    /// Closes the element that was opened last, and begins a new line of the file.
    pub fn close_line(&mut self) {
        self.close();
        self.line();
    }

    /// Begins a new line of the file, which is not displayed.
    pub fn line(&mut self) {
        self.out.push('\n');
    }

    /// Writes a text; its line breaks become `br`.
    pub fn text(&mut self, text: &str) {
        for (index, line) in lines(text).enumerate() {
            if index > 0 {
                self.out.push_str("<br>");
            }
            self.out.push_str(&escape(line));
        }
    }

    /// Writes a label with `wbr` between its words, for styles that allow no other breaks.
    pub fn label(&mut self, text: &str) {
        for (index, line) in lines(text).enumerate() {
            if index > 0 {
                self.out.push_str("<br>");
            }
            for (index, piece) in self.breaks.pieces(&line).into_iter().enumerate() {
                if index > 0 {
                    self.out.push_str("<wbr>");
                }
                self.out.push_str(&escape(piece));
            }
        }
    }

    /// Writes a text on one line, for places where no element is allowed.
    pub fn plain(&mut self, text: &str) {
        self.out.push_str(&escape(one_line(text)));
    }

    /// Writes the content of a style element: a constant of the writer without `<` and `&`, so not escaped.
    pub fn style(&mut self, css: &'static str) {
        debug_assert!(!css.contains(['<', '&']));
        self.out.push_str(css);
    }

    /// Closes all open elements and returns the markup.
    pub fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close_line();
        }
        self.out.into_bytes()
    }
}

/// Whether a character is visible and HTML can contain it: no control, zero-width or direction character, and no Unicode
/// noncharacter.
fn is_printed(c: char) -> bool {
    let apart = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    !(is_invisible(c) || apart)
}

/// Whether a character ends a line. The other line ends of Unicode are invisible controls, which are omitted.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text without its invisible characters. A line break at the end begins no further line.
fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let text = text.trim_end_matches(is_line_end);
    text.split("\r\n").flat_map(|l| l.split(is_line_end)).map(seen)
}

/// A text on one line, without its invisible characters.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(is_line_end) { lines(text).collect::<Vec<_>>().join(" ").into() } else { seen(text) }
}

fn seen(line: &str) -> Cow<'_, str> {
    if line.chars().all(is_printed) { line.into() } else { line.chars().filter(|c| is_printed(*c)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let breaks = Breaks::default();
        let mut m = Markup::new(&breaks);
        m.open("p", &[("title", text), ("id", "")]);
        m.text(text);
        String::from_utf8(m.finish()).unwrap()
    }

    #[test]
    fn no_text_becomes_markup() {
        let text = "<script>alert('1')</script>]]>&amp;\"";
        let safe = "&lt;script&gt;alert(&apos;1&apos;)&lt;/script&gt;]]&gt;&amp;amp;&quot;";
        assert_eq!(written(text), format!("<p title=\"{safe}\">{safe}</p>\n"));
    }

    #[test]
    fn only_what_is_seen_is_kept() {
        let text = "a\u{0}\u{b}\u{85}\u{202e}b\u{fffe}\u{1fffe}\u{fdd0}\u{200b}𠮷\u{10ffff}";
        assert_eq!(written(text), "<p title=\"ab𠮷\">ab𠮷</p>\n");
    }

    #[test]
    fn a_line_break_is_written_once() {
        assert_eq!(written("一\r\n二\n"), "<p title=\"一 二\">一<br>二</p>\n");
        assert_eq!(written("一\u{2028}二"), "<p title=\"一 二\">一<br>二</p>\n");
        assert_eq!(written("\n"), "<p title=\"\"></p>\n");
    }

    #[test]
    fn a_label_breaks_between_words() {
        let breaks = Breaks::default();
        let mut m = Markup::new(&breaks);
        m.label("年度报告\n<办理>结果\u{202e}");
        assert_eq!(String::from_utf8(m.finish()).unwrap(), "年度<wbr>报告<br>&lt;<wbr>办理<wbr>&gt;<wbr>结果");
    }

    #[test]
    fn what_is_open_is_closed() {
        let breaks = Breaks::default();
        let mut m = Markup::new(&breaks);
        m.open("div", &[]);
        m.open("p", &[]);
        m.close();
        m.close();
        m.close();
        assert_eq!(m.finish(), b"<div><p></p></div>");
    }
}
