//! The official tables of a report as drawn on the form, with the findings that refer to each cell.
//!
//! Takes a report with its origins and findings, gives cells in reading order for a page to draw. Writes no markup.

use std::collections::BTreeMap;

use serde::Serialize;

use super::by_cell::ByCell;
use crate::compose;
use crate::export::html::pieces;
use crate::form::GridContent;
use crate::model::{Cell, CellRole, Finding, Origins, Place, Report, Severity, Source, Value};

/// An official table with the values of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DrawnTable {
    /// Its name on the form.
    pub name: String,
    /// The unit of its values, as the form states it.
    pub caption: String,
    /// Its rows from the top, each with the cells that begin in it, from the left.
    pub rows: Vec<Vec<DrawnCell>>,
}

/// A cell of a drawn table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DrawnCell {
    /// Its text in pieces, between which a line may break. A value that could not be read is given as it is written in the workbook.
    pub text: Vec<String>,
    /// Whether it is a label of the form and not a value.
    pub is_label: bool,
    /// Number of rows it covers.
    pub row_span: usize,
    /// Number of columns it covers.
    pub column_span: usize,
    /// Where the workbook has its value, as people write it; `None` for a label, and if it is not known.
    pub place: Option<String>,
    /// The findings that refer to it, as positions in the list of findings.
    pub findings: Vec<usize>,
    /// The greatest severity of the findings whose own place it is; `None` if others only refer to it.
    pub severity: Option<Severity>,
}

/// All tables of a report.
pub fn tables(report: &Report, origins: &Origins, findings: &[Finding]) -> Vec<DrawnTable> {
    let by_cell = ByCell::new(findings);
    let mut drawn = Vec::with_capacity(report.tables.len());
    for (index, (form, values)) in report.form.tables.iter().zip(&report.tables).enumerate() {
        let slots: BTreeMap<(usize, usize), usize> = form
            .grid()
            .iter()
            .filter_map(|g| match g.content {
                GridContent::Value(slot) => Some(((g.row, g.column), slot)),
                _ => None,
            })
            .collect();
        let table = compose::table(form, values);
        let cell = |row: usize, cell: &Cell| {
            let slot = slots.get(&(row, cell.column)).copied();
            let place = |slot: usize| Place::Value { table: index, slot };
            let unread = slot.filter(|slot| values[*slot] == Value::Unknown);
            let written = unread.and_then(|slot| origins.written(place(slot)));
            let source = slot.and_then(|slot| origins.source(place(slot)));
            let found = by_cell.at(source);
            let is_label = cell.role != CellRole::Data;
            let whole = || vec![written.unwrap_or(&cell.text).to_owned()];
            DrawnCell {
                text: if is_label { pieces(&cell.text).into_iter().map(str::to_owned).collect() } else { whole() },
                is_label,
                row_span: cell.row_span,
                column_span: cell.column_span,
                place: source.and_then(Source::in_sheet),
                findings: found.findings,
                severity: found.severity,
            }
        };
        let rows = table.rows.iter().enumerate();
        let rows = rows.map(|(row, cells)| cells.cells.iter().map(|c| cell(row, c)).collect()).collect();
        drawn.push(DrawnTable { name: form.name.clone(), caption: table.caption.clone(), rows });
    }
    drawn
}
