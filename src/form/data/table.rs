//! Tables of a form file: trees of rows and columns with their leaves, lines and slots counted.

use super::raw::{RawNode, RawTable};
use super::{FormError, wrong};
use crate::form::{Axis, Block, Leaf, Node, Table, Unit, ValueKind};

/// A table whose column widths match its grid.
pub(super) fn table(raw: RawTable) -> Result<Table, FormError> {
    let mut first_slot = 0;
    let mut blocks = Vec::with_capacity(raw.block.len());
    for b in raw.block {
        let block = Block {
            columns: axis(b.columns, false)?,
            rows: axis(b.rows, b.outline)?,
            unit_column: b.unit_column,
            empty_line: b.empty_line.unwrap_or_default(),
            key: b.key,
            title: b.title,
            corner: b.corner,
            first_slot,
        };
        if block.columns.leaves.is_empty() {
            return Err(wrong(format!("{} 的 {} 没有列", raw.name, block.key)));
        }
        if block.corner.is_some() == block.rows.leaves.is_empty() {
            return Err(wrong(format!("{} 的 {}：有行标题时才写 corner", raw.name, block.key)));
        }
        first_slot += block.row_count() * block.column_count();
        blocks.push(block);
    }
    let label_columns = blocks.iter().map(Block::label_columns).max().unwrap_or(0);
    let table = Table { key: raw.key, name: raw.name, caption: raw.caption, widths: raw.widths, blocks, label_columns };
    if table.widths.len() != table.grid_width() || table.widths.iter().any(|w| !w.is_finite() || *w <= 0.0) {
        return Err(wrong(format!("{} 应有 {} 个正的列宽", table.name, table.grid_width())));
    }
    Ok(table)
}

fn axis(raw: Vec<RawNode>, outline: bool) -> Result<Axis, FormError> {
    let mut axis = Axis { outline, ..Axis::default() };
    axis.nodes = nodes(raw, &Above::default(), &mut axis)?;
    Ok(axis)
}

/// The ancestors of a node: the path of its parent, the labels and the leaves from the outside in.
#[derive(Default)]
struct Above {
    path: String,
    labels: Vec<String>,
    leaves: Vec<usize>,
}

fn nodes(raw: Vec<RawNode>, above: &Above, axis: &mut Axis) -> Result<Vec<Node>, FormError> {
    let mut out: Vec<Node> = Vec::with_capacity(raw.len());
    for n in raw {
        let path = if above.path.is_empty() { n.key.clone() } else { format!("{}.{}", above.path, n.key) };
        if n.key.is_empty() || n.label.is_empty() || out.iter().any(|o| o.path == path) {
            return Err(wrong(format!("{path} 的键或标签为空，或键重复")));
        }
        let (level, first_leaf, line) = (above.labels.len(), axis.leaves.len(), axis.lines);
        let labels = [above.labels.as_slice(), std::slice::from_ref(&n.label)].concat();
        let mut leaves = above.leaves.clone();
        // A group has values if it has a unit; otherwise it is only the head of the lines below it.
        let owns = n.children.is_empty() || n.unit.is_some();
        if owns && !n.children.is_empty() && !axis.outline {
            return Err(wrong(format!("{path} 有下级，不能自己有单位（outline 的行除外）")));
        }
        axis.depth = if axis.outline { 1 } else { axis.depth.max(level + 1) };
        axis.lines += usize::from(owns || axis.outline);
        if owns {
            let unit = unit(&path, n.value, n.unit.as_deref())?;
            let (path, labels, variants) = (path.clone(), labels.clone(), n.variants.clone());
            let above = leaves.clone();
            leaves.push(first_leaf);
            axis.leaves.push(Leaf { path, labels, variants, kind: n.value, unit, unit_word: n.unit, line, above });
        }
        let children = nodes(n.children, &Above { path: path.clone(), labels, leaves }, axis)?;
        let leaf_count = axis.leaves.len() - first_leaf;
        let line_count = if axis.outline { 1 } else { axis.lines - line };
        let own = owns.then_some(first_leaf);
        let (label, variants) = (n.label, n.variants);
        out.push(Node { path, label, variants, children, first_leaf, leaf_count, own, line, line_count, level });
    }
    Ok(out)
}

/// The unit of money that a unit word denotes. An amount must be in a unit of money, and no other value may be.
fn unit(path: &str, kind: Option<ValueKind>, word: Option<&str>) -> Result<Option<Unit>, FormError> {
    let money = word.and_then(|w| Unit::ALL.into_iter().find(|u| u.word() == w));
    let amount = kind == Some(ValueKind::Amount);
    if word.is_some() && money.is_some() != amount {
        return Err(wrong(format!("{path} 的单位与数值种类不合：金额（amount）的单位是元或万元，其他的不是")));
    }
    Ok(money)
}
