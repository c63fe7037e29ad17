//! A DOCX reader based on `zip` and `quick-xml` only: what a person who opens the file would see.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::model::{Align, Block, Document};

/// An element with its attributes, children and text, as a plain XML reader sees it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn of(e: &BytesStart<'_>) -> Element {
        let attributes = e.attributes().map(|a| {
            let a = a.unwrap();
            let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
            (a.key.as_ref().to_owned(), value)
        });
        Element { name: e.name().as_ref().to_owned(), attributes: attributes.collect(), ..Element::default() }
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |e, name| e.child(name))
    }

    pub(super) fn val(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.attributes.get("w:val").map(String::as_str)
    }

    pub(super) fn number(&self, path: &[&str], attribute: &str) -> Option<usize> {
        self.at(path)?.attributes.get(attribute)?.parse().ok()
    }

    /// The text of a paragraph.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        for piece in self.all("w:r").flat_map(|r| &r.children) {
            match piece.name.as_str() {
                "w:t" => {
                    assert_eq!(piece.attributes.get("xml:space").map(String::as_str), Some("preserve"));
                    words.push_str(&piece.text);
                }
                "w:br" => words.push('\n'),
                "w:tab" => words.push('\t'),
                _ => {}
            }
        }
        words
    }

    pub(super) fn walk(&self, visit: &mut dyn FnMut(&str, &Element), parent: &str) {
        visit(parent, self);
        for child in &self.children {
            child.walk(visit, &self.name);
        }
    }
}

pub(super) fn parse(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().enable_all_checks(true);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) => open.push(Element::of(&e)),
            Event::Empty(e) => open.last_mut().unwrap().children.push(Element::of(&e)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(t) => open.last_mut().unwrap().text.push_str(&t.into_inner()),
            Event::GeneralRef(r) => {
                let c = r.resolve_char_ref().unwrap().unwrap_or_else(|| match &*r.into_inner() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("{other}"),
                });
                open.last_mut().unwrap().text.push(c);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().unwrap();
    assert!(open.is_empty());
    root.children.into_iter().next().unwrap()
}

/// All parts of a package, in their order.
pub(super) fn unpack(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut file = zip.by_index(i).unwrap();
            assert_eq!(file.compression(), zip::CompressionMethod::Deflated);
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

pub(super) fn part(bytes: &[u8], name: &str) -> Element {
    parse(&unpack(bytes).into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name}")).1)
}

/// What a reader of the file sees.
#[derive(Debug, PartialEq)]
pub(super) enum Seen {
    Paragraph { style: String, text: String },
    Table { header_rows: usize, caption: String, cells: Vec<SeenCell> },
}

/// Row, column, row span, column span, text, whether it is set left.
pub(super) type SeenCell = (usize, usize, usize, usize, String, bool);

pub(super) fn see(bytes: &[u8]) -> Vec<Seen> {
    let document = part(bytes, "word/document.xml");
    let body = document.child("w:body").unwrap();
    let mut seen = Vec::new();
    for block in &body.children {
        match block.name.as_str() {
            "w:p" => {
                let style = block.val(&["w:pPr", "w:pStyle"]).unwrap().to_owned();
                let text = block.words();
                // The empty line between two tables, or after the last.
                if !(text.is_empty() && style == "TableText") {
                    seen.push(Seen::Paragraph { style, text });
                }
            }
            "w:tbl" => seen.push(see_table(block)),
            "w:sectPr" => {}
            other => panic!("{other}"),
        }
    }
    seen
}

pub(super) fn see_table(table: &Element) -> Seen {
    let columns: Vec<usize> = table
        .child("w:tblGrid")
        .unwrap()
        .all("w:gridCol")
        .map(|c| c.attributes.get("w:w").unwrap().parse().unwrap())
        .collect();
    let mut cells: Vec<SeenCell> = Vec::new();
    let mut above: Vec<Option<usize>> = vec![None; columns.len()];
    let mut header_rows = 0;
    for (row, tr) in table.all("w:tr").enumerate() {
        header_rows += usize::from(tr.at(&["w:trPr", "w:tblHeader"]).is_some());
        let mut column = 0;
        for tc in tr.all("w:tc") {
            let span = tc.number(&["w:tcPr", "w:gridSpan"], "w:val").unwrap_or(1);
            let width: usize = columns[column..column + span].iter().sum();
            assert_eq!(tc.number(&["w:tcPr", "w:tcW"], "w:w"), Some(width));
            assert_eq!(tc.val(&["w:tcPr", "w:vAlign"]), Some("center"));
            let p = tc.child("w:p").expect("a cell holds a paragraph");
            if tc.val(&["w:tcPr", "w:vMerge"]) == Some("continue") {
                let begun = above[column].expect("a continued cell has begun");
                assert_eq!((cells[begun].1, cells[begun].3), (column, span));
                assert_eq!(p.words(), "");
                cells[begun].2 += 1;
            } else {
                above[column..column + span].fill(Some(cells.len()));
                let left = p.val(&["w:pPr", "w:jc"]) == Some("left");
                cells.push((row, column, 1, span, p.words(), left));
            }
            column += span;
        }
        assert_eq!(column, columns.len(), "row {row} fills the grid");
    }
    let caption = table.val(&["w:tblPr", "w:tblCaption"]).unwrap_or_default().to_owned();
    Seen::Table { header_rows, caption, cells }
}

/// What a reader should see of a document; `clean` maps each text to what the file keeps of it.
pub(super) fn expected(doc: &Document, clean: impl Fn(&str) -> String) -> Vec<Seen> {
    let paragraph = |style: &str, text: &str| Seen::Paragraph { style: style.to_owned(), text: clean(text) };
    let mut out: Vec<Seen> = vec![paragraph("Title", &doc.title_text())];
    out.extend(doc.facts.iter().map(|f| paragraph("Subtitle", f)));
    out.extend(doc.blocks.iter().map(|b| match b {
        Block::Heading { level, text } => paragraph(&format!("Heading{level}"), text),
        Block::Paragraph { text } => paragraph("BodyText", text),
        Block::Table(t) => {
            let cells = t.rows.iter().enumerate().flat_map(|(row, r)| {
                r.cells.iter().map(move |c| (row, c)).map(|(row, c)| {
                    let left = c.align == Align::Left;
                    (row, c.column, c.row_span, c.column_span, clean(&c.text), left)
                })
            });
            Seen::Table { header_rows: t.header_rows, caption: t.caption.clone(), cells: cells.collect() }
        }
    }));
    out
}

/// Removes line breaks from the title, which may be broken between its parts; everything else stays.
pub(super) fn unbroken(mut seen: Vec<Seen>) -> Vec<Seen> {
    if let Some(Seen::Paragraph { text, .. }) = seen.first_mut() {
        text.retain(|c| c != '\n');
    }
    seen
}
