//! The relations of the form (勾稽关系), K3xx: sums of rows and columns that must agree. A relation that involves an unknown
//! value is skipped.

use super::text_numbers::TextNumbers;
use crate::form::{Op, Relation, RelationUse};
use crate::model::{CellEntry, Decimal, Finding, Origins, Place, Report, Source, Value, finding};

pub(super) fn check(report: &Report, origins: &Origins) -> Vec<Finding> {
    let mut findings: Vec<((usize, usize), Finding)> = Vec::new();
    let causes: Vec<TextNumbers> = (0..report.form.tables.len()).map(|t| TextNumbers::of(report, origins, t)).collect();
    findings.extend(causes.iter().filter_map(|c| c.finding(report, origins)));
    for relation in &report.form.relations {
        let (table, cause) = (&report.form.tables[relation.table], &causes[relation.table]);
        let uses = relation.uses(table);
        let entry = |slot: usize| origins.entry(Place::Value { table: relation.table, slot });
        let computed =
            |line: &RelationUse| matches!(line.left.as_slice(), [(slot, _)] if entry(*slot) == CellEntry::Formula);
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
    let terms = Terms { report, origins, relation };
    if line.left.iter().chain(&line.right).any(|(slot, _)| terms.values()[*slot].known().is_none()) {
        return None;
    }
    if relation.op.holds(terms.sum(&line.left), terms.sum(&line.right)) {
        return None;
    }
    // The side at fault is the one that is a single value (a total), otherwise the right one: K301 has the requests received on
    // the left and their outcomes on the right.
    let (fault, basis) = if line.left.len() == 1 { (&line.left, &line.right) } else { (&line.right, &line.left) };
    let (found, expected) = (terms.sum(fault), terms.sum(basis));
    let must = if relation.op == Op::Equal { "应等于" } else { "不应小于" };
    let mut message = format!(
        "{} {}为 {found}，{must}{} {}",
        report.form.tables[relation.table].name,
        terms.subject(fault),
        terms.origin_of_sum(basis),
        terms.spelled(basis, expected),
    );
    // If other totals are formulas, a number typed over the formula is the likely cause.
    let first = fault[0].0;
    let hint = if by_formula && fault.len() == 1 && terms.is_typed(first) {
        message.push_str("；这一格是直接填的数，别的合计是公式");
        "请把空白表里这一格的公式复制过来，再核对各项；尚未公布的，改正后再公布"
    } else {
        "请核对这些数字；尚未公布的，改正后再公布"
    };
    let related = fault.iter().skip(1).chain(basis).filter_map(|(slot, _)| terms.source(*slot));
    let finding = finding(relation.code, message)
        .at(terms.source(first))
        .expected(expected)
        .found(found)
        .related(related.collect::<Vec<Source>>())
        .hint(hint);
    Some(((relation.table, first), finding))
}

/// A value of a relation by its slot, and whether it is subtracted.
type Term = (usize, bool);

/// The values that a relation compares, in numbers and in words.
struct Terms<'r> {
    report: &'r Report,
    origins: &'r Origins,
    relation: &'r Relation,
}

impl Terms<'_> {
    fn values(&self) -> &[Value] {
        &self.report.tables[self.relation.table]
    }

    fn place(&self, slot: usize) -> Place {
        Place::Value { table: self.relation.table, slot }
    }

    fn source(&self, slot: usize) -> Option<Source> {
        self.origins.source(self.place(slot)).cloned()
    }

    fn signed(&self, (slot, minus): &Term) -> Decimal {
        let n = self.values()[*slot].number();
        if *minus { -n } else { n }
    }

    fn sum(&self, side: &[Term]) -> Decimal {
        side.iter().map(|term| self.signed(term)).sum()
    }

    /// Whether a value was read from a cell without a formula.
    fn is_typed(&self, slot: usize) -> bool {
        let place = self.place(slot);
        self.origins.source(place).is_some() && self.origins.entry(place) != CellEntry::Formula
    }

    /// The cell of a value and its label along the relation; without a cell, its row and column labels.
    fn name(&self, slot: usize) -> String {
        let table = &self.report.form.tables[self.relation.table];
        let Some(cell) = self.source(slot).and_then(|s| s.cell) else {
            return format!("“{}”", table.slot_label(slot));
        };
        let path = if self.relation.holds_in_each_column { table.row_path(slot) } else { table.column_path(slot) };
        format!("{cell}“{}”", path.last().copied().unwrap_or_default())
    }

    /// The side at fault as the subject of a sentence.
    fn subject(&self, fault: &[Term]) -> String {
        let mut names = self.name(fault[0].0);
        if fault.len() == 1 {
            return names;
        }
        for name in fault[1..].iter().map(|(slot, _)| self.name(*slot)) {
            // A name that begins with a cell address is separated from the Chinese word before it by a space.
            names.push_str(if name.starts_with('“') { "与" } else { "与 " });
            names.push_str(&name);
        }
        format!("{names}之和")
    }

    /// What the other side is made of, if that identifies it better than the numbers alone.
    fn origin_of_sum(&self, basis: &[Term]) -> String {
        let cells: Vec<String> = basis.iter().filter_map(|t| Some(self.source(t.0)?.cell?.to_string())).collect();
        match (basis.len(), cells.as_slice()) {
            // `AtLeast` compares with a part of the value; the number alone would not identify the part.
            (1, _) if self.relation.op == Op::AtLeast => format!(" {}的", self.name(basis[0].0)),
            (2, [a, b]) if basis[1].1 => format!(" {a} 与 {b} 之差"),
            (2, [a, b]) => format!(" {a} 与 {b} 之和"),
            (0..=2, _) => String::new(),
            _ => "各项之和".to_owned(),
        }
    }

    /// A sum in figures, `12+3=15`: zeros are omitted if there are more than two terms; if fewer than two terms remain, only the
    /// result.
    fn spelled(&self, side: &[Term], sum: Decimal) -> String {
        let terms: Vec<_> = side.iter().filter(|t| side.len() <= 2 || !self.signed(t).is_zero()).collect();
        if terms.len() < 2 {
            return sum.to_string();
        }
        let parts = terms.iter().enumerate().map(|(i, t)| {
            let sign = match (t.1, i) {
                (true, _) => "−",
                (false, 0) => "",
                (false, _) => "+",
            };
            format!("{sign}{}", self.signed(t).abs())
        });
        format!("{}={sum}", parts.collect::<String>())
    }
}
