//! The frame of a worksheet by a scan of its tags: what [`super::sheet_xml`] finds, in a third of the time.
//!
//! Takes a worksheet, gives its frame where it is written as spreadsheet programs write it: every tag closed, double quotes,
//! nothing but text in a value, no comments, and no prefix before the elements that count. Anything else is none of its
//! business: it gives `None`, and the full parser decides.

use memchr::{memchr, memmem};

use super::sheet_xml::Frame;
use super::workbook::Shown;
use super::{ImportError, Limits};

/// Elements that say something of the frame.
const WANTED: [&str; 6] = ["c", "row", "v", "is", "col", "mergeCell"];

/// Reads the frame; `None` where the worksheet is written in another way.
pub(super) fn scan(xml: &str, formats: &[Option<Shown>], limits: &Limits) -> Option<Result<Frame, ImportError>> {
    let mut frame = Frame::default();
    let mut scan = Scan { xml, at: declaration(xml)?, open: Vec::new() };
    // Of the cell that is open: whether its value must be plain text, the number of a string, and whether it had one.
    let (mut plain, mut index, mut valued) = (false, false, false);
    while let Some(tag) = scan.tag()? {
        let found = match tag.name {
            "row" => {
                let [number, hidden, height] = tag.attributes(["r", "hidden", "ht"])?;
                frame.row(number, hidden, height)
            }
            "c" => {
                let [at, style, kind] = tag.attributes(["r", "s", "t"])?;
                (plain, index, valued) = (Frame::is_plain(kind), kind == Some("s"), false);
                frame.cell(at, style, formats, limits)
            }
            "v" => {
                // An empty element is no value.
                let text = if tag.empty { "" } else { scan.text(&tag)? };
                if valued || plain && text.contains('&') {
                    return None;
                }
                valued = true;
                if index { Frame::string_index(text) } else { Ok(()) }
            }
            "is" if valued => return None,
            "is" => {
                valued = true;
                Ok(())
            }
            "col" => {
                let [first, last, hidden, width] = tag.attributes(["min", "max", "hidden", "width"])?;
                frame.columns(first, last, hidden, width)
            }
            "mergeCell" => {
                let [span] = tag.attributes(["ref"])?;
                frame.merge(span, limits)
            }
            _ => Ok(()),
        };
        if let Err(e) = found {
            return Some(Err(e));
        }
    }
    scan.open.is_empty().then(|| Ok(frame.sorted()))
}

/// Where the XML declaration ends; what it says of the encoding is known to be true.
fn declaration(xml: &str) -> Option<usize> {
    let Some(rest) = xml.strip_prefix("<?xml ") else { return Some(0) };
    let end = memmem::find(rest.as_bytes(), b"?>")?;
    (!rest[..end].contains(['<', '>'])).then_some(xml.len() - rest.len() + end + 2)
}

/// Whether every reference in a text has its end: the parser refuses one that has not.
fn is_whole(text: &str) -> bool {
    text.split('&').skip(1).all(|reference| reference.contains(';'))
}

struct Scan<'x> {
    xml: &'x str,
    at: usize,
    /// Names of the elements that are open.
    open: Vec<&'x str>,
}

/// A start tag, or an empty element.
struct Tag<'x> {
    name: &'x str,
    /// What follows the name.
    rest: &'x str,
    empty: bool,
}

// Tags are short: plain loops over their bytes are quicker here than any search of the library.
impl<'x> Scan<'x> {
    /// The next start tag; `Some(None)` behind the last, `None` where something is not plain.
    #[allow(clippy::option_option, reason = "the end and a failure are different things")]
    fn tag(&mut self) -> Option<Option<Tag<'x>>> {
        let bytes = self.xml.as_bytes();
        while let Some(start) = memchr(b'<', &bytes[self.at..]).map(|n| self.at + n + 1) {
            if !is_whole(&self.xml[self.at..start - 1]) {
                return None;
            }
            let closes = bytes.get(start) == Some(&b'/');
            let begin = start + usize::from(closes);
            let mut name_end = begin;
            let mut local = begin;
            while let Some(b) = bytes.get(name_end).filter(|b| b.is_ascii_alphanumeric() || **b == b':') {
                name_end += 1;
                if *b == b':' {
                    local = name_end;
                }
            }
            let name = &self.xml[begin..name_end];
            let mut end = name_end;
            while *bytes.get(end)? != b'>' {
                match bytes[end] {
                    b'"' => end += 1 + bytes[end + 1..].iter().position(|b| *b == b'"')?,
                    b'\'' => return None,
                    _ => {}
                }
                end += 1;
            }
            self.at = end + 1;
            if closes {
                if end > name_end || self.open.pop() != Some(name) {
                    return None;
                }
                continue;
            }
            let empty = end > name_end && bytes[end - 1] == b'/';
            let rest = &self.xml[name_end..end - usize::from(empty)];
            let prefixed = local > begin && WANTED.contains(&&self.xml[local..name_end]);
            if name.is_empty() || prefixed || !(rest.is_empty() || rest.starts_with(' ')) {
                return None;
            }
            if !empty {
                self.open.push(name);
            }
            return Some(Some(Tag { name, rest, empty }));
        }
        is_whole(&self.xml[self.at..]).then_some(None)
    }

    /// The text of an element that was just opened and holds nothing else.
    fn text(&self, tag: &Tag<'x>) -> Option<&'x str> {
        let rest = &self.xml[self.at..];
        let (text, after) = rest.split_at(rest.bytes().position(|b| b == b'<')?);
        let closes = after.strip_prefix("</").and_then(|a| a.strip_prefix(tag.name));
        closes.is_some_and(|a| a.starts_with('>')).then_some(text)
    }
}

impl<'x> Tag<'x> {
    /// Values of attributes, as written; `None` where they are not written plainly.
    fn attributes<const N: usize>(&self, names: [&str; N]) -> Option<[Option<&'x str>; N]> {
        let mut values = [None; N];
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        loop {
            let start = at + bytes[at..].iter().take_while(|b| **b == b' ').count();
            if start == bytes.len() {
                return Some(values);
            }
            // Spaces stand before every attribute.
            let named = |b: &u8| b.is_ascii_alphanumeric() || matches!(*b, b':' | b'_');
            let end = start + bytes[start..].iter().take_while(|b| named(b)).count();
            if start == at || end == start || bytes.get(end..end + 2) != Some(b"=\"") {
                return None;
            }
            let close = end + 2 + bytes[end + 2..].iter().position(|b| *b == b'"')?;
            let name = &self.rest[start..end];
            if let Some(i) = names.iter().position(|n| *n == name).filter(|i| values[*i].is_none()) {
                values[i] = Some(&self.rest[end + 2..close]);
            }
            at = close + 1;
        }
    }
}
