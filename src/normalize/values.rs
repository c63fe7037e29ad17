//! The values of the official tables: each slot from its cell, by the rules of its kind.
//!
//! Takes the places of the blocks, returns the values with their origins and findings. A cell that cannot be read and a slot
//! without a cell give [`Value::Unknown`]. Numbers are never changed, except that money is converted to the form's unit.

use std::collections::BTreeSet;

use super::cache::Cache;
use super::edition::Recognised;
use super::find::Located;
use super::value::{self, Remark, Unreadable};
use super::view::View;
use super::{short, written};
use crate::form::{Block, SlotAt, Table, Unit, ValueKind};
use crate::import::{Content, FormatEffect};
use crate::model::{Address, Code, Finding, Origins, Place, Report, Source, Value, finding};

/// Reads every value of the form from its cell.
pub(super) fn read(
    report: &mut Report,
    recognised: &Recognised,
    views: &[View<'_>],
    cache: &Cache,
    origins: &mut Origins,
) -> Vec<Finding> {
    let form = &recognised.form;
    let known = cache.form(form);
    let mut findings = Vec::new();
    for (t, places) in recognised.places.iter().enumerate() {
        let table = &form.tables[t];
        let values = &mut report.tables[t];
        let mut reader = Reader {
            table,
            index: t,
            totals: &known.totals[t],
            values,
            origins,
            findings: &mut findings,
            hidden: Vec::new(),
        };
        for (b, (block, place)) in table.blocks.iter().zip(places).enumerate() {
            match place {
                Some(place) => reader.block(b, block, &views[place.sheet], place),
                None => reader.unknown(b, block, 0..block.row_count()),
            }
        }
        let hidden = std::mem::take(&mut reader.hidden);
        if let Some(first) = hidden.first() {
            let message = format!("{}有 {} 个格子在隐藏的行或列里，已照常读取", table.name, hidden.len());
            let f = finding(Code::N107, message).at(first.clone()).related(hidden.iter().skip(1).cloned());
            findings.push(f.hint("请取消隐藏，核对这些数字"));
        }
    }
    findings
}

/// Reads one table.
struct Reader<'a> {
    table: &'a Table,
    index: usize,
    /// Slots that are totals of other slots.
    totals: &'a BTreeSet<usize>,
    values: &'a mut Vec<Value>,
    origins: &'a mut Origins,
    findings: &'a mut Vec<Finding>,
    /// Values in hidden rows and columns.
    hidden: Vec<Source>,
}

/// The units of a row, as named around its values.
struct Units {
    beside: Option<Unit>,
    label: Option<Unit>,
    title: Option<Unit>,
}

impl Reader<'_> {
    fn block(&mut self, b: usize, block: &Block, view: &View<'_>, place: &Located) {
        let heads: Vec<_> = place.head_words.iter().map(|words| value::unit_in_head(words)).collect();
        let title = place.title.and_then(|t| view.text(t)).and_then(value::unit_in_head);
        for (row, cells) in place.rows.iter().enumerate() {
            let Some(cells) = cells else {
                self.unknown(b, block, row..row + 1);
                continue;
            };
            let beside = self.unit_beside(block, row, view, place, cells[0]);
            let label = place.row_labels[row].and_then(|l| view.text(l)).and_then(value::unit_in_head);
            let (beside, is_other) = beside.map_or_else(|_| (None, true), |unit| (unit, false));
            let units = Units { beside, label, title };
            for (column, at) in cells.iter().enumerate() {
                let slot = self.table.slot(SlotAt { block: b, row, column });
                let value = self.value(slot, block.unit_word(row), view, *at, (heads[column], &units));
                // It is uncertain whether a total includes a column that the form does not have.
                let doubtful = is_other || !place.surplus.is_empty() && self.totals.contains(&slot);
                self.values[slot] = if doubtful { Value::Unknown } else { value };
            }
        }
        debug_assert_eq!(place.rows.len(), block.row_count());
    }

    /// Sets the values of rows without certain cells to unknown.
    fn unknown(&mut self, b: usize, block: &Block, rows: std::ops::Range<usize>) {
        for row in rows {
            for column in 0..block.column_count() {
                self.values[self.table.slot(SlotAt { block: b, row, column })] = Value::Unknown;
            }
        }
    }

    /// The unit of money written beside a row. If the form prints a unit there, any other that cannot be converted to it is an
    /// error.
    fn unit_beside(
        &mut self,
        block: &Block,
        row: usize,
        view: &View<'_>,
        place: &Located,
        first: Address,
    ) -> Result<Option<Unit>, ()> {
        let label = place.row_labels[row].and_then(|l| view.text(l));
        let beside = place.units[row].and_then(|u| view.text(u)).and_then(value::unit_alone);
        if let Some(word) = block.unit_word(row) {
            let said = [beside.clone(), label.and_then(value::unit_in_brackets)];
            let other = |w: &String| w != word && !value::is_convertible(w, word);
            if let Some(other) = said.into_iter().flatten().find(other) {
                let at = place.units[row].or(place.row_labels[row]).unwrap_or(first);
                let name = &self.table.name;
                let message = format!("{name} {at} 的单位是“{}”，表样规定的是“{word}”", short(&other));
                let fix = "请核对这个数字是按哪个单位填的，改成表样规定的单位";
                let source = Source::cell(&view.sheet.name, at);
                self.findings.push(finding(Code::N201, message).at(source).found(other).hint(fix));
                return Err(());
            }
        }
        Ok(beside.as_deref().and_then(value::unit_in_head))
    }

    /// The value in a cell; [`Value::Unknown`] and a finding if it cannot be read.
    fn value(
        &mut self,
        slot: usize,
        counter: Option<&str>,
        view: &View<'_>,
        at: Address,
        (head, units): (Option<Unit>, &Units),
    ) -> Value {
        let (kind, unit) = self.table.kind(slot);
        let content = view.content(at.row, at.column);
        let source = Source::cell(&view.sheet.name, at);
        let place = Place::Value { table: self.index, slot };
        let words = content.map(written).unwrap_or_default();
        self.origins.note(place, source.clone(), words.as_str());
        self.origins.note_entry(place, view.entry(at));
        if view.sheet.hides(at) {
            self.hidden.push(source.clone());
        }
        let named = || [head, units.beside, units.label, units.title].into_iter().flatten();
        let name = &self.table.name;
        let fault = if kind == ValueKind::Amount && named().any(|u| Some(u) != named().next()) {
            let message = format!("{name} {at} 的单位在表里写得不一致，不能确定是哪一个");
            Some(finding(Code::N201, message).hint("请把单位改成一致"))
        } else {
            self.shown_otherwise(content, unit, view, at, &words)
        };
        if let Some(fault) = fault {
            self.findings.push(fault.at(source));
            return Value::Unknown;
        }
        let place = format!("{name} {at} ");
        match value::read(content, kind, unit, named().next(), counter) {
            Ok((value, remark)) => {
                // A value that is kept as written is not reported.
                let kept = |r: &Remark| *r == Remark::Unit && value.to_string() == words.trim();
                let remark = remark.filter(|r| !kept(r)).map(|r| note(r, &place, &words, &value, unit.is_some()));
                self.findings.extend(remark.map(|r| r.at(source)));
                value
            }
            // A total without a computed result is calculated from the relations of the form.
            Err(Unreadable::Uncomputed) if self.totals.contains(&slot) => Value::Blank,
            Err(why) => {
                let fault = unreadable(&why, &place, &words, self.table.unit_word(slot));
                self.findings.push(fault.at(source).found(words));
                Value::Unknown
            }
        }
    }

    /// The fault of a number that is displayed differently from what is stored. A format with the form's own unit is not a fault.
    fn shown_otherwise(
        &self,
        content: Option<&Content>,
        unit: Option<Unit>,
        view: &View<'_>,
        at: Address,
        words: &str,
    ) -> Option<Finding> {
        let same = |s: FormatEffect| s == FormatEffect::Padded || unit.is_some_and(|u| s == FormatEffect::Unit(u));
        // Unit and scale do not change a 0, but a format may show another number in its place.
        let counts = |s: FormatEffect| match content {
            Some(Content::Number(n)) => s == FormatEffect::Replaced || !n.is_zero(),
            _ => false,
        };
        let shown = view.sheet.format_effect(at).filter(|s| counts(*s) && !same(*s))?;
        let name = &self.table.name;
        let (message, hint) = if shown == FormatEffect::Marked {
            let message = format!("{name} {at} 的 {words} 是划掉的，或者是上标、下标");
            (message, "作废的数字请删去重填，有效的请去掉删除线、上标和下标")
        } else {
            let what = "的数字格式带单位、缩放或别的数字，看到的与保存的";
            let message = format!("{name} {at} {what} {words} 不是一回事");
            (message, "请把单元格格式改为常规，重新核对这个数字")
        };
        Some(finding(Code::N201, message).found(words).hint(hint))
    }
}

fn note(remark: Remark, place: &str, written: &str, value: &Value, has_unit: bool) -> Finding {
    let written = short(written);
    match remark {
        Remark::Unit if has_unit => finding(Code::N103, format!("{place}的“{written}”按表样的单位记为 {value}")),
        Remark::Unit => finding(Code::N103, format!("{place}的“{written}”记为 {value}")),
        Remark::Spelling => finding(Code::N104, format!("{place}的文本“{written}”读作数字 {value}")),
    }
}

fn unreadable(why: &Unreadable, place: &str, written: &str, unit: Option<&str>) -> Finding {
    let written = short(written);
    match why {
        Unreadable::NotANumber => {
            finding(Code::N201, format!("{place}的“{written}”不是数字")).hint("请改为阿拉伯数字，没有发生的填 0")
        }
        Unreadable::OtherUnit => {
            let unit = unit.unwrap_or_default();
            finding(Code::N201, format!("{place}的“{written}”与表样规定的单位“{unit}”不合"))
                .hint("请核对这个数字，去掉单位")
        }
        Unreadable::Forbidden(reason) => {
            finding(Code::K305, format!("{place}的 {written} {reason}")).hint("请核对后改正")
        }
        Unreadable::Uncomputed => finding(Code::N208, format!("{place}是没有计算结果的公式"))
            .hint("请用 Excel 或 WPS 打开、保存一次，或直接填写数字"),
        Unreadable::Error => {
            finding(Code::N209, format!("{place}是错误值 {written}")).hint("请改正公式，或直接填写数字")
        }
    }
}
