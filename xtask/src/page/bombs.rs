//! Small files that unpack to much, refer to themselves or nest without end: a folder of them, which a reader has to survive.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use anyhow::Result;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::fuzz::quadratic;

/// Bytes that a bomb unpacks to.
const MUCH: usize = 1 << 30;

/// Writes the bombs into a folder.
pub fn write(folder: &Path) -> Result<()> {
    let cell = |text: &str| format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>");
    let entities: String =
        (1..12).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE worksheet [<!ENTITY e0 \"哈\">{entities}]>{}", cell("&e11;"));
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let spread = "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>";
    let ods = "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>\
        <table:table table:name=\"表\"><table:table-row table:number-rows-repeated=\"2147483647\">\
        <table:table-cell table:number-columns-repeated=\"2147483647\" office:value-type=\"string\"><text:p>总计</text:p>\
        </table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
    let files: [(&str, Vec<u8>); 7] = [
        (
            "零.xlsx",
            packed(
                &[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"")],
                Some("xl/worksheets/sheet1.xml"),
            )?,
        ),
        ("零.zip", packed(&[], Some("年报.xlsx"))?),
        ("实体.xlsx", quadratic::book("", "", &laughs)),
        ("很远.xlsx", quadratic::book(far, spread, "")),
        (
            "重复.ods",
            packed(
                &[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", ods.as_bytes())],
                None,
            )?,
        ),
        ("嵌套.json", b"[".repeat(10_000_000)),
        ("声称.xls", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0xff; 1 << 20]].concat()),
    ];
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
    }
    for (number, bytes) in quadratic::largest().enumerate() {
        fs::write(folder.join(format!("很多-{number}.xlsx")), bytes)?;
    }
    Ok(())
}

/// A zip with parts, and one more of zeros.
fn packed(parts: &[(&str, &[u8])], zeros: Option<&str>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
        zip.write_all(bytes)?;
    }
    if let Some(name) = zeros {
        zip.start_file(name, SimpleFileOptions::default())?;
        let some = vec![0; 1 << 20];
        for _ in 0..MUCH / some.len() {
            zip.write_all(&some)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}
