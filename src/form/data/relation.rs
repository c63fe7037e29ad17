//! Relations and series of a form file, with their paths resolved to leaves.

use super::raw::{RawRelation, RawSeries, RowOrColumn};
use super::{FormError, with_key, wrong};
use crate::form::relation::{Relation, Term};
use crate::form::{Axis, Node, Series, Table, ValueKind};
use crate::rules::{Code, UnknownCode};

/// A relation with at least one term on each side.
pub(super) fn relation(raw: &RawRelation, tables: &[Table]) -> Result<Relation, FormError> {
    let (table_index, table) = with_key(tables, &raw.table)?;
    let (block, axis) = along(&raw.code, raw.block.as_deref(), raw.holds_in_each, table)?;
    let holds_in_each_column = raw.holds_in_each == RowOrColumn::Column;
    let left = side(&raw.code, &raw.left, axis, &[])?;
    let right = side(&raw.code, &raw.right, axis, &left)?;
    if left.is_empty() || right.is_empty() {
        return Err(wrong(format!("{} 有一边是空的", raw.code)));
    }
    let relation =
        Relation { code: code(&raw.code)?, table: table_index, block, holds_in_each_column, left, op: raw.op, right };
    for used in relation.uses(table) {
        comparable(&raw.code, table, used.left.iter().chain(&used.right).map(|(slot, _)| *slot))?;
    }
    Ok(relation)
}

/// Fails if these slots, which are added or compared as numbers, contain amounts without a fixed unit (the agency chooses it, so that
/// 251000元 and 3万元 would be 251003), or amounts beside values of another unit.
fn comparable(code: &str, table: &Table, mut slots: impl Iterator<Item = usize> + Clone) -> Result<(), FormError> {
    let place = |slot: usize| format!("{} {}", table.name, table.slot_label(slot));
    if let Some(slot) = slots.clone().find(|slot| table.kind(*slot) == (ValueKind::Amount, None)) {
        return Err(wrong(format!("{code} 用了没有规定单位的金额（{}），请写明它的单位或去掉这一条", place(slot))));
    }
    let Some(first) = slots.next() else { return Ok(()) };
    let (kind, unit) = table.kind(first);
    // Counts and differences of counts may be compared with each other.
    let differs = |(other, its): (ValueKind, _)| {
        (kind == ValueKind::Amount) != (other == ValueKind::Amount) || kind == ValueKind::Amount && its != unit
    };
    match slots.find(|slot| differs(table.kind(*slot))) {
        Some(slot) => Err(wrong(format!(
            "{code} 的 {} 和 {} 单位不同，不能相加或比较，请改成同一单位或去掉这一条",
            place(first),
            place(slot)
        ))),
        None => Ok(()),
    }
}

/// The code of a relation. A relation with an unknown code is an error, because it would never be reported.
fn code(name: &str) -> Result<Code, FormError> {
    name.parse().map_err(|e: UnknownCode| wrong(e.to_string()))
}

/// The block of a relation, and the axis of its terms.
fn along<'t>(
    code: &str,
    block: Option<&str>,
    holds_in_each: RowOrColumn,
    table: &'t Table,
) -> Result<(usize, &'t Axis), FormError> {
    let index = match block {
        Some(key) => table.blocks.iter().position(|b| b.key == key),
        None => Some(0),
    };
    let index = index.ok_or_else(|| wrong(format!("{code} 所指的分块不存在")))?;
    let block = &table.blocks[index];
    Ok((index, if holds_in_each == RowOrColumn::Column { &block.rows } else { &block.columns }))
}

/// A relation between the reports of consecutive years.
pub(super) fn series(raw: &RawSeries, tables: &[Table]) -> Result<Series, FormError> {
    let (table_index, table) = with_key(tables, &raw.table)?;
    let (block, axis) = along(&raw.code, raw.block.as_deref(), raw.holds_in_each, table)?;
    let side = |texts: &[String]| side(&raw.code, texts, axis, &[]);
    let (left, before, right) = (side(&raw.left)?, side(&raw.before)?, side(&raw.right)?);
    if left.is_empty() || before.is_empty() {
        return Err(wrong(format!("{} 要写 left（本年）和 before（上年）", raw.code)));
    }
    let (code, within_edition) = (code(&raw.code)?, raw.within_edition);
    let holds_in_each_column = raw.holds_in_each == RowOrColumn::Column;
    let series = Series { code, table: table_index, block, holds_in_each_column, within_edition, left, before, right };
    let terms = || series.left.iter().chain(&series.before).chain(&series.right);
    for line in 0..series.lines(table) {
        comparable(&raw.code, table, terms().map(|t| series.slot(table, t, line)))?;
    }
    Ok(series)
}

/// One side of the relation with this code. `path.*` excludes the leaves of the other side.
fn side(code: &str, texts: &[String], axis: &Axis, other_side: &[Term]) -> Result<Vec<Term>, FormError> {
    let mut all = Vec::new();
    for text in texts {
        all.extend(terms(text, axis, other_side).map_err(|message| wrong(format!("{code}：{message}")))?);
    }
    Ok(all)
}

/// The terms that a text denotes: `path` is one leaf, `-path` is subtracted, `path.*` is every highest leaf below a group, except
/// those on the other side. None at all is an error, with a Chinese message.
fn terms(text: &str, axis: &Axis, other_side: &[Term]) -> Result<Vec<Term>, String> {
    let (negative, path) = text.strip_prefix('-').map_or((false, text), |p| (true, p));
    let mut leaves = Vec::new();
    if let Some(group) = path.strip_suffix(".*") {
        let node = axis.walk().into_iter().find(|n| n.path == group).ok_or(format!("没有 {group}"))?;
        highest_leaves(&node.children, &mut leaves);
        leaves.retain(|l| other_side.iter().all(|t| t.leaf != *l));
    } else {
        leaves.extend(axis.leaf(path));
    }
    if leaves.is_empty() {
        return Err(format!("没有 {path}"));
    }
    Ok(leaves.into_iter().map(|leaf| Term { leaf, negative }).collect())
}

/// The highest leaves at or below these nodes.
fn highest_leaves(nodes: &[Node], out: &mut Vec<usize>) {
    for n in nodes {
        match n.own {
            Some(leaf) => out.push(leaf),
            None => highest_leaves(&n.children, out),
        }
    }
}
