//! Which heads a figure has, and which rows and columns are groups: what a reader who cannot see the table is told.
//!
//! Takes a table, gives for each cell its heads from the outside in: the title of its block, the labels of its row (in an
//! outline those it stands under as well), the heads of its column. Spans alone cannot say so: heads of another block
//! stand above a figure too, and a group of rows inside another is none for HTML.

use std::ops::Range;

use crate::model::{Cell, CellRole, Table};

/// Heads and groups of a table. Cells are numbered as they are read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heads {
    /// By cell: the numbers of its heads; empty for a cell that is a head itself.
    pub of: Vec<Vec<usize>>,
    /// Rows of the table's head.
    pub head: usize,
    /// Groups of rows below the head.
    pub bodies: Vec<Range<usize>>,
    /// Groups of columns.
    pub groups: Vec<Range<usize>>,
}

/// Columns of a table, those that its cells reach included.
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
        // Labels of an outline under which the next may stand, with the levels they are set in.
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
        // Where blocks are the groups, a group of rows inside one is none.
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

    /// What a head is for: its own row or column, or the group that it heads as a whole.
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
