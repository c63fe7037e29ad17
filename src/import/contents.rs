//! The contents of an .xlsx worksheet's cells.
//!
//! Takes cells as written in the part, the shared strings and the number formats; gives the content that each cell shows. A value
//! that does not match the type of its cell is refused, except that an untyped value that is not a number is a text, as in Excel.

use std::borrow::Cow;

use super::error::odd_cell;
use super::formats::{CellFormat, DateKind};
use super::serial;
use super::sheet_xml::{CellType, RawCell};
use super::workbook::{Cell, Content};
use super::{ImportError, Limits, strings};
use crate::model::Decimal;

/// Most significant digits that Excel keeps and shows.
const DIGITS: usize = 15;

/// Tables of a workbook that its cells refer to.
pub(super) struct Tables<'x> {
    pub strings: Vec<Cow<'x, str>>,
    pub formats: Vec<CellFormat>,
    pub is_1904: bool,
}

/// Returns the cells with content; `text_left` is the number of bytes of text that the workbook may still have.
pub(super) fn cells(
    written: Vec<RawCell<'_>>,
    tables: &Tables<'_>,
    text_left: &mut usize,
    limits: &Limits,
) -> Result<Vec<Cell>, ImportError> {
    let mut cells = Vec::with_capacity(written.len());
    for w in written {
        let Some(content) = content(&w, tables, limits)? else { continue };
        if let Content::Text(text) = &content {
            *text_left = text_left.checked_sub(text.len()).ok_or_else(|| limits.inflated_error())?;
        }
        cells.push(Cell { at: w.at, content, formula: w.formula });
    }
    Ok(cells)
}

fn content(w: &RawCell<'_>, tables: &Tables<'_>, limits: &Limits) -> Result<Option<Content>, ImportError> {
    let nothing = || Ok(w.formula.then_some(Content::Uncomputed));
    let Some(value) = w.value.as_deref() else { return nothing() };
    let damaged = |what: &str| Err(ImportError::Damaged(what.to_owned()));
    match w.kind {
        CellType::Untyped | CellType::Number | CellType::Shared | CellType::Bool if value.is_empty() => nothing(),
        CellType::Untyped | CellType::Number => match (parsed_number(value), w.kind) {
            (Some(ParsedNumber::Whole(n)), _) if date(w, tables).is_none() => Ok(Some(Content::Number(n))),
            (Some(number), _) => Ok(Some(dated(number.float(), date(w, tables), tables.is_1904))),
            (None, CellType::Untyped) => text(value, w.formula, limits),
            (None, _) => damaged("单元格的数值写法不合规范"),
        },
        CellType::Shared => match value.parse::<usize>().ok().and_then(|i| tables.strings.get(i)) {
            Some(string) => text(string, w.formula, limits),
            None => damaged("单元格指向的文字不存在"),
        },
        CellType::Text => text(&strings::hex_unescaped(value), w.formula, limits),
        CellType::Inline => text(value, w.formula, limits),
        CellType::Bool => match value.trim() {
            "" => nothing(),
            v if v == "1" || v.eq_ignore_ascii_case("true") => Ok(Some(Content::Bool(true))),
            v if v == "0" || v.eq_ignore_ascii_case("false") => Ok(Some(Content::Bool(false))),
            _ => Err(odd_cell()),
        },
        CellType::Error if value.starts_with('#') => Ok(Some(Content::Error(value.to_owned()))),
        CellType::Error => damaged("单元格的错误值不合规范"),
        CellType::Date => Ok(Some(Content::Other(value.to_owned()))),
        CellType::Unknown => damaged("单元格的类型不合规范"),
    }
}

/// Whether the number format of a cell shows its number as a date or a time.
fn date(w: &RawCell<'_>, tables: &Tables<'_>) -> Option<DateKind> {
    tables.formats.get(w.style?)?.date
}

/// Content of a number under its number format: a number, a date, or a duration or other number that is no date.
pub(super) fn dated(value: f64, date: Option<DateKind>, is_1904: bool) -> Content {
    match date {
        None => number(value),
        Some(DateKind::Duration) => Content::Other(value.to_string()),
        Some(DateKind::Date) => match serial::date(value, is_1904) {
            Some((year, month, day)) => Content::Date(year, month, day),
            None => Content::Other(value.to_string()),
        },
    }
}

/// A parsed number.
enum ParsedNumber {
    Whole(Decimal),
    Float(f64),
}

impl ParsedNumber {
    fn float(self) -> f64 {
        match self {
            // A whole number of at most fifteen digits converts to a float without loss.
            ParsedNumber::Whole(n) => n.try_into().unwrap_or(f64::NAN),
            ParsedNumber::Float(f) => f,
        }
    }
}

fn parsed_number(written: &str) -> Option<ParsedNumber> {
    // Whole numbers of at most fifteen digits need no rounding.
    if written.len() <= DIGITS && written.bytes().all(|b| b.is_ascii_digit()) {
        return written.parse::<i64>().ok().map(|n| ParsedNumber::Whole(Decimal::from(n)));
    }
    written.parse::<f64>().ok().map(ParsedNumber::Float)
}

fn text(s: &str, formula: bool, limits: &Limits) -> Result<Option<Content>, ImportError> {
    if s.len() > limits.text_bytes {
        return Err(limits.text_error());
    }
    // An empty text is no content, except as the result of a formula such as ="".
    if s.is_empty() && !formula {
        return Ok(None);
    }
    Ok(Some(Content::Text(s.to_owned())))
}

/// Returns the number that Excel shows: the shortest decimal that denotes the float, rounded to 15 significant digits if it is
/// longer.
pub(super) fn number(f: f64) -> Content {
    let shortest = format!("{f:e}");
    let digits = shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    let written = if digits > DIGITS { format!("{:.*e}", DIGITS - 1, f) } else { shortest };
    match Decimal::from_scientific(&written) {
        // A number below the last decimal place of a [`Decimal`] would become 0.
        Ok(d) if f == 0.0 || !d.is_zero() => Content::Number(d.normalize()),
        _ => Content::HugeNumber(f.to_string()),
    }
}
