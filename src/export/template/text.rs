//! The sheets of the sections without a table: subheadings with text, or one paragraph per row.

use crate::export::ExportError;
use crate::export::sheet::look::Look;
use crate::export::sheet::{CELL_LIMIT, Sheet, TEXT_WIDTH, fault, measure};
use crate::form::{self, labels};
use crate::model::Section;

/// Column widths in pixels: subheading, text, hint.
const SUBHEADING_WIDTHS: [u32; 3] = [130, 550, 100];
/// Column widths in pixels: paragraph, hint.
const PARAGRAPH_WIDTHS: [u32; 2] = [TEXT_WIDTH, 100];
/// Least heights of rows with text, in points.
const TEXT: f64 = 64.0;
const PARAGRAPH: f64 = 36.0;
/// Empty rows for more content.
const SPARE_SUBHEADINGS: usize = 5;
const SPARE_PARAGRAPHS: usize = 12;
/// Greatest height in points of a cell with several paragraphs; those that do not fit are put in the next row.
const TEXT_LIMIT: f64 = 380.0;

/// A section with given subheadings: a column of subheadings, a column of text.
pub fn subheadings(section: &form::Section, content: Option<&Section>) -> Result<Sheet, ExportError> {
    let words = &labels().text;
    let mut sheet = start(section, &SUBHEADING_WIDTHS, &[&words.subheading, &words.body])?;
    let mut rows = content.map_or(Vec::new(), by_subheading);
    if rows.is_empty() {
        rows = section.subheadings.iter().map(|s| (s.clone(), String::new())).collect();
    }
    rows.resize(rows.len() + SPARE_SUBHEADINGS, Default::default());
    let (fixed, own) = (Look::label(), Look::label().input());
    let (text, hint) = (Look::body().input(), Look::hint());
    let room = sheet.room(1, 1, &text);
    let mut row = 2;
    for (heading, body) in &rows {
        let look = if section.subheadings.contains(heading) { &fixed } else { &own };
        sheet.text(row, 0, heading, look)?;
        sheet.text(row, 1, body, &text)?;
        sheet.text(row, 2, &words.hint_body, &hint)?;
        let need = [(heading, 0, Look::label()), (body, 1, Look::body())]
            .map(|(text, column, look)| measure::height(text, SUBHEADING_WIDTHS[column] - look.inset(), look.size));
        sheet.growing(row, need[0].max(need[1]).max(if body.is_empty() { room } else { TEXT }))?;
        row += 1;
    }
    end(sheet, row)
}

/// A section of paragraphs only.
pub fn paragraphs(section: &form::Section, content: Option<&Section>) -> Result<Sheet, ExportError> {
    let words = &labels().text;
    let mut sheet = start(section, &PARAGRAPH_WIDTHS, &[&words.paragraphs])?;
    let text = Look::body().input();
    let room = sheet.room(0, 1, &text);
    let mut row = 2;
    let given = content.into_iter().flat_map(Section::paragraphs).map(|p| p.text.as_str());
    for paragraph in given.chain(std::iter::repeat_n("", SPARE_PARAGRAPHS)) {
        sheet.text(row, 0, paragraph, &text)?;
        let least = if paragraph.is_empty() { room } else { PARAGRAPH };
        sheet.growing(row, measure::height(paragraph, TEXT_WIDTH, Look::body().size).max(least))?;
        row += 1;
    }
    sheet.text(2, 1, &words.hint_paragraphs, &Look::hint())?;
    end(sheet, row)
}

/// A sheet with the heading of the section and column headers.
fn start(section: &form::Section, widths: &[u32], heads: &[&str]) -> Result<Sheet, ExportError> {
    let mut sheet = Sheet::new(&section.sheet, widths)?;
    // The last column contains hints, not content.
    let columns = sheet.columns() - 1;
    sheet.paragraph(0, columns, &section.heading, &Look::heading(), 30.0)?;
    for (column, head) in (0u16..).zip(heads) {
        sheet.text(1, column, head, &Look::head())?;
    }
    sheet.height(1, 24.0)?;
    sheet.inner.set_freeze_panes(2, 0).map_err(fault)?;
    sheet.inner.set_repeat_rows(0, 1).map_err(fault)?;
    Ok(sheet)
}

/// Sets the print area to the content without the hints.
fn end(mut sheet: Sheet, rows: u32) -> Result<Sheet, ExportError> {
    sheet.inner.set_print_area(0, 0, rows - 1, sheet.columns() - 2).map_err(fault)?;
    Ok(sheet)
}

/// Subheadings with their text, in reading order. A text too long for one row continues in rows without a subheading.
fn by_subheading(content: &Section) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for p in content.paragraphs() {
        if p.level == 2 {
            rows.push((p.text.clone(), String::new()));
            continue;
        }
        let body = match rows.last() {
            Some((_, body)) if body.is_empty() => Some(p.text.clone()),
            Some((_, body)) => {
                let joined = format!("{body}\n{}", p.text);
                let high = measure::height(&joined, SUBHEADING_WIDTHS[1], Look::body().size) > TEXT_LIMIT;
                (!high && joined.encode_utf16().count() <= CELL_LIMIT).then_some(joined)
            }
            None => None,
        };
        match (rows.last_mut(), body) {
            (Some(last), Some(body)) => last.1 = body,
            _ => rows.push((String::new(), p.text.clone())),
        }
    }
    rows
}
