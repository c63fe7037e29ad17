//! Tables: measured at a size, drawn whole or in fragments.
//!
//! [`Prepared`] contains the texts of a table, shaped once; [`measure::Sized`] is the table measured at one type size; `draw`
//! draws rows of it on a page. `flow` decides where a table is placed.

mod cell;
mod draw;
mod label;
mod measure;

use std::sync::Arc;

use super::LayoutError;
use super::pages::{DOCUMENT, Scope, Tag, TagId, TagKind};
use super::text::Setter;
use crate::model::{self, Align, CellRole};

pub(super) use draw::{ASCENT, Fragment};
use label::Label;
pub(super) use label::LabelCache;
pub(super) use measure::Sized;

/// Indent per outline level, em.
const LEVEL: f32 = 1.5;

/// A table ready to be measured.
pub(super) struct Prepared<'d> {
    pub table: &'d model::Table,
    pub cells: Vec<PreparedCell>,
    pub rows: usize,
    pub columns: usize,
}

/// A cell ready to be measured.
#[derive(Debug)]
pub(super) struct PreparedCell {
    pub row: usize,
    pub column: usize,
    pub row_span: usize,
    pub column_span: usize,
    pub role: CellRole,
    pub align: Align,
    /// Blank space before the text, em.
    pub indent: f32,
    pub label: Arc<Label>,
    pub tag: TagId,
}

impl PreparedCell {
    /// Whether the text is left-aligned: as the document states, and in numbered labels of a single row, so that their numbers
    /// line up.
    pub fn is_left(&self) -> bool {
        self.align == Align::Left || self.role == CellRole::RowHeader && self.row_span == 1 && self.label.number > 0
    }
}

impl<'d> Prepared<'d> {
    /// Shapes the texts of a table and adds the table to the tag tree. Fails on a character that no face can draw.
    pub fn new(
        table: &'d model::Table,
        setter: &mut Setter<'_>,
        labels: &LabelCache,
        tags: &mut Vec<Tag>,
    ) -> Result<Prepared<'d>, LayoutError> {
        let rows = table.rows.len();
        let columns = table.widths.len();
        let root = tags.len();
        tags.push(Tag { kind: TagKind::Table { caption: table.caption.clone() }, parent: DOCUMENT });
        let mut cells = Vec::new();
        for (r, row) in table.rows.iter().enumerate() {
            let row_tag = tags.len();
            tags.push(Tag { kind: TagKind::Row, parent: root });
            for c in row.cells.iter().filter(|c| c.column < columns) {
                let label = Label::of(&c.text, c.role == CellRole::Data, setter, labels)?;
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
                cells.push(PreparedCell { row: r, column, row_span, column_span, role, align, indent, label, tag });
            }
        }
        Ok(Prepared { table, cells, rows, columns })
    }

    /// Number of rows repeated after a page break; 0 if all rows are header rows.
    pub fn header_rows(&self) -> usize {
        if self.table.header_rows < self.rows { self.table.header_rows } else { 0 }
    }
}
