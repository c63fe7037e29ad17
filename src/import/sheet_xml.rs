//! A worksheet in canonical notation → its cells as written, and its frame: hidden rows and columns, merged ranges.
//!
//! Takes the text of the part and the formats of its cell styles. It never resolves shared strings or converts values.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::attributes::attributes;
use super::error::odd_cell;
use super::formats::CellFormat;
use super::workbook::{FormatEffect, Span};
use super::xml::ill_formed;
use super::{ImportError, Limits, strings};
use crate::model::Address;

/// Excel's own limits: rows and columns from 0.
pub(super) const LAST: Address = Address { row: 1_048_575, column: 16_383 };

/// Frame of one worksheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub merges: Vec<Span>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u32, u32)>,
    pub format_effects: Vec<(Address, FormatEffect)>,
    /// Cells that are struck out, raised or lowered as a whole.
    pub marked: Vec<Address>,
    /// Number of `<c>` elements, empty ones included.
    pub cells: usize,
    /// The row after the last one that was read, from 0.
    next_row: u32,
    /// The column after the last cell of the row.
    next_column: u32,
    /// Whether the worksheet has an element for its data.
    data: bool,
}

/// A cell as written in the part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawCell<'x> {
    pub at: Address,
    /// Index of its style, if it states one.
    pub style: Option<usize>,
    pub kind: CellType,
    /// `None` if it has no element for a value.
    pub value: Option<Cow<'x, str>>,
    pub formula: bool,
}

/// The type of a cell (ECMA-376, `ST_CellType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellType {
    /// No type: a number, or a text if the value is not a number.
    Untyped,
    Number,
    /// The value is the index of a shared string.
    Shared,
    /// The value is a text, the result of a formula.
    Text,
    /// The text is inside the cell.
    Inline,
    Bool,
    Error,
    /// A date in the notation of ISO 8601.
    Date,
    Unknown,
}

impl CellType {
    pub fn of(written: Option<&str>) -> CellType {
        match written {
            None => CellType::Untyped,
            Some("n") => CellType::Number,
            Some("s") => CellType::Shared,
            Some("str") => CellType::Text,
            Some("inlineStr" | "is") => CellType::Inline,
            Some("b") => CellType::Bool,
            Some("e") => CellType::Error,
            Some("d") => CellType::Date,
            Some(_) => CellType::Unknown,
        }
    }

    /// Whether the value is one plain text: numbers, indices, truth values and errors have no references or CDATA.
    pub fn is_plain(self) -> bool {
        matches!(self, CellType::Untyped | CellType::Number | CellType::Shared | CellType::Bool | CellType::Error)
    }
}

/// Returns the frame and the cells of a worksheet in canonical notation; `formats` are those of the cell styles.
///
/// # Errors
/// More cells than `limits.cells`, impossible addresses, and values in a notation that programs read differently.
pub(super) fn read(
    xml: &str,
    formats: &[CellFormat],
    limits: &Limits,
) -> Result<(Frame, Vec<RawCell<'static>>), ImportError> {
    let mut reader = Reader::from_str(xml);
    let (mut frame, mut cells) = (Frame::default(), Vec::new());
    let mut cell: Option<RawCell<'static>> = None;
    loop {
        let event = reader.read_event().map_err(|_| ill_formed())?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "row" => {
                    let [number, hidden, height] = attributes(&e, ["r", "hidden", "ht"])?;
                    frame.row(number.as_deref(), hidden.as_deref(), height.as_deref())?;
                }
                "c" => {
                    let [at, style, kind] = attributes(&e, ["r", "s", "t"])?;
                    let (at, style) = frame.cell(at.as_deref(), style.as_deref(), formats, limits)?;
                    let kind = CellType::of(kind.as_deref());
                    let new = RawCell { at, style, kind, value: None, formula: false };
                    if is_empty { cells.push(new) } else { cell = Some(new) }
                }
                name @ ("is" | "v") => {
                    let Some(cell) = cell.as_mut() else { continue };
                    if cell.value.is_some() {
                        return Err(ImportError::Damaged("一个单元格有两个值".to_owned()));
                    }
                    let value = if is_empty { String::new() } else { value(&mut reader, name, cell.kind)? };
                    if cell.kind == CellType::Shared {
                        Frame::string_index(&value)?;
                    }
                    cell.value = Some(Cow::Owned(value));
                }
                "f" => {
                    if let Some(cell) = cell.as_mut() {
                        cell.formula = true;
                    }
                    if !is_empty {
                        reader.read_to_end(e.name()).map_err(|_| ill_formed())?;
                    }
                }
                "col" => {
                    let [first, last, hidden, width] = attributes(&e, ["min", "max", "hidden", "width"])?;
                    frame.columns(first.as_deref(), last.as_deref(), hidden.as_deref(), width.as_deref())?;
                }
                "mergeCell" => {
                    let [span] = attributes(&e, ["ref"])?;
                    frame.merge(span.as_deref(), limits)?;
                }
                "sheetData" => frame.sheet_data()?,
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "c" => cells.extend(cell.take()),
            Event::Eof => return Ok((frame.sorted(), cells)),
            _ => {}
        }
    }
}

/// Reads the value or the inline string of a cell of this type, up to the end of the element `name`, which was just opened.
fn value(reader: &mut Reader<&[u8]>, name: &str, kind: CellType) -> Result<String, ImportError> {
    match name {
        "is" => strings::string(reader, name),
        _ if kind.is_plain() => plain_value(reader),
        _ => strings::content(reader, name),
    }
}

/// Reads the value of a cell, one text without references, up to the end of its element.
fn plain_value(reader: &mut Reader<&[u8]>) -> Result<String, ImportError> {
    let mut value = None;
    loop {
        match reader.read_event().map_err(|_| ill_formed())? {
            Event::Text(t) if value.is_none() => value = Some(t.to_string()),
            Event::End(_) => return Ok(value.unwrap_or_default()),
            Event::Start(_) | Event::Empty(_) => return Err(odd_cell()),
            // A second text, CDATA, a comment or a reference: programs differ in what they read as the value.
            _ => return Err(ImportError::Damaged("单元格的值写法不合规范".to_owned())),
        }
    }
}

/// Each method adds one element of a worksheet, given the values of its attributes.
impl Frame {
    pub(super) fn row(
        &mut self,
        number_of: Option<&str>,
        hidden: Option<&str>,
        height: Option<&str>,
    ) -> Result<(), ImportError> {
        let row = number_of.map(|r| number(r, LAST.row + 1)).transpose()?.map_or(self.next_row, |r| r - 1);
        (self.next_row, self.next_column) = (row + 1, 0);
        if truth(hidden) || is_nothing(height) {
            self.hidden_rows.push(row);
        }
        Ok(())
    }

    /// Counts a cell; returns its address, and the index of its style if it states one.
    pub(super) fn cell(
        &mut self,
        at: Option<&str>,
        style: Option<&str>,
        formats: &[CellFormat],
        limits: &Limits,
    ) -> Result<(Address, Option<usize>), ImportError> {
        self.cells += 1;
        if self.cells > limits.cells {
            return Err(limits.cells_error());
        }
        // A cell without an address follows the one before it.
        let next = Address { row: self.next_row.saturating_sub(1), column: self.next_column };
        let at = at.map(address).transpose()?.unwrap_or(next);
        self.next_column = at.column.saturating_add(1);
        // A style that is not a plain number is refused, because it would hide the effect of its format. A cell without a style has
        // the first one.
        let style = style.map(|s| s.parse::<usize>().map_err(|_| odd_cell())).transpose()?;
        if let Some(format) = formats.get(style.unwrap_or(0)) {
            if format.marked {
                self.marked.push(at);
            }
            self.format_effects.extend(format.shown().map(|e| (at, e)));
        }
        Ok((at, style))
    }

    /// Notes that the worksheet has an element for its data; fails on a second one, which would not be read.
    pub(super) fn sheet_data(&mut self) -> Result<(), ImportError> {
        if self.data {
            return Err(ImportError::Damaged("一张工作表里有两份数据".to_owned()));
        }
        self.data = true;
        Ok(())
    }

    pub(super) fn has_data(&self) -> bool {
        self.data
    }

    /// Fails if a value cannot be the index of a shared string.
    pub(super) fn string_index(value: &str) -> Result<(), ImportError> {
        if value.bytes().all(|b| b.is_ascii_digit()) { Ok(()) } else { Err(odd_cell()) }
    }

    pub(super) fn columns(
        &mut self,
        first: Option<&str>,
        last: Option<&str>,
        hidden: Option<&str>,
        width: Option<&str>,
    ) -> Result<(), ImportError> {
        if let (Some(first), Some(last)) = (first.filter(|_| truth(hidden) || is_nothing(width)), last) {
            let side = |text| number(text, LAST.column + 1);
            self.hidden_columns.push((side(first)? - 1, side(last)? - 1));
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, span: Option<&str>, limits: &Limits) -> Result<(), ImportError> {
        if let Some(span) = span {
            self.merges.push(range(span)?);
        }
        if self.merges.len() > limits.cells { Err(limits.cells_error()) } else { Ok(()) }
    }

    pub(super) fn sorted(mut self) -> Frame {
        self.format_effects.sort_unstable_by_key(|(at, _)| *at);
        self.merges.sort_unstable();
        self.hidden_rows.sort_unstable();
        self.hidden_columns = joined(self.hidden_columns);
        self
    }
}

/// Whether an attribute is true. A value in an unknown notation counts as true, because hidden cells are reported and read
/// anyway.
fn truth(value: Option<&str>) -> bool {
    value.is_some_and(|v| !matches!(v.trim(), "0" | "false" | ""))
}

/// Whether a height or a width is zero, or too small for anything to be seen.
fn is_nothing(size: Option<&str>) -> bool {
    size.and_then(|s| s.trim().parse::<f64>().ok()).is_some_and(|s| s < 0.2)
}

/// Returns the ranges sorted, and joined where they touch, so that one search finds the range that contains a position.
pub(super) fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges.into_iter().filter(|(first, last)| first <= last) {
        match out.last_mut().filter(|before| first <= before.1.saturating_add(1)) {
            Some(before) => before.1 = before.1.max(last),
            None => out.push((first, last)),
        }
    }
    out
}

/// Whether a cell is within Excel's own limits.
pub(super) fn is_on_sheet(at: Address) -> bool {
    at.row <= LAST.row && at.column <= LAST.column
}

fn invalid_address(text: &str) -> ImportError {
    ImportError::Damaged(format!("单元格地址“{}”不合法", text.chars().take(20).collect::<String>()))
}

fn number(text: &str, most: u32) -> Result<u32, ImportError> {
    text.parse().ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| invalid_address(text))
}

/// Reads an address such as `D27`; small letters, and zeros before the row, are accepted too.
fn address(text: &str) -> Result<Address, ImportError> {
    let at = text.parse().ok().or_else(|| usual_address(text)?.parse().ok());
    at.filter(|at| is_on_sheet(*at)).ok_or_else(|| invalid_address(text))
}

/// An address with capitals, and without zeros before the row.
fn usual_address(text: &str) -> Option<String> {
    let (letters, row) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    Some(format!("{}{}", letters.to_ascii_uppercase(), row.trim_start_matches('0')))
}

/// Reads a range such as `B2:D5`, or a single cell.
pub(super) fn range(text: &str) -> Result<Span, ImportError> {
    let (a, b) = text.split_once(':').unwrap_or((text, text));
    let (a, b) = (address(a)?, address(b)?);
    Ok(Span {
        first: Address { row: a.row.min(b.row), column: a.column.min(b.column) },
        last: Address { row: a.row.max(b.row), column: a.column.max(b.column) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_hold_what_is_hidden_and_merged() {
        let xml = r#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData>
            <row r="4" hidden="1"><c r="A4"/></row><row><c/></row></sheetData>
            <mergeCells><mergeCell ref="B2:D5"/></mergeCells></worksheet>"#;
        let (frame, _) = read(xml, &[], &Limits::default()).unwrap();
        let unnumbered = r#"<sheetData><row hidden="1"/><row/><row hidden="1"/></sheetData>"#;
        assert_eq!(read(unnumbered, &[], &Limits::default()).unwrap().0.hidden_rows, [0, 2]);
        assert_eq!(frame.hidden_rows, [3]);
        assert_eq!(frame.hidden_columns, [(1, 2)]);
        assert_eq!(frame.cells, 2);
        let at = |row, column| Address { row, column };
        assert_eq!(frame.merges, [Span { first: at(1, 1), last: at(4, 3) }]);
    }

    #[test]
    fn addresses_are_read_leniently_and_impossible_ones_are_damage() {
        for (text, at) in [("b2", (1, 1)), ("xFd01", (0, 16_383)), ("A1048576", (1_048_575, 0))] {
            assert_eq!(address(text), Ok(Address { row: at.0, column: at.1 }));
        }
        for r in ["A4294967297", "A1048577", "XFE1", "1", "A", "A0", "A00", "a+1", "A1b", "AAAA1", "数1"] {
            let xml = format!("<sheetData><row><c r=\"{r}\"/></row></sheetData>");
            assert!(matches!(read(&xml, &[], &Limits::default()), Err(ImportError::Damaged(_))), "{r}");
        }
    }
}
