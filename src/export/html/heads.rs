//! The header cells of each data cell, and the groups of rows and columns, for readers who cannot see the table.
//!
//! Takes a table, gives for each data cell its headers from the outside in: the title of its block, the labels of its row (in
//! an outline also those of the levels above it), the headers of its column. Spans are not enough: headers of another block are
//! above the cell, too, and HTML has no groups of rows inside a group.

use std::ops::Range;

use crate::model::{Cell, CellRole, Row, Table};

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
        let mut walk = Walk::new(rows, width);
        for (r, row) in table.rows.iter().enumerate() {
            walk.begin_row(r, row);
            row.cells.iter().for_each(|cell| walk.cell(r, cell));
        }
        let bodies = bodies(table, head, &walk.blocks);
        Heads { of: walk.of, head, bodies, groups: groups(table, head, width) }
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

/// The header cells found so far on a walk through the cells of a table in reading order. Cells are numbered in this order.
struct Walk {
    of: Vec<Vec<usize>>,
    /// By column: the column headers of the current block.
    above: Vec<Vec<usize>>,
    /// By row: its labels, from the outside in.
    beside: Vec<Vec<usize>>,
    /// The title of the current block.
    title: Option<usize>,
    /// Labels of an outline above the next one, with their levels.
    outline: Vec<(u8, usize)>,
    /// Whether a row without column headers has begun in the current block.
    in_block: bool,
    /// First rows of the blocks after the first.
    blocks: Vec<usize>,
}

impl Walk {
    fn new(rows: usize, width: usize) -> Walk {
        Walk {
            of: Vec::new(),
            above: vec![Vec::new(); width],
            beside: vec![Vec::new(); rows],
            title: None,
            outline: Vec::new(),
            in_block: false,
            blocks: Vec::new(),
        }
    }

    /// Column headers after rows without them begin a new block, to which the headers above do not apply.
    fn begin_row(&mut self, r: usize, row: &Row) {
        let heads = row.cells.iter().any(|c| matches!(c.role, CellRole::ColumnHeader | CellRole::BlockHeader));
        if heads && self.in_block {
            self.above.iter_mut().for_each(Vec::clear);
            self.outline.clear();
            (self.title, self.in_block) = (None, false);
            self.blocks.push(r);
        }
        self.in_block |= !heads;
    }

    fn cell(&mut self, r: usize, cell: &Cell) {
        let number = self.of.len();
        self.of.push(Vec::new());
        match cell.role {
            CellRole::BlockHeader => self.title = Some(number),
            CellRole::ColumnHeader => self.above[columns(cell)].iter_mut().for_each(|a| a.push(number)),
            CellRole::RowHeader => self.row_header(r, cell, number),
            CellRole::Data => self.of[number] = self.headers(r, cell),
        }
    }

    fn row_header(&mut self, r: usize, cell: &Cell, number: usize) {
        if cell.column == 0 && cell.row_span == 1 {
            while self.outline.last().is_some_and(|(indent, _)| *indent >= cell.indent) {
                self.outline.pop();
            }
            self.beside[r].extend(self.outline.iter().map(|(_, n)| *n));
            self.outline.push((cell.indent, number));
        }
        let last = r.saturating_add(cell.row_span.max(1)).min(self.beside.len());
        self.beside[r..last].iter_mut().for_each(|b| b.push(number));
    }

    /// The headers of a data cell from the outside in, each once.
    fn headers(&self, r: usize, cell: &Cell) -> Vec<usize> {
        let mut own: Vec<usize> = self.title.iter().chain(&self.beside[r]).copied().collect();
        for n in self.above[columns(cell)].iter().flatten() {
            if !own.contains(n) {
                own.push(*n);
            }
        }
        own
    }
}

/// Groups of rows below the head: the blocks of the table, or in a table of one block the rows beside a label of several rows.
/// `blocks`: first rows of the blocks after the first.
fn bodies(table: &Table, head: usize, blocks: &[usize]) -> Vec<Range<usize>> {
    let rows = table.rows.len();
    let mut starts = vec![head];
    starts.extend(blocks);
    if blocks.is_empty() {
        for (r, row) in table.rows.iter().enumerate().skip(head) {
            let label = row.cells.iter().find(|c| c.column == 0 && c.role == CellRole::RowHeader && c.row_span > 1);
            starts.extend(label.into_iter().flat_map(|c| [r, r.saturating_add(c.row_span)]));
        }
    }
    starts.retain(|s| *s < rows);
    starts.push(rows);
    starts.sort_unstable();
    starts.dedup();
    starts.windows(2).map(|w| w[0]..w[1]).collect()
}

/// Groups of columns: those below the headers of the first row if one of them covers several columns, otherwise all columns.
fn groups(table: &Table, head: usize, width: usize) -> Vec<Range<usize>> {
    let top = table.rows.first().filter(|_| head > 0).map_or(&[][..], |r| &r.cells);
    let spans = top.iter().any(|c| c.column_span > 1) && top.iter().map(|c| c.column_span).sum::<usize>() == width;
    if spans { top.iter().map(columns).collect() } else { std::iter::once(0..width).collect() }
}

fn columns(cell: &Cell) -> Range<usize> {
    cell.column..cell.column + cell.column_span
}
