//! The finishing pass over one part: sorts children into schema order, adds what `docx-rs` cannot write, drops what the schema
//! does not allow.
//!
//! Takes a part as `docx-rs` writes it and [`Notes`], gives the part to pack. It streams: bytes are copied unchanged, and only
//! the children of elements that have a sequence are moved, when the element ends. It never changes text. Tables are finished
//! separately and replace their placeholder paragraphs.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

use super::schema;
use super::text;
use crate::export::ExportError;

/// What the pass adds.
#[derive(Debug, Default)]
pub(super) struct Notes {
    language: &'static str,
    styles: Vec<StyleNote>,
    /// Finished tables in document order, which replace the paragraphs of style [`TABLE_PLACE`].
    tables: Vec<String>,
    /// Additions to the one table that is being finished; `None` for a part.
    table: Option<TableNote>,
}

/// Parts that `docx-rs` always writes and a report does not need; references to them are removed.
const PARTS_LEFT_OUT: &[&str] = &[
    "docProps/app.xml",
    "docProps/custom.xml",
    "comments.xml",
    "commentsExtended.xml",
    "numbering.xml",
    "footnotes.xml",
    "webSettings.xml",
];

/// Style of the placeholder paragraphs of tables; no finished document has it.
pub(super) const TABLE_PLACE: &str = "TablePlace";

/// What `docx-rs` cannot write in a style.
#[derive(Debug, Default)]
pub(super) struct StyleNote {
    pub id: String,
    /// Written into the start tag, e.g. `w:default="1"`.
    pub attribute: Option<&'static str>,
    /// Children of `w:pPr`: name and XML. An addition replaces a child of the same name.
    pub paragraph: Vec<(&'static str, String)>,
    /// Children of `w:rPr`.
    pub run: Vec<(&'static str, String)>,
}

/// What `docx-rs` cannot write in a table.
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

    /// Adds the next table in document order, finished.
    pub fn table(&mut self, xml: String) {
        self.tables.push(xml);
    }
}

const DECLARATION: &[u8] = br#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Settings of a Chinese document that `docx-rs` cannot write (it writes the first one where the schema does not allow it).
const SETTINGS: &[(&str, &str)] =
    &[("w:characterSpacingControl", r#"<w:characterSpacingControl w:val="compressPunctuation"/>"#)];

/// Attributes that are dropped: paragraph ids of `docx-rs` come from a counter of the thread, so the same document would not
/// give the same bytes twice; grid columns have no type in the schema.
const DROPPED: &[(&str, &str)] = &[("w:p", "w14:paraId"), ("w:gridCol", "w:type")];

/// Finishes a part. Fails if it is not XML, or if tables and placeholders do not match.
pub(super) fn finish(part: &[u8], notes: &Notes) -> Result<Vec<u8>, ExportError> {
    let tables = notes.tables.iter().map(String::len).sum::<usize>();
    let mut out = Vec::with_capacity(part.len() + tables + 1024);
    out.extend_from_slice(DECLARATION);
    run(part, notes, out)
}

/// Finishes a table: marks its header rows as repeated and adds its caption for readers who cannot see it.
pub(super) fn table(part: &[u8], header_rows: usize, caption: &str) -> Result<String, ExportError> {
    let note = TableNote { header_rows, caption: text::line(caption) };
    let out = run(part, &Notes { table: Some(note), ..Notes::default() }, Vec::new())?;
    String::from_utf8(out).map_err(|e| fault(&e))
}

fn run(part: &[u8], notes: &Notes, out: Vec<u8>) -> Result<Vec<u8>, ExportError> {
    let source = std::str::from_utf8(part).map_err(|e| fault(&e))?;
    let tables = notes.tables.iter();
    let mut pass = Pass {
        notes,
        out,
        open: Vec::new(),
        tables,
        place: false,
        body: false,
        lost: false,
        row: 0,
        moved: Vec::new(),
    };
    let mut reader = Reader::from_str(source);
    let position = |r: &Reader<&[u8]>| r.buffer_position() as usize;
    loop {
        let from = position(&reader);
        let event = reader.read_event().map_err(|e| fault(&e))?;
        let raw = source.get(from..position(&reader)).unwrap_or_default();
        match &event {
            // A table without a placeholder would be lost silently.
            Event::Eof if pass.lost || pass.tables.len() > 0 && pass.body => {
                return Err(fault(&"表格和它们的位置对不上"));
            }
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

/// An open element.
struct Frame<'s> {
    name: &'s str,
    /// Its id, if it is a style.
    id: Option<String>,
    sequence: Option<&'static [&'static str]>,
    /// Where its start tag and its content begin in the output.
    tag: usize,
    content: usize,
    /// Its children, if it has a sequence.
    children: Vec<Child>,
}

#[derive(Clone, Copy)]
struct Child {
    /// Index in the sequence; `None` for a child that is not in it.
    rank: Option<usize>,
    from: usize,
    to: usize,
}

struct Pass<'s> {
    notes: &'s Notes,
    out: Vec<u8>,
    open: Vec<Frame<'s>>,
    /// Tables that have not replaced their placeholder yet.
    tables: std::slice::Iter<'s, String>,
    /// Whether the open paragraph is a placeholder.
    place: bool,
    /// Whether this part is the document, which contains all tables.
    body: bool,
    /// Whether a placeholder had no table.
    lost: bool,
    /// Number of table rows begun.
    row: usize,
    moved: Vec<u8>,
}

impl<'s> Pass<'s> {
    fn start(&mut self, name: &'s str, e: &BytesStart<'_>, raw: &str) {
        self.row += usize::from(name == "w:tr");
        self.body |= name == "w:body";
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
            self.place |= name == "w:pStyle" && attribute(e, "w:val").is_some_and(|style| style == TABLE_PLACE);
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
        self.out.extend_from_slice(&raw.as_bytes()[to..]);
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
        if frame.name == "w:p" && std::mem::take(&mut self.place) {
            self.out.truncate(frame.tag);
            match self.tables.next() {
                Some(table) => self.out.extend_from_slice(table.as_bytes()),
                None => self.lost = true,
            }
            return;
        }
        self.out.extend_from_slice(raw.as_bytes());
        self.child(frame.name, frame.tag);
    }

    /// Records a child just written in its parent.
    fn child(&mut self, name: &str, from: usize) {
        let to = self.out.len();
        if let Some(parent) = self.open.last_mut()
            && let Some(sequence) = parent.sequence
        {
            parent.children.push(Child { rank: rank(sequence, name), from, to });
        }
    }

    /// Writes the additions to an element after its children.
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
        let note = notes.table.as_ref();
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

    /// Sorts the children of an element and drops those not in its sequence.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finished(xml: &str, notes: &Notes) -> String {
        let bytes = finish(xml.as_bytes(), notes).unwrap();
        String::from_utf8(bytes).unwrap().strip_prefix(std::str::from_utf8(DECLARATION).unwrap()).unwrap().to_owned()
    }

    fn plain(xml: &str) -> String {
        finished(xml, &Notes::new("zh-CN"))
    }

    const P_PR: [&str; 8] = [
        r#"<w:pStyle w:val="a" />"#,
        "<w:keepNext />",
        r#"<w:tabs><w:tab w:val="left" /></w:tabs>"#,
        "<w:spacing />",
        "<w:ind />",
        r#"<w:jc w:val="left" />"#,
        r#"<w:rPr><w:sz w:val="3" /></w:rPr>"#,
        r#"<w:sectPr><w:pgSz /></w:sectPr>"#,
    ];

    proptest! {
        #[test]
        fn children_in_any_order_come_out_in_the_schemas(order in Just(P_PR.to_vec()).prop_shuffle()) {
            let xml = format!("<w:p><w:pPr>{}</w:pPr></w:p>", order.concat());
            prop_assert_eq!(plain(&xml), format!("<w:p><w:pPr>{}</w:pPr></w:p>", P_PR.concat()));
        }

        #[test]
        fn text_is_copied_unchanged(text in "[ -~一-鿿&&[^<&>]]{0,40}") {
            let xml = format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}&amp;&#xA;</w:t></w:r></w:p>");
            prop_assert_eq!(plain(&xml), xml);
        }
    }

    #[test]
    fn nested_elements_are_ordered_inside_and_out() {
        let xml = "<w:style><w:rPr><w:sz /><w:rFonts /></w:rPr><w:pPr><w:jc /><w:rPr><w:b /></w:rPr><w:ind /></w:pPr><w:name /></w:style>";
        let out = "<w:style><w:name /><w:pPr><w:ind /><w:jc /></w:pPr><w:rPr><w:rFonts /><w:sz /></w:rPr></w:style>";
        assert_eq!(plain(xml), out);
    }

    #[test]
    fn what_has_no_place_is_dropped() {
        assert_eq!(plain("<w:pPr><w:jc /><w:nonsense><w:jc /></w:nonsense></w:pPr>"), "<w:pPr><w:jc /></w:pPr>");
        assert_eq!(plain("<w:r><w:rPr><w:nonsense /></w:rPr><w:t /></w:r>"), "<w:r><w:t /></w:r>");
        assert_eq!(plain(r#"<w:p w14:paraId="0001"><w:r /></w:p>"#), "<w:p><w:r /></w:p>");
        assert_eq!(plain(r#"<w:gridCol w:w="3" w:type="dxa" />"#), r#"<w:gridCol w:w="3" />"#);
        let rels = r#"<Relationships><Relationship Id="a" Target="comments.xml" /><Relationship Id="b" Target="styles.xml" /></Relationships>"#;
        assert_eq!(plain(rels), r#"<Relationships><Relationship Id="b" Target="styles.xml" /></Relationships>"#);
    }

    #[test]
    fn children_of_one_name_keep_their_order() {
        let xml =
            r#"<w:compat><w:compatSetting w:name="b" /><w:useFELayout /><w:compatSetting w:name="a" /></w:compat>"#;
        let out =
            r#"<w:compat><w:useFELayout /><w:compatSetting w:name="b" /><w:compatSetting w:name="a" /></w:compat>"#;
        assert_eq!(plain(xml), out);
    }

    #[test]
    fn additions_are_sorted_in_and_replace() {
        let mut notes = Notes::new("zh-CN");
        notes.style(StyleNote {
            id: "A".into(),
            attribute: Some(r#"w:default="1""#),
            paragraph: vec![("w:ind", "<w:ind new/>".into()), ("w:keepNext", "<w:keepNext/>".into())],
            run: vec![("w:lang", "<w:lang/>".into())],
        });
        let xml = r#"<w:style w:styleId="A"><w:pPr><w:ind old="" /><w:jc /></w:pPr><w:rPr /></w:style><w:style w:styleId="B"><w:rPr /></w:style>"#;
        let out = r#"<w:style w:styleId="A" w:default="1"><w:pPr><w:keepNext/><w:ind new/><w:jc /></w:pPr><w:rPr><w:lang/></w:rPr></w:style><w:style w:styleId="B"></w:style>"#;
        assert_eq!(finished(xml, &notes), out);
    }

    #[test]
    fn a_table_gets_its_header_rows_and_its_name() {
        let row = "<w:tr><w:trPr><w:cantSplit /></w:trPr></w:tr>";
        let xml = format!("<w:tbl><w:tblPr><w:tblW /></w:tblPr>{row}{row}</w:tbl>");
        let head = "<w:tr><w:trPr><w:cantSplit /><w:tblHeader/></w:trPr></w:tr>";
        let name = r#"<w:tblCaption w:val="甲&lt;乙&gt;"/>"#;
        let first = format!("<w:tbl><w:tblPr><w:tblW />{name}</w:tblPr>{head}{row}</w:tbl>");
        assert_eq!(table(xml.as_bytes(), 1, "甲<乙>").unwrap(), first);
        assert_eq!(table(xml.as_bytes(), 0, "").unwrap(), xml);
    }

    #[test]
    fn tables_replace_their_paragraphs() {
        let mut notes = Notes::new("zh-CN");
        notes.table("<w:tbl>1</w:tbl>".into());
        notes.table("<w:tbl>2</w:tbl>".into());
        let place = format!(r#"<w:p><w:pPr><w:pStyle w:val="{TABLE_PLACE}" /></w:pPr></w:p>"#);
        let text = r#"<w:p><w:pPr><w:pStyle w:val="A" /></w:pPr><w:r><w:t>TablePlace</w:t></w:r></w:p>"#;
        let xml = format!("<w:body>{text}{place}{text}{place}</w:body>");
        let out = format!("<w:body>{text}<w:tbl>1</w:tbl>{text}<w:tbl>2</w:tbl></w:body>");
        assert_eq!(finished(&xml, &notes), out);
    }

    #[test]
    fn a_table_without_a_place_and_a_place_without_a_table_are_faults() {
        let place = format!(r#"<w:p><w:pPr><w:pStyle w:val="{TABLE_PLACE}" /></w:pPr></w:p>"#);
        let body = |inside: &str| format!("<w:body>{inside}</w:body>");
        let mut one = Notes::new("zh-CN");
        one.table("<w:tbl>1</w:tbl>".into());
        assert!(finish(body("").as_bytes(), &one).is_err());
        assert!(finish(body(&place.repeat(2)).as_bytes(), &one).is_err());
        assert!(finish(body(&place).as_bytes(), &one).is_ok());
        // Only the document contains tables.
        assert!(finish(b"<w:ftr></w:ftr>", &one).is_ok());
    }

    #[test]
    fn a_part_that_is_not_xml_is_an_error() {
        for xml in ["<w:p></w:r>", "<w:p", "<w:p a=\"<\"></w:q>"] {
            assert!(finish(xml.as_bytes(), &Notes::default()).is_err(), "{xml}");
        }
        assert!(finish(&[0xFF, 0xFE], &Notes::default()).is_err());
    }
}
