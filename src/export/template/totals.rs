//! The values of a table that are totals written as formulas, and their results.
//!
//! Takes a form's relations and the values given, gives the totals for which a formula may be written. A given total that is
//! not the sum of its parts, or whose parts a spreadsheet cannot add, is never replaced.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::sheet::content::{CellContent, number, shown};
use crate::form::Form;
use crate::model::{Decimal, Value};

/// Terms of a sum: slot, and whether it is subtracted.
type Terms = Vec<(usize, bool)>;

/// A total that is written as a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    pub terms: Terms,
    pub result: Decimal,
}

/// The totals of a table by slot. `values` are the report's, `None` for a blank workbook.
pub fn totals(form: &Form, table: usize, values: Option<&[Value]>) -> BTreeMap<usize, Total> {
    let definitions = definitions(form, table);
    let mut sums = Sums { definitions: &definitions, values, known: BTreeMap::new(), totals: BTreeMap::new() };
    for slot in definitions.keys() {
        sums.cell(*slot);
    }
    sums.totals
}

/// The terms of each total: those of the first relation that defines it, unless sums would become circular.
fn definitions(form: &Form, table: usize) -> BTreeMap<usize, Terms> {
    let mut out: BTreeMap<usize, Terms> = BTreeMap::new();
    for relation in form.relations.iter().filter(|r| r.table == table && r.defines_total()) {
        for one in relation.uses(&form.tables[table]) {
            let total = one.left[0].0;
            if !one.right.is_empty() && !out.contains_key(&total) && !reaches(&out, &one.right, total) {
                out.insert(total, one.right);
            }
        }
    }
    out
}

/// Whether terms depend on `target`, directly or through other totals.
fn reaches(definitions: &BTreeMap<usize, Terms>, terms: &Terms, target: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = terms.iter().map(|t| t.0).collect();
    while let Some(slot) = open.pop() {
        if slot == target {
            return true;
        }
        if seen.insert(slot) {
            open.extend(definitions.get(&slot).into_iter().flatten().map(|t| t.0));
        }
    }
    false
}

struct Sums<'a> {
    definitions: &'a BTreeMap<usize, Terms>,
    values: Option<&'a [Value]>,
    /// The number that a spreadsheet adds for each cell; `None` if it cannot add the cell.
    known: BTreeMap<usize, Option<Decimal>>,
    totals: BTreeMap<usize, Total>,
}

impl Sums<'_> {
    fn cell(&mut self, slot: usize) -> Option<Decimal> {
        if let Some(known) = self.known.get(&slot) {
            return *known;
        }
        let given = self.values.map_or(Value::Blank, |v| v[slot]);
        let known = match self.sum(slot) {
            Some(total) if given == Value::Blank || adds_up(&given) == Some(total.result) && !given.is_absent() => {
                let result = total.result;
                self.totals.insert(slot, total);
                Some(result)
            }
            _ => adds_up(&given),
        };
        self.known.insert(slot, known);
        known
    }

    fn sum(&mut self, slot: usize) -> Option<Total> {
        let terms = self.definitions.get(&slot)?;
        let mut result = Decimal::ZERO;
        for (term, negative) in terms {
            let part = self.cell(*term)?;
            result = if *negative { result.checked_sub(part) } else { result.checked_add(part) }?;
        }
        // No total if a cell cannot represent its result exactly.
        number(result)?;
        Some(Total { terms: terms.clone(), result })
    }
}

/// The number that SUM adds for a cell, `None` if that would be wrong: texts count as 0, which is right for `/` and wrong for
/// 251000元.
fn adds_up(value: &Value) -> Option<Decimal> {
    match (value.is_absent(), shown(value)) {
        (true, _) => Some(Decimal::ZERO),
        (false, CellContent::Number(..)) => Some(value.number()),
        _ => None,
    }
}
