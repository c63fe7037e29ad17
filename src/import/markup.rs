//! A part of an Office Open XML package → the elements that count in it, in one notation.
//!
//! Takes a part that may contain elements of other namespaces, returns it with the elements of its own namespace only, without
//! prefixes. `mc:AlternateContent` is resolved as in Excel (ECMA-376 part 3): the first choice whose namespaces are known,
//! otherwise the fallback. Elements of other namespaces, elements in a place where the caller expects none, and empty attributes
//! are omitted; a part that is not well-formed is refused. Text, comments and CDATA are copied verbatim.

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};

use super::ImportError;
use super::scan::{Scan, is_vocabulary};
use super::xml::{check, ill_formed};

const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

const RELATIONSHIPS: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
];

/// Prefixes of the names of namespaces that office programs know.
const KNOWN: [&str; 3] =
    ["http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/", "http://schemas.microsoft.com/office/"];

/// Whether an element is kept: the names of its ancestors, the root first, and its own name.
pub(super) type Keeps = fn(&[String], &str) -> bool;

/// Returns the part itself if it is written plainly and no element with one of the `wanted` names has a prefix; otherwise the
/// elements that count in it.
pub(super) fn counting<'x>(
    xml: &'x str,
    wanted: &'static [&'static str],
    keeps: Keeps,
) -> Result<Cow<'x, str>, ImportError> {
    if is_plain(xml, wanted).is_some() { Ok(Cow::Borrowed(xml)) } else { consumed(xml, keeps).map(Cow::Owned) }
}

fn is_plain(xml: &str, wanted: &'static [&'static str]) -> Option<()> {
    let mut scan = Scan::new(xml, wanted)?;
    while let Some(tag) = scan.tag()? {
        if tag.name.ends_with("AlternateContent") {
            return None;
        }
        tag.attributes([])?;
    }
    scan.is_closed().then_some(())
}

/// An open element around an event.
enum Level {
    Kept,
    /// The selected choice or fallback: its content counts as if it were in the place of the alternatives.
    Taken,
    /// `AlternateContent`, and whether one of its alternatives was selected.
    Alternatives(bool),
}

#[derive(Clone, Copy, PartialEq)]
enum Vocabulary {
    Own,
    Compatibility,
    Other,
}

/// Returns the elements that count in a part.
pub(super) fn consumed(xml: &str, keeps: Keeps) -> Result<String, ImportError> {
    check(xml)?;
    let mut reader = NsReader::from_str(xml);
    let mut output = Output::new(xml.len(), keeps);
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| ill_formed())?;
        match event {
            Event::Start(ref e) | Event::Empty(ref e) => {
                let is_empty = matches!(event, Event::Empty(_));
                let vocabulary = output.vocabulary(&namespace)?;
                let level = output.level(vocabulary, e, reader.resolver());
                if let Some(Level::Kept) = level {
                    open_tag(&mut output.text, e, is_empty, reader.resolver())?;
                }
                match level {
                    _ if is_empty => {}
                    None => _ = reader.read_to_end(e.name()).map_err(|_| ill_formed())?,
                    Some(level) => output.enter(level, e),
                }
            }
            Event::End(_) => output.leave(),
            Event::Eof => return Ok(output.text),
            event => output.copy(&event),
        }
    }
}

/// The elements that count, and where in the part the reader is.
struct Output {
    text: String,
    keeps: Keeps,
    /// The namespace of the root, empty if it has none; `None` before the root.
    own: Option<String>,
    /// The open elements.
    around: Vec<Level>,
    /// Names of the open elements that are kept.
    path: Vec<String>,
}

impl Output {
    fn new(capacity: usize, keeps: Keeps) -> Output {
        Output { text: String::with_capacity(capacity), keeps, own: None, around: Vec::new(), path: Vec::new() }
    }

    /// Returns the vocabulary of an element; that of the root counts as the own one, and must be one that is read.
    fn vocabulary(&mut self, namespace: &ResolveResult<'_>) -> Result<Vocabulary, ImportError> {
        let namespace = match namespace {
            ResolveResult::Bound(n) => Some(n.as_ref()),
            ResolveResult::Unbound => Some(""),
            ResolveResult::Unknown(_) => None,
        };
        if self.own.is_none() {
            let known = namespace.filter(|n| n.is_empty() || is_vocabulary(n));
            let unknown = || ImportError::Damaged("内容不是这里认得的表格格式".to_owned());
            self.own = Some(known.ok_or_else(unknown)?.to_owned());
        }
        Ok(match namespace {
            n if n == self.own.as_deref() => Vocabulary::Own,
            Some(COMPATIBILITY) => Vocabulary::Compatibility,
            _ => Vocabulary::Other,
        })
    }

    /// Returns what an element is at this position; `None` if it is omitted with its content.
    fn level(&mut self, vocabulary: Vocabulary, e: &BytesStart<'_>, namespaces: &NamespaceResolver) -> Option<Level> {
        let name = e.local_name();
        let name = name.as_ref();
        match (vocabulary, self.around.last_mut()) {
            (Vocabulary::Compatibility, Some(Level::Alternatives(taken))) if !*taken => {
                *taken = match name {
                    "Choice" => is_understood(e, "Requires", namespaces),
                    _ => name == "Fallback",
                };
                taken.then_some(Level::Taken)
            }
            (_, Some(Level::Alternatives(_))) => None,
            (Vocabulary::Compatibility, _) if name == "AlternateContent" => Some(Level::Alternatives(false)),
            (Vocabulary::Own, _) => (self.keeps)(&self.path, name).then_some(Level::Kept),
            _ => None,
        }
    }

    fn enter(&mut self, level: Level, e: &BytesStart<'_>) {
        if let Level::Kept = level {
            self.path.push(e.local_name().as_ref().to_owned());
        }
        self.around.push(level);
    }

    fn leave(&mut self) {
        if let Some(Level::Kept) = self.around.pop() {
            let name = self.path.pop().unwrap_or_default();
            self.text.extend(["</", &name, ">"]);
        }
    }

    /// Copies an event that is not a tag. Text between alternatives or outside the root does not count.
    fn copy(&mut self, event: &Event<'_>) {
        let out = &mut self.text;
        match event {
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)
                if self.path.is_empty() || matches!(self.around.last(), Some(Level::Alternatives(_))) => {}
            Event::Text(t) => out.push_str(t),
            Event::CData(t) => out.extend(["<![CDATA[", &**t, "]]>"]),
            Event::GeneralRef(r) => out.extend(["&", &**r, ";"]),
            Event::Comment(t) => out.extend(["<!--", &**t, "-->"]),
            Event::PI(t) => out.extend(["<?", &**t, "?>"]),
            _ => {}
        }
    }
}

fn open_tag(
    out: &mut String,
    e: &BytesStart<'_>,
    is_empty: bool,
    namespaces: &NamespaceResolver,
) -> Result<(), ImportError> {
    out.extend(["<", e.local_name().as_ref()]);
    for a in e.attributes().flatten() {
        let (namespace, local) = namespaces.resolve_attribute(a.key);
        let key = a.key.as_ref();
        let prefix = match (key.split_once(':').map(|(prefix, _)| prefix), &namespace) {
            (None, _) if key == "xmlns" => continue,
            (Some("xmlns"), _) => continue,
            (None, _) => "",
            (Some("xml"), _) => "xml:",
            (_, ResolveResult::Bound(n)) if n.as_ref() == COMPATIBILITY && local.as_ref() == "MustUnderstand" => {
                if !is_understood(e, key, namespaces) {
                    return Err(ImportError::Damaged("用了只有别的程序才能读懂的内容".to_owned()));
                }
                continue;
            }
            (_, ResolveResult::Bound(n)) if RELATIONSHIPS.contains(&n.as_ref()) => "r:",
            // Some programs do not declare this prefix.
            (Some("r"), ResolveResult::Unknown(_)) => "r:",
            _ => continue,
        };
        // Excel treats an empty attribute as missing.
        if !a.value.is_empty() {
            out.extend([" ", prefix, local.as_ref(), "=\"", &a.value.replace('"', "&quot;"), "\""]);
        }
    }
    out.push_str(if is_empty { "/>" } else { ">" });
    Ok(())
}

/// Whether an attribute lists prefixes and all of them are of namespaces that office programs know.
fn is_understood(e: &BytesStart<'_>, attribute: &str, namespaces: &NamespaceResolver) -> bool {
    let listed = super::attributes::attribute(e, attribute).unwrap_or_default();
    let mut prefixes = listed.split_ascii_whitespace().peekable();
    prefixes.peek().is_some()
        && prefixes.all(|prefix| {
            let name = format!("{prefix}:x");
            match namespaces.resolve_prefix(QName(&name).prefix(), false) {
                ResolveResult::Bound(n) => KNOWN.iter().any(|known| n.as_ref().starts_with(known)),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:u=\"urn:u\" \
        xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\"";

    #[test]
    fn only_the_own_vocabulary_passes() {
        for (inside, passes) in [
            ("<b>1</b>", "<b>1</b>"),
            ("<u:b>1</u:b><b xmlns=\"urn:u\">1<c/></b><x14:b><b/></x14:b>", ""),
            ("<u:w><b>1</b></u:w>", ""),
            ("<b r=\"\" s='a\"b' u:t=\"1\" xml:space=\"preserve\"/>", "<b s=\"a&quot;b\" xml:space=\"preserve\"/>"),
            ("<b>&lt;<![CDATA[<]]><!--x--></b>", "<b>&lt;<![CDATA[<]]><!--x--></b>"),
            ("<no/>", ""),
            ("<mc:AlternateContent> <mc:Choice Requires=\"u\"><b>1</b></mc:Choice></mc:AlternateContent>", ""),
            (
                "<mc:AlternateContent><mc:Choice Requires=\"u\"><b>1</b></mc:Choice><mc:Fallback><b>2</b></mc:Fallback></mc:AlternateContent>",
                "<b>2</b>",
            ),
            (
                "<mc:AlternateContent><mc:Choice Requires=\"x14\"><b>1</b></mc:Choice><mc:Choice Requires=\"x14\"><b>3</b></mc:Choice><mc:Fallback><b>2</b></mc:Fallback></mc:AlternateContent>",
                "<b>1</b>",
            ),
            (
                "<mc:AlternateContent><mc:Choice Requires=\"x14 u\"><b>1</b></mc:Choice><b>3</b><mc:Fallback/></mc:AlternateContent>",
                "",
            ),
        ] {
            let xml = format!(
                "<x:a {MAIN} xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{inside}</x:a>"
            );
            assert_eq!(consumed(&xml, |_, name| name != "no").unwrap(), format!("<a>{passes}</a>"), "{inside}");
        }
    }

    #[test]
    fn another_vocabulary_as_a_whole_is_refused() {
        for root in ["<a xmlns=\"urn:u\"/>", "<u:a/>", &format!("<a {MAIN} mc:MustUnderstand=\"u\"/>")] {
            assert!(consumed(root, |_, _| true).is_err(), "{root}");
        }
        assert!(consumed(&format!("<a {MAIN} mc:MustUnderstand=\"x14\"/>"), |_, _| true).is_ok());
    }
}
