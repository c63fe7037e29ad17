//! The header cells of each data cell, and the groups of rows and columns, for readers who cannot see the table.
//!
//! Takes a table, gives for each data cell its headers from the outside in: the title of its block, the labels of its row (in
//! an outline also those of the levels above it), the headers of its column. Spans are not enough: headers of another block are
//! above the cell, too, and HTML has no groups of rows inside a group.

use std::ops::Range;

use crate::model::{Cell, CellRole, Table};

/// Headers and groups of a table. Cells are numbered in reading order.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heads {
    /// By cell: the numbers of its headers; empty for a header cell.
    pub of: Vec<Vec<usize>>,
    /// Number of rows in the head of the table.
    pub head: usize,
    /// Groups of rows below the head.
    pub bodies: Vec<Range<usize>>,
    /// Groups of columns.
    pub groups: Vec<Range<usize>>,
}

/// Number of columns: the declared ones, and more if cells reach beyond them.
pub(super) fn width(table: &Table) -> usize {
    let reached = table.rows.iter().flat_map(|r| &r.cells).map(|c| c.column + c.column_span);
    reached.max().unwrap_or(0).max(table.widths.len())
}

impl Heads {
    pub fn new(table: &Table) -> Heads {
        let (rows, width) = (table.rows.len(), width(table));
        let head = table.header_rows.min(rows);
        let mut of = Vec::new();
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); width];
        let mut beside: Vec<Vec<usize>> = vec![Vec::new(); rows];
        let mut title = None;
        // Labels of an outline above the next one, with their levels.
        let mut outline: Vec<(u8, usize)> = Vec::new();
        let mut starts = vec![head];
        let mut in_block = false;
        for (r, row) in table.rows.iter().enumerate() {
            let heads = row.cells.iter().any(|c| matches!(c.role, CellRole::ColumnHeader | CellRole::BlockHeader));
            if heads && in_block {
                above.iter_mut().for_each(Vec::clear);
                outline.clear();
                (title, in_block) = (None, false);
                starts.push(r);
            }
            in_block |= !heads;
            for cell in &row.cells {
                let number = of.len();
                of.push(Vec::new());
                match cell.role {
                    CellRole::BlockHeader => title = Some(number),
                    CellRole::ColumnHeader => above[columns(cell)].iter_mut().for_each(|a| a.push(number)),
                    CellRole::RowHeader => {
                        if cell.column == 0 && cell.row_span == 1 {
                            while outline.last().is_some_and(|(indent, _)| *indent >= cell.indent) {
                                outline.pop();
                            }
                            beside[r].extend(outline.iter().map(|(_, n)| *n));
                            outline.push((cell.indent, number));
                        }
                        let last = r.saturating_add(cell.row_span.max(1)).min(rows);
                        beside[r..last].iter_mut().for_each(|b| b.push(number));
                    }
                    CellRole::Data => {
                        let mut own: Vec<usize> = title.iter().chain(&beside[r]).copied().collect();
                        for n in above[columns(cell)].iter().flatten() {
                            if !own.contains(n) {
                                own.push(*n);
                            }
                        }
                        of[number] = own;
                    }
                }
            }
        }
        // With several blocks, these are the groups, and there are none inside them.
        if starts.len() == 1 {
            for (r, row) in table.rows.iter().enumerate().skip(head) {
                let label = row.cells.iter().find(|c| c.column == 0 && c.role == CellRole::RowHeader && c.row_span > 1);
                starts.extend(label.into_iter().flat_map(|c| [r, r.saturating_add(c.row_span)]));
            }
        }
        starts.retain(|s| *s < rows);
        starts.push(rows);
        starts.sort_unstable();
        starts.dedup();
        let bodies = starts.windows(2).map(|w| w[0]..w[1]).collect();
        let top = table.rows.first().filter(|_| head > 0).map_or(&[][..], |r| &r.cells);
        let spans = top.iter().any(|c| c.column_span > 1) && top.iter().map(|c| c.column_span).sum::<usize>() == width;
        let groups = if spans { top.iter().map(columns).collect() } else { std::iter::once(0..width).collect() };
        Heads { of, head, bodies, groups }
    }

    /// The `scope` of a header cell: its row or column, or a group if it covers the whole of it; empty for a data cell.
    pub fn scope(&self, cell: &Cell, row: usize) -> &'static str {
        match cell.role {
            CellRole::Data => "",
            CellRole::BlockHeader if row >= self.head => "rowgroup",
            CellRole::BlockHeader => "col",
            CellRole::ColumnHeader if cell.column_span > 1 && self.groups.contains(&columns(cell)) => "colgroup",
            CellRole::ColumnHeader => "col",
            CellRole::RowHeader if cell.row_span > 1 && self.bodies.contains(&(row..row + cell.row_span)) => "rowgroup",
            CellRole::RowHeader => "row",
        }
    }
}

fn columns(cell: &Cell) -> Range<usize> {
    cell.column..cell.column + cell.column_span
}
