//! Hostile text: it stays text, and the file stays valid.

use super::reader::{Seen, expected, parse, part, see, unbroken, unpack};
use super::{plain, write};
use crate::model::{Align, Block, Cell, CellRole, Row, Table};
use crate::style::Style;

/// A text as the file keeps it: without characters that XML cannot contain, line ends as line feeds.
pub(super) fn kept(text: &str) -> String {
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
            indent: 0,
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
    let cell = Cell {
        column: 0,
        row_span: 1,
        column_span: 1,
        text: long.clone(),
        role: CellRole::Data,
        align: Align::Left,
        indent: 0,
    };
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
