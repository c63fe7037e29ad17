//! The relations of the form (勾稽关系), K3xx: sums of rows and columns that must agree. A relation that involves an unknown
//! value is skipped.

use super::text_numbers::TextNumbers;
use crate::form::{Op, Relation, RelationUse};
use crate::model::{Decimal, Entry, Finding, Origins, Place, Report, Source, finding};

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut findings: Vec<((usize, usize), Finding)> = Vec::new();
    let causes: Vec<TextNumbers> = (0..report.form.tables.len()).map(|t| TextNumbers::of(report, origins, t)).collect();
    findings.extend(causes.iter().filter_map(|c| c.finding(report, origins)));
    for relation in &report.form.relations {
        let (table, cause) = (&report.form.tables[relation.table], &causes[relation.table]);
        let uses = relation.uses(table);
        let entry = |slot: usize| origins.entry(Place::Value { table: relation.table, slot });
        let computed =
            |line: &RelationUse| matches!(line.left.as_slice(), [(slot, _)] if entry(*slot) == Entry::Formula);
        let by_formula = relation.defines_total() && uses.iter().any(computed);
        for line in &uses {
            if !cause.explains(report, relation, line) {
                findings.extend(broken(report, origins, relation, line, by_formula));
            }
        }
    }
    // Sorted by table and by the slot at fault: the order in which a clerk corrects them.
    findings.sort_by_key(|(place, _)| *place);
    findings.into_iter().map(|(_, f)| f).collect()
}

/// The finding of a relation that is broken in one row or column, with the place at fault for sorting. `by_formula`: whether some
/// of the relation's totals are formulas.
fn broken(
    report: &Report,
    origins: &Origins,
    relation: &Relation,
    line: &RelationUse,
    by_formula: bool,
) -> Option<((usize, usize), Finding)> {
    let values = &report.tables[relation.table];
    if line.left.iter().chain(&line.right).any(|(slot, _)| values[*slot].known().is_none()) {
        return None;
    }
    let signed = |(slot, minus): &(usize, bool)| {
        let n = values[*slot].number();
        if *minus { -n } else { n }
    };
    let sum = |side: &[(usize, bool)]| side.iter().map(signed).sum::<Decimal>();
    let (left, right) = (sum(&line.left), sum(&line.right));
    if relation.op.holds(left, right) {
        return None;
    }
    // The side at fault is the one that is a single value (a total), otherwise the right one: K301 has the requests received on
    // the left and their outcomes on the right.
    let (fault, basis) = if line.left.len() == 1 { (&line.left, &line.right) } else { (&line.right, &line.left) };
    let (found, expected) = (sum(fault), sum(basis));
    let at = |slot: usize| origins.source(Place::Value { table: relation.table, slot }).cloned();
    let first = fault[0].0;
    let named = |slot: usize| named(report, origins, relation, slot);
    let table = &report.form.tables[relation.table].name;
    let subject = match fault.as_slice() {
        [one] => named(one.0),
        several => {
            // A name that begins with a cell address is separated from the Chinese word before it by a space.
            let and = |name: &str| if name.starts_with('“') { "与" } else { "与 " };
            let mut all = named(several[0].0);
            for name in several[1..].iter().map(|t| named(t.0)) {
                all.push_str(and(&name));
                all.push_str(&name);
            }
            format!("{all}之和")
        }
    };
    let must = if relation.op == Op::Equal { "应等于" } else { "不应小于" };
    let basis_cells: Vec<String> = basis.iter().filter_map(|t| Some(at(t.0)?.cell?.to_string())).collect();
    let of = match (basis.len(), basis_cells.as_slice()) {
        // `AtLeast` compares with a part of the value; the number alone would not identify the part.
        (1, _) if relation.op == Op::AtLeast => format!(" {}的", named(basis[0].0)),
        (2, [a, b]) if basis[1].1 => format!(" {a} 与 {b} 之差"),
        (2, [a, b]) => format!(" {a} 与 {b} 之和"),
        (0..=2, _) => String::new(),
        _ => "各项之和".to_owned(),
    };
    let mut message = format!("{table} {subject}为 {found}，{must}{of} {}", spelled(basis, &signed, expected));
    // If other totals are formulas, a number typed over the formula is the likely cause.
    let place = Place::Value { table: relation.table, slot: first };
    let typed = origins.source(place).is_some() && origins.entry(place) != Entry::Formula;
    let typed_over = by_formula && fault.len() == 1 && typed;
    let hint = if typed_over {
        message.push_str("；这一格是直接填的数，别的合计是公式");
        "请删去直接填的数、恢复这一格的公式，再核对各项；尚未公布的，改正后再公布"
    } else {
        "请核对这些数字；尚未公布的，改正后再公布"
    };
    let related = fault.iter().skip(1).chain(basis).filter_map(|(slot, _)| at(*slot));
    let finding = finding(relation.code, message)
        .at(at(first))
        .expected(expected)
        .found(found)
        .related(related.collect::<Vec<Source>>())
        .hint(hint);
    Some(((relation.table, first), finding))
}

/// The cell of a value and its label along the relation; without a cell, its row and column labels.
fn named(report: &Report, origins: &Origins, relation: &Relation, slot: usize) -> String {
    let table = &report.form.tables[relation.table];
    let last = |path: Vec<&str>| path.last().map_or(String::new(), |l| (*l).to_owned());
    let (row, column) = (last(table.row_path(slot)), last(table.column_path(slot)));
    let along = if relation.holds_in_each_column { &row } else { &column };
    match origins.source(Place::Value { table: relation.table, slot }).and_then(|s| s.cell) {
        Some(cell) => format!("{cell}“{along}”"),
        None => format!("“{}”", [row, column].into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("·")),
    }
}

/// A sum in figures, `12+3=15`: zeros are omitted if there are more than two terms; if fewer than two terms remain, only the
/// result.
fn spelled(side: &[(usize, bool)], signed: &dyn Fn(&(usize, bool)) -> Decimal, sum: Decimal) -> String {
    let terms: Vec<_> = side.iter().filter(|t| side.len() <= 2 || !signed(t).is_zero()).collect();
    if terms.len() < 2 {
        return sum.to_string();
    }
    let parts = terms.iter().enumerate().map(|(i, t)| {
        let sign = match (t.1, i) {
            (true, _) => "−",
            (false, 0) => "",
            (false, _) => "+",
        };
        format!("{sign}{}", signed(t).abs())
    });
    format!("{}={sum}", parts.collect::<String>())
}
