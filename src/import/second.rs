//! The second reader: calamine over the same bytes, independent of ours.
//!
//! Takes bytes and their format, gives sheets with the cells as calamine reads them: values and texts only, without spans, hidden
//! parts and formulas. calamine trusts the sizes that a file states, so it may panic, abort or hang, and belongs in a separate
//! process.

use std::io::Cursor;

use calamine::{Data, DataRef, Ods, Range, Reader, Xls, Xlsb, Xlsx};

use super::sniff::FileKind;
use super::workbook::{Cell, Content, Sheet};
use super::{ImportError, Limits, contents};
use crate::model::Address;

/// Reads a workbook through calamine.
///
/// # Errors
/// If calamine cannot read it, or it has more cells than the limits allow.
pub fn read_second(kind: FileKind, bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let bytes = Cursor::new(bytes);
    match kind {
        FileKind::Xlsx => {
            let mut book: Xlsx<_> = Xlsx::new(bytes).map_err(unread)?;
            let names = book.sheet_names();
            let one = |name: String| match book.worksheet_cells_reader(&name) {
                Ok(mut reader) => streamed(&name, || reader.next_cell(), limits),
                // Not a worksheet: a chart, for example.
                Err(_) => Ok(named(&name)),
            };
            names.into_iter().map(one).collect()
        }
        FileKind::Xlsb => {
            let mut book: Xlsb<_> = Xlsb::new(bytes).map_err(unread)?;
            let names = book.sheet_names();
            let one = |name: String| match book.worksheet_cells_reader(&name) {
                Ok(mut reader) => streamed(&name, || reader.next_cell(), limits),
                Err(_) => Ok(named(&name)),
            };
            names.into_iter().map(one).collect()
        }
        FileKind::Xls => ranges(Xls::new(bytes).map_err(unread)?.worksheets(), limits),
        FileKind::Ods => ranges(Ods::new(bytes).map_err(unread)?.worksheets(), limits),
    }
}

/// Returns a sheet whose cells are read one by one.
fn streamed<'a, E>(
    name: &str,
    mut next: impl FnMut() -> Result<Option<calamine::Cell<DataRef<'a>>>, E>,
    limits: &Limits,
) -> Result<Sheet, ImportError> {
    let mut cells = Vec::new();
    while let Some(cell) = next().map_err(unread)? {
        push(&mut cells, cell.get_position(), borrowed(cell.get_value()), limits)?;
    }
    Ok(Sheet { cells, ..named(name) })
}

fn named(name: &str) -> Sheet {
    Sheet { name: name.into(), ..Sheet::default() }
}

fn ranges(all: Vec<(String, Range<Data>)>, limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let one = |(name, range): (String, Range<Data>)| {
        let (top, left) = range.start().unwrap_or_default();
        let mut cells = Vec::new();
        for (row, column, data) in range.used_cells() {
            push(&mut cells, (top + row as u32, left + column as u32), owned(data), limits)?;
        }
        Ok(Sheet { cells, ..named(&name) })
    };
    all.into_iter().map(one).collect()
}

fn push(
    cells: &mut Vec<Cell>,
    (row, column): (u32, u32),
    content: Option<Content>,
    limits: &Limits,
) -> Result<(), ImportError> {
    if cells.len() >= limits.cells {
        return Err(limits.cells_error());
    }
    cells.extend(content.map(|content| Cell { at: Address { row, column }, content, formula: false }));
    Ok(())
}

fn owned(data: &Data) -> Option<Content> {
    borrowed(&match data {
        Data::Empty => DataRef::Empty,
        Data::String(s) => DataRef::SharedString(s),
        Data::Float(f) => DataRef::Float(*f),
        Data::Int(i) => DataRef::Int(*i),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(d) => DataRef::DateTime(*d),
        Data::DateTimeIso(s) => DataRef::DateTimeIso(s.clone()),
        Data::DurationIso(s) => DataRef::DurationIso(s.clone()),
        Data::Error(e) => DataRef::Error(e.clone()),
    })
}

fn borrowed(data: &DataRef<'_>) -> Option<Content> {
    Some(match data {
        DataRef::Empty => return None,
        DataRef::String(s) if s.is_empty() => return None,
        DataRef::SharedString("") => return None,
        DataRef::String(s) => Content::Text(s.clone()),
        DataRef::SharedString(s) => Content::Text((*s).to_owned()),
        DataRef::Float(f) => contents::number(*f),
        DataRef::Int(i) => Content::Number((*i).into()),
        DataRef::Bool(b) => Content::Bool(*b),
        DataRef::Error(e) => Content::Error(e.to_string()),
        DataRef::DateTime(d) if d.is_datetime() => {
            let (year, month, day, ..) = d.to_ymd_hms_milli();
            Content::Date(year, month, day)
        }
        DataRef::DateTime(d) => Content::Other(d.as_f64().to_string()),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Content::Other(s.clone()),
    })
}

/// The error for a workbook that calamine cannot read. Its own message is not used because it is in English and names no cell.
fn unread<E>(_: E) -> ImportError {
    ImportError::Damaged("另一种读法读不了这个文件".to_owned())
}
