//! The printed grid of a table: cells with spans, computed from the trees. Form files contain no spans.

use super::{Node, SlotAt, Table};

/// The content of a grid cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GridContent<'a> {
    /// The line over a block.
    Title(&'a str),
    /// The label over the row labels.
    Corner(&'a str),
    /// A label over one or more value columns.
    ColumnHead(&'a Node),
    /// A label left of one or more lines.
    RowHead(&'a Node),
    /// The label over the units of the rows.
    UnitHead(&'a str),
    /// The unit of a row, or the mark of a line without one.
    Unit(&'a str),
    /// The mark in place of a value on a line without values.
    NoValue(&'a str),
    /// A value: its slot.
    Value(usize),
}

/// A cell of the printed table; rows and columns from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct GridCell<'a> {
    /// First grid row.
    pub row: usize,
    /// First grid column.
    pub column: usize,
    /// Number of grid rows, at least 1.
    pub row_span: usize,
    /// Number of grid columns, at least 1.
    pub column_span: usize,
    /// Label, mark or value.
    pub content: GridContent<'a>,
    /// Index of its block in [`Table::blocks`].
    pub block: usize,
}

impl GridContent<'_> {
    /// The label, for every content but a value.
    pub fn label(&self) -> Option<&str> {
        match self {
            GridContent::Title(t) | GridContent::Corner(t) => Some(t),
            GridContent::UnitHead(t) | GridContent::Unit(t) | GridContent::NoValue(t) => Some(t),
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
            // The last column of a block that is narrower than the table spans the remaining columns.
            let spare = width - b.label_columns() - b.column_count();
            let column_at = |leaf: usize| b.label_columns() + leaf;
            let span_of =
                |first: usize, count: usize| count + if first + count == b.column_count() { spare } else { 0 };
            if let Some(title) = &b.title {
                put(top, 0, 1, width, GridContent::Title(title));
                top += 1;
            }
            if let Some(corner) = &b.corner {
                put(top, 0, b.columns.depth, b.rows.depth, GridContent::Corner(corner));
            }
            if let Some(unit) = &b.unit_column {
                put(top, b.rows.depth, b.columns.depth, 1, GridContent::UnitHead(&unit.label));
            }
            for n in b.columns.walk() {
                let ((level, height), span) = (b.columns.across(n), span_of(n.first_leaf, n.leaf_count));
                put(top + level, column_at(n.first_leaf), height, span, GridContent::ColumnHead(n));
            }
            top += b.columns.depth;
            for n in b.rows.walk() {
                let (column, span) = b.rows.across(n);
                put(top + n.line, column, n.line_count, span, GridContent::RowHead(n));
            }
            // Each line belongs to a row, or to a label without values.
            for line in 0..b.line_count() {
                let row = b.row_on(line);
                if b.unit_column.is_some() {
                    let word = row.and_then(|r| b.unit_word(r)).unwrap_or(&b.empty_line);
                    put(top + line, b.rows.depth, 1, 1, GridContent::Unit(word));
                }
                for column in 0..b.column_count() {
                    let content = row.map_or(GridContent::NoValue(&b.empty_line), |row| {
                        GridContent::Value(self.slot(SlotAt { block: index, row, column }))
                    });
                    put(top + line, column_at(column), 1, span_of(column, 1), content);
                }
            }
            top += b.line_count();
        }
        cells.sort_by_key(|c| (c.row, c.column));
        cells
    }

    /// Height in grid rows.
    pub fn grid_rows(&self) -> usize {
        self.blocks.iter().map(|b| usize::from(b.title.is_some()) + b.columns.depth + b.line_count()).sum()
    }

    /// Header rows at the top of the grid (those repeated after a page break): the heads of the block if it is the only one,
    /// otherwise 0.
    pub fn grid_header_rows(&self) -> usize {
        match self.blocks.as_slice() {
            [only] => usize::from(only.title.is_some()) + only.columns.depth,
            _ => 0,
        }
    }
}
