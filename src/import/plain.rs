//! The values of a workbook that is written plainly, without calamine: what most workbooks are, and half the time of a check.
//!
//! Takes cells as they are written, the shared strings and the number formats; gives the contents that calamine gives for
//! them (which tests compare), or `None` where anything is out of the ordinary: then calamine reads the whole workbook.

use std::borrow::Cow;

use super::formats::Format;
use super::scan::Scan;
use super::sheet_scan::{Kind, Written};
use super::workbook::{Cell, Content};
use super::xlsx::{number, text};
use super::{ImportError, Limits};
use crate::model::Decimal;

/// The strings of a shared-strings table; `None` where it is not written plainly or holds words with a look that counts.
pub(super) fn strings<'x>(xml: &'x str, limits: &Limits) -> Option<Vec<Cow<'x, str>>> {
    let mut scan = Scan::new(xml, &["sst", "si", "r", "rPh", "t", "vertAlign", "strike", "AlternateContent"])?;
    let mut strings: Vec<Cow<'x, str>> = Vec::new();
    while let Some(tag) = scan.tag()? {
        if tag.name != "t" {
            tag.attributes([])?;
        }
        match (tag.name, scan.around(&tag)) {
            ("sst", []) | ("r" | "rPh" | "phoneticPr", ["sst", "si"]) | ("rPr", ["sst", "si", "r"]) => {}
            ("si", ["sst"]) if strings.len() < limits.cells => strings.push(Cow::Borrowed("")),
            ("t", ["sst", "si", "rPh"]) => _ = tag.attributes([])?,
            ("t", ["sst", "si"] | ["sst", "si", "r"]) => {
                let [space] = tag.attributes(["xml:space"])?;
                let written = if tag.empty { "" } else { scan.text(&tag)? };
                let kept = if space == Some("preserve") { written } else { written.trim_matches(BLANKS) };
                let part = unescaped(kept)?;
                let string = strings.last_mut()?;
                if string.is_empty() {
                    *string = part;
                } else {
                    string.to_mut().push_str(&part);
                }
            }
            ("vertAlign" | "strike" | "AlternateContent", _) => return None,
            (_, ["sst", "si", "r", "rPr", ..] | ["sst", "extLst", ..] | ["sst"]) if tag.name != "si" => {}
            _ => return None,
        }
    }
    scan.is_closed().then_some(strings)
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A text with its references resolved; `None` where it has line ends or escapes that programs differ on.
fn unescaped(written: &str) -> Option<Cow<'_, str>> {
    if written.contains('\r') || written.contains("_x") {
        return None;
    }
    if written.contains('&') { quick_xml::escape::unescape(written).ok() } else { Some(Cow::Borrowed(written)) }
}

/// The cells of one worksheet; `text_left` is the room for text that the workbook still has.
pub(super) fn cells(
    written: &[Written<'_>],
    strings: &[Cow<'_, str>],
    formats: &[Format],
    text_left: &mut usize,
    limits: &Limits,
) -> Option<Result<Vec<Cell>, ImportError>> {
    let mut cells = Vec::with_capacity(written.len());
    for w in written {
        let content = match (w.kind, w.value) {
            (_, None) | (Kind::Number | Kind::Shared, Some("")) => Ok(w.formula.then_some(Content::Uncomputed)),
            (Kind::Number, Some(value)) => {
                let style = w.style.map(|s| formats.get(s));
                if style.is_some_and(|f| f.is_none_or(|f| f.time)) {
                    return None;
                }
                Ok(Some(figure(value)?))
            }
            (Kind::Shared, Some(value)) => text(strings.get(value.parse::<usize>().ok()?)?, w.formula, limits),
            (Kind::Text, Some(value)) => text(&unescaped(value)?, w.formula, limits),
        };
        let content = match content {
            Ok(Some(content)) => content,
            Ok(None) => continue,
            Err(e) => return Some(Err(e)),
        };
        if let Content::Text(text) = &content {
            match text_left.checked_sub(text.len()) {
                Some(left) => *text_left = left,
                None => return Some(Err(limits.inflated_error())),
            }
        }
        cells.push(Cell { at: w.at, content, formula: w.formula });
    }
    Some(Ok(cells))
}

/// A number as it is written, by the float that it is to every spreadsheet program.
fn figure(written: &str) -> Option<Content> {
    let digits = |b: u8| b.is_ascii_digit();
    // Whole numbers of fifteen digits are what they are.
    if written.len() <= 15 && written.bytes().all(digits) {
        return written.parse::<i64>().ok().map(|n| Content::Number(Decimal::from(n)));
    }
    let plain = |b: u8| digits(b) || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    let float = written.parse::<f64>().ok().filter(|_| written.bytes().all(plain))?;
    Some(number(float))
}
