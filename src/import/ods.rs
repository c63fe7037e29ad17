//! The sheets of an .ods file, read from `content.xml` in one pass: cells, spans, hidden state and formats.
//!
//! A few bytes may repeat a cell a thousand million times; only cells with content are repeated here, and they count towards the
//! limits.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::attributes::own_attribute as attribute;
use super::attributes::xml_unescaped;
use super::biff::cell;
use super::ods_styles::OdsStyles;
use super::ods_text::{cell_text, is_cell, shape_text};
use super::ods_value::CellValue;
use super::ods_xml::{Xml, skip, skip_without_cells, truncated};
use super::package::{inflated, part_label};
use super::sheet_xml::LAST;
use super::sheets::Collector;
use super::workbook::{FormatEffect, Sheet, Span};
use super::xml::{check_with, ill_formed};
use super::{ImportError, Limits, xml};
use crate::model::Address;

/// Returns all sheets in the document's order.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ImportError> {
    let wanted = |name: &str| ["mimetype", "content.xml", "styles.xml", "meta-inf/manifest.xml"].contains(&name);
    let package = inflated(bytes, limits, wanted)?;
    let text = |name: &str| package.part(name).map(|p| String::from_utf8_lossy(p));
    if text("META-INF/manifest.xml").is_some_and(|m| m.contains("encryption-data")) {
        return Err(ImportError::Encrypted);
    }
    let kind = text("mimetype").unwrap_or_default();
    let opendocument = "application/vnd.oasis.opendocument.";
    if let Some(kind) = kind.trim().strip_prefix(opendocument).filter(|k| !k.starts_with("spreadsheet")) {
        let what = match kind.split('-').next() {
            Some("text") => "这是 OpenDocument 文字文档",
            Some("presentation") => "这是 OpenDocument 演示文稿",
            _ => "这是别的 OpenDocument 文件",
        };
        return Err(ImportError::NotAWorkbook(what.into()));
    }
    let mut parts = package.parts;
    let mut checked = |name: &str| {
        let text = parts.remove(name).map(|data| xml::text(data, &part_label(name))).transpose()?;
        text.map(|text| check_with(&text, is_usual).map(|()| text)).transpose()
    };
    let common = checked("styles.xml")?;
    let content = checked("content.xml")?.ok_or_else(|| ImportError::damaged("缺少表格内容"))?;
    let mut styles = OdsStyles::default();
    for part in common.iter().chain([&content]) {
        styles.read(part)?;
    }
    let mut reader = Sheets { styles: &styles, limits, to: Collector::new(limits), found: false };
    reader.read(&content)?;
    if !reader.found {
        return Err(ImportError::NotAWorkbook("这是别的 OpenDocument 文件".into()));
    }
    reader.to.finish()
}

/// The usual prefixes of the namespaces that are read, each with its namespace.
const PREFIXES: [(&str, &str); 7] = [
    ("office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("number", "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"),
    ("draw", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"),
    ("calcext", "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"),
];

/// `false` for a namespace declaration that gives a usual prefix another namespace, or a usual namespace another prefix.
fn is_usual(key: &str, value: &str) -> bool {
    let Some(prefix) = key.strip_prefix("xmlns") else { return true };
    let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
    PREFIXES.iter().all(|(usual, meaning)| (prefix == *usual) == (value == *meaning))
}

struct Sheets<'a> {
    styles: &'a OdsStyles,
    limits: &'a Limits,
    to: Collector<'a>,
    found: bool,
}

/// The columns of a table that were read so far.
#[derive(Default)]
struct Columns {
    /// The column after the last one.
    next: u32,
    /// Columns with a default cell style: first, last, and the effect of the style; sorted.
    styled: Vec<(u32, u32, Option<FormatEffect>)>,
}

impl Columns {
    /// Returns the effect of the default cell style of a column.
    fn effect(&self, column: u32) -> Option<FormatEffect> {
        let before = self.styled.partition_point(|(first, ..)| *first <= column);
        let (_, last, effect) = self.styled.get(before.checked_sub(1)?)?;
        effect.filter(|_| column <= *last)
    }
}

/// The row element that is being read.
struct Row<'c> {
    /// The rows that it repeats.
    rows: Range<u32>,
    /// The effect of its default cell style; `None` if it has no such style.
    effect: Option<Option<FormatEffect>>,
    columns: &'c Columns,
}

impl Sheets<'_> {
    fn read(&mut self, xml: &str) -> Result<(), ImportError> {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().map_err(|_| ill_formed())? {
                Event::Start(e) => match e.name().as_ref() {
                    "office:spreadsheet" => self.found = true,
                    // Linked data and deleted cells are stored as tables as well, but are no sheets.
                    "table:tracked-changes" | "table:dde-links" | "office:automatic-styles" => skip(&mut reader)?,
                    "table:table" => {
                        let name = attribute(&e, "table:name").map(|n| xml_unescaped(&n)).unwrap_or_default();
                        // A copy of another file's sheet is stored for formulas and never shown.
                        let linked = name.starts_with("'file:");
                        let hidden =
                            linked || attribute(&e, "table:style-name").is_some_and(|s| self.styles.hides_table(&s));
                        self.table(&mut reader)?;
                        self.to.end_sheet(name, hidden)?;
                    }
                    _ if self.found => skip_without_cells(&mut reader)?,
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn table(&mut self, reader: &mut Xml<'_>) -> Result<(), ImportError> {
        let (mut columns, mut row) = (Columns::default(), 0u32);
        loop {
            let event = reader.read_event().map_err(|_| ill_formed())?;
            let is_empty = matches!(event, Event::Empty(_));
            match &event {
                Event::Start(e) | Event::Empty(e) => match e.name().as_ref() {
                    "table:table-column" => self.column(e, &mut columns)?,
                    "table:table-row" => {
                        let count = repeated(e, "table:number-rows-repeated", LAST.row + 1 - row.min(LAST.row));
                        if is_hidden(e) {
                            self.to.hide_rows(row, row + count - 1)?;
                        }
                        if !is_empty {
                            let style = attribute(e, "table:default-cell-style-name");
                            let effect = style.map(|s| self.styles.effect(&s));
                            self.row(reader, &Row { rows: row..row + count, effect, columns: &columns })?;
                        }
                        row += count;
                    }
                    // These elements only group rows and columns.
                    "table:table-header-rows"
                    | "table:table-rows"
                    | "table:table-row-group"
                    | "table:table-header-columns"
                    | "table:table-columns"
                    | "table:table-column-group" => {}
                    _ if is_empty => {}
                    "table:shapes" => self.to.text_box(shape_text(reader)?.trim())?,
                    _ => skip_without_cells(reader)?,
                },
                Event::End(e) if e.name().as_ref() == "table:table" => return Ok(()),
                Event::Eof => return Err(truncated()),
                _ => {}
            }
        }
    }

    fn column(&mut self, e: &BytesStart<'_>, columns: &mut Columns) -> Result<(), ImportError> {
        let first = columns.next;
        let last = first + repeated_columns(e, first) - 1;
        if is_hidden(e) {
            self.to.hide_columns(first, last)?;
        }
        if let Some(style) = attribute(e, "table:default-cell-style-name")
            && columns.styled.len() <= LAST.column as usize
        {
            columns.styled.push((first, last, self.styles.effect(&style)));
        }
        columns.next = last + 1;
        Ok(())
    }

    fn row(&mut self, reader: &mut Xml<'_>, row: &Row<'_>) -> Result<(), ImportError> {
        let mut column = 0u32;
        loop {
            let event = reader.read_event().map_err(|_| ill_formed())?;
            match &event {
                Event::Start(e) | Event::Empty(e) if is_cell(e.name()) => {
                    let count = repeated_columns(e, column);
                    let inner = matches!(event, Event::Start(_)).then_some(&mut *reader);
                    self.cell(e, inner, row, column..column + count)?;
                    column += count;
                }
                Event::Start(_) => skip_without_cells(reader)?,
                Event::End(e) if e.name().as_ref() == "table:table-row" => return Ok(()),
                Event::Eof => return Err(truncated()),
                _ => {}
            }
        }
    }

    /// Adds a cell to each of the rows and columns in which its element is repeated; `inner` reads the content of the element,
    /// `None` if it is empty.
    fn cell(
        &mut self,
        e: &BytesStart<'_>,
        inner: Option<&mut Xml<'_>>,
        row: &Row<'_>,
        columns: Range<u32>,
    ) -> Result<(), ImportError> {
        let own_style = attribute(e, "table:style-name").map(|s| self.styles.effect(&s)).or(row.effect);
        let spanned = |name| attribute(e, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1);
        let (wide, high) = (spanned("table:number-columns-spanned"), spanned("table:number-rows-spanned"));
        if wide > 1 || high > 1 {
            let first = Address { row: row.rows.start, column: columns.start };
            let last =
                Address { row: first.row.saturating_add(high - 1), column: first.column.saturating_add(wide - 1) };
            self.to.merge(Span { first, last })?;
        }
        let value = CellValue::of(e);
        let text = match inner {
            Some(reader) => cell_text(reader, self.styles, self.limits, &mut self.to)?,
            None => None,
        };
        let differs = value.differs_from(text.as_deref());
        let Some(content) = value.content(text)? else { return Ok(()) };
        for at in row.rows.clone() {
            for column in columns.clone() {
                let style = own_style.unwrap_or_else(|| row.columns.effect(column));
                let effect = differs.filter(|d| *d == FormatEffect::Replaced).or(style).or(differs);
                self.to.cell(cell(at, column, content.clone(), value.formula), effect)?;
            }
        }
        Ok(())
    }
}

/// Number of repetitions, at least one and at most as many as still fit on the sheet.
fn repeated(e: &BytesStart<'_>, name: &str, room: u32) -> u32 {
    attribute(e, name)
        .and_then(|n| n.trim().parse::<u64>().ok())
        .map_or(1, |n| n.clamp(1, u64::from(room.max(1))) as u32)
}

/// As [`repeated`], for columns from `first`.
fn repeated_columns(e: &BytesStart<'_>, first: u32) -> u32 {
    repeated(e, "table:number-columns-repeated", LAST.column + 1 - first.min(LAST.column))
}

fn is_hidden(e: &BytesStart<'_>) -> bool {
    attribute(e, "table:visibility").is_some_and(|v| v == "collapse" || v == "filter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_of_a_column_is_found_at_once() {
        let styled = (0..16_000).map(|i| (i * 2 + 1, i * 2 + 1, Some(FormatEffect::Scaled))).collect();
        let columns = Columns { next: 0, styled };
        assert_eq!([0, 1, 2, 31_999, 32_000].map(|c| columns.effect(c).is_some()), [false, true, false, true, false]);
        // A search through all columns for each cell would take hours.
        let found = (0..10_000_000u32).filter(|i| columns.effect(i % 32_000).is_some()).count();
        assert_eq!(found, 10_000_000 / 2);
    }
}
