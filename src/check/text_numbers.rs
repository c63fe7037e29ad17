//! K310: numbers that are stored as text. Spreadsheets omit them from sums, so that one cause breaks many relations.
//!
//! Takes the values of a table and how they are stored in their cells, returns one finding for the cause and tests which broken
//! relations it explains. Never changes a value.

use std::collections::BTreeMap;

use crate::form::{Relation, RelationUse};
use crate::model::{CellEntry, Code, Decimal, Finding, Origins, Place, Report, Source, Value, finding, in_brackets};

/// Most cells that a message lists before 等.
const LISTED: usize = 3;

/// The numbers of one table that are stored as text, and the totals that are wrong because of them.
pub(super) struct TextNumbers {
    table: usize,
    /// Slots stored as text that the formula of a total should have added.
    texts: Vec<usize>,
    /// Totals that lack them, each with the correct sum of its parts.
    totals: BTreeMap<usize, Decimal>,
}

impl TextNumbers {
    pub fn of(report: &Report, origins: &Origins, table: usize) -> TextNumbers {
        let values = &report.tables[table];
        let is_text = |slot: usize| {
            origins.entry(Place::Value { table, slot }) == CellEntry::Text && !values[slot].number().is_zero()
        };
        let mut found = TextNumbers { table, texts: Vec::new(), totals: BTreeMap::new() };
        if !(0..values.len()).any(is_text) {
            return found;
        }
        let relations = report.form.relations.iter().filter(|r| r.table == table && r.defines_total());
        let uses: Vec<RelationUse> = relations.flat_map(|r| r.uses(&report.form.tables[table])).collect();
        let computed =
            |line: &&RelationUse| origins.entry(Place::Value { table, slot: line.left[0].0 }) == CellEntry::Formula;
        let uses: Vec<&RelationUse> = uses.iter().filter(computed).collect();
        // A total may be part of another total, so repeat until no more are found.
        for _ in 0..=uses.len() {
            let before = found.totals.clone();
            for line in &uses {
                found.add(values, line, &is_text);
            }
            if found.totals == before {
                break;
            }
        }
        found.texts.sort_unstable();
        found.texts.dedup();
        found
    }

    /// Records a total that equals the sum of its parts only if numbers stored as text are omitted.
    fn add(&mut self, values: &[Value], line: &RelationUse, is_text: &dyn Fn(usize) -> bool) {
        let (total, _) = line.left[0];
        let known = |side: &[(usize, bool)]| side.iter().all(|(slot, _)| values[*slot].known().is_some());
        if !known(&line.left) || !known(&line.right) {
            return;
        }
        let seen = |slot: usize| if is_text(slot) { Decimal::ZERO } else { values[slot].number() };
        let meant = |slot: usize| self.meant(values, slot);
        let (seen, meant) = (sum(&line.right, &seen), sum(&line.right, &meant));
        if values[total].number() == seen && seen != meant {
            self.texts.extend(line.right.iter().map(|(slot, _)| *slot).filter(|slot| is_text(*slot)));
            self.totals.insert(total, meant);
        }
    }

    /// The number that a slot would have if nothing had been omitted from the totals.
    fn meant(&self, values: &[Value], slot: usize) -> Decimal {
        self.totals.get(&slot).copied().unwrap_or_else(|| values[slot].number())
    }

    /// Whether a relation is satisfied with the corrected totals.
    pub fn explains(&self, report: &Report, relation: &Relation, line: &RelationUse) -> bool {
        let values = &report.tables[self.table];
        let concerned = line.left.iter().chain(&line.right).any(|(slot, _)| self.totals.contains_key(slot));
        let meant = |slot: usize| self.meant(values, slot);
        concerned && relation.op.holds(sum(&line.left, &meant), sum(&line.right, &meant))
    }

    /// The finding with its place for sorting; `None` if no total is wrong.
    pub fn finding(&self, report: &Report, origins: &Origins) -> Option<((usize, usize), Finding)> {
        let first = *self.texts.first()?;
        let source = |slot: &usize| origins.source(Place::Value { table: self.table, slot: *slot }).cloned();
        let texts: Vec<Source> = self.texts.iter().filter_map(source).collect();
        let totals: Vec<Source> = self.totals.keys().filter_map(source).collect();
        let message = format!(
            "{}有 {} 个数字存成了文本{}，公式没有算进去，{} 个合计因此不对{}",
            report.form.tables[self.table].name,
            self.texts.len(),
            in_brackets(&texts, LISTED),
            self.totals.len(),
            in_brackets(&totals, LISTED),
        );
        let hint = "请选中这些格子，转换为数字（或重新键入），合计会自动重算；再核对一次";
        let f =
            finding(Code::K310, message).at(texts.first().cloned()).related(texts.into_iter().skip(1).chain(totals));
        Some(((self.table, first), f.hint(hint)))
    }
}

fn sum(side: &[(usize, bool)], number: &dyn Fn(usize) -> Decimal) -> Decimal {
    side.iter().map(|(slot, minus)| if *minus { -number(*slot) } else { number(*slot) }).sum()
}
