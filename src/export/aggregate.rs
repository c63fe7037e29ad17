//! The sum over units → the standard workbook with the totals, a sheet that traces every total to the cells of the units, and a
//! sheet of units that are missing or have errors.
//!
//! Takes an aggregate and the problems of its units, gives the workbook, which can be completed with text and converted like
//! any other. The two sheets contain values only and are never protected, so that they can be sorted and filtered.

use super::sheet::content::{CellContent, number};
use super::sheet::look::Look;
use super::sheet::{Sheet, fault, finish, measure};
use super::{ExportError, template};
use crate::aggregate::{Aggregate, Traced};
use crate::form::labels;
use crate::model::{Decimal, Source};

/// Column widths in pixels: table, row, column, total, its unit, agency, value, unit, file, sheet, cell.
const SOURCE_WIDTHS: [u32; 11] = [60, 300, 220, 90, 70, 200, 90, 60, 260, 130, 70];
/// Column widths in pixels: agency, kind of problem, file, sheet, cell, message.
const TROUBLE_WIDTHS: [u32; 6] = [200, 110, 260, 130, 70, 480];
/// Height of a row in points.
const ROW: f64 = 16.0;
/// Most rows below the header row of a sheet (a limit of Excel).
const ROWS: usize = 1_048_575;

/// One row of the sheet of problems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trouble {
    /// The agency concerned; empty if it is unknown.
    pub agency: String,
    /// Kind of problem, one of the words of the shared labels.
    pub what: String,
    /// The input file; empty if the agency handed in none.
    pub file: String,
    /// The sheet, and if possible the cell, that the message is about; `None` if it is about the whole report.
    pub source: Option<Source>,
    /// What is wrong, for the user.
    pub message: String,
}

/// Writes the workbook. Fails if a text is too long for a cell.
pub fn write(sum: &Aggregate, troubles: &[Trouble]) -> Result<Vec<u8>, ExportError> {
    let report = &sum.report;
    let mut sheets = template::sheets(&report.form, Some(report))?;
    sheets.extend(sources(sum, ROWS)?);
    sheets.push(list(troubles)?);
    finish(&labels().report.made_title(&report.cover.agency, report.cover.year), sheets)
}

fn exact(sheet: &mut Sheet, row: u32, column: u16, n: Decimal) -> Result<(), ExportError> {
    match number(n) {
        Some(CellContent::Number(n, format)) => sheet.number(row, column, n, &Look::value().number(format)),
        // More digits than a number of a workbook can keep: written as text.
        _ => sheet.text(row, column, &n.to_string(), &Look::value()),
    }
}

/// The sheets of sources: one row for each figure of each unit; several sheets if it takes more than `rows` rows.
fn sources(sum: &Aggregate, rows: usize) -> Result<Vec<Sheet>, ExportError> {
    let words = &labels().sum.sources;
    let trace = sum.trace();
    let lines: Vec<(&Traced<'_>, usize)> =
        trace.iter().flat_map(|t| (0..t.figures.len()).map(move |i| (t, i))).collect();
    let (text, blank) = (Look::label().one_line(), Look::value());
    let mut sheets = Vec::new();
    let chunks = if lines.is_empty() { vec![&lines[..]] } else { lines.chunks(rows).collect() };
    for (i, chunk) in chunks.into_iter().enumerate() {
        let name = if i == 0 { words.sheet.clone() } else { format!("{}{}", words.sheet, i + 1) };
        let mut sheet = start(&name, &SOURCE_WIDTHS, &words.head, chunk.len())?;
        for (row, (traced, index)) in (1u32..).zip(chunk) {
            let (part, figure) = (&sum.parts[traced.figures[*index].0], traced.figures[*index].1);
            let table = &sum.report.form.tables[traced.table];
            // Paths begin with the name of the table, so that none equals a bare label of the form.
            let path = |own: Vec<&str>| [vec![table.name.as_str()], own].concat().join(&labels().data.path);
            let unit = traced.total.unit().or(table.kind(traced.slot).1).map_or("", |u| u.word());
            let source = figure.source.as_ref();
            let cell = source.and_then(|s| s.cell).map_or(String::new(), |c| c.to_string());
            sheet.height(row, ROW)?;
            sheet.text(row, 0, &table.name, &text)?;
            sheet.text(row, 1, &path(table.row_path(traced.slot)), &text)?;
            sheet.text(row, 2, &path(table.column_path(traced.slot)), &text)?;
            exact(&mut sheet, row, 3, traced.total.number())?;
            sheet.text(row, 4, unit, &blank)?;
            sheet.text(row, 5, &part.agency, &text)?;
            exact(&mut sheet, row, 6, figure.number)?;
            sheet.text(row, 7, figure.unit.map_or("", |u| u.word()), &blank)?;
            sheet.text(row, 8, &part.file, &text)?;
            sheet.text(row, 9, source.map_or("", |s| &*s.sheet), &text)?;
            sheet.text(row, 10, &cell, &blank)?;
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The sheet of problems.
fn list(troubles: &[Trouble]) -> Result<Sheet, ExportError> {
    let words = &labels().sum.troubles;
    let mut sheet = start(&words.sheet, &TROUBLE_WIDTHS, &words.head, troubles.len())?;
    let look = Look::label();
    for (row, trouble) in (1u32..).zip(troubles) {
        let source = trouble.source.as_ref();
        let cell = source.and_then(|s| s.cell).map_or(String::new(), |c| c.to_string());
        let sheet_name = source.map_or("", |s| &*s.sheet);
        let texts = [&trouble.agency, &trouble.what, &trouble.file, sheet_name, &cell, &trouble.message];
        let mut height = ROW;
        for ((column, content), width) in (0u16..).zip(texts).zip(TROUBLE_WIDTHS) {
            sheet.text(row, column, content, &look)?;
            height = height.max(measure::height(content, width - look.inset(), look.size));
        }
        sheet.growing(row, height)?;
    }
    Ok(sheet)
}

/// A sheet with a frozen header row and a filter; `rows`: number of rows below the header.
fn start(name: &str, widths: &[u32], heads: &[String], rows: usize) -> Result<Sheet, ExportError> {
    let mut sheet = Sheet::new(name, widths)?;
    for (column, head) in (0u16..).zip(heads) {
        sheet.text(0, column, head, &Look::head())?;
    }
    sheet.height(0, ROW + 4.0)?;
    let last = (u32::try_from(rows).unwrap_or(u32::MAX), sheet.columns() - 1);
    sheet.inner.set_landscape().set_freeze_panes(1, 0).map_err(fault)?;
    sheet.inner.set_repeat_rows(0, 0).map_err(fault)?;
    sheet.inner.autofilter(0, 0, last.0, last.1).map_err(fault)?;
    Ok(sheet)
}

#[cfg(test)]
mod tests;
