//! .xlsb: an Excel package whose parts are binary records, read once for values and frame together (as [`super::xls`]).

use std::collections::BTreeSet;

use super::biff::{Fields, NumberFormat, RecordStyles, cell, error, packed, truncated};
use super::boxes;
use super::directory::{SheetPart, main_part};
use super::package::{inflated, is_drawing, percent_decoded};
use super::sheets::Collector;
use super::workbook::{Content, Sheet, Skipped, Span};
use super::{ImportError, Limits};
use crate::model::Address;

mod kind {
    pub const ROW: u32 = 0;
    pub const BLANK: u32 = 1;
    pub const RICH_CELL: u32 = 62;
    pub const RICH_CELL_BEHIND: u32 = 61;
    pub const SHARED_STRING: u32 = 19;
    pub const FONT: u32 = 43;
    pub const FORMAT: u32 = 44;
    pub const STYLE: u32 = 47;
    pub const COLUMN: u32 = 60;
    pub const BOOK_PROPERTIES: u32 = 153;
    pub const SHEET: u32 = 156;
    pub const MERGE: u32 = 176;
    pub const CELL_STYLES: u32 = 617;
    pub const CELL_STYLES_END: u32 = 618;
}

/// Returns all worksheets in the workbook's order, and those other sheets that may have content.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    // The relationships name the parts, so they are read first.
    let listings = inflated(bytes, limits, |name| name.ends_with(".rels"))?.decoded();
    let (main, targets) = main_part(&listings, "xl/workbook.bin")?;
    let wanted: BTreeSet<String> = targets.iter().map(|r| &*r.target).chain([&*main]).map(spelled).collect();
    let is_listed = |name: &str| name.ends_with(".bin") && wanted.contains(&spelled(name));
    let package = inflated(bytes, limits, is_listed)?;
    let drawings = inflated(bytes, limits, |name| name.ends_with(".rels") || is_drawing(name))?.decoded();
    let of_kind = |kind: &str| targets.iter().find(|r| r.kind.ends_with(kind)).and_then(|r| package.part(&r.target));
    let mut book = Book {
        styles: of_kind("/styles").map(|part| styles(part)).transpose()?.unwrap_or_default(),
        strings: Vec::new(),
    };
    let (is_1904, entries) =
        directory(package.part(&main).ok_or_else(|| ImportError::Damaged("缺少工作簿目录".to_owned()))?)?;
    book.styles.is_1904 = is_1904;
    book.strings = of_kind("/sharedStrings").map(|part| strings(part, &book.styles)).transpose()?.unwrap_or_default();
    let mut collector = Collector::new(limits);
    for sheet in entries {
        let relationship = targets.iter().find(|r| r.id == sheet.relationship);
        match SheetPart::of(relationship, |part| package.part(part).is_some()) {
            SheetPart::Worksheet(name) => {
                if let Some(part) = package.part(&name) {
                    read_sheet(part, &book, &mut collector)?;
                }
                boxes::on_sheet(&name, &drawings)?.iter().try_for_each(|words| collector.text_box(words))?;
                collector.end_sheet(sheet.name.clone(), sheet.hidden)?;
            }
            SheetPart::Other(kind, name) => {
                if kind != Skipped::Macro || package.part(&name).is_some_and(|part| may_have_content(part)) {
                    collector.skipped(&sheet.name, kind)?;
                }
            }
            SheetPart::Missing => collector.skipped(&sheet.name, Skipped::Missing)?,
        }
    }
    collector.finish()
}

/// Returns a part's name in the form that [`super::package::Package::part`] compares.
fn spelled(name: &str) -> String {
    let name = name.trim_start_matches('/').to_ascii_lowercase();
    percent_decoded(&name).map_or(name, |n| n.to_ascii_lowercase())
}

/// Whether a sheet of macros has a cell that is not blank. A damaged part counts as having one.
fn may_have_content(part: &[u8]) -> bool {
    Records(part).any(|record| record.map_or(true, |(kind, _)| matches!(kind, 2..=18 | 61 | 62)))
}

struct Book {
    styles: RecordStyles,
    strings: Vec<String>,
}

struct BundledSheet {
    name: String,
    hidden: bool,
    /// The id of its relationship.
    relationship: String,
}

/// Returns whether dates count from 1904, and the sheets.
fn directory(part: &[u8]) -> Result<(bool, Vec<BundledSheet>), ImportError> {
    let (mut is_1904, mut sheets) = (false, Vec::new());
    for record in Records(part) {
        let (kind, fields) = record?;
        match kind {
            kind::BOOK_PROPERTIES => is_1904 = fields.u8(0).is_some_and(|flags| flags & 1 != 0),
            kind::SHEET => {
                // The first version of the format has four more bytes here.
                let names = |at: usize| {
                    let (relationship, next) = wide(fields, at)?;
                    let (name, end) = wide(fields, next)?;
                    Some((relationship, name, end == fields.0.len()))
                };
                let is_whole = |names: &(_, _, bool)| names.2;
                let (relationship, name, _) = names(8)
                    .filter(is_whole)
                    .or_else(|| names(12).filter(is_whole))
                    .or_else(|| names(8))
                    .ok_or_else(truncated)?;
                let text = |units: &[u16]| String::from_utf16_lossy(units);
                let hidden = fields.u32(0).is_some_and(|state| state != 0);
                sheets.push(BundledSheet { name: text(&name), hidden, relationship: text(&relationship) });
            }
            _ => {}
        }
    }
    Ok((is_1904, sheets))
}

fn styles(part: &[u8]) -> Result<RecordStyles, ImportError> {
    let mut styles = RecordStyles::default();
    let mut in_cells = false;
    for record in Records(part) {
        let (kind, fields) = record?;
        match kind {
            kind::FONT => {
                let (flags, script) = (fields.u16(2).unwrap_or_default(), fields.u16(6).unwrap_or_default());
                styles.marks.push(flags & 8 != 0 || script != 0);
            }
            kind::FORMAT => {
                let (code, _) = wide(fields, 2).ok_or_else(truncated)?;
                styles.codes.insert(fields.u16(0).ok_or_else(truncated)?, String::from_utf16_lossy(&code));
            }
            kind::CELL_STYLES => in_cells = true,
            kind::CELL_STYLES_END => in_cells = false,
            kind::STYLE if in_cells => styles.cells.push(fields.u16(2).unwrap_or_default()),
            _ => {}
        }
    }
    styles.settle();
    Ok(styles)
}

/// Reads the shared strings that the part contains; the number that it states is ignored.
fn strings(part: &[u8], styles: &RecordStyles) -> Result<Vec<String>, ImportError> {
    let mut all = Vec::new();
    for record in Records(part) {
        let (kind, fields) = record?;
        if kind == kind::SHARED_STRING {
            all.push(rich(fields, 0, styles).ok_or_else(truncated)?);
        }
    }
    Ok(all)
}

fn read_sheet(part: &[u8], book: &Book, to: &mut Collector<'_>) -> Result<(), ImportError> {
    let mut row = 0;
    // A cell that follows another may omit its column.
    let mut column = 0u32;
    for record in Records(part) {
        let (kind, fields) = record?;
        let sides = || [0, 4, 8, 12].map(|at| fields.u32(at));
        match kind {
            kind::ROW => {
                row = fields.u32(0).ok_or_else(truncated)?;
                column = 0;
                if fields.u8(11).is_some_and(|flags| flags & 0x10 != 0) {
                    to.hide_rows(row, row)?;
                }
            }
            kind::COLUMN => {
                let (first, last, flags) = (fields.u32(0), fields.u32(4), fields.u16(16));
                if flags.is_some_and(|f| f & 1 != 0) {
                    to.hide_columns(first.ok_or_else(truncated)?, last.ok_or_else(truncated)?)?;
                }
            }
            kind::MERGE => {
                let [Some(top), Some(bottom), Some(left), Some(right)] = sides() else { return Err(truncated()) };
                let last = Address { row: bottom, column: right };
                to.merge(Span { first: Address { row: top, column: left }, last })?;
            }
            kind::BLANK..=18 | kind::RICH_CELL | kind::RICH_CELL_BEHIND => {
                let (behind, kind) = match kind {
                    12..=18 => (true, kind - 11),
                    kind::RICH_CELL_BEHIND => (true, kind::RICH_CELL),
                    _ => (false, kind),
                };
                // These records omit the column: it is the one after the previous cell.
                let style_at = if behind { 0 } else { 4 };
                column = if behind { column } else { fields.u32(0).ok_or_else(truncated)? };
                let style = (fields.u32(style_at).ok_or_else(truncated)? & 0xFF_FFFF) as usize;
                let format = book.styles.format(style);
                let value = Fields(fields.0.get(style_at + 4..).ok_or_else(truncated)?);
                if kind != kind::BLANK {
                    let content = content(kind, value, book, format)?;
                    to.cell(cell(row, column, content, (8..=11).contains(&kind)), format.effect)?;
                }
                column = column.saturating_add(1);
            }
            _ => {}
        }
    }
    Ok(())
}

fn content(kind: u32, value: Fields<'_>, book: &Book, format: NumberFormat) -> Result<Content, ImportError> {
    let styles = &book.styles;
    let content = match kind {
        2 => value.u32(0).map(|rk| styles.number(packed(rk), format)),
        3 | 11 => value.u8(0).map(error),
        4 | 10 => value.u8(0).map(|b| Content::Bool(b != 0)),
        5 | 9 => value.f64(0).map(|f| styles.number(f, format)),
        7 => {
            let index = value.u32(0).ok_or_else(truncated)? as usize;
            let text = book.strings.get(index).ok_or_else(|| ImportError::Damaged("没有所指的文字".to_owned()))?;
            Some(Content::Text(text.clone()))
        }
        kind::RICH_CELL => rich(value, 0, styles).map(Content::Text),
        // A text inside the cell, or the result of a formula.
        _ => wide(value, 0).map(|(units, _)| Content::Text(String::from_utf16_lossy(&units))),
    };
    content.ok_or_else(truncated)
}

/// Reads a text that is preceded by its length; also returns where it ends.
fn wide(fields: Fields<'_>, at: usize) -> Option<(Vec<u16>, usize)> {
    let length = (fields.u32(at)? as usize).checked_mul(2)?;
    let bytes = fields.bytes(at + 4, length)?;
    Some((bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect(), at + 4 + length))
}

/// Reads a text with its runs.
fn rich(fields: Fields<'_>, at: usize, styles: &RecordStyles) -> Option<String> {
    let flags = fields.u8(at)?;
    let (text, end) = wide(fields, at + 1)?;
    let mut runs = Vec::new();
    if flags & 1 != 0 {
        let list = fields.bytes(end + 4, (fields.u32(end)? as usize).checked_mul(4)?)?;
        runs = list
            .chunks_exact(4)
            .map(|r| (u16::from_le_bytes([r[0], r[1]]), u16::from_le_bytes([r[2], r[3]])))
            .collect();
    }
    Some(styles.marked(&text, &runs))
}

/// The records of a part: kind and length in seven bits per byte, then the body.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn varied(&mut self, longest: usize) -> Option<u32> {
        let mut value = 0;
        for i in 0..longest {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u32::from(byte & 0x7F) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    }

    fn record(&mut self) -> Option<(u32, Fields<'a>)> {
        let kind = self.varied(2)?;
        let length = self.varied(4)? as usize;
        let (body, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, Fields(body)))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u32, Fields<'a>), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_none() {
            // Nothing is read after a fault.
            self.0 = &[];
        }
        Some(record.ok_or_else(truncated))
    }
}
