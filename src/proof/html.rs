//! A web page or a fragment read back: headings, paragraphs and tables in the order of the source.
//!
//! Takes the file, returns its pieces. Text outside known elements is an error and is never skipped.

use std::borrow::Cow;

use super::pieces::{Piece, is_blank, without_blank};
use super::xml::{Step, Steps};

/// The pieces of a page; `Err` contains the Chinese name of what could not be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Piece<'static>>, &'static str> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| "编码")?;
    let text = text.trim_start().strip_prefix("<!DOCTYPE html>").unwrap_or(text);
    let (mut steps, mut pieces) = (Steps::html(text), Vec::new());
    let mut buffer = String::new();
    // Elements other than paragraphs and tables are transparent: their content is read as if they were absent.
    while let Some(step) = steps.next()? {
        match step {
            Step::Open(tag) if tag.is("head") => steps.skip()?,
            Step::Open(tag) if tag.is_any(&["p", "h1", "h2", "h3", "h4", "h5", "h6"]) => {
                buffer.clear();
                steps.words(&mut buffer)?;
                pieces.push(Piece::Words(buffer.clone().into()));
            }
            Step::Open(tag) if tag.is("table") => {
                let mut rows = Vec::new();
                table(&mut steps, &mut buffer, &mut rows)?;
                pieces.push(Piece::Table(rows));
            }
            Step::Open(_) | Step::Close => {}
            Step::Text(text) if is_blank(&text) => {}
            Step::Text(_) => return Err("段落之外的文字"),
        }
    }
    Ok(without_blank(pieces))
}

fn table(
    steps: &mut Steps<'_>,
    buffer: &mut String,
    rows: &mut Vec<Vec<Cow<'static, str>>>,
) -> Result<(), &'static str> {
    loop {
        match steps.inside()? {
            // The caption is for readers who cannot see the table, not a part of the text.
            Step::Open(tag) if tag.is_any(&["caption", "colgroup"]) => steps.skip()?,
            Step::Open(tag) if tag.is_any(&["thead", "tbody"]) => table(steps, buffer, rows)?,
            Step::Open(tag) if tag.is("tr") => rows.push(row(steps, buffer)?),
            Step::Open(_) => return Err("表里的结构"),
            Step::Close => return Ok(()),
            Step::Text(text) if is_blank(&text) => {}
            Step::Text(_) => return Err("格子之外的文字"),
        }
    }
}

fn row(steps: &mut Steps<'_>, buffer: &mut String) -> Result<Vec<Cow<'static, str>>, &'static str> {
    let mut cells = Vec::new();
    loop {
        match steps.inside()? {
            Step::Open(tag) if tag.is_any(&["td", "th"]) => {
                buffer.clear();
                steps.words(buffer)?;
                cells.push(buffer.clone().into());
            }
            Step::Open(_) => return Err("行里的结构"),
            Step::Close => return Ok(cells),
            Step::Text(text) if is_blank(&text) => {}
            Step::Text(_) => return Err("格子之外的文字"),
        }
    }
}
