//! Correct workbooks in an unusual notation are read like their plain equivalents; those that other programs read differently, or
//! not at all, are refused in Chinese.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Book, SAMPLE, nianbao, parts, sample, stdout, zipped};
use nianbao::cli::apart::Isolation;
use nianbao::cli::reading;
use nianbao::import::{Content, ImportError, Limits, Sheet, Skipped};

const TABLE: &str = "xl/worksheets/sheet4.xml";
const SHEET: &str = "三、依申请公开";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

fn read(bytes: &[u8]) -> Result<Vec<Sheet>, ImportError> {
    let isolation = Isolation::new(PathBuf::from(env!("CARGO_BIN_EXE_nianbao")));
    reading::workbook("x", bytes, &Limits::default(), Some(&isolation)).map(|w| w.sheets)
}

fn book() -> Book {
    Book::open(&sample(SAMPLE))
}

/// Separates the sheets of a book that were read from the others, of which it returns names and reasons.
fn split(sheets: Vec<Sheet>) -> (Vec<Sheet>, Vec<(String, Skipped)>) {
    let (unread, read): (Vec<_>, Vec<_>) = sheets.into_iter().partition(|s| s.skipped.is_some());
    (read, unread.into_iter().filter_map(|s| Some((s.name.to_string(), s.skipped?))).collect())
}

fn reads_as_its_plain_twin(book: &Book, trouble: &str) -> Vec<(String, Skipped)> {
    let odd = read(&book.bytes()).unwrap_or_else(|e| panic!("{trouble}: {e}"));
    let (odd, unread) = split(odd);
    assert!(odd == read(&fs::read(sample(SAMPLE)).unwrap()).unwrap(), "{trouble} reads as another workbook");
    unread
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = text.replacen("UTF-8", "UTF-16", 1);
    format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect()
}

#[test]
fn parts_in_utf_16() {
    let names = [
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        TABLE,
    ];
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let mut all = book();
        for name in names {
            let mut one = book();
            for book in [&mut one, &mut all] {
                let text = String::from_utf8(book.part(name).clone()).unwrap();
                *book.part(name) = utf16(&text, unit);
            }
            reads_as_its_plain_twin(&one, name);
        }
        reads_as_its_plain_twin(&all, "all parts");
    }
}

#[test]
fn an_encoding_that_is_not_the_declared_one() {
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml", TABLE] {
        for other in ["GBK", "ISO-8859-1", "UTF-16", "UTF-7"] {
            let mut book = book();
            // A character outside ASCII, so that the encoding matters.
            book.edit(name, "encoding=\"UTF-8\" standalone=\"yes\"?>", &format!("encoding=\"{other}\"?><!-- 甲 -->"));
            let told = read(&book.bytes()).unwrap_err().to_string();
            assert!(told.contains("编码"), "{name} {other}: {told}");
        }
    }
}

const SHEETS_END: &str = "</sheets>";

/// Returns the sample with one more sheet in its list, a relationship, and a part unless `xml` is empty.
fn with_sheet(kind: &str, part: &str, xml: &str) -> Book {
    let mut book = book();
    book.edit(
        "xl/workbook.xml",
        SHEETS_END,
        "<sheet name=\"旧\" sheetId=\"99\" state=\"hidden\" r:id=\"rId99\"/></sheets>",
    );
    let relation = format!("<Relationship Id=\"rId99\" Type=\"{kind}\" Target=\"{part}\"/></Relationships>");
    book.edit("xl/_rels/workbook.xml.rels", "</Relationships>", &relation);
    if !xml.is_empty() {
        book.add(&format!("xl/{part}"), xml);
    }
    book
}

#[test]
fn sheets_that_hold_no_cells_of_a_report() {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let macros = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet";
    let xm = format!(
        "<xm:macrosheet xmlns=\"{MAIN}\" xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><sheetData>"
    );
    let full = format!("{xm}<row r=\"1\"><c r=\"A1\" t=\"str\"><v>藏着的话</v></c></row></sheetData></xm:macrosheet>");
    let empty = format!("{xm}</sheetData></xm:macrosheet>");
    let chart = format!("<chartsheet xmlns=\"{MAIN}\" xmlns:r=\"{office}\"><drawing r:id=\"rId1\"/></chartsheet>");
    let dialog =
        format!("<dialogsheet xmlns=\"{MAIN}\" xmlns:r=\"{office}\"><legacyDrawing r:id=\"rId1\"/></dialogsheet>");
    for (kind, part, xml, reported) in [
        (macros.to_owned(), "macrosheets/sheet1.xml", empty.as_str(), None),
        (macros.to_owned(), "macrosheets/sheet1.xml", &full, Some(Skipped::Macro)),
        (macros.replace("Macro", "IntlMacro"), "macrosheets/intlsheet1.xml", &full, Some(Skipped::Macro)),
        (format!("{office}/chartsheet"), "chartsheets/sheet1.xml", &chart, Some(Skipped::Chart)),
        (format!("{office}/dialogsheet"), "dialogsheets/sheet1.xml", &dialog, Some(Skipped::Dialog)),
        (format!("{office}/worksheet"), "worksheets/sheet99.xml", "", Some(Skipped::Missing)),
    ] {
        let unread = reads_as_its_plain_twin(&with_sheet(&kind, part, xml), part);
        let expected: Vec<_> = reported.into_iter().map(|why| ("旧".to_owned(), why)).collect();
        assert_eq!(unread, expected, "{part}");
    }
}

#[test]
fn sheets_without_a_relationship() {
    for id in ["r:id=\"\"", "", "r:id=\"rId98\""] {
        let mut book = book();
        book.edit("xl/workbook.xml", SHEETS_END, &format!("<sheet name=\"旧\" sheetId=\"99\" {id}/></sheets>"));
        assert_eq!(reads_as_its_plain_twin(&book, id), [("旧".to_owned(), Skipped::Missing)], "{id}");
    }
}

#[test]
fn a_sheet_that_is_skipped_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(SAMPLE);
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    with_sheet(kind, "worksheets/sheet99.xml", "").save(&path);
    let run = nianbao(&["check".as_ref(), path.as_os_str()]);
    let told = stdout(&run);
    assert_eq!(run.status.code(), Some(0), "{told}");
    assert!(told.contains("工作表“旧”在文件里没有内容，没有读取") && told.contains("N107"), "{told}");
}

#[test]
fn names_of_parts_that_differ_by_case_only() {
    let mut book = book();
    book.rename(TABLE, "xl/Worksheets/Sheet4.XML");
    book.rename("xl/sharedStrings.xml", "XL/SharedStrings.xml");
    book.rename("xl/_rels/workbook.xml.rels", "xl/_RELS/Workbook.xml.rels");
    reads_as_its_plain_twin(&book, "case");
}

#[test]
fn parts_in_unusual_places() {
    let mut moved = book();
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"] {
        let file = name.trim_start_matches("xl/");
        moved.rename(name, &format!("部件/{}", file.replace(".xml", "1.xml").replace('S', "s")));
    }
    moved.rename("xl/_rels/workbook.xml.rels", "部件/_rels/workbook1.xml.rels");
    moved.edit("_rels/.rels", "Target=\"xl/workbook.xml\"", "Target=\"/%E9%83%A8%E4%BB%B6/workbook1.xml\"");
    let rels = "部件/_rels/workbook1.xml.rels";
    moved.edit(rels, "Target=\"worksheets/", "Target=\"../xl/worksheets/");
    moved.edit(rels, "Target=\"sharedStrings.xml\"", "Target=\"/部件/sharedstrings1.xml\"");
    moved.edit(rels, "Target=\"styles.xml\"", "Target=\"./styles1.xml\"");
    reads_as_its_plain_twin(&moved, "places");
}

#[test]
fn cells_written_in_an_unusual_way() {
    let first = "<c r=\"D5\" s=\"9\"><v>0</v></c>";
    for (trouble, cell) in [
        ("a value beside an inline string", "<c r=\"D5\" s=\"9\"><v>0</v><is><t>2</t></is></c>"),
        ("an empty type", "<c r=\"D5\" s=\"9\" t=\"\"><v>0</v></c>"),
        (
            "an alternative that is not understood",
            "<mc:AlternateContent><mc:Choice Requires=\"u\"><c r=\"D5\" s=\"9\"><v>99</v></c></mc:Choice><mc:Fallback><c r=\"D5\" s=\"9\"><v>0</v></c></mc:Fallback></mc:AlternateContent>",
        ),
        (
            "an alternative that is understood",
            "<mc:AlternateContent><mc:Choice Requires=\"x14\"><c r=\"D5\" s=\"9\"><v>0</v></c></mc:Choice><mc:Fallback><c r=\"D5\" s=\"9\"><v>99</v></c></mc:Fallback></mc:AlternateContent>",
        ),
        (
            "cells of another vocabulary",
            "<c r=\"D5\" s=\"9\"><v>0</v></c><u:c r=\"D5\"><v>99</v></u:c><c xmlns=\"urn:u\" r=\"D5\"><v>99</v></c>",
        ),
        ("cells in an unknown element", "<c r=\"D5\" s=\"9\"><v>0</v></c><old><c r=\"D5\"><v>99</v></c></old>"),
        ("another prefix", "<s:c r=\"D5\" s=\"9\"><s:v>0</s:v></s:c>"),
        ("a comment", "<!-- <c/> --><c r='D5' s='9'><v>0</v></c>"),
    ] {
        let mut book = book();
        book.edit(TABLE, first, cell);
        let names = format!(
            "<worksheet xmlns:s=\"{MAIN}\" xmlns:u=\"urn:u\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\" "
        );
        book.edit(TABLE, "<worksheet ", &names);
        reads_as_its_plain_twin(&book, trouble);
    }
    let mut book = book();
    let xml = String::from_utf8(book.part(TABLE).clone()).unwrap();
    let start = xml.find("<dimension ").unwrap();
    let dimension = &xml[start..start + xml[start..].find('>').unwrap() + 1];
    book.edit(TABLE, dimension, "<dimension ref=\"1:4\"/>");
    reads_as_its_plain_twin(&book, "a dimension of whole rows");
}

#[test]
fn a_cell_that_only_another_program_understands_is_none() {
    let cell = "<c r=\"D5\" s=\"9\"><v>0</v></c>";
    for around in [
        "<mc:AlternateContent><mc:Choice Requires=\"u\">CELL</mc:Choice></mc:AlternateContent>",
        "<u:w>CELL</u:w>",
        "<w>CELL</w>",
    ] {
        let mut book = book();
        book.edit(TABLE, cell, &around.replace("CELL", cell));
        let names =
            "<worksheet xmlns:u=\"urn:u\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" ";
        book.edit(TABLE, "<worksheet ", names);
        let sheets = read(&book.bytes()).unwrap();
        let table = sheets.iter().find(|s| &*s.name == SHEET).unwrap();
        assert!(table.cells.iter().all(|c| c.at.to_string() != "D5"), "{around}");
        assert!(table.cells.iter().any(|c| c.at.to_string() == "E5"), "{around}");
    }
}

/// A change after which a part is not well-formed.
type Spoil = fn(&mut Vec<u8>);

#[test]
fn xml_that_is_not_well_formed_is_damage() {
    for part in
        ["_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", TABLE]
    {
        let spoils: [(&str, Spoil); 7] = [
            ("a NUL", |data| data.insert(data.len() - 10, 0)),
            ("content behind the root", |data| data.extend(b"x")),
            ("two roots", |data| data.extend(b"<x/>")),
            ("an unclosed tag", |data| _ = data.split_off(data.len() - 3)),
            ("an element that is not closed", |data| {
                let at = data.windows(2).rposition(|w| w == b"</").unwrap();
                data.splice(at..at, b"<x>".iter().copied());
            }),
            ("a document type", |data| {
                let at = data.windows(2).position(|w| w == b"?>").unwrap() + 2;
                data.splice(at..at, b"<!DOCTYPE x>".iter().copied());
            }),
            ("half of it", |data| data.truncate(data.len() / 2)),
        ];
        for (trouble, spoil) in spoils {
            let mut book = book();
            spoil(book.part(part));
            let error = read(&book.bytes());
            assert!(matches!(error, Err(ImportError::Damaged(_))), "{part} with {trouble}: {:?}", error.map(|_| ()));
        }
    }
}

/// Output and exit code of `check` for a file.
fn checked(bytes: &[u8], name: &str) -> (String, Option<i32>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let run = nianbao(&["check".as_ref(), path.as_os_str()]);
    (stdout(&run), run.status.code())
}

#[test]
fn a_format_that_shows_another_number_is_refused_for_zero_too() {
    for (code, is_refused) in [
        ("0;0;&quot;12&quot;", true),
        ("0;0;12", true),
        ("*50", true),
        ("[=0]&quot;三&quot;;0", true),
        ("0;0;&quot;—&quot;", false),
        ("0;-0;;@", false),
        ("0&quot;件&quot;", false),
    ] {
        let mut book = book();
        book.edit(
            "xl/styles.xml",
            "</numFmts>",
            &format!("<numFmt numFmtId=\"170\" formatCode=\"{code}\"/></numFmts>"),
        );
        // The cell gets the added style, number 13 after the 13 styles of the template.
        book.edit("xl/styles.xml", "</cellXfs>", "<xf numFmtId=\"170\" fontId=\"2\"/></cellXfs>");
        book.edit(TABLE, "<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"13\">");
        let (told, exit) = checked(&book.bytes(), SAMPLE);
        assert_eq!(exit == Some(3) && told.contains("D5 的数字格式"), is_refused, "{code}: {told}");
    }
}

fn archive(name: &str) -> Vec<u8> {
    fs::read(sample("archive").join(name)).unwrap()
}

const ODS: &str = "青岚县文化和旅游局-2020.ods";

/// An .ods whose content was changed.
fn document(change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut all = parts(&archive(ODS));
    let content = all.iter_mut().find(|(n, _)| n == "content.xml").unwrap();
    let xml = String::from_utf8(content.1.clone()).unwrap();
    let changed = change(&xml);
    assert_ne!(xml, changed, "nothing was changed");
    content.1 = changed.into_bytes();
    zipped(&all)
}

/// Changes the first cell that contains a 0.
fn first_zero(xml: &str, change: impl Fn(&str) -> String) -> String {
    let at = xml.find("office:value=\"0\"").unwrap();
    let start = xml[..at].rfind("<table:table-cell").unwrap();
    let end = start + xml[start..].find("</table:table-cell>").unwrap() + "</table:table-cell>".len();
    format!("{}{}{}", &xml[..start], change(&xml[start..end]), &xml[end..])
}

#[test]
fn an_ods_that_shows_another_number_for_zero_is_refused() {
    for (seen, is_refused) in [("2", true), ("二", true), ("", false), ("—", false), ("0.00", false)] {
        let change = |cell: &str| cell.replace("<text:p>0</text:p>", &format!("<text:p>{seen}</text:p>"));
        let (told, exit) = checked(&document(|xml| first_zero(xml, change)), ODS);
        assert_eq!(exit == Some(3) && told.contains("的数字格式"), is_refused, "{seen}: {told}");
    }
}

#[test]
fn an_ods_with_something_unknown_round_a_cell_is_refused() {
    for around in ["<x:y xmlns:x=\"urn:x\">CELL</x:y>", "<table:y>CELL</table:y>"] {
        let bytes = document(|xml| first_zero(xml, |cell| around.replace("CELL", cell)));
        assert!(matches!(read(&bytes), Err(ImportError::Damaged(_))), "{around}");
    }
    let bytes = document(|xml| {
        xml.replacen("<table:table ", "<x:y xmlns:x=\"urn:x\"><table:table ", 1).replacen(
            "</table:table>",
            "</table:table></x:y>",
            1,
        )
    });
    assert!(matches!(read(&bytes), Err(ImportError::Damaged(_))));
    let bytes = document(|xml| xml.replacen("</table:table-row>", "<x:y xmlns:x=\"urn:x\"/></table:table-row>", 1));
    assert!(read(&bytes).unwrap() == read(&archive(ODS)).unwrap());
}

#[test]
fn an_ods_in_utf_16_reads_as_its_plain_twin_and_a_spoiled_one_is_damage() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let mut all = parts(&archive(ODS));
        for (_, data) in all.iter_mut().filter(|(n, _)| n == "content.xml" || n == "styles.xml") {
            *data = utf16(&String::from_utf8(data.clone()).unwrap(), unit);
        }
        assert!(read(&zipped(&all)).unwrap() == read(&archive(ODS)).unwrap());
    }
    for spoil in [
        |x: &str| format!("{x}<x/>"),
        |x: &str| x.replacen("office:value", "\u{1}office:value", 1),
        |x: &str| x[..x.len() - 3].to_owned(),
    ] {
        assert!(matches!(read(&document(spoil)), Err(ImportError::Damaged(_))));
    }
}

#[test]
fn an_ods_with_thousands_of_column_styles() {
    let columns: String =
        (0..16_000).map(|i| format!("<table:table-column table:default-cell-style-name=\"c{i}\"/>")).collect();
    let row = "<table:table-cell office:value-type=\"float\" office:value=\"1\"/>".repeat(16_000);
    let table =
        format!("<table:table table:name=\"宽\">{columns}<table:table-row>{row}</table:table-row></table:table>");
    let bytes = document(|xml| xml.replacen("</table:table>", &format!("</table:table>{table}"), 1));
    assert!(read(&bytes).unwrap().iter().any(|s| s.cells.len() == 16_000));
}

#[test]
fn an_xlsb_with_parts_in_unusual_places() {
    let plain = archive("云泽市住房和城乡建设局-2023.xlsb");
    let mut all = parts(&plain);
    for (name, data) in &mut all {
        *name = name.replace("xl/", "Book/").replace("workbook.bin", "main.bin").replace("worksheets/", "sheets/");
        if name.ends_with(".rels") {
            let text = String::from_utf8(data.clone()).unwrap();
            let text = text.replace("xl/", "Book/").replace("workbook.bin", "MAIN.bin");
            *data = text.replace("worksheets/", "sheets/").into_bytes();
        }
    }
    assert!(read(&zipped(&all)).unwrap() == read(&plain).unwrap());
}

#[test]
fn an_xls_whose_stream_is_spelled_in_capitals() {
    let plain = archive("老城区科学技术局-2024.xls");
    let wide = |s: &str| s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for name in ["WORKBOOK", "workbook", "WorkBook"] {
        let mut bytes = plain.clone();
        let at = bytes.windows(16).position(|w| w == wide("Workbook")).unwrap();
        bytes[at..at + 16].copy_from_slice(&wide(name));
        assert!(read(&bytes).unwrap() == read(&plain).unwrap(), "{name}");
    }
}

/// Latin words of a message, without terms that users know, cell addresses and quotations.
fn foreign_words(message: &str) -> String {
    let known = [
        ".xlsx",
        ".xlsb",
        ".xls",
        ".ods",
        ".fods",
        ".et",
        ".json",
        "XML",
        "JSON",
        "UTF-8",
        "UTF-16",
        "Excel",
        "WPS",
        "nianbao",
        "MB",
        "CSV",
        "HTML",
        "PDF",
        "RTF",
        "OFD",
        "OpenDocument",
        "Word",
        "Outlook",
        "iWork",
    ];
    let mut quoted = false;
    let mut text: String = message
        .chars()
        .filter(|c| {
            quoted = (quoted || *c == '“') && *c != '”';
            !quoted
        })
        .collect();
    for word in known {
        text = text.replace(word, "");
    }
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_cell = |w: &str| {
        w.trim_start_matches(|c: char| c.is_ascii_uppercase()).bytes().all(|b| b.is_ascii_digit()) && w.len() > 1
    };
    words.filter(|w| w.bytes().any(|b| b.is_ascii_alphabetic()) && !is_cell(w)).collect::<Vec<_>>().join(" ")
}

#[test]
fn no_message_has_a_word_of_a_library_in_it() {
    let mut messages = Vec::new();
    let mut refused = |bytes: &[u8]| messages.extend(read(bytes).err().map(|e| e.to_string()));
    for (from, to) in [
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"9\" t=\"q\">"),
        ("<c r=\"D5\" s=\"9\"><v>0", "<c r=\"D5\" s=\"9\" t=\"n\"><v>seven"),
        ("<c r=\"D5\" s=\"9\"><v>0", "<c r=\"D5\" s=\"9\" t=\"e\"><v>#WHAT"),
        ("<c r=\"D5\" s=\"9\"><v>0", "<c r=\"D5\" s=\"9\" t=\"b\"><v>maybe"),
        ("<c r=\"D5\" s=\"9\"><v>0", "<c r=\"D5\" s=\"9\" t=\"s\"><v>99999"),
        ("<c r=\"D5\" s=\"9\"><v>0", "<c r=\"D5\" s=\"9\" t=\"s\"><v>one"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"nine\">"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"there\" s=\"9\">"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"9\" t=\"inlineStr\">"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"9\"><f t=\"shared\">1</f>"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"9\"><f t=\"shared\" si=\"x\">1</f>"),
        ("<c r=\"D5\" s=\"9\">", "<c r=\"D5\" s=\"9\"><f t=\"shared\" si=\"0\" ref=\"a:b:c\">1</f>"),
        ("<sheetData>", "<sheetData/><sheetData>"),
        ("<sheetData>", "<data>"),
        ("<worksheet ", "<chartsheet "),
        (
            "<worksheet ",
            "<worksheet xmlns:u=\"urn:u\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" mc:MustUnderstand=\"u\" ",
        ),
        (MAIN, "urn:other"),
    ] {
        let mut book = book();
        book.edit(TABLE, from, to);
        refused(&book.bytes());
    }
    let names: Vec<String> =
        parts(&book().bytes()).into_iter().map(|(n, _)| n).filter(|n| !n.contains("theme")).collect();
    for part in names.iter().filter(|n| n.ends_with("xml") || n.ends_with("rels")) {
        for (at, with) in [
            (1, "\0"),
            (2, "<"),
            (3, "&what;"),
            (4, "</x>"),
            (5, "\u{1}"),
            (6, "<x y=z>"),
            (7, "<![CDATA["),
            (8, "<!--"),
        ] {
            let mut book = book();
            let data = book.part(part);
            let at = data.len() * at / 9;
            let at = (at..data.len()).find(|i| data[*i] == b'<').unwrap();
            data.splice(at..at, with.bytes());
            refused(&book.bytes());
        }
        let mut book = book();
        book.part(part).truncate(60);
        refused(&book.bytes());
        *book.part(part) = b"\xFF\xFE<\0\0\xD8".to_vec();
        refused(&book.bytes());
    }
    for (name, flips) in [
        ("云泽市交通运输局-2023.xltx", 40),
        (ODS, 25),
        ("云泽市住房和城乡建设局-2023.xlsb", 25),
        ("老城区科学技术局-2024.xls", 60),
    ] {
        let plain = archive(name);
        for i in 0..flips {
            let mut bytes = plain.clone();
            let at = bytes.len() * i / flips;
            for b in bytes.iter_mut().skip(at).take(9) {
                *b = b.wrapping_mul(31).wrapping_add(101);
            }
            refused(&bytes);
            refused(&plain[..at]);
        }
    }
    refused(b"{\"format\":\"nianbao-report\",\"version\":");
    refused(b"{\"format\":\"nianbao-report\",\"version\":tru}");
    for path in ["/nowhere", "/dev/null", "/"] {
        messages.extend(reading::load(Path::new(path), &Limits::default()).err().map(|e| e.to_string()));
    }
    assert!(messages.len() > 200, "only {} inputs were refused", messages.len());
    for message in &messages {
        assert_eq!(foreign_words(message), "", "{message}");
    }
}

#[test]
fn a_sheet_with_hidden_words_in_a_text_box_is_reported() {
    let drawing = "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\"><xdr:sp><xdr:txBody><a:p><a:r><a:t>藏着的话</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut book = with_sheet(
        &format!("{kind}/worksheet"),
        "worksheets/sheet99.xml",
        &format!("<worksheet xmlns=\"{MAIN}\"><sheetData/></worksheet>"),
    );
    let relation = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"a\" Type=\"{kind}/drawing\" Target=\"../drawings/drawing9.xml\"/></Relationships>"
    );
    book.add("xl/worksheets/_rels/sheet99.xml.rels", &relation);
    book.add("xl/drawings/drawing9.xml", drawing);
    let sheets = read(&book.bytes()).unwrap();
    assert!(
        sheets.iter().all(|s| s.cells.iter().all(|c| !matches!(&c.content, Content::Text(t) if t.contains("藏着"))))
    );
    let (told, exit) = checked(&book.bytes(), SAMPLE);
    assert!(exit == Some(0) && told.contains("工作表“旧”是隐藏的，没有读取"), "{told}");
}
