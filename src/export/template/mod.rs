//! The standard workbook, blank or filled with a report.
//!
//! Takes a form and optionally a report in it, gives the workbook that an agency fills in: cover, one sheet per section,
//! instructions. All labels come from the form and the shared labels. It never changes a value: a total that is not the sum of
//! its parts stays as given.

mod cover;
mod entry;
mod guide;
mod table;
mod text;
mod totals;

use rust_xlsxwriter::ProtectionOptions;

use super::ExportError;
use super::sheet::{Sheet, finish, refusal};
use crate::form::{Form, labels};
use crate::model::{Report, Section};

/// Usual name of the blank workbook of a form.
pub fn file_name(form: &Form) -> String {
    format!("标准模板-{}.xlsx", form.id)
}

/// Writes the standard workbook of a form, with the data of a report if one is given. Fails if the report is not in the same
/// form, if a text is too long for a cell, or if a sheet name of the form is invalid.
pub fn write(form: &Form, filled: Option<&Report>) -> Result<Vec<u8>, ExportError> {
    let title = filled.map(|r| r.cover.title.as_str()).filter(|t| !t.is_empty());
    finish(title.unwrap_or(&labels().report.kind()), sheets(form, filled)?)
}

/// The sheets of the standard workbook.
pub(super) fn sheets(form: &Form, filled: Option<&Report>) -> Result<Vec<Sheet>, ExportError> {
    if filled.is_some_and(|r| *r.form != *form) {
        return Err(refusal("报告与填报表不是同一版式"));
    }
    let mut sheets = vec![cover::sheet(filled)?];
    for (i, section) in form.sections.iter().enumerate() {
        let content: Option<&Section> = filled.and_then(|r| r.sections.get(i));
        sheets.push(match section.table {
            Some(t) => table::sheet(form, section, t, filled.map(|r| r.tables[t].as_slice()), content)?,
            None if section.subheadings.is_empty() => text::paragraphs(section, content)?,
            None => text::subheadings(section, content)?,
        });
    }
    sheets.push(guide::sheet(form)?);
    sheets.iter_mut().for_each(protect);
    Ok(sheets)
}

/// Locks everything but the inputs, without a password: against accidental changes only. Rows and columns can be resized for
/// long texts.
fn protect(sheet: &mut Sheet) {
    let options = ProtectionOptions { format_rows: true, format_columns: true, ..ProtectionOptions::new() };
    sheet.inner.protect_with_options(&options);
}

#[cfg(test)]
mod tests;
