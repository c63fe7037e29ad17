//! A DOCX read back: the body's paragraphs and tables, by a plain reader of zip and XML.
//!
//! Takes a package, gives its pieces. An element of the body or of a run that it does not know is an error, not left out.

use std::io::Cursor;

use zip::ZipArchive;

use super::pieces::{Piece, squeezed, without_blank, words};
use super::xml::{Element, parse};
use crate::inflate::entry;

/// No text of a report makes a larger part.
const MOST: u64 = 256 << 20;

/// What a reader finds in a DOCX; `Err` names what could not be read.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Piece>, &'static str> {
    let xml = part(bytes, "word/document.xml").ok_or("正文部件")?;
    let document = parse(&xml).ok_or("正文部件")?;
    let body = document.at(&["w:body"]).ok_or("正文")?;
    let mut pieces = Vec::new();
    for block in body.children() {
        match block.name.as_str() {
            "w:p" => pieces.push(words(&text(block)?)),
            "w:tbl" => pieces.push(table(block)?),
            "w:sectPr" => {}
            _ => return Err("正文里的部件"),
        }
    }
    Ok(without_blank(pieces))
}

fn part(bytes: &[u8], name: &str) -> Option<String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let index = zip.index_for_name(name)?;
    let part = entry(bytes, &zip.by_index_raw(index).ok()?, MOST).ok()?;
    String::from_utf8(part).ok()
}

/// The words of a paragraph.
fn text(paragraph: &Element) -> Result<String, &'static str> {
    let mut words = String::new();
    for piece in paragraph.all("w:r").flat_map(Element::children) {
        match piece.name.as_str() {
            "w:t" => words.push_str(&piece.words()),
            "w:br" | "w:tab" | "w:rPr" => {}
            _ => return Err("文字里的部件"),
        }
    }
    Ok(words)
}

fn table(table: &Element) -> Result<Piece, &'static str> {
    let mut rows = Vec::new();
    for row in table.all("w:tr") {
        let mut cells = Vec::new();
        for cell in row.all("w:tc") {
            let merged = cell.at(&["w:tcPr", "w:vMerge"]);
            let text = cell.all("w:p").map(text).collect::<Result<String, _>>()?;
            // A cell that goes on from the row above holds nothing.
            if merged.is_some_and(|m| m.attribute("w:val") != Some("restart")) {
                if !squeezed(&text).is_empty() {
                    return Err("合并格子里的文字");
                }
                continue;
            }
            cells.push(squeezed(&text));
        }
        rows.push(cells);
    }
    Ok(Piece::Table(rows))
}
