//! Rows that grow with their text while typing.
//!
//! A row height that the writer sets counts as set by hand and never changes again. Without that mark it is what the
//! program computed last: shown as it is, and computed anew when the row is edited. Takes a finished workbook and the
//! rows of each sheet, gives the workbook without the marks; touches nothing else.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{EFFORT, refusal};
use crate::export::ExportError;

const MARK: &str = " customHeight=\"1\"";
const ROW: &str = "<row r=\"";

/// Takes the mark off the given rows (from 0) of each sheet.
pub fn free(book: &[u8], rows: &[BTreeSet<u32>]) -> Result<Vec<u8>, ExportError> {
    rewrite(book, rows).map_err(|e| refusal(e.to_string()))
}

fn rewrite(book: &[u8], rows: &[BTreeSet<u32>]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut parts = ZipArchive::new(Cursor::new(book))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(book.len())));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(EFFORT.into()))
        .last_modified_time(DateTime::default());
    for index in 0..parts.len() {
        let mut part = parts.by_index(index)?;
        let name = part.name()?.into_owned();
        let free = rows.iter().enumerate().find(|(i, r)| !r.is_empty() && name == sheet_part(*i));
        let Some((_, free)) = free else {
            out.raw_copy_file(part)?;
            continue;
        };
        let mut xml = String::new();
        part.read_to_string(&mut xml)?;
        out.start_file(name, options)?;
        out.write_all(unmark(&xml, free).as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}

fn sheet_part(index: usize) -> String {
    format!("xl/worksheets/sheet{}.xml", index + 1)
}

fn unmark(xml: &str, rows: &BTreeSet<u32>) -> String {
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(start) = rest.find(ROW) {
        let end = rest[start..].find('>').map_or(rest.len(), |e| start + e + 1);
        let tag = &rest[start..end];
        let number: Option<u32> = tag[ROW.len()..].split('"').next().and_then(|n| n.parse().ok());
        out.push_str(&rest[..start]);
        match number {
            Some(n) if n > 0 && rows.contains(&(n - 1)) => out.push_str(&tag.replacen(MARK, "", 1)),
            _ => out.push_str(tag),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_rows_lose_the_mark() {
        let xml = r#"<sheetData><row r="1" ht="30" customHeight="1"><c r="A1"/></row><row r="2" ht="60" customHeight="1"/></sheetData>"#;
        let out = unmark(xml, &BTreeSet::from([1]));
        assert_eq!(out, xml.replace(r#"ht="60" customHeight="1""#, r#"ht="60""#));
    }
}
