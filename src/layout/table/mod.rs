//! Tables: measured at a size, drawn whole or in fragments.
//!
//! [`Prepared`] holds a table's texts, worked out once; [`measure::Sized`] is the table at one type size; `draw` puts rows of
//! it on a page. Where a table goes is the flow's business.

mod cell;
mod draw;
mod label;
mod measure;

use std::rc::Rc;

use super::LayoutError;
use super::pages::{Scope, Tag, TagId, TagKind};
use super::text::Setter;
use crate::model::{self, Align, CellRole};

pub(super) use draw::{ASCENT, Fragment};
use label::Label;
pub(super) use measure::Sized;

/// How far a level of an outline is set in, em.
const LEVEL: f32 = 1.5;

/// A table ready to be measured.
pub(super) struct Prepared<'d> {
    pub table: &'d model::Table,
    pub cells: Vec<Cell>,
    pub rows: usize,
    pub columns: usize,
}

/// A cell ready to be set.
#[derive(Debug)]
pub(super) struct Cell {
    pub row: usize,
    pub column: usize,
    pub row_span: usize,
    pub column_span: usize,
    pub role: CellRole,
    pub align: Align,
    /// White before the text, em.
    pub indent: f32,
    pub label: Rc<Label>,
    pub tag: TagId,
}

impl Cell {
    /// Long labels stand left, and numbered ones of a single row with them, so that the numbers line up.
    pub fn is_left(&self) -> bool {
        self.align == Align::Left || self.role == CellRole::RowHeader && self.row_span == 1 && self.label.number > 0
    }
}

impl<'d> Prepared<'d> {
    /// Sets the texts of a table and adds it to the tag tree below `parent`.
    pub fn new(
        table: &'d model::Table,
        setter: &mut Setter<'_>,
        tags: &mut Vec<Tag>,
        parent: TagId,
    ) -> Result<Prepared<'d>, LayoutError> {
        let rows = table.rows.len();
        let columns = table.widths.len();
        let root = tags.len();
        tags.push(Tag { kind: TagKind::Table { caption: table.caption.clone() }, parent });
        let mut cells = Vec::new();
        for (r, row) in table.rows.iter().enumerate() {
            let row_tag = tags.len();
            tags.push(Tag { kind: TagKind::Row, parent: root });
            for c in row.cells.iter().filter(|c| c.column < columns) {
                let label = Label::of(&c.text, c.role == CellRole::Data, setter)?;
                let row_span = c.row_span.clamp(1, rows - r);
                let column_span = c.column_span.clamp(1, columns - c.column);
                let tag = tags.len();
                let (down, across) = (row_span as u32, column_span as u32);
                let header = |scope| TagKind::HeaderCell { scope, row_span: down, column_span: across };
                let kind = match c.role {
                    CellRole::ColumnHeader | CellRole::BlockHeader => header(Scope::Column),
                    CellRole::RowHeader => header(Scope::Row),
                    CellRole::Data => TagKind::DataCell { row_span: down, column_span: across },
                };
                tags.push(Tag { kind, parent: row_tag });
                let (column, role, align) = (c.column, c.role, c.align);
                let indent = LEVEL * f32::from(c.indent);
                cells.push(Cell { row: r, column, row_span, column_span, role, align, indent, label, tag });
            }
        }
        Ok(Prepared { table, cells, rows, columns })
    }

    /// Rows that are printed again after a page break; never all of them.
    pub fn header_rows(&self) -> usize {
        if self.table.header_rows < self.rows { self.table.header_rows } else { 0 }
    }
}
