//! Tests of the readers of the older formats within this process, on files that are built here record by record.

use std::io::Write;

use cfb::CompoundFile;

use super::super::{ods, xls, xlsb};
use super::*;
use crate::form::Unit;
use crate::model::Address;

const OLD: Limits = Limits {
    file_bytes: 1 << 20,
    inflated_bytes: 1 << 20,
    parts: 100,
    cells: 1000,
    sheets: 8,
    text_bytes: 1 << 16,
    container_bytes: 1 << 20,
    unpacked_bytes: 1 << 20,
    members: 100,
    nesting: 2,
};

pub(super) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, data) in streams {
        file.create_stream(name).unwrap().write_all(data).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

/// A text preceded by a length of 16 bits.
fn text16(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [u16s(&[units.len() as u16]), vec![1], u16s(&units)].concat()
}

/// A workbook of one sheet, with additional records in its globals.
fn book(globals: &[Vec<u8>], sheet: &[Vec<u8>], state: u8) -> Vec<u8> {
    let begin = record(0x809, &[u16s(&[0x600, 5, 0, 0]), vec![0; 8]].concat());
    let name: Vec<u8> = [vec![state, 0, 1, 1], u16s(&[0x8868])].concat();
    let before = [begin.clone(), globals.concat()].concat();
    let offset = before.len() + 4 + 4 + name.len() + 4;
    let listed = record(0x85, &[(offset as u32).to_le_bytes().to_vec(), name].concat());
    let stream = [before, listed, record(0x0A, &[]), begin, sheet.concat(), record(0x0A, &[])].concat();
    compound(&[("Workbook", &stream)])
}

/// The record of a cell style with this number format.
fn style(format: u16) -> Vec<u8> {
    record(0xE0, &[u16s(&[0, format]), vec![0; 16]].concat())
}

fn number_cell(row: u16, column: u16, style: u16, value: f64) -> Vec<u8> {
    record(0x203, &[u16s(&[row, column, style]), value.to_le_bytes().to_vec()].concat())
}

fn at(row: u32, column: u32) -> Address {
    Address { row, column }
}

fn contents(sheet: &Sheet) -> Vec<(String, Content, bool)> {
    sheet.cells.iter().map(|c| (c.at.to_string(), c.content.clone(), c.formula)).collect()
}

fn number(text: &str) -> Content {
    Content::Number(text.parse().unwrap())
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn message(read: Result<Vec<Sheet>, ImportError>) -> String {
    read.unwrap_err().to_string()
}

#[test]
fn xls_values_and_frame_are_read() {
    let font = |struck: u16, raised: u16| record(0x31, &u16s(&[220, struck, 0, 400, raised, 0, 0]));
    let format = |id: u16, code: &str| record(0x41E, &[u16s(&[id]), text16(code)].concat());
    // `4`, then a raised `1` in font 5, which is the fifth font because there is no font 4.
    let rich = [u16s(&[2]), vec![9], u16s(&[1]), u16s(&[0x34, 0x31]), u16s(&[1, 5])].concat();
    let strings = [vec![9, 0, 0, 0], 0xFFFF_FFFFu32.to_le_bytes().to_vec(), text16("甲"), rich].concat();
    let globals = [
        font(0, 0),
        font(0, 0),
        font(0, 0),
        font(0, 0),
        font(0, 1),
        format(200, "#,##0,"),
        format(201, "0\"万元\""),
        format(202, "yyyy\"年\"m\"月\""),
        style(0),
        style(200),
        style(201),
        style(202),
        style(9),
        record(0xFC, &strings),
    ];
    let shared = |row: u16, column: u16, index: u32| {
        record(0xFD, &[u16s(&[row, column, 0]), index.to_le_bytes().to_vec()].concat())
    };
    let formula = |row: u16, result: [u8; 8]| record(0x06, &[u16s(&[row, 0, 0]), result.to_vec(), vec![0; 8]].concat());
    let sheet = [
        record(0x7D, &u16s(&[2, 3, 0, 0, 1, 0])),
        record(0x208, &u16s(&[4, 0, 9, 300, 0, 0, 0x20, 0])),
        shared(0, 0, 0),
        shared(0, 1, 1),
        number_cell(1, 0, 0, 0.1 + 0.2),
        number_cell(1, 1, 1, 5000.0),
        number_cell(1, 2, 2, 7.5),
        number_cell(1, 3, 3, 45_352.0),
        number_cell(1, 4, 4, 0.5),
        // Row, first column, two pairs of style and packed number, last column.
        record(
            0xBD,
            &[
                u16s(&[2, 0, 0]),
                (12u32 << 2 | 2).to_le_bytes().to_vec(),
                u16s(&[0]),
                (1234u32 << 2 | 3).to_le_bytes().to_vec(),
                u16s(&[1]),
            ]
            .concat(),
        ),
        formula(3, 6f64.to_le_bytes()),
        formula(4, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x207, &text16("果")),
        formula(5, [2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF]),
        formula(6, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        // A chart has cells of its own, which are skipped.
        record(0x809, &u16s(&[0x600, 0x20, 0, 0])),
        number_cell(9, 9, 0, 1.0),
        record(0x0A, &[]),
        record(0xE5, &u16s(&[1, 0, 1, 2, 4])),
    ];
    let sheets = xls::sheets(&book(&globals, &sheet, 1), &OLD).unwrap();
    let sheet = &sheets[0];
    assert_eq!((&*sheet.name, sheet.hidden), ("表", true));
    let expected = [
        ("A1", text("甲"), false),
        ("B1", text("4\u{fffc}1"), false),
        ("A2", number("0.3"), false),
        ("B2", number("5000"), false),
        ("C2", number("7.5"), false),
        ("D2", Content::Date(2024, 3, 1), false),
        ("E2", number("0.5"), false),
        ("A3", number("12"), false),
        ("B3", number("12.34"), false),
        ("A4", number("6"), true),
        ("A5", text("果"), true),
        ("A6", Content::Error("#REF!".into()), true),
        ("A7", Content::Uncomputed, true),
    ];
    assert_eq!(contents(sheet), expected.map(|(a, c, f)| (a.to_owned(), c, f)));
    assert_eq!(sheet.merges, [Span { first: at(0, 2), last: at(1, 4) }]);
    assert_eq!((sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()), (&[4][..], &[(2, 3)][..]));
    let shown = [at(1, 1), at(1, 2), at(1, 4)].map(|a| sheet.format_effect(a).unwrap());
    assert_eq!(shown, [FormatEffect::Scaled, FormatEffect::Unit(Unit::TenThousandYuan), FormatEffect::Scaled]);
}

#[test]
fn xls_records_that_excel_passes_over_are_no_damage() {
    let globals = [
        // A format code of length 0 followed by other bytes; one that is longer than its record.
        record(0x41E, &[u16s(&[200, 0]), vec![0x3A, 0x5F]].concat()),
        record(0x41E, &[u16s(&[201, 99]), vec![0, 0x30]].concat()),
        record(0x31, &u16s(&[220])),
        record(0xE0, &[]),
        style(200),
        style(201),
        // A string whose phonetic guide is missing.
        record(0xFC, &[vec![1, 0, 0, 0, 1, 0, 0, 0], u16s(&[1]), vec![5, 20, 0, 0, 0], u16s(&[0x7532])].concat()),
        record(0x1234, &[1]),
    ];
    let sheet = [
        record(0x208, &u16s(&[1])),
        record(0x7D, &u16s(&[0, 1])),
        record(0x81, &[]),
        record(0xFD, &[u16s(&[0, 0, 0]), vec![0, 0, 0, 0]].concat()),
        number_cell(1, 0, 1, 5.0),
        number_cell(1, 1, 2, 6.0),
        record(0x06, &[u16s(&[2, 0, 0]), vec![0, 0, 0, 0, 0, 0, 0xFF, 0xFF]].concat()),
        // An empty text as the result of a formula, without its flags.
        record(0x207, &[0, 0]),
    ];
    let sheets = xls::sheets(&book(&globals, &sheet, 0), &OLD).unwrap();
    let expected =
        [("A1", text("甲"), false), ("A2", number("5"), false), ("B2", number("6"), false), ("A3", text(""), true)];
    assert_eq!(contents(&sheets[0]), expected.map(|(a, c, f)| (a.to_owned(), c, f)));
    assert_eq!(sheets[0].format_effects, [(at(1, 1), FormatEffect::Scaled)]);
}

#[test]
fn xls_sheets_that_hold_no_cells_of_a_report_are_skipped() {
    let begin = |kind: u16| record(0x809, &[u16s(&[0x600, kind, 0, 0]), vec![0; 8]].concat());
    let end = record(0x0A, &[]);
    let value = number_cell(0, 0, 0, 1.0);
    let sheets = [
        (0u8, [begin(16), value.clone(), end.clone()].concat(), None),
        (1, [begin(64), end.clone()].concat(), Some(None)),
        (1, [begin(64), value.clone(), end.clone()].concat(), Some(Some(Skipped::Macro))),
        (2, [begin(32), end.clone()].concat(), Some(Some(Skipped::Chart))),
        (6, [begin(32), end.clone()].concat(), Some(None)),
        (0, [begin(16), record(0x81, &u16s(&[0x10])), value, end.clone()].concat(), Some(Some(Skipped::Dialog))),
    ];
    let listed = |offset: usize, kind: u8, name: char| {
        let name = [vec![0, kind, 1, 1], u16s(&[name as u16])].concat();
        record(0x85, &[(offset as u32).to_le_bytes().to_vec(), name].concat())
    };
    let names = ['甲', '乙', '丙', '丁', '戊', '己'];
    let mut offset = begin(5).len() + sheets.len() * listed(0, 0, '甲').len() + end.len();
    let (mut listing, mut bodies) = (Vec::new(), Vec::new());
    for ((kind, body, _), name) in sheets.iter().zip(names) {
        listing.extend(listed(offset, *kind, name));
        bodies.extend(body);
        offset += body.len();
    }
    let stream = [begin(5), listing, end, bodies].concat();
    let read = xls::sheets(&compound(&[("WORKBOOK", &stream)]), &OLD).unwrap();
    let read: Vec<_> = read.iter().map(|s| (s.name.to_string(), s.skipped, s.cells.len())).collect();
    let expected: Vec<_> = sheets
        .iter()
        .zip(names)
        .filter_map(|((_, _, kind), name)| match kind {
            None => Some((name.to_string(), None, 1)),
            Some(why) => why.map(|why| (name.to_string(), Some(why), 0)),
        })
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn xls_that_lies_is_damage() {
    let point = record(0xFD, &[u16s(&[0, 0, 0]), 7u32.to_le_bytes().to_vec()].concat());
    assert!(message(xls::sheets(&book(&[], &[point], 0), &OLD)).contains("没有所指的文字"));
    let long = record(0xFC, &[vec![1, 0, 0, 0, 1, 0, 0, 0], u16s(&[0xFFFF]), vec![1, 0x32]].concat());
    assert!(message(xls::sheets(&book(&[long], &[], 0), &OLD)).contains("记录不完整"));
    let merges = record(0xE5, &u16s(&[900, 0, 1, 0, 1]));
    assert!(message(xls::sheets(&book(&[], &[merges], 0), &OLD)).contains("记录不完整"));
    let twice = [number_cell(0, 0, 0, 1.0), number_cell(0, 0, 0, 2.0)];
    assert!(message(xls::sheets(&book(&[], &twice, 0), &OLD)).contains("A1 出现了两次"));
    let many: Vec<_> = (0..1001).map(|row| number_cell(row, 0, 0, 1.0)).collect();
    assert!(message(xls::sheets(&book(&[], &many, 0), &OLD)).contains("单元格总数超过上限"));
    // Each sector of the file refers to itself as the next one.
    let mut ring = book(&[], &[], 0);
    let sector = 1 << u16::from_le_bytes(ring[30..32].try_into().unwrap());
    let table = sector * (1 + u32::from_le_bytes(ring[76..80].try_into().unwrap()) as usize);
    for (i, entry) in ring[table..table + 512].chunks_exact_mut(4).enumerate() {
        entry.copy_from_slice(&(i as u32).to_le_bytes());
    }
    assert!(message(xls::sheets(&ring, &OLD)).contains("损坏"));
}

#[test]
fn encrypted_and_older_xls_say_so() {
    assert_eq!(message(xls::sheets(&book(&[record(0x2F, &[1, 0])], &[], 0), &OLD)), ImportError::Encrypted.to_string());
    let older = compound(&[("Workbook", &record(0x809, &u16s(&[0x500, 5, 0, 0])))]);
    assert!(message(xls::sheets(&older, &OLD)).contains("Excel 95"));
    assert!(message(xls::sheets(&compound(&[("Book", b"x")]), &OLD)).contains("Excel 95"));
    // A Word document with an embedded workbook is a Word document.
    let mut letter = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    letter.create_storage("ObjectPool").unwrap();
    letter.create_stream("ObjectPool/Workbook").unwrap();
    letter.create_stream("WordDocument").unwrap();
    letter.flush().unwrap();
    let bytes = letter.into_inner().into_inner();
    assert_eq!(kind(&bytes, &OLD).unwrap(), FileKind::Xls);
    let error = xls::sheets(&bytes, &OLD).unwrap_err();
    assert!(error.is_no_workbook() && error.to_string().contains("Word"), "{error}");
}

/// A part of an .xlsb.
fn part(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, body) in records {
        for mut n in [usize::from(*kind), body.len()] {
            while n >= 0x80 {
                out.push(n as u8 | 0x80);
                n >>= 7;
            }
            out.push(n as u8);
        }
        out.extend(body);
    }
    out
}

fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [u32s(&[units.len() as u32]), u16s(&units)].concat()
}

fn binary_book(strings: &[(u16, Vec<u8>)], sheet: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let font = |raised: u16| (43, u16s(&[220, 0, 400, raised]));
    let style = |format: u16| (47, u16s(&[0, format, 0, 0, 0, 0, 0, 0]));
    let styles = [
        font(0),
        font(1),
        (44, [u16s(&[200]), wide("0.0%")].concat()),
        style(200),
        (617, u32s(&[2])),
        style(0),
        style(200),
        style(14),
        (618, vec![]),
    ];
    let listed = [(156, [u32s(&[1, 1]), wide("rId1"), wide("表")].concat())];
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        "<Relationships><Relationship Id=\"rId1\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.bin\"/><Relationship Id=\"rId2\" Type=\"{kind}/styles\" Target=\"styles.bin\"/><Relationship Id=\"rId3\" Type=\"{kind}/sharedStrings\" Target=\"sharedStrings.bin\"/></Relationships>"
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in [
        ("xl/workbook.bin", part(&listed)),
        ("xl/_rels/workbook.bin.rels", relations.into_bytes()),
        ("xl/styles.bin", part(&styles)),
        ("xl/sharedStrings.bin", part(strings)),
        ("xl/worksheets/sheet1.bin", part(sheet)),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn xlsb_values_and_frame_are_read() {
    let cell = |column: u32, style: u32, value: Vec<u8>| [u32s(&[column, style]), value].concat();
    let row = |row: u32, flags: u8| (0, [u32s(&[row, 0]), u16s(&[300]), vec![0, flags, 0], u32s(&[0])].concat());
    // Excessive counts are ignored.
    let strings = [
        (159, u32s(&[u32::MAX, u32::MAX])),
        (19, [vec![0], wide("甲")].concat()),
        (19, [vec![1], wide("41"), u32s(&[1]), u16s(&[1, 1])].concat()),
    ];
    let sheet = [
        (60, [u32s(&[2, 3, 2304, 0]), u16s(&[1])].concat()),
        row(0, 0),
        (7, cell(0, 0, u32s(&[0]))),
        (7, cell(1, 0, u32s(&[1]))),
        (6, cell(2, 0, wide("乙"))),
        // The cell after it, without a column.
        (16, [u32s(&[0]), 2.5f64.to_le_bytes().to_vec()].concat()),
        row(1, 0x10),
        (2, cell(0, 0, u32s(&[12 << 2 | 2]))),
        (5, cell(1, 1, 0.5f64.to_le_bytes().to_vec())),
        (5, cell(2, 2, 45_352f64.to_le_bytes().to_vec())),
        (3, cell(3, 0, vec![7])),
        (4, cell(4, 0, vec![1])),
        row(2, 0),
        (9, cell(0, 0, 6f64.to_le_bytes().to_vec())),
        (8, cell(1, 0, wide("果"))),
        (1, cell(2, 0, vec![])),
        (176, u32s(&[0, 1, 2, 4])),
    ];
    let sheets = xlsb::sheets(&binary_book(&strings, &sheet), &OLD).unwrap();
    let sheet = &sheets[0];
    assert_eq!((&*sheet.name, sheet.hidden), ("表", true));
    let expected = [
        ("A1", text("甲"), false),
        ("B1", text("4\u{fffc}1"), false),
        ("C1", text("乙"), false),
        ("D1", number("2.5"), false),
        ("A2", number("12"), false),
        ("B2", number("0.5"), false),
        ("C2", Content::Date(2024, 3, 1), false),
        ("D2", Content::Error("#DIV/0!".into()), false),
        ("E2", Content::Bool(true), false),
        ("A3", number("6"), true),
        ("B3", text("果"), true),
    ];
    assert_eq!(contents(sheet), expected.map(|(a, c, f)| (a.to_owned(), c, f)));
    assert_eq!(sheet.merges, [Span { first: at(0, 2), last: at(1, 4) }]);
    assert_eq!((sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()), (&[1][..], &[(2, 3)][..]));
    assert_eq!(sheet.format_effects, [(at(1, 1), FormatEffect::Scaled)]);
}

#[test]
fn xlsb_that_lies_is_damage() {
    let long = [(19, [vec![0], u32s(&[u32::MAX])].concat())];
    assert!(message(xlsb::sheets(&binary_book(&long, &[]), &OLD)).contains("记录不完整"));
    let point = [(0, u32s(&[0; 5])), (7, u32s(&[0, 0, 9]))];
    assert!(message(xlsb::sheets(&binary_book(&[], &point), &OLD)).contains("没有所指的文字"));
    let far = [(0, u32s(&[u32::MAX; 5])), (2, u32s(&[u32::MAX, 0, 2]))];
    assert!(message(xlsb::sheets(&binary_book(&[], &far), &OLD)).contains("地址不合法"));
}

fn document(kind: &str, styles: &str, tables: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mime = format!("application/vnd.oasis.opendocument.{kind}");
    let mut parts = vec![("mimetype", mime.as_str()), ("content.xml", content.as_str())];
    parts.extend(more);
    package(&parts)
}

#[test]
fn ods_values_and_frame_are_read() {
    let styles = r#"
        <number:number-style style:name="N1"><number:number number:display-factor="1000"/></number:number-style>
        <number:number-style style:name="N2"><number:number/><number:text>万元</number:text></number:number-style>
        <style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>
        <style:style style:name="ce2" style:family="table-cell" style:parent-style-name="ce3"/>
        <style:style style:name="ce3" style:family="table-cell" style:data-style-name="N2"/>
        <style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>
        <style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>"#;
    let tables = r#"<table:tracked-changes><table:table-cell office:value-type="float" office:value="9"/></table:tracked-changes>
        <table:table table:name="表&amp;一" table:style-name="ta1">
        <table:table-column table:number-columns-repeated="2"/>
        <table:table-column table:visibility="collapse" table:number-columns-repeated="2" table:default-cell-style-name="ce2"/>
        <table:table-row>
          <table:table-cell office:value-type="float" office:value="0.30000000000000004"><text:p>0.3</text:p></table:table-cell>
          <table:table-cell table:style-name="ce1" office:value-type="float" office:value="5000"><text:p>5</text:p></table:table-cell>
          <table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>
          <table:table-cell table:style-name="x" office:value-type="percentage" office:value="0.5"><text:p>50%</text:p></table:table-cell>
          <table:table-cell table:number-columns-repeated="1000000000"/>
        </table:table-row>
        <table:table-row table:visibility="filter" table:number-rows-repeated="2">
          <table:table-cell office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="1"><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲 &amp; <text:span text:style-name="T1">1</text:span><text:s text:c="2"/>乙</text:p><text:p>丙</text:p></table:table-cell>
          <table:covered-table-cell/>
          <table:table-cell office:value-type="date" office:date-value="2024-03-01T00:00:00"><text:p>三月</text:p></table:table-cell>
        </table:table-row>
        <table:table-row>
          <table:table-cell table:formula="of:=1"/>
          <table:table-cell table:formula="of:=1" office:value-type="float" office:value="12000"><text:p>12</text:p></table:table-cell>
          <table:table-cell table:formula="of:=x" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>
          <table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>
        </table:table-row>
        <table:table-row table:number-rows-repeated="1000000000"><table:table-cell/></table:table-row>
        </table:table>"#;
    let sheets = ods::sheets(&document("spreadsheet", styles, tables, &[]), &OLD).unwrap();
    assert_eq!(sheets.len(), 1);
    let sheet = &sheets[0];
    assert_eq!((&*sheet.name, sheet.hidden), ("表&一", true));
    let words = "甲 & \u{fffc}1  乙\n丙";
    let expected = [
        ("A1", number("0.3"), false),
        ("B1", number("5000"), false),
        ("C1", number("7"), false),
        ("D1", number("0.5"), false),
        ("A2", text(words), false),
        ("C2", Content::Date(2024, 3, 1), false),
        ("A3", text(words), false),
        ("C3", Content::Date(2024, 3, 1), false),
        ("A4", Content::Uncomputed, true),
        ("B4", number("12000"), true),
        ("C4", Content::Error("#REF!".into()), true),
        ("D4", Content::Bool(true), false),
    ];
    assert_eq!(contents(sheet), expected.map(|(a, c, f)| (a.to_owned(), c, f)));
    assert_eq!(sheet.merges, [Span { first: at(1, 0), last: at(1, 1) }]);
    assert_eq!((sheet.hidden_rows.as_slice(), sheet.hidden_columns.as_slice()), (&[1, 2][..], &[(2, 3)][..]));
    let unit = FormatEffect::Unit(Unit::TenThousandYuan);
    let scaled =
        [(at(0, 1), FormatEffect::Scaled), (at(0, 2), unit), (at(0, 3), FormatEffect::Scaled), (at(1, 2), unit)];
    let more = [(at(2, 2), unit), (at(3, 1), FormatEffect::Scaled), (at(3, 2), unit), (at(3, 3), unit)];
    assert_eq!(sheet.format_effects, [scaled, more].concat());
}

#[test]
fn ods_words_are_read_whatever_encloses_them() {
    for (words, expected) in [
        ("<text:p>1<text:title>2</text:title>0</text:p>", "120"),
        (
            "<text:p><text:ruby><text:ruby-base>12</text:ruby-base><text:ruby-text>shí</text:ruby-text></text:ruby></text:p>",
            "12",
        ),
        ("<text:p><text:meta>1<text:bookmark-start/>2</text:meta></text:p>", "12"),
        ("<text:list><text:list-item><text:p>12</text:p></text:list-item></text:list><text:p>3</text:p>", "12\n3"),
        (
            "<text:p>12<text:note><text:p>3</text:p></text:note></text:p><draw:frame><text:p>4</text:p></draw:frame>",
            "12",
        ),
    ] {
        let tables = format!(
            r#"<table:table table:name="表"><table:table-row><table:table-cell office:value-type="string">{words}</table:table-cell></table:table-row></table:table>"#
        );
        let sheets = ods::sheets(&document("spreadsheet", "", &tables, &[]), &OLD).unwrap();
        assert_eq!(contents(&sheets[0]), [("A1".to_owned(), text(expected), false)], "{words}");
    }
    for (seen, shown) in [
        ("12", None),
        ("12件", None),
        ("12万", Some(FormatEffect::Scaled)),
        ("12千件", Some(FormatEffect::Scaled)),
        ("-12", None),
    ] {
        let value = if seen == "-12" { -12 } else { 12 };
        let cell = format!(
            r#"<table:table table:name="表"><table:table-row><table:table-cell office:value-type="float" office:value="{value}"><text:p>{seen}</text:p></table:table-cell></table:table-row></table:table>"#
        );
        let sheets = ods::sheets(&document("spreadsheet", "", &cell, &[]), &OLD).unwrap();
        assert_eq!(sheets[0].format_effect(at(0, 0)), shown, "{seen}");
    }
}

#[test]
fn ods_dates_that_no_calendar_has_are_no_dates() {
    let other = |date: &str| Content::Other(date.to_owned());
    for (date, expected) in [
        ("2024-02-29T12:00:00", Content::Date(2024, 2, 29)),
        ("2024-99-99", other("2024-99-99")),
        ("2023-02-29", other("2023-02-29")),
        ("2024-00-01", other("2024-00-01")),
        ("2024-04-31", other("2024-04-31")),
        ("2024-01-00", other("2024-01-00")),
        ("2024-01-01-01", other("2024-01-01-01")),
    ] {
        let tables = format!(
            r#"<table:table table:name="表"><table:table-row><table:table-cell office:value-type="date" office:date-value="{date}"/></table:table-row></table:table>"#
        );
        let sheets = ods::sheets(&document("spreadsheet", "", &tables, &[]), &OLD).unwrap();
        assert_eq!(contents(&sheets[0]), [("A1".to_owned(), expected, false)], "{date}");
    }
}

#[test]
fn ods_words_of_shapes_are_read_however_they_are_written() {
    let words = "<text:h>一</text:h><text:p>二<![CDATA[<三>]]>&#22235;</text:p><draw:title>五</draw:title>";
    let tables = format!(
        r#"<table:table table:name="表"><table:shapes><draw:frame><draw:text-box>{words}</draw:text-box></draw:frame></table:shapes>
        <table:table-row><table:table-cell><draw:custom-shape>{words}</draw:custom-shape></table:table-cell></table:table-row></table:table>"#
    );
    let sheets = ods::sheets(&document("spreadsheet", "", &tables, &[]), &OLD).unwrap();
    assert_eq!(sheets[0].boxes, ["一 二<三>四", "一 二<三>四"]);
}

#[test]
fn ods_that_repeats_without_end_costs_one_message() {
    let row = |cell: &str, rows: u64| {
        format!(
            "<table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"{rows}\">{cell}</table:table-row></table:table>"
        )
    };
    let full =
        r#"<table:table-cell table:number-columns-repeated="1000000000" office:value-type="float" office:value="1"/>"#;
    let read = |tables: &str| ods::sheets(&document("spreadsheet", "", tables, &[]), &OLD);
    assert!(message(read(&row(full, 1))).contains("单元格总数超过上限"));
    assert!(message(read(&row(full, 1_000_000_000))).contains("单元格总数超过上限"));
    let spaces = r#"<table:table-cell office:value-type="string"><text:p><text:s text:c="4000000000"/></text:p></table:table-cell>"#;
    assert!(message(read(&row(spaces, 1))).contains("一个单元格的文字超过上限"));
    // One column beyond the last one.
    let wide = r#"<table:table-cell table:number-columns-repeated="16384"/><table:table-cell office:value-type="float" office:value="1"/>"#;
    assert!(message(read(&row(wide, 1))).contains("地址不合法"));
    let bomb = " ".repeat(2 << 20);
    assert!(message(read(&bomb)).contains("解压后的内容超过上限"));
    assert!(message(read("<table:table><table:table-row>")).contains("损坏"));
}

#[test]
fn other_open_documents_are_called_by_their_name() {
    let kind = |kind: &str| ods::sheets(&document(kind, "", "", &[]), &OLD).unwrap_err();
    assert!(kind("text").to_string().contains("文字文档") && kind("text").is_no_workbook());
    assert!(kind("presentation").to_string().contains("演示文稿"));
    let locked = ("META-INF/manifest.xml", "<manifest:encryption-data/>");
    assert_eq!(ods::sheets(&document("spreadsheet", "", "", &[locked]), &OLD), Err(ImportError::Encrypted));
}
