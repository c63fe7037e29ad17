//! The relations of the form (勾稽关系), K3xx: sums of rows and columns that must agree.

use crate::form::{Op, Relation, RelationUse};
use crate::model::{Decimal, Finding, Origins, Report, Source};
use crate::normalize::{describe, source};
use crate::rules;

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    for relation in &report.form.relations {
        for line in relation.uses(&report.form.tables[relation.table]) {
            findings.extend(broken(report, origins, relation, &line));
        }
    }
    // In the order of the tables and of the cells at fault, as a clerk goes through them.
    findings.sort_by_key(|(slot, _)| *slot);
    findings.into_iter().map(|(_, f)| f).collect()
}

/// The finding of a relation that does not hold in one row or column, with the slot at fault for sorting.
fn broken(report: &Report, origins: &Origins, relation: &Relation, line: &RelationUse) -> Option<(usize, Finding)> {
    let values = &report.tables[relation.table];
    let signed = |(slot, minus): &(usize, bool)| {
        let n = values[*slot].number();
        if *minus { -n } else { n }
    };
    let sum = |side: &[(usize, bool)]| side.iter().map(signed).sum::<Decimal>();
    let (left, right) = (sum(&line.left), sum(&line.right));
    let holds = match relation.op {
        Op::Equal => left == right,
        Op::AtLeast => left >= right,
    };
    if holds {
        return None;
    }
    // The side at fault is the one that is a total; K301 puts what came in on the left and what became of it on the right.
    let (fault, basis) = if line.left.len() == 1 { (&line.left, &line.right) } else { (&line.right, &line.left) };
    let (found, expected) = (sum(fault), sum(basis));
    let at = |slot: usize| source(origins, relation.table, slot);
    let first = fault[0].0;
    let subject = match fault.as_slice() {
        [_] => describe(&report.form, origins, relation.table, first),
        [.., last] => {
            let cell = at(last.0).and_then(|s| s.cell);
            let with = cell.map_or_else(String::new, |c| format!("与 {c} "));
            format!("{}{with}之和", describe(&report.form, origins, relation.table, first))
        }
        [] => String::new(),
    };
    // Without a cell the place is already told in labels.
    let label = at(first).map_or_else(String::new, |_| label(report, relation, first));
    let must = if relation.op == Op::Equal { "应等于" } else { "不应小于" };
    let message = format!("{subject}{label}为 {found}，{must}{}", spelled(basis, &signed, expected));
    let related = fault.iter().skip(1).chain(basis).filter_map(|(slot, _)| at(*slot));
    let code = rules::rule(&relation.code)?.code.as_str();
    let finding = rules::finding(code, message)
        .at(at(first))
        .expected(expected)
        .found(found)
        .related(related.collect::<Vec<Source>>())
        .hint("请核对这些数字，改正后再转换");
    Some((relation.table * 10_000 + first, finding))
}

/// What the value is called: its row label, and its column label where that is the total.
fn label(report: &Report, relation: &Relation, slot: usize) -> String {
    let table = &report.form.tables[relation.table];
    let path = if relation.holds_in_each_column { table.row_path(slot) } else { table.column_path(slot) };
    path.last().map_or(String::new(), |l| format!("“{l}”"))
}

/// ` 12+3=15`, the zeros of a long sum left out; 各项之和 where at most one is not zero.
fn spelled(side: &[(usize, bool)], signed: &dyn Fn(&(usize, bool)) -> Decimal, sum: Decimal) -> String {
    let long = side.len() > 2;
    let terms: Vec<_> = side.iter().filter(|t| !long || !signed(t).is_zero()).collect();
    if terms.len() < 2 {
        return if long { format!("各项之和 {sum}") } else { format!(" {sum}") };
    }
    let parts = terms.iter().enumerate().map(|(i, t)| {
        let sign = match (t.1, i) {
            (true, _) => "−",
            (false, 0) => "",
            (false, _) => "+",
        };
        format!("{sign}{}", signed(t).abs())
    });
    format!(" {}={sum}", parts.collect::<String>())
}
