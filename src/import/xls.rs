//! .xls and .et: the records of Excel 97 to 2003, read once for values and frame together.
//!
//! calamine gives the values of such a file as dense rectangles and none of its styles; the records had to be walked for
//! hidden rows, formats and raised runs anyhow, and two readers of one file may disagree.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::biff::{Styles, cell, error, packed};
use super::sheets::Collector;
use super::sniff::other_compound;
use super::workbook::{Content, Sheet, Span};
use super::xls_stream::{Record, Records, Rich, cut};
use super::{ImportError, Limits};
use crate::model::Address;

mod kind {
    pub const EOF: u16 = 0x0A;
    pub const DATE_MODE: u16 = 0x22;
    pub const FILE_PASS: u16 = 0x2F;
    pub const FONT: u16 = 0x31;
    pub const COLUMN: u16 = 0x7D;
    pub const SHEET: u16 = 0x85;
    pub const PACKED_NUMBERS: u16 = 0xBD;
    pub const RICH_LABEL: u16 = 0xD6;
    pub const STYLE: u16 = 0xE0;
    pub const MERGES: u16 = 0xE5;
    pub const STRINGS: u16 = 0xFC;
    pub const STRING_CELL: u16 = 0xFD;
    pub const FORMULA: u16 = 0x06;
    pub const NUMBER: u16 = 0x203;
    pub const LABEL: u16 = 0x204;
    pub const TRUTH_OR_ERROR: u16 = 0x205;
    pub const FORMULA_TEXT: u16 = 0x207;
    pub const ROW: u16 = 0x208;
    pub const PACKED_NUMBER: u16 = 0x27E;
    pub const FORMAT: u16 = 0x41E;
    pub const BEGIN: u16 = 0x809;
}

/// All worksheets in the workbook's order.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let stream = stream(bytes, limits)?;
    let book = globals(&stream)?;
    let mut collector = Collector::new(limits);
    for sheet in &book.sheets {
        read_sheet(&stream, sheet.offset, &book, &mut collector)?;
        collector.end_sheet(sheet.name.clone(), sheet.hidden)?;
    }
    collector.finish()
}

/// The workbook's stream, out of its container.
fn stream(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(ImportError::damaged)?;
    if !file.is_stream("Workbook") {
        return Err(if file.is_stream("Book") {
            ImportError::Format("这是 Excel 95 或更早的 .xls 旧格式".into())
        } else if file.is_stream("EncryptedPackage") {
            ImportError::Encrypted
        } else {
            other_compound(|name| file.is_stream(name))
        });
    }
    let stream = file.open_stream("Workbook").map_err(ImportError::damaged)?;
    let mut out = Vec::new();
    stream.take(limits.file_bytes).read_to_end(&mut out).map_err(ImportError::damaged)?;
    Ok(out)
}

/// A cell's row, column and style.
type Spot = (u32, u32, usize);

#[derive(Debug)]
struct Listed {
    name: String,
    hidden: bool,
    offset: usize,
}

/// What the whole workbook shares.
#[derive(Debug, Default)]
struct Globals {
    sheets: Vec<Listed>,
    strings: Vec<String>,
    styles: Styles,
}

fn globals(stream: &[u8]) -> Result<Globals, ImportError> {
    let mut records = Records::new(stream, 0);
    let begin = records.next().filter(|r| r.kind == kind::BEGIN).ok_or_else(cut)?;
    if begin.fields().u16(0) != Some(0x600) {
        return Err(ImportError::Format("这是 Excel 95 或更早的 .xls 旧格式".into()));
    }
    let mut book = Globals::default();
    let mut strings: Vec<Rich> = Vec::new();
    for record in records {
        let fields = record.fields();
        match record.kind {
            kind::EOF => {
                // The fonts of their runs are all known now.
                let styles = &mut book.styles;
                styles.settle();
                book.strings = strings.iter().map(|s| styles.marked(&s.units, &s.runs)).collect();
                return Ok(book);
            }
            kind::FILE_PASS => return Err(ImportError::Encrypted),
            kind::DATE_MODE => book.styles.is_1904 = fields.u16(0) == Some(1),
            kind::FONT => {
                // No font has the number 4.
                if book.styles.marks.len() == 4 {
                    book.styles.marks.push(false);
                }
                let (looks, place) = fields.u16(2).zip(fields.u16(8)).ok_or_else(cut)?;
                book.styles.marks.push(looks & 8 != 0 || place != 0);
            }
            kind::FORMAT => {
                let mut text = record.text();
                text.skip(2)?;
                let code = String::from_utf16_lossy(&text.rich()?.units);
                book.styles.codes.insert(fields.u16(0).ok_or_else(cut)?, code);
            }
            kind::STYLE => book.styles.cells.push(fields.u16(2).ok_or_else(cut)?),
            kind::STRINGS => strings = shared(&record)?,
            kind::SHEET => {
                let (offset, state, of) = (fields.u32(0), fields.u8(4), fields.u8(5));
                let mut text = record.text();
                text.skip(6)?;
                let name = String::from_utf16_lossy(&text.short()?.units);
                // Macros and charts have sheets too.
                if of.is_some_and(|kind| kind & 15 == 0) {
                    let hidden = state.is_some_and(|s| s & 3 != 0);
                    book.sheets.push(Listed { name, hidden, offset: offset.ok_or_else(cut)? as usize });
                }
            }
            _ => {}
        }
    }
    Err(cut())
}

/// The shared strings. How many there are is what is there, not what the record says.
fn shared(record: &Record<'_>) -> Result<Vec<Rich>, ImportError> {
    let stated = record.fields().u32(4).ok_or_else(cut)?;
    let mut text = record.text();
    text.skip(8)?;
    let mut strings = Vec::new();
    while !text.is_done() && strings.len() < stated as usize {
        strings.push(text.rich()?);
    }
    Ok(strings)
}

fn read_sheet(stream: &[u8], offset: usize, book: &Globals, to: &mut Collector<'_>) -> Result<(), ImportError> {
    let mut records = Records::new(stream, offset);
    records.next().filter(|r| r.kind == kind::BEGIN).ok_or_else(cut)?;
    // Charts within the sheet have cells of their own.
    let mut depth = 0u32;
    // A formula whose text follows.
    let mut awaited: Option<Spot> = None;
    for record in records {
        match record.kind {
            kind::BEGIN => depth += 1,
            kind::EOF if depth == 0 => {
                return awaited.map_or(Ok(()), |at| put(to, at, Content::Uncomputed, true, book));
            }
            kind::EOF => depth -= 1,
            _ if depth > 0 => {}
            kind::FORMULA_TEXT => {
                if let Some(at) = awaited.take() {
                    let text = String::from_utf16_lossy(&record.text().rich()?.units);
                    put(to, at, Content::Text(text), true, book)?;
                }
            }
            _ => {
                if is_cell(record.kind)
                    && let Some(at) = awaited.take()
                {
                    put(to, at, Content::Uncomputed, true, book)?;
                }
                awaited = awaited.or(read_record(&record, book, to).ok_or_else(cut)??);
            }
        }
    }
    Err(cut())
}

fn is_cell(kind: u16) -> bool {
    use kind::*;
    [FORMULA, NUMBER, LABEL, RICH_LABEL, TRUTH_OR_ERROR, STRING_CELL, PACKED_NUMBER, PACKED_NUMBERS].contains(&kind)
}

/// Puts what a record holds; gives the place of a formula whose text is still to come. `None`: the record is too short.
fn read_record(
    record: &Record<'_>,
    book: &Globals,
    to: &mut Collector<'_>,
) -> Option<Result<Option<Spot>, ImportError>> {
    let fields = record.fields();
    let done = match record.kind {
        kind::ROW => {
            let (row, flags) = (u32::from(fields.u16(0)?), fields.u16(12)?);
            if flags & 0x20 != 0 { to.hide_rows(row, row) } else { Ok(()) }
        }
        kind::COLUMN => {
            let (first, last, flags) = (fields.u16(0)?, fields.u16(2)?, fields.u16(8)?);
            if flags & 1 != 0 { to.hide_columns(first.into(), last.into()) } else { Ok(()) }
        }
        kind::MERGES => (0..usize::from(fields.u16(0)?)).try_for_each(|i| {
            let side = |n: usize| fields.u16(2 + i * 8 + n * 2).map(u32::from).ok_or_else(cut);
            let first = Address { row: side(0)?, column: side(2)? };
            to.merge(Span { first, last: Address { row: side(1)?, column: side(3)? } })
        }),
        kind if is_cell(kind) => {
            let (row, column) = (u32::from(fields.u16(0)?), u32::from(fields.u16(2)?));
            let style = |at| fields.u16(at).map(usize::from);
            let at = (row, column, style(4)?);
            let number = |value, style| book.styles.number(value, book.styles.look(style));
            match kind {
                kind::NUMBER => put(to, at, number(fields.f64(6)?, at.2), false, book),
                kind::PACKED_NUMBER => put(to, at, number(packed(fields.u32(6)?), at.2), false, book),
                kind::PACKED_NUMBERS => {
                    // Row, first column, then style and number for each, then the last column.
                    let count = fields.0.len().checked_sub(6)? as u32 / 6;
                    (0..count).try_for_each(|i| {
                        let here = 4 + i as usize * 6;
                        let (style, rk) = style(here).zip(fields.u32(here + 2)).ok_or_else(cut)?;
                        put(to, (row, column + i, style), number(packed(rk), style), false, book)
                    })
                }
                kind::TRUTH_OR_ERROR => put(to, at, truth_or_error(fields.u8(6)?, fields.u8(7)? != 0), false, book),
                kind::STRING_CELL => match book.strings.get(fields.u32(6)? as usize) {
                    Some(text) => put(to, at, Content::Text(text.clone()), false, book),
                    None => Err(ImportError::Damaged("没有所指的文字".to_owned())),
                },
                kind::FORMULA => match (fields.u16(12)?, fields.u8(6)?) {
                    (0xFFFF, 0) => return Some(Ok(Some(at))),
                    (0xFFFF, which @ (1 | 2)) => put(to, at, truth_or_error(fields.u8(8)?, which == 2), true, book),
                    (0xFFFF, _) => put(to, at, Content::Text(String::new()), true, book),
                    _ => put(to, at, number(fields.f64(6)?, at.2), true, book),
                },
                _ => label(record, kind, &book.styles).and_then(|t| put(to, at, Content::Text(t), false, book)),
            }
        }
        _ => Ok(()),
    };
    Some(done.map(|()| None))
}

/// A text in its cell, as older writers put it.
fn label(record: &Record<'_>, kind: u16, styles: &Styles) -> Result<String, ImportError> {
    let mut text = record.text();
    text.skip(6)?;
    let mut rich = text.rich()?;
    if kind == kind::RICH_LABEL {
        rich.runs = text.runs()?;
    }
    Ok(styles.marked(&rich.units, &rich.runs))
}

fn truth_or_error(value: u8, is_error: bool) -> Content {
    if is_error { error(value) } else { Content::Bool(value != 0) }
}

fn put(
    to: &mut Collector<'_>,
    (row, column, style): Spot,
    content: Content,
    formula: bool,
    book: &Globals,
) -> Result<(), ImportError> {
    to.cell(cell(row, column, content, formula), book.styles.look(style).shown)
}
