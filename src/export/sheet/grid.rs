//! An official table on a sheet: position and size of its cells, and writing of labels and values.

use super::cells::At;
use super::content::CellContent;
use super::look::Look;
use super::{PAPER_WIDTH, Sheet, measure};
use crate::compose;
use crate::export::ExportError;
use crate::form::{GridCell, GridContent, Table};
use crate::model::{Align, Value};

/// Width in pixels of a value column, enough for seven digits.
const VALUE_WIDTH: u32 = 60;
/// Widest value column, in pixels; a longer number shrinks.
const VALUE_LIMIT: u32 = 300;
/// Least height of a table's row in points.
const ROW: f64 = 19.5;

/// A table placed on a sheet.
pub struct PlacedTable<'a> {
    /// The cells, each with its alignment and indent in the composed table.
    cells: Vec<(GridCell<'a>, (Align, u8))>,
    /// First row.
    top: u32,
    rows: u32,
}

/// Column widths in pixels: the form's shares of an A4 page, wider if the numbers need it.
pub fn widths(table: &Table, values: Option<&[Value]>) -> Vec<u32> {
    let sum: f32 = table.widths.iter().sum();
    let share = |w: &f32| (w / sum * PAPER_WIDTH as f32).round() as u32;
    let mut widths: Vec<u32> = table.widths.iter().map(share).collect();
    for g in table.grid() {
        let GridContent::Value(slot) = g.content else { continue };
        let text = values.map_or(String::new(), |v| v[slot].to_string());
        let need = measure::number_width(&text, Look::value().size).clamp(VALUE_WIDTH, VALUE_LIMIT);
        let have: u32 = widths[g.column..g.column + g.column_span].iter().sum();
        widths[g.column + g.column_span - 1] += need.saturating_sub(have);
    }
    widths
}

impl<'a> PlacedTable<'a> {
    /// Places a table whose first row is `top`.
    pub fn new(table: &'a Table, top: u32) -> PlacedTable<'a> {
        // The composed table has the same cells in the same order; only it determines which labels are left-aligned.
        let blank = vec![Value::Blank; table.slot_count()];
        let composed = compose::table(table, &blank);
        let set = composed.rows.iter().flat_map(|r| &r.cells).map(|c| (c.align, c.indent));
        PlacedTable { cells: table.grid().into_iter().zip(set).collect(), top, rows: table.grid_rows() as u32 }
    }

    /// The row after the table.
    pub fn end(&self) -> u32 {
        self.top + self.rows
    }

    fn first(&self, g: &GridCell<'_>) -> At {
        (self.top + g.row as u32, g.column as u16)
    }

    /// The cell of each slot, by slot.
    pub fn places(&self) -> Vec<At> {
        let mut places: Vec<(usize, At)> = self
            .cells
            .iter()
            .filter_map(|(g, _)| match g.content {
                GridContent::Value(slot) => Some((slot, self.first(g))),
                _ => None,
            })
            .collect();
        places.sort_unstable();
        places.into_iter().map(|(_, at)| at).collect()
    }

    /// Writes labels and borders and sets the row heights; value cells are merged and contain what `value` returns for their
    /// slot.
    pub fn draw(&self, sheet: &mut Sheet, value: impl Fn(usize) -> (Look, CellContent)) -> Result<(), ExportError> {
        let mut heights = vec![ROW; self.rows as usize];
        let mut tall = Vec::new();
        for (g, (align, indent)) in &self.cells {
            let (row, column) = self.first(g);
            let (rows, columns) = (g.row_span as u32, g.column_span as u16);
            let (look, figure) = match g.content {
                GridContent::Value(slot) => value(slot),
                GridContent::Title(_) => (Look::head(), CellContent::Empty),
                _ if *align == Align::Center => (Look::label().centred(), CellContent::Empty),
                _ => (Look::label().indented(*indent), CellContent::Empty),
            };
            let label = g.content.label().unwrap_or("");
            let need = measure::height(label, sheet.width(column, columns).saturating_sub(look.inset()), look.size);
            if g.row_span == 1 {
                heights[g.row] = heights[g.row].max(need);
            } else {
                tall.push((g.row, g.row_span, need));
            }
            match figure {
                CellContent::Number(n, _) => {
                    if (rows, columns) != (1, 1) {
                        sheet.span(row, rows, column, columns, "", &look)?;
                    }
                    sheet.number(row, column, n, &look)?;
                }
                CellContent::Text(text) => sheet.span(row, rows, column, columns, &text, &look)?,
                CellContent::Empty => sheet.span(row, rows, column, columns, label, &look)?,
            }
        }
        for (row, span, need) in tall {
            let have: f64 = heights[row..row + span].iter().sum();
            let more = (need - have).max(0.0) / span as f64;
            heights[row..row + span].iter_mut().for_each(|h| *h += more);
        }
        for (row, height) in (self.top..).zip(heights) {
            sheet.height(row, height)?;
        }
        Ok(())
    }
}
