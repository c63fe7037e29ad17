//! The long form: one row a value, for machines.

use super::figure;
use crate::export::ExportError;
use crate::export::sheet::figure::bare;
use crate::export::sheet::look::Look;
use crate::export::sheet::{Sheet, fault};
use crate::form::labels;
use crate::model::Report;

/// Pixels: table, row, column, value, unit.
const WIDTHS: [u32; 5] = [240, 420, 300, 110, 60];

/// The sheet of all values: table, row path, column path, value, unit (of money only).
pub fn sheet(report: &Report) -> Result<Sheet, ExportError> {
    let words = &labels().data;
    let mut sheet = Sheet::new(&words.sheet, &WIDTHS)?;
    for (column, head) in (0u16..).zip(&words.head) {
        sheet.text(0, column, head, &Look::head().format())?;
    }
    sheet.inner.set_freeze_panes(1, 0).map_err(fault)?;
    let (label, value_look) = (Look::label(), Look::value());
    let format = label.format();
    let mut row = 1;
    for (table, values) in report.form.tables.iter().zip(&report.tables) {
        // From the table's name down, so that no path reads like a bare label of the form.
        let path = |labels: Vec<&str>| {
            std::iter::once(table.name.as_str()).chain(labels).collect::<Vec<_>>().join(&words.path)
        };
        for (slot, value) in values.iter().enumerate() {
            let unit = value.unit().or(table.kind(slot).1).map_or("", |u| u.word());
            sheet.text(row, 0, &table.caption, &format)?;
            sheet.text(row, 1, &path(table.row_path(slot)), &format)?;
            sheet.text(row, 2, &path(table.column_path(slot)), &format)?;
            sheet.text(row, 3, "", &value_look.format())?;
            figure(&mut sheet, row, 3, bare(value), value_look.clone())?;
            sheet.text(row, 4, unit, &value_look.format())?;
            row += 1;
        }
    }
    Ok(sheet)
}
