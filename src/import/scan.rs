//! XML as programs write it, tag by tag, in a third of the time of the full parser.
//!
//! Takes a well-formed part of a known namespace with attributes in double quotes, without comments, CDATA, other default
//! namespaces, or prefixes on the requested elements; returns its start tags, their attributes and plain texts. For anything else
//! it returns `None`, and the full parser decides. It accepts nothing that the full parser refuses.

use memchr::{memchr, memmem};

use super::xml::is_reference;

/// Returns where the XML declaration ends. The encoding that it declares was checked when the part was decoded.
fn declaration(xml: &str) -> Option<usize> {
    let Some(rest) = xml.strip_prefix("<?xml ") else { return Some(0) };
    let end = memmem::find(rest.as_bytes(), b"?>")?;
    (!rest[..end].contains(['<', '>'])).then_some(xml.len() - rest.len() + end + 2)
}

/// Namespaces of the parts that are read: spreadsheets in both variants of ECMA-376, and relationships.
const VOCABULARIES: [&str; 3] = [
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
];

/// Whether a namespace is one of those that are read.
pub(super) fn is_vocabulary(namespace: &str) -> bool {
    VOCABULARIES.contains(&namespace)
}

/// Longest tag that is scanned, in bytes; programs do not write longer ones.
const LONG_TAG: usize = 4096;

/// Deepest nesting that is scanned; parts of workbooks have far fewer levels.
const DEEPEST: usize = 64;

/// Iterates over the start tags of a part.
pub(super) struct Scan<'x> {
    xml: &'x str,
    at: usize,
    /// Names that a tag must not have after a prefix.
    wanted: &'static [&'static str],
    /// Names of the elements that are open.
    open: Vec<&'x str>,
    has_root: bool,
}

/// A start tag, or an empty element.
pub(super) struct Tag<'x> {
    pub name: &'x str,
    /// What follows the name.
    rest: &'x str,
    pub empty: bool,
    is_root: bool,
}

// Tags are short: plain loops over their bytes are faster here than the search functions of the library.
impl<'x> Scan<'x> {
    /// Starts after the XML declaration; `None` if that is not written plainly.
    pub fn new(xml: &'x str, wanted: &'static [&'static str]) -> Option<Scan<'x>> {
        Some(Scan { xml, at: declaration(xml)?, wanted, open: Vec::new(), has_root: false })
    }

    /// Names of the elements that enclose the tag that was just returned, the root first.
    pub fn around(&self, tag: &Tag<'_>) -> &[&'x str] {
        &self.open[..self.open.len() - usize::from(!tag.empty)]
    }

    /// Whether there was a root, and every element was closed.
    pub fn is_closed(&self) -> bool {
        self.has_root && self.open.is_empty()
    }

    /// Whether a text is allowed at this position: outside the root white space only, inside it valid references only.
    fn admits(&self, text: &str) -> bool {
        if self.open.is_empty() {
            text.bytes().all(|b| b.is_ascii_whitespace() && b != 0x0C)
        } else {
            text.is_empty() || is_reference(text)
        }
    }

    /// Returns the next start tag; `Some(None)` after the last one, `None` if something is not written plainly.
    #[allow(clippy::option_option, reason = "the end and a failure are different things")]
    pub fn tag(&mut self) -> Option<Option<Tag<'x>>> {
        let bytes = self.xml.as_bytes();
        while let Some(start) = memchr(b'<', &bytes[self.at..]).map(|n| self.at + n + 1) {
            if !self.admits(&self.xml[self.at..start - 1]) {
                return None;
            }
            let closes = bytes.get(start) == Some(&b'/');
            let begin = start + usize::from(closes);
            let mut name_end = begin;
            let mut local = begin;
            if bytes.get(begin).is_some_and(u8::is_ascii_digit) {
                return None;
            }
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
            let is_root = self.open.is_empty();
            if is_root && (local > begin || std::mem::replace(&mut self.has_root, true)) {
                return None;
            }
            let prefixed = local > begin && self.wanted.contains(&&self.xml[local..name_end]);
            if name.is_empty() || prefixed || !(rest.is_empty() || rest.starts_with(' ')) {
                return None;
            }
            if !empty {
                if self.open.len() >= DEEPEST {
                    return None;
                }
                self.open.push(name);
            }
            return Some(Some(Tag { name, rest, empty, is_root }));
        }
        self.admits(&self.xml[self.at..]).then_some(None)
    }

    /// Returns the text of an element that was just opened; `None` if it contains anything else.
    pub fn text(&self, tag: &Tag<'x>) -> Option<&'x str> {
        let rest = &self.xml[self.at..];
        let (text, after) = rest.split_at(rest.bytes().position(|b| b == b'<')?);
        let closes = after.strip_prefix("</").and_then(|a| a.strip_prefix(tag.name));
        closes.is_some_and(|a| a.starts_with('>')).then_some(text)
    }
}

impl<'x> Tag<'x> {
    /// Returns the values of the named attributes, as written; `None` if any attribute is not written plainly or occurs twice, or
    /// if a named one is empty. Must be called for every tag, without names if no value is needed, because it also checks the
    /// other attributes.
    pub fn attributes<const N: usize>(&self, names: [&str; N]) -> Option<[Option<&'x str>; N]> {
        let mut values = [None; N];
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        loop {
            let start = at + bytes[at..].iter().take_while(|b| **b == b' ').count();
            if start == bytes.len() {
                return Some(values);
            }
            // Every attribute must be preceded by a space.
            let named = |b: &u8| b.is_ascii_alphanumeric() || matches!(*b, b':' | b'_');
            let end = start + bytes[start..].iter().take_while(|b| named(b)).count();
            if start == at || end == start || bytes.get(end..end + 2) != Some(b"=\"") {
                return None;
            }
            let close = end + 2 + bytes[end + 2..].iter().position(|b| *b == b'"')?;
            let (name, value) = (&self.rest[start..end], &self.rest[end + 2..close]);
            if let Some(i) = names.iter().position(|n| *n == name) {
                if value.is_empty() || values[i].replace(value).is_some() {
                    return None;
                }
            } else {
                let is_foreign = name == "xmlns" && !(self.is_root && is_vocabulary(value));
                if is_foreign || name.ends_with("MustUnderstand") || bytes[start].is_ascii_digit() {
                    return None;
                }
                // The search for duplicates below is quadratic: a very long tag is left to the full parser.
                if self.rest.len() > LONG_TAG {
                    return None;
                }
                // Other attributes must not occur twice either. A value that only looks like a duplicate is left to the full
                // parser too.
                if self.rest[close + 1..].match_indices(name).any(|(i, _)| {
                    let before = bytes[close + i];
                    (before == b' ' || i == 0) && bytes.get(close + 1 + i + name.len()) == Some(&b'=')
                }) {
                    return None;
                }
            }
            if value.bytes().any(|b| matches!(b, b'<' | b'&')) && (value.contains('<') || !is_reference(value)) {
                return None;
            }
            at = close + 1;
        }
    }
}
