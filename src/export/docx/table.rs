//! A table of the document → a table of `docx-rs`.
//!
//! Takes a table and how much of its page is taken, gives the built table and the size of its type; what `docx-rs` cannot
//! write (repeated header rows, the accessible name) goes into the notes. It decides no span: the grid does.

use docx_rs::{
    AlignmentType, HeightRule, Paragraph, Table as Built, TableAlignmentType, TableBorder, TableBorderPosition,
    TableBorders, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, VMergeType, WidthType,
};

use super::finish::Notes;
use super::fit::{self, Fit};
use super::grid::{self, Place};
use super::text::{self, twips};
use super::{measure, styles};
use crate::export::ExportError;
use crate::model::{Align, CellRole, Table};
use crate::style::Style;

/// Builds a table; `None` for one without rows or columns, which Word refuses. The number is the size of its type in points.
pub(super) fn build(
    table: &Table,
    style: &Style,
    before: f32,
    notes: &mut Notes,
) -> Result<(Option<Built>, f32), ExportError> {
    let grid = grid::resolve(table)?;
    if grid.columns == 0 || grid.rows.is_empty() {
        return Ok((None, style.size.table));
    }
    let fit = fit::fit(&grid, &table.widths, style, before);
    notes.table(table.header_rows.min(grid.rows.len()), &table.caption);
    let last = grid.rows.len() - 1;
    let id = styles::table(fit.size, style);
    let mut rows = Vec::with_capacity(grid.rows.len());
    for (index, places) in grid.rows.iter().enumerate() {
        // Word keeps a row on the page of the next one when its paragraphs ask for it.
        let keep = index < last && (fit.whole || index < table.header_rows);
        let cells = places.iter().map(|p| cell(p, &fit, &id, keep)).collect();
        let mut row = TableRow::new(cells);
        if !fit.splits[index] {
            row = row.cant_split();
        }
        if fit.row > 0 {
            row = row.row_height(fit.row as f32).height_rule(HeightRule::AtLeast);
        }
        rows.push(row);
    }
    let width = fit.columns.iter().sum();
    let built = Built::new(rows)
        .style(styles::GRID)
        .layout(TableLayoutType::Fixed)
        .width(width, WidthType::Dxa)
        .align(TableAlignmentType::Center)
        .margins(TableCellMargins::new().margin(fit::ABOVE, fit.side, fit::ABOVE, fit.side))
        .set_borders(borders(style))
        .set_grid(fit.columns.clone());
    Ok((Some(built), fit.size))
}

fn cell(place: &Place<'_>, fit: &Fit, id: &str, keep: bool) -> TableCell {
    let cell = place.cell;
    let width: usize = fit.columns[cell.column..cell.column + cell.column_span].iter().sum();
    let mut p = Paragraph::new().style(id);
    if keep {
        p = p.keep_next(true);
    }
    if place.begins {
        if cell.align == Align::Left {
            p = p.align(AlignmentType::Left);
            if cell.indent > 0 {
                p = p.indent(Some(twips(fit::indent(cell) * fit.size)), None, None, None);
            }
        } else if cell.role != CellRole::Data {
            let room = (width as f32 / 20.0 - fit.side as f32 / 10.0) / fit.size;
            let inset = twips(measure::inset(&cell.text, room) * fit.size);
            if inset > 0 {
                p = p.indent(Some(inset), None, Some(inset), None);
            }
        }
        p = p.add_run(text::run(&cell.text));
    }
    let mut built = TableCell::new().width(width, WidthType::Dxa).vertical_align(VAlignType::Center).add_paragraph(p);
    if cell.column_span > 1 {
        built = built.grid_span(cell.column_span);
    }
    if cell.row_span > 1 {
        built = built.vertical_merge(if place.begins { VMergeType::Restart } else { VMergeType::Continue });
    }
    built
}

/// Hairlines all round; `w:sz` counts eighths of a point.
pub(super) fn borders(style: &Style) -> TableBorders {
    use TableBorderPosition::{Bottom, InsideH, InsideV, Left, Right, Top};
    let size = (style.line.rule * 8.0).round().max(2.0) as usize;
    [Top, Left, Bottom, Right, InsideH, InsideV]
        .into_iter()
        .fold(TableBorders::with_empty(), |all, side| all.set(TableBorder::new(side).size(size).color("000000")))
}
