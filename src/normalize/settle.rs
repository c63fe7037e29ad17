//! Replaces blanks by the value they count as: 0, or the total defined by a relation of the form. Numbers that are present are
//! not changed, but the result of a formula over text that could not be read becomes unknown.

use crate::form::{Form, ValueKind};
use crate::model::{
    Amount, Code, Decimal, Entry, Finding, Origins, Place, Report, Source, Value, finding, in_brackets,
};

/// Most cells that a message lists before 等.
const LISTED: usize = 5;

/// Fills blank totals by the relations that define them, in their order, then every other blank by 0. Returns a note per total
/// and one per kind of blank and table.
pub fn settle(report: &mut Report, origins: &Origins) -> Vec<Finding> {
    let form = report.form.clone();
    let mut findings = Vec::new();
    for (t, table) in form.tables.iter().enumerate() {
        let values = &mut report.tables[t];
        let relations = form.relations.iter().filter(|r| r.table == t && r.defines_total());
        let mut pending: Vec<_> = relations.flat_map(|r| r.uses(table)).collect();
        // Spreadsheet sums skip text, so the result of a formula over text that could not be read is too small. An impossible
        // number, such as a negative count, is part of the result.
        let entry = |slot: usize| origins.entry(Place::Value { table: t, slot });
        let mut passed_over: Vec<bool> =
            (0..values.len()).map(|s| values[s] == Value::Unknown && entry(s) == Entry::Text).collect();
        while let Some(total) = pending.iter().find_map(|u| {
            let total = u.left[0].0;
            let short =
                !passed_over[total] && entry(total) == Entry::Formula && u.right.iter().any(|p| passed_over[p.0]);
            short.then_some(total)
        }) {
            values[total] = Value::Unknown;
            passed_over[total] = true;
        }
        pending.retain(|u| values[u.left[0].0].is_absent());
        let mut doubtful: Vec<usize> = Vec::new();
        // A total of totals waits until those are known; the cell where a row and a column of totals meet is a sum of either.
        while !pending.is_empty() {
            let unknown: Vec<usize> = pending.iter().map(|u| u.left[0].0).collect();
            let ready = pending.iter().position(|u| !u.right.iter().any(|(s, _)| unknown.contains(s)));
            // If the totals of a form define each other in a circle, none is ready; the first then counts blanks as 0.
            let line = pending.remove(ready.unwrap_or(0));
            let (total, _) = line.left[0];
            if !values[total].is_absent() {
                continue;
            }
            // One of its parts is unknown; another relation may still determine the total.
            if line.right.iter().any(|(s, _)| values[*s] == Value::Unknown) {
                doubtful.push(total);
                continue;
            }
            let numbers = line.right.iter().map(|(s, minus)| {
                let n = values[*s].number();
                if *minus { -n } else { n }
            });
            let sum: Decimal = numbers.sum();
            // A total of blanks only is itself one of the blanks.
            if line.right.iter().any(|(s, _)| !values[*s].is_absent()) {
                // A sum that the column does not allow is not used as the total: its parts are at fault.
                let Some(value) = whole(sum, table.kind(total).0) else { continue };
                let message = format!("{}没有数值，按各项之和算出 {sum}", describe(&form, origins, t, total));
                findings.push(finding(Code::N102, message).at(source(origins, t, total)).found(sum));
                values[total] = value;
            }
        }
        for total in doubtful {
            if values[total].is_absent() {
                values[total] = Value::Unknown;
            }
        }
        for (absent, what) in [(Value::Blank, "没有填"), (Value::NotApplicable, "写着“无”“/”一类")] {
            let slots: Vec<usize> = (0..values.len()).filter(|s| values[*s] == absent).collect();
            for slot in &slots {
                values[*slot] = Value::zero(table.kind(*slot).0);
            }
            if slots.is_empty() {
                continue;
            }
            let places: Vec<Source> = slots.iter().filter_map(|s| source(origins, t, *s)).collect();
            let message =
                format!("{}有 {} 个格子{what}{}，按 0 处理", table.name, slots.len(), in_brackets(&places, LISTED));
            findings.push(finding(Code::N101, message).at_all(places.into_iter().collect()));
        }
    }
    findings
}

fn whole(sum: Decimal, kind: ValueKind) -> Option<Value> {
    match kind {
        ValueKind::Count => u64::try_from(sum).ok().map(Value::Count),
        ValueKind::Signed => i64::try_from(sum).ok().map(Value::Signed),
        ValueKind::Amount => Some(Value::Amount(Amount { number: sum, unit: None })),
    }
}

/// The cell a value came from.
fn source(origins: &Origins, table: usize, slot: usize) -> Option<Source> {
    origins.source(Place::Value { table, slot }).cloned()
}

/// The place of a value for messages: the table and its cell, or its labels if it has no cell.
fn describe(form: &Form, origins: &Origins, table: usize, slot: usize) -> String {
    let t = &form.tables[table];
    match source(origins, table, slot).and_then(|s| s.cell) {
        Some(cell) => format!("{} {cell} ", t.name),
        None => {
            let row = t.row_path(slot).last().copied().unwrap_or_default();
            let column = t.column_path(slot).last().copied().unwrap_or_default();
            let label = [row, column].into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("·");
            format!("{}“{label}”", t.name)
        }
    }
}
