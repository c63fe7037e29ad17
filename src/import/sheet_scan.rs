//! A worksheet by a scan of its tags: what [`super::sheet_xml`] finds in it, in a third of the time, and its cells.
//!
//! Takes a worksheet, gives its frame where it is written as spreadsheet programs write it: see [`super::scan`]; and its
//! cells where each of them is a number, a text or the result of a formula and has its address. Where the frame is not
//! written plainly it gives `None`, and the full parser decides; where a cell is not, calamine reads them all.

use super::Limits;
use super::scan::Scan;
use super::sheet_xml::Frame;
use crate::import::formats::Format;
use crate::model::Address;

/// Elements of cells and frame, and `AlternateContent`, which decides which of them count.
const WANTED: [&str; 12] = [
    "worksheet",
    "sheetData",
    "row",
    "c",
    "v",
    "f",
    "is",
    "cols",
    "col",
    "mergeCells",
    "mergeCell",
    "AlternateContent",
];

/// A worksheet that was scanned.
#[derive(Debug, PartialEq)]
pub(super) struct Scanned<'x> {
    pub frame: Frame,
    /// `None` where a cell is not written plainly.
    pub cells: Option<Vec<Written<'x>>>,
}

/// A cell as it is written.
#[derive(Debug, PartialEq)]
pub(super) struct Written<'x> {
    pub at: Address,
    /// Index of its style, where it has one.
    pub style: Option<usize>,
    pub kind: Kind,
    /// `None` where it has no element for a value.
    pub value: Option<&'x str>,
    pub formula: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Number,
    /// The value is the number of a shared string.
    Shared,
    /// The value is the text that a formula gave.
    Text,
}

impl Kind {
    fn of(written: Option<&str>) -> Option<Kind> {
        match written {
            None | Some("n") => Some(Kind::Number),
            Some("s") => Some(Kind::Shared),
            Some("str") => Some(Kind::Text),
            _ => None,
        }
    }
}

/// Reads a worksheet; `None` if it is not written plainly, is damaged, or exceeds the limits.
pub(super) fn scan<'x>(xml: &'x str, formats: &[Format], limits: &Limits) -> Option<Scanned<'x>> {
    let mut frame = Frame::default();
    let mut scan = Scan::new(xml, &WANTED)?;
    // Of the cell that is open: whether its value must be plain text, the number of a string, and whether it had one.
    let (mut plain, mut index, mut valued) = (false, false, false);
    let mut cells = Some(Vec::new());
    while let Some(tag) = scan.tag()? {
        let around = scan.around(&tag);
        let in_cell = around.len() == 4 && around[3] == "c";
        // Elements in other places do not count: the full parser decides.
        let is_placed = match tag.name {
            "worksheet" => around.is_empty(),
            "sheetData" | "cols" | "mergeCells" => matches!(around, ["worksheet"]),
            "row" => matches!(around, ["worksheet", "sheetData"]),
            "c" => matches!(around, ["worksheet", "sheetData", "row"]),
            "v" | "f" | "is" => in_cell,
            "col" => matches!(around, ["worksheet", "cols"]),
            "mergeCell" => matches!(around, ["worksheet", "mergeCells"]),
            "AlternateContent" => false,
            _ => !around.is_empty(),
        };
        if !is_placed {
            return None;
        }
        match tag.name {
            "row" => {
                let [number, hidden, height] = tag.attributes(["r", "hidden", "ht"])?;
                frame.row(number, hidden, height).ok()?;
            }
            "c" => {
                let [at, style, kind] = tag.attributes(["r", "s", "t"])?;
                (plain, index, valued) = (Frame::is_plain(kind), kind == Some("s"), false);
                match (frame.cell(at, style, formats, limits).ok()?, Kind::of(kind)) {
                    ((Some(at), style), Some(kind)) => {
                        let cell = Written { at, style, kind, value: None, formula: false };
                        if let Some(cells) = cells.as_mut() {
                            cells.push(cell);
                        }
                    }
                    _ => cells = None,
                }
            }
            "v" => {
                tag.attributes([])?;
                // An empty element is no value.
                let text = if tag.empty { "" } else { scan.text(&tag)? };
                if valued || plain && text.contains('&') {
                    return None;
                }
                valued = true;
                if let Some(cell) = cells.as_mut().and_then(|c| c.last_mut()) {
                    cell.value = Some(text);
                }
                if index {
                    Frame::string_index(text).ok()?;
                }
            }
            "is" => {
                tag.attributes([])?;
                if valued {
                    return None;
                }
                (valued, cells) = (true, None);
            }
            "f" => {
                // calamine trusts the index of a shared formula, and takes what follows a value for another value.
                let shares = |kind, index: Option<&str>| match kind {
                    None => true,
                    Some("shared") => index.is_some_and(|i| i.bytes().all(|b| b.is_ascii_digit()) && i.len() < 6),
                    Some(_) => false,
                };
                let [kind, index] = tag.attributes(["t", "si"])?;
                match cells.as_mut().and_then(|c| c.last_mut()) {
                    Some(cell) if !cell.formula && !valued && shares(kind, index) => cell.formula = true,
                    _ => cells = None,
                }
            }
            "col" => {
                let [first, last, hidden, width] = tag.attributes(["min", "max", "hidden", "width"])?;
                frame.columns(first, last, hidden, width).ok()?;
            }
            "mergeCell" => {
                let [span] = tag.attributes(["ref"])?;
                frame.merge(span, limits).ok()?;
            }
            "sheetData" => {
                tag.attributes([])?;
                frame.sheet_data().ok()?;
            }
            _ => {
                tag.attributes([])?;
            }
        }
    }
    let cells = cells.filter(|_| frame.has_data());
    scan.is_closed().then(|| Scanned { frame: frame.sorted(), cells })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ImportError;
    use super::super::sheet_xml::frame;
    use super::super::workbook::Shown;
    use super::super::worksheet::canonical;
    use super::*;

    /// A plain style, and one that scales.
    fn formats() -> [Format; 2] {
        [Format::default(), Format { adds: Some(Shown::Scaled), time: false, marked: false }]
    }

    /// Elements that may stand in a worksheet, well and badly written, and what does not belong there.
    const PIECES: [&str; 51] = [
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
        "<sheetData>",
        r#"<dimension ref="A0"/>"#,
        r#"<c r="" s="" t=""><v>1</v></c>"#,
        r#"<x><c r="D4"><v>1</v></c></x>"#,
        r#"<c xmlns="urn:x" r="D4"><v>1</v></c>"#,
        r#"<mc:AlternateContent><mc:Fallback><c r="D4"/></mc:Fallback></mc:AlternateContent>"#,
        r#"<c r="D4" x="1" x="2"/>"#,
        r#"<c r="D4" x="&y;"/>"#,
        "<worksheet/>",
        "]]>",
        "&#0;",
        "<1/>",
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
            let head = [
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                "<worksheet>",
                "<cols>",
                r#"<col min="2" max="3" hidden="1"/>"#,
                "</cols>",
                "<sheetData>",
            ];
            let tail = ["</sheetData>", "<mergeCells>", r#"<mergeCell ref="B2:D5"/>"#, "</mergeCells>", "</worksheet>"];
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
            let (formats, limits) = (formats(), Limits { cells: 9, ..Limits::default() });
            let told = |found: Result<Frame, ImportError>| found.map_err(|e| e.to_string());
            let parsed = || frame(&canonical(&xml)?, &formats, &limits);
            if let Some(found) = scan(&xml, &formats, &limits) {
                let (plain, mended) = scanned.get();
                scanned.set(if odd.is_empty() { (plain + 1, mended) } else { (plain, mended + 1) });
                prop_assert_eq!(told(Ok(found.frame)), told(parsed()), "{}", xml);
            } else if odd.is_empty() {
                prop_assert!(parsed().is_err(), "left alone: {}", xml);
            }
            Ok(())
        });
        found.unwrap();
        let (plain, odd) = scanned.get();
        assert!(plain > 800 && odd > 100, "{plain} plain and {odd} odd worksheets were scanned");
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
            <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="r"><cols><col min="2" max="3" width="9.5" hidden="1" customWidth="1"/></cols><sheetData>
            <row r="4" spans="1:2" hidden="1" x14ac:dyDescent="0.2"><c r="A4" s="1"><v>0.5</v></c><c r="B4" t="str"><f>A4&amp;"x"</f><v>a&amp;b</v></c></row>
            </sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells><extLst><ext uri="{1}"><x14:a/></ext></extLst></worksheet>"#;
        let (formats, limits) = (formats(), Limits::default());
        let Scanned { frame: scanned, cells } = scan(xml, &formats, &limits).unwrap();
        assert_eq!(scanned, frame(&canonical(xml).unwrap(), &formats, &limits).unwrap());
        assert_eq!((scanned.cells, scanned.shown.len(), scanned.hidden_rows.len()), (2, 1, 1));
        let cell = |column, style, kind, value, formula| Written {
            at: Address { row: 3, column },
            style,
            kind,
            value: Some(value),
            formula,
        };
        let expected = [cell(0, Some(1), Kind::Number, "0.5", false), cell(1, Some(0), Kind::Text, "a&amp;b", true)];
        assert_eq!(cells.unwrap(), expected);
    }
}
