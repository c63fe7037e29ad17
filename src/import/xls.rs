//! .xls and .et: the records of Excel 97 to 2003, read once for values and frame together.
//!
//! calamine gives the values of such a file as dense rectangles, without styles. The records must be read for hidden rows,
//! formats and raised runs anyway, and two readers of one file may disagree.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::biff::{RecordStyles, cell, error, packed, truncated};
use super::sheets::Collector;
use super::sniff::other_compound;
use super::workbook::{Content, Sheet, Skipped, Span};
use super::xls_stream::{Record, Records, RichText};
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
    pub const SHEET_PROPERTIES: u16 = 0x81;
    pub const BEGIN: u16 = 0x809;
}

/// Returns all worksheets in the workbook's order, and those other sheets that may have content.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let stream = stream(bytes, limits)?;
    let book = globals(&stream)?;
    let mut collector = Collector::new(limits);
    for sheet in &book.sheets {
        let other = match sheet.kind {
            0 if is_dialog(&stream, sheet.offset) => Some(Skipped::Dialog),
            0 => None,
            1 if !has_cells(&stream, sheet.offset) => continue,
            1 => Some(Skipped::Macro),
            2 => Some(Skipped::Chart),
            // Visual Basic modules.
            _ => continue,
        };
        if let Some(why) = other {
            collector.skipped(&sheet.name, why)?;
            continue;
        }
        read_sheet(&stream, sheet.offset, &book, &mut collector)?;
        collector.end_sheet(sheet.name.clone(), sheet.hidden)?;
    }
    collector.finish()
}

/// Returns the workbook's stream from its container.
fn stream(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|e| ImportError::container(&e))?;
    if !file.is_stream("Workbook") {
        return Err(if file.is_stream("Book") {
            ImportError::Format("这是 Excel 95 或更早的 .xls 旧格式".into())
        } else if file.is_stream("EncryptedPackage") {
            ImportError::Encrypted
        } else {
            other_compound(|name| file.is_stream(name))
        });
    }
    let stream = file.open_stream("Workbook").map_err(|e| ImportError::container(&e))?;
    let mut out = Vec::new();
    stream.take(limits.file_bytes).read_to_end(&mut out).map_err(|e| ImportError::container(&e))?;
    Ok(out)
}

/// Format code assumed in place of one that cannot be read: it hides the number.
const UNREADABLE: &str = ";;;";

/// A cell's row, column and style.
type Spot = (u32, u32, usize);

#[derive(Debug)]
struct BoundSheet {
    name: String,
    hidden: bool,
    /// 0 for a worksheet, 1 for macros, 2 for a chart, 6 for Visual Basic.
    kind: u8,
    offset: usize,
}

/// Data that all sheets of the workbook share.
#[derive(Debug, Default)]
struct Globals {
    sheets: Vec<BoundSheet>,
    strings: Vec<String>,
    styles: RecordStyles,
}

fn globals(stream: &[u8]) -> Result<Globals, ImportError> {
    let mut records = Records::new(stream, 0);
    let begin = records.next().filter(|r| r.kind == kind::BEGIN).ok_or_else(truncated)?;
    if begin.fields().u16(0) != Some(0x600) {
        return Err(ImportError::Format("这是 Excel 95 或更早的 .xls 旧格式".into()));
    }
    let mut book = Globals::default();
    let mut strings: Vec<RichText> = Vec::new();
    for record in &mut records {
        let fields = record.fields();
        match record.kind {
            kind::EOF => return Ok(settled(book, &strings)),
            kind::FILE_PASS => return Err(ImportError::Encrypted),
            kind::DATE_MODE => book.styles.is_1904 = fields.u16(0) == Some(1),
            kind::FONT => {
                // No font has the number 4.
                if book.styles.marks.len() == 4 {
                    book.styles.marks.push(false);
                }
                // Excel treats missing fields of a short record as 0.
                let (flags, script) = (fields.u16(2).unwrap_or_default(), fields.u16(8).unwrap_or_default());
                book.styles.marks.push(flags & 8 != 0 || script != 0);
            }
            kind::FORMAT => {
                let mut text = record.text();
                text.skip(2)?;
                // Excel ignores a code that cannot be read; what it should have shown is not known.
                let code = match fields.u16(2) {
                    Some(0) | None => String::new(),
                    _ => text.rich().map_or(UNREADABLE.to_owned(), |t| String::from_utf16_lossy(&t.units)),
                };
                book.styles.codes.insert(fields.u16(0).ok_or_else(truncated)?, code);
            }
            kind::STYLE => book.styles.cells.push(fields.u16(2).unwrap_or_default()),
            kind::STRINGS => strings = shared(&record)?,
            kind::SHEET => {
                let (offset, state, of) = (fields.u32(0), fields.u8(4), fields.u8(5));
                let mut text = record.text();
                text.skip(6)?;
                let name = String::from_utf16_lossy(&text.short()?.units);
                let hidden = state.is_some_and(|s| s & 3 != 0);
                let kind = of.unwrap_or_default() & 15;
                book.sheets.push(BoundSheet { name, hidden, kind, offset: offset.ok_or_else(truncated)? as usize });
            }
            _ => {}
        }
    }
    if records.is_at_end() { Ok(settled(book, &strings)) } else { Err(truncated()) }
}

/// Resolves the strings: the fonts of their runs are known only after all records were read.
fn settled(mut book: Globals, strings: &[RichText]) -> Globals {
    book.styles.settle();
    book.strings = strings.iter().map(|s| book.styles.marked(&s.units, &s.runs)).collect();
    book
}

/// The records of a sheet, without those of embedded charts.
fn own_records(stream: &[u8], offset: usize) -> impl Iterator<Item = Record<'_>> {
    let mut depth = 0u32;
    let records = Records::new(stream, offset).take_while(move |record| {
        match record.kind {
            kind::BEGIN => depth += 1,
            kind::EOF => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0
    });
    let mut depth = 0u32;
    records.filter(move |record| {
        depth = match record.kind {
            kind::BEGIN => depth + 1,
            kind::EOF => depth.saturating_sub(1),
            _ => depth,
        };
        depth == 1
    })
}

/// Whether a sheet is a dialog sheet: its properties, which precede the cells, have a flag for it.
fn is_dialog(stream: &[u8], offset: usize) -> bool {
    let found = own_records(stream, offset).find(|r| r.kind == kind::SHEET_PROPERTIES || is_cell(r.kind));
    found.is_some_and(|r| r.kind == kind::SHEET_PROPERTIES && r.fields().u16(0).is_some_and(|flags| flags & 0x10 != 0))
}

fn has_cells(stream: &[u8], offset: usize) -> bool {
    own_records(stream, offset).any(|r| is_cell(r.kind))
}

/// Reads the shared strings that the record contains; the number that it states is only an upper limit.
fn shared(record: &Record<'_>) -> Result<Vec<RichText>, ImportError> {
    let stated = record.fields().u32(4).ok_or_else(truncated)?;
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
    records.next().filter(|r| r.kind == kind::BEGIN).ok_or_else(truncated)?;
    // Charts within the sheet have cells of their own, which are skipped.
    let mut depth = 0u32;
    // A formula whose text is in a later record.
    let mut awaited: Option<Spot> = None;
    for record in &mut records {
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
                awaited = awaited.or(read_record(&record, book, to).ok_or_else(truncated)??);
            }
        }
    }
    // The last sheet of the stream may lack its end record.
    if records.is_at_end() && depth == 0 {
        return awaited.map_or(Ok(()), |at| put(to, at, Content::Uncomputed, true, book));
    }
    Err(truncated())
}

fn is_cell(kind: u16) -> bool {
    use kind::*;
    [FORMULA, NUMBER, LABEL, RICH_LABEL, TRUTH_OR_ERROR, STRING_CELL, PACKED_NUMBER, PACKED_NUMBERS].contains(&kind)
}

/// Adds the content of a record; returns the place of a formula whose text is in a later record. `None` if the record is too
/// short.
fn read_record(
    record: &Record<'_>,
    book: &Globals,
    to: &mut Collector<'_>,
) -> Option<Result<Option<Spot>, ImportError>> {
    let fields = record.fields();
    let done = match record.kind {
        kind::ROW => {
            // Missing flags of a short record mean that nothing is hidden.
            let (row, flags) = (u32::from(fields.u16(0)?), fields.u16(12).unwrap_or_default());
            if flags & 0x20 != 0 { to.hide_rows(row, row) } else { Ok(()) }
        }
        kind::COLUMN => {
            let (first, last, flags) = (fields.u16(0)?, fields.u16(2)?, fields.u16(8).unwrap_or_default());
            if flags & 1 != 0 { to.hide_columns(first.into(), last.into()) } else { Ok(()) }
        }
        kind::MERGES => (0..usize::from(fields.u16(0)?)).try_for_each(|i| {
            let side = |n: usize| fields.u16(2 + i * 8 + n * 2).map(u32::from).ok_or_else(truncated);
            let first = Address { row: side(0)?, column: side(2)? };
            to.merge(Span { first, last: Address { row: side(1)?, column: side(3)? } })
        }),
        kind if is_cell(kind) => {
            let (row, column) = (u32::from(fields.u16(0)?), u32::from(fields.u16(2)?));
            let style = |at| fields.u16(at).map(usize::from);
            let at = (row, column, style(4)?);
            let number = |value, style| book.styles.number(value, book.styles.format(style));
            match kind {
                kind::NUMBER => put(to, at, number(fields.f64(6)?, at.2), false, book),
                kind::PACKED_NUMBER => put(to, at, number(packed(fields.u32(6)?), at.2), false, book),
                kind::PACKED_NUMBERS => {
                    // Row, first column, then style and number for each, then the last column.
                    let count = fields.0.len().checked_sub(6)? as u32 / 6;
                    (0..count).try_for_each(|i| {
                        let here = 4 + i as usize * 6;
                        let (style, rk) = style(here).zip(fields.u32(here + 2)).ok_or_else(truncated)?;
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

/// Returns the text of a cell that contains it directly, as older programs write it.
fn label(record: &Record<'_>, kind: u16, styles: &RecordStyles) -> Result<String, ImportError> {
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
    to.cell(cell(row, column, content, formula), book.styles.format(style).effect)
}
