//! A table as a grid: which cell is at which position.
//!
//! Takes a table of the document, gives its positions row by row, or an error if its cells do not tile it: Word would silently
//! show such a table with cells in the wrong columns.

use crate::export::ExportError;
use crate::model::{Cell, Table};

/// Most columns that Word can show.
const MOST_COLUMNS: usize = 63;

/// A position of the grid at which a cell element is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridSlot<'t> {
    pub cell: &'t Cell,
    /// Whether the cell begins here; otherwise it began in a row above.
    pub begins: bool,
}

/// The grid of a table: per row, the cells that begin in it or reach into it, from left to right.
#[derive(Debug)]
pub(super) struct Grid<'t> {
    pub columns: usize,
    pub rows: Vec<Vec<GridSlot<'t>>>,
}

/// Resolves the spans of a table. Fails if its cells do not tile it, or if it has too many columns for Word.
pub(super) fn resolve(table: &Table) -> Result<Grid<'_>, ExportError> {
    let columns = table.widths.len();
    let fault = |what: &str| ExportError::Writer {
        format: "DOCX",
        reason: format!("表格“{}”{what}", table.caption.chars().take(40).collect::<String>()),
    };
    if columns > MOST_COLUMNS {
        return Err(fault("的列数超过 Word 的上限 63 列"));
    }
    let mut rows = vec![Vec::new(); table.rows.len()];
    // Per column: the last cell that covers it so far, and the row after that cell.
    let mut covering: Vec<Option<(&Cell, usize)>> = vec![None; columns];
    for (index, row) in table.rows.iter().enumerate() {
        let mut cells = row.cells.iter().peekable();
        let mut column = 0;
        while column < columns {
            let (cell, begins) = match covering[column] {
                Some((cell, below)) if below > index => (cell, false),
                _ => (cells.next().ok_or_else(|| fault("有空缺的单元格"))?, true),
            };
            let right = column.saturating_add(cell.column_span);
            let below = index.saturating_add(cell.row_span);
            if cell.column != column || cell.column_span == 0 || cell.row_span == 0 {
                return Err(fault("的单元格位置不对"));
            }
            if right > columns || (begins && below > table.rows.len()) {
                return Err(fault("的单元格超出表格"));
            }
            if begins {
                if covering[column..right].iter().flatten().any(|(_, below)| *below > index) {
                    return Err(fault("的单元格重叠"));
                }
                covering[column..right].fill(Some((cell, below)));
            }
            rows[index].push(GridSlot { cell, begins });
            column = right;
        }
        if cells.next().is_some() {
            return Err(fault("的单元格多于列数"));
        }
    }
    Ok(Grid { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Align, CellRole, Row};

    fn cell(column: usize, row_span: usize, column_span: usize) -> Cell {
        Cell {
            column,
            row_span,
            column_span,
            text: String::new(),
            role: CellRole::Data,
            align: Align::Center,
            indent: 0,
        }
    }

    fn table(columns: usize, rows: Vec<Vec<Cell>>) -> Table {
        let rows = rows.into_iter().map(|cells| Row { cells }).collect();
        Table { caption: "表".into(), widths: vec![1.0; columns], header_rows: 0, label_columns: 0, rows }
    }

    #[test]
    fn spans_reach_into_the_rows_below() {
        let t = table(3, vec![vec![cell(0, 2, 2), cell(2, 1, 1)], vec![cell(2, 1, 1)]]);
        let grid = resolve(&t).unwrap();
        let begins: Vec<Vec<bool>> = grid.rows.iter().map(|r| r.iter().map(|s| s.begins).collect()).collect();
        assert_eq!(begins, [[true, true], [false, true]]);
    }

    #[test]
    fn what_does_not_tile_is_refused() {
        for rows in [
            vec![vec![cell(0, 1, 1)]],
            vec![vec![cell(0, 1, 3)]],
            vec![vec![cell(0, 1, usize::MAX)]],
            vec![vec![cell(0, usize::MAX, 2)]],
            vec![vec![cell(0, 1, 0), cell(1, 1, 1)]],
            vec![vec![cell(0, 0, 1), cell(1, 1, 1)]],
            vec![vec![cell(1, 1, 1), cell(0, 1, 1)]],
            vec![vec![cell(0, 1, 1), cell(1, 2, 1)], vec![cell(0, 1, 2)]],
            vec![vec![cell(0, 1, 2), cell(0, 1, 1)]],
            vec![vec![]],
        ] {
            let t = table(2, rows);
            assert!(resolve(&t).is_err(), "{t:?}");
        }
        assert!(resolve(&table(64, vec![])).is_err());
        assert!(resolve(&table(0, vec![])).unwrap().rows.is_empty());
    }
}
