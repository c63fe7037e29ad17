//! The sum over units, one edition and one year at a time, with the source of every figure.
//!
//! Takes the contribution of each unit, gives a report of totals and the trace from each total back to the units' cells. Exact:
//! nothing is rounded, guessed or silently omitted; what cannot be summed with certainty is refused with a finding. Reads and
//! writes no file; the result does not depend on the order of the units.

mod contribution;
mod exact;
mod expected;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use crate::form::{Form, Unit, ValueKind};
use crate::model::{Amount, Code, Finding, Report, Source, Value, finding};

pub use contribution::{Contribution, UnitFigure};
use exact::Exact;
pub use expected::{Expected, Reporter, Roster, Submission, UnitState, Unlisted};

/// Unit of money of a total if the form leaves the unit to the agencies.
const COMMON: Unit = Unit::TenThousandYuan;
/// Most reports that a message lists before 等.
const LISTED: usize = 5;

/// The sum over units.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Aggregate {
    /// The totals, in the units' form and with their year; without text and agency.
    pub report: Report,
    /// The units, sorted by agency and file.
    pub parts: Vec<Contribution>,
}

/// A total with its addends. Units are given by their index into [`Aggregate::parts`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Traced<'a> {
    /// Index of its table in the form.
    pub table: usize,
    /// Index of its slot in the table.
    pub slot: usize,
    /// The sum of the addends, in the unit of the slot.
    pub total: Value,
    /// The addends in the order of the units: index of the unit, and its figure.
    pub figures: Vec<(usize, &'a UnitFigure)>,
}

/// Sums the units. Returns findings instead if there are no units, several editions or years, two reports of one unit, money
/// without a unit, or a total that cannot be represented exactly.
pub fn sum(mut parts: Vec<Contribution>) -> Result<Aggregate, Vec<Finding>> {
    parts.sort_by(|a, b| (&a.agency, &a.file).cmp(&(&b.agency, &b.file)));
    let Some(first) = parts.first() else {
        return Err(vec![
            finding(Code::A808, "没有可以汇总的报告").hint("请核对输入的文件夹、--year 和上面列出的问题"),
        ]);
    };
    let (form, year) = (first.form.clone(), first.year);
    let mut findings = mixtures(&parts);
    findings.extend(doubled(&parts));
    findings.extend(parts.iter().flat_map(without_unit));
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut report = Report::blank(form.clone());
    report.cover.year = year;
    for (t, table) in form.tables.iter().enumerate() {
        for slot in 0..table.slot_count() {
            report.tables[t][slot] = Value::zero(table.kind(slot).0);
        }
    }
    for (t, slot, sum) in totals(&parts, &form) {
        let (kind, unit) = form.tables[t].kind(slot);
        let own = if kind == ValueKind::Amount && unit.is_none() { Some(COMMON) } else { None };
        match sum.and_then(|s| value(s, kind, own)) {
            Some(value) => report.tables[t][slot] = value,
            None => findings.push(too_large(&form, t, slot)),
        }
    }
    if findings.is_empty() { Ok(Aggregate { report, parts }) } else { Err(findings) }
}

impl Aggregate {
    /// Every total with at least one addend, in the order of the form; addends in the order of the units.
    pub fn trace(&self) -> Vec<Traced<'_>> {
        let mut slots: BTreeMap<(usize, usize), Vec<(usize, &UnitFigure)>> = BTreeMap::new();
        for (i, part) in self.parts.iter().enumerate() {
            for figure in &part.figures {
                slots.entry((figure.table, figure.slot)).or_default().push((i, figure));
            }
        }
        let traced = |((table, slot), figures)| Traced { table, slot, total: self.report.tables[table][slot], figures };
        slots.into_iter().map(traced).collect()
    }

    /// Number of figures in the trace.
    pub fn figure_count(&self) -> usize {
        self.parts.iter().map(|p| p.figures.len()).sum()
    }
}

/// Sum of each slot that has at least one figure; `None` if it does not fit.
fn totals(parts: &[Contribution], form: &Form) -> Vec<(usize, usize, Option<Exact>)> {
    let mut sums: BTreeMap<(usize, usize), Option<Exact>> = BTreeMap::new();
    for figure in parts.iter().flat_map(|p| &p.figures) {
        let target = form.tables[figure.table].kind(figure.slot).1.unwrap_or(COMMON);
        let number = Exact::of(figure.number);
        let number = figure.unit.map_or(Some(number), |own| number.converted(own, target));
        let sum = sums.entry((figure.table, figure.slot)).or_insert(Some(Exact::default()));
        *sum = sum.and_then(|s| s.plus(number?));
    }
    sums.into_iter().map(|((table, slot), sum)| (table, slot, sum)).collect()
}

/// The value of a total; `None` if it cannot be represented exactly.
fn value(sum: Exact, kind: ValueKind, unit: Option<Unit>) -> Option<Value> {
    let number = sum.decimal()?;
    match kind {
        // Counts that were read are whole numbers; figures that a caller changed need not be, and the conversion would round.
        ValueKind::Count | ValueKind::Signed if number.scale() > 0 => None,
        ValueKind::Count => u64::try_from(number).ok().map(Value::Count),
        ValueKind::Signed => i64::try_from(number).ok().map(Value::Signed),
        ValueKind::Amount => Some(Value::Amount(Amount { number, unit: unit.filter(|_| !number.is_zero()) })),
    }
}

fn too_large(form: &Form, t: usize, slot: usize) -> Finding {
    let table = &form.tables[t];
    let label = table.slot_label(slot);
    finding(Code::A804, format!("{}“{label}”的合计太大，不能准确表示", table.name)).hint("请核对各单位的这一项")
}

/// A finding if the reports have several years, and one if they have several editions.
fn mixtures(parts: &[Contribution]) -> Vec<Finding> {
    let mut years: BTreeMap<u16, Vec<&Contribution>> = BTreeMap::new();
    let mut forms: Vec<(&Arc<Form>, Vec<&Contribution>)> = Vec::new();
    for part in parts {
        years.entry(part.year).or_default().push(part);
        match forms.iter_mut().find(|(f, _)| **f == part.form) {
            Some((_, all)) => all.push(part),
            None => forms.push((&part.form, vec![part])),
        }
    }
    forms.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let years: Vec<_> = years.into_iter().map(|(y, all)| (format!("{y} 年"), all)).collect();
    let forms: Vec<_> = forms.into_iter().map(|(f, all)| (format!("{} 版", f.id), all)).collect();
    [mixture(&years, "个年度", "请用 --year 选定一个年度"), mixture(&forms, "版表样", "请把各版的报告分开，分别汇总")]
        .into_iter()
        .flatten()
        .collect()
}

fn mixture(groups: &[(String, Vec<&Contribution>)], of: impl Display, hint: &str) -> Option<Finding> {
    if groups.len() < 2 {
        return None;
    }
    let list = groups.iter().map(|(name, all)| {
        let units: Vec<_> = all.iter().take(LISTED).map(|p| format!("{}（{}）", p.agency, p.file)).collect();
        let more = if all.len() > LISTED { "等" } else { "" };
        format!("{name} {} 份：{}{more}", all.len(), units.join("、"))
    });
    let list = list.collect::<Vec<_>>().join("；");
    let files = groups.iter().flat_map(|(_, all)| all).map(|p| Source::file(&p.file));
    let message = format!("报告分属 {} {of}，不能汇总。{list}", groups.len());
    Some(finding(Code::A801, message).related(files).hint(hint))
}

/// Units with more than one report. (The parts are sorted.)
fn doubled(parts: &[Contribution]) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut seen: BTreeMap<(&str, u16), &Contribution> = BTreeMap::new();
    for part in parts {
        match seen.get(&(part.agency.as_str(), part.year)) {
            None => {
                seen.insert((&part.agency, part.year), part);
            }
            Some(first) => {
                let message = format!("{}有两份 {} 年的报告：{} 与 {}", part.agency, part.year, first.file, part.file);
                let f = finding(Code::A802, message).at(Source::file(&part.file)).related([Source::file(&first.file)]);
                out.push(f.hint("请先核对两份的单位和年度，填错的改正，重复的只保留一份"));
            }
        }
    }
    out
}

/// A finding for each amount of money without a unit.
fn without_unit(part: &Contribution) -> impl Iterator<Item = Finding> + '_ {
    let money = |f: &&UnitFigure| f.unit.is_none() && part.form.tables[f.table].kind(f.slot).0 == ValueKind::Amount;
    part.figures.iter().filter(money).map(|figure| {
        let place = part.place(figure);
        let message = format!("{}的 {place} 写的是 {}，没有写单位，不能汇总", part.agency, figure.number);
        let hint = format!("请在数字后面写明{}", Unit::ALL.map(Unit::word).join("或"));
        finding(Code::A803, message).at(place).found(figure.number).hint(hint)
    })
}

#[cfg(test)]
mod tests;
