//! The cover: one labelled row per field, followed by the rows of the preface.

use super::entry;
use crate::export::ExportError;
use crate::export::sheet::look::Look;
use crate::export::sheet::{Sheet, fault, measure};
use crate::form::labels;
use crate::model::Report;

/// Column widths in pixels: label, content, hint.
const WIDTHS: [u32; 3] = [110, 360, 230];
/// Least height of a field in points: three lines.
const FIELD: f64 = 48.0;
/// Number of empty rows for the preface, and the least height of a row with text in points.
const SPARE: u32 = 3;
const PARAGRAPH: f64 = 50.0;

/// The sheet of the cover.
pub fn sheet(filled: Option<&Report>) -> Result<Sheet, ExportError> {
    let words = &labels().cover;
    let mut sheet = Sheet::new(&words.sheet, &WIDTHS)?;
    for (column, head) in (0u16..).zip(&words.head) {
        sheet.text(0, column, head, &Look::head())?;
    }
    sheet.height(0, 24.0)?;
    let cover = filled.map(|r| &r.cover);
    let given = |field: &Option<String>| field.clone().unwrap_or_default();
    let contents: [String; 6] = cover.map_or(Default::default(), |c| {
        // The year is written below, as a number.
        [c.agency.clone(), String::new(), c.title.clone(), given(&c.published), given(&c.contact), given(&c.index)]
    });
    // As text, so that a date or a telephone number stays as it is typed.
    let (text, year) = (Look::label().input().number("@"), Look::label().input().number("0"));
    let (label, hint) = (Look::label().centred(), Look::hint());
    for (row, (field, content)) in (1u32..).zip(words.fields().into_iter().zip(&contents)) {
        sheet.text(row, 0, &field.label, &label)?;
        sheet.text(row, 2, &field.hint, &hint)?;
        let need = measure::height(content, WIDTHS[1] - text.inset(), text.size).max(FIELD);
        sheet.growing(row, need)?;
        if std::ptr::eq(field, &words.year) {
            match cover.map(|c| c.year).filter(|y| *y > 0) {
                Some(y) => sheet.number(row, 1, y.into(), &year)?,
                None => sheet.text(row, 1, "", &year)?,
            }
            entry::restrict_year(&mut sheet, (row, 1))?;
        } else {
            sheet.text(row, 1, content, &text)?;
        }
    }
    let mut row = words.fields().len() as u32 + 2;
    sheet.span(row, 1, 0, 2, &labels().text.preface, &Look::head())?;
    sheet.height(row, 21.0)?;
    row += 1;
    let look = Look::body().input();
    for paragraph in filled.iter().flat_map(|r| &r.preface) {
        row = sheet.paragraph(row, 2, &paragraph.text, &look, PARAGRAPH)?;
    }
    let room = sheet.room(0, 2, &look);
    for _ in 0..SPARE {
        row = sheet.paragraph(row, 2, "", &look, room)?;
    }
    sheet.inner.set_print_area(0, 0, row - 1, sheet.columns() - 1).map_err(fault)?;
    Ok(sheet)
}
