//! What calamine does not tell of a worksheet: hidden rows and columns, merged ranges; and a check of every address,
//! since calamine computes them without regard to overflow.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::sheet_scan::scan;
use super::workbook::{Shown, Span};
use super::{ImportError, Limits};
use crate::model::Address;

/// Excel's own limits: rows and columns from 0.
pub(super) const LAST: Address = Address { row: 1_048_575, column: 16_383 };

/// Frame of one worksheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub merges: Vec<Span>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u32, u32)>,
    pub shown: Vec<(Address, Shown)>,
    /// Number of `<c>` elements, empty ones included.
    pub cells: usize,
    /// The row after the last one that was read, from 0.
    next_row: u32,
}

/// Reads the frame; `formats` tells by style index what a number format adds. More cells than `limits.cells` stop it.
pub(super) fn frame(xml: &[u8], formats: &[Option<Shown>], limits: &Limits) -> Result<Frame, ImportError> {
    let scanned = std::str::from_utf8(xml).ok().and_then(|xml| scan(xml, formats, limits));
    scanned.unwrap_or_else(|| parsed(xml, formats, limits))
}

/// The frame of any worksheet.
fn parsed(xml: &[u8], formats: &[Option<Shown>], limits: &Limits) -> Result<Frame, ImportError> {
    let mut reader = Reader::from_reader(xml);
    let mut frame = Frame::default();
    // Inside a value that must be one plain text: how many texts it had; and how many values its cell had.
    let mut value: Option<usize> = None;
    let (mut plain, mut index, mut values) = (false, false, 0);
    loop {
        let event = reader.read_event();
        let empty = matches!(event, Ok(Event::Empty(_)));
        match event {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "row" => {
                    let [number, hidden, height] = attributes(&e, ["r", "hidden", "ht"]);
                    frame.row(number.as_deref(), hidden.as_deref(), height.as_deref())?;
                }
                "c" => {
                    let [at, style, kind] = attributes(&e, ["r", "s", "t"]);
                    frame.cell(at.as_deref(), style.as_deref(), formats, limits)?;
                    plain = Frame::is_plain(kind.as_deref());
                    index = kind.as_deref() == Some("s");
                    values = 0;
                }
                "is" => {
                    values += 1;
                    if values > 1 {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                }
                "v" => {
                    values += 1;
                    if values > 1 {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                    // Written by programs that compute no formulas: there is no value.
                    value = (plain && !empty).then_some(0);
                }
                "col" => {
                    let [first, last, hidden, width] = attributes(&e, ["min", "max", "hidden", "width"]);
                    frame.columns(first.as_deref(), last.as_deref(), hidden.as_deref(), width.as_deref())?;
                }
                "mergeCell" => {
                    let [span] = attributes(&e, ["ref"]);
                    frame.merge(span.as_deref(), limits)?;
                }
                _ => {}
            },
            Ok(Event::End(e)) if e.local_name().as_ref() == "v" => value = None,
            Ok(Event::Eof) => break,
            Ok(Event::Text(t)) if value == Some(0) => {
                if index {
                    Frame::string_index(&t)?;
                }
                value = Some(1);
            }
            // calamine reads the first text of a value and drops what follows it.
            Ok(_) if value.is_some() => return Err(ImportError::Damaged("单元格的值写法不合规范".to_owned())),
            Ok(_) => {}
            Err(e) => return Err(ImportError::Damaged(e.to_string())),
        }
    }
    Ok(frame.sorted())
}

/// What the elements of a worksheet add, by the values of their attributes.
impl Frame {
    pub(super) fn row(
        &mut self,
        number_of: Option<&str>,
        hidden: Option<&str>,
        height: Option<&str>,
    ) -> Result<(), ImportError> {
        let row = number_of.map(|r| number(r, LAST.row + 1)).transpose()?.map_or(self.next_row, |r| r - 1);
        self.next_row = row + 1;
        if truth(hidden) || is_nothing(height) {
            self.hidden_rows.push(row);
        }
        Ok(())
    }

    pub(super) fn cell(
        &mut self,
        at: Option<&str>,
        style: Option<&str>,
        formats: &[Option<Shown>],
        limits: &Limits,
    ) -> Result<(), ImportError> {
        self.cells += 1;
        if self.cells > limits.cells {
            return Err(limits.cells_error());
        }
        if let Some(at) = at {
            let at = address(at)?;
            // A style in disguise would hide what its format adds.
            let style = style.map(|s| s.parse::<usize>().map_err(|_| odd_cell())).transpose()?;
            let adds = style.and_then(|s| formats.get(s).copied().flatten());
            self.shown.extend(adds.map(|a| (at, a)));
        }
        Ok(())
    }

    /// Demands that a value is the number of a shared string: calamine takes anything else for the first one.
    pub(super) fn string_index(value: &str) -> Result<(), ImportError> {
        if value.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { Err(odd_cell()) }
    }

    /// Whether a cell of this type has a plain value: text results of formulas may hold references, but numbers, indices and
    /// errors may not.
    pub(super) fn is_plain(kind: Option<&str>) -> bool {
        kind.is_none_or(|t| ["n", "s", "b", "e"].contains(&t))
    }

    pub(super) fn columns(
        &mut self,
        first: Option<&str>,
        last: Option<&str>,
        hidden: Option<&str>,
        width: Option<&str>,
    ) -> Result<(), ImportError> {
        if let (Some(first), Some(last)) = (first.filter(|_| truth(hidden) || is_nothing(width)), last) {
            let side = |text| number(text, LAST.column + 1);
            self.hidden_columns.push((side(first)? - 1, side(last)? - 1));
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, span: Option<&str>, limits: &Limits) -> Result<(), ImportError> {
        if let Some(span) = span {
            self.merges.push(range(span)?);
        }
        if self.merges.len() > limits.cells { Err(limits.cells_error()) } else { Ok(()) }
    }

    pub(super) fn sorted(mut self) -> Frame {
        self.shown.sort_unstable_by_key(|(at, _)| *at);
        self.merges.sort_unstable();
        self.hidden_rows.sort_unstable();
        self.hidden_columns.sort_unstable();
        self
    }
}

/// An attribute without a prefix, as written; the first, where it stands twice.
pub(super) fn attribute<'e>(e: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    let [value] = attributes(e, [name]);
    value
}

/// Several of them at once: most elements of a sheet are cells, and each is asked for three.
fn attributes<'e, const N: usize>(e: &'e BytesStart<'_>, names: [&str; N]) -> [Option<Cow<'e, str>>; N] {
    let mut values = [const { None }; N];
    for a in e.attributes().with_checks(false).flatten() {
        if let Some(i) = names.iter().position(|n| a.key.as_ref() == *n).filter(|i| values[*i].is_none()) {
            values[i] = Some(a.value);
        }
    }
    values
}

/// The same, to be kept longer than its element.
pub(super) fn own_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute(e, name).map(Cow::into_owned)
}

/// An attribute by its local name, whatever its prefix.
pub(super) fn local_attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes().flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| a.value.into_owned())
}

/// Whether an attribute says yes; one in disguise does, since what is hidden is told and read all the same.
fn truth(value: Option<&str>) -> bool {
    value.is_some_and(|v| matches!(v.trim(), "1" | "true") || v.contains('&'))
}

/// Whether a height or a width is none.
fn is_nothing(size: Option<&str>) -> bool {
    size.and_then(|s| s.trim().parse::<f64>().ok()).is_some_and(|s| s <= 0.0)
}

fn odd_cell() -> ImportError {
    ImportError::Damaged("单元格的写法不合规范".to_owned())
}

fn bad(text: &str) -> ImportError {
    ImportError::Damaged(format!("单元格地址“{}”不合法", text.chars().take(20).collect::<String>()))
}

fn number(text: &str, most: u32) -> Result<u32, ImportError> {
    text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| bad(text))
}

fn address(text: &str) -> Result<Address, ImportError> {
    let digits = text.find(|c: char| c.is_ascii_digit()).ok_or_else(|| bad(text))?;
    let (letters, row) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(bad(text));
    }
    let column = letters.bytes().fold(0u32, |n, b| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    if column > LAST.column + 1 {
        return Err(bad(text));
    }
    Ok(Address { row: number(row, LAST.row + 1)? - 1, column: column - 1 })
}

fn range(text: &str) -> Result<Span, ImportError> {
    let (a, b) = text.split_once(':').unwrap_or((text, text));
    let (a, b) = (address(a)?, address(b)?);
    Ok(Span {
        first: Address { row: a.row.min(b.row), column: a.column.min(b.column) },
        last: Address { row: a.row.max(b.row), column: a.column.max(b.column) },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Elements that may stand in a worksheet, well and badly written, and what does not belong there.
    const PIECES: [&str; 39] = [
        r#"<c r="D4" t="s"><v>x1</v></c>"#,
        r#"<c r="D4" t="s"><v> 1 </v></c>"#,
        r#"<c r="D4" s="&#x31;"><v>1</v></c>"#,
        r#"<c r="D4"><v>1</v><is><t>2</t></is></c>"#,
        r#"<row r="7" ht="0" customHeight="1" hidden="&#49;"/>"#,
        r#"<col min="4" max="4" width="0"/>"#,
        r#"<row r="2" hidden="true"/>"#,
        r#"<c r="XFE1"/>"#,
        r#"<c s="0"/>"#,
        r#"<c r="D4"><v>1</v><v>2</v></c>"#,
        r#"<c r="D4"><v>1&amp;2</v></c>"#,
        r#"<c r="D4" t="str"><v>1&amp;2</v></c>"#,
        r#"<c r="D4"><v>1<!-- 2 --></v></c>"#,
        r#"<c r="D4"><v/></c>"#,
        r#"<c r="D4"><v></v></c>"#,
        r#"<c r="D4"><f>A1&lt;2</f><v/></c>"#,
        "<v>12</v>",
        r#"<col min="2" max="3"/>"#,
        r#"<col min="0" max="3" hidden="1"/>"#,
        r#"<mergeCell ref="b2"/>"#,
        r#"<mergeCell  ref = "B2:D5" />"#,
        "<mergeCell ref='E2:E5'/>",
        r#"<x:row r="9" hidden="1"/>"#,
        r#"<x14:ext uri="{a>b}" q="'"/>"#,
        "<!-- <c r=\"A9\"/> -->",
        "<![CDATA[<c/>]]>",
        "<?pi <c/> ?>",
        "<?xml version=\"1.0\"?>",
        r#"<row
r="4" hidden="1"/>"#,
        r#"<c r="A1" r="A2" x:y="1"/>"#,
        "<oddFooter>a & b</oddFooter>",
        "<oddFooter>a &amp; b; &c;</oddFooter>",
        " text ",
        "&amp;",
        "&",
        ">",
        "\"",
        "</c>",
        "<row>",
    ];

    /// Worksheets as programs write them.
    fn sheets() -> impl Strategy<Value = Vec<String>> {
        let cell = (0u32..9, 0u32..9, 0usize..4, 0usize..4).prop_map(|(row, column, style, kind)| {
            let at = Address { row, column };
            let kind = ["", r#" t="s""#, r#" t="str""#, r#" t="b""#][kind];
            format!(r#"<c r="{at}" s="{style}"{kind}><f>A1</f><v>{column}</v></c>"#)
        });
        let row = (0u32..9, any::<bool>(), proptest::collection::vec(cell, 0..4)).prop_map(|(row, hidden, cells)| {
            let hidden = if hidden { r#" hidden="1""# } else { "" };
            [vec![format!(r#"<row r="{}"{hidden}>"#, row + 1)], cells, vec!["</row>".to_owned()]].concat()
        });
        proptest::collection::vec(row, 0..4).prop_map(|rows| {
            let head =
                [r#"<?xml version="1.0" encoding="UTF-8"?>"#, "<worksheet>", r#"<col min="2" max="3" hidden="1"/>"#];
            let tail = ["<mergeCells>", r#"<mergeCell ref="B2:D5"/>"#, "</mergeCells>", "</worksheet>"];
            let own = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
            [own(&head), rows.concat(), own(&tail)].concat()
        })
    }

    #[test]
    fn a_scan_finds_what_the_parser_finds_or_leaves_it_alone() {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(4000));
        let scanned = std::cell::Cell::new((0, 0));
        let odd = proptest::collection::vec((any::<prop::sample::Index>(), 0..PIECES.len()), 0..3);
        let found = runner.run(&(sheets(), odd), |(mut parts, odd)| {
            for (at, piece) in &odd {
                parts.insert(at.index(parts.len() + 1), PIECES[*piece].to_owned());
            }
            let xml = parts.concat();
            let (formats, limits) = ([None, Some(Shown::Scaled)], Limits { cells: 9, ..Limits::default() });
            let told = |found: Result<Frame, ImportError>| found.map_err(|e| e.to_string());
            if let Some(found) = scan(&xml, &formats, &limits) {
                let (plain, mended) = scanned.get();
                scanned.set(if odd.is_empty() { (plain + 1, mended) } else { (plain, mended + 1) });
                prop_assert_eq!(told(found), told(parsed(xml.as_bytes(), &formats, &limits)), "{}", xml);
            } else {
                prop_assert!(!odd.is_empty(), "left alone: {}", xml);
            }
            Ok(())
        });
        found.unwrap();
        let (plain, odd) = scanned.get();
        assert!(plain > 800 && odd > 400, "{plain} plain and {odd} odd worksheets were scanned");
    }

    #[test]
    fn a_declaration_hides_nothing() {
        for xml in [
            r#"<?xml v="?><worksheet><sheetData><row r='1' hidden='1'><c r='A1'><v>1<!-- -->2</v></c></row></sheetData></worksheet>"?><c/><c/>"#,
            r#"<?xml ><row r="9" hidden="1"/>?><sheetData/>"#,
            r#"<?xml version="1.0"?><?xml version="1.0"?><sheetData/>"#,
        ] {
            assert!(scan(xml, &[], &Limits::default()).is_none(), "{xml}");
        }
    }

    #[test]
    fn a_worksheet_as_programs_write_it_is_scanned() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <worksheet xmlns="m" xmlns:r="r"><cols><col min="2" max="3" width="9.5" hidden="1" customWidth="1"/></cols><sheetData>
            <row r="4" spans="1:2" hidden="1" x14ac:dyDescent="0.2"><c r="A4" s="1"><v>0.5</v></c><c r="B4" t="str"><f>A4&amp;"x"</f><v>a&amp;b</v></c></row>
            </sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells><extLst><ext uri="{1}"><x14:a/></ext></extLst></worksheet>"#;
        let (formats, limits) = ([None, Some(Shown::Scaled)], Limits::default());
        let scanned = scan(xml, &formats, &limits).unwrap().unwrap();
        assert_eq!(scanned, parsed(xml.as_bytes(), &formats, &limits).unwrap());
        assert_eq!((scanned.cells, scanned.shown.len(), scanned.hidden_rows.len()), (2, 1, 1));
    }

    #[test]
    fn frames_hold_what_is_hidden_and_merged() {
        let xml = br#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
            <row r="4" hidden="1"><c r="A4"/></row><row><c/></row></sheetData>
            <mergeCells><mergeCell ref="B2:D5"/></mergeCells></worksheet>"#;
        let frame = frame(xml, &[], &Limits::default()).unwrap();
        let unnumbered = br#"<sheetData><row hidden="1"/><row/><row hidden="1"/></sheetData>"#;
        assert_eq!(super::frame(unnumbered, &[], &Limits::default()).unwrap().hidden_rows, [0, 2]);
        assert_eq!(frame.hidden_rows, [3]);
        assert_eq!(frame.hidden_columns, [(1, 2)]);
        assert_eq!(frame.cells, 2);
        let at = |row, column| Address { row, column };
        assert_eq!(frame.merges, [Span { first: at(1, 1), last: at(4, 3) }]);
    }

    #[test]
    fn impossible_addresses_are_damage() {
        for r in ["A4294967297", "XFE1", "1", "A", "A0", "AAAA1", "数1"] {
            let xml = format!("<sheetData><row><c r=\"{r}\"/></row></sheetData>");
            assert!(matches!(frame(xml.as_bytes(), &[], &Limits::default()), Err(ImportError::Damaged(_))), "{r}");
        }
    }
}
