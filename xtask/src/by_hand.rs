//! A report on one sheet, as offices lay it out by hand: title, headings, prose and official tables from top to bottom.
//!
//! Takes words and figures as written, returns a [`Page`]: cells with their positions, which can be moved and altered before
//! they are written as a workbook. The same page gives the same bytes.

use std::io::{Cursor, Read as _, Write as _};

use anyhow::{Context as _, Result};
use nianbao::form::{Form, GridContent, Table};
use nianbao::model::Address;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Name of the sheet that contains the whole report.
pub const SHEET: &str = "年报";

/// The contents of a report, as written in its cells.
pub struct Words<'a> {
    pub title: &'a str,
    /// Labels and contents below the title, e.g. 发布日期.
    pub facts: &'a [(String, String)],
    pub preface: &'a [String],
    /// Lines before and after the table, by section.
    pub sections: &'a [[Vec<String>; 2]],
    /// Contents of the value cells, by table and slot.
    pub tables: &'a [Vec<String>],
}

/// The role of a cell in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Title,
    Front,
    Heading {
        section: usize,
    },
    /// A line of a section; lines before and after the table are counted together.
    Line {
        section: usize,
        line: usize,
    },
    /// The head of a column: block and leaf; no leaf if it heads several columns.
    Head {
        table: usize,
        block: usize,
        leaf: Option<usize>,
    },
    /// The label of a row: block and leaf; no leaf if the row has no value of its own.
    Label {
        table: usize,
        block: usize,
        leaf: Option<usize>,
    },
    /// The title or the corner of a block.
    Banner {
        table: usize,
    },
    Value {
        table: usize,
        slot: usize,
    },
    /// A cell that does not belong to the report.
    Stranger,
}

impl Part {
    /// The table that the cell belongs to, if any.
    pub fn table(self) -> Option<usize> {
        match self {
            Part::Head { table, .. } | Part::Label { table, .. } | Part::Banner { table } => Some(table),
            Part::Value { table, .. } => Some(table),
            _ => None,
        }
    }
}

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Written as a number if it is a plain number, otherwise as text.
    Written(String),
    /// A formula with the result that a spreadsheet saved; the result is empty if the formula was never computed.
    Formula { formula: String, result: String },
}

/// A cell: the position of its first row and column, and how many rows and columns it spans.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub at: Address,
    pub rows: u32,
    pub columns: u32,
    pub part: Part,
    pub content: Content,
}

impl Cell {
    /// A cell that is not merged with others.
    pub fn single(at: Address, part: Part, text: &str) -> Cell {
        Cell { at, rows: 1, columns: 1, part, content: Content::Written(text.to_owned()) }
    }

    fn framed(&self) -> bool {
        self.part.table().is_some()
    }
}

/// A sheet's cells in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub cells: Vec<Cell>,
    /// Whether cells that span several rows or columns are merged; otherwise only the first cell of the span is written.
    pub merged: bool,
    /// Rows that are hidden.
    pub hidden: Vec<u32>,
}

impl Page {
    /// Lays out a report from the first cell of the sheet down.
    pub fn new(form: &Form, words: &Words<'_>) -> Page {
        let mut page = Page { cells: Vec::new(), merged: true, hidden: Vec::new() };
        page.line(Part::Title, words.title);
        for (label, content) in words.facts {
            let row = page.end();
            page.cells.push(Cell::single(Address { row, column: 0 }, Part::Front, label));
            page.cells.push(Cell::single(Address { row, column: 1 }, Part::Front, content));
        }
        for text in words.preface {
            page.line(Part::Front, text);
        }
        for (s, (section, [before, after])) in form.sections.iter().zip(words.sections).enumerate() {
            // If headings are free, the agency's own headings are among the lines.
            if !form.free_headings {
                page.line(Part::Heading { section: s }, &section.heading);
            }
            for (line, text) in before.iter().enumerate() {
                page.line(Part::Line { section: s, line }, text);
            }
            if let Some(t) = section.table {
                page.table(t, &form.tables[t], &words.tables[t]);
            }
            for (line, text) in after.iter().enumerate() {
                page.line(Part::Line { section: s, line: before.len() + line }, text);
            }
        }
        page
    }

    /// The first row below all cells.
    pub fn end(&self) -> u32 {
        self.cells.iter().map(|c| c.at.row + c.rows).max().unwrap_or(0)
    }

    /// Finds the cell of a part.
    pub fn find(&self, part: Part) -> Option<&Cell> {
        self.cells.iter().find(|c| c.part == part)
    }

    /// Finds the cell of a part, to alter it.
    pub fn find_mut(&mut self, part: Part) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|c| c.part == part)
    }

    /// Moves all cells down and to the right.
    pub fn shift(&mut self, rows: u32, columns: u32) {
        for cell in &mut self.cells {
            cell.at.row += rows;
            cell.at.column += columns;
        }
    }

    /// Deletes a row as a spreadsheet does: cells that span it shrink, cells below it move up.
    pub fn delete_row(&mut self, row: u32) {
        self.cells.retain(|c| c.at.row != row || c.rows > 1);
        for c in &mut self.cells {
            if (c.at.row..c.at.row + c.rows).contains(&row) {
                c.rows -= 1;
            } else if c.at.row > row {
                c.at.row -= 1;
            }
        }
    }

    /// Inserts an empty row above `row` as a spreadsheet does: cells that span the position grow, cells below it move down.
    pub fn insert_row(&mut self, row: u32) {
        for c in &mut self.cells {
            if c.at.row >= row {
                c.at.row += 1;
            } else if c.at.row + c.rows > row {
                c.rows += 1;
            }
        }
    }

    /// Writes the page as a workbook.
    pub fn write(&self) -> Result<Vec<u8>> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
        let sheet = book.add_worksheet().set_name(SHEET)?;
        let framed = Format::new().set_border(FormatBorder::Thin).set_text_wrap();
        let plain = Format::new();
        for cell in &self.cells {
            let (top, left) = (cell.at.row, u16::try_from(cell.at.column).context("a column beyond the sheet")?);
            let (bottom, right) = (top + cell.rows - 1, left + u16::try_from(cell.columns)? - 1);
            if self.merged && (bottom, right) != (top, left) {
                sheet.merge_range(top, left, bottom, right, "", &framed)?;
            }
            let format = if cell.framed() { &framed } else { &plain };
            match &cell.content {
                Content::Formula { formula, result } => {
                    let result = if result.is_empty() { UNCOMPUTED } else { result };
                    let formula = Formula::new(formula).set_result(result);
                    sheet.write_formula_with_format(top, left, formula, format)?
                }
                Content::Written(text) => match text.parse::<f64>() {
                    _ if text.is_empty() => sheet.write_blank(top, left, format)?,
                    _ if !cell.framed() => sheet.write_string(top, left, text)?,
                    Ok(n) if !text.starts_with('+') => sheet.write_number_with_format(top, left, n, format)?,
                    _ => sheet.write_string_with_format(top, left, text, format)?,
                },
            };
        }
        for row in &self.hidden {
            sheet.set_row_hidden(*row)?;
        }
        let bytes = book.save_to_buffer()?;
        let uncomputed = |c: &Cell| matches!(&c.content, Content::Formula { result, .. } if result.is_empty());
        if self.cells.iter().any(uncomputed) { without_results(&bytes) } else { Ok(bytes) }
    }

    fn line(&mut self, part: Part, text: &str) {
        let at = Address { row: self.end(), column: 0 };
        self.cells.push(Cell::single(at, part, text));
    }

    fn table(&mut self, index: usize, table: &Table, values: &[String]) {
        let top = self.end();
        for g in table.grid() {
            let part = match g.content {
                GridContent::Value(slot) => Part::Value { table: index, slot },
                GridContent::Title(_)
                | GridContent::Corner(_)
                | GridContent::UnitHead(_)
                | GridContent::Unit(_)
                | GridContent::NoValue(_) => Part::Banner { table: index },
                GridContent::ColumnHead(n) => {
                    let leaf = n.children.is_empty().then_some(n.first_leaf);
                    Part::Head { table: index, block: g.block, leaf }
                }
                GridContent::RowHead(n) => Part::Label { table: index, block: g.block, leaf: n.own },
            };
            let text = match g.content {
                GridContent::Value(slot) => values[slot].as_str(),
                _ => g.content.label().unwrap_or_default(),
            };
            let at = Address { row: top + g.row as u32, column: g.column as u32 };
            let (rows, columns) = (g.row_span as u32, g.column_span as u32);
            self.cells.push(Cell { at, rows, columns, part, content: Content::Written(text.to_owned()) });
        }
    }
}

/// Placeholder for the missing result of a formula that was never computed, removed by [`without_results`]: the writer of
/// workbooks cannot write a formula without a result.
const UNCOMPUTED: &str = "uncomputed";

/// Removes the placeholders for missing results from a workbook.
fn without_results(workbook: &[u8]) -> Result<Vec<u8>> {
    let mut from = ZipArchive::new(Cursor::new(workbook))?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index)?;
        let mut xml = String::new();
        part.read_to_string(&mut xml)?;
        to.start_file(part.name()?, SimpleFileOptions::default())?;
        let result = format!("</f><v>{UNCOMPUTED}</v>");
        let xml =
            if xml.contains(&result) { xml.replace(&result, "</f>").replace(" t=\"str\"><f>", "><f>") } else { xml };
        to.write_all(xml.as_bytes())?;
    }
    Ok(to.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nianbao::form;

    fn page() -> Page {
        let form = &form::built_in()[0];
        let tables: Vec<Vec<String>> = form.tables.iter().map(|t| vec!["1".to_owned(); t.slot_count()]).collect();
        let sections = vec![[vec!["甲".to_owned()], vec!["乙".to_owned()]]; form.sections.len()];
        let (facts, preface) = ([("索引号".to_owned(), "A-1".to_owned())], ["前言".to_owned()]);
        let words = Words { title: "标题", facts: &facts, preface: &preface, sections: &sections, tables: &tables };
        Page::new(form, &words)
    }

    /// Every position that a cell covers, sorted; a position that several cells cover is repeated.
    fn covered(page: &Page) -> Vec<(u32, u32)> {
        let of = |c: &Cell| {
            let (rows, columns) = (c.at.row..c.at.row + c.rows, c.at.column..c.at.column + c.columns);
            rows.flat_map(|r| columns.clone().map(move |k| (r, k))).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = page.cells.iter().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn rows_are_deleted_and_inserted_without_gap_or_overlap() {
        let before = page();
        for row in 0..before.end() {
            let mut page = before.clone();
            page.insert_row(row);
            let inserted = covered(&page);
            assert!(inserted.windows(2).all(|w| w[0] != w[1]), "{row}");
            page.delete_row(row);
            assert_eq!(page, before, "{row}");
            page.delete_row(row);
            let left = covered(&page);
            assert!(left.windows(2).all(|w| w[0] != w[1]), "{row}");
            assert_eq!(page.end(), before.end() - 1, "{row}");
        }
    }

    #[test]
    fn a_part_stands_once() {
        let page = page();
        let values: Vec<&Cell> = page.cells.iter().filter(|c| matches!(c.part, Part::Value { .. })).collect();
        assert_eq!(values.len(), form::built_in()[0].slot_count());
        for value in values {
            assert_eq!(page.cells.iter().filter(|c| c.part == value.part).count(), 1);
        }
    }
}
