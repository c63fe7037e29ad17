//! A DOCX read back: the paragraphs and tables of its body, by an independent reader of zip and XML.
//!
//! Takes a package, returns its pieces. An unknown element in the body is an error and is never skipped.

use std::borrow::Cow;
use std::io::Cursor;

use zip::ZipArchive;

use super::pieces::{ContentPiece, is_blank, without_blank};
use super::xml::{XmlStep, XmlSteps};
use crate::inflate::entry;

/// Most bytes of a part; no report needs more.
const MOST: u64 = 256 << 20;

/// The pieces of a DOCX; `Err` contains the Chinese name of what could not be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<ContentPiece<'static>>, &'static str> {
    let part = part(bytes, "word/document.xml").ok_or("正文部件")?;
    let mut steps = XmlSteps::xml(simdutf8::basic::from_utf8(&part).map_err(|_| "编码")?);
    let mut pieces = None;
    while let Some(step) = steps.next()? {
        match step {
            XmlStep::Open(tag) if tag.is("w:body") && pieces.is_none() => pieces = Some(body(&mut steps)?),
            XmlStep::Open(tag) if tag.is("w:body") => return Err("第二个正文"),
            XmlStep::Open(tag) if !tag.is("w:document") => steps.skip()?,
            _ => {}
        }
    }
    Ok(without_blank(pieces.ok_or("正文")?))
}

fn part(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let index = zip.index_for_name(name)?;
    entry(bytes, &zip.by_index_raw(index).ok()?, MOST).ok()
}

fn body(steps: &mut XmlSteps<'_>) -> Result<Vec<ContentPiece<'static>>, &'static str> {
    let (mut pieces, mut buffer) = (Vec::new(), String::new());
    steps.children(|steps, tag| {
        if tag.is("w:p") {
            buffer.clear();
            paragraph(steps, &mut buffer)?;
            pieces.push(ContentPiece::Words(buffer.clone().into()));
        } else if tag.is("w:tbl") {
            pieces.push(ContentPiece::Table(table(steps, &mut buffer)?));
        } else if tag.is("w:sectPr") {
            steps.skip()?;
        } else {
            return Err("正文里的部件");
        }
        Ok(())
    })?;
    Ok(pieces)
}

/// Appends the text of a paragraph.
fn paragraph(steps: &mut XmlSteps<'_>, words: &mut String) -> Result<(), &'static str> {
    steps.children(|steps, tag| match tag {
        t if t.is("w:r") => run(steps, words),
        t if t.is("w:pPr") => steps.skip(),
        _ => Err("段落里的部件"),
    })
}

fn run(steps: &mut XmlSteps<'_>, words: &mut String) -> Result<(), &'static str> {
    steps.children(|steps, tag| match tag {
        t if t.is("w:t") => steps.words(words),
        t if t.is_any(&["w:rPr", "w:br", "w:tab"]) => steps.skip(),
        _ => Err("文字里的部件"),
    })
}

/// The rows of a table, each with the cells that begin in it.
fn table(steps: &mut XmlSteps<'_>, buffer: &mut String) -> Result<Vec<Vec<Cow<'static, str>>>, &'static str> {
    let mut rows = Vec::new();
    steps.children(|steps, tag| {
        if tag.is_any(&["w:tblPr", "w:tblGrid"]) {
            return steps.skip();
        }
        if !tag.is("w:tr") {
            return Err("表里的部件");
        }
        let mut cells = Vec::new();
        steps.children(|steps, tag| {
            if tag.is("w:trPr") {
                return steps.skip();
            }
            if !tag.is("w:tc") {
                return Err("行里的部件");
            }
            cells.extend(cell(steps, buffer)?);
            Ok(())
        })?;
        rows.push(cells);
        Ok(())
    })?;
    Ok(rows)
}

/// The text of a cell; `None` if it continues a cell of the row above, and then it must be empty.
fn cell(steps: &mut XmlSteps<'_>, buffer: &mut String) -> Result<Option<Cow<'static, str>>, &'static str> {
    let mut goes_on = false;
    buffer.clear();
    steps.children(|steps, tag| match tag {
        t if t.is("w:p") => paragraph(steps, buffer),
        t if t.is("w:tcPr") => steps.children(|steps, tag| {
            goes_on |= tag.is("w:vMerge") && tag.attribute("w:val").as_deref() != Some("restart");
            steps.skip()
        }),
        _ => Err("格子里的部件"),
    })?;
    match (goes_on, is_blank(buffer)) {
        (true, false) => Err("合并格子里的文字"),
        (true, true) => Ok(None),
        (false, _) => Ok(Some(buffer.clone().into())),
    }
}
