//! A DOCX read back: the body's paragraphs and tables, by a plain reader of zip and XML.
//!
//! Takes a package, gives its pieces. An element of the body or of a run that it does not know is an error, not left out.

use std::io::Cursor;

use zip::ZipArchive;

use super::pieces::{Piece, squeezed, without_blank, words};
use super::xml::{Step, Steps};
use crate::inflate::entry;

/// No text of a report makes a larger part.
const MOST: u64 = 256 << 20;

/// What a reader finds in a DOCX; `Err` names what could not be read.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Piece>, &'static str> {
    let xml = part(bytes, "word/document.xml").ok_or("正文部件")?;
    let mut steps = Steps::xml(&xml);
    let mut pieces = None;
    while let Some(step) = steps.next()? {
        match step {
            Step::Open(tag) if tag.is("w:body") => pieces = Some(body(&mut steps)?),
            Step::Open(tag) if !tag.is("w:document") => steps.skip()?,
            _ => {}
        }
    }
    Ok(without_blank(pieces.ok_or("正文")?))
}

fn part(bytes: &[u8], name: &str) -> Option<String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let index = zip.index_for_name(name)?;
    let part = entry(bytes, &zip.by_index_raw(index).ok()?, MOST).ok()?;
    String::from_utf8(part).ok()
}

fn body(steps: &mut Steps<'_>) -> Result<Vec<Piece>, &'static str> {
    let (mut pieces, mut buffer) = (Vec::new(), String::new());
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:p") => {
                buffer.clear();
                paragraph(steps, &mut buffer)?;
                pieces.push(words(&buffer));
            }
            Step::Open(tag) if tag.is("w:tbl") => pieces.push(table(steps, &mut buffer)?),
            Step::Open(tag) if tag.is("w:sectPr") => steps.skip()?,
            Step::Open(_) => return Err("正文里的部件"),
            Step::Close => return Ok(pieces),
            Step::Text(_) => {}
        }
    }
}

/// Adds the words of a paragraph.
fn paragraph(steps: &mut Steps<'_>, words: &mut String) -> Result<(), &'static str> {
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:r") => run(steps, words)?,
            Step::Open(_) => steps.skip()?,
            Step::Close => return Ok(()),
            Step::Text(_) => {}
        }
    }
}

fn run(steps: &mut Steps<'_>, words: &mut String) -> Result<(), &'static str> {
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:t") => steps.words(words)?,
            Step::Open(tag) if tag.is_any(&["w:rPr", "w:br", "w:tab"]) => steps.skip()?,
            Step::Open(_) => return Err("文字里的部件"),
            Step::Close => return Ok(()),
            Step::Text(_) => {}
        }
    }
}

fn table(steps: &mut Steps<'_>, buffer: &mut String) -> Result<Piece, &'static str> {
    let mut rows = Vec::new();
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:tr") => rows.push(row(steps, buffer)?),
            Step::Open(_) => steps.skip()?,
            Step::Close => return Ok(Piece::Table(rows)),
            Step::Text(_) => {}
        }
    }
}

/// The cells that begin in a row.
fn row(steps: &mut Steps<'_>, buffer: &mut String) -> Result<Vec<String>, &'static str> {
    let mut cells = Vec::new();
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:tc") => cells.extend(cell(steps, buffer)?),
            Step::Open(_) => steps.skip()?,
            Step::Close => return Ok(cells),
            Step::Text(_) => {}
        }
    }
}

/// The words of a cell; `None` where it goes on from the row above, and then it holds nothing.
fn cell(steps: &mut Steps<'_>, buffer: &mut String) -> Result<Option<String>, &'static str> {
    let mut goes_on = false;
    buffer.clear();
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is("w:p") => paragraph(steps, buffer)?,
            Step::Open(tag) if tag.is("w:tcPr") => goes_on = continues(steps)?,
            Step::Open(_) => steps.skip()?,
            Step::Close => break,
            Step::Text(_) => {}
        }
    }
    let text = squeezed(buffer);
    match (goes_on, text.is_empty()) {
        (true, false) => Err("合并格子里的文字"),
        (true, true) => Ok(None),
        (false, _) => Ok(Some(text)),
    }
}

/// Whether the looks of a cell say that it goes on from the row above.
fn continues(steps: &mut Steps<'_>) -> Result<bool, &'static str> {
    let mut found = false;
    loop {
        match steps.inside()? {
            Step::Open(tag) => {
                found |= tag.is("w:vMerge") && tag.attribute("w:val").as_deref() != Some("restart");
                steps.skip()?;
            }
            Step::Close => return Ok(found),
            Step::Text(_) => {}
        }
    }
}
