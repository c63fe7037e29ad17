//! The instructions for filling in the workbook.

use crate::export::ExportError;
use crate::export::sheet::look::Look;
use crate::export::sheet::{Sheet, TEXT_WIDTH};
use crate::form::{Form, labels};

/// The sheet of instructions.
pub fn sheet(form: &Form) -> Result<Sheet, ExportError> {
    let guide = &labels().guide;
    let mut sheet = Sheet::new(&guide.sheet, &[TEXT_WIDTH])?;
    let mut row = sheet.paragraph(0, 1, &guide.sheet, &Look::heading(), 30.0)?;
    let basis = guide.basis.replace("{notice}", &form.notice);
    for line in std::iter::once(&basis).chain(&guide.lines).chain(&form.guide) {
        row = sheet.paragraph(row, 1, line, &Look::body(), 0.0)?;
    }
    Ok(sheet)
}
