use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

mod older;

const BOOK: &str = r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const ROOT_RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn book(sheet: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", ROOT_RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    parts.extend(more);
    package(&parts)
}

fn cells(sheet: &str, more: &[(&str, &str)]) -> Vec<(String, Content)> {
    let workbook = read_bytes("x.xlsx", &book(sheet, more), &Limits::default()).unwrap();
    workbook.sheets[0].cells.iter().map(|c| (c.at.to_string(), c.content.clone())).collect()
}

fn message(bytes: &[u8], limits: &Limits) -> String {
    read_bytes("x.xlsx", bytes, limits).unwrap_err().to_string()
}

#[test]
fn every_kind_of_cell_is_distinguished() {
    let sheet = r#"<worksheet><sheetData><row r="2">
        <c r="B2"><v>12</v></c><c r="C2"><v>160.59639999999999</v></c><c r="D2"><v>0.30000000000000004</v></c>
        <c r="E2" t="str"><f>A1</f><v>甲</v></c><c r="F2"><f>SUM(A1)</f></c><c r="G2" t="e"><v>#REF!</v></c>
        <c r="H2" t="b"><v>1</v></c><c r="I2" t="inlineStr"><is><t>乙</t></is></c><c r="J2"><v>1e300</v></c>
        <c r="K2" t="s"><v>1</v></c><c r="L2"/><c r="M2"><f>SUM(A1)</f><v/></c><c r="N2"><f>SUM(A1)</f><v></v></c>
        <c r="O2"><v/></c></row></sheetData></worksheet>"#;
    let strings = r#"<sst count="2" uniqueCount="2"><si/><si><t>丙</t></si></sst>"#;
    let number = |s: &str| Content::Number(s.parse().unwrap());
    let text = |s: &str| Content::Text(s.to_owned());
    let expected = [
        ("B2", number("12")),
        ("C2", number("160.5964")),
        ("D2", number("0.3")),
        ("E2", text("甲")),
        ("F2", Content::Uncomputed),
        ("G2", Content::Error("#REF!".into())),
        ("H2", Content::Bool(true)),
        ("I2", text("乙")),
        ("J2", Content::HugeNumber(1e300f64.to_string())),
        ("K2", text("丙")),
        // Formulas as written by programs that do not compute them.
        ("M2", Content::Uncomputed),
        ("N2", Content::Uncomputed),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(a, c)| (a.to_owned(), c)).collect();
    assert_eq!(cells(sheet, &[("xl/sharedStrings.xml", strings)]), expected);
}

#[test]
fn a_date_that_no_calendar_has_stays_a_number_without_a_date() {
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    for (written, expected) in [
        ("45352", Content::Date(2024, 3, 1)),
        ("-5", Content::Other("-5".into())),
        ("0", Content::Other("0".into())),
        ("60", Content::Other("60".into())),
        ("2958466", Content::Other("2958466".into())),
        ("1E300", Content::Other(1e300f64.to_string())),
    ] {
        let sheet =
            format!(r#"<worksheet><sheetData><row><c s="1"><v>{written}</v></c></row></sheetData></worksheet>"#);
        assert_eq!(cells(&sheet, &[("xl/styles.xml", styles)]), [("A1".to_owned(), expected)]);
    }
}

#[test]
fn a_text_among_the_properties_of_a_run_is_refused_with_its_sheet() {
    let sheet = r#"<worksheet><sheetData><row><c r="D4" t="inlineStr"><is><r><rPr><t>8</t></rPr><t>7</t></r></is></c></row></sheetData></worksheet>"#;
    let why = message(&book(sheet, &[]), &Limits::default());
    assert!(why.contains("工作表“表”里，文字写在了不该有文字的地方"), "{why}");
}

#[test]
fn a_conditional_format_counts_as_the_format_of_its_cells() {
    let sheet = r#"<worksheet><sheetData><row r="4"><c r="C4"><v>7</v></c><c r="D4"><v>7</v></c></row><row r="5"><c r="D5" t="str"><v>7</v></c></row></sheetData>
        <conditionalFormatting sqref="D4"><cfRule type="expression" dxfId="0" priority="9"><formula>FALSE</formula></cfRule></conditionalFormatting>
        <conditionalFormatting sqref="C4:D4 D5"><cfRule type="expression" dxfId="1" priority="8"><formula>TRUE</formula></cfRule></conditionalFormatting></worksheet>"#;
    let styles = r#"<styleSheet><cellXfs><xf/></cellXfs><dxfs><dxf><numFmt numFmtId="201" formatCode="0,"/></dxf><dxf><font><strike/></font></dxf></dxfs></styleSheet>"#;
    let bytes = book(sheet, &[("xl/styles.xml", styles)]);
    let read = &read_bytes("x.xlsx", &bytes, &Limits::default()).unwrap().sheets[0];
    let effects: Vec<_> = read.format_effects.iter().map(|(at, effect)| (at.to_string(), *effect)).collect();
    let expected = [("C4", FormatEffect::Marked), ("D4", FormatEffect::Scaled), ("D5", FormatEffect::Marked)];
    assert_eq!(effects, expected.map(|(at, effect)| (at.to_owned(), effect)));
    assert_eq!(read.cells[2].content, Content::Text(format!("{MARKED}7")));
    let many = sheet.replace("D4\"><cfRule", &format!("{}\"><cfRule", "D4 ".repeat(1001)));
    let why = message(&book(&many, &[("xl/styles.xml", styles)]), &Limits::default());
    assert!(why.contains("条件格式的区域数超过上限"), "{why}");
}

#[test]
fn a_lying_string_count_reserves_nothing() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    // A fault before the table stops our reader, but not calamine.
    let faulty = r#"<a></b><sst uniqueCount="900000000000000"><si><t>甲</t></si></sst>"#;
    assert!(message(&book(sheet, &[("xl/sharedStrings.xml", faulty)]), &Limits::default()).contains("损坏"));
    for part in ["xl/sharedStrings.xml", "xl/SHAREDstrings.xml"] {
        for strings in [
            r#"<sst uniqueCount="9000000000000000000"><si><t>甲</t></si></sst>"#,
            r#"<?xml version="1.0"?><!-- a --><x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount='99999999999'><x:si><x:t>甲</x:t></x:si></x:sst>"#,
            r#"<a><sst uniqueCount="99999999999"><si><t>甲</t></si></sst></a>"#,
        ] {
            assert_eq!(cells(sheet, &[(part, strings)]), [("A1".to_owned(), Content::Text("甲".into()))], "{strings}");
        }
    }
}

#[test]
fn a_shared_formula_index_reserves_nothing() {
    let sheet = r#"<worksheet><sheetData><row><c><f t="shared" si="99999999999" ref="A1:A2">1</f><v>3</v></c></row></sheetData></worksheet>"#;
    assert_eq!(cells(sheet, &[]), [("A1".to_owned(), Content::Number(3.into()))]);
}

#[test]
fn far_corners_cost_two_cells() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>"#;
    assert_eq!(cells(sheet, &[]).len(), 2);
}

#[test]
fn an_address_that_occurs_twice_is_damage() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData></worksheet>"#;
    assert!(message(&book(sheet, &[]), &Limits::default()).contains("A1 出现了两次"));
}

#[test]
fn a_part_that_occurs_twice_under_two_spellings_is_damage() {
    let sheet = r#"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"#;
    for other in ["xl\\worksheets\\sheet1.xml", "xl/worksheets/SHEET1.xml"] {
        let error = message(&book(sheet, &[(other, sheet)]), &Limits::default());
        assert!(error.contains("两个同名的部件，是工作表部件1"), "{error}");
    }
}

#[test]
fn each_limit_is_named() {
    let sheet = r#"<worksheet><sheetData><row><c t="inlineStr"><is><t>甲乙丙</t></is></c><c><v>1</v></c></row></sheetData></worksheet>"#;
    let bytes = book(sheet, &[]);
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        message(&bytes, &limits)
    };
    assert!(with(|l| l.file_bytes = 10).starts_with("文件大小超过上限"));
    assert!(with(|l| l.inflated_bytes = 10).starts_with("解压后的内容超过上限"));
    assert!(with(|l| l.parts = 1).starts_with("压缩包内的文件数超过上限 1 个"));
    assert!(with(|l| l.cells = 1).starts_with("单元格总数超过上限 1 个"));
    assert!(with(|l| l.sheets = 0).starts_with("工作表数超过上限 0 张"));
    assert!(with(|l| l.text_bytes = 8).starts_with("一个单元格的文字超过上限"));
}

#[test]
fn other_files_are_called_by_their_name() {
    let older = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/archive/老城区科学技术局-2024.xls");
    let older = std::fs::read(older).unwrap();
    let good = book("<worksheet><sheetData/></worksheet>", &[]);
    for (bytes, expected) in [
        (b"".to_vec(), "0 字节"),
        (older::compound(&[("EncryptedPackage", b"x"), ("EncryptionInfo", b"x")]), "打开密码"),
        (older::compound(&[("WordDocument", b"x")]), "Word"),
        (vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0], "别的程序"),
        (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">".to_vec(), "2003"),
        (b"\xFF\xFEa\0\t\x001\0\n\0b\0\t\x002\0".to_vec(), "CSV"),
        ("今天开会，请准时到。\n".as_bytes().to_vec(), "文本文件"),
        (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "图片"),
        (b"<html><table>".to_vec(), "网页"),
        (b"\xEF\xBB\xBF  <!DOCTYPE html>".to_vec(), "网页"),
        ("单位,件数\n甲,1\n".as_bytes().to_vec(), "CSV"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (vec![0, 1, 2, 3], "别的程序"),
        (older[..5000].to_vec(), "不完整"),
        (older[..20_000].to_vec(), "不完整"),
        (package(&[("word/document.xml", "<a/>")]), "Word"),
        (package(&[("a.txt", "x")]), "压缩包"),
        (good[..good.len() / 2].to_vec(), "不完整"),
        (good[..good.len() - 8].to_vec(), "不完整"),
    ] {
        let message = message(&bytes, &Limits::default());
        assert!(message.contains(expected), "{expected}: {message}");
    }
    for (bytes, found) in [
        (older::compound(&[("Workbook", b"x")]), FileKind::Xls),
        (package(&[("mimetype", "x"), ("content.xml", "<a/>")]), FileKind::Ods),
        (package(&[("xl/workbook.bin", "x")]), FileKind::Xlsb),
    ] {
        assert_eq!(kind(&bytes, &Limits::default()), Ok(found));
    }
}

#[test]
fn what_is_no_workbook_is_distinguished_from_what_cannot_be_read() {
    let error = |bytes: &[u8]| read_bytes("x", bytes, &Limits::default()).unwrap_err();
    let word = package(&[("word/document.xml", "<a/>")]);
    for other in [b"%PDF-1.7".as_slice(), b"\xFF\xD8\xFF\xE0\0", b"hello\n", &word, &[0, 1, 2]] {
        assert!(error(other).is_no_workbook(), "{}", error(other));
    }
    let cut = book("<worksheet/>", &[]);
    for workbook in [b"".as_slice(), &cut[..cut.len() / 2], b"a,1\nb,2\n", &older::compound(&[("Workbook", b"x")])] {
        assert!(!error(workbook).is_no_workbook(), "{}", error(workbook));
    }
}

#[test]
fn broken_parts_are_damage_and_no_panic() {
    for sheet in [
        "",
        "<worksheet",
        "<worksheet><sheetData><row r=\"x\"/>",
        "<worksheet><sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData></worksheet>",
        "\u{0}",
    ] {
        assert!(message(&book(sheet, &[]), &Limits::default()).contains("不完整或已损坏"), "{sheet}");
    }
}

#[test]
fn a_value_is_one_plain_text() {
    for v in ["<v><![CDATA[4]]></v>", "<v>&#52;</v>", "<v>4<!--x-->5</v>", "<v>4</v><v>5</v>"] {
        let sheet = format!("<worksheet><sheetData><row><c>{v}</c></row></sheetData></worksheet>");
        assert!(message(&book(&sheet, &[]), &Limits::default()).contains("损坏"), "{v}");
    }
}

#[test]
fn raised_and_struck_out_words_are_marked() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><r><rPr><strike/></rPr><t>3</t></r><r><t>4</t></r></is></c></row></sheetData></worksheet>"#;
    let strings = r#"<sst><si><r><t>4</t></r><r><rPr><vertAlign val="superscript"/></rPr><t xml:space="preserve">1</t></r></si><si><t>5</t></si></sst>"#;
    let texts: Vec<_> = cells(sheet, &[("xl/sharedStrings.xml", strings)]).into_iter().map(|(_, c)| c).collect();
    let text = |s: &str| Content::Text(s.to_owned());
    assert_eq!(texts, [text("4\u{fffc}1"), text("5"), text("\u{fffc}34")]);
}

#[test]
fn words_of_which_one_is_shown_are_damage() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    let strings = r#"<sst><si><r><mc:AlternateContent><mc:Choice><t>1</t></mc:Choice><mc:Fallback><t>2</t></mc:Fallback></mc:AlternateContent></r></si></sst>"#;
    let error = message(&book(sheet, &[("xl/sharedStrings.xml", strings)]), &Limits::default());
    assert!(error.contains("并列"), "{error}");
}

#[test]
fn data_that_occurs_twice_is_damage() {
    for twice in [
        r#"<worksheet><sheetData><row><c r="A1"><v>1</v></c></row></sheetData><sheetData/></worksheet>"#,
        r#"<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData/><x:sheetData/></x:worksheet>"#,
        r#"<worksheet><sheetData><row><c r="A1" r="A2"><v>1</v></c></row></sheetData></worksheet>"#,
    ] {
        assert!(message(&book(twice, &[]), &Limits::default()).contains("损坏"), "{twice}");
    }
}

#[test]
fn two_parts_of_one_name_are_damage() {
    // The same name twice in the directory: a second part is renamed in the bytes.
    let sheet = r#"<worksheet><sheetData><row><c><v>4</v></c></row></sheetData></worksheet>"#;
    let bytes = book(sheet, &[("xl/worksheets/sheet9.xml", sheet)]);
    let mut twice = bytes;
    let (from, to) = (b"xl/worksheets/sheet9.xml", b"xl/worksheets/sheet1.xml");
    while let Some(i) = twice.windows(from.len()).position(|w| w == from) {
        twice[i..i + to.len()].copy_from_slice(to);
    }
    assert!(message(&twice, &Limits::default()).contains("同名"), "{}", message(&twice, &Limits::default()));
}

const STYLES: &str = r#"<styleSheet><fonts><font/><font><strike/></font></fonts><cellXfs><xf numFmtId="9" fontId="0"/><xf numFmtId="0" fontId="1"/></cellXfs></styleSheet>"#;
const STYLED: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

fn styled(sheet: &str) -> Sheet {
    let parts = [
        ("_rels/.rels", ROOT_RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", STYLED),
        ("xl/styles.xml", STYLES),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    read_bytes("x.xlsx", &package(&parts), &Limits::default()).unwrap().sheets.remove(0)
}

#[test]
fn a_cell_without_a_style_has_the_first_and_one_without_an_address_follows() {
    let at = |row, column| crate::model::Address { row, column };
    for (sheet, place) in [
        (r#"<worksheet><sheetData><row r="2"><c r="B2"><v>5</v></c></row></sheetData></worksheet>"#, at(1, 1)),
        (
            r#"<worksheet><sheetData><row r="2"><c r="B2" s="1"/><c s="0"><v>5</v></c></row></sheetData></worksheet>"#,
            at(1, 2),
        ),
        (r#"<worksheet><sheetData><row><c s="1"/></row><row><c><v>5</v></c></row></sheetData></worksheet>"#, at(1, 0)),
    ] {
        let sheet = styled(sheet);
        assert_eq!(sheet.cells.iter().map(|c| c.at).collect::<Vec<_>>(), [place]);
        assert_eq!(sheet.format_effect(place), Some(FormatEffect::Scaled));
    }
}

#[test]
fn cells_that_are_struck_out_as_a_whole_are_marked() {
    let sheet = styled(
        r#"<worksheet><sheetData><row><c r="A1" s="1"><v>5</v></c><c r="B1" s="1" t="str"><v>12</v></c></row></sheetData></worksheet>"#,
    );
    assert_eq!(sheet.format_effect(sheet.cells[0].at), Some(FormatEffect::Marked));
    assert_eq!(sheet.cells[1].content, Content::Text("\u{fffc}12".to_owned()));
}

#[test]
fn marked_words_are_found_however_their_elements_are_written() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    for run in [
        "<x:r><x:rPr><x:vertAlign val=\"superscript\"/></x:rPr><x:t>1</x:t></x:r>",
        "<r\n><rPr><strike/></rPr><t\nxml:space=\"preserve\">1</t></r >",
        "<r><rPr><strike></strike></rPr><t>1</t></r>",
    ] {
        let strings = format!(
            "<sst xmlns=\"{0}\" xmlns:x=\"{0}\"><si><r><t>4</t></r>{run}<r><rPr><strike val=\"0\"/></rPr><t>5</t></r></si></sst>",
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        );
        assert_eq!(
            cells(sheet, &[("xl/sharedStrings.xml", &strings)])[0].1,
            Content::Text("4\u{fffc}15".into()),
            "{run}"
        );
    }
}

#[test]
fn deep_nesting_and_many_relationships_come_to_an_end() {
    let deep = |root: &str| format!("<{root}>{}{}</{root}>", "<a>".repeat(500_000), "</a>".repeat(500_000));
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    let _ = read_bytes("x.xlsx", &book(&deep("worksheet"), &[]), &Limits::default());
    let _ = read_bytes("x.xlsx", &book(sheet, &[("xl/sharedStrings.xml", &deep("sst"))]), &Limits::default());
    let sheets = "<sheet name=\"a\" sheetId=\"1\" r:id=\"rId9\"/>".repeat(20_000);
    let relations: String = (0..20_000).map(|i| format!(r#"<Relationship Id="r{i}" Type="x" Target="y"/>"#)).collect();
    let many = package(&[
        ("_rels/.rels", ROOT_RELS),
        ("xl/workbook.xml", &format!("<workbook><sheets>{sheets}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", &format!("<Relationships>{relations}</Relationships>")),
    ]);
    assert!(message(&many, &Limits::default()).contains("工作表数"));
}

#[test]
fn a_mark_of_the_encoding_is_no_text() {
    let sheet = r#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    let strings = "\u{feff}<?xml version=\"1.0\"?><sst uniqueCount=\"1\"><si><t>甲</t></si></sst>";
    assert_eq!(cells(sheet, &[("xl/sharedStrings.xml", strings)])[0].1, Content::Text("甲".into()));
}
