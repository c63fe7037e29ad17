//! A web page or a fragment read back: headings, paragraphs and tables in the order of the source.
//!
//! Takes the file, returns its pieces. Text outside known elements is an error and is never skipped.

use std::borrow::Cow;

use super::pieces::{ContentPiece, is_blank, without_blank};
use super::xml::{XmlStep, XmlSteps};

/// The pieces of a page; `Err` contains the Chinese name of what could not be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<ContentPiece<'static>>, &'static str> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| "编码")?;
    let text = text.trim_start().strip_prefix("<!DOCTYPE html>").unwrap_or(text);
    let (mut steps, mut pieces) = (XmlSteps::html(text), Vec::new());
    let mut buffer = String::new();
    // Elements other than paragraphs and tables are transparent: their content is read as if they were absent.
    while let Some(step) = steps.next()? {
        match step {
            XmlStep::Open(tag) if tag.is("head") => steps.skip()?,
            XmlStep::Open(tag) if tag.is_any(&["p", "h1", "h2", "h3", "h4", "h5", "h6"]) => {
                buffer.clear();
                steps.words(&mut buffer)?;
                pieces.push(ContentPiece::Words(buffer.clone().into()));
            }
            XmlStep::Open(tag) if tag.is("table") => {
                let mut rows = Vec::new();
                table(&mut steps, &mut buffer, &mut rows)?;
                pieces.push(ContentPiece::Table(rows));
            }
            XmlStep::Open(_) | XmlStep::Close => {}
            XmlStep::Text(text) if is_blank(&text) => {}
            XmlStep::Text(_) => return Err("段落之外的文字"),
        }
    }
    Ok(without_blank(pieces))
}

fn table(
    steps: &mut XmlSteps<'_>,
    buffer: &mut String,
    rows: &mut Vec<Vec<Cow<'static, str>>>,
) -> Result<(), &'static str> {
    loop {
        match steps.inside()? {
            // The caption is for readers who cannot see the table, not a part of the text.
            XmlStep::Open(tag) if tag.is_any(&["caption", "colgroup"]) => steps.skip()?,
            XmlStep::Open(tag) if tag.is_any(&["thead", "tbody"]) => table(steps, buffer, rows)?,
            XmlStep::Open(tag) if tag.is("tr") => rows.push(row(steps, buffer)?),
            XmlStep::Open(_) => return Err("表里的结构"),
            XmlStep::Close => return Ok(()),
            XmlStep::Text(text) if is_blank(&text) => {}
            XmlStep::Text(_) => return Err("格子之外的文字"),
        }
    }
}

fn row(steps: &mut XmlSteps<'_>, buffer: &mut String) -> Result<Vec<Cow<'static, str>>, &'static str> {
    let mut cells = Vec::new();
    loop {
        match steps.inside()? {
            XmlStep::Open(tag) if tag.is_any(&["td", "th"]) => {
                buffer.clear();
                steps.words(buffer)?;
                cells.push(buffer.clone().into());
            }
            XmlStep::Open(_) => return Err("行里的结构"),
            XmlStep::Close => return Ok(cells),
            XmlStep::Text(text) if is_blank(&text) => {}
            XmlStep::Text(_) => return Err("格子之外的文字"),
        }
    }
}
