//! The finishing pass over one part: children in schema order, what `docx-rs` cannot write added, the rest dropped.
//!
//! Takes a part as `docx-rs` gives it and [`Notes`], gives the part to pack. It streams: bytes are copied as they stand,
//! and only the children of an element that has a sequence are moved, when that element ends. It never changes text.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::package::PARTS_LEFT_OUT;
use super::schema;
use super::text;
use crate::export::ExportError;

/// What the pass adds.
#[derive(Debug, Default)]
pub(super) struct Notes {
    language: &'static str,
    styles: Vec<StyleNote>,
    tables: Vec<TableNote>,
}

/// What a style has beyond `docx-rs`.
#[derive(Debug, Default)]
pub(super) struct StyleNote {
    pub id: String,
    /// Written into the start tag, e.g. `w:default="1"`.
    pub attribute: Option<&'static str>,
    /// Children of `w:pPr`: name and XML. An addition replaces a child of its name.
    pub paragraph: Vec<(&'static str, String)>,
    /// Children of `w:rPr`.
    pub run: Vec<(&'static str, String)>,
}

/// What a table has beyond `docx-rs`.
#[derive(Debug)]
struct TableNote {
    header_rows: usize,
    caption: String,
}

impl Notes {
    pub fn new(language: &'static str) -> Notes {
        Notes { language, ..Notes::default() }
    }

    pub fn style(&mut self, note: StyleNote) {
        self.styles.push(note);
    }

    /// The next table in document order: its header rows and accessible name.
    pub fn table(&mut self, header_rows: usize, caption: &str) {
        self.tables.push(TableNote { header_rows, caption: text::line(caption) });
    }
}

const DECLARATION: &[u8] = br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Settings of a Chinese document that `docx-rs` has no word for (it writes the first one where it has no place).
const SETTINGS: &[(&str, &str)] =
    &[("w:characterSpacingControl", r#"<w:characterSpacingControl w:val="compressPunctuation"/>"#)];

/// Attributes that are dropped: the paragraph numbers of `docx-rs` come from a counter of the thread, so that the same
/// document would not give the same bytes twice; a grid column has no type in the schema.
const DROPPED: &[(&str, &str)] = &[("w:p", "w14:paraId"), ("w:gridCol", "w:type")];

/// Finishes a part.
pub(super) fn finish(part: &[u8], notes: &Notes) -> Result<Vec<u8>, ExportError> {
    let source = std::str::from_utf8(part).map_err(|e| fault(&e))?;
    let mut out = Vec::with_capacity(part.len() + 1024);
    out.extend_from_slice(DECLARATION);
    let mut pass = Pass { notes, out, open: Vec::new(), table: 0, row: 0, moved: Vec::new() };
    let mut reader = Reader::from_str(source);
    let position = |r: &Reader<&[u8]>| r.buffer_position() as usize;
    loop {
        let from = position(&reader);
        let event = reader.read_event().map_err(|e| fault(&e))?;
        let raw = source.get(from..position(&reader)).unwrap_or_default();
        match &event {
            Event::Eof => break,
            Event::Decl(_) => {}
            Event::Start(e) => pass.start(name_of(raw), e, raw),
            Event::End(_) => pass.end(raw),
            Event::Empty(e) => pass.empty(name_of(raw), e, raw),
            _ => pass.out.extend_from_slice(raw.as_bytes()),
        }
    }
    Ok(pass.out)
}

fn fault(e: &dyn std::fmt::Display) -> ExportError {
    ExportError::Writer { format: "DOCX", reason: format!("部件不是合法的 XML：{e}") }
}

/// An element that is open.
struct Frame<'s> {
    name: &'s str,
    /// The id of a style.
    id: Option<String>,
    sequence: Option<&'static [&'static str]>,
    /// Where its start tag and its content begin in the output.
    tag: usize,
    content: usize,
    /// Its children, where it has a sequence.
    children: Vec<Child>,
}

#[derive(Clone, Copy)]
struct Child {
    /// Place in the sequence; `None` for a child without one.
    rank: Option<usize>,
    from: usize,
    to: usize,
}

struct Pass<'s> {
    notes: &'s Notes,
    out: Vec<u8>,
    open: Vec<Frame<'s>>,
    /// Tables begun in this part, rows begun in this table.
    table: usize,
    row: usize,
    moved: Vec<u8>,
}

impl<'s> Pass<'s> {
    fn start(&mut self, name: &'s str, e: &BytesStart<'_>, raw: &str) {
        match name {
            "w:tbl" => (self.table, self.row) = (self.table + 1, 0),
            "w:tr" => self.row += 1,
            _ => {}
        }
        let id = if name == "w:style" { attribute(e, "w:styleId").map(Cow::into_owned) } else { None };
        let sequence = schema::sequence(self.parent(), name);
        let tag = self.out.len();
        let note = self.notes.styles.iter().find(|s| id.as_ref() == Some(&s.id)).and_then(|s| s.attribute);
        self.tag(name, raw);
        if let Some(attribute) = note {
            self.out.pop();
            self.out.extend_from_slice(format!(" {attribute}>").as_bytes());
        }
        let content = self.out.len();
        self.open.push(Frame { name, id, sequence, tag, content, children: Vec::new() });
    }

    fn parent(&self) -> &'s str {
        self.open.last().map_or("", |f| f.name)
    }

    fn empty(&mut self, name: &'s str, e: &BytesStart<'_>, raw: &str) {
        if schema::sequence(self.parent(), name).is_some() {
            // It may get children, so it is opened and closed.
            let tag = format!("{}>", raw.trim_end_matches("/>").trim_end());
            self.start(name, e, &tag);
            self.end(&format!("</{name}>"));
        } else if !left_out(e) {
            let from = self.out.len();
            self.tag(name, raw);
            self.child(name, from);
        }
    }

    /// Writes a tag without its dropped attributes.
    fn tag(&mut self, name: &str, raw: &str) {
        let dropped = DROPPED.iter().find(|(element, _)| *element == name).and_then(|(_, attribute)| {
            let from = raw.find(attribute)?;
            let quoted = raw[from..].find('"')? + from + 1;
            Some((from, raw[quoted..].find('"')? + quoted + 1))
        });
        let (from, to) = dropped.unwrap_or((raw.len(), raw.len()));
        self.out.extend_from_slice(raw[..from].trim_end().as_bytes());
        self.out.extend_from_slice(raw[to..].as_bytes());
    }

    fn end(&mut self, raw: &str) {
        let Some(mut frame) = self.open.pop() else { return };
        if let Some(sequence) = frame.sequence {
            self.add(&mut frame, sequence);
            self.order(&mut frame);
        }
        if self.out.len() == frame.content && schema::NOTHING_WHEN_EMPTY.contains(&frame.name) {
            self.out.truncate(frame.tag);
            return;
        }
        self.out.extend_from_slice(raw.as_bytes());
        self.child(frame.name, frame.tag);
    }

    /// Tells the parent of a child just written.
    fn child(&mut self, name: &str, from: usize) {
        let to = self.out.len();
        if let Some(parent) = self.open.last_mut()
            && let Some(sequence) = parent.sequence
        {
            parent.children.push(Child { rank: rank(sequence, name), from, to });
        }
    }

    /// Writes the additions to an element behind its children.
    fn add(&mut self, frame: &mut Frame<'s>, sequence: &[&str]) {
        let notes = self.notes;
        for (name, xml) in self.additions(frame, notes) {
            let rank = rank(sequence, name);
            frame.children.retain(|c| c.rank != rank);
            let from = self.out.len();
            self.out.extend_from_slice(xml.as_bytes());
            frame.children.push(Child { rank, from, to: self.out.len() });
        }
    }

    fn additions<'n>(&self, frame: &Frame<'_>, notes: &'n Notes) -> Vec<(&'static str, Cow<'n, str>)> {
        let note = self.table.checked_sub(1).and_then(|t| notes.tables.get(t));
        match (self.parent(), frame.name) {
            (_, "w:settings") => {
                let language = escape(notes.language);
                let font = format!(r#"<w:themeFontLang w:val="en-US" w:eastAsia="{language}"/>"#);
                let fixed = SETTINGS.iter().map(|(name, xml)| (*name, Cow::Borrowed(*xml)));
                fixed.chain([("w:themeFontLang", Cow::Owned(font))]).collect()
            }
            ("w:rPrDefault", "w:rPr") => {
                let language = escape(notes.language);
                let xml = format!(r#"<w:lang w:val="en-US" w:eastAsia="{language}" w:bidi="ar-SA"/>"#);
                vec![("w:lang", Cow::Owned(xml))]
            }
            ("w:style", "w:pPr" | "w:rPr") => {
                let id = self.open.last().and_then(|p| p.id.as_deref());
                let style = notes.styles.iter().find(|s| id == Some(&s.id));
                let list = style.map(|s| if frame.name == "w:pPr" { &s.paragraph } else { &s.run });
                list.into_iter().flatten().map(|(name, xml)| (*name, Cow::Borrowed(xml.as_str()))).collect()
            }
            ("w:tr", "w:trPr") if note.is_some_and(|n| self.row <= n.header_rows) => {
                vec![("w:tblHeader", Cow::Borrowed("<w:tblHeader/>"))]
            }
            ("w:tbl", "w:tblPr") => note.filter(|n| !n.caption.is_empty()).map_or_else(Vec::new, |n| {
                let xml = format!(r#"<w:tblCaption w:val="{}"/>"#, escape(n.caption.as_str()));
                vec![("w:tblCaption", Cow::Owned(xml))]
            }),
            _ => Vec::new(),
        }
    }

    /// Puts the children of an element in order and drops those without a place.
    fn order(&mut self, frame: &mut Frame<'_>) {
        let written: usize = frame.children.iter().map(|c| c.to - c.from).sum();
        let in_place = frame.children.is_sorted_by_key(|c| c.rank)
            && frame.children.iter().all(|c| c.rank.is_some())
            && frame.content + written == self.out.len();
        if in_place {
            return;
        }
        frame.children.retain(|c| c.rank.is_some());
        // Stable: children of one name (styles, compatibility settings) keep their order.
        frame.children.sort_by_key(|c| c.rank);
        self.moved.clear();
        for c in &frame.children {
            self.moved.extend_from_slice(&self.out[c.from..c.to]);
        }
        self.out.truncate(frame.content);
        self.out.extend_from_slice(&self.moved);
    }
}

fn rank(sequence: &[&str], name: &str) -> Option<usize> {
    sequence.iter().position(|s| *s == name)
}

/// The name in a start tag or an empty element's tag.
fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    &name[..name.find([' ', '/', '>', '\n', '\t', '\r']).unwrap_or(name.len())]
}

fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    e.try_get_attribute(name).ok().flatten().map(|a| a.value)
}

/// Whether an entry of a content-type list or of a relationship part points at a part that is not packed.
fn left_out(e: &BytesStart<'_>) -> bool {
    let target = match e.name().as_ref() {
        "Override" => attribute(e, "PartName"),
        "Relationship" => attribute(e, "Target"),
        _ => None,
    };
    target.is_some_and(|t| PARTS_LEFT_OUT.iter().any(|part| t.ends_with(part)))
}
