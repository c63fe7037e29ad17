//! Relations between the reports of consecutive years: values that the later report must repeat or continue.

use super::{SlotAt, Table, Term};
use crate::rules::Code;

/// One relation between the reports of two consecutive years, over every row or every column of a block: `left` (this year) =
/// `before` (last year) + `right` (this year).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// The rule it belongs to, e.g. `Y401`.
    pub code: Code,
    /// Index of its table in [`Form::tables`](super::Form::tables).
    pub table: usize,
    /// Index of its block in [`Table::blocks`].
    pub block: usize,
    /// Whether the terms are rows (and it applies to each column) or the other way round.
    pub holds_in_each_column: bool,
    /// Whether it applies only if both reports use the same edition.
    pub within_edition: bool,
    /// The terms of the later report that must equal the others; at least one.
    pub left: Vec<Term>,
    /// The terms of the report of the year before; at least one.
    pub before: Vec<Term>,
    /// The terms of the later report that are added to `before`; empty if the value is repeated unchanged.
    pub right: Vec<Term>,
}

impl Series {
    /// Number of rows or columns to which it applies.
    pub fn lines(&self, table: &Table) -> usize {
        let block = &table.blocks[self.block];
        if self.holds_in_each_column { block.column_count() } else { block.row_count() }
    }

    /// The slot of a term in one of these rows or columns.
    pub fn slot(&self, table: &Table, term: &Term, line: usize) -> usize {
        let (row, column) = if self.holds_in_each_column { (term.leaf, line) } else { (line, term.leaf) };
        table.slot(SlotAt { block: self.block, row, column })
    }
}
