//! Reads DOCX files back with `zip` and `quick-xml` alone and compares them with the documents they were made from.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::write;
use crate::compose::compose;
use crate::form;
use crate::model::{Align, Block, Cell, CellRole, Document, Paragraph, Report, Row, Table, Value};
use crate::style::Style;

/// An element with its attributes, children and text, as a plain XML reader sees it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn of(e: &BytesStart<'_>) -> Element {
        let attributes = e.attributes().map(|a| {
            let a = a.unwrap();
            let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
            (a.key.as_ref().to_owned(), value)
        });
        Element { name: e.name().as_ref().to_owned(), attributes: attributes.collect(), ..Element::default() }
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |e, name| e.child(name))
    }

    fn val(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.attributes.get("w:val").map(String::as_str)
    }

    fn number(&self, path: &[&str], attribute: &str) -> Option<usize> {
        self.at(path)?.attributes.get(attribute)?.parse().ok()
    }

    /// The words of a paragraph.
    fn words(&self) -> String {
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

    fn walk(&self, visit: &mut dyn FnMut(&str, &Element), parent: &str) {
        visit(parent, self);
        for child in &self.children {
            child.walk(visit, &self.name);
        }
    }
}

fn parse(xml: &str) -> Element {
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
fn unpack(bytes: &[u8]) -> Vec<(String, String)> {
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

fn part(bytes: &[u8], name: &str) -> Element {
    parse(&unpack(bytes).into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name}")).1)
}

/// What a reader of the file sees.
#[derive(Debug, PartialEq)]
enum Seen {
    Paragraph { style: String, text: String },
    Table { header_rows: usize, caption: String, cells: Vec<SeenCell> },
}

/// Row, column, row span, column span, text, whether it is set left.
type SeenCell = (usize, usize, usize, usize, String, bool);

fn see(bytes: &[u8]) -> Vec<Seen> {
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

fn see_table(table: &Element) -> Seen {
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

/// What should be seen of a document; `clean` says what becomes of a text.
fn expected(doc: &Document, clean: impl Fn(&str) -> String) -> Vec<Seen> {
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

/// The title may be broken anywhere between its parts; everything else must be as it was.
fn unbroken(mut seen: Vec<Seen>) -> Vec<Seen> {
    if let Some(Seen::Paragraph { text, .. }) = seen.first_mut() {
        text.retain(|c| c != '\n');
    }
    seen
}

fn document(edition: &str, value: impl Fn(usize) -> u64) -> Document {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = "老城区科学技术局".into();
    report.cover.year = 2024;
    report.cover.title = "老城区科学技术局2024年政府信息公开工作年度报告".into();
    report.cover.published = Some("2025年1月20日".into());
    report.preface.push(Paragraph::body("根据《条例》编制本报告。"));
    for (index, section) in report.sections.iter_mut().enumerate() {
        section.before.push(Paragraph::heading(2, format!("（一）第{index}节的小标题")));
        section.before.push(Paragraph::heading(3, "1.更小的标题"));
        section.before.push(Paragraph::body("全年公开信息12条，依托“精彩老城”发布——共15篇…… 𠮷"));
        section.after.push(Paragraph::body("表后的话。".repeat(index * 40 + 1)));
    }
    for (t, values) in report.tables.iter_mut().enumerate() {
        for (slot, v) in values.iter_mut().enumerate() {
            *v = Value::Count(value(t * 1000 + slot));
        }
    }
    compose(&report)
}

fn plain(paragraphs: &[&str]) -> Document {
    let blocks = paragraphs.iter().map(|t| Block::Paragraph { text: (*t).to_owned() }).collect();
    Document { language: "zh-CN", title: vec!["标题".into()], agency: "某局".into(), facts: vec![], blocks }
}

#[test]
fn every_paragraph_and_every_cell_reads_back() {
    for edition in ["2021", "2019"] {
        for value in [|i| i as u64, |i| 1_234_567 + i as u64] {
            let doc = document(edition, value);
            let bytes = write(&doc, &Style::default()).unwrap();
            let seen = unbroken(see(&bytes));
            let expected = expected(&doc, str::to_owned);
            assert_eq!(seen.len(), expected.len());
            for (s, e) in seen.iter().zip(&expected) {
                assert_eq!(s, e);
            }
            assert!(bytes.len() < 40_000, "{}", bytes.len());
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let doc = document("2021", |i| i as u64);
    let style = Style::default();
    let first = write(&doc, &style).unwrap();
    write(&plain(&["一", "二"]), &style).unwrap();
    assert!(first == write(&doc, &style).unwrap());
    let elsewhere = std::thread::spawn(move || write(&doc, &Style::default()).unwrap()).join().unwrap();
    assert!(first == elsewhere);
}

#[test]
fn nothing_tells_when_or_by_whom() {
    let bytes = write(&document("2021", |i| i as u64), &Style::default()).unwrap();
    for (name, text) in unpack(&bytes) {
        for trace in ["rsid", "paraId", "docId", "lastModifiedBy", "dcterms", "unknown", "w:author", "w:date"] {
            // Namespace prefixes apart, none of these has a place in a part.
            assert!(!text.contains(trace), "{name}: {trace}");
        }
    }
    let core = part(&bytes, "docProps/core.xml");
    let said: Vec<(&str, &str)> = core.children.iter().map(|c| (c.name.as_str(), c.text.as_str())).collect();
    let title = "老城区科学技术局2024年政府信息公开工作年度报告";
    assert_eq!(said, [("dc:title", title), ("dc:creator", "老城区科学技术局"), ("dc:language", "zh-CN")]);
}

#[test]
fn the_package_lists_what_it_holds() {
    for style in ["", "[page]\npage_number = \"outside\""] {
        let bytes = write(&document("2021", |i| i as u64), &Style::parse(style).unwrap()).unwrap();
        let parts = unpack(&bytes);
        let names: Vec<&str> = parts.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names[0], "[Content_Types].xml");
        let types = part(&bytes, "[Content_Types].xml");
        let overrides: Vec<_> = types.all("Override").map(|o| o.attributes["PartName"].clone()).collect();
        for name in &overrides {
            assert!(names.contains(&name.trim_start_matches('/')), "{name} is listed");
        }
        for name in names.iter().filter(|n| n.ends_with(".xml") && **n != "[Content_Types].xml") {
            assert!(overrides.contains(&format!("/{name}")), "{name} has a type");
        }
        for (rels, folder) in [("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")] {
            for r in part(&bytes, rels).all("Relationship") {
                let target = format!("{folder}{}", r.attributes["Target"]);
                assert!(names.contains(&target.as_str()), "{target} is related");
            }
        }
    }
}

/// Whether the children of every element stand in the order of the schema, none without a place.
fn in_order(root: &Element) {
    root.walk(
        &mut |parent, e| {
            let Some(sequence) = super::schema::sequence(parent, &e.name) else { return };
            let ranks: Vec<usize> = e
                .children
                .iter()
                .map(|c| {
                    sequence.iter().position(|s| *s == c.name).unwrap_or_else(|| panic!("{} in {}", c.name, e.name))
                })
                .collect();
            assert!(ranks.is_sorted(), "{} in {parent}: {ranks:?}", e.name);
        },
        "",
    );
}

#[test]
fn children_stand_in_schema_order() {
    let bytes =
        write(&document("2019", |i| i as u64), &Style::parse("[page]\npage_number = \"outside\"").unwrap()).unwrap();
    for (_, text) in unpack(&bytes) {
        in_order(&parse(&text));
    }
    // A sequence of the standard spelled out, apart from the table of this program.
    let styles = part(&bytes, "word/styles.xml");
    let body = styles.all("w:style").find(|s| s.attributes["w:styleId"] == "BodyText").unwrap();
    let names = |e: &Element| e.children.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(body), ["w:name", "w:basedOn", "w:qFormat", "w:pPr", "w:rPr"]);
    assert_eq!(
        names(body.child("w:pPr").unwrap()),
        ["w:widowControl", "w:overflowPunct", "w:spacing", "w:ind", "w:jc"]
    );
    assert_eq!(names(body.child("w:rPr").unwrap()), ["w:rFonts", "w:spacing", "w:sz", "w:szCs"]);
}

#[test]
fn styles_are_real_and_all_defined() {
    let bytes = write(&document("2021", |_| 1_234_567), &Style::default()).unwrap();
    let styles = part(&bytes, "word/styles.xml");
    let by_id: BTreeMap<&str, &Element> =
        styles.all("w:style").map(|s| (s.attributes["w:styleId"].as_str(), s)).collect();
    assert_eq!(by_id.len(), styles.all("w:style").count());
    for name in ["word/document.xml", "word/footer1.xml"] {
        part(&bytes, name).walk(
            &mut |_, e| {
                if ["w:pStyle", "w:rStyle", "w:tblStyle"].contains(&e.name.as_str()) {
                    assert!(by_id.contains_key(e.attributes["w:val"].as_str()), "{e:?}");
                }
            },
            "",
        );
    }
    let face = |id: &str| by_id[id].at(&["w:rPr", "w:rFonts"]).unwrap().attributes["w:eastAsia"].as_str();
    for (id, expected) in [
        ("Title", "方正小标宋简体"),
        ("BodyText", "仿宋_GB2312"),
        ("Heading1", "黑体"),
        ("Heading2", "楷体_GB2312"),
        ("Heading3", "仿宋_GB2312"),
        ("TableText", "宋体"),
        ("PageNumber", "宋体"),
    ] {
        assert_eq!(face(id), expected);
    }
    for (level, id) in ["Heading1", "Heading2", "Heading3"].into_iter().enumerate() {
        assert_eq!(by_id[id].val(&["w:name"]), Some(format!("heading {}", level + 1).as_str()));
        assert_eq!(by_id[id].val(&["w:pPr", "w:outlineLvl"]), Some(level.to_string().as_str()));
        assert!(by_id[id].at(&["w:pPr", "w:keepNext"]).is_some());
    }
    assert_eq!(by_id["BodyText"].at(&["w:pPr", "w:ind"]).unwrap().attributes["w:firstLineChars"], "200");
    assert_eq!(by_id["BodyText"].val(&["w:pPr", "w:jc"]), Some("both"));
    assert_eq!(by_id["BodyText"].at(&["w:pPr", "w:spacing"]).unwrap().attributes["w:line"], "579");
    let language = styles.at(&["w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang"]).unwrap();
    assert_eq!(language.attributes["w:eastAsia"], "zh-CN");
}

#[test]
fn the_page_is_a4_with_its_number() {
    let doc = document("2021", |i| i as u64);
    let centred = write(&doc, &Style::default()).unwrap();
    let section = part(&centred, "word/document.xml");
    let size = section.at(&["w:body", "w:sectPr", "w:pgSz"]).unwrap();
    assert_eq!((size.attributes["w:w"].as_str(), size.attributes["w:h"].as_str()), ("11906", "16838"));
    let margin = &section.at(&["w:body", "w:sectPr", "w:pgMar"]).unwrap().attributes;
    // 37, 28, 35 and 26 mm in twips.
    assert_eq!(
        ["w:top", "w:left", "w:bottom", "w:right"].map(|k| margin[k].as_str()),
        ["2098", "1587", "1984", "1474"]
    );
    let footer = part(&centred, "word/footer1.xml");
    assert_eq!(footer.child("w:p").unwrap().words(), "— 1 —");
    let mut field = String::new();
    footer.walk(
        &mut |_, e| {
            if e.name == "w:instrText" {
                field.push_str(&e.text)
            }
        },
        "",
    );
    assert_eq!(field.trim(), "PAGE");

    let outside = write(&doc, &Style::parse("[page]\npage_number = \"outside\"").unwrap()).unwrap();
    assert!(part(&outside, "word/settings.xml").child("w:evenAndOddHeaders").is_some());
    let align = |n: &str| part(&outside, n).child("w:p").unwrap().val(&["w:pPr", "w:jc"]).map(str::to_owned);
    assert_eq!(align("word/footer1.xml").as_deref(), Some("right"));
    assert_eq!(align("word/footer2.xml").as_deref(), Some("left"));
}

#[test]
fn rows_do_not_split_and_a_table_that_fits_stays_together() {
    let bytes = write(&document("2021", |i| i as u64), &Style::default()).unwrap();
    let document = part(&bytes, "word/document.xml");
    for table in document.child("w:body").unwrap().all("w:tbl") {
        assert_eq!(table.at(&["w:tblPr", "w:tblLayout"]).unwrap().attributes["w:type"], "fixed");
        assert_eq!(table.at(&["w:tblPr", "w:tblBorders", "w:insideH"]).unwrap().attributes["w:sz"], "4");
        let rows: Vec<&Element> = table.all("w:tr").collect();
        for (index, row) in rows.iter().enumerate() {
            assert!(row.at(&["w:trPr", "w:cantSplit"]).is_some());
            for tc in row.all("w:tc") {
                let keeps = tc.at(&["w:p", "w:pPr", "w:keepNext"]).is_some();
                assert_eq!(keeps, index + 1 < rows.len(), "row {index}");
            }
        }
    }
}

/// What becomes of a text: characters that XML cannot hold go, line ends become one kind.
fn kept(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|c| !c.is_ascii_control() || matches!(c, '\n' | '\t' | '\u{7F}'))
        .filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect()
}

const HOSTILE: &[&str] = &[
    "",
    "   ",
    "  前后有空格  ",
    "=SUM(A1:A9)",
    "@cmd|'/c calc'!A0",
    "+1036",
    "-1",
    "<w:p><w:r/></w:p>",
    "&amp;&lt;&#10;&#x0;&unknown;",
    "]]><!-- --><?xml?>",
    "\"双引号\"和'单引号'",
    "控制\u{0}\u{1}\u{8}\u{B}\u{C}\u{1F}\u{7F}字符",
    "\u{FFFE}\u{FFFF}\u{FFFD}\u{200B}\u{2028}\u{202E}",
    "一\n二\r\n三\r四\t五\n\n",
    "𠮷𪚥😀👨‍👩‍👧e\u{301}",
    "\u{2F00}\u{E000}\u{10FFFF}",
    "https://example.gov.cn/a?b=1&c=2#d",
];

#[test]
fn hostile_text_is_text() {
    let mut doc = plain(HOSTILE);
    doc.title = HOSTILE.iter().map(|s| (*s).to_owned()).collect();
    doc.agency = HOSTILE.concat();
    doc.facts = HOSTILE.iter().map(|s| (*s).to_owned()).collect();
    doc.blocks.extend(HOSTILE.iter().flat_map(|t| {
        let text = (*t).to_owned();
        let cell = |column| Cell {
            column,
            row_span: 1,
            column_span: 1,
            text: text.clone(),
            role: CellRole::ColumnHeader,
            align: Align::Center,
        };
        let rows = vec![Row { cells: vec![cell(0), cell(1)] }];
        let table = Table { caption: String::new(), widths: vec![1.0, 1.0], header_rows: 0, label_columns: 0, rows };
        [Block::Heading { level: 1, text: text.clone() }, Block::Table(table)]
    }));
    let bytes = write(&doc, &Style::default()).unwrap();
    let mut expected = expected(&doc, kept);
    if let Some(Seen::Paragraph { text, .. }) = expected.first_mut() {
        // A title is one line.
        text.retain(|c| !matches!(c, '\n' | '\t'));
    }
    assert_eq!(unbroken(see(&bytes)), expected);
    for (name, text) in unpack(&bytes) {
        parse(&text);
        assert!(!text.contains(|c: char| c.is_ascii_control() && !"\n\t\u{7F}".contains(c)), "{name}");
    }
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.child("dc:creator").unwrap().text.contains("=SUM(A1:A9)"));
}

#[test]
fn a_megabyte_is_one_paragraph() {
    let long = "政府信息公开，".repeat(50_000);
    let digits = "1".repeat(1_000_000);
    let mut doc = plain(&[&long, &digits]);
    let cell =
        Cell { column: 0, row_span: 1, column_span: 1, text: long.clone(), role: CellRole::Data, align: Align::Left };
    let rows = vec![Row { cells: vec![cell] }];
    doc.blocks.push(Block::Table(Table {
        caption: "长表".into(),
        widths: vec![1.0],
        header_rows: 0,
        label_columns: 0,
        rows,
    }));
    doc.title = vec![long];
    let bytes = write(&doc, &Style::default()).unwrap();
    assert_eq!(unbroken(see(&bytes)), expected(&doc, kept));
    // A row taller than a page must be able to split.
    let table = part(&bytes, "word/document.xml");
    assert!(table.at(&["w:body", "w:tbl", "w:tr", "w:trPr", "w:cantSplit"]).is_none());
}

#[test]
fn tables_that_touch_stay_apart_and_faulty_ones_are_refused() {
    let cell = |column| Cell {
        column,
        row_span: 1,
        column_span: 1,
        text: "一".into(),
        role: CellRole::Data,
        align: Align::Center,
    };
    let table = |cells: Vec<Cell>, columns: usize| {
        let rows = vec![Row { cells }];
        Block::Table(Table {
            caption: "表".into(), widths: vec![1.0; columns], header_rows: 9, label_columns: 0, rows
        })
    };
    let mut doc = plain(&[]);
    doc.blocks = vec![table(vec![cell(0)], 1), table(vec![cell(0)], 1)];
    let document = part(&write(&doc, &Style::default()).unwrap(), "word/document.xml");
    let names: Vec<_> = document.child("w:body").unwrap().children.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["w:p", "w:tbl", "w:p", "w:tbl", "w:p", "w:sectPr"]);

    doc.blocks = vec![table(vec![cell(0)], 2)];
    let error = write(&doc, &Style::default()).unwrap_err().to_string();
    assert!(error.contains("表") && error.contains("单元格"), "{error}");

    doc.blocks = vec![Block::Table(Table {
        caption: "空表".into(),
        widths: vec![],
        header_rows: 0,
        label_columns: 0,
        rows: vec![],
    })];
    assert_eq!(see(&write(&doc, &Style::default()).unwrap()).len(), 1);
}

#[test]
fn a_table_of_many_pages_repeats_its_header() {
    let mut doc = document("2021", |i| i as u64);
    for block in &mut doc.blocks {
        let Block::Table(t) = block else { continue };
        let last = t.rows.len() - 1;
        if t.header_rows > 0 && t.label_columns > 0 {
            let row = t.rows[last].clone();
            t.rows.extend(std::iter::repeat_n(row, 100));
        }
    }
    let bytes = write(&doc, &Style::default()).unwrap();
    assert_eq!(unbroken(see(&bytes)), expected(&doc, kept));
    let document = part(&bytes, "word/document.xml");
    let long = document.child("w:body").unwrap().all("w:tbl").nth(1).unwrap();
    let rows: Vec<&Element> = long.all("w:tr").collect();
    let keeps = |r: &Element| r.at(&["w:tc", "w:p", "w:pPr", "w:keepNext"]).is_some();
    assert!(rows[..3].iter().all(|r| keeps(r)));
    assert!(!rows[3..].iter().any(|r| keeps(r)), "rows of a long table may part");
}
