//! Growing inputs: time may grow in proportion to their size, but not with its square.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use nianbao::engine::Engine;
use nianbao::pipeline::examine_bytes;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Fewest and most pieces of an input; the number is doubled while the input takes less than the time below.
const FIRST: usize = 500;
const LAST: usize = 64_000;
/// An input that takes this long is large enough to be compared with half of it.
const LONG: Duration = Duration::from_millis(200);
/// Twice the input may take this many times as long: the factor is 2 for linear and 4 for quadratic time.
const MOST: f64 = 3.2;

/// Makes a workbook of `n` pieces of the same kind.
type Grown = fn(usize) -> Vec<u8>;

const KINDS: [(&str, Grown); 7] = [
    ("cells of one row", |n| book(&format!("<row r=\"1\">{}</row>", "<c><v>1</v></c>".repeat(n.min(16_000))), "", "")),
    ("rows of one cell", |n| book(&"<row><c t=\"inlineStr\"><is><t>总计</t></is></c></row>".repeat(n), "", "")),
    ("heads without a table", |n| book(&"<row><c t=\"inlineStr\"><is><t>自然人</t></is></c></row>".repeat(n), "", "")),
    ("merged ranges", |n| {
        let merges: String = (1..=n).map(|i| format!("<mergeCell ref=\"A{i}:B{i}\"/>")).collect();
        let rows: String = (1..=n)
            .map(|i| format!("<row r=\"{i}\"><c r=\"A{i}\"><v>1</v></c><c r=\"B{i}\"><v>2</v></c></row>"))
            .collect();
        book(&rows, &format!("<mergeCells>{merges}</mergeCells>"), "")
    }),
    ("hidden columns", |n| {
        let columns: String =
            (1..=n.min(16_000)).map(|i| format!("<col min=\"{i}\" max=\"{i}\" hidden=\"1\"/>")).collect();
        book("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", "", &format!("<cols>{columns}</cols>"))
    }),
    ("elements inside each other", |n| {
        let n = n.min(20_000);
        book(&format!("<row><c><is>{}{}</is></c></row>", "<r>".repeat(n), "</r>".repeat(n)), "", "")
    }),
    ("attributes of one element", |n| {
        let attributes: String = (0..n.min(16_000)).map(|i| format!(" a{i}=\"1\"")).collect();
        book(&format!("<row><c{attributes}><v>1</v></c></row>"), "", "")
    }),
];

/// A workbook of one sheet with these rows, and markup behind and before them.
pub fn book(rows: &str, behind: &str, before: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        format!("<Relationships><Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let parts = [
        ("_rels/.rels", relation("r1", "officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_owned(),
        ),
        ("xl/_rels/workbook.xml.rels", relation("r1", "worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet>{before}<sheetData>{rows}</sheetData>{behind}</worksheet>")),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        // Writing to memory does not fail.
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(xml.as_bytes()).expect("a part");
    }
    zip.finish().expect("a package").into_inner()
}

/// The largest input of each kind.
pub fn largest() -> impl Iterator<Item = Vec<u8>> {
    KINDS.iter().map(|(_, grown)| grown(LAST))
}

/// Returns the kinds of input whose time grows too fast, as far as can be seen in the time available.
pub fn faults(time: Duration) -> Result<Vec<String>> {
    let (engine, begun) = (Engine::default(), Instant::now());
    let took = |bytes: &[u8]| {
        // The shorter of two times, because other programs run on the machine.
        let once = || {
            let begun = Instant::now();
            examine_bytes("x.xlsx", bytes, &engine);
            begun.elapsed()
        };
        once().min(once())
    };
    let mut faults = Vec::new();
    let mut compared = 0;
    for (name, grown) in KINDS {
        let mut before = took(&grown(FIRST));
        let mut size = 2 * FIRST;
        while size <= LAST && begun.elapsed() < time + Duration::from_secs(60) {
            let now = took(&grown(size));
            let factor = now.as_secs_f64() / before.as_secs_f64();
            if now > LONG && before > LONG / 8 {
                compared += 1;
                if factor > MOST {
                    let (now, before) = (now.as_secs_f64(), before.as_secs_f64());
                    faults.push(format!("{size} {name} take {now:.2} s, half of them {before:.2} s"));
                }
                break;
            }
            (before, size) = (now, 2 * size);
        }
    }
    println!("{:<10} {compared:>8} kinds of growing input were large enough to tell", "quadratic");
    Ok(faults)
}
