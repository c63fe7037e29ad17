//! Rows whose height follows their text when it is edited.
//!
//! The library marks each row height as set by hand, so that programs never change it. Without the mark a height counts as
//! computed: it is displayed as it is, and computed again when the row is edited. Takes a finished workbook and rows of each
//! sheet, gives its parts without the marks of these rows; it never changes anything else.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipResult;

use crate::export::package::{Part, PartKind};

const MARK: &str = " customHeight=\"1\"";
const ROW: &str = "<row r=\"";
/// Parts that differ from report to report, by name or by the start of it.
const OWN_PARTS: [&str; 3] = ["xl/worksheets/", "xl/sharedStrings.xml", "docProps/core.xml"];

/// Unpacks a workbook and removes the mark from the given rows (from 0) of each sheet.
pub fn free(book: &[u8], rows: &[BTreeSet<u32>]) -> ZipResult<Vec<Part<'static>>> {
    let mut package = ZipArchive::new(Cursor::new(book))?;
    let mut parts = Vec::with_capacity(package.len());
    for index in 0..package.len() {
        let mut part = package.by_index(index)?;
        let name = part.name()?.into_owned();
        let mut bytes = Vec::with_capacity(part.size() as usize);
        part.read_to_end(&mut bytes)?;
        if let Some((_, free)) = rows.iter().enumerate().find(|(i, r)| !r.is_empty() && name == sheet_part(*i)) {
            bytes = unmark(&String::from_utf8_lossy(&bytes), free).into_bytes();
        }
        let own = OWN_PARTS.iter().any(|own| name.starts_with(own));
        parts.push(Part { name, bytes: bytes.into(), kind: if own { PartKind::Own } else { PartKind::Shared } });
    }
    Ok(parts)
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
