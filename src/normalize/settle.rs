//! Replaces blanks by the value they count as: 0, or the total defined by a relation of the form. Numbers that are present are
//! not changed, but the result of a formula over text that could not be read becomes unknown.

use crate::form::{RelationUse, Table, ValueKind};
use crate::model::{
    Amount, CellEntry, Code, Decimal, Finding, Origins, Place, Report, Source, Value, finding, in_brackets,
};

/// Most cells that a message lists before 等.
const LISTED: usize = 5;

/// Fills blank totals by the relations that define them, in their order, then every other blank by 0. Returns a note per total
/// and one per kind of blank and table.
pub fn settle(report: &mut Report, origins: &Origins) -> Vec<Finding> {
    let form = report.form.clone();
    let mut findings = Vec::new();
    for (index, (table, values)) in form.tables.iter().zip(&mut report.tables).enumerate() {
        let relations = form.relations.iter().filter(|r| r.table == index && r.defines_total());
        let mut totals: Vec<RelationUse> = relations.flat_map(|r| r.uses(table)).collect();
        let mut settled = SettledTable { table, index, values, origins };
        settled.reject_sums_of_text(&totals);
        totals.retain(|line| settled.values[total_of(line)].is_absent());
        findings.extend(settled.fill_totals(totals));
        for (absent, what) in [(Value::Blank, "没有填"), (Value::NotApplicable, "写着“无”“/”一类")] {
            findings.extend(settled.fill_zeros(&absent, what));
        }
    }
    findings
}

/// The slot of the total that a line of a relation defines.
fn total_of(line: &RelationUse) -> usize {
    line.left[0].0
}

/// A table whose blanks are being replaced.
struct SettledTable<'a> {
    table: &'a Table,
    index: usize,
    values: &'a mut [Value],
    origins: &'a Origins,
}

impl SettledTable<'_> {
    /// Sets totals to unknown that a formula computed over text that could not be read: spreadsheet sums skip text, so these are
    /// too small. An impossible number, such as a negative count, is part of the result.
    fn reject_sums_of_text(&mut self, totals: &[RelationUse]) {
        let entry = |slot: usize| self.origins.entry(Place::Value { table: self.index, slot });
        let mut passed_over: Vec<bool> =
            (0..self.values.len()).map(|s| self.values[s] == Value::Unknown && entry(s) == CellEntry::Text).collect();
        let too_small = |line: &&RelationUse, passed_over: &[bool]| {
            let total = total_of(line);
            !passed_over[total] && entry(total) == CellEntry::Formula && line.right.iter().any(|p| passed_over[p.0])
        };
        while let Some(line) = totals.iter().find(|line| too_small(line, &passed_over)) {
            let total = total_of(line);
            self.values[total] = Value::Unknown;
            passed_over[total] = true;
        }
    }

    /// Computes the missing totals, those of totals last. Returns a note on each.
    fn fill_totals(&mut self, mut pending: Vec<RelationUse>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut doubtful: Vec<usize> = Vec::new();
        // A total of totals waits until those are known; the cell where a row and a column of totals meet is a sum of either.
        while !pending.is_empty() {
            let unknown: Vec<usize> = pending.iter().map(total_of).collect();
            let ready = pending.iter().position(|u| !u.right.iter().any(|(s, _)| unknown.contains(s)));
            // If the totals of a form define each other in a circle, none is ready; the first then counts blanks as 0.
            let line = pending.remove(ready.unwrap_or(0));
            let total = total_of(&line);
            if !self.values[total].is_absent() {
                continue;
            }
            // One of its parts is unknown; another relation may still determine the total.
            if line.right.iter().any(|(s, _)| self.values[*s] == Value::Unknown) {
                doubtful.push(total);
                continue;
            }
            // A total of blanks only is itself one of the blanks.
            if line.right.iter().any(|(s, _)| !self.values[*s].is_absent()) {
                findings.extend(self.fill_total(&line));
            }
        }
        for total in doubtful {
            if self.values[total].is_absent() {
                self.values[total] = Value::Unknown;
            }
        }
        findings
    }

    /// Sets a total to the sum of its parts, unless its kind does not allow the sum: then its parts are at fault.
    fn fill_total(&mut self, line: &RelationUse) -> Option<Finding> {
        let total = total_of(line);
        let numbers = line.right.iter().map(|(slot, minus)| {
            let n = self.values[*slot].number();
            if *minus { -n } else { n }
        });
        let sum: Decimal = numbers.sum();
        self.values[total] = whole(sum, self.table.kind(total).0)?;
        let message = format!("{}没有数值，按各项之和算出 {sum}", self.describe(total));
        Some(finding(Code::N102, message).at(self.source(total)).found(sum))
    }

    /// Replaces the values that are absent in one way by 0. Returns a note on all of them.
    fn fill_zeros(&mut self, absent: &Value, what: &str) -> Option<Finding> {
        let slots: Vec<usize> = (0..self.values.len()).filter(|s| self.values[*s] == *absent).collect();
        if slots.is_empty() {
            return None;
        }
        for slot in &slots {
            self.values[*slot] = Value::zero(self.table.kind(*slot).0);
        }
        let places: Vec<Source> = slots.iter().filter_map(|s| self.source(*s)).collect();
        let (name, listed) = (&self.table.name, in_brackets(&places, LISTED));
        let message = format!("{name}有 {} 个格子{what}{listed}，按 0 处理", slots.len());
        Some(finding(Code::N101, message).at_all(places.into_iter().collect()))
    }

    /// The cell a value came from.
    fn source(&self, slot: usize) -> Option<Source> {
        self.origins.source(Place::Value { table: self.index, slot }).cloned()
    }

    /// The place of a value for messages: the table and its cell, or its labels if it has no cell.
    fn describe(&self, slot: usize) -> String {
        let name = &self.table.name;
        match self.source(slot).and_then(|s| s.cell) {
            Some(cell) => format!("{name} {cell} "),
            None => format!("{name}“{}”", self.table.slot_label(slot)),
        }
    }
}

/// A sum as a value of this kind; `None` if the kind does not allow it.
fn whole(sum: Decimal, kind: ValueKind) -> Option<Value> {
    match kind {
        ValueKind::Count => u64::try_from(sum).ok().map(Value::Count),
        ValueKind::Signed => i64::try_from(sum).ok().map(Value::Signed),
        ValueKind::Amount => Some(Value::Amount(Amount { number: sum, unit: None })),
    }
}
