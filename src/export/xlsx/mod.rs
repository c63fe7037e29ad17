//! Report → the workbook to publish: sheets as in the standard workbook, and the long form for programs.
//!
//! Takes a report, gives a workbook of values only: no formula, comment, defined name (so no repeated print titles), link,
//! macro, hidden part or author. Nothing is rounded, and no text can become a formula.

mod data;

use super::sheet::content::{CellContent, shown};
use super::sheet::grid::{self, PlacedTable};
use super::sheet::look::Look;
use super::sheet::{Assembled, Sheet, TEXT_WIDTH, assemble, measure};
use super::{Cache, ExportError};
use crate::form::{self, Form, labels};
use crate::model::{Paragraph, Report, Section, Value};

/// Column widths of the cover in pixels: label, content.
const COVER_WIDTHS: [u32; 2] = [120, 460];
/// Page number at the foot: — 1 —, 四号 宋体.
const FOOTER: &str = "&C&\"宋体,Regular\"&14— &P —";

/// A workbook whose sheets are written, but not yet assembled; any thread can assemble it.
pub(crate) struct Unassembled {
    title: String,
    sheets: Vec<Sheet>,
}

impl Unassembled {
    /// Assembles the sheets.
    pub fn assemble(self) -> Result<Assembled, ExportError> {
        assemble(&self.title, self.sheets)
    }
}

/// Writes the publishable workbook.
///
/// # Errors
/// A text that is longer than a cell can contain, or an invalid sheet name of the form.
pub fn write(report: &Report, cache: &Cache) -> Result<Vec<u8>, ExportError> {
    sheets(report)?.assemble()?.pack(&cache.packer)
}

/// Writes the sheets of the publishable workbook.
///
/// # Errors
/// A text that is longer than a cell can contain, or an invalid sheet name of the form.
pub(crate) fn sheets(report: &Report) -> Result<Unassembled, ExportError> {
    let mut sheets = vec![cover(report)?];
    for (section, content) in report.form.sections.iter().zip(&report.sections) {
        sheets.push(match section.table {
            Some(t) => with_table(&report.form, section, content, &report.tables[t], t)?,
            None => text(&report.form, section, content)?,
        });
    }
    sheets.push(data::sheet(report)?);
    for sheet in &mut sheets {
        sheet.inner.set_footer(FOOTER);
    }
    Ok(Unassembled { title: report.cover.title.clone(), sheets })
}

fn cover(report: &Report) -> Result<Sheet, ExportError> {
    let (words, cover) = (&labels().cover, &report.cover);
    let mut sheet = Sheet::new(&words.sheet, &COVER_WIDTHS)?;
    for (column, head) in (0u16..).zip(&words.head) {
        sheet.text(0, column, head, &Look::head())?;
    }
    sheet.height(0, 24.0)?;
    let year = if cover.year > 0 { cover.year.to_string() } else { String::new() };
    let optional = |field: &Option<String>| field.clone().unwrap_or_default();
    let contents = [
        cover.agency.clone(),
        year,
        cover.title.clone(),
        optional(&cover.published),
        optional(&cover.contact),
        optional(&cover.index),
    ];
    let (label, content) = (Look::label().centred(), Look::label());
    let mut row = 1;
    for (field, text) in words.fields().into_iter().zip(&contents).filter(|(_, text)| !text.is_empty()) {
        sheet.text(row, 0, &field.label, &label)?;
        if std::ptr::eq(field, &words.year) {
            sheet.number(row, 1, cover.year.into(), &content.clone().number("0"))?;
        } else {
            sheet.text(row, 1, text, &content)?;
        }
        sheet.growing(row, measure::height(text, COVER_WIDTHS[1] - content.inset(), content.size).max(24.0))?;
        row += 1;
    }
    row += 1;
    for p in &report.preface {
        row = paragraph(&mut sheet, row, p)?;
    }
    Ok(sheet)
}

/// Writes the official heading of a section and returns the next row. With free headings there is none, since the agency's own
/// headings are among the paragraphs.
fn heading(sheet: &mut Sheet, form: &Form, section: &form::Section) -> Result<u32, ExportError> {
    if form.free_headings {
        return Ok(0);
    }
    sheet.paragraph(0, sheet.columns(), &section.heading, &Look::heading(), 30.0)
}

fn text(form: &Form, section: &form::Section, content: &Section) -> Result<Sheet, ExportError> {
    let mut sheet = Sheet::new(&section.sheet, &[TEXT_WIDTH])?;
    let mut row = heading(&mut sheet, form, section)?;
    for p in content.paragraphs() {
        row = paragraph(&mut sheet, row, p)?;
    }
    Ok(sheet)
}

fn with_table(
    form: &Form,
    section: &form::Section,
    content: &Section,
    values: &[Value],
    index: usize,
) -> Result<Sheet, ExportError> {
    let table = &form.tables[index];
    let mut sheet = Sheet::new(&section.sheet, &grid::widths(table, Some(values)))?;
    let mut row = heading(&mut sheet, form, section)?;
    for p in &content.before {
        row = paragraph(&mut sheet, row, p)?;
    }
    let grid = PlacedTable::new(table, row);
    grid.draw(&mut sheet, |slot| match shown(&values[slot]) {
        CellContent::Number(n, format) => (Look::value().number(format.as_str()), CellContent::Number(n, format)),
        other => (Look::value(), other),
    })?;
    let (top, end) = (row, grid.end());
    row = end;
    for p in &content.after {
        row = paragraph(&mut sheet, row, p)?;
    }
    sheet.keep_on_one_page(top, end, row)?;
    Ok(sheet)
}

/// Writes a paragraph over the whole width and returns the next row.
fn paragraph(sheet: &mut Sheet, row: u32, p: &Paragraph) -> Result<u32, ExportError> {
    let (look, least) = match p.level {
        0 => (Look::body(), 0.0),
        1 => (Look::heading(), 30.0),
        _ => (Look::subheading(), 0.0),
    };
    sheet.paragraph(row, sheet.columns(), &p.text, &look, least)
}

/// Writes a value into a cell; nothing for an empty one.
fn figure(sheet: &mut Sheet, row: u32, column: u16, figure: CellContent, look: Look) -> Result<(), ExportError> {
    match figure {
        CellContent::Empty => Ok(()),
        CellContent::Number(n, format) => sheet.number(row, column, n, &look.number(format)),
        CellContent::Text(text) => sheet.text(row, column, &text, &look),
    }
}

#[cfg(test)]
mod tests;
