//! K308 and K309: figures that satisfy every relation but are implausible.
//!
//! Takes a report with its origins, returns warnings. Reports only what the figures themselves show: an empty column next to a
//! completely filled one, and amounts of money that exceed what an agency of its kind can have.

use super::known;
use crate::form::{Block, SlotAt, Table, labels, words};
use crate::model::{Code, Decimal, Finding, Origins, Place, Report, Source, finding};

/// Fewest rows of a column that is checked for being empty.
const ROWS: usize = 5;

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (t, table) in report.form.tables.iter().enumerate() {
        for (b, block) in table.blocks.iter().enumerate() {
            findings.extend(empty_column(report, origins, t, b, block));
        }
    }
    findings.extend(amounts(report, origins));
    findings
}

/// Finds the first column that was left completely empty while the column to its right was filled in every row, zeros included. A
/// person who types zeros leaves no column empty, so the figures were probably pasted one column too far to the right.
fn empty_column(report: &Report, origins: &Origins, t: usize, b: usize, block: &Block) -> Option<Finding> {
    let table = &report.form.tables[t];
    // Totals are skipped: they have formulas even in a column that was left empty.
    let totals: Vec<usize> = {
        let defining = report.form.relations.iter().filter(|r| r.table == t && r.block == b && r.defines_total());
        defining.flat_map(|r| r.uses(table)).map(|u| u.left[0].0).collect()
    };
    let column = |c: usize| -> Vec<usize> {
        let slots = (0..block.row_count()).map(|row| table.slot(SlotAt { block: b, row, column: c }));
        slots.filter(|s| !totals.contains(s)).collect()
    };
    let written = |slot: &usize| origins.written(Place::Value { table: t, slot: *slot });
    let empty = |slots: &[usize]| slots.iter().all(|s| written(s).is_some_and(|w| w.trim().is_empty()));
    let filled = |slots: &[usize]| slots.iter().all(|s| written(s).is_some_and(|w| !w.trim().is_empty()));
    let counts = |slots: &[usize]| {
        let all: Option<Vec<Decimal>> = slots.iter().map(|s| known(report, t, *s)).collect();
        all.is_some_and(|all| all.iter().any(|n| !n.is_zero()))
    };
    let found = (1..block.column_count()).find(|c| {
        let (left, right) = (column(c - 1), column(*c));
        left.len() >= ROWS && right.len() >= ROWS && empty(&left) && filled(&right) && counts(&right)
    })?;
    let (left, right) = (column(found - 1)[0], column(found)[0]);
    let source = |slot: usize| origins.source(Place::Value { table: t, slot }).cloned();
    let named = |slot: usize| {
        let label = table.column_path(slot).last().map_or("", |l| *l).to_owned();
        let from = source(slot).and_then(|s| s.cell).map_or(String::new(), |cell| format!("（{cell} 起）"));
        (label, from)
    };
    let ((empty, at), (full, from)) = (named(left), named(right));
    let name = &table.name;
    let message = format!("{name}“{empty}”一列{at}没有填一个数，右边的“{full}”{from}每一行都填了，像是错了一列");
    let hint = format!("请核对：粘贴时错了一列的，整体移回“{empty}”；确实没有的，“{empty}”各行填 0");
    let related: Vec<Source> = source(right).into_iter().collect();
    Some(finding(Code::K308, message).at(source(left)).related(related).hint(hint))
}

/// Amounts in the unit set by the form that exceed the limit for this kind of agency: probably entered in yuan.
fn amounts(report: &Report, origins: &Origins) -> Vec<Finding> {
    let government = report.cover.agency.ends_with(words().scope.government.as_str());
    let limits = &labels().amounts;
    let most = if government { limits.government } else { limits.office };
    let mut findings = Vec::new();
    for (t, table) in report.form.tables.iter().enumerate() {
        for slot in 0..table.slot_count() {
            let Some(unit) = table.kind(slot).1 else { continue };
            let Some(number) = known(report, t, slot) else { continue };
            let yuan = number.checked_mul(Decimal::from(unit.in_yuan()));
            if yuan.is_some_and(|yuan| yuan < Decimal::from(most)) {
                continue;
            }
            findings.push(too_large(table, slot, number, origins, t));
        }
    }
    findings
}

fn too_large(table: &Table, slot: usize, number: Decimal, origins: &Origins, t: usize) -> Finding {
    let source = origins.source(Place::Value { table: t, slot }).cloned();
    let cell = source.as_ref().and_then(|s| s.cell).map_or(String::new(), |c| format!(" {c}"));
    let label = table.row_path(slot).last().map_or("", |l| *l).to_owned();
    let unit = table.unit_word(slot).unwrap_or_default();
    let message = format!("{}{cell}“{label}”是 {number} {unit}，大得不合常理，像是以元填的", table.name);
    let hint = format!("请核对：这一格的单位是{unit}，以元填的请换算成{unit}");
    finding(Code::K309, message).at(source).found(number).hint(hint)
}

#[cfg(test)]
mod tests;
