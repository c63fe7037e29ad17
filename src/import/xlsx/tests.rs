//! Our reader and calamine read the same content wherever both can read the file.

use std::cell::Cell as Counter;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::panic::catch_unwind;

use calamine::{DataRef, Reader as _, Xlsx};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::package::open;
use super::*;
use crate::model::Address;

/// The cells of a worksheet as calamine reads them; `None` if it cannot.
fn theirs(bytes: &[u8], sheet: &str) -> Option<BTreeMap<Address, Content>> {
    let bytes = bytes.to_vec();
    let sheet = sheet.to_owned();
    catch_unwind(move || {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
        let mut reader = book.worksheet_cells_reader(&sheet).ok()?;
        let mut cells = BTreeMap::new();
        while let Some(record) = reader.next_cell_with_formula_metadata().ok()? {
            let (row, column) = record.pos;
            let content = match record.value {
                DataRef::Empty if record.formula.is_some() => Content::Uncomputed,
                DataRef::Empty => continue,
                DataRef::String(s) if s.is_empty() && record.formula.is_none() => continue,
                DataRef::SharedString("") if record.formula.is_none() => continue,
                DataRef::String(s) => Content::Text(s),
                DataRef::SharedString(s) => Content::Text(s.to_owned()),
                DataRef::Float(f) => contents::number(f),
                DataRef::Int(i) => Content::Number(i.into()),
                DataRef::Bool(b) => Content::Bool(b),
                DataRef::Error(e) => Content::Error(e.to_string()),
                // Numbers that are no day of the calendar, for which calamine finds one, are not dates.
                DataRef::DateTime(d) if d.is_datetime() && (1.0..2_958_466.0).contains(&d.as_f64()) => {
                    let (year, month, day, ..) = d.to_ymd_hms_milli();
                    Content::Date(year, month, day)
                }
                DataRef::DateTime(d) => Content::Other(d.as_f64().to_string()),
                DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Content::Other(s),
            };
            cells.insert(Address { row, column }, content);
        }
        Some(cells)
    })
    .ok()
    .flatten()
}

/// The cells of a sheet as we read them, without the marks that calamine does not know.
fn ours(sheet: &Sheet) -> BTreeMap<Address, Content> {
    let bare = |content: &Content| match content {
        Content::Text(text) => Content::Text(text.replace(MARKED, "")),
        other => other.clone(),
    };
    sheet.cells.iter().map(|c| (c.at, bare(&c.content))).collect()
}

#[test]
fn every_sample_is_read_as_calamine_reads_it() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let mut compared = 0;
    for folder in [samples.to_owned(), format!("{samples}/archive")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|e| ["xlsx", "xlsm", "xltx"].iter().any(|x| e == *x)) {
                continue;
            }
            let (bytes, limits) = (std::fs::read(&path).unwrap(), Limits::default());
            for sheet in sheets(&open(&bytes, &limits).unwrap(), &limits).unwrap() {
                if let Some(theirs) = theirs(&bytes, &sheet.name) {
                    assert_eq!(ours(&sheet), theirs, "{} {}", path.display(), sheet.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 50, "only {compared} sheets were compared");
}

/// Cells with values of every kind, valid and invalid.
const CELLS: [&str; 30] = [
    "<v>7</v>",
    "<v>007</v>",
    "<v>-0</v>",
    "<v>+3</v>",
    "<v>160.59639999999999</v>",
    "<v>1.5E+3</v>",
    "<v>1e300</v>",
    "<v>123456789012345678</v>",
    "<v> 7</v>",
    "<v>seven</v>",
    "<v>inf</v>",
    "<v></v>",
    "<v/>",
    "",
    "<f>A1</f>",
    "<f>A1</f><v/>",
    "<f>A1</f><v>2</v>",
    "<f t=\"shared\" si=\"0\" ref=\"A1:A2\">A1</f><v>3</v>",
    "<f t=\"shared\" si=\"x\">A1</f><v>3</v>",
    "<f t=\"array\" ref=\"A1\">A1</f><v>3</v>",
    "<v>3</v><f>A1</f>",
    "<f>A1</f><f>A2</f><v>3</v>",
    "<v>3</v><extLst/>",
    "<v>0</v>",
    "<v>1</v>",
    "<v>2</v>",
    "<v>99</v>",
    "<is><t>甲</t></is>",
    "<v>a&lt;b</v>",
    "<v>a_x000D_b\r\nc</v>",
];

const KINDS: [&str; 8] =
    ["", " t=\"n\"", " t=\"s\"", " t=\"str\"", " t=\"b\"", " t=\"e\"", " t=\"inlineStr\"", " s=\"1\""];

/// Strings of a shared-strings table.
const STRINGS: [&str; 15] = [
    "<si><t>甲</t></si>",
    "<si><t xml:space=\"preserve\"> 乙 </t></si>",
    "<si><t> 丙\n</t></si>",
    "<si><t>a&amp;b&#49;</t></si>",
    "<si><t>a&nbsp;b</t></si>",
    "<si><t>一_x000D_\r\n二</t></si>",
    "<si><r><rPr><b/></rPr><t>一</t></r><r><t xml:space=\"preserve\"> 二</t></r></si>",
    "<si><r><rPr><vertAlign val=\"superscript\"/></rPr><t>2</t></r></si>",
    "<si><r><t>汉</t></r><rPh sb=\"0\" eb=\"1\"><t>han</t></rPh><phoneticPr fontId=\"1\"/></si>",
    "<si><t>字</t><rPh sb=\"0\" eb=\"1\"><t>zi</t></rPh></si>",
    "<si><t/></si>",
    "<si/>",
    "<si><t>一</t><r><t>二</t></r></si>",
    "<si><r><t>一</t></r><r><t>二</t></r></si>",
    "<si><!-- 一 --><t>二</t></si>",
];

fn parts(cells: &[(u32, usize, usize)], strings: &[usize], format: &str) -> Vec<(String, String)> {
    let own = |name: &str, text: String| (name.to_owned(), text);
    let relation = |id: &str, kind: &str, target: &str| {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        format!(r#"<Relationship Id="{id}" Type="{kind}" Target="{target}"/>"#)
    };
    let all = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "styles", "styles.xml"),
        relation("r3", "sharedStrings", "sharedStrings.xml"),
    ];
    let cells = cells.iter().map(|(column, kind, cell)| {
        let at = Address { row: 0, column: *column };
        format!(r#"<c r="{at}"{}>{}</c>"#, KINDS[*kind], CELLS[*cell])
    });
    let strings: String = strings.iter().map(|s| STRINGS[*s]).collect();
    vec![
        own(
            "_rels/.rels",
            format!("<Relationships>{}</Relationships>", relation("r1", "officeDocument", "xl/workbook.xml")),
        ),
        own(
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>"#.into(),
        ),
        own("xl/_rels/workbook.xml.rels", format!("<Relationships>{}</Relationships>", all.concat())),
        own(
            "xl/styles.xml",
            format!(
                r#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="{format}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/></cellXfs></styleSheet>"#
            ),
        ),
        own("xl/sharedstrings.xml", format!(r#"<sst count="9" uniqueCount="9">{strings}</sst>"#)),
        own(
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet><sheetData><row r="1">{}</row></sheetData></worksheet>"#, cells.collect::<String>()),
        ),
    ]
}

fn packed(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(xml.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_both_read_is_the_same() {
    // Two cells at most, so that most workbooks have a value that counts.
    let cell = (0u32..6, 0..KINDS.len(), 0..CELLS.len());
    let cells = proptest::collection::vec(cell, 1..3);
    let strings = proptest::collection::vec(0..STRINGS.len(), 1..4);
    let format = prop::sample::select(vec!["0", "#,##0.00", "yyyy/m/d", "[h]:mm", "0&quot;件&quot;", "General"]);
    let read = Counter::new((0, 0));
    let found =
        TestRunner::new(ProptestConfig::with_cases(3000)).run(&(cells, strings, format), |(cells, strings, f)| {
            let bytes = packed(&parts(&cells, &strings, f));
            let limits = Limits { text_bytes: 12, ..Limits::default() };
            let (both, one) = read.get();
            let own = open(&bytes, &limits).and_then(|package| sheets(&package, &limits));
            match own.ok().zip(theirs(&bytes, "表")) {
                Some((own, theirs)) => {
                    read.set((both + 1, one));
                    prop_assert_eq!(ours(&own[0]), theirs, "{:?}", parts(&cells, &strings, f));
                }
                None => read.set((both, one + 1)),
            }
            Ok(())
        });
    found.unwrap();
    let (both, one) = read.get();
    // A third of the cases is usual; the strategy has become useless if only a few are.
    assert!(both > 300 && one > 100, "{both} read by both, {one} by one or none");
}
