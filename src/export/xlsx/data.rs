//! The long form: one row per value, for programs.

use super::figure;
use crate::export::ExportError;
use crate::export::long::value_rows;
use crate::export::sheet::content::{CellContent, bare};
use crate::export::sheet::look::Look;
use crate::export::sheet::{Sheet, fault, measure};
use crate::form::labels;
use crate::model::Report;

/// Least and greatest width of a column in pixels.
const NARROW: u32 = 60;
const WIDE: u32 = 700;
/// Height of a row in points.
const ROW: f64 = 16.0;

/// The sheet of all values: table, row path, column path, value, unit (as written or as the form prints it).
pub fn sheet(report: &Report) -> Result<Sheet, ExportError> {
    let words = &labels().data;
    let rows = value_rows(report);
    let (label, value) = (Look::label().one_line().unruled(), Look::value().unruled());
    let need = |text: &str| measure::number_width(text, label.size) + label.inset();
    let widest = |texts: &mut dyn Iterator<Item = u32>| texts.max().unwrap_or(0).clamp(NARROW, WIDE);
    let column = |i: usize| widest(&mut rows.iter().map(|e| need(&e.labels[i])));
    let numbers = widest(&mut rows.iter().map(|e| need(&e.value.to_string())));
    let mut sheet = Sheet::new(&words.sheet, &[column(0), column(1), column(2), numbers, NARROW])?;
    for (column, head) in (0u16..).zip(&words.head) {
        sheet.text(0, column, head, &Look::head())?;
    }
    sheet.height(0, ROW)?;
    // About a thousand cells: formatted by their columns, with grid lines on screen instead of borders.
    for column in 0..sheet.columns() {
        sheet.column(column, if column < 3 { &label } else { &value })?;
    }
    sheet.inner.set_landscape().set_screen_gridlines(true).set_freeze_panes(1, 0).map_err(fault)?;
    for (row, entry) in (1u32..).zip(&rows) {
        sheet.height(row, ROW)?;
        for (column, text) in (0u16..).zip(&entry.labels) {
            sheet.plain(row, column, text, &label)?;
        }
        match bare(entry.value) {
            CellContent::Empty => {}
            shown => figure(&mut sheet, row, 3, shown, value.clone())?,
        }
        if !entry.unit.is_empty() {
            sheet.plain(row, 4, entry.unit, &value)?;
        }
    }
    Ok(sheet)
}
