//! The printed grid of a table: cells with spans, made from the trees. Nobody writes a span down.

use super::{Node, SlotAt, Table};

/// What a grid cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GridContent<'a> {
    /// The line over a block.
    Title(&'a str),
    /// The label over the row labels.
    Corner(&'a str),
    ColumnHead(&'a Node),
    RowHead(&'a Node),
    /// A value: its slot.
    Value(usize),
}

/// A cell of the printed table; rows and columns from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridCell<'a> {
    pub row: usize,
    pub column: usize,
    pub row_span: usize,
    pub column_span: usize,
    pub content: GridContent<'a>,
    pub block: usize,
}

impl GridContent<'_> {
    /// The label, for every content but a value.
    pub fn label(&self) -> Option<&str> {
        match self {
            GridContent::Title(t) | GridContent::Corner(t) => Some(t),
            GridContent::ColumnHead(n) | GridContent::RowHead(n) => Some(&n.label),
            GridContent::Value(_) => None,
        }
    }
}

impl Table {
    /// All cells in reading order. They tile `grid_rows() × grid_width()` without gap or overlap.
    pub fn grid(&self) -> Vec<GridCell<'_>> {
        let width = self.grid_width();
        let mut cells = Vec::new();
        let mut top = 0;
        for (index, b) in self.blocks.iter().enumerate() {
            let mut put = |row, column, row_span, column_span, content| {
                cells.push(GridCell { row, column, row_span, column_span, content, block: index });
            };
            // A block narrower than the table gives the rest to its last column.
            let spare = width - b.rows.depth - b.column_count();
            let column_at = |leaf: usize| b.rows.depth + leaf;
            let span_of =
                |first: usize, count: usize| count + if first + count == b.column_count() { spare } else { 0 };
            if let Some(title) = &b.title {
                put(top, 0, 1, width, GridContent::Title(title));
                top += 1;
            }
            if let Some(corner) = &b.corner {
                put(top, 0, b.columns.depth, b.rows.depth, GridContent::Corner(corner));
            }
            for n in b.columns.walk() {
                let height = if n.children.is_empty() { b.columns.depth - n.level } else { 1 };
                let (at, span) = (column_at(n.first_leaf), span_of(n.first_leaf, n.leaf_count));
                put(top + n.level, at, height, span, GridContent::ColumnHead(n));
            }
            top += b.columns.depth;
            for n in b.rows.walk() {
                let span = if n.children.is_empty() { b.rows.depth - n.level } else { 1 };
                put(top + n.first_leaf, n.level, n.leaf_count, span, GridContent::RowHead(n));
            }
            for row in 0..b.row_count() {
                for column in 0..b.column_count() {
                    let slot = self.slot(SlotAt { block: index, row, column });
                    put(top + row, column_at(column), 1, span_of(column, 1), GridContent::Value(slot));
                }
            }
            top += b.row_count();
        }
        cells.sort_by_key(|c| (c.row, c.column));
        cells
    }

    /// Height in grid rows.
    pub fn grid_rows(&self) -> usize {
        self.blocks.iter().map(|b| usize::from(b.title.is_some()) + b.columns.depth + b.row_count()).sum()
    }

    /// Header rows at the top of the grid (those repeated after a page break): the first block's heads when it is the only one.
    pub fn grid_header_rows(&self) -> usize {
        match self.blocks.as_slice() {
            [only] => usize::from(only.title.is_some()) + only.columns.depth,
            _ => 0,
        }
    }
}
