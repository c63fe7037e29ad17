//! Relations (勾稽关系) of a form: sums of rows or columns that must agree.

use super::{SlotAt, Table};
use crate::rules::Code;

/// How the two sides must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum Op {
    /// Both sides are equal.
    #[serde(rename = "=")]
    Equal,
    /// The left side is at least the right side.
    #[serde(rename = "≥")]
    AtLeast,
}

impl Op {
    /// Whether two sides satisfy the relation.
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Op::Equal => left == right,
            Op::AtLeast => left >= right,
        }
    }
}

/// A row or column that is added to a side or subtracted from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    /// Index of the row leaf or column leaf.
    pub leaf: usize,
    /// Whether it is subtracted.
    pub negative: bool,
}

/// One relation of the form, over every row or every column of a block.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Relation {
    /// The rule it belongs to, e.g. `K301`.
    pub code: Code,
    /// Index of its table in [`Form::tables`](super::Form::tables).
    pub table: usize,
    /// Index of its block in [`Table::blocks`].
    pub block: usize,
    /// Whether the terms are rows (and it applies to each column) or the other way round.
    pub holds_in_each_column: bool,
    /// The terms of the left side; at least one.
    pub left: Vec<Term>,
    /// How the left side compares with the right side.
    pub op: Op,
    /// The terms of the right side; at least one.
    pub right: Vec<Term>,
}

/// A relation in one row or column: the slots of its two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelationUse {
    /// Slots of the left side, each with `true` if it is subtracted.
    pub left: Vec<(usize, bool)>,
    /// Slots of the right side, each with `true` if it is subtracted.
    pub right: Vec<(usize, bool)>,
}

impl Relation {
    /// The relation for each row or column to which it applies, with slots in place of terms (`true`: subtracted).
    pub fn uses(&self, table: &Table) -> Vec<RelationUse> {
        let block = &table.blocks[self.block];
        let lines = if self.holds_in_each_column { block.column_count() } else { block.row_count() };
        let side = |terms: &[Term], line: usize| {
            let slot = |t: &Term| {
                let (row, column) = if self.holds_in_each_column { (t.leaf, line) } else { (line, t.leaf) };
                (table.slot(SlotAt { block: self.block, row, column }), t.negative)
            };
            terms.iter().map(slot).collect()
        };
        (0..lines).map(|line| RelationUse { left: side(&self.left, line), right: side(&self.right, line) }).collect()
    }

    /// Whether the left side is a total made of the right side, so that a blank one can be computed.
    pub fn defines_total(&self) -> bool {
        self.op == Op::Equal && self.left.len() == 1 && !self.left[0].negative
    }
}
